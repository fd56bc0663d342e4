"""The sidebar and the bars under messages as the JSON of the page's components."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from components.turn_bar import taken_back, turn
from models.expert import Refusal

from app.branches import Placed
from app.cards import Link, medium_card
from app.engine import REGRET, Engine
from app.session import Session
from app.ui_pages import Page
from app.waiting import left_over

SAID = 300
"""Characters that are told of a message that waits, and of the last one that was taken in."""
Card = Callable[[dict[str, Any]], dict[str, Any]]


def with_bars(shown: list[dict[str, Any]], places: Sequence[Placed], card: Card) -> list[dict[str, Any]]:
    """Return the chat's entries *shown*, which stand for the messages *places*, each with its bar; a reply in the making has
    none yet."""
    for entry, place in zip(shown, places, strict=True):
        if place.message.role == "user":
            entry["content"][0]["value"]["turn"] = turn(place.n, place.variants, editable=True)
        elif place.message.state != "running":
            entry["content"].append(card({"kind": "turn", "turn": turn(place.n, place.variants)}))
    return shown


def with_taken_back(shown: list[dict[str, Any]], later: Sequence[int], card: Card) -> list[dict[str, Any]]:
    """Return the chat's entries with a last one that brings back what was taken back, if anything was."""
    back = [{"role": "assistant", "content": [card({"kind": "turn", "turn": taken_back(later[-1])})]}] if later else []
    return [*shown, *back]


def list_json(engine: Engine, page: Page, link: Link) -> dict[str, Any]:
    """Return the value of the sidebar as *page* has it: searched, its media shown, something just deleted."""
    session = page.session
    found = engine.search(session.owner, page.words) if page.words else engine.conversations(session.owner)
    chats = [
        {"id": e.id, "title": e.title, "when": time.strftime("%d %b %Y, %H:%M", time.localtime(e.updated))}
        for e in found
    ]
    gone = None
    if page.gone and time.monotonic() < page.gone[2]:
        gone = {"id": page.gone[0], "title": page.gone[1], "seconds": round(page.gone[2] - time.monotonic(), 1)}
    return {
        "current": session.conversation,
        "chats": chats,
        "words": page.words,
        "gone": gone,
        "media": _media(engine, page, link) if page.shelf else None,
        "download": page.download,
        "replay": page.replay,
        "waiting": [
            *({"n": one.number, "text": one.text[:SAID]} for one in engine.lines.waiting(session)),
            *({"n": one.number, "text": one.text[:SAID], "left": True} for one in left_over(engine, session)),
        ],
        "said": _said(engine, session),
        "sent": dict(page.sends),
        "back": dict(page.back),
    }


def _said(engine: Engine, session: Session) -> dict[str, Any] | None:
    """Return the number and the beginning of the person's last message in the conversation, None where there is none."""
    with suppress(Refusal):  # it may have been deleted in another tab
        for place in reversed(engine.placed(session)):
            if place.message.role == "user":
                return {"n": place.n, "text": place.message.text[:SAID]}
    return None


def regret_until() -> float:
    """Return the time (monotonic, s) until which what is deleted now can be brought back from the page."""
    return time.monotonic() + REGRET - 2


def _media(engine: Engine, page: Page, link: Link) -> list[dict[str, Any]]:
    """Return every medium of the conversation, the newest first; *here* is False for those of other branches."""
    here, every = engine.shelf(page.session), engine.media(page.session)
    return [
        {**medium_card(m, every, link), "label": str(m.meta.get("label") or ""), "here": m.handle in here}
        for m in reversed(every.values())
    ]
