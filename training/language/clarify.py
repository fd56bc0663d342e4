"""Turns in which the assistant asks back, which medium or how, and turns that correct what was just done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from models.values import Arg, Kind, Phrase, TaskCall

from training.language import adjusting, av
from training.language.phrasing import Said, sections
from training.language.talk import ORDINALS, Dialogue, Item, Target, phrase

FACTORS = {"more": 2.0, "more.bit": 1.5, "more.much": 3.0, "less": 0.5, "less.bit": 0.75, "less.much": 0.25}
"""What a wish for more or less of the same multiplies the amount by."""
AMOUNTS = (-3.0, 5.0)
"""The range of ``amount``."""
USUAL = (0.5, 1.0, 2.0)
"""Amounts whose change is asked for: what is said without a number."""
GRADED = frozenset(("blur", "pixelate", "sharpen", "brightness", "contrast", "saturation"))
STEPS = {"gain": "db", "pitch": "semitones"}
"""Changes of sounds that can be more or less, and the setting that says how much."""
_ABOUT_LIGHT = ("turn", "tone", "soft", "gentle", "gently", "subtle", "visible", "see ", "faint")
"""Words for less or more of a look that would speak of the loudness of a sound."""
_UP_OR_DOWN = ("turn", "dial", "crank", "lower", "reduc", "rais", "increas", " up", " down")
"""Words that for something made less already could mean either way."""
PLAIN_EFFECTS = ("louder", "quieter", "normalize", "reverse", "faster", "slower", "higher", "lower")
"""Effects of sound whose request holds no number."""
LOOKS: tuple[tuple[str, dict[str, str], tuple[str, ...]], ...] = (
    ("blur", {"op": "blur"}, ("blur", "blurred")), ("pixelate", {"op": "pixelate"}, ("pixelate", "pixelated")),
    ("sharpen", {"op": "sharpen"}, ("sharpen", "sharper")), ("brighter", {"op": "brightness"}, ("brighten", "brighter")),
    ("darker", {"op": "brightness", "amount": "-1"}, ("darken", "darker")), ("invert", {"op": "invert"}, ("invert", "inverted")),
    ("gray", {"op": "grayscale"}, ("", "black and white")), ("sepia", {"op": "sepia"}, ("", "sepia")),
    ("sketch", {"op": "sketch"}, ("", "a sketch")), ("cartoon", {"op": "cartoon"}, ("", "a cartoon")),
    ("colourful", {"op": "saturation"}, ("", "more colourful")), ("contrast", {"op": "contrast"}, ("", "more contrast")),
)  # fmt: skip
"""Looks that are mixed up: a name, the settings, and how they are called as a deed and as a look."""
SOUNDS: tuple[tuple[str, dict[str, str], tuple[str, ...]], ...] = (
    ("louder", {"op": "gain", "db": "6"}, ("", "louder")), ("quieter", {"op": "gain", "db": "-6"}, ("", "quieter")),
    ("faster", {"op": "speed", "factor": "1.5"}, ("", "faster")), ("slower", {"op": "speed", "factor": "0.75"}, ("", "slower")),
    ("higher", {"op": "pitch", "semitones": "3"}, ("", "higher")), ("lower", {"op": "pitch", "semitones": "-3"}, ("", "lower")),
    ("reverse", {"op": "reverse"}, ("", "backwards")), ("fade_in", {"op": "fade_in"}, ("", "fade in")),
    ("fade_out", {"op": "fade_out"}, ("", "fade out")), ("normalize", {"op": "normalize"}, ("", "normalize")),
)  # fmt: skip


@dataclass
class Wish:
    """A request that does not tell which medium it is about: the words, and what it calls for a medium's handle. Where
    *copied*, the marked words are the phrase of the call."""

    said: Said
    task: str
    gives: tuple[Kind, ...]
    params: dict[str, str] = field(default_factory=dict)
    copied: bool = True

    def args(self, handle: str) -> list[Arg | str]:
        """Return the arguments of the call; to be called once the words are as typed."""
        return [handle, phrase(self.said)] if self.copied else [handle]


def _tone(d: Dialogue, item: Item) -> Wish:
    """Return a wish for other colours or sharpness that holds neither number nor colour, which are copied from the newest words only."""
    while True:
        said, params = adjusting.tone(d, "all", Target(item, True))
        amount = abs(float(params.get("amount", "1")))
        plain = "color" not in params and not _numbers(said) and "everything" not in said.text
        if amount in USUAL and plain:
            return Wish(said, "adjust", (item.kind,), params, False)


def _numbers(said: Said) -> bool:
    return any(letter.isdigit() for letter in said.text) or "part" in said.slots


def _shape(d: Dialogue, item: Item) -> Wish:
    while True:
        said, params = adjusting.shape(d, Target(item, True))
        if params.get("degrees", "90").lstrip("-") in ("90", "180"):
            return Wish(said, "adjust", (item.kind,), params, False)


def _free(task: str, bank: str, *gives: Kind) -> Callable[[Dialogue, Item], Wish]:
    """Return a maker of wishes of *bank* for *task*, whose phrase is what they mark."""

    def wish(d: Dialogue, item: Item) -> Wish:
        said = d.say(bank, Target(item, True))
        return Wish(said, task, gives, {}, said.stated or bank.startswith(("edit", "vedit")))

    return wish


def _effect(d: Dialogue, item: Item) -> Wish:
    while True:
        said, spans, params = av.effect(d, Target(item, True), *PLAIN_EFFECTS)
        if not spans and not _numbers(said):
            return Wish(said, "audio_adjust", ("audio",), params, False)


WISHES: dict[str, tuple[tuple[Callable[[Dialogue, Item], Wish], float], ...]] = {
    "image": (
        (_tone, 4), (_shape, 1.5), (_free("segment", "seg.ask", "mask"), 3), (_free("detect", "detect.ask", "image"), 2),
        (_free("edit", "edit.ask", "image"), 3), (_free("animate", "animate.ask", "video"), 1.5),
        (_free("sound_for", "sf.ask", "audio"), 0.5),
    ),
    "video": (
        (_tone, 3), (_free("video_edit", "vedit.ask", "video"), 2), (_free("video_segment", "follow.ask", "mask", "video"), 2),
        (_free("sound_for", "sf.ask", "audio", "video"), 1),
    ),
    "audio": ((_effect, 1),),
}  # fmt: skip
"""What is asked of several media of a kind without telling which."""


def listed(handles: list[str]) -> str:
    """Return handles as a choice: "image#1, image#2 or image#3"."""
    return ", ".join(handles[:-1]) + " or " + handles[-1]


def which(d: Dialogue) -> str:
    """Attach several media of a kind and ask for something without telling which: the assistant asks, the person answers."""
    kind: Kind = d.rng.choices(("image", "video", "audio"), (65, 17, 18))[0]
    items = [d.attach(kind) for _ in range(2 if d.chance(0.72) else 3)]
    if kind == "image" and d.chance(0.12):
        return _marked(d, d.rng.choice(items))
    makers = WISHES[kind]
    wish = d.rng.choices([maker for maker, _ in makers], [weight for _, weight in makers])[0](d, items[-1])
    d.ask(wish.said)
    d.answer("say.clarify.which", list=listed([item.handle for item in items]))
    if d.chance(0.3):
        return "clarify.which.ask"
    chance = d.rng.random()
    noun = d.book.text(d.rng, f"noun.{kind}")
    if chance < 0.06:
        d.ask(d.book.say(d.rng, "clarify.never", noun=noun), polite=False)
        d.answer("say.clarify.never")
        return "clarify.never"
    if chance < 0.22:
        every = "both" if len(items) == 2 else "all"
        d.ask(d.book.say(d.rng, f"clarify.{every}", noun=noun), polite=False)
        d.words(f"do.clarify.{every}")
        for item in items:
            d.call(wish.task, wish.args(item.handle), wish.gives, wish.params, fails=0.0)
        d.answer()
        return "clarify.both"
    item = _picked(d, items, noun)
    d.words("do.clarify.which" if d.chance(0.5) else f"do.{wish.task}", h=item.handle)
    d.call(wish.task, wish.args(item.handle), wish.gives, wish.params)
    d.answer()
    return "clarify.which"


def _marked(d: Dialogue, item: Item) -> str:
    """Cut out what is marked on one of several pictures: the mark tells which, so nothing is asked."""
    mark = d.mark(item.handle)
    d.ask(d.say("seg.region", Target(item, True), r=str(mark.id)))
    d.run("segment", [item.handle, mark.handle], ["mask"], reply="segment.region")
    return "clarify.marked"


def _picked(d: Dialogue, items: list[Item], noun: str) -> Item:
    """Write the person's answer that picks one of *items*; returns it."""
    at = d.rng.randrange(len(items))
    banks = ["nth", "nth", "handle", "handle"]
    banks += ["left"] * (at == 0 and len(items) == 2) + ["right"] * (at == len(items) - 1)
    banks += ["middle"] * (at == 1 and len(items) == 3)
    bank = d.rng.choice(banks)
    d.ask(d.book.say(d.rng, f"clarify.{bank}", nth=ORDINALS[at], h=items[at].handle, noun=noun), polite=False)
    return items[at]


def how(d: Dialogue) -> str:
    """Make it nicer: the assistant asks how, the person tells."""
    kind: Kind = d.rng.choices(("image", "video", "audio"), (60, 18, 22))[0]
    target = d.target(kind)
    d.ask(d.say(f"clarify.vague.{'audio' if kind == 'audio' else 'image'}", target))
    d.answer("say.clarify.how", ways=d.book.text(d.rng, f"clarify.ways.{kind}"))
    if d.chance(0.3):
        return "clarify.how.ask"
    if kind == "audio":
        said, spans, params = av.effect(d, None)
        d.ask(d.frame(said, "clarify.tell"), polite=False)
        d.run("audio_adjust", [target.handle, *spans], ["audio"], params)
    elif d.chance(0.65):
        said, params = adjusting.tone(d, "all", None)
        d.ask(d.frame(said, "clarify.tell"), polite=False)
        d.run("adjust", [target.handle], [kind], params)
    else:
        task, bank = ("edit", "edit.ask") if kind == "image" else ("video_edit", "vedit.ask")
        noun = d.book.text(d.rng, f"noun.{kind}")
        said = d.ask(d.frame(d.book.say(d.rng, bank, it="it", noun=noun), "clarify.tell"), polite=False)
        d.run(task, [target.handle, phrase(said)], [kind])
    return "clarify.how"


