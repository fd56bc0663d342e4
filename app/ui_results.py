"""What the cards of a reply ask for: a call once more, a file, the next call at once, or the end. Handlers over ``app.ui_actions``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from components.fast_gradio import gr
from models import grammar
from models.expert import Refusal, Task
from models.slash import parse_slash
from models.tokens import write_call
from models.values import Media, Message, Step, TaskCall

from app.events import Options
from app.recipes import settings_of
from app.ui_actions import Actions, guarded, streaming, tell

LATEST = 16
"""Exports that a page is told of together, so that of several at once none is lost."""
_TASK = re.compile(r"<task>(.*)</task>", re.DOTALL)


def step_of(messages: list[Message], call: str) -> Step:
    """Return the step of the call named *call*; raises Refusal when no such call has run in this conversation."""
    for message in reversed(messages):
        for part in message.parts:
            if isinstance(part, Step) and part.call == call:
                return part
    raise Refusal("This call is not in the conversation any more.", "Ask for it in words.")


def command(step: Step, shelf: Mapping[str, Media], tasks: Mapping[str, Task]) -> str:
    """Return the slash command that stands for the very call that *step* ran, but for its seed.

    Raises Refusal where the call cannot be written as a command, and where what it worked on is gone.
    """
    parts = grammar.parse(step.tokens, tasks=tasks)
    call = next((part for part in parts if isinstance(part, TaskCall)), None)
    if call is None:
        raise Refusal("What this call was cannot be read any more.", "Ask for it in words.")
    call = replace(call, params={name: value for name, value in call.params.items() if name != "seed"})
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


class Results:
    """The handlers of the cards' own buttons."""

    def __init__(self, actions: Actions) -> None:
        self._actions = actions

    @streaming
    def again(self, owner: Any, event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Send a call that has run as a command: with its own seed, or as a variant with a new one."""
        actions, engine = self._actions, self._actions.engine
        page = actions.page(request, owner)
        wish, session = event._data, page.session
        step = step_of(engine.messages(session), str(wish.get("call")))
        text = command(step, engine.shelf(session), engine.router.tasks)
        ran = [c.implementation for c, name in engine.implementations(step.task) if name == step.expert]
        options = Options(seed=step.seed if wish.get("seed") == "same" else None, implementation=next(iter(ran), None))
        yield from actions.show(page, engine.reply(session, text, options=options))

    @guarded(1)
    def export(self, owner: Any, event: gr.EventData, request: gr.Request) -> Any:
        """Write masks or boxes to one file and let the browser save it; of a clip's masks those of one frame, if it names one."""
        page, wish = self._actions.page(request, owner), event._data
        refs, form = [str(ref) for ref in wish["refs"]][:64], str(wish["format"])
        frame = int(wish["frame"]) if wish.get("frame") is not None else None
        path = self._actions.engine.export_masks(page.session, refs, form, frame)
        when = "" if frame is None else f"-frame{frame}"
        name = f"{'-'.join(refs[:3]).replace('#', '')}{when}-{form}{path.suffix}"
        with page.lock:
            page.downloads += 1
            made = {"url": self._actions.link(str(path)), "name": name, "n": page.downloads}
            page.exports = [*page.exports, made][-LATEST:]
            return {"files": page.exports}

    @guarded(1)
    def recipe(self, owner: Any, event: gr.EventData, request: gr.Request) -> Any:
        """Write the command that made a picture into an empty composer, as the picture's file tells it; nothing is sent."""
        page, wish = self._actions.page(request, owner), event._data
        told = settings_of(self._actions.engine, page.session, str(wish.get("ref")))
        if wish.get("words"):
            raise Refusal("There are words in the composer.", "Send them or clear them, then press this again.")
        with page.lock:
            page.downloads += 1
            return {"files": page.exports, "command": {"text": told["command"], "n": page.downloads}}

    def skip(self, owner: Any, event: gr.EventData, request: gr.Request) -> None:
        """Keep what is done and go on with the next call, where the one that the button stood on still runs."""
        try:
            call = str((event._data or {}).get("call") or "")
            self._actions.engine.skip(self._actions.page(request, owner).session, call)
        except Refusal as refusal:
            tell(refusal)
