"""Measure experts that draw and change pictures on held-out compositions of things that the drawing network is taught.

    python -m evaluation.picturing [--profile nano] [--kind picturebook] [--count 24] [--seed 17] [--results docs/results.md] [--sheets docs/images]

``--kind KIND`` takes the experts called ``image_KIND``, ``layout_KIND``, ``edit_KIND`` and ``inpaint_KIND``; ``--source FOLDER --call JSON`` has
those run weights that no profile names yet. ``--results`` replaces the section of that profile and kind, ``--sheets`` writes the sample sheets:
the first cases, whatever came of them. ``--bank BANK`` tells how near the nearest picture is that a network learnt from.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from models.expert import Refusal
from models.senses import perceive
from training.drawing.bank import Bank
from training.drawing.scenes import NAMES
from training.vision.words import kept

from evaluation.experts.eyes import Eyes
from evaluation.picturing import measure, sheets
from evaluation.picturing.cases import strangers
from evaluation.picturing.maker import TASKS, Maker, profile_of
from evaluation.reports import results, write_json
from evaluation.tables import caption, plain

_SECTION = """## Pictures from words and layouts, and changes: {who}

Made by `{command}`: {experts}. Compositions of {things} well-known things that no training caption holds (of one thing alone none is
held out), each with its true picture. The picture recogniser chooses among those things and nothing; what it makes of true pictures is the ceiling. Where an expert gives nothing, an even grey
picture, or the picture before, is scored.{failed}

**From words alone.** Found, counts, relation, all right: as for `image` above. The Fréchet distance is that of recogniser features to true
pictures of other cases; with few of them it is large by itself, and to be read beside the ceiling's. The last two rows are of one kind of thing each, called
by one of {strange} synonyms that are kept from all training, and once more by its name: what the first lacks to the second, the word costs.

{words}
**From a caption and labelled boxes.** Box IoU: what the trained eye finds, paired with the boxes that were asked for; one without a partner
counts 0. Colour: of things that are asked for in one of ten colours, the share whose colour, where the true one lies, is nearest to that.

{layouts}
**Changes that are said in words.** Done: the recogniser names the new thing, or no longer the one that shall be gone; the colour is nearest
to the one that is asked for; of another hour or backdrop, the picture is nearer to the true one than to the one before. Outside of the place
that changes, and of a band round it: PSNR (60 dB for equal pixels) and SSIM to the picture before, and the share of pixels that stayed.
A colour is held out beside the name of its thing, so another colour is only asked for as in "a black frog instead", never "paint it black".
A thing that is added is looked for where the true picture has it, though the words tell its place only roughly.

{changes}
**A marked place that is filled.** Pixels are counted beyond the band that the result itself declares round the marked box.

{places}
**Other seeds.** How far two pictures are apart: distance of features (as LPIPS, without trained weights, on the layers of the recogniser).

{spread}
{caption}"""
_SHEETS = """
The first {count} cases, unpicked. Above: the true scene, drawn from the caption alone, drawn from caption and boxes.
Below: before, as it should be then, changed by the instruction, the marked place filled (grey: no place is marked).

![Held-out compositions, drawn from words and from boxes]({drawings})

{captions}

![Held-out changes, by an instruction and in a marked place]({changed})

