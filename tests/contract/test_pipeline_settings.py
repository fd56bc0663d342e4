"""Settings, sizes and faults of the experts that run diffusers pipelines: what was adjusted is told, what cannot be is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.proof import badge
from models.expert import Masks, Picture, Refusal, discover
from models.profiles import PROFILES
from models.profiles_hub import KLEIN_IMAGE, QWEN_IMAGE, SD_IMAGE, SD_INPAINT, Z_IMAGE, unchecked
from models.router import Ran, Router
from models.store import Store
from models.values import Box, Checkpoint, Media, Phrase, Profile, Ref, Region, TaskCall
from tests.contract import tiny_pipelines
from tests.contract.test_hub_profiles import small

pytest.importorskip("diffusers", reason="diffusers is not installed")

SOURCES = {"sd": SD_IMAGE, "fill": SD_INPAINT, "klein": KLEIN_IMAGE, "z": Z_IMAGE, "qwen": QWEN_IMAGE}
FOX = Phrase("a red fox")
LONG = "a very long description that goes on and on " * 120


@pytest.fixture(scope="module")
def router(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Router]:
    """A router of a profile whose one checkpoint is the twin of one of SOURCES, as the hub's profile has it."""
    root = tmp_path_factory.mktemp("settings")
    made: dict[str, Router] = {}

    def found(name: str) -> Router:
        if name not in made:
            checkpoint = SOURCES[name]
            folder = tiny_pipelines.twin(root / name, checkpoint.source, checkpoint.call.get("variant"))
            own = small(checkpoint, folder)
            task = own.implementation.partition("_")[0]
            profile = Profile(name, PROFILES["nano"].unified, {task: (own, Checkpoint(f"{task}_picturebook"))})
            made[name] = Router(profile, Store(root / f"{name}-media"), discover())
        return made[name]

    return found


def draw(router: Router, *args: Any, seed: int = 7, **params: Any) -> Ran:
    call = TaskCall("t1", "image", args or (FOX,), {name: str(value) for name, value in params.items()})
    return router.run(call, {}, {}, lambda *_: None, seed=seed)


def pixels(ran: Ran) -> list[np.ndarray[Any, np.dtype[np.uint8]]]:
    return [value.pixels for value in ran.values if isinstance(value, Picture)]


def notes(ran: Ran) -> str:
    return " | ".join(ran.step.settings.get("notes", ()))


def test_several_pictures_of_one_call_have_seeds_of_their_own_which_are_told(router: Callable[[str], Router]) -> None:
    with draw(router("sd"), count=3, steps=2) as three, draw(router("sd"), seed=9, steps=2) as third:
        first, second, last = pixels(three)
        assert not np.array_equal(first, second)
        assert np.array_equal(last, pixels(third)[0])
        assert "picture 3 of 3 has the seed 9" in notes(three)


@pytest.mark.parametrize(
    ("setting", "given", "becomes"),
    [("steps", "0", 1), ("count", "99", 8), ("guidance", "1e9", 30.0), ("count", "-4", 1)],
)
def test_a_number_out_of_its_range_is_brought_into_it_and_told(
    setting: str, given: str, becomes: float, router: Callable[[str], Router]
) -> None:
    with draw(router("sd"), **{"steps": 1, setting: given}) as ran:
        assert ran.step.settings[setting] == becomes
        assert len(ran.values) == (becomes if setting == "count" else 1)
        assert setting in notes(ran)


def test_what_shall_not_be_seen_changes_the_picture_and_what_has_no_effect_is_told(
    router: Callable[[str], Router],
) -> None:
    with draw(router("sd")) as plain, draw(router("sd"), negative="blue sky") as without:
        assert not np.array_equal(pixels(plain)[0], pixels(without)[0])
    with draw(router("sd"), negative="blue sky", guidance=1) as ran:
        assert "“negative” has no effect where guidance is 1 or less" in notes(ran)
    with draw(router("sd"), negative=LONG[:300]) as ran:
        assert "word pieces of “negative”" in notes(ran)


@pytest.mark.parametrize(
    ("name", "setting"), [("klein", "guidance"), ("z", "guidance"), ("z", "negative"), ("klein", "negative")]
)
def test_a_setting_that_the_model_has_fixed_is_refused(
    name: str, setting: str, router: Callable[[str], Router]
) -> None:
    with pytest.raises(Refusal, match=f"no setting “{setting}”"):
        draw(router(name), **{setting: "3"})


