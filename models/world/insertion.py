"""Where a drawn thing goes in a person's photo: into the marked place, onto whoever is marked, or at a named side, and how large."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from models.masks import box_of
from models.plurals import with_article
from models.reach import reach
from models.world.arrivals import MOST_AT_ONCE
from models.world.orders import Order
from models.world.paste import Way
from models.world.photo_draft import Cannot, Photo, fit, glows, seat_of
from models.world.where import Place
from models.world.wish import Wanted
from models.world.worn import worn_box

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Box = tuple[float, float, float, float]

HIGH = ("sky", "wall", "ceiling")
"""Zones in the upper part of a photo."""


def wanted(photo: Photo, phrase: str) -> list[tuple[Wanted, str]]:
    """Return what *phrase* asks for, a name for each thing; what is not known is kept, what is only near is noted."""
    wish = photo.tools.read(phrase)
    photo.unknown += [word for word in wish.unknown if word not in photo.unknown]
    found = []
    for one in wish.things:
        if not one.exact and one.name:
            photo.notes.append(f"“{one.said}” is not known; {one.name} is the nearest")
        for i in range(min(one.count, MOST_AT_ONCE)):
            name = one.name or (one.choices[i % len(one.choices)] if one.choices else "")
            found += [(one, name)] if name else []
    photo.notes += [*wish.unused(), *wish.unposed()]
    return found


def add(photo: Photo, order: Order) -> None:
    """Put in what the order names."""
    things = wanted(photo, order.new)
    for number, (one, name) in enumerate(things):
        photo.report(number / len(things), f"adding {name}")
        _one(photo, one, name, order.place, number, len(things))
    if things:
        photo.done.append("pasted in " + _listed(things))


def _one(photo: Photo, one: Wanted, name: str, place: Place | None, number: int, count: int) -> None:
    entry, aspect = photo.tools.know.entry(name), photo.tools.know.aspect(name)
    way = Way(seat_of(name, photo.tools), glows=glows(name))
    related = place is not None and place.kind == "relation"
    if photo.place is not None and entry.worn and (place is None or place.kind == "marked" or related):
        _dress(photo, one, name, named=related)
        return
    if photo.place is not None and place is not None and related:
        photo.paste(name, one.colour, photo.held(name, _related(photo, name, place, one.size)), way)
        return
    if photo.place is not None and (place is None or place.kind == "marked"):
        part = _part(photo.bounds(), number, count)
        box = fit(aspect, part, stands=way.seat == "stands")
        photo.paste(name, one.colour, photo.room(name, _scaled(box, min(1.0, one.size))), way, photo.near())
        return
    if place is not None and related and not photo.tools.read(place.whom).place:
        raise Cannot(f"I do not know where {place.whom} is in a photo: mark it")
    photo.paste(name, one.colour, photo.held(name, _free(photo, name, one, place, number)), way)


def _part(box: Box, number: int, count: int) -> Box:
    """Return the cell *number* of *count* that *box* is cut into along its longer side."""
    share = 1 / max(1, count)
    if box[2] - box[0] >= box[3] - box[1]:
        step = (box[2] - box[0]) * share
        return box[0] + step * number, box[1], box[0] + step * (number + 1), box[3]
    step = (box[3] - box[1]) * share
    return box[0], box[1] + step * number, box[2], box[1] + step * (number + 1)


def _scaled(box: Box, factor: float) -> Box:
    x, wide, high = (box[0] + box[2]) / 2, (box[2] - box[0]) * factor, (box[3] - box[1]) * factor
    return x - wide / 2, box[3] - high, x + wide / 2, box[3]


def _dress(photo: Photo, one: Wanted, name: str, *, named: bool) -> None:
    """Put the worn thing *name* on whoever is marked; a flat empty place above a head is taken for the thing's own place."""
    entry, aspect = photo.tools.know.entry(name), photo.tools.know.aspect(name)
    x0, y0, x1, y1 = photo.bounds()
    way = Way("worn", glows=glows(name))
    if not named and (x1 - x0) > 1.9 * (y1 - y0) / min(1.0, 1 / aspect):
        photo.paste(name, one.colour, photo.room(name, fit(aspect, (x0, y0, x1, y1), stands=False)), way, photo.near())
        return
    box = _scaled(worn_box(entry.worn, photo.body(name), aspect), max(0.7, min(1.4, one.size)))
    # A head at the upper border leaves no room above it: what it wears is made smaller, then lowered a little.
    high = box[3] - box[1]
    box = _scaled(box, min(1.0, max(0.6, 1 - 0.7 * max(0.0, -box[1]) / high)))
    high = box[3] - box[1]
    down = min(max(0.0, -box[1] - 0.1 * high), 0.25 * high)
    photo.paste(name, one.colour, photo.held(name, (box[0], box[1] + down, box[2], box[3] + down)), way)


