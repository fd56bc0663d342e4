"""Captions are read into acts: whose verb it is, what it is done to, which way, how often, in which order."""

from __future__ import annotations

import pytest

from models.world.acts import Act, read_acts, settle, verb_at, words_of
from models.world.antics import ALONE
from models.world.meetings import TOGETHER
from models.world.mentions import find_mentions, unknown_verbs
from models.world.scene import Scene, Thing
from models.world.verbs import VERBS

NAMES = ("cat", "dog", "pizza", "tree")


def scene(*names: str) -> Scene:
    return Scene(
        tuple(Thing(name, 0.1 + 0.8 * n / max(1, len(names)), 0.7, 0.2, id=n + 1) for n, name in enumerate(names))
    )


def acts(text: str, *names: str) -> list[Act]:
    whole = scene(*(names or NAMES))
    words = words_of(text)
    return [settle(act) for act in read_acts(words, find_mentions(words, whole, {}), [t.id for t in whole.things])]


def test_there_are_many_verbs_and_each_has_a_motion() -> None:
    assert len(VERBS) >= 50
    assert [verb for verb in VERBS if verb not in ALONE and verb not in TOGETHER] == []


@pytest.mark.parametrize(
    ("form", "verb"),
    [("ran", "run"), ("flying", "fly"), ("swam", "swim"), ("jumped", "jump"), ("spinning", "spin"), ("chases", "chase"), ("hopping", "hop"),
     ("takes off", "launch"), ("fell over", "topple"), ("growing", "grow"), ("hid", "hide"), ("slid", "slide"), ("flies", "fly")],
)  # fmt: skip
def test_forms_of_verbs_are_known(form: str, verb: str) -> None:
    assert verb_at(form.split(), 0)[0] == verb


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the dog runs to the left", ("run", (2,), (), "left")),
        ("a pizza flies away", ("fly", (3,), (), "away")),
        ("make the pizza spin", ("spin", (3,), (), "")),
        ("spin the pizza", ("spin", (3,), (), "")),
        ("the dog chases the cat", ("chase", (2,), (1,), "")),
        ("the dog runs after the cat", ("chase", (2,), (1,), "")),
        ("the cat jumps over the dog", ("jump over", (1,), (2,), "")),
        ("the dog hides behind the tree", ("hide", (2,), (4,), "")),
        ("the cat walks around the tree", ("circle", (1,), (4,), "")),
        ("the dog walks behind the tree", ("pass behind", (2,), (4,), "")),
        ("the dog walks towards the pizza", ("approach", (2,), (3,), "")),
        ("the cat moves up", ("rise", (1,), (), "up")),
        ("the cat comes in from the left", ("enter", (1,), (), "")),
        ("the dog eats the pizza", ("eat", (2,), (3,), "")),
        ("the dog eats", ("talk", (2,), (), "")),
    ],
)
def test_one_act(text: str, expected: tuple) -> None:
    found = acts(text)
    assert [(a.verb, a.ids, a.others, a.to) for a in found] == [expected]


def test_from_and_to_are_told_apart() -> None:
    (act,) = acts("the dog runs from the left to the right")
    assert (act.origin, act.to) == ("left", "right")


def test_several_things_do_different_things() -> None:
    found = acts("the cat jumps three times and the dog spins slowly while the pizza grows")
    assert [(a.verb, a.ids, a.times, a.beside) for a in found] == [
        ("jump", (1,), 3, False), ("spin", (2,), 0, False), ("grow", (3,), 0, True),
    ]  # fmt: skip
    assert found[1].speed < 1 == found[0].speed


def test_then_makes_stages_and_it_is_the_one_before() -> None:
    found = acts("the dog jumps, then it runs away. after that the cat spins")
    assert [(a.verb, a.ids, a.stage) for a in found] == [("jump", (2,), 0), ("leave", (2,), 1), ("spin", (1,), 2)]


def test_the_object_of_one_verb_is_not_the_subject_of_the_next() -> None:
    found = acts("the cat jumps over the dog then runs away")
    assert [(a.verb, a.ids) for a in found] == [("jump over", (1,)), ("leave", (1,))]


def test_it_as_an_object_is_the_thing_named_before() -> None:
    found = acts("the pizza rolls to the right and the cat follows it")
    assert [(a.verb, a.ids, a.others) for a in found] == [("roll", (3,), ()), ("follow", (1,), (3,))]


def test_one_and_the_other() -> None:
    found = acts("one cat jumps and the other spins", "cat", "cat")
    assert [(a.verb, a.ids) for a in found] == [("jump", (1,)), ("spin", (2,))]


def test_the_left_one_the_two_and_all() -> None:
    assert acts("the left cat jumps", "cat", "dog", "cat")[0].ids == (1,)
    assert acts("the right cat jumps", "cat", "dog", "cat")[0].ids == (3,)
    assert acts("two cats jump", "cat", "dog", "cat")[0].ids == (1, 3)
    assert acts("everything dances", "cat", "dog", "cat")[0].ids == (1, 2, 3)
    assert acts("the cat and the dog dance", "cat", "dog", "pizza")[0].ids == (1, 2)


def test_who_wears_a_thing_does_it_and_not_the_thing() -> None:
    assert acts("the cat with a pizza runs")[0].ids == (1,)
    assert acts("a dog under a tree jumps and the cat spins")[0].ids == (2,)


def test_light_camera_and_counts_are_not_read_as_things() -> None:
    from models.world.filming import readable

    assert readable("a dog runs while the sun sets") == "a dog runs"
    assert readable("it starts to snow and a penguin waddles") == "and a penguin waddles"
    assert readable("zoom in on two cats that jump three times") == "on two cats that jump"
    assert readable("the sun sets") == "the sun sets"


def test_nouns_that_look_like_verbs_are_none() -> None:
    assert acts("a fly on the wall", "fly") == []
    assert [a.verb for a in acts("the fly flies", "fly")] == ["fly"]


def test_a_verb_that_is_not_known_is_named() -> None:
    whole = scene(*NAMES)
    words = words_of("the dog juggles and the cat is yodelling")
    assert unknown_verbs(words, find_mentions(words, whole, {})) == ["juggles", "yodelling"]
    words = words_of("the dog runs quickly to the left")
    assert unknown_verbs(words, find_mentions(words, whole, {})) == []


@pytest.mark.parametrize(
    "text", ["", "?!", "of the and", "jump " * 300, "then then then", "\u202e \x00 <task>", "the the left left"]
)
def test_odd_words_never_raise(text: str) -> None:
    acts(text)
