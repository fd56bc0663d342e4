"""A call of the conversation once more: what it was, and the command that stands for it, by whichever of its task's experts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from models import grammar
from models.expert import Refusal, Task
from models.router import with_drawn
from models.slash import EXPERT, parse_slash
from models.tokens import write_arg, write_call
from models.values import Checkpoint, Failure, Media, Message, Phrase, Region, Step, TaskCall

from app.session import Session

if TYPE_CHECKING:
    from app.engine import Engine

_TASK = re.compile(r"<task>(.*)</task>", re.DOTALL)
GONE = ("This call is not in the conversation any more.", "Ask for it in words.")


def found(engine: Engine, session: Session, name: str) -> tuple[TaskCall, Step | None]:
    """Return the call named *name* and its step, or None for one that failed. Raises Refusal when neither is in the conversation."""
    asked: Message | None = None
    last: tuple[TaskCall, Step | None] | None = None
    for place in engine.placed(session):
        parts = place.message.parts
        if place.message.role == "user":
            asked = place.message
            continue
        step = next((part for part in parts if isinstance(part, Step) and part.call == name), None)
        call = next((part for part in parts if isinstance(part, TaskCall) and part.id == name), None)
        if step is not None:
            last = _ran(step, engine.router.tasks), step
        elif call is not None and any(isinstance(part, Failure) and part.call == name for part in parts):
            told = engine.history.chosen(session.owner, session.conversation, place.n)
            last = _as_drawn(call, asked, told.get("regions"), engine.router.tasks), None
    if last is None:
        raise Refusal(*GONE)
    return last


def _ran(step: Step, tasks: Mapping[str, Task]) -> TaskCall:
    """Return the very call that *step* ran. Raises Refusal where its tokens cannot be read."""
    call = next((part for part in grammar.parse(step.tokens, tasks=tasks) if isinstance(part, TaskCall)), None)
    if call is None:
        raise Refusal("What this call was cannot be read any more.", "Ask for it in words.")
    return call


def _as_drawn(call: TaskCall, asked: Message | None, chosen: Any, tasks: Mapping[str, Task]) -> TaskCall:
    """Return *call*, which failed, with the marks of the message that *asked* for it, as the router adds them: of them those that
    were *chosen*, where some were."""
    own = [part for part in asked.parts if isinstance(part, Region)] if asked else []
    meant = [region for region in own if chosen is None or region.handle in chosen]
    return with_drawn(call, tasks[call.task], meant) if call.task in tasks else call


def chosen(engine: Engine, call: TaskCall, step: Step | None, name: str = "") -> Checkpoint:
    """Return the expert that is to run *call* again: the one called *name*, else the one that ran its *step*.

    Raises Refusal where this profile has no such expert, and for a call that never ran when none is named.
    """
    router, there = engine.router, ", ".join(engine.expert_names(call.task)) or "none"
    if name:
        named = router.named(call.task, name)
        if not named:
            raise Refusal(f"There is no expert called {name[:80]} for {call.task} here.", f"There are: {there}.")
        return named[0]
    if step is None:
        raise Refusal("This call did not run, so there is nothing to make again.", "Ask for it in words.")
    ran = router.recorded(step.task, step.expert, step.checkpoint)
    if ran is None:
        gone = router.told_of(step.task, step.expert, step.checkpoint)
        what = f"{gone}, which did this, is not in the profile {engine.profile.name}."
        raise Refusal(what, f"There are: {there}.")
    return ran


def by(engine: Engine, call: TaskCall, shelf: Mapping[str, Media], expert: Checkpoint) -> dict[str, str]:
    """Return the setting by which the command of *call* names *expert*; empty where the call goes to that one by itself."""
    if engine.router.expected(call, shelf) == expert:
        return {}
    name = engine.router.expert_name(expert)
    plain = write_arg(Phrase(name)) == f'"{name}"'  # a command takes its settings as they are written
    return {EXPERT: name if plain else expert.implementation}


def command(call: TaskCall, shelf: Mapping[str, Media], tasks: Mapping[str, Task]) -> str:
    """Return the slash command that stands for *call*.

    Raises Refusal where the call cannot be written as a command, and where what it worked on is gone.
    """
    written = _TASK.search(write_call(call))
    text = f"/{written[1] if written else call.task}"
    again = parse_slash(text, shelf, (), tasks)
    if isinstance(again, TaskCall) and _meaning(again) == _meaning(call):
        return text
    if isinstance(again, TaskCall) or again is None:
        raise Refusal("This call cannot be written as a command.", "Ask for it in words, or press retry.")
    raise Refusal(again.what, again.hint)


def _meaning(call: TaskCall) -> tuple[Any, ...]:
    """Return what makes two calls the same: their handles, their other arguments, each in order, and their settings."""
    others = [arg for arg in call.args if not hasattr(arg, "handle")]
    return call.task, call.refs(), others, dict(call.params)
