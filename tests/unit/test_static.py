"""Lint, layout, types: the checks that need no program to run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHECKS = {
    "rules": ["ruff", "check", "."],
    "layout": ["ruff", "format", "--check", "."],
    "types": ["mypy", "models", "app", "components", "training", "evaluation"],
}


@pytest.mark.parametrize("name", CHECKS)
def test_the_code_passes_its_static_checks(name: str) -> None:
    out = subprocess.run([sys.executable, "-m", *CHECKS[name]], cwd=ROOT, capture_output=True, text=True)
    assert out.returncode == 0, out.stdout + out.stderr
