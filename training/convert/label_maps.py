"""Sets whose truth is one number a pixel: COCO-Stuff and the 150 classes of ADE20K's scene parsing challenge.

COCO-Stuff (``annotations/<split>2017/*.png``, ``labels.txt``): a pixel's number is one below that of ``labels.txt``, 255 is
unlabelled (README of nightrome/cocostuff). Its names with a hyphen are kinds (``wall-brick``): a mask of all kinds together
is called by the family (wall), a mask of one kind by both (brick wall); names of what is left over (``plant-other``) are not
what a person would say and are left out, but for the sky.

ADE20K (``annotations/<split>/*.png``, ``objectInfo150.txt``): 0 is anything else, 1..150 the rows of the table, of whose
names the first is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from training.convert.chat import Chat, cut_out, picture_meta
from training.convert.items import Conversation, Damaged, Item
from training.convert.reading import inside, need, text_of
from training.convert.shapes import mask_meta

if TYPE_CHECKING:
    from numpy.typing import NDArray

TURNS = 3
SMALLEST = 0.002
"""Classes that cover a smaller share of the picture are not asked for: mostly crumbs at borders."""

Names = Mapping[str, frozenset[int]]
"""What can be asked for, and the pixel numbers that belong to it."""


def numbers_in(path: Path) -> NDArray[np.uint8]:
    """Return the numbers of a PNG, uint8 [h, w]: palette indices or grey values. Raises ValueError on a coloured picture."""
    with Image.open(path) as picture:
        if picture.mode not in ("L", "P"):
            raise ValueError(f"{path.name} is {picture.mode}, not a map of numbers (grey or palette)")
        return np.asarray(picture, np.uint8)


def coco_names(path: Path) -> Names:
    """Read ``labels.txt`` ("12: street sign" a line). Raises Damaged with the line that is none."""
    classes: dict[str, int] = {}
    for number, line in enumerate(text_of(path).splitlines(), 1):
        count, colon, words = line.partition(":")
        if not line.strip():
            continue
        if not colon or not count.strip().isdigit():
            raise Damaged(path, number, f"{line!r} is not of the form 'number: name'")
        if int(count):  # 0 is unlabelled
            classes[words.strip()] = int(count) - 1
    families: dict[str, dict[str, int]] = {}
    names: dict[str, frozenset[int]] = {}
    for name, value in classes.items():
        family, hyphen, kind = name.partition("-")
        if not hyphen:
            names[name] = frozenset((value,))
        elif kind != "stuff":
            families.setdefault(family, {})[kind] = value
    for family, kinds in families.items():
        if family == "sky" or (len(kinds) > 1 and family not in names):
            names[family] = frozenset(kinds.values())
            names |= {f"{kind} {family}": frozenset((value,)) for kind, value in kinds.items() if kind != "other"}
    return names


def ade_names(path: Path) -> Names:
    """Read ``objectInfo150.txt`` (a header, then index, ratio, counts and names parted by tabs)."""
    names: dict[str, frozenset[int]] = {}
    for number, line in enumerate(text_of(path).splitlines()[1:], 2):
        cells = line.split("\t")
        if len(cells) < 5 or not cells[0].strip().isdigit():
            raise Damaged(path, number, f"{line!r} does not hold an index, a ratio, two counts and names")
        name = cells[-1].split(",")[0].strip()
        names[name] = names.get(name, frozenset()) | {int(cells[0])}  # "screen" and "stool" name more than one class
    return names


def read(folder: Path, split: str, table: str, names_of: Callable[[Path], Names]) -> Iterator[Item]:
    """Yield one conversation a picture: up to three of its classes, each cut out."""
    maps, pictures = need(folder, f"annotations/{split}"), need(folder, f"images/{split}")
    names = names_of(need(folder, table))
    for path in sorted(maps.glob("*.png")):
        name = (pictures / path.with_suffix(".jpg").name).relative_to(folder).as_posix()
        yield Item(path.stem, path, 0, partial(_build, folder, name, path, names))


def _build(folder: Path, name: str, path: Path, names: Names, key: str) -> Conversation:
    numbers = numbers_in(inside(path.parent, path.name))
    chat = Chat(key)
    picture = chat.medium("image", name, **picture_meta(folder, name, (numbers.shape[1], numbers.shape[0])))
    sizes = np.bincount(numbers.ravel(), minlength=256)
    shown = [(x, values) for x, values in names.items() if sizes[list(values)].sum() >= SMALLEST * numbers.size]
    for x, values in chat.rng.sample(shown, min(TURNS, len(shown))):
        meta: dict[str, Any] = mask_meta(np.isin(numbers, list(values)))
        chat.ask(chat.request("segment", f"the {x}"))
        cut_out(chat, picture, f"the {x}", [meta])
    return chat.done("segment.class")
