"""What an instruction asks for as values, and the words for whole pictures in it: hours, weathers, styles, backdrops, colours."""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.colours import NAMED, colour
from models.expert import Refusal
from models.world.moods import NAMED as MOOD_WORDS
from models.world.surroundings import KIND_OF, STYLE_OF, TIME_OF, WEATHER
from models.world.where import Place, read_place

_A = r"(?:the |a |an |its |his |her |their )?"
_HEX = re.compile(r"#(?:[0-9a-f]{6}|[0-9a-f]{3})")


@dataclass(frozen=True)
class Order:
    """One thing to do. *verb* is add, remove, replace, recolour, move, resize, turn, flip, copy, swap, count, light, fade, unshadow,
    wear, time, style, grade, mood, backdrop or extend (:mod:`models.world.widening`); *what* the phrase of what is acted on ("the left cat", "it"), *new* the phrase of what
    comes; *place* where; *colour* a colour; *amount* a factor (resize, light), degrees clockwise (turn) or a number (copy,
    count); *said* the clause."""

    verb: str
    what: str = ""
    new: str = ""
    place: Place | None = None
    colour: str = ""
    amount: float = 0.0
    said: str = ""


@dataclass(frozen=True)
class Orders:
    """What was read: the orders, and the clauses that could not be read, as they were said."""

    orders: tuple[Order, ...]
    unread: tuple[str, ...]


def is_colour(words: str) -> str:
    """Return *words* as a colour that ``models.colours`` knows, or "" when they are none."""
    words = re.sub(r"^(?:in |to |into )?(?:a |the )?", "", words.strip()).removesuffix(" instead").strip()
    words = re.sub(r" (?:colou?r|paint|tone|shade|ones?)$", "", words)
    if not _HEX.fullmatch(words) and not any(
        name in words.replace("grey", "gray") for name in (*NAMED, "aqua", "golden")
    ):
        return ""
    try:
        colour(words)
    except Refusal:
        return ""
    return words


_BEFORE = re.compile(
    r"^(?:in the style of |a little bit |a bit |a little |a lot |a |an |the |some |more |much |very |really |slightly |even |quite |rather |super |so |it is |it was |it |like |as |in |at |on |with |during |into |to |by |of |looks? |look like )+"
)
_BEHIND = re.compile(
    r" (?:style|look|effect|filter|version|scene|time|weather|outside|instead|picture|image|theme|mood|atmosphere|feel|feeling|vibes?|setting|background|backdrop|"
    r"tones?|colou?rs?|photo|photograph|photography|snapshot|drawing|painting|illustration|artwork|art|print|page|strip|movie|film|video|window|sign)$"
)
"""What dresses a setting up: words before it, then words behind it, as "pencil drawing" is known and "sepia photo" is sepia."""
_AGED = re.compile(
    r"(?:an? |the )?(?:photo(?:graph)?|picture|postcard|film|movie)s? (?:from|of) (?:the )?(?:1[89]\d\ds?|\w+ties|old days|old times|past|last century)"
)
"""A picture of another time: "a photo from 1920"."""


