"""Fit what judges the senses: how sure a thing is, whether a picture or a sound is of the known world, and what a picture shows as a whole.

    python -m training.gates sights [--count 160] [--seed 1] [--out assets/nano/senses]
    python -m training.gates noises [--count 240] [--seed 1] [--out assets/nano/senses]
    python -m training.gates settings [--count 3000] [--seed 1] [--out assets/nano/senses]
    python -m training.gates hues --bank BANK [--out assets/nano/senses]

All that is fitted is a line through figures of frozen encoders, by logistic regression with a ridge. Half of what is of the known world
sets the line, the other half the threshold: REFUSED of it is turned away. Nothing recorded is read; how real pictures and sounds fare is
measured by ``evaluation.sight`` and ``evaluation.hearing`` alone.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from models.senses import ear, eye, gate, naming, sureness
from models.senses.hue import FILE as HUES
from models.senses.hue import save as save_hues
from models.senses.perceive import ASSETS, HEARING, LOW, NOISES, SETTINGS, SIGHTS, SURENESS, WINDOWS
from models.vision import dense
from models.vision.audio import hear
from models.vision.suppress import overlaps
from numpy.typing import NDArray
from safetensors.numpy import save_file

from training.gates import hues, known, noises, settings, strange
from training.manifest import NAME, write_manifest
from training.truth.words import cast
from training.vision.scenes import SIZES, sight

REFUSED = 0.09
"""Share of what is of the known world that a gate turns away."""
RIDGE = 0.3
RIGHT = 0.5
"""Overlap (intersection over union) with a true box from which a box is a thing's."""


