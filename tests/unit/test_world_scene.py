"""The values of a scene: what they refuse, and that they survive the way to JSON and back."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from models.world.scene import KINDS, TIMES, Backdrop, Scene, Thing, extent, horizon


def test_a_scene_survives_json() -> None:
    things = (Thing("cat", 0.2, 0.7, 0.3, id=1), Thing("pizza", 0.5, 0.5, 0.1, -30.0, True, "blue", 0.8, False, 0.5, 2))
    scene = Scene(things, Backdrop("beach", "night", "red", 12), "sketch")
    assert Scene.from_json(json.loads(json.dumps(scene.to_json()))) == scene
    assert Scene.from_json(Scene(()).to_json()) == Scene(())


@pytest.mark.parametrize("data", [
    None, [], "x", {}, {"things": 3}, {"things": [1]}, {"things": [{"name": "cat"}]}, {"things": [], "style": "baroque"},
    {"things": [], "backdrop": {"kind": "nowhere"}}, {"things": [], "backdrop": {"time": "noonish"}}, {"things": [], "more": 1},
    {"things": [{"name": "cat", "x": "0.5", "y": 0.5, "size": 0.2}]}, {"things": [{"name": "cat", "x": 0.5, "y": 0.5, "size": 9}]},
    {"things": [{"name": "cat", "x": float("nan"), "y": 0.5, "size": 0.2}]}, {"things": [], "backdrop": {"seed": 1.5}},
    {"things": [{"name": "", "x": 0.5, "y": 0.5, "size": 0.2}]}, {"things": [{"name": "cat", "x": 0, "y": 0, "size": 0.2, "flip": 1}]},
    {"things": [{"name": "cat", "x": 0.5, "y": 0.5, "size": 0.2}] * 201},
])  # fmt: skip
def test_junk_is_refused(data: object) -> None:
    with pytest.raises(ValueError):
        Scene.from_json(data)


def test_the_horizon_is_inside_the_frame_and_belongs_to_the_seed() -> None:
    for kind in KINDS:
        line = horizon(Backdrop(kind, seed=5))
        assert line is None or 0.3 < line < 0.85
        assert line == horizon(Backdrop(kind, TIMES[-1], seed=5))
    assert horizon(Backdrop("space")) is None
    assert len({horizon(Backdrop("meadow", seed=seed)) for seed in range(8)}) > 4


def test_the_extent_follows_the_longer_side_and_the_turn() -> None:
    thing = Thing("bus", 0.5, 0.5, 0.4)
    assert extent(thing, 2.0, 200, 100) == pytest.approx((0.4, 0.4, 0.6, 0.6))
    assert extent(thing, 0.5, 200, 100) == pytest.approx((0.45, 0.3, 0.55, 0.7))
    assert extent(Thing("bus", 0.5, 0.5, 0.4, rotation=90), 2.0, 100, 100) == pytest.approx((0.4, 0.3, 0.6, 0.7))


def test_scenes_need_nothing_but_the_standard_library() -> None:
    code = "import sys\nimport models.world.scene\nprint([m for m in ('numpy', 'cv2', 'PIL', 'torch') if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )
