"""A reply's words as Markdown that holds no HTML of theirs, in code and out of it.

The browser's Markdown escapes what stands in code itself, so text that was escaped before shows ``&lt;`` there. Whether a
place is code is therefore not left to it: code is found here and written as the only tags there are, ``<code>`` and
``<pre>``, with every sign in it as a number. Where code is found otherwise than people expect, the difference is one of
looks and never lets a tag through.

Words that name a mask or a box become ``<button class="u-ph u-k-...">``, which lights up together with it; nothing but classes
made here stands in those tags.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

_FENCE = re.compile(r"(?P<lead>(?:[ \t]|[-*+][ \t]|[0-9]{1,9}[.)][ \t])*)(?P<mark>`{3,}(?=[^`]*$)|~{3,})")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|[0-9]{1,9}[.)])[ \t]+")
_GAP = re.compile(r"(\n[ \t]*(?:\n[ \t]*)+)")
_SPECIAL = re.compile(r"(?<!\\)(\\*)([<>&`])")  # tried once for each run of backslashes, not at every one of them
_ENTITY = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "`": "&#96;"}


_LINKED = r"\]\([^)]*\)|\]\[[^\]]*\]|[A-Za-z][A-Za-z0-9+.-]*://\S+"
"""Addresses, in which no word is a name of anything."""
_KEY = re.compile(r"[A-Za-z0-9-]+")
Names = Mapping[str, Sequence[str]]
"""What names a place: words as they are said -> the keys of the masks and boxes that they name."""
HUES = 8
"""Colours of things that the page's style knows, as ``u-c0`` and on."""


def markdown(text: str, names: Names | None = None, hues: Mapping[str, int] | None = None) -> str:
    """Return *text* as Markdown that holds no HTML of its own and loads nothing: tags are shown, pictures become links. Words
    that are among *names*, outside of code and addresses, become buttons that light up what they name, in the colour that *hues*
    has for its first key."""
    return "\n".join(_blocks(text.split("\n"), _marker(names or {}, hues or {})))


def phrase(words: str, keys: Sequence[str], hue: int | None = None) -> str:
    """Return *words* as a button that lights up what goes by *keys*, in the colour of the thing *hue* (from 0)."""
    marks = [f"u-k-{key}" for key in keys if _KEY.fullmatch(key)]
    classes = " ".join([*marks, *([] if hue is None else [f"u-c{hue % HUES}"])])
    said = _numbered(" ".join(words.split()))
    return f'<button class="u-ph {classes}">{said}</button>' if said else ""


def _marker(names: Names, hues: Mapping[str, int]) -> Callable[[str], str]:
    """Return the function that escapes a piece of words and marks the names in it."""
    known = {" ".join(words.lower().split()): keys for words, keys in names.items() if any(map(str.isalnum, words))}
    if not known:
        return plain
    longest = sorted(known, key=len, reverse=True)
    either = "|".join(r"\s+".join(map(re.escape, words.split())) for words in longest)
    pattern = re.compile(rf"{_LINKED}|(?<![\w#\\])({either})(?![\w#])", re.IGNORECASE)

    def marked(text: str) -> str:
        out, at = [], 0
        for found in pattern.finditer(text):
            if found[1]:
                keys = known[" ".join(found[1].lower().split())]
                hue = next((hues[key] for key in keys if key in hues), None)
                out += [plain(text[at : found.start()]), phrase(found[1], keys, hue)]
                at = found.end()
        return "".join([*out, plain(text[at:])])

    return marked


