"""A conversation's calls run once more, each with the seed and on the very media that it ran with: what comes out the same?"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from models import grammar
from models.expert import Cancelled, Refusal, Report
from models.values import Media, Region, Step, TaskCall

from app.engine import Engine
from app.recipes import written
from app.session import Session

STOPPED = "It was stopped."
"""Why a call failed that somebody did not want to wait for."""
TICK = 1 / 4
"""Seconds between two tellings of how far it is."""


@dataclass(frozen=True)
class Replayed:
    """What one call gave this time: "same" (every result has the same bytes), "other", or "failed", with the reason. *call*
    and *task* name it, *handles* are what it made the first time."""

    call: str
    task: str
    handles: tuple[str, ...]
    outcome: Literal["same", "other", "failed"]
    reason: str = ""


@dataclass(frozen=True)
class Now:
    """How far a replay is: the how many-th call, from 0, *of* how many, its *task*, and how far that is, 0..1."""

    number: int
    of: int
    task: str
    fraction: float = 0.0


def replay(
    engine: Engine,
    session: Session,
    cancelled: Callable[[], bool] = lambda: False,
    told: Callable[[Now], None] = lambda now: None,
) -> Iterator[Replayed]:
    """Run every call of the branch that is shown again and yield how each went; the conversation is not changed. *told* hears
    how far it is.

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
    for at, (number, step) in enumerate(runs):
        if cancelled():
            return
        now = Now(at, len(runs), step.task)
        told(now)
        made = [m for m in messages[number].parts if isinstance(m, Media) and m.meta.get("call") == step.call]

        def report(fraction: float, word: str = "", preview: Any = None, now: Now = now) -> None:
            if cancelled():
                raise Cancelled
            told(replace(now, fraction=max(0.0, min(1.0, float(fraction)))))

        outcome, reason = _again(engine, step, shelf, regions, made, report)
        yield Replayed(step.call, step.task, tuple(m.handle for m in made), outcome, reason)


def watched(engine: Engine, session: Session, stop: threading.Event) -> Iterator[Now | list[Replayed]]:
    """Replay in a thread of its own; yield how far it is, now and then, and at last how each call went that was begun.

    Once *stop* is set it ends within one step of an expert, or is given up after the seconds of grace; so it does once it has
    taken as long as one call may, and when this is closed. Raises what :func:`replay` raises.
    """
    done: list[Replayed] = []
    latest: list[Now] = []
    faults: list[BaseException] = []
    over, until = threading.Event(), time.monotonic() + engine.settings.deadline

    def ended() -> bool:
        return stop.is_set() or time.monotonic() > until

    def work() -> None:
        try:
            for one in replay(engine, session, ended, lambda now: latest.__setitem__(slice(None), [now])):
                done.append(one)  # noqa: PERF402 (read meanwhile)
        except BaseException as error:  # noqa: BLE001 (handed to the reader)
            faults.append(error)
        finally:
            over.set()

    threading.Thread(target=work, name="replay", daemon=True).start()
    patience = engine.settings.grace
    try:
        while not over.wait(TICK) and patience > 0:
            patience -= TICK if ended() else 0
            yield from latest[:]
    finally:
        stop.set()
    if faults:
        raise faults[0]
    yield list(done)


def summary(told: Sequence[Replayed], of: int) -> str:
    """Return how a replay went in words; *of* is how many calls there are."""
    ended = [one for one in told if one.reason != STOPPED]
    same = sum(one.outcome == "same" for one in ended)
    rest = [f"{', '.join(one.handles) or one.task}: {one.reason}" for one in ended if one.outcome != "same"]
    stopped = f"Stopped after {len(ended)} of {of} calls. " if len(ended) < of else ""
    return f"{stopped}{same} of {len(ended)} calls gave the same bytes again. {' '.join(rest)}".strip()


def _again(
    engine: Engine, step: Step, shelf: dict[str, Media], regions: dict[str, Region], made: list[Media], report: Report
) -> tuple[Literal["same", "other", "failed"], str]:
    # The step's tokens name what was drawn as well; what the profile sets by itself, it sets again.
    call = next((c for c in grammar.parse(step.tokens, tasks=engine.router.tasks) if isinstance(c, TaskCall)), None)
    router = engine.router
    ran = router.recorded(step.task, step.expert, step.checkpoint)
    if ran is None:
        return "failed", f"{router.told_of(step.task, step.expert, step.checkpoint)} is not here."
    if call is None:
        return "failed", "This call cannot be read here."
    try:
        with router.run(call, shelf, regions, report, step.seed, router.expert_name(ran)) as again:
            origin = written(engine, again.step, regions, shelf)
            stored = [one for value in again.values for one in engine.store.put(value, origin=origin)]
    except Refusal as refusal:
        return "failed", refusal.what
    except Cancelled:
        return "failed", STOPPED
    paths, before = [path for _, path, _ in stored], [medium.path for medium in made]
    engine.store.remove(set(paths) - engine.history.paths())
    if paths == before:
        return "same", ""
    return (
        "other",
        f"{sum(a != b for a, b in zip(paths, before, strict=False)) or 'The number'} of {len(before)} differ.",
    )
