"""The examples of an empty conversation: media that functions draw when they are wanted, the words, and what is marked on them.

Every one runs as it stands on the nano profile; a test sends each through the engine.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.values import Media, Region

from app.regions import region_from_json

if TYPE_CHECKING:
    import numpy as np
    from models.world.scene import Scene
    from numpy.typing import NDArray
    from PIL import Image

SIZE = (640, 448)
ICON = (96, 68)
CLIP = (320, 224, 36, 12.0)
"""Width, height, frames and frames per second of the example clip."""
BALLOON = (0.335, 0.09, 0.665, 0.80)
CAT = (0.33, 0.28, 0.56, 0.62)
BOAT = (0.02, 0.40, 0.35, 0.80)


@dataclass(frozen=True)
class Example:
    """A card: its *title*, the *text* that is sent, the *files* (names in the folder of examples) that go with it, the
    *icon* file, *marks* (the index of a file with a box on it, and the second of a video), and what is sent *then*, one
    message after the other once each is answered."""

    title: str
    text: str
    files: tuple[str, ...]
    icon: str
    marks: tuple[tuple[int, tuple[float, float, float, float], float | None], ...] = ()
    then: tuple[str, ...] = ()

    def regions(self, handles: Sequence[str], shelf: Mapping[str, Media], first: int) -> list[Region]:
        """Return the marks as regions on the attached files' *handles*."""
        data: list[dict[str, Any]] = [
            {"ref": handles[index], "time": time, "shapes": [{"type": "box", "box": list(box)}]}
            for index, box, time in self.marks
        ]
        return region_from_json(data, shelf, first)


EXAMPLES: list[Example] = [
    Example("Cut out what is marked", "cut this out", ("balloon.png",), "balloon.png", ((0, BALLOON, None),)),
    Example("Blur the background", "blur everything else", ("balloon.png",), "balloon.png", ((0, BALLOON, None),)),
    Example(
        "Take something away", "remove this from the picture", ("balloon.png",), "balloon.png", ((0, BALLOON, None),)
    ),
    Example("Turn a picture into a sketch", "turn this picture into a pencil sketch", ("balloon.png",), "balloon.png"),
    Example("Follow a thing through a clip", "follow this", ("boat.mp4",), "boat.png", ((0, BOAT, 0.0),)),
    Example("Make a clip black and white", "make it black and white", ("boat.mp4",), "boat.png"),
    Example("Fade a sound out", "fade out over the last 2 seconds", ("tune.wav",), "tune.png"),
    Example("Take a frame out of a clip", "give me the last frame of the video", ("boat.mp4",), "boat.png"),
    Example(
        "Draw, move and hear a scene",
        "draw two cats left of a pizza on grass at night",
        (),
        "scene.png",
        then=("now make the pizza fly away", "what would the clip sound like?"),
    ),
    Example("Film a scene", "make a video of a dog running along the beach", (), "film.png"),
    Example("Make a sound", "make the sound of a dog barking twice", (), "bark.png"),
    Example("Dress up what is circled", "put a hat on the cat I circled", ("cat.png",), "cat.png", ((0, CAT, None),)),
]


_making = threading.Lock()
"""Two people may press the same card at once."""


def make_examples(folder: Path) -> Path:
    """Make all files that cards send into *folder*, those that are not there yet, and return it."""
    for name in _files():
        example_file(folder, name)
    return folder


def example_file(folder: Path, name: str) -> Path:
    """Return a file that a card sends, made when it is not there: before somebody presses a card it would only delay the start."""
    return _made(folder / name, _files()[name])


def _files() -> dict[str, Callable[[Path], None]]:
    """Return what makes each file that a card sends."""
    return {"balloon.png": balloon, "boat.mp4": boat, "tune.wav": tune, "cat.png": cat}


def card_icon(folder: Path, name: str) -> Path:
    """Return the small picture of a card, drawn when it is not there: the page shows it no larger than 32 px."""
    makers: dict[str, Callable[[], Image.Image]] = {"balloon.png": _balloon, "boat.png": lambda: _boat_picture(0),
              "tune.png": _wave, "scene.png": _scene, "film.png": _film, "bark.png": _bark, "cat.png": lambda: _composed(_meadow_cat())}  # fmt: skip

    def draw(path: Path) -> None:
        picture = makers[name]().convert("RGB")
        picture.thumbnail(ICON)
        picture.save(path, format="PNG")

    return _made(folder / f"icon-{name}", draw)


def _made(path: Path, make: Callable[[Path], None]) -> Path:
    """Return *path* once it is there whole."""
    with _making:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f"part-{path.name}")
            make(part)
            part.replace(path)
    return path


