"""Cars, trains, aircraft and other engines: pulses of firing cylinders, blades that chop the air, jets, wheels on rails."""

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
    pass_by,
    ring,
    sculpt,
    sine,
    track,
    wander,
)  # fmt: skip


def motor(take: Take, firing: Samples, low: float, high: float, hard: float) -> Samples:
    """A piston engine: a burst of gas at each firing (*firing* [n] per second), no two alike, through a pipe that sounds
    between *low* and *high* Hz; *hard* 0..1 is how clattering it is."""
    n = len(firing)
    phase = np.cumsum(firing) / take.rate
    strength = take.rng.normal(1, 0.16, int(phase[-1]) + 2)[phase.astype(int)]
    shots = np.exp(-(4 + 6 * hard) * (phase % 1.0)) * strength
    gas = hiss(take, low, high, 1)[:n] * shots
    tone = harmonics(firing, take.rate, lambda f, k: np.asarray(k**-0.5 * np.exp(-f / high) * (f > 0.6 * low)), 40)
    under = np.sin(np.pi * np.cumsum(firing) / take.rate) * 0.35
    return even(gas) + 0.8 * even(tone * (1 + under))


def _engine(take: Take) -> Samples:
    """A car starts - the starter turns three or four times - and then idles; a short take only idles."""
    cranking = 0.85 if take.seconds > 2.2 else 0.0
    n, share = take.n, cranking / take.seconds
    idle = take.near(27, 0.07) * take.ratio
    if not cranking:
        return motor(take, idle * wander(take, 2.5, 0.015), 60, 700, 0.4)
    revs = track(
        n,
        (0, idle),
        (share, 0.6 * idle),
        (min(0.9, share + 0.09), 2.3 * idle),
        (min(0.98, share + 0.35), idle),
        (1, idle),
    )
    running = motor(take, revs * wander(take, 2.5, 0.015), 60, 700, 0.4) * track(
        n, (0, 0), (share, 0), (share + 0.01, 1), (1, 1)
    )
    turn = take.part(cranking)
    whirr = harmonics(
        np.full(turn.n, 190.0 * take.ratio) * (1 + 0.16 * sine(5.2, take.rate, turn.n)),
        take.rate,
        lambda f, k: np.asarray(k**-0.6 * np.exp(-f / 1500)),
        14,
    )
    lay(
        running,
        even(whirr + 0.4 * hiss(turn, 300, 2500)) * (0.6 + 0.4 * sine(5.2, take.rate, turn.n)) * hump(turn, 0.03, 0.06),
        0.0,
        take.rate,
        0.55,
    )
    return running


def _car_passes(take: Take) -> Samples:
    speed = take.near(17, 0.1)
    tyres = even(sculpt(take, lambda t, f: np.asarray(band(180, 3200, 1)(t, f) / (1 + (f / 1100) ** 1.2))))
    engine = even(motor(take, np.full(take.n, take.near(88, 0.08) * take.ratio), 90, 900, 0.2))
    return pass_by(tyres + 0.7 * engine, take.rate, speed, take.near(4.5, 0.15), take.between(0.45, 0.55))


def _race_car(take: Take) -> Samples:
    firing = take.near(390, 0.06) * take.ratio * wander(take, 1, 0.01)
    scream = drive(motor(take, firing, 300, 4200, 0.1), 1.6)
    return pass_by(scream, take.rate, take.near(58, 0.08), take.near(9, 0.15), take.between(0.42, 0.5))


def _motorbike(take: Take) -> Samples:
    """A twin that revs up twice, with its uneven beat."""
    n, idle = take.n, take.near(24, 0.06) * take.ratio
    revs = (
        idle
        * track(n, (0, 1.0), (0.12, 1.1), (0.28, 4.2), (0.48, 1.5), (0.66, 5.2), (0.9, 1.6), (1, 1.2))
        * wander(take, 3, 0.02)
    )
    return drive(motor(take, revs, 90, 1500, 0.85), 1.8)


