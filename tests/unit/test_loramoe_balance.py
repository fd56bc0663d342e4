"""The localized balance loss: its direction, padding, any number of kinds, and gradient checkpointing; and the gates told."""

from __future__ import annotations

import pytest
import torch
from loramoe_models import adapted, experts, llama, some_ids, unified
from peft import PeftModel
from torch import Tensor

from models.loramoe.balance import localized_balance, routing
from models.unified.bank import one_bank

HALVES = [0, 0, 1, 1]


def gates(*shares: list[float]) -> Tensor:
    """Return chances [B, 1, N]: one token per sample with the given ones."""
    return torch.tensor([[share] for share in shares])


def test_the_loss_is_the_squared_coefficient_of_variation() -> None:
    kinds = torch.tensor([0, 1])
    found = localized_balance(gates([0.4, 0.3, 0.2, 0.1], [0.25] * 4), kinds, None, HALVES, 0.2)
    balanced = torch.tensor(
        [0.8 * 0.4, 0.8 * 0.3, 1.2 * 0.2, 1.2 * 0.1, 1.2 * 0.25, 1.2 * 0.25, 0.8 * 0.25, 0.8 * 0.25]
    )
    torch.testing.assert_close(found, balanced.var(correction=0) / balanced.mean() ** 2)


def test_using_the_experts_as_intended_costs_less_than_swapping_them() -> None:
    kinds = torch.tensor([0, 1])
    meant, swapped, even = (
        localized_balance(gates(first, second), kinds, None, HALVES, 0.3)
        for first, second in [
            ([0.325, 0.325, 0.175, 0.175], [0.175, 0.175, 0.325, 0.325]),
            ([0.175, 0.175, 0.325, 0.325], [0.325, 0.325, 0.175, 0.175]),
            ([0.25] * 4, [0.25] * 4),
        ]
    )
    assert meant < 1e-6 < even < swapped
    assert localized_balance(gates([0.65, 0, 0.35, 0], [0.35, 0, 0.65, 0]), kinds, None, HALVES, 0.3) > swapped


@pytest.mark.parametrize(("of", "delta"), [(HALVES, 0.1), (HALVES, 0.5), ([0, 1, 2, 2, 3], 0.5)])
def test_at_its_minimum_each_kind_has_its_own_experts_and_alike_within(of: list[int], delta: float) -> None:
    torch.manual_seed(0)
    kinds = torch.tensor([*range(max(of) + 1), -1])
    wish = torch.randn(len(kinds), 1, len(of), requires_grad=True)
    optimiser = torch.optim.Adam([wish], lr=0.05)
    for _ in range(300):
        optimiser.zero_grad()
        localized_balance(wish.softmax(-1), kinds, None, of, delta).backward()
        optimiser.step()
    for kind, found in zip(kinds.tolist(), wish.softmax(-1)[:, 0].detach(), strict=True):
        ideal = torch.tensor([1.0 if kind < 0 else 1 / (1 - delta) if kind == n else 1 / (1 + delta) for n in of])
        # exact where every kind has as many experts; else samples of several kinds have to meet a little
        torch.testing.assert_close(found, ideal / ideal.sum(), atol=0.03, rtol=0)


def test_padding_changes_neither_the_loss_nor_its_gradient() -> None:
    torch.manual_seed(0)
    kinds, wish = torch.tensor([0, 1, 1]), torch.randn(3, 5, 4)
    mask = torch.arange(5) < torch.tensor([[5], [2], [3]])
    plain = wish.clone().requires_grad_()
    loss = localized_balance(plain.softmax(-1), kinds, mask, HALVES, 0.2)
    loss.backward()
    padded = torch.cat([wish, 9 * torch.randn(3, 4, 4)], 1)
    padded[:, :5][~mask] = 50.0
    padded.requires_grad_()
    again = localized_balance(padded.softmax(-1), kinds, torch.nn.functional.pad(mask, (0, 4)), HALVES, 0.2)
    again.backward()
    torch.testing.assert_close(again, loss)
    assert padded.grad is not None
    assert plain.grad is not None
    torch.testing.assert_close(padded.grad[:, :5], plain.grad)
    assert not padded.grad[:, 5:].any()
    assert not plain.grad[~mask].any()
    assert not torch.isclose(localized_balance(padded.softmax(-1), kinds, None, HALVES, 0.2), loss)


