"""Sets with masks, each from tiny files in its real format: ReasonSeg, COCO-Stuff, ADE20K in both forms, PACO, PASCAL-Part, MSRA."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from test_convert_kit import areas, block, calls, converted, media, picture, put, said

from models.masks import rle_decode, rle_string
from models.values import Grounding
from training.convert.ade20k import classes_in
from training.convert.items import Broken, Damaged, Missing
from training.convert.label_maps import ade_names, coco_names
from training.convert.paco import plain, wishes
from training.convert.pascal_part import part_words, things_in


def numbers(path: Path, array: np.ndarray, mode: str = "L") -> Path:
    """Write a PNG of numbers, grey or with a palette."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(array.astype(np.uint8))
    if mode == "P":
        image = Image.fromarray(array.astype(np.uint8), "L").convert("P")
        image.putdata(array.astype(np.uint8).ravel().tolist())
    image.save(path)
    return path


# -- ReasonSeg -----------------------------------------------------------------------------------------------------


def reason(folder: Path, name: str, text: Any, shapes: list, sentence: bool) -> None:
    picture(folder / f"train/{name}.jpg", 40, 30)
    put(folder / f"train/{name}.json", {"text": text, "is_sentence": sentence, "shapes": shapes})


def shape(label: str, *points: list[float]) -> dict:
    return {"label": label, "labels": [label], "shape_type": "polygon", "image_name": "x.jpg", "points": list(points), "group_id": None, "flags": {}}  # fmt: skip


def test_reasonseg_gives_a_conversation_for_each_wording_and_draws_masks_as_its_own_code_does(tmp_path: Path):
    folder = tmp_path / "ReasonSeg"
    small = shape("target", [12, 12], [15, 12], [15, 15], [12, 15])  # 4 x 4 with its border, inside the ignored part
    shapes = [
        small,
        shape("target", [5.9, 5.2], [25, 5], [25, 20], [5, 20]),  # 21 x 16, the fractions cut off
        shape("ignore", [10, 10], [19, 10], [19, 17], [10, 17]),  # 10 x 8
        shape("flag", [0, 0], [39, 0], [39, 29]),
    ]
    reason(folder, "a", ["What here would keep me  dry?", "the thing against rain"], shapes, True)
    reason(folder, "b", ["the camera lens for near things"], [shapes[1]], False)
    found = converted("reasonseg", folder)
    assert [c.id for c in found] == ["reasonseg/train/a-0", "reasonseg/train/a-1", "reasonseg/train/b-0"]
    first = found[0]
    assert said(first) == ["What here would keep me dry?"]
    assert calls(first) == ['segment image#1 "What here would keep me dry?" <box>125,167,650,700</box>']
    assert areas(first) == [21 * 16 - 10 * 8 + 16]
    assert rle_decode(media(first, "mask")[0].meta["ignore"]).sum() == 10 * 8 - 16
    assert (media(first, "image")[0].path, first.group) == ("train/a.jpg", "reason.sentence")
    assert calls(found[2]) == ['segment image#1 "the camera lens for near things" <box>125,167,650,700</box>']
    assert "the camera lens for near things" in said(found[2])[0]
    assert "ignore" not in media(found[2], "mask")[0].meta


def test_reasonseg_answers_with_reasons_come_last_and_only_in_train(tmp_path: Path):
    folder = tmp_path / "ReasonSeg"
    reason(folder, "a", ["x"], [shape("target", [5, 5], [9, 5], [9, 9], [5, 9])], False)
    row = {"query": "Who is it? Explain.", "outputs": " It is the one in red. ", "image": "a.jpg", "json": "a.json"}
    put(folder / "explanatory/train.json", [row])
    shutil.copytree(folder / "train", folder / "val")
    explained = converted("reasonseg", folder)[1]
    assert (explained.id, explained.group) == ("reasonseg/train/why-0", "reason.explained")
    assert said(explained) == ["Who is it? Explain."]
    assert said(explained, "assistant") == ["It is the one in red."]
    assert areas(explained) == [25]
    assert len(converted("reasonseg", folder, "val")) == 1


