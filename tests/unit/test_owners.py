"""Only tokens that the program itself could have drawn open anything: a name that people guess opens nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.engine import Engine
from app.session import is_owner, new_owner
from app.settings import Settings
from app.ui_pages import Pages
from models.expert import Refusal


def test_drawn_tokens_are_owners_and_guessable_ones_are_not() -> None:
    assert all(is_owner(new_owner()) for _ in range(50))
    assert not any(
        is_owner(value) for value in ("", "me", "console", "a" * 23, "a" * 101, "a b" * 10, "é" * 30, None, 7)
    )


def test_a_page_with_a_made_up_owner_sees_no_conversation(tmp_path: Path) -> None:
    engine = Engine(Settings(data=tmp_path, profile="nano"))
    engine.open("me")
    pages = Pages(engine)
    for owner in ("me", "", "console"):
        with pytest.raises(Refusal, match="not ready"):
            pages.of("tab", owner)
    token = new_owner()
    assert pages.of("tab", token).session.owner == token
    engine.close()
