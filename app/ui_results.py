"""What the cards of a reply ask for: a call once more, a file, the next call at once, or the end. Handlers over ``app.ui_actions``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from components.fast_gradio import gr
from models.device import SEEDS
from models.expert import Refusal
from models.values import Step, TaskCall

from app.again import by, chosen, command, found
from app.events import Options
from app.recipes import settings_of
from app.ui_actions import Actions, guarded, streaming, tell

LATEST = 16
"""Exports that a page is told of together, so that of several at once none is lost."""


class Results:
    """The handlers of the cards' own buttons."""

    def __init__(self, actions: Actions) -> None:
        self._actions = actions

    @streaming
    def again(self, owner: Any, event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Send a call as a command: one that has run with its own seed, or as a variant with a new one; and either that or one that
        failed by another expert of its task, which the browser names."""
        actions, engine = self._actions, self._actions.engine
        page = actions.page(request, owner)
        wish, session = event._data, page.session
        call, step = found(engine, session, str(wish.get("call")))
        shelf, router = engine.shelf(session), engine.router
        expert = chosen(engine, call, step, str(wish.get("expert") or ""))
        seed = _seed(call, step) if wish.get("seed") == "same" else None
        params = {name: value for name, value in call.params.items() if name != "seed"}
        call = replace(call, params={**params, **by(engine, replace(call, params=params), shelf, expert)})
        options = Options(seed=seed, implementation=router.expert_name(expert))
        text = command(call, shelf, router.tasks)
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
        if told["note"]:
            tell(Refusal(told["note"]), "Another expert")
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


def _seed(call: TaskCall, step: Step | None) -> int | None:
    """Return the seed that *call* ran with, or was to run with; None for one that failed before a seed was drawn."""
    said = call.params.get("seed", "")
    return step.seed if step else int(said) if said.isdecimal() and int(said) < SEEDS else None
