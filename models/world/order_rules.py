"""The forms of instructions that are about things: "make the cat blue", "put two birds in the sky", "swap the cat and the dog"."""

from __future__ import annotations

import re
from collections.abc import Callable

from models.world.orders import Order, is_colour, setting, settings
from models.world.where import Place, split_place

_SIZE = {
    "bigger": 1.4, "larger": 1.4, "big": 1.4, "large": 1.4, "taller": 1.35, "wider": 1.35, "huge": 2.0, "giant": 2.2, "gigantic": 2.2, "enormous": 2.1,
    "massive": 2.0, "smaller": 0.7, "small": 0.65, "little": 0.6, "tiny": 0.4, "shorter": 0.75, "thinner": 0.8, "minuscule": 0.35,
    "twice as big": 2.0, "twice as large": 2.0, "twice the size": 2.0, "double the size": 2.0, "double size": 2.0, "half as big": 0.5,
    "half the size": 0.5, "half as large": 0.5, "half size": 0.5, "three times as big": 3.0, "three times bigger": 3.0, "twice as tall": 2.0,
}  # fmt: skip
_SIZES = "|".join(sorted(_SIZE, key=len, reverse=True))
_HOW_MUCH = {"a little bit ": 0.4, "a little ": 0.5, "a bit ": 0.5, "slightly ": 0.5, "a tad ": 0.4, "somewhat ": 0.7, "much ": 1.8,
             "way ": 1.9, "a lot ": 1.8, "far ": 1.8, "very ": 1.4, "even ": 1.0, "really ": 1.4, "extremely ": 2.0, "so ": 1.0, "": 1.0}  # fmt: skip
_MUCH = "|".join(filter(None, _HOW_MUCH))
_LIGHT = {"brighter": 1.25, "lighter": 1.25, "bright": 1.25, "darker": 0.7, "dark": 0.7, "dim": 0.75, "dimmer": 0.75}
_FADE = {"transparent": 0.5, "see-through": 0.5, "see through": 0.5, "translucent": 0.55, "ghostly": 0.5, "faint": 0.45, "fainter": 0.5,
         "invisible": 0.0, "half transparent": 0.5, "semi-transparent": 0.5, "solid": 1.0, "opaque": 1.0}  # fmt: skip
_NUMBERS = {
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "one": 1,
    "a": 1,
    "an": 1,
}
_N = rf"(?P<n>\d{{1,2}}|{'|'.join(_NUMBERS)})"


def _number(word: str) -> int:
    return _NUMBERS[word] if word in _NUMBERS else int(word)


def _sized(match: re.Match[str]) -> tuple[Order, ...]:
    factor = _SIZE[match["size"]] ** _HOW_MUCH[match["much"] or ""]
    return (Order("resize", match["a"], amount=factor),)


def _turned(match: re.Match[str]) -> tuple[Order, ...]:
    groups = match.groupdict()
    if groups.get("deg"):
        degrees = float(groups["deg"])
    else:
        degrees = 180.0 if groups.get("over") else 90.0 if match["v"] == "rotate" else 20.0
    back = (groups.get("dir") or "").startswith(("counter", "anti", "to the left", "left"))
    return (Order("turn", match["a"], amount=-degrees if back else degrees),)


def _changed(match: re.Match[str]) -> tuple[Order, ...]:
    """A thing becomes something: a colour, a size, a look of the whole, or another thing."""
    what, new = match["a"], match["b"].strip()
    if re.fullmatch(r"(?:the )?colou?r of .+", what):
        what = what.split(" of ", 1)[1]
    what = re.sub(r"'s? colou?r$", "", what)
    if shade := is_colour(new):
        return (Order("recolour", what, colour=shade),)
    if re.fullmatch(r"(?:the )?(?:sky|picture|image|photo|scene|day|lights?|season|ground|floor)", what):
        return settings(new)
    return (
        (Order("replace", what, new),)
        if re.match(r"(?:a|an|some|the|one|two|three|four|five|\d+|another)\b|.+", new)
        else ()
    )


def _moved(match: re.Match[str]) -> tuple[Order, ...]:
    what, place = split_place(match["b"])
    what = re.sub(r" (?:be|go|live|play|stay|stand|sit|sleep|walk|run)$", "", what)  # "let them play on the beach"
    if place is None or not what:
        return ()
    return (Order("move", what, place=place),)


