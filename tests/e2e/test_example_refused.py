"""An example card that is clicked at a bad moment leaves nothing behind in the composer."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest
from chats import Chat, real_engine

from app.examples import EXAMPLES, FOLDER, make_examples
from app.session import new_owner
from app.ui_actions import PARTS, Actions
from components.fast_gradio import gr
from models.expert import Refusal

OWNER = new_owner()
TAB = SimpleNamespace(session_hash="a tab")


@pytest.fixture
def page(tmp_path, monkeypatch):
    """The page's handlers over an engine whose model says a word; what they tell at the edge of the page is kept."""
    go = threading.Event()
    engine = real_engine(tmp_path, lambda _: "All right." if go.wait(60) else "Too late.")
    make_examples(engine.settings.data / FOLDER)
    told: list[str] = []
    monkeypatch.setattr("app.ui_actions.tell", lambda refusal: told.append(refusal.what))
    yield SimpleNamespace(engine=engine, actions=Actions(engine, {}), told=told, go=go, chat=Chat(engine, OWNER))
    go.set()
    engine.close()


def click(page, index=0):
    return page.actions.example(OWNER, SimpleNamespace(index=index), TAB)


def test_a_card_clicked_twice_attaches_nothing_the_second_time(page):
    first = click(page)
    next(first)
    assert list(click(page)) == [(gr.skip(),) * PARTS]
    assert page.told == ["This conversation is still answering."]
    session = page.actions.pages.of(TAB.session_hash, OWNER).session
    assert page.engine.pending(session) == []
    page.go.set()
    list(first)
    assert sorted(page.engine.shelf(session)) == ["image#1"]
    assert page.engine.messages(session)[-1].state == "done"


def test_what_the_person_attached_stays_when_a_card_is_refused(page, tmp_path):
    session = page.actions.pages.of(TAB.session_hash, OWNER).session
    mine = page.engine.attach(session, page.engine.settings.data / FOLDER / "balloon.png").handle
    first = page.engine.reply(session, "hello")
    next(first)
    list(click(page))
    assert page.engine.pending(session) == [mine]
    first.close()


def test_a_card_of_which_one_file_cannot_be_attached_takes_the_others_back(page, monkeypatch):
    attach = page.engine.attach

    def only_one(session, path, name=""):
        if page.engine.pending(session):
            raise Refusal("There is no room.")
        return attach(session, path, name)

    monkeypatch.setattr(page.engine, "attach", only_one)
    monkeypatch.setattr("app.ui_actions.EXAMPLES", [type(EXAMPLES[0])("two", "look", ("balloon.png",) * 2, "")])
    list(click(page))
    assert page.told == ["There is no room."]
    assert page.engine.pending(page.actions.pages.of(TAB.session_hash, OWNER).session) == []
