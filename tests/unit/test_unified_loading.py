"""The unified network by transformers' own calls: found by its kind, with any decoder, and begun anew where weights lack a part."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModel

from models.unified.config import SENSES, UnifiedConfig, nano
from models.unified.network import UnifiedForConditionalGeneration

WIDTHS = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 2, "intermediate_size": 32, "vocab_size": 40}  # fmt: skip


def test_it_is_found_by_its_kind_with_the_same_weights(tmp_path: Path) -> None:
    network = UnifiedForConditionalGeneration(nano(50, layers=1, width=64, senses=SENSES))
    network.save_pretrained(tmp_path)
    assert isinstance(AutoConfig.from_pretrained(tmp_path), UnifiedConfig)
    again = AutoModel.from_pretrained(tmp_path)
    assert type(again) is UnifiedForConditionalGeneration
    before, after = network.state_dict(), again.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


@pytest.mark.parametrize("part", ["senses.fuse", "senses", "senses.fuse.high_inner", "noticing"])
def test_weights_that_lack_a_part_begin_it_as_a_new_network_does(part: str, tmp_path: Path) -> None:
    network = UnifiedForConditionalGeneration(nano(50, layers=1, width=64, senses=SENSES))
    with torch.no_grad():
        for value in network.parameters():
            value.fill_(0.25)
    network.save_pretrained(tmp_path)
    file = tmp_path / "model.safetensors"
    state = load_file(file)
    kept = {name: value for name, value in state.items() if not name.startswith(part + ".")}
    assert len(kept) < len(state)
    save_file(kept, file, {"format": "pt"})
    again = UnifiedForConditionalGeneration.from_pretrained(tmp_path)
    values = again.state_dict()
    assert all(bool(torch.isfinite(value).all()) for value in values.values())
    assert max(float(value.abs().max()) for value in values.values()) < 10.0
    assert all(torch.equal(values[name], value) for name, value in kept.items()), "what was there was begun anew"
    if part == "senses.fuse":
        low, high = torch.randn(2, SENSES["low"], 5, 5), torch.randn(2, SENSES["high"], 5, 5)
        assert torch.equal(again.senses.fuse(low, high), low), "it begins as the identity"


@pytest.mark.parametrize("kind", ["mistral", "qwen3"])
def test_the_decoder_may_be_of_another_kind(kind: str, tmp_path: Path) -> None:
    network = UnifiedForConditionalGeneration(UnifiedConfig({"model_type": kind, **WIDTHS}))
    assert network.model.config.model_type == kind
    assert any(kind in name.lower() for name in network._no_split_modules)
    network.save_pretrained(tmp_path)
    again = UnifiedForConditionalGeneration.from_pretrained(tmp_path)
    assert type(again.model) is type(network.model)
    assert UnifiedConfig(WIDTHS).text_config.model_type == "llama"
