"""Calls of four-legged beasts and of the whale: a pitch that moves, a mouth that opens and closes, and some breath."""

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
    room,
    sculpt,
    sine,
    track,
    voice,
    wander,
)  # fmt: skip


def _bark(take: Take) -> Samples:
    """A bark jumps up within a few hundredths and falls: 350 to 550 Hz for a dog of middle size."""
    n, f = take.n, take.near(430, 0.06) * take.ratio
    hz = track(n, (0, 0.75 * f), (0.18, 1.25 * f), (0.45, 1.1 * f), (1, 0.55 * f))
    mouth = track(n, (0, 450.0), (0.25, 950.0), (1, 500.0))
    call = voice(take, hz, [(mouth, 260, 1.0), (1650.0, 420, 0.55), (2900.0, 700, 0.3)], 0.35, 0.55, 0.22)
    return even(drive(call[:n], 1.8)) * track(n, (0, 0), (0.08, 1), (0.45, 0.8), (1, 0))


def _meow(take: Take) -> Samples:
    """mee-ow: the pitch arches, the mouth opens from a narrow [i] to an [a] and rounds off to an [u]."""
    n, f = take.n, take.near(560, 0.08) * take.ratio
    hz = track(n, (0, 0.8 * f), (0.3, 1.2 * f), (0.6, 1.1 * f), (1, 0.68 * f)) * (1 + 0.012 * sine(6.0, take.rate, n))
    low = track(n, (0, 420.0), (0.25, 500.0), (0.5, 1050.0), (1, 480.0))
    high = track(n, (0, 2500.0), (0.3, 2300.0), (0.6, 1600.0), (1, 900.0))
    call = voice(take, hz, [(low, 200, 1.0), (high, 320, 0.7), (3600.0, 600, 0.25)], 0.5, 0.0, 0.05)
    return call[:n] * track(n, (0, 0), (0.12, 0.6), (0.45, 1), (0.8, 0.55), (1, 0))


def _purr(take: Take) -> Samples:
    """About 26 soft thuds a second that swell and turn with each breath in and out."""
    t = take.t
    beat = take.near(26, 0.06) * take.ratio
    breath = 0.5 - 0.5 * np.cos(2 * np.pi * t / take.near(1.5, 0.1))
    phase = np.cumsum(beat * (1 + 0.06 * np.sign(np.sin(np.pi * t / 1.5))) * np.ones_like(t)) / take.rate
    pulse = np.exp(-9 * (phase % 1.0))
    body = hiss(take, 60, 320, 2) + 0.35 * hiss(take, 500, 1900)
    return np.asarray(body * pulse * (0.35 + breath))


def _growl(take: Take) -> Samples:
    n, f = take.n, take.near(85, 0.08) * take.ratio
    hz = track(n, (0, 0.9 * f), (0.4, 1.1 * f), (1, 0.85 * f))
    call = voice(take, hz, [(380.0, 160, 1.0), (900.0, 260, 0.5), (2200.0, 500, 0.2)], 0.6, 0.95, 0.35)
    flutter = 1 + 0.6 * sine(take.near(23, 0.1), take.rate, n)
    return call[:n] * flutter * track(n, (0, 0), (0.2, 0.9), (0.7, 1), (1, 0))


def _moo(take: Take) -> Samples:
    n, f = take.n, take.near(135, 0.07) * take.ratio
    hz = track(n, (0, 0.78 * f), (0.2, f), (0.6, 1.22 * f), (0.85, 1.1 * f), (1, 0.8 * f))
    low = track(n, (0, 230.0), (0.3, 380.0), (0.65, 640.0), (1, 420.0))
    call = voice(take, hz, [(low, 110, 1.0), (900.0, 180, 0.5), (2100.0, 500, 0.16)], 0.5, 0.18, 0.04)
    return call[:n] * track(n, (0, 0), (0.12, 0.6), (0.5, 1), (0.85, 0.7), (1, 0))


