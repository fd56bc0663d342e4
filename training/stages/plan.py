"""What one stage of the training does, and what it may change of a network."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from training.precision import AUTO, chosen
from training.stages.taken import KINDS, ROWS

STAGES = ("one", "two", "three", "together")
"""Perception (the senses' adapters and the new tokens), task adaptation (the whole model), LoRAMoE on a frozen backbone; and for
comparison all of it at once."""
WITHOUT = ("high", "things", "marks")
"""What an ablation leaves out: the high-resolution half of a picture's cells, the rows of things and tracks, those of marks."""
RATES = {"one": 2e-3, "two": 7e-4, "three": 2e-3, "together": 1e-3}
TEXTS = {"one": 0.15, "two": 0.45, "three": 0.4, "together": 0.4}
"""The share of conversations in which nothing is perceived, so that what was learnt of words stays."""


@dataclass(frozen=True)
class Plan:
    """One run of one stage. *base* is the network that is taken over, or *shape* a configuration to begin afresh with (its decoder
    from the folder *decoder*), or *after* the run of the stage before. *bank* holds what is perceived, *pixels* the truth of its
    pictures; *talk*, "module:function", writes conversations about the bank for (seed, split, Bank). *rate* and *texts* -1 for the stage's own; *layouts* is the share
    of conversations of words alone that are about planned layouts besides those that come of themselves, *recorded* that of media given
    as the program perceives what it made itself. *experts* of rank *rank* make up the adapter; *lora* puts one of the same size in
    their place. *precision* auto: bf16 where the device is quick at it, else fp32. *ahead*: a second process prepares the batches. Times in minutes; *limit_steps* 0 for as many as the minutes allow."""

    stage: str
    run: Path
    minutes: float = 10.0
    base: Path = Path("assets/nano/unified")
    shape: Path | None = None
    decoder: Path | None = None
    after: Path | None = None
    bank: Path | None = None
    pixels: Path | None = None
    talk: str = "training.seeing.mixing:examples"
    seed: int = 1
    rate: float = -1.0
    texts: float = -1.0
    layouts: float = 0.0
    recorded: float = 0.0
    positions: int = 2560
    pool: int = 384
    without: tuple[str, ...] = ()
    experts: int = 8
    rank: int = 4
    lora: bool = False
    balance: float = 0.1
    precision: str = AUTO
    checkpointing: bool = False
    evaluate_every: float = 5.0
    measured: int = 240
    device: str = "cpu"
    threads: int = 1
    limit_steps: int = 0
    compiled: bool = False
    ahead: bool = True

    def __post_init__(self) -> None:
        if self.stage not in STAGES:
            raise ValueError(f"the stages are {', '.join(STAGES)}, not {self.stage!r}")
        if unknown := set(self.without) - set(WITHOUT):
            raise ValueError(f"only {', '.join(WITHOUT)} can be left out, not {', '.join(sorted(unknown))}")
        object.__setattr__(self, "precision", chosen(self.precision, self.device))
        if self.precision not in ("bf16", "fp16", "no"):
            raise ValueError(f'the precision is "auto", "bf16", "fp16" or "no", not {self.precision!r}')
        if not 0.0 <= self.layouts <= 1.0:
            raise ValueError(f"layouts is a share, 0 to 1, not {self.layouts}")
        if not 0.0 <= self.recorded <= 1.0:
            raise ValueError(f"recorded is a share, 0 to 1, not {self.recorded}")
        if self.precision == "fp16" and self.device == "cpu":
            raise ValueError("a CPU trains in bf16 or fp32: give --precision bf16 or no")

    @property
    def highest(self) -> float:
        """The highest learning rate."""
        return RATES[self.stage] if self.rate < 0 else self.rate

    @property
    def words(self) -> float:
        """The share of conversations without percepts; all of them without a bank."""
        return 1.0 if self.bank is None else TEXTS[self.stage] if self.texts < 0 else self.texts

    @property
    def adapted(self) -> bool:
        """Whether the stage trains an adapter."""
        return self.stage in ("three", "together")


@dataclass(frozen=True)
class Scope:
    """What may change: parameters by name, each whole (None) or the given rows of it."""

    parts: Mapping[str, Tensor | None] = field(default_factory=dict)

    def hold(self, network: nn.Module) -> None:
        """Let only these parameters of *network* have gradients."""
        for name, value in network.named_parameters():
            value.requires_grad_(name in self.parts)

    @torch.no_grad()
    def keep(self, network: nn.Module) -> None:
        """Take the gradient from all rows that may not change. AdamW leaves a row as it is, to the bit, that never had one and
        has no weight decay."""
        for name, value in network.named_parameters():
            rows = self.parts.get(name)
            if rows is None or value.grad is None:
                continue
            mask = torch.zeros(value.shape[0], *[1] * (value.dim() - 1), device=value.device, dtype=value.grad.dtype)
            mask[rows] = 1
            if hasattr(value.grad, "device_mesh"):  # a parameter that processes share
                from torch.distributed.tensor import distribute_tensor

                whole = mask.expand(value.shape).contiguous()  # each process makes its own part: nothing to be sent
                mask = distribute_tensor(whole, value.grad.device_mesh, value.grad.placements, src_data_rank=None)
            value.grad.mul_(mask)

    def keep_within(self, network: nn.Module) -> None:
        """Do what :meth:`keep` does while gradients come about, for a step that is taken with them."""
        for name, value in network.named_parameters():
            rows = self.parts.get(name)
            if rows is not None:
                mask = torch.zeros(value.shape[0], *[1] * (value.dim() - 1), device=value.device)
                mask[rows] = 1
                value.register_hook(lambda grad, mask=mask: grad * mask.to(grad.dtype))

    @property
    def partial(self) -> list[str]:
        """The names of parameters of which only some rows may change."""
        return [name for name, rows in self.parts.items() if rows is not None]

    def frozen(self, network: nn.Module) -> str:
        """Return the SHA-256 of all parameters and buffers of *network* that may not change."""
        total = hashlib.sha256()
        for name, value in sorted(network.state_dict().items()):
            if name in self.parts:
                rows = self.parts[name]
                if rows is None:
                    continue
                kept = torch.ones(len(value), dtype=torch.bool)
                kept[rows] = False
                value = value.cpu()[kept]
            value = value + 0 if value.is_floating_point() else value  # -0 is 0: a running mean makes one of the other
            total.update(name.encode())
            total.update(value.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
        return total.hexdigest()


def scope_of(stage: str, network: nn.Module, new: Sequence[int], kinds: int = 0) -> Scope:
    """Return what *stage* may change of *network*: its new tokens are *new*; of the kinds of rows of its bank the first *kinds* are not
    new. An adapter must be in place already."""
    names = [name for name, _ in network.named_parameters()]
    if stage == "one":
        parts: dict[str, Tensor | None] = {name: None for name in names if name.startswith(("senses.", "noticing."))}
        known: Any = dict(network.named_parameters())
        parts |= {name: torch.tensor(list(new), dtype=torch.long) for name in ROWS}
        parts[KINDS] = torch.arange(kinds, len(known[KINDS]))
        return Scope(parts)
    if stage == "two":
        return Scope(dict.fromkeys(names))
    if stage == "three":
        return Scope({name: None for name in names if "loramoe_" in name})
    return Scope(dict.fromkeys(names))
