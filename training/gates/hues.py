"""Fit what reads the colour of a thing from what the encoders saw within its box, on the perceived pictures of a bank."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from models.senses.hue import Hues
from numpy.typing import NDArray

from training.gates.settings import softmax
from training.language.phrasing import Split
from training.seeing.shards import Bank
from training.seeing.views import View

LEAST = 30
"""Things of a colour, at least, for it to be a word of its own; others count by their first colour."""
RIDGE = 3e-3


def seen(bank: Bank, split: Split) -> tuple[NDArray[np.float32], list[str]]:
    """Return the features [n, thing] and colours of all things of the pictures of a *split* that are seen well, where colours look as
    they are."""
    rows, colours = list[NDArray[np.float32]](), list[str]()
    for number in range(bank.count("image", split)):
        view = View("image#1", bank.entry("image", split, number))
        for id_ in view.known:
            if colour := view.colour(id_):
                rows.append(np.asarray(view.rows.features[view.entry.row[id_]], np.float32))
                colours.append(colour)
    return np.stack(rows), colours


def fitted(rows: NDArray[np.float32], colours: list[str], ridge: float = RIDGE) -> Hues:
    """Return what tells *colours* by *rows* [n, thing]."""
    counts = Counter(colours)
    words = tuple(word for word, count in counts.most_common() if count >= LEAST)
    told = [colour if colour in words else colour.split(" and ")[0] for colour in colours]
    kept = [n for n, colour in enumerate(told) if colour in words]
    centre, scale = rows.mean(0), rows.std(0) + 1e-3
    level = ((rows[kept] - centre) / scale).astype(np.float32)
    weights, bias = softmax(level, np.array([words.index(told[n]) for n in kept]), len(words), ridge)
    return Hues(words, centre, scale, weights, bias)


def reached(hues: Hues, rows: NDArray[np.float32], colours: list[str]) -> dict[str, Any]:
    """Return the share of *rows* whose *colours* are told in full, and of whose first colours are."""
    told = [hues.words[n] for n in hues.scores(rows).argmax(1)]
    pairs = list(zip(told, colours, strict=True))
    return {
        "things": len(pairs),
        "colour": round(sum(one == other for one, other in pairs) / len(pairs), 4),
        "first": round(sum(one.split(" and ")[0] == other.split(" and ")[0] for one, other in pairs) / len(pairs), 4),
    }
