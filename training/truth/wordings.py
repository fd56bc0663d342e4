"""How changes are said: data only."""

from __future__ import annotations

TIMES = {"night": ("night", "at night", "nighttime"), "sunset": ("sunset", "evening", "at sunset"), "morning": ("morning", "early morning"), "rain": ("rainy", "raining", "in the rain"),
         "snowfall": ("snowing", "snowy"), "fog": ("foggy", "misty"), "storm": ("stormy",)}  # fmt: skip
"""Hours and weathers, and the words for them."""
LOOKS = {"watercolour": ("a watercolour", "a watercolour painting"), "sketch": ("a pencil sketch", "a sketch"), "oil": ("an oil painting",), "comic": ("a comic", "a cartoon"), "pixel": ("pixel art",),
         "sepia": ("an old photo", "a vintage photo"), "mosaic": ("a mosaic",), "pastel": ("a pastel drawing",), "noir": ("a black and white photo",), "neon": ("neon lights",), "poster": ("a poster",)}  # fmt: skip
"""Looks of the whole, and the words for them."""
PLACES = {"meadow": "a meadow", "beach": "a beach", "sea": "the sea", "desert": "a desert", "snow": "the snow", "city": "a city", "forest": "a forest", "mountains": "the mountains", "space": "space",
          "underwater": "the seabed", "room": "a room", "kitchen": "a kitchen", "street": "a street", "farm": "a farm", "garden": "a garden", "stage": "a stage", "moon": "the moon", "plain": "", "bricks": "a brick wall"}  # fmt: skip
"""Backdrops, and the words for them."""
BY = {"left": ("to the left of {x}", "left of {x}", "on the left of {x}"), "right": ("to the right of {x}", "right of {x}", "on the right of {x}"),
       "next": ("next to {x}", "beside {x}", "by {x}", "near {x}")}  # fmt: skip
"""How something new stands to another thing."""
AT = {(-1.0, 0.0): ("on the left", "at the left side", "to the left of the picture"), (1.0, 0.0): ("on the right", "at the right side"), (-1.0, -1.0): ("in the top left corner", "at the top left"),
       (1.0, -1.0): ("in the top right corner", "at the top right"), (-1.0, 1.0): ("in the bottom left corner", "at the bottom left"), (1.0, 1.0): ("in the bottom right corner", "at the bottom right")}  # fmt: skip
"""Sides of the frame, as directions, and the words for them."""
SAID: dict[str, tuple[str, ...]] = {
    "recolour": ("make {x} {c}", "paint {x} {c}", "turn {x} {c}", "colour {x} {c}", "recolour {x} to {c}", "change the colour of {x} to {c}", "dye {x} {c}", "let {x} be {c}", "give {x} a {c} colour",
                 "change {x} to {c}", "~{x} should be {c}", "~{x} in {c} please", "~what if {x} were {c}?", "~I want {x} {c}", "~{x}: make that {c}", "~could {x} be {c}?", "~{x} must become {c}",
                 "tint {x} {c}", "color {x} {c}", "set the color of {x} to {c}"),
    "replace": ("replace {x} with {y}", "replace {x} by {y}", "swap {x} for {y}", "turn {x} into {y}", "change {x} to {y}", "change {x} into {y}", "exchange {x} for {y}", "put {y} in place of {x}",
                "substitute {y} for {x}", "transform {x} into {y}", "make {x} {y}", "~{y} instead of {x}", "~{x} should be {y}", "~I'd rather see {y} than {x}", "~I want {y} where {x} is", "~{x} must become {y}",
                "~what if {x} was {y}?", "trade {x} for {y}", "let {x} be {y}"),
    "remove": ("remove {x}", "take {x} away", "delete {x}", "get rid of {x}", "erase {x}", "take out {x}", "make {x} disappear", "take {x} out of the picture", "eliminate {x}", "drop {x}", "~{x} should go", "~without {x}",
               "~I don't want {x} in it", "~{x} must go", "~lose {x}", "~away with {x}", "wipe {x} out", "clear away {x}", "~the same picture but without {x}"),
    "add": ("add {y}{p}", "put {y}{p}", "place {y}{p}", "draw {y}{p}", "insert {y}{p}", "paint {y}{p}", "include {y}{p}", "~there should be {y}{p}", "~I want {y}{p}", "~{y}{p} would be nice", "~it needs {y}{p}",
            "~I'd like to see {y}{p}", "~let there be {y}{p}", "have {y}{p}", "set {y}{p}", "~what about {y}{p}?", "show {y}{p}"),
    "move": ("move {x} {s}", "shift {x} {s}", "push {x} {s}", "slide {x} {s}", "bring {x} {s}", "drag {x} {s}", "~{x} should be {s}", "~{x} {s} please", "~I want {x} {s}", "place {x} {s}", "~can {x} go {s}?", "take {x} {s}"),
    "resize": ("make {x} {z}", "let {x} be {z}", "~{x} should be {z}", "~I want {x} {z}", "~{x} {z} please", "~could {x} be {z}?", "draw {x} {z}", "~{x}, but {z}", "have {x} {z}", "~what if {x} were {z}?", "show {x} {z}"),
    "copy": ("duplicate {x}", "copy {x}", "clone {x}", "double {x}", "make a copy of {x}", "add another one like {x}", "~one more like {x}", "~I want {x} twice", "put a second one like {x} beside it", "~{x} again, next to it",
             "repeat {x}"),
    "flip": ("mirror {x}", "flip {x}", "turn {x} around", "turn {x} the other way round", "make {x} look the other way", "~{x} should look the other way", "~I want {x} mirrored", "reverse {x}", "let {x} face the other way",
             "~{x} faces the wrong way"),
    "swap": ("swap {x} and {y}", "swap the places of {x} and {y}", "let {x} and {y} change places", "exchange the positions of {x} and {y}", "put {x} where {y} is and the other way round", "~{x} and {y} should change places",
             "switch {x} and {y} around", "make {x} and {y} trade places", "~I want {x} and {y} the other way round"),
    "time": ("make it {t}", "~it should be {t}", "~{t}", "change it so that it is {t}", "~same scene, but {t}", "~what if it were {t}?", "let it be {t}", "~I want it {t}", "show it {t}", "~now {t} please", "turn the scene {t}"),
    "style": ("make it look like {l}", "turn it into {l}", "~as {l}", "redraw it as {l}", "~it should look like {l}", "~like {l}", "~I want it as {l}", "convert it to {l}", "render it as {l}", "~{l} please", "restyle it as {l}"),
    "backdrop": ("change the background to {b}", "make the background {b}", "replace the background with {b}", "~the background should be {b}", "put {b} behind them", "swap the background for {b}", "~{b} as background", "set the background to {b}",
                 "~with {b} in the background", "use {b} as the background", "~I want {b} behind it all"),
}  # fmt: skip
"""How each change is said; those that are no commands begin with "~"."""
