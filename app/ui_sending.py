"""Sending from the page: every message once, in its turn, with what the composer held when Send was pressed."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from components.fast_gradio import gr
from models.expert import Refusal

from app.chat_view import CHAT
from app.choosing import picked, regions_of
from app.events import Event, Waiting
from app.running import Gone
from app.session import Session
from app.ui_actions import PARTS, Actions, fault, guarded, streaming
from app.ui_pages import Page
from app.ui_tray import Tray, number_of, read
from app.waiting import in_turn, once_more, take_back


class Sending:
    """The handlers of the composer and of what waits above it, over the page's other *actions*."""

    def __init__(self, actions: Actions) -> None:
        self._actions, self._engine = actions, actions.engine

    @streaming
    def send(self, message: Any, data: Any, chip: Any, owner: Any, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Send what the composer and the tray held, with what the chip was set to, once nothing else is answered, and show the
        reply as it grows. A message that comes a second time under its number is taken in once."""
        page = self._actions.page(request, owner)
        session, number = page.session, number_of(data)
        if number and not page.accepts(number):
            yield self._actions.listed(page)
            return
        page.back = {}
        files: list[str] = []
        try:
            files = self._files(page, message)
            tray = read(data, self._engine.media(session), self._engine.next_region(session)).having(*files)
            text = str((message or {}).get("text") or "")
            began = yield from self._await(page, session, number, self._begun(session, text, tray, chip))
        except Gone:
            began = None
        except Exception as error:  # noqa: BLE001 (told to the person, with an incident number; the words go back)
            page.sends[number] = "refused"
            fault("send", error)
            with suppress(Refusal):
                take_back(self._engine, session, number)  # the page has it again
            yield self._given_back(page, session, Tray(tuple(files), to=self._actions.told(session, data).to))
            return
        yield from self._shown(page, session, number, began, tray.to if began else None)

    @streaming
    def onward(self, owner: Any, event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Send what waited when the server was ended. What is refused stays where it is."""
        page, number = self._actions.page(request, owner), number_of({"sent": (event._data or {}).get("n")})
        session = page.session
        page.accepts(number)  # which also bounds what is remembered
        page.sends[number] = "sent"
        try:
            began = yield from self._await(page, session, number, once_more(self._engine, session, number))
        except Gone:
            began = None
        except Exception as error:  # noqa: BLE001 (told to the person, with an incident number)
            fault("onward", error)
            yield self._actions.listed(page)
            return
        yield from self._shown(page, session, number, began, None)

    def _await(
        self, page: Page, session: Session, number: str, events: Iterator[Event | Waiting]
    ) -> Generator[tuple[Any, ...], None, Iterator[Event] | None]:
        """Begin a reply and draw that it waits, as long as it does; returns its events, None where it was taken back."""
        told = self._engine.begin(session, events)
        first = next(told, None)
        if isinstance(first, Waiting):
            page.sends[number] = "waits"
            yield self._actions.listed(page)
        while isinstance(first, Waiting):
            yield (gr.skip(),) * PARTS
            first = next(told, None)
        return None if first is None else _from(first, cast(Iterator[Event], told))

    def _shown(
        self, page: Page, session: Session, number: str, began: Iterator[Event] | None, to: int | None
    ) -> Iterator[tuple[Any, ...]]:
        if began is None:
            page.sends[number] = "back" if page.sends.get(number) == "back" else "gone"
            yield self._actions.listed(page)
            return
        page.sends[number] = "taken"
        yield from self._actions.watch(page, session, began, to=to, stay=True)

    def _begun(self, session: Session, text: str, tray: Tray, chip: Any) -> Iterator[Event | Waiting]:
        marks = [*regions_of(self._engine.messages(session)), *(region.handle for region in tray.regions)]
        choice = chip.get("choice") if isinstance(chip, dict) else None
        options = picked(choice, self._engine.media(session), marks, self._engine.router.runnable())
        return in_turn(self._engine, session, tray.number, text, tray.attached, tray.regions, options)

    def _files(self, page: Page, message: Any) -> list[str]:
        """Return the handles of what the microphone recorded: all else came by :class:`app.ui_intake.Intake`."""
        paths = [Path(str(path)) for path in (message or {}).get("files", [])]
        return [self._engine.attach(page.session, path, path.name).handle for path in paths]

    def _given_back(self, page: Page, session: Session, tray: Tray) -> tuple[Any, ...]:
        """Return what the page shows when a message was refused: its files are in the tray again."""
        shown = self._actions.tray(session, tray) if page.session == session else gr.skip()
        return *(gr.skip(),) * (CHAT + 1), shown, self._actions.sidebar(page), gr.skip()

    @guarded(2)
    def unsend(self, data: Any, owner: Any, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Take a message back that waits, or that never came; one that is answered already stays."""
        page, number = self._actions.page(request, owner), number_of({"sent": (event._data or {}).get("n")})
        session, tray = page.session, gr.skip()
        message = take_back(self._engine, session, number)
        if message is not None or (number and page.accepts(number)):
            page.sends[number] = "back"
        if message is not None:
            page.back = {**page.back, number: message.text}
            told = self._actions.told(session, data).having(*message.handles)
            known = {region.id for region in told.regions}
            marks = tuple(region for region in message.regions if region.id not in known)
            tray = self._actions.tray(session, replace(told, regions=(*marks, *told.regions)))
        return tray, self._actions.sidebar(page)


def _from(first: Event, rest: Iterator[Event]) -> Iterator[Event]:
    """Yield *first* and then the *rest*, which is closed with it."""
    with closing(rest):  # type: ignore[type-var]
        yield first
        yield from rest
