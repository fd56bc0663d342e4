"""The training of the drawing network at the smallest size: its scenes, its bank, both stages, stopping, going on and shipping."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
import torch

pytest.importorskip("diffusers", reason="diffusers is not installed")

from models.reader import TEXT_ENCODER, Reader
from models.weights import faults
from models.world import atlas
from models.world.find import held_out as unseen
from training.drawing import bank as banks
from training.drawing import measuring
from training.drawing.bank import Bank, world_of, write
from training.drawing.batches import HEAVY, TASKS, made, place, row
from training.drawing.changes import KINDS, change
from training.drawing.learning import Trainer, load_coder
from training.drawing.plan import Plan
from training.drawing.scenes import NAMES, PLACES, SIDE, World, drawing, nouns, where
from training.drawing.shipping import ship
from training.held_out import held

SMALL = World(NAMES, 32)

pytestmark = pytest.mark.skipif(not (TEXT_ENCODER / "config.json").is_file(), reason="there is no sentence encoder")


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(TEXT_ENCODER)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory, reader: Reader) -> Path:
    folder = tmp_path_factory.mktemp("drawing") / "bank"
    write(folder, reader, 24, 12, shard=12, world=SMALL)
    return folder


@pytest.fixture(scope="module")
def coder(tmp_path_factory: pytest.TempPathFactory, bank: Path) -> Path:
    run = tmp_path_factory.mktemp("coder") / "run"
    Trainer(plan("coder", run, bank, limit_steps=6, measured=4)).run()
    return run


@pytest.fixture(autouse=True)
def _threads() -> Iterator[None]:
    """Training sets the number of threads; leave it as it was."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def plan(stage: str, run: Path, bank: Path, coder: Path | None = None, **changed: Any) -> Plan:
    small: dict[str, Any] = {"shape": "tiny", "size": 8, "limit_steps": 4, "measured": 0}
    return Plan(stage, run, bank, coder, **(small | changed))


# -- scenes -------------------------------------------------------------------------------------------------------


def test_the_things_that_are_drawn_are_none_that_training_must_not_show() -> None:
    assert 60 <= len(NAMES) == len(set(NAMES))
    assert not [name for name in NAMES if unseen(name)]
    assert all(nouns(name, split) for name in NAMES for split in ("train", "held_out"))  # type: ignore[arg-type]
    assert set(NAMES) <= set(atlas.names())


def test_a_scene_follows_from_its_number_and_its_boxes_hold_its_things() -> None:
    one, again = drawing(1, "train", 5), drawing(1, "train", 5)
    assert np.array_equal(one.pixels, again.pixels)
    assert one.caption == again.caption
    assert one.pixels.shape == (SIDE, SIDE, 3)
    for number in range(30):
        made = drawing(1, "train", number)
        assert len(made.phrases) == len(made.boxes) == len(made.scene.things) >= 1
        assert (made.boxes >= 0).all()
        assert (made.boxes <= 1).all()
        assert (made.boxes[:, 2:] - made.boxes[:, :2] > 0.02).all()
        for thing, phrase in zip(made.scene.things, made.phrases, strict=True):
            assert any(noun in phrase for noun in nouns(thing.name, "train"))
            assert thing.tint in phrase


def test_held_out_scenes_say_what_training_never_says() -> None:
    assert all(held(drawing(1, "held_out", number).caption) for number in range(12))
    assert not any(held(drawing(1, "train", number).caption) for number in range(40))


def test_places_are_told_with_the_article_of_their_colour() -> None:
    told = {where(Random(seed), kind, "orange") for kind in ("plain", "gradient") for seed in range(30)}
    assert {"on an orange background", "before an orange background", "on an orange gradient"} <= told
    assert not [words for words in told if " a orange" in words]


def test_a_change_changes_what_it_says_and_nothing_far_from_it() -> None:
    for number in range(2 * len(KINDS)):
        one = change(3, "train", number)
        assert one.kind == tuple(KINDS)[number % len(KINDS)]
        assert (one.before != one.after).any()
        assert one.words
        if one.kind in ("recolour", "replace", "remove", "add"):
            assert (one.before == one.after).all(2).mean() > 0.15
    assert np.array_equal(change(3, "train", 4).after, change(3, "train", 4).after)
    assert all(held(change(3, "held_out", number).words) for number in (0, 1, 3))


def test_every_place_has_words_and_larger_worlds_hold_the_smaller() -> None:
    assert all(PLACES.values())
    wide = world_of(128, 100)
    assert wide.names[: len(NAMES)] == NAMES
    assert len(set(wide.names)) == 100
    assert drawing(1, "train", 2, World(("dog",), 32)).pixels.shape == (32, 32, 3)
    assert not any(unseen(name) for name in world_of(64, 10_000).names)


# -- the bank -----------------------------------------------------------------------------------------------------


