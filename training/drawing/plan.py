"""What one run of one stage does, as options of the command line name it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from training.precision import AUTO, chosen

STAGES = ("coder", "drawer")
"""The autoencoder; the denoiser."""
_RATES = {"coder": 2e-3, "drawer": 1e-3}
_SIZES = {"coder": 16, "drawer": 32}
_FREE = (
    "run",
    "minutes",
    "evaluate_every",
    "measured",
    "limit_steps",
    "device",
    "precision",
    "compiled",
    "bank",
    "coder",
    "most",
    "threads",
)


@dataclass(frozen=True)
class Plan:
    """*run*: the folder of the run. *bank*: what is learnt from; *coder*: the run of the autoencoder, or a folder with one (stage drawer).
    *shape*: a name of ``training.drawing.shapes``. *minutes* and *evaluate_every* in minutes of the processor; *limit_steps*: steps instead,
    0 for as many as the minutes allow. *rate*, *size*: 0 for the stage's own. *decay*: of the running mean of the weights.
    *precision*: bf16, fp16, no, or auto for what suits the device; *compiled*: the network is compiled first. *measured*: pictures that are measured on the way, 0 for none;
    *most*: shards of the bank, at most. Raises ValueError for a stage that there is not, or a drawer without a coder."""

    stage: str
    run: Path
    bank: Path
    coder: Path | None = None
    shape: str = "nano"
    minutes: float = 10.0
    seed: int = 1
    rate: float = 0.0
    size: int = 0
    decay: float = 0.999
    precision: str = AUTO
    device: str = "cpu"
    compiled: bool = False
    threads: int = 1
    evaluate_every: float = 10.0
    measured: int = 32
    limit_steps: int = 0
    most: int = 1_000_000

    def __post_init__(self) -> None:
        if self.stage not in STAGES:
            raise ValueError(f"there is no stage {self.stage!r}, only {' and '.join(STAGES)}")
        object.__setattr__(self, "precision", chosen(self.precision, self.device))
        if self.stage == "drawer" and self.coder is None:
            raise ValueError("the drawer needs an autoencoder: --coder RUN")

    @property
    def highest(self) -> float:
        """The learning rate at its highest."""
        return self.rate or _RATES[self.stage]

    @property
    def batch(self) -> int:
        """Pictures of a step in each process."""
        return self.size or _SIZES[self.stage]

    def same(self) -> dict[str, Any]:
        """Return what decides what is learnt, which a run must not change on its way."""
        return {name: value for name, value in asdict(self).items() if name not in _FREE}

    def command(self) -> str:
        """Return the command, folders by what they are."""
        words = [f"python -m training.drawing {self.stage} --run RUN --bank BANK"]
        words += ["--coder CODER"] * (self.coder is not None)
        words += [f"--limit-steps {self.limit_steps}"] if self.limit_steps else [f"--minutes {self.minutes:g}"]
        usual = Plan("coder", Path(), Path())
        names = ("shape", "seed", "rate", "size", "decay")
        words += [f"--{name} {getattr(self, name)}" for name in names if getattr(self, name) != getattr(usual, name)]
        words += [f"--precision {self.precision}"]
        return " ".join(words)
