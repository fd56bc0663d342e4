"""One run of one stage: network, optimiser, running mean, data, clock, checkpoints and what is told of it."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Generator, Mapping
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from models.reader import Reader
from models.unified.config import UnifiedConfig
from models.unified.network import UnifiedForConditionalGeneration
from models.unified.vocabulary import Vocabulary
from torch import multiprocessing, nn

from training.batches import Batch
from training.optimiser import Averaged, make_optimiser, rate_at
from training.stages import data, kept, taken
from training.stages.crew import crew
from training.stages.curves import draw, table
from training.stages.data import Position
from training.stages.lesson import Lesson, adapt, joined
from training.stages.losses import WEIGHTS
from training.stages.measuring import measured
from training.stages.plan import Plan, Scope, scope_of

SAVED = 600.0
"""Seconds between checkpoints at most."""


class Trainer:
    """One run of a stage. *resume* goes on from its last checkpoint. Raises OSError or ValueError where what it begins with is not
    there or does not fit."""

    def __init__(self, plan: Plan, resume: bool = False) -> None:
        torch.manual_seed(plan.seed)
        torch.set_num_threads(plan.threads)
        self.plan = plan
        self.crew = crew(plan)
        self.reader = Reader(data.TEXT_ENCODER)
        if self.crew.rank == 0:
            plan.run.mkdir(parents=True, exist_ok=True)
            kept.vocabulary(plan).save(plan.run)
        self.crew.wait()
        self.names = Vocabulary.load(plan.run)
        self.network, new, kinds = self.begun()
        self.model = adapt(self.network, plan) if plan.adapted else None
        self.scope: Scope = scope_of(plan.stage, self.network, new, kinds)
        self.before = self.scope.frozen(self.network)
        self.shapes = {name: value.shape for name, value in self.network.state_dict().items()}
        self.crew.shaped(self.network)
        self.scope.hold(self.network)
        self.network.to(self.crew.device)
        if self.crew.steps_within:
            self.scope.keep_within(self.network)
        self.prepared()
        lesson = Lesson(self.network, plan.stage != "one", plan.adapted, self.crew.ranks > 1)
        optimiser = make_optimiser(self.network, plan.highest, self.scope.partial)
        self.lesson, self.optimiser = self.crew.prepare(lesson.train(), optimiser)
        self.mean = None if self.crew.sharded else Averaged(self.network, only=set(self.scope.parts))
        self.step, self.spent, self.position = 0, 0.0, Position()
        self.curve, self.log, self.data = list[list[float]](), list[dict[str, Any]](), list[dict[str, str]]()
        if resume:
            self.load()
        self.static = self.reader.static.detach().to(self.crew.device)
        self.stopped = False

    def begun(self) -> tuple[UnifiedForConditionalGeneration, list[int], int]:
        """Return the network that the stage begins with, the ids of its new tokens, and how many kinds of rows it knew before."""
        plan = self.plan
        if plan.after is not None:
            folder = plan.after / kept.WEIGHTS
            if not folder.is_dir():
                raise FileNotFoundError(
                    f"{plan.after} holds no finished weights: let that stage end first, with --resume"
                )
            if plan.stage == "two" and (new := taken.new_rows(Vocabulary.load(plan.after), self.names)):
                network = taken.extended(folder, self.names, self.reader)
                return network, new, network.config.source_kinds
            network = UnifiedForConditionalGeneration.from_pretrained(
                folder, dtype=torch.float32, local_files_only=True
            )
            if network.vocabulary != len(self.names):
                raise ValueError(f"{folder} has another vocabulary than {plan.run}")
            return network, [], network.config.source_kinds
        if plan.shape is not None:
            network = taken.fresh(plan.shape, self.names, self.reader, plan.decoder)
            return network, list(range(len(self.names))), 0
        network = taken.extended(plan.base, self.names, self.reader)
        kinds = UnifiedConfig.from_pretrained(plan.base, local_files_only=True).source_kinds
        return network, taken.new_rows(Vocabulary.load(plan.base), self.names), kinds

    def prepared(self) -> None:
        """Make the network quick, or small, on the machine at hand."""
        plan, layers = self.plan, self.network.model.layers
        if self.crew.device == "cpu":  # the fused attention's backward pass takes four times as long there
            self.network.model.set_attn_implementation("eager")
        if plan.checkpointing:  # not the reentrant kind, which would lose the routers' gradients
            self.network.model.gradient_checkpointing_enable({"use_reentrant": False})
        if plan.compiled:
            for (
                layer
            ) in layers:  # what watches the routers cannot be compiled, and they stand in the feed-forward block
                (layer.self_attn if plan.adapted else layer).compile(dynamic=True)

    # -- on the disk ----------------------------------------------------------------------------------------------

    def load(self) -> None:
        """Go on from the run's checkpoint. Raises FileNotFoundError when there is none, ValueError when it was another plan's."""
        facts = self.crew.load(self.plan.run, self.lesson, self.optimiser)
        now, usual = self.same(), asdict(Plan(self.plan.stage, self.plan.run))
        # a run that is older than an option was begun with its default, and may have kept what decides nothing
        if {name: facts["plan"].get(name, usual.get(name)) for name in now} != now:
            raise ValueError(f"{self.plan.run} was begun with other options: {facts['plan']}, not {self.same()}")
        if len(facts["positions"]) != self.crew.ranks:
            raise ValueError(f"the run was of {len(facts['positions'])} processes: go on with as many")
        self.step, self.spent, self.curve, self.log = facts["step"], facts["spent"], facts["curve"], facts["log"]
        self.position, self.data = Position(*facts["positions"][self.crew.rank]), facts["data"]
        if self.mean is not None:
            self.mean.load_state_dict({name: value.to(self.crew.device) for name, value in facts["mean"].items()})

    def save(self) -> None:
        """Write the checkpoint, the loss curves and ``metrics.json``."""
        positions = self.crew.places([self.position.pool, self.position.batch])
        facts = {
            "plan": self.same(), "step": self.step, "spent": self.spent, "positions": positions, "curve": self.curve,
            "log": self.log, "data": self.data, "mean": self.mean.state_dict() if self.mean else {},
        }  # fmt: skip
        self.crew.save(self.plan.run, self.lesson, self.optimiser, facts)
        if self.crew.rank == 0:
            table(self.plan.run / "losses.csv", self.curve)
            draw(self.plan.run / "losses.png", self.curve, f"stage {self.plan.stage}")
            (self.plan.run / "metrics.json").write_text(json.dumps(self.log, indent=1) + "\n", encoding="utf-8")

    def same(self) -> dict[str, Any]:
        """Return what of the plan decides what is learnt, which a run must not change on its way."""
        fields = asdict(self.plan)
        for name in (
            "run",
            "minutes",
            "evaluate_every",
            "measured",
            "threads",
            "limit_steps",
            "compiled",
            "ahead",
            "device",
            "precision",
        ):
            fields.pop(name)
        return {
            name: str(value) if isinstance(value, Path) else value
            for name, value in json.loads(json.dumps(fields, default=str)).items()
        }

    # -- learning -------------------------------------------------------------------------------------------------

    def rate(self) -> float:
        """Return the learning rate: a short warm-up by steps, then a cosine over the planned steps, or time."""
        limit = self.plan.limit_steps
        done = self.step / limit if limit else self.spent / (60 * self.plan.minutes)
        return rate_at(self.plan.highest, self.step, done)

    def learn(self, batch: Batch) -> list[float]:
        """Take one step; return the losses in the order of WEIGHTS, NaN for those that the batch did not have."""
        batch = batch.to(self.crew.device)
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate()
        with self.crew.autocast():
            found = self.lesson(batch, batch.bank(self.static))
        counts = self.crew.totals({name: count for name, (_, count) in found.items()})
        self.crew.backward(joined(found, counts, self.crew.ranks))
        self.scope.keep(self.network)
        self.crew.step(self.lesson, self.optimiser)
        self.step += 1
        if self.mean is not None:
            self.mean.update(self.network, self.step)
        return [
            float(found[n][0].detach() / found[n][1].clamp(min=1e-6)) if n in found else float("nan") for n in WEIGHTS
        ]

    def run(self) -> None:
        """Train until the planned time (or number of steps) is spent, measuring and saving on the way; then write the weights. SIGINT
        or SIGTERM end it after the step under way, with a checkpoint."""
        import signal

        if (digests := data.digests(self.plan)) not in self.data[-1:]:
            self.data.append(digests)
        old = {number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)}
        torch.set_flush_denormal(True)  # one step with tiny gradients took seconds without
        try:
            self._learn()
        finally:
            torch.set_flush_denormal(False)  # a setting of the whole process, which others may not expect
            for number, handler in old.items():
                signal.signal(number, handler)
        if self.stopped:
            print(f"stopped after step {self.step}: go on with --resume", flush=True)
            return
        self.evaluate()
        kept.finish(self)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopped = True

    def _learn(self) -> None:
        from tqdm import tqdm

        plan, limit = self.plan, self.plan.limit_steps or 10**9
        measuring = saved = self.spent
        waited = 0.0
        bar = tqdm(
            total=plan.limit_steps or round(60 * plan.minutes), initial=self.step if plan.limit_steps else round(self.spent),
            unit="step" if plan.limit_steps else "s", desc=f"stage {plan.stage}", disable=self.crew.rank > 0,
            mininterval=0.5 if sys.stderr.isatty() else 30, miniters=1,
        )  # fmt: skip
        stream, begun = self._stream(), False
        # The rate follows the clock, and so do the end and what is saved: all processes must go by one.
        self.spent, stopped = self.crew.agreed(self.spent, self.stopped)
        while self.spent < 60 * plan.minutes and self.step < limit and not stopped:
            start = time.monotonic()
            batch, position = next(stream)
            waited += time.monotonic() - start
            rate, losses = self.rate(), self.learn(batch)
            self.position = position
            # starting the second process and compiling is no training: the first step of each start costs nothing
            self.spent += time.monotonic() - start if begun else 0.0
            begun = True
            self.spent, stopped = self.crew.agreed(self.spent, self.stopped)
            self.curve.append([float(self.step), round(self.spent / 60, 4), rate, *losses])
            bar.set_postfix_str(
                f"step {self.step} loss {losses[0]:.3f} rate {rate:.1e} waited {waited:.0f} s", refresh=False
            )
            bar.update((self.step if plan.limit_steps else round(self.spent)) - bar.n)
            if self.spent - measuring > 60 * plan.evaluate_every:
                self.evaluate()
                measuring = saved = self.spent
            elif self.spent - saved > SAVED:
                self.save()
                saved = self.spent
        bar.close()
        stream.close()
        self.stopped = stopped
        self.save()

    def _stream(self) -> Generator[tuple[Batch, Position], None, None]:
        """Yield the batches from where the run stands, prepared by a second process or by this one."""
        plan, rank, ranks = self.plan, self.crew.rank, self.crew.ranks
        if not plan.ahead:
            maker = data.maker_of(plan, self.names, self.reader)
            yield from data.batches(plan, maker, self.position, data.sources(plan), rank, ranks)
        spawned = multiprocessing.get_context("spawn")
        queue = spawned.Queue(maxsize=12)
        producer = spawned.Process(target=data.produce, args=(queue, plan, self.position, rank, ranks), daemon=True)
        producer.start()
        try:
            while True:
                yield queue.get(timeout=600)
        finally:
            producer.terminate()

    def evaluate(self) -> None:
        """Measure on conversations that were never learnt from, and save. Weights that processes share out are not measured."""
        if self.mean is None or not self.plan.measured:
            self.save()
            return
        with self.mean.applied(self.network):
            found = self._measured()
        self.network.train()
        self.log.append({"step": self.step, "minutes": round(self.spent / 60, 2), **found})
        if self.crew.rank == 0:
            short = {
                name: {k: v for k, v in one.items() if isinstance(v, float)}
                for name, one in found.items()
                if name != "gates"
            }
            print(f"held out: {json.dumps(short)}", flush=True)
        self.save()

    def figures(self, state: Mapping[str, torch.Tensor]) -> dict[str, Any]:
        """Return how well the network does with the weights *state*, which it keeps, on conversations that were never learnt from; {}
        where nothing is to be measured."""
        self.network.load_state_dict(state)
        return self._measured() if self.plan.measured else {}

    def _measured(self) -> dict[str, Any]:
        if not hasattr(self, "held_out"):
            maker = data.maker_of(self.plan, self.names, self.reader)
            self.held_out = data.held_out(self.plan, maker, self.plan.measured)
        return measured(self.network, self.held_out, self.static, self.names, self.plan.adapted)

    def weights(self) -> dict[str, torch.Tensor]:
        """Return the network's weights, their running mean where there is one, whole, on the CPU."""
        if self.mean is None:
            state = self.crew.whole(self.lesson)
        else:
            with self.mean.applied(self.network):
                state = {f"network.{n}": v.detach().cpu().clone() for n, v in self.network.state_dict().items()}
        found = {name.removeprefix("network."): value for name, value in state.items() if name.startswith("network.")}
        return {name: value.reshape(self.shapes[name]) for name, value in found.items()}


def parameters(network: nn.Module) -> tuple[int, int]:
    """Return how many parameters of *network* train, and all."""
    every = sum(p.numel() for p in network.parameters())
    return sum(p.numel() for p in network.parameters() if p.requires_grad), every
