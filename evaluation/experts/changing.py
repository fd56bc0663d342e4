"""Changed pictures: an edited, filled or emptied place against what it should look like, and all other pixels against before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias

import cv2
import numpy as np
from models.expert import Masks, Picture, Value
from models.values import Box, Phrase, Region
from models.world import atlas
from models.world.composer import thing_in
from models.world.scene import Scene, Thing

from evaluation import pictures
from evaluation.experts.bench import Asked
from evaluation.experts.drawing import picture_of
from evaluation.experts.naming import known
from evaluation.experts.scenes import (
    COLOURS,
    HEIGHT,
    WIDTH,
    box_mark,
    counted,
    drawn,
    free_box,
    in_place,
    mask_of,
    names,
    singles,
    whole,
)
from evaluation.experts.suite import Marks, Measure, Suite, Tools

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels: TypeAlias = NDArray[np.uint8]
    Mask: TypeAlias = NDArray[np.bool_]

MOST_DB = 60.0
"""Signal-to-noise ratios above this, equal pictures included, count as this: one exact copy must not make a mean infinite."""
ROUND = 0.04
"""Within this share of the picture's longer side round a place pixels count neither as inside nor as outside: shadows fall there."""


@dataclass(frozen=True)
class Changing:
    """A picture to be changed: *before* and *after* as pixels; *given* the picture that the expert gets; *words* and *regions* the
    request, with *masks* beside the picture; *place* where the change belongs (None: everywhere); *box* and *name* what shall
    then be seen where ("": anything but *gone*)."""

    given: Picture
    before: Pixels
    after: Pixels
    words: str
    place: Mask | None
    seed: int
    regions: tuple[Region, ...] = ()
    masks: tuple[Masks, ...] = ()
    box: Box | None = None
    name: str = ""
    gone: str = ""


def decibels(a: Pixels, b: Pixels, where: Mask | None = None) -> float:
    """Return the signal-to-noise ratio as :func:`evaluation.pictures.psnr` does, at most MOST_DB."""
    return min(MOST_DB, pictures.psnr(a, b, where))


