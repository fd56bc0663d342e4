"""Sounds of house and workshop: knocks, doors, keys, glass, tools. Mostly short blows and what they set ringing."""

from __future__ import annotations

import numpy as np

from models.world.sounds.family import BED, Family, Samples, Take
from models.world.sounds.kit import (
    band,
    decay,
    drive,
    even,
    harmonics,
    highpass,
    hiss,
    hump,
    lay,
    lowpass,
    modes,
    ring,
    scatter,
    sculpt,
    sine,
    track,
    wander,
)  # fmt: skip


def _knock(take: Take) -> Samples:
    """Knuckles on a wooden door: a dull board at 150 to 400 Hz."""
    f = take.near(165, 0.08) * take.ratio
    board = modes(take, [(f, 0.03, 1.0), (2.1 * f, 0.02, 0.6), (3.4 * f, 0.012, 0.35), (5.9 * f, 0.006, 0.2)])
    return board + 0.3 * hiss(take, 500, 3500) * decay(take, 0.004)


def _creak(take: Take) -> Samples:
    """A dry hinge: slip-stick jerks, 40 to 120 a second and never even, set a panel ringing."""
    made, start = np.zeros(take.n), 0.0
    pace = take.near(70, 0.15) * take.ratio
    body = (take.near(520, 0.1) * take.ratio, take.near(1150, 0.1) * take.ratio, take.near(2300, 0.1) * take.ratio)
    sway = track(1000, (0, 0.7), (0.3, 1.25), (0.55, 0.9), (0.8, 1.5), (1, 0.8))
    while start < take.seconds:
        here = float(sway[min(999, int(1000 * start / take.seconds))])
        lay(
            made,
            modes(take.part(0.04), [(b * here**0.5, 0.004, s) for b, s in zip(body, (1, 0.8, 0.4), strict=True)]),
            start,
            take.rate,
            take.near(0.7, 0.3),
        )
        start += take.near(1 / (pace * here), 0.12)
    return made * track(take.n, (0, 0), (0.15, 0.8), (0.8, 1), (1, 0))


def _slam(take: Take) -> Samples:
    thump = modes(
        take,
        [(take.near(72, 0.08) * take.ratio, 0.07, 1.0), (140 * take.ratio, 0.045, 0.8), (265 * take.ratio, 0.03, 0.5)],
    )
    wood = hiss(take, 120, 2600, 1) * decay(take, 0.028)
    made = thump + 0.55 * wood
    lay(
        made, even(hiss(take.part(0.05), 1800, 6000) * decay(take.part(0.05), 0.006)), 0.07, take.rate, 0.35
    )  # the latch
    return made


def _door(take: Take) -> Samples:
    """A door creaks and falls shut."""
    made = np.zeros(take.n)
    lay(made, even(_creak(take.part(0.62 * take.seconds))), 0.0, take.rate, 0.35)
    lay(made, even(_slam(take.part(0.36 * take.seconds))), 0.64 * take.seconds, take.rate)
    return made


def _typing(take: Take) -> Samples:
    """Keys at six to nine strokes a second in bursts, the space bar deeper than the rest."""
    made, start = np.zeros(take.n), 0.03
    while start < take.seconds:
        wide = take.rng.random() < 0.16
        piece = take.part(0.06)
        hz = take.near(1300 if wide else 2500, 0.12) * take.ratio
        for delay, level in ((0.0, 1.0), (take.between(0.05, 0.08), 0.45)):
            click = 0.6 * hiss(piece, 1500, 8000) * decay(piece, 0.003, 0.0005) + sine(hz, take.rate, piece.n) * decay(
                piece, 0.004
            )
            click += 0.7 * sine(210.0 if wide else 330.0, take.rate, piece.n) * decay(piece, 0.007)
            lay(made, click, start + delay, take.rate, take.near(level, 0.2))
        start += take.near(0.13, 0.25) if take.rng.random() < 0.9 else take.between(0.25, 0.5)
    return made


