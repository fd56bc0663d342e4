"""Asking for clips: from words, from a picture, and of a clip that is to be changed; the film and its events are the truth."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from models.world import refilm
from models.world.motion import plan
from models.world.read import read

from training.language.phrasing import Split
from training.truth import marks, plots
from training.truth.captions import WHEN, WHERE
from training.truth.changing import LOCAL, Wish, cleaned, facts, whole
from training.truth.films import FPS, Reel, caption, clause, deed_for, directed, distinct, stage_scene, told
from training.truth.referring import Reference, chosen
from training.truth.shots import Shot, picture
from training.truth.talk import Talk, phrase
from training.truth.values import Truthful

_TRIES = 120


def reel(
    rng: Random, split: Split, *, free: bool, definite: bool, least: int = 1, most: int = 2, form: str = "says"
) -> tuple[Reel, str]:
    """Return a film of *least* to *most* things, each of which does something, and the words for it. Raises RuntimeError."""
    count = rng.choice([number for number in (1, 2, 2, 3) if least <= number <= most])
    for attempt in range(_TRIES):
        shot = stage_scene(rng, split, most=most)
        if shot is None or not distinct(shot) or len(shot.scene.things) < least:
            continue
        if len(shot.scene.things) != count and attempt < _TRIES // 2:
            continue
        ids = [thing.id for thing in shot.scene.things]
        rng.shuffle(ids)
        acts = [deed_for(rng, shot, number, [other for other in ids if other != number]) for number in ids]
        words = caption(rng, split, shot, acts, definite=definite, form=form)
        if not definite:
            words = _placed(rng, shot, words)
        made = None if not words else told(rng, split, shot, acts, free=free, text=words)
        clean = plots.tidied(shot, [thing.name for thing in shot.scene.things])
        if made is not None and clean is not None:
            bare = replace(made.film.scene, backdrop=clean.scene.backdrop)
            return replace(made, film=replace(made.film, scene=bare)), words
    raise RuntimeError(f"no film was found in {_TRIES} attempts")


def _placed(rng: Random, shot: Shot, words: str) -> str:
    """Return *words* with the surroundings where those are to be told; "" where they would be misread."""
    back = shot.scene.backdrop
    if back.kind not in WHERE or rng.random() < 0.3:
        return words if back.time not in WHEN else ""
    words = f"{words} {rng.choice(WHERE[back.kind])}"
    if back.time in WHEN:
        words = f"{words} {rng.choice(WHEN[back.time])}"
    found = read(words)
    return words if found.place == back.kind and (found.time or "day") == back.time else ""


def video(rng: Random, split: Split, n: int) -> Truthful:
    """Write a conversation of the task video."""
    bare = n % 4 == 3
    form = "says" if bare or n % 2 else "doing"
    made, words = reel(rng, split, free=True, definite=False, most=3 if n % 5 == 4 else 2, form=form)
    talk = Talk(rng, split)
    if bare:
        said = phrase(talk.ask(words, polite=False))
    else:
        slots = {"caption": words} if form == "doing" else {"motion": words, "video__bare": words}
        section = "video.kinds" if talk.chance(0.25) else "video.ask"
        said = phrase(
            talk.ask(
                talk.say(
                    section, tuple(name.replace("__", ".") for name in slots), of="video", instead="video.ask", **slots
                )
            )
        )
    if talk.chance(0.9):
        talk.reply("do.video")
    call = talk.call("video", said)
    talk.result("video", call, made.write, **made.meta())
    talk.answer()
    return talk.done("video.bare" if bare else "video", {"caption": words, **made.facts()})


# From a picture


def animate(rng: Random, split: Split, n: int) -> Truthful:
    """Write a conversation of the task animate: what happens is told, a thing is pointed out and told what to do, it is marked,
    or nothing is said."""
    way = ("told", "pointed", "marked", "pointed", "plain", "told")[n % 6]
    if way == "told":
        made, words = reel(rng, split, free=False, definite=True)
        shot, place = made.shot, ""
    else:
        made, words, number = _pointed(rng, split, plain=way == "plain")
        shot = made.shot
    talk = Talk(rng, split)
    image = talk.attach("image", picture(shot), width=shot.width, height=shot.height)
    place = ""
    if way == "marked":
        place = talk.mark(image, **marks.shape(rng, shot, number)).handle
        words = chosen(
            rng,
            split,
            (
                "make it {o}",
                "make this {o}",
                "let it {o}",
                "the marked thing should {o}",
                "let what I marked {o}",
                "I want this to {o}",
                "have it {o}",
                "this one shall {o}",
                "can it {o}?",
                "make the thing I circled {o}",
            ),
        )
        words = words.replace("{o}", clause(shot, made.acts[0], "order"))
    if way == "plain":
        talk.ask(talk.say("animate.plainly"))
        args: list[Any] = []
    elif way == "marked":
        args = [place, phrase(talk.ask(words))]
    else:
        said = talk.ask(talk.say("animate.ask", ("motion",), motion=words))
        args = [phrase(said)]
    if talk.chance(0.9):
        talk.reply("do.animate", h=image)
    call = talk.call("animate", image, *args)
    talk.result("video", call, made.write, of=image, **made.meta())
    talk.answer()
    return talk.done(
        f"animate.{way}", {"caption": words if way != "plain" else "", "scene": shot.scene.to_json(), **made.facts()}
    )


def _pointed(rng: Random, split: Split, *, plain: bool) -> tuple[Reel, str, int]:
    """Return a film in which one thing that a phrase means does something, the words, and its id; nothing is told when *plain*."""
    for _ in range(_TRIES):
        shot = stage_scene(rng, split, twins=rng.random() < 0.7)
        if shot is None:
            continue
        if plain:
            film = plan(shot.scene, "", ratio=shot.width / shot.height, seed=rng.randrange(10**6)).film
            return Reel(replace(film, fps=FPS), shot.width, shot.height), "", shot.scene.things[0].id
        found = rng.choice([way[1] for way in plots.ONE])(rng, shot, split)
        clean = None if found is None else plots.tidied(shot, (found.noun, found.phrase))
        if (
            found is None
            or clean is None
            or found.phrase.split()[0] in ("of", "from", "number", "what", "whatever", "whoever", "the one", "only")
        ):
            continue
        act = deed_for(rng, clean, found.ids[0])
        made = directed(rng, clean, [act], 3.2)
        if made is not None:
            name = found.phrase if found.phrase.split()[0] in ("the", "that") else f"the {found.phrase}"
            forms = (
                "{s}",
                "make {n} {o}",
                "let {n} {o}",
                "{s}",
                "{n} should {o}",
                "have {n} {o}",
                "I want {n} to {o}",
                "{n} is {d}",
                "{n} starts {d}",
                "{n} shall {o}",
            )
            said = chosen(rng, split, forms).replace("{s}", clause(clean, act, "says", name)).replace("{n}", name)
            return (
                made,
                said.replace("{o}", clause(clean, act, "order")).replace("{d}", clause(clean, act, "doing")),
                found.ids[0],
            )
    raise RuntimeError(f"no film of a thing that is pointed out was found in {_TRIES} attempts")


# A clip that is changed

_KINDS = ("recolour", "whole", "replace", "pace", "remove", "motion", "add", "whole", "resize")
_PACE = {1.6: ("make it slower", "slow it down", "in slow motion please", "slow motion", "play it more slowly", "it should be slower", "slow this down", "half asleep speed please, make it slower", "more slowly"),
         0.62: ("make it faster", "speed it up", "faster please", "play it faster", "it should be quicker", "speed this up", "in fast motion", "more quickly", "a faster version")}  # fmt: skip
_INSTEAD = (
    "make {n} {o} instead",
    "let {n} {o} instead",
    "{n} should {o} instead",
    "change the motion: {n} {s}",
    "now let {n} {o}",
    "have {n} {o} instead",
    "I want {n} to {o} instead",
    "instead, {n} {s}",
    "{n} {s} this time",
    "rather let {n} {o}",
)


def video_edit(rng: Random, split: Split, n: int) -> Truthful:
    """Write a conversation of the task video_edit: a drawn clip is changed and what moves goes on moving."""
    kind = _KINDS[n % len(_KINDS)]
    for _ in range(_TRIES):
        before, words = reel(rng, split, free=False, definite=True, most=3 if n % 2 else 2)
        done = (
            _paced(rng, split, before)
            if kind == "pace"
            else _redone(rng, split, before)
            if kind == "motion"
            else _changed(rng, split, before, kind)
        )
        if done is None:
            continue
        said_words, command, after, more = done
        talk = Talk(rng, split)
        clip = talk.attach("video", before.write, **before.meta())
        slots = {"vedit__wish": said_words, **({"vedit__verb": said_words} if command else {})}
        needed = ("vedit.wish", "vedit.verb") if command else ("vedit.wish",)
        said = phrase(talk.ask(talk.say("vedit.ask", needed, of="video", **slots)))
        if talk.chance(0.9):
            talk.reply("do.video_edit", h=clip)
        call = talk.call("video_edit", clip, said)
        talk.result("video", call, after.write, of=clip, **after.meta())
        talk.answer()
        told_ = {
            name: value
            for name, value in after.facts().items()
            if name in ("film", "events", "boxes", "things", "frames")
        }
        truth = {
            "caption": words,
            "instruction": said.text,
            "kind": kind,
            **before.facts(),
            "after": lambda told_=told_: {name: value() if callable(value) else value for name, value in told_.items()},
            **more,
        }
        return talk.done(f"video_edit.{kind}", truth)
    raise RuntimeError(f"no change of a film of kind {kind} was found in {_TRIES} attempts")


def _paced(rng: Random, split: Split, before: Reel) -> tuple[str, bool, Reel, dict[str, Any]] | None:
    factor = rng.choice(list(_PACE))
    after = replace(before, film=refilm.paced(before.film, factor))
    return chosen(rng, split, _PACE[factor]), False, after, {"pace": factor, "ids": []}


def _redone(rng: Random, split: Split, before: Reel) -> tuple[str, bool, Reel, dict[str, Any]] | None:
    """One thing does something else than before."""
    shot, film = before.shot, before.film
    number = rng.choice([thing.id for thing in film.scene.things])
    act = deed_for(rng, shot, number)
    if any(event.id == number and event.verb == act.deed.verb for event in film.events):
        return None
    made = directed(rng, shot, [act], film.seconds)
    if made is None or any(event.other == number for event in film.events):
        return None
    tracks = (*(t for t in film.tracks if t.id != number), *made.film.tracks)
    events = sorted((*(e for e in film.events if e.id != number), *made.film.events), key=lambda event: event.time)
    after = replace(
        before,
        film=replace(film, tracks=tracks, events=tuple(events)),
        acts=(*(a for a in before.acts if a.id != number), act),
    )
    name = f"the {shot.thing(number).name}"
    words = (
        chosen(rng, split, _INSTEAD)
        .replace("{n}", name)
        .replace("{o}", clause(shot, act, "order"))
        .replace("{s}", clause(shot, act, "says"))
    )
    return words, False, after, {"ids": [number]}


def _changed(rng: Random, split: Split, before: Reel, kind: str) -> tuple[str, bool, Reel, dict[str, Any]] | None:
    """The scene of the film is changed and the tracks are carried over."""
    shot = before.shot
    found = rng.choice([way[1] for way in plots.ONE if way[0] in ("name", "colour")])(rng, shot, split)
    if kind == "whole":
        made: Wish | None = whole(rng, split, shot, Reference("", (), ""))
    elif found is None or found.phrase.split()[0] in ("of", "from"):
        return None
    else:
        made = LOCAL[kind][0](rng, split, shot, found)
    clean = None if made is None else cleaned(made)
    if clean is None or clean.before.scene != shot.scene:
        return None
    film = refilm.carried_over(before.film, clean.after.scene, before.width / before.height)
    return clean.words, clean.command, replace(before, film=film), {"edit": facts(clean), "ids": list(clean.ids)}
