"""LoRAMoE as a method of peft: its verbs (get_peft_model, save_pretrained, from_pretrained, set_adapter ...) work on it."""

from __future__ import annotations

from typing import Any

from peft import mapping
from peft.tuners.tuners_utils import BaseTuner, BaseTunerLayer
from torch import nn

from models.loramoe.config import METHOD, LoraMoeConfig
from models.loramoe.layer import LoraMoeLinear

PREFIX = "loramoe_"


class LoraMoeModel(BaseTuner):
    """A network whose target layers carry experts; all its other parameters are frozen."""

    prefix = PREFIX
    tuner_layer_cls = LoraMoeLinear
    target_module_mapping: dict[str, list[str]] = {}  # noqa: RUF012 - the form that peft reads; a target is always given

    def _create_and_replace(
        self,
        config: LoraMoeConfig,
        adapter_name: str,
        target: nn.Module,
        target_name: str,
        parent: nn.Module,
        current_key: str,
        **_: Any,
    ) -> None:
        """Put experts beside *target*, or a further adapter's beside those that it has. Raises TypeError for a layer that
        is not linear."""
        if isinstance(target, LoraMoeLinear):
            target.update_layer(adapter_name, config)
            return
        if isinstance(target, BaseTunerLayer) or not isinstance(target, nn.Linear):
            raise TypeError(
                f"LoRAMoE stands beside linear layers, and {current_key} is {type(target).__name__}: name others in "
                "target_modules, or leave this one out with exclude_modules."
            )
        layer = LoraMoeLinear(target, adapter_name, config)
        if adapter_name not in self.active_adapters:
            layer.requires_grad_(False)
        self._replace_module(parent, target_name, layer, target)

    def _check_merge_allowed(self) -> None:
        raise ValueError(
            "A LoRAMoE adapter cannot be merged into its base: keep it loaded, or take it off with unload()."
        )


def register() -> None:
    """Make the method known to peft, for this process; a second call changes nothing.

    To be called before an adapter is made or loaded. peft's own ``register_peft_method`` takes members of its enumeration
    only, so the tables that it fills are filled here. Raises RuntimeError when another package has taken the name.
    """
    known = mapping.PEFT_TYPE_TO_CONFIG_MAPPING.get(METHOD)
    if known is LoraMoeConfig:
        return
    if known is not None or PREFIX in mapping.PEFT_TYPE_TO_PREFIX_MAPPING.values():
        raise RuntimeError(f"peft already knows another method as {METHOD}: {known}")
    mapping.PEFT_TYPE_TO_CONFIG_MAPPING[METHOD] = LoraMoeConfig
    mapping.PEFT_TYPE_TO_TUNER_MAPPING[METHOD] = LoraMoeModel
    mapping.PEFT_TYPE_TO_PREFIX_MAPPING[METHOD] = PREFIX


def describe(model: nn.Module) -> str:
    """Say in one line what *model* carries and trains: experts, layers, and parameters out of all."""
    layers = [m for m in model.modules() if isinstance(m, LoraMoeLinear)]
    shapes = sorted({(c.num_experts, c.r) for m in layers for n, c in m.settings.items() if n in m.active_adapters})
    experts = " and ".join(f"{count} experts of rank {rank}" for count, rank in shapes) or "no active experts"
    every = sum(p.numel() for p in model.parameters())
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    return (
        f"{experts} on {len(layers)} linear layers: {trained:,} of {every:,} parameters train ({trained / every:.2%})"
    )
