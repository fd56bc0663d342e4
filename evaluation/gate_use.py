"""Which experts of a LoRAMoE adapter the routers use for which task.

    python -m evaluation.gate_use --weights FOLDER [--bank BANK] [--dialogues 600] [--seed 11] [--results FILE.md] [--out FILE.json]

*FOLDER* is what stage three ships (``python -m training.stages three ... --ship FOLDER``). The weights read held-out conversations, with
*BANK* (``python -m training.seeing.bank``) as many again about what is seen and heard; counted are the tokens of each one's last reply.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from models.expert import Refusal
from models.tasks import TASKS
from models.values import Checkpoint, TaskCall
from training.stages.groups import KINDS

from evaluation.intervals import Estimate, bootstrap
from evaluation.reports import results, write_json
from evaluation.tables import NOTHING, plain, rows
from evaluation.understanding import GROUPS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models.unified.network import UnifiedForConditionalGeneration
    from numpy.typing import NDArray
    from torch import Tensor
    from training.batches import Batch
    from training.dialogues import Example

NAME = "gate usage"
"""The marks between which the table stands in the file of results."""
SEVERAL, TALK, SIGHT = "several tasks", "words alone", "words on what is seen or heard"
"""Where replies belong that call several tasks, or none."""
_HEAD = """## Which experts the routers use

Made by `{command}`, with weights of {steps} steps of stage three. Mean weight of each expert over the adapted layers and the tokens of a reply, then over the
last replies of held-out conversations, by the task that they call; in brackets the 95 % interval of 1000 bootstrap resamplings of the replies
(seed {seed}), which says little where these are few. Each of {experts} experts would have {even:.1%} if the routers made no difference; beside its number stands
the kind of work that the balance loss means it for. Evenness: 100 % where a token uses all experts alike, 0 % where it uses one.

"""


def row_of(example: Example) -> str:
    """Return the row in which the last reply of *example* counts: the task that it calls, or one of SEVERAL, SIGHT and TALK."""
    called = {part.task for part in example.messages[-1].parts if isinstance(part, TaskCall)}
    if called:
        return called.pop() if len(called) == 1 else SEVERAL
    return SIGHT if example.group.startswith(GROUPS) else TALK


def used(
    network: UnifiedForConditionalGeneration, batches: Iterator[Batch], static: Tensor, begin: int, end: int
) -> dict[str, list[NDArray[np.float64]]]:
    """Return for each row of the table, by which *batches* are grouped, the mean gates of its replies, float64 [experts + 1] each: of all
    experts, then how evenly they are used, 0..1. *begin* and *end* are the tokens round a reply. Raises Refusal for a network without an adapter."""
    import torch
    from models.loramoe.balance import routing
    from models.loramoe.layer import LoraMoeLinear

    if not any(isinstance(module, LoraMoeLinear) for module in network.modules()):
        raise Refusal(
            "These weights have no LoRAMoE adapter.", "Name a folder that stage three shipped, with --weights."
        )
    found: dict[str, list[NDArray[np.float64]]] = defaultdict(list)
    for batch in batches:
        position = torch.arange(batch.ids.shape[1])
        # What a call made, or why it failed, may stand behind the last reply.
        begins, ends = (((batch.ids == token) * position).amax(1).unsqueeze(1) for token in (begin, end))
        last = (position > begins) & (position <= ends)
        with torch.no_grad(), routing(network) as routed:
            network(batch.ids, batch.bank(static), batch.follow, batch.weights)
        size = len(batch.groups)
        usage = routed.usage(torch.arange(size), size, last)
        each = torch.cat([usage.shares(), usage.spreads().unsqueeze(1)], 1).numpy()
        for group, row, tokens in zip(batch.groups, each, usage.tokens.tolist(), strict=True):
            if tokens:
                found[group].append(row)
    return dict(found)


def figures(found: Mapping[str, Sequence[NDArray[np.float64]]], seed: int) -> dict[str, list[Estimate | None]]:
    """Return for each row its experts' mean weights and the evenness, tasks in the order of the grammar, the most general rows last."""
    order = [*TASKS, SEVERAL, SIGHT, TALK]
    return {
        name: [bootstrap(column.tolist(), seed, unit="%") for column in np.stack(found[name]).T]
        for name in order
        if name in found
    }


