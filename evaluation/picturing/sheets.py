"""Sample sheets: the first cases, whatever came of them, as one small picture each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from models.expert import Refusal
from PIL import Image

from evaluation.experts.drawing import bare
from evaluation.experts.scenes import drawn
from evaluation.picturing.cases import SIDE, Pair, layout, pair
from evaluation.picturing.maker import Maker
from evaluation.picturing.measure import pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

TILE, GAP, SHOWN = 120, 4, 6
"""Pixels of a tile's side and between tiles; cases on a sheet."""
COLOURS = 160


def save(path: Path, lines: Sequence[Sequence[Pixels]], across_px: int = TILE) -> None:
    """Write *lines* of pictures, each *across_px* wide and TILE px high, as a PNG of few colours. Raises Refusal where it cannot be
    written."""
    wide, high = (max(len(line) for line in lines) * (across_px + GAP) - GAP, len(lines) * (TILE + GAP) - GAP)
    sheet = Image.new("RGB", (wide, high), "white")
    for down, line in enumerate(lines):
        for across, picture in enumerate(line):
            tile = Image.fromarray(picture).resize((across_px, TILE), Image.Resampling.LANCZOS)
            sheet.paste(tile, (across * (across_px + GAP), down * (TILE + GAP)))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        sheet.quantize(COLOURS).save(path, optimize=True)
    except OSError as error:
        raise Refusal(f"{path} could not be written: {error.strerror or error}.", "Write to another place.") from error


def drawings(maker: Maker, seed: int, path: Path) -> list[str]:
    """Write the first layouts: the true scene, what the caption alone gives, and what caption and boxes give. Return the captions."""
    cases = [layout(seed, n) for n in range(SHOWN)]
    grey = bare(SIDE, SIDE)
    words = [pixels(maker.words(case.caption, case.seed), grey) for case in cases]
    save(path, [[case.truth for case in cases], words, [pixels(maker.layout(case), grey) for case in cases]])
    return [case.caption for case in cases]


def changed(maker: Maker, seed: int, path: Path) -> list[str]:
    """Write the first changes: before, as it should be then, what the instruction gives, and what filling the marked place gives (grey
    where the change has no place). Return the instructions."""
    cases: list[Pair] = [pair(seed, n) for n in range(SHOWN)]
    before, after = ([drawn(scene, SIDE, SIDE).pixels for scene in scenes] for scenes in
                     ([case.before for case in cases], [case.after for case in cases]))  # fmt: skip
    edits = [pixels(maker.edit(case), one) for case, one in zip(cases, before, strict=True)]
    grey = bare(SIDE, SIDE)
    fills = [
        pixels(maker.fill(case), one) if case.region is not None else grey
        for case, one in zip(cases, before, strict=True)
    ]
    save(path, [before, after, edits, fills])
    return [case.words for case in cases]
