"""Operations on the pixels of one picture or frame that keep its size: uint8 RGB [h, w, 3] in, the same out.

Each takes the *amount* of :data:`models.tasks.TASKS` ("1 is the usual, 0 none, negative reverses") and the weight
float32 [h, w], 0..1, of the pixels that count: what is averaged (blur, pixelate) is averaged over them alone, so that a
blurred ground does not smear the thing in front of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels: TypeAlias = NDArray[np.uint8]
    Weight: TypeAlias = NDArray[np.float32]

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def _bytes(values: NDArray[np.float32]) -> Pixels:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _mix(rgb: Pixels, other: NDArray[np.float32], amount: float) -> Pixels:
    """Return *rgb* moved towards *other* by *amount*, which is held within 0..1."""
    share = min(max(amount, 0.0), 1.0)
    if share == 1.0:
        return _bytes(other)
    return _bytes(rgb + (other - rgb.astype(np.float32)) * share)


def _gray(rgb: Pixels) -> NDArray[np.float32]:
    return np.asarray(rgb.astype(np.float32) @ _LUMA, np.float32)


def grayscale(rgb: Pixels, amount: float, weight: Weight) -> Pixels:
    """Take the colour out; half an amount takes half of it."""
    return _mix(rgb, np.repeat(_gray(rgb)[..., None], 3, axis=2), amount)


def sepia(rgb: Pixels, amount: float, weight: Weight) -> Pixels:
    """Tone brown like an old photograph."""
    tint = np.array([[0.393, 0.349, 0.272], [0.769, 0.686, 0.534], [0.189, 0.168, 0.131]], np.float32)
    return _mix(rgb, np.minimum(rgb.astype(np.float32) @ tint, 255), amount)


def invert(rgb: Pixels, amount: float, weight: Weight) -> Pixels:
    """Turn light into dark and each colour into its opposite."""
    return _mix(rgb, 255 - rgb.astype(np.float32), amount)


def _curve(rgb: Pixels, values: NDArray[np.float64]) -> Pixels:
    """Return *rgb* with each byte looked up in *values* [256]."""
    return np.asarray(np.clip(np.rint(values), 0, 255).astype(np.uint8)[rgb])


def brightness(rgb: Pixels, amount: float, weight: Weight) -> Pixels:
    """Lighten, or darken by a negative amount, along a gamma curve that leaves black and white in place."""
    return _curve(rgb, 255 * (np.arange(256) / 255) ** (2 ** (-0.7 * amount)))


def contrast(rgb: Pixels, amount: float, weight: Weight) -> Pixels:
    """Spread the values about middle gray by 1.5 for each unit of amount, or draw them together."""
    return _curve(rgb, 127.5 + (np.arange(256) - 127.5) * 1.5**amount)


def saturation(rgb: Pixels, amount: float, weight: Weight) -> Pixels:
    """Strengthen the colours by 60% for each unit of amount; -1 and below leaves none."""
    gray = _gray(rgb)[..., None]
    factor = 1 + 0.6 * amount if amount > 0 else max(0.0, 1 + amount)
    return _bytes(gray + (rgb.astype(np.float32) - gray) * factor)


def _side(rgb: Pixels) -> int:
    return int(max(rgb.shape[:2]))


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
    return np.where(mass > 1e-3, values / np.maximum(mass, 1e-3), rgb.astype(np.float32)).astype(np.float32)


def sharpen(rgb: Pixels, amount: float, weight: Weight) -> Pixels:
    """Make edges crisper (unsharp mask), or softer by a negative amount."""
    sigma = max(0.8, 0.0015 * _side(rgb))
    soft = _smooth(rgb, sigma, None)
    return _bytes(rgb + (rgb.astype(np.float32) - soft) * (1.2 * amount if amount > 0 else max(-1.0, amount)))


def blur(rgb: Pixels, amount: float, weight: Weight) -> Pixels:
    """Blur so that a face is no longer known at amount 1: Gaussian, sigma 1.5% of the longer side. Negative: sharpen."""
    if amount < 0:
        return sharpen(rgb, -amount, weight)
    if amount == 0:
        return rgb.copy()
    sigma = max(0.6, 0.015 * _side(rgb)) * amount
    return _bytes(_smooth(rgb, sigma, weight))


def pixelate(rgb: Pixels, amount: float, weight: Weight) -> Pixels:
    """Show squares of 2.5% of the longer side (times amount), each the mean of its pixels that count."""
    side = max(2, round(0.025 * _side(rgb) * amount)) if amount > 0 else 1
    if side == 1:
        return rgb.copy()
    height, width = rgb.shape[:2]
    rows, columns = np.arange(0, height, side), np.arange(0, width, side)
    values = np.add.reduceat(np.add.reduceat(rgb * weight[..., None].astype(np.float64), rows, axis=0), columns, axis=1)
    mass = np.add.reduceat(np.add.reduceat(weight.astype(np.float64), rows, axis=0), columns, axis=1)
    means = values / np.maximum(mass, 1e-9)[..., None]
    tall = np.repeat(np.repeat(means, side, axis=0), side, axis=1)[:height, :width]
    known = np.repeat(np.repeat(mass > 0, side, axis=0), side, axis=1)[:height, :width]
    return _bytes(np.where(known[..., None], tall, rgb).astype(np.float32))


def sketch(rgb: Pixels, amount: float, weight: Weight) -> Pixels:
    """Draw in pencil: the picture divided by its own blur leaves dark lines on white paper."""
    gray = _gray(rgb)
    soft = _smooth(np.repeat(_bytes(255 - gray)[..., None], 3, axis=2), max(1.5, 0.006 * _side(rgb)), None)[..., 0]
    paper = np.minimum(255.0, gray * 256.0 / np.maximum(256.0 - soft, 1.0))
    lines = 255.0 * (paper / 255.0) ** 2.2
    return _mix(rgb, np.repeat(lines.astype(np.float32)[..., None], 3, axis=2), amount)


def cartoon(rgb: Pixels, amount: float, weight: Weight) -> Pixels:
    """Flatten the surfaces to a few tones and draw the edges dark."""
    import cv2

    height, width = rgb.shape[:2]
    scale = min(1.0, 480 / _side(rgb))
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
    flat = mean[..., None] + (flat - mean[..., None]) * 1.35
    gray = cv2.GaussianBlur(_gray(rgb), (0, 0), max(0.8, 0.0016 * _side(rgb)))
    around = cv2.GaussianBlur(gray, (0, 0), max(1.6, 0.0055 * _side(rgb)))
    ink = np.clip(1.0 - (around - gray - 5.0) / 12.0, 0.15, 1.0).astype(np.float32)
    return _mix(rgb, np.clip(flat, 0, 255).astype(np.float32) * ink[..., None], amount)


SIMPLE: dict[str, Callable[[Pixels, float, Weight], Pixels]] = {
    "grayscale": grayscale, "sepia": sepia, "invert": invert, "brightness": brightness, "contrast": contrast,
    "saturation": saturation, "sharpen": sharpen, "blur": blur, "pixelate": pixelate, "sketch": sketch, "cartoon": cartoon,
}  # fmt: skip
"""The operations that need no more than an amount."""


def lightness(rgb: Pixels, area: NDArray[np.bool_]) -> float:
    """Return the CIE lightness, 0..100, that 60% of *rgb* within *area* stay below: what :func:`recolour` takes as the thing's own."""
    import cv2

    if not area.any():
        return 50.0
    some = rgb[area]
    some = some[:: max(1, len(some) // 20000)]
    lab = cv2.cvtColor((some.astype(np.float32) / 255)[None], cv2.COLOR_RGB2LAB)
    return float(np.quantile(lab[0, :, 0], 0.6))


def recolour(rgb: Pixels, target: tuple[int, int, int], own: float, amount: float) -> Pixels:
    """Give *rgb* the colour *target* and keep its shading: light stays lighter and dark darker than the middle.

    *own* is the thing's usual lightness (:func:`lightness`), which becomes the target's. *amount* 0..1 mixes.
    """
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
