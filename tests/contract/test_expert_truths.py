"""What adjust, extract, audio_adjust and video_edit are scored against: the truth passes, what is not it does not, cut by cut."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from random import Random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from evaluation.experts import adjusting, clips, refilming, taking, toning, tuning
from evaluation.experts.clips import Shot
from evaluation.experts.suite import Suite, Tools
from evaluation.pictures import luma
from models.values import Span

EVERY = np.ones((40, 60), np.bool_)


def never() -> Any:
    pytest.fail("no recogniser is needed for this")


BLIND = Tools(never, never)


def naming(name: str) -> Tools:
    """Eyes that give one name to all they see."""
    return Tools(lambda: SimpleNamespace(named=lambda picture, box: name), never)  # type: ignore[arg-type, return-value]


SUITES: dict[str, Suite[Any, Any]] = {
    suite.task: suite for suite in (adjusting.ADJUST, taking.EXTRACT, tuning.AUDIO_ADJUST, refilming.VIDEO_EDIT)
}


@lru_cache(maxsize=8)
def case(task: str, line: str, number: int = 0) -> Any:
    return SUITES[task].case(5, line, number)


def picture(seed: int = 3) -> Any:
    """Soft blobs of colour with a few hard edges."""
    rng = np.random.default_rng(seed)
    made = np.kron(rng.integers(20, 236, (5, 6, 3)), np.ones((8, 10, 1)))
    return np.clip(made + rng.normal(0, 3, made.shape), 0, 255).astype(np.uint8)


# ---- every suite -----------------------------------------------------------------------------------------------------

PLACES = [(task, line) for task in ("adjust", "extract", "audio_adjust") for line in SUITES[task].lines]


@pytest.mark.parametrize(("task", "line"), PLACES, ids=[f"{task}: {line}" for task, line in PLACES])
def test_the_truth_gets_full_marks_and_what_was_given_is_not_the_answer(task: str, line: str) -> None:
    suite, made = SUITES[task], case(task, line)
    best, none = (suite.score(made, answer, BLIND) for answer in (suite.truth(made), suite.nothing(made)))
    first = next(iter(name for name in ("done", "right") if name in suite.measures))
    assert (best[first], none[first]) == (1.0, 0.0)
    most = {"psnr": 60.0, "outside": 60.0, "snr": 60.0, "level": 0.0, "cents": 0.0, "clipped": 0.0}
    for name, mark in best.items():
        assert mark is None or mark == pytest.approx(most.get(name, 1.0), abs=1e-6), name
    assert set(best) <= set(suite.measures)


def test_cases_are_the_same_for_the_same_number() -> None:
    for task, line in (("adjust", "shape"), ("audio_adjust", "level"), ("extract", taking.STRETCH)):
        one, same, other = (SUITES[task].truth(SUITES[task].case(7, line, number)) for number in (0, 0, 1))
        assert all(
            np.array_equal(a, b)
            for a, b in ((one.frames, same.frames), ((one.sound or [0])[0], (same.sound or [0])[0]))
        )
        assert not (
            np.array_equal(one.frames, other.frames) and np.array_equal((one.sound or [0])[0], (other.sound or [0])[0])
        )


# ---- pictures --------------------------------------------------------------------------------------------------------


def test_formulas_give_what_they_say() -> None:
    one = np.array([[[100, 50, 200]]], np.uint8)
    area = np.ones((1, 1), np.bool_)
    grey = round(0.299 * 100 + 0.587 * 50 + 0.114 * 200)
    assert toning.FORMULAS["grayscale"](one, 1.0, area)[0].tolist() == [[[grey] * 3]]
    assert toning.FORMULAS["invert"](one, 1.0, area)[0].tolist() == [[[155, 205, 55]]]
    assert toning.FORMULAS["invert"](one, 0.5, area)[0].tolist() == [[[128, 128, 128]]]
    assert toning.FORMULAS["sepia"](one, 1.0, area)[0].tolist() == [[[116, 103, 80]]]
    for op, sign in (
        ("brightness", 1),
        ("brightness", -1),
        ("contrast", 1),
        ("contrast", -1),
        ("saturation", 1),
        ("saturation", -1),
    ):
        spreads = [float(np.ptp(found.astype(int))) for found in toning.FORMULAS[op](one, sign, area)]
        lights = [float(found.mean()) for found in toning.FORMULAS[op](one, sign, area)]
        if op == "brightness":
            assert all((light > 350 / 3) == (sign > 0) for light in lights)
        else:
            assert all((spread > 150) == (sign > 0) for spread in spreads)


def test_squares_are_means_of_what_counts() -> None:
    pixels = np.zeros((4, 4, 3), np.uint8)
    pixels[:2, :2], pixels[0, 0] = 100, 200
    area = np.ones((4, 4), np.bool_)
    assert toning.squares(pixels, 2, area)[0, 0].tolist() == [125, 125, 125]
    area[0, 0] = False
    assert toning.squares(pixels, 2, area)[1, 1].tolist() == [100, 100, 100]
    assert toning.squares(pixels, 3, area).shape == (4, 4, 3)


@pytest.mark.parametrize("degrees", [90, -90, 180])
def test_turning_by_formula_is_clockwise(degrees: int) -> None:
    one = picture()
    wanted = np.rot90(one, -degrees // 90)
    found, there = toning.turned(one, degrees, wanted.shape)
    assert there[1:-1, 1:-1].all()
    assert np.abs(found.astype(int) - wanted)[1:-1, 1:-1].max() <= 1


def test_looks_are_told_apart() -> None:
    one = picture()
    grey = np.repeat(luma(one)[..., None], 3, axis=2).astype(np.uint8)
    assert toning.is_sketched(one, toning.sketched(one), EVERY)
    assert toning.is_cartooned(one, toning.cartooned(one), EVERY)
    for other in (one, grey, toning.cartooned(one), np.full_like(one, 255)):
        assert not toning.is_sketched(one, other, EVERY)
    for other in (one, grey, toning.sketched(one)):
        assert not toning.is_cartooned(one, other, EVERY)


@pytest.mark.parametrize("name", sorted(toning.HUES))
def test_a_colour_is_known_by_its_hue_and_the_light_that_it_keeps(name: str) -> None:
    grey = np.repeat(np.linspace(30, 220, 60).astype(np.uint8)[None, :, None], 3, axis=2)
    new = toning.painted(grey, name)
    assert toning.is_painted(grey[0], new[0], name)
    assert not toning.is_painted(grey[0], grey[0], name)
    assert not toning.is_painted(grey[0], new[0, ::-1], name)  # light where it was dark
    assert not toning.is_painted(grey[0], toning.painted(grey, "green" if name != "green" else "blue")[0], name)


def adjusted(op: str, where: str = "all", **params: str) -> adjusting.Adjusting:
    mask = np.zeros((1, 40, 60), np.bool_)
    mask[0, 8:32, 10:50] = True
    return adjusting.Adjusting(
        op, {"op": op, **params}, Shot(picture()[None]), where, None if where == "all" else mask, 0
    )


def test_any_strength_in_the_right_direction_is_done_and_the_other_direction_is_not() -> None:
    asked = adjusted("brightness", amount="1")
    before = asked.given.frames[0]
    for power, done in ((0.5, 1.0), (0.7, 1.0), (1.0, 0.0), (1.5, 0.0)):
        answer = np.rint(255 * (before / 255) ** power).astype(np.uint8)
        assert adjusting.adjust_score(asked, Shot(answer[None]), BLIND)["done"] == done


def test_what_leaks_out_of_the_marked_place_is_seen() -> None:
    asked = adjusted("invert", "inside")
    right, whole = asked.given.frames.copy(), 255 - asked.given.frames
    right[asked.mask] = 255 - right[asked.mask]
    kept = adjusting.adjust_score(asked, Shot(right), BLIND)
    assert (kept["done"], kept["kept"], kept["outside"]) == (1.0, 1.0, 60.0)
    leaked = adjusting.adjust_score(asked, Shot(whole), BLIND)
    assert leaked["done"] == 1.0
    assert float(leaked["kept"]) < 0.1  # type: ignore[arg-type]
    assert float(leaked["outside"]) < 12  # type: ignore[arg-type]


def test_a_cut_out_needs_its_alpha() -> None:
    asked = adjusted("cutout", "outside")
    assert asked.mask is not None
    alpha = np.where(asked.mask, 255, 0).astype(np.uint8)[..., None]
    frames = asked.given.frames
    assert adjusting.adjust_score(asked, Shot(np.concatenate([frames, alpha], 3)), BLIND)["done"] == 1.0
    assert adjusting.adjust_score(asked, Shot(np.concatenate([frames, 255 - alpha], 3)), BLIND)["done"] == 0.0
    assert adjusting.adjust_score(asked, Shot(frames), BLIND)["done"] == 0.0


def test_a_turn_to_the_wrong_side_is_none() -> None:
    asked = adjusted("rotate", degrees="90")
    right, wrong = (np.rot90(asked.given.frames[0], k)[None] for k in (-1, 1))
    assert adjusting.adjust_score(asked, Shot(right), BLIND)["done"] == 1.0
    assert adjusting.adjust_score(asked, Shot(wrong), BLIND)["done"] == 0.0
    skew = adjusted("rotate", degrees="30")
    for degrees, done in ((30, 1.0), (-30, 0.0), (26, 0.0)):
        shape = adjusting._turned_shape(skew)
        answer = toning.turned(skew.given.frames[0], degrees, shape)[0]
        assert adjusting.adjust_score(skew, Shot(answer[None]), BLIND)["done"] == done


# ---- clips -----------------------------------------------------------------------------------------------------------


def test_a_clip_stays_when_nothing_of_it_is_lost() -> None:
    sound = clips.sweep(Random(3), 0.5)
    shot = Shot(np.zeros((12, 8, 8, 3), np.uint8), 24.0, sound)
    assert clips.stays(shot, shot)
    assert clips.stays(replace(shot, sound=(sound[0] * 0.5, sound[1])), shot)
    assert not clips.stays(replace(shot, frames=shot.frames[1:]), shot)
    assert not clips.stays(replace(shot, fps=25.0), shot)
    assert not clips.stays(replace(shot, sound=None), shot)
    assert not clips.stays(replace(shot, sound=(sound[0][::-1], sound[1])), shot)
    late = np.concatenate([np.zeros(4000, np.float32), sound[0][:-4000]])
    assert not clips.stays(replace(shot, sound=(late, sound[1])), shot)


def test_a_frame_beside_the_right_one_is_near_but_not_right() -> None:
    made = case("extract", taking.NUMBER)
    for off, right, near in ((0, 1.0, 1.0), (1, 0.0, 1.0), (5, 0.0, 0.0)):
        number = made.first + off if made.first + 5 < len(made.given.frames) else made.first - off
        marks = taking.take_score(made, Shot(made.given.frames[number][None]), BLIND)
        assert (marks["right"], marks["near"]) == (right, near)


def test_a_stretch_may_be_a_frame_too_long_and_its_sound_a_frame_late() -> None:
    made = case("extract", taking.STRETCH)
    assert isinstance(made.span, Span)
    truth = taking.EXTRACT.truth(made)
    longer = replace(truth, frames=np.concatenate([truth.frames, truth.frames[-1:]]))
    assert taking.take_score(made, longer, BLIND)["length"] == 1.0
    twice = replace(truth, frames=np.concatenate([truth.frames, truth.frames[-2:]]))
    assert taking.take_score(made, twice, BLIND)["length"] == 0.0
    samples, rate = truth.sound
    late = replace(truth, sound=(np.concatenate([np.zeros(rate // 10, np.float32), samples])[: len(samples)], rate))
    assert taking.take_score(made, late, BLIND)["sound"] == 0.0
    assert taking.take_score(made, replace(truth, sound=None, fps=12.0), BLIND)["fps"] == 0.0


# ---- sounds ----------------------------------------------------------------------------------------------------------


def tuned(op: str, line: str) -> tuning.Tuning:
    found: tuning.Tuning = next(c for c in (case("audio_adjust", line, n) for n in range(20)) if c.op == op)
    return found


def done(asked: tuning.Tuning, samples: Any) -> float:
    return float(tuning.tune_score(asked, Shot(clips.NO_FRAMES, sound=(samples, clips.RATE)), BLIND)["done"])  # type: ignore[arg-type]


@pytest.mark.parametrize(("op", "line"), [("gain", "level"), ("normalize", "level")])
def test_a_level_may_be_off_by_a_little(op: str, line: str) -> None:
    asked = tuned(op, line)
    right = asked.truth.samples
    assert done(asked, tuning.scaled(right, 0.2)) == 1.0
    assert done(asked, tuning.scaled(right, 0.5)) == 0.0
    assert done(asked, right[::-1]) == 0.0  # as loud, but not that sound


def test_a_pitch_a_semitone_off_is_not_it_and_a_tone_at_another_pace_must_keep_its_pitch() -> None:
    asked = tuned("pitch", "pitch")
    semitones = asked.setting("semitones")
    assert done(asked, tuning._retuned(asked.given.samples, semitones + 0.2)) == 1.0
    assert done(asked, tuning._retuned(asked.given.samples, semitones - 1)) == 0.0
    paced = tuned("speed", "time")
    length = round(len(paced.given.samples) / paced.setting("factor"))
    faster = np.interp(np.linspace(0, 1, length), np.linspace(0, 1, len(paced.given.samples)), paced.given.samples)
    assert done(paced, faster) == 0.0  # like a record turned faster
    assert done(paced, paced.truth.samples[: length - 2000]) == 0.0


@pytest.mark.parametrize("op", ["fade_in", "fade_out"])
def test_a_fade_goes_one_way_and_leaves_the_rest(op: str) -> None:
    asked = tuned(op, "fades")
    given, right = asked.given.samples, asked.truth.samples
    assert done(asked, right) == 1.0
    assert done(asked, given) == done(asked, right * 0.9) == 0.0
    assert done(asked, tuning._ramp(given, asked.setting("seconds"), out=op == "fade_in")) == 0.0


@pytest.mark.parametrize("op", ["lowpass", "highpass"])
def test_a_filter_takes_away_one_side_and_nothing_of_the_other(op: str) -> None:
    asked = tuned(op, "filters")
    given, hz = asked.given.samples, asked.setting("hz")
    assert done(asked, asked.truth.samples) == 1.0
    assert done(asked, tuning.banded(given, hz, high=op == "lowpass")) == 0.0
    assert done(asked, tuning.banded(given, hz * (0.4 if op == "lowpass" else 2.5), high=op == "highpass")) == 0.0
    assert done(asked, 0.5 * asked.truth.samples) == 0.0


def test_a_clip_is_no_sound_and_a_sound_no_clip() -> None:
    taken = tuned("extract", "a clip's sound")
    assert tuning.tune_score(taken, taken.given, BLIND)["done"] == 0.0
    put = tuned("attach", "a clip's sound")
    assert done(put, put.truth.samples) == 0.0
    assert tuning.tune_score(put, replace(put.truth, frames=put.truth.frames[::-1]), BLIND)["pictures"] == 0.0


# ---- changed films ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["a colour", "nothing", "the hour"])
def test_a_change_must_be_there_in_every_frame(line: str) -> None:
    made = case("video_edit", line)
    tools = naming("" if line != "nothing" else "sofa")
    truth, before = refilming.VIDEO_EDIT.truth(made), refilming.VIDEO_EDIT.nothing(made)
    best = refilming.refilm_score(made, truth, tools)
    assert (best["there"], best["always"], best["stays"], best["psnr"]) == (1.0, 1.0, 1.0, 60.0)
    if made.local:
        assert (best["inside"], best["outside"]) == (60.0, 60.0)
        assert best["outside_ssim"] == pytest.approx(1.0)
    if line == "nothing":
        assert refilming.refilm_score(made, before, naming(made.gone))["there"] == 0.0
        return
    none = refilming.refilm_score(made, before, tools)
    assert (none["there"], none["always"]) == (0.0, 0.0)
    gap = truth.frames.copy()
    gap[made.looks[3]] = before.frames[made.looks[3]]
    partly = refilming.refilm_score(made, replace(truth, frames=gap), tools)
    assert partly["there"] == pytest.approx(1 - 1 / refilming.LOOKS)
    assert partly["always"] == 0.0
    assert float(partly["warp"]) > float(best["warp"]) or made.local  # type: ignore[arg-type]


def test_a_new_thing_is_looked_for_where_the_old_one_went_and_its_size_is_free() -> None:
    made = case("video_edit", "another thing")
    truth = refilming.VIDEO_EDIT.truth(made)
    assert refilming.refilm_score(made, truth, naming(made.name))["always"] == 1.0
    other = refilming.refilm_score(made, truth, naming("sofa"))
    assert (other["there"], other.get("psnr"), other["inside"]) == (0.0, None, None)
    boxes = []

    def named(picture: Any, box: Any) -> str:
        boxes.append((box[0] + box[2]) / 2)
        return ""

    refilming.refilm_score(made, truth, Tools(lambda: SimpleNamespace(named=named), never))  # type: ignore[arg-type, return-value]
    middles = [
        np.nonzero(mask)[1].mean() / mask.shape[1]
        for mask in (made.masks[n] for n in made.looks)
        if mask.mean() >= 0.004
    ]
    assert boxes == pytest.approx(middles, abs=0.08)
    assert abs(boxes[-1] - boxes[0]) > 0.05
