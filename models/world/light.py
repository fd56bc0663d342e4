"""Measuring the light of a photo round one place, and giving a drawn thing the same light, colours, sharpness and grain.

Pictures are uint8 RGB [h, w, 3]; things are float32 [h, w, 4], straight alpha, colours 0..255 and alpha 0..1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Layer: TypeAlias = NDArray[np.float32]  # [h, w, 4]

SIDE = 480
"""Longest side in px of the copy on which tones and colours are measured."""
PLAIN_BLUR = 0.6
"""Sigma in px of the edges of a picture that is as sharp as pixels allow."""
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True)
class Light:
    """What a place in a photo looks like: CIE lightness 0..100 of its darkest, middle and brightest parts; the cast of
    what should be gray (CIE a, b); how colourful it is (chroma that 90% stay below); the sigma of its edges in px; the
    standard deviation of its grain (0..255) and the sigma in px that the grain is blurred by."""

    black: float
    middle: float
    white: float
    cast: tuple[float, float]
    colour: float
    blur: float
    grain: float
    clump: float


def measure(pixels: NDArray[np.uint8], box: tuple[int, int, int, int]) -> Light:
    """Return the light of *pixels* round *box* (x0, y0, x1, y1 px, ends exclusive, at least one pixel within the frame)."""
    near = _around(box, pixels.shape[1], pixels.shape[0])
    part = np.ascontiguousarray(pixels[near[1] : near[3], near[0] : near[2], :3])
    here, whole = _lab(_small(part)), _lab(_small(pixels[..., :3]))
    low, middle, high = (float(v) for v in np.percentile(here[:, 0], (2, 50, 98)))
    all_low, all_high = (float(v) for v in np.percentile(whole[:, 0], (1, 99)))
    # What lies beside the place counts more than the rest: a thing in the shade is not as bright as the sky above.
    black = 0.2 * low + 0.8 * all_low
    white = max(0.5 * high + 0.5 * all_high, black + 15)
    cast = 0.5 * (_cast(here) + _cast(whole))
    away = np.hypot(*(np.concatenate([here, whole])[:, 1:] - cast).T)
    blur, grain, clump = _texture(part)
    if blur == 0:
        blur, grain, clump = _texture(np.ascontiguousarray(pixels[..., :3]))
    return Light(black, middle, white, (float(cast[0]), float(cast[1])), float(np.percentile(away, 90)),
                 blur or PLAIN_BLUR, grain, clump)  # fmt: skip


def _around(box: tuple[int, int, int, int], width: int, height: int) -> tuple[int, int, int, int]:
    """Return *box* with half of itself on each side, at least 24 px, cut to the frame."""
    dx, dy = max(24, (box[2] - box[0]) // 2), max(24, (box[3] - box[1]) // 2)
    x0, y0 = min(max(0, box[0] - dx), width - 1), min(max(0, box[1] - dy), height - 1)
    return x0, y0, max(x0 + 1, min(width, box[2] + dx)), max(y0 + 1, min(height, box[3] + dy))


def _small(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    import cv2

    scale = SIDE / max(pixels.shape[:2])
    if scale >= 1:
        return np.ascontiguousarray(pixels)
    size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _lab(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    import cv2

    return np.asarray(cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32).reshape(-1, 3)


def _cast(lab: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean a, b of the least colourful fifth of *lab* [n, 3]: gray things show the colour of the light."""
    seen = lab[(lab[:, 0] > 12) & (lab[:, 0] < 98)]
    seen = seen if len(seen) > 20 else lab
    chroma = np.hypot(seen[:, 1], seen[:, 2])
    return np.asarray(seen[chroma <= np.quantile(chroma, 0.2)][:, 1:].mean(axis=0), np.float32)


