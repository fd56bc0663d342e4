"""PACO-LVIS: common objects, their parts and their colours (docs/PACO_DATASET.md of facebookresearch/paco).

One COCO JSON a split. Categories are objects (``car_(automobile)``) and parts of objects (``car_(automobile):wheel``);
``obj_ann_id`` leads from a part to its object; ``dom_color_ids`` are the colours that dominate. A name stands for all
things of that name in the picture, one mask each; a colour or a part is said only of a thing that it singles out.
The annotations of a split are in memory while it is read (about 3 GB for train).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from training.convert.chat import Chat, cut_out, picture_meta
from training.convert.items import Conversation, Item
from training.convert.reading import need, require, stream
from training.convert.shapes import box_in_pixels, mask_meta, mask_of

TURNS = 3
MOST = 8
"""More things of one name are not asked for at once."""


@dataclass(frozen=True)
class Wish:
    """Words and the annotations that they stand for."""

    words: str
    things: tuple[dict[str, Any], ...]
    group: str


def plain(name: str) -> str:
    """Return a category's name as people say it: without the note in brackets, spaces for underscores."""
    return re.sub(r"_\(.*?\)", "", name).replace("_", " ").strip()


def many(name: str, count: int) -> str:
    """Return the words that ask for all *count* things of a name."""
    return f"the {name}" if count == 1 else f"every {name}"


def wishes(things: list[dict[str, Any]], names: dict[int, str], colours: dict[int, str]) -> list[Wish]:
    """Return what can be asked of the annotations of one picture, in their order."""
    objects: dict[str, list[dict[str, Any]]] = {}
    parts: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for thing in things:
        whole, colon, part = names[thing["category_id"]].partition(":")
        if colon:
            parts.setdefault((plain(whole), plain(part)), []).append(thing)
        else:
            objects.setdefault(plain(whole), []).append(thing)
    found: list[Wish] = []
    for name, group in objects.items():
        if len(group) <= MOST:
            found.append(Wish(many(name, len(group)), tuple(group), "segment.object"))
        if len(group) > 1:
            found += _coloured(name, group, colours)
    for (whole, part), group in parts.items():
        if len(objects.get(whole, [])) == 1 and len(group) <= MOST:
            found.append(Wish(f"{many(part, len(group))} of the {whole}", tuple(group), "segment.part"))
    return found


def _coloured(name: str, group: list[dict[str, Any]], colours: dict[int, str]) -> Iterator[Wish]:
    """Yield the things that are alone in their colour; where one is without colours, no colour singles out anything."""
    if any(not thing.get("dom_color_ids") for thing in group):
        return
    for colour, word in colours.items():
        having = [thing for thing in group if colour in thing["dom_color_ids"]]
        if len(having) == 1:
            yield Wish(f"the {word} {name}", (having[0],), "segment.attribute")


def read(folder: Path, split: str) -> Iterator[Item]:
    """Yield one conversation a picture: up to three wishes, each cut out."""
    path = need(folder, f"annotations/paco_lvis_v1_{split}.json", f"annotations/paco_lvis_v1/paco_lvis_v1_{split}.json")
    names: dict[int, str] = {}
    colours: dict[int, str] = {}
    images: dict[int, tuple[int, dict[str, Any]]] = {}
    things: dict[int, list[dict[str, Any]]] = {}
    kept = ("id", "bbox", "category_id", "segmentation", "dom_color_ids")
    attributes: dict[int, str] = {}
    for key, line, value in stream(path, "images", "annotations", "categories", "attributes", "attr_type_to_attr_idxs"):
        if key != "attr_type_to_attr_idxs":
            require(path, line, value, "id", *(("image_id", "category_id") if key == "annotations" else ()))
        if key == "images":
            images[value["id"]] = line, value
        elif key == "annotations":
            things.setdefault(value["image_id"], []).append({k: value[k] for k in kept if k in value})
        elif key == "categories":
            names[value["id"]] = value["name"]
        elif key == "attributes":
            attributes[value["id"]] = value["name"]
        elif value[0] == "color":
            colours = dict.fromkeys(value[1], "")
    colours = {n: attributes[n].replace("_", " ") for n in colours if n in attributes and "(" not in attributes[n]}
    for image_id, (line, image) in images.items():
        if image_id in things:
            build = partial(_build, folder, image, things[image_id], names, colours)
            yield Item(str(image_id), path, line, build)


def _build(
    folder: Path,
    image: dict[str, Any],
    things: list[dict[str, Any]],
    names: dict[int, str],
    colours: dict[int, str],
    key: str,
) -> Conversation:
    width, height = int(image["width"]), int(image["height"])
    chat = Chat(key)
    picture = chat.medium("image", image["file_name"], **picture_meta(folder, image["file_name"], (width, height)))
    possible = wishes(things, names, colours)
    group = ""
    for wish in chat.rng.sample(possible, min(TURNS, len(possible))):
        group = wish.group
        boxes = [box_in_pixels(thing["bbox"], width, height) for thing in wish.things]
        if chat.rng.random() < 0.2:
            group = "where"
            chat.ask(chat.request("where", wish.words))
            chat.reply("where.many" if len(boxes) > 1 else "where", picture.handle, len(boxes))
            chat.point(wish.words, boxes, picture.handle)
            chat.answer()
            continue
        chat.ask(chat.request("segment", wish.words))
        metas = [mask_meta(mask_of(thing["segmentation"], width, height)) for thing in wish.things]
        cut_out(chat, picture, wish.words, metas, boxes)
    return chat.done(group)
