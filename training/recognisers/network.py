"""The recogniser: a few convolutions, features, a score for each name; how it is written to a folder and read back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from models.expert import Refusal
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

WEIGHTS = "model.safetensors"
CONFIG = "config.json"


@dataclass(frozen=True)
class Shape:
    """What a recogniser is built from. *names* are the classes in the order of the scores; *channels* those of the input;
    *pool* the rows and columns that the last map is averaged to; *widths* the channels of the layers; *features* how many
    numbers describe an input."""

    names: tuple[str, ...]
    channels: int
    pool: tuple[int, int]
    widths: tuple[int, ...] = (32, 64, 128, 128, 256)
    features: int = 96


class Recogniser(nn.Module):
    """Scores float [batch, names] for inputs float [batch, channels, height, width]; sides of 16 at least."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        one, two, three, four, five = shape.widths
        self.layers = nn.ModuleList(
            [
                _layer(shape.channels, one, 5, 2), _layer(one, two, 3, 2), _layer(two, three, 3, 2),
                _layer(three, four, 3, 1), _layer(four, five, 3, 2),
            ]
        )  # fmt: skip
        self.pool = nn.AdaptiveAvgPool2d(shape.pool)
        places = shape.pool[0] * shape.pool[1]
        self.describe = nn.Sequential(
            nn.Linear(five * places, shape.features, bias=False), nn.BatchNorm1d(shape.features)
        )
        self.name = nn.Linear(shape.features, len(shape.names))

    def maps(self, inputs: Tensor) -> list[Tensor]:
        """Return the map of every layer, float [batch, width, h, w]."""
        found, values = [], inputs
        for layer in self.layers:
            values = layer(values)
            found.append(values)
        return found

    def features(self, inputs: Tensor) -> Tensor:
        """Return what describes each input, float [batch, features]."""
        described: Tensor = self.describe(self.pool(self.maps(inputs)[-1]).flatten(1))
        return described

    def forward(self, inputs: Tensor) -> Tensor:
        scores: Tensor = self.name(torch.relu(self.features(inputs)))
        return scores


def _layer(before: int, after: int, kernel: int, stride: int) -> nn.Sequential:
    convolution = nn.Conv2d(before, after, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(after), nn.ReLU())


def save(network: Recogniser, weights: dict[str, Tensor], folder: Path, **about: Any) -> None:
    """Write *weights* of *network* in half precision and its shape to *folder*; *about* is kept in the config."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = {
        name: (value.half() if value.is_floating_point() else value).contiguous() for name, value in weights.items()
    }
    save_file(kept, folder / WEIGHTS, metadata={"format": "pt"})
    text = json.dumps({**about, "shape": asdict(network.shape)}, indent=1, ensure_ascii=False)
    (folder / CONFIG).write_text(text + "\n", encoding="utf-8")


def load(folder: Path, device: str = "cpu") -> Recogniser:
    """Return the recogniser of *folder*, ready to be asked. Raises Refusal when it is not there or cannot be read."""
    try:
        facts = json.loads((folder / CONFIG).read_text(encoding="utf-8"))["shape"]
        shape = Shape(tuple(facts["names"]), int(facts["channels"]), _pair(facts["pool"]), tuple(facts["widths"]),
                      int(facts["features"]))  # fmt: skip
        network = Recogniser(shape)
        network.load_state_dict({name: value.float() if value.is_floating_point() else value
                                 for name, value in load_file(folder / WEIGHTS).items()})  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise Refusal(
            f"The recogniser in {folder} cannot be read: {error}.",
            "Make it with python -m training.recognisers pictures, or sounds.",
        ) from error
    network.to(device).eval()
    return network


def _pair(values: Sequence[Any]) -> tuple[int, int]:
    rows, columns = values
    return int(rows), int(columns)
