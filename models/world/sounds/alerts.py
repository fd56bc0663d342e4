"""Bells, horns, clocks and alarms: struck bodies with their measured partials, reeds, and electronic tones."""

from __future__ import annotations

import numpy as np

from models.world.sounds.family import BED, Family, Samples, Take
from models.world.sounds.kit import (
    decay,
    drive,
    even,
    harmonics,
    hiss,
    hump,
    lay,
    lowpass,
    modes,
    ring,
    sine,
    track,
    wander,
)  # fmt: skip

CHURCH = ((0.5, 2.6, 0.7), (1.0, 1.6, 0.8), (1.2, 1.3, 0.9), (1.5, 0.9, 0.5), (2.0, 0.9, 1.0), (2.52, 0.45, 0.45), (3.0, 0.35, 0.4),
          (4.0, 0.22, 0.3), (5.3, 0.12, 0.2), (6.7, 0.08, 0.12))  # fmt: skip
"""Partials of a church bell (ratio to the prime, seconds to half, strength): hum, prime, minor-third tierce, quint, nominal
and those above, in the ratios that bell founders tune to (Fletcher and Rossing, "The Physics of Musical Instruments")."""


def _church_bell(take: Take) -> Samples:
    f = take.near(330, 0.1) * take.ratio
    parts = [(f * r * take.near(1, 0.002), h, s) for r, h, s in CHURCH]
    parts += [(hz * 1.004, h, 0.5 * s) for hz, h, s in parts[:5]]  # the two halves of the ring beat against each other
    return modes(take, parts) + 0.2 * hiss(take, 1500, 6000) * decay(take, 0.01)


def _small_bell(take: Take) -> Samples:
    f = take.near(1900, 0.1) * take.ratio
    return modes(
        take, [(f, 0.45, 1.0), (f * 1.005, 0.4, 0.5), (f * 2.41, 0.2, 0.6), (f * 3.9, 0.1, 0.4), (f * 5.2, 0.06, 0.2)]
    )


def _jingle(take: Take) -> Samples:
    """Sleigh bells: many tiny bells shaken together."""
    made, pace = np.zeros(take.n), take.near(0.24, 0.06)
    for start in np.arange(0.0, take.seconds, pace):
        for _ in range(5):
            f = take.between(4200, 8200) * take.ratio
            bell = modes(take.part(0.22), [(f, 0.035, 1.0), (1.37 * f, 0.02, 0.5)])
            lay(made, bell, start + abs(take.rng.normal(0, 0.012)), take.rate, take.between(0.2, 0.7))
    return made


def _doorbell(take: Take) -> Samples:
    """ding-dong: two struck bars a major third apart."""
    made, f = np.zeros(take.n), take.near(659, 0.03) * take.ratio
    for start, note in ((0.0, 1.0), (0.36 * take.seconds, 2 ** (-4 / 12))):
        piece = take.part(take.seconds - start)
        lay(
            made,
            modes(piece, [(f * note, 0.32, 1.0), (2.76 * f * note, 0.1, 0.3), (5.4 * f * note, 0.03, 0.12)]),
            start,
            take.rate,
        )
    return made


def _telephone(take: Take) -> Samples:
    """Two gongs struck in turn by a clapper some 22 times a second."""
    made = np.zeros(take.n)
    f, pace = take.near(1250, 0.05) * take.ratio, 1 / take.near(44, 0.04)
    for number, start in enumerate(np.arange(0.0, take.seconds - 0.15, pace)):
        hz = f if number % 2 else 1.19 * f
        lay(
            made,
            modes(take.part(0.2), [(hz, 0.045, 1.0), (2.6 * hz, 0.02, 0.6), (4.3 * hz, 0.01, 0.3)]),
            start,
            take.rate,
            take.near(1, 0.05),
        )
    return made


