"""Messages to chatbot entries: pure functions of their arguments, no gradio, no disk.

A person's message is one card. A reply alternates words, as Markdown with every piece of HTML escaped, and one card per
task call, which holds its step, progress, results and error. Cards are JSON whose strings the browser shows as text
nodes, so they are not escaped a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.box_files import boxes_of
from models.expert import Task
from models.palette import index_of
from models.tasks import TASKS
from models.values import Failure, Grounding, Media, Message, Region, Step, TaskCall, Text

from app.cards import (
    Link,
    again_json,
    is_drawn_in,
    item,
    key,
    label_of,
    mask_items,
    progress_json,
    step_json,
    with_drawn,
    with_source,
)
from app.events import Progress
from app.places import Place, handles_said, marked, masks_meant, place_cards, stretch_mark, stretches_said, with_marks
from app.prose import markdown, phrase
from app.reply import SKIPPED

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
    numbers: Sequence[int] | None = None,
    marks: Collection[str] = (),
    tasks: Mapping[str, Task] = TASKS,
    experts: Callable[[str], Sequence[str]] = lambda task: (),
) -> list[dict[str, Any]]:
    """Return *messages* for a gradio chatbot. *link* makes an address of a medium's path in the store, *card* a content
    item of a card's value; *progress* and the address of its *preview* belong to the last message. *numbers* are those of
    the messages in their conversation, where they are not all of it: places that light up go by them. *marks* are the handles of
    regions of other messages, which words may name. *tasks* are declared so, and *experts* gives the names of the experts of one that the
    running profile has."""
    result = []
    marks = {*marks, *(part.handle for message in messages for part in message.parts if isinstance(part, Region))}
    for at, message in enumerate(messages):
        now = progress if at == len(messages) - 1 and message.state == "running" else None
        number = at if numbers is None else numbers[at]
        if message.role == "user":
            content = _user(message, shelf, link, card, number, marks)
        else:
            content = _Reply(shelf, link, card, now, preview, number, marks, tasks, experts).content(message)
        result.append({"role": message.role, "content": content})
    return result


def _user(
    message: Message, shelf: Mapping[str, Media], link: Link, card: Card, number: int, marks: Collection[str]
) -> list[Any]:
    regions = [part for part in message.parts if isinstance(part, Region)]
    media = [part for part in message.parts if isinstance(part, Media)]
    shown = {medium.handle for medium in media}
    heard = [(f"s{number}-{at}", at, *found) for at, found in enumerate(stretches_said(message.text, shelf))]
    of_marks = [*(r.of for r in regions), *(of for _, _, _, of, _ in heard)]
    media += [shelf[of] for of in dict.fromkeys(of_marks) if of not in shown and of in shelf]
    items = []
    for medium in media:
        drawn = [region for region in regions if region.of == medium.handle]
        if medium.kind == "mask":
            items += mask_items([medium], shelf, link)
            continue
        # Marks of different frames are shown on pictures of their own frames.
        times = list(dict.fromkeys(region.time for region in drawn)) or [None]
        mine = [item(medium, shelf, link, [r for r in drawn if r.time == at]) for at in times]
        for own, hue, _, of, span in heard:
            if of == medium.handle:
                mine[0] = with_marks(mine[0], stretch_mark(span, own, hue))
        items += mine
    value: dict[str, Any] = {"kind": "user", "items": items, "text": message.text}
    named = [
        {"words": handle, "key": key(handle), "hue": hue}
        for handle, hue in handles_said(message.text, shelf, marks).items()
    ]
    named += [{"words": words, "key": own, "hue": hue} for own, hue, words, _, _ in heard]
    return [card({**value, "named": named} if named else value)]


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
        self,
        shelf: Mapping[str, Media],
        link: Link,
        card: Card,
        progress: Progress | None,
        preview: str,
        number: int,
        marks: Collection[str],
        tasks: Mapping[str, Task],
        experts: Callable[[str], Sequence[str]],
    ) -> None:
        self._shelf, self._link, self._card, self._marks = shelf, link, card, marks
        self._tasks, self._experts = tasks, experts
        self._progress, self._preview, self._number = progress, preview, number
        self._content: list[Any] = []
        self._words: list[str] = []
        self._grounded: list[Place] = []
        self._groundings = 0
        self._taken: list[str] = []
        self._own: list[Media] = []
        self._on: dict[str, dict[str, list[dict[str, Any]]]] = {}
        self._hues: dict[str, int] = {}
        self._calls: dict[str, _Call] = {}
        self._names: dict[str, list[str]] = {}

    def content(self, message: Message) -> list[Any]:
        """Return the content items of *message*."""
        self._own = [part for part in message.parts if isinstance(part, Media)]
        self._names, self._hues = _named(self._own)
        for handle, hue in handles_said(message.text, self._shelf, self._marks).items():
            self._names.setdefault(handle, []).append(key(handle))
            self._hues.setdefault(key(handle), hue)
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
            self._words.append(markdown(part.text, self._names, self._hues))
        elif isinstance(part, Grounding):
            self._words.append(self._place(part))
        elif isinstance(part, TaskCall):
            self._group(part.id).call = part
        elif isinstance(part, Step):
            self._group(part.call).step = part
        elif isinstance(part, Media):
            self._group(str(part.meta.get("call") or "")).media.append(part)
        elif isinstance(part, Failure):
            self._group(part.call).failure = part

    def _place(self, part: Grounding) -> str:
        """Return the words of *part*, tied to what they name, and note where that is shown."""
        masks = masks_meant(part, self._own, self._taken, self._shelf)
        self._taken += [mask.handle for mask in masks]
        hue = index_of(masks[0].handle, masks[0].meta) if masks else self._groundings
        self._groundings += 1
        place = Place(f"g{self._number}-{self._groundings}", part, hue, tuple(masks))
        self._grounded.append(place)
        return phrase(part.phrase, list(dict.fromkeys([*place.keys(), *self._names.get(part.phrase, ())])), hue)

    def _flush(self) -> None:
        words = "".join(self._words).strip()
        self._content += [words] if words else []
        # What lies on something that this reply made is shown on its card.
        mine = {medium.handle for medium in self._own}
        mine |= {str(m.meta.get("of") or "") for m in self._own if m.kind == "mask" and m.path.endswith(".json")}
        for of, more in marked(self._grounded, self._shelf).items():
            if of in mine:
                self._on[of] = with_marks(self._on.get(of, {}), more)
        self._content += [self._card(value) for value in place_cards(self._grounded, mine, self._shelf, self._link)]
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
        called = made.step or made.call
        if called:
            task = self._tasks.get(called.task)
            seeded = task is None or any(param.name == "seed" for param in task.params)
            value["step"] = step_json(made.call, made.step, made.media, self._shelf, seeded=seeded)
        if called and (made.step or made.failure):
            value["again"] = again_json(made.call, made.step, made.failure, self._experts(called.task))
        if waiting and made.call:
            now = self._progress
            starting = {"title": made.call.task, "word": "starting", "fraction": 0}
            mine = now is not None and now.call == made.call.id
            value["progress"] = progress_json(now, self._preview) if now and mine else starting
        if made.failure and made.failure.what.rstrip(".") == SKIPPED:
            value["skipped"] = "Skipped. What was done before it is kept."
        elif made.failure:
            value["error"] = {"what": made.failure.what, "hint": made.failure.hint, "incident": made.failure.incident}
        return value

    def _results(self, made: _Call) -> list[dict[str, Any]]:
        items = mask_items([medium for medium in made.media if medium.kind == "mask"], self._shelf, self._link)
        for medium in made.media:
            host = next((at for at, one in enumerate(items) if is_drawn_in(one, medium)), None)
            if host is not None and "drawn" not in items[host] and medium.handle not in self._on:
                items[host] = with_drawn(items[host], medium, self._shelf, self._link)
            elif medium.kind != "mask":
                shown = item(medium, self._shelf, self._link)
                items.append(with_source(shown, medium, made.call, self._shelf, self._link))
        known = {medium.handle for medium in self._own}
        return [with_marks(shown, self._on.get(_shows(shown, known, self._shelf), {})) for shown in items]


def _shows(shown: Mapping[str, Any], made: Collection[str], shelf: Mapping[str, Media]) -> str:
    """Return the handle of what the item *shown* shows: of masks that of their clip, unless that was *made* too and shown itself."""
    ref = str(shown["ref"])
    of = str(shelf[ref].meta.get("of") or "") if shown["kind"] == "masks" and ref in shelf else ref
    return "" if of != ref and of in made else of


def _named(media: Sequence[Media]) -> tuple[dict[str, list[str]], dict[str, int]]:
    """Return what among *media*, a reply's, has a name that its words may hold: masks, and the boxes that a picture tells of; and the
    place of each among the colours."""
    names: dict[str, list[str]] = {}
    hues: dict[str, int] = {}
    for medium in media:
        label = label_of(medium)
        if medium.kind == "mask" and label:
            names.setdefault(label, []).append(key(medium.handle))
            hues[key(medium.handle)] = index_of(medium.handle, medium.meta)
        elif medium.kind != "mask":
            for number, (name, _) in enumerate(boxes_of(medium)):
                names.setdefault(name.strip(), []).append(f"{key(medium.handle)}-b{number}")
                hues[f"{key(medium.handle)}-b{number}"] = number
    return names, hues