def test_a_bank_is_the_same_whoever_writes_it_and_goes_on_where_it_stopped(
    bank: Path, reader: Reader, tmp_path: Path
) -> None:
    other = tmp_path / "bank"
    for part in (1, 0):
        write(other, reader, 24, 12, shard=12, part=part, parts=2, world=SMALL)
    assert Bank(other).digest() == Bank(bank).digest()
    (other / "scenes-00001.npz").unlink()
    stamp = (other / "scenes-00000.npz").stat().st_mtime_ns
    write(other, reader, 24, 12, shard=12, world=SMALL)
    assert (other / "scenes-00000.npz").stat().st_mtime_ns == stamp
    assert Bank(other).digest() == Bank(bank).digest()


def test_another_bank_in_the_same_folder_and_no_bank_are_refused(bank: Path, reader: Reader, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="another world, seed"):
        write(bank, reader, 12, 12, shard=12)
    with pytest.raises(ValueError, match="another world, seed, split or size"):
        write(bank, reader, 12, 12, seed=2, shard=12, world=SMALL)
    with pytest.raises(ValueError, match="is no bank"):
        Bank(tmp_path)


def test_what_is_banked_is_what_was_drawn(bank: Path) -> None:
    held_bank, number = Bank(bank), 13
    kept, true = held_bank.scene(number), drawing(1, "train", number, SMALL)
    assert np.array_equal(kept.pixels, true.pixels)
    assert (kept.text, kept.phrases) == (true.caption, true.phrases)
    assert kept.names == tuple(thing.name for thing in true.scene.things)
    assert np.allclose(kept.boxes, true.boxes)
    assert kept.labels.shape == (len(true.phrases), 384)
    assert len(kept.states) <= banks.KEPT
    pair, made_pair = held_bank.change(7), change(1, "train", 7, SMALL)
    assert np.array_equal(pair.before, made_pair.before)
    assert (pair.text, pair.kind) == (made_pair.words, made_pair.kind)


def test_batches_follow_from_their_step_and_tell_each_task_what_it_needs(bank: Path) -> None:
    held_bank = Bank(bank)
    one, again, other = made(held_bank, 1, 7, 64), made(held_bank, 1, 7, 64), made(held_bank, 1, 8, 64)
    assert torch.equal(one.target, again.target)
    assert torch.equal(one.words.states, again.words.states)
    assert not torch.equal(one.target, other.target)
    assert set(one.task.tolist()) == {0, 1, 2, 3}
    for number, task in enumerate(one.task.tolist()):
        name = TASKS[task]
        assert bool(one.seen[number]) == (name in ("inpaint", "edit"))
        share = float(one.hole[number].float().mean())
        assert share == (1.0 if name in ("layout", "image") else 0.0) or (name == "inpaint" and 0 < share < 1)
        if name in ("image", "edit"):
            assert not one.there[number].any()


