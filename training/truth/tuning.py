"""Typed changes of a picture (colours, sharpness, shape, background), everywhere or inside or outside a thing, with the place as truth."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from models.expert import Inputs, Masks, Picture
from models.grammar import settings
from models.masks import rle_string
from models.tasks import TASKS
from models.values import Box, Media, Ref, TaskCall

from training.language import adjusting
from training.language.phrasing import Said, Split
from training.language.several import joined
from training.language.talk import Dialogue, Item, Target
from training.truth import marks, plots
from training.truth.cutting import run
from training.truth.plots import pointed
from training.truth.shots import Shot, mask_file, picture, save
from training.truth.talk import Talk, phrase
from training.truth.values import Truthful, Writer

if TYPE_CHECKING:
    from numpy.typing import NDArray

VARIANTS = (
    "whole",
    "region",
    "mask",
    "named",
    "cutout",
    "whole",
    "background",
    "crop",
    "named",
    "mask",
    "shape",
    "region",
)
"""The kinds of request, in turn."""


def tuned(shot: Shot, params: dict[str, str], area: Callable[[], NDArray[np.bool_]] | None) -> Writer:
    """Return what writes *shot* adjusted as *params* say, in or outside *area* (None: everywhere), as the expert does it."""

    def write(path: Path) -> None:
        from models.experts.adjust import adjust

        values: dict[str, Any] = {"image#1": Picture(shot.pixels())}
        if area is not None:
            values["mask#1"] = Masks(area()[None], ["thing"], [1.0])
        media = {handle: Media("mask" if handle[0] == "m" else "image", handle, "", {}) for handle in values}
        call = TaskCall("t1", "adjust", tuple(Ref(handle) for handle in values), params)
        with TemporaryDirectory() as folder:
            inputs = Inputs(values, media, {}, Path(folder), 0, settings(call, TASKS["adjust"])[0])
            made = adjust(call, inputs, lambda fraction, word="", preview=None: None)
        assert isinstance(made, Picture)
        save(path, made.pixels)

    return write


def adjust(rng: Random, split: Split, n: int) -> Truthful:
    """Write a conversation of the task adjust."""
    way = VARIANTS[n % len(VARIANTS)]
    if way in ("whole", "shape"):
        return _whole(rng, split, way)
    if way == "named":
        return _named(rng, split)
    if way == "mask":
        return _masked(rng, split)
    return _marked(rng, split, way)


def _dialogue(talk: Talk, image: str) -> tuple[Dialogue, Target]:
    """Return what the language's own turns need to word a request about *image*."""
    return Dialogue(talk.rng, talk.book), Target(Item(Media("image", image, "", {})), not talk.messages)


def _shown(talk: Talk, shot: Shot) -> str:
    return talk.attach("image", picture(shot), width=shot.width, height=shot.height)


def _given(
    talk: Talk, shot: Shot, image: str, said: str, places: list[str], params: dict[str, str], area: Callable[[], NDArray[np.bool_]] | None, ids: tuple[int, ...], *, reply: str = "adjust", more: dict[str, Any] | None = None,
    group: str = "",
) -> Truthful:  # fmt: skip
    """Call for the change, give the picture and return the conversation with its truth."""
    if reply:
        talk.reply(f"do.{reply}", h=image)
    call = talk.call("adjust", image, *places, **params)
    talk.result("image", call, tuned(shot, params, area), of=image)
    talk.answer()
    where = params.get("where", "inside" if places else "all")
    truth: dict[str, Any] = {
        "scene": shot.scene.to_json(), "width": shot.width, "height": shot.height, "op": params["op"], "where": where, "params": params, "ids": list(ids),
        "names": [shot.thing(number).name for number in ids], "said": said, "area": (lambda: rle_string(area())) if area is not None else None, **(more or {}),
    }  # fmt: skip
    return talk.done(group or f"adjust.{params['op']}", truth)


def _whole(rng: Random, split: Split, way: str) -> Truthful:
    shot = plots.staged(rng, split, plots.PLOTS["any"])
    talk = Talk(rng, split)
    image = _shown(talk, shot)
    d, target = _dialogue(talk, image)
    said, params = adjusting.tone(d, "all", target) if way == "whole" else adjusting.shape(d, target)
    typed = talk.ask(said, exact=False)
    return _given(talk, shot, image, typed.text, [], params, None, ())


