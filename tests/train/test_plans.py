"""Planned layouts: as many boxes as the words say, where the words say, for the same words always the same ones."""

from __future__ import annotations

from functools import cache
from itertools import combinations, product
from random import Random

import pytest

from evaluation.layouts import relation, tally
from models import grammar
from models.values import Box, Labelled, Phrase, TaskCall
from training.dialogues import book
from training.language import plan as turns
from training.language.phrasing import Split
from training.language.talk import Dialogue
from training.world.plans import BESIDE, STACKED, Group, Link, Sort, plan, sort_of

Layout = tuple[tuple[str, Box], ...]
SORTS = [Sort(size, sky) for size in range(4) for sky in (False, True)]
DIRECTIONS = {"left": "left", "right": "right", "beside": "left", "above": "top", "on": "top", "below": "bottom", "front": "bottom",
              "behind": "top"}  # fmt: skip


def steps(box: Box) -> tuple[int, int, int, int]:
    """Return the edges in twentieths; fails where one lies between two."""
    edges = box.x0 * 20, box.y0 * 20, box.x1 * 20, box.y1 * 20
    assert all(abs(edge - round(edge)) < 1e-9 for edge in edges)
    x0, y0, x1, y1 = (round(edge) for edge in edges)
    return x0, y0, x1, y1


def of(made: Layout, label: str) -> list[Box]:
    return [box for found, box in made if found == label]


def around(boxes: list[Box]) -> tuple[float, float, float, float]:
    return min(b.x0 for b in boxes), min(b.y0 for b in boxes), max(b.x1 for b in boxes), max(b.y1 for b in boxes)


def overlap(one: Box, two: Box) -> bool:
    return min(one.x1, two.x1) - max(one.x0, two.x0) > 1e-9 and min(one.y1, two.y1) - max(one.y0, two.y0) > 1e-9


def random_groups(rng: Random, number: int) -> list[Group]:
    return [Group(f"thing{n}", rng.choice((1, 1, 2, 3, rng.randint(1, 20))), rng.choice(SORTS)) for n in range(number)]


def random_plans(count: int, seed: int) -> list[tuple[list[Group], list[Link], Layout]]:
    rng = Random(seed)
    made = []
    for _ in range(count):
        groups = random_groups(rng, rng.randint(1, 4))
        links = []
        if len(groups) > 1 and rng.random() < 0.7:
            first, second = rng.sample(range(len(groups)), 2)
            links.append(Link(rng.choice(tuple(DIRECTIONS)), first, second))
        made.append((groups, links, plan(groups, links)))
    return made


def test_two_cats_left_of_a_pizza_by_hand() -> None:
    """Two columns of eight steps; the cats side by side are largest (4 x 8), the pizza of size 1 is 6 x 8, all on step 18."""
    made = plan([Group("cats", 2, Sort(1)), Group("pizza", 1, Sort(1))], [Link("left", 0, 1)])
    assert [(label, steps(box)) for label, box in made] == [
        ("cats", (1, 10, 5, 18)), ("cats", (5, 10, 9, 18)), ("pizza", (12, 10, 18, 18)),
    ]  # fmt: skip


def test_a_cup_on_a_table_stands_on_it() -> None:
    made = plan([Group("cup", 1, Sort(0)), Group("table", 1, Sort(2))], [Link("on", 0, 1)])
    assert [(label, steps(box)) for label, box in made] == [("cup", (8, 8, 12, 12)), ("table", (6, 12, 14, 18))]


def test_the_short_row_comes_first_and_in_the_middle() -> None:
    """Seven on the whole width: two rows of boxes 4 steps wide and 6 high; three, then four, ending in the corner."""
    made = plan([Group("sheep", 7, Sort(1))])
    assert [steps(box) for _, box in made] == [
        (4, 6, 8, 12), (8, 6, 12, 12), (12, 6, 16, 12), (2, 12, 6, 18), (6, 12, 10, 18), (10, 12, 14, 18), (14, 12, 18, 18),
    ]  # fmt: skip


