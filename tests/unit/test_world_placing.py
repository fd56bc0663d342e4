"""What a caption asks for is placed so that it holds: relations, counts, the ground, no bad overlaps, the same for a seed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

import numpy as np
import pytest

from models.expert import Cancelled
from models.world import solving
from models.world.holding import Looks
from models.world.placing import Placed, place
from models.world.scene import Backdrop, Thing, extent, horizon
from models.world.suiting import usual_size
from models.world.wish import Relation, Wanted, Wish

METRES = {"cat": 0.5, "dog": 0.8, "house": 12.0, "ant": 0.01, "bird": 0.3, "horse": 2.4, "man": 1.8, "hat": 0.3, "basket": 0.5, "apple": 0.1,
          "couch": 2.0, "tree": 8.0, "cloud": 40.0, "car": 4.0}  # fmt: skip
ASPECTS = {"car": 1.7, "tree": 0.8, "couch": 1.8, "cloud": 1.6, "man": 0.5}


@dataclass(frozen=True)
class Entry:
    """The facts of an object that placing asks for."""

    name: str
    group: str = "animals"
    subgroup: str = "animal"
    habitat: str = "ground"
    facing: str = "left"
    worn: str = ""
    colours: tuple[str, ...] = ("brown",)
    head: tuple[float, ...] = ()
    bust: bool = False

    @property
    def size(self) -> tuple[int, int]:
        aspect = ASPECTS.get(self.name, 1.0)
        return (128, round(128 / aspect)) if aspect >= 1 else (round(128 * aspect), 128)

    @property
    def metres(self) -> float:
        return METRES.get(self.name, 1.0)

    @property
    def typical(self) -> float:
        return min(1.0, max(0.0, math.log10(self.metres / 0.01) / 4))


def entry(name: str) -> Entry:
    return Entry(name, habitat="sky" if name in ("bird", "cloud") else "ground", worn="head" if name == "hat" else "")


def sprite(name: str) -> np.ndarray:
    """A disc of the name's shape, opaque inside."""
    width, height = entry(name).size
    ys, xs = np.mgrid[:height, :width]
    inside = ((xs + 0.5) / width * 2 - 1) ** 2 + ((ys + 0.5) / height * 2 - 1) ** 2 <= 1
    made = np.full((height, width, 4), 200, np.uint8)
    made[..., 3] = np.where(inside, 255, 0)
    return made


LOOKS = Looks(sprite, entry)
SIZES = [(768, 512), (512, 512), (400, 900)]


def placed(
    *things: Wanted,
    relations: tuple[Relation, ...] = (),
    seed: int = 1,
    size: tuple[int, int] = (768, 512),
    **more: str,
) -> Placed:
    return place(Wish(things, relations, **more), *size, seed, LOOKS)


def boxes(found: Placed, size: tuple[int, int]) -> list[tuple[Thing, tuple[float, float, float, float]]]:
    return [(t, extent(t, ASPECTS.get(t.name, 1.0), *size)) for t in found.scene.things]


def middle(found: Placed, group: int) -> tuple[float, float]:
    things = [t for t, g in zip(found.scene.things, found.groups, strict=True) if g == group]
    return sum(t.x for t in things) / len(things), sum(t.y for t in things) / len(things)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("kind", ["left", "right", "above", "below", "beside"])
def test_each_relation_holds_by_the_angle_between_the_centres(kind: str, seed: int, size: tuple[int, int]) -> None:
    found = placed(
        Wanted("cat"), Wanted("dog"), relations=(Relation(kind, 0, (1,)),), seed=seed, size=size, place="meadow"
    )
    (ax, ay), (bx, by) = middle(found, 0), middle(found, 1)
    dx, dy = (ax - bx) * size[0], (ay - by) * size[1]
    cosine, sine, far = dx / math.hypot(dx, dy), dy / math.hypot(dx, dy), math.sqrt(0.5)
    holds = {
        "left": cosine < -far,
        "right": cosine > far,
        "above": sine < -far,
        "below": sine > far,
        "beside": abs(cosine) > far,
    }
    assert holds[kind]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [1, 5, 12])
