"""English nouns: from the plural to the singular and back, and "a" or "an" before them."""

from __future__ import annotations

import re

_IRREGULAR = {
    "men": "man", "women": "woman", "children": "child", "people": "person", "mice": "mouse", "geese": "goose", "teeth": "tooth",
    "feet": "foot", "oxen": "ox", "dice": "die", "cacti": "cactus", "wolves": "wolf", "knives": "knife", "leaves": "leaf",
    "loaves": "loaf", "elves": "elf", "scarves": "scarf", "calves": "calf", "shelves": "shelf", "wives": "wife", "lives": "life",
    "halves": "half", "thieves": "thief", "hooves": "hoof", "axes": "axe", "skis": "ski", "taxis": "taxi", "kiwis": "kiwi",
    "gases": "gas", "lenses": "lens", "canvases": "canvas", "irises": "iris",
}  # fmt: skip
_PAIRS = frozenset({
    "scissors", "glasses", "sunglasses", "pants", "jeans", "trousers", "shorts", "binoculars", "headphones", "pyjamas", "pajamas",
    "goggles", "tongs", "stairs", "tights", "leggings", "tweezers", "pliers", "overalls", "earphones", "clothes", "fries", "news",
})  # fmt: skip
"""Nouns in -s of which there is no single one."""
_SAME = _PAIRS | frozenset({
    "series", "species", "gas", "lens", "canvas", "atlas", "christmas", "rhinoceros", "albatross", "swiss", "mercedes", "texas",
    "crossroads",
})  # fmt: skip
"""Nouns in -s that stay as they are."""
_UNCOUNTED = frozenset((
    "corn", "rice", "spaghetti", "sushi", "ice cream", "dna", "flying money", "bread", "cheese", "meat", "bacon", "cereal", "salad",
    "popcorn", "butter", "salt", "canned food", "paella", "fondue", "curry", "soup", "garlic", "ginger", "broccoli", "lettuce", "oden",
    "honey", "milk", "coffee", "tea", "sake", "champagne", "wine", "beer", "whisky", "soda", "chocolate", "candy", "pudding", "wheat",
    "shaved ice", "bubble tea", "mate tea", "soap", "toilet paper", "thread", "yarn", "confetti", "money", "luggage", "firewood",
    "fire", "wood", "coral", "seaweed", "bamboo", "clothing", "crickets", "applause", "cheering", "whistling", "jingle bells", "typing",
    "frying", "sweeping", "rain", "dripping", "wind", "hail", "waves", "pouring", "bubbles", "traffic", "maracas", "electricity",
    "white noise", "pink noise", "static", "music", "wings", "footsteps", "gravel steps", "thunder", "chewing", "chopping",
    "magic", "paper", "water", "underwater", "game over",
))  # fmt: skip
"""Names of drawn things and of sounds that stand for a mass, or take no "a" for another reason."""
_IE = frozenset({"cookies", "movies", "brownies", "zombies", "smoothies", "genies", "selfies", "hoodies", "collies", "ties", "pies", "veggies",
                 "foodies", "birdies", "rookies", "calories", "budgies", "magpies", "beanies", "bowties", "neckties"})  # fmt: skip
_OE = frozenset({"shoes", "toes", "canoes", "hoes", "horseshoes", "snowshoes", "tiptoes"})
_US = frozenset({"emus", "menus", "gnus", "gurus"})
_IS = frozenset(
    {
        "tennis",
        "iris",
        "oasis",
        "axis",
        "chassis",
        "basis",
        "crisis",
        "clematis",
        "pelvis",
        "ibis",
        "trellis",
        "debris",
        "paris",
    }
)
_CHE = frozenset(
    {"mustaches", "moustaches", "headaches", "toothaches", "stomachaches", "caches", "quiches", "avalanches", "niches"}
)
_BEHIND = re.compile(r" (?:of|in|on|with|without|at|by|for|from|under|near|wearing|holding|riding) ")
_LAST = re.compile(r"[A-Za-z]+(?=[^A-Za-z]*$)")


