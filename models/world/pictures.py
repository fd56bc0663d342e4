"""What the picture-book experts share: the size of a picture, words about what is known, a scene drawn with its notes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from models.expert import Picture, Refusal, Report, Share
from models.media import LIMITS
from models.previews import small
from models.world.busts import notes_on
from models.world.scene import Scene
from models.world.wish import Wish

USUAL = (768, 512)
"""Pixels across and down where nothing else is asked for."""
LEAST = 64
"""Pixels of the shorter side, at least."""
MOST_PIXELS = 16_000_000
"""Pixels of a drawn picture, at most: more would not fit into the memory that the smallest profile promises."""
_SIZE = re.compile(r"(\d{1,6})\s*(?:x|×|\*|by|,)\s*(\d{1,6})")
_NAMED = {"square": (640, 640), "portrait": (512, 768), "landscape": USUAL, "wide": (896, 504), "tall": (504, 896), "hd": (1280, 720),
          "full hd": (1920, 1080), "4k": (3840, 2160)}  # fmt: skip


def size_of(text: str | None, usual: tuple[int, int] = USUAL) -> tuple[int, int, list[str]]:
    """Return width and height in pixels for a ``size=`` setting, and notes on what had to be changed.

    Understood are ``768x512``, one number for a square, and the names square, portrait, landscape, wide, tall, hd, full hd
    and 4k. Sizes outside LEAST.. and the limits of pictures are brought inside, keeping the shape as far as it goes.
    """
    if not text:
        return (*usual, [])
    plain = text.strip().lower()
    found = _SIZE.search(plain)
    if found:
        width, height = int(found[1]), int(found[2])
    elif plain.removesuffix("px").strip().isdecimal():
        width = height = int(plain.removesuffix("px").strip())
    elif plain in _NAMED:
        width, height = _NAMED[plain]
    else:
        return (*usual, [f"size={text[:40]} was not understood, so the picture has {usual[0]} x {usual[1]} pixels."])
    fitted = _fitted(max(1, width), max(1, height))
    notes = (
        []
        if fitted == (width, height)
        else [f"{width} x {height} pixels cannot be drawn; the picture has {fitted[0]} x {fitted[1]}."]
    )
    return (*fitted, notes)


def _fitted(width: int, height: int) -> tuple[int, int]:
    scale = max(1.0, LEAST / min(width, height))
    w, h = width * scale, height * scale
    scale = min(1.0, LIMITS.image_side / max(w, h), (MOST_PIXELS / (w * h)) ** 0.5)
    return max(LEAST, min(LIMITS.image_side, int(w * scale))), max(LEAST, min(LIMITS.image_side, int(h * scale)))


def refusal(wish: Wish, caption: str, near: Callable[[str], Sequence[str]]) -> Refusal:
    """Return what is said when nothing of *caption* is known. *near* gives names of the atlas that are near to a word."""
    unknown = list(wish.unknown or wish.loose)[:3]
    if not unknown:
        return Refusal(
            "The description names nothing that can be drawn.",
            "Name things and where they are, such as “two cats on a sofa at night”.",
        )
    if not re.search(r"[a-z]", caption.lower()):  # nearness of meaning says nothing about words the encoder cannot read
        return Refusal(
            f"I do not know how to draw {_joined(unknown)}.",
            "I read English: say it so, such as “a red car by a house”.",
        )
    names = list(dict.fromkeys(name for word in unknown for name in near(word)))[:5]
    listed = f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else "".join(names)
    hint = (
        f"What I can draw that is near: {listed}."
        if names
        else "Try everyday things: animals, food, vehicles, people, tools."
    )
    return Refusal(f"I do not know how to draw {_joined(unknown)}.", hint)


def sides(wish: Wish) -> list[str]:
    """Return what must be said of things of *wish* that shall look to a side: of most things only the front is known."""
    from models.world import atlas

    names = [wish.things[r.thing].name for r in wish.relations if r.kind.startswith("looks_")]
    fronts = [name for name in dict.fromkeys(names) if name and atlas.entry(name).facing not in ("left", "right")]
    return [f"I know the {name} only from the front, so it looks to no side." for name in fronts]


def _joined(words: Sequence[str]) -> str:
    quoted = [f"“{word}”" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def near_names(embed: Callable[[list[str]], Any] | None) -> Callable[[str], Sequence[str]]:
    """Return what gives the three names of the atlas that are nearest to a word."""
    from models.world.find import suggest

    return lambda word: suggest(word, embed)


def drawn(
    scene: Scene,
    width: int,
    height: int,
    label: str,
    notes: Sequence[str],
    report: Report,
    more: Mapping[str, Any] | None = None,
) -> Picture:
    """Draw *scene* and return the picture, with the scene, the *notes* and the true boxes of what is seen of its things in its meta:
    rows of name, x0, y0, x1, y1 in fractions."""
    from models.world.composer import compose

    made = compose(scene, width, height, truth=True, report=Share(report, 0.4, 0.99))
    pixels, seen = made.pixels, zip(scene.things, made.boxes, strict=True)
    boxes = [[thing.name, *(round(v, 4) for v in (b.x0, b.y0, b.x1, b.y1))] for thing, b in seen if b is not None]
    report(1.0, "done", lambda: small(pixels))
    notes = [*notes, *notes_on(scene)]
    meta = {"made": "picture-book", "scene": scene.to_json(), "notes": notes, "boxes": boxes, **(more or {})}
    return Picture(pixels, label[:120], meta)
