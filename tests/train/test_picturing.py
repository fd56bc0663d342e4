"""The measurement of pictures that are drawn and changed: its cases, that better pictures score better, and the command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from evaluation.experts.eyes import FOLDER, Eyes
from evaluation.experts.scenes import drawn
from evaluation.picturing import __main__ as command
from evaluation.picturing import marks, measure
from evaluation.picturing.cases import LEAST, SIDE, layout, pair, plain_names, strangers, told, unheard
from evaluation.picturing.maker import TASKS, Maker, profile_of
from models.expert import Picture, Refusal
from models.plurals import plural_of
from models.reader import TEXT_ENCODER
from models.senses import perceive
from models.world import atlas
from tests.contract import tiny_pipelines
from training.drawing.changes import KINDS
from training.drawing.scenes import NAMES
from training.held_out import held
from training.vision.words import kept, taught

pytestmark = pytest.mark.skipif(
    not ((FOLDER / "config.json").is_file() and (TEXT_ENCODER / "config.json").is_file()),
    reason="there is no recogniser or no sentence encoder",
)


@pytest.fixture(scope="module")
def eyes() -> Eyes:
    return Eyes(among=NAMES)


def grey(side: int = SIDE) -> np.ndarray:
    return np.full((side, side, 3), 128, np.uint8)


def test_cases_follow_from_their_number_and_are_held_out() -> None:
    layout.cache_clear()
    pair.cache_clear()
    for number in range(6):
        one = layout(3, number)
        assert held(one.caption)
        assert len(one.phrases) == len(one.boxes) == len(one.scene.things) == len({t.id for t in one.scene.things})
        assert number % 2 == 0 or any(thing.tint for thing in one.scene.things)
        assert min(drawn(one.scene, SIDE, SIDE).visible) >= LEAST
    assert held(told(3, 0).caption)
    assert {name for name, _ in told(3, 1).names} <= set(plain_names()) <= set(NAMES)
    first = (layout(3, 1), pair(3, 1))
    layout.cache_clear()
    pair.cache_clear()
    assert first == (layout(3, 1), pair(3, 1))


def test_a_synonym_that_no_training_holds_stands_in_for_the_name_and_for_nothing_else() -> None:
    assert set(strangers()) <= set(plain_names())
    for number in range(5):
        strange, plain = unheard(3, number)
        assert (strange.names, strange.scene, strange.relation) == (plain.names, plain.scene, "")
        ((name, count),) = plain.names
        assert strange.caption != plain.caption
        assert not any(word in strange.caption for word in (name, *taught(name)))
        words = [word if count == 1 else plural_of(word) for word in kept(name)]
        assert any(word in strange.caption for word in words)
        assert strange.caption.endswith(plain.caption.partition(atlas.entry(name).plural if count > 1 else name)[2])


def test_changes_have_the_thing_that_comes_or_goes_and_its_place() -> None:
    for number, kind in enumerate(KINDS):
        case = pair(3, number)
        assert case.kind == kind
        assert case.given.meta["scene"] == case.before.to_json()
        assert (case.old is None, case.new is None) == {
            "recolour": (False, False), "replace": (False, False), "remove": (False, True), "add": (True, False),
        }.get(kind, (True, True))  # fmt: skip
        assert (case.region is not None) == (kind in ("replace", "add"))
        if case.new is not None:
            assert case.new.id in {thing.id for thing in case.after.things}
        place = case.place
        assert (place is None) == (kind not in marks.LOCAL)
        assert place is None or place.any()


def test_true_pictures_score_higher_than_strange_ones_and_nothing_lowest(eyes: Eyes) -> None:
    senses = perceive.load()
    scored = [
        {
            "truth": marks.of_layout(case, case.truth, eyes, senses),
            "other": marks.of_layout(case, layout(5, n + 1).truth, eyes, senses),
            "nothing": marks.of_layout(case, grey(), eyes, senses),
        }
        for n, case in enumerate(layout(5, n) for n in range(4))
    ]
    for mark in ("named", "overlap"):
        means = [np.mean([row[who][mark] or 0 for row in scored]) for who in ("truth", "other", "nothing")]
        assert means[0] > 0.6 > means[1] >= means[2]
    colours = [row["truth"]["colour"] for row in scored if row["truth"]["colour"] is not None]
    assert colours
    assert min(colours) == 1.0


def test_a_change_that_is_made_counts_as_done_and_doing_nothing_keeps_everything(eyes: Eyes) -> None:
    for number, kind in enumerate(KINDS):
        case = pair(7, number)
        before, after = (drawn(scene, SIDE, SIDE).pixels for scene in (case.before, case.after))
        made, nothing = marks.of_change(case, after, eyes), marks.of_change(case, before, eyes)
        assert made["psnr"] == 60.0
        assert nothing["done"] == 0.0, kind
        if kind in ("recolour", "hour", "backdrop"):
            assert made["done"] == 1.0, kind
        if kind in marks.LOCAL:
            assert nothing["kept"] == 1.0
            assert nothing["outside"] == 60.0


def test_one_changed_pixel_beyond_the_declared_band_is_counted(eyes: Eyes) -> None:
    case = pair(7, 1)
    assert case.region is not None
    pixels = drawn(case.before, SIDE, SIDE).pixels.copy()
    x0, y0, x1, y1 = case.region.to_pixels(SIDE, SIDE)
    pixels[y0:y1, x0:x1] ^= 1
    kept = marks.of_place(case, pixels, eyes)
    assert (kept["changed_outside"], kept["exact"]) == (0.0, 1.0)
    row = y0 - 2 if y0 >= 2 else y1 + 1
    pixels[row, x0] ^= 1
    assert marks.of_place(case, pixels, eyes)["changed_outside"] == 1.0
    assert marks.of_place(case, Picture(pixels, meta={"band_px": 2}), eyes)["exact"] == 1.0
    far = y0 - 9 if y0 >= 9 else y1 + 8
    pixels[far, x0] ^= 1
    wide = marks.of_place(case, Picture(pixels, meta={"band_px": 200}), eyes)
    assert (wide["changed_outside"], wide["exact"]) == (1.0, 0.0), "no picture declares a band of its own"


def test_pictures_of_other_seeds_are_apart_and_equal_ones_are_not(eyes: Eyes) -> None:
    one, other = layout(3, 0).truth, layout(3, 1).truth
    assert marks.spread([one, one, one], eyes) == pytest.approx(0, abs=1e-6)
    assert marks.spread([one, other], eyes) > 0.5


def test_what_was_learnt_by_heart_is_near_to_what_was_learnt_from() -> None:
    learnt = np.random.default_rng(2).integers(0, 256, (300, 16, 16, 3), np.uint8)
    assert measure.nearest(learnt[299], learnt) == 0.0
    assert measure.nearest(learnt[7].repeat(4, 0).repeat(4, 1), learnt) == 0.0
    assert measure.nearest(grey(16), learnt) > 40


def test_weights_that_no_profile_names_are_measured_by_the_same_experts(tmp_path: Path) -> None:
    pytest.importorskip("diffusers", reason="diffusers is not installed")
    weights = tmp_path / "weights"
    tiny_pipelines.drawing().save_pretrained(weights)
    call = {"pipeline": "DrawingPipeline", "area": tiny_pipelines.SIDE**2, "multiple": 8, "steps": 2, "world": "drawn"}
    maker = Maker(profile_of("nano", "diffusers", str(weights), call), tmp_path)
    assert "diffusion" in maker.name("edit")
    case = pair(3, 1)
    assert case.region is not None
    found = (maker.words("a dog", 1), maker.layout(layout(3, 0)), maker.edit(case), maker.fill(case))
    assert maker.failed == []
    assert all(picture is not None for picture in found)
    assert found[3] is not None
    assert marks.of_place(case, found[3], Eyes(among=NAMES))["exact"] == 1.0


def test_what_cannot_be_measured_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--profile", "nowhere"]) == 1
    assert "There is no profile 'nowhere'" in capsys.readouterr().err
    assert command.main(["--source", "somewhere"]) == 1
    assert "--kind diffusers" in capsys.readouterr().err
    assert command.main(["--call", "{"]) == 1
    assert "no JSON" in capsys.readouterr().err
    assert command.main(["--kind", "picturebook", "--bank", "nowhere"]) == 1
    assert "nowhere is no bank" in capsys.readouterr().err
    assert command.main(["--count", "1"]) == 1
    assert "--count 2" in capsys.readouterr().err
    with pytest.raises(Refusal, match="no expert of the kind"):
        profile_of("nano", "oil")


def test_the_command_writes_its_section_its_figures_and_its_sheets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command.sheets, "SHOWN", 2)
    monkeypatch.setattr(measure, "SEEDS", 2)
    results, figures = tmp_path / "results.md", tmp_path / "figures.json"
    words = ["--kind", "picturebook", "--count", "2", "--results", str(results), "--sheets", str(tmp_path / "images")]
    assert command.main([*words, "--out", str(figures)]) == 0
    text = results.read_text(encoding="utf-8")
    assert text.count("<!-- pictures of nano picturebook: begin -->") == 1
    assert "`layout` by Picture book (things in given places)" in text
    for name in ("drawn", "changed"):
        path = f"images/nano-picturebook-{name}.png"
        assert f"]({path})" in text
        with Image.open(tmp_path / path) as sheet:
            assert sheet.size[0] == 2 * command.sheets.TILE + command.sheets.GAP
    found = json.loads(figures.read_text(encoding="utf-8"))
    assert set(found) == {"words", "layouts", "changes", "places", "spread"}
    assert found["changes"][measure.TRUTH]["done"]["n"] == 2
    assert found["words"][measure.UNHEARD]["found"]["value"] == found["words"][measure.HEARD]["found"]["value"]
    assert found["words"][measure.HEARD]["found"]["n"] == 1
    assert len(TASKS) == 4
    capsys.readouterr()