def _last(d: Dialogue, *tasks: str) -> TaskCall | None:
    """Return the call of the last reply, if it was the only one, succeeded and is of one of *tasks*."""
    if not d.last_called or d.failed:
        return None
    calls = [part for part in d.messages[-1].parts if isinstance(part, TaskCall)]
    return calls[0] if len(calls) == 1 and calls[0].task in tasks else None


def _redo(d: Dialogue, call: TaskCall, params: dict[str, str], reply: str) -> None:
    """Call the same task on the same medium and marks as *call* did, with other *params*."""
    made: list[Kind] = [item.kind for item in d.shelf if item.call is call]
    d.words(f"do.clarify.{reply}", h=call.refs("image", "video", "audio")[0])
    d.call(call.task, list(call.args), made, params)
    d.answer()


def meant(d: Dialogue) -> str | None:
    """No, I meant the dog: look for another thing, in the medium as it was."""
    call = _last(d, "segment", "detect", "video_segment")
    if call is None or call.refs("region", "mask") or not any(isinstance(arg, Phrase) for arg in call.args):
        return None
    of = call.refs("image", "video")[0]
    said = d.book.say(d.rng, "clarify.meant.video" if of.startswith("video") else "clarify.meant")
    if any(isinstance(arg, Phrase) and arg.text.lower() == said.phrase().strip().lower() for arg in call.args):
        return None
    d.ask(said, polite=False)
    d.words("do.clarify.meant", h=of)
    d.call(call.task, [of, phrase(said)], [item.kind for item in d.shelf if item.call is call])
    d.answer()
    return "clarify.meant"


def _stronger(params: dict[str, str], factor: float) -> dict[str, str] | None:
    """Return *params* with *factor* times the amount; None where there is no amount, or one that was given as a number."""
    op = params.get("op", "")
    if op in GRADED:
        amount = float(params.get("amount", "1"))
        if abs(amount) not in USUAL:
            return None
        low, high = AMOUNTS
        value = min(high, max(low, amount * factor))
        return {**{key: known for key, known in params.items() if key != "amount"}, "amount": f"{value:g}"}
    if op in STEPS and params.get(STEPS[op], "").lstrip("-") in ("3", "6"):
        return {**params, STEPS[op]: f"{float(params[STEPS[op]]) * factor:g}"}
    return None


