"""Pictures and sounds that are not of the drawn world: gradients, noise, fractals, textures, blobs, spectra like those of nature.

Nothing here is recorded. Photographs have power that falls with the square of the spatial frequency (Field 1987, JOSA A 4), a
light that changes slowly, objects that cover each other, fine texture and a sensor's noise: each is imitated, alone and mixed.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]
"""float32 [h, w, 3], 0..1."""
_SHAPES = ((128, 128), (120, 180), (180, 120), (150, 200), (160, 284))


def picture(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return a picture uint8 [h, w, 3] that shows nothing of the drawn world."""
    height, width = _SHAPES[int(rng.integers(len(_SHAPES)))]
    makers = (
        spectral,
        spectral,
        leaves,
        leaves,
        leaves,
        marbled,
        fractal,
        woven,
        blobs,
        lit,
        gradient,
        noise,
        lettered,
    )
    made = makers[int(rng.integers(len(makers)))](height, width, rng)
    if rng.random() < 0.35:
        other = makers[int(rng.integers(len(makers)))](height, width, rng)
        mask = _field(height, width, rng, 2.5)[..., None]
        mask = np.clip((mask - 0.5) * rng.uniform(1, 12) + 0.5, 0, 1)
        made = made * mask + other * (1 - mask)
    return photographed(made, rng)


def photographed(made: Picture, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return *made* as a camera would give it: uneven light, blur that differs over the frame, a sensor's noise, compression."""
    height, width = made.shape[:2]
    if rng.random() < 0.6:
        made = made * (0.5 + _field(height, width, rng, 3.0)[..., None] * rng.uniform(0.4, 1.0))
    if rng.random() < 0.5:
        soft = cv2.GaussianBlur(made, (0, 0), float(rng.uniform(1, 5)))
        mask = np.clip((_field(height, width, rng, 3.0)[..., None] - 0.5) * 4 + 0.5, 0, 1)
        made = made * mask + soft * (1 - mask)
    if rng.random() < 0.7:
        made = made + rng.standard_normal(made.shape, np.float32) * np.float32(rng.uniform(0.004, 0.05))
    if rng.random() < 0.15:
        made = np.repeat(made.mean(2, keepdims=True), 3, 2)
    pixels = (np.clip(made, 0, 1) * 255 + 0.5).astype(np.uint8)
    if rng.random() < 0.4:
        _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 95))])
        pixels = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return pixels


def _field(height: int, width: int, rng: np.random.Generator, slope: float) -> Picture:
    """Return noise float32 [height, width], 0..1, whose power falls with frequency to the power of *slope*."""
    white = np.fft.rfft2(rng.standard_normal((height, width)))
    far = np.hypot(np.fft.fftfreq(height)[:, None] * height, np.fft.rfftfreq(width)[None] * width)
    far[0, 0] = np.inf
    made = np.fft.irfft2(white / far ** (slope / 2), s=(height, width))
    low, high = np.percentile(made, (1, 99))
    return np.asarray(np.clip((made - low) / (high - low + 1e-9), 0, 1), np.float32)


def _colours(rng: np.random.Generator, count: int) -> Picture:
    """Return *count* colours of one palette, float32 [count, 3]: muted, near each other, as light and matter give them."""
    middle, spread = rng.uniform(0.15, 0.8, 3), rng.uniform(0.03, 0.3)
    grey = rng.uniform(0, 0.8)
    made = middle + rng.normal(0, spread, (count, 1)) * rng.uniform(0.3, 1) + rng.normal(0, spread, (count, 3))
    return np.asarray(np.clip(made * (1 - grey) + made.mean(1, keepdims=True) * grey, 0, 1), np.float32)


def _mapped(values: Picture, rng: np.random.Generator) -> Picture:
    """Return a picture of *values* [h, w], 0..1, through a palette."""
    palette = _colours(rng, 5)
    at = values * (len(palette) - 1)
    low = np.clip(at.astype(int), 0, len(palette) - 2)
    share = (at - low)[..., None]
    return np.asarray(palette[low] * (1 - share) + palette[low + 1] * share, np.float32)


def spectral(height: int, width: int, rng: np.random.Generator) -> Picture:
    """Return coloured noise with the spectrum of photographs."""
    slope = rng.uniform(1.4, 3.2)
    grey = _field(height, width, rng, slope)
    tints = np.stack([_field(height, width, rng, slope + 0.5) for _ in range(3)], 2)
    return np.asarray(np.clip(grey[..., None] * 0.75 + tints * rng.uniform(0.05, 0.4), 0, 1), np.float32)


def leaves(height: int, width: int, rng: np.random.Generator) -> Picture:
    """Return shapes of all sizes that cover each other, each with a texture and shading of its own (dead leaves, Lee, Mumford and
    Huang 2001, IJCV 41), which is how a photograph of many objects looks to a statistician."""
    made = _mapped(_field(height, width, rng, 2.2), rng)
    texture = [_field(height, width, rng, slope) for slope in (0.8, 1.6, 2.4)]
    for _ in range(int(rng.integers(8, 90))):
        size = float(min(height, width) * 0.5 * (0.05 + 0.95 * rng.random() ** 3))
        turns = np.linspace(0, 2 * math.pi, 40, endpoint=False)
        reach = size * (
            1 + sum(rng.normal(0, 0.22 / k) * np.cos(k * turns + rng.uniform(0, 6.3)) for k in (1, 2, 3, 5))
        )
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        outline = np.stack([x + reach * np.cos(turns) * rng.uniform(0.5, 1.5), y + reach * np.sin(turns)], 1)
        mask = np.zeros((height, width), np.float32)
        cv2.fillPoly(mask, [np.round(outline * 8).astype(np.int32)], 1.0, cv2.LINE_AA, 3)
        mask = cv2.GaussianBlur(mask, (0, 0), float(rng.uniform(0.4, 2.0)))[..., None]
        light = (np.arange(width)[None] - x) * rng.normal(0, 0.3) + (np.arange(height)[:, None] - y) * rng.normal(
            0, 0.3
        )
        value = _colours(rng, 1)[0] + (light / max(size, 1))[..., None] * rng.uniform(0, 0.5)
        value = value + (texture[int(rng.integers(3))][..., None] - 0.5) * rng.uniform(0, 0.6)
        made = made * (1 - mask) + np.clip(value, 0, 1) * mask
    return np.asarray(made, np.float32)


