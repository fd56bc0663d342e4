"""Calls of birds, frogs and insects: glides of nearly pure tones, clucks, and the hum or rasp of wings."""

from __future__ import annotations

import numpy as np

from models.world.sounds.family import BED, Family, Samples, Take
from models.world.sounds.kit import (
    decay,
    even,
    harmonics,
    hiss,
    hump,
    lay,
    ring,
    scatter,
    sine,
    track,
    voice,
    wander,
)  # fmt: skip


def _chirps(take: Take) -> Samples:
    """A song of a few short glides between 2.5 and 6 kHz, one of them repeated."""
    made, start = np.zeros(take.n), 0.0
    f = take.near(3700, 0.12) * take.ratio
    while start < take.seconds - 0.06:
        shape = [(p, f * take.near(v, 0.1)) for p, v in ((0, 1.0), (0.3, 1.3), (0.7, 0.9), (1, 1.1))]
        length, again = take.between(0.05, 0.13), int(take.rng.integers(1, 5))
        for _ in range(again):
            piece = take.part(length)
            hz = track(piece.n, *shape)
            tone = sine(hz, take.rate) + 0.12 * sine(2 * hz, take.rate)
            lay(made, tone * hump(piece, 0.012, 0.025), start, take.rate, take.near(0.8, 0.15))
            start += length + take.between(0.03, 0.07)
        start += take.between(0.05, 0.2)
    return made


def _crow_of_rooster(take: Take) -> Samples:
    """cock-a-doodle-doo: two short calls, a higher one, and a long one that falls at its end."""
    made, f = np.zeros(take.n), take.near(640, 0.06) * take.ratio
    for start, length, low, high, end in (
        (0.0, 0.12, 0.8, 1.0, 0.95), (0.15, 0.1, 1.0, 1.1, 1.0), (0.28, 0.2, 1.1, 1.45, 1.3), (0.5, 0.48, 1.2, 1.4, 0.72),
    ):  # fmt: skip
        piece = take.part(length * take.seconds)
        hz = track(piece.n, (0, low * f), (0.3, high * f), (0.7, 0.97 * high * f), (1, end * f))
        call = voice(piece, hz, [(1050.0, 320, 0.8), (2000.0, 420, 1.0), (3300.0, 600, 0.5)], 0.2, 0.25, 0.08)
        lay(
            made,
            even(call[: piece.n]) * hump(piece, 0.03, 0.07),
            start * take.seconds,
            take.rate,
            0.7 + 0.3 * high / 1.45,
        )
    return made


def _cluck(take: Take) -> Samples:
    n, f = take.n, take.near(420, 0.1) * take.ratio
    hz = track(n, (0, 1.2 * f), (0.3, f), (1, 0.75 * f))
    call = voice(take, hz, [(900.0, 220, 1.0), (1900.0, 380, 0.5), (3000.0, 600, 0.2)], 0.4, 0.2, 0.12)
    return call[:n] * track(n, (0, 0), (0.1, 1), (0.4, 0.4), (1, 0))


def _quack(take: Take) -> Samples:
    """A nasal rasp: a pitch of some 200 Hz whose strength lies round 1.2 and 2.6 kHz."""
    n, f = take.n, take.near(205, 0.07) * take.ratio
    hz = track(n, (0, 0.95 * f), (0.25, 1.12 * f), (1, 0.8 * f))
    mouth = track(n, (0, 900.0), (0.3, 1350.0), (1, 950.0))
    call = voice(take, hz, [(mouth, 180, 1.0), (2650.0, 350, 0.7), (3800.0, 500, 0.25)], -0.1, 0.35, 0.12)
    return call[:n] * track(n, (0, 0), (0.08, 1), (0.6, 0.8), (1, 0))


def _hoot(take: Take) -> Samples:
    """hoo, hoo-hoo: soft round tones with hardly an overtone."""
    made, f = np.zeros(take.n), take.near(370, 0.07) * take.ratio
    for start, length in ((0.0, 0.22), (0.36, 0.16), (0.58, 0.38)):
        piece = take.part(length * take.seconds)
        hz = f * track(piece.n, (0, 0.93), (0.3, 1.03), (1, 0.92)) * (1 + 0.01 * sine(6.5, take.rate, piece.n))
        tone = harmonics(hz, take.rate, lambda g, k: np.full_like(g, (1.0, 0.16, 0.05)[k - 1]), 3)
        lay(made, (tone + 0.02 * hiss(piece, 300, 900)) * hump(piece, 0.07, 0.12), start * take.seconds, take.rate)
    return made


def _caw(take: Take) -> Samples:
    n, f = take.n, take.near(480, 0.07) * take.ratio
    hz = track(n, (0, 0.85 * f), (0.3, 1.12 * f), (1, 0.82 * f))
    call = voice(take, hz, [(1250.0, 320, 1.0), (2100.0, 420, 0.8), (3500.0, 700, 0.35)], 0.0, 0.75, 0.4)
    return call[:n] * track(n, (0, 0), (0.1, 1), (0.7, 0.8), (1, 0))


