"""Sounds that people make with voice, hands and feet. Voices say no words: they babble, laugh and cry."""

from __future__ import annotations

import numpy as np

from models.world.sounds.family import BED, Family, Samples, Take
from models.world.sounds.kit import (
    band,
    decay,
    even,
    formants,
    harmonics,
    hiss,
    hump,
    lay,
    lowpass,
    ring,
    scatter,
    sculpt,
    sine,
    track,
    voice,
    wander,
)  # fmt: skip

_VOWELS = (
    (730.0, 1090.0, 2440.0),
    (530.0, 1840.0, 2480.0),
    (270.0, 2290.0, 3010.0),
    (570.0, 840.0, 2410.0),
    (300.0, 870.0, 2240.0),
)
"""First three resonances, Hz, of a, e, i, o, u: means of men in Peterson and Barney (1952)."""  # fmt: skip


def _step(take: Take, ground: tuple[float, float], crunch: float) -> Samples:
    """A heel and, a moment later, the sole: a thud, and noise of the *ground* (low, high Hz)."""
    made = np.zeros(take.n)
    for start, level in ((0.0, 1.0), (take.between(0.06, 0.09), 0.5)):
        piece = take.part(0.16)
        thud = sine(take.near(95, 0.1) * take.ratio, take.rate, piece.n) * decay(piece, 0.02)
        lay(made, level * (thud + 0.35 * hiss(piece, *ground) * decay(piece, 0.018, 0.004)), start, take.rate)
    if crunch:
        for start in take.rng.uniform(0, 0.2, int(55 * crunch)):
            piece = take.part(0.02)
            grain = hiss(piece, 1200, take.between(3500, 9000)) * decay(piece, 0.003)
            lay(made, grain, start, take.rate, crunch * take.between(0.05, 0.3) * (1 - start / 0.25))
    return made


def _hard_step(take: Take) -> Samples:
    return _step(take, (700.0, 3200.0), 0.0)


def _gravel_step(take: Take) -> Samples:
    return _step(take, (500.0, 5000.0), 1.0)


def _clap(take: Take) -> Samples:
    piece = take.part(0.12)
    hz = take.near(1150, 0.18) * take.ratio
    burst = hiss(piece, 500, 7000) * decay(piece, 0.006, 0.0008)
    return even(0.4 * burst + ring(burst, take.rate, hz, 2.5))


def _applause(take: Take) -> Samples:
    """Hundreds of claps at chance moments, over the rush of those further off."""
    made = np.zeros(take.n)
    claps = [_clap(take.part(0.12, take.near(1, 0.15))) for _ in range(24)]
    for start in scatter(take, 90):
        lay(made, claps[int(take.rng.integers(len(claps)))], start, take.rate, take.between(0.1, 1.0) ** 2)
    rush = hiss(take, 900, 4200, 1.5)
    return np.asarray((made + 0.16 * rush) * wander(take, 0.8, 0.1))


def _cheer(take: Take) -> Samples:
    """A crowd that shouts: many open voices, each with its own arch, over a rush of breath."""
    made = np.zeros(take.n)
    for start in np.append(0.0, scatter(take, 9)):
        piece = take.part(min(take.between(0.7, 1.6), take.seconds))
        f = take.between(170, 480) * take.ratio
        hz = f * track(piece.n, (0, 0.85), (0.3, 1.2), (1, 0.8))
        a = take.near(1.1, 0.1)
        call = harmonics(hz, take.rate, lambda g, k, a=a: np.asarray(  # type: ignore[misc]
            (1 / np.hypot(1, (g - 800 * a) / 150) + 0.6 / np.hypot(1, (g - 1400 * a) / 200)) * k**-0.3), 14)  # fmt: skip
        lay(made, even(call) * hump(piece, 0.15, 0.4), start, take.rate, take.between(0.2, 0.7))
    return np.asarray(made + 0.25 * hiss(take, 500, 3000, 1.2) * wander(take, 0.8, 0.15))


