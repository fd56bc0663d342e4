"""How far a run is, on scenes of another seed and of the held-out split: figures, and sample sheets to look at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from diffusers import FlowMatchEulerDiscreteScheduler
from models.diffusion.conditions import Words, labels_of, words_of
from models.reader import TEXT_ENCODER, shared_reader
from numpy.typing import NDArray

from training.drawing import lessons
from training.drawing.bank import Bank
from training.drawing.batches import Batch, Row, bounds, collated, place
from training.drawing.changes import change
from training.drawing.scenes import Drawing, World, drawing
from training.recognisers.crops import SIDE as CROP
from training.recognisers.network import Recogniser, load

SEED = 20_011
"""The seed of everything that is measured; training has others."""
RECOGNISER = Path("assets/nano/recogniser_pictures")
STEPS, GUIDANCE = 16, 2.5
SHOWN = 8
"""Pictures of each task on a sheet."""

Pictures = NDArray[np.uint8]


@torch.no_grad()
def scale(vae: Any, bank: Bank, count: int = 128) -> float:
    """Return what latents of *vae* are multiplied by to have a deviation of 1."""
    pictures = np.stack([bank.scene(n).pixels for n in range(min(count, bank.count("scenes")))])
    device = next(vae.parameters()).device
    latents = vae.encode(lessons.pixels_in(torch.from_numpy(pictures).to(device))).latent
    return float(1 / latents.float().std())


@lru_cache(maxsize=4)
def scenes(world: World, count: int) -> tuple[Drawing, ...]:
    """Return *count* held-out scenes."""
    return tuple(drawing(SEED, "held_out", number, world) for number in range(count))


@torch.no_grad()
def coder(vae: Any, world: World, count: int, sheet: Path) -> dict[str, float]:
    """Return how well *vae* gives back *count* held-out scenes: the peak signal-to-noise ratio in dB, and the share of things that are
    recognised in what it gives back and in the scenes themselves. *sheet* shows both."""
    drawn = scenes(world, count)
    pictures = np.stack([one.pixels for one in drawn])
    device = next(vae.parameters()).device
    values = lessons.pixels_in(torch.from_numpy(pictures).to(device))
    back = vae.decode(vae.encode(values).latent).sample.float().clamp(-1, 1)
    error = float(torch.mean((back - values) ** 2))
    again = np.rint((back.permute(0, 2, 3, 1).cpu().numpy() + 1) * 127.5).astype(np.uint8)
    save_sheet(sheet, [pictures[: 2 * SHOWN], again[: 2 * SHOWN]])
    return {"psnr": round(10 * math.log10(4 / error), 3), **recognised(again, drawn, world), **_ceiling(drawn, world)}


def drawer(unet: Any, vae: Any, world: World, count: int, sheet: Path) -> dict[str, float]:
    """Return how well *unet* draws: the share of things that are recognised in their boxes, drawn by layout and by filling a place, beside
    that of the true scenes; and how far changed pictures are from the true ones, beside doing nothing. *sheet* shows each task."""
    from models.diffusion.drawing import DrawingPipeline

    pipe = DrawingPipeline(vae, unet, FlowMatchEulerDiscreteScheduler())
    pipe.set_progress_bar_config(disable=True)
    drawn = scenes(world, count)
    truths = np.stack([one.pixels for one in drawn])
    layouts = _sampled(pipe, collated([layout_row(one) for one in drawn]))
    fills = [fill_row(one, n) for n, one in enumerate(drawn)]
    filled = _sampled(pipe, collated(fills))
    words = _sampled(pipe, collated([layout_row(one, boxes=False) for one in drawn[:SHOWN]]))
    pairs = [change(SEED, "held_out", number, world) for number in range(min(count, 4 * SHOWN))]
    said = words_of(shared_reader(TEXT_ENCODER), [pair.words for pair in pairs])
    changed = _sampled(pipe, collated([
        Row("edit", pair.after, _states(said, n), pair.before) for n, pair in enumerate(pairs)
    ]))  # fmt: skip
    before, after = (np.stack([getattr(pair, name) for pair in pairs]) for name in ("before", "after"))
    seen = [np.where(row.hole[..., None], np.uint8(127), one.pixels) for row, one in zip(fills, drawn, strict=True)]  # type: ignore[index]
    top = slice(0, SHOWN)
    save_sheet(
        sheet,
        [truths[top], layouts[top], words, np.stack(seen)[top], filled[top], before[top], after[top], changed[top]],
    )
    only = [[_which(one, fill)] for one, fill in zip(drawn, fills, strict=True)]
    return {
        **recognised(layouts, drawn, world),
        "filled": recognised(filled, drawn, world, only)["recognised"],
        **_ceiling(drawn, world),
        "changed_off": _off(changed, after),
        "unchanged_off": _off(before, after),
    }


def _which(one: Drawing, row: Row) -> int:
    """Return which thing of *one* the place of *row* was made for: the one whose middle is nearest to its middle."""
    assert row.boxes is not None
    middles = (one.boxes[:, :2] + one.boxes[:, 2:]) / 2
    middle = (row.boxes[0, :2] + row.boxes[0, 2:]) / 2
    return int(np.abs(middles - middle).sum(1).argmin())


def _off(one: Pictures, other: Pictures) -> float:
    return round(float(np.abs(one.astype(np.float32) - other).mean()), 3)


def _states(words: Words, row: int) -> NDArray[np.float16]:
    """Return the states of text *row* alone, float16 [n, 384]."""
    return np.asarray(words.states[row][words.mask[row]].numpy(), np.float16)


def layout_row(one: Drawing, boxes: bool = True) -> Row:
    """Return a scene as what is told to draw it: its caption, and its labelled boxes unless not *boxes*."""
    reader = shared_reader(TEXT_ENCODER)
    states = _states(words_of(reader, [one.caption]), 0)
    if not boxes:
        return Row("image", one.pixels, states)
    labels = labels_of(reader, one.phrases).numpy().astype(np.float16)
    return Row("layout", one.pixels, states, labels=labels, boxes=one.boxes)


def fill_row(one: Drawing, number: int) -> Row:
    """Return the filling of a place round a thing of a scene."""
    reader, rng = shared_reader(TEXT_ENCODER), np.random.default_rng([SEED, number])
    which = int(rng.integers(len(one.boxes)))
    hole = place(one.boxes[which], rng, len(one.pixels))
    phrase = [one.phrases[which]]
    labels = labels_of(reader, phrase).numpy().astype(np.float16)
    around = np.array([bounds(hole)], np.float32)
    return Row("inpaint", one.pixels, _states(words_of(reader, phrase), 0), one.pixels, hole, labels, around)


def _sampled(pipe: Any, batch: Batch) -> Pictures:
    """Return what *pipe* draws for *batch*, uint8 [b, h, w, 3]."""
    batch = batch.to(pipe.device)
    latents, told, _ = lessons.conditions(pipe.vae, batch)
    noise, _ = lessons.drawn_noise(SEED, 0, 0, tuple(latents.shape))
    return np.asarray(np.rint(pipe.drawn(told, noise, STEPS, GUIDANCE) * 255), np.uint8)


@lru_cache(maxsize=1)
def _recogniser() -> Recogniser:
    return load(RECOGNISER)


@torch.no_grad()
def recognised(
    pictures: Pictures, drawn: Sequence[Drawing], world: World, only: Sequence[Sequence[int]] | None = None
) -> dict[str, float]:
    """Return the share of things of *drawn* (of each only some, by *only*) that the recogniser names right, among those of the world, in
    their boxes of *pictures*."""
    crops, truth = [], []
    known = _recogniser().shape.names
    for n, (picture, one) in enumerate(zip(pictures, drawn, strict=True)):
        for k in only[n] if only is not None else range(len(one.boxes)):
            crops.append(crop(picture, one.boxes[k]))
            truth.append(known.index(one.scene.things[k].name))
    allowed = torch.tensor([name in world.names for name in known])
    inputs = torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2).float() / 127.5 - 1
    scores = _recogniser()(inputs).masked_fill(~allowed, -1e9)
    return {"recognised": round(float((scores.argmax(1) == torch.tensor(truth)).float().mean()), 4)}


def _ceiling(drawn: Sequence[Drawing], world: World) -> dict[str, float]:
    truth = recognised(np.stack([one.pixels for one in drawn]), drawn, world)
    return {"recognised_in_truth": truth["recognised"]}


def crop(picture: NDArray[np.uint8], box: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return the square round *box* as the recogniser takes it, uint8 [CROP, CROP, 3]; what lies outside of the picture repeats its edge."""
    high, wide = picture.shape[:2]
    x0, y0, x1, y1 = box * np.array([wide, high, wide, high])
    side = max(x1 - x0, y1 - y0) / 0.82
    scale = CROP / side
    # from pixel to pixel, middle to middle: pixel centres lie at halves, OpenCV's at whole numbers
    shift = [CROP / 2 - middle * scale + (scale - 1) / 2 for middle in ((x0 + x1) / 2, (y0 + y1) / 2)]
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    return np.asarray(
        cv2.warpAffine(picture, matrix, (CROP, CROP), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def save_sheet(path: Path, rows: Sequence[Pictures], enlarged: int = 2) -> None:
    """Write *rows* of pictures uint8 [n, h, w, 3] under each other as a PNG, each *enlarged* times."""
    from PIL import Image

    lines = [np.concatenate(list(row), 1) for row in rows]
    whole = np.concatenate(lines, 0).repeat(enlarged, 0).repeat(enlarged, 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(whole).save(path, optimize=True)
