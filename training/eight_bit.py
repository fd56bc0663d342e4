"""Keep the large tensors of shipped weights in eight bits: half as large as in half precision, and loaded in full precision as before.

    python -m training.eight_bit assets/nano/vision [--least 4096]
    python -m training.eight_bit assets/nano/text_encoder

Weights of two dimensions or more with at least that many numbers are kept with one scale for each row (:mod:`models.eight_bit`); the manifest tells so,
and the sums of the new files. Weights that are kept so already stay as they are. Only the vision tower and the sentence encoder are read so.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

from models.eight_bit import EIGHT, packed
from models.weights import MANIFEST
from safetensors.torch import load_file, save_file
from torch import Tensor

from training.manifest import write_manifest

READ = ("unison_tower", "bert")
"""Kinds of weights whose loaders read eight bits: models.vision.dense and models.reader."""
SHARD = 9_000_000
"""Bytes of a file, at most, unless one tensor is larger."""


def keep(folder: Path, least: int = 4096) -> tuple[int, int]:
    """Rewrite the weights of *folder*; return how many bytes they took before, and take now. Raises FileNotFoundError where there are none or no
    manifest, ValueError for weights that cannot be kept so."""
    parts = sorted(folder.glob("*.safetensors"))
    if not parts:
        raise FileNotFoundError(f"{folder} holds no weights")
    kind = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("model_type")
    if kind not in READ:
        raise ValueError(f"weights of the kind {kind} are not read in eight bits, only those of {' and '.join(READ)}")
    facts = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    before = sum(part.stat().st_size for part in parts)
    state = {name: value for part in parts for name, value in load_file(part).items()}

    def large(name: str, value: Tensor) -> bool:
        return value.ndim > 1 and value.numel() >= least and value.is_floating_point() and not name.endswith(EIGHT)

    shards: list[dict[str, Tensor]] = [{}]
    size = 0
    for name, value in packed(state, large).items():
        if shards[-1] and size + value.nbytes > SHARD:
            shards.append({})
            size = 0
        shards[-1][name] = value.contiguous()
        size += value.nbytes
    made = folder.with_name(folder.name + ".part")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    for number, shard in enumerate(shards, 1):
        name = "model.safetensors" if len(shards) == 1 else f"model-{number:05d}-of-{len(shards):05d}.safetensors"
        save_file(shard, made / name, metadata={"format": "pt"})
    # all is written before anything goes, so that a full disk costs nothing
    for part in (*parts, *folder.glob("*.safetensors.index.json")):
        part.unlink()
    for part in made.iterdir():
        part.replace(folder / part.name)
    made.rmdir()
    facts.pop("files")
    write_manifest(folder, **{**facts, "kept": f"eight bits, by python -m training.eight_bit FOLDER --least {least}"})
    return before, sum(part.stat().st_size for part in folder.glob("*.safetensors"))


def main() -> None:
    """Run the command."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("folder", type=Path)
    reader.add_argument("--least", type=int, default=4096, help="numbers of a tensor, at least")
    asked = reader.parse_args()
    try:
        before, after = keep(asked.folder, asked.least)
    except (OSError, ValueError) as error:
        reader.error(str(error))
    print(f"{asked.folder.name}: {before / 1e6:.2f} MB before, {after / 1e6:.2f} MB now")


if __name__ == "__main__":
    main()