def _gull(take: Take) -> Samples:
    """A long cry and two or three shorter ones, each arching down from about 1.4 kHz."""
    made, start = np.zeros(take.n), 0.0
    length, f = take.near(0.45, 0.1), take.near(1250, 0.07) * take.ratio
    while start < take.seconds - 0.15:
        piece = take.part(min(length, take.seconds - start))
        hz = f * track(piece.n, (0, 0.7), (0.25, 1.18), (0.6, 1.05), (1, 0.72))
        call = voice(piece, hz, [(1500.0, 500, 1.0), (2900.0, 600, 0.8), (4200.0, 900, 0.3)], 0.1, 0.2, 0.08)
        lay(made, even(call[: piece.n]) * hump(piece, 0.03, 0.09), start, take.rate)
        start, length = start + length * 1.12, max(0.17, length * 0.72)
    return made


def _cuckoo(take: Take) -> Samples:
    """Two hollow notes, the second a major third below."""
    made, f = np.zeros(take.n), take.near(665, 0.03) * take.ratio
    for start, length, note in ((0.0, 0.28, 1.0), (0.42, 0.42, 2 ** (-4 / 12))):
        piece = take.part(length * take.seconds)
        tone = harmonics(
            np.full(piece.n, f * note), take.rate, lambda g, k: np.full_like(g, (1.0, 0.1, 0.16)[k - 1]), 3
        )
        lay(made, (tone + 0.03 * hiss(piece, 500, 1500)) * hump(piece, 0.03, 0.09), start * take.seconds, take.rate)
    return made


def _woodpecker(take: Take) -> Samples:
    """A roll of some 18 blows a second on hollow wood, fading towards its end."""
    made, start, body = np.zeros(take.n), 0.0, take.near(950, 0.12) * take.ratio
    pace = take.near(0.055, 0.06)
    while start < take.seconds:
        piece = take.part(0.05)
        blow = sine(body, take.rate, piece.n) * decay(piece, 0.006) + 0.4 * hiss(piece, 900, 5000) * decay(piece, 0.003)
        lay(made, blow, start, take.rate, take.near(1 - 0.6 * start / take.seconds, 0.08))
        start += pace * take.near(1, 0.02)
    return made


def _coo(take: Take) -> Samples:
    n, f = take.n, take.near(330, 0.06) * take.ratio
    hz = (
        f
        * track(n, (0, 0.85), (0.3, 1.1), (0.55, 0.95), (0.7, 1.08), (1, 0.8))
        * (1 + 0.035 * sine(24.0, take.rate, n))
    )
    tone = harmonics(hz, take.rate, lambda g, k: np.full_like(g, (1.0, 0.2, 0.08)[k - 1]), 3)
    return tone * track(n, (0, 0), (0.15, 0.6), (0.4, 1), (0.55, 0.3), (0.75, 0.9), (1, 0))


def _wings(take: Take) -> Samples:
    made, start, pace = np.zeros(take.n), 0.0, take.near(0.11, 0.1) / take.ratio
    while start < take.seconds:
        piece = take.part(0.09)
        lay(made, hiss(piece, 180, 1500) * hump(piece, 0.03, 0.05), start, take.rate, take.near(1, 0.15))
        start += pace * take.near(1, 0.05)
    return made * track(take.n, (0, 0.5), (0.2, 1), (1, 0.25))


def _crickets(take: Take) -> Samples:
    """Several crickets, each a tone of 4 to 5 kHz in trains of three or four pulses, each at a pace of its own."""
    made, t = np.zeros(take.n), take.t
    for voice_number in range(4):
        f, pace = take.near(4500, 0.05) * take.ratio, take.near(1.9, 0.12)
        place = (t * pace + take.between(0, 1)) % 1.0
        pulses = np.maximum(0.0, np.sin(2 * np.pi * place * 9)) ** 0.7 * (place < 0.36)
        made += sine(f, take.rate, take.n) * pulses * (1.0, 0.5, 0.3, 0.2)[voice_number]
    return made + 0.012 * hiss(take, 3000, 7000)


def _cicada(take: Take) -> Samples:
    t = take.t
    rasp = np.abs(np.sin(np.pi * t * take.near(95, 0.05))) ** 3
    noise = ring(hiss(take, 3000, 9000), take.rate, take.near(5200, 0.06) * take.ratio, 2.5)
    return np.asarray(noise * (0.25 + rasp) * (0.65 + 0.35 * np.sin(2 * np.pi * t * take.near(0.8, 0.1))))


def _buzz(take: Take, hz: float, swing: float) -> Samples:
    """Wing beats: a sawtooth-like tone whose pitch and level wander as the insect flies about."""
    f = take.near(hz, 0.05) * take.ratio * wander(take, 2.5, swing)
    tone = harmonics(f, take.rate, lambda g, k: np.asarray(k**-0.8 * np.exp(-g / 2600)), 30)
    return tone * wander(take, 1.4, 0.35) * (1 + 0.15 * hiss(take, 20, 200))


