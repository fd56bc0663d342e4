"""Set runs of the training beside each other that differ in one thing: what the weights of each understand.

    python -m evaluation.ablations --bank DIR [--of parts|stages] [--dialogues N] [--results FILE.md] [--out FILE.json] NAME=RUN [NAME=RUN ...]

Each *RUN* is the folder of a finished stage (``python -m training.stages``); the first is what the others are compared with. All are asked the
same held-out conversations as by ``python -m evaluation.understanding``. What a run was trained without (``--without``) is kept from
it here too, so that a loss is due to what it lacks and not to rows that it never met.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from models.expert import Refusal
from models.grammar import parse
from training.seeing import mixing
from training.seeing.shards import Bank
from training.stages.data import reduced
from training.stages.kept import STAGE, WEIGHTS

from evaluation.intervals import Estimate, bootstrap, fractions
from evaluation.reports import ended, filed
from evaluation.tables import grid
from evaluation.understanding import OF, Answer, Case, about, answerer, cases, score

if TYPE_CHECKING:
    from training.dialogues import Example

TITLES = {
    "parts": "What each part of the perception is worth",
    "stages": "LoRAMoE against one LoRA, three stages against one",
}
"""The tables, by what their rows differ in, and their headings."""
COLUMNS = {"all": "all", "less": "less than the first", **OF}
_HEAD = """## {title}

Made by `{command}`: {count} conversations of the split {split}, scored as under what is understood. Beside each name stand the steps of its
stages, {steps}. They are few, so that the rows tell of each other and not of what the shipped weights reach. A row without something was trained and is
measured without it.

"""


@dataclass(frozen=True)
class Run:
    """A finished stage: its *folder*, what it was trained *without*, the *steps* of each stage that taught it to see, and what they learnt from
    (*data*, by its sums)."""

    folder: Path
    without: tuple[str, ...]
    steps: tuple[int, ...]
    data: frozenset[str] = frozenset()


def read_run(folder: Path) -> Run:
    """Return what is on record of the run in *folder*. Raises Refusal when it is not finished."""
    try:
        chain = json.loads((folder / STAGE).read_text(encoding="utf-8"))
        stages = [stage for stage in chain if stage["stage"] != "words"]
        without = dict.fromkeys(name for stage in stages for name in stage.get("without", ()))
        sums = {one["bank"] for stage in stages for one in stage.get("data", ()) if "bank" in one}
        found = Run(folder, tuple(without), tuple(int(stage["steps"]) for stage in stages), frozenset(sums))
        if any("--without" in stage.get("command", "") and "without" not in stage for stage in stages):
            raise ValueError("it does not say what it was trained without, but that it was")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refusal(f"{folder} is no finished run of a stage: {error!r}.", "Finish its training first.") from error
    if not (folder / WEIGHTS / "config.json").is_file():
        raise Refusal(f"There are no weights in {folder}.", "Finish its training first.")
    return found


def scored(answer: Answer, asked: Sequence[Case]) -> list[float]:
    """Return how good the reply to each of *asked* is, 0..1."""
    return [score(case, list(parse(answer(case.messages, case.percepts)))) for case in asked]


def line(
    scores: Sequence[float], first: Sequence[float], asked: Sequence[Case], seed: int
) -> dict[str, Estimate | None]:
    """Return the figures of a run with *scores* of *asked*, where the first run has the scores *first*: the mean of each column, and
    how much less the run reaches than the first, of the very same conversations."""
    parts = defaultdict(list)
    for case, one in zip(asked, scores, strict=True):
        parts[about(case)].append(one)
    made: dict[str, Estimate | None] = {"all": fractions(scores, seed)}
    made |= {name: fractions(values, seed) for name, values in parts.items()}
    if scores is not first:
        less = [a - b for a, b in zip(first, scores, strict=True)]
        # where no conversation differs there is nothing from which to tell how sure that is
        made["less"] = bootstrap(less, seed=seed, unit="%") if any(less) else None
    return made


def drawn(examples: Sequence[Example], without: tuple[str, ...]) -> list[Case]:
    """Return the cases of *examples*, none of whose percepts is of a kind that the run was trained *without*."""
    return list(cases(reduced(example, without) for example in examples))


def measure(runs: Mapping[str, Run], examples: Sequence[Example], seed: int) -> dict[str, dict[str, Estimate | None]]:
    """Return the figures of each of *runs*, the first of which the others are compared with."""
    made: dict[str, dict[str, Estimate | None]] = {}
    first: list[float] = []
    whole = drawn(examples, ())
    for name, run in runs.items():
        scores = scored(answerer(str(run.folder.resolve() / WEIGHTS)), drawn(examples, run.without))
        first = first or scores
        made[name] = line(scores, first, whole, seed)
        print(f"{name}: {sum(scores) / len(scores):.1%} right", file=sys.stderr, flush=True)
    return made


def table(made: Mapping[str, Mapping[str, Estimate | None]], runs: Mapping[str, Run]) -> str:
    """Return the figures as Markdown, each run's steps beside its name."""
    told = {f"{name} ({' + '.join(map(str, runs[name].steps))} steps)": figures for name, figures in made.items()}
    return grid("trained", COLUMNS, told)