def _baa(take: Take) -> Samples:
    """A bleat is a steady call shaken about eight times a second."""
    n, f = take.n, take.near(270, 0.09) * take.ratio
    shake = sine(take.near(8.5, 0.08), take.rate, n)
    hz = track(n, (0, 0.9 * f), (0.25, 1.08 * f), (1, 0.86 * f)) * (1 + 0.05 * shake)
    call = voice(take, hz, [(720.0, 150, 1.0), (1750.0, 260, 0.8), (2700.0, 400, 0.45)], 0.35, 0.1, 0.06)
    return call[:n] * (1 + 0.55 * shake) * track(n, (0, 0), (0.1, 1), (0.7, 0.8), (1, 0))


def _oink(take: Take) -> Samples:
    """A grunt of slow pulses through the nose that tips upwards at its end."""
    n, f = take.n, take.near(95, 0.1) * take.ratio
    hz = track(n, (0, f), (0.55, 1.1 * f), (1, 1.9 * f))
    nose = track(n, (0, 500.0), (0.6, 750.0), (1, 1300.0))
    call = voice(take, hz, [(nose, 180, 1.0), (1500.0, 300, 0.7), (2600.0, 600, 0.35)], 0.15, 0.7, 0.55)
    return call[:n] * track(n, (0, 0), (0.1, 0.9), (0.5, 0.6), (0.75, 1), (1, 0))


def _roar(take: Take) -> Samples:
    n, f = take.n, take.near(95, 0.07) * take.ratio
    hz = track(n, (0, 0.8 * f), (0.25, 1.75 * f), (0.6, 1.4 * f), (1, 0.7 * f))
    jaw = track(n, (0, 300.0), (0.3, 680.0), (0.6, 600.0), (1, 330.0))
    call = voice(take, hz, [(jaw, 240, 1.0), (1100.0, 380, 0.6), (2300.0, 800, 0.25)], 0.55, 0.95, 0.5)
    call = drive(call[:n] * wander(take, 18, 0.25), 2.2)
    return call * track(n, (0, 0), (0.15, 0.7), (0.4, 1), (0.7, 0.75), (1, 0))


def _neigh(take: Take) -> Samples:
    """A whinny starts high, is shaken eleven times a second as it falls, and ends in a snort."""
    n, f = take.n, take.near(1150, 0.08) * take.ratio
    shake = sine(take.near(11, 0.06), take.rate, n) * track(n, (0, 0), (0.2, 0.6), (0.6, 1), (1, 0.8))
    hz = track(n, (0, 0.7 * f), (0.15, 1.15 * f), (0.5, 0.85 * f), (1, 0.36 * f)) * (1 + 0.11 * shake)
    call = voice(take, hz, [(900.0, 400, 0.8), (1900.0, 500, 1.0), (3200.0, 800, 0.5)], 0.25, 0.12, 0.12)
    made = call[:n] * (1 + 0.4 * shake) * track(n, (0, 0), (0.08, 1), (0.6, 0.7), (0.86, 0.15), (0.9, 0), (1, 0))
    snort = take.part(0.14 * take.seconds)
    blow = sculpt(snort, band(250, 2600)) * (1 + 0.8 * sine(38.0, take.rate, snort.n)) * hump(snort, 0.03, 0.1)
    lay(made, even(blow), 0.86 * take.seconds, take.rate, 0.35 * float(np.abs(made).max()))
    return made


def _hoof(take: Take, hz: float) -> Samples:
    piece = take.part(0.09)
    knock = sine(hz * take.ratio, take.rate, piece.n) * decay(piece, 0.011)
    shell = sine(2.3 * hz * take.ratio, take.rate, piece.n) * decay(piece, 0.006)
    return np.asarray(knock + 0.5 * shell + 0.25 * hiss(piece, 300, 2500) * decay(piece, 0.008))


