"""Which word means which motion: the lexicon of verbs with their forms, of directions, relations and manners. Data only.

:mod:`models.world.acts` reads captions with it; the motions themselves are in :mod:`models.world.moves`.
"""

from __future__ import annotations

import re

_LEXICON: dict[str, str] = {
    # over the ground
    "run": "run race dash sprint jog rush hurry scurry scamper bolt trot", "gallop": "gallop canter",
    "walk": "walk stroll wander stride go move travel head step come pass cross march patrol", "waddle": "waddle toddle totter limp hobble",
    "hop": "hop skip leapfrog", "crawl": "crawl creep slither sneak tiptoe inch prowl", "roll": "roll trundle",
    "slide": "slide glide_along skid slip skate ski surf sled", "drive": "drive ride cruise speed cycle pedal",
    # through the air and the water
    "fly": "fly soar wing zoom_off", "flutter": "flutter flit flap", "float": "float hover levitate drift waft",
    "glide": "glide coast", "swoop": "swoop dive_down", "launch": "launch take_off lift_off blast_off blastoff takeoff shoot_up",
    "swim": "swim paddle", "sail": "sail boat_along row", "dive": "dive plunge submerge",
    "land": "land touch_down alight settle", "fall": "fall drop plummet rain_down tumble_down crash descend", "rise": "rise ascend climb lift soar_up go_up",
    "sink": "sink go_down sets set lower",
    # where it is
    "jump": "jump leap spring pounce", "bounce": "bounce bob boing", "spin": "spin rotate revolve whirl twirl pirouette", "turn": "turn rotate_round",
    "shake": "shake tremble shiver quiver vibrate rattle rumble", "sway": "sway rock lean wave_about", "swing": "swing dangle",
    "dance": "dance boogie groove disco party", "nod": "nod bow", "wave": "wave greet beckon", "wobble": "wobble wiggle jiggle waggle wag squirm",
    "pulse": "pulse beat throb pulsate pump", "blink": "blink flash flicker twinkle sparkle shimmer glow shine glitter light_up gleam",
    "grow": "grow expand enlarge swell inflate get_bigger get_larger become_bigger zoom_up", "shrink": "shrink contract deflate dwindle get_smaller become_smaller",
    "stretch": "stretch elongate", "squash": "squash squish flatten", "flip": "flip somersault backflip cartwheel", "tumble": "tumble",
    "topple": "topple collapse fall_over tip_over keel_over faint trip lie_down", "breathe": "breathe sleep snore nap doze rest fall_asleep",
    "talk": "talk speak bark meow sing laugh shout chat roar moo quack chirp cry growl howl crow neigh say honk ring tick",
    "look": "look_around look watch search", "melt": "melt dissolve",
    # coming and going
    "appear": "appear emerge materialise materialize fade_in", "pop up": "pop_up pop_out popup", "vanish": "vanish disappear fade fade_out fade_away evaporate",
    "burst": "burst explode pop blow_up", "enter": "enter arrive come_in walk_in return come_back", "leave": "leave exit depart escape go_away go_off run_off run_away walk_away walk_off drive_off drive_away swim_away sail_away",
    # with another thing
    "chase": "chase pursue hunt", "follow": "follow trail tail", "flee": "flee", "circle": "circle orbit encircle",
    "hide": "hide duck cower", "peek": "peek peep", "approach": "approach meet visit reach join", "push": "push shove nudge", "pull": "pull drag tow haul",
    "kick": "kick hit strike throw toss hurl punt shoot", "eat": "eat devour munch nibble gobble swallow bite lick drink", "kiss": "kiss hug cuddle embrace",
    "catch": "catch grab", "become": "become transform morph change_into turn_into turns_into", "jump over": "vault hurdle", "stay": "stay stand sit wait stop freeze pause lie",
}  # fmt: skip
_IRREGULAR = {
    "run": "ran", "fly": "flew flown flies", "fall": "fell fallen", "rise": "rose risen", "sink": "sank sunk", "swim": "swam swum", "swing": "swung",
    "spin": "spun", "grow": "grew grown", "shrink": "shrank shrunk", "go": "went gone goes", "come": "came", "drive": "drove driven", "ride": "rode ridden",
    "slide": "slid", "hide": "hid hidden", "eat": "ate eaten", "throw": "threw thrown", "catch": "caught", "leap": "leapt", "creep": "crept", "shine": "shone",
    "flee": "fled", "take": "took taken takes taking", "shake": "shook shaken", "sing": "sang sung", "bite": "bit bitten", "speak": "spoke", "blow": "blew",
    "get": "got gets getting", "become": "became", "meet": "met", "sleep": "slept", "sit": "sat", "stand": "stood", "strike": "struck", "set": "setting",
}  # fmt: skip
AIR = ("fly", "flutter", "float", "glide", "swoop", "launch")
"""Verbs that leave the ground."""
WITH_OTHERS = ("chase", "follow", "flee", "push", "pull", "kick", "eat", "kiss", "catch", "hide", "peek", "approach", "jump over",
               "circle", "become")  # fmt: skip
