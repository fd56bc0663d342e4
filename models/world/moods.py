"""Moods of a whole scene: an hour or a weather that goes with each, and a grading of the colours over all of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from models.world.scene import AROUND, FLAT, INDOOR, MOST_MOODS, Backdrop, Scene


@dataclass(frozen=True)
class Mood:
    """*grade* is one of ``models.world.grades.MOODS``; *outdoors*, *indoors* and *photo* the hour or weather that goes with it under
    a sky, in a room and for a photo, "" for the one that is; *kept* hours that suit it as well and stay."""

    grade: str
    outdoors: str = ""
    indoors: str = ""
    photo: str = ""
    kept: tuple[str, ...] = ()


MOODS: dict[str, Mood] = {
    "spooky": Mood("eerie", "night", "night", "night", ("fog", "storm")),
    "cosy": Mood("cosy", "sunset", "night", "", ("night", "snowfall", "rain")),
    "dramatic": Mood("dramatic", "storm", "storm", "", ("sunset", "night")),
    "cheerful": Mood("cheerful", "day", "day", "", ("morning",)),
    "gloomy": Mood("gloomy", "rain", "rain", "", ("fog", "storm")),
    "romantic": Mood("romantic", "sunset", "sunset", "", ("night",)),
    "calm": Mood("calm", "morning", "morning", "", ("day", "sunset", "snowfall", "night")),
    "mysterious": Mood("mysterious", "fog", "night", "", ("night",)),
}  # fmt: skip
"""Every mood that brings an hour with it."""
GRADES = {
    "warm": "warmer",
    "cold": "colder",
    "vivid": "more colourful",
    "faded": "paler",
    "bright": "brighter",
    "dim": "darker",
}
"""Gradings that go over the hour that is, and how the scene is then; each pair undoes one another."""
_WORDS = {
    "spooky": "spooky scary creepy haunted eerie sinister frightening horror halloween spookier scarier creepier",
    "cosy": "cosy cozy snug homely homey comfy cosier cozier",
    "dramatic": "dramatic epic",
    "cheerful": "cheerful happy joyful merry fun jolly lively upbeat happier",
    "gloomy": "gloomy sad melancholic melancholy dreary depressing bleak moody somber sombre sadder gloomier",
    "romantic": "romantic",
    "calm": "calm peaceful relaxing relaxed serene tranquil soothing calmer",
    "mysterious": "mysterious mystic mystical enigmatic",
}
NAMED: dict[str, str] = {word: mood for mood, words in _WORDS.items() for word in words.split()}
"""The mood that each word stands for."""
OF_PLACES = (
    frozenset(NAMED)
    - frozenset(_WORDS["cheerful"].split())
    - {"sad", "sadder", "relaxed", "relaxing", "calm", "calmer", "moody", "epic"}
)
"""Words that tell in a caption how the whole scene is; "a happy dog" or "a sad clown" is only how that one is."""


def of_caption(loose: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return the mood that one of the *loose* words of a caption stands for, "" for none, and the words that are left."""
    found = [word for word in loose if word in OF_PLACES]
    return NAMED[found[0]] if found else "", tuple(word for word in loose if word not in found)


def hour(mood: str, backdrop: Backdrop, *, chosen: bool = True) -> str:
    """Return the hour or weather of *backdrop* in the mood *mood*; its own where it has no sky and no lamps, or where it was
    *chosen* and suits the mood as well. Raises KeyError for a word that is no key of MOODS."""
    if backdrop.kind in (*FLAT, *AROUND, "moon"):
        return backdrop.time
    asked = MOODS[mood]
    if chosen and backdrop.time in asked.kept:
        return backdrop.time
    return asked.indoors if backdrop.kind in INDOOR else asked.outdoors


def mooded(scene: Scene, mood: str) -> Scene:
    """Return *scene* in *mood*, a key of MOODS, in place of what moods it had; or graded as *mood*, one of GRADES, over them."""
    if mood in MOODS:
        chosen = not {one.grade for one in MOODS.values()} & set(scene.moods)  # else the mood before brought the hour
        back = replace(scene.backdrop, time=hour(mood, scene.backdrop, chosen=chosen))
        return replace(scene, backdrop=back, moods=(MOODS[mood].grade,))
    place = list(GRADES).index(mood)
    other = list(GRADES)[place + 1 if place % 2 == 0 else place - 1]
    if other in scene.moods:  # brighter after darker: back to where it was
        kept = list(scene.moods)
        kept.remove(other)
        return replace(scene, moods=tuple(kept))
    return replace(scene, moods=(*scene.moods, mood)[-MOST_MOODS:])
