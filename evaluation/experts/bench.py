"""An expert under measurement, run as the program runs it: its media come out of a store, its call goes through the router."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from models.expert import Clip, Found, Masks, Picture, Refusal, Sound, Value
from models.router import Broken, Router
from models.store import Store
from models.values import Arg, Media, Profile, Ref, Region, TaskCall

T = TypeVar("T")
_KINDS: Mapping[type, str] = {Picture: "image", Clip: "video", Sound: "audio", Masks: "mask"}


@dataclass(frozen=True)
class Asked:
    """One call: the *task*, what it is given (*media* become image#1, video#1, mask#1 ... in their order and are named first,
    *regions* next, then *args*), its settings and the *seed*."""

    task: str
    media: tuple[Value, ...] = ()
    regions: tuple[Region, ...] = ()
    args: tuple[Arg, ...] = ()
    params: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0


@dataclass(frozen=True)
class Told:
    """What an expert gave: *failed* is "" or what it said instead, *broken* whether that was a fault of the program; *seconds*
    is the time of the call, loading left out where the expert was loaded before."""

    failed: str = ""
    broken: bool = False
    seconds: float = 0.0


class Bench:
    """The experts of *profile*, their media in a store below *folder*. *found* replaces the experts that there are."""

    def __init__(
        self, profile: Profile, folder: Path, device: str = "cpu", found: Mapping[str, Found] | None = None
    ) -> None:
        self.store = Store(folder)
        self.router = Router(profile, self.store, found, device)

    def expert(self, task: str) -> str:
        """Return the name of the expert for *task*, "" where the profile has none."""
        choices = self.router.implementations(task)
        return self.router.expert_name(choices[0]) if choices else ""

    def ask(self, asked: Asked, read: Callable[[Sequence[Value]], T]) -> tuple[T | None, Told]:
        """Run one call; return what *read* makes of its values, None where it failed, and what is to be told of it.

        A refusal and a fault of an expert are told, not raised. *read* is called while the values' files are there.
        """
        with self._shelf(asked.media) as shelf:
            call = TaskCall("t1", asked.task, (*map(Ref, shelf), *(Ref(r.handle) for r in asked.regions), *asked.args),
                            asked.params)  # fmt: skip
            regions = {region.handle: region for region in asked.regions}
            try:
                with self.router.run(call, shelf, regions, _silent, asked.seed) as ran:
                    return read(ran.values), Told(seconds=ran.step.seconds)
            except Refusal as refusal:
                return None, Told(refusal.what, isinstance(refusal, Broken))

    @contextmanager
    def _shelf(self, values: Sequence[Value]) -> Iterator[dict[str, Media]]:
        """Put *values* into the store for the time of a with block."""
        shelf: dict[str, Media] = {}
        numbers: Counter[str] = Counter()
        try:
            for value in values:
                for kind, path, meta in self.store.put(value):
                    numbers[kind] += 1
                    handle = f"{kind}#{numbers[kind]}"
                    shelf[handle] = Media(kind, handle, path, meta)
            yield shelf
        finally:
            self.store.remove([medium.path for medium in shelf.values()], grace=0.0)


def _silent(fraction: float, word: str = "", preview: Any = None) -> None:
    """A report that nobody reads."""
