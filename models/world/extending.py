"""Extending a picture beyond its frame: a drawn scene is drawn again on a larger sheet, any other picture goes on by patches of itself.

In both every pixel that was there stays as it was, bit for bit, and is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from models.expert import Inputs, Picture, Refusal, Report, Share
from models.margins import MARKED, USUAL, Margins, margins
from models.media import LIMITS
from models.outfill import outfilled
from models.previews import small
from models.reach import band_of
from models.values import Box, Point, TaskCall
from models.world.beyond import FADE, met
from models.world.composer import Drawn, compose
from models.world.orders import Order, Orders
from models.world.pictures import MOST_PIXELS
from models.world.scene import LEAST_FRAME, Scene
from models.world.tools import Tools

if TYPE_CHECKING:
    from numpy.typing import NDArray

BY_PATCHES = "nothing is on record of what this picture shows, so it went on by patches along its edges: textures and lines go on, things do not"
BORDERED = (
    "watercolour", "sketch", "noir", "sepia", "night", "mosaic",
    "eerie", "cosy", "dramatic", "gloomy", "romantic", "mysterious",
)  # fmt: skip
"""Styles and moods that treat a picture's border as one, by paper round it or dark corners, or whose hatching or stones do not meet there."""


@dataclass(frozen=True)
class Wanted:
    """The *sides* (of :data:`models.margins.SIDES`) to which a picture is extended, and the share of its width or height that each
    gets, or so many px."""

    sides: tuple[str, ...]
    amount: float = USUAL
    pixels: bool = False

    @staticmethod
    def of(order: Order) -> Wanted:
        """Return what an *order* to extend the picture says."""
        return Wanted(tuple(order.new.split()), order.amount, order.colour == "px")


def stepped(call: TaskCall, orders: Orders) -> list[Order | str]:
    """Return the changes of *orders* one after another, where one of them extends the picture: that order itself, and the words of what
    comes before and after. Empty where none does; "make it wider" means a thing where one is marked or was just told of. Raises
    Refusal where a place is marked and the picture shall be extended too."""
    marked = bool(call.refs("region", "mask")) or any(isinstance(arg, Box | Point) for arg in call.args)
    steps: list[Order | str] = []
    for number, order in enumerate(orders.orders):
        if order.verb == "extend" and not (order.what == "it" and (marked or number)):
            steps.append(order)
        elif not steps or steps[-1] != order.said:
            steps.append(order.said)
    if not any(isinstance(step, Order) for step in steps):
        return []
    if marked:
        raise Refusal(*MARKED)
    return [*steps, *orders.unread]


def with_picture(inputs: Inputs, handle: str, picture: Picture) -> Inputs:
    """Return *inputs* of a call without settings of its own, with *picture* for *handle*."""
    return replace(inputs, values={handle: picture}, settings={})


def place_beyond(made: Picture) -> Box | None:
    """Return where an extended picture is new, less the band that a change there fades out over; None where that is not one side."""
    height, width = made.pixels.shape[:2]
    x0, y0, x1, y1 = made.meta["kept"]
    band = band_of(width, height) + 1
    rooms = [
        (0, 0, x0 - band, height), (x1 + band, 0, width, height), (0, 0, width, y0 - band), (0, y1 + band, width, height),
    ]  # fmt: skip
    sides = [room for room, px in zip(rooms, (x0, width - x1, y0, height - y1), strict=True) if px]
    if len(sides) != 1 or sides[0][2] - sides[0][0] < 8 or sides[0][3] - sides[0][1] < 8:
        return None
    return Box.from_pixels(*sides[0], width, height)


def joined(first: Picture, made: Sequence[Picture]) -> Picture:
    """Return the last of the pictures *made* from *first* one after another, with what was done and noted in all. Where none of them
    changed what was there, that is proven once more for all of them together."""
    last = made[-1]
    done = [word for one in made for word in one.meta.get("done", ())]
    notes = list(dict.fromkeys(note for one in made for note in one.meta.get("notes", ())))
    meta = {**last.meta, "done": done, "notes": notes}
    for name in ("kept", "area", "band_px", "changed_inside", "changed_outside"):
        meta.pop(name, None)
    height, width = first.pixels.shape[:2]
    left, top = (sum(one.meta["kept"][axis] for one in made if "kept" in one.meta) for axis in (0, 1))
    high, wide = last.pixels.shape[:2]
    room = Margins(width, height, left, top, wide - width - left, high - height - top)
    told = proof(first.pixels, last.pixels, room)
    meta |= {} if told["changed_outside"] else told
    return Picture(last.pixels, label=", ".join(done)[:120], meta=meta)


