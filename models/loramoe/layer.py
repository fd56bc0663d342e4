"""A linear layer with low-rank experts and a router beside it, all of them stacked into two matrix products.

    g = softmax(R x)        y = W x + sum over n of g_n * (alpha / r) * B_n A_n x

as in LoRAMoE (arXiv 2312.09979; Kaiming-uniform A and R without bias, B = 0). The rows of all A_n and of R are
one matrix, the columns of all B_n another: a loop over N experts would make 2 N + 1 small products. Each token is routed by
itself, so that decoding with a cache equals decoding without one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from peft.tuners.tuners_utils import BaseTunerLayer
from torch import Tensor, float32, nn
from torch.nn import functional

from models.loramoe.config import LoraMoeConfig

Watch = Callable[[LoraMoeConfig, str, Tensor, Tensor], None]
"""Is told, in each forward pass, an adapter's configuration and name, and float32 [..., N] the router's chances of all
experts and the gates that act."""


class LoraMoeLinear(nn.Module, BaseTunerLayer):
    """*base_layer* (a linear layer, left as it is) plus the experts of every active adapter.

    ``loramoe_down[name]`` holds the stacked A_n and R, float [N * r + N, inputs], and ``loramoe_up[name]`` the stacked B_n,
    float [outputs, N * r].
    """

    adapter_layer_names = ("loramoe_down", "loramoe_up")
    other_param_names = ("settings",)

    def __init__(self, base_layer: nn.Module, adapter_name: str, config: LoraMoeConfig) -> None:
        super().__init__()
        self.base_layer = base_layer
        self.loramoe_down = nn.ModuleDict()
        self.loramoe_up = nn.ModuleDict()
        self.settings: dict[str, LoraMoeConfig] = {}
        self.watch: Watch | None = None
        self._disable_adapters = False
        self.merged_adapters: list[str] = []
        self._active_adapter = adapter_name
        self.update_layer(adapter_name, config)

    def update_layer(self, adapter_name: str, config: LoraMoeConfig) -> None:
        """Add the adapter *adapter_name*; until it is trained, it changes nothing."""
        base, middle = self.get_base_layer(), config.num_experts * config.r
        down = nn.Linear(base.in_features, middle + config.num_experts, bias=False)
        up = nn.Linear(middle, base.out_features, bias=False)
        nn.init.kaiming_uniform_(down.weight, a=math.sqrt(5))
        nn.init.zeros_(up.weight)
        self.loramoe_down[adapter_name], self.loramoe_up[adapter_name] = down, up
        self.settings[adapter_name] = config
        self._move_adapter_to_device_of_base_layer(adapter_name)
        self.set_adapter(self.active_adapters, inference_mode=config.inference_mode)

    def forward(self, x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        """Return the layer's output for *x* float [..., inputs], in the base layer's dtype."""
        result = self.base_layer(x, *args, **kwargs)
        if self.disable_adapters:
            return result
        for name in self.active_adapters:
            if name in self.settings:
                result = result + self._experts(name, x).to(result.dtype)
        return result

    def _experts(self, name: str, x: Tensor) -> Tensor:
        """Return what the experts of *name* add for *x*: float [..., outputs]."""
        config, down, up = self.settings[name], self.loramoe_down[name], self.loramoe_up[name]
        count, middle = config.num_experts, config.num_experts * config.r
        x = self._cast_input_dtype(x, down.weight.dtype)
        if self.training and config.lora_dropout:
            # the router reads what the experts do not, so by a product of its own
            inner = functional.linear(functional.dropout(x, config.lora_dropout), down.weight[:middle])
            wish = functional.linear(x, down.weight[middle:])
        else:
            inner, wish = down(x).split([middle, count], -1)
        chances = wish.softmax(-1, dtype=float32)
        gates = chances if config.top_k is None else keep_best(chances, config.top_k)
        if self.watch is not None:
            self.watch(config, name, chances, gates)
        share = (gates * (config.lora_alpha / config.r)).to(inner.dtype).unsqueeze(-1)
        return up((inner.unflatten(-1, (count, config.r)) * share).flatten(-2))

    def merge(self, safe_merge: bool = False, adapter_names: list[str] | None = None) -> None:
        """Raise ValueError: what the experts add depends on the token, so that no one matrix can hold it."""
        raise ValueError(
            "A LoRAMoE adapter cannot be merged into its base: keep it loaded, or take it off with unload()."
        )

    def unmerge(self) -> None:
        """Do nothing: nothing can have been merged."""


def keep_best(chances: Tensor, count: int) -> Tensor:
    """Return *chances* float [..., N] with all but the *count* greatest of each row at 0, and rows that sum to 1 again."""
    best, where = chances.topk(count, -1)
    return chances.new_zeros(chances.shape).scatter(-1, where, best / best.sum(-1, keepdim=True))
