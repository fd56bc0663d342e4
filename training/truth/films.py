"""Films of known scenes: who does what and when, in words that the reader of motions understands as they are meant, and its truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
from models.masks import rle_string
from models.plurals import article
from models.values import Box
from models.world import atlas, crisp
from models.world.cards import Card, resting
from models.world.film import Event, Film, pose
from models.world.filming import roomy
from models.world.motion import plan
from models.world.render import Frame, Stage, frame, largest, zooms
from models.world.scene import FLAT, Thing

from training.language.phrasing import Split
from training.truth import plots, scenery
from training.truth.referring import called, chosen
from training.truth.scenery import Part, pick
from training.truth.shots import Shot, corners, cover
from training.truth.words import plural_only, recolourable

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

FPS = 12.0
SIZES = ((320, 192), (320, 240), (256, 256), (384, 224))
"""Frames of clips, width and height in px."""
SHOWN = 0.25
"""A thing counts as in a frame when at least this share of it is seen."""


@dataclass(frozen=True)
class Deed:
    """What a thing does, as it is said of it: "runs to the left", "running to the left", and as an order "run to the left"; *verb*
    is the canonical verb of the motion lexicon; with "{o}" it is done to another thing."""

    says: str
    doing: str
    order: str
    verb: str


def _deeds(*rows: tuple[str, str, str, str]) -> tuple[Deed, ...]:
    """Return deeds from (third person, -ing form, base form, canonical verb) and the ways to go on after each."""
    return tuple(Deed(*row) for row in rows)


def _ways(verb: tuple[str, str, str, str], *tails: str) -> tuple[tuple[str, str, str, str], ...]:
    return tuple((f"{verb[0]} {tail}", f"{verb[1]} {tail}", f"{verb[2]} {tail}", verb[3]) for tail in tails)


_LR = ("to the left", "to the right")
DEEDS: dict[str, tuple[Deed, ...]] = {
    "walks": _deeds(*_ways(("runs", "running", "run", "run"), *_LR), *_ways(("walks", "walking", "walk", "walk"), *_LR), ("jumps", "jumping", "jump", "jump"), *_ways(("jumps", "jumping", "jump", "jump"), "twice", "three times"),
                    ("walks away", "walking away", "walk away", "leave"), ("falls over", "falling over", "fall over", "topple"), ("dances", "dancing", "dance", "dance"), ("turns around", "turning around", "turn around", "turn"),
                    *_ways(("hops", "hopping", "hop", "hop"), *_LR)),
    "flies": _deeds(*_ways(("flies", "flying", "fly", "fly"), *_LR), *_ways(("flutters", "fluttering", "flutter", "flutter"), *_LR), ("flies away", "flying away", "fly away", "fly")),
    "drives": _deeds(*_ways(("drives", "driving", "drive", "drive"), *_LR), ("drives away", "driving away", "drive away", "leave"), ("shakes", "shaking", "shake", "shake")),
    "swims": _deeds(*_ways(("swims", "swimming", "swim", "swim"), *_LR), ("swims away", "swimming away", "swim away", "leave")),
    "sails": _deeds(*_ways(("sails", "sailing", "sail", "sail"), *_LR), ("sails away", "sailing away", "sail away", "leave")),
    "thing": _deeds(("spins", "spinning", "spin", "spin"), ("grows", "growing", "grow", "grow"), ("shrinks", "shrinking", "shrink", "shrink"), ("wobbles", "wobbling", "wobble", "wobble"), ("shakes", "shaking", "shake", "shake"),
                    ("disappears", "disappearing", "disappear", "vanish"), ("bounces", "bouncing", "bounce", "bounce"), ("falls over", "falling over", "fall over", "topple"), ("floats up", "floating up", "float up", "float"),
                    ("jumps up and down", "jumping up and down", "jump up and down", "jump"), *_ways(("slides", "sliding", "slide", "slide"), *_LR)),
}  # fmt: skip
"""What things do by themselves, by the way they move."""
TO_OTHERS = _deeds(("chases {o}", "chasing {o}", "chase {o}", "chase"), ("jumps over {o}", "jumping over {o}", "jump over {o}", "jump over"), ("runs to {o}", "running to {o}", "run to {o}", "approach"),
                   ("runs around {o}", "running around {o}", "run around {o}", "circle"))  # fmt: skip
"""What living things do to another thing that stands near."""


@dataclass(frozen=True)
class Act:
    """Thing *id* does *deed*, to the thing *other* if there is one (0: none)."""

    id: int
    deed: Deed
    other: int = 0


def _card(thing: Thing, width: int, height: int, close: float) -> Card:
    """Return what :func:`models.world.staging.card_of` does, in black: truth needs the cover alone."""
    long = thing.size * min(width, height)
    covered, margin = cover(thing.name, crisp.steps(max(atlas.entry(thing.name).size), 2 * long * close))
    pixels = np.zeros((*covered.shape, 4), np.uint8)
    pixels[..., 3] = covered
    return Card(pixels, (max(covered.shape) - 2 * margin) / long)


@dataclass(frozen=True)
class Reel:
    """A film at a size, with the truth of its frames worked out without painting a backdrop; *acts* in the order of telling."""

    film: Film
    width: int
    height: int
    acts: tuple[Act, ...] = ()

    @property
    def shot(self) -> Shot:
        """The scene as the film has it at rest."""
        return Shot(self.film.scene, self.width, self.height)

    @cached_property
    def _stage(self) -> Stage:
        film, cards, rests = self.film, {}, {}
        for thing in film.scene.things:
            track = film.track(thing.id)
            cards[thing.id] = _card(thing, self.width, self.height, zooms(film) * largest(film, thing))
            rests[thing.id] = resting(cards[thing.id], thing, track.base, self.width, self.height)
        empty = np.zeros((self.height, self.width, 3), np.float32)
        return Stage(self.width, self.height, lambda time, view: empty, cards, rests, lambda *given: None)

    @cached_property
    def _kept(self) -> dict[int, Frame]:
        """The truths of the frames that were asked for."""
        return {}

    def truth(self, number: int) -> Frame:
        """Return the truth of a frame: masks, boxes and how much is seen of each thing; its pixels are black."""
        if number not in self._kept:
            self._kept[number] = frame(self.film, self._stage, number / self.film.fps, truth=True)
        return self._kept[number]

    @property
    def truths(self) -> list[Frame]:
        """The truth of every frame."""
        return [self.truth(number) for number in range(self.film.frames)]

    def at(self, number: int, frame_: int) -> tuple[Box | None, float]:
        """Return the box of the thing of id *number* in a frame and how much of it is seen."""
        index = [thing.id for thing in self.film.scene.things].index(number)
        truth = self.truth(frame_)
        return truth.boxes[index], truth.visible[index]

    def tracks(self, ids: Sequence[int]) -> dict[str, list[list[float]]]:
        """Return the box of each thing of *ids* in every frame, [] where nothing of it is seen."""
        order = [thing.id for thing in self.film.scene.things]
        return {str(n): [corners(truth.boxes[order.index(n)]) for truth in self.truths] for n in ids}

    def mask(self, ids: Sequence[int], frame_: int) -> NDArray[np.bool_]:
        """Return where the things of *ids* are seen in a frame, bool [h, w]."""
        order = [thing.id for thing in self.film.scene.things]
        masks = self.truth(frame_).masks
        assert masks is not None  # the truth was asked for
        return np.asarray(np.any([masks[order.index(number)] for number in ids], axis=0))

    def runs(self, ids: Sequence[int]) -> dict[str, Any]:
        """Return :meth:`mask` of every frame as COCO run lengths: size and one text a frame."""
        return {
            "size": [self.height, self.width],
            "counts": [rle_string(self.mask(ids, number))["counts"] for number in range(self.film.frames)],
        }

    def write(self, path: Path) -> None:
        """Draw the film as an MP4 file."""
        from models.world.filming import write
        from models.world.staging import stage_of

        write(
            self.film, stage_of(self.film, self.width, self.height), path, lambda fraction, word="", preview=None: None
        )

    def meta(self) -> dict[str, Any]:
        """Return what is known of its clip."""
        film = self.film
        return {
            "width": self.width,
            "height": self.height,
            "fps": film.fps,
            "frames": film.frames,
            "duration": round(film.frames / film.fps, 3),
            "has_audio": False,
        }

    def facts(self) -> dict[str, Any]:
        """Return what happens, in the order of happening, and the tracks of all things, as plain data."""
        names = {thing.id: thing.name for thing in self.film.scene.things}
        events = [
            {"time": round(e.time, 3), "seconds": round(e.seconds, 3), "id": e.id, "name": names[e.id], "verb": e.verb, "other": e.other, "times": e.times}
            for e in sorted(self.film.events, key=lambda event: event.time)
        ]  # fmt: skip
        things = [{"id": thing.id, "name": thing.name, "tint": thing.tint} for thing in self.film.scene.things]
        return {
            "film": self.film.to_json(),
            "things": things,
            "events": events,
            **self.meta(),
            "boxes": lambda: self.tracks(list(names)),
        }

    def moved(self, number: int) -> float:
        """Return how far a thing goes from left to right during the film, in fractions of the frame; negative to the left."""
        thing = next(thing for thing in self.film.scene.things if thing.id == number)
        track = self.film.track(number)
        return pose(track, thing, self.film.seconds).x - pose(track, thing, 0.0).x


def manner(name: str, kind: str) -> str:
    """Return how a thing moves before a backdrop of *kind*: a key of DEEDS."""
    entry = atlas.entry(name)
    if entry.group == "vehicles":
        if entry.subgroup == "in the air":
            return "flies"
        return (
            "sails"
            if entry.subgroup == "on water"
            else "drives"
            if entry.subgroup in ("on the road", "on rails") and "drives on roads" in entry.properties
            else "thing"
        )
    if (
        entry.group == "animals"
        and (entry.subgroup == "birds" or "can fly" in entry.properties)
        and entry.habitat == "sky"
    ):
        return "flies"
    if entry.group == "animals" and entry.habitat == "water" and kind in ("underwater", "sea", "lake"):
        return "swims"
    return "walks" if entry.group in ("animals", "people") and entry.habitat == "ground" and not entry.bust else "thing"


def stage_scene(rng: Random, split: Split, *, twins: bool = False, most: int = 3) -> Shot | None:
    """Return a scene for a film: few things with room to move, of one name twice or more with *twins*; None when none came out."""
    back = scenery.backdrop(rng, coloured=True, flat=0.15)
    names: list[str] = []
    for _ in range(rng.randint(1, most)):
        name = pick(rng, split, back.kind, rng.choice(("animals", "people", "vehicles", "", "")), names)
        names += [name] if name and not plural_only(name) else []
    if not names or (split == "held_out" and not plots.new_in(names)) or back.kind in FLAT:
        return None
    parts = [Part(name) for name in names]
    if twins:
        tints = (
            rng.sample(("red", "blue", "green", "yellow", "purple", "black"), 3)
            if recolourable(names[0]) and rng.random() < 0.5
            else ["", "", ""]
        )
        parts = [Part(names[0], tint) for tint in tints[: rng.choice((2, 2, 3))]] + parts[1:]
    size = rng.choice(SIZES)
    made = scenery.shot(rng, split, parts, back, size=size)
    if made is None or made.scene.style:
        return None
    room = replace(made, scene=roomy(made.scene, made.width / made.height))
    return room if room.whole else None


def deed_for(rng: Random, shot: Shot, number: int, others: Sequence[int] = ()) -> Act:
    """Return something that the thing *number* may do; to one of *others* now and then."""
    name = shot.thing(number).name
    kind = manner(name, shot.scene.backdrop.kind)
    if others and kind == "walks" and rng.random() < 0.25:
        return Act(number, rng.choice(TO_OTHERS), rng.choice(list(others)))
    ways = DEEDS[kind] if kind == "thing" or rng.random() < 0.8 else DEEDS["thing"]
    return Act(
        number, rng.choice([deed for deed in ways if deed.verb != "flutter" or atlas.entry(name).group == "animals"])
    )


def clause(shot: Shot, act: Act, form: str, name: str = "", *, definite: bool = True) -> str:
    """Return *act* in words: *name* with its deed in *form* (says, doing), or the deed alone as an order."""
    words: str = getattr(act.deed, form)
    if act.other:
        other = shot.thing(act.other).name
        words = words.replace("{o}", f"the {other}" if definite else article(other))
    return f"{name} {words}".strip()


def told(
    rng: Random, split: Split, shot: Shot, acts: Sequence[Act], *, free: bool, text: str, seconds: float | None = None
) -> Reel | None:
    """Return the film of *text* if the reader of motions finds just *acts* in it, by the same things and in this order."""
    read = plan(shot.scene, text, ratio=shot.width / shot.height, seed=rng.randrange(10**6), free=free, seconds=seconds)
    if [(a.verb, a.ids, a.others) for a in read.acts] != [
        (a.deed.verb, (a.id,), (a.other,) if a.other else ()) for a in acts
    ] or read.notes:
        return None
    return Reel(replace(read.film, fps=FPS), shot.width, shot.height, tuple(acts))


def directed(rng: Random, shot: Shot, acts: Sequence[Act], seconds: float) -> Reel | None:
    """Return the film in which each of *acts* is done by just the thing that it names, whatever else is called so: each is
    planned by itself and they go on side by side. No act may need another thing."""
    tracks, events = [], list[Event]()
    for act in acts:
        read = plan(
            shot.scene,
            act.deed.says,
            ratio=shot.width / shot.height,
            seed=rng.randrange(10**6),
            free=False,
            marked=(act.id,),
            seconds=seconds,
        )
        if [(a.verb, a.ids) for a in read.acts] != [(act.deed.verb, (act.id,))] or read.notes:
            return None
        tracks += [track for track in read.film.tracks if track.id == act.id]
        events += [event for event in read.film.events if event.id == act.id]
    film = Film(
        shot.scene, tuple(tracks), seconds, FPS, {}, (), tuple(sorted(events, key=lambda event: event.time)), ""
    )
    return Reel(film, shot.width, shot.height, tuple(acts))


JOINTS = (" while ", " and ", ", then ", " and then ", " as ", ", and then ")


def caption(rng: Random, split: Split, shot: Shot, acts: Sequence[Act], *, definite: bool, form: str = "says") -> str:
    """Return words that tell *acts* in *form* (says, doing), each thing by its name, which nothing else of the scene bears."""
    words = ""
    for number, act in enumerate(acts):
        thing = shot.thing(act.id)
        one = f"{thing.tint} {thing.name}".strip()
        joint = chosen(rng, split, JOINTS if form == "says" else JOINTS[1:2] * 2 + (" with ", ", "))
        words += (joint if number else "") + clause(
            shot, act, form, f"the {one}" if definite else article(one), definite=definite
        )
    return words


def distinct(shot: Shot) -> bool:
    """Return whether every thing is the only one that its name fits."""
    return all(called(shot, thing.name) == (thing.id,) for thing in shot.scene.things)
