"""What the page's chip asks and does: what the draft would do, the last message once more as it was meant, an answer by click."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from components.fast_gradio import gr
from components.target_chip import empty
from models.expert import Refusal
from models.values import Region

from app.choosing import answers_json, marks_json, media_json, picked, regions_of, target_json, tasks_json
from app.regions import region_from_json
from app.target import foresee
from app.ui_actions import Actions, guarded, streaming
from app.ui_pages import MOST_PAGES

LONGEST = 50_000
"""Characters of a draft that are asked about."""


class Newest:
    """The newest question of each tab: an older one ends as soon as it notices."""

    def __init__(self) -> None:
        self._asked: OrderedDict[str, int] = OrderedDict()
        self._count = 0
        self._lock = threading.Lock()

    def ask(self, tab: str) -> Callable[[], bool]:
        """Note that *tab* asks again, and return what tells whether it has asked once more since."""
        with self._lock:
            self._count += 1
            self._asked[tab] = mine = self._count
            self._asked.move_to_end(tab)
            while len(self._asked) > MOST_PAGES:
                self._asked.popitem(last=False)
        return lambda: self._asked.get(tab) != mine


class Targets:
    """The handlers of the chip over the page's other *actions*."""

    def __init__(self, actions: Actions) -> None:
        self.engine, self.actions = actions.engine, actions
        self._newest = Newest()

    def value(self) -> dict[str, Any]:
        """Return what the chip shows before anybody has typed."""
        return empty(tasks_json(self.engine.router.runnable()))

    @guarded(1)
    def aim(self, tray: Any, owner: Any, event: gr.EventData, request: gr.Request) -> Any:
        """Tell what the draft would do, and what could be chosen instead."""
        asked = event._data
        page = self.actions.page(request, owner)
        session, over = page.session, self._newest.ask(str(request.session_hash))
        told, known = self.actions.told(session, tray), self.engine.media(session)
        shelf = {**self.engine.shelf(session), **{handle: known[handle] for handle in told.attached}}
        marks = {**regions_of(self.engine.messages(session)), **{region.handle: region for region in told.regions}}
        options = picked(asked.get("choice"), shelf, marks, self.engine.router.runnable())
        text = str(asked.get("text") or "")[:LONGEST]
        target = foresee(self.engine, session, text, told.attached, told.regions, options, over)
        if over():
            return gr.skip()
        waiting = set(self.engine.pending(session)).difference(told.attached)
        here = {handle: medium for handle, medium in shelf.items() if handle not in waiting}
        return {
            **self.value(),
            "n": int(asked.get("n") or 0),
            "target": target_json(target),
            "later": target is None and self._later(),
            "media": media_json(here, self.actions.link),
            "regions": marks_json([*marks.values()][-12:]),
        }

    def _later(self) -> bool:
        """Tell whether what is not known now may be known soon: the model is loading, or makes somebody's reply."""
        brain = self.engine.brain
        loading = brain.model is None and brain.fault is None
        return self.engine.profile.foresees and (loading or self.engine.answering())

    @streaming
    def meant(self, owner: Any, event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Run the last message once more with the task, the media and the marks that the person meant."""
        page, wish = self.actions.page(request, owner), event._data
        session, messages = page.session, self.engine.messages(page.session)
        asked = next((message for message in reversed(messages) if message.role == "user"), None)
        if asked is None:
            raise Refusal("There is no message to run again.", "Send one first.")
        shelf, tasks = self.engine.shelf(session), self.engine.router.runnable()
        options = picked(wish, shelf, regions_of(messages), tasks)
        old = [part for part in asked.parts if isinstance(part, Region)]
        if isinstance(wish.get("drawn"), list):
            drawn = region_from_json([_entry(one) for one in wish["drawn"]], shelf, 1)
            if len(drawn) != len(old):
                raise Refusal("The marks are not those of the last message.", "Draw them again.")
            moved = [replace(new, id=before.id, mask=before.mask) for new, before in zip(drawn, old, strict=True)]
            events = self.engine.edit(session, asked.text, regions=moved, options=options)
        else:
            events = self.engine.retry(session, options=options)
        yield from self.actions.show(page, events)

    @streaming
    def answer(self, owner: Any, event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Send the words on a button as the answer to the question above it; what waits in the composer stays there."""
        page = self.actions.page(request, owner)
        words, messages = str(event._data.get("text") or ""), self.engine.messages(page.session)[-1:]
        question = messages[0].text if messages and messages[0].role == "assistant" else ""
        answers = answers_json(question, self.engine.shelf(page.session), self.actions.link)
        if words not in (answer["ref"] for answer in answers):
            raise Refusal("That is no answer to the last question here.", "Answer in words.")
        yield from self.actions.show(page, self.engine.reply(page.session, words))


def _entry(one: Any) -> Any:
    """Return a nudged mark as the editor writes one: its medium under "ref", without the mask, which does not move, unless it is
    nothing but that mask."""
    if not isinstance(one, dict):
        return one
    return {**one, "ref": one.get("of"), "mask": None if one.get("shapes") else one.get("mask")}
