"""What a reply tells its reader while it is made, and what the reader may ask for: plain values, standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from models.values import Message


@dataclass(frozen=True)
class Options:
    """How one turn shall run. *seed* 0..2**31-1 or None (drawn and shown); *task* a task name that the person chose
    instead of the model; *implementation* the expert to use, by the name that people are shown or its file's; *max_tokens* the length of the answer;
    *temperature* 0 is the most likely answer. *media* are handles that the person picked for the first call, *regions* the
    marks; an empty tuple of marks means none at all, None leaves them to the model. *params* are settings of the first call
    that a program chose, as names and words."""

    seed: int | None = None
    task: str | None = None
    implementation: str | None = None
    max_tokens: int = 512
    temperature: float = 0.0
    media: tuple[str, ...] = ()
    regions: tuple[str, ...] | None = None
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Grown:
    """The whole reply so far, after more text or a finished part. Also sent unchanged now and then as a sign of life."""

    message: Message


@dataclass(frozen=True)
class Progress:
    """How far a call is: *call* its id ("" while the model itself loads), *expert* the honest name, *fraction* 0..1,
    *seconds* since the start, *left* an estimate in seconds or None, *preview* what there is of it so far, as a JPEG of at most
    :data:`app.jobs.MOST` bytes, or None."""

    call: str
    task: str
    expert: str
    fraction: float
    word: str
    seconds: float
    left: float | None = None
    preview: bytes | None = None


@dataclass(frozen=True)
class Finished:
    """The last event. *reason* says why the reply ended; "failed" means that the model, not one expert, failed."""

    message: Message
    reason: Literal["done", "stopped", "failed"] = "done"


@dataclass(frozen=True)
class Waiting:
    """The message was taken in and waits for the reply before it; nothing of it is in the conversation yet."""


Event: TypeAlias = Grown | Progress | Finished
