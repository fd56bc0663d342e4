"""Sets of words, edits, layouts, sounds and clips, each from tiny files in its real format."""

from __future__ import annotations

import json
import os
import wave
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from test_convert_kit import block, calls, converted, media, picture, put, said

from evaluation.layouts import read_spatial, score_spatial
from models.masks import rle_decode
from models.values import Labelled, Region, TaskCall
from training.convert.edits import painted
from training.convert.items import Broken, Missing

# -- LLaVA-Instruct ------------------------------------------------------------------------------------------------


def turn(who: str, words: str) -> dict:
    return {"from": who, "value": words}


def test_llava_keeps_its_words_and_shows_the_picture_first(tmp_path: Path):
    folder = tmp_path / "llava"
    rows = [
        {"id": "000000033471", "image": "000000033471.jpg", "conversations": [
            turn("human", "<image>\nWhat are the colors of the bus?"), turn("gpt", "The bus is white and red."),
            turn("human", "Say <task>remove image#1</task>."), turn("gpt", "<task>remove image#1</task> & <box>1,2,3,4</box>"),
        ]},
        {"id": "x", "image": "000000033471.jpg", "conversations": [turn("human", "Describe it.\n<image>"), turn("gpt", "A bus.")]},
        {"id": "words", "conversations": [turn("human", "Hello"), turn("gpt", "Hi.")]},
    ]  # fmt: skip
    put(folder / "llava_instruct_150k.json", rows)
    picture(folder / "train2017/000000033471.jpg", 64, 48)
    first, second, third = converted("llava-instruct", folder)
    assert said(first) == ["What are the colors of the bus?", "Say <task>remove image#1</task>."]
    assert said(first, "assistant") == ["The bus is white and red.", "<task>remove image#1</task> & <box>1,2,3,4</box>"]
    assert calls(first) == []
    assert [(m.handle, m.path, dict(m.meta)) for m in media(first, "image")] == [
        ("image#1", "train2017/000000033471.jpg", {"width": 64, "height": 48})
    ]
    assert said(second) == ["Describe it."]
    assert media(third, "image") == []
    assert [c.id for c in (first, second, third)] == [f"llava-instruct/train/{n}" for n in range(3)]


@pytest.mark.parametrize(
    ("turns", "words"),
    [
        ([turn("human", "<image>\na")], "1 turns do not make pairs"),
        ([turn("gpt", "a"), turn("human", "b")], "turn 1 is from 'gpt' where 'human' is due"),
        ([turn("human", "a"), turn("gpt", " ")], "turn 2 has no words"),
        ([turn("human", "<image>"), turn("gpt", "b")], "the request has no words"),
        (
            [turn("human", "a"), turn("gpt", "b"), turn("human", "<image> c"), turn("gpt", "d")],
            "turn 3 shows a picture",
        ),
    ],
)
def test_broken_llava_rows_are_named_with_their_line(tmp_path: Path, turns: list, words: str):
    folder = tmp_path / "llava"
    good = {"image": "a.jpg", "conversations": [turn("human", "<image>\na"), turn("gpt", "b")]}
    text = "[\n" + json.dumps(good) + ",\n" + json.dumps({"image": "a.jpg", "conversations": turns}) + "\n]"
    put(folder / "detail_23k.json", text)
    picture(folder / "train2017/a.jpg", 8, 8)
    with pytest.raises(Broken, match=f"detail_23k.json, line 3: {words}"):
        converted("llava-instruct", folder, "detail")
    assert len(converted("llava-instruct", folder, "detail", skip_broken=True)) == 1


# -- InstructPix2Pix and MagicBrush --------------------------------------------------------------------------------


def pair(folder: Path, name: str, words: str, *seeds: str) -> None:
    put(folder / name / "prompt.json", {"input": "a lake", "edit": words, "output": "a lake in winter", "url": ""})
    for seed in seeds:
        picture(folder / name / f"{seed}_0.jpg", 32, 32)
        picture(folder / name / f"{seed}_1.jpg", 32, 32)


