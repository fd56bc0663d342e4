"""Training of the vision tower: words and scenes, what patches show, losses, and runs that stop, go on and are shipped."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch

from models.vision import dense
from models.vision.config import TowerConfig
from models.vision.tower import Dense, VisionTower
from models.weights import faults
from models.world.composer import compose
from models.world.scene import Backdrop, Scene, Thing
from training.truth.words import cast, kept_back
from training.vision import __main__ as command
from training.vision import batches, quick, scenes
from training.vision.losses import generalised, losses
from training.vision.words import Lexicon, kept, lexicon, taught, unseen

NAMES = ("pizza", "whale", "cactus", "taxi")
TINY = TowerConfig(widths=(8, 16, 16, 24, 24), depths=(0, 1, 1, 0), neck=16, phrase=384, area=4096)


@pytest.fixture(scope="module")
def words() -> Lexicon:
    return lexicon(NAMES)


def test_what_is_kept_back_is_never_taught() -> None:
    names = cast("train")
    assert not set(names) & set(kept_back())
    held = [word for name in names for word in kept(name)]
    assert len(held) > 40
    said = {word for name in names for word in taught(name)}
    assert not said & set(held)
    assert all(unseen(word) for word in held)
    assert all(name == taught(name)[0] for name in names)


def test_a_lexicon_draws_a_word_of_each_thing(words: Lexicon) -> None:
    assert words.vectors.shape == (len(words.owners), 384)
    drawn = [words.drawn(np.random.default_rng(n)) for n in range(12)]
    for n in range(len(NAMES)):
        own = words.vectors[words.owners == n]
        assert all((own == one[n]).all(1).any() for one in drawn)
    assert not all(np.array_equal(drawn[0], one) for one in drawn)
    assert np.array_equal(words.first, words.vectors[[list(words.owners).index(n) for n in range(len(NAMES))]])
    assert not words.near.diagonal().any()


def test_scenes_follow_from_their_seed_and_show_what_they_say() -> None:
    one, two = (scenes.sight(NAMES, (128, 128), "a 1") for _ in range(2))
    assert np.array_equal(one.pixels, two.pixels)
    assert np.array_equal(one.ids, two.ids)
    other = scenes.sight(NAMES, (128, 128), "a 2")
    assert not np.array_equal(one.pixels, other.pixels)
    assert one.pixels.shape == (147, 147, 3)
    assert set(np.unique(one.ids)) <= set(range(len(one.names) + 1))
    assert set(one.names) <= set(NAMES)


def test_quick_pictures_are_those_of_the_composer_up_to_outlines() -> None:
    for number in range(6):
        rng = Random(number)
        things = tuple(
            Thing(name, rng.random(), rng.random(), rng.uniform(0.15, 0.7), rng.uniform(-30, 30), rng.random() < 0.5)
            for name in NAMES[:3]
        )
        scene = Scene(things, Backdrop(("meadow", "room", "plain")[number % 3], "day", seed=number))
        pixels, ids = quick.draw(scene, 160, 104)
        truth = compose(scene, 160, 104, truth=True)
        assert np.abs(pixels.astype(int) - truth.pixels).mean() < 2.5
        for k, mask in enumerate(truth.masks, 1):
            both, either = np.count_nonzero(mask & (ids == k)), np.count_nonzero(mask | (ids == k))
            assert both >= 0.9 * either - 6


def test_patches_know_what_fills_them_and_small_things_have_one() -> None:
    ids = np.zeros((32, 48), np.uint8)
    ids[0:16, 0:16] = 1  # four whole patches
    ids[18:22, 34:38] = 2  # less than a quarter of one
    ids[31, 47] = 3  # hardly seen
    owner, shown, boxes = batches.patches(ids, 3)
    assert owner.shape == (4, 6)
    assert shown == [0, 1]
    assert boxes == [(0, 0, 16 / 48, 16 / 32), (34 / 48, 18 / 32, 38 / 48, 22 / 32)]
    assert (owner[:2, :2] == 0).all()
    assert owner[2, 4] == 1
    assert (owner >= 0).sum() == 5
    faint = np.zeros((32, 32), np.uint8)
    faint[0:2, 0:8] = 1
    faint[8:16, 0:8] = 1
    assert batches.patches(faint, 1)[0][:2, 0].tolist() == [0, 0]


def test_batches_are_the_same_whenever_they_are_asked_for() -> None:
    straight = batches.Maker(NAMES, 3, 4, 2)
    early = [straight(step) for step in range(9)]
    late = batches.Maker(NAMES, 3, 4, 2)(8)
    assert torch.equal(early[8].pixels, late.pixels)
    assert torch.equal(early[8].owner, late.owner)
    assert torch.equal(early[8].boxes, late.boxes)
    assert early[0].pixels.shape[2:] != early[1].pixels.shape[2:]
    for batch in early:
        assert int(batch.owner.max()) == len(batch.things) - 1
        assert len(batch.boxes) == len(batch.things)
        assert -1 <= float(batch.pixels.min()) < float(batch.pixels.max()) <= 1


def test_a_mirrored_view_has_its_box_where_the_thing_is() -> None:
    ids = np.zeros((74, 74), np.uint8)
    ids[20:50, 10:30] = 1
    pixels = np.zeros((74, 74, 3), np.uint8)
    pixels[ids == 1] = 255
    seen = scenes.Sight(pixels, ids, ("pizza",))
    sides = set()
    for number in range(12):
        shown, where, _ = batches.viewed(seen, (64, 64), np.random.default_rng(number))
        bright = shown.mean(-1) > 128
        assert np.count_nonzero(bright != (where == 1)) < 0.12 * np.count_nonzero(where)
        sides.add(bool(np.flatnonzero((where == 1).any(0)).mean() < 32))
    assert sides == {True, False}


def answered(batch: batches.Batch, bank: torch.Tensor, *, wrong: bool = False) -> Dense:
    """What a tower would say that knows the truth of *batch*, or takes each thing for the next one."""
    b, rows, columns = batch.owner.shape
    shows = batch.owner >= 0
    owner = batch.owner.clamp(min=0)
    things = (batch.things + 1) % len(bank) if wrong else batch.things
    phrases = bank[things[owner]].permute(0, 3, 1, 2)
    boxes = batch.boxes[owner].permute(0, 3, 1, 2)
    return Dense(torch.zeros(b, 1, rows, columns), phrases, boxes, torch.where(shows, 9.0, -9.0))


def test_the_truth_has_nearly_no_loss_and_each_fault_has_its_own(words: Lexicon) -> None:
    batch = batches.Maker(NAMES, 5, 6, 6)(0)
    bank, near = torch.from_numpy(words.first), torch.from_numpy(words.near)
    true = losses(answered(batch, bank), batch, bank, near, 20.0)
    assert float(true.phrase) < 0.01
    assert float(true.box) == pytest.approx(0, abs=1e-4)
    assert float(true.objectness) < 0.01
    assert int(true.right) == true.asked > 0
    false = losses(answered(batch, bank, wrong=True), batch, bank, near, 20.0)
    assert float(false.phrase) > 3
    assert int(false.right) == 0
    assert float(false.box) == pytest.approx(0, abs=1e-4)


def test_pictures_without_things_teach_that_there_are_none(words: Lexicon) -> None:
    empty = batches.collated([(np.zeros((64, 64, 3), np.uint8), np.zeros((64, 64), np.uint8), [])] * 2)
    tower = VisionTower(TINY)
    found = losses(tower(empty.pixels), empty, torch.from_numpy(words.first), torch.from_numpy(words.near), 20.0)
    assert found.asked == 0
    assert float(found.objectness.detach()) > 0
    found.total.backward()
    assert all(torch.isfinite(p.grad).all() for p in tower.parameters() if p.grad is not None)


def test_generalised_overlap_is_as_published() -> None:
    boxes = torch.tensor([[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 0.25, 1.0]])
    others = torch.tensor([[0.0, 0.0, 0.5, 1.0], [0.75, 0.0, 1.0, 1.0]])
    assert generalised(boxes, others).tolist() == pytest.approx([0.5, -0.5])


def test_a_few_steps_find_a_thing(words: Lexicon, tmp_path: Path) -> None:
    trainer = command.Trainer(
        command.Plan(tmp_path, 5, size=12, fresh=6, rate=4e-3, limit_steps=110), False, words, TINY
    )
    parts = [trainer.learn(trainer.make(step % 8)) for step in range(110)]
    first, last = (np.mean(some, axis=0) for some in (parts[:8], parts[-8:]))
    assert last[0] < first[0] * 0.8, "phrases"
    assert last[1] < first[1] * 0.95, "boxes"
    assert last[2] < first[2] * 0.92, "objectness"
    assert last[3] > first[3] + 0.15, "the share that is named right"


def test_a_run_goes_on_bit_for_bit_and_is_shipped(words: Lexicon, tmp_path: Path) -> None:
    def trainer(name: str, limit: int, resume: bool = False) -> command.Trainer:
        plan = command.Plan(tmp_path / name, 5, size=4, fresh=2, measured=16, limit_steps=limit)
        return command.Trainer(plan, resume, words, TINY)

    whole = trainer("whole", 6)
    whole.rate = lambda: 1e-3  # type: ignore[method-assign]  # not that of the plan, which knows its end
    whole.run()
    first = trainer("parts", 3)
    first.rate = lambda: 1e-3  # type: ignore[method-assign]
    first.run()
    second = trainer("parts", 6, resume=True)
    assert second.step == 3
    second.rate = lambda: 1e-3  # type: ignore[method-assign]
    second.run()
    for (name, one), two in zip(whole.tower.state_dict().items(), second.tower.state_dict().values(), strict=True):
        assert torch.equal(one, two), name
    assert [entry["step"] for entry in second.log] == [3, 6]
    second.ship(tmp_path / "shipped")
    assert faults(tmp_path / "shipped") == []
    tower = dense.load(str(tmp_path / "shipped"))
    with second.mean.applied(second.tower):
        second.tower.eval()
        pixels = torch.rand(1, 3, 64, 64)
        assert torch.allclose(tower(pixels).boxes, second.tower(pixels).boxes, atol=0.02)  # half precision on disk
