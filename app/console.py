"""Chat in the terminal: the same engine, history, regions and slash commands as the page, as plain lines of text."""

from __future__ import annotations

import re
import sys
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from models.device import SEEDS
from models.expert import Refusal
from models.slash import help_text
from models.values import Media

from app import console_chats
from app.events import Event, Finished, Grown, Progress
from app.overrides import with_stretches
from app.screen import Screen, plain
from app.session import Session, owner_of
from app.sketch import Sketch
from app.typed import Typed, lines_typed, nothing

if TYPE_CHECKING:
    from app.engine import Engine

OWNER_FILE = "console-owner"
"""Where the data folder keeps the secret token of the terminal's conversations."""
_FORMS = ("png", "rle", "coco", "svg")
_FRAME = re.compile(r"#[0-9]{1,9}")
_VERBS = (
    """\
/add FILE                    attach a picture, video or sound to the next message
/draw box X0,Y0,X1,Y1        mark an object; from 0 to 1000 across and down, or fractions such as 0.25
/draw point X,Y              add a point of it; with ,- one that does not belong to it
/draw line X,Y X,Y ...       add a brush stroke; width=0.05 makes it wide
/draw outline X,Y X,Y ...    add an outline; a single - among the points takes line or outline away from it
/draw mask#1                 begin with an earlier mask; /draw name WORDS names the object, /draw undo takes it away
/frame [HANDLE] SECONDS      draw on that moment of a video, or on frame #12
/use HANDLE                  send an earlier result along with the next message
/media                       list everything of this conversation with its file
/export [png|rle|coco|svg] [HANDLE ...] [#12]   write masks to one file, those of a clip of frame 12 alone; or the boxes of a
                             picture as coco or svg; otherwise say where a result's file is
/draw stretch FROM TO        mark a stretch of a sound, or of a clip's sound, in seconds; it goes into the message as words
/retry [SEED]                answer the last message again
"""
    + console_chats.HELP
    + """
/new                         start another conversation
/quit                        leave
While a reply is made: Ctrl-C, or /stop and Enter, ends it and keeps what is done; /skip and Enter ends the running call alone and
goes on with the next. Whatever else you type then is the next message.
A shape takes a handle at its end when it is not for the latest picture: /draw box 0,0,500,500 image#1."""
)


