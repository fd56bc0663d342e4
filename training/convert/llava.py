"""LLaVA-Instruct-150K: conversations about COCO pictures in plain words (arXiv 2304.08485).

A JSON list of ``{"id", "image", "conversations": [{"from": "human" | "gpt", "value"}, ...]}``; ``<image>`` in the first
question says where the picture goes and is taken out. Replies are words and are never read as task calls.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from training.convert.chat import Chat, picture_meta
from training.convert.items import Conversation, Item
from training.convert.reading import need, stream

MARK = "<image>"


def read(folder: Path, file: str) -> Iterator[Item]:
    """Yield the conversations of one of the set's files."""
    path = need(folder, file)
    pictures = need(folder, "train2017", "coco/train2017", "images/train2017")
    for number, (_, line, row) in enumerate(stream(path)):
        yield Item(f"{number}", path, line, partial(_build, folder, pictures.relative_to(folder).as_posix(), row))


def _build(folder: Path, pictures: str, row: dict[str, Any], key: str) -> Conversation:
    chat = Chat(key)
    turns = row["conversations"]
    if len(turns) % 2 or not turns:
        raise ValueError(f"{len(turns)} turns do not make pairs of question and answer")
    if row.get("image"):
        name = f"{pictures}/{row['image']}"
        chat.medium("image", name, **picture_meta(folder, name))
    for number, turn in enumerate(turns):
        words = str(turn["value"])
        due = "gpt" if number % 2 else "human"
        if turn["from"] != due:
            raise ValueError(f"turn {number + 1} is from {turn['from']!r} where {due!r} is due")
        if number % 2:
            if not words.strip():
                raise ValueError(f"turn {number + 1} has no words")
            chat.say(words.strip())
            chat.answer()
        else:
            if MARK in words and (number or not row.get("image")):
                raise ValueError(f"turn {number + 1} shows a picture that is not there")
            chat.ask(words.replace(MARK, ""))
    return chat.done("look")
