"""Train the ear on synthesised sounds.

    python -m training.hearing --run RUN --minutes 15 [--seed 1] [--device cpu] [--resume] [--limit-steps N]
    python -m training.hearing --run RUN --ship assets/nano/hearing

The encoder is the Audio Spectrogram Transformer, tiny, as transformers builds it. With its heads it learns what goes on in each 0.16 s
of a window: up to two sounds, each as a phrase in the space of the sentence encoder, in whichever order fits better, and whether
there is one. RUN keeps a checkpoint and ``metrics.json``; minutes are those of the processor. ``--resume`` goes on with the very
batches that would have come; ``--ship``, given with the options of the run, writes the running mean of the weights in half precision.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from models.senses.ear import HEADS, Heads, columns
from models.vision.audio import BANDS, STEPS
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional
from transformers import ASTConfig, ASTModel

from training.hearing.windows import Maker, Takes, Windows, takes, windows
from training.hearing.words import lexicon
from training.manifest import write_manifest
from training.optimiser import Averaged, make_optimiser, rate_at, save_run
from training.precision import autocast
from training.vision.words import Lexicon

CONTRAST = 20.0
"""What likenesses to phrases are multiplied by when they are told apart."""
NEARER = 0.5
"""Weight of the likeness to the sound's own phrase beside being told apart from all others."""
OTHER = 1_000_003
"""Added to the seed for sounds that are measured."""


@dataclass(frozen=True)
class Plan:
    """What one training run does. *minutes* and *evaluate_every* in minutes of the processor; *size* windows of a batch, mixed of
    *each* sounds of every class; *measured* windows of other sounds are measured on the way; *limit_steps* 0 for as many as the
    minutes allow."""

    run: Path
    minutes: float
    seed: int = 1
    rate: float = 1.5e-3
    size: int = 48
    each: int = 12
    evaluate_every: float = 4.0
    measured: int = 480
    device: str = "cpu"
    limit_steps: int = 0


def tiny(**changes: Any) -> ASTConfig:
    """Return the configuration of the encoder: patches of 16 x 16 that do not overlap."""
    settings: dict[str, Any] = {
        "hidden_size": 192, "intermediate_size": 768, "num_hidden_layers": 4, "num_attention_heads": 3, "patch_size": 16,
        "frequency_stride": 16, "time_stride": 16, "max_length": STEPS, "num_mel_bins": BANDS,
        "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0,
    }  # fmt: skip
    return ASTConfig(**(settings | changes))


@torch.no_grad()
def begin(encoder: ASTModel) -> None:
    """Let a new *encoder* begin with a sense of pitch and time, which it would take long to find: patches are read by the lowest waves of a
    cosine transform, and told their row and column by sines (Vaswani et al. 2017, arXiv 1706.03762)."""
    settings, embeddings = encoder.config, encoder.embeddings
    side = settings.patch_size
    number = torch.arange(side)
    waves = torch.cos(math.pi * (number[None] + 0.5) * number[:, None] / side) * math.sqrt(2 / side)
    weight = embeddings.patch_embeddings.projection.weight
    lowest = sorted((a + b, a, b) for a in range(side) for b in range(side))
    for channel in range(min(len(weight), len(lowest))):
        _, a, b = lowest[channel]
        weight[channel, 0] = torch.outer(waves[a], waves[b])
    places = embeddings.position_embeddings
    quarter = places.shape[-1] // 4
    turns = 100 ** -(torch.arange(quarter) / quarter)
    across = (STEPS - side) // settings.time_stride + 1
    for place in range(places.shape[1] - 2):
        row, column = divmod(place, across)
        parts = [8 * row * turns, column * turns]
        places[0, place + 2, : 4 * quarter] = 0.3 * torch.cat(
            [wave(part) for part in parts for wave in (torch.sin, torch.cos)]
        )


