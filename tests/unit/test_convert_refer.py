"""RefCOCO, RefCOCO+, RefCOCOg, RefCLEF: the REFER toolkit's files, and its expressions read without running anything."""

from __future__ import annotations

import json
from pathlib import Path
from pickle import dumps  # only to make files in the published format; nothing here or in the project opens one

import pytest
from test_convert_kit import areas, block, calls, converted, media, picture, put, said

from models.masks import rle_string
from models.values import Grounding, Media, Region, TaskCall
from training.convert import refs_json
from training.convert.items import Broken, Damaged, Missing
from training.convert.refer import in_split


def ref(number: int, split: str, image: int, ann: object, *sents: str) -> dict:
    """Return one row of refs(...).p as the toolkit's own data has it."""
    sentences = [
        {"tokens": s.split(), "raw": s.upper(), "sent_id": number * 10 + i, "sent": s} for i, s in enumerate(sents)
    ]
    return {
        "sent_ids": [s["sent_id"] for s in sentences], "file_name": f"COCO_train2014_{image:012d}_0.jpg", "ann_id": ann,
        "ref_id": number, "image_id": image, "split": split, "sentences": sentences, "category_id": 1,
    }  # fmt: skip


REFS = [
    ref(1, "train", 7, 70, "left  dog", "the dog on left"),
    ref(2, "train", 7, 71, "cat", "sitting cat", "cat with a tail"),
    ref(3, "val", 7, 71, "cat in val"),
    *[ref(10 + n, "train", 8, 80, f"thing {n}") for n in range(24)],
]
SQUARE = [[10.0, 20.0, 30.0, 20.0, 30.0, 50.0, 10.0, 50.0]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "refer"
    put(root / "refcoco" / "refs(unc).json", REFS)
    put(
        root / "refcoco" / "instances.json",
        {
            "info": {}, "licenses": [],
            "images": [{"id": n, "width": 100, "height": 80, "file_name": f"COCO_train2014_{n:012d}.jpg"} for n in (7, 8, 9)],
            "annotations": [
                {"id": 70, "image_id": 7, "category_id": 1, "iscrowd": 0, "area": 600.0, "bbox": [10, 20, 20, 30], "segmentation": SQUARE},
                {"id": 71, "image_id": 7, "category_id": 2, "iscrowd": 0, "area": 50.0, "bbox": [50, 0, 10, 5],
                 "segmentation": [[50, 0, 55, 0, 55, 5, 50, 5], [56, 0, 60, 0, 60, 5, 56, 5]]},
                {"id": 80, "image_id": 8, "category_id": 2, "iscrowd": 0, "area": 50.0, "bbox": [90, 70, 20, 20], "segmentation": [[90, 70, 100, 70, 100, 80, 90, 80]]},
            ],
            "categories": [{"id": 1, "name": "dog"}],
        },
    )  # fmt: skip
    for number in (7, 8):
        picture(root / f"images/mscoco/images/train2014/COCO_train2014_{number:012d}.jpg", 100, 80)
    return root


def test_expressions_become_turns_with_the_right_words_boxes_and_masks(folder: Path):
    found = converted("refcoco", folder)
    assert [c.id for c in found][:2] == ["refcoco/train/7-10", "refcoco/train/7-21"]
    assert [len(c.messages) // 2 for c in found] == [3, 2] + [3] * 8
    words = ["left dog", "the dog on left", "cat", "sitting cat", "cat with a tail", *[f"thing {n}" for n in range(24)]]
    boxes = {"dog": (100, 250, 300, 625), "cat": (500, 0, 600, 62), "thing": (900, 875, 1000, 1000)}
    sizes = {"dog": 600, "cat": 45, "thing": 100}
    kinds, at = set(), 0
    for conversation in found:
        assert media(conversation, "image")[0].path.startswith(
            "images/mscoco/images/train2014/COCO_train2014_00000000000"
        )
        for asked, answered in zip(conversation.messages[::2], conversation.messages[1::2], strict=True):
            thing = next(name for name in boxes if name in words[at])
            call = next((p for p in answered.parts if isinstance(p, TaskCall)), None)
            region = next((p for p in asked.parts if isinstance(p, Region)), None)
            if call is None:
                (grounding,) = (p for p in answered.parts if isinstance(p, Grounding))
                assert (grounding.phrase, grounding.boxes[0].to_tokens()) == (words[at], boxes[thing])
                assert words[at] in asked.text
                kinds.add("where")
            else:
                mask = answered.parts[-1]
                assert isinstance(mask, Media)
                assert (mask.meta["area"], mask.meta["label"], mask.meta["of"]) == (sizes[thing], words[at], "image#1")
                if region:
                    assert region.box is not None
                    assert region.box.to_tokens() == boxes[thing]
                    assert call.refs() == ["image#1", region.handle]
                    assert call.phrases() == []
                    kinds.add("region")
                else:
                    assert call.phrases() == [words[at]]
                    assert call.args[-1].to_tokens() == boxes[thing]
                    assert words[at] in asked.text
                    kinds.add("segment")
            at += 1
    assert at == len(words)
    assert kinds == {"where", "region", "segment"}


def test_another_split_holds_its_own_expressions_only(folder: Path):
    (only,) = converted("refcoco", folder, "val")
    assert only.id == "refcoco/val/7-30"
    assert len(only.messages) == 2
    assert converted("refcoco", folder, "testA") == []


def test_refclefs_splits_may_belong_to_several_tests_and_its_masks_are_run_lengths(tmp_path: Path):
    assert [in_split("testAB", s) for s in ("testA", "testB", "testC", "test", "val", "train")] == [
        True, True, False, True, False, False,
    ]  # fmt: skip
    root = tmp_path / "refer"
    runs = rle_string(block(36, 48, slice(2, 12), slice(4, 8)))
    put(root / "refclef" / "refs(unc).json", [ref(1, "testBC", 19579, "19579_1", "the red roof")])
    put(
        root / "refclef" / "instances.json",
        {
            "images": [{"id": 19579, "width": 48, "height": 36, "file_name": "19579.jpg"}], "categories": [],
            "annotations": [{"id": "19579_1", "image_id": 19579, "bbox": [4, 2, 4, 10], "segmentation": [runs]}],
        },
    )  # fmt: skip
    picture(root / "images/saiapr_tc-12/19579.jpg", 48, 36)
    (found,) = converted("refclef", root, "testC")
    assert media(found, "image")[0].path == "images/saiapr_tc-12/19579.jpg"
    assert areas(found) in ([40], [])
    assert converted("refclef", root, "testA") == []
    assert "the red roof" in said(found)[0] or calls(found) == ["segment image#1 region#1"]


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4])
def test_published_expressions_are_read_as_plain_data(tmp_path: Path, protocol: int, capsys):
    rows = [*REFS, {**ref(99, "train", 1, 2, 'a "quoted" café'), "odd": (1, 2.5, None, True, False, -3, 1 << 40, [])}]
    path = tmp_path / "refs(unc).p"
    path.write_bytes(dumps(rows, protocol))
    assert refs_json.plain_data(path) == rows
    assert refs_json.main([str(path)]) == 0
    assert json.loads((tmp_path / "refs(unc).json").read_text("utf-8")) == json.loads(json.dumps(rows))
    assert f"{len(rows)} expressions" in capsys.readouterr().out


