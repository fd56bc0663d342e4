"""Every class of sound is well made (no clipping, no silence, no offset, quiet ends), is what it says, and differs from the rest."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.sounds import features, nearest_centroid
from models.world.sounds import CLASSES, LOUDEST, natural_seconds, synthesise

RATE = 22050


def made(name: str, seconds: float = 2.0, seed: int = 7, rate: int = RATE, **more):
    return synthesise(name, seconds, np.random.default_rng(seed), rate=rate, **more)


def centroid(x, rate: int = RATE) -> float:
    power = np.abs(np.fft.rfft(x)) ** 2
    return float((power * np.fft.rfftfreq(len(x), 1 / rate)).sum() / power.sum())


def loudest_hz(x, rate: int = RATE) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(x * np.hanning(len(x))))) * rate / len(x))


def onsets(x, rate: int = RATE, gap: float = 0.12) -> int:
    """Count rises of the envelope from below a tenth to above a third of its highest."""
    frame = round(0.01 * rate)
    level = np.sqrt(np.square(x[: len(x) // frame * frame].reshape(-1, frame)).mean(axis=1))
    level /= level.max()
    count, armed, last = 0, True, -99.0
    for i, here in enumerate(level):
        if armed and here > 0.33 and i * 0.01 - last > gap:
            count, armed, last = count + 1, False, i * 0.01
        armed = armed or here < 0.1
    return count


def test_there_are_many_classes_and_no_name_stands_for_two():
    assert len(CLASSES) >= 45
    for name, family in CLASSES.items():
        assert name == family.name
        assert 0 < family.level <= 1
    words = [w for f in CLASSES.values() for w in {w.rstrip("!") for w in (f.name, *f.words)}]
    assert sorted({w for w in words if words.count(w) > 1}) == []


@pytest.mark.parametrize("name", CLASSES)
def test_each_class_is_heard_never_clips_and_begins_and_ends_in_silence(name):
    x = made(name, min(2.0, natural_seconds(name)))
    assert x.dtype == np.float32
    assert np.isfinite(x).all()
    assert 0.05 < np.abs(x).max() <= LOUDEST
    assert x.std() > 0.004
    assert abs(float(x.mean())) < 0.002
    assert abs(float(x[0])) < 0.01
    assert abs(float(x[-1])) < 0.01


def test_the_same_seed_gives_the_same_samples_and_another_seed_others():
    for name in ("dog", "rain", "piano", "melody"):
        assert np.array_equal(made(name), made(name))
        assert not np.array_equal(made(name), made(name, seed=8))


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 48000])
def test_length_and_rate_are_as_asked(rate):
    for name in ("bird", "cymbal", "jet", "guitar"):
        x = made(name, 1.37, rate=rate)
        assert len(x) == round(1.37 * rate)
        assert np.abs(x).max() > 0.05


@pytest.mark.parametrize(
    ("name", "count"), [("dog", 2), ("dog", 4), ("knock", 3), ("beep", 5), ("clap", 4), ("drum", 3), ("gunshot", 2)]
)
def test_a_count_gives_exactly_so_many_events(name, count):
    assert onsets(made(name, natural_seconds(name, count) + 0.3, count=count), gap=0.07) == count


def test_many_events_in_a_short_time_are_squeezed_together():
    x = made("beep", 1.0, count=8)
    assert onsets(x, gap=0.03) >= 6


@pytest.mark.parametrize(
    ("name", "hz"), [("tone", 440.0), ("piano", 261.63), ("flute", 523.25), ("violin", 440.0), ("xylophone", 783.99)]
)
def test_notes_have_their_pitch_and_shift_by_semitones(name, hz):
    for semitones in (0.0, 5.0, -7.0):
        found = loudest_hz(made(name, 1.2, pitch=semitones, count=1))
        wanted = hz * 2 ** (semitones / 12)
        assert min(abs(np.log2(found / wanted) - k) for k in (0, 1)) < 0.02  # or its octave, where that is stronger


def test_louder_is_louder_and_still_within_bounds():
    for name in ("dog", "thunder", "flute", "balloon pop"):
        soft, usual, loud = (made(name, loudness=v) for v in (0.3, 1.0, 2.0))
        assert soft.std() < 0.4 * usual.std()
        assert loud.std() > 1.4 * usual.std()
        assert np.abs(loud).max() <= LOUDEST


def test_a_faster_pace_repeats_more_often():
    assert onsets(made("knock", 3.0, count=4, pace=1.0)) == 4
    slow, fast = (np.flatnonzero(np.abs(made("footsteps", 3.0, count=5, pace=p)) > 0.05)[-1] for p in (0.6, 1.8))
    assert fast < 0.75 * slow


def test_high_sounds_lie_above_low_ones():
    order = ("earthquake", "cello", "cow", "dog", "bird")
    assert sorted(order, key=lambda n: centroid(made(n))) == list(order)
    assert centroid(made("heartbeat")) < 150
    assert centroid(made("mouse")) > 2500
    assert centroid(made("white noise")) > 4500 > centroid(made("pink noise"))
    assert centroid(made("dog", pitch=6)) > 1.1 * centroid(made("dog", pitch=-6))


def test_a_car_that_passes_falls_in_pitch_and_is_loudest_midway():
    x = made("race car", 3.0, count=1)
    level = np.array([part.std() for part in np.array_split(x, 12)])
    assert 3 <= int(level.argmax()) <= 8
    third = len(x) // 4
    before, after = (
        np.log(np.abs(np.fft.rfft(part * np.hanning(third), 1 << 16)) + 1e-9)
        for part in (x[1000 : 1000 + third], x[2 * third : 3 * third])
    )
    stretch = np.linspace(0.6, 1.4, 161)
    bins = np.arange(900, 9000)
    match = [np.corrcoef(after[bins], np.interp(bins * s, np.arange(len(before)), before))[0, 1] for s in stretch]
    assert stretch[int(np.argmax(match))] > 1.1  # what came at a higher pitch leaves at a lower one


def test_thunder_rolls_away_and_a_clock_ticks_twice_a_second():
    x = made("thunder", 4.0)
    assert x[: len(x) // 3].std() > 2.5 * x[-len(x) // 6 :].std()
    ticks = made("clock", 4.0)
    envelope = np.square(ticks[: len(ticks) // 220 * 220].reshape(-1, 220)).mean(axis=1)
    spectrum = np.abs(np.fft.rfft(envelope - envelope.mean()))
    per_second = np.fft.rfftfreq(len(envelope), 220 / RATE)
    low = per_second < 3.5
    assert per_second[low][spectrum[low].argmax()] == pytest.approx(2.0, abs=0.3)


def test_what_cannot_be_made_is_an_error():
    with pytest.raises(KeyError):
        made("didgeridoo")
    for wrong in ({"seconds": 0.0}, {"seconds": 500.0}, {"rate": 100}, {"count": 0}):
        with pytest.raises(ValueError):
            made("dog", **{"seconds": 1.0, **wrong})


def test_a_nearest_centroid_tells_the_classes_apart_at_seeds_it_has_not_heard():
    chosen = list(CLASSES)[::5]
    known = [(features(made(n, 1.5, seed)), n) for n in chosen for seed in (0, 1, 2)]
    new = [(features(made(n, 1.5, seed)), n) for n in chosen for seed in (50, 51)]
    said = nearest_centroid(np.stack([f for f, _ in known]), [n for _, n in known], np.stack([f for f, _ in new]))
    right = np.mean([a == n for a, (_, n) in zip(said, new, strict=True)])
    assert right > 0.85  # chance is 3 %
