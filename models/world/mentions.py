"""Which words of a caption name which things of a scene: by name, synonym, plural and what picks one among several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from models.world import atlas
from models.world.acts import Mention, words_of
from models.world.scene import Scene, Thing
from models.world.verbs import FORMS, KNOWN

_ORDINALS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "one": 0}


def find_mentions(words: Sequence[str], scene: Scene, aliases: Mapping[str, tuple[str, ...]]) -> list[Mention]:
    """Return where *words* name things of *scene*: by name, synonym, plural or alias, the longest first; a word such as
    "left", "red", "first", "one" or "other" before it picks among several."""
    forms: dict[tuple[str, ...], list[Thing]] = {}
    for thing in scene.things:
        for form in _names(thing.name, aliases):
            forms.setdefault(form, []).append(thing)
    found: list[Mention] = []
    used: dict[str, list[int]] = {}
    i = 0
    while i < len(words):
        for length in (4, 3, 2, 1):
            things = forms.get(tuple(words[i : i + length]))
            verb = bool(found) and found[-1].end == i and words[i] in FORMS  # "the fly flies"
            if things and i + length <= len(words) and not verb:
                found.append(_picked(words, i, i + length, things, used))
                i += length - 1
                break
        else:
            if words[i] in ("one", "other", "others", "another", "rest") and not _before_noun(words, i, forms):
                found += _rest(words[i] == "one", i, scene, used)
        i += 1
    return found


def _rest(one: bool, i: int, scene: Scene, used: dict[str, list[int]]) -> list[Mention]:
    """Return the mention that "one" or "the other" makes at word *i*, of the things named last."""
    for name in reversed(used):
        ids = [thing.id for thing in sorted(scene.things, key=lambda thing: thing.x) if thing.name == name]
        if len(ids) > 1:
            before = used[name] if len(used[name]) < len(ids) else ids[:1]
            chosen = ids[:1] if one else [number for number in ids if number not in before]
            used[name] = chosen
            return [Mention(i, i + 1, tuple(chosen))] if chosen else []
    return []


def _before_noun(words: Sequence[str], i: int, forms: Mapping[tuple[str, ...], object]) -> bool:
    return any((word,) in forms for word in words[i + 1 : i + 3])


def _names(name: str, aliases: Mapping[str, tuple[str, ...]]) -> Iterable[tuple[str, ...]]:
    """Return every form, as words, by which a text may name the thing *name*."""
    known = [name, *(phrase for phrase, goal in aliases.items() if name in goal)]
    try:
        entry = atlas.entry(name)
        known += [entry.plural, *entry.synonyms]
    except KeyError:
        pass
    forms = {tuple(words_of(form)) for form in known} - {()}
    heads = {
        form[-1:] for form in forms if len(form) > 1 and form in (tuple(words_of(name)), tuple(words_of(known[-1])))
    }
    plurals = {(*form[:-1], _plural(form[-1])) for form in forms | heads}
    return forms | heads | plurals


def _plural(word: str) -> str:
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    return word[:-1] + "ies" if word.endswith("y") and word[-2:-1] not in "aeiou" else word + "s"


def _picked(words: Sequence[str], start: int, end: int, things: Sequence[Thing], used: dict[str, list[int]]) -> Mention:
    """Return the mention of some of *things*, as the words before it say which."""
    before = words[max(0, start - 3) : start]
    ordered = sorted(things, key=lambda thing: thing.x)
    ids = [thing.id for thing in ordered]
    name = things[0].name
    tinted = [thing.id for thing in ordered if thing.tint and thing.tint in before]
    number = next((_ORDINALS[word] for word in reversed(before) if word in _ORDINALS), None)
    if tinted:
        ids = tinted
    elif len(ids) > 1 and "other" in before:
        ids = [i for i in ids if i not in used.get(name, ids[:1])] or ids[1:]
    elif len(ids) > 1 and before[-1:] in (["left"], ["leftmost"]):
        ids = ids[:1]
    elif len(ids) > 1 and before[-1:] in (["right"], ["rightmost"]):
        ids = ids[-1:]
    elif len(ids) > 1 and number is not None and not words[end - 1].endswith("s"):
        ids = ids[number : number + 1] or ids[-1:]
    used[name] = ids
    return Mention(start, end, tuple(ids))


def unknown_verbs(words: Sequence[str], mentions: Sequence[Mention]) -> list[str]:
    """Return words that stand where a verb stands and look like one, but that no motion is known for."""
    found = []
    for mention in mentions:
        i = mention.end
        while i < len(words) and (words[i] in ("is", "are", "that", "which", "to") or words[i].endswith("ly")):
            i += 1
        if (
            i < len(words)
            and words[i] not in KNOWN
            and words[i] not in FORMS
            and " ".join(words[i : i + 2]) not in FORMS
        ):
            verb = words[i].endswith("ing") or (words[i].endswith("s") and i == mention.end and len(words[i]) > 3)
            if verb and not any(m.start <= i < m.end for m in mentions):
                found.append(words[i])
    return list(dict.fromkeys(found))
