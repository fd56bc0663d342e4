"""The small words of captions: how many, how big, where to each other, doing what; plain data and look-ups by phrase.

Every table maps a phrase in lower case (words parted by one space) to what it means. Nouns are not here: they are the
atlas's, see ``models.world.find``.
"""

from __future__ import annotations

from functools import lru_cache


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


COUNTS: dict[str, int] = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "hundred": 100, "a hundred": 100,
    "single": 1, "a single": 1, "another": 1, "a pair of": 2, "pair of": 2, "two pairs of": 2, "both": 2, "couple of": 2,
    "a couple of": 2, "a couple": 2, "twin": 2, "a trio of": 3, "trio of": 3, "half a dozen": 6, "a dozen": 12, "dozen": 12,
    "a dozen of": 12, "two dozen": 24,
}  # fmt: skip
"""Exact numbers."""
ABOUT: dict[str, int] = {
    "a few": 3, "few": 3, "some": 3, "several": 4, "a number of": 4, "various": 4, "different": 3, "assorted": 4,
    "multiple": 4, "many": 6, "a lot of": 6, "lots of": 6, "plenty of": 6, "dozens of": 14, "numerous": 7,
    "countless": 12, "a bunch of": 4, "bunch of": 4, "a pile of": 5, "a heap of": 5, "a collection of": 5, "a set of": 4,
    "an assortment of": 5, "a variety of": 5, "a selection of": 5, "a handful of": 4, "a group of": 4, "group of": 4, "groups of": 6,
    "a team of": 4, "a crowd of": 8, "a gang of": 4, "a family of": 4, "a herd of": 5, "herd of": 5, "a flock of": 6,
    "flock of": 6, "a pack of": 4, "a swarm of": 8, "a school of": 6, "school of": 6, "a pride of": 4, "a fleet of": 4,
    "a cluster of": 5, "a litter of": 4, "hundreds of": 20, "a row of": 4, "row of": 4, "rows of": 8, "a line of": 4,
    "line of": 4, "a circle of": 6, "a ring of": 6, "a stack of": 4,
}  # fmt: skip
"""Numbers that leave room; the value is what is drawn."""
FORMATIONS = {"a row of": "row", "row of": "row", "rows of": "row", "a line of": "row", "line of": "row", "a circle of": "ring",
              "a ring of": "ring", "a stack of": "stack", "a pile of": "stack"}  # fmt: skip
"""Counts that also say how the things stand to each other."""
ARRANGED: dict[str, str] = {
    "in a row": "row", "in a line": "row", "in line": "row", "lined up": "row", "side by side": "row", "in rows": "row",
    "in a circle": "ring", "in a ring": "ring", "next to each other": "row", "beside each other": "row",
    "near each other": "row", "next to one another": "row", "beside one another": "row", "on top of each other": "stack",
    "on top of one another": "stack", "stacked": "stack", "in a stack": "stack", "facing each other": "facing",
    "looking at each other": "facing", "face to face": "facing",
}  # fmt: skip
"""How the things just named stand to each other."""

SIZES: dict[str, float] = {
    "tiny": 0.4, "very small": 0.45, "miniature": 0.4, "mini": 0.45, "little": 0.6, "small": 0.6, "smaller": 0.7, "short": 0.75,
    "big": 1.4, "bigger": 1.4, "large": 1.4, "larger": 1.4, "very big": 1.7, "very large": 1.7, "tall": 1.35, "long": 1.3,
    "huge": 1.9, "giant": 2.1, "gigantic": 2.2, "enormous": 2.1, "massive": 1.9, "oversized": 1.7, "baby": 0.6,
}  # fmt: skip
"""Factors on the usual size."""

