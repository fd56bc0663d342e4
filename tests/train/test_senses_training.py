"""Training of the senses: views and windows with their truth, runs that stop and go on, what is shipped, and the gates."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
from transformers import ASTModel, AutoModel, SiglipVisionModel

from models.senses import ear, eye, naming
from models.vision.audio import BANDS, STEPS
from models.weights import faults
from training.gates import __main__ as gates
from training.gates import known, noises, strange
from training.hearing import __main__ as hearing
from training.hearing import windows
from training.hearing import words as heard
from training.vision import glances, low
from training.vision.words import Lexicon, lexicon, unseen

NAMES = ("pizza", "whale", "cactus", "taxi")
SMALL = {"hidden_size": 24, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
SOUNDS = ("dog", "siren", "rain")


@pytest.fixture(scope="module")
def words() -> Lexicon:
    return lexicon(NAMES)


@pytest.fixture(scope="module")
def takes() -> windows.Takes:
    return windows.takes(SOUNDS, 2, 1)


def few() -> Lexicon:
    whole = heard.lexicon()
    places = [whole.names.index(name) for name in SOUNDS]
    chosen = np.isin(whole.owners, places)
    owners = np.array([places.index(owner) for owner in whole.owners[chosen]])
    order = np.argsort(owners, kind="stable")
    return Lexicon(SOUNDS, whole.vectors[chosen][order], owners[order], np.zeros((3, 3), np.bool_))


def test_views_know_what_fills_their_cells() -> None:
    make = glances.Glancer(NAMES, 3, 6, 3)
    batch, again = make(2), glances.Glancer(NAMES, 3, 6, 3)(2)
    assert torch.equal(batch.pixels, again.pixels)
    assert torch.equal(batch.shares, again.shares)
    assert batch.pixels.shape == (6, 3, glances.SIDE, glances.SIDE)
    assert batch.colours.shape == (6, 3, eye.GRID, eye.GRID)
    assert -1 <= float(batch.pixels.min()) < float(batch.pixels.max()) <= 1
    assert len(batch.things) == len(batch.owners) == len(batch.shares)
    cover = torch.zeros(6, eye.GRID, eye.GRID).index_add(0, batch.owners, batch.shares)
    assert float(cover.max()) <= 1 + 1e-5
    assert batch.facts[:, 3].tolist() == torch.bincount(batch.owners, minlength=6).tolist()
    rows, label = low.asked(batch, 6)
    for row, thing in zip(rows.tolist(), label.tolist(), strict=True):
        view, cell = divmod(row, eye.GRID**2)
        own = [n for n in range(len(batch.things)) if batch.owners[n] == view]
        best = max(own, key=lambda n: float(batch.shares[n].flatten()[cell]))
        assert float(batch.shares[best].flatten()[cell]) > low.FILLED
        assert int(batch.things[best]) == thing


def test_a_view_without_things_teaches_that_there_are_none(words: Lexicon) -> None:
    batch = glances.Glances(
        torch.zeros(2, 3, 80, 80), torch.zeros(0, dtype=torch.long), torch.zeros(0, dtype=torch.long),
        torch.zeros(0, 5, 5), torch.zeros(2, 3, 5, 5), torch.zeros(2, 4, dtype=torch.long),
    )  # fmt: skip
    network = low.Asked(low.tiny(**SMALL))
    parts = low.losses(network(batch.pixels), batch, torch.from_numpy(words.first), torch.from_numpy(words.near))
    assert parts[:2].tolist() == [0, 0]
    parts.sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in network.parameters() if p.grad is not None)


def same(one: torch.nn.Module, other: torch.nn.Module) -> None:
    for (name, a), b in zip(one.state_dict().items(), other.state_dict().values(), strict=True):
        assert torch.equal(a, b), name


def test_the_low_encoder_learns_goes_on_bit_for_bit_and_is_shipped(words: Lexicon, tmp_path: Path) -> None:
    def trainer(name: str, limit: int, resume: bool = False) -> low.Trainer:
        plan = low.Plan(tmp_path / name, 5, size=6, fresh=3, measured=32, limit_steps=limit)
        made = low.Trainer(plan, resume, words, low.tiny(**SMALL))
        made.rate = lambda: 1e-3  # type: ignore[method-assign]  # not that of the plan, which knows its end
        return made

    whole, first = trainer("whole", 6), trainer("parts", 3)
    whole.run()
    first.run()
    second = trainer("parts", 6, resume=True)
    assert second.step == 3
    second.run()
    same(whole.network, second.network)
    assert [entry["step"] for entry in second.log] == [3, 6]
    second.ship(tmp_path / "shipped")
    assert faults(tmp_path / "shipped") == []
    encoder = AutoModel.from_pretrained(tmp_path / "shipped", dtype=torch.float32)
    assert isinstance(encoder, SiglipVisionModel)
    assert eye.low_maps(encoder, torch.zeros(1, 3, 80, 80)).shape == (1, 24, 5, 5)
    learning = trainer("learning", 60)
    batch = learning.make(0)
    parts = [sum(learning.learn(batch)) for _ in range(40)]
    assert parts[-1] < 0.8 * parts[0]


def test_words_of_sounds_that_are_kept_back_are_never_taught() -> None:
    names = naming.sounds().words
    held = [word for name in names for word in heard.kept(name)]
    assert len(held) > 30
    assert all(unseen(word) for word in held)
    assert not set(held) & {word for name in names for word in heard.taught(name)}
    whole = heard.lexicon()
    assert whole.names == names
    assert np.array_equal(whole.first, naming.sounds().vectors)


def test_windows_follow_from_their_seed_and_hold_what_they_say(takes: windows.Takes) -> None:
    make = windows.Maker(takes, 4, 24)
    batch, again = make(5), windows.Maker(takes, 4, 24)(5)
    assert torch.equal(batch.mel, again.mel)
    assert torch.equal(batch.labels, again.labels)
    assert not torch.equal(batch.mel, make(6).mel)
    assert batch.mel.shape == (24, STEPS, BANDS)
    assert float(batch.mel.min()) >= -1
    labels = batch.labels
    assert set(labels.unique().tolist()) <= {-1, 0, 1, 2}
    assert ((labels[..., 1] < 0) | (labels[..., 0] >= 0)).all()
    assert ((labels[..., 0] != labels[..., 1]) | (labels[..., 0] < 0)).all()
    loud = batch.mel.reshape(24, windows.COLUMNS, -1).amax(2) > ear.SILENT
    assert (loud | (labels[..., 0] < 0)).all()
    assert 0.3 < float((labels[..., 0] >= 0).float().mean()) < 0.98


def test_either_order_of_two_sounds_is_right() -> None:
    bank = torch.eye(6)
    near = torch.zeros(6, 6, dtype=torch.bool)
    labels = torch.tensor([[[0, 1], [1, 0], [2, -1], [-1, -1]]])
    phrases = torch.stack([bank[[0, 1]], bank[[0, 1]], bank[[1, 2]], bank[[0, 0]]])[None]
    there = torch.tensor([[[9.0, 9], [9, 9], [-9, 9], [-9, -9]]])
    found = hearing.losses((phrases, there), labels, bank, near)
    assert (found.right, found.asked) == (5, 5)
    assert float(found.named) < 0.01
    assert float(found.there) < 0.01
    wrong = hearing.losses((phrases.roll(3, -1), -there), labels, bank, near)
    assert wrong.right == 0
    assert float(wrong.named) > 5
    assert float(wrong.there) > 5


def test_the_ear_learns_goes_on_bit_for_bit_and_is_shipped(takes: windows.Takes, tmp_path: Path) -> None:
    words = few()

    def trainer(name: str, limit: int, resume: bool = False) -> hearing.Trainer:
        plan = hearing.Plan(tmp_path / name, 5, size=6, measured=48, limit_steps=limit)
        made = hearing.Trainer(plan, resume, words, hearing.tiny(**SMALL), takes)
        made.others = takes
        made.rate = lambda: 1e-3  # type: ignore[method-assign]
        return made

    whole, first = trainer("whole", 6), trainer("parts", 3)
    whole.run()
    first.run()
    second = trainer("parts", 6, resume=True)
    assert second.step == 3
    second.run()
    same(whole.network, second.network)
    assert [entry["step"] for entry in second.log] == [3, 6]
    second.ship(tmp_path / "shipped")
    assert faults(tmp_path / "shipped") == []
    listener = ear.load(tmp_path / "shipped")
    assert isinstance(listener.encoder, ASTModel)
    assert ear.columns(listener.encoder, torch.zeros(2, STEPS, BANDS)).shape == (2, windows.COLUMNS, 24)
    learning = trainer("learning", 90)
    batch = learning.make(0)
    parts = [learning.learn(batch) for _ in range(80)]
    assert parts[-1][0] < 0.7 * parts[0][0]
    assert parts[-1][2] > 0.6


def test_a_line_is_found_between_two_clouds() -> None:
    rng = np.random.default_rng(1)
    rows = np.concatenate([rng.normal(1, 1, (200, 3)), rng.normal(-1, 1, (200, 3))])
    labels = np.arange(400) < 200
    centre, scale, weights, bias = gates.fitted(rows, labels)
    right = (((rows - centre) / scale) @ weights + bias > 0) == labels
    assert right.mean() > 0.93
    world = [row[None].astype(np.float32) for row in rows[:200]]
    other = [row[None].astype(np.float32) for row in rows[200:]]
    opened, found = gates.gate_of(world, other)
    assert 0.03 < np.mean([not opened.passes(one) for one in world]) < 0.12
    assert np.mean([opened.passes(one) for one in other]) < 0.15
    assert 0 <= found["other_let_in"] < 0.15


def test_strange_and_known_media_follow_from_their_seed() -> None:
    for _ in range(2):
        one, two = (strange.picture(np.random.default_rng(5)) for _ in range(2))
        assert np.array_equal(one, two)
    rng = np.random.default_rng(2)
    for maker in (strange.spectral, strange.leaves, strange.marbled, strange.fractal, strange.woven, strange.blobs,
                  strange.lit, strange.gradient, strange.noise, strange.lettered):  # fmt: skip
        made = maker(40, 60, rng)
        assert made.shape == (40, 60, 3)
        assert np.isfinite(made).all()
        assert made.std() > 0.005
    for number in range(12):
        samples, rate = noises.strange(np.random.default_rng(number))
        assert np.array_equal(samples, noises.strange(np.random.default_rng(number))[0])
        assert samples.ndim == 2
        assert rate == noises.RATE
        assert 0.01 < np.abs(samples).max() <= 1
    one, two = (known.picture(Random("a")) for _ in range(2))
    assert np.array_equal(one.pixels, two.pixels)
    assert len(one.boxes) == len(one.names) >= 1
    assert ((one.boxes[:, 2:] - one.boxes[:, :2]) > 0).all()


def test_gates_of_a_few_scenes_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["gates", "sights", "--count", "6", "--out", str(tmp_path)])
    gates.main()
    assert faults(tmp_path) == []
    facts = json.loads((tmp_path / "MANIFEST.json").read_text(encoding="utf-8"))
    assert facts["sights"]["scenes"] == 6
