"""A conversation's calls run once more, each with the seed and on the very media that it ran with: what comes out the same?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from models import grammar
from models.expert import Cancelled, Refusal
from models.values import Media, Message, Region, Step, TaskCall

from app.engine import Engine
from app.session import Session


@dataclass(frozen=True)
class Replayed:
    """What one call gave this time: "same" (every result has the same bytes), "other", or "failed", with the reason. *call*
    and *task* name it, *handles* are what it made the first time."""

    call: str
    task: str
    handles: tuple[str, ...]
    outcome: Literal["same", "other", "failed"]
    reason: str = ""


def replay(engine: Engine, session: Session, cancelled: Callable[[], bool] = lambda: False) -> Iterator[Replayed]:
    """Run every call of the branch that is shown again and yield how each went; the conversation is not changed.

    It ends within one step of an expert once *cancelled* says so. Raises Refusal when there is no such conversation, or no
    call in it has run.
    """
    messages = engine.messages(session)
    runs = [
        (number, step) for number, message in enumerate(messages) for step in message.parts if isinstance(step, Step)
    ]
    if not runs:
        raise Refusal("There is nothing to replay: no call has run here.", "Ask for a result first.")
    shelf = engine.shelf(session)
    regions: dict[str, Region] = {}
    for message in messages:
        regions |= {part.handle: part for part in message.parts if isinstance(part, Region)}
    for number, step in runs:
        if cancelled():
            return
        made = [m for m in messages[number].parts if isinstance(m, Media) and m.meta.get("call") == step.call]
        outcome, reason = _again(engine, step, messages[number], shelf, regions, made, cancelled)
        yield Replayed(step.call, step.task, tuple(m.handle for m in made), outcome, reason)


def _again(
    engine: Engine, step: Step, message: Message, shelf: dict[str, Media], regions: dict[str, Region], made: list[Media],
    cancelled: Callable[[], bool],
) -> tuple[Literal["same", "other", "failed"], str]:  # fmt: skip
    def report(fraction: float, word: str = "", preview: Any = None) -> None:
        if cancelled():
            raise Cancelled

    # The step's tokens name what was drawn as well; what the profile sets by itself, it sets again.
    call = next((c for c in grammar.parse(step.tokens, tasks=engine.router.tasks) if isinstance(c, TaskCall)), None)
    ran = [c.implementation for c, name in engine.implementations(step.task) if name == step.expert]
    if call is None or not ran:
        return "failed", f"{step.expert} is not here."
    try:
        with engine.router.run(call, shelf, regions, report, step.seed, ran[0]) as again:
            stored = [one for value in again.values for one in engine.store.put(value)]
    except Refusal as refusal:
        return "failed", refusal.what
    except Cancelled:
        return "failed", "It was stopped."
    paths, before = [path for _, path, _ in stored], [medium.path for medium in made]
    engine.store.remove(set(paths) - engine.history.paths())
    if paths == before:
        return "same", ""
    return (
        "other",
        f"{sum(a != b for a, b in zip(paths, before, strict=False)) or 'The number'} of {len(before)} differ.",
    )
