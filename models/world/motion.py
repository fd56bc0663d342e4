"""From a scene and a caption to a film: whose verb is whose, what happens at once and what one after another, and how long.

The verbs are read in :mod:`models.world.acts`, weather and camera in :mod:`models.world.mood`; motions are written by
:mod:`models.world.antics` and :mod:`models.world.meetings`. The same scene, words and seed give the same film.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from models.world import atlas
from models.world.acts import Act, read_acts, settle, words_of
from models.world.antics import ALONE
from models.world.film import WATERS, Event, Film, Key, Track
from models.world.meetings import TOGETHER
from models.world.mentions import find_mentions, unknown_verbs
from models.world.mood import Mood, read_mood
from models.world.moves import GAITS
from models.world.scene import Scene, Thing, extent, horizon
from models.world.score import Actor, Cue, Pen, Score

NATURAL = {"jump": 1.0, "flip": 1.3, "turn": 0.9, "look": 1.6, "look to": 0.6, "appear": 1.2, "pop up": 1.0, "vanish": 1.5, "burst": 1.6, "topple": 1.4,
           "launch": 2.4, "fall": 1.8, "land": 2.0, "kick": 2.4, "kiss": 2.6, "jump over": 2.4, "jump onto": 1.6, "dive": 1.8, "hide": 2.2,
           "approach": 2.2, "eat": 3.4, "chase": 3.4, "follow": 3.6, "circle": 3.8, "crawl": 3.6, "walk": 3.4, "float": 3.6, "sail": 3.8,
           "become": 3.0, "peek": 3.4, "push": 3.2, "nod": 1.6, "stay": 1.2, "talk": 1.8, "recolour": 2.0}  # fmt: skip
"""Seconds that a motion takes where no length is asked for; others take 2.8."""
EACH = {"jump": 0.95, "hop": 0.8, "flip": 1.2, "bounce": 0.7, "talk": 0.6, "nod": 0.7, "spin": 1.0, "turn": 0.8, "look": 1.4, "pulse": 0.7,
        "blink": 0.6, "shake": 0.5, "sway": 1.3, "swing": 1.3, "wave": 0.7, "wobble": 0.6, "stretch": 1.2, "squash": 1.0, "tumble": 1.0,
        "roll": 1.1}  # fmt: skip
"""Seconds that each of a number of times takes."""
SHORTEST, LONGEST = 3.0, 9.0


@dataclass(frozen=True)
class Plan:
    """A film, what is said of it (*notes*), and the acts that were understood."""

    film: Film
    notes: tuple[str, ...]
    acts: tuple[Act, ...]


def plan(
    scene: Scene, text: str, *, seconds: float | None = None, ratio: float = 16 / 9, seed: int = 0, free: bool = False,
    aliases: Mapping[str, tuple[str, ...]] | None = None, actors: Mapping[int, Actor] | None = None, marked: Sequence[int] = (),
    arriving: Sequence[int] = (),
) -> Plan:  # fmt: skip
    """Return the film in which the things of *scene* do what *text* says.

    *seconds* is the length (None: what the acts need, within SHORTEST..LONGEST), *ratio* the frame's width over height.
    *free* lets things begin elsewhere than the scene has them (a new film); otherwise the first frame is the scene. *aliases*
    maps phrases of the text to canonical names that they may mean; *actors* replaces what the atlas says of the things, by id; *marked* are the
    ids that are meant where the text names none; *arriving* those that are not there when the film begins. With no motion
    understood the things sway, the camera comes closer, and the notes say so.
    """
    words = words_of(text)
    cast = {thing.id: (actors or {}).get(thing.id) or actor_of(thing, ratio) for thing in scene.things}
    mood = read_mood(words, scene, free=free)
    words = mood.words
    mentions = find_mentions(words, scene, aliases or {})
    acts = [settle(act) for act in read_acts(words, mentions, tuple(marked or cast))]
    acts = [replace(act, ids=tuple(marked)) if marked and not act.ids else act for act in acts]
    acts = [
        act
        for act in acts
        if act.ids and (act.verb in ALONE or (act.verb in TOGETHER and (act.others or act.verb == "circle")))
    ]
    acts = _merged(acts)
    steps = _steps(acts)
    length = seconds or round(min(LONGEST, max(SHORTEST, _natural(acts, steps, mood))), 2)
    score = Score({i: Pen(actor, last=length) for i, actor in cast.items()}, ratio, length, horizon(scene.backdrop), free,
                  random.Random(seed), frozenset(arriving))  # fmt: skip
    for pen in score.pens.values():
        pen.base = 1.0 if pen.actor.standing else 0.0
    for child, bearer in carried(cast.values()).items():
        score.pens[child].on = bearer
    acts, steps = _arrive(acts, steps, arriving)
    events = _perform(acts, steps, score)
    notes = [f"I do not know the motion “{word}”." for word in unknown_verbs(words, mentions)]
    camera = dict(mood.camera)
    if not acts and not mood.camera and not mood.changes:
        if scene.things or scene.backdrop.kind not in WATERS:
            notes.append("no motion that I know was named, so everything sways gently and the camera comes closer")
        camera = {"zoom": (Key(0.0, 1.0, "smooth"), Key(length, 1.09))}
    _idle(score, acts, gentle=not acts)
    film = Film(
        mood.scene, tuple(_tracks(score)), length, 24.0, {n: _timed(k, length) for n, k in camera.items()} if acts or mood.camera else camera,
        tuple(replace(c, start=c.start * length, end=c.end * length) for c in mood.changes), tuple(events), text,
    )  # fmt: skip
    return Plan(film, (*notes, *mood.notes), tuple(acts))


def _arrive(acts: list[Act], steps: list[int], arriving: Sequence[int]) -> tuple[list[Act], list[int]]:
    """Return *acts* and *steps* with an entrance for each thing that arrives and is not said how: those who go their way come
    in from the side, the others appear."""
    for id_ in arriving:
        mine = [n for n, act in enumerate(acts) if id_ in act.ids or id_ in act.others]
        first = acts[mine[0]] if mine else None
        if first is None:
            acts, steps = [*acts, Act("appear", (id_,))], [*steps, 0]
        elif id_ in first.ids and first.verb in GAITS and first.to in ("", "left", "right", "across", "in"):
            continue
        elif first.verb != "become" and not (id_ in first.ids and first.verb in ("appear", "enter", "pop up", "land")):
            acts, steps = [Act("appear", (id_,)), *acts], [0, *(step + 1 for step in steps)]
    return acts, steps


def _timed(keys: tuple[Key, ...], length: float) -> tuple[Key, ...]:
    """Return keys whose times were shares of the film, in seconds."""
    return tuple(Key(key.time * length, key.value, key.ease) for key in keys)


def actor_of(thing: Thing, ratio: float) -> Actor:
    """Return *thing* as the motions see it, in a frame of *ratio*; a name that the atlas lacks is any thing."""
    try:
        known = atlas.entry(thing.name)
    except KeyError:
        known = None
    x0, y0, x1, y1 = extent(replace(thing, rotation=0.0), atlas.aspect(thing.name) if known else 1.0, ratio, 1.0)
    habitat, group = (known.habitat, known.group.lower()) if known else ("any", "")
    faces = {"left": -1, "right": 1}.get(known.facing if known else "", 0) * (-1 if thing.flip else 1)
    family = "people" if group == "faces" else group
    return Actor(thing.id, thing.name, thing.x, thing.y, (x1 - x0) / 2, (y1 - y0) / 2, faces, habitat, family,
                 thing.shadow and habitat not in ("sky", "water"))  # fmt: skip


def carried(cast: Iterable[Actor]) -> dict[int, int]:
    """Return which things others carry, {id: id of the bearer}: what is within the width of another and has its foot well
    above that one's, on it or before it: a hat on a cat, a cat on a table, a rider on a horse."""
    actors = list(cast)
    found: dict[int, int] = {}
    for n, child in enumerate(actors):
        foot = child.y + child.half_y
        best = 0.0
        for m, bearer in enumerate(actors):
            high = 2 * bearer.half_y
            inside = abs(child.x - bearer.x) < 0.8 * bearer.half_x and child.half_x < 1.4 * bearer.half_x
            down = foot - (bearer.y - bearer.half_y)
            if (
                n == m
                or not inside
                or not -0.04 * high < down < 0.78 * high
                or bearer.habitat == "sky"
                or not bearer.standing
            ):
                continue
            if n < m and down > 0.3 * high:
                continue  # it is drawn behind: it stands there
            closeness = 1 - abs(child.x - bearer.x) / max(bearer.half_x, 1e-6)
            if closeness > best and found.get(bearer.id) != child.id:
                best, found[child.id] = closeness, bearer.id
    return found


