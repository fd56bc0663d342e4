"""PASCAL-Part: the objects of PASCAL VOC 2010 and their parts, one MATLAB file a picture.

``Annotations_Part/NAME.mat`` holds ``anno``: ``imname`` and ``objects``, each with ``class``, ``mask`` and ``parts`` of
``part_name`` and ``mask``, uint8 [h, w]. Part names are short codes (part2ind.m of the release); left and right are the
thing's own. Numbered parts (``wheel_1``) are asked for together, one mask each. Things are asked for where the picture has
one of their name.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from training.convert.chat import Chat, cut_out, picture_meta
from training.convert.items import Conversation, Item
from training.convert.paco import many
from training.convert.reading import inside, need, text_of
from training.convert.shapes import box_round, mask_meta

if TYPE_CHECKING:
    from numpy.typing import NDArray

TURNS = 3

_CLASSES = {
    "aeroplane": "airplane", "diningtable": "dining table", "motorbike": "motorbike", "pottedplant": "potted plant",
    "tvmonitor": "television",
}  # fmt: skip
_WORDS = {
    "ear": "ear", "eye": "eye", "ebrow": "eyebrow", "foot": "foot", "hand": "hand", "leg": "leg", "wing": "wing",
    "horn": "horn", "larm": "lower arm", "uarm": "upper arm", "lleg": "lower leg", "uleg": "upper leg",
    "fleg": "front leg", "bleg": "back leg", "fpa": "front paw", "bpa": "back paw", "fho": "front hoof", "bho": "back hoof",
    "fuleg": "front upper leg", "flleg": "front lower leg", "buleg": "back upper leg", "blleg": "back lower leg",
}  # fmt: skip
"""Codes that follow l or r, for left and right."""
_PARTS = {
    "fwheel": "front wheel", "bwheel": "back wheel", "chainwheel": "chain wheel", "fliplate": "front license plate",
    "bliplate": "back license plate", "frontside": "front", "leftside": "left side", "rightside": "right side",
    "backside": "back", "roofside": "roof", "leftmirror": "left mirror", "rightmirror": "right mirror",
    "hfrontside": "front of the head", "hleftside": "left side of the head", "hrightside": "right side of the head",
    "hbackside": "back of the head", "hroofside": "roof of the head", "cfrontside": "coach front",
    "cleftside": "left coach side", "crightside": "right coach side", "cbackside": "coach back", "croofside": "coach roof",
}  # fmt: skip


def part_words(code: str) -> str:
    """Return a part's code as words, its number left out: ``lfuleg`` is "left front upper leg", ``wheel_2`` "wheel"."""
    code = re.sub(r"_\d+$", "", code)
    if code in _PARTS:
        return _PARTS[code]
    if code[:1] in "lr" and code[1:] in _WORDS:
        return f"{'left' if code[0] == 'l' else 'right'} {_WORDS[code[1:]]}"
    return code


@dataclass(frozen=True)
class Thing:
    """An object: its class in words, its mask, and masks of its parts by their words."""

    name: str
    mask: NDArray[np.bool_]
    parts: dict[str, list[NDArray[np.bool_]]]


def things_in(path: Path) -> list[Thing]:
    """Return the objects of a ``.mat`` file. Raises ValueError when it is none of this set."""
    from scipy.io import loadmat
    from scipy.io.matlab import MatReadError

    try:
        anno = loadmat(path)["anno"][0, 0]
        found = []
        for thing in anno["objects"].ravel():
            parts: dict[str, list[NDArray[np.bool_]]] = {}
            for part in thing["parts"].ravel():
                mask = np.asarray(part["mask"] > 0, np.bool_)
                parts.setdefault(part_words(str(part["part_name"][0])), []).append(mask)
            name = str(thing["class"][0])
            found.append(Thing(_CLASSES.get(name, name), np.asarray(thing["mask"] > 0, np.bool_), parts))
    except (MatReadError, zlib.error, EOFError, LookupError, TypeError, ValueError, NotImplementedError) as error:
        raise ValueError(f"this is not a PASCAL-Part annotation: {error}") from error
    return found


def read(folder: Path, split: str) -> Iterator[Item]:
    """Yield one conversation a picture of VOC's list for the split: up to three wishes."""
    notes = need(folder, "Annotations_Part", "trainval/Annotations_Part")
    voc = need(folder, "VOCdevkit/VOC2010", "VOC2010", "JPEGImages")
    voc = folder if voc.name == "JPEGImages" else voc
    names = need(voc, f"ImageSets/Main/{split}.txt")
    pictures = need(voc, "JPEGImages").relative_to(folder).as_posix()
    for line, text in enumerate(text_of(names).splitlines(), 1):
        if stem := text.strip():
            yield Item(stem, names, line, partial(_build, folder, f"{pictures}/{stem}.jpg", notes, stem))


def _wishes(things: list[Thing]) -> list[tuple[str, list[NDArray[np.bool_]], str]]:
    found: list[tuple[str, list[NDArray[np.bool_]], str]] = []
    counts: dict[str, int] = {}
    for thing in things:
        counts[thing.name] = counts.get(thing.name, 0) + 1
    for thing in things:
        if counts[thing.name] > 1:
            continue
        found.append((f"the {thing.name}", [thing.mask], "segment.object"))
        for part, masks in thing.parts.items():
            filled = [mask for mask in masks if mask.any()]
            if filled:
                found.append((f"{many(part, len(filled))} of the {thing.name}", filled, "segment.part"))
    return found


def _build(folder: Path, name: str, notes: Path, stem: str, key: str) -> Conversation:
    things = things_in(inside(notes, f"{stem}.mat"))
    if not things:
        raise ValueError("it holds no object")
    height, width = things[0].mask.shape
    chat = Chat(key)
    picture = chat.medium("image", name, **picture_meta(folder, name, (width, height)))
    possible: list[Any] = _wishes(things)
    group = ""
    for words, masks, group in chat.rng.sample(possible, min(TURNS, len(possible))):  # noqa: B007
        chat.ask(chat.request("segment", words))
        cut_out(chat, picture, words, [mask_meta(mask) for mask in masks], [box_round(mask) for mask in masks])
    return chat.done(group)
