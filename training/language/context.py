"""Turns about the conversation itself: what there is, what was done, once more, the other one, undo."""

from __future__ import annotations

from models.tasks import TASKS
from models.values import KINDS, Arg, Kind, Ref, TaskCall

from training.language import adjusting, av, change, mark
from training.language.numbers import words as in_words
from training.language.talk import Dialogue, Item, Target, phrase

WHAT: dict[str, tuple[str, ...]] = {
    "image": ("images", "pictures", "photos", "pics"), "video": ("videos", "clips", "films", "movies"),
    "audio": ("sounds", "recordings", "sound files", "tracks"),
    "mask": ("masks", "cutouts"),
}  # fmt: skip
DID = {
    "segment": "cut out a mask from", "detect": "looked for things in", "edit": "edited", "inpaint": "replaced a part of",
    "remove": "removed something from", "animate": "animated", "video_edit": "edited", "video_segment": "followed something in",
    "sound_for": "made a sound for",
}  # fmt: skip
FROM_WORDS = {
    "image": "made a picture from your words", "layout": "made a picture from your boxes", "video": "made a video from your words",
    "audio": "made a sound from your words",
}  # fmt: skip
DID_BY = {
    "grayscale": "took the colour out of", "sepia": "gave a sepia tone to", "color": "coloured", "brightness": "changed the brightness of",
    "contrast": "changed the contrast of", "saturation": "changed the colours of", "blur": "blurred", "pixelate": "pixelated",
    "sharpen": "sharpened", "sketch": "made a sketch of", "cartoon": "made a cartoon of", "invert": "inverted", "crop": "cropped",
    "rotate": "turned", "flip": "mirrored", "cutout": "cut out", "background": "put a new background behind", "trim": "trimmed",
    "gain": "changed the loudness of", "normalize": "evened out the loudness of", "fade_in": "faded in", "fade_out": "faded out",
    "reverse": "reversed", "speed": "changed the speed of", "pitch": "changed the pitch of", "lowpass": "took the high tones out of",
    "highpass": "took the low tones out of", "mix": "mixed", "extract": "took the sound out of", "attach": "put a sound on",
}  # fmt: skip
"""What an operation of ``adjust`` or ``audio_adjust`` did, said before the medium's handle."""
MADE = {
    "segment": "the mask that I cut out of {h}", "detect": "{h} with boxes", "edit": "{h} after the edit", "remove": "{h} without the thing",
    "inpaint": "{h} with a new part", "adjust": "{h} after my change", "animate": "the video I made from {h}", "extract": "a part of {h}",
    "video_edit": "{h} after the edit", "video_segment": "what I followed in {h}", "audio_adjust": "{h} after my change",
    "sound_for": "the sound I made for {h}", "image": "the picture I made from your words", "layout": "the picture I made from your boxes",
    "video": "the video I made from your words", "audio": "the sound I made from your words",
}  # fmt: skip


def deed(call: TaskCall, handle: str) -> str:
    """Return what *call* did to *handle*, as said after "I"; "" for a call that made something from words alone."""
    where = {"inside": "the marked part of ", "outside": "all but the marked part of "}.get(
        call.params.get("where", ""), ""
    )
    if call.task == "extract":
        return f"took {'a frame' if call.params else 'a stretch'} out of {handle}"
    if call.task in ("adjust", "audio_adjust"):
        return f"{DID_BY[call.params['op']]} {where}{handle}"
    return f"{DID[call.task]} {handle}" if call.task in DID else ""


