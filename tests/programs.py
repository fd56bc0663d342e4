"""The programs beside the packages (app.py, start.py), loaded as modules: a package of the same name would be found before them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]


def loaded(file: str) -> ModuleType:
    """Return the program *file* of the project's folder as a module that nothing else has imported."""
    spec = importlib.util.spec_from_file_location(f"unison_{Path(file).stem}", ROOT / file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
