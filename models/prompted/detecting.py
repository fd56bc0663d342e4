"""Finding things by their names in any picture with a zero-shot detector of transformers: boxes, names and how sure each is.

What differs between checkpoints is data in ``Checkpoint.call``; the names read here are

- ``prompt``: ``caption`` where the network reads all names in one text, each ended by a full stop, or ``queries`` where it reads each alone;
- ``template``: what a name is put into, such as ``a photo of a {}``;
- ``square``: the network's boxes are shares of a square round the picture, filled up below and at the right, and not of the picture;
- ``threshold``: how sure it must be of a box, 0..1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from models.diffusion.frame import plain, resized
from models.expert import Param, Refusal, Report, Share
from models.prompted.loading import Network, load_network
from models.values import Box, Checkpoint
from models.vision.suppress import chosen

if TYPE_CHECKING:
    from numpy.typing import NDArray

THRESHOLD = Param("threshold", "float", "how sure the detector must be of a thing, 0 to 1", low=0.01, high=0.95)
LARGEST, SMALLEST, SLIMMEST = 1600, 32, 8
"""Pixels of the longer side of what a detector is shown, at most, and of the shorter at least; how many times as long as wide at most."""
FILLED = 124
"""The level of what is filled up: the middle of what such networks were trained on."""
LEAST = 1e-4
"""A box of less than this share of a side is none."""


@dataclass(frozen=True)
class Found:
    """A thing that was found: its *name* as it was asked for, its *box*, and how *sure* the network is, 0..1."""

    name: str
    box: Box
    sure: float


class Detector:
    """Finds things by name; :func:`load_detector` makes one."""

    def __init__(self, network: Network, checkpoint: Checkpoint) -> None:
        self.network, self._call = network, checkpoint.call

    def find(
        self,
        pixels: NDArray[np.uint8],
        names: Sequence[str],
        report: Report,
        threshold: float | None = None,
        spare: bool = False,
    ) -> tuple[list[Found], float]:
        """Return the things called *names* in *pixels* (uint8 [h, w, 3 or 4]), the surest first, no box twice and at most 100 of them
        (:mod:`models.vision.suppress`), and how sure the network is of the best box of all, found or not. *threshold* is in place of
        the checkpoint's; with *spare* it works on the processor, where a graphics card has no room. Cancelled from *report* passes.
        Raises ValueError where what the network gives are no numbers."""
        least = float(self._call["threshold"] if threshold is None else threshold)
        shown, scale = presented(pixels)
        caption = self._call["prompt"] == "caption"
        groups = self._captions(names) if caption else [[*range(len(names))]]
        boxes, scores = [], []
        for number, group in enumerate(groups):
            share = Share(report, number / len(groups), (number + 1) / len(groups))
            places, sure = self._look(shown, [names[n] for n in group], share, spare, caption)
            every = np.zeros((len(sure), len(names)))
            every[:, group] = sure
            boxes.append(places)
            scores.append(every)
        place, sure = np.concatenate(boxes) * scale, np.concatenate(scores)
        if not (np.isfinite(place).all() and np.isfinite(sure).all()):
            raise ValueError("the detector gave boxes or certainties that are not numbers")
        best, which = sure.max(1), sure.argmax(1)
        place = place.clip(0, 1)
        sides = place[:, 2:] - place[:, :2]
        here = (best > least) & (sides > LEAST).all(1)
        rows = np.flatnonzero(here)
        rows = rows[chosen(place[rows], best[rows], which[rows])]
        found = [Found(names[which[row]], Box(*map(float, place[row])), float(best[row])) for row in rows]
        return found, float(best.max(initial=0.0))

    def unread(self, names: Sequence[str]) -> list[str]:
        """Return a note for each of *names* that the network reads not at all or not to its end."""
        cut, notes = self.network.processor.tokenizer, []
        room = None if self._call["prompt"] == "caption" else self._longest() - 2  # a text begins and ends with a mark
        for name in names:
            pieces = cut(self._said(name), add_special_tokens=False).input_ids
            if cut.unk_token_id in pieces:
                notes.append(f"“{name}” is not a word that the detector knows")
            elif room is not None and len(pieces) > room:
                notes.append(f"of “{name}” the detector read the beginning alone")
        return notes

    def _longest(self) -> int:
        return int(self.network.model.config.text_config.max_position_embeddings)

    def _captions(self, names: Sequence[str]) -> list[list[int]]:
        """Return the numbers of *names* in groups that the network can read as one text each."""
        room = int(self.network.model.config.max_text_len) - 2  # a text begins and ends with a mark
        groups: list[list[int]] = [[]]
        used = 0
        for number, name in enumerate(names):
            pieces = len(self.network.processor.tokenizer(self._said(name), add_special_tokens=False).input_ids) + 1
            if groups[-1] and used + pieces > room:
                groups.append([])
                used = 0
            groups[-1].append(number)
            used += pieces
        return groups

    def _said(self, name: str) -> str:
        return str(self._call.get("template", "{}")).format(name).lower()

    def _look(
        self, shown: NDArray[np.uint8], names: Sequence[str], report: Report, spare: bool, caption: bool
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the boxes [n, 4] (x0, y0, x1, y1 as shares of *shown*) and how sure the network is that each is each of *names*, [n, names]."""
        import torch
        from PIL import Image

        said = [self._said(name) for name in names]
        text: Any = " ".join(f"{one}." for one in said) if caption else [said]
        image = Image.fromarray(shown)
        given = self.network.processor(
            images=image, text=text, return_tensors="pt", truncation=True, max_length=self._longest()
        )
        model = self.network.model
        with self.network.working(report, "looking for what is named", spare) as device:
            there = {
                name: value.to(device, model.dtype if value.is_floating_point() else None)
                for name, value in given.items()
            }
            told = model(**there)
            sure = torch.sigmoid(told.logits[0].float()).cpu().numpy().astype(np.float64)
            middle = told.pred_boxes[0].float().cpu().numpy().astype(np.float64)
        if caption:
            spans = self._spans(given["input_ids"][0].tolist(), len(said))
            sure = np.stack([sure[:, span].max(1) for span in spans], 1)
        boxes = np.concatenate([middle[:, :2] - middle[:, 2:] / 2, middle[:, :2] + middle[:, 2:] / 2], 1)
        if self._call.get("square"):
            height, width = shown.shape[:2]
            boxes *= max(height, width) / np.array([width, height, width, height])
        return boxes, sure

    def _spans(self, ids: Sequence[int], count: int) -> list[slice]:
        """Return where each of *count* names stands in the text's *ids*, which begin and end with a mark: up to its full stop."""
        stop = self.network.processor.tokenizer.convert_tokens_to_ids(".")
        ends = [place for place, one in enumerate(ids) if one == stop]
        starts = [1, *(end + 1 for end in ends)]
        if len(ends) != count or any(start >= end for start, end in zip(starts, ends, strict=False)):
            raise Refusal("This detector cannot read these words.", "Say in other words what to look for.")
        return [slice(start, end) for start, end in zip(starts, ends, strict=False)]