def _camera(take: Take) -> Samples:
    """The mirror up, the curtain, and the mirror down again."""
    made = np.zeros(take.n)
    for start, hz, level in ((0.0, 900.0, 0.8), (0.035, 2600.0, 0.6), (0.13, 700.0, 1.0)):
        piece = take.part(0.09)
        clack = hiss(piece, 1200, 9000) * decay(piece, 0.006, 0.0006) + 0.6 * sine(
            take.near(hz, 0.08) * take.ratio, take.rate, piece.n
        ) * decay(piece, 0.008)
        lay(made, clack, start, take.rate, level)
    return made


def _click(take: Take) -> Samples:
    made, piece = np.zeros(take.n), take.part(0.05)
    for start, hz in ((0.0, 3100.0), (0.045, 2300.0)):
        lay(made, sine(take.near(hz, 0.08) * take.ratio, take.rate, piece.n) * decay(piece, 0.0022, 0.0004)
            + 0.5 * hiss(piece, 2500, 10000) * decay(piece, 0.0012, 0.0003), start, take.rate)  # fmt: skip
    return made


def _kettle(take: Take) -> Samples:
    """Water that seethes until the whistle comes: its tone climbs, wavers and grows."""
    n = take.n
    rise = track(n, (0, 0.0), (0.15, 0.1), (0.55, 0.8), (1, 1.0))
    hz = (
        take.near(2250, 0.06) * take.ratio * (0.78 + 0.22 * rise) * (1 + 0.012 * sine(take.near(11, 0.1), take.rate, n))
    )
    tone = sine(hz, take.rate) + 0.35 * sine(2 * hz, take.rate) + 0.12 * sine(3 * hz, take.rate)
    steam = hiss(take, 1500, 8000, 1)
    return np.asarray(tone * rise**1.5 + (0.16 + 0.1 * rise) * steam + 0.25 * (1 - rise) * hiss(take, 150, 700))


def _glass(take: Take) -> Samples:
    """The blow, then dozens of shards that ring high and fall after one another."""
    made = 0.9 * hiss(take, 1200, 11000) * decay(take, 0.02)
    for start in np.concatenate(
        [take.rng.exponential(0.03, 26), take.between(0.1, 0.2) + take.rng.exponential(0.2, 34)]
    ):
        f = take.between(2200, 9500) * take.ratio
        shard = modes(take.part(0.25), [(f, 0.025, 1.0), (1.62 * f, 0.015, 0.6), (2.3 * f, 0.01, 0.3)], 0.0005)
        lay(made, shard, float(start), take.rate, take.between(0.1, 0.8) * 0.5 ** (start / 0.35))
    return highpass(made, take.rate, 500)


def _clink(take: Take) -> Samples:
    f = take.near(2700, 0.12) * take.ratio
    return modes(
        take,
        [(f, 0.14, 1.0), (1.58 * f, 0.1, 0.7), (2.43 * f, 0.06, 0.5), (3.61 * f, 0.03, 0.3), (1.01 * f, 0.12, 0.4)],
        0.0005,
    )


def _balloon(take: Take) -> Samples:
    """One pressure wave, then the room: far more sudden than any drum."""
    burst = hiss(take, 150, 9000, 1) * decay(take, 0.007, 0.0003)
    return even(burst) + 0.8 * sine(take.near(190, 0.1) * take.ratio, take.rate, take.n) * decay(take, 0.012, 0.0005)


def _paper(take: Take) -> Samples:
    made = np.zeros(take.n)
    for start in scatter(take, 130):
        piece = take.part(take.between(0.008, 0.03))
        low = take.between(1200, 5500) * take.ratio
        lay(made, hiss(piece, low, 2 * low) * decay(piece, 0.004, 0.0004), start, take.rate, take.rng.exponential(0.3))
    return np.asarray((made + 0.05 * hiss(take, 1800, 7000)) * wander(take, 3, 0.6))


