"""What Hugging Face's ZeroGPU wants of a program before it starts. On a CPU Space, and everywhere else, nothing of it is needed."""

from __future__ import annotations

import os
import sys


def on_zero_gpu() -> bool:
    """Tell whether this process runs on a Space that lends its GPU call by call."""
    return os.environ.get("SPACES_ZERO_GPU", "").strip().lower() in ("1", "true", "t", "yes")


def lent_gpu() -> str:
    """Return the name of the GPU that is there now, or "" where there is none."""
    import torch

    return str(torch.cuda.get_device_name(0)) if torch.cuda.is_available() else ""


def reserve() -> bool:
    """Announce a function that may be lent a GPU, and tell whether that was needed. Call it before torch or gradio is imported.

    ZeroGPU hooks into both, and holds a Space for broken that announces no such function. The nano profile computes on the
    processor, so what is announced is :func:`lent_gpu`, which costs nobody's quota unless it is called. An expert of a larger
    profile has to be announced in its place. Where the platform's package is missing, that is said and nothing announced.
    """
    if not on_zero_gpu():
        return False
    try:
        import spaces
    except ImportError:
        print("This Space says that it lends a GPU, but has no package spaces: it runs without.", file=sys.stderr)
        return False

    # Wrapped, each of the page's events would run in a process of its own, away from the engine.
    spaces.disable_gradio_auto_wrap()
    spaces.GPU(duration=5)(lent_gpu)
    return True
