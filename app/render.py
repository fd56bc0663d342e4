"""Messages to chatbot entries: pure functions of their arguments, no gradio, no disk.

A person's message is one card. A reply alternates words, as Markdown with every piece of HTML escaped, and one card per
task call, which holds its step, progress, results and error. Cards are JSON whose strings the browser shows as text
nodes, so they are not escaped a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.values import Failure, Grounding, Media, Message, Region, Step, TaskCall, Text

from app.cards import Link, item, mask_items, progress_json, step_json, url_of
from app.events import Progress
from app.prose import markdown, plain

Card = Callable[[dict[str, Any]], dict[str, Any]]
STATES = {
    "stopped": "Stopped.",
    "interrupted": "Interrupted: the program ended while this was being made. Press retry to make it again.",
}


def entries(
    messages: Sequence[Message],
    shelf: Mapping[str, Media],
    link: Link,
    card: Card,
    progress: Progress | None = None,
    preview: str = "",
) -> list[dict[str, Any]]:
    """Return *messages* for a gradio chatbot. *link* makes an address of a medium's path in the store, *card* a content
    item of a card's value; *progress* and the address of its *preview* belong to the last message."""
    result = []
    for number, message in enumerate(messages):
        now = progress if number == len(messages) - 1 and message.state == "running" else None
        if message.role == "user":
            content = _user(message, shelf, link, card)
        else:
            content = _Reply(shelf, link, card, now, preview).content(message)
        result.append({"role": message.role, "content": content})
    return result


def _user(message: Message, shelf: Mapping[str, Media], link: Link, card: Card) -> list[Any]:
    regions = [part for part in message.parts if isinstance(part, Region)]
    media = [part for part in message.parts if isinstance(part, Media)]
    shown = {medium.handle for medium in media}
    media += [shelf[of] for of in dict.fromkeys(r.of for r in regions) if of not in shown and of in shelf]
    items = []
    for medium in media:
        drawn = [region for region in regions if region.of == medium.handle]
        if medium.kind == "mask":
            items += mask_items([medium], shelf, link)
            continue
        # Marks of different frames are shown on pictures of their own frames.
        times = list(dict.fromkeys(region.time for region in drawn)) or [None]
        items += [item(medium, shelf, link, [r for r in drawn if r.time == at]) for at in times]
    return [card({"kind": "user", "items": items, "text": message.text})]


@dataclass
class _Call:
    """What belongs to one task call of a reply, gathered in the order of the parts; *place* in the reply's content."""

    place: int
    call: TaskCall | None = None
    step: Step | None = None
    media: list[Media] = field(default_factory=list)
    failure: Failure | None = None


class _Reply:
    """Gathers the parts of one reply: words are joined, and what belongs to a call is put where the call stands."""

    def __init__(
        self, shelf: Mapping[str, Media], link: Link, card: Card, progress: Progress | None, preview: str
    ) -> None:
        self._shelf, self._link, self._card = shelf, link, card
        self._progress, self._preview = progress, preview
        self._content: list[Any] = []
        self._words: list[str] = []
        self._grounded: list[Grounding] = []
        self._calls: dict[str, _Call] = {}

    def content(self, message: Message) -> list[Any]:
        """Return the content items of *message*."""
        for part in message.parts:
            self._take(part)
        self._flush()
        running = message.state == "running"
        if self._progress is not None and not self._progress.call:
            self._content.append(self._card({"kind": "call", "progress": progress_json(self._progress)}))
        last = next(reversed(self._calls.values()), None)
        for made in self._calls.values():
            waiting = running and made is last and made.call is not None and not (made.step or made.failure)
            self._content[made.place] = self._card(self._call(made, waiting))
        if running and not self._content:
            self._content.append("…")
        if message.state in STATES:
            self._content.append(f"_{STATES[message.state]}_")
        return self._content or ["_(no answer)_"]

    def _take(self, part: Any) -> None:
        if isinstance(part, Text):
            self._words.append(markdown(part.text))
        elif isinstance(part, Grounding):
            self._words.append(f"**{plain(part.phrase)}**")
            self._grounded.append(part)
        elif isinstance(part, TaskCall):
            self._group(part.id).call = part
        elif isinstance(part, Step):
            self._group(part.call).step = part
        elif isinstance(part, Media):
            self._group(str(part.meta.get("call") or "")).media.append(part)
        elif isinstance(part, Failure):
            self._group(part.call).failure = part

    def _flush(self) -> None:
        words = "".join(self._words).strip()
        self._content += [words] if words else []
        self._content += [self._card(value) for value in _places(self._grounded, self._shelf, self._link)]
        self._words, self._grounded = [], []

    def _group(self, name: str) -> _Call:
        """Return the group of the call *name*; what belongs to no call is a group of its own."""
        if not name or name not in self._calls:
            self._flush()
            self._calls[name or f"-{len(self._content)}"] = made = _Call(len(self._content))
            self._content.append(None)
            return made
        return self._calls[name]

    def _call(self, made: _Call, waiting: bool) -> dict[str, Any]:
        value: dict[str, Any] = {"kind": "call", "items": self._results(made)}
        if made.call or made.step:
            value["step"] = step_json(made.call, made.step)
        if waiting and made.call:
            now = self._progress
            starting = {"title": made.call.task, "word": "starting", "fraction": 0}
            mine = now is not None and now.call == made.call.id
            value["progress"] = progress_json(now, self._preview) if now and mine else starting
        if made.failure:
            value["error"] = {"what": made.failure.what, "hint": made.failure.hint, "incident": made.failure.incident}
        return value

    def _results(self, made: _Call) -> list[dict[str, Any]]:
        items = mask_items([medium for medium in made.media if medium.kind == "mask"], self._shelf, self._link)
        for medium in made.media:
            if medium.kind != "mask":
                shown, before = item(medium, self._shelf, self._link), _before(medium, made.call, self._shelf)
                items.append({**shown, "before": url_of(before, self._link)} if before else shown)
        return items


def _places(found: Sequence[Grounding], shelf: Mapping[str, Media], link: Link) -> list[dict[str, Any]]:
    """Return cards that show where the phrases of the answer lie."""
    pictures = [medium.handle for medium in shelf.values() if medium.kind == "image"]
    places: dict[str, list[dict[str, Any]]] = {}
    for grounding in found:
        of = grounding.of or (pictures[-1] if pictures else "")
        entries = [{"box": [b.x0, b.y0, b.x1, b.y1], "label": grounding.phrase} for b in grounding.boxes]
        if entries and of in shelf and shelf[of].kind == "image":
            places.setdefault(of, []).extend(entries)
    return [
        {"kind": "call", "items": [{**item(shelf[of], shelf, link), "boxes": boxes}]} for of, boxes in places.items()
    ]


def _before(medium: Media, call: TaskCall | None, shelf: Mapping[str, Media]) -> Media | None:
    """Return the picture that *medium* was made from, if the two can be laid over each other."""
    source = shelf.get(call.refs("image")[0]) if call and call.refs("image") else None
    if medium.kind != "image" or source is None or source.handle == medium.handle:
        return None
    same = all(source.meta.get(side) and source.meta.get(side) == medium.meta.get(side) for side in ("width", "height"))
    return source if same else None