def _scissors(take: Take) -> Samples:
    n = take.n
    slide = hiss(take, 3500, 11000, 1) * track(n, (0, 0.1), (0.6, 1), (0.72, 0), (1, 0))
    snip = ring(hiss(take, 2500, 12000), take.rate, take.near(5200, 0.08) * take.ratio, 4) * track(
        n, (0, 0), (0.68, 0), (0.72, 1), (0.8, 0.25), (1, 0)
    )
    return 0.35 * even(slide) + even(snip)


def _zip(take: Take) -> Samples:
    pace = track(take.n, (0, 60.0), (0.7, 150.0), (1, 190.0)) * take.ratio
    teeth = np.exp(-6 * (np.cumsum(pace) / take.rate % 1.0))
    return hiss(take, 1800, 8500, 1) * teeth * hump(take, 0.04, 0.06)


def _vacuum(take: Take) -> Samples:
    f = take.near(215, 0.05) * take.ratio
    motor = harmonics(f * wander(take, 1, 0.006), take.rate, lambda g, k: np.asarray(k**-0.6 * np.exp(-g / 1800)), 20)
    return even(motor) * 0.5 + 0.5 * even(hiss(take, 350, 5500, 1)) * wander(take, 1, 0.06)


def _fan(take: Take) -> Samples:
    blades = 1 + 0.35 * sine(take.near(17, 0.1) * take.ratio, take.rate, take.n)
    return np.asarray(hiss(take, 120, 1400, 1) * blades + 0.4 * sine(100.0 * take.ratio, take.rate, take.n))


def _hammer(take: Take) -> Samples:
    """Steel on a nail: a bright ring on top of the thud of the board."""
    f = take.near(2900, 0.06) * take.ratio
    nail = modes(take, [(f, 0.035, 1.0), (1.71 * f, 0.025, 0.6), (2.6 * f, 0.015, 0.35)], 0.0005)
    board = modes(take, [(take.near(180, 0.06), 0.025, 1.0), (390, 0.015, 0.5)])
    return nail + 0.9 * board + 0.4 * hiss(take, 1000, 9000) * decay(take, 0.004)


def _saw(take: Take) -> Samples:
    """A hand saw: teeth rasp on each stroke, the way there higher than the way back."""
    t, stroke = take.t, take.near(0.62, 0.06)
    place = (t / stroke) % 1.0
    there = place < 0.5
    speed = np.abs(np.sin(2 * np.pi * place))
    teeth = np.cumsum((60 + 160 * speed) * take.ratio) / take.rate
    rasp = hiss(take, 900, 6500, 1) * (0.35 + np.exp(-3 * (teeth % 1.0)))
    wood = ring(rasp, take.rate, 1250 * take.ratio, 2.0)
    return np.asarray((rasp * np.where(there, 1.0, 0.45) + 1.2 * wood * np.where(there, 1.0, 0.6)) * speed**0.8)


def _motor_tool(take: Take, hz: float, noise: float, high: float) -> Samples:
    n = take.n
    spin = track(n, (0, 0.3), (min(0.3, 0.25 / take.seconds), 1.0), (0.85, 1.0), (1, 0.6))
    load = wander(take, 1.2, 0.04)
    f = take.near(hz, 0.05) * take.ratio * spin * load
    tone = harmonics(f, take.rate, lambda g, k: np.asarray(k**-0.5 * np.exp(-g / high)), 40)
    return np.asarray((even(tone) + noise * even(hiss(take, 700, 7000, 1))) * (0.3 + 0.7 * spin))


def _drill(take: Take) -> Samples:
    return _motor_tool(take, 340, 0.3, 3000)