"""Verbs that need another thing."""
TRAVELS = ("run", "gallop", "walk", "waddle", "hop", "crawl", "roll", "slide", "drive", "fly", "flutter", "float", "glide", "swoop",
           "swim", "sail", "jump", "bounce", "spin", "dance", "tumble", "flip")  # fmt: skip
"""Verbs that take a direction or a goal."""
SIDES = {"left": "left", "leftwards": "left", "right": "right", "rightwards": "right", "up": "up", "upwards": "up", "upward": "up", "down": "down",
          "downwards": "down", "downward": "down", "away": "away", "off": "away", "out": "out", "forward": "ahead", "forwards": "ahead", "ahead": "ahead",
          "across": "across", "around": "round", "round": "round", "about": "round", "closer": "near", "nearer": "near", "back": "back", "past": "across",
          "skyward": "up", "along": "across", "backwards": "behind", "backward": "behind"}  # fmt: skip
NOT_GOALS = frozenset({"screen", "frame", "picture", "view", "distance", "sky", "air", "left", "right", "side", "top", "bottom", "edge",
                       "circle", "circles", "viewer", "camera", "us", "me", "ground"})  # fmt: skip
RELATIONS = {"over": "over", "above": "over", "around": "circle", "round": "circle", "behind": "behind", "towards": "to", "toward": "to", "to": "to",
              "after": "chase", "into": "to", "from": "from", "past": "past", "onto": "onto", "on": "onto", "under": "under", "at": "to",
              "with": "with", "through": "past", "beside": "to", "by": "past", "against": "to", "near": "to", "between": "to"}  # fmt: skip
FAST = {"quickly": 1.6, "fast": 1.6, "rapidly": 1.7, "swiftly": 1.6, "suddenly": 1.8, "wildly": 1.7, "frantically": 1.9, "hurriedly": 1.6, "energetically": 1.5,
         "slowly": 0.55, "gently": 0.65, "softly": 0.65, "lazily": 0.55, "calmly": 0.65, "gradually": 0.55, "quietly": 0.75, "slow": 0.55, "quick": 1.6,
         "peacefully": 0.6, "gracefully": 0.75, "steadily": 0.9}  # fmt: skip
STRONG = {"wildly": 1.5, "frantically": 1.4, "high": 1.5, "far": 1.4, "strongly": 1.4, "energetically": 1.3, "happily": 1.15, "gently": 0.6, "softly": 0.6,
           "slightly": 0.5, "lightly": 0.6, "huge": 1.6, "excitedly": 1.3, "violently": 1.7, "calmly": 0.7, "peacefully": 0.6}  # fmt: skip
COUNTS = {
    "once": 1,
    "twice": 2,
    "thrice": 3,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
BESIDE = frozenset({"while", "as", "whilst", "meanwhile", "simultaneously"})
THEN = frozenset({"then", "afterwards", "finally", "next", "later", "before"})


def _forms(word: str) -> set[str]:
    """Return the inflected forms of the base form *word*, a two-word verb's first word inflected."""
    first, _, rest = word.partition("_")
    forms = {first, *(_IRREGULAR.get(first, "").split())}
    if first.endswith(("s", "sh", "ch", "x", "z")):
        forms.add(first + "es")
    elif first.endswith("y") and first[-2] not in "aeiou":
        forms |= {first[:-1] + "ies", first[:-1] + "ied"}
    else:
        forms.add(first + "s")
    if first.endswith("e") and not first.endswith("ee"):
        forms |= {first[:-1] + "ing", first + "d"}
    else:
        double = first + first[-1] if re.search(r"[^aeiou][aeiou][bdgklmnprt]$", first) else first
        forms |= {first + "ing", first + "ed", double + "ing", double + "ed"}
    return {f"{form} {rest}".strip().replace("_", " ") for form in forms}


FORMS: dict[str, str] = {
    form: verb for verb, words in _LEXICON.items() for word in words.split() for form in _forms(word)
}
"""Every form of every verb, with the canonical verb it stands for."""
BASES = frozenset(word.replace("_", " ") for words in _LEXICON.values() for word in words.split())
"""The base forms, that commands begin with."""
VERBS: tuple[str, ...] = tuple(_LEXICON)
"""The canonical verbs; together with the relations of :func:`settle` what :mod:`models.world.moves` can move."""
BELONGING = frozenset(
    {
        "with",
        "wearing",
        "in",
        "on",
        "under",
        "of",
        "holding",
        "carrying",
        "beside",
        "near",
        "by",
        "behind",
        "next",
        "has",
    }
)
"""Words after which a thing belongs to the one named before it and does nothing by itself."""
KNOWN = frozenset({*SIDES, *RELATIONS, *FAST, *STRONG, *COUNTS, *BESIDE, *THEN, "and", "in", "of", "front", "is", "are", "has", "times", "grass", "always",
                   "pass", "towards", "its", "his", "this", "thus", "during", "evening", "morning", "wearing", "red", "left"})  # fmt: skip
"""Words that are no unknown verb though they may stand where a verb stands."""
