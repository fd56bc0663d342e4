"""The pipeline of the network that is trained here: written, read and run by the experts that run published ones."""

from __future__ import annotations

import gc
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from models.diffusion.loading import load_pipeline
from models.expert import Cancelled, Expert, Inputs, Picture, Refusal, discover
from models.reader import TEXT_ENCODER
from models.values import Box, Checkpoint, Labelled, Media, Phrase, Ref, Region, TaskCall
from tests.contract.tiny_pipelines import SIDE
from tests.contract.tiny_pipelines import drawing as tiny

pytest.importorskip("diffusers", reason="diffusers is not installed")
pytestmark = pytest.mark.skipif(not (TEXT_ENCODER / "config.json").is_file(), reason="there is no sentence encoder")

PLACE = Box(0.25, 0.25, 0.6, 0.75)
CALLS: dict[str, tuple[Any, ...]] = {
    "image_diffusers": (Phrase("a red fox on a meadow"),),
    "layout_diffusers": (Phrase("a park"), Labelled("a dog", Box(0.1, 0.5, 0.4, 0.9)), Labelled("a ball", Box(0.5, 0.6, 0.7, 0.8))),
    "edit_diffusers": (Ref("image#1"), Phrase("make it night")),
    "inpaint_diffusers": (Ref("image#1"), Ref("region#1"), Phrase("a cat")),
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("drawing")
    tiny().save_pretrained(target)
    return target


@pytest.fixture(scope="module")
def experts(folder: Path) -> dict[str, Expert]:
    return {name: discover()[name].load(checkpoint(folder, name), "cpu") for name in CALLS}


def checkpoint(folder: Path, expert: str) -> Checkpoint:
    """Return the entry that a profile would have: data alone."""
    call = {"pipeline": "DrawingPipeline", "area": SIDE * SIDE, "multiple": 8}
    return Checkpoint(expert, source=str(folder), call=call)


def picture(height: int = 61, width: int = 90) -> Picture:
    return Picture(np.random.default_rng(5).integers(0, 256, (height, width, 3), np.uint8))


def run(
    expert: Expert, name: str, tmp_path: Path, *args: Any, seed: int = 7, report: Any = None, **settings: Any
) -> Picture:
    inputs = Inputs(
        {"image#1": picture()}, {"image#1": Media("image", "image#1", "")}, {"region#1": Region(1, "image#1", box=PLACE)},
        tmp_path, seed, {"steps": 3, "guidance": 2.0, **({"gates": 1.0} if "layout" in name else {}), **settings},
    )  # fmt: skip
    made = expert(TaskCall("t1", name.partition("_")[0], args or CALLS[name]), inputs, report or (lambda *_: None))
    assert isinstance(made, Picture)
    return made


@pytest.mark.parametrize("name", CALLS)
def test_the_trained_pipeline_serves_each_task_with_steps_previews_and_seeds(
    name: str, experts: dict[str, Expert], tmp_path: Path
) -> None:
    told: list[tuple[str, Any]] = []

    def report(fraction: float, word: str = "", preview: Any = None) -> None:
        told.append((word, preview() if callable(preview) else preview))

    one = run(experts[name], name, tmp_path, report=report)
    assert np.array_equal(one.pixels, run(experts[name], name, tmp_path).pixels)
    assert not np.array_equal(one.pixels, run(experts[name], name, tmp_path, seed=8).pixels)
    assert any("step 3 of 3" in word for word, _ in told)
    shown = [preview for _, preview in told if preview is not None]
    assert shown
    assert all(preview.shape == (SIDE // 4, preview.shape[1], 3) or preview.shape[2] == 3 for preview in shown)
    if name == "inpaint_diffusers":
        assert one.meta["changed_outside"] == 0 < one.meta["changed_inside"]


@pytest.mark.parametrize("name", CALLS)
def test_stop_ends_the_trained_pipeline_within_a_step_and_the_next_run_is_clean(
    name: str, experts: dict[str, Expert], tmp_path: Path
) -> None:
    before, words = run(experts[name], name, tmp_path), list[str]()

    def stop(fraction: float, word: str = "", preview: Any = None) -> None:
        words.append(word)
        if "step 1 of" in word:
            raise Cancelled

    with pytest.raises(Cancelled):
        run(experts[name], name, tmp_path, report=stop)
    assert not any("step 2" in word for word in words)
    assert np.array_equal(before.pixels, run(experts[name], name, tmp_path).pixels)


def test_boxes_and_their_labels_change_what_the_trained_pipeline_draws(
    experts: dict[str, Expert], tmp_path: Path
) -> None:
    name = "layout_diffusers"
    made = [
        run(experts[name], name, tmp_path, Phrase("a park"), *items).pixels
        for items in (
            (Labelled("a dog", Box(0.1, 0.5, 0.4, 0.9)),), (Labelled("a dog", Box(0.5, 0.1, 0.9, 0.4)),),
            (Labelled("a cat", Box(0.1, 0.5, 0.4, 0.9)),), (),
        )
    ]  # fmt: skip
    assert all(not np.array_equal(made[a], made[b]) for a in range(4) for b in range(a))


def test_the_trained_pipeline_says_where_it_stopped_reading(experts: dict[str, Expert], tmp_path: Path) -> None:
    made = run(experts["image_diffusers"], "image_diffusers", tmp_path, Phrase("a red fox " * 40))
    assert any("read the first 32 of 120 word pieces" in note for note in made.meta["notes"])


def test_things_that_it_never_learnt_are_told_and_those_that_it_learnt_are_not(
    experts: dict[str, Expert], tmp_path: Path
) -> None:
    def told(name: str, *args: Any) -> list[str]:
        notes = run(experts[name], name, tmp_path, *args).meta["notes"]
        return [note for note in notes if "learnt" in note]

    assert told("image_diffusers", Phrase("a dog and a submarine")) == [
        "it learnt to draw 4 things, and what it draws for “submarine” is a guess"
    ]
    assert told("image_diffusers", Phrase("two red apples and a cat by a dog")) == []
    labels = (Phrase("a park"), Labelled("a cat", PLACE), Labelled("a wizard", PLACE))
    assert "“wizard”" in told("layout_diffusers", *labels)[0]
    assert told("edit_diffusers", Ref("image#1"), Phrase("make it night")) == []


def test_the_trained_pipeline_remembers_what_it_learnt_in_its_folder(folder: Path) -> None:
    pipe = load_pipeline(checkpoint(folder, "image_diffusers"), "cpu")
    assert pipe.unlearnt(["a dog", "a whale"])
    assert not pipe.unlearnt(["a dog", "an apple"])
    assert not tiny_of_unknown_things().unlearnt(["a whale"]), "where nobody knows what it learnt, nothing is said"


def tiny_of_unknown_things() -> Any:
    pipe = tiny()
    pipe.register_to_config(things=[])
    return pipe


@pytest.mark.parametrize("name", ["image_diffusers", "layout_diffusers"])
def test_small_pictures_are_given_back_enlarged_and_that_is_told(name: str, folder: Path, tmp_path: Path) -> None:
    usual = checkpoint(folder, name)
    larger = discover()[name].load(replace(usual, call={**usual.call, "enlarged": 4}), "cpu")
    small = discover()[name].load(usual, "cpu")
    made, plain = run(larger, name, tmp_path), run(small, name, tmp_path)
    assert made.pixels.shape == (4 * SIDE, 4 * SIDE, 3)
    assert plain.pixels.shape == (SIDE, SIDE, 3)
    assert f"drawn at {SIDE} x {SIDE} pixels, and shown 4 times as large" in made.meta["notes"]
    assert np.abs(made.pixels[2::4, 2::4].astype(int) - plain.pixels).mean() < 24, "it is the same picture"
    wide = run(larger, name, tmp_path, size="800x400")
    assert wide.pixels.shape[1] > 1.5 * wide.pixels.shape[0]


def test_tasks_of_one_trained_checkpoint_share_its_weights(folder: Path) -> None:
    one, other = (load_pipeline(checkpoint(folder, name), "cpu") for name in ("image_diffusers", "edit_diffusers"))
    assert one.unet is other.unet
    assert one.scheduler is not other.scheduler


def test_weights_stay_shared_whichever_of_their_pipelines_is_given_up_first(folder: Path) -> None:
    for kept in (0, 1):
        pipes = [load_pipeline(checkpoint(folder, name), "cpu") for name in ("image_diffusers", "edit_diffusers")]
        left = pipes[kept]
        pipes.clear()
        gc.collect()
        assert load_pipeline(checkpoint(folder, "inpaint_diffusers"), "cpu").unet is left.unet


def test_a_setting_that_the_trained_pipeline_lacks_is_refused(experts: dict[str, Expert], tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="no setting “negative”"):
        run(experts["image_diffusers"], "image_diffusers", tmp_path, negative="a dog")


def test_guidance_of_one_is_the_network_alone_and_each_part_of_it_counts() -> None:
    pipe = tiny()
    pipe.set_progress_bar_config(disable=True)
    image = Image.fromarray(picture(SIDE, SIDE).pixels)

    def made(**given: Any) -> Any:
        return pipe("make it night", image, num_inference_steps=2, generator=torch.Generator().manual_seed(1),
                    output_type="np", **given).images  # fmt: skip

    plain = made(guidance_scale=1.0)
    assert np.allclose(plain, made(guidance_scale=1.0 + 1e-6), atol=1e-4)
    assert not np.allclose(plain, made(guidance_scale=3.0), atol=1e-3)
    assert not np.allclose(made(guidance_scale=3.0), made(guidance_scale=3.0, image_guidance_scale=2.0), atol=1e-3)


def test_a_variation_begins_at_the_picture_and_goes_the_farther_the_stronger() -> None:
    pipe = tiny()
    pipe.set_progress_bar_config(disable=True)
    image, whole = Image.fromarray(picture(SIDE, SIDE).pixels), Image.new("L", (SIDE, SIDE), 255)

    def varied(strength: float, seed: int = 1) -> Any:
        torch.manual_seed(0)
        return pipe("a park", image, whole, num_inference_steps=20, strength=strength, output_type="np",
                    generator=torch.Generator().manual_seed(seed)).images[0]  # fmt: skip

    back = pipe.vae.decode(pipe.coded(image, SIDE, SIDE, None) / pipe.vae.config.scaling_factor).sample.detach()
    begun = ((back[0].clamp(-1, 1) + 1) / 2).permute(1, 2, 0).numpy()
    off = [float(np.abs(varied(strength) - begun).mean()) for strength in (0.05, 0.4, 1.0)]
    assert off[0] < off[1] < off[2]
    assert np.array_equal(varied(0.4), varied(0.4))
    assert not np.array_equal(varied(0.4), varied(0.4, seed=2))
    alone = pipe("a park", num_inference_steps=20, output_type="np", generator=torch.Generator().manual_seed(1)).images[
        0
    ]
    assert np.array_equal(varied(1.0), alone), "all of a picture is no place in one"


def test_several_pictures_at_once_are_those_of_each_alone() -> None:
    from models.diffusion.conditions import Conditions, Words

    pipe = tiny()
    pipe.set_progress_bar_config(disable=True)
    told = [
        pipe.conditions(words, None, None, [words], [[0.1, 0.1, 0.6, 0.9]], None, None) for words in ("a dog", "a car")
    ]
    noise = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(2))
    both = Conditions(
        Words(*(torch.cat([getattr(one.words, name) for one in told]) for name in ("states", "mask"))),
        *(torch.cat([getattr(one, name) for one in told]) for name in ("labels", "boxes", "there", "source", "hole")),
    )
    at_once = pipe.drawn(both, noise, 2, 2.0, 1.5)
    for row, one in enumerate(told):
        assert np.allclose(at_once[row], pipe.drawn(one, noise[row : row + 1], 2, 2.0, 1.5)[0], atol=1e-4)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"width": 30, "height": 32}, "30 x 32 pixels are no multiples of 8"),
        ({"mask_image": Image.new("L", (SIDE, SIDE), 255)}, "needs the picture"),
        ({"image": Image.new("RGB", (SIDE, SIDE)), "mask_image": Image.new("L", (SIDE, SIDE))}, "nothing is marked"),
        ({"gligen_phrases": ["a dog"]}, "1 phrases for 0 boxes"),
        ({"strength": 0.5}, "needs a picture to begin at"),
        ({"gligen_phrases": ["a dog"] * 31, "gligen_boxes": [[0, 0, 1, 1]] * 31}, "up to 30"),
    ],
)
def test_what_cannot_be_drawn_says_why(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        tiny()("a fox", **given)


def test_a_denoiser_of_other_latents_is_refused() -> None:
    from models.diffusion.drawing import DrawingPipeline

    pipe = tiny()
    pipe.unet.register_to_config(in_channels=9)
    with pytest.raises(ValueError, match="takes 9 channels, not the 36"):
        DrawingPipeline(pipe.vae, pipe.unet, pipe.scheduler)


def test_a_label_is_painted_into_its_box_and_nowhere_else() -> None:
    from models.diffusion.conditions import RASTER, raster

    labels = torch.ones(1, 2, RASTER) * torch.tensor([1.0, 2.0])[None, :, None]
    boxes = torch.tensor([[[0.0, 0.0, 0.5, 0.5], [0.25, 0.25, 0.75, 0.625]]])
    made = raster(labels, boxes, torch.tensor([[1.0, 1.0]]), 8, 8)
    assert made.shape == (1, RASTER + 3, 8, 8)
    first, cover = made[0, 0], made[0, -1]
    assert torch.equal(first[:2, :2], torch.ones(2, 2))  # the first alone
    assert torch.equal(first[2:5, 2:6], torch.full((3, 4), 2.0))  # the later one lies over it
    assert torch.equal(cover[5:], torch.zeros(3, 8))
    assert made[0, RASTER, 3, 2:6].tolist() == [-0.75, -0.25, 0.25, 0.75]  # across the second box
    hidden = raster(labels, boxes, torch.tensor([[1.0, 0.0]]), 8, 8)
    assert not hidden[0, :, 4:, :].any()