def _chainsaw(take: Take) -> Samples:
    """A two-stroke engine whose revs rise and fall as it bites."""
    bite = 0.75 + 0.35 * np.clip(wander(take, 0.9, 0.5) - 0.5, 0, 1.2)
    f = take.near(105, 0.05) * take.ratio * bite
    shots = np.exp(-5 * (np.cumsum(f) / take.rate % 1.0))
    return drive(
        even(hiss(take, 120, 4500, 1) * shots)
        + 0.6 * even(harmonics(f, take.rate, lambda g, k: np.asarray(k**-0.6 * np.exp(-g / 1800)), 30)),
        2.5,
    )


def _chop(take: Take) -> Samples:
    f = take.near(240, 0.08) * take.ratio
    made = modes(take, [(f, 0.035, 1.0), (1.9 * f, 0.02, 0.7), (3.3 * f, 0.01, 0.4)])
    return made + 0.7 * hiss(take, 400, 5000, 1) * decay(take, 0.012)


def _toast(take: Take) -> Samples:
    """Something that crunches between teeth, a few bites."""
    made, start = np.zeros(take.n), 0.0
    while start < take.seconds - 0.1:
        for offset in take.rng.exponential(0.03, 16):
            piece = take.part(0.02)
            lay(
                made,
                ring(hiss(piece, 700, 6500), take.rate, take.between(900, 2600) * take.ratio, 1.5)
                * decay(piece, 0.004),
                start + float(offset),
                take.rate,
                take.between(0.2, 1),
            )
        start += take.near(0.38, 0.1)
    return lowpass(made, take.rate, 5500)


def _frying(take: Take) -> Samples:
    made = 0.22 * hiss(take, 2500, 11000, 1) * wander(take, 4, 0.2)
    for start in scatter(take, 45):
        piece = take.part(0.02)
        lay(
            made,
            hiss(piece, 1500, take.between(4000, 12000)) * decay(piece, 0.0025, 0.0004),
            start,
            take.rate,
            take.rng.exponential(0.5),
        )
    return made


def _sweep(take: Take) -> Samples:
    t, stroke = take.t, take.near(0.8, 0.07)
    push = np.maximum(0.0, np.sin(2 * np.pi * t / stroke)) ** 0.7 + 0.3 * np.maximum(
        0.0, -np.sin(2 * np.pi * t / stroke)
    )
    return sculpt(take, band(1300, 6500, 1)) * push * wander(take, 20, 0.15)


