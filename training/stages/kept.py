"""What a stage leaves: its vocabulary, its weights for the next stage, the chain of commands that made them, and what is shipped."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.unified.native import ADAPTER
from models.unified.network import UnifiedForConditionalGeneration
from models.unified.vocabulary import Vocabulary, fixed_tokens
from torch import Tensor

from training.batches import count_words
from training.dialogues import topics
from training.language.reason import known_names
from training.manifest import write_manifest
from training.stages import data
from training.stages.average import mean
from training.stages.plan import Plan

if TYPE_CHECKING:
    from training.stages.learning import Trainer

WEIGHTS, STAGE = "weights", "stage.json"
"""In a run's folder: the network, with the adapter in a folder within it, and what the stage did."""
COUNTED, LEAST, MOST = 6000, 4, 900
"""Conversations whose replies decide which words are new; how often a word occurs at least; how many new words there are at most."""


def vocabulary(plan: Plan) -> Vocabulary:
    """Return the vocabulary of the run: its own, that of the stage before, or that of the base with what is new in the replies about
    what is perceived. Stage two, which trains the whole model, also adds to that of a stage before some token was invented."""
    if (plan.run / "vocabulary.json").is_file():
        return Vocabulary.load(plan.run)
    afresh = plan.shape is not None and plan.after is None
    before = Vocabulary.build(()) if afresh else Vocabulary.load(plan.after or plan.base)
    if plan.after is not None and (plan.stage != "two" or before.ids.keys() >= set(fixed_tokens())):
        return before
    counted = 2 * COUNTED if afresh else COUNTED
    said = [
        example.messages
        for name, (source, share) in data.sources(plan).items()
        if name != "layouts"  # they come among the texts too
        if share > 0 or not afresh
        for example in islice(source(plan.seed, "train"), counted)
    ]
    common = [word for word, count in count_words(said).most_common() if count >= LEAST and not word.strip().isdigit()]
    had = {name[2:] for name in before.names if name[0] == "w"}
    fresh = [word for word in common if word not in had][: None if afresh else MOST]
    own = dict.fromkeys([*(name[2:] for name in before.names if name[0] == "t"), *topics()])
    things = dict.fromkeys([*before.things, *(known_names() if afresh else ())])
    words = [name[2:] for name in before.names if name[0] == "w"]
    return Vocabulary.build([*words, *sorted(fresh)], own, list(things))


def finish(trainer: Trainer) -> None:
    """Write the weights that the next stage begins with, and what was done, to the run's folder. Raises RuntimeError where a
    parameter changed that was not to."""
    state, plan = trainer.weights(), trainer.plan
    if trainer.crew.rank:
        return
    after = frozen(trainer, state)
    if after != trainer.before:
        raise RuntimeError(f"stage {plan.stage} changed parameters outside of what it trains")
    folder = plan.run / WEIGHTS
    write_weights(trainer, state, folder)
    trainer.names.save(folder)
    facts = {
        "stage": plan.stage,
        "command": command(plan, trainer.crew.precision),
        "seed": plan.seed,
        "steps": trainer.step,
        "minutes": round(trainer.spent / 60, 1),
        "processes": trainer.crew.ranks,
        **({"without": list(plan.without)} if plan.without else {}),
        "trained": sum(_size(trainer, name) for name in trainer.scope.parts),
        "parameters": sum(value.numel() for value in state.values()),
        "frozen": {"before": trainer.before, "after": after},
        "data": trainer.data,
        "metrics": (trainer.log or [{}])[-1],
    }
    (plan.run / STAGE).write_text(json.dumps([*chain(plan), facts], indent=1) + "\n", encoding="utf-8")


def chain(plan: Plan) -> list[dict[str, Any]]:
    """Return what the stages before did; for the first one, what the base was made by."""
    if plan.after is not None:
        found: list[dict[str, Any]] = json.loads((plan.after / STAGE).read_text(encoding="utf-8"))
        return found
    manifest = plan.base / "MANIFEST.json"
    if plan.shape is not None or not manifest.is_file():
        return []
    made = json.loads(manifest.read_text(encoding="utf-8"))
    if "chain" in made:
        of = made.get("averaged")
        return [*made["chain"], *([{"stage": "mean", "of": of, "steps": 0, "minutes": 0.0, "data": []}] if of else [])]
    return [
        {
            "stage": "words",
            **{name: made[name] for name in ("command", "seed", "steps", "minutes", "data") if name in made},
        }
    ]


def frozen(trainer: Trainer, state: Mapping[str, Tensor]) -> str:
    """Return the digest of what the stage did not train, from its weights *state*."""

    class _State:
        def state_dict(self) -> Mapping[str, Tensor]:
            return state

    return trainer.scope.frozen(_State())  # type: ignore[arg-type]


