"""What each change of a picture's pixels should give, by formulas of this file alone: how strong it is is left to the expert.

A formula that a strength belongs to gives a row of pictures, one for each strength that could be meant, none so weak that it
would pass for nothing; an answer is compared with the nearest. Changes without one formula (a new colour, a sketch, a
cartoon) are judged by what makes them so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from scipy.ndimage import binary_dilation, gaussian_filter, map_coordinates, sobel
from scipy.stats import spearmanr

from evaluation import colour_space
from evaluation.pictures import luma

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels: TypeAlias = NDArray[np.uint8]
    Mask: TypeAlias = NDArray[np.bool_]

SEPIA = np.array([[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]])
"""The brown that most programs use: rows of red, green and blue of the result."""
HUES = {"red": (255, 0, 0), "blue": (65, 105, 225), "green": (0, 128, 0), "yellow": (255, 255, 0), "purple": (128, 0, 128),
        "pink": (255, 105, 180)}  # fmt: skip
"""Colours as style sheets have them (CSS Color 4; its royal blue and hot pink stand for blue and pink, as pure blue is nearly violet
and its pink nearly white)."""
NEAR_HUE = 35.0
"""Degrees of hue that still go by a colour's name, where no other name is nearer."""
_GAMMAS = np.geomspace(1.3, 3.0, 12)
_FACTORS = np.geomspace(1.25, 3.0, 12)
_BLURS = np.geomspace(2.5, 16.0, 12)
_SHARPENS = [(sigma, k) for sigma in (0.6, 0.8, 1.0, 1.4, 2.0, 3.0) for k in (0.6, 0.9, 1.2, 1.8, 2.4)]
_BLOCKS = range(4, 33)


def _bytes(values: NDArray[Any]) -> Pixels:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


def _grey(pixels: Pixels) -> NDArray[np.float64]:
    return np.repeat(luma(pixels)[..., None], 3, axis=2)


def _towards(pixels: Pixels, goal: NDArray[Any], amount: float) -> list[Pixels]:
    return [_bytes(pixels + (np.clip(goal, 0, 255) - pixels) * min(amount, 1.0))]


def _brightness(pixels: Pixels, amount: float, area: Mask) -> list[Pixels]:
    """A curve v -> v^g on 0..1, which leaves black and white in place; g under 1 lightens."""
    return [_bytes(255 * (pixels / 255) ** (1 / g if amount > 0 else g)) for g in _GAMMAS]


def _contrast(pixels: Pixels, amount: float, area: Mask) -> list[Pixels]:
    """Values spread about the middle of the scale, or drawn together."""
    return [_bytes(127.5 + (pixels - 127.5) * (k if amount > 0 else 1 / k)) for k in _FACTORS]


def _saturation(pixels: Pixels, amount: float, area: Mask) -> list[Pixels]:
    """Colours spread about the grey of equal brightness, or drawn to it."""
    grey = _grey(pixels)
    factors = _FACTORS if amount > 0 else np.linspace(0, 0.85, 18)
    return [_bytes(grey + (pixels - grey) * k) for k in factors]


def _blur(pixels: Pixels, amount: float, area: Mask) -> list[Pixels]:
    """Gaussian means over the pixels of *area*, so that nothing from beyond it is smeared in."""
    weight = area.astype(np.float64)
    layers = np.dstack([pixels * weight[..., None], weight]).astype(np.float32)
    found = []
    for sigma in _BLURS:
        soft = np.stack([gaussian_filter(layers[..., c], sigma, mode="mirror", truncate=3.0) for c in range(4)], axis=2)
        found.append(_bytes(soft[..., :3] / np.maximum(soft[..., 3:], 1e-6)))
    return found