def _put(match: re.Match[str]) -> tuple[Order, ...]:
    """ "put the cat on the left" moves, "put a hat on the cat" adds, "put the cat on a beach" changes what is behind."""
    what, place = split_place(match["b"])
    if not what:
        return ()
    known = re.match(r"(?:the|this|that|these|those|it|him|her|them|everything|both|all)\b", what)
    if known and place is not None and place.how in ("on", "in", "next") and place.whom.startswith(("a ", "an ")):
        ground = setting(place.whom)
        return (ground,) if ground is not None else (Order("move", what, place=place),)
    if known and place is not None:
        return (Order("move", what, place=place),)
    return () if known and place is None else (Order("add", new=what, place=place),)


def _hung(words: str) -> tuple[Order, ...]:
    """ "hang the clock over the sofa" moves, "hang up a picture" adds it, to the wall where nothing else is said."""
    what, place = split_place(re.sub(r" up(?= |$)", "", words))
    if not what:
        return ()
    place = place or Place("zone", zone="wall", whom="wall")
    if re.match(r"(?:the|this|that|these|those|it|him|her|them)\b", what):
        return (Order("move", what, place=place),)
    return (Order("add", new=what, place=place),)


def _added(match: re.Match[str]) -> tuple[Order, ...]:
    what, place = split_place(match["b"])
    if not what:
        return ()
    if place is None and (found := setting(what)) is not None and found.verb == "time":
        return (found,)
    what = re.sub(r"^(?:more|some more) ", "some ", what)
    return (Order("add", new=what, place=place),)


def _worn(match: re.Match[str]) -> tuple[Order, ...]:
    new = match["b"]
    if re.fullmatch(r"(?:a |an )?.+ (?:colou?r)", new) and is_colour(new):
        return (Order("recolour", match["a"], colour=is_colour(new)),)
    return (Order("add", new=new, place=Place("relation", how="hold", whom=match["a"])),)


def _removed(match: re.Match[str]) -> tuple[Order, ...]:
    what = re.sub(
        r" from (?:the |this )?(?:picture|image|photo|scene|drawing|frame)$| (?:out|away|off)$", "", match["a"]
    )
    if sub := re.fullmatch(r"(?:the |any |all )?shadows?(?: (?:of|from|under|below) (?P<of>.+))?", what):
        return (Order("unshadow", sub["of"] or "everything"),)
    what = re.sub(r" (?:from|off) ((?:the|his|her|its) .+)$", r" on \1", what)
    return (Order("remove", what),)


