"""Manifests of shipped weights: how they were made, what they reach, and the sha256 of every file beside and below them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NAME = "MANIFEST.json"


def write_manifest(folder: Path, **facts: Any) -> dict[str, str]:
    """Write ``MANIFEST.json`` with *facts* and the digests of all other files in *folder* and below it, by their paths from there; return
    the digests. A folder below that has a manifest of its own is left to that one. Hidden folders, such as ``.git``, are none of its."""
    files = {}
    for path in _below(folder):
        path.chmod(0o644)  # safetensors files are born readable by their owner alone
        files[path.relative_to(folder).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    text = json.dumps({**facts, "files": dict(sorted(files.items()))}, indent=2)
    (folder / NAME).write_text(text + "\n", encoding="utf-8")
    return files


def _below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            if not path.name.startswith(".") and not (path / NAME).is_file():
                yield from _below(path)
        elif path.name != NAME:
            yield path