def _marked(rng: Random, split: Split, way: str) -> Truthful:
    """In a box, outside it, cropped to it; a thing in a box cut out or put before a colour."""
    shot = plots.staged(rng, split, plots.PLOTS["any"])
    number = rng.choice(sorted(shot.clear))
    talk = Talk(rng, split)
    image = _shown(talk, shot)
    box: Box = marks.by_hand(rng, shot.boxes[number])
    mark = talk.mark(image, box=box)
    d, target = _dialogue(talk, image)
    x0, y0, x1, y1 = box.to_pixels(shot.width, shot.height)

    def inside() -> NDArray[np.bool_]:
        area = np.zeros((shot.height, shot.width), np.bool_)
        area[y0:y1, x0:x1] = True
        return area

    if way == "region":
        where = "outside" if talk.chance(0.4) else "inside"
        said, params = adjusting.tone(d, where, target, str(mark.id))
        typed = talk.ask(said, exact=False)
        return _given(
            talk,
            shot,
            image,
            typed.text,
            [mark.handle],
            params,
            inside,
            (number,),
            reply=f"adjust.{where}",
            group=f"adjust.region.{params['op']}",
        )
    if way == "crop":
        typed = talk.ask(talk.say("adj.crop", r=str(mark.id)), exact=False)
        return _given(
            talk,
            shot,
            image,
            typed.text,
            [mark.handle],
            {"op": "crop"},
            inside,
            (number,),
            reply="adjust.crop",
            group="adjust.region.crop",
        )
    said, params = _backed(talk, way)
    typed = talk.ask(said, exact=False)
    return _given(
        talk,
        shot,
        image,
        typed.text,
        [mark.handle],
        params,
        lambda: shot.mask((number,)),
        (number,),
        reply=f"adjust.{params['op']}",
    )


def _backed(talk: Talk, way: str) -> tuple[Said, dict[str, str]]:
    """Return a request for a cut-out with transparency or before a colour."""
    if way == "cutout":
        return talk.say("adj.cutout"), {"op": "cutout"}
    said = talk.say(
        "adj.background",
        ("colour",),
        colour=talk.rng.choice(
            ("white", "black", "red", "blue", "green", "yellow", "pink", "light blue", "gray", "orange")
        ),
    )
    return said, {"op": "background", "color": said.slots["colour"]}


def _masked(rng: Random, split: Split) -> Truthful:
    """First something is cut out by a phrase, then it, or all else, is changed."""
    shot, reference = pointed(rng, split, many=False)
    talk = Talk(rng, split)
    image = _shown(talk, shot)
    said = phrase(talk.ask(talk.say("seg.ask", ("referent",), referent=reference.phrase)))
    talk.reply("do.segment", h=image)
    call = talk.call("segment", image, said, *(shot.boxes[number] for number in reference.ids))
    mask = talk.result(
        "mask", call, mask_file(shot, reference.ids), of=image, label=said.text, width=shot.width, height=shot.height
    )
    talk.answer()
    d, target = _dialogue(talk, image)
    way = rng.choice(("outside", "outside", "mask", "cutout", "background"))
    words, params = _backed(talk, way) if way in ("cutout", "background") else adjusting.tone(d, way, target, mask[5:])
    typed = talk.ask(words, exact=False)
    more = {"masks": lambda: {mask: run(shot, reference.ids)}, "phrase": said.text, "meant": reference.phrase}
    reply = (
        f"adjust.{way}" if way in ("cutout", "background") else f"adjust.{'outside' if way == 'outside' else 'inside'}"
    )
    return _given(
        talk,
        shot,
        image,
        typed.text,
        [mask],
        params,
        lambda: shot.mask(reference.ids),
        reference.ids,
        reply=reply,
        more=more,
        group=f"adjust.mask.{params['op']}",
    )


def _named(rng: Random, split: Split) -> Truthful:
    """Two tasks in one sentence: what is named is cut out, then it or all else is changed."""
    shot, reference = pointed(rng, split, many=False)
    talk = Talk(rng, split)
    image = _shown(talk, shot)
    d, _ = _dialogue(talk, image)
    first = talk.say("seg.ask", ("referent",), referent=reference.phrase)
    way = rng.choice(("outside", "outside", "outside", "mask", "cutout", "background"))
    second, params = _backed(talk, way) if way in ("cutout", "background") else adjusting.tone(d, way, None, "1")
    said = phrase(talk.ask(joined(d, first, second)))
    if talk.chance(0.8):
        talk.reply("do.many")
    call = talk.call("segment", image, said, *(shot.boxes[number] for number in reference.ids))
    mask = talk.result(
        "mask", call, mask_file(shot, reference.ids), of=image, label=said.text, width=shot.width, height=shot.height
    )
    more = {"masks": lambda: {mask: run(shot, reference.ids)}, "phrase": said.text, "meant": reference.phrase}
    return _given(
        talk,
        shot,
        image,
        said.text,
        [mask],
        params,
        lambda: shot.mask(reference.ids),
        reference.ids,
        reply="",
        more=more,
        group=f"adjust.named.{params['op']}",
    )
