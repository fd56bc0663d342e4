"""A replay tells how far it is and can be stopped; a saved conversation that is too large to load again says so."""

from __future__ import annotations

import threading
from dataclasses import replace
from types import SimpleNamespace

import pytest
from engine_stubs import FOX, picture, said, write_expert

from app import bundle
from app.replay import Now, Replayed, replay, summary, watched
from app.session import new_owner
from app.ui_actions import Actions
from app.ui_chats import Chats
from models.expert import Refusal
from models.media import LIMITS

FLAGGED = """
    flag = Path(__file__).with_name("slow")
    for step in range(400 if flag.exists() else 1):
        report(step / 400, f"step {step}")
        time.sleep(0.02 if flag.exists() else 0)
    return Picture(np.full((4, 4, 3), 7, np.uint8))
"""


@pytest.fixture
def talk(made, tmp_path):
    """An engine whose expert can be made slow, a conversation in which it ran three times, and what makes it slow."""
    write_expert(tmp_path / "experts", "flagged", body=FLAGGED)
    engine = made(FOX, experts=("flagged",))
    session = engine.open(new_owner())
    for _ in range(3):
        said(engine, session, "draw")
    return engine, session, (tmp_path / "experts" / "slow").touch


def experts_at_work():
    return [thread for thread in threading.enumerate() if thread.name == "replay"]


def test_a_replay_tells_every_call_and_ends_with_all_of_them(talk):
    engine, session, _ = talk
    told = []
    went = list(replay(engine, session, told=told.append))
    assert [one.outcome for one in went] == ["same"] * 3
    assert sorted({(now.number, now.of, now.task) for now in told}) == [(n, 3, "image") for n in range(3)]
    assert all(0 <= now.fraction <= 1 for now in told)
    assert list(watched(engine, session, threading.Event()))[-1] == went


def test_a_replay_that_is_stopped_ends_within_a_step_and_says_how_far_it_came(talk):
    engine, session, slow = talk
    slow()
    stop, seen = threading.Event(), []
    for now in watched(engine, session, stop):
        seen.append(now)
        if isinstance(now, Now) and now.fraction > 0:
            stop.set()
    assert [one.reason for one in seen[-1]] == ["It was stopped."]
    assert summary(seen[-1], 3) == "Stopped after 0 of 3 calls. 0 of 0 calls gave the same bytes again."
    assert not [thread for thread in experts_at_work() if thread.join(5) or thread.is_alive()]


def test_an_expert_that_never_listens_is_given_up_when_the_time_is_over(talk, monkeypatch):
    engine, session, _ = talk
    free = threading.Event()
    monkeypatch.setattr(engine, "settings", replace(engine.settings, deadline=0.1, grace=0.3))
    monkeypatch.setattr("app.replay._again", lambda *_: (free.wait(60), ("same", ""))[1])
    try:
        assert list(watched(engine, session, threading.Event()))[-1] == []
    finally:
        free.set()
    assert not [thread for thread in experts_at_work() if thread.join(5) or thread.is_alive()]


def test_a_reader_who_goes_away_ends_a_replay(talk):
    engine, session, slow = talk
    slow()
    events = watched(engine, session, threading.Event())
    assert isinstance(next(events), Now)
    events.close()
    assert not [thread for thread in experts_at_work() if thread.join(5) or thread.is_alive()]


def test_what_cannot_be_replayed_is_said_at_once(talk):
    engine, session, _ = talk
    with pytest.raises(Refusal, match="nothing to replay"):
        list(watched(engine, engine.open(session.owner), threading.Event()))


def test_the_words_at_the_end_name_what_differs():
    told = [
        Replayed("t1", "image", ("image#1",), "same"),
        Replayed("t2", "image", ("image#2",), "other", "1 of 1 differ."),
    ]
    assert summary(told, 2) == "1 of 2 calls gave the same bytes again. image#2: 1 of 1 differ."


def test_the_page_shows_how_far_it_is_and_stops_it(talk, monkeypatch):
    engine, session, slow = talk
    slow()
    told = []
    monkeypatch.setattr("app.ui_chats.gr.Info", lambda words, **how: told.append(words))
    chats = Chats(Actions(engine, {}))
    request = SimpleNamespace(session_hash="tab")
    shown = []
    for value in chats.replay(session.owner, request):
        shown.append(value["replay"])
        if shown[-1] and shown[-1]["share"] > 0:
            chats.cease(session.owner, request)
    assert shown[0]["words"] == "Call 1 of 3: image"
    assert shown[-1] is None
    assert told == ["Stopped after 0 of 3 calls. 0 of 0 calls gave the same bytes again."]
    assert chats._replaying == {}


# A file that is too large


def test_a_file_that_the_page_does_not_take_in_again_says_so_and_what_does(talk, tmp_path, monkeypatch):
    engine, session, _ = talk
    path = bundle.save(engine, session, tmp_path / "talk.zip")
    assert bundle.hindrance(path) == ""
    monkeypatch.setattr("app.bundle.LIMITS", replace(LIMITS, upload_bytes=path.stat().st_size - 1))
    words = bundle.hindrance(path)
    assert "1 MB" in words
    assert "/load" in words
    assert "branch off" in words


def test_a_medium_that_no_bundle_may_hold_is_refused_when_it_is_saved(talk, tmp_path, monkeypatch):
    engine, session, _ = talk
    engine.attach(session, picture(tmp_path / "a.png", size=(90, 90)))
    said(engine, session, "look", attachments=["image#4"])
    monkeypatch.setattr("app.bundle.LIMITS", replace(LIMITS, upload_bytes=80))
    with pytest.raises(Refusal, match=r"image#\d has 1 MB") as refusal:
        bundle.save(engine, session, tmp_path / "talk.zip")
    assert "Branch off" in refusal.value.hint
    assert not (tmp_path / "talk.zip").exists()