{words}
"""


def parser() -> argparse.ArgumentParser:
    """Return the reader of the command line."""
    found = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    found.add_argument("--profile", default="nano")
    found.add_argument(
        "--kind",
        default="",
        help="which of the profile's experts, such as picturebook or diffusers; the first by default",
    )
    found.add_argument("--source", default="", help="weights that no profile names: a folder, with --kind")
    found.add_argument("--call", default="{}", help="with --source: the settings of a profile's line, as JSON")
    found.add_argument("--count", type=int, default=24, help="cases of each table")
    found.add_argument("--seed", type=int, default=17)
    found.add_argument(
        "--bank",
        type=Path,
        help="what the network learnt from (training.drawing bank): how near is its nearest picture?",
    )
    found.add_argument("--device", default="cpu")
    found.add_argument("--results", type=Path, help="Markdown file whose section is replaced")
    found.add_argument("--sheets", type=Path, help="folder for the sample sheets")
    found.add_argument("--out", type=Path, help="JSON file for the figures")
    return found  # fmt: skip


def measured(maker: Maker, count: int, seed: int, device: str, bank: Path | None = None) -> dict[str, measure.Table]:
    """Return every table by its name. Raises Refusal where *bank* is none."""
    learnt = None
    if bank is not None:
        try:
            found = Bank(bank)
        except (OSError, ValueError) as error:
            raise Refusal(f"{bank} is no bank of scenes.", "Write one with python -m training.drawing bank.") from error
        learnt = np.stack([found.scene(n).pixels for n in range(found.count("scenes"))])
    eyes, senses = Eyes(device=device, among=NAMES), perceive.load(device)

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    words = measure.from_words(maker, count, seed, eyes, say, learnt)
    layouts = measure.from_layouts(maker, count, seed, eyes, senses, say, learnt)
    changes, places = measure.changes(maker, count, seed, eyes, say)
    spread = measure.spread(maker, max(2, count // 4), seed, eyes, say)
    return {"words": words, "layouts": layouts, "changes": changes, "places": places, "spread": spread}


def section(tables: dict[str, measure.Table], maker: Maker, who: str, command: str) -> str:
    """Return the section of the results without its sheets."""
    near = measure.NEAREST if any(row.get("nearest") for row in tables["layouts"].values()) else {}
    columns = {
        "words": ("from words", measure.WORDS | near), "layouts": ("from layouts", measure.LAYOUT | near), "changes": ("changes", measure.CHANGE),
        "places": ("places", measure.PLACE), "spread": ("apart", measure.SPREAD),
    }  # fmt: skip
    shown = {name: measure.shown(title, heads, tables[name]) for name, (title, heads) in columns.items()}
    experts = ", ".join(f"`{task}` by {maker.name(task) or 'nobody'}" for task in TASKS)
    failed = f" That was so {len(maker.failed)} times; for example: “{maker.failed[0][:160]}”." if maker.failed else ""
    every = [figure for table in tables.values() for row in table.values() for figure in row.values()]
    return _SECTION.format(
        who=who,
        command=command,
        experts=experts,
        things=len(NAMES),
        strange=sum(len(kept(name)) for name in strangers()),
        failed=failed,
        caption=caption(every),
        **shown,
    )


def numbered(lines: Sequence[str]) -> str:
    return "; ".join(f"{n}. “{line}”" for n, line in enumerate(lines, 1))


def main(words: Sequence[str] | None = None) -> int:
    """Parse the command line and measure; return 0, or 1 after telling what is wrong and what to do."""
    asked = parser().parse_args(words)
    try:
        if asked.count < 2:
            raise Refusal(f"{asked.count} is too few to measure.", "Give --count 2 or more.")
        call: dict[str, Any] = json.loads(asked.call)
        if not isinstance(call, dict):
            raise Refusal(f"{asked.call} is no object of settings.", "Write --call '{\"steps\": 16}'.")
        profile = profile_of(asked.profile, asked.kind, asked.source, call)
        kind = f"{asked.profile} {asked.kind or 'default'}"
        chosen = f" --kind {asked.kind}" * bool(asked.kind) + " --source FOLDER" * bool(asked.source)
        chosen += f" --call '{asked.call}'" * bool(call) + " --bank BANK" * bool(asked.bank)
        command = f"python -m evaluation.picturing --profile {asked.profile}{chosen} --count {asked.count} --seed {asked.seed}"
        with TemporaryDirectory() as folder:
            maker = Maker(profile, Path(folder), asked.device)
            tables = measured(maker, asked.count, asked.seed, asked.device, asked.bank)
            made = section(
                tables, maker, f"profile `{asked.profile}`" + f", `{asked.kind}`" * bool(asked.kind), command
            )
            if asked.sheets:
                names = [asked.sheets / f"{kind.replace(' ', '-')}-{part}.png" for part in ("drawn", "changed")]
                captions, orders = (
                    sheets.drawings(maker, asked.seed, names[0]),
                    sheets.changed(maker, asked.seed, names[1]),
                )
                home = asked.results.parent if asked.results else Path.cwd()
                links = [Path(os.path.relpath(name, home)).as_posix() for name in names]
                made += _SHEETS.format(
                    count=sheets.SHOWN,
                    drawings=links[0],
                    changed=links[1],
                    captions=numbered(captions),
                    words=numbered(orders),
                )
        if asked.results:
            results(asked.results, made, f"pictures of {kind}")
        if asked.out:
            write_json(asked.out, {name: {who: {key: plain(one) for key, one in row.items()} for who, row in table.items()}
                                   for name, table in tables.items()})  # fmt: skip
    except json.JSONDecodeError as error:
        print(f"The settings are no JSON: {error}. Write them as in --call '{{\"steps\": 16}}'.", file=sys.stderr)
        return 1
    except Refusal as refusal:
        print(f"{refusal.what} {refusal.hint}", file=sys.stderr)
        return 1
    print(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
