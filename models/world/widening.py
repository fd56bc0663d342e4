"""Reading that a picture shall reach further: "extend it to the right", "show more of it above", "make it twice as wide"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.margins import USUAL
from models.world.orders import Order

LITTLE = 0.12
"""The share that "a bit" adds."""
_WAYS = {
    "left": ("left", "leftwards", "leftward"), "right": ("right", "rightwards", "rightward"),
    "up": ("up", "upwards", "upward", "above", "top", "over it", "above it"),
    "down": ("down", "downwards", "downward", "below", "bottom", "under it", "below it", "underneath"),
    "left right": ("sideways", "sides", "both sides", "either side", "left and right", "left and the right", "right and left",
                   "right and the left", "horizontally", "in width", "two sides"),
    "up down": ("vertically", "top and bottom", "top and the bottom", "above and below", "in height", "up and down"),
    "all": ("all sides", "every side", "all four sides", "each side", "all directions", "every direction", "all four directions", "all edges",
            "every edge", "all around", "all round", "all around it", "all round it", "around", "round it", "around it", "everywhere"),
}  # fmt: skip
_WAY = {word: side for side, words in _WAYS.items() for word in words}
_SIDE = (
    r"(?:(?:to|on|at|in|towards?|along|from|beyond) )?(?:the |its )?(?:far )?(?P<side>"
    + "|".join(sorted(map(re.escape, _WAY), key=len, reverse=True))
    + r")(?:[ -]hand)?(?: (?:side|edge|border|end|part))?(?: of (?:it|(?:the |this |my )?(?:picture|image|photo|scene|drawing|frame)))?"
)
_PARTS = {"half": 0.5, "a half": 0.5, "one half": 0.5, "a third": 1 / 3, "one third": 1 / 3, "a quarter": 0.25, "one quarter": 0.25,
          "two thirds": 2 / 3, "three quarters": 0.75, "a fifth": 0.2, "a tenth": 0.1, "as much again": 1.0, "the same again": 1.0,
          "a bit": LITTLE, "a little": LITTLE, "a little bit": LITTLE, "slightly": LITTLE, "a tad": LITTLE, "somewhat": LITTLE,
          "a lot": 0.5, "much": 0.5, "twice": 1.0, "double": 1.0, "three times": 2.0}  # fmt: skip
_PART = "|".join(sorted(_PARTS, key=len, reverse=True))
_MUCH = rf"(?:by |about |for )*(?:(?P<part>{_PART})(?: as)?|(?P<n>\d{{1,6}}(?:\.\d{{1,4}})?) ?(?P<unit>%|percent|per cent|pixels?|px))(?: more)?(?: (?:of its|its|of the) (?:width|height|size))?"
_PICTURE = r"(?:(?:the|this|my|that) )?(?:whole |entire )?(?:picture|image|pic|photo|photograph|snapshot|shot|scene|drawing|painting|canvas|frame|view|sheet)"
_IT = r"(?:it|this|that)"
_LAND = r"(?:the |its )?(?:sky|heavens|ceiling|ground|floor|grass|sand|meadow|beach|sea|water|landscape|scenery|surroundings|background|backdrop|street|road|wall|forest|room|city|scene|view)"
_UP = re.compile(r"(?:the |its )?(?:sky|heavens|ceiling)")
_DOWN = re.compile(r"(?:the |its )?(?:ground|floor|grass|sand|water|road)")
_GROW = re.compile(
    rf"(?:(?P<own>outpaint|uncrop|widen|broaden)|(?P<verb>extend|expand|continue|stretch out|lengthen|grow|enlarge|make))(?: (?:(?P<what>{_PICTURE})|(?P<it>{_IT})|(?P<land>{_LAND})))?(?P<how>(?:,? .+)?)"
)
_MORE = re.compile(
    rf"(?:(?:show|reveal|give|let me see|i want to see|draw|paint|let us see)(?: me| us)?(?: (?P<few>a bit|a little|much|a lot))? )?more(?: of (?:(?P<what>{_PICTURE})|(?P<it>{_IT})|(?P<land>{_LAND}))| (?P<plain>sky|scenery|surroundings|landscape))?(?P<how>(?: .+)?)"
)
_SEEN = re.compile(
    r"(?:show|reveal|see|let me see|i want to see|draw|paint)(?: me| us)? what(?:'s| is| lies| comes| there is) (?:beyond (?:the (?:edge|frame) )?)?(?P<how>.+?)"
)
_WIDER = re.compile(
    rf"(?:make|let)(?: (?:(?P<what>{_PICTURE})|(?P<it>{_IT})))(?: be)?(?: (?P<much>.+?))?? (?P<way>(?:wider|broader) and (?:taller|higher)|(?:taller|higher) and (?:wider|broader)|wider|wide|broader|taller|tall)(?: by (?P<more>.+?))?(?: on (?P<where>.+))?"
)
_LARGER = re.compile(
    rf"(?:make|have|let)(?: {_PICTURE}| {_IT})(?: be)? (?:larger|bigger|longer|wider|taller|broader) (?P<how>.+)"
)
_ROOM = re.compile(
    r"(?:add|put|give (?:it|the picture|the image)|leave)(?: (?P<n>\d{1,6}(?:\.\d{1,4})?) ?(?P<unit>%|percent|pixels?|px)(?: of)?)?(?: (?:some |a bit |a little )?(?:more )?(?:space|room|canvas|margin|border|picture|scenery|width|height))?(?P<how>(?: .+)?)"
)
_PANORAMA = re.compile(rf"(?:make|turn|convert|extend|expand) (?:{_PICTURE}|{_IT}) (?:in)?to an? panorama|make (?:{_PICTURE}|{_IT}) (?:an? )?panoram(?:a|ic)")  # fmt: skip
_OUT = re.compile(
    r"zoom out(?: of (?:it|the picture|the image))?(?: (?P<much>a bit|a little|a little bit|slightly|a lot))?"
)


@dataclass(frozen=True)
class _Reach:
    """How far and where to: *sides* of the picture ("" where none is named) that get *amount* each, a share or *pixels*; None where that is
    not said."""

    sides: str = ""
    amount: float | None = None
    pixels: bool = False


def read(clause: str) -> tuple[Order, ...]:
    """Return the orders of a *clause* (lower case) that wants the picture to reach further: one, or where sides differ in how much they
    get, one for each; none where it wants something else.

    Its *new* names the sides (left, right, up, down, or all), *amount* the share of width or height that each gets, or px where *colour*
    is "px"; *what* is "it" where the words may mean a thing too ("make it wider").
    """
    if _PANORAMA.fullmatch(clause):
        return (_order("left right", 0.5),)
    if match := _OUT.fullmatch(clause):
        return (_order("all", _PARTS[match["much"]] if match["much"] else USUAL),)
    if match := _WIDER.fullmatch(clause):
        return _wider(match)
    for form, build in ((_GROW, _grown), (_MORE, _more), (_SEEN, _seen), (_LARGER, _seen), (_ROOM, _room)):
        if (match := form.fullmatch(clause)) and (found := build(match)):
            return found
    return ()


def _order(sides: str, amount: float, pixels: bool = False, what: str = "picture") -> Order:
    return Order("extend", what, new=sides, amount=amount, colour="px" if pixels else "")


def _how(words: str) -> list[_Reach] | None:
    """Return what all of *words* say, one for each amount in them and one at least; None where they say anything else."""
    sides: list[list[str]] = [[]]
    amounts: list[tuple[float, bool] | None] = [None]
    left = words.strip(" ,")
    while left:
        left = re.sub(r"^(?:and|,|a bit further|further|more|some|so that there is more room) ?", "", left).strip(" ,")
        if not left:
            break
        much, side = (re.match(rf"{form}(?= |,|$)", left) for form in (_MUCH, _SIDE))
        match = much or side
        if match is None:
            return None
        if amounts[-1] is not None and (much or sides[-1]):
            sides.append([])
            amounts.append(None)
        if much:
            amounts[-1] = _amount(much)
        else:
            sides[-1] += _WAY[match["side"]].split()
        left = left[match.end() :].strip(" ,")
    if len(sides) > 1 and not all(sides):
        return None
    joined: dict[tuple[float, bool] | None, list[str]] = {}
    for names, amount in zip(
        sides, amounts, strict=True
    ):  # "by half to the left and to the right": the last has that amount too
        joined.setdefault(amount or amounts[len(amounts) - 2], []).extend(names)
    return [_Reach(" ".join(dict.fromkeys(names)), *(amount or (None, False))) for amount, names in joined.items()]


def _alike(words: str) -> _Reach | None:
    """Return what all of *words* say where it is the same for all sides that they name, else None."""
    how = _how(words)
    return how[0] if how and len(how) == 1 else None


def _amount(match: re.Match[str]) -> tuple[float, bool]:
    groups = match.groupdict()
    if groups.get("part"):
        return _PARTS[groups["part"]], False
    unit, number = groups.get("unit") or "", float(groups["n"])
    return (number, True) if unit.startswith("p") and not unit.startswith("per") else (number / 100, False)


def _grown(match: re.Match[str]) -> tuple[Order, ...]:
    several = _how(match["how"])
    if several is None:
        return ()
    how = several[0]
    sides, verb, land = how.sides, match["verb"] or match["own"], match["land"]
    if match["verb"] in ("grow", "enlarge", "make"):
        canvas = (match["what"] or "").endswith(("canvas", "frame", "sheet", "view"))
        if match["verb"] == "make" or not (canvas or (match["what"] and sides)):
            return ()
    if match["verb"] and not (match["what"] or match["it"] or land or sides or how.amount is not None):
        return ()
    if len(several) > 1:
        return _apart(several)
    if not sides and land:
        sides = "up" if _UP.fullmatch(land) else "down" if _DOWN.fullmatch(land) else "all"
    if verb in ("widen", "broaden") and land and (_UP.fullmatch(land) or _DOWN.fullmatch(land) or "street" in land):
        return ()  # "widen the road" is no wish for more of the picture
    if not sides and verb in ("widen", "broaden"):
        return (_order("left right", USUAL if how.amount is None else how.amount / 2, how.pixels),)
    return (_order(sides or "all", _or(how.amount, USUAL), how.pixels),)


def _apart(several: list[_Reach]) -> tuple[Order, ...]:
    """Return an order for each side of those that get different amounts. Shares are of the picture as it is now, not as the order before
    leaves it; so they come first, and each is told of what there will be."""
    orders = []
    grown = {"left right": 1.0, "up down": 1.0}
    for how in sorted(several, key=lambda one: one.pixels):
        for side in how.sides.split():
            axis = next((axis for axis in grown if side in axis.split()), None)
            if axis is None:  # all of them, and one of them otherwise: there is no saying how much that gets
                return ()
            amount = _or(how.amount, USUAL)
            orders.append(_order(side, amount if how.pixels else amount / grown[axis], how.pixels))
            grown[axis] += 0.0 if how.pixels else amount
    return tuple(orders)


def _or(amount: float | None, usual: float) -> float:
    """Return *amount*, nothing at all too, or what is *usual* where it is not said."""
    return usual if amount is None else amount


def _more(match: re.Match[str]) -> tuple[Order, ...]:
    how, land = _alike(match["how"]), match["land"] or match["plain"]
    if how is None or not (how.sides or land):
        return ()
    if match["how"] == match[0].removeprefix("more") and re.match(r" (?:to|towards?) ", match["how"]):
        return ()  # "more to the left" is where a thing goes that was moved before
    sides = how.sides or ("up" if _UP.fullmatch(land) else "down" if _DOWN.fullmatch(land) else "all")
    few = _PARTS[match["few"]] if match["few"] else USUAL
    return (_order(sides, _or(how.amount, few), how.pixels),)


def _seen(match: re.Match[str]) -> tuple[Order, ...]:
    how = _alike(match["how"])
    return (_order(how.sides, _or(how.amount, USUAL), how.pixels),) if how and how.sides else ()


def _room(match: re.Match[str]) -> tuple[Order, ...]:
    how = _alike(match["how"])
    if how is None or not how.sides or not re.search(r"space|room|canvas|margin|border|picture|scenery|width|height|%|percent|p(?:ixels?|x)\b", match[0]):  # fmt: skip
        return ()
    amount, pixels = _amount(match) if match["n"] else (_or(how.amount, USUAL), how.pixels)
    return (_order(how.sides, amount, pixels),)


def _wider(match: re.Match[str]) -> tuple[Order, ...]:
    """Read how much wider or higher all of it shall become: shared out over two sides unless one is named."""
    plain = match["way"] in ("wide", "tall")
    much = _alike(" ".join(filter(None, (match["much"], match["more"]))))
    where = _alike("on " + match["where"]) if match["where"] else _Reach()
    if much is None or where is None or much.sides:
        return ()
    if plain and (
        (much.amount or 0) < 1 or re.search(r"\d", match[0])
    ):  # "half as wide", "500 pixels wide": as much in all
        return ()
    if where.amount is not None:  # "wider on the left by 100 pixels"
        if much.amount is not None:
            return ()
        much = where
    two = "left right" if match["way"].startswith(("w", "b")) else "up down"
    two = "left right up down" if " and " in match["way"] else two
    each = much.amount if much.amount is None or where.sides else much.amount / 2
    return (_order(where.sides or two, _or(each, USUAL), much.pixels, "it" if match["it"] else "picture"),)
