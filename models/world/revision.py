"""One change of one picture, drawn or photographed: from a call to the changed picture with its facts. Two experts share it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.expert import Inputs, Picture, Refusal, Report, Share
from models.margins import USUAL, side_of
from models.markings import place_of
from models.previews import small
from models.reach import counted, reach
from models.values import Phrase, Ref, Region, TaskCall
from models.world.extending import Wanted, extended, joined, place_beyond, stepped, with_picture
from models.world.instead import instead_of_marked, is_instead
from models.world.instructions import read_orders
from models.world.orders import Order
from models.world.photo_draft import Photo
from models.world.redraw import LARGER, redraw, scene_of
from models.world.retouch import WORKS, retouch
from models.world.scene import Scene
from models.world.tools import Tools
from models.worlds import DRAWN, WORLD

DRAWN_HINT = (
    "Try, for example: make the cat blue, replace the pizza by a cake, remove the left tree, put two birds in the sky, move the boat to "
    "the right, make it night, let it snow, as a watercolour, extend it to the left."
)

NOTHING_NEW = "what is there goes on; new things come only where the picture is extended to one side"


def words_of(call: TaskCall) -> str:
    """Return the call's instruction; raises Refusal when there is none."""
    text = " and ".join(phrase.strip() for phrase in call.phrases() if phrase.strip())
    if not text:
        raise Refusal("It is not said what to change.", 'Say it in words, such as "add a hat".')
    return text


def revise(call: TaskCall, inputs: Inputs, report: Report, tools: Tools, *, into: bool) -> Picture:
    """Return the picture of *call* changed as its words say; *into* the marked place for ``inpaint``.

    What a mark means depends on the task. For ``inpaint`` it is where the change lies: no pixel beyond it and its band
    (:mod:`models.reach`) changes, things are made to fit, and what reaches further is cut at the mark and told. For ``edit`` it tells
    what is meant: a look stays in the mark, what comes into it fits it, but what the words send out of it (a move, another background,
    something beside it, the whole picture) goes there, and is counted as what it is.

    ``meta``: made, scene (of a drawn picture, where it is still one; else world, that it was drawn here), of, changed (ids of the
    things), area (x0, y0, x1, y1 px of what was allowed to change), changed_inside and changed_outside (pixels that differ within mark
    and band_px, and beyond; without a mark in and out of the area), done and notes. Raises Refusal when nothing could be done.
    """
    handle = inputs.first(call, "image")
    picture = inputs.picture(handle)
    text = words_of(call)
    if steps := stepped(call, read_orders(text, bare=into)):
        return in_steps(steps, call, inputs, report, tools)
    notes: list[str] = []
    report(0.0, "reading the marks")
    marks = place_of(
        call, inputs, handle, picture.pixels, find_edges=False, notes=notes, report=Share(report, 0.0, 0.15)
    )
    if marks is not None and marks.moving:
        raise Refusal("The mask belongs to a clip, not to a picture.", "Mark the thing on the picture.")
    place = None if marks is None else marks.still
    scene = recorded(handle, picture, inputs)
    if scene is None:
        return _photo(call, inputs, handle, picture, text, place, notes, report, tools, into=into)
    report(0.2, "reading what is drawn", lambda: small(picture.pixels))
    made = redraw(
        scene, picture.pixels, text, place, tools, inputs.seed, into=into, report=Share(report, 0.5, 0.99)
    )  # fmt: skip
    changed = made.changed
    notes += [*(f"I do not know: {word}" for word in changed.unknown), *changed.notes, *made.notes]
    notes += [f"“{clause}” was not understood" for clause in changed.unread]
    if not changed.done:
        raise _refusal(handle, text, changed.unknown, notes, DRAWN_HINT, tools)
    pixels = np.dstack([made.pixels, picture.pixels[..., 3:]]) if picture.pixels.shape[2] == 4 else made.pixels
    known = {"scene": made.scene.to_json(), "changed": list(changed.ids)} if made.scene else {WORLD: DRAWN}
    meta = {**known, "removed": [t.name for t in changed.removed]}
    report(1.0, "done", lambda: small(pixels))
    return _result(pixels, picture, handle, made.area, place, [*changed.done], notes, meta)


