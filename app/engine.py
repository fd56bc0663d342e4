"""The engine: one per process. It holds model, router, store and history, and makes replies as streams of events.

Only ids cross this border: who asks is a :class:`Session`, what is asked about are handles. Everything that goes wrong
within a reply becomes a part of it; what is raised is :class:`models.expert.Refusal`, for requests that cannot start.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from models import profiles
from models.box_files import grounded
from models.device import hardware
from models.expert import Refusal
from models.profiles_hub import unchecked
from models.profiles_local import with_gligen
from models.router import Router
from models.store import Store
from models.values import Checkpoint, Media, Message, Profile, Region

from app.ahead import Ahead
from app.brain import Brain, find_experts, load_model
from app.branches import Placed, media_of
from app.chosen import chosen_again
from app.composing import check_options, compose, known
from app.events import Event, Options
from app.history import Entry, History
from app.owed import Owed
from app.reply import Reply
from app.running import ANSWERED, Gone, Runs, Told
from app.session import Session
from app.settings import Settings
from app.turn import Run
from app.waiting import Lines

if TYPE_CHECKING:
    from models.unified.stream import UnifiedModel

log = logging.getLogger("unison.engine")
REGRET = 20.0
"""Seconds in which a conversation that was put away can be brought back."""
LOADING = 30.0
"""Seconds that closing waits for a model that is being loaded."""


class Engine:
    """Everything behind the page, the console and the endpoint; safe to use from any thread.

    *model* and *profile* replace what the settings would choose, as tests do. Raises Refusal for an unknown profile, a
    broken expert file in the folder of extra ones, and data that a newer version wrote.
    """

    def __init__(self, settings: Settings, model: UnifiedModel | None = None, profile: Profile | None = None) -> None:
        self.settings = settings
        chosen = (profile, "It was given.") if profile else profiles.choose(settings.profile, hardware())
        self.profile, self.why = chosen
        if not settings.safety:
            self.profile = unchecked(self.profile)
        if settings.gligen:
            self.profile = with_gligen(self.profile, settings.gligen)
        folders = (settings.experts_folder,) if settings.experts_folder else ()
        found = find_experts(folders)
        extra = {path.stem for folder in folders for path in folder.glob("*.py")}
        self.profile = profiles.with_unlisted(self.profile, {n: f.task.name for n, f in found.items() if n in extra})
        wants_gpu = self.profile.needs.get("vram", 0.0) > 0 and bool(hardware().gpu)
        self.device = settings.device if settings.device != "auto" else ("cuda" if wants_gpu else "cpu")
        self.history = History(settings.database)
        self.store = Store(settings.media, settings.disk_bytes, self.history.secret("media"))
        self.router = Router(self.profile, self.store, found, self.device)
        self.brain = Brain(lambda: load_model(self.profile.unified, self.device, settings.assets), model)
        self._runs = Runs()
        self.lines = Lines()
        self._owed = Owed(self.history)
        self.ahead = Ahead(self)
        self._closed = False

    def start(self, after: float = 0.0) -> None:
        """Load the model, *after* so many seconds or when it is needed, and clean the store in the background; returns at once."""
        self.brain.start(after)
        threading.Thread(target=self.clean, name="cleaning", daemon=True).start()

    def close(self) -> None:
        """Stop every reply and what is read ahead, and close the history."""
        self.lines.close()
        self._runs.close(self.settings.grace)
        self.ahead.close(LOADING)
        self.brain.settle(LOADING)
        self._closed = True
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
        self.lines.take_back(session)
        self.stop(session)
        self.store.remove(self.history.delete(session.owner, session.conversation))
        self._owed.forget(session.conversation)

    def search(self, owner: str, words: str) -> list[Entry]:
        """Return those of :meth:`conversations` that hold all of *words*, whatever their case, in their title, in what was
        said on any branch or in names of files."""
        return [entry for entry in self.history.search(owner, words) if entry.title]

    def put_away(self, session: Session) -> None:
        """Stop a conversation and hide it; within the seconds of REGRET it can be brought back, then it is deleted."""
        self.lines.take_back(session)
        self.stop(session)
        self.history.put_away(*_of(session))
        timer = threading.Timer(REGRET + 1, self.clean)
        timer.daemon = True
        timer.start()

    def bring_back(self, session: Session) -> None:
        """Show a conversation again that was put away. Raises Refusal when it is gone."""
        self.history.bring_back(*_of(session))
        if not self._runs.of(session):
            self._settle(session)  # a reply that ended in the meantime could not say so

    def messages(self, session: Session) -> list[Message]:
        """Return the messages of the branch that is shown, the one in the making included."""
        return [place.message for place in self.placed(session)]

    def placed(self, session: Session) -> list[Placed]:
        """Return the same with their numbers, which other calls name them by, and their variants."""
        return self._owed.shown(session, self.history.placed(*_of(session)))

    def shelf(self, session: Session) -> dict[str, Media]:
        """Return by handle what the messages shown hold, and unsent attachments."""
        sent, pending = self.history.media(*_of(session), sent=True), self.history.pending(*_of(session))
        return {medium.handle: medium for medium in (*sent, *pending)}

    def media(self, session: Session) -> dict[str, Media]:
        """Return every medium of the conversation by handle, those of other branches included: what can be attached."""
        return {m.handle: m for m in self.history.media(*_of(session))}

    def pending(self, session: Session) -> list[str]:
        """Return the handles of attachments that were not sent yet."""
        return [m.handle for m in self.history.pending(*_of(session))]

    def next_region(self, session: Session) -> int:
        """Return the number for the next region drawn in the conversation."""
        return self.history.next_region(session.owner, session.conversation)

    def implementations(self, task: str) -> list[tuple[Checkpoint, str]]:
        """Return the experts for *task* with the names shown to people, the default first."""
        return [(c, self.router.expert_name(c)) for c in self.router.implementations(task)]

    def expert_names(self, task: str) -> list[str]:
        """Return the names of the experts for *task* that people are shown, the default first."""
        return [name for _, name in self.implementations(task)]

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
        return self.store.file(known(self.media(session), handle))

    def export_masks(self, session: Session, handles: Sequence[str], form: str, frame: int | None = None) -> Path:
        """Write masks of the conversation to one file: *form* is "png", "rle", "coco" or "svg". Of pictures and clips the boxes
        that they and the answers tell of are written, as "coco" or "svg"; of a clip's masks those of one *frame* (from 0), where it
        is given."""
        media, messages = self.media(session), self.messages(session)
        return self.store.export([grounded(known(media, handle), messages) for handle in handles], form, frame)

    def check_quota(self, owner: str, more: int = 0) -> None:
        """Raise Refusal when *more* bytes would take the owner's media over the limit."""
        if self.history.usage(owner) + more > self.settings.quota_bytes:
            most = f"{self.settings.quota_bytes / 1024**3:.3g} GB"
            raise Refusal(f"Your conversations would hold more than {most} of media.", "Delete old conversations.")

    def clean(self) -> None:
        """Remove files that no conversation uses any more."""
        try:
            self.history.prune()
            self.store.remove(self.history.purge(REGRET))
            self.store.clean(self.history.paths(), max_age=self.settings.keep_days * 86400)
        except (Refusal, OSError, sqlite3.Error) as error:
            if not self._closed:  # a cleaning that was due later, or is cut short, says nothing: the next start cleans
                log.warning("cleaning failed: %s", error)

    # Replies

    def reply(
        self,
        session: Session,
        text: str,
        attachments: Sequence[str] = (),
        regions: Sequence[Region] = (),
        options: Options = Options(),  # noqa: B008 (frozen)
        waited: str = "",
    ) -> Iterator[Event]:
        """Send a message and make the reply; closing the generator cancels it. The last event is a Finished.

        Raises Refusal on the first step, with nothing saved, when there is nothing to send, a handle is unknown, a limit is
        passed, or this conversation is still answering; Gone, when it is written down as one that waits, under the number
        *waited*, and is not there any more.
        """
        with self._running(session) as run:
            message = self._message(session, text, attachments, regions)
            check_options(options, self.router)
            with self._owed.saved(session):
                if waited and self.history.unanswered.take(*_of(session), waited) is None:
                    raise Gone(*ANSWERED)
                self.history.append(session.owner, session.conversation, message)
                reply = Reply(self, run, options)
            yield from reply.events()

    def retry(self, session: Session, seed: int | None = None, options: Options | None = None) -> Iterator[Event]:
        """Answer the last message of the person once more, with another seed unless one is given, and with what was chosen for
        the reply that is shown unless *options* say otherwise. That reply stays beside the new one."""
        with self._running(session) as run:
            last = self._asked(session)
            if options is None:
                options = self._chosen(session, last.n)
            options = replace(options, seed=options.seed if seed is None else seed)
            check_options(options, self.router)
            with self._owed.saved(session):
                self.history.go_to(*_of(session), last.n)
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
        """Say message *n* of the person, by default the last, in other words (and with other regions, if given), and answer
        that. Its attachments go along; it and what followed it stay beside, on a branch of their own."""
        with self._running(session) as run:
            check_options(options, self.router)
            old = self._asked(session, n)
            handles = [part.handle for part in old.message.parts if isinstance(part, Media)]
            kept = [part for part in old.message.parts if isinstance(part, Region)] if regions is None else regions
            with self._owed.saved(session):
                self._step_back(session, old.n)
                message = self._message(session, text, handles, kept)
                self.history.append(session.owner, session.conversation, message)
                reply = Reply(self, run, options)
            yield from reply.events()

    # Branches

    def undo(self, session: Session) -> Message:
        """Take the last message of the person and what followed it out of sight, and return it; :meth:`choose` with the
        number that :meth:`later` tells brings it back. Raises Refusal when there is none, or a reply is in the making."""
        self._check_idle(session)
        last = self._asked(session)
        self._step_back(session, last.n)
        return last.message

    def later(self, session: Session) -> list[int]:
        """Return the numbers of the messages that follow the last one shown, which were taken back."""
        return self.history.later(*_of(session))

    def choose(self, session: Session, n: int) -> None:
        """Show the branch on which message *n* stands, to its newest end. Raises Refusal when there is no such message, or a
        reply is in the making."""
        self._check_idle(session)
        self.history.choose(*_of(session), n)

    def branch_off(self, session: Session, n: int | None = None) -> Session:
        """Return a new conversation that holds the messages shown up to *n*, by default all, and their media."""
        shown = self.placed(session)
        if not shown:
            raise Refusal("There is nothing to branch off from.", "Send a message first.")
        titles = {entry.id: entry.title for entry in self.history.conversations(session.owner)}
        title = f"{titles.get(session.conversation, '')[:70]} (branch)".strip()
        last = shown[-1].n if n is None else n
        return Session(session.owner, self.history.branch_off(*_of(session), last, title))

    def _step_back(self, session: Session, n: int) -> None:
        """Show the branch as it was before message *n* of it."""
        numbers = [None, *(place.n for place in self.placed(session))]
        self.history.go_to(*_of(session), numbers[numbers.index(n) - 1])

    def _check_idle(self, session: Session) -> None:
        if self.busy(session):
            raise Refusal("This conversation is still answering.", "Press Stop first.")

    # Runs

    def begin(self, session: Session, events: Iterator[Told]) -> Iterator[Told]:
        """Make a reply, as :meth:`reply`, :meth:`retry`, :meth:`edit` or :func:`app.waiting.in_turn` gives it, whether or not
        it is read to its end, and return a reader of it: closing that cancels nothing. Raises Refusal as *events* does."""
        return self._runs.begin(session, events)

    def follow(self, session: Session) -> Iterator[Event] | None:
        """Return a reader of the reply that was begun in the conversation and is still made, if there is one."""
        return self._runs.follow(session)

    def stop(self, session: Session) -> bool:
        """End the conversation's reply within one step, keeping what there is of it; tell whether there was one."""
        run = self._runs.of(session)
        if run is not None:
            run.stop.set()
        return run is not None

    def skip(self, session: Session, call: str = "") -> bool:
        """End the call that runs within one step, keep what was made before it and go on with the next; tell whether one
        did. Where *call* is given and another one runs, the wish came too late and ends nothing."""
        run = self._runs.of(session)
        return run is not None and run.skip(call)

    def busy(self, session: Session) -> bool:
        """Tell whether the conversation is answering."""
        run = self._runs.of(session)
        return run is not None and not run.stop.is_set()

    def answering(self) -> bool:
        """Tell whether a reply is being made in any conversation."""
        return len(self._runs) > 0

    @contextmanager
    def _running(self, session: Session) -> Iterator[Run]:
        """Be the one reply of the conversation."""
        self.history.check(*_of(session))
        with self._runs.one(session, lambda: self._settle(session)) as run:
            try:
                yield run
            finally:
                if run.owed is not None:
                    self._owed.note(session, *run.owed)

    def _settle(self, session: Session) -> None:
        """Mark what nothing makes any more as stopped, on whatever branch; what is owed is whole and waits for room."""
        self.history.settle(*_of(session), but=self._owed.number(session))

    def _asked(self, session: Session, n: int | None = None) -> Placed:
        """Return the person's message *n* of those shown, or their last."""
        asked = [place for place in self.placed(session) if place.message.role == "user" and n in (None, place.n)]
        if not asked:
            raise Refusal("There is no such message to go on from.", "Send a message first.")
        return asked[-1]

    def _chosen(self, session: Session, n: int) -> Options:
        """Return what the person chose for the reply to message *n* that is shown."""
        shown = [place for place in self.placed(session) if place.n > n][:1]
        told = self.history.chosen(*_of(session), shown[0].n) if shown else {}
        regions = (part.handle for m in self.messages(session) for part in m.parts if isinstance(part, Region))
        return chosen_again(told, self.router, {*self.shelf(session), *regions})

    def _message(self, session: Session, text: str, attachments: Sequence[str], regions: Sequence[Region]) -> Message:
        """Return the person's message, every handle of it checked."""
        shown = self.history.messages(*_of(session))
        used = {part.id for message in shown for part in message.parts if isinstance(part, Region)}
        most = self.settings.files_per_message
        return compose(text, attachments, regions, self.media(session), media_of(shown), used, most)


def _of(session: Session) -> tuple[str, str]:
    return session.owner, session.conversation
