"""Weights in eight bits: what comes back is near, and exactly what was kept when it is kept again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch

from models.eight_bit import EIGHT, SCALE, packed, unpacked
from models.reader import TEXT_ENCODER, Reader
from models.vision import dense
from models.weights import faults
from training.eight_bit import keep

ASSETS = dense.ASSETS


def wide(name: str, value: torch.Tensor) -> bool:
    return value.ndim > 1


def test_what_comes_back_is_near_in_every_row() -> None:
    rows = torch.randn(40, 3, 5, generator=torch.Generator().manual_seed(1)) * torch.logspace(-4, 2, 40)[:, None, None]
    state = {"conv.weight": rows, "conv.bias": torch.randn(40)}
    kept = packed(state, wide)
    assert {name: value.dtype for name, value in kept.items()} == {
        "conv.weight" + EIGHT: torch.int8, "conv.weight" + SCALE: torch.float32, "conv.bias": torch.float32,
    }  # fmt: skip
    back = unpacked(kept)
    assert back.keys() == state.keys()
    assert torch.equal(back["conv.bias"], state["conv.bias"])
    assert back["conv.weight"].shape == rows.shape
    off = (back["conv.weight"] - rows).abs().flatten(1).amax(1)
    assert bool((off <= 0.51 * rows.abs().flatten(1).amax(1) / 127).all()), "half a step at most"


def test_what_is_kept_again_is_the_same() -> None:
    once = unpacked(packed({"a": torch.randn(6, 9)}, wide))
    assert torch.equal(unpacked(packed(once, wide))["a"], once["a"])


def test_rows_of_zeros_stay_zeros_and_a_name_like_a_scale_is_kept() -> None:
    state = {"a": torch.zeros(2, 3), "b.scale": torch.ones(4)}
    back = unpacked(packed(state, wide))
    assert torch.equal(back["a"], state["a"])
    assert torch.equal(back["b.scale"], state["b.scale"])


def test_what_cannot_be_kept_is_refused() -> None:
    for broken in (torch.tensor([[float("nan")]]), torch.tensor([[float("inf")]]), torch.ones(3)):
        with pytest.raises(ValueError, match="eight bits"):
            packed({"a": broken}, lambda name, value: True)
    kept = packed({"a": torch.ones(2, 2)}, wide)
    with pytest.raises(KeyError):
        unpacked({"a" + EIGHT: kept["a" + EIGHT]})
    with pytest.raises(ValueError, match="rows"):
        unpacked({**kept, "a" + SCALE: torch.ones(3)})


def test_a_shipped_tower_kept_in_eight_bits_sees_nearly_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "vision"
    shutil.copytree(ASSETS / "nano/vision", folder)
    whole = dense.load(str(folder)).state_dict()
    dense.load.cache_clear()
    before, after = keep(folder)
    assert after < 0.62 * before or "eight bits" in (ASSETS / "nano/vision/MANIFEST.json").read_text()
    assert not faults(folder)
    assert "eight bits" in json.loads((folder / "MANIFEST.json").read_text())["kept"]
    again = dense.load(str(folder)).state_dict()
    dense.load.cache_clear()
    assert again.keys() == whole.keys()
    off = {name: float((again[name] - value).norm() / value.norm().clamp(min=1e-9)) for name, value in whole.items() if value.is_floating_point()}  # fmt: skip
    assert max(off.values()) < 0.02
    files = {path.name: path.read_bytes() for path in folder.glob("*.safetensors")}
    assert keep(folder) == (after, after), "what is kept so already stays"
    assert files == {path.name: path.read_bytes() for path in folder.glob("*.safetensors")}


def test_a_text_encoder_reads_alike_with_its_words_in_eight_bits(tmp_path: Path) -> None:
    folder = tmp_path / "text"
    shutil.copytree(TEXT_ENCODER, folder)
    keep(folder)
    texts = ["a dog on a meadow", "three red apples", "the sound of rain, then thunder"]
    one, other = (Reader(place).sentences(texts) for place in (TEXT_ENCODER, folder))
    assert float((one * other).sum(1).min()) > 0.995


def test_a_folder_without_weights_and_one_that_is_not_read_so_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        keep(tmp_path)
    folder = tmp_path / "hearing"
    shutil.copytree(ASSETS / "nano/hearing", folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(ValueError, match="not read in eight bits"):
        keep(folder)
    assert before == {path.name: path.read_bytes() for path in folder.iterdir()}
