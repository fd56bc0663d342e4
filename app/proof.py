"""What was measured of the pixels, or the samples of a sound, that a change should not touch, as words for the page. Nothing is said that was not counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.reach import band_of
from models.values import Box, Media, Point, Span, TaskCall


def badge(medium: Media, call: TaskCall | None) -> dict[str, Any] | None:
    """Return {"holds", "text", "detail"} for a result whose maker counted, pixel by pixel or sample by sample, what differs from its source in and
    out of the part that was allowed to change; None where nothing was counted or everything was allowed to change.

    Of a picture that part is what the person marked and the band round it that is fixed for a picture of its size (``models.reach``):
    of one that was counted against a wider band nothing is claimed. Of an extended picture (``kept``, the box of the old one) it is what
    is new and the band where it meets the old. A clip is counted before it is compressed, and the words say so: the file itself differs
    everywhere by a little.
    """
    inside, outside = medium.meta.get("changed_inside"), medium.meta.get("changed_outside")
    if call is None or not _count(inside) or not _count(outside):
        return None
    part = _part(medium.meta, call)
    if not part or (medium.kind == "image" and _too_wide(medium.meta)):
        return None
    when = " before compression" if medium.kind == "video" else ""
    unit = "samples" if call.task == "audio_adjust" else "px"
    band = medium.meta.get("band_px")
    over = "of its edge" if _kept(medium.meta) else "beyond the mark"
    reach = f", {band} px {over} included" if isinstance(band, int) and band > 0 else ""
    detail = f"{outside:,} {unit} changed there, {inside:,} {unit} where it was allowed{reach}"
    words = f"{part}: identical{when}" if outside == 0 else f"{part}: not identical{when}"
    return {"holds": outside == 0, "text": words, "detail": detail}


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _part(meta: Mapping[str, Any], call: TaskCall) -> str:
    """Return the name of the part that should stay as it was, or "" where there is none."""
    marked = bool(call.refs("region", "mask")) or any(isinstance(arg, Box | Point) for arg in call.args)
    if _kept(meta):
        return "What was there"
    where, timed = meta.get("where"), any(isinstance(arg, Span) for arg in call.args)
    if where == "all":
        return ""
    if where == "outside":
        return "Inside the mask" if marked else ""
    if marked or timed:
        return f"Outside the {' and the '.join(['mask'] * marked + ['stretch'] * timed)}"
    return "" if where or _whole(meta) else "Outside the changed part"


def _kept(meta: Mapping[str, Any]) -> bool:
    """Tell whether the picture was extended round what was there."""
    box = meta.get("kept")
    return isinstance(box, list | tuple) and len(box) == 4


def _too_wide(meta: Mapping[str, Any]) -> bool:
    """Tell whether the band that the picture was counted against is wider than the one that is fixed for its size."""
    sizes = [int(meta[name]) for name in ("band_px", "width", "height") if _count(meta.get(name))]
    return len(sizes) == 3 and sizes[0] > band_of(sizes[1], sizes[2])


def _whole(meta: Mapping[str, Any]) -> bool:
    """Tell whether the box round what was allowed to change is the whole picture, or not known."""
    area = meta.get("area")
    if not isinstance(area, list | tuple) or len(area) != 4:
        return True
    return list(area) == [0, 0, meta.get("width"), meta.get("height")]
