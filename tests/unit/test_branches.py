"""Branches: whatever is said again, edited or taken back, nothing that was there is lost."""

from __future__ import annotations

import sqlite3

import pytest
from engine_stubs import FOX, last, of, picture, said
from hypothesis import given, settings
from hypothesis import strategies as st

from app.branches import cut, newest_below, path_to
from app.database import MIGRATIONS
from app.history import History
from app.session import Session
from models.expert import Refusal
from models.values import Box, Media, Message, Region, Text


def texts(engine, session):
    return [message.text for message in engine.messages(session)]


def variants(engine, session):
    return [place.variants for place in engine.placed(session)]


@pytest.fixture
def talk(made):
    """An engine that repeats what it hears, and a conversation of two turns."""
    engine = made(lambda text: f"You said {text}.")
    session = engine.open("ann")
    said(engine, session, "one")
    said(engine, session, "two")
    return engine, session


def test_an_edited_message_leaves_the_old_one_and_what_followed_it_beside(talk):
    engine, session = talk
    before = engine.messages(session)
    last(engine.edit(session, "uno", n=0))
    assert texts(engine, session) == ["uno", "You said uno."]
    assert variants(engine, session) == [(0, 4), (5,)]
    engine.choose(session, 0)
    assert engine.messages(session) == before
    engine.choose(session, 4)
    assert texts(engine, session) == ["uno", "You said uno."]


def test_a_message_of_the_branch_that_is_not_shown_cannot_be_edited(talk):
    engine, session = talk
    last(engine.edit(session, "uno", n=0))
    for n in (0, 1, 2, 99):
        with pytest.raises(Refusal, match="no such message"):
            last(engine.edit(session, "x", n=n))
    assert texts(engine, session) == ["uno", "You said uno."]


def test_undo_takes_back_and_what_was_taken_back_can_be_shown_again(talk):
    engine, session = talk
    before = engine.messages(session)
    assert engine.undo(session) == Message("user", (Text("two"),))
    assert engine.messages(session) == before[:2]
    assert engine.later(session) == [2]
    assert engine.undo(session).text == "one"
    assert engine.messages(session) == []
    assert engine.later(session) == [0]
    with pytest.raises(Refusal):
        engine.undo(session)
    engine.choose(session, 0)
    assert engine.messages(session) == before
    assert engine.later(session) == []


def test_going_on_after_an_undo_makes_variants_of_what_was_said_next(talk):
    engine, session = talk
    engine.undo(session)
    said(engine, session, "three")
    assert texts(engine, session) == ["one", "You said one.", "three", "You said three."]
    assert variants(engine, session)[2] == (2, 4)
    engine.choose(session, 2)
    assert texts(engine, session)[2:] == ["two", "You said two."]


def test_while_a_reply_is_made_the_branch_stays(made):
    engine = made("Some words that take their time.")
    session = engine.open("ann")
    said(engine, session, "one")
    events = engine.retry(session)
    next(events)
    for act in (lambda: engine.undo(session), lambda: engine.choose(session, 1)):
        with pytest.raises(Refusal, match="still answering"):
            act()
    events.close()
    assert engine.undo(session).text == "one"


def test_handles_are_never_given_twice_whatever_branch_they_are_on(made):
    engine = made(FOX)
    session = engine.open("ann")
    paths = set()
    for _ in range(3):
        for reply in (said(engine, session, "draw"), last(engine.retry(session)).message):
            paths.add(of(reply, Media)[0].handle)
        engine.undo(session)
    assert paths == {f"image#{n}" for n in range(1, 7)}
    assert engine.shelf(session) == {}
    assert set(engine.media(session)) == paths


