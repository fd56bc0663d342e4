"""The words in which sounds are asked for: which word means which class, what verbs do to their subject, and how much,
how high, how loud and how often. Data and look-ups; :mod:`models.world.hear` reads whole captions with them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from models.world.sounds import CLASSES

NUMBERS = {
    "one": 1, "single": 1, "two": 2, "couple": 2, "pair": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "twenty": 20, "dozen": 12,
}  # fmt: skip
TIMES = {"once": 1, "twice": 2, "thrice": 3}
LOUD = {
    "loud": 1.5, "loudly": 1.5, "louder": 1.5, "blaring": 1.5, "booming": 1.5, "heavy": 1.35, "heavily": 1.35, "strong": 1.35,
    "hard": 1.3, "deafening": 1.8, "violent": 1.5, "fierce": 1.4, "intense": 1.4, "quiet": 0.4, "quietly": 0.4, "soft": 0.45,
    "softly": 0.45, "gentle": 0.45, "gently": 0.45, "faint": 0.3, "faintly": 0.3, "light": 0.5, "lightly": 0.5, "slight": 0.5,
    "slightly": 0.6, "muffled": 0.4, "silent": 0.25, "calm": 0.5, "mild": 0.6, "quieter": 0.4, "softer": 0.45,
}  # fmt: skip
"""Factors of the loudness."""
FAR = frozenset({"distant", "distance", "far", "faraway", "afar", "remote", "distantly"})
BEHIND = frozenset({"background", "throughout", "constantly", "continuously", "always", "whole"})
"""Words that lay a sound under everything else."""
HIGH = {
    "high": 4.0, "higher": 4.0, "high-pitched": 5.0, "shrill": 5.0, "squeaky": 5.0, "small": 3.0, "little": 3.0, "tiny": 6.0,
    "young": 3.0, "puppy": 5.0, "kitten": 5.0, "lamb": 4.0, "piglet": 6.0, "duckling": 6.0, "calf": 4.0, "chick": 4.0, "pony": 2.0,
    "cub": 4.0, "low": -4.0, "lower": -4.0, "deep": -5.0, "low-pitched": -5.0, "big": -2.0, "large": -2.0, "huge": -5.0,
    "giant": -6.0, "enormous": -6.0, "gigantic": -6.0, "old": -1.0,
}  # fmt: skip
"""Semitones."""
PACE = {
    "fast": 1.7, "quick": 1.6, "quickly": 1.6, "rapid": 1.9, "rapidly": 1.9, "hurried": 1.6, "frantically": 2.0, "faster": 1.8,
    "running": 1.6, "runs": 1.6, "run": 1.6, "repeatedly": 1.2, "slow": 0.6, "slowly": 0.6, "slower": 0.6, "lazily": 0.6,
}  # fmt: skip
VERY = {
    "very": 1.5,
    "really": 1.4,
    "extremely": 1.8,
    "super": 1.5,
    "so": 1.2,
    "much": 1.3,
    "quite": 1.1,
    "rather": 0.9,
    "too": 1.2,
}
PEOPLE = {
    **dict.fromkeys(("man", "boy", "guy", "male", "person", "someone", "somebody", "men", "males", "boys", "adult", "he", "grandfather",
                     "father", "dad", "king", "old man", "worker", "players"), "man speaking"),
    **dict.fromkeys(("woman", "girl", "lady", "child", "kid", "female", "women", "females", "girls", "she", "mother", "mom",
                     "princess", "queen"), "woman speaking"),
    **dict.fromkeys(("people", "children", "kids", "persons", "humans", "audience", "group", "voices", "individuals"), "crowd"),
}  # fmt: skip
"""People make no sound of their own: what they do decides, and only "a man" alone is heard to speak."""

_KEEP = {
    "howl": {"wind", "storm"}, "whistle": {"kettle", "wind", "bird", "steam train", "firework", "whistling"},
    "roar": {"engine", "motorbike", "race car", "waterfall", "fire", "jet", "waves", "rocket", "truck", "crowd", "thunder", "car"},
    "growl": {"lion", "engine"}, "purr": {"engine", "car"}, "hiss": {"air brake", "kettle", "frying", "static"},
    "rumble": {"thunder", "train", "engine", "truck", "storm"}, "crackle": {"fire", "firework", "static", "electricity"},
    "buzz": {"mosquito", "drill", "chainsaw", "fan", "electricity", "cicada", "buzzer"}, "chirp": {"crickets", "cicada", "hen", "dawn chorus"}, "tweet": {"dawn chorus"}, "crow": {"rooster"}, "warble": {"dawn chorus"},
    "peep": {"hen"}, "siren": {"ambulance", "alarm"}, "grunt": {"monkey", "growl"}, "snarl": {"lion", "wolf"}, "bellow": {"elephant", "lion"}, "rain": {"storm", "hail"},
    "beep": {"alarm", "alarm clock", "robot", "sonar", "notification", "coin"}, "honk": {"duck", "ship horn", "steam train"},
    "horn": {"ship horn", "steam train"}, "cry": {"seagull", "crow", "owl", "cat", "bird", "wolf"},
    "croak": {"crow"}, "splash": {"waves", "rain", "waterfall", "stream"}, "crash": {"waves", "cymbal", "thunder"},
    "scream": {"monkey", "seagull", "elephant", "baby"}, "pour": {"rain", "storm"}, "bang": {"drum", "hammer", "explosion", "firework"},
    "ring": {"church bell", "small bell", "alarm clock", "telephone", "bicycle bell", "doorbell", "gong", "jingle bells", "alarm"},
    "chime": {"clock", "doorbell", "small bell", "notification"}, "hum": {"bee", "engine", "spaceship", "electricity", "machine"},
    "tap": {"knock", "drum"}, "click": {"camera", "clock", "typing"}, "squeak": {"mouse", "creak"}, "snap": {"camera", "fire"},
    "burst": {"balloon pop", "firework"}, "pop": {"balloon pop", "fire", "firework"}, "blow": {"wind", "whistle", "storm"},
    "drum": {"rain"}, "thump": {"heartbeat", "drum"}, "thud": {"heartbeat", "slam"}, "sing": {"bird", "dawn chorus", "whale"},
    "boom": {"thunder", "explosion", "drum", "gunshot"}, "chop": {"helicopter"}, "wail": {"siren", "ambulance", "alarm", "ghost"},
    "moan": {"ghost", "whale"}, "shatter": {"glass break"}, "bark": {"dog"}, "gallop": {"gallop"}, "strum": {"electric guitar"},
    "bubble": {"stream"}, "toll": {"church bell"}, "bounce": {"boing"}, "walk": set(), "creak": set(),
}  # fmt: skip
"""Verbs beside subjects that keep their own sound: "the wind howls" is wind. Elsewhere the verb decides: a dog that howls."""

_ACTS = {
    "ring": "telephone", "sing": "choir", "run": "footsteps", "walk": "footsteps", "jog": "footsteps", "march": "footsteps",
    "stomp": "footsteps", "step": "footsteps", "trot": "gallop", "canter": "gallop", "gallop": "gallop", "talk": "man speaking",
    "speak": "man speaking", "murmur": "crowd", "chat": "crowd", "clap": "applause", "applaud": "applause", "cheer": "cheering",
    "giggle": "laugh", "chuckle": "laugh", "sob": "baby", "weep": "baby", "snore": "snore", "purr": "purr", "drip": "dripping",
    "pour": "pouring", "bubble": "bubbles", "gurgle": "bubbles", "boil": "bubbles", "crackle": "fire", "burn": "fire",
    "buzz": "bee", "hum": "fan", "type": "typing", "saw": "saw", "hammer": "hammer", "chop": "chopping", "break": "glass break",
    "shatter": "glass break", "drum": "drum kit", "rumble": "earthquake", "sizzle": "frying", "fry": "frying", "chew": "chewing",
    "munch": "chewing", "crunch": "gravel steps", "eat": "chewing", "rustle": "paper", "crinkle": "paper", "crumple": "paper",
    "bounce": "bouncing ball", "rattle": "maracas", "accelerate": "truck", "rev": "motorbike", "idle": "engine", "swim": "splash",
    "flap": "wings", "flutter": "wings", "warble": "bird", "peep": "bird", "cackle": "hen", "caw": "crow", "yelp": "dog",
    "bellow": "cow", "squeal": "pig", "tick": "clock", "knock": "knock", "creak": "creak", "strum": "guitar chord", "toot": "car horn",
    "explode": "explosion", "drill": "drill", "sweep": "sweeping", "vacuum": "vacuum cleaner", "whir": "fan", "whirr": "fan",
    "zoom": "race car", "skid": "skid", "crack": "gunshot", "snip": "scissors", "moan": "ghost", "blow": "wind", "rain": "rain",
}  # fmt: skip
_SPECIAL = {
    ("start", "car"): "engine", ("idle", "car"): "engine", ("start", "engine"): "engine", ("honk", "truck"): "car horn",
    ("run", "horse"): "gallop", ("walk", "horse"): "gallop", ("run", "stream"): "stream", ("run", "engine"): "engine",
    ("speak", "woman speaking"): "woman speaking", ("talk", "woman speaking"): "woman speaking", ("speak", "crowd"): "crowd",
    ("talk", "crowd"): "crowd", ("squeak", "door"): "creak", ("close", "door"): "slam", ("shut", "door"): "slam",
    ("break", "clink"): "glass break", ("smash", "clink"): "glass break", ("crash", "car"): "explosion", ("beep", "car"): "car horn",
    ("beep", "truck"): "car horn", ("shout", "crowd"): "cheering", ("scream", "crowd"): "cheering", ("yell", "crowd"): "cheering",
    ("whistle", "man speaking"): "whistling", ("whistle", "woman speaking"): "whistling", ("whistle", "train"): "steam train",
    ("blow", "train"): "steam train", ("horn", "train"): "steam train", ("honk", "train"): "steam train", ("howl", "dog"): "wolf",
    ("boil", "kettle"): "kettle", ("boil", "stream"): "bubbles", ("roar", "crowd"): "cheering", ("cheer", "crowd"): "cheering",
    ("laugh", "crowd"): "laugh", ("laugh", "baby"): "laugh", ("play", "piano"): "melody", ("play", "flute"): "flute tune",
    ("play", "drum"): "drum kit", ("hiss", "cat"): "snake", ("flap", "bird"): "wings", ("flap", "dawn chorus"): "wings",
    ("pop", "balloon pop"): "balloon pop", ("ring", "clock"): "alarm clock", ("sing", "man speaking"): "choir",
    ("accelerate", "motorbike"): "motorbike", ("rev", "engine"): "motorbike", ("rev", "motorbike"): "motorbike",
    ("run", "pouring"): "pouring", ("splash", "stream"): "splash", ("buzz", "notification"): "buzzer", ("play", "music"): "music",
    ("skid", "car"): "skid", ("screech", "car"): "skid", ("rumble", "train"): "train", ("pass", "race car"): "race car",
}  # fmt: skip
"""What a verb makes of one certain subject."""

_NEUTRAL_WORDS = """
a an the some of is are was were be being been it its there that this these those his her their my your our i we you they me him
them who which can could would should will shall may might must do does did please make give create generate produce play plays
playing played sound sounds sounding noise noises audio clip recording effect effects sfx want wants need needs like let hear heard
hearing listen listening get gets goes go going come comes coming came pass passes passing passed by past move moves moving drive
drives driving driven fly flies flying flown start starts starting started begin begins beginning stop stops stopping stopped occur occurs
happen happens happening fall falls falling fell continue continues turn turns turning rise rises hit hits hitting strike
strikes striking open opens opening close closes closing shut shuts again other others another each every all both more many several few
various multiple lots lot different something anything thing things someone long short brief briefly sudden suddenly old new real
realistic nice pleasant happy sad angry angrily calm peaceful scary wooden wood metal metallic tin roof floor wall window
room kitchen house home garden yard park forest woods tree trees grass night day morning evening summer winter spring
autumn hall hallway stairs outside outdoors indoors inside here away up down off out back on in at to into onto from over under near
through across along around against behind beside between during about for until till just only also even still first last then
red green blue black white brown grey gray yellow orange pink purple golden silver dark bright warm cold hot wet dry empty full
second seconds minute minutes time times overhead blare blares blaring later solo what how why where when bar rooftop pond lake farm field hill mountain
mountains valley office shop station building table ground floorboards tile tiles lonely creepy tonight somewhere nearby front top bottom
school farm church village hospital kitchen picture image video scene photo fit fits fitting match matches matching suitable appropriate song's
tones notes voice call calls calling
and or with while as but not no without plus than very really quite rather so too much whole medium low-level constant steady continuous continuously
loop looping ambience ambient atmosphere scene background foreground distance far distant close by single pair couple
"""
_NEUTRAL = frozenset(_NEUTRAL_WORDS.split())
"""Words that need no sound of their own: nobody is told that they are not known."""


@dataclass(frozen=True)
class Sense:
    """What a word or phrase stands for: a class of sounds (or "" for a verb without one), the *verb* it is a form of ("" for a
    thing), whether it names *one* event, and whether it is somebody (*person*)."""

    sound: str
    verb: str = ""
    one: bool = False
    person: bool = False


def plural(word: str) -> str:
    """Return the regular plural of *word*."""
    if re.search(r"(s|x|z|ch|sh)$", word):
        return word + "es"
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    return word + "s"


def inflect(verb: str) -> tuple[str, ...]:
    """Return the forms of a regular *verb*: itself, -s, -ing, -ed, and -er for who does it."""
    stem = verb[:-1] if verb.endswith("e") and not verb.endswith("ee") else verb
    double = stem + stem[-1] if re.search(r"[^aeiou][aeiou][bgmnprt]$", stem) and len(stem) < 6 else stem
    return (
        verb, plural(verb), stem + "ing", double + "ing", stem + "ed", double + "ed",
        *({"break": ("broken", "broke"), "sing": ("sang",), "ring": ("rang",), "run": ("ran",), "blow": ("blew",),
           "speak": ("spoke",), "eat": ("ate",), "swim": ("swam",), "fly": ("flew",)}.get(verb, ())),
    )  # fmt: skip


@lru_cache(maxsize=1)
def lexicon() -> dict[tuple[str, ...], Sense]:
    """Return every phrase that means something, as its words in lower case."""
    known: dict[tuple[str, ...], Sense] = {}
    for verb in ("start", "close", "shut", "play", "smash", "crash", "screech", "shout", "yell", "pass"):
        known |= dict.fromkeys(((form,) for form in inflect(verb)), Sense("", verb))
    known |= {tuple(word.split()): Sense(speech, person=True) for word, speech in PEOPLE.items()}
    for verb, sound in _ACTS.items():
        known |= dict.fromkeys(((form,) for form in inflect(verb)), Sense(sound, verb))
    for family in CLASSES.values():
        for word in (family.name, *family.words):
            _add_name(known, family.name, word)
    _prefer_verbs(known)
    known["siren",] = known["sirens",] = Sense("siren", "siren")
    known |= dict.fromkeys((("crows",), ("crowing",), ("crowed",)), Sense("crow", "crow"))
    return known


def _add_name(known: dict[tuple[str, ...], Sense], sound: str, word: str) -> None:
    """Add one name of a class, its plural, and the forms of the verb that the name of a single event is ("bark!")."""
    one, parts = word.endswith("!"), tuple(word.rstrip("!").split())
    verb = parts[0] if one and len(parts) == 1 else ""
    for last in dict.fromkeys((parts[-1], plural(parts[-1]))):
        known[(*parts[:-1], last)] = Sense(sound, verb, one)
    for form in inflect(verb)[1:] if verb else ():
        known.setdefault((form,), Sense(sound, verb, one))


def _prefer_verbs(known: dict[tuple[str, ...], Sense]) -> None:
    """Where a word is both a name of a class and a form of a verb for it, take the verb, since that can have a subject."""
    verbs = [(verb, sound, False) for verb, sound in _ACTS.items()]
    verbs += [(w[:-1], f.name, True) for f in CLASSES.values() for w in f.words if w.endswith("!") and " " not in w]
    for verb, sound, one in verbs:
        for form in inflect(verb):
            old = known.get((form,))
            if old is not None and old.sound == sound and not old.verb:
                known[form,] = Sense(sound, verb, one and form != verb + "ing")


def sense(words: tuple[str, ...]) -> Sense | None:
    """Return what *words* mean, or None."""
    return lexicon().get(words)


def settle(verb: str, subject: str) -> str | None:
    """Return the class that *verb* gives with a subject of class *subject*: the subject's own ("the wind howls"), a special
    one ("the car starts"), or None when the verb's own sound holds ("the dog howls" is a howl)."""
    if (verb, subject) in _SPECIAL:
        return _SPECIAL[verb, subject]
    return subject if subject in _KEEP.get(verb, ()) else None


def neutral(word: str) -> bool:
    """Whether *word* needs no sound of its own: function words, common adjectives, places, adverbs, numbers."""
    return (
        word in _NEUTRAL or word in LOUD or word in HIGH or word in PACE or word in VERY or word in FAR or word in BEHIND
        or word in NUMBERS or word in TIMES or word.endswith("ly") or not any(c.isalpha() for c in word)
    )  # fmt: skip
