"""Sounds as conversations: from words, for a picture or a clip, and changed; events, levels and times are the truth."""

from __future__ import annotations

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from models.expert import Inputs, Sound
from models.grammar import settings
from models.tasks import TASKS
from models.values import Media, Ref, Span, TaskCall
from models.world import atlas
from models.world.hear import SoundPlan, plan
from models.world.sounding import film_plan, scene_plan

from training.language import av
from training.language.phrasing import Split
from training.language.talk import Dialogue, Item, Target
from training.truth import plots
from training.truth.filming import reel
from training.truth.referring import chosen
from training.truth.shots import picture
from training.truth.sounds import RATE, Heard, heard, samples, writer
from training.truth.talk import Talk, phrase
from training.truth.values import MOST, Truthful, Writer, lost

_TRIES = 200


def audio(rng: Random, split: Split, n: int) -> Truthful:
    """Write a conversation of the task audio: one sound, several in turn or at once, with a length or without, or a bare name."""
    count, order = ((1, True), (2, True), (1, True), (2, False), (3, True), (1, True))[n % 6]
    what = heard(rng, split, count=count, order=order)
    seed = rng.randrange(2**31)
    talk = Talk(rng, split)
    seconds = ""
    if n % 5 == 4:
        said = phrase(talk.ask(what.words, polite=False))
    else:
        name = "sound" if what.sentence else "sound.noun"
        seconds = str(rng.choice((3, 4, 5, 6, 8, 10)))
        section = "audio.kinds" if talk.chance(0.2) else "audio.ask"
        slots = {name.replace(".", "__"): what.words, "length": seconds}
        words = talk.say(section, (name,), of="audio", instead="audio.ask", **slots)
        seconds = seconds if "length" in words.slots else ""
        said = phrase(talk.ask(words))
    made = what
    if seconds:
        made = Heard(what.words, plan(what.words, seconds=float(seconds)), what.sentence)
    if talk.chance(0.9):
        talk.reply("do.audio")
    call = talk.call("audio", said, **({"duration": seconds} if seconds else {}))
    talk.result("audio", call, writer(made.plan, seed), duration=made.plan.seconds, rate=RATE, channels=1)
    talk.answer()
    group = "audio.bare" if n % 5 == 4 else f"audio.{'one' if count == 1 else 'order' if order else 'together'}"
    return talk.done(group, made.facts(seed))


def _sound_of(name: str) -> str:
    return atlas.entry(name).sound


def sound_for(rng: Random, split: Split, n: int) -> Truthful:
    """Write a conversation of the task sound_for: what a drawn picture or clip sounds like, or a sound that is named for it."""
    way = ("image", "video", "named image", "video", "image", "named video")[n % 6]
    talk = Talk(rng, split)
    truth: dict[str, Any]
    for _ in range(_TRIES):
        if way.endswith("image"):
            shot = plots.staged(rng, split, (plots.mixed, plots.kin), flat=0.1)
            own: SoundPlan = scene_plan(shot.scene, 5.0, _sound_of)
            truth = {"scene": shot.scene.to_json(), "width": shot.width, "height": shot.height}
        else:
            film, words = reel(rng, split, free=False, definite=True)
            own = film_plan(film.film, _sound_of)
            truth = {"caption": words, **film.facts()}
        if own.events:
            break
    else:
        raise RuntimeError(f"nothing that sounds was found in {_TRIES} scenes")
    kind = "image" if way.endswith("image") else "video"
    handle = (
        talk.attach("image", picture(shot), width=shot.width, height=shot.height)
        if kind == "image"
        else talk.attach("video", film.write, **film.meta())
    )
    args: list[Any] = [handle]
    made = own
    if way.startswith("named"):
        what = heard(rng, split, count=1)
        name = "sound" if what.sentence else "sound.noun"
        args.append(phrase(talk.ask(talk.say("sf.named", (name,), of=kind, **{name.replace(".", "__"): what.words}))))
        made = plan(what.words, seconds=own.seconds)
        truth["asked"] = what.words
    else:
        talk.ask(
            talk.say(f"verbose.sound.{kind}" if talk.chance(0.1) else "sf.ask", of=kind, instead="sf.ask"), exact=False
        )
    if talk.chance(0.9):
        talk.reply("do.sound_for", h=handle)
    seed = rng.randrange(2**31)
    call = talk.call("sound_for", *args)
    talk.result("audio", call, writer(made, seed), of=handle, duration=made.seconds, rate=RATE, channels=1)
    talk.answer()
    facts = Heard(truth.get("asked", ""), made, sentence=False).facts(seed)
    truth["sound"] = {name: value for name, value in facts.items() if name != "caption"}
    return talk.done(f"sound_for.{way.replace(' ', '.')}", truth)