RELATIONS: dict[str, str] = {
    "left of": "left", "to the left of": "left", "on the left of": "left", "on the left side of": "left", "at the left of": "left",
    "to the left side of": "left", "right of": "right", "to the right of": "right", "on the right of": "right",
    "on the right side of": "right", "at the right of": "right", "to the right side of": "right",
    "above": "above", "over": "above", "up above": "above", "high above": "above", "hovering over": "above", "overhead of": "above",
    "below": "below", "under": "below", "underneath": "below", "beneath": "below", "at the bottom of": "below",
    "at the foot of": "below", "on": "on", "onto": "on", "on top of": "on", "atop": "on", "upon": "on", "at the top of": "on",
    "on the top of": "on", "on the back of": "on", "on the edge of": "on", "on the side of": "beside",
    "in front of": "front", "before": "front", "behind": "behind", "in back of": "behind", "at the back of": "behind",
    "next to": "beside", "beside": "beside", "by": "beside", "near": "beside", "close to": "beside", "alongside": "beside",
    "nearby": "beside", "at": "beside", "along with": "with", "by the side of": "beside", "against": "beside",
    "at the side of": "beside", "around": "around", "all around": "around", "surrounding": "around", "circling": "around",
    "between": "between", "in between": "between", "among": "with", "amid": "with", "in the middle of": "in",
    "surrounded by": "surrounded", "in": "in", "through": "in", "across": "in", "along": "beside", "past": "beside", "toward": "beside", "towards": "beside", "inside": "in", "inside of": "in", "into": "in", "within": "in", "out of": "in",
    "with": "with", "together with": "with", "accompanied by": "with", "and also": "with", "beyond": "behind",
    "full of": "holds", "filled with": "holds", "containing": "holds", "loaded with": "holds", "covered with": "under_it",
    "covered in": "under_it", "topped with": "under_it", "decorated with": "under_it",
    "wearing": "wearing", "dressed in": "wearing", "wears": "wearing", "wear": "wearing", "with a pair of": "with",
    "holding": "holding", "holds": "holding", "hold": "holding", "carrying": "holding", "carries": "holding", "carry": "holding",
    "playing the": "holding", "plays the": "holding", "playing a": "holding", "plays a": "holding", "using": "holding",
    "riding": "riding", "riding on": "riding", "rides": "riding", "ride": "riding", "riding in": "riding", "on board": "riding",
    "driving": "riding", "drives": "riding", "drive": "riding", "sitting on": "on", "sits on": "on", "standing on": "on", "stands on": "on",
    "lying on": "on", "laying on": "on", "perched on": "on", "hanging from": "below",
    "hanging over": "above", "flying over": "above", "flies over": "above", "jumping over": "above", "jumps over": "above",
    "leaping over": "above", "floating above": "above", "flying above": "above", "towering over": "behind",
    "chasing": "facing", "chases": "facing", "looking at": "facing", "looks at": "facing", "facing": "facing", "watching": "facing",
    "watches": "facing", "following": "facing", "staring at": "facing", "running after": "facing", "talking to": "facing",
    "eating": "facing", "eats": "facing", "kicking": "facing", "pulling": "facing", "pushing": "facing", "catching": "facing",
    "playing with": "facing", "plays with": "facing", "flying a": "under_it",
}  # fmt: skip
"""Where the first thing is to the second. "holds" and "under_it" turn the two round; "with" is merely near."""
PLACES_ABSOLUTE: dict[str, str] = {
    f"{at} the {side}{rest}": spot
    for at in ("on", "at", "in", "to")
    for side, spot in {
        "left": "at_left", "right": "at_right", "top": "at_top", "bottom": "at_bottom", "middle": "at_middle",
        "centre": "at_middle", "center": "at_middle", "foreground": "at_front", "background": "at_back",
        "distance": "at_back", "upper left": "at_top_left", "top left": "at_top_left", "upper right": "at_top_right",
        "top right": "at_top_right", "lower left": "at_bottom_left", "bottom left": "at_bottom_left",
        "lower right": "at_bottom_right", "bottom right": "at_bottom_right",
    }.items()
    for rest in ("", " side", " corner", " hand side", " of the picture", " of the image", " of the photo", " of the frame")
}  # fmt: skip
"""Places in the frame."""
PLACES_ABSOLUTE |= {
    f"{looks} {to}{side}": f"looks_{side}"
    for looks in ("facing", "faces", "looking", "looks", "turned", "pointing")
    for to in ("", "to the ", "towards the ", "to ")
    for side in ("left", "right")
}
"""And to which side of it something looks."""
YOUNG = _set("kitten puppy foal calf lamb piglet cub fawn duckling gosling tadpole joey pup")
"""Young animals that are drawn as small ones of their kind."""

DETERMINERS = _set("a an the this that these those his her its their my your our each every any which what whose all")
POSSESSIVES = _set("his her its their my your our")
BODY = _set("mouth mouths head heads face faces hand hands foot feet leg legs arm arms tail tails eye eyes ear ears nose beak paw paws tongue "
            "hair back neck finger fingers body wings wing teeth trunk lap shoulder shoulders")  # fmt: skip
