"""What the program asks of a unified model: one method that streams a reply as tagged text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from models.percepts import Percepts
from models.values import Box, Media, Message

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WORDS = "in words"
"""What stands in place of a task where the reply shall be words alone; no task can have a name with a space."""


TURNS, TEXT, OLDER, MEDIA, MARKS, UNREAD, REPLY = "turns", "text", "older", "media", "marks", "unread", "reply"
NAMED, UNSEEN, MORE, LONG, UNGUIDED = "named", "unseen", "more", "long", "unguided"
"""What a model may leave out: the oldest turns; the middle of the newest text; that of older ones; media that it does not look at;
places of marks; a file that cannot be read; the end of its own reply; handles of a text that names many; media that the newest message is
about and that do not fit; things of a medium beyond those that are taken in; what lies between the pieces of a long clip or sound; the
grammar of its calls, where that failed."""
ONCE = (TURNS, OLDER, MEDIA)
"""Those that stay so for the rest of a conversation, and are worth a person's time once."""


@dataclass(frozen=True)
class LeftOut:
    """Something that a reply leaves out: *what*, one of the above, and the *words* for the person, a whole sentence."""

    what: str
    words: str


def aside(words: str, *, last: bool = False) -> str:
    """Return a sentence of the program's own as it stands before a reply's words, or as the *last* of it."""
    return f"\n\n({words})" if last else f"({words})\n\n"


def is_aside(text: str) -> bool:
    """Tell whether *text*, a part of a reply, is such a sentence: no model reads them as its own words."""
    words = text.strip("\n")
    return len(text) - len(words) == 2 and words.startswith("(") and words.endswith(")")


@dataclass(frozen=True)
class Sketch:
    """What a model makes out of a thing that it points at in a call, besides the *box* that it writes there: *path* is that of the
    picture's file (models.values.Media). *shares* gives float32 [h, w], 0..1: how likely each cell of a coarse grid over the whole
    frame shows the thing. It is worked out when it is asked for; Refusal says that the picture cannot be read."""

    path: str
    box: Box
    shares: Callable[[], NDArray[np.float32]]


@dataclass(frozen=True)
class StreamOptions:
    """*temperature* 0 takes the likeliest token, whatever the *seed*; *force_task* makes the reply start with a call of
    that task, or be without any where it is WORDS. *chosen* are handles of media and regions that the person picked: the
    first call works on them where it can. *brief* ends the reply with its last planned call, or before its first word where
    it plans none: what it would do. *tell* is told what the reply leaves out, before its first piece, or after its last one
    where that was cut short. *opened* gives what a medium stands for (models.expert.Value), to a model that perceives media; it
    raises Refusal when it cannot. *percepts* are what is perceived, where that was made
    beforehand. *sketched* is given what the model makes out of each thing that a call points at, where its weights and its
    checkpoint do so, before the piece with that thing's box."""

    seed: int = 0
    max_new_tokens: int = 480
    temperature: float = 0.0
    force_task: str | None = None
    chosen: tuple[str, ...] = ()
    brief: bool = False
    tell: Callable[[LeftOut], None] = lambda left: None
    opened: Callable[[Media], Any] | None = None
    percepts: Percepts | None = None
    sketched: Callable[[Sketch], None] | None = None


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
