"""Take a network over into one with senses and a wider vocabulary, so that what it has learnt of words is kept; or begin afresh."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import torch
from models.percepts import SETTING
from models.reader import Reader
from models.unified.config import SENSES, UnifiedConfig
from models.unified.network import UnifiedForConditionalGeneration
from models.unified.vocabulary import Vocabulary
from torch import Tensor
from transformers import AutoModel

ROWS = ("model.embed_tokens.weight", "head.weight", "head.bias")
"""Parameters that hold a row for each token."""
TELLS = "noticing.relating.tell.weight"
"""Another one, in networks with senses, all of which stage one may change."""
KINDS = "read_kind.weight"
"""The parameter that holds a row for each kind of rows of the bank."""


def extended(folder: Path, names: Vocabulary, reader: Reader) -> UnifiedForConditionalGeneration:
    """Return the network in *folder* with senses and the vocabulary *names*, in fp32.

    Rows of tokens are copied by the tokens' names. A new token is read as the mean of those of its kind, a little stirred, and its score
    begins as their mean score: so it is never the best of its kind, and replies stay what they were. Known things have the vectors
    that they had, new ones those that *reader* gives their names. Raises OSError or ValueError for a folder without a network
    and its vocabulary.
    """
    old = UnifiedForConditionalGeneration.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
    before = Vocabulary.load(folder)
    if old.vocabulary != len(before):
        raise ValueError(f"the vocabulary in {folder} does not belong to the weights there")
    network = UnifiedForConditionalGeneration(_wider(old.config, names))
    had, state = old.state_dict(), network.state_dict()
    with torch.no_grad():
        for name, value in had.items():
            if name == TELLS:
                state[name].copy_(_rows(value, before, names, stir=0.0))
            elif name not in (*ROWS, KINDS, "names"):
                state[name].copy_(value)
        state[KINDS][: len(had[KINDS])] = had[KINDS]
        for name in ROWS:
            state[name].copy_(_rows(had[name], before, names, stir=0.5 if "embed" in name else 0.0))
        if names.things:
            known = {thing: had["names"][n] for n, thing in enumerate(before.things)}
            state["names"].copy_(torch.stack([_vector(thing, known, reader) for thing in names.things]))
    return network


def new_rows(before: Vocabulary, names: Vocabulary) -> list[int]:
    """Return the ids of *names* that *before* does not have."""
    return [index for index, name in enumerate(names.names) if name not in before.ids]


def fresh(
    file: Path, names: Vocabulary, reader: Reader, decoder: Path | None = None
) -> UnifiedForConditionalGeneration:
    """Return an untrained network of the configuration in *file* (JSON, the fields of UnifiedConfig) for the vocabulary *names*, its
    decoder with the weights of the language model in the folder *decoder* where that is given: of the same shape but for the
    vocabulary. Raises OSError or ValueError where they cannot be read or do not fit."""
    fields = json.loads(file.read_text(encoding="utf-8"))
    network = UnifiedForConditionalGeneration(_wider(UnifiedConfig(**fields), names))
    state = network.state_dict()
    with torch.no_grad():
        if names.things:
            state["names"].copy_(torch.stack([_vector(thing, {}, reader) for thing in names.things]))
        if decoder is not None:
            language = AutoModel.from_pretrained(decoder, dtype=torch.float32, local_files_only=True)
            for name, value in language.state_dict().items():
                if name == "embed_tokens.weight":
                    continue  # tokens of another vocabulary
                own = state.get(f"model.{name}")
                if own is None or own.shape != value.shape:
                    raise ValueError(f"the decoder in {decoder} does not have the shape that {file} tells: see {name}")
                own.copy_(value)
    return network


def _wider(config: UnifiedConfig, names: Vocabulary) -> UnifiedConfig:
    """Return *config* with senses, for the vocabulary *names*."""
    fields = config.to_dict()
    things = names.by_kind.get("k", [])
    fields["text_config"] = {**fields["text_config"], "vocab_size": len(names)}
    fields |= {"senses": fields.get("senses") or dict(SENSES), "source_kinds": max(SETTING + 1, fields["source_kinds"])}
    fields |= {"first_thing": min(things, default=0), "things": len(things), "tie_word_embeddings": False}
    fields.pop("model_type", None)
    return UnifiedConfig(**fields)


def _rows(had: Tensor, before: Vocabulary, names: Vocabulary, stir: float) -> Tensor:
    """Return the rows of *names*: those of *before* where it has them, else the mean of their kind, plus noise of *stir* times the spread
    within it."""
    generator = torch.Generator().manual_seed(len(names))
    means: dict[str, Tensor] = {}
    spread = had.std(0, correction=0)
    made = []
    for name in names.names:
        if name in before.ids:
            made.append(had[before[name]])
            continue
        if name[0] not in means:
            same: Sequence[int] = _like(name, before)
            means[name[0]] = had[list(same)].mean(0)
        mean = means[name[0]]
        made.append(mean + stir * spread * torch.randn(mean.shape, generator=generator))
    return torch.stack(made)


def _like(name: str, names: Vocabulary) -> Sequence[int]:
    """Return the ids of the tokens of *names* that stand where *name* could: whole words for a word, else those of its kind; where there
    are none, as for determiners, whole words too."""
    if name[0] == "w":
        return names.words
    return names.by_kind.get(name[0]) or names.words


def _vector(thing: str, known: dict[str, Tensor], reader: Reader) -> Tensor:
    own = known.get(thing)
    return reader.states(reader.cut(thing).ids).float().mean(0) if own is None else own
