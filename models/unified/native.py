"""The native unified model: loading the shipped weights and writing replies with them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from models.percepts import Percept, Percepts
from models.reader import TEXT_ENCODER, Reader, shared_reader, usual_threads
from models.unified.about import LISTED, SHOWN, asked, named
from models.unified.calls import Guide, Guides
from models.unified.looking import Looked
from models.unified.matching import available
from models.unified.network import UnifiedForConditionalGeneration
from models.unified.prefix import MOST_BYTES, Prefixes
from models.unified.prompt import MARKED, Scribe
from models.unified.reading import Reply
from models.unified.record import Record
from models.unified.rules import TALK_LIMIT, Rules
from models.unified.sheet import Sheet
from models.unified.sketching import Pointed, sketched
from models.unified.speech import Speech
from models.unified.stream import (
    MARKS,
    MEDIA,
    NAMED,
    OLDER,
    REPLY,
    TEXT,
    TURNS,
    UNGUIDED,
    UNSEEN,
    LeftOut,
    StreamOptions,
)  # fmt: skip
from models.unified.vocabulary import Vocabulary
from models.values import Checkpoint, Media, Message, Region, Text

if TYPE_CHECKING:
    from models.senses.kept import Kept

PIECE = 128
"""Positions that are read in one go ahead of a message: what a Stop, or a message that comes, may have to wait for."""
CUT_SHORT = "My answer became as long as it can be and ends here."
WITHOUT_GRAMMAR = "The grammar that keeps my tasks well-formed failed; I wrote this reply without it."
ASSETS = Path(__file__).resolve().parents[2] / "assets"
ADAPTER = "adapter"
"""The folder of an adapter within that of the weights."""


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
        seg: bool = False,
        constrained: bool = True,
    ) -> None:
        """*kept_bytes* of what was read of conversations are kept at most (models.unified.prefix); 0 keeps nothing. With *seg*
        things that calls point at are sketched (models.unified.sketching), where the weights have senses. *constrained*: calls are
        written by their grammar too (models.unified.calls), where llguidance is installed."""
        if network.vocabulary != len(vocabulary):
            raise ValueError("the vocabulary does not belong to the weights")
        self.network = network.eval().to(device)
        self.vocabulary = vocabulary
        self.reader = reader
        self.device = device
        self.prefixes = Prefixes(kept_bytes)
        self.seg = seg and bool(network.config.senses)
        self.guides = Guides(vocabulary) if constrained and available() else None
        self._kept: Kept | None = None
        self._lock = threading.Lock()

    def stream(
        self,
        messages: Sequence[Message],
        shelf: Mapping[str, Media],
        options: StreamOptions,
        cancel: Callable[[], bool],
    ) -> Iterator[str]:
        """Yield the reply as pieces of tagged text (see :class:`models.unified.stream.UnifiedModel`)."""
        percepts = self._looked(messages, shelf, options, cancel)
        sheet = Scribe(self.vocabulary, self.reader.cut).write(
            messages, shelf, chosen=options.chosen, percepts=percepts
        )
        for left in told_of(sheet, messages):
            options.tell(left)
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
        pointed = None
        if self.seg and options.sketched is not None and options.opened is not None:
            pointed = sketched(self.network, sheet, shelf, options.opened, options.sketched, self.device)
        told = list[str]()
        for token in self.tokens(sheet, rules, options, cancel, pointed):
            told += self._tells_of(token, sheet, messages, options.chosen)
            if piece := speech.say(token):
                yield piece
        if piece := speech.close():
            yield piece
        for left in percepts.missed(dict.fromkeys(told)) if isinstance(percepts, Looked) else ():
            options.tell(left)

    def _tells_of(self, token: int, sheet: Sheet, messages: Sequence[Message], chosen: Sequence[str]) -> list[str]:
        """Return the media that a reply which writes *token* tells of, by what is perceived: that of a thing that it points at; with
        such a topic what it was asked about."""
        row = token - len(self.vocabulary)
        if row >= 0:
            source = sheet.source_of(row)
            return [source.of] if source.pointable else []
        kind, _, topic = self.vocabulary.names[token].partition(":")
        kinds = SHOWN.get(topic.partition(".")[0], ()) if kind == "t" else ()
        return asked(messages, chosen, kinds) if kinds else []

    def perceive(self, medium: Media, opened: Callable[[Media], Any]) -> tuple[Percept, ...]:
        """Return what is perceived of *medium*, () for one of a world that the encoders do not know, and always where the weights
        read no percepts. Made once for each content. *opened* gives what a medium stands for; what it raises passes."""
        options = StreamOptions(opened=opened)
        return self._looked((), {medium.handle: medium}, options, lambda: False).get(medium.handle, ())

    def _looked(
        self,
        messages: Sequence[Message],
        shelf: Mapping[str, Media],
        options: StreamOptions,
        cancel: Callable[[], bool],
    ) -> Percepts:
        """Return the percepts of media and marks, each made when it is asked for; none where the weights read none."""
        if options.percepts is not None and self.network.config.senses:
            return options.percepts
        if not self.network.config.senses or options.opened is None:
            return {}
        with self._lock:
            if self._kept is None:
                from models.senses.kept import Kept

                self._kept = Kept()
        return Looked(messages, shelf, options.opened, self._kept, self.device, options.tell, cancel)

    def warm(
        self,
        messages: Sequence[Message],
        shelf: Mapping[str, Media],
        options: StreamOptions = StreamOptions(),  # noqa: B008 (frozen)
        cancel: Callable[[], bool] = lambda: False,
    ) -> int:
        """Read what there is of a conversation before its next message is sent, and keep it: all that was said and, where the last
        message is the person's draft, its media and marks, whatever its words will be. Return how many positions were new.
        *cancel* is asked every PIECE positions."""
        last = messages[-1] if messages and messages[-1].role == "user" else Message("user", ())
        before = messages[:-1] if messages and messages[-1] is last else messages
        draft = Message("user", tuple(part for part in last.parts if not isinstance(part, Text)))
        percepts = self._looked([*before, draft], shelf, options, cancel)
        sheet = Scribe(self.vocabulary, self.reader.cut).write([*before, draft], shelf, percepts=percepts)
        end = sheet.where[-1]  # where the draft's words will stand
        given = Sheet(sheet.ids[:end], sources=sheet.sources[:-1], where=sheet.where[:-1])
        reply = Reply(self.network, self.reader, given, self.prefixes)
        for start in range(0, len(reply.rest), PIECE) if len(reply.rest) > 1 else ():  # one is read in any case
            if cancel():
                break
            with self._lock:
                reply.hidden(reply.rest[start : start + PIECE])
        return self._keep(reply)

    def _keep(self, reply: Reply) -> int:
        """Keep what *reply* read for the next one; return how many positions of it were new."""
        if read := reply.prefix():
            self.prefixes.keep(read)
        return len(reply.keys) - reply.found

    def tokens(
        self,
        sheet: Sheet,
        rules: Rules,
        options: StreamOptions,
        cancel: Callable[[], bool],
        pointed: Pointed | None = None,
    ) -> Iterator[int]:
        """Yield the tokens of a reply to *sheet*, the end excluded. What was read is kept for the next one. *pointed* is told of each
        thing that a call points at, before its token is yielded: its row and the state that chose it, float [1, width]."""
        reply = Reply(self.network, self.reader, sheet, self.prefixes, rules.begin(options.force_task))
        try:
            yield from self._tokens(reply, rules, options, cancel, pointed)
        finally:
            self._keep(reply)

    def _tokens(
        self, reply: Reply, rules: Rules, options: StreamOptions, cancel: Callable[[], bool], pointed: Pointed | None
    ) -> Iterator[int]:
        generator = torch.Generator().manual_seed(options.seed)
        guide, told = self.guides.guide(rules) if self.guides else None, options.brief
        step = reply.rest
        room = self.network.config.text_config.max_position_embeddings - len(reply.keys) - len(step)
        for _ in range(min(options.max_new_tokens, room)):
            if cancel():
                return
            with self._lock:
                scores = reply.read(step)
                token = self._choose(scores, rules, guide, reply.follow, options.temperature, generator)
                if options.chosen and token == self.vocabulary["c:talk"] and self._asks_which(reply, token):
                    scores = scores.clone()  # an inference tensor cannot be changed outside of inference mode
                    scores[token] = float("-inf")  # which medium is meant has been chosen: there is nothing to ask
                    token = self._choose(scores, rules, guide, reply.follow, options.temperature, generator)
            row = token - len(self.vocabulary)
            if pointed is not None and rules.mode == "call" and row >= 0 and reply.state is not None:
                pointed(row, reply.state)
            full = rules.mode == "text" and rules.used >= TALK_LIMIT
            rules.take(token)
            if guide is not None:
                guide.take(token)
                if guide.fault and not told:
                    told = True
                    options.tell(LeftOut(UNGUIDED, WITHOUT_GRAMMAR))
            reply.note(token)
            if token == self.vocabulary["c:end"]:
                if full and not options.brief:
                    options.tell(LeftOut(REPLY, CUT_SHORT))
                return
            yield token
            if options.brief and rules.decided():
                return
            step = [token]
        if not options.brief:
            options.tell(LeftOut(REPLY, CUT_SHORT))

    def _asks_which(self, reply: Reply, talk: int) -> bool:
        """Tell whether a reply that begins with the token *talk* would ask which of several media is meant."""
        which, topics = self.vocabulary.ids.get("t:clarify.which"), self.vocabulary.by_kind.get("t", [])
        if which is None:
            return False
        scores = reply.peek([talk])
        return topics[int(scores[topics].argmax())] == which

    def _choose(
        self,
        logits: Tensor,
        rules: Rules,
        guide: Guide | None,
        follow: int,
        temperature: float,
        generator: torch.Generator,
    ) -> int:
        """Return the next token: the likeliest of the allowed ones, or one drawn at *temperature*."""
        logits = logits.clone()  # an inference tensor cannot be changed outside of inference mode
        logits[self.vocabulary["c:talk"]] += self.network.config.talk_bias
        allowed = rules.allowed(follow)
        if guide is not None:
            allowed = guide.narrow(allowed, dead=rules.dead)
        logits = logits.masked_fill(~allowed, float("-inf"))
        if temperature <= 0 or rules.mode in ("plan", "talk"):
            return int(logits.argmax())
        return int(torch.multinomial((logits / temperature).softmax(-1), 1, generator=generator))


def told_of(sheet: Sheet, messages: Sequence[Message]) -> Iterator[LeftOut]:
    """Yield what *sheet*, which *messages* were written to, had to leave out, in words for the person."""
    head, tail = sheet.read
    newest = messages[-1] if messages else Message("user", ())
    marks = sum(isinstance(part, Region) for part in newest.parts)
    words = {
        TURNS: "This conversation is longer than I can read at once: I go by its newest part and forget how it began.",
        OLDER: "Of longer messages further up I remember the beginning and the end.",
        MEDIA: "There are more files here than I can look at together: I look at the newest ones and at those that you name.",
        TEXT: f"Your message is longer than I can read at once: I read its first {head:,} and its last {tail:,} characters.",
        MARKS: f"You marked {marks} places, more than I can read at once: I see where the last {MARKED} are, and know the "
        "others by their names.",
    }
    if NAMED in sheet.left:
        # the newest that names so many: a question about a reply stands before that
        handles = next(found for one in reversed(messages) if len(found := named(one.text)) > LISTED)
        words[NAMED] = (
            f"You named {len(handles)} files and marks, more than I can follow at once: I go by the first {LISTED}, up to "
            f"{handles[LISTED - 1]}."
        )
    if sheet.unseen:
        some, many = sheet.unseen[:LISTED], len(sheet.unseen) - LISTED
        which = ", ".join(some[:-1] if many <= 0 else some)
        which = f"{which} and {many} more" if many > 0 else f"{which} and {some[-1]}" if which else some[-1]
        yield LeftOut(UNSEEN, f"I cannot look at {which} beside the others: ask about fewer at once.")
    yield from (LeftOut(what, said) for what, said in words.items() if what in sheet.left)


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
    """Load the model from ``assets/<checkpoint.source>`` (or an absolute folder), in fp32, with its adapter, where the folder holds one,
    and its text encoder.

    ``checkpoint.call`` may name another ``text_encoder`` folder, the ``kept_bytes`` of what was read, the number of ``threads``, say
    by ``seg`` that experts are given masks of what calls point at (docs/decisions/0013), and by ``constrained`` False that calls are written
    without their grammar, though llguidance is installed. If no number is named, on at most two cores
    one thread is used, since two on busy cores are several times slower, and never more than torch has. Raises OSError, ValueError or RuntimeError on bad files.
    """
    folder = ASSETS / checkpoint.source
    network = UnifiedForConditionalGeneration.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
    if (folder / ADAPTER).is_dir():
        from models.loramoe.tuner import register

        register()
        network.load_adapter(str(folder / ADAPTER))
    reader = shared_reader(ASSETS / checkpoint.call.get("text_encoder", TEXT_ENCODER), device)
    torch.set_num_threads(_threads(checkpoint))
    kept = int(checkpoint.call.get("kept_bytes", MOST_BYTES))
    seg, constrained = bool(checkpoint.call.get("seg", False)), bool(checkpoint.call.get("constrained", True))
    return NativeModel(network, Vocabulary.load(folder), reader, device, kept, seg, constrained)
