"""Turns about the conversation itself: what there is, what was done, once more, the other one, undo."""

from __future__ import annotations

from models.tasks import TASKS
from models.values import KINDS, Arg, Box, Kind, Ref, TaskCall

from training.language import adjusting, av, change, mark
from training.language.talk import Dialogue, Item, Target, phrase

WHAT: dict[str, tuple[str, ...]] = {
    "image": ("images", "pictures", "photos", "pics"), "video": ("videos", "clips", "films", "movies"),
    "audio": ("sounds", "recordings", "sound files", "tracks"),
    "mask": ("masks", "cutouts"),
}  # fmt: skip


def count(d: Dialogue) -> str:
    """How many pictures, clips, ... are there?"""
    if d.chance(0.25):
        alone: Kind = d.rng.choice(("image", "image", "video", "audio"))
        mixed = d.chance(0.4)
        for _ in range(d.rng.choice((1, 2, 2, 3, 3, 4, 5))):
            d.attach(d.rng.choice(("image", "image", "video", "audio")) if mixed else alone)
    there: list[Kind] = [kind for kind in KINDS if d.of(kind)]
    kind: Kind = d.rng.choice(there if there and d.chance(0.75) else KINDS)
    d.ask(d.say("ask.count", what=d.rng.choice(WHAT[kind])))
    d.tell("say.count", f"count_{kind}")
    return "talk.count"


def count_all(d: Dialogue) -> str:
    """What files are there?"""
    d.ask(d.say("ask.count.all"))
    d.tell("say.count", "files")
    return "talk.count"


def did(d: Dialogue) -> str | None:
    """What did you do to image#1?"""
    if not d.shelf:
        return None
    worked = [item for item in d.shelf if any(item.handle in call.refs() for call in d.calls)]
    item = d.rng.choice(worked if worked and d.chance(0.75) else d.shelf)
    d.ask(d.say("ask.did", ref=item.handle if d.chance(0.4) else d.name(item)))
    d.tell("say.did", "did", item.handle)
    return "talk.did"


def made(d: Dialogue) -> str | None:
    """What is mask#1?"""
    if not d.shelf:
        return None
    item = d.rng.choice(d.shelf)
    d.ask(d.say("ask.made", ref=item.handle if d.chance(0.7) else d.name(item)))
    d.tell("say.made", "made", item.handle)
    return "talk.made"


def last(d: Dialogue) -> str:
    """What did you just do?"""
    d.ask(d.say("ask.last"))
    d.tell("say.last", "last")
    return "talk.last"


def used(d: Dialogue) -> str:
    """Which file did you use?"""
    d.ask(d.say("ask.used"))
    d.tell("say.used", "used")
    return "talk.used"


def where(d: Dialogue) -> str | None:
    """Where is the result?"""
    if not any(item.call for item in d.shelf) and not d.chance(0.2):
        return None
    d.ask(d.say("ask.where"))
    d.tell("say.where", "result")
    return "talk.where"


FACTS: dict[str, tuple[str, ...]] = {
    "image": ("size",), "video": ("size", "length", "length", "rate", "sound"), "audio": ("length",), "mask": ("size",),
}  # fmt: skip
"""What is known of a medium, by its kind."""
ASKED = {"size": "ask.facts", "length": "ask.length", "rate": "ask.rate", "sound": "ask.sound"}
"""The bank that asks for each."""


def facts(d: Dialogue) -> str | None:
    """How big or how long is it, how many frames a second has it, has it a sound?"""
    if d.chance(0.35):
        d.attach(d.rng.choice(("image", "video", "video", "audio")))
    found = [item for item in d.of(*FACTS) if item.kind != "mask" or d.chance(0.2)]
    if not found:
        return None
    item = found[-1] if d.chance(0.6) else d.rng.choice(found)
    what = d.rng.choice(FACTS[item.kind])
    only = item is d.of(*FACTS)[-1] and d.chance(0.5)
    target = Target(item, item.turn == d.turn, "" if only else d.name(item))
    d.ask(d.say(ASKED[what], target))
    d.tell("say.facts", what, item.handle)
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
    if call is None or len(refs) != 1 or _placed(call) or not (d.last_called or d.chance(0.4)):
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


def _placed(call: TaskCall) -> bool:
    """Return whether *call* is about a place, which in another medium is another's."""
    return bool(call.refs("region", "mask")) or any(isinstance(arg, Box) for arg in call.args)


def other(d: Dialogue) -> str | None:
    """No, the other one: the last call, on another medium of the same kind."""
    if not d.calls or not d.last_called:
        return None
    call = d.calls[-1]
    refs = call.refs("image", "video", "audio")
    if len(refs) != 1 or _placed(call):
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
