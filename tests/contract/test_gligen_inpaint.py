"""Things put into boxes of a picture: equal to diffusers' own class for GLIGEN inpainting, and nothing changed outside of the place."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
import torch
from PIL import Image

pytest.importorskip("diffusers", reason="diffusers is not installed")

from models.diffusion.loading import load_pipeline
from models.expert import Cancelled, Expert, Inputs, Picture, Refusal, discover
from models.profiles import PROFILES
from models.profiles_local import with_gligen
from models.router import Router
from models.store import Store
from models.values import Box, Checkpoint, Media, Phrase, Point, Ref, Region, TaskCall
from tests.contract import tiny_pipelines

ONE = [("a red ball", Box(0.125, 0.25, 0.875, 0.8125))]
TWO = [("a dog", Box(0.0625, 0.0625, 0.5, 0.5)), ("a cat", Box(0.4375, 0.375, 0.9375, 0.9375))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random GLIGEN for inpainting whose gates are open, as training leaves them, in a folder as it is published."""
    made = tiny_pipelines.parts(9, gated=True)
    for name, value in made["unet"].named_parameters():
        if name.endswith(("alpha_attn", "alpha_dense")):
            torch.nn.init.constant_(value, 0.9)
    return tiny_pipelines.saved(tmp_path_factory.mktemp("gligen"), "StableDiffusionPipeline", made=made)


def checkpoint(folder: Path) -> Checkpoint:
    call = {"pipeline": "GligenInpaintPipeline", "without": ["safety_checker"], "area": 32 * 32}
    return Checkpoint("inpaint_gligen", str(folder), call=call)


@pytest.fixture(scope="module")
def expert(folder: Path) -> Expert:
    return discover()["inpaint_gligen"].load(checkpoint(folder), "cpu")


def picture(height: int = 32, width: int = 32, channels: int = 3) -> Picture:
    return Picture(np.random.default_rng(5).integers(0, 256, (height, width, channels), np.uint8))


def run(
    expert: Expert, tmp_path: Path, image: Picture, *args: Any, report: Any = None, seed: int = 3, **settings: Any
) -> Picture:
    regions = {f"region#{n}": Region(n, "image#1", box=box) for n, (_, box) in enumerate(TWO, 1)}
    inputs = Inputs(
        {"image#1": image},
        {"image#1": Media("image", "image#1", "")},
        regions,
        tmp_path,
        seed,
        {"steps": 4, **settings},
    )
    made = expert(TaskCall("t1", "inpaint", (Ref("image#1"), *args)), inputs, report or (lambda *_: None))
    assert isinstance(made, Picture)
    return made


