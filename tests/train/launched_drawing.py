"""What each process of a launched test does: learn to draw by a clock of its own, and let the first one tell what came of all.

accelerate launch --config_file CONFIG -m launched_drawing FOLDER STAGE [signal]

The second process's clock goes at twice the speed of the first's, and the run ends by the clock. It measures and saves on the way. With
``signal`` the second process alone is told to stop, after its third step.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch

from training.drawing import learning
from training.drawing.learning import Trainer
from training.drawing.plan import Plan


def main() -> None:
    folder, stage = Path(sys.argv[1]), sys.argv[2]
    told_to_stop = "signal" in sys.argv
    trainer = Trainer(
        Plan(
            stage, folder / f"{stage}-run", folder / "bank", folder / "coder" if stage == "drawer" else None, shape="tiny", size=4,
            minutes=0.2, evaluate_every=0.04, measured=0, limit_steps=50 if told_to_stop else 0,
        )
    )  # fmt: skip
    ticks, saved = itertools.count(step=0.5 * (1 + trainer.crew.rank)), list[int]()
    learn, save = trainer.learn, trainer.save

    def learning_once() -> list[float]:
        found = learn()
        if told_to_stop and trainer.crew.rank == 1 and trainer.step == 3:
            trainer._stop(15, None)
        return found

    def saving() -> None:
        saved.append(trainer.step)
        save()

    with (
        patch.object(learning.time, "process_time", lambda: next(ticks)),
        patch.object(trainer, "learn", learning_once),
        patch.object(trainer, "save", saving),
    ):
        trainer.run()
    state = sorted(trainer.network.state_dict().items())
    weights = hashlib.sha256(b"".join(value.contiguous().numpy().tobytes() for _, value in state)).hexdigest()
    own = {
        "steps": trainer.step,
        "spent": trainer.spent,
        "stopped": trainer.stopped,
        "saved": saved,
        "weights": weights,
    }
    told: list[Any] = [None] * trainer.crew.ranks
    torch.distributed.all_gather_object(told, own)
    if trainer.crew.rank == 0:
        (folder / "launched.json").write_text(json.dumps(told), encoding="utf-8")
    trainer.crew.wait()


if __name__ == "__main__":
    main()