def _bee(take: Take) -> Samples:
    return _buzz(take, 205, 0.045)


def _mosquito(take: Take) -> Samples:
    return _buzz(take, 590, 0.06)


def _frog(take: Take) -> Samples:
    """rib-bit: two rattles of some 40 pulses a second, the second higher."""
    made, f = np.zeros(take.n), take.near(620, 0.1) * take.ratio
    for start, length, tone in ((0.0, 0.38, 1.0), (0.48, 0.5, 1.35)):
        piece = take.part(length * take.seconds)
        t = piece.t
        pulse = np.exp(-5 * ((t * take.near(46, 0.06)) % 1.0))
        hz = f * tone * track(piece.n, (0, 0.92), (1, 1.12))
        croak = (sine(hz, take.rate) + 0.5 * sine(2.05 * hz, take.rate) + 0.2 * sine(3.9 * hz, take.rate)) * pulse
        lay(made, croak * hump(piece, 0.03, 0.05), start * take.seconds, take.rate, 0.7 + 0.3 * (start > 0))
    return made


def _dawn(take: Take) -> Samples:
    """Many birds near and far at once, as in a wood on a spring morning."""
    made = np.zeros(take.n)
    for start in np.append(np.arange(0.0, take.seconds, 0.6), scatter(take, 0.7)):
        piece = take.part(take.between(0.3, 0.9), take.near(1, 0.25))
        lay(made, _chirps(piece), float(start) + take.between(0, 0.2), take.rate, take.between(0.15, 1.0))
    return made


FAMILIES = (
    Family("bird", "birds", ("bird", "chirp!", "tweet!", "birdsong", "bird song", "songbird", "sparrow", "robin", "canary", "parrot", "nightingale", "baby chick", "chick"), _chirps, (0.35, 1.0), (0.2, 0.7), 0, 0.6, 0.2, 3700),
    Family("dawn chorus", "birds", ("dawn chorus", "birds", "flock of birds", "many birds"), _dawn, BED, level=0.55, room=0.25, alone=5.0),
    Family("rooster", "birds", ("rooster", "cock", "cockerel", "cock-a-doodle-doo!", "cockadoodledoo!"), _crow_of_rooster, (1.7, 2.3), (0.7, 1.5), 0, 0.9, 0.2, 640, 2.5),
    Family("hen", "birds", ("hen", "chicken", "cluck!", "turkey"), _cluck, (0.08, 0.16), (0.08, 0.5), 0, 0.7, 0.1, 420),
    Family("duck", "birds", ("duck", "quack!", "goose", "geese", "duckling", "mallard", "swan"), _quack, (0.16, 0.28), (0.08, 0.45), 0, 0.8, 0.12, 205),
    Family("owl", "birds", ("owl", "hoot!"), _hoot, (1.3, 1.9), (0.7, 1.6), 0, 0.75, 0.35, 370),
    Family("crow", "birds", ("crow", "raven", "caw!", "rook", "magpie"), _caw, (0.3, 0.5), (0.25, 0.7), 0, 0.8, 0.2, 480),
    Family("seagull", "birds", ("seagull", "gull", "seabird", "eagle", "hawk", "falcon"), _gull, (1.0, 1.8), (0.5, 1.3), 0, 0.75, 0.25, 1250),
    Family("cuckoo", "birds", ("cuckoo", "cuckoo clock"), _cuckoo, (0.75, 0.95), (0.35, 0.6), 0, 0.7, 0.25, 665),
    Family("woodpecker", "birds", ("woodpecker",), _woodpecker, (0.6, 1.1), (0.7, 1.5), 0, 0.75, 0.3, 950),
    Family("pigeon", "birds", ("pigeon", "dove", "coo!"), _coo, (0.9, 1.3), (0.3, 0.8), 0, 0.6, 0.15, 330),
    Family("wings", "birds", ("wings", "flutter", "flapping wings", "wing beats", "bat", "butterfly", "penguin"), _wings, (0.7, 1.4), (0.3, 1.0), 0, 0.6, 0.08),
    Family("crickets", "insects", ("crickets", "cricket", "grasshopper"), _crickets, BED, level=0.4, room=0.1, base=4500, alone=4.0),
    Family("cicada", "insects", ("cicada", "cicadas", "locust", "beetle"), _cicada, BED, level=0.5, room=0.05, base=5200, alone=4.0),
    Family("bee", "insects", ("bee", "bumblebee", "honeybee", "wasp", "hornet", "a fly", "the fly", "housefly", "fly buzzing", "flies buzzing", "bug", "insect"), _bee, BED, level=0.6, room=0.03, base=205),
    Family("mosquito", "insects", ("mosquito", "gnat", "midge"), _mosquito, BED, level=0.45, room=0.03, base=590),
    Family("frog", "animals", ("frog", "toad", "ribbit!", "croak!"), _frog, (0.38, 0.55), (0.25, 0.8), 0, 0.8, 0.15, 620),
)  # fmt: skip