def marbled(height: int, width: int, rng: np.random.Generator) -> Picture:
    """Return waves bent by noise: marble, wood, water, fur."""
    y, x = np.mgrid[:height, :width] / 20.0
    bend = _field(height, width, rng, rng.uniform(1.8, 3)) * rng.uniform(2, 14)
    waves = np.sin(x * rng.uniform(-4, 4) + y * rng.uniform(-4, 4) + bend)
    return _mapped(np.asarray(waves / 2 + 0.5, np.float32), rng)


def fractal(height: int, width: int, rng: np.random.Generator) -> Picture:
    """Return a part of a Julia set by how soon it escapes."""
    y, x = np.mgrid[:height, :width] / min(height, width)
    scale = rng.uniform(0.3, 2.5)
    z = ((x - 0.7) + 1j * (y - 0.5)) * scale * np.exp(1j * rng.uniform(0, 6.3))
    turn, escaped = rng.uniform(0, 6.3), np.zeros((height, width), np.float32)
    c = 0.7885 * complex(math.cos(turn), math.sin(turn))
    for _ in range(28):
        z = np.where(np.abs(z) < 4, z * z + c, z)
        escaped += np.abs(z) < 4
    return _mapped(np.asarray(escaped / 28, np.float32), rng)


def woven(height: int, width: int, rng: np.random.Generator) -> Picture:
    """Return a fine regular texture, seen a little from the side: cloth, tiles, a wall."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    x, y = x + y * rng.uniform(-0.5, 0.5), y + x * rng.uniform(-0.5, 0.5)
    step = rng.uniform(3, 24)
    waves = np.sin(x * 6.3 / step) * np.sin(y * 6.3 / (step * rng.uniform(0.5, 2)))
    rough = _field(height, width, rng, 1.5)
    return _mapped(
        np.clip(0.5 + 0.35 * np.sign(waves) * np.abs(waves) ** rng.uniform(0.2, 1) + 0.4 * (rough - 0.5), 0, 1), rng
    )


def blobs(height: int, width: int, rng: np.random.Generator) -> Picture:
    """Return blurred spots of light before the dark, or of dark before light."""
    made = np.zeros((height, width, 3), np.float32) + _colours(rng, 1)[0] * np.float32(rng.uniform(0.1, 1))
    for _ in range(int(rng.integers(5, 60))):
        spot = np.zeros((height, width), np.float32)
        at = (int(rng.integers(width)), int(rng.integers(height)))
        cv2.circle(spot, at, max(1, int(rng.uniform(0.01, 0.25) * height)), 1.0, -1, cv2.LINE_AA)
        spot = cv2.GaussianBlur(spot, (0, 0), float(rng.uniform(1, 9)))[..., None]
        made = made * (1 - spot * 0.8) + _colours(rng, 1)[0] * spot * 0.8
    return np.asarray(made, np.float32)


def lit(height: int, width: int, rng: np.random.Generator) -> Picture:
    """Return a rough surface with light from one side."""
    ground = _field(height, width, rng, rng.uniform(1.8, 3.4))
    dy, dx = np.gradient(ground * rng.uniform(4, 30))
    turn = rng.uniform(0, 6.3)
    light = np.clip(0.5 + dx * math.cos(turn) + dy * math.sin(turn), 0, 1)
    return np.asarray(_mapped(ground, rng) * (0.3 + 0.9 * light[..., None]), np.float32)


def gradient(height: int, width: int, rng: np.random.Generator) -> Picture:
    """Return colours that change slowly, with some noise: a wall, a sky out of focus."""
    corners = _colours(rng, 4).reshape(2, 2, 3)
    made = cv2.resize(corners, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(made + (_field(height, width, rng, 1.0)[..., None] - 0.5) * rng.uniform(0.02, 0.25), np.float32)


def noise(height: int, width: int, rng: np.random.Generator) -> Picture:
    """Return noise, fine or coarse, grey or coloured."""
    grain = int(rng.integers(1, 7))
    small = rng.random((max(2, height // grain), max(2, width // grain), 3)).astype(np.float32)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC).clip(0, 1), np.float32)


def lettered(height: int, width: int, rng: np.random.Generator) -> Picture:
    """Return a page: rows of dark strokes on light, straight or not, as scanned text and screens have."""
    made = np.ones((height, width, 3), np.float32) * rng.uniform(0.75, 1)
    row, size = float(rng.uniform(4, 14)), rng.uniform(2, 7)
    while row < height:
        x = float(rng.uniform(3, 14))
        while x < width * rng.uniform(0.6, 1):
            for _ in range(int(rng.integers(1, 4))):
                a = (int(x + rng.uniform(0, size)), int(row + rng.uniform(-size, size)))
                b = (int(x + rng.uniform(0, size)), int(row + rng.uniform(-size, size)))
                cv2.line(made, a, b, (0.15, 0.15, 0.15), 1, cv2.LINE_AA)
            x += size * (1.3 if rng.random() < 0.85 else 3)
        row += size * 3
    return made
