"""Which hours and weathers a backdrop cannot show, so that what was asked for and is not to be seen is named."""

from __future__ import annotations

from models.world.scene import Backdrop

_AIRLESS = frozenset(("morning", "sunset", "fog", "rain", "storm", "snowfall"))
_HIDDEN: dict[str, frozenset[str]] = {
    "moon": _AIRLESS, "space": _AIRLESS, "underwater": _AIRLESS - {"storm"}, "stage": _AIRLESS - {"storm"},
    "table": frozenset(("fog", "snowfall")),
}  # fmt: skip
"""Hours and weathers that change nothing before a backdrop, or not as they are called; it is always night in space."""
_SEEN_THROUGH = ("fog", "snowfall")
"""Weathers that a room shows through its window alone."""
_CALLED = {
    "morning": "Morning light",
    "sunset": "A sunset",
    "fog": "Fog",
    "rain": "Rain",
    "storm": "A storm",
    "snowfall": "Falling snow",
}
_WHERE = {
    "moon": "on the moon",
    "space": "in space",
    "underwater": "under water",
    "stage": "on a stage",
    "table": "on a table",
}


def shows(kind: str, time: str, without: tuple[str, ...] = ()) -> bool:
    """Return whether a backdrop of *kind* looks different, and as its name says, at *time*; *without* is what it leaves out."""
    if kind in ("room", "kitchen"):
        return time not in _SEEN_THROUGH or "window" not in without
    return time not in _HIDDEN.get(kind, ())


def unshown(time: str, backdrop: Backdrop, *, anew: bool = False) -> list[str]:
    """Return the sentence that says that *time*, one of ``models.world.scene.TIMES`` or "", is not to be seen before *backdrop*;
    none where it is. With *anew* it shall change what is drawn, and in space no day and no night does."""
    if anew and backdrop.kind in ("moon", "space") and time in ("day", "night"):
        return [f"It is always night {_WHERE[backdrop.kind]}."]
    if not time or shows(backdrop.kind, time, backdrop.without):
        return []
    where = _WHERE.get(backdrop.kind, f"in a {backdrop.kind} without a window")
    return [f"{_CALLED[time]} does not show {where}, so that was left out."]
