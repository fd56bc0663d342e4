"""Prefixes: a reply that goes on from what was read before scores as one that reads everything, within bounds of memory."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from random import Random

import numpy as np
import pytest
import torch

from models.percepts import MARKED, MOMENT, PATCH, PLACE, SETTING, SOUND, THING, TRACK, Percept
from models.reader import Reader, shared_reader
from models.unified.bank import one_bank
from models.unified.config import SENSES, nano
from models.unified.native import NativeModel, Reply, load
from models.unified.network import UnifiedForConditionalGeneration
from models.unified.prefix import Prefixes, shared
from models.unified.prompt import Scribe
from models.unified.sheet import Sheet
from models.unified.stream import StreamOptions
from models.unified.vocabulary import Vocabulary
from models.values import Box, Checkpoint, Failure, Media, Message, Part, Phrase, Ref, Region, TaskCall, Text

THINGS = ("dog", "red fox", "owl")
WORDS = [
    "blur",
    "cut",
    "the",
    "red",
    "dog",
    "out",
    "of",
    "image#1",
    "and",
    "then",
    "make",
    "it",
    "loud,",
    "please!",
    "what",
    "is",
    "in",
    "region#2",
    "ünïcode",
    "12",
    "3.5",
]
WIDTHS = {PATCH: 384, THING: 1024, MARKED: 1024, TRACK: 1024, MOMENT: 384, SOUND: 576, SETTING: 384}
KINDS = {
    "image": (PATCH, SETTING, THING),
    "video": (MOMENT, SETTING, TRACK),
    "audio": (SOUND,),
    "region": (MARKED,),
    "mask": (),
}
ROWS = {PATCH: 25, MOMENT: 33, MARKED: 1, SETTING: 3}


@pytest.fixture(scope="module")
def reader() -> Reader:
    return shared_reader()


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.build([" I", " cut", " out", "Sure", " the", " a"], ["greet"], THINGS)


@pytest.fixture(scope="module")
def network(vocabulary: Vocabulary) -> UnifiedForConditionalGeneration:
    """A small network with random weights that reads words, known things and percepts."""
    torch.manual_seed(3)
    made = UnifiedForConditionalGeneration(
        nano(len(vocabulary), 3, 128, vocabulary.ids["k:dog"], len(THINGS), senses=SENSES)
    )
    torch.nn.init.normal_(made.names)
    for weight in made.noticing.relating.parameters():  # which begins with nothing
        torch.nn.init.normal_(weight, std=0.3)
    return made.eval()


@pytest.fixture(scope="module")
def shipped() -> NativeModel:
    return load(Checkpoint("native", "nano/unified"), "cpu")


def percept(rng: np.random.Generator, kind: int) -> Percept:
    count = ROWS.get(kind) or int(rng.integers(1, 7))
    places = rng.random((count, PLACE)).astype(np.float32)
    names = tuple("dog" for _ in range(count)) if kind in (THING, MARKED, TRACK, SOUND) else ()
    features = rng.normal(size=(count, WIDTHS[kind])).astype(np.float16)
    return Percept(kind, features, places, names, np.ones(count, np.float32))


class Talk:
    """A conversation that goes on at random: turns, media of every kind with what is perceived of them, marks, results."""

    def __init__(self, seed: int) -> None:
        self.rng, self.numbers = Random(seed), np.random.default_rng(seed)
        self.messages: list[Message] = []
        self.percepts: dict[str, tuple[Percept, ...]] = {}
        self.regions = 0

    def shelf(self) -> dict[str, Media]:
        return {part.handle: part for m in self.messages for part in m.parts if isinstance(part, Media)}

    def words(self, most: int = 14) -> str:
        return " ".join(self.rng.choices(WORDS, k=self.rng.randint(0, most)))

    def medium(self) -> Media:
        kind = self.rng.choice(("image", "video", "audio", "mask"))
        number = 1 + sum(handle.startswith(kind) for handle in self.shelf())
        return self.seen(Media(kind, f"{kind}#{number}", "", {"width": 640, "height": 480}))

    def seen(self, part: Media) -> Media:
        self.percepts[part.handle] = tuple(percept(self.numbers, kind) for kind in KINDS[part.kind])
        return part

    def ask(self, text: str | None = None) -> None:
        parts: list[Part] = []
        if self.rng.random() < 0.4:
            parts.append(self.medium())
        if self.shelf() and self.rng.random() < 0.3:
            self.regions += 1
            of = self.rng.choice(sorted(self.shelf()))
            parts.append(Region(self.regions, of, box=Box(0.1, 0.2, 0.5, 0.9), label=self.rng.choice(("", "my dog"))))
            self.percepts[parts[-1].handle] = (percept(self.numbers, MARKED),)
        self.messages.append(Message("user", (*parts, Text(self.words() if text is None else text))))

    def answer(self) -> None:
        if self.rng.random() < 0.5:
            self.messages.append(Message("assistant", (Text(f"Sure {self.words(5)}"),)))
            return
        call = TaskCall("t1", "image", (Phrase(self.words(6) or "a dog"),))
        if held := [handle for handle in self.shelf() if handle.startswith("image")]:
            call = TaskCall("t1", "segment", (Ref(held[-1]), Phrase("the red dog")))
        ending = Failure("It did not go well", "", "t1") if self.rng.random() < 0.2 else self.medium()
        self.messages.append(Message("assistant", (Text("I cut"), call, ending)))

    def change(self) -> None:
        """Let something happen after which a reply is asked for: the last message is the person's then."""
        asked = [index for index, message in enumerate(self.messages) if message.role == "user"]
        what = self.rng.choice(("go on", "go on", "go on", "edit", "retry", "undo", "type on", "new look", "long"))
        if self.messages and self.messages[-1].role == "user":
            if what == "type on":
                last = self.messages[-1]
                typed = Text(f"{last.text} {self.words(3)}")
                self.messages[-1] = Message("user", (*last.parts[:-1], typed))
                return
            if what == "retry":
                return
            self.answer()
        if what in ("edit", "undo") and len(asked) > 1:
            del self.messages[self.rng.choice(asked[1:]) :]
        elif what == "new look" and self.percepts:  # the same handle, but its file was another one
            handle = self.rng.choice(sorted(self.percepts))
            self.percepts[handle] = tuple(percept(self.numbers, one.kind) for one in self.percepts[handle])
        self.ask("word " * 400 if what == "long" else None)


