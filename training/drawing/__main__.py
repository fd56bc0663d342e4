"""Train the nano network that draws pictures of the picture book's world from words, boxes, instructions and places to fill.

    python -m training.drawing bank   --out BANK --scenes 30000 --changes 15000 [--part 0 --parts 2] [--side 64] [--things 0]
    python -m training.drawing coder  --run CODER --bank BANK --minutes 15
    python -m training.drawing drawer --run RUN --bank BANK --coder CODER --minutes 120
    python -m training.drawing drawer --run RUN --bank BANK --coder CODER --ship FOLDER

The bank holds scenes and changes, drawn once, with the states of their words. The coder is an autoencoder of its pictures, the drawer the
denoiser of its latents. RUN keeps the checkpoint, ``losses.csv``, ``losses.png``, ``metrics.json``, a sample sheet for each time it was
measured and, at the end, the weights. ``--resume``, with the same options, goes on with the very batches that would have come; SIGINT and
SIGTERM end a run with a checkpoint. Minutes are those of the processor. ``--shape full --device cuda`` trains larger networks, several
processes by ``accelerate launch -m training.drawing ...``. ``--ship`` writes the pipeline in half precision, with a manifest, to FOLDER.
"""

from __future__ import annotations

import argparse
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from models.reader import TEXT_ENCODER, Reader

from training.drawing import bank
from training.drawing.plan import STAGES, Plan

PATHS = ("run", "bank", "coder")


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    found = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    steps = found.add_subparsers(dest="stage", required=True)
    banked = steps.add_parser("bank", help="draw scenes and changes to learn from")
    banked.add_argument("--out", type=Path, required=True)
    for name, usual in (
        ("scenes", 30_000),
        ("changes", 15_000),
        ("seed", 1),
        ("part", 0),
        ("parts", 1),
        ("side", 64),
        ("things", 0),
    ):
        banked.add_argument(f"--{name}", type=int, default=usual)
    banked.add_argument("--split", choices=("train", "held_out"), default="train")
    for stage in STAGES:
        options = steps.add_parser(stage)
        for field in fields(Plan):
            option = f"--{field.name.replace('_', '-')}"
            if field.name == "stage":
                continue
            if field.name in PATHS:
                options.add_argument(option, type=Path, required=field.default is MISSING)
            elif isinstance(field.default, bool):
                options.add_argument(option, action=argparse.BooleanOptionalAction, default=field.default)
            else:
                options.add_argument(option, type=type(field.default), default=field.default)
        options.add_argument("--resume", action="store_true")
        options.add_argument("--ship", type=Path)
        options.add_argument("--note", default="", help="a word on the run for the manifest")
    return found


def main() -> None:
    reading = parser()
    given: dict[str, Any] = vars(reading.parse_args())
    if given["stage"] == "bank":
        import torch

        torch.set_num_threads(1)
        world = bank.world_of(given["side"], given["things"])
        bank.write(
            given["out"], Reader(TEXT_ENCODER), given["scenes"], given["changes"], given["seed"], given["split"],
            given["part"], given["parts"], world=world,
        )  # fmt: skip
        return
    from training.drawing.learning import Trainer
    from training.drawing.shipping import ship

    resume, folder, note = (given.pop(name) for name in ("resume", "ship", "note"))
    try:
        trainer = Trainer(Plan(**given), resume or folder is not None)
    except (OSError, ValueError) as error:
        reading.error(str(error))
    if folder is None:
        trainer.run()
    else:
        ship(trainer, folder, note)


if __name__ == "__main__":
    main()
