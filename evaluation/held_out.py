"""Routing on the generator's held-out phrasings and objects: tasks, media, arguments, places, references, false routes.

Every reply of a dialogue is asked for after the true conversation so far. What each measure counts is told in MEASURES.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from models.unified.record import Record
from models.unified.stream import UnifiedModel
from models.values import Media, Message, TaskCall, to_json

from evaluation.calls import argument_match, box_match, handles, media, places, same
from evaluation.harness import Bounds, floor_and_ceiling
from evaluation.intervals import Estimate, fractions, share
from evaluation.journal import Journal
from evaluation.model import Answer, ask, read
from evaluation.tables import caption, cell, grid, rows

WORDS = "(words)"
"""How a reply without a task is called among the confusions."""
MEASURES = {
    "right_task": "right task",
    "right_medium": "right medium",
    "exact_call": "exact call",
    "arguments": "argument match",
    "regions": "region count",
    "boxes": "box IoU",
    "later": "later reference",
    "false_route": "false route",
    "told": "told of the record",
    "thing": "thing named",
}
_MEANS = ("arguments", "boxes")
_EXPLAINED = """Right task: exactly the wanted tasks, in order; replies whose task the person chose beforehand do not count here. Of the replies with the right tasks, right medium: the wanted pictures,
clips and sounds; exact call: the very words of the calls; argument match: the share of handles, phrases and settings that
agree; region count: as many regions, masks, boxes and points as wanted; box IoU: overlap of written boxes. Later reference:
of all replies after the first turn that name a medium, mask or region, those that name the right ones. False route: of the
replies in plain words, those for which a task was called. Told of the record: of the replies that tell of the conversation (how
many files there are, what was done to one, how long it is), those that tell the right thing of the right medium. Thing named: of
the calls that name a thing which nobody named ("what keeps me dry?"), those that name that very thing.
"""


@dataclass(frozen=True)
class Asked:
    """One reply to be asked for: *messages* and *shelf* are the true conversation so far, *wanted* the calls of the true
    reply; *turn* counts from 0; *groups* are those it counts for. *id* changes when the conversation does. *task* is the
    one that the person chose beforehand, where they did: its choice is not measured, being no choice of the model's. *told* is
    what the true reply tells of the record, *thing* what its call names and nobody named before, "" where there is none.
    *chosen* are the handles that the person picked beside the words."""

    id: str
    messages: Sequence[Message]
    shelf: Mapping[str, Media]
    wanted: tuple[TaskCall, ...]
    turn: int
    groups: tuple[str, ...]
    task: str | None = None
    told: str = ""
    thing: str = ""
    chosen: tuple[str, ...] = ()


class Conversation(Protocol):
    """A dialogue to measure on: its messages, the group of its last turn, whether the task of its last reply was given
    beforehand, what that reply tells of the record, and the handles that were picked beside the last words."""

    @property
    def messages(self) -> Sequence[Message]: ...

    @property
    def group(self) -> str: ...

    @property
    def given(self) -> bool: ...

    @property
    def told(self) -> tuple[str, str] | None: ...

    @property
    def chosen(self) -> tuple[str, ...]: ...


@dataclass
class Tally:
    """What was counted: the values of each measure, 0..1, one for each reply that it applies to."""

    seed: int = 0
    values: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in MEASURES})
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def replies(self) -> int:
        return len(self.values["right_task"])

    def add(self, wanted: Sequence[TaskCall], got: Sequence[TaskCall], turn: int = 0, *, chosen: bool = False) -> None:
        """Count one reply: the calls it should hold and those it holds, after how many earlier turns it came, and whether its
        task was *chosen* by the person."""
        tasks, found = [c.task for c in wanted], [c.task for c in got]
        if not chosen:
            self._note("right_task", tasks == found)
        if not wanted:
            self._note("false_route", bool(got))
        elif tasks == found:
            self._compare(wanted, got)
        if turn and any(call.refs() for call in wanted):
            self._note("later", tasks == found and handles(wanted) == handles(got))
        self.confusion["+".join(tasks) or WORDS, "+".join(found) or WORDS] += 1

    def hear(self, asked: Asked, answer: Answer) -> None:
        """Count what the words of one reply tell of the record, and what thing its calls name."""
        if asked.told:
            self._note("told", not answer.calls and asked.told in answer.words)
        if asked.thing:
            self._note("thing", any(_bare(phrase) == asked.thing for call in answer.calls for phrase in call.phrases()))

    def _compare(self, wanted: Sequence[TaskCall], got: Sequence[TaskCall]) -> None:
        """Count what calls of the same tasks have in common."""
        pairs = [(media(a), media(b)) for a, b in zip(wanted, got, strict=True) if media(a)]
        if pairs:
            self._note("right_medium", all(a == b for a, b in pairs))
        self._note("exact_call", [same(c) for c in wanted] == [same(c) for c in got])
        self._note("arguments", argument_match(wanted, got))
        if places(wanted) or places(got):
            self._note("regions", places(wanted) == places(got))
        overlap = box_match(wanted, got)
        if overlap is not None:
            self._note("boxes", overlap)

    def _note(self, measure: str, value: float) -> None:
        self.values[measure].append(float(value))

    def facts(self) -> dict[str, Estimate | None]:
        """Return each measure with its count and interval; None where nothing was counted."""
        return {
            name: fractions(values, self.seed) if name in _MEANS else share(round(sum(values)), len(values), self.seed)
            for name, values in self.values.items()
        }


Tallies: TypeAlias = "dict[str, Tally]"


def replies(dialogues: Iterable[Conversation]) -> Iterator[Asked]:
    """Yield every reply of *dialogues*: it counts for "all", the last one of a dialogue also for the dialogue's group."""
    for number, dialogue in enumerate(dialogues):
        messages = dialogue.messages
        shelf: dict[str, Media] = {}
        turn = 0
        for index, message in enumerate(messages):
            if message.role == "assistant":
                wanted = tuple(part for part in message.parts if isinstance(part, TaskCall))
                last = index == len(messages) - 1
                picked = dialogue.chosen if last else ()
                held = json.dumps([to_json(list(messages[:index])), *picked])
                asked = hashlib.sha256(held.encode()).hexdigest()[:12]
                groups = ("all", dialogue.group)[: 1 + last]
                task = wanted[0].task if last and dialogue.given and wanted else None
                told = Record(messages[:index], shelf).tell(*dialogue.told) if last and dialogue.told else ""
                yield Asked(
                    id=f"{number}.{index}.{asked}",
                    messages=messages[:index],
                    shelf=dict(shelf),
                    wanted=wanted,
                    turn=turn,
                    groups=groups,
                    task=task,
                    told=told,
                    thing=_thing(messages[:index], wanted),
                    chosen=picked,
                )
                turn += 1
            shelf.update({part.handle: part for part in message.parts if isinstance(part, Media)})


