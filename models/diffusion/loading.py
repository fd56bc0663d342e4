"""Load a pipeline of diffusers from a folder or the model hub, as a checkpoint of a profile names it.

What differs between checkpoints is data in ``Checkpoint.call``; the names read here are

- ``pipeline``: the class in diffusers (``StableDiffusionPipeline``) or of OWN, always named, since published indexes name the wrong one;
- ``variant``: the hub's name of a set of files, such as ``fp16``; ``without``: components that are not to be loaded;
- ``folder``: where a person keeps it, in place of the source, which is told in its stead;
- ``offload``: on a graphics card only the part that works lies there, and the others in the machine's memory.

Weights are read from safetensors alone, and no code of a checkpoint is ever run. Experts of one checkpoint share its weights.
"""

from __future__ import annotations

import copy
import functools
import importlib
import logging
import os
import re
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.diffusion.fetching import watch
from models.expert import Refusal
from models.values import Checkpoint

if TYPE_CHECKING:
    import torch

ASSETS = Path(__file__).resolve().parents[2] / "assets"
OWN = {
    "DrawingPipeline": "models.diffusion.drawing",
    "GligenInpaintPipeline": "models.diffusion.gligen_inpaint",
}
"""Pipelines of this program, and where they are."""
_HUB = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
_COMMIT = re.compile(r"[0-9a-f]{40}")


@functools.cache
def _in_use() -> weakref.WeakValueDictionary[tuple[Any, ...], Any]:
    """Return the pipelines in use by what they were read from, and last each by itself: of several of one kind any may be given up
    first. It keeps none of them alive."""
    return weakref.WeakValueDictionary()


def folder_of(checkpoint: Checkpoint) -> Path | None:
    """Return the folder that *checkpoint* lies in, below ``assets`` or by its whole path; None for one of the hub. Raises Refusal
    for a source that is neither, or one of the hub that is not pinned to a commit."""
    if (own := checkpoint.call.get("folder")) is not None:
        if not Path(own).is_dir():
            raise Refusal(f"The folder of {checkpoint.source} is gone.", "Put it back, or start without it.")
        return Path(own)
    for folder in (Path(checkpoint.source), ASSETS / checkpoint.source):
        if checkpoint.source and folder.is_dir() and (folder.is_absolute() or folder.is_relative_to(ASSETS)):
            return folder
    if not _HUB.fullmatch(checkpoint.source):
        raise Refusal(
            f"There is no folder {checkpoint.source!r} with a model.", "Check the profile's table of checkpoints."
        )
    if not _COMMIT.fullmatch(checkpoint.revision):
        raise Refusal(
            f"{checkpoint.source} is not pinned to a commit of the model hub, so what would be loaded may change any day.",
            "Give the profile's checkpoint the revision, 40 hexadecimal digits, that was tried.",
        )
    return None


def precision(checkpoint: Checkpoint, device: str) -> torch.dtype:
    """Return the type that weights are loaded in: the checkpoint's, but for half precision on a processor, which is several
    times slower there than single. Raises Refusal for a name that is none of torch's floating types."""
    import torch

    kinds = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}
    if checkpoint.dtype not in kinds:
        raise Refusal(f"{checkpoint.dtype!r} is no precision.", f"Choose one of: {', '.join(kinds)}.")
    return torch.float32 if device == "cpu" else kinds[checkpoint.dtype]


def load_pipeline(checkpoint: Checkpoint, device: str, **components: Any) -> Any:
    """Return the pipeline of *checkpoint* on *device*, quiet and ready; *components* replace its own. Where another class of the same
    files is in use, the parts are that one's, but for the scheduler, which remembers its steps. One that is offloaded is in the
    machine's memory until it runs (``stepped``).

    Raises Refusal, which says what is wrong, for a class that diffusers does not have, files that are missing, broken or not
    in safetensors, and a hub that cannot be reached.
    """
    try:
        import diffusers
    except ImportError as error:
        raise Refusal(
            "The library diffusers, which runs this model, is not installed: it needs Python 3.11 or newer.",
            "Install it with pip install -r requirements.txt -c constraints.txt, or choose another profile.",
        ) from error

    name = str(checkpoint.call.get("pipeline", ""))
    kind = getattr(diffusers, name, None) if name.endswith("Pipeline") else None
    if name in OWN:
        kind = getattr(importlib.import_module(OWN[name]), name)
    if kind is None:
        raise Refusal(
            f"Version {diffusers.__version__} of diffusers has no pipeline {name!r}.",
            "Check the profile's table of checkpoints.",
        )
    folder = folder_of(checkpoint)
    given: dict[str, Any] = {"dtype": precision(checkpoint, device), "use_safetensors": True, **components}
    given |= dict.fromkeys(checkpoint.call.get("without", ()))
    if "safety_checker" in given and given["safety_checker"] is None:
        given |= {"feature_extractor": None, "requires_safety_checker": False}
    if variant := checkpoint.call.get("variant"):
        given["variant"] = variant
    if folder is None:
        given |= {"revision": checkpoint.revision, "local_files_only": os.environ.get("HF_HUB_OFFLINE") == "1"}
    else:
        given["local_files_only"] = True
    files = (str(folder or checkpoint.source), checkpoint.revision, variant, given["dtype"], device, *sorted(given))
    shared = None if components else next((pipe for key, pipe in _in_use().items() if key[:-1] == files), None)
    logger = logging.getLogger("diffusers")
    before = logger.level
    logger.setLevel(logging.ERROR)  # a line for each old class and each processor is nothing that a person can act on
    try:
        if shared is not None:
            pipe = kind.from_pipe(shared, dtype=given["dtype"], scheduler=copy.deepcopy(shared.scheduler))
        else:
            watch()
            pipe = kind.from_pretrained(str(folder or checkpoint.source), **given)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise unloadable(checkpoint, folder, error) from error
    finally:
        logger.setLevel(before)
    pipe.set_progress_bar_config(disable=True)
    if not components:
        _in_use()[(*files, id(pipe))] = pipe
    if checkpoint.call.get("offload") and device != "cpu":
        pipe.offload_to = device
        return pipe
    return pipe.to(device)


def unloadable(checkpoint: Checkpoint, folder: Path | None, error: Exception) -> Refusal:
    """Return the refusal that says why *checkpoint*, of *folder* or else of the hub, could not be loaded, which ended in *error*."""
    text = " ".join(str(error).split())[:300]
    if folder is None and ("offline" in text.lower() or "connect" in text.lower() or "local" in text.lower()):
        return Refusal(
            f"{checkpoint.source} is not on this machine yet, and the model hub cannot be reached.",
            "Connect to the network once, or choose another profile.",
        )
    if "safetensors" in text:
        return Refusal(
            f"{checkpoint.source} has no weights in safetensors, the one format that is read here.",
            "Choose a checkpoint, or a revision of it, that has them.",
        )
    return Refusal(
        f"The model {checkpoint.source} cannot be loaded: {text}", "Fetch its files again, or choose another one."
    )
