"""Every checkpoint of the hub that a profile names, as a small random twin of its true class, through the loader that people use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.diffusion.loading import load_pipeline
from models.expert import Cancelled, Expert, Inputs, Picture, discover
from models.profiles import PROFILES
from models.profiles_hub import fetched
from models.values import Box, Checkpoint, Labelled, Media, Phrase, Ref, Region, TaskCall
from tests.contract import tiny_pipelines, tiny_sights

pytest.importorskip("diffusers", reason="diffusers is not installed")

ROOT = Path(__file__).resolve().parents[2]
PLACE = Box(0.25, 0.25, 0.6, 0.75)
CALLS: dict[str, tuple[Any, ...]] = {
    "image": (Phrase("a red fox"),),
    "layout": (Phrase("a park"), Labelled("a dog", PLACE)),
    "edit": (Ref("image#1"), Phrase("make it winter")),
    "inpaint": (Ref("image#1"), Ref("region#1"), Phrase("a cat")),
}


def named() -> dict[str, tuple[str, Checkpoint]]:
    """Return every checkpoint of the hub that a profile names and diffusers runs: task and checkpoint, by an id."""
    return {
        f"{task} {checkpoint.source} {checkpoint.call['pipeline']}": (task, checkpoint)
        for profile in PROFILES.values()
        for task, checkpoints in profile.experts.items()
        for checkpoint in checkpoints
        if checkpoint.revision and "pipeline" in checkpoint.call
    }


NAMED = named()


def small(checkpoint: Checkpoint, folder: Path) -> Checkpoint:
    """Return *checkpoint* as the profile has it, but for where it lies and how large its pictures are."""
    return replace(checkpoint, source=str(folder), revision="", call={**checkpoint.call, "area": 112 * 112, "steps": 3})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Checkpoint], Path]:
    root = tmp_path_factory.mktemp("twins")

    def found(checkpoint: Checkpoint) -> Path:
        target = root / checkpoint.source.replace("/", "--")
        if not target.exists():
            tiny_pipelines.twin(target, checkpoint.source, checkpoint.call.get("variant"))
        return target

    return found


@pytest.fixture(scope="module")
def expert(folder: Callable[[Checkpoint], Path]) -> Callable[[str], Expert]:
    loaded: dict[str, Expert] = {}

    def found(name: str) -> Expert:
        if name not in loaded:
            checkpoint = NAMED[name][1]
            loaded[name] = discover()[checkpoint.implementation].load(small(checkpoint, folder(checkpoint)), "cpu")
        return loaded[name]

    return found


def run(
    name: str,
    expert: Callable[[str], Expert],
    tmp_path: Path,
    report: Any = lambda *_: None,
    seed: int = 7,
    channels: int = 3,
) -> tuple[Picture, Picture]:
    """Return a picture of 90 x 61 and what the expert *name* makes of it, or draws, with the settings of its profile."""
    task, checkpoint = NAMED[name]
    image = Picture(np.random.default_rng(5).integers(0, 256, (61, 90, channels), np.uint8))
    media = {"image#1": Media("image", "image#1", "")}
    regions = {"region#1": Region(1, "image#1", box=PLACE)}
    settings = {**checkpoint.call, "steps": 3}
    inputs = Inputs({"image#1": image}, media, regions, tmp_path, seed, settings)
    made = expert(name)(TaskCall("t1", task, CALLS[task]), inputs, report)
    assert isinstance(made, Picture)
    return image, made


def test_every_checkpoint_of_every_profile_has_a_twin_and_no_twin_is_left_over() -> None:
    sources = {checkpoint.source for profile in PROFILES.values() for checkpoint in fetched(profile)}
    assert sources == {*tiny_pipelines.TWINS, *tiny_sights.TWINS}
    assert {checkpoint.source for _, checkpoint in NAMED.values()} == set(tiny_pipelines.TWINS)
    assert {task for task, _ in NAMED.values()} <= set(CALLS)
    import diffusers

    for _, checkpoint in NAMED.values():
        assert hasattr(diffusers, checkpoint.call["pipeline"])


@pytest.mark.parametrize("name", NAMED)
def test_it_draws_step_by_step_with_previews_and_the_same_again_from_the_same_seed(
    name: str, expert: Callable[[str], Expert], tmp_path: Path
) -> None:
    told: list[tuple[str, Any]] = []

    def report(fraction: float, word: str = "", preview: Any = None) -> None:
        told.append((word, preview() if callable(preview) else preview))

    _, one = run(name, expert, tmp_path, report)
    _, again = run(name, expert, tmp_path)
    _, other = run(name, expert, tmp_path, seed=8)
    assert one.pixels.std() > 0
    assert np.array_equal(one.pixels, again.pixels)
    assert not np.array_equal(one.pixels, other.pixels)
    steps = {word.partition("step ")[2] for word, _ in told if "step " in word}
    assert {word.partition(" of ")[0] for word in steps} >= {"1", "2"}
    shown = [preview for _, preview in told if preview is not None]
    assert shown
    assert all(preview.dtype == np.uint8 and preview.ndim == 3 and preview.shape[2] == 3 for preview in shown)


@pytest.mark.parametrize("name", NAMED)
def test_stop_ends_it_within_a_step_and_leaves_nothing_behind(
    name: str, expert: Callable[[str], Expert], tmp_path: Path
) -> None:
    _, before = run(name, expert, tmp_path)
    words: list[str] = []

    def stop(fraction: float, word: str = "", preview: Any = None) -> None:
        words.append(word)
        if "step 1 of" in word:
            raise Cancelled

    with pytest.raises(Cancelled):
        run(name, expert, tmp_path, stop)
    assert not any("step 2" in word for word in words)
    assert np.array_equal(before.pixels, run(name, expert, tmp_path)[1].pixels)


@pytest.mark.parametrize("name", [name for name, (task, _) in NAMED.items() if task in ("edit", "inpaint")])
@pytest.mark.parametrize("channels", [3, 4])
def test_a_change_in_a_place_leaves_every_pixel_outside_of_its_band_as_it_was(
    name: str, channels: int, expert: Callable[[str], Expert], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CALLS, "edit", (Ref("image#1"), Ref("region#1"), Phrase("make it winter")))
    image, made = run(name, expert, tmp_path, channels=channels)
    height, width = image.pixels.shape[:2]
    band = made.meta["band_px"] + 1
    inside = np.zeros((height, width), bool)
    inside[
        int(0.25 * height) - band : int(0.75 * height) + band + 1,
        int(0.25 * width) - band : int(0.6 * width) + band + 1,
    ] = True
    differs = (made.pixels != image.pixels).any(2)
    assert made.pixels.shape == image.pixels.shape
    assert not differs[~inside].any()
    assert differs.sum() == made.meta["changed_inside"] > 100
    assert made.meta["changed_outside"] == 0


def test_experts_of_one_checkpoint_have_its_weights_once_and_schedulers_of_their_own(
    folder: Callable[[Checkpoint], Path],
) -> None:
    kinds = [checkpoint for _, checkpoint in NAMED.values() if "FLUX.2" in checkpoint.source]
    pipes = [load_pipeline(small(checkpoint, folder(checkpoint)), "cpu") for checkpoint in kinds]
    assert {type(pipe).__name__ for pipe in pipes} == {"Flux2KleinPipeline", "Flux2KleinInpaintPipeline"}
    assert len({id(pipe.transformer) for pipe in pipes}) == len({id(pipe.text_encoder) for pipe in pipes}) == 1
    assert len({id(pipe.scheduler) for pipe in pipes}) == len(pipes)
    assert all(pipe.config.is_distilled for pipe in pipes)


def test_the_docs_tell_every_checkpoint_with_its_commit_size_and_licence() -> None:
    text = (ROOT / "docs" / "profiles.md").read_text(encoding="utf-8")
    for profile in PROFILES.values():
        files = fetched(profile)
        if files:
            gigabytes = sum(checkpoint.size for checkpoint in files)
            row = f"| `{profile.name}` | {gigabytes:.1f} GB | {profile.needs['ram']:.0f} GB | {profile.needs['vram']:.0f} GB |"
            assert row in text
        for c in files:
            assert f"| `{c.source}` | `{c.revision}` | {c.size:.1f} GB | {c.licence} |" in text


def test_the_expert_of_ones_own_in_the_docs_draws_with_a_gligen_in_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.diffusion.calls.AREA", 64 * 64)  # the docs' one draws at the usual size
    code = (ROOT / "docs" / "profiles.md").read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    (tmp_path / "mine.py").write_text(code, encoding="utf-8")
    made = tiny_pipelines.parts(4, gated=True)
    tiny_pipelines.saved(tmp_path / "gligen", "StableDiffusionPipeline", made=made)
    found = discover(tmp_path)["mine"]
    inputs = Inputs({}, {}, {}, tmp_path, 3, {"steps": 1, "size": "64x64"})
    drawn = found.load(Checkpoint("mine"), "cpu")(TaskCall("t1", "layout", CALLS["layout"]), inputs, lambda *_: None)
    assert isinstance(drawn, Picture)
    assert drawn.meta["layout"] == [["a dog", 0.25, 0.25, 0.6, 0.75]]
