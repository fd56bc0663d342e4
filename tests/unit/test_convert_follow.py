"""Ref-YouTube-VOS and MeViS from tiny clips in their real formats."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from test_convert_kit import areas, block, calls, converted, media, picture, put, said

from models.masks import rle_string
from training.convert.items import Broken, Damaged, Missing
from training.convert.sets import Unknown
from training.convert.shapes import mask_in

FRAMES = ["00000", "00005", "00010"]


def frames(folder: Path, part: str, video: str) -> None:
    for name in FRAMES:
        picture(folder / f"{part}/JPEGImages/{video}/{name}.jpg", 48, 32)


def test_ref_youtube_vos_follows_the_object_whose_number_the_pixels_carry(tmp_path: Path):
    folder = tmp_path / "ytvos"
    expressions = {str(n): {"exp": f"the  dog number {n}", "obj_id": str(1 + n % 2)} for n in range(4)}
    put(
        folder / "meta_expressions/train/meta_expressions.json",
        {"videos": {"003234408d": {"expressions": expressions, "frames": FRAMES[::-1]}}},
    )
    put(
        folder / "train/meta.json",
        {"videos": {"003234408d": {"objects": {"1": {"category": "dog", "frames": FRAMES}}}}},
    )
    frames(folder, "train", "003234408d")
    for n, name in enumerate(FRAMES):
        label = np.zeros((32, 48), np.uint8)
        label[4:8, 4 * n : 4 * n + 10] = 1
        if n:  # the second object comes in with the second frame
            label[20:30, 20:25] = 2
        image = Image.fromarray(label, "L").convert("P")
        image.putdata(label.ravel().tolist())
        (folder / "train/Annotations/003234408d").mkdir(parents=True, exist_ok=True)
        image.save(folder / f"train/Annotations/003234408d/{name}.png")
    first, second = converted("ref-youtube-vos", folder)
    assert [c.id for c in (first, second)] == [
        "ref-youtube-vos/train/003234408d-0",
        "ref-youtube-vos/train/003234408d-3",
    ]
    (clip,) = media(first, "video")
    assert clip.path == "train/JPEGImages/003234408d"
    assert (clip.meta["frames"], clip.meta["fps"], clip.meta["width"], clip.meta["height"]) == (3, 6.0, 48, 32)
    assert list(clip.meta["files"]) == ["00000.jpg", "00005.jpg", "00010.jpg"]
    assert calls(first) == [f'video_segment video#1 "the dog number {n}"' for n in range(3)]
    assert areas(first) == [120, 100, 120]
    assert areas(second) == [100]
    assert all(f"the dog number {n}" in words for n, words in enumerate(said(first)))
    masks = [mask_in(m) for m in media(first, "mask")]
    assert [int(frame.sum()) for frame in masks[1]] == [0, 50, 50]
    assert np.array_equal(masks[0][2], block(32, 48, slice(4, 8), slice(8, 18)))
    (folder / "train/JPEGImages/003234408d/00005.jpg").unlink()
    with pytest.raises(
        Broken, match=r"meta_expressions\.json, line \d+: train/JPEGImages/003234408d/00005\.jpg is missing"
    ):
        converted("ref-youtube-vos", folder)
    with pytest.raises(Unknown, match=r"no part 'val'\. It has: train"):
        converted("ref-youtube-vos", folder, "val")


def mevis(folder: Path, expressions: dict, masks: dict) -> None:
    put(
        folder / "valid_u/meta_expressions.json",
        {"videos": {"0ab4afe7fb46": {"expressions": expressions, "vid_id": 1, "frames": FRAMES}}},
    )
    put(folder / "valid_u/mask_dict.json", masks)
    frames(folder, "valid_u", "0ab4afe7fb46")


def test_mevis_expressions_mean_one_thing_several_or_none(tmp_path: Path):
    folder = tmp_path / "mevis"
    one, two = block(32, 48, slice(0, 10), slice(0, 10)), block(32, 48, slice(10, 15), slice(0, 4))
    masks = {"11": [rle_string(one), None, rle_string(two)], "12": [None, rle_string(two), None]}
    expressions = {
        "0": {"exp": "bird flying away", "obj_id": [0], "anno_id": [11]},
        "1": {"exp": "the two that move", "obj_id": [0, 1], "anno_id": [11, "12"]},
        "2": {"exp": "the one that sinks", "obj_id": [], "anno_id": []},
    }
    mevis(folder, expressions, masks)
    (found,) = converted("mevis", folder, "val")
    assert calls(found) == ['video_segment video#1 "bird flying away"', 'video_segment video#1 "the two that move"']
    assert areas(found) == [120, 120, 20]
    assert [m.meta["call"] for m in media(found, "mask")] == ["t1", "t2", "t2"]
    assert "the one that sinks" in said(found)[2]
    assert "video#1" in said(found, "assistant")[2] or "no such thing" in said(found, "assistant")[2]
    assert "fps" not in media(found, "video")[0].meta


def test_mevis_masks_that_do_not_fit_are_named(tmp_path: Path):
    folder = tmp_path / "mevis"
    expressions = {"0": {"exp": "a", "obj_id": [0], "anno_id": [11]}}
    mevis(folder, expressions, {"11": [None]})
    with pytest.raises(Broken, match="annotation 11 has 1 frames, its clip 3"):
        converted("mevis", folder, "val")
    mevis(folder, expressions, {"11": [None, None, None]})
    with pytest.raises(Broken, match="the mask is empty"):
        converted("mevis", folder, "val")
    mevis(folder, expressions, {})
    with pytest.raises(Broken, match="'11' is missing"):
        converted("mevis", folder, "val")
    (folder / "valid_u/mask_dict.json").unlink()
    with pytest.raises(Missing, match=r"does not hold mask_dict\.json"):
        converted("mevis", folder, "val")
    put(folder / "valid_u/mask_dict.json", {})
    put(folder / "valid_u/meta_expressions.json", {"videos": {"x": {"frames": []}}})
    with pytest.raises(Damaged, match="it has no expressions"):
        converted("mevis", folder, "val")
