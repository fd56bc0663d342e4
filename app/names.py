"""How the model and the person name the same media. A person's handle is given when a file is attached and never changes,
so a file that waits in the composer while a reply is made takes a number that the model knows nothing of. The model counts
what it was shown, and names what a call will make before it is made: the next number. Both are right in their own words,
and this is the dictionary between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from models.values import Failure, Grounding, Labelled, Media, Message, Phrase, Ref, Region, TaskCall, Text

NOWHERE = 500
"""What one side names and the other does not have is told so many numbers further on, where nothing is."""
_HANDLE = re.compile(r"\b(?ai:(image|video|audio|mask))#([0-9]{1,6})(?![0-9])")
"""A handle as people type it too: "Image#2". The model reads it in whatever case (models.unified.rules)."""


class Names:
    """The media of *messages* under both names. While the two agree, as they nearly always do, nothing is changed."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self._counts: dict[str, int] = {}
        self._to_model: dict[str, str] = {}
        self._to_person: dict[str, str] = {}
        self._agree = True
        for message in messages:
            self.add(part for part in message.parts if isinstance(part, Media))

    def add(self, media: Iterable[Media]) -> None:
        """Take in media that became part of the conversation just now, in their order."""
        for medium in media:
            if medium.handle in self._to_model:
                continue
            self._counts[medium.kind] = number = self._counts.get(medium.kind, 0) + 1
            theirs = f"{medium.kind}#{number}"
            self._to_model[medium.handle] = theirs
            self._to_person[theirs] = medium.handle
            self._agree = self._agree and theirs == medium.handle

    def for_model(self, message: Message) -> Message:
        """Return *message* with every handle as the model knows it, those in running words included."""
        if self._agree:
            return message
        return replace(message, parts=tuple(_renamed(part, self._to_model) for part in message.parts))

    def handle_for_model(self, handle: str) -> str:
        """Return a medium's *handle*, or a region's, as the model knows it."""
        return handle if self._agree else _name(handle, self._to_model)

    def shelf_for_model(self, shelf: Mapping[str, Media]) -> dict[str, Media]:
        """Return *shelf* by the model's handles."""
        media = [medium if self._agree else _renamed(medium, self._to_model) for medium in shelf.values()]
        return {medium.handle: medium for medium in media}

    def words(self, text: str) -> str:
        """Return *text* of the model with every handle as the person knows it."""
        return text if self._agree else _words(text, self._to_person)

    def for_person(self, part: Any) -> Any:
        """Return a call, a grounding or a failure of the model with every handle as the person knows it. What a call that failed
        would have made has no handle, so it becomes one that is not there and never another medium's."""
        return part if self._agree else _renamed(part, self._to_person)


def _name(handle: str, known: Mapping[str, str]) -> str:
    found = _HANDLE.fullmatch(handle)
    if handle in known or found is None:
        return known.get(handle, handle)
    number = int(found[2])
    return f"{found[1]}#{number - NOWHERE if number > NOWHERE else number + NOWHERE}"


def _words(text: str, known: Mapping[str, str]) -> str:
    return _HANDLE.sub(lambda found: _name(found[0].lower(), known), text)


def _argument(arg: Any, known: Mapping[str, str]) -> Any:
    if isinstance(arg, Ref):
        return Ref(_name(arg.handle, known))
    if isinstance(arg, Phrase):
        return Phrase(_words(arg.text, known))
    return replace(arg, phrase=_words(arg.phrase, known)) if isinstance(arg, Labelled) else arg


def _renamed(part: Any, known: Mapping[str, str]) -> Any:
    """Return *part* with the names of *known* in place of its own."""
    if isinstance(part, Media):
        of = part.meta.get("of")
        meta = {**part.meta, "of": _name(of, known)} if isinstance(of, str) else part.meta
        return replace(part, handle=_name(part.handle, known), meta=meta)
    if isinstance(part, Region):
        return replace(part, of=_name(part.of, known), mask=part.mask and _name(part.mask, known))
    if isinstance(part, TaskCall):
        warnings = tuple(_words(warning, known) for warning in part.warnings)
        return replace(part, args=tuple(_argument(arg, known) for arg in part.args), warnings=warnings)
    if isinstance(part, Failure):
        return replace(part, what=_words(part.what, known), hint=_words(part.hint, known))
    if isinstance(part, Grounding):
        return replace(part, of=_name(part.of, known), phrase=_words(part.phrase, known))
    return Text(_words(part.text, known)) if isinstance(part, Text) else part
