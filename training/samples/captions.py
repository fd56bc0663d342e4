"""Captions for the sheets of films and sounds: sentences with slots, filled with things that training shows and that suit them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, partial
from random import Random

from models.world import atlas, find

from training.held_out import held
from training.truth.words import coloured

SLOTS: dict[str, tuple[str, ...]] = {
    "car": ("taxi", "bus", "truck", "ambulance", "police car", "fire engine", "motor scooter"),
    "walker": ("cat", "elephant", "pig", "sheep", "camel", "rooster", "goat", "cow", "zebra", "monkey"),
    "runner": ("dog", "horse", "tiger", "leopard", "deer", "zebra", "poodle", "goat"),
    "hider": ("cat", "rabbit", "dog", "pig", "monkey", "rooster"),
    "hideout": ("tree", "house", "hut", "tent", "truck", "bus"),
    "plant": ("sunflower", "tulip", "cactus", "mushroom", "pine tree", "rose", "palm tree"),
    "turner": ("pizza", "hat", "guitar", "chair", "teapot", "donut", "key", "trumpet"),
    "flyer": ("airplane", "bee", "butterfly", "parrot", "helicopter", "owl", "eagle", "duck"),
    "jumper": ("frog", "rabbit", "kangaroo", "horse", "goat", "cat"),
    "low": ("chair", "pumpkin", "basket", "watermelon", "tree stump"),
    "ball": ("basketball", "soccer ball", "tennis ball", "orange", "wheel"),
    "round": ("donut", "watermelon", "pizza", "volleyball"),
    "boat": ("sailboat", "ship", "canoe", "ferry"),
    "singer": ("dog", "cow", "rooster", "sheep", "cat", "duck", "frog"),
    "engine": ("tractor", "motorcycle", "train", "truck", "helicopter", "ambulance"),
    "bird": ("owl", "duck", "eagle", "parrot", "crow"),
    "colour": ("red", "green", "purple", "yellow", "blue"),
    "weather": ("night", "rain", "snow", "fog"),
}
"""What can stand for each slot."""
_PLAIN = ("colour", "weather")
"""Slots that name no thing."""
_SLOT = re.compile(r"\{(\w+)\}")


def filled(rng: Random, *texts: str) -> tuple[str, ...]:
    """Return *texts* with each ``{slot}`` filled by one of its words, the same word for the same slot in all of them; nothing in
    them is held out, and nothing is given the colour that it has. Raises KeyError for a slot that SLOTS does not have."""
    slots = _SLOT.findall(" ".join(texts))
    while True:
        words = {name: rng.choice(_shown(name)) for name in SLOTS}
        made = tuple(_SLOT.sub(partial(_word, words), text) for text in texts)
        again = "colour" in slots and any(_has(words[slot], words["colour"]) for slot in slots)
        if not again and not any(held(text) for text in made):
            return tuple(re.sub(r"\ba (?=[aeiou])", "an ", text) for text in made)


@cache
def _shown(slot: str) -> tuple[str, ...]:
    """Return the words for *slot*: of things those that training shows, and that are drawn whole."""
    if slot in _PLAIN:
        return SLOTS[slot]
    found = [(word, find.find(word)) for word in SLOTS[slot]]
    return tuple(
        word for word, match in found if match and not find.held_out(match.name) and not atlas.entry(match.name).bust
    )


def _has(word: str, colour: str) -> bool:
    """Return whether what *word* names may be called *colour* as it is."""
    match = find.find(word)
    return match is not None and coloured(match.name, "", colour) > 0


def _word(words: Mapping[str, str], slot: re.Match[str]) -> str:
    return words[slot[1]]
