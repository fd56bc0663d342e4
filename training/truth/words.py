"""Which words fit which things: surely, perhaps or not at all. A request is exact only when nothing else so much as perhaps fits."""

from __future__ import annotations

import re
from functools import lru_cache

from models.plurals import plural_of
from models.world import atlas
from models.world.atlas import Entry
from models.world.find import held_out

from training.held_out import objects
from training.language.phrasing import HELD_OUT, Split, share

GROUPS = ("animals", "food", "vehicles", "things", "plants", "people", "places", "sky")
"""Groups of the atlas that scenes are made of."""
_LEFT_OUT = frozenset(
    (
        "parts of the body",
        "parts of animals",
        "hearts",
        "flags",
        "circles and squares",
        "signs",
        "weather",
        "land and water",
    )
)
KINDS: dict[str, str] = {
    "animal": "animals", "bird": "birds", "insect": "insects", "fruit": "fruits", "vegetable": "vegetables", "drink": "drinks",
    "vehicle": "vehicles", "building": "buildings", "plant": "plants", "flower": "flowers", "toy": "toys", "tool": "tools",
    "instrument": "instruments", "person": "people", "boat": "boats", "farm animal": "farm animals", "wild animal": "wild animals",
    "sea animal": "sea animals", "mammal": "mammals", "reptile": "reptiles", "dessert": "desserts", "sweet": "sweets", "train": "trains",
    "rodent": "rodents", "ball": "balls",
}  # fmt: skip
"""Kinds that people use as a noun, and their plurals."""
ALL_OF: dict[str, tuple[str, ...]] = {
    "food": ("all the food", "everything I can eat", "everything edible", "everything one can eat", "all that can be eaten", "whatever is edible"),
    "drink": ("everything I can drink", "all the drinks", "everything one can drink", "whatever one can drink"),
    "person": ("all the people", "everybody", "all persons", "every person", "everyone in the picture"),
    "animal": ("all the animals", "every animal", "all creatures that are animals", "each animal", "everything that is an animal"),
    "vehicle": ("all the vehicles", "every vehicle", "everything one can ride or drive in", "whatever is a vehicle"),
    "clothing": ("all the clothes", "everything one can wear", "every piece of clothing", "whatever can be worn"),
    "furniture": ("all the furniture", "every piece of furniture", "the furniture"),
    "instrument": ("everything one can make music with", "all the instruments", "every musical instrument", "whatever makes music"),
    "fruit": ("all the fruit", "every piece of fruit", "the fruit"),
}  # fmt: skip
"""Ways to ask for all things of a kind at once."""
_DOUBTFUL: dict[str, frozenset[str]] = {
    "animal": frozenset(("figure from stories", "mythical animal", "seafood", "monster", "person", "prehistoric animal")),
    "plant": frozenset(("vegetable", "fruit", "nut", "spice", "leaf", "tree", "flower")), "flower": frozenset(("plant", "leaf", "tree")),
    "vehicle": frozenset(("spacecraft", "toy", "attraction", "sports gear", "public transport")), "ball": frozenset(("circle", "planet", "sports gear")),
    "tool": frozenset(("kitchen tool", "machine", "device", "weapon", "cutlery", "office thing", "household thing", "instrument", "sports gear")),
    "toy": frozenset(("ball", "sports gear", "figure from stories", "decoration", "instrument", "picture")),
    "building": frozenset(("place", "home", "attraction", "landscape", "statue", "place of worship")),
    "instrument": frozenset(("tool", "device", "machine", "toy")), "bird": frozenset(("mythical animal", "egg")),
    "insect": frozenset(("arachnid", "pest", "mollusc")), "drink": frozenset(("container", "bottle", "fruit", "dairy food", "sweet", "dessert")),
    "dessert": frozenset(("sweet", "fruit", "cake", "snack", "dairy food", "bread")), "sweet": frozenset(("dessert", "fruit", "cake", "snack", "bread")),
    "fruit": frozenset(("vegetable", "nut", "berry", "sweet", "dessert")), "vegetable": frozenset(("fruit", "nut", "spice", "plant")),
    "farm animal": frozenset(("pet", "working animal", "animal")), "wild animal": frozenset(("animal",)), "sea animal": frozenset(("animal", "seafood")),
    "mammal": frozenset(("animal", "mythical animal", "prehistoric animal")), "reptile": frozenset(("animal", "mythical animal", "prehistoric animal")),
    "rodent": frozenset(("mammal",)), "boat": frozenset(("ship", "sports gear")), "train": frozenset(("vehicle", "public transport", "track")),
    "person": frozenset(("figure from stories", "monster", "statue", "human", "toy", "people", "face")), "furniture": frozenset(("household thing", "home", "device")),
    "clothing": frozenset(("headwear", "footwear", "eyewear", "jewellery", "bag", "sports gear", "mask", "human")),
    "food": frozenset(("plant", "seafood", "nut", "drink", "sea animal", "container", "leaf")),
}  # fmt: skip
"""Kinds of things of which people may say yes or no when asked whether they are of a kind."""
_EXCEPT: dict[str, frozenset[str]] = {kind: frozenset(names.split(", ")) for kind, names in {
    "vehicle": "wheel, fuel pump, oil drum, traffic light, horizontal traffic light, stop sign, siren, train station, anchor, lifebuoy, parachute, "
    "roller skate, airplane seat, satellite, skateboard, kick scooter, wheelchair, electric wheelchair, sled, ufo",
    "boat": "anchor, lifebuoy", "animal": "coral, seashell, spider web, microbe, unicorn, dragon, nest, empty nest",
    "train": "train station, railway car, light rail, tram, tram car, monorail, mountain railway, suspension railway, cable car, aerial tramway",
    "fruit": "tomato, olive, avocado, coconut", "vegetable": "tomato, pumpkin, ginger, chestnut, peanuts, chili pepper", "sea animal": "coral, seashell",
    "drink": "baby bottle, teapot, ice cube, clinking glasses", "mammal": "unicorn, mammoth", "reptile": "frog, dragon, dinosaur, tyrannosaurus",
    "building": "barber pole, statue of liberty, moai, fountain, construction site, bus stop, street sign, railway track, barrier, headstone, tent, "
    "circus tent, shinto gate, row of houses, tokyo tower", "flower": "rosette, bouquet", "wild animal": "unicorn, mammoth",
    "plant": "rosette, bouquet, mushroom, maple leaf, fallen leaves, green leaf, tree stump, wheat", "farm animal": "water buffalo, llama",
    "toy": "boomerang, crystal ball, magic wand, game controller, joystick, dice, playing card, mahjong tile, chess pawn, pinata, disco ball, "
    "billiard ball, japanese dolls, kick scooter",
    "tool": "anchor, palette, hair pick, plunger, broom, toothbrush, fire extinguisher, needle, safety pin, clapperboard, abacus, paintbrush, scissors, "
    "ruler, set square, lock, open lock, lock and key, key, old key, bolt and nut, gear, clamp, chain link, chains, hook, magnet, ladder, scales, white cane, "
    "crutch, sword, crossed swords, shield, bomb",
    "instrument": "wind chime, bell, clock, alarm clock, watch, mantel clock, stopwatch, timer, hourglass, calendar, tear-off calendar, scales, microscope, "
    "telescope, magnifying glass, satellite dish, test tube, flask, petri dish, dna, thermometer, syringe, pill, bandage, stethoscope, x-ray, drop of blood, "
    "nazar, cigarette",
    "person": "silhouette, speaking head, couple, hugging people, wrestlers, dancing bunny girls, mother with baby, father with baby, angel",
    "clothing": "karate suit, headphones, crown, army helmet, helmet, glasses, sunglasses, goggles, necklace, ring, diamond, purse, handbag, clutch bag, "
    "backpack, umbrella, closed umbrella, umbrella in the rain, folding fan, lipstick, hair pick",
    "furniture": "mirror, toilet, bathtub", "food": "takeout box, butter, salt", "dessert": "pancakes, waffle, dango",
}.items()}  # fmt: skip
"""Things that the atlas lists with a kind, where its sections are wide, and that people may not count to it."""
_ODD = frozenset(("speaking head", "silhouette", "dna", "bubbles", "sparkles", "confetti", "control knobs", "level slider", "flying money", "microbe", "nazar",
                  "drop of blood", "musical score", "chain link", "linked paperclips", "barrier"))  # fmt: skip
