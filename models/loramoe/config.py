"""The configuration of a LoRAMoE adapter: how many experts, how large, where, and how they share the work."""

from __future__ import annotations

from dataclasses import dataclass, field

from peft.config import PeftConfig

FEED_FORWARD = ("gate_proj", "up_proj", "down_proj")
"""The linear layers of a Llama-type feed-forward block, which the paper adapts."""


class Method(str):
    """The name by which peft finds this tuner. Its own methods are members of an enumeration, of which it reads *value*;
    a string with that property fits beside them, and peft's enumeration stays as it is."""

    @property
    def value(self) -> str:
        return str(self)


METHOD = Method("LORAMOE")


@dataclass
class LoraMoeConfig(PeftConfig):
    """What an adapter is made of; saved as ``adapter_config.json``.

    *num_experts* pairs of low-rank matrices of rank *r*, scaled by ``lora_alpha / r``, and a router stand beside each
    linear layer that *target_modules* names (a list of name endings, or a pattern) and *exclude_modules*,
    *layers_to_transform* and *layers_pattern* leave in, as in peft's LoRA. With *top_k* only that many experts act on a
    token. *lora_dropout*: share of the experts' inputs blanked in training; the router sees all. *modules_to_save*: other
    modules that are trained and saved whole.

    The balance loss knows *kinds* kinds of work; ``expert_kinds[n]`` is the one that expert n is meant for, by default
    blocks of as equal a size as can be. *balance_weight* is what it weighs beside the task's loss, *balance_delta* (0 to 1)
    how strongly the experts part by kind: at the loss's minimum, an expert meant for a sample's kind carries
    ``(1 + delta) / (1 - delta)`` times as much as one that is not (about that, where kinds have unequal numbers of experts).

    Raises ValueError for numbers that fit no adapter.
    """

    r: int = 4
    num_experts: int = 8
    lora_alpha: float = 32.0
    lora_dropout: float = 0.0
    top_k: int | None = None
    kinds: int = 2
    expert_kinds: list[int] | None = None
    balance_weight: float = 0.1
    balance_delta: float = 0.1
    target_modules: list[str] | str | None = field(default_factory=lambda: list(FEED_FORWARD))
    exclude_modules: list[str] | str | None = None
    layers_to_transform: list[int] | int | None = None
    layers_pattern: list[str] | str | None = None
    modules_to_save: list[str] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.peft_type = METHOD
        if self.r < 1 or self.num_experts < 1:
            raise ValueError(
                f"LoRAMoE needs a rank and a number of experts of 1 or more, not {self.r}, {self.num_experts}"
            )
        if self.top_k is not None and not 1 <= self.top_k <= self.num_experts:
            raise ValueError(f"top_k must be 1 to {self.num_experts}, the number of experts, or None, not {self.top_k}")
        if not 0 <= self.lora_dropout < 1:
            raise ValueError(f"lora_dropout is a share from 0 to below 1, not {self.lora_dropout}")
        if self.balance_weight < 0 or not 0 <= self.balance_delta < 1:
            raise ValueError(
                f"balance_weight must be 0 or more and balance_delta from 0 to below 1, not {self.balance_weight}, "
                f"{self.balance_delta}"
            )
        if not 1 <= self.kinds <= self.num_experts:
            raise ValueError(f"kinds must be 1 to {self.num_experts}, so that each has an expert, not {self.kinds}")
        if self.expert_kinds is None:
            self.expert_kinds = [n * self.kinds // self.num_experts for n in range(self.num_experts)]
        if len(self.expert_kinds) != self.num_experts or set(self.expert_kinds) != set(range(self.kinds)):
            raise ValueError(
                f"expert_kinds must name a kind from 0 to {self.kinds - 1} for each of {self.num_experts} experts, and "
                f"each kind at least once, not {self.expert_kinds}"
            )
