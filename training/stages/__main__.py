"""Train the unified model to see and hear, in three stages.

    python -m training.stages one --run RUN1 --minutes 20 --bank BANK --base WORDS
    python -m training.stages two --run RUN2 --after RUN1 --minutes 60 --bank BANK --pixels PIXELS
    python -m training.stages three --run RUN3 --after RUN2 --minutes 15 --bank BANK
    python -m training.stages two --run RUN2B --after RUN2 --bank BANK --pixels PIXELS --ship FOLDER [--beside RUN2]

Stage one trains the senses' adapters and the new tokens alone, two the whole model with losses of words, masks and boxes, three LoRAMoE
experts on a frozen backbone. RUN keeps vocabulary, checkpoint, ``losses.csv``, ``losses.png``, ``metrics.json`` and, at the end, the
weights and ``stage.json``: the commands, seeds and data of all stages so far. WORDS is what training.unified ships. ``--ship`` writes a finished run's weights, ``--beside`` the mean of several. ``--resume`` goes on from the checkpoint with the very
batches that would have come. ``--config`` reads options from a JSON file; those of the command line count more. Several processes, and
larger models: ``accelerate launch --config_file training/stages/configs/ddp.yaml -m training.stages ...``.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from training.stages import kept
from training.stages.learning import Trainer
from training.stages.plan import STAGES, WITHOUT, Plan

PATHS = ("run", "base", "shape", "decoder", "after", "bank", "pixels")


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    found = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    found.add_argument("stage", choices=STAGES)
    found.add_argument("--config", type=Path, help="options as JSON, by the names of training.stages.plan.Plan")
    for field in fields(Plan):
        option = f"--{field.name.replace('_', '-')}"
        if field.name == "stage":
            continue
        if field.name == "without":
            found.add_argument(option, nargs="+", choices=WITHOUT)
        elif field.name in PATHS:
            found.add_argument(option, type=Path)
        elif isinstance(field.default, bool):
            found.add_argument(option, action=argparse.BooleanOptionalAction)
        else:
            found.add_argument(option, type=type(field.default))
    found.add_argument("--resume", action="store_true")
    found.add_argument("--ship", type=Path)
    found.add_argument(
        "--beside", type=Path, nargs="+", default=[], metavar="RUN",
        help="runs that this one went on from: --ship writes the mean of their weights and its own",
    )  # fmt: skip
    found.add_argument("--talk-bias", type=float, help="what --ship adds to the score of answering in words")
    found.add_argument("--note", default="", help="a word on the run for the manifest")
    return found


def plan_of(given: dict[str, Any], config: Path | None) -> Plan:
    """Return the plan of the options *given* (None: not given) over those of the file *config*. Raises ValueError for an option that
    there is not, or where no run is named."""
    known = {field.name: field for field in fields(Plan)}
    options: dict[str, Any] = json.loads(config.read_text(encoding="utf-8")) if config else {}
    if unknown := set(options) - set(known):
        raise ValueError(f"{config} has options that there are not: {', '.join(sorted(unknown))}")
    options |= {name: value for name, value in given.items() if name in known and value is not None}
    if lacking := [n for n, f in known.items() if f.default is MISSING and n not in options]:
        raise ValueError(f"{', '.join(lacking)} must be given")
    options = {name: Path(value) if name in PATHS else value for name, value in options.items()}
    return Plan(**{**options, "without": tuple(options.get("without", ()))})


def main() -> None:
    reading = parser()
    given = vars(reading.parse_args())
    try:
        plan = plan_of(given, given.pop("config"))
    except (OSError, ValueError) as error:
        reading.error(str(error))
    if given["beside"] and given["ship"] is None:
        reading.error("--beside belongs to --ship")
    trainer = Trainer(plan, given["resume"] or given["ship"] is not None)
    if given["ship"] is None:
        trainer.run()
    else:
        kept.ship(trainer, given["ship"], given["note"], given["talk_bias"], given["beside"])


if __name__ == "__main__":
    main()