def fitted(
    rows: NDArray[np.floating], labels: NDArray[np.bool_], ridge: float = RIDGE
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32], float]:
    """Return centre, scale and weights, float32 [n], and the bias of the logistic regression of *labels* [m] on *rows* [m, n]: the mean
    cross entropy and *ridge* times the weights' squares are least."""
    centre, scale = rows.mean(0), rows.std(0) + 1e-4
    inputs = torch.from_numpy(((rows - centre) / scale).clip(-6, 6).astype(np.float64))
    wanted = torch.from_numpy(labels.astype(np.float64))
    weights = torch.zeros(rows.shape[1] + 1, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=300, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        odds = inputs @ weights[1:] + weights[0]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(odds, wanted) + ridge * weights[1:].square().sum()
        loss.backward()
        return loss

    optimiser.step(closure)
    made = weights.detach().numpy()
    return centre.astype(np.float32), scale.astype(np.float32), made[1:].astype(np.float32), float(made[0])


def gate_of(
    world: Sequence[NDArray[np.float32]], other: Sequence[NDArray[np.float32]]
) -> tuple[gate.Gate, dict[str, float]]:
    """Return the gate between media of the known *world* and *other* ones, each by the features of its parts [parts, n], and what it
    reaches on the halves that the line was not fitted on."""
    halves = [(kept[::2], kept[1::2]) for kept in (world, other)]
    rows = np.concatenate([*halves[0][0], *halves[1][0]])
    labels = np.arange(len(rows)) < sum(map(len, halves[0][0]))
    centre, scale, weights, _ = fitted(rows, labels)
    line = gate.Gate(centre, scale, weights, 0.0)
    scores = [np.array([line.score(one).mean() for one in half[1]]) for half in halves]
    made = replace(line, threshold=float(np.quantile(scores[0], REFUSED)))
    return made, {"other_let_in": round(float((scores[1] >= made.threshold).mean()), 4), "refused": REFUSED}


def judged(look: eye.Look, truth: known.Known) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return the measures of what is found in a picture, float32 [n, measures], and which of it is a thing of its own, bool [n]."""
    names = naming.things()
    found = dense.things(look.seen, names.vectors)
    left = list(range(len(truth.boxes)))
    right = np.zeros(len(found), np.bool_)
    for n, one in enumerate(found):
        shares = overlaps(truth.boxes[left], np.asarray(one.box)) if left else np.zeros(0)
        if len(shares) and shares.max() >= RIGHT:
            right[n] = True
            left.pop(int(shares.argmax()))
    return sureness.measures(look.seen, found, names.vectors), right


def sights(out: Path, count: int, seed: int) -> dict[str, Any]:
    """Fit, and write to *out*, how sure a thing is and the gate for pictures, on *count* scenes, as many small ones of the tower's
    training and twice as many strange pictures; return what they reach."""
    from transformers import AutoModel

    tower = dense.load()
    low = AutoModel.from_pretrained(ASSETS / LOW, dtype=torch.float32, local_files_only=True).eval()
    rng = Random(f"gates {seed}")
    rows, labels, world = [], [], list[NDArray[np.float32]]()
    for _ in range(count):
        truth = known.picture(rng)
        look = eye.looks(tower, low, [truth.pixels])[0]
        measured, right = judged(look, truth)
        rows.append(measured)
        labels.append(right)
        world.append(gate.of_looks([look]))
    for n in range(count):
        small = sight(cast("train"), SIZES[n % len(SIZES)], f"gates {seed} {n}").pixels
        world.append(gate.of_looks(eye.looks(tower, low, [small])))
    strangers = np.random.default_rng(seed)
    other = [gate.of_looks(eye.looks(tower, low, [strange.picture(strangers)])) for _ in range(2 * count)]
    half = count // 2
    centre, scale, weights, bias = fitted(np.concatenate(rows[:half]), np.concatenate(labels[:half]), 1e-3)
    judge = sureness.Sureness(centre, scale, weights, bias)
    rest, true = np.concatenate(rows[half:]), np.concatenate(labels[half:])
    sure = judge(rest) >= sureness.LEAST
    opened, found = gate_of(world, other)
    save(out / SURENESS, centre=centre, scale=scale, weights=weights, bias=bias)
    save(out / SIGHTS, **vars(opened))
    return {
        "scenes": count,
        "things_that_are": round(float(true[sure].mean()), 4),
        "of_found_things_kept": round(float(sure[true].mean()), 4),
        **found,
    }


def hearing(out: Path, count: int, seed: int) -> dict[str, Any]:
    """Fit, and write to *out*, the gate for sounds on *count* synthesised sounds and as many strange ones; return what it reaches."""
    listener = ear.load(ASSETS / HEARING)
    rng, strangers = Random(f"noises {seed}"), np.random.default_rng([seed, 1])
    world = [gate.of_sound(listener, hear(*noises.known(rng), WINDOWS)) for _ in range(count)]
    other = [gate.of_sound(listener, hear(*noises.strange(strangers), WINDOWS)) for _ in range(count)]
    opened, found = gate_of([one for one in world if len(one)], [one for one in other if len(one)])
    save(out / NOISES, **vars(opened))
    return {"sounds": count, **found}


def whole(out: Path, count: int, seed: int) -> dict[str, Any]:
    """Fit, and write to *out*, what reads place, hour and look of a picture on *count* scenes; return what it reaches on a tenth that it
    was not fitted on."""
    from models.reader import shared_embedder
    from transformers import AutoModel

    tower = dense.load()
    low = AutoModel.from_pretrained(ASSETS / LOW, dtype=torch.float32, local_files_only=True).eval()
    embed = shared_embedder("cpu")
    if embed is None:
        raise SystemExit(
            "The text encoder is not in assets, so that words have no vectors: fetch the whole repository."
        )
    rows, wanted = settings.seen(lambda pixels: eye.looks(tower, low, [pixels])[0], count, Random(f"settings {seed}"))
    setting, reached = settings.fitted(rows, wanted, embed)
    save(out / SETTINGS, **settings.arrays(setting))
    return {"scenes": count, **reached}


def coloured(out: Path, bank: Path) -> dict[str, Any]:
    """Fit, and write to *out*, what reads the colour of a thing, on nine tenths of the things of *bank*; return what it reaches on the
    others, and on things of which it knows no picture."""
    from training.seeing.shards import CARD, Bank

    perceived = Bank(bank)
    rows, colours = hues.seen(perceived, "train")
    cut = len(rows) * 9 // 10
    found = hues.fitted(rows[:cut], colours[:cut])
    save_hues(found, out / HUES)
    card = json.loads((bank / CARD).read_text(encoding="utf-8"))
    return {
        "words": len(found.words),
        "known": hues.reached(found, rows[cut:], colours[cut:]),
        "held_out": hues.reached(found, *hues.seen(perceived, "held_out")),
        "bank": {key: card.get(key) for key in ("seed", "counts", "sha256")},
    }


def save(file: Path, **values: Any) -> None:
    """Write numbers and arrays to a safetensors *file*."""
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: np.atleast_1d(np.asarray(value, np.float32)) for name, value in values.items()}, file)


_MAKERS = {"sights": (sights, 160), "noises": (hearing, 240), "settings": (whole, 3000)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=(*_MAKERS, "hues"))
    parser.add_argument("--count", type=int, help="scenes (160, 3000 for settings) or sounds (240)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bank", type=Path, help="perceived pictures, by python -m training.seeing.bank: for hues")
    parser.add_argument("--out", type=Path, default=ASSETS / "nano" / "senses")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    if (asked.what == "hues") != (asked.bank is not None):
        parser.error("hues, and nothing else, are fitted on a bank: give --bank with them alone")
    if asked.what == "hues":
        if asked.count is not None:
            parser.error("hues are fitted on the whole bank: leave out --count")
        command, found = "hues --bank BANK", coloured(asked.out, asked.bank)
    else:
        make, usual = _MAKERS[asked.what]
        count = asked.count or usual
        command, found = f"{asked.what} --count {count} --seed {asked.seed}", make(asked.out, count, asked.seed)
    print(found)
    manifest = asked.out / NAME
    facts = json.loads(manifest.read_text(encoding="utf-8")) if manifest.is_file() else {"licence": "Apache-2.0"}
    facts.pop("files", None)
    facts[asked.what] = {
        "command": f"python -m training.gates {command}",
        **found,
    }
    write_manifest(asked.out, **facts)


if __name__ == "__main__":
    main()