# Changing a sound

_KEEP = ("keep only the part with {s}", "cut it to {s}", "I only want {s}", "trim it to {s}", "only {s} please", "give me just {s}", "take out {s} as a new sound", "the part with {s}", "leave nothing but {s}",
         "cut away everything but {s}", "just {s}, nothing else", "save the bit with {s}")  # fmt: skip


def changed(sound: Sound, other: Sound | None, args: list[Any], params: dict[str, str]) -> Writer:
    """Return what writes *sound* changed as the expert does it."""

    def write(path: Path) -> None:
        from models.experts.audio_adjust import adjust
        from models.sound import save_wav

        values: dict[str, Any] = {"audio#1": sound, **({"audio#2": other} if other is not None else {})}
        media = {handle: Media("audio", handle, "", {}) for handle in values}
        call = TaskCall(
            "t1",
            "audio_adjust",
            (*(Ref(handle) for handle in values), *(arg for arg in args if isinstance(arg, Span))),
            params,
        )
        with TemporaryDirectory() as folder:
            made = adjust(
                call,
                Inputs(values, media, {}, Path(folder), 0, settings(call, TASKS["audio_adjust"])[0]),
                lambda fraction, word="", preview=None: None,
            )
        assert isinstance(made, Sound)
        save_wav(made, path)

    return write


def audio_adjust(rng: Random, split: Split, n: int) -> Truthful:
    """Write a conversation of the task audio_adjust: an effect, a stretch by numbers or by what is heard, two sounds mixed."""
    way = ("effect", "effect", "part", "effect", "mix", "effect")[n % 6]
    what = heard(rng, split, count=2 if way == "part" else rng.choice((1, 1, 2)))
    seed = rng.randrange(2**31)
    talk = Talk(rng, split)
    meta = {"duration": what.plan.seconds, "rate": RATE, "channels": 1}
    handle = talk.attach("audio", writer(what.plan, seed), **meta)
    handles, args, second = [handle], list[Any](), None
    event: dict[str, Any] = {}
    if way == "mix":
        more = heard(rng, split, count=1)
        other = rng.randrange(2**31)
        handles.append(
            talk.attach("audio", writer(more.plan, other), duration=more.plan.seconds, rate=RATE, channels=1)
        )
        said = talk.ask(talk.say("aa.mix", of="audio", a="audio#1", b="audio#2"), exact=False).text
        params = {"op": "mix"}
        second = (more, other)
        reply = "audio_adjust.mix"
    elif way == "part":
        which = rng.choice(what.plan.events)
        name = f"the {which.name}"
        said = talk.ask(chosen(rng, split, _KEEP).replace("{s}", name)).text
        args = [Span(round(which.start, 2), round(min(what.plan.seconds, which.start + which.seconds), 2))]
        params = {"op": "trim"}
        event = {"class": which.name, "start": which.start, "seconds": which.seconds}
        reply = "audio_adjust"
    else:
        said, args, params = _effect(talk, what, handle)
        reply = "audio_adjust"
    if talk.chance(0.9):
        talk.reply(f"do.{reply}", h=handle)
    call = talk.call("audio_adjust", *handles, *args, **params)

    def write(path: Path) -> None:
        changed(samples(what.plan, seed), None if second is None else samples(second[0].plan, second[1]), args, params)(
            path
        )

    talk.result("audio", call, write, of=handle, rate=RATE, channels=1)
    talk.answer()
    truth = {
        "source": what.facts(seed),
        **({"second": second[0].facts(second[1])} if second else {}),
        "op": params["op"],
        "params": params,
        "span": [args[0].start, args[0].end] if args else [],
        "event": event,
        "said": said,
    }
    return talk.done(f"audio_adjust.{'part' if way == 'part' else params['op']}", truth)


def _effect(talk: Talk, what: Heard, handle: str) -> tuple[str, list[Any], dict[str, str]]:
    """Ask for an effect whose stretch and lengths lie within the sound."""
    d = Dialogue(talk.rng, talk.book)
    target = Target(Item(Media("audio", handle, "", {})), True)
    for _ in range(MOST):
        said, spans, params = av.effect(d, target)
        if (
            all(span.end <= what.plan.seconds for span in spans)
            and float(params.get("seconds", 0)) <= what.plan.seconds
        ):
            return talk.ask(said, exact=False).text, list(spans), params
    raise lost("effect within the sound")
