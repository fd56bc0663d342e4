"""Instruments: plucked, bowed, struck and blown, single notes, chords and short tunes. A note is near middle C unless said."""

from __future__ import annotations

import numpy as np

from models.world.sounds.family import BED, Family, Samples, Take
from models.world.sounds.kit import (
    band,
    decay,
    drive,
    even,
    harmonics,
    hiss,
    hump,
    lay,
    lowpass,
    modes,
    pluck,
    sculpt,
    sine,
    track,
    wander,
)  # fmt: skip

SCALE = (0, 2, 4, 5, 7, 9, 11, 12)
"""Semitones of a major scale."""


def note(semitones: float) -> float:
    """Return the frequency ratio of *semitones* in equal temperament."""
    return float(2.0 ** (semitones / 12))


def _guitar(take: Take) -> Samples:
    f = 196.0 * take.ratio
    string = pluck(take, f, 0.55, take.near(0.55, 0.1))
    body = lowpass(string, take.rate, 220) * 0.7
    return string + body


def _strum(take: Take) -> Samples:
    """A chord of six strings, a hand's sweep across them."""
    made = np.zeros(take.n)
    for number, step in enumerate((0, 7, 12, 16, 19, 24)):
        lay(
            made,
            pluck(take, 98.0 * note(step) * take.ratio, 0.6, 0.6),
            0.022 * number * take.near(1, 0.1),
            take.rate,
            0.8,
        )
    return made


def _bass(take: Take) -> Samples:
    return lowpass(pluck(take, 55.0 * take.ratio, 0.4, 0.7, 0.2), take.rate, 1500)


def _banjo(take: Take) -> Samples:
    string = pluck(take, 392.0 * take.ratio, 0.95, 0.12, 0.08)
    skin = modes(take, [(320.0, 0.04, 0.4), (610.0, 0.03, 0.3)])
    return even(string) + 0.3 * skin * decay(take, 0.05)


