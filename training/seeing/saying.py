"""How places, hours and looks of a picture are said, and where in it something is."""

from __future__ import annotations

from models.plurals import article
from models.world.scene import FLAT, INDOOR, OUTDOOR, Scene

from training.seeing.views import View

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
_DARK = ("noir", "neon", "blueprint", "night", "sepia", "sketch")


def place(scene: Scene, *, at: bool = False) -> str:
    """Return the backdrop of *scene* in words: "a meadow", or *at* it: "on a meadow"."""
    back = scene.backdrop
    if back.kind == "plain" and back.colour and not scene.style and not scene.moods:
        thing = article(f"{back.colour.replace('gray', 'grey')} background")
        return f"on {thing}" if at else thing
    return PLACES[back.kind][at]


def when(scene: Scene) -> str:
    """Return the hour or weather with a blank before it, "" where it is day or there is none."""
    return f" {HOURS[scene.backdrop.time]}" if timed(scene) and scene.backdrop.time in HOURS else ""


def timed(scene: Scene) -> bool:
    """Return whether the hour and the weather can be told."""
    return scene.backdrop.kind in OUTDOOR and scene.style not in _DARK and not scene.moods


def where(scene: Scene) -> str:
    """Return place, hour and look, with a blank before them."""
    look = f", as {LOOKS[scene.style]}" if scene.style and scene.style not in ("night", "noir", "neon") else ""
    return f" {place(scene, at=True)}{when(scene)}{look}"


def inside(scene: Scene) -> bool | None:
    """Return whether the scene is indoors; None where that cannot be told."""
    if scene.backdrop.kind in INDOOR[:2]:
        return True
    return None if scene.backdrop.kind in (*FLAT, *INDOOR) else False


def side(view: View, number: int) -> str:
    """Return where in its frame a thing is ("at the top left"); "" where that is between two places."""
    across, down = view.middle(number)
    words = []
    for value, names in ((down, ("top", "", "bottom")), (across, ("left", "", "right"))):
        if any(abs(value - edge) < 0.02 for edge in (0.37, 0.63)):
            return ""
        words.append(names[(value > 0.37) + (value > 0.63)])
    if not any(words):
        return "in the middle"
    said = " ".join(word for word in words if word)
    return f"on the {said}" if not words[0] else f"at the {said}"
