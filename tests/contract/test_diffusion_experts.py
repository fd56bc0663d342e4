"""The experts that run diffusers pipelines, on random checkpoints of the true classes loaded by the loader that people use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from models.expert import Cancelled, Expert, Inputs, Picture, Refusal, discover
from models.masks import area
from models.values import Box, Checkpoint, Media, Phrase, Ref, Region, Stroke, TaskCall
from tests.contract import tiny_pipelines

pytest.importorskip("diffusers", reason="diffusers is not installed")

CLASSES = {
    "image_diffusers": ("StableDiffusionPipeline", 4),
    "edit_diffusers": ("StableDiffusionInstructPix2PixPipeline", 8),
    "inpaint_diffusers": ("StableDiffusionInpaintPipeline", 9),
}
CALLS: dict[str, tuple[Any, ...]] = {
    "image_diffusers": (Phrase("a red fox"),),
    "edit_diffusers": (Ref("image#1"), Phrase("make it winter")),
    "inpaint_diffusers": (Ref("image#1"), Ref("region#1"), Phrase("a cat")),
}
PLACE = Box(0.25, 0.25, 0.6, 0.75)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("pipelines")
    return {expert: tiny_pipelines.saved(root / name, name, channels) for expert, (name, channels) in CLASSES.items()}


@pytest.fixture(scope="module")
def experts(folders: dict[str, Path]) -> dict[str, Expert]:
    found = discover()
    return {name: found[name].load(checkpoint(folders, name), "cpu") for name in CLASSES}


def checkpoint(folders: dict[str, Path], expert: str, **changed: Any) -> Checkpoint:
    call = {"pipeline": CLASSES[expert][0], "without": ["safety_checker"], "area": 32 * 32, "multiple": 8, "steps": 3}
    return Checkpoint(expert, source=str(folders[expert]), call=call | changed)


def picture(height: int = 61, width: int = 90, channels: int = 3) -> Picture:
    return Picture(np.random.default_rng(5).integers(0, 256, (height, width, channels), np.uint8))


def inputs(tmp_path: Path, image: Picture | None = None, seed: int = 7, **settings: Any) -> Inputs:
    region = Region(1, "image#1", box=PLACE)
    media = {"image#1": Media("image", "image#1", "")}
    return Inputs(
        {"image#1": image or picture()}, media, {"region#1": region}, tmp_path, seed, {"steps": 3, **settings}
    )


def call(expert: str, *args: Any) -> TaskCall:
    return TaskCall("t1", expert.partition("_")[0], args or CALLS[expert])


def quiet(*_: Any) -> None:
    return None


@pytest.mark.parametrize("name", CLASSES)
def test_a_loaded_checkpoint_makes_a_picture_step_by_step_and_again_the_same(
    name: str, experts: dict[str, Expert], tmp_path: Path
) -> None:
    told: list[tuple[float, str, Any]] = []

    def report(fraction: float, word: str = "", preview: Any = None) -> None:
        told.append((fraction, word, preview() if callable(preview) else preview))

    one = experts[name](call(name), inputs(tmp_path), report)
    again = experts[name](call(name), inputs(tmp_path), quiet)
    other = experts[name](call(name), inputs(tmp_path, seed=8), quiet)
    assert isinstance(one, Picture)
    assert isinstance(again, Picture)
    assert isinstance(other, Picture)
    assert np.array_equal(one.pixels, again.pixels)
    assert not np.array_equal(one.pixels, other.pixels)
    steps = [word for _, word, _ in told if "step" in word]
    assert any("step 3 of 3" in word for word in steps)
    fractions = [fraction for fraction, word, _ in told if "step" in word]
    assert fractions == sorted(fractions)
    shown = [preview for _, _, preview in told if preview is not None]
    assert shown
    assert all(preview.dtype == np.uint8 and preview.shape[2] == 3 for preview in shown)
    assert all(max(preview.shape[:2]) >= 64 for preview in shown), "latents of a few places are a dot on a page"


@pytest.mark.parametrize("name", CLASSES)
def test_stop_ends_it_within_a_step_and_the_next_run_is_as_if_nothing_had_been(
    name: str, experts: dict[str, Expert], tmp_path: Path
) -> None:
    before = experts[name](call(name), inputs(tmp_path), quiet)
    passes: list[str] = []

    def stop(fraction: float, word: str = "", preview: Any = None) -> None:
        passes.append(word)
        if "step 1 of" in word:
            raise Cancelled

    with pytest.raises(Cancelled):
        experts[name](call(name), inputs(tmp_path), stop)
    assert not any("step 2" in word for word in passes)
    after = experts[name](call(name), inputs(tmp_path), quiet)
    assert np.array_equal(before.pixels, after.pixels)  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["edit_diffusers", "inpaint_diffusers"])
@pytest.mark.parametrize("channels", [3, 4])
def test_outside_of_the_band_every_pixel_is_the_inputs(
    name: str, channels: int, experts: dict[str, Expert], tmp_path: Path
) -> None:
    image = picture(channels=channels)
    where = (Ref("image#1"), Ref("region#1"), Phrase("a cat"))
    made = experts[name](call(name, *where), inputs(tmp_path, image), quiet)
    assert isinstance(made, Picture)
    assert made.pixels.shape == image.pixels.shape
    height, width = image.pixels.shape[:2]
    band = 2  # 0.6 % of 90 px is less
    assert made.meta["band_px"] == band
    inside = np.zeros((height, width), bool)
    y0, y1 = int(PLACE.y0 * height) - band - 1, int(PLACE.y1 * height) + band + 2
    x0, x1 = int(PLACE.x0 * width) - band - 1, int(PLACE.x1 * width) + band + 2
    inside[max(0, y0) : y1, max(0, x0) : x1] = True
    differs = (made.pixels != image.pixels).any(2)
    assert not differs[~inside].any()
    assert differs[inside].sum() == made.meta["changed_inside"] > 100
    assert made.meta["changed_outside"] == 0


def test_an_edit_of_a_whole_transparent_picture_keeps_its_transparency_and_tells_it(
    experts: dict[str, Expert], tmp_path: Path
) -> None:
    image, name = picture(channels=4), "edit_diffusers"
    made = experts[name](call(name), inputs(tmp_path, image), quiet)
    assert isinstance(made, Picture)
    assert made.pixels.shape == image.pixels.shape
    assert np.array_equal(made.pixels[..., 3], image.pixels[..., 3])
    assert (made.pixels[..., :3] != image.pixels[..., :3]).any()
    assert any("transparency was kept" in note for note in made.meta["notes"])
    image.pixels[..., 3] = 255
    solid = experts[name](call(name), inputs(tmp_path, image), quiet)
    assert isinstance(solid, Picture)
    assert not any("transparency" in note for note in solid.meta["notes"])


def test_what_an_edit_changes_beyond_a_scribble_is_counted_as_outside_of_it(
    experts: dict[str, Expert], tmp_path: Path
) -> None:
    pixels, name = np.full((61, 90, 3), 200, np.uint8), "edit_diffusers"
    pixels[15:45, 20:70] = (60, 30, 30)
    scribble = Region(1, "image#1", strokes=(Stroke(((0.4, 0.5), (0.6, 0.5)), 0.05),))
    given = replace(inputs(tmp_path, Picture(pixels)), regions={"region#1": scribble})
    made = experts[name](call(name, Ref("image#1"), Ref("region#1"), Phrase("make it red")), given, quiet)
    assert isinstance(made, Picture)
    far = distance_transform_edt(~area(scribble, 90, 61)) > 2
    differs = (made.pixels != pixels).any(2)
    assert made.meta["changed_outside"] == np.count_nonzero(differs & far) > 100
    assert made.meta["changed_inside"] == np.count_nonzero(differs & ~far) > 0


@pytest.mark.parametrize("size", ["33x70", "500x20", "1x1", "64x64"])
def test_any_size_is_brought_to_what_the_model_can_draw_and_that_is_told(
    size: str, experts: dict[str, Expert], tmp_path: Path
) -> None:
    made = experts["image_diffusers"](call("image_diffusers"), inputs(tmp_path, size=size), quiet)
    assert isinstance(made, Picture)
    assert made.pixels.shape[0] % 8 == made.pixels.shape[1] % 8 == 0
    assert any("pixels" in note for note in made.meta["notes"])


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (7, 9)])
def test_pictures_of_extreme_shapes_are_changed_or_refused_in_words(
    shape: tuple[int, int], experts: dict[str, Expert], tmp_path: Path
) -> None:
    made = experts["edit_diffusers"](call("edit_diffusers"), inputs(tmp_path, picture(*shape)), quiet)
    assert isinstance(made, Picture)
    assert made.pixels.shape[:2] == shape


def test_too_long_words_are_cut_and_the_result_says_where(experts: dict[str, Expert], tmp_path: Path) -> None:
    long = "a very long description that goes on and on " * 100
    made = experts["image_diffusers"](call("image_diffusers", Phrase(long)), inputs(tmp_path), quiet)
    assert isinstance(made, Picture)
    assert any("read the first 22 of" in note for note in made.meta["notes"])


def test_a_setting_that_the_pipeline_lacks_is_refused_and_not_left_out(
    experts: dict[str, Expert], tmp_path: Path
) -> None:
    with pytest.raises(Refusal, match="no setting “image_guidance”"):
        experts["image_diffusers"](call("image_diffusers"), inputs(tmp_path, image_guidance=2.0), quiet)


@pytest.mark.parametrize(
    ("name", "args", "told"),
    [
        ("image_diffusers", (Phrase("  "),), "what the picture shall show"),
        ("edit_diffusers", (Ref("image#1"),), "what shall change"),
        ("inpaint_diffusers", (Ref("image#1"), Phrase("a cat")), "not marked where “a cat” belongs"),
    ],
)
def test_what_is_missing_is_refused_before_anything_is_loaded(
    name: str, args: tuple[Any, ...], told: str, tmp_path: Path
) -> None:
    check = discover()[name].check
    assert check is not None
    with pytest.raises(Refusal, match=told):
        check(call(name, *args), inputs(tmp_path))


BROKEN: dict[str, tuple[Callable[[dict[str, Path], Path], Checkpoint], str]] = {
    "no such folder": (lambda f, t: Checkpoint("image_diffusers", str(t / "no"), call={"pipeline": "StableDiffusionPipeline"}), "no folder"),
    "no such class": (lambda f, t: checkpoint(f, "image_diffusers", pipeline="NoSuchPipeline"), "has no pipeline"),
    "no pipeline at all": (lambda f, t: checkpoint(f, "image_diffusers", pipeline="os"), "has no pipeline"),
    "not pinned": (lambda f, t: Checkpoint("image_diffusers", "some/model", call={"pipeline": "StableDiffusionPipeline"}), "not pinned"),
    "no precision": (lambda f, t: Checkpoint("image_diffusers", str(f["image_diffusers"]), dtype="int3", call={"pipeline": "StableDiffusionPipeline"}), "no precision"),
}  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN)
def test_a_checkpoint_that_cannot_be_loaded_says_why(fault: str, folders: dict[str, Path], tmp_path: Path) -> None:
    made, told = BROKEN[fault]
    with pytest.raises(Refusal, match=told):
        discover()["image_diffusers"].load(made(folders, tmp_path), "cpu")


def test_without_the_library_the_reason_is_told(folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "diffusers", None)
    with pytest.raises(Refusal, match="is not installed"):
        discover()["image_diffusers"].load(checkpoint(folders, "image_diffusers"), "cpu")


def test_weights_that_are_pickles_are_not_read(folders: dict[str, Path], tmp_path: Path) -> None:
    import shutil

    import torch

    folder = tmp_path / "pickled"
    shutil.copytree(folders["image_diffusers"], folder)
    for file in folder.rglob("*.safetensors"):
        torch.save({}, file.with_suffix(".bin"))
        file.unlink()
    with pytest.raises(Refusal, match="safetensors"):
        discover()["image_diffusers"].load(checkpoint({"image_diffusers": folder}, "image_diffusers"), "cpu")
