"""Explosions, games and machines of the future, and plain signals such as noise and sweeps."""

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
    ring,
    scatter,
    sculpt,
    sine,
    track,
    voice,
    wander,
)  # fmt: skip


def _explosion(take: Take) -> Samples:
    """A blast: everything at once, then ever darker noise, a thump that sinks, and rubble."""
    cut = track(take.n, (0, 6000.0), (0.08, 1400.0), (0.35, 380.0), (1, 110.0)) * take.ratio
    fire = sculpt(
        take, lambda t, f: np.asarray(band(25, 14000, 1)(t, f) / (1 + (f / np.interp(t, take.t, cut)) ** 1.7))
    )
    made = even(fire) * decay(take, take.seconds / 5.5, 0.004)
    made += 0.8 * sine(62.0 * take.ratio * (0.5 + 0.8 * 0.5 ** (take.t / 0.1)), take.rate) * decay(take, 0.22, 0.004)
    for start in 0.3 + take.rng.exponential(0.5, 18):
        piece = take.part(0.06)
        lay(
            made,
            hiss(piece, 300, take.between(900, 4000)) * decay(piece, 0.01),
            float(start),
            take.rate,
            take.between(0.01, 0.05),
        )
    return drive(made, 1.7)


def _firework(take: Take) -> Samples:
    """A whistle that climbs, the bang, and the crackle of falling stars."""
    made = np.zeros(take.n)
    climb = take.part(0.36 * take.seconds)
    hz = take.near(1150, 0.08) * take.ratio * track(climb.n, (0, 0.8), (0.7, 1.7), (1, 1.6))
    rise = (sine(hz, take.rate) * wander(climb, 22, 0.25) + 0.25 * hiss(climb, 1500, 6000)) * track(
        climb.n, (0, 0.2), (0.6, 1), (0.95, 0.4), (1, 0)
    )
    lay(made, rise, 0.0, take.rate, 0.18)
    start = 0.42 * take.seconds
    bang = take.part(take.seconds - start)
    lay(
        made,
        even(
            hiss(bang, 45, 3000, 1) * decay(bang, 0.09, 0.002) + 1.5 * sine(70.0, take.rate, bang.n) * decay(bang, 0.1)
        ),
        start,
        take.rate,
    )
    for offset in take.between(0.12, 0.25) + take.rng.exponential(0.35, 90):
        piece = take.part(0.02)
        lay(
            made,
            hiss(piece, 2000, 9000) * decay(piece, 0.002, 0.0003),
            start + float(offset),
            take.rate,
            take.between(0.03, 0.16),
        )
    return made


def _gunshot(take: Take) -> Samples:
    crack = hiss(take, 300, 12000, 1) * decay(take, 0.012, 0.0004)
    body = hiss(take, 70, 1200, 1) * decay(take, 0.06, 0.001)
    return drive(even(crack) + 0.8 * even(body), 1.8)


def _laser(take: Take) -> Samples:
    """A tone that falls by three octaves in a fraction of a second."""
    hz = take.near(2600, 0.15) * take.ratio * 2 ** (-3.2 * np.linspace(0, 1, take.n) ** 0.7)
    return harmonics(hz, take.rate, lambda f, k: np.asarray(k**-1.1 + 0 * f), 10) * decay(take, take.seconds / 3, 0.003)


def _spaceship(take: Take) -> Samples:
    """A low drone whose colour turns slowly, with a shimmer above, as no real ship sounds."""
    made, f = np.zeros(take.n), take.near(55, 0.06) * take.ratio
    sweep = 500 * 2 ** (1.4 * np.sin(2 * np.pi * take.t[::128] / take.near(3.1, 0.1)))
    for off in (1.0, 1.007, 1.502):
        made += harmonics(np.full(take.n, f * off), take.rate, lambda g, k: np.asarray(
            k**-0.4 / np.hypot(1, (g - np.interp(np.linspace(0, 1, len(g)), np.linspace(0, 1, len(sweep)), sweep)) / 220)), 50)  # fmt: skip
    shimmer = sine(take.near(1760, 0.03) * take.ratio * (1 + 0.02 * sine(6.0, take.rate, take.n)), take.rate)
    return even(made) + 0.07 * shimmer * (1 + sine(0.7, take.rate, take.n)) + 0.08 * hiss(take, 200, 900)


def _ufo(take: Take) -> Samples:
    """The theremin of old films: a pure tone that wavers up and down."""
    hz = (
        take.near(720, 0.08)
        * take.ratio
        * 2 ** (0.45 * sine(take.near(4.6, 0.1), take.rate, take.n) + 0.4 * sine(0.35, take.rate, take.n))
    )
    return sine(hz, take.rate) + 0.25 * sine(2 * hz, take.rate)


