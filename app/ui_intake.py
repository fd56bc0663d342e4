"""Files that the page uploaded: each is taken in once and shown in the tray, or refused there by name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from components.fast_gradio import gr
from models.expert import Refusal
from models.router import incident

from app import api_files
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
        session = page.session
        files = event._data.get("files")
        asked = [file for file in files if isinstance(file, dict)] if isinstance(files, list) else []
        asked = [file for file in asked if NUMBER.fullmatch(str(file.get("n")))]
        if not asked:
            return gr.skip()
        taken = [self._taken(page, file) for file in asked[: self._engine.settings.files_per_message]]
        told = self._actions.told(session, data)
        return {
            **self._actions.tray(session, told.having(*(one["ref"] for one in taken if "ref" in one))),
            "taken": taken,
        }

    def _taken(self, page: Page, file: dict[str, Any]) -> dict[str, str]:
        """Return what became of one file: its handle, or why it has none."""
        n = str(file["n"])
        with page.lock:
            if n not in page.files:
                page.files[n] = self._take(page, file)
                for old in list(page.files)[:-REMEMBERED]:
                    del page.files[old]
            known = page.files[n]
        if isinstance(known, Refusal):
            return {"n": n, "what": known.what, "hint": known.hint}
        return {"n": n, "ref": known} if known else {"n": n, "what": "It was taken away.", "hint": ""}

    def _take(self, page: Page, file: dict[str, Any]) -> str | Refusal:
        try:
            path, _ = api_files.upload(file)
            try:
                return self._engine.attach(page.session, path, Path(str(file.get("name") or "")).name).handle
            finally:
                taken_in(path)
        except Refusal as refusal:
            return refusal
        except Exception as error:  # noqa: BLE001 (told to the person, with an incident number)
            number = incident("attach", error)
            return Refusal("Something went wrong inside the program.", f"Try again. (Incident {number})")
