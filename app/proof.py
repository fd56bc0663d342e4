"""What was measured of the pixels, or the samples of a sound, that a change should not touch, as words for the page. Nothing is said that was not counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.values import Box, Media, Point, Span, TaskCall


def badge(medium: Media, call: TaskCall | None) -> dict[str, Any] | None:
    """Return {"holds", "text", "detail"} for a result whose maker counted, pixel by pixel or sample by sample, what differs from its source in and
    out of the part that was allowed to change; None where nothing was counted or everything was allowed to change.

    A clip is counted before it is compressed, and the words say so: the file itself differs everywhere by a little.
    """
    inside, outside = medium.meta.get("changed_inside"), medium.meta.get("changed_outside")
    if call is None or not _count(inside) or not _count(outside):
        return None
    part = _part(medium.meta, call)
    if not part:
        return None
    when = " before compression" if medium.kind == "video" else ""
    unit = "samples" if call.task == "audio_adjust" else "px"
    band = medium.meta.get("band_px")
    reach = f", {band} px beyond the mark included" if isinstance(band, int) and band > 0 else ""
    detail = f"{outside:,} {unit} changed there, {inside:,} {unit} where it was allowed{reach}"
    words = f"{part}: identical{when}" if outside == 0 else f"{part}: not identical{when}"
    return {"holds": outside == 0, "text": words, "detail": detail}


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _part(meta: Mapping[str, Any], call: TaskCall) -> str:
    """Return the name of the part that should stay as it was, or "" where there is none."""
    marked = bool(call.refs("region", "mask")) or any(isinstance(arg, Box | Point) for arg in call.args)
    where, timed = meta.get("where"), any(isinstance(arg, Span) for arg in call.args)
    if where == "all":
        return ""
    if where == "outside":
        return "Inside the mask" if marked else ""
    if marked or timed:
        return f"Outside the {' and the '.join(['mask'] * marked + ['stretch'] * timed)}"
    return "" if where or _whole(meta) else "Outside the changed part"


def _whole(meta: Mapping[str, Any]) -> bool:
    """Tell whether the box round what was allowed to change is the whole picture, or not known."""
    area = meta.get("area")
    if not isinstance(area, list | tuple) or len(area) != 4:
        return True
    return list(area) == [0, 0, meta.get("width"), meta.get("height")]
