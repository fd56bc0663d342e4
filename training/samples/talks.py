"""The sheet of conversations: what people say and attach, the calls that answer them, and the media that these give."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np
from models.grammar import write_call
from models.values import Media, Message, Part, Region, TaskCall, Text
from PIL import Image, ImageDraw

from training.dialogues import Example, examples
from training.samples.page import (
    FAINT,
    INK,
    PAPER,
    TONES,
    Colour,
    Pixels,
    beside,
    cell,
    long,
    padded,
    page,
    plate,
    under,
    words,
)  # fmt: skip

SHOWN, LOOKED_THROUGH, LONGEST = 8, 1500, 130
"""Conversations on the sheet; how many are made to choose them from; characters of the longest message or call shown."""
PERSON: Colour = (226, 236, 248)
MODEL: Colour = (240, 238, 231)
CALL: Colour = (41, 46, 58)
SIZE, BETWEEN = 15, 36
"""The size of what is said, and the paper between the two columns."""
_KINDS = {"image": TONES[1], "video": TONES[4], "audio": TONES[2], "mask": TONES[3], "region": TONES[0]}


def conversations(seed: int) -> Pixels:
    """Return the sheet: eight conversations of the training split, each with tasks that those before it do not have."""
    wide = cell(2, gap=BETWEEN)
    made = [_conversation(example, wide) for example in chosen(examples(seed, "train"))]
    columns: tuple[list[Pixels], list[Pixels]] = ([], [])
    for block in sorted(made, key=len, reverse=True):  # the longest first, each into the shorter column: they end alike
        min(columns, key=lambda column: sum(len(other) + 26 for other in column)).append(block)
    return page([beside([under(column, 26) for column in columns], BETWEEN)])


def _conversation(example: Example, width: int) -> Pixels:
    """Return a conversation under the name of what its last request is about."""
    said = under([_message(message, width) for message in example.messages], 6)
    return under([words(example.group, width, 13, FAINT), said], 4)


def chosen(made: Iterator[Example]) -> list[Example]:
    """Return SHOWN of *made*: short ones of two or three requests, every one with at least two tasks that none before it has;
    then with one, then any. Raises RuntimeError when there are too few among the first LOOKED_THROUGH."""
    fit = [example for example in islice(made, LOOKED_THROUGH) if _fits(example)]
    found: list[Example] = []
    seen: set[str] = set()
    for least in (2, 1, 0):
        for example in fit:
            tasks = {part.task for part in _parts(example) if isinstance(part, TaskCall)}
            if len(found) < SHOWN and example not in found and len(tasks - seen) >= least:
                found.append(example)
                seen |= tasks
    if len(found) < SHOWN:
        raise RuntimeError(f"only {len(found)} of {LOOKED_THROUGH} conversations fit on the sheet; try another --seed")
    return found


def _parts(example: Example) -> list[Part]:
    return [part for message in example.messages for part in message.parts]


def _fits(example: Example) -> bool:
    texts = [part.text for part in _parts(example) if isinstance(part, Text)]
    calls = [write_call(part) for part in _parts(example) if isinstance(part, TaskCall)]
    return 4 <= len(example.messages) <= 6 and bool(calls) and max(map(len, (*texts, *calls))) <= LONGEST


def _message(message: Message, width: int) -> Pixels:
    """Return a message as a bubble, the person's at the right, the model's at the left."""
    person = message.role == "user"
    paper, most = (PERSON, width - 90) if person else (MODEL, width - 60)
    blocks: list[Pixels] = []
    row: list[Pixels] = []
    for part in message.parts:
        if isinstance(part, Media | Region):
            plate_of = _handle(part, paper)
            if row and sum(one.shape[1] + 6 for one in (*row, plate_of)) > most - 24:
                blocks, row = [*blocks, beside(row, 6, paper)], []
            row.append(plate_of)
            continue
        blocks += [beside(row, 6, paper)] if row else []
        row = []
        if isinstance(part, Text):
            blocks.append(_said(part.text, most - 24, paper))
        elif isinstance(part, TaskCall):
            blocks.append(_call(part, most - 24, paper))
    blocks += [beside(row, 6, paper)] if row else []
    bubble = _bubble(under(blocks, 6, paper), paper)
    return _right(bubble, width) if person else padded(bubble, width)


def _said(text: str, width: int, paper: Colour) -> Pixels:
    return words(text, min(width, long(text, SIZE) + 4), SIZE, INK, paper=paper)


def _handle(part: Media | Region, paper: Colour) -> Pixels:
    """Return the handle of a medium or a mark on a plate in the colour of its kind; a mark says what it is on."""
    kind = part.kind if isinstance(part, Media) else "region"
    said = part.handle if isinstance(part, Media) else f"{part.handle} on {part.of}"
    return plate(said, _KINDS[kind], (255, 255, 255), 13, paper)


def _call(call: TaskCall, width: int, paper: Colour) -> Pixels:
    """Return a call as the model writes it, light on dark."""
    said = write_call(call).removeprefix("<task>").removesuffix("</task>")
    inner = words(said, min(width - 20, long(said, 14) + 4), 14, (236, 240, 248), paper=CALL)
    return _bubble(inner, CALL, paper, 10, 5)


def _bubble(inner: Pixels, colour: Colour, paper: Colour = PAPER, across: int = 12, down: int = 7) -> Pixels:
    """Return *inner*, whose paper is *colour*, on a rounded plate of that colour."""
    high, wide = inner.shape[0] + 2 * down, inner.shape[1] + 2 * across
    made = Image.new("RGB", (wide, high), paper)
    ImageDraw.Draw(made).rounded_rectangle((0, 0, wide - 1, high - 1), radius=9, fill=colour)
    made.paste(Image.fromarray(inner), (across, down))
    return np.asarray(made)


def _right(picture: Pixels, width: int) -> Pixels:
    """Return *picture* at the right edge of paper *width* wide."""
    return np.asarray(padded(picture[:, ::-1], width)[:, ::-1])
