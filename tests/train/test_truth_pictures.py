"""What conversations from scene truth say of pictures is true of the drawing: masks, boxes, counts, edits, captions, layouts."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from models.masks import rle_decode
from models.media import load_image
from models.values import Labelled, Region, TaskCall
from models.world import atlas
from models.world.composer import compose
from models.world.find import find
from models.world.read import read
from models.world.scene import Backdrop, Scene, Thing
from models.world.which import Context, Knowledge, pick
from training.language.phrasing import Split
from training.truth import Truthful, make, plots, referring, relating, scenery, shots, words

SPLITS: tuple[Split, ...] = ("train", "held_out")
KNOW = Knowledge(lambda said: find(said), atlas.entry, atlas.aspect)


def some(task: str, split: Split, count: int = 5, seed: int = 0) -> list[Truthful]:
    """Return some conversations of a task."""
    return [make(task, Random(f"{task} {split} {seed} {n}"), split, n) for n in range(count)]


def calls(made: Truthful) -> list[TaskCall]:
    return [part for message in made.messages for part in message.parts if isinstance(part, TaskCall)]


def scene_of(data: Any) -> Scene:
    return Scene.from_json(json.loads(json.dumps(data)))


def drawn_masks(truth: Any) -> dict[int, np.ndarray]:
    """Return what the composer says is seen of each thing, by id."""
    scene = scene_of(truth["scene"])
    drawn = compose(scene, truth["width"], truth["height"], truth=True)
    return {thing.id: mask for thing, mask in zip(scene.things, drawn.masks, strict=True)}


def test_outlines_are_the_composers_bit_for_bit() -> None:
    rng = Random(5)
    for number in range(12):
        names = rng.sample(words.cast("train"), 4)
        things = tuple(
            Thing(name, rng.uniform(0.05, 0.95), rng.uniform(0.1, 0.9), rng.choice((0.1, 0.25, 0.5, 1.2)), rng.uniform(-40, 40), rng.random() < 0.5,
                  rng.choice(("", "red", "blue")), opacity=rng.choice((1.0, 1.0, 0.4)), id=n + 1) for n, name in enumerate(names)
        )  # fmt: skip
        shot = shots.Shot(Scene(things, Backdrop("plain")), 200 + 8 * number, 180)
        drawn = compose(shot.scene, shot.width, shot.height, truth=True)
        assert (shot.masks == drawn.masks).all()
        assert tuple(shot.boxes.get(thing.id) for thing in things) == drawn.boxes
        assert [shot.visible[thing.id] for thing in things] == pytest.approx(
            [min(1.0, float(v)) for v in drawn.visible]
        )


def test_masks_and_boxes_are_those_of_the_drawing() -> None:
    for split in SPLITS:
        for made in some("segment", split, 16, seed=3):
            masks = drawn_masks(made.truth)
            for request in made.truth["requests"]:
                found = [made.truth["masks"][handle] for handle in request["masks"]]
                got = np.any([rle_decode(run) for run in found], axis=0) if found else None
                if got is None:
                    assert made.group in ("segment.absent", "segment.ambiguous")
                    continue
                wanted = np.any([masks[number] for number in request["ids"]], axis=0)
                assert (got == (~wanted if request["but"] else wanted)).all(), request
                for number, corners in zip(request["ids"], request["boxes"], strict=True):
                    ys, xs = np.nonzero(masks[number])
                    height, width = masks[number].shape
                    assert corners == pytest.approx(
                        [xs.min() / width, ys.min() / height, (xs.max() + 1) / width, (ys.max() + 1) / height], abs=1e-4
                    )


@pytest.mark.parametrize("group", ["name", "all", "colour", "side", "order", "size"])
def test_another_reader_finds_the_same_things(group: str) -> None:
    """The world's own reader of phrases shares no code with their writer; it is given each phrase in its plainest words."""
    read = 0
    for number in range(60):
        shot, reference = plots.pointed(Random(f"read {group} {number}"), "train", group)
        noun = reference.noun
        same = referring.called(shot, noun) or ()
        if group in ("colour", "size") and any(atlas.entry(shot.thing(n).name).name != noun for n in same):
            continue  # of a bear and a polar bear the reader takes the one of that very name
        plain = {"name": f"the {noun}", "all": f"all the {words.many(noun)}"}.get(
            group, reference.short.replace("one", noun)
        )
        if " from " not in noun:  # the reader takes "the taxi from the front" for a place
            found = pick(plain, shot.scene, KNOW, Context(width=shot.width, height=shot.height))
            assert set(found.ids) == set(reference.ids), plain
            read += 1
        if read == 8:
            return
    raise AssertionError(f"only {read} phrases could be read")


