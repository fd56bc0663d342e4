"""Words that stand for several things at once: occasions such as a birthday party, and kinds such as fruit."""

from __future__ import annotations

OCCASIONS: dict[str, tuple[tuple[str, int], ...]] = {
    "birthday party": (("birthday cake", 1), ("balloon", 3), ("gift", 2), ("party popper", 1)),
    "party": (("balloon", 3), ("confetti", 1), ("party popper", 1), ("cupcake", 1)),
    "birthday": (("birthday cake", 1), ("balloon", 3), ("gift", 1)),
    "picnic": (("basket", 1), ("sandwich", 1), ("watermelon", 1), ("baguette", 1)),
    "breakfast": (("croissant", 1), ("coffee", 1), ("pancakes", 1), ("fried egg", 1)),
    "dinner": (("spaghetti", 1), ("salad", 1), ("wine", 1), ("candle", 1)),
    "feast": (("chicken leg", 1), ("bread", 1), ("grapes", 1), ("pie", 1), ("wine", 1)),
    "wedding": (("bride", 1), ("groom", 1), ("bouquet", 1), ("bell", 2)),
    "christmas party": (("christmas tree", 1), ("gift", 3), ("bell", 1), ("santa claus", 1)),
    "christmas": (("christmas tree", 1), ("gift", 3), ("santa claus", 1)),
    "halloween": (("pumpkin", 3), ("ghost", 2), ("bat", 2), ("spider web", 1)),
    "new year": (("firework", 3), ("clinking glasses", 1)), "fireworks": (("firework", 4),),
    "campfire": (("fire", 1), ("tent", 1)), "campsite": (("tent", 2), ("fire", 1), ("pine tree", 2)),
    "orchestra": (("violin", 2), ("trumpet", 1), ("drum", 1), ("piano", 1)),
    "jazz band": (("saxophone", 1), ("trumpet", 1), ("drum", 1), ("piano", 1)),
    "rock band": (("guitar", 2), ("drum", 1), ("microphone", 1)), "band": (("guitar", 1), ("drum", 1), ("trumpet", 1)),
    "tea party": (("teapot", 1), ("cupcake", 2), ("tea", 2), ("teddy bear", 1)),
    "traffic jam": (("car", 3), ("bus", 1), ("taxi", 1)),
    "fairground": (("ferris wheel", 1), ("roller coaster", 1), ("circus tent", 1), ("balloon", 2)),
    "amusement park": (("ferris wheel", 1), ("roller coaster", 1), ("carousel horse", 1)),
    "funfair": (("ferris wheel", 1), ("roller coaster", 1), ("circus tent", 1)),
    "bedroom furniture": (("bed", 1), ("mirror", 1), ("chair", 1)), "solar system": (("sun", 1), ("globe", 1), ("moon", 1), ("saturn", 1)),
}  # fmt: skip
"""What an occasion is drawn with: names of the atlas and how many of each."""

KINDS: dict[str, str] = {
    "fruit": "apple banana orange grapes pear strawberry pineapple watermelon peach lemon",
    "berry": "strawberry blueberries cherries grapes", "vegetable": "carrot,tomato,broccoli,corn,cucumber,bell pepper,eggplant,onion,potato",
    "animal": "dog cat horse cow elephant lion rabbit giraffe fox bear", "pet": "dog cat rabbit hamster parrot turtle",
    "wild animal": "lion elephant giraffe zebra tiger monkey rhinoceros", "safari animal": "lion elephant giraffe zebra rhinoceros",
    "farm animal": "cow pig chicken horse goat duck sheep", "zoo animal": "lion elephant giraffe zebra panda penguin",
    "forest animal": "fox,deer,bear,owl,hedgehog,squirrel,raccoon", "mammal": "dog cat horse cow elephant lion bear",
    "sea creature": "octopus,tropical fish,crab,dolphin,turtle,jellyfish", "sea animal": "octopus,tropical fish,crab,dolphin,turtle,jellyfish",
    "reptile": "crocodile turtle lizard snake", "insect": "butterfly bee ant ladybug beetle cricket", "bug": "bee ant ladybug beetle",
    "vehicle": "car,bus,delivery truck,motorcycle,bicycle,tractor,taxi", "flower": "tulip sunflower rose hibiscus flower hyacinth",
    "wildflower": "tulip hibiscus flower hyacinth", "plant": "potted plant,herb,cactus,seedling,bamboo",
    "food": "pizza,hamburger,french fries,sandwich,taco,salad,spaghetti", "fast food": "pizza,hamburger,french fries,hot dog",
    "snack": "popcorn,cookie,pretzel,french fries", "dessert": "donut,cupcake,ice cream,pie,cookie,pudding",
    "sweet": "candy lollipop chocolate donut cookie", "drink": "coffee,tropical drink,bubble tea,milk,soda",
    "toy": "teddy bear,yo-yo,kite,nesting dolls,puzzle piece,balloon", "musical instrument": "guitar violin trumpet drum piano saxophone flute",
    "instrument": "guitar violin trumpet drum piano saxophone flute", "tool": "hammer saw wrench screwdriver axe",
    "ball": "soccer ball,basketball,baseball,volleyball", "sports ball": "soccer ball,basketball,baseball,volleyball",
    "building": "house,office building,hotel,school,church,castle", "clothes": "t-shirt jeans dress coat socks shoe",
    "people": "man,woman,boy,girl,old man,old woman,bearded man,blond woman", "person": "man,woman,bearded man,blond woman",
    "adult": "man woman", "child": "boy girl", "kid": "boy girl", "family": "man woman girl boy", "friend": "boy girl man woman",
    "dinosaur": "tyrannosaurus dinosaur", "planet": "globe saturn moon", "shape": "circle square triangle",
}  # fmt: skip
"""Members of a kind: names of the atlas, parted by commas where one has a space in it, else by spaces."""


def members(kind: str) -> tuple[str, ...]:
    """Return the names of the atlas that are drawn for *kind*, a key of KINDS; () for any other word."""
    listed = KINDS.get(kind, "")
    return tuple(listed.split("," if "," in listed else None))
