"""Giving a photo another hour, weather or mood by its colours alone: night, sunset, rain, snowfall, warm, cold, faded ... (uint8 RGB)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Light = NDArray[np.float32]

Beat = Callable[[], None]
_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
_BAND = 2_000_000
"""Pixels graded at once, to bound the memory."""


def _unheard() -> None:
    """What nobody listens to."""


def graded(pixels: Pixels, mood: str, seed: int = 0, beat: Beat = _unheard) -> Pixels:
    """Return *pixels* (uint8 [h, w, 3], at least 1 x 1) as at the hour, in the weather or in the mood *mood*, one of
    :data:`MOODS`; falling rain and snow come where *seed* says. *beat* is called between the steps of the work, and may raise to
    end it. Raises KeyError for another word."""
    grade = MOODS[mood]
    height, width = pixels.shape[:2]
    out = np.empty_like(pixels)
    rows = max(1, _BAND // width)
    for y0 in range(0, height, rows):
        beat()
        part = np.asarray(pixels[y0 : y0 + rows], np.float32) / np.float32(255)
        down = (np.arange(y0, y0 + len(part), dtype=np.float32) / max(1, height - 1))[:, None, None]
        across = np.linspace(-1, 1, width, dtype=np.float32)[None, :, None]
        made = np.asarray(grade(part, down, across), np.float32)
        out[y0 : y0 + rows] = np.clip(np.rint(made * 255), 0, 255).astype(np.uint8)
    beat()
    return _weathered(out, mood, seed)


def _weathered(pixels: Pixels, mood: str, seed: int) -> Pixels:
    """Return *pixels* behind what falls and drifts in the weather *mood*."""
    if mood not in ("rain", "storm", "snowfall", "fog") or min(pixels.shape[:2]) < 16:
        return pixels
    from models.world.backdrops import front
    from models.world.scene import Backdrop

    canvas = pixels.astype(np.float32)
    front(Backdrop("meadow", mood, seed=seed), canvas)
    return np.clip(np.rint(canvas), 0, 255).astype(np.uint8)


def _gray(rgb: Light) -> Light:
    return np.asarray((rgb @ _LUMA)[..., None], np.float32)


def _tinted(rgb: Light, tint: tuple[float, float, float], colour: float = 1.0) -> Light:
    """Return *rgb* with its colours scaled by *colour* and every channel by *tint*."""
    gray = _gray(rgb)
    return np.asarray((gray + (rgb - gray) * np.float32(colour)) * np.array(tint, np.float32), np.float32)


def _curved(rgb: Light, contrast: float) -> Light:
    """Return *rgb* with its middle tones spread by a smooth curve that keeps black and white."""
    smooth = rgb * rgb * (3 - 2 * np.clip(rgb, 0, 1))
    return np.asarray(rgb + (smooth - rgb) * np.float32(contrast), np.float32)


def _corners(down: Light, across: Light, depth: float) -> Light:
    away = (2 * down - 1) ** 2 + across**2
    return np.asarray(1 - depth * np.clip(away - 0.35, 0, 1.5) / 1.5, np.float32)


def _night(rgb: Light, down: Light, across: Light) -> Light:
    gray = _gray(rgb)
    dark = _tinted(rgb**1.45, (0.27, 0.36, 0.55), 0.5)
    # What was bright and colourful anyway goes on shining: lamps, windows, screens.
    spread = rgb.max(axis=2, keepdims=True) - rgb.min(axis=2, keepdims=True)
    lamp = np.clip((gray - 0.6) / 0.35, 0, 1) * np.clip((spread - 0.28) / 0.3, 0, 1)
    lit = dark + lamp * rgb * np.array([0.5, 0.4, 0.2], np.float32)
    return np.asarray(lit * _corners(down, across, 0.4) + 0.012, np.float32)


def _sunset(rgb: Light, down: Light, across: Light) -> Light:
    warm = _curved(_tinted(rgb, (1.06, 0.86, 0.7), 1.08), 0.35)
    glow = np.clip(1 - down, 0, 1) ** 1.2 * 0.5
    sky = np.array([1.0, 0.55, 0.3], np.float32)
    lit = 1 - (1 - np.clip(warm * 0.92, 0, 1)) * (1 - sky * glow * (0.25 + 0.75 * _gray(rgb)))
    return np.asarray(lit, np.float32)


def _morning(rgb: Light, down: Light, across: Light) -> Light:
    soft = _tinted(rgb, (1.05, 0.98, 0.92), 0.9) * 0.88 + 0.09
    return soft + np.array([0.05, 0.03, 0.0], np.float32) * (1 - down)


def _day(rgb: Light, down: Light, across: Light) -> Light:
    return _curved(_tinted(np.clip(rgb, 0, 1) ** 0.8, (1.02, 1.01, 0.98), 1.15), 0.2)


def _fog(rgb: Light, down: Light, across: Light) -> Light:
    # Without depth the upper part of a photo is taken to be further off, as it mostly is.
    thick = 0.66 - 0.48 * down**1.3
    haze = np.array([0.8, 0.83, 0.86], np.float32)
    return _tinted(rgb, (0.98, 1.0, 1.02), 0.7) * (1 - thick) + haze * thick


def _rain(rgb: Light, down: Light, across: Light) -> Light:
    return _tinted(rgb**1.1, (0.72, 0.79, 0.86), 0.62) * 0.94 + np.array([0.02, 0.03, 0.04], np.float32)


def _storm(rgb: Light, down: Light, across: Light) -> Light:
    dark = _curved(_tinted(rgb**1.25, (0.55, 0.62, 0.74), 0.5), 0.3)
    return dark * (0.72 + 0.28 * down) * _corners(down, across, 0.25)


def _snowfall(rgb: Light, down: Light, across: Light) -> Light:
    cold = _tinted(rgb, (0.93, 0.98, 1.05), 0.6)
    haze = 0.3 - 0.16 * down
    return cold * (1 - haze) + np.array([0.88, 0.91, 0.95], np.float32) * haze


def _warm(rgb: Light, down: Light, across: Light) -> Light:
    return _tinted(rgb, (1.08, 1.0, 0.86), 1.06)


def _cold(rgb: Light, down: Light, across: Light) -> Light:
    return _tinted(rgb, (0.9, 0.99, 1.12), 0.95)


def _faded(rgb: Light, down: Light, across: Light) -> Light:
    return _tinted(rgb, (1.03, 1.0, 0.95), 0.62) * 0.8 + 0.11


def _vivid(rgb: Light, down: Light, across: Light) -> Light:
    return _curved(_tinted(rgb, (1, 1, 1), 1.45), 0.25)


def _dramatic(rgb: Light, down: Light, across: Light) -> Light:
    return _curved(_tinted(rgb, (1.0, 0.98, 0.97), 0.85), 0.9) * _corners(down, across, 0.45)


def _vintage(rgb: Light, down: Light, across: Light) -> Light:
    old = _curved(_tinted(rgb, (1.08, 0.98, 0.78), 0.6), 0.3) * 0.86 + np.array([0.08, 0.06, 0.07], np.float32)
    return old * _corners(down, across, 0.35)


def _eerie(rgb: Light, down: Light, across: Light) -> Light:
    # A sickly green in what is left of the light, and darkness that closes in from the corners.
    pale = _curved(_tinted(rgb, (0.86, 1.06, 0.9), 0.55), 0.35)
    return pale * _corners(down, across, 0.7) + np.array([0.0, 0.012, 0.008], np.float32)


def _cosy(rgb: Light, down: Light, across: Light) -> Light:
    warm = _tinted(rgb, (1.12, 0.98, 0.8), 1.05)
    near = np.exp(-((2 * down - 1.3) ** 2 + across**2) * np.float32(1.1))  # as by a lamp or a fire in the middle
    lit = warm + near * np.array([0.1, 0.055, 0.01], np.float32)
    return np.asarray(lit * _corners(down, across, 0.42), np.float32)


def _cheerful(rgb: Light, down: Light, across: Light) -> Light:
    return _tinted(np.clip(rgb, 0, 1) ** 0.85, (1.04, 1.02, 0.97), 1.3)


def _gloomy(rgb: Light, down: Light, across: Light) -> Light:
    return _tinted(rgb**1.15, (0.8, 0.87, 0.96), 0.45) * _corners(down, across, 0.3)


def _romantic(rgb: Light, down: Light, across: Light) -> Light:
    soft = _tinted(rgb, (1.1, 0.93, 0.98), 1.0) * 0.94 + 0.04
    glow = np.clip(1 - down, 0, 1) * np.array([0.09, 0.02, 0.05], np.float32)
    return np.asarray((soft + glow) * _corners(down, across, 0.25), np.float32)


def _calm(rgb: Light, down: Light, across: Light) -> Light:
    return _tinted(rgb, (0.99, 1.0, 1.01), 0.78) * 0.82 + np.array([0.13, 0.135, 0.13], np.float32)


def _mysterious(rgb: Light, down: Light, across: Light) -> Light:
    return _tinted(rgb**1.2, (0.74, 0.78, 1.02), 0.6) * _corners(down, across, 0.6) + np.array(
        [0.02, 0.01, 0.05], np.float32
    )


def _bright(rgb: Light, down: Light, across: Light) -> Light:
    return np.asarray(np.clip(rgb, 0, 1) ** 0.72 * np.float32(1.03), np.float32)


def _dim(rgb: Light, down: Light, across: Light) -> Light:
    return np.asarray(rgb**1.1 * np.float32(0.68), np.float32)


MOODS: dict[str, Callable[[Light, Light, Light], Light]] = {
    "night": _night, "sunset": _sunset, "morning": _morning, "day": _day, "fog": _fog, "rain": _rain, "storm": _storm,
    "snowfall": _snowfall, "warm": _warm, "cold": _cold, "faded": _faded, "vivid": _vivid, "dramatic": _dramatic,
    "vintage": _vintage, "eerie": _eerie, "cosy": _cosy, "cheerful": _cheerful, "gloomy": _gloomy, "romantic": _romantic, "calm": _calm,
    "mysterious": _mysterious, "bright": _bright, "dim": _dim,
}  # fmt: skip
"""Every hour, weather and mood: part float32 [h, w, 3] 0..1, how far down (0..1) and across (-1..1) -> the part graded."""