def amount(d: Dialogue) -> str | None:
    """More, less, not that much: the same again on the medium as it was, with another amount."""
    call = _last(d, "adjust", "audio_adjust")
    if call is None:
        return None
    turned = _turned(call.params)
    if turned is not None and d.chance(0.3 if call.params["op"] in GRADED or call.params["op"] in STEPS else 1.0):
        d.ask(d.book.say(d.rng, "clarify.turned"), polite=False)
        _redo(d, call, turned, "turned")
        return "clarify.turned"
    name = d.rng.choices(tuple(FACTORS), (4, 3, 2, 4, 3, 2))[0]
    params = _stronger(dict(call.params), FACTORS[name])
    if params is None:
        return None
    said = d.book.say(d.rng, f"clarify.{name}")
    if _misread(call, said.text):
        return None
    d.ask(said, polite=False)
    _redo(d, call, params, name.partition(".")[0])
    return "clarify.amount"


def _misread(call: TaskCall, text: str) -> bool:
    """Say whether *text*, meant as more or less of what *call* did, would speak of something else."""
    if call.task == "audio_adjust" and any(word in text for word in _ABOUT_LIGHT):
        return True
    settings = call.params
    lessened = any(settings.get(key, "").startswith("-") for key in ("amount", *STEPS.values()))
    if lessened and any(word in text for word in _UP_OR_DOWN):
        return True
    return settings["op"] in ("blur", "sharpen", "contrast") and "soft" in text  # soft is what a blur makes


def _turned(params: Mapping[str, str]) -> dict[str, str] | None:
    """Return *params* for the other direction; None where there is none, or where "the other way round" would mean the
    other side of a mark."""
    op = params.get("op", "")
    if params.get("where", "all") != "all":
        return None
    if op == "flip":
        return {**params, "axis": "vertical" if params["axis"] == "horizontal" else "horizontal"}
    if op == "rotate" and params["degrees"].lstrip("-") != "180":
        return {**params, "degrees": f"{-float(params['degrees']):g}"}
    if op == "brightness":
        return {**params, "amount": f"{-float(params.get('amount', '1')):g}"}
    if op in STEPS:
        return {**params, STEPS[op]: f"{-float(params[STEPS[op]]):g}"}
    if op == "speed" and params.get("factor") in ("1.5", "0.75"):
        return {**params, "factor": "0.75" if params["factor"] == "1.5" else "1.5"}
    return None


def colours() -> dict[str, str]:
    """Return what colours are called in speech, by their values in calls."""
    pairs = (line.partition(" => ") for line in reversed(sections()["colour"].lines))
    return {value: said for said, _, value in pairs if "(" not in said}


def instead(d: Dialogue) -> str | None:
    """Not blur, pixelate: another operation, or another colour, on the medium as it was."""
    call = _last(d, "adjust", "audio_adjust")
    if call is None:
        return None
    kept = {key: value for key, value in call.params.items() if key == "where"}
    if call.params["op"] in ("color", "background"):
        said = d.book.say(d.rng, "clarify.instead.colour", old=colours().get(call.params["color"], "that"))
        if said.slots["colour"] == call.params["color"]:
            return None
        d.ask(said, polite=False)
        _redo(d, call, {**call.params, "color": said.slots["colour"]}, "instead")
        return "clarify.instead"
    table = LOOKS if call.task == "adjust" else SOUNDS
    done = next((row for row in table if _same(row[1], call.params)), None)
    if done is None or (table is SOUNDS and len(call.args) > 1):
        return None
    rest = [row for row in table if row is not done and row[1]["op"] != "normalize"]
    _, params, called = d.rng.choice(rest)
    deed = bool(called[0] and done[2][0]) and d.chance(0.5)
    bank, at = ("clarify.instead.deed", 0) if deed else ("clarify.instead", 1)
    d.ask(d.book.say(d.rng, bank, old=done[2][at], new=called[at]), polite=False)
    _redo(d, call, {"op": params["op"], **kept, **params}, "instead")
    return "clarify.instead"


def _same(settings: Mapping[str, str], params: Mapping[str, str]) -> bool:
    """Say whether *params* do what *settings* name: the operation, in that direction."""
    if settings["op"] != params.get("op"):
        return False
    key = next((key for key in ("amount", "db", "semitones", "factor") if key in settings or key in params), "")
    if not key:
        return True
    middle = 1.0 if key == "factor" else 0.0
    one, other = float(settings.get(key, "1")) - middle, float(params.get(key, "1")) - middle
    return one * other > 0
