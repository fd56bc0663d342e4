"""How far a picture is extended, and to which sides: read from a call's settings, in px, with what is too much refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.expert import Param, Refusal

SIDES = ("left", "right", "up", "down", "all")
"""Where a picture can be made larger."""
USUAL = 0.25
"""By which share of its width or height, where nothing is said."""
MOST = 1.0
"""Share of its width or height that is added on one side, at most."""
LEAST_SIDE = 8
"""A picture of fewer px across or down has nothing that could go on."""
MARKED = ("A place is marked, and the picture shall be extended too.", "Do one after the other.")
"""What is said, and what can be done, where a call wants both."""
EXTEND = Param(
    "extend", "text", "left, right, up, down or all: make the picture larger there and fill what is new", alone=True
)
BY = Param("by", "float", "with extend: by how much of its width or height", default=USUAL, low=0.05, high=1)


@dataclass(frozen=True)
class Margins:
    """What is added to a picture of *width* x *height* px on each side, px."""

    width: int
    height: int
    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0

    @property
    def wide(self) -> int:
        """The new width, px."""
        return self.left + self.width + self.right

    @property
    def high(self) -> int:
        """The new height, px."""
        return self.top + self.height + self.bottom

    @property
    def kept(self) -> tuple[int, int, int, int]:
        """x0, y0, x1, y1 px of the old picture in the new one."""
        return self.left, self.top, self.left + self.width, self.top + self.height

    def told(self) -> str:
        """Return what is done, for a person: "extended by 80 px to the right"."""
        names = {"left": self.left, "right": self.right, "top": self.top, "bottom": self.bottom}
        parts = [
            f"{px:,} px {'to the' if side in ('left', 'right') else 'at the'} {side}"
            for side, px in names.items()
            if px
        ]
        listed = f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
        return f"extended by {listed}"


def side_of(word: object) -> str:
    """Return the side that a call's *word* names. Raises Refusal, with those that there are, for another."""
    plain = str(word).strip().lower()
    if plain not in SIDES:
        raise Refusal(f"A picture is not extended to “{str(word)[:40]}”.", f"Choose one of: {', '.join(SIDES)}.")
    return plain


def margins(
    width: int, height: int, sides: Sequence[str], amount: float = USUAL, *, pixels: bool = False, most_pixels: int, most_side: int
) -> Margins:  # fmt: skip
    """Return what *sides* (of SIDES) of a picture of *width* x *height* px get: *amount* of its width or height each, or so many px.

    Raises Refusal where the picture is too small to go on, where nothing or more than MOST of it would be added on a side, and where the
    result would have more than *most_pixels* in all or more than *most_side* across or down.
    """
    if min(width, height) < LEAST_SIDE:
        raise Refusal(
            f"A picture of {width} x {height} pixels shows too little to go on from.",
            f"Take one of at least {LEAST_SIDE} pixels across and down.",
        )
    all_round = "all" in sides

    def added(side: str, length: int) -> int:
        if not all_round and side not in sides:
            return 0
        return round(amount) if pixels else max(1, round(amount * length)) if amount > 0 else 0

    made = Margins(
        width, height, added("left", width), added("up", height), added("right", width), added("down", height)
    )
    if amount <= 0 or (made.wide == width and made.high == height):
        raise Refusal("Nothing would be added to the picture.", "Say to which side and by how much, such as by half.")
    if max(made.left, made.right) > MOST * width + 0.5 or max(made.top, made.bottom) > MOST * height + 0.5:
        raise Refusal(
            "That is more than the picture itself on one side, too far to go on from what it shows.",
            f"Extend it by at most {round(MOST * width):,} pixels across and {round(MOST * height):,} down, and then once more.",
        )
    if made.wide * made.high > most_pixels or max(made.wide, made.high) > most_side:
        raise Refusal(
            f"The picture would become too large, {made.wide:,} x {made.high:,} pixels.",
            f"Extend it by less, or make it smaller first: at most {most_pixels // 1_000_000} megapixels and {most_side:,} pixels a side.",
        )
    return made
