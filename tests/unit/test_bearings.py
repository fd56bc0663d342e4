"""What the program names: what stands so to a thing, between two, first or last, in one medium alone; and of what there is more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from test_pointing import cut

from models.grammar import parse
from models.percepts import MARKED, PLACE, SOUND, THING, TRACK, Deed, Percept
from models.unified import bearings
from models.unified.bearings import OF_MEDIUM, OTHERS, Named
from models.unified.outlook import Outlook, Told, spoken
from models.unified.prompt import Scribe
from models.unified.record import Record
from models.unified.rules import Rules
from models.unified.speech import Speech
from models.unified.vocabulary import Vocabulary
from models.values import Box, Grounding, Media, Message, Region, Text

NAMES = Vocabulary.build(
    [" I", " see", " and", " of", " to", " in", " none", " more", ",", ".", ":"], ["seen.left", "heard.after"]
)
PLACES = {"dog": (0.1, 0.5), "cat": (0.3, 0.5), "owl": (0.5, 0.1), "car": (0.8, 0.5), "tree": (0.82, 0.9)}


def rows(kind: int, boxes, names, times=None, deeds=()) -> Percept:
    places = np.zeros((len(boxes), PLACE), np.float32)
    for place, box in zip(places, boxes, strict=True):
        place[:8] = [*box, *box]
    if times:
        places[:, 8:] = times
    size = len(boxes)
    return Percept(kind, np.ones((size, 16), np.float16), places, tuple(names), np.ones(size, np.float32), deeds=deeds)


def around(x: float, y: float, half: float = 0.05):
    return x - half, y - half, x + half, y + half


PICTURE = rows(THING, [around(*at) for at in PLACES.values()], PLACES)
OTHER = rows(THING, [around(0.5, 0.5, 0.2), around(0.1, 0.1)], ("dog", "boat"))
CLIP = rows(
    TRACK, [around(0.8, 0.5), around(0.2, 0.5), around(0.5, 0.5)], ("fox", "owl", "tree"), [(0, 4)] * 3,
    (Deed("left", 2.0, 3.0), Deed("jumps", 0.5, 1.5), Deed("stays", 4.0, 4.0)),
)  # fmt: skip
SOUNDS = rows(SOUND, [(0, 0, 1, 1)] * 3, ("bell", "siren", "dog"), [(0.0, 1.0), (2.0, 4.0), (3.0, 3.5)])
SEEN = {"image#1": (PICTURE,), "image#2": (OTHER,), "video#1": (CLIP,), "audio#1": (SOUNDS,)}


def asked(*drawn: Region) -> Message:
    media = [Media(kind, f"{kind}#{n}", "") for kind, n in (("image", 1), ("image", 2), ("video", 1), ("audio", 1))]
    return Message("user", (*media, *drawn, Text("what is there")))


def sheet_of(*parts, seen=SEEN, drawn=()):
    messages = [asked(*drawn), *([Message("assistant", parts)] if parts else [])]
    return Scribe(NAMES, cut).write(messages, percepts=seen)


def first(sheet, of: str) -> int:
    return next(source.first for source in sheet.sources if source.pointable and source.of == of)


def named(what: str, row: int, of: str = "image#1", before: int = -1) -> list[str]:
    sheet = sheet_of()
    start = first(sheet, of)
    found = bearings.others(sheet, what, start + row, before if before < 0 else start + before)
    return [sheet.source_of(one).percept.names[one - start] for one in found]


@pytest.mark.parametrize(
    ("what", "row", "names"),
    [("left", 3, ["dog", "cat", "owl"]), ("right", 0, ["cat", "owl", "car", "tree"]), ("above", 3, ["owl"]), ("below", 3, ["tree"]),
     ("left", 0, []), ("near", 0, ["cat"]), ("near", 3, []), ("nearest", 4, ["car"]), ("farthest", 0, ["tree"])],
)  # fmt: skip
def test_what_stands_so_to_a_thing(what, row, names):
    assert named(what, row) == names


def test_what_is_between_two_things_and_only_of_one_medium():
    assert named("between", 3, before=0) == ["cat"], "the owl is off the line"
    assert named("between", 1, before=0) == []
    sheet = sheet_of()
    assert bearings.others(sheet, "between", first(sheet, "image#1"), first(sheet, "image#2")) == []


@pytest.mark.parametrize(
    ("what", "row", "of", "names"),
    [("after", 1, "video#1", ["fox"]), ("before", 0, "video#1", ["owl"]), ("after", 0, "video#1", []), ("along", 0, "video#1", []),
     ("after", 0, "audio#1", ["siren"]), ("before", 1, "audio#1", ["bell"]), ("along", 1, "audio#1", ["dog"]), ("after", 2, "video#1", [])],
)  # fmt: skip
def test_what_comes_next_before_and_meanwhile(what, row, of, names):
    assert named(what, row, of) == names


@pytest.mark.parametrize(
    ("what", "of", "names"),
    [("leftmost", "image#1", ["dog"]), ("rightmost", "image#1", ["tree"]), ("highest", "image#1", ["owl"]), ("lowest", "image#1", ["tree"]),
     ("biggest", "image#2", ["dog"]), ("smallest", "image#2", ["boat"]), ("central", "image#2", ["dog"]), ("starts", "video#1", ["owl"]),
     ("ends", "video#1", ["fox"]), ("starts", "audio#1", ["bell"]), ("ends", "audio#1", ["dog"]), ("moving", "video#1", ["owl", "fox"]),
     ("who_jumps", "video#1", ["owl"]), ("who_stays", "video#1", ["tree"]), ("who_grows", "video#1", []), ("starts", "image#9", [])],
)  # fmt: skip
def test_what_stands_out_in_a_medium(what, of, names):
    sheet = sheet_of()
    found = bearings.within(sheet, what, of)
    start = first(sheet, of) if found else 0
    assert [sheet.source_of(one).percept.names[one - start] for one in found] == names


def test_what_one_has_alone_and_what_both_have():
    sheet = sheet_of()
    start, other = first(sheet, "image#1"), first(sheet, "image#2")
    both = ["image#1", "image#2"]
    assert bearings.within(sheet, "shared", "image#1", both) == [start]
    assert bearings.within(sheet, "only", "image#2", both) == [other + 1]
    assert len(bearings.within(sheet, "only", "image#1", both)) == 4
    assert bearings.within(sheet, "shared", "image#1") == [], "there is nothing that it could be shared with"


def test_of_several_of_a_name_both_have_as_many_as_each_of_them_has():
    three = rows(THING, [around(x, 0.5) for x in (0.8, 0.2, 0.5)], ("dog",) * 3)
    two = rows(THING, [around(0.7, 0.5), around(0.3, 0.5), around(0.5, 0.1)], ("dog", "dog", "owl"))
    sheet = sheet_of(seen={"image#1": (three,), "image#2": (two,)})
    start, other, media = first(sheet, "image#1"), first(sheet, "image#2"), ["image#1", "image#2"]
    assert bearings.within(sheet, "shared", "image#1", media) == [start + 1, start + 2], "the two that are leftmost"
    assert bearings.within(sheet, "shared", "image#2", media) == [other + 1, other]


def test_of_a_mark_those_are_others_that_are_not_under_it():
    region = Region(1, "image#1", box=Box(0.08, 0.46, 0.16, 0.54))
    mark = rows(MARKED, [around(0.12, 0.5, 0.04)], ("dog",))
    sheet = sheet_of(seen={**SEEN, "region#1": (mark,)}, drawn=(region,))
    row = next(source.first for source in sheet.sources if source.kind == MARKED)
    found = bearings.others(sheet, "near", row)
    assert found == [first(sheet, "image#1") + 1]


def said(*parts):
    """Return the tokens of a reply by their names ("@" for a row) and the parts that they read back as."""
    sheet = sheet_of(*parts)
    start = sheet.ids.index(NAMES["c:go"]) + 1
    tokens = sheet.ids[start : sheet.ids.index(NAMES["c:end"], start)]
    speech = Speech(NAMES, sheet, Record([asked()]))
    text = "".join(map(speech.say, tokens)) + speech.close()
    return [NAMES.names[t] if t < len(NAMES) else "@" for t in tokens], list(parse(text))


def thing(name: str, words: str = "", of: str = "image#1") -> Grounding:
    percept = {"image#1": PICTURE, "image#2": OTHER}[of]
    box = Box(*(round(float(v) * 1000) / 1000 for v in percept.places[percept.names.index(name), :4]))
    return Grounding(words or f"the {name}", boxes=(box,), of=of)


def by_program(what: str, *parts, about: str = ""):
    made = []
    for part in parts:
        rest = bool(made)
        if isinstance(part, Grounding):
            made.append(Named(part.phrase, part.boxes, of=part.of, what=what, about=about, rest=rest))
        else:
            made.append(Told(part, what, about, rest))
    return made


def test_one_token_names_all_that_stands_so_whatever_training_said():
    wrong = by_program("left", thing("tree", "a tree"))
    tokens, parts = said(Text("To the left of "), thing("car"), Text(" I see "), *wrong, Text("."))
    assert tokens[-3:] == ["r:left", "w:."] or tokens[-2:] == ["r:left", "w:."]
    assert "".join(p.text if isinstance(p, Text) else p.phrase for p in parts).endswith(
        "I see a dog, a cat and an owl."
    )
    assert [part.boxes for part in parts if isinstance(part, Grounding)][1:] == [
        thing(n).boxes for n in ("dog", "cat", "owl")
    ]


def test_several_parts_are_one_token_and_nothing_is_said_so():
    three = by_program("left", thing("dog", "a dog"), ", ", thing("cat", "a cat"), " and ", thing("owl", "an owl"))
    tokens, _ = said(thing("car"), Text(": "), *three, Text("."))
    assert tokens.count("r:left") == 1
    assert tokens[-2:] == ["r:left", "w:."]
    _, parts = said(thing("dog"), Text(": "), Told("nothing", "left"), Text("."))
    assert parts[-1] == Text(": nothing.")


def test_what_stands_out_is_named_of_the_medium_that_is_told():
    tokens, parts = said(
        Text("I see "), *by_program("biggest", thing("boat", "the boat", "image#2"), about="image#2"), Text(".")
    )
    assert tokens[-4:] == ["r:biggest", "a: image#", "i:2", "w:."]
    assert parts == [Text("I see "), thing("dog", "the dog", "image#2"), Text(".")]


def test_a_tale_tells_who_does_what_in_order():
    _, parts = said(Text("I see "), Told("something", "acts", "video#1"), Text("."))
    words = "".join(part.text if isinstance(part, Text) else part.phrase for part in parts)
    assert words == "I see an owl jumping, then a fox going to the left."
    _, parts = said(Text("I see that "), Told("it", "starts", "video#1"), Text(" "), Told("goes", "does"), Text("."))
    assert (
        "".join(part.text if isinstance(part, Text) else part.phrase for part in parts) == "I see that the owl jumps."
    )


def test_what_there_is_more_of():
    sheet = sheet_of()
    outlook, start, other = Outlook(sheet), first(sheet, "image#1"), first(sheet, "image#2")
    assert outlook.more([(start,), (other, other + 1)]) == "image#2 has more"
    assert outlook.more([(start,), (other,)]) == "both have as many"
    assert outlook.more([(start,)], ["image#1", "image#2"]) == "image#1 has more"
    assert outlook.more([(start,), (start + 1,)]) == "there are as many dogs as cats"
    assert outlook.more([(start,)]) == "there are more dogs"
    assert outlook.more([(start,), (other,)], ["image#1", "video#1"]) == "image#1 and image#2 have most"
    two = sheet_of(seen={"image#1": (rows(THING, [around(0.2 * n, 0.5) for n in range(5)], [*"aabbc"]),)})
    every = [first(two, "image#1") + n for n in range(5)]
    assert Outlook(two).more([every[:2], every[2:4], every[4:]]) == "there are as many as as bs"
    assert outlook.more([]) == ""


def test_what_there_is_more_of_is_named_as_it_is_called_when_there_are_several():
    names = ("gloves", "man raising his hand", "rice", "dog", "frobnicator", "traffic")
    seen = {"image#1": (rows(THING, [around(0.1 * n, 0.5) for n in range(1, 7)], names),)}
    sheet = sheet_of(seen=seen)
    outlook, start = Outlook(sheet), first(sheet, "image#1")
    assert [outlook.more([(start + n,)]).removeprefix("there are more ") for n in range(6)] == [
        "gloves", "men raising their hands", "rice", "dogs", "frobnicators", "traffic"
    ]  # fmt: skip


def test_more_is_said_of_what_the_reply_itself_named():
    dog, two = thing("dog", "a dog"), thing("dog", "a dog", "image#2")
    _, parts = said(
        Text("I see "), dog, Text(" in image#1 and "), two, Text(" in image#2: "), Told("x", "more"), Text(".")
    )
    assert parts[-1] == Text(" in image#2: both have as many.")
    _, parts = said(Text("I see "), dog, Text(" in image#1 and none in image#2: "), Told("x", "more"), Text("."))
    assert parts[-1] == Text(" in image#1 and none in image#2: image#1 has more.")


def test_an_earlier_reply_that_the_program_filled_in_is_read_as_it_stands():
    named_ = by_program("left", thing("dog", "a dog"), " and ", thing("cat", "a cat"))
    parts = spoken([Text("I see "), *named_, Told("!", "left"), Told("red", "colour")])
    assert parts == [
        Text("I see "),
        thing("dog", "a dog"),
        Text(" and "),
        thing("cat", "a cat"),
        Text("!"),
        Told("red", "colour"),
    ]
    sheet = Scribe(NAMES, cut).write(
        [asked(), Message("assistant", tuple(named_)), Message("user", (Text("and"),))], percepts=SEEN
    )
    assert NAMES["r:left"] not in sheet.ids


def rules_after(*tokens: str | int, topic: str = "seen.left") -> Rules:
    sheet = sheet_of()
    rules = Rules(NAMES, sheet, {"image": [1, 2], "video": [1], "audio": [1]})
    for token in ("c:talk", f"t:{topic}", "c:go", *tokens):
        wanted = NAMES[token] if isinstance(token, str) else len(NAMES) + token
        assert rules.allowed()[wanted], token
        rules.take(wanted)
    return rules


def may(rules: Rules, *names: str) -> list[bool]:
    return [bool(rules.allowed()[NAMES[name]]) for name in names]


def test_when_the_program_may_name_what():
    sheet = sheet_of()
    image, clip, sound = (first(sheet, of) for of in ("image#1", "video#1", "audio#1"))
    assert may(rules_after(), "r:left", "r:after", "r:more", "r:biggest", "r:starts") == [
        False,
        False,
        False,
        True,
        True,
    ]
    assert may(rules_after("o:the", image), "r:left", "r:between", "r:more", "r:after", "r:does") == [
        True,
        False,
        True,
        False,
        False,
    ]
    assert may(rules_after("o:the", image, "w: and", "o:the", image + 1), "r:between") == [True]
    assert may(rules_after("o:the", clip), "r:after", "r:does", "r:doing", "r:left") == [True] * 4
    heard = rules_after("o:the", sound, topic="heard.after")
    assert may(heard, "r:after", "r:left", "r:does", "r:biggest", "r:starts") == [True, False, False, False, True]
    assert may(rules_after("r:starts"), "a: video#", "a: audio#", "a: image#") == [True, False, False]
    assert may(rules_after("r:starts", topic="heard.after"), "a: video#", "a: audio#") == [False, True]
    assert may(rules_after("r:starts", "a: video#", "i:1"), "r:does", "r:after") == [True, True]


def test_a_list_names_nothing_twice():
    sheet = sheet_of()
    image = first(sheet, "image#1")
    listed = rules_after("o:a", image, "w: and", "o:the")
    assert not listed.allowed()[len(NAMES) + image], "a dog and the dog"
    assert listed.allowed()[len(NAMES) + image + 1]
    later = rules_after("o:a", image, "w: and", "o:a", image + 1, "w:.", "o:the")
    assert later.allowed()[len(NAMES) + image], "in another sentence it may be"


def test_no_reply_that_names_so_runs_into_a_dead_end():
    for seed in range(40):
        rng, rules = np.random.default_rng(seed), rules_after()
        for _ in range(40):
            may_come = rules.allowed().nonzero().flatten().tolist()
            likely = [t for t in may_come if t >= len(NAMES) or NAMES.names[t][0] in "or"] or may_come
            rules.take(int(rng.choice(likely if rng.random() < 0.7 else may_come)))
            if rules.mode == "end":
                break
            rules.allowed()
            assert not rules.dead, seed


def test_a_clip_of_before_deeds_were_told_is_told_of_so():
    sheet = sheet_of(seen={**SEEN, "video#1": (replace(CLIP, deeds=()),)})
    row = first(sheet, "video#1")
    assert bearings.within(sheet, "starts", "video#1") == bearings.others(sheet, "after", row) == []
    assert Outlook(sheet).thing("does", row) == ""


def test_every_token_is_one_of_the_vocabulary():
    assert all(f"r:{what}" in NAMES.ids for what in (*OTHERS, *OF_MEDIUM))