def _bare(phrase: str) -> str:
    return phrase.removeprefix("remove the ").lower()


def _thing(messages: Sequence[Message], wanted: Sequence[TaskCall]) -> str:
    """Return the thing that the first of the *wanted* calls finds, cuts out or takes away and that nobody named before."""
    said = " ".join(message.text for message in messages if message.role == "user").lower()
    if not wanted or wanted[0].task not in ("detect", "segment", "edit"):
        return ""
    return next((name for name in map(_bare, wanted[0].phrases()[:1]) if name not in said), "")


def tally(answers: Sequence[Answer], asked: Sequence[Asked], seed: int = 0) -> Tallies:
    """Return the tallies by group and "all" of *answers*, one for each of *asked*."""
    tallies: Tallies = defaultdict(lambda: Tally(seed))
    for answer, one in zip(answers, asked, strict=True):
        for name in one.groups:
            tallies[name].add(one.wanted, answer.calls, one.turn, chosen=one.task is not None)
            tallies[name].hear(one, answer)
    return dict(tallies)


def collect(load: Callable[[], UnifiedModel], asked: Sequence[Asked], journal: Journal | None = None) -> list[Answer]:
    """Return the model's answer to each of *asked*. With a *journal* the answers it holds are taken from there and new ones
    are appended as ``{"id", "said"}``; *load* is called only when something is to be asked."""
    if journal is None:
        model = load()
        return [ask(model, one.messages, one.shelf, one.task, one.chosen) for one in asked]
    missing = [one for one in asked if one.id not in journal]
    with journal:
        if missing:
            model = load()
            for one in missing:
                answer = ask(model, one.messages, one.shelf, one.task, one.chosen)
                journal.add({"id": one.id, "said": answer.said})
    return [read(journal[one.id]["said"]) for one in asked]


def bounds(asked: Sequence[Asked], seed: int) -> Bounds[Tally]:
    """Return the ceiling (the true reply) and the floors (another one, and an empty one) over all replies."""
    return floor_and_ceiling(
        lambda answers, truths: tally(answers, truths, seed)["all"],
        asked,
        seed,
        perfect=lambda one: Answer("", one.wanted, one.told),
        blank=lambda one: Answer("", (), ""),
    )


def measure(model: UnifiedModel, dialogues: Iterable[Conversation], seed: int = 0) -> Tallies:
    """Ask for every reply of *dialogues*, each after the true conversation so far; return tallies by group and "all"."""
    asked = list(replies(dialogues))
    return tally(collect(lambda: model, asked), asked, seed)


def table(tallies: Tallies, limits: Bounds[Tally] | None = None, *, by_group: bool = True) -> str:
    """Return the figures, over all and *by_group*, and the confusions as Markdown."""
    everything = tallies["all"].facts()
    floors = {name: bound.facts() for name, bound in limits.rows().items()} if limits else {}
    body = [
        [heading, cell(everything[key]), *(cell(figures[key]) for figures in floors.values())]
        for key, heading in MEASURES.items()
    ]
    groups = {name: tallies[name].facts() for name in sorted(tallies) if name != "all"}
    shown = {
        key: heading for key, heading in MEASURES.items() if any(figures[key] for figures in groups.values())
    } or MEASURES
    wrong = [(pair, count) for pair, count in tallies["all"].confusion.most_common() if pair[0] != pair[1]]
    lines = [f"- {wanted} → {got}: {count}" for (wanted, got), count in wrong[:25]] or ["- none"]
    return "\n".join(
        [
            rows(["over all", "the model", *floors], body),
            caption(list(everything.values())),
            _EXPLAINED,
            *([grid("group of the last turn", shown, groups)] if by_group else []),
            "Most frequent confusions (wanted, got, count):",
            "",
            *lines,
            "",
        ]
    )
