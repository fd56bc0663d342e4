"""Checkpoints that a person fetched and that no profile can name: GLIGEN in a folder of this machine, put into the profile that is run.

Its published weights are pickles, or lie in a proposal to their repository that nobody took in, so no commit of the hub has them in
safetensors (docs/decisions/0017). docs/profiles.md tells how to get them.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from models.expert import Refusal
from models.values import Checkpoint, Profile

GENERATION, INPAINTING = 4, 9
"""Channels that a denoiser takes which draws pictures with things in boxes, and one which fills boxes of a picture."""
_HALF = "diffusion_pytorch_model.fp16.safetensors"


def with_gligen(profile: Profile, folder: Path) -> Profile:
    """Return *profile* with the GLIGENs in *folder*, or in folders in it: one that draws serves layouts, one that fills boxes inpainting, and
    what served them before is second. Raises Refusal where there is none that can be loaded."""
    folders = [folder, *sorted(path for path in folder.iterdir() if path.is_dir())] if folder.is_dir() else []
    found = [checkpoint for one in folders if (one / "model_index.json").is_file() and (checkpoint := _of(one))]
    if not found:
        raise Refusal(f"There is no GLIGEN in the folder {folder.name}.", "docs/profiles.md tells how to get one.")
    experts, note, lacks = dict(profile.experts), profile.note, profile.lacks
    for checkpoint in found:
        task = checkpoint.implementation.partition("_")[0]
        experts[task] = (checkpoint, *experts.get(task, ()))
        if task == "layout":
            note += " Things in boxes are drawn with the GLIGEN of this machine."
            lacks = tuple(text for text in lacks if not text.startswith("Things in boxes"))
        else:
            note += " Marked places are filled with the GLIGEN of this machine."
    return replace(profile, experts=experts, note=note, lacks=lacks)


def _of(folder: Path) -> Checkpoint | None:
    """Return the checkpoint of the GLIGEN in *folder*, None for a pipeline of another kind. Raises Refusal for one that cannot be loaded."""
    from safetensors import SafetensorError

    unet = folder / "unet"
    try:
        config = json.loads((unet / "config.json").read_text("utf-8"))
    except OSError:
        return None
    except ValueError:
        config = None
    if not isinstance(config, dict):
        raise _broken(folder, "settings")
    channels = config.get("in_channels")
    if "gated" not in str(config.get("attention_type", "")) or channels not in (GENERATION, INPAINTING):
        return None
    weights = sorted(unet.glob("*.safetensors"))
    if not weights:
        raise Refusal(
            f"The weights of {folder.name} are pickles, which are not read here.",
            "Rewrite them once: python -m training.rewrite SOURCE OUT.",
        )
    half = unet / _HALF in weights
    try:
        grounded = _grounded([path for path in weights if path.name.endswith(".fp16.safetensors") == half])
    except (SafetensorError, OSError, ValueError) as error:
        raise _broken(folder, "weights") from error
    if not grounded:
        raise Refusal(
            f"The weights of {folder.name} lack those that place things in boxes.",
            "Fetch the edition that docs/profiles.md names.",
        )
    call: dict[str, Any] = {
        "without": ["safety_checker"],
        "steps": 30,
        "guidance": 7.5,
        "offload": True,
        "folder": folder.resolve(),
    }
    call |= {"variant": "fp16"} if half else {}
    draws = channels == GENERATION
    call["pipeline"] = "StableDiffusionPipeline" if draws else "GligenInpaintPipeline"
    implementation = "layout_diffusers" if draws else "inpaint_gligen"
    return Checkpoint(
        implementation, f"local/{folder.name}", dtype="float16", licence="CreativeML-OpenRAIL-M", call=call
    )


def _broken(folder: Path, what: str) -> Refusal:
    return Refusal(
        f"The {what} of {folder.name} are broken, or not fetched whole.",
        f"Fetch the folder {folder.name}/unet again; docs/profiles.md tells how.",
    )


def _grounded(weights: list[Path]) -> bool:
    """Return whether *weights* hold what makes tokens of boxes; a file without loads silently, and ignores them."""
    from safetensors import safe_open

    for path in weights:
        with safe_open(path, framework="numpy") as file:
            if any(name.startswith("position_net.") for name in file.keys()):  # noqa: SIM118 - it is no mapping
                return True
    return False
