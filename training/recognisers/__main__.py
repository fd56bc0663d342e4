"""Train the recognisers that evaluation scores drawn pictures and made sounds with.

    python -m training.recognisers pictures [--steps N] [--seed N] [--out assets/nano/recogniser_pictures]
    python -m training.recognisers sounds [--steps N] [--seed N] [--out assets/nano/recogniser_sounds]

Everything they learn from is drawn and synthesised on the way, from the seed. The held-out crops and sounds are others of the
same world: how well a recogniser names them bounds every score that is made with it.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from models.world import atlas
from models.world.sounds import CLASSES
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import cross_entropy

from training.manifest import write_manifest
from training.optimiser import Averaged, make_optimiser
from training.precision import autocast
from training.recognisers import crops, spectra
from training.recognisers.network import Recogniser, Shape, save

Batches = Iterator[tuple[Tensor, Tensor]]


@dataclass(frozen=True)
class Course:
    """What is learnt: the network's *shape*, endless *batches* of inputs and classes, *held_out* inputs and classes, the
    *kin* of each name (what is counted as nearly right), and what the manifest says of the *data*."""

    shape: Shape
    batches: Batches
    held_out: tuple[Tensor, Tensor]
    kin: tuple[str, ...]
    data: dict[str, Any]


def picture_inputs(pixels: NDArray[np.uint8]) -> Tensor:
    """Return crops uint8 [n, h, w, 3] as the picture recogniser takes them: float [n, 3, h, w], -1..1."""
    return torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 127.5 - 1


def pictures(seed: int, size: int) -> Course:
    """Return what the picture recogniser learns. Half of each batch is drawn anew, half was drawn up to 160 batches ago."""
    stock = crops.stock(np.random.default_rng([seed, 0]))
    other = crops.stock(np.random.default_rng([seed, 1]), grounds=120)
    drawn = list(islice(crops.batches(other, 500, np.random.default_rng([seed, 2])), 10))
    kin = tuple(atlas.entry(name).subgroup for name in stock.names)
    digest = hashlib.sha256(drawn[0][0].tobytes() + drawn[0][1].tobytes()).hexdigest()

    def batches() -> Batches:
        fresh = crops.batches(stock, size // 2, np.random.default_rng([seed, 3]))
        rng = np.random.default_rng([seed, 4])
        kept: list[tuple[NDArray[np.uint8], NDArray[np.int64]]] = []
        for pixels, labels in fresh:
            old = kept[int(rng.integers(len(kept)))] if kept else (pixels, labels)
            kept.append((pixels, labels))
            del kept[:-160]
            mirrored = old[0][:, :, ::-1]
            yield picture_inputs(np.concatenate([pixels, mirrored])), torch.from_numpy(np.concatenate([labels, old[1]]))

    held_out = (
        picture_inputs(np.concatenate([pixels for pixels, _ in drawn])),
        torch.from_numpy(np.concatenate([labels for _, labels in drawn])),
    )
    data = {"made_by": "training/recognisers/crops.py", "first_held_out_sha256": digest, "side_px": crops.SIDE}
    return Course(Shape(stock.classes, 3, (3, 3)), batches(), held_out, (*kin, crops.NOTHING), data)


def sounds(seed: int, size: int, each: int = 10) -> Course:
    """Return what the sound recogniser learns: *each* sounds of every class, varied without end."""
    names = tuple(CLASSES)
    bank = spectra.bank(names, each, seed)
    others = spectra.bank(names, 3, seed + 1_000_003)
    digest = hashlib.sha256(b"".join(take.tobytes() for row in bank for take in row)).hexdigest()

    def batches() -> Batches:
        for values, labels in spectra.batches(bank, size, np.random.default_rng([seed, 3])):
            yield torch.from_numpy(values)[:, None], torch.from_numpy(labels)

    takes = torch.stack([torch.from_numpy(take[:, : spectra.FRAMES])[None] for row in others for take in row])
    labels = torch.arange(len(names)).repeat_interleave(3)
    data = {"made_by": "training/recognisers/spectra.py", "sounds_each": each, "spectra_sha256": digest}
    shape = Shape(names, 1, (4, 1), (24, 48, 96, 96, 192))
    return Course(shape, batches(), (takes, labels), tuple(CLASSES[name].group for name in names), data)


def train(
    course: Course, steps: int, rate: float, seed: int, log: Callable[[str], None]
) -> tuple[Recogniser, Averaged]:
    """Return the network after *steps* batches and the running mean of its weights."""
    torch.manual_seed(seed)
    network = Recogniser(course.shape).train()
    optimiser, mean = make_optimiser(network, rate), Averaged(network, 0.995)
    start, loss_mean = time.monotonic(), 0.0
    for step, (inputs, labels) in enumerate(islice(course.batches, steps)):
        share = step / steps
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / 60) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * share)))
        with autocast("cpu"):
            scores = network(inputs)
        loss = cross_entropy(scores.float(), labels, label_smoothing=0.05)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        mean.update(network, step)
        loss_mean += (float(loss.detach()) - loss_mean) * (1 / (step + 1) if step < 50 else 0.02)
        if step % 100 == 99 or step + 1 == steps:
            log(f"step {step + 1} of {steps}, loss {loss_mean:.3f}, {time.monotonic() - start:.0f} s")
    return network, mean


@torch.no_grad()
def measure(network: Recogniser, course: Course) -> dict[str, float | int]:
    """Return how many held-out inputs are named right: by name, by name among the first five, and by kin; and for pictures
    how often nothing is taken for a thing and a thing for nothing. Shares 0..1."""
    network.eval()
    inputs, labels = course.held_out
    scores = torch.cat([network(part) for part in inputs.split(256)])
    best = scores.topk(min(5, scores.shape[1]), dim=1).indices
    said = best[:, 0]
    kin = [course.kin[int(a)] == course.kin[int(b)] for a, b in zip(said, labels, strict=True)]
    blank = course.shape.names.index(crops.NOTHING) if crops.NOTHING in course.shape.names else -1
    things = labels != blank
    found: dict[str, float | int] = {
        "things": int(things.sum()),
        "named_right": float((said == labels)[things].float().mean()),
        "right_among_five": float((best == labels[:, None]).any(1)[things].float().mean()),
        "kin_right": float(torch.tensor(kin)[things].float().mean()),
    }
    if blank >= 0:
        found["nothing"] = int((~things).sum())
        found["nothing_taken_for_a_thing"] = float((said != blank)[~things].float().mean())
        found["thing_taken_for_nothing"] = float((said == blank)[things].float().mean())
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("pictures", "sounds"))
    parser.add_argument("--steps", type=int, help="batches; 3000 for pictures, 1200 for sounds")
    parser.add_argument("--size", type=int, default=128, help="inputs of a batch")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--out", type=Path, help="folder; below assets/nano when left out")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    out = arguments.out or Path("assets/nano") / f"recogniser_{arguments.what}"
    make, usual, rate = (pictures, 3000, 3e-3) if arguments.what == "pictures" else (sounds, 1200, 3e-3)
    steps = arguments.steps or usual
    start = time.monotonic()
    course = make(arguments.seed, arguments.size)
    print(f"data ready after {time.monotonic() - start:.0f} s", flush=True)
    network, mean = train(course, steps, rate, arguments.seed, lambda line: print(line, flush=True))
    with mean.applied(network):
        found = measure(network, course)
        save(network, network.state_dict(), out)
    print(found)
    command = f"python -m training.recognisers {arguments.what} --steps {steps} --size {arguments.size} --seed {arguments.seed}"
    write_manifest(
        out, command=command, seed=arguments.seed, data=course.data, held_out=found, seconds=round(time.monotonic() - start),
        parameters=sum(p.numel() for p in network.parameters()), licence="Apache-2.0",
    )  # fmt: skip


if __name__ == "__main__":
    main()