def singular(phrase: str) -> str:
    """Return *phrase* with its noun, the last word or the last before "of" or "in", in the singular; other words and all that
    is singular already stay ("three red buses" gives "three red bus", "slices of pizza" gives "slice of pizza")."""
    behind = _BEHIND.search(phrase)
    head, rest = (phrase[: behind.start()], phrase[behind.start() :]) if behind else (phrase, "")
    found = _LAST.search(head)
    if found is None:
        return phrase
    word = found.group()
    whole = head.strip().lower() == word.lower()  # "glasses" are worn, "wine glasses" are drunk from
    one = _one(word.lower(), alone=whole)
    if one == word.lower():
        return phrase
    return head[: found.start()] + _like(one, word) + head[found.end() :] + rest


def _one(word: str, *, alone: bool) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word in _US:
        return word[:-1]
    if (word in _SAME and (alone or word != "glasses")) or word.endswith(("ss", "us")) or word in _IS:
        return word
    if word.endswith("men") and word not in ("specimen", "omen", "ramen", "abdomen", "semen"):
        return word[:-2] + "an"
    if not word.endswith("s") or len(word) < 3 or (len(word) == 3 and word[1] in "aeiou"):
        return word
    if word.endswith("ies"):
        return word[:-1] if word in _IE else word[:-3] + "y"
    double = word.endswith(("ches", "shes", "xes", "sses", "zzes", "oes")) and word not in _OE | _CHE
    if double or (word.endswith("uses") and not word.endswith(("ouses", "auses"))):
        return word[:-2]
    return word[:-1]


def _like(one: str, word: str) -> str:
    """Return *one* in the capitals of *word*."""
    if word.isupper() and len(word) > 1:
        return one.upper()
    return one.capitalize() if word[0].isupper() else one


_ODD = {"man": "men", "woman": "women", "child": "children", "person": "people", "mouse": "mice", "goose": "geese",
        "tooth": "teeth", "foot": "feet", "ox": "oxen", "leaf": "leaves", "knife": "knives", "wolf": "wolves", "loaf": "loaves",
        "elf": "elves", "scarf": "scarves", "calf": "calves", "wife": "wives", "shelf": "shelves", "half": "halves", "fish": "fish",
        "sheep": "sheep", "deer": "deer", "fireman": "firemen", "dice": "dice"}  # fmt: skip
_WITH_ES = {"potato", "tomato", "mango", "volcano", "mosquito", "hero", "tornado", "echo"}


def plural_of(name: str) -> str:
    """Return the English plural of a noun phrase: its last word's ("police car" -> "police cars"), or of the noun before
    a "of", "with" or "in" ("glass of milk" -> "glasses of milk")."""
    if match := re.fullmatch(r"(.+?)( (?:of|with|in|on|from|raising|covering|wearing|holding) .+)", name):
        return plural_of(match[1]) + match[2]
    *before, last = name.split(" ")
    return " ".join([*before, _plural_word(last)])


def _plural_word(word: str) -> str:
    if word in _ODD:
        return _ODD[word]
    if word.endswith("man") and word not in ("human", "german", "shaman", "talisman"):
        return word[:-3] + "men"
    if word in _WITH_ES or re.search(r"(?:[sxz]|[cs]h)$", word):
        return word + "es"
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    return word + "s"


def uncounted(name: str) -> bool:
    """Return whether *name* stands for a mass or for several, and so takes no "a": "soap", "rain", "scissors", "crickets"."""
    word = name.rsplit(" ", 1)[-1]
    return name in _UNCOUNTED or (" of " not in name and (word in _PAIRS or singular(name) != name))


def article(noun: str) -> str:
    """Return *noun* with "a" or "an"."""
    vowel = noun[:1] in "aeiou" and not noun.startswith(("uni", "use", "euro", "uku", "one", "ufo", "u-"))
    vowel = vowel or noun.startswith(("hour", "x-ray"))
    return f"{'an' if vowel else 'a'} {noun}"


def with_article(noun: str, *adjectives: str) -> str:
    """Return a single *noun* with "a" or "an" before its *adjectives*, or without where it is not counted: "an orange dog", "red bread".
    Empty adjectives are left out."""
    said = " ".join(filter(None, (*adjectives, noun)))
    return said if uncounted(noun) else article(said)
