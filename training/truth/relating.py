"""Phrases that mean a thing by another: its neighbour, what is in front of it, who wears, holds or carries it, which way it looks."""

from __future__ import annotations

from random import Random

from models.values import Box
from models.world import atlas

from training.language.phrasing import Split
from training.truth.referring import AWAY, CLOSE, Reference, called, chosen, middle, nouns_for, several
from training.truth.shots import Bond, Shot

_SAID: dict[str, tuple[str, ...]] = {
    "next": ("the {n} next to the {a}", "the {n} beside the {a}", "the {n} by the {a}", "the {n} near the {a}", "the {n} close to the {a}", "{n} next to the {a}",
             "the {n} closest to the {a}", "the {n} right beside the {a}", "the {n} that stands by the {a}", "the {n} at the side of the {a}"),
    "left": ("the {n} to the left of the {a}", "the {n} left of the {a}", "{n} left of the {a}", "the {n} on the left of the {a}", "the {n} on the left side of the {a}",
             "the {n} that is left of the {a}", "the {n} which has the {a} on its right"),
    "right": ("the {n} to the right of the {a}", "the {n} right of the {a}", "{n} right of the {a}", "the {n} on the right of the {a}", "the {n} on the right side of the {a}",
              "the {n} that is right of the {a}", "the {n} which has the {a} on its left"),
    "above": ("the {n} above the {a}", "the {n} over the {a}", "{n} above the {a}", "the {n} higher than the {a}", "the {n} that is over the {a}"),
    "below": ("the {n} below the {a}", "the {n} under the {a}", "{n} beneath the {a}", "the {n} lower than the {a}", "the {n} underneath the {a}"),
    "behind": ("the {n} behind the {a}", "the {n} partly hidden by the {a}", "{n} behind the {a}", "the {n} half covered by the {a}", "the {n} at the back of the {a}"),
    "front": ("the {n} in front of the {a}", "{n} in front of the {a}", "the {n} before the {a}", "the {n} that covers part of the {a}", "the {n} hiding a bit of the {a}"),
    "facing": ("the {n} facing {s}", "the {n} facing the {s}", "the {n} looking to the {s}", "the {n} that looks {s}", "the {n} turned to the {s}", "{n} facing {s}",
               "the {n} whose head points to the {s}", "the {n} pointing to the {s}"),
    "wearer": ("the {n} with the {a}", "the {n} wearing the {a}", "the {n} in the {a}", "the {n} that wears the {a}", "the {n} with the {a} on", "{n} with {a}", "the {n} who has the {a} on"),
    "worn": ("the {n} on the {a}", "the {n} that the {a} wears", "what the {a} wears", "the {n} on the {a}'s head", "the thing on the {a}'s head", "the {n} of the {a}", "what the {a} has on its head"),
    "holder": ("the {n} with the {a}", "the {n} holding the {a}", "the {n} that holds the {a}", "the {n} who carries the {a}", "{n} with {a}", "the {n} who has the {a}"),
    "held": ("what the {a} holds", "the {n} that the {a} holds", "the thing that the {a} is holding", "the {n} in the hand of the {a}", "what the {a} is carrying", "the {n} the {a} has",
             "whatever the {a} is holding"),
    "rider": ("the {n} on the {a}", "the {n} riding the {a}", "the {n} that rides the {a}", "whoever rides the {a}", "{n} on {a}", "the one on the {a}", "the {n} sitting on the {a}"),
    "ridden": ("the {n} that the {a} rides", "what the {a} is riding", "the {n} under the {a}", "the {n} with the {a} on it", "what the {a} rides on"),
    "sitter": ("the {n} on the {a}", "the {n} that is on the {a}", "what is on the {a}", "{n} on the {a}", "whatever sits on the {a}", "the {n} sitting on the {a}"),
    "seat": ("the {n} with the {a} on it", "what the {a} sits on", "the {n} under the {a}", "the {n} that the {a} is on", "the {n} below the {a}"),
    "content": ("the {n} in the {a}", "what is in the {a}", "the {n} inside the {a}", "whatever is in the {a}", "{n} in the {a}", "the content of the {a}"),
    "container": ("the {n} with the {a} in it", "the {n} that holds the {a}", "what the {a} is in", "the {n} containing the {a}", "the {n} the {a} is in"),
}  # fmt: skip
"""How each relation is said: {n} the thing meant, {a} the other one."""
_BONDS = {
    "wearing": ("worn", "wearer"),
    "holding": ("held", "holder"),
    "riding": ("rider", "ridden"),
    "on": ("sitter", "seat"),
    "in": ("content", "container"),
}
"""What the child and the bearer of a bond are to each other."""


def gap(shot: Shot, one: int, other: int) -> float:
    """Return how far apart the boxes of two things are, in units of the frame's shorter side; 0 where they touch."""
    a, b = shot.boxes[one], shot.boxes[other]
    short = min(shot.width, shot.height)
    across = max(0.0, a.x0 - b.x1, b.x0 - a.x1) * shot.width / short
    down = max(0.0, a.y0 - b.y1, b.y0 - a.y1) * shot.height / short
    return float((across**2 + down**2) ** 0.5)


def stands(shot: Shot, one: int, other: int, how: str) -> int:
    """Return whether *one* stands to *other* as *how* says (next, left, right, above, below): 2 surely, 1 perhaps, 0 surely not."""
    a, b = shot.boxes[one], shot.boxes[other]
    if how == "next":
        away = gap(shot, one, other)
        return 2 if away <= CLOSE and _level(a, b) else 0 if away >= AWAY else 1
    if how in ("right", "below"):
        return stands(shot, other, one, "left" if how == "right" else "above")
    mine, yours = middle(shot, one), middle(shot, other)
    if how == "left":
        return 2 if a.x1 <= b.x0 + 0.02 and abs(mine[1] - yours[1]) < 0.3 else 0 if mine[0] > yours[0] + 0.03 else 1
    return 2 if a.y1 <= b.y0 + 0.02 and abs(mine[0] - yours[0]) < 0.14 else 0 if mine[1] > yours[1] + 0.03 else 1


