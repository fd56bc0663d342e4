"""Tokens of a reply as the tagged text of the grammar, piece by piece, with copied words exactly as typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from models.plurals import singular
from models.tasks import TASKS
from models.tokens import escape_phrase, escape_text, write, write_arg
from models.unified import bearings, pointing
from models.unified.amounts import read_amount
from models.unified.bearings import OF_MEDIUM, OTHERS
from models.unified.outlook import DONE, MORE, OF_SHOWN, OF_THING, UNKNOWN, Outlook, handles
from models.unified.record import OF, Record
from models.unified.sheet import Sheet
from models.unified.vocabulary import COLOUR, NAME, WHOLE_NAME, Vocabulary
from models.values import Grounding, Text

_LONGEST_TAG = 40
NUMBERS = {param.name for task in TASKS.values() for param in task.params if param.type in ("int", "float")}
"""The settings that are numbers."""


class Speech:
    """Turns token after token into text. Words between calls and words in quotes are escaped, so that only the tag
    tokens make tags; the end of what was said is held back while a tag could begin in it."""

    def __init__(self, vocabulary: Vocabulary, sheet: Sheet, record: Record) -> None:
        self.names = vocabulary
        self.sheet = sheet
        self.record = record
        self._outlook = Outlook(sheet)
        self._shown = -1  # the row of the thing named last
        self._groups: list[tuple[int, ...]] = []  # the rows of all that was named in this reply
        self._named = ""  # the running words
        self._thing = ""  # the name of the thing that the plan decided on
        self._recall = ""  # what shall be told of the medium whose handle is being written
        self._kind = ""  # that medium's kind
        self._escape: Callable[[str], str] | None = escape_text
        self._held = ""
        self._row = -1
        self._last = ""
        self._number = ""
        self._counts = False  # whether the setting or place being written is a number
        self._phrase: str | None = None  # what stands between quotes, held back until it is known whether a box follows
        self._ended = False  # whether those quotes are closed
        self._determiner: str | None = None  # what stands before things that are being pointed at
        self._adjectives: list[str] = []
        self._rows: list[int] = []  # of these things
        self._text = ""  # the end of the running words so far
        self._handle = False  # whether those words end with a handle, whose number must not go on

    def say(self, token: int) -> str:
        """Return the text that *token* lets out."""
        if token >= len(self.names) and self.sheet.source_of(token - len(self.names)).pointable:
            return self._pointed_at(token - len(self.names))
        if self._determiner is not None and token < len(self.names):
            name = self.names.names[token]
            if not self._rows and (name == COLOUR or (name[0] == "w" and name[2:].strip().isalpha())):
                self._adjectives.append(name if name == COLOUR else name[2:].strip())
                return ""
            if name == WHOLE_NAME and self._rows:
                self._rows = pointing.alike(self.sheet, self._rows[0])
                return self._grounded()
        return self._grounded() + self._say(token)

    def _say(self, token: int) -> str:
        if token >= len(self.names):
            copied = self._copied(token - len(self.names))
            if self._escape is None:
                self._number += copied
                return ""
            return self._add(copied)
        return self._value() + self._quoted(self.names.names[token]) + self._own(token)

    def _own(self, token: int) -> str:
        self._row = -1
        name, text = self.names.names[token], self.names.texts[token]
        if name[0] == "k":
            self._thing = name[2:]
        if name[0] == "o":
            self._determiner = name[2:]
            return ""
        if name[0] == "r" or self._recall:
            return self._filled(name)
        if name[0] in "ctk":
            return ""
        if name[0] == "p" or name == "g:<t>":
            self._counts = name == "g:<t>" or name[3:-1] in NUMBERS
        if name == "g:<task>":
            return self._switch(None, text)
        if name == "g:</task>":
            return self._switch(escape_text, text)
        if name in ("q:open", "q:bare"):
            out = self._switch(escape_phrase, text, after=True)
            self._phrase, self._ended = ("" if name == "q:open" else None), False
            return out
        if name == "q:close" and self._phrase is not None:
            self._escape, self._last, self._ended = None, "", True
            return ""
        if name == "q:close":
            return self._switch(None, text)
        return self._add(text)

    def _filled(self, name: str) -> str:
        """Return what the record token *name*, or the last part of the handle after one, lets out: things or words."""
        if name[0] == "r" and name[2:] in OTHERS:
            return self._others(name[2:])
        if self._recall in OF_MEDIUM and name[0] != "r" and self._kind:
            what, self._recall = self._recall, ""
            handle, named = f"{self._kind}{name[2:]}", handles(self._named + self._held)
            return self._listed(what, bearings.within(self.sheet, what, handle, named))
        return self._add(self._told(name))

    def _told(self, name: str) -> str:
        """Return the words that the record token *name*, or the last part of the handle after one, lets out."""
        if name == NAME:
            return self._thing
        if name[2:] == MORE and name[0] == "r":
            return self._outlook.more(self._groups, handles(self._named + self._held))
        if name[0] == "r" and name[2:] in (*OF_THING, *DONE):
            told = self._outlook.thing(name[2:], self._shown) if self._shown >= 0 else ""
            return told or UNKNOWN.get(name[2:], "")
        if name[0] == "r" and name[2:] not in {**OF, **OF_SHOWN, **OF_MEDIUM}:
            return self.record.tell(name[2:])
        if name[0] == "r":
            self._recall, self._kind = name[2:], ""
        elif not self._kind:
            self._kind = name[2:].strip()
        else:
            what, self._recall = self._recall, ""
            handle = f"{self._kind}{name[2:]}"
            return self._outlook.shown(what, handle) if what in OF_SHOWN else self.record.tell(what, handle)
        return ""

    def close(self) -> str:
        """Return what is still held back."""
        return self._grounded() + self._value() + self._quoted("") + self._release(len(self._held))

    def _pointed_at(self, row: int) -> str:
        """Point at a thing: within a call its box, in running words part of what is named when all of it is known."""
        if self._escape is None:
            return f"{self._value()}{self._quoted('@')} {write_arg(pointing.box_at(self.sheet, row))}"
        self._determiner = self._determiner or ""
        self._rows.append(row)
        return ""

    def _grounded(self) -> str:
        """Return the things that were pointed at, worded, when all of them are known."""
        determiner, self._determiner = self._determiner, None
        adjectives, self._adjectives = self._adjectives, []
        rows, self._rows = self._rows, []
        if determiner is None:
            return ""
        self._name(rows)
        hues = {self._outlook.thing("colour", row).partition(" ")[0] for row in rows if COLOUR in adjectives}
        hue = hues.pop() if len(hues) == 1 else ""
        adjectives = [hue if word == COLOUR else word for word in adjectives if word != COLOUR or hue]
        if not rows:
            return self._add(" ".join([determiner, *adjectives]).strip())
        return self._shows(pointing.said(self.sheet, pointing.Pointed(determiner, tuple(adjectives), tuple(rows))))

    def _shows(self, told: Grounding) -> str:
        out = self._release(len(self._held)) + write([pointing.begun(self._text, told)])
        self._text, self._last, self._handle = told.phrase, told.phrase[-1:], bool(told.of)
        return out

    def _name(self, rows: Sequence[int]) -> None:
        self._shown = rows[0] if rows else self._shown
        self._groups += [tuple(rows)] if rows else []

    def _others(self, what: str) -> str:
        """Name what stands so to the thing named last, or to the two named last."""
        before = self._groups[-2][0] if len(self._groups) > 1 else -1
        found = bearings.others(self.sheet, what, self._shown, before) if self._shown >= 0 else []
        return self._listed(what, found)

    def _listed(self, what: str, rows: Sequence[int]) -> str:
        """Name *rows*, which the program found."""
        out = ""
        for part in bearings.worded(self.sheet, what, rows):
            out += self._add(part.text) if isinstance(part, Text) else ""
            out += self._shows(part) if isinstance(part, Grounding) else ""
        self._name(rows)
        return out

    def _quoted(self, following: str) -> str:
        """Return the phrase before the token *following*, when that tells what it is: a label, before a box, names one thing
        where the person may have named several."""
        if self._phrase is None or (following and not self._ended):
            return ""
        phrase = singular(self._phrase) if following == "g:<box>" else self._phrase
        quote = '"' if self._ended else ""
        self._phrase, self._ended = None, False
        return escape_phrase(phrase) + quote

    def _value(self) -> str:
        """Return the setting that was copied, a number as plain digits."""
        copied, self._number = self._number, ""
        return (read_amount(copied) if self._counts else None) or copied

    def _copied(self, row: int) -> str:
        source = self.sheet.source_of(row)
        start, end = source.places[row - source.first]
        carries_on = row == self._row + 1 and row > source.first and self._row >= 0
        self._row = row
        if carries_on:
            start = min(start, source.places[row - source.first - 1][1])
        elif self._escape is escape_phrase and self._last and not self._last.isspace():
            return " " + source.text[start:end]
        return source.text[start:end]

    def _add(self, text: str) -> str:
        self._last = text[-1:] or self._last
        if self._phrase is not None and not self._ended:
            self._phrase += text
            return ""
        if self._escape is None:
            return text
        self._held += text
        place = max(self._held.rfind("<"), self._held.rfind("@"))
        keep = place >= 0 and len(self._held) - place < _LONGEST_TAG
        return self._release(place if keep else len(self._held))

    def _release(self, end: int) -> str:
        out, self._held = self._held[:end], self._held[end:]
        if out and self._escape is escape_text:
            self._text, self._named = (self._text + out)[-8:], self._named + out
            guard = (
                "\\" if self._handle and (out[0].isdecimal() or out[0] == "\\") else ""
            )  # ends the number of the handle
            self._handle = False
            return guard + self._escape(out)
        return self._escape(out) if self._escape else out

    def _switch(self, escape: Callable[[str], str] | None, text: str, *, after: bool = False) -> str:
        """Let go of what is held, write *text* as it is and go on with *escape*."""
        out = self.close() + text
        self._escape, self._last, self._row = escape, "", -1
        return out
