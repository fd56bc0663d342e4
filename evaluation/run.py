"""Measure the unified model, and the experts.

    python -m evaluation.run routing --cases CASES.jsonl --pred OUT.jsonl [--limit N]
    python -m evaluation.run held-out [--split SPLIT] [--dialogues N] [--pred OUT.jsonl]
    python -m evaluation.run layout --cases DIR --out FILE.json [--limit N]
    python -m evaluation.run experts [--task TASK ...] [--count N] [--out FILE.json]

``routing`` writes ``{"id", "tasks"}`` rows for requests of other people and scores them beside keyword rules; ``held-out`` measures on the
dialogues that the generator keeps from training; ``layout`` scores planned layouts on NSR-1K as LayoutGPT published it; ``experts`` asks the
experts about drawn scenes, films and sounds whose truth is known. Each prints its table, ``--out`` writes the figures as
JSON, ``--results`` replaces the command's section of a Markdown file.

What was answered is appended to a file as it comes, and the same command goes on after the last complete line; --fresh
starts over. ``--profile NAME`` measures another profile, ``--source FOLDER`` other weights of the same kind of model.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from models.expert import Refusal
from models.profiles import PROFILES
from models.unified.stream import StreamOptions, UnifiedModel
from models.values import Media, Message

from evaluation import held_out, keywords, layouts, planning, routing, verdicts
from evaluation.journal import Journal, digest
from evaluation.model import load_model, made_of
from evaluation.reports import results, write_json
from evaluation.tables import plain

_HELD_OUT = """## Routing on held-out {title}

Made by `{command}`: {count} dialogues of the generator ({told}), every reply asked for after the true conversation so far. The generator and the phrasings have the same authors, so
this is easier than real requests: see the routing figures on other people's words.

"""
_SPLITS = {
    "held_out": ("phrasings and objects", "phrasings and objects that no training dialogue holds"),
    "phrasings": ("phrasings alone", "phrasings that no training dialogue holds, of objects that it may hold"),
    "objects": ("objects alone", "objects that no training dialogue holds, in phrasings that it may hold"),
    "company": ("pairs and compositions", "known phrasings and objects in attribute pairs or compositions that no training dialogue holds"),
}  # fmt: skip
"""What is kept from training, by split: the heading of its section, and what it is."""
_REQUESTS = """## Routing on other people's requests

Made by `python -m evaluation.run routing --cases CASES.jsonl --pred OUT.jsonl`: {count} requests from public benchmarks and
demos, which are no part of the project. Strict: exactly the wanted tasks. Lenient: also answers that the request lists as
acceptable. False trigger: a task called where words are wanted. The macro means give each row the same weight. The keyword rules are a
baseline of this measurement alone (`evaluation/keywords.py`), written after a look at these very requests; nothing is routed by them.

"""
_LAYOUT = """## Layouts planned for NSR-1K

Made by `{command}`: the labelled boxes that the unified model plans for the validation prompts of NSR-1K, scored as LayoutGPT
published it. The shuffled floor of the spatial score keeps the prompt's names and takes another prompt's places. True
layouts do not reach 100%: real photographs hold diagonal relations, and labels such as "dog" and "hot dog" are confused.

"""
_EXPERTS = """## Experts on drawn scenes

Experts of the profile `{profile}` on scenes, films and sounds drawn from a seed, so that the truth is exact. They run as the
program runs them. A refusal counts as nothing given, and is counted under failed. Three rows bound each score: the truth
scored as if an expert had given it, the truth of another case, and nothing. A Fréchet distance between few samples is large
by itself: it is to be read beside that of the ceiling, which has as many. The recognisers that judge some scores know the
world of this project alone: a profile that draws otherwise scores low with them.

{judges}"""
_EVERY = 100
"""Replies between two lines on progress."""
EXPERT_TASKS = (
    "segment", "detect", "image", "layout", "edit", "inpaint", "remove", "adjust", "video", "animate", "video_edit", "video_segment",
    "extract", "audio", "audio_adjust", "sound_for",
)  # fmt: skip
"""The tasks of ``experts``; told here, so that the other commands load neither torch nor OpenCV for them."""


class Telling:
    """A model that tells on stderr how many replies it wrote."""

    def __init__(self, model: UnifiedModel) -> None:
        self.model, self.name = model, model.name
        self.count, self.start = 0, time.monotonic()

    def stream(
        self,
        messages: Sequence[Message],
        shelf: Mapping[str, Media],
        options: StreamOptions,
        cancel: Callable[[], bool],
    ) -> Iterator[str]:
        """Yield the model's reply."""
        yield from self.model.stream(messages, shelf, options, cancel)
        self.count += 1
        if self.count % _EVERY == 0:
            each = (time.monotonic() - self.start) / self.count
            print(f"{self.count} replies, {each:.2f} s each", file=sys.stderr, flush=True)