def test_a_picture_of_another_branch_can_be_sent_and_is_then_part_of_this_one(made, tmp_path):
    engine = made("Yes.")
    session = engine.open("ann")
    photo = engine.attach(session, picture(tmp_path / "a.png"), "a.png")
    said(engine, session, "look", attachments=[photo.handle])
    engine.undo(session)
    assert engine.shelf(session) == {}
    said(engine, session, "this", regions=[Region(1, "image#1", Box(0, 0, 1, 1))])
    assert engine.shelf(session) == {"image#1": photo}
    assert of(engine.messages(session)[0], Media) == [photo]
    assert engine.brain.model.asked[-1][1] == {"image#1": photo}


def test_the_words_of_an_edited_message_still_name_its_own_region(made, tmp_path):
    engine = made("Yes.")
    session = engine.open("ann")
    engine.attach(session, picture(tmp_path / "a.png"), "a.png")
    said(engine, session, "cut region#1", attachments=["image#1"], regions=[Region(1, "image#1", Box(0, 0, 1, 1))])
    last(engine.edit(session, "blur region#1"))
    assert [region.id for region in of(engine.messages(session)[0], Region)] == [1]
    assert engine.next_region(session) == 2
    engine.undo(session)
    assert engine.next_region(session) == 1


def test_a_branch_that_goes_off_is_a_conversation_of_its_own(made, tmp_path):
    engine = made(FOX)
    session = engine.open("ann")
    engine.attach(session, picture(tmp_path / "a.png"), "a.png")
    said(engine, session, "first", attachments=["image#1"])
    said(engine, session, "second")
    last(engine.retry(session))
    other = engine.branch_off(session, engine.placed(session)[1].n)
    assert engine.messages(other) == engine.messages(session)[:2]
    assert list(engine.media(other)) == ["image#1", "image#2"]
    assert {e.title for e in engine.conversations("ann")} == {"first", "first (branch)"}
    assert of(said(engine, other, "go on"), Media)[0].handle == "image#3"
    engine.delete(session)
    assert all(engine.store.open(medium).pixels.size for medium in engine.media(other).values())
    with pytest.raises(Refusal, match="no such conversation"):
        engine.branch_off(Session("eve", other.conversation))
    with pytest.raises(Refusal, match="no such message"):
        engine.branch_off(other, 77)


def test_what_was_put_away_is_gone_until_it_is_brought_back(made, tmp_path):
    engine = made("Yes.")
    session = engine.open("ann")
    photo = engine.attach(session, picture(tmp_path / "a.png"), "a.png")
    said(engine, session, "look", attachments=[photo.handle])
    engine.put_away(session)
    assert engine.conversations("ann") == []
    with pytest.raises(Refusal, match="no such conversation"):
        engine.messages(session)
    with pytest.raises(Refusal, match="no such conversation"):
        engine.bring_back(Session("eve", session.conversation))
    engine.history.purge(60)
    engine.bring_back(session)
    assert texts(engine, session) == ["look", "Yes."]
    engine.put_away(session)
    assert engine.history.purge() == {photo.path}
    with pytest.raises(Refusal, match="no such conversation"):
        engine.bring_back(session)


def test_a_search_finds_titles_words_of_any_branch_and_names_of_files(made, tmp_path):
    engine = made(lambda text: f"You said {text}.")
    session, other = engine.open("ann"), engine.open("ann")
    engine.attach(session, picture(tmp_path / "a.png"), "Straße.png")
    said(engine, session, "a Fox in the Snow", attachments=["image#1"])
    last(engine.edit(session, "an owl"))
    said(engine, other, "nothing of it")
    engine.rename(other, "Wörter")

    def found(words: str) -> list[str]:
        return [entry.id for entry in engine.search("ann", words)]

    assert found("snow FOX") == found("owl") == found("STRASSE") == [session.conversation]
    assert found("wört") == [other.conversation]
    assert sorted(found("said")) == sorted(found(" ")) == sorted([session.conversation, other.conversation])
    assert found("snow nothing") == found('"is"') == []
    assert engine.search("eve", "fox") == []


