"""From a call's words, settings and seed to what a pipeline takes, and from what it gives to a picture."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from models.expert import Inputs, Refusal
from models.values import TaskCall

if TYPE_CHECKING:
    from numpy.typing import NDArray

SETTINGS = {
    "steps": "num_inference_steps", "guidance": "guidance_scale", "image_guidance": "image_guidance_scale",
    "strength": "strength", "negative": "negative_prompt", "true_guidance": "true_cfg_scale",
}  # fmt: skip
"""Names of settings here, and what pipelines call them."""
AREA, MULTIPLE = 512 * 512, 8
"""Pixels that a pipeline works at, and what its sides are multiples of, where the profile says nothing else."""


def words_of(call: TaskCall, what: str) -> str:
    """Return the words of *call*. Raises Refusal, with *what* they should say, where there are none."""
    text = " ".join(call.phrases()).strip()
    if not text:
        raise Refusal(f"The call does not say {what}.", "Say it in words.")
    return text


def generator(seed: int) -> Any:
    """Return a generator of random numbers on the processor: the same numbers on every device. The process's own generator is set
    too, since some pipelines draw from that one; calls run one at a time."""
    import torch

    torch.manual_seed(seed)
    return torch.Generator("cpu").manual_seed(seed)


def asked(pipe: Any, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of *pipe* that *settings* hold, by the pipeline's names. Raises Refusal for a setting that was given and
    that this pipeline does not know: it is not run without it."""
    known = set(inspect.signature(type(pipe).__call__).parameters)
    given = {name: settings[name] for name in SETTINGS if settings.get(name) is not None}
    for name in given:
        if SETTINGS[name] not in known:
            raise Refusal(f"This model has no setting “{name}”.", "Leave it out, or choose another model.")
    return {SETTINGS[name]: value for name, value in given.items()}


def cut_off(pipe: Any, text: str) -> list[str]:
    """Return a note, none or one, on where *text* ends for the pipeline's text encoder, whose length is limited."""
    tokenizer = getattr(pipe, "tokenizer", None)
    most = getattr(tokenizer, "model_max_length", 0)
    if tokenizer is None or not 0 < most < 100_000:
        return []
    ids = tokenizer(text, truncation=False, add_special_tokens=True)["input_ids"]
    if len(ids) <= most:
        return []
    read = tokenizer.decode(ids[: most - 1], skip_special_tokens=True)
    return [f"the model read the first {most - 2} of {len(ids) - 2} word pieces, up to “…{read[-40:]}”"]


def pixels_of(image: Any) -> NDArray[np.uint8]:
    """Return a PIL picture as uint8 [h, w, 3]. Raises Refusal when it is black all over, as safety checkers and overflows in half
    precision leave it."""
    pixels = np.asarray(image.convert("RGB"), np.uint8)
    if not pixels.any():
        raise Refusal(
            "The model gave a picture that is black all over: its safety checker held it back, or its numbers ran over.",
            "Try other words or another seed.",
        )
    return pixels


def used(inputs: Inputs, width: int, height: int) -> dict[str, Any]:
    """Return what is told with a result besides its seed: the size that the model worked at and its settings."""
    own = {name: inputs.settings[name] for name in SETTINGS if inputs.settings.get(name) is not None}
    return {"worked_at": f"{width}x{height}", **own}
