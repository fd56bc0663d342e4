"""Regions as a browser or a program sends them: checked JSON in, :class:`models.values.Region` out. No gradio here.

One entry is one object: ``{"ref": handle, "time": seconds | null, "mask": handle | null, "label": str, "shapes": [...]}``
with shapes ``{"type": "box", "box": [x0, y0, x1, y1]}``, ``{"type": "point", "xy": [x, y], "neg": bool}``,
``{"type": "scribble", "pts": [[x, y]], "width": w, "neg": bool}`` and ``{"type": "poly", "pts": [[x, y]], "neg": bool}``.
An entry may bring its number as ``"id": n``, so that region#n stays what it is when another region is taken away.
Coordinates are fractions 0..1 of the upright frame. The sender controls all of it, so nothing is taken on trust.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import count
from typing import Any

from models.expert import Refusal
from models.values import Box, Media, Point, Polygon, Region, Stroke

MOST_REGIONS = 64
MOST_SHAPES = 64
MOST_POINTS = 2000
MOST_LABEL = 60
MOST_AHEAD = 1000
"""How far a number that a region brings may lie ahead of the first free one."""
AGAIN = "Mark it again."
FRACTIONS = "Coordinates are fractions from 0 to 1 of the picture's width and height, from its top left corner."


def region_from_json(data: Any, shelf: Mapping[str, Media], first_id: int) -> list[Region]:
    """Return the regions in *data*, drawn on media of *shelf*, with the numbers that they bring or else from *first_id* on.

    Raises Refusal, saying which region is wrong and how, for anything that is not exactly of the form above: more than
    64 regions, 64 shapes or 2000 points, an unknown handle, a number that is not finite or lies outside the picture, two
    regions of one number. Where a number is below *first_id*, and so another region's already, all are moved up alike.
    """
    if data is None:
        return []
    if not isinstance(data, list):
        raise Refusal("The regions are not a list.", "Send a list of objects, each with ref and shapes.")
    if len(data) > MOST_REGIONS:
        raise Refusal(f"There are {len(data)} regions; a message takes at most {MOST_REGIONS}.", "Send fewer.")
    return [_region(entry, shelf, number) for entry, number in zip(data, _numbers(data, first_id), strict=True)]


def _numbers(data: list[Any], first_id: int) -> list[int]:
    given = [entry.get("id") if isinstance(entry, dict) else None for entry in data]
    known = [n for n in given if n is not None]
    for n in known:
        if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n < first_id + MOST_AHEAD:
            raise Refusal("A region's id is not a number from 1 that is near the others.", "Leave it out.")
    if len(set(known)) < len(known):
        raise Refusal("Two regions have the same number.", "Give each an id of its own, or leave id out.")
    shift = max(first_id - min(known, default=first_id), 0)
    free = (n for n in count(first_id) if n - shift not in known)
    return [next(free) if n is None else n + shift for n in given]


def _region(entry: Any, shelf: Mapping[str, Media], number: int) -> Region:
    try:
        return _checked(entry, shelf, number)
    except (ValueError, TypeError, OverflowError) as error:
        raise Refusal(f"region#{number} cannot be used: {error}.", AGAIN) from error


def _checked(entry: Any, shelf: Mapping[str, Media], number: int) -> Region:
    if not isinstance(entry, dict):
        raise Refusal(f"region#{number} is not an object with ref and shapes.", AGAIN)
    medium, mask = _medium(entry, shelf, number)
    shapes = entry.get("shapes", [])
    if not isinstance(shapes, list):
        raise Refusal(f"The shapes of region#{number} are not a list.", AGAIN)
    if len(shapes) > MOST_SHAPES:
        raise Refusal(f"region#{number} has {len(shapes)} shapes; it may have {MOST_SHAPES}.", "Use fewer strokes.")
    parts: dict[str, list[Any]] = {"box": [], "point": [], "scribble": [], "poly": []}
    for shape in shapes:
        kind = shape.get("type") if isinstance(shape, dict) else None
        if kind not in parts:
            raise Refusal(f"region#{number} holds an unknown shape.", "Use box, point, scribble or poly.")
        parts[kind].append(_shape(kind, shape))
    if len(parts["box"]) > 1:
        raise Refusal(f"region#{number} has more than one box.", "Make each box a region of its own.")
    if not shapes and mask is None:
        raise Refusal(
            f"Nothing is marked in region#{number}.", "Draw a box, a point or a stroke, or remove the region."
        )
    return Region(
        id=number,
        of=medium.handle,
        box=parts["box"][0] if parts["box"] else None,
        points=tuple(parts["point"]),
        strokes=tuple(parts["scribble"]),
        polygons=tuple(parts["poly"]),
        mask=mask,
        time=_time(entry.get("time"), medium),
        label=_label(entry.get("label")),
    )


def _medium(entry: Mapping[str, Any], shelf: Mapping[str, Media], number: int) -> tuple[Media, str | None]:
    """Return the picture or video that the region lies on, and the handle of the mask that it refines."""
    ref, mask = entry.get("ref"), entry.get("mask")
    medium = shelf.get(ref) if isinstance(ref, str) else None
    if medium is None:
        raise Refusal(f"region#{number} is drawn on something that is not in this conversation.", AGAIN)
    if medium.kind == "mask":
        mask, source = medium.handle, medium.meta.get("of")
        medium = shelf.get(source) if isinstance(source, str) else None
    if medium is None or medium.kind not in ("image", "video"):
        raise Refusal(f"region#{number} is drawn on {ref}.", "Draw on a picture or a video.")
    if mask is None:
        return medium, None
    known = shelf.get(mask) if isinstance(mask, str) else None
    if known is None or known.kind != "mask":
        raise Refusal(f"region#{number} refines a mask that is not in this conversation.", AGAIN)
    return medium, known.handle


def _shape(kind: str, shape: Mapping[str, Any]) -> Box | Point | Stroke | Polygon:
    positive = shape.get("neg") is not True
    if kind == "box":
        corners = shape.get("box")
        if not isinstance(corners, list | tuple) or len(corners) != 4:
            raise ValueError("a box needs four numbers")
        xs, ys = sorted(map(_fraction, corners[::2])), sorted(map(_fraction, corners[1::2]))
        return Box(xs[0], ys[0], xs[1], ys[1])
    if kind == "point":
        x, y = _place(shape.get("xy"))
        return Point(x, y, positive)
    points = shape.get("pts")
    if not isinstance(points, list | tuple) or len(points) > MOST_POINTS:
        raise ValueError(f"a stroke or outline needs a list of at most {MOST_POINTS} points")
    places = tuple(_place(point) for point in points)
    if kind == "poly":
        return Polygon(places, positive)
    width = _fraction(shape.get("width", 0.02))
    return Stroke(places, max(width, 0.001), positive)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("a coordinate is not a number")
    return float(value)


def _fraction(value: Any) -> float:
    number = _number(value)
    if not -1e-6 <= number <= 1 + 1e-6:
        raise Refusal("A region lies outside the picture.", FRACTIONS)
    return min(max(number, 0.0), 1.0)


def _place(value: Any) -> tuple[float, float]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise ValueError("a point needs two numbers")
    return _fraction(value[0]), _fraction(value[1])


def _time(value: Any, medium: Media) -> float | None:
    if medium.kind != "video":
        return None
    seconds = _number(0.0 if value is None else value)
    fps, frames = float(medium.meta.get("fps") or 0), int(medium.meta.get("frames") or 0)
    start = float(medium.meta.get("start") or 0)
    last = start + ((frames - 1) / fps if fps > 0 and frames > 0 else float(medium.meta.get("duration") or 0))
    if not -1e-6 <= seconds <= last + (0.5 / fps if fps > 0 else 0.1):
        raise Refusal(f"A region is drawn at {seconds:.2f} s, outside {medium.handle}.", f"It ends at {last:.2f} s.")
    return min(max(seconds, 0.0), last)


def _label(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError("a name is not text")
    return " ".join(value.encode(errors="replace").decode().split())[:MOST_LABEL]
