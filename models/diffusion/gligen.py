"""Grounded generation (GLIGEN, Li et al. 2023, arXiv 2301.07093) through the ordinary Stable Diffusion pipeline.

A GLIGEN checkpoint is a Stable Diffusion whose denoiser has gated attention to *grounding tokens*: a phrase and the box that it
belongs into. They enter beside the prompt, so the ordinary pipeline runs them; what diffusers' own class of that name adds is the
making of the tokens, and scheduled sampling (section 3.3): the gates are open during the first share of the steps and closed after.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from models.expert import Refusal
from models.values import Box

if TYPE_CHECKING:
    from torch import Tensor

MOST = 30
"""Grounding tokens of a picture, as the checkpoints were trained with."""
OPEN = 0.3
"""Share of the steps in which the gates are open, where nothing else is asked for."""


def can_ground(pipe: Any) -> bool:
    """Return whether the denoiser of *pipe* has gated attention."""
    return getattr(pipe.unet, "position_net", None) is not None


def grounding(pipe: Any, phrases: Sequence[str], boxes: Sequence[Box], *, guided: bool) -> dict[str, Tensor]:
    """Return what the denoiser of *pipe* is given for *phrases* in *boxes*: ``boxes`` float [b, MOST, 4], ``positive_embeddings``
    float [b, MOST, width], ``masks`` float [b, MOST], 1 for a token that is there. With *guided* (classifier-free guidance) b is
    2 and the first, unconditional half has none. Raises Refusal for more than MOST phrases, ValueError when they do not fit the
    boxes or there are none.
    """
    import torch

    _check(phrases, boxes)
    device, kind = pipe.unet.device, pipe.text_encoder.dtype
    tokens = pipe.tokenizer(list(phrases), padding=True, truncation=True, return_tensors="pt").to(device)
    with torch.no_grad():
        states = pipe.text_encoder(**tokens).pooler_output
    places = torch.tensor([(box.x0, box.y0, box.x1, box.y1) for box in boxes])
    rows = 2 if guided else 1
    out = {
        "boxes": torch.zeros(rows, MOST, 4, device=device, dtype=kind),
        "positive_embeddings": torch.zeros(rows, MOST, states.shape[-1], device=device, dtype=kind),
        "masks": torch.zeros(rows, MOST, device=device, dtype=kind),
    }
    out["boxes"][:, : len(boxes)] = places.to(device, kind)
    out["positive_embeddings"][:, : len(boxes)] = states.to(kind)
    out["masks"][-1, : len(boxes)] = 1
    return out


def placing(pipe: Any, phrases: Sequence[str], boxes: Sequence[Box], *, guided: bool) -> dict[str, Any]:
    """Return the arguments by which *pipe* is told to put *phrases* into *boxes*: the tokens, or phrases and boxes as they are where the
    pipeline makes its tokens itself. Raises as :func:`grounding`."""
    if "gligen_phrases" not in inspect.signature(type(pipe).__call__).parameters:
        return {"cross_attention_kwargs": {"gligen": grounding(pipe, phrases, boxes, guided=guided)}}
    _check(phrases, boxes)
    return {"gligen_phrases": list(phrases), "gligen_boxes": [[box.x0, box.y0, box.x1, box.y1] for box in boxes]}


def _check(phrases: Sequence[str], boxes: Sequence[Box]) -> None:
    if not phrases or len(phrases) != len(boxes):
        raise ValueError(f"{len(phrases)} phrases and {len(boxes)} boxes do not fit together")
    if len(phrases) > MOST:
        raise Refusal(
            f"{len(phrases)} labelled boxes are more than the {MOST} that this model can place.", "Leave some out."
        )


@contextmanager
def gates(pipe: Any, share: float) -> Iterator[None]:
    """While the block runs the pipeline once, its gates are open in the first *share* (0..1) of the steps and closed after."""
    from diffusers.models.attention import GatedSelfAttentionDense

    fusers = [module for module in pipe.unet.modules() if isinstance(module, GatedSelfAttentionDense)]

    def turn(enabled: bool) -> None:
        for fuser in fusers:
            fuser.enabled = enabled

    passes = 0

    def before(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        nonlocal passes
        turn(passes < int(share * len(pipe.scheduler.timesteps)))
        passes += 1

    hook = pipe.unet.register_forward_pre_hook(before, with_kwargs=True)
    try:
        yield
    finally:
        hook.remove()
        turn(True)