def section(
    made: Mapping[str, Sequence[Estimate | None]], kinds: Sequence[int], command: str, steps: str, seed: int
) -> str:
    """Return the section of the results. *kinds* says which of KINDS each expert is meant for; where they are not as many as there are
    kinds of work, for none in particular."""
    named = max(kinds) + 1 == len(KINDS)
    heads = [f"{n + 1}{f' ({KINDS[kind]})' if named else ''}" for n, kind in enumerate(kinds)]
    lines = [[name, str(row[0].n if row[0] else 0), *map(_cell, row)] for name, row in made.items()]
    head = _HEAD.format(command=command, steps=steps, seed=seed, experts=len(kinds), even=1 / len(kinds))
    return head + rows(["task", "replies", *heads, "evenness"], lines)


def _cell(estimate: Estimate | None) -> str:
    if estimate is None:
        return NOTHING
    known = math.isfinite(estimate.high - estimate.low)  # of one reply there is no interval
    return f"{estimate.value:.1%}" + f" ({estimate.low:.1%} to {estimate.high:.1%})" * known


def conversations(seed: int, count: int, bank: Path | None) -> Iterator[Example]:
    """Yield *count* held-out conversations, and as many about the media of *bank*. Raises Refusal for a folder that is none."""
    from training.dialogues import examples

    yield from islice(examples(seed, "held_out"), count)
    if bank is not None:
        from training.seeing import mixing
        from training.seeing.shards import Bank

        try:
            held = Bank(bank)
        except (OSError, ValueError) as error:
            raise Refusal(f"{bank} is no bank: {error}.", "Make one with python -m training.seeing.bank.") from error
        yield from islice(mixing.examples(seed, "held_out", held), count)


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 1 after telling what is wrong and what to do."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--weights", type=Path, required=True, help="folder of weights with an adapter")
    reader.add_argument("--bank", type=Path, help="folder made by python -m training.seeing.bank")
    reader.add_argument("--dialogues", type=int, default=600, help="conversations of each source")
    reader.add_argument("--seed", type=int, default=11)
    reader.add_argument("--results", type=Path, help="Markdown file whose section is replaced")
    reader.add_argument("--out", type=Path, help="JSON file for the figures")
    asked = reader.parse_args(words)
    try:
        section_, made = _measured(asked)
        if asked.results:
            results(asked.results, section_, NAME)
        if asked.out:
            write_json(asked.out, {name: [plain(e) for e in row] for name, row in made.items()})
    except Refusal as refusal:
        print(f"{refusal.what} {refusal.hint}", file=sys.stderr)
        return 1
    print(section_)
    return 0


def _measured(asked: argparse.Namespace) -> tuple[str, dict[str, list[Estimate | None]]]:
    import json

    from models.loramoe.layer import LoraMoeLinear
    from models.unified import native
    from training.batches import Maker

    folder = asked.weights.resolve()
    try:
        model = native.load(Checkpoint("native", source=str(folder)), "cpu")
        facts = json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RuntimeError) as error:
        raise Refusal(f"The weights cannot be read: {error}.", "Name a folder that stage three shipped.") from error
    maker = Maker(model.vocabulary, model.reader, 2560)
    if asked.bank is not None and not model.network.config.senses:
        raise Refusal("These weights read words alone.", "Leave out --bank.")
    drawn = conversations(asked.seed, asked.dialogues, asked.bank)
    batches = maker.batches(replace(example, group=row_of(example)) for example in drawn)
    made = figures(
        used(
            model.network,
            batches,
            model.reader.static,
            *(model.vocabulary[f"c:{name}"] for name in ("assistant", "end")),
        ),
        asked.seed,
    )
    adapter = next(s for m in model.network.modules() if isinstance(m, LoraMoeLinear) for s in m.settings.values())
    command = "python -m evaluation.gate_use --weights FOLDER" + " --bank BANK" * (asked.bank is not None)
    command += f" --dialogues {asked.dialogues} --seed {asked.seed}"
    return section(
        made, adapter.expert_kinds or [0] * adapter.num_experts, command, f"{facts.get('steps', 0):,}", asked.seed
    ), made


if __name__ == "__main__":
    sys.exit(main())
