"""Is what an expert returned a result at all? Wrong types, NaN, empty or mismatched arrays are named, never shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.expert import Clip, Masks, Picture, Sound, Task, Value

_KINDS = {Picture: "image", Clip: "video", Sound: "audio", Masks: "mask"}


class Unusable(Exception):
    """What an expert returned cannot be used; the message completes the sentence "the expert gave ..."."""


def check_values(values: Sequence[Value], task: Task) -> None:
    """Raise Unusable unless *values* are one or more sound results of kinds that *task* gives.

    A picture that is entirely black or a mask of nothing is allowed, but a note in the value's meta says so.
    """
    if not values:
        raise Unusable("no result")
    for value in values:
        kind = next((name for type_, name in _KINDS.items() if isinstance(value, type_)), None)
        if kind is None:
            raise Unusable(f"a result of an unknown kind ({type(value).__name__})")
        if kind not in task.gives:
            raise Unusable(f"a result of the wrong kind: {kind} instead of {' or '.join(task.gives)}")
        note = _CHECKS[kind](value)
        if note:
            value.meta["notes"] = [*value.meta.get("notes", ()), note]


def _array(value: Any, name: str, dtype: str, dimensions: tuple[int, ...]) -> None:
    import numpy as np

    if not isinstance(value, np.ndarray):
        raise Unusable(f"{name} that is no array")
    if value.dtype.kind == "f" and not np.isfinite(value).all():
        raise Unusable(f"{name} with values that are not numbers (NaN)")
    if value.dtype != np.dtype(dtype):
        raise Unusable(f"{name} of the wrong type ({value.dtype} instead of {dtype})")
    if value.ndim not in dimensions or 0 in value.shape:
        raise Unusable(f"{name} of the wrong shape {value.shape}")


def _picture(value: Picture) -> str:
    _array(value.pixels, "a picture", "uint8", (3,))
    if value.pixels.shape[2] not in (3, 4):
        raise Unusable(f"a picture of the wrong shape {value.pixels.shape}")
    return "" if value.pixels.any() else "the picture is entirely black"


def _clip(value: Clip) -> str:
    if not value.path.is_file() or value.path.stat().st_size == 0:
        raise Unusable("a video without a file")
    if value.frames < 1 or value.width < 1 or value.height < 1 or not 0 < value.fps <= 1000:
        raise Unusable("a video without frames")
    return ""


def _sound(value: Sound) -> str:
    _array(value.samples, "a sound", "float32", (2,))
    if value.rate < 1:
        raise Unusable("a sound without a sampling rate")
    return "" if value.samples.any() else "the sound is silent"


def _masks(value: Masks) -> str:
    _array(value.array, "masks", "bool", (3, 4))
    if not len(value.array) == len(value.labels) == len(value.scores):
        raise Unusable("masks whose labels or scores do not fit their number")
    return "" if value.array.any() else "the mask is empty"


_CHECKS: dict[str, Any] = {"image": _picture, "video": _clip, "audio": _sound, "mask": _masks}
