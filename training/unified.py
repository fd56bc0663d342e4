"""Train the unified model on generated dialogues.

    python -m training.unified --run RUN --minutes 40 [--seed 1] [--device cpu] [--resume] [--limit-steps N]
    python -m training.unified --run RUN --ship WORDS --talk-bias 1

A second process writes dialogues and reads their texts with the frozen encoder while the first trains. RUN keeps the
vocabulary, a checkpoint (weights, their running mean, optimiser, random state) and ``metrics.json``; ``--resume`` goes on
from it. The learning rate falls with the share of the planned minutes that is spent, so a run ends on time anywhere.
``--ship`` writes the running mean of the weights in half precision, with a manifest, to a folder: a network of words alone, which training.stages teaches to see.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from queue import Full
from typing import Any

import torch
from models.reader import Reader
from models.unified.config import nano
from models.unified.network import UnifiedForConditionalGeneration
from models.unified.vocabulary import Vocabulary
from models.unified.writer import CALL
from torch import Tensor, multiprocessing

from training.batches import Batch, Maker, build_vocabulary
from training.dialogues import examples, topics
from training.language.reason import known_names
from training.manifest import write_manifest
from training.optimiser import Averaged, make_optimiser, rate_at, save_run
from training.precision import autocast

TEXT_ENCODER = Path("assets/nano/text_encoder")
HELD_OUT = 600
"""Dialogues of the held-out split that are measured while training."""
COUNTED = 12_000
"""Dialogues whose replies decide the vocabulary."""


@dataclass(frozen=True)
class Plan:
    """What one training run does. Times in minutes."""

    run: Path
    minutes: float
    seed: int = 1
    rate: float = 1.5e-3
    positions: int = 4096
    layers: int = 4
    width: int = 384
    evaluate_every: float = 5.0
    device: str = "cpu"
    threads: int = 1
    limit_steps: int = 0
    compiled: bool = False


def produce(queue: Any, folder: str, seed: int, positions: int, threads: int) -> None:
    """Put batches into *queue* until the trainer ends, be it killed (this is a process of its own)."""
    torch.set_num_threads(threads)
    trainer = multiprocessing.parent_process()
    maker = Maker(Vocabulary.load(Path(folder)), Reader(TEXT_ENCODER), positions)
    for batch in maker.batches(examples(seed, "train"), seed):
        while trainer is None or trainer.is_alive():
            try:
                queue.put(batch, timeout=5)
                break
            except Full:
                continue
        else:
            queue.cancel_join_thread()  # nobody will read what is still in it
            return


def vocabulary(plan: Plan) -> Vocabulary:
    """Return the run's vocabulary, built from the first dialogues when the run is new."""
    plan.run.mkdir(parents=True, exist_ok=True)
    if (plan.run / "vocabulary.json").exists():
        return Vocabulary.load(plan.run)
    drawn = (example.messages for example in islice(examples(plan.seed, "train"), COUNTED))
    found = build_vocabulary(drawn, topics(), known_names())
    found.save(plan.run)
    return found


def new_network(names: Vocabulary, reader: Reader, layers: int, width: int) -> UnifiedForConditionalGeneration:
    """Return an untrained network for the vocabulary *names*, which knows its known things by the vectors that *reader* gives
    their names."""
    things = names.by_kind.get("k", [])
    network = UnifiedForConditionalGeneration(nano(len(names), layers, width, min(things, default=0), len(things)))
    if things:
        with torch.no_grad():
            network.names.copy_(
                torch.stack([reader.states(reader.cut(name).ids).float().mean(0) for name in names.things])
            )
    return network


