"""Things in boxes through the ordinary pipeline: equal to diffusers' own class for GLIGEN, and told where it cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from models.expert import Expert, Inputs, Picture, Refusal, discover
from models.values import Box, Checkpoint, Labelled, Phrase, Ref, Region, TaskCall
from tests.contract import tiny_pipelines

pytest.importorskip("diffusers", reason="diffusers is not installed")

BOXES = [("a dog", Box(0.1, 0.5, 0.4, 0.9)), ("a red ball", Box(0.5, 0.6, 0.7, 0.8))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random GLIGEN whose gates are open, as training leaves them: at first they are shut, and boxes would change nothing."""
    from diffusers import StableDiffusionGLIGENPipeline

    pipe = StableDiffusionGLIGENPipeline(
        **tiny_pipelines.parts(4, gated=True),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    for name, value in pipe.unet.named_parameters():
        if name.endswith(("alpha_attn", "alpha_dense")):
            torch.nn.init.constant_(value, 0.9)
    target = tmp_path_factory.mktemp("gligen")
    pipe.save_pretrained(target)
    return target


@pytest.fixture(scope="module")
def expert(folder: Path) -> Expert:
    return discover()["layout_diffusers"].load(checkpoint(folder), "cpu")


def checkpoint(folder: Path) -> Checkpoint:
    call = {"pipeline": "StableDiffusionPipeline", "without": ["safety_checker"], "area": 32 * 32}
    return Checkpoint("layout_diffusers", source=str(folder), call=call)


def run(
    expert: Expert, tmp_path: Path, *args: Any, regions: dict[str, Region] | None = None, **settings: Any
) -> Picture:
    inputs = Inputs({}, {}, regions or {}, tmp_path, 3, {"steps": 6, **settings})
    made = expert(TaskCall("t1", "layout", args), inputs, lambda *_: None)
    assert isinstance(made, Picture)
    return made


def layout(*items: tuple[str, Box]) -> tuple[Any, ...]:
    return (Phrase("a park"), *(Labelled(phrase, box) for phrase, box in items))


@pytest.mark.parametrize("share", [0.3, 0.5, 1.0])
def test_it_equals_the_pipeline_that_diffusers_has_for_it(
    share: float, folder: Path, expert: Expert, tmp_path: Path
) -> None:
    from diffusers import StableDiffusionGLIGENPipeline

    theirs = StableDiffusionGLIGENPipeline.from_pretrained(folder, safety_checker=None, requires_safety_checker=False)
    theirs.set_progress_bar_config(disable=True)
    wanted = theirs(
        prompt="a park", width=32, height=32, num_inference_steps=6, generator=torch.Generator().manual_seed(3),
        gligen_phrases=[phrase for phrase, _ in BOXES], gligen_scheduled_sampling_beta=share,
        gligen_boxes=[[box.x0, box.y0, box.x1, box.y1] for _, box in BOXES],
    ).images[0]  # fmt: skip
    made = run(expert, tmp_path, *layout(*BOXES), gates=share)
    assert np.array_equal(made.pixels, np.asarray(wanted))


def test_boxes_change_the_picture_and_none_leave_plain_stable_diffusion(expert: Expert, tmp_path: Path) -> None:
    one = run(expert, tmp_path, *layout(*BOXES), gates=1.0)
    moved = run(expert, tmp_path, *layout(("a dog", Box(0.6, 0.1, 0.9, 0.4)), BOXES[1]), gates=1.0)
    none = run(expert, tmp_path, *layout(), gates=1.0)
    again = run(expert, tmp_path, *layout(*BOXES), gates=1.0)
    assert np.array_equal(one.pixels, again.pixels)
    assert not np.array_equal(one.pixels, moved.pixels)
    assert not np.array_equal(one.pixels, none.pixels)
    assert one.meta["layout"][0] == ["a dog", 0.1, 0.5, 0.4, 0.9]


def test_a_drawn_region_with_a_name_is_a_box(expert: Expert, tmp_path: Path) -> None:
    regions = {"region#1": Region(1, "canvas", box=BOXES[0][1], label="a dog")}
    drawn = run(expert, tmp_path, Phrase("a park"), Ref("region#1"), regions=regions, gates=1.0)
    written = run(expert, tmp_path, *layout(BOXES[0]), gates=1.0)
    assert np.array_equal(drawn.pixels, written.pixels)


def test_too_many_and_too_thin_boxes_and_none_at_all_are_refused_in_words(expert: Expert, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="31 labelled boxes are more than the 30"):
        run(expert, tmp_path, *layout(*[("a dog", Box(0.1, 0.1, 0.5, 0.5))] * 31))
    with pytest.raises(Refusal, match="“a stick” is too thin"):
        run(expert, tmp_path, *layout(("a stick", Box(0.1, 0.1, 0.105, 0.9))))
    with pytest.raises(Refusal, match="neither a description nor a labelled box"):
        run(expert, tmp_path, Phrase(" "))


def test_twenty_and_overlapping_boxes_are_drawn(expert: Expert, tmp_path: Path) -> None:
    made = run(
        expert, tmp_path, *layout(*[("a dog", Box(0.1, 0.1, 0.5, 0.5)), ("a cat", Box(0.2, 0.1, 0.6, 0.5))] * 10)
    )
    assert made.pixels.shape == (32, 32, 3)


def test_a_checkpoint_that_knows_no_boxes_is_refused(tmp_path: Path) -> None:
    plain = tiny_pipelines.saved(tmp_path / "plain", "StableDiffusionPipeline")
    with pytest.raises(Refusal, match="cannot place things in boxes"):
        discover()["layout_diffusers"].load(checkpoint(plain), "cpu")