def test_how_long_a_sample_is_does_not_matter() -> None:
    one = gates([0.4, 0.3, 0.2, 0.1], [0.25] * 4)
    many = one.expand(2, 6, 4)
    mask = torch.arange(6) < torch.tensor([[6], [1]])
    kinds = torch.tensor([0, 1])
    torch.testing.assert_close(
        localized_balance(many, kinds, mask, HALVES, 0.2), localized_balance(one, kinds, None, HALVES, 0.2)
    )


def test_samples_without_a_token_count_nowhere() -> None:
    one = gates([0.4, 0.3, 0.2, 0.1], [0.7, 0.1, 0.1, 0.1])
    some = localized_balance(one, torch.tensor([0, 1]), torch.tensor([[True], [False]]), HALVES, 0.2)
    torch.testing.assert_close(some, localized_balance(one[:1], torch.tensor([0]), None, HALVES, 0.2))
    none = localized_balance(one.requires_grad_(), torch.tensor([0, 1]), torch.zeros(2, 1).bool(), HALVES, 0.2)
    none.backward()
    assert float(none.detach()) == 0
    assert one.grad is not None
    assert not one.grad.any()


@pytest.mark.parametrize(
    ("kinds", "mask"),
    [
        (torch.tensor([0, 2]), None),
        (torch.tensor([0, -2]), None),
        (torch.tensor([0]), None),
        (torch.tensor([0.0, 1.0]), None),
        (torch.tensor([0, 1]), torch.ones(2, 3)),
    ],
)
def test_kinds_and_masks_that_do_not_fit_are_refused(kinds: Tensor, mask: Tensor | None) -> None:
    with pytest.raises(ValueError):
        localized_balance(gates([0.25] * 4, [0.25] * 4), kinds, mask, HALVES, 0.1)


def gradients(model: PeftModel, ids: Tensor, kinds: Tensor) -> tuple[float, dict[str, Tensor]]:
    """Return the balance loss of a training pass and the gradients of both losses."""
    model.zero_grad()
    torch.manual_seed(5)
    with routing(model.train()) as routed:
        loss = model(ids, labels=ids).loss
    balance = routed.balance_loss(kinds)
    (loss + balance).backward()
    return float(balance.detach()), {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("top_k", [None, 2])
def test_checkpointing_neither_loses_nor_doubles_the_balance_loss(top_k: int | None) -> None:
    ids, kinds = some_ids(), torch.tensor([0, 1])
    settings = {"stirred": 1, "balance_weight": 5.0, "balance_delta": 0.5, "lora_dropout": 0.2, "top_k": top_k}
    plain, checkpointed, without = (adapted(llama(), **settings) for _ in range(3))
    checkpointed.base_model.model.gradient_checkpointing_enable()
    assert checkpointed.base_model.model.is_gradient_checkpointing
    without.peft_config["default"].balance_weight = 0.0
    loss, wanted = gradients(plain, ids, kinds)
    again, found = gradients(checkpointed, ids, kinds)
    _, task_only = gradients(without, ids, kinds)
    assert loss == again > 0
    assert found.keys() == wanted.keys()
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)
    assert any(not torch.allclose(task_only[name], wanted[name], rtol=0.1) for name in wanted)


def test_checkpointing_that_would_lose_the_gradient_is_refused() -> None:
    model, ids = adapted(llama(), stirred=1), some_ids()
    model.base_model.model.gradient_checkpointing_enable({"use_reentrant": True})
    model.enable_input_require_grads()
    with pytest.raises(RuntimeError, match="use_reentrant=False"):
        gradients(model, ids, torch.tensor([0, 1]))


def test_the_unified_model_checkpoints_with_the_balance_loss() -> None:
    found = []
    for checkpointing in (False, True):
        network, sheet, reader = unified()
        bank = one_bank(sheet, {source.ids: reader.states(source.ids) for source in sheet.sources}, reader.static)
        model = adapted(network, stirred=1, balance_weight=5.0).train()
        if checkpointing:
            network.model.gradient_checkpointing_enable()
        ids, weights = torch.tensor([sheet.ids]), torch.ones(1, len(sheet.ids))
        torch.manual_seed(6)
        with routing(model) as routed:
            loss = model(ids, bank, torch.tensor([sheet.follow]), weights).loss
        (loss + routed.balance_loss(torch.tensor([1]))).backward()
        found.append({n: p.grad for n, p in model.named_parameters() if p.grad is not None})
    assert len(found[0]) == 2 * 6
    assert all(torch.equal(found[0][name], found[1][name]) for name in found[0])