def _grain(picture: NDArray[np.float64], strength: float, seed: int) -> NDArray[np.uint8]:
    """Return the picture with the fine noise of a photograph."""
    import numpy as np

    noise = np.random.default_rng(seed).normal(0.0, strength, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def _sky(width: int, height: int, top: tuple[int, int, int], low: tuple[int, int, int]) -> NDArray[np.float64]:
    import numpy as np

    share = np.linspace(0.0, 1.0, height)[:, None, None]
    return np.repeat(np.array(top) * (1 - share) + np.array(low) * share, width, axis=1).astype(np.float64)


def _balloon() -> Image.Image:
    """Return a striped balloon over hills, 640 x 448 pixels."""
    import numpy as np
    from PIL import Image, ImageDraw, ImageFilter

    width, height = SIZE
    picture = _sky(width, height, (88, 150, 214), (222, 232, 236))
    x = np.arange(width)
    y = np.arange(height)[:, None]
    for base, swing, wave, colour in (
        (330, 26, 190, (122, 158, 136)),
        (366, 20, 120, (92, 132, 92)),
        (404, 12, 70, (70, 104, 62)),
    ):
        line = base + swing * np.sin(x / wave * 2 * math.pi + base)
        picture[y >= line[None, :]] = colour
    image = Image.fromarray(_grain(picture, 0.0, 0))
    large = image.resize((width * 2, height * 2))
    pen = ImageDraw.Draw(large)
    for left, top, scale in ((120, 90, 1.0), (900, 150, 1.3), (960, 60, 0.8)):
        for dx, dy, r in ((0, 0, 34), (44, -14, 44), (92, 4, 32)):
            place = [
                left + (dx - r) * scale,
                top + (dy - r * 0.6) * scale,
                left + (dx + r) * scale,
                top + (dy + r * 0.6) * scale,
            ]
            pen.ellipse(place, fill=(240, 244, 246))
    middle, radius = (640, 280), 190
    stripes = ((196, 40, 44), (236, 176, 52), (196, 40, 44), (236, 176, 52), (196, 40, 44))
    for index, colour in enumerate(stripes):
        share = 1 - index * 0.22
        pen.ellipse(
            [middle[0] - radius * share, middle[1] - radius, middle[0] + radius * share, middle[1] + radius],
            fill=colour,
        )
    pen.polygon(
        [(middle[0] - 118, 428), (middle[0] + 118, 428), (middle[0] + 40, 560), (middle[0] - 40, 560)],
        fill=(196, 40, 44),
    )
    for end in (-36, 36):
        pen.line([(middle[0] + end, 556), (middle[0] + end * 0.9, 620)], fill=(60, 44, 30), width=5)
    pen.rounded_rectangle([middle[0] - 44, 616, middle[0] + 44, 690], 10, fill=(120, 78, 40))
    pen.rectangle([middle[0] - 44, 616, middle[0] + 44, 630], fill=(86, 54, 28))
    return large.resize((width, height), Image.Resampling.LANCZOS).filter(ImageFilter.GaussianBlur(0.5))


def balloon(path: Path) -> None:
    """Write the picture of the balloon with the noise of a photo, as PNG."""
    import numpy as np
    from PIL import Image

    Image.fromarray(_grain(np.asarray(_balloon(), dtype=np.float64), 4.0, 7)).save(path, format="PNG")


def _boat_picture(index: int) -> Image.Image:
    """Return one frame of the clip: a red boat that sails from left to right over moving water."""
    import numpy as np
    from PIL import Image, ImageDraw

    width, height, frames, _ = CLIP
    picture = _sky(width, height, (140, 186, 226), (240, 222, 196))
    horizon = int(height * 0.58)
    rows = np.arange(horizon, height)[:, None]
    columns = np.arange(width)[None, :]
    ripple = 10 * np.sin(columns / 9 + rows / 4 + index * 0.5) * np.cos(rows / 6 - index * 0.3)
    picture[horizon:] = np.array((46, 104, 138)) + ripple[..., None] - (rows[..., None] - horizon) * 0.15
    image = Image.fromarray(_grain(picture, 2.5, 100 + index))
    pen = ImageDraw.Draw(image)
    pen.ellipse([236, 24, 272, 60], fill=(252, 236, 170))
    left = 18 + index / (frames - 1) * 190
    up = 3 * math.sin(index * 0.6)
    pen.polygon(
        [(left, 146 + up), (left + 84, 146 + up), (left + 70, 172 + up), (left + 14, 172 + up)], fill=(186, 44, 40)
    )
    pen.rectangle([left + 40, 98 + up, left + 43, 146 + up], fill=(70, 50, 34))
    pen.polygon([(left + 46, 98 + up), (left + 46, 140 + up), (left + 76, 140 + up)], fill=(246, 240, 226))
    pen.polygon([(left + 38, 104 + up), (left + 38, 140 + up), (left + 14, 140 + up)], fill=(232, 222, 200))
    return image


def boat(path: Path) -> None:
    """Write the clip: 3 seconds, 320 x 224 pixels, H.264."""
    import numpy as np
    from models.video import VideoWriter

    width, height, frames, fps = CLIP
    with VideoWriter(path, width, height, fps) as writer:
        for index in range(frames):
            writer.write(np.asarray(_boat_picture(index)))


def _tune() -> NDArray[np.float32]:
    """Return six seconds of a plucked scale, float32 [n, 1] at 22,050 Hz."""
    import numpy as np

    rate, length = 22050, 6.0
    samples = np.zeros(int(rate * length))
    for number, semitones in enumerate((0, 4, 7, 12, 7, 4, 0, 4, 7, 12, 16, 12)):
        start = int(number * 0.5 * rate)
        seconds = np.arange(min(int(0.9 * rate), len(samples) - start)) / rate
        pitch = 261.63 * 2 ** (semitones / 12)
        note = sum(np.sin(2 * math.pi * pitch * k * seconds) / k**2 for k in (1, 2, 3))
        samples[start : start + len(seconds)] += 0.3 * note * np.exp(-4 * seconds) * np.minimum(seconds * 200, 1)
    result: NDArray[np.float32] = (samples / np.abs(samples).max() * 0.7).astype(np.float32)[:, None]
    return result


def tune(path: Path) -> None:
    """Write the tune as WAV."""
    from models.expert import Sound
    from models.sound import save_wav

    save_wav(Sound(_tune(), 22050), path)


def _wave() -> Image.Image:
    """Return the tune's wave form, 320 x 224 pixels."""
    import numpy as np
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (320, 224), (238, 240, 252))
    pen = ImageDraw.Draw(image)
    loud = [float(np.abs(piece).max()) for piece in np.array_split(_tune()[:, 0], 40)]
    for index, height in enumerate(loud):
        x = 12 + index * 7.5
        pen.rounded_rectangle([x, 112 - 4 - height * 110, x + 4, 112 + 4 + height * 110], 2, fill=(79, 70, 229))
    return image