def recorded(handle: str, picture: Picture, inputs: Inputs) -> Scene | None:
    """Return the scene that the picture *handle* was drawn from, None where none is on record."""
    known = inputs.media[handle].meta if handle in inputs.media else {}
    return scene_of({**known, **picture.meta})


def extend(call: TaskCall, inputs: Inputs, report: Report, tools: Tools) -> Picture:
    """Return the picture of *call* extended as its settings say (``extend``, ``by``); things that its words name come into what is new.

    ``meta`` as of :func:`models.world.extending.extended`. Raises Refusal as that does, and for a side that there is not.
    """
    handle = inputs.first(call, "image")
    picture = inputs.picture(handle)
    wanted = Wanted((side_of(inputs.settings.get("extend")),), float(inputs.settings.get("by") or USUAL))
    text = " ".join(phrase.strip() for phrase in call.phrases())
    wish = tools.read(text) if text else None
    coming = wish is not None and any(thing.name for thing in wish.things)
    first = Share(report, 0.0, 0.7) if coming else report
    made = extended(handle, picture, recorded(handle, picture, inputs), wanted, tools, inputs, first)
    room = place_beyond(made) if coming else None
    if (
        wish is not None
        and room is None
        and not re.match(r"(?:some |a bit |a little )?more\b|the rest\b", text.lower())
    ):
        reason = f"I do not know: {', '.join(wish.unknown)}" if wish.unknown and not coming else NOTHING_NEW
        made.meta["notes"].append(_left_out(text, reason))
    if room is None:
        return made
    now = with_picture(inputs, handle, made)
    try:
        filled = revise(
            replace(call, args=(Ref(handle), room, Phrase(text)), params={}),
            now,
            Share(report, 0.7, 1.0),
            tools,
            into=True,
        )
    except Refusal as reason:
        made.meta["notes"].append(_left_out(text, reason.what))
        return made
    return joined(picture, [made, filled])


def _left_out(words: str, reason: str) -> str:
    """Return the note that *words* were not followed, and the sentence *reason* why."""
    first = reason if reason.startswith("I ") else f"{reason[:1].lower()}{reason[1:]}"
    return f"“{words[:60]}” was left out: {first.rstrip('.')}"


def in_steps(steps: Sequence[Order | str], call: TaskCall, inputs: Inputs, report: Report, tools: Tools) -> Picture:
    """Return the picture of *call* after *steps*, one after another: an order to extend it, or the words of other changes of it.

    Where all of them extend it, ``meta`` tells how many old pixels changed; else only what the last step tells of what it did. Raises
    Refusal as :func:`models.world.extending.extended` does.
    """
    handle = inputs.first(call, "image")
    first = inputs.picture(handle)
    made: list[Picture] = []
    left: list[str] = []
    for number, step in enumerate(steps):
        told = Share(report, number / len(steps), (number + 1) / len(steps))
        picture = made[-1] if made else first
        now = with_picture(inputs, handle, picture)
        if isinstance(step, Order):
            scene = recorded(handle, picture, now)
            made.append(extended(handle, picture, scene, Wanted.of(step), tools, now, told))
            continue
        try:
            made.append(revise(replace(call, args=(Ref(handle), Phrase(step))), now, told, tools, into=False))
        except Refusal as reason:
            left.append(_left_out(step, reason.what))
    result = joined(first, made)
    result.meta["notes"] = [*result.meta["notes"], *left]
    return result