_LOOKS_LIKE = {
    "old": ("style", "sepia"), "older": ("style", "sepia"), "antique": ("style", "sepia"), "retro": ("style", "sepia"), "vintage": ("style", "sepia"),
    "drawing": ("style", "sketch"), "drawn": ("style", "sketch"), "painted": ("style", "oil"), "painting": ("style", "oil"),
    "cloudy": ("time", "fog"), "evening": ("time", "sunset"), "dawn": ("time", "morning"),
    "grayscale": ("style", "noir"), "black and white": ("style", "noir"), "a black and white photo": ("style", "noir"),
    "warm": ("grade", "warm"), "warmer": ("grade", "warm"), "warm colours": ("grade", "warm"), "warm colors": ("grade", "warm"),
    "cold": ("grade", "cold"), "colder": ("grade", "cold"), "cool": ("grade", "cold"), "cooler": ("grade", "cold"), "vivid": ("grade", "vivid"),
    "colourful": ("grade", "vivid"), "colorful": ("grade", "vivid"), "more colourful": ("grade", "vivid"), "more colorful": ("grade", "vivid"),
    "faded": ("grade", "faded"), "muted": ("grade", "faded"), "dream": ("style", "dreamy"), "fairy tale": ("style", "dreamy"),
    "line art": ("style", "sketch"), "crayon": ("style", "pastel"), "crayons": ("style", "pastel"), "chalk": ("style", "pastel"),
    "child's drawing": ("style", "pastel"), "children's drawing": ("style", "pastel"), "kid's drawing": ("style", "pastel"),
    "video game": ("style", "pixel"), "retro video game": ("style", "pixel"), "old video game": ("style", "pixel"), "8-bit": ("style", "pixel"),
    "8-bit game": ("style", "pixel"), "8 bit game": ("style", "pixel"), "stormy night": ("time", "storm"), "dark and stormy night": ("time", "storm"),
    "rainy night": ("time", "rain"), "foggy night": ("time", "fog"), "newspaper photo": ("style", "noir"),
    **{word: ("mood", mood) for word, mood in MOOD_WORDS.items()},
}  # fmt: skip
"""Words that surroundings does not have, for whole pictures that are to look so."""


def setting(words: str) -> Order | None:
    """Return the order for a time of day, a weather, a look or a kind of backdrop when all of *words* names one."""
    seen = set()
    while words and words not in seen:
        seen.add(words)
        if _AGED.fullmatch(words):
            return Order("style", new="sepia")
        if words in _LOOKS_LIKE:
            return Order(_LOOKS_LIKE[words][0], new=_LOOKS_LIKE[words][1])
        for table, verb in ((TIME_OF, "time"), (STYLE_OF, "style"), (KIND_OF, "backdrop")):
            if words in table and words not in ("background", "backdrop", "house", "ground"):
                return Order(verb, new=table[words])
        words = (_BEHIND if _BEFORE.sub("", words) == words else _BEFORE).sub("", words).strip()
    return None


def settings(words: str) -> tuple[Order, ...]:
    """Return orders for "a beach at sunset", "night in the city": every word must belong to one of at most three settings."""
    whole = setting(words)
    if whole is not None:
        return (whole,)
    for match in re.finditer(r" (?=in |at |on |with |during |by |as |and )|, ", words):
        first = setting(words[: match.start()])
        rest = settings(words[match.end() :].removeprefix("and ")) if first else ()
        if first and rest:
            return (first, *rest)
    return ()


_WHOLE = re.compile(
    r"(?:(?:make|turn|change|switch|set|convert|transform|render|redraw|repaint|restyle|redo|draw|paint|show|have|let|do|imagine|put|give)"
    r"(?: (?:it|this|that|everything|all|the (?:whole )?(?:picture|image|photo|photograph|scene|drawing|painting|video|clip|film|movie|animation|weather|season|time(?: of day)?|style|setting|lighting|mood|atmosphere|look)|this (?:picture|image|photo|scene|video|clip|film)))?"
    r"(?: (?:be|look|feel|to|into|in|at|as|like|for|with|so that it is|it is|it was|appear))*|(?:it|this|there)(?: is|'s| should| shall| must| could| were| was)*(?: to be| be| look| looks| have)?(?: like| as| in| at)*(?: now)?|"
    r"let there be|add|apply|use|start|(?:i want |i need )?it to be|i want|as if it (?:was|were)|as though it (?:was|were)|as|like|in|at|with|during|more like|same (?:but|scene|picture)(?: in| at| as| with)?|the same (?:but|scene|picture)(?: in| at| as| with)?) "
    r"(?P<rest>.+)"
)


_GROUND_SNOW = re.compile(
    r"(?:add|put|let there be|there should be|there is|i want|spread|lay) (?:some |more |a lot of |lots of |deep |white )*snow (?:on|all over|over|everywhere|lying on).*"
)
_CLOUDS = re.compile(
    r"(?:add|put|draw|paint|insert|place) (?:in )?(?P<which>(?:some |a few |more |many |white |dark |fluffy |two |three )*clouds)(?: (?:in|to|into) the sky)?"
)