def journal(arguments: argparse.Namespace, path: Path, **about: Any) -> Journal:
    """Return the journal at *path*, with a word on stderr when an earlier run left rows."""
    facts = {**made_of(arguments.profile, arguments.source), "command": arguments.command, **about}
    return announced(Journal(path, facts, fresh=arguments.fresh))


def announced(kept: Journal) -> Journal:
    """Return *kept* after telling on stderr what it found of an earlier run."""
    if kept.aside:
        print(
            f"{kept.path} was made from other weights, code, cases or seed; it lies at {kept.aside} now.",
            file=sys.stderr,
        )
    if kept.rows or kept.dropped:
        cut = ", its last line was cut off and is asked again" if kept.dropped else ""
        print(f"Going on with the {len(kept.rows)} rows of {kept.path}{cut}.", file=sys.stderr)
    return kept


def loader(arguments: argparse.Namespace) -> Callable[[], UnifiedModel]:
    return lambda: Telling(load_model(arguments.profile, source=arguments.source))


def route(arguments: argparse.Namespace) -> None:
    """Score other people's requests."""
    cases = routing.read_cases(arguments.cases, arguments.limit)
    naming = digest(Path(routing.__file__))
    kept = journal(arguments, arguments.pred, cases=digest(arguments.cases), naming=naming)
    routing.route(loader(arguments), cases, kept)
    answers = [kept[case["id"]]["tasks"] for case in cases]
    found = verdicts.judge(answers, cases, arguments.seed)
    rules = {keywords.NAME: verdicts.judge([keywords.tasks(case) for case in cases], cases, arguments.seed)}
    limits = verdicts.bounds(cases, arguments.seed)
    section = verdicts.table(found, limits, rules)
    if arguments.results:
        results(arguments.results, _REQUESTS.format(count=len(cases)) + section, "requests")
    if arguments.out:
        named = {"the model": found, **rules, **limits.rows()}
        write_json(arguments.out, {name: _plain(verdicts.plain_facts(one)) for name, one in named.items()})
    print(section)


def measure(arguments: argparse.Namespace) -> None:
    """Measure on the generator's held-out split."""
    from training.dialogues import examples

    drawn = islice(examples(arguments.seed, arguments.split), arguments.dialogues)
    asked = list(held_out.replies(drawn))
    kept = journal(arguments, arguments.pred, seed=arguments.seed, split=arguments.split) if arguments.pred else None
    answers = held_out.collect(loader(arguments), asked, kept)
    tallies = held_out.tally(answers, asked, arguments.seed)
    limits = held_out.bounds(asked, arguments.seed)
    whole = arguments.split == "held_out"
    section = held_out.table(tallies, limits, by_group=whole)
    if arguments.results:
        command = f"python -m evaluation.run held-out --dialogues {arguments.dialogues} --seed {arguments.seed}"
        command += "" if whole else f" --split {arguments.split}"
        title, told = _SPLITS[arguments.split]
        head = _HELD_OUT.format(command=command, count=arguments.dialogues, title=title, told=told)
        results(arguments.results, head + section, "held-out routing" if whole else f"held-out {arguments.split}")
    if arguments.out:
        named = {**{name: tallies[name] for name in sorted(tallies)}, **limits.rows()}
        write_json(arguments.out, {name: _plain(one.facts()) for name, one in named.items()})
    print(section)


def layout(arguments: argparse.Namespace) -> None:
    """Score the layouts planned for NSR-1K."""
    counting = planning.spread(layouts.read_counting(arguments.cases), arguments.limit)
    spatial = planning.spread(layouts.read_spatial(arguments.cases), arguments.limit)
    cases = digest(*(layouts.find(arguments.cases, name) for name in layouts.SETS))
    kept = journal(arguments, arguments.out.with_suffix(".predictions.jsonl"), cases=cases, seed=arguments.seed)
    name = f"Unison {arguments.profile}"
    report = planning.measure(loader(arguments), counting, spatial, kept, name=name, seed=arguments.seed)
    write_json(arguments.out, report.facts())
    print(report.table())
    if arguments.results:
        command = f"python -m evaluation.run layout --cases DIR --out FILE.json --seed {arguments.seed}"
        command += f" --limit {arguments.limit}" if arguments.limit else ""
        results(arguments.results, _LAYOUT.format(command=command) + report.table(), "layouts")


