"""What extending a picture promises: every old pixel stays bit for bit, a drawn scene goes on as one scene, and what cannot be done is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scenes import make_inputs, silent, texture

from app.proof import badge
from models.expert import Cancelled, Picture, Refusal
from models.experts import edit_picturebook, inpaint_picturebook
from models.margins import margins
from models.slash import parse_slash
from models.tasks import TASKS
from models.values import Box, Checkpoint, Failure, Media, Phrase, Ref, Region, TaskCall
from models.world.composer import compose
from models.world.extending import on_larger
from models.world.scene import GRADES, STYLES, Backdrop, Scene, Thing, extent, horizon

SCENE = Scene((Thing("cat", 0.25, 0.7, 0.34, id=1), Thing("dog", 0.98, 0.72, 0.36, id=2)), Backdrop("meadow", seed=5))
WIDTH, HEIGHT = 192, 128


def drawn(scene=SCENE):
    return Picture(compose(scene, WIDTH, HEIGHT).pixels, meta={"scene": scene.to_json(), "made": "picture-book"})


def run(expert, picture, words="", marks=(), report=silent, seed=3, **settings):
    inputs = make_inputs(picture.pixels, marks, settings=settings, seed=seed)
    inputs.values["image#1"] = picture
    args = (Ref("image#1"), *(Ref(mark.handle) for mark in marks), *([Phrase(words)] if words else []))
    call = TaskCall("t1", expert.TASK, args, {name: str(value) for name, value in settings.items()})
    expert.check(call, inputs)
    return expert.load(Checkpoint(expert.__name__.rpartition(".")[2]), "cpu")(call, inputs, report)


def edit(picture, words, *marks, **more):
    return run(edit_picturebook, picture, words, marks, **more)


def extend(picture, side, by=0.25, words="", **more):
    return run(inpaint_picturebook, picture, words, extend=side, by=by, **more)


def old_part(made):
    x0, y0, x1, y1 = made.meta["kept"]
    return made.pixels[y0:y1, x0:x1]


def places(scene, width, height):
    """x0, y0, x1, y1 px of each thing, as if all were square."""
    return [
        np.array(extent(t, 1.0, width, height)) * np.array([width, height, width, height]) for t in scene.things
    ]  # fmt: skip


# drawn scenes


@pytest.mark.parametrize(
    ("words", "size", "at"),
    [
        ("extend this to the right", (240, 128), (0, 0)),
        ("extend it to the left by half", (288, 128), (96, 0)),
        ("show more of it above", (192, 160), (0, 32)),
        ("make it wider", (288, 128), (48, 0)),
        ("extend it by half on all sides", (384, 256), (96, 64)),
        ("add 20 pixels at the bottom", (192, 148), (0, 0)),
        ("extend it by half to the left and a quarter to the right", (336, 128), (96, 0)),
    ],
)
def test_a_drawn_picture_reaches_further_and_keeps_every_pixel(words, size, at):
    before = drawn()
    made = edit(before, words)
    assert made.pixels.shape == (size[1], size[0], 3)
    assert made.meta["kept"] == [*at, at[0] + WIDTH, at[1] + HEIGHT]
    assert np.array_equal(old_part(made), before.pixels)
    assert made.meta["changed_outside"] == 0
    assert made.meta["changed_inside"] == size[0] * size[1] - WIDTH * HEIGHT
    told = badge(
        Media("image", "image#2", "x.png", {"width": size[0], "height": size[1], **made.meta}), TaskCall("t1", "edit")
    )
    assert told["holds"]
    assert told["text"] == "What was there: identical"


def test_its_scene_is_told_on_the_new_frame_with_everything_where_it_was():
    made = edit(drawn(), "extend it by half on all sides")
    scene = Scene.from_json(made.meta["scene"])
    for old, new in zip(places(SCENE, WIDTH, HEIGHT), places(scene, 384, 256), strict=True):
        assert np.allclose(new, old + np.array([96, 64, 96, 64]), atol=0.01)
    assert horizon(scene.backdrop) == pytest.approx((64 + horizon(SCENE.backdrop) * HEIGHT) / 256)
    again = compose(scene, 384, 256).pixels.astype(int)
    apart = np.abs(again - made.pixels).mean(axis=2)
    assert apart.mean() < 1.0  # the record draws this picture, so that the next change of it fits


def test_a_thing_that_the_frame_cut_is_seen_whole_and_its_box_says_so():
    made = edit(drawn(), "extend this to the right")
    boxes = {row[0]: row[1:] for row in made.meta["boxes"]}
    assert boxes["dog"][2] * 240 > WIDTH + 10
    whole = compose(Scene.from_json(made.meta["scene"]), 240, HEIGHT, truth=True)
    assert whole.visible[1] > 0.95


def test_the_next_turns_work_on_it():
    wide = edit(drawn(), "extend this to the right by half")
    tree = edit(wide, "add a tree on the right")
    scene = Scene.from_json(tree.meta["scene"])
    (new,) = (thing for thing in scene.things if thing.id == 3)
    assert new.x > 0.66
    x0, y0, x1, y1 = tree.meta["area"]
    outside = np.ones(tree.pixels.shape[:2], np.bool_)
    outside[y0:y1, x0:x1] = False
    assert np.array_equal(tree.pixels[outside], wide.pixels[outside])
    night = edit(tree, "make it night")
    assert night.pixels.shape == wide.pixels.shape
    assert night.pixels.mean() < 0.7 * tree.pixels.mean()
    twice = edit(wide, "show more of it above")
    assert np.array_equal(old_part(twice), wide.pixels)
    assert len(Scene.from_json(twice.meta["scene"]).things) == 2


def test_what_was_painted_on_a_drawn_picture_is_kept_too():
    before = drawn()
    before.pixels[40:60, -20:] = (255, 0, 255)
    made = edit(before, "extend this to the right")
    assert np.array_equal(old_part(made), before.pixels)


def test_other_changes_in_the_same_words_are_made_in_their_order_and_nothing_is_claimed_then():
    made = edit(drawn(), "extend it to the left and make it night")
    assert made.pixels.shape == (HEIGHT, 240, 3)
    assert Scene.from_json(made.meta["scene"]).backdrop.time == "night"
    assert made.meta["done"] == ["extended by 48 px to the left", "now it is night"]
    assert "kept" not in made.meta
    assert badge(Media("image", "image#2", "x.png", made.meta), TaskCall("t1", "edit")) is None


def test_words_that_cannot_be_done_beside_it_are_named():
    made = edit(drawn(), "extend it to the left and add a zzyqx")
    assert any("was left out: I do not know: zzyqx" in note for note in made.meta["notes"])
    assert made.meta["changed_outside"] == 0


def test_wider_means_a_thing_where_one_is_marked():
    made = edit(drawn(), "make it wider", Region(1, "image#1", box=Box(0.1, 0.4, 0.4, 0.95)))
    assert made.pixels.shape == (HEIGHT, WIDTH, 3)
    assert Scene.from_json(made.meta["scene"]).things[0].size > SCENE.things[0].size


# by the settings of the call


def test_the_call_of_the_larger_models_does_the_same_here_without_words():
    before = drawn()
    made = extend(before, "up", 0.5)
    assert made.pixels.shape == (192, WIDTH, 3)
    assert np.array_equal(old_part(made), before.pixels)
    assert not made.meta["notes"]


@pytest.mark.parametrize("look", [*STYLES, *GRADES], ids=lambda look: look or "plain")
def test_a_look_that_does_not_go_on_over_the_old_edge_is_told_and_no_other(look):
    """Drawn on a larger sheet its border, paper or dark corners, lies elsewhere, or all of its hatching or stones."""
    style, moods = (look, ()) if look in STYLES else ("", (look,))
    scene = replace(SCENE, style=style, moods=moods)
    room = margins(WIDTH, HEIGHT, ("right",), 0.5, most_pixels=10**6, most_side=10**4)
    before = compose(scene, WIDTH, HEIGHT).pixels.astype(int)
    after = compose(on_larger(scene, room), room.wide, room.high).pixels[:, :WIDTH].astype(int)
    border, strokes = np.abs((after - before)[:, -12:].mean(axis=1)).mean(), np.abs(after - before).mean()
    assert (max(border, strokes) > 8) == any(
        "that edge may show" in note for note in extend(drawn(scene), "right", 0.1).meta["notes"]
    )


def test_a_thing_that_the_call_names_comes_into_what_is_new():
    before = drawn()
    made = extend(before, "right", 0.5, "a red car")
    assert np.array_equal(old_part(made), before.pixels)
    assert made.meta["changed_outside"] == 0
    scene = Scene.from_json(made.meta["scene"])
    assert scene.things[-1].name == "car"
    assert extent(scene.things[-1], 1.0, 288, HEIGHT)[0] > 0.6


def test_words_that_are_not_used_are_named_and_more_of_it_needs_no_word():
    assert any("extended to one side" in note for note in extend(drawn(), "all", 0.25, "a red car").meta["notes"])
    assert extend(drawn(), "right", 0.25, "a zeppelin").meta["notes"] == [
        "“a zeppelin” was left out: I do not know: zeppelin"
    ]
    assert not extend(drawn(), "left", 0.25, "more of the meadow").meta["notes"]


def test_the_command_needs_no_words():
    shelf = {"image#1": Media("image", "image#1", "a.png", {})}
    task = TASKS["inpaint"]
    tasks = {"inpaint": type(task)(**{**task.__dict__, "params": (*task.params, *inpaint_picturebook.PARAMS)})}
    call = parse_slash("/inpaint image#1 extend=right by=0.5", shelf, tasks=tasks)
    assert isinstance(call, TaskCall)
    assert call.params == {"extend": "right", "by": "0.5"}
    assert isinstance(parse_slash("/inpaint image#1", shelf, tasks=tasks), Failure)


# any other picture


def photo(channels=3, width=64, height=48):
    pixels = texture(height, width, (150, 170, 190), 1, 8)
    pixels[height // 2 :] = texture(height, width, (90, 110, 60), 2, 10)[height // 2 :]
    if channels == 1:
        pixels = np.repeat(pixels[..., :1], 3, axis=2)
    if channels == 4:
        alpha = np.full((height, width, 1), 255, np.uint8)
        alpha[:, : width // 2] = 0
        pixels = np.concatenate([pixels, alpha], axis=2)
    return Picture(pixels)


@pytest.mark.parametrize("channels", [1, 3, 4], ids=["grey", "colours", "transparent"])
def test_a_photo_goes_on_along_its_edges_bit_for_bit_and_says_how(channels):
    before = photo(channels)
    made = edit(before, "extend it to the right and to the left by a quarter")
    assert made.pixels.shape == (48, 96, before.pixels.shape[2])
    assert np.array_equal(old_part(made), before.pixels)
    assert made.meta["changed_outside"] == 0
    assert "by patches along its edges" in made.meta["notes"][0]
    assert "scene" not in made.meta
    new = made.pixels[:, 80:, :3].astype(int)
    assert np.abs(new[6:18].mean((0, 1)) - before.pixels[6:18, 40:, :3].mean((0, 1))).max() < 12  # the wall goes on
    assert np.abs(new[30:42].mean((0, 1)) - before.pixels[30:42, 40:, :3].mean((0, 1))).max() < 12  # and the floor
    if channels == 1:
        assert np.ptp(made.pixels, axis=2).max() == 0
    if channels == 4:
        assert made.pixels[:, :8, 3].max() == 0
        assert made.pixels[:, -8:, 3].min() == 255


def test_a_photo_goes_on_the_same_for_the_same_seed():
    assert np.array_equal(extend(photo(), "down", seed=4).pixels, extend(photo(), "down", seed=4).pixels)


def test_a_strip_of_a_picture_is_extended_along_its_short_side():
    made = extend(photo(width=200, height=10), "up", 1.0)
    assert made.pixels.shape == (20, 200, 3)


# what is refused


@pytest.mark.parametrize(
    ("words", "what"),
    [("extend it to the left by 300%", "more than the picture itself"), ("add 0 pixels on the left", "Nothing would be added"),
     ("extend it by 9000 pixels on all sides", "more than the picture itself")],
)  # fmt: skip
def test_absurd_sizes_are_refused_before_anything_is_drawn(words, what):
    for picture in (drawn(), photo()):
        with pytest.raises(Refusal, match=what) as refused:
            edit(picture, words)
        assert refused.value.hint


def test_a_tiny_picture_and_one_that_would_be_too_large_are_refused():
    with pytest.raises(Refusal, match="too little to go on from"):
        extend(Picture(np.zeros((40, 5, 3), np.uint8)), "right")
    with pytest.raises(Refusal, match="too large"):
        extend(Picture(np.broadcast_to(np.uint8(9), (5000, 6000, 3))), "all", 1.0)


def test_a_scene_of_which_hardly_anything_would_be_left_is_not_extended_further():
    scene = Scene(SCENE.things, Backdrop("meadow", frame=(0, 0, 0.18, 1)))
    with pytest.raises(Refusal, match="hardly any of it is left"):
        extend(drawn(scene), "right", 1.0)


def test_a_mark_and_an_extension_are_not_done_at_once():
    mark = Region(1, "image#1", box=Box(0.1, 0.1, 0.4, 0.4))
    with pytest.raises(Refusal, match="shall be extended too"):
        edit(drawn(), "extend the picture to the right", mark)
    with pytest.raises(Refusal, match="shall be extended too"):
        run(inpaint_picturebook, drawn(), "a cat", [mark], extend="left")


def test_a_side_that_there_is_not_is_refused():
    with pytest.raises(Refusal, match="not extended to “inside”"):
        extend(drawn(), "inside")


@pytest.mark.parametrize("picture", [drawn, photo])
def test_it_is_shown_while_it_is_made_and_can_be_stopped(picture):
    told = []

    def stop(fraction, word="", preview=None):
        told.append((fraction, word))
        if fraction > 0.15:
            raise Cancelled

    with pytest.raises(Cancelled):
        extend(picture(), "right", report=stop)
    assert 0 <= told[0][0] <= told[-1][0] <= 1
