"""RefCOCO, RefCOCO+, RefCOCOg and RefCLEF in the layout of the REFER toolkit (github.com/lichengunc/refer).

``<set>/instances.json`` is COCO's JSON; the expressions are published as ``<set>/refs(<by>).p``, which this project does not
open: :mod:`training.convert.refs_json` turns it into ``refs(<by>).json`` without running anything in it. Annotations of the
COCO sets hold outlines, those of RefCLEF a list of run lengths.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from models.values import Box

from training.convert.chat import Chat, cut_out, picture_meta
from training.convert.items import Conversation, Item, Missing, broken
from training.convert.reading import lacking, need, require, stream
from training.convert.shapes import box_in_pixels, mask_meta, mask_of

TURNS = 3
"""At most so many expressions of one picture in a conversation, as in u-LLaVA (arXiv 2311.05348)."""


def in_split(ref_split: str, split: str) -> bool:
    """Whether an expression of *ref_split* belongs to *split*; those of RefCLEF's test sets may belong to several (testAB)."""
    if split.startswith("test") and len(split) == 5:
        return ref_split.startswith("test") and split[-1] in ref_split[4:]
    return ref_split == split or (split == "test" and ref_split.startswith("test"))


def _refs(folder: Path, by: str) -> Path:
    path = folder / f"refs({by}).json"
    if not path.exists() and (folder / f"refs({by}).p").exists():
        raise Missing(
            f"{path} is not there, but refs({by}).p is. Such files can run code when they are opened in the usual way; "
            f"turn it into JSON, which runs nothing, with: python -m training.convert.refs_json '{folder}/refs({by}).p'"
        )
    return need(folder, path.name)


def read(folder: Path, split: str, name: str, by: str) -> Iterator[Item]:
    """Yield the conversations of one split: up to three expressions of one picture each."""
    data = need(folder, name)
    need(folder, f"images/{'saiapr_tc-12' if name == 'refclef' else 'mscoco/images/train2014'}")
    refs_file, instances = _refs(data, by), need(data, "instances.json")
    asked: dict[Any, list[tuple[int, dict[str, Any], dict[str, Any]]]] = {}
    for _, line, ref in stream(refs_file):
        if why := lacking(ref, "split", "sentences", "image_id", "ann_id"):
            yield broken(f"line-{line}", refs_file, line, why)
        elif in_split(ref["split"], split):
            for sentence in ref["sentences"]:
                asked.setdefault(ref["image_id"], []).append((line, ref, sentence))
    wanted = {ref["ann_id"] for found in asked.values() for _, ref, _ in found}
    objects: dict[Any, dict[str, Any]] = {}
    images: dict[Any, dict[str, Any]] = {}
    for key, line, value in stream(instances, "images", "annotations"):
        require(instances, line, value, "id")
        if key == "images" and value["id"] in asked:
            images[value["id"]] = value
        elif key == "annotations" and value["id"] in wanted:
            objects[value["id"]] = value
    for image_id, found in asked.items():
        for start in range(0, len(found), TURNS):
            turns = found[start : start + TURNS]
            build = partial(_build, folder, name, images, objects, image_id, turns)
            yield Item(f"{image_id}-{turns[0][2]['sent_id']}", refs_file, turns[0][0], build)


def _file(name: str, image: dict[str, Any]) -> str:
    return f"images/{'saiapr_tc-12' if name == 'refclef' else 'mscoco/images/train2014'}/{image['file_name']}"


def _build(
    folder: Path, name: str, images: dict[Any, dict[str, Any]], objects: dict[Any, dict[str, Any]], image_id: Any,
    turns: list[tuple[int, dict[str, Any], dict[str, Any]]], key: str,
) -> Conversation:  # fmt: skip
    """Each expression is asked for as a mask or a place; now and then its object is marked instead of named."""
    if image_id not in images:
        raise ValueError(f"instances.json has no image {image_id}")
    image = images[image_id]
    width, height = int(image["width"]), int(image["height"])
    path = _file(name, image)
    chat = Chat(key)
    picture = chat.medium("image", path, **picture_meta(folder, path, (width, height)))
    group = ""
    for _, ref, sentence in turns:
        if ref["ann_id"] not in objects:
            raise ValueError(f"instances.json has no annotation {ref['ann_id']}")
        thing = objects[ref["ann_id"]]
        words = " ".join(str(sentence["sent"]).split())
        box: Box = box_in_pixels(thing["bbox"], width, height)
        kind = chat.rng.choices(("segment", "where", "segment.region"), (5, 2, 2))[0]
        group = f"refer.{kind}"
        if kind == "where":
            chat.ask(chat.request("where", words))
            chat.reply("where")
            chat.point(words, (box,), picture.handle)
            chat.answer()
            continue
        meta = mask_meta(mask_of(thing["segmentation"], width, height))
        if kind == "segment":
            chat.ask(chat.request("segment", words))
            cut_out(chat, picture, words, [meta], [box])
        else:
            region = chat.mark(picture.handle, box)
            chat.ask(chat.request("segment.region"))
            chat.reply("segment", picture.handle)
            call = chat.call("segment", picture.handle, region.handle)
            chat.medium("mask", "", call=call, label=words, of=picture.handle, **meta)
            chat.answer()
    return chat.done(group)