def test_texts_of_python_2_are_read(tmp_path: Path):
    (tmp_path / "a.p").write_bytes(
        b"(lp1\n(dp2\nS'sent'\np3\nS'caf\\xc3\\xa9 \\'x\\''\np4\nsS'n'\nI3\nsS'l'\nL9L\nsS'u'\nVa\\u00e9\nsa."
    )
    assert refs_json.plain_data(tmp_path / "a.p") == [{"sent": "café 'x'", "n": 3, "l": 9, "u": "aé"}]
    (tmp_path / "b.p").write_bytes(b"\x80\x02]q\x01}q\x02(U\x04sentq\x03U\x05leftyT\x02\x00\x00\x00okK\x07uh\x02e.")
    with pytest.raises(Damaged):  # a mark is lacking
        refs_json.plain_data(tmp_path / "b.p")
    (tmp_path / "c.p").write_bytes(b"\x80\x02]q\x01(}q\x02(U\x04sentq\x03U\x05leftyT\x02\x00\x00\x00okK\x07uh\x02e.")
    assert refs_json.plain_data(tmp_path / "c.p") == [{"sent": "lefty", "ok": 7}] * 2


class Runs:
    """Would run code if opened in the usual way."""

    def __reduce__(self):
        return print, ("opened",)


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_a_file_that_would_run_code_is_refused(tmp_path: Path, protocol: int, capsys):
    path = tmp_path / "refs(unc).p"
    path.write_bytes(dumps([Runs()], protocol))
    assert refs_json.main([str(path)]) == 1
    told = capsys.readouterr()
    assert "does more than build plain data" in told.err
    assert "opened" not in told.out + told.err
    assert not (tmp_path / "refs(unc).json").exists()


@pytest.mark.parametrize(
    "data", [b"", b"(", b"]a.", b"\x80\x02]", b"U\x05ab", b"}K\x01s.", b"K\x01.", b"]q\x00h\x00a.", b"h\x09.", b"0."]
)
def test_a_damaged_file_of_expressions_is_named(tmp_path: Path, data: bytes, capsys):
    path = tmp_path / "refs(unc).p"
    path.write_bytes(data)
    assert refs_json.main([str(path)]) == 1
    assert capsys.readouterr().err.strip()


def test_the_error_tells_how_to_get_the_json_form(folder: Path):
    (folder / "refcoco" / "refs(unc).json").rename(folder / "refcoco" / "refs(unc).p")
    with pytest.raises(Missing, match=r"python -m training\.convert\.refs_json") as caught:
        converted("refcoco", folder)
    assert "refcoco/instances.json" in str(caught.value)


def test_rows_and_objects_that_are_lacking_are_named(folder: Path):
    rows = [{k: v for k, v in REFS[0].items() if k != "split"}, ref(5, "train", 7, 999, "nothing"), *REFS[1:2]]
    put(folder / "refcoco" / "refs(unc).json", rows)
    with pytest.raises(Broken, match=r"refs\(unc\).json, line 2: it has no split"):
        converted("refcoco", folder)
    told: list[str] = []
    found = converted("refcoco", folder, skip_broken=True, tell=told.append)
    assert [c.id for c in found] == ["refcoco/train/7-22"]
    assert len(told) == 2
    assert "has no annotation 999" in told[1]


def test_a_picture_of_another_size_is_not_taken(folder: Path):
    picture(folder / "images/mscoco/images/train2014/COCO_train2014_000000000007.jpg", 80, 100)
    with pytest.raises(Broken, match="80 x 100 pixels, its annotation is for 100 x 80"):
        converted("refcoco", folder)
