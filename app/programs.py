"""What programs ask and are told, whichever door they come by: what they send is checked here, parts become JSON data.

``app.api`` serves gradio's clients with it, ``app.mcp_server`` those that speak the Model Context Protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from models.device import SEEDS
from models.expert import Refusal
from models.router import Broken, incident
from models.values import Failure, Media, Part, Step, TaskCall, Text, to_json

from app.engine import Engine
from app.events import Event, Options, Progress
from app.regions import region_from_json
from app.session import Session, is_owner, new_owner


def enter(engine: Engine, owner: Any, conversation: Any) -> Session:
    """Return the session that *owner* and *conversation* stand for; an empty conversation starts a new one, an empty or
    made-up owner becomes a new one. Raises Refusal for a conversation that is not the owner's."""
    token = owner if is_owner(owner) else new_owner()
    return engine.open(token, str(conversation) if conversation else None)


@contextmanager
def plainly(doing: str, error: Callable[[str], Exception]) -> Iterator[None]:
    """Turn what goes wrong within into the one sentence that a caller may see, raised as what *error* makes of it; *doing*
    names the work in the log."""
    try:
        yield
    except Refusal as refusal:
        number = f" (incident {refusal.incident})" if isinstance(refusal, Broken) else ""
        raise error(f"{refusal.what} {refusal.hint}{number}".strip()) from None
    except Exception as fault:  # noqa: BLE001 (nothing of it may reach the caller but its number)
        raise error(f"Something went wrong (incident {incident(doing, fault)}).") from None


def again(engine: Engine, owner: Any, conversation: Any) -> Session:
    """Return the session of a conversation that must be there. Raises Refusal where it is not, or is not the owner's."""
    if not conversation:
        raise Refusal("The conversation is missing.", "Pass conversation and owner of an earlier answer.")
    return enter(engine, owner, conversation)


def choices(engine: Engine, seed: Any = None, task: Any = "", expert: Any = "") -> Options:
    """Return what a program chose for one reply: a seed, a task instead of the model's choice, an expert file for it.

    Raises Refusal for a seed out of range, an unknown task, and an expert without a task or that is none of the task's.
    """
    task, expert = str(task or ""), str(expert or "")
    if expert and not task:
        raise Refusal("An expert was chosen without a task.", "Pass task as well.")
    if task and task not in engine.router.tasks:
        raise Refusal(f"There is no task called {task}.", f"Choose one of: {', '.join(engine.router.tasks)}.")
    known = [checkpoint.implementation for checkpoint, _ in engine.implementations(task)] if task else []
    if expert and expert not in known:
        raise Refusal(f"{expert} is no expert for {task}.", f"There are: {', '.join(known) or 'none in this profile'}.")
    return Options(seed=_seed(seed), task=task or None, implementation=expert or None)


def _seed(seed: Any) -> int | None:
    if seed is None:
        return None
    if isinstance(seed, bool) or not isinstance(seed, int | float) or not 0 <= seed < SEEDS or seed != int(seed):
        raise Refusal("The seed is out of range.", f"Use a whole number from 0 to {SEEDS - 1}.")
    return int(seed)


def ask(
    engine: Engine, session: Session, text: str, files: Iterable[tuple[Path, str]], regions: Any, options: Options
) -> Iterator[Event]:
    """Send a message with *files* (path and name) and yield the reply's events.

    *regions* is data as ``app.regions`` reads it, whose ``ref`` may also be ``file#n``, the n-th of *files*. Raises Refusal
    for what cannot be sent; nothing of it stays behind then.
    """
    handles: list[str] = []
    try:
        for path, name in files:
            handles.append(engine.attach(session, path, name).handle)
        shelf = engine.shelf(session)
        drawn = region_from_json(_resolved(regions, handles), shelf, engine.next_region(session))
        with closing(engine.reply(session, text, handles, drawn, options)) as events:  # type: ignore[type-var]
            yield from events
    except Refusal:
        # A message that was not sent leaves no files behind: a program has no composer to take them out of again.
        for handle in set(handles).intersection(engine.pending(session)):
            engine.detach(session, handle)
        raise


def _resolved(regions: Any, handles: Sequence[str]) -> Any:
    """Return *regions* with ``file#n`` replaced by the handle that the n-th file of this call was given."""
    if not isinstance(regions, Sequence) or isinstance(regions, str):
        return regions
    names = {f"file#{number}": handle for number, handle in enumerate(handles, 1)}
    return [{**r, "ref": names.get(str(r.get("ref")), r.get("ref"))} if isinstance(r, Mapping) else r for r in regions]


def told(progress: Progress | None) -> dict[str, Any] | None:
    """Return how far a call is as JSON data; the preview stays with the page."""
    if progress is None:
        return None
    names = ("call", "task", "expert", "word", "fraction", "seconds", "left")
    return {name: getattr(progress, name) for name in names}


def _inert(data: Any) -> Any:
    """Return JSON *data* without the key by which gradio takes a dict for a file and hands that out: what a loaded conversation
    tells of itself may be forged."""
    if isinstance(data, Mapping):
        return {key: _inert(value) for key, value in data.items() if key != "meta"}
    return [_inert(value) for value in data] if isinstance(data, list | tuple) else data


def medium(media: Media, file: Any) -> dict[str, Any]:
    """Return a medium as JSON data; *file* is where the program finds it."""
    facts = {k: v for k, v in _inert(to_json(media.meta)).items() if k not in ("display", "wave")}
    return {"type": media.kind, "handle": media.handle, "file": file, "meta": facts}


def part(item: Part, file: Callable[[Media], Any]) -> dict[str, Any]:
    """Return a part as JSON data with its ``type``; *file* tells where the program finds a medium."""
    if isinstance(item, Text):
        return {"type": "text", "text": item.text}
    if isinstance(item, Media):
        return medium(item, file(item))
    if isinstance(item, Failure):
        return {"type": "failure", "what": item.what, "hint": item.hint, "call": item.call, "incident": item.incident}
    plain = {k: v for k, v in _inert(to_json(item)).items() if k != "is"}
    if isinstance(item, TaskCall):
        from models.grammar import write_call

        return {"type": "call", **plain, "tokens": write_call(item)}
    return {"type": "step" if isinstance(item, Step) else type(item).__name__.lower(), **plain}
