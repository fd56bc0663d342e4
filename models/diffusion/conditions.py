"""What the small drawing network is told, as tensors: words, labelled boxes, the picture that is there and the place to fill.

Its denoiser is a ``UNet2DConditionModel`` of diffusers with gated attention (GLIGEN), whose own ``encoder_hid_proj`` reads every word: the
states of the words enter by cross-attention, the vectors of the labels as grounding tokens, and the first RASTER numbers of the same
projection are painted into the boxes as channels of the input (attention alone has to learn where a box is). The input's channels are,
in this order: the noisy latents, the latents of the picture that is there (InstructPix2Pix, arXiv 2211.09800, section 3.2), the place that is
to be filled (1 everywhere for a new picture, 0 everywhere for a change told in words), the raster, and how far across, how far down and
whether there is a box at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

    from models.reader import Reader

RASTER = 24
"""Channels of a label in the raster."""
EXTRA = 1 + RASTER + 3
"""Channels of the input beside latents: the place to fill, the raster, across, down and whether."""
PIECES = 32
"""Word pieces of a text that are read, at most."""
VECTOR = 384**0.5
"""What unit vectors of the sentence encoder are multiplied by, so that their numbers are about as large as those of the states."""


@dataclass(frozen=True)
class Words:
    """Texts as states. *states* float [b, 1 + pieces, 384]: the mean of each text's states, then the states themselves, 0 where there are
    none; *mask* bool [b, 1 + pieces], true for the first always."""

    states: Tensor
    mask: Tensor

    def to(self, device: Any) -> Words:
        """Return them on *device*."""
        return Words(self.states.to(device), self.mask.to(device))


def words_of(reader: Reader, texts: Sequence[str]) -> Words:
    """Return the states of *texts*, PIECES of each; "" says nothing at all, which is what guidance compares with."""
    import torch

    cut = [reader.cut(text).ids[:PIECES] for text in texts]
    read = reader.batch(cut) if cut else []
    longest = max([len(ids) for ids in cut], default=0)
    states = torch.zeros(len(cut), 1 + longest, reader.static.shape[1])
    mask = torch.zeros(len(cut), 1 + longest, dtype=torch.bool)
    mask[:, 0] = True
    for row, (ids, own) in enumerate(zip(cut, read, strict=True)):
        if ids:
            states[row, 0] = own.float().mean(0).cpu()
            states[row, 1 : 1 + len(ids)] = own.float().cpu()
            mask[row, 1 : 1 + len(ids)] = True
    return Words(states, mask)


def labels_of(reader: Reader, phrases: Sequence[str]) -> Tensor:
    """Return a vector for each of *phrases*, float [n, 384]."""
    import torch

    return torch.from_numpy(reader.sentences(list(phrases))) * VECTOR


def raster(labels: Tensor, boxes: Tensor, there: Tensor, high: int, wide: int) -> Tensor:
    """Return labels painted into boxes, later ones over earlier ones: float [b, RASTER + 3, high, wide], the label, how far across and how
    far down the box (-1..1), and how much of the cell it covers.

    *labels* float [b, k, RASTER or more], of which the first RASTER count; *boxes* float [b, k, 4] in fractions; *there* float [b, k], 1 for
    boxes that are there.
    """
    import torch

    batch, count = boxes.shape[:2]
    canvas = torch.zeros(batch, RASTER + 3, high, wide, device=boxes.device, dtype=labels.dtype)
    x0, y0, x1, y1 = (edge[..., None] for edge in boxes.to(labels.dtype).unbind(-1))
    columns = torch.arange(wide, device=boxes.device, dtype=labels.dtype)
    rows = torch.arange(high, device=boxes.device, dtype=labels.dtype)
    across = (torch.minimum(columns + 1, x1 * wide) - torch.maximum(columns, x0 * wide)).clamp(0, 1)
    down = (torch.minimum(rows + 1, y1 * high) - torch.maximum(rows, y0 * high)).clamp(0, 1)
    share = across[:, :, None, :] * down[:, :, :, None] * there.to(labels.dtype)[..., None, None]
    u = (((columns + 0.5) / wide - x0) / (x1 - x0).clamp(min=1e-3) * 2 - 1).clamp(-1.5, 1.5)
    v = (((rows + 0.5) / high - y0) / (y1 - y0).clamp(min=1e-3) * 2 - 1).clamp(-1.5, 1.5)
    for k in range(count):
        told = torch.cat(
            [
                labels[:, k, :RASTER, None, None].expand(batch, RASTER, high, wide),
                u[:, k, None, None, :].expand(batch, 1, high, wide),
                v[:, k, None, :, None].expand(batch, 1, high, wide),
                torch.ones(batch, 1, high, wide, device=boxes.device, dtype=labels.dtype),
            ],
            1,
        )
        canvas = canvas + (told - canvas) * share[:, k, None]
    return canvas


@dataclass(frozen=True)
class Conditions:
    """All that a step is told of b pictures. *words*; *labels* float [b, k, 384], *boxes* float [b, k, 4] and *there* float [b, k] (1 for those
    that are there); *source* float [b, c, h, w], latents of the picture that is there, zeros for none; *hole* float [b, 1, h, w]."""

    words: Words
    labels: Tensor
    boxes: Tensor
    there: Tensor
    source: Tensor
    hole: Tensor

    def to(self, device: Any) -> Conditions:
        """Return them on *device*."""
        parts = (getattr(self, name).to(device) for name in ("words", "labels", "boxes", "there", "source", "hole"))
        return Conditions(*parts)


def denoise(unet: Any, noisy: Tensor, timesteps: Tensor, told: Conditions) -> Tensor:
    """Return what *unet* says of *noisy* latents float [b, c, h, w] at *timesteps* float [b], told *told*: float [b, c, h, w]."""
    import torch

    labels = unet.encoder_hid_proj(told.labels)
    painted = raster(labels, told.boxes, told.there, *noisy.shape[-2:]).to(noisy.dtype)
    tokens = {"boxes": told.boxes, "positive_embeddings": labels, "masks": told.there}
    out: Tensor = unet(
        torch.cat([noisy, told.source, told.hole, painted], 1), timesteps, told.words.states,
        encoder_attention_mask=told.words.mask, cross_attention_kwargs={"gligen": tokens},
    ).sample  # fmt: skip
    return out
