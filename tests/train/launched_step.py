"""What each process of a launched test does: take steps of a stage on batches of its own, and let the first one keep what came of it.

accelerate launch --config_file CONFIG -m launched_step FOLDER STAGE STEPS [resume | clocks]

With ``clocks`` the second process's clock goes at twice the speed of the first's, and the run ends by the clock.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import stage_runs
import torch

from training.stages import kept, learning
from training.stages.learning import Trainer
from training.stages.plan import Plan


def plan_in(folder: Path, stage: str, run: str, steps: int) -> Plan:
    """Return the plan of the test whose base, bank and pixels are in *folder*."""
    return stage_runs.plan(
        stage, folder / run, base=folder / "base", bank=folder / "bank", pixels=folder / "pixels", measured=0, ahead=False,
        limit_steps=steps,
    )  # fmt: skip


def kept_mean(trainer: Trainer, value: torch.nn.Parameter) -> torch.Tensor | None:
    """Return the mean of the gradients of *value* that its optimiser keeps; None where it keeps none."""
    if not trainer.crew.steps_within:
        mean: torch.Tensor | None = trainer.optimiser.state[value].get("exp_avg")
        return mean
    from deepspeed.utils import safe_get_full_optimizer_state

    inner = trainer.optimiser.optimizer  # DeepSpeed's
    if inner._hp_optimizer_states_linked:
        inner._hp_optimizer_states_linked = (
            False  # 0.19 links after the first group's step, when the others have no state yet
        )
        inner._lazy_init_hp_params_optimizer_state()
    whole: torch.Tensor | None = safe_get_full_optimizer_state(value, "exp_avg")  # which all processes ask for
    return whole


def slopes(trainer: Trainer) -> dict[str, torch.Tensor]:
    """Return the gradients of the first step, whole, by the names of parameters: what AdamW keeps of them."""
    found = {}
    for name, value in trainer.network.named_parameters():
        mean = kept_mean(trainer, value)
        if mean is None:  # nothing in the batch made use of it
            continue
        found[name] = (mean.full_tensor() if hasattr(mean, "full_tensor") else mean) / (1 - 0.9)
    return found


def digest(trainer: Trainer) -> str:
    """Return the SHA-256 of the process's own weights."""
    state = sorted(trainer.network.state_dict().items())
    return hashlib.sha256(b"".join(value.numpy().tobytes() for _, value in state)).hexdigest()


def clocks(folder: Path, stage: str) -> None:
    """Run by a clock that counts how often it is read; tell the steps and weights of all processes."""
    plan = replace(plan_in(folder, stage, "clocks", 0), minutes=0.2)
    trainer = Trainer(plan)
    ticks = itertools.count(step=0.5 * (1 + trainer.crew.rank))
    with patch.object(learning.time, "monotonic", lambda: next(ticks)):
        trainer.run()
    own = {"steps": trainer.step, "weights": digest(trainer)}
    own["agreed"] = trainer.crew.agreed(float(trainer.crew.rank), trainer.crew.rank == 1)
    told: list[Any] = [None] * trainer.crew.ranks
    torch.distributed.all_gather_object(told, own)
    if trainer.crew.rank == 0:
        torch.save({}, folder / "launched.pt")
        (folder / "launched.json").write_text(json.dumps({"each": told}))


def main() -> None:
    if "clocks" in sys.argv:
        kept.COUNTED = 30
        torch.manual_seed(1)
        clocks(Path(sys.argv[1]), sys.argv[2])
        return
    folder, stage, steps = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    kept.COUNTED = 30
    torch.manual_seed(1)
    trainer = Trainer(plan_in(folder, stage, "launched", steps))
    trainer.run()
    if steps == 1:
        found = slopes(trainer)
        if trainer.crew.rank == 0:
            torch.save(found, folder / "slopes.pt")
    again: dict[str, Any] = {}
    if "resume" in sys.argv:
        trainer = Trainer(plan_in(folder, stage, "launched", steps + 1), resume=True)
        again = {"resumed": trainer.step}
        trainer.run()
    found = (
        trainer.weights() if trainer.crew.sharded else {n: v.detach() for n, v in trainer.network.state_dict().items()}
    )
    if trainer.crew.rank == 0:
        torch.save(found, folder / "launched.pt")
        facts = {"ranks": trainer.crew.ranks, "sharded": trainer.crew.sharded, "steps": trainer.step, **again}
        (folder / "launched.json").write_text(json.dumps(facts), encoding="utf-8")
    trainer.crew.wait()


if __name__ == "__main__":
    main()