def test_a_file_of_the_version_before_opens_with_every_conversation_as_one_branch(tmp_path):
    path = tmp_path / "history.sqlite"
    raw = sqlite3.connect(path)
    raw.executescript(f"{MIGRATIONS[0]}; {MIGRATIONS[1]}; PRAGMA user_version = 2")
    import hashlib

    owner = hashlib.sha256(b"ann").hexdigest()
    for name, count in (("long", 5), ("empty", 0)):
        raw.execute("INSERT INTO conversation VALUES (?, ?, ?, 1, 2)", (name, owner, name))
        rows = [
            (name, n, ("user", "assistant")[n % 2], "done", f'[{{"is": "Text", "text": "{n}"}}]', 3)
            for n in range(count)
        ]
        raw.executemany("INSERT INTO message VALUES (?, ?, ?, ?, ?, ?)", rows)
    raw.execute("""INSERT INTO media VALUES ('long', 'image', 1, 1, 'ab/c.png', '{"bytes": 3}', 3, NULL)""")
    raw.commit()
    raw.close()
    history = History(path)
    assert [m.text for m in history.messages("ann", "long")] == ["0", "1", "2", "3", "4"]
    assert history.messages("ann", "empty") == []
    assert [place.variants for place in history.placed("ann", "long")] == [(0,), (1,), (2,), (3,), (4,)]
    assert [m.handle for m in history.pending("ann", "long")] == ["image#1"]
    assert history.append("ann", "empty", Message("user", (Text("new"),))) == 0
    assert history.append("ann", "long", Message("assistant", (Text("new"),))) == 5
    history.go_to("ann", "long", 1)
    assert [m.text for m in history.messages("ann", "long")] == ["0", "1"]
    history.close()
    assert (tmp_path / "history.sqlite.version2").exists()


trees = st.lists(st.integers(0, 1000), max_size=40).map(
    lambda draws: {n: (draw % (n + 1)) - 1 if (draw % (n + 1)) else None for n, draw in enumerate(draws)}
)


@given(trees, st.data())
@settings(max_examples=200, deadline=None)
def test_every_message_of_any_tree_can_be_reached_and_shown(parents, data):
    if not parents:
        return
    n = data.draw(st.sampled_from(sorted(parents)))
    path = path_to(parents, n)
    assert path[-1] == n
    assert parents[path[0]] is None
    assert path == sorted(path)
    end = newest_below(parents, n)
    assert path_to(parents, end)[: len(path)] == path
    assert end not in parents.values()


@given(
    st.lists(st.sampled_from(["say", "retry", "edit", "undo", "choose"]), max_size=25),
    st.randoms(use_true_random=False),
)
@settings(max_examples=60, deadline=None)
def test_whatever_is_done_no_message_is_ever_lost_or_changed(tmp_path_factory, acts, random):
    history = History(tmp_path_factory.mktemp("tree") / "history.sqlite")
    talk = ("ann", history.create("ann"))
    said: dict[int, Message] = {}

    def add(role: str) -> None:
        message = Message(role, (Text(f"{role} {len(said)}"),))
        said[history.append(*talk, message)] = message

    for act in acts:
        shown = history.placed(*talk)
        asked = [place for place in shown if place.message.role == "user"]
        if act == "say" or not asked:
            add("user")
            add("assistant")
        elif act == "retry":
            history.go_to(*talk, asked[-1].n)
            add("assistant")
        elif act in ("edit", "undo"):
            place = random.choice(asked) if act == "edit" else asked[-1]
            before = [None, *(other.n for other in shown)]
            history.go_to(*talk, before[before.index(place.n) - 1])
            if act == "edit":
                add("user")
                add("assistant")
        else:
            history.choose(*talk, random.choice(sorted(said)))
    tree = history.tree(*talk)
    assert {node.n: node.message for node in tree.nodes} == said
    for n in said:
        history.choose(*talk, n)
        assert said[n] in history.messages(*talk)
        line = cut(tree, n)
        assert [node.message for node in line.nodes] == [
            said[k] for k in path_to({x.n: x.parent for x in tree.nodes}, n)
        ]
    history.close()