def _sparkle(take: Take) -> Samples:
    """Magic: tiny bells of a pentatonic scale that run upwards."""
    made = np.zeros(take.n)
    steps = [12 * (k // 5) + (0, 2, 4, 7, 9)[k % 5] for k in range(20)]
    for number in range(int(22 * take.seconds)):
        place = number / max(1, int(22 * take.seconds))
        f = 880 * 2 ** (steps[int(np.clip(place * 18 + take.rng.integers(-2, 3), 0, 19))] / 12) * take.ratio
        lay(
            made,
            modes(take.part(0.5), [(f, 0.09, 1.0), (2.76 * f, 0.04, 0.25)]),
            0.75 * place * take.seconds,
            take.rate,
            take.between(0.2, 0.7),
        )
    return made


def _boing(take: Take) -> Samples:
    """A spring let go: its pitch swings ever less round where it comes to rest."""
    t = take.t
    swing = np.sin(2 * np.pi * take.near(7.5, 0.06) * t) * 0.5 ** (t / 0.28)
    hz = take.near(210, 0.08) * take.ratio * 2 ** (0.75 * swing + 0.3 * t)
    return harmonics(hz, take.rate, lambda f, k: np.asarray(k**-1.0 / np.hypot(1, (f - 700) / 600)), 12) * decay(
        take, 0.24, 0.004
    )


def _whoosh(take: Take) -> Samples:
    n = take.n
    centre = track(n, (0, 350.0), (0.5, 2400.0), (1, 500.0)) * take.ratio
    air = sculpt(
        take,
        lambda t, f: np.asarray(
            1 / (1 + ((f - np.interp(t, take.t, centre)) / (0.5 * np.interp(t, take.t, centre))) ** 2)
        ),
    )
    return air * track(n, (0, 0), (0.5, 1), (1, 0)) ** 1.5


def _robot(take: Take) -> Samples:
    """Chance beeps and a ring-modulated voice, as toy robots make."""
    made, start = np.zeros(take.n), 0.0
    while start < take.seconds - 0.08:
        piece = take.part(take.between(0.06, 0.2))
        f = float(take.rng.choice([330, 440, 550, 660, 880, 1320, 1760])) * take.ratio
        hz = np.full(piece.n, f) if take.rng.random() < 0.5 else f * track(piece.n, (0, 1.0), (1, take.between(0.5, 2)))
        tone = harmonics(hz, take.rate, lambda g, k: np.asarray((k % 2) * k**-1.2 + 0 * g), 7) * (
            1 + 0.7 * sine(72.0, take.rate, piece.n)
        )
        lay(made, even(tone) * hump(piece, 0.006, 0.012), start, take.rate)
        start += piece.seconds + take.between(0.0, 0.08)
    return made


def _coin(take: Take) -> Samples:
    """Two square-wave notes a fourth apart, the second held: a coin of an old game."""
    f = 987.77 * take.ratio
    hz = np.where(take.t < 0.075, f, f * 4 / 3)
    return harmonics(hz, take.rate, lambda g, k: np.asarray((k % 2) / k + 0 * g), 9) * decay(take, 0.16, 0.002)


def _power_up(take: Take) -> Samples:
    steps = np.array([0, 4, 7, 12, 16, 19, 24])
    index = np.minimum(6, (take.t / take.seconds * 7).astype(int))
    hz = 392.0 * take.ratio * 2 ** (steps[index] / 12)
    return harmonics(hz, take.rate, lambda g, k: np.asarray((k % 2) / k + 0 * g), 9) * hump(take, 0.005, 0.08)


def _game_over(take: Take) -> Samples:
    """Four notes down, the last one slack: something went wrong."""
    made = np.zeros(take.n)
    for number, step in enumerate((0, -1, -2, -3)):
        share = 0.2 if number < 3 else 0.4
        piece = take.part(share * take.seconds)
        sway = 1 + (0.02 * sine(6.0, take.rate, piece.n) if number == 3 else 0.0)
        hz = 311.13 * 2 ** (step / 12) * take.ratio * np.ones(piece.n) * sway
        tone = harmonics(hz, take.rate, lambda g, k: np.asarray(k**-0.4 * np.exp(-g / 1100)), 20)
        lay(made, even(tone) * hump(piece, 0.04, 0.06), number * 0.2 * take.seconds, take.rate)
    return made


def _ghost(take: Take) -> Samples:
    n, f = take.n, take.near(310, 0.08) * take.ratio
    hz = f * track(n, (0, 0.75), (0.35, 1.5), (0.65, 1.3), (1, 0.7)) * (1 + 0.03 * sine(5.5, take.rate, n))
    call = voice(take, hz, [(420.0, 160, 1.0), (880.0, 200, 0.4)], 1.0, 0.0, 0.12)
    return call[:n] * hump(take, 0.3, 0.5)


def _radar(take: Take) -> Samples:
    f = take.near(1150, 0.03) * take.ratio
    made, start = np.zeros(take.n), 0.05
    while start < take.seconds:
        piece = take.part(1.3)
        lay(made, sine(f, take.rate, piece.n) * decay(piece, 0.16, 0.006), start, take.rate)
        start += 1.5
    return made


def _electric(take: Take) -> Samples:
    """An arc: a hum of the mains and sparks that jump at chance moments."""
    hum = harmonics(
        np.full(take.n, 100.0 * take.ratio), take.rate, lambda g, k: np.asarray(k**-0.2 * np.exp(-g / 3500)), 60
    )
    gate = lowpass((wander(take, 16, 0.9) > 1.0).astype(np.float64), take.rate, 60, 1)
    made = even(hum) * (0.2 + gate) + 0.5 * even(hiss(take, 2000, 12000)) * gate
    for start in scatter(take, 14):
        piece = take.part(0.02)
        lay(made, hiss(piece, 1500, 12000) * decay(piece, 0.002, 0.0002), start, take.rate, take.between(0.2, 1.0))
    return made


def _machine(take: Take) -> Samples:
    """A factory: a press that stamps, a hum, and a hiss of air after each stroke."""
    made, start = (
        0.22
        * even(harmonics(np.full(take.n, 60.0 * take.ratio), take.rate, lambda g, k: np.asarray(k**-0.8 + 0 * g), 12)),
        0.1,
    )
    beat = take.near(0.8, 0.06)
    while start < take.seconds:
        blow, air = take.part(0.35), take.part(0.25)
        stamp = modes(
            blow, [(85.0, 0.06, 1.0), (430.0, 0.05, 0.5), (1130.0, 0.05, 0.35), (2210.0, 0.03, 0.2)]
        ) + 0.4 * hiss(blow, 200, 3500) * decay(blow, 0.02)
        lay(made, even(stamp), start, take.rate)
        lay(made, even(hiss(air, 2500, 9000)) * hump(air, 0.02, 0.15), start + 0.4 * beat, take.rate, 0.22)
        start += beat
    return made


def _white(take: Take) -> Samples:
    return take.rng.normal(0, 1, take.n)


def _pink(take: Take) -> Samples:
    return sculpt(take, lambda t, f: np.asarray(f**-0.5 + 0 * t), 4096)


def _static(take: Take) -> Samples:
    """A radio between stations: noise that crackles, and a tone that slides through it."""
    noise = hiss(take, 400, 5500, 1) * wander(take, 9, 0.4)
    hz = 1300.0 * take.ratio * wander(take, 0.8, 0.45)
    return noise + 0.5 * sine(hz, take.rate) * np.clip(wander(take, 1.2, 0.9) - 1, 0, 1)


def _sweep_tone(take: Take) -> Samples:
    """From 100 Hz to 8 kHz at a steady pace on the scale that ears use."""
    hz = 100.0 * take.ratio * 80.0 ** np.linspace(0, 1, take.n)
    return sine(hz, take.rate) * hump(take, 0.02, 0.05)


def _tone(take: Take) -> Samples:
    """A sine of exactly 440 Hz, or what is asked for."""
    return sine(440.0 * take.ratio, take.rate, take.n) * hump(take, 0.02, 0.04)


def _bonk(take: Take) -> Samples:
    f = take.near(430, 0.1) * take.ratio
    return modes(take, [(f, 0.03, 1.0), (2.4 * f, 0.015, 0.35)]) + ring(
        hiss(take, 300, 3000) * decay(take, 0.003), take.rate, f, 3
    )


def _bounce(take: Take) -> Samples:
    """A ball let fall: blows that come ever closer and softer."""
    made, start, gap, level = np.zeros(take.n), 0.02, take.near(0.46, 0.06), 1.0
    while gap > 0.025 and start < take.seconds:
        piece = take.part(0.14)
        f = take.near(125, 0.02) * take.ratio
        thud = sine(f * (1 + 0.6 * 0.5 ** (piece.t / 0.012)), take.rate) * decay(piece, 0.02) + 0.2 * hiss(
            piece, 400, 2500
        ) * decay(piece, 0.006)
        lay(made, thud, start, take.rate, level)
        start, gap, level = start + gap, gap * 0.76, level * 0.8
    return made


FAMILIES = (
    Family("explosion", "effects", ("explosion", "blast!", "boom!", "explode!", "explodes", "detonation", "bomb", "collision", "dynamite", "cannon", "crash!"), _explosion, (2.2, 3.4), (0.2, 0.9), 1, 1.0, 0.2, alone=3.2),
    Family("firework", "effects", ("firework", "fireworks", "firecracker", "sparkler", "party popper", "rocket firework"), _firework, (2.4, 3.2), (-0.8, 0.3), 0, 0.95, 0.3, alone=5.0),
    Family("gunshot", "effects", ("gunshot!", "gun shot!", "gun", "gunfire", "pistol", "shot!", "rifle", "shotgun"), _gunshot, (0.5, 0.8), (0.1, 0.6), 1, 1.0, 0.5, alone=1.5),
    Family("laser", "effects", ("laser", "laser gun", "ray gun", "phaser", "blaster", "zap!", "pew!", "alien monster"), _laser, (0.22, 0.42), (0.05, 0.3), 0, 0.75, 0.12, alone=2.0),
    Family("spaceship", "effects", ("spaceship", "space ship", "starship", "space", "satellite", "sci-fi", "science fiction", "outer space"), _spaceship, BED, level=0.7, room=0.3, base=55, alone=5.0),
    Family("ufo", "effects", ("ufo", "flying saucer", "theremin", "alien"), _ufo, BED, level=0.6, room=0.3, base=720, alone=4.0),
    Family("magic", "effects", ("magic", "sparkle!", "sparkles", "magic wand", "fairy", "glitter", "twinkle!", "shooting star", "wizard", "mage", "stars", "star", "genie", "crystal ball"), _sparkle, (1.2, 2.0), (0.2, 0.6), 1, 0.6, 0.3, alone=2.2),
    Family("boing", "effects", ("boing!", "metal spring", "coil spring", "jumping", "cartoon jump", "kangaroo"), _boing, (0.7, 1.0), (0.2, 0.5), 1, 0.75, 0.08, 210, 1.4),
    Family("whoosh", "effects", ("whoosh!", "swoosh!", "swish!", "arrow", "bow and arrow", "boomerang", "kite", "frisbee", "flying disc", "sword", "dashing away", "sword swing", "sling"), _whoosh, (0.5, 0.9), (0.2, 0.6), 1, 0.65, 0.1, alone=1.3),
    Family("robot", "effects", ("robot", "android", "computer beeps", "droid", "cyborg"), _robot, BED, level=0.65, room=0.08),
    Family("coin", "effects", ("coin!", "game coin", "video game", "arcade", "joystick", "game"), _coin, (0.6, 0.9), (0.1, 0.4), 1, 0.65, 0.05, 987.77, 1.2),
    Family("power-up", "effects", ("power-up!", "power up!", "level up!", "success", "win", "trophy", "victory", "medal"), _power_up, (0.7, 1.0), (0.2, 0.5), 1, 0.65, 0.08, 392, 1.4),
    Family("game over", "effects", ("game over", "sad trombone", "fail", "failure", "losing", "wah wah wah"), _game_over, (1.8, 2.6), (0.3, 0.6), 1, 0.7, 0.12, 311.13, 2.4),
    Family("ghost", "effects", ("ghost", "spooky", "haunted", "haunted house", "spirit", "zombie", "vampire"), _ghost, (1.8, 3.0), (0.2, 0.7), 0, 0.65, 0.5, 310, 3.5),
    Family("sonar", "effects", ("sonar", "radar", "sonar ping!", "hospital monitor", "heart monitor", "satellite antenna"), _radar, BED, level=0.65, room=0.35, base=1150, alone=4.0),
    Family("electricity", "effects", ("electricity", "electric spark", "spark", "sparks", "electric shock", "high voltage", "electric arc", "electric plug", "light bulb"), _electric, BED, level=0.65, room=0.05),
    Family("machine", "effects", ("machine", "factory", "machinery", "stamping press", "printer", "industrial"), _machine, BED, level=0.75, room=0.25, alone=4.0),
    Family("white noise", "signals", ("white noise",), _white, BED, level=0.5, room=0.0),
    Family("pink noise", "signals", ("pink noise", "brown noise", "soft noise"), _pink, BED, level=0.55, room=0.0),
    Family("static", "signals", ("static", "radio static", "interference", "tv static", "television static", "television"), _static, BED, level=0.55, room=0.0),
    Family("tone", "signals", ("tone", "sine wave", "sine", "test tone", "pure tone", "sine tone"), _tone, BED, level=0.6, room=0.0, base=440, alone=2.0),
    Family("sweep", "signals", ("sweep", "frequency sweep", "sine sweep", "chirp signal"), _sweep_tone, BED, level=0.6, room=0.0, base=100),
    Family("bonk", "effects", ("bonk!", "woodblock", "wood block", "bump!", "punch!", "boxing glove", "boxing", "bowling"), _bonk, (0.22, 0.32), (0.3, 0.6), 1, 0.8, 0.2, 430, 1.0),
    Family("bouncing ball", "effects", ("bouncing ball", "ball", "basketball", "bounce!", "bouncing", "soccer ball", "football", "tennis ball", "volleyball", "tennis", "ping pong", "beach ball"), _bounce, (1.5, 2.2), (0.2, 0.6), 1, 0.8, 0.2, 125, 2.2),
)  # fmt: skip