def _level(a: Box, b: Box) -> bool:
    """Return whether the boxes share some height, so that one is beside the other and not over it."""
    return min(a.y1, b.y1) - max(a.y0, b.y0) > 0.3 * min(a.y1 - a.y0, b.y1 - b.y0)


def _anchor(rng: Random, shot: Shot, number: int) -> str:
    """Return a noun that fits the thing *number* alone, "" when there is none."""
    return next((noun for noun in nouns_for(rng, shot.thing(number).name) if called(shot, noun) == (number,)), "")


def by_neighbour(rng: Random, shot: Shot, split: Split) -> Reference | None:
    """By where it stands to another thing that nothing else is called like."""
    found = several(rng, shot, 1 if rng.random() < 0.3 else 2, 5)
    if found is None:
        return None
    noun, ids = found
    for other in rng.sample(shot.scene.things, len(shot.scene.things)):
        if other.id in ids or shot.bearer(other.id) or any(b.bearer == other.id for b in shot.bonds):
            continue
        name = _anchor(rng, shot, other.id)
        for how in rng.sample(("next", "left", "right", "above", "below"), 5) if name else ():
            sure = {number: stands(shot, number, other.id, how) for number in ids}
            meant = tuple(number for number in ids if sure[number] == 2)
            if len(meant) == 1 and 1 not in sure.values():
                said = chosen(rng, split, _SAID[how]).replace("{n}", noun).replace("{a}", name)
                return Reference(said, meant, f"relation.{how}", noun)
    return None


def by_depth(rng: Random, shot: Shot, split: Split) -> Reference | None:
    """By what it covers a part of, or is partly covered by."""
    order = [thing.id for thing in shot.scene.things]
    hidden = [
        number
        for number in order
        if shot.visible[number] < 0.93 and not any(number in (b.child, b.bearer) for b in shot.bonds)
    ]
    for far in rng.sample(hidden, len(hidden)):
        near = [
            number
            for number in order[order.index(far) + 1 :]
            if gap(shot, far, number) == 0 and not shot.bearer(number)
        ]
        if len(near) != 1:
            continue
        how, one, other = rng.choice((("behind", far, near[0]), ("front", near[0], far)))
        noun, name = _anchor(rng, shot, one), _anchor(rng, shot, other)
        twin = next(
            (
                n
                for n in nouns_for(rng, shot.thing(one).name)
                if (same := called(shot, n)) and one in same and other not in same
            ),
            "",
        )
        if name and (noun or twin):
            said = chosen(rng, split, _SAID[how]).replace("{n}", twin or noun).replace("{a}", name)
            lone = all(gap(shot, number, other) > CLOSE for number in called(shot, twin or noun) or () if number != one)
            if lone:
                return Reference(said, (one,), f"relation.{how}", twin or noun)
    return None


def by_bond(rng: Random, shot: Shot, split: Split) -> Reference | None:
    """By what it bears, or by what bears it: "what the man holds", "the cat with the hat"."""
    for bond in rng.sample(shot.bonds, len(shot.bonds)):
        lower = rng.random() < 0.5
        role = _BONDS[bond.kind][0 if lower else 1]
        one, other = (bond.child, bond.bearer) if lower else (bond.bearer, bond.child)
        name = _anchor(rng, shot, other)
        noun = _bond_noun(rng, shot, bond, one)
        if not name or not noun:
            continue
        said = chosen(rng, split, _SAID[role])
        human = atlas.entry(shot.thing(other).name).group == "people"
        said = (
            said.replace("{n}", noun)
            .replace("{a}", name)
            .replace("on its head", "on the head" if human else "on its head")
        )
        return Reference(said, (one,), f"bond.{role}", noun)
    return None


def _bond_noun(rng: Random, shot: Shot, bond: Bond, one: int) -> str:
    """Return a noun for the thing *one* of *bond* that no other thing in such a bond is called by."""
    bound = {b.child for b in shot.bonds} if one == bond.child else {b.bearer for b in shot.bonds}
    for noun in nouns_for(rng, shot.thing(one).name):
        ids = called(shot, noun)
        if ids and one in ids and bond.bearer + bond.child - one not in ids and not (bound - {one}) & set(ids):
            return noun
    return ""


def looks(shot: Shot, number: int) -> str:
    """Return which way a thing looks, left or right; "" where its picture shows no side."""
    thing = shot.thing(number)
    facing = atlas.entry(thing.name).facing
    if facing not in ("left", "right") or abs(thing.rotation) > 10:
        return ""
    return facing if not thing.flip else {"left": "right", "right": "left"}[facing]


def by_facing(rng: Random, shot: Shot, split: Split) -> Reference | None:
    """By the way it looks, where the others of its name look the other way."""
    found = several(rng, shot, 2, 4)
    if found is None:
        return None
    noun, ids = found
    ways = {number: looks(shot, number) for number in ids}
    if "" in ways.values() or any(atlas.entry(shot.thing(n).name).group not in ("animals", "vehicles") for n in ids):
        return None
    for side in rng.sample(("left", "right"), 2):
        meant = tuple(number for number in ids if ways[number] == side)
        if len(meant) == 1:
            said = chosen(rng, split, _SAID["facing"]).replace("{n}", noun).replace("{s}", side)
            return Reference(said, meant, "facing", noun, f"the one facing {side}")
    return None
