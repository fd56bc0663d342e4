"""What the truth tells of a scene beside its masks: relations and the thing that stands out, on scenes laid out by hand."""

from __future__ import annotations

from random import Random

from models.world.scene import Backdrop, Scene, Thing
from training.truth import facts, make
from training.truth.shots import Bond, Shot


def shot(*things: tuple[str, float, float, float], bonds: tuple[Bond, ...] = ()) -> Shot:
    """A frame of 200 x 200 px with things of (name, x, y, size), their ids counted from 1, later ones in front."""
    placed = tuple(Thing(name, x, y, size, id=number) for number, (name, x, y, size) in enumerate(things, 1))
    return Shot(Scene(placed, Backdrop("plain")), 200, 200, bonds)


def test_sides_are_told_once_and_only_by_a_margin() -> None:
    assert facts.relations(shot(("apple", 0.3, 0.5, 0.2), ("cat", 0.7, 0.52, 0.2))) == [["left", 1, 2]]
    assert facts.relations(shot(("apple", 0.5, 0.8, 0.2), ("cat", 0.5, 0.2, 0.2))) == [["above", 2, 1]]
    assert facts.relations(shot(("apple", 0.2, 0.5, 0.2), ("apple", 0.26, 0.55, 0.2))) == [["front", 2, 1]]


def test_who_hides_a_part_is_in_front_and_bonds_take_the_place_of_sides() -> None:
    half = [("apple", 0.4, 0.5, 0.3), ("soccer ball", 0.55, 0.5, 0.3)]
    assert facts.relations(shot(*half)) == [["left", 1, 2], ["front", 2, 1]]
    worn = shot(("cat", 0.5, 0.6, 0.6), ("hat", 0.4, 0.2, 0.2), bonds=(Bond("wearing", 2, 1),))
    assert facts.relations(worn) == [["wearing", 2, 1]]


def test_a_thing_at_the_edge_of_the_frame_is_not_hidden_by_one_that_lies_elsewhere() -> None:
    cut = shot(("apple", 0.0, 0.5, 0.3), ("cat", 0.6, 0.5, 0.3))
    assert cut.visible[1] < 1
    assert not any(kind == "front" for kind, *_ in facts.relations(cut))


def test_what_is_much_larger_or_nearer_the_middle_stands_out() -> None:
    assert facts.salient(shot(("apple", 0.3, 0.5, 0.5), ("apple", 0.8, 0.5, 0.2))) == 1
    assert facts.salient(shot(("apple", 0.3, 0.5, 0.3), ("apple", 0.7, 0.5, 0.3))) is None  # a tie
    # As large as each other; the weight falls from 1 in the middle to nearly a half in the corner.
    assert facts.salient(shot(("apple", 0.06, 0.06, 0.1), ("apple", 0.5, 0.5, 0.1))) == 2
    assert facts.salient(shot(("apple", 0.5, 0.5, 0.4))) == 1


def test_nothing_stands_out_among_nothing_and_a_hat_does_not_rival_its_cat() -> None:
    assert facts.salient(shot()) is None
    things = [("cat", 0.5, 0.5, 0.5), ("hat", 0.5, 0.2, 0.45)]
    assert facts.salient(shot(*things)) is None
    assert facts.salient(shot(*things, bonds=(Bond("wearing", 2, 1),))) == 1


def test_conversations_tell_them_with_ids_of_their_things() -> None:
    found = [make(task, Random(f"{task} {n}"), "train", n).truth for task in ("segment", "detect") for n in range(6)]
    assert any(truth["salient"] for truth in found)
    assert any(truth["relations"] for truth in found)
    for truth in found:
        ids = {thing["id"] for thing in truth["things"]}
        assert {number for _, *pair in truth["relations"] for number in pair} <= ids
        assert truth["salient"] is None or truth["salient"] in ids
