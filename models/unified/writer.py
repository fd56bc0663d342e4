"""The model's own replies as tokens: words spelled, copied or filled in by the program, and task calls."""

from __future__ import annotations

import re
from collections.abc import Sequence

from models.plurals import singular
from models.senses.said import TINTS
from models.tasks import TASKS
from models.unified import pointing
from models.unified.amounts import plain, read_amount
from models.unified.bearings import OF_MEDIUM, Named
from models.unified.outlook import OF_SHOWN, Told
from models.unified.record import Record
from models.unified.sheet import FACTS, WORDS, Sheet
from models.unified.vocabulary import COLOUR, NAME, WHOLE_NAME, Vocabulary, split_words
from models.values import GRID, Arg, Box, Grounding, Labelled, Part, Phrase, Point, Ref, Span, TaskCall, Text

PLAN, CALL, WORD = 4.0, 2.0, 1.0
"""Weights of the loss: choosing the tasks, writing the calls, wording the reply. The words before a call weigh much, since
what they say ("only the marked part") decides what the call will be."""


class Writer:
    """Writes the parts of one reply after another to a sheet."""

    def __init__(self, vocabulary: Vocabulary, sheet: Sheet) -> None:
        self.vocabulary = vocabulary
        self.sheet = sheet
        self.phrases: list[str] = []
        self.thing = ""
        """The known thing that the reply's calls name and no person did."""
        self.told: list[tuple[str, list[int]]] = []
        self.on = ""
        """The medium that the call being written works on."""

    def start(self, calls: Sequence[TaskCall], record: Record | None, told: tuple[str, str] | None) -> None:
        """Begin a reply with *calls*. *record* is what it may tell of the conversation so far, where it tells of that;
        *told* what it does tell, as known in training."""
        self.phrases += [phrase.text for call in calls for phrase in call.args if isinstance(phrase, Phrase)]
        self.phrases += [arg.phrase for call in calls for arg in call.args if isinstance(arg, Labelled)]
        self.phrases.sort(key=len, reverse=True)
        self.thing = self.described(calls)
        self.told = []
        if record is not None:
            found = [(record.tell(*key), self.record(*key)) for key in ([told] if told else record.keys())]
            # a handle alone is no record; of two that read the same the one about the whole conversation is taken
            self.told = [(words, ids) for words, ids in found if told or " " in words]
            self.told.sort(key=lambda pair: len(pair[0]), reverse=True)

    def described(self, calls: Sequence[TaskCall]) -> str:
        """Return the thing that the first of *calls* names, where it is a known one and nobody wrote its name."""
        for phrase in calls[0].phrases()[:1] if calls else ():
            name = phrase.removeprefix("remove the ")
            if f"k:{name}" in self.vocabulary.ids and self.find(name, WORDS) is None:
                return name
        return ""

    def record(self, what: str, handle: str) -> list[int]:
        """Return the tokens that tell *what* of the conversation or of the medium *handle*."""
        kind, _, number = handle.partition("#")
        about = [self.vocabulary[f"a: {kind}#"], *self.vocabulary.digits(number)] if handle else []
        return [self.vocabulary[f"r:{what}"], *about]

    def part(self, part: Part) -> None:
        names = self.vocabulary
        if isinstance(part, Told | Named) and f"r:{part.what}" in names.ids:
            about = part.about if isinstance(part, Named) else part.of
            told = [] if part.rest else self.record(part.what, about if part.what in (*OF_SHOWN, *OF_MEDIUM) else "")
            self.sheet.add(told, CALL)
        elif isinstance(part, Text):
            self.words(part.text, WORD)
        elif isinstance(part, TaskCall) and part.task in TASKS:
            self.sheet.add([names["g:<task>"], names[f"n:{part.task}"]], CALL)
            self.on = next((ref.handle for ref in part.args if isinstance(ref, Ref)), "")
            for arg in part.args:
                self.argument(arg)
            for key, value in part.params.items():
                self.setting(key, value)
            self.sheet.add([names["g:</task>"]], CALL)
        elif isinstance(part, Grounding) and (pointed := pointing.grounded(self.sheet, part)):
            self.point(pointed)
        elif isinstance(part, Grounding):
            self.words(part.phrase, WORD)  # what nothing perceives is not pointed at: words alone

    def argument(self, arg: Arg) -> None:
        names = self.vocabulary
        if isinstance(arg, Ref):
            self.sheet.add([names[f"a: {arg.kind}#"], *names.digits(arg.handle.partition("#")[2])], CALL)
        elif isinstance(arg, Phrase):
            self.quoted(arg.text)
        elif isinstance(arg, Labelled):
            self.quoted(self.typed(arg.phrase))
            self.place(arg.box)
        elif (row := pointing.row_of(self.sheet, arg, self.on)) is not None:
            self.sheet.add([len(names) + row], CALL)
        else:
            self.sheet.add([names["s: "]], CALL)
            self.place(arg)

    def point(self, pointed: pointing.Pointed) -> None:
        """Point at things in running words."""
        self.sheet.add([self.vocabulary[f"o:{pointed.determiner}"]], CALL)
        coloured = COLOUR in self.vocabulary.ids
        for word in pointed.adjectives:
            hue = coloured and word in TINTS
            self.sheet.add([self.vocabulary[COLOUR]] if hue else self.vocabulary.word(f" {word}"), CALL)
        rows = pointed.rows
        whole = WHOLE_NAME in self.vocabulary.ids and (len(rows) > 1 or pointed.determiner != "the")
        if whole and set(pointing.alike(self.sheet, rows[0])) == set(rows):
            self.sheet.add([len(self.vocabulary) + min(rows), self.vocabulary[WHOLE_NAME]], CALL)
        else:
            self.sheet.add((len(self.vocabulary) + row for row in rows), CALL)

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
        size = self.thing.count(" ") + 1
        while at < len(words):
            if self.thing and "".join(words[at : at + size]).strip() == self.thing:
                self.sheet.add([self.vocabulary["w: "]] * words[at][0].isspace() + [self.vocabulary[NAME]], CALL)
                at += size
                continue
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
        """Write running text: phrases of calls and words that the vocabulary lacks are copied where a person said them; the
        thing's name and what is told of the record are left to the program."""
        pieces = split_words(text)
        at, position = 0, 0
        while at < len(pieces):
            piece = pieces[at]
            blank = len(piece) - len(piece.lstrip(" "))
            filled, length = self.filled(text, position + blank)
            rows = None
            if not filled:
                rows, length = self.copied(text, position + blank, piece)
            if not filled and rows is None:
                self.sheet.add(self.vocabulary.word(piece), weight)
                position += len(piece)
                at += 1
                continue
            if blank:
                self.sheet.add([self.vocabulary["w: "]], weight)
            if rows is not None:
                self.copy(rows, weight)
            self.sheet.add(filled, CALL)
            end = position + blank + length
            while at < len(pieces) and position < end:
                position += len(pieces[at])
                at += 1

    def filled(self, text: str, position: int) -> tuple[list[int], int]:
        """Return the tokens for what the program fills in at *position* of *text*, and its length."""
        named = [(self.thing, [self.vocabulary[NAME]])] if self.thing else []
        if position == 0 or not text[position - 1].isalnum():
            for words, ids in (*named, *self.told):
                if text.startswith(words, position) and not text[position + len(words) :][:1].isalnum():
                    return ids, len(words)
        return [], 0

    def copied(self, text: str, position: int, piece: str) -> tuple[range | None, int]:
        """Return the rows to copy for the text at *position* (a phrase, a fact, or the unknown *piece*) and its length."""
        for phrase in self.phrases:
            end = position + len(phrase)
            if text[position:end].lower() == phrase.lower() and not text[end : end + 1].isalnum():
                rows = self.find(phrase, WORDS)
                if rows is not None and (position == 0 or not text[position - 1].isalnum()):
                    return rows, len(phrase)
        word = piece.strip()
        number = word.isdigit() and not text[:position].endswith("#")
        if (number and (len(word) > 1)) or (not word.isdigit() and word and f"w:{piece}" not in self.vocabulary.ids):
            return self.find(word, WORDS, FACTS), len(word)
        return None, 0
