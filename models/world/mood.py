"""What a caption says of the light, the weather and the camera: the sun sets, it starts to snow, zoom in.

Words that were understood here are taken out of the caption, so that they are not read again as what things do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from models.world.film import Change, Key
from models.world.hours import shows
from models.world.scene import OUTDOOR, Scene

_START = r"(?:starts?|begins?|started|starting)(?: to)? "
_CHANGES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (r"(?:the )?(?:sun (?:sets|goes down|is setting|is going down|sinks)|sunset comes)", ("sunset", "night"), "day"),
    (r"(?:the )?(?:sun (?:rises|comes up|is rising|goes up)|day breaks|sunrise comes|morning comes|dawn breaks)", ("morning", "day"), "night"),
    (r"(?:the )?(?:night (?:falls|comes|is falling)|(?:it|sky) (?:gets|becomes|grows|turns|is getting) (?:dark|night))", ("sunset", "night"), "day"),
    (r"(?:the )?(?:evening|dusk) (?:falls|comes)", ("sunset",), "day"),
    (rf"(?:it |the )?(?:rain )?{_START}(?:rain(?:ing)?|pouring)|(?:the )?rain (?:comes|sets in|starts|begins)", ("rain",), "day"),
    (rf"(?:it |the )?{_START}snow(?:ing)?|(?:the )?snow (?:starts|begins|comes)", ("snowfall",), "day"),
    (rf"(?:a |the )?storm (?:comes|breaks|gathers|starts|begins)|it {_START}storm(?:ing)?", ("storm",), "day"),
    (r"(?:the )?fog (?:comes|rolls in|rises|gathers)|it (?:gets|becomes) foggy", ("fog",), "day"),
    (r"(?:the )?(?:rain|snow|storm|fog|weather) (?:stops|ends|lifts|clears(?: up)?|is over)|it (?:stops|stopped) (?:rain|snow)ing|it clears up", ("day",), "rain"),
)  # fmt: skip
_CAMERA: tuple[tuple[str, dict[str, float]], ...] = (
    (r"(?:the camera )?(?:slowly |quickly )?(?:zooms?|zooming|moves?|pushes?) in(?:to)?|(?:gets?|comes?|camera moves?) closer|close up", {"zoom": 1.5}),
    (r"(?:the camera )?(?:slowly |quickly )?(?:zooms?|zooming|pulls?) (?:out|back)", {"zoom": -1.5}),
    (r"(?:the camera )?(?:slowly |quickly )?(?:pans?|panning|camera moves?|sweeps?) (?:to the |towards the )?left", {"x": -1.0}),
    (r"(?:the camera )?(?:slowly |quickly )?(?:pans?|panning|camera moves?|sweeps?) (?:to the |towards the )?right", {"x": 1.0}),
    (r"(?:the camera )?(?:slowly |quickly )?(?:pans?|panning|tilts?|tilting|camera moves?) (?:to the top|up(?:wards)?)", {"y": -1.0}),
    (r"(?:the camera )?(?:slowly |quickly )?(?:pans?|panning|tilts?|tilting|camera moves?) (?:to the bottom|down(?:wards)?)", {"y": 1.0}),
)  # fmt: skip


@dataclass(frozen=True)
class Mood:
    """*scene* with the light the film begins in; *words* left to read; *changes* of the backdrop and *camera* keys, their
    times as shares 0..1 of the film; *notes*."""

    scene: Scene
    words: list[str]
    changes: tuple[Change, ...] = ()
    camera: Mapping[str, tuple[Key, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def read_mood(words: Sequence[str], scene: Scene, *, free: bool) -> Mood:
    """Return what *words* say of light, weather and camera. With *free* the film may begin in another light than *scene*'s:
    one in which the sun sets begins by day."""
    text = " ".join(words)
    notes: list[str] = []
    camera, text = read_camera(text)
    changes: tuple[Change, ...] = ()
    has_sun = any(thing.name in ("sun", "moon", "sun with face", "full moon") for thing in scene.things)
    for pattern, times, before in _CHANGES:
        match = re.search(rf"\b(?:{pattern})\b", text)
        if not match:
            continue
        if scene.backdrop.kind not in OUTDOOR or not all(shows(scene.backdrop.kind, time) for time in times):
            notes.append(f"the light does not change in front of this backdrop ({scene.backdrop.kind})")
            text = text[: match.start()] + text[match.end() :]
            break
        if scene.backdrop.time in times and (free or scene.backdrop.time == times[-1]):
            scene = replace(scene, backdrop=replace(scene.backdrop, time=before if free else scene.backdrop.time))
        todo = [time for time in times if time != scene.backdrop.time]
        share = 0.9 / max(1, len(todo))
        changes = tuple(
            Change(0.05 + n * share, 0.05 + (n + 1) * share, replace(scene.backdrop, time=time))
            for n, time in enumerate(todo)
        )
        if not (has_sun and "sun" in match[0]):
            text = text[: match.start()] + text[match.end() :]
        break
    return Mood(scene, text.split(), changes, camera, tuple(notes))


def without_mood(text: str) -> str:
    """Return *text* without what it says of a change of light or weather and of the camera, for the reader of things."""
    for pattern, *_ in (*_CHANGES, *_CAMERA):
        text = re.sub(rf"(?:\b(?:while|as|when|and|then) )?\b(?:{pattern})\b", " ", text, flags=re.IGNORECASE)
    return " ".join(text.split())


def read_camera(text: str) -> tuple[dict[str, tuple[Key, ...]], str]:
    """Return the camera's channels that *text* asks for, their times as shares 0..1 of the film, and the text without it.

    A film begins with the whole picture; so a pan comes a little closer first, and a zoom out begins close.
    """
    asked: dict[str, float] = {}
    for pattern, goal in _CAMERA:
        if match := re.search(rf"\b(?:{pattern})\b", text):
            asked |= goal
            text = (text[: match.start()] + text[match.end() :]).strip()
    if not asked:
        return {}, text
    zoom = asked.get("zoom", 1.0)
    keys: dict[str, tuple[Key, ...]]
    if zoom < 0:
        keys = {"zoom": (Key(0.0, -zoom, "smooth"), Key(1.0, 1.0))}
    elif zoom > 1:
        keys = {"zoom": (Key(0.0, 1.0, "smooth"), Key(1.0, zoom))}
    else:
        keys = {"zoom": (Key(0.0, 1.0, "smooth"), Key(0.3, 1.3), Key(1.0, 1.3))}
    reach = 0.5 - 0.5 / max(abs(zoom), 1.3)
    for axis in ("x", "y"):
        if axis in asked:
            keys[axis] = (Key(0.0, 0.5, "smooth"), Key(1.0, 0.5 + asked[axis] * reach))
    return keys, text
