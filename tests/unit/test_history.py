"""Conversations on disk: owners, numbering, truncation, transactions, and what a dead process leaves behind."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from app.database import MIGRATIONS
from app.history import History
from models.expert import Refusal
from models.values import Box, Failure, Media, Message, Point, Region, Step, TaskCall, Text


@pytest.fixture
def history(tmp_path):
    made = History(tmp_path / "history.sqlite")
    yield made
    made.close()


def said(words: str) -> Message:
    return Message("user", (Text(words),))


def test_messages_come_back_as_they_were_written(history):
    conversation = history.create("ann")
    message = Message(
        "assistant",
        (
            Text("every plane: \U0001f98a \u4e2d \u0000 <task> \udc80"),
            TaskCall("t1", "segment", params={"seed": "3"}),
            Step("t1", "segment", "GrabCut", "", 3, 0.5, "<task>segment image#1</task>", {"notes": ["small"]}),
            Media("mask", "mask#1", "aa/bb.png", {"label": "dog", "score": 0.5, "notes": []}),
            Region(1, "image#1", Box(0.1, 0.2, 0.3, 0.4), (Point(0.5, 0.5, positive=False),), time=0.0),
            Failure("It broke.", "Mend it.", "t1", "abcd"),
        ),
        "stopped",
    )
    assert history.append("ann", conversation, message) == 0
    assert history.messages("ann", conversation) == [message]


@pytest.mark.parametrize(
    "act",
    [
        lambda h, c: h.messages("eve", c),
        lambda h, c: h.media("eve", c),
        lambda h, c: h.append("eve", c, said("x")),
        lambda h, c: h.replace("eve", c, 0, said("x")),
        lambda h, c: h.go_to("eve", c, 0),
        lambda h, c: h.choose("eve", c, 0),
        lambda h, c: h.placed("eve", c),
        lambda h, c: h.later("eve", c),
        lambda h, c: h.tree("eve", c),
        lambda h, c: h.branch_off("eve", c, 0, "mine"),
        lambda h, c: h.put_away("eve", c),
        lambda h, c: h.bring_back("eve", c),
        lambda h, c: h.rename("eve", c, "mine"),
        lambda h, c: h.delete("eve", c),
        lambda h, c: h.add_media("eve", c, "image", "a.png", {}),
        lambda h, c: h.drop_media("eve", c, "image#1"),
        lambda h, c: h.next_region("eve", c),
    ],
)
def test_a_foreign_conversation_answers_as_one_that_does_not_exist(history, act):
    conversation = history.create("ann")
    history.append("ann", conversation, said("secret"))
    with pytest.raises(Refusal) as foreign:
        act(history, conversation)
    with pytest.raises(Refusal) as missing:
        act(history, "no-such-id")
    assert (foreign.value.what, foreign.value.hint) == (missing.value.what, missing.value.hint)
    assert history.messages("ann", conversation) == [said("secret")]
    assert history.conversations("eve") == []


def test_the_file_never_holds_an_owner_token(history):
    history.create("a-secret-token")
    history.close()
    data = b"".join(path.read_bytes() for path in history.path.parent.iterdir())
    assert b"a-secret-token" not in data


def test_handles_count_up_by_kind_and_conversation(history):
    first, second = history.create("ann"), history.create("ann")
    handles = [history.add_media("ann", first, kind, "x", {}).handle for kind in ("image", "mask", "image", "audio")]
    assert handles == ["image#1", "mask#1", "image#2", "audio#1"]
    assert history.add_media("ann", second, "image", "x", {}).handle == "image#1"


def test_only_unsent_attachments_can_be_taken_away(history):
    conversation = history.create("ann")
    media = history.add_media("ann", conversation, "image", "a.png", {})
    history.add_media("ann", conversation, "image", "b.png", {})
    history.append("ann", conversation, Message("user", (media, Text("look"))))
    assert [m.handle for m in history.pending("ann", conversation)] == ["image#2"]
    history.drop_media("ann", conversation, "image#2")
    for handle in ("image#1", "image#2", "image#999999999999", "nonsense"):
        with pytest.raises(Refusal):
            history.drop_media("ann", conversation, handle)
    assert [m.handle for m in history.media("ann", conversation)] == ["image#1"]


def test_a_failed_transaction_leaves_nothing_of_itself(history):
    conversation = history.create("ann")

    def half() -> None:
        with history.together():
            history.add_media("ann", conversation, "image", "a.png", {})
            history.append("ann", conversation, said("half"))
            raise KeyError

    with pytest.raises(KeyError):
        half()
    assert history.media("ann", conversation) == []
    assert history.messages("ann", conversation) == []
    history.append("ann", conversation, said("whole"))
    assert history.messages("ann", conversation) == [said("whole")]


def test_a_full_disk_is_a_refusal_and_the_history_goes_on(history):
    conversation = history.create("ann")
    history._db.execute("PRAGMA max_page_count = 30")
    history.append("ann", conversation, said("before"))
    with pytest.raises(Refusal, match="disk is full"):
        history.append("ann", conversation, said("x" * 1_000_000))
    before = history.messages("ann", conversation)
    assert before == [said("before")]
    history._db.execute("PRAGMA max_page_count = 100000")
    history.append("ann", conversation, said("again"))
    assert history.messages("ann", conversation) == [*before, said("again")]


def test_a_running_message_of_a_dead_process_is_shown_as_interrupted(tmp_path):
    first = History(tmp_path / "history.sqlite")
    conversation = first.create("ann")
    first.append("ann", conversation, Message("assistant", (Text("half a"),), "running"))
    second = History(tmp_path / "history.sqlite")
    assert second.messages("ann", conversation) == [Message("assistant", (Text("half a"),), "interrupted")]


def test_regions_count_on_over_the_conversation(history):
    conversation = history.create("ann")
    assert history.next_region("ann", conversation) == 1
    history.append("ann", conversation, Message("user", (Region(1, "image#1", Box(0, 0, 1, 1)), Text("this"))))
    history.append("ann", conversation, Message("user", (Region(7, "image#1", Box(0, 0, 1, 1)), Text("that"))))
    assert history.next_region("ann", conversation) == 8


def test_usage_counts_a_file_once_and_only_the_owners(history):
    for owner, size in (("ann", 100), ("bob", 7)):
        conversation = history.create(owner)
        for _ in range(2):
            history.add_media(owner, conversation, "image", f"{owner}.png", {"bytes": size})
    assert (history.usage("ann"), history.usage("bob"), history.usage("eve")) == (100, 7, 0)


def test_every_used_file_is_named_with_its_displayable_copy(history):
    conversation = history.create("ann")
    history.add_media("ann", conversation, "video", "a.mov", {"display": "a.mp4"})
    history.add_media("ann", conversation, "image", "b.png", {})
    assert history.paths() == {"a.mov", "a.mp4", "b.png"}


def test_the_title_is_the_first_thing_said_until_it_is_renamed(history):
    conversation = history.create("ann")
    history.append("ann", conversation, said("  Cut\n out the dog "))
    history.append("ann", conversation, said("and the cat"))
    assert [e.title for e in history.conversations("ann")] == ["Cut out the dog"]
    history.rename("ann", conversation, "Pets \udc80")
    assert [e.title for e in history.conversations("ann")] == ["Pets ?"]
    history.delete("ann", conversation)
    assert history.conversations("ann") == []


def test_a_database_of_a_newer_version_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "history.sqlite"
    History(path).close()
    raw = sqlite3.connect(path)
    raw.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    raw.close()
    with pytest.raises(Refusal, match="newer version"):
        History(path)


def test_a_secret_is_drawn_once_and_kept(tmp_path):
    history = History(tmp_path / "history.sqlite")
    first = history.secret("media")
    assert len(first) == 32
    assert history.secret("media") == first != history.secret("other")
    history.close()
    again = History(tmp_path / "history.sqlite")
    assert again.secret("media") == first
    again.close()
    other = History(tmp_path / "elsewhere" / "history.sqlite")
    assert other.secret("media") != first
    other.close()


def test_a_migration_keeps_a_copy_of_the_database_before(tmp_path, monkeypatch):
    path = tmp_path / "history.sqlite"
    old = History(path)
    conversation = old.create("ann")
    old.append("ann", conversation, said("kept"))
    old.close()
    more = (*MIGRATIONS, "ALTER TABLE conversation ADD COLUMN note TEXT NOT NULL DEFAULT ''")
    monkeypatch.setattr("app.database.MIGRATIONS", more)
    new = History(path)
    assert new.messages("ann", conversation) == [said("kept")]
    copy = sqlite3.connect(tmp_path / f"history.sqlite.version{len(MIGRATIONS)}")
    assert copy.execute("SELECT count(*) FROM message").fetchone() == (1,)
    copy.close()


def test_threads_write_side_by_side_without_losing_anything(history):
    conversations = [history.create("ann") for _ in range(4)]

    def work(conversation: str) -> None:
        for number in range(25):
            history.append("ann", conversation, said(str(number)))

    threads = [threading.Thread(target=work, args=(c,)) for c in conversations]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for conversation in conversations:
        assert [m.text for m in history.messages("ann", conversation)] == [str(n) for n in range(25)]


def test_two_programs_may_use_one_file(tmp_path: Path):
    first, second = History(tmp_path / "h.sqlite"), History(tmp_path / "h.sqlite")
    conversation = first.create("ann")
    second.append("ann", conversation, said("from the other"))
    first.append("ann", conversation, said("and back"))
    assert [m.text for m in second.messages("ann", conversation)] == ["from the other", "and back"]
