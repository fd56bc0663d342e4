"""ADE20K in full (release 2021_17_01): objects and their parts in the colours of ``*_seg.png`` and ``*_parts_1.png``.

A pixel's class is R // 10 * 256 + G (``utils/utils_ade20k.py`` of CSAILVision/ADE20K); 0 is nothing. What the number is called
stands in the picture's own JSON (``name_ndx``, ``name``), so that the published index, which is a program when opened, is
not needed. Parts are named with what they belong to, where all of that name belong to things of one name.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from training.convert.chat import Chat, cut_out, picture_meta
from training.convert.items import Conversation, Item
from training.convert.reading import inside, json_of, need
from training.convert.shapes import mask_meta

if TYPE_CHECKING:
    from numpy.typing import NDArray

TURNS = 3


def classes_in(path: Path) -> NDArray[np.int32]:
    """Return the class of each pixel, int32 [h, w], of a ``_seg`` or ``_parts`` picture."""
    with Image.open(path) as picture:
        colours = np.asarray(picture.convert("RGB"), np.int32)
    return np.asarray(colours[..., 0] // 10 * 256 + colours[..., 1], np.int32)


def read(folder: Path, split: str) -> Iterator[Item]:
    """Yield one conversation a picture: up to three of its classes of objects or parts, each cut out."""
    root = need(folder, f"ADE20K_2021_17_01/images/ADE/{split}", f"images/ADE/{split}")
    for path in sorted(root.rglob("*_seg.png")):
        stem = path.name.removesuffix("_seg.png")
        yield Item(stem, path.with_name(f"{stem}.json"), 0, partial(_build, folder, path.parent, stem))


def _first(name: str) -> str:
    return name.split(",")[0].strip()


def _names(things: list[dict[str, Any]]) -> list[tuple[str, int, int]]:
    """Return (words, class, level 0 for objects or 1 for parts) of what can be asked for."""
    by_id = {thing["id"]: thing for thing in things}
    objects: dict[int, str] = {}
    owners: dict[int, set[str]] = {}
    parts: dict[int, str] = {}
    for thing in things:
        if thing["parts"]["part_level"] == 0:
            objects[int(thing["name_ndx"])] = _first(thing["name"])
        elif thing["parts"]["part_level"] == 1:
            whole = by_id.get(thing["parts"]["ispartof"]) if isinstance(thing["parts"]["ispartof"], int) else None
            owners.setdefault(int(thing["name_ndx"]), set()).add(_first(whole["name"]) if whole else "")
            parts[int(thing["name_ndx"])] = _first(thing["name"])
    named = [(f"the {name}", number, 0) for number, name in objects.items()]
    for number, name in parts.items():
        whole_names = owners[number]
        if len(whole_names) == 1 and (owner := next(iter(whole_names))):
            named.append((f"the {name} of the {owner}", number, 1))
    return named


def _build(folder: Path, place: Path, stem: str, key: str) -> Conversation:
    notes = json_of(inside(place, f"{stem}.json"))["annotation"]
    name = (place / f"{stem}.jpg").relative_to(folder).as_posix()
    maps = [classes_in(place / f"{stem}_seg.png")]
    if (place / f"{stem}_parts_1.png").exists():
        maps.append(classes_in(place / f"{stem}_parts_1.png"))
    chat = Chat(key)
    picture = chat.medium("image", name, **picture_meta(folder, name, (maps[0].shape[1], maps[0].shape[0])))
    named = [(x, number, level) for x, number, level in _names(notes["object"]) if level < len(maps)]
    present = [set(np.unique(classes).tolist()) for classes in maps]
    shown = [row for row in named if row[1] in present[row[2]]]
    for x, number, level in chat.rng.sample(shown, min(TURNS, len(shown))):
        chat.ask(chat.request("segment", x))
        cut_out(chat, picture, x, [mask_meta(maps[level] == number)])
    return chat.done("segment.class")
