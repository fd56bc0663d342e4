"""Colours as the eye orders them: sRGB to CIE L*a*b* and back, written out from the standards, apart from what is measured."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TO_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]],
)
"""Linear sRGB to CIE XYZ (IEC 61966-2-1, section 5.2)."""
_WHITE = _TO_XYZ.sum(axis=1)
_EDGE = 6 / 29


def lab(pixels: NDArray[Any]) -> NDArray[np.float64]:
    """Return CIE L*a*b* float64 [..., 3] (L 0..100, white point D65) of sRGB values 0..255 [..., 3] (IEC 61966-2-1; CIE
    15:2004, section 8.2.1)."""
    values = np.asarray(pixels, np.float64) / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _TO_XYZ.T / _WHITE
    root = np.where(xyz > _EDGE**3, np.cbrt(xyz), xyz / (3 * _EDGE**2) + 4 / 29)
    x, y, z = root[..., 0], root[..., 1], root[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def rgb(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Return sRGB uint8 [..., 3] of CIE L*a*b* values [..., 3]; colours that sRGB cannot show are cut off at its limits."""
    given = np.asarray(values, np.float64)
    y = (given[..., 0] + 16) / 116
    root = np.stack([y + given[..., 1] / 500, y, y - given[..., 2] / 200], axis=-1)
    xyz = np.where(root > _EDGE, root**3, 3 * _EDGE**2 * (root - 4 / 29)) * _WHITE
    linear = np.clip(xyz @ np.linalg.inv(_TO_XYZ).T, 0, 1)
    shown = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(shown * 255), np.uint8)


def hue(values: NDArray[Any]) -> float:
    """Return the hue, degrees -180..180, of the mean colour of L*a*b* values [n, 3]; of grey it means nothing."""
    a, b = np.asarray(values, np.float64)[:, 1:].mean(axis=0)
    return math.degrees(math.atan2(b, a))


def apart(one: float, two: float) -> float:
    """Return how far two hues are apart, degrees 0..180."""
    return abs((one - two + 180) % 360 - 180)
