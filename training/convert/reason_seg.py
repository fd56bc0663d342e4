"""ReasonSeg (LISA, arXiv 2308.00692): pictures with requests that seldom name the thing, and outlines of what is meant.

``<split>/NAME.jpg`` and ``NAME.json`` with ``text`` (one to six wordings), ``is_sentence`` (whether they are whole requests) and
``shapes``: outlines labelled ``target`` or ``ignore`` (doubtful, not counted), or ``flag`` (to be passed over). Masks are drawn
as the set's own ``utils/data_processing.py`` does, larger outlines first, borders included, so that scores compare.
``explanatory/train.json`` holds answers with reasons for some pictures.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from models.values import Phrase

from training.convert.chat import Chat, cut_out, picture_meta
from training.convert.items import Conversation, Item
from training.convert.reading import json_of, need, stream
from training.convert.shapes import box_round, mask_meta

if TYPE_CHECKING:
    from numpy.typing import NDArray


def draw(shapes: list[dict[str, Any]], width: int, height: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return what is meant and what is not to be counted, bool [height, width] each."""
    import cv2

    layers = []
    for shape in shapes:
        label = str(shape["label"]).lower()
        if label == "flag":
            continue
        points = [np.array(shape["points"], np.float64).astype(np.int32)]  # as the set's own code cuts off fractions
        layer = np.zeros((height, width), np.uint8)
        cv2.polylines(layer, points, True, (1,), 1)
        cv2.fillPoly(layer, points, (1,))
        layers.append((layer.astype(np.bool_), "ignore" in label))
    target, ignored = np.zeros((height, width), np.bool_), np.zeros((height, width), np.bool_)
    order = np.argsort([int(layer.sum()) for layer, _ in layers])[::-1]
    for layer, doubtful in (layers[index] for index in order):
        target, ignored = target & ~layer, ignored & ~layer
        if doubtful:
            ignored |= layer
        else:
            target |= layer
    return target, ignored


def read(folder: Path, split: str) -> Iterator[Item]:
    """Yield one conversation for each wording, then, for the train split, those with reasons."""
    pictures = need(folder, split)
    for path in sorted(pictures.glob("*.json")):
        try:
            count = len(_texts(json_of(path, "cp1252")))
        except (ValueError, KeyError, TypeError):
            count = 1  # building it tells what is wrong
        for number in range(count):
            yield Item(f"{path.stem}-{number}", path, 0, partial(_build, folder, path, number, None))
    reasons = folder / "explanatory" / "train.json"
    if split == "train" and reasons.exists():
        for number, (_, line, row) in enumerate(stream(reasons)):
            yield Item(f"why-{number}", reasons, line, partial(_explained, folder, pictures, row))


def _texts(notes: dict[str, Any]) -> list[Any]:
    return [notes["text"]] if isinstance(notes["text"], str) else list(notes["text"])


def _explained(folder: Path, pictures: Path, row: dict[str, Any], key: str) -> Conversation:
    path = pictures / Path(str(row["image"])).with_suffix(".json").name
    return _build(folder, path, 0, (str(row["query"]), str(row["outputs"])), key)


def _build(folder: Path, path: Path, number: int, reason: tuple[str, str] | None, key: str) -> Conversation:
    notes = json_of(path, "cp1252")
    name = path.with_suffix(".jpg").relative_to(folder).as_posix()
    chat = Chat(key)
    meta = picture_meta(folder, name)
    picture = chat.medium("image", name, **meta)
    target, ignored = draw(notes["shapes"], meta["width"], meta["height"])
    extra = {"ignore": mask_meta(ignored)["rle"]} if ignored.any() else {}
    mask = mask_meta(target, **extra)
    if reason:
        query, words = reason
        chat.ask(query)
        call = chat.call("segment", picture.handle, Phrase(" ".join(query.split())), box_round(target))
        chat.medium("mask", "", call=call, label=query, of=picture.handle, **mask)
        chat.say(words.strip())
        chat.answer()
        return chat.done("reason.explained")
    text = " ".join(str(_texts(notes)[number]).split())
    chat.ask(text if notes["is_sentence"] else chat.request("segment", text))
    cut_out(chat, picture, text, [mask], [box_round(target)])
    return chat.done("reason.sentence" if notes["is_sentence"] else "reason.phrase")
