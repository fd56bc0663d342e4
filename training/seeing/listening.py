"""Turns that ask what is heard in a sound: what, in which order, when, how many kinds, and which of two sounds has it."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from random import Random

from models import percepts
from models.plurals import with_article
from models.values import Part, Text
from models.world import atlas
from models.world.sounds import CLASSES

from training.language.talk import Target
from training.seeing.sounds import classes
from training.seeing.talk import Seen
from training.seeing.views import Hearing, listed
from training.truth.words import plural_only

_ALIKE = 0.4
"""How often the second of two new sounds has something of the first."""
_KIN = 0.4
"""How often a sound that is asked for and not heard is of the group of one that is, as a cat where a dog barks."""
_BOTH = 0.5
"""Seconds that two sounds last together at least, to be heard at the same time."""
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
    """Return a class that is not heard: often a near relation of one that is, whose words share none with it; "" when none is found."""
    events = [event["name"] for heard in sounds for event in heard.events]
    said = {word for name in events for noun in (name, *CLASSES[name].words) for word in noun.lower().split()}
    groups = {CLASSES[name].group for name in events}
    kin = d.chance(_KIN)
    for _ in range(24):
        name = d.rng.choice(classes(False))
        own = {word for noun in words(name) for word in noun.lower().split()}
        if name not in events and not own & said and (CLASSES[name].group in groups) == kin:
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


def elsewhere(d: Seen) -> str | None:
    """Do you hear a dog in it? of a sound, where a picture of the same conversation shows one; as often of what is heard."""
    shown = [view for view in d.views.values() if view.known]
    found = d.sound(lambda heard: heard.whole, fresh=0.5)
    if found is None:
        return None
    target, heard = found
    if not shown:
        if not d.holds("image"):
            return d.give_up()
        shown = [d.views[d.show("image", d.entry("image")[1]).handle]]
    names = {view.thing(number).name for view in shown for number in view.known}
    names = {name for name in names if not _like(name, heard)}
    names = (names & set(CLASSES)) or names  # rather what could be heard
    yes = d.chance(0.5) or not names
    event = d.rng.choice(heard.events)["name"]
    name = event if yes else d.rng.choice(sorted(names))
    if plural_only(name):
        return d.give_up()
    named = Target(target.item, target.new, target.item.handle)
    said = d.ask(d.say("hear.there", named, x=_a(_noun(d.rng, name)) if yes else with_article(name)))
    if yes:
        d.reply("say.heard.yes", x=heard.ground("a", [one["name"] for one in heard.events].index(name)))
    else:
        d.reply("say.heard.no", x=said.phrase().strip().lower())
    return "heard.there" if yes else "heard.not_there"


def _like(name: str, heard: Hearing) -> bool:
    """Return whether something of the sound might be called *name*, or come from such a thing."""
    entry = atlas.entry(name)
    kin = {entry.group, entry.subgroup} & {"people", "vehicles", "birds", "insects"}
    own = {word[:4] for noun in (name, *entry.synonyms) for word in noun.lower().split()}
    for event in heard.events:
        family = CLASSES[event["name"]]
        said = {part[:4] for word in (event["name"], *family.words) for part in word.lower().split()}
        if own & said or family.group in kin:
            return True
    return False


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
    number = 0 if first else len(heard.events) - 1
    d.reply("say.heard.one", x=heard.named("starts" if first else "ends", (number,), medium=True))
    return "heard.first" if first else "heard.last"


def after(d: Seen) -> str | None:
    """What comes after the dog, what before it?"""
    found = d.sound(lambda heard: _following(heard) and len(heard.events) > 1)
    if found is None:
        return None
    target, heard = found
    number = d.rng.randrange(len(heard.events))
    later = d.chance(0.55)
    answer = number + (1 if later else -1)
    there_ = 0 <= answer < len(heard.events)
    if not there_ and d.chance(0.7):
        return d.give_up()
    how = "after" if later else "before"
    d.ask(d.say(f"hear.{how}", target, x=f"the {_noun(d.rng, heard.events[number]['name'])}"))
    x = heard.named(how, (answer,) if there_ else ())
    d.reply(f"say.heard.{how}", b=heard.ground("the", number), x=x)
    return f"heard.{how}"


def along(d: Seen) -> str | None:
    """What do you hear at the same time as the dog?"""
    found = d.sound(lambda heard: heard.whole and len(heard.events) > 1)
    if found is None:
        return None
    target, heard = found
    number = d.rng.randrange(len(heard.events))
    both = {n: _shared(heard, number, n) for n in range(len(heard.events)) if n != number}
    if any(0.0 < shared < _BOTH for shared in both.values()) or (not any(both.values()) and d.chance(0.96)):
        return d.give_up()
    d.ask(d.say("hear.along", target, x=f"the {_noun(d.rng, heard.events[number]['name'])}"))
    x = heard.named("along", [n for n, shared in both.items() if shared])
    d.reply("say.heard.along", b=heard.ground("the", number), x=x)
    return "heard.along"


def _shared(heard: Hearing, one: int, other: int) -> float:
    """Return for how many seconds two events are heard at once, 0 where they are clearly apart."""
    a, b = heard.events[one], heard.events[other]
    both = min(a["start"] + a["seconds"], b["start"] + b["seconds"]) - max(a["start"], b["start"])
    return 0.0 if both < -0.3 else max(0.01, float(both))


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
    one = there_[-1] if there_ and d.chance(0.5) else d.show("audio", d.entry("audio")[1])
    names = sorted({event["name"] for event in d.hearings[one.handle].events}) if d.chance(_ALIKE) else []
    other = d.show("audio", d.kindred("audio", names, d.hearings[one.handle].entry))
    return d.hearings[one.handle], d.hearings[other.handle]


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
    twice = any(len(names) < len(heard.events) for names, heard in zip(mine, (a, b), strict=True))
    if (which and not only) or (twice and not which):
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
        x, y = (
            heard.named("only", [n for n, e in enumerate(heard.events) if e["name"] in own], medium=True)
            for heard, own in ((a, mine[0] - mine[1]), (b, mine[1] - mine[0]))
        )
        both = [n for n, event in enumerate(a.events) if event["name"] in mine[1]]
        z = a.named("shared", both, medium=True)
        d.reply("say.heard.differ", ha=a.handle, hb=b.handle, x=x, y=y, z=z)
    return "heard.which" if which else "heard.differ"
