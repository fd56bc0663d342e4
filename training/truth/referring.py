"""Phrases that mean exactly the things they are said to mean: by name, colour, side, order, size, neighbour, bearer, kind and number.

A noun is used only where every thing of the scene surely fits it or surely does not; what sets things apart (places, sizes)
is used only where it does so by a margin that nobody would dispute.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from models.world import atlas
from models.world.scene import DECOR

from training.language.phrasing import HELD_OUT, Split, share
from training.truth.shots import Shot
from training.truth.words import COLOURS, KINDS, coloured, fits, known, many, names_of, plural_only

APART = 0.1
"""Middles that are to differ lie at least this share of the frame apart."""
LARGER = 1.6
"""What is called bigger covers at least this many times as much, and is longer by the root of it."""
CLOSE, AWAY = 0.07, 0.16
"""A neighbour is at most CLOSE away, all others of its name at least AWAY, in units of the frame's shorter side."""
_DECOR: dict[str, tuple[str, ...]] = {
    "tree": ("tree", "pine tree", "palm tree"), "flower": ("tulip", "flower", "rose"), "cactus": ("cactus",), "house": ("house", "house with garden"),
    "mountain": ("mountain",), "sun": ("sun",), "moon": ("moon", "full moon"), "star": ("star",), "cloud": ("cloud",), "planet": ("saturn", "globe"),
    "boat": ("sailboat", "ship"), "island": ("island",), "shell": ("seashell",), "coral": ("coral",), "window": ("window",),
    "picture": ("picture",), "jar": ("jar",),
}  # fmt: skip
"""The things of the atlas that a decoration of a backdrop looks like."""
_SHOWS: dict[str, tuple[str, ...]] = {
    "forest": ("tree", "pine tree", "potted plant"), "street": ("house", "office building", "shop", "door", "window"),
    "city": ("office building", "house", "hotel", "window"), "mountains": ("mountain", "snowy mountain", "pine tree"), "farm": ("seedling", "herb"),
    **dict.fromkeys(("meadow", "garden", "lake", "beach", "underwater", "snow"), ("potted plant", "herb", "seedling", "green leaf")),
    "desert": ("cactus",), "kitchen": ("sofa", "chair", "door"), "room": ("sofa", "chair", "door", "bed"), "table": ("sofa", "chair"),
    "stage": ("dress", "coat"), "space": ("star", "sun"), "moon": ("moon", "star"), "sky": ("cloud",),
}  # fmt: skip
"""The things of the atlas that a backdrop shows something like whatever is left out of it."""


@dataclass(frozen=True)
class Reference:
    """A phrase and the *ids* of the things that it means, no more and no fewer, left to right where there are several.

    *group* is the kind of phrase; *noun* the singular that was used; *short* the phrase for one who knows what is talked
    about ("the red one"); *many* whether it asks for several; *but* whether it means everything else.
    """

    phrase: str
    ids: tuple[int, ...]
    group: str
    noun: str = ""
    short: str = ""
    many: bool = False
    but: bool = False


Finder = Callable[[Random, Shot, Split], "Reference | None"]


def chosen(rng: Random, split: Split, patterns: Sequence[str]) -> str:
    """Return one of *patterns* of the split: about one in ten, by its hash, is held out, and at least one always is."""
    held = [p for p in patterns if share(p) < HELD_OUT] or [min(patterns, key=share)]
    return rng.choice(held if split == "held_out" else [p for p in patterns if p not in held])


def decor_like(nouns: Sequence[str]) -> tuple[str, ...]:
    """Return the decorations of backdrops that one of *nouns* might be taken for; all of them for "thing" and the like."""
    if any(noun in ("thing", "object", "one") for noun in nouns):
        return DECOR
    return tuple(kind for kind, names in _DECOR.items() if any(_may(name, noun) for name in names for noun in nouns))


def _may(name: str, noun: str) -> bool:
    return name in known() and fits(name, noun) > 0


def shown(shot: Shot, noun: str) -> bool:
    """Return whether the backdrop itself may show what *noun* names, and cannot be without it."""
    return any(_may(name, noun) for name in _SHOWS.get(shot.scene.backdrop.kind, ()))


def called(shot: Shot, noun: str) -> tuple[int, ...] | None:
    """Return the ids of the things that are called *noun*, left to right; None when of one of them it is not sure."""
    found = []
    for thing in shot.scene.things:
        sure = 2 if noun in ("thing", "object") else fits(thing.name, noun)
        if sure == 1:
            return None
        if sure:
            found.append(thing.id)
    if shown(shot, noun) and noun not in ("thing", "object"):
        return None
    return tuple(sorted(found, key=lambda number: middle(shot, number)[0]))


