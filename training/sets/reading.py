"""Reading the conversations of a written set, each line checked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from models.values import from_json

from training.convert.items import Damaged, Missing
from training.sets.plan import plan_of, read_card
from training.sets.rows import Row, read_line


def rows_of(folder: Path, split: str = "") -> Iterator[Row]:
    """Yield the conversations of the set in *folder* in order; media are files then, named in the messages' parts. Raises Missing
    when there is no set or a file is missing, Damaged naming file and line, ValueError when it is not of *split*, if given."""
    plan = plan_of(read_card(folder), folder)
    if split and plan.split != split:
        raise ValueError(f"{folder} holds conversations of the split {plan.split}, not {split}")
    for path in plan.shards:
        if not path.is_file():
            raise Missing(f"{path} is missing; write the set again: {plan.command}")
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                yield _row(path, number, line)


def _row(path: Path, number: int, line: bytes) -> Row:
    try:
        data = read_line(line)
        return Row(str(data["id"]), str(data["group"]), from_json(data["messages"]), data["truth"])
    except (ValueError, LookupError, TypeError) as error:
        raise Damaged(path, number, str(error)) from error
