"""A conversation as the unified model sees it: tokens of its own vocabulary, and places in what people typed.

Each turn of a person is a short header of control tokens (which media there are, what was attached, what was drawn), then
one *source position* for each word piece of the text, then one for the text as a whole, then the handles that the text
names. A source position has the id ``len(vocabulary) + row``, where *row* counts through the conversation's bank of word
pieces. So nothing typed can be a token of the vocabulary, but for handles, which are media and marks and nothing else. The
model's replies are tokens of the vocabulary and, where they repeat what a person said, the same source positions. Results
and failures of a reply follow its end and are never learnt.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from models.plurals import singular
from models.reader import Pieces
from models.tasks import TASKS
from models.unified.amounts import plain, read_amount
from models.unified.sheet import FACTS, WORDS, Sheet, Source
from models.unified.vocabulary import Vocabulary, split_words
from models.values import (
    GRID,
    KINDS,
    Arg,
    Box,
    Failure,
    Grounding,
    Labelled,
    Media,
    Message,
    Part,
    Phrase,
    Point,
    Ref,
    Region,
    Span,
    TaskCall,
    Text,
)

Cut = Callable[[str], Pieces]
BUDGET, NEWEST, OLDER = 640, 320, 80
"""Positions of a whole conversation, of its newest text and of an older one; the middle of a longer text is left out."""
LISTED = 8
"""The newest media of a kind that a header names, and the handles of a text that are read."""
PLAN, CALL, WORD = 4.0, 2.0, 1.0
"""Weights of the loss: choosing the tasks, writing the calls, wording the reply. The words before a call weigh much, since
what they say ("only the marked part") decides what the call will be."""
_FIGURE = re.compile(r"\d+(?:\.\d+)?(?: x \d+ pixels| seconds| frames per second)")  # copied whole
_HANDLE = re.compile(r"\b(image|video|audio|mask|region)#([1-9][0-9]{0,2})(?![0-9])", re.IGNORECASE)


def facts(media: Media) -> str:
    """Return what is known about a medium, in words that the model can repeat: size, length, rate, sound."""
    words = []
    if media.meta.get("width") and media.meta.get("height"):
        words.append(f"{media.meta['width']} x {media.meta['height']} pixels")
    if media.meta.get("duration"):
        words.append(f"{round(float(media.meta['duration']), 2):g} seconds")
    if media.kind == "video":
        if media.meta.get("fps"):
            words.append(f"{round(float(media.meta['fps']), 2):g} frames per second")
        words.append("with sound" if media.meta.get("has_audio") else "without sound")
    return ", ".join(words)


class Scribe:
    """Writes conversations as sheets. Keeps no state between them."""

    def __init__(self, vocabulary: Vocabulary, cut: Cut) -> None:
        self.vocabulary = vocabulary
        self.cut = cut

    def write(
        self,
        messages: Sequence[Message],
        shelf: Mapping[str, Media] | None = None,
        budget: int = BUDGET,
        topic: str = "",
        given: bool = False,
    ) -> Sheet:
        """Write *messages*, oldest whole turns left out until they fit *budget*.

        When the last message is the person's, the sheet ends with the token that starts the reply. The counts in the
        last header are those of *shelf* where it is given. At least the last turn is always written. *topic* is what the
        last message, a reply in plain words, is about: known in training only, where the model learns to name it first.
        The tasks of the last reply are not learnt where they were *given*, as by a click on the page.
        """
        turns = [index for index, message in enumerate(messages) if message.role == "user"] or [0]
        while True:
            sheet = _Page(self, messages, turns[0], shelf, topic, given).sheet
            if len(sheet.ids) <= budget or len(turns) == 1:
                return sheet
            # about how many turns are too many; at least one goes
            excess = max(1, int(len(turns) * (1 - budget / len(sheet.ids))))
            turns = turns[min(excess, len(turns) - 1) :]


class _Page:
    """One pass over a conversation."""

    def __init__(
        self,
        scribe: Scribe,
        messages: Sequence[Message],
        start: int,
        shelf: Mapping[str, Media] | None,
        topic: str,
        given: bool,
    ) -> None:
        self.vocabulary = scribe.vocabulary
        self.cut = scribe.cut
        self.sheet = Sheet()
        self.counts = dict.fromkeys(KINDS, 0)
        self.rows = 0
        self.phrases: list[str] = []
        last = len(messages) - 1
        for index, message in enumerate(messages):
            media = [part for part in message.parts if isinstance(part, Media)]
            for medium in media:
                self.counts[medium.kind] += 1
            if index < start:
                continue
            if message.role == "assistant":
                self.reply(message, topic if index == last else "", given and index == last)
                continue
            if index >= last - 1 and shelf is not None:
                self.counts = {kind: sum(medium.kind == kind for medium in shelf.values()) for kind in KINDS}
            self.person(message, NEWEST if index >= last - 1 else OLDER)
        if messages and messages[-1].role == "user":
            self.control("assistant")

    # -- given parts --------------------------------------------------------------------------------------------

    def control(self, *names: str, weight: float = 0.0) -> None:
        self.sheet.add((self.vocabulary[f"c:{name}"] for name in names), weight)

    def number(self, number: int) -> None:
        self.sheet.add(self.vocabulary.digits(str(number)))

    def handle(self, handle: str) -> None:
        kind, _, number = handle.partition("#")
        if f"a: {kind}#" not in self.vocabulary.ids or not number.isdigit():
            self.control("canvas")
            return
        self.sheet.add([self.vocabulary[f"a: {kind}#"]])
        self.number(int(number))

    def source(self, text: str, kind: int, *, whole: bool = False, budget: int = OLDER) -> None:
        """Add a text to the bank and its rows to the sheet; a text over *budget* pieces keeps its head and its tail."""
        pieces = self.cut(text)
        spans = [(0, len(pieces.ids))]
        if len(pieces.ids) > budget:
            tail = budget // 4
            spans = [(0, budget - tail), (len(pieces.ids) - tail, len(pieces.ids))]
        for start, end in spans:
            if start:
                self.control("elided")
            found = Source(text, kind, self.rows, pieces.ids[start:end], pieces.places[start:end], whole)
            self.sheet.sources.append(found)
            self.sheet.where += range(len(self.sheet.ids), len(self.sheet.ids) + found.rows)
            self.sheet.add(len(self.vocabulary) + self.rows + row for row in range(found.rows))
            self.rows += found.rows

    def person(self, message: Message, budget: int) -> None:
        self.control("user")
        for kind, count in self.counts.items():
            if count:
                self.control(f"have_{kind}")
                self.number(min(count, GRID))
                for number in range(max(1, count - LISTED + 1), count + 1):
                    self.handle(f"{kind}#{number}")
        for part in message.parts:
            if isinstance(part, Media):
                self.control("new")
                self.handle(part.handle)
                if known := facts(part):
                    self.source(known, FACTS)
            elif isinstance(part, Region):
                self.region(part)
        self.source(message.text, WORDS, whole=True, budget=budget)
        for kind, number in list(dict.fromkeys(_HANDLE.findall(message.text.lower())))[:LISTED]:
            self.control("mention")
            self.handle(f"{kind}#{number}")

    def region(self, region: Region) -> None:
        self.control("mark")
        self.handle(region.handle)
        shapes = {"box": region.box, "points": region.points, "scribble": region.strokes, "polygon": region.polygons}
        self.control(*(f"shape_{shape}" for shape, given in shapes.items() if given))
        self.handle(region.of)
        if region.mask:
            self.control("shape_mask")
            self.handle(region.mask)
        if bounds := region.bounds():
            for value in bounds.to_tokens():
                self.number(value)
        if region.label:
            self.source(region.label, FACTS)

    # -- the model's own words ----------------------------------------------------------------------------------

    def reply(self, message: Message, topic: str = "", given: bool = False) -> None:
        calls = [part for part in message.parts if isinstance(part, TaskCall) and part.task in TASKS]
        self.phrases += [phrase.text for call in calls for phrase in call.args if isinstance(phrase, Phrase)]
        self.phrases += [arg.phrase for call in calls for arg in call.args if isinstance(arg, Labelled)]
        self.phrases.sort(key=len, reverse=True)
        self.control("assistant")
        choice = 0.0 if given else PLAN
        self.control(*([f"plan_{call.task}" for call in calls] or ["talk"]), weight=choice)
        if topic and not calls:
            self.sheet.add([self.vocabulary[f"t:{topic}"]], PLAN)
        # a reply of the past stands there without its topic, which is not kept; what follows "talk" is not learnt from it
        self.control("go", weight=0.0 if not calls and not topic else choice)
        for part in message.parts:
            self.part(part)
        self.control("end", weight=CALL)
        for part in message.parts:
            if isinstance(part, Media):
                self.control("made")
                self.handle(part.handle)
            elif isinstance(part, Failure):
                self.control("failed")
                self.source(part.what, FACTS)

    def part(self, part: Part) -> None:
        names = self.vocabulary
        if isinstance(part, Text):
            self.words(part.text, WORD)
        elif isinstance(part, TaskCall) and part.task in TASKS:
            self.sheet.add([names["g:<task>"], names[f"n:{part.task}"]], CALL)
            for arg in part.args:
                self.argument(arg)
            for key, value in part.params.items():
                self.setting(key, value)
            self.sheet.add([names["g:</task>"]], CALL)
        elif isinstance(part, Grounding):
            self.sheet.add([names["g:<ref>"]], WORD)
            self.words(part.phrase, WORD)
            self.sheet.add([names["g:</ref>"]], WORD)
            places: list[Box | Point | Span] = [*part.boxes, *part.points, *part.spans]
            for place in places:
                self.place(place)
            self.sheet.add([names["g:<seg>"]] if part.seg else [], WORD)
            if part.of:
                kind, _, number = part.of.partition("#")
                self.sheet.add([names["w:@"], names[f"w:{kind}#"], *names.digits(number)], WORD)

    def argument(self, arg: Arg) -> None:
        names = self.vocabulary
        if isinstance(arg, Ref):
            self.sheet.add([names[f"a: {arg.kind}#"], *names.digits(arg.handle.partition("#")[2])], CALL)
        elif isinstance(arg, Phrase):
            self.quoted(arg.text)
        elif isinstance(arg, Labelled):
            self.quoted(self.typed(arg.phrase))
            self.place(arg.box)
        else:
            self.sheet.add([names["s: "]], CALL)
            self.place(arg)

    def typed(self, label: str) -> str:
        """Return *label*, which names one thing, as the person wrote it, who may have named several."""
        if self.find(label, WORDS) is None:
            size = label.count(" ") + 1
            for source in reversed(self.sheet.sources):
                words = source.text.split() if source.kind == WORDS else []
                for at in range(len(words) - size + 1):
                    said = " ".join(words[at : at + size]).strip(",.;:!?")
                    if singular(said).lower() == label.lower():
                        return said
        return label

    def quoted(self, text: str) -> None:
        self.sheet.add([self.vocabulary["q:open"]], CALL)
        self.phrase(text)
        self.sheet.add([self.vocabulary["q:close"]], CALL)

    def place(self, place: Box | Point | Span) -> None:
        names, comma = self.vocabulary, self.vocabulary["s:,"]
        if isinstance(place, Span):
            start, end = (f"{value:g}" for value in (place.start, place.end))
            self.sheet.add([names["g:<t>"]], CALL)
            self.value(start)
            self.sheet.add([names["s:-"]], CALL)
            self.value(end)
            self.sheet.add([names["g:</t>"]], CALL)
            return
        tag = "box" if isinstance(place, Box) else "pt"
        values = place.to_tokens() if isinstance(place, Box) else (round(place.x * GRID), round(place.y * GRID))
        ids = [names[f"g:<{tag}>"]]
        for index, value in enumerate(values):
            ids += [comma] * bool(index) + [names[f"i:{value}"]]
        if isinstance(place, Point) and not place.positive:
            ids += [comma, names["s:-"]]
        self.sheet.add([*ids, names[f"g:</{tag}>"]], CALL)

    def setting(self, key: str, value: str) -> None:
        names = self.vocabulary
        if f"p: {key}=" not in names.ids:
            return
        self.sheet.add([names[f"p: {key}="]], CALL)
        if f"v:{value}" in names.ids:
            self.sheet.add([names[f"v:{value}"]], CALL)
        elif re.fullmatch(r"[A-Za-z0-9_.#+:/%-]+", value):
            self.value(value)
        else:
            self.sheet.add([names["q:bare"]], CALL)
            self.phrase(value)
            self.sheet.add([names["q:close"]], CALL)

    def value(self, text: str) -> None:
        """Write a number or one word: copied as the person's newest text has it ("1:05" for 65), else spelled."""
        newest = next((source for source in reversed(self.sheet.sources) if source.kind == WORDS), None)
        rows = None
        if newest and (number := read_amount(text.removeprefix("-"))):
            fitting = [a for a in newest.amounts if plain(a.value) == number]
            rows = next((rows for a in reversed(fitting) if (rows := newest.between(a.start, a.end))), None)
            if text.startswith("-"):
                self.sheet.add([self.vocabulary["w:-"]], CALL)
                text = text[1:]
        elif newest:
            rows = newest.find(text)
        if rows is not None:
            self.copy(rows, CALL)
            return
        for word in split_words(text):
            self.sheet.add(self.vocabulary.word(word), CALL)

    def find(self, text: str, *kinds: int) -> range | None:
        if not text.strip():
            return None
        for source in reversed(self.sheet.sources):
            if source.kind in kinds and (rows := source.find(text)) is not None:
                return rows
        return None

    def copy(self, rows: range, weight: float) -> None:
        for row in rows:
            self.sheet.add([len(self.vocabulary) + row], weight)
            self.sheet.follow[-1] = self.sheet.next_row(row)

    def phrase(self, text: str) -> None:
        """Write the inside of quotes: the longest runs of words that a person said are copied, the rest is spelled."""
        words = re.findall(r"\s*\S+", text)
        at = 0
        while at < len(words):
            for end in range(len(words), at, -1):
                run = "".join(words[at:end])
                rows = self.find(run.strip(), WORDS)
                if rows is not None:
                    if run[0].isspace():
                        self.sheet.add([self.vocabulary["w: "]], CALL)
                    self.copy(rows, CALL)
                    at = end
                    break
            else:
                for word in split_words(words[at]):
                    self.sheet.add(self.vocabulary.word(word), CALL)
                at += 1

    def words(self, text: str, weight: float) -> None:
        """Write running text: phrases of calls and words that the vocabulary lacks are copied where a person said them."""
        pieces = split_words(text)
        at, position = 0, 0
        while at < len(pieces):
            piece = pieces[at]
            blank = len(piece) - len(piece.lstrip(" "))
            rows, length = self.copied(text, position + blank, piece)
            if rows is None:
                self.sheet.add(self.vocabulary.word(piece), weight)
                position += len(piece)
                at += 1
                continue
            if blank:
                self.sheet.add([self.vocabulary["w: "]], weight)
            self.copy(rows, weight)
            end = position + blank + length
            while at < len(pieces) and position < end:
                position += len(pieces[at])
                at += 1

    def copied(self, text: str, position: int, piece: str) -> tuple[range | None, int]:
        """Return the rows to copy for the text at *position* (a phrase, a fact, or the unknown *piece*) and its length."""
        for phrase in self.phrases:
            end = position + len(phrase)
            if text[position:end].lower() == phrase.lower() and not text[end : end + 1].isalnum():
                rows = self.find(phrase, WORDS)
                if rows is not None and (position == 0 or not text[position - 1].isalnum()):
                    return rows, len(phrase)
        if figure := _FIGURE.match(text, position):
            told = [s for s in self.sheet.sources if s.kind == FACTS and figure[0] in s.text.split(", ")]
            if told:
                return told[-1].find(figure[0]), len(figure[0])
        word = piece.strip()
        number = word.isdigit() and not text[:position].endswith("#")
        if (number and (len(word) > 1)) or (not word.isdigit() and word and f"w:{piece}" not in self.vocabulary.ids):
            return self.find(word, WORDS, FACTS), len(word)
        return None, 0
