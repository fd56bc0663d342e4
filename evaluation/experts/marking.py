"""Cutting out and following what is marked: masks from boxes, clicks and scribbles that are drawn from the truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from models.expert import Masks, Picture, Value
from models.masks import resize_mask
from models.values import Region

from evaluation import overlap, video
from evaluation.experts import films
from evaluation.experts.bench import Asked
from evaluation.experts.clips import Shot, filmed
from evaluation.experts.scenes import box_mark, drawn, mask_of, point_mark, scribble_mark, singles
from evaluation.experts.suite import Marks, Measure, Suite, Tools

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask: TypeAlias = NDArray[np.bool_]

MARKS: dict[str, Callable[..., Region]] = {"a box": box_mark, "clicks": point_mark, "a scribble": scribble_mark}


@dataclass(frozen=True)
class Cutting:
    """A picture uint8 [h, w, 3], the mask bool [h, w] of the thing that *region* marks, and a seed."""

    picture: Picture
    mask: Mask
    region: Region
    seed: int


def _cutting(rng: Random, line: str) -> Cutting:
    scene, thing = singles(rng)
    mask = mask_of(scene, thing)
    region = MARKS[line](rng, mask, "image#1")
    # The bare pixels: what the scene knows of itself stays behind.
    return Cutting(Picture(drawn(scene).pixels), mask, region, rng.randrange(2**31))


def first_mask(values: Sequence[Value], shape: tuple[int, ...]) -> Mask:
    """Return the first object of the first masks among *values*, bool of *shape* ([h, w] or [frames, h, w]); empty where there
    is none. Masks of another size are brought to that of the truth, missing frames are empty."""
    masks = next((value for value in values if isinstance(value, Masks) and len(value.array)), None)
    if masks is None:
        return np.zeros(shape, np.bool_)
    found = masks.array[0]
    if len(shape) == 2:
        flat = found if found.ndim == 2 else found[0]
        return np.asarray(resize_mask(flat, shape[1], shape[0]) if flat.shape != shape else flat, np.bool_)
    moving = found if found.ndim == 3 else np.repeat(found[None], shape[0], axis=0)
    out = np.zeros(shape, np.bool_)
    for number, mask in enumerate(moving[: shape[0]]):
        out[number] = resize_mask(mask, shape[2], shape[1]) if mask.shape != shape[1:] else mask
    return out


def _cut_score(case: Cutting, answer: Mask, tools: Tools) -> Marks:
    both = overlap.counts(answer, case.mask)
    iou = overlap.mask_iou(answer, case.mask)
    return {"c_iou": [float(both[0]), float(both[1])], "g_iou": iou, "at_half": float(iou > 0.5)}


SEGMENT: Suite[Any, Any] = Suite(
    task="segment",
    about="A thing of a drawn scene, given as a plain picture, is marked as by hand. Masks are scored by their pixels: cIoU is the sum of "
    "intersections over the sum of unions, gIoU the mean over pictures, accuracy the share of masks with an IoU above 0.5.",
    lines=tuple(MARKS),
    measures={
        "c_iou": Measure("cIoU", "ratio"),
        "g_iou": Measure("gIoU"),
        "at_half": Measure("accuracy at 0.5"),
    },
    draw=_cutting,
    asked=lambda case: Asked("segment", (case.picture,), (case.region,), seed=case.seed),
    answer=lambda values, case: first_mask(values, case.mask.shape),
    truth=lambda case: case.mask,
    nothing=lambda case: np.zeros_like(case.mask),
    score=_cut_score,
)  # fmt: skip


@dataclass(frozen=True)
class Following:
    """A film's frames uint8 [n, h, w, 3], the masks bool [n, h, w] of the thing that *region* marks on the first one."""

    frames: NDArray[np.uint8]
    masks: Mask
    region: Region
    seed: int


def _following(rng: Random, line: str) -> Following:
    while True:
        told = films.tell(rng, others=rng.randint(0, 2))
        frames, masks = films.shot(told.film, told.name)

        if masks[0].mean() > 0.006 and (masks.reshape(len(masks), -1).sum(1) > 0).mean() > 0.6:
            break
    region = replace(MARKS[line](rng, masks[0], "video#1"), time=0.0)
    return Following(frames, masks, region, rng.randrange(2**31))


def _follow_score(case: Following, answer: Mask, tools: Tools) -> Marks:
    found = video.follow(answer, case.masks)
    return {"j": found.j_mean, "f": found.f_mean, "j_and_f": found.j_and_f, "held": video.recall(found.j)}


VIDEO_SEGMENT: Suite[Any, Any] = Suite(
    task="video_segment",
    about="A moving thing of a drawn film, given as a plain clip, is marked on the first frame and followed. J is the mean IoU of its masks, F the "
    "agreement of their outlines, both over all frames but the first and the last; held: the share of frames with an IoU above 0.5.",
    lines=("a box", "a scribble"),
    measures={
        "j_and_f": Measure("J&F"),
        "j": Measure("J"),
        "f": Measure("F"),
        "held": Measure("held"),
    },
    draw=_following,
    asked=lambda case: Asked("video_segment", (filmed(Shot(case.frames, films.FPS)),), (case.region,), seed=case.seed),
    answer=lambda values, case: first_mask(values, case.masks.shape),
    truth=lambda case: case.masks,
    nothing=lambda case: np.zeros_like(case.masks),
    score=_follow_score,
)  # fmt: skip
