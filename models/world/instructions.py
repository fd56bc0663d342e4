"""Reading an instruction such as "make the cat blue and put two birds in the sky" as a list of orders.

Nothing is looked up here: which thing a phrase means, and whether it is one at all, is for :mod:`models.world.changes` (a drawn
scene) or for :mod:`models.world.retouch` (a photo).
"""

from __future__ import annotations

import re
from dataclasses import replace

from models.world.behind import read_behind
from models.world.emoji import spelled
from models.world.order_rules import read_clause
from models.world.orders import Order, Orders, read_whole
from models.world.where import split_place
from models.world.widening import read as read_wider

MOST = 12
"""Orders read from one instruction, at most."""
_POLITE = re.compile(
    r"^(?:(?:hey|hi|ok|okay|so|well|now|then|and|but|also|please|pls|plz|kindly|just|simply|maybe|perhaps|no,|great|thanks|nice|next|finally)[ ,]+)+(?=\S)|"
    r"^(?:can|could|would|will) (?:you|we|u|i)(?: please)?(?: also| now| just)? |^(?:i|we)(?: would|'d)? (?:like|love|want|need|wish)(?: for)?(?: you| me)? to |"
    r"^(?:i|we)(?: would|'d)? (?:like|love|want|need) (?=it to be )|^(?:are you able to|is it possible to|would it be possible to|let's|let us|help me(?: to)?|try to|go ahead and|feel free to|i want you to|"
    r"(?:edit|change|modify|alter)(?: it| this| the \w+| this \w+)?(?: so that| as follows)?:|edit it to|what if|how about|what about) "
)
_HANDLE = re.compile(r"\b(?:the )?(?:image|picture|photo|video|clip|film) ?#? ?\d+\b")
"""A medium of the conversation by its name: there is one picture here, so it is "the picture"."""
_WITHIN = re.compile(
    r"^(?:in|on|for|with) (?:the|this|my) (?:picture|image|photo|scene|drawing|video|clip|film)[ ,:]+(?=\S)"
)
_TAIL = re.compile(
    r"[ ,]+(?:please|pls|plz|thanks|thank you|for me|if you can|if possible|instead|as well|too|now|again|ok|okay|right away|in (?:the|this|my) "
    r"(?:picture|image|photo|scene|drawing)|but (?:leave|keep) the rest(?: as it is| alone)?|and (?:leave|keep) (?:the rest|everything else)(?: as it is| alone)?)$"
)
_VERBS = (
    "add|put|place|insert|include|draw|paint|remove|delete|erase|take|get|replace|swap|exchange|substitute|switch|trade|change|turn|transform|convert|make|"
    "move|shift|push|slide|drag|bring|send|give|dress|let|have|rotate|tilt|flip|mirror|duplicate|copy|clone|double|enlarge|shrink|scale|grow|colour|color|"
    "recolour|recolor|dye|tint|set|drop|hide|lose|eliminate|clear|wipe|raise|lower|lift|hang|pin|mount|show|extend|expand|outpaint|uncrop|widen|zoom out|there should|there must|blur|brighten|darken|lighten"
)
_SPLIT = re.compile(
    rf"\s*(?:;|\.(?=\s|$)|!|\band then\b|, ?then\b|\bthen\b|, and\b|\band\b|,)\s*(?=(?:also |please |now )*(?:{_VERBS})\b)|\s*[;!]\s*"
)
_NAMED = re.compile(r"(?:a|an|some|another|two|three|four|five|six|several|many) (?!bit|little|lot)")


_SIDE = r"(?:in|on|at|to) the (?:far |very |top |bottom |upper |lower )?(?:left|right|middle|top|bottom|front|back|foreground|background|sky|corner)(?: side| corner)?"
_PAIR = re.compile(
    rf"(?P<verb>add|put|place|draw|paint|insert) (?P<a>(?!the |it |him |her |them ).+?) (?P<there>{_SIDE})(?:,? and|,) (?P<b>(?:an?|another|one|two|three|some) .+?) (?P<here>{_SIDE})"
)


def read_orders(text: str, *, bare: bool = False) -> Orders:
    """Return the orders in *text*, in the order of saying. With *bare* a mere name ("a red hat") asks to add it."""
    plain = re.sub(r"[“”\"`]", "", spelled(text, extras=False).replace("’", "'")).strip()
    orders: list[Order] = []
    unread: list[str] = []
    for clause in _clauses(_clean(_HANDLE.sub("the picture", plain.lower()))):
        found = _listed(clause) or _read(clause)
        if not found and (bare or _NAMED.match(clause)) and split_place(clause)[0]:
            found = (Order("add", new=split_place(clause)[0], place=split_place(clause)[1]),)
        if found:
            orders += [order if order.said else replace(order, said=clause) for order in found]
        elif clause:
            unread.append(clause)
    return Orders(tuple(orders[:MOST]), tuple(unread))


def _listed(clause: str) -> tuple[Order, ...]:
    """Return the orders of a clause that lists them without verbs: "let it snow, as a watercolour"; each part must be one."""
    parts = [_read(_clean(part)) for part in clause.split(", ")]
    return tuple(order for part in parts for order in part) if len(parts) > 1 and all(parts) else ()


def _clean(words: str) -> str:
    words = re.sub(r"\s+", " ", words).strip(" ,.!?;")
    before = ""
    while words != before:
        before = words
        words = _TAIL.sub("", _WITHIN.sub("", _POLITE.sub("", words))).strip(" ,.!?;:")
    return words


def _clauses(words: str) -> list[str]:
    clauses = [_clean(part) for part in _SPLIT.split(words)]
    out: list[str] = []
    for clause in filter(None, clauses):
        # "make the cat blue and the dog red": what follows borrows the verb.
        match = re.fullmatch(r"((?:make|paint|colou?r|turn|dye|move|put) )(.+?),? and ((?:the|its|his|her) .+)", clause)
        pair = _PAIR.fullmatch(clause)
        if pair:  # "add a big tree on the left and a small one on the right"
            second = re.sub(r"\b(?:one|ones)\b", pair["a"].split()[-1], pair["b"])
            out += [f"{pair['verb']} {pair['a']} {pair['there']}", f"{pair['verb']} {second} {pair['here']}"]
            continue
        halves = (_read(match[1] + match[2]), _read(match[1] + match[3])) if match else ((), ())
        if match and halves[0] and halves[1] and halves[0][0].verb == halves[1][0].verb != "swap":
            out += [match[1] + match[2], match[1] + match[3]]
        else:
            out.append(clause)
    return out


def _read(clause: str) -> tuple[Order, ...]:
    """Return the orders of one clause, or none."""
    return read_wider(clause) or read_behind(clause) or read_whole(clause) or read_clause(clause)
