"""Turns that ask what happens in a clip: who does what, in which order, which way, and when something comes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from models import percepts
from models.senses import deeds
from models.unified.bearings import joint
from models.unified.outlook import DONE, Told
from models.values import Part, Text

from training.seeing import nouns
from training.seeing.talk import Seen
from training.seeing.views import View, by_program

FAR = 0.12
"""Share of the frame's width that a thing goes at least, to be said to go to a side."""
APART = 0.5
"""Seconds between the beginnings of what comes first and of what comes next, at least."""
TOGETHER = 0.5
"""Seconds that two things move at the same time at least, to be asked for."""
_Act = dict[str, Any]


def acts(view: View) -> list[_Act]:
    """Return what is done in a clip, in order of its beginning."""
    found: list[_Act] = view.entry.truth["acts"]
    return found


def _told(view: View) -> bool:
    return 0 < len(acts(view)) < 5 and all(view.has((act["id"],)) for act in acts(view))


def kind(view: View, act: _Act) -> str:
    """Return the kind of a deed as the program tells it (models.senses.deeds)."""
    return deeds.kind_of(act["verb"], act["says"], gone=not view.entry.truth["frames"][str(act["id"])][-1])


def _deed(view: View, act: _Act, form: str) -> Told:
    return Told(deeds.SAYS[kind(view, act)][DONE.index(form)], form)


def happens(d: Seen) -> str | None:
    """What happens?"""
    found = d.scene(_told, "video")
    if found is None:
        return None
    target, view = found
    d.ask(d.say("see.happens", target))
    parts: list[Part] = []
    done = acts(view)
    for number, act in enumerate(done):
        if number:
            before = done[number - 1]
            parts.append(Text(joint(before["start"] + before["seconds"], act["start"])))
        parts += [view.ground("a", (act["id"],)), Text(f" {_deed(view, act, 'doing').text}")]
    d.reply("say.seen.happens", x=by_program("acts", parts, view.handle))
    return "seen.happens"


def first(d: Seen) -> str | None:
    """Who does something first, who last?"""
    found = d.scene(lambda view: _told(view) and len(acts(view)) > 1, "video")
    if found is None:
        return None
    target, view = found
    done = acts(view)
    early = d.chance(0.5)
    one, other = (done[0], done[1]) if early else (done[-1], done[-2])
    if abs(one["start"] - other["start"]) < APART or one["id"] == other["id"]:
        return d.give_up()
    d.ask(d.say("see.first" if early else "see.last", target))
    x = view.named("starts" if early else "ends", (one["id"],), medium=True)
    d.reply("say.seen.first" if early else "say.seen.last", x=x, does=_deed(view, one, "does"))
    return "seen.first" if early else "seen.last"


def who(d: Seen) -> str | None:
    """Who hops to the right?"""
    found = d.scene(_told, "video")
    if found is None:
        return None
    target, view = found
    act = d.rng.choice(acts(view))
    ids = tuple(other["id"] for other in acts(view) if other["says"] == act["says"])
    ids = tuple(sorted(ids, key=lambda number: view.middle(number)[0]))
    same = {other["id"] for other in acts(view) if kind(view, other) == kind(view, act)}
    if same != set(ids):
        return d.give_up()
    d.ask(d.say("see.who", target, does=act["says"], doing=act["doing"]))
    d.reply("say.seen.who", x=view.named(f"who_{kind(view, act)}", ids, medium=True))
    return "seen.who"


def _one(d: Seen, view: View) -> tuple[str, int] | None:
    named = nouns.one(d, view, alone=True)
    return None if named is None else (named[0], named[1][0])


def does(d: Seen) -> str | None:
    """What does the fox do?"""
    found = d.scene(_told, "video")
    if found is None:
        return None
    target, view = found
    named = _one(d, view)
    if named is None:
        return d.give_up()
    noun, number = named
    d.ask(d.say("see.does", target, x=noun))
    tell_deed(d, view, number)
    return "seen.does"


def tell_deed(d: Seen, view: View, number: int) -> None:
    """Say what a thing does, or that it does nothing, and end the reply."""
    done = [act for act in acts(view) if act["id"] == number]
    does = _deed(view, done[0], "does") if done else Told(deeds.SAYS["stays"][0], "does")
    d.reply("say.seen.deed", x=view.the((number,)), does=does)


def way(d: Seen) -> str | None:
    """Which way does it go? Does it move at all?"""
    found = d.scene(_told, "video")
    if found is None:
        return None
    target, view = found
    named = _one(d, view)
    if named is None:
        return d.give_up()
    noun, number = named
    moved = view.entry.truth["moved"][str(number)]
    busy = any(act["id"] == number for act in acts(view))
    if abs(moved) < FAR and busy:
        return d.give_up()
    d.ask(d.say("see.way", target, x=noun))
    if busy:
        d.reply("say.seen.way", x=view.the((number,)), side=Told("left" if moved < 0 else "right", "way"))
    else:
        tell_deed(d, view, number)
    return "seen.way"


