"""What is shipped of a finished run: the pipeline's folder in half precision, with a manifest."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from diffusers import FlowMatchEulerDiscreteScheduler
from models.diffusion.drawing import DrawingPipeline

from training.drawing.learning import Trainer
from training.manifest import write_manifest


def ship(trainer: Trainer, folder: Path, note: str = "") -> None:
    """Write the running mean of a run's weights as a pipeline that ``from_pretrained`` reads, with a manifest, to *folder*. Raises ValueError
    for a run of the autoencoder, which is shipped with its drawer."""
    if trainer.vae is None:
        raise ValueError("an autoencoder is shipped with the drawer that uses it: ship the run of that")
    import torch

    shutil.rmtree(folder, ignore_errors=True)
    plan, network = trainer.plan, trainer.network
    with trainer.mean.applied(network):
        pipe = DrawingPipeline(trainer.vae, network, FlowMatchEulerDiscreteScheduler(), trainer.bank.world.names)
        pipe.to(dtype=torch.float16)
        pipe.save_pretrained(folder, safe_serialization=True, max_shard_size="9MB")
        pipe.to(dtype=torch.float32)
    coder = plan.coder / "metrics.json" if plan.coder else None
    write_manifest(
        folder,
        command=f"{plan.command()}, then --ship FOLDER",
        note=note,
        licence="Apache-2.0",
        seed=plan.seed,
        steps=trainer.step,
        minutes=round(trainer.spent / 60, 1),
        parameters={"unet": _size(network), "vae": _size(trainer.vae)},
        things=list(trainer.bank.world.names),
        data={
            "bank": trainer.bank.digest(),
            "scenes": trainer.bank.count("scenes"),
            "changes": trainer.bank.count("changes"),
        },
        metrics=(trainer.log or [{}])[-1],
        coder=json.loads(coder.read_text("utf-8"))[-1] if coder and coder.is_file() else {},
    )


def _size(network: object) -> int:
    return sum(value.numel() for value in network.parameters())  # type: ignore[attr-defined]
