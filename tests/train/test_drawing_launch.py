"""Training the drawing network in several processes by ``accelerate launch``: they end, measure and save together, by one clock."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch

pytest.importorskip("diffusers", reason="diffusers is not installed")

from models.reader import TEXT_ENCODER, Reader
from tests.ports import free_port
from training.drawing.bank import write
from training.drawing.learning import Trainer
from training.drawing.plan import Plan
from training.drawing.scenes import NAMES, World

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "training/stages/configs/ddp_cpu.yaml"

pytestmark = [
    pytest.mark.skipif(find_spec("accelerate") is None, reason="accelerate is not installed"),
    pytest.mark.skipif(not (TEXT_ENCODER / "config.json").is_file(), reason="there is no sentence encoder"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a bank and a finished autoencoder."""
    root, threads = tmp_path_factory.mktemp("launched"), torch.get_num_threads()
    write(root / "bank", Reader(TEXT_ENCODER), 16, 8, shard=8, world=World(NAMES, 32))
    Trainer(Plan("coder", root / "coder", root / "bank", shape="tiny", size=4, limit_steps=1, measured=0)).run()
    torch.set_num_threads(threads)
    return root


def launched(folder: Path, *words: str) -> list[dict[str, Any]]:
    """Return what both processes tell of a run."""
    command = [sys.executable, "-m", "accelerate.commands.launch", "--config_file", str(CONFIG)]
    command += ["--main_process_port", str(free_port()), "-m", "launched_drawing", str(folder), *words]
    paths = f"{ROOT}{os.pathsep}{Path(__file__).parent}"
    environment = {**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
    assert ran.returncode == 0, ran.stderr[-4000:]
    found: list[dict[str, Any]] = json.loads((folder / "launched.json").read_text("utf-8"))
    assert len(found) == 2
    return found


def test_processes_whose_clocks_differ_end_and_save_together_with_the_same_weights(folder: Path) -> None:
    """Each by its own clock, one would measure and end while the other learns on, and both would wait for ever. Both stages learn by the same loop."""
    stage = "drawer"
    one, other = launched(folder, stage)
    assert one == other
    assert one["steps"] == 12, "the quicker clock counts: a second a step, of 12"
    assert one["saved"] == [3, 6, 9, 12, 12], "every 2.4 seconds, and at the end"
    assert (folder / f"{stage}-run" / "weights" / "config.json").is_file()


def test_a_signal_to_one_process_stops_all_after_the_same_step(folder: Path) -> None:
    one, other = launched(folder, "coder", "signal")
    assert one == other
    assert one["stopped"]
    assert one["steps"] == one["saved"][-1] == 3