def _composed(scene: Scene, size: tuple[int, int] = (2 * ICON[0], 2 * ICON[1])) -> Image.Image:
    """Return the picture of *scene* as the picture book draws it."""
    from models.world.composer import compose
    from PIL import Image

    return Image.fromarray(compose(scene, *size).pixels)


def _scene() -> Image.Image:
    """Return the picture of the card that draws a scene: its things stand where the picture book would put them."""
    from models.world.scene import Backdrop, Scene, Thing

    things = (
        Thing("cat", 0.21, 0.56, 0.46, flip=True, id=2),
        Thing("cat", 0.52, 0.58, 0.45, id=1),
        Thing("pizza", 0.78, 0.66, 0.35, id=3),
    )
    return _composed(Scene(things, Backdrop("meadow", "night", seed=1)))


def _film() -> Image.Image:
    """Return the picture of the card "Film a scene"."""
    from models.world.scene import Backdrop, Scene, Thing

    return _composed(Scene((Thing("dog", 0.5, 0.44, 0.58, id=1),), Backdrop("beach", "day", seed=3)))


def _bark() -> Image.Image:
    """Return the picture of the card "Make a sound"."""
    from models.world.scene import Backdrop, Scene, Thing

    things = (Thing("dog", 0.43, 0.46, 0.52, id=1), Thing("musical note", 0.74, 0.59, 0.41, id=2))
    return _composed(Scene(things, Backdrop("table", "day", seed=5)))


def _meadow_cat() -> Scene:
    from models.world.scene import Backdrop, Scene, Thing

    return Scene((Thing("cat", 0.5, 0.6, 0.62, id=1),), Backdrop("meadow", "day", seed=4))


def cat(path: Path) -> None:
    """Write the picture of a cat on a meadow, 640 x 448 pixels with the noise of a photo, as PNG without its scene."""
    import numpy as np
    from PIL import Image

    pixels = np.asarray(_composed(_meadow_cat(), SIZE), dtype=np.float64)
    Image.fromarray(_grain(pixels, 3.0, 2)).save(path, format="PNG")
