"""NSR-1K (LayoutGPT, arXiv 2305.15393): captions with boxes, for numbers of things and for where they are.

``counting/counting.<split>.json`` lists ``object_list``, ``spatial/spatial.<split>.json`` has ``obj1`` and ``obj2`` of a
``relation``; each object is [name, [x, y, w, h]] in fractions of the frame. The published evaluator reads corners: scored as
they stand, the set's own spatial boxes reach 79.9 %, as converted here 93.3 %: 264 of the 283 validation captions are right
and the other 19, made up without a picture (``image_id`` -1, boxes of zeros), have no layout and count as wrong. Those have
nothing to be learnt from and are passed over. The pictures are COCO's and are not needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from models.values import Labelled, Phrase

from training.convert.chat import Chat
from training.convert.items import Conversation, Item, broken
from training.convert.reading import lacking, need, stream
from training.convert.shapes import box_in_fractions


def read(folder: Path, split: str, kind: str) -> Iterator[Item]:
    """Yield one conversation a caption: the call lays out every thing of it. *kind* is counting or spatial."""
    path = need(folder, f"{kind}/{kind}.{split}.json", f"{kind}.{split}.json")
    for _, line, row in stream(path):
        if why := lacking(row, "id"):
            yield broken(f"line-{line}", path, line, why)
        elif not _made_up(row):
            yield Item(str(row["id"]), path, line, partial(_build, kind, row))


def _made_up(row: dict[str, Any]) -> bool:
    """Whether the caption comes without a layout, on purpose."""
    boxes = [row[name][1] for name in ("obj1", "obj2") if isinstance(row.get(name), list)]
    return row.get("image_id") == -1 and bool(boxes) and not any(any(box) for box in boxes)


def _build(kind: str, row: dict[str, Any], key: str) -> Conversation:
    words = " ".join(str(row["prompt"]).split())
    things = row["object_list"] if kind == "counting" else [row["obj1"], row["obj2"]]
    if not things:
        raise ValueError("it lays out nothing")
    chat = Chat(key)
    chat.ask(chat.request("layout", words))
    chat.reply("layout")
    chat.call("layout", Phrase(words), *(Labelled(str(name), box_in_fractions(xywh)) for name, xywh in things))
    chat.answer()
    return chat.done(f"layout.{kind}" if kind == "counting" else f"layout.{row['relation']}")
