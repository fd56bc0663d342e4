"""The card of a set as a page for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def page(card: Mapping[str, Any]) -> str:
    """Return the card *card* as Markdown; always the same for the same card."""
    lines = [f"# {card['set']}, {card['split']}", "", f"{card['about'][0].upper()}{card['about'][1:]}.", ""]
    if not card["finished"]:
        return "\n".join([*lines, "Not finished: run this again, it goes on.", "", f"    {card['command']}", ""])
    turns = card["turns"] / card["conversations"]
    lines += [
        "| | |", "|---|---|",
        f"| conversations | {card['conversations']:,} |", f"| requests | {card['turns']:,} ({turns:.2f} a conversation) |",
        f"| calls | {sum(card['calls'].values()):,} |", f"| media files | {card['media_files']:,} |", f"| seed | {card['seed']} |",
        f"| made by | `{card['command']}` |", f"| SHA-256 | `{card['sha256']}` (of the shards' own, one after the other) |",
        f"| licence | {card['licence']} |", f"| held out | {card['held_out']} |",
        f"| conversations with a held-out pair, composition, object | {', '.join(str(n) for n in card['holding'].values())} |",
        "", "## Calls by task", "", *_table(card["calls"], "task"),
        "", "## Requests in a conversation", "", *_table(card["lengths"], "requests"),
        "", "## What the last request is about", "", *_table(card["groups"], "group"),
        "", "## Files", "", "| file | conversations | bytes | SHA-256 |", "|---|---|---|---|",
        *(f"| {s['file']} | {s['conversations']:,} | {s['bytes']:,} | `{s['sha256']}` |" for s in card["shards"]),
        "", "## Examples", "",
    ]  # fmt: skip
    for example in card["examples"]:
        lines += ["```", example, "```", ""]
    return "\n".join(lines)


def _table(counts: Mapping[str, int], of: str) -> list[str]:
    whole = max(1, sum(counts.values()))
    rows = [f"| {name} | {number:,} | {100 * number / whole:.1f} % |" for name, number in counts.items()]
    return [f"| {of} | number | share |", "|---|---|---|", *rows]
