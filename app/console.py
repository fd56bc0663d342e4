"""Chat in the terminal: the same engine, history, regions and slash commands as the page, as plain lines of text."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, TextIO
from unicodedata import category

from models.expert import Refusal
from models.places import read_place
from models.slash import help_text
from models.tokens import write_arg, write_call
from models.values import Box, Failure, Grounding, Media, Message, Part, Point, Region, Span, Step, TaskCall, Text

from app.events import Finished, Grown, Progress
from app.session import new_owner

if TYPE_CHECKING:
    from app.engine import Engine

OWNER_FILE = "console-owner"
"""Where the data folder keeps the secret token of the terminal's conversations."""
_FORMS = ("png", "rle", "coco")
_VERBS = """\
/add FILE                    attach a picture, video or sound to the next message
/box X0,Y0,X1,Y1 [HANDLE]    draw a box on it; from 0 to 1000 across and down, or fractions such as 0.25
/point X,Y[,-] [HANDLE]      mark a point of the same object; with ,- a point that does not belong to it
/use HANDLE                  send an earlier result along with the next message
/export [png|rle|coco] [HANDLE ...]   write masks to one file; for other results, say where the file is
/new                         start another conversation
/quit                        leave; Ctrl-C ends a reply"""


def owner_of(data: Path) -> str:
    """Return the owner of the conversations held in the terminal: a secret like a browser's, or a page served from the
    same data folder could be asked for them by name."""
    file = data / OWNER_FILE
    with contextlib.suppress(OSError):
        if token := file.read_text(encoding="utf-8").strip():
            return token
    token = new_owner()
    with contextlib.suppress(OSError):  # a full disk, perhaps: then the next chat has another owner
        file.touch(mode=0o600)
        file.write_text(token, encoding="utf-8")
    return token


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
        elif isinstance(part, Media):
            label = f" ({part.meta['label']})" if part.meta.get("label") else ""
            try:
                yield f"  {part.handle}{label}: {self._file(part.handle)}"
            except Refusal as refusal:
                yield f"  {part.handle}{label}: {refusal.what}"
        elif isinstance(part, Failure):
            number = f" (incident {part.incident})" if part.incident else ""
            yield f"! {part.what} {part.hint}{number}".rstrip()


def _grounding(part: Grounding) -> str:
    places: list[Box | Point | Span] = [*part.boxes, *part.points, *part.spans]
    where = " ".join(write_arg(p) for p in places) + (f" in {part.of}" if part.of else "")
    return f"{part.phrase} [{where.strip()}]" if where.strip() else part.phrase


