"""What each process of a launched test does: take steps of a stage on batches of its own, and let the first one keep what came of it.

    accelerate launch --config_file CONFIG -m launched_step FOLDER STAGE STEPS
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import stage_runs
import torch

from training.stages import kept
from training.stages.learning import Trainer
from training.stages.plan import Plan


def plan_in(folder: Path, stage: str, run: str, steps: int) -> Plan:
    """Return the plan of the test whose base, bank and pixels are in *folder*."""
    return stage_runs.plan(
        stage, folder / run, base=folder / "base", bank=folder / "bank", pixels=folder / "pixels", measured=0, ahead=False,
        limit_steps=steps,
    )  # fmt: skip


def main() -> None:
    folder, stage, steps = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    kept.COUNTED = 30
    torch.manual_seed(1)
    trainer = Trainer(plan_in(folder, stage, "launched", steps))
    trainer.run()
    again: dict[str, Any] = {}
    if "resume" in sys.argv:
        trainer = Trainer(plan_in(folder, stage, "launched", steps + 1), resume=True)
        again = {"resumed": trainer.step}
        trainer.run()
    found = trainer.weights() if trainer.crew.sharded else {n: v.detach() for n, v in trainer.network.state_dict().items()}
    if trainer.crew.rank == 0:
        torch.save(found, folder / "launched.pt")
        facts = {"ranks": trainer.crew.ranks, "sharded": trainer.crew.sharded, "steps": trainer.step, **again}
        (folder / "launched.json").write_text(json.dumps(facts), encoding="utf-8")
    trainer.crew.wait()


if __name__ == "__main__":
    main()
