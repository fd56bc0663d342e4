"""The picture book draws what was said, in the places given, and finds it again; what it does not know it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.expert import Cancelled, Inputs, Picture, Refusal
from models.experts import detect_scene, image_picturebook, layout_picturebook
from models.outcome import check_values
from models.tasks import TASKS
from models.values import Arg, Box, Checkpoint, Labelled, Media, Phrase, Ref, Region, TaskCall
from models.world import atlas
from models.world.composer import box_of
from models.world.scene import Scene

draw_image = image_picturebook.load(Checkpoint("image_picturebook"), "cpu")
draw_layout = layout_picturebook.load(Checkpoint("layout_picturebook"), "cpu")
find_things = detect_scene.load(Checkpoint("detect_scene"), "cpu")


def inputs(
    seed: int = 1,
    values: Mapping[str, Picture] | None = None,
    regions: Mapping[str, Region] | None = None,
    **settings: Any,
) -> Inputs:
    media = {
        handle: Media("image", handle, "", {"width": p.pixels.shape[1], "height": p.pixels.shape[0], **p.meta})
        for handle, p in (values or {}).items()
    }
    return Inputs(values or {}, media, regions or {}, Path(), seed, settings)


def silent(fraction: float, word: str = "", preview: Any = None) -> None:
    pass


def image(text: str, seed: int = 1, **settings: Any) -> Picture:
    made = draw_image(TaskCall("t1", "image", (Phrase(text),)), inputs(seed, **settings), silent)
    assert isinstance(made, Picture)
    check_values([made], TASKS["image"])
    return made


def layout(
    *args: Arg,
    regions: Mapping[str, Region] | None = None,
    values: Mapping[str, Picture] | None = None,
    **settings: Any,
) -> Picture:
    made = draw_layout(TaskCall("t1", "layout", args), inputs(1, values, regions, **settings), silent)
    assert isinstance(made, Picture)
    check_values([made], TASKS["layout"])
    return made


def detect(picture: Picture, *args: Arg, regions: Mapping[str, Region] | None = None) -> Picture:
    call = TaskCall("t1", "detect", (Ref("image#1"), *args))
    made = find_things(call, inputs(1, {"image#1": picture}, regions), silent)
    assert isinstance(made, Picture)
    check_values([made], TASKS["detect"])
    return made


def scene_of(picture: Picture) -> Scene:
    return Scene.from_json(picture.meta["scene"])


def names(picture: Picture) -> list[str]:
    return sorted(thing.name for thing in scene_of(picture).things)


def test_a_picture_holds_what_was_said_and_carries_its_scene() -> None:
    made = image("two cats left of a pizza on grass at night")
    assert made.pixels.shape == (512, 768, 3)
    assert names(made) == ["cat", "cat", "pizza"]
    scene = scene_of(made)
    assert (scene.backdrop.kind, scene.backdrop.time) == ("meadow", "night")
    pizza = next(t for t in scene.things if t.name == "pizza")
    assert all(t.x < pizza.x for t in scene.things if t.name == "cat")
    assert made.meta["made"] == "picture-book"
    assert len({t.id for t in scene.things}) == 3
    assert made.pixels.std() > 10


def test_the_seed_gives_the_variant_and_gives_it_again() -> None:
    text = "a red car in front of a house"
    assert np.array_equal(image(text, 3).pixels, image(text, 3).pixels)
    variants = [image(text, seed) for seed in range(3)]
    assert len({scene_of(made) for made in variants}) == 3
    assert all(names(made) == ["car", "house"] for made in variants)


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        ("300x200", (200, 300, 3)),
        ("512", (512, 512, 3)),
        ("1024 x 320", (320, 1024, 3)),
        ("portrait", (768, 512, 3)),
        ("banana", (512, 768, 3)),
        ("2x2", (64, 64, 3)),
    ],
)
def test_the_size_is_as_asked_and_what_was_changed_is_said(size: str, shape: tuple[int, int, int]) -> None:
    made = image("a dog", size=size)
    assert made.pixels.shape == shape
    assert bool(made.meta["notes"]) == (size in ("banana", "2x2"))


def test_it_is_crisp_at_any_size() -> None:
    """The edge of a thing is as steep in a large picture as in a small one: a blown-up small one would be soft."""
    steep = []
    for size in ("384x256", "1536x1024"):
        made = image("a rocket on a white background", size=size)
        grey = made.pixels.astype(np.float32).mean(-1)
        steep.append(float(np.abs(np.diff(grey, axis=1)).max()))
    assert steep[1] > 0.6 * steep[0]


def test_what_is_not_known_is_named_and_the_rest_is_drawn() -> None:
    made = image("a qwzrtx next to a dog")
    assert names(made) == ["dog"]
    assert "I do not know: qwzrtx." in made.meta["notes"]


def test_nothing_known_is_refused_with_names_that_would_work() -> None:
    with pytest.raises(Refusal) as refused:
        image("a zeppelin of doom")
    assert "zeppelin" in refused.value.what
    assert any(name in refused.value.hint for name in atlas.names())
    with pytest.raises(Refusal):
        image("of the and")


def test_a_mere_place_is_a_picture_too() -> None:
    made = image("a beach at sunset")
    assert scene_of(made).things == ()
    assert scene_of(made).backdrop.kind == "beach"


def test_stop_ends_it() -> None:
    def stop(fraction: float, word: str = "", preview: Any = None) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        draw_image(TaskCall("t1", "image", (Phrase("a cat"),)), inputs(), stop)


def test_things_stand_in_their_boxes() -> None:
    left, right = Box(0.05, 0.4, 0.35, 0.9), Box(0.6, 0.3, 0.95, 0.95)
    made = layout(Phrase("a park at night"), Labelled("a dog", left), Labelled("two red balloons", right))
    scene = scene_of(made)
    assert names(made) == ["balloon", "balloon", "dog"]
    assert (scene.backdrop.kind, scene.backdrop.time) == ("garden", "night")
    for thing in scene.things:
        inside = left if thing.name == "dog" else right
        box = box_of(thing, atlas.aspect(thing.name), 768, 512)
        assert box.x0 >= inside.x0 - 0.01
        assert box.x1 <= inside.x1 + 0.01
        assert box.y0 >= inside.y0 - 0.01
        assert box.y1 <= inside.y1 + 0.01
        assert max((box.x1 - box.x0) / (inside.x1 - inside.x0), (box.y1 - box.y0) / (inside.y1 - inside.y0)) > 0.45


def test_a_label_may_say_how_its_things_go_together() -> None:
    box = Box(0.1, 0.2, 0.5, 0.9)
    made = layout(Labelled("a dog wearing a hat", box))
    at = {t.name: box_of(t, atlas.aspect(t.name), 768, 512) for t in scene_of(made).things}
    assert set(at) == {"dog", "hat"}
    assert at["hat"].y0 < at["dog"].y0 < at["hat"].y1 < at["dog"].y1
    assert min(b.x0 for b in at.values()) >= box.x0 - 0.01
    assert max(b.x1 for b in at.values()) <= box.x1 + 0.01
    assert min(b.y0 for b in at.values()) >= box.y0 - 0.01
    assert abs(max(b.y1 for b in at.values()) - box.y1) < 0.02


def test_what_the_description_adds_keeps_clear_of_the_boxes() -> None:
    box = Box(0.1, 0.3, 0.5, 0.9)
    made = layout(Phrase("a house and two cats on grass"), Labelled("a house", box))
    assert names(made) == ["cat", "cat", "house"]
    for thing in scene_of(made).things:
        if thing.name == "cat":
            found = box_of(thing, atlas.aspect("cat"), 768, 512)
            wide, high = min(found.x1, box.x1) - max(found.x0, box.x0), min(found.y1, box.y1) - max(found.y0, box.y0)
            assert max(0, wide) * max(0, high) < 0.25 * (found.x1 - found.x0) * (found.y1 - found.y0)


def test_labelled_regions_are_boxes_too_and_give_the_shape() -> None:
    regions = {
        "region#1": Region(1, "image#1", Box(0.1, 0.1, 0.5, 0.5), label="a cat"),
        "region#2": Region(2, "image#1", Box(0.5, 0.5, 0.9, 0.9)),
    }
    values = {"image#1": Picture(np.zeros((300, 200, 3), np.uint8))}
    made = layout(Ref("region#1"), Ref("region#2"), regions=regions, values=values)
    assert names(made) == ["cat"]
    assert made.pixels.shape[0] > made.pixels.shape[1]
    assert any("region#2" in note for note in made.meta["notes"])


def test_another_script_is_answered_by_the_language_that_is_read() -> None:
    with pytest.raises(Refusal) as refused:
        image("кот на столе")
    assert "English" in refused.value.hint


@pytest.mark.parametrize("box", [Box(0.5, 0.1, 0.501, 0.9), Box(0.1, 0.5, 0.9, 0.509)])
def test_a_box_too_thin_to_hold_anything_is_refused(box: Box) -> None:
    with pytest.raises(Refusal, match="“a cat” is too thin"):
        layout(Labelled("a dog", Box(0.1, 0.1, 0.4, 0.9)), Labelled("a cat", box))
    call = TaskCall("t1", "layout", (Labelled("a cat", box),))
    with pytest.raises(Refusal, match="“a cat” is too thin"):
        layout_picturebook.check(call, inputs(1))
    wide = Box(box.x0, box.y0, min(1.0, box.x1 + 0.1), min(1.0, box.y1 + 0.1))
    assert layout(Labelled("a cat", wide)).meta["layout"]


def test_different_things_in_one_place_are_told() -> None:
    same, near, apart = Box(0.1, 0.1, 0.6, 0.9), Box(0.12, 0.1, 0.6, 0.9), Box(0.3, 0.1, 0.8, 0.9)
    said = "“a dog” and “a cat” have nearly the same box, so one covers the other."
    assert said in layout(Labelled("a dog", same), Labelled("a cat", near)).meta["notes"]
    for other in (Labelled("a cat", apart), Labelled("A  dog", near)):
        assert not any("same box" in note for note in layout(Labelled("a dog", same), other).meta["notes"])


def test_a_layout_of_unknown_things_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        layout(Labelled("a qwzrtx", Box(0, 0, 0.5, 0.5)))
    assert "qwzrtx" in refused.value.what
    with pytest.raises(Refusal):
        layout()


def test_boxes_lie_round_what_is_seen() -> None:
    picture = image("a red car in front of a house and two dogs")
    made = detect(picture, Phrase("dogs"))
    assert [name for name, *_ in made.meta["boxes"]] == ["dog", "dog"]
    assert made.pixels.shape == picture.pixels.shape
    changed = (made.pixels != picture.pixels).any(-1)
    assert 0 < changed.mean() < 0.3
    for thing in scene_of(picture).things:
        if thing.name == "dog":
            assert any(abs((x0 + x1) / 2 - thing.x) < 0.1 for _, x0, _, x1, _ in made.meta["boxes"])
    every = detect(picture)
    assert sorted(name for name, *_ in every.meta["boxes"]) == ["car", "dog", "dog", "house"]


def test_colours_and_regions_narrow_what_is_found() -> None:
    picture = layout(
        Phrase("a meadow"),
        Labelled("a blue car", Box(0.05, 0.5, 0.45, 0.9)),
        Labelled("a green car", Box(0.55, 0.5, 0.95, 0.9)),
    )
    blue = detect(picture, Phrase("the blue car"))
    assert len(blue.meta["boxes"]) == 1
    assert blue.meta["boxes"][0][1] < 0.5
    region = {"region#1": Region(1, "image#1", Box(0.5, 0.0, 1.0, 1.0))}
    right = detect(picture, Phrase("cars"), Ref("region#1"), regions=region)
    assert [box[1] > 0.5 for box in right.meta["boxes"]] == [True]


def test_what_is_not_there_is_refused_with_what_is() -> None:
    picture = image("two cats on a sofa")
    with pytest.raises(Refusal) as refused:
        detect(picture, Phrase("elephants"))
    assert "cat" in refused.value.hint


def test_a_photo_is_refused_before_any_work() -> None:
    photo = Picture(np.zeros((40, 60, 3), np.uint8))
    call = TaskCall("t1", "detect", (Ref("image#1"), Phrase("cars")))
    with pytest.raises(Refusal) as refused:
        detect_scene.check(call, inputs(1, {"image#1": photo}))
    assert "not drawn here" in refused.value.what
    broken = replace(photo, meta={"scene": {"things": 3}})
    with pytest.raises(Refusal):
        find_things(call, inputs(1, {"image#1": broken}), silent)
