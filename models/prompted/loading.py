"""Load a network of transformers from a folder or the model hub, as a checkpoint of a profile names it, and let it work with progress and Stop.

Of a checkpoint of the hub only weights in safetensors and the small texts beside them are fetched, at the commit that the profile names: no
pickle and no code reaches this machine. ``offload`` in ``Checkpoint.call`` says that on a graphics card the weights lie in the
machine's memory until the network works. Experts of one checkpoint share its weights.
"""

from __future__ import annotations

import functools
import logging
import os
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.device import out_of_memory
from models.diffusion.fetching import snapshot
from models.diffusion.loading import folder_of, precision, unloadable
from models.expert import Refusal, Report
from models.values import Checkpoint

FILES = ("*.json", "*.safetensors", "*.txt")
"""What is fetched of a checkpoint: settings, weights, word pieces."""


@dataclass(eq=False)
class Network:
    """A loaded *model* of transformers and the *processor* of its inputs, None where it has none; it works on *device*, and is in the
    machine's memory else where *offload*."""

    model: Any
    processor: Any
    device: str
    offload: bool

    @contextmanager
    def working(self, report: Report, word: str, spare: bool = False) -> Iterator[str]:
        """While the block runs, have the weights where they work, without gradients, and tell *report* at each layer, which ends the work
        there after Stop (Cancelled passes). With *spare* it works on the processor, and stays there until the card's next turn: the card
        is full, and what was made is not lost for want of room to go back. Gives the device."""
        import torch

        device = "cpu" if spare else self.device
        layers = [
            layer for module in self.model.modules() if isinstance(module, torch.nn.ModuleList) for layer in module
        ]
        done = 0

        def before(*_: Any) -> None:
            nonlocal done
            report(min(1.0, done / max(1, len(layers))), word)
            done += 1

        hooks = [layer.register_forward_pre_hook(before) for layer in layers]
        try:
            self.model.to(device)
            with torch.inference_mode():
                yield device
        finally:
            for hook in hooks:
                hook.remove()
            if self.offload:
                self.model.to("cpu")


@functools.cache
def _in_use() -> weakref.WeakValueDictionary[tuple[Any, ...], Network]:
    """Return the networks in use by what they were read from. It keeps none of them alive."""
    return weakref.WeakValueDictionary()


def load_network(
    checkpoint: Checkpoint,
    device: str,
    kind: Callable[[], Any],
    processor: Callable[[], Any] | None = None,
) -> Network:
    """Return the network of *checkpoint* for *device*; *kind* gives the class of transformers that reads its weights, *processor*
    that of its inputs.

    Raises Refusal, which says what is wrong, for files that are missing, broken, incomplete or not in safetensors, for a checkpoint that
    wants code of its own to run, and for a hub that cannot be reached; Cancelled after Stop while files are fetched.
    """
    from safetensors import SafetensorError

    folder = folder_of(checkpoint)
    dtype, offload = precision(checkpoint, device), bool(checkpoint.call.get("offload")) and device != "cpu"
    key = (str(folder or checkpoint.source), checkpoint.revision, str(dtype), device, offload)
    if (known := _in_use().get(key)) is not None:
        return known
    try:
        here = folder or _fetched(checkpoint)
        given: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        with _quietly():
            model, told = kind().from_pretrained(
                str(here), dtype=dtype, use_safetensors=True, output_loading_info=True, **given
            )
            reader = processor().from_pretrained(str(here), backend="pil", **given) if processor is not None else None
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, ImportError, SafetensorError) as error:
        if out_of_memory(error):
            raise  # the router makes room and tries again
        raise unloadable(checkpoint, folder, error) from error
    lacking = {name for name, _ in model.named_parameters()} & {*told["missing_keys"]}
    if lacking or told["mismatched_keys"]:
        raise Refusal(
            f"The weights of {checkpoint.source} are not complete, or not those of this kind of network.",
            "Fetch its files again, or choose another one.",
        )
    network = Network(model.eval().to("cpu" if offload else device), reader, device, offload)
    _in_use()[key] = network
    return network


@contextmanager
def _quietly() -> Iterator[None]:
    """Have transformers say nothing but errors within the block: that a clip's checkpoint is read for pictures is meant, and its bars
    are not for the terminal of a chat."""
    from transformers.utils import logging as own

    logger, bars = logging.getLogger("transformers"), own.is_progress_bar_enabled()
    level = logger.level
    logger.setLevel(logging.ERROR)
    own.disable_progress_bar()
    try:
        yield
    finally:
        logger.setLevel(level)
        if bars:
            own.enable_progress_bar()


def _fetched(checkpoint: Checkpoint) -> Path:
    offline = os.environ.get("HF_HUB_OFFLINE") == "1"
    return Path(
        snapshot(checkpoint.source, revision=checkpoint.revision, allow_patterns=list(FILES), local_files_only=offline)
    )
