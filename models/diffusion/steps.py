"""Run a pipeline step by step: progress, what the picture looks like so far, and Stop within one step, for every pipeline alike.

The pipelines' own callbacks differ from class to class and are missing in some. Every one of them opens its ``progress_bar`` and
calls its denoiser, so these two are watched: the bar tells the steps, the call before each pass of the denoiser looks whether to
stop and at what is being denoised.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from models.expert import Report

if TYPE_CHECKING:
    from numpy.typing import NDArray

DENOISERS = ("unet", "transformer", "transformer_2", "prior")
_SAMPLES = 512
"""Places of which colours and latents are compared."""


class _Bar:
    """Stands in for the pipeline's progress bar: counts, tells, and stops."""

    def __init__(self, watch: _Watch, iterable: Iterable[Any] | None, total: int | None) -> None:
        self._watch, self._iterable = watch, iterable
        self.total = total if total is not None else len(iterable) if hasattr(iterable, "__len__") else 0  # type: ignore[arg-type]
        self.n = 0
        watch.opened(self)

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def __iter__(self) -> Iterator[Any]:
        for item in self._iterable or ():
            yield item
            self.update()

    def update(self, count: int = 1) -> None:
        self.n += count
        self._watch.tell(self)

    def close(self) -> None:
        """A bar of tqdm is closed; this one has nothing to close."""

    def set_postfix(self, *_: object, **__: object) -> None:
        """Told beside a bar of tqdm; here nobody reads it."""


class _Watch:
    def __init__(self, report: Report, word: str, colours: Colours | None) -> None:
        self.report, self.word, self.colours = report, word, colours
        self.bar: _Bar | None = None
        self.latents: Any = None

    def opened(self, bar: _Bar) -> None:
        self.bar = bar
        self.tell(bar)

    def tell(self, bar: _Bar) -> None:
        done = bar.n / bar.total if bar.total else 0.0
        look = self.colours.look(self.latents) if self.colours is not None and self.latents is not None else None
        self.report(min(1.0, done), f"{self.word}: step {bar.n} of {bar.total}" if bar.total else self.word, look)

    def before(self, module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Look at what the denoiser is given, and stop here when the person pressed Stop."""
        found = kwargs.get("sample", kwargs.get("hidden_states", args[0] if args else None))
        if found is not None and getattr(found, "ndim", 0) >= 3:
            self.latents = found.detach()
        if self.bar is not None:
            self.tell(self.bar)


@contextmanager
def stepped(pipe: Any, report: Report, word: str = "drawing", colours: Colours | None = None) -> Iterator[None]:
    """While the block runs, tell *report* each step of *pipe*, and raise what *report* raises (Cancelled) out of it within one pass
    of the denoiser. Afterwards the pipeline is as it was, also after Stop. With *colours* each report has a preview. The parts of an
    offloaded pipeline go to the graphics card one after another, each when it works."""
    watch = _Watch(report, word, colours)
    modules = [module for name in DENOISERS if (module := getattr(pipe, name, None)) is not None]
    hooks = [module.register_forward_pre_hook(watch.before, with_kwargs=True) for module in modules]
    if device := getattr(pipe, "offload_to", None):
        pipe.enable_model_cpu_offload(
            device=device
        )  # anew each time: the hooks of a pipeline that shares its parts may be on them
    pipe.progress_bar = lambda iterable=None, total=None: _Bar(watch, iterable, total)
    try:
        yield
    finally:
        del pipe.progress_bar
        for hook in hooks:
            hook.remove()
        if hasattr(pipe, "maybe_free_model_hooks"):
            pipe.maybe_free_model_hooks()


class Colours:
    """What latents look like: the linear map from a place's channels to its colour that fits a *vae* best, found by least squares
    on smooth pictures made up once. It is rough, and costs nothing beside a step."""

    def __init__(self, vae: Any, seed: int = 0) -> None:
        import torch

        rng = np.random.default_rng(seed)
        coarse = torch.from_numpy(rng.uniform(-1, 1, (6, 3, 4, 4))).float()
        pictures = torch.nn.functional.interpolate(coarse, size=(128, 128), mode="bilinear", align_corners=False)
        with torch.no_grad():
            coded = vae.encode(pictures.to(vae.device, vae.dtype))
            latents = (coded.latent_dist.mean if hasattr(coded, "latent_dist") else coded.latents).float().cpu()
        if latents.ndim != 4:
            raise ValueError(f"latents of shape {tuple(latents.shape)} are no picture's")
        small = torch.nn.functional.interpolate(pictures, size=latents.shape[-2:], mode="area")
        shift = float(getattr(vae.config, "shift_factor", None) or 0.0)
        scale = float(getattr(vae.config, "scaling_factor", None) or 1.0)
        rows = ((latents - shift) * scale).permute(0, 2, 3, 1).flatten(0, 2).numpy()
        wanted = small.permute(0, 2, 3, 1).flatten(0, 2).numpy()
        chosen = rng.permutation(len(rows))[:_SAMPLES]
        given = np.concatenate([rows[chosen], np.ones((len(chosen), 1), rows.dtype)], 1)
        self._map, *_ = np.linalg.lstsq(given, wanted[chosen], rcond=None)

    @property
    def channels(self) -> int:
        """How many channels of latents are read; more of them, as of inpainting, are left out."""
        return len(self._map) - 1

    def look(self, latents: Any) -> Any:
        """Return a function that gives *latents* [b, c, h, w] (or [b, c, t, h, w], of which the middle frame is shown) as a small
        picture, uint8 [h, w, 3]; None for latents that are no picture's."""
        if latents.ndim == 5:
            latents = latents[:, :, latents.shape[2] // 2]
        if latents.ndim != 4 or latents.shape[1] < self.channels:
            return None

        def look() -> NDArray[np.uint8]:
            own = latents[-1, : self.channels].float().cpu().numpy()
            # early on there is mostly noise of the sampler's own size: brought to the size of what was learnt from
            own = own / max(1.0, float(own.std()))
            colour = np.tensordot(own, self._map[:-1], (0, 0)) + self._map[-1]
            return np.asarray(np.clip((colour + 1) * 127.5, 0, 255), np.uint8)

        return look


def colours_of(pipe: Any) -> Colours | None:
    """Return the colours of *pipe*'s latents; None where it has no autoencoder of pictures."""
    vae = getattr(pipe, "vae", None)
    if vae is None or not hasattr(vae, "encode"):
        return None
    try:
        return Colours(vae)
    except (ValueError, RuntimeError, TypeError, AttributeError):
        return None  # an autoencoder of films or sounds: its work is told in steps alone
