"""The precision that a training computes in: bfloat16 where the device is quick at it, else float32."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any

import torch

AUTO = "auto"
"""As a plan's precision: bf16 or no, by the device."""
_SLOWER = 1.5
"""From how many times the time of float32 on products in bfloat16 are not worth it."""


@lru_cache(maxsize=8)
def quick(device: str) -> bool:
    """Return whether *device* is as quick in bfloat16 as in float32. A CPU without instructions for it takes some fifty times as long, and none tells
    of itself on every platform: so a small product is timed in both, once in a process."""
    kind = torch.device(device).type
    if kind == "cuda":
        with torch.cuda.device(torch.device(device)):
            return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if kind != "cpu":
        return False

    def took(dtype: torch.dtype) -> float:
        left, right = torch.ones(256, 384, dtype=dtype), torch.ones(384, 384, dtype=dtype)
        times = []
        for _ in range(5):
            began = time.perf_counter()
            left @ right
            times.append(time.perf_counter() - began)
        return min(times)

    return took(torch.bfloat16) < _SLOWER * took(torch.float32)


def chosen(precision: str, device: str) -> str:
    """Return *precision* (bf16, fp16 or no), for "auto" the one that suits *device*."""
    if precision != AUTO:
        return precision
    return "bf16" if quick(device) else "no"


def autocast(device: str | torch.device) -> AbstractContextManager[Any]:
    """Return the context in which a training step on *device* computes: in bfloat16 where that is quick, else as it is written."""
    made: AbstractContextManager[Any] = torch.autocast(
        torch.device(device).type, torch.bfloat16, enabled=quick(str(device))
    )
    return made
