"""Files that the page uploaded: each is taken in once and shown in the tray, or refused there by name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from components.fast_gradio import gr
from models.expert import Refusal
from models.router import incident

from app import api_files
from app.session import Session
from app.ui_actions import Actions, guarded
from app.ui_pages import Page
from app.uploads import taken_in

NUMBER = re.compile(r"[a-z0-9-]{1,40}")
REMEMBERED = 256
"""Files of a tab of which it is remembered what became."""


class Intake:
    """The handler of uploaded files, over the page's other *actions*."""

    def __init__(self, actions: Actions) -> None:
        self._actions, self._engine = actions, actions.engine

    @guarded(1)
    def attach(self, data: Any, owner: Any, event: gr.EventData, request: gr.Request) -> Any:
        """Take files in and show them in the tray. One that is asked about again is answered again and taken in once."""
        page = self._actions.page(request, owner)
        with page.lock:
            session, known = page.session, page.files
        files = event._data.get("files")
        asked = [file for file in files if isinstance(file, dict)] if isinstance(files, list) else []
        asked = [file for file in asked if NUMBER.fullmatch(str(file.get("n")))]
        if not asked:
            return gr.skip()
        taken = [self._taken(page, session, known, file) for file in asked[: self._engine.settings.files_per_message]]
        told = self._actions.told(session, data)
        return {
            **self._actions.tray(session, told.having(*(one["ref"] for one in taken if "ref" in one))),
            "taken": taken,
        }

    def _taken(
        self, page: Page, session: Session, known: dict[str, str | Refusal | None], file: dict[str, Any]
    ) -> dict[str, str]:
        """Return what became of one file: its handle, or why it has none. While it is read, only other files of the tab wait."""
        n = str(file["n"])
        with page.intake:
            if n not in known:
                result = self._take(session, file)
                with page.lock:
                    # What shows in the tray may be taken away before it is noted here.
                    lost = isinstance(result, str) and result not in self._engine.media(session)
                    known[n] = None if lost else result
                    for old in list(known)[:-REMEMBERED]:
                        del known[old]
            with page.lock:
                became = known[n]
        if isinstance(became, Refusal):
            return {"n": n, "what": became.what, "hint": became.hint}
        return {"n": n, "ref": became} if became else {"n": n, "what": "It was taken away.", "hint": ""}

    def _take(self, session: Session, file: dict[str, Any]) -> str | Refusal:
        try:
            path, _ = api_files.upload(file)
            try:
                return self._engine.attach(session, path, Path(str(file.get("name") or "")).name).handle
            finally:
                taken_in(path)
        except Refusal as refusal:
            return refusal
        except Exception as error:  # noqa: BLE001 (told to the person, with an incident number)
            number = incident("attach", error)
            return Refusal("Something went wrong inside the program.", f"Try again. (Incident {number})")
