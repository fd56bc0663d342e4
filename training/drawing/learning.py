"""One run of one stage: network, optimiser, running mean, clock, checkpoints, curves and sample sheets."""

from __future__ import annotations

import hashlib
import json
import signal
import time
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from diffusers import AutoencoderDC
from diffusers.models.attention_processor import AttnProcessor
from torch import Tensor

from training.drawing import lessons, measuring, shapes
from training.drawing.bank import Bank
from training.drawing.batches import made
from training.drawing.plan import Plan
from training.optimiser import Averaged, make_optimiser, rate_at
from training.stages.crew import crew
from training.stages.curves import draw, table

SAVED = 300.0
"""Seconds of the processor between checkpoints at most."""
WEIGHTS = "weights"
"""In a finished run's folder: the network."""


class Trainer:
    """One run of a stage. *resume* goes on from its last checkpoint. Raises OSError or ValueError where what it begins with is not there or
    does not fit."""

    def __init__(self, plan: Plan, resume: bool = False) -> None:
        torch.manual_seed(plan.seed)
        torch.set_num_threads(plan.threads)
        self.plan, self.crew = plan, crew(plan)
        self.bank = Bank(plan.bank, plan.most)
        self.vae: Any = None
        if plan.stage == "coder":
            lesson: Any = lessons.CoderLesson(shapes.coder(plan.shape))
            self.names: tuple[str, ...] = lessons.CODER_LOSSES
        else:
            assert plan.coder is not None
            self.vae = load_coder(plan.coder).to(self.crew.device)
            side = self.bank.world.side // self.vae.spatial_compression_ratio
            lesson = lessons.DrawerLesson(shapes.drawer(plan.shape, self.vae.config.latent_channels, side))
            self.names = lessons.DRAWER_LOSSES
            if self.crew.device == "cpu":  # the fused attention's backward pass takes a third of the whole step there
                lesson.network.set_attn_processor(AttnProcessor())
        self.network = lesson.network
        if plan.compiled:
            self.network.compile(dynamic=True)
        self.joined = lesson.joined
        self.lesson, self.optimiser = self.crew.prepare(lesson.train(), make_optimiser(lesson, plan.highest))
        self.mean = Averaged(self.network, plan.decay)
        self.step, self.spent = 0, 0.0
        self.curve, self.log = list[list[float]](), list[dict[str, Any]]()
        self.stopped = False
        if resume:
            self.load()

    # -- on the disk ----------------------------------------------------------------------------------------------

    def load(self) -> None:
        """Go on from the run's checkpoint. Raises FileNotFoundError when there is none, ValueError when it was another plan's."""
        facts = self.crew.load(self.plan.run, self.lesson, self.optimiser)
        now = self.same()  # older runs kept more, which decides nothing
        if {name: facts["plan"].get(name) for name in now} != now:
            raise ValueError(f"{self.plan.run} was begun with other options: {facts['plan']}, not {self.same()}")
        self.step, self.spent, self.curve, self.log = facts["step"], facts["spent"], facts["curve"], facts["log"]
        self.mean.load_state_dict({name: value.to(self.crew.device) for name, value in facts["mean"].items()})

    def same(self) -> dict[str, Any]:
        """Return what decides what is learnt: the plan's options, and the autoencoder whose latents are drawn."""
        return self.plan.same() | ({"coder": _digest(self.vae)} if self.vae is not None else {})

    def save(self) -> None:
        """Write the checkpoint, the loss curves and ``metrics.json``."""
        facts = {
            "plan": self.same(), "step": self.step, "spent": self.spent, "curve": self.curve, "log": self.log,
            "mean": self.mean.state_dict(),
        }  # fmt: skip
        self.crew.save(self.plan.run, self.lesson, self.optimiser, facts)
        if self.crew.rank == 0:
            columns = ("step", "minutes", "rate", *self.names)
            table(self.plan.run / "losses.csv", self.curve, columns)
            draw(self.plan.run / "losses.png", self.curve, f"drawing, {self.plan.stage}", columns)
            (self.plan.run / "metrics.json").write_text(json.dumps(self.log, indent=1) + "\n", encoding="utf-8")

    # -- learning -------------------------------------------------------------------------------------------------

    def rate(self) -> float:
        """Return the learning rate: a short warm-up by steps, then a cosine over the planned steps, or time."""
        limit = self.plan.limit_steps
        done = self.step / limit if limit else self.spent / (60 * self.plan.minutes)
        return rate_at(self.plan.highest, self.step, done)

    def learn(self) -> list[float]:
        """Take one step; return the losses in the order of ``names``."""
        plan, device = self.plan, self.crew.device
        batch = made(self.bank, plan.seed, self.step, plan.batch, self.crew.rank).to(device)
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate()
        with self.crew.autocast():
            if plan.stage == "coder":
                shape = self._latents(batch.target)
                noise, _ = lessons.drawn_noise(plan.seed, self.step, self.crew.rank, shape)
                found: dict[str, Tensor] = self.lesson(batch.target, noise.to(device))
            else:
                latents, told, weight = lessons.conditions(self.vae, batch)
                noise, times = lessons.drawn_noise(plan.seed, self.step, self.crew.rank, tuple(latents.shape))
                found = self.lesson(latents, noise.to(device), times.to(device), told, weight, batch.task)
        self.crew.backward(self.joined(found))
        self.crew.step(self.lesson, self.optimiser)
        self.step += 1
        self.mean.update(self.network, self.step)
        return [float(found[name].detach()) for name in self.names]

    def _latents(self, pictures: Tensor) -> tuple[int, ...]:
        factor = self.network.spatial_compression_ratio
        return (
            len(pictures),
            self.network.config.latent_channels,
            pictures.shape[1] // factor,
            pictures.shape[2] // factor,
        )

    def run(self) -> None:
        """Train until the planned time (or number of steps) is spent, measuring and saving on the way; then write the weights. SIGINT or
        SIGTERM end it after the step under way, with a checkpoint."""
        old = {number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)}
        torch.set_flush_denormal(True)
        try:
            self._learn()
        finally:
            torch.set_flush_denormal(False)
            for number, handler in old.items():
                signal.signal(number, handler)
        if self.stopped:
            self.save()
            print(f"stopped after step {self.step}: go on with --resume", flush=True)
            return
        self.evaluate()
        if self.crew.rank == 0:
            write(self, self.plan.run / WEIGHTS)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopped = True

    def _learn(self) -> None:
        plan, limit = self.plan, self.plan.limit_steps or 10**9
        told = measuring_at = saved = self.spent
        since, begun = self.step, self.plan.compiled is False
        # The rate follows the clock, and so do the end and what is measured and saved: all processes must go by one.
        self.spent, stopped = self.crew.agreed(self.spent, self.stopped)
        while (plan.limit_steps or self.spent < 60 * plan.minutes) and self.step < limit and not stopped:
            start, rate = time.process_time(), self.rate()
            losses = self.learn()
            # compiling is no training: the first step of a start costs nothing where the network is compiled
            self.spent += time.process_time() - start if begun else 0.0
            begun = True
            self.spent, stopped = self.crew.agreed(self.spent, self.stopped)
            self.curve.append([float(self.step), round(self.spent / 60, 4), rate, *losses])
            if self.spent - told > 30 and self.crew.rank == 0:
                recent = torch.tensor(self.curve[since - self.step :]).nanmean(0).tolist()[3:]
                line = ", ".join(f"{name} {value:.4f}" for name, value in zip(self.names, recent, strict=True))
                pace = (self.step - since) * plan.batch / (self.spent - told)
                print(f"step {self.step} minute {self.spent / 60:.1f}: {line}, {pace:.1f} pictures/s", flush=True)
                told, since = self.spent, self.step
            if self.spent - measuring_at > 60 * plan.evaluate_every:
                self.evaluate()
                measuring_at = saved = self.spent
            elif self.spent - saved > SAVED:
                self.save()
                saved = self.spent
        self.stopped = stopped

    def evaluate(self) -> None:
        """Measure the running mean of the weights on scenes that were never learnt from, write a sample sheet, and save."""
        if self.plan.measured and self.crew.rank == 0:
            sheet = self.plan.run / f"sheet-{self.step:07d}.png"
            with self.mean.applied(self.network):
                self.network.eval()
                if self.plan.stage == "coder":
                    found = measuring.coder(self.network, self.bank.world, self.plan.measured, sheet)
                else:
                    found = measuring.drawer(self.network, self.vae, self.bank.world, self.plan.measured, sheet)
                self.network.train()
            self.log.append({"step": self.step, "minutes": round(self.spent / 60, 2), **found})
            print(f"held out: {json.dumps(self.log[-1])}", flush=True)
        self.save()


def _digest(network: Any) -> str:
    found = hashlib.sha256()
    for name, value in sorted(network.state_dict().items()):
        found.update(name.encode() + value.detach().cpu().float().numpy().tobytes())
    return found.hexdigest()


def load_coder(folder: Path) -> AutoencoderDC:
    """Return the frozen autoencoder of a finished run, or of a folder that holds one. Raises FileNotFoundError where there is none."""
    for place in (folder / WEIGHTS, folder / "vae", folder):
        if (place / "config.json").is_file():
            vae = AutoencoderDC.from_pretrained(place, use_safetensors=True, local_files_only=True)
            return vae.eval().requires_grad_(False)
    raise FileNotFoundError(
        f"{folder} holds no finished autoencoder: train it with python -m training.drawing coder --run {folder.name}"
    )


def write(trainer: Trainer, folder: Path) -> None:
    """Write the running mean of a run's weights to *folder*, as ``from_pretrained`` reads it; an autoencoder with the scale of its latents."""
    network = trainer.network
    with trainer.mean.applied(network):
        if trainer.plan.stage == "coder":
            network.register_to_config(scaling_factor=measuring.scale(network.eval(), trainer.bank))
        network.save_pretrained(folder, safe_serialization=True)
    network.train()
