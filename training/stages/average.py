"""The mean of several runs' weights, where each went on from the one before.

Every run lets its rate fall along a half cosine and the next begins high again, so the ends of the runs are what stochastic weight averaging
takes the mean of (Izmailov et al. 2018, arXiv 1803.05407, section 3): points at the edge of one basin, whose middle generalises better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from models.unified.vocabulary import Vocabulary
from safetensors.torch import load_file
from torch import Tensor


def mean(state: Mapping[str, Tensor], folders: Sequence[Path], names: Vocabulary) -> dict[str, Tensor]:
    """Return the mean of *state*, a network's weights with the vocabulary *names*, and of those in the *folders* (each one file, as
    runs below 4 GB are kept), in the types of *state*.

    Raises ValueError for a folder without such weights, or with another vocabulary or other parameters.
    """
    total = {name: value.detach().to(torch.float64) for name, value in state.items()}
    for folder in folders:
        try:
            own, words = load_file(folder / "model.safetensors"), Vocabulary.load(folder)
        except (OSError, ValueError) as error:
            raise ValueError(f"{folder} holds no weights of a run that has ended: {error}") from error
        if words.names != names.names:
            raise ValueError(f"{folder} has another vocabulary: the mean is of runs that went on from each other")
        if {name: value.shape for name, value in own.items()} != {name: v.shape for name, v in state.items()}:
            raise ValueError(f"{folder} has other parameters: the mean is of runs of one shape")
        for name, value in own.items():
            total[name] += value
    return {name: (value / (1 + len(folders))).to(state[name].dtype) for name, value in total.items()}
