"""LoRAMoE as an adapter: the stacked products, identity at the start, saving and switching, and an untouched backbone."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from loramoe_models import adapted, experts, llama, some_ids, stir, unified
from peft import PeftModel, get_peft_model
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import DynamicCache

from models.loramoe.balance import routing
from models.loramoe.config import LoraMoeConfig
from models.loramoe.layer import LoraMoeLinear, keep_best
from models.loramoe.tuner import describe, register
from models.unified.bank import one_bank
from models.unified.native import Reply


def loop(layer: LoraMoeLinear, x: Tensor, name: str = "default") -> Tensor:
    """Return what *layer* should give for *x*, by the formula: one expert after another."""
    config = layer.settings[name]
    down, up = layer.loramoe_down[name].weight, layer.loramoe_up[name].weight
    gates = (x @ down[config.num_experts * config.r :].T).softmax(-1)
    if config.top_k is not None:
        bar = gates.sort(descending=True).values[..., config.top_k - 1, None]
        gates = gates * (gates >= bar)
        gates = gates / gates.sum(-1, keepdim=True)
    result = layer.base_layer(x)
    for n in range(config.num_experts):
        rank = slice(n * config.r, (n + 1) * config.r)
        result = result + gates[..., n, None] * (config.lora_alpha / config.r) * (x @ down[rank].T @ up[:, rank].T)
    return result


def bits(model: nn.Module) -> dict[str, bytes]:
    """Return the parameters and buffers of the network below any adapters, byte for byte."""
    return {
        name.removeprefix("base_model.model.").replace(".base_layer", ""): value.contiguous().numpy().tobytes()
        for name, value in model.state_dict().items()
        if "loramoe_" not in name
    }


@pytest.mark.parametrize("top_k", [None, 1, 2])
@pytest.mark.parametrize("bias", [True, False])
def test_the_stacked_products_equal_a_loop_over_the_experts(top_k: int | None, bias: bool) -> None:
    torch.manual_seed(0)
    layer = LoraMoeLinear(nn.Linear(10, 7, bias=bias), "default", LoraMoeConfig(r=3, num_experts=5, top_k=top_k))
    stir(layer, 1)
    x = torch.randn(2, 4, 10)
    assert (loop(layer, x) - layer.base_layer(x)).abs().max() > 0.1
    torch.testing.assert_close(layer(x), loop(layer, x), atol=1e-5, rtol=1e-5)


def test_one_expert_is_an_ordinary_lora() -> None:
    torch.manual_seed(0)
    layer = LoraMoeLinear(nn.Linear(10, 7), "default", LoraMoeConfig(r=3, num_experts=1, kinds=1, lora_alpha=6.0))
    stir(layer, 1)
    x, low = torch.randn(2, 4, 10), layer.loramoe_down["default"].weight[:3]
    torch.testing.assert_close(layer(x), layer.base_layer(x) + 2 * x @ low.T @ layer.loramoe_up["default"].weight.T)


def test_only_the_best_experts_act_and_their_gates_sum_to_one() -> None:
    gates = keep_best(torch.tensor([[0.1, 0.4, 0.2, 0.3]]), 2)
    torch.testing.assert_close(gates, torch.tensor([[0.0, 4 / 7, 0.0, 3 / 7]]))


def test_dropout_blanks_what_the_experts_read_in_training_and_never_what_the_router_reads() -> None:
    torch.manual_seed(0)
    model = adapted(llama(), stirred=1, lora_dropout=0.5)
    seen, ids = [], some_ids()
    calm = model(ids).logits
    for _ in range(2):
        with routing(model.train()) as routed:
            assert not torch.equal(model(ids).logits, calm)
        seen.append(
            routed.usage(torch.zeros(2, dtype=torch.long), 1).gates[0]
        )  # of the first layer: its input is the same
    assert torch.equal(*seen)
    assert torch.equal(model.eval()(ids).logits, calm)


def test_a_new_adapter_changes_nothing_to_the_bit() -> None:
    ids = some_ids()
    assert torch.equal(adapted(llama())(ids).logits, llama()(ids).logits)


def test_training_leaves_the_backbone_as_it_was_to_the_bit() -> None:
    before, ids = bits(llama()), some_ids()
    model = adapted(llama()).train()
    start = {name: p.clone() for name, p in model.named_parameters() if p.requires_grad}
    assert start
    assert all("loramoe_" in name for name in start)
    optimiser = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-2, weight_decay=0.1)
    for _ in range(3):
        with routing(model) as routed:
            loss = model(ids, labels=ids).loss
        (loss + routed.balance_loss(torch.tensor([0, 1]))).backward()
        optimiser.step()
        optimiser.zero_grad()
    assert all(not torch.equal(p, start[name]) for name, p in model.named_parameters() if p.requires_grad)
    trained = model.eval()(ids).logits
    assert bits(model) == before
    with model.disable_adapter():
        assert torch.equal(model(ids).logits, llama()(ids).logits)
    assert torch.equal(model(ids).logits, trained)
    plain = model.unload()
    assert bits(plain) == before
    assert list(plain.state_dict()) == list(llama().state_dict())


def test_a_saved_adapter_is_the_same_loaded_by_peft_or_by_transformers(tmp_path: Path) -> None:
    model, ids = adapted(llama(), stirred=1, top_k=2, kinds=3, lora_alpha=7.0), some_ids()
    wanted = model(ids).logits
    model.save_pretrained(tmp_path)
    saved = load_file(tmp_path / "adapter_model.safetensors")
    assert len(saved) == 2 * 6
    assert all(".loramoe_" in name for name in saved)
    again = PeftModel.from_pretrained(llama(), str(tmp_path))
    assert torch.equal(again(ids).logits, wanted)
    assert not any(p.requires_grad for p in again.parameters())
    assert again.peft_config["default"].expert_kinds == model.peft_config["default"].expert_kinds == [0, 0, 1, 2]
    within = llama()
    within.load_adapter(str(tmp_path))
    assert torch.equal(within(ids).logits, wanted)
    within.disable_adapters()
    assert torch.equal(within(ids).logits, llama()(ids).logits)


def test_training_goes_on_from_a_saved_adapter(tmp_path: Path) -> None:
    model = adapted(llama(), stirred=1)
    model.save_pretrained(tmp_path)
    again = PeftModel.from_pretrained(llama(), str(tmp_path), is_trainable=True)
    assert {n for n, p in again.named_parameters() if p.requires_grad} == {
        n for n, p in model.named_parameters() if p.requires_grad
    }


def test_adapters_are_switched_and_taken_away_one_by_one(tmp_path: Path) -> None:
    model, ids = adapted(llama(), stirred=1), some_ids()
    first = model(ids).logits
    model.add_adapter("second", LoraMoeConfig(num_experts=2, r=5, target_modules=["down_proj", "q_proj"]))
    assert torch.equal(model(ids).logits, first)
    model.set_adapter("second")
    stir(model, 2)
    second = model(ids).logits
    trained = [n for n, p in model.named_parameters() if p.requires_grad]
    assert trained
    assert all(".second." in n for n in trained)
    model.save_pretrained(tmp_path)
    model.set_adapter("default")
    assert torch.equal(model(ids).logits, first)
    assert not torch.equal(first, second)
    other = PeftModel.from_pretrained(llama(), str(tmp_path / "second"))
    assert torch.equal(other(ids).logits, second)
    model.delete_adapter("default")
    assert torch.equal(model(ids).logits, second)


def test_decoding_with_a_cache_equals_decoding_without() -> None:
    model, ids = adapted(llama(), stirred=1, top_k=2), some_ids(size=(1, 12))
    full, cache = model(ids).logits[0], DynamicCache(config=model.config)
    steps = [ids[:, :5], *ids[:, 5:].split(1, 1)]
    cached = torch.cat([model(step, past_key_values=cache, use_cache=True).logits[0] for step in steps])
    torch.testing.assert_close(cached, full, atol=1e-5, rtol=0)
    assert not torch.allclose(full, llama()(ids).logits[0], atol=1e-3)


@torch.no_grad()
def test_the_unified_model_decodes_alike_with_and_without_a_cache() -> None:
    network, sheet, reader = unified()
    bank = one_bank(sheet, {source.ids: reader.states(source.ids) for source in sheet.sources}, reader.static)
    ids, follow = torch.tensor([sheet.ids]), torch.tensor([sheet.follow])
    plain = network(ids, bank, follow).logits[0]
    model = adapted(network)
    assert torch.equal(model(ids, bank, follow).logits[0], plain)
    stir(model, 1)
    full = model(ids, bank, follow).logits[0]
    assert not torch.allclose(full, plain, atol=1e-2)
    reply, step = Reply(network, reader, sheet), sheet.ids[:8]
    for position in range(7, len(sheet.ids)):
        torch.testing.assert_close(reply.read(step), full[position], atol=1e-5, rtol=0)
        step = sheet.ids[position + 1 : position + 2]
        if step:
            reply.note(step[0])


def test_bf16_autocast_stays_near_fp32_and_gives_gradients() -> None:
    model, ids = adapted(llama(), stirred=1).train(), some_ids()
    exact = model(ids).logits
    with routing(model) as routed, torch.autocast("cpu", torch.bfloat16):
        out = model(ids, labels=ids)
    loss = routed.balance_loss(torch.tensor([0, 1]))
    (out.loss + loss).backward()
    assert loss.dtype == torch.float32
    assert (out.logits.float() - exact).abs().max() < 0.1 * exact.abs().max()
    for layer in experts(model):
        for part in (layer.loramoe_down, layer.loramoe_up):
            assert part["default"].weight.dtype == torch.float32
            assert part["default"].weight.grad.isfinite().all()
            assert part["default"].weight.grad.abs().sum() > 0


def test_a_bf16_backbone_stays_bf16_with_experts_in_fp32_and_gates_in_fp32_whatever_they_are_in() -> None:
    model = adapted(llama().to(torch.bfloat16), stirred=1)
    assert {layer.loramoe_up["default"].weight.dtype for layer in experts(model)} == {torch.float32}
    assert model(some_ids()).logits.dtype == torch.bfloat16
    with torch.no_grad(), routing(model.to(torch.bfloat16)) as routed:
        assert model(some_ids()).logits.dtype == torch.bfloat16
    sums = routed.usage(torch.zeros(2, dtype=torch.long), 1).gates.sum(-1)
    torch.testing.assert_close(sums, torch.full((6, 1), 18.0, dtype=torch.float64), atol=1e-5, rtol=0)


def test_the_number_of_trained_parameters_is_told() -> None:
    """One layer of Llama-2-7B has 1,603,584 for 8 experts of rank 4: 51.3 million in all 32."""
    with torch.device("meta"):
        block = nn.ModuleDict(
            {
                "gate_proj": nn.Linear(4096, 11008, bias=False),
                "up_proj": nn.Linear(4096, 11008, bias=False),
                "down_proj": nn.Linear(11008, 4096, bias=False),
            }
        )
    register()
    told = describe(get_peft_model(block, LoraMoeConfig()))
    assert told.startswith("8 experts of rank 4 on 3 linear layers: 1,603,584 of 136,869,888 parameters train (1.17%)")


def test_merging_is_refused() -> None:
    model = adapted(llama(), stirred=1)
    for verb in (model.merge_adapter, model.merge_and_unload):
        with pytest.raises(ValueError, match="cannot be merged"):
            verb()


def test_a_layer_that_is_not_linear_is_refused() -> None:
    with pytest.raises(TypeError, match="embed_tokens is Embedding"):
        adapted(llama(), target_modules=["embed_tokens"])


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"r": 0}, "rank"),
        ({"top_k": 9}, "top_k"),
        ({"top_k": 0}, "top_k"),
        ({"kinds": 9}, "kinds"),
        ({"kinds": 2, "num_experts": 1}, "kinds"),
        ({"expert_kinds": [0] * 8}, "expert_kinds"),
        ({"expert_kinds": [0, 1]}, "expert_kinds"),
        ({"balance_delta": 1.0}, "balance_delta"),
        ({"balance_weight": -0.1}, "balance_weight"),
        ({"lora_dropout": 1.0}, "lora_dropout"),
    ],
)
def test_settings_that_fit_no_adapter_are_refused(settings: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        LoraMoeConfig(**settings)