"""Things that nobody would call by their names."""
_ONE_FORM = frozenset(("sheep", "deer", "bison", "fish", "tropical fish", "blowfish", "jellyfish"))
_BUSY = re.compile(r"(man|woman|person|boy|girl) (\w+ing\b.*)")
"""People with what they do behind: "woman running"."""
_HUMAN = frozenset(
    [
        "man",
        "woman",
        "boy",
        "girl",
        "person",
        "people",
        "human",
        "child",
        "kid",
        "baby",
        "guy",
        "lady",
        "adult",
        "worker",
        "someone",
        "figure",
    ]
)
COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white")
"""What things are recoloured to; people can tell these apart."""
_NEAR = {
    "red": ("pink", "orange", "brown"), "orange": ("red", "yellow", "brown"), "yellow": ("orange", "gold"), "green": ("teal", "turquoise"),
    "blue": ("purple", "teal", "turquoise"), "purple": ("blue", "pink"), "pink": ("red", "purple", "orange"), "brown": ("orange", "red", "black"),
    "black": ("gray", "brown"), "white": ("gray", "pink", "yellow"),
}  # fmt: skip


def _usable(entry: Entry) -> bool:
    whole = entry.group in GROUPS and entry.subgroup not in _LEFT_OUT
    whole = whole and entry.name not in _ODD
    return whole and 0.2 < entry.size[0] / entry.size[1] < 5 and not any(digit.isdigit() for digit in entry.name)