def count(d: Dialogue) -> str:
    """How many pictures, clips, ... are there?"""
    if d.chance(0.25):
        alone: Kind = d.rng.choice(("image", "image", "video", "audio"))
        mixed = d.chance(0.4)
        for _ in range(d.rng.choice((1, 2, 2, 3, 3, 4, 5))):
            d.attach(d.rng.choice(("image", "image", "video", "audio")) if mixed else alone)
    there: list[Kind] = [kind for kind in KINDS if d.of(kind)]
    kind: Kind = d.rng.choice(there if there and d.chance(0.75) else KINDS)
    what, found = d.rng.choice(WHAT[kind]), d.of(kind)
    d.ask(d.say("ask.count", what=what))
    if not found:
        d.answer("say.count.none", what=WHAT[kind][0])
    else:
        one = len(found) == 1
        name = WHAT[kind][0][:-1] if one else WHAT[kind][0]
        d.answer(
            "say.count",
            what=name,
            are="is" if one else "are",
            number=in_words(len(found)),
            list=_and([i.handle for i in found]),
        )
    return "talk.count"


def count_all(d: Dialogue) -> str:
    """What files are there?"""
    d.ask(d.say("ask.count.all"))
    parts = []
    for kind, (name, *_) in WHAT.items():
        if found := [item.handle for item in d.of(kind)]:
            what = name[:-1] if len(found) == 1 else name
            parts.append(f"{in_words(len(found))} {what} ({_and(found)})")
    if parts:
        d.answer("say.count.all", parts=_and(parts))
    else:
        d.answer("say.count.none", what="files")
    return "talk.count"


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


def did(d: Dialogue) -> str | None:
    """What did you do to image#1?"""
    if not d.shelf:
        return None
    worked = [item for item in d.shelf if any(item.handle in call.refs() for call in d.calls)]
    item = d.rng.choice(worked if worked and d.chance(0.75) else d.shelf)
    d.ask(d.say("ask.did", ref=item.handle if d.chance(0.4) else d.name(item)))
    calls = [call for call in d.calls if item.handle in call.refs() and call.id not in d.broken]
    done = [said for call in calls if (said := deed(call, item.handle))]
    if done:
        d.answer("say.did", did=_and(list(dict.fromkeys(done))[:3]))
    else:
        d.answer("say.did.nothing", h=item.handle)
    return "talk.did"


def made(d: Dialogue) -> str | None:
    """What is mask#1?"""
    if not d.shelf:
        return None
    item = d.rng.choice(d.shelf)
    d.ask(d.say("ask.made", ref=item.handle if d.chance(0.7) else d.name(item)))
    if item.call is None:
        d.answer("say.made", h=item.handle, made="the file you sent me")
    else:
        of = (item.call.refs("image", "video", "audio") or [""])[0]
        d.answer("say.made", h=item.handle, made=MADE[item.call.task].format(h=of))
    return "talk.made"


def last(d: Dialogue) -> str:
    """What did you just do?"""
    d.ask(d.say("ask.last"))
    call = d.calls[-1] if d.calls else None
    if call is None:
        d.answer("say.none.done")
    elif call.id in d.broken:
        d.answer("say.failed")
    else:
        handle = (call.refs("image", "video", "audio") or [""])[0]
        d.answer("say.last", did=deed(call, handle) or FROM_WORDS[call.task])
    return "talk.last"


def used(d: Dialogue) -> str:
    """Which file did you use?"""
    d.ask(d.say("ask.used"))
    refs = d.calls[-1].refs("image", "video", "audio") if d.calls else []
    if refs:
        d.answer("say.used", h=_and(refs))
    else:
        d.answer("say.used.none")
    return "talk.used"


def where(d: Dialogue) -> str | None:
    """Where is the result?"""
    if not d.shelf or d.shelf[-1].call is None:
        return None
    d.ask(d.say("ask.where"))
    d.answer("say.where", h=d.shelf[-1].handle)
    return "talk.where"


FACTS: dict[str, tuple[str, str]] = {
    "size": ("ask.facts", "{width} x {height} pixels"), "length": ("ask.length", "{duration:g} seconds"),
    "rate": ("ask.rate", "{fps:g} frames per second"),
}  # fmt: skip
"""What a medium's header tells, by the bank that asks for it, in the header's words."""
TOLD: dict[str, tuple[str, ...]] = {
    "image": ("size",), "video": ("size", "length", "length", "rate", "sound"), "audio": ("length",),
}  # fmt: skip


