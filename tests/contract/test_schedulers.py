"""The scheduler of a call or a profile: another rule from noise to a picture, the model's own again after, refused where it has but one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("diffusers", reason="diffusers is not installed")

from models.diffusion.loading import load_pipeline
from models.diffusion.running import ready
from models.diffusion.schedulers import KINDS, scheduled
from models.expert import Cancelled, Expert, Inputs, Picture, Refusal, discover
from models.profiles import PROFILES
from models.profiles_hub import KLEIN_IMAGE, SD_IMAGE, XL_IMAGE, Z_IMAGE
from models.router import Router
from models.store import Store
from models.values import Box, Checkpoint, Labelled, Media, Phrase, Profile, Ref, Region, TaskCall
from tests.contract import tiny_pipelines

PIPES = {
    "image": ("StableDiffusionPipeline", 4, (Phrase("a red fox"),)),
    "edit": ("StableDiffusionInstructPix2PixPipeline", 8, (Ref("image#1"), Phrase("make it winter"))),
    "inpaint": ("StableDiffusionInpaintPipeline", 9, (Ref("image#1"), Ref("region#1"), Phrase("a cat"))),
    "layout": ("StableDiffusionPipeline", 4, (Phrase("a park"), Labelled("a dog", Box(0.2, 0.2, 0.8, 0.8)))),
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("schedulers")
    return {
        task: tiny_pipelines.saved(root / task, name, made=tiny_pipelines.parts(channels, gated=task == "layout"))
        for task, (name, channels, _) in PIPES.items()
    }


def checkpoint(folders: dict[str, Path], task: str, **changed: Any) -> Checkpoint:
    call = {"pipeline": PIPES[task][0], "without": ["safety_checker"], "area": 32 * 32}
    return Checkpoint(f"{task}_diffusers", str(folders[task]), call=call | changed)


@pytest.fixture(scope="module")
def experts(folders: dict[str, Path]) -> dict[str, Expert]:
    found = discover()
    return {task: found[f"{task}_diffusers"].load(checkpoint(folders, task), "cpu") for task in PIPES}


def draw(expert: Expert, task: str, tmp_path: Path, report: Any = lambda *_: None, **settings: Any) -> Picture:
    image = Picture(np.random.default_rng(5).integers(0, 256, (40, 40, 3), np.uint8))
    regions = {"region#1": Region(1, "image#1", box=Box(0.25, 0.25, 0.6, 0.75))}
    media = {"image#1": Media("image", "image#1", "")}
    inputs = Inputs({"image#1": image}, media, regions, tmp_path, settings.pop("seed", 7), {"steps": 3, **settings})
    made = expert(TaskCall("t1", task, PIPES[task][2]), inputs, report)
    assert isinstance(made, Picture)
    return made


@pytest.mark.parametrize("task", PIPES)
@pytest.mark.parametrize("name", KINDS)
def test_each_scheduler_draws_with_previews_and_the_same_again_from_the_same_seed(
    name: str, task: str, experts: dict[str, Expert], tmp_path: Path
) -> None:
    told: list[tuple[str, Any]] = []

    def report(fraction: float, word: str = "", preview: Any = None) -> None:
        told.append((word, preview() if callable(preview) else preview))

    before = draw(experts[task], task, tmp_path)
    one = draw(experts[task], task, tmp_path, report, scheduler=name)
    again = draw(experts[task], task, tmp_path, scheduler=name)
    other = draw(experts[task], task, tmp_path, scheduler=name, seed=8)
    assert one.meta["scheduler"] == name
    assert np.array_equal(one.pixels, again.pixels)
    assert not np.array_equal(one.pixels, other.pixels)
    assert before.meta["scheduler"] == "ddim", "the one that the checkpoint comes with is told too"
    if name != "euler":  # the rule of ddim in other words: the same picture but for rounding
        assert np.array_equal(one.pixels, before.pixels) == (name == "ddim")
    assert np.array_equal(draw(experts[task], task, tmp_path).pixels, before.pixels), "afterwards it has its own again"
    assert any("step 3 of 3" in word for word, _ in told)
    shown = [preview for _, preview in told if preview is not None]
    assert len(shown) >= 3
    assert all(preview.dtype == np.uint8 and preview.shape[2] == 3 for preview in shown)
    assert len({preview.tobytes() for preview in shown}) >= 3, "each step shows another state"


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("steps", [1, 2])
def test_few_steps_are_enough_for_every_scheduler(
    steps: int, name: str, experts: dict[str, Expert], tmp_path: Path
) -> None:
    assert draw(experts["image"], "image", tmp_path, scheduler=name, steps=steps).pixels.std() > 0
    assert draw(experts["inpaint"], "inpaint", tmp_path, scheduler=name, steps=steps).pixels.std() > 0


@pytest.mark.parametrize("name", ["euler_ancestral", "dpm_solver", "pndm"])
def test_stop_ends_it_within_a_step_and_the_models_own_scheduler_is_back(
    name: str, experts: dict[str, Expert], tmp_path: Path
) -> None:
    before = draw(experts["image"], "image", tmp_path)
    words: list[str] = []

    def stop(fraction: float, word: str = "", preview: Any = None) -> None:
        words.append(word)
        if "step 1 of" in word:
            raise Cancelled

    with pytest.raises(Cancelled):
        draw(experts["image"], "image", tmp_path, stop, scheduler=name)
    assert not any("step 2" in word for word in words)
    assert np.array_equal(draw(experts["image"], "image", tmp_path).pixels, before.pixels)


def test_it_is_the_scheduler_of_diffusers_with_the_settings_of_the_models_own(
    folders: dict[str, Path], experts: dict[str, Expert], tmp_path: Path
) -> None:
    import torch
    from diffusers import EulerDiscreteScheduler, StableDiffusionPipeline

    pipe = StableDiffusionPipeline.from_pretrained(folders["image"], safety_checker=None, requires_safety_checker=False)
    pipe.scheduler = EulerDiscreteScheduler.from_config(pipe.scheduler.config)
    pipe.set_progress_bar_config(disable=True)
    torch.manual_seed(7)
    wanted = pipe(
        "a red fox", width=32, height=32, num_inference_steps=3, generator=torch.Generator().manual_seed(7)
    ).images[0]
    made = draw(experts["image"], "image", tmp_path, scheduler="euler")
    assert np.array_equal(made.pixels, np.asarray(wanted))
    loaded = load_pipeline(checkpoint(folders, "image"), "cpu")
    own = loaded.scheduler
    with scheduled(loaded, "euler"):
        assert type(loaded.scheduler).__name__ == "EulerDiscreteScheduler"
        assert loaded.scheduler.config.beta_schedule == own.config.beta_schedule == "scaled_linear"
        assert loaded.scheduler.config.beta_end == own.config.beta_end == 0.012
    assert loaded.scheduler is own


@pytest.fixture(scope="module")
def router(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Router]:
    root = tmp_path_factory.mktemp("routers")

    def made(checkpoint: Checkpoint, **call: Any) -> Router:
        folder = root / checkpoint.source.replace("/", "--")
        if not folder.exists():
            tiny_pipelines.twin(folder, checkpoint.source, checkpoint.call.get("variant"))
        small = {**checkpoint.call, "area": 112 * 112, **call}
        own = Checkpoint(checkpoint.implementation, str(folder), call=small)
        profile = Profile("one", PROFILES["nano"].unified, {"image": (own, Checkpoint("image_picturebook"))})
        return Router(profile, Store(root / "media"), discover())

    return made


def written(router: Router, **params: str) -> Picture:
    """Return what a call that a person wrote draws."""
    call = TaskCall("t1", "image", (Phrase("a red fox"),), {"steps": "2", **params})
    with router.run(call, {}, {}, lambda *_: None, seed=7) as ran:
        picture = ran.values[0]
        assert isinstance(picture, Picture)
        picture.meta["told"] = dict(ran.step.settings)
        return picture


def test_a_person_writes_it_a_profile_gives_it_and_a_word_that_is_none_is_told(router: Callable[..., Router]) -> None:
    plain, asked = written(router(SD_IMAGE)), written(router(SD_IMAGE), scheduler="UniPC")
    assert (plain.meta["scheduler"], asked.meta["scheduler"]) == ("ddim", "unipc")
    assert asked.meta["told"]["scheduler"] == "unipc"
    given = written(router(SD_IMAGE, scheduler="unipc"))
    assert np.array_equal(asked.pixels, given.pixels)
    assert not np.array_equal(asked.pixels, plain.pixels)
    other = written(router(SD_IMAGE, scheduler="unipc"), scheduler="ddim")
    assert np.array_equal(other.pixels, plain.pixels), "the call's goes before the profile's"
    wrong = written(router(SD_IMAGE), scheduler="os")
    assert np.array_equal(wrong.pixels, plain.pixels)
    assert any("scheduler=os is not one of ddim" in note for note in wrong.meta["told"]["notes"])
    assert written(router(XL_IMAGE), scheduler="unipc").meta["scheduler"] == "unipc"


@pytest.mark.parametrize("checkpoint", [KLEIN_IMAGE, Z_IMAGE], ids=["klein", "z"])
def test_a_model_that_was_made_for_its_own_scheduler_refuses_others(
    checkpoint: Checkpoint, router: Callable[..., Router]
) -> None:
    with pytest.raises(Refusal, match="no setting “scheduler”"):
        written(router(checkpoint), scheduler="unipc")
    assert "scheduler" not in written(router(checkpoint)).meta


def test_a_profile_that_names_no_scheduler_of_the_list_is_refused_when_it_is_loaded(folders: dict[str, Path]) -> None:
    with pytest.raises(Refusal, match="no scheduler “DDIMPipeline”") as refused:
        ready(checkpoint(folders, "image", scheduler="DDIMPipeline"), "cpu")
    assert "euler_ancestral" in refused.value.hint
