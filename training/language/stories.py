"""Stories of four to eight turns over media of several kinds, in which "it", "this", "the clip", "the first picture" and "the other
one" are said late: after which turns each of them means which medium."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from models.values import Kind

from training.language import adjusting, av, change, context, make, mark
from training.language.numbers import ONES
from training.language.phrasing import Book, Said, plural
from training.language.talk import ORDINALS, Dialogue, Item, Target

LENGTHS = (4, 5, 6, 7, 8)
SHOWN: tuple[Kind, ...] = ("image", "video")
ERRANDS = 0.12
"""How often a story begins with a picture of which something is cut out and a clip through which something is followed."""
CASTS: tuple[tuple[tuple[Kind, ...], float], ...] = (
    (("image", "video"), 7), (("image", "image", "video"), 6), (("image", "video", "audio"), 5), (("video", "image"), 4), (("image", "image"), 3),
    (("image", "audio"), 2), (("audio", "image", "video"), 2), (("video", "audio"), 2), (("image", "video", "image"), 3), (("video", "video", "image"), 2),
    (("image", "image", "video", "audio"), 2),
)  # fmt: skip
"""Which media come into a story, in their order, and how often."""
Turn = Callable[[Dialogue], "str | None"]
DONE: dict[str, tuple[tuple[Turn, float], ...]] = {
    "image": ((adjusting.whole, 8), (change.edit, 5), (mark.segment_phrase, 3), (mark.segment_region, 3), (adjusting.marked, 2), (change.remove_region, 1.5),
              (change.inpaint, 1.5), (change.animate, 1.5), (mark.detect, 1)),
    "video": ((adjusting.whole, 8), (change.video_edit, 5), (mark.follow_region, 3.5), (mark.follow_phrase, 3), (av.extract, 1.5), (av.sound_for, 1.5),
              (av.take_sound, 1), (change.video_region, 1)),
    "audio": ((av.sound, 1),),
}  # fmt: skip
"""What is done with a medium of each kind."""
SPOKEN_OF = (adjusting.whole, change.edit, change.video_edit, av.sound)
"""What is asked with "it" and, of one medium among several, late in a story."""
BARE = ("it", "this", "that", "this one", "that one")
"""Words for what everybody thinks of, which are never put before or after a request ("in this: ...")."""
RARE = {"other": 3.0, "other.one": 3.0, "original": 1.5, "made": 1.5, "sent": 1.5}
"""How much more often than others a way is taken that few media can be named in."""
MASKED: tuple[tuple[Turn, float], ...] = (
    (adjusting.masked, 7), (change.remove_mask, 2), (change.inpaint_mask, 2), (context.inverse, 1),
)  # fmt: skip
"""What goes on with a mask."""


@dataclass
class Story(Dialogue):
    """A dialogue whose turns are about the medium in *focus*. *named* says which that is round a request that calls it "it"; *log* tells
    of each turn how its medium was referred to and which it is."""

    focus: Target | None = None
    named: str = ""
    log: list[tuple[str, str]] = field(default_factory=list)

    def target(self, *kinds: Kind, fresh: float = 0.25) -> Target:
        """Return the medium in focus, else one as in any dialogue."""
        return self.focus or super().target(*kinds, fresh=fresh)

    def frame(self, said: Said, section: str, **slots: str) -> Said:
        """Put words round *said*, but none that name "it"."""
        return said if slots.get("ref") in BARE else super().frame(said, section, **slots)

    def ask(self, said: Said | str, *, polite: bool = True, bare: bool = False) -> Said:
        """End the user's message, which now and then names its medium before or after the request."""
        if self.named and isinstance(said, Said):
            said, polite = self.frame(said, "story.back", ref=self.named), False
        return super().ask(said, polite=polite, bare=bare)