def _sharpen(pixels: Pixels, amount: float, area: Mask) -> list[Pixels]:
    """What the picture is more than its blur, added to it once more, or a few times."""
    values = pixels.astype(np.float32)
    soft = {sigma: gaussian_filter(values, (sigma, sigma, 0), mode="mirror") for sigma in {s for s, _ in _SHARPENS}}
    return [_bytes(values + k * (values - soft[sigma])) for sigma, k in _SHARPENS]


def _pixelate(pixels: Pixels, amount: float, area: Mask) -> list[Pixels]:
    """Squares of one size from the upper left corner, each the mean of its pixels of *area*."""
    return [squares(pixels, side, area) for side in _BLOCKS]


def squares(pixels: Pixels, side: int, area: Mask) -> Pixels:
    """Return *pixels* uint8 [h, w, 3] in squares of *side* px, each the mean of its pixels in *area* bool [h, w]; those
    without such a pixel are black."""
    height, width = pixels.shape[:2]
    fill = ((0, -height % side), (0, -width % side), (0, 0))
    layers = np.pad(np.dstack([pixels * area[..., None].astype(np.float32), area.astype(np.float32)]), fill)
    rows, columns = layers.shape[0] // side, layers.shape[1] // side
    sums = layers.reshape(rows, side, columns, side, 4).sum(axis=(1, 3))
    means = _bytes(sums[..., :3] / np.maximum(sums[..., 3:], 1))
    return np.asarray(np.kron(means, np.ones((side, side, 1), np.uint8))[:height, :width])


FORMULAS: dict[str, Callable[[Pixels, float, Mask], list[Pixels]]] = {
    "grayscale": lambda pixels, amount, area: _towards(pixels, _grey(pixels), amount),
    "sepia": lambda pixels, amount, area: _towards(pixels, pixels @ SEPIA.T, amount),
    "invert": lambda pixels, amount, area: _towards(pixels, 255.0 - pixels, amount),
    "brightness": _brightness, "contrast": _contrast, "saturation": _saturation, "blur": _blur, "sharpen": _sharpen,
    "pixelate": _pixelate,
}  # fmt: skip
"""What an operation may give: from pixels uint8 [h, w, 3], the amount and the area bool [h, w] that changes."""


def turned(pixels: Pixels, degrees: float, shape: Sequence[int]) -> tuple[Pixels, Mask]:
    """Return *pixels* turned clockwise about the middle and laid in the middle of *shape* (height, width), read between
    pixels in straight lines, and bool [height, width] where the picture is."""
    height, width = shape[:2]
    angle = np.radians(degrees)
    y, x = np.mgrid[:height, :width] - np.array([(height - 1) / 2, (width - 1) / 2])[:, None, None]
    # Rows grow downwards: a clockwise turn takes (x, y) to (x cos - y sin, x sin + y cos); this is its inverse.
    across = x * np.cos(angle) + y * np.sin(angle) + (pixels.shape[1] - 1) / 2
    down = -x * np.sin(angle) + y * np.cos(angle) + (pixels.shape[0] - 1) / 2
    there = (across >= 0) & (across <= pixels.shape[1] - 1) & (down >= 0) & (down <= pixels.shape[0] - 1)
    layers = [
        map_coordinates(pixels[..., c].astype(np.float64), (down, across), order=1, mode="nearest") for c in range(3)
    ]
    return _bytes(np.stack(layers, axis=2)), np.asarray(there, np.bool_)


# ---- what has no one formula -----------------------------------------------------------------------------------------


def painted(pixels: Pixels, name: str) -> Pixels:
    """Return *pixels* in the hue of the colour *name*, with the lightness that they had."""
    values = colour_space.lab(pixels)
    goal = colour_space.lab(np.array(HUES[name]))
    strength = np.clip(values[..., 0] / 50, 0, 1) * np.clip((100 - values[..., 0]) / 50, 0, 1)
    return colour_space.rgb(np.dstack([values[..., 0], goal[1] * strength, goal[2] * strength]))


