"""Make the bank: draw pictures, clips and sounds, perceive them, and keep what was perceived beside what is true.

    python -m training.seeing.bank --pictures 4000 --clips 1200 --sounds 3000 --seed 1 --out DIR [--held-out 0.1] [--resume]

Every medium follows from the seed, the split and the number of its shard; a run that was stopped goes on with ``--resume`` at the
first shard that is not whole, to the same bytes.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Protocol

from models.percepts import SOUND, THING, TRACK, Percept

from training.language.phrasing import Split
from training.seeing import clips, matching, pictures, shards, sounds
from training.seeing.shards import Entry

if TYPE_CHECKING:
    from models.values import Region

EACH = 100
"""Media in a shard."""


class Senses(Protocol):
    """What perceives: the program's own senses, or something in their place in a test."""

    def versions(self) -> dict[str, str]: ...

    def picture(
        self, drawn: pictures.Drawn, regions: Sequence[Region]
    ) -> tuple[tuple[Percept, ...], tuple[Percept, ...]]: ...

    def clip(self, filmed: clips.Filmed) -> tuple[Percept, ...]: ...

    def sound(self, made: sounds.Sounding) -> tuple[Percept, ...]: ...


def seen_picture(drawn: pictures.Drawn, senses: Senses) -> Entry:
    """Return a drawn picture perceived, with rows that show true things called by their names."""
    truth = drawn.truth()
    percepts, marked = senses.picture(drawn, [region for region, _ in drawn.marks])
    names = {thing.id: thing.name for thing in drawn.shot.scene.things}
    boxes = {int(id_): box for id_, box in truth["boxes"].items()}
    things = shards.of_kind(percepts, THING)
    row = {} if things is None else matching.seen_rows(things, boxes)
    marked = tuple(matching.named(one, {0: names[id_]}) for one, (_, id_) in zip(marked, drawn.marks, strict=True))
    return Entry(truth, _named(percepts, THING, row, names), marked, row)


def seen_clip(filmed: clips.Filmed, senses: Senses) -> Entry:
    """Return a clip perceived, with tracks that show true things called by their names."""
    percepts = senses.clip(filmed)
    names = {thing["id"]: thing["name"] for thing in filmed.truth["scene"]["things"]}
    frames = {int(id_): boxes for id_, boxes in filmed.truth["frames"].items()}
    tracks = shards.of_kind(percepts, TRACK)
    row = {} if tracks is None else matching.tracked_rows(tracks, frames, filmed.seconds)
    return Entry(filmed.truth, _named(percepts, TRACK, row, names), (), row)


def heard_sound(made: sounds.Sounding, senses: Senses) -> Entry:
    """Return a sound perceived, with rows that tell of true events called by the names of their classes."""
    percepts = senses.sound(made)
    events = made.truth["events"]
    rows = shards.of_kind(percepts, SOUND)
    row = {} if rows is None else matching.heard_rows(rows, events)
    return Entry(
        made.truth, _named(percepts, SOUND, row, {n: event["name"] for n, event in enumerate(events)}), (), row
    )


def _named(percepts: tuple[Percept, ...], kind: int, row: dict[int, int], names: dict[int, str]) -> tuple[Percept, ...]:
    told = {place: names[id_] for id_, place in row.items()}
    return tuple(matching.named(one, told) if one.kind == kind else one for one in percepts)


def _pictures(rng: Random, split: Split, count: int, senses: Senses) -> Iterator[Entry]:
    before = None
    for _ in range(count):
        before = pictures.picture(rng, split, before)
        yield seen_picture(before, senses)


def _clips(rng: Random, split: Split, count: int, senses: Senses) -> Iterator[Entry]:
    for _ in range(count):
        yield seen_clip(clips.clip(rng, split), senses)


def _sounds(rng: Random, split: Split, count: int, senses: Senses) -> Iterator[Entry]:
    for _ in range(count):
        yield heard_sound(sounds.sound(rng, split), senses)


_MAKERS: dict[str, Callable[[Random, Split, int, Senses], Iterator[Entry]]] = {
    "image": _pictures, "video": _clips, "audio": _sounds,
}  # fmt: skip


