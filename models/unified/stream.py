"""What the program asks of a unified model: one method that streams a reply as tagged text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from models.values import Media, Message

WORDS = "in words"
"""What stands in place of a task where the reply shall be words alone; no task can have a name with a space."""


@dataclass(frozen=True)
class StreamOptions:
    """*temperature* 0 takes the likeliest token, whatever the *seed*; *force_task* makes the reply start with a call of
    that task, or be without any where it is WORDS. *chosen* are handles of media and regions that the person picked: the
    first call works on them where it can. *brief* ends the reply with its last planned call, or before its first word where
    it plans none: what it would do."""

    seed: int = 0
    max_new_tokens: int = 480
    temperature: float = 0.0
    force_task: str | None = None
    chosen: tuple[str, ...] = ()
    brief: bool = False


class UnifiedModel(Protocol):
    """Reads a conversation and writes the next reply."""

    @property
    def name(self) -> str:
        """The honest name shown to people."""

    def stream(
        self,
        messages: Sequence[Message],
        shelf: Mapping[str, Media],
        options: StreamOptions,
        cancel: Callable[[], bool],
    ) -> Iterator[str]:
        """Yield the reply to *messages* (the last one is the person's) as pieces of the tagged text of the grammar.

        *shelf* holds the conversation's media by handle. Words copied from the person are escaped. *cancel* is asked
        before every token; once it says True the stream ends. Several threads may stream at the same time.
        """
