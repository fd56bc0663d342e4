"""Words that stand for several things at once: occasions such as a birthday party, and kinds such as fruit."""

from __future__ import annotations

OCCASIONS: dict[str, tuple[tuple[str, int], ...]] = {
    "birthday party": (("birthday cake", 1), ("balloon", 3), ("wrapped gift", 2), ("party popper", 1)),
    "party": (("balloon", 3), ("confetti ball", 1), ("party popper", 1), ("cupcake", 1)),
    "birthday": (("birthday cake", 1), ("balloon", 3), ("wrapped gift", 1)),
    "picnic": (("basket", 1), ("sandwich", 1), ("watermelon", 1), ("bread", 1)),
    "breakfast": (("croissant", 1), ("hot beverage", 1), ("pancakes", 1), ("egg", 1)),
    "dinner": (("spaghetti", 1), ("green salad", 1), ("wine glass", 1), ("candle", 1)),
    "feast": (("poultry leg", 1), ("bread", 1), ("grapes", 1), ("pie", 1), ("wine glass", 1)),
    "wedding party": (("shortcake", 1), ("bouquet", 2), ("clinking glasses", 1), ("ring", 1)),
    "christmas party": (("christmas tree", 1), ("wrapped gift", 3), ("bell", 1), ("santa claus", 1)),
    "christmas": (("christmas tree", 1), ("wrapped gift", 3), ("santa claus", 1)),
    "halloween": (("jack-o-lantern", 3), ("ghost", 2), ("bat", 2), ("spider web", 1)),
    "new year": (("fireworks", 3), ("clinking glasses", 1)),
    "campfire": (("fire", 1), ("wood", 1)),
    "campsite": (("tent", 2), ("fire", 1), ("evergreen tree", 2)),
    "orchestra": (("violin", 2), ("trumpet", 1), ("drum", 1), ("musical score", 1)),
    "jazz band": (("saxophone", 1), ("trumpet", 1), ("drum", 1), ("musical keyboard", 1)),
    "rock band": (("guitar", 2), ("drum", 1), ("microphone", 1)),
    "tea party": (("teapot", 1), ("cupcake", 2), ("hot beverage", 2), ("teddy bear", 1)),
    "traffic jam": (("automobile", 3), ("bus", 1), ("taxi", 1)),
    "fairground": (("ferris wheel", 1), ("roller coaster", 1), ("circus tent", 1), ("balloon", 2)),
    "amusement park": (("ferris wheel", 1), ("roller coaster", 1), ("carousel horse", 1)),
}  # fmt: skip
"""What an occasion is drawn with: names of the atlas and how many of each."""

KINDS: dict[str, tuple[str, ...]] = {
    "fruit": ("food-fruit",), "vegetable": ("food-vegetable",), "animal": ("animal-mammal",), "pet": ("=dog", "=cat", "=rabbit", "=parrot"),
    "wild animal": ("=lion", "=elephant", "=giraffe", "=zebra", "=tiger", "=monkey"),
    "farm animal": ("=cow", "=pig", "=chicken", "=horse", "=goat", "=duck"),
    "zoo animal": ("=lion", "=elephant", "=giraffe", "=zebra", "=panda", "=penguin"),
    "sea creature": ("=octopus", "=tropical fish", "=crab", "=dolphin", "=turtle", "=jellyfish"),
    "sea animal": ("=octopus", "=tropical fish", "=crab", "=dolphin", "=turtle", "=jellyfish"),
    "sea life": ("=octopus", "=tropical fish", "=crab", "=dolphin", "=turtle", "=jellyfish"),
    "insect": ("=butterfly", "=honeybee", "=ant", "=lady beetle", "=beetle", "=cricket"), "vehicle": ("transport-ground",),
    "flower": ("=tulip", "=sunflower", "=rose", "=hibiscus", "=blossom", "=hyacinth"),
    "wildflower": ("=tulip", "=hibiscus", "=blossom", "=hyacinth"),
    "tree": ("=deciduous tree", "=evergreen tree"), "plant": ("=potted plant", "=herb", "=cactus", "=seedling"),
    "food": ("=pizza", "=hamburger", "=french fries", "=sandwich", "=taco", "=green salad", "=spaghetti"),
    "fast food": ("=pizza", "=hamburger", "=french fries", "=hot dog"),
    "snack": ("=popcorn", "=cookie", "=pretzel", "=french fries"), "dessert": ("food-sweet",), "sweet": ("food-sweet",),
    "drink": ("=hot beverage", "=cup with straw", "=tropical drink", "=bubble tea"),
    "toy": ("=teddy bear", "=yo-yo", "=kite", "=nesting dolls", "=puzzle piece", "=balloon"),
    "musical instrument": ("musical-instrument",), "instrument": ("musical-instrument",), "tool": ("tool",),
    "ball": ("=soccer ball", "=basketball", "=baseball", "=volleyball"), "building": ("place-building",), "clothes": ("clothing",),
    "people": ("=man", "=woman", "=boy", "=girl", "=old man", "=old woman"), "person": ("=man", "=woman"),
    "child": ("=boy", "=girl"), "kid": ("=boy", "=girl"), "children": ("=boy", "=girl"), "family": ("=man", "=woman", "=girl", "=boy"),
    "present": ("=wrapped gift",), "dinosaur": ("=t-rex", "=sauropod"),
}  # fmt: skip
"""Members of a kind: subgroups of the atlas, or single names after "="."""