def is_painted(before: Pixels, after: Pixels, name: str) -> bool:
    """Return whether pixels [n, 3] have the hue of the colour *name* on the whole and what was lighter is lighter still."""
    values, old = colour_space.lab(after), colour_space.lab(before)[:, 0]
    if not is_hued(values, name):
        return False
    return float(np.ptp(old)) < 1 or float(spearmanr(old, values[:, 0]).statistic) > 0.8


def is_hued(values: NDArray[np.float64], name: str) -> bool:
    """Return whether the mean of L*a*b* *values* [n, 3] has the hue of the colour *name*, and is no grey."""
    own = colour_space.hue(values)
    away = {
        one: colour_space.apart(own, colour_space.hue(colour_space.lab(np.array([code])))) for one, code in HUES.items()
    }
    chroma = float(np.hypot(*values[:, 1:].mean(axis=0)))
    return chroma >= 6 and away[name] <= NEAR_HUE and away[name] == min(away.values())


def edges(pixels: Pixels) -> NDArray[np.float64]:
    """Return how steep the brightness of *pixels* is, float64 [h, w], after Sobel."""
    values = luma(pixels)
    return np.asarray(np.hypot(sobel(values, axis=0), sobel(values, axis=1)) / 8)


def sketched(pixels: Pixels) -> Pixels:
    """Return dark lines where *pixels* have edges, on white."""
    return _bytes(np.repeat(255 - np.minimum(6 * edges(pixels), 235)[..., None], 3, axis=2))


def is_sketched(before: Pixels, after: Pixels, area: Mask) -> bool:
    """Return whether *after* is grey in *area*, paper where *before* is even, and darker along the edges of that."""
    steep, shown = edges(before), luma(after)
    hard, calm = area & binary_dilation(steep > 20), area & (steep < 4)
    if not hard.any() or not calm.any() or np.ptp(after[area].astype(np.int16), axis=1).mean() > 4:
        return False
    return bool(np.quantile(shown[calm], 0.2) > 220 and shown[calm].mean() - shown[hard].mean() > 15)


def cartooned(pixels: Pixels) -> Pixels:
    """Return *pixels* in a few tones, with dark lines along the edges."""
    values = colour_space.lab(pixels)
    values[..., 0] = (np.floor(values[..., 0] / 12) + 0.5) * 12
    ink = np.where(edges(pixels) > 20, 0.25, 1.0)
    return _bytes(colour_space.rgb(values) * ink[..., None])


def is_cartooned(before: Pixels, after: Pixels, area: Mask) -> bool:
    """Return whether *after* has the lights and the colours of *before* in *area*, with darker edges, and fewer tones between
    them."""
    calm = area & (edges(before) < 4)
    if not calm.any():
        return False
    old, new = (colour_space.lab(pixels[area]) for pixels in (before, after))
    vivid = [float(np.hypot(values[:, 1], values[:, 2]).mean()) for values in (old, new)]
    same = np.corrcoef(old[:, 0], new[:, 0])[0, 1] > 0.5 and vivid[1] > 0.5 * vivid[0]
    fewer = _commonest(after[calm]) > _commonest(before[calm])
    return bool(_darker_at_edges(before, after, area) > 8 and same and fewer)


def _commonest(shown: NDArray[np.uint8]) -> float:
    """Return the share of the pixels [n, 3] that have one of their ten commonest brightnesses of 256."""
    counts = np.bincount(np.rint(luma(shown[None])[0]).astype(int), minlength=256)
    return float(np.sort(counts)[-10:].sum() / len(shown))


def _darker_at_edges(before: Pixels, after: Pixels, area: Mask) -> float:
    """Return how much more the brightness fell along the steepest edges of *before* in *area* than where it is even."""
    steep, fall = edges(before), luma(before) - luma(after)
    hard, calm = area & (steep > 20), area & (steep < 4)
    return float(fall[hard].mean() - fall[calm].mean()) if hard.any() and calm.any() else 0.0