def _steps(acts: Sequence[Act]) -> list[int]:
    """Return for each act the step, from 0, at which it happens: one after another where the same thing does both or the
    text says "then", together otherwise or where it says "while"."""
    steps: list[int] = []
    busy: dict[int, int] = {}
    stage, base = 0, 0
    for n, act in enumerate(acts):
        if act.stage > stage and steps:
            stage, base = act.stage, max(steps) + 1
        if n and act.beside:
            step = steps[-1]
        else:
            step = max([base, *(busy[i] + 1 for i in act.ids if busy.get(i, -1) >= base)])
        steps.append(step)
        for i in act.ids:
            busy[i] = max(step, busy.get(i, -1))
    return steps


def _merged(acts: Sequence[Act]) -> list[Act]:
    """Return *acts* without those that only say again what the one before does: "takes off and flies away"."""
    kept: list[Act] = []
    for act in acts:
        before = kept[-1] if kept else None
        again = (
            before is not None
            and before.ids == act.ids
            and before.verb in ("launch", "leave")
            and act.verb in ("fly", "leave", "rise", "vanish")
        )
        if not again:
            kept.append(act)
    return kept


def _weight(act: Act) -> float:
    natural: float = NATURAL.get(act.verb, 2.8)
    if act.times and act.verb in EACH:
        natural = EACH[act.verb] * act.times
    return float(natural / act.speed**0.5)


