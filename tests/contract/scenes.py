"""Pictures with a known truth, made from numbers, and calls as the router would make them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from models.expert import Inputs, Masks, Picture
from models.values import Media, TaskCall


def texture(height, width, colour, seed=0, grain=18):
    """A smoothly mottled surface, uint8 [height, width, 3], round *colour*."""
    import cv2

    noise = np.random.default_rng(seed).normal(0, 1, (height, width, 3)).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), 2.0) * 4 * grain
    return np.clip(np.float32(colour) + noise, 0, 255).astype(np.uint8)


def disc(height, width, centre, radius):
    """The truth: bool [height, width], True within *radius* px of *centre* (x, y)."""
    ys, xs = np.mgrid[:height, :width]
    return (xs - centre[0]) ** 2 + (ys - centre[1]) ** 2 <= radius**2


def disc_scene(height=240, width=320, centre=(160, 120), radius=60, seed=0):
    """A mottled red disc on a mottled green ground: pixels and the disc's truth."""
    truth = disc(height, width, centre, radius)
    pixels = texture(height, width, (70, 120, 60), seed)
    pixels[truth] = texture(height, width, (190, 60, 50), seed + 1)[truth]
    return pixels, truth


def iou(a, b):
    return np.count_nonzero(a & b) / max(1, np.count_nonzero(a | b))


def silent(fraction, word="", preview=None):
    """A report that nobody reads."""


def make_inputs(pixels, regions=(), masks=None, settings=None, seed=3, scratch=None, **more):
    """Inputs with the picture as image#1, *regions* by handle and *masks* {handle: bool array}."""
    values = {"image#1": Picture(pixels), **more}
    media = {
        "image#1": Media("image", "image#1", "a.png", {"width": pixels.shape[1], "height": pixels.shape[0]}),
    }
    for handle, mask in (masks or {}).items():
        values[handle] = Masks(np.asarray(mask)[None], ["thing"], [1.0])
        media[handle] = Media("mask", handle, "m.png", {})
    for handle in more:
        media[handle] = Media(handle.partition("#")[0], handle, "x", {})
    return Inputs(values, media, {r.handle: r for r in regions}, Path(scratch or "."), seed, settings or {})


def make_call(task, *args):
    return TaskCall("t1", task, tuple(args))