@pytest.mark.parametrize("name", ["sd", "klein", "z", "qwen"])
def test_five_thousand_characters_are_read_as_far_as_the_model_reads_and_that_is_told(
    name: str, router: Callable[[str], Router]
) -> None:
    assert len(LONG) > 5000
    with draw(router(name), Phrase(LONG), steps=1) as long, draw(router(name), Phrase(LONG[:4999]), steps=1) as cut:
        assert "the model read the first" in notes(long)
        assert "up to “…" in notes(long)
        assert np.array_equal(pixels(long)[0], pixels(cut)[0])
    with draw(router(name), steps=1) as ran:
        assert "read the first" not in notes(ran)


def test_what_is_told_to_be_read_is_what_is_read(router: Callable[[str], Router]) -> None:
    words = "abcdefghijklmnopqrstuvwxyz" * 2
    with draw(router("sd"), Phrase(words), steps=1) as ran, draw(router("sd"), Phrase(words[:22]), steps=1) as short:
        assert f"the first 22 of {len(words)} word pieces, up to “…{words[:22]}" in notes(ran)
        # the last letter of a word is a piece of its own, so only what stands before it is the same
        assert not np.array_equal(pixels(ran)[0], pixels(short)[0])
    with (
        draw(router("sd"), Phrase(f"{words[:30]}q"), steps=1) as other,
        draw(router("sd"), Phrase(f"{words[:40]}z"), steps=1) as same,
    ):
        assert np.array_equal(pixels(other)[0], pixels(same)[0])


def fill(router: Router, tmp_path: Path, image: Any, *marks: Any, **params: Any) -> tuple[Ran, Picture]:
    """Fill a place of *image* (a PIL picture), stored and opened as people's are; *marks* are regions or mask arrays."""
    path = tmp_path / "given.png"
    image.save(path)
    store = router._store
    stored = store.put(Picture(np.asarray(image.convert("RGBA" if "A" in image.mode else "RGB"), np.uint8)))
    kind, file, meta = stored if isinstance(stored, tuple) else stored[0]
    shelf = {"image#1": Media(kind, "image#1", file, meta)}
    regions, args = {}, []
    for number, mark in enumerate(marks, 1):
        if isinstance(mark, Box):
            regions[f"region#{number}"] = Region(number, "image#1", box=mark)
            args.append(Ref(f"region#{number}"))
        else:
            made = store.put(Masks(mark[None], ["x"], [1.0]))
            kind, file, meta = made if isinstance(made, tuple) else made[0]
            shelf[f"mask#{number}"] = Media(kind, f"mask#{number}", file, meta)
            args.append(Ref(f"mask#{number}"))
    call = TaskCall("t1", "inpaint", (Ref("image#1"), *args, Phrase("a cat")), {k: str(v) for k, v in params.items()})
    ran = router.run(call, shelf, regions, lambda *_: None, seed=7)
    picture = ran.values[0]
    assert isinstance(picture, Picture)
    return ran, picture


def noise(mode: str, width: int = 90, height: int = 60) -> Image.Image:
    bands = len(Image.new(mode, (1, 1)).getbands())
    values = np.random.default_rng(4).integers(0, 256, (height, width, bands), np.uint8)
    return Image.fromarray(values if bands > 1 else values[..., 0], mode)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_grey_and_transparent_pictures_are_filled_and_stay_as_they_were_around(
    mode: str, router: Callable[[str], Router], tmp_path: Path
) -> None:
    image = noise(mode)
    ran, made = fill(router("fill"), tmp_path, image, Box(0.2, 0.2, 0.5, 0.6))
    with ran:
        before = np.asarray(image.convert("RGBA" if "A" in mode else "RGB"))
        assert made.pixels.shape == before.shape
        assert np.array_equal(made.pixels[:, 60:], before[:, 60:])
        assert made.meta["changed_inside"] > 0 == made.meta["changed_outside"]
        if "A" in mode:
            assert np.array_equal(made.pixels[..., 3], before[..., 3])