def facts(d: Dialogue) -> str | None:
    """How big or how long is it, how many frames a second has it, has it a sound? Known of what was attached, not of results."""
    if d.chance(0.35):
        d.attach(d.rng.choice(("image", "video", "video", "audio")))
    found = [item for item in d.of(*TOLD) if item.call is None or d.chance(0.12)]
    if not found:
        return None
    item = found[-1] if d.chance(0.6) else d.rng.choice(found)
    what = d.rng.choice(TOLD[item.kind])
    only = item is d.of(*TOLD)[-1] and d.chance(0.5)
    target = Target(item, item.turn == d.turn, "" if only else d.name(item))
    bank, told = FACTS.get(what, ("ask.sound", ""))
    d.ask(d.say(bank, target))
    if item.call is not None:
        d.answer("say.facts.not", h=item.handle)
    elif what == "sound":
        d.answer(f"say.facts.{'sound' if item.media.meta['has_audio'] else 'silent'}", h=item.handle)
    else:
        d.answer("say.facts", h=item.handle, facts=told.format(**item.media.meta))
    return "talk.facts"


def failed(d: Dialogue) -> str:
    """Why did it fail?"""
    d.ask(d.say("ask.failed"))
    d.answer("say.failed" if d.failed else "say.failed.not")
    return "talk.failed"


def _results(call: TaskCall, d: Dialogue) -> list[Kind]:
    kinds: list[Kind] = [item.kind for item in d.shelf if item.call is call]
    if kinds:
        return kinds
    gives, refs = TASKS[call.task].gives, call.refs("image", "video", "audio")
    if call.task == "video_segment":
        return mark.followed(len(call.refs("region", "mask")))
    if call.task == "sound_for":
        return av.sounded("video" if refs[0].startswith("video") else "image")
    if call.task == "adjust":
        return ["video" if refs[0].startswith("video") else "image"]
    if call.task == "extract":
        return ["image" if call.params else "video"]
    if call.task == "audio_adjust":
        moved: dict[str, Kind] = {"extract": "audio", "attach": "video"}
        return [moved.get(call.params["op"], "video" if refs[0].startswith("video") else "audio")]
    return [gives[0]]


def _latest(d: Dialogue) -> TaskCall | None:
    """Return the latest call; None where the reply that made it made others too, so that "again" would mean them all."""
    for message in reversed(d.messages):
        made = [part for part in message.parts if isinstance(part, TaskCall)]
        if made:
            return made[0] if len(made) == 1 else None
    return None


def again(d: Dialogue) -> str | None:
    """Once more: the last call is repeated as it was, though there may have been talk since."""
    call = _latest(d)
    if call is None or not (d.last_called or d.chance(0.5)):
        return None
    kind = {"image": "image", "layout": "image", "video": "video", "audio": "audio"}.get(call.task)
    d.ask(d.say(f"again.{kind}" if kind and d.chance(0.4) else "again.ask"))
    d.words("do.again")
    d.call(call.task, list(call.args), _results(call, d), call.params)
    d.answer()
    return f"again.{call.task}"


def inverse(d: Dialogue) -> str | None:
    """No, the other way round: what was done inside a mark shall be done outside of it, or the reverse."""
    call = d.calls[-1] if d.calls and d.last_called else None
    if call is None or call.task != "adjust" or call.params.get("where") not in ("inside", "outside"):
        return None
    where = "outside" if call.params["where"] == "inside" else "inside"
    d.ask(d.say(f"inverse.{where}" if d.chance(0.6) else "inverse.ask"))
    d.words(f"do.adjust.{where}", h=call.refs("image", "video")[0])
    d.call("adjust", list(call.args), _results(call, d), {**call.params, "where": where})
    d.answer()
    return "inverse"