def _tractor(take: Take) -> Samples:
    firing = take.near(13, 0.06) * take.ratio * wander(take, 1.5, 0.02)
    return motor(take, firing, 70, 1300, 0.95) + 0.1 * hiss(take, 900, 3500) * wander(take, 12, 0.3)


def _truck(take: Take) -> Samples:
    revs = take.near(34, 0.05) * take.ratio * track(take.n, (0, 0.8), (0.6, 1.7), (0.64, 1.2), (1, 1.8))
    return motor(take, revs, 50, 900, 0.7) + 0.12 * hiss(take, 1200, 5000) * wander(take, 1, 0.2)


def _rails(take: Take) -> Samples:
    """Wheels over rail joints: da-dum, da-dum, over a steady rolling."""
    made, start = np.zeros(take.n), 0.05
    round_time = take.near(0.78, 0.05) / take.ratio**0.3
    while start < take.seconds:
        for offset, hz, level in ((0.0, 165.0, 1.0), (0.13, 150.0, 0.8), (0.36, 160.0, 0.55), (0.49, 145.0, 0.45)):
            piece = take.part(0.16)
            clack = sine(take.near(hz, 0.04), take.rate, piece.n) * decay(piece, 0.025) + 0.55 * hiss(
                piece, 400, 3800
            ) * decay(piece, 0.012)
            lay(made, clack, start + offset, take.rate, level)
        start += round_time
    return made + 0.28 * even(hiss(take, 60, 900, 1) * wander(take, 5, 0.2))


def _steam_train(take: Take) -> Samples:
    """chuff-chuff-chuff: four puffs a turn, the first the strongest, and a whistle of several pipes over them."""
    made, start, number = np.zeros(take.n), 0.03, 0
    pace = take.near(0.23, 0.06)
    while start < take.seconds:
        puff = take.part(min(0.3, 1.4 * pace))
        lay(
            made,
            even(hiss(puff, 180, 3600, 1) * decay(puff, 0.05, 0.012)),
            start,
            take.rate,
            1.0 if number % 4 == 0 else 0.62,
        )
        start, number = start + pace, number + 1
    if take.seconds > 1.6:
        whistle = take.part(min(1.3, 0.45 * take.seconds))
        tone = np.zeros(whistle.n)
        for note in (1.0, 1.19, 1.5, 1.78):
            hz = (
                take.near(480, 0.02)
                * take.ratio
                * note
                * track(whistle.n, (0, 0.93), (0.15, 1.0), (0.85, 1.0), (1, 0.95))
            )
            tone += harmonics(hz, take.rate, lambda g, k: np.full_like(g, (1.0, 0.3, 0.15)[k - 1]), 3)
        lay(
            made,
            (even(tone) + 0.12 * hiss(whistle, 800, 5000)) * hump(whistle, 0.08, 0.25),
            take.between(0.15, 0.4) * take.seconds,
            take.rate,
            0.75,
        )
    return made


def _helicopter(take: Take) -> Samples:
    """Blades that slap the air some eleven times a second, and the whine of the turbine."""
    beat = take.near(11, 0.06) * take.ratio
    phase = np.cumsum(beat * wander(take, 0.5, 0.01)) / take.rate % 1.0
    slap = np.exp(-7 * phase) * (1 - np.exp(-60 * phase))
    thud = hiss(take, 40, 520, 1) * slap
    air = hiss(take, 300, 3000, 1) * (0.25 + slap)
    whine = sine(take.near(2100, 0.04) * take.ratio, take.rate, take.n) * 0.05
    return np.asarray(1.4 * even(thud) + 0.4 * even(air) + whine) * wander(take, 0.6, 0.12)