def test_a_mask_of_another_size_of_the_same_shape_is_fitted_and_one_of_another_shape_is_refused(
    router: Callable[[str], Router], tmp_path: Path
) -> None:
    twice = np.zeros((120, 180), np.bool_)
    twice[20:80, 40:100] = True
    ran, made = fill(router("fill"), tmp_path, noise("RGB"), twice)
    with ran:
        assert made.pixels.shape == (60, 90, 3)
        assert made.meta["changed_outside"] == 0 < made.meta["changed_inside"]
    with pytest.raises(Refusal, match="was made on a frame of 50 x 120 pixels"):
        fill(router("fill"), tmp_path, noise("RGB"), np.ones((120, 50), np.bool_))


@pytest.mark.parametrize("shape", [(300, 1), (1, 300), (4, 5), (2, 700)])
def test_places_in_pictures_of_extreme_shapes_are_filled(
    shape: tuple[int, int], router: Callable[[str], Router], tmp_path: Path
) -> None:
    ran, made = fill(router("fill"), tmp_path, noise("RGB", *shape), Box(0.0, 0.0, 0.6, 0.6))
    with ran:
        assert made.pixels.shape == (shape[1], shape[0], 3)
        assert made.meta["changed_outside"] == 0


def test_strength_is_taken_and_told_and_too_little_of_it_is_brought_into_range(
    router: Callable[[str], Router], tmp_path: Path
) -> None:
    box = Box(0.2, 0.2, 0.7, 0.7)
    _, all_of_it = fill(router("fill"), tmp_path, noise("RGB"), box, strength=1)
    ran, half = fill(router("fill"), tmp_path, noise("RGB"), box, strength=0.5, steps=4)
    with ran:
        assert half.meta["strength"] == 0.5
        assert not np.array_equal(half.pixels, all_of_it.pixels)
    ran, least = fill(router("fill"), tmp_path, noise("RGB"), box, strength=-1, steps=4)
    with ran:
        assert least.meta["strength"] == 0.05
        assert "strength" in notes(ran)
        assert "steps=4 is too few here, so it took 20" in notes(ran)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_variation_of_a_whole_picture_is_near_it_by_its_strength(
    mode: str, router: Callable[[str], Router], tmp_path: Path
) -> None:
    image = noise(mode)
    made = {}
    for strength in (0.2, 0.9):
        ran, made[strength] = fill(router("fill"), tmp_path, image, strength=strength, steps=10)
        with ran:
            assert made[strength].meta["strength"] == strength
            assert "changed_outside" not in made[strength].meta, "there is no outside"
            if mode == "RGBA":
                assert np.array_equal(made[strength].pixels[..., 3], np.asarray(image)[..., 3])
    assert made[0.2].pixels.shape == (60, 90, len(mode))
    assert not np.array_equal(made[0.2].pixels, made[0.9].pixels)
    with pytest.raises(Refusal, match="not marked where") as refused:
        fill(router("fill"), tmp_path, image)
    assert "strength=0.6" in refused.value.hint


def test_a_model_that_one_step_would_break_takes_as_many_as_it_needs_and_says_so(
    router: Callable[[str], Router],
) -> None:
    with draw(router("qwen"), steps=1) as ran:
        assert "steps=1 is too few here, so it took 2" in notes(ran)


EXTENDED = TaskCall("t1", "inpaint", (Ref("image#1"), Phrase("a meadow")), {"extend": "left"})


@pytest.mark.parametrize(
    ("side", "size", "at"), [("left", (75, 40), (15, 0)), ("down", (60, 50), (0, 0)), ("all", (90, 60), (15, 10))]
)
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_picture_is_extended_and_what_was_there_stays(
    mode: str, side: str, size: tuple[int, int], at: tuple[int, int], router: Callable[[str], Router], tmp_path: Path
) -> None:
    image = noise(mode, 60, 40)
    ran, made = fill(router("fill"), tmp_path, image, extend=side)
    with ran:
        before, band = np.asarray(image), made.meta["band_px"]
        assert made.pixels.shape[1::-1] == size
        kept = made.pixels[at[1] : at[1] + 40, at[0] : at[0] + 60]
        inner = (slice(band, 40 - band), slice(band, 60 - band))
        assert np.array_equal(kept[inner], before[inner])
        assert made.meta["changed_outside"] == 0
        assert band == 2, "fixed for a picture of this size"
        shown = badge(Media("image", "image#2", "x.png", {**made.meta, "width": size[0], "height": size[1]}), EXTENDED)
        assert shown is not None
        assert (shown["holds"], shown["text"]) == (True, "What was there: identical")
        assert list(made.meta["kept"]) == [*at, at[0] + 60, at[1] + 40]
        if mode == "RGBA":
            assert np.array_equal(kept[..., 3], before[..., 3])
            assert (made.pixels[..., 3][: at[1]] == 255).all()


