"""A question about a medium of which nothing is perceived, as of a photograph: the same words, and the answer that it cannot be told."""

from __future__ import annotations

from models.values import Kind
from models.world import atlas

from training.language.talk import Target
from training.seeing.talk import Seen
from training.truth.words import cast, many, plural_only

_ASKS: dict[Kind, tuple[str, ...]] = {
    "image": ("caption", "list", "there", "count", "count.all", "where", "colour", "left", "next", "biggest", "middle", "kind", "time",
              "place", "look"),
    "video": ("happens", "first", "last", "does", "way", "moves", "there", "count", "appears"),
    "audio": ("what", "there", "first", "last", "when", "kinds"),
}  # fmt: skip
_TOLD = {"image": "say.see", "video": "say.watch", "audio": "say.listen"}


def asked(d: Seen) -> str:
    """Ask something about a new medium that nothing is perceived of."""
    kind: Kind = d.rng.choice(("image", "image", "image", "video", "audio"))
    item = d.attach(kind)
    target = Target(item, True)
    name = d.rng.choice(cast("train"))
    while plural_only(name):
        name = d.rng.choice(cast("train"))
    if kind == "image" and d.chance(0.2):
        mark = d.mark(item.handle)
        d.ask(d.say(d.rng.choice(("see.mark", "see.mark.is", "see.mark.colour")), target, r=str(mark.id), x=name))
        d.answer("say.see.region", r=mark.handle)
        return "blind.region"
    section = f"{'hear' if kind == 'audio' else 'see'}.{d.rng.choice(_ASKS[kind])}"
    kinds = d.rng.choice(atlas.entry(name).kinds or ("thing",))
    d.ask(d.say(section, target, x=name, xs=many(name), kind=kinds, kinds=many(kinds)))
    d.answer(_TOLD[kind], h=item.handle)
    return f"blind.{kind}"
