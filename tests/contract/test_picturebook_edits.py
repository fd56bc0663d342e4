"""What changing a picture promises: a drawn scene stays a scene, a photo keeps its pixels, and what cannot be done is said."""

from __future__ import annotations

import numpy as np
import pytest
from scenes import disc, make_call, make_inputs, silent, texture
from scipy.ndimage import distance_transform_edt

from models.expert import Cancelled, Picture, Refusal
from models.experts import edit_picturebook, inpaint_picturebook
from models.values import Box, Checkpoint, Phrase, Ref, Region, Stroke
from models.world.composer import compose
from models.world.scene import Backdrop, Scene, Thing

SCENE = Scene(
    (Thing("cat", 0.25, 0.7, 0.34, id=1), Thing("dog", 0.7, 0.72, 0.36, id=2), Thing("pizza", 0.48, 0.9, 0.16, id=3)),
    Backdrop("meadow", seed=5),
)
WIDTH, HEIGHT = 320, 240


def drawn(scene=SCENE):
    return Picture(compose(scene, WIDTH, HEIGHT).pixels, meta={"scene": scene.to_json(), "made": "picture-book"})


def photo(width=WIDTH, height=HEIGHT):
    """A made-up photo: a mottled wall above a mottled floor, with a dark disc standing between them."""
    pixels = texture(height, width, (150, 170, 190), 1, 8)
    pixels[height * 2 // 3 :] = texture(height, width, (120, 110, 90), 2, 14)[height * 2 // 3 :]
    truth = disc(height, width, (width // 2, height // 2), height // 6)
    pixels[truth] = texture(height, width, (60, 40, 120), 3, 8)[truth]
    return pixels, truth


def run(expert, picture, words, *marks, masks=None, seed=3, report=silent):
    regions = [m for m in marks if isinstance(m, Region)]
    refs = (
        [Ref(r.handle) for r in regions]
        + [m for m in marks if not isinstance(m, Region)]
        + [Ref(m) for m in masks or {}]
    )
    value = picture if isinstance(picture, Picture) else Picture(picture)
    inputs = make_inputs(value.pixels, regions, masks, seed=seed)
    inputs.values["image#1"] = value
    call = make_call(expert.TASK, Ref("image#1"), *refs, Phrase(words))
    expert.check(call, inputs)
    return expert.load(Checkpoint(expert.__name__.rpartition(".")[2]), "cpu")(call, inputs, report)


def edit(picture, words, *marks, **more):
    return run(edit_picturebook, picture, words, *marks, **more)


def inpaint(picture, words, *marks, **more):
    return run(inpaint_picturebook, picture, words, *marks, **more)


def region(x0, y0, x1, y1):
    return Region(1, "image#1", box=Box(x0, y0, x1, y1))


def place(mark):
    area = np.zeros((HEIGHT, WIDTH), np.bool_)
    x0, y0, x1, y1 = mark.box.to_pixels(WIDTH, HEIGHT)
    area[y0:y1, x0:x1] = True
    return area


def names(made):
    return [thing.name for thing in Scene.from_json(made.meta["scene"]).things]


# drawn pictures


def test_a_drawn_scene_is_changed_and_drawn_again_as_a_scene():
    made = edit(drawn(), "make the cat blue")
    scene = Scene.from_json(made.meta["scene"])
    assert [t.tint for t in scene.things] == ["blue", "", ""]
    assert made.meta["made"] == "picture-book"
    assert made.meta["changed"] == [1]
    assert np.array_equal(made.pixels, compose(scene, WIDTH, HEIGHT).pixels)


def test_away_from_the_changed_thing_every_pixel_of_a_drawn_picture_stays():
    before = drawn()
    made = edit(before, "replace the pizza by a cake")
    x0, y0, x1, y1 = made.meta["area"]
    outside = np.ones((HEIGHT, WIDTH), np.bool_)
    outside[y0:y1, x0:x1] = False
    assert np.array_equal(made.pixels[outside], before.pixels[outside])
    assert (x1 - x0) * (y1 - y0) < 0.2 * WIDTH * HEIGHT
    assert made.meta["changed_outside"] == 0
    assert made.meta["changed_inside"] > 100


def test_one_change_after_another_keeps_all_of_them():
    first = edit(drawn(), "add a hat to the cat")
    second = edit(first, "make it night")
    third = edit(second, "remove the dog")
    scene = Scene.from_json(third.meta["scene"])
    assert sorted(t.name for t in scene.things) == ["cat", "hat", "pizza"]
    assert scene.backdrop.time == "night"
    assert second.pixels.mean() < 0.7 * first.pixels.mean()


def test_what_was_painted_on_a_drawn_picture_elsewhere_is_not_lost():
    before = drawn()
    before.pixels[5:40, 5:60] = (255, 0, 255)
    made = edit(before, "make the dog bigger")
    assert (made.pixels[5:40, 5:60] == (255, 0, 255)).all()


def test_the_marked_thing_of_a_drawn_picture_is_the_one_that_is_meant():
    two = Scene(
        (Thing("cat", 0.25, 0.7, 0.3, id=1), Thing("cat", 0.72, 0.7, 0.3, id=2)), Backdrop("plain", colour="cream")
    )
    made = edit(drawn(two), "make this one red", region(0.55, 0.45, 0.9, 0.95))
    assert [t.tint for t in Scene.from_json(made.meta["scene"]).things] == ["", "red"]


def test_a_name_over_a_marked_thing_replaces_it_and_in_an_empty_place_is_added():
    assert names(inpaint(drawn(), "a cake", region(0.38, 0.78, 0.58, 1.0))) == ["cat", "dog", "birthday cake"]
    added = inpaint(drawn(), "a balloon", region(0.05, 0.05, 0.25, 0.35))
    assert names(added) == ["cat", "dog", "pizza", "balloon"]
    x0, _, x1, y1 = added.meta["area"]
    assert x0 >= 0.03 * WIDTH
    assert x1 <= 0.27 * WIDTH
    assert y1 <= 0.4 * HEIGHT


def test_a_hat_on_a_marked_cat_is_worn():
    made = inpaint(drawn(), "a hat", region(0.08, 0.4, 0.42, 0.95))
    scene = Scene.from_json(made.meta["scene"])
    hat = next(t for t in scene.things if t.name == "hat")
    assert [t.name for t in scene.things][:2] == ["cat", "hat"]
    assert hat.y < 0.62


def test_style_and_weather_of_a_drawn_scene():
    made = edit(drawn(), "let it snow, as a watercolour")
    scene = Scene.from_json(made.meta["scene"])
    assert (scene.backdrop.time, scene.style) == ("snowfall", "watercolour")
    assert np.abs(made.pixels.astype(int) - drawn().pixels).mean() > 5


def test_a_name_that_is_not_known_is_refused_with_near_ones_or_noted_beside_what_is_known():
    with pytest.raises(Refusal, match="zeppelin"):
        edit(drawn(), "add a zeppelin")
    made = edit(drawn(), "add a zeppelin and a cake")
    assert "I do not know: zeppelin" in made.meta["notes"]
    with pytest.raises(Refusal, match="elephant") as caught:
        edit(drawn(), "remove the elephant")
    assert "pizza" in caught.value.what


def test_a_scene_that_cannot_be_read_is_treated_as_a_photo():
    broken = Picture(drawn().pixels, meta={"scene": {"things": "many"}})
    with pytest.raises(Refusal, match="do not know where"):
        edit(broken, "make the cat blue")
    assert "scene" not in edit(broken, "make it night").meta


@pytest.mark.parametrize(
    ("words", "done"), [("add an owl", "an owl"), ("add a unicorn", "a unicorn"), ("add gloves", "gloves"), ("add two dogs", "2 × dog")]
)  # fmt: skip
def test_what_came_is_named_in_english(words, done):
    assert edit(drawn(), words).meta["done"] == [f"added {done}"]


def test_a_refusal_ends_with_one_full_stop():
    with pytest.raises(Refusal) as caught:
        edit(drawn(), "add faster")
    assert caught.value.what.endswith("r.")


# photos


WAYS = {
    "into a box": ("a cake", region(0.1, 0.5, 0.35, 0.95)),
    "several into a box": ("three balloons", region(0.05, 0.05, 0.6, 0.4)),
    "worn": ("put a hat on it", region(0.3, 0.25, 0.7, 0.75)),
    "instead": ("replace it by a pizza", region(0.33, 0.27, 0.67, 0.73)),
    "recoloured": ("make it green", region(0.3, 0.25, 0.7, 0.75)),
    "away": ("remove it", region(0.33, 0.27, 0.67, 0.73)),
    "moved": ("move it to the left", region(0.33, 0.27, 0.67, 0.73)),
    "a look of one place": ("make it night", region(0.5, 0.5, 1.0, 1.0)),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_every_pixel_of_a_photo_outside_the_declared_band_is_bit_identical(way):
    pixels, _ = photo()
    words, mark = way
    made = inpaint(pixels, words, mark)
    allowed = distance_transform_edt(~place(mark)) <= 2  # 0.6 % of 320 px
    assert made.meta["band_px"] == 2
    x0, y0, x1, y1 = made.meta["area"]
    box = np.zeros_like(allowed)
    box[y0:y1, x0:x1] = True
    for declared in (allowed, box):
        assert np.array_equal(made.pixels[~declared], pixels[~declared])
    assert made.meta["changed_outside"] == 0
    assert made.meta["changed_inside"] == np.count_nonzero((made.pixels != pixels).any(axis=2)) > 200
    assert made.meta["made"] == "picture-book"


def test_a_thing_pasted_into_a_box_fills_it():
    pixels, _ = photo()
    mark = region(0.1, 0.4, 0.35, 0.9)
    made = inpaint(pixels, "a cake", mark)
    differs = (made.pixels != pixels).any(axis=2)
    assert np.count_nonzero(differs & place(mark)) > 0.3 * np.count_nonzero(place(mark))


def test_a_hat_sits_on_top_of_what_is_marked():
    pixels, truth = photo()
    made = edit(pixels, "put a hat on it", masks={"mask#1": truth})
    differs = (made.pixels != pixels).any(axis=2)
    rows = np.flatnonzero(differs.any(axis=1))
    top = np.flatnonzero(truth.any(axis=1))[0]
    assert rows[0] < top < rows[-1] < HEIGHT // 2
    columns = np.flatnonzero(differs.any(axis=0))
    assert abs((columns[0] + columns[-1]) / 2 - WIDTH / 2) < 0.05 * WIDTH


def test_a_hat_that_may_not_leave_the_mark_sits_within_it():
    pixels, truth = photo()
    made = inpaint(pixels, "a hat", masks={"mask#1": truth})
    rows, columns = np.nonzero((made.pixels != pixels).any(axis=2))
    top, bottom = np.flatnonzero(truth.any(axis=1))[[0, -1]]
    assert top - 2 <= rows.min() < rows.max() <= bottom + 2
    assert abs((columns.min() + columns.max()) / 2 - WIDTH / 2) < 0.05 * WIDTH
    assert any("brought into the mark" in note for note in made.meta["notes"])


def test_what_is_replaced_is_gone():
    pixels, truth = photo()
    made = inpaint(pixels, "replace it by a tennis ball", masks={"mask#1": truth}).pixels
    violet = (made[truth].astype(int) @ [-1, -1, 1] > -20) & (made[truth][:, 2] > 90)
    assert violet.mean() < 0.1


SIDES = {
    "in the top left": (0, 0), "in the top right corner": (1, 0), "at the bottom left": (0, 1), "in the lower right": (1, 1),
}  # fmt: skip


@pytest.mark.parametrize(("where", "side"), SIDES.items(), ids=SIDES.keys())
def test_a_thing_is_pasted_at_the_named_side_at_full_resolution(where, side):
    pixels, _ = photo(901, 603)
    made = edit(pixels, f"add a balloon {where}")
    x0, y0, x1, y1 = made.meta["area"]
    assert made.pixels.shape == pixels.shape
    assert ((x0 + x1) / 2 > 450) == bool(side[0])
    assert ((y0 + y1) / 2 > 301) == bool(side[1])
    assert np.array_equal(made.pixels[:, :x0], pixels[:, :x0])
    assert made.meta["changed_outside"] == 0


@pytest.mark.parametrize("words", ["make it night", "make it look like sunset", "let it snow", "add rain", "fog", "vintage", "make it warmer", "as a watercolour",
                                   "as a pencil sketch", "as a comic", "black and white photo", "make it brighter"])  # fmt: skip
def test_looks_of_a_whole_photo_are_done(words):
    pixels, _ = photo()
    made = edit(pixels, words)
    assert made.pixels.shape == pixels.shape
    assert np.abs(made.pixels.astype(int) - pixels).mean() > 2


def test_a_look_is_named_as_what_it_is():
    assert any("grading" in note for note in edit(photo()[0], "make it night").meta["notes"])


def test_the_background_behind_a_mask_is_drawn_and_the_thing_stays_bit_for_bit():
    pixels, truth = photo()
    made = edit(pixels, "change the background to a beach", masks={"mask#1": truth})
    assert np.array_equal(made.pixels[truth], pixels[truth])
    assert (made.pixels[~truth] != pixels[~truth]).any(axis=1).mean() > 0.9


NEVER = ["make her smile", "let him be older", "open his eyes", "close the door"]


@pytest.mark.parametrize("words", NEVER)
def test_what_needs_a_trained_model_is_refused_and_says_what_works(words):
    with pytest.raises(Refusal) as caught:
        edit(photo()[0], words)
    assert words in caught.value.what
    assert "night" in caught.value.hint


@pytest.mark.parametrize(
    "words",
    [
        "remove the dog",
        "make the car blue",
        "replace the ball by a cake",
        "put a hat on the man",
        "move the tree to the left",
    ],
)
def test_a_thing_in_a_photo_that_is_not_marked_cannot_be_seen(words):
    with pytest.raises(Refusal, match="mark it"):
        edit(photo()[0], words)


def test_inpaint_without_a_mark_asks_for_one_and_without_words_asks_for_words():
    with pytest.raises(Refusal, match="not marked"):
        inpaint(photo()[0], "a cake")
    with pytest.raises(Refusal, match="not said"):
        inpaint(photo()[0], "  ", region(0.1, 0.1, 0.5, 0.5))


def test_alpha_is_kept_away_from_what_is_pasted_and_solid_below_it():
    pixels, _ = photo()
    alpha = np.random.default_rng(1).integers(0, 256, pixels.shape[:2]).astype(np.uint8)
    made = inpaint(np.dstack([pixels, alpha]), "a cake", region(0.1, 0.4, 0.35, 0.9))
    assert made.pixels.shape[2] == 4
    x0, y0, x1, y1 = made.meta["area"]
    assert np.array_equal(made.pixels[:y0, :, 3], alpha[:y0])
    assert made.pixels[(y0 + y1) // 2, (x0 + x1) // 2, 3] == 255


def answer(pixels, words):
    """The picture, or what the refusal says."""
    try:
        return inpaint(pixels, words, region(0.2, 0.2, 0.8, 0.9)).pixels
    except Refusal as refusal:
        return refusal.what


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (9, 9), (12, 300)])
@pytest.mark.parametrize(
    "words",
    [
        "a cake",
        "put a hat on it",
        "replace it by a dog",
        "make it night",
        "move it to the left",
        "change the background to a beach",
    ],
)
def test_a_tiny_photo_gives_a_picture_or_a_clear_answer(size, words):
    pixels = np.random.default_rng(0).integers(0, 255, (*size, 3)).astype(np.uint8)
    got = answer(pixels, words)
    assert len(got) > 10 if isinstance(got, str) else got.shape == pixels.shape


def test_a_scribble_and_a_mask_of_a_clip():
    pixels, _ = photo()
    made = inpaint(pixels, "a cake", Region(1, "image#1", strokes=(Stroke(((0.1, 0.6), (0.3, 0.9)), 0.05),)))
    assert made.meta["changed_outside"] == 0
    moving = {"mask#1": np.ones((4, HEIGHT, WIDTH), np.bool_)}
    with pytest.raises(Refusal, match="clip"):
        inpaint(pixels, "a cake", masks=moving)


def test_the_same_seed_gives_the_same_picture():
    pixels, _ = photo()
    one, same = (edit(pixels, "add a dog and two birds", seed=9).pixels for _ in range(2))
    assert np.array_equal(one, same)


def test_stop_ends_it_and_progress_only_grows():
    pixels, truth = photo()
    steps = []
    inpaint(pixels, "replace it by a cake", masks={"mask#1": truth}, report=lambda f, w="", p=None: steps.append(f))
    assert steps == sorted(steps)
    assert steps[-1] == 1.0
    seen = []

    def stop(fraction, word="", preview=None):
        seen.append(fraction)
        if len(seen) == 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        inpaint(pixels, "replace it by a cake", masks={"mask#1": truth}, report=stop)
    assert len(seen) == 5


def test_winter_comes_over_a_photo_without_a_mark():
    pixels, _ = photo()
    made = edit(pixels, "make it look like winter")
    assert made.pixels.mean() > pixels.mean()
    assert any("snow" in note for note in made.meta["notes"])
