"""The spelling of the token grammar: its tags, its escapes and the writer of values as text (standard library only).

A tag that is meant literally carries a backslash after its first character: the words ``<task>`` are written ``<\\task>``,
the words ``<\\task>`` are written ``<\\\\task>``. The rule needs no pairing and no look-behind, so escaped pieces may follow
anything. Nothing else in running text is touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from models.values import GRID, Arg, Box, Grounding, Labelled, Part, Phrase, Point, Ref, Span, TaskCall, Text

MEDIA_KINDS = ("image", "video", "audio", "mask")
"""Kinds of medium that a grounding may point into."""

_ENDINGS = (
    "task>", "/task>", "ref>", "/ref>", "box>", "/box>", "pt>", "/pt>", "t>", "/t>", "seg>",
    "|object_ref_start|>", "|object_ref_end|>", "|box_start|>", "|box_end|>",
)  # fmt: skip
ENDINGS: dict[str, tuple[str, ...]] = {"<": _ENDINGS, "@": tuple(f"{kind}#" for kind in MEDIA_KINDS)}
"""What may follow a mark character to make a tag of it. The ``|...|`` forms are the Qwen spellings of ref and box."""

REF_OPENERS = ("<ref>", "<|object_ref_start|>")
PLACE_CLOSERS = {
    "<box>": "</box>", "<|box_start|>": "<|box_end|>", "<pt>": "</pt>", "<t>": "</t>",
}  # fmt: skip
"""The tags that hold numbers, each with the tag that closes it."""

_AFTER_LESS = "(?:" + "|".join(map(re.escape, _ENDINGS)) + ")"
_AFTER_AT = "(?:" + "|".join(ENDINGS["@"]) + ")"
MARK = re.compile(rf"<(\\*){_AFTER_LESS}|@(\\*){_AFTER_AT}")
"""A tag, or an escaped tag when one of the groups holds backslashes."""

_TO_ESCAPE = re.compile(rf"<\\*(?={_AFTER_LESS})|@\\*(?={_AFTER_AT})")
_TO_UNESCAPE = re.compile(rf"(<\\*)\\(?={_AFTER_LESS})|(@\\*)\\(?={_AFTER_AT})")
_TAG_IN_QUOTES = re.compile(rf"<(?={_AFTER_LESS})")
_HANDLE = re.compile(r"(?:image|video|audio|mask|region)#(?:0|[1-9][0-9]{0,8})")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_BARE_VALUE = re.compile(r"[A-Za-z0-9_.#+:/%-]+")


def escape_text(text: str) -> str:
    """Return *text* such that, put into a reply, it is shown as it is and never starts a task or a reference."""
    return _TO_ESCAPE.sub(lambda match: match[0] + "\\", text)


def unescape_text(text: str) -> str:
    """Undo :func:`escape_text`."""
    return _TO_UNESCAPE.sub(lambda match: match[1] or match[2], text)


def escape_phrase(text: str) -> str:
    """Return *text* such that, between double quotes inside a task call, it reads back exactly."""
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return _TAG_IN_QUOTES.sub("<\\\\", text)


def _seconds(value: float) -> str:
    text = repr(float(value))
    return text[:-2] if text.endswith(".0") else text


def _handle(handle: str, *, medium: bool = False) -> str:
    if not _HANDLE.fullmatch(handle) or (medium and handle.startswith("region")):
        raise ValueError(f"{handle!r} is not a handle such as image#1")
    return handle


def write_arg(arg: Arg) -> str:
    """Return one argument of a call as text. Boxes and points are rounded to the grid of 0..1000; a negative point ends
    in ``,-``. Raises ValueError on a handle that the grammar cannot spell."""
    if isinstance(arg, Ref):
        return _handle(arg.handle)
    if isinstance(arg, Phrase):
        return f'"{escape_phrase(arg.text)}"'
    if isinstance(arg, Labelled):
        return f'"{escape_phrase(arg.phrase)}"{write_arg(arg.box)}'
    if isinstance(arg, Box):
        return "<box>{},{},{},{}</box>".format(*arg.to_tokens())
    if isinstance(arg, Point):
        return f"<pt>{round(arg.x * GRID)},{round(arg.y * GRID)}{'' if arg.positive else ',-'}</pt>"
    return f"<t>{_seconds(arg.start)}-{_seconds(arg.end)}</t>"


def _name(name: str, what: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not a name of a {what}: use lower-case letters, digits and _")
    return name


def write_call(call: TaskCall) -> str:
    """Return a call as ``<task>...</task>``; its id and warnings are not written. Raises ValueError on names, keys and
    handles that the grammar cannot spell. A call longer than ``grammar.BODY_LIMIT`` would not be read back."""
    words = [_name(call.task, "task"), *map(write_arg, call.args)]
    for key, value in call.params.items():
        bare = _BARE_VALUE.fullmatch(value)
        words.append(f"{_name(key, 'setting')}={value if bare else write_arg(Phrase(value))}")
    return f"<task>{' '.join(words)}</task>"


def _write_grounding(part: Grounding) -> str:
    places: list[Box | Point | Span] = [*part.boxes, *part.points, *part.spans]
    return "".join(
        (
            f"<ref>{escape_text(part.phrase)}</ref>",
            *map(write_arg, places),
            "<seg>" if part.seg else "",
            f"@{_handle(part.of, medium=True)}" if part.of else "",
        )
    )


def write(parts: Iterable[Part]) -> str:
    """Return the Text, Grounding and TaskCall parts as the one tagged text; ``grammar.parse`` reads the same parts back.

    Parts that no model writes (media, regions, steps, failures) are left out. Raises ValueError as :func:`write_call`.
    """
    pieces: list[str] = []
    words: list[str] = []  # neighbouring texts are escaped as one, since "<" and "task>" make a tag together
    after_handle = False

    def flush() -> None:
        text = "".join(words)
        words.clear()
        if after_handle and (text[:1].isdecimal() or text[:1] == "\\"):
            pieces.append("\\")  # ends the number of the handle before
        pieces.append(escape_text(text))

    for part in parts:
        if isinstance(part, Text):
            words.append(part.text)
        elif isinstance(part, Grounding | TaskCall):
            flush()
            pieces.append(_write_grounding(part) if isinstance(part, Grounding) else write_call(part))
            after_handle = isinstance(part, Grounding) and bool(part.of)
    flush()
    return "".join(pieces)
