"""Emoji typed as names are drawn, changed and heard as the things that they stand for; decoration adds nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from world_standins import KNOW, READ

from models.world import atlas
from models.world.changes import change
from models.world.emoji import plain, spelled
from models.world.hear import plan as heard
from models.world.motion import plan as filmed
from models.world.read import read
from models.world.scene import Scene, Thing
from models.world.which import Context
from training.world.bank import read_bank
from training.world.signs import signs_of

ROOT = Path(__file__).resolve().parents[2]
SPELLED = {
    "draw a 🐱 and two 🚗": "draw a cat and two cars",
    "🐱🐶": "a cat and a dog",
    "🐱🐱🐱 on a 🛋️": "3 cats on a sofa",
    "a red 🚗 next to a 🏠": "a red car next to a house",
    "a fluffy 🐱": "a fluffy cat",
    "2 🐶s": "2 dogs",
    "3️⃣ 🍎": "3  apples",
    "👩🏿 and 👨🏻‍🍳": "a woman and a chef",
    "make 🐱 blue": "make the cat blue",
    "put a 🎩 on the 🐱": "put a hat on the cat",
    "a dog on the 🏖️": "a dog on the beach",
    "a dog 🏖️": "a dog on the beach",
    "🏴‍☠️": "a pirate flag",
}


@pytest.mark.parametrize(("typed", "words"), SPELLED.items(), ids=SPELLED.values())
def test_emoji_are_read_as_words(typed, words):
    assert spelled(typed) == words


@pytest.mark.parametrize("typed", ["a cat 🐱", "draw me a cat please 🙏😊", "a cat ❤️", "a cat 🤭", "a kitten 🐈"])
def test_decoration_adds_nothing(typed):
    assert [(thing.name, thing.count) for thing in read(typed).things] == [("cat", 1)]


def test_an_emoji_behind_whole_words_is_one_more_thing_in_a_caption_and_nothing_in_an_instruction():
    assert [thing.name for thing in read("a cat 🌳").things] == ["cat", "tree"]
    assert spelled("flip the cat 🌳", extras=False).strip() == "flip the cat"


def test_what_no_thing_stands_for_is_named():
    assert "🪬" in " ".join(read("draw a cat and a 🪬").notes())
    assert spelled("one ← two, café") == "one ← two, café"


def test_a_scene_is_changed_by_emoji():
    scene = Scene((Thing("cat", 0.3, 0.7, 0.3, id=1), Thing("tree", 0.7, 0.6, 0.4, id=2)))
    context = Context(width=480, height=360)
    made = change(scene, "remove 🌳 and make 🐱 blue", KNOW, READ, context)
    assert [(thing.name, thing.tint) for thing in made.scene.things] == [("cat", "blue")]


def test_emoji_are_moved_and_heard():
    scene = Scene((Thing("cat", 0.3, 0.7, 0.3, id=1), Thing("dog", 0.7, 0.7, 0.3, id=2)))
    told = filmed(scene, "the 🐶 jumps", seconds=2.0, ratio=1.5, seed=1)
    assert {event.id for event in told.film.events if event.verb == "jump"} == {2}
    assert [event.name for event in heard("the sound of a 🐶, then 🌧️").events] == ["dog", "rain"]


def test_every_emoji_stands_for_one_thing():
    signs = [sign for entry in atlas.entries() for sign in entry.emoji]
    assert len(signs) == len(set(signs)) > 1000
    assert all(sign == plain(sign) for sign in signs)
    assert all(entry.emoji for entry in atlas.entries())


def test_the_table_comes_from_unicode_names():
    rows = [row for row in read_bank(ROOT / "training/world/objects.txt") if row.name in ("cat", "judge", "bald man")]
    codes = {
        "cat": "🐈", "cat face": "🐱", "judge: light skin tone": "🧑🏻‍⚖️", "woman judge: dark skin tone": "👩🏿‍⚖️",
        "man: light skin tone, bald": "👨🏻‍🦲", "flag: France": "🇫🇷",
    }  # fmt: skip
    found = signs_of(rows, codes)
    assert found == {"cat": ("🐈", "🐱"), "judge": ("🧑‍⚖", "👩‍⚖"), "bald man": ("👨‍🦲",)}
