"""Rewrite a published pipeline whose weights are pickles as one with safetensors, the one format that the program reads.

    python -m training.rewrite SOURCE OUT

Run once, by a person, on a folder that was fetched: SOURCE is a pipeline in diffusers' layout. Its state dicts are read by torch's restricted
reader (``weights_only``), which builds tensors and runs nothing that a file names. OUT gets the same layout, with configurations and
tokenizer as they are, and a manifest. Code, images and texts of SOURCE are left behind.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from training.manifest import write_manifest

KEPT = (".json", ".txt")
"""Endings of what is copied: configurations, vocabularies, merges."""
GATES = "position_net."
"""How the names of weights begin that a denoiser has which was trained to place things in boxes."""


def rewrite(source: Path, out: Path) -> list[str]:
    """Write the pipeline in the folder *source* to the folder *out*, which must not be there, whole or not at all; return what was done, a
    sentence for each file. Raises FileNotFoundError where there is no pipeline, FileExistsError, and ValueError for weights that the
    restricted reader refuses, that are no tensors, that are in several files, or that all lack what places things in boxes where the
    configuration says that they have it."""
    if not (source / "model_index.json").is_file():
        raise FileNotFoundError(f"{source} holds no model_index.json: it is no pipeline in diffusers' layout")
    if out.exists():
        raise FileExistsError(f"{out} is there already: name a folder that is not")
    half = out.with_name(f"{out.name}.part")
    shutil.rmtree(half, ignore_errors=True)
    try:
        told, sums = _written(source, half)
        write_manifest(half, command=f"python -m training.rewrite {source.name} {out.name}", pickles=sums)
        half.rename(out)
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return told


def _written(source: Path, out: Path) -> tuple[list[str], dict[str, str]]:
    told, sums, left_out = list[str](), dict[str, str](), list[Path]()
    for path in _files(source):
        name = path.relative_to(source)
        if path.name.endswith(".bin.index.json"):
            raise ValueError(f"{name} tells of weights in several files, which this command does not join")
        target = out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix in KEPT:
            shutil.copyfile(path, target)
        elif path.suffix == ".bin":
            state = read(path)
            if _gated(path.parent) and not any(key.startswith(GATES) for key in state):
                told.append(f"{name} was left out: it lacks the weights that place things in boxes")
                left_out.append(name)
                continue
            # transformers' files are called so, diffusers' keep their name
            stem = name.name.replace("pytorch_model", "model") if name.name.startswith("pytorch_model") else name.name
            target = target.with_name(f"{stem.removesuffix('.bin')}.safetensors")
            save_file(state, target, metadata={"format": "pt"})
            sums[name.as_posix()] = _sum(path)
            told.append(f"{name} was rewritten as {target.name}: {len(state)} tensors")
        elif path.suffix == ".safetensors" and not path.with_suffix(".bin").exists():
            shutil.copyfile(path, target)
    for name in left_out:
        if not list((out / name.parent).glob("*.safetensors")):
            raise ValueError(
                f"{name.as_posix()} lacks the weights that place things in boxes, and no other file there has them"
            )
    if not list(out.glob("*/*.safetensors")):
        raise ValueError(f"{source} holds no weights that could be rewritten")
    return told, sums


def _sum(path: Path) -> str:
    """Return the SHA-256 of the file *path*, which is read in blocks: it may be larger than the machine's memory."""
    made = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            made.update(block)
    return made.hexdigest()


def _files(source: Path) -> Iterator[Path]:
    """Yield the files of the pipeline: of its own folder and of the folders of its parts."""
    for folder in (
        source,
        *sorted(path for path in source.iterdir() if path.is_dir() and not path.name.startswith(".")),
    ):
        yield from sorted(path for path in folder.iterdir() if path.is_file())


def read(path: Path) -> dict[str, Tensor]:
    """Return the tensors of the pickled state dict *path* by name, each with memory of its own. Raises ValueError for a file that names
    anything but tensors."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # what the reader refuses it tells by errors of several libraries
        raise ValueError(
            f"{path.name} is more than tensors, or broken, and was not read: {str(error)[:200]}"
        ) from error
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        raise ValueError(f"{path.name} holds more than tensors")
    return {str(name): value.detach().clone().contiguous() for name, value in state.items()}


def _gated(folder: Path) -> bool:
    config = folder / "config.json"
    return config.is_file() and "gated" in str(json.loads(config.read_text("utf-8")).get("attention_type", ""))


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.rewrite", description=(__doc__ or "").split("\n", maxsplit=1)[0]
    )
    parser.add_argument("source", type=Path, help="the folder that was fetched")
    parser.add_argument("out", type=Path, help="where the rewritten pipeline goes")
    asked = parser.parse_args()
    try:
        print("\n".join(rewrite(asked.source, asked.out)))
    except (OSError, ValueError) as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
