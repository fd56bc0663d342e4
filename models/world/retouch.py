"""Changing a person's own photo as an instruction says, as far as that goes without sight: drawn things pasted in with the photo's
light, marked things removed, replaced, recoloured, moved, resized or set before another backdrop, and looks of the whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from models import pixels as pixelwork
from models.colours import colour
from models.previews import small
from models.world import insertion
from models.world.behind import called
from models.world.grades import graded
from models.world.light import blurred
from models.world.moods import MOODS
from models.world.nesting import Box, nested
from models.world.orders import Order, Orders
from models.world.paste import Way
from models.world.photo_draft import Cannot, Photo
from models.world.scene import Scene
from models.world.where import Place
from models.world.whereabouts import gone_to

if TYPE_CHECKING:
    from numpy.typing import NDArray

ALL = re.compile(
    r"\b(?:whole|entire|everything|everywhere|(?:the|this|my) (?:picture|image|photo|photograph|scene|drawing))\b"
)
"""Words that ask for a change of all of a picture, whatever is marked in it."""
_WHOLE = ("it", "this", "that", "everything", "picture", "image", "photo", "scene", "whole", "photograph", "the picture", "the image",
          "the photo", "the whole picture", "the scene", "this picture", "this photo", "this image", "my photo", "my picture", "")  # fmt: skip
BACKGROUND = 0.03
"""With less than this share of a mark not covered by the thing in it, no other background can be put there."""
MOST_STYLED = 4_000_000
"""Pixels of a photo that is painted in a style at its full size."""
WORKS = (
    "On a photo I can put drawn things in (mark where, or say “in the top left”), take out, replace, recolour, move or resize what is "
    "marked, put another background behind it, and change light and look: night, sunset, snow, rain, fog, warm, cold, vintage, "
    "watercolour, sketch, comic, black and white; and I can extend it."
)
"""What a refusal says that works."""


def retouch(photo: Photo, orders: Orders) -> None:
    """Do *orders* on *photo*; what cannot be done is left and named in its notes."""
    for number, order in enumerate(orders.orders):
        step = f"{order.verb}, change {number + 1} of {len(orders.orders)}"
        photo.step = (number / len(orders.orders), step)
        photo.report(*photo.step, lambda: small(photo.pixels))
        try:
            _STEPS[order.verb](photo, order)
        except Cannot as reason:
            photo.notes.append(str(reason))
            photo.reasons.append(str(reason))
    photo.notes += [f"“{clause}” was not understood" for clause in orders.unread]


def _region(photo: Photo, order: Order) -> NDArray[np.bool_]:
    """Return where a look is put: the marked place, or everywhere where nothing is marked or the words say so of an edit."""
    if photo.place is None or (photo.limit is None and ALL.search(order.said)):
        return np.ones(photo.pixels.shape[:2], np.bool_)
    return photo.place


def _soft(photo: Photo) -> int:
    return round(0.004 * max(photo.size))


def _time(photo: Photo, order: Order) -> None:
    photo.repaint(
        graded(np.ascontiguousarray(photo.pixels[..., :3]), order.new, photo.seed, photo.beat),
        _region(photo, order),
        4 * _soft(photo),
    )
    photo.done.append(f"graded as {order.new}")
    photo.notes.append(f"{order.new} was made by grading the photo's colours; nothing in it was drawn anew")


def _style(photo: Photo, order: Order) -> None:
    if not order.new:
        raise Cannot("a photo has no style to take off; use the picture from before")
    rgb = np.ascontiguousarray(photo.pixels[..., :3])
    made = (
        graded(rgb, "vintage", beat=photo.beat)
        if "vintage" in order.said or "retro" in order.said
        else _detailed(_styled(rgb, order.new, photo.beat), rgb, order.new, photo.beat)
    )
    photo.repaint(made, _region(photo, order), 2 * _soft(photo))
    photo.done.append(f"{order.new} filter")
    photo.notes.append(f"{order.new} was made by filtering the photo's own pixels")


def _styled(rgb: NDArray[np.uint8], style: str, beat: Callable[[], None]) -> NDArray[np.uint8]:
    """Return *rgb* in a style; brushes grow with the photo, so a very large one is painted on a smaller copy, to bound the memory."""
    import cv2

    from models.world.styles import stylised

    height, width = rgb.shape[:2]
    shrink = float(np.sqrt(MOST_STYLED / (height * width)))
    if shrink >= 1:
        return stylised(rgb, style, beat)
    size = max(1, round(width * shrink)), max(1, round(height * shrink))
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(
        cv2.resize(stylised(small, style, beat), (width, height), interpolation=cv2.INTER_CUBIC), np.uint8
    )


def _detailed(
    made: NDArray[np.uint8], rgb: NDArray[np.uint8], style: str, beat: Callable[[], None]
) -> NDArray[np.uint8]:  # fmt: skip
    """Return the look *made* of *rgb* with some of the photo's fine light and dark back: looks are made for large plain shapes,
    and a face would be lost under a broad brush."""
    share = _DETAIL.get(style, 0.0)
    if not share:
        return made
    beat()
    gray = (rgb.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32))[..., None]
    beat()
    fine = gray - blurred(np.ascontiguousarray(gray[..., 0]), max(1.0, 0.012 * max(rgb.shape[:2])))[..., None]
    beat()
    return np.clip(np.rint(made + share * fine), 0, 255).astype(np.uint8)


_DETAIL = {"watercolour": 0.75, "oil": 0.6, "pastel": 0.5}


def _grade(photo: Photo, order: Order) -> None:
    photo.repaint(
        graded(np.ascontiguousarray(photo.pixels[..., :3]), order.new, photo.seed, photo.beat),
        _region(photo, order),
        4 * _soft(photo),
    )
    photo.done.append(f"made {order.new}")


def _mood(photo: Photo, order: Order) -> None:
    """Grade a photo for a mood: night first where the mood is of the night."""
    asked = MOODS[order.new]
    rgb = np.ascontiguousarray(photo.pixels[..., :3])
    for look in filter(None, (asked.photo, asked.grade)):
        rgb = graded(rgb, look, photo.seed, photo.beat)
    photo.repaint(rgb, _region(photo, order), 4 * _soft(photo))
    photo.done.append(f"made it {order.new} by the colours" + (f" of {asked.photo}" if asked.photo else ""))


def _light(photo: Photo, order: Order) -> None:
    rgb = np.ascontiguousarray(photo.pixels[..., :3])
    area = _region(photo, order) if order.what in _WHOLE else photo.marked(order.what)
    weight = np.ones(rgb.shape[:2], np.float32)
    amount = 1.6 * float(np.log2(order.amount))
    photo.repaint(pixelwork.apply("brightness", rgb, amount, weight), area, 2 * _soft(photo))
    photo.done.append("brightened" if amount > 0 else "darkened")


def _recolour(photo: Photo, order: Order) -> None:
    area = photo.kept_in(photo.thing(order.what))
    rgb = np.ascontiguousarray(photo.pixels[..., :3])
    photo.repaint(
        pixelwork.recolour(rgb, colour(order.colour), pixelwork.lightness(rgb, area), 1.0), area, _soft(photo)
    )
    photo.done.append(f"recoloured {order.colour}")


def _remove(photo: Photo, order: Order) -> None:
    photo.empty(photo.marked(order.what))
    photo.done.append("took the marked thing out")


def _backdrop(photo: Photo, order: Order) -> None:
    """Put a drawn backdrop behind the marked thing, which stays bit for bit up to its soft edge."""
    from models.world.backdrops import paint
    from models.world.scene import Backdrop

    if order.new == "snow" and photo.place is None and "background" not in order.said:  # "make it look like winter"
        _time(photo, replace(order, new="snowfall"))
        photo.notes.append("the ground of a photo is not known, so it snows but no snow lies on it")
        return
    keep = photo.thing("the thing that shall stay")
    behind = ~keep
    if photo.limit is not None:
        marked = photo.marked("the thing that shall stay")
        behind &= marked
        if np.count_nonzero(behind) < BACKGROUND * np.count_nonzero(marked):
            raise Cannot(
                "there is no background in the mark: mark more than the thing, or ask for it as an edit, where all but what is marked changes"
            )
        photo.notes.append(
            "only the marked place has the new background; ask for it as an edit for all that is round the thing"
        )
    kind = order.new or ("plain" if order.colour else "gradient")
    width, height = photo.size
    if min(width, height) < 16:
        raise Cannot("the photo is too small for a backdrop")
    painted = paint(Backdrop(kind, colour=order.colour, seed=photo.seed % 2**31), width, height).pixels
    photo.repaint(np.asarray(painted, np.uint8), behind, 1)
    photo.done.append(f"put a drawn background behind the marked thing: {called(kind, order.colour)}")


def _cut_and_put(photo: Photo, order: Order, where: Callable[[Box], Box],
                 way: Way, word: str, *, keep: bool = False) -> None:  # fmt: skip
    """Cut the marked thing out, fill its place unless it is to *keep*, and put it back elsewhere."""
    photo.marked(order.what)
    sprite, box, mask = photo.cut()
    goal = where(box)
    if photo.limit is not None and goal != box:
        goal = _within(photo, sprite, box, goal)
    if not keep:
        photo.empty(mask, quick=True)
    photo.stick(sprite, goal, way)
    photo.done.append(word)


def _within(photo: Photo, sprite: NDArray[np.uint8], box: Box, goal: Box) -> Box:
    """Return *goal* px, brought into the mark that nothing may leave, no smaller than *box*, where the thing is; raises Cannot where it
    would stay there."""
    least = min(1.0, (box[2] - box[0]) / (goal[2] - goal[0]))
    found = nested(photo.marked("it"), goal, sprite[..., 3] > 127, least=least)
    if found is None or max(abs(a - b) for a, b in zip(found, box, strict=True)) < 0.01 * max(photo.size):
        raise Cannot("it has no room in the mark for that, and nothing outside of the mark is changed: mark a larger place, or ask for it "
                     "as an edit, where the mark only tells what is meant")  # fmt: skip
    return found


def _move(photo: Photo, order: Order) -> None:
    place = order.place or Place("side", (1.0, 0.0), 1.0, False)
    if place.kind == "relation" and (setting := gone_to(place, Scene(()), lambda words: False)):
        _backdrop(photo, replace(setting[0], said=order.said + " background"))
        return
    if place.kind not in ("side", "zone"):
        raise Cannot(f"I do not know where “{place.whom or place.kind}” is in a photo: say to which side")
    _cut_and_put(
        photo, order, lambda box: insertion.moved(photo, box, place), Way("floats", match=0.0), "moved the marked thing"
    )


def _resize(photo: Photo, order: Order) -> None:
    def grown(box: Box) -> Box:
        x, wide, high = (box[0] + box[2]) / 2, (box[2] - box[0]) * order.amount, (box[3] - box[1]) * order.amount
        return x - wide / 2, box[3] - high, x + wide / 2, box[3]

    word = "enlarged the marked thing" if order.amount > 1 else "shrank the marked thing"
    _cut_and_put(photo, order, grown, Way("floats", match=0.0), word)


def _extend(photo: Photo, order: Order) -> None:
    if order.what != "it":
        raise Cannot("extend the picture first, and mark something in it then")
    _resize(photo, replace(order, verb="resize", new="", amount=1.35))


def _turn(photo: Photo, order: Order) -> None:
    _cut_and_put(
        photo, order, lambda box: box, Way("floats", rotation=order.amount, match=0.0), "turned the marked thing"
    )


def _flip(photo: Photo, order: Order) -> None:
    _cut_and_put(photo, order, lambda box: box, Way("floats", flip=True, match=0.0), "mirrored the marked thing")


def _copy(photo: Photo, order: Order) -> None:
    for i in range(min(4, max(1, round(order.amount)))):
        side = Place("side", (1.0 if i % 2 == 0 else -1.0, 0.0), 1.0, False)
        _cut_and_put(photo, order, lambda box, side=side: insertion.beside(photo, box, side),  # type: ignore[misc]
                     Way("floats", match=0.0), "copied the marked thing", keep=True)  # fmt: skip


def _never(why: str) -> Callable[[Photo, Order], None]:
    def step(photo: Photo, order: Order) -> None:
        raise Cannot(f"“{order.said or order.verb}”: {why}")

    return step


def _swap(photo: Photo, order: Order) -> None:
    insertion.swap_for(photo, replace(order, verb="replace"))


_STEPS: dict[str, Callable[[Photo, Order], None]] = {
    "add": insertion.add, "replace": insertion.swap_for, "remove": _remove, "recolour": _recolour, "move": _move, "resize": _resize,
    "turn": _turn, "extend": _extend, "flip": _flip, "copy": _copy, "swap": _swap, "light": _light, "time": _time, "style": _style, "grade": _grade, "mood": _mood,
    "backdrop": _backdrop, "count": _never("I cannot count things in a photo yet"),
    "fade": _never("a photo does not hold what is behind a thing"), "unshadow": _never("I cannot tell shadows from things in a photo yet"),
}  # fmt: skip
