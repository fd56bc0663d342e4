"""The native unified model: loading the shipped weights and writing replies with them."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from models.reader import TEXT_ENCODER, Reader, shared_reader, usual_threads
from models.unified.bank import one_bank, outlined
from models.unified.network import Bank, UnifiedForConditionalGeneration
from models.unified.prefix import MOST_BYTES, ROOM, Key, Layer, Prefix, Prefixes, copied, decoder_cache, row_names
from models.unified.prompt import Scribe
from models.unified.record import Record
from models.unified.rules import Rules
from models.unified.sheet import Sheet
from models.unified.speech import Speech
from models.unified.stream import StreamOptions
from models.unified.vocabulary import Vocabulary
from models.values import Checkpoint, Media, Message, Region

ASSETS = Path(__file__).resolve().parents[2] / "assets"


class NativeModel:
    """A unified model with its reader. Streams of several threads share the weights and nothing else; each step of
    one holds the lock, so that concurrent replies take turns."""

    name = "Unison nano (own language model with the MiniLM text encoder)"

    def __init__(
        self,
        network: UnifiedForConditionalGeneration,
        vocabulary: Vocabulary,
        reader: Reader,
        device: str,
        kept_bytes: int = MOST_BYTES,
    ) -> None:
        """*kept_bytes* of what was read of conversations are kept at most (models.unified.prefix); 0 keeps nothing."""
        if network.vocabulary != len(vocabulary):
            raise ValueError("the vocabulary does not belong to the weights")
        self.network = network.eval().to(device)
        self.vocabulary = vocabulary
        self.reader = reader
        self.device = device
        self.prefixes = Prefixes(kept_bytes)
        self._lock = threading.Lock()

    def stream(
        self,
        messages: Sequence[Message],
        shelf: Mapping[str, Media],
        options: StreamOptions,
        cancel: Callable[[], bool],
    ) -> Iterator[str]:
        """Yield the reply as pieces of tagged text (see :class:`models.unified.stream.UnifiedModel`)."""
        sheet = Scribe(self.vocabulary, self.reader.cut).write(messages, shelf, chosen=options.chosen)
        drawn = [part.of for part in messages[-1].parts if isinstance(part, Region)] if messages else []
        if options.chosen:
            drawn = [of for of in drawn if of in options.chosen]
        masks = {
            int(m.handle[5:]): str(m.meta.get("of", "")).partition("#")[0] for m in shelf.values() if m.kind == "mask"
        }
        rules = Rules(
            self.vocabulary,
            sheet,
            handles(messages, shelf),
            drawn,
            masks={n: kind for n, kind in masks.items() if kind},
            chosen=options.chosen,
            labelled=[p.id for m in messages for p in m.parts if isinstance(p, Region) and p.label],
        )
        speech = Speech(self.vocabulary, sheet, Record(messages, shelf))
        for token in self.tokens(sheet, rules, options, cancel):
            if piece := speech.say(token):
                yield piece
        if piece := speech.close():
            yield piece

    def tokens(self, sheet: Sheet, rules: Rules, options: StreamOptions, cancel: Callable[[], bool]) -> Iterator[int]:
        """Yield the tokens of a reply to *sheet*, the end excluded. What was read is kept for the next one."""
        reply = Reply(self.network, self.reader, sheet, self.prefixes, rules.begin(options.force_task))
        try:
            yield from self._tokens(reply, rules, options, cancel)
        finally:
            if read := reply.prefix():
                self.prefixes.keep(read)

    def _tokens(self, reply: Reply, rules: Rules, options: StreamOptions, cancel: Callable[[], bool]) -> Iterator[int]:
        generator = torch.Generator().manual_seed(options.seed)
        step = reply.rest
        for _ in range(options.max_new_tokens):
            if cancel():
                return
            with self._lock:
                scores = reply.read(step)
                token = self._choose(scores, rules, reply.follow, options.temperature, generator)
                if options.chosen and token == self.vocabulary["c:talk"] and self._asks_which(reply, token):
                    scores = scores.clone()  # an inference tensor cannot be changed outside of inference mode
                    scores[token] = float("-inf")  # which medium is meant has been chosen: there is nothing to ask
                    token = self._choose(scores, rules, reply.follow, options.temperature, generator)
            rules.take(token)
            reply.note(token)
            if token == self.vocabulary["c:end"]:
                return
            yield token
            if options.brief and rules.decided():
                return
            step = [token]

    def _asks_which(self, reply: Reply, talk: int) -> bool:
        """Tell whether a reply that begins with the token *talk* would ask which of several media is meant."""
        which, topics = self.vocabulary.ids.get("t:clarify.which"), self.vocabulary.by_kind.get("t", [])
        if which is None:
            return False
        scores = reply.peek([talk])
        return topics[int(scores[topics].argmax())] == which

    def _choose(self, logits: Tensor, rules: Rules, follow: int, temperature: float, generator: torch.Generator) -> int:
        """Return the next token: the likeliest of the allowed ones, or one drawn at *temperature*."""
        logits = logits.clone()  # an inference tensor cannot be changed outside of inference mode
        logits[self.vocabulary["c:talk"]] += self.network.config.talk_bias
        logits = logits.masked_fill(~rules.allowed(follow), float("-inf"))
        if temperature <= 0 or rules.mode in ("plan", "talk"):
            return int(logits.argmax())
        return int(torch.multinomial((logits / temperature).softmax(-1), 1, generator=generator))


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
        self._names = row_names(sheet)
        self._firsts = set(sheet.where)
        ids = [*sheet.ids, *forced]
        held, length = prefixes.find(self._keys(ids, 0)) if prefixes else (None, 0)
        length, rows = self._whole_texts(min(length, len(ids) - 1))
        self.rest = ids[length:]
        self.keys = list(held.keys[:length]) if held else []
        layers = copied(held.layers, length, len(self.rest) + ROOM) if held else []
        self.cache = decoder_cache(layers or [Layer() for _ in range(network.config.text_config.num_hidden_layers)])
        self._found, self._broken = length, False
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
        inputs = self.network.embed(step, part.context, part.static, part)
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
        pointer, allowed = network.pointer(last, self.offers)[0], self.bank.offered
        missing = allowed.shape[1] - pointer.shape[1]
        if missing:  # rows that stand further on
            pointer, allowed = functional.pad(pointer, (0, missing)), allowed.clone()
            allowed[:, -missing:] = False
        follow = torch.tensor([self.follow], device=last.device)
        return network.score(last[0], pointer, follow, allowed, self.things)[0].cpu()

    def peek(self, ids: Sequence[int]) -> Tensor:
        """Return what :meth:`read` would, and forget *ids* again."""
        scores = self.read(ids)
        self.cache.crop(-len(ids))
        del self.keys[-len(ids) :]
        return scores

    def note(self, token: int) -> None:
        """Remember whether *token* copies, so that the next may carry on."""
        row = token - self.network.vocabulary
        self.follow = self.sheet.next_row(row) if row >= 0 else -1

    def prefix(self) -> Prefix | None:
        """Return what was read, to be kept; None where that is nothing new."""
        if self._broken or len(self.keys) <= self._found:
            return None
        rows = self.offers.shape[1]
        with torch.inference_mode():
            layers = copied((layer for layer in self.cache.layers if isinstance(layer, Layer)), len(self.keys))
        return Prefix(tuple(self.keys), tuple(layers), self.context[0, :rows], self.static[0, :rows], self.offers[0])


def handles(messages: Sequence[Message], shelf: Mapping[str, Media]) -> dict[str, list[int]]:
    """Return the numbers of the media on *shelf* by kind, and of the regions that *messages* hold."""
    found: dict[str, list[int]] = {"region": []}
    for medium in shelf.values():
        found.setdefault(medium.kind, []).append(int(medium.handle.partition("#")[2]))
    for message in messages:
        found["region"] += [
            part.id for part in message.parts if isinstance(part, Region) and part.id not in found["region"]
        ]
    return found


def _threads(checkpoint: Checkpoint) -> int:
    """Return on how many threads the model runs: torch may have been given few of them, by ``--threads``."""
    return int(checkpoint.call.get("threads") or min(torch.get_num_threads(), usual_threads()))


def load(checkpoint: Checkpoint, device: str) -> NativeModel:
    """Load the model from ``assets/<checkpoint.source>`` (or an absolute folder), in fp32, with its text encoder.

    ``checkpoint.call`` may name another ``text_encoder`` folder and the number of ``threads``. Otherwise on at most two cores
    one thread is used, since two on busy cores are several times slower, and never more than torch has. Raises OSError, ValueError or RuntimeError on bad files.
    """
    folder = ASSETS / checkpoint.source
    network = UnifiedForConditionalGeneration.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
    reader = shared_reader(ASSETS / checkpoint.call.get("text_encoder", TEXT_ENCODER), device)
    torch.set_num_threads(_threads(checkpoint))
    return NativeModel(network, Vocabulary.load(folder), reader, device)
