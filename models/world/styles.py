"""Global looks laid over a finished picture or over each frame of a clip: paint, pencil, comic, glass and the like.

Every look is a function of the pixels alone (its grain and its cells come from fixed numbers), so frames of a drawn clip keep
still where the clip does. For a clip from a camera, whose pixels never do, see ``models.world.steady``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from models.world.scene import STYLES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Field = NDArray[np.float32]

Beat = Callable[[], None]
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def _unheard() -> None:
    """What nobody listens to."""


def stylised(pixels: Pixels, style: str, beat: Beat = _unheard, short: int = 0) -> Pixels:
    """Return *pixels* uint8 [h, w, 3] in one of :data:`models.world.scene.STYLES`; "" returns them as they are.

    *beat* is called between the steps of the work, and may raise to end it. Strokes and dots are as broad as suits a picture whose
    shorter side has *short* px, this one where that is 0. Raises ValueError on any other name.
    """
    if style == "":
        return pixels
    if style not in STYLES:
        raise ValueError(f"no style is called {style!r}; there are {', '.join(STYLES[1:])}")
    made = _LOOKS[style](pixels.astype(np.float32), short or min(pixels.shape[:2]), beat)
    beat()
    return np.asarray(np.clip(made + np.float32(0.5), 0, 255), np.uint8)


def _gray(rgb: Field) -> Field:
    return np.asarray(rgb @ _LUMA, np.float32)


def _blur(values: Field, sigma: float, beat: Beat = _unheard) -> Field:
    import cv2

    if values.ndim == 3:  # a wide one takes long, so it is done colour by colour
        return np.stack([_blur(np.ascontiguousarray(values[..., c]), sigma, beat) for c in range(values.shape[2])], -1)
    beat()
    return np.asarray(cv2.GaussianBlur(values, (0, 0), max(0.3, sigma)), np.float32)


def _vivid(rgb: Field, by: float) -> Field:
    gray = _gray(rgb)[..., None]
    return np.asarray(gray + (rgb - gray) * np.float32(by), np.float32)


@lru_cache(maxsize=8)
def _grain(height: int, width: int, cell: float, seed: int) -> Field:
    """Return soft noise float32 [h, w] of standard deviation about 1 with grains *cell* px wide."""
    import cv2

    grid = (
        np.random.default_rng(seed)
        .standard_normal((max(2, round(height / cell)), max(2, round(width / cell))))
        .astype(np.float32)
    )
    return np.asarray(cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def _paper(rgb: Field, short: int, strength: float) -> Field:
    high, wide = rgb.shape[:2]
    tooth = _grain(high, wide, max(1.0, short / 260), 1) + 0.6 * _grain(high, wide, max(1.0, short / 90), 2)
    return np.asarray(rgb * (np.float32(1) + np.float32(strength) * tooth)[..., None], np.float32)


def _strokes(rgb: Field, radius: int, beat: Beat) -> Field:
    """Return the picture in dabs: each pixel the mean of the calmest of the four squares that meet in it (Kuwahara, 1976)."""
    import cv2

    size = (radius + 1, radius + 1)
    best = np.full(rgb.shape[:2], np.inf, np.float32)
    out = rgb.copy()
    for ax, ay in ((0, 0), (radius, 0), (0, radius), (radius, radius)):
        beat()
        mean = cv2.boxFilter(rgb, cv2.CV_32F, size, anchor=(ax, ay))
        square = cv2.boxFilter(rgb * rgb, cv2.CV_32F, size, anchor=(ax, ay))
        spread = (square - mean * mean).sum(2)
        nearer = spread < best
        best = np.where(nearer, spread, best)
        out[nearer] = mean[nearer]
    return out


def _lines(rgb: Field, short: int, wide: float, beat: Beat) -> Field:
    """Return 0..1 where outlines run: the difference of two blurs of the lightness, sharpened (Winnemöller, 2006)."""
    gray = _gray(rgb)
    sigma = wide * short / 512 + 0.35
    edge = _blur(gray, sigma, beat) - np.float32(0.98) * _blur(gray, 1.6 * sigma, beat)
    return np.asarray(np.clip((1.2 - edge) / 4.0, 0, 1), np.float32)


def _contour(rgb: Field, short: int, beat: Beat) -> Field:
    """Return 0..1 where colours meet: the steepest channel, thinned to a line by a threshold."""
    import cv2

    soft = _blur(rgb, 0.0016 * short, beat)
    steep = np.zeros(rgb.shape[:2], np.float32)
    for channel in cv2.split(soft):
        steep = np.maximum(
            steep, cv2.magnitude(cv2.Sobel(channel, cv2.CV_32F, 1, 0), cv2.Sobel(channel, cv2.CV_32F, 0, 1))
        )
    steep *= np.float32(max(0.35, short / 512))
    return np.asarray(np.clip((steep - 34) / 150, 0, 1), np.float32)


def sketch(rgb: Field, short: int, beat: Beat) -> Field:
    """Pencil on paper: outlines, tone in hatching."""
    gray = _gray(rgb)
    dodge = np.clip(gray / np.maximum(_blur(gray, 0.012 * short, beat), 8) * 255, 0, 255)
    ys, xs = np.mgrid[: rgb.shape[0], : rgb.shape[1]].astype(np.float32)
    step = max(3.0, short / 110)
    wobble = _grain(rgb.shape[0], rgb.shape[1], max(2.0, short / 16), 3) * 0.3
    hatch = 0.5 + 0.5 * np.sin(((xs + ys) / step + wobble) * np.float32(np.pi))
    cross = 0.5 + 0.5 * np.sin(((xs - ys) / step + wobble) * np.float32(np.pi))
    dark = np.clip((225 - _blur(gray, 0.004 * short, beat)) / 225, 0, 1)
    tone = np.float32(1) - np.float32(0.85) * dark * hatch - np.float32(0.6) * np.clip(dark * 2 - 1, 0, 1) * cross
    ink = np.clip(np.minimum(dodge / 255, tone), 0, 1) * (1 - 0.85 * _contour(rgb, short, beat))
    paper = np.array([250, 246, 236], np.float32)
    lead = np.array([52, 52, 60], np.float32)
    return _paper(lead + (paper - lead) * ink[..., None], short, 0.014)


def watercolour(rgb: Field, short: int, beat: Beat) -> Field:
    """Washes of thin colour on rough paper, darker where a wash ends."""
    import cv2

    high, wide = rgb.shape[:2]
    ys, xs = np.mgrid[:high, :wide].astype(np.float32)
    reach = np.float32(0.004 * short)
    warped = cv2.remap(
        rgb,
        xs + _grain(high, wide, short / 28, 4) * reach,
        ys + _grain(high, wide, short / 28, 5) * reach,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )
    wash = _strokes(_strokes(warped, max(2, round(0.007 * short)), beat), max(2, round(0.005 * short)), beat)
    edge = np.abs(_gray(wash) - _blur(_gray(wash), 0.006 * short, beat))
    flow = (
        np.float32(1)
        + np.float32(0.07) * _grain(high, wide, short / 9, 6)
        + np.float32(0.04) * _grain(high, wide, short / 40, 7)
    )
    beat()
    thin = 255 - (255 - _vivid(wash, 1.2)) * (np.float32(0.8) * flow)[..., None]
    thin *= (1 - np.clip(edge / 90, 0, 0.28))[..., None]
    beat()
    border = np.minimum(np.minimum(xs, wide - 1 - xs), np.minimum(ys, high - 1 - ys)) / np.float32(short)
    bare = np.clip((border + 0.012 * _grain(high, wide, short / 18, 8) - 0.018) / 0.014, 0, 1)
    sheet = np.array([252, 249, 242], np.float32)
    return _paper(sheet + (thin - sheet) * bare[..., None].astype(np.float32), short, 0.022)


def oil(rgb: Field, short: int, beat: Beat) -> Field:
    """Thick dabs of paint that catch the light."""
    dabs = _strokes(_strokes(rgb, max(2, round(0.016 * short)), beat), max(2, round(0.01 * short)), beat)
    gray = _gray(dabs) + 7 * _grain(rgb.shape[0], rgb.shape[1], max(1.5, short / 130), 9)
    relief = np.clip((gray - np.roll(gray, (1, 1), (0, 1))) * np.float32(0.5), -16, 22)
    return np.asarray(_vivid(dabs, 1.25) + relief[..., None], np.float32)


def comic(rgb: Field, short: int, beat: Beat) -> Field:
    """Flat colours, ink outlines, dots of the printer's screen in the shade."""
    flat = _strokes(rgb, max(2, round(0.008 * short)), beat)
    gray = _gray(flat)
    steps = np.float32(44)
    level = (np.floor(gray / steps) + 0.5) * steps
    level = np.where(np.abs(gray - level) < 100, level * 0.7 + gray * 0.3, gray)
    out = _vivid(flat * (level / np.maximum(gray, 4)).astype(np.float32)[..., None], 1.35) * np.float32(1.04) + 6
    ys, xs = np.mgrid[: rgb.shape[0], : rgb.shape[1]].astype(np.float32)
    pitch = np.float32(max(3.5, short / 96))
    screen = np.sin((xs + ys) * np.float32(np.pi) / pitch) * np.sin((xs - ys) * np.float32(np.pi) / pitch)
    dots = np.clip((screen - 0.25 + np.clip((120 - gray) / 160, -0.6, 0.5)) * 2.2, 0, 1)
    out *= (1 - 0.3 * dots)[..., None]
    return np.asarray(out * (1 - 0.95 * _lines(flat, short, 1.5, beat))[..., None], np.float32)


