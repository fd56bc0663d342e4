"""Pixel operations on pictures and clips, against formulas of our own, inside and outside of what is marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from models.expert import Masks, Picture, Value
from models.values import Box, Region
from scipy.ndimage import binary_dilation, binary_erosion

from evaluation import colour_space
from evaluation.experts import films, toning
from evaluation.experts.bench import Asked
from evaluation.experts.changing import decibels
from evaluation.experts.clips import Shot, filmed, grey, paired, shown, sized, stays, sweep
from evaluation.experts.scenes import COLOURS, drawn, mask_of, singles
from evaluation.experts.suite import Marks, Measure, Suite, Tools

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels: TypeAlias = NDArray[np.uint8]
    Mask: TypeAlias = NDArray[np.bool_]

OPS: dict[str, tuple[str, ...]] = {
    "light and colour": ("grayscale", "sepia", "invert", "brightness", "contrast", "saturation"),
    "a colour": ("color",),
    "sharpness": ("blur", "pixelate", "sharpen"),
    "a drawn look": ("sketch", "cartoon"),
    "shape": ("crop", "rotate", "flip"),
    "cut out": ("cutout", "background"),
    "a clip": ("grayscale", "sepia", "invert", "brightness", "contrast", "crop", "flip"),
}
"""The operations, by the lines of the table."""
SHAPES = ("crop", "rotate", "flip")
WHOLE = ("sketch", "cartoon", *SHAPES)
"""What is asked for the whole frame, a crop's box apart."""
RIGHT_DB = 30.0
"""An answer at least this near to what the formula gives may be it."""
NEARER_DB = 6.0
"""And it must be nearer to that than what was given is, by this much."""
EDGE = 3
"""Pixels from the edge of the marked place that are left out inside it: soft edges lie there."""
LOOKS = (0, 11, 23, 35)
"""The frames of a clip that are compared."""


@dataclass(frozen=True, eq=False)
class Adjusting:
    """A picture (fps 0) or a clip *given*, the operation and its *params*; *mask* bool [n, h, w] of the thing that is marked
    (None: nothing is); *where* the side of it that changes; *box* the corners (px) to crop to."""

    op: str
    params: Mapping[str, str]
    given: Shot
    where: str
    mask: Mask | None
    seed: int
    box: tuple[int, int, int, int] | None = None

    @property
    def looks(self) -> tuple[int, ...]:
        """The frames that are compared."""
        return LOOKS if self.given.fps else (0,)

    @property
    def amount(self) -> float:
        return float(self.params.get("amount", "1"))

    def area(self, frame: int) -> Mask:
        """Return where frame *frame* changes, bool [h, w]."""
        if self.mask is None:
            return np.ones(self.given.frames.shape[1:3], np.bool_)
        mask: Mask = self.mask[frame]
        return mask if self.where == "inside" else ~mask


def _drawn(rng: Random, line: str) -> Adjusting:
    op = rng.choice(OPS[line])
    if line == "a clip":
        told = films.tell(rng)
        frames, mask = films.shot(told.film, told.name)
        given = Shot(frames, films.FPS, sweep(rng, films.SECONDS))
    else:
        scene, thing = singles(rng)
        given, mask = Shot(drawn(scene).pixels[None]), mask_of(scene, thing)[None]
    where = "all" if op in WHOLE else rng.choice(("inside", "outside", "all"))
    params, box = {"op": op}, None
    if op in ("grayscale", "sepia", "invert"):
        params["amount"] = rng.choice(("1", "1", "0.6"))
    elif op in ("brightness", "contrast", "saturation"):
        params["amount"] = rng.choice(("1", "-1"))
    elif op == "color":
        where = "inside"
        own = colour_space.lab(given.frames[0][mask[0]])
        params["color"] = rng.choice([name for name in COLOURS if not toning.is_hued(own, name)])
    elif op == "flip":
        params["axis"] = rng.choice(("horizontal", "vertical"))
    elif op == "rotate":
        params["degrees"] = str(rng.choice((90, 180, -90, 270, rng.randint(10, 80), -rng.randint(10, 80))))
    elif op == "crop":
        box = _corners(rng, given.frames.shape[2], given.frames.shape[1])
    elif op in ("cutout", "background"):
        # What is marked stays; the rest goes, or becomes one colour.
        where = "outside"
        if op == "background":
            params["color"] = "#" + "".join(f"{rng.randrange(256):02x}" for _ in range(3))
    if where != "all" and op not in ("color", "cutout", "background"):
        params["where"] = where
    return Adjusting(op, params, given, where, None if where == "all" else mask, rng.randrange(2**31), box)