def _instead(call: TaskCall, item: Item) -> list[Arg | str]:
    """Return the arguments of *call* with its first medium replaced by *item*, without marks and masks of the old one."""
    return [item.handle, *(arg for arg in call.args if not isinstance(arg, Ref))]


LOOKS = ("adjust", "edit", "video_edit")
"""Tasks that can do the same to a picture and to a video."""


def same(d: Dialogue) -> str | None:
    """The same for another medium, newly attached or named; what changes the look also for one of the other kind."""
    call = _latest(d)
    refs = call.refs("image", "video", "audio") if call else []
    if call is None or len(refs) != 1 or call.refs("region", "mask") or not (d.last_called or d.chance(0.4)):
        return None
    kind: Kind = next(kind for kind in KINDS if refs[0].startswith(kind))
    if call.task in LOOKS and d.chance(0.35):
        kind = "video" if kind == "image" else "image"
    task = change.FREE[kind] if call.task in change.FREE.values() else call.task
    rest = [item for item in d.of(kind) if item.handle != refs[0] and item.call is not call]
    if not rest or d.chance(0.5):
        item = d.attach(kind)
        d.ask(
            d.say(
                "same.new" if d.chance(0.6) else "that.same", ref=d.name(item), noun=d.book.text(d.rng, f"noun.{kind}")
            )
        )
    else:
        item = d.rng.choice(rest)
        d.ask(d.say("that.same", ref=d.name(item)))
    d.words("do.same", h=item.handle)
    gives = [kind] if call.task in LOOKS else _results(call, d)
    d.call(task, _instead(call, item), gives, call.params)
    d.answer()
    return f"same.{task}"


def other(d: Dialogue) -> str | None:
    """No, the other one: the last call, on another medium of the same kind."""
    if not d.calls or not d.last_called:
        return None
    call = d.calls[-1]
    refs = call.refs("image", "video", "audio")
    if len(refs) != 1 or any(isinstance(a, Ref) and a.kind in ("region", "mask") for a in call.args):
        return None
    kind = refs[0].partition("#")[0]
    results = {item.handle for item in d.shelf if item.call is call}
    rest = [item for item in d.of(kind) if item.handle != refs[0] and item.handle not in results]
    if not rest:
        return None
    item = d.rng.choice(rest)
    if len(rest) == 1 and d.chance(0.5):
        d.ask(d.say("other.ask", noun=d.book.text(d.rng, f"noun.{kind}")))
    else:
        d.ask(d.say("that.ask", ref=d.name(item)))
    d.words("do.other", h=item.handle)
    d.call(call.task, _instead(call, item), _results(call, d), call.params)
    d.answer()
    return f"other.{call.task}"


def undo(d: Dialogue) -> str | None:
    """Undo that, or undo it and do something else with the medium as it was."""
    if not d.calls or not d.last_called:
        return None
    call = d.calls[-1]
    refs = call.refs("image", "video", "audio")
    if not refs or call.task not in ("adjust", "edit", "inpaint", "remove", "video_edit", "audio_adjust"):
        return None
    item = next(item for item in d.shelf if item.handle == refs[0])
    if d.chance(0.3):
        d.ask(d.say("undo.only"))
        d.answer("say.undo", h=item.handle)
        return "talk.undo"
    target = Target(item, False)
    args: list[Arg | str]
    if item.kind == "audio":
        said, spans, params = av.effect(d, target)
        args, task = [item.handle, *spans], "audio_adjust"
    elif d.chance(0.5):
        said, params = adjusting.tone(d, "all", target)
        args, task = [item.handle], "adjust"
    else:
        said, params = d.say("edit.ask" if item.kind == "image" else "vedit.ask", target), {}
        args, task = [item.handle], change.FREE[item.kind]
    said = d.frame(said, "undo.before")
    said = d.ask(said, polite=False)
    if task in change.FREE.values():
        args = [*args, phrase(said)]
    d.words("do.undo", h=item.handle)
    d.call(task, args, [item.kind], params)
    d.answer()
    return f"undo.{task}"
