"""Routing on the generator's held-out phrasings and objects: tasks, target media, arguments, false routes, confusion."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.tokens import write_call
from models.unified.stream import UnifiedModel
from models.values import Media, Message, TaskCall

from evaluation.model import ask

NOTHING = "(words)"


@dataclass
class Tally:
    """Counts over replies. *target* counts replies with the right tasks that have media to name."""

    replies: int = 0
    right: int = 0
    targets: int = 0
    target: int = 0
    exact: int = 0
    plain: int = 0
    false: int = 0
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, wanted: Sequence[TaskCall], got: Sequence[TaskCall]) -> None:
        """Count one reply: the calls it should hold and those it holds."""
        tasks, found = [c.task for c in wanted], [c.task for c in got]
        self.replies += 1
        self.right += tasks == found
        if not wanted:
            self.plain += 1
            self.false += bool(got)
        elif tasks == found:
            pairs = [(media(a), media(b)) for a, b in zip(wanted, got, strict=True) if media(a)]
            self.targets += bool(pairs)
            self.target += bool(pairs) and all(a == b for a, b in pairs)
            self.exact += [same(c) for c in wanted] == [same(c) for c in got]
        self.confusion["+".join(tasks) or NOTHING, "+".join(found) or NOTHING] += 1

    def facts(self) -> dict[str, Any]:
        """Return the shares as plain numbers; None where nothing was counted."""
        calls = self.replies - self.plain
        called = self.right - (self.plain - self.false)
        return {
            "replies": self.replies,
            "right_task": share(self.right, self.replies),
            "right_medium": share(self.target, self.targets),
            "false_route": share(self.false, self.plain),
            "exact_call": share(self.exact, called) if calls else None,
        }


def share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def interval(part: int, whole: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a share."""
    if not whole:
        return 0.0, 1.0
    z, p = 1.96, part / whole
    middle, spread = p + z * z / (2 * whole), z * math.sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole))
    return (middle - spread) / (1 + z * z / whole), (middle + spread) / (1 + z * z / whole)


def media(call: TaskCall) -> tuple[str, ...]:
    """Return the media a call works on, regions and masks left aside."""
    return tuple(sorted(call.refs("image", "video", "audio")))


def same(call: TaskCall) -> str:
    """Return the call's text, in which case and the order of settings do not matter."""
    ordered = TaskCall("", call.task, call.args, dict(sorted(call.params.items())))
    return write_call(ordered).lower()


def measure(model: UnifiedModel, dialogues: Iterable[tuple[Sequence[Message], str]]) -> dict[str, Tally]:
    """Ask for every reply of *dialogues*, each after the true conversation so far; return tallies by group and "all".

    Every reply counts for "all", the last one of a dialogue also for the dialogue's group.
    """
    tallies: dict[str, Tally] = defaultdict(Tally)
    for messages, group in dialogues:
        shelf: dict[str, Media] = {}
        for index, message in enumerate(messages):
            if message.role == "assistant":
                wanted = [part for part in message.parts if isinstance(part, TaskCall)]
                answer = ask(model, messages[:index], shelf)
                for name in ("all", group)[: 1 + (index == len(messages) - 1)]:
                    tallies[name].add(wanted, answer.calls)
            shelf.update({part.handle: part for part in message.parts if isinstance(part, Media)})
    return dict(tallies)


def table(tallies: dict[str, Tally]) -> str:
    """Return the figures and the confusions as Markdown."""
    lines = ["| group | replies | right task | right medium | exact call | false route |", "|---|---|---|---|---|---|"]
    for name in sorted(tallies, key=lambda name: (name != "all", name)):
        f = tallies[name].facts()
        cells = [
            "–" if f[key] is None else f"{f[key]:.1%}"
            for key in ("right_task", "right_medium", "exact_call", "false_route")
        ]
        lines.append(f"| {name} | {f['replies']} | " + " | ".join(cells) + " |")
    everything = tallies["all"]
    low, high = interval(everything.right, everything.replies)
    lines += [
        "",
        f"95 % interval of right task over all: {low:.1%} to {high:.1%}.",
        "",
        "Most frequent confusions (wanted, got, count):",
        "",
    ]
    wrong = [(pair, count) for pair, count in everything.confusion.most_common() if pair[0] != pair[1]]
    lines += [f"- {wanted} → {got}: {count}" for (wanted, got), count in wrong[:25]] or ["- none"]
    return "\n".join(lines) + "\n"
