"""The vision tower: what it gives for pictures of any shape, how it is kept, and how boxes are found in what it saw."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from models.expert import Refusal
from models.vision import dense
from models.vision.config import TowerConfig
from models.vision.suppress import overlaps
from models.vision.tower import REACH, STRIDE, VisionTower, corners


def small() -> VisionTower:
    torch.manual_seed(1)
    tower = VisionTower(TowerConfig(widths=(4, 8, 8, 12, 12), depths=(0, 1, 1, 0), neck=8, phrase=16, area=4096)).eval()
    torch.nn.init.normal_(tower.phrase[-1].bias)  # with so few channels all may be dead in a patch
    return tower


@pytest.mark.parametrize(("height", "width"), [(64, 64), (40, 104), (32, 32), (72, 56)])
def test_every_patch_has_a_phrase_a_box_and_a_doubt(height: int, width: int) -> None:
    out = small()(torch.rand(2, 3, height, width) * 2 - 1)
    rows, columns = height // STRIDE, width // STRIDE
    assert out.features.shape == (2, 8, rows, columns)
    assert out.phrases.shape == (2, 16, rows, columns)
    assert torch.allclose(out.phrases.norm(dim=1), torch.ones(2, rows, columns), atol=1e-4)
    assert out.boxes.shape == (2, 4, rows, columns)
    assert bool((out.boxes[:, 2:] > out.boxes[:, :2]).all())
    assert out.objectness.shape == (2, rows, columns)


def test_pictures_that_do_not_fit_patches_are_refused() -> None:
    for shape in ((1, 3, 36, 64), (1, 3, 64, 30), (1, 3, 24, 64)):
        with pytest.raises(ValueError, match="multiples of 8"):
            small()(torch.zeros(shape))


def test_a_head_that_says_nothing_draws_boxes_of_reach_round_each_patch() -> None:
    boxes = corners(torch.zeros(1, 4, 4, 8), 64, 32)[0, :, 1, 2]
    x, y = 2.5 * STRIDE, 1.5 * STRIDE
    expected = [(x - REACH) / 64, (y - REACH) / 32, (x + REACH) / 64, (y + REACH) / 32]
    assert torch.allclose(boxes, torch.tensor(expected))
    wider = corners(torch.tensor([0.0, 0.0, np.log(2), 0.0]).view(1, 4, 1, 1), 64, 32)[0, :, 0, 0]
    assert wider[2] == pytest.approx((STRIDE / 2 + 2 * REACH) / 64)


def test_a_tower_comes_back_from_a_folder_as_it_was(tmp_path: Path) -> None:
    tower = small()
    with torch.no_grad():
        tower.stem[1].running_mean += 0.3
    tower.save_pretrained(tmp_path, max_shard_size="9MB")
    again = VisionTower.from_pretrained(tmp_path, dtype=torch.float32).eval()
    assert again.config.widths == tower.config.widths
    pixels = torch.rand(1, 3, 64, 64)
    one, two = tower(pixels), again(pixels)
    for name in ("features", "phrases", "boxes", "objectness"):
        assert torch.equal(getattr(one, name), getattr(two, name)), name


def test_a_folder_without_a_tower_is_refused_with_the_command(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        dense.load(str(tmp_path / "nothing"))
    assert "training.vision" in refused.value.hint


@pytest.mark.parametrize(("width", "height"), [(480, 320), (16, 16), (2000, 10), (10, 2000), (37, 91)])
def test_any_picture_is_brought_to_whole_patches_of_about_one_area(width: int, height: int) -> None:
    wide, high = dense.sides(width, height, 16_384)
    assert wide % STRIDE == high % STRIDE == 0
    assert 0.85 < wide * high / 16_384 < 1.15
    assert (wide >= high) == (width >= height)
    seen = dense.look(small(), np.zeros((height, width, 3), np.uint8))
    assert len(seen.phrases) == len(seen.boxes) == len(seen.sure)
    assert float(seen.boxes.min()) >= 0
    assert float(seen.boxes.max()) <= 1


def seen(rows: list[tuple[tuple[float, ...], tuple[float, ...], float]]) -> dense.Seen:
    """Patches by hand: phrase, box, sure."""
    phrases, boxes, sure = zip(*rows, strict=True)
    return dense.Seen(np.array(phrases, np.float32), np.array(boxes, np.float32), np.array(sure, np.float32), 20.0)


DOG, CAT = (1.0, 0.0), (0.0, 1.0)
TWO = [
    (DOG, (0.1, 0.1, 0.3, 0.3), 0.9), (DOG, (0.12, 0.1, 0.3, 0.3), 0.8),
    (CAT, (0.6, 0.5, 0.9, 0.9), 0.95), (CAT, (0.6, 0.5, 0.9, 0.9), 0.02),
    (CAT, (0.0, 0.0, 0.2, 1.0), 0.01),
]  # fmt: skip


def test_what_is_named_is_found_and_boxes_of_one_thing_are_joined() -> None:
    dog, cat = (dense.find(seen(TWO), np.array(phrase, np.float32)) for phrase in (DOG, CAT))
    assert cat.box == pytest.approx((0.6, 0.5, 0.9, 0.9))
    assert dog.box[1:] == pytest.approx((0.1, 0.3, 0.3))
    assert 0.1 < dog.box[0] < 0.12, "the mean of the two boxes that overlap"
    assert dog.alike == pytest.approx(1.0)
    assert dense.surest(seen(TWO)).box == pytest.approx((0.6, 0.5, 0.9, 0.9))


def test_all_things_are_listed_once_each_the_surest_first() -> None:
    found = dense.things(seen(TWO), np.array([DOG, CAT], np.float32))
    assert [one.number for one in found] == [1, 0]
    assert found[0].sure == pytest.approx(0.95)
    assert dense.things(seen(TWO), np.array([DOG, CAT], np.float32), least=0.99) == []
    assert len(dense.things(seen(TWO), np.array([DOG, CAT], np.float32), most=1)) == 1


def test_overlap_is_the_share_of_the_union() -> None:
    boxes = np.array([[0, 0, 1, 1], [0, 0, 0.5, 1], [0.5, 0.5, 1, 1], [0.2, 0.2, 0.2, 0.9]], np.float32)
    assert overlaps(boxes, np.array([0, 0, 0.5, 1])).tolist() == pytest.approx([0.5, 1.0, 0.0, 0.0])
