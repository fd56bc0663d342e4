"""How a painted backdrop goes on beyond the frame that it was painted for: the same ground, sky or wall, further along.

What lies beyond depends on the place alone, never on how far the picture reaches, so that a picture which is extended once more shows
again what it showed there. To the sides the painting is reflected, patterns are continued by their own period; above and below the
colours of the edge go on and only what lies upon them is reflected, on the ground about the point where it vanishes, so that joints of
boards and paving run on straight and what is nearer is larger.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from models.world.scene import FLAT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Field = NDArray[np.float32]

Window: TypeAlias = tuple[int, int, int, int]

LONE = ("sun", "moon", "planet", "island", "boat", "window", "picture", "house", "shell", "jar")
"""Decoration that there is one of, or that would be seen to come again: it is not reflected."""
PATTERNS = ("stripes", "checker", "dots", "bricks")
"""Backdrops of one period."""
CUT = 40
"""What differs by more than this from the usual colour of its row, 0..255, is a thing and no haze."""
HAZE = 25
"""Haze differs from it by no more than this."""
FADE = 0.2
"""Share of the shorter side over which a difference at the seam is evened out."""
_STRIP = {"stage": 0.14, "room": 0.3, "kitchen": 0.24}
"""Share of the width at the edge that is reflected, to and fro, where more would show what a place has but once."""
_TOP = {"room": 0.1, "kitchen": 0.1, "table": 0.3, "underwater": 0.25}
"""The same for the height above."""
_VALANCE = 0.035
"""How far down a stage its upper edge is cloth, share of the height; that goes on above."""
_BOTTOM = {
    "room": 0.92,
    "underwater": 0.93,
    "stage": 0.66,
    "lake": 0.72,
    "farm": 0.87,
    "street": 0.66,
    "beach": 0.55,
    "garden": 0.6,
}
"""How far down the ground, 1 at its end, that begins which goes on below."""
_LINED = ("room", "kitchen", "table", "stage", "city", "sea", "underwater")
"""Grounds of boards, tiles and waves, which become larger below; on the others lie things that stand upright."""
_SQUEEZE = {"room": 0.35, "table": 0.42, "stage": 0.55, "kitchen": 0.296, "city": 0.5}
"""How wide boards and tiles of a floor are where it begins, as a share of their width at the lower edge."""
_BOARDS = {"room": 0.16, "table": 0.2, "kitchen": 0.835}
"""How wide they are there, in shorter sides: a floor goes on by whole boards, each running to where they all vanish."""


def beyond(
    frame: Field, plain: Field, kind: str, line: float | None, window: Window, width: int, height: int, sky: Field | None = None
) -> Field:  # fmt: skip
    """Return float32 [height, width, 3], the backdrop *frame* float32 [h, w, 3] in its place *window* (x0, y0, x1, y1 px) and going on
    round it. *plain* is the same painting without what there is one of; *line* the row of *frame* where the ground begins; *sky* float32
    [h, w, 3] what the sky above shows, where there is one."""
    x0, y0, x1, y1 = window
    high = y1 - y0
    columns = _columns(plain, kind, x0, width - x1)
    out = np.empty((height, width, 3), np.float32)
    out[y0:y1] = plain[:, columns]
    if kind in _BOARDS and line is not None:
        _floor(out[y0:y1], plain, kind, line, x0)
    if y0:
        out[:y0] = _above(plain, kind, y0, sky)[:, columns]
    if height > y1:
        out[y1:] = _below(plain, out[y0:y1], kind, line, height - y1, x0, x1)
    return met(out, frame, window, FADE * min(high, x1 - x0))


def met(made: Field, old: Field, window: Window, reach: float) -> Field:
    """Return *made* float32 [h, w, 3] with *old* in its *window*, bit for bit, and round it what differs there at the edge, fading over
    *reach* px: details over a few pixels, light and shade over all of it."""
    import cv2

    x0, y0, x1, y1 = window
    height, width = made.shape[:2]
    out = made.copy()
    differs = old - made[y0:y1, x0:x1]
    soft = cv2.GaussianBlur(differs, (0, 0), max(0.6, 0.08 * reach), borderType=cv2.BORDER_REPLICATE)
    ys, xs = np.arange(height), np.arange(width)
    rows, columns = np.clip(ys, y0, y1 - 1) - y0, np.clip(xs, x0, x1 - 1) - x0
    for here in ((slice(0, y0), slice(None)), (slice(y1, None), slice(None)), (slice(y0, y1), slice(0, x0)), (slice(y0, y1), slice(x1, None))):  # fmt: skip
        at = np.ix_(rows[here[0]], columns[here[1]])
        if not at[0].size or not at[1].size:
            continue
        down, across = (ys[here[0]] - y0) - rows[here[0]], (xs[here[1]] - x0) - columns[here[1]]
        away = np.hypot(down[:, None], across[None, :]).astype(np.float32)
        far = np.clip(1 - away / np.float32(max(1.0, reach)), 0, 1)[..., None]
        near = np.clip(1 - away / np.float32(max(2.0, 0.04 * reach)), 0, 1)[..., None]
        out[here] += soft[at] * far * far + (differs[at] - soft[at]) * near * near
    out[y0:y1, x0:x1] = old
    return out


def tiles(first: int, last: int, length: int) -> list[tuple[int, int]]:
    """Return number and first pixel of each frame from *first* to *last*, frame 0, side by side over 0 to *length*."""
    step = last - first
    before, after = math.ceil(first / step), math.ceil((length - last) / step)
    return [(k, first + k * step) for k in range(-before, after + 1)]


def _columns(plain: Field, kind: str, left: int, right: int) -> NDArray[np.intp]:
    """Return for each column of the wide picture the column of the frame that it shows."""
    wide = plain.shape[1]
    if kind in PATTERNS:
        step = _period(plain)
        after = wide - step + np.arange(right) % step
        before = step - 1 - np.arange(left) % step
    else:
        strip = max(1, round(_STRIP.get(kind, 1.0) * wide))
        after, before = wide - 1 - _to_and_fro(right, strip), _to_and_fro(left, strip)
    return np.concatenate([before[::-1], np.arange(wide), after]).astype(np.intp)


def _to_and_fro(count: int, strip: int) -> NDArray[np.intp]:
    """Return 0, 1 .. strip - 1, strip - 1 .. 0, 0, 1 and so on, *count* numbers."""
    at = np.arange(count) % (2 * strip)
    return np.where(at < strip, at, 2 * strip - 1 - at)


def _period(plain: Field) -> int:
    """Return the number of columns after which the pattern *plain* comes again best, at least a quarter of them."""
    wide = int(plain.shape[1])
    gray = plain[:: max(1, len(plain) // 64)].mean(axis=2)
    gray = gray - gray.mean()
    edge = max(2, wide // 6)
    steps = np.arange(max(edge, wide // 4), wide - edge + 1)
    if not len(steps):
        return wide
    apart = [float(np.mean((gray[:, wide - edge :] - gray[:, wide - edge - s : wide - s]) ** 2)) for s in steps]
    good = np.flatnonzero(np.asarray(apart) <= 1.15 * min(apart) + 1e-3)
    return int(steps[good[-1]])


def _level(rows: Field) -> Field:
    """Return the usual colour of each row of *rows* [n, w, 3], float32 [n, 3]: single things upon it do not count."""
    return np.asarray(np.median(rows, axis=1), np.float32)


def _upright(plain: Field, count: int, top: bool) -> Field:
    """Return *count* rows that continue the pattern *plain* above it or below it by its own period."""
    turned = plain.transpose(1, 0, 2)
    step, high = _period(turned), len(plain)
    at = np.arange(count) % step
    return plain[(step - 1 - at)[::-1]] if top else plain[high - step + at]


def _above(plain: Field, kind: str, count: int, sky: Field | None) -> Field:
    """Return the *count* rows above *plain*."""
    high = len(plain)
    if kind in PATTERNS:
        return _upright(plain, count, top=True)
    if kind == "stage":
        return plain[np.minimum(np.arange(count), round(_VALANCE * high))[::-1]]
    if kind in FLAT or kind == "space":
        return plain[_to_and_fro(count, high)[::-1]]
    strip = max(1, round(_TOP.get(kind, 0.3) * high))
    level = _level(plain[:strip])
    turned = _to_and_fro(count, strip)
    detail = plain[turned] - level[turned][:, None]
    if sky is not None:  # but for what the edge cuts, the sky above has clouds and stars of its own
        along = high - 1 - np.arange(count) % high
        away = np.arange(count, dtype=np.float32)[:, None] / np.float32(high)
        share = np.clip(away / np.float32(0.06), 0, 1)[..., None]
        cut = _cut(detail[0])[:, None]
        detail = detail * cut + np.clip(detail, -HAZE, HAZE) * (1 - cut)
        ends = np.clip(np.minimum(np.arange(high), high - 1 - np.arange(high)) / np.float32(0.05 * high), 0, 1)
        detail = detail * (1 - share) + ((sky - _level(sky)[:, None]) * ends[:, None, None])[along] * share
    return np.asarray((level[0] + detail)[::-1], np.float32)


def _cut(edge: Field) -> Field:
    """Return how much of each column belongs to something that the edge cuts, 0..1, float32 [w], by how *edge* [w, 3] differs there."""
    import cv2

    wide = len(edge)
    near = (np.abs(edge).max(axis=1) > CUT).astype(np.float32)[None]
    broad = cv2.dilate(near, np.ones((1, 2 * round(0.03 * wide) + 1), np.uint8))
    return np.asarray(
        cv2.GaussianBlur(broad, (0, 0), max(0.5, 0.01 * wide), borderType=cv2.BORDER_REPLICATE)[0], np.float32
    )


def edge_of(sky: Field) -> float:
    """Return the share of the columns of *sky* float32 [h, w, 3] in which its upper edge cuts something."""
    edge = sky[0] - _level(sky[:1])[0]
    return float(np.mean(np.abs(edge).max(axis=1) > CUT))


def _vanishing(kind: str, line: float, high: int) -> float:
    """Return the row where the lines of the ground meet, at its horizon *line* or above it."""
    squeeze = _SQUEEZE.get(kind, 0.0)
    return line - (high - line) * squeeze / (1 - squeeze)


def _floor(band: Field, plain: Field, kind: str, line: float, x0: int) -> None:
    """Let the floor of *plain* go on to both sides of *band* float32 [h, width, 3], in place, where it begins at column *x0*."""
    import cv2

    high, wide = plain.shape[:2]
    top = round(line)
    ys = np.arange(top, high, dtype=np.float32)[:, None]
    end = _vanishing(kind, line, high)
    board = np.float32(_BOARDS[kind] * min(high, wide)) * (ys + np.float32(0.5 - end)) / np.float32(high - end)
    xs = np.arange(-x0, band.shape[1] - x0, dtype=np.float32)[None, :]
    steps = np.where(xs < 0, np.floor(xs / board), np.ceil(np.maximum(xs - (wide - 1), 0) / board))
    made = cv2.remap(
        np.ascontiguousarray(plain), np.clip(xs - steps * board, 0, wide - 1), np.broadcast_to(ys, steps.shape).copy(), cv2.INTER_LINEAR
    )  # fmt: skip
    outside = (xs[0] < 0) | (xs[0] > wide - 1)
    band[top:, outside] = made[:, outside]


def _below(plain: Field, band: Field, kind: str, line: float | None, count: int, x0: int, x1: int) -> Field:
    """Return the *count* rows below *band*, which is *plain* between *x0* and *x1* and its continuation to the sides."""
    import cv2

    high, width = len(plain), band.shape[1]
    if kind in FLAT or kind == "space" or (line is None and kind != "underwater"):
        rows = _upright(band, count, top=False) if kind in PATTERNS else band[high - 1 - _to_and_fro(count, high)]
        return np.asarray(rows, np.float32)
    foot = high * 0.72 if line is None else line
    if kind not in _LINED:
        return _strewn(plain, band, foot + _BOTTOM.get(kind, 0.45) * (high - foot), count)
    end = _vanishing(kind, foot, high)
    deep = high - 0.5 - end
    least = max(0.05, (foot - end) / deep, (foot + _BOTTOM.get(kind, 0.3) * (high - foot) - end) / deep)
    # Reflected in the logarithm of the distance from where all lines meet: straight lines to there go on, and what is nearer is larger.
    most = -np.log(min(0.99, least))
    down = np.log((np.arange(count, dtype=np.float64) + 0.5 + deep) / deep)
    fold = np.mod(down, 2 * most)
    back = np.exp(-np.where(fold < most, fold, 2 * most - fold))
    rows = end + deep * back
    scale = (np.arange(count) + 0.5 + deep) / deep / back
    middle = (x0 + x1 - 1) / 2
    xs = middle + (np.arange(width)[None, :] - middle) / scale[:, None]
    ys = np.broadcast_to(rows[:, None], xs.shape)
    made = cv2.remap(
        np.ascontiguousarray(band), xs.astype(np.float32), ys.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )  # fmt: skip
    level = _smooth_level(plain)
    there = np.stack([np.interp(rows, np.arange(high), level[:, c]) for c in range(3)], -1)
    return np.asarray(made + (level[-1] - there)[:, None], np.float32)


def _smooth_level(plain: Field) -> Field:
    """Return the usual colour of each row, float32 [h, 3], evened out from row to row."""
    import cv2

    sigma = max(0.5, 0.01 * len(plain))
    return np.asarray(cv2.GaussianBlur(_level(plain)[:, None], (0, 0), sigmaX=0.1, sigmaY=sigma)[:, 0], np.float32)


def _strewn(plain: Field, band: Field, top: float, count: int) -> Field:
    """Return the *count* rows below *band* for a ground on which flowers and grass stand: the rows from *top* on come again, reflected where
    one strip of them meets the next and upright in between, on the colour of the lower edge."""
    high = len(plain)
    strip = max(1, high - round(top))
    at = np.arange(count)
    turned = high - 1 - _to_and_fro(count, strip)
    upright = high - strip + at % strip
    place = (at % strip + 0.5) / strip
    share = np.clip(np.minimum(place, 1 - place) / 0.12, 0, 1).astype(np.float32)[:, None, None]
    level = _smooth_level(plain)
    detail = [band[rows] - level[rows][:, None] for rows in (turned, upright)]
    return np.asarray(level[-1] + detail[0] * (1 - share) + detail[1] * share, np.float32)
