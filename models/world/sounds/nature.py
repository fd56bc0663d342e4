"""Weather, water and fire: noise whose spectrum moves, and thousands of drops, bubbles and crackles at chance moments."""

from __future__ import annotations

import numpy as np

from models.world.sounds.family import BED, Family, Samples, Take
from models.world.sounds.kit import band, decay, even, hiss, hump, lay, lowpass, scatter, sculpt, sine, track, wander


def _drops(take: Take, per_second: float, low: float, high: float) -> Samples:
    """Drops that hit a hard ground: bursts of a few milliseconds, few loud and many faint."""
    made = np.zeros(take.n)
    kinds = []
    for _ in range(16):
        piece = take.part(take.between(0.006, 0.02))
        f = take.between(low, high) * take.ratio
        kinds.append(even(hiss(piece, f, 1.7 * f) * decay(piece, 0.0022, 0.0004)))
    for start in scatter(take, per_second):
        lay(made, kinds[int(take.rng.integers(16))], start, take.rate, min(1.0, take.rng.exponential(0.16)))
    return made


def _rain(take: Take) -> Samples:
    steady = sculpt(take, lambda t, f: np.asarray(band(600, 9500, 1)(t, f) * (f / 3000) ** 0.15))
    return np.asarray(_drops(take, 260, 1600, 7500) * 1.1 + 0.13 * steady / steady.std() * wander(take, 0.5, 0.08))


def _drizzle(take: Take) -> Samples:
    """Drops that fall from a gutter one by one into a puddle."""
    made = np.zeros(take.n)
    start = take.between(0.02, 0.1)
    while start < take.seconds:
        lay(made, _bubble(take, take.between(700, 1900), 0.05), start, take.rate, take.between(0.5, 1.0))
        start += take.near(0.45, 0.3)
    return made


def _thunder(take: Take) -> Samples:
    """A crack, then a rumble in several claps that roll away: the strokes of one channel arrive from near to far."""
    made = np.zeros(take.n)
    crack = take.part(min(0.5, take.seconds))
    lay(made, even(hiss(crack, 90, 4200, 1) * decay(crack, 0.05, 0.004)), 0.03, take.rate, 0.75)
    strength = np.zeros(take.n)
    for start in np.sort(np.append(0.05, take.rng.uniform(0.05, 0.7 * take.seconds, 7))):
        length = take.between(0.25, 0.7)
        t = np.maximum(0.0, take.t - start)
        strength += (
            take.between(0.4, 1.0)
            * (t / (0.05 + t))
            * 0.5 ** (t / length)
            * (t > 0)
            * 0.5 ** (start / (0.5 * take.seconds))
        )
    cut = track(take.n, (0, 420.0), (0.25, 190.0), (1, 75.0)) * take.ratio
    rumble = sculpt(take, lambda t, f: np.asarray(
        band(28, 4000, 2)(t, f) / (1 + (f / np.interp(t, take.t, cut)) ** 2.4)), 4096)  # fmt: skip
    return made + 1.1 * even(rumble / (rumble.std() + 1e-9) * strength) * track(take.n, (0, 1), (0.75, 1), (1, 0))


def _gusts(take: Take, low: float, high: float, narrow: float) -> Samples:
    """Air past edges: noise round a resonance that climbs as the gust gets stronger."""
    knots = max(4, int(take.seconds * 1.3) + 3)
    force = np.interp(np.linspace(0, 1, 400), np.linspace(0, 1, knots), take.rng.uniform(0.15, 1, knots))
    force = np.convolve(np.pad(force, 20, mode="edge"), np.hanning(41) / np.hanning(41).sum(), "valid")

    def gain(t: Samples, f: Samples) -> Samples:
        here = np.interp(t / take.seconds, np.linspace(0, 1, 400), force)
        centre = (low + (high - low) * here) * take.ratio
        peak = 1 / np.hypot(1, (f - centre) / (narrow * centre)) ** 2
        broad = 0.5 / (1 + (f / 300) ** 1.2)
        return np.asarray((peak + broad) * here**1.4)

    return sculpt(take, gain, 2048)


def _wind(take: Take) -> Samples:
    return _gusts(take, 260, 900, 0.16)


def _storm(take: Take) -> Samples:
    """Strong gusts, rain whipped by them, and one far clap of thunder."""
    made = 0.75 * even(_gusts(take, 300, 1100, 0.2)) + 0.28 * even(_rain(take))
    length = min(take.seconds, 3.0)
    lay(made, even(_thunder(take.part(length))), take.between(0, max(0.0, take.seconds - length)), take.rate, 0.8)
    return made


