"""Train the low-resolution image encoder on drawn scenes.

    python -m training.vision.low --run RUN --minutes 12 [--seed 1] [--device cpu] [--resume] [--limit-steps N]
    python -m training.vision.low --run RUN --ship assets/nano/low

The encoder is the vision transformer of SigLIP, tiny, as transformers builds it. It learns what each cell of its grid shows (the
mean phrase of the things in it, how much of it they fill, its colour) and what the whole scene is: its backdrop, hour or weather, style
and number of things. The heads that are asked this are thrown away; what remains is loaded with ``AutoModel``.

RUN keeps a checkpoint and ``metrics.json``; minutes are those of the processor. ``--resume`` goes on with the very batches that would
have come; ``--ship``, given with the options of the run, writes the running mean of the weights in half precision, with a manifest.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from models.senses.eye import GRID, low_maps
from torch import Tensor, nn
from torch.nn import functional
from transformers import SiglipVisionConfig, SiglipVisionModel

from training.manifest import write_manifest
from training.optimiser import Averaged, make_optimiser, rate_at, save_run
from training.precision import autocast
from training.vision.glances import FACTS, SIDE, Glancer, Glances, collated
from training.vision.scenes import SIZES, sight
from training.vision.words import Lexicon, lexicon

CONTRAST = 20.0
"""What likenesses to phrases are multiplied by when they are told apart."""
FILLED = 0.2
"""Share of a cell from which the thing that fills most of it is asked for."""


@dataclass(frozen=True)
class Plan:
    """What one training run does. *minutes* and *evaluate_every* in minutes of the processor; *size* views of a batch, *fresh* of them
    of new scenes; *measured* scenes of another seed are measured on the way; *limit_steps* 0 for as many as the minutes allow."""

    run: Path
    minutes: float
    seed: int = 1
    rate: float = 1.5e-3
    size: int = 64
    fresh: int = 16
    evaluate_every: float = 3.0
    measured: int = 320
    device: str = "cpu"
    limit_steps: int = 0


def tiny(**changes: Any) -> SiglipVisionConfig:
    """Return the configuration of the encoder: patches of 16 pixels make a grid of GRID x GRID cells."""
    settings: dict[str, Any] = {
        "hidden_size": 192, "intermediate_size": 768, "num_hidden_layers": 4, "num_attention_heads": 3, "image_size": SIDE,
        "patch_size": SIDE // GRID, "vision_use_head": False,
    }  # fmt: skip
    return SiglipVisionConfig(**(settings | changes))


class Asked(nn.Module):
    """The encoder with the heads that it is taught by."""

    def __init__(self, config: SiglipVisionConfig, phrase: int = 384) -> None:
        super().__init__()
        width = config.hidden_size
        self.encoder = SiglipVisionModel(config)
        self.phrase = nn.Linear(width, phrase)
        self.cell = nn.Linear(width, 4)
        self.facts = nn.ModuleList(nn.Linear(width, len(known)) for known in FACTS.values())

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor, list[Tensor]]:
        """Return, of views float [b, 3, SIDE, SIDE], what their cells show, row by row: phrases of unit length [b, cells, phrase],
        the log odds of their being filled [b, cells] and their colours [b, 3, cells]; and for each of FACTS scores [b, answers]."""
        cells = low_maps(self.encoder, pixels).flatten(2).transpose(1, 2)
        told = self.cell(cells).float()
        mean = cells.mean(1)
        phrases = functional.normalize(self.phrase(cells).float(), dim=-1)
        return phrases, told[..., 0], told[..., 1:].transpose(1, 2), [head(mean).float() for head in self.facts]


def losses(found: tuple[Tensor, Tensor, Tensor, list[Tensor]], batch: Glances, bank: Tensor, near: Tensor) -> Tensor:
    """Return the parts of the loss, float [5]: phrase told apart, phrase alike, filled, colour, facts. *bank* float [n, phrase]: a phrase's
    vector for each thing; *near* bool [n, n]: pairs that are not told apart."""
    phrases, filled, colours, facts = found
    count, cells = filled.shape
    shares = batch.shares.flatten(1)
    mixed = torch.zeros(count, cells, bank.shape[1], device=bank.device)
    mixed = mixed.index_add(0, batch.owners, shares[..., None] * bank[batch.things][:, None])
    cover = torch.zeros(count, cells, device=bank.device).index_add(0, batch.owners, shares).clamp(0, 1)
    alike = (cover * (1 - (phrases * functional.normalize(mixed, dim=-1)).sum(-1))).sum() / cover.sum().clamp(min=1)
    rows, label = asked(batch, count)
    scores = (CONTRAST * phrases.flatten(0, 1)[rows] @ bank.T).masked_fill(near[label], -1e4)
    apart = functional.cross_entropy(scores, label) if len(rows) else phrases.sum() * 0
    answers = torch.stack(
        [functional.cross_entropy(scores, batch.facts[:, n], label_smoothing=0.02) for n, scores in enumerate(facts)]
    )
    return torch.stack([
        apart, alike, functional.binary_cross_entropy_with_logits(filled, cover),
        functional.mse_loss(colours, batch.colours.flatten(2)), answers.mean(),
    ])  # fmt: skip


def asked(batch: Glances, count: int) -> tuple[Tensor, Tensor]:
    """Return the cells, counted through all views, in which one thing fills FILLED or more, and which of the lexicon it is."""
    shares = batch.shares.flatten(1)
    cells = shares.shape[1]
    best = torch.full((count, cells), FILLED, device=shares.device)
    which = torch.full((count, cells), -1, dtype=torch.long, device=shares.device)
    for owner, thing, share in zip(batch.owners.tolist(), batch.things, shares, strict=True):
        more = share > best[owner]
        best[owner] = torch.where(more, share, best[owner])
        which[owner] = torch.where(more, thing, which[owner])
    rows = (which.flatten() >= 0).nonzero()[:, 0]
    return rows, which.flatten()[rows]


class Trainer:
    """One run: encoder with its heads, optimiser, running mean, clock."""

    def __init__(self, plan: Plan, resume: bool, words: Lexicon, config: SiglipVisionConfig | None = None) -> None:
        torch.manual_seed(plan.seed)
        self.plan, self.words = plan, words
        self.network = Asked(config or tiny()).to(plan.device).train()
        self.optimiser = make_optimiser(self.network, plan.rate)
        self.mean = Averaged(self.network)
        self.make = Glancer(words.names, plan.seed, plan.size, plan.fresh)
        self.near = torch.from_numpy(words.near).to(plan.device)
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

    def learn(self, batch: Glances) -> tuple[float, ...]:
        """Take one step; return the parts of the loss."""
        batch = batch.to(self.plan.device)
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate()
        drawn = self.words.drawn(np.random.default_rng([self.plan.seed, self.step]))
        with autocast(self.plan.device):
            found = self.network(batch.pixels)
        parts = losses(found, batch, torch.from_numpy(drawn).to(self.plan.device), self.near)
        parts.sum().backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.step += 1
        self.mean.update(self.network, self.step)
        return tuple(parts.detach().tolist())

    @torch.no_grad()
    def evaluate(self) -> dict[str, Any]:
        """Measure on scenes of another seed, and save: the share of cells whose phrase is right, the mean error of how much of a
        cell is filled, and for each of FACTS the share that is right and that of the commonest answer (the floor)."""
        bank = torch.from_numpy(self.words.first).to(self.plan.device)
        right = cells = 0
        off, marks, said = list[float](), list[Tensor](), list[Tensor]()
        with self.mean.applied(self.network):
            self.network.eval()
            for batch in held_out(self.words.names, self.plan.measured):
                batch = batch.to(self.plan.device)
                phrases, filled, _, facts = self.network(batch.pixels)
                rows, label = asked(batch, len(filled))
                right += int(((phrases.flatten(0, 1)[rows] @ bank.T).argmax(1) == label).sum())
                cells += len(rows)
                cover = torch.zeros_like(filled).index_add(0, batch.owners, batch.shares.flatten(1)).clamp(0, 1)
                off.append(float((filled.sigmoid() - cover).abs().mean()))
                marks.append(torch.stack([scores.argmax(1) for scores in facts], 1).cpu() == batch.facts.cpu())
                said.append(batch.facts.cpu())
            self.network.train()
        entry: dict[str, Any] = {"step": self.step, "minutes": round(self.spent / 60, 2)}
        entry |= {"phrase_right": round(right / max(1, cells), 4), "filled_off": round(float(np.mean(off)), 4)}
        for n, name in enumerate(FACTS):
            entry[name] = round(float(torch.cat(marks)[:, n].float().mean()), 4)
            entry[f"{name}_floor"] = round(float(torch.cat(said)[:, n].bincount().max()) / len(torch.cat(said)), 4)
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
                names = ("apart", "alike", "filled", "colour", "facts", "s making", "s a step")
                line = ", ".join(f"{name} {value:.3f}" for name, value in zip(names, means, strict=True))
                print(f"step {self.step} minute {self.spent / 60:.1f}: {line}", flush=True)
                parts, told = [], self.spent
            if self.spent - measured > 60 * self.plan.evaluate_every:
                self.evaluate()
                measured = self.spent
        torch.set_flush_denormal(False)
        self.evaluate()

    def ship(self, folder: Path, note: str = "") -> None:
        """Write the running mean of the encoder in half precision and a manifest, with a *note* on the run, to *folder*."""
        folder.mkdir(parents=True, exist_ok=True)
        with self.mean.applied(self.network):
            self.network.encoder.half().save_pretrained(folder)
            self.network.float()
        plan = self.plan
        write_manifest(
            folder,
            command=f"python -m training.vision.low --run RUN --minutes {plan.minutes:g} --seed {plan.seed} --rate {plan.rate:g}"
            f" --size {plan.size} --fresh {plan.fresh}",
            note=note,
            licence="Apache-2.0",
            seed=plan.seed,
            steps=self.step,
            minutes=round(self.spent / 60, 1),
            parameters=sum(p.numel() for p in self.network.encoder.parameters()),
            things=len(self.words.names),
            data=data_digest(self.words),
            metrics=(self.log or [{}])[-1],
        )


def held_out(names: tuple[str, ...], count: int, at_once: int = 32) -> list[Glances]:
    """Return about *count* scenes of another seed, each viewed once, in batches."""
    place = {name: n for n, name in enumerate(names)}
    made = []
    for number in range(max(1, count // at_once)):
        frame = SIZES[number % len(SIZES)]
        sights = [(sight(names, frame, f"glanced {number} {n}"), 1000 * number + n) for n in range(at_once)]
        made.append(collated(sights, frame, place))
    return made


def data_digest(words: Lexicon, count: int = 20) -> str:
    """Return a digest of the words that are taught and of the first *count* views of seed 0: changes when the data does."""
    found = hashlib.sha256("\n".join(words.names).encode())
    found.update(words.owners.tobytes())
    batch = Glancer(words.names, 0, count, count)(0)
    for values in (batch.pixels, batch.shares, batch.facts):
        found.update(values.numpy().tobytes())
    return found.hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True)
    for name, value in asdict(Plan(Path(), 12.0)).items():
        if name != "run":
            parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--ship", type=Path)
    parser.add_argument("--note", default="", help="a word on the run for the manifest")
    arguments = vars(parser.parse_args())
    resume, ship, note = (arguments.pop(name) for name in ("resume", "ship", "note"))
    torch.set_num_threads(1)
    trainer = Trainer(Plan(**arguments), resume or ship is not None, lexicon())
    if ship is None:
        trainer.run()
    else:
        trainer.ship(ship, note)


if __name__ == "__main__":
    main()
