"""What a person can choose of the next message and meant of the last one, as the page's JSON: pure functions, no gradio.

The browser sends choices, so they are read with suspicion and only what exists is taken over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from models.expert import Task
from models.markings import MARK_HINT
from models.router import with_drawn
from models.slash import parse_slash
from models.unified.stream import WORDS
from models.values import Failure, Media, Message, Region, Span, TaskCall

from app.cards import Link, item, label_of, medium_card, region_json, url_of
from app.events import Options
from app.meant import BARE, marks_used, name_of, own_marks
from app.places import seconds_of, stretch_mark, stretches_said, with_marks
from app.target import Target

Card = Callable[[dict[str, Any]], dict[str, Any]]
MOST = 64
"""Handles that one choice may hold."""
NEWEST = 12
"""Media and earlier marks that are offered, the latest."""
NEAR = 0.05
"""Seconds by which the ends of two stretches differ that are told as one."""
WAY = 40
"""Characters of one of the ways among which a question lets choose."""
_ASKS = re.compile(r"\bwhich (?:one|of (?:them|these|those))\b[^.!?]*\?|\bmark (?:it|them|one)\b", re.IGNORECASE)
_WAYS = re.compile(r"[^:?]+: ([^:?]+)\?")
_HANDLE = re.compile(r"(?<![\w#])(?:image|video|audio|mask|region)#[1-9][0-9]{0,5}(?![0-9])")


def picked(choice: Any, shelf: Mapping[str, Media], marks: Iterable[str], tasks: Mapping[str, Task]) -> Options:
    """Return what the browser's *choice* picks of what exists: *marks* are the handles of the regions there are."""
    choice = choice if isinstance(choice, dict) else {}
    task, known = choice.get("task"), set(marks)
    media = [handle for handle in _names(choice.get("media")) if handle in shelf]
    regions = choice.get("regions")
    return Options(
        task=task if isinstance(task, str) and task in (WORDS, *tasks) else None,
        media=tuple(media),
        regions=tuple(h for h in _names(regions) if h in known) if isinstance(regions, list) else None,
    )


def _names(value: Any) -> list[str]:
    found = value if isinstance(value, list) else []
    return list(dict.fromkeys(name for name in found[:MOST] if isinstance(name, str)))


def regions_of(messages: Iterable[Message]) -> dict[str, Region]:
    """Return every region of *messages* by its handle, the oldest first."""
    return {part.handle: part for message in messages for part in message.parts if isinstance(part, Region)}


def tasks_json(tasks: Mapping[str, Task]) -> list[dict[str, Any]]:
    """Return what the menu must know of each task: its name, one line of help, and the kinds of media it works on."""
    return [{"name": task.name, "help": task.help, "kinds": list(task.needs)} for task in tasks.values()]


def media_json(shelf: Mapping[str, Media], link: Link) -> list[dict[str, Any]]:
    """Return the latest media of *shelf* as the menu shows them."""
    return [
        {"ref": m.handle, "kind": m.kind, "name": str(m.meta.get("name") or label_of(m))[:60]}
        | ({"url": url_of(m, link)} if m.kind == "image" else {})
        for m in list(shelf.values())[-NEWEST:]
    ]


def marks_json(regions: Iterable[Region]) -> list[dict[str, Any]]:
    """Return *regions* as the menu shows them; *index* is their place among the colours, which goes by their number."""
    return [{"ref": r.handle, "of": r.of, "label": r.label, "index": r.id - 1} for r in regions]


def call_json(call: TaskCall) -> dict[str, Any]:
    """Return what *call* does and works on, as words and handles; among the *details* are its operation and the stretches of time."""
    media, regions = call.refs("image", "video", "audio", "mask"), call.refs("region")
    phrases = [words[:80] for words in call.phrases()]
    spans = [seconds_of(arg) for arg in call.args if isinstance(arg, Span)]
    details = [*([call.params["op"][:80]] if "op" in call.params else []), *spans]
    return {"task": call.task, "media": media, "regions": regions, "phrases": phrases, "details": details}


def target_json(target: Target | None) -> dict[str, Any] | None:
    """Return *target* for the chip; None stays None."""
    if target is None:
        return None
    return {"calls": [call_json(call) for call in target.calls], "fault": target.fault}


