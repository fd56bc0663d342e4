"""The building blocks of all sounds: tracks over time, sines, noise shaped in time and frequency, filters, strings, bars.

All take and give float64 arrays of one channel. Frequencies are in Hz, times in seconds, levels are amplitudes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from models.world.sounds.family import Samples, Take

SOUND_SPEED = 343.0
"""Of sound in air at 20 degrees, m/s."""
_STEP = 128
"""Samples between two values of what changes slowly, such as the strength of a harmonic."""


def track(n: int, *points: tuple[float, float]) -> Samples:
    """Return a smooth curve [n] through *points* (place 0..1, value), level before the first and after the last.

    Between two points it follows half a cosine, so that neither pitch nor level ever has a corner.
    """
    where = np.linspace(0.0, 1.0, max(2, n))[:n]
    places, values = np.array([p for p, _ in points]), np.array([v for _, v in points], np.float64)
    index = np.clip(np.searchsorted(places, where, "right") - 1, 0, max(0, len(places) - 2))
    if len(places) == 1:
        return np.full(n, values[0])
    width = np.maximum(places[index + 1] - places[index], 1e-9)
    share = np.clip((where - places[index]) / width, 0.0, 1.0)
    ease = 0.5 - 0.5 * np.cos(np.pi * share)
    return np.asarray(values[index] + (values[index + 1] - values[index]) * ease)


def decay(take: Take, half: float, attack: float = 0.002) -> Samples:
    """Return an envelope that rises within *attack* and then falls to half every *half* seconds."""
    t = take.t
    return np.asarray(np.minimum(1.0, t / max(attack, 1e-4)) * 0.5 ** (np.maximum(0.0, t - attack) / half))


def hump(take: Take, attack: float = 0.02, release: float = 0.05) -> Samples:
    """Return an envelope that rises within *attack*, stays at 1 and falls within *release* (half cosines)."""
    t, end = take.t, take.n / take.rate
    rise = np.clip(t / max(1e-4, min(attack, end / 2)), 0, 1)
    fall = np.clip((end - t) / max(1e-4, min(release, end / 2)), 0, 1)
    return np.asarray((0.5 - 0.5 * np.cos(np.pi * rise)) * (0.5 - 0.5 * np.cos(np.pi * fall)))


def wander(take: Take, hz: float, depth: float) -> Samples:
    """Return 1 plus a slow random swaying [n]: about *hz* swings a second, standard deviation *depth*, never below 0.05."""
    knots = max(4, math.ceil(take.seconds * hz * 2) + 3)
    values = take.rng.normal(0, 1, knots)
    place = np.linspace(0, knots - 1.001, take.n)
    left = place.astype(int)
    ease = 0.5 - 0.5 * np.cos(np.pi * (place - left))
    return np.asarray(np.maximum(0.05, 1 + depth * (values[left] * (1 - ease) + values[left + 1] * ease)))


def sine(hz: Samples | float, rate: int, n: int | None = None, phase: float = 0.0) -> Samples:
    """Return a sine whose frequency follows *hz* ([n], or one value for *n* samples); silent where beyond half the rate."""
    if isinstance(hz, float | int):
        hz = np.full(n or 0, float(hz))
    wave = np.sin(phase + 2 * np.pi * np.cumsum(hz) / rate)
    return np.asarray(np.where(hz < 0.48 * rate, wave, 0.0))


def harmonics(hz: Samples, rate: int, gain: Callable[[Samples, int], Samples], most: int = 60) -> Samples:
    """Return a tone of harmonics of the pitch *hz* [n].

    *gain(frequencies, number)* gives the amplitude of a harmonic at its *frequencies*, both [n / 128] since they change
    slowly. Harmonics beyond half the sampling rate are left out sample by sample.
    """
    n = len(hz)
    places = np.arange(0, n + _STEP, _STEP, dtype=np.float64)
    slow = np.interp(places, np.arange(n), hz)
    phase = 2 * np.pi * np.cumsum(hz) / rate
    total = np.zeros(n)
    top = min(most, int(0.47 * rate / max(20.0, float(hz.min()))))
    for k in range(1, max(1, top) + 1):
        level = gain(k * slow, k) * (k * slow < 0.47 * rate)
        if float(np.max(level)) > 1e-5:
            total += np.interp(np.arange(n), places, level) * np.sin(k * phase)
    return total


def formants(frequencies: Samples, peaks: Sequence[tuple[Samples | float, float, float]], tilt: float = 1.0) -> Samples:
    """Return the gain of a mouth at *frequencies*: resonances (centre, width, strength) over a fall of *tilt* per octave.

    Each is the curve of a single resonance, 1 / sqrt(1 + (2 (f - centre) / width)^2) (the parallel form of Klatt,
    "Software for a cascade/parallel formant synthesizer", 1980); the voice's own fall is (100 Hz / f)^tilt.
    """
    total = np.zeros_like(frequencies)
    for centre, width, strength in peaks:
        total = total + strength / np.sqrt(1 + (2 * (frequencies - centre) / width) ** 2)
    return np.asarray(total * (100.0 / np.maximum(frequencies, 20.0)) ** tilt)


def voice(
    take: Take, hz: Samples, peaks: Sequence[tuple[Samples | float, float, float]], tilt: float = 0.7,
    rough: float = 0.0, breath: float = 0.03,
) -> Samples:  # fmt: skip
    """Return a voiced call: harmonics of *hz* [n] through the resonances *peaks* (centre Hz, or its track [n]).

    *rough* 0..1 lets every second cycle differ (growls), *breath* adds noise through the same resonances. Whoever calls
    higher is smaller: the resonances move by the root of the take's ratio.
    """
    n = len(hz)
    slow = np.arange(0, n + _STEP, _STEP, dtype=np.float64)
    peaks = [(centre * take.ratio**0.5, width, strength) for centre, width, strength in peaks]

    def at(centre: Samples | float, size: int) -> Samples | float:
        if isinstance(centre, float | int):
            return float(centre)
        return np.asarray(np.interp(np.linspace(0, n - 1, size), np.arange(n), centre))

    shaky = hz * wander(take, 25.0, 0.006 + 0.02 * rough)[:n]
    coarse = [(at(c, len(slow)), w, s) for c, w, s in peaks]
    tone = harmonics(shaky, take.rate, lambda f, k: formants(f, coarse, tilt))
    if rough:
        half = np.sin(np.pi * np.cumsum(shaky) / take.rate + take.between(0, 6))
        tone *= 1 + rough * half * wander(take, 40.0, 0.3)[:n]
    if breath:
        hiss = sculpt(take, lambda t, f: formants(f, [(float(np.mean(c)), 2 * w, s) for c, w, s in peaks], 0.2))[:n]
        tone = tone / (np.std(tone) + 1e-9) + breath * hiss / (np.std(hiss) + 1e-9)
    return tone


def sculpt(take: Take, gain: Callable[[Samples, Samples], Samples], window: int = 1024) -> Samples:
    """Return noise [take.n] whose spectrum follows *gain(times [w, 1], frequencies [1, b])*, an amplitude for each.

    White noise is cut into windows half over each other, each shaped in its own spectrum, and laid together again.
    """
    n, hop = take.n, window // 2
    count = n // hop + 2
    noise = take.rng.normal(0, 1, (count + 1) * hop)
    shape = np.sqrt(np.hanning(window + 1)[:-1])
    frames = np.lib.stride_tricks.sliding_window_view(noise, window)[::hop][:count] * shape
    times = ((np.arange(count)[:, None] - 0.5) * hop / take.rate).clip(0, take.seconds)
    bins = np.fft.rfftfreq(window, 1 / take.rate)[None, :]
    strength = gain(times, np.maximum(bins, 1.0)) * (bins > 15)
    frames = np.fft.irfft(np.fft.rfft(frames, axis=1) * strength, window, axis=1) * shape
    made = np.zeros((count + 1) * hop)
    made[: count * hop] += frames[:, :hop].ravel()
    made[hop : (count + 1) * hop] += frames[:, hop:].ravel()
    return made[hop : hop + n]


def band(low: float, high: float, order: float = 2.0) -> Callable[[Samples, Samples], Samples]:
    """Return a gain for :func:`sculpt`: about 1 from *low* to *high* Hz, falling with 6 *order* dB per octave outside."""
    return lambda t, f: np.asarray(
        1 / np.sqrt(1 + (low / f) ** (2 * order)) / np.sqrt(1 + (f / high) ** (2 * order)) + 0 * t
    )


def hiss(take: Take, low: float, high: float, order: float = 2.0) -> Samples:
    """Return steady noise between *low* and *high* Hz, standard deviation 1."""
    made = sculpt(take, band(low, high, order))
    return np.asarray(made / (np.std(made) + 1e-12))


def modes(take: Take, parts: Sequence[tuple[float, float, float]], strike: float = 0.001) -> Samples:
    """Return a struck body: decaying sines (Hz, seconds to half, strength), begun by a blow of *strike* seconds."""
    t, total = take.t, np.zeros(take.n)
    for hz, half, strength in parts:
        if hz < 0.47 * take.rate:
            phase = take.between(0, 2 * np.pi) if hz > 300 else 0.0
            total += strength * np.sin(2 * np.pi * hz * t + phase) * 0.5 ** (t / half)
    return np.asarray(total * np.minimum(1.0, t / max(strike, 1e-4)))


def pluck(take: Take, hz: float, bright: float = 0.5, half: float = 0.6, place: float = 0.13) -> Samples:
    """Return a plucked string: Karplus and Strong, "Digital synthesis of plucked-string and drum timbres" (1983), with the
    tuning filter of Jaffe and Smith (1983).

    *bright* 0..1 is how sharp the plectrum is, *half* seconds until the fundamental fell to half, *place* where on the
    string it is plucked (0..0.5 of its length).
    """
    from scipy.signal import lfilter

    rate = take.rate
    period = rate / hz
    size = max(2, int(period - 0.6))
    tune = period - 0.5 - size
    allpass = (1 - tune) / (1 + tune)
    burst = take.rng.uniform(-1, 1, size)
    burst = np.asarray(lfilter([bright], [1, bright - 1], np.concatenate([burst, burst])))[size:]
    shifted = np.roll(burst, max(1, round(place * size)))
    excite = np.zeros(take.n)
    excite[: min(size, take.n)] = (burst - 0.9 * shifted)[: take.n]
    loss = 0.5 ** (1 / (hz * half))
    # The loop as one recursive filter: (average) * (all-pass for the fraction of a sample) * loss, delayed by size.
    average, top, low = np.array([0.5, 0.5]), np.array([allpass, 1.0]), np.array([1.0, allpass])
    loop = np.zeros(size + 3)
    loop[size : size + 3] = loss * np.convolve(average, top)
    denominator = -loop
    denominator[:2] += low
    return np.asarray(lfilter(low, denominator, excite))


def lowpass(x: Samples, rate: int, hz: float, order: int = 2) -> Samples:
    """Return *x* without what lies above *hz* (Butterworth; *hz* is kept below half the rate)."""
    from scipy.signal import butter, sosfilt

    return np.asarray(sosfilt(butter(order, min(hz, 0.45 * rate), "lowpass", fs=rate, output="sos"), x))


def highpass(x: Samples, rate: int, hz: float, order: int = 2) -> Samples:
    """Return *x* without what lies below *hz* (Butterworth)."""
    from scipy.signal import butter, sosfilt

    return np.asarray(sosfilt(butter(order, min(hz, 0.45 * rate), "highpass", fs=rate, output="sos"), x))


def ring(x: Samples, rate: int, hz: float, q: float) -> Samples:
    """Return *x* through one resonance at *hz* of quality *q*."""
    from scipy.signal import iirpeak, lfilter

    numerator, denominator = iirpeak(min(hz, 0.45 * rate), q, rate)
    return np.asarray(lfilter(numerator, denominator, x))


def drive(x: Samples, amount: float) -> Samples:
    """Return *x* pressed against a soft limit: more *amount*, more overtones."""
    return np.asarray(np.tanh(amount * x / (np.abs(x).max() + 1e-12)))


def lay(total: Samples, piece: Samples, start: float, rate: int, level: float = 1.0) -> None:
    """Add *piece* into *total* from *start* seconds on; what reaches beyond the end is left out."""
    first = max(0, round(start * rate))
    room = min(len(piece), len(total) - first)
    if room > 0:
        total[first : first + room] += level * piece[:room]


def even(x: Samples) -> Samples:
    """Return *x* scaled to a peak of 1."""
    return np.asarray(x / (np.abs(x).max() + 1e-12))


def scatter(take: Take, per_second: float) -> Samples:
    """Return the times in seconds of chance events, *per_second* on average (Poisson), ascending."""
    return np.sort(take.rng.uniform(0, take.seconds, take.rng.poisson(per_second * take.seconds)))


def pass_by(source: Samples, rate: int, speed: float, distance: float, share: float = 0.5) -> Samples:
    """Return *source* as heard when it passes: pitch by the Doppler effect, level by 1 / distance, less treble from afar.

    It drives in a straight line at *speed* m/s and is closest, *distance* m away, at *share* of the time.
    """
    n = len(source)
    t = np.arange(n) / rate
    far = np.hypot(distance, speed * (t - share * n / rate))
    heard = np.interp(t - far / SOUND_SPEED + far.min() / SOUND_SPEED, t, source)
    dull = lowpass(heard, rate, 900.0)
    near = distance / far
    return np.asarray((heard * near + dull * (1 - near)) * near)


def room(x: Samples, rate: int, rng: np.random.Generator, wet: float, seconds: float = 0.5) -> Samples:
    """Return *x* with the answer of a room: noise that dies away by 60 dB within *seconds*, *wet* 0..1 of the energy."""
    from scipy.signal import fftconvolve

    size = max(8, round(seconds * rate))
    answer = rng.normal(0, 1, size) * 10 ** (-3 * np.arange(size) / size)
    answer[: round(0.008 * rate)] = 0
    answer = lowpass(answer, rate, 4500.0, 1)
    answer *= wet / np.sqrt(np.sum(answer**2))
    return np.asarray(x + fftconvolve(x, answer)[: len(x)])
