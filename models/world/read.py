"""Reads a caption: which things, how many, how they look, where they are to each other, and where and when it all is.

Phrases are cut by ``tags``, noun phrases read by ``nouns``, and what joins them is followed here from left to right. Whatever
names a thing that is not in the atlas is kept by name in ``Wish.unknown``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from models.world.clauses import framed, outnumber, starts_anew, told, uncompared
from models.world.emoji import spelled
from models.world.gatherings import OCCASIONS, members
from models.world.holding import is_container, serves
from models.world.lexicon import BODY, YOUNG, singulars
from models.world.moods import of_caption
from models.world.nouns import Noun, plural, read_noun
from models.world.scene import FLAT, INDOOR
from models.world.surroundings import INTO_PLACE, PLACE_FIRST, WEATHER
from models.world.tags import Tag, cut, unread
from models.world.walls import HANGING
from models.world.wish import Relation, Wanted, Wish

_CHAINED = ("left", "right", "above", "below", "behind", "front", "on", "in")
"""Relations that go on from the thing named last when they are said twice running."""
_TURNED = {"holds": "in", "of": "in", "under_it": "on", "surrounded": "around"}
"""Relations whose subject is the one that the others are related to: "a bowl full of apples"."""


def read(
    caption: str,
    find: Callable[..., Any] | None = None,
    embed: Callable[[list[str]], Any] | None = None,
    kin: Callable[[str], tuple[str, ...]] | None = None,
) -> Wish:
    """Return what *caption* asks for. Never raises for a text, however odd.

    *find* (phrase, embed) gives a match with ``name`` and ``exact`` or None, and *embed* vectors for the nearest names (see
    ``models.world.find.find``, the default); *kin* the members of a kind such as "fruit".
    """
    if find is None:
        from models.world.find import find as find_name

        find = find_name
    caption, aside = told(framed(spelled(caption)))
    caption, compared = uncompared(caption)
    reader = _Reader(find, embed, kin or members)
    reader.loose += aside
    reader.read(caption)
    if compared:
        outnumber(reader.things, *compared)
    return reader.wish()


@dataclass
class _Reader:
    """Where the reading stands: *heads* are the things that the clause is about, *last* the newest group, *pending* a
    relation that waits for its object, *ahead* one that waits for its subject ("on the left a cat")."""

    find: Callable[..., Any]
    embed: Callable[[list[str]], Any] | None
    kin: Callable[[str], tuple[str, ...]]
    things: list[Wanted] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    heads: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    pending: tuple[str, list[int]] | None = None
    ahead: list[tuple[str, list[int]]] = field(default_factory=list)
    related: bool = False
    turned: bool = False
    joined: str = ""
    refused: bool = False
    facts: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    sayings: list[str] = field(default_factory=list)

    def read(self, caption: str) -> None:
        """Follow the tags of *caption* from left to right."""
        at, tags = 0, cut(caption, self._known)
        self.sayings += unread(caption)
        while at < len(tags):
            tag = tags[at]
            step = next(
                (kind for kind in ("stop", "and", "not", "spot", "arranged", "rel", "pron", "filler") if tag.is_(kind)),
                "",
            )
            if step:
                getattr(self, f"_{step}")(tag)
                at += 1
                continue
            noun = read_noun(
                tags, at, self._near, after_noun=bool(self.last) and not self.joined and self.pending is None
            )
            if noun.end > at and (noun.kind or noun.times or noun.style or noun.loose or noun.doing):
                self._noun(noun, tags)
                at = noun.end
            else:
                at = max(noun.end, at)
                if at < len(tags) and not tags[at].glue:
                    self._loose_word(tags[at])
                    at += 1
                elif noun.end == at and at < len(tags) and tags[at].is_("det", "count", "about"):
                    at += 1

    def _known(self, phrase: str) -> Any:
        match = self.find(phrase)  # a word that an object stands in for ("cheetah") scores 0.9, a mere part of it less
        return match if match is not None and (match.exact or match.score >= 0.9) else None

    def _near(self, phrase: str) -> Any:
        return self.find(phrase, self.embed)

    # what joins nouns

    def _stop(self, tag: Tag) -> None:
        self.pending, self.related, self.joined, self.heads, self.ahead = None, False, "", [], []

    def _and(self, tag: Tag) -> None:
        if self.pending and self.pending[0] == "soft":
            self.pending = None
        self.joined = tag.words if self.last else ""

    def _not(self, tag: Tag) -> None:
        self.refused = True

    def _spot(self, tag: Tag) -> None:
        if self.last and not self.joined:
            self.relations += [Relation(tag.means["spot"], thing) for thing in self.last]
        else:
            self.ahead.append((tag.means["spot"], []))
        self.pending = None

    def _arranged(self, tag: Tag) -> None:
        group = self.heads or self.last
        if group:
            self.relations.append(Relation(tag.means["arranged"], group[0], tuple(group[1:])))

    def _rel(self, tag: Tag) -> None:
        kind = tag.means["rel"]
        fresh = self.joined and self.related
        local = fresh or self.facts.get("local") or self._goes_on(kind)
        subject = list(self.last if local else self.heads or self.last)
        if self.pending and self.pending[0] not in ("soft", "beside", "in", "with", "riding"):
            return  # "standing on in front of": the first counts
        self.pending = (kind, subject)
        self.joined = ""

    def _goes_on(self, kind: str) -> bool:
        """Whether a chain goes on: in "a cat on a box on a table" it is the box that is on the table."""
        newest = self.relations[-1] if self.relations else None
        return newest is not None and newest.kind == kind and kind in _CHAINED and newest.others == tuple(self.last)

    def _pron(self, tag: Tag) -> None:
        if self.pending is None:
            return
        kind, subject = self.pending
        before = [n for n in range(len(self.things)) if n not in subject]
        alone = [n for n in before if self.things[n].count == 1] or before
        several = [n for n in before if self.things[n].count > 1] or before
        meant = several[-1:] if tag.words in ("them", "they", "themselves") else alone[-1:]
        if meant and subject:
            self._relate(kind, subject, meant)
        self.pending = None

    def _filler(self, tag: Tag) -> None:
        if tag.words == "of" and self.last and self.pending is None:
            self.pending = ("of", list(self.last))

    def _loose_word(self, tag: Tag) -> None:
        """A verb, or a word on its own."""
        if tag.is_("verb") or tag.words.endswith("ing"):
            self._does(tag.words)
        elif tag.is_("time"):
            self._fact("time", tag.means["time"])
        elif tag.is_("style"):
            self._fact("style", tag.means["style"])
        elif not tag.means and not tag.words.endswith("ly"):
            self.loose.append(tag.words)
            self.pending = None

    def _does(self, word: str) -> None:
        for thing in self.last:
            known = self.things[thing]
            self.things[thing] = replace(known, doing=f"{known.doing} {word}".strip())
        if self.last and self.pending is None:
            self.pending = ("soft", list(self.last))

    # what a noun phrase adds

    def _left_out(self, noun: Noun) -> bool:
        """Whether *noun* adds nothing to the picture: a part of a body, or what shall not be there."""
        part = noun.said.rsplit(" ", 1)[-1] in BODY
        if part and noun.owned:  # "a worm in its mouth": no mouth of its own
            self.pending = None
            return True
        if part and self.pending and self.pending[0] == "with" and self.pending[1]:  # "a snowman with a carrot nose"
            self.loose = [word for word in self.loose if word not in noun.said.split()]
            self.loose.append(f"{noun.colour} {noun.said}".strip())
            return True
        if self.refused and noun.kind:
            self.without.append(noun.said)
            self.refused, self.pending, self.joined = False, None, ""
            return True
        return False

    def _noun(self, noun: Noun, tags: list[Tag]) -> None:
        self.loose += noun.loose
        for time in noun.times:
            self._fact("time", time)
        if noun.style:
            self._fact("style", noun.style)
        if self._left_out(noun):
            return
        if noun.kind == "either":
            self._settle(noun)
        if noun.kind == "place":
            self._place(noun)
        elif noun.kind == "unknown":
            self._stranger(noun)
        elif noun.kind:
            if not self._served(noun):
                self._attach(self._add(noun), noun, tags)
        elif noun.doing:
            self._does(noun.doing)
        elif noun.loose:
            self.pending = None
        if noun.kind:
            self.joined = ""

    def _stranger(self, noun: Noun) -> None:
        """Name what is not known; "a polar bear and her cub" are two of one name."""
        if noun.owned and self.last and set(singulars(noun.said)) & YOUNG:
            known = self.things[self.last[-1]]
            count = noun.count or (1 if noun.said in YOUNG else 2)
            self.things.append(replace(known, count=count, size=0.6 * known.size, doing=""))
        elif noun.said not in BODY:
            self.unknown.append(noun.said)
        self.pending = None

    def _settle(self, noun: Noun) -> None:
        """A word that names both a thing and a backdrop: after "in" and "on", and in a bare plural, it is where, else it is what."""
        thing, place = noun.value
        bare = not (noun.count or noun.article or noun.definite) and plural(noun.said, thing)  # "over mountains"
        first = ("in",) if place in INDOOR else PLACE_FIRST  # "a bird on a house", "a pizza on a plate"
        hung = self.last or (self.pending[1] if self.pending else [])
        if noun.said in ("wall", "walls") and hung and all(self.things[n].name in HANGING for n in hung):
            first = PLACE_FIRST  # "a clock on the wall", but "a cat on a wall"
        within = self.pending is not None and self.pending[0] in first and noun.count <= 1
        second = noun.article and not noun.definite and self._placed()  # "boats on the sea and palms on an island"
        noun.kind, noun.value = ("place", place) if bare or (within and not second) else ("thing", thing)

    def _placed(self) -> bool:
        """Whether it is said already where all this is, more than by a colour or the sky."""
        return self.facts.get("place", FLAT[0]) not in (*FLAT, "sky")

    def _place(self, noun: Noun) -> None:
        kind = self.pending[0] if self.pending else ""
        furniture = noun.value in INDOOR and kind not in ("", "in", "on", "soft", "of")
        if furniture:
            self.unknown.append(noun.said)
        fits = not kind or kind in INTO_PLACE or kind in ("soft", "of", "surrounded", "under_it")
        if fits and (not self._placed() or (noun.value == "beach" and not self.things)):  # "waves on a beach"
            self.facts["place"] = "room" if furniture else noun.value
            self.facts["place_colour"] = noun.colour
        self.pending, self.related = None, self.related or (kind in PLACE_FIRST and not self.relations)
        if noun.of_it is not None:
            self.things.append(Wanted(noun.of_it.name, 5, said=noun.said, about=True))

    def _add(self, noun: Noun) -> list[int]:
        """Add what *noun* names to the things and return their numbers; "the dog" may be one that is there already."""
        if noun.definite and not noun.count and noun.kind == "thing" and not noun.colour:
            for number in reversed(range(len(self.things))):
                if self.things[number].name == noun.value.name:
                    return [number]
        start = len(self.things)
        count = noun.number
        if noun.like_first and self.things:
            count = self.things[0].count
        if noun.count > count:
            self.sayings.append(f"{noun.count} {noun.said} are too many to draw; there are {count}.")
        young = noun.kind == "thing" and set(singulars(noun.said.rsplit(" ", 1)[-1])) & YOUNG - {noun.value.name}
        base = Wanted(
            "", count, noun.colour, noun.size * (0.6 if young else 1.0), noun.doing, noun.said, True, noun.about
        )
        if noun.kind == "occasion":
            self.things += [Wanted(name, n, said=noun.said) for name, n in OCCASIONS[noun.value]]
            self.sayings.append(f"For “{noun.said}” I chose what belongs to it.")
        elif noun.kind == "kin":
            choices = self.kin(noun.value)
            open_count = noun.said in ("fruit", "food", "people", "family") or (not noun.count and not noun.article)
            number = (
                max(count, 4 if noun.said in ("fruit", "food", "family") and not noun.count else 3)
                if open_count and not noun.count
                else count
            )
            if choices:
                self.things.append(replace(base, count=number, choices=choices))
            else:
                self.unknown.append(noun.said)
        else:
            self.things.append(replace(base, name=noun.value.name, exact=bool(noun.value.exact)))
        added = list(range(start, len(self.things)))
        if noun.formation and added:
            self.relations.append(Relation(noun.formation, added[0]))
        return added

    def _served(self, noun: Noun) -> bool:
        """Whether *noun* is drawn in its own vessel, "two bowls of soup": then it has taken that one's place."""
        if not (noun.kind == "thing" and self.pending and self.pending[0] == "of" and not noun.count):
            return False
        number, name = self.pending[1][-1], noun.value.name
        vessel = self.things[number]
        served = serves(vessel.said, name)
        if served is not None:
            self.loose += [] if served else [vessel.said]
            look = replace(vessel, name=name, exact=bool(noun.value.exact), said=noun.said)
            self.things[number] = replace(look, colour=noun.colour or vessel.colour)
            self.pending = None
        return served is not None

    def _attach(self, added: list[int], noun: Noun, tags: list[Tag]) -> None:
        """Relate the things *added* to what stood before, and move on to them."""
        if not added:
            self.pending = None
            return
        if self.ahead and not self.pending:
            for kind, others in self.ahead:
                for thing in added if not others else ():
                    self.relations.append(Relation(kind, thing))
                if others:
                    self._relate(kind, added, others)
            self.ahead = []
        if self.pending:
            kind, subject = self.pending
            bearer = self.things[subject[-1]].name if subject else ""
            if kind == "of" and not is_container(bearer):
                kind = "under_it" if bearer == "plate" else "with"
            if not subject:
                self.ahead.append((kind, added))
            else:
                self._relate(kind, subject, added)
                self.related, self.turned = True, kind in _TURNED
            self.facts["local"] = "yes" if kind == "with" else ""
            self.pending = None
        elif self.joined and self.related and self.relations and not self._new_clause(added, noun, tags):
            self._also(added)
        elif self.joined and not self.related:
            self.heads += added
            self.facts["local"] = ""
        else:
            self.heads, self.related = list(added), False
            self.facts["local"] = ""
        if noun.kind == "occasion" and not self.heads:
            self.heads = list(added)
        self.last = added

    def _new_clause(self, added: list[int], noun: Noun, tags: list[Tag]) -> bool:
        if self.turned and noun.article:  # "a vase of flowers and a bowl"
            return True
        newest = self.relations[-1]
        here, new = ([self.things[n].name for n in group] for group in ((newest.thing, *newest.others), added))
        return starts_anew(newest.kind, here, new, tags[noun.end :])

    def _also(self, added: list[int]) -> None:
        """A further object of the newest relation: "next to a cat and a dog", "a bowl full of apples and bananas"."""
        newest = self.relations[-1]
        if newest.kind == "between":
            self.relations[-1] = replace(newest, others=(*newest.others, *added))
        elif self.turned:
            self.relations += [replace(newest, thing=thing) for thing in added]
        elif newest.others and newest.thing not in added:
            self._relate(newest.kind, [newest.thing], added)

    def _relate(self, kind: str, subject: list[int], others: list[int]) -> None:
        if kind in _TURNED:
            kind, subject, others = _TURNED[kind], others, subject
        elif kind == "soft":
            kind = "facing" if len(subject) == 1 else "with"
        self.relations += [Relation(kind, thing, tuple(others)) for thing in subject if thing not in others]

    def _fact(self, name: str, value: str) -> None:
        known = self.facts.get(name, "")
        if name == "time" and known != value and (known in WEATHER) != (value in WEATHER) and known:
            weather, hour = (known, value) if known in WEATHER else (value, known)
            self.facts |= {"dark": "night"} if hour == "night" else {}
            self.sayings += [f"Of {weather} and {hour} only the {weather} is shown."] * (hour not in ("night", "day"))
            value = weather
        self.facts[name] = value

    def wish(self) -> Wish:
        facts = self.facts
        mood, loose = of_caption(tuple(dict.fromkeys(self.loose)))
        return Wish(
            tuple(self.things), tuple(dict.fromkeys(self.relations)), facts.get("place", ""), facts.get("place_colour", ""),
            facts.get("time", ""), facts.get("style", facts.get("dark", "")), tuple(dict.fromkeys(self.unknown)), loose,
            tuple(dict.fromkeys(self.without)), tuple(dict.fromkeys(self.sayings)), mood,
        )  # fmt: skip
