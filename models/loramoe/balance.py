"""What the routers did in one forward pass: the localized balance loss that training adds, and which experts each task used.

    with routing(model) as routed:
        out = model(...)
    loss = out.loss + routed.balance_loss(kinds, mask)

The loss is taken from the gates themselves, outside the layers, and not kept or summed up in them: under gradient
checkpointing a layer runs a second time for its gradient, which then neither counts twice nor loses anything.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from models.loramoe.config import LoraMoeConfig
from models.loramoe.layer import LoraMoeLinear


@dataclass(frozen=True)
class Note:
    """What one router said: *chances* of all experts and the *gates* that acted, float32 [B, T, N]."""

    config: LoraMoeConfig
    chances: Tensor
    gates: Tensor


@dataclass(frozen=True)
class Usage:
    """How much each expert was used by each group of samples; the usages of several batches can be added.

    *layers*: names of the L adapted layers. *gates* float64 [L, groups, N]: sums of the gates over tokens. *spread* float64
    [L, groups]: sums of the gates' entropy over tokens, in units of log N. *tokens* float64 [groups].
    """

    layers: tuple[str, ...]
    gates: Tensor
    spread: Tensor
    tokens: Tensor

    def __add__(self, other: Usage) -> Usage:
        if self.layers != other.layers or self.gates.shape != other.gates.shape:
            raise ValueError("usages can be added when they are of the same layers, groups and experts")
        return Usage(self.layers, self.gates + other.gates, self.spread + other.spread, self.tokens + other.tokens)

    def shares(self) -> Tensor:
        """Return the mean gate of each expert, float64 [groups, N], over layers and tokens; rows of a group sum to 1, and
        are NaN for a group without a token."""
        return self.gates.mean(0) / self.tokens.unsqueeze(-1)

    def spreads(self) -> Tensor:
        """Return the mean entropy of the gates, float64 [groups]: 0 when each token uses one expert, 1 when it uses all
        alike; NaN for a group without a token."""
        return self.spread.mean(0) / self.tokens


class Routed:
    """The routers' notes of one forward pass."""

    def __init__(self) -> None:
        self._notes: dict[tuple[str, str], Note] = {}
        self._learning = torch.is_grad_enabled()
        self._closed = False

    def note(self, layer: str, config: LoraMoeConfig, adapter: str, chances: Tensor, gates: Tensor) -> None:
        """Keep what the router of *adapter* in *layer* said. Raises RuntimeError when gradients would be lost, or when the
        pass is not the only one; ValueError when *chances* is not [B, T, N]."""
        if self._closed:  # a checkpointed block that runs again for its gradient
            return
        if self._learning and not torch.is_grad_enabled():
            raise RuntimeError(
                "The routers run without gradients, so that the balance loss would have none: checkpoint with "
                "use_reentrant=False, or open routing() inside torch.no_grad() when nothing is to be learned."
            )
        if (layer, adapter) in self._notes:
            raise RuntimeError(
                f"{layer} ran twice within one routing(): open it anew for each forward pass, and take the balance loss "
                "before backward()."
            )
        if chances.dim() != 3:
            raise ValueError(f"{layer} sees inputs of shape {list(chances.shape[:-1])}, not batch and tokens")
        self._notes[layer, adapter] = Note(config, chances, gates)

    def balance_loss(self, kinds: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return the weighted balance loss of the pass, float32, the mean over the adapted layers.

        *kinds* long [B]: the kind of work of each sample, -1 for none in particular. *mask* bool [B, T]: the tokens that
        count; None: all. The mean and not the sum, so that its weight means the same for networks of any depth.
        """
        notes, kinds = self._all(), kinds.cpu()
        losses = [
            note.config.balance_weight
            * localized_balance(note.chances, kinds, mask, note.config.expert_kinds or [], note.config.balance_delta)
            for note in notes.values()
        ]
        return torch.stack(losses).mean()

    @torch.no_grad()
    def usage(self, groups: Tensor, count: int, mask: Tensor | None = None) -> Usage:
        """Return how the samples of each group used the experts. *groups* long [B], 0 to *count* - 1, such as the tasks of
        the samples; *mask* as for the balance loss. Raises ValueError when several adapters were active."""
        notes = self._all()
        layers = tuple(layer for layer, _ in notes)
        if len(set(layers)) < len(layers):
            raise ValueError("usage is told for one active adapter: choose it with set_adapter")
        first = next(iter(notes.values())).gates
        _check(groups, 0, count, first)
        keep = _counted(first, mask).double()
        member = nn.functional.one_hot(groups.to(first.device), count).double()
        tokens = member.T @ keep.sum(1)
        sums, spread = [], []
        for note in notes.values():
            gates = note.gates.double()
            sums.append(member.T @ (gates * keep.unsqueeze(-1)).sum(1))
            entropy = torch.special.entr(gates).sum(-1) / max(math.log(gates.shape[-1]), 1e-12)
            spread.append(member.T @ (entropy * keep).sum(1))
        return Usage(layers, torch.stack(sums).cpu(), torch.stack(spread).cpu(), tokens.cpu())

    def close(self) -> None:
        """Take no further notes."""
        self._closed = True

    def _all(self) -> dict[tuple[str, str], Note]:
        self.close()
        if not self._notes:
            raise RuntimeError("No router ran within routing(): was the forward pass inside, with an adapter enabled?")
        return self._notes


@contextmanager
def routing(model: nn.Module) -> Iterator[Routed]:
    """Note what the routers of *model* do in one forward pass, to be made inside; the notes can be read afterwards.

    Raises ValueError when *model* has no LoRAMoE layer, RuntimeError when it is being noted already.
    """
    layers = {name: m for name, m in model.named_modules() if isinstance(m, LoraMoeLinear)}
    if not layers:
        raise ValueError("The model has no LoRAMoE layer: add an adapter with get_peft_model or load_adapter.")
    if any(layer.watch is not None for layer in layers.values()):
        raise RuntimeError("One routing() is open on this model already.")
    routed = Routed()
    for name, layer in layers.items():
        layer.watch = partial(routed.note, name)
    try:
        yield routed
    finally:
        routed.close()
        for layer in layers.values():
            layer.watch = None


def localized_balance(
    chances: Tensor, kinds: Tensor, mask: Tensor | None, expert_kinds: list[int], delta: float
) -> Tensor:
    """Return the localized balance loss of one router, float32: var(Z) / mean(Z)^2 over samples and experts, where
    Z = I Q, Q is a sample's mean chance of an expert and I its coefficient (LoRAMoE, section 3.2, equations 4 to 6; the
    squared mean by its authors' word).

    *chances* float [B, T, N], *kinds* long [B] (-1: none), *mask* bool [B, T] or None. It differs from the published code
    where that works against what the paper says:

    - the expert meant for a sample's kind has the smaller coefficient, 1 - *delta*, since equal Z then give it the larger
      share; the others 1 + *delta*; a sample of no kind 1 throughout;
    - tokens that *mask* leaves out count nowhere, and so do samples without any other;
    - Q is a mean over tokens and not a sum, which would balance the lengths of samples against each other too;
    - there may be any number of kinds.

    It is 0 when no token counts. Raises ValueError for shapes or kinds that do not fit.
    """
    _check(kinds, -1, max(expert_kinds) + 1, chances)
    counted = _counted(chances, mask).float()
    tokens = counted.sum(1, keepdim=True)
    mean = (chances.float() * counted.unsqueeze(-1)).sum(1) / tokens.clamp(min=1)
    kind = kinds.to(chances.device).unsqueeze(-1)
    meant = kind == torch.tensor(expert_kinds, device=chances.device)
    balanced = torch.where(kind < 0, 1.0, torch.where(meant, 1.0 - delta, 1.0 + delta)) * mean
    some = (tokens > 0).float()  # masked and not indexed: a graphics processor need not wait for the number of samples
    size = (some.sum() * chances.shape[-1]).clamp(min=1)
    middle = (balanced * some).sum() / size
    variance = ((balanced - middle).square() * some).sum() / size
    return variance / middle.square().clamp(min=1e-12)


def _check(labels: Tensor, low: int, end: int, chances: Tensor) -> None:
    """Raise ValueError unless *labels* are one whole number from *low* to *end* - 1 for each sample of *chances*."""
    if labels.shape != chances.shape[:1] or labels.is_floating_point():
        raise ValueError(f"one whole number for each of {chances.shape[0]} samples is needed, not {list(labels.shape)}")
    if len(labels) and not (low <= int(labels.min()) and int(labels.max()) < end):
        raise ValueError(f"kinds and groups go from {low} to {end - 1} here, not {labels.min()} to {labels.max()}")


def _counted(chances: Tensor, mask: Tensor | None) -> Tensor:
    """Return which tokens of *chances* count, bool [B, T]."""
    if mask is None:
        return torch.ones(chances.shape[:2], dtype=torch.bool, device=chances.device)
    if mask.shape != chances.shape[:2]:
        raise ValueError(f"the mask is {list(mask.shape)}, but the routers saw {list(chances.shape[:2])} tokens")
    return mask.to(chances.device).bool()
