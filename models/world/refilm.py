"""Changing a drawn film as an instruction says: its scene is changed and what moves goes on moving; motions change by verbs."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from models.expert import Refusal
from models.world import changes
from models.world.acts import words_of
from models.world.draft import numbered
from models.world.film import MOST_SECONDS, Change, Event, Film, Key, Swing, Track
from models.world.filming import aliases
from models.world.instead import instead, is_instead
from models.world.instructions import read_orders
from models.world.mood import read_mood
from models.world.motion import actor_of, plan
from models.world.scene import Scene, Thing
from models.world.tools import Tools
from models.world.which import Context

_SLOWER = re.compile(
    r"\b(?:slower|slow(?:er)? (?:it|this|everything) down|in slow motion|slow motion|more slowly|slow down)\b"
)
_FASTER = re.compile(r"\b(?:faster|speed (?:it|this|everything)? ?up|more quickly|quicker|in fast motion)\b")

_MOTIONS = ("turn", "move", "flip", "resize", "replace", "extend")
"""Orders that words of motions, and of the camera ("zoom out"), are read as too."""
QUICK = 0.2
"""Seconds in which a thing turns to the other side."""


@dataclass(frozen=True)
class Refilmed:
    """The changed *film*, what was *done*, and *notes* on what was not understood."""

    film: Film
    done: tuple[str, ...]
    notes: tuple[str, ...] = ()


def refilm(
    film: Film, text: str, tools: Tools, size: tuple[int, int], seed: int, marked: tuple[int, ...] = ()
) -> Refilmed:
    """Return *film* changed as *text* says; *size* is the frame in px, *marked* the ids of things under the marked place.

    Raises Refusal naming what works where nothing of *text* was understood.
    """
    film = replace(film, scene=numbered(film.scene))
    done: list[str] = []
    notes: list[str] = []
    lower = text.lower()
    for pattern, factor, said in ((_SLOWER, 1.6, "made it slower"), (_FASTER, 0.62, "made it faster")):
        if pattern.search(lower):
            film, text, done = paced(film, factor), pattern.sub("", lower), [*done, said]
    moved = _remoted(film, text, tools, size, seed, marked)
    if moved is not None:
        film = moved.film
        done += moved.done
    other = moved is None and is_instead(text)
    orders = read_orders(text, bare=other)
    if other:
        orders = instead(orders, film.scene, tools, marked or None)
    understood = [o for o in orders.orders if not (moved is not None and o.verb in _MOTIONS)]
    if understood:
        context = Context(marked, (), *size)
        changed = changes.change(
            film.scene, replace(orders, orders=tuple(understood)), tools.know, tools.read, context, seed
        )
        done += changed.done
        notes += [*changed.notes, *(f"I do not know: {word}" for word in changed.unknown)]
        film = carried_over(film, changed.scene, size[0] / size[1]) if changed.done else film
    if not done:
        extra = f" ({'; '.join(notes)})" if notes else ""
        raise Refusal(
            f"Nothing of that could be done to this drawn clip{extra}.",
            "Try to add, remove, replace or recolour a thing, to change the background, the time, the weather or the style, "
            "or say what a thing shall do.",
        )
    notes += [f"I did not understand “{clause}”" for clause in orders.unread if moved is None]
    return Refilmed(film, tuple(dict.fromkeys(done)), tuple(dict.fromkeys(notes)))


def _remoted(
    film: Film, text: str, tools: Tools, size: tuple[int, int], seed: int, marked: tuple[int, ...]
) -> Refilmed | None:  # fmt: skip
    """Return *film* in which the things that *text* gives a verb do that instead; None where it gives none."""
    wish = tools.read(text)
    told = plan(
        film.scene,
        text,
        seconds=film.seconds,
        ratio=size[0] / size[1],
        seed=seed,
        free=True,
        aliases=aliases(wish),
        marked=marked,
    )
    mood = read_mood(words_of(text), film.scene, free=False)
    acts = [act for act in told.acts if act.ids and act.verb not in ("become", "stay")]
    if not acts and not mood.changes and not mood.camera:
        return None
    new = {i for act in acts for i in (*act.ids, *act.others)}
    tracks = [t for t in film.tracks if t.id not in new] + [t for t in told.film.tracks if t.id in new]
    events = [e for e in film.events if e.id not in new] + [e for e in told.film.events if e.id in new]
    done = [f"let the {thing.name} {act.verb}" for act in acts for thing in film.scene.things if thing.id in act.ids]
    done += ["changed the light"] * bool(mood.changes) + ["moved the camera"] * bool(mood.camera)
    made = replace(
        film, tracks=tuple(tracks), events=tuple(sorted(events, key=lambda e: e.time)),
        changes=told.film.changes or film.changes, camera=told.film.camera if mood.camera else film.camera,
    )  # fmt: skip
    return Refilmed(made, tuple(dict.fromkeys(done)))


def carried_over(film: Film, scene: Scene, ratio: float) -> Film:
    """Return *film* over the changed *scene*: tracks go on where their things are, moved as these were; new things breathe."""
    before = {thing.id: thing for thing in film.scene.things}
    ids = {thing.id for thing in scene.things}
    tracks = []
    for thing in scene.things:
        old = before.get(thing.id)
        track = film.track(thing.id)
        if old is None:
            tracks.append(_breathing(thing, film.seconds, ratio))
        elif track.channels or track.swings or track.on:
            tracks.append(_shifted(track, old, thing, ids, ratio))
    # a change of light begins from the new backdrop and keeps its time
    old_back, new_back = film.scene.backdrop, scene.backdrop
    later = tuple(Change(c.start, c.end, replace(new_back, time=c.backdrop.time)) for c in film.changes)
    if new_back.time != old_back.time:
        later = ()
    events = tuple(e for e in film.events if e.id in ids and (not e.other or e.other in ids))
    return replace(film, scene=scene, tracks=tuple(tracks), changes=later, events=events)


def _breathing(thing: Thing, seconds: float, ratio: float) -> Track:
    alive = actor_of(thing, ratio).alive
    return Track(thing.id, {}, (Swing("squash", 0.025, 0.6, 0.0, seconds + 0.5),) if alive else ())


def _shifted(track: Track, old: Thing, new: Thing, ids: set[int], ratio: float) -> Track:
    """Return *track* moved by as much as the thing was; feet stay on the ground when another size stands in its place, what
    waits out of the frame is as far out as its width asks, and another thing still looks where it goes."""
    before, after = actor_of(old, ratio), actor_of(new, ratio)

    def x(value: float) -> float:
        if value <= -before.half_x or value >= 1 + before.half_x:  # out of sight
            return value + (after.half_x - before.half_x) * (1 if value > 1 else -1)
        return value + (new.x - old.x)

    channels = dict(track.channels)
    if "x" in channels:
        channels["x"] = tuple(Key(k.time, x(k.value), k.ease) for k in channels["x"])
    if "y" in channels:
        channels["y"] = tuple(Key(k.time, k.value + (new.y - old.y), k.ease) for k in channels["y"])
    if turn := _faced(channels, before.faces, after.faces):
        channels["turn"] = turn
    else:
        channels.pop("turn", None)
    return replace(track, channels=channels, on=track.on if track.on in ids else 0)


def _faced(channels: Mapping[str, tuple[Key, ...]], before: int, after: int) -> tuple[Key, ...]:
    """Return the keys of the turn of a thing that looks *after* by nature (-1 left, 1 right, 0 neither) and does what one that
    looked *before* did in *channels*; () for none."""
    turn = channels.get("turn", ())
    if before == after:
        return turn
    if before and after:  # the mirror image of what the other showed
        return tuple(replace(k, value=k.value + 180) for k in turn) or (Key(0.0, 180.0),)
    if before:  # what has no sides need not turn to another side
        return turn if any(k.value % 180 or abs(k.value) > 180 for k in turn) else ()
    return turn or _ahead(channels.get("x", ()), after)


def _ahead(way: Sequence[Key], faces: int) -> tuple[Key, ...]:
    """Return the turn of a thing that looks to the side *faces* and goes along the keys *way*: always the way it goes."""
    keys: list[Key] = []
    for here, there in itertools.pairwise(way):
        if here.ease == "hold" or abs(there.value - here.value) < 0.01:
            continue
        goal = 0.0 if (there.value > here.value) == (faces > 0) else 180.0
        if not keys:
            keys = [Key(0.0, goal)]
        elif keys[-1].value != goal:
            keys += [
                Key(max(here.time, keys[-1].time), keys[-1].value),
                Key(max(here.time, keys[-1].time) + QUICK, goal),
            ]
    return tuple(keys) if any(key.value for key in keys) else ()


def paced(film: Film, factor: float) -> Film:
    """Return *film* taking *factor* times as long, within what a film may last."""
    factor = min(factor, MOST_SECONDS / film.seconds)

    def keys(channels: Mapping[str, tuple[Key, ...]]) -> dict[str, tuple[Key, ...]]:
        return {name: tuple(Key(k.time * factor, k.value, k.ease) for k in ks) for name, ks in channels.items()}

    tracks = tuple(
        replace(track, channels=keys(track.channels),
                swings=tuple(replace(s, start=s.start * factor, end=s.end * factor, rate=s.rate / factor) for s in track.swings))
        for track in film.tracks
    )  # fmt: skip
    events = tuple(Event(e.time * factor, e.seconds * factor, e.id, e.verb, e.other, e.times) for e in film.events)
    later = tuple(Change(c.start * factor, c.end * factor, c.backdrop) for c in film.changes)
    return replace(
        film, seconds=film.seconds * factor, tracks=tracks, camera=keys(film.camera), events=events, changes=later
    )
