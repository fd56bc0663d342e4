"""What the page does with whole conversations and with turns of one: coming and going, the list, variants, media, its file."""

from __future__ import annotations

import html
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from components.fast_gradio import gr
from models.expert import Refusal
from models.values import Media, Region

from app.bundle import hindrance, load, save_to_share
from app.chat_view import CHAT
from app.listing import regret_until
from app.replay import Now, summary, watched
from app.running import SIGN
from app.session import Session
from app.ui_actions import PARTS, Actions, fault, guarded, streaming, tell
from app.ui_pages import Page, owner_token
from app.ui_tray import Tray

SEEN = 200
"""Characters of a search that are looked for."""
SHOWN = 0.5
"""Seconds that a browser is left to show the page before the language model takes a processor to load."""


class Chats:
    """The handlers of the sidebar and of the bars under messages, over the page's other *actions*."""

    def __init__(self, actions: Actions) -> None:
        self._actions, self._engine = actions, actions.engine
        self._replaying: dict[str, threading.Event] = {}

    def _named(self, page: Page, event: gr.EventData) -> Session:
        """Return the session of the conversation that an event names; raises Refusal for one of somebody else."""
        return self._engine.open(page.session.owner, str(event._data.get("id")))

    # Coming and going

    def load(self, kept: Any, request: gr.Request) -> tuple[Any, ...]:
        """Show the conversation that was open in this tab, or the owner's latest; *kept* is what the browser keeps: {"owner",
        "open"}, the token and an id, each of which may be missing."""
        kept = kept if isinstance(kept, dict) else {}
        token = owner_token(kept.get("owner"))
        try:
            page = self._actions.page(request, token)
            session = Session(token, str(kept.get("open") or ""))
            if session != page.session and self._engine.history.exists(token, session.conversation):
                page.turn_to(session)
            shown = self._actions.first(page)
            self._engine.brain.start(SHOWN)
            return (token, *shown)
        except Exception as error:  # noqa: BLE001 (told to the person, with an incident number)
            fault("load", error)
            return (token, *(gr.skip(),) * PARTS)

    @streaming
    def look(self, owner: Any, event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Show what a tab may have missed while it was away, and go on showing a reply that is being made."""
        page, asked = self._actions.page(request, owner), str(event._data.get("id"))
        session = Session(page.session.owner, asked)
        if session != page.session and self._engine.history.exists(session.owner, asked):
            page.turn_to(session)
        session = page.session
        page.view.sent.clear()  # what was sent last may never have come
        running = self._engine.follow(session)
        # Replies to messages that wait have no stream of their own once their tab was closed or loaded again.
        mine, waited = page.watcher, False
        while page.session == session and page.watcher is mine:
            waits = bool(self._engine.lines.waiting(session))
            end = (session.conversation, [place.n for place in self._engine.placed(session)][-1:])
            if running is not None or end != page.view.end:  # what waited may have been answered between two looks
                yield self._actions.anew(page)
            if running is not None:
                yield from self._actions.watch(page, session, running)
                mine = page.watcher
            elif waits or (waited and self._engine.busy(session)):
                yield (gr.skip(),) * PARTS
                time.sleep(SIGN)
            if not (waits or waited):
                return
            waited, running = waits, self._engine.follow(session)

    @guarded(PARTS + 1)
    def fresh(self, owner: Any, request: gr.Request) -> tuple[Any, ...]:
        """Start a new conversation, unless this one is still empty."""
        page = self._actions.page(request, owner)
        here = page.session
        gone = not self._engine.history.exists(here.owner, here.conversation)
        if gone or self._engine.messages(here) or self._engine.later(here):
            page.turn_to(self._engine.open(page.session.owner))
        return (*self._actions.all(page), gr.update(open=False))

    @guarded(PARTS + 1)
    def choose(self, owner: Any, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Open another conversation; a reply that runs in the old one goes on."""
        page = self._actions.page(request, owner)
        page.turn_to(self._named(page, event))
        return (*self._actions.all(page), gr.update(open=False))

    @guarded(PARTS)
    def earlier(self, owner: Any, request: gr.Request) -> tuple[Any, ...]:
        """Show more of a long conversation."""
        page = self._actions.page(request, owner)
        chat = self._actions.view.earlier(page.session, page.view)
        return *chat, *(gr.skip(),) * (PARTS - CHAT - 1), gr.update(visible=page.view.more)

    # The list

    @guarded(1)
    def rename(self, owner: Any, event: gr.EventData, request: gr.Request) -> Any:
        """Give a conversation another title."""
        page = self._actions.page(request, owner)
        self._engine.rename(self._named(page, event), str(event._data.get("title"))[:80])
        return self._actions.sidebar(page)

    @guarded(PARTS)
    def remove(self, owner: Any, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Delete a conversation, for some seconds in a way that can be taken back, and leave it if it is open."""
        page = self._actions.page(request, owner)
        session = self._named(page, event)
        title = next((e.title for e in self._engine.conversations(session.owner) if e.id == session.conversation), "")
        self._engine.put_away(session)
        page.gone = (session.conversation, title, regret_until())
        if session != page.session:
            return self._actions.listed(page)
        page.turn_to(self._actions.pages.latest(session.owner))
        return self._actions.all(page)

    @guarded(PARTS)
    def restore(self, owner: Any, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Bring back what was deleted just now, and open it."""
        page = self._actions.page(request, owner)
        session = Session(page.session.owner, str(event._data.get("id")))
        self._engine.bring_back(session)
        page.gone = None
        page.turn_to(session)
        return self._actions.all(page)

    @guarded(1)
    def seek(self, owner: Any, event: gr.EventData, request: gr.Request) -> Any:
        """Show the conversations that hold the words."""
        page = self._actions.page(request, owner)
        page.words = str(event._data.get("words") or "")[:SEEN].strip()
        return self._actions.sidebar(page)

    @guarded(1)
    def shelf(self, owner: Any, event: gr.EventData, request: gr.Request) -> Any:
        """Show the media of the conversation, or no more."""
        page = self._actions.page(request, owner)
        page.shelf = bool(event._data.get("open"))
        return self._actions.sidebar(page)

    # Turns

    @streaming
    def turn(self, owner: Any, event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Do what the bar under a message asks for."""
        page, wish = self._actions.page(request, owner), event._data
        session, act = page.session, wish.get("act")
        n = wish.get("n")
        if not isinstance(n, int) or isinstance(n, bool):
            raise Refusal("There is no such message in this conversation.", "Reload the page.")
        if act == "edit":
            events = self._engine.edit(session, str(wish.get("text") or ""), n)
            yield from self._actions.show(page, events)
        elif act == "choose":
            self._engine.choose(session, n)
            yield self._actions.anew(page)
        elif act == "branch":
            page.turn_to(self._engine.branch_off(session, n))
            yield self._actions.all(page)

    @guarded(PARTS)
    def undo(self, message: Any, owner: Any, request: gr.Request) -> tuple[Any, ...]:
        """Take the last message back into the composer, with its attachments and marks."""
        page = self._actions.page(request, owner)
        if str((message or {}).get("text") or "").strip():
            raise Refusal("Something is being written already.", "Send it or clear it first.")
        waiting = tuple(self._engine.pending(page.session))
        last = self._engine.undo(page.session)
        handles = tuple(part.handle for part in last.parts if isinstance(part, Media))
        regions = tuple(part for part in last.parts if isinstance(part, Region))
        return self._actions.all(page, Tray((*handles, *waiting), regions), {"text": last.text, "files": []})

    # Its file

    @guarded(1)
    def bundle(self, owner: Any, request: gr.Request) -> Any:
        """Write the conversation to one file and let the browser save it."""
        page = self._actions.page(request, owner)
        path = save_to_share(self._engine, page.session)
        if large := hindrance(path):
            tell(Refusal(large, ""), title="Saved, but too large to load here")
        page.downloads += 1
        page.download = {"url": self._actions.link(str(path)), "name": "conversation.zip", "n": page.downloads}
        return self._actions.sidebar(page)

    @guarded(PARTS)
    def bring(self, file: Any, owner: Any, request: gr.Request) -> tuple[Any, ...]:
        """Load a conversation from a file that was saved, and open it."""
        page = self._actions.page(request, owner)
        if not file:
            raise Refusal("There is no file to load.", "Choose one that Unison saved.")
        page.turn_to(load(self._engine, page.session.owner, Path(str(file))))
        return self._actions.all(page)

    def replay(self, owner: Any, request: gr.Request) -> Iterator[Any]:
        """Run the calls of the conversation again, tell how far that is, and at last which gave the same bytes."""
        page, stop = None, threading.Event()
        try:
            page = self._actions.page(request, owner)
            if self._replaying.setdefault(page.session.owner, stop) is not stop:
                raise Refusal("A replay is running already.", "Wait for it to end, or stop it.")
            of = 0
            for now in watched(self._engine, page.session, stop):
                if isinstance(now, Now):
                    of, share = now.of, (now.number + now.fraction) / now.of
                    page.replay = {"share": share, "words": f"Call {now.number + 1} of {of}: {now.task}"}
                    yield self._actions.sidebar(page)
                else:
                    gr.Info(html.escape(summary(now, max(of, len(now)))[:600]), title="Replayed", duration=20)
        except Exception as error:  # noqa: BLE001 (told to the person, with an incident number)
            fault("replay", error)
        finally:
            stop.set()
            if page is not None and self._replaying.get(page.session.owner) is stop:
                del self._replaying[page.session.owner]
                page.replay = None
        yield gr.skip() if page is None else self._actions.sidebar(page)

    def cease(self, owner: Any, request: gr.Request) -> None:
        """End the replay that runs within one step."""
        try:
            running = self._replaying.get(self._actions.page(request, owner).session.owner)
        except Refusal as refusal:
            tell(refusal)
            return
        if running is not None:
            running.set()
