"""What the page's events do. Every one returns or yields values for the page's parts, and no exception leaves one."""

from __future__ import annotations

import base64
import functools
import html
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import Any

from components.fast_gradio import gr
from components.media_card import entry
from models.expert import Refusal
from models.router import incident
from models.values import Failure, Message

from app.chat_view import CHAT, ChatView
from app.engine import Engine
from app.events import Event, Finished, Grown, Progress
from app.examples import EXAMPLES, FOLDER, example_file
from app.listing import list_json
from app.session import Session
from app.steps import Steps
from app.ui_pages import Page, Pages, linker
from app.ui_tray import Tray, usable, write
from app.waiting import Place, all_waiting

IDLE = {"submit_btn": True, "stop_btn": False}
BUSY = {"submit_btn": False, "stop_btn": True}
EMPTY: dict[str, Any] = {"text": "", "files": []}
TICK = 1 / 6
"""Least seconds between two drawings of a reply that grows."""
PARTS = CHAT + 4
"""The page's parts that most events write: those of the chat, box, tray, list of chats, the button for earlier messages."""


def tell(refusal: Refusal, title: str = "That did not work") -> None:
    """Show a refusal at the edge of the page."""
    gr.Warning(html.escape(f"{refusal.what} {refusal.hint}".strip()), title=title, duration=10)


def fault(name: str, error: Exception) -> None:
    """Tell the person that *name* went wrong; what is no Refusal is logged under an incident number."""
    if isinstance(error, Refusal):
        tell(error)
    else:
        tell(Refusal("Something went wrong inside the program.", f"Try again. (Incident {incident(name, error)})"))


def _picture(progress: Progress | None) -> str:
    """Return the preview within its address: it is replaced so often that a browser would find a file gone."""
    data = progress.preview if progress and progress.preview else b""
    return f"data:image/jpeg;base64,{base64.b64encode(data).decode()}" if data else ""


def _outcome(event: Event) -> str:
    """Return how a reply went, "" while it is made."""
    if not isinstance(event, Finished):
        return ""
    failed = any(isinstance(part, Failure) for part in event.message.parts)
    return "well" if event.reason == "done" and not failed else event.reason