class Console:
    """One conversation at a terminal: *read* gives the next line and raises EOFError at the end, *out* takes the text."""

    def __init__(self, engine: Engine, read: Callable[[str], str] = input, out: TextIO | None = None) -> None:
        self.engine, self.read, self.out = engine, read, out or sys.stdout
        self.owner = owner_of(engine.settings.data)
        self.session = engine.open(self.owner)
        self.attached: list[str] = []
        self.regions: list[Region] = []
        self._verbs: dict[str, Callable[[str], None]] = {
            "add": self._add, "box": self._box, "point": self._point, "use": self._use, "export": self._export,
            "new": self._new, "help": self._help,
        }  # fmt: skip

    def run(self) -> int:
        """Hold the conversation until /quit or the end of the input; returns the exit status."""
        self._say("Unison. Type your message; /help lists the commands, /quit leaves.")
        while True:
            try:
                line = self.read("you> ").strip()
            except EOFError:
                return 0
            except KeyboardInterrupt:
                self._say("\nType /quit to leave.")
                continue
            verb, _, rest = line.partition(" ")
            if verb in ("/quit", "/exit"):
                return 0
            if not line and not self.attached:
                continue
            try:
                action = self._verbs.get(verb[1:]) if verb.startswith("/") else None
                if action:
                    action(rest.strip())
                else:
                    self.send(line)
            except Refusal as refusal:
                self._say(f"! {refusal.what} {refusal.hint}".rstrip())

    def send(self, text: str) -> None:
        """Send a message with what was attached and drawn, and print the reply; Ctrl-C stops it."""
        screen = Screen(self.out, lambda handle: self.engine.file(self.session, handle))
        events = self.engine.reply(self.session, text, tuple(self.attached), tuple(self.regions))
        try:
            for event in events:
                if isinstance(event, Progress):
                    screen.progress(event)
                elif isinstance(event, Grown):
                    screen.show(event.message)
                elif isinstance(event, Finished):
                    screen.show(event.message, last=True)
                    if event.reason == "stopped":
                        screen.line("(stopped)")
        except KeyboardInterrupt:
            screen.line("(stopped)")
        finally:
            close = getattr(events, "close", None)
            if close:
                close()
        self.attached, self.regions = [], []

    def _say(self, text: str) -> None:
        self.out.write(plain(text) + "\n")
        self.out.flush()

    def _add(self, rest: str) -> None:
        name = rest.strip("'\"")
        path = Path(name).expanduser()
        if not name or not path.is_file():
            raise Refusal("There is no such file." if name else "/add needs a file.", "Write it as in /add photo.jpg.")
        media = self.engine.attach(self.session, path, path.name)
        self.attached.append(media.handle)
        self._say(f"  {media.handle} is attached.")
        for note in media.meta.get("notes", ()):
            self._say(f"  ({note})")

    def _target(self, handle: str) -> str:
        """Return the medium to draw on: the named one, else the last attached one, else the latest that can be drawn on."""
        shelf = self.engine.shelf(self.session)
        if handle:
            if handle not in shelf:
                raise Refusal(f"There is no {handle} here.", f"There are: {', '.join(shelf) or 'none yet'}.")
            return handle
        for candidate in [*reversed(self.attached), *reversed(list(shelf))]:
            if candidate in shelf and shelf[candidate].kind in ("image", "video"):
                return candidate
        raise Refusal("There is nothing to draw on.", "Attach a picture or video first: /add FILE.")

    def _place(self, verb: str, rest: str) -> tuple[Box | Point, str]:
        """Return the place and the handle that ``/box`` or ``/point`` names."""
        numbers, handle = rest, ""
        head, _, last = rest.rpartition(" ")
        if "#" in last:
            numbers, handle = head, last
        warnings: list[str] = []
        places = read_place("<box>" if verb == "box" else "<pt>", numbers, warnings)
        example = "/box 100,100,500,500" if verb == "box" else "/point 500,500"
        if len(places) != 1 or not isinstance(places[0], Box | Point):
            raise Refusal(f"/{verb}: {warnings[0] if warnings else 'one at a time'}.", f"Write it as in {example}.")
        for warning in warnings:
            self._say(f"  ({warning})")
        return places[0], self._target(handle)

    def _draw(self, of: str, **shape: object) -> Region:
        number = max([self.engine.next_region(self.session), *(region.id + 1 for region in self.regions)])
        region = Region(number, of, time=0.0 if of.startswith("video") else None, **shape)  # type: ignore[arg-type]
        self.regions.append(region)
        return region

    def _box(self, rest: str) -> None:
        box, of = self._place("box", rest)
        region = self._draw(of, box=box)
        self._say(f"  {region.handle} is drawn on {of}.")

    def _point(self, rest: str) -> None:
        point, of = self._place("point", rest)
        last = self.regions[-1] if self.regions and self.regions[-1].of == of else None
        if last and isinstance(point, Point):
            self.regions[-1] = replace(last, points=(*last.points, point))
            self._say(f"  The point is added to {last.handle} on {of}.")
        else:
            self._say(f"  {self._draw(of, points=(point,)).handle} is drawn on {of}.")

    def _use(self, rest: str) -> None:
        shelf = self.engine.shelf(self.session)
        if rest not in shelf:
            raise Refusal(
                f"There is no {rest or 'handle named'} here.", f"There are: {', '.join(shelf) or 'none yet'}."
            )
        self.attached.append(rest)
        self._say(f"  {rest} goes with the next message.")

    def _export(self, rest: str) -> None:
        shelf = self.engine.shelf(self.session)
        words = rest.split()
        form = words.pop(0).lower() if words and words[0].lower() in _FORMS else "png"
        handles = words or [handle for handle, media in shelf.items() if media.kind == "mask"]
        unknown = [handle for handle in handles if handle not in shelf]
        if unknown:
            raise Refusal(f"There is no {unknown[0]} here.", f"There are: {', '.join(shelf) or 'none yet'}.")
        if not handles:
            raise Refusal(
                "There are no masks to export yet.", "Make one with /segment, or name a result: /export image#2."
            )
        masks = [handle for handle in handles if shelf[handle].kind == "mask"]
        if masks:
            self._say(f"  {self.engine.export_masks(self.session, masks, form)}")
        for handle in handles:
            if handle not in masks:
                self._say(f"  {self.engine.file(self.session, handle)}")

    def _new(self, _rest: str) -> None:
        self.session = self.engine.open(self.owner)
        self.attached, self.regions = [], []
        self._say("A new conversation.")

    def _help(self, rest: str) -> None:
        router = self.engine.router
        self._say(help_text(router.tasks, rest) if rest else f"{_VERBS}\n{help_text(router.runnable())}")


def chat(engine: Engine, read: Callable[[str], str] = input, out: TextIO | None = None) -> int:
    """Chat at the terminal until the person leaves; returns the exit status."""
    if out is None and isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that is not UTF-8 must not end the chat
    return Console(engine, read, out).run()
