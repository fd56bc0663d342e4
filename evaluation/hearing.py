"""How well the ear tells what is heard: names of synthesised sounds that nobody trained on, with a floor and a ceiling.

    python -m evaluation.hearing [--count 120] [--seed 11] [--source nano/hearing] [--results docs/results.md] [--out FILE.json]

The sounds are made by the program's own synthesis, as it makes what a caption asks for, from captions that are kept from training.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import numpy as np
from models.expert import Refusal
from models.percepts import Percept
from models.senses import naming
from models.world.hear import SoundEvent, SoundPlan
from models.world.sounds import natural_seconds
from training.hearing.words import kept, taught
from training.truth.sounds import heard, samples

from evaluation.intervals import Estimate, share
from evaluation.reports import ended, filed, options
from evaluation.tables import grid

if TYPE_CHECKING:
    from numpy.typing import NDArray

LINES = {
    "alone": "one sound, by its name",
    "captions": "... by a caption never read",
    "synonyms": "... by a synonym never taught",
    "noisy": "... by its name, in noise and half as fine",
    "after": "two or three, one after the other",
    "together": "two at once",
}
"""The kinds of cases, and their headings."""
ROWS = {
    "ear": "the ear",
    "five": "the ear, among its five nearest names",
    "commonest": "floor: always the name that is commonest here",
    "recogniser": "ceiling: the recogniser of sounds",
    "there": "of two names, the one of a sound that is there is likelier",
}
"""What is measured, and how the table calls it."""
_SECTION = """## What the ear hears

Made by `{command}`. Sounds that captions ask for, synthesised with seeds of their own. Of one sound, the name nearest to the event that
lasts longest and is surest must be right, of {classes} names; in the second and third column the caption or the synonym stands in for
the name. Of several, all must be named, in their order where they follow each other. The ear is taught {words} words; a "synonym never
taught" is one of {synonyms} that a hash keeps from training and that share no word with those that are taught. The recogniser is another network,
for scores only, that is taught single sounds; in the last row chance is a half. All of this is a synthesised toy world: of recordings the
ear knows little.

"""


@dataclass(frozen=True)
class Case:
    """A sound, float32 [n, channels] at *rate* Hz, the *classes* that are heard, in order of their beginning, the *phrase* that
    stands in for the first one's name ("" for none), and a class that is *absent*."""

    sound: NDArray[np.float32]
    rate: int
    classes: tuple[str, ...]
    phrase: str = ""
    absent: str = ""