def _natural(acts: Sequence[Act], steps: Sequence[int], mood: Mood) -> float:
    needed = {step: max(_weight(a) for a, s in zip(acts, steps, strict=True) if s == step) for step in steps}
    return max(sum(needed.values()) + 0.4, 4.0 if mood.changes or mood.camera else 3.5 if not acts else 0.0)


def _perform(acts: Sequence[Act], steps: Sequence[int], score: Score) -> list[Event]:
    """Let the things act, step by step; within a step those first that others may follow."""
    events: list[Event] = []
    if not acts:
        return events
    weights = [
        max(_weight(a) for a, s in zip(acts, steps, strict=True) if s == step)
        for step in range(max(steps) + 1)
        if step in steps
    ]
    lead, tail = (0.0 if score.free else 0.15), 0.12
    unit = (score.seconds - lead - tail) / sum(weights)
    at = lead
    for step, weight in enumerate(weights):
        end = at + weight * unit
        now = [act for act, s in zip(acts, steps, strict=True) if s == step]
        for act in sorted(now, key=lambda act: act.verb in TOGETHER):
            actors = [i for i in act.ids if i in score.pens and (i not in act.others or len(act.ids) == 1)]
            for place, i in enumerate(actors):
                other = next((o for o in act.others if o in score.pens and o != i), 0)
                if act.verb in TOGETHER and not other and act.verb != "circle":
                    continue
                late = min(0.35, 0.12 * place) if len(actors) > 1 else 0.0
                cue = Cue(act, score.pens[i], score.pens.get(other), at + late, end, place, len(actors))
                (TOGETHER.get(act.verb) or ALONE[act.verb])(cue, score)
                events.append(Event(round(at + late, 3), round(end - at - late, 3), i, act.verb, other, act.times))
        at = end
    return events


def _idle(score: Score, acts: Sequence[Act], *, gentle: bool) -> None:
    """Let those who do nothing breathe, sway a little in the wind or rock on the water."""
    doing = {i for act in acts for i in (*act.ids, *act.others)}
    for n, (i, pen) in enumerate(score.pens.items()):
        if i in doing or pen.on:
            continue
        size, rate = (1.0 if gentle else 0.5), 0.42 + 0.06 * (n % 4)
        if pen.actor.habitat == "water" or (not pen.actor.standing and pen.actor.habitat == "sky"):
            pen.swing("lift", 0.018 * size, rate * 0.8, 0.0, score.seconds, phase=0.0)
            pen.swing("angle", 2.0 * size, rate * 0.6, 0.0, score.seconds, phase=0.0)
        elif pen.actor.alive:
            pen.swing("squash", 0.03 * size, rate * 1.3, 0.0, score.seconds)
            pen.swing("lean", 0.035 * size, rate, 0.0, score.seconds)
        elif gentle:
            pen.swing("lean", 0.05, rate, 0.0, score.seconds)


def _tracks(score: Score) -> Iterable[Track]:
    return (pen.track() for pen in score.pens.values() if pen.keys or pen.swings or pen.on)
