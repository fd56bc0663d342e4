"""How a picture is judged: by the recogniser among the things that were taught, by the trained eye's boxes, by colour and by pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from models.expert import Picture
from models.reach import band_of, far
from models.values import Box
from models.world.scene import Scene, Thing
from scipy.optimize import linear_sum_assignment
from training.truth.words import COLOURS

from evaluation import pictures
from evaluation.colour_space import lab
from evaluation.experts.changing import MOST_DB, decibels, framed, sized, widened
from evaluation.experts.drawing import judged
from evaluation.experts.eyes import Eyes
from evaluation.experts.scenes import Told, drawn
from evaluation.overlap import box_iou
from evaluation.picturing.cases import SIDE, Layout, Pair

if TYPE_CHECKING:
    from models.senses.perceive import Senses
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Mask = NDArray[np.bool_]

Marks = dict[str, "float | None"]
LOCAL = ("recolour", "replace", "remove", "add")
"""Kinds of change that leave everything but one place as it was."""


def corners(box: Box) -> tuple[float, float, float, float]:
    return box.x0, box.y0, box.x1, box.y1


def of_words(case: Told, answer: Pixels, eyes: Eyes) -> Marks:
    """Return found, counts, relation and whole of a picture from words (:func:`evaluation.experts.drawing.judged`)."""
    found = judged(case, eyes.look(answer))
    return {name: value for name, value in found.items() if not isinstance(value, list)}


def of_layout(case: Layout, answer: Pixels, eyes: Eyes, senses: Senses) -> Marks:
    """Return the share of boxes whose thing is recognised in it, whether that is so of all, the mean overlap of the boxes that the
    trained eye finds with those asked for (paired so that it is greatest; one without a partner counts 0), and the share of
    colours that are right, of things that are asked for in one."""
    right = [
        float(eyes.named(answer, corners(box)) == thing.name)
        for thing, box in zip(case.scene.things, case.boxes, strict=True)
    ]
    tinted = [thing for thing in case.scene.things if thing.tint]
    coloured = [float(colour_of(answer, case.scene, thing) == thing.tint) for thing in tinted]
    return {
        "named": sum(right) / len(right),
        "every": float(all(right)),
        "overlap": overlap(answer, case.boxes, senses),
        "colour": sum(coloured) / len(coloured) if coloured else None,
    }


def overlap(answer: Pixels, boxes: Sequence[Box], senses: Senses) -> float:
    """Return the mean intersection over union, 0..1, of *boxes* with those that the trained eye finds in *answer*, in the best pairing."""
    from models.senses.picture import things

    found = things(senses.look([np.ascontiguousarray(answer)])[0], senses.judge).boxes
    if not len(found):
        return 0.0
    table = np.array([[box_iou(corners(box), (b[0], b[1], b[2], b[3])) for b in found.tolist()] for box in boxes])
    rows, columns = linear_sum_assignment(-table)
    return float(table[rows, columns].sum() / len(boxes))


@lru_cache(maxsize=256)
def palette(scene: Scene, thing: Thing) -> tuple[Mask, NDArray[np.float64]]:
    """Return where *thing* is seen in *scene*, bool [SIDE, SIDE], and the mean colour there in L*a*b* when it has each of COLOURS,
    float64 [colours, 3]."""
    where = scene.things.index(thing)
    mask = drawn(scene, SIDE, SIDE).masks[where]
    means = []
    for colour in COLOURS:
        things = (*scene.things[:where], replace(thing, tint=colour), *scene.things[where + 1 :])
        means.append(lab(drawn(replace(scene, things=things), SIDE, SIDE).pixels[mask]).mean(0))
    return np.asarray(mask, np.bool_), np.array(means)


def colour_of(answer: Pixels, scene: Scene, thing: Thing) -> str:
    """Return the colour of COLOURS that *thing* of *scene* has in *answer*: the one in which it, drawn truly, comes nearest there."""
    mask, means = palette(scene, thing)
    seen = lab(answer[mask]).mean(0)
    return COLOURS[int(np.linalg.norm(means - seen, axis=1).argmin())]


def of_change(case: Pair, answer: Pixels, eyes: Eyes) -> Marks:
    """Return whether the change is there (by the recogniser, by colour or, of a whole picture, by which true picture is nearer), how near
    the picture is to the true one, and, of a change in a place, how what lies outside of it was kept."""
    before, after = (drawn(scene, SIDE, SIDE).pixels for scene in (case.before, case.after))
    marks: Marks = {"done": float(done(case, answer, eyes)), "psnr": decibels(answer, after)}
    if case.kind in LOCAL:
        place = case.place
        assert place is not None
        outside = pictures.change(before, answer, widened(framed(place)))
        marks["outside"] = None if outside.psnr is None else min(MOST_DB, outside.psnr)
        marks["ssim"], marks["kept"] = outside.ssim, outside.kept
    return marks


def done(case: Pair, answer: Pixels, eyes: Eyes) -> bool:
    """Return whether *answer* shows what the words of *case* ask for."""
    if case.kind == "recolour":
        assert case.new is not None
        return colour_of(answer, case.after, case.new) == case.new.tint
    if case.new is not None:
        box = drawn(case.after, SIDE, SIDE).boxes[case.after.things.index(case.new)]
        assert box is not None
        return eyes.named(answer, corners(box)) == case.new.name
    if case.old is not None:
        box = drawn(case.before, SIDE, SIDE).boxes[case.before.things.index(case.old)]
        assert box is not None
        return eyes.named(answer, corners(box)) != case.old.name
    before, after = (drawn(scene, SIDE, SIDE).pixels for scene in (case.before, case.after))
    return pictures.psnr(answer, after) > pictures.psnr(answer, before)


def of_place(case: Pair, answer: Picture | Pixels, eyes: Eyes) -> Marks:
    """Return what a filled place shows and kept: *changed_outside* pixels differ beyond the band that the result declares round the marked
    box, or beyond the one that is fixed for a picture of its size where the result declares a wider one (of plain pixels no band), and
    *exact* says whether none does."""
    pixels = answer.pixels[..., :3] if isinstance(answer, Picture) else answer
    band = min(int(answer.meta.get("band_px", 0)), band_of(SIDE, SIDE)) if isinstance(answer, Picture) else 0
    assert case.region is not None
    assert case.new is not None
    box = drawn(case.after, SIDE, SIDE).boxes[case.after.things.index(case.new)]
    assert box is not None
    before = drawn(case.before, SIDE, SIDE).pixels
    x0, y0, x1, y1 = case.region.to_pixels(SIDE, SIDE)
    mark = np.zeros((SIDE, SIDE), np.bool_)
    mark[y0:y1, x0:x1] = True
    there = far(mark) <= band
    same = sized(pixels, before)
    outside = int(((same != before).any(2) & ~there).sum())
    change = pictures.change(before, same, there)
    return {
        "named": float(eyes.named(same, corners(box)) == case.new.name),
        "changed": change.changed,
        "outside": None if change.psnr is None else min(MOST_DB, change.psnr),
        "ssim": change.ssim,
        "changed_outside": float(outside),
        "exact": float(outside == 0),
    }


def spread(made: Sequence[Pixels], eyes: Eyes) -> float:
    """Return the mean distance of features between every two of *made* (:func:`evaluation.pictures.feature_distance`, weights of 1)."""
    same = [sized(one, made[0]) for one in made]
    return float(np.mean([pictures.feature_distance(a, b, eyes.network) for a, b in combinations(same, 2)]))
