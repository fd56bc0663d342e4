"""The page is there before the language model takes a processor to load, and whoever needs the model begins to load it."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from app.brain import Brain
from app.engine import Engine
from app.session import new_owner
from app.settings import Settings
from app.target import foresee
from app.ui_actions import Actions
from app.ui_chats import Chats
from tests.programs import loaded

program = loaded("app.py")


def test_the_page_is_served_before_the_model_loads(tmp_path, capsys):
    done = []
    page = SimpleNamespace(
        launch=lambda **keywords: done.append("served"),
        block_thread=lambda: done.append("waits"),
        local_url="http://127.0.0.1:1/",
    )
    settings = Settings(data=tmp_path, open_browser=False)
    engine = SimpleNamespace(settings=settings, start=lambda after: done.append(after))
    assert program.launch(page, engine) == 0
    first, after, last = done
    assert (first, last) == ("served", "waits")
    assert after >= 2, "a browser that is opened now fetches the page first"
    assert page.local_url in capsys.readouterr().out


@pytest.mark.parametrize("who", ["a visit", "typing"])
def test_the_first_visit_and_whoever_types_begin_to_load_the_model(tmp_path, monkeypatch, who):
    engine = Engine(Settings(data=tmp_path, profile="nano"))
    begun = threading.Event()
    engine.brain = Brain(begun.set)
    engine.start(1000)
    owner = new_owner()
    if who == "a visit":
        monkeypatch.setattr("app.ui_chats.SHOWN", 0.01)
        token, *_ = Chats(Actions(engine, {})).load({"owner": owner}, SimpleNamespace(session_hash="a tab"))
        assert token == owner
    else:
        assert foresee(engine, engine.open(owner), "/help") is not None
        assert not begun.wait(0.3), "a command is read without the model"
        assert foresee(engine, engine.open(owner), "cut this out") is None
    assert begun.wait(30)
    engine.close()