def test_all_are_there_inside_the_frame_and_hardly_overlap(count: int, size: tuple[int, int]) -> None:
    found = placed(Wanted("cat", count), Wanted("tree", 2), Wanted("car"), size=size, place="meadow")
    assert len(found.scene.things) == count + 3
    drawn = boxes(found, size)
    for thing, (x0, y0, x1, y1) in drawn:
        assert min(x0, y0) > -0.02, thing
        assert max(x1, y1) < 1.02, thing
    for (_, a), (_, b) in combinations(drawn, 2):
        wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
        smaller = min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))
        assert max(0.0, wide) * max(0.0, high) < 0.2 * smaller


def test_what_belongs_on_the_ground_stands_there_and_what_flies_does_not() -> None:
    found = placed(Wanted("horse", 2), Wanted("cloud", 2), place="meadow")
    line = horizon(found.scene.backdrop)
    assert line is not None
    for thing, (_, _, _, feet) in boxes(found, (768, 512)):
        assert (feet > line) == (thing.name == "horse"), thing
        assert thing.shadow == (thing.name == "horse")


def test_the_same_seed_gives_the_same_scene_and_another_one_another() -> None:
    wish = (Wanted("cat", 2), Wanted("house"))
    assert placed(*wish).scene == placed(*wish).scene
    assert len({placed(*wish, seed=seed).scene for seed in range(4)}) == 4


def test_a_rider_a_hat_and_what_is_in_a_basket_go_with_their_bearers() -> None:
    things = (Wanted("man"), Wanted("horse"), Wanted("hat"), Wanted("apple", 3), Wanted("basket"))
    found = placed(
        *things, relations=(Relation("riding", 0, (1,)), Relation("wearing", 0, (2,)), Relation("in", 3, (4,)))
    )
    at = {t.name: (t, box) for t, box in boxes(found, (768, 512))}
    order = [t.name for t in found.scene.things]
    man, horse, hat, apple, basket = (at[name][1] for name in ("man", "horse", "hat", "apple", "basket"))
    assert man[3] > horse[1]
    assert man[3] < (horse[1] + horse[3]) / 2 + 0.1
    assert hat[1] < man[1] + 0.01 < hat[3] + 0.01
    assert order.index("hat") > order.index("man")
    assert basket[0] - 0.02 < apple[0] < apple[2] < basket[2] + 0.02


def test_a_hat_on_a_head_is_worn_and_a_church_needs_a_ground() -> None:
    found = placed(Wanted("hat"), Wanted("cat"), relations=(Relation("on", 0, (1,)),))
    at = {t.name: box for t, box in boxes(found, (768, 512))}
    assert at["hat"][2] - at["hat"][0] < at["cat"][2] - at["cat"][0]
    assert at["cat"][1] - 0.01 < at["hat"][3] < (at["cat"][1] + at["cat"][3]) / 2
    assert placed(Wanted("bird", 3), Wanted("house"), place="sky").scene.backdrop.kind == "meadow"
    assert placed(Wanted("bird", 3), place="sky").scene.backdrop.kind == "sky"


def test_what_is_behind_is_drawn_first_and_is_still_seen() -> None:
    found = placed(
        Wanted("tree", 3),
        Wanted("house"),
        Wanted("car"),
        relations=(Relation("behind", 0, (1,)), Relation("front", 2, (1,))),
        place="meadow",
    )
    order = [t.name for t in found.scene.things]
    assert order.index("house") > max(n for n, name in enumerate(order) if name == "tree")
    assert order.index("car") > order.index("house")
    feet = {t.name: box[3] for t, box in boxes(found, (768, 512))}
    assert feet["tree"] < feet["house"] < feet["car"]


def test_between_and_around() -> None:
    found = placed(Wanted("cat"), Wanted("dog"), Wanted("horse"), relations=(Relation("between", 0, (1, 2)),))
    xs = {t.name: t.x for t in found.scene.things}
    assert min(xs["dog"], xs["horse"]) < xs["cat"] < max(xs["dog"], xs["horse"])
    ring = placed(Wanted("bird", 6), Wanted("tree"), relations=(Relation("around", 0, (1,)),))
    tree = next(t for t in ring.scene.things if t.name == "tree")
    sides = {(t.x < tree.x, t.y < tree.y) for t in ring.scene.things if t.name == "bird"}
    assert len(sides) >= 3


