"""Two conversations at once, and one that names what belongs to another: nothing crosses over."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from chats import Chat, assert_clear, failed, goes_on, made
from engine_stubs import last, of
from PIL import Image

from app.events import Options
from app.regions import region_from_json
from app.session import Session
from models.expert import Refusal
from models.values import Box, Media, Region, Step


def flat(path, colour):
    Image.new("RGB", (64, 48), colour).save(path)
    return path


def test_conversations_side_by_side_keep_their_media_seeds_and_words(engine, tmp_path):
    faults: list[str] = []

    def person(number: int) -> None:
        try:
            colour = (40 * number + 20, 255 - 40 * number, 7 * number)
            chat = Chat(engine, f"person {number}")
            chat.show(flat(tmp_path / f"{number}.png", colour))
            for turn in range(1, 4):
                word = f"write:{number}-{turn} <task>adjust image#1 op=invert</task>"
                reply = chat.say(word, seed=number * 10 + turn)
                made_one = made(reply, "image")[0]
                if (chat.pixels(made_one.handle) != 255 - np.array(colour)).any():
                    faults.append(f"{number}: the picture of another")
                if reply.text != f"{number}-{turn} " or of(reply, Step)[0].seed != number * 10 + turn:
                    faults.append(f"{number}: {reply}")
                if made_one.handle != f"image#{turn + 1}":
                    faults.append(f"{number}: {made_one.handle}")
        except BaseException as error:  # noqa: BLE001 (told by the test's own thread)
            faults.append(repr(error))

    threads = [threading.Thread(target=person, args=(n,)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert faults == []


@pytest.fixture
def two(engine, tmp_path):
    """Ann with three pictures and a region; Bob with one picture."""
    ann, bob = Chat(engine, "ann"), Chat(engine, "bob")
    for n, colour in enumerate(("red", "lime", "blue")):
        ann.show(flat(tmp_path / f"{n}.png", colour))
    ann.say("Here.", regions=[Region(5, "image#2", Box(0.1, 0.1, 0.9, 0.9))])
    bob.show(flat(tmp_path / "bob.png", "gray"))
    return ann, bob


def test_handles_and_regions_of_another_conversation_do_not_exist_here(two, tmp_path):
    _, bob = two
    with goes_on(bob, tmp_path):
        failed(bob.say("/adjust invert image#3"), "image#3")
        failed(bob.say("write:<task>adjust image#2 op=invert</task>"), "image#2")
        failed(bob.say("/adjust blur inside image#1 region#5"))
        failed(bob.say("Look.", ["image#2"]), "image#2")
        failed(bob.say("Look.", regions=[Region(1, "image#3", Box(0, 0, 1, 1))]), "image#3")
        failed(bob.say("Look.", regions=[Region(1, "image#1", mask="mask#1")]), "mask#1")
        shelf = bob.engine.shelf(bob.session)
        for forged in (
            {"ref": "image#3", "shapes": [{"type": "box", "box": [0, 0, 1, 1]}]},
            {"ref": "image#1", "mask": "mask#9"},
        ):
            with pytest.raises(Refusal) as refusal:
                region_from_json([forged], shelf, 1)
            assert_clear(refusal.value)
        for handle in ("image#2", "image#3", "mask#1", "../../x", "image#1/../../y"):
            for act in (bob.engine.file, bob.engine.detach):
                with pytest.raises(Refusal) as refusal:
                    act(bob.session, handle)
                assert_clear(refusal.value)
            with pytest.raises(Refusal):
                bob.engine.export_masks(bob.session, [handle], "png")


def test_a_stolen_conversation_id_is_worth_nothing(two):
    ann, bob = two
    engine, stolen = ann.engine, Session("bob", ann.session.conversation)
    before = ann.kept()
    acts = [
        lambda: engine.messages(stolen), lambda: engine.shelf(stolen), lambda: engine.file(stolen, "image#1"),
        lambda: last(engine.reply(stolen, "hi")), lambda: last(engine.retry(stolen)), lambda: last(engine.edit(stolen, "hi", 0)),
        lambda: engine.attach(stolen, bob.engine.file(bob.session, "image#1"), "a.png"), lambda: engine.delete(stolen),
        lambda: engine.open("bob", stolen.conversation),
    ]  # fmt: skip
    for act in acts:
        with pytest.raises(Refusal) as refusal:
            act()
        assert_clear(refusal.value, "no such conversation")
    assert engine.stop(stolen) is False
    assert ann.kept() == before


@pytest.mark.parametrize(
    "path", ["../../history.sqlite", "/etc/passwd", "ab/../../history.sqlite", "a\\b", "ab/c\0d", "", "previews/x"]
)
def test_a_forged_path_of_a_medium_opens_nothing(two, path):
    _, bob = two
    with pytest.raises(Refusal) as refusal:
        bob.engine.store.open(Media("image", "image#1", path, {}))
    assert_clear(refusal.value)


def test_a_picture_of_turn_one_is_there_in_turn_four_and_media_added_later_are_seen(two, tmp_path):
    ann, _ = two
    ann.say("First.")
    ann.show(flat(tmp_path / "late.png", "white"))
    reply = ann.say("write:<task>adjust image#1 op=invert</task><task>adjust image#4 op=invert</task>")
    media = made(reply, "image")
    assert [tuple(ann.pixels(m.handle)[0, 0, :3]) for m in media] == [(0, 255, 255), (0, 0, 0)]


def test_a_later_call_of_one_reply_works_on_what_an_earlier_one_made(two):
    ann, _ = two
    calls = "<task>adjust image#1 op=invert</task> then <task>adjust image#4 op=flip</task> then <task>adjust image#5 op=invert</task>"
    media = made(ann.say(f"write:First {calls}"), "image")
    assert [m.handle for m in media] == ["image#4", "image#5", "image#6"]
    assert [m.meta["of"] for m in media] == ["image#1", "image#4", "image#5"]
    assert np.array_equal(ann.pixels("image#6"), ann.pixels("image#1"))


def test_the_same_seed_gives_the_same_result_and_another_conversation_does_not_change_it(two):
    ann, bob = two
    box = Region(6, "image#1", Box(0.2, 0.2, 0.7, 0.7))
    one = made(ann.say("/adjust pixelate image#1", regions=[box], seed=3))[0]
    made(bob.say("/adjust invert image#1", seed=9))
    two_ = last(ann.engine.retry(ann.session, seed=3, options=Options())).message
    assert of(two_, Media)[0].path == one.path
