"""The drawing kit of the sheets: words, rows and columns of pictures on paper, boxes with names that do not cover each other.

A picture is uint8 [h, w, 3]; lengths are px of the sheet, which is WIDTH wide.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from models.values import Box

Pixels: TypeAlias = NDArray[np.uint8]
Colour: TypeAlias = tuple[int, int, int]

WIDTH, MARGIN, GAP = 1200, 24, 12
INNER = WIDTH - 2 * MARGIN
PAPER: Colour = (252, 251, 248)
INK: Colour = (34, 36, 42)
FAINT: Colour = (112, 116, 126)
LINE: Colour = (216, 214, 208)
TONES: tuple[Colour, ...] = (
    (214, 40, 57), (29, 110, 205), (18, 132, 78), (205, 105, 0), (126, 58, 188), (0, 128, 142), (196, 36, 132), (112, 88, 20),
)  # fmt: skip
"""Colours that white letters can be read on, for the things of a picture in their order."""


def cell(columns: int, within: int = INNER, gap: int = GAP) -> int:
    """Return how wide a picture is when *columns* of them stand side by side with *gap* between."""
    return (within - (columns - 1) * gap) // columns


@lru_cache(maxsize=32)
def font(size: int) -> Any:
    """Return the type of the sheets, the one that Pillow carries: the same on every machine."""
    return ImageFont.load_default(size)


def long(words: str, size: int) -> int:
    """Return how wide *words* become."""
    return int(np.ceil(font(size).getlength(words)))


def wrapped(words: str, size: int, width: int) -> list[str]:
    """Return *words* broken into lines of at most *width*; a single word that is longer is broken within."""
    lines = [""]
    for word in words.split():
        if long(f"{lines[-1]} {word}".strip(), size) <= width:
            lines[-1] = f"{lines[-1]} {word}".strip()
            continue
        lines += [word] if lines[-1] else []
        lines[-1] = word
        while long(lines[-1], size) > width and len(lines[-1]) > 1:
            fits = next(n for n in range(len(lines[-1]) - 1, 0, -1) if n == 1 or long(lines[-1][:n], size) <= width)
            lines[-1:] = [lines[-1][:fits], lines[-1][fits:]]
    return lines


def blank(width: int, height: int, colour: Colour = PAPER) -> Pixels:
    """Return an empty picture."""
    return np.full((max(0, height), width, 3), colour, np.uint8)


def words(
    said: str, width: int, size: int = 15, colour: Colour = INK, *, bold: bool = False, lines: int = 0, paper: Colour = PAPER
) -> Pixels:  # fmt: skip
    """Return *said* written on paper *width* wide, broken into lines; *lines* is how many to leave room for at least."""
    broken, step = wrapped(said, size, width - 2), round(size * 1.32)
    made = Image.fromarray(blank(width, step * max(len(broken), lines), paper))
    pen = ImageDraw.Draw(made)
    for n, line in enumerate(broken):
        pen.text(
            (0, n * step + step // 2), line, fill=colour, font=font(size), anchor="lm", stroke_width=0.35 if bold else 0
        )
    return np.asarray(made)


def beside(pictures: Sequence[Pixels], gap: int = GAP, paper: Colour = PAPER) -> Pixels:
    """Return *pictures* side by side, their upper edges on one line."""
    high = max(len(picture) for picture in pictures)
    parts = [
        part for picture in pictures for part in (blank(gap, high, paper), padded(picture, height=high, paper=paper))
    ]
    return np.concatenate(parts[1:], axis=1)


def under(pictures: Sequence[Pixels], gap: int = GAP, paper: Colour = PAPER) -> Pixels:
    """Return *pictures* one under the other, their left edges on one line."""
    wide = max(picture.shape[1] for picture in pictures)
    parts = [
        part for picture in pictures for part in (blank(wide, gap, paper), padded(picture, width=wide, paper=paper))
    ]
    return np.concatenate(parts[1:], axis=0)


def padded(picture: Pixels, width: int = 0, height: int = 0, paper: Colour = PAPER) -> Pixels:
    """Return *picture* with paper to its right and below it, at least *width* x *height*."""
    high, wide = picture.shape[:2]
    made = blank(max(wide, width), max(high, height), paper)
    made[:high, :wide] = picture
    return made


def grid(pictures: Sequence[Pixels], columns: int, gap: int = GAP, between: int = GAP) -> Pixels:
    """Return *pictures* in rows of *columns*, *gap* apart in a row, the rows *between* apart."""
    rows = [beside(pictures[n : n + columns], gap) for n in range(0, len(pictures), columns)]
    return under(rows, between)


def page(blocks: Sequence[Pixels], between: int = 20) -> Pixels:
    """Return the whole sheet: *blocks* one under the other with the same margin all round. Raises ValueError when a block is
    wider than the sheet, so that nothing is ever cut off."""
    inner = under(blocks, between)
    if inner.shape[1] > INNER:
        raise ValueError(f"a block is {inner.shape[1]} px wide, but the sheet has room for {INNER}")
    made = blank(WIDTH, len(inner) + 2 * MARGIN)
    made[MARGIN : MARGIN + len(inner), MARGIN : MARGIN + inner.shape[1]] = inner
    return made


def chip(said: str, colour: Colour, size: int = 13) -> Pixels:
    """Return *said* in white on a rounded plate."""
    return plate(said, colour, (255, 255, 255), size)


def plate(said: str, colour: Colour, ink: Colour, size: int, paper: Colour = PAPER) -> Pixels:
    """Return *said* on a rounded plate of *colour*, written in *ink*."""
    wide, high = long(said, size) + size, round(size * 1.5)
    made = Image.fromarray(blank(wide, high, paper))
    pen = ImageDraw.Draw(made)
    pen.rounded_rectangle((0, 0, wide - 1, high - 1), radius=size // 3, fill=colour)
    pen.text((wide / 2, high / 2), said, fill=ink, font=font(size), anchor="mm")
    return np.asarray(made)


Corner: TypeAlias = Literal["left", "right"]


def boxed(picture: Pixels, found: Sequence[tuple[str, Box, Colour]], size: int = 13) -> Pixels:
    """Return *picture* with a frame and a name for each of *found* (name, box, colour); an empty name draws the frame alone.

    Every name is put where it hides as little as it can of the others: above its box, below it, or inside.
    """
    high, wide = picture.shape[:2]
    made = Image.fromarray(picture)
    pen = ImageDraw.Draw(made)
    places = [box.to_pixels(wide, high) for _, box, _ in found]
    for (_, _, colour), (x0, y0, x1, y1) in zip(found, places, strict=True):
        pen.rectangle((x0, y0, x1 - 1, y1 - 1), outline=colour, width=2)
    taken: list[tuple[int, int, int, int]] = []
    # Those at the edges have the fewest places to go to, so the largest boxes come last.
    for n in sorted(range(len(found)), key=lambda n: (places[n][2] - places[n][0]) * (places[n][3] - places[n][1])):
        name, _, colour = found[n]
        if not name:
            continue
        label = plate(name, colour, (255, 255, 255), size, colour)
        x, y = _place(
            places[n], label.shape[1], label.shape[0], wide, high, taken, [p for m, p in enumerate(places) if m != n]
        )
        taken.append((x, y, x + label.shape[1], y + label.shape[0]))
        made.paste(Image.fromarray(label), (x, y))
    return np.asarray(made)


def _place(
    box: tuple[int, int, int, int], wide: int, high: int, across: int, down: int,
    taken: Sequence[tuple[int, int, int, int]], others: Sequence[tuple[int, int, int, int]],
) -> tuple[int, int]:  # fmt: skip
    """Return the top left corner for a name of *wide* x *high* by *box*, in a picture of *across* x *down*."""
    x0, y0, x1, y1 = box
    xs = (x0, x1 - wide, (x0 + x1 - wide) // 2)
    ys = (y0 - high, y1, y0, y1 - high, (y0 + y1 - high) // 2)
    options = [(min(max(0, x), across - wide), min(max(0, y), down - high)) for y in ys for x in xs]
    # Names far from every place round the box only where all of those are taken.
    options += [(x, y) for y in range(0, down - high + 1, 6) for x in range(0, across - wide + 1, 12)]

    def cost(option: tuple[int, int]) -> tuple[float, float, int]:
        x, y = option
        own = (x, y, x + wide, y + high)
        hidden = sum(_shared(own, other) for other in taken)
        away = max(0, x0 - x - wide, x - x1) + max(0, y0 - y - high, y - y1)
        return hidden, 3.0 * away + sum(_shared(own, other) for other in (*others, box)) / high, options.index(option)

    return min(dict.fromkeys(options), key=cost)


def _shared(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> int:
    return max(0, min(a[2], b[2]) - max(a[0], b[0])) * max(0, min(a[3], b[3]) - max(a[1], b[1]))


def tinted(picture: Pixels, masks: Sequence[tuple[NDArray[np.bool_], Colour]]) -> Pixels:
    """Return *picture* pale and grey, with each mask, bool [h, w], filled in its colour and edged."""
    import cv2

    grey = picture.astype(np.float32).mean(axis=2, keepdims=True)
    made = np.broadcast_to(grey * 0.4 + 255 * 0.56, picture.shape).copy()
    for mask, colour in masks:
        made[mask] = picture[mask] * np.float32(0.5) + np.asarray(colour, np.float32) * np.float32(0.5)
        edge = mask & (cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=0) == 0)
        made[edge] = colour
    return np.asarray(np.clip(made + np.float32(0.5), 0, 255), np.uint8)


def edged(picture: Pixels) -> Pixels:
    """Return *picture* with a thin line round it, so that what is white in it ends before the paper does."""
    made = picture.copy()
    made[[0, -1], :] = made[:, [0, -1]] = LINE
    return made


def reduced(picture: Pixels, width: int, height: int) -> Pixels:
    """Return *picture* made smaller, each pixel the mean of those it covers."""
    import cv2

    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
