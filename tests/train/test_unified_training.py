"""Training of the unified model: batches, loss, a few steps that learn, checkpoints and the weights that are shipped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import pytest
import torch

from models.reader import Reader
from models.unified.config import nano
from models.unified.native import ASSETS, load
from models.unified.network import UnifiedForConditionalGeneration
from models.unified.vocabulary import Vocabulary
from models.values import Checkpoint, Media, Message, Phrase, Ref, TaskCall, Text
from models.weights import faults
from training.batches import Batch, Maker, build_vocabulary
from training.dialogues import Example, examples, topics
from training.optimiser import Averaged, make_optimiser
from training.unified import Plan, Trainer, measure


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(ASSETS / "nano/text_encoder")


def made_by_hand() -> list[Example]:
    found = []
    for number, noun in enumerate(["dog", "red car", "woman in a hat", "Übergröße 👍 mug"] * 3):
        photo = Media("image", "image#1", "", {"width": 640, "height": 480})
        call = TaskCall("t1", "segment" if number % 2 else "remove", (Ref("image#1"), Phrase(noun)))
        wish = f"cut out the {noun}" if number % 2 else f"take the {noun} away"
        reply = Message("assistant", (Text("As you wish."), call, Media("mask", "mask#1", "")))
        chat = (Message("user", (Text("hello"),)), Message("assistant", (Text("Hello there."),)))
        asked = Message("user", (photo, Text(wish)))
        found.append(Example((*chat[: 2 * (number % 3 == 0)], asked, reply), call.task))
    return [*found, Example(chat, "chat.hi", "hi")]


def small(vocabulary: Vocabulary) -> UnifiedForConditionalGeneration:
    torch.manual_seed(3)
    config = nano(len(vocabulary), 2, 64)
    config.noise = config.blank = config.dropout = 0.0
    return UnifiedForConditionalGeneration(config)


def batches(reader: Reader) -> tuple[Vocabulary, list[Batch]]:
    vocabulary = build_vocabulary((example.messages for example in made_by_hand()), ["hi"], least=1)
    return vocabulary, list(Maker(vocabulary, reader, positions=300).batches(made_by_hand()))


def test_batches_hold_every_dialogue_once_and_keep_to_their_size(reader: Reader) -> None:
    _, made = batches(reader)
    assert sorted(group for batch in made for group in batch.groups) == sorted(
        example.group for example in made_by_hand()
    )
    assert all(batch.ids.numel() <= 300 or len(batch.groups) == 1 for batch in made)


def test_a_few_steps_lower_the_loss(reader: Reader) -> None:
    vocabulary, made = batches(reader)
    network = small(vocabulary)
    optimiser = make_optimiser(network, 3e-3)
    losses = []
    for _ in range(6):
        total = torch.zeros(())
        for batch in made:
            loss = network(batch.ids, batch.bank(reader.static), batch.follow, batch.weights).loss
            loss.backward()
            total += loss.detach()
        optimiser.step()
        optimiser.zero_grad()
        losses.append(float(total) / len(made))
    assert losses[5] < losses[0] * 0.8


def test_padding_a_batch_changes_no_loss(reader: Reader) -> None:
    vocabulary, _ = batches(reader)
    network = small(vocabulary).eval()
    wide = next(Maker(vocabulary, reader, positions=10_000).batches(made_by_hand()))
    alone = Maker(vocabulary, reader, positions=1).batches(made_by_hand())

    def summed(batch: Batch) -> tuple[float, float]:
        with torch.no_grad():
            loss = network(batch.ids, batch.bank(reader.static), batch.follow, batch.weights).loss
        return float(loss * batch.weights.sum()), float(batch.weights.sum())

    parts = [summed(batch) for batch in alone]
    whole, weight = summed(wide)
    assert weight == pytest.approx(sum(part[1] for part in parts))
    assert whole == pytest.approx(sum(part[0] for part in parts), rel=1e-3)


def test_measuring_counts_the_plans_that_are_right(reader: Reader) -> None:
    vocabulary, made = batches(reader)
    found = measure(small(vocabulary), made, reader.static, vocabulary)
    assert set(found["groups"]) == {"segment", "remove", "chat.hi"}
    assert found["topic"] in (0, 1)
    assert 0 <= found["plan"] <= 1


def test_the_running_mean_lies_between_and_gives_the_weights_back() -> None:
    layer = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(layer.weight)
    mean = Averaged(layer)
    torch.nn.init.ones_(layer.weight)
    mean.update(layer, 1000)
    with mean.applied(layer):
        assert 0 < float(layer.weight.detach()) < 0.1
    assert float(layer.weight.detach()) == 1


def test_words_that_a_person_said_are_left_to_copying() -> None:
    vocabulary = build_vocabulary((example.messages for example in made_by_hand()), ["hi"], least=1)
    assert "w: wish" in vocabulary.ids
    assert "w: mug" not in vocabulary.ids


def test_the_two_splits_share_no_dialogue() -> None:
    train, held_out = (
        {example.messages[0].text for example in islice(examples(5, split), 300)} for split in ("train", "held_out")
    )
    shared = {text for text in train & held_out if len(text.split()) > 3}
    assert len(shared) <= 3


@pytest.mark.slow
def test_a_run_stops_resumes_and_ships_weights_that_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.unified.HELD_OUT", 12)
    monkeypatch.setattr("training.unified.COUNTED", 300)
    run = tmp_path / "run"
    Trainer(Plan(run, minutes=5, positions=1024, layers=1, width=64, limit_steps=2), resume=False).run()
    trainer = Trainer(Plan(run, minutes=5, positions=1024, layers=1, width=64, limit_steps=4), resume=True)
    assert trainer.step == 2
    trainer.run()
    assert trainer.step == 4
    assert [entry["step"] for entry in json.loads((run / "metrics.json").read_text())] == [2, 4]
    trainer.ship(tmp_path / "shipped")
    assert faults(tmp_path / "shipped") == []
    model = load(Checkpoint("native", str(tmp_path / "shipped")), "cpu")
    assert model.network.vocabulary == len(trainer.names)


def test_the_process_that_makes_batches_ends_with_a_trainer_that_is_killed(tmp_path: Path) -> None:
    build_vocabulary((), topics()).save(tmp_path)
    code = (
        "import os, sys, time\nfrom torch import multiprocessing\nfrom training.unified import produce\n"
        "if __name__ == '__main__':\n"
        "    spawned = multiprocessing.get_context('spawn')\n    queue = spawned.Queue(maxsize=1)\n"
        "    made = spawned.Process(target=produce, args=(queue, sys.argv[1], 1, 300, 1), daemon=True)\n"
        "    made.start()\n    queue.get(timeout=120)\n    print(made.pid, flush=True)\n    time.sleep(600)\n"
    )
    script = tmp_path / "trainer.py"
    script.write_text(code, encoding="utf-8")
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        [sys.executable, str(script), str(tmp_path)], cwd=root, env=environment, stdout=subprocess.PIPE
    ) as trainer:
        assert trainer.stdout is not None
        worker = int(trainer.stdout.readline())
        trainer.kill()
        trainer.wait()
        for _ in range(600):
            if not running(worker):
                return
            time.sleep(0.1)
    raise AssertionError("the process that makes batches outlived its trainer by a minute")


def running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except OSError:
        return False
    return True
