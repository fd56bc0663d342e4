"""Is every shipped weight the file that was trained? A flipped byte loads silently, so sums are checked at the start."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

MANIFEST = "MANIFEST.json"


def faults(folder: Path) -> list[str]:
    """Return one sentence for each file below *folder* that is missing or differs from its manifest; [] when all is well.

    A manifest is a ``MANIFEST.json`` with ``{"files": {name: sha256}}``, names relative to its own folder.
    """
    manifests = sorted(folder.rglob(MANIFEST))
    if not manifests:
        return [f"the folder {folder.name} holds no {MANIFEST}"]
    return [fault for manifest in manifests for fault in _check(manifest)]


def _check(manifest: Path) -> list[str]:
    where = manifest.parent.name
    try:
        files = json.loads(manifest.read_text(encoding="utf-8"))["files"]
        wanted = {str(name): str(digest) for name, digest in files.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return [f"{where}/{MANIFEST} cannot be read"]
    found = []
    for name, digest in wanted.items():
        file = manifest.parent / name
        if not file.is_file():
            found.append(f"{where}/{name} is missing")
        elif _sha256(file) != digest:
            found.append(f"{where}/{name} is damaged")
    return found


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