def guarded(outputs: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Turn what a handler raises into a notice, and leave its *outputs* parts of the page as they are."""

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def safe(*arguments: Any) -> Any:
            try:
                return function(*arguments)
            except Exception as error:  # noqa: BLE001 (told to the person, with an incident number)
                fault(function.__name__, error)
                return gr.skip() if outputs == 1 else (gr.skip(),) * outputs

        return safe

    return wrap


def streaming(function: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    """The same for a handler that yields; when the browser goes away, the drawing ends, and the reply goes on without it."""

    @functools.wraps(function)
    def safe(*arguments: Any) -> Iterator[Any]:
        shown = False
        try:
            with closing(function(*arguments)) as drawings:  # type: ignore[type-var]
                for values in drawings:
                    shown = True
                    yield values
        except Exception as error:  # noqa: BLE001 (told to the person, with an incident number)
            fault(function.__name__, error)
            shown = False
        if not shown:
            # Gradio takes a handler that yields nothing at all for one that empties every part.
            yield (gr.skip(),) * PARTS

    return safe


def _while_newest(page: Page, events: Iterator[Event]) -> Iterator[Event]:
    """Yield *events* until another stream draws the page: a second one would hold a place of the queue for nothing."""
    mine = page.watcher
    for event in events:
        if page.watcher is not mine:
            return
        yield event


class Actions:
    """The handlers over one engine; *props* is what a card in the chat must carry."""

    def __init__(self, engine: Engine, props: dict[str, Any]) -> None:
        self.engine = engine
        self.pages = Pages(engine)
        self.link = linker(engine.settings.media, engine.store.address)
        self._props = props
        self._steps = Steps()
        self.view = ChatView(engine, self.link, self._card)

    # What the parts of the page show

    def _card(self, value: dict[str, Any]) -> dict[str, Any]:
        return entry(value, self._props)

    def tray(self, session: Session, tray: Tray) -> dict[str, Any]:
        """Return what the tray shows."""
        return write(tray, self.engine.media(session), self.engine.next_region(session), self.link)

    def sidebar(self, page: Page) -> dict[str, Any]:
        """Return what the sidebar shows."""
        return list_json(self.engine, page, self.link)

    def all(self, page: Page, tray: Tray | None = None, box: dict[str, Any] | None = None) -> tuple[Any, ...]:
        """Return everything that the page shows of its conversation; *tray* and *box* are what the composer shall hold."""
        session = page.session
        if tray is None:
            spoken_for = {handle for one in all_waiting(self.engine, session) for handle in one.handles}
            tray = Tray(tuple(handle for handle in self.engine.pending(session) if handle not in spoken_for))
        follow = self.engine.busy(session) or bool(self.engine.lines.waiting(session))
        return (
            *self.view.whole(session, page.view),
            self._buttons(page, value=box or EMPTY),
            self.tray(session, tray),
            {**self.sidebar(page), "follow": follow},
            gr.update(visible=page.view.more),
        )

    def first(self, page: Page) -> tuple[Any, ...]:
        """Return the same for a tab that was opened just now: what was typed since stays."""
        *chat, _, tray, listed, more = self.all(page)
        return *chat, self._buttons(page), tray, listed, more

    def anew(self, page: Page) -> tuple[Any, ...]:
        """Return the same but for the composer, which keeps what is being written."""
        *chat, _, _, listed, more = self.all(page)
        return *chat, self._buttons(page), gr.skip(), {**listed, "follow": False}, more

    def listed(self, page: Page) -> tuple[Any, ...]:
        """Return the same with nothing changed but the sidebar."""
        return (*(gr.skip(),) * (PARTS - 2), self.sidebar(page), gr.skip())

    def _buttons(self, page: Page, **how: Any) -> Any:
        return gr.update(**(BUSY if self.engine.busy(page.session) else IDLE), **how)

    def page(self, request: Any, owner: Any) -> Page:
        """Return the tab that asks. Raises Refusal for one without an owner."""
        return self.pages.of(str(request.session_hash), owner if isinstance(owner, str) else "")

    # The composer

    def told(self, session: Session, data: Any) -> Tray:
        """Return what can be used of the tray that a browser sent."""
        return usable(data, self.engine.media(session), self.engine.next_region(session))

    @guarded(1)
    def drop(self, data: Any, owner: Any, event: gr.EventData, request: gr.Request) -> Any:
        """Take an attachment away; a file that was never sent is forgotten."""
        page, handle = self.page(request, owner), str(event._data["ref"])
        with page.lock:
            page.files.update({n: None for n, known in page.files.items() if known == handle})
            if handle in self.engine.pending(page.session):
                self.engine.detach(page.session, handle)
        return self.tray(page.session, self.told(page.session, data).without(handle))

    # Replies

    @streaming
    def retry(self, owner: Any, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Make the last reply again."""
        page = self.page(request, owner)
        yield from self.show(page, self.engine.retry(page.session))

    @streaming
    def example(self, owner: Any, event: gr.SelectData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Run one of the examples of an empty conversation."""
        page = self.page(request, owner)
        number = event.index[0] if isinstance(event.index, list | tuple) else event.index
        made = EXAMPLES[int(number)]
        folder = self.engine.settings.data / FOLDER
        session, handles = page.session, []
        try:
            for name in made.files:
                handles.append(self.engine.attach(session, example_file(folder, name), name).handle)  # noqa: PERF401 (kept one by one: a later one may fail)
            regions = made.regions(handles, self.engine.shelf(session), self.engine.next_region(session))
            # What is sent meanwhile waits for all of its steps.
            with self._steps.of(session) as stopped, self.engine.lines.place(session, Place()):
                went = yield from self.show(page, self.engine.reply(session, made.text, handles, regions))
                for text in made.then:
                    if went == "well" and not stopped():
                        events = self.engine.begin(session, self.engine.reply(session, text))
                        if stopped():  # pressed while there was no reply to be stopped, or one that had just begun
                            self.engine.stop(session)
                        went = yield from self.watch(page, session, events, stay=True)
        except Exception:
            # The person chose no files: those of a card that was refused must not go with the next message.
            for handle in set(handles).intersection(self.engine.pending(session)):
                self.engine.detach(session, handle)
            raise

    def show(self, page: Page, events: Iterator[Event]) -> Generator[tuple[Any, ...], None, str]:
        """Make the reply that *events* stands for, whether or not this browser stays, and draw it as it grows. Returns how it
        went: "well" when it was done without a failure."""
        running = self.engine.begin(page.session, events)
        return (yield from self.watch(page, page.session, running, stay=True))

    def watch(
        self,
        page: Page,
        session: Session,
        events: Iterator[Event],
        *,
        to: int | None = None,
        stay: bool = False,
    ) -> Generator[tuple[Any, ...], None, str]:
        """Draw a reply as its events come, as long as the tab shows its conversation and no newer stream draws it; *to* is the
        state of the tray that was sent. With *stay* it waits for the end even when a newer stream draws. What is being
        written in the composer is never touched."""
        page.watcher = mine = object()
        went = ""
        with closing(events):  # type: ignore[type-var]
            now: Message | None = None
            progress: Progress | None = None
            draw: Callable[..., tuple[Any, ...]] | None = None
            drawn = 0.0
            away = False
            last: object = None
            for event in events if stay else _while_newest(page, events):
                went = _outcome(event)
                if event is last or page.watcher is not mine:
                    yield (gr.skip(),) * PARTS  # nothing to draw; a closed browser is noticed by it
                    continue
                last = event
                if away is (page.session == session):
                    away = not away
                    if away:
                        # What this reply drew last may reach the browser after the other conversation was shown.
                        yield (
                            *self.view.whole(page.session, page.view),
                            self._buttons(page),
                            *(gr.skip(),) * (PARTS - CHAT - 1),
                        )
                if isinstance(event, Progress):
                    progress = event
                else:
                    progress = progress if isinstance(event, Grown) else None
                    first, now = now is None, event.message
                    if first:
                        if page.session == session:
                            tray = gr.skip() if to is None else self.tray(session, Tray(to=to))
                            chat = self.view.changed(session, page.view)
                            more = gr.update(visible=page.view.more)
                            yield *chat, gr.update(**BUSY), tray, self.sidebar(page), more
                        continue
                    if isinstance(event, Finished):
                        break
                if now is not None and page.session == session and time.monotonic() - drawn >= TICK:
                    drawn = time.monotonic()
                    draw = draw or self.view.growing(session, page.view)
                    yield *draw(now, progress, _picture(progress)), *(gr.skip(),) * (PARTS - CHAT)
            if page.session == session and page.watcher is mine:
                # Of two updates that a browser gets at once it keeps the later, so a quick end tells of the tray again.
                tray = gr.skip() if to is None or drawn else self.tray(session, Tray(to=to))
                yield *self.view.changed(session, page.view), gr.update(**IDLE), tray, self.sidebar(page), gr.skip()
        return went

    def stop(self, owner: Any, request: gr.Request) -> None:
        """End the running reply within one step."""
        try:
            session = self.page(request, owner).session
            self._steps.stop(session)
            self.engine.stop(session)
        except Exception as error:  # noqa: BLE001 (told to the person, with an incident number)
            fault("stop", error)
