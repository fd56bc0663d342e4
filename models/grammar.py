"""The token grammar, both directions: the streaming parser here, the writer, the escapes and the checks beside it.

    reply = { TEXT | ref | task }            task = "<task>" name { " " arg } "</task>"
    arg   = handle | "phrase" | "phrase"<box>...</box> | <box>x0,y0,x1,y1</box> | <pt>x,y</pt> | <t>a-b</t> | key=value
    ref   = "<ref>" phrase "</ref>" { <box> | <pt> | <t> | <seg> } [ "@" handle ]

The parser is total: whatever a model writes becomes text, calls, groundings or a Failure, and every mend is named in the
warnings. What it returns depends on the characters alone, never on how they were cut into pieces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from models.arguments import few, read_call
from models.checks import check, settings
from models.expert import Task
from models.places import read_place
from models.tasks import TASKS
from models.tokens import (
    ENDINGS,
    MARK,
    PLACE_CLOSERS,
    REF_OPENERS,
    escape_phrase,
    escape_text,
    unescape_text,
    write,
    write_arg,
    write_call,
)
from models.values import Box, Failure, Grounding, Part, Point, Span, TaskCall, Text

__all__ = [
    "BODY_LIMIT", "PHRASE_LIMIT", "PLACES_LIMIT", "Event", "Opening", "Parser", "check", "escape_phrase", "escape_text",
    "parse", "settings", "write", "write_arg", "write_call",
]  # fmt: skip

BODY_LIMIT = 4000
"""Characters between the task tags; a longer call is shown as text."""
PHRASE_LIMIT = 1000
"""Characters between the ref tags, as written; a longer phrase is shown as text."""
PLACES_LIMIT = 256
"""Boxes, points and spans of one grounding; further ones are left out."""
_PLACE_LIMIT = 400  # characters of numbers between two place tags
_SPACE_LIMIT = 4  # characters of space between the parts of a grounding
_FAULTS_LIMIT = 20  # failures told of one reply

_TASK_TAG = re.compile(r"<(/?)task>")
_REF_END = re.compile(r"</ref>|<\|object_ref_end\|>|<ref>|<\|object_ref_start\|>|<task>")
_REF_CLOSERS = ("</ref>", "<|object_ref_end|>")
_LONGEST = max(map(len, ENDINGS["<"])) + 1
_TAIL_TAGS = (*PLACE_CLOSERS, "<seg>")
_AT_HANDLE = re.compile(r"@((?:image|video|audio|mask)#)([0-9]{0,9})")
_BACKSLASHES = re.compile(r"\\+")
_SPACE = re.compile(r"\s*")


@dataclass(frozen=True)
class Opening:
    """A call that is still being written: its *body* so far, for live display only."""

    body: str


Event: TypeAlias = Text | Opening | TaskCall | Grounding | Failure


@dataclass
class _Tail:
    """A grounding whose places are still coming."""

    phrase: str
    boxes: list[Box] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    seg: bool = False
    of: str = ""
    warnings: list[str] = field(default_factory=list)

    def add(self, places: list[Box | Point | Span]) -> None:
        for place in places:
            if len(self.boxes) + len(self.points) + len(self.spans) >= PLACES_LIMIT:
                self.warnings.append(f"places after the first {PLACES_LIMIT} were left out")
                return
            if isinstance(place, Box):
                self.boxes.append(place)
            elif isinstance(place, Point):
                self.points.append(place)
            else:
                self.spans.append(place)

    def done(self) -> Grounding:
        return Grounding(
            self.phrase, tuple(self.boxes), tuple(self.points), tuple(self.spans), self.seg, self.of, few(self.warnings)
        )


class Parser:
    """Reads one reply as it streams in: :meth:`feed` each piece, then :meth:`close`; both return the new events.

    *next_id* gives the id of each call ("t1", "t2", ... without it); *tasks* tells which words and arguments a task knows.
    Neither method raises on any input. Time is linear in the characters fed.
    """

    def __init__(self, next_id: Callable[[], str] | None = None, tasks: Mapping[str, Task] = TASKS) -> None:
        self._calls = 0
        self._next_id = next_id or self._count
        self._tasks = tasks
        self._buffer = ""
        self._at = 0  # what lies before is consumed
        self._seen = 0  # characters behind _at that were searched without finding the end of a call or phrase
        self._state = self._in_text
        self._escaping = ""  # "<" or "@" when it was said already and the backslashes after it are being read
        self._opener = ""
        self._tail = _Tail("")
        self._faults = 0
        self._opened = -1
        self._said: list[str] = []
        self._events: list[Event] = []

    def feed(self, piece: str) -> list[Event]:
        """Return the events that *piece* completes."""
        self._buffer = self._buffer[self._at :] + piece
        self._at = 0
        return self._run(final=False)

    def close(self) -> list[Event]:
        """Return the last events: text held back, an unclosed call or reference with a warning."""
        return self._run(final=True)

    def _run(self, *, final: bool) -> list[Event]:
        while self._state(final):
            pass
        self._flush()
        if self._state == self._in_task and not final:
            body = self._buffer[self._at :]
            cut = body.rfind("<", max(0, len(body) - 6))
            body = body[:cut] if cut >= 0 and "</task>".startswith(body[cut:]) else body
            if len(body) != self._opened:
                self._opened = len(body)
                self._events.append(Opening(body))
        events, self._events = self._events, []
        return events

    def _count(self) -> str:
        self._calls += 1
        return f"t{self._calls}"

    def _flush(self) -> None:
        text = "".join(self._said)
        self._said = []
        if text:
            self._events.append(Text(text))

    def _emit(self, event: Event) -> None:
        self._flush()
        self._events.append(event)

    def _fault(self, failure: Failure) -> None:
        self._faults += 1
        if self._faults <= _FAULTS_LIMIT:
            self._emit(failure)

    def _say(self, end: int) -> None:
        """Show the buffer up to *end* as text."""
        self._said.append(self._buffer[self._at : end])
        self._at = end

    # Each state returns True when it moved on and False when it needs more characters.

    def _in_text(self, final: bool) -> bool:
        if self._escaping:
            return self._in_escape(final)
        buffer = self._buffer
        match = MARK.search(buffer, self._at)
        if match is None:
            return self._hold_mark(final)
        backslashes = match[1] or match[2]
        if backslashes:
            self._say(match.start() + len(backslashes))  # the mark and all but one backslash
            self._at += 1
            self._say(match.end())
        elif match[0] == "<task>" or match[0] in REF_OPENERS:
            self._say(match.start())
            self._at = match.end()
            self._opener, self._seen, self._opened = match[0], 0, -1
            self._state = self._in_task if match[0] == "<task>" else self._in_ref
        else:
            self._say(match.end())
        return True

    def _hold_mark(self, final: bool) -> bool:
        """No tag in the buffer: show it all but for what may yet become a tag."""
        buffer = self._buffer
        start = max(buffer.rfind("<", self._at), buffer.rfind("@", self._at))
        if final or start < 0:
            self._say(len(buffer))
            return False
        slashes = _BACKSLASHES.match(buffer, start + 1)
        stem = buffer[slashes.end() if slashes else start + 1 :]
        if len(stem) > _LONGEST or not any(ending.startswith(stem) for ending in ENDINGS[buffer[start]]):
            self._say(len(buffer))
        elif slashes:  # show the mark and all backslashes but the last, so that a long row of them is not held
            self._say(slashes.end() - 1)
            self._escaping = buffer[start]
        else:
            self._say(start)
        return False

    def _in_escape(self, final: bool) -> bool:
        """The buffer starts with backslashes that follow a mark which was shown already."""
        slashes = _BACKSLASHES.match(self._buffer, self._at)
        end = slashes.end() if slashes else self._at
        stem = self._buffer[end : end + _LONGEST]
        endings = ENDINGS[self._escaping]
        ending = next((e for e in endings if stem.startswith(e)), None)
        if ending is None and not final and any(e.startswith(stem) for e in endings):
            self._say(end - 1)
            return False
        self._escaping = ""
        if ending is None:
            self._say(end)
        else:
            self._say(end - 1)
            self._at = end
            self._say(end + len(ending))
        return True

    def _in_task(self, final: bool) -> bool:
        buffer, start = self._buffer, self._at
        last = start + BODY_LIMIT  # the closing tag may start here at the latest
        match = _TASK_TAG.search(buffer, start + self._seen, last + len("</task>"))
        if match and match.start() <= last:
            self._call(buffer[start : match.start()], "" if match[1] else "the call was not closed before the next one")
            self._at, self._seen, self._opened = match.end(), 0, -1
            if match[1]:
                self._state = self._in_text
            return True
        if len(buffer) > last + len("</task>") or (final and len(buffer) > last):
            self._said.append("<task>")
            self._say(last)
            self._fault(
                Failure("A task call was too long to be run; it is shown as text.", "Ask for it in fewer words.")
            )
            self._state = self._in_text
            return True
        if final:
            self._call(buffer[start:], "the call was cut off")
            self._at, self._state = len(buffer), self._in_text
            return True
        self._seen = max(0, len(buffer) - start - len("</task>"))
        return False

    def _call(self, body: str, warning: str) -> None:
        call = read_call(body, self._next_id, self._tasks, (warning,) if warning else ())
        if isinstance(call, Failure):
            self._fault(call)
        else:
            self._emit(call)

    def _in_ref(self, final: bool) -> bool:
        buffer, start = self._buffer, self._at
        last = start + PHRASE_LIMIT
        match = _REF_END.search(buffer, start + self._seen, last + _LONGEST)
        if match and match.start() <= last:
            if match.start() == start and match[0] not in _REF_CLOSERS:  # nothing is referred to
                self._said.append(self._opener)
                self._state = self._in_text
                return True
            self._tail = _Tail(unescape_text(buffer[start : match.start()]))
            if match[0] in _REF_CLOSERS:
                self._at, self._state = match.end(), self._in_tail
            else:
                self._end_ref(match.start(), "the reference was not closed")
            return True
        if len(buffer) > last + _LONGEST or (final and len(buffer) > last):
            self._said.append(self._opener)
            self._state = self._in_text
            return True
        if final:
            self._tail = _Tail(unescape_text(buffer[start:]))
            self._end_ref(len(buffer), "the reference was not closed")
            return True
        self._seen = max(0, len(buffer) - start - _LONGEST)
        return False

    def _end_ref(self, at: int, warning: str = "") -> bool:
        if warning:
            self._tail.warnings.append(warning)
        self._emit(self._tail.done())
        self._at, self._state = at, self._in_text
        return True

    def _in_tail(self, final: bool) -> bool:
        buffer = self._buffer
        space = _SPACE.match(buffer, self._at, self._at + _SPACE_LIMIT + 1)
        at = space.end() if space else self._at
        if at - self._at > _SPACE_LIMIT:
            return self._end_ref(self._at)
        if at == len(buffer):
            return self._end_ref(self._at) if final else False
        if buffer[at] == "@":
            return self._tail_handle(at, final)
        rest = buffer[at : at + _LONGEST]
        tag = next((t for t in _TAIL_TAGS if rest.startswith(t)), None)
        if tag is None:
            if not final and any(t.startswith(rest) for t in _TAIL_TAGS):
                return False
            return self._end_ref(self._at)
        if tag == "<seg>":
            self._tail.seg = True
            self._at = at + len(tag)
            return True
        return self._tail_place(tag, at + len(tag), final)

    def _tail_handle(self, at: int, final: bool) -> bool:
        buffer = self._buffer
        match = _AT_HANDLE.match(buffer, at)
        if match is None or not match[2]:
            rest = buffer[at + 1 : at + _LONGEST]
            partial = match.end() == len(buffer) if match else any(e.startswith(rest) for e in ENDINGS["@"])
            return False if partial and not final else self._end_ref(self._at)
        end = match.end()
        if end == len(buffer) and not final:
            return False
        self._tail.of = match[1] + str(int(match[2]))
        return self._end_ref(end + 1 if buffer.startswith("\\", end) else end)

    def _tail_place(self, tag: str, start: int, final: bool) -> bool:
        buffer, closer = self._buffer, PLACE_CLOSERS[tag]
        end = buffer.find("<", start, start + _PLACE_LIMIT + 1)
        if end < 0:
            if len(buffer) - start > _PLACE_LIMIT:
                return self._end_ref(self._at)
            if not final:
                return False
            return self._end_ref(len(buffer), f"{tag} was cut off and left out")
        rest = buffer[end : end + len(closer)]
        if len(rest) < len(closer) and closer.startswith(rest) and not final:
            return False
        if rest != closer:
            self._tail.warnings.append(f"{tag} was not closed")
        self._tail.add(read_place(tag, buffer[start:end], self._tail.warnings))
        self._at = end + (len(closer) if rest == closer else 0)
        return True


def parse(text: str, next_id: Callable[[], str] | None = None, tasks: Mapping[str, Task] = TASKS) -> tuple[Part, ...]:
    """Return the parts of a whole reply, neighbouring texts joined. Never raises."""
    parser = Parser(next_id, tasks)
    return join([*parser.feed(text), *parser.close()])


def join(events: list[Event]) -> tuple[Part, ...]:
    """Return the events of a parser as parts: texts joined, the live display of unfinished calls left out."""
    parts: list[Part] = []
    for event in events:
        if isinstance(event, Opening):
            continue
        if isinstance(event, Text) and parts and isinstance(parts[-1], Text):
            parts[-1] = Text(parts[-1].text + event.text)
        else:
            parts.append(event)
    return tuple(parts)