def _jet(take: Take) -> Samples:
    """A jet flies over: a roar that grows and darkens as it goes, over a whistling fan."""
    n = take.n
    close = track(n, (0, 0.06), (0.48, 1.0), (0.6, 0.85), (1, 0.07))
    cut = track(n, (0, 1600.0), (0.45, 5200.0), (0.6, 2400.0), (1, 420.0)) * take.ratio
    roar = sculpt(
        take, lambda t, f: np.asarray(band(45, 14000, 1)(t, f) / (1 + (f / np.interp(t, take.t, cut)) ** 1.6))
    )
    fan = sine(take.near(2700, 0.05) * take.ratio * track(n, (0, 1.15), (0.4, 1.1), (0.6, 0.78), (1, 0.74)), take.rate)
    ahead = track(n, (0, 1), (0.5, 1), (0.65, 0.2), (1, 0.05))
    return np.asarray((even(roar) + 0.1 * fan * ahead) * close)


def _propeller(take: Take) -> Samples:
    f = take.near(96, 0.05) * take.ratio
    tone = even(motor(take, np.full(take.n, f), 80, 1500, 0.15))
    return pass_by(
        tone * (1 + 0.2 * sine(2.2, take.rate, take.n)), take.rate, take.near(45, 0.1), take.near(60, 0.15), 0.5
    )


def _boat(take: Take) -> Samples:
    """The put-put of a small boat, water at its side."""
    put = motor(take, take.near(7.5, 0.07) * take.ratio * wander(take, 1, 0.015), 70, 600, 0.9)
    water = sculpt(take, band(400, 3500, 1)) * wander(take, 1.3, 0.35)
    return even(put) + 0.16 * even(water)


def _rocket(take: Take) -> Samples:
    """A launch: a roar that builds, crackles and goes up."""
    n = take.n
    roar = sculpt(take, lambda t, f: np.asarray(band(28, 7000, 1)(t, f) / (1 + (f / 260) ** 0.9)), 2048)
    crackle = np.maximum(0.0, hiss(take, 150, 3000)) ** 3
    level = track(n, (0, 0), (0.12, 0.6), (0.4, 1.0), (0.7, 0.8), (1, 0.12))
    return drive(even(roar) + 0.35 * even(crackle), 1.8) * level


def _skid(take: Take) -> Samples:
    """Tyres that scream: an unsteady, nasal tone of slipping rubber."""
    n = take.n
    f = take.near(880, 0.07) * take.ratio * wander(take, 14, 0.035) * track(n, (0, 0.95), (0.2, 1.08), (1, 0.84))
    tone = harmonics(f, take.rate, lambda g, k: np.asarray(k**-0.7 * np.exp(-g / 4200)), 10)
    return (even(tone) * wander(take, 30, 0.2) + 0.3 * even(hiss(take, 700, 5000))) * hump(take, 0.03, 0.2)


def _traffic(take: Take) -> Samples:
    """A street from some way off: a steady murmur and now and then a car."""
    made = 0.5 * even(
        sculpt(take, lambda t, f: np.asarray(band(45, 2500, 1)(t, f) / (1 + (f / 260) ** 1.1)), 2048)
        * wander(take, 0.5, 0.2)
    )
    start = take.between(-1.2, 0.5)
    while start < take.seconds:
        piece = take.part(take.between(2.4, 3.6), take.near(1, 0.12))
        car = even(_car_passes(piece))
        skip = max(0, round(-start * take.rate))
        lay(made, car[skip:], max(0.0, start), take.rate, take.between(0.25, 0.65))
        start += take.between(1.4, 3.0)
    return lowpass(made, take.rate, 5000, 1)


def _brake_air(take: Take) -> Samples:
    return hiss(take, 2200, 11000, 1) * decay(take, 0.14, 0.008)


def _skateboard(take: Take) -> Samples:
    roll = ring(hiss(take, 250, 3800, 1), take.rate, 620 * take.ratio, 0.8) * wander(take, 25, 0.3)
    made, start = even(roll), take.between(0.2, 0.5)
    while start < take.seconds:
        for offset in (0.0, 0.09):
            piece = take.part(0.08)
            lay(made, hiss(piece, 300, 3500) * decay(piece, 0.008), start + offset, take.rate, 0.45)
        start += take.near(0.62, 0.08)
    return made


