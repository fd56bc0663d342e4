"""Manifests of weights: every file of a folder and below it is in one, and the check at the start sees a byte that flipped there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.brain import load_model
from models.expert import Refusal
from models.values import Checkpoint
from models.weights import faults
from training.manifest import write_manifest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a pipeline's folder, with weights in folders below it, and one of another's that has a manifest of its own."""
    root = tmp_path / "assets" / "nano" / "unified"
    for name in (
        "model_index.json",
        "unet/config.json",
        "unet/deep/part.safetensors",
        "vae/model.safetensors",
        "adapter/one.bin",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode() * 9)
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text("none of its")
    write_manifest(root / "adapter")
    return root


def test_a_manifest_tells_the_sums_of_all_that_lies_below_its_folder(folder: Path) -> None:
    found = write_manifest(folder, seed=3)
    told = json.loads((folder / "MANIFEST.json").read_text("utf-8"))
    assert told == {"seed": 3, "files": found}
    assert list(told["files"]) == [
        "model_index.json",
        "unet/config.json",
        "unet/deep/part.safetensors",
        "vae/model.safetensors",
    ]
    assert (folder / "unet/deep/part.safetensors").stat().st_mode & 0o777 == 0o644
    assert faults(folder.parent) == []
    assert write_manifest(folder, seed=3) == found, "written anew it is the same"


@pytest.mark.parametrize(
    "name", ["unet/deep/part.safetensors", "vae/model.safetensors", "adapter/one.bin", "model_index.json"]
)
def test_the_check_at_the_start_names_a_file_of_a_folder_below_with_a_flipped_byte(name: str, folder: Path) -> None:
    write_manifest(folder)
    content = bytearray((folder / name).read_bytes())
    content[5] ^= 1
    (folder / name).write_bytes(content)
    where = f"adapter/{Path(name).name}" if name.startswith("adapter") else f"unified/{name}"
    assert faults(folder.parent) == [f"{where} is damaged"]
    with pytest.raises(Refusal, match=f"cannot be used: {where} is damaged"):
        load_model(Checkpoint("native", source="nano/unified"), "cpu", folder.parents[1])
    (folder / name).unlink()
    assert faults(folder.parent) == [f"{where} is missing"]
