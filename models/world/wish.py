"""What a caption asks for, as plain values: things, how they are to each other, the surroundings, what was not understood."""

from __future__ import annotations

from dataclasses import dataclass

from models.world.lexicon import verbs

_SEEN = frozenset((
    "sit", "stand", "lie", "rest", "stay", "wait", "live", "appear", "seem", "get", "be", "have", "come", "go",
    "place", "pose", "land", "park", "perch", "float", "fly", "soar", "hover", "glide", "hang", "look", "walk",
    "move", "travel", "gather", "line", "stack", "surround", "cover", "fill", "decorate", "grow", "shine", "glow",
    "mount", "seat", "set", "use", "keep", "begin", "start", "make", "try", "share", "enjoy", "like", "love", "meet",
    "join", "pass", "cross", "follow", "lead", "face", "point", "turn", "roam", "wander"
))  # fmt: skip
"""What a drawn thing may be said to do without anything looking different: where it stands or flies is shown by its place."""


@dataclass(frozen=True)
class Wanted:
    """Things of one name. *name* is the atlas's, or "" when one of *choices* shall be drawn for each; *size* a factor on the
    usual size; *doing* what they do, as said; *exact* False when *said* is not the name but near to it; *about* True when
    the number was left open."""

    name: str
    count: int = 1
    colour: str = ""
    size: float = 1.0
    doing: str = ""
    said: str = ""
    exact: bool = True
    about: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Relation:
    """The things ``Wish.things[thing]`` are *kind* to those of *others*.

    Kinds: left, right, above, below, on, in, front, behind, beside, between, around, with (merely near), wearing, holding,
    riding, facing; and without others: row, ring, stack, facing (each other), at_left, at_right, at_top, at_bottom,
    at_middle, at_front, at_back, looks_left, looks_right, at_top_left, at_top_right, at_bottom_left, at_bottom_right.
    """

    kind: str
    thing: int
    others: tuple[int, ...] = ()


@dataclass(frozen=True)
class Wish:
    """What a caption asks for. *place*, *time* and *style* are "" where nothing is said; *unknown* names what is not in the
    atlas, *loose* the words that change nothing in the picture, *without* what shall not be there; *mood*
    a key of ``models.world.moods.MOODS`` or ""."""

    things: tuple[Wanted, ...] = ()
    relations: tuple[Relation, ...] = ()
    place: str = ""
    place_colour: str = ""
    time: str = ""
    style: str = ""
    unknown: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    sayings: tuple[str, ...] = ()
    mood: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing at all was understood."""
        return not (self.things or self.place or self.time)

    def notes(self) -> list[str]:
        """Return what a person should know: what is not known, what stands for what, what had no effect."""
        notes = []
        if self.unknown:
            notes.append(f"I do not know: {', '.join(self.unknown)}.")
        notes += [
            f"“{thing.said}” is drawn as {thing.name}, the nearest that I know."
            for thing in self.things
            if thing.name and not thing.exact
        ]
        return [*dict.fromkeys([*notes, *self.unused()]), *self.sayings]

    def unused(self) -> list[str]:
        """Return a note on the words that changed nothing, if there are any."""
        return [f"These words changed nothing: {', '.join(self.loose)}."] if self.loose else []

    def unposed(self) -> list[str]:
        """Return a note on what the things do that a drawing of them does not show, if there is any such: a sleeping cat looks
        like any other."""
        done = [word for thing in self.things for word in thing.doing.split()]
        hidden = dict.fromkeys(word for word in done if verbs().get(word, word) not in _SEEN)
        return [f"A drawing does not show: {', '.join(hidden)}."] if hidden else []