def middle(shot: Shot, number: int) -> tuple[float, float]:
    """Return the middle of what is seen of a thing, fractions of the frame."""
    box = shot.boxes[number]
    return (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2


def nouns_for(rng: Random, name: str) -> list[str]:
    """Return nouns for a thing, in random order: its name most often first."""
    entry = atlas.entry(name)
    words = [word for word in names_of(entry) if word.count(" ") < 3]
    kinds = [kind for kind in entry.kinds if kind in KINDS]
    rng.shuffle(words)
    rng.shuffle(kinds)
    first = [name] if rng.random() < 0.6 else []
    return list(dict.fromkeys([*first, *(kinds + words if rng.random() < 0.25 else words + kinds), name]))


def several(rng: Random, shot: Shot, least: int, most: int = 99) -> tuple[str, tuple[int, ...]] | None:
    """Return a noun and the ids of all that it names, between *least* and *most* of them; None when there is none."""
    numbers = [thing.id for thing in shot.scene.things]
    rng.shuffle(numbers)
    for number in numbers:
        for noun in nouns_for(rng, shot.thing(number).name):
            ids = None if least > 1 and plural_only(noun) else called(shot, noun)
            if ids is not None and least <= len(ids) <= most:
                return noun, ids
    return None


# One thing


def by_name(rng: Random, shot: Shot, split: Split) -> Reference | None:
    """By a noun that fits nothing else, now and then with something more that is true of it."""
    found = several(rng, shot, 1, 1)
    if found is None:
        return None
    noun, ids = found
    if plural_only(noun):
        return Reference(f"the {noun}", ids, "name", noun)
    said = chosen(rng, split, ("the {n}", "the {n}", "the {n}", "{n}", "that {n}", "the only {n}", "the one {n}", "the {n} there", "the {n} you can see",
                               "the {n} in the scene", "the single {n}"))  # fmt: skip
    said = said.replace("{n}", _more(rng, shot, noun, ids[0]))
    return Reference(said, ids, "name", noun)


def _more(rng: Random, shot: Shot, noun: str, number: int) -> str:
    """Return *noun*, now and then with a colour or a place that is true of the thing though not needed."""
    thing = shot.thing(number)
    if thing.tint and rng.random() < 0.5:
        noun = f"{thing.tint} {noun}"
    x, y = middle(shot, number)
    if rng.random() < 0.08 and min(x, 1 - x) < 0.28:
        noun = f"{noun} {rng.choice(('on', 'at', 'to'))} the {'left' if x < 0.5 else 'right'}"
    elif rng.random() < 0.05 and (y < 0.25 or y > 0.78):
        noun = f"{noun} at the {'top' if y < 0.5 else 'bottom'}"
    return noun


def by_colour(rng: Random, shot: Shot, split: Split) -> Reference | None:
    """By colour, where things of one name differ in it."""
    found = several(rng, shot, 2)
    if found is None:
        return None
    noun, ids = found
    one = of_colour(rng, shot, ids, 1)
    if one is None:
        return None
    colour, meant = one
    said = chosen(rng, split, ("the {c} {n}", "the {c} {n}", "{c} {n}", "the {n} that is {c}", "the {n} in {c}", "the {c} one of the {m}", "the {n}, the {c} one",
                               "the {c}-coloured {n}", "the {n} with the {c} colour", "of the {m} the {c} one", "that {c} {n}", "the only {c} {n}"))  # fmt: skip
    return Reference(filled(said, noun, c=colour), meant, "colour", noun, f"the {colour} one")


def of_colour(rng: Random, shot: Shot, ids: Sequence[int], count: int) -> tuple[str, tuple[int, ...]] | None:
    """Return a colour that exactly *count* (0: two or more) of the things surely have and the others surely not."""
    for colour in rng.sample(COLOURS, len(COLOURS)):
        sure = {number: coloured(shot.thing(number).name, shot.thing(number).tint, colour) for number in ids}
        meant = tuple(number for number in ids if sure[number] == 2)
        if 1 not in sure.values() and (len(meant) == count if count else 2 <= len(meant) < len(ids)):
            return colour, meant
    return None


_SIDES: dict[tuple[bool, bool], tuple[str, ...]] = {
    (True, False): ("the {s} {n}", "the {n} on the {s}", "{n} on the {s}", "{s} {n}", "the {n} at the {s}", "the {n} to the {s}", "the {n} on the {s} side", "the {s} one of the two {m}",
                    "the {n} which is more to the {s}", "the {n} further to the {s}", "of the {m} the one on the {s}"),
    (False, False): ("the {s}most {n}", "the {n} furthest to the {s}", "the {n} at the very {s}", "{s}most {n}", "the first {n} from the {s}", "the outermost {n} on the {s}",
                     "the {n} closest to the {s} edge", "of all the {m} the {s}most", "the {n} that is the most to the {s}", "far {s} {n}"),
    (True, True): ("the {s} {n}", "the {n} at the {s}", "{n} at the {s}", "{s} {n}", "the {n} nearer to the {s}", "the {s} one of the two {m}", "of the {m} the one at the {s}", "the {n} closer to the {s} edge",
                   "the {s}most {n}"),
    (False, True): ("the {s}most {n}", "the {n} at the very {s}", "{s}most {n}", "the {n} closest to the {s} edge", "of all the {m} the {s}most", "the {n} nearest to the {s} of the picture"),
}  # fmt: skip
"""How sides are said: of two or of more things, and whether the side is top or bottom."""


def by_side(rng: Random, shot: Shot, split: Split) -> Reference | None:
    """By where it stands among those of its name."""
    found = several(rng, shot, 2, 5)
    if found is None:
        return None
    noun, ids = found
    ends = [(side, end) for side in ("left", "right", "top", "bottom") if (end := _end(shot, ids, side))]
    if len(ids) == 3 and (line := _row(shot, ids)):
        ends.append(("middle", line[1]))
    if not ends:
        return None
    side, meant = rng.choice(ends)
    if side == "middle":
        said = chosen(rng, split, ("the middle {n}", "the {n} in the middle", "the {n} between the other two", "the {n} in between", "middle {n}", "the {n} that is neither left nor right",
                                   "of the three {m} the middle one"))  # fmt: skip
    else:
        said = chosen(rng, split, _SIDES[len(ids) == 2, side in ("top", "bottom")])
    short = (
        "the one in the middle"
        if side == "middle"
        else f"the one {'at' if side in ('top', 'bottom') else 'on'} the {side}"
        if len(ids) == 2
        else f"the {side}most one"
    )
    return Reference(filled(said, noun, s=side), (meant,), "side", noun, short)


def _end(shot: Shot, ids: Sequence[int], side: str) -> int:
    """Return the id of the thing that is clearly the furthest to *side*, 0 for none."""
    axis, sign = {"left": (0, 1), "right": (0, -1), "top": (1, 1), "bottom": (1, -1)}[side]
    order = sorted(ids, key=lambda number: sign * middle(shot, number)[axis])
    return (
        order[0]
        if abs(middle(shot, order[0])[axis] - middle(shot, order[1])[axis]) >= APART * (1.3 if axis else 1)
        else 0
    )


def _row(shot: Shot, ids: Sequence[int]) -> tuple[int, ...]:
    """Return the ids from left to right where each is clearly right of the one before, () otherwise."""
    xs = [middle(shot, number)[0] for number in ids]
    return tuple(ids) if all(b - a >= APART for a, b in pairwise(xs)) else ()


_NTH = ("first", "second", "third", "fourth")


def by_order(rng: Random, shot: Shot, split: Split) -> Reference | None:
    """By counting those of its name from a side."""
    found = several(rng, shot, 3, 5)
    if found is None or not (line := _row(shot, found[1])):
        return None
    noun, _ = found
    place, back = rng.randrange(1, min(3, len(line))), rng.random() < 0.4
    meant = line[-1 - place] if back else line[place]
    said = chosen(rng, split, ("the {k} {n} from the {s}", "{k} {n} from the {s}", "the {n} that is {k} from the {s}", "number {d} of the {m}, counted from the {s}", "the {k} {n} counting from the {s}",
                               "the {k} of the {m} from the {s}", "from the {s}, the {k} {n}", "the {k} {n} if you start at the {s}"))  # fmt: skip
    side = "right" if back else "left"
    return Reference(
        filled(said, noun, k=_NTH[place], s=side, d=str(place + 1)),
        (meant,),
        "order",
        noun,
        f"the {_NTH[place]} one from the {side}",
    )


def by_size(rng: Random, shot: Shot, split: Split) -> Reference | None:
    """The biggest or smallest of a name or kind."""
    found = several(rng, shot, 2)
    if found is None:
        return None
    noun, ids = found
    order = sorted(ids, key=lambda number: -_area(shot, number))
    ends = [
        (word, one, next_)
        for word, one, next_ in (("big", order[0], order[1]), ("small", order[-1], order[-2]))
        if _bigger(shot, one, next_) or _bigger(shot, next_, one)
    ]
    if not ends:
        return None
    word, meant, _ = rng.choice(ends)
    two = len(ids) == 2
    words = {
        "big": ("bigger", "larger") if two else ("biggest", "largest"),
        "small": ("smaller",) if two else ("smallest",),
    }[word]
    size = rng.choice(words)
    said = chosen(rng, split, ("the {z} {n}", "the {z} {n}", "{z} {n}", "the {z} of the {m}", "the {n} that is {z}", "of the {m} the {z} one", "the {z} one among the {m}", "the {z} {n} of all"
                               if not two else "the {z} {n} of the two", "the {n} which looks {z}"))  # fmt: skip
    return Reference(filled(said, noun, z=size), (meant,), "size", noun, f"the {size} one")


def _sides(shot: Shot, number: int) -> tuple[float, float]:
    x0, y0, x1, y1 = shot.extent(number)
    return (x1 - x0) * shot.width, (y1 - y0) * shot.height


def _area(shot: Shot, number: int) -> float:
    wide, high = _sides(shot, number)
    return wide * high


def _bigger(shot: Shot, one: int, other: int) -> bool:
    """Return whether *one* is clearly bigger than *other*: in area, by what is seen of it too, and in length."""
    seen = shot.seen[one] >= 1.3 * shot.seen[other]
    return (
        seen
        and _area(shot, one) >= LARGER * _area(shot, other)
        and max(_sides(shot, one)) >= LARGER**0.5 * max(_sides(shot, other))
    )


def filled(said: str, noun: str, **slots: str) -> str:
    for slot, word in (("n", noun), ("m", many(noun)), *slots.items()):
        said = said.replace("{" + slot + "}", word)
    return said
