"""The chat in short boxes of a few turns each, so that what grows touches the last one only, however long the conversation is.

A browser draws a gradio chatbot anew with each change of any of its messages, and the server sends it whole whenever a reply
begins. So the latest turns stand in a ring of chatbots: when the last one is full, the one with the oldest turns is emptied,
put behind the others (by ``components/talk``) and filled. No message that is near the end is ever moved from box to box.
What is older stands in one more box, if the person asks for it, and is folded away again when the ring goes on.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from components.fast_gradio import gr
from models.values import Message

from app.branches import Placed, media_of
from app.cards import Link
from app.choosing import annotated, regions_of
from app.events import Progress
from app.listing import Card, with_bars, with_taken_back
from app.render import entries
from app.ui_pages import Seen

if TYPE_CHECKING:
    from app.engine import Engine
    from app.session import Session

EACH = 2
"""Turns in one box."""
BOXES = 5
"""Boxes of the ring."""
EARLIER = 10
"""Boxes' worth of turns that are shown more when earlier ones are asked for."""
CHAT = 1 + BOXES
"""The parts of the page that show the chat: earlier turns, and the boxes."""


@dataclass(frozen=True)
class Layout:
    """Which messages stand in which part of the page, the number of the *last* of those parts, and those of the *first* group
    that is shown and of the first in the *ring*."""

    parts: tuple[tuple[Placed, ...], ...]
    last: int
    first: int
    ring: int


def laid_out(places: Sequence[Placed], seen: Seen) -> Layout:
    """Return where the messages *places* stand. A group is EACH turns, and a turn begins with a message of the person; groups
    are numbered from the beginning, so that each has its own box of the ring."""
    begins = [at for at, place in enumerate(places) if place.message.role == "user"] or [0]
    cuts = [0, *begins[EACH::EACH], len(places)]
    groups = [tuple(places[start:end]) for start, end in itertools.pairwise(cuts)]
    ring = max(0, len(groups) - BOXES)
    first = ring if seen.first is None or seen.ring != ring else min(seen.first, ring)
    parts: list[tuple[Placed, ...]] = [tuple(place for group in groups[first:ring] for place in group)]
    parts += [()] * BOXES
    for number in range(ring, len(groups)):
        parts[1 + number % BOXES] = groups[number]
    return Layout(tuple(parts), 1 + (len(groups) - 1) % BOXES, first, ring)


def _mark(place: Placed) -> tuple[object, ...]:
    """Return what tells whether a message is still as it was: only one that is being made grows."""
    return place.n, place.variants, place.message.state, len(place.message.parts)


class ChatView:
    """Makes the values of the chat's parts for one engine; *link* and *card* as for :func:`app.render.entries`."""

    def __init__(self, engine: Engine, link: Link, card: Card) -> None:
        self._engine, self._link, self._card = engine, link, card

    def whole(self, session: Session, seen: Seen) -> tuple[Any, ...]:
        """Return every part, whatever the tab has."""
        seen.sent.clear()
        return self.changed(session, seen)

    def earlier(self, session: Session, seen: Seen) -> tuple[Any, ...]:
        """Return the parts with more of the earlier turns."""
        layout = laid_out(self._engine.placed(session), seen)
        seen.first, seen.ring = max(0, layout.first - EARLIER), layout.ring
        return self.changed(session, seen)

    def changed(self, session: Session, seen: Seen) -> tuple[Any, ...]:
        """Return the parts of which the tab shows something else, and ``gr.skip()`` for the others; *seen* then tells what it
        shows."""
        places, later = self._engine.placed(session), self._engine.later(session)
        layout = laid_out(places, seen)
        seen.more, seen.end = layout.first > 0, (session.conversation, [place.n for place in places][-1:])
        values: list[Any] = []
        for number, part in enumerate(layout.parts):
            last = number == layout.last
            key = (session.conversation, [_mark(place) for place in part], last and (later, len(places)))
            if seen.sent.get(number) == key:
                values.append(gr.skip())
                continue
            seen.sent[number] = key
            shown = with_bars(self._entries(session, part, places if last else None), part, self._card)
            values.append(with_taken_back(shown, later, self._card) if last else shown)
        return tuple(values)

    def _entries(
        self, session: Session, part: Sequence[Placed], every: Sequence[Placed] | None
    ) -> list[dict[str, Any]]:
        """Return the messages of a part, with what was understood of them; *every* message shown for the part with the last."""
        messages, shelf = [place.message for place in part], self._engine.shelf(session)
        drawn = regions_of(place.message for place in self._engine.placed(session))
        numbers = [place.n for place in part]
        shown = entries(
            messages,
            shelf,
            self._link,
            self._card,
            numbers=numbers,
            marks=drawn,
            tasks=self._engine.router.tasks,
            experts=self._engine.expert_names,
        )
        marks = None if every is None else list(drawn.values())
        return annotated(shown, messages, shelf, self._engine.router.runnable(), self._link, self._card, marks, drawn)

    def growing(self, session: Session, seen: Seen) -> Callable[..., tuple[Any, ...]]:
        """Return the function that draws the reply in the making, from the message as it is now, how far a call is (or None) and
        the address of that one's preview: the chat's parts, of which only the last changes."""
        places = self._engine.placed(session)
        layout, shelf, number = laid_out(places, seen), self._engine.shelf(session), places[-1].n
        part = layout.parts[layout.last][:-1]
        before = with_bars(self._entries(session, part, None), part, self._card)
        marks = regions_of(place.message for place in places)
        tasks, experts = self._engine.router.tasks, self._engine.expert_names

        def draw(now: Message, progress: Progress | None = None, preview: str = "") -> tuple[Any, ...]:
            seen.sent.pop(layout.last, None)
            here = {**shelf, **media_of([now])}
            last = entries([now], here, self._link, self._card, progress, preview, [number], marks, tasks, experts)
            return tuple([*before, *last] if at == layout.last else gr.skip() for at in range(CHAT))

        return draw