def _photo(call: TaskCall, inputs: Inputs, handle: str, picture: Picture, text: str, place: NDArray[np.bool_] | None, notes: list[str],
           report: Report, tools: Tools, *, into: bool) -> Picture:  # fmt: skip
    found: list[NDArray[np.bool_]] = []

    def find() -> NDArray[np.bool_]:
        """The marked thing with its own edges; found once, on the picture as it was."""
        if not found:
            seen = place_of(
                call, inputs, handle, picture.pixels, find_edges=True, notes=notes, report=Share(report, 0.15, 0.3)
            )
            found.append(np.zeros(picture.pixels.shape[:2], np.bool_) if seen is None else seen.still)
        return found[0]

    def loosely() -> NDArray[np.bool_]:
        """The thing found in the boxes round the marked outlines, where outlines are all that is marked."""
        regions = {name: _boxed(region) for name, region in inputs.regions.items()}
        if regions == dict(inputs.regions):
            return find()
        boxed = replace(inputs, regions=regions)
        seen = place_of(
            call, boxed, handle, picture.pixels, find_edges=True, notes=notes, report=Share(report, 0.15, 0.3)
        )
        return np.zeros(picture.pixels.shape[:2], np.bool_) if seen is None else seen.still

    limit = reach(place) if into and place is not None else None
    photo = Photo(
        picture.pixels, place, find, tools, inputs.seed, Share(report, 0.3, 0.99), loosely=loosely, limit=limit
    )
    orders = read_orders(text, bare=into)
    retouch(photo, instead_of_marked(orders, tools) if place is not None and is_instead(text) else orders)
    notes += [*(f"I do not know: {word}" for word in dict.fromkeys(photo.unknown)), *dict.fromkeys(photo.notes)]
    if not photo.done:
        raise _refusal(handle, text, tuple(photo.unknown), [*photo.reasons, *notes], WORKS, tools)
    if limit is not None and np.array_equal(photo.pixels, picture.pixels):
        raise Refusal("What was asked changes nothing in the marked place.", LARGER)
    report(1.0, "done", lambda: small(photo.pixels))
    return _result(photo.pixels, picture, handle, photo.area, place, photo.done, notes, {})


def _boxed(region: Region) -> Region:
    """Return *region* with the box round its outlines in their place, where they are all that it consists of."""
    whole = all(polygon.positive for polygon in region.polygons)
    if not region.polygons or not whole or region.box or region.points or region.strokes or region.mask:
        return region
    return replace(region, polygons=(), box=region.bounds())


def _refusal(handle: str, text: str, unknown: tuple[str, ...], notes: list[str], hint: str, tools: Tools) -> Refusal:
    """Say why nothing was done: a name that is not known with near ones, a reason, or what works."""
    if unknown:
        near = [name for word in unknown for name in tools.near(word)]
        return Refusal(f"I do not know: {', '.join(unknown)}.", f"Did you mean {' or '.join(near)}?" if near else hint)
    reasons = [note for note in notes if "not understood" not in note]
    if reasons:
        return Refusal(f"{reasons[0][:1].upper()}{reasons[0][1:].rstrip('.')}.", hint)
    return Refusal(f"I do not know how to do “{text[:80]}” on {handle} without a model trained for it.", hint)


def _result(pixels: NDArray[np.uint8], before: Picture, handle: str, area: NDArray[np.bool_], place: NDArray[np.bool_] | None,
            done: list[str], notes: list[str], more: dict[str, Any]) -> Picture:  # fmt: skip
    from models.masks import box_of

    if place is None:
        differs = (pixels != before.pixels).any(axis=2)
        counts = {
            "band_px": 0, "changed_inside": int(np.count_nonzero(differs & area)),
            "changed_outside": int(np.count_nonzero(differs & ~area)),
        }  # fmt: skip
    else:
        counts = counted(before.pixels, pixels, place)
    meta = {
        "made": "picture-book", "of": handle, "done": done, "notes": notes, "area": list(box_of(area) or ()), **counts, **more,
    }  # fmt: skip
    return Picture(pixels, label=done[0] if len(done) == 1 else "changed", meta=meta)
