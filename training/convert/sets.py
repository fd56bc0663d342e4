"""The public sets that can be converted, their parts, and the one function that converts one.

WebVid is not among them: its distribution was stopped at the demand of its videos' owners.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from training.convert import (
    ade20k,
    captions,
    edits,
    follow,
    label_maps,
    layouts,
    llava,
    paco,
    pascal_part,
    reason_seg,
    refer,
    salient,
)
from training.convert.about import ABOUT, About
from training.convert.items import Item, Missing
from training.convert.write import Tally, card, write

Reader: TypeAlias = Callable[[Path, str], Iterator[Item]]


@dataclass(frozen=True)
class PublicSet:
    """A set: its reader, and its parts by the name to ask for, with the name that the set itself uses."""

    about: About
    read: Reader
    splits: Mapping[str, str]


class Unknown(ValueError):
    """A set or a part of one that does not exist; the words list those that do."""


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


def _refer(name: str, by: str) -> Reader:
    return partial(refer.read, name=name, by=by)


_COCO = {"train": "train2017", "val": "val2017"}
_ADE = {"train": "training", "val": "validation"}
_ABC = _same("train", "val", "testA", "testB")
_TVT = _same("train", "val", "test")

_PARTS: dict[str, tuple[Reader, dict[str, str]]] = {
    "refcoco": (_refer("refcoco", "unc"), _ABC),
    "refcoco-google": (_refer("refcoco", "google"), _TVT),
    "refcoco+": (_refer("refcoco+", "unc"), _ABC),
    "refcocog": (_refer("refcocog", "umd"), _TVT),
    "refcocog-google": (_refer("refcocog", "google"), _same("train", "val")),
    "refclef": (_refer("refclef", "unc"), {**_ABC, "testC": "testC"}),
    "refclef-berkeley": (_refer("refclef", "berkeley"), _TVT),
    "reasonseg": (reason_seg.read, _TVT),
    "coco-stuff": (partial(label_maps.read, table="labels.txt", names_of=label_maps.coco_names), _COCO),
    "ade20k-150": (partial(label_maps.read, table="objectInfo150.txt", names_of=label_maps.ade_names), _ADE),
    "ade20k": (ade20k.read, _ADE),
    "paco-lvis": (paco.read, _TVT),
    "pascal-part": (pascal_part.read, _same("train", "val", "trainval")),
    "msra": (salient.read, _same("all")),
    "llava-instruct": (
        llava.read,
        {"train": "llava_instruct_150k.json", "conversation": "conversation_58k.json", "detail": "detail_23k.json",
         "reasoning": "complex_reasoning_77k.json"},
    ),
    "instruct-pix2pix": (edits.read_pix2pix, _TVT),
    "magicbrush": (edits.read_magicbrush, _same("train", "dev", "test")),
    "nsr-1k-counting": (partial(layouts.read, kind="counting"), _same("train", "val")),
    "nsr-1k-spatial": (partial(layouts.read, kind="spatial"), _same("train", "val")),
    "audiocaps": (captions.read_audiocaps, _TVT),
    "clotho": (captions.read_clotho, {"train": "development", "val": "validation", "test": "evaluation"}),
    "msr-vtt": (captions.read_msrvtt, {"train": "train", "val": "validate", "test": "test"}),
    "ref-youtube-vos": (follow.read_youtube, _same("train")),
    "mevis": (follow.read_mevis, {"train": "train", "val": "valid_u"}),
}  # fmt: skip

SETS: dict[str, PublicSet] = {name: PublicSet(ABOUT[name], *parts) for name, parts in _PARTS.items()}


def items(name: str, folder: Path, split: str) -> Iterator[Item]:
    """Yield the conversations to come of one part of a set.

    Raises Unknown for a set or part that does not exist, Missing, with the layout, the source and the terms of the set, for
    a folder that does not hold it.
    """
    if name not in SETS:
        raise Unknown(f"There is no set {name!r}. There are: {', '.join(SETS)}.")
    chosen = SETS[name]
    if split not in chosen.splits:
        raise Unknown(f"{chosen.about.title} has no part {split!r}. It has: {', '.join(chosen.splits)}.")
    try:
        if not folder.is_dir():
            raise Missing(f"{folder} is no folder")
        yield from chosen.read(folder, chosen.splits[split])
    except Missing as error:
        layout = "".join(f"\n    {line}" for line in chosen.about.layout.splitlines())
        raise Missing(
            f"{chosen.about.title} was not found: {error}.\nIts folder holds:{layout}\n"
            f"Get it from {chosen.about.home}\nTerms: {chosen.about.licence}"
        ) from error


def convert(
    name: str, folder: Path, split: str, out: Path, *, limit: int | None = None, skip_broken: bool = False,
    tell: Callable[[str], None] = lambda words: None,
) -> tuple[Tally, Path]:  # fmt: skip
    """Write one part of a set to *out* as JSON Lines and its card beside it; returns the tally and the card's path.

    Media paths are relative to *folder*. Raises Unknown, Missing, Damaged, Broken, Full and ValueError, each in whole words.
    """
    found = items(name, folder, split)
    tally = write(found, out, f"{name}/{split}/", limit=limit, skip_broken=skip_broken, tell=tell)
    facts: dict[str, Any] = {
        "set": name,
        "split": split,
        "paths": "relative to the set's folder",
        **asdict(SETS[name].about),
    }
    return tally, card(out, facts, tally)
