"""What the converter tests share, and the readers' own tools: streamed JSON, tables, outlines, boxes, run lengths."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from PIL import Image

from models.checks import check
from models.grammar import parse
from models.masks import rle_encode, rle_string
from models.tasks import TASKS
from models.tokens import write
from models.values import Grounding, Media, Region, TaskCall, Text
from training.convert import reading
from training.convert.items import Conversation, Damaged, Missing, load
from training.convert.reading import inside, stream, table
from training.convert.sets import convert
from training.convert.shapes import box_in_fractions, box_in_pixels, box_round, fill, mask_in, mask_meta, mask_of


def picture(path: Path, width: int, height: int) -> Path:
    """Write a plain JPEG or PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (width, height), (90, 120, 60)).save(path)
    return path


def put(path: Path, data: Any) -> Path:
    """Write JSON, or text as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(data if isinstance(data, str) else json.dumps(data, indent=1), encoding="utf-8")
    return path


def block(height: int, width: int, rows: slice, columns: slice) -> np.ndarray:
    """Return a mask with one filled rectangle."""
    mask = np.zeros((height, width), bool)
    mask[rows, columns] = True
    return mask


def converted(name: str, folder: Path, split: str = "train", **options: Any) -> list[Conversation]:
    """Convert a part of a set, check that every conversation is sound, and return them."""
    out = folder.parent / f"{name}-{split}.jsonl"
    out.unlink(missing_ok=True)
    convert(name, folder, split, out, **options)
    found = list(load(out))
    for conversation in found:
        assert conversation.id.startswith(f"{name}/{split}/")
        sound(conversation, folder)
    return found


def sound(conversation: Conversation, folder: Path) -> None:
    """Every call can run on what is there, every handle is in order, every file exists, and the grammar can spell it all."""
    assert Conversation.from_line(conversation.to_line()) == conversation
    assert [message.role for message in conversation.messages] == ["user", "assistant"] * (
        len(conversation.messages) // 2
    )
    there: dict[str, int] = {}
    calls: dict[str, TaskCall] = {}
    for message in conversation.messages:
        assert message.text.strip() or message.role == "assistant"
        for part in message.parts:
            if isinstance(part, Media | Region):
                kind = part.handle.partition("#")[0]
                there[kind] = there.get(kind, 0) + 1
                assert part.handle == f"{kind}#{there[kind]}"
            if isinstance(part, Media):
                assert (folder / part.path).exists() if part.path else part.kind == "mask"
                assert part.meta.get("call") in (calls if message.role == "assistant" else (None,))
            if isinstance(part, TaskCall):
                handles = [f"{kind}#{n + 1}" for kind, count in there.items() for n in range(count)]
                assert check(part, TASKS[part.task], handles) is None
                calls[part.id] = part
        spoken = [part for part in message.parts if isinstance(part, Text | Grounding | TaskCall)]
        if message.role == "assistant":
            assert write(parse(write(spoken))) == write(spoken)


def media(conversation: Conversation, kind: str) -> list[Media]:
    return [p for m in conversation.messages for p in m.parts if isinstance(p, Media) and p.kind == kind]


def areas(conversation: Conversation) -> list[int]:
    """Return how many pixels each mask has, decoded."""
    found = media(conversation, "mask")
    assert [int(mask_in(mask).sum()) for mask in found] == [mask.meta["area"] for mask in found]
    return [mask.meta["area"] for mask in found]


def calls(conversation: Conversation) -> list[str]:
    """Return the calls as the grammar writes them, without the tags."""
    return [write([p])[6:-7] for m in conversation.messages for p in m.parts if isinstance(p, TaskCall)]


def said(conversation: Conversation, role: str = "user") -> list[str]:
    return [message.text for message in conversation.messages if message.role == role]


@pytest.mark.parametrize("chunk", [1, 7, 1 << 20])
def test_a_json_document_is_read_element_by_element_with_lines(tmp_path: Path, monkeypatch, chunk: int):
    monkeypatch.setattr(reading, "CHUNK", chunk)
    text = '\ufeff{"skip": {"deep": [1, [2]]}, "n": -12.5e1,\n "a": [{"x": "é\\n]"},\n\n {"x": 2}], "b": {"p": [1],\n "q": null}, "e": []}'
    path = put(tmp_path / "a.json", text)
    assert list(stream(path, "a", "b", "e")) == [
        ("a", 2, {"x": "é\n]"}), ("a", 4, {"x": 2}), ("b", 4, ("p", [1])), ("b", 5, ("q", None)),
    ]  # fmt: skip
    assert list(stream(put(tmp_path / "b.json", "[1, 23,\n 456]"))) == [("", 1, 1), ("", 1, 23), ("", 2, 456)]


def test_a_streamed_document_is_what_python_reads_wherever_the_window_ends(tmp_path: Path, monkeypatch):
    rng = Random(3)

    def value(depth: int) -> Any:
        kind = rng.random()
        if depth > 3 or kind < 0.5:
            return rng.choice([1, -2.5e3, 12345678901, 's"\\\n é\u2028', None, True, "", "x" * 50])
        if kind < 0.75:
            return [value(depth + 1) for _ in range(rng.randint(0, 4))]
        return {f"{n}k": value(depth + 1) for n in range(rng.randint(0, 4))}

    for _ in range(600):
        text = json.dumps([value(0) for _ in range(rng.randint(0, 5))], indent=rng.choice([None, 1]))
        if rng.random() < 0.6:  # damage it somewhere
            at = rng.randrange(len(text))
            text = text[:at] + rng.choice(["", ",", "]", "}", '"', "x", "9"]) + text[at + rng.randint(0, 2) :]
        path = put(tmp_path / "a.json", text)
        monkeypatch.setattr(reading, "CHUNK", rng.choice([1, 2, 5, 17, 1000]))
        try:
            truth: Any = json.loads(text)
            truth = truth if isinstance(truth, list) else None
        except ValueError:
            truth = None
        try:
            found: Any = [element for _, _, element in stream(path)]
        except Damaged:
            found = None
        assert found == truth, text


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[{"a": 1},\n {"a": 2', 2, "cut off"),
        ('[{"a": 1},\n {"a": }]', 2, "Expecting value"),
        ("[1\n 2]", 2, "found '2'"),
        ("", 1, "the file ends"),
        ("[1]\n[2]", 2, "where the end of the file is due"),
        ("{1: 2}", 1, "where a name in quotes is due"),
        ("[" * 100_000, 1, "recursion"),
        ('[1,\n"' + "a" * 3_000_000, 2, "Unterminated string"),
        ('{"a": 1}\n', 1, "no x"),
    ],
)
def test_a_damaged_document_is_named_with_its_line(tmp_path: Path, text: str, line: int, words: str):
    path = put(tmp_path / "a.json", text)
    with pytest.raises((Damaged, Missing), match=words) as caught:
        list(stream(path, *(["x"] if text.startswith("{") else [])))
    assert str(path) in str(caught.value)
    if isinstance(caught.value, Damaged):
        assert caught.value.line == line


def test_letters_that_are_no_utf8_are_named(tmp_path: Path):
    (tmp_path / "a.json").write_bytes(b'["\xff\xfe"]')
    with pytest.raises(Damaged, match="not UTF-8"):
        list(stream(tmp_path / "a.json"))


def test_a_table_gives_rows_and_says_what_is_wrong_with_others(tmp_path: Path):
    path = put(tmp_path / "a.csv", 'id,caption\n1,"two\nlines, one"\n2\n\n3,\u2028odd\n')
    assert list(table(path, "id")) == [
        (3, {"id": "1", "caption": "two\nlines, one"}),
        (4, "the row has 1 columns where the header has 2"),
        (6, {"id": "3", "caption": "\u2028odd"}),
    ]
    with pytest.raises(Missing, match="no file_name"):
        list(table(path, "file_name"))
    (tmp_path / "b.csv").write_bytes(b"caption\ncaf\xe9\n")
    assert list(table(tmp_path / "b.csv")) == [(2, {"caption": "café"})]


def test_an_outline_along_pixel_edges_gives_exactly_its_pixels():
    assert np.array_equal(fill([2, 3, 6, 3, 6, 8, 2, 8], 10, 9), block(9, 10, slice(3, 8), slice(2, 6)))
    assert fill([0, 0, 10, 0, 0, 10], 10, 10).sum() == 45  # centres strictly inside the triangle, the diagonal left out
    assert fill([-5, -5, 50, -5, 50, 50, -5, 50], 10, 9).all()
    for wrong in ([1, 2, 3, 4], [1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 4, 5, float("nan")]):
        with pytest.raises(ValueError, match="outline"):
            fill(wrong, 10, 10)


def test_every_form_of_segmentation_gives_the_same_mask():
    mask = block(9, 10, slice(3, 8), slice(2, 6))
    outline = [2, 3, 6, 3, 6, 8, 2, 8]
    for form in ([outline], rle_string(mask), rle_encode(mask), [rle_string(mask)], [outline, outline]):
        assert np.array_equal(mask_of(form, 10, 9), mask)
    with pytest.raises(ValueError, match="10 x 9 pixels, not 9 x 10"):
        mask_of(rle_string(mask), 9, 10)
    with pytest.raises(ValueError, match="empty"):
        mask_of([], 10, 9)
    with pytest.raises(ValueError, match="neither"):
        mask_of("abc", 10, 9)


def test_boxes_are_corners_within_the_frame():
    assert box_in_pixels([2, 3, 4, 5], 10, 20).to_tokens() == (200, 150, 600, 400)
    assert box_in_pixels([-2, 15, 50, 50], 10, 20).to_tokens() == (0, 750, 1000, 1000)
    assert box_in_fractions([0.25, 0.5, 0.5, 0.25]).to_tokens() == (250, 500, 750, 750)
    assert box_round(block(9, 10, slice(3, 9), slice(2, 6))).to_pixels(10, 9) == (2, 3, 6, 9)
    for wrong in ([1, 1, 0, 5], [1, 1, float("nan"), 5], [11, 1, 5, 5]):
        with pytest.raises(ValueError, match="the box"):
            box_in_pixels(wrong, 10, 20)


def test_a_masks_run_lengths_come_back_for_pictures_and_clips():
    clip = np.stack(
        [block(4, 5, slice(0, 2), slice(1, 3)), np.zeros((4, 5), bool), block(4, 5, slice(1, 4), slice(0, 5))]
    )
    for mask in (clip, clip[0]):
        kept = Media("mask", "mask#1", "", json.loads(json.dumps(mask_meta(mask, label="x"))))
        assert np.array_equal(mask_in(kept), mask)
        assert (kept.meta["area"], kept.meta["width"], kept.meta["height"]) == (int(mask.sum()), 5, 4)
    with pytest.raises(ValueError, match="empty"):
        mask_meta(clip[1])
    with pytest.raises(ValueError, match="run lengths"):
        mask_in(Media("mask", "mask#1", "", {}))


def test_names_cannot_lead_out_of_the_sets_folder(tmp_path: Path):
    put(tmp_path / "secret.txt", "x")
    put(tmp_path / "set" / "a.txt", "x")
    assert inside(tmp_path / "set", "a.txt").is_file()
    for name in ("../secret.txt", str(tmp_path / "secret.txt")):
        with pytest.raises(ValueError, match="leads out"):
            inside(tmp_path / "set", name)
    with pytest.raises(ValueError, match="is missing"):
        inside(tmp_path / "set", "b.txt")