def poster(rgb: Field, short: int, beat: Beat) -> Field:
    """A screen print: a handful of strong colours with clean borders."""
    import cv2

    flat = _blur(_strokes(rgb, max(2, round(0.012 * short)), beat), 0.003 * short, beat)
    lab = cv2.cvtColor(np.clip(flat, 0, 255) / np.float32(255), cv2.COLOR_RGB2LAB)
    light = lab[..., 0] / 17
    whole = np.floor(light)
    soft = np.clip((light - whole - 0.5) * np.float32(max(4.0, short / 40)) + 0.5, 0, 1)
    lab[..., 0] = np.clip((whole + soft) * 17, 4, 98)
    lab[..., 1:] = np.round(lab[..., 1:] / 14) * 14 * np.float32(1.2)
    return np.asarray(_blur(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB) * np.float32(255), 0.0012 * short, beat), np.float32)


def pixel(rgb: Field, short: int, beat: Beat) -> Field:
    """The screen of an old game: large pixels, few colours, ordered dither (Bayer, 1973)."""
    import cv2

    high, wide = rgb.shape[:2]
    cell = max(2, round(short / 96))
    small = cv2.resize(rgb, (max(1, wide // cell), max(1, high // cell)), interpolation=cv2.INTER_AREA)
    bayer = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32) / 16 - np.float32(0.47)
    tiled = np.tile(bayer, (small.shape[0] // 4 + 1, small.shape[1] // 4 + 1))[: small.shape[0], : small.shape[1]]
    step = np.float32(255 / 7)
    few = np.round(_vivid(small, 1.2) / step + tiled[..., None] * np.float32(0.55)) * step
    return np.asarray(cv2.resize(few, (wide, high), interpolation=cv2.INTER_NEAREST), np.float32)


def pastel(rgb: Field, short: int, beat: Beat) -> Field:
    """Chalk: pale, soft, with the grain of the paper."""
    soft = _strokes(rgb, max(2, round(0.009 * short)), beat)
    pale = 255 - (255 - _vivid(soft, 0.95)) * np.float32(0.8)
    pale += (np.array([255, 244, 236], np.float32) - pale) * np.float32(0.12)
    high, wide = rgb.shape[:2]
    chalk = np.clip(
        _grain(high, wide, max(1.0, short / 300), 10) * 0.6 + _grain(high, wide, max(1.2, short / 120), 11) * 0.4, 0, 2
    )
    return np.asarray(pale + (255 - pale) * np.clip(chalk * 0.16, 0, 0.4)[..., None], np.float32)


def dreamy(rgb: Field, short: int, beat: Beat) -> Field:
    """A soft glow over everything, shadows lifted towards violet."""
    bloom = _blur(np.clip(rgb * np.float32(1.15) - 28, 0, 255), 0.022 * short, beat)
    screen = 255 - (255 - rgb) * (255 - bloom * np.float32(0.62)) / 255
    lift = np.array([26, 14, 36], np.float32)
    return np.asarray(lift + screen * (255 - lift) / 255 * np.array([1.0, 0.97, 1.0], np.float32), np.float32)


def _corners(high: int, wide: int, strength: float) -> Field:
    ys = np.linspace(-1, 1, high, dtype=np.float32)[:, None]
    xs = np.linspace(-1, 1, wide, dtype=np.float32)
    return np.asarray(1 - strength * np.clip((ys * ys + xs * xs) / 2, 0, 1) ** 1.2, np.float32)


def noir(rgb: Field, short: int, beat: Beat) -> Field:
    """Black and white film: hard light, dark corners, grain."""
    gray = rgb @ np.array([0.42, 0.46, 0.12], np.float32)
    curve = 255 / (1 + np.exp(-(gray - 122) / 38))
    high, wide = rgb.shape[:2]
    made = curve * _corners(high, wide, 0.6) + 5 * _grain(high, wide, max(1.0, short / 420), 12)
    return np.asarray(made[..., None] * np.array([1.0, 1.0, 1.02], np.float32), np.float32)


def sepia(rgb: Field, short: int, beat: Beat) -> Field:
    """An old brown photograph."""
    gray = _gray(rgb)
    high, wide = rgb.shape[:2]
    tone = np.clip((gray - 128) * np.float32(1.15) + 138, 0, 255) * _corners(high, wide, 0.35) + 3 * _grain(
        high, wide, max(1.0, short / 400), 13
    )
    stops = np.array([[38, 22, 14], [142, 100, 66], [250, 232, 200]], np.float32)
    return np.stack([np.interp(tone, [0, 128, 255], stops[:, c]) for c in range(3)], -1).astype(np.float32)


def neon(rgb: Field, short: int, beat: Beat) -> Field:
    """Glowing tubes along the outlines, in the colours beside them, on a dark ground."""
    import cv2

    calm = _strokes(rgb, max(2, round(0.008 * short)), beat)
    soft = _blur(calm, 0.0022 * short, beat)
    gx, gy = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    edge = np.clip(np.sqrt(gx * gx + gy * gy).max(2) * np.float32(short / 512 / 95) - 0.12, 0, 1)
    edge = _blur(edge, 0.0014 * short, beat)
    beat()
    hue = cv2.dilate(_vivid(calm, 2.2), np.ones((3, 3), np.uint8))
    bright = np.clip(hue, 20, 255)
    bright *= 255 / np.maximum(bright.max(2, keepdims=True), 60)
    tubes = bright * edge[..., None]
    glow = _blur(tubes, 0.007 * short, beat) * np.float32(1.3) + _blur(tubes, 0.03 * short, beat) * np.float32(1.6)
    beat()
    ground = _vivid(rgb, 1.3) * np.float32(0.12) + np.array([8, 4, 22], np.float32)
    return np.asarray(ground + glow + tubes + np.clip(edge - 0.65, 0, 1)[..., None] * 340, np.float32)


def blueprint(rgb: Field, short: int, beat: Beat) -> Field:
    """White lines on blue, over a fine grid."""
    high, wide = rgb.shape[:2]
    ys, xs = np.arange(high, dtype=np.float32)[:, None], np.arange(wide, dtype=np.float32)
    grid = np.zeros((high, wide), np.float32)
    for pitch, strength in ((short / 32, 0.07), (short / 8, 0.13)):
        near = np.minimum(np.minimum(xs % pitch, pitch - xs % pitch), np.minimum(ys % pitch, pitch - ys % pitch))
        grid = np.maximum(grid, np.clip(1.1 - near, 0, 1) * np.float32(strength))
    flat = _strokes(rgb, max(2, round(0.006 * short)), beat)
    lines = np.maximum(_lines(flat, short, 1.0, beat), _contour(flat, short, beat))
    tone = np.clip(_blur(_gray(flat), 0.003 * short, beat) / 255, 0, 1) * np.float32(0.2)
    ink = np.clip(grid + tone + lines * np.float32(0.95), 0, 1)
    blue, white = np.array([18, 62, 142], np.float32), np.array([240, 247, 255], np.float32)
    return _paper((blue + (white - blue) * ink[..., None]).astype(np.float32), short, 0.015)


def night(rgb: Field, short: int, beat: Beat) -> Field:
    """Day turned to night: dark, blue, with the lights left shining."""
    gray = _gray(rgb)[..., None]
    dim = _vivid(rgb, 0.62) * np.array([0.3, 0.4, 0.64], np.float32) + np.array([4, 8, 22], np.float32)
    lights = np.clip((gray - 205) / 50, 0, 1) * np.clip((rgb[..., :1] - rgb[..., 2:] + 10) / 90, 0, 1)
    glow = _blur((rgb * lights).astype(np.float32), 0.02 * short, beat)
    return np.asarray(
        (dim + (rgb - dim) * lights * np.float32(0.7) + glow * np.float32(0.5))
        * _corners(rgb.shape[0], rgb.shape[1], 0.3)[..., None],
        np.float32,
    )


@lru_cache(maxsize=4)
def _cells(high: int, wide: int, pitch: float) -> tuple[NDArray[np.int32], Field]:
    """Return the number of the cell of each pixel [h, w] and its distance to the nearest border in px, cells round jittered
    places on a staggered grid (a Voronoi diagram)."""
    import cv2

    rng = np.random.default_rng(14)
    seeds = np.full((high, wide), 255, np.uint8)
    for row, y in enumerate(np.arange(pitch / 2, high, pitch)):
        for x in np.arange(pitch / 2 * (1 + row % 2), wide + pitch / 2, pitch):
            a, b = x + rng.uniform(-0.3, 0.3) * pitch, y + rng.uniform(-0.3, 0.3) * pitch
            seeds[int(min(high - 1, max(0, b))), int(min(wide - 1, max(0, a)))] = 0
    _, labels = cv2.distanceTransformWithLabels(seeds, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    border = (labels != np.roll(labels, 1, 0)) | (labels != np.roll(labels, 1, 1))
    border[0], border[:, 0] = False, False
    inner = cv2.distanceTransform((~border).astype(np.uint8), cv2.DIST_L2, 5)
    return np.asarray(labels, np.int32), np.asarray(inner, np.float32)


def mosaic(rgb: Field, short: int, beat: Beat) -> Field:
    """Stained glass: a cell of one colour each, set in lead."""
    high, wide = rgb.shape[:2]
    pitch = max(5.0, short / 34)
    labels, inner = _cells(high, wide, pitch)
    flat = labels.ravel()
    count = np.maximum(1, np.bincount(flat))
    means = np.stack([np.bincount(flat, rgb[..., c].ravel()) / count for c in range(3)], -1).astype(np.float32)
    shades = np.random.default_rng(15).uniform(0.9, 1.1, len(count)).astype(np.float32)
    glass = _vivid(means[labels] * shades[labels][..., None], 1.35)
    glass = glass * np.float32(0.72) + _vivid(rgb, 1.3) * np.float32(0.28)
    glass *= (0.86 + 0.24 * np.clip(inner / pitch * 2, 0, 1))[..., None]
    lead = np.clip((short / 420 + 0.55 - inner) / (short / 700 + 0.4), 0, 1)
    dark = np.array([34, 32, 40], np.float32)
    return np.asarray(glass + (dark - glass) * lead[..., None], np.float32)


_LOOKS: dict[str, Callable[[Field, int, Beat], Field]] = {
    "sketch": sketch, "watercolour": watercolour, "oil": oil, "comic": comic, "poster": poster, "pixel": pixel, "pastel": pastel,
    "dreamy": dreamy, "noir": noir, "sepia": sepia, "neon": neon, "blueprint": blueprint, "night": night, "mosaic": mosaic,
}  # fmt: skip
