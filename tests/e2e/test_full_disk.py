"""A disk or a quota that is full: it is said, nothing half-made stays, and what was there stays."""

from __future__ import annotations

import builtins
import errno
import io
import pathlib
import sqlite3
from dataclasses import replace

import numpy as np
import pytest
from bad_files import holding, noisy, tone, video, wav
from chats import Chat, assert_clear, failed, goes_on, made, real_engine
from engine_stubs import of, write_expert
from PIL import Image
from scenes import disc_scene

from app.engine import Engine
from models.expert import Refusal
from models.profiles import PROFILES
from models.values import Box, Failure, Media, Region


class Full:
    """Makes every write of a file below *folder* fail as on a full disk, while it is on. SQLite writes on its own."""

    def __init__(self, folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.on, self.hits = str(folder), False, 0
        opened = io.open

        def guarded(file, mode="r", *args, **kwargs):
            handle = opened(file, mode, *args, **kwargs)
            if self.on and any(c in mode for c in "wax+") and str(file).startswith(self.folder):
                return _NoRoom(handle, self)
            return handle

        monkeypatch.setattr(builtins, "open", guarded)
        monkeypatch.setattr(io, "open", guarded)
        if hasattr(pathlib, "_NormalAccessor"):  # Python 3.10 keeps the function for itself
            monkeypatch.setattr(pathlib._NormalAccessor, "open", staticmethod(guarded))


class _NoRoom:
    """A file that takes no byte."""

    def __init__(self, file, full: Full) -> None:
        self._file, self._full = file, full

    def write(self, data) -> int:
        self._full.hits += 1
        raise OSError(errno.ENOSPC, "No space left on device", "/some/secret/place")

    def fileno(self) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")  # so that nothing is copied past write()

    def __enter__(self) -> _NoRoom:
        return self

    def __exit__(self, *error) -> None:
        self._file.close()

    def __getattr__(self, name):
        return getattr(self._file, name)


@pytest.fixture
def media(tmp_path):
    """Attachable files by kind."""
    (tmp_path / "in").mkdir()
    sound = tmp_path / "in" / "tone.wav"
    holding(wav((tone(0.5, 8000) * 32767).astype("<i2").tobytes(), 8000, 1, 16))(sound)
    Image.fromarray(disc_scene(90, 120, (60, 45), 24)[0]).save(tmp_path / "in" / "disc.png")
    return {
        "image": tmp_path / "in" / "disc.png", "audio": sound,
        "video": video(tmp_path / "in" / "clip.mp4", 8, "10", sound=True),
    }  # fmt: skip


def stored_files(chat: Chat) -> set[str]:
    root = chat.engine.settings.media
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


COMMANDS = (
    "/adjust grayscale image#1", "/segment image#1", "/adjust invert video#1", "/extract video#1 frame=2", "/audio_adjust reverse audio#1",
    "/audio_adjust extract video#1", "/audio_adjust fade_in video#1",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_disk_is_said_and_the_chat_goes_on(tmp_path, monkeypatch, media, command):
    full = Full(tmp_path / "data" / "media", monkeypatch)
    engine = real_engine(tmp_path)
    chat = Chat(engine)
    for path in media.values():
        chat.show(path)
    regions = [Region(1, "image#1", Box(0.2, 0.2, 0.8, 0.8))] if "segment" in command else []
    before = stored_files(chat)
    with goes_on(chat, tmp_path):
        full.on = True
        failed(chat.say(command, regions=regions), "disk is full", "delete")
        full.on = False
        assert full.hits, "the test reaches the write"
        assert stored_files(chat) == before
        made(chat.say(command, regions=regions))
    engine.close()


@pytest.mark.parametrize("kind", ["image", "video", "audio"])
def test_a_full_disk_refuses_an_upload_and_leaves_nothing_of_it(tmp_path, monkeypatch, media, kind):
    full = Full(tmp_path / "data" / "media", monkeypatch)
    engine = real_engine(tmp_path)
    chat = Chat(engine)
    with goes_on(chat, tmp_path):
        before = stored_files(chat)
        full.on = True
        with pytest.raises(Refusal) as refusal:
            chat.attach(media[kind])
        full.on = False
        assert_clear(refusal.value, "disk is full", "delete")
        assert full.hits
        assert stored_files(chat) == before
        assert chat.attach(media[kind]).kind == kind
    engine.close()


def test_a_tiny_quota_of_the_disk_holds_and_keeps_what_is_there(tmp_path, media):
    engine = real_engine(tmp_path, disk_bytes=60_000)
    chat = Chat(engine)
    noise = tmp_path / "noise.png"
    Image.fromarray(noisy(96, 64)).save(noise)
    with goes_on(chat, tmp_path):
        chat.show(noise)
        reply = None
        for n in range(12):
            reply = chat.say(f"/adjust brightness amount=0.{n + 1} image#1")
            if of(reply, Media) == []:
                break
        assert reply is not None
        failed(reply, "disk is full", "delete")
        assert engine.store.used() <= 60_000
        Image.fromarray(np.roll(noisy(96, 64), 9, axis=0)).save(noise)
        with pytest.raises(Refusal) as refusal:
            chat.attach(noise)
        assert_clear(refusal.value, "disk is full")
        engine.store.quota = 10_000_000
    engine.close()


def test_the_limit_of_one_person_stops_that_person_only(tmp_path, media):
    engine = real_engine(tmp_path, quota_bytes=30_000)
    ann, bob = Chat(engine, "ann"), Chat(engine, "bob")
    noise = tmp_path / "noise.png"
    Image.fromarray(noisy(96, 64)).save(noise)
    ann.show(noise)
    made(ann.say("/adjust invert image#1"))
    failed(ann.say("/adjust flip image#1"), "more than", "delete")
    with pytest.raises(Refusal) as refusal:
        ann.attach(noise)
    assert_clear(refusal.value, "delete")
    bob.show(media["image"])
    made(bob.say("/adjust flip image#1"))
    assert ann.say("Still there?").text == "All right."
    engine.close()


def test_a_database_that_cannot_be_written_ends_the_turn_in_words(tmp_path, media):
    engine = real_engine(tmp_path)
    chat = Chat(engine)
    with goes_on(chat, tmp_path):
        chat.show(media["image"])
        room(engine, False)
        failed(chat.say("word " * 20_000), "could not be saved", "space")
        room(engine, True)
    engine.close()
    check = sqlite3.connect(engine.settings.database)
    assert check.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    check.close()


def test_a_reply_whose_end_found_no_room_is_shown_and_saved_later(tmp_path, media, monkeypatch):
    engine = real_engine(tmp_path)
    chat = Chat(engine)
    chat.show(media["image"])
    run = engine.router.run

    def fills_up(*args):
        room(engine, False)
        return run(*args)

    monkeypatch.setattr(engine.router, "run", fills_up)
    failed(chat.say("/adjust invert image#1 " + "x" * 3500), "could not be saved", "space")
    monkeypatch.setattr(engine.router, "run", run)
    shown = engine.messages(chat.session)[-1]
    assert (shown.state, len(of(shown, Failure))) == ("done", 1), "not for ever in the making"
    room(engine, True)
    made(chat.say("/adjust invert image#1"))
    assert engine.messages(chat.session)[3] == shown
    engine.close()
    again = real_engine(tmp_path)
    assert again.messages(chat.session)[3] == shown
    again.close()


def room(engine: Engine, there: bool) -> None:
    """Let the database grow, or not beyond what it has now."""
    pages = 1_000_000 if there else engine.history._db.execute("PRAGMA page_count").fetchone()[0]
    engine.history._db.execute(f"PRAGMA max_page_count = {pages}")


@pytest.mark.parametrize("code", [code for code in ("ENOSPC", "EDQUOT") if hasattr(errno, code)])
def test_an_expert_that_finds_no_room_says_so(tmp_path, media, code, monkeypatch):
    body = f"""
        import errno
        report(0.1, "first", np.zeros((8, 8, 3), np.uint8))
        raise OSError(errno.{code}, "No space left on device")
    """
    write_expert(tmp_path / "more", "greedy", "image", body)
    nano = PROFILES["nano"]
    others = {task: checkpoints for task, checkpoints in nano.experts.items() if task != "image"}
    monkeypatch.setitem(PROFILES, "nano", replace(nano, experts=others))
    engine = real_engine(tmp_path, experts_folder=tmp_path / "more")
    chat = Chat(engine)
    with goes_on(chat, tmp_path):
        failed(chat.say('/image "a fox"'), "disk is full", "delete")
    engine.close()
