"""Things to follow through clips by words: Ref-YouTube-VOS and MeViS.

Both have ``meta_expressions.json``: ``videos`` by name, each with ``frames`` (names) and ``expressions`` (``exp`` and what it means).
A clip is a folder of JPEG frames, ``JPEGImages/NAME``; its medium's path is that folder and ``meta["files"]`` the frames.
Ref-YouTube-VOS: the pixels of ``Annotations/NAME/FRAME.png`` are object numbers (``obj_id``), six frames a second. MeViS:
``mask_dict.json`` holds for each ``anno_id`` one COCO run length or null for each frame; an expression may mean several
things, or none at all. Only parts whose masks are published are offered; ``mask_dict.json`` is held in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from models.masks import rle_decode
from models.values import Phrase

from training.convert.chat import Chat, picture_meta
from training.convert.items import Conversation, Item
from training.convert.label_maps import numbers_in
from training.convert.reading import inside, need, require, stream
from training.convert.shapes import mask_meta

if TYPE_CHECKING:
    from numpy.typing import NDArray

TURNS = 3
YOUTUBE_FPS = 6.0
"""Every fifth frame of 30 a second is kept (URVOS, ECCV 2020)."""


def _turns(path: Path) -> Iterator[tuple[int, str, list[str], list[tuple[str, Any]]]]:
    """Yield (line, video, frames, up to three expressions) of ``meta_expressions.json``."""
    for _, line, (name, video) in stream(path, "videos"):
        require(path, line, video, "frames", "expressions")
        expressions = list(video["expressions"].items())
        for start in range(0, len(expressions), TURNS):
            yield line, name, sorted(video["frames"]), expressions[start : start + TURNS]


def _clip(chat: Chat, folder: Path, place: str, frames: Sequence[str], **facts: Any) -> tuple[int, int]:
    """Attach the clip; returns its width and height, px."""
    size = picture_meta(folder, f"{place}/{frames[0]}.jpg")
    for frame in frames[1:]:
        inside(folder, f"{place}/{frame}.jpg")
    chat.medium("video", place, **size, frames=len(frames), files=[f"{frame}.jpg" for frame in frames], **facts)
    return size["width"], size["height"]


def _followed(chat: Chat, words: str, masks: list[NDArray[np.bool_]]) -> None:
    """Add one turn: the clip's thing by *words* and its masks, bool [t, h, w] each; without masks there is no such thing."""
    chat.ask(chat.request("follow", words))
    if not masks:
        chat.reply("follow.none", "video#1")
        chat.answer()
        return
    chat.reply("follow.many" if len(masks) > 1 else "follow", "video#1", len(masks))
    call = chat.call("video_segment", "video#1", Phrase(words))
    for mask in masks:
        chat.medium("mask", "", call=call, label=words, of="video#1", frames=len(mask), **mask_meta(mask))
    chat.answer()


def read_youtube(folder: Path, split: str) -> Iterator[Item]:
    """Yield conversations of up to three expressions of one clip."""
    path = need(folder, f"meta_expressions/{split}/meta_expressions.json", f"{split}/meta_expressions.json")
    need(folder, f"{split}/Annotations")
    need(folder, f"{split}/JPEGImages")
    for line, name, frames, expressions in _turns(path):
        yield Item(
            f"{name}-{expressions[0][0]}", path, line, partial(_youtube, folder, split, name, frames, expressions)
        )


def _youtube(
    folder: Path, split: str, name: str, frames: list[str], expressions: list[tuple[str, Any]], key: str
) -> Conversation:
    chat = Chat(key)
    width, height = _clip(chat, folder, f"{split}/JPEGImages/{name}", frames, fps=YOUTUBE_FPS)
    maps = np.stack([numbers_in(inside(folder, f"{split}/Annotations/{name}/{frame}.png")) for frame in frames])
    if maps.shape[1:] != (height, width):
        raise ValueError(
            f"the masks of {name} have {maps.shape[2]} x {maps.shape[1]} pixels, its frames {width} x {height}"
        )
    for _, expression in expressions:
        _followed(chat, " ".join(str(expression["exp"]).split()), [maps == int(expression["obj_id"])])
    return chat.done("follow")


def read_mevis(folder: Path, split: str) -> Iterator[Item]:
    """Yield conversations of up to three expressions of one clip."""
    root = need(folder, split)
    path, masks = need(root, "meta_expressions.json"), need(root, "mask_dict.json")
    need(root, "JPEGImages")
    by_id = {name: runs for _, _, (name, runs) in stream(masks)}
    for line, name, frames, expressions in _turns(path):
        build = partial(_mevis, folder, f"{split}/JPEGImages/{name}", frames, expressions, by_id)
        yield Item(f"{name}-{expressions[0][0]}", path, line, build)


def _mevis(
    folder: Path, place: str, frames: list[str], expressions: list[tuple[str, Any]], by_id: dict[str, Any], key: str
) -> Conversation:
    chat = Chat(key)
    width, height = _clip(chat, folder, place, frames)
    for _, expression in expressions:
        masks = []
        for anno in expression["anno_id"]:
            runs = by_id[str(anno)]
            if len(runs) != len(frames):
                raise ValueError(f"annotation {anno} has {len(runs)} frames, its clip {len(frames)}")
            mask = np.zeros((len(frames), height, width), np.bool_)
            for index, run in enumerate(runs):
                if run is not None:
                    mask[index] = rle_decode(run)
            masks.append(mask)
        _followed(chat, " ".join(str(expression["exp"]).split()), masks)
    return chat.done("follow")