@lru_cache(maxsize=2)
def cast(split: Split) -> tuple[str, ...]:
    """Return the names that scenes of *split* may hold: in "train" none that is held out there or in the language banks."""
    names = [entry.name for entry in atlas.entries() if _usable(entry)]
    return tuple(n for n in names if split == "held_out" or not (held_out(n) or any(True for _ in objects(n))))


@lru_cache(maxsize=1)
def kept_back() -> tuple[str, ...]:
    """Return the names that only scenes of the held-out split may hold."""
    return tuple(name for name in cast("held_out") if held_out(name))


def unseen(word: str) -> bool:
    """Return whether the synonym *word* is kept from training with pictures, by a hash of it alone."""
    return share("synonym " + word) < HELD_OUT


def names_of(entry: Entry) -> tuple[str, ...]:
    """Return the words that surely name *entry*: its name and its synonyms."""
    return (entry.name, *entry.synonyms)


@lru_cache(maxsize=65536)
def fits(name: str, noun: str) -> int:
    """Return whether the thing *name* of the atlas may be called *noun* (singular): 2 surely, 1 perhaps, 0 no."""
    entry = atlas.entry(name)
    if noun in names_of(entry):
        return 2
    if noun in entry.kinds:
        return 1 if name in _EXCEPT.get(noun, ()) else 2
    if noun in KINDS or noun in ALL_OF:
        return int(_doubtful(entry, noun))
    if noun in entry.near or (entry.group in ("people", "faces") and noun in _HUMAN):
        return 1
    words = frozenset(noun.split())
    if any(words <= frozenset(word.split()) or word.endswith(f"-{noun}") for word in names_of(entry)):
        return 1
    owner = _owner(noun)
    if owner is not None:  # a tiger is no "cat", but who says "kitty" of it?
        related = {*owner.kinds, *names_of(owner)} & {*entry.kinds, *names_of(entry)}
        return int(owner.name in entry.kinds or entry.name in owner.kinds or bool(related & set(names_of(owner))))
    return 0


@lru_cache(maxsize=1)
def known() -> frozenset[str]:
    """Return every name of the atlas."""
    return frozenset(atlas.names())


@lru_cache(maxsize=4096)
def _owner(noun: str) -> Entry | None:
    return next((entry for entry in atlas.entries() if noun in names_of(entry)), None)


@lru_cache(maxsize=256)
def _homes(kind: str) -> frozenset[str]:
    """Return the subgroups in which there are things of *kind*."""
    return frozenset(entry.subgroup for entry in atlas.entries() if kind in entry.kinds)


def _doubtful(entry: Entry, kind: str) -> bool:
    if kind in ("food", "fruit", "vegetable") and (
        {"eating", "giving meat"} & set(entry.uses) or "can be eaten" in entry.properties
    ):
        return True
    if kind == "drink" and "drinking" in entry.uses:
        return True
    if kind == "clothing" and ("wearing" in entry.uses or bool(entry.worn)):
        return True
    if kind == "instrument" and ("makes music" in entry.properties or "making music" in entry.uses):
        return True
    return entry.subgroup in _homes(kind) or bool(_DOUBTFUL.get(kind, frozenset()) & set(entry.kinds))


@lru_cache(maxsize=4096)
def plural_only(noun: str) -> bool:
    """Return whether *noun* is a plural or stands for a mass, so that there is no "one" of it: "glasses", "rice"."""
    owner = _owner(noun)
    if owner is None or noun in _ONE_FORM:
        return False
    return (owner.plural == owner.name and owner.name not in _ONE_FORM) or (
        noun.endswith("s") and not noun.endswith(("ss", "us", "is"))
    )


def many(noun: str) -> str:
    """Return the plural of a noun that names a thing or a kind."""
    if noun in KINDS:
        return KINDS[noun]
    owner = _owner(noun)
    if owner is not None and noun == owner.name:
        return owner.plural
    busy = _BUSY.fullmatch(noun)
    return f"{plural_of(busy[1])} {busy[2]}" if busy else plural_of(noun)


def coloured(name: str, tint: str, colour: str) -> int:
    """Return whether the thing *name*, recoloured to *tint* ("" for its own colours), is *colour*: 2 surely, 1 perhaps, 0 no."""
    if tint:
        return 2 * (tint == colour)
    own = atlas.entry(name).colours
    if own == (colour,):
        return 2
    return int(colour in own or any(near in own for near in _NEAR[colour]) or colour.replace("gray", "grey") in own)


@lru_cache(maxsize=2048)
def recolourable(name: str) -> bool:
    """Return whether a thing can be given a colour without its own name speaking against it: a red "black cat"."""
    said = {word for form in names_of(atlas.entry(name)) for word in form.split()}
    return not said & {
        *COLOURS,
        "gold",
        "silver",
        "bronze",
        "golden",
        "grey",
        "gray",
        "dark",
        "full",
        "rainbow",
        "skin",
        "wood",
    }
