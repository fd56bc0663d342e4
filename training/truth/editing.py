"""Edits as conversations: the whole picture by words, a marked place, what is taken out; the pictures before and after are the truth."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from models.masks import rle_string

from training.language.phrasing import Said, Split
from training.truth import plots
from training.truth.changing import LOCAL, Wish, cleaned, facts, wished
from training.truth.referring import Reference
from training.truth.shots import picture
from training.truth.talk import Talk, phrase
from training.truth.values import MOST, Truthful, lost

EDITS = (
    "recolour",
    "replace",
    "whole",
    "add",
    "move",
    "two",
    "remove",
    "resize",
    "whole",
    "copy",
    "again",
    "swap",
    "recolour",
    "flip",
    "add",
    "replace",
)
"""The kinds of edit, in turn."""


def edit(rng: Random, split: Split, n: int) -> Truthful:
    """Write a conversation of the task edit: one change, two in a sentence, or one after the other."""
    kind = EDITS[n % len(EDITS)]
    wish = wished(rng, split, "" if kind in ("two", "again") else kind)
    if kind == "two":
        wish = _both(rng, split, wish)
    talk = Talk(rng, split)
    image = talk.attach("image", picture(wish.before), width=wish.before.width, height=wish.before.height)
    edits = [_edit(talk, wish, image)]
    masks = {newest(talk): wish}
    if kind == "again":
        for _ in range(rng.choice((1, 1, 2))):
            wish = _again(rng, split, wish)
            edits.append(_edit(talk, wish, newest(talk)))
            masks[newest(talk)] = wish
    return talk.done(f"edit.{kind if kind != 'whole' else edits[0]['kind']}", edits_truth(edits, masks))


def newest(talk: Talk) -> str:
    return f"image#{int(talk.next('image').split('#')[1]) - 1}"


def edits_truth(edits: list[dict[str, Any]], wishes: dict[str, Wish]) -> dict[str, Any]:
    """Return the truth of edits: each change, and where the pictures differ, by the handle of the new one."""
    first = next(iter(wishes.values())).before

    def runs() -> dict[str, Any]:
        return {handle: rle_string(wish.edited()) for handle, wish in wishes.items()}

    return {
        "width": first.width,
        "height": first.height,
        "scene": first.scene.to_json(),
        "edits": edits,
        "edited": runs,
    }


def _said(talk: Talk, wish: Wish) -> Said:
    slots = {"edit__wish": wish.words, **({"edit__verb": wish.words} if wish.command else {})}
    section = "verbose.edit" if wish.command and talk.chance(0.12) else "edit.ask"
    return talk.say(
        section, ("edit.wish", "edit.verb") if wish.command else ("edit.wish",), instead="edit.ask", **slots
    )


def _edit(talk: Talk, wish: Wish, image: str) -> dict[str, Any]:
    """Ask for *wish* on *image*, call for it and give the changed picture."""
    said = phrase(talk.ask(_said(talk, wish)))
    if talk.chance(0.92):
        talk.reply("do.edit", h=image)
    places = (
        [] if wish.whole or wish.kind == "add" else [wish.before.boxes[n] for n in wish.ids if n in wish.before.boxes]
    )
    call = talk.call("edit", image, said, *places)
    talk.result("image", call, picture(wish.after), of=image, width=wish.after.width, height=wish.after.height)
    talk.answer()
    return {"of": image, "gives": newest(talk), "instruction": said.text, **facts(wish)}


def _next(rng: Random, split: Split, wish: Wish, but: set[int]) -> Wish | None:
    """Return a further change of what *wish* made, that does not touch the things *but*."""
    kinds = [kind for kind in LOCAL if kind != wish.kind]
    ways = [way[1] for way in plots.ONE]
    for _ in range(30):
        reference = rng.choice(ways)(rng, wish.after, split)
        if (
            reference is None
            or set(reference.ids) & but
            or reference.phrase.split()[0] in ("of", "from", "number", "what", "whatever", "whoever")
        ):
            continue
        made = LOCAL[rng.choice(kinds)][0](rng, split, wish.after, reference)
        clean = None if made is None else cleaned(made)
        if clean is not None and clean.before.scene.backdrop == wish.after.scene.backdrop:
            return clean
    return None


def _both(rng: Random, split: Split, wish: Wish) -> Wish:
    """Return two commands in one sentence, the second on other things; tries new scenes until it finds one."""
    for _ in range(MOST):
        more = _next(rng, split, wish, set(wish.ids)) if wish.command and not wish.whole else None
        if more is not None and more.command:
            joint = rng.choice((" and ", " and then ", ", then ", " and also ", ", and ", " and afterwards "))
            return replace(
                more,
                words=wish.words + joint + more.words,
                kind=f"{wish.kind}+{more.kind}",
                before=wish.before,
                ids=tuple(dict.fromkeys((*wish.ids, *more.ids))),
            )
        wish = wished(rng, split)
    raise lost("second change")


def _again(rng: Random, split: Split, wish: Wish) -> Wish:
    """Return a further change; now and then of the same thing, spoken of as "it"."""
    number = wish.ids[0] if len(wish.ids) == 1 else 0
    there = any(thing.id == number for thing in wish.after.scene.things)
    if number and there and wish.kind not in ("swap", "copy") and rng.random() < 0.5:
        it = Reference("it", (number,), "it", wish.after.thing(number).name)
        for kind in rng.sample(
            [k for k in ("recolour", "resize", "move", "remove", "flip", "replace") if k != wish.kind], 4
        ):
            made = LOCAL[kind][0](rng, split, wish.after, it)
            if made is not None and "{" not in made.words:
                return replace(made, words=made.words.replace("the it", "it"))
    found = _next(rng, split, wish, set())
    if found is not None:
        return found
    made = None
    while made is None:  # the hour, a look or another backdrop can always follow
        from training.truth.changing import whole

        made = whole(rng, split, wish.after, Reference("", (), ""))
    return made