def _laugh(take: Take) -> Samples:
    """ha-ha-ha: short breathy calls, five a second, each a little lower than the one before."""
    made, start = np.zeros(take.n), 0.0
    f, open_mouth = take.between(150, 300) * take.ratio, take.near(1.0, 0.06)
    step = take.near(0.19, 0.07)
    while start < take.seconds - 0.1:
        piece = take.part(step * 0.85)
        fall = 1.25 - 0.5 * start / max(take.seconds, 0.5)
        hz = f * fall * track(piece.n, (0, 1.0), (0.35, 1.12), (1, 0.85))
        call = voice(
            piece,
            hz,
            [(780 * open_mouth, 120, 1.0), (1350 * open_mouth, 160, 0.6), (2600.0, 250, 0.25)],
            0.6,
            0.05,
            0.12,
        )
        puff = sculpt(piece, band(700, 3500)) * track(piece.n, (0, 1), (0.35, 0), (1, 0.15))
        both = even(call[: piece.n]) * track(piece.n, (0, 0), (0.3, 0), (0.45, 1), (1, 0)) + 0.22 * even(puff)
        lay(made, both, start, take.rate, 0.6 + 0.4 * fall / 1.25)
        start += step * take.near(1, 0.05)
    return made


def _cry(take: Take) -> Samples:
    """A baby's wail: about a second at 400 to 600 Hz, bright, with a catch of breath after."""
    n, f = take.n, take.near(450, 0.05) * take.ratio
    hz = f * track(n, (0, 0.85), (0.15, 1.2), (0.6, 1.1), (0.85, 0.85), (1, 0.8)) * (1 + 0.02 * sine(6.0, take.rate, n))
    call = voice(take, hz, [(1050.0, 220, 1.0), (1750.0, 280, 0.8), (3300.0, 400, 0.45)], 0.3, 0.2, 0.05)
    return call[:n] * track(n, (0, 0), (0.08, 1), (0.6, 0.9), (0.86, 0.2), (0.92, 0), (1, 0))


def _snore(take: Take) -> Samples:
    """In with a rattle of the palate, some 45 flaps a second; out with a soft blow."""
    n, flap = take.n, take.near(46, 0.1) * take.ratio
    rattle = np.exp(-4 * ((take.t * flap) % 1.0)) * (hiss(take, 120, 700) + 0.4 * hiss(take, 900, 2200))
    inward = track(n, (0, 0), (0.12, 0.6), (0.4, 1), (0.5, 0), (1, 0))
    outward = track(n, (0, 0), (0.58, 0), (0.7, 1), (1, 0))
    return np.asarray(rattle * inward + 0.14 * hiss(take, 500, 2600) * outward)


def _heartbeat(take: Take) -> Samples:
    """lub-dub: two low thuds, the second shorter and a little higher."""
    made = np.zeros(take.n)
    for start, hz, level in ((0.0, 48.0, 1.0), (0.3 * take.near(1, 0.03), 62.0, 0.7)):
        piece = take.part(0.26)
        fall = hz * take.ratio * track(piece.n, (0, 1.7), (0.2, 1.0), (1, 0.8))
        tone = sine(fall, take.rate) + 0.45 * sine(2 * fall, take.rate) + 0.2 * sine(3 * fall, take.rate)
        lay(made, tone * decay(piece, 0.035, 0.012), start, take.rate, level)
    return lowpass(made, take.rate, 260)


def _babble(take: Take, pitch: float, size: float) -> Samples:
    """Speech without words: syllables of a chance vowel after a chance consonant, in phrases whose pitch falls."""
    made, start = np.zeros(take.n), 0.0
    f = take.near(pitch, 0.06) * take.ratio
    while start < take.seconds - 0.12:
        syllables = int(take.rng.integers(3, 9))
        for number in range(syllables):
            piece = take.part(take.between(0.11, 0.22) * (1.4 if number == syllables - 1 else 1.0))
            here, there = (_VOWELS[int(i)] for i in take.rng.integers(len(_VOWELS), size=2))
            tune = f * (1.15 - 0.3 * number / syllables) * take.near(1, 0.04)
            hz = tune * track(piece.n, (0, 1.0), (0.4, 1.05), (1, 0.95))
            peaks = [(size * track(piece.n, (0, 0.6 * a + 0.4 * b), (0.4, a), (1, 0.7 * a + 0.3 * b)), w, s)
                     for a, b, w, s in zip(here, there, (80.0, 110.0, 160.0), (1.0, 0.6, 0.35), strict=True)]  # fmt: skip
            call = voice(piece, hz, peaks, 0.75, 0.0, 0.02)
            lay(made, even(call[: piece.n]) * hump(piece, 0.025, 0.04), start, take.rate, take.between(0.6, 1.0))
            if take.rng.random() < 0.4:
                puff = take.part(take.between(0.03, 0.08))
                low = take.between(1500, 4500)
                lay(made, hiss(puff, low, 2.2 * low) * hump(puff, 0.01, 0.02), start - 0.03, take.rate, 0.06)
            start += piece.seconds * 0.95
            if start > take.seconds - 0.12:
                break
        start += take.between(0.15, 0.4)
    return made


