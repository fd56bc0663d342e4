"""A clip for the language model: frames chosen evenly over it, and few tokens that say what is where and what is when.

u-LLaVA (Xu et al. 2023, arXiv 2311.05348), after Video-ChatGPT (Maaz et al. 2023, arXiv 2306.05424), reads each frame as a
picture, then takes the mean of each frame over all places (*temporal* tokens, one for each frame) and of each place over all
frames (*spatial* tokens); the temporal ones come first. To the temporal ones the frame's time is added here, so that the model
knows when a frame is shown, not only which follows which.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.expert import Clip
from models.video import frame_time

FRAMES = 8
"""Frames that are read of a clip, as in u-LLaVA."""
SHORTEST, LONGEST = 0.1, 10_000.0
"""Seconds: periods of the fastest and of the slowest wave that a time is told by."""


@dataclass(frozen=True)
class Moment:
    """Frame number *index* of a clip, and the *seconds* of its middle on the clock that a player shows."""

    index: int
    seconds: float


def evenly(frames: int, count: int) -> list[int]:
    """Return the numbers of at most *count* of *frames* frames, rising: those in the middles of *count* equal stretches, or
    all frames where there are no more. Raises ValueError unless both are at least 1."""
    if frames < 1 or count < 1:
        raise ValueError(f"{count} of {frames} frames cannot be chosen: both must be at least 1")
    if frames <= count:
        return list(range(frames))
    return [(2 * i + 1) * frames // (2 * count) for i in range(count)]


def moments(clip: Clip, count: int = FRAMES) -> list[Moment]:
    """Return at most *count* moments evenly spread over *clip*, in order. Raises ValueError for a clip without frames."""
    return [Moment(index, frame_time(clip, index)) for index in evenly(clip.frames, count)]


def pooled(features: Tensor) -> tuple[Tensor, Tensor]:
    """Return the temporal means float [b, t, c] and the spatial means float [b, h * w, c], row by row, of the maps of t
    frames, *features* float [b, t, c, h, w]."""
    return features.mean((3, 4)), features.mean(1).flatten(2).transpose(1, 2)


def time_waves(seconds: Tensor, width: int) -> Tensor:
    """Return float32 [..., width] in -1..1 that tells *seconds* [...]: sines, then cosines, of periods in equal ratios from
    SHORTEST to LONGEST (sinusoidal positions of Vaswani et al. 2017, arXiv 1706.03762, over seconds in place of numbers).
    Raises ValueError when *width* is odd or less than 4."""
    if width % 2 or width < 4:
        raise ValueError(f"time waves come in pairs, two at least: width {width} does not do")
    share = torch.arange(width // 2, dtype=torch.float64, device=seconds.device) / (width // 2 - 1)
    turns = seconds.to(torch.float64)[..., None] / (SHORTEST * (LONGEST / SHORTEST) ** share)
    # the angle in double precision: an hour is 36000 turns of the fastest wave
    angles = 2 * torch.pi * (turns - turns.floor())
    return torch.cat([angles.sin(), angles.cos()], -1).float()


class ClipTokens(nn.Module):
    """From the maps of frames, of *channels*, to t + h * w tokens of *width*; *waves* is how many numbers tell a time."""

    def __init__(self, channels: int, width: int, waves: int = 32) -> None:
        super().__init__()
        self.waves = waves
        self.when = nn.Linear(waves, channels, bias=False)
        self.project = nn.Sequential(nn.Linear(channels, width), nn.GELU(), nn.Linear(width, width))

    def forward(self, features: Tensor, seconds: Tensor) -> Tensor:
        """Return float [b, t + h * w, width], the temporal tokens first, of *features* float [b, t, c, h, w] of frames that are
        shown at *seconds* float [b, t]. Raises ValueError when the two do not fit each other."""
        if features.ndim != 5 or seconds.shape != features.shape[:2]:
            raise ValueError(f"frames {tuple(features.shape)} and their times {tuple(seconds.shape)} do not fit")
        temporal, spatial = pooled(features)
        temporal = temporal + self.when(time_waves(seconds, self.waves).to(temporal.dtype))
        return self.project(torch.cat([temporal, spatial], 1))