def _harp(take: Take) -> Samples:
    """A run over the strings, up and then back."""
    made, start = np.zeros(take.n), 0.0
    steps = [12 * (k // 7) + SCALE[k % 7] for k in range(15)]
    for step in (*steps, *steps[-2::-3]):
        piece = take.part(max(0.3, min(1.6, take.seconds - start)))
        lay(made, pluck(piece, 196.0 * note(step) * take.ratio, 0.35, 0.7, 0.4), start, take.rate, 0.7)
        start += 0.075
        if start > take.seconds - 0.2:
            break
    return made


def _electric(take: Take) -> Samples:
    """A power chord through an amplifier driven hard."""
    made = np.zeros(take.n)
    for step in (0, 7, 12):
        made += pluck(take, 110.0 * note(step) * take.ratio, 0.75, 1.2)
    made = drive(made, 14.0)
    return lowpass(made, take.rate, 4200) * hump(take, 0.003, 0.12)


def _piano(take: Take) -> Samples:
    """Stiff strings struck by felt: partials k sqrt(1 + B k^2) (Fletcher, 1964), two strings a note, high ones die first."""
    f = 261.63 * take.ratio
    parts = []
    for k in range(1, 22):
        hz = f * k * np.sqrt(1 + 0.0004 * k * k)
        half = 0.85 / (1 + 0.22 * k) * (261.63 / f) ** 0.5
        level = k**-1.1 * abs(np.sin(np.pi * k / 8)) + 0.02
        parts += [(hz, half, level), (hz * 1.0007, 1.4 * half, 0.6 * level)]
    thump = hiss(take, 80, 900) * decay(take, 0.012)
    return modes(take, parts, 0.003) + 0.12 * thump * np.std(thump)


def _flute(take: Take) -> Samples:
    n, f = take.n, 523.25 * take.ratio
    bend = 1 + 0.008 * sine(5.2, take.rate, n) * track(n, (0, 0), (0.35, 0), (0.6, 1), (1, 1))
    hz = f * bend * track(n, (0, 0.975), (0.06, 1.0), (1, 1.0))
    tone = harmonics(hz, take.rate, lambda g, k: np.full_like(g, (1.0, 0.42, 0.16, 0.07, 0.04)[k - 1]), 5)
    air = sculpt(take, lambda t, g: np.asarray(1 / np.hypot(1, (g - f) / (0.25 * f)) + 0.35 * band(1200, 6000)(t, g)))
    return (tone * (1 + 0.08 * sine(5.2, take.rate, n)) + 0.1 * even(air)) * hump(take, 0.07, 0.12)


def _recorder_tune(take: Take) -> Samples:
    return _tune(take, _flute, 0.95)


def _organ(take: Take) -> Samples:
    """A chord of pipes at octaves and fifths, in a large church."""
    made = np.zeros(take.n)
    for step in (0, 4, 7, 12):
        for stop, level in ((0.5, 0.6), (1.0, 1.0), (2.0, 0.6), (3.0, 0.25), (4.0, 0.3)):
            made += level * sine(
                196.0 * note(step) * stop * take.near(1, 0.0008) * take.ratio, take.rate, take.n, take.between(0, 6)
            )
    return (made + 0.03 * hiss(take, 300, 3000)) * hump(take, 0.09, 0.2)


def _bowed(take: Take, base: float, peaks: tuple[tuple[float, float, float], ...]) -> Samples:
    n = take.n
    bend = 1 + 0.011 * sine(take.near(5.6, 0.05), take.rate, n) * track(n, (0, 0), (0.25, 0.2), (0.5, 1), (1, 1))
    hz = base * take.ratio * bend
    tone = harmonics(hz, take.rate, lambda f, k: np.asarray(
        k**-0.9 * (0.5 + sum(s / np.hypot(1, (f - c) / w) for c, w, s in peaks))), 40)  # fmt: skip
    return (even(tone) + 0.02 * hiss(take, 1500, 7000)) * hump(take, 0.1, 0.14)


def _violin(take: Take) -> Samples:
    return _bowed(take, 440.0, ((280, 60, 1.0), (460, 80, 0.9), (2500, 700, 1.2)))


def _cello(take: Take) -> Samples:
    return _bowed(take, 110.0, ((110, 30, 1.0), (200, 50, 0.9), (1300, 500, 0.7)))


def _brass(take: Take, base: float, bright: float, attack: float) -> Samples:
    """Brass: the louder, the brighter, so that overtones come a moment after the note and go before it."""
    n = take.n
    swell = track(n, (0, 0.0), (min(0.4, attack / take.seconds), 1.0), (0.7, 0.85), (1, 0.2))
    slow = swell[:: max(1, 128)]
    hz = base * take.ratio * (1 + 0.006 * sine(5.0, take.rate, n)) * track(n, (0, 0.97), (0.05, 1.0), (1, 1.0))

    def gain(f: Samples, k: int) -> Samples:
        here = np.interp(np.linspace(0, 1, len(f)), np.linspace(0, 1, len(slow)), slow)
        return np.asarray(k**-0.25 * np.exp(-f / (bright * (0.3 + 0.9 * here))))

    return harmonics(hz, take.rate, gain, 30) * hump(take, 0.03, 0.08)


def _trumpet(take: Take) -> Samples:
    return _brass(take, 466.16, 1500, 0.08)


def _tuba(take: Take) -> Samples:
    return _brass(take, 87.31, 330, 0.12)


def _saxophone(take: Take) -> Samples:
    n = take.n
    hz = 233.08 * take.ratio * (1 + 0.01 * sine(5.0, take.rate, n)) * track(n, (0, 0.94), (0.1, 1.0), (1, 0.99))
    tone = harmonics(
        hz,
        take.rate,
        lambda f, k: np.asarray(
            k**-0.5 * (0.3 + 1 / np.hypot(1, (f - 700) / 350) + 0.5 / np.hypot(1, (f - 1900) / 500))
        ),
        30,
    )
    return (even(tone) * wander(take, 30, 0.03) + 0.05 * hiss(take, 1000, 6000)) * hump(take, 0.05, 0.12)


def _accordion(take: Take) -> Samples:
    """Two reeds a note, a hair apart in pitch, so that they beat."""
    made = np.zeros(take.n)
    for step in (0, 4, 7):
        for off in (1.0, 1.006):
            hz = np.full(take.n, 261.63 * note(step) * off * take.ratio)
            made += harmonics(hz, take.rate, lambda f, k: np.asarray(k**-0.7 / np.hypot(1, f / 2600)), 20)
    return made * hump(take, 0.06, 0.1) * wander(take, 2, 0.08)


def _xylophone(take: Take) -> Samples:
    f = 783.99 * take.ratio
    return modes(take, [(f, 0.11, 1.0), (3.0 * f, 0.035, 0.35), (6.1 * f, 0.015, 0.15)]) + 0.1 * hiss(
        take, 1500, 6000
    ) * decay(take, 0.004)


def _drum(take: Take) -> Samples:
    """A drum head: the modes of a circular membrane (ratios of the zeros of Bessel functions), its pitch sinking."""
    f = take.near(96, 0.04) * take.ratio
    made = np.zeros(take.n)
    for r, half, level in (
        (1.0, 0.16, 1.0),
        (1.594, 0.09, 0.5),
        (2.136, 0.06, 0.35),
        (2.296, 0.06, 0.3),
        (2.653, 0.04, 0.2),
    ):
        hz = f * r * (1 + 0.35 * 0.5 ** (take.t / 0.03))
        made += level * sine(hz, take.rate) * 0.5 ** (take.t / half)
    return made + 0.3 * hiss(take, 400, 4000) * decay(take, 0.006)


def _kick(take: Take) -> Samples:
    hz = 48.0 * take.ratio * (1 + 3.0 * 0.5 ** (take.t / 0.012))
    return sine(hz, take.rate) * decay(take, 0.09) + 0.2 * hiss(take, 1500, 6000) * decay(take, 0.003)


def _snare(take: Take) -> Samples:
    head = modes(take, [(185.0 * take.ratio, 0.05, 1.0), (330.0 * take.ratio, 0.035, 0.6)])
    return head + 0.7 * hiss(take, 1400, 9500, 1) * decay(take, 0.055)


def _hat(take: Take) -> Samples:
    return hiss(take, 6500, 15000) * decay(take, 0.02, 0.0005)


def _drums(take: Take) -> Samples:
    """A drum kit: kick on one and three, snare on two and four, hats in between."""
    made, beat = np.zeros(take.n), take.near(0.5, 0.06)
    step = 0
    while step * beat / 2 < take.seconds:
        start = step * beat / 2
        lay(made, even(_hat(take.part(0.12))), start, take.rate, take.near(0.22, 0.1))
        if step % 4 == 0 or step % 8 == 5:
            lay(made, even(_kick(take.part(0.4))), start, take.rate, 0.95)
        if step % 4 == 2:
            lay(made, even(_snare(take.part(0.3))), start, take.rate, 0.7)
        step += 1
    return made


def _drum_roll(take: Take) -> Samples:
    made, start = np.zeros(take.n), 0.0
    while start < take.seconds - 0.05:
        lay(made, even(_snare(take.part(0.16))), start, take.rate, take.near(0.45 + 0.4 * start / take.seconds, 0.12))
        start += take.near(0.047, 0.08)
    return made


def _cymbal(take: Take) -> Samples:
    bright = sculpt(take, lambda t, f: np.asarray(band(1800, 16000, 1)(t, f) * 0.5 ** (t * (0.3 + f / 3500))))
    return even(bright) + 0.15 * modes(take, [(take.between(500, 3500) * take.ratio, 0.5, 0.2) for _ in range(14)])


def _maracas(take: Take) -> Samples:
    made = np.zeros(take.n)
    for number, start in enumerate(np.arange(0.0, take.seconds, take.near(0.16, 0.04))):
        piece = take.part(0.12)
        lay(
            made,
            hiss(piece, 3500, 12000) * track(piece.n, (0, 0), (0.25, 1), (1, 0)),
            start,
            take.rate,
            1.0 if number % 2 else 0.55,
        )
    return made


def _tune(take: Take, player: object, overlap: float, base: float = 1.0) -> Samples:
    """A tune of the player's notes: steps of a major scale that wander and come home, in even and dotted beats."""
    made, start, at = np.zeros(take.n), 0.0, int(take.rng.integers(0, 5))
    beat = take.near(0.3, 0.06)
    while start < take.seconds - 0.12:
        length = beat * float(take.rng.choice([1, 1, 1, 2]))
        last = start + length > take.seconds - 0.5
        at = 0 if last else int(np.clip(at + take.rng.choice([-2, -1, -1, 1, 1, 2]), 0, 7))
        piece = take.part(max(0.2, min(length * overlap, take.seconds - start)), base * note(SCALE[at]))
        lay(made, even(player(piece)), start, take.rate, take.near(0.8, 0.06))  # type: ignore[operator]
        start += length
        if last:
            break
    return made


def _melody(take: Take) -> Samples:
    return _tune(take, _piano, 3.0)


def _box_note(take: Take) -> Samples:
    f = 1046.5 * take.ratio
    return modes(take, [(f, 0.4, 1.0), (6.27 * f, 0.03, 0.25), (2.0 * f, 0.15, 0.12)], 0.001)


def _music_box(take: Take) -> Samples:
    return _tune(take, _box_note, 4.0)


def _chord(take: Take) -> Samples:
    made = np.zeros(take.n)
    for step in (0, 4, 7, 12):
        made += _piano(take.part(take.seconds, note(step)))[: take.n]
    return made


def _band(take: Take) -> Samples:
    """Drums, a bass on the roots and piano chords over them: I, V, vi, IV."""
    made, beat = 0.55 * even(_drums(take)), 0.5
    for number, start in enumerate(np.arange(0.0, take.seconds, 2 * beat)):
        root = (0, 7, 9, 5)[number % 4]
        piece = take.part(min(2 * beat, max(0.2, take.seconds - float(start))))
        lay(
            made,
            even(_bass(take.part(piece.seconds, note(root if root < 7 else root - 12)))),
            float(start),
            take.rate,
            0.5,
        )
        for step in (0, 3, 7) if root == 9 else (0, 4, 7):
            lay(
                made,
                even(_piano(take.part(piece.seconds, note(root + step - (12 if root > 5 else 0))))),
                float(start),
                take.rate,
                0.22,
            )
    return made


FAMILIES = (
    Family("guitar", "music", ("guitar", "acoustic guitar", "guitar string", "pluck!", "string pluck", "ukulele", "lute"), _guitar, (1.2, 2.2), (-0.6, -0.2), 0, 0.75, 0.12, 196),
    Family("guitar chord", "music", ("guitar chord", "strum!", "strumming", "strummed guitar"), _strum, (1.6, 2.6), (-0.7, -0.2), 0, 0.8, 0.12, 98),
    Family("bass guitar", "music", ("bass guitar", "bass", "double bass", "contrabass"), _bass, (1.0, 1.8), (-0.5, -0.1), 0, 0.8, 0.05, 55),
    Family("banjo", "music", ("banjo", "sitar", "mandolin"), _banjo, (0.5, 0.9), (-0.3, 0.0), 0, 0.7, 0.1, 392),
    Family("harp", "music", ("harp", "harp glissando", "lyre"), _harp, (2.2, 3.2), (-0.4, 0.3), 1, 0.7, 0.25, 196),
    Family("electric guitar", "music", ("electric guitar", "rock guitar", "power chord", "distorted guitar", "heavy metal"), _electric, (1.2, 2.4), (-0.1, 0.1), 0, 0.8, 0.15, 110),
    Family("piano", "music", ("piano", "piano note!", "note!", "musical keyboard", "keyboard note", "musical note"), _piano, (1.4, 2.6), (-0.8, -0.3), 0, 0.75, 0.15, 261.63),
    Family("chord", "music", ("chord!", "piano chord!", "harmony"), _chord, (1.8, 3.0), (-0.6, 0.0), 0, 0.75, 0.18, 261.63),
    Family("melody", "music", ("melody", "tune", "piano melody", "piano music", "piano tune", "musical score", "musical notes", "lullaby"), _melody, BED, level=0.7, room=0.18, base=261.63, alone=5.0),
    Family("music", "music", ("music", "band", "pop music", "song playing", "radio", "disco", "dance music", "concert"), _band, BED, level=0.75, room=0.12, base=261.63, alone=6.0),
    Family("music box", "music", ("music box", "glockenspiel tune", "carousel", "carousel horse", "ice cream van", "ballet", "celesta"), _music_box, BED, level=0.6, room=0.2, base=1046.5, alone=5.0),
    Family("flute", "music", ("flute", "piccolo", "pan pipe", "recorder"), _flute, (0.7, 1.8), (0.0, 0.15), 0, 0.7, 0.22, 523.25),
    Family("flute tune", "music", ("flute tune", "flute melody", "flute music", "folk tune"), _recorder_tune, BED, level=0.65, room=0.22, base=523.25, alone=5.0),
    Family("organ", "music", ("organ", "church organ", "pipe organ", "organ chord!"), _organ, (1.8, 4.0), (-0.1, 0.1), 0, 0.8, 0.5, 196, 4.0),
    Family("violin", "music", ("violin", "fiddle", "viola", "strings"), _violin, (0.9, 2.2), (-0.05, 0.1), 0, 0.7, 0.25, 440),
    Family("cello", "music", ("cello", "violoncello"), _cello, (1.2, 2.6), (-0.05, 0.1), 0, 0.75, 0.25, 110),
    Family("trumpet", "music", ("trumpet", "bugle", "cornet", "postal horn", "fanfare", "trombone", "brass"), _trumpet, (0.4, 1.4), (0.02, 0.15), 0, 0.8, 0.22, 466.16),
    Family("tuba", "music", ("tuba", "sousaphone", "french horn"), _tuba, (0.4, 1.4), (0.03, 0.15), 0, 0.8, 0.15, 87.31),
    Family("saxophone", "music", ("saxophone", "sax", "clarinet", "oboe"), _saxophone, (0.5, 1.7), (0.0, 0.15), 0, 0.75, 0.2, 233.08),
    Family("accordion", "music", ("accordion", "harmonica", "mouth organ", "concertina"), _accordion, (0.8, 2.2), (0.0, 0.12), 0, 0.7, 0.12, 261.63),
    Family("xylophone", "music", ("xylophone", "marimba", "glockenspiel", "vibraphone"), _xylophone, (0.4, 0.8), (-0.25, 0.1), 0, 0.7, 0.15, 783.99),
    Family("drum", "music", ("drum", "drum beat!", "drumbeat!", "tom-tom", "bongo", "long drum", "timpani", "kettledrum", "djembe", "drum hit!"), _drum, (0.5, 0.8), (-0.15, 0.2), 0, 0.85, 0.15, 96, 2.5),
    Family("drum kit", "music", ("drum kit", "drums", "drum set", "beat", "drum loop", "drumming", "drummer", "hip hop beat", "techno beat"), _drums, BED, level=0.85, room=0.1, alone=4.0),
    Family("drum roll", "music", ("drum roll", "drumroll", "snare drum", "snare roll", "marching drum"), _drum_roll, BED, level=0.75, room=0.12, alone=2.5),
    Family("cymbal", "music", ("cymbal", "cymbals", "crash cymbal", "cymbal crash!"), _cymbal, (1.6, 2.6), (-0.5, 0.3), 1, 0.75, 0.1, alone=2.5),
    Family("maracas", "music", ("maracas", "shaker", "rattle", "rattling"), _maracas, BED, level=0.6, room=0.08),
)  # fmt: skip
