"""Schedulers: by which rule a pipeline goes from noise to a picture, and how to exchange it for one call.

The rule is no part of what a model learnt, as long as it was trained to find the noise that was added step by step: then any rule of that
kind may take its place (``compatibles`` of diffusers' own). Models of flows, and those that are distilled to a rule, have none beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from models.expert import Refusal

KINDS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "ddim": ("DDIMScheduler", {"clip_sample": False}),
    "ddpm": ("DDPMScheduler", {"clip_sample": False}),
    "deis": ("DEISMultistepScheduler", {}),
    "dpm_solver": ("DPMSolverMultistepScheduler", {}),
    "euler": ("EulerDiscreteScheduler", {}),
    "euler_ancestral": ("EulerAncestralDiscreteScheduler", {}),
    "pndm": ("PNDMScheduler", {"skip_prk_steps": True}),
    "unipc": ("UniPCMultistepScheduler", {}),
}
"""Words for schedulers: the class of diffusers, and what it is told besides the settings of the one whose place it takes. Latents are not
limited to -1..1, so nothing is clipped; Stable Diffusion's PNDM begins without Runge-Kutta steps."""


def check(name: str) -> None:
    """Raise Refusal where there is no scheduler called *name*."""
    if name not in KINDS:
        raise Refusal(f"There is no scheduler “{name[:40]}”.", f"Choose one of: {', '.join(KINDS)}.")


def name_of(pipe: Any) -> str:
    """Return the word for the scheduler that *pipe* has, empty where it is none of KINDS."""
    own = type(getattr(pipe, "scheduler", None)).__name__
    return next((name for name, (kind, _) in KINDS.items() if kind == own), "")


@contextmanager
def scheduled(pipe: Any, name: str | None) -> Iterator[None]:
    """While the block runs *pipe* has the scheduler called *name*, made of the settings of its own; afterwards its own again. With None
    it keeps its own. Raises Refusal for a name that is none, and for a pipeline whose model fits its own scheduler alone."""
    if name is None:
        yield
        return
    import diffusers

    check(name)
    kind, told = KINDS[name]
    own = pipe.scheduler
    if kind not in {known.__name__ for known in getattr(own, "compatibles", ())}:
        raise Refusal(
            "This model has no setting “scheduler”: it was made for the one that it has.",
            "Leave it out, or choose another model.",
        )
    pipe.scheduler = getattr(diffusers, kind).from_config(own.config, **told)
    try:
        yield
    finally:
        pipe.scheduler = own