def extended(
    handle: str, picture: Picture, scene: Scene | None, wanted: Wanted, tools: Tools, inputs: Inputs, report: Report
) -> Picture:  # fmt: skip
    """Return *picture* extended as *wanted*; *scene* is what it was drawn from, if that is known.

    ``meta``: made, of, done, notes, kept (x0, y0, x1, y1 px of the old picture in the new one), area (all of it), band_px 0,
    changed_inside (the pixels that are new), changed_outside (old ones that differ: 0), and of a drawn scene scene, boxes and changed.
    Raises Refusal as :func:`models.margins.margins` does, and for a scene that was extended so often that little of it is its own.
    """
    height, width = picture.pixels.shape[:2]
    most = LIMITS.image_pixels if scene is None else MOST_PIXELS
    room = margins(
        width, height, wanted.sides, wanted.amount, pixels=wanted.pixels, most_pixels=most, most_side=LIMITS.image_side
    )  # fmt: skip
    notes: list[str] = []
    if scene is None:
        report(0.1, "going on along the edges", lambda: small(picture.pixels))
        made, less = outfilled(picture.pixels, room, inputs.seed, Share(report, 0.1, 0.99))
        notes += [BY_PATCHES, *(["what is new is less sharp: it was filled on a smaller copy"] if less else [])]
        known: dict[str, Any] = {"made": "patches along the edges"}
    else:
        wider = on_larger(scene, room)
        report(0.2, "drawing what lies beyond", lambda: small(picture.pixels))
        drawn = compose(wider, room.wide, room.high, truth=True, sprites=tools.sprite, report=Share(report, 0.2, 0.95))
        made = _kept(drawn, picture.pixels, room)
        known = {"made": "picture-book", "scene": wider.to_json(), "boxes": _boxes(wider, drawn), "changed": []}
        notes += [
            f"the {look} look ends at the old edge, and what was there stays as it is, so that edge may show"
            for look in (scene.style, *scene.moods)
            if look in BORDERED
        ]
    report(1.0, "done", lambda: small(made))
    meta = {**known, "of": handle, "done": [room.told()], "notes": notes, **proof(picture.pixels, made, room)}
    return Picture(made, label=room.told(), meta=meta)


def proof(before: NDArray[np.uint8], after: NDArray[np.uint8], room: Margins) -> dict[str, Any]:
    """Return what is told of the pixels: the box of the old picture and how many in it differ, and how many are new."""
    x0, y0, x1, y1 = room.kept
    differs = int(np.count_nonzero((after[y0:y1, x0:x1] != before).any(axis=2)))
    return {
        "kept": [x0, y0, x1, y1], "area": [0, 0, room.wide, room.high], "band_px": 0,
        "changed_inside": room.wide * room.high - room.width * room.height, "changed_outside": differs,
    }  # fmt: skip


def on_larger(scene: Scene, room: Margins) -> Scene:
    """Return *scene*, of a picture of the size that *room* tells, on the larger sheet: all in it is where it was, in px. Raises Refusal where
    its own frame would be too small a part of that."""
    wide, high = room.wide, room.high
    x0, y0, x1, y1 = scene.backdrop.frame or (0.0, 0.0, 1.0, 1.0)
    frame = tuple(
        round((share * length + before) / total, 9)
        for share, length, before, total in (
            (x0, room.width, room.left, wide), (y0, room.height, room.top, high),
            (x1, room.width, room.left, wide), (y1, room.height, room.top, high),
        )
    )  # fmt: skip
    if min(frame[2] - frame[0], frame[3] - frame[1]) < LEAST_FRAME:
        raise Refusal(
            "The scene has been extended so far that hardly any of it is left in the picture.",
            "Crop it first, or have a larger scene drawn.",
        )
    factor = min(room.width, room.height) / min(wide, high)
    things = tuple(
        replace(
            thing, x=round((thing.x * room.width + room.left) / wide, 9), y=round((thing.y * room.height + room.top) / high, 9),
            size=max(0.001, round(thing.size * factor, 9)),
        )
        for thing in scene.things
    )  # fmt: skip
    return replace(scene, things=things, backdrop=replace(scene.backdrop, frame=frame))


def _kept(drawn: Drawn, before: NDArray[np.uint8], room: Margins) -> NDArray[np.uint8]:
    """Return the new drawing, uint8 of as many channels as *before*, with every old pixel in its place."""
    reach = FADE * min(room.width, room.height)
    whole = met(drawn.pixels.astype(np.float32), before[..., :3].astype(np.float32), room.kept, reach)
    made = np.asarray(np.clip(whole + np.float32(0.5), 0, 255), np.uint8)
    if before.shape[2] == 4:
        made = np.dstack([made, np.full(made.shape[:2], 255, np.uint8)])
    x0, y0, x1, y1 = room.kept
    made[y0:y1, x0:x1] = before
    return made


def _boxes(scene: Scene, drawn: Drawn) -> list[list[Any]]:
    """Return name, x0, y0, x1, y1 (fractions) of what is seen of each thing."""
    seen = zip(scene.things, drawn.boxes, strict=True)
    return [[thing.name, *(round(v, 4) for v in (b.x0, b.y0, b.x1, b.y1))] for thing, b in seen if b is not None]