def annotated(
    entries: Sequence[dict[str, Any]],
    messages: Sequence[Message],
    shelf: Mapping[str, Media],
    tasks: Mapping[str, Task],
    link: Link,
    card: Card,
    marks: Sequence[Region] | None = (),
    drawn: Mapping[str, Region] | None = None,
) -> list[dict[str, Any]]:
    """Return the chat's *entries* of *messages* with what was understood of each of the person's messages, marks of earlier ones
    included, which are among *drawn*; and under a last reply that has ended the buttons that answer its question and "I meant",
    which offers *marks*. None: later messages stand elsewhere."""
    shown, drawn = [dict(entry) for entry in entries], drawn or regions_of(messages)
    for number in range(1, len(messages)):
        asked, reply = messages[number - 1 : number + 1]
        if (asked.role, reply.role) != ("user", "assistant") or reply.state == "running":
            continue
        command = parse_slash(asked.text, shelf, (), tasks) is not None
        calls = [part for part in reply.parts if isinstance(part, TaskCall)]
        used = marks_used(asked, calls, drawn, tasks)
        if others := used[len(own_marks(asked)) :]:
            shown[number - 1] = _echoed(shown[number - 1], others, calls[0].id if calls else "", shelf, link)
        shown[number - 1] = _heard(shown[number - 1], asked, calls, shelf, link)
        if calls and not command:
            shown[number - 1] = _with(shown[number - 1], "understood", _understood(asked, calls, used, tasks))
        if marks is not None and number == len(messages) - 1 and (calls or not command):
            more = {"command": True} if command else {}
            last: dict[str, Any] = {"kind": "call", "meant": {**_meant(used, calls, marks, shelf, tasks, link), **more}}
            answers = [] if calls else answers_json(reply.text, shelf, link)
            answers = answers or to_mark(asked, reply, shelf, link)
            if answers:
                last["answers"] = answers
            shown[number]["content"] = [*shown[number]["content"], card(last)]
    return shown


def _with(entry: dict[str, Any], name: str, data: Any) -> dict[str, Any]:
    """Return a chat entry whose first card also holds *data*."""
    content, first = list(entry["content"]), True
    for place, part in enumerate(content):
        if first and isinstance(part, dict) and "value" in part:
            content[place], first = {**part, "value": {**part["value"], name: data}}, False
    return {**entry, "content": content}


