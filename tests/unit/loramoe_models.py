"""Tiny networks with and without LoRAMoE adapters, for the tests."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import torch
from peft import PeftModel, get_peft_model
from torch import Tensor, nn
from transformers import LlamaConfig, LlamaForCausalLM

from models.loramoe.config import LoraMoeConfig
from models.loramoe.layer import LoraMoeLinear
from models.loramoe.tuner import register
from models.unified.config import UnifiedConfig
from models.unified.network import UnifiedForConditionalGeneration
from models.unified.sheet import WORDS, Sheet, Source

SIZES: dict[str, Any] = {
    "vocab_size": 64,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
    "pad_token_id": 0,
    "bos_token_id": None,
    "eos_token_id": None,
}


def llama() -> LlamaForCausalLM:
    """Return a language model with the same random weights each time."""
    torch.manual_seed(1)
    return LlamaForCausalLM(LlamaConfig(**SIZES)).eval()


def unified() -> tuple[UnifiedForConditionalGeneration, Sheet, Any]:
    """Return a network of the unified model's class, a conversation with a text of five pieces that it copies from, and
    what stands in for the reader of texts."""
    torch.manual_seed(2)
    network = UnifiedForConditionalGeneration(
        UnifiedConfig(text_config=SIZES, encoder_width=16, pointer_width=8, first_thing=10, things=4)
    ).eval()
    text = Source("abcde", WORDS, 0, (3, 1, 4, 1, 5), tuple((n, n + 1) for n in range(5)), whole=True)
    sheet = Sheet(sources=[text], where=[1, 2, 3, 4, 5, 6])
    sheet.add([7, 64, 65, 66, 67, 68, 69, 8, 65, 66, 11, 9])
    sheet.follow[8:10] = [2, 3]
    reader = SimpleNamespace(
        states=lambda ids: torch.sin(torch.arange(len(ids) * 16.0)).view(-1, 16), static=torch.randn(8, 16)
    )
    return network, sheet, reader


def adapted(network: nn.Module, stirred: int | None = None, **settings: Any) -> PeftModel:
    """Return *network* with an adapter, that does something when *stirred* is a seed."""
    register()
    torch.manual_seed(3)
    model = get_peft_model(network, LoraMoeConfig(**{"num_experts": 4, "r": 3, **settings}))
    if stirred is not None:
        stir(model, stirred)
    return model.eval()


def stir(model: nn.Module, seed: int) -> None:
    """Give the experts of the active adapters of *model* something to say, as training would."""
    torch.manual_seed(seed)
    for layer in experts(model):
        for name in set(layer.active_adapters) & set(layer.settings):
            nn.init.normal_(layer.loramoe_up[name].weight, std=0.05)


def experts(model: nn.Module) -> Iterator[LoraMoeLinear]:
    """Yield the adapted layers of *model*."""
    return (m for m in model.modules() if isinstance(m, LoraMoeLinear))


def some_ids(seed: int = 4, size: tuple[int, int] = (2, 9)) -> Tensor:
    """Return token ids long of *size* that the language model knows."""
    return torch.randint(1, 64, size, generator=torch.Generator().manual_seed(seed))
