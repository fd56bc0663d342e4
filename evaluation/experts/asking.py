"""Asking the experts of a profile what was not asked yet, scoring the answers at once and keeping the marks in a journal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from models.expert import Found, Refusal
from models.profiles import PROFILES
from models.values import Profile
from models.weights import MANIFEST

from evaluation.experts import (
    adjusting,
    changing,
    drawing,
    hearing,
    marking,
    moving,
    naming,
    refilming,
    taking,
    tuning,
)
from evaluation.experts.bench import Bench
from evaluation.experts.ears import FOLDER as SOUNDS
from evaluation.experts.ears import Ears
from evaluation.experts.eyes import FOLDER as PICTURES
from evaluation.experts.eyes import Eyes
from evaluation.experts.suite import Marks, Row, Suite, Tools
from evaluation.journal import Journal, digest

SUITES: dict[str, Suite[Any, Any]] = {
    suite.task: suite
    for suite in (
        marking.SEGMENT, naming.DETECT, drawing.IMAGE, drawing.LAYOUT, changing.EDIT, changing.INPAINT, changing.REMOVE,
        adjusting.ADJUST, moving.VIDEO, moving.ANIMATE, refilming.VIDEO_EDIT, marking.VIDEO_SEGMENT, taking.EXTRACT, hearing.AUDIO,
        tuning.AUDIO_ADJUST, hearing.SOUND_FOR,
    )
}  # fmt: skip
"""The tasks whose experts are scored: all of the grammar."""
ROOT = Path(__file__).resolve().parents[2]
Say = Callable[[str], None]
UNRELATED = 1_000_000
"""Cases from this number on are never asked: true answers to them are what distances are measured to."""


def tools(device: str = "cpu") -> Tools:
    """Return the recognisers, loaded when first asked for."""
    return Tools(lru_cache(1)(lambda: Eyes(device=device)), lru_cache(1)(lambda: Ears(device=device)))


def made_of(profile: str, tasks: Iterable[str], seed: int) -> dict[str, Any]:
    """Return what the marks depend on: the profile's checkpoints of *tasks*, the recognisers, the world, the code and the seed."""
    experts = {task: [_source(c) for c in PROFILES[profile].experts.get(task, ())[:1]] for task in sorted(tasks)}
    own = [file for file in sorted(Path(__file__).parent.glob("*.py")) if file.stem != "report"]
    scores = [
        ROOT / "evaluation" / f"{name}.py"
        for name in ("colour_space", "overlap", "pictures", "signals", "sounds", "video")
    ]
    code = digest(*sorted((ROOT / "models").rglob("*.py")), *own, *scores)

    shown = [folder for folder in (PICTURES, SOUNDS, ROOT / "assets" / "world") if folder.is_dir()]
    return {"profile": profile, "experts": experts, "recognisers_and_world": digest(*shown), "code": code, "seed": seed}


def _source(checkpoint: Any) -> str:
    folder = ROOT / "assets" / checkpoint.source
    weights = digest(folder) if checkpoint.source and folder.is_dir() else f"{checkpoint.source}@{checkpoint.revision}"
    return f"{checkpoint.implementation} {weights}"


def manifests(suites: Iterable[Suite[Any, Any]]) -> dict[str, Any]:
    """Return the manifests of the recognisers that *suites* are scored with, by "pictures" and "sounds". Raises Refusal, with
    the command that makes it, when one is not there."""
    used = {name for suite in suites for name in suite.uses}
    found = {}
    for name, folder in (("pictures", PICTURES), ("sounds", SOUNDS)):
        if name in used:
            try:
                found[name] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise Refusal(
                    f"The recogniser that scores {name} is not in {folder}.",
                    f"Make it with python -m training.recognisers {name}.",
                ) from error
    return found


def ask(
    suites: Sequence[Suite[Any, Any]], count: int, seed: int, journal: Journal, profile: Profile, with_: Tools, say: Say,
    *, device: str = "cpu", found: Mapping[str, Found] | None = None,
) -> None:  # fmt: skip
    """Ask *count* cases of each of *suites* that *journal* does not hold yet, and append a row for each.

    A refusal or a fault is scored as nothing and told in the row. A task without an expert is left out. Raises Refusal when
    a recogniser is missing or the disk is full.
    """
    with TemporaryDirectory() as folder, journal:
        bench = Bench(profile, Path(folder), device, found)
        for suite in suites:
            expert = bench.expert(suite.task)
            left = [place for place in suite.places(count) if suite.name(*place) not in journal]
            if not expert or not left:
                continue
            say(f"{suite.task}: {len(left)} of {count} to ask {expert}")
            draw = lru_cache(2 * len(suite.lines))(partial(suite.case, seed))
            for line, number in left:
                journal.add(row(suite, line, number, expert, bench, draw, with_))


def row(
    suite: Suite[Any, Any], line: str, number: int, expert: str, bench: Bench, draw: Callable[[str, int], Any], with_: Tools
) -> Row:  # fmt: skip
    """Return the row of one case: what the expert, the truth, the truth of the next case and nothing get."""
    case, other = draw(line, number), draw(line, number + 1)
    answer, told = bench.ask(suite.asked(case), lambda values: suite.answer(values, case))
    nothing = suite.marks(case, suite.nothing(case), with_)
    marks: dict[str, Marks] = {
        "expert": nothing if answer is None else suite.marks(case, answer, with_),
        "ceiling": suite.marks(case, suite.truth(case), with_),
        # Which case an answer belongs to makes no difference between sets: no distance for this floor.
        "other": suite.marks(case, suite.fit(suite.truth(other), case), with_, described=False),
        "nothing": nothing,
    }
    unrelated = None
    if suite.features is not None:
        unrelated = list(suite.features(suite.truth(draw(line, UNRELATED + number)), with_))
    return {
        "id": suite.name(line, number), "task": suite.task, "line": line, "expert": expert, "failed": told.failed,
        "broken": told.broken, "seconds": round(told.seconds, 3), "marks": marks, "reference": unrelated,
    }  # fmt: skip


def rows_of(suite: Suite[Any, Any], count: int, journal: Journal) -> Iterator[Row]:
    """Yield the rows of the first *count* cases of *suite* that *journal* holds."""
    for place in suite.places(count):
        if suite.name(*place) in journal:
            yield journal[suite.name(*place)]
