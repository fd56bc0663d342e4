"""The engine: one per process. It holds model, router, store and history, and makes replies as streams of events.

Only ids cross this border: who asks is a :class:`Session`, what is asked about are handles. Everything that goes wrong
within a reply becomes a part of it; what is raised is :class:`models.expert.Refusal`, for requests that cannot start.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from models import profiles
from models.device import SEEDS, hardware
from models.expert import Found, Refusal, discover
from models.router import Router
from models.store import Store
from models.values import Checkpoint, Media, Message, Part, Profile, Region, Text

from app.brain import Brain, load_model
from app.events import Event, Options
from app.history import Entry, History
from app.reply import Reply
from app.session import Session
from app.settings import Settings
from app.turn import Run

if TYPE_CHECKING:
    from models.unified.stream import UnifiedModel

log = logging.getLogger("unison.engine")
TEXT_MOST = 1_000_000
"""Characters of one message that are kept at all."""
LOADING = 30.0
"""Seconds that closing waits for a model that is being loaded."""
TAKE_OVER = 2.0
"""Seconds that a new reply gives a stopped one to end."""


class Engine:
    """Everything behind the page, the console and the endpoint; safe to use from any thread.

    *model* and *profile* replace what the settings would choose, as tests do. Raises Refusal for an unknown profile, a
    broken expert file in the folder of extra ones, and data that a newer version wrote.
    """

    def __init__(self, settings: Settings, model: UnifiedModel | None = None, profile: Profile | None = None) -> None:
        self.settings = settings
        self.profile, self.why = (
            (profile, "It was given.") if profile else profiles.choose(settings.profile, hardware())
        )
        folders = (settings.experts_folder,) if settings.experts_folder else ()
        found = _experts(folders)
        extra = {path.stem for folder in folders for path in folder.glob("*.py")}
        self.profile = profiles.with_unlisted(self.profile, {n: f.task.name for n, f in found.items() if n in extra})
        wants_gpu = self.profile.needs.get("vram", 0.0) > 0
        self.device = settings.device if settings.device != "auto" else ("cuda" if wants_gpu else "cpu")
        self.history = History(settings.database)
        self.store = Store(settings.media, settings.disk_bytes, self.history.secret("media"))
        self.router = Router(self.profile, self.store, found, self.device)
        self.brain = Brain(lambda: load_model(self.profile.unified, self.device, settings.assets), model)
        self._runs: dict[str, Run] = {}
        self._owed: dict[str, tuple[int, Message]] = {}
        self._lock = threading.Lock()

    def start(self) -> None:
        """Load the model and clean the store in the background; returns at once."""
        self.brain.start()
        threading.Thread(target=self.clean, name="cleaning", daemon=True).start()

    def close(self) -> None:
        """Stop every reply and close the history."""
        with self._lock:
            runs = list(self._runs.values())
        for run in runs:
            run.stop.set()
        for run in runs:
            run.ended.wait(self.settings.grace)
        self.brain.settle(LOADING)
        self.history.close()

    # Conversations

    def open(self, owner: str, conversation: str | None = None) -> Session:
        """Return the session of an existing conversation, or of a new one. Raises Refusal for one that is not *owner*'s."""
        if not owner:
            raise Refusal("There is no owner.", "Reload the page.")
        if conversation is None:
            return Session(owner, self.history.create(owner))
        self.history.check(owner, conversation)
        return Session(owner, conversation)

    def conversations(self, owner: str) -> list[Entry]:
        """Return the owner's conversations that hold a message, the latest first."""
        return [entry for entry in self.history.conversations(owner) if entry.title]

    def rename(self, session: Session, title: str) -> None:
        """Give the conversation another title."""
        if not title.strip():
            raise Refusal("A conversation needs a name.", "Type one.")
        self.history.rename(session.owner, session.conversation, title)

    def delete(self, session: Session) -> None:
        """Stop and forget a conversation, and remove the files that no other conversation uses."""
        self.stop(session)
        self.store.remove(self.history.delete(session.owner, session.conversation))
        self._owed.pop(session.conversation, None)

    def messages(self, session: Session) -> list[Message]:
        """Return the conversation's messages, the one in the making included."""
        messages = self.history.messages(session.owner, session.conversation)
        owed = self._owed.get(session.conversation)
        return messages if owed is None else self._paid(session, messages, *owed)

    def _paid(self, session: Session, messages: list[Message], n: int, message: Message) -> list[Message]:
        """Return *messages* with the reply that the disk did not take, and save it now if there is room again."""
        if n >= len(messages) or messages[n].state != "running":
            self._owed.pop(session.conversation, None)
            return messages
        try:
            self.history.replace(session.owner, session.conversation, n, message)
            self._owed.pop(session.conversation, None)
        except Refusal as refusal:
            log.warning("a reply is still not saved: %s", refusal.what)
        return [*messages[:n], message, *messages[n + 1 :]]

    @contextmanager
    def _saved(self, session: Session) -> Iterator[None]:
        """Save all that is written within, or nothing: then a reply that the disk did not take before is still owed."""
        owed = self._owed.get(session.conversation)
        try:
            with self.history.together():
                yield
        except BaseException:
            if owed is not None:
                self._owed.setdefault(session.conversation, owed)
            raise

    def shelf(self, session: Session) -> dict[str, Media]:
        """Return every medium of the conversation by handle, unsent attachments included."""
        return {m.handle: m for m in self.history.media(session.owner, session.conversation)}

    def pending(self, session: Session) -> list[str]:
        """Return the handles of attachments that were not sent yet."""
        return self.history.pending(session.owner, session.conversation)

    def next_region(self, session: Session) -> int:
        """Return the number for the next region drawn in the conversation."""
        return self.history.next_region(session.owner, session.conversation)

    def implementations(self, task: str) -> list[tuple[Checkpoint, str]]:
        """Return the experts for *task* with the names shown to people, the default first."""
        return [(c, self.router.expert_name(c)) for c in self.router.implementations(task)]

    # Media

    def attach(self, session: Session, path: Path, name: str = "") -> Media:
        """Take a copy of a file in as an attachment of the next message. Raises Refusal when it cannot be used."""
        owner, conversation = session.owner, session.conversation
        if len(self.history.pending(owner, conversation)) >= self.settings.files_per_message:
            most = self.settings.files_per_message
            raise Refusal(f"A message takes at most {most} files.", "Send these first, or take one away.")
        try:
            size = path.stat().st_size
        except OSError:
            raise Refusal("The file could not be read.", "Choose it again.") from None
        self.check_quota(owner, size)
        kind, relative, meta = self.store.adopt(path, name or path.name)
        return self.history.add_media(owner, conversation, kind, relative, {"bytes": size, **meta})

    def detach(self, session: Session, handle: str) -> None:
        """Take an unsent attachment away."""
        self.history.drop_media(session.owner, session.conversation, handle)

    def file(self, session: Session, handle: str) -> Path:
        """Return the file of one of the conversation's media. Raises Refusal for an unknown handle."""
        return self.store.file(_known(self.shelf(session), handle))

    def export_masks(self, session: Session, handles: Sequence[str], form: str) -> Path:
        """Write masks of the conversation to one file: *form* is "png", "rle" or "coco"."""
        shelf = self.shelf(session)
        return self.store.export([_known(shelf, handle) for handle in handles], form)

    def check_quota(self, owner: str, more: int = 0) -> None:
        """Raise Refusal when *more* bytes would take the owner's media over the limit."""
        if self.history.usage(owner) + more > self.settings.quota_bytes:
            most = self.settings.quota_bytes / 1024**3
            raise Refusal(
                f"Your conversations would hold more than {most:.3g} GB of media.", "Delete old conversations."
            )

    def clean(self) -> None:
        """Remove files that no conversation uses any more."""
        try:
            self.history.prune()
            self.store.clean(self.history.paths(), max_age=self.settings.keep_days * 86400)
        except (Refusal, OSError, sqlite3.Error) as error:
            log.warning("cleaning failed: %s", error)

    # Replies

    def reply(
        self,
        session: Session,
        text: str,
        attachments: Sequence[str] = (),
        regions: Sequence[Region] = (),
        options: Options = Options(),  # noqa: B008 (frozen)
    ) -> Iterator[Event]:
        """Send a message and make the reply; closing the generator cancels it. The last event is a Finished.

        Raises Refusal on the first step, with nothing saved, when there is nothing to send, a handle is unknown, a limit is
        passed, or this conversation is still answering.
        """
        with self._running(session) as run:
            message = self._message(session, text, attachments, regions)
            check_options(options, self.router)
            with self._saved(session):
                self.history.append(session.owner, session.conversation, message)
                reply = Reply(self, run, options)
            yield from reply.events()

    def retry(self, session: Session, seed: int | None = None, options: Options = Options()) -> Iterator[Event]:  # noqa: B008
        """Answer the last message of the person once more, with another seed unless one is given."""
        with self._running(session) as run:
            options = replace(options, seed=options.seed if seed is None else seed)
            check_options(options, self.router)
            last = self._last(session)
            with self._saved(session):
                self.history.truncate(session.owner, session.conversation, last + 1)
                reply = Reply(self, run, options)
            yield from reply.events()

    def edit(
        self,
        session: Session,
        text: str,
        n: int | None = None,
        regions: Sequence[Region] | None = None,
        options: Options = Options(),  # noqa: B008
    ) -> Iterator[Event]:
        """Replace the words (and the regions, if given) of message *n* of the person, by default the last, and answer anew.

        Everything after it is forgotten; its attachments stay.
        """
        with self._running(session) as run:
            check_options(options, self.router)
            n = self._last(session, n)
            old = self.messages(session)[n]
            handles = [part.handle for part in old.parts if isinstance(part, Media)]
            kept = [part for part in old.parts if isinstance(part, Region)] if regions is None else regions
            with self._saved(session):
                self.history.truncate(session.owner, session.conversation, n, keep_media_of=n)
                message = self._message(session, text, handles, kept)
                self.history.append(session.owner, session.conversation, message)
                reply = Reply(self, run, options)
            yield from reply.events()

    def stop(self, session: Session) -> bool:
        """End the conversation's reply within one step, keeping what there is of it; tell whether there was one."""
        if not self.history.exists(session.owner, session.conversation):
            return False
        with self._lock:
            run = self._runs.get(session.conversation)
        if run is not None:
            run.stop.set()
        return run is not None

    def skip(self, session: Session) -> bool:
        """End the call that runs within one step, keep what was made before it and go on with the next; tell whether a
        reply was there."""
        with self._lock:
            run = self._runs.get(session.conversation)
        if run is None or run.session != session:
            return False
        run.skip.set()
        return True

    def busy(self, session: Session) -> bool:
        """Tell whether the conversation is answering."""
        with self._lock:
            run = self._runs.get(session.conversation)
        return run is not None and not run.stop.is_set() and run.session == session

    def answering(self) -> bool:
        """Tell whether a reply is being made in any conversation."""
        with self._lock:
            return bool(self._runs)

    @contextmanager
    def _running(self, session: Session) -> Iterator[Run]:
        """Be the one reply of the conversation: wait for a stopped one, and take over from one whose reader vanished."""
        self.history.check(session.owner, session.conversation)
        run = Run(session)
        with self._lock:
            before = self._runs.get(session.conversation)
            if before is not None and not before.stop.is_set():
                raise Refusal("This conversation is still answering.", "Wait for it to end, or press Stop.")
            self._runs[session.conversation] = run
        try:
            if before is not None and not before.ended.wait(TAKE_OVER):
                before.current = False
                self._settle(session)
            yield run
        finally:
            if run.owed is not None and self.history.exists(session.owner, session.conversation):
                self._owed[session.conversation] = run.owed
            run.ended.set()
            with self._lock:
                if self._runs.get(session.conversation) is run:
                    del self._runs[session.conversation]

    def _settle(self, session: Session) -> None:
        """Mark a reply that a later one took over from as stopped."""
        for n, message in enumerate(self.messages(session)):
            if message.state == "running":
                self.history.replace(session.owner, session.conversation, n, replace(message, state="stopped"))

    def _last(self, session: Session, n: int | None = None) -> int:
        """Return *n* checked, or the number of the person's last message."""
        numbers = [i for i, message in enumerate(self.messages(session)) if message.role == "user"]
        if not numbers or (n is not None and n not in numbers):
            raise Refusal("There is no such message to answer again.", "Send a message first.")
        return numbers[-1] if n is None else n

    def _message(self, session: Session, text: str, attachments: Sequence[str], regions: Sequence[Region]) -> Message:
        """Return the person's message, every handle of it checked."""
        most = self.settings.files_per_message
        if len(text) > TEXT_MOST:
            raise Refusal(f"The text is longer than {TEXT_MOST:,} characters.", "Shorten it.")
        if len(attachments) > most:
            raise Refusal(f"A message takes at most {most} files.", "Send them in several messages.")
        if not (text.strip() or attachments or regions):
            raise Refusal("There is nothing to send.", "Type something, or attach a file.")
        shelf = self.shelf(session)
        media = [_known(shelf, handle) for handle in dict.fromkeys(attachments)]
        for region in regions:
            for handle in filter(None, (region.of, region.mask)):
                if handle not in shelf:
                    raise Refusal(f"A region is drawn on {handle}, which is not here.", "Draw it again.")
        drawn = self._numbered(session, regions)
        words = (Text(text),) if text.strip() else ()
        parts: tuple[Part, ...] = (*media, *drawn, *words)
        return Message("user", parts)

    def _numbered(self, session: Session, regions: Sequence[Region]) -> list[Region]:
        """Return *regions* with numbers that no earlier region has, in case two pages drew at once."""
        if not regions:
            return []
        used = {p.id for m in self.messages(session) for p in m.parts if isinstance(p, Region)}
        free = max(0, *used, *(r.id for r in regions)) + 1
        result = []
        for region in regions:
            if region.id in used or region.id < 1:
                region, free = replace(region, id=free), free + 1
            used.add(region.id)
            result.append(region)
        return result


def _known(shelf: Mapping[str, Media], handle: str) -> Media:
    """Return a medium of *shelf*; raises Refusal for a handle that is not on it."""
    medium = shelf.get(handle)
    if medium is None:
        raise Refusal(f"There is no {handle} in this conversation.", "Name one that is there.")
    return medium


def _experts(folders: Sequence[Path]) -> dict[str, Found]:
    """Return the expert files there are; raises Refusal naming one in *folders* that cannot be read."""
    try:
        return discover(*folders)
    except Exception as error:  # a file of the person's own may fail in any way
        if not folders:
            raise
        raise Refusal(f"An expert file cannot be used: {error}.", "Mend it, or start without --experts.") from error


def check_options(options: Options, router: Router) -> None:
    """Raise Refusal for a seed out of range, a task that does not exist or an expert that cannot run it."""
    if options.seed is not None and not 0 <= options.seed < SEEDS:
        raise Refusal(f"The seed {options.seed} is out of range.", f"Use a whole number from 0 to {SEEDS - 1}.")
    if options.task is not None and options.task not in router.tasks:
        raise Refusal(f"There is no task called {options.task}.", f"Choose one of: {', '.join(router.tasks)}.")