@torch.no_grad()
def trained(network: UnifiedForConditionalGeneration, reader: Reader, sheet: Sheet) -> torch.Tensor:
    """Return the scores of the token after *sheet* by the pass that training takes, float [vocabulary + rows]."""
    states = {source.ids: reader.states(source.ids) for source in sheet.sources if not source.percept}
    bank = one_bank(sheet, states, reader.static)
    return network(torch.tensor([sheet.ids]), bank, torch.full((1, len(sheet.ids)), -1)).logits[0, -1]


def scores(network: UnifiedForConditionalGeneration, reader: Reader, sheet: Sheet, kept: Prefixes) -> tuple[float, int]:
    """Return how far the scores of some tokens are from those of a full pass at most, and how many positions were read already."""
    reply, whole = Reply(network, reader, sheet, kept), Reply(network, reader, sheet)
    held = len(reply.keys)
    step, every, off = reply.rest, whole.rest, 0.0
    for number in range(4):
        mine, full = reply.read(step), whole.read(every)
        both = [mine] if number else [mine, trained(network, reader, sheet)]
        off = max(off, *(float((one - full).abs().max()) for one in both))
        step = every = [int(full.argmax())]
        reply.note(step[0])
        whole.note(step[0])
    read = reply.prefix()
    assert read is not None
    kept.keep(read)
    return off, held


def written(vocabulary: Vocabulary, reader: Reader, talk: Talk) -> Sheet:
    return Scribe(vocabulary, reader.cut).write(talk.messages, talk.shelf(), percepts=talk.percepts)