def _fallen(clause: str) -> tuple[Order, ...]:
    """Read snow that lies, and clouds that are things: "the clouds" as a place are a sky."""
    if _GROUND_SNOW.fullmatch(clause):
        return (Order("backdrop", new="snow"),)
    if match := _CLOUDS.fullmatch(clause):
        which = match["which"].replace("more ", "")
        which = (
            which if re.match(r"some|a few|many|two|three", which) else f"some {which}"
        )  # by itself "clouds" is a sky
        return (Order("add", new=which, place=Place("zone", zone="sky", whom="sky")),)
    return ()


def read_whole(clause: str) -> tuple[Order, ...]:
    """Read what changes the whole picture."""
    if _HUNG.fullmatch(clause):
        return ()
    if found := _fallen(clause) or _moods(settings(clause), clause):
        return found
    if re.fullmatch(r"(?:let it|make it|it should|it must|have it|it'?s?(?: is)?) (?:rain|raining)", clause):
        return (Order("time", new="rain"),)
    if re.fullmatch(
        r"(?:let it|make it|it should|it must|have it|it'?s?(?: is)?|add|add some|add falling) (?:snow|snowing|snowfall)",
        clause,
    ):
        return (Order("time", new="snowfall"),)
    if match := re.fullmatch(
        rf"(?:remove|stop|delete|take away|get rid of|no|without|clear|end) {_A}({'|'.join(t for t in TIME_OF if TIME_OF[t] in WEATHER)}|weather|night|darkness)",
        clause,
    ):
        return (Order("time", new="day"),)
    if re.fullmatch(
        r"(?:(?:change|swap|replace|try|use|make|give it|put in|paint)? ?(?:the|a|an)? ?(?:different|another|other|new)? ?(?:background|backdrop))(?: different)?",
        clause,
    ):
        return (Order("backdrop"),)
    if re.fullmatch(
        r"(?:remove|delete|take away|get rid of|no|without|clear|cut out|erase) (?:the )?(?:background|backdrop)",
        clause,
    ):
        return (Order("backdrop", new="plain", colour="white"),)
    if re.fullmatch(
        r"(?:remove|no|without|undo|take away) (?:the |any )?(?:style|look|effect|filter)|(?:make it )?normal", clause
    ):
        return (Order("style"),)
    if match := re.fullmatch(
        r"(?:change|replace|set|make|turn|switch|swap|exchange|put|have|use|give it|move|bring|take|transport|relocate)? ?(?:the |a |an )?(?P<a>.*?) ?(?:background|backdrop|scene|setting|scenery)(?: to| into| with| by| for| be| should be| of| look like)* ?(?P<b>.*)",
        clause,
    ):
        said = " ".join(filter(None, (match["a"], match["b"])))
        if shade := is_colour(said):
            return (Order("backdrop", colour=shade),)
        return settings(said) if said else ()
    if (match := _WHOLE.fullmatch(clause)) and not read_place(clause):
        return _moods(settings(match["rest"]), match["rest"] if _ADDS.match(clause) else "")
    return ()


_HUNG = re.compile(
    r"(?:add|put|hang) (?:an?|some|the|another) .*(?:photo|photograph|painting|drawing|print|window|sign)"
)
"""Clauses that bring in a thing, though its words could be a look: "add an old painting"."""
_ADDS = re.compile(r"(?:add|give|draw|paint|put|show|have|let there be|use|start|i want|with|in|there)\b")


def _moods(found: tuple[Order, ...], named: str) -> tuple[Order, ...]:
    """Return *found* unless *named* is "a house", "the moon": with an article it is a thing rather than the backdrop."""
    things = named.startswith(("a ", "an ", "the ", "some ")) and any(order.verb == "backdrop" for order in found)
    return () if things else found
