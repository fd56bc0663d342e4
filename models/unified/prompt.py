"""A conversation as the unified model sees it: tokens of its own vocabulary, and places in what people typed.

Each turn of a person is a short header of control tokens (which media there are, what was attached, what was drawn), then
one *source position* for each word piece of the text, then one for the text as a whole, then the handles that the text
names. What is perceived of a medium or of a mark stands behind its name, one position for each row of its percepts
(models.percepts). A source position has the id ``len(vocabulary) + row``, where *row* counts through the conversation's bank of word
pieces and percepts. So nothing typed can be a token of the vocabulary, but for handles, which are media and marks and nothing else. The
model's replies are tokens of the vocabulary and, where they repeat what a person said, the same source positions. Results
and failures of a reply follow its end and are never learnt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from models.percepts import Percepts
from models.reader import Pieces
from models.tasks import TASKS
from models.unified.about import LISTED, left_out, named, parts_of, wanted
from models.unified.outlook import Told, recognised, spoken
from models.unified.record import Record
from models.unified.sheet import FACTS, WORDS, Sheet, Source
from models.unified.stream import MARKS, MEDIA, NAMED, TEXT, TURNS, is_aside
from models.unified.stream import OLDER as OLDER_TEXT
from models.unified.vocabulary import Vocabulary
from models.unified.writer import CALL, PLAN, Writer
from models.values import GRID, KINDS, Failure, Media, Message, Region, TaskCall, Text

Cut = Callable[[str], Pieces]
BUDGET, NEWEST, OLDER = 640, 320, 80
"""Positions of a whole conversation, of its newest text and of an older one; the middle of a longer text is left out."""
RESERVE, BLOCK = 64, 160
"""Positions that are kept free for the newest turn, and by how many of them older turns are left out at once: so what stands
before the newest turn changes after every few turns alone, and in between only that turn is new to the decoder."""
WRITTEN, STEP = 96, 32
"""The newest turns that are looked at at all, and by how many of them their beginning moves on."""
FEW = 8
"""Turns that are written out at once. Of more it is first found out roughly how many fit, without looking at their media and without
what is told of the record."""
MARKED, MARKED_BEFORE = 32, 8
"""Marks of the newest message, and of an older one, whose places are read; of further ones the names alone are known."""


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
        told: tuple[str, str] | None = None,
        chosen: Sequence[str] = (),
        percepts: Percepts | None = None,
    ) -> Sheet:
        """Write *messages*, oldest whole turns left out until they fit *budget*, several at a time.

        When the last message is the person's, the sheet ends with the token that starts the reply. The counts in the
        last header are those of *shelf* where it is given. At least the last turn is always written. *topic* is what the
        last message, a reply in plain words, is about: known in training only, where the model learns to name it first.
        The tasks of the last reply are not learnt where they were *given*, as by a click on the page. *told* is what the
        last reply tells of the record; of earlier ones that is found by the words, though two records may read the same.
        *chosen* are the handles that the person picked beside the last text: they stand where those named in it do.
        *percepts* are what is perceived of media and marks, by handle; their rows are not counted in *budget*.
        """
        asked = [index for index, message in enumerate(messages) if message.role == "user"] or [0]

        def page(start: int, percepts: Percepts, *, rough: bool = False) -> _Page:
            return _Page(self, messages, start, shelf, topic, given, told, chosen, percepts, rough)

        turns = asked[-(-max(0, len(asked) - WRITTEN) // STEP) * STEP :]
        looked, many = percepts or {}, len(turns) > FEW
        made = page(turns[0], {} if many else looked, rough=many)
        excess = max(made.size, made.begins.get(turns[-1], 0) + RESERVE) - budget
        if excess > 0:
            gone = -(-excess // BLOCK) * BLOCK
            turns = [turn for turn in turns[1:] if made.begins[turn] >= gone] or turns[-1:]
        if many or excess > 0:
            made = page(turns[0], looked)
        while made.size > budget and len(turns) > 1:  # what was copied from turns that went is spelled now
            turns = turns[1:]
            made = page(turns[0], looked)
        sheet = made.sheet
        if turns[0] > asked[0]:
            sheet.left.add(TURNS)
        return sheet


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
        told: tuple[str, str] | None,
        chosen: Sequence[str],
        percepts: Percepts,
        rough: bool,
    ) -> None:
        self.messages = messages
        self.rough = rough
        self.percepts = percepts
        self.vocabulary = scribe.vocabulary
        self.cut = scribe.cut
        self.sheet = Sheet()
        self.writer = Writer(self.vocabulary, self.sheet)
        self.counts = dict.fromkeys(KINDS, 0)
        self.rows = 0
        self.perceived = 0  # rows of percepts among them
        self.begins: dict[int, int] = {}  # the size before the message of that number
        last = len(messages) - 1
        asking = max((index for index, message in enumerate(messages) if message.role == "user"), default=last)
        question = messages[asking] if messages else Message("user", ())
        written, before = parts_of(messages[start:]), parts_of(messages[:start])
        self.wanted = wanted(question.text, chosen, {**before, **written})
        # what was asked about again stands in the newest turn where its own one is not written any more
        self.again = {h: before[h] for h in self.wanted if h not in written and percepts.get(h)}
        self.own = list(parts_of([question]))
        self.blurred = left_out({**written, **self.again}, percepts, self.own, self.wanted)
        for index, message in enumerate(messages):
            media = [part for part in message.parts if isinstance(part, Media)]
            for medium in media:
                self.counts[medium.kind] += 1
            if index < start:
                continue
            if message.role == "assistant":
                newest = index == last
                self.reply(index, topic if newest else "", given and newest, told if newest else None)
                continue
            self.begins[index] = self.size
            if index >= last - 1 and shelf is not None:
                self.counts = {kind: sum(medium.kind == kind for medium in shelf.values()) for kind in KINDS}
            if index == asking:
                self.person(message, NEWEST if index >= last - 1 else OLDER, chosen, self.again.values())
            else:
                self.person(message, NEWEST if index >= last - 1 else OLDER)
        if messages and messages[-1].role == "user":
            self.control("assistant")

    @property
    def size(self) -> int:
        """The positions that count in the budget."""
        return len(self.sheet.ids) - self.perceived

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
            if kind == WORDS:
                self.sheet.left.add(TEXT if budget == NEWEST else OLDER_TEXT)
                self.sheet.read = (pieces.places[spans[0][1] - 1][1], len(text) - pieces.places[spans[1][0]][0])
        for start, end in spans:
            if start:
                self.control("elided")
            found = Source(text, kind, self.rows, pieces.ids[start:end], pieces.places[start:end], whole)
            self.sheet.sources.append(found)
            self.sheet.where += range(len(self.sheet.ids), len(self.sheet.ids) + found.rows)
            self.sheet.add(len(self.vocabulary) + self.rows + row for row in range(found.rows))
            self.rows += found.rows

    def person(
        self, message: Message, budget: int, chosen: Sequence[str] = (), again: Iterable[Media | Region] = ()
    ) -> None:
        """Write a turn of the person's; *again*: media and marks of turns before all that is written, which it is about."""
        self.control("user")
        for kind, count in self.counts.items():
            if count:
                self.control(f"have_{kind}")
                self.number(min(count, GRID))
                for number in range(max(1, count - LISTED + 1), count + 1):
                    self.handle(f"{kind}#{number}")
        marks = [part for part in message.parts if isinstance(part, Region)]
        most = MARKED if budget == NEWEST else MARKED_BEFORE
        if len(marks) > most:
            self.control("elided")
            self.sheet.left |= {MARKS} if budget == NEWEST else set()
        for part in (*again, *message.parts):
            if isinstance(part, Media):
                self.control("new")
                self.handle(part.handle)
                self.look(part.handle, part.handle)
            elif isinstance(part, Region) and (part in marks[-most:] or part.handle in self.again):
                self.region(part)
        self.source(message.text, WORDS, whole=True, budget=budget)
        handles = named(message.text)
        if len(handles) > LISTED and budget == NEWEST:
            self.sheet.left.add(NAMED)
        for handle in (*handles[:LISTED], *chosen):
            self.control("mention")
            self.handle(handle)

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
        self.look(region.handle, region.of)

    def look(self, handle: str, of: str) -> None:
        """Add what is perceived of the medium or mark *handle*, which is or lies on the medium *of*."""
        if handle in self.blurred:
            self.control("elided")
            if handle in (*self.wanted, *self.own):
                self.sheet.unseen.append(handle)
            else:
                self.sheet.left.add(MEDIA)
            return
        for percept in self.percepts.get(handle, ()):
            if not len(percept):
                continue
            self.sheet.sources.append(Source("", percept.kind, self.rows, (), (), False, percept, of))
            self.sheet.where += range(len(self.sheet.ids), len(self.sheet.ids) + len(percept))
            self.sheet.add(len(self.vocabulary) + self.rows + row for row in range(len(percept)))
            self.rows += len(percept)
            self.perceived += len(percept)

    # -- the model's own words ----------------------------------------------------------------------------------

    def reply(self, index: int, topic: str, given: bool, told: tuple[str, str] | None) -> None:
        message = self.messages[index]
        calls = [part for part in message.parts if isinstance(part, TaskCall) and part.task in TASKS]
        self.writer.start(calls, None if calls or self.rough else Record(self.messages[:index]), told)
        self.control("assistant")
        choice = 0.0 if given else PLAN
        self.control(*([f"plan_{call.task}" for call in calls[:1]] or ["talk"]), weight=choice)
        if self.writer.thing:
            self.sheet.add([self.vocabulary[f"k:{self.writer.thing}"]], PLAN)
        self.control(*(f"plan_{call.task}" for call in calls[1:]), weight=choice)
        if not calls and f"t:{topic}" in self.vocabulary.ids:  # weights of before a topic was invented have none for it
            self.sheet.add([self.vocabulary[f"t:{topic}"]], PLAN)
        # a reply of the past stands there without its topic, which is not kept; what follows "talk" is not learnt from it
        self.control("go", weight=PLAN if calls or topic else 0.0)
        parts = [part for part in message.parts if not (isinstance(part, Text) and is_aside(part.text))]
        if index < len(self.messages) - 1:
            parts = spoken(parts)
        for part in (
            recognised(parts, self.sheet)
            if self.perceived and not any(isinstance(part, Told) for part in parts)
            else parts
        ):
            self.writer.part(part)
        self.control("end", weight=CALL)
        for part in message.parts:
            if isinstance(part, Media):
                self.control("made")
                self.handle(part.handle)
                self.look(part.handle, part.handle)
            elif isinstance(part, Failure):
                self.control("failed")
                self.source(part.what, FACTS)
