"""Which words people use for the things of a picture, and for things that are not in it."""

from __future__ import annotations

from functools import lru_cache

from models.plurals import uncounted
from models.world import atlas

from training.language.phrasing import Split
from training.seeing.talk import Seen
from training.seeing.views import View
from training.truth.referring import nouns_for
from training.truth.words import KINDS, cast, kept_back, plural_only


@lru_cache(maxsize=2)
def _pool(split: Split) -> tuple[str, ...]:
    return (*kept_back(), *cast("train")[::8]) if split == "held_out" else cast("train")


@lru_cache(maxsize=64)
def _kin(split: Split, group: str) -> tuple[str, ...]:
    return tuple(name for name in _pool(split) if atlas.entry(name).group == group)


def one(d: Seen, view: View, *, singular: bool = True, alone: bool = False) -> tuple[str, tuple[int, ...]] | None:
    """Return a noun for a thing of *view* and the ids of all that it names, or None; *alone*: there is just one of it; *singular*:
    it has one."""
    for number in d.rng.sample(view.known, len(view.known)):
        name = view.thing(number).name
        for noun in nouns_for(d.rng, name)[:3]:
            if not d.says(noun) or (singular and (plural_only(noun) or uncounted(name))) or noun in ("thing", "object"):
                continue
            ids = view.called(noun)
            if ids and (len(ids) == 1 or not alone):
                return noun, ids
    return None


def absent(d: Seen, view: View, *, singular: bool = True) -> str:
    """Return a noun for something that surely is not in *view*: often a near relation of what is; "" when none is found."""
    for _ in range(12):
        names = _pool(d.split)
        if view.ids and d.chance(0.45):
            names = _kin(d.split, atlas.entry(view.thing(d.rng.choice(view.ids)).name).group) or names
        name = d.rng.choice(names)
        noun = d.rng.choice(list(KINDS)) if d.chance(0.12) else d.rng.choice(nouns_for(d.rng, name)[:2])
        if d.says(noun) and not (singular and plural_only(noun)) and view.absent(noun):
            return noun
    return ""