FAMILIES = (
    Family("knock", "home", ("knock!", "knocking", "knock on the door", "knock on a door", "knocking on a door", "tap!", "thump!", "knocks on the door", "knocks on a door"), _knock, (0.16, 0.2), (0.05, 0.16), 3, 0.8, 0.25, alone=1.5),
    Family("door", "home", ("door", "door closing", "door opening", "creaky door"), _door, (1.4, 2.0), (0.4, 0.8), 1, 0.85, 0.25, alone=2.5),
    Family("creak", "home", ("creak!", "squeaky hinge", "creaking", "rocking chair", "floorboard"), _creak, (0.8, 1.6), (0.2, 0.7), 0, 0.55, 0.2, alone=2.5),
    Family("slam", "home", ("slam!", "slamming door", "door slam!", "door slamming", "bang!", "thud!"), _slam, (0.4, 0.55), (0.3, 0.7), 1, 0.95, 0.3, alone=1.5),
    Family("typing", "home", ("typing", "keyboard", "typewriter", "computer", "laptop", "desktop computer"), _typing, BED, level=0.6, room=0.08),
    Family("camera", "home", ("camera", "camera click!", "shutter", "photo camera", "camera with flash", "photographer"), _camera, (0.22, 0.3), (0.4, 0.9), 1, 0.7, 0.1, alone=1.0),
    Family("click", "home", ("click!", "mouse click!", "computer mouse", "light switch", "switch", "button", "clicking", "snap!"), _click, (0.08, 0.12), (0.2, 0.6), 0, 0.6, 0.05, alone=1.5),
    Family("kettle", "home", ("kettle", "tea kettle", "whistling kettle", "teapot", "boiling water", "boiling kettle"), _kettle, BED, level=0.7, room=0.1, base=2250, alone=5.0),
    Family("glass break", "home", ("breaking glass", "glass breaking", "glass shattering", "shattering glass", "glass breaks", "glass shatters", "broken glass", "shatter!", "window breaking", "smash!", "glass smashing"), _glass, (1.0, 1.4), (0.4, 0.8), 1, 0.85, 0.2, alone=1.8),
    Family("clink", "home", ("clink!", "clinking glasses", "glasses", "wine glass", "glass", "cutlery", "dishes", "toast drink", "cup", "clinking beer mugs", "spoon", "fork and knife"), _clink, (0.5, 0.8), (-0.1, 0.5), 0, 0.6, 0.12, alone=2.0),
    Family("balloon pop", "home", ("balloon pop!", "balloon", "pop!", "popping balloon", "bursting balloon", "burst!", "cork pop!", "bottle with popping cork", "cork"), _balloon, (0.25, 0.35), (0.3, 0.8), 1, 0.95, 0.4, alone=1.0),
    Family("paper", "home", ("paper", "crumpling paper", "rustle", "rustling", "crinkle", "crinkling", "crumpling", "plastic crinkling", "newspaper", "book", "page", "leaves rustling", "rustling leaves", "leaves"), _paper, BED, level=0.5, room=0.04),
    Family("scissors", "home", ("scissors", "snip!", "haircut"), _scissors, (0.22, 0.32), (0.1, 0.3), 0, 0.55, 0.05, alone=2.0),
    Family("zipper", "home", ("zipper", "zip!", "jacket", "backpack"), _zip, (0.4, 0.8), (0.3, 0.7), 1, 0.6, 0.05, alone=1.2),
    Family("vacuum cleaner", "home", ("vacuum cleaner", "vacuum", "hoover", "hair dryer", "hairdryer", "blender", "mixer"), _vacuum, BED, level=0.7, room=0.08, base=215),
    Family("fan", "home", ("fan", "ventilator", "air conditioner", "hum", "humming", "fridge", "refrigerator", "washing machine"), _fan, BED, level=0.5, room=0.05, base=100),
    Family("chewing", "home", ("chewing", "crunching", "eating", "munching", "biting", "apple", "carrot", "cookie", "popcorn", "potato chips"), _toast, (0.8, 1.8), (0.1, 0.4), 0, 0.6, 0.03, alone=2.5),
    Family("frying", "home", ("frying", "sizzle", "sizzling", "frying pan", "bacon", "cooking"), _frying, BED, level=0.55, room=0.05, alone=4.0),
    Family("sweeping", "home", ("sweeping", "broom", "brush", "scrubbing"), _sweep, BED, level=0.5, room=0.06),
    Family("hammer", "tools", ("hammer", "hammer blow!", "nail", "hammering", "blacksmith", "anvil", "hammer and pick", "hammer and wrench", "construction"), _hammer, (0.2, 0.28), (0.2, 0.4), 0, 0.85, 0.2, 2900, 2.5),
    Family("saw", "tools", ("saw", "sawing", "hand saw", "carpentry saw", "carpenter", "wood saw"), _saw, BED, level=0.65, room=0.1),
    Family("drill", "tools", ("drill", "drilling", "electric drill", "power drill", "power tool", "dentist"), _drill, BED, level=0.75, room=0.1, base=340),
    Family("chainsaw", "tools", ("chainsaw", "chain saw", "lawn mower", "lawnmower", "mower", "power saw"), _chainsaw, BED, level=0.85, room=0.1, base=105),
    Family("chopping", "tools", ("axe", "chop!", "chopping", "chopping wood", "woodcutter", "lumberjack", "kitchen knife", "hatchet"), _chop, (0.22, 0.3), (0.4, 0.8), 0, 0.8, 0.25, alone=3.0),
)  # fmt: skip
