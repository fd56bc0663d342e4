"""A conversation as a tree: values for its messages where they stand, and pure functions over them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from models.values import Failure, Media, Message, Part, Step, TaskCall

_CALL = re.compile(r"t([0-9]{1,18})")


@dataclass(frozen=True)
class Placed:
    """A message of the branch that is shown: its number *n*, and its *variants*, the numbers of all messages that follow the
    same one as it does, itself included, oldest first."""

    n: int
    message: Message
    variants: tuple[int, ...]


@dataclass(frozen=True)
class Node:
    """A message of any branch: its number *n*, the number of its *parent*, which is lower (None: it begins the
    conversation), when it was *made*, in seconds since 1970, and what the person chose for it (:mod:`app.chosen`)."""

    n: int
    parent: int | None
    message: Message
    made: float
    chosen: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Held:
    """A medium of a conversation: the how many-th it was (*turn*), and the number of the *message* that it came with, or None
    while it is an unsent attachment."""

    medium: Media
    turn: int
    message: int | None


@dataclass(frozen=True)
class Tree:
    """A whole conversation. *leaf* is the number of the last message of the branch that is shown, None where none is."""

    title: str
    leaf: int | None
    nodes: tuple[Node, ...]
    media: tuple[Held, ...]


def path_to(parents: Mapping[int, int | None], n: int | None) -> list[int]:
    """Return the numbers from the first message to *n*; *parents* maps each number to that of the message before it."""
    path = []
    while n is not None:
        path.append(n)
        n = parents[n]
    return path[::-1]


def newest_below(parents: Mapping[int, int | None], n: int) -> int:
    """Return the end of the branch that goes on from *n*: at each fork the message that was made last."""
    newest = {parent: number for number, parent in sorted(parents.items()) if parent is not None}
    while n in newest:
        n = newest[n]
    return n


def placed(parents: Mapping[int, int | None], messages: Iterable[tuple[int, Message]]) -> list[Placed]:
    """Return *messages*, given with their numbers, with their variants."""
    beside: dict[int | None, list[int]] = {}
    for number, parent in sorted(parents.items()):
        beside.setdefault(parent, []).append(number)
    return [Placed(n, message, tuple(beside[parents[n]])) for n, message in messages]


def media_of(messages: Iterable[Message]) -> dict[str, Media]:
    """Return the media that *messages* hold by handle, in order; the first mention counts."""
    found: dict[str, Media] = {}
    for message in messages:
        for part in message.parts:
            if isinstance(part, Media):
                found.setdefault(part.handle, part)
    return found


def highest_call(parts: Iterable[Part]) -> int:
    """Return the highest number of a call that *parts* name (7 for "t7"), 0 where none does."""
    found = [_CALL.fullmatch(_call_of(part)) for part in parts]
    return max((int(match[1]) for match in found if match), default=0)


def _call_of(part: Part) -> str:
    """Return the id of the call that *part* is or came of, "" where there is none."""
    if isinstance(part, TaskCall):
        return part.id
    if isinstance(part, Media):
        return str(part.meta.get("call") or "")
    return part.call if isinstance(part, Step | Failure) else ""


def cut(tree: Tree, n: int) -> Tree:
    """Return the one branch of *tree* that ends with message *n*, numbered anew from 0, with the media that it holds."""
    nodes = {node.n: node for node in tree.nodes}
    path = path_to({number: node.parent for number, node in nodes.items()}, n)
    kept = [nodes[number] for number in path]
    line = tuple(
        Node(i, i - 1 if i else None, _ended(node.message), node.made, node.chosen) for i, node in enumerate(kept)
    )
    first = _first_mentions(node.message for node in kept)
    held = (replace(h, message=first[h.medium.handle]) for h in tree.media if h.medium.handle in first)
    return Tree(tree.title, len(line) - 1 if line else None, line, tuple(held))


def _ended(message: Message) -> Message:
    return replace(message, state="stopped") if message.state == "running" else message


def _first_mentions(messages: Iterable[Message]) -> dict[str, int]:
    mentions: dict[str, int] = {}
    for number, message in enumerate(messages):
        for handle in media_of([message]):
            mentions.setdefault(handle, number)
    return mentions


def words_of(messages: Sequence[Message]) -> str:
    """Return what can be found in *messages* by searching: their words and the names of their files."""
    names = [str(medium.meta.get("name") or "") for medium in media_of(messages).values()]
    return "\n".join(filter(None, (*(message.text for message in messages), *names)))
