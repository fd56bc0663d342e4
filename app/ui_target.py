"""What the page's chip asks and does: what the draft would do, the last message once more as it was meant, an answer by click."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

from components.fast_gradio import gr
from components.target_chip import empty
from models.expert import Refusal
from models.values import TaskCall

from app.choosing import answers_json, marks_json, media_json, picked, regions_of, target_json, tasks_json
from app.meant import as_meant
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
        shelf, tasks, drawn = self.engine.shelf(session), self.engine.router.runnable(), regions_of(messages)
        calls = [part for part in messages[-1].parts if isinstance(part, TaskCall)]
        first = self.engine.next_region(session)
        again = as_meant(asked, calls, picked(wish, shelf, drawn, tasks), wish.get("drawn"), first, shelf, drawn, tasks)
        if again.same:
            events = self.engine.retry(session, options=again.options)
        else:
            events = self.engine.edit(session, again.text, regions=again.regions, options=again.options)
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
