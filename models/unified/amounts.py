"""Numbers as people write them ("1:05", "twenty-five", "50%", "2 kHz", "half"): where they stand and what they mean.

The unified model copies such an expression as it stands; its value is what enters the call, so that the model need not
reckon. Standard library only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SMALL = {word: number for number, word in enumerate(_ONES)} | {
    word: 10 * (number + 2) for number, word in enumerate(_TENS)
}
_PARTS = {
    "half": 0.5, "a quarter": 0.25, "quarter": 0.25, "three quarters": 0.75, "twice": 2.0, "double": 2.0, "doubled": 2.0,
    "triple": 3.0, "tripled": 3.0,
}  # fmt: skip
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?![\d,])|\d{1,12}(?:\.\d{1,12})?|\.\d{1,12})"
_ONE = "|".join(sorted(_ONES, key=len, reverse=True))
_TEN = "|".join(_TENS)
_BELOW = rf"(?:(?:{_TEN})[ -](?:{'|'.join(_ONES[1:10])})|{_TEN}|{_ONE})"
_WORDS = rf"(?:(?:a|{'|'.join(_ONES[1:10])})[ ]hundred(?:[ ]and[ ]{_BELOW})?|{_BELOW}(?:[ ]and[ ]a[ ]half)?)"
_NUMBER = rf"(?:{_DIGITS}|{_WORDS})"
_SECONDS = r"(?:\s?(?:seconds?|secs?|s\b))?"
# ASCII throughout: without it, ignoring case would take a dotless i or a long s for the letter of a number in words
_EXPRESSION = re.compile(
    rf"""(?<![^\W_])(?<![#.:_])(?:
      (?P<clock>\d{{1,3}}(?::[0-5]\d){{1,2}}(?:\.\d{{1,12}})?)(?!\d|:\d)
    | (?P<hours>{_NUMBER})\s?(?:hours?|hrs?|h)(?:\s?(?:and\s)?(?P<rest>{_NUMBER})(?:\s?(?:minutes?|mins?|m\b))?)?(?!\w)
    | (?P<minutes>{_NUMBER})\s?(?:minutes?|mins?)(?:\s?(?:and\s)?(?P<seconds>{_NUMBER}){_SECONDS})?(?!\w)
    | (?P<short>{_DIGITS})\s?m\s?(?P<second>\d{{1,2}}){_SECONDS}(?!\w)
    | (?P<kilo>{_DIGITS})\s?k(?:hz)?\b
    | (?P<percent>{_NUMBER})\s?(?:%|percent\b|per\scent\b)
    | (?P<part>{"|".join(sorted(_PARTS, key=len, reverse=True)).replace(" ", "[ ]")})\b
    | (?P<plain>{_DIGITS}(?!\d|:\d)|{_WORDS}\b)
    )""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True)
class Amount:
    """A number in a text: characters *start* to *end* (exclusive) and its *value* (seconds for clock times, hours and minutes,
    hertz for kilohertz, a share of 1 for percent)."""

    start: int
    end: int
    value: float


def amounts(text: str) -> list[Amount]:
    """Return the numbers written in *text*, from left to right, none overlapping another."""
    return [Amount(match.start(), match.end(), _value(match)) for match in _EXPRESSION.finditer(text)]


def read_amount(text: str) -> str | None:
    """Return the value of *text* when the whole of it is one number: plain digits without needless zeros, else None."""
    match = _EXPRESSION.fullmatch(text.strip())
    return plain(_value(match)) if match else None


def plain(value: float) -> str:
    """Return *value* to at most four decimals, without needless zeros or exponent: 2.0 -> 2, 0.50 -> 0.5."""
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _value(match: re.Match[str]) -> float:
    if match["clock"]:
        seconds = 0.0
        for part in match["clock"].split(":"):
            seconds = 60 * seconds + float(part)
        return seconds
    if match["hours"]:
        return 3600 * _number(match["hours"]) + (60 * _number(match["rest"]) if match["rest"] else 0.0)
    if match["minutes"]:
        return 60 * _number(match["minutes"]) + (_number(match["seconds"]) if match["seconds"] else 0.0)
    if match["short"]:
        return 60 * _number(match["short"]) + float(match["second"])
    if match["kilo"]:
        return 1000 * _number(match["kilo"])
    if match["percent"]:
        return _number(match["percent"]) / 100
    if match["part"]:
        return _PARTS[match["part"].lower()]
    return _number(match["plain"])


def _number(text: str) -> float:
    """Return the value of digits or of a number in words below one thousand."""
    if not text[-1].isalpha():
        return float(text.replace(",", ""))
    total = 0.0
    for word in re.split(r"[ -]", text.lower()):
        if word == "hundred":
            total = max(total, 1.0) * 100
        elif word == "half":
            total += 0.5
        else:
            total += _SMALL.get(word, 0)  # "a" and "and" count for nothing
    return total