FAMILIES = (
    Family("engine", "vehicles", ("engine", "car engine", "engine starting", "motor", "engine idling", "idling engine", "car starting", "pickup truck", "generator", "automobile starting"), _engine, BED, level=0.75, room=0.05, base=27, alone=4.0),
    Family("car", "vehicles", ("car", "car passing", "automobile", "taxi", "vehicle", "car passing by", "oncoming automobile", "oncoming taxi", "sport utility vehicle", "cab", "minibus"), _car_passes, (3.2, 5.0), (0.0, 0.8), 1, 0.8, 0.05, alone=4.0),
    Family("race car", "vehicles", ("race car", "racing car", "formula one", "racecar", "sports car"), _race_car, (2.6, 4.0), (0.0, 0.6), 1, 0.95, 0.1, 390, 3.5),
    Family("motorbike", "vehicles", ("motorbike", "motorcycle", "moped", "motor scooter", "scooter", "dirt bike"), _motorbike, BED, level=0.85, room=0.06, base=24, alone=4.0),
    Family("tractor", "vehicles", ("tractor", "steam roller", "combine harvester", "diesel"), _tractor, BED, level=0.8, room=0.04, base=13),
    Family("truck", "vehicles", ("truck", "lorry", "bus", "delivery truck", "articulated lorry", "trolleybus", "oncoming bus", "accelerating engine", "engine accelerating", "bulldozer"), _truck, BED, level=0.85, room=0.05, base=34, alone=4.0),
    Family("train", "vehicles", ("train", "tram", "railway", "subway", "metro", "railway car", "light rail", "rails", "monorail", "bullet train", "high-speed train", "tram car", "roller coaster"), _rails, BED, level=0.8, room=0.08, alone=5.0),
    Family("steam train", "vehicles", ("steam train", "locomotive", "steam engine", "train whistle", "train horn", "choo choo", "choo-choo", "steam locomotive"), _steam_train, BED, level=0.85, room=0.15, base=480, alone=5.0),
    Family("helicopter", "vehicles", ("helicopter", "chopper", "drone"), _helicopter, BED, level=0.85, room=0.05, base=11, alone=4.0),
    Family("jet", "vehicles", ("jet", "airplane", "aeroplane", "plane", "aircraft", "airliner", "jet plane", "airplane departure", "airplane arrival", "airport"), _jet, (4.0, 7.0), (0.0, 1.0), 1, 0.95, 0.15, alone=5.5),
    Family("propeller plane", "vehicles", ("propeller plane", "small airplane", "small plane", "biplane", "propeller", "light aircraft"), _propeller, (4.0, 6.0), (0.0, 1.0), 1, 0.8, 0.05, 96, 5.0),
    Family("motorboat", "vehicles", ("motorboat", "motor boat", "boat", "speedboat", "outboard motor", "fishing boat"), _boat, BED, level=0.7, room=0.05, base=7.5, alone=4.0),
    Family("rocket", "vehicles", ("rocket", "rocket launch", "rocket launching", "missile", "lift-off", "liftoff", "space shuttle"), _rocket, (3.5, 6.0), (0.3, 1.0), 1, 1.0, 0.2, alone=5.0),
    Family("skid", "vehicles", ("skid!", "screeching tyres", "screeching tires", "tyres", "tires", "tire squeal", "tyre squeal", "skidding", "drifting car", "brakes", "screech!"), _skid, (0.9, 1.6), (0.4, 0.9), 1, 0.8, 0.15, 880, 1.8),
    Family("traffic", "vehicles", ("traffic", "street", "city", "road", "highway", "motorway", "cars", "cityscape", "town", "busy street"), _traffic, BED, level=0.6, room=0.1, alone=6.0),
    Family("air brake", "vehicles", ("air brake", "steam release", "steam", "air release", "puff of air", "spray!", "spray can"), _brake_air, (0.5, 0.9), (0.4, 0.9), 1, 0.65, 0.1, alone=1.5),
    Family("skateboard", "vehicles", ("skateboard", "roller skates", "roller skate", "suitcase wheels", "shopping cart", "luggage", "trolley"), _skateboard, BED, level=0.65, room=0.05),
)  # fmt: skip