def story(rng: Random, book: Book) -> tuple[Story, str]:
    """Return a story and the group of its last turn."""
    d, group = Story(rng, book), ""
    cast = list(rng.choices([cast for cast, _ in CASTS], [often for _, often in CASTS])[0])
    turns = rng.choice(LENGTHS)
    first = len(cast)
    if d.chance(ERRANDS):
        group, cast = _errand(d), [kind for kind in cast if kind == "audio"]
    while d.turn < turns or cast:
        left = turns - d.turn
        if cast and (len(cast) == first or left <= len(cast) + 1 or d.chance(0.4)):
            kind = cast.pop(0)
            group = _two(d, kind, cast) if cast[:1] == [kind] and d.chance(0.5) else _bring(d, kind)
        else:
            group = _go_on(d)
        d.focus, d.named = None, ""
    return d, group


def _errand(d: Story) -> str:
    """Cut something out of a picture, change the rest, follow something through a clip, and then change "it", which is the clip."""
    d.focus = Target(d.attach("image"), True)
    d.log.append(("new", d.shelf[-1].handle))
    _do(d, ((mark.segment_region, 3), (mark.segment_phrase, 2)))
    d.focus = None
    if not d.failed and adjusting.masked(d):
        d.log.append(("mask", ""))
    d.focus = Target(d.attach("video"), True)
    d.log.append(("new", d.shelf[-1].handle))
    _do(d, ((mark.follow_region, 3), (mark.follow_phrase, 2)))
    group = "story.new" if d.failed else _it(d, d.shelf[-1])
    d.focus = None
    return group


def _bring(d: Story, kind: Kind) -> str:
    """Bring in a medium: made here, handed over, or attached to a request about it."""
    if kind != "audio" and d.chance(0.15):
        (make.image if kind == "image" else make.video)(d)
        d.log.append(("drawn", ""))
        return f"story.{kind}"
    item = d.attach(kind)
    if d.chance(0.3):
        noun = d.book.text(d.rng, f"noun.{kind}")
        d.ask(d.book.say(d.rng, "story.hand", noun=noun), polite=False)
        d.answer("say.got.audio" if kind == "audio" else "say.got", h=item.handle)
        d.log.append(("hand", ""))
        return "story.hand"
    d.focus = Target(item, True)
    d.log.append(("new", item.handle))
    _do(d, DONE[kind])
    return "story.new"


def _two(d: Story, kind: Kind, cast: list[Kind]) -> str:
    """Bring in two media of a kind at once, and ask for something with one of them; *cast* loses the second."""
    cast.pop(0)
    item = d.rng.choice((d.attach(kind), d.attach(kind)))
    how, ref = d.rng.choice([way for way in names(d, item) if way[0] != "kind"] or [("handle", item.handle)])
    d.focus = Target(item, True, ref)
    d.log.append((how, item.handle))
    _do(d, tuple(pair for pair in DONE[kind] if pair[0] in SPOKEN_OF))
    return "story.two"


def _do(d: Story, turns: tuple[tuple[Turn, float], ...]) -> None:
    d.rng.choices([turn for turn, _ in turns], [often for _, often in turns])[0](d)


def _go_on(d: Story) -> str:
    """Go on with what is there: with the newest as "it", with its mask, or back to another one by its name."""
    newest = d.shelf[-1] if d.shelf else None
    if newest is None or d.failed:
        return _back(d)
    if (newest.kind == "mask" and d.last_called) or _followed(d):
        d.focus = None
        if d.chance(0.5):
            for _ in range(4):
                turn = d.rng.choices([turn for turn, _ in MASKED], [often for _, often in MASKED])[0]
                if turn(d) is not None:
                    d.log.append(("mask", ""))
                    return "story.mask"
        if newest.kind == "mask":
            return _back(d)
    chance = d.rng.random()
    if chance < 0.42 and newest.turn == d.turn - 1 and newest.kind != "mask":
        return _it(d, newest)
    if chance < 0.52 and (context.same(d) or context.other(d)):
        d.log.append(("same", ""))
        return "story.same"
    return _back(d)


