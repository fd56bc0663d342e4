"""One reply in the making: what the decoder reads, going on from what was read before, and the scores of what may come next."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional

from models.reader import Reader
from models.unified.bank import one_bank, outlined
from models.unified.network import Bank, UnifiedForConditionalGeneration
from models.unified.prefix import ROOM, Key, Layer, Prefix, Prefixes, copied, decoder_cache, row_names
from models.unified.sheet import Sheet


class Reply:
    """One reply in the making: what the decoder has read so far, and what the bank offers to the pointer."""

    def __init__(
        self,
        network: UnifiedForConditionalGeneration,
        reader: Reader,
        sheet: Sheet,
        prefixes: Prefixes | None = None,
        forced: Sequence[int] = (),
    ) -> None:
        """Prepare to read the ids of *sheet* and then *forced*. As many of them as *prefixes* hold are read already; the others,
        one at least, are in :attr:`rest`."""
        self.network = network
        self.sheet = sheet
        self.follow = -1
        self.state: Tensor | None = None
        """The state that the last scores were made of, float [1, width]: of a thing that is chosen by them it is the ``<seg>`` state."""
        self._names = row_names(sheet)
        self._firsts = set(sheet.where)
        ids = [*sheet.ids, *forced]
        held, length = prefixes.find(self._keys(ids, 0)) if prefixes else (None, 0)
        length, rows = self._whole_texts(min(length, len(ids) - 1))
        self.rest = ids[length:]
        self.keys = list(held.keys[:length]) if held else []
        layers = copied(held.layers, length, len(self.rest) + ROOM) if held else []
        self.cache = decoder_cache(layers or [Layer() for _ in range(network.config.text_config.num_hidden_layers)])
        self.found, self._broken = length, False
        with torch.inference_mode():
            self._fill(reader, held, rows)
            self.things = self._things()

    def _whole_texts(self, length: int) -> tuple[int, int]:
        """Return the first position from *length* backwards that is not within a text, and the rows before it."""
        rows = bisect_left(self.sheet.where, length)
        for source in self.sheet.sources:
            if source.first < rows < source.first + source.rows:
                return self.sheet.where[source.first], source.first
        return length, rows

    def _fill(self, reader: Reader, held: Prefix | None, rows: int) -> None:
        """Make the bank: its first *rows* as *held*, the others from their texts and percepts."""
        fresh = [replace(source, first=source.first - rows) for source in self.sheet.sources if source.first >= rows]
        states = {source.ids: reader.states(source.ids) for source in fresh if not source.percept}
        made = one_bank(Sheet(sources=fresh, where=self.sheet.where[rows:]), states, reader.static)
        self.context, self.static = self.network.normalise(made)
        self.offers = made.context.new_zeros(1, 0, self.network.config.pointer_width)
        if held:
            before = (held.context[None, :rows], held.static[None, :rows])
            self.context, self.static = (
                torch.cat(pair, 1) for pair in zip(before, (self.context, self.static), strict=True)
            )
            self.offers = held.offers[None, :rows]
        self.bank = outlined(self.sheet, self.context, self.static)
        self.noticed = self.network.notice(self.bank, self.context)

    def _part(self, at: slice | list[int]) -> Bank:
        """Return the rows *at* of the bank."""
        bank = self.bank
        return Bank(
            self.context[:, at],
            self.static[:, at],
            bank.kind[:, at],
            bank.where[:, at],
            bank.starts[:, at],
            places=bank.places[:, at] if bank.places is not None else None,
        )

    def _things(self) -> Tensor | None:
        """Return how well the newest text describes each known thing, float [1, things]; None without texts or things."""
        if not self.network.config.things or not self.sheet.where:
            return None
        newest = next((source for source in reversed(self.sheet.sources) if source.whole), None)
        text = self._part(slice(newest.first, newest.first + newest.rows) if newest else slice(None))
        return self.network.meant(text, text.context, text.static)[0][:, 0]

    def _keys(self, ids: Sequence[int], begun: int) -> list[Key]:
        """Return what stands at the positions of *ids* from *begun* on."""
        own = self.network.vocabulary
        return [
            token if token < own else (*self._names[token - own], begun + place in self._firsts)
            for place, token in enumerate(ids)
        ]

    @torch.inference_mode()
    def hidden(self, ids: Sequence[int]) -> Tensor:
        """Read *ids* after what was read before; return their states, float [1, ids, width]."""
        self._broken, begun = True, len(self.keys)
        own = self.network.vocabulary
        rows = list(dict.fromkeys(token - own for token in ids if token >= own))
        at = {row: own + number for number, row in enumerate(rows)}
        step = torch.tensor([[token if token < own else at[token - own] for token in ids]], device=self.context.device)
        part = self._part(rows)  # of hundreds of rows a token needs one
        told = self.noticed.of(rows) if self.noticed else None
        inputs = self.network.embed(step, part.context, part.static, part, told)
        hidden = self.network.model(inputs_embeds=inputs, past_key_values=self.cache, use_cache=True).last_hidden_state
        self.keys += self._keys(ids, begun)
        first, end = (bisect_left(self.sheet.where, place) for place in (begun, len(self.keys)))
        if first < end:
            self._offer(hidden, begun, first, end)
        self._broken = False
        return hidden

    def _offer(self, hidden: Tensor, begun: int, first: int, end: int) -> None:
        """Add what the rows from *first* to *end* offer, which stand in *hidden* from position *begun* on."""
        before = int(first > 0)  # a piece offers the one before it, too
        part = self._part(slice(first - before, end))
        part.where = (part.where - begun).clamp(min=0)
        made = self.network.offers(hidden, part, part.context, part.static)[:, before:]
        self.offers = torch.cat([self.offers, made], 1)

    @torch.inference_mode()
    def read(self, ids: Sequence[int]) -> Tensor:
        """Read *ids* after what was read before; return the scores [vocabulary + rows] of the next token."""
        network, last = self.network, self.hidden(ids)[:, -1:]
        self.state = last[0]
        stand = self.offers.shape[1]
        noticed = self.noticed.upto(stand) if self.noticed else None
        pointer = network.pointer(last, self.offers, noticed, self.bank.words[:, None, :stand])[0]
        allowed = self.bank.offered
        missing = allowed.shape[1] - pointer.shape[1]
        if missing:  # rows that stand further on
            pointer, allowed = functional.pad(pointer, (0, missing)), allowed.clone()
            allowed[:, -missing:] = False
        follow = torch.tensor([self.follow], device=last.device)
        told = network.tell(noticed, follow.new_zeros(1), self.bank.words[:, :stand])
        return network.score(last[0], pointer, follow, allowed, self.things, told)[0].cpu()

    def peek(self, ids: Sequence[int]) -> Tensor:
        """Return what :meth:`read` would, and forget *ids* again."""
        before = self.state
        scores, self.state = self.read(ids), before
        self.cache.crop(-len(ids))
        del self.keys[-len(ids) :]
        return scores

    def note(self, token: int) -> None:
        """Remember whether *token* copies, so that the next may carry on."""
        row = token - self.network.vocabulary
        self.follow = self.sheet.next_row(row) if row >= 0 else -1

    def prefix(self) -> Prefix | None:
        """Return what was read, to be kept; None where that is nothing new."""
        if self._broken or len(self.keys) <= self.found:
            return None
        rows = self.offers.shape[1]
        with torch.inference_mode():
            layers = copied((layer for layer in self.cache.layers if isinstance(layer, Layer)), len(self.keys))
        return Prefix(tuple(self.keys), tuple(layers), self.context[0, :rows], self.static[0, :rows], self.offers[0])
