"""How places, hours and looks of a picture are said, and where in it something is: the words for what the senses read."""

from __future__ import annotations

from models.world.scene import OUTDOOR

PLACES: dict[str, tuple[str, str]] = {
    "meadow": ("a meadow", "on a meadow"), "farm": ("a farm", "on a farm"), "garden": ("a garden", "in a garden"), "beach": ("a beach", "on a beach"),
    "sea": ("the sea", "on the sea"), "lake": ("a lake", "at a lake"), "desert": ("a desert", "in a desert"), "snow": ("a snowy field", "in the snow"),
    "city": ("a city", "in a city"), "street": ("a street", "on a street"), "forest": ("a forest", "in a forest"), "mountains": ("mountains", "in the mountains"),
    "sky": ("the sky", "in the sky"), "moon": ("the moon", "on the moon"), "room": ("a room", "in a room"), "kitchen": ("a kitchen", "in a kitchen"),
    "table": ("a table", "on a table"), "stage": ("a stage", "on a stage"), "space": ("outer space", "in space"), "underwater": ("the deep sea", "under water"),
    "plain": ("a plain background", "on a plain background"), "gradient": ("a soft background", "on a soft background"),
    "stripes": ("a striped background", "on a striped background"), "checker": ("a checkered background", "on a checkered background"),
    "dots": ("a dotted background", "on a dotted background"), "paper": ("paper", "on paper"), "noise": ("a grainy background", "on a grainy background"),
    "wood": ("a wooden background", "on a wooden background"), "bricks": ("a brick wall", "in front of a brick wall"),
}  # fmt: skip
"""Each backdrop as a thing that is seen, and as a place where things are."""
HOURS = {"night": "at night", "sunset": "at sunset", "morning": "in the morning", "fog": "in the fog", "rain": "in the rain", "storm": "in a storm",
         "snowfall": "in falling snow"}  # fmt: skip
TIMES = {"day": "day, and the weather is good", "night": "night", "sunset": "evening, and the sun goes down", "morning": "early in the morning",
         "fog": "foggy", "rain": "raining", "storm": "stormy", "snowfall": "snowing"}  # fmt: skip
"""What completes "it is ..."."""
LOOKS = {
    "": "a plain drawing, without a special style", "sketch": "a pencil sketch", "watercolour": "a watercolour", "oil": "an oil painting", "comic": "a comic",
    "poster": "a poster", "pixel": "pixel art", "pastel": "a pastel drawing", "dreamy": "a soft and dreamy drawing", "noir": "an old film in black and white",
    "sepia": "an old photo in sepia", "neon": "a drawing in neon colours", "blueprint": "a blueprint", "night": "a drawing in dark night colours", "mosaic": "a mosaic",
}  # fmt: skip
"""What completes "it looks like ..."."""
TINTS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white", "grey")
"""Colours that may stand before a thing."""
DARK = ("noir", "neon", "blueprint", "night", "sepia", "sketch")
"""Looks in which hour and weather cannot be told."""
EDGES = (0.37, 0.63)
"""Where the left and upper third of a picture end and the right and lower third begin, as it is said."""


def when(place: str, hour: str, look: str) -> str:
    """Return the hour or weather with a blank before it, "" where it is day or cannot be told."""
    return f" {HOURS[hour]}" if place in OUTDOOR and look not in DARK and hour in HOURS else ""


def setting(what: str, place: str, hour: str, look: str) -> str:
    """Return *what* of a picture with that backdrop, hour and look (keys of PLACES, TIMES and LOOKS): "where" (" on a meadow at night, as
    a comic", after what is there), "place" ("a meadow at night"), "hour" ("night"), "time" (TIMES) or "look" (LOOKS). Raises
    KeyError for another one."""
    if what == "where":
        style = f", as {LOOKS[look]}" if look and look not in ("night", "noir", "neon") else ""
        return f" {PLACES[place][1]}{when(place, hour, look)}{style}"
    return {
        "place": PLACES[place][0] + when(place, hour, look),
        "hour": TIMES[hour].split(",")[0],
        "time": TIMES[hour],
        "look": LOOKS[look],
    }[what]


def side(across: float, down: float) -> str:
    """Return where the point lies, in fractions of the frame: "at the top left", "on the right", "in the middle"."""
    words = [names[(value > EDGES[0]) + (value > EDGES[1])]
             for value, names in ((down, ("top", "", "bottom")), (across, ("left", "", "right")))]  # fmt: skip
    if not any(words):
        return "in the middle"
    said = " ".join(word for word in words if word)
    return f"at the {said}" if words[0] else f"on the {said}"
