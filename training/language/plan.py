"""Turns that ask for a layout in words alone: the reply must plan a labelled box for every thing that the words name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from models.values import Labelled, Phrase

from training.language.numbers import words as number_words
from training.language.phrasing import Book, Said, plural
from training.language.talk import Dialogue
from training.world.plans import MOST_THINGS, STACKED, Group, Link, plan, sort_of

_BANKS = ("animal", "person", "vehicle", "food", "furniture", "household", "clothing", "electronic", "plant", "instrument", "toy",
          "nature", "building", "fantasy")  # fmt: skip
_KINDS = ("left", "right", "above", "below", "on", "beside", "between", "front", "behind")
_OFTEN = (20, 20, 13, 16, 16, 15, 5, 4, 4)
_COUNTS = (30, 21, 15, 10, 7, 4, 2.5, 2, 1.5, 1.5, *[0.7] * 10)
_MOST = 22
"""Things of one plan, at most: a longer one does not fit into a training conversation."""
_VAGUE = {2: ("a couple of", "a pair of"), 3: ("some", "a few", "a trio of", ""), 4: ("several",),
          6: ("many", "lots of", "half a dozen"), 12: ("a dozen",)}  # fmt: skip
"""How many are meant where no number is said, as ``models.world.lexicon`` reads it; "" is a bare plural."""
_SIDES = {
    "left": ("on the left", "on the right"), "right": ("on the right", "on the left"), "beside": ("on the left", "on the right"),
    "between": ("in the middle", "on the left", "on the right"), "on": ("on top", "underneath"), "above": ("above", "below"),
    "below": ("below", "above"), "front": ("in front", "behind"), "behind": ("behind", "in front"),
}  # fmt: skip
"""Where a reply says that the first, second and third thing of a relation will stand."""
_COLOURS = ("red", "blue", "green", "yellow", "black", "white", "brown", "grey", "orange")
_JOINTS = {" and ": 42, ", and ": 10, ", ": 9, " with ": 12, " & ": 3, " plus ": 4, " along with ": 6, " together with ": 6, " as well as ": 4,
           " and also ": 2, ", accompanied by ": 2}  # fmt: skip
"""What stands before the last of several things, and how often."""
_MARK = re.compile("\x01(.)(.*?)\x02", re.DOTALL)

_SENTENCE = re.compile(
    "^(?:there|in|at|on|to|by|near|outside,?|outdoors,?|indoors,?|we|you|this|the [pi]|look|I) | (?:is|are|appear|can be) |^[^\x01]*(?:picture|photo|image|scene|view|shot|drawing)"
)
"""What tells a description that is a sentence, or names the picture: it fits behind few words only."""


@dataclass(frozen=True)
class Named:
    """Things as a person names them: *noun* (singular, plain), *label* (as typed, without number and article), *count*,
    *number* (the words for it, with what stands before them)."""

    noun: str
    label: str
    count: int
    number: str

    def written(self, mark: int, *, numbered: bool = True) -> str:
        """Return the words, the label between signs that tell its place in the plan."""
        label = f"\x01{mark}{self.label}\x02"
        return f"{self.number} {label}".strip() if numbered else label


@dataclass(frozen=True)
class Wanted:
    """A description with its signs, the things that it names by their signs, and how they stand to each other."""

    text: str
    named: tuple[Named, ...]
    links: tuple[Link, ...] = ()


def planned(d: Dialogue) -> str:
    """Ask in words for a layout, plan or arrangement."""
    wanted = described(d.rng, d.book)
    request, clause = "", _SENTENCE.search(wanted.text)
    while not request or (clause and not re.search("(^|: )\x03", request)):  # "lay out there is a dog" nobody writes
        request = d.book.text(d.rng, "plan.ask", x=f"\x03{wanted.text}\x04")
    _reply(d, d.ask(_said(request)), wanted)
    return "layout.planned"


def forced(d: Dialogue) -> str:
    """Say only what the picture shall show, the task having been chosen beforehand."""
    wanted = described(d.rng, d.book)
    _reply(d, d.ask(_said(f"\x03{wanted.text}\x04"), polite=False, bare=True), wanted)
    d.given = True
    return "layout.given"


def _reply(d: Dialogue, said: Said, wanted: Wanted) -> None:
    """Plan what *said* names, in order of mention, labels and description as typed."""
    order = [int(sign) for sign in dict.fromkeys(sign for sign, _ in _MARK.findall(wanted.text))]
    typed = {number: said.phrase(at + 1) for at, number in enumerate(order)}
    place = {number: at for at, number in enumerate(order)}
    groups = [Group(typed[n], wanted.named[n].count, sort_of(wanted.named[n].noun)) for n in order]
    links = [
        Link(link.kind, place[link.first], place[link.second], None if link.third is None else place[link.third])
        for link in wanted.links
    ]
    whole = "".join(text for text, mark in said.pieces if mark >= 0).strip()
    boxes = [Labelled(label, box) for label, box in plan(groups, links)]
    d.words("do.layout.plan", things=counted(groups, links))
    d.call("layout", [Phrase(whole), *boxes], ["image"])
    if not d.failed and d.chance(0.15):
        d.words("next.picture")
    d.answer()


def counted(groups: Sequence[Group], links: Sequence[Link] = ()) -> str:
    """Return what a plan will place and where, said before it is made: the numbers and sides that the boxes then follow.

    A network of few layers plans better from "3 cats on the left and 1 pizza on the right" in its own words, each side beside
    its thing, than from all the ways in which people say it.
    """
    sides: dict[int, str] = {}
    for link in links:
        both = link.kind == "between" and link.third is None
        words = ("in the middle", "on both sides") if both else _SIDES[link.kind]
        for group, side in zip((link.first, link.second, link.third), words, strict=False):
            if group is not None:
                sides.setdefault(group, side)
    parts = [f"{group.count} {group.label} {sides.get(n, '')}".rstrip() for n, group in enumerate(groups)]
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def _said(text: str) -> Said:
    """Return *text* as marked words: 0 the description, 1 and up its labels in order of mention."""
    before, _, rest = text.partition("\x03")
    inner, _, after = rest.partition("\x04")
    said = Said([(before, -1)] if before else [], {}, 1, stated=True)
    marks: dict[str, int] = {}
    at = 0
    for found in _MARK.finditer(inner):
        mark = marks.setdefault(found[1], len(marks) + 1)
        # a label that is named again is plain description there: its first mention is the one that is read
        again = any(number == mark for _, number in said.pieces)
        said.pieces += [(inner[at : found.start()], 0), (found[2], 0 if again else mark)]
        at = found.end()
    said.pieces += [(inner[at:], 0), (after, -1)]
    said.pieces = [piece for piece in said.pieces if piece[0]]
    said.marks = len(marks) + 1
    return said


def described(rng: Random, book: Book) -> Wanted:
    """Return a random description as people write captions."""
    while True:
        chance = rng.random()
        make = _listed if chance < 0.38 else _related if chance < 0.86 else _compared
        wanted = make(rng, book)
        if sum(named.count for named in wanted.named) <= _MOST and _clear(wanted):
            return wanted


def _clear(wanted: Wanted) -> bool:
    """Return whether no label stands anywhere but where it names its things, so that it is copied from there."""
    plain = _MARK.sub("\x01", wanted.text).lower()
    labels = [named.label.lower() for named in wanted.named]
    return not any(re.search(rf"\b{re.escape(label)}\b", plain) for label in labels) and not any(
        one in two for n, one in enumerate(labels) for m, two in enumerate(labels) if n != m
    )


def _listed(rng: Random, book: Book) -> Wanted:
    named = _things(rng, book, rng.choices((1, 2, 3, 4), (30, 38, 21, 11))[0])
    living = rng.random() < 0.3
    if living:
        named[-1] = _thing(rng, book, "plan.living")
    if living and len(named) == 2 and rng.random() < 0.6:
        named.reverse()
        text = _say(rng, book, "plan.pair", named[0], one=named[0].written(0), two=named[1].written(1))
        return Wanted(_wrapped(rng, book, text, named[0]), tuple(named))
    groups = _join(rng, [thing.written(n) for n, thing in enumerate(named)])
    text = _say(rng, book, "plan.live" if living else "plan.list", named[0], groups=groups)
    return Wanted(_wrapped(rng, book, text, named[0]), tuple(named))


def _related(rng: Random, book: Book) -> Wanted:
    kind = rng.choices(_KINDS, _OFTEN)[0]
    section = f"plan.{kind}"
    count = 3 if kind == "between" else 2
    few = rng.random() < 0.55
    named = [_single(rng, book) for _ in range(count)] if few else _things(rng, book, count)
    links = [Link(kind, 0, 1, 2 if kind == "between" else None)]
    if kind == "on" and rng.random() < 0.6:
        named[1] = _single(rng, book, "plan.surface")
    if kind in ("front", "behind"):
        back = 1 if kind == "front" else 0
        named[back] = _single(rng, book)
    if kind == "between" and rng.random() < 0.5:
        section, links = "plan.between.pair", [Link(kind, 0, 1)]
        named = [named[0], _thing(rng, book, count=2)]
    one = named[0].written(0)
    if kind in STACKED[:2] and rng.random() < 0.2:
        named.append(_single(rng, book) if few else _thing(rng, book))
        one = f"{one} and {named[-1].written(len(named) - 1)}"
        links.append(Link(kind, len(named) - 1, 1))
    slots = {"one": one, "two": named[1].written(1)}
    if kind == "between" and len(named) == 3:
        slots["three"] = named[2].written(2)
    many = 2 if len(links) > 1 else named[0].count
    text = _say(rng, book, section, named[0], are="is" if many == 1 else "are", **slots)
    if len(named) == 2 and rng.random() < 0.12:
        named.append(_thing(rng, book))
        are = "is" if named[2].count == 1 else "are"
        text = book.text(rng, "plan.extra", x=text, three=named[2].written(2), **{"are.three": are})
    return Wanted(_wrapped(rng, book, text, named[0], often=0.22), tuple(named), tuple(links))


def _compared(rng: Random, book: Book) -> Wanted:
    kind = rng.choice(("more", "fewer", "same"))
    first = min(rng.choices(range(1, MOST_THINGS + 1), _COUNTS)[0] + (kind != "same"), 11)
    second = first + {"more": 1, "fewer": -1, "same": 0}[kind]
    one = _thing(rng, book, count=first, plain=True)
    two = _thing(rng, book, count=second, plain=True, many=True)
    slots = {"one": one.written(0), "two": two.written(1, numbered=False), "number": one.number,
             "bare": one.written(0, numbered=False)}  # fmt: skip
    text = _say(rng, book, f"plan.{kind}", one, **slots)
    return Wanted(_wrapped(rng, book, text, one, often=0.15), (one, two))


def _say(rng: Random, book: Book, section: str, first: Named, **slots: str) -> str:
    fixed = {"are": "is" if first.count == 1 else "are"}
    fixed |= {name: book.text(rng, f"plan.{name}") for name in ("act", "doing", "manner")}
    return book.text(rng, section, **(fixed | slots))


def _wrapped(rng: Random, book: Book, text: str, first: Named, often: float = 0.4) -> str:
    """Return the description with words about place, light and manner round it, or as it is."""
    if rng.random() >= often:
        return text
    wrapped = ""
    while not wrapped or (_SENTENCE.search(text) and " there " in wrapped.partition(text)[0]):
        wrapped = _say(rng, book, "plan.wrap", first, x=text, place=book.text(rng, "plan.place"))
    return wrapped


def _things(rng: Random, book: Book, number: int) -> list[Named]:
    """Return *number* different things, now and then the same in two colours."""
    found = [_thing(rng, book) for _ in range(number)]
    if number > 1 and rng.random() < 0.06:
        colours = rng.sample(_COLOURS, 2)
        noun = found[0].noun
        found[:2] = [_name(rng, noun, f"{colour} {noun}", thing.count) for colour, thing in zip(colours, found[:2], strict=True)]  # fmt: skip
    return found


def _single(rng: Random, book: Book, section: str = "") -> Named:
    """Return one thing."""
    return _thing(rng, book, section, count=1)


def _thing(
    rng: Random, book: Book, section: str = "", *, count: int = 0, plain: bool = False, many: bool = False
) -> Named:
    """Return a thing with its number (*count*, or a random one for 0); *plain* numbers are said outright; *many*: in the
    plural whatever the number."""
    noun = ""
    while not noun or " of " in noun[:8]:  # "a pair of scissors" would be two things
        noun = book.text(rng, section or ("plan.common" if rng.random() < 0.6 else rng.choice(_BANKS)))
    full = noun
    chance = rng.random()
    if chance < 0.13:
        full = f"{book.text(rng, 'colour.plain')} {noun}"
    elif chance < 0.2:
        full = f"{book.text(rng, 'plan.adjective')} {noun}"
    elif chance < 0.23:
        full = f"{' and '.join(rng.sample(_COLOURS, 2))} {noun}"
    count = count or rng.choices(range(1, MOST_THINGS + 1), _COUNTS)[0]
    return _name(rng, noun, full, count, plain=plain, many=many)


def _name(rng: Random, noun: str, full: str, count: int, *, plain: bool = False, many: bool = False) -> Named:
    label = full if count == 1 and not many else _plural(full)
    if count == 1:
        chance = rng.random()
        article = "an" if re.match(r"[aeiou](?!ni[cqfv]|ne|s[eu]|uro|uku)", full) else "a"
        one = "one" if chance < 0.15 else "1" if chance < 0.2 else "the" if chance < 0.26 and not plain else "a single" if chance < 0.28 else article  # fmt: skip
        return Named(noun, label, count, "one" if plain and chance >= 0.2 and rng.random() < 0.5 else one)
    if not plain and count in _VAGUE and rng.random() < 0.3:
        return Named(noun, label, count, rng.choice(_VAGUE[count]))
    number = str(count) if rng.random() < 0.25 else number_words(count)
    if not plain and rng.random() < 0.05:
        number = f"{rng.choice(('a group of', 'a row of', 'a set of', 'a line of', 'a bunch of'))} {number}"
    return Named(noun, label, count, number)


def _plural(noun: str) -> str:
    if noun.endswith(("potato", "tomato", "mango", "hero")):
        return noun + "es"
    return plural(noun)


def _join(rng: Random, parts: list[str]) -> str:
    """Return a list of things in words."""
    if len(parts) == 1:
        return parts[0]
    return ", ".join(parts[:-1]) + rng.choices(tuple(_JOINTS), tuple(_JOINTS.values()))[0] + parts[-1]
