"""A conversation as a person has it, on the real engine with the real experts, and what must hold of every answer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from bad_files import still
from engine_stubs import Scripted, last, of

from app.engine import Engine
from app.events import Options
from app.session import Session
from app.settings import Settings
from models.expert import Refusal, Value
from models.profiles import PROFILES
from models.tasks import TASKS
from models.values import Failure, Media, Message, Region, Step, Text

INSIDE = re.compile(
    r"(?:^|[\s\"'(:])(?:/(?:tmp|root|home|usr|var|work|proc|etc)\b|[A-Za-z]:\\)|\.py\b|Traceback|0x[0-9a-f]{4,}|\bErrno\b|<class|"
    r"\bline \d+, in\b|\b(?:numpy|torch|cv2|PIL|ffmpeg version|KeyError|ValueError|TypeError|IndexError|dtype|NoneType|ndarray)\b"
)
"""What an answer never shows: paths, addresses, tracebacks, names of classes."""


class Chat:
    """One conversation. *replies* is what the scripted model says, by the person's words; else it says "All right."."""

    def __init__(self, engine: Engine, owner: str = "ann") -> None:
        self.engine = engine
        self.session: Session = engine.open(owner)

    def attach(self, path: Path, name: str = "") -> Media:
        return self.engine.attach(self.session, path, name or path.name)

    def say(self, text: str, files: Sequence[str] = (), regions: Sequence[Region] = (), **options: Any) -> Message:
        """Send a message and return the finished reply; a Refusal to send at all becomes a message of that failure."""
        try:
            return last(self.engine.reply(self.session, text, files, regions, Options(**options))).message
        except Refusal as refusal:
            return Message("assistant", (Failure(refusal.what, refusal.hint),), "failed")

    def show(self, path: Path) -> str:
        """Attach and send a file; return its handle."""
        handle = self.attach(path).handle
        self.say("Look.", [handle])
        return handle

    def value(self, handle: str) -> Value:
        """Return what a medium of the conversation holds."""
        return self.engine.store.open(self.engine.shelf(self.session)[handle])

    def pixels(self, handle: str) -> np.ndarray:
        value: Any = self.value(handle)
        return value.pixels

    def mask(self, handle: str) -> np.ndarray:
        value: Any = self.value(handle)
        return value.array[0]

    def kept(self) -> tuple[list[Message], dict[str, str]]:
        """Return all messages, and the sum of every stored file by handle."""
        shelf = self.engine.shelf(self.session).values()
        sums = {m.handle: hashlib.sha256(self.engine.store.file(m).read_bytes()).hexdigest() for m in shelf}
        return self.engine.messages(self.session), sums


def real_engine(folder: Path, says: Any = "All right.", **settings: Any) -> Engine:
    """Return the engine as it is shipped, but for the language model: it says what *says*, a text or a function, tells."""
    options = {"data": folder / "data", "grace": 0.5, **settings}
    model = says if isinstance(says, Scripted) else Scripted(says, size=400)
    return Engine(Settings(**options), model=model, profile=PROFILES["nano"])


def assert_clear(failure: Any, *words: str) -> None:
    """The failure says what is wrong, names *words*, says what to do, and shows nothing of the inside."""
    told = f"{failure.what} {failure.hint}"
    first = failure.what.split()[0]
    assert first in TASKS or not (first.isalpha() and first.islower()), failure.what
    assert failure.what[-1] in ".!?”", failure.what
    assert failure.hint.strip(), f"it does not say what to do: {failure}"
    assert len(told) < 1500, failure
    assert not INSIDE.search(told), told
    assert not getattr(failure, "incident", ""), f"a fault of the program, not of the person: {failure}"
    for word in words:
        assert word.lower() in told.lower(), (word, told)


def failed(message: Message, *words: str) -> Failure:
    """Return the one failure of a reply, which is a clear one."""
    failures = of(message, Failure)
    assert len(failures) == 1, message
    assert_clear(failures[0], *words)
    return failures[0]


def made(message: Message, kind: str | None = None) -> list[Media]:
    """Return what a reply that went well made; *kind* picks. Notes show nothing of the inside either."""
    assert not of(message, Failure), of(message, Failure)
    assert message.state == "done"
    for part in of(message, Step) + of(message, Text):
        assert not INSIDE.search(str(getattr(part, "settings", "")) + getattr(part, "text", "")), part
    media = [m for m in of(message, Media) if kind in (None, m.kind)]
    assert media, message
    return media


def notes(message: Message) -> str:
    """Return the notes of all steps of a reply as one text."""
    return " ".join(str(note) for step in of(message, Step) for note in step.settings.get("notes", []))


@contextmanager
def goes_on(chat: Chat, folder: Path) -> Iterator[None]:
    """Whatever happens in the block: earlier messages and files stay as they are, and a good turn works afterwards."""
    before, files = chat.kept()
    yield
    after, sums = chat.kept()
    assert after[: len(before)] == before, "an earlier message changed"
    assert {handle: sums.get(handle) for handle in files} == files, "a stored file changed or is gone"
    assert all(message.state != "running" for message in after)
    good = chat.attach(still(folder / "a good one.png"))
    media = made(chat.say(f"/adjust invert {good.handle}", [good.handle]), "image")
    assert np.array_equal(chat.pixels(media[0].handle), 255 - chat.pixels(good.handle))