_Rule = tuple[str, Callable[[re.Match[str]], tuple[Order, ...]]]
_RULES: tuple[_Rule, ...] = (
    (r"(?:let|make|have|turn) (?P<a>.+?) (?:to )?(?:face|look at|look towards?|towards|facing|looking at) (?P<b>(?!(?:the )?(?:left|right|other way)$|each other$).+)",
     lambda m: (Order("flip", m["a"], place=Place("relation", how="next", whom=m["b"])),)),
    (r"(?:make|draw|let) (?P<a>.+?) (?:be )?(?:as (?:big|large|tall|small|high) as|(?:of )?the same size as) (?P<b>.+)", lambda m: (Order("resize", m["a"], new=m["b"], amount=1.0),)),
    (r"make (?P<b>the .+?) and (?P<a>the .+?) (?:the same size|equally (?:big|large|tall)|as (?:big|large) as each other)",
     lambda m: (Order("resize", m["a"], new=m["b"], amount=1.0),)),
    (rf"(?:duplicate|copy|clone|repeat) (?P<a>.+?) (?:(?P<t>once|twice)|{_N} times)",
     lambda m: (Order("copy", m["a"], amount={"once": 1, "twice": 2}.get(m["t"] or "") or _number(m["n"])),)),
    (r"(?:swap|exchange|switch|trade|interchange)(?: the)?(?: positions?| places?)(?: of| between)? (?P<a>.+?) (?:and|with) (?P<b>.+)",
     lambda m: (Order("swap", m["a"], m["b"]),)),
    (r"take (?P<b>.+ (?:to|into|onto) .+)", _moved),
    (r"(?:let|make|have) (?P<a>.+?) (?:wear|wears|hold|carry|put on|have) (?P<b>.+)", _worn),
    (r"let (?P<a>.+?) (?:and|with) (?P<b>.+?) (?:swap|switch|change|trade) (?:places|positions)", lambda m: (Order("swap", m["a"], m["b"]),)),
    (r"(?:swap|exchange|switch|trade|interchange) (?P<a>.+?) and (?P<b>.+?)(?: around)?", lambda m: (Order("swap", m["a"], m["b"]),)),
    (r"(?:swap|exchange|switch) (?P<a>the .+?) with (?P<b>the .+)", lambda m: (Order("swap", m["a"], m["b"]),)),
    (r"(?:replace|substitute|swap|exchange|switch|trade) (?P<a>.+?) (?:with|by|for|through|to) (?P<b>.+)", _changed),
    (r"(?:make|let|have|turn) (?P<a>.+?) (?:to )?look(?:ing)? (?:more )?like (?P<b>.+)", _changed),
    (r"(?:instead of|in place of|rather than) (?P<a>.+?),? (?:i want |put |draw |use |have |show )?(?P<b>(?:a|an|some|two|three) .+)", _changed),
    (r"(?:put |draw |use |have |show |with |make it )?(?P<b>.+?) (?:instead of|in place of|rather than) (?P<a>.+)", _changed),
    (r"(?:change|turn|transform|convert|morph|make) (?P<a>.+?) (?:in)?to (?P<b>.+)", _changed),
    (r"(?:make|have|let|turn) (?P<a>.+?) (?:be |look )?(?:(?P<much>" + _MUCH + r"))?(?P<size>" + _SIZES + r")(?: than .+)?", _sized),
    (r"(?P<a>(?:the|this|that|my) .+?) (?:should|must|needs to|has to|could) (?:be|become|get) (?:(?P<much>" + _MUCH + r"))?(?P<size>" + _SIZES + r")", _sized),
    (r"(?:enlarge|grow|magnify|blow up|scale up|increase the size of) (?P<a>.+?)", lambda m: (Order("resize", m["a"], amount=1.4),)),
    (r"(?:shrink|reduce|scale down|decrease the size of|minimi[sz]e) (?P<a>.+?)", lambda m: (Order("resize", m["a"], amount=0.7),)),
    (r"(?:scale|resize|enlarge|grow|shrink) (?P<a>.+?) (?:by|to) (?P<n>\d+(?:\.\d+)?) ?(?P<unit>%|percent|x|times)?",
     lambda m: (Order("resize", m["a"], amount=float(m["n"]) / (100 if m["unit"] in ("%", "percent") else 1)),)),
    (r"(?:make|turn|let|have) (?P<a>.+?) (?:be |look )?(?:(?P<much>" + _MUCH + r"))?(?P<l>" + "|".join(_LIGHT) + r")",
     lambda m: (Order("light", m["a"], amount=_LIGHT[m["l"]] ** _HOW_MUCH[m["much"] or ""]),)),
    (r"(?P<v>brighten|lighten|darken|dim) (?P<a>.+?)(?: up| a bit| a little)?",
     lambda m: (Order("light", m["a"], amount=1.25 if m["v"] in ("brighten", "lighten") else 0.7),)),
    (r"make (?P<a>.+?) (?:be |look )?(?:(?:" + _MUCH + r"))?(?P<f>" + "|".join(_FADE) + r")",
     lambda m: (Order("fade", m["a"], amount=_FADE[m["f"]]),)),
    (r"(?:make|paint|colou?r|dye|tint|turn|recolou?r|repaint|have|let) (?P<a>.+?) (?:be |look |in |to be )?(?P<b>(?:(?:light|dark|pale|bright|deep) ?)?\S+)",
     lambda m: (Order("recolour", m["a"], colour=is_colour(m["b"])),) if is_colour(m["b"]) else ()),
    (r"(?P<a>(?:the|this|that|these|those|my|all|both) .*?|it|this|that) (?:should|must|shall|needs? to|could|has to)(?: be| become| look)(?: like)? (?P<b>.+)",
     lambda m: (Order("remove", m["a"]),) if m["b"] in ("gone", "removed", "away") else _changed(m)),
    (r"(?P<a>(?:the|this|that) .+?) (?:needs to go|must go|has to go|gone|away|should go)", lambda m: (Order("remove", m["a"]),)),
    (r"(?:make|let|have|turn) (?P<a>(?:the |this |that |both |all )?.+?) (?:be |into )?(?P<b>(?:a|an|two|three) .+)", _changed),
    (r"(?:bring|move|put|send|get) (?P<a>.+?) (?:to|into) (?:the )?(?:very )?(?P<z>front|back|top layer|foreground|background)",
     lambda m: (Order("move", m["a"], place=Place("zone", zone="front" if m["z"] in ("front", "top layer") else "rear" if m["z"] == "back" else
                                                    "near" if m["z"] == "foreground" else "far")),)),
    (r"(?:let|make|have|turn) (?P<a>.+?) (?:face|look|facing|looking)(?: to)?(?: the)? (?P<d>left|right|other way)",
     lambda m: (Order("flip", m["a"], new=m["d"] if m["d"] != "other way" else ""),)),
    (r"(?:move|shift|push|slide|drag|bring|send|set|pull|get|carry|let|raise|lower|lift) (?P<b>.+)", _moved),
    (r"(?P<v>rotate|turn|tilt|lean|spin) (?P<a>.+?) (?:by )?(?P<deg>\d{1,3})(?: ?°| ?degrees?)?(?: (?P<dir>clockwise|counter-?clockwise|counter clockwise|anti-?clockwise|to the left|to the right|left|right))?",
     _turned),
    (r"(?P<v>turn|flip|rotate) (?P<a>.+?) (?P<over>upside down|on its head|over)", _turned),
    (r"(?:turn|flip|mirror|reverse) (?P<a>.+?)(?: (?:around|round|horizontally|sideways|left to right|the other way(?: round| around)?))", lambda m: (Order("flip", m["a"]),)),
    (r"(?:flip|mirror|reverse) (?P<a>.+?)", lambda m: (Order("flip", m["a"]),)),
    (r"(?:flip|mirror) (?P<a>.+?) vertically", lambda m: (Order("turn", m["a"], amount=180),)),
    (r"(?P<v>rotate|tilt|lean|spin) (?P<a>.+?)(?: (?P<dir>clockwise|counter-?clockwise|anti-?clockwise|to the left|to the right|left|right))?", _turned),
    (r"(?:duplicate|copy|clone|double|repeat) (?P<a>.+?)", lambda m: (Order("copy", m["a"], amount=1),)),
    (r"(?:make|add|put|draw) (?:another|one more|a second|a copy of|an extra)(?: of)? (?P<a>the .+|it|this|that|one)", lambda m: (Order("copy", m["a"], amount=1),)),
    (rf"(?:make|add) {_N} copies of (?P<a>.+)", lambda m: (Order("copy", m["a"], amount=_number(m["n"])),)),
    (r"make (?P<n>\d{1,2}|two|three|four|five|six|seven|eight|nine|ten) (?P<a>(?!more |of |other |new )[a-z -]+)",
     lambda m: (Order("count", m["a"], amount=_number(m["n"])),)),
    (r"there (?:should|must|shall) (?:only )?be (?:only |just |exactly )?(?:no|not any) (?P<a>.+)", lambda m: (Order("remove", "all " + m["a"]),)),
    (r"(?:there (?:should|must|shall) (?:only )?be|make it|i want|only|just|exactly) (?:only |just |exactly )?(?P<n>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten) (?P<a>.+)",
     lambda m: (Order("count", m["a"], amount=_number(m["n"])),)),
    (r"(?:give|hand|lend) (?P<a>the .+?|it|him|her|them|this|that|everyone|everybody|this one|both) (?P<b>(?:a|an|some|the|two|his|her|another) .+|[a-z-]+s(?: and .+)?)", _worn),
    (r"(?:dress) (?P<a>.+?) (?:in|with|up in) (?P<b>.+)", _worn),
    (r"(?P<a>(?:the|this|that) .+?) (?:should|must|could|shall) (?:wear|hold|carry|have) (?P<b>.+)", _worn),
    (r"(?:remove|delete|erase|take away|take out|take off|get rid of|eliminate|clear away|clear|wipe out|hide|lose|cut out|no|without|take|drop|rub out|kick out|kill|dispose of) (?P<a>.+)", _removed),
    (r"there (?:should|must|shall)(?:n't| not) be (?:any |a |an )?(?P<a>.+)", _removed),
    (r"(?:hang|put|pin|stick) up (?P<b>.+)|(?:hang|pin|mount|nail|attach|fix|stick) (?P<c>.+)", lambda m: _hung(m["b"] or m["c"])),
    (r"(?:put|place|set|draw|seat|stand|drop|position) (?P<b>.+)", _put),
    (r"(?:add|insert|include|paint|show|have|bring in|i want|need|there should(?: also)? be|there must be|let there be|i would like|i'd like|i'd love|we need|i need|it needs|it could use|it should have|could use|with|plus|also|"
     r"there is|there are|give me|generate|create|include|sketch in|paste|place in|throw in|want|imagine) (?P<b>.+)", _added),
    (r"(?P<b>(?:another|more|one more|a second|some more) .+)", _added),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern), build) for pattern, build in _RULES)


def read_clause(clause: str) -> tuple[Order, ...]:
    """Return what *clause* (lower case, one instruction) asks for, none when no form fits it."""
    for pattern, build in _COMPILED:
        if (match := pattern.fullmatch(clause)) and (found := build(match)):
            return found
    return ()
