"""What a picture was made by, in its file: written, read back, turned into a command, and safe against what others write there."""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from engine_stubs import of, picture, said
from PIL import Image

from app.engine import Engine
from app.recipes import settings_of
from models import recipe
from models.expert import Picture, Refusal
from models.media import encode_png
from models.slash import parse_slash
from models.store import Store
from models.values import Box, Media, Phrase, Ref, Region, Step, TaskCall

SUM = "0" * 64
TOLD = {
    "format": 1, "task": "image", "call": '<task>image "a fox"</task>', "expert": "E", "checkpoint": "", "seed": 5,
    "settings": {"steps": 3}, "inputs": {},
}  # fmt: skip


def png(tmp_path: Path, *chunks: bytes) -> Path:
    whole = encode_png(np.full((4, 6, 3), 7, np.uint8))
    path = tmp_path / "picture.png"
    path.write_bytes(whole[:33] + b"".join(chunks) + whole[33:])
    return path


def said_in(value: object) -> bytes:
    return recipe.chunk(json.dumps(value))


def test_a_picture_with_a_recipe_is_the_same_picture_and_tells_it(tmp_path: Path) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (5, 7, 4), np.uint8)
    step = Step("t1", "image", "Stub", "some/model@abc", 7, 1.5, "", {"steps": 30, "notes": ["x"], "size": "64x64"})
    call = TaskCall("t1", "inpaint", (Ref("image#1"), Ref("region#1"), Phrase("a “fox”\n")), {"strength": "0.5"})
    regions = {"region#1": Region(1, "image#1", box=Box(0.1, 0.2, 0.3, 0.4))}
    text = recipe.of_step(step, call, regions, lambda handle: SUM)
    whole = recipe.added(encode_png(pixels), text)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(whole))), pixels)
    path = tmp_path / "made.png"
    path.write_bytes(whole)
    made = recipe.read(path)
    assert (made["seed"], made["checkpoint"], made["inputs"]) == (7, "some/model@abc", {"image#1": SUM})
    assert made["settings"] == {"steps": 30, "size": "64x64"}
    assert "<box>100,200,300,400</box>" in made["call"]
    assert "1.5" not in text  # nothing that differs between two runs of the same call
    assert recipe.added(b"\x89PNG", "") == b"\x89PNG"
    with pytest.raises(ValueError, match="no PNG"):
        recipe.added(b"GIF89a", text)


@pytest.mark.parametrize(
    "changed",
    [
        {"format": 2}, {"task": "../x"}, {"task": 3}, {"seed": -1}, {"seed": 2**31}, {"seed": True}, {"seed": "5"}, {"call": None},
        {"settings": []}, {"settings": {"a b": 1}}, {"settings": {"a": [1]}}, {"settings": {"a": float("nan")}},
        {"settings": {f"k{'x' * n}": 1 for n in range(65)}}, {"settings": {"a": 10**400}}, {"inputs": {"image#1": "zz"}},
        {"inputs": {"/etc/passwd": SUM}}, {"inputs": None},
    ],
)  # fmt: skip
def test_a_forged_recipe_is_none(changed: dict[str, object], tmp_path: Path) -> None:
    assert recipe.read(png(tmp_path, said_in(TOLD)))["seed"] == 5
    assert recipe.read(png(tmp_path, said_in({**TOLD, **changed}))) == {}