def test_a_picture_is_not_extended_to_nowhere_or_beside_a_mark(router: Callable[[str], Router], tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="not extended to “north”"):
        fill(router("fill"), tmp_path, noise("RGB"), extend="north")
    with pytest.raises(Refusal, match="shall be extended too"):
        fill(router("fill"), tmp_path, noise("RGB"), Box(0.1, 0.1, 0.5, 0.5), extend="left")


@pytest.mark.parametrize(
    ("width", "height", "side", "what"),
    [(9000, 16, "right", "too large, 18,000 x 16"), (5000, 3000, "all", "too large, 15,000 x 9,000"), (90, 6, "up", "too little to go on")],
)  # fmt: skip
def test_a_picture_is_not_extended_beyond_what_can_be_opened_again(
    width: int, height: int, side: str, what: str, router: Callable[[str], Router], tmp_path: Path
) -> None:
    image = Image.new("RGB", (width, height), (90, 120, 60))
    with pytest.raises(Refusal, match=what):
        fill(router("fill"), tmp_path, image, extend=side, by=1)


@pytest.fixture
def tight(router: Callable[[str], Router], monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Router]:
    """A router whose denoiser has memory for latents of at most so many places."""
    import torch
    from diffusers import UNet2DConditionModel

    forward = UNet2DConditionModel.forward

    def with_room(places: int) -> Router:
        def narrow(self: Any, sample: Any, *args: Any, **kwargs: Any) -> Any:
            if sample.shape[-1] * sample.shape[-2] > places:
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
            return forward(self, sample, *args, **kwargs)

        monkeypatch.setattr(UNet2DConditionModel, "forward", narrow)
        return router("sd")

    return with_room


def test_where_memory_runs_out_it_is_drawn_smaller_and_told_or_refused_in_words(
    tight: Callable[[int], Router],
) -> None:
    with draw(tight(40 * 40), steps=1) as ran:
        assert pixels(ran)[0].shape[0] == 56
        assert "memory ran short, so the model worked at a quarter of its usual size" in notes(ran)
    with pytest.raises(Refusal, match="memory of this machine ran out during image"):
        draw(tight(4), steps=1)


def test_what_the_safety_checker_objects_to_is_held_back_and_the_result_says_whether_it_looked(
    router: Callable[[str], Router], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker

    with draw(router("sd"), steps=1) as ran:
        assert ran.values[0].meta["safety_checker"] == "on"
        assert "a safety checker looks at pictures of this model" in notes(ran)
    ran, made = fill(router("fill"), tmp_path, noise("RGB"), Box(0.2, 0.2, 0.7, 0.7))
    with ran:
        assert made.meta["safety_checker"] == "off"
    monkeypatch.setattr(StableDiffusionSafetyChecker, "forward", lambda self, clip_input, images: (images, [True]))
    with pytest.raises(Refusal, match="safety checker of this model held the picture back"):
        draw(router("sd"), steps=1)


def test_the_checker_can_be_switched_off_and_the_result_says_so(tmp_path: Path) -> None:
    profile = unchecked(PROFILES["paper"])
    checkpoint = profile.experts["image"][0]
    assert checkpoint.call["without"] == ["safety_checker"]
    assert profile.experts["edit"][0] == PROFILES["paper"].experts["edit"][0]
    assert unchecked(PROFILES["nano"]) == PROFILES["nano"]
    folder = tiny_pipelines.twin(tmp_path / "sd", checkpoint.source, "fp16")
    own = Profile("off", profile.unified, {"image": (small(checkpoint, folder),)})
    with draw(Router(own, Store(tmp_path / "media"), discover()), steps=1) as ran:
        assert ran.values[0].meta["safety_checker"] == "off"
        assert "no safety checker looks at pictures of this model" in notes(ran)


def test_the_experts_of_nano_name_a_setting_that_only_pipelines_have(router: Callable[[str], Router]) -> None:
    call = TaskCall("t1", "image", (FOX,), {"steps": "20"})
    with router("sd").run(call, {}, {}, lambda *_: None, seed=1, implementation="image_picturebook") as ran:
        assert "steps=20 is not a setting of image and was not used" in notes(ran)
