"""The unified model under measurement: loaded by profile, asked for one reply, its calls read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module

from models.grammar import parse
from models.profiles import PROFILES
from models.unified.stream import StreamOptions, UnifiedModel
from models.values import Media, Message, TaskCall, Text


@dataclass(frozen=True)
class Answer:
    """A reply as read back from its tagged text."""

    text: str
    calls: tuple[TaskCall, ...]
    words: str


def load_model(profile: str, device: str = "cpu", source: str = "") -> UnifiedModel:
    """Load the profile's unified model, or the same kind of model from the folder *source*."""
    from dataclasses import replace

    checkpoint = PROFILES[profile].unified
    if source:
        checkpoint = replace(checkpoint, source=source)
    backend = import_module(f"models.unified.{checkpoint.implementation}")
    model: UnifiedModel = backend.load(checkpoint, device)
    return model


def ask(model: UnifiedModel, messages: Sequence[Message], shelf: Mapping[str, Media]) -> Answer:
    """Return the model's likeliest reply to *messages*."""
    text = "".join(model.stream(messages, shelf, StreamOptions(), lambda: False))
    parts = parse(text)
    calls = tuple(part for part in parts if isinstance(part, TaskCall))
    return Answer(text, calls, "".join(part.text for part in parts if isinstance(part, Text)))
