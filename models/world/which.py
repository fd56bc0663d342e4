"""Which things of a drawn scene a phrase means: by name, kind, colour, size, side, order, neighbour, mark, or "it"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from models.world.emoji import spelled
from models.world.gatherings import members
from models.world.lexicon import COUNTS, SIZES, singulars
from models.world.scene import Scene, Thing, extent
from models.world.where import Place, split_place

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ALL = re.compile(
    r"(?:absolutely )?(?:everything|everyone|everybody|all|all of (?:it|them)|all (?:the )?(?:things|objects|items)|every (?:thing|object)|the things|things|the whole thing)"
)
_IT = re.compile(
    r"(?:it|its|this|that|these|those|them|him|her|he|she|they|(?:this|that|the same) (?:one|thing|object|item)|the (?:thing|object|one|item)|"
    r"(?:what|the (?:thing|object|one|part|place|area)s?(?: that)?)? ?i(?:'ve| have)? (?:marked|circled|selected|drew round|clicked)|"
    r"(?:the |this |that )?(?:marked|circled|selected|chosen|highlighted) (?:thing|object|one|part|area|region|place|item)s?|"
    r"(?:what(?: is|'s)?|the (?:thing|object|one)s?)? ?(?:in|inside|under) (?:the |this |my )?(?:box|region|mask|circle|selection|marked area)(?: ?#?\d+)?|(?:region|mask) ?#?\d+)"
)
_MARKED = re.compile(
    r" (?:that )?i(?:'ve| have)? (?:marked|circled|selected|clicked(?: on)?|drew round)$| (?:in|inside) (?:the |my |this )(?:box|region|circle|mask|selection|marked area)(?: ?#?\d+)?$|\b(?:marked|circled|selected) "
)
_FROM = re.compile(r" (?:(?:counting )?from|on|in) (?:the )?(?P<side>left|right|top|bottom|front|back)$")
_FIRST_SIDE = {"left": "left", "leftmost": "left", "left-most": "left", "right": "right", "rightmost": "right", "right-most": "right", "top": "top",
               "topmost": "top", "upper": "top", "highest": "top", "uppermost": "top", "bottom": "bottom", "lower": "bottom", "lowest": "bottom",
               "bottommost": "bottom", "middle": "middle", "centre": "middle", "center": "middle", "central": "middle", "front": "front",
               "nearest": "front", "closest": "front", "back": "back", "rear": "back", "farthest": "back", "furthest": "back"}  # fmt: skip
_LARGE, _SMALL = ("big", "bigger", "biggest", "large", "larger", "largest", "tall", "taller", "tallest", "huge", "giant"), (
    "small", "smaller", "smallest", "little", "littlest", "tiny", "tiniest", "short", "shorter", "shortest")  # fmt: skip
_ANY = ("thing", "object", "one", "item", "figure", "")


@dataclass(frozen=True)
class Knowledge:
    """What is known of things: *find* turns words into a match (``name``, ``exact``) or None, *entry* a name into its facts
    (``models.world.atlas.Entry``), *aspect* a name into the width over the height of its sprite."""

    find: Callable[[str], Any]
    entry: Callable[[str], Any]
    aspect: Callable[[str], float]


@dataclass(frozen=True)
class Picked:
    """The ids meant, in the order of the scene; *note* a sentence where the phrase left it open; *several* whether the
    phrase asks for more than one."""

    ids: tuple[int, ...] = ()
    note: str = ""
    several: bool = False


@dataclass(frozen=True)
class Context:
    """What else tells which thing is meant: the ids under the marked place, those changed last, and the frame in px."""

    marked: tuple[int, ...] = ()
    last: tuple[int, ...] = ()
    width: int = 512
    height: int = 512


@dataclass
class _Wanted:
    """A phrase cut into its parts."""

    noun: str
    colour: str = ""
    size: str = ""
    side: str = ""
    rank: int = 0
    count: int = 0
    other: bool = False
    marked: bool = False
    place: Place | None = None
    several: bool = False


def pick(phrase: str, scene: Scene, know: Knowledge, context: Context) -> Picked:
    """Return the things of *scene* (each with an id of its own) that *phrase* means; none where nothing fits."""
    words = re.sub(r"\s+", " ", spelled(phrase).lower()).strip(" ,.!?")
    every = tuple(t.id for t in scene.things)
    if _ALL.fullmatch(words):
        return Picked(every, several=True)
    if not words or _IT.fullmatch(words):
        return _it(words, scene, context)
    wanted = _cut(words)
    found = named(wanted.noun, scene, know)
    if not found:
        return Picked(several=wanted.several)
    return _narrowed(found, wanted, scene, know, context)


def _it(words: str, scene: Scene, context: Context) -> Picked:
    several = words in ("them", "these", "those", "they")
    if context.marked:
        return Picked(context.marked if several else context.marked[:1], several=several)
    last = tuple(i for i in context.last if any(t.id == i for t in scene.things))
    if last:
        return Picked(last, several=len(last) > 1)
    if len(scene.things) < 2:
        return Picked(tuple(t.id for t in scene.things))
    if several:
        return Picked(tuple(t.id for t in scene.things), several=True)
    best = max(scene.things, key=lambda t: (t.size * t.opacity, t.id))
    return Picked((best.id,), f"“{words or 'it'}” was taken for the {best.name}, the largest thing")


def _cut(words: str) -> _Wanted:
    wanted = _Wanted("")
    if _MARKED.search(words):
        wanted.marked, words = True, _MARKED.sub(" ", words).strip()
    if match := _FROM.search(words):
        head = words[: match.start()].split()
        if any(w in ORDINALS or w == "last" for w in head):
            wanted.side, words = match["side"], words[: match.start()]
    rest, place = split_place(words)
    if place is not None and rest:
        wanted.place, words = place, rest
    tokens = words.split()
    while len(tokens) > 0 and _take(tokens, wanted):
        pass
    wanted.noun = " ".join(tokens)
    last = tokens[-1] if tokens else ""
    wanted.several = wanted.several or (
        len(singulars(last)) > 1 and not last.endswith("ss") and wanted.rank == 0 and wanted.count != 1
    )
    return wanted


def _take(tokens: list[str], wanted: _Wanted) -> bool:
    """Take the adjective at the start of *tokens* into *wanted*; return whether there was one."""
    from models.world.orders import is_colour

    word, alone = tokens[0], len(tokens) == 1
    if word in (
        "the",
        "a",
        "an",
        "this",
        "that",
        "my",
        "his",
        "her",
        "their",
        "your",
        "our",
        "of",
        "very",
        "single",
        "same",
    ):
        pass
    elif word in ("these", "those", "all", "both", "every", "each", "any"):
        wanted.several = True
    elif word in ("other", "others", "remaining"):
        wanted.other, wanted.several = True, wanted.several or word == "others"
    elif word in ORDINALS or word == "last":
        wanted.rank = -1 if word == "last" else ORDINALS.index(word) + 1
    elif word in COUNTS and word != "single" and not alone:
        wanted.count, wanted.several = COUNTS[word], COUNTS[word] > 1
    elif word in _FIRST_SIDE and (not alone or word.endswith("most")):
        wanted.side = _FIRST_SIDE[word]
    elif (word in _LARGE or word in _SMALL or word in SIZES) and not alone:
        wanted.size = "large" if word in _LARGE or SIZES.get(word, 1) > 1 else "small"
    elif len(tokens) > 2 and is_colour(" ".join(tokens[:2])):
        wanted.colour = is_colour(" ".join(tokens[:2]))
        tokens.pop(0)
    elif not alone and is_colour(word):
        wanted.colour = is_colour(word)
    else:
        return False
    tokens.pop(0)
    return True


def named(noun: str, scene: Scene, know: Knowledge) -> list[Thing]:
    """Return the things of *scene* that *noun* names: by name or synonym, else by kind ("animals"), else by its last word."""
    if noun in _ANY or noun.rstrip("s") in _ANY:
        return list(scene.things)
    match = know.find(noun)
    same = [t for t in scene.things if match is not None and t.name == match.name]
    if same and match.exact:
        return same
    forms = singulars(noun)
    exact = [t for t in scene.things if t.name in forms or any(f in know.entry(t.name).synonyms for f in forms)]
    if exact:
        return exact
    kin = [t for t in scene.things if any(_is_a(know.entry(t.name), f) for f in forms)]
    if kin or same:
        return kin or same
    return [t for t in scene.things if any(t.name.endswith(f" {f}") or f.endswith(f" {t.name}") for f in forms)]


def _is_a(entry: Any, kind: str) -> bool:
    return (
        kind in entry.kinds
        or entry.name in members(kind)
        or (kind == "creature" and entry.group in ("animals", "people"))
    )


def _narrowed(found: list[Thing], wanted: _Wanted, scene: Scene, know: Knowledge, context: Context) -> Picked:
    """Choose among the things that bear the name."""
    marked = [t for t in found if t.id in context.marked]
    if wanted.marked and marked:
        found = marked
    if wanted.colour:
        found = [t for t in found if _has_colour(t, wanted.colour, know)] or found
    if wanted.other:
        found = [t for t in found if t.id not in context.last] or found
    if wanted.size and len(found) > 1:
        found = sorted(found, key=lambda t: -t.size if wanted.size == "large" else t.size)
        found = found if wanted.several else found[:1]
    if wanted.place is not None:
        found = _at(found, wanted, scene, know, context)
    if wanted.side or wanted.rank:
        found = _ranked(found, wanted)
    if wanted.count > 1:
        found = found[: wanted.count]
    ids = [t.id for t in found]
    if wanted.several or len(ids) < 2:
        return _picked(ids, scene, several=wanted.several)
    for hint in (context.marked, context.last):
        if both := [i for i in ids if i in hint]:
            return _picked(both[:1], scene)
    best = max(found, key=lambda t: (t.size, -t.id))
    return _picked([best.id], scene, f"there are {len(found)} of “{wanted.noun}”; the {'largest' if len({t.size for t in found}) > 1 else 'first'} was taken: "
                                     "say which side it is on, or mark it, for another")  # fmt: skip


def _picked(ids: list[int], scene: Scene, note: str = "", *, several: bool = False) -> Picked:
    return Picked(tuple(t.id for t in scene.things if t.id in ids), note, several)


def _has_colour(thing: Thing, colour: str, know: Knowledge) -> bool:
    return colour == thing.tint or (
        not thing.tint and colour.split()[-1].replace("grey", "gray") in know.entry(thing.name).colours
    )


def _ranked(found: list[Thing], wanted: _Wanted) -> list[Thing]:
    """Return the one at the wanted end, or the wanted number counted from there."""
    side = wanted.side or "left"
    if side == "middle":
        middle = sum(t.x for t in found) / len(found)
        return sorted(found, key=lambda t: abs(t.x - middle))[:1]
    keys: dict[str, Callable[[Thing], float]] = {
        "left": lambda t: t.x, "right": lambda t: -t.x, "top": lambda t: t.y, "bottom": lambda t: -t.y,
        "front": lambda t: -t.y, "back": lambda t: t.y,
    }  # fmt: skip
    order = sorted(found, key=keys[side])
    if wanted.rank:
        return order[wanted.rank - 1 : wanted.rank or None] if wanted.rank > 0 else order[-1:]
    if wanted.several and len(order) > 1:
        cut = (keys[side](order[0]) + keys[side](order[-1])) / 2
        return [t for t in order if keys[side](t) <= cut]
    return order[:1]


def _at(found: list[Thing], wanted: _Wanted, scene: Scene, know: Knowledge, context: Context) -> list[Thing]:
    """Keep what is at the place that the phrase adds: "on the left", "in the sky", "next to the tree"."""
    place = wanted.place
    if place is None or place.kind == "marked":
        return [t for t in found if t.id in context.marked] or found
    if place.kind == "side":
        x, y = place.side
        if wanted.several:
            return [t for t in found if (t.x - 0.5) * x >= 0 and (t.y - 0.5) * y >= 0 and (x or y)] or found
        return sorted(found, key=lambda t: -(t.x * x + t.y * y) if x or y else abs(t.x - 0.5) + abs(t.y - 0.5))[:1]
    if place.kind == "zone":
        high = place.zone in ("sky", "far")
        order = sorted(found, key=lambda t: t.y if high else -t.y)
        return [t for t in order if (t.y < 0.5) == high] or order[:1] if wanted.several else order[:1]
    anchor = pick(
        place.whom, replace(scene, things=tuple(t for t in scene.things if t not in found)) or scene, know, context
    ).ids
    if not anchor:
        return found
    other = next(t for t in scene.things if t.id == anchor[0])
    fitting = [t for t in found if stands(t, other, place.how, know, context)] or found
    fitting = sorted(fitting, key=lambda t: (t.x - other.x) ** 2 + (t.y - other.y) ** 2)
    return fitting if wanted.several else fitting[:1]


def stands(thing: Thing, other: Thing, how: str, know: Knowledge, context: Context) -> bool:
    """Return whether *thing* stands to *other* as *how* says: left, right, above, below, on, and anything else as "near"."""
    if how in ("left", "right"):
        return (thing.x < other.x) == (how == "left")
    if how in ("above", "below"):
        return (thing.y < other.y) == (how == "above")
    a = extent(thing, know.aspect(thing.name), context.width, context.height)
    b = extent(other, know.aspect(other.name), context.width, context.height)
    touching = min(a[2], b[2]) > max(a[0], b[0]) and min(a[3], b[3]) > max(a[1], b[1])
    return touching if how in ("on", "in") else True
