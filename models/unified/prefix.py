"""What the decoder has read already, kept so that a reply reads only what is new: prefixes of conversations, matched by content.

A prefix is the keys and values of every position and what the rows of the bank before its end came to. It is found again by what
stands at each position: an own token by its number, a row by a digest of the whole text or percept that it is part of, since
both enter by their content alone. So no conversation has to be named, an edit, a retry or an undo goes on from where the
contents part, and nothing can pass from one person to another but numbers that both would have computed. What is kept is never
written to again: a reply works on a copy, so any number of them may go on from one prefix at the same time.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor
from transformers.cache_utils import Cache, DynamicLayer

from models.unified.sheet import Sheet, Source

Key = int | tuple[bytes, int, bool]
"""What stands at a position: an own token; or the digest of a source, the number of the row within it, and whether the row stands
there for the first time, as opposed to a reply that copies it."""
MOST_BYTES = 96 * 1024 * 1024
"""Bytes that are kept, if nobody says otherwise: of the shipped model about 7000 positions, ten long conversations."""
ROOM = 128
"""Positions by which a layer grows."""


class Layer(DynamicLayer):
    """Keys and values of one layer, float [1, heads, positions, width of a head], in tensors with room for more, where the layer that it
    takes the place of copies everything for every token."""

    def __init__(self, held: tuple[Tensor, Tensor] | None = None, more: int = 0) -> None:
        """Start with a copy of the keys and values *held*, and room for *more* positions."""
        super().__init__()
        self._room: list[Tensor] = []
        if held is not None:
            self._grow(held, held[0].shape[-2], more)
            self._set(held[0].shape[-2])

    def _grow(self, held: Sequence[Tensor], length: int, more: int) -> None:
        """Take rooms for *length* and *more* positions that begin with what is *held*."""
        room = [part.new_empty(*part.shape[:2], length + more, part.shape[3]) for part in held]
        for new, old in zip(room, held, strict=True):
            new[:, :, : old.shape[-2]] = old
        self._room = room

    def _set(self, length: int) -> None:
        self.keys, self.values = (part[:, :, :length] for part in self._room)
        self.dtype, self.device, self.is_initialized = self.keys.dtype, self.keys.device, True

    def update(self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
        """Add positions; return the keys and values of all."""
        begun = self.get_seq_length()
        length = begun + key_states.shape[-2]
        if not self._room:
            self._grow((key_states[:, :, :0], value_states[:, :, :0]), length, ROOM)
        elif length > self._room[0].shape[-2]:
            self._grow((self.keys, self.values), length, ROOM)
        for room, states in zip(self._room, (key_states, value_states), strict=True):
            room[:, :, begun:length] = states
        self._set(length)
        return self.keys, self.values

    @property
    def nbytes(self) -> int:
        """Bytes in memory, the room included."""
        return sum(part.nbytes for part in self._room)


@dataclass(frozen=True)
class Prefix:
    """What was read: what stands at each position, *keys*; the *layers* of the decoder; and of each row before the end its normalised
    *context* and *static* [rows, read width] and what it *offers* to the pointer [rows, pointer width] (models.unified.network)."""

    keys: tuple[Key, ...]
    layers: tuple[Layer, ...]
    context: Tensor
    static: Tensor
    offers: Tensor

    @property
    def nbytes(self) -> int:
        """Bytes in memory; what stands at the positions is counted at 100 bytes each."""
        own = sum(part.nbytes for part in (self.context, self.static, self.offers))
        return int(sum(layer.nbytes for layer in self.layers) + own + 100 * len(self.keys))


def digest(source: Source) -> bytes:
    """Return what tells apart all that enters the network by *source*: the pieces of a text, or the rows of a percept."""
    if source.percept is None:
        return hashlib.sha256(repr((source.kind, source.whole, source.ids)).encode()).digest()
    percept = source.percept
    found = hashlib.sha256(repr(("percept", percept.kind, percept.features.shape)).encode())
    found.update(percept.features.tobytes())
    found.update(percept.places.tobytes())
    return found.digest()


def row_names(sheet: Sheet) -> list[tuple[bytes, int]]:
    """Return of each row of *sheet* the digest of its source and its number within it."""
    return [(name, index) for source in sheet.sources for name in (digest(source),) for index in range(source.rows)]


def shared(one: Sequence[Key], other: Sequence[Key]) -> int:
    """Return how many positions two conversations begin with alike."""
    for place, (mine, theirs) in enumerate(zip(one, other, strict=False)):
        if mine != theirs:
            return place
    return min(len(one), len(other))


class Prefixes:
    """Prefixes, the least recently used first, *most* bytes of them. Safe to use from several threads."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self.most = most
        self._kept: list[Prefix] = []
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def nbytes(self) -> int:
        """Bytes that are kept."""
        with self._lock:
            return sum(prefix.nbytes for prefix in self._kept)

    def lengths(self) -> list[int]:
        """Return how many positions each prefix has."""
        with self._lock:
            return [len(prefix.keys) for prefix in self._kept]

    def find(self, keys: Sequence[Key]) -> tuple[Prefix | None, int]:
        """Return the prefix that begins most like *keys*, None where none does, and for how many positions. One of which a small
        part alone is alike, as all conversations begin alike, does not count as used."""
        with self._lock:
            alike = [(shared(prefix.keys, keys), number) for number, prefix in enumerate(self._kept)]
            length, number = max(alike, default=(0, 0))
            if not length:
                return None, 0
            found = self._kept[number]
            if 2 * length >= len(found.keys):
                self._kept.append(self._kept.pop(number))
            return found, length

    def keep(self, new: Prefix) -> None:
        """Keep *new* in place of all that it holds the greater part of: most replies go on from the newest state of their
        conversation, and to read less than half of an older one again is cheap. What was not used longest goes first; a
        prefix that is larger than all that may be kept is not."""
        if new.nbytes > self.most:
            return
        with self._lock:
            self._kept = [old for old in self._kept if 2 * shared(old.keys, new.keys) < len(old.keys)]
            self._kept.append(new)
            total = sum(prefix.nbytes for prefix in self._kept)
            while total > self.most:
                total -= self._kept.pop(0).nbytes

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()


def copied(layers: Iterable[Layer], length: int, more: int = 0) -> list[Layer]:
    """Return copies of the first *length* positions of *layers*, with room for *more*."""
    return [Layer((layer.keys[:, :, :length], layer.values[:, :, :length]), more) for layer in layers]


def decoder_cache(layers: Sequence[Layer]) -> Cache:
    """Return the cache, as transformers takes it, that goes on from *layers*."""
    return Cache(layers=list(layers))
