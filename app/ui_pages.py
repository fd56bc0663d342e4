"""Which conversation each open tab shows. A tab is known by gradio's session hash and believed only with its owner; it is
remembered when its connection is lost, since it may come back."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from models.expert import Refusal

from app.engine import Engine
from app.session import Session, is_owner, new_owner

MOST_PAGES = 5000
SENDS = 64
"""Sent messages of a tab of which it is remembered what became."""


@dataclass
class Seen:
    """What a tab shows of its conversation: earlier turns from group *first* on, as long as the ring begins with group *ring*;
    whether there are *more*, where it ends (conversation, number of the last message), and by part of the page what was sent
    to it last, where that is known."""

    first: int | None = None
    ring: int = 0
    more: bool = False
    end: tuple[str, list[int]] | None = None
    sent: dict[int, object] = field(default_factory=dict)


@dataclass
class Page:
    """One open tab: its conversation, what became of the files that it uploaded (by the number that it gave each: the handle,
    why it was refused, or None when it was taken away), which of its messages are in view, how many downloads it made, which was
    the last and which the latest exports, what is searched for, whether the media are shown, what was deleted last (id, title, until when), how far a replay is, which
    stream draws the tab now, what became of the messages that it sent (by the number that it gave each: "sent", "waits", "taken",
    "refused", "back" or "gone"), and the whole texts of those that were taken back since it last sent one, by number."""

    session: Session
    files: dict[str, str | Refusal | None] = field(default_factory=dict)
    view: Seen = field(default_factory=Seen)
    downloads: int = 0
    download: dict[str, Any] | None = None
    exports: list[dict[str, Any]] = field(default_factory=list)
    words: str = ""
    shelf: bool = False
    replay: dict[str, Any] | None = None
    gone: tuple[str, str, float] | None = None
    watcher: object = None
    sends: dict[str, str] = field(default_factory=dict)
    back: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    intake: threading.Lock = field(default_factory=threading.Lock)
    """Held while a file is read, which may take long: one after the other, so that they are numbered as they were chosen."""

    def turn_to(self, session: Session) -> None:
        """Show another conversation."""
        with self.lock:
            self.session, self.files, self.view = session, {}, Seen()

    def accepts(self, number: str) -> bool:
        """Note that message *number* is sent now; tell False where it was before, or was taken back."""
        with self.lock:
            if number in self.sends:
                return False
            self.sends[number] = "sent"
            for old in list(self.sends)[:-SENDS]:
                del self.sends[old]
            return True


def owner_token(value: object) -> str:
    """Return the owner token that the browser keeps, or a new one if it keeps none that could be ours."""
    return str(value) if is_owner(value) else new_owner()


class Pages:
    """The open tabs of this process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._pages: OrderedDict[str, Page] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, tab: str, owner: str) -> Page:
        """Return the tab's page; a tab that is not known, or whose owner is another, gets the owner's latest conversation.

        Raises Refusal without an owner, and for one that somebody made up.
        """
        if not is_owner(owner):
            raise Refusal("This page is not ready yet.", "Reload it.")
        with self._lock:
            page = self._pages.get(tab)
            if page is None or page.session.owner != owner:
                page = Page(self.latest(owner))
                self._pages[tab] = page
            self._pages.move_to_end(tab)
            while len(self._pages) > MOST_PAGES:
                self._pages.popitem(last=False)
            return page

    def latest(self, owner: str) -> Session:
        """Return the owner's latest conversation, or a new one."""
        known = self._engine.conversations(owner)
        return self._engine.open(owner, known[0].id if known else None)


def linker(folder: Path, named: Callable[[str], str] = str) -> Callable[[str], str]:
    """Return the function from a path in the store to its address on the page; *named* tells the file's name in *folder*.

    A folder below the working folder is named relative to it, so that the address tells nothing about the machine.
    """
    root = folder.resolve()
    here = Path.cwd().resolve()
    start = os.path.relpath(root, here) if root.is_relative_to(here) else str(root)
    prefix = "/gradio_api/file=" + quote(Path(start).as_posix())

    def link(path: str) -> str:
        inner = Path(path)
        if not inner.is_absolute():
            inner = Path(named(path))
        elif inner.is_relative_to(root):
            inner = inner.relative_to(root)
        else:
            return ""
        return f"{prefix}/{quote(inner.as_posix())}"

    return link