def test_a_name_fits_nothing_else_of_its_scene() -> None:
    for number in range(20):
        shot, reference = plots.pointed(Random(f"alone {number}"), "train", "name")
        for thing in shot.scene.things:
            entry = atlas.entry(thing.name)
            called = {entry.name, *entry.synonyms, *entry.near, *entry.kinds}
            assert (thing.id in reference.ids) == (reference.noun in called), (reference, thing.name)


def test_colours_sides_and_sizes_tell_by_a_margin() -> None:
    for number in range(12):
        shot, reference = plots.pointed(Random(f"colour {number}"), "train", "colour")
        same = referring.called(shot, reference.noun)
        assert same is not None
        tints = {n: shot.thing(n).tint or atlas.entry(shot.thing(n).name).colours for n in same}
        assert all(tints[n] != tints[reference.ids[0]] for n in same if n not in reference.ids)
        shot, reference = plots.pointed(Random(f"size {number}"), "train", "size")
        same = referring.called(shot, reference.noun)
        assert same is not None
        areas = {n: int(shot.mask((n,)).sum()) for n in same}
        others = [areas[n] for n in same if n not in reference.ids]
        large = any(word in reference.phrase for word in ("big", "larg"))
        mine = areas[reference.ids[0]]
        assert (mine > 1.25 * max(others)) if large else (1.25 * mine < min(others)), (reference, areas)


def test_neighbours_are_near_and_others_are_not() -> None:
    for number in range(12):
        shot, reference = plots.pointed(Random(f"near {number}"), "train", "relation")
        how = reference.group.split(".")[1]
        same = referring.called(shot, reference.noun)
        assert same is not None
        assert reference.ids[0] in same
        anchors = [
            t.id
            for t in shot.scene.things
            if t.id not in same and relating.stands(shot, reference.ids[0], t.id, how) == 2
        ]
        assert any(
            all(relating.stands(shot, n, anchor, how) == 0 for n in same if n not in reference.ids)
            for anchor in anchors
        )


def test_counts_are_those_of_the_scene() -> None:
    counted = 0
    for number in range(2, 70, 7 * 1):
        made = make("detect", Random(f"count {number}"), "train", (2, 9, 10)[number % 3])
        for request in made.truth["requests"]:
            if "count" in request:
                counted += 1
                scene = scene_of(made.truth["scene"])
                noun = request["meant"]
                found = [
                    t
                    for t in scene.things
                    if noun
                    in {
                        form
                        for word in (*words.names_of(atlas.entry(t.name)), *atlas.entry(t.name).kinds)
                        for form in (word, words.many(word))
                    }
                ]
                assert request["count"] == len(found) == len(request["boxes"])
                assert (request["count"] == 0) == (made.group == "detect.none")
    assert counted >= 5


def test_edits_change_what_they_say_and_nothing_else() -> None:
    kinds: set[str] = set()
    for n in (0, 1, 6, 7, 11, 13):
        made = make("edit", Random(f"edits {n}"), "train", n)
        for edit in made.truth["edits"]:
            before, after = scene_of(edit["before"]), scene_of(edit["after"])
            was, now = {t.id: t for t in before.things}, {t.id: t for t in after.things}
            kinds.add(edit["kind"])
            assert before.backdrop == after.backdrop
            assert {n for n in was if was[n] != now.get(n)} == set(edit["ids"]) & set(was)
            one = edit["ids"][0]
            if edit["kind"] == "recolour":
                assert all(now[n].tint in edit["words"].split() and now[n].tint != was[n].tint for n in edit["ids"])
            elif edit["kind"] == "remove":
                assert not set(edit["ids"]) & set(now)
            elif edit["kind"] == "replace":
                assert now[one].name in edit["words"]
                assert now[one].name != was[one].name
            elif edit["kind"] == "resize":
                assert (now[one].size > was[one].size) == any(
                    word in edit["words"] for word in ("bigger", "larger", "twice")
                )
            elif edit["kind"] == "flip":
                assert now[one].flip != was[one].flip
    assert kinds >= {"recolour", "replace", "remove", "resize", "swap", "flip"}