def test_reasonseg_letters_of_windows_are_read_and_broken_files_named(tmp_path: Path):
    folder = tmp_path / "ReasonSeg"
    reason(folder, "a", ["the café’s door"], [shape("target", [5, 5], [9, 5], [9, 9])], False)
    data = (folder / "train/a.json").read_text("utf-8").replace("\\u00e9", "é").replace("\\u2019", "’")
    (folder / "train/a.json").write_bytes(data.encode("cp1252"))
    assert media(converted("reasonseg", folder)[0], "mask")[0].meta["label"] == "the café’s door"
    put(folder / "train/b.json", '{"text": ["x"')
    picture(folder / "train/b.jpg", 9, 9)
    with pytest.raises(Broken, match=r"b\.json: no JSON"):
        converted("reasonseg", folder)
    assert len(converted("reasonseg", folder, skip_broken=True)) == 1


# -- COCO-Stuff and the 150 classes of ADE20K ----------------------------------------------------------------------

LABELS = "0: unlabeled\n1: person\n18: dog\n67: dining table\n102: ceiling-other\n103: ceiling-tile\n112: door-stuff\n142: plant-other\n157: sky-other\n171: wall-brick\n173: wall-other\n"


def test_names_of_coco_stuff_are_families_and_kinds_and_leave_out_leftovers(tmp_path: Path):
    names = coco_names(put(tmp_path / "labels.txt", LABELS))
    assert names == {
        "person": {0}, "dog": {17}, "dining table": {66}, "sky": {156}, "ceiling": {101, 102}, "tile ceiling": {102},
        "wall": {170, 172}, "brick wall": {170},
    }  # fmt: skip
    with pytest.raises(Damaged, match=r"labels\.txt, line 2: 'person'"):
        coco_names(put(tmp_path / "labels.txt", "0: unlabeled\nperson\n"))


@pytest.mark.parametrize("mode", ["L", "P"])
def test_coco_stuff_cuts_out_classes_by_the_pixels_numbers(tmp_path: Path, mode: str):
    folder = tmp_path / "coco"
    put(folder / "labels.txt", LABELS)
    label = np.full((60, 80), 255)
    label[:20] = 156  # sky: 1600
    label[20:40, :50], label[20:40, 50:] = 170, 172  # brick wall 1000, other wall 600
    label[50:60, 10:30] = 17  # dog: 200
    label[45:47, 3:5] = 0  # four pixels of a person: a crumb
    numbers(folder / "annotations/train2017/000000000009.png", label, mode)
    picture(folder / "images/train2017/000000000009.jpg", 80, 60)
    (found,) = converted("coco-stuff", folder)
    sizes = {"the sky": 1600, "the brick wall": 1000, "the wall": 1600, "the dog": 200}
    masks = media(found, "mask")
    assert len(masks) == len({m.meta["label"] for m in masks}) == 3
    for asked, call, mask, area in zip(said(found), calls(found), masks, areas(found), strict=True):
        words = mask.meta["label"]
        assert area == sizes[words]
        assert call == f'segment image#1 "{words}"'
        assert words in asked
    assert media(found, "image")[0].path == "images/train2017/000000000009.jpg"


def test_a_coloured_map_and_one_without_classes_are_broken(tmp_path: Path):
    folder = tmp_path / "coco"
    put(folder / "labels.txt", LABELS)
    picture(folder / "images/val2017/a.jpg", 8, 6)
    picture(folder / "annotations/val2017/a.png", 8, 6)
    with pytest.raises(Broken, match=r"a\.png: a\.png is RGB, not a map of numbers"):
        converted("coco-stuff", folder, "val")
    numbers(folder / "annotations/val2017/a.png", np.full((6, 8), 255))
    with pytest.raises(Broken, match="nothing in this example"):
        converted("coco-stuff", folder, "val")


def test_ade20ks_150_classes_have_their_first_names(tmp_path: Path):
    folder = tmp_path / "ADEChallengeData2016"
    table = "Idx\tRatio\tTrain\tVal\tName\n1\t0.15\t11664\t1172\twall\n2\t0.1\t6046\t612\tbuilding, edifice\n22 \t0.0074\t709\t75\twater\n59\t0.0015\t139\t18\tscreen door, screen\n"
    assert ade_names(put(folder / "objectInfo150.txt", table)) == {
        "wall": {1},
        "building": {2},
        "water": {22},
        "screen door": {59},
    }
    label = np.zeros((40, 50))
    label[:10], label[10:20] = 2, 22
    numbers(folder / "annotations/validation/ADE_val_00000001.png", label)
    picture(folder / "images/validation/ADE_val_00000001.jpg", 50, 40)
    (found,) = converted("ade20k-150", folder, "val")
    assert {m.meta["label"]: m.meta["area"] for m in media(found, "mask")} == {"the building": 500, "the water": 500}
    with pytest.raises(Damaged, match=r"objectInfo150\.txt, line 2"):
        ade_names(put(folder / "objectInfo150.txt", "Idx\nwall\n"))


