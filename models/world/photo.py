"""What a caption makes of a photograph: the way of the camera, the motion of the marked thing, falling weather, ripples."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from models.world.acts import read_acts, settle, words_of
from models.world.film import Change, Film, Key
from models.world.mood import read_camera, read_mood
from models.world.motion import plan
from models.world.scene import Backdrop, Scene, Thing
from models.world.score import Actor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SECONDS = 3.5
_WATER = re.compile(r"\b(?:water|sea|lake|river|waves?|ripples?|rippling|flows?|flowing|stream|pond|ocean)\b")
_ANYTHING = frozenset(
    {"animate", "move", "moves", "moving", "life", "alive", "video", "clip", "motion", "bring", "make", "come", "comes"}
)
"""Words that ask for motion but not for which."""


@dataclass(frozen=True)
class PhotoPlan:
    """The *film* over a photograph; *notes*; *ripples* whether the marked place is water that moves; *unmarked* when a thing
    shall move that nothing marks."""

    film: Film
    notes: tuple[str, ...] = ()
    ripples: bool = False
    unmarked: bool = False

    def first(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
        """Return the first frame: the *picture* itself, unless the film begins with the camera close to it."""
        keys = self.film.camera.get("zoom", ())
        return picture if not keys or keys[0].value == 1.0 else None


def plan_photo(
    words: str, marked: tuple[Thing, Actor] | None, seconds: float | None, ratio: float, seed: int
) -> PhotoPlan:  # fmt: skip
    """Return the film over a photograph for *words*, with its *marked* thing if there is one."""
    plain = Backdrop("meadow")
    empty = Scene(() if marked is None else (marked[0],), plain)
    said = words_of(words)
    mood = read_mood(said, Scene((), plain), free=False)
    weather = tuple(c for c in mood.changes if c.backdrop.time in ("rain", "snowfall", "fog", "storm"))
    notes = [] if weather or not mood.changes else ["the light of a photo does not change; rain, snow and fog can come"]
    acts = list(map(settle, read_acts(mood.words, (), (1,)))) if words else []
    acts = [
        act
        for act in acts
        if not (act.verb in ("walk", "become", "enter", "stay") and set(mood.words) & _ANYTHING and not act.to)
    ]
    water = marked is not None and bool(_WATER.search(words.lower())) and not any(act.to for act in acts)
    if marked is not None and acts and not water:
        told = plan(replace(empty, backdrop=plain), " ".join(mood.words), seconds=seconds, ratio=ratio, seed=seed,
                    actors={1: marked[1]}, marked=(1,))  # fmt: skip
        film = replace(
            told.film,
            changes=_spread(weather, told.film.seconds),
            camera=_camera(words, told.film.seconds, still=True),
            words=words,
        )
        return PhotoPlan(film, (*notes, *told.notes))
    length = seconds or (SECONDS if not weather else 4.5)
    asked, _ = read_camera(" ".join(said))
    if acts and marked is None and not asked and not weather:
        return PhotoPlan(Film(empty, seconds=length, words=words), unmarked=True)
    if "zoom" in asked and asked["zoom"][0].value > 1:
        notes.append(
            "what lies outside of the photo is not known, so the clip begins close and ends with the whole of it"
        )
    if acts and marked is None:
        notes.append("nothing is marked, so only the camera moves")
    if not asked and not weather and not water and marked is None and not words:
        notes.append("nothing was said, so the camera comes closer")
    film = Film(empty, (), length, camera=_camera(words, length, still=bool(weather or water), deep=marked is not None),
                changes=_spread(weather, length), words=words)  # fmt: skip
    return PhotoPlan(film, tuple(notes), ripples=water)


def _spread(changes: Sequence[Change], length: float) -> tuple[Change, ...]:
    """Return *changes*, whose times are shares, in seconds: they are soon there."""
    return tuple(replace(change, start=0.04 * length, end=0.4 * length) for change in changes)


def _camera(words: str, length: float, *, still: bool, deep: bool = False) -> dict[str, tuple[Key, ...]]:
    """Return the camera's keys: as said; else none when *still*, a drift past the thing when *deep*, and closer otherwise."""
    asked, _ = read_camera(" ".join(words_of(words)))
    if asked:
        return {
            name: tuple(Key(key.time * length, key.value, key.ease) for key in keys) for name, keys in asked.items()
        }
    if still:
        return {}
    if deep:
        return {"zoom": (Key(0.0, 1.0), Key(length, 1.16)), "x": (Key(0.0, 0.5), Key(length, 0.54))}
    return {
        "zoom": (Key(0.0, 1.0), Key(length, 1.22)),
        "x": (Key(0.0, 0.5), Key(length, 0.52)),
        "y": (Key(0.0, 0.5), Key(length, 0.48)),
    }