def plain(text: str) -> str:
    """Return *text*, in which no code is looked for, with its tags shown. A backslash before a sign is Markdown's own way to show it, and is not shown."""

    def shown(found: re.Match[str]) -> str:
        return found[1][: len(found[1]) // 2 * 2] + _ENTITY[found[2]]

    return _SPECIAL.sub(shown, text).replace("![", "!\\[")


def _blocks(lines: list[str], plainly: Callable[[str], str]) -> Iterator[str]:
    """Yield each block of code as one line, and what stands between two of them as it is, escaped."""
    words: list[str] = []
    fresh, inner, at = True, 0, 0  # whether a block may begin, and how far the text of a list's item is indented
    while at < len(lines):
        line = lines[at]
        fence = _FENCE.match(line)
        if fence:
            end, code = _fenced(lines, at, fence)
            # Deeper than this the browser would take the tag itself for code.
            lead = fence["lead"] if fence["lead"].strip() else " " * min(_indent(line), inner + 3)
        elif fresh and _indent(line) >= inner + 4:
            end, code = _indented(lines, at, inner + 4)
            lead = " " * inner
        else:
            item = _ITEM.match(line)
            if item:
                inner = len(item[0].expandtabs(4))
            elif fresh and line.strip():
                inner = min(inner, _indent(line))
            fresh = not line.strip()
            words.append(line)
            at += 1
            continue
        yield from _prose(words, plainly)
        yield f"{lead}<pre><code>{_numbered(code)}</code></pre>"
        words, fresh, at = [], True, end
    yield from _prose(words, plainly)


def _indent(line: str) -> int:
    """Return how many columns *line* is indented; 0 for a blank one."""
    return len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip()) if line.strip() else 0


def _fenced(lines: list[str], start: int, fence: re.Match[str]) -> tuple[int, str]:
    """Return the number of the line after a fenced block and its code; one that is still open goes on to the end."""
    mark, width = fence["mark"], len(fence["lead"])
    end = start + 1
    while end < len(lines):
        bare = lines[end].strip()
        if len(bare) >= len(mark) and not bare.strip(mark[0]):
            break
        end += 1
    inside = [line[min(width, len(line) - len(line.lstrip(" \t"))) :] for line in lines[start + 1 : end]]
    return end + 1, "\n".join(inside)


def _indented(lines: list[str], start: int, width: int) -> tuple[int, str]:
    """Return the number of the line after an indented block and its code."""
    end = start
    for number in range(start, len(lines)):
        if _indent(lines[number]) >= width:
            end = number + 1
        elif lines[number].strip():
            break
    return end, "\n".join(line.expandtabs(4)[width:] for line in lines[start:end])


def _prose(lines: list[str], plainly: Callable[[str], str]) -> Iterator[str]:
    """Yield *lines* as one text, if there are any: the spans of code in it as tags, everything else escaped."""
    if lines:
        # No span of code reaches beyond a blank line.
        pieces = _GAP.split("\n".join(lines))
        yield "".join(piece if number % 2 else _paragraph(piece, plainly) for number, piece in enumerate(pieces))


def _paragraph(text: str, plainly: Callable[[str], str]) -> str:
    runs = [run.span() for run in re.finditer("`+", text)]
    later: dict[int, list[int]] = {}  # the runs of each length, the first one last
    for number in reversed(range(len(runs))):
        later.setdefault(runs[number][1] - runs[number][0], []).append(number)
    out, at, following = [], 0, 0
    for number, (start, end) in enumerate(runs):
        same = later[end - start]
        same.pop()
        if number < following or not same or _isplain(text, start):
            continue
        shut, until = runs[same[-1]]
        out += [plainly(text[at:start]), f"<code>{_numbered(_span(text[end:shut]))}</code>"]
        at, following = until, same[-1] + 1
    return "".join([*out, plainly(text[at:])])


def _isplain(text: str, at: int) -> bool:
    """Tell whether an odd number of backslashes stands before *at*."""
    before = at
    while before and text[before - 1] == "\\":
        before -= 1
    return bool((at - before) % 2)


def _span(code: str) -> str:
    """Return the inside of a span as it is shown: on one line, without the spaces that keep a backtick at its end apart."""
    line = code.replace("\n", " ")
    return line[1:-1] if line.strip() and line[0] == line[-1] == " " else line


def _numbered(code: str) -> str:
    return "".join(sign if sign.isalnum() or sign == " " else f"&#{ord(sign)};" for sign in code)