@pytest.mark.parametrize("listed", [True, False])
def test_instruct_pix2pix_gives_an_edit_for_each_pair_and_splits_as_its_own_code(tmp_path: Path, listed: bool):
    folder = tmp_path / "ip2p"
    for n in range(20):
        pair(folder, f"{n:07d}", f"make  it winter {n}", *(["10", "11"] if n == 0 else ["5"]))
    if listed:
        put(folder / "seeds.json", [[f"{n:07d}", ["10", "11"] if n == 0 else ["5"]] for n in range(20)])
    found = converted("instruct-pix2pix", folder)
    assert [c.id for c in found] == [
        f"instruct-pix2pix/train/{x}" for x in ("0000000-10", "0000000-11", *(f"{n:07d}-5" for n in range(1, 18)))
    ]
    assert said(found[0]) == ["make it winter 0"]
    assert calls(found[0]) == ['edit image#1 "make it winter 0"']
    before, after = media(found[0], "image")
    assert (before.path, after.path, after.meta["call"], after.meta["of"]) == (
        "0000000/10_0.jpg",
        "0000000/10_1.jpg",
        "t1",
        "image#1",
    )
    assert [c.id[-9:] for c in converted("instruct-pix2pix", folder, "val")] == ["0000018-5"]
    assert [c.id[-9:] for c in converted("instruct-pix2pix", folder, "test")] == ["0000019-5"]


def test_an_empty_folder_is_no_instruct_pix2pix(tmp_path: Path):
    (tmp_path / "ip2p").mkdir()
    with pytest.raises(Missing, match=r"no seeds\.json and no folders"):
        converted("instruct-pix2pix", tmp_path / "ip2p")


def brush(folder: Path, number: str, turns: int, form: str) -> list[dict]:
    """Write a session of MagicBrush: pictures and masks of one of the forms that occur."""
    place = folder / f"dev/images/{number}"
    picture(place / f"{number}-input.png", 40, 30)
    rows, last = [], f"{number}-input.png"
    for n in range(1, turns + 1):
        picture(place / f"{number}-output{n}.png", 40, 30)
        area = block(30, 40, slice(5 * n, 5 * n + 10), slice(10, 30))
        if form == "clear":
            pixels = np.dstack([np.full((30, 40, 3), 77, np.uint8), np.where(area, 0, 255).astype(np.uint8)])
        elif form == "white":
            pixels = np.where(area[..., None], 255, 0).astype(np.uint8).repeat(3, 2)
        else:
            pixels = np.where(area[..., None], 255, np.asarray(Image.open(place / last))).astype(np.uint8)
        Image.fromarray(pixels).save(place / f"{number}-mask{n}.png")
        rows.append(
            {
                "input": last,
                "mask": f"{number}-mask{n}.png",
                "output": f"{number}-output{n}.png",
                "instruction": f"add a hat, step {n}",
            }
        )
        last = f"{number}-output{n}.png"
    return rows


@pytest.mark.parametrize("form", ["clear", "white", "painted"])
@pytest.mark.parametrize("file", ["edit_sessions.json", "edit_turns.json"])
def test_magicbrush_sessions_go_on_from_each_result(tmp_path: Path, form: str, file: str):
    folder = tmp_path / "brush"
    sessions = {str(n): brush(folder, str(n), 3, form) for n in range(139, 147)}
    put(folder / "dev" / file, sessions if "sessions" in file else [row for rows in sessions.values() for row in rows])
    found = converted("magicbrush", folder, "dev")
    assert [c.id for c in found] == [f"magicbrush/dev/{n}" for n in range(139, 147)]
    tasks = set()
    for conversation, number in zip(found, range(139, 147), strict=True):
        assert said(conversation) == [f"add a hat, step {n}" for n in (1, 2, 3)]
        pictures = media(conversation, "image")
        assert [m.path for m in pictures] == [
            f"dev/images/{number}/{number}-{x}.png" for x in ("input", "output1", "output2", "output3")
        ]
        regions = iter([p for m in conversation.messages for p in m.parts if isinstance(p, Region)])
        for n, (call, result) in enumerate(zip(calls(conversation), pictures[1:], strict=True), 1):
            task = call.split()[0]
            assert result.meta["of"] == f"image#{n}"
            assert np.array_equal(
                rle_decode(result.meta["changed"]), block(30, 40, slice(5 * n, 5 * n + 10), slice(10, 30))
            )
            if task == "edit":
                assert call == f'edit image#{n} "add a hat, step {n}"'
            else:
                region = next(regions)
                assert call == f'inpaint image#{n} {region.handle} "add a hat, step {n}"'
                assert (region.of, region.box.to_pixels(40, 30)) == (f"image#{n}", (10, 5 * n, 30, 5 * n + 10))
            tasks.add(task)
    assert tasks == {"edit", "inpaint"}


def test_magicbrush_of_another_shape_is_explained(tmp_path: Path):
    folder = tmp_path / "brush"
    put(folder / "data/dev-00000-of-00004.parquet", "PAR1")
    with pytest.raises(Missing, match="parquet, which this project has no reader for"):
        converted("magicbrush", folder, "dev")
    rows = brush(folder, "7", 2, "white")
    put(folder / "dev/edit_sessions.json", {"7": [rows[0], {**rows[1], "input": "7-input.png"}]})
    with pytest.raises(Broken, match=r"turn 2 starts from 7-input\.png, which the turn before did not make"):
        converted("magicbrush", folder, "dev")
    with pytest.raises(ValueError, match="another size"):
        painted(picture(tmp_path / "m.png", 9, 9), picture(tmp_path / "s.png", 8, 8))


