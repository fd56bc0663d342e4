"""In which medium the things are that a reply names: what it says of a medium and what it points at must be the same one.

"In image#1 I see a dog" points at things of image#1, and so do the words after it until another handle; "I see two dogs in image#2" tells
afterwards where the things are that it pointed at. An answer about media that the person named points at nothing in others. A reply about what
is seen names nothing that is heard, and the other way round.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from models.percepts import SOUND

ENDS = (".", "!", "?")
_SEEN, _HEARD = "t:seen", "t:heard"
_BOTH = ("added", "gone", "tinted", "turned", "differ", "common", "more", "which")
"""Topics about two media, of which the person may have named one alone."""


def meant(named: Collection[tuple[str, int]], drawn: Collection[tuple[str, int]]) -> list[str]:
    """Return the media that an answer is about, by what the person *named* (kinds and numbers) and the media that were *drawn* on; none, for any,
    where nothing or a mark is named, which lies on a medium that need not be."""
    if not named or any(kind in ("region", "mask") for kind, _ in named):
        return []
    return [f"{kind}#{number}" for kind, number in {*named, *drawn}]


class Attributing:
    """Follows the running words of one reply. *of* is the medium of each row of the bank that can be pointed at ("" for others), *kinds* what
    percepts it is of, *named* the media that the person names: an answer is about those of them that something is perceived of."""

    def __init__(self, of: Sequence[str], kinds: Sequence[int], named: Collection[str] = ()) -> None:
        self.of, self.kinds, self.named = of, kinds, set(named).intersection(of)
        self.topic = ""
        self.word = ""
        self.kind = ""
        """The kind of the handle whose number comes next, else ""."""
        self.after = False
        """Whether that handle tells where what was named before is: it comes after "in"."""
        self.about = ""
        """The medium that was named, and of which all is that is named next."""
        self.loose = ""
        """The medium of what was named and not yet said to be in any."""
        self.pointed = False
        """Whether something was named since the last handle."""
        self.used: set[str] = set()
        """The media of which this sentence told what is in them: what else it names, where it is about two, is in another."""

    def say(self, name: str) -> None:
        """Note a token of running words, or the topic, by its *name*."""
        if name.startswith("t:"):
            self.topic = name
        elif name.startswith("i:") and self.kind:
            self._handle(f"{self.kind}#{name[2:]}")
        elif name.startswith("w:"):
            word = name[2:].strip()
            self.kind, self.after = word[:-1] if word.endswith("#") else "", self.word == "in" and bool(self.loose)
            if word in ENDS:
                self.about = self.loose = ""
                self.used.clear()
            elif word == "there" and self.pointed:  # "I see two dogs there and one in image#2"
                self.about = ""
            self.word = word

    def _handle(self, handle: str) -> None:
        self.about = handle if not self.after and handle in self.of else ""
        self.used.add(self.loose or handle)
        self.kind = self.loose = ""
        self.pointed = False

    @property
    def _both(self) -> bool:
        return self.topic.partition(".")[2].startswith(_BOTH)

    def point(self, row: int) -> None:
        """Note that *row* was pointed at."""
        self.loose = "" if self.about else self.of[row]
        self.pointed = True

    def numbers(self) -> list[str]:
        """Return the tokens of the number of the handle being written, where it can only be one; [] where it may be any."""
        kind, _, number = self.loose.partition("#")
        return [f"i:{number}"] if self.kind and self.after and self.kind == kind else []

    def only(self, kind: int) -> bool:
        """Return whether a reply of this topic may name what is perceived as rows of *kind*."""
        return not self.topic.startswith(_SEEN if kind == SOUND else _HEARD)

    def fits(self, row: int) -> bool:
        """Return whether *row*, which can be pointed at, may be named next."""
        if not self.only(self.kinds[row]):
            return False
        if self.named and self.of[row] not in self.named and self.topic.startswith((_SEEN, _HEARD)) and not self._both:
            return False
        if self.about or self.loose:
            return self.of[row] == (self.about or self.loose)
        return not self._both or self.of[row] not in self.used