def _items(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the items of a person's chat entry."""
    cards = [part["value"] for part in entry["content"] if isinstance(part, dict) and "value" in part]
    return list(cards[0].get("items", ())) if cards else []


def _heard(
    entry: dict[str, Any], asked: Message, calls: Sequence[TaskCall], shelf: Mapping[str, Media], link: Link
) -> dict[str, Any]:
    """Return a person's chat entry with the stretches of time that *calls* work on and that its words did not name, each on its
    sound or clip."""
    items, shown = _items(entry), 0
    said = [(of, span) for _, of, span in stretches_said(asked.text, shelf)]
    for call in calls:
        of = next(iter(call.refs("audio", "video")), "")
        last = float(shelf[of].meta.get("duration") or 0) if of in shelf else 0.0
        for number, span in enumerate(arg for arg in call.args if isinstance(arg, Span)):
            span = replace(span, end=min(span.end, last)) if span.start < last else span
            near = (
                abs(span.start - s.start) < NEAR and abs(span.end - s.end) < NEAR for where, s in said if where == of
            )
            if of not in shelf or any(near):
                continue
            place = next((at for at, one in enumerate(items) if one["ref"] == of), len(items))
            if place == len(items):
                items.append(_meant_here(item(shelf[of], shelf, link)))
            items[place] = with_marks(items[place], stretch_mark(span, f"{call.id}-s{number}", shown))
            said.append((of, span))  # another call on the same stretch needs no second mark
            shown += 1
    return _with(entry, "items", items) if shown else entry


def _meant_here(shown: dict[str, Any]) -> dict[str, Any]:
    return {**shown, "caption": f"meant here: {shown['caption']}", "echo": True, "actions": False}


def _echoed(
    entry: dict[str, Any], older: Sequence[Region], call: str, shelf: Mapping[str, Media], link: Link
) -> dict[str, Any]:
    """Return a person's chat entry with the marks of earlier messages that it means, and with the boxes that *call* wrote itself, on
    pictures of their own."""
    own, items = _items(entry), list[dict[str, Any]]()
    for of, time in dict.fromkeys((region.of, region.time) for region in older):
        if of in shelf:
            here = [region for region in older if (region.of, region.time) == (of, time)]
            shown = item(shelf[of], shelf, link, here)
            for number, region in enumerate(here):
                if region.id > BARE:
                    name, at = name_of(region), region.id - BARE
                    shown["regions"][number] |= {"number": at, "text": name, "key": f"{call}-box{at}"}
            # a picture that came with the message takes the marks itself, a clip shows another frame for them
            bare = [at for at, one in enumerate(own) if one["ref"] == of and time is None and not one.get("regions")]
            if bare:
                own[bare[0]] = {**own[bare[0]], "regions": shown["regions"]}
            else:
                items.append(_meant_here(shown))
    return _with(entry, "items", [*own, *items]) if older else entry


def _understood(
    asked: Message, calls: Sequence[TaskCall], used: Sequence[Region], tasks: Mapping[str, Task]
) -> list[dict[str, Any]]:
    drawn = own_marks(asked)
    colours = {mark["ref"]: mark["index"] for mark in marks_json(used)}
    told = [with_drawn(call, tasks[call.task], drawn) if call.task in tasks else call for call in calls]
    return [{**call_json(call), "colours": colours} for call in told]


def answers_json(text: str, shelf: Mapping[str, Media], link: Link) -> list[dict[str, Any]]:
    """Return what can be clicked to answer the question that ends *text*: the media that it names, or the ways that it lists
    ("How: brighter, sharper or more colourful?"), each by the words of the answer, its *ref*."""
    last = re.split(r"(?<=[.!?])\s+", text.strip())[-1]
    named = _HANDLE.findall(last)
    if named:
        handles = [handle for handle in dict.fromkeys(named) if handle in shelf]
        return media_json({h: shelf[h] for h in handles}, link) if last.endswith("?") and len(handles) > 1 else []
    listed = _WAYS.fullmatch(last)
    ways = list(dict.fromkeys(re.split(r", or | or |, ", listed[1]))) if listed else []
    return [{"ref": way} for way in ways] if len(ways) > 1 and all(0 < len(way) <= WAY for way in ways) else []


def to_mark(asked: Message, reply: Message, shelf: Mapping[str, Media], link: Link) -> list[dict[str, Any]]:
    """Return the button by which what is meant can be marked, where *reply* asks which of the things of one medium that is, or failed
    since nobody marked it: the medium for the editor, and the words of *asked*, to be sent again with the mark."""
    calls = {part.id: part for part in reply.parts if isinstance(part, TaskCall)}
    failed = [part for part in reply.parts if isinstance(part, Failure)]
    if failed:
        # the first: later calls may have failed since it made nothing
        call = next((calls.get(one.call) for one in failed if one.hint.startswith(MARK_HINT)), None)
        on = call.refs("image", "video")[:1] if call else []
    elif calls or not _ASKS.search(reply.text) or any(h.startswith("audio#") for h in _HANDLE.findall(reply.text)):
        on = []
    else:
        seen = [handle for handle, medium in shelf.items() if medium.kind in ("image", "video")]
        named = list(dict.fromkeys(h for h in _HANDLE.findall(reply.text) if h.startswith(("image#", "video#"))))
        on = named if named else seen[-1:]
    if len(on) != 1 or on[0] not in shelf:
        return []
    return [{"ref": f"Mark it in {on[0]}", "draw": medium_card(shelf[on[0]], shelf, link), "text": asked.text}]


def _meant(
    drawn: Sequence[Region],
    calls: Sequence[TaskCall],
    marks: Sequence[Region],
    shelf: Mapping[str, Media],
    tasks: Mapping[str, Task],
    link: Link,
) -> dict[str, Any]:
    handles = {mark["ref"]: mark["index"] for mark in marks_json(drawn)}
    pictures = {of: medium_card(shelf[of], shelf, link) for of in dict.fromkeys(r.of for r in drawn) if of in shelf}
    made = {call.id for call in calls}
    # What the reply made is not there when it is made again.
    there = {handle: m for handle, m in shelf.items() if str(m.meta.get("call") or "") not in made}
    return {
        "tasks": tasks_json(tasks),
        "media": media_json(there, link),
        "regions": marks_json(marks[-NEWEST:]),
        "drawn": [{**region_json(r), "ref": name_of(r), "of": r.of, "index": handles[r.handle] % BARE} for r in drawn],
        "pictures": pictures,
    }