# -- ADE20K in full ------------------------------------------------------------------------------------------------


def coloured(path: Path, classes: np.ndarray) -> None:
    """Write classes as ADE20K does: red holds the tens of 256, green the rest, blue the instance."""
    rgb = np.stack([classes // 256 * 10, classes % 256, np.full_like(classes, 7)], axis=2).astype(np.uint8)
    Image.fromarray(rgb).save(path)


def thing(number: int, name: str, index: int, level: int = 0, of: Any = ()) -> dict:
    return {
        "id": number, "name": name, "name_ndx": index, "hypernym": [], "raw_name": name.split(",")[0], "attributes": [],
        "depth_ordering_rank": 1, "occluded": "no", "crop": "0", "instance_mask": "x.png", "polygon": {"x": [1, 2], "y": [1, 2]},
        "parts": {"hasparts": [], "ispartof": of if level else [], "part_level": level},
    }  # fmt: skip


def test_ade20k_takes_objects_and_parts_from_colours_and_names_from_each_pictures_own_notes(tmp_path: Path):
    place = tmp_path / "ade/ADE20K_2021_17_01/images/ADE/training/urban/street"
    picture(place / "ADE_train_00016869.jpg", 60, 40)
    seg, parts = np.zeros((40, 60), int), np.zeros((40, 60), int)
    seg[:10], seg[20:30, 10:40], seg[35:, :5] = 2420, 401, 1831
    parts[28:30, 12:16], parts[:5, :5] = 3035, 774  # wheels of a car; a head of nobody in particular
    coloured(place / "ADE_train_00016869_seg.png", seg)
    coloured(place / "ADE_train_00016869_parts_1.png", parts)
    assert np.array_equal(classes_in(place / "ADE_train_00016869_seg.png"), seg)
    objects = [
        thing(0, "sky", 2420), thing(1, "car, auto, automobile, machine, motorcar", 401), thing(2, "wheel", 3035, 1, 1),
        thing(3, "head", 774, 1, []), thing(4, "door", 774 + 1), thing(5, "spoke", 9, 2, 2),
    ]  # fmt: skip
    put(
        place / "ADE_train_00016869.json",
        {"annotation": {"filename": "ADE_train_00016869.jpg", "imsize": [40, 60, 3], "object": objects}},
    )
    (found,) = converted("ade20k", tmp_path / "ade")
    assert {m.meta["label"]: m.meta["area"] for m in media(found, "mask")} == {
        "the sky": 600, "the car": 300, "the wheel of the car": 8,
    }  # fmt: skip
    assert set(calls(found)) == {f'segment image#1 "{x}"' for x in ("the sky", "the car", "the wheel of the car")}
    assert media(found, "image")[0].path.endswith("images/ADE/training/urban/street/ADE_train_00016869.jpg")


# -- PACO-LVIS -----------------------------------------------------------------------------------------------------


def ann(number: int, category: int, mask: np.ndarray, colours: tuple[int, ...] = (), of: int | None = None) -> dict:
    rows, columns = np.nonzero(mask)
    x, y = int(columns.min()), int(rows.min())
    return {
        "id": number, "bbox": [x, y, int(columns.max()) - x + 1, int(rows.max()) - y + 1], "area": int(mask.sum()), "category_id": category,
        "image_id": 5, "segmentation": rle_string(mask), "attribute_ids": list(colours), "dom_color_ids": list(colours),
        "obj_ann_id": of or number, "unknown_color": 0, "unknown_pattern_marking": 0, "unknown_material": 1, "unknown_transparency": 0,
    }  # fmt: skip


PACO_NAMES = {1: "car_(automobile)", 2: "bottle", 3: "car_(automobile):wheel", 4: "bottle:cap", 5: "cellular_telephone"}
COLOURS = {0: "black", 1: "light blue", 2: "red"}


def paco_things() -> list[dict]:
    return [
        ann(1, 1, block(40, 50, slice(5, 25), slice(5, 45)), (0,)),
        ann(2, 2, block(40, 50, slice(30, 40), slice(0, 5)), (0, 1)),
        ann(3, 2, block(40, 50, slice(30, 40), slice(10, 15)), (0,)),
        ann(4, 3, block(40, 50, slice(20, 25), slice(8, 13)), of=1),
        ann(5, 3, block(40, 50, slice(20, 25), slice(35, 40)), of=1),
        ann(6, 4, block(40, 50, slice(30, 32), slice(0, 5)), of=2),
    ]


def test_paco_asks_for_all_of_a_name_for_parts_of_a_single_thing_and_for_a_colour_that_singles_out():
    found = {wish.words: [t["id"] for t in wish.things] for wish in wishes(paco_things(), PACO_NAMES, COLOURS)}
    assert found == {
        "the car": [1],
        "every bottle": [2, 3],
        "the light blue bottle": [2],
        "every wheel of the car": [4, 5],
    }
    without = [*paco_things()[:2], ann(3, 2, block(40, 50, slice(30, 40), slice(10, 15)))]
    assert "the light blue bottle" not in [wish.words for wish in wishes(without, PACO_NAMES, COLOURS)]
    assert plain("mouse_(computer_equipment)") == "mouse"
    assert plain("cellular_telephone") == "cellular telephone"


@pytest.mark.parametrize("place", ["annotations", "annotations/paco_lvis_v1"])
def test_paco_writes_one_mask_and_one_box_for_each_thing(tmp_path: Path, place: str):
    folder = tmp_path / "paco"
    images = [
        {"id": number, "file_name": f"train2017/{number:012d}.jpg", "width": 50, "height": 40, "neg_category_ids": []}
        for number in (5, *range(20, 40))
    ]
    things = [{**row, "image_id": image["id"]} for image in images for row in paco_things()]
    document = {
        "images": [*images, {"id": 99, "file_name": "train2017/bare.jpg", "width": 1, "height": 1}],
        "annotations": [{**row, "id": n} for n, row in enumerate(things)],
        "categories": [{"supercategory": "OBJECT", "id": n, "name": name} for n, name in PACO_NAMES.items()],
        "part_categories": [],
        "attributes": [{"supercategory": "ATTR", "id": n, "name": name} for n, name in enumerate(["black", "light_blue", "red", "other(color)", "plain"])],
        "attr_type_to_attr_idxs": {"color": [0, 1, 2, 3], "pattern_marking": [4]},
    }  # fmt: skip
    put(folder / place / "paco_lvis_v1_train.json", document)
    for image in images:
        picture(folder / image["file_name"], 50, 40)
    found = converted("paco-lvis", folder)
    assert [c.id for c in found] == [f"paco-lvis/train/{image['id']}" for image in images]
    truth = {
        "the car": ([800], ["<box>100,125,900,625</box>"]),
        "every bottle": ([50, 50], ["<box>0,750,100,1000</box>", "<box>200,750,300,1000</box>"]),
        "the light blue bottle": ([50], ["<box>0,750,100,1000</box>"]),
        "every wheel of the car": ([25, 25], ["<box>160,500,260,625</box>", "<box>700,500,800,625</box>"]),
    }
    seen, pointed = set(), set()
    for conversation in found:
        for call in calls(conversation):
            words = call.split('"')[1]
            assert call == f'segment image#1 "{words}" ' + " ".join(truth[words][1])
            assert [m.meta["area"] for m in media(conversation, "mask") if m.meta["label"] == words] == truth[words][0]
            seen.add(words)
        for message in conversation.messages:
            for part in message.parts:
                if isinstance(part, Grounding):
                    assert len(part.boxes) == len(truth[part.phrase][0])
                    pointed.add(part.phrase)
        areas(conversation)
    assert seen == set(truth)
    assert pointed
    assert converted("paco-lvis", folder, limit=2) == found[:2]


# -- PASCAL-Part ---------------------------------------------------------------------------------------------------


def mat(path: Path, name: str, *objects: tuple[str, np.ndarray, list[tuple[str, np.ndarray]]]) -> None:
    """Write a ``.mat`` file with the structure of the release: anno.objects(i).parts(j)."""
    from scipy.io import savemat

    path.parent.mkdir(parents=True, exist_ok=True)
    rows = np.zeros((1, len(objects)), [("class", "O"), ("class_ind", "O"), ("mask", "O"), ("parts", "O")])
    for n, (kind, mask, parts) in enumerate(objects):
        inner = np.zeros((1, len(parts)) if parts else (0, 0), [("part_name", "O"), ("mask", "O")])
        for m, (code, part) in enumerate(parts):
            inner[0, m] = (code, part.astype(np.uint8))
        rows[0, n] = (kind, 1.0, mask.astype(np.uint8), inner)
    savemat(path, {"anno": {"imname": name, "objects": rows}})


def test_pascal_part_codes_become_words():
    assert {code: part_words(code) for code in ("leye", "rfuleg", "lfpa", "wheel_12", "fliplate", "leftmirror", "hfrontside", "ruarm", "muzzle", "leg", "rear", "lear")} == {
        "leye": "left eye", "rfuleg": "right front upper leg", "lfpa": "left front paw", "wheel_12": "wheel", "fliplate": "front license plate",
        "leftmirror": "left mirror", "hfrontside": "front of the head", "ruarm": "right upper arm", "muzzle": "muzzle", "leg": "leg",
        "rear": "right ear", "lear": "left ear",
    }  # fmt: skip


def test_pascal_part_reads_objects_and_parts_from_matlab_files(tmp_path: Path):
    folder = tmp_path / "pascal"
    voc = folder / "VOCdevkit/VOC2010"
    car = block(30, 40, slice(2, 20), slice(2, 38))
    wheels = [
        ("wheel_1", block(30, 40, slice(16, 20), slice(4, 8))),
        ("wheel_2", block(30, 40, slice(16, 20), slice(30, 34))),
    ]
    people = [
        (
            "person",
            block(30, 40, slice(20, 30), slice(c, c + 3)),
            [("head", block(30, 40, slice(20, 22), slice(c, c + 3)))],
        )
        for c in (0, 10)
    ]
    mat(
        folder / "Annotations_Part/2008_000001.mat",
        "2008_000001",
        ("car", car, wheels),
        *people,
        ("tvmonitor", block(30, 40, slice(0, 2), slice(0, 9)), []),
    )
    put(voc / "ImageSets/Main/train.txt", "2008_000001\n2008_000002\n")
    picture(voc / "JPEGImages/2008_000001.jpg", 40, 30)
    assert [(t.name, list(t.parts)) for t in things_in(folder / "Annotations_Part/2008_000001.mat")] == [
        ("car", ["wheel"]), ("person", ["head"]), ("person", ["head"]), ("television", []),
    ]  # fmt: skip
    with pytest.raises(Broken, match=r"train\.txt, line 2: 2008_000002\.mat is missing"):
        converted("pascal-part", folder)
    (found,) = converted("pascal-part", folder, skip_broken=True)
    truth = {
        "the car": ([648], "<box>50,67,950,667</box>"),
        "every wheel of the car": ([16, 16], "<box>100,533,200,667</box> <box>750,533,850,667</box>"),
        "the television": ([18], "<box>0,0,225,67</box>"),
    }
    assert sorted(calls(found)) == sorted(f'segment image#1 "{words}" {boxes}' for words, (_, boxes) in truth.items())
    for words, (sizes, _) in truth.items():
        assert [m.meta["area"] for m in media(found, "mask") if m.meta["label"] == words] == sizes
    put(folder / "Annotations_Part/2008_000001.mat", "no matlab")
    with pytest.raises(Broken, match="not a PASCAL-Part annotation"):
        converted("pascal-part", folder)


# -- MSRA ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["MSRA10K_Imgs_GT/Imgs", "MSRA-B", "."])
def test_msra_pairs_pictures_with_what_stands_out(tmp_path: Path, place: str):
    folder = tmp_path / "msra"
    picture(folder / place / "147.jpg", 40, 30)
    grey = np.where(block(30, 40, slice(10, 20), slice(5, 25)), 255, 0)
    grey[0, 0] = 90  # a smear of compression
    numbers(folder / place / "147.png", grey)
    (found,) = converted("msra", folder, "all")
    assert calls(found) == ['segment image#1 "the thing that stands out most" <box>125,333,625,667</box>']
    assert areas(found) == [200]
    (folder / place / "147.jpg").unlink()
    with pytest.raises(Broken, match=r"147\.jpg is missing"):
        converted("msra", folder, "all")
    (folder / place / "147.png").unlink()
    with pytest.raises(Missing, match="holds no PNG masks"):
        converted("msra", folder, "all")


def test_the_words_of_a_conversation_do_not_change_from_run_to_run(tmp_path: Path):
    folder = tmp_path / "msra"
    for n in range(12):
        picture(folder / f"Imgs/{n}.jpg", 20, 10)
        numbers(folder / f"Imgs/{n}.png", np.full((10, 20), 255))
    first, second = converted("msra", folder, "all"), converted("msra", folder, "all")
    assert [json.loads(c.to_line()) for c in first] == [json.loads(c.to_line()) for c in second]
    assert len({said(c)[0] for c in first}) > 3
