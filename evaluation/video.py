"""Scores of clips: how well masks follow an object, how steadily pictures change, whether a clip starts with its picture.

Clips are uint8 [frames, height, width, 3] RGB, masks of one object bool [frames, height, width].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from evaluation.overlap import boundary_f, mask_iou
from evaluation.pictures import psnr, ssim

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Clip = NDArray[np.uint8]
    Masks = NDArray[np.bool_]


@dataclass(frozen=True)
class Followed:
    """One object followed through one clip: *j* and *f* hold the region and the outline score of each scored frame."""

    j: tuple[float, ...]
    f: tuple[float, ...]

    @property
    def j_mean(self) -> float:
        return float(np.mean(self.j))

    @property
    def f_mean(self) -> float:
        return float(np.mean(self.f))

    @property
    def j_and_f(self) -> float:
        """The mean of both means (DAVIS challenge 2017, arXiv 1704.00675, section 4)."""
        return (self.j_mean + self.f_mean) / 2


def follow(predicted: Masks, truth: Masks, *, given_ends: bool = True) -> Followed:
    """Return J (mask IoU) and F (outline) of every frame (Perazzi et al. 2016, CVPR, section 4).

    *given_ends* leaves out the first frame, whose mask a semi-supervised method is given, and the last one, as the
    published evaluator does. Raises ValueError when the shapes differ or no frame is left.
    """
    if predicted.shape != truth.shape or truth.ndim != 3:
        raise ValueError(f"masks of {predicted.shape} cannot be compared with masks of {truth.shape}")
    frames = range(1, len(truth) - 1) if given_ends else range(len(truth))
    if not frames:
        raise ValueError(f"a clip of {len(truth)} frames leaves none to score")
    return Followed(
        tuple(mask_iou(predicted[t], truth[t]) for t in frames),
        tuple(boundary_f(predicted[t], truth[t]) for t in frames),
    )


def recall(scores: Sequence[float], threshold: float = 0.5) -> float:
    """Return the share of frames above *threshold* (DAVIS: object recall)."""
    return float(np.mean(np.asarray(scores) > threshold))


def decay(scores: Sequence[float]) -> float:
    """Return how much is lost over a clip: the mean of its first quarter less that of its last (DAVIS: performance decay).

    Quarters share their border frames, as in the published evaluator. Raises ValueError without a frame.
    """
    if not len(scores):
        raise ValueError("there is no frame to score")
    values = np.asarray(scores, np.float64)
    cuts = np.round(np.linspace(1, len(values), 5) + 1e-10).astype(int) - 1
    return float(values[cuts[0] : cuts[1] + 1].mean() - values[cuts[3] : cuts[4] + 1].mean())


def flow(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the dense optical flow float32 [h, w, 2] in px (x, y): what lies at p in *first* lies at p + flow in *second*.

    DIS, medium preset (Kroeger et al. 2016, ECCV), as OpenCV ships it. Both frames uint8 [h, w, 3]; at least 16 px a side.
    """
    make: Any = vars(cv2)["DISOpticalFlow_create"]  # missing from OpenCV's type stubs
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in (first, second)]
    return np.asarray(make(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM).calc(*grey, None), np.float32)


def _pull(values: NDArray[Any], along: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return *values* float32 [h, w, c] read at p + along(p), bilinear; the places outside the frame are not to be used."""
    height, width = along.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.asarray(
        cv2.remap(values.astype(np.float32), x + along[..., 0], y + along[..., 1], cv2.INTER_LINEAR), np.float32
    )


def seen_in_both(forward: NDArray[np.float32], backward: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return bool [h, w]: the pixels of the first frame that the second shows too, where both flows agree
    (|f + b|^2 <= 0.01 (|f|^2 + |b|^2) + 0.5, Ruder et al. 2016, arXiv 1604.08610, section 4) and stay within the frame."""
    height, width = forward.shape[:2]
    back = _pull(backward, forward)
    x = np.arange(width) + forward[..., 0]
    y = np.arange(height)[:, None] + forward[..., 1]
    inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    apart = ((forward + back) ** 2).sum(-1)
    return np.asarray(inside & (apart <= 0.01 * ((forward**2).sum(-1) + (back**2).sum(-1)) + 0.5), np.bool_)


def warp_errors(clip: Clip, motion: Clip | None = None) -> list[float]:
    """Return for each frame but the last the mean squared difference, 0..1, between it and the next one brought back along
    the flow, over the pixels that both show (warping error: Lai et al. 2018, ECCV, section 4.3).

    *motion* is the clip that the flow is measured on, the same size: that of the source for an edited clip, so that a
    flicker cannot pass as motion; *clip* itself when None. A pair without a common pixel is left out. Raises ValueError
    for fewer than two frames or clips of different shapes.
    """
    moving = clip if motion is None else motion
    if len(clip) < 2 or moving.shape != clip.shape:
        raise ValueError(f"clips of {clip.shape} and {moving.shape}: two or more frames of one size are needed")
    errors = []
    for t in range(len(clip) - 1):
        forward, backward = flow(moving[t], moving[t + 1]), flow(moving[t + 1], moving[t])
        seen = seen_in_both(forward, backward)
        if seen.any():
            moved = _pull(clip[t + 1], forward)
            errors.append(float((((moved - clip[t]) / 255.0) ** 2).mean(-1)[seen].mean()))
    return errors


def activity(clip: Clip) -> float:
    """Return the mean absolute difference between neighbouring frames, 0..1; 0 for a still picture. It belongs beside the
    warping error, in which a clip that does not move is perfect. Raises ValueError for fewer than two frames."""
    if len(clip) < 2:
        raise ValueError("one frame does not move")
    steps = [np.abs(clip[t + 1].astype(np.int16) - clip[t]).mean() for t in range(len(clip) - 1)]
    return float(np.mean(steps)) / 255.0


@dataclass(frozen=True)
class FirstFrame:
    """How a clip's first frame agrees with the picture that it was made from: *psnr* dB, *ssim* -1..1."""

    psnr: float
    ssim: float


def first_frame(picture: NDArray[np.uint8], clip: Clip) -> FirstFrame:
    """Return how the first frame of *clip* agrees with *picture* uint8 [h, w, 3], which is brought to the frame's size
    (area averaging) where it differs. Raises ValueError for an empty clip or frames under 11 px a side."""
    if not len(clip):
        raise ValueError("the clip has no frame")
    height, width = clip.shape[1:3]
    if picture.shape[:2] != (height, width):
        picture = np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    return FirstFrame(psnr(picture, clip[0]), ssim(picture, clip[0]))
