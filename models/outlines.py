"""Masks and boxes as SVG: outlines that run along the edges of the pixels, so that filling them gives the mask again exactly."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from models import palette

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML does not allow in a text."""
_Corner = tuple[int, int]


def outline(mask: NDArray[np.bool_]) -> list[list[_Corner]]:
    """Return the closed outlines of *mask*, bool [h, w], as corners (x, y) of pixels: filled by the even-odd rule they give the
    mask again, holes included. Only corners at which a line turns are kept."""
    import numpy as np

    wide = np.pad(mask, 1)
    inner = wide[1:-1, 1:-1]
    edges: dict[_Corner, list[_Corner]] = {}
    # Every side of a set pixel towards one that is not set, clockwise: (dy, dx) of that one, then where the side begins and ends.
    sides = (((-1, 0), (0, 0), (1, 0)), ((0, 1), (1, 0), (1, 1)), ((1, 0), (1, 1), (0, 1)), ((0, -1), (0, 1), (0, 0)))
    for (dy, dx), (ax, ay), (bx, by) in sides:
        other = wide[1 + dy : 1 + dy + mask.shape[0], 1 + dx : 1 + dx + mask.shape[1]]
        ys, xs = np.nonzero(inner & ~other)
        for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
            edges.setdefault((x + ax, y + ay), []).append((x + bx, y + by))
    loops = []
    while edges:
        start = next(iter(edges))
        loop, at = [start], _next(edges, start)
        while at != start:
            loop.append(at)
            at = _next(edges, at)
        loops.append(_turns(loop))
    return loops


def _next(edges: dict[_Corner, list[_Corner]], at: _Corner) -> _Corner:
    ends = edges[at]
    end = ends.pop()
    if not ends:
        del edges[at]
    return end


def _turns(loop: list[_Corner]) -> list[_Corner]:
    """Return the corners of *loop* at which it turns."""
    kept = []
    for number, (x, y) in enumerate(loop):
        (px, py), (nx, ny) = loop[number - 1], loop[(number + 1) % len(loop)]
        if not (px == x == nx or py == y == ny):
            kept.append((x, y))
    return kept


def svg_outline(number: int, name: str, mask: NDArray[np.bool_]) -> str:
    """Return the outlines of one mask as an SVG group, in the colour of object *number* (from 0)."""
    path = "".join(f"M{' '.join(f'{x},{y}' for x, y in loop)}Z" for loop in outline(mask))
    paint = palette.paint(number)
    style = f'fill="{paint}" fill-opacity="0.5" fill-rule="evenodd" stroke="{paint}" stroke-width="1"'
    return _group(name, f'<path {style} d="{path}"/>')


def svg_rectangle(number: int, name: str, box: Sequence[float], width: int, height: int) -> str:
    """Return a box, fractions x0, y0, x1, y1 of a frame of *width* x *height* px, as an SVG group with its name."""
    x0, x1 = (round(v * width, 3) for v in (box[0], box[2]))
    y0, y1 = (round(v * height, 3) for v in (box[1], box[3]))
    paint, size = palette.paint(number), max(10, round(0.03 * max(width, height)))
    place = f'x="{x0:g}" y="{y0:g}" width="{x1 - x0:g}" height="{y1 - y0:g}"'
    words = f'<text x="{x0 + 0.3 * size:g}" y="{y0 + size:g}" font-size="{size}" fill="{paint}">{_text(name)}</text>'
    return _group(name, f'<rect {place} fill="none" stroke="{paint}" stroke-width="2"/>{words if name else ""}')


def svg_document(width: int, height: int, groups: Sequence[str]) -> str:
    """Return a whole SVG document of *groups* over a frame of *width* x *height* px."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
    return "\n".join([head, *groups, "</svg>", ""])


def _group(name: str, inside: str) -> str:
    return f"<g data-name={quoteattr(_UNPRINTABLE.sub('', name))}><title>{_text(name)}</title>{inside}</g>"


def _text(words: str) -> str:
    return escape(_UNPRINTABLE.sub("", words))