def _gallop(take: Take) -> Samples:
    """Three hoofs close together and a pause, about two rounds a second."""
    made, start = np.zeros(take.n), 0.02
    stride = take.near(0.47, 0.05)
    while start < take.seconds:
        for share, hz, level in ((0.0, 420.0, 0.8), (0.22, 520.0, 0.7), (0.44, 360.0, 1.0)):
            lay(
                made,
                _hoof(take, take.near(hz, 0.05)),
                start + share * stride * take.near(1, 0.03),
                take.rate,
                take.near(level, 0.1),
            )
        start += stride * take.near(1, 0.02)
    return made


def _howl(take: Take) -> Samples:
    n, f = take.n, take.near(520, 0.08) * take.ratio
    hz = track(n, (0, 0.62 * f), (0.22, 1.12 * f), (0.7, 1.05 * f), (1, 0.66 * f)) * (
        1 + 0.01 * sine(5.2, take.rate, n)
    )
    call = voice(take, hz, [(620.0, 240, 1.0), (1150.0, 320, 0.35), (2600.0, 500, 0.08)], 1.0, 0.0, 0.03)
    return call[:n] * track(n, (0, 0), (0.18, 0.8), (0.6, 1), (1, 0))


def _trumpet_call(take: Take) -> Samples:
    """The elephant's blast: a brassy tone that overblows while it rises."""
    n, f = take.n, take.near(380, 0.07) * take.ratio
    hz = track(n, (0, 0.6 * f), (0.15, 1.1 * f), (0.45, 1.35 * f), (0.8, 1.15 * f), (1, 0.6 * f))
    hz = hz * (1 + 0.03 * sine(take.near(17, 0.1), take.rate, n))
    call = voice(take, hz, [(900.0, 500, 0.8), (1700.0, 600, 1.0), (3000.0, 900, 0.6)], 0.1, 0.35, 0.12)
    return drive(call[:n], 2.5) * track(n, (0, 0), (0.1, 0.9), (0.5, 1), (0.85, 0.7), (1, 0))


def _hoots(take: Take) -> Samples:
    """oo-oo-aa-aa: hoots that rise and get louder and shorter of breath."""
    made, start, step = np.zeros(take.n), 0.0, 0
    while start < take.seconds - 0.12:
        piece = take.part(take.near(0.14, 0.08))
        f = take.near(360, 0.04) * take.ratio * (1 + 0.09 * min(step, 8))
        hz = track(piece.n, (0, 0.8 * f), (0.5, 1.25 * f), (1, 0.85 * f))
        mouth = 420.0 + 70 * min(step, 8)
        call = voice(piece, hz, [(mouth, 160, 1.0), (1.9 * mouth, 260, 0.5), (2900.0, 500, 0.1)], 0.6, 0.05, 0.1)
        lay(made, even(call[: piece.n]) * hump(piece, 0.03, 0.05), start, take.rate, 0.4 + 0.07 * min(step, 8))
        start, step = start + take.near(0.2, 0.06), step + 1
    return made


def _squeak(take: Take) -> Samples:
    n, f = take.n, take.near(3300, 0.1) * take.ratio
    hz = track(n, (0, 0.85 * f), (0.35, 1.18 * f), (1, 0.8 * f))
    tone = harmonics(hz, take.rate, lambda g, k: np.full_like(g, (1.0, 0.35, 0.12)[k - 1]), 3)
    return tone * hump(take, 0.012, 0.04)


def _hissing(take: Take) -> Samples:
    gain = band(2600, 9000, 1.5)
    return sculpt(take, gain) * track(take.n, (0, 0), (0.25, 1), (0.7, 0.7), (1, 0)) * wander(take, 9, 0.12)


