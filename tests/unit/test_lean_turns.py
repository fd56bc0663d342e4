"""What a turn may cost beside its expert: few transactions, each result coded once, and nothing read again that is known."""

from __future__ import annotations

import sqlite3

import numpy as np
import pytest
from engine_stubs import last, of, picture, said
from media_makers import video

import app.history
import models.store
import models.video
from app.history import History
from models.expert import Clip, Refusal
from models.store import Store
from models.values import Failure, Media, Message, Text
from models.video import VideoWriter


def test_a_turn_is_four_transactions_and_codes_its_result_once(made, monkeypatch):
    engine = made()
    session = engine.open("ann")
    statements: list[str] = []
    coded: list[tuple[int, ...]] = []
    encode = models.store.encode_png
    monkeypatch.setattr(models.store, "encode_png", lambda pixels: (coded.append(pixels.shape), encode(pixels))[1])
    engine.history._db.set_trace_callback(statements.append)
    reply = said(engine, session, "/image a fox")
    engine.history._db.set_trace_callback(None)
    assert of(reply, Media)
    # The message with the beginning of its reply, the call, the results, the end.
    assert statements.count("COMMIT") == 4
    assert coded == [(4, 4, 3)]


def test_a_message_that_gets_no_reply_is_not_kept_either(made, monkeypatch):
    engine = made()
    session = engine.open("ann")
    said(engine, session, "hello")
    before = engine.messages(session)
    append = engine.history.append

    def no_room(owner: str, conversation: str, message: Message, chosen: object = None) -> int:
        if message.state == "running":
            raise sqlite3.OperationalError("database or disk is full")
        return append(owner, conversation, message)

    monkeypatch.setattr(engine.history, "append", no_room)
    with pytest.raises(Refusal, match="disk is full"):
        last(engine.reply(session, "and now?"))
    with pytest.raises(Refusal, match="disk is full"):
        last(engine.retry(session))
    with pytest.raises(Refusal, match="disk is full"):
        last(engine.edit(session, "in other words"))
    assert engine.messages(session) == before
    monkeypatch.undo()
    assert not of(said(engine, session, "and now?"), Failure)


def test_a_transaction_that_the_disk_ended_is_not_continued_as_single_changes(tmp_path):
    history = History(tmp_path / "history.sqlite")
    conversation = history.create("ann")

    def ended() -> None:
        with history.together():
            history.append("ann", conversation, Message("user", (Text("first"),)))
            history._db.execute("ROLLBACK")  # what SQLite does by itself on a full disk
            history.append("ann", conversation, Message("assistant", (Text("second"),)))

    with pytest.raises(Refusal, match="could not be saved"):
        ended()
    assert history.messages("ann", conversation) == []
    history.close()


def test_a_long_conversation_is_rebuilt_once_and_not_with_every_turn(tmp_path, monkeypatch):
    history = History(tmp_path / "history.sqlite")
    conversation = history.create("ann")
    for n in range(200):
        history.append("ann", conversation, Message("user", (Text(f"number {n}"),)))
    rebuilt: list[object] = []
    rebuild = app.history.from_json
    monkeypatch.setattr(app.history, "from_json", lambda data: (rebuilt.append(data), rebuild(data))[1])
    first = history.messages("ann", conversation)
    assert len(rebuilt) == 200
    history.append("ann", conversation, Message("assistant", (Text("one more"),), "running"))
    assert history.messages("ann", conversation) == [*first, Message("assistant", (Text("one more"),), "running")]
    assert len(rebuilt) == 201
    history.replace("ann", conversation, 200, Message("assistant", (Text("more and more"),)))
    assert history.messages("ann", conversation)[-1] == Message("assistant", (Text("more and more"),))
    assert len(rebuilt) == 202
    history.close()


def test_what_is_kept_rebuilt_has_a_bound(tmp_path, monkeypatch):
    monkeypatch.setattr(app.history, "REMEMBERED", 1000)
    history = History(tmp_path / "history.sqlite")
    conversation = history.create("ann")
    for n in range(50):
        history.append("ann", conversation, Message("user", (Text(f"number {n} " + "x" * 100),)))
        assert len(history.messages("ann", conversation)) == n + 1
    assert sum(map(len, history._read)) <= 1000
    history.close()


def written(path, frames: int = 12) -> Clip:
    """Return a clip as an expert makes one."""
    noise = np.random.default_rng(frames)
    with VideoWriter(path, 64, 48, 25.0) as writer:
        for _ in range(frames):
            writer.write(noise.integers(0, 255, (48, 64, 3), np.uint8))
    return writer.clip


def test_the_frames_of_a_made_clip_are_decoded_again_only_where_its_file_does_not_agree(tmp_path, monkeypatch):
    decoded: list[int] = []
    count = models.video._count
    monkeypatch.setattr(models.video, "_count", lambda *a: (decoded.append(1), count(*a))[1])
    store = Store(tmp_path / "media")
    [(kind, _, meta)] = store.put(written(tmp_path / "right.mp4"))
    assert (kind, meta["frames"], meta["duration"], decoded) == ("video", 12, 12 / 25, [])
    lying = written(tmp_path / "wrong.mp4", 7)
    lying.frames = 99
    [(_, _, meta)] = store.put(lying)
    assert (meta["frames"], meta["duration"], decoded) == (7, 7 / 25, [1])
    whole = (tmp_path / "right.mp4").read_bytes()
    cut = written(tmp_path / "cut.mp4")
    cut.path.write_bytes(whole[: len(whole) * 3 // 4])
    [(_, _, meta)] = store.put(cut)
    assert meta["frames"] < 12
    assert decoded == [1, 1]


def test_an_attached_clip_is_counted_by_decoding_it(tmp_path, monkeypatch):
    decoded: list[int] = []
    count = models.video._count
    monkeypatch.setattr(models.video, "_count", lambda *a: (decoded.append(1), count(*a))[1])
    store = Store(tmp_path / "media")
    _, _, meta = store.adopt(video(tmp_path / "clip.mp4", 20), "clip.mp4")
    assert meta["frames"] == 20
    assert decoded


def test_scratch_goes_whether_it_is_empty_or_full(tmp_path):
    store = Store(tmp_path / "media")
    with store.scratch() as folder:
        assert list(folder.iterdir()) == []
    with store.scratch() as folder:
        (folder / "deep").mkdir()
        (folder / "deep" / "file").write_bytes(b"x")
    assert list((tmp_path / "media" / "tmp").iterdir()) == []
    store.put(models.store.load_image(picture(tmp_path / "a.png")))
    assert list((tmp_path / "media" / "tmp").iterdir()) == []