def test_spoilt_huge_and_endless_chunks_are_passed_over(tmp_path: Path) -> None:
    whole = said_in(TOLD)
    spoilt = whole[:-1] + bytes([whole[-1] ^ 1])
    deep = recipe.chunk("[" * 60_000)
    body = recipe.KEYWORD + b"\x00\x01\x00\x00\x00" + zlib.compress(b"x" * 50_000_000)
    bomb = len(body).to_bytes(4, "big") + b"iTXt" + body + zlib.crc32(b"iTXt" + body).to_bytes(4, "big")
    for bad in (spoilt, deep, bomb, recipe.chunk("x" * 200_000), recipe.chunk("\ud800"), b"\xff\xff\xff\xffiTXt", b""):
        assert recipe.read(png(tmp_path, bad)) == {}
    assert recipe.read(png(tmp_path, *[recipe.chunk("x" * 100_000)] * 3, whole))["task"] == "image"
    assert recipe.read(png(tmp_path, *[b"\x00\x00\x00\x00teXt\x00\x00\x00\x00"] * 300, whole)) == {}
    for start in (b"", b"\x89PNG\r\n\x1a\n", b"\x89PNG\r\n\x1a\n\x00\x00"):
        (tmp_path / "short.png").write_bytes(start)
        assert recipe.read(tmp_path / "short.png") == {}
    assert "\u202e" not in json.dumps(
        recipe.checked(json.dumps({**TOLD, "expert": "a\u202eb\x1b[1m"}).encode()), ensure_ascii=False
    )


def test_an_attached_picture_gives_the_command_that_made_it(made: Callable[..., Engine]) -> None:
    engine = made()
    session = engine.open("me")
    first = of(said(engine, session, "/image a red fox size=64x48 seed=11"), Media)[-1]
    file = engine.store.file(first)
    other = engine.open("me")
    said(engine, other, "hello", attachments=[engine.attach(other, file, "fox.png").handle])
    told = settings_of(engine, other, "image#1")
    assert told["seed"] == 11
    call = parse_slash(told["command"], {}, (), engine.router.tasks)
    assert isinstance(call, TaskCall)
    assert (call.phrases(), call.params["seed"], call.params["size"]) == (["a red fox"], "11", "64x48")
    again = of(said(engine, other, told["command"]), Media)[-1]
    assert engine.store.file(again).read_bytes() == file.read_bytes()


def test_what_tells_nothing_or_was_made_from_what_is_not_here_is_refused(
    made: Callable[..., Engine], tmp_path: Path
) -> None:
    engine = made()
    session = engine.open("me")
    engine.attach(session, picture(tmp_path / "plain.png"), "plain.png")
    forged = {**TOLD, "task": "adjust", "call": "<task>adjust image#1 op=blur</task>", "inputs": {"image#1": SUM}}
    here = {**TOLD, "call": "<task>image image#1</task>", "inputs": {"image#1": SUM}}
    strange = {**TOLD, "task": "rm_rf", "call": "<task>rm_rf</task>"}
    for value in (forged, here, strange):
        engine.attach(session, png(tmp_path, said_in(value)), "p.png")
    for number, reason in (
        (1, "does not tell"),
        (2, "cannot repeat"),
        (3, "is not in this conversation"),
        (4, "cannot repeat"),
        (9, "no image#9"),
    ):
        with pytest.raises(Refusal, match=reason):
            settings_of(engine, session, f"image#{number}")


def test_a_setting_of_several_words_is_given_in_quotes(tmp_path: Path) -> None:
    from dataclasses import replace

    from models.expert import Param
    from models.tasks import TASKS

    tasks = {"image": replace(TASKS["image"], params=(*TASKS["image"].params, Param("negative", "text", "not")))}
    call = parse_slash('/image a fox negative="blue sky" seed=3', {}, (), tasks)
    assert isinstance(call, TaskCall)
    assert (call.phrases(), dict(call.params)) == (["a fox"], {"negative": "blue sky", "seed": "3"})
    quoted = parse_slash('/image "a sign negative="blue sky" there"', {}, (), tasks)
    assert isinstance(quoted, TaskCall)
    assert "negative" not in quoted.params


def test_masks_clips_and_sounds_are_stored_as_before(tmp_path: Path) -> None:
    store = Store(tmp_path / "media")
    value = Picture(np.full((3, 3, 3), 9, np.uint8))
    [(_, plain, _)] = store.put(value)
    [(_, told, _)] = store.put(value, origin=json.dumps(TOLD))
    assert plain != told
    assert recipe.read(store.path(told))["seed"] == 5
    assert recipe.read(store.path(plain)) == {}