class Console:
    """One conversation at a terminal: *read* gives the next line and raises EOFError at the end, *out* takes the text, *typed*
    gives a line that was typed while a reply is made, or None."""

    def __init__(
        self, engine: Engine, read: Callable[[str], str] = input, out: TextIO | None = None, typed: Typed = nothing
    ) -> None:
        self.engine, self.read, self.out, self.typed = engine, read, out or sys.stdout, typed
        self.ahead: deque[str] = deque()  # typed while a reply was made
        self.owner = owner_of(engine.settings.data / OWNER_FILE)
        self.session = engine.open(self.owner)
        self.attached: list[str] = []
        self.sketch = Sketch()
        self.found: list[str] = []  # the conversations that were listed last
        self.gone: Session | None = None  # the one that was deleted last
        self._verbs: dict[str, Callable[[str], None]] = {
            "add": self._add, "draw": self._draw, "frame": self._frame, "use": self._use, "media": self._media,
            "export": self._export, "retry": self._retry, "new": self._new, "help": self._help,
            **{name: partial(act, self) for name, act in console_chats.VERBS.items()},
        }  # fmt: skip

    def run(self) -> int:
        """Hold the conversation until /quit or the end of the input; returns the exit status."""
        self.say("Unison. Type your message; /help lists the commands, /quit leaves.")
        while True:
            try:
                line = self._next().strip()
            except EOFError:
                return 0
            except KeyboardInterrupt:
                self.say("\nType /quit to leave.")
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
                self.say(f"! {refusal.what} {refusal.hint}".rstrip())

    def _next(self) -> str:
        if not self.ahead:
            return self.read("you> ")
        line = self.ahead.popleft()
        self.say(f"you> {line}")
        return line

    def _heed(self, screen: Screen) -> None:
        """Do what is typed while a reply is made; other lines wait until it has ended."""
        line = self.typed()
        wish = (line or "").strip()
        if wish == "/skip":
            screen.line("(skipping)" if self.engine.skip(self.session) else "(no call runs that could be skipped)")
        elif wish == "/stop":
            self.engine.stop(self.session)
        elif wish:
            self.ahead.append(wish)
            screen.line("(it waits until this reply has ended)")

    def send(self, text: str) -> None:
        """Send a message with what was attached and drawn, and print the reply; Ctrl-C stops it."""
        regions = self.sketch.regions(self._shelf(), self.engine.next_region(self.session))
        text = with_stretches(text, self.sketch.spans)
        self.show(self.engine.reply(self.session, text, tuple(self.attached), tuple(regions)))
        self.forget()

    def _shelf(self) -> dict[str, Media]:
        """Return what can be drawn on: what is shown, and what waits for the next message, from whatever branch."""
        media = self.engine.media(self.session)
        waiting = {handle: media[handle] for handle in self.attached if handle in media}
        return {**self.engine.shelf(self.session), **waiting}

    def forget(self) -> None:
        """Forget what was attached and drawn for the next message."""
        self.attached = []
        self.sketch.clear()

    def turn_to(self, session: Session) -> None:
        """Go on with another conversation."""
        self.session = session
        self.attached, self.sketch = [], Sketch()

    def show(self, events: Iterator[Event]) -> None:
        """Print a reply as it grows; Ctrl-C stops it."""
        screen = Screen(self.out, lambda handle: self.engine.file(self.session, handle))
        try:
            for event in events:
                self._heed(screen)
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

    def say(self, text: str) -> None:
        """Print *text* on lines of its own."""
        self.out.write(plain(text) + "\n")
        self.out.flush()

    def _add(self, rest: str) -> None:
        name = rest.strip("'\"")
        path = Path(name).expanduser()
        if not name or not path.is_file():
            raise Refusal("There is no such file." if name else "/add needs a file.", "Write it as in /add photo.jpg.")
        media = self.engine.attach(self.session, path, path.name)
        self.attached.append(media.handle)
        self.engine.ahead.read(self.session, self.attached)
        self.say(f"  {media.handle} is attached.")
        for note in media.meta.get("notes", ()):
            self.say(f"  ({note})")

    def _draw(self, rest: str) -> None:
        self.say(self.sketch.draw(rest, self._shelf(), self.attached, self.engine.next_region(self.session)))

    def _frame(self, rest: str) -> None:
        self.say(self.sketch.frame(rest, self._shelf(), self.attached))

    def _media(self, _rest: str) -> None:
        shelf = self.engine.shelf(self.session)
        for media in shelf.values():
            label = f" ({media.meta['label']})" if media.meta.get("label") else ""
            self.say(f"  {media.handle}{label}: {self.engine.file(self.session, media.handle)}")
        if not shelf:
            self.say("  There is nothing here yet.")

    def _retry(self, rest: str) -> None:
        if rest and not (rest.isdecimal() and int(rest) < SEEDS):
            raise Refusal("/retry takes a seed or nothing.", "Write it as in /retry 7.")
        self.show(self.engine.retry(self.session, int(rest) if rest else None))

    def _use(self, rest: str) -> None:
        shelf = self.engine.media(self.session)
        if rest not in shelf:
            raise Refusal(
                f"There is no {rest or 'handle named'} here.", f"There are: {', '.join(shelf) or 'none yet'}."
            )
        self.attached.append(rest)
        self.engine.ahead.read(self.session, self.attached)
        self.say(f"  {rest} goes with the next message.")

    def _export(self, rest: str) -> None:
        shelf = self.engine.shelf(self.session)
        words = rest.split()
        form = words.pop(0).lower() if words and words[0].lower() in _FORMS else "png"
        numbers = [word for word in words if _FRAME.fullmatch(word)]
        if len(numbers) > 1:
            raise Refusal("/export takes one frame, or all.", "Write it as in /export png mask#1 #12.")
        frame = int(numbers[0][1:]) if numbers else None
        words = [word for word in words if word not in numbers]
        handles = words or [handle for handle, media in shelf.items() if media.kind == "mask"]
        unknown = [handle for handle in handles if handle not in shelf]
        if unknown:
            raise Refusal(f"There is no {unknown[0]} here.", f"There are: {', '.join(shelf) or 'none yet'}.")
        if not handles:
            raise Refusal(
                "There are no masks to export yet.", "Make one with /segment, or name a result: /export image#2."
            )
        written = ("mask", "image", "video") if form in ("coco", "svg") else ("mask",)
        masks = [handle for handle in handles if shelf[handle].kind in written]
        if frame is not None and (other := [handle for handle in handles if shelf[handle].kind != "mask"]):
            raise Refusal(f"{other[0]} is not a mask.", "One frame is exported of a clip's masks alone.")
        if masks:
            self.say(f"  {self.engine.export_masks(self.session, masks, form, frame)}")
        for handle in handles:
            if handle not in masks:
                self.say(f"  {self.engine.file(self.session, handle)}")

    def _new(self, _rest: str) -> None:
        self.turn_to(self.engine.open(self.owner))
        self.say("A new conversation.")

    def _help(self, rest: str) -> None:
        router = self.engine.router
        self.say(help_text(router.tasks, rest) if rest else f"{_VERBS}\n{help_text(router.runnable())}")


def chat(
    engine: Engine, read: Callable[[str], str] = input, out: TextIO | None = None, typed: Typed | None = None
) -> int:
    """Chat at the terminal until the person leaves; returns the exit status."""
    if out is None and isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that is not UTF-8 must not end the chat
    return Console(engine, read, out, typed or (lines_typed() if read is input else nothing)).run()