def test_the_edited_mask_is_where_the_pictures_differ(tmp_path: Path) -> None:
    for task in ("edit", "inpaint", "remove"):
        made = make(task, Random(f"pixels {task}"), "train", 0)
        (edit,) = made.truth["edits"]
        made.media[edit["of"]](tmp_path / "before.png")
        made.media[edit["gives"]](tmp_path / "after.png")
        one, two = (load_image(tmp_path / name).pixels for name in ("before.png", "after.png"))
        mask = rle_decode(made.truth["edited"][edit["gives"]])
        assert mask.any()
        assert (mask == (one != two).any(axis=2)).all()


def test_inpainting_stays_at_the_marked_place() -> None:
    made = make("inpaint", Random("put in"), "train", 1)
    (edit,) = made.truth["edits"]
    (mark,) = [part for part in made.messages[0].parts if isinstance(part, Region)]
    ((x0, y0, x1, y1),) = edit["boxes_after"]
    assert mark.box is not None
    assert mark.box.x0 - 0.02 <= x0
    assert mark.box.y0 - 0.02 <= y0
    assert x1 <= mark.box.x1 + 0.02
    assert y1 <= mark.box.y1 + 0.02


def test_captions_say_what_is_there() -> None:
    for task in ("image", "layout"):
        for made in some(task, "train", 6, seed=9):
            scene, wish = scene_of(made.truth["scene"]), read(made.truth["caption"])
            there = Counter((thing.name, thing.tint) for thing in scene.things)
            said: Counter[tuple[str, str]] = Counter()
            for thing in wish.things:
                said[thing.name, thing.colour] += thing.count
            assert said == there, made.truth["caption"]
            assert (wish.time or "day") == scene.backdrop.time


def test_layouts_place_every_thing_where_it_is_drawn() -> None:
    for n in range(4):
        made = make("layout", Random(f"layout {n}"), "train", n)
        masks = drawn_masks(made.truth)
        boxes = {tuple(item["box"]) for item in made.truth["layout"]}
        assert len(made.truth["layout"]) == len(masks)
        for mask in masks.values():
            ys, xs = np.nonzero(mask)
            box = (
                xs.min() / mask.shape[1],
                ys.min() / mask.shape[0],
                (xs.max() + 1) / mask.shape[1],
                (ys.max() + 1) / mask.shape[0],
            )
            assert any(other == pytest.approx(box, abs=1e-4) for other in boxes)
        labelled = [arg for call in calls(made) for arg in call.args if isinstance(arg, Labelled)]
        marks = [part for part in made.messages[0].parts if isinstance(part, Region)]
        assert len(labelled or marks) == len(masks)


def test_adjusted_pictures_change_only_where_they_shall(tmp_path: Path) -> None:
    made = make("adjust", Random("adjust place"), "train", 2)
    while made.truth["op"] in ("cutout", "background"):
        made = make("adjust", Random(f"adjust place {made.messages}"), "train", 2)
    made.media["image#1"](tmp_path / "a.png")
    made.media["image#2"](tmp_path / "b.png")
    one, two = (load_image(tmp_path / name).pixels for name in ("a.png", "b.png"))
    area = rle_decode(made.truth["area"])
    allowed = ~area if made.truth["where"] == "outside" else area
    assert (one == two).all(axis=2)[~allowed].all()
    assert (one != two).any()


def test_a_scene_has_room_for_what_it_holds() -> None:
    for number in range(10):
        shot = plots.staged(Random(f"room {number}"), "train", (plots.mixed, plots.twins))
        assert shot.clear == {thing.id for thing in shot.scene.things}
        assert all(shot.visible[n] > shots.SEEN for n in shot.clear)
    crowd = [scenery.Part("dog")] * 150
    assert scenery.shot(Random(1), "train", crowd, Backdrop("meadow"), size=(256, 256)) is None
