"""From a call's words, settings and seed to what a pipeline takes, and from what it gives to a picture."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from models.diffusion.schedulers import KINDS
from models.expert import Inputs, Param, Refusal
from models.values import TaskCall

if TYPE_CHECKING:
    from numpy.typing import NDArray

SETTINGS = {
    "steps": "num_inference_steps", "guidance": "guidance_scale", "image_guidance": "image_guidance_scale",
    "strength": "strength", "negative": "negative_prompt",
}  # fmt: skip
"""Names of settings here, and what pipelines call them. A profile may give another name for guidance (``guidance_name``), and
arguments as a model wants them (``fixed``), which no setting changes."""
AREA, MULTIPLE = 512 * 512, 8
"""Pixels that a pipeline works at, and what its sides are multiples of, where the profile says nothing else."""
STEPS = Param("steps", "int", "steps of the model; more take longer", low=1, high=150)
GUIDANCE = Param("guidance", "float", "how closely the words are followed", low=0, high=30)
NEGATIVE = Param("negative", "text", "what shall not be seen, in quotes")
SCHEDULER = Param(
    "scheduler", "choice", "by which rule it goes from noise to a picture", choices=tuple(KINDS), bare=False
)
"""By its name alone: Euler, for one, may be whom the picture shall show."""
IMAGE_GUIDANCE = Param("image_guidance", "float", "how closely the picture is kept", low=1, high=10)
STRENGTH = Param(
    "strength",
    "float",
    "how much of the marked place, or of a picture without a mark, may change; 1 is all of it",
    low=0.05,
    high=1,
)


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
    that this pipeline does not know, or that its model has fixed: it is not run without it."""
    known = set(inspect.signature(type(pipe).__call__).parameters)
    fixed = dict(settings.get("fixed") or {})
    given = dict(fixed)
    for name, usual in SETTINGS.items():
        argument = settings.get("guidance_name", usual) if name == "guidance" else usual
        if settings.get(name) is None:
            continue
        if argument in fixed or argument not in known:
            raise Refusal(f"This model has no setting “{name}”.", "Leave it out, or choose another model.")
        given[argument] = settings[name]
    return given


def enough_steps(settings: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return *settings* with as many steps as the model needs at least, and a note, none or one, where they were raised: a model may
    need some (``least_steps``), and with a strength only that share of them is gone, of which one has to be left."""
    steps = settings.get("steps")
    if steps is None:
        return dict(settings), []
    least = max(int(steps), int(settings.get("least_steps", 1)))
    while int(least * float(settings.get("strength") or 1)) < 1:
        least += 1
    note = f"steps={steps} is too few here, so it took {least}"
    return {**settings, "steps": least}, [note] if least > steps else []


def unguided(settings: Mapping[str, Any]) -> list[str]:
    """Return a note, none or one, on words of what shall not be seen that have no effect because guidance is 1 or less."""
    if settings.get("negative") and float(settings.get("guidance") or 7.5) <= 1:
        return ["“negative” has no effect where guidance is 1 or less"]
    return []


def cut_off(pipe: Any, text: str, what: str = "") -> list[str]:
    """Return a note, none or one, on where *text* ends for the pipeline's text encoder, whose length is limited: by the tokenizer,
    or by the pipeline, whose frame of a chat counts too. *what* names words other than the description."""
    tokenizer = getattr(pipe, "tokenizer", None)
    limit = inspect.signature(type(pipe).__call__).parameters.get("max_sequence_length")
    most = min(getattr(tokenizer, "model_max_length", 0), limit.default if limit is not None else 10**9)
    if tokenizer is None or not 0 < most < 100_000:
        return []
    ids = tokenizer(text, truncation=False, add_special_tokens=False)["input_ids"]
    room = most - _frame(tokenizer, limit is not None)
    if len(ids) <= room:
        return []
    read = tokenizer.decode(ids[:room], skip_special_tokens=True)
    whose = f" of {what}" if what else ""
    return [f"the model read the first {room} of {len(ids)} word pieces{whose}, up to “…{read[-40:]}”"]


def _frame(tokenizer: Any, chat: bool) -> int:
    """Return how many tokens stand round the words: start and end, or those of a message in a chat."""
    if not (chat and getattr(tokenizer, "chat_template", None)):
        return int(tokenizer.num_special_tokens_to_add())
    empty = tokenizer.apply_chat_template([{"role": "user", "content": ""}], tokenize=False, add_generation_prompt=True)
    return len(tokenizer(empty, add_special_tokens=False)["input_ids"])


def pixels_of(image: Any) -> NDArray[np.uint8]:
    """Return a PIL picture as uint8 [h, w, 3]. Raises Refusal when it is black all over, as overflows in half precision leave it."""
    pixels = np.asarray(image.convert("RGB"), np.uint8)
    if not pixels.any():
        raise Refusal(
            "The model gave a picture that is black all over: its numbers ran over.", "Try other words or another seed."
        )
    return pixels


def used(inputs: Inputs, width: int, height: int) -> dict[str, Any]:
    """Return what is told with a result besides its seed: the size that the model worked at and its settings."""
    own = {name: inputs.settings[name] for name in SETTINGS if inputs.settings.get(name) is not None}
    return {"worked_at": f"{width}x{height}", **own}
