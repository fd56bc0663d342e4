"""Operations on the pixels of one picture or frame that keep its size: uint8 RGB [h, w, 3] in, the same out.

Each takes the *amount* of :data:`models.tasks.TASKS` ("1 is the usual, 0 none, negative reverses") and the weight
float32 [h, w], 0..1, of the pixels that count: what is averaged (blur, pixelate) is averaged over them alone, so that a
blurred ground does not smear the thing in front of it. *side* is the longer side of the whole picture in px, from which
widths are taken; :func:`apply` works through large pictures in bands, to bound the memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels: TypeAlias = NDArray[np.uint8]
    Weight: TypeAlias = NDArray[np.float32]

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def _bytes(values: NDArray[np.float32]) -> Pixels:
    """Return *values* as bytes; they are used up, because a large picture leaves no room for copies."""
    np.rint(values, out=values)
    return np.clip(values, 0, 255, out=values).astype(np.uint8)


def _mix(rgb: Pixels, other: NDArray[np.float32], amount: float) -> Pixels:
    """Return *rgb* moved towards *other* by *amount*, which is held within 0..1."""
    share = min(max(amount, 0.0), 1.0)
    if share == 1.0:
        return _bytes(other)
    return _bytes(rgb + (other - rgb.astype(np.float32)) * share)


def _gray(rgb: Pixels) -> NDArray[np.float32]:
    return np.asarray(rgb.astype(np.float32) @ _LUMA, np.float32)


def grayscale(rgb: Pixels, amount: float, weight: Weight, side: int) -> Pixels:
    """Take the colour out; half an amount takes half of it."""
    return _mix(rgb, np.repeat(_gray(rgb)[..., None], 3, axis=2), amount)


def sepia(rgb: Pixels, amount: float, weight: Weight, side: int) -> Pixels:
    """Tone brown like an old photograph."""
    tint = np.array([[0.393, 0.349, 0.272], [0.769, 0.686, 0.534], [0.189, 0.168, 0.131]], np.float32)
    return _mix(rgb, np.minimum(rgb.astype(np.float32) @ tint, 255), amount)


def invert(rgb: Pixels, amount: float, weight: Weight, side: int) -> Pixels:
    """Turn light into dark and each colour into its opposite."""
    return _mix(rgb, 255 - rgb.astype(np.float32), amount)


def _curve(rgb: Pixels, values: NDArray[np.float64]) -> Pixels:
    """Return *rgb* with each byte looked up in *values* [256]."""
    return np.asarray(np.clip(np.rint(values), 0, 255).astype(np.uint8)[rgb])


def brightness(rgb: Pixels, amount: float, weight: Weight, side: int) -> Pixels:
    """Lighten, or darken by a negative amount, along a gamma curve that leaves black and white in place."""
    return _curve(rgb, 255 * (np.arange(256) / 255) ** (2 ** (-0.7 * amount)))


def contrast(rgb: Pixels, amount: float, weight: Weight, side: int) -> Pixels:
    """Spread the values about middle gray by 1.5 for each unit of amount, or draw them together."""
    return _curve(rgb, 127.5 + (np.arange(256) - 127.5) * 1.5**amount)


def saturation(rgb: Pixels, amount: float, weight: Weight, side: int) -> Pixels:
    """Strengthen the colours by 60% for each unit of amount; -1 and below leaves none."""
    gray = _gray(rgb)[..., None]
    factor = 1 + 0.6 * amount if amount > 0 else max(0.0, 1 + amount)
    return _bytes(gray + (rgb.astype(np.float32) - gray) * factor)


def _smooth(rgb: Pixels, sigma: float, weight: Weight | None) -> NDArray[np.float32]:
    """Return the Gaussian mean of *rgb* float32 over the pixels that count; where none is near, *rgb* itself."""
    import cv2

    # A wide blur is done on a smaller copy: the eye cannot tell, and the time no longer grows with the width.
    shrink = max(1, int(sigma / 4))
    height, width = rgb.shape[:2]
    size = (max(1, width // shrink), max(1, height // shrink))
    values = rgb.astype(np.float32)
    if weight is not None:
        values *= weight[..., None]
    if shrink > 1:
        values = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
    values = cv2.GaussianBlur(values, (0, 0), sigma / shrink)
    values = np.asarray(cv2.resize(values, (width, height)) if shrink > 1 else values, np.float32)
    if weight is None:
        return values
    mass = cv2.resize(weight, size, interpolation=cv2.INTER_AREA) if shrink > 1 else weight
    mass = cv2.GaussianBlur(mass, (0, 0), sigma / shrink)
    mass = np.asarray(cv2.resize(mass, (width, height)) if shrink > 1 else mass, np.float32)[..., None]
    values /= np.maximum(mass, 1e-3)
    far = mass[..., 0] <= 1e-3
    values[far] = rgb[far]
    return values


def sharpen(rgb: Pixels, amount: float, weight: Weight, side: int) -> Pixels:
    """Make edges crisper (unsharp mask), or softer by a negative amount."""
    sigma = max(0.8, 0.0015 * side)
    soft = _smooth(rgb, sigma, None)
    return _bytes(rgb + (rgb.astype(np.float32) - soft) * (1.2 * amount if amount > 0 else max(-1.0, amount)))


def _blur_sigma(amount: float, side: int) -> float:
    return max(0.6, 0.015 * side) * amount


def blur(rgb: Pixels, amount: float, weight: Weight, side: int) -> Pixels:
    """Blur so that a face is no longer known at amount 1: Gaussian, sigma 1.5% of the longer side. Negative: sharpen."""
    if amount < 0:
        return sharpen(rgb, -amount, weight, side)
    if amount == 0:
        return rgb.copy()
    return _bytes(_smooth(rgb, _blur_sigma(amount, side), weight))


def _block(amount: float, side: int) -> int:
    return max(2, round(0.025 * side * amount)) if amount > 0 else 1


def pixelate(rgb: Pixels, amount: float, weight: Weight, side: int) -> Pixels:
    """Show squares of 2.5% of the longer side (times amount), each the mean of its pixels that count."""
    block = _block(amount, side)
    if block == 1:
        return rgb.copy()
    height, width = rgb.shape[:2]
    rows, columns = np.arange(0, height, block), np.arange(0, width, block)
    values = np.add.reduceat(np.add.reduceat(rgb * weight[..., None].astype(np.float64), rows, axis=0), columns, axis=1)
    mass = np.add.reduceat(np.add.reduceat(weight.astype(np.float64), rows, axis=0), columns, axis=1)
    means = values / np.maximum(mass, 1e-9)[..., None]
    tall = np.repeat(np.repeat(means, block, axis=0), block, axis=1)[:height, :width]
    known = np.repeat(np.repeat(mass > 0, block, axis=0), block, axis=1)[:height, :width]
    return _bytes(np.where(known[..., None], tall, rgb).astype(np.float32))


def sketch(rgb: Pixels, amount: float, weight: Weight, side: int) -> Pixels:
    """Draw in pencil: the picture divided by its own blur leaves dark lines on white paper."""
    gray = _gray(rgb)
    soft = _smooth(np.repeat(_bytes(255 - gray)[..., None], 3, axis=2), max(1.5, 0.006 * side), None)[..., 0]
    paper = np.minimum(255.0, gray * 256.0 / np.maximum(256.0 - soft, 1.0))
    lines = 255.0 * (paper / 255.0) ** 2.2
    return _mix(rgb, np.repeat(lines.astype(np.float32)[..., None], 3, axis=2), amount)


def cartoon(rgb: Pixels, amount: float, weight: Weight, side: int) -> Pixels:
    """Flatten the surfaces to a few tones and draw the edges dark."""
    import cv2

    gray = cv2.GaussianBlur(_gray(rgb), (0, 0), max(0.8, 0.0016 * side))
    around = cv2.GaussianBlur(gray, (0, 0), max(1.6, 0.0055 * side))
    ink = np.clip(1.0 - (around - gray - 5.0) / 12.0, 0.15, 1.0).astype(np.float32)
    del gray, around
    height, width = rgb.shape[:2]
    scale = min(1.0, 480 / side)
    small = cv2.resize(rgb, (max(1, round(width * scale)), max(1, round(height * scale))), interpolation=cv2.INTER_AREA)
    for _ in range(3):
        small = cv2.bilateralFilter(small, 7, 40, 7)
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)
    step = 28.0
    tone = lab[..., 0].astype(np.float32)
    lab[..., 0] = np.clip((np.floor(tone / step) + 0.5) * step, 0, 255).astype(np.uint8)
    flat = cv2.resize(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), (width, height), interpolation=cv2.INTER_CUBIC).astype(
        np.float32
    )
    mean = flat @ _LUMA
    flat -= mean[..., None]
    flat *= np.float32(1.35)
    flat += mean[..., None]
    np.clip(flat, 0, 255, out=flat)
    flat *= ink[..., None]
    return _mix(rgb, flat, amount)


SIMPLE: dict[str, Callable[[Pixels, float, Weight, int], Pixels]] = {
    "grayscale": grayscale, "sepia": sepia, "invert": invert, "brightness": brightness, "contrast": contrast,
    "saturation": saturation, "sharpen": sharpen, "blur": blur, "pixelate": pixelate, "sketch": sketch, "cartoon": cartoon,
}  # fmt: skip
"""The operations that need no more than an amount."""


BAND = 4_000_000
"""Pixels worked on at once in :func:`apply` and :func:`recolour`."""


def _reach(op: str, amount: float, side: int) -> tuple[int, int]:
    """Return how many rows beyond a band *op* must see, and what the first row of a band must be a multiple of."""
    if op == "pixelate":
        return 0, _block(amount, side)
    if op == "blur" and amount > 0:
        sigma = _blur_sigma(amount, side)
        return math.ceil(4.5 * sigma), max(1, int(sigma / 4))
    if op == "sketch":
        sigma = max(1.5, 0.006 * side)
        return math.ceil(4.5 * sigma), max(1, int(sigma / 4))
    if op in ("sharpen", "blur"):
        return math.ceil(0.01 * side) + 8, 1
    return (math.ceil(0.08 * side) + 16, 1) if op == "cartoon" else (0, 1)


def _unheard() -> None:
    """What nobody listens to."""


def apply(op: str, rgb: Pixels, amount: float, weight: Weight, beat: Callable[[], None] = _unheard) -> Pixels:
    """Return *rgb* after operation *op* of :data:`SIMPLE`; a large picture is done in bands, with the same result (within
    rounding, and for cartoon within the resampling of its small copy). *beat* is called before each band, and may raise to end it."""
    work, (height, width) = SIMPLE[op], rgb.shape[:2]
    if height * width <= BAND:
        return work(rgb, amount, weight, max(height, width))
    pad, align = _reach(op, amount, max(height, width))
    pad = math.ceil(pad / align) * align
    rows = max(align, 2 * pad, BAND // width) // align * align
    out = np.empty_like(rgb)
    for y0 in range(0, height, rows):
        beat()
        top, y1 = max(0, y0 - pad), min(height, y0 + rows)
        part = slice(top, min(height, y1 + pad))
        out[y0:y1] = work(np.ascontiguousarray(rgb[part]), amount, weight[part], max(height, width))[
            y0 - top : y1 - top
        ]
    return out


def lightness(rgb: Pixels, area: NDArray[np.bool_]) -> float:
    """Return the CIE lightness, 0..100, that 60% of *rgb* within *area* stay below: what :func:`recolour` takes as the thing's own."""
    import cv2

    if not area.any():
        return 50.0
    some = rgb[area]
    some = some[:: max(1, len(some) // 20000)]
    lab = cv2.cvtColor((some.astype(np.float32) / 255)[None], cv2.COLOR_RGB2LAB)
    return float(np.quantile(lab[0, :, 0], 0.6))


def _recolour_band(rgb: Pixels, target: tuple[int, int, int], own: float, amount: float) -> Pixels:
    import cv2

    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    goal = cv2.cvtColor(np.array([[target]], np.float32) / 255, cv2.COLOR_RGB2LAB)[0, 0]
    light = lab[..., 0]
    own = min(max(own, 2.0), 98.0)
    level = float(goal[0])
    # Two straight lines through black, own -> level and white: shading keeps its order and nothing is clipped.
    low = light * (max(level, 4.0) / own)
    high = 100 - (100 - light) * ((100 - min(level, 97.0)) / (100 - own))
    lab[..., 0] = np.where(light <= own, low, high)
    # Colour fades towards black and white, as it does on real surfaces, else highlights look painted over.
    strength = (
        np.clip(lab[..., 0] / max(level, 4.0), 0, 1) * np.clip((100 - lab[..., 0]) / max(100 - level, 3.0), 0, 1) ** 0.6
    )
    lab[..., 1] = goal[1] * strength
    lab[..., 2] = goal[2] * strength
    return _mix(rgb, cv2.cvtColor(lab, cv2.COLOR_LAB2RGB) * np.float32(255), amount)


def recolour(rgb: Pixels, target: tuple[int, int, int], own: float, amount: float) -> Pixels:
    """Give *rgb* the colour *target* and keep its shading: light stays lighter and dark darker than the middle.

    *own* is the thing's usual lightness (:func:`lightness`), which becomes the target's. *amount* 0..1 mixes.
    """
    rows = max(1, BAND // rgb.shape[1])
    return np.concatenate([_recolour_band(rgb[y : y + rows], target, own, amount) for y in range(0, len(rgb), rows)])
