"""What the store writes down of a value beside its file: plain JSON facts."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import Any

from models.expert import Clip


def plain(meta: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entries of *meta* that are plain JSON data."""
    kept: dict[str, Any] = {}
    for key, value in meta.items():
        with contextlib.suppress(TypeError, ValueError):
            kept[str(key)] = json.loads(json.dumps(value, allow_nan=False))
    return kept


def clip_facts(clip: Clip) -> dict[str, Any]:
    """Return size, rate, length and the like of *clip*, with what its meta tells."""
    return {
        "width": clip.width, "height": clip.height, "fps": clip.fps, "frames": clip.frames, "duration": clip.duration,
        "has_audio": clip.has_audio, **plain(clip.meta),
    }  # fmt: skip
