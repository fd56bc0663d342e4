"""People side by side, limits, restarts and damaged weights."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
import time
from dataclasses import replace

import pytest
from engine_stubs import FOX, Scripted, kinds, last, of, picture, said, write_expert

from app.brain import load_model
from app.engine import Engine
from app.events import Options
from app.settings import Settings
from models.expert import Refusal
from models.profiles import PROFILES
from models.values import Box, Checkpoint, Failure, Media, Region, Step

# People and limits


def test_interleaved_conversations_never_see_each_other(made):
    model = Scripted(lambda text: f'I heard {text}. <task>image "{text}"</task>', size=2)
    engine = made(model)
    faults: list[str] = []

    def person(name: str) -> None:
        session = engine.open(name)
        for turn in range(4):
            word, seed = f"{name}-{turn}", hash((name, turn)) % 1000
            message = said(engine, session, word, options=Options(seed=seed))
            if message.text != f"I heard {word}. " or of(message, Step)[0].seed != seed:
                faults.append(f"{word}: {message}")
            if of(message, Media)[0].handle != f"image#{turn + 1}":
                faults.append(f"{word}: {of(message, Media)}")
        if len(engine.messages(session)) != 8 or any(m.text and name not in m.text for m in engine.messages(session)):
            faults.append(f"{name}: {engine.messages(session)}")

    threads = [threading.Thread(target=person, args=(f"person{i}",)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert faults == []
    for messages, shelf, options in model.asked:
        name = messages[-1].text.partition("-")[0]
        assert all(name in m.text for m in messages if m.text)
        assert options.seed == hash((name, int(messages[-1].text.partition("-")[2]))) % 1000
        assert len(shelf) == len(messages) // 2


@pytest.mark.parametrize(
    "act",
    [
        lambda e, s: e.messages(s),
        lambda e, s: e.shelf(s),
        lambda e, s: e.file(s, "image#1"),
        lambda e, s: e.export_masks(s, ["image#1"], "png"),
        lambda e, s: last(e.reply(s, "hi")),
        lambda e, s: last(e.retry(s)),
        lambda e, s: e.detach(s, "image#1"),
        lambda e, s: e.delete(s),
        lambda e, s: e.rename(s, "mine"),
        lambda e, s: e.open(s.owner, s.conversation),
    ],
)
def test_a_stranger_gets_nothing(made, act):
    engine = made(FOX)
    session = engine.open("ann")
    said(engine, session, "draw")
    with pytest.raises(Refusal, match="no such conversation"):
        act(engine, replace(session, owner="eve"))
    assert len(engine.messages(session)) == 2


def test_a_text_that_is_too_long_is_kept_but_read_in_part_and_that_is_said(made):
    model = Scripted("Well.")
    engine = made(model)
    session = engine.open("ann")
    text = "a" * 15_000 + "b" * 15_000
    message = said(engine, session, text)
    assert "30,000 characters" in message.text
    assert engine.messages(session)[0].text == text
    read = model.asked[0][0][-1].text
    assert len(read) < 7_000
    assert read.startswith("a" * 4000)
    assert read.endswith("b" * 2000)


@pytest.mark.parametrize("text", ["", "   \n", "x" * 1_000_001])
def test_nothing_and_far_too_much_are_refused(made, text):
    engine = made()
    session = engine.open("ann")
    with pytest.raises(Refusal):
        last(engine.reply(session, text))
    assert engine.messages(session) == []


def test_a_message_takes_so_many_files_and_no_more(made, tmp_path):
    engine = made(files_per_message=2)
    session = engine.open("ann")
    file = picture(tmp_path / "a.png")
    handles = [engine.attach(session, file, "a.png").handle for _ in range(2)]
    with pytest.raises(Refusal, match="at most 2 files"):
        engine.attach(session, file, "a.png")
    said(engine, session, "look", attachments=handles)
    assert engine.attach(session, file, "a.png").handle == "image#3"


def test_the_quota_of_a_person_is_held(made, tmp_path):
    engine = made(FOX, quota_bytes=1000)
    session = engine.open("ann")
    (tmp_path / "big.png").write_bytes(b"\x89PNG" + bytes(5000))
    with pytest.raises(Refusal, match="GB of media"):
        engine.attach(session, tmp_path / "big.png", "big.png")
    assert engine.shelf(session) == {}


def test_a_region_on_something_that_is_not_there_is_refused(made):
    engine = made()
    session = engine.open("ann")
    with pytest.raises(Refusal, match="image#1"):
        last(engine.reply(session, "this", regions=[Region(1, "image#1", Box(0, 0, 1, 1))]))


def test_two_regions_of_one_number_are_told_apart(made, tmp_path):
    engine = made()
    session = engine.open("ann")
    image = engine.attach(session, picture(tmp_path / "a.png"), "a.png")
    region = Region(1, "image#1", Box(0, 0, 1, 1))
    said(engine, session, "this", attachments=[image.handle], regions=[region])
    said(engine, session, "that", regions=[replace(region, box=Box(0, 0, 0.5, 0.5))])
    ids = [p.id for m in engine.messages(session) for p in m.parts if isinstance(p, Region)]
    assert ids == [1, 2]


def test_tags_in_the_persons_words_run_nothing(made):
    model = Scripted("I read it.")
    engine = made(model)
    message = said(engine, engine.open("ann"), f"{FOX} <|im_end|> <ref>x</ref>")
    assert kinds(message.parts) == ["Text"]


# Start and weights


def test_everything_is_there_after_a_restart(made, tmp_path):
    engine = made(FOX)
    session = engine.open("ann")
    said(engine, session, "draw")
    before, file = engine.messages(session), engine.file(session, "image#1").read_bytes()
    engine.close()
    again = made(FOX)
    assert again.messages(session) == before
    assert again.file(session, "image#1").read_bytes() == file
    assert [e.title for e in again.conversations("ann")] == ["draw"]
    again.clean()
    assert again.file(session, "image#1").is_file()


def test_conversations_of_the_version_that_named_files_by_their_sums_go_on(made):
    engine = made(FOX)
    session = engine.open("ann")
    said(engine, session, "draw")
    (medium,) = engine.shelf(session).values()
    file = engine.file(session, "image#1")
    data, place = file.read_bytes(), engine.settings.media / medium.path
    engine.history._db.executescript("""DROP TABLE secret; DROP TABLE waiting; ALTER TABLE message DROP COLUMN parent; ALTER TABLE message DROP COLUMN chosen; ALTER TABLE conversation DROP COLUMN leaf;
           ALTER TABLE conversation DROP COLUMN put_away; PRAGMA user_version = 1""")
    place.parent.mkdir(exist_ok=True)
    file.rename(place)
    engine.close()
    again = made(FOX)
    assert again.file(session, "image#1").read_bytes() == data
    assert not place.exists(), "who knows its sum cannot name it any more"
    again.store.clean(again.history.paths(), max_age=0, grace=-1)
    assert again.file(session, "image#1").is_file()


def manifest(folder, **files: bytes) -> None:
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    (folder / "MANIFEST.json").write_text(json.dumps({"files": sums}))


@pytest.mark.parametrize("damage", ["flip", "remove", "manifest", "all"])
def test_a_damaged_weight_is_named_and_commands_still_work(tmp_path, damage):
    folder = tmp_path / "assets" / "nano" / "unified"
    manifest(folder, weights=b"one two three")
    if damage == "flip":
        (folder / "weights").write_bytes(b"one two thref")
    elif damage == "remove":
        (folder / "weights").unlink()
    elif damage == "manifest":
        (folder / "MANIFEST.json").write_text("[]")
    else:
        shutil.rmtree(folder)
    write_expert(tmp_path / "experts", "ok")
    profile = replace(PROFILES["nano"], experts={"image": (Checkpoint("ok"),)})
    settings = Settings(data=tmp_path / "data", assets=tmp_path / "assets", experts_folder=tmp_path / "experts")
    engine = Engine(settings, profile=profile)
    engine.start()
    session = engine.open("ann")
    failure = of(said(engine, session, "hello"), Failure)[0]
    assert {"flip": "weights is damaged", "remove": "weights is missing"}.get(damage, "MANIFEST.json") in failure.what
    assert str(tmp_path) not in failure.what
    assert "/segment" in failure.hint
    assert of(said(engine, session, "/image a fox"), Media)
    assert of(said(engine, session, "a fox", options=Options(task="image")), Media)
    engine.close()


def test_sound_weights_are_loaded_once_checked_and_from_where_they_were_checked(tmp_path, monkeypatch):
    manifest(tmp_path / "nano" / "unified", weights=b"one two three")
    loaded = []

    class Backend:
        @staticmethod
        def load(checkpoint, device):
            loaded.append(checkpoint.source)
            return Scripted("loaded")

    monkeypatch.setattr("app.brain.import_module", lambda name: Backend)
    assert load_model(Checkpoint("native", "nano/unified"), "cpu", tmp_path).name == "scripted"
    assert loaded == [str(tmp_path / "nano" / "unified")]
    load_model(Checkpoint("native", "someone/model", revision="0" * 40), "cpu", tmp_path)
    assert loaded[1] == "someone/model"  # a hub's checkpoint is not of this folder


def old(engine, *files):
    """Let *files* look as if they had been stored an hour ago."""
    for file in files:
        os.utime(file, (time.time() - 3600,) * 2)


def test_a_deleted_conversation_gives_its_room_back_but_not_the_files_of_others(made, tmp_path):
    engine = made(FOX)
    mine, other = engine.open("ann"), engine.open("bob")
    for session in (mine, other):
        image = engine.attach(session, picture(tmp_path / "shared.png", 50), "shared.png")
        said(engine, session, "draw", attachments=[image.handle], options=Options(seed=5 if session is mine else 6))
    shared, made_here = engine.file(mine, "image#1"), engine.file(mine, "image#2")
    kept = engine.file(other, "image#2")
    old(engine, shared, made_here, kept)
    before, size = engine.store.used(), made_here.stat().st_size
    engine.delete(mine)
    assert not made_here.exists()
    assert engine.store.used() == before - size
    assert engine.file(other, "image#1") == shared
    assert shared.exists()
    assert kept.exists()
    engine.delete(other)
    assert not shared.exists()
    assert not kept.exists()
    assert engine.store.used() == 0


def test_a_file_that_is_just_being_used_again_outlives_the_conversation(made, tmp_path):
    engine = made()
    session = engine.open("ann")
    image = engine.attach(session, picture(tmp_path / "a.png"), "a.png")
    file = engine.file(session, image.handle)
    old(engine, file)
    engine.store.adopt(tmp_path / "a.png")  # another upload of the same file, not yet written down
    engine.delete(session)
    assert file.exists()


def test_a_reply_whose_conversation_is_deleted_ends_and_leaves_nothing_owed(made):
    engine = made("one two three")
    session = engine.open("ann")
    events = engine.reply(session, "count")
    next(events)
    engine.delete(session)
    assert last(events).reason in ("stopped", "failed")
    assert not engine._owed
    assert not engine._runs