def test_the_balance_loss_alone_parts_the_experts_by_kind() -> None:
    """Of two kinds of text with tokens of their own, each comes to use the experts that are meant for it."""
    model = adapted(llama(), balance_delta=0.6).train()
    ids = torch.cat([some_ids(1, (2, 9)) % 30 + 1, some_ids(2, (2, 9)) % 30 + 33])
    kinds = torch.tensor([0, 0, 1, 1])
    optimiser = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=3e-2)
    losses, meant = [], []
    for _ in range(40):
        with routing(model) as routed:
            model(ids)
        loss = routed.balance_loss(kinds)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        shares = routed.usage(kinds, 2).shares()
        losses.append(float(loss.detach()))
        meant.append(float(shares[0, :2].sum() + shares[1, 2:].sum()) / 2)
    assert losses[-1] < 0.2 * losses[0]
    assert abs(meant[0] - 0.5) < 0.1
    assert 0.7 < meant[-1] < 0.9  # 0.8 at the minimum


def test_the_use_of_the_gates_is_told_for_each_group() -> None:
    model, ids = adapted(llama(), stirred=1, top_k=1), some_ids(size=(3, 6))
    mask = torch.arange(6) < torch.tensor([[6], [2], [4]])
    groups = torch.tensor([2, 0, 2])
    with torch.no_grad(), routing(model) as routed:
        model(ids)
    usage = routed.usage(groups, 3, mask)
    assert usage.layers == tuple(n for n, m in model.named_modules() if m in set(experts(model)))
    assert usage.tokens.tolist() == [2, 0, 10]
    assert usage.gates.shape == (6, 3, 4)
    shares = usage.shares()
    torch.testing.assert_close(shares[[0, 2]].sum(-1), torch.ones(2, dtype=torch.float64))
    assert shares[1].isnan().all()
    assert usage.spreads()[[0, 2]].tolist() == [0, 0]  # one expert a token
    layer = next(experts(model))
    inputs: list[Tensor] = []
    handle = layer.register_forward_pre_hook(lambda _, args: inputs.append(args[0]))
    model(ids)
    handle.remove()
    best = (inputs[0] @ layer.loramoe_down["default"].weight[-4:].T).argmax(-1)
    assert usage.gates[0, 0].tolist() == torch.bincount(best[1, :2], minlength=4).tolist()
    twice = usage + usage
    torch.testing.assert_close(twice.shares(), shares, equal_nan=True)
    assert twice.tokens.tolist() == [4, 0, 20]


def test_experts_that_are_used_alike_have_spread_one() -> None:
    model = adapted(llama())
    for layer in experts(model):
        torch.nn.init.zeros_(layer.loramoe_down["default"].weight)
    with torch.no_grad(), routing(model) as routed:
        model(some_ids())
    usage = routed.usage(torch.tensor([0, 0]), 1)
    torch.testing.assert_close(usage.spreads(), torch.ones(1, dtype=torch.float64))
    torch.testing.assert_close(usage.shares(), torch.full((1, 4), 0.25, dtype=torch.float64))


def test_a_pass_that_was_not_noted_or_noted_twice_is_told() -> None:
    model, ids, kinds = adapted(llama()), some_ids(), torch.tensor([0, 1])
    with routing(model) as routed:
        pass
    with pytest.raises(RuntimeError, match="No router ran"):
        routed.balance_loss(kinds)
    with routing(model) as routed, model.disable_adapter():
        model(ids)
    with pytest.raises(RuntimeError, match="No router ran"):
        routed.usage(kinds, 2)
    with routing(model):
        model(ids)
        with pytest.raises(RuntimeError, match="ran twice"):
            model(ids)
    with pytest.raises(RuntimeError, match="open on this model"), routing(model), routing(model):
        pass
    assert all(layer.watch is None for layer in experts(model))
    with pytest.raises(ValueError, match="no LoRAMoE layer"), routing(llama()):
        pass