def _whale(take: Take) -> Samples:
    """Long glides between a moan and a cry under water, with a long echo."""
    n, f = take.n, take.near(230, 0.15) * take.ratio
    top = take.between(1.6, 3.2)
    hz = track(
        n, (0, f), (0.3, top * f), (0.6, take.between(0.8, 1.6) * f), (0.85, take.between(1.0, 2.4) * f), (1, 0.8 * f)
    )
    tone = harmonics(hz, take.rate, lambda g, k: np.asarray(0.55 ** (k - 1) * np.exp(-g / 2500)), 12)
    tone = tone * (1 + 0.25 * sine(take.near(5, 0.2), take.rate, n)) * hump(take, 0.35, 0.6)
    return lowpass(room(tone, take.rate, take.rng, 0.6, 1.6), take.rate, 2600)


FAMILIES = (
    Family("dog", "animals", ("dog", "puppy", "hound", "bark!", "woof!", "yap!", "poodle", "terrier", "guide dog"), _bark, (0.17, 0.3), (0.1, 0.5), 0, 0.95, 0.14, 430),
    Family("cat", "animals", ("cat", "kitten", "kitty", "meow!", "miaow!", "mew!", "feline"), _meow, (0.6, 1.0), (0.4, 0.9), 0, 0.75, 0.12, 560),
    Family("purr", "animals", ("purr", "purring cat", "cat purring"), _purr, BED, level=0.5, room=0.05),
    Family("growl", "animals", ("growl!", "snarl!", "growling dog", "bear", "grizzly"), _growl, (0.9, 1.7), (0.2, 0.7), 0, 0.8, 0.1, 85),
    Family("cow", "animals", ("cow", "moo!", "cattle", "bull", "ox", "calf", "buffalo", "water buffalo", "bison"), _moo, (1.1, 1.9), (0.5, 1.2), 0, 0.85, 0.15, 135),
    Family("sheep", "animals", ("sheep", "goat", "lamb", "ewe", "ram", "baa!", "bleat!", "goats and sheep"), _baa, (0.7, 1.1), (0.3, 0.9), 0, 0.8, 0.12, 270),
    Family("pig", "animals", ("pig", "oink!", "hog", "piglet", "boar", "swine", "grunt!"), _oink, (0.28, 0.45), (0.15, 0.5), 0, 0.8, 0.1, 95),
    Family("lion", "animals", ("lion", "roar!", "tiger", "leopard", "big cat", "dinosaur", "t-rex", "monster", "dragon", "beast"), _roar, (1.5, 2.4), (0.5, 1.2), 0, 1.0, 0.25, 95),
    Family("horse", "animals", ("horse", "neigh!", "whinny!", "pony", "donkey", "mule", "zebra", "unicorn"), _neigh, (1.2, 1.7), (0.6, 1.4), 0, 0.85, 0.15),
    Family("gallop", "animals", ("gallop", "hoofs", "hooves", "hoofbeats", "hoof beats", "clip clop", "galloping horse", "trotting horse", "horse racing"), _gallop, BED, level=0.75, room=0.1),
    Family("wolf", "animals", ("wolf", "howl!", "coyote", "werewolf", "howling dog"), _howl, (2.0, 3.2), (0.5, 1.2), 0, 0.85, 0.35, 520),
    Family("elephant", "animals", ("elephant", "mammoth"), _trumpet_call, (1.0, 1.6), (0.5, 1.2), 0, 0.95, 0.25, 380),
    Family("monkey", "animals", ("monkey", "ape", "gorilla", "chimpanzee", "chimp", "orangutan"), _hoots, (1.0, 1.9), (0.4, 0.9), 0, 0.85, 0.2, 360),
    Family("mouse", "animals", ("mouse", "mice", "rat", "squeak!", "hamster", "squirrel", "chipmunk", "guinea pig"), _squeak, (0.07, 0.13), (0.06, 0.5), 0, 0.5, 0.06, 3300),
    Family("snake", "animals", ("snake", "hiss!", "serpent", "cobra"), _hissing, (0.8, 1.6), (0.2, 0.6), 0, 0.5, 0.05),
    Family("whale", "animals", ("whale", "whale song", "humpback", "spouting whale"), _whale, (2.4, 3.8), (0.3, 0.8), 0, 0.8, 0.0, 230, 5.0),
)  # fmt: skip