def widened(mask: Mask, share: float = ROUND) -> Mask:
    """Return *mask* grown by *share* of the longer side on every side."""
    reach = max(1, round(share * max(mask.shape)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return np.asarray(cv2.dilate(mask.astype(np.uint8), kernel), np.bool_)


def framed(mask: Mask) -> Mask:
    """Return the whole rectangle round what is set in *mask* bool [h, w]."""
    made = np.zeros_like(mask)
    if mask.any():
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        made[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = True
    return made


def sized(pixels: Pixels, like: Pixels) -> Pixels:
    """Return *pixels* at the size of *like*."""
    if pixels.shape == like.shape:
        return pixels
    return np.asarray(cv2.resize(pixels, (like.shape[1], like.shape[0]), interpolation=cv2.INTER_AREA), np.uint8)


def change_score(case: Changing, answer: Pixels, tools: Tools) -> Marks:
    """Return how *answer* agrees with the true picture after the change (but for a new thing, whose facing is free), what it changed in the place and kept elsewhere, and
    whether the recogniser sees there what shall be seen."""
    eyes = tools.eyes()
    marks: Marks = {}
    if not case.name:
        marks["psnr"] = decibels(answer, case.after)
        marks["ssim"] = pictures.ssim(answer, case.after)
        marks["lpips"] = pictures.feature_distance(answer, case.after, eyes.network)
    if case.place is not None:
        wide = widened(case.place)
        inside = pictures.change(case.before, answer, case.place)
        outside = pictures.change(case.before, answer, wide)
        if not case.name:
            marks["inside"] = decibels(answer, case.after, case.place)
        marks["changed"] = inside.changed
        marks["outside"] = None if outside.psnr is None else min(MOST_DB, outside.psnr)
        marks["kept"] = outside.kept
    if case.box is not None:
        name = eyes.named(answer, (case.box.x0, case.box.y0, case.box.x1, case.box.y1))
        marks["seen"] = float(name == case.name if case.name else name != case.gone)
    return marks


def _box(thing: Thing, scene: Scene) -> Box | None:
    return drawn(scene).boxes[scene.things.index(thing)]


def _swapped(scene: Scene, old: Thing, new: Thing | None) -> Scene:
    things = [new if thing is old else thing for thing in scene.things]
    return replace(scene, things=tuple(thing for thing in things if thing is not None))


def _edited(rng: Random, line: str) -> Changing:
    scene, thing = singles(rng)
    box = _box(thing, scene)
    assert box is not None
    after, words, name, gone, local = scene, "", "", "", True  # what a recoloured thing is called is not judged
    if line == "a colour":
        colour = rng.choice([c for c in COLOURS if c not in atlas.entry(thing.name).colours])
        after, words = _swapped(scene, thing, replace(thing, tint=colour)), f"make the {thing.name} {colour}"
    elif line == "another thing":
        name = rng.choice([n for n in whole() if n not in {t.name for t in scene.things}])
        new = in_place(name, thing)
        after, words = _swapped(scene, thing, new), f"replace the {thing.name} with {counted(name, 1)}"
        box = _box(new, after) or box
    elif line == "nothing":
        after, words, gone = _swapped(scene, thing, None), f"remove the {thing.name}", thing.name
    elif line.startswith("the hour"):
        hour = "night" if scene.backdrop.time != "night" else "sunset"
        after, words = replace(scene, backdrop=replace(scene.backdrop, time=hour)), f"make it {hour}"
        local = False
    else:
        look, said = rng.choice((("watercolour", "a watercolour"), ("sketch", "a sketch"), ("sepia", "a sepia photo")))
        after, words, local = replace(scene, style=look), f"make it look like {said}", False
    one, two = drawn(scene).pixels, drawn(after).pixels
    given = Picture(one) if line.endswith("plain") else known(scene)
    place = (one != two).any(axis=2) if local else None
    if name and place is not None:
        place = framed(place)
    return Changing(
        given, one, two, words, place, rng.randrange(2**31), box=box if name or gone else None, name=name, gone=gone
    )


_LIKENESS = {
    "psnr": Measure("PSNR to the truth", "mean", "dB"),
    "ssim": Measure("SSIM", "mean"),
    "lpips": Measure("feature distance", "mean"),
}
_PLACE = {
    "inside": Measure("PSNR inside", "mean", "dB"),
    "changed": Measure("changed inside"),
    "outside": Measure("PSNR outside", "mean", "dB"),
    "kept": Measure("kept outside"),
    "seen": Measure("seen there"),
}
_TOLD = (
    "PSNR, SSIM and feature distance (as LPIPS, without trained weights, on the layers of the picture recogniser) compare with the scene "
    "drawn as it should then be. Inside the place that changes: PSNR to that drawing, and how much differs from before; outside it, a band "
    f"of {ROUND:.0%} of the longer side left out: PSNR to the picture before, and the share of pixels that stayed bit for bit. PSNR above "
    f"{MOST_DB:.0f} dB, equal pictures included, counts as {MOST_DB:.0f}."
)


def after_of(values: Sequence[Value], case: Changing) -> Pixels:
    """Return the changed picture among *values* at the size of the case's; the picture before where there is none."""
    found = picture_of(values)
    return case.before if found is None else sized(found, case.before)


EDIT: Suite[Any, Any] = Suite(
    task="edit",
    about="A drawn scene is changed by an instruction: a thing gets a colour, another thing comes into its box, or nothing; the hour or the look of the "
    f"whole changes. Pictures carry their scene, but for those called plain. {_TOLD} A new thing is expected as large as the old one; where it "
    "looks is free, so it is not compared with a true drawing. Seen there: the recogniser names the thing that shall "
    "then be there, or no longer the one that shall be gone.",
    lines=("a colour", "another thing", "nothing", "the hour", "the look", "the look, plain"),
    measures={**_LIKENESS, **_PLACE},
    draw=_edited,
    asked=lambda case: Asked("edit", (case.given,), args=(Phrase(case.words),), seed=case.seed),
    answer=after_of,
    truth=lambda case: case.after,
    nothing=lambda case: case.before,
    fit=lambda answer, case: sized(answer, case.before),
    score=change_score,
    uses=("pictures",),
)


def _filled(rng: Random, line: str) -> Changing:
    while True:
        scene, _ = singles(rng, 1, 3)
        box = free_box(rng, scene)
        if box is not None:
            break
    name = rng.choice([n for n in names() if n not in {t.name for t in scene.things}])
    new = thing_in(name, box, WIDTH, HEIGHT, id=99)
    after = replace(scene, things=(*scene.things, new))
    given = Picture(drawn(scene).pixels) if line == "a plain picture" else known(scene)
    x0, y0, x1, y1 = box.to_pixels(WIDTH, HEIGHT)
    place = np.zeros((HEIGHT, WIDTH), np.bool_)
    place[y0:y1, x0:x1] = True
    region = Region(1, "image#1", box=box)
    return Changing(given, drawn(scene).pixels, drawn(after).pixels, counted(name, 1), place, rng.randrange(2**31), (region,),
                    box=_box(new, after), name=name)  # fmt: skip


INPAINT: Suite[Any, Any] = Suite(
    task="inpaint",
    about="A free place of a drawn scene is marked with a box, and a thing is asked for there. Seen there: the recogniser names it. Where in "
    "the box it stands is free, so no comparison with a true drawing is made. Outside the box, a band left out as above: PSNR to the picture "
    "before, and the share of pixels that stayed bit for bit.",
    lines=("a drawn picture", "a plain picture"),
    measures={name: _PLACE[name] for name in ("seen", "changed", "outside", "kept")},
    draw=_filled,
    asked=lambda case: Asked("inpaint", (case.given,), case.regions, (Phrase(case.words),), seed=case.seed),
    answer=after_of,
    truth=lambda case: case.after,
    nothing=lambda case: case.before,
    fit=lambda answer, case: sized(answer, case.before),
    score=change_score,
    uses=("pictures",),
)


def _emptied(rng: Random, line: str) -> Changing:
    scene, thing = singles(rng)
    mask, after = mask_of(scene, thing), _swapped(scene, thing, None)
    picture = Picture(drawn(scene).pixels)
    regions: tuple[Region, ...] = ()
    masks: tuple[Masks, ...] = ()
    place = mask
    if line == "a box":
        region = box_mark(rng, mask, "image#1")
        assert region.box is not None
        x0, y0, x1, y1 = region.box.to_pixels(WIDTH, HEIGHT)
        place = np.zeros_like(mask)
        place[y0:y1, x0:x1] = True
        regions = (region,)
    else:
        masks = (Masks(mask[None], [thing.name], [1.0]),)
    return Changing(picture, picture.pixels, drawn(after).pixels, "", place, rng.randrange(2**31), regions, masks,
                    _box(thing, scene), gone=thing.name)  # fmt: skip


REMOVE: Suite[Any, Any] = Suite(
    task="remove",
    about="A thing of a drawn scene, given as a plain picture, is marked with a box or by its exact mask and taken out. The truth is the scene "
    f"drawn without it, and so without its shadow. {_TOLD} Seen there: the recogniser no longer names the thing.",
    lines=("a box", "a mask"),
    measures={**_LIKENESS, **_PLACE},
    draw=_emptied,
    asked=lambda case: Asked("remove", (case.given, *case.masks), case.regions, seed=case.seed),
    answer=after_of,
    truth=lambda case: case.after,
    nothing=lambda case: case.before,
    fit=lambda answer, case: sized(answer, case.before),
    score=change_score,
    uses=("pictures",),
)
