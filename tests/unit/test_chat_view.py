"""The chat in boxes: every message stands in one of them and stays there, and a turn changes the same few however long it is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from engine_stubs import FOX, last, make_engine

from app.branches import Placed
from app.chat_view import BOXES, CHAT, EACH, EARLIER, laid_out
from app.session import new_owner
from app.ui_actions import PARTS, Actions
from app.ui_pages import Seen
from app.ui_sending import Sending
from components.fast_gradio import gr
from models.values import Message, Text

TAB: Any = SimpleNamespace(session_hash="a tab")


def line(messages: int, roles: str = "ua") -> list[Placed]:
    """Return a branch of *messages*; *roles* repeats, "u" is the person."""
    named = {"u": "user", "a": "assistant"}
    return [
        Placed(n, Message(named[roles[n % len(roles)]], (Text(str(n)),)), (n,))  # type: ignore[arg-type]
        for n in range(messages)
    ]


@pytest.mark.parametrize("messages", range(60))
@pytest.mark.parametrize("roles", ["ua", "u", "a", "uaa"])
def test_every_message_shown_stands_in_one_box_in_order_and_the_last_in_the_last(messages, roles):
    places = line(messages, roles)
    layout = laid_out(places, Seen(first=0, ring=laid_out(places, Seen()).ring))
    ring = layout.parts[1:]
    here = [place.n for place in layout.parts[0]]
    here += [n for box in sorted(([place.n for place in box] for box in ring), key=lambda box: box[:1]) for n in box]
    assert here == list(range(messages))
    assert all(sum(place.message.role == "user" for place in box) <= EACH for box in ring)
    if messages:
        assert layout.parts[layout.last][-1].n == messages - 1


def test_what_stood_in_a_box_stays_there_until_its_box_is_used_again():
    before = laid_out(line(0), Seen())
    for messages in range(2, 200, 2):
        layout = laid_out(line(messages), Seen())
        moved = [at for at in range(1, CHAT) if layout.parts[at] != before.parts[at]]
        assert moved == [layout.last]
        assert sum(map(len, layout.parts)) <= 2 * EACH * BOXES
        before = layout


def test_earlier_turns_are_shown_until_the_ring_goes_on():
    seen = Seen(first=0, ring=laid_out(line(200), Seen()).ring)
    assert sum(map(len, laid_out(line(200), seen).parts)) == 200
    assert sum(map(len, laid_out(line(202), seen).parts)) < 2 * EACH * BOXES


def sent(values: tuple[Any, ...]) -> list[int]:
    """Return how many messages each part of the chat gets, but for those that stay as they are."""
    return [len(value) for value in values[:CHAT] if isinstance(value, list)]


def test_a_turn_after_two_hundred_messages_sends_what_one_of_a_new_conversation_does(tmp_path):
    engine = make_engine(tmp_path, lambda text: f"Here. {FOX}" if "fox" in text else "Words.")
    owner = new_owner()
    actions, session = Actions(engine, {}), engine.open(owner)
    page = actions.pages.of(TAB.session_hash, owner)
    page.turn_to(session)

    def turn() -> list[list[int]]:
        tray: dict[str, Any] = {"media": {}, "attached": [], "regions": []}
        values = list(Sending(actions).send({"text": "a fox", "files": []}, tray, None, owner, TAB))
        assert all(len(each) == PARTS for each in values)
        return [sent(each) for each in values]

    actions.all(page)
    turn()
    new = [turn(), turn()]  # one that goes into a box with others, and one that begins a box
    while len(engine.messages(session)) < 200:
        last(engine.reply(session, "again"))
    assert len(sent(actions.all(page))) == CHAT
    long = [turn(), turn(), turn(), turn()]
    most = max(sum(each) for step in new for each in step)
    assert most <= 2 * 2 * EACH
    assert max(sum(each) for step in long for each in step) <= most
    # on a busy machine a turn may begin by waiting for the end of the one before, which draws nothing
    assert all(any(step[:-1]) and step[-1] for step in (new[0], long[0])), "what is sent and the end of it are drawn"
    engine.close()


def test_earlier_messages_come_on_demand_and_nothing_else_is_sent_again(tmp_path):
    engine = make_engine(tmp_path, "Words.")
    owner = new_owner()
    actions, session = Actions(engine, {}), engine.open(owner)
    page = actions.pages.of(TAB.session_hash, owner)
    page.turn_to(session)
    while len(engine.messages(session)) < 100:
        last(engine.reply(session, "again"))
    assert sum(sent(actions.all(page))) == 2 * EACH * BOXES
    assert page.view.more
    assert sent(actions.view.earlier(session, page.view)) == [2 * EACH * EARLIER]
    assert sent(actions.view.earlier(session, page.view)) == [100 - 2 * EACH * BOXES]
    assert not page.view.more
    assert actions.view.changed(session, page.view) == (gr.skip(),) * CHAT
    engine.close()
