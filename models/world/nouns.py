"""Reads one noun phrase of a caption: how many, which colour and size, what the head noun names, what was not understood."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.world.lexicon import FORMATIONS, POSSESSIVES, singulars
from models.world.surroundings import ALWAYS_PLACES, THINGS_TOO
from models.world.tags import WHEREABOUTS, Tag

MOST = 60
"""Things of one name, at most."""
Near = Callable[[str], Any]
"""From words to what stands nearest for them in the atlas (with ``name`` and ``exact``), or None."""


@dataclass
class Noun:
    """A noun phrase. *kind* is "thing" (*value* a match with ``name``), "kin" or "occasion" (a word), "place" (a backdrop),
    "either" (a (match, backdrop) pair), "unknown" (the words) or "" when nothing stands there. *count* 0: not said."""

    kind: str = ""
    value: Any = None
    said: str = ""
    count: int = 0
    about: bool = False
    like_first: bool = False
    article: bool = False
    owned: bool = False
    definite: bool = False
    formation: str = ""
    colour: str = ""
    size: float = 1.0
    doing: str = ""
    times: list[str] = field(default_factory=list)
    style: str = ""
    of_it: Any = None  # a thing that makes up the place: the sunflowers of "a sunflower field"
    loose: list[str] = field(default_factory=list)
    end: int = 0

    @property
    def number(self) -> int:
        """How many are drawn: what was said, one after an article, three of a bare plural."""
        if self.count:
            return min(self.count, MOST)
        return 1 if self.article or not plural(self.said, self.value) else 3


def plural(said: str, match: Any) -> bool:
    """Return whether *said* is the plural of the name it was found for."""
    last = said.rsplit(" ", 1)[-1]
    name = getattr(match, "name", "")
    if last in ("sheep", "fish", "deer", "people"):
        return True
    return len(singulars(last)) > 1 and not name.endswith(last) and name.rsplit(" ", 1)[-1] != last


def read_noun(tags: Sequence[Tag], at: int, near: Near, *, after_noun: bool) -> Noun:
    """Read the noun phrase that starts at *at*; ``end`` is the first tag behind it (equal to *at* when there is none).

    *after_noun*: a verb at the start is what the thing before does, not a participle of this one.
    """
    noun = Noun(end=at)
    at = _opening(tags, at, noun)
    content = _content(tags, at)
    started = noun.article or noun.count > 0 or noun.about
    if not content or (after_noun and not started and _acts(content[0][1])):
        noun.end = at
        return noun
    taken = 0
    owner: tuple[str, Any, str] | None = None
    for index, (_, tag) in enumerate(content):
        following = content[index + 1][1] if index + 1 < len(content) else None
        if tag.is_("owner"):  # "the dog's bowl" is the bowl, but "the dog's head" is the dog
            owner = (noun.kind, noun.value, noun.said)
            noun.kind, noun.value, noun.said = "", None, ""
        elif noun.kind:
            if not _extend(noun, tag, near):
                break
        else:
            _begin(noun, tag, following)
        taken = index + 1
    noun.end = content[taken - 1][0] + 1 if taken else at
    if not noun.kind and owner:
        noun.kind, noun.value, noun.said = owner
    elif not noun.kind:
        _unnamed(noun, [tag for _, tag in content[:taken] if not tag.means], near)
    return noun


def _opening(tags: Sequence[Tag], at: int, noun: Noun) -> int:
    while at < len(tags):
        tag = tags[at]
        if tag.is_("det") and not noun.article:
            if noun.count and tag.words not in ("of", "the", "these", "those", "his", "her", "their", "its"):
                break
            noun.article = tag.words in ("a", "an", "the", "this", "that", "each", "every", *POSSESSIVES)
            noun.owned = tag.words in POSSESSIVES
            noun.definite = tag.words in ("the", "this", "that")
        elif tag.is_("count") and (not noun.count or noun.about):  # "a herd of five"
            noun.count, noun.about, noun.like_first = max(1, tag.means["count"]), False, False
        elif tag.is_("about") and not noun.count:
            noun.count, noun.about = tag.means["about"], True
            noun.like_first = noun.count == 0
            noun.formation = FORMATIONS.get(tag.words, "")
        elif tag.words == "of" and (noun.count or noun.about):
            pass
        else:
            break
        at += 1
    return at


def _content(tags: Sequence[Tag], at: int) -> list[tuple[int, Tag]]:
    """Return the tags from *at* to the end of the phrase, each with its place; "and" between colours ("black and white")
    is passed over."""
    found: list[tuple[int, Tag]] = []
    while at < len(tags):
        tag = tags[at]
        if tag.is_("and"):
            rest = at + 1
            while rest < len(tags) and tags[rest].is_("and"):
                rest += 1
            colours_only = found and all(t.is_("colour", "size") and not t.is_("thing") for _, t in found)
            if not (colours_only and rest < len(tags) and tags[rest].is_("colour", "size")):
                break
            at = rest
            continue
        if tag.glue:
            break
        found.append((at, tag))
        at += 1
    return found


def _acts(tag: Tag) -> bool:
    return tag.is_("verb") or (not tag.means and tag.words.endswith(("ing", "ed")) and len(tag.words) > 4)


def _nounlike(tag: Tag | None) -> bool:
    return (
        tag is not None
        and not tag.is_("owner")
        and (tag.is_("thing", "kin", "occasion", "place", "colour", "size") or not tag.means)
    )


def _begin(noun: Noun, tag: Tag, following: Tag | None) -> None:
    """Take *tag* where no head noun has come yet."""
    more = _nounlike(following) and following is not None and not (_acts(following) and not following.is_("thing"))
    if tag.is_("colour") and (more or not tag.is_("thing")):
        noun.loose += [] if not noun.colour else [tag.words]
        noun.colour = noun.colour or tag.means["colour"]
    elif tag.is_("size") and (more or not tag.is_("thing")):
        noun.size *= tag.means["size"]
    elif tag.is_("time") and not noun.count and tag.words not in THINGS_TOO and (more or not tag.is_("place")):
        noun.times.append(tag.means["time"])  # "during a storm", "a rainy street"
    elif kind := _meant(tag):
        noun.kind, noun.said = kind, tag.words
        noun.value = (tag.means["thing"], tag.means["place"]) if kind == "either" else tag.means[kind]
    elif tag.is_("style"):
        noun.style = tag.means["style"]
    elif _acts(tag) and (tag.is_("verb") or tag.words.endswith("ing")):
        noun.doing = f"{noun.doing} {tag.words}".strip()
    elif not tag.is_("adverb"):
        noun.loose.append(tag.words)


def _meant(tag: Tag) -> str:
    """Return which kind of noun *tag* is, "" for none."""
    if tag.is_("place") and (tag.words in ALWAYS_PLACES or not tag.is_("thing", "occasion", "kin")):
        return "place"
    if tag.is_("thing") and tag.is_("place"):
        return "either"
    if tag.is_("thing") and not (tag.is_("kin") and plural(tag.words, tag.means["thing"])):
        return "thing"
    return next((kind for kind in ("occasion", "kin") if tag.is_(kind)), "")


_INTO = ("inside ", "under ", "in ", "at ", "on ", "the ")
"""Beginnings of phrases that say where the noun before them is, and make no compound with it."""


def _extend(noun: Noun, tag: Tag, near: Near) -> bool:
    """Take *tag* right behind a head noun: a compound ("apple tree") moves the head. Return False where the phrase ends."""
    several = noun.kind in ("thing", "kin") and plural(noun.said, noun.value)
    if tag.is_("place") and (tag.words in WHEREABOUTS or tag.words.startswith(_INTO)):
        return False  # "a cat inside a house" is a cat
    if tag.is_("thing", "place", "kin", "occasion"):
        ends_in_s = tag.words.endswith("s") and not tag.words.endswith("ss")
        if several or (tag.is_("verb") and (several or ends_in_s)) or tag.is_("time", "style", "adverb"):
            return False
        former = noun.value if noun.kind == "thing" else None
        if tag.is_("place") and not tag.is_("thing"):
            noun.kind, noun.value = "place", tag.means["place"]
            noun.of_it = former if noun.value in ("meadow", "garden", "farm", "forest") else None
        else:
            kind = next(k for k in ("thing", "kin", "occasion") if tag.is_(k))
            if noun.kind != "kin":  # of a "robot dog" the dog is drawn: that the robot is not must be said
                noun.loose.append(noun.said)
            noun.kind, noun.value = kind, tag.means[kind]
        noun.said = f"{noun.said} {tag.words}"
        return True
    verbal = ("ed", "ing", "ly") if noun.kind == "place" else ("s", "ed", "ing", "ly")
    if tag.means or several or tag.words.endswith(verbal) or noun.kind not in ("thing", "place"):
        return False
    whole = f"{noun.said} {tag.words}"
    match = near(whole)
    if match is not None:
        noun.kind, noun.value, noun.said = "thing", match, whole
    else:
        noun.kind, noun.value, noun.said = "unknown", whole, whole
    return True


def _unnamed(noun: Noun, unknown: list[Tag], near: Near) -> None:
    """No word of the phrase is a known noun: the last words may stand near one; else they are named as unknown."""
    words = [tag.words for tag in unknown if not _acts(tag) and not tag.words.endswith("ly")]
    for start in range(len(words)):
        phrase = " ".join(words[start:])
        match = near(phrase)
        if match is not None:
            noun.kind, noun.value, noun.said = "thing", match, phrase
            noun.loose = [word for word in noun.loose if word not in words[start:]]
            return
    if words and (noun.article or noun.count or noun.about or noun.colour or len(words) > 1):
        noun.kind, noun.value, noun.said = "unknown", " ".join(words), " ".join(words)
        noun.loose = [word for word in noun.loose if word not in words]