def _clock(take: Take) -> Samples:
    """tick or tock: a tiny click and the answer of the case, every half second."""
    made = np.zeros(take.n)
    for number, start in enumerate(np.arange(0.02, take.seconds, 0.5)):
        hz = take.near(2700 if number % 2 else 2150, 0.01) * take.ratio
        piece = take.part(0.07)
        tick = sine(hz, take.rate, piece.n) * decay(piece, 0.004, 0.0005) + 0.4 * sine(
            0.31 * hz, take.rate, piece.n
        ) * decay(piece, 0.009)
        lay(made, tick + 0.35 * hiss(piece, 2500, 9000) * decay(piece, 0.0015, 0.0003), start, take.rate)
    return made


def _alarm_clock(take: Take) -> Samples:
    """Four short beeps and a pause, again and again."""
    f = take.near(2050, 0.05) * take.ratio
    place = take.t % 1.0
    on = (place % 0.125 < 0.07) & (place < 0.5)
    tone = harmonics(np.full(take.n, f), take.rate, lambda g, k: np.full_like(g, (1 / k) * (k % 2)), 7)
    return tone * lowpass(on.astype(np.float64), take.rate, 250, 1)


def _alarm(take: Take) -> Samples:
    """A harsh two-tone alarm that changes more than three times a second."""
    f = take.near(820, 0.06) * take.ratio
    change = lowpass(np.where((take.t * take.near(3.4, 0.06)) % 1.0 < 0.5, 1.0, 1.32), take.rate, 120, 1)
    change[: round(0.02 * take.rate)] = 1.0
    return harmonics(f * change, take.rate, lambda g, k: np.asarray((k % 2) * k**-0.75 * np.exp(-g / 7000)), 21)


def _siren(take: Take) -> Samples:
    """The long wail of a police car: up and down between 600 and 1400 Hz within some four seconds."""
    sweep = 0.5 - 0.5 * np.cos(2 * np.pi * take.t / take.near(3.6, 0.1) + take.between(0, 1))
    hz = take.ratio * take.near(620, 0.04) * 2.15**sweep
    return harmonics(hz, take.rate, lambda g, k: np.asarray(k**-1.0 * np.exp(-(((g - 1500) / 2600) ** 2))), 14)


def _two_tones(take: Take) -> Samples:
    """The horn of European ambulances: two notes a fourth apart, each about half a second."""
    f = take.near(440, 0.03) * take.ratio
    high = lowpass(((take.t / take.near(0.62, 0.06)) % 2.0 < 1.0).astype(np.float64), take.rate, 60, 1)
    hz = f * (4 / 3) ** high
    return harmonics(hz, take.rate, lambda g, k: np.asarray(k**-0.6 / np.hypot(1, (g - 1300) / 1500)), 18)


def _beep(take: Take) -> Samples:
    f = take.near(1000, 0.0 if take.ratio != 1.0 else 0.05) * take.ratio
    return (sine(f, take.rate, take.n) + 0.15 * sine(2 * f, take.rate, take.n)) * hump(take, 0.005, 0.01)


def _buzzer(take: Take) -> Samples:
    f = take.near(118, 0.04) * take.ratio
    tone = harmonics(
        np.full(take.n, f),
        take.rate,
        lambda g, k: np.asarray((1.0 if k % 2 else 0.6) * k**-0.4 * np.exp(-g / 2600)),
        40,
    )
    return tone * hump(take, 0.01, 0.03)


def _referee(take: Take) -> Samples:
    """A pea whistle: tones near 3 kHz that the pea shakes some thirty times a second."""
    f = take.near(2950, 0.04) * take.ratio
    pea = sine(take.near(33, 0.06), take.rate, take.n)
    hz = f * (1 + 0.025 * pea) * track(take.n, (0, 0.94), (0.08, 1.0), (0.9, 1.0), (1, 0.93))
    tone = sine(hz, take.rate) + 0.45 * sine(1.17 * hz, take.rate)
    return (tone * (1 + 0.4 * pea) + 0.18 * hiss(take, 2000, 6000)) * hump(take, 0.02, 0.05)


def _car_horn(take: Take) -> Samples:
    """Two discs a major third apart, 400 and 500 Hz, rich in overtones."""
    made = np.zeros(take.n)
    f = take.near(405, 0.05) * take.ratio
    for hz in (f, 1.255 * f):
        tone = harmonics(
            np.full(take.n, hz), take.rate, lambda g, k: np.asarray(k**-0.35 / np.hypot(1, (g - 1900) / 1300)), 24
        )
        made += tone
    return made * hump(take, 0.02, 0.04)