@torch.no_grad()
def measure(
    network: UnifiedForConditionalGeneration, batches: list[Batch], static: Tensor, names: Vocabulary
) -> dict[str, Any]:
    """Return loss and the shares of plan tokens (all, by group), topics, known things and tokens of calls that are right,
    given the truth before each token. *static* and *batches* are on one device."""
    planning = [index for name, index in names.ids.items() if name == "c:talk" or name.startswith("c:plan_")]
    plans, topics, things = (torch.tensor(ids) for ids in (planning, names.by_kind["t"], names.by_kind.get("k", [])))
    network.eval()
    loss, steps = 0.0, 0
    right: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    tokens, named, known = [0, 0], [0, 0], [0, 0]
    for batch in batches:
        out = network(batch.ids, batch.bank(static), batch.follow, batch.weights)
        loss, steps = loss + float(out.loss), steps + 1
        row, at = (batch.weights[:, 1:] > 0).nonzero(as_tuple=True)
        target, hit = batch.ids[row, at + 1], out.logits.argmax(-1) == batch.ids[row, at + 1]
        calls = batch.weights[row, at + 1] == CALL
        tokens = [tokens[0] + int(hit[calls].sum()), tokens[1] + int(calls.sum())]
        about, thing = torch.isin(target, topics.to(target)), torch.isin(target, things.to(target))
        named = [named[0] + int(hit[about].sum()), named[1] + int(about.sum())]
        known = [known[0] + int(hit[thing].sum()), known[1] + int(thing.sum())]
        planned = torch.isin(target, plans.to(target))
        last = {int(row[index]): index for index in planned.nonzero().flatten().tolist()}
        for index in planned.nonzero().flatten().tolist():
            own = last[int(row[index])] == index  # a dialogue's group is what its last reply is about
            for name in ["all", batch.groups[int(row[index])]][: 1 + own]:
                right[name][0] += int(hit[index])
                right[name][1] += 1
    network.train()
    groups = {group: round(hits / total, 3) for group, (hits, total) in sorted(right.items())}
    return {
        "loss": round(loss / steps, 4),
        "plan": groups.pop("all", 0.0),
        "topic": round(named[0] / max(1, named[1]), 4),
        "thing": round(known[0] / max(1, known[1]), 4),
        "call_tokens": round(tokens[0] / max(1, tokens[1]), 4),
        "groups": groups,
    }


