"""Turns that change colours, sharpness, size or background with typed settings, all over or inside or outside a mark."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

from models.values import Kind

from training.language import av
from training.language.mark import current
from training.language.phrasing import Said
from training.language.talk import Dialogue, Item, Target


@dataclass(frozen=True)
class Change:
    """One kind of adjustment: its phrase bank, the operation and the usual amount (0: the operation takes none)."""

    bank: str
    op: str
    amount: float = 0.0
    weight: int = 3


TONES = (
    Change("blur", "blur", 1, 6), Change("pixelate", "pixelate", 1, 3), Change("sharpen", "sharpen", 1, 3), Change("brighter", "brightness", 1, 5),
    Change("darker", "brightness", -1, 5), Change("contrast.up", "contrast", 1, 2), Change("contrast.down", "contrast", -1, 2),
    Change("saturation.up", "saturation", 1, 2), Change("saturation.down", "saturation", -1, 2), Change("grayscale", "grayscale", 0, 6),
    Change("sepia", "sepia", 0, 2), Change("sketch", "sketch", 0, 2), Change("cartoon", "cartoon", 0, 2), Change("invert", "invert", 0, 2),
    Change("color", "color", 0, 4),
)  # fmt: skip
WEIGHTS = [change.weight for change in TONES]
SHAPES = (
    ("rotate", 4), ("rotate.left", 2), ("rotate.right90", 2), ("rotate.left90", 2), ("rotate.180", 2), ("flip.horizontal", 4),
    ("flip.vertical", 2),
)  # fmt: skip
ADVERBS = (0.5, 2.0)
"""What words for less or for more than usual multiply the amount by."""
_SMALL = ("a bit", "slightly", "a little", "somewhat", "a little bit", "a tad", "a touch")
MANNERS = {  # a comparative ("much brighter"), the end or a preposition ("blur it a lot"), anything else ("strongly blur it")
    0.5: (_SMALL, _SMALL, ("slightly", "just slightly")),
    2.0: (
        ("much", "way", "far", "considerably", "so much", "quite a bit"),
        ("a lot", "strongly", "considerably", "very much", "quite a lot", "a good deal"),
        ("strongly", "heavily", "very strongly"),
    ),
}
_GAP = "\x00"
"""Stands for an adverb until it is known what it is put before."""
_HIGHER = re.compile(r"(?:more|less|too|(?!lower\b|under\b|over\b|after\b)\w+er)\b")
_LAST = re.compile(r"(?:in|for|on|and|by)\b|[^\w\s]|$")


def plain(amount: float) -> str:
    return f"{amount:g}"


def tone(
    d: Dialogue,
    where: str,
    target: Target | None,
    mark: str = "",
    *,
    named: bool = False,
    terse: bool = False,
    of: str = "",
) -> tuple[Said, dict[str, str]]:
    """Return a request for a random tone change and its params; *where* is all, inside, mask or outside.

    *target* None gives a request that speaks of "it" only; *mark* is the region's or mask's number in the words, which a
    *named* mask is always called by; *of* are words for what is marked that take the place of all others; a *terse*
    request about all of it names no more than the change ("sharper").
    """
    rng = d.rng
    change = rng.choices(TONES, WEIGHTS)[0]
    factor = 1.0 if not change.amount or d.chance(0.45) else rng.choice(ADVERBS)
    params = {"op": change.op}
    bank = f"adj.{change.bank}"
    if where == "all":
        if change.bank == "color":
            bank = "adj.tint"
        elif terse or d.chance(0.25):
            bank += ".plain"
    else:
        params["where"] = "outside" if where == "outside" else "inside"
    noun = d.book.text(rng, f"noun.{target.item.kind}") if target else "picture"
    if target is None:
        it = "it"
    else:
        it = target.ref or d.book.text(rng, "it.new" if target.new else "it.latest", noun=noun)
    slots = {"noun": noun, "it": it, "adv": "" if factor == 1 else f"{_GAP} "}
    if where == "all":
        slots["x"] = it if target is None or target.ref else d.book.text(rng, "x.all", it=it, noun=noun)
    else:
        slots["x"] = of or d.book.text(rng, f"x.{where}{'.named' if named else ''}", r=mark, m=mark, noun=noun)
        if change.op == "color" and slots["x"].endswith(("background", "backdrop")):  # that is what op=background does
            slots["x"] = "the rest"
    said = d.book.say(rng, bank, **slots)
    _adverb(rng, said, factor)
    if where == "all" and target is not None and target.ref and not {"x", "it"} & said.slots.keys():
        said = d.frame(said, "on.target", ref=target.ref)
    if where == "outside" and not named and d.chance(0.15):
        said = d.frame(said, "outside.frame")
    amount = change.amount * factor if "adv" in said.slots else change.amount
    if "part" in said.slots:
        amount = float(said.slots["part"]) * (1 if change.amount >= 0 else -1)
    if change.amount and amount != 1:
        params["amount"] = plain(amount)
    if "colour" in said.slots:
        params["color"] = said.slots["colour"]
    return said, params


def _adverb(rng: Random, said: Said, factor: float) -> None:
    """Write the adverb for *factor* where *said* has a gap for one, in a form that goes with the word after it."""
    for number, (text, mark) in enumerate(said.pieces):
        before, gap, after = text.partition(_GAP)
        if gap:
            nearest = after.lstrip()
            kind = 0 if _HIGHER.match(nearest) else 1 if _LAST.match(nearest) else 2
            said.pieces[number] = (before + rng.choice(MANNERS[factor][kind]) + after, mark)


def shape(d: Dialogue, target: Target | None) -> tuple[Said, dict[str, str]]:
    """Return a request to rotate or mirror and its params."""
    bank = d.rng.choices([name for name, _ in SHAPES], [weight for _, weight in SHAPES])[0]
    said = d.say(f"adj.{bank}", target) if target else d.say(f"adj.{bank}", it="it", noun="picture")
    if bank.startswith("flip"):
        return said, {"op": "flip", "axis": bank[5:]}
    degrees = {"rotate.right90": "90", "rotate.left90": "-90", "rotate.180": "180"}.get(bank) or said.slots["degrees"]
    return said, {"op": "rotate", "degrees": f"-{degrees}" if bank == "rotate.left" else degrees}


def whole(d: Dialogue) -> str:
    """Adjust a whole picture or video."""
    target = d.target("image", "video")
    said, params = tone(d, "all", target) if d.chance(0.72) else shape(d, target)
    if target.new and target.item.kind == "image" and d.chance(0.08):
        said = d.frame(said, "verbose.adjust")
    d.ask(said)
    d.run("adjust", [target.handle], [target.item.kind], params)
    return f"adjust.{params['op']}"


def marked(d: Dialogue) -> str:
    """Adjust the inside or the outside of a region just drawn."""
    target = d.target("image") if d.chance(0.9) else d.target("video")
    target.ref = ""
    mark = d.mark(target.handle)
    where = "outside" if d.chance(0.4) else "inside"
    said, params = tone(d, where, target, str(mark.id))
    d.ask(said)
    d.run("adjust", [target.handle, mark.handle], [target.item.kind], params, reply=f"adjust.{where}")
    return f"adjust.region.{params['op']}"


def masked(d: Dialogue) -> str | None:
    """Adjust what an earlier mask covers, or the rest; of several masks the one meant is named."""
    masks = d.of("mask")
    if not masks:
        return None
    named = len(masks) > 1 and (d.chance(0.3) or masks[-1].call is masks[-2].call)
    mask = d.rng.choice(masks) if named else masks[-1]
    if not (of := current(d, mask)):
        return None
    named = named or d.chance(0.15)
    where = "outside" if d.chance(0.55) else "mask"
    said, params = tone(d, where, Target(_item(d, of), False), mask.handle[5:], named=named)
    d.ask(said)
    kind: Kind = "image" if of.startswith("image") else "video"
    d.run(
        "adjust", [of, mask.handle], [kind], params, reply="adjust.outside" if where == "outside" else "adjust.inside"
    )
    return f"adjust.mask.{params['op']}"


def newest(d: Dialogue) -> str | None:
    """Adjust all of what the last reply made, spoken of as "it": turned down, a sound gets softer and a picture darker."""
    if d.shelf and d.shelf[-1].kind == "audio":
        return _heard(d, d.shelf[-1])
    item = d.latest("image", "video")
    if item is None or item.call is None or not d.last_called or item.call is not d.calls[-1]:
        return None
    said, params = tone(d, "all", Target(item, False)) if d.chance(0.75) else shape(d, Target(item, False))
    d.ask(said)
    d.run("adjust", [item.handle], [item.kind], params)
    return f"adjust.{params['op']}"


def _heard(d: Dialogue, item: Item) -> str | None:
    """Change the sound that the last reply made, mostly its loudness."""
    if item.call is None or not d.last_called or item.call is not d.calls[-1]:
        return None
    names = ("louder", "quieter", "louder.db", "quieter.db") if d.chance(0.75) else ()
    said, spans, params = av.effect(d, Target(item, False), *names)
    d.ask(said)
    d.run("audio_adjust", [item.handle, *spans], ["audio"], params)
    return f"audio_adjust.{params['op']}"


def followed(d: Dialogue) -> str | None:
    """After a thing was followed through a clip: adjust the clip made from it, which "it" then is, the thing alone, or the
    clip as it was, by its name."""
    if not d.last_called or d.calls[-1].task != "video_segment" or d.failed:
        return None
    chance = d.rng.random()
    if chance < 0.7:
        return newest(d)
    if chance < 0.83:
        return masked(d)
    before = _item(d, d.calls[-1].refs("video")[0])
    target = Target(before, False, d.name(before))
    said, params = tone(d, "all", target) if d.chance(0.75) else shape(d, target)
    d.ask(said)
    d.run("adjust", [before.handle], ["video"], params)
    return f"adjust.{params['op']}"


def _item(d: Dialogue, handle: str) -> Item:
    return next(item for item in d.shelf if item.handle == handle)


def crop(d: Dialogue) -> str:
    """Crop to the marked box."""
    target = d.target("image") if d.chance(0.9) else d.target("video")
    target.ref = ""
    mark = d.mark(target.handle, simple=True)
    d.ask(d.say("adj.crop", target, r=str(mark.id)))
    d.run("adjust", [target.handle, mark.handle], [target.item.kind], {"op": "crop"}, reply="adjust.crop")
    return "adjust.region.crop"


def backdrop(d: Dialogue) -> str | None:
    """Cut out with alpha, or put on a plain colour: of a mask made before or of a region just drawn."""
    mask = d.latest("mask")
    fresh = mask is not None and d.last_called and (mask.call is d.calls[-1] or mask.handle in d.calls[-1].refs("mask"))
    if mask is not None and fresh and (of := current(d, mask)).startswith("image") and d.chance(0.7):
        args, target = [of, mask.handle], Target(_item(d, of), False)
    else:
        target = d.target("image")
        target.ref = ""
        args = [target.handle, d.mark(target.handle).handle]
    if d.chance(0.5):
        d.ask(d.say("adj.cutout", target))
        d.run("adjust", args, ["image"], {"op": "cutout"}, reply="adjust.cutout")
        return "adjust.cutout"
    said = d.ask(d.say("adj.background", target))
    d.run("adjust", args, ["image"], {"op": "background", "color": said.slots["colour"]}, reply="adjust.background")
    return "adjust.background"
