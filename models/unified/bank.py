"""The bank of word pieces and percepts of a conversation as tensors, from the states of its texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from models.percepts import PLACE
from models.unified.network import Bank
from models.unified.sheet import WHOLE, Sheet


@dataclass(frozen=True)
class Rows:
    """The S rows of one sheet: *context* float [S, width]; the encoder's ids *pieces* long [S]; *kind* long [S]; *starts* bool
    [S], first piece of its text or a percept; *features* float16 [S, widest] and *places* float32 [S, PLACE] of what is perceived,
    None where nothing is."""

    context: Tensor
    pieces: Tensor
    kind: Tensor
    starts: Tensor
    features: Tensor | None
    places: Tensor | None

    def __len__(self) -> int:
        return len(self.pieces)


def rows(sheet: Sheet, states: Mapping[tuple[int, ...], Tensor], width: int) -> Rows:
    """Return the rows of *sheet*'s bank. *states* holds each text's states by its pieces. A whole text is the mean of its
    pieces."""
    contexts, pieces = [torch.zeros(0, width)], list[int]()
    seen = [(source.first, source.percept) for source in sheet.sources if source.percept]
    for source in sheet.sources:
        if source.percept:
            contexts.append(torch.zeros(source.rows, width))
            pieces += [0] * source.rows
            continue
        found = states[source.ids].float().cpu()
        contexts.append(found)
        pieces += source.ids
        if source.whole:
            contexts.append(found.mean(0, keepdim=True) if len(source.ids) else torch.zeros(1, width))
            pieces.append(0)
    kinds, starts = _kinds(sheet)
    features = None
    if seen:
        features = torch.zeros(len(pieces), max(percept.features.shape[1] for _, percept in seen), dtype=torch.float16)
        for first, percept in seen:
            features[first : first + len(percept), : percept.features.shape[1]] = torch.from_numpy(
                percept.features.copy()
            )
    return Rows(
        torch.cat(contexts),
        torch.tensor(pieces, dtype=torch.long),
        torch.tensor(kinds, dtype=torch.long),
        torch.tensor(starts).bool(),
        features,
        _places(sheet),
    )


def _kinds(sheet: Sheet) -> tuple[list[int], list[bool]]:
    """Return the kind of each row of *sheet*'s bank, and whether it is the first of its text or a percept."""
    kinds, starts = list[int](), list[bool]()
    for source in sheet.sources:
        if source.percept:
            kinds += [source.percept.kind] * source.rows
            starts += [True] * source.rows
        else:
            kinds += [*[source.kind] * len(source.ids), *[WHOLE] * source.whole]
            starts += [index == 0 for index in range(source.rows)]
    return kinds, starts


def _places(sheet: Sheet) -> Tensor | None:
    """Return the places of the rows of *sheet*'s bank, float32 [S, PLACE]; None where nothing is perceived."""
    seen = [(source.first, source.percept) for source in sheet.sources if source.percept]
    places = torch.zeros(len(sheet.where), PLACE)
    for first, percept in seen:
        places[first : first + len(percept)] = torch.from_numpy(percept.places.copy())
    return places if seen else None


def outlined(sheet: Sheet, context: Tensor, static: Tensor) -> Bank:
    """Return the bank of *sheet* (a batch of one) whose *context* and *static* float [1, S, width] are normalised already, without
    the features of what is perceived."""
    kinds, starts = _kinds(sheet)
    places, device = _places(sheet), context.device
    return Bank(
        context,
        static,
        torch.tensor(kinds, dtype=torch.long, device=device)[None],
        torch.tensor(sheet.where, dtype=torch.long, device=device)[None],
        torch.tensor(starts, device=device).bool()[None],
        None,
        places[None].to(device) if places is not None else None,
    )


def one_bank(sheet: Sheet, states: Mapping[tuple[int, ...], Tensor], static: Tensor) -> Bank:
    """Return the bank of one conversation (a batch of one); *static* [encoder vocabulary, width] holds word vectors."""
    made = rows(sheet, states, static.shape[-1])
    where = torch.tensor(sheet.where, dtype=torch.long)
    device = static.device
    return Bank(
        made.context[None].to(device),
        static[made.pieces.to(device)][None].float(),
        made.kind[None].to(device),
        where[None].to(device),
        made.starts[None].to(device),
        made.features[None].float().to(device) if made.features is not None else None,
        made.places[None].to(device) if made.places is not None else None,
    )
