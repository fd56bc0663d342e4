"""Turns a plan of sounds into samples, and a drawn scene or film into a plan: what its things and its backdrop sound like."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.expert import Refusal, Report
from models.previews import heard
from models.world.hear import LONGEST, Embed, SoundEvent, SoundPlan, nearest
from models.world.hear_words import sense
from models.world.scene import Backdrop, Scene
from models.world.sounds import CLASSES, LOUDEST, RATE, synthesise
from models.world.sounds.kit import lowpass, room

if TYPE_CHECKING:
    from models.world.film import Film

PLACES = {
    "meadow": "dawn chorus", "forest": "dawn chorus", "jungle": "dawn chorus", "garden": "dawn chorus", "park": "dawn chorus", "farm": "dawn chorus",
    "field": "dawn chorus", "beach": "waves", "sea": "waves", "ocean": "waves", "island": "waves", "harbour": "waves", "harbor": "waves",
    "lake": "stream", "river": "stream", "pond": "stream", "swamp": "frog", "waterfall": "waterfall", "underwater": "underwater",
    "city": "traffic", "street": "traffic", "road": "traffic", "town": "traffic", "desert": "wind", "snow": "wind", "mountains": "wind",
    "mountain": "wind", "sky": "wind", "winter": "wind", "arctic": "wind", "canyon": "wind", "hills": "dawn chorus", "space": "spaceship",
    "moon": "spaceship", "mars": "wind", "cave": "dripping", "volcano": "earthquake", "kitchen": "fan", "room": "clock", "bedroom": "clock",
    "office": "typing", "cafe": "crowd", "restaurant": "crowd", "stadium": "cheering", "market": "crowd", "classroom": "crowd",
    "stage": "applause", "circus": "applause",
}  # fmt: skip
"""What a place sounds like when nothing happens in it. Plain patterns are silent."""
_TIMES = {"rain": "rain", "storm": "storm", "snowfall": "wind", "wind": "wind", "fog": "", "thunder": "storm"}
_NIGHT = {"dawn chorus": "crickets", "clock": "clock"}
DEEDS = {
    "run": "footsteps", "walk": "footsteps", "waddle": "footsteps", "gallop": "gallop", "hop": "boing", "roll": "skateboard",
    "slide": "whoosh", "drive": "engine", "fly": "whoosh", "flutter": "wings", "glide": "whoosh", "swoop": "whoosh", "launch": "rocket",
    "swim": "splash", "sail": "waves", "dive": "splash", "land": "bonk", "fall": "whoosh", "sink": "bubbles", "jump": "boing",
    "bounce": "boing", "spin": "whoosh", "shake": "maracas", "swing": "creak", "dance": "drum kit", "wobble": "boing",
    "pulse": "heartbeat", "blink": "magic", "grow": "power-up", "shrink": "laser", "stretch": "creak", "squash": "boing",
    "flip": "whoosh", "tumble": "bonk", "topple": "slam", "melt": "bubbles", "appear": "magic", "pop up": "balloon pop",
    "vanish": "magic", "burst": "balloon pop", "chase": "footsteps", "flee": "footsteps", "push": "creak", "kick": "bonk",
    "eat": "chewing", "become": "magic", "jump over": "boing", "explode": "explosion",
}  # fmt: skip
"""What a verb of a film (the canonical ones of the motion lexicon) sounds like besides the thing that does it."""
_MOVING = frozenset({"vehicles", "insects"})


def render(plan_: SoundPlan, seed: int, rate: int = RATE, report: Report | None = None) -> NDArray[np.float32]:
    """Return the plan's sound, float32 [round(seconds * rate)] within -LOUDEST..LOUDEST; the same seed gives the same samples.

    Every event has a source of chances of its own, so that adding one does not change the others. The sum is brought to a
    peak of 0.9, less where everything in it is meant to be soft. *report* is told the fraction done and what is heard so far. Raises
    ValueError for a plan without events.
    """
    if not plan_.events:
        raise ValueError("a plan without events has no sound")
    made = np.zeros(max(16, round(plan_.seconds * rate)))
    for number, event in enumerate(plan_.events):
        if report is not None:
            step = f"making {event.name}, sound {number + 1} of {len(plan_.events)}"
            report(number / len(plan_.events), step, (lambda: heard(made, rate)) if number else None)
        rng = np.random.default_rng([seed & 0xFFFFFFFF, number])
        piece = np.asarray(synthesise(
            event.name, float(np.clip(event.seconds, 0.1, LONGEST)), rng, pitch=event.pitch, count=event.count, loudness=event.loudness,
            pace=event.pace, rate=rate), np.float64)  # fmt: skip
        if event.distant:
            piece = room(lowpass(piece, rate, 1800.0), rate, rng, 0.5, 1.4)
        first = min(len(made) - 1, round(event.start * rate))
        size = min(len(piece), len(made) - first)
        made[first : first + size] += piece[:size]
    top = float(np.abs(made).max())
    soft = max(e.loudness for e in plan_.events)
    steady = float(np.sqrt(np.mean(np.square(made))))
    wanted = 0.9 * min(1.0, 0.35 + 0.65 * soft)
    gain = min(wanted / (top + 1e-12), 0.28 * min(1.0, soft + 0.15) / (steady + 1e-12))
    made *= gain
    last = max(2, round(0.012 * rate))
    made[-last:] *= np.linspace(1, 0, last)
    return np.clip(made, -LOUDEST, LOUDEST).astype(np.float32)


def sound_of(name: str, given: str | None = None) -> str:
    """Return the class of the sound that a thing called *name* makes, "" for none; *given* is what the atlas says of it.

    The atlas has the last word, also where it says "": an apple is silent although eating one is not. None: it is not in there.
    """
    if given is not None:
        return given if given in CLASSES else ""
    words = tuple(name.lower().split())
    found = sense(words) or (sense(words[-1:]) if len(words) > 1 else None)
    return "" if found is None or found.person or (found.verb and not found.one) else found.sound


def ambience(backdrop: Backdrop) -> str:
    """Return the class of what a backdrop sounds like, "" for one that is silent."""
    weather = _TIMES.get(backdrop.time, "")
    place = PLACES.get(backdrop.kind, "")
    if backdrop.time == "night":
        place = _NIGHT.get(place, place)
    return weather or place


def scene_plan(
    scene: Scene, seconds: float = 5.0, atlas_sound: Callable[[str], str | None] | None = None
) -> SoundPlan:  # fmt: skip
    """Lay out the sounds of a still scene: its backdrop underneath, its things one after another and again; larger is louder.

    *atlas_sound* gives what the atlas says a thing sounds like. Things without a sound are named in the notes.
    """
    heard, silent = _heard(scene, atlas_sound)
    events = _under(scene.backdrop, seconds, bool(heard))
    order = sorted(heard, key=lambda item: -item[2])[:6]
    slot = seconds / max(1, len(order))
    for number, (name, sound, loudness) in enumerate(order):
        bed = CLASSES[sound].bed
        start = 0.0 if bed or len(order) == 1 else round(0.6 * slot * number, 3)
        events.append(
            SoundEvent(
                sound,
                start,
                round(seconds - start, 3),
                loudness=round(loudness * (0.6 if bed and len(order) > 1 else 1.0), 3),
                word=name,
            )
        )
    return SoundPlan(tuple(sorted(events, key=lambda e: e.start)), seconds, (), _silence_note(silent))


def film_plan(film: Film, atlas_sound: Callable[[str], str | None] | None = None) -> SoundPlan:
    """Lay out the sounds of a film: its backdrop underneath, and each event at its time by who does it and what is done."""
    heard, silent = _heard(film.scene, atlas_sound)
    by_id = {t.id: t for t in film.scene.things}
    own = {name: (sound, loudness) for name, sound, loudness in heard}
    events = _under(film.scene.backdrop, film.seconds, bool(heard or film.events))
    done: set[tuple[str, float]] = set()
    for event in film.events:
        thing = by_id.get(event.id)
        name = thing.name if thing is not None else ""
        sound, loudness = own.get(name, ("", 0.8))
        deed = _deed(event.verb, sound)
        for what in dict.fromkeys(s for s in (sound, deed) if s):
            start = round(min(max(0.0, event.time), max(0.0, film.seconds - 0.2)), 3)
            if (what, start) in done:
                continue
            done.add((what, start))
            length = max(0.3, min(event.seconds or film.seconds, film.seconds - start))
            times = event.times if what == deed and event.times and not CLASSES[what].bed else None
            events.append(
                SoundEvent(
                    what,
                    start,
                    round(length, 3),
                    count=times or None,
                    loudness=round(loudness * (1.0 if what == sound else 0.8), 3),
                    word=f"{name} {event.verb}".strip(),
                )
            )
    acting = {by_id[e.id].name for e in film.events if e.id in by_id}
    rest = [(name, sound, loudness) for name, sound, loudness in heard if name not in acting][:3]
    for name, sound, loudness in rest:
        events.append(SoundEvent(sound, 0.0, film.seconds, loudness=round(0.7 * loudness, 3), word=name))
    deeds = {by_id[e.id].name for e in film.events if e.id in by_id and _deed(e.verb, "")}
    silent = [name for name in silent if name not in deeds]  # a pizza that flies away is heard by its whoosh
    return SoundPlan(tuple(sorted(events, key=lambda e: e.start)), film.seconds, (), _silence_note(silent))


def _heard(
    scene: Scene, atlas_sound: Callable[[str], str | None] | None
) -> tuple[list[tuple[str, str, float]], list[str]]:
    """Return (thing, class, loudness) for the things that sound, once for each name, and the names of those that do not."""
    heard: dict[str, tuple[str, str, float]] = {}
    silent: list[str] = []
    for thing in scene.things:
        sound = sound_of(thing.name, atlas_sound(thing.name) if atlas_sound is not None else None)
        loudness = float(np.clip(0.55 + 0.8 * thing.size, 0.5, 1.25))
        if not sound:
            silent += [thing.name] if thing.name not in silent else []
        elif thing.name not in heard or heard[thing.name][2] < loudness:
            heard[thing.name] = (thing.name, sound, loudness)
    return list(heard.values()), silent


def _under(backdrop: Backdrop, seconds: float, others: bool) -> list[SoundEvent]:
    place = ambience(backdrop)
    if not place:
        return []
    return [SoundEvent(place, 0.0, round(seconds, 3), loudness=0.4 if others else 0.8, word=backdrop.kind)]


def _deed(verb: str, sound: str) -> str:
    """What the doing itself sounds like; what moves by its own engine or wings needs nothing more."""
    group = CLASSES[sound].group if sound else ""
    if group in _MOVING and verb in ("fly", "drive", "run", "walk", "roll", "launch", "chase", "flee", "sail"):
        return ""
    if group == "birds" and verb in ("fly", "flutter", "glide", "swoop"):
        return "wings"
    if sound == "horse" and verb in ("run", "chase", "flee"):
        return "gallop"
    return DEEDS.get(verb, "")


def _silence_note(silent: list[str]) -> tuple[str, ...]:
    if not silent:
        return ()
    shown = ", ".join(silent[:6]) + (" ..." if len(silent) > 6 else "")
    return (f"silent here, as no sound of it is known: {shown}",)


def notes_of(plan_: SoundPlan) -> list[str]:
    """Return what a person should be told of a plan: what was not known, what was taken for what, that voices say no words."""
    notes = list(plan_.notes)
    if plan_.unknown:
        notes.insert(0, f"I do not know the sound of: {', '.join(plan_.unknown)}")
    if any(e.name in ("man speaking", "woman speaking", "crowd", "choir") for e in plan_.events):
        notes.append("the voices say no words")
    return notes


def unheard(text: str, plan_: SoundPlan, embed: Embed | None) -> Refusal:
    """Return the Refusal for a caption of which nothing is known, with the names of the nearest sounds that are."""
    what = ", ".join(plan_.unknown) or text.strip()[:60]
    near = [name for name, _ in nearest(what, embed)] or ["dog", "rain", "church bell", "piano", "explosion"]
    if not plan_.unknown:
        return Refusal("It is not said which sound.", "Name one, such as “a dog barks twice, then rain”.")
    return Refusal(f"I do not know the sound of: {what}.", f"The nearest that I can make: {', '.join(near)}.")
