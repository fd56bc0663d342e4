"""The scores of the experts: hand-made answers get the marks they should, and what was asked once is not asked again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from evaluation import overlap
from evaluation.experts import changing, drawing, eyes, films, hearing, marking, moving, naming, scenes
from evaluation.experts.eyes import Seen
from evaluation.experts.suite import Measure, Suite, Tools, estimate
from models.expert import Masks, Picture
from models.world import atlas
from models.world.scene import Scene, Thing, extent


class NoEyes:
    """Eyes that always see one name in a box, and compare pictures by their plain pixels."""

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.network = SimpleNamespace(
            name="pixels", layers=lambda picture: [np.moveaxis(picture.astype(np.float64) + 1, 2, 0)]
        )

    def named(self, picture: Any, box: Any) -> str:
        return self.name


def seeing(name: str = "") -> Tools:
    return Tools(lambda: NoEyes(name), lambda: pytest.fail("nothing is to be heard"))  # type: ignore[arg-type, return-value]


BLIND = seeing()


# ---- arithmetic ------------------------------------------------------------------------------------------------------


def test_each_box_finds_one_partner_of_its_own() -> None:
    wanted = [(0.0, 0.0, 0.4, 0.4), (0.5, 0.5, 0.9, 0.9)]
    assert overlap.hits(wanted, wanted) == 2
    assert overlap.hits([wanted[0], wanted[0]], wanted) == 1
    # 0.4 x 0.2 of 0.4 x 0.4: exactly a half, which counts
    assert overlap.hits([(0.0, 0.0, 0.4, 0.2)], wanted) == 1
    assert overlap.hits([(0.0, 0.0, 0.4, 0.19)], wanted) == 0
    assert overlap.hits([], wanted) == overlap.hits(wanted, []) == 0
    # The first of these fits both wanted boxes: it must leave the one that only it can find to the other.
    both = [(0.0, 0.0, 1.0, 1.0), (0.0, 0.0, 1.0, 0.6)]
    assert overlap.hits([(0.0, 0.0, 1.0, 0.8), (0.0, 0.0, 1.0, 0.5)], both) == 2


def test_figures_are_shares_means_ratios_and_distances_of_marks() -> None:
    share = estimate(Measure("x"), [1.0, 0.0, None, 1.0], [], 3)
    assert share is not None
    assert (share.value, share.n, share.unit) == (pytest.approx(2 / 3), 3, "%")
    mean = estimate(Measure("x", "mean", "dB"), [10.0, 20.0], [], 3)
    assert mean is not None
    assert (mean.value, mean.unit) == (15.0, "dB")
    ratio = estimate(Measure("x", "ratio"), [[1.0, 2.0], [3.0, 10.0]], [], 3)
    assert ratio is not None
    assert ratio.value == pytest.approx(4 / 12)
    assert 0 <= ratio.low < ratio.value < ratio.high <= 1
    real = [[0.0, 0.0], [2.0, 0.0], [0.0, 2.0], [2.0, 2.0]]
    away = [[x + 3.0, y] for x, y in real]
    apart = estimate(Measure("x", "distance"), away, real, 3)
    assert apart is not None
    assert apart.value == pytest.approx(9.0)  # equal spread, means 3 apart
    assert estimate(Measure("x", "distance"), away[:3], real, 3) is None
    assert estimate(Measure("x", "ratio"), [None], [], 3) is None
    with pytest.raises(ValueError, match="not a number"):
        estimate(Measure("x"), [[1.0, 2.0]], [], 3)


def test_a_ratio_of_equal_samples_claims_no_certainty() -> None:
    found = estimate(Measure("x", "ratio"), [[5.0, 5.0]] * 30, [], 3)
    assert found is not None
    assert found.value == found.high == 1.0
    assert found.low < 0.95


def told(names: Sequence[tuple[str, int]], relation: str = "") -> scenes.Told:
    return scenes.Told("", tuple(names), relation, Scene(()))


def seen(name: str, x: float = 0.5, y: float = 0.5, side: float = 0.3, sure: float = 0.9) -> Seen:
    return Seen(name, sure, x, y, side)


def test_a_picture_is_right_when_every_count_and_the_relation_are() -> None:
    wish = told([("dog", 2), ("pizza", 1)], "left")
    right = [seen("dog", 0.1), seen("dog", 0.3), seen("pizza", 0.8)]
    assert drawing.judged(wish, right) == {"found": 1.0, "counts": 1.0, "relation": 1.0, "whole": 1.0}
    one = drawing.judged(wish, [seen("dog", 0.9), seen("pizza", 0.2), seen("cat", 0.1)])
    assert one == {"found": 1.0, "counts": 0.5, "relation": 0.0, "whole": 0.0}
    assert drawing.judged(wish, []) == {"found": 0.0, "counts": 0.0, "relation": 0.0, "whole": 0.0}
    assert drawing.judged(told([("dog", 1)]), [seen("dog")])["relation"] is None
    assert drawing.judged(told([("dog", 1)]), [seen("dog")])["whole"] == 1.0


@pytest.mark.parametrize(("relation", "x", "y"), [("left", -1, 0), ("right", 1, 0), ("above", 0, -1), ("below", 0, 1)])
def test_relations_are_those_of_middles(relation: str, x: int, y: int) -> None:
    assert drawing.holds(relation, (x, y), (0, 0))
    assert not drawing.holds(relation, (-x, -y), (0, 0))


def test_a_thing_goes_to_the_side_where_it_is_seen_last() -> None:
    looks = [[seen("cat", 0.2), seen("dog", 0.9)], [], [seen("dog", 0.1), seen("cat", 0.6)]]
    assert moving.way_of("cat", looks) == "right"
    assert moving.way_of("dog", looks) == "left"
    assert moving.way_of("cow", looks) == ""
    assert moving.way_of("cat", [[seen("cat", 0.5)], [seen("cat", 0.5 + 0.9 * moving.FAR)]]) == ""


def test_sounds_are_in_order_when_each_begins_before_the_next_ends() -> None:
    assert hearing.ordered(("dog", "rain"), ["dog", "dog", "rain"])
    assert hearing.ordered(("dog", "rain"), ["rain", "dog", "rain"])
    assert not hearing.ordered(("dog", "rain"), ["rain", "rain", "dog"])
    assert not hearing.ordered(("dog", "rain"), ["dog", "dog"])


def test_windows_of_one_thing_are_one_thing() -> None:
    near = [seen("cat", 0.5, sure=0.7), seen("cat", 0.55, sure=0.9), seen("cat", 0.9, sure=0.6)]
    assert [one.sure for one in eyes.apart(near, 1.5, 1.0)] == [0.9, 0.6]
    assert len(eyes.apart([seen("cat", sure=0.9), seen("lynx", sure=0.6)], 1.5, 1.0)) == 1
    # a hat on a cat is much smaller than the cat: both stay
    assert len(eyes.apart([seen("cat", side=0.6), seen("hat", side=0.2)], 1.5, 1.0)) == 2


@pytest.mark.parametrize(
    ("width", "height", "box"), [(480, 320, (100, 60, 220, 180)), (900, 1300, (300, 500, 660, 860))]
)
def test_a_window_shows_what_lies_in_it(width: int, height: int, box: tuple[int, int, int, int]) -> None:
    picture = np.zeros((height, width, 3), np.uint8)
    x0, y0, x1, y1 = box
    picture[y0:y1, x0:x1] = 200
    side = x1 - x0
    crop = eyes.cut(eyes.halvings(picture), (x0 + x1) / 2, (y0 + y1) / 2, 2 * side)
    bright = crop[..., 0] > 100
    quarter = eyes.SIDE // 4
    assert abs(int(bright.sum()) - (eyes.SIDE // 2) ** 2) <= 2 * eyes.SIDE
    assert bright[quarter + 2 : -quarter - 2, quarter + 2 : -quarter - 2].all()


def test_windows_cover_the_picture() -> None:
    seen_by = np.zeros((200, 300), int)
    for x, y, side in eyes.windows(300, 200):
        half = side / 2
        seen_by[max(0, int(y - half)) : int(y + half), max(0, int(x - half)) : int(x + half)] += 1
    assert seen_by.min() > 3


def test_equal_pictures_have_the_most_decibels_and_no_more() -> None:
    one = np.zeros((8, 8, 3), np.uint8)
    assert changing.decibels(one, one) == changing.MOST_DB
    assert changing.decibels(one, one + np.uint8(255)) == 0.0
    assert changing.decibels(one, one + np.uint8(10)) == pytest.approx(20 * math.log10(25.5))


# ---- truth, floors and cases -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", marking.SEGMENT.lines)
def test_marks_are_drawn_inside_the_truth_and_nothing_of_the_scene_goes_with_the_picture(line: str) -> None:
    case = marking.SEGMENT.case(5, line, 0)
    assert case.picture.meta == {}
    height, width = case.mask.shape
    inside = [(p.x, p.y) for p in case.region.points if p.positive]
    inside += [place for stroke in case.region.strokes for place in stroke.points]
    assert all(case.mask[int(y * height), int(x * width)] for x, y in inside)
    outside = [(p.x, p.y) for p in case.region.points if not p.positive]
    assert not any(case.mask[int(y * height), int(x * width)] for x, y in outside)
    if case.region.box is not None:
        rows, columns = np.nonzero(case.mask)
        x0, y0, x1, y1 = case.region.box.to_pixels(width, height)
        within = (columns >= x0) & (columns < x1) & (rows >= y0) & (rows < y1)
        assert within.mean() > 0.9


@pytest.mark.parametrize("suite", [marking.SEGMENT, naming.DETECT, marking.VIDEO_SEGMENT], ids=lambda suite: suite.task)
def test_the_truth_of_places_gets_full_marks_and_nothing_gets_none(suite: Suite[Any, Any]) -> None:
    case = suite.case(5, suite.lines[0], 1)
    best, none = (suite.score(case, answer, BLIND) for answer in (suite.truth(case), suite.nothing(case)))
    for name, mark in best.items():
        assert mark == 1.0 or (isinstance(mark, list) and mark[0] == mark[1] > 0), name
    assert all(mark in (0.0, None) or (isinstance(mark, list) and mark[0] == 0) for mark in none.values())


@pytest.mark.parametrize("line", ["a colour", "another thing", "nothing", "the hour", "the look"])
def test_the_true_edit_gets_full_marks_and_an_unchanged_picture_keeps_everything(line: str) -> None:
    case = changing.EDIT.case(5, line, 0)
    best = changing.change_score(case, case.after, seeing(case.name))
    unchanged = changing.change_score(case, case.before, seeing(case.gone or "sofa"))
    free = line == "another thing"  # to look where it likes: not compared with one drawing
    assert ("psnr" in best) == ("inside" in best or line.startswith("the ")) == (not free)
    if not free:
        assert (best["psnr"], best["ssim"]) == (changing.MOST_DB, pytest.approx(1.0))
        assert best["lpips"] == pytest.approx(0.0, abs=1e-9)
        assert float(unchanged["psnr"] or 0) < changing.MOST_DB  # type: ignore[arg-type]
    local = not line.startswith("the ")
    assert ("kept" in best) == local
    if local:
        assert (best.get("inside", changing.MOST_DB), best["outside"], best["kept"]) == (*[changing.MOST_DB] * 2, 1.0)
        assert (unchanged["changed"], unchanged["kept"]) == (0.0, 1.0)
        assert (best.get("seen"), unchanged.get("seen")) == ((None, None) if line == "a colour" else (1.0, 0.0))

        assert float(best["changed"] or 0) > 0  # type: ignore[arg-type]


def test_the_same_number_is_the_same_case_and_another_is_another() -> None:
    one, same, other = (drawing.IMAGE.case(7, "several kinds", number) for number in (0, 0, 1))
    assert one == same != other
    assert list(drawing.IMAGE.places(5))[:2] == [("one kind of thing", 0), ("several kinds", 0)]


def test_a_caption_says_what_the_scene_holds() -> None:
    for number in range(6):
        case = scenes.tell(Random(number))
        names = [thing.name for thing in case.scene.things]
        assert all(names.count(name) == count for name, count in case.names)
        boxes = {name: [b for t, b in zip(case.scene.things, scenes.drawn(case.scene).boxes, strict=True) if t.name == name]
                 for name in set(names)}  # fmt: skip
        if case.relation:
            one, two = (boxes[name] for name, _ in case.names[:2])
            middles = [[((b.x0 + b.x1) / 2, (b.y0 + b.y1) / 2) for b in found if b] for found in (one, two)]
            assert any(drawing.holds(case.relation, a, b) for a in middles[0] for b in middles[1])


def test_what_comes_in_a_things_place_is_as_large_and_stands_where_it_stood() -> None:
    old = Thing("dog", 0.4, 0.6, 0.5, id=7)
    for name in scenes.whole()[::90]:
        new = scenes.in_place(name, old)
        assert (new.name, new.x, new.id) == (name, old.x, 7)
        boxes = [extent(t, atlas.aspect(t.name), scenes.WIDTH, scenes.HEIGHT) for t in (old, new)]
        areas = [(x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in boxes]
        assert areas[0] == pytest.approx(areas[1])
        assert boxes[0][3] == pytest.approx(boxes[1][3])


def test_a_film_goes_the_way_it_is_said_to() -> None:
    for number in range(2):
        case = films.tell(Random(number), others=1)
        masks = films.shot(case.film, case.name)[1]
        middles = [np.nonzero(mask)[1].mean() for mask in masks if mask.any()]
        assert (middles[-1] < middles[0]) == (case.way == "left")


def test_detected_boxes_are_read_from_the_picture() -> None:
    picture = Picture(np.zeros((4, 4, 3), np.uint8), meta={"boxes": [["dog", 0.1, 0.2, 0.3, 0.4]]})
    assert naming.boxes_of([picture]) == ((0.1, 0.2, 0.3, 0.4),)
    assert naming.boxes_of([]) == ()


def test_masks_of_another_size_or_length_are_fitted() -> None:
    half = np.zeros((1, 10, 10), np.bool_)
    half[:, :, :5] = True
    masks = Masks(half, ["x"], [1.0])
    found = marking.first_mask([masks], (20, 20))
    assert found.shape == (20, 20)
    assert found[:, :9].all()
    assert not found[:, 11:].any()
    moving_masks = Masks(np.ones((1, 3, 10, 10), np.bool_), ["x"], [1.0], 24.0)
    assert [bool(mask.any()) for mask in marking.first_mask([moving_masks], (5, 10, 10))] == [True] * 3 + [False] * 2
    assert not marking.first_mask([], (4, 4)).any()
