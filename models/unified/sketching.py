"""What the state that chose a thing makes out of it: the mask that ``<seg>`` stands for, for an expert to go on from.

A call's thing is written by pointing at its row, and the box in the call is that row's. The state that pointed is what
``<seg>`` of u-LLaVA is (arXiv 2311.05348): ``network.seg`` makes it a prompt, and ``network.masking`` reads with it a mask from the
vision tower's patches. Here that is put off until an expert asks, which most never do, so that no word of a reply waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import torch
from torch import Tensor

from models.percepts import THING
from models.unified.network import UnifiedForConditionalGeneration
from models.unified.pointing import box_at
from models.unified.sheet import Sheet
from models.unified.stream import Sketch
from models.values import Media

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Pointed: TypeAlias = Callable[[int, Tensor], None]
"""Is told of a thing that a call points at: its row of the bank, and the state that chose it, float [1, width]."""


def sketched(
    network: UnifiedForConditionalGeneration,
    sheet: Sheet,
    shelf: Mapping[str, Media],
    opened: Callable[[Media], Any],
    tell: Callable[[Sketch], None],
    device: str,
) -> Pointed:
    """Return what gives *tell* a sketch of each thing of a picture on the *shelf* that it is told of; rows of *sheet* that are no such
    thing have none. *opened* gives the picture that a medium stands for, *device* is where the senses are."""

    def pointed(row: int, state: Tensor) -> None:
        source = sheet.source_of(row)
        medium = shelf.get(source.of)
        if source.percept is None or source.percept.kind != THING or medium is None or medium.kind != "image":
            return
        with torch.inference_mode():
            prompt = network.seg(state)
        tell(Sketch(medium.path, box_at(sheet, row), lambda: shares(network, prompt, opened(medium).pixels, device)))

    return pointed


@torch.inference_mode()
def shares(
    network: UnifiedForConditionalGeneration, prompt: Tensor, pixels: NDArray[np.uint8], device: str
) -> NDArray[np.float32]:
    """Return how likely the vision tower's patches of a picture, uint8 [h, w, 3 or 4], show what *prompt* float [1, prompt] means: float32
    [rows, columns], 0..1. Raises Refusal when the tower cannot be read."""
    import numpy as np

    from models.senses.perceive import load, rgb
    from models.vision.dense import prepared

    tower = load(device).tower
    features = tower(prepared(rgb(pixels), tower.config.area).to(tower.device)).features.float()
    odds = network.masking(prompt, features, torch.zeros(1, dtype=torch.long, device=prompt.device))
    return np.asarray(odds[0].sigmoid().cpu().numpy(), np.float32)