def fair(runs: Mapping[str, Run]) -> str:
    """Return a word on the steps of *runs*. Raises Refusal where they did not learn from the same bank, or not for as many steps."""
    if len({run.data for run in runs.values()}) > 1:
        raise Refusal("These runs learnt from different banks.", "Compare runs that differ in one thing.")
    sums = {sum(run.steps) for run in runs.values()}
    if len(sums) > 1:
        told = ", ".join(f"{name} {sum(run.steps)}" for name, run in runs.items())
        raise Refusal(f"These runs had different numbers of steps: {told}.", "Compare runs of one budget.")
    return f"{sums.pop()} in all for every row"


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 1 after telling what is wrong."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--bank", type=Path, required=True, help="folder made by python -m training.seeing.bank")
    reader.add_argument("--of", choices=TITLES, default="parts", help="what the runs differ in")
    reader.add_argument("--dialogues", type=int, default=300)
    reader.add_argument("--seed", type=int, default=11)
    reader.add_argument("--split", choices=("held_out", "train"), default="held_out")
    reader.add_argument("--out", type=Path)
    reader.add_argument("--results", type=Path, help="Markdown file whose section is replaced")
    reader.add_argument("runs", nargs="+", metavar="NAME=RUN")
    asked = reader.parse_args(words)
    return ended(lambda: _measured(asked))


def _measured(asked: argparse.Namespace) -> str:
    """Measure the runs that are *asked* for, file the figures and return the section."""
    runs: dict[str, Run] = {}
    for text in asked.runs:
        name, _, folder = text.partition("=")
        if not name or not folder or name in runs:
            raise Refusal(f"{text!r} is no NAME=RUN with a name of its own.", "Give each run one, as whole=runs/whole.")
        runs[name] = read_run(Path(folder))
    told = fair(runs)
    drawn_from = mixing.examples(asked.seed, asked.split, Bank(asked.bank))
    found = [e for e in islice(drawn_from, 3 * asked.dialogues) if list(cases([e]))][: asked.dialogues]
    if not found:
        raise Refusal("There is no conversation to ask about.", "Ask for more --dialogues.")
    made = measure(runs, found, asked.seed)
    command = f"python -m evaluation.ablations --bank BANK --of {asked.of} --dialogues {asked.dialogues} --seed {asked.seed} --split {asked.split} NAME=RUN ..."
    head = _HEAD.format(title=TITLES[asked.of], command=command, count=len(found), split=asked.split, steps=told)
    print(table(made, runs), file=sys.stderr)  # so that nothing is lost where a file cannot be written
    return filed(asked, f"ablations {asked.of}", head + table(made, runs), made)


if __name__ == "__main__":
    sys.exit(main())