def _texture(pixels: NDArray[np.uint8]) -> tuple[float, float, float]:
    """Return the sigma of the sharpest edges in px (0 where there are none), the grain's deviation and its own sigma.

    Edges: Zhuo and Sim, "Defocus map estimation from a single image" (2011): a step blurred by s and once more by t has
    its gradient divided by sqrt(1 + t*t / s*s). Grain: Immerkaer, "Fast noise variance estimation" (1996), over the
    flattest half of the picture.
    """
    import cv2

    height, width = pixels.shape[:2]
    if min(height, width) < 8:
        return 0.0, 0.0, 0.0
    # Sharpness and grain must be seen at full size; a part of a large picture is enough.
    top, left = max(0, (height - 1400) // 2), max(0, (width - 1400) // 2)
    gray = pixels[top : top + 1400, left : left + 1400].astype(np.float32) @ _LUMA
    blurred = cv2.GaussianBlur(gray, (0, 0), 1.5)
    slope, after = (cv2.magnitude(cv2.Sobel(g, cv2.CV_32F, 1, 0), cv2.Sobel(g, cv2.CV_32F, 0, 1)) / 8
                    for g in (gray, blurred))  # fmt: skip
    grain, clump = _grain(gray, after)
    edge = (after >= np.quantile(after, 0.97)) & (after > 3 + 0.5 * grain)
    if np.count_nonzero(edge) < 40:
        return 0.0, grain, clump
    ratio = np.quantile(slope[edge] / np.maximum(after[edge], 1e-3), 0.6)
    return float(np.clip(1.5 / math.sqrt(max(float(ratio) ** 2 - 1, 0.02)), PLAIN_BLUR, 10.0)), grain, clump


def _grain(gray: NDArray[np.float32], slope: NDArray[np.float32]) -> tuple[float, float]:
    import cv2

    flat = slope <= np.quantile(slope, 0.5)
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    fine = np.abs(cv2.filter2D(gray, cv2.CV_32F, mask))[flat].mean() * math.sqrt(math.pi / 2) / 6
    half = cv2.resize(gray, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    flat_half = cv2.resize(flat.astype(np.uint8), (half.shape[1], half.shape[0]), interpolation=cv2.INTER_NEAREST) > 0
    coarse = np.abs(cv2.filter2D(half, cv2.CV_32F, mask))[flat_half]
    coarse = coarse.mean() * math.sqrt(math.pi / 2) / 6 if coarse.size else fine / 2
    # Fine grain halves when four pixels are averaged, clumped grain does not.
    clump = float(np.clip((coarse / max(float(fine), 1e-3) - 0.55) * 1.6, 0, 1.2))
    return float(min(fine, 14.0)), clump


def matched(thing: Layer, light: Light, *, glows: bool = False, strength: float = 1.0) -> Layer:
    """Return *thing* with the tones and colours of *light*; its own order of light and dark stays.

    *glows* is for what gives light itself (a lamp, the sun): only its colours are matched. *strength* 0..1 mixes.
    """
    import cv2

    seen = thing[..., 3] > 0.5
    if not seen.any():
        return thing
    lab = cv2.cvtColor(np.ascontiguousarray(thing[..., :3]) / np.float32(255), cv2.COLOR_RGB2LAB)
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    share = strength * (0.3 if glows else 1.0)
    tone = lab[..., 0]
    if not glows:
        # The thing's middle moves some of the way to the place's, within the place's darkest and brightest.
        span = light.white - light.black
        own = float(np.clip(tone[seen].mean() / 100, 0.1, 0.9))
        wanted = float(np.clip((light.middle - light.black) / span, 0.15, 0.85))
        power = math.log(own + (0.12 if wanted > own else 0.22) * (wanted - own)) / math.log(own)
        curve = light.black + span * np.clip(tone / 100, 0, 1) ** power
        tone = tone + (curve - tone) * strength
    most = float(np.quantile(chroma[seen], 0.9))
    wanted_colour = max(1.3 * light.colour + 10, 48.0) * min(1.0, light.colour / 8)
    # Dim light takes the colour of things along with their brightness.
    wanted_colour *= min(1.0, 0.35 + light.white / 100)
    factor = 1 - share * (1 - min(1.0, wanted_colour / max(most, 1.0)))
    cast = np.array(light.cast, np.float32)
    cast = cast * min(1.0, 22 / max(float(np.hypot(*cast)), 1e-3)) * (0.85 * share)
    # Black shows no cast, and neither does the brightest white.
    room = (np.clip(tone / 35, 0, 1) * np.clip((108 - tone) / 25, 0.3, 1))[..., None]
    lab = np.dstack([tone, lab[..., 1:] * factor + cast * room])
    rgb = np.clip(cv2.cvtColor(np.asarray(lab, np.float32), cv2.COLOR_LAB2RGB) * 255, 0, 255)
    return np.dstack([rgb, thing[..., 3]]).astype(np.float32)


def blurred(values: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """Return the Gaussian mean of *values* (float32 [h, w] or [h, w, c]); a wide one is taken on a smaller copy."""
    import cv2

    shrink = max(1, int(sigma / 4))
    height, width = values.shape[:2]
    if shrink > 1:
        size = max(1, width // shrink), max(1, height // shrink)
        values = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
    values = cv2.GaussianBlur(values, (0, 0), sigma / shrink)
    return np.asarray(cv2.resize(values, (width, height)) if shrink > 1 else values, np.float32)


def shading(ground: NDArray[np.uint8], strength: float = 0.4) -> NDArray[np.float32]:
    """Return the factor float32 [h, w], mean about 1, by which the light changes over *ground*, very softly."""
    import cv2

    height, width = ground.shape[:2]
    small = cv2.resize(ground.astype(np.float32) @ _LUMA, (16, 16), interpolation=cv2.INTER_AREA) + 12
    soft = cv2.GaussianBlur(small, (0, 0), 4.5, borderType=cv2.BORDER_REPLICATE)
    factor = np.clip(soft / soft.mean(), 0.6, 1.5) ** strength
    return np.asarray(cv2.resize(factor, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def softened(thing: Layer, light: Light, own: float) -> Layer:
    """Return *thing*, whose edges have a sigma of *own* px, blurred to the sharpness of *light*."""
    import cv2

    more = math.sqrt(max(0.0, light.blur**2 - own**2))
    if more < 0.3:
        return thing
    flat = np.dstack([thing[..., :3] * thing[..., 3:], thing[..., 3]])
    flat = cv2.GaussianBlur(flat, (0, 0), more, borderType=cv2.BORDER_CONSTANT)
    return np.dstack([flat[..., :3] / np.maximum(flat[..., 3:], 1e-4), flat[..., 3]]).astype(np.float32)


def grain(shape: tuple[int, int], light: Light, random: np.random.Generator) -> NDArray[np.float32]:
    """Return noise float32 [h, w, 3] (0..255 units, mean 0) like that of *light*, *shape* being (h, w)."""
    import cv2

    if light.grain < 0.3:
        return np.zeros((*shape, 3), np.float32)
    tone = random.standard_normal((*shape, 1), np.float32)
    noise = 0.85 * tone + 0.35 * random.standard_normal((*shape, 3), np.float32)
    if light.clump > 0.2:
        noise = cv2.GaussianBlur(noise, (0, 0), light.clump)
        noise /= max(float(noise.std()), 1e-6)
    return np.asarray(noise * light.grain, np.float32)