def moves(d: Seen) -> str | None:
    """What moves, and what keeps still?"""
    found = d.scene(lambda view: _told(view) and view.usual(t.id for t in view.shot.scene.things), "video")
    if found is None:
        return None
    target, view = found
    moving = {act["id"] for act in acts(view)}
    still = d.chance(0.4)
    ids = [number for number in view.known if (number not in moving) == still]
    if not ids and d.chance(0.7):
        return d.give_up()
    d.ask(d.say("see.still" if still else "see.moves", target))
    what = "who_stays" if still else "moving"
    ids.sort(key=lambda number: view.middle(number)[0])
    d.reply(f"say.seen.{'rest' if still else 'move'}", x=view.named(what, ids, medium=True))
    return "seen.still" if still else "seen.moves"


def order(d: Seen) -> str | None:
    """What moves after the fox, what before it?"""
    found = d.scene(lambda view: _told(view) and len(acts(view)) > 1, "video")
    if found is None:
        return None
    target, view = found
    done = acts(view)
    starts = [act["start"] for act in done]
    ids = [act["id"] for act in done]
    if len(set(ids)) != len(ids) or any(b - a < APART for a, b in pairwise(starts)):
        return d.give_up()
    at = d.rng.randrange(len(done))
    later = d.chance(0.5)
    after = at + (1 if later else -1)
    noun = view.thing(ids[at]).name
    between = len(done) - 1 - at if later else at
    # "before" means the last one before to some, all of them to others: there is but one
    if between > 1 or view.called(noun) != (ids[at],) or (not between and d.chance(0.7)):
        return d.give_up()
    answer = (ids[after],) if between else ()
    how = "after" if later else "before"
    d.ask(d.say(f"see.{how}", target, x=noun))
    d.reply(f"say.seen.{how}", b=view.the((ids[at],)), x=view.named(how, answer))
    return f"seen.{how}"


def along(d: Seen) -> str | None:
    """What moves at the same time as the fox?"""
    found = d.scene(lambda view: _told(view) and len(view.known) > 1 and view.whole, "video")
    if found is None:
        return None
    target, view = found
    done = acts(view)
    ids = [act["id"] for act in done]
    one = d.rng.choice(done)
    noun = view.thing(one["id"]).name
    if len(set(ids)) != len(ids) or view.called(noun) != (one["id"],):
        return d.give_up()
    both = {act["id"]: _shared(one, act) for act in done if act is not one}
    if any(0.0 < shared < TOGETHER for shared in both.values()) or (not any(both.values()) and d.chance(0.7)):
        return d.give_up()
    d.ask(d.say("see.along", target, x=noun))
    answer = [act["id"] for act in done if both.get(act["id"], 0.0) > 0.0]
    d.reply("say.seen.along", b=view.the((one["id"],)), x=view.named("along", answer))
    return "seen.along"


def _shared(one: _Act, other: _Act) -> float:
    """Return for how many seconds two deeds are done at once, 0 where one is over before."""
    ends = min(act["start"] + act["seconds"] for act in (one, other))
    return max(0.0, float(ends - max(one["start"], other["start"])))


def appears(d: Seen) -> str | None:
    """When does the owl appear, when is it gone?"""
    found = d.scene(lambda view: bool(_changing(view)), "video", fresh=0.5)
    if found is None:
        return None
    target, view = found
    number, second, comes = d.rng.choice(_changing(view))
    noun = view.thing(number).name
    if view.called(noun) != (number,) or second < 0.8:
        return d.give_up()
    d.ask(d.say("see.appears" if comes else "see.vanishes", target, x=noun))
    count = max(1, round(second))
    after = f"{percepts.number(count)} second{'s' if count > 1 else ''}"
    d.reply("say.seen.appears" if comes else "say.seen.vanishes", x=view.the((number,)), n=after)
    return "seen.appears" if comes else "seen.vanishes"


def _changing(view: View) -> list[tuple[int, float, bool]]:
    """Return the things that come or go, with the second and whether they come."""
    found = []
    times: Sequence[float] = view.entry.truth["times"]
    step = times[1] - times[0]
    for text, boxes in view.entry.truth["frames"].items():
        seen = [n for n, box in enumerate(boxes) if box]
        if not seen or not view.has((int(text),)) or len(seen) != seen[-1] - seen[0] + 1:
            continue
        begins, ends = view.rows.places[view.entry.row[int(text)], 8:]
        if abs(begins - times[seen[0]]) > step / 2 or abs(ends - times[seen[-1]]) > step / 2:
            continue  # the row tells another time than the truth
        if seen[0] > 0 and seen[-1] == len(times) - 1:
            found.append((int(text), (times[seen[0]] + times[seen[0] - 1]) / 2, True))
        if seen[-1] < len(times) - 1 and seen[0] == 0:
            found.append((int(text), (times[seen[-1]] + times[seen[-1] + 1]) / 2, False))
    return found