class Trainer:
    """One run: network, optimiser, running mean, clock."""

    def __init__(self, plan: Plan, resume: bool) -> None:
        torch.manual_seed(plan.seed)
        torch.set_num_threads(plan.threads)
        self.plan = plan
        self.names = vocabulary(plan)
        reader = Reader(TEXT_ENCODER)
        self.network = new_network(self.names, reader, plan.layers, plan.width).to(plan.device)
        if plan.device == "cpu":  # the fused attention's backward pass takes four times as long there
            self.network.model.set_attn_implementation("eager")
        if plan.compiled:
            for layer in self.network.model.layers:
                layer.compile(dynamic=True)
        self.optimiser = make_optimiser(self.network, plan.rate)
        self.mean = Averaged(self.network)
        self.step, self.spent, self.log = 0, 0.0, list[dict[str, Any]]()
        self.data = list[str]()
        if resume:
            self.load()
        self.static = reader.static.detach().to(plan.device)
        self.held_out = list(Maker(self.names, reader).batches(islice(examples(7, "held_out"), HELD_OUT)))

    def load(self) -> None:
        """Go on from the run's checkpoint. Raises FileNotFoundError when there is none."""
        state = torch.load(self.plan.run / "checkpoint.pt", weights_only=True)
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.mean.load_state_dict(state["mean"])
        torch.set_rng_state(state["rng"])
        self.step, self.spent, self.log, self.data = state["step"], state["spent"], state["log"], state["data"]

    def save(self) -> None:
        state = {
            "network": self.network.state_dict(), "optimiser": self.optimiser.state_dict(), "mean": self.mean.state_dict(),
            "rng": torch.get_rng_state(), "step": self.step, "spent": self.spent, "log": self.log, "data": self.data,
        }  # fmt: skip
        save_run(self.plan.run, state, self.log)

    def rate(self) -> float:
        """Return the learning rate: a short warm-up by steps, then a cosine over the planned time."""
        limit = self.plan.limit_steps
        done = self.step / limit if limit else self.spent / (60 * self.plan.minutes)
        return rate_at(self.plan.rate, self.step, done)

    def learn(self, batch: Batch) -> float:
        """Take one step; return the loss."""
        batch = batch.to(self.plan.device)
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate()
        with autocast(self.plan.device):
            loss = self.network(batch.ids, batch.bank(self.static), batch.follow, batch.weights).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.step += 1
        self.mean.update(self.network, self.step)
        return float(loss.detach())

    def evaluate(self) -> None:
        with self.mean.applied(self.network):
            found = measure(self.network, self.held_out, self.static, self.names)
        self.log.append({"step": self.step, "minutes": round(self.spent / 60, 2), **found})
        weakest = sorted(found["groups"].items(), key=lambda item: item[1])[:8]
        print(
            f"held out: loss {found['loss']} plan {found['plan']} topic {found['topic']} thing {found['thing']} call tokens {found['call_tokens']}; weakest {weakest}",
            flush=True,
        )
        self.save()

    def run(self) -> None:
        """Train until the planned time (or number of steps) is spent, measuring and saving on the way."""
        if (data := data_digest()) not in self.data[-1:]:
            self.data.append(data)
        queue = multiprocessing.get_context("spawn").Queue(maxsize=12)
        arguments = (
            queue,
            str(self.plan.run),
            self.plan.seed + 1000 * (self.step + 1),
            self.plan.positions,
            self.plan.threads,
        )
        producer = multiprocessing.get_context("spawn").Process(target=produce, args=arguments, daemon=True)
        producer.start()
        torch.set_flush_denormal(True)  # one step with tiny gradients took seconds without
        self.network.train()
        losses, waited, told, measured = list[float](), 0.0, self.spent, self.spent
        limit = self.plan.limit_steps or 10**9
        while self.spent < 60 * self.plan.minutes and self.step < limit:
            start = time.monotonic()
            batch = queue.get(timeout=300)
            waited += time.monotonic() - start
            losses.append(self.learn(batch))
            self.spent += time.monotonic() - start
            if self.spent - told > 30:
                loss = sum(losses) / len(losses)
                print(
                    f"step {self.step} minute {self.spent / 60:.1f} loss {loss:.3f} rate {self.rate():.1e} waited {waited:.0f} s",
                    flush=True,
                )
                losses, waited, told = [], 0.0, self.spent
            if self.spent - measured > 60 * self.plan.evaluate_every:
                self.evaluate()
                measured = self.spent
        torch.set_flush_denormal(False)  # a setting of the whole process, which others may not expect
        producer.terminate()
        self.evaluate()

    def ship(self, folder: Path, note: str = "", talk_bias: float = 0.0) -> None:
        """Write the running mean of the weights in half precision, the vocabulary and a manifest to *folder*. *talk_bias* is
        added to the score of answering in words: where less of it calls tasks for mere talk, more leaves requests undone."""
        folder.mkdir(parents=True, exist_ok=True)
        self.network.config.talk_bias = talk_bias
        for old in folder.glob("*.safetensors*"):
            old.unlink()
        with self.mean.applied(self.network):
            self.network.half().save_pretrained(folder, max_shard_size="9MB")
            self.network.float()
        self.names.save(folder)
        plan = self.plan
        write_manifest(
            folder,
            command=f"python -m training.unified --run RUN --minutes {plan.minutes:g} --seed {plan.seed} --positions {plan.positions}"
            f" --layers {plan.layers} --width {plan.width}"
            + " --compiled" * plan.compiled
            + f", then --ship FOLDER --talk-bias {talk_bias:g}",
            talk_bias=talk_bias,
            note=note,
            licence="Apache-2.0",
            seed=plan.seed,
            steps=self.step,
            minutes=round(self.spent / 60, 1),
            data=self.data,
            metrics={name: value for name, value in (self.log or [{}])[-1].items() if name != "groups"},
        )


def data_digest(count: int = 200) -> str:
    """Return a digest of the first *count* dialogues of seed 0: changes when the generator does. A run that was resumed with
    another generator is of both, so the digests are kept in the order in which they were learnt from."""
    import hashlib

    from models.values import to_json

    drawn = [to_json(example.messages) for example in islice(examples(0, "train"), count)]
    return hashlib.sha256(json.dumps(drawn, sort_keys=True).encode()).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--positions", type=int, default=4096)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--width", type=int, default=384)
    parser.add_argument("--evaluate-every", type=float, default=5)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--limit-steps", type=int, default=0)
    parser.add_argument(
        "--compiled",
        action="store_true",
        help="compile the layers first: about 1.5 times as fast; needs a C++ compiler",
    )
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--ship", type=Path)
    parser.add_argument(
        "--talk-bias", type=float, default=0.0, help="what --ship adds to the score of answering in words"
    )
    parser.add_argument("--note", default="", help="a word on the run for the manifest")
    arguments = vars(parser.parse_args())
    resume, ship, note, bias = (arguments.pop(name) for name in ("resume", "ship", "note", "talk_bias"))
    trainer = Trainer(Plan(**arguments), resume or ship is not None)
    if ship is None:
        trainer.run()
    else:
        trainer.ship(ship, note, bias)


if __name__ == "__main__":
    main()
