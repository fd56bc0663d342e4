"""Weights kept in eight bits: whole numbers from -127 to 127 and, for each row, what they are multiplied by.

Only the files are smaller; what is loaded is in full precision. A tensor NAME is kept as NAME.eight (int8) and NAME.scale (float32 [rows]),
one scale for each of its first dimension, by its largest value there (symmetric, round to nearest).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

EIGHT, SCALE = ".eight", ".scale"
TOP = 127


def packed(state: Mapping[str, Tensor], wanted: Callable[[str, Tensor], bool]) -> dict[str, Tensor]:
    """Return *state* with the tensors that are *wanted*, of two dimensions or more, in eight bits. Raises ValueError for one that holds what is no
    finite number, or with fewer dimensions."""
    made: dict[str, Tensor] = {}
    for name, value in state.items():
        if not wanted(name, value):
            made[name] = value
            continue
        if value.ndim < 2 or not bool(torch.isfinite(value).all()):
            raise ValueError(f"{name} with the shape {tuple(value.shape)} cannot be kept in eight bits")
        rows = value.float().flatten(1)
        scale = (rows.abs().amax(1) / TOP).clamp(min=torch.finfo(torch.float32).tiny)
        whole = (rows / scale[:, None]).round().clamp(-TOP, TOP)
        made[name + EIGHT], made[name + SCALE] = whole.to(torch.int8).view(value.shape), scale
    return made


def unpacked(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return *state* with what is kept in eight bits as float32; the rest as it is. Raises KeyError where a scale is missing, ValueError where it
    does not fit."""
    made: dict[str, Tensor] = {}
    for name, value in state.items():
        if name.endswith(EIGHT):
            own = name.removesuffix(EIGHT)
            scale = state[own + SCALE].float()
            if scale.shape != value.shape[:1]:
                raise ValueError(f"{own} has {len(value)} rows, and {tuple(scale.shape)} scales")
            made[own] = value.float() * scale.view(-1, *[1] * (value.ndim - 1))
        elif not (name.endswith(SCALE) and name.removesuffix(SCALE) + EIGHT in state):
            made[name] = value
    return made
