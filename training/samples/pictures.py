"""Sheets of single pictures: scenes with their truth, changes with what they change, planned layouts with what is drawn from them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
from models.expert import Inputs, Picture
from models.values import Checkpoint, Labelled, TaskCall
from models.world.read import read
from models.world.scene import AROUND, FLAT, INDOOR, OUTDOOR, STYLES, TIMES, Backdrop

from training.dialogues import book
from training.held_out import asked, held
from training.language.phrasing import Split
from training.language.plan import planned
from training.language.talk import Dialogue
from training.samples.page import (
    FAINT,
    LINE,
    TONES,
    Pixels,
    beside,
    blank,
    boxed,
    cell,
    edged,
    grid,
    page,
    reduced,
    tinted,
    under,
    words,
)  # fmt: skip
from training.truth import changing, plots, scenery
from training.truth.shots import Bond, Shot
from training.world.plans import SHAPE

SPLIT: Split = "train"
"""The sheets show what is trained on; what is held out stays unseen."""
TRIES = 400
_BONDS = {"wearing": "worn by", "holding": "held by", "riding": "riding", "on": "on", "in": "in"}
_RELATIONS = ("left of|to the left", "above|over ", "in front of|behind", "as many|the same|fewer|more ", "below|under|beneath", "on top of|standing on",
              "three|four|five|six|seven", "between|next to|beside")  # fmt: skip
_CHANGES = (
    "add",
    "recolour",
    "replace",
    "remove",
    "move",
    "resize",
    "copy",
    "flip",
    "swap",
    "time",
    "style",
    "backdrop",
)


def scenes(seed: int) -> Pixels:
    """Return twelve scenes, under each the truth about it: the mask, the box and the name of every thing."""
    rng = Random(f"scenes {seed}")
    wide = cell(4)
    size = (2 * wide, 2 * round(wide * 0.75))
    made = [_scene(_shot(rng, n, back, size)) for n, back in enumerate(_backdrops(rng))]
    return page([grid(made, 4, between=22)])


def _backdrops(rng: Random) -> list[Backdrop]:
    """Return twelve different backdrops of all families, six of them under a sky at six different hours and weathers."""
    kinds = [*rng.sample(OUTDOOR, 6), *rng.sample(INDOOR, 2), rng.choice(AROUND), *rng.sample(FLAT, 3)]
    times = [*rng.sample(TIMES, 6), *["day"] * 6]
    colours = [*[""] * 9, *rng.sample(("light blue", "mint", "lavender", "cream", "peach", "beige"), 3)]
    found = [Backdrop(*values, rng.randrange(2**31)) for values in zip(kinds, times, colours, strict=True)]
    rng.shuffle(found)
    return found


def _shot(rng: Random, number: int, back: Backdrop, size: tuple[int, int]) -> Shot:
    """Return a scene before *back*; every fourth picture has a look of its own."""
    plot = (plots.mixed, plots.borne_by, plots.twins, plots.kin, plots.hidden, plots.neighbours)[number % 6]
    for _ in range(TRIES):
        parts = plot(rng, SPLIT, back.kind)
        made = scenery.shot(rng, SPLIT, parts, back, size=size) if parts else None
        if made is not None and 3 <= len(made.scene.things) <= 6:
            style = rng.choice(STYLES[1:8]) if number % 4 == 3 else ""
            return replace(made, scene=replace(made.scene, style=style))
    raise RuntimeError(f"no scene before the backdrop {back.kind} was found in {TRIES} attempts; try another --seed")


def _scene(shot: Shot) -> Pixels:
    wide, high = shot.width // 2, shot.height // 2
    small = reduced(shot.pixels(), wide, high)
    masks = [reduced(mask.astype(np.uint8) * 255, wide, high) > 127 for mask in shot.masks]
    tones = [TONES[n % len(TONES)] for n in range(len(masks))]
    truth = tinted(small, list(zip(masks, tones, strict=True)))
    found = [(t.name, shot.boxes[t.id], tone) for t, tone in zip(shot.scene.things, tones, strict=True)]
    back, style = shot.scene.backdrop, shot.scene.style
    said = ", ".join(
        [
            f"{back.colour} {back.kind}".strip(),
            *([back.time] if back.time != "day" else []),
            *([style] if style else []),
        ]
    )
    bonds = "; ".join(_bond(shot, bond) for bond in shot.bonds)
    return under([small, boxed(truth, found), words(said + (f": {bonds}" if bonds else ""), wide, 14, FAINT)], 6)


def _bond(shot: Shot, bond: Bond) -> str:
    return f"the {shot.thing(bond.child).name} is {_BONDS[bond.kind]} the {shot.thing(bond.bearer).name}"


def edits(seed: int) -> Pixels:
    """Return a change of every kind: before, after, and white where the two pictures differ, with the words that ask for it."""
    gap = 6
    side = cell(3, cell(2), gap)
    made = []
    for kind in _CHANGES:
        wish = _wish(Random(f"edits {kind} {seed}"), kind)
        before, after = (replace(s, width=2 * side, height=round(1.5 * side)) for s in (wish.before, wish.after))
        where = replace(wish, before=before, after=after).edited()
        mask = np.where(where[..., None], np.uint8(255), np.uint8(38)) * np.ones(3, np.uint8)
        shown = [
            edged(reduced(picture, side, round(0.75 * side))) for picture in (before.pixels(), after.pixels(), mask)
        ]
        made.append(under([beside(shown, gap), words(f"“{wish.words}”", cell(2), 16)], 6))
    heads = beside([words(head, side, 14, FAINT) for head in ("before", "after", "what changes")], gap)
    return page([beside([heads, heads]), grid(made, 2, between=18)], 4)


def _wish(rng: Random, kind: str) -> changing.Wish:
    """Return a change of *kind* of a scene of four to three whose words hold nothing that is held out."""
    for _ in range(TRIES):
        try:
            made = changing.wished(rng, SPLIT, kind if kind in changing.LOCAL else "whole")
        except RuntimeError:  # now and then many scenes follow each other in which nothing of the kind can be done
            continue
        if made.kind == kind and made.before.width * 3 == made.before.height * 4 and not held(made.words):
            return made
    raise RuntimeError(f"no change of kind {kind} was found in {TRIES} attempts; try another --seed")


def layouts(seed: int) -> Pixels:
    """Return eight requests: the boxes that are planned for them with their labels, and what is drawn from those."""
    from models.experts.layout_picturebook import load

    rng, draw = Random(f"layouts {seed}"), load(Checkpoint("layout_picturebook"), "cpu")
    gap = 6
    wide = cell(2, cell(2), gap)
    made, seen = list[Pixels](), set[str]()
    for pattern in _RELATIONS:
        said, call = _planned(rng, pattern, seen)
        found = [arg for arg in call.args if isinstance(arg, Labelled)]
        seen |= {arg.phrase.split()[-1] for arg in found}
        inputs = Inputs({}, {}, {}, Path(), rng.randrange(10**6), {"size": f"{2 * wide}x{2 * round(wide / SHAPE)}"})
        drawn = draw(call, inputs, lambda *_: None)
        assert isinstance(drawn, Picture)
        labels = list(dict.fromkeys(arg.phrase for arg in found))
        first = {label: next(arg for arg in found if arg.phrase == label) for label in labels}
        boxes = [
            (arg.phrase if arg is first[arg.phrase] else "", arg.box, TONES[labels.index(arg.phrase)]) for arg in found
        ]
        plain = blank(wide, round(wide / SHAPE), LINE)
        shown = [boxed(plain, boxes), reduced(drawn.pixels, wide, round(wide / SHAPE))]
        made.append(under([beside(shown, gap), words(f"“{said}”", cell(2), 16)], 6))
    heads = beside(
        [words(head, wide, 14, FAINT) for head in ("the planned boxes, each label once", "what is drawn from them")],
        gap,
    )
    return page([beside([heads, heads]), grid(made, 2, between=18)], 4)


def _planned(rng: Random, pattern: str, seen: set[str]) -> tuple[str, TaskCall]:
    """Return a request for a layout that *pattern* is found in, of two to nine things that are all known by the names that they
    have there, none of whose nouns is among *seen*, and the call that answers it."""
    for _ in range(10 * TRIES):
        dialogue = Dialogue(rng, book(SPLIT))
        planned(dialogue)
        said = asked(dialogue.messages[0])
        if len(said) > 120 or not re.search(pattern, said) or held(said):
            continue
        call = next(part for part in dialogue.messages[1].parts if isinstance(part, TaskCall))
        labels = [arg.phrase for arg in call.args if isinstance(arg, Labelled)]
        nouns = {label.split()[-1] for label in labels}
        if not 2 <= len(labels) <= 9 or len(set(labels)) < 2 or seen & nouns:
            continue
        wishes = [read(phrase) for phrase in (*call.phrases(), *labels)]
        if all(wish.things and not wish.notes() for wish in wishes):  # nothing is unknown or drawn as something near
            return said, call
    raise RuntimeError(f"no layout with {pattern!r} was found in {10 * TRIES} attempts; try another --seed")
