"""What a picture was made by: written into its file when it is stored, and turned back into a command that would make it again."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from models import grammar, recipe
from models.expert import Refusal
from models.slash import parse_slash
from models.sums import sum_of
from models.tokens import write_call
from models.values import Arg, Media, Ref, Region, Step, TaskCall

from app.again import by
from app.session import Session

if TYPE_CHECKING:
    from app.engine import Engine

_TASK = re.compile(r"<task>(.*)</task>", re.DOTALL)
_FOREIGN = "The file says that it was made in a way that this program cannot repeat."


def written(engine: Engine, step: Step, regions: Mapping[str, Region], shelf: Mapping[str, Media]) -> str:
    """Return what is written into pictures that *step* made; empty where its call cannot be told."""
    parts = grammar.parse(step.tokens, tasks=engine.router.tasks)
    call = next((part for part in parts if isinstance(part, TaskCall)), None)
    if call is None:
        return ""
    return recipe.of_step(step, call, regions, lambda handle: sum_of(shelf[handle].path))


def settings_of(engine: Engine, session: Session, handle: str) -> dict[str, Any]:
    """Return how the picture *handle* of the conversation says that it was made: {"task", "expert", "checkpoint", "seed", "settings",
    "inputs" (SHA-256 of each medium that it was made from), "command", which sent as a message makes it again, and "note", which
    says where that leaves it to another expert}. Nothing runs.

    Raises Refusal where it says nothing, where this profile lacks the task, and where what it was made from is not here.
    """
    shelf = engine.shelf(session)
    if handle not in shelf:
        raise Refusal(f"There is no {handle[:40]} in this conversation.", "Attach the picture first.")
    made = recipe.checked(json.dumps(shelf[handle].meta.get("made", None)).encode())
    if not made:
        raise Refusal(
            f"{handle} does not tell what it was made by.",
            "Pictures that this program made tell it in their files, as long as no other program saves them anew.",
        )
    command, note = _command(engine, made, shelf)
    return {k: v for k, v in made.items() if k != "format"} | {"command": command, "note": note}


def _command(engine: Engine, made: Mapping[str, Any], shelf: Mapping[str, Media]) -> tuple[str, str]:
    """Return the command that makes it again, and what is to be said of it."""
    tasks = engine.router.tasks
    call = next((part for part in grammar.parse(made["call"], tasks=tasks) if isinstance(part, TaskCall)), None)
    if call is None or call.task != made["task"] or call.task not in engine.router.runnable():
        raise Refusal(_FOREIGN, f"Its task is {made['task']}; start with a profile that has it.")
    if call.refs("region"):
        raise Refusal("It was made in a place that was marked by hand.", "Mark the place, and ask for it in words.")
    here = {sum_of(medium.path): name for name, medium in shelf.items() if medium.path} if call.refs() else {}
    args: list[Arg] = []
    for arg in call.args:
        if isinstance(arg, Ref):
            found = here.get(made["inputs"].get(arg.handle, ""))
            if found is None:
                raise Refusal(
                    f"What it was made from, then {arg.handle}, is not in this conversation.", "Attach that file too."
                )
            args.append(Ref(found))
        else:
            args.append(arg)
    known = {param.name for param in tasks[call.task].params}
    told = {name: _word(value) for name, value in made["settings"].items() if name in known and str(value).strip()}
    params = {**told, **call.params, **({"seed": str(made["seed"])} if "seed" in known else {})}
    wanted = TaskCall(call.id, call.task, tuple(args), params)
    expert, note = engine.router.recorded(call.task, made["expert"], made["checkpoint"]), ""
    if expert is not None:
        params |= by(engine, wanted, shelf, expert)
        wanted = TaskCall(call.id, call.task, tuple(args), params)
    elif made["expert"]:
        ours = ", ".join(f"“{name}”" for name in engine.expert_names(call.task))
        gone = engine.router.told_of(call.task, made["expert"], made["checkpoint"])
        note = f"It was made by {gone}, which the profile {engine.profile.name} does not have; it has {ours}."
    body = _TASK.search(write_call(wanted))
    text = f"/{body[1] if body else ''}"
    again = parse_slash(text, shelf, (), tasks)
    if not isinstance(again, TaskCall) or (again.task, again.refs(), dict(again.params)) != (
        call.task,
        wanted.refs(),
        params,
    ):
        raise Refusal(_FOREIGN, "Ask for it in words.")
    return text, note


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.10g}" if isinstance(value, float) and math.isfinite(value) else str(value)