def experts(arguments: argparse.Namespace) -> None:
    """Score the experts of a profile on scenes whose truth is known."""
    from evaluation.experts import asking, report

    suites = [asking.SUITES[task] for task in dict.fromkeys(arguments.task or asking.SUITES)]
    count, seed = arguments.count, arguments.seed
    # The head of the section tells of both recognisers: a missing one is told before anything is asked.
    judges = asking.manifests(asking.SUITES.values() if arguments.results else suites)
    with ExitStack() as held:
        rows = arguments.pred or (arguments.out and arguments.out.with_suffix(".rows.jsonl"))
        rows = rows or Path(held.enter_context(TemporaryDirectory())) / "rows.jsonl"
        about = {"command": "experts", **asking.made_of(arguments.profile, [s.task for s in suites], seed)}
        kept = announced(Journal(rows, about, fresh=arguments.fresh))
        asking.ask(suites, count, seed, kept, PROFILES[arguments.profile], asking.tools(arguments.device),
                   lambda line: print(line, file=sys.stderr, flush=True), device=arguments.device)  # fmt: skip
        scored = [report.Scored(suite, tuple(asking.rows_of(suite, count, kept)), seed) for suite in suites]
    if arguments.out:
        write_json(arguments.out, report.facts(arguments.profile, scored, judges))

    if arguments.results:
        name = f"experts of {arguments.profile}"
        results(arguments.results, _EXPERTS.format(profile=arguments.profile, judges=report.told_of(judges)), name)
        for one in scored:  # a block each, so that one task can be measured again alone
            command = f"python -m evaluation.run experts --task {one.suite.task} --profile {arguments.profile}"
            block = report.section(one, f"{command} --count {count} --seed {seed}")
            results(arguments.results, block, f"{name}: {one.suite.task}")
    print("\n".join(report.section(one) for one in scored))


def _plain(figures: Mapping[str, Any]) -> dict[str, Any]:
    return {key: plain(estimate) for key, estimate in figures.items()}


def parser() -> argparse.ArgumentParser:
    """Return the reader of the command line."""
    whole = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = whole.add_subparsers(dest="command", required=True)
    one, two, three = (commands.add_parser(name) for name in ("routing", "held-out", "layout"))
    one.set_defaults(does=route)
    one.add_argument("--cases", type=Path, required=True, help="JSONL file of requests")
    one.add_argument("--pred", type=Path, required=True, help="JSONL file of answers, gone on with when it is there")
    one.add_argument("--limit", type=int, default=0, help="the first N requests; all by default")
    two.set_defaults(does=measure)
    two.add_argument("--dialogues", type=int, default=1000)
    two.add_argument(
        "--split", choices=tuple(_SPLITS), default="held_out", help="what the dialogues hold that training never saw"
    )
    two.add_argument("--pred", type=Path, help="JSONL file of answers, gone on with when it is there")
    three.set_defaults(does=layout)
    three.add_argument("--cases", type=Path, required=True, help="folder of NSR-1K")
    three.add_argument("--limit", type=int, default=0, help="N prompts of each set, evenly spread; all by default")
    four = commands.add_parser("experts")
    four.set_defaults(does=experts)
    four.add_argument("--task", action="append", choices=EXPERT_TASKS, help="a task to score; all by default")
    four.add_argument("--count", type=int, default=40, help="cases of each task")
    four.add_argument("--pred", type=Path, help="JSONL file of marks, gone on with; beside --out when left out")
    four.add_argument("--device", default="cpu", help="where experts and recognisers run, such as cuda")
    for command in (one, two, three, four):
        command.add_argument("--seed", type=int, default=11)
        command.add_argument("--out", type=Path, required=command is three, help="JSON file for the figures")
        command.add_argument("--profile", choices=sorted(PROFILES), default="nano")
        if command is not four:
            command.add_argument("--source", default="", help="folder of other weights of the same kind")
        command.add_argument("--results", type=Path, help="Markdown file whose section is replaced")
        command.add_argument("--fresh", action="store_true", help="throw earlier answers away")
    return whole


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 1 after telling what is wrong and what to do."""
    arguments = parser().parse_args(words)
    try:
        arguments.does(arguments)
    except Refusal as refusal:
        print(f"{refusal.what} {refusal.hint}".strip(), file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename or 'A file'} could not be used: {error.strerror or error}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. The same command goes on after the last answer that was kept.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