def _related(photo: Photo, name: str, place: Place, factor: float) -> Box:
    """Return the box of a thing that stands to the marked thing as the words say."""
    x0, y0, x1, y1 = _round_thing(photo)
    aspect = photo.tools.know.aspect(name)
    long = max(0.06 * min(photo.size), 0.7 * max(x1 - x0, y1 - y0)) * factor
    wide, high = (long, long / aspect) if aspect >= 1 else (long * aspect, long)
    x, foot = (x0 + x1) / 2, y1
    if place.how in ("left", "right", "next", "around", "from", "hold"):
        left = place.how == "left" or (place.how != "right" and x0 > photo.size[0] - x1)
        x = x0 - wide * 0.55 if left else x1 + wide * 0.55
        foot = (y0 + y1 + high) / 2 if place.how == "hold" else y1
    elif place.how in ("on", "above"):
        foot = y0 + (0.1 * (y1 - y0) if place.how == "on" else -0.02 * photo.size[1])
    elif place.how == "below":
        foot = y1 + high * 1.03
    elif place.how == "front":
        foot = y1 + 0.15 * high
    elif place.how == "in":
        foot = (y0 + y1 + high) / 2
    elif place.how == "behind":
        raise Cannot("I cannot put a thing behind another in a photo yet: mark the place where it shows")
    return x - wide / 2, foot - high, x + wide / 2, foot


def _round_thing(photo: Photo) -> Box:
    found = box_of(photo.thing("it"))
    return photo.bounds() if found is None else (float(found[0]), float(found[1]), float(found[2]), float(found[3]))


def _free(photo: Photo, name: str, one: Wanted, place: Place | None, number: int) -> Box:
    """Return the box of a thing at a side of the frame, or where the photo is emptiest."""
    width, height = photo.size
    aspect = photo.tools.know.aspect(name)
    typical = float(photo.tools.know.entry(name).typical)
    # What is in the sky is far away: the sun and an airplane look no larger there than a kite.
    share = 0.16 + 0.26 * typical if seat_of(name, photo.tools) != "floats" else 0.17 + 0.08 * typical
    long = share * one.size * min(width, height)
    if place is not None and place.kind == "zone":
        long *= {"far": 0.55, "near": 1.35}.get(place.zone, 1.0)
    wide, high = (long, long / aspect) if aspect >= 1 else (long * aspect, long)
    edge = 0.025 * min(width, height)
    low_x, top_x = edge + wide / 2, max(edge + wide / 2, width - edge - wide / 2)
    low_y, top_y = edge + high / 2, max(edge + high / 2, height - edge - high / 2)
    flies = seat_of(name, photo.tools) == "floats" or (place is not None and place.zone in HIGH)
    xs, ys = np.linspace(low_x, top_x, 9), np.linspace(low_y, top_y, 7)
    ys = ys[:3] if flies else ys[4:]
    if place is not None and place.kind == "side":
        right, down = place.side
        xs = np.array([low_x if right < 0 else top_x if right > 0 else width / 2])
        ys = np.array([low_y if down < 0 else top_y if down > 0 else height / 2]) if down or not right else ys
    busy = _busy(photo)
    best, least = (float(xs[0]), float(ys[0])), np.inf
    for y in ys:
        for x in xs:
            part = busy[int(16 * (y - high / 2) / height) : int(16 * (y + high / 2) / height) + 1,
                        int(16 * (x - wide / 2) / width) : int(16 * (x + wide / 2) / width) + 1]  # fmt: skip
            cost = float(part.mean()) if part.size else 0.0
            if cost + 0.02 * float(photo.random.random()) < least:
                least, best = cost, (float(x), float(y))
    x, y = best
    if place is not None and place.kind == "side" and number:
        # Several at one side stand in a row towards the middle.
        x += number * 1.1 * wide * (-1 if place.side[0] > 0 else 1)
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def _busy(photo: Photo) -> NDArray[np.float32]:
    """Return float32 [16, 16], about 0..1, how much is going on in each part of the photo; pasted things count as full."""
    import cv2

    small = cv2.resize(np.ascontiguousarray(photo.pixels[..., :3]), (128, 128), interpolation=cv2.INTER_AREA)
    gray = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    slope = cv2.magnitude(cv2.Sobel(gray, cv2.CV_32F, 1, 0), cv2.Sobel(gray, cv2.CV_32F, 0, 1)) / 300
    taken = cv2.resize(photo.area.astype(np.float32), (16, 16), interpolation=cv2.INTER_AREA)
    return np.asarray(np.clip(cv2.resize(slope, (16, 16), interpolation=cv2.INTER_AREA), 0, 1) + 3 * taken, np.float32)


