"""The bank of word pieces of a conversation as tensors, from the states of its texts."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from models.unified.network import Bank
from models.unified.sheet import WHOLE, Sheet


def rows(sheet: Sheet, states: Mapping[tuple[int, ...], Tensor], width: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return the rows of *sheet*'s bank: context float [S, width], the encoder's ids long [S], kind long [S], first
    piece of its text bool [S]. *states* holds each text's states by its pieces. A whole text is the mean of its pieces."""
    contexts, pieces, kinds, starts = [torch.zeros(0, width)], list[int](), list[int](), list[bool]()
    for source in sheet.sources:
        found = states[source.ids].float().cpu()
        contexts.append(found)
        pieces += source.ids
        kinds += [source.kind] * len(source.ids)
        starts += [index == 0 for index in range(source.rows)]
        if source.whole:
            contexts.append(found.mean(0, keepdim=True) if len(source.ids) else torch.zeros(1, width))
            pieces.append(0)
            kinds.append(WHOLE)
    context = torch.cat(contexts)
    return (
        context,
        torch.tensor(pieces, dtype=torch.long),
        torch.tensor(kinds, dtype=torch.long),
        torch.tensor(starts).bool(),
    )


def one_bank(sheet: Sheet, states: Mapping[tuple[int, ...], Tensor], static: Tensor) -> Bank:
    """Return the bank of one conversation (a batch of one); *static* [encoder vocabulary, width] holds word vectors."""
    context, pieces, kind, starts = rows(sheet, states, static.shape[-1])
    where = torch.tensor(sheet.where, dtype=torch.long)
    device = static.device
    return Bank(
        context[None].to(device),
        static[pieces.to(device)][None].float(),
        kind[None].to(device),
        where[None].to(device),
        starts[None].to(device),
    )