def _ship_horn(take: Take) -> Samples:
    f = take.near(98, 0.06) * take.ratio
    hz = f * track(take.n, (0, 0.93), (0.12, 1.0), (0.9, 1.0), (1, 0.95))
    made = harmonics(hz, take.rate, lambda g, k: np.asarray(k**-0.3 * np.exp(-g / 420)), 24)
    made += harmonics(1.26 * hz, take.rate, lambda g, k: np.asarray(0.5 * k**-0.3 * np.exp(-g / 420)), 20)
    return (drive(made, 1.3) + 0.02 * hiss(take, 100, 900)) * hump(take, 0.18, 0.4)


def _bicycle_bell(take: Take) -> Samples:
    """tring-tring: a small gong struck quickly by a wheel of hammers, twice."""
    made, f = np.zeros(take.n), take.near(2350, 0.06) * take.ratio
    for begin in (0.0, 0.24):
        for start in np.arange(begin, begin + 0.16, 0.027):
            lay(
                made,
                modes(take.part(0.7), [(f, 0.13, 1.0), (2.3 * f, 0.07, 0.5), (1.006 * f, 0.1, 0.5)]),
                start * take.near(1, 0.02),
                take.rate,
                take.near(0.8, 0.1),
            )
    return made


def _gong(take: Take) -> Samples:
    """A tam-tam: low partials at once, a shimmer of high ones that swells a moment later."""
    f = take.near(92, 0.08) * take.ratio
    ratios = (1.0, 1.48, 2.07, 2.61, 3.22, 3.9, 4.71, 5.6)
    low = modes(take, [(f * r * take.near(1, 0.01), 1.3 / r**0.5, 1 / r**0.4) for r in ratios], 0.01)
    shimmer = modes(
        take, [(f * take.between(6, 32), take.between(0.3, 0.8), take.between(0.1, 0.4)) for _ in range(40)]
    )
    return low + 0.35 * shimmer * np.minimum(1.0, take.t / 0.35)


def _notification(take: Take) -> Samples:
    made, f = np.zeros(take.n), take.near(880, 0.04) * take.ratio
    for start, note in ((0.0, 1.0), (0.11, 1.5)):
        piece = take.part(max(0.1, take.seconds - start))
        lay(
            made,
            modes(piece, [(f * note, 0.12, 1.0), (2 * f * note, 0.06, 0.3), (4 * f * note, 0.03, 0.12)], 0.003),
            start,
            take.rate,
        )
    return made


def _cash_register(take: Take) -> Samples:
    """ka-ching: the drawer's clunk, then a bright bell."""
    made = np.zeros(take.n)
    for start, hz in ((0.0, 420.0), (0.09, 300.0)):
        piece = take.part(0.15)
        lay(
            made,
            hiss(piece, 250, 3500) * decay(piece, 0.012) * 0.5 + sine(hz, take.rate, piece.n) * decay(piece, 0.015),
            start,
            take.rate,
            0.7,
        )
    f = take.near(2500, 0.05) * take.ratio
    for start in (0.22, 0.27):
        lay(
            made,
            even(
                modes(
                    take.part(max(0.2, take.seconds - start)),
                    [(f, 0.22, 1.0), (1.51 * f, 0.18, 0.7), (2.7 * f, 0.1, 0.5)],
                )
            ),
            start,
            take.rate,
            0.7,
        )
    return ring(made, take.rate, 900, 0.3) * 0.2 + made * wander(take, 3, 0.02)


