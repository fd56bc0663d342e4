"""Whose pictures are measured: the experts of a profile, those of one kind in it, or weights that no profile names yet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models.expert import Found, Picture, Refusal, discover
from models.profiles import PROFILES
from models.values import Arg, Checkpoint, Labelled, Phrase, Profile, Region

from evaluation.experts.bench import Asked, Bench, Told
from evaluation.picturing.cases import SIDE, Layout, Pair

TASKS = ("image", "layout", "edit", "inpaint")


def profile_of(name: str, kind: str = "", source: str = "", call: Mapping[str, Any] | None = None) -> Profile:
    """Return the profile *name* with one expert for each of TASKS: its first, or the one called ``TASK_kind``; with *source*, a folder or a
    checkpoint of the hub, that one runs those weights, with the settings *call*. Raises Refusal for a profile that there is not, a
    kind that no task has, and weights without a kind."""
    if name not in PROFILES:
        raise Refusal(f"There is no profile {name!r}.", f"Choose one of: {', '.join(PROFILES)}.")
    if source and not kind:
        raise Refusal("It is not said what runs these weights.", "Say it: --kind diffusers.")
    found, chosen = discover(), {}
    for task in TASKS:
        own = f"{task}_{kind}"
        if source and own in found:
            chosen[task] = (
                Checkpoint(own, str(Path(source).resolve()) if Path(source).is_dir() else source, call=call or {}),
            )
        elif not source:
            there = [c for c in PROFILES[name].experts.get(task, ()) if not kind or c.implementation == own]
            chosen |= {task: (there[0],)} if there else {}
    if not chosen:
        raise Refusal(f"The profile {name} has no expert of the kind {kind!r}.", "Try --kind picturebook.")
    return Profile(name, PROFILES[name].unified, chosen)


class Maker:
    """The experts of *profile* at work; *failed* holds what they said where they gave nothing."""

    def __init__(
        self, profile: Profile, folder: Path, device: str = "cpu", found: Mapping[str, Found] | None = None
    ) -> None:
        self._bench = Bench(profile, folder, device, found)
        self.failed: list[str] = []
        self.asked = 0

    def name(self, task: str) -> str:
        """Return the name of the expert for *task*, "" where there is none."""
        return self._bench.expert(task)

    def _one(self, task: str, *args: Arg, seed: int, media: Picture | None = None, place: Region | None = None,
             **params: str) -> Picture | None:  # fmt: skip
        if not self.name(task):
            return None
        asked = Asked(task, (media,) if media else (), (place,) if place else (), args, params, seed)

        def first(values: Any) -> Picture | None:
            return next((value for value in values if isinstance(value, Picture)), None)

        self.asked += 1
        made, told = self._bench.ask(asked, first)
        self._tell(task, told)
        return made

    def _tell(self, task: str, told: Told) -> None:
        if told.failed:
            self.failed.append(f"{task}: {told.failed}")

    def words(self, caption: str, seed: int, size: tuple[int, int] = (SIDE, SIDE)) -> Picture | None:
        """Return what is drawn from a caption alone; None where nothing is."""
        return self._one("image", Phrase(caption), seed=seed, size=f"{size[0]}x{size[1]}")

    def layout(self, case: Layout) -> Picture | None:
        """Return what is drawn from a caption and labelled boxes."""
        items = (Labelled(phrase, box) for phrase, box in zip(case.phrases, case.boxes, strict=True))
        return self._one("layout", Phrase(case.caption), *items, seed=case.seed, size=f"{SIDE}x{SIDE}")

    def edit(self, case: Pair) -> Picture | None:
        """Return the picture before, changed as the instruction says."""
        return self._one("edit", Phrase(case.words), seed=case.seed, media=case.given)

    def fill(self, case: Pair) -> Picture | None:
        """Return the picture before with its marked place filled."""
        region = Region(1, "image#1", box=case.region)
        return self._one("inpaint", Phrase(case.phrase), seed=case.seed, media=case.given, place=region)

    def extend(self, given: Picture, words: str, seed: int) -> Picture | None:
        """Return *given* as the instruction *words* extend it."""
        return self._one("edit", Phrase(words), seed=seed, media=given)
