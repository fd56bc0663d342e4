"""An example of several steps ends when Stop is pressed, at whatever moment that is."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from app.examples import Example
from app.session import Session, new_owner
from app.steps import Steps
from app.ui_actions import Actions

THREE = Example("Three steps", "one", (), "x.png", then=("two", "three"))
REQUEST = SimpleNamespace(session_hash="tab")


@pytest.fixture
def card(made, monkeypatch):
    """The handlers of a page whose only example has three steps, what runs it, and its conversation's messages."""
    monkeypatch.setattr("app.ui_actions.EXAMPLES", [THREE])
    engine, owner = made(lambda text: f"You said {text}."), new_owner()
    actions = Actions(engine, {})
    session = actions.page(REQUEST, owner).session

    def run():
        for _ in actions.example(owner, SimpleNamespace(index=0), REQUEST):
            pass
        return [(message.text, message.state) for message in engine.messages(session)]

    return actions, owner, run


def test_left_alone_it_goes_through_all_steps(card):
    assert [text for text, _ in card[2]()] == [
        "one",
        "You said one.",
        "two",
        "You said two.",
        "three",
        "You said three.",
    ]


def test_stop_pressed_as_a_step_has_just_ended_begins_no_other(card, monkeypatch):
    actions, owner, run = card
    watch = actions.watch

    def ended(*args, **how):
        went = yield from watch(*args, **how)
        actions.stop(owner, REQUEST)
        return went

    monkeypatch.setattr(actions, "watch", ended)
    assert run() == [("one", "done"), ("You said one.", "done")]


def test_stop_pressed_as_the_next_step_begins_stops_that(card, monkeypatch):
    actions, owner, run = card
    begin, begun = actions.engine.begin, []

    def late(session, events):
        begun.append(session)
        if len(begun) == 2:
            actions.stop(owner, REQUEST)  # there is no reply yet that could be stopped
        return begin(session, events)

    monkeypatch.setattr(actions.engine, "begin", late)
    monkeypatch.setattr(actions.engine.brain.model, "pause", 0.05)
    said = run()
    assert [state for _, state in said] == ["done", "done", "done", "stopped"]
    assert len(begun) == 2


def test_a_stop_elsewhere_or_before_is_not_meant():
    steps, here, there = Steps(), Session("ann", "a"), Session("ann", "b")
    steps.stop(here)
    with steps.of(here) as stopped, steps.of(there) as other:
        assert not stopped()
        steps.stop(there)
        assert (stopped(), other()) == (False, True)
        with steps.of(there) as again:
            assert not again()
    assert steps._stopped == {}
