"""Linear layers that know what they begin with."""

from __future__ import annotations

from torch import nn


class Begun(nn.Linear):
    """A linear layer whose weights begin with the standard deviation *spread*, 0 for zeros, and whose bias with zeros: also where it is
    missing in the weights that a network is loaded from, which would otherwise be drawn as for any layer."""

    def __init__(self, before: int, after: int, bias: bool = True, spread: float = 0.0) -> None:
        self.spread = spread
        super().__init__(before, after, bias)

    def reset_parameters(self) -> None:
        """Set the weights to what they begin with."""
        if self.spread:
            nn.init.normal_(self.weight, std=self.spread)
        else:
            nn.init.zeros_(self.weight)
        if self.bias is not None:
            nn.init.zeros_(self.bias)