def write_weights(trainer: Trainer, state: Mapping[str, Tensor], folder: Path, half: bool = False) -> None:
    """Write *state* as a network that ``from_pretrained`` reads to *folder*, and its adapter, where there is one, to a folder in it."""
    shutil.rmtree(folder, ignore_errors=True)
    network = UnifiedForConditionalGeneration(trainer.network.config)
    bare = {name.replace(".base_layer.", "."): value for name, value in state.items() if "loramoe_" not in name}
    network.load_state_dict(bare)
    if half:
        network.half()
    network.save_pretrained(folder, max_shard_size="9MB" if half else "4GB")
    if trainer.model is not None:
        own = {
            f"base_model.model.{name}": value.half() if half else value
            for name, value in state.items()
            if "loramoe_" in name
        }
        trainer.model.save_pretrained(str(folder / ADAPTER), state_dict=own)
        (folder / ADAPTER / "README.md").unlink(missing_ok=True)  # a card with nothing in it but gaps


def ship(
    trainer: Trainer, folder: Path, note: str = "", talk_bias: float | None = None, beside: Sequence[Path] = ()
) -> None:
    """Write the weights of a finished stage in half precision, with vocabulary and manifest, to *folder*: the chain of commands, seeds
    and data of all stages. *talk_bias* None keeps what the base has. With the runs *beside*, which this one went on from, the mean of
    all is written (training.stages.average) and measured; the manifest tells by ``averaged`` which stages of the chain, from 1, those are.
    Raises ValueError for runs that do not belong together or are named twice, and for the mean of networks with adapters or that are shared out."""
    chained = json.loads((trainer.plan.run / STAGE).read_text(encoding="utf-8"))
    last, state = chained[-1], trainer.weights()
    made, facts = f"{last['command']}, then --ship FOLDER", {"metrics": last["metrics"]}
    if beside:
        if trainer.model is not None or trainer.crew.sharded:
            raise ValueError("the mean of runs is of whole networks, not of adapters or of what processes share out")
        facts["averaged"] = [*(_place(run, chained) for run in beside), len(chained)]
        if len(set(facts["averaged"])) <= len(beside):
            raise ValueError("a run is named twice")
        state = mean(state, [run / WEIGHTS for run in beside], trainer.names)
        facts["metrics"] = trainer.figures(state)
        made += f" --beside{' RUN' * len(beside)}"
    if trainer.crew.rank:
        return
    if talk_bias is not None:
        trainer.network.config.talk_bias = talk_bias
    write_weights(trainer, state, folder, half=True)
    trainer.names.save(folder)
    if trainer.model is not None:
        write_manifest(
            folder / ADAPTER, command=last["command"], licence="Apache-2.0", seed=last["seed"], steps=last["steps"]
        )
    write_manifest(
        folder,
        command=made,
        talk_bias=trainer.network.config.talk_bias,
        note=note,
        licence="Apache-2.0",
        seed=last["seed"],
        steps=last["steps"],
        minutes=round(sum(stage.get("minutes", 0) for stage in chained), 1),
        parameters=last["parameters"],
        chain=chained,
        **facts,
    )


def _place(run: Path, chained: Sequence[Any]) -> int:
    """Return the number in *chained*, from 1, of the stage that *run* ended with. Raises ValueError when it did not go on to the last one."""
    try:
        own = json.loads((run / STAGE).read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{run} holds no weights of a run that has ended: {error}") from error
    if own != chained[: len(own)] or len(own) == len(chained):
        raise ValueError(f"the run to be shipped did not go on from {run}")
    return len(own)


def command(plan: Plan, precision: str = "") -> str:
    """Return the command of *plan*, folders by what they are; *precision* is what was computed in, the plan's by default."""
    shown = [f"python -m training.stages {plan.stage} --run RUN"]
    shown += [f"--limit-steps {plan.limit_steps}"] if plan.limit_steps else [f"--minutes {plan.minutes:g}"]
    names = {"after": "RUN", "bank": "BANK", "pixels": "PIXELS", "decoder": "FOLDER"}
    default = Plan(plan.stage, plan.run)
    for name in (
        "after",
        "shape",
        "decoder",
        "bank",
        "pixels",
        "talk",
        "seed",
        "rate",
        "texts",
        "layouts",
        "recorded",
        "positions",
        "pool",
        "experts",
        "rank",
        "balance",
        "precision",
    ):
        value = precision or plan.precision if name == "precision" else getattr(plan, name)
        if name == "precision" or value != getattr(default, name):
            shown.append(f"--{name} {names.get(name, value.name if isinstance(value, Path) else value)}")
    shown += [f"--{name}" for name in ("lora", "checkpointing", "compiled") if getattr(plan, name)]
    if plan.without:
        shown.append(f"--without {' '.join(plan.without)}")
    return " ".join(shown)


def _size(trainer: Trainer, name: str) -> int:
    value = dict(trainer.network.named_parameters())[name]
    rows = trainer.scope.parts[name]
    size = value.numel() if rows is None else len(rows) * (value.numel() // value.shape[0])
    return int(size)