"""Parts that belong to somebody who is drawn already."""
PRONOUNS = _set("it them him they he she itself themselves")
NOT = frozenset(("no", "without", "without any", "not", "but no", "with no"))
"""What comes next is not wanted."""
FILLERS = _set(
    "draw drawing paint please show me make create generate give render design illustrate of there is are was were be being been "
    "it's i want would like to can could you have has had a photo photograph picture image shot view scene illustration depiction close "
    "up closeup featuring shows showing depicts depicting where while as then who also just very so too really quite together along "
    "outside outdoors indoors away down out off here alone back front side top bottom from for but or number amount other same "
    "equal photos pictures images visible seen located placed gimme lemme wanna gonna pls plz thx lol omg"
)
"""Words that carry nothing to draw."""
FILLING_PHRASES = (
    "a photo of", "a picture of", "an image of", "a shot of", "a view of", "a close up of", "a close up photo of",
    "in the image", "in the picture", "in the photo", "in this picture", "in this image", "in this photo", "in the scene",
    "in the frame", "there is", "there are", "a scene of", "a scene with", "an illustration of", "a portrait of", "portrait of", "a scoop of", "scoops of", "a slice of", "slice of",
    "slices of", "a piece of", "pieces of", "piece of", "a kind of", "the side of", "a drawing of", "a picture book", "each other",
    "one another", "kind of", "type of", "a cup full of", "a day", "its way", "at once", "in a picture", "in the air", "the air", "in flight", "in mid flight",
)  # fmt: skip
_VERBS = (
    "sit stand lie lay walk run jump leap fly swim sleep nap eat drink play look watch stare gaze float hang rest relax graze feed "
    "perch swing climb fall roll spin bounce hop crawl dance sing bark meow roar howl chase hunt catch throw kick hit hold carry pull push "
    "drive ride sail row drift glide soar hover land park stop wait travel move go come pass cross follow lead drag bring take "
    "put place pose smile laugh cry wave point lean kneel bend stretch face turn shine glow burn explode rise set grow bloom melt snow "
    "rain blow splash dive surf ski skate slide race hike march wander roam gather surround stack line cover fill decorate dress wear "
    "cook bake cut chop serve pour mix wash clean brush read write draw paint work study talk speak whisper shout listen hear hug kiss "
    "cuddle snuggle curl lick bite chew nibble sniff dig hide peek seek find guard protect fight attack battle celebrate enjoy "
    "share have use make build fix pet groom love like try start begin keep stay live appear seem get reach head be tie wrap attach lift "
    "raise open close shut mount seat prepare wrestle camp fish picnic tumble flutter fetch cast shop drop tow haul load "
    "stroll trot gallop prowl lounge doze snooze yawn stalk balance juggle toss"
)
"""What things may be doing; all their forms are known."""
ADVERBS = _set("together away around outside inside up down out off over past by forward home")


@lru_cache(maxsize=1)
def verbs() -> dict[str, str]:
    """Return every form of every known verb and its base: "sitting", "sits" and "sat" lead to "sit"."""
    found: dict[str, str] = {
        "sat": "sit", "stood": "stand", "lying": "lie", "ran": "run", "flew": "fly", "swam": "swim", "slept": "sleep",
        "asleep": "sleep", "ate": "eat", "held": "hold", "rode": "ride", "drove": "drive", "hung": "hang", "stuck": "stay",
        "flown": "fly", "worn": "wear", "laid": "lie", "tied": "tie", "shown": "appear", "kept": "keep", "made": "make",
        "built": "build", "dying": "lie", "tying": "tie", "blown": "blow", "drawn": "draw", "taken": "take", "set": "set",
    }  # fmt: skip
    for verb in _VERBS.split():
        stem = verb[:-1] if verb.endswith("e") and not verb.endswith("ee") else verb
        doubled = verb + verb[-1] if _doubles(verb) else stem
        thirds = verb[:-1] + "ies" if verb[-1] == "y" and verb[-2] not in "aeiou" else verb + "s"
        pasts = verb[:-1] + "ied" if thirds.endswith("ies") else doubled + "ed"
        for form in (verb, thirds, verb + "es", doubled + "ing", verb + "ing", pasts, stem + "ed"):
            found.setdefault(form, verb)
    return found


def _doubles(verb: str) -> bool:
    """Return whether the last letter doubles before an ending: "sit", "run", but not "fix" or "wait"."""
    return (
        len(verb) >= 3
        and verb[-1] not in "aeiouwxy"
        and verb[-2] in "aeiou"
        and verb[-3] not in "aeiou"
        and len(verb) < 5
    )


def singulars(word: str) -> list[str]:
    """Return *word* and what it may be the plural of, likeliest first: "boxes" gives boxes, box, boxe."""
    irregular = {"men": "man", "women": "woman", "children": "child", "people": "person", "mice": "mouse", "geese": "goose",
                 "teeth": "tooth", "feet": "foot", "oxen": "ox", "wolves": "wolf", "knives": "knife", "leaves": "leaf",
                 "loaves": "loaf", "elves": "elf", "scarves": "scarf", "calves": "calf", "shelves": "shelf", "buss": "bus"}  # fmt: skip
    found = [word]
    if word in irregular:
        found.append(irregular[word])
    elif word.endswith("ies") and len(word) > 4:
        found += [word[:-3] + "y", word[:-1]]
    elif word.endswith("es") and len(word) > 4:
        found += [word[:-1], word[:-2]]
    elif word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        found.append(word[:-1])
    return found