def _waves(take: Take) -> Samples:
    """Each wave swells, breaks into a hiss, and draws back over the sand."""
    made, start = np.zeros(take.n), -take.between(0.3, 1.0)
    while start < take.seconds:
        wave = take.part(take.near(4.6, 0.1))
        level = track(wave.n, (0, 0), (0.3, 0.45), (0.42, 1.0), (0.6, 0.55), (1, 0))
        bright = track(wave.n, (0, 420.0), (0.36, 900.0), (0.46, 4200.0), (1, 2400.0))

        def gain(t: Samples, f: Samples, wave: Take = wave, bright: Samples = bright) -> Samples:
            top = np.interp(t, wave.t, bright) * take.ratio
            return np.asarray(band(60, 12000, 1)(t, f) / (1 + (f / top) ** 1.8) * (1 + (top / 500) ** 0.8))

        noise = sculpt(wave, gain) * level
        skip = max(0, round(-start * take.rate))
        lay(made, noise[skip:], max(0.0, start), take.rate, take.near(1, 0.12))
        start += take.near(3.4, 0.1)
    return np.asarray(made + 0.013 * np.abs(made).max() * hiss(take, 80, 700))


def _bubble(take: Take, hz: float, seconds: float) -> Samples:
    """One bubble: a sine that decays and rises in pitch as the bubble nears the surface (van den Doel,
    "Physically based models for liquid sounds", 2005)."""
    piece = take.part(seconds)
    f = hz * take.ratio * (1 + 0.9 * np.linspace(0, 1, piece.n) ** 1.5)
    return sine(f, take.rate) * decay(piece, seconds / 5, 0.0015)


def _stream(take: Take) -> Samples:
    made = np.zeros(take.n)
    for start in scatter(take, 170):
        f = float(np.exp(take.rng.uniform(np.log(450), np.log(3400))))
        lay(
            made,
            _bubble(take, f, take.between(0.02, 0.09)),
            start,
            take.rate,
            take.rng.exponential(0.3) * (700 / f) ** 0.4,
        )
    return made + 0.1 * hiss(take, 500, 5000, 1) * wander(take, 1.5, 0.15)


def _waterfall(take: Take) -> Samples:
    roar = sculpt(take, lambda t, f: np.asarray(band(90, 7500, 1)(t, f) / (1 + (f / 900) ** 0.8)))
    return np.asarray(even(roar) * wander(take, 0.7, 0.05) + 0.1 * even(_drops(take, 300, 1500, 5000)))


def _pour(take: Take) -> Samples:
    """Water poured into a glass: bubbles, and a resonance that climbs as the air above gets shorter."""
    fill = track(take.n, (0, 420.0), (1, 1500.0)) * take.ratio
    made = np.zeros(take.n)
    for start in scatter(take, 150):
        f = take.between(500, 1600)
        lay(made, _bubble(take, f, take.between(0.02, 0.06)), start, take.rate, take.rng.exponential(0.25))
    tube = sculpt(
        take,
        lambda t, f: np.asarray(1 / np.hypot(1, (f - np.interp(t, take.t, fill)) / 60) + 0.1 * band(800, 6000)(t, f)),
    )
    return np.asarray((0.7 * even(made) + 0.8 * even(tube)) * hump(take, 0.1, 0.2))


def _splash(take: Take) -> Samples:
    """The slap, a crown of spray, and bubbles after it."""
    n = take.n
    slap = hiss(take, 150, 3500, 1) * decay(take, 0.05, 0.006)
    spray = sculpt(take, band(1500, 9000, 1)) * track(n, (0, 0), (0.12, 1), (0.5, 0.3), (1, 0))
    made = even(slap) + 0.4 * even(spray)
    for start in take.between(0.08, 0.16) + take.rng.exponential(0.22, 40):
        lay(
            made,
            _bubble(take, take.between(350, 1700), take.between(0.03, 0.1)),
            float(start),
            take.rate,
            take.between(0.05, 0.3),
        )
    return made


def _bubbles(take: Take) -> Samples:
    made = np.zeros(take.n)
    start = 0.02
    while start < take.seconds:
        f = take.between(280, 900)
        for number in range(int(take.rng.integers(2, 7))):
            lay(
                made,
                _bubble(take, f * (1 + 0.12 * number), take.between(0.06, 0.13)),
                start,
                take.rate,
                take.between(0.4, 1.0),
            )
            start += take.between(0.04, 0.1)
        start += take.between(0.1, 0.5)
    return made


def _underwater(take: Take) -> Samples:
    """The dull murmur below the surface, and bubbles that rise now and then."""
    murmur = sculpt(take, lambda t, f: np.asarray(band(35, 340, 1.5)(t, f)), 2048) * wander(take, 0.8, 0.3)
    return even(lowpass(murmur, take.rate, 700)) + 0.35 * even(_bubbles(take))


def _fire(take: Take) -> Samples:
    """A low flicker of air, a faint hiss, and crackles that come in little runs."""
    flames = sculpt(take, band(45, 420, 1.5), 2048) * wander(take, 5, 0.45)
    made = 0.5 * even(flames) + 0.05 * hiss(take, 1500, 8000, 1) * wander(take, 6, 0.3)
    for start in scatter(take, 5.5):
        for offset in np.append(0.0, take.rng.exponential(0.03, int(take.rng.integers(0, 6)))):
            piece = take.part(0.03)
            f = take.between(900, 5200) * take.ratio
            snap = hiss(piece, f, 2.4 * f) * decay(piece, 0.0025, 0.0003) + 0.8 * sine(
                0.7 * f, take.rate, piece.n
            ) * decay(piece, 0.003, 0.0003)
            lay(made, snap, start + float(offset), take.rate, min(1.2, take.rng.exponential(0.35)))
    return made