def swap_for(photo: Photo, order: Order) -> None:
    """Take the marked thing out and put what the order names in its place, no larger than that."""
    photo.marked(order.what)
    things = wanted(photo, order.new)
    if not things:
        if not photo.unknown:
            photo.unknown.append(order.new)
        return
    place, box = photo.thing(order.what), _round_thing(photo)
    photo.empty(place, quick=True)
    allowed = reach(photo.marked(order.what) | place | _filled(photo, box))
    for number, (one, name) in enumerate(things):
        way = Way(seat_of(name, photo.tools), glows=glows(name))
        part = fit(photo.tools.know.aspect(name), _part(box, number, len(things)), stands=way.seat == "stands")
        part = _scaled(part, min(1.0, one.size))
        photo.paste(name, one.colour, part if photo.limit is None else photo.room(name, part), way, allowed)
    photo.done.append("replaced the marked thing by " + _listed(things))


def _listed(things: Sequence[tuple[Wanted, str]]) -> str:
    return ", ".join(dict.fromkeys(with_article(name) for _, name in things))


def _filled(photo: Photo, box: Box) -> NDArray[np.bool_]:
    """Return *box* px as bool [h, w]."""
    area = np.zeros(photo.pixels.shape[:2], np.bool_)
    x0, y0, x1, y1 = (max(0, round(v)) for v in box)
    area[y0:y1, x0:x1] = True
    return area


def moved(photo: Photo, box: Box, place: Place) -> Box:
    """Return *box* moved to a side: a step of a fifth of the frame, or all the way where the words say so; within the frame."""
    width, height = photo.size
    wide, high = box[2] - box[0], box[3] - box[1]
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    across, down = place.side if place.kind == "side" else (0.0, -1.0 if place.zone in HIGH else 1.0)
    if place.fixed or place.strength >= 2 or place.kind == "zone":
        x = {-1: wide / 2, 1: width - wide / 2}.get(round(across), x)
        y = {-1: high / 2, 1: height - high / 2}.get(round(down), y)
        if place.kind == "side" and (across, down) == (0, 0):
            x = width / 2
    else:
        step = 0.22 * place.strength
        x, y = x + across * step * width, y + down * step * height
    x = min(max(x, wide / 2), max(wide / 2, width - wide / 2))
    y = min(max(y, high / 2), max(high / 2, height - high / 2))
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def beside(photo: Photo, box: Box, place: Place) -> Box:
    """Return *box* set beside itself, on the other side where there is no room."""
    wide = box[2] - box[0]
    step = 1.04 * wide * (1 if place.side[0] > 0 else -1)
    if not 0 <= box[0] + step <= photo.size[0] - wide:
        step = -step
    x = min(max(box[0] + step, 0.0), max(0.0, photo.size[0] - wide))
    return x, box[1], x + wide, box[3]
