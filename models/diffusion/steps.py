"""Run a pipeline step by step: progress, what the picture looks like so far, and Stop within one step, for every pipeline alike.

The pipelines' own callbacks differ from class to class and are missing in some. Every one of them opens its ``progress_bar`` and
calls its denoiser, so these two are watched: the bar tells the steps, the call before each pass of the denoiser looks whether to
stop and at what is being denoised.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from models.expert import Report

if TYPE_CHECKING:
    from models.diffusion.colours import Colours

DENOISERS = ("unet", "transformer", "transformer_2", "prior")


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
    def __init__(self, report: Report, word: str, colours: Colours | None, shape: float) -> None:
        self.report, self.word, self.colours, self.shape = report, word, colours, shape
        self.bar: _Bar | None = None
        self.latents: Any = None

    def opened(self, bar: _Bar) -> None:
        self.bar = bar
        self.tell(bar)

    def tell(self, bar: _Bar) -> None:
        done = bar.n / bar.total if bar.total else 0.0
        look = (
            self.colours.look(self.latents, self.shape)
            if self.colours is not None and self.latents is not None
            else None
        )
        self.report(min(1.0, done), f"{self.word}: step {bar.n} of {bar.total}" if bar.total else self.word, look)

    def before(self, module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Look at what the denoiser is given, and stop here when the person pressed Stop."""
        found: Any = kwargs.get("sample", kwargs.get("hidden_states", args[0] if args else None))
        if isinstance(found, list | tuple) and found:
            found = found[-1][None]  # some denoisers take a list of pictures
        if found is not None and getattr(found, "ndim", 0) >= 3:
            self.latents = found.detach()
        if self.bar is not None:
            self.tell(self.bar)


@contextmanager
def stepped(
    pipe: Any, report: Report, word: str = "drawing", colours: Colours | None = None, shape: float = 1.0
) -> Iterator[None]:
    """While the block runs, tell *report* each step of *pipe*, and raise what *report* raises (Cancelled) out of it within one pass
    of the denoiser. Afterwards the pipeline is as it was, also after Stop. With *colours* each report has a preview, of
    *shape* (width by height) where the latents do not tell it. The parts of an
    offloaded pipeline go to the graphics card one after another, each when it works."""
    watch = _Watch(report, word, colours, shape)
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
