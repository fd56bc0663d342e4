"""The losses of the three stages: each term by its formula, what has no truth, processes that share a batch, and the pixels' bank."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import stage_runs
import torch
from torch import Tensor

from models.percepts import THING, Percept
from models.reader import Reader
from models.unified.network import UnifiedForConditionalGeneration
from models.unified.vocabulary import Vocabulary
from training.batches import Batch, Maker
from training.seeing.shards import Bank
from training.stages import data, pixels
from training.stages.curves import COLUMNS, smoothed, table
from training.stages.groups import KINDS, kind_of
from training.stages.lesson import Lesson, joined
from training.stages.losses import WEIGHTS, box_losses, mask_losses
from training.stages.taken import extended


def test_the_losses_weigh_what_the_paper_says() -> None:
    assert [WEIGHTS[name] for name in ("words", "mask", "dice", "l1", "giou")] == [1.0, 2.0, 0.5, 1.0, 1.0]


def test_masks_cost_their_cross_entropy_and_their_dice_over_real_patches() -> None:
    logits = torch.tensor([[[2.0, -1.0], [0.5, 9.0]]])
    masks = torch.tensor([[[1.0, 0.0], [1.0, 0.0]]])
    real = torch.tensor([[[True, True], [True, False]]])
    entropy, dice = mask_losses(logits, masks, real)
    chance = torch.tensor([2.0, -1.0, 0.5]).sigmoid()
    truth = torch.tensor([1.0, 0.0, 1.0])
    wanted = -(truth * chance.log() + (1 - truth) * (1 - chance).log()).mean()
    torch.testing.assert_close(entropy, wanted[None])
    torch.testing.assert_close(
        dice, (1 - 2 * (chance * truth).sum() / (chance.sum() + truth.sum()))[None], atol=1e-3, rtol=0
    )


def test_an_empty_mask_has_no_dice_loss_where_nothing_is_predicted() -> None:
    none = torch.zeros(1, 2, 2)
    _, quiet = mask_losses(none - 90, none, none == 0)
    _, loud = mask_losses(none + 90, none, none == 0)
    assert float(quiet) == pytest.approx(0, abs=1e-3)
    assert float(loud) == pytest.approx(1, abs=1e-2)


@pytest.mark.parametrize(
    ("box", "wanted"),
    [((0.0, 0.0, 0.5, 0.5), 0.0), ((0.5, 0.5, 1.0, 1.0), 1.5), ((0.25, 0.0, 0.75, 0.5), 1 - 1 / 3)],
)
def test_boxes_cost_their_generalised_overlap(box: tuple[float, ...], wanted: float) -> None:
    far, apart, whole = box_losses(torch.tensor([box]), torch.tensor([[0.0, 0.0, 0.5, 0.5]]))
    assert float(apart) == pytest.approx(wanted, abs=1e-6)
    assert float(far) == pytest.approx(np.abs(np.array(box) - [0, 0, 0.5, 0.5]).mean(), abs=1e-6)
    assert float(whole) == 1


@pytest.mark.parametrize("box", [(0.5, 0.2, 0.4, 0.9), (0.3, 0.3, 0.3, 0.3), (0.0, 0.0, 0.0, 0.0)])
def test_degenerate_boxes_cost_their_distance_alone_and_no_gradient_is_lost(box: tuple[float, ...]) -> None:
    found = torch.tensor([box], requires_grad=True)
    far, apart, whole = box_losses(found, torch.tensor([[0.1, 0.1, 0.5, 0.5]]))
    assert (float(apart.detach()), float(whole)) == (0.0, 0.0)
    (far + apart).sum().backward()
    assert found.grad is not None
    assert found.grad.isfinite().all()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[UnifiedForConditionalGeneration, list[Batch], Tensor]:
    """Return a small network and batches about pictures whose pixels are known, of several sizes, with the encoder's word vectors."""
    root = tmp_path_factory.mktemp("losses")
    base, bank = stage_runs.base(root / "base"), stage_runs.bank(root / "bank")
    pixels.write(root / "pixels", pixels.truths(bank, 8))
    names, reader = Vocabulary.load(base), Reader(data.TEXT_ENCODER)
    maker = Maker(names, reader, 450, 10, pixels=pixels.PixelBank(root / "pixels"))
    drawn = [e for e, _ in zip(stage_runs.examples(2, "train", Bank(bank)), range(10), strict=False)]
    return extended(base, names, reader).train(), list(maker.batches(drawn)), reader.static.detach()


def test_the_prompt_of_a_thing_is_the_state_that_chose_it_and_its_gradient_reaches_the_decoder(
    made: tuple[UnifiedForConditionalGeneration, list[Batch], Tensor],
) -> None:
    network, batches, static = made
    batch = next(batch for batch in batches if batch.pixels is not None)
    found = Lesson(network, True, False)(batch, batch.bank(static))
    assert set(found) == {"words", "mask", "dice", "l1", "giou"}
    network.zero_grad()
    (found["mask"][0] + found["l1"][0]).backward()
    assert network.model.layers[0].self_attn.q_proj.weight.grad.abs().sum() > 0
    assert network.senses.thing[-1].weight.grad.abs().sum() > 0
    assert network.head.weight.grad is None
    assert batch.pixels is not None
    row, position, _ = batch.pixels.at.unbind(1)
    target = batch.ids[row, position] - network.vocabulary
    assert (batch.kind[row, target] == THING).all()
    places = batch.places[row, target, :4]
    overlap = (
        torch.minimum(places[:, 2:], batch.pixels.boxes[:, 2:])
        - torch.maximum(places[:, :2], batch.pixels.boxes[:, :2])
    ).clamp(min=0)
    assert (overlap.prod(-1) > 0.4 * (batch.pixels.boxes[:, 2:] - batch.pixels.boxes[:, :2]).prod(-1)).all()


