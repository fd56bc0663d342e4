"""What the conversation engine saves: the first token of each turn of one talk, with what was read before kept and without.

    python -m benchmarks.turns [--turns N] [--rounds N]

Both take turns within each round, on the shipped weights. Seconds are of the processor and count all threads, so that other work
on the machine does not enter. The turn before was answered in either case. "Ahead" is a message whose conversation was read ahead, as the target chip does while a person types;
"a new medium" one that brings a picture, without and with that. The last rows are of a talk of forty turns and more, of which the
oldest are left out, and tell how many bytes are kept for a position.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from benchmarks.common import arguments
from models.unified.native import NativeModel, load
from models.unified.stream import StreamOptions
from models.values import Checkpoint, Media, Message, Part, Text

LONG = 40
ASKED = (
    "hello, what can you do?",
    "how do I cut something out of my photo?",
    "can you also make music?",
    "thanks a lot!",
    "what can I do with a video?",
)
ANSWER = "I can cut out, remove, follow, crop, blur, trim, fade and mix what you give me. Say what you want to work on first."


@dataclass(frozen=True)
class Took:
    """Processor seconds to the *first* token and to the last one, and how many pieces of text there were."""

    first: float
    whole: float
    pieces: int


def reply(model: NativeModel, messages: Sequence[Message]) -> Took:
    """Let the model reply and time it."""
    shelf = {part.handle: part for m in messages for part in m.parts if isinstance(part, Media)}
    began, first, pieces = time.process_time(), 0.0, 0
    stream = model.stream(messages, shelf, StreamOptions(), lambda: False)
    with closing(stream):  # type: ignore[type-var]
        for _ in stream:
            first = first or time.process_time() - began
            pieces += 1
    return Took(first, time.process_time() - began, pieces)


def talk(turns: int, said: str, *parts: Part) -> list[Message]:
    """Return a talk of *turns* turns and a question; *said* makes its words other ones than those of other talks."""
    before = [
        message
        for turn in range(turns)
        for message in (
            Message("user", (Text(f"{ASKED[turn % len(ASKED)]} ({said} {turn})"),)),
            Message("assistant", (Text(ANSWER),)),
        )
    ]
    return [*before, Message("user", (*parts, Text(f"{ASKED[turns % len(ASKED)]} ({said} now)")))]


def measure(
    models: dict[str, NativeModel], turns: int, rounds: int, *parts: Part, ahead: bool = False
) -> dict[str, Took]:
    """Return the medians of a reply in turn *turns* of a talk, whose turn before was answered, for each of *models*."""
    found: dict[str, list[Took]] = {name: [] for name in models}
    for number in range(rounds):
        for name, model in models.items():
            said = f"{name} {number} {turns} {len(parts)} {ahead}"  # no two alike: the encoder keeps texts that it read
            turn = turns + number * (
                turns >= LONG
            )  # older turns go after every few turns: not in each round, nor in none
            messages = talk(turn - 1, said, *parts)
            reply(model, talk(turn - 2, said))
            if ahead:
                shelf = {part.handle: part for part in parts if isinstance(part, Media)}
                model.warm(messages, shelf)
            found[name].append(reply(model, messages))
    return {name: _median(took) for name, took in found.items()}


def _median(took: Sequence[Took]) -> Took:
    first, whole = (statistics.median(column) for column in ([t.first for t in took], [t.whole for t in took]))
    return Took(first, whole, round(statistics.median(t.pieces for t in took)))


def main() -> None:
    """Print the medians and their ratios."""
    options = arguments(__doc__, turns=10, rounds=7)
    kept = load(Checkpoint("native", "nano/unified"), "cpu")
    without = NativeModel(kept.network, kept.vocabulary, kept.reader, "cpu", kept_bytes=0)
    models = {"kept": kept, "anew": without}
    photo = Media("image", "image#1", "", {"width": 640, "height": 480})
    reply(kept, talk(0, "warm"))
    rows = {
        "turn 2": measure(models, 2, options.rounds),
        f"turn {options.turns}": measure(models, options.turns, options.rounds),
        f"turn {options.turns}, ahead": measure(models, options.turns, options.rounds, ahead=True),
        f"turn {options.turns}, a new medium": measure(models, options.turns, options.rounds, photo),
        f"turn {options.turns}, a new medium, ahead": measure(models, options.turns, options.rounds, photo, ahead=True),
        f"turn {LONG} and later": measure(models, LONG, options.rounds),
        f"turn {LONG} and later, ahead": measure(models, LONG, options.rounds, ahead=True),
    }
    print(
        f"{'first token, processor seconds':38} {'kept':>7} {'anew':>7} {'ratio':>6} {'to turn 2':>10} {'pieces/s':>9}"
    )
    begin = rows["turn 2"]["kept"].first
    for name, took in rows.items():
        mine, all_ = took["kept"], took["anew"]
        rate = (mine.pieces - 1) / max(mine.whole - mine.first, 1e-9)
        print(
            f"{name:38} {mine.first:7.3f} {all_.first:7.3f} {mine.first / all_.first:6.2f} {mine.first / begin:10.2f} {rate:9.0f}"
        )
    prefixes = kept.prefixes
    positions = sum(prefixes.lengths())
    print(
        f"{prefixes.nbytes / positions:,.0f} bytes a position; {len(prefixes)} prefixes, {positions:,} positions, "
        f"{prefixes.nbytes / 2**20:.1f} MiB of at most {prefixes.most / 2**20:.0f}"
    )


if __name__ == "__main__":
    main()