def _man(take: Take) -> Samples:
    return _babble(take, 118, 1.0)


def _woman(take: Take) -> Samples:
    return _babble(take, 205, 1.16)


def _crowd(take: Take) -> Samples:
    """A murmur: six voices that babble at once, behind a door as it were."""
    made = np.zeros(take.n)
    for number in range(6):  # each voice goes round after a time of its own, so that the whole never repeats
        one = even(
            _babble(
                take.part(min(take.seconds, 4.0 + 0.7 * number)), 120 if number % 2 else 210, take.between(0.95, 1.2)
            )
        )
        again = np.tile(one, 2 + take.n // len(one))
        made += again[(late := int(take.rng.integers(len(one)))) : late + take.n] * take.between(0.4, 1)
    return lowpass(made, take.rate, 2600)


def _whistling(take: Take) -> Samples:
    """Somebody whistles a tune: pure tones that slide into each other, with a little breath."""
    scale = 2 ** (np.array([0, 2, 4, 5, 7, 9, 12]) / 12)
    hz, place = np.zeros(take.n), 0.0
    base, level = take.near(1050, 0.06) * take.ratio, np.zeros(take.n)
    note = int(take.rng.integers(7))
    while place < take.seconds:
        length = float(take.rng.choice([0.22, 0.22, 0.44, 0.66]))
        a, b = round(place * take.rate), round((place + length) * take.rate)
        note = int(np.clip(note + take.rng.integers(-2, 3), 0, 6))
        hz[a:b] = base * scale[note]
        level[a : max(a, b - round(0.03 * take.rate))] = 1.0
        place += length
    hz, level = lowpass(hz - hz[0], take.rate, 14, 1) + hz[0], np.clip(lowpass(level, take.rate, 14, 1), 0, 1)
    hz = hz * (1 + 0.006 * sine(5.5, take.rate, take.n))
    return np.asarray((sine(hz, take.rate) + 0.03 * hiss(take, 900, 3000)) * level)


def _sneeze(take: Take) -> Samples:
    """ah-CHOO: breath drawn in, then a burst that hisses."""
    n = take.n
    gasp = sculpt(take, band(400, 2200)) * track(n, (0, 0), (0.3, 0.5), (0.42, 0), (1, 0))
    f = take.near(230, 0.1) * take.ratio
    call = voice(
        take, f * track(n, (0, 1.0), (0.5, 1.5), (1, 0.8)), [(600.0, 200, 1.0), (1300.0, 300, 0.4)], 0.6, 0.1, 0.3
    )
    burst = hiss(take, 1800, 8000) * track(n, (0, 0), (0.45, 0), (0.5, 1), (0.65, 0.35), (1, 0))
    return np.asarray(
        0.3 * even(gasp) + 0.6 * even(call[:n]) * track(n, (0, 0), (0.46, 0), (0.56, 1), (0.8, 0)) + 0.7 * even(burst)
    )


def _cough(take: Take) -> Samples:
    n = take.n
    burst = sculpt(take, band(350, 3500)) * decay(take, 0.05, 0.008)
    f = take.near(150, 0.15) * take.ratio
    call = voice(take, f * track(n, (0, 1.4), (1, 0.8)), [(650.0, 250, 1.0), (1400.0, 400, 0.6)], 0.4, 0.6, 0.4)
    return np.asarray(even(burst) + 0.5 * even(call[:n]) * track(n, (0, 0), (0.15, 1), (0.6, 0)))


def _scream(take: Take) -> Samples:
    n, f = take.n, take.near(900, 0.08) * take.ratio
    hz = f * track(n, (0, 0.8), (0.15, 1.15), (0.7, 1.08), (1, 0.75))
    call = voice(take, hz, [(1300.0, 400, 1.0), (2500.0, 500, 0.8), (3700.0, 700, 0.4)], 0.1, 0.35, 0.1)
    return call[:n] * track(n, (0, 0), (0.06, 1), (0.75, 0.9), (1, 0))


def _choir(take: Take) -> Samples:
    """A held "ah" of several singers on a chord, none quite in tune with the next."""
    made, f = np.zeros(take.n), take.near(196, 0.02) * take.ratio
    for note in (1.0, 2 ** (4 / 12), 2 ** (7 / 12), 2.0):
        for _ in range(2):
            hz = (
                f
                * note
                * take.near(1, 0.004)
                * (1 + 0.008 * sine(take.near(5.3, 0.06), take.rate, take.n, take.between(0, 6)))
            )
            made += harmonics(hz * wander(take, 6, 0.003), take.rate, lambda g, k: formants(
                g, [(680.0, 120, 1.0), (1090.0, 150, 0.5), (2600.0, 250, 0.2)], 0.9), 16)  # fmt: skip
    return (even(made) + 0.02 * hiss(take, 500, 3000)) * hump(take, 0.3, 0.5)


FAMILIES = (
    Family("footsteps", "people", ("footsteps", "footstep!", "steps", "walking", "footfall", "high heels", "boots"), _hard_step, (0.25, 0.3), (0.22, 0.34), 0, 0.7, 0.2),
    Family("gravel steps", "people", ("footsteps on gravel", "steps on gravel", "walking on gravel", "walks on gravel", "footsteps in snow", "footsteps in the snow", "steps in the snow", "walking in snow", "walking in the snow", "footsteps on leaves", "gravel", "crunch!"), _gravel_step, (0.28, 0.34), (0.2, 0.32), 0, 0.6, 0.06),
    Family("clap", "people", ("clap!", "hand clap!", "handclap!"), _clap, (0.12, 0.14), (0.25, 0.45), 0, 0.85, 0.25),
    Family("applause", "people", ("applause", "clapping", "clapping hands", "ovation", "people clapping", "audience clapping"), _applause, BED, level=0.75, room=0.3, alone=4.0),
    Family("cheering", "people", ("cheering", "cheer", "cheering crowd", "crowd cheering", "stadium", "fans"), _cheer, BED, level=0.8, room=0.3, alone=4.0),
    Family("laugh", "people", ("laugh!", "laughter", "laughing", "giggle!", "chuckle!", "hahaha"), _laugh, (0.9, 1.7), (0.4, 0.9), 0, 0.8, 0.12),
    Family("baby", "people", ("baby crying", "crying baby", "baby", "cry!", "crying", "sobbing", "weeping", "wail!"), _cry, (0.9, 1.4), (0.15, 0.4), 0, 0.85, 0.12, 450),
    Family("snore", "people", ("snore!", "snoring", "sleeping person"), _snore, (2.0, 2.8), (0.1, 0.4), 0, 0.7, 0.1, alone=5.0),
    Family("heartbeat", "people", ("heartbeat!", "heart beat!", "heart", "pulse", "anatomical heart"), _heartbeat, (0.56, 0.6), (0.2, 0.32), 0, 0.85, 0.0, alone=4.0),
    Family("man speaking", "people", ("speech", "speaking man", "male voice", "man speaking", "man talking", "male speaking", "talking", "speaking", "conversation"), _man, BED, level=0.75, room=0.1),
    Family("woman speaking", "people", ("woman speaking", "woman talking", "female voice", "female speaking", "child speaking"), _woman, BED, level=0.75, room=0.1),
    Family("crowd", "people", ("crowd", "murmur", "chatter", "people talking", "people speaking", "babble", "cafe", "restaurant", "market", "party"), _crowd, BED, level=0.6, room=0.3, alone=4.0),
    Family("whistling", "people", ("whistling person", "person whistling", "man whistling", "whistling a tune", "whistling"), _whistling, BED, level=0.65, room=0.15, base=1050, alone=4.0),
    Family("sneeze", "people", ("sneeze!", "achoo!"), _sneeze, (0.8, 1.1), (0.4, 0.8), 1, 0.85, 0.12, alone=1.5),
    Family("cough", "people", ("cough!",), _cough, (0.25, 0.38), (0.1, 0.45), 2, 0.8, 0.12, alone=2.0),
    Family("scream", "people", ("scream!", "shriek!", "shout!", "yell!"), _scream, (0.9, 1.5), (0.4, 0.8), 1, 0.9, 0.3, 900, 2.0),
    Family("choir", "people", ("choir", "singing", "singers", "chant", "singer", "song"), _choir, (1.6, 4.0), (0.05, 0.2), 0, 0.7, 0.4, 196, 4.0),
)  # fmt: skip
