"""Turns that ask what is heard in a sound: what, in which order, when, how many kinds, and which of two sounds has it."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from random import Random

from models import percepts
from models.plurals import with_article
from models.values import Part, Text
from models.world.sounds import CLASSES

from training.seeing.sounds import classes
from training.seeing.talk import Seen
from training.seeing.views import Hearing, listed

_APART = 0.4
"""Seconds between the beginnings of what comes first and next, at least."""


_VERBS = frozenset((
    "beeping", "spooky", "haunted", "windy", "raining", "rains", "pours", "walks on gravel", "engine starting", "police", "street", "city", "road", "space",
    "fail", "failure", "success", "sea", "ocean", "river", "bus", "strings", "money", "video game", "arcade", "jacket", "backpack", "haircut",
    "computer", "under water", "diver", "scuba", "glasses", "hospital monitor", "nail", "alien", "hum", "green", "sleeping person", "time",
))  # fmt: skip
"""What classes of sound are also said by, but is no name of a sound."""
_MASS = frozenset((
    "cattle", "geese", "mice", "birds", "birdsong", "hoofs", "hooves", "hoofbeats", "speech", "laughter", "singing", "chatter", "machinery", "thunder",
    "rainfall", "rushing water", "steam", "gunfire", "interference", "radio static", "tv static", "hail", "sleet", "music", "pop music", "rock music",
    "piano music", "flute music", "brown noise", "soft noise", "people talking", "whale song", "drums", "cymbals", "sparks", "sparkles", "fireworks", "rapids",
    "hailstones", "steps", "tyres", "roller skates", "suitcase wheels", "computer beeps", "jingle", "police", "clapping hands", "wing beats", "diesel",
))  # fmt: skip


@lru_cache(maxsize=512)
def words(name: str) -> tuple[str, ...]:
    """Return the nouns by which people call a class of sound: its name and what it is said by, if that is no single event."""
    family = CLASSES[name]
    named = [word for word in family.words[:4] if not word.endswith("!") and word not in _VERBS]
    return tuple(dict.fromkeys((name, *named)))


def _noun(rng: Random, name: str) -> str:
    return name if rng.random() < 0.7 else rng.choice(words(name))


def _a(noun: str) -> str:
    """Return a noun with the article that it needs, if it needs one."""
    mass = noun in _MASS or noun.split()[0].endswith("ing") or noun.endswith(("ing", "steps"))
    return noun if mass else with_article(noun)


def _following(heard: Hearing) -> bool:
    """Return whether everything has a row and each sound begins clearly after the one before."""
    starts = [event["start"] for event in heard.events]
    return heard.whole and all(b - a >= _APART for a, b in pairwise(starts))


def _all(heard: Hearing) -> list[Part]:
    parts: list[Part] = []
    order = _following(heard)
    if not order:
        return listed([heard.ground("a", n) for n in range(len(heard.events))])
    for number in range(len(heard.events)):
        if number:
            parts.append(Text(", then "))
        parts.append(heard.ground("a", number))
    return parts


def hears(d: Seen) -> str | None:
    """What do you hear?"""
    found = d.sound(lambda heard: heard.whole)
    if found is None:
        return None
    target, heard = found
    d.ask(d.say("hear.what", target))
    d.reply("say.heard", x=_all(heard))
    return "heard.what"


def _absent(d: Seen, *sounds: Hearing) -> str:
    """Return a class that is not heard, nor any of its group; "" when none is found."""
    groups = {CLASSES[event["name"]].group for heard in sounds for event in heard.events}
    for _ in range(12):
        name = d.rng.choice(classes(False))
        if CLASSES[name].group not in groups:
            return name
    return ""


def there(d: Seen) -> str | None:
    """Do you hear a dog?"""
    found = d.sound(lambda heard: heard.whole)
    if found is None:
        return None
    target, heard = found
    number = d.rng.randrange(len(heard.events)) if d.chance(0.55) else -1
    name = heard.events[number]["name"] if number >= 0 else _absent(d, heard)
    if not name:
        return d.give_up()
    said = d.ask(d.say("hear.there", target, x=_a(_noun(d.rng, name))))
    if number >= 0:
        d.reply("say.heard.yes", x=heard.ground("a", number))
    else:
        d.reply("say.heard.no", x=said.phrase().strip().lower())
    d.last, d.asked = ("heard", name, heard.handle), d.turn - 1
    return "heard.there" if number >= 0 else "heard.not_there"


def there_next(d: Seen) -> str | None:
    """And a cat?"""
    if d.last is None or d.asked != d.turn - 1 or d.last[0] != "heard":
        return None
    heard = d.hearings[d.last[2]]
    names = [event["name"] for event in heard.events if event["name"] != d.last[1]]
    name = d.rng.choice(names) if names and d.chance(0.5) else _absent(d, heard)
    if not name:
        return None
    said = d.ask(d.say("hear.next", x=_a(_noun(d.rng, name))))
    if name in names:
        d.reply("say.heard.yes", x=heard.ground("a", [event["name"] for event in heard.events].index(name)))
    else:
        d.reply("say.heard.no", x=said.phrase().strip().lower())
    d.last, d.asked = ("heard", name, heard.handle), d.turn - 1
    return "heard.there.next"


def order(d: Seen) -> str | None:
    """What comes first, what last?"""
    found = d.sound(lambda heard: _following(heard) and len(heard.events) > 1)
    if found is None:
        return None
    target, heard = found
    first = d.chance(0.5)
    d.ask(d.say("hear.first" if first else "hear.last", target))
    d.reply("say.heard.one", x=heard.ground("a", 0 if first else len(heard.events) - 1))
    return "heard.first" if first else "heard.last"


def after(d: Seen) -> str | None:
    """What comes after the dog, what before it?"""
    found = d.sound(lambda heard: _following(heard) and len(heard.events) > 1)
    if found is None:
        return None
    target, heard = found
    number = d.rng.randrange(len(heard.events) - 1)
    later = d.chance(0.6)
    asked, answer = (number, number + 1) if later else (number + 1, number)
    d.ask(d.say("hear.after" if later else "hear.before", target, x=f"the {_noun(d.rng, heard.events[asked]['name'])}"))
    d.reply("say.heard.one", x=heard.ground("a", answer))
    return "heard.after" if later else "heard.before"


def when(d: Seen) -> str | None:
    """When do you hear the dog?"""
    found = d.sound(lambda heard: heard.whole)
    if found is None:
        return None
    target, heard = found
    number = d.rng.randrange(len(heard.events))
    event = heard.events[number]
    d.ask(d.say("hear.when", target, x=f"the {_noun(d.rng, event['name'])}"))
    start = round(event["start"])
    if event["start"] < 0.5:
        d.reply("say.heard.begin", x=heard.ground("the", number))
    else:
        count = max(1, start)
        d.reply(
            "say.heard.when",
            x=heard.ground("the", number),
            n=f"{percepts.number(count)} second{'s' if count > 1 else ''}",
        )
    return "heard.when"


def kinds(d: Seen) -> str | None:
    """How many different sounds are there?"""
    found = d.sound(lambda heard: heard.whole)
    if found is None:
        return None
    target, heard = found
    d.ask(d.say("hear.kinds", target))
    count = len(heard.events)
    if count == 1:
        d.reply("say.heard.alone", x=heard.ground("a", 0))
    else:
        d.reply("say.heard.kinds", n=percepts.number(count), x=listed([heard.ground("a", n) for n in range(count)]))
    return "heard.kinds"


def _two(d: Seen) -> tuple[Hearing, Hearing]:
    there_ = [item for item in d.of("audio") if item.handle in d.hearings]
    if len(there_) >= 2 and d.chance(0.6):
        first, second = sorted(d.rng.sample(range(len(there_)), 2))
        return d.hearings[there_[first].handle], d.hearings[there_[second].handle]
    new = [d.show("audio", d.entry("audio")[1]) for _ in range(1 if there_ and d.chance(0.5) else 2)]
    first_item = there_[-1] if len(new) == 1 else new[0]
    return d.hearings[first_item.handle], d.hearings[new[-1].handle]


def compare(d: Seen) -> str | None:
    """Which of the two sounds has a dog? How do they differ?"""
    if not d.holds("audio"):
        return None
    a, b = _two(d)
    if not (a.whole and b.whole):
        return d.give_up()
    sounds = [item.handle for item in d.of("audio")]
    names = (a.handle, b.handle)
    if sounds == [a.handle, b.handle] and d.chance(0.6):
        names = d.rng.choice(
            (("the first", "the second"), ("the first sound", "the second sound"), ("the first one", "the second one"))
        )
    which = d.chance(0.55)
    mine = [{event["name"] for event in heard.events} for heard in (a, b)]
    only = sorted(mine[0] ^ mine[1])
    if which and not only:
        return d.give_up()
    name = d.rng.choice(only) if which else ""
    said = d.say(
        "hear.which" if which else "hear.differ", a=names[0], b=names[1], x=_a(_noun(d.rng, name)) if which else ""
    )
    if len(sounds) > 2 and not (names[0] in said.text and names[1] in said.text):
        said = d.frame(said, "see.both", a=a.handle, b=b.handle)
    d.ask(said)
    if which:
        heard = a if name in mine[0] else b
        at = [event["name"] for event in heard.events].index(name)
        d.reply("say.heard.which", h=heard.handle, x=heard.ground("a", at))
    else:
        d.reply("say.heard.differ", ha=a.handle, hb=b.handle, x=_all(a), y=_all(b))
    return "heard.which" if which else "heard.differ"
