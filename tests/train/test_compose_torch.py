"""The composer in batches draws what the composer draws one by one, and knows the same truth."""

from __future__ import annotations

import numpy as np
import pytest

from models.world.composer import compose
from models.world.scene import KINDS, TIMES, Backdrop, Scene, Thing
from tests.unit.world_sprites import made_up
from training.compose_torch import compose_batch, sheet, stage

TINTS = ("", "purple")


def some_scenes(count: int, seed: int) -> list[Scene]:
    rng = np.random.default_rng(seed)
    made = []
    for number in range(count):
        things = tuple(
            Thing(str(rng.choice(["disc", "bar", "block", "ghost"])), *map(float, rng.uniform(-0.1, 1.1, 2)), float(rng.uniform(0.1, 0.8)),
                  float(rng.uniform(-180, 180)), bool(rng.random() < 0.5), str(rng.choice(TINTS)), float(rng.uniform(0.7, 1.2)),
                  bool(rng.random() < 0.8), float(rng.choice([1.0, 0.4]))) for _ in range(int(rng.integers(0, 5)))
        )  # fmt: skip
        made.append(Scene(things, Backdrop(KINDS[number % len(KINDS)], str(rng.choice(TIMES)), seed=number)))
    return made


@pytest.mark.parametrize(("width", "height"), [(96, 96), (128, 80)])
def test_a_batch_equals_single_pictures(width: int, height: int) -> None:
    scenes = some_scenes(2 * len(KINDS), width)
    painted = stage([scene.backdrop for scene in scenes], width, height, "cpu")
    drawn = sheet([(name, tint) for name in ("disc", "bar", "block", "ghost") for tint in TINTS], made_up, "cpu")
    batch = compose_batch(scenes, painted, drawn)
    for index, scene in enumerate(scenes):
        one = compose(scene, width, height, truth=True, sprites=made_up)
        away = np.abs(batch.pixels[index].numpy().astype(int) - one.pixels)
        assert away.mean() < 0.4, scene
        assert (away.max(-1) > 14).mean() < 0.004, scene
        for k, (mask, box, seen) in enumerate(zip(one.masks, one.boxes, one.visible, strict=True)):
            other = batch.masks[index, k].numpy()
            # Rounding may tip the pixels of an outline that are covered by just a half.
            assert (mask != other).sum() <= 3 + 0.02 * mask.sum(), scene
            assert abs(float(batch.visible[index, k]) - seen) < 0.02
            expected = [box.x0, box.y0, box.x1, box.y1] if box else [0, 0, 0, 0]
            if bool(mask.any()) == bool(other.any()):
                assert np.allclose(batch.boxes[index, k].numpy(), expected, atol=1.01 / min(width, height))
        assert not batch.masks[index, len(scene.things) :].any()


def test_what_was_not_prepared_is_refused() -> None:
    painted = stage([Backdrop()], 64, 64, "cpu")
    drawn = sheet([("disc", "")], made_up, "cpu")
    with pytest.raises(KeyError):
        compose_batch([Scene((), Backdrop(seed=1))], painted, drawn)
    with pytest.raises(KeyError):
        compose_batch([Scene((Thing("bar", 0.5, 0.5, 0.3),))], painted, drawn)
    with pytest.raises(ValueError):
        compose_batch([Scene((), style="oil")], painted, drawn)
