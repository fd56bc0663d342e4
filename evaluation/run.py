"""Measure the unified model.

    python -m evaluation.run routing --cases CASES.jsonl --pred OUT.jsonl [--limit N]
    python -m evaluation.run held-out [--dialogues N] [--pred OUT.jsonl]
    python -m evaluation.run layout --cases DIR --out FILE.json [--limit N]

``routing`` writes ``{"id", "tasks"}`` rows for requests of other people and scores them; ``held-out`` measures on the
generator's held-out split; ``layout`` scores planned layouts on NSR-1K as LayoutGPT published it. Each prints its table,
``--out`` writes the figures as JSON, ``--results`` replaces the command's section of a Markdown file.

What the model said is appended to a file as it comes, and the same command goes on after the last complete line; --fresh
starts over. ``--profile NAME`` measures another profile, ``--source FOLDER`` other weights of the same kind.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from models.expert import Refusal
from models.profiles import PROFILES
from models.unified.stream import StreamOptions, UnifiedModel
from models.values import Media, Message

from evaluation import held_out, layouts, planning, routing, verdicts
from evaluation.journal import Journal, digest
from evaluation.model import load_model, made_of
from evaluation.reports import results, write_json
from evaluation.tables import plain

_HELD_OUT = """## Routing on held-out phrasings and objects

Made by `{command}`: {count} dialogues of the generator's held-out split (phrasings and objects that no training dialogue
holds), every reply asked for after the true conversation so far. The generator and the phrasings have the same authors, so
this is easier than real requests: see the routing figures on other people's words.

"""
_REQUESTS = """## Routing on other people's requests

Made by `python -m evaluation.run routing --cases CASES.jsonl --pred OUT.jsonl`: {count} requests from public benchmarks and
demos, which are no part of the project. Strict: exactly the wanted tasks. Lenient: also answers that the request lists as
acceptable. False trigger: a task called where words are wanted. The macro means give each row the same weight.

"""
_LAYOUT = """## Layouts planned for NSR-1K

Made by `{command}`: the labelled boxes that the unified model plans for the validation prompts of NSR-1K, scored as LayoutGPT
published it. The shuffled floor of the spatial score keeps the prompt's names and takes another prompt's places. True
layouts do not reach 100%: real photographs hold diagonal relations, and labels such as "dog" and "hot dog" are confused.

"""
_EVERY = 100
"""Replies between two lines on progress."""


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
    kept = Journal(path, facts, fresh=arguments.fresh)
    if kept.aside:
        print(f"{path} was made from other weights, code, cases or seed; it lies at {kept.aside} now.", file=sys.stderr)
    if kept.rows or kept.dropped:
        cut = ", its last line was cut off and is asked again" if kept.dropped else ""
        print(f"Going on with the {len(kept.rows)} rows of {path}{cut}.", file=sys.stderr)
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
    limits = verdicts.bounds(cases, arguments.seed)
    section = verdicts.table(found, limits)
    if arguments.results:
        results(arguments.results, _REQUESTS.format(count=len(cases)) + section, "requests")
    if arguments.out:
        named = {"the model": found, **limits.rows()}
        write_json(arguments.out, {name: _plain(verdicts.plain_facts(one)) for name, one in named.items()})
    print(section)


def measure(arguments: argparse.Namespace) -> None:
    """Measure on the generator's held-out split."""
    from training.dialogues import examples

    drawn = islice(examples(arguments.seed, "held_out"), arguments.dialogues)
    asked = list(held_out.replies((example.messages, example.group) for example in drawn))
    kept = journal(arguments, arguments.pred, seed=arguments.seed) if arguments.pred else None
    answers = held_out.collect(loader(arguments), asked, kept)
    tallies = held_out.tally([answer.calls for answer in answers], asked, arguments.seed)
    limits = held_out.bounds(asked, arguments.seed)
    section = held_out.table(tallies, limits)
    if arguments.results:
        command = f"python -m evaluation.run held-out --dialogues {arguments.dialogues} --seed {arguments.seed}"
        results(arguments.results, _HELD_OUT.format(command=command, count=arguments.dialogues) + section)
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
    two.add_argument("--pred", type=Path, help="JSONL file of answers, gone on with when it is there")
    three.set_defaults(does=layout)
    three.add_argument("--cases", type=Path, required=True, help="folder of NSR-1K")
    three.add_argument("--limit", type=int, default=0, help="N prompts of each set, evenly spread; all by default")
    for command in (one, two, three):
        command.add_argument("--seed", type=int, default=11)
        command.add_argument("--out", type=Path, required=command is three, help="JSON file for the figures")
        command.add_argument("--profile", choices=sorted(PROFILES), default="nano")
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
