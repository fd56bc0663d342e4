"""Manifests of shipped weights: how they were made, what they reach, and the sha256 of every file beside them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

NAME = "MANIFEST.json"


def write_manifest(folder: Path, **facts: Any) -> dict[str, str]:
    """Write ``MANIFEST.json`` with *facts* and the digests of all other files in *folder*; return the digests."""
    for path in folder.iterdir():
        path.chmod(0o644)  # safetensors files are born readable by their owner alone
    files = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name != NAME
    }
    (folder / NAME).write_text(json.dumps({**facts, "files": files}, indent=2) + "\n", encoding="utf-8")
    return files