def test_where_no_truth_is_known_there_are_no_losses_of_it(
    made: tuple[UnifiedForConditionalGeneration, list[Batch], Tensor],
) -> None:
    network, batches, static = made
    bare = Batch(**{**batches[0].__dict__, "pixels": None})
    assert set(Lesson(network, True, False)(bare, bare.bank(static))) == {"words"}
    assert set(Lesson(network, False, False)(batches[0], batches[0].bank(static))) == {"words"}


def test_processes_that_share_a_batch_have_the_gradient_of_the_whole(
    made: tuple[UnifiedForConditionalGeneration, list[Batch], Tensor],
) -> None:
    """What two processes would compute of a part each, put together by hand, is what one computes of both."""
    network, batches, static = made
    parts = batches[:2]
    assert parts[0].ids.shape != parts[1].ids.shape
    lesson = Lesson(network, True, False)
    sums = [lesson(batch, batch.bank(static)) for batch in parts]
    counts = {name: sum((found[name][1] for found in sums if name in found), torch.zeros(())) for name in WEIGHTS}
    shared = sum((joined(found, counts, 2) for found in sums), torch.zeros(())) / 2
    whole = sum(
        (
            WEIGHTS[name] * sum((f[name][0] for f in sums if name in f), torch.zeros(())) / counts[name]
            for name in ("words", "mask", "dice", "l1", "giou")
        ),
        torch.zeros(()),
    )
    torch.testing.assert_close(shared, whole)


def test_pixels_are_found_again_by_the_rows_of_things_alone(tmp_path: Path) -> None:
    places = np.zeros((2, 10), np.float32)
    places[:, 2:4] = 0.5
    things = Percept(THING, np.ones((2, 8), np.float16), places, ("dog", "owl"), np.ones(2, np.float32))
    truth = pixels.Truth(
        2, 3, np.full((6, 5), 2, np.float16), {1: np.arange(6, dtype=np.uint8)}, {1: (0.1, 0.2, 0.5, 0.6)}
    )
    pixels.write(tmp_path, [(things, truth)])
    bank = pixels.PixelBank(tmp_path)
    found = bank.find(things)
    assert found is not None
    assert (found.height, found.width, found.boxes) == (2, 3, {1: (0.1, 0.2, 0.5, 0.6)})
    assert found.masks[1].tolist() == list(range(6))
    moved = Percept(THING, things.features, places + 0.01, things.names, things.sure)
    assert bank.find(moved) is None
    with pytest.raises(ValueError, match="no picture"):
        pixels.write(tmp_path, [])


def test_masks_of_drawn_things_lie_within_their_boxes(tmp_path: Path) -> None:
    bank = stage_runs.bank(tmp_path / "bank")
    for things, truth in pixels.truths(bank, 5):
        assert len(truth.features) == truth.height * truth.width
        for row, box in truth.boxes.items():
            mask = truth.masks[row].reshape(truth.height, truth.width)
            ys, xs = np.nonzero(mask > 128)
            assert len(ys)
            assert box[0] - 0.1 <= (xs.mean() + 0.5) / truth.width <= box[2] + 0.1
            assert box[1] - 0.1 <= (ys.mean() + 0.5) / truth.height <= box[3] + 0.1
            near = things.places[row, :4]
            assert np.abs(near - np.array(box)).max() < 0.3


def test_the_bank_is_drawn_again_as_it_was_perceived() -> None:
    from random import Random

    from training.seeing import pictures

    drawn = pictures.picture(Random(4), "train")
    again, ids = pixels._drawn(pictures.shot_of(drawn.truth()))
    assert np.array_equal(drawn.pixels, again)
    assert set(np.unique(ids)) <= set(range(len(drawn.shot.scene.things) + 1))


@pytest.mark.parametrize(
    ("group", "kind"),
    [
        ("chat.hi", "talk"), ("segment.phrase", "sight"), ("seen.count", "sight"), ("image.ask", "making"), ("edit.drawn", "changing"),
        ("picked.segment", "sight"), ("multi.adjust+adjust", "changing"), ("multi.segment+adjust", None), ("unheard", None),
        ("apart.cut.remove.cut", "sight"), ("apart.cut.remove.and", "changing"), ("apart.them.adjust", "changing"), ("reasoned.swap", "changing"),
    ],
)  # fmt: skip
def test_groups_are_told_apart_by_kinds_of_work(group: str, kind: str | None) -> None:
    assert kind_of(group) == (-1 if kind is None else KINDS.index(kind))


def test_every_group_of_the_dialogues_has_a_kind() -> None:
    from itertools import islice

    from training.dialogues import examples

    groups = {example.group for example in islice(examples(3, "train"), 1200)}
    assert {
        group for group in groups if kind_of(group) < 0 and not group.startswith(("multi", "picked", "story"))
    } == set()


def test_the_table_of_losses_leaves_out_what_a_step_did_not_have(tmp_path: Path) -> None:
    nan = float("nan")
    table(tmp_path / "losses.csv", [[1.0, 0.5, 1e-3, 2.5, nan, nan, nan, nan, nan]])
    head, row = (tmp_path / "losses.csv").read_text().splitlines()
    assert head.split(",") == list(COLUMNS)
    assert row == "1,0.5,0.001,2.5,,,,,"


def test_a_running_mean_begins_without_a_bias() -> None:
    assert smoothed([3.0] * 200) == pytest.approx([3.0] * 200)
    assert smoothed([5.0]) == [5.0]
