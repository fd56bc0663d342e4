"""Train the vision tower on drawn scenes.

    python -m training.vision --run RUN --minutes 25 [--seed 1] [--device cpu] [--resume] [--limit-steps N]
    python -m training.vision --run RUN --ship assets/nano/vision

RUN keeps a checkpoint (weights, their running mean, optimiser, random state) and ``metrics.json``; ``--resume`` goes on from it
with the very batches that would have come. Minutes are those of the processor, so that a busy machine changes nothing but how long
it takes; the learning rate falls with the share of them that is spent. ``--ship``, given with the options of the run, writes the
running mean of the weights in half precision, with a manifest, to a folder.
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
from models.vision.config import TowerConfig
from models.vision.tower import VisionTower

from training.manifest import write_manifest
from training.optimiser import Averaged, make_optimiser, rate_at, save_run
from training.precision import autocast
from training.vision.batches import Batch, Maker, collated, viewed
from training.vision.losses import losses
from training.vision.scenes import SIZES, sight
from training.vision.words import Lexicon, lexicon


@dataclass(frozen=True)
class Plan:
    """What one training run does. *minutes* and *evaluate_every* in minutes of the processor; *size* pictures of a batch,
    *fresh* of them new; *measured* scenes of another seed are measured on the way; *limit_steps* 0 for as many as the minutes allow."""

    run: Path
    minutes: float
    seed: int = 1
    rate: float = 3e-3
    size: int = 32
    fresh: int = 10
    evaluate_every: float = 4.0
    measured: int = 160
    device: str = "cpu"
    limit_steps: int = 0


class Trainer:
    """One run: tower, optimiser, running mean, clock."""

    def __init__(self, plan: Plan, resume: bool, words: Lexicon, config: TowerConfig | None = None) -> None:
        torch.manual_seed(plan.seed)
        self.plan, self.words = plan, words
        self.tower = VisionTower(config or TowerConfig()).to(plan.device, memory_format=torch.channels_last).train()
        self.optimiser = make_optimiser(self.tower, plan.rate)
        self.mean = Averaged(self.tower)
        self.make = Maker(words.names, plan.seed, plan.size, plan.fresh)
        self.near = torch.from_numpy(words.near).to(plan.device)
        self.step, self.spent, self.log = 0, 0.0, list[dict[str, Any]]()
        if resume:
            self.load()

    def load(self) -> None:
        """Go on from the run's checkpoint. Raises FileNotFoundError when there is none."""
        state = torch.load(self.plan.run / "checkpoint.pt", weights_only=True, map_location=self.plan.device)
        self.tower.load_state_dict(state["tower"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.mean.load_state_dict(state["mean"])
        torch.set_rng_state(state["rng"].cpu())
        self.step, self.spent, self.log = state["step"], state["spent"], state["log"]

    def save(self) -> None:
        """Write the checkpoint and ``metrics.json``, each whole or not at all."""
        state = {
            "tower": self.tower.state_dict(), "optimiser": self.optimiser.state_dict(), "mean": self.mean.state_dict(),
            "rng": torch.get_rng_state(), "step": self.step, "spent": self.spent, "log": self.log,
        }  # fmt: skip
        save_run(self.plan.run, state, self.log)

    def rate(self) -> float:
        """Return the learning rate: a short warm-up by steps, then a cosine over the planned time (or steps)."""
        limit = self.plan.limit_steps
        done = self.step / limit if limit else self.spent / (60 * self.plan.minutes)
        return rate_at(self.plan.rate, self.step, done)

    def bank(self) -> torch.Tensor:
        """Return a phrase's vector for each thing, drawn for this step."""
        drawn = self.words.drawn(np.random.default_rng([self.plan.seed, self.step]))
        return torch.from_numpy(drawn).to(self.plan.device)

    def learn(self, batch: Batch) -> tuple[float, ...]:
        """Take one step; return the losses of phrase, box and objectness, and the share of patches whose phrase is right."""
        batch = batch.to(self.plan.device)
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate()
        with autocast(self.plan.device):
            out = self.tower(batch.pixels, unit=False)
        with torch.autocast(torch.device(self.plan.device).type, enabled=False):
            found = losses(out, batch, self.bank(), self.near, self.tower.config.contrast)
        found.total.backward()
        torch.nn.utils.clip_grad_norm_(self.tower.parameters(), 2.0)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.step += 1
        self.mean.update(self.tower, self.step)
        parts = (float(part.detach()) for part in (found.phrase, found.box, found.objectness))
        return (*parts, float(found.right) / max(1, found.asked))

    @torch.no_grad()
    def evaluate(self) -> dict[str, Any]:
        """Measure on scenes of another seed, and save. Every figure is a mean over their patches: the share whose phrase is
        right, the overlap of its box with the true one, the share of right answers whether there is a thing."""
        named = overlap = hit = asked = judged = 0.0
        bank = torch.from_numpy(self.words.first).to(self.plan.device)
        with self.mean.applied(self.tower):
            self.tower.eval()
            for batch in held_out(self.words.names, self.plan.measured):
                batch = batch.to(self.plan.device)
                out = self.tower(batch.pixels)
                flat = batch.owner.flatten()
                shows, counted = flat >= 0, flat != -2
                owner = flat[shows]
                phrases, boxes = (v.permute(0, 2, 3, 1).flatten(0, 2)[shows] for v in (out.phrases, out.boxes))
                named += float(((phrases @ bank.T).argmax(1) == batch.things[owner]).sum())
                overlap += float(_overlap(boxes, batch.boxes[owner]).sum())
                asked += len(owner)
                hit += float(((out.objectness.flatten() > 0) == shows)[counted].sum())
                judged += float(counted.sum())
            self.tower.train()
        found = {"phrase_right": named / asked, "box_overlap": overlap / asked, "thing_or_not": hit / judged}
        entry = {"step": self.step, "minutes": round(self.spent / 60, 2)}
        entry |= {name: round(value, 4) for name, value in found.items()}
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
                names = ("phrase", "box", "objectness", "right", "s making", "s a step")
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
        for old in folder.glob("*.safetensors*"):
            old.unlink()
        with self.mean.applied(self.tower):
            self.tower.half().save_pretrained(folder, max_shard_size="9MB")
            self.tower.float()
        plan = self.plan
        write_manifest(
            folder,
            command=f"python -m training.vision --run RUN --minutes {plan.minutes:g} --seed {plan.seed} --rate {plan.rate:g}"
            f" --size {plan.size} --fresh {plan.fresh}",
            note=note,
            licence="Apache-2.0",
            seed=plan.seed,
            steps=self.step,
            minutes=round(self.spent / 60, 1),
            parameters=sum(p.numel() for p in self.tower.parameters()),
            things=len(self.words.names),
            data=data_digest(self.words),
            metrics=(self.log or [{}])[-1],
        )


def held_out(names: tuple[str, ...], count: int, at_once: int = 16) -> list[Batch]:
    """Return about *count* scenes of another seed, as they are drawn, in batches of one frame size each."""
    place = {name: n for n, name in enumerate(names)}
    made = []
    for number in range(max(1, count // at_once)):
        frame = SIZES[number % len(SIZES)]
        views = []
        for n in range(at_once):
            seen = sight(names, frame, f"measured {number} {n}")
            pixels, ids, said = viewed(seen, frame, np.random.default_rng([number, n]))
            views.append((pixels, ids, [place[name] for name in said]))
        made.append(collated(views))
    return made


def _overlap(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """Return the intersection over union of boxes [n, 4] pair by pair."""
    both = (torch.minimum(one[:, 2:], other[:, 2:]) - torch.maximum(one[:, :2], other[:, :2])).clamp(min=0).prod(1)
    areas = (one[:, 2:] - one[:, :2]).prod(1) + (other[:, 2:] - other[:, :2]).prod(1)
    return both / (areas - both).clamp(min=1e-6)


def data_digest(words: Lexicon, count: int = 40) -> str:
    """Return a digest of the words that are taught and of the first *count* scenes of seed 0: changes when the data does."""
    found = hashlib.sha256("\n".join(words.names).encode())
    found.update(words.owners.tobytes())
    for number in range(count):
        seen = sight(words.names, SIZES[number % len(SIZES)], f"sight 0 0 {number}")
        found.update(seen.pixels.tobytes())
        found.update(seen.ids.tobytes())
    return found.hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True)
    for name, value in asdict(Plan(Path(), 25)).items():
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
