"""What the console chat prints of a reply: each word once, finished parts on lines of their own, progress over itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TextIO
from unicodedata import category

from models.expert import Refusal
from models.tokens import write_arg, write_call
from models.values import Box, Failure, Grounding, Media, Message, Part, Point, Span, Step, TaskCall, Text

from app.events import Progress


def plain(text: str) -> str:
    """Return *text* without the control characters that could steer a terminal; tabs and line ends stay."""
    return "".join(c if c in "\n\t" or category(c) not in ("Cc", "Cs") else "\ufffd" for c in text)


class Screen:
    """Prints a growing reply: each word once, finished parts on lines of their own, progress over itself on a terminal."""

    def __init__(self, out: TextIO, file: Callable[[str], Path]) -> None:
        self._out, self._file = out, file
        self._live = out.isatty()
        self._parts = 0  # parts printed whole
        self._letters = 0  # letters printed of the text after them
        self._column = 0
        self._bar = 0  # width of the progress line on the screen
        self._quarter: tuple[str, int] = ("", -1)
        self._noted: set[str] = set()  # the notes printed

    def line(self, text: str) -> None:
        """Print *text* on a line of its own."""
        self._words(("\n" if self._column else "") + text + "\n")

    def _words(self, text: str) -> None:
        if not text:
            return
        self._wipe()
        text = plain(text)
        self._out.write(text)
        self._out.flush()
        self._column = len(text) - text.rfind("\n") - 1 if "\n" in text else self._column + len(text)

    def _wipe(self) -> None:
        if self._bar:
            self._out.write("\r" + " " * self._bar + "\r")
            self._bar = 0

    def progress(self, event: Progress) -> None:
        """Show how far a call is; a file or pipe gets a line per quarter."""
        name = event.expert or event.task
        left = f", {event.left:.0f} s left" if event.left is not None else ""
        text = plain(f"  {name}: {event.fraction:4.0%} {event.word}{left}").rstrip()
        if self._live:
            if self._column:
                self._words("\n")
            self._out.write("\r" + text.ljust(self._bar))
            self._out.flush()
            self._bar = len(text)
        elif (event.call, int(event.fraction * 4)) != self._quarter:
            self._quarter = (event.call, int(event.fraction * 4))
            self.line(text)

    def show(self, message: Message, *, last: bool = False) -> None:
        """Print what *message* holds beyond what was printed of it."""
        while self._parts < len(message.parts):
            part = message.parts[self._parts]
            if isinstance(part, Text):
                self._words(part.text[self._letters :])
                self._letters = len(part.text)
                if self._parts == len(message.parts) - 1 and not last:
                    return
            elif isinstance(part, Grounding):
                self._words(_grounding(part))
            else:
                for line in self._lines(part):
                    self.line(line)
            self._parts, self._letters = self._parts + 1, 0
        if last:
            self._wipe()
            self._words("\n" if self._column else "")

    def _lines(self, part: Part) -> Iterable[str]:
        if isinstance(part, TaskCall):
            try:
                yield f"> {write_call(part)}"
            except ValueError:  # a name that a model misspelt
                yield f"> {part.task}"
            yield from (f"  ({warning})" for warning in part.warnings)
        elif isinstance(part, Step):
            yield f"  {part.expert}, seed {part.seed}, {part.seconds:.1f} s"
            self._noted.clear()
            yield from self._notes(part.settings.get("notes"))
        elif isinstance(part, Media):
            label = f" ({part.meta['label']})" if part.meta.get("label") else ""
            try:
                yield f"  {part.handle}{label}: {self._file(part.handle)}"
            except Refusal as refusal:
                yield f"  {part.handle}{label}: {refusal.what}"
            yield from self._notes(part.meta.get("notes"))
        elif isinstance(part, Failure):
            number = f" (incident {part.incident})" if part.incident else ""
            yield f"! {part.what} {part.hint}{number}".rstrip()

    def _notes(self, notes: Any) -> Iterable[str]:
        """Yield *notes*, a list of them or one, that were not printed yet: a step and its results have the same."""
        every = [str(note) for note in (notes if isinstance(notes, list | tuple) else [notes] if notes else [])]
        new = [note for note in dict.fromkeys(every) if note not in self._noted]
        self._noted.update(new)
        yield from (f"  ({note})" for note in new)


def _grounding(part: Grounding) -> str:
    places: list[Box | Point | Span] = [*part.boxes, *part.points, *part.spans]
    where = " ".join(write_arg(p) for p in places) + (f" in {part.of}" if part.of else "")
    return f"{part.phrase} [{where.strip()}]" if where.strip() else part.phrase