def _jobs(counts: dict[str, int], held_out: float) -> list[tuple[str, Split, int, int]]:
    """Return the shards to make (medium, split, number, media in it), all kinds in turn, so that a bank that is not whole yet can
    be learnt from."""
    splits: tuple[tuple[Split, float], ...] = (("train", 1.0), ("held_out", held_out))
    jobs: list[tuple[float, tuple[str, Split, int, int]]] = []
    for medium in _MAKERS:
        for split, share in splits:
            total = round(counts[medium] * share)
            for number, start in enumerate(range(0, total, EACH)):
                jobs.append((start / total, (medium, split, number, min(EACH, total - start))))
    return [job for _, job in sorted(jobs, key=lambda job: job[0])]


def make(
    out: Path,
    counts: dict[str, int],
    seed: int,
    senses: Senses,
    held_out: float = 0.1,
    resume: bool = False,
    kinds: Sequence[str] = shards.MEDIA,
    tell: Callable[[str], None] = print,
) -> str:
    """Write the bank of *counts* media by kind (and *held_out* times as many of the held-out split) to *out*, and its card; returns
    the digest of its shards. Just those of *kinds* are made now. With *resume* shards that are there stay, but for those
    that were perceived by other weights. Raises ValueError when *out* holds something and *resume* is not asked for, or
    another bank."""
    card: dict[str, Any] = {"seed": seed, "counts": counts, "held_out": held_out, "each": EACH}
    versions = senses.versions()
    before = versions
    if out.exists() and any(out.iterdir()):
        if not resume:
            raise ValueError(f"{out} is not empty: give --resume to go on with it, or another folder")
        file = out / shards.CARD
        found = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {**card, "senses": versions}
        if {key: found.get(key) for key in card} != card:
            raise ValueError(f"{out} holds another bank, made with {found}: give it another folder")
        before = found["senses"]
    for kind in shards.MEDIA:
        if before[kind] != versions[kind]:
            for folder in out.glob(f"{kind}-*"):
                shutil.rmtree(folder)
    out.mkdir(parents=True, exist_ok=True)
    (out / shards.CARD).write_text(json.dumps({**card, "senses": versions}) + "\n", encoding="utf-8")
    for medium, split, number, size in _jobs(counts, held_out):
        folder = out / f"{medium}-{split}-{number:03d}"
        if folder.is_dir() or medium not in kinds:
            continue
        shutil.rmtree(folder.with_name(folder.name + ".part"), ignore_errors=True)
        begun = time.process_time()
        entries = list(_MAKERS[medium](Random(f"bank {seed} {medium} {split} {number}"), split, size, senses))
        shards.write(folder, entries)
        known = sum(len(entry.row) for entry in entries)
        true = sum(len(entry.truth.get("events") or entry.truth.get("boxes", ())) for entry in entries)
        spent = time.process_time() - begun
        tell(f"{folder.name}: {len(entries)} in {spent:.1f} s, {known} of {true} things have a row")
    done = shards.digest(out)
    (out / shards.CARD).write_text(json.dumps({**card, "senses": versions, "sha256": done}) + "\n", encoding="utf-8")
    return done


def main() -> None:
    """Make the bank that the command line asks for."""
    parser = argparse.ArgumentParser(description="Make a bank of perceived pictures, clips and sounds.")
    parser.add_argument("--pictures", type=int, default=4000)
    parser.add_argument("--clips", type=int, default=1200)
    parser.add_argument("--sounds", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--held-out", type=float, default=0.1, help="media of the held-out split, as a share of the others"
    )
    parser.add_argument("--kinds", nargs="+", choices=shards.MEDIA, default=shards.MEDIA, help="make just these now")
    parser.add_argument("--resume", action="store_true", help="go on, and perceive anew what other weights perceived")
    options = parser.parse_args()
    from training.seeing.senses import Own

    counts = {"image": options.pictures, "video": options.clips, "audio": options.sounds}
    print(make(options.out, counts, options.seed, Own(), options.held_out, options.resume, options.kinds))


if __name__ == "__main__":
    main()
