"""The native unified model: loading the shipped weights and writing replies with them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor
from transformers import DynamicCache

from models.reader import TEXT_ENCODER, Reader, shared_reader, usual_threads
from models.unified.bank import one_bank
from models.unified.network import UnifiedForConditionalGeneration
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
        self, network: UnifiedForConditionalGeneration, vocabulary: Vocabulary, reader: Reader, device: str
    ) -> None:
        if network.vocabulary != len(vocabulary):
            raise ValueError("the vocabulary does not belong to the weights")
        self.network = network.eval().to(device)
        self.vocabulary = vocabulary
        self.reader = reader
        self.device = device
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
        """Yield the tokens of a reply to *sheet*, the end excluded."""
        reply = Reply(self.network, self.reader, sheet)
        generator = torch.Generator().manual_seed(options.seed)
        forced = rules.begin(options.force_task)
        step = [*sheet.ids, *forced]
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
    """One reply in the making: the cache of the decoder and what the bank offers to the pointer."""

    def __init__(self, network: UnifiedForConditionalGeneration, reader: Reader, sheet: Sheet) -> None:
        self.network = network
        self.sheet = sheet
        self.cache = DynamicCache(config=network.config.text_config)
        self.follow = -1
        states = {source.ids: reader.states(source.ids) for source in sheet.sources if not source.percept}
        with torch.inference_mode():
            self.bank = one_bank(sheet, states, reader.static)
            self.context, self.static = network.normalise(self.bank)
            self.things = self._things()
        self.offers: Tensor | None = None

    def _things(self) -> Tensor | None:
        """Return how well the newest text describes each known thing, float [1, things]; None without texts or things."""
        if not self.network.config.things or not self.bank.kind.shape[1]:
            return None
        meant, ends = self.network.meant(self.bank, self.context, self.static)
        return meant[:, int(ends.max().clamp(min=0))]

    @torch.inference_mode()
    def read(self, ids: Sequence[int]) -> Tensor:
        """Read *ids* after what was read before; return the scores [vocabulary + rows] of the next token."""
        network = self.network
        step = torch.tensor([list(ids)], device=self.context.device)
        inputs = network.embed(step, self.context, self.static, self.bank)
        hidden = network.model(inputs_embeds=inputs, past_key_values=self.cache, use_cache=True).last_hidden_state
        if self.offers is None:
            self.offers = network.offers(hidden, self.bank, self.context, self.static)
        last = hidden[:, -1:]
        allowed = self.bank.offered
        follow = torch.tensor([self.follow], device=last.device)
        return network.score(last[0], network.pointer(last, self.offers)[0], follow, allowed, self.things)[0].cpu()

    def peek(self, ids: Sequence[int]) -> Tensor:
        """Return what :meth:`read` would, and forget *ids* again."""
        scores = self.read(ids)
        self.cache.crop(-len(ids))
        return scores

    def note(self, token: int) -> None:
        """Remember whether *token* copies, so that the next may carry on."""
        row = token - self.network.vocabulary
        self.follow = self.sheet.next_row(row) if row >= 0 else -1


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