def test_every_edge_lies_on_the_grid_and_inside_and_counts_are_right() -> None:
    for groups, _, made in random_plans(1500, 1):
        for _, box in made:
            x0, y0, x1, y1 = steps(box)
            assert 0 <= x0 < x1 <= 20
            assert 0 <= y0 < y1 <= 20
        layout = tuple((label, (b.x0, b.y0, b.x1, b.y1)) for label, b in made)
        wanted = [(group.label, group.count) for group in groups]
        assert tally(layout, wanted) == dict(wanted)
        assert [label for label, _ in made] == [label for label, count in wanted for _ in range(count)]


def test_the_last_box_ends_in_the_corner_of_its_group() -> None:
    for groups, _, made in random_plans(1000, 3):
        for group in groups:
            boxes = of(made, group.label)
            assert (boxes[-1].x1, boxes[-1].y1) == around(boxes)[2:]
            assert all((b.x1, b.y1) != around(boxes)[2:] for b in boxes[:-1])


def test_boxes_overlap_only_in_front_of_each_other() -> None:
    for groups, links, made in random_plans(1500, 2):
        front = {
            frozenset((groups[k.first].label, groups[k.second].label)) for k in links if k.kind in ("front", "behind")
        }
        for (one, box), (two, other) in combinations(made, 2):
            if overlap(box, other):
                assert frozenset((one, two)) in front


@pytest.mark.parametrize("kind", DIRECTIONS)
def test_groups_stand_to_each_other_as_linked(kind: str) -> None:
    """For all sorts and numbers of things, with and without others: the whole groups, and each pair of single things."""
    rng = Random(kind)
    for one, two in product(SORTS, SORTS):
        for more in range(3):
            counts = rng.choice((1, 1, 2, 5, 20)), rng.choice((1, 1, 3, 8, 20))
            groups = [Group("one", counts[0], one), Group("two", counts[1], two), *random_groups(rng, more)]
            made = plan(groups, [Link(kind, 0, 1)])
            assert relation(around(of(made, "one")), around(of(made, "two"))) == DIRECTIONS[kind], made


def test_between_two_groups_and_between_the_two_of_a_group() -> None:
    for one, two, three in product(SORTS, repeat=3):
        made = plan([Group("a", 1, one), Group("b", 2, two), Group("c", 1, three)], [Link("between", 0, 1, 2)])
        assert relation(around(of(made, "a")), around(of(made, "b"))) == "right"
        assert relation(around(of(made, "a")), around(of(made, "c"))) == "left"
        pair = plan([Group("a", 1, one), Group("b", 2, two)], [Link("between", 0, 1)])
        left, right = of(pair, "b")
        assert relation(around(of(pair, "a")), around([left])) == "right"
        assert relation(around(of(pair, "a")), around([right])) == "left"


def test_several_things_stand_on_one() -> None:
    groups = [Group("cups", 2, Sort(0)), Group("plate", 1, Sort(1)), Group("table", 1, Sort(3))]
    made = plan(groups, [Link("on", 0, 2), Link("on", 1, 2)])
    for label in ("cups", "plate"):
        assert relation(around(of(made, label)), around(of(made, "table"))) == "top"
        assert around(of(made, label))[3] == around(of(made, "table"))[1]


def test_what_flies_is_up_unless_it_is_said_to_stand_elsewhere() -> None:
    kite, dogs = Group("kite", 1, sort_of("kite")), Group("dogs", 2, sort_of("dog"))
    made = plan([kite, dogs])
    assert of(made, "kite")[0].y1 <= min(box.y0 for box in of(made, "dogs"))
    beside = plan([kite, dogs], [Link("beside", 0, 1)])
    assert of(beside, "kite")[0].y1 == max(box.y1 for box in of(beside, "dogs"))


def test_larger_things_get_larger_boxes() -> None:
    sizes = [sort_of(noun).size for noun in ("apple", "cat", "person", "bus")]
    assert sizes == sorted(set(sizes))
    for number in (1, 2, 3, 4):
        heights = []
        for size in range(4):
            first = plan([Group("x", 1, Sort(size)), *(Group("y", 1, Sort(1)) for _ in range(number - 1))])[0][1]
            heights.append((first.x1 - first.x0) * (first.y1 - first.y0))
        assert heights == sorted(heights)
        assert heights[0] < heights[3]