FAMILIES = (
    Family("church bell", "bells", ("church bell", "bell tower", "bell toll!", "toll!", "bell", "chime!", "church bells", "bells", "church", "big bell"), _church_bell, (2.2, 3.4), (-0.8, -0.2), 0, 0.85, 0.25, 330, 5.0),
    Family("small bell", "bells", ("small bell", "hand bell", "handbell", "little bell", "tinkle!", "ding!", "reception bell", "bellhop bell", "triangle"), _small_bell, (0.9, 1.4), (-0.4, 0.2), 0, 0.65, 0.15, 1900, 2.0),
    Family("jingle bells", "bells", ("jingle bells", "sleigh bells", "jingle", "tambourine", "sleigh", "keys jingling", "keys"), _jingle, BED, level=0.55, room=0.1),
    Family("doorbell", "bells", ("doorbell", "door bell", "ding dong!", "ding-dong!"), _doorbell, (1.3, 1.7), (0.4, 0.8), 1, 0.75, 0.2, 659, 2.0),
    Family("telephone", "bells", ("telephone", "phone", "phone ring!", "telephone ring!", "telephone receiver", "mobile phone"), _telephone, (1.3, 1.8), (0.6, 1.0), 0, 0.75, 0.12, 1250, 5.0),
    Family("bicycle bell", "bells", ("bicycle bell", "bike bell", "bicycle", "bike", "cyclist", "kick scooter"), _bicycle_bell, (0.9, 1.1), (0.4, 0.9), 1, 0.6, 0.1, 2350, 2.0),
    Family("gong", "bells", ("gong", "tam-tam", "tamtam"), _gong, (2.6, 3.8), (-0.5, 0.2), 1, 0.9, 0.2, 92, 4.0),
    Family("clock", "alerts", ("clock", "tick", "ticking", "tick tock", "tick-tock", "watch", "metronome", "mantelpiece clock", "timer clock", "time bomb"), _clock, BED, level=0.5, room=0.1, alone=4.0),
    Family("alarm clock", "alerts", ("alarm clock", "digital alarm", "beeping", "timer", "microwave"), _alarm_clock, BED, level=0.7, room=0.08, base=2050),
    Family("alarm", "alerts", ("alarm", "fire alarm", "smoke alarm", "burglar alarm", "car alarm", "smoke detector"), _alarm, BED, level=0.85, room=0.1, base=820),
    Family("siren", "alerts", ("siren", "police siren", "police car", "police", "oncoming police car", "fire engine", "fire truck", "police car light", "emergency vehicle"), _siren, BED, level=0.9, room=0.15, alone=5.0),
    Family("ambulance", "alerts", ("ambulance", "ambulance siren", "two-tone siren"), _two_tones, BED, level=0.85, room=0.15, base=440, alone=4.0),
    Family("beep", "alerts", ("beep!", "bleep!", "blip!"), _beep, (0.16, 0.3), (0.15, 0.4), 0, 0.7, 0.03, 1000, 2.0),
    Family("buzzer", "alerts", ("buzzer!", "wrong answer", "electric buzzer"), _buzzer, (0.6, 1.1), (0.3, 0.6), 1, 0.75, 0.08, 118, 1.5),
    Family("whistle", "alerts", ("whistle!", "referee", "referee whistle", "police whistle", "sports whistle"), _referee, (0.4, 0.9), (0.2, 0.6), 0, 0.75, 0.15, 2950, 2.0),
    Family("car horn", "alerts", ("car horn", "horn!", "honk!", "beep beep", "traffic jam", "klaxon"), _car_horn, (0.25, 0.7), (0.12, 0.4), 0, 0.85, 0.15, 405, 2.0),
    Family("ship horn", "alerts", ("ship horn", "foghorn", "fog horn", "ship", "ferry", "cruise ship", "passenger ship", "ocean liner"), _ship_horn, (1.8, 3.2), (0.5, 1.0), 1, 0.95, 0.35, 98, 3.5),
    Family("notification", "alerts", ("notification", "message tone", "ping!", "doorbell app", "text message"), _notification, (0.5, 0.7), (0.5, 1.2), 1, 0.6, 0.1, 880, 1.5),
    Family("cash register", "alerts", ("cash register", "ka-ching!", "money", "shop till", "money bag", "dollar"), _cash_register, (1.1, 1.4), (0.4, 0.8), 1, 0.7, 0.12, 2500, 2.0),
)  # fmt: skip