def test_a_row_is_level_and_does_not_touch() -> None:
    found = placed(Wanted("cat", 4), relations=(Relation("row", 0),), place="meadow")
    cats = sorted((box for _, box in boxes(found, (768, 512))), key=lambda box: box[0])
    assert max(box[3] for box in cats) - min(box[3] for box in cats) < 0.03
    assert all(a[2] < b[0] + 0.005 for a, b in pairwise(cats))


def test_places_in_the_frame() -> None:
    found = placed(Wanted("cat"), Wanted("dog"), relations=(Relation("at_left", 0), Relation("at_right", 1)))
    xs = {t.name: t.x for t in found.scene.things}
    assert xs["cat"] < 0.42
    assert xs["dog"] > 0.58


def test_sizes_follow_the_real_ones_softly_and_the_words() -> None:
    sizes = {t.name: t.size for t in placed(Wanted("ant"), Wanted("house"), place="meadow").scene.things}
    assert 0.03 < sizes["ant"] < sizes["house"] / 2
    both = placed(Wanted("cat", size=0.5), Wanted("dog"), place="meadow")
    same = placed(Wanted("cat"), Wanted("dog"), place="meadow")
    ratio = {name: {t.name: t.size for t in found.scene.things} for name, found in (("small", both), ("usual", same))}
    assert ratio["small"]["cat"] / ratio["small"]["dog"] < 0.75 * ratio["usual"]["cat"] / ratio["usual"]["dog"]


def test_colours_surroundings_and_style_reach_the_scene() -> None:
    found = placed(
        Wanted("cat", colour="blue"), Wanted("dog", colour="brown"), place="beach", time="night", style="comic"
    )
    assert {t.name: t.tint for t in found.scene.things} == {"cat": "blue", "dog": ""}
    assert (found.scene.backdrop.kind, found.scene.backdrop.time, found.scene.style) == ("beach", "night", "comic")


def test_fixed_things_stay_and_others_keep_clear() -> None:
    stone = Thing("house", 0.3, 0.6, 0.6, id=1)
    found = place(Wish((Wanted("cat", 2),), place="meadow"), 768, 512, 1, LOOKS, [stone])
    assert stone in found.scene.things
    house = extent(stone, 1.0, 768, 512)
    for thing, box in boxes(found, (768, 512)):
        if thing.name == "cat":
            assert (
                min(box[2], house[2]) - max(box[0], house[0]) < 0.02
                or min(box[3], house[3]) - max(box[1], house[1]) < 0.02
            )


def test_choices_are_drawn_by_lot_without_repeating_too_soon() -> None:
    wish = Wanted("", 3, choices=("cat", "dog", "horse"))
    assert {t.name for t in placed(wish).scene.things} == {"cat", "dog", "horse"}


def test_impossible_wishes_still_give_a_scene() -> None:
    circle = (
        Relation("left", 0, (1,)),
        Relation("left", 1, (0,)),
        Relation("on", 0, (1,)),
        Relation("on", 1, (0,)),
        Relation("in", 0, (0,)),
    )
    found = placed(Wanted("cat"), Wanted("dog"), relations=circle)
    assert len(found.scene.things) == 2
    assert found.penalty > 0.3
    assert placed(place="sea").scene.things == ()


def test_what_is_counted_is_not_painted_once_more_behind() -> None:
    trees = Wish((Wanted("house"), Wanted("tree", 3)))
    assert {"tree", "house"} <= set(place(trees, 300, 200, 1, LOOKS).scene.backdrop.without)
    assert place(Wish((Wanted("cat"),)), 300, 200, 1, LOOKS).scene.backdrop.without == ()
    assert place(Wish((Wanted("cat"),), without=("trees",)), 300, 200, 1, LOOKS).scene.backdrop.without == ("tree",)
    # A street is made of houses: it comes only where it is asked for.
    car = Wish((Wanted("car", 4), Wanted("house")))
    assert all(place(car, 300, 200, seed, LOOKS).scene.backdrop.kind != "street" for seed in range(3))
    assert place(replace(car, place="street"), 300, 200, 1, LOOKS).scene.backdrop.kind == "street"


def test_of_whom_only_the_head_is_drawn_is_no_giant() -> None:
    assert usual_size(Entry("man", "people", bust=True)) < 0.7 * usual_size(Entry("man", "people"))
    assert usual_size(Entry("cat", head=(0.5, 0.0, 0.8, 0.5))) == usual_size(Entry("cat"))


