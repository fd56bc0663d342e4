"""The configuration of the vision tower: everything that decides its size."""

from __future__ import annotations

from typing import Any

from transformers import PretrainedConfig


class TowerConfig(PretrainedConfig):
    """*widths*: channels at a half, a quarter, an eighth, a sixteenth and a thirty-second of the picture's size; *depths*:
    residual blocks at the last four of them; *neck*: channels of the features of a patch; *phrase*: length of a phrase vector;
    *contrast*: what likenesses to phrases are multiplied by; *area*: pixels that a picture is brought to before it is read."""

    model_type = "unison_tower"

    def __init__(
        self,
        widths: tuple[int, ...] = (32, 64, 128, 192, 256),
        depths: tuple[int, ...] = (1, 2, 2, 1),
        neck: int = 192,
        phrase: int = 384,
        contrast: float = 20.0,
        area: int = 16_384,
        **kwargs: Any,
    ) -> None:
        self.widths = tuple(widths)
        self.depths = tuple(depths)
        self.neck = neck
        self.phrase = phrase
        self.contrast = contrast
        self.area = area
        super().__init__(**kwargs)