class Listener(nn.Module):
    """The encoder with its heads."""

    def __init__(self, config: ASTConfig) -> None:
        super().__init__()
        self.encoder = ASTModel(config)
        begin(self.encoder)
        self.heads = Heads(config.hidden_size)

    def forward(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        """Return phrases [b, columns, slots, phrase] and log odds [b, columns, slots] of windows *mel* [b, STEPS, BANDS]."""
        found: tuple[Tensor, Tensor] = self.heads(columns(self.encoder, mel))
        return found


@dataclass(frozen=True)
class Losses:
    """The parts of the loss, scalars, and how many sounds in columns are named *right*, of how many *asked*."""

    named: Tensor
    there: Tensor
    right: int
    asked: int


def losses(found: tuple[Tensor, Tensor], labels: Tensor, bank: Tensor, near: Tensor) -> Losses:
    """Return the losses of what is heard. *labels* int64 [b, columns, 2]; *bank* float [n, phrase]: a phrase's vector for each class;
    *near* bool [n, n]: pairs that are not told apart. Which slot answers for which sound is chosen for each column, so that the loss
    is least (permutation-invariant training, Yu et al. 2017, arXiv 1607.00325)."""
    phrases, there = (values.flatten(0, 1) for values in found)
    wanted = labels.flatten(0, 1)
    shows = wanted >= 0
    cosines = phrases @ bank.T
    named = torch.zeros(*wanted.shape, wanted.shape[1], device=bank.device)
    kept = torch.zeros_like(named, dtype=torch.bool)
    for target in range(wanted.shape[1]):
        some = shows[:, target]
        label = wanted[some, target]
        for slot in range(wanted.shape[1]):
            own = cosines[some, slot]
            scores = (CONTRAST * own).masked_fill(near[label], -1e4)
            told = functional.cross_entropy(scores, label, reduction="none")
            named[some, slot, target] = told + NEARER * (1 - own.gather(1, label[:, None])[:, 0])
            kept[some, slot, target] = scores.argmax(1) == label
    doubt = torch.stack([
        functional.binary_cross_entropy_with_logits(there, shows[:, [target]].float().expand_as(there), reduction="none")
        for target in range(wanted.shape[1])
    ], 2)  # fmt: skip
    cost = (named + doubt).detach()
    straight = cost[:, 0, 0] + cost[:, 1, 1] <= cost[:, 0, 1] + cost[:, 1, 0]

    def chosen(values: Tensor) -> Tensor:
        crossed = torch.stack([values[:, 1, 0], values[:, 0, 1]], 1)
        return torch.where(straight[:, None], torch.stack([values[:, 0, 0], values[:, 1, 1]], 1), crossed)

    asked = int(shows.sum())
    right = int((chosen(kept) & shows).sum())
    return Losses((chosen(named) * shows).sum() / max(1, asked), chosen(doubt).mean(), right, asked)


class Trainer:
    """One run: encoder and heads, optimiser, running mean, clock. *held*: the sounds that are mixed, None to make them."""

    def __init__(
        self, plan: Plan, resume: bool, words: Lexicon, config: ASTConfig | None = None, held: Takes | None = None
    ) -> None:
        torch.manual_seed(plan.seed)
        self.plan, self.words = plan, words
        self.network = Listener(config or tiny()).to(plan.device).train()
        self.optimiser = make_optimiser(self.network, plan.rate)
        self.mean = Averaged(self.network)
        self.make = Maker(takes(words.names, plan.each, plan.seed) if held is None else held, plan.seed, plan.size)
        self.near = torch.from_numpy(words.near).to(plan.device)
        self.others: Takes | None = None
        self.step, self.spent, self.log = 0, 0.0, list[dict[str, Any]]()
        if resume:
            self.load()

    def load(self) -> None:
        """Go on from the run's checkpoint. Raises FileNotFoundError when there is none."""
        state = torch.load(self.plan.run / "checkpoint.pt", weights_only=True, map_location=self.plan.device)
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.mean.load_state_dict(state["mean"])
        torch.set_rng_state(state["rng"].cpu())
        self.step, self.spent, self.log = state["step"], state["spent"], state["log"]

    def save(self) -> None:
        """Write the checkpoint and ``metrics.json``, each whole or not at all."""
        state = {
            "network": self.network.state_dict(), "optimiser": self.optimiser.state_dict(), "mean": self.mean.state_dict(),
            "rng": torch.get_rng_state(), "step": self.step, "spent": self.spent, "log": self.log,
        }  # fmt: skip
        save_run(self.plan.run, state, self.log)

    def rate(self) -> float:
        """Return the learning rate: a short warm-up by steps, then a cosine over the planned time (or steps)."""
        limit = self.plan.limit_steps
        return rate_at(self.plan.rate, self.step, self.step / limit if limit else self.spent / (60 * self.plan.minutes))

    def learn(self, batch: Windows) -> tuple[float, ...]:
        """Take one step; return the parts of the loss and the share of sounds that are named right."""
        batch = batch.to(self.plan.device)
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate()
        bank = self.words.drawn(np.random.default_rng([self.plan.seed, self.step, 7]))
        with autocast(self.plan.device):
            found = self.network(batch.mel)
        parts = losses(found, batch.labels, torch.from_numpy(bank).to(self.plan.device), self.near)
        (parts.named + parts.there).backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.step += 1
        self.mean.update(self.network, self.step)
        return float(parts.named.detach()), float(parts.there.detach()), parts.right / max(1, parts.asked)

    @torch.no_grad()
    def evaluate(self) -> dict[str, Any]:
        """Measure on windows of other sounds, and save: of the sounds in all columns the share that is named right, and of all slots
        the share that is right whether there is a sound."""
        if self.others is None:
            self.others = takes(self.words.names, 2, self.plan.seed + OTHER)
        bank = torch.from_numpy(self.words.first).to(self.plan.device)
        right = asked = 0
        judged = list[float]()
        with self.mean.applied(self.network):
            self.network.eval()
            for number in range(max(1, self.plan.measured // 48)):
                batch = windows(self.others, 48, np.random.default_rng([OTHER, number])).to(self.plan.device)
                phrases, there = self.network(batch.mel)
                parts = losses((phrases, there), batch.labels, bank, self.near)
                right, asked = right + parts.right, asked + parts.asked
                counts = ((there > 0).sum(-1), (batch.labels >= 0).sum(-1))
                judged.append(float((counts[0] == counts[1]).float().mean()))
            self.network.train()
        entry: dict[str, Any] = {"step": self.step, "minutes": round(self.spent / 60, 2)}
        entry |= {"named_right": round(right / max(1, asked), 4), "count_right": round(float(np.mean(judged)), 4)}
        self.log.append(entry)
        print(f"held out: {entry}", flush=True)
        self.save()
        return entry

    def run(self) -> None:
        """Train until the planned time (or number of steps) is spent, measuring and saving on the way."""
        torch.set_flush_denormal(True)
        told = measured = self.spent
        parts: list[tuple[float, ...]] = []
        while self.spent < 60 * self.plan.minutes and self.step < (self.plan.limit_steps or 10**9):
            start = time.process_time()
            batch = self.make(self.step)
            made = time.process_time() - start
            parts.append((*self.learn(batch), made, time.process_time() - start))
            self.spent += time.process_time() - start
            if self.spent - told > 30:
                means = [sum(values) / len(values) for values in zip(*parts, strict=True)]
                names = ("named", "there", "right", "s making", "s a step")
                line = ", ".join(f"{name} {value:.3f}" for name, value in zip(names, means, strict=True))
                print(f"step {self.step} minute {self.spent / 60:.1f}: {line}", flush=True)
                parts, told = [], self.spent
            if self.spent - measured > 60 * self.plan.evaluate_every:
                self.evaluate()
                measured = self.spent
        torch.set_flush_denormal(False)
        self.evaluate()

    def ship(self, folder: Path, note: str = "") -> None:
        """Write the running mean of the weights in half precision and a manifest, with a *note* on the run, to *folder*."""
        folder.mkdir(parents=True, exist_ok=True)
        with self.mean.applied(self.network):
            self.network.encoder.half().save_pretrained(folder)
            heads = {name: value.half().contiguous() for name, value in self.network.heads.state_dict().items()}
            save_file(heads, folder / HEADS, metadata={"format": "pt"})
            self.network.float()
        plan = self.plan
        write_manifest(
            folder,
            command=f"python -m training.hearing --run RUN --minutes {plan.minutes:g} --seed {plan.seed} --rate {plan.rate:g}"
            f" --size {plan.size} --each {plan.each}",
            note=note,
            licence="Apache-2.0",
            seed=plan.seed,
            steps=self.step,
            minutes=round(self.spent / 60, 1),
            parameters=sum(p.numel() for p in self.network.parameters()),
            classes=len(self.words.names),
            data=data_digest(self.words),
            metrics=(self.log or [{}])[-1],
        )


def data_digest(words: Lexicon, count: int = 20) -> str:
    """Return a digest of the words that are taught and of *count* windows of the first classes: changes when the data does."""
    found = hashlib.sha256("\n".join(words.names).encode())
    found.update(words.owners.tobytes())
    batch = windows(takes(words.names[:20], 1, 0), count, np.random.default_rng(0))
    for values in (batch.mel, batch.labels):
        found.update(values.numpy().tobytes())
    return found.hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True)
    for name, value in asdict(Plan(Path(), 15.0)).items():
        if name != "run":
            parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--ship", type=Path)
    parser.add_argument("--note", default="", help="a word on the run for the manifest")
    arguments = vars(parser.parse_args())
    resume, ship, note = (arguments.pop(name) for name in ("resume", "ship", "note"))
    torch.set_num_threads(1)
    trainer = Trainer(Plan(**arguments), resume or ship is not None, lexicon(), held=None if ship is None else [])
    if ship is None:
        trainer.run()
    else:
        trainer.ship(ship, note)


if __name__ == "__main__":
    main()