def theirs(
    folder: Path, image: Picture, items: list[tuple[str, Box]], scheduler: str = "", seed: int = 3, **given: Any
) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return what diffusers' own class makes. The random numbers are the process's, whatever generator it is given, and in its latents' order
    in memory, for which that of their places is taken here."""
    import diffusers

    pipe = diffusers.StableDiffusionGLIGENPipeline.from_pretrained(
        folder, safety_checker=None, requires_safety_checker=False
    )
    pipe.set_progress_bar_config(disable=True)
    if scheduler:
        pipe.scheduler = getattr(diffusers, scheduler).from_config(pipe.scheduler.config, skip_prk_steps=True)
    torch.manual_seed(seed)
    with patch.object(torch, "randn_like", lambda values: torch.randn(values.shape)):
        made = pipe(
            width=32, height=32, num_inference_steps=4, generator=torch.Generator().manual_seed(99), gligen_phrases=[text for text, _ in items],
            gligen_boxes=[[box.x0, box.y0, box.x1, box.y1] for _, box in items], gligen_inpaint_image=Image.fromarray(image.pixels), **given,
        )  # fmt: skip
    return np.asarray(made.images[0])


@pytest.mark.parametrize("items", [ONE, TWO], ids=["one", "two"])
@pytest.mark.parametrize("scheduler", ["DDIMScheduler", "PNDMScheduler"])
@pytest.mark.parametrize(("share", "guidance"), [(1.0, 7.5), (0.5, 7.5), (1.0, 1.0)])
def test_the_pipeline_equals_the_one_that_diffusers_has_for_it(
    share: float, guidance: float, scheduler: str, items: list[tuple[str, Box]], folder: Path
) -> None:
    import diffusers

    from models.diffusion.gligen import gates

    pipe = load_pipeline(checkpoint(folder), "cpu")
    pipe.scheduler = getattr(diffusers, scheduler).from_config(pipe.scheduler.config, skip_prk_steps=True)
    torch.manual_seed(1234)  # of no matter
    with gates(pipe, share):
        made = pipe(
            "a park", Image.fromarray(picture().pixels), [text for text, _ in items],
            [[box.x0, box.y0, box.x1, box.y1] for _, box in items], num_inference_steps=4, guidance_scale=guidance,
            negative_prompt="rain", generator=torch.Generator().manual_seed(3),
        ).images[0]  # fmt: skip
    wanted = theirs(
        folder, picture(), items, scheduler, prompt="a park", guidance_scale=guidance, negative_prompt="rain",
        gligen_scheduled_sampling_beta=share,
    )  # fmt: skip
    assert np.array_equal(np.asarray(made), wanted)


def test_in_the_place_the_expert_shows_what_that_class_makes_and_elsewhere_the_picture(
    folder: Path, expert: Expert, tmp_path: Path
) -> None:
    text, box = ONE[0]
    image = picture()
    made = run(expert, tmp_path, image, box, Phrase(text), steps=4)
    wanted = theirs(folder, image, ONE, prompt=text, gligen_scheduled_sampling_beta=1.0)
    place = (slice(8, 26), slice(4, 28))
    assert np.array_equal(made.pixels[place], wanted[place])
    band = made.meta["band_px"]
    near = np.zeros((32, 32), bool)
    near[8 - band : 26 + band, 4 - band : 28 + band] = True
    assert np.array_equal(made.pixels[~near], image.pixels[~near])
    assert made.meta["changed_outside"] == 0 < made.meta["changed_inside"]
    assert (made.meta["worked_at"], made.meta["of"], made.meta["scheduler"]) == ("32x32", "image#1", "ddim")


@pytest.mark.parametrize(("shape", "channels"), [((61, 90), 3), ((90, 40), 4), ((200, 33), 3)])
def test_of_any_picture_every_pixel_outside_of_the_band_stays_and_one_seed_gives_one_result(
    shape: tuple[int, int], channels: int, expert: Expert, tmp_path: Path
) -> None:
    image = picture(*shape, channels)
    marks = (Ref("region#1"), Ref("region#2"), Phrase("a dog"), Phrase("a cat"))
    one = run(expert, tmp_path, image, *marks)
    torch.manual_seed(77)
    again = run(expert, tmp_path, image, *marks)
    other = run(expert, tmp_path, image, *marks, seed=4)
    assert np.array_equal(one.pixels, again.pixels)
    assert not np.array_equal(one.pixels, other.pixels)
    height, width = shape
    near, band = np.zeros(shape, bool), one.meta["band_px"] + 1
    for _, box in TWO:
        rows = slice(max(0, int(box.y0 * height) - band), int(np.ceil(box.y1 * height)) + band)
        near[rows, max(0, int(box.x0 * width) - band) : int(np.ceil(box.x1 * width)) + band] = True
    assert np.array_equal(one.pixels[~near], image.pixels[~near])
    assert one.meta["changed_outside"] == 0 < one.meta["changed_inside"]


def test_words_boxes_and_gates_change_what_is_put_there(expert: Expert, tmp_path: Path) -> None:
    marks, image = (Ref("region#1"), Ref("region#2")), picture(48, 48)
    one = run(expert, tmp_path, image, *marks, Phrase("a dog"), Phrase("a cat"))
    swapped = run(expert, tmp_path, image, *marks, Phrase("a cat"), Phrase("a dog"))
    joined = run(expert, tmp_path, image, *marks, Phrase("a dog a cat"))
    shut = run(expert, tmp_path, image, *marks, Phrase("a dog"), Phrase("a cat"), gates=0.0)
    pictures = {made.pixels.tobytes() for made in (one, swapped, joined, shut)}
    assert len(pictures) == 4


def test_a_place_that_is_no_box_is_filled_as_marked_and_that_is_told(expert: Expert, tmp_path: Path) -> None:
    from models.expert import Masks

    image = picture(48, 48)
    shape = np.zeros((48, 48), bool)
    shape[10:30, 10:18] = shape[22:30, 10:40] = True
    inputs = Inputs(
        {"image#1": image, "mask#1": Masks(shape[None], ["x"], [1.0])},
        {handle: Media(kind, handle, "") for handle, kind in (("image#1", "image"), ("mask#1", "mask"))},  # type: ignore[arg-type]
        {}, tmp_path, 3, {"steps": 2},
    )  # fmt: skip
    made = expert(TaskCall("t1", "inpaint", (Ref("image#1"), Ref("mask#1"), Phrase("a cat"))), inputs, lambda *_: None)
    assert isinstance(made, Picture)
    assert "the model fills the box round a mark, and what is marked of it is taken" in made.meta["notes"]
    assert np.array_equal(made.pixels[10:18, 24:], image.pixels[10:18, 24:])
    assert (made.pixels[shape] != image.pixels[shape]).any()


def test_it_shows_its_steps_and_stop_ends_it_within_one(expert: Expert, tmp_path: Path) -> None:
    told: list[tuple[str, Any]] = []

    def report(fraction: float, word: str = "", preview: Any = None) -> None:
        told.append((word, preview() if callable(preview) else preview))

    before = run(expert, tmp_path, picture(), Ref("region#1"), Phrase("a dog"), report=report)
    assert any("step 4 of 4" in word for word, _ in told)
    assert len({shown.tobytes() for _, shown in told if shown is not None}) >= 4
    words: list[str] = []

    def stop(fraction: float, word: str = "", preview: Any = None) -> None:
        words.append(word)
        if "step 1 of" in word:
            raise Cancelled

    with pytest.raises(Cancelled):
        run(expert, tmp_path, picture(), Ref("region#1"), Phrase("a dog"), report=stop)
    assert not any("step 2" in word for word in words)
    after = run(expert, tmp_path, picture(), Ref("region#1"), Phrase("a dog"))
    assert np.array_equal(before.pixels, after.pixels)


@pytest.mark.parametrize("name", ["euler", "euler_ancestral", "dpm_solver", "unipc", "ddpm", "deis"])
def test_other_schedulers_fill_it_too_and_leave_what_stays_as_it_is(name: str, expert: Expert, folder: Path) -> None:
    from models.diffusion.schedulers import scheduled

    pipe = load_pipeline(checkpoint(folder), "cpu")
    image = Image.fromarray(picture().pixels)
    box = [0.25, 0.25, 0.75, 0.75]
    with scheduled(pipe, name), torch.no_grad():
        made = pipe(
            "a cat", image, ["a cat"], [box], 6, generator=torch.Generator().manual_seed(3), output_type="latent"
        ).images
        pixels = pipe.image_processor.preprocess(image)
        seen = (
            pipe.vae.encode(pixels).latent_dist.sample(torch.Generator().manual_seed(3))
            * pipe.vae.config.scaling_factor
        )
    inside = torch.zeros(16, 16, dtype=torch.bool)
    inside[4:12, 4:12] = True
    off = (made - seen)[0].abs().mean(0)
    # the last step takes the noise of one step away from what was put back: much nearer to what is there than where it was drawn
    assert float(off[~inside].mean()) < 0.5 * float(off[inside].mean())


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ((Phrase("a cat"),), "not marked where “a cat” belongs"),
        ((Ref("region#1"), Phrase(" ")), "does not say what shall be there"),
        ((Box(0.1, 0.1, 0.9, 0.101), Phrase("a cat")), "too thin to hold anything"),
    ],
)
def test_what_cannot_be_filled_is_refused_in_words(
    args: tuple[Any, ...], told: str, expert: Expert, tmp_path: Path
) -> None:
    with pytest.raises(Refusal, match=told):
        run(expert, tmp_path, picture(200, 200), *args)


def test_clicks_mark_one_place_and_thirty_one_boxes_are_too_many(expert: Expert, tmp_path: Path) -> None:
    from models.experts.inpaint_gligen import marks_of

    call = TaskCall("t1", "inpaint", (Ref("image#1"), Point(0.2, 0.2), ONE[0][1], Point(0.3, 0.2), Phrase("a cat")))
    assert [len(mark) for mark in marks_of(call)] == [1, 2]
    with pytest.raises(Refusal, match="31 labelled boxes are more than the 30"):
        run(expert, tmp_path, picture(), *[ONE[0][1]] * 31, Phrase("a cat"))


@pytest.mark.parametrize(("channels", "gated"), [(9, False), (4, True)])
def test_a_checkpoint_that_fills_no_boxes_is_refused(channels: int, gated: bool, tmp_path: Path) -> None:
    made = tiny_pipelines.parts(channels, gated=gated)
    other = tiny_pipelines.saved(tmp_path / "other", "StableDiffusionPipeline", made=made)
    with pytest.raises(Refusal, match="cannot fill boxes"):
        discover()["inpaint_gligen"].load(checkpoint(other), "cpu")


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"extend": "left"}, "inpaint_diffusers"),
        ({"extend": "left", "by": "0.5"}, "inpaint_diffusers"),
        ({"strength": "0.6"}, "inpaint_diffusers"),
        ({"steps": "4"}, "inpaint_gligen"),
    ],
)
def test_what_it_cannot_do_goes_to_the_other_model(
    params: dict[str, str], expected: str, folder: Path, tmp_path: Path
) -> None:
    router = Router(with_gligen(PROFILES["paper"], folder), Store(tmp_path / "media"), discover())
    call = TaskCall("t1", "inpaint", (Ref("image#1"), Phrase("more of the beach")), params)
    chosen = router.expected(call, {"image#1": Media("image", "image#1", "")})
    assert chosen is not None
    assert chosen.implementation == expected
