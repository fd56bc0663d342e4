"""What everything shall stand before: "everything on a street", "as if it were at the bottom of the sea", "on a black gradient"."""

from __future__ import annotations

import re

from models.world.orders import Order, is_colour, setting
from models.world.scene import FLAT
from models.world.surroundings import KIND_OF

_VERB = r"(?:(?:put|set|show|place|draw|paint|have|let|make|imagine) )"
_ALL = r"(?:everything|everyone|everybody|all of (?:it|them|this)|them all|it all|the whole thing|the (?:whole )?(?:scene|picture))"
_IS = r"(?: (?:is|are|be|was|were|stands?|now))*"
_AS = rf"(?:(?:it|this|{_ALL}) )?(?:look |looks |appear )?(?:as if|as though|like) (?:it|they|this|{_ALL}) (?:is|are|was|were)"
_BY = r"(?P<by>before|against|in front of|on|at|in|over)"
_STANDS = re.compile(
    rf"(?:(?:{_VERB}?{_ALL}{_IS}|{_VERB}?{_AS}|{_VERB}(?:it|this)) {_BY}|before|against|in front of|on) (?P<rest>.+)"
)
_BACK = re.compile(r"(?:[a-z]+ )?(?:the |a |an )?(?:background|backdrop)(?: (?:to|into|be|is|as|should))* (?P<rest>.+)")
_FLAT = re.compile(
    r"(?P<one>an? |the )?(?P<bare>(?:plain|solid|simple|flat) )?(?P<colour>[a-z# 0-9-]+?)(?: (?P<kind>gradient|stripes|dots|background|backdrop|ground|wall|paper))?"
)


def flat(words: str) -> Order | None:
    """Return the order for a backdrop of one colour that *words* name: "plain white", "a black gradient"; None where they name none:
    "an orange" and "a rose" are things."""
    match = _FLAT.fullmatch(words)
    colour = is_colour(match["colour"]) if match else ""
    if match is None or not colour or (match["one"] and not (match["bare"] or match["kind"])):
        return None
    kind = KIND_OF.get(match["kind"] or "", "")
    return Order("backdrop", new=kind if kind in FLAT else "plain", colour=colour)


def called(kind: str, colour: str = "") -> str:
    """Return a backdrop of *kind* (of :data:`models.world.scene.KINDS`) and *colour* as it is said: "plain white", "black gradient"."""
    return f"plain {colour}" if kind == "plain" and colour else f"{colour} {kind}".strip()


def read_behind(clause: str) -> tuple[Order, ...]:
    """Return the backdrop that *clause* (lower case, one instruction) puts behind everything, none where it does not.

    A mere "it" may be one thing, which can stand on a street: of it only plain colours are taken so. What is in a colour has it."""
    if (match := _BACK.fullmatch(clause)) and (pattern := flat(match["rest"])) and pattern.new != "plain":
        return (pattern,)  # of a mere colour the backdrop keeps its pattern, which is not decided here
    match = _STANDS.fullmatch(clause)
    if match is None:
        return ()
    plain = flat(match["rest"])
    if plain is not None:
        return () if match["by"] in ("in", "at", "over") else (plain,)  # "paint it in blue"
    order = setting(match["rest"])
    alone = re.match(rf"{_VERB}(?:it|this) {_BY} ", clause) or match["rest"] == "the sky"  # where things can fly
    return (order,) if order is not None and order.verb == "backdrop" and not alone else ()