def test_a_bunch_looks_out_of_its_vase() -> None:
    wish = Wish((Wanted("apple", 3), Wanted("vase")), (Relation("in", 0, (1,)),))
    apples = place(wish, 300, 200, 1, LOOKS).scene.things
    vase = next(thing for thing in apples if thing.name == "vase")
    tops = [extent(thing, 1.0, 300, 200) for thing in apples if thing.name == "apple"]
    top = extent(vase, 1.0, 300, 200)[1]
    assert all(y0 < top and thing.size > 0.3 * vase.size for (_, y0, _, _), thing in zip(tops, apples, strict=False))


def test_a_car_that_drives_to_a_house_is_not_on_its_roof() -> None:
    cars = Looks(sprite, lambda name: Entry(name, "vehicles") if name == "car" else entry(name))
    wish = Wish((Wanted("car"), Wanted("house")), (Relation("riding", 0, (1,)),), place="meadow")
    car = next(thing for thing in place(wish, 300, 200, 1, cars).scene.things if thing.name == "car")
    assert extent(car, ASPECTS["car"], 300, 200)[3] > (horizon(Backdrop("meadow", seed=1)) or 0)


def test_fish_in_the_sea_are_under_water() -> None:
    assert place(Wish((Wanted("fish", 3),), place="sea"), 300, 200, 1, LOOKS).scene.backdrop.kind == "underwater"
    assert place(Wish((Wanted("fish"), Wanted("car")), place="sea"), 300, 200, 1, LOOKS).scene.backdrop.kind == "sea"


def test_a_meal_lies_in_the_middle_of_its_plate() -> None:
    made = place(Wish((Wanted("apple"), Wanted("plate")), (Relation("on", 0, (1,)),)), 300, 200, 1, LOOKS).scene.things
    apple, plate = (next(thing for thing in made if thing.name == name) for name in ("apple", "plate"))
    assert (apple.x, apple.y) == pytest.approx((plate.x, plate.y), abs=0.01)
    assert apple.size < plate.size


def asked(count: int) -> Wish:
    return Wish(
        tuple(Wanted("cat") for _ in range(count)), (Relation("left", 0, (1,)), Relation("left", 0, (count - 1,)))
    )


def test_of_more_things_than_a_scene_holds_the_first_are_placed_and_it_is_told() -> None:
    found = place(asked(215), 640, 480, 3, LOOKS)
    assert len(found.scene.things) == 200
    assert sorted(found.groups) == list(range(200))
    assert found.notes == ("215 things were asked for, and a picture holds 200: the first 200 of them were placed.",)
    assert place(asked(30), 640, 480, 3, LOOKS).notes == ()
    row = replace(asked(215), relations=(Relation("row", 0), Relation("row", 214)))
    assert len(place(row, 640, 480, 3, LOOKS).scene.things) == 200, "of relations of one thing to itself, too"
    fixed = tuple(Thing("cat", 0.5, 0.5, 0.05, id=n + 1) for n in range(199))
    beside = place(Wish((Wanted("cat", 2),)), 640, 480, 3, LOOKS, fixed)
    assert len(beside.scene.things) == 200
    assert "the first 1 of them" in beside.notes[0]


@pytest.mark.parametrize("count", [3, 200])
def test_stop_is_heeded_at_every_report_of_placing_and_progress_only_grows(count: int) -> None:
    steps: list[float] = []
    place(asked(count), 640, 480, 3, LOOKS, report=lambda share, word="", shown=None: steps.append(share))
    assert len(steps) >= 4 * (count > 100)
    assert steps == sorted(steps)
    assert 0 <= steps[0] < steps[-1] < 1
    seen: list[float] = []

    def stop(share: float, word: str = "", shown: object = None) -> None:
        seen.append(share)
        if len(seen) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        place(asked(count), 640, 480, 3, LOOKS, report=stop)
    assert len(seen) == 2


def test_many_things_are_looked_at_few_times_between_two_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    pressed = solving._pressed
    monkeypatch.setattr(solving, "_pressed", lambda *given: looked.append(1) or pressed(*given))
    between: list[int] = []

    def count(share: float, word: str = "", shown: object = None) -> None:
        between.append(len(looked))
        looked.clear()

    place(asked(200), 640, 480, 3, LOOKS, report=count)
    assert max(between) < 60_000, "one more look at all pairs of 200, after an attempt, is the most"
    assert sum(between) + len(looked) < 3_000_000
