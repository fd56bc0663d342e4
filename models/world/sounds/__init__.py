"""Sounds made from nothing: more than a hundred and fifty classes by name, each different at every seed, and what they are called.

Everything is synthesis (harmonics, modulation, shaped noise, strings, struck bodies); no recording is used. A sound never
clips, is never silent, has no offset and begins and ends in silence.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.world.sounds import alerts, beasts, birds, effects, home, music, nature, people, vehicles
from models.world.sounds.family import Family, Samples, Take
from models.world.sounds.kit import even, highpass, lay, room

CLASSES: dict[str, Family] = {
    family.name: family
    for module in (beasts, birds, people, alerts, home, nature, vehicles, music, effects)
    for family in module.FAMILIES
}
"""Every class by its name, in order of the families."""
RATE = 44100
LOUDEST = 0.97
"""No sample is further from zero than this."""
_STEADY = 0.16
"""Root mean square, over its loudest tenths of a second, of a sound of level 1: about -16 dB of full scale."""


def synthesise(
    name: str, seconds: float, rng: np.random.Generator, *, pitch: float = 0.0, count: int | None = None,
    loudness: float = 1.0, pace: float = 1.0, rate: int = RATE,
) -> NDArray[np.float32]:  # fmt: skip
    """Return *seconds* of the class *name*, float32 [round(seconds * rate)] within -LOUDEST..LOUDEST.

    *pitch* shifts it in semitones (-36..36), *count* asks for exactly so many events (None: as many as suit the time),
    *loudness* 1 is as usual (0.05..2), *pace* 2 repeats twice as fast. Events that do not fit in the time are squeezed
    together. The same *rng* state gives the same sound. Raises KeyError for a name that is not in CLASSES, ValueError for
    a length, a rate or a count out of range (0.05..120 s, 8000..192000 Hz, 1..200).
    """
    if not 0.05 <= seconds <= 120 or not 8000 <= rate <= 192000 or (count is not None and not 1 <= count <= 200):
        raise ValueError(f"no sound of {seconds} s at {rate} Hz with {count} events can be made")
    family = CLASSES[name]
    take = Take(seconds, rng, 2.0 ** (float(np.clip(pitch, -36, 36)) / 12), rate)
    made = np.zeros(take.n)
    for start, length in _timing(family, take, count, float(np.clip(pace, 0.25, 4.0))):
        piece = even(family.make(take.part(length)))
        lay(made, _edges(piece, rate, family.bed), start, rate, 1.0 if family.bed else take.near(0.93, 0.05))
    if family.room:
        made = room(made, rate, rng, family.room, 0.25 + 1.3 * family.room)
    return _finish(made, family, take, float(np.clip(loudness, 0.05, 2.0)))


def natural_seconds(name: str, count: int | None = None) -> float:
    """Return how long the class sounds best in seconds: for *count* events, or as it is when nobody says.

    Raises KeyError for an unknown name.
    """
    family = CLASSES[name]
    if family.bed:
        return family.alone if count is None else min(30.0, max(1.0, 1.4 * count))
    if count is None:
        return family.alone
    each = sum(family.lengths) / 2
    return float(np.clip(count * each + (count - 1) * sum(family.gap) / 2 + 0.4, 0.5, 30.0))


def _timing(family: Family, take: Take, count: int | None, pace: float) -> list[tuple[float, float]]:
    """Return the start and the length in seconds of every event."""
    if family.bed and count is None:
        return [(0.0, take.seconds)]
    low, high = (0.5, 1.2) if family.bed else family.lengths
    wanted = count or family.usual or 200
    least, most = family.gap if not family.bed else (0.2, 0.5)
    events: list[tuple[float, float]] = []
    start = 0.0 if family.bed else min(0.06, 0.04 * take.seconds)
    while len(events) < wanted:
        length = take.between(low, high)
        if count is None and events and start + length > take.seconds:
            if take.seconds - start < max(low, 0.1):
                break
            length = take.seconds - start - 0.01
        events.append((start, length))
        gap = take.between(least, most)
        start += length + (gap if gap < 0 else gap / pace)
        if pace > 1 and length > 0.2:
            start = events[-1][0] + max(0.12, (start - events[-1][0]) / pace**0.5)
    end = events[-1][0] + events[-1][1]
    room_left = take.seconds - 0.01
    if end > room_left:  # squeezed: the starts first, then the events themselves, by the same factor
        share = room_left / end
        events = [(s * share, max(0.03, length * max(share, min(1.0, 0.6 * low / length)))) for s, length in events]
        events = [(s, max(0.02, min(length, take.seconds - s))) for s, length in events]
    return events


def _edges(piece: Samples, rate: int, soft: bool) -> Samples:
    """Fade the ends of a piece in place: at once in and over its last eighth out for an event (a bell that still rings is not
    cut), 40 and 60 ms for what goes on."""
    into, out = (0.04, 0.06) if soft else (0.001, float(np.clip(len(piece) / rate / 8, 0.01, 0.3)))
    a, b = min(len(piece) // 2, max(2, round(into * rate))), min(len(piece) // 2, max(2, round(out * rate)))
    piece[:a] *= 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, a))
    piece[len(piece) - b :] *= 0.5 + 0.5 * np.cos(np.linspace(0, np.pi, b))
    return piece


def _finish(made: Samples, family: Family, take: Take, loudness: float) -> NDArray[np.float32]:
    """Bring a sound to its level: without offset, as loud as its class, its peaks rounded off below LOUDEST."""
    made = highpass(made, take.rate, 22.0, 2)
    frame = max(1, round(0.1 * take.rate))
    power = np.square(np.pad(made, (0, -len(made) % frame))).reshape(-1, frame).mean(axis=1)
    active = float(np.sqrt(np.sort(power)[-max(1, len(power) // 10) :].mean()))
    peak = float(np.abs(made).max())
    gain = min(_STEADY * family.level / (active + 1e-12), 0.9 * (0.4 + 0.6 * family.level) / (peak + 1e-12))
    loud = made * gain * loudness
    knee = 0.75
    over = np.abs(loud) > knee
    loud[over] = np.sign(loud[over]) * (
        knee + (LOUDEST - knee) * np.tanh((np.abs(loud[over]) - knee) / (LOUDEST - knee))
    )
    last = min(len(loud), round(0.015 * take.rate))
    loud[-last:] *= np.linspace(1, 0, last)
    loud[:2] = 0.0
    return loud.astype(np.float32)
