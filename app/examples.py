"""The examples of an empty conversation: media that the picture book draws when they are wanted, the words, and what is marked on them.

Every one runs as it stands on the nano profile, which can be asked about each of the media too; a test sends each through the engine.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.values import Media, Region

from app.regions import region_from_json

if TYPE_CHECKING:
    import numpy as np
    from models.world.film import Film
    from models.world.scene import Scene
    from numpy.typing import NDArray
    from PIL import Image

SIZE = (640, 448)
ICON = (96, 68)
CLIP = (320, 224, 36, 12.0)
"""Width, height, frames and frames per second of the example clip."""
BALLOON = (0.365, 0.05, 0.64, 0.6)
CAT = (0.33, 0.28, 0.56, 0.62)
BOAT = (0.02, 0.33, 0.365, 0.87)


FOLDER = "examples-2"
"""The folder of their files within the data folder. Its number grows with what is drawn: files that are there are not drawn again, and
marks of now would lie beside things of before."""


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
    Example(
        "Draw a scene and ask about it",
        "draw a cow, a horse and three apples on a farm",
        (),
        "farm.png",
        then=("what do you see?", "how many apples are there?", "cut out the horse"),
    ),
    Example(
        "Draw, move and hear a scene",
        "draw two cats left of a pizza on grass at night",
        (),
        "scene.png",
        then=("now make the pizza fly away", "what would the clip sound like?"),
    ),
    Example("Film a scene", "make a video of a dog running along the beach", (), "film.png"),
    Example(
        "Make a sound and ask about it",
        "make a sound: a dog barking twice, then rain",
        (),
        "bark.png",
        then=("what do you hear?", "what comes first?"),
    ),
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
    return {
        "balloon.png": _picture(_balloon_scene),
        "boat.mp4": _boat,
        "tune.wav": _tune_file,
        "cat.png": _picture(_cat_scene),
    }


def card_icon(folder: Path, name: str) -> Path:
    """Return the small picture of a card, drawn when it is not there: the page shows it no larger than 32 px."""
    makers: dict[str, Callable[[], Image.Image]] = {
        "balloon.png": lambda: _composed(_balloon_scene()), "boat.png": lambda: _composed(_boat_film().scene), "tune.png": _wave,
        "scene.png": _scene, "film.png": _film, "bark.png": _bark, "cat.png": lambda: _composed(_cat_scene()), "farm.png": _farm,
    }  # fmt: skip

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


def _balloon_scene() -> Scene:
    """Return a balloon over a meadow, with two sheep below; nothing near its edges is of its colours or clear-cut."""
    from models.world.scene import Backdrop, Scene, Thing

    things = (
        Thing("balloon", 0.5, 0.32, 0.5, shadow=False, id=1),
        Thing("sheep", 0.2, 0.8, 0.24, id=2),
        Thing("sheep", 0.8, 0.85, 0.26, flip=True, id=3),
    )
    return Scene(things, Backdrop("meadow", "day", seed=2))


def _cat_scene() -> Scene:
    """Return a cat on a meadow."""
    from models.world.scene import Backdrop, Scene, Thing

    return Scene((Thing("cat", 0.5, 0.6, 0.62, id=1),), Backdrop("meadow", "day", seed=4))


def _boat_film() -> Film:
    """Return a boat that sails from left to right and rocks."""
    from models.world.film import Film, Key, Swing, Track
    from models.world.scene import Backdrop, Scene, Thing

    _, _, frames, fps = CLIP
    length = frames / fps
    way = {"x": (Key(0.0, 0.185, "linear"), Key(length, 0.78))}
    rock = Swing("angle", 2.5, 0.6, -1.0, length + 1.0)
    scene = Scene((Thing("sailboat", 0.185, 0.6, 0.5, id=1),), Backdrop("sea", "day", seed=1))
    return Film(scene, (Track(1, way, (rock,)),), length, fps)


def _picture(scene: Callable[[], Scene]) -> Callable[[Path], None]:
    """Return what writes the picture of *scene*, 640 x 448 pixels, as PNG that does not tell its scene: it stands for a person's own."""
    return lambda path: _composed(scene(), SIZE).save(path, format="PNG")


def _boat(path: Path) -> None:
    """Write the clip: 3 seconds, 320 x 224 pixels, H.264."""
    from models.video import VideoWriter
    from models.world.render import frames
    from models.world.staging import stage_of

    width, height, _, fps = CLIP
    film = _boat_film()
    with VideoWriter(path, width, height, fps) as writer:
        for made in frames(film, stage_of(film, width, height)):
            writer.write(made.pixels)


def _tune() -> NDArray[np.float32]:
    """Return six seconds of a music box, float32 [n, 1]."""
    from models.world.hear import SoundEvent, SoundPlan
    from models.world.sounding import render

    return render(SoundPlan((SoundEvent("music box", 0.0, 6.0),), 6.0), 3)[:, None]


def _tune_file(path: Path) -> None:
    """Write the tune as WAV."""
    from models.expert import Sound
    from models.sound import save_wav
    from models.world.sounds import RATE

    save_wav(Sound(_tune(), RATE), path)


def _wave() -> Image.Image:
    """Return the tune's wave form, 320 x 224 pixels."""
    import numpy as np
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (320, 224), (238, 240, 252))
    pen = ImageDraw.Draw(image)
    loud = [float(np.abs(piece).max()) for piece in np.array_split(_tune()[:, 0], 40)]
    for index, height in enumerate(loud):
        x = 12 + index * 7.5
        pen.rounded_rectangle([x, 112 - 4 - height * 95, x + 4, 112 + 4 + height * 95], 2, fill=(79, 70, 229))
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


def _farm() -> Image.Image:
    """Return the picture of the card "Draw a scene and ask about it"."""
    from models.world.scene import Backdrop, Scene, Thing

    things = (Thing("cow", 0.26, 0.56, 0.5, id=1), Thing("horse", 0.72, 0.56, 0.5, id=2))
    return _composed(Scene(things, Backdrop("farm", "day", seed=6)))


def _bark() -> Image.Image:
    """Return the picture of the card "Make a sound and ask about it"."""
    from models.world.scene import Backdrop, Scene, Thing

    things = (Thing("dog", 0.43, 0.46, 0.52, id=1), Thing("musical note", 0.74, 0.59, 0.41, id=2))
    return _composed(Scene(things, Backdrop("table", "day", seed=5)))