def unsure(best: float, elsewhere: bool = False) -> str:
    """Return what may help where a detector found nothing: how sure it was of its *best* box, or that there was one *elsewhere*."""
    if elsewhere:
        return "It was found elsewhere in the picture: leave out the mark, or mark another place."
    if best >= 0.01:
        return f"The detector was at most {best:.0%} sure: a lower threshold, such as threshold={max(0.01, best * 0.9):.2f}, shows that too."
    return "Say it in other words, or mark it with a box."


def load_detector(checkpoint: Checkpoint, device: str) -> Detector:
    """Return the detector of *checkpoint* for *device*. Raises Refusal where it cannot be loaded, and ValueError for a checkpoint whose
    ``call`` does not say how it reads names and when it is sure."""

    def kind() -> Any:
        from transformers import AutoModelForZeroShotObjectDetection

        return AutoModelForZeroShotObjectDetection

    def processor() -> Any:
        from transformers import AutoProcessor

        return AutoProcessor

    if checkpoint.call.get("prompt") not in ("caption", "queries") or "threshold" not in checkpoint.call:
        raise ValueError(f"the detector {checkpoint.source} needs a prompt (caption or queries) and a threshold")
    return Detector(load_network(checkpoint, device, kind, processor), checkpoint)


def presented(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Return *pixels* (uint8 [h, w, 3 or 4]) as a detector is shown them, RGB, and by what its boxes (shares of what is shown) are to
    be multiplied, float64 [4], to be shares of the picture. Large pictures are made smaller, tiny ones larger, and long thin ones
    filled up below or at the right."""
    height, width = pixels.shape[:2]
    scale = min(LARGEST / max(height, width), max(1.0, SMALLEST / min(height, width)))
    wide, high = max(1, round(width * scale)), max(1, round(height * scale))
    made = plain(resized(pixels, wide, high))
    least = -(-max(wide, high) // SLIMMEST)
    whole = np.full((max(high, least), max(wide, least), 3), FILLED, np.uint8)
    whole[:high, :wide] = made
    across, down = whole.shape[1] / wide, whole.shape[0] / high
    return whole, np.array([across, down, across, down])