@pytest.mark.parametrize(
    ("groups", "links"),
    [
        ([], []),
        ([Group("a", 1, Sort(1))] * 5, []),
        ([Group("a", 1, Sort(1)), Group("b", 1, Sort(1))], [Link("left", 0, 1), Link("right", 0, 1)]),
        ([Group("a", 1, Sort(1)), Group("b", 1, Sort(1))], [Link("on", 0, 1), Link("on", 1, 0)]),
        ([Group(c, 1, Sort(1)) for c in "abc"], [Link("on", 0, 1), Link("on", 1, 2)]),
        ([Group("a", 1, Sort(1)), Group("b", 3, Sort(1))], [Link("between", 0, 1)]),
    ],
)
def test_what_cannot_be_planned_is_refused(groups: list[Group], links: list[Link]) -> None:
    with pytest.raises(ValueError, match=r"group|place|circle|storeys"):
        plan(groups, links)


def test_wrong_numbers_and_relations_are_refused() -> None:
    for count in (0, 21):
        with pytest.raises(ValueError, match="1 to 20"):
            Group("cats", count, Sort(1))
    with pytest.raises(ValueError, match="no relation"):
        Link("inside", 0, 1)
    assert set(DIRECTIONS) | {"between"} == {*STACKED, *BESIDE}


@cache
def asked(split: Split = "train", count: int = 1200) -> tuple[Dialogue, ...]:
    made = []
    for number in range(count):
        d = Dialogue(Random(f"{split} {number}"), book(split))
        group = (turns.planned if number % 2 else turns.forced)(d)
        assert group == ("layout.planned" if number % 2 else "layout.given")
        assert d.given is not bool(number % 2)
        made.append(d)
    return tuple(made)


@pytest.mark.parametrize("split", ["train", "held_out"])
def test_description_and_labels_are_words_of_the_person(split: Split) -> None:
    for d in asked(split):
        (call,) = [part for part in d.messages[1].parts if isinstance(part, TaskCall)]
        text = d.messages[0].text
        whole, *boxes = call.args
        assert isinstance(whole, Phrase)
        assert whole.text in text
        assert 1 <= len(boxes) <= 22
        for box in boxes:
            assert isinstance(box, Labelled)
            assert box.phrase in whole.text
            assert box.phrase == box.phrase.strip() != ""
        (again,) = [part for part in grammar.parse(grammar.write([call])) if isinstance(part, TaskCall)]
        assert again.args == call.args


def test_the_words_name_as_many_as_are_planned() -> None:
    """Where a label stands directly behind a number, that many boxes carry it."""
    numbers = {
        "two": 2,
        "three": 3,
        "four": 4,
        "five": 5,
        "six": 6,
        "seven": 7,
        "eight": 8,
        "nine": 9,
        "ten": 10,
        "a": 1,
        "an": 1,
    }
    checked = 0
    for d in asked():
        (call,) = [part for part in d.messages[1].parts if isinstance(part, TaskCall)]
        words = d.messages[0].text.lower().split(" ")
        labels = [arg.phrase.lower() for arg in call.args if isinstance(arg, Labelled)]
        for label in set(labels):
            for at, word in enumerate(words):
                rest = " ".join(words[at + 1 :])
                number = numbers.get(word, int(word) if word.isdigit() else 0)
                if number and (rest + " ").startswith(label + " "):
                    assert labels.count(label) == number, (d.messages[0].text, label)
                    checked += 1
    assert checked > 900


def test_all_relations_numbers_and_kinds_of_plans_are_asked_for() -> None:
    rng, bank = Random(4), book("train")
    wanted = [turns.described(rng, bank) for _ in range(4000)]
    assert {link.kind for one in wanted for link in one.links} == {*STACKED, *BESIDE}
    assert {named.count for one in wanted for named in one.named} == set(range(1, 21))
    assert {len(one.named) for one in wanted} == {1, 2, 3, 4}
    assert max(sum(named.count for named in one.named) for one in wanted) <= 22


def test_same_words_same_plan() -> None:
    for number in range(200):
        first, second = (Dialogue(Random(number), book("train")) for _ in range(2))
        turns.planned(first)
        turns.planned(second)
        assert first.messages == second.messages
    groups = [Group("cats", 3, Sort(1)), Group("kite", 1, Sort(1, True))]
    assert plan(groups) == plan(tuple(groups))
