"""Named colours: from words such as "dark blue" or "#ff8800" to sRGB bytes."""

from __future__ import annotations

import difflib
import re

from models.expert import Refusal

NAMED: dict[str, tuple[int, int, int]] = {
    "black": (0, 0, 0), "white": (255, 255, 255), "gray": (128, 128, 128), "silver": (192, 192, 192),
    "red": (220, 20, 30), "crimson": (165, 15, 50), "scarlet": (255, 36, 0), "maroon": (128, 0, 0), "burgundy": (110, 10, 40),
    "pink": (255, 130, 180), "rose": (255, 80, 130), "magenta": (230, 0, 200), "fuchsia": (255, 0, 255),
    "purple": (128, 30, 160), "violet": (140, 70, 220), "lavender": (190, 170, 240), "lilac": (200, 160, 210),
    "indigo": (75, 0, 130), "blue": (30, 80, 220), "navy": (0, 0, 110), "azure": (0, 127, 255), "cyan": (0, 220, 230),
    "turquoise": (50, 210, 200), "teal": (0, 128, 128), "green": (30, 150, 50), "lime": (150, 240, 30), "mint": (150, 240, 190),
    "olive": (128, 128, 0), "emerald": (40, 180, 100), "yellow": (250, 220, 30), "gold": (230, 180, 30), "amber": (255, 190, 0),
    "orange": (250, 130, 20), "peach": (255, 200, 160), "coral": (255, 127, 80), "salmon": (250, 128, 114),
    "brown": (125, 75, 35), "chocolate": (100, 55, 25), "tan": (210, 180, 140), "beige": (235, 225, 200), "cream": (255, 250, 220),
    "ivory": (255, 255, 240), "khaki": (190, 180, 110), "bronze": (205, 127, 50), "copper": (184, 115, 51), "charcoal": (54, 60, 68),
}  # fmt: skip
_SAME = {"aqua": "cyan", "skyblue": "light blue", "sky blue": "light blue", "sky": "light blue", "golden": "gold",
         "reddish": "red", "bluish": "blue", "greenish": "green", "rosy": "rose"}  # fmt: skip
_TOWARDS = {"light": (255, 0.5), "pale": (255, 0.6), "bright": (255, 0.15), "dark": (0, 0.5), "deep": (0, 0.3)}
SUGGESTED = "red, orange, yellow, green, blue, purple, pink, brown, black, gray, white, or #rrggbb"


def colour(words: str) -> tuple[int, int, int]:
    """Return the sRGB bytes of *words*: a name, one with light, pale, bright, dark or deep before it, #rgb or #rrggbb.

    Raises Refusal naming colours that work.
    """
    plain = re.sub(r"[^a-z0-9#]+", " ", words.lower()).strip().removesuffix(" colour").removesuffix(" color").strip()
    if match := re.fullmatch(r"#?([0-9a-f]{6}|[0-9a-f]{3})", plain):
        digits = match[1] if len(match[1]) == 6 else "".join(c * 2 for c in match[1])
        # "#" may be left out of six digits; of three it may not, or "dad" would be a colour
        if plain.startswith("#") or len(digits) == len(match[1]):
            return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    shades: list[str] = []
    name = _SAME.get(plain, plain).replace("grey", "gray")
    while name.replace(" ", "") not in NAMED:
        shade = next((s for s in _TOWARDS if name.startswith(s) and len(name) > len(s)), None)
        if shade is None or len(shades) == 3:
            close = difflib.get_close_matches(plain.replace(" ", "")[:40], NAMED, 1)
            said = f"I do not know the colour “{words.strip()[:40]}”" if plain else "no colour is given"
            raise Refusal(said, f"Did you mean {close[0]}?" if close else f"Try {SUGGESTED}.")
        shades.append(shade)
        name = name.removeprefix(shade).strip()
    r, g, b = NAMED[name.replace(" ", "")]
    for shade in reversed(shades):
        goal, share = _TOWARDS[shade]
        r, g, b = (round(v + (goal - v) * share) for v in (r, g, b))
    return r, g, b