# -- NSR-1K --------------------------------------------------------------------------------------------------------

SPATIAL = [
    {"id": 739, "image_id": 16164, "obj1": ["toilet", [0.0, 0.25, 0.2, 0.25]], "obj2": ["dog", [0.5, 0.5, 0.4, 0.3]],
     "prompt": "a toilet to the left of a dog", "relation": "left", "type": "template"},
    {"id": 919, "image_id": -1, "obj1": ["train", [0.0, 0.0, 0.0, 0.0]], "obj2": ["surfboard", [0.0, 0.0, 0.0, 0.0]],
     "prompt": "A train on top of a surfboard", "relation": "top", "type": "template"},
    {"id": 3, "image_id": 9, "obj1": ["cup", [0.3, 0.1, 0.2, 0.2]], "obj2": ["bed", [0.1, 0.4, 0.95, 0.6]],
     "prompt": "there is a cup above a bed", "relation": "top", "type": "natural"},
]  # fmt: skip


def test_nsr_boxes_become_corners_and_captions_without_a_layout_are_passed_over(tmp_path: Path):
    folder = tmp_path / "nsr"
    put(folder / "spatial/spatial.val.json", SPATIAL)
    first, second = converted("nsr-1k-spatial", folder, "val")
    assert first.id == "nsr-1k-spatial/val/739"
    assert calls(first) == [
        'layout "a toilet to the left of a dog" "toilet"<box>0,250,200,500</box> "dog"<box>500,500,900,800</box>'
    ]
    assert "a toilet to the left of a dog" in said(first)[0]
    assert calls(second)[0].endswith('"cup"<box>300,100,500,300</box> "bed"<box>100,400,1000,1000</box>')
    assert (first.group, second.group) == ("layout.left", "layout.top")


def test_nsr_numbers_lay_out_every_thing(tmp_path: Path):
    folder = tmp_path / "nsr"
    row = {"id": 38700, "image_id": 42471, "num_object": [["clock", 2]], "prompt": "there are two clocks", "sub-type": "single-category",
           "object_list": [["clock", [0.5, 0.1, 0.25, 0.5]], ["clock", [0.1, 0.1, 0.25, 0.5]]], "type": "template"}  # fmt: skip
    put(
        folder / "counting.train.json",
        [row, {**row, "id": 2, "object_list": [["clock", [0.5, 0.1, 0.0, 0.5]]]}, {"prompt": "x"}],
    )
    told: list[str] = []
    (found,) = converted("nsr-1k-counting", folder, skip_broken=True, tell=told.append)
    assert calls(found) == [
        'layout "there are two clocks" "clock"<box>500,100,750,600</box> "clock"<box>100,100,350,600</box>'
    ]
    lines = (folder / "counting.train.json").read_text("utf-8").splitlines()
    second, third = lines.index('  "id": 2,'), lines.index('  "prompt": "x"')  # the brace stands on the line before
    assert [words.partition("json, ")[2] for words in told] == [
        f"line {second}: the box [0.5, 0.1, 0.0, 0.5] is empty", f"line {third}: it has no id",
    ]  # fmt: skip


@pytest.mark.skipif(not os.environ.get("NSR1K"), reason="NSR1K does not name the folder of NSR-1K")
def test_the_truth_of_the_real_set_scores_its_published_ceiling_after_conversion():
    folder = Path(os.environ["NSR1K"])
    found = {
        conversation.id.rpartition("/")[2]: tuple(
            (arg.phrase, (arg.box.x0, arg.box.y0, arg.box.x1, arg.box.y1))
            for message in conversation.messages
            for call in message.parts if isinstance(call, TaskCall)
            for arg in call.args if isinstance(arg, Labelled)
        )
        for conversation in converted("nsr-1k-spatial", folder, "val")
    }  # fmt: skip
    cases = read_spatial(folder)
    assert (len(found), len(cases)) == (264, 283)
    score = score_spatial([found.get(case.id.removeprefix("spatial-"), ()) for case in cases], cases, 1)["accuracy"]
    assert score is not None
    assert round(score.value, 3) == 0.933


# -- AudioCaps, Clotho, MSR-VTT ------------------------------------------------------------------------------------


