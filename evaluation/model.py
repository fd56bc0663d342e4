"""The unified model under measurement: loaded by profile, asked for one reply, its calls read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

from models.grammar import parse
from models.profiles import PROFILES
from models.unified.stream import StreamOptions, UnifiedModel
from models.values import Media, Message, TaskCall, Text

from evaluation.journal import digest

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Answer:
    """A reply: *said* is its tagged text, *calls* and *words* what reads back from it."""

    said: str
    calls: tuple[TaskCall, ...]
    words: str


def load_model(profile: str, device: str = "cpu", source: str = "") -> UnifiedModel:
    """Load the profile's unified model, or the same kind of model from the folder *source*."""
    checkpoint = PROFILES[profile].unified
    if source:
        checkpoint = replace(checkpoint, source=source)
    backend = import_module(f"models.unified.{checkpoint.implementation}")
    model: UnifiedModel = backend.load(checkpoint, device)
    return model


def read(said: str) -> Answer:
    """Return what a reply's tagged text holds."""
    parts = parse(said)
    calls = tuple(part for part in parts if isinstance(part, TaskCall))
    return Answer(said, calls, "".join(part.text for part in parts if isinstance(part, Text)))


def ask(
    model: UnifiedModel,
    messages: Sequence[Message],
    shelf: Mapping[str, Media],
    task: str | None = None,
    chosen: tuple[str, ...] = (),
) -> Answer:
    """Return the model's likeliest reply to *messages*, one that calls *task* first where that is given, about the
    *chosen* media and marks where some were picked."""
    options = StreamOptions(force_task=task, chosen=chosen)
    return read("".join(model.stream(messages, shelf, options, lambda: False)))


def made_of(profile: str, source: str = "") -> dict[str, str]:
    """Return what the replies of a profile's unified model depend on: the SHA-256 of its weights (or the hub id with its
    revision), of the text encoder, and of the code that asks, reads, decodes and reads back."""
    from models.reader import TEXT_ENCODER

    checkpoint = PROFILES[profile].unified
    folder = ROOT / "assets" / (source or checkpoint.source)
    weights = digest(folder) if folder.is_dir() else f"{source or checkpoint.source}@{checkpoint.revision}"
    encoder = ROOT / "assets" / checkpoint.call.get("text_encoder", TEXT_ENCODER)
    own = (ROOT / "models" / f"{name}.py" for name in ("grammar", "reader", "tasks", "tokens", "values"))
    code = digest(*own, *sorted((ROOT / "models" / "unified").glob("*.py")))
    return {"profile": profile, "weights": weights, "encoder": digest(encoder), "code": code}
