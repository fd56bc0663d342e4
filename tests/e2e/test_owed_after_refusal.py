"""A reply that a full disk did not take stays owed when the next turn is refused as well."""

from __future__ import annotations

import pytest

from app.engine import Engine
from app.settings import Settings
from models.expert import Refusal
from models.values import Message, Text
from tests.browser.stage import Scripted


def test_what_is_owed_is_saved_once_there_is_room_again(tmp_path, monkeypatch):
    engine = Engine(Settings(data=tmp_path / "data", profile="nano"), model=Scripted())
    engine.start()
    session = engine.open("o" * 32)
    for _ in engine.reply(session, "say one"):
        pass
    whole = engine.messages(session)[1]
    engine.history.replace(session.owner, session.conversation, 1, Message("assistant", (Text("o"),), "running"))
    engine._owed.note(session, 1, whole)

    class Full:
        def __init__(self, engine, run, options):
            engine.messages(session)  # pays what is owed, within a transaction that is not yet safe
            raise Refusal("The disk is full.", "Make room.")

    with monkeypatch.context() as patch:
        patch.setattr("app.engine.Reply", Full)
        with pytest.raises(Refusal, match="full"):
            next(iter(engine.reply(session, "say two")))
    assert session.conversation in engine._owed
    assert engine.history.messages(session.owner, session.conversation)[1].state == "running"
    assert [message.text for message in engine.messages(session)] == ["say one", whole.text]
    assert not engine._owed
    assert engine.history.messages(session.owner, session.conversation)[1].state == "done"
    engine.close()
