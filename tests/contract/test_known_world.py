"""Checkpoints that say they know the drawn world alone are not run on other pictures: another expert does it, or it is said why not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scenes import disc_scene, silent

from models.expert import Cancelled, Picture, Refusal, discover
from models.profiles import PROFILES
from models.reader import TEXT_ENCODER
from models.router import Ran, Router
from models.senses import kept
from models.store import Store
from models.values import Box, Checkpoint, Media, Phrase, Profile, Ref, Region, TaskCall
from tests.contract import tiny_pipelines

pytest.importorskip("diffusers", reason="diffusers is not installed")
pytestmark = pytest.mark.skipif(not (TEXT_ENCODER / "config.json").is_file(), reason="there is no sentence encoder")

NIGHT = TaskCall("t1", "edit", (Ref("image#1"), Phrase("make it night")))
FILL = TaskCall("t1", "inpaint", (Ref("image#1"), Ref("region#1"), Phrase("a cat")))
MARKED = {"region#1": Region(1, "image#1", box=Box(0.2, 0.2, 0.7, 0.8))}
BOOK, TRAINED = "Picture book (drawn, not generated)", "Instruction editing (diffusion model)"


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawing")
    tiny_pipelines.drawing().save_pretrained(folder)
    return folder


@pytest.fixture
def router(tmp_path: Path, weights: Path) -> Callable[..., Router]:
    """A router with the trained network before the picture book, its checkpoint as a profile has it; *world* is what it says of itself."""

    def made(world: str | None = "drawn", fill_alone: bool = True, source: Path = weights) -> Router:
        call = {
            "pipeline": "DrawingPipeline",
            "area": tiny_pipelines.SIDE**2,
            "multiple": 8,
            "steps": 2,
            "guidance": 2.0,
        }
        call |= {"world": world} if world else {}
        own = {task: Checkpoint(f"{task}_diffusers", str(source), call=call) for task in ("edit", "inpaint")}
        others = () if fill_alone else (Checkpoint("inpaint_picturebook"),)
        experts = {
            "edit": (own["edit"], Checkpoint("edit_picturebook")), "inpaint": (own["inpaint"], *others),
            "image": (Checkpoint("image_picturebook"),),
        }  # fmt: skip
        return Router(Profile("mixed", PROFILES["nano"].unified, experts), Store(tmp_path / "media"), discover())

    return made


def photo(router: Router) -> dict[str, Media]:
    """Return a shelf with a mottled disc on a mottled ground, with the grain of a photo."""
    pixels = disc_scene(seed=4)[0].astype(np.float32)
    grain = np.random.default_rng(1).normal(0, 6, pixels.shape)
    return shelf(router, Picture(np.clip(pixels + grain, 0, 255).astype(np.uint8)))


def shelf(router: Router, picture: Picture) -> dict[str, Media]:
    ((kind, path, meta),) = router._store.put(picture)
    return {"image#1": Media(kind, "image#1", path, meta)}


def drawn(router: Router, record: bool = True) -> dict[str, Media]:
    """Return a shelf with a scene that was drawn here, with or without what is on record of it."""
    with router.run(TaskCall("t1", "image", (Phrase("a dog and a car on a meadow"),)), {}, {}, silent, seed=3) as ran:
        (value,) = ran.values
        assert isinstance(value, Picture)
        return shelf(router, value if record else Picture(value.pixels))


def notes(ran: Ran) -> str:
    return " | ".join(ran.step.settings.get("notes", ()))


def test_a_photo_goes_to_the_next_expert_and_the_notes_say_why(router: Callable[..., Router]) -> None:
    made = router()
    with made.run(NIGHT, photo(made), {}, silent, seed=1) as ran:
        assert ran.step.expert == BOOK
        assert f"image#1 is not of the drawn world, which is all that “{TRAINED}” was trained on" in notes(ran)
        assert f"done by “{BOOK}”" in notes(ran)
        assert "world" not in ran.values[0].meta
    assert not any(key.startswith("edit_diffusers") for key in made._experts), "what cannot serve is not even loaded"


def test_the_trained_network_that_was_chosen_for_a_photo_says_no_and_names_another(
    router: Callable[..., Router],
) -> None:
    made = router()
    with pytest.raises(Refusal, match="not of the drawn world") as refused:
        made.run(NIGHT, photo(made), {}, silent, seed=1, implementation="edit_diffusers")
    assert BOOK in refused.value.hint


def test_where_no_other_expert_can_serve_a_photo_it_is_said_what_can_be_done(router: Callable[..., Router]) -> None:
    made = router()
    with pytest.raises(Refusal, match=r"image#1 is not of the drawn world.*trained on\.") as refused:
        made.run(FILL, photo(made), MARKED, silent, seed=1)
    assert "Draw a scene here" in refused.value.hint
    assert "docs/profiles.md" in refused.value.hint
    other = router(fill_alone=False)
    with other.run(FILL, photo(other), MARKED, silent, seed=1) as ran:
        assert ran.step.expert == BOOK


def test_a_drawn_scene_goes_to_the_trained_network_and_so_does_what_that_makes(
    router: Callable[..., Router], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = router()
    looked: list[str] = []
    monkeypatch.setattr(kept, "perceive_file", lambda kind, *_: looked.append(kind))
    with made.run(NIGHT, drawn(made), {}, silent, seed=1) as ran:
        assert ran.step.expert == TRAINED
        assert "drawn world" not in notes(ran)
        assert isinstance(ran.values[0], Picture)
        result = shelf(made, ran.values[0])
    with made.run(FILL, result, MARKED, silent, seed=1) as ran:
        assert ran.step.expert == "Inpainting (diffusion model)"
    assert looked == [], "what is on record is not looked at"


def test_a_drawn_scene_without_a_record_is_looked_at_and_known(router: Callable[..., Router]) -> None:
    made = router()
    words: list[str] = []
    with made.run(
        NIGHT, drawn(made, record=False), {}, lambda share, word="", shown=None: words.append(word), seed=1
    ) as ran:
        assert ran.step.expert == TRAINED
    assert "looking whether image#1 is of the drawn world" in words


def test_a_checkpoint_that_says_nothing_of_its_world_is_run_on_anything(router: Callable[..., Router]) -> None:
    made = router(world=None)
    with made.run(NIGHT, photo(made), {}, silent, seed=1) as ran:
        assert ran.step.expert == TRAINED
        assert "world" not in ran.values[0].meta


def test_weights_are_read_once_in_a_process_however_many_tasks_and_calls_use_them(
    router: Callable[..., Router], monkeypatch: pytest.MonkeyPatch, weights: Path, tmp_path: Path
) -> None:
    from diffusers import DiffusionPipeline

    read: list[str] = []
    plain = DiffusionPipeline.from_pretrained.__func__  # type: ignore[attr-defined]

    def counted(kind: Any, source: str, **given: Any) -> Any:
        read.append(source)
        return plain(kind, source, **given)

    monkeypatch.setattr(DiffusionPipeline, "from_pretrained", classmethod(counted))
    fresh = tmp_path / "fresh"  # nobody else of this process uses these
    shutil.copytree(weights, fresh)
    made = router(source=fresh)
    scene = drawn(made)
    for _ in range(3):
        for call in (NIGHT, FILL):
            with made.run(call, scene, MARKED, silent, seed=1) as ran:
                assert "diffusion" in ran.step.expert
    assert len(read) == 1


def test_the_trained_network_varies_and_extends_a_drawn_scene(router: Callable[..., Router]) -> None:
    made = router()
    scene = drawn(made)
    before = made._store.open(scene["image#1"])
    assert isinstance(before, Picture)
    varied = TaskCall("t1", "inpaint", (Ref("image#1"), Phrase("a dog on a meadow")), {"strength": "0.5", "steps": "4"})
    pictures = []
    for seed in (1, 2):
        with made.run(varied, scene, {}, silent, seed=seed) as ran:
            (picture,) = ran.values
            assert isinstance(picture, Picture)
            assert picture.pixels.shape == before.pixels.shape
            pictures.append(picture.pixels)
    assert not np.array_equal(*pictures)
    wider = replace(varied, params={"extend": "left", "by": "0.5"})
    with made.run(wider, scene, {}, silent, seed=1) as ran:
        (picture,) = ran.values
        assert isinstance(picture, Picture)
        width = before.pixels.shape[1]
        assert picture.pixels.shape[1] == width + round(0.5 * width)
        band = picture.meta["band_px"] + 1
        assert np.array_equal(picture.pixels[:, -width + band :], before.pixels[:, band:])


def test_stop_ends_the_look(router: Callable[..., Router]) -> None:
    def stop(fraction: float, word: str = "", preview: Any = None) -> None:
        raise Cancelled

    made = router()
    with pytest.raises(Cancelled):
        made.run(NIGHT, photo(made), {}, stop, seed=1)


def test_on_nano_the_picture_book_draws_first_the_network_second_and_what_is_varied_goes_to_the_network(
    tmp_path: Path,
) -> None:
    nano = Router(PROFILES["nano"], Store(tmp_path / "media"))
    scene = drawn(nano)
    for task in ("image", "layout", "edit", "inpaint"):
        first, second = nano.implementations(task)
        assert (first.implementation, second.source) == (f"{task}_picturebook", "nano/drawing")
    varied = TaskCall("t1", "inpaint", (Ref("image#1"), Phrase("a dog on a meadow")), {"strength": "0.5"})
    for call, source in ((NIGHT, ""), (FILL, ""), (varied, "nano/drawing")):
        expected = nano.expected(call, scene)
        assert expected is not None
        assert expected.source == source
    with nano.run(varied, scene, {}, silent, seed=1) as ran:
        (picture,) = ran.values
        assert isinstance(picture, Picture)
        before = nano._store.open(scene["image#1"])
        assert isinstance(before, Picture)
        assert picture.pixels.shape == before.pixels.shape
        off = np.abs(picture.pixels.astype(int) - before.pixels).mean()
        other = np.abs(np.roll(before.pixels, 200, 1).astype(int) - before.pixels).mean()
    assert 0 < off < other, "a variation is nearer to the picture than the picture is to itself moved aside"
    strange = photo(nano)
    with pytest.raises(Refusal, match="not of the drawn world"):
        nano.run(varied, strange, {}, silent, seed=1)