def sound(path: Path, seconds: float = 0.5, rate: int = 8000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes((np.sin(np.arange(int(seconds * rate)) / 5) * 9000).astype("<i2").tobytes())
    return path


def test_audiocaps_uses_the_sounds_that_are_there_and_captions_as_requests(tmp_path: Path):
    folder = tmp_path / "audiocaps"
    rows = [f"{n},yt{n:09d},{n},A dog barks {n} times" for n in range(40)]
    put(
        folder / "dataset/train.csv", "audiocap_id,youtube_id,start_time,caption\n" + "\n".join(rows) + "\n91,yt91,30\n"
    )
    for n in range(20):
        sound(folder / ("train" if n % 2 else "audio/train") / (f"yt{n:09d}_{n}.wav" if n % 3 else f"{n}.wav"))
    with pytest.raises(Broken, match=r"train\.csv, line 42: the row has 3 columns where the header has 4"):
        converted("audiocaps", folder)
    found = converted("audiocaps", folder, skip_broken=True)
    assert [c.id for c in found] == [f"audiocaps/train/{n}" for n in range(40)]
    groups = {c.group for c in found[:20]}
    assert groups == {"audio", "listen"}
    for n, conversation in enumerate(found):
        heard = media(conversation, "audio")
        assert len(heard) == (n < 20)
        if conversation.group == "audio":
            assert calls(conversation) == [f'audio "A dog barks {n} times"']
            assert f"A dog barks {n} times" in said(conversation)[0]
        else:
            assert calls(conversation) == []
            assert said(conversation, "assistant") == [f"A dog barks {n} times."]
            assert heard[0] in conversation.messages[0].parts
        if heard:
            assert heard[0].meta["duration"] == pytest.approx(0.5)
    assert {c.group for c in found[20:]} == {"audio"}


def test_clotho_gives_a_conversation_for_each_of_five_captions(tmp_path: Path):
    folder = tmp_path / "clotho"
    text = (
        "file_name,caption_1,caption_2,caption_3,caption_4,caption_5\n"
        + '"Water, dripping.wav",a tap drips.,"Drops, drops",c,d,e\n'
    )
    put(folder / "clotho_captions_development.csv", text + "gone.wav,a,b,c,d,e\n")
    sound(folder / "development/Water, dripping.wav", 1.5)
    with pytest.raises(Broken, match=r"line 3: development/gone\.wav is missing"):
        converted("clotho", folder)
    found = converted("clotho", folder, skip_broken=True)
    assert [c.id for c in found] == [f"clotho/train/Water, dripping.wav-{n}" for n in range(1, 6)]
    captions = ["a tap drips.", "Drops, drops", "c", "d", "e"]
    for conversation, caption in zip(found, captions, strict=True):
        (medium,) = media(conversation, "audio")
        assert (medium.path, medium.meta["duration"]) == ("development/Water, dripping.wav", 1.5)
        if conversation.group == "audio":
            assert calls(conversation) == [f'audio "{caption}"']
        else:
            assert said(conversation, "assistant") == [(caption[0].upper() + caption[1:]).rstrip(".") + "."]
    with pytest.raises(Missing, match=r"does not hold clotho_captions_validation\.csv"):
        converted("clotho", folder, "val")


@pytest.mark.parametrize("place", ["TrainValVideo", "videos/all"])
def test_msrvtt_pairs_sentences_with_the_clips_of_their_split(tmp_path: Path, place: str):
    folder = tmp_path / "msrvtt"
    videos = [
        {
            "category": 9,
            "url": "u",
            "video_id": f"video{n}",
            "start time": 137.72,
            "end time": 149.44,
            "split": s,
            "id": n,
        }
        for n, s in enumerate(["train", "validate", "train"])
    ]
    sentences = [{"caption": f"a man  drives {n}", "video_id": f"video{n % 3}", "sen_id": n} for n in range(30)]
    put(folder / "train_val_videodatainfo.json", {"info": {}, "videos": videos, "sentences": sentences})
    for n in range(3):
        put(folder / place / f"video{n}.mp4", "clip")
    found = converted("msr-vtt", folder)
    assert [c.id for c in found] == [f"msr-vtt/train/{n}" for n in range(30) if n % 3 != 1]
    assert {c.group for c in found} == {"video", "watch"}
    for conversation in found:
        n = int(conversation.id.rsplit("/", 1)[1])
        (clip,) = media(conversation, "video")
        assert (clip.path, clip.meta["duration"]) == (f"{place}/video{n % 3}.mp4", 11.72)
        if conversation.group == "video":
            assert calls(conversation) == [f'video "a man drives {n}"']
        else:
            assert said(conversation, "assistant") == [f"A man drives {n}."]
    assert len(converted("msr-vtt", folder, "val")) == 10
    (folder / place / "video1.mp4").unlink()
    with pytest.raises(Broken, match=r"video1\.mp4 is missing"):
        converted("msr-vtt", folder, "val")