@pytest.mark.parametrize("seed", range(12))
def test_what_is_read_on_a_prefix_scores_as_what_is_read_anew(
    network: UnifiedForConditionalGeneration, reader: Reader, vocabulary: Vocabulary, seed: int
) -> None:
    """Turns, edits, retries, undone turns, drafts, media, marks and percepts that change, and turns that fall out of the budget."""
    talk, kept = Talk(seed), Prefixes()
    talk.ask()
    reused = 0
    for _ in range(14):
        off, held = scores(network, reader, written(vocabulary, reader, talk), kept)
        assert off < 1e-4
        reused += held
        talk.change()
    assert reused > 100


def test_the_shipped_weights_score_the_same_on_a_prefix(shipped: NativeModel) -> None:
    talk, kept = Talk(77), Prefixes()
    talk.ask()
    for _ in range(12):
        sheet = Scribe(shipped.vocabulary, shipped.reader.cut).write(talk.messages, talk.shelf())
        off, _ = scores(shipped.network, shipped.reader, sheet, kept)
        assert off < 1e-4
        talk.change()


def test_only_what_is_new_is_read(
    network: UnifiedForConditionalGeneration, reader: Reader, vocabulary: Vocabulary
) -> None:
    talk, kept = Talk(1), Prefixes()
    talk.messages = [Message("user", (talk.medium(), Text("what is that, if you please?")))]
    sheet = written(vocabulary, reader, talk)
    first = scores(network, reader, sheet, kept)[1]
    again = scores(network, reader, sheet, kept)[1]
    talk.messages[-1] = Message("user", (*talk.messages[-1].parts[:-1], Text("what is that, if you please, sir?")))
    typed = scores(network, reader, written(vocabulary, reader, talk), kept)[1]
    assert first == 0
    assert again == len(sheet.ids) - 1
    assert typed == sheet.where[sheet.sources[-1].first]  # all but the text, whose every state has changed


def test_another_percept_behind_the_same_name_is_read_anew(
    network: UnifiedForConditionalGeneration, reader: Reader, vocabulary: Vocabulary
) -> None:
    talk, kept = Talk(2), Prefixes()
    photo = Media("image", "image#1", "")
    talk.messages = [Message("user", (photo, Text("what is that?")))]
    talk.percepts = {"image#1": (percept(talk.numbers, PATCH),)}
    scores(network, reader, written(vocabulary, reader, talk), kept)
    talk.percepts = {"image#1": (percept(talk.numbers, PATCH),)}
    sheet = written(vocabulary, reader, talk)
    off, held = scores(network, reader, sheet, kept)
    assert off < 1e-4
    assert held == sheet.where[0]


def test_memory_is_bounded_and_what_was_forgotten_is_read_again(
    network: UnifiedForConditionalGeneration, reader: Reader, vocabulary: Vocabulary
) -> None:
    sheets = []
    for seed in range(40, 46):
        talk = Talk(seed)
        talk.ask(f"number {seed}, and now to something quite different: " + talk.words(20))
        sheets.append(written(vocabulary, reader, talk))
    roomy = Prefixes()
    scores(network, reader, sheets[0], roomy)
    kept = Prefixes(3 * roomy.nbytes)
    for sheet in sheets:
        scores(network, reader, sheet, kept)
        assert kept.nbytes <= kept.most
    assert 1 <= len(kept) < len(sheets)
    off, held = scores(network, reader, sheets[0], kept)
    assert off < 1e-4
    assert held < len(sheets[0].ids) - 1
    assert scores(network, reader, sheets[0], kept)[1] == len(sheets[0].ids) - 1
    small = Prefixes(1000)
    scores(network, reader, sheets[0], small)
    assert (len(small), small.nbytes) == (0, 0)


def test_the_least_recently_used_prefix_goes_first(
    network: UnifiedForConditionalGeneration, reader: Reader, vocabulary: Vocabulary
) -> None:
    def sheet(text: str) -> Sheet:
        return Scribe(vocabulary, reader.cut).write([Message("user", (Text(text * 4),))])

    one, two, three = map(sheet, ("the first talk ", "quite another one ", "nothing like either "))
    kept = Prefixes()
    scores(network, reader, one, kept)
    kept = Prefixes(int(2.5 * kept.nbytes))
    for each in (one, two, one, three):
        scores(network, reader, each, kept)
    assert scores(network, reader, one, kept)[1] == len(one.ids) - 1
    assert scores(network, reader, two, kept)[1] < len(two.ids) - 1