def _earthquake(take: Take) -> Samples:
    rumble = sculpt(take, band(24, 95, 2), 4096) * wander(take, 3, 0.4)
    made = even(rumble)
    for start in scatter(take, 7):
        piece = take.part(0.15)
        lay(
            made,
            hiss(piece, 120, take.between(400, 2500)) * decay(piece, 0.02),
            start,
            take.rate,
            take.between(0.02, 0.16),
        )
    return made


def _hail(take: Take) -> Samples:
    """Ice on a tin roof: hard knocks that ring."""
    made = np.zeros(take.n)
    for start in scatter(take, 65):
        piece = take.part(0.05)
        f = take.between(1100, 4200) * take.ratio
        knock = sine(f, take.rate, piece.n) * decay(piece, 0.006, 0.0004) + 0.5 * hiss(piece, 2000, 8000) * decay(
            piece, 0.002, 0.0003
        )
        lay(made, knock, start, take.rate, take.between(0.1, 1.0) ** 1.5)
    return made + 0.02 * hiss(take, 800, 6000)


FAMILIES = (
    Family("rain", "weather", ("rain", "rainfall", "raining", "rains", "raindrops", "shower", "rainy", "cloud with rain", "umbrella with rain drops", "downpour", "drizzle"), _rain, BED, level=0.55, room=0.0, alone=5.0),
    Family("dripping", "water", ("drip", "dripping", "drips", "dripping tap", "water drops", "droplet", "leaking tap", "faucet dripping", "cave"), _drizzle, BED, level=0.55, room=0.35, alone=4.0),
    Family("thunder", "weather", ("thunder", "thunderclap!", "thunder clap!", "clap of thunder!", "claps of thunder", "crack of thunder!", "cracks of thunder", "peal of thunder!", "peals of thunder", "lightning", "cloud with lightning", "thunder rumble", "thunders", "lightning strike!"), _thunder, (2.6, 4.2), (0.4, 1.2), 1, 1.0, 0.2, alone=4.5),
    Family("wind", "weather", ("wind", "windy", "breeze", "gust", "gusts", "wind face", "blizzard", "tornado", "hurricane", "leaf fluttering in wind", "wind blowing"), _wind, BED, level=0.6, room=0.0, alone=5.0),
    Family("storm", "weather", ("storm", "thunderstorm", "tempest", "rainstorm", "cloud with lightning and rain", "stormy"), _storm, BED, level=0.85, room=0.0, alone=6.0),
    Family("hail", "weather", ("hail", "hailstorm", "hailstones", "sleet"), _hail, BED, level=0.6, room=0.1),
    Family("waves", "water", ("waves", "wave", "sea", "ocean", "surf", "beach", "shore", "tide", "water wave", "seaside", "coast"), _waves, BED, level=0.65, room=0.0, alone=7.0),
    Family("stream", "water", ("stream", "brook", "creek", "river", "running water", "flowing water", "babbling brook", "water flowing", "fountain", "water", "trickle"), _stream, BED, level=0.55, room=0.02, alone=5.0),
    Family("waterfall", "water", ("waterfall", "cascade", "rapids", "rushing water"), _waterfall, BED, level=0.7, room=0.0, alone=5.0),
    Family("pouring", "water", ("pouring", "pour", "pours", "pouring water", "tap water", "faucet", "filling a glass", "pouring a drink", "potable water", "bathtub", "shower head"), _pour, BED, level=0.55, room=0.06),
    Family("splash", "water", ("splash!", "splashing", "diving", "jump into water", "swimming", "swimmer", "fish", "dolphin"), _splash, (0.9, 1.3), (0.2, 0.7), 1, 0.8, 0.1, alone=1.6),
    Family("bubbles", "water", ("bubbles", "bubble", "bubbling", "blub", "gurgle", "gurgling", "boiling", "aquarium", "blowfish", "potion", "alembic"), _bubbles, BED, level=0.6, room=0.05),
    Family("underwater", "water", ("underwater", "under water", "diver", "scuba", "diving mask", "submarine", "deep sea"), _underwater, BED, level=0.6, room=0.1, alone=5.0),
    Family("fire", "nature", ("fire", "campfire", "fireplace", "bonfire", "flames", "crackling", "crackling fire", "burning", "torch", "candle"), _fire, BED, level=0.6, room=0.03, alone=5.0),
    Family("earthquake", "nature", ("earthquake", "rumble", "rumbling", "avalanche", "landslide", "volcano", "quake"), _earthquake, BED, level=0.9, room=0.1, alone=4.0),
)  # fmt: skip
