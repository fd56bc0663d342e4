"""What a reply leaves out of a conversation, told to the person before its words or after them, and not again and again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from models.unified.stream import ONCE, LeftOut, aside
from models.values import Message, Text


class Asides:
    """What the model says that one reply leaves out. *spell* turns the model's handles into the person's."""

    def __init__(self, messages: Sequence[Message], spell: Callable[[str], str]) -> None:
        self._before = {part.text for message in messages for part in message.parts if isinstance(part, Text)}
        self._spell = spell
        self._waiting: list[LeftOut] = []
        self._told: set[str] = set()

    def note(self, left: LeftOut) -> None:
        """Take note of something that is left out."""
        self._waiting.append(left)

    def told(self, what: str) -> bool:
        """Tell whether it was noted that *what* is left out."""
        return what in self._told or any(left.what == what for left in self._waiting)

    def take(self, *, last: bool = False) -> list[Text]:
        """Return what is to be told now, before the reply's words or, as the *last*, after them. What stays so for the rest of a
        conversation is told in one reply of it."""
        made = [(left.what, aside(self._spell(left.words), last=last)) for left in self._waiting]
        self._waiting = []
        self._told |= {what for what, _ in made}
        return [Text(words) for what, words in made if what not in ONCE or words not in self._before]
