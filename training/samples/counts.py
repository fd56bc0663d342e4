"""What there is to draw, to move, to hear and to say, counted from the modules themselves: the table of ``docs/data.md``."""

from __future__ import annotations

import re

from models.tasks import TASKS
from models.world import atlas, find, hear, scene
from models.world.sounds import CLASSES
from models.world.verbs import BASES, VERBS

from training import dialogues
from training.convert.about import ABOUT
from training.language.phrasing import held_out_lines, sections

BEGIN, END = "<!-- counts: begin -->", "<!-- counts: end -->"


def counts() -> dict[str, int]:
    """Return how many there are of each, in the order of the table."""
    entries, banks, held = atlas.entries(), sections(), held_out_lines()
    lines = {
        kind: [(n, line) for n, s in banks.items() if s.kind == kind for line in s.lines]
        for kind in ("phrasings", "things")
    }
    kept = {kind: sum(line in held[name] for name, line in found) for kind, found in lines.items()}
    return {
        "things that can be drawn": len(entries),
        "drawn things held out": sum(find.held_out(entry.name) for entry in entries),
        "synonyms of the things": sum(len(entry.synonyms) for entry in entries),
        "facts about the things: kinds, uses, properties": sum(len(e.kinds) + len(e.uses) + len(e.properties) for e in entries),
        "backdrops": len(scene.KINDS),
        "hours and weathers": len(scene.TIMES),
        "looks of a whole picture": len(scene.STYLES) - 1,
        "kinds of motion": len(VERBS),
        "verbs for the motions": len(BASES),
        "kinds of sound": len(CLASSES),
        "words for the sounds": len(hear.phrases()),
        "tasks": len(TASKS),
        "phrasings": len(lines["phrasings"]),
        "phrasings held out": kept["phrasings"],
        "things that the banks name": len(lines["things"]),
        "named things held out": kept["things"],
        "kinds of turn": sum(len(turns) for turns in (dialogues.TURNS, dialogues.ACTS, dialogues.TALK, dialogues.SEVERAL)),
        "public sets that can be converted": len(ABOUT),
    }  # fmt: skip


def table() -> str:
    """Return the counts as a table between the marks of ``docs/data.md``."""
    rows = [f"| {name} | {number:,} |" for name, number in counts().items()]
    return "\n".join([BEGIN, "| what | how many |", "|---|---|", *rows, END])


def refresh(page: str) -> str:
    """Return the text of a page with the table of today between the marks. Raises ValueError when it has no marks."""
    told(page)
    return page.split(BEGIN)[0] + table() + page.split(END, 1)[1]


def told(page: str) -> dict[str, int]:
    """Return the counts that the text of a page gives between the marks. Raises ValueError when it has none."""
    if BEGIN not in page or END not in page:
        raise ValueError(f"the page has no table of counts between {BEGIN} and {END}")
    inner = page.split(BEGIN)[1].split(END)[0]
    return {
        name: int(number.replace(",", "")) for name, number in re.findall(r"^\| (.+?) \| ([\d,]+) \|$", inner, re.M)
    }