def _corners(rng: Random, width: int, height: int) -> tuple[int, int, int, int]:
    """Return a box of even sides (clips have no others) within a frame, as x0, y0, x1, y1."""
    wide, high = (2 * rng.randint(side // 6, side // 3) for side in (width, height))
    x, y = rng.randrange(width - wide), rng.randrange(height - high)
    return x, y, x + wide, y + high


def _asked(case: Adjusting) -> Asked:
    clip = bool(case.given.fps)
    value: Value = filmed(case.given) if clip else Picture(case.given.frames[0])
    media: tuple[Value, ...] = (value,)
    regions: tuple[Region, ...] = ()
    if case.mask is not None:
        array = case.mask[None] if clip else case.mask
        media = (value, Masks(array, ["thing"], [1.0], case.given.fps))
    if case.box is not None:
        height, width = case.given.frames.shape[1:3]
        x0, y0, x1, y1 = case.box
        box = Box(x0 / width, y0 / height, x1 / width, y1 / height)
        regions = (Region(1, "video#1" if clip else "image#1", box=box, time=0.0 if clip else None),)
    return Asked("adjust", media, regions, params=case.params, seed=case.seed)


# ---- what should come out --------------------------------------------------------------------------------------------


def _shaped(case: Adjusting, frame: Pixels, shape: Sequence[int]) -> tuple[Pixels, Mask]:
    """Return *frame* cropped, mirrored or turned, and where it is; *shape* is that of the picture it is turned into."""
    if case.op == "crop":
        assert case.box is not None
        x0, y0, x1, y1 = case.box
        made = frame[y0:y1, x0:x1]
    elif case.op == "flip":
        made = frame[:, ::-1] if case.params["axis"] == "horizontal" else frame[::-1]
    else:
        degrees = float(case.params["degrees"])
        if degrees % 90:
            return toning.turned(frame, degrees, shape)
        made = np.rot90(frame, -round(degrees / 90))
    return np.ascontiguousarray(made), np.ones(made.shape[:2], np.bool_)


def _turned_shape(case: Adjusting) -> tuple[int, int]:
    """Return height and width of the least frame that holds the turned picture."""
    height, width = case.given.frames.shape[1:3]
    angle = np.radians(float(case.params["degrees"]))
    c, s = abs(np.cos(angle)), abs(np.sin(angle))
    return round(width * s + height * c), round(width * c + height * s)


@lru_cache(maxsize=16)
def _wanted(case: Adjusting, frame: int) -> tuple[Pixels, ...]:
    """Return what frame *frame* may be like after the operation, one picture for each strength; where it keeps its shape."""
    before, area = case.given.frames[frame], case.area(frame)
    if case.op == "color":
        found = [toning.painted(before, case.params["color"])]
    elif case.op in ("sketch", "cartoon"):
        found = [toning.sketched(before) if case.op == "sketch" else toning.cartooned(before)]
    elif case.op == "cutout":
        found = [np.full_like(before, 128)]
    elif case.op == "background":
        code = case.params["color"]
        found = [np.broadcast_to(np.array([int(code[n : n + 2], 16) for n in (1, 3, 5)], np.uint8), before.shape)]
    else:
        found = toning.FORMULAS[case.op](before, case.amount, area)
    return tuple(np.where(area[..., None], one, before) for one in found)


def _truth(case: Adjusting) -> Shot:
    frames = []
    for number, frame in enumerate(case.given.frames):
        if case.op in SHAPES:
            shape = _turned_shape(case) if case.op == "rotate" else frame.shape
            frames.append(_shaped(case, frame, shape)[0])
            continue
        wanted = _wanted(case, number)
        made = wanted[len(wanted) // 2]
        if case.op == "cutout":
            made = np.dstack([made, np.where(case.area(number), 0, 255).astype(np.uint8)])
        frames.append(made)
    return Shot(np.stack(frames), case.given.fps, case.given.sound)


# ---- scores ----------------------------------------------------------------------------------------------------------


def over_grey(frame: Pixels) -> Pixels:
    """Return *frame* uint8 [h, w, 3], a transparent one before even grey."""
    if frame.shape[2] == 3:
        return frame
    share = frame[..., 3:].astype(np.float32) / 255
    return np.asarray(np.rint(frame[..., :3] * share + 128 * (1 - share)), np.uint8)


def adjust_score(case: Adjusting, answer: Shot, tools: Tools) -> Marks:
    """Return whether the operation was done, how near the answer is to what its formula gives, and what stayed as it was."""
    marks: Marks = {"stays": None}
    if case.given.fps:
        size = case.given.frames.shape[1:3]
        same_size = case.op in SHAPES or answer.frames.shape[1:3] == size
        like = Shot(sized(answer.frames, *size), answer.fps, answer.sound)
        marks["stays"] = float(same_size and stays(like, case.given))
    frames = paired(answer.frames, len(case.given.frames))
    found = [
        _shape_marks(case, n, frames[n]) if case.op in SHAPES else _tone_marks(case, n, frames[n]) for n in case.looks
    ]
    for name in ("done", "psnr", "outside", "kept"):
        values = [float(one[name]) for one in found if one.get(name) is not None]  # type: ignore[arg-type]
        marks[name] = (min(values) if name == "done" else float(np.mean(values))) if values else None
    return marks


def _shape_marks(case: Adjusting, number: int, shown: Pixels) -> Marks:
    frame = over_grey(shown)
    wanted, there = _shaped(case, case.given.frames[number], frame.shape)
    right = np.array(_turned_shape(case) if case.op == "rotate" else wanted.shape[:2])
    fits = np.abs(right - frame.shape[:2]).max() <= (2 if case.op == "rotate" else 0)
    if wanted.shape != frame.shape:
        frame = sized(frame[None], *wanted.shape[:2])[0]
    there = binary_erosion(there, iterations=2) if not there.all() else there
    near = decibels(frame, wanted, there) if there.any() else 0.0
    return {"done": float(fits and near >= RIGHT_DB), "psnr": near}


def _tone_marks(case: Adjusting, number: int, shown: Pixels) -> Marks:
    before, area = case.given.frames[number], case.area(number)
    alpha = shown[..., 3] if shown.shape[2] == 4 else np.full(shown.shape[:2], 255, np.uint8)
    if shown.shape[:2] != before.shape[:2]:
        height, width = before.shape[:2]
        shown, alpha = (
            sized(shown[None], height, width)[0],
            sized(alpha[None, ..., None], height, width)[0].reshape(height, width),
        )
    frame = over_grey(shown)
    inside = area if area.all() else binary_erosion(area, iterations=EDGE, border_value=1)
    inside = inside if inside.any() else area
    marks: Marks = {"done": 0.0}
    if case.op == "color":
        marks["done"] = float(toning.is_painted(before[inside], frame[inside], case.params["color"]))
    elif case.op in ("sketch", "cartoon"):
        judge = toning.is_sketched if case.op == "sketch" else toning.is_cartooned
        marks["done"] = float(judge(before, frame, inside))
    else:
        wanted = _wanted(case, number)
        near = [decibels(frame, one, inside) for one in wanted]
        best = int(np.argmax(near))
        marks["psnr"] = near[best]
        gained = near[best] - decibels(before, wanted[best], inside)
        marks["done"] = float(near[best] >= RIGHT_DB and gained >= NEARER_DB)
        if case.op == "cutout":
            kept = alpha > 127
            marks["done"] = float((kept & ~area).sum() >= 0.95 * (kept | ~area).sum())
    if not area.all():
        clip = bool(case.given.fps)
        # A coder smears a little over the edge.
        beyond = ~binary_dilation(area, iterations=2 * EDGE) if clip else ~area
        if beyond.any():
            marks["outside"] = decibels(frame, before, beyond)
            marks["kept"] = None if clip else float((frame[beyond] == before[beyond]).all(axis=1).mean())
    return marks


def _answer(values: Sequence[Value], case: Adjusting) -> Shot:
    return shown(values, Shot(grey()))


ADJUST: Suite[Any, Any] = Suite(
    task="adjust",
    about="A drawn picture, or a film as a plain clip with a sound, is changed by an operation: everywhere, or inside or outside of a thing whose exact "
    "mask is given. What should come out is computed by formulas of the evaluation's own (grey and sepia by their matrices, brightness as a curve "
    "that keeps black and white, contrast about the middle, saturation about grey, Gaussian blur over the marked pixels alone, unsharp masking, square "
    "means, exact mirrors, turns and crops); how strong it is made is left to the expert, and the nearest strength is compared. Done: within "
    f"{RIGHT_DB:.0f} dB of that and {NEARER_DB:.0f} dB nearer than before; a colour by its hue in CIE L*a*b* with the order of lightness kept, a sketch "
    "and a cartoon by their lines and tones, a cut-out by its alpha (IoU of 0.95). PSNR to the formula: within the side that changes, "
    f"{EDGE} px of its edge left out. Outside: PSNR to the picture before, and the share of pixels that stayed bit for bit (of pictures). Stays: size, "
    "frames per second, their number and the sound of a clip are as before.",
    lines=tuple(OPS),
    measures={
        "done": Measure("done"),
        "psnr": Measure("PSNR to the formula", "mean", "dB"),
        "outside": Measure("PSNR outside", "mean", "dB"),
        "kept": Measure("kept outside"),
        "stays": Measure("stays"),
    },
    draw=_drawn,
    asked=_asked,
    answer=_answer,
    truth=_truth,
    nothing=lambda case: case.given,
    score=adjust_score,
)