def test_a_place_to_fill_holds_its_thing_and_weighs_most(bank: Path) -> None:
    held_bank, rng = Bank(bank), np.random.default_rng(0)
    filled = row(held_bank, "inpaint", rng, number=3, plain=True)
    assert filled.hole is not None
    assert filled.weight is not None
    assert (filled.weight[filled.hole] == HEAVY).all()
    assert (filled.weight[~filled.hole] < 1).all()
    box = np.array([0.25, 0.25, 0.75, 0.75], np.float32)
    for _ in range(30):
        hole = place(box, rng, SIDE)
        assert hole[SIDE // 3 : 2 * SIDE // 3, SIDE // 3 : 2 * SIDE // 3].all()
        assert not hole[0].any()


# -- learning -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["coder", "drawer"])
def test_a_drawing_run_that_was_stopped_goes_on_to_the_bit(stage: str, bank: Path, coder: Path, tmp_path: Path) -> None:
    own = coder if stage == "drawer" else None
    whole = Trainer(plan(stage, tmp_path / "whole", bank, own))
    whole.run()
    first = Trainer(plan(stage, tmp_path / "parts", bank, own))
    first.learn, learn = lambda: _stopping(first, learn), first.learn  # type: ignore[method-assign]
    first.run()
    assert first.step == 2
    assert not (tmp_path / "parts" / "weights").exists()
    second = Trainer(plan(stage, tmp_path / "parts", bank, own), resume=True)
    assert second.step == 2
    second.run()
    rates_and_losses = [np.array(trainer.curve)[:, 2:] for trainer in (second, whole)]
    assert np.array_equal(*rates_and_losses, equal_nan=True)
    for name, value in whole.mean.values.items():
        assert torch.equal(value, second.mean.values[name]), name
    assert len((tmp_path / "parts" / "losses.csv").read_text("utf-8").splitlines()) == 5
    assert (tmp_path / "parts" / "losses.png").is_file()


def _stopping(trainer: Trainer, learn: Any) -> list[float]:
    """Learn, and let SIGTERM come after the second step."""
    found: list[float] = learn()
    if trainer.step == 2:
        trainer._stop(15, None)
    return found


def test_another_plan_and_a_drawer_without_a_coder_are_refused(bank: Path, coder: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="begun with other options"):
        Trainer(plan("coder", coder, bank, seed=9), resume=True)
    begun = Trainer(plan("drawer", tmp_path / "drawer", bank, coder))
    begun.save()
    begun.vae.decoder.conv_in.bias.add_(1.0)
    begun.vae.save_pretrained(tmp_path / "other" / "weights")
    with pytest.raises(ValueError, match="begun with other options"):
        Trainer(plan("drawer", tmp_path / "drawer", bank, tmp_path / "other"), resume=True)
    with pytest.raises(ValueError, match="needs an autoencoder"):
        plan("drawer", tmp_path, bank)
    with pytest.raises(FileNotFoundError, match="no finished autoencoder"):
        Trainer(plan("drawer", tmp_path, bank, tmp_path))


def test_it_learns_and_its_latents_have_a_deviation_of_one(bank: Path, tmp_path: Path) -> None:
    trainer = Trainer(plan("coder", tmp_path / "run", bank, limit_steps=30))
    trainer.run()
    losses = [line[3] for line in trainer.curve]
    assert np.mean(losses[-5:]) < 0.7 * np.mean(losses[:3])
    vae = load_coder(tmp_path / "run")
    found = measuring.scale(vae, trainer.bank) / vae.config.scaling_factor
    assert found == pytest.approx(1.0, rel=1e-3)


def test_a_drawer_learns_from_its_conditions(bank: Path, coder: Path, tmp_path: Path) -> None:
    trainer = Trainer(plan("drawer", tmp_path / "run", bank, coder, limit_steps=24, rate=4e-3))
    begun = {name: value.clone() for name, value in trainer.network.state_dict().items()}
    trainer.run()
    losses = [line[3] for line in trainer.curve]
    assert np.mean(losses[-6:]) < 0.95 * np.mean(losses[:3])
    after = trainer.network.state_dict()
    for part in ("encoder_hid_proj.weight", "position_net.linears.0.weight", "conv_in.weight"):
        assert not torch.equal(begun[part], after[part]), part
    assert any("alpha" in name and not torch.equal(begun[name], after[name]) for name in after)


def test_what_is_shipped_is_a_pipeline_with_a_manifest_that_draws(
    bank: Path, coder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from models.diffusion.drawing import DrawingPipeline

    monkeypatch.setattr(measuring, "STEPS", 2)
    monkeypatch.setattr(measuring, "SHOWN", 2)
    trainer = Trainer(plan("drawer", tmp_path / "run", bank, coder, measured=4))
    trainer.run()
    log = json.loads((tmp_path / "run" / "metrics.json").read_text("utf-8"))[-1]
    assert {"recognised", "filled", "recognised_in_truth", "changed_off", "unchanged_off"} <= set(log)
    assert (tmp_path / "run" / "sheet-0000004.png").is_file()
    ship(trainer, tmp_path / "shipped")
    facts = json.loads((tmp_path / "shipped" / "MANIFEST.json").read_text("utf-8"))
    assert set(facts["files"]) >= {
        "model_index.json",
        "unet/config.json",
        "unet/diffusion_pytorch_model.safetensors",
        "vae/config.json",
    }
    assert faults(tmp_path / "shipped") == []
    assert facts["things"] == list(NAMES)
    assert facts["coder"]["psnr"] > 0
    pipe = DrawingPipeline.from_pretrained(tmp_path / "shipped", use_safetensors=True, local_files_only=True)
    pipe.set_progress_bar_config(disable=True)
    made = pipe("a dog on a meadow", num_inference_steps=2, generator=torch.Generator().manual_seed(0)).images[0]
    assert made.size == (32, 32)
    weights = tmp_path / "shipped" / "unet" / "diffusion_pytorch_model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    assert faults(tmp_path / "shipped") == ["shipped/unet/diffusion_pytorch_model.safetensors is damaged"]
    with pytest.raises(ValueError, match="shipped with the drawer"):
        ship(Trainer(plan("coder", coder, bank, limit_steps=6), resume=True), tmp_path / "none")


def test_a_crop_has_its_box_in_the_middle() -> None:
    picture = np.zeros((32, 32, 3), np.uint8)
    picture[8:16, 4:12] = 255
    made = measuring.crop(picture, np.array([4 / 32, 8 / 32, 12 / 32, 16 / 32], np.float32))[..., 0].astype(int)
    assert made.shape == (48, 48)
    assert max(np.abs(made - made[::-1]).max(), np.abs(made - made[:, ::-1]).max()) <= 8
    assert (made > 127).mean() == pytest.approx(0.82**2, abs=0.03)


def test_things_are_recognised_in_true_scenes_and_not_in_others() -> None:
    world = World()
    drawn = measuring.scenes(world, 24)
    true = np.stack([one.pixels for one in drawn])
    ceiling = measuring.recognised(true, drawn, world)["recognised"]
    assert ceiling > 0.6
    assert measuring.recognised(np.roll(true, 1, 0), drawn, world)["recognised"] < 0.3