def _followed(d: Story) -> bool:
    """Return whether the last turn followed something, so that there is a mask beside the newest clip."""
    return bool(d.calls) and d.last_called and d.calls[-1].task == "video_segment" and not d.failed


def _it(d: Story, item: Item) -> str:
    """Ask for something with the newest medium, which is "it"."""
    ref = "" if d.chance(0.5) else d.book.text(d.rng, "story.it")
    d.focus = Target(item, False, ref)
    d.log.append(("it", item.handle))
    turns = DONE[item.kind]
    _do(d, tuple(pair for pair in turns if pair[0] in SPOKEN_OF) if d.chance(0.8) else turns)
    return "story.it"


def _back(d: Story) -> str:
    """Come back to a medium by words that mean it alone."""
    there = [item for item in d.shelf if item.kind != "mask"] or [d.attach("image")]
    sent = [item for item in there if item.call is None]
    item = d.rng.choice(sent if sent and d.chance(0.6) else there)
    ways = names(d, item)
    if d.chance(0.6):  # two of a kind of which one was not touched yet are rare
        others = [(one, way) for one in sent for way in names(d, one) if way[0].startswith("other")]
        if others:
            item, way = d.rng.choice(others)
            ways = [way]
    how, ref = d.rng.choices(ways, [RARE.get(how, 1.0) for how, _ in ways])[0]
    turns = tuple(pair for pair in DONE[item.kind] if pair[0] in SPOKEN_OF) if d.chance(0.75) else DONE[item.kind]
    d.focus = Target(item, False, ref)
    if d.chance(0.4 if how == "kind" else 0.6) and not d._user:
        d.focus.ref, d.named = "it", ref
    d.log.append((how, item.handle))
    _do(d, turns)
    return f"story.{how}"


def names(d: Story, item: Item) -> list[tuple[str, str]]:
    """Return words that mean *item* and no other medium, each with how they do: kind (the newest of its kind), nth (by number),
    sent (by the order of what the person sent), other, original, made."""
    same, noun = d.of(item.kind), d.book.text(d.rng, f"noun.{item.kind}")
    sent = [one for one in same if one.call is None]
    made = [one for one in same if one.call is not None]
    found: list[tuple[str, dict[str, str]]] = []
    if item is same[-1]:
        found.append(("kind", {}))
    if len(same) > 1 and len(same) <= len(ORDINALS):
        at = same.index(item)
        found.append(("nth", {"nth": ORDINALS[at], "number": str(at + 1) if d.chance(0.5) else ONES[at + 1]}))
    if item in sent and len(sent) > 1 and len(sent) <= len(ORDINALS):
        found.append(("sent", {"nth": ORDINALS[sent.index(item)]}))
    if made and len(sent) == 1 and item is sent[0]:
        found.append(("original", {}))
    if len(made) == 1 and item is made[0] and sent:
        found.append(("made", {}))
    last = _worked(d)
    two = len(sent) == 2 and item in sent and last in sent and last is not item
    if last is not None and two and not any(_root(d, one) is item for one in made):
        found.append(("other", {}))
        if _root(d, d.shelf[-1]) is last and d.last_called:
            found.append(("other.one", {}))
    words = {"noun": noun, "nouns": plural(noun)}
    return [(how, d.book.text(d.rng, f"story.{how}", **words, **slots)) for how, slots in found] or [
        ("handle", item.handle)
    ]


def _root(d: Story, item: Item) -> Item:
    """Return what the person sent that *item* was made from, step by step, or the first thing that was made."""
    at = item
    while at.call is not None:
        before = [one for one in d.shelf if one.handle in at.call.refs("image", "video", "audio")]
        if not before:
            break
        at = before[0]
    return at


def _worked(d: Story) -> Item | None:
    """Return what the person sent that the last call was about, None where it was about several or nothing."""
    if not d.calls:
        return None
    refs = d.calls[-1].refs("image", "video", "audio")
    found = [one for one in d.shelf if one.handle in refs]
    return _root(d, found[0]) if len(found) == 1 else None
