"""The frozen sentence encoder: the unified model reads a person's words through it, experts find the nearest names.

MiniLM (``sentence-transformers/all-MiniLM-L6-v2``) cuts a text into word pieces, each with its place in the text, and
gives each a contextual state; its word embeddings serve as static vectors. Nothing the person types can become one of
the unified model's own tokens here, and the encoder's own special tokens are never recognised in a text either.
The weights are in memory once for each device (:func:`shared_reader`).
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor
from transformers import BertConfig, BertModel

from models.eight_bit import unpacked

TEXT_ENCODER = Path(__file__).resolve().parents[1] / "assets" / "nano" / "text_encoder"
EMBEDDINGS = "embeddings.word_embeddings.weight"
LONGEST = 500
"""Word pieces of a text that the encoder reads at once (its limit is 512 with the two marks at the ends)."""
_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Pieces:
    """A text cut into word pieces: the encoder's *ids* and each piece's *places* (start, end) in characters."""

    text: str
    ids: tuple[int, ...]
    places: tuple[tuple[int, int], ...]


class Cutter:
    """Cuts texts into word pieces. It keeps its tokenizer to itself and behind a lock, since the switch that shields
    from special tokens is state of the tokenizer object."""

    def __init__(self, file: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(file))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._tokenizer.encode_special_tokens = True  # "[SEP]" typed by a person is five characters, not a mark
        self._lock = threading.Lock()

    def __call__(self, text: str) -> Pieces:
        with self._lock:
            # Half a letter of UTF-16, as some keyboards send it, is no text to the tokenizer: an unknown letter in its place.
            found = self._tokenizer.encode(_HALF.sub("\ufffd", text), add_special_tokens=False)
        return Pieces(text, tuple(found.ids), tuple((start, end) for start, end in found.offsets))

    def words(self, ids: Sequence[int]) -> str:
        """Return what word pieces say together, as plain words."""
        with self._lock:
            return str(self._tokenizer.decode(list(ids)))


def load_encoder(folder: Path) -> BertModel:
    """Build the encoder from *folder* (``config.json`` and safetensors shards whose word embeddings are split by rows
    as ``<name>.rows<k>``, in half precision or in eight bits), in fp32, frozen. Raises OSError, KeyError, ValueError or RuntimeError when
    files do not fit together."""
    config = BertConfig(**json.loads((folder / "config.json").read_text(encoding="utf-8")))
    state: dict[str, Tensor] = {}
    for shard in sorted(folder.glob("*.safetensors")):
        state.update(load_file(shard))
    state = unpacked(state)
    rows = sorted(
        (name for name in state if name.startswith(f"{EMBEDDINGS}.rows")),
        key=lambda name: int(name.rpartition("rows")[2]),
    )
    state[EMBEDDINGS] = torch.cat([state.pop(name) for name in rows])
    encoder = BertModel(config, add_pooling_layer=False)
    encoder.load_state_dict({name: value.float() for name, value in state.items()})
    return encoder.eval().requires_grad_(False)


class Reader:
    """Word pieces and their states. Safe to use from several threads; states of recent texts are kept."""

    def __init__(self, folder: Path, device: str = "cpu", keep: int = 256) -> None:
        self.cut = Cutter(folder / "tokenizer.json")
        self.encoder = load_encoder(folder).to(device)
        self.static: Tensor = self.encoder.embeddings.word_embeddings.weight
        self.device = device
        self._kept: OrderedDict[tuple[int, ...], Tensor] = OrderedDict()
        self._keep = keep
        self._lock = threading.Lock()

    def states(self, ids: tuple[int, ...]) -> Tensor:
        """Return the contextual states, float32 [len(ids), width], of one text; longer texts are read in windows."""
        with self._lock:
            if ids in self._kept:
                self._kept.move_to_end(ids)
                return self._kept[ids]
        windows = [ids[start : start + LONGEST] for start in range(0, len(ids), LONGEST)] or [()]
        states = torch.cat(self.batch(windows))
        with self._lock:
            self._kept[ids] = states
            while len(self._kept) > self._keep:
                self._kept.popitem(last=False)
        return states

    def batch(self, texts: Sequence[tuple[int, ...]]) -> list[Tensor]:
        """Return the states of several texts (each at most LONGEST pieces), float32 [pieces, width] each."""
        out, _ = self._run(texts)
        return [out[row, 1 : len(pieces) + 1].clone() for row, pieces in enumerate(texts)]

    def sentences(self, texts: Sequence[str], at_once: int = 64) -> NDArray[np.float32]:
        """Return one vector of unit length for each text, float32 [len(texts), width]: the mean of its states, the
        marks at both ends included, as the encoder was trained (Reimers and Gurevych 2019, arXiv 1908.10084). Of a
        longer text the first LONGEST pieces count."""
        means: list[Tensor] = [torch.zeros(0, self.static.shape[1])]
        ids = [self.cut(text).ids[:LONGEST] for text in texts]
        for start in range(0, len(ids), at_once):
            out, mask = self._run(ids[start : start + at_once])
            means.append(((out * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)).float().cpu())
        vectors: NDArray[np.float32] = torch.nn.functional.normalize(torch.cat(means), dim=-1).numpy()
        return vectors

    def _run(self, texts: Sequence[tuple[int, ...]]) -> tuple[Tensor, Tensor]:
        """Return the states [texts, longest + 2, width] with both marks, and which of them are of a text (1) or filling (0)."""
        longest = max(map(len, texts)) + 2
        ids = torch.zeros(len(texts), longest, dtype=torch.long)
        mask = torch.zeros(len(texts), longest, dtype=torch.long)
        for row, pieces in enumerate(texts):
            ids[row, : len(pieces) + 2] = torch.tensor([101, *pieces, 102])  # [CLS] ... [SEP]
            mask[row, : len(pieces) + 2] = 1
        ids, mask = ids.to(self.device), mask.to(self.device)
        with torch.no_grad():
            return self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state, mask


_loading = threading.Lock()


def usual_threads() -> int:
    """Return how many threads small networks run on: one on at most two cores, where two that are busy are several times
    slower than one, else four."""
    return 1 if (os.cpu_count() or 1) <= 2 else 4


@lru_cache(maxsize=4)
def _one(folder: Path, device: str) -> Reader:
    torch.set_num_threads(min(torch.get_num_threads(), usual_threads()))
    return Reader(folder, device)


def shared_reader(folder: Path = TEXT_ENCODER, device: str = "cpu") -> Reader:
    """Return the process's one Reader of *folder* on *device*; it is loaded on the first call, from when on torch takes no
    more threads than usual. Raises as load_encoder."""
    with _loading:  # two threads that ask at once must not load it twice
        return _one(folder.resolve(), device)


def shared_embedder(device: str = "cpu") -> Callable[[list[str]], NDArray[np.float32]] | None:
    """Return what turns texts into unit vectors, float32 [n, 384] (see :meth:`Reader.sentences`), or None when this
    copy of the program has no text encoder. Cheap: the weights are loaded when the first text is embedded."""
    if not (TEXT_ENCODER / "config.json").is_file():
        return None
    return lambda texts: shared_reader(TEXT_ENCODER, device).sentences(texts)
