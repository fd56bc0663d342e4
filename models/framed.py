"""Detections, however they were found: which of them are meant, how they are shown, and what is said where there are none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from models import palette
from models.expert import Refusal
from models.values import Box

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


_ALL = ("", "everything", "things", "objects", "all", "all things", "all objects", "items")


def everything(phrase: str) -> bool:
    """Return whether *phrase* asks for all that there is."""
    return phrase.strip().lower().removeprefix("all ").removeprefix("the ") in _ALL


def inside(box: Box, marks: Sequence[Box]) -> bool:
    """Return whether the middle of *box* lies in one of *marks*, or there are none."""
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    return not marks or any(mark.x0 <= x <= mark.x1 and mark.y0 <= y <= mark.y1 for mark in marks)


def absent(phrase: str, handle: str, within: bool, hint: str) -> Refusal:
    """Return the refusal of a search for *phrase* in *handle*, or *within* a marked place of it, that found nothing."""
    said = f"“{phrase[:60]}”" if phrase else "Anything"
    return Refusal(f"{said} was not found {'in the marked place of' if within else 'in'} {handle}.", hint)


def framed(pixels: NDArray[np.uint8], found: Sequence[tuple[str, Box]]) -> NDArray[np.uint8]:
    """Return a copy of *pixels*, uint8 [h, w, 3], with a frame and the name round each box, in the colour of its place in *found*
    (:mod:`models.palette`)."""
    import numpy as np
    from PIL import Image, ImageDraw, ImageFont

    height, width = pixels.shape[:2]
    image = Image.fromarray(np.ascontiguousarray(pixels))
    pen = ImageDraw.Draw(image)
    line = max(2, round(min(width, height) / 180))
    font = ImageFont.load_default(max(11, round(min(width, height) / 28)))
    for index, (name, box) in enumerate(found):
        x0, y0, x1, y1 = box.to_pixels(width, height)
        tone = palette.tone(index)
        pen.rectangle((x0 - line, y0 - line, x1 + line - 1, y1 + line - 1), outline=(255, 255, 255), width=1)
        pen.rectangle((x0 - line + 1, y0 - line + 1, x1 + line - 2, y1 + line - 2), outline=tone, width=line)
        left, top, right, bottom = pen.textbbox((0, 0), name, font=font)
        wide, high = right - left + 4 * line, bottom - top + 3 * line
        x = min(max(0, x0 - line), max(0, width - wide))
        y = y0 - line - high if y0 - line - high >= 0 else min(y0, height - high)
        pen.rounded_rectangle((x, y, x + wide, y + high), radius=2 * line, fill=tone)
        pen.text((x + 2 * line - left, y + 1.5 * line - top), name, fill=palette.ink(), font=font)
    return np.asarray(image)
