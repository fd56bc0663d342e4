"""Hundreds of thousands of the worst characters pass through everything that reads text: work that grows with its square would not end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.names import Names
from app.prose import markdown, plain
from app.rows import title_of
from models import grammar
from models.media import safe_name
from models.slash import parse_slash
from models.tasks import TASKS
from models.values import Media, Message, Text

LENGTH = 120_000
HOSTILE = {
    "open tags": "<", "half tags": "<tas", "tasks": "<task>", "ends": "</task>", "boxes": "<box>1,", "refs": "<ref>a", "nested": "<task>segment ",
    "quotes": '"', "escaped quotes": '\\"', "backslashes": "\\", "backticks": "`", "fences": "```\n", "stars": "*_", "brackets": "![[](", "entities": "&lt;",
    "spaces": " ", "tabs": "\t \n", "lists": "- 1. ", "handles": "image#1 ", "numbers": "9", "commas": "1,2,3;", "equals": "op=blur ", "slashes": "/adjust ",
    "dots": "1.2.3.", "spans": "<t>1-", "zero width": "\u200b", "combining": "e\u0301\u0302", "surrogates": "\ud800", "brackets of lists": "[" * 3 + "]",
}  # fmt: skip
SHELF = {"image#1": Media("image", "image#1", "", {}), "video#1": Media("video", "video#1", "", {})}


def parse(text: str) -> None:
    numbers = iter(range(10**9))
    parser = grammar.Parser(lambda: f"t{next(numbers)}", TASKS)
    parts = [part for start in range(0, len(text), 997) for part in parser.feed(text[start : start + 997])]
    assert [*parts, *parser.close()]


def rename(text: str) -> None:
    names = Names([Message("user", (Media("image", "image#3", "", {}),))])
    assert names.words(text)
    names.for_model(Message("user", (Text(text),)))


READERS: dict[str, Callable[[str], object]] = {
    "the model's stream": parse,
    "a command": lambda text: parse_slash(f"/adjust image#1 {text}", SHELF),
    "a command of words": lambda text: parse_slash(f"/segment {text}", SHELF),
    "no command": lambda text: parse_slash(text, SHELF),
    "words on the page": markdown,
    "a label on the page": plain,
    "escaped words": grammar.escape_text,
    "a file's name": safe_name,
    "a title": title_of,
    "handles in words": rename,
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", HOSTILE)
def test_very_long_hostile_text_is_read(reader: str, kind: str) -> None:
    text = (HOSTILE[kind] * (LENGTH // len(HOSTILE[kind]) + 1))[:LENGTH]
    READERS[reader](f"{text} x")
