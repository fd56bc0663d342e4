"""MSRA10K and MSRA-B: pictures (``NAME.jpg``) beside the mask of what stands out (``NAME.png``, white)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from models.masks import from_png

from training.convert.chat import Chat, cut_out, picture_meta
from training.convert.items import Conversation, Item, Missing
from training.convert.reading import inside
from training.convert.shapes import box_round, mask_meta

PHRASE = "the thing that stands out most"


def read(folder: Path, split: str) -> Iterator[Item]:
    """Yield one conversation a pair. The sets come without parts of their own: *split* is always "all"."""
    places = [folder / name for name in ("MSRA10K_Imgs_GT/Imgs", "Imgs", "MSRA-B", ".")]
    found = next((place for place in places if place.is_dir() and any(place.glob("*.png"))), None)
    if found is None:
        raise Missing(f"{folder} holds no PNG masks in MSRA10K_Imgs_GT/Imgs, in Imgs, in MSRA-B or in itself")
    for path in sorted(found.glob("*.png")):
        yield Item(path.stem, path, 0, partial(_build, folder, path))


def _build(folder: Path, path: Path, key: str) -> Conversation:
    name = path.with_suffix(".jpg").relative_to(folder).as_posix()
    inside(folder, name)
    mask = from_png(path)
    chat = Chat(key)
    picture = chat.medium("image", name, **picture_meta(folder, name, (mask.shape[1], mask.shape[0])))
    chat.ask(chat.request("segment.salient"))
    cut_out(chat, picture, PHRASE, [mask_meta(mask)], [box_round(mask)])
    return chat.done("segment.salient")