def cases(line: str, count: int, seed: int) -> Iterator[Case]:
    """Yield *count* cases of one of LINES, the same for the same *seed*."""
    rng = Random(f"hearing {line} {seed}")
    names = naming.sounds().words
    for _ in range(count):
        phrase, classes = "", tuple[str, ...]()
        if line == "synonyms":
            name = rng.choice([name for name in names if kept(name)])
            phrase, classes = rng.choice(kept(name)), (name,)
            event = SoundEvent(name, 0.0, natural_seconds(name))
            plan = SoundPlan((event,), event.seconds)
        else:
            several = {"after": rng.choice((2, 2, 3)), "together": 2}.get(line, 1)
            what = heard(rng, "held_out", count=several, order=line != "together")
            plan, classes = what.plan, what.classes
            phrase = what.words if line == "captions" else ""
        made = samples(plan, rng.randrange(2**31))
        sound, rate = made.samples, made.rate
        if line == "noisy":
            noise = np.random.default_rng(rng.randrange(2**31)).standard_normal((len(sound) // 2 + 1, 1)) * 10 ** (
                -50 / 20
            )
            sound, rate = (sound[::2][: len(noise)] * 0.3 + noise[: len(sound[::2])]).astype(np.float32), rate // 2
        absent = rng.choice([name for name in names if name not in classes])
        yield Case(sound, rate, classes, phrase, absent)


def score(case: Case, rows: Percept | None, names: naming.Names, phrase: NDArray[np.float32] | None) -> dict[str, bool]:
    """Return which of "ear", "five" and "there" are right for *case*, of which *rows* were heard, None for nothing; *phrase*: where its
    phrase lies for the sentence encoder."""
    if rows is None:
        return {"ear": False, "five": False, "there": False}
    width = names.vectors.shape[1]
    phrases = rows.features[:, :width].astype(np.float32)
    vectors = names.vectors.copy()
    if phrase is not None:
        vectors[names.words.index(case.classes[0])] = phrase
    alike = phrases @ vectors.T
    wanted = [names.words.index(name) for name in case.classes]
    there = float(alike[:, wanted[0]].max()) > float(alike[:, names.words.index(case.absent)].max())
    if len(wanted) == 1:
        best = int((rows.sure * (rows.places[:, 9] - rows.places[:, 8])).argmax())
        nearest = np.argsort(-alike[best])[:5].tolist()
        return {"ear": nearest[0] == wanted[0], "five": wanted[0] in nearest, "there": there}
    said, places = alike.argmax(1).tolist(), list[int]()
    for one in wanted:
        if one in said:
            places.append(said.index(one))
    near = np.argsort(-alike, 1)[:, :5]
    return {
        "ear": len(places) == len(wanted) and places == sorted(places),
        "five": all(bool((near == one).any()) for one in wanted),
        "there": there,
    }


def measure(
    listen: Callable[[NDArray[np.float32], int], Percept | None],
    embed: Callable[[list[str]], NDArray[np.float32]],
    asked: Mapping[str, Sequence[Case]],
    seed: int,
    recognise: Callable[[NDArray[np.float32], int], str] | None = None,
) -> dict[str, dict[str, Estimate | None]]:
    """Return, for each of ROWS, the share of right answers for each line of *asked*. *recognise* names a single sound, None for no
    ceiling."""
    names = naming.sounds()
    found: dict[str, dict[str, Estimate | None]] = {who: {} for who in ROWS}
    for line, held in asked.items():
        phrases = embed([case.phrase for case in held]) if all(case.phrase for case in held) else [None] * len(held)
        marks = [
            score(case, listen(case.sound, case.rate), names, phrase)
            for case, phrase in zip(held, phrases, strict=True)
        ]
        for who in ("ear", "five", "there"):
            found[who][line] = share(sum(mark[who] for mark in marks), len(marks), seed)
        common = Counter(case.classes for case in held).most_common(1)[0][1]
        found["commonest"][line] = share(common, len(held), seed)
        if recognise is not None and all(len(case.classes) == 1 for case in held):
            right = sum(recognise(case.sound, case.rate) == case.classes[0] for case in held)
            found["recogniser"][line] = share(right, len(held), seed)
    return found


def run(count: int, seed: int, source: str) -> dict[str, dict[str, Estimate | None]]:
    """Return the figures of the ear in *source*, a folder below ``assets`` or anywhere. Raises Refusal when it, the recogniser or the
    sentence encoder is not there."""
    import torch
    from models.reader import shared_embedder
    from models.senses import ear
    from models.senses.perceive import ASSETS, WINDOWS
    from models.vision.audio import hear
    from training.recognisers.network import load
    from training.recognisers.spectra import FRAMES, spectrogram

    embed = shared_embedder()
    if embed is None:
        raise Refusal("The sentence encoder is not there.", "Make it with python -m training.text_encoder first.")
    try:
        listener = ear.load(ASSETS / source)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise Refusal(f"The ear in {source} cannot be read.", "Make it with python -m training.hearing.") from error
    network = load(ASSETS / "nano" / "recogniser_sounds")

    def listen(sound: NDArray[np.float32], rate: int) -> Percept | None:
        rows = ear.sound_rows(listener, hear(sound, rate, WINDOWS))
        return rows if len(rows) else None

    @torch.no_grad()
    def recognise(sound: NDArray[np.float32], rate: int) -> str:
        whole = spectrogram(sound, rate)
        starts = range(0, whole.shape[1] - FRAMES + 1, FRAMES // 2)
        parts = torch.stack([torch.from_numpy(whole[:, at : at + FRAMES])[None] for at in starts])
        return network.shape.names[int(network(parts).softmax(1).mean(0).argmax())]

    asked = {line: list(cases(line, count, seed)) for line in LINES}
    return measure(listen, embed, asked, seed, recognise)


def table(found: Mapping[str, Mapping[str, Estimate | None]]) -> str:
    """Return the figures of :func:`measure` as Markdown."""
    return grid("named right", LINES, {ROWS[who]: row for who, row in found.items()})


def section(found: Mapping[str, Mapping[str, Estimate | None]], command: str) -> str:
    """Return the whole section of the results."""
    names = naming.sounds().words
    words, synonyms = (sum(len(of(name)) for name in names) for of in (taught, kept))
    return _SECTION.format(command=command, classes=len(names), words=words, synonyms=synonyms) + table(found)


def main(words: Sequence[str] | None = None) -> int:
    """Parse the command line and measure; return 0, or 1 after telling what is wrong and what to do."""
    reader = options(__doc__, 120, "sounds of each kind")
    reader.add_argument("--source", default="nano/hearing", help="folder of the ear")
    asked = reader.parse_args(words)

    def measured() -> str:
        found = run(asked.count, asked.seed, asked.source)
        made = section(found, f"python -m evaluation.hearing --count {asked.count} --seed {asked.seed}")
        return filed(asked, "ear", made, found)

    return ended(measured)


if __name__ == "__main__":
    sys.exit(main())