def test_a_prefix_is_never_written_to_by_those_who_go_on_from_it(
    network: UnifiedForConditionalGeneration, reader: Reader, vocabulary: Vocabulary
) -> None:
    """Several replies at once go on from one prefix, each its own way; all score as if alone."""
    kept = Prefixes()
    base = [Message("user", (Text("the red dog and the owl"),)), Message("assistant", (Text("Sure"),))]
    scores(network, reader, Scribe(vocabulary, reader.cut).write([*base, Message("user", (Text("go"),))]), kept)
    offs: list[float] = []

    def go_on(number: int) -> None:
        sheet = Scribe(vocabulary, reader.cut).write([*base, Message("user", (Text(f"make {number} of them"),))])
        for _ in range(3):
            off, held = scores(network, reader, sheet, kept)
            offs.append(off if held else 1.0)

    threads = [threading.Thread(target=go_on, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(offs) == 12
    assert max(offs) < 1e-4


def said(
    model: NativeModel, messages: list[Message], shelf: Mapping[str, Media] | None = None, **options: object
) -> str:
    return "".join(model.stream(messages, shelf or {}, StreamOptions(**options), lambda: False))  # type: ignore[arg-type]


def test_a_draft_that_was_looked_at_is_sent_without_reading_it_again(shipped: NativeModel) -> None:
    shipped.prefixes.clear()
    messages = [Message("user", (Text("draw a red fox in the snow, at night"),))]
    brief = said(shipped, messages, brief=True)
    sheet = Scribe(shipped.vocabulary, shipped.reader.cut).write(messages, {})
    reply = Reply(shipped.network, shipped.reader, sheet, shipped.prefixes)
    assert brief.endswith("</task>")
    assert len(reply.rest) == 1
    assert said(shipped, messages).startswith(brief)


def test_a_stream_that_is_closed_or_cancelled_keeps_what_it_read(shipped: NativeModel) -> None:
    for end in ("closed", "cancelled"):
        shipped.prefixes.clear()
        messages = [Message("user", (Text(f"how do I cut something out of my photo? ({end})"),))]
        asked: list[int] = []
        stream = shipped.stream(
            messages, {}, StreamOptions(), lambda a=asked, e=end: e == "cancelled" and (a.append(1) or len(a) > 4)
        )
        next(stream, None)
        stream.close()  # type: ignore[attr-defined]
        sheet = Scribe(shipped.vocabulary, shipped.reader.cut).write(messages, {})
        assert len(Reply(shipped.network, shipped.reader, sheet, shipped.prefixes).rest) == 1
    shipped.prefixes.clear()
    list(shipped.stream(messages, {}, StreamOptions(), lambda: True))
    assert len(shipped.prefixes) == 0  # nothing was read


def test_replies_are_the_same_with_and_without_prefixes(shipped: NativeModel) -> None:
    """A talk of five turns, whatever was read before."""
    without = NativeModel(shipped.network, shipped.vocabulary, shipped.reader, "cpu", kept_bytes=0)
    shipped.prefixes.clear()
    messages: list[Message] = []
    for text in ("hello", "draw a red fox", "what did you do?", "thanks a lot!", "how many pictures do I have?"):
        messages.append(Message("user", (Text(text),)))
        told = [said(model, messages) for model in (shipped, without)]
        assert told[0] == told[1]
        messages.append(Message("assistant", (Text(told[0]),)))
    assert len(without.prefixes) == 0
    assert len(shipped.prefixes) >= 1


def test_the_common_beginning_is_counted() -> None:
    one, row = (b"one", 0, True), (b"one", 0, False)
    assert shared([1, 2, one], [1, 2, one, 4]) == 3
    assert shared([1, 2, one], [1, 2, row]) == 2  # a row that is copied defines nothing
    assert shared([], [1]) == 0
