"""What is told of what is perceived: the model writes that it tells it, and the words come from what was measured."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from test_pointing import HEARD, SEEN, cut, dogs, percept, told

from models.grammar import parse
from models.percepts import PATCH, SETTING, THING, TRACK, box_of
from models.senses import hue, said, setting
from models.unified import pointing
from models.unified.outlook import OF_SHOWN, Outlook, Told
from models.unified.prompt import Scribe
from models.unified.record import Record
from models.unified.rules import Rules
from models.unified.speech import Speech
from models.unified.vocabulary import COLOUR, WHOLE_NAME, Vocabulary
from models.values import Grounding, Media, Message, Text

NAMES = Vocabulary.build([" there", " is", " it", " the", ".", " I", " see", " red", " blue"], ["look"])
WHOLE = ("beach", "night", "comic")


@pytest.fixture(autouse=True)
def readings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Colours and settings as rows of stand-in features tell them: which answer is told by the largest number."""
    words = ("red", "blue and white")
    eye = np.eye(2, 16, dtype=np.float32)
    hues = hue.Hues(words, np.zeros(16, np.float32), np.ones(16, np.float32), eye, np.zeros(2, np.float32))
    monkeypatch.setattr(hue, "known", lambda: hues)
    reads = [setting.Reading(np.zeros((len(a), 2)), np.zeros(len(a)), np.eye(len(a), 40)) for a in setting.ANSWERS]
    monkeypatch.setattr(setting, "known", lambda: setting.Setting(np.zeros(2), np.ones(2), tuple(reads)))


def shown(place: str, hour: str, look: str):
    rows = percept(SETTING, (), 3, 40)
    numbers = [answers.index(one) for answers, one in zip(setting.ANSWERS, (place, hour, look), strict=True)]
    return replace(rows, features=np.eye(40, dtype=np.float16)[numbers])


def things(*features: int):
    """SEEN, each thing with the colour of that number."""
    return replace(SEEN, features=np.eye(16, dtype=np.float16)[list(features)])


def written(*parts, seen=None, names=NAMES):
    """Return the tokens of a reply by their names ("@" for a row) and the parts that they read back as."""
    seen = seen or {"image#1": (percept(PATCH, (), 25), shown(*WHOLE), things(0, 1, 0, 1)), "audio#1": (HEARD,)}
    messages = told(*parts)
    sheet = Scribe(names, cut).write(messages, percepts=seen)
    start = sheet.ids.index(names["c:go"]) + 1
    tokens = sheet.ids[start : sheet.ids.index(names["c:end"], start)]
    speech = Speech(names, sheet, Record(messages[:1]))
    text = "".join(map(speech.say, tokens)) + speech.close()
    return [names.names[t] if t < len(names) else "@" for t in tokens], list(parse(text))


def test_all_things_of_a_name_are_meant_by_one_token_and_some_of_them_one_by_one():
    tokens, parts = written(Text("I see "), dogs(0, 2, words="two dogs"), Text("."))
    assert tokens[-4:] == ["o:a", "@", WHOLE_NAME, "w:."]
    assert parts[1] == dogs(0, 2, words="two dogs")
    tokens, parts = written(Text("I see "), dogs(2, words="a dog"), Text("."))
    assert tokens[-3:] == ["o:a", "@", "w:."]
    assert parts[1] == dogs(2, words="a dog")
    tokens, _ = written(Text("I see "), dogs(1, words="an apple"), Text("."))
    assert tokens[-3:] == ["@", WHOLE_NAME, "w:."], "that there is but one of it needs no knowledge"


@pytest.mark.parametrize(("number", "phrase"), [(1, "a blue apple"), (3, "a blue owl"), (2, "a red dog")])
def test_the_colour_before_a_thing_is_the_measured_one(number, phrase):
    tokens, parts = written(Text("I see "), dogs(number, words=phrase.replace("blue", "red")), Text("."))
    assert COLOUR in tokens
    assert "w: red" not in tokens
    assert parts[1] == dogs(number, words=phrase)


def test_side_and_colour_are_those_of_the_thing_named_before():
    row = replace(things(0, 1, 0, 1), places=SEEN.places.copy())
    row.places[1, :4] = 0.8, 0.05, 0.95, 0.2
    seen = {"image#1": (row,)}
    apple = Grounding("The apple", boxes=(box_of(row, 1),), of="image#1")
    parts = (apple, Text(" is "), Told("at the bottom", "side"), Text(", it is "), Told("green", "colour"), Text("."))
    tokens, read = written(*parts, seen=seen)
    assert tokens.count("r:side") == tokens.count("r:colour") == 1
    assert read == [apple, Text(" is at the top right, it is blue and white.")]


@pytest.mark.parametrize("what", OF_SHOWN)
def test_place_hour_and_look_are_told_of_the_medium_that_is_named(what):
    seen = {"image#1": (shown(*WHOLE),), "image#2": (shown("room", "day", ""),)}
    messages = [Message("user", (Media("image", "image#1", ""), Media("image", "image#2", ""), Text("what is there")))]
    sheet = Scribe(NAMES, cut).write(messages, percepts=seen)
    outlook = Outlook(sheet)
    words = {"where": (" on a beach at night, as a comic", " in a room"), "place": ("a beach at night", "a room"), "hour": ("night", "day"),
             "time": ("night", "day, and the weather is good"), "look": ("a comic", said.LOOKS[""])}[what]  # fmt: skip
    assert (outlook.shown(what, "image#1"), outlook.shown(what, "image#2")) == words
    assert outlook.shown(what, "image#3") == Outlook(Scribe(NAMES, cut).write(messages)).shown(what, "image#1")
    tokens, read = written(Text("I see "), Told("anything", what, "image#1"), Text("."))
    assert tokens[-4:] == [f"r:{what}", "a: image#", "i:1", "w:."]
    assert read == [Text(f"I see {words[0]}.")]


def test_a_vocabulary_without_these_tokens_says_the_words_themselves():
    plain = Vocabulary([name for name in NAMES.names if name not in (COLOUR, WHOLE_NAME, "r:place")])
    tokens, read = written(Text("I see "), Told("it", "place", "image#1"), dogs(1, words="a red apple"), names=plain)
    assert not [name for name in tokens if name.startswith("r:")]
    assert read == [Text("I see it"), dogs(1, words="a red apple")]


def test_a_colour_is_left_out_before_a_thing_whose_features_are_of_another_encoder():
    seen = {"image#1": (percept(THING, ("dog", "apple", "dog", "owl"), width=8),)}
    _, parts = written(Text("I see "), dogs(1, words="a red apple"), seen=seen)
    assert parts == [Text("I see "), dogs(1, words="an apple")]


def test_an_earlier_reply_reads_the_same_however_it_came():
    seen = {"image#1": (percept(PATCH, (), 25), shown(*WHOLE), things(0, 1, 0, 1)), "audio#1": (HEARD,)}
    apple = dogs(1, words="the apple")
    parts = (
        Text("I see "),
        apple,
        Text(" "),
        Told("on the left", "side"),
        Text(", blue, "),
        Told("on it", "where", "image#1"),
        Text("."),
    )
    tokens, read = written(*parts, seen=seen)
    assert {"r:side", "r:where"} <= set(tokens)
    again, _ = written(*read, seen=seen)
    assert again == tokens
    other, _ = written(Text("It is on the left, on a beach at night, as a comic."), seen=seen)
    assert "r:side" not in other, "no thing was named before"
    assert "r:where" in other
    near, _ = written(apple, Text(" is on the leftmost part."), seen=seen)
    assert "r:side" not in near


def test_one_colour_is_told_of_several_things_where_all_have_it():
    both = {"image#1": (things(0, 1, 1, 1),)}
    _, parts = written(Text("I see "), dogs(0, 2, words="two red dogs"), seen=both)
    assert parts == [Text("I see "), dogs(0, 2, words="two dogs")]
    _, parts = written(Text("I see "), dogs(0, 2, words="two red dogs"), seen={"image#1": (things(0, 1, 0, 1),)})
    assert parts == [Text("I see "), dogs(0, 2, words="two red dogs")]


def test_no_reply_runs_into_a_dead_end():
    for count in (1, 2):
        seen = {"image#1": (shown(*WHOLE), percept(THING, ("dog", "owl")[:count])), "audio#1": (HEARD,)}
        for seed in range(30):
            rng, rules = np.random.default_rng(seed), rules_after(seen=seen)
            for _ in range(40):
                may_come = rules.allowed().nonzero().flatten().tolist()
                likely = [t for t in may_come if t >= len(NAMES) or NAMES.names[t][0] in "or"] or may_come
                rules.take(int(rng.choice(likely if rng.random() < 0.7 else may_come)))
                if rules.mode == "end":
                    break
                rules.allowed()
                assert not rules.dead, (count, seed)


def test_a_sound_is_nowhere_and_a_still_thing_goes_no_way():
    heard = rules_after("o:a", 0, "w:.", seen={"audio#1": (HEARD,)})
    assert may(heard, "r:side", "r:colour", "r:way") == [False, False, False]
    still = rules_after("o:a", 0, "w:.", seen={"image#1": (SEEN,)})
    assert may(still, "r:side", "r:colour", "r:way") == [True, True, False]
    moving = rules_after("o:a", 0, "w:.", seen={"image#1": (percept(TRACK, ("dog",)),)})
    assert may(moving, "r:side", "r:way") == [True, True]
    assert not may(rules_after("o:a", COLOUR, seen={"image#1": (SEEN,)}), COLOUR)[0], "a colour is told once"


def rules_after(*tokens: str | int, seen) -> Rules:
    sheet = Scribe(NAMES, cut).write(told()[:1], percepts=seen)
    rules = Rules(NAMES, sheet, {"image": [1], "audio": [1]})
    first = next(source.first for source in sheet.sources if source.pointable)
    for token in ("c:talk", "t:look", "c:go", *tokens):
        wanted = NAMES[token] if isinstance(token, str) else len(NAMES) + first + token
        assert rules.allowed()[wanted], token
        rules.take(wanted)
    rules.first = first
    return rules


def test_only_what_moves_goes_a_way():
    """ "right" of another thing in a picture was once written as the way that the thing goes, which no picture may tell."""
    seen = {"image#1": (percept(PATCH, (), 25), SEEN)}
    sheet = Scribe(NAMES, cut).write(told()[:1], percepts=seen)
    row = next(row for row, _, _ in pointing.places(sheet, "image#1"))
    assert Outlook(sheet).thing("way", row) == ""
    assert Outlook(sheet).thing("side", row)


def may(rules: Rules, *names: str) -> list[bool]:
    return [bool(rules.allowed()[NAMES[name]]) for name in names]


def test_what_may_be_told_when():
    seen = {"image#1": (shown(*WHOLE), SEEN)}
    begun = rules_after(seen=seen)
    assert may(begun, "r:place", "r:side", "r:colour", WHOLE_NAME) == [True, False, False, False]
    assert may(rules_after("o:a", seen=seen), "r:colour", WHOLE_NAME, "r:place") == [True, False, False]
    assert may(rules_after("o:a", 0, seen=seen), WHOLE_NAME, "r:side") == [True, True]
    assert may(rules_after("o:a", 0, WHOLE_NAME, seen=seen), WHOLE_NAME, "r:side") == [False, True]
    asked = rules_after("r:where", seen=seen)
    assert may(asked, "a: image#", "a: video#", "a: audio#") == [True, False, False]
    assert not may(rules_after(seen={"image#1": (SEEN,)}), "r:place")[0], "nothing was measured of the whole"
    assert not may(rules_after("o:a", 0, seen=seen), "c:go")[0]


def test_a_thing_is_new_once_in_a_reply_and_may_be_named_again_as_the_one_before():
    rules = rules_after("o:a", 0, WHOLE_NAME, "w:.", "o:a", seen={"image#1": (SEEN,)})
    rows = rules.allowed()[len(NAMES) + rules.first :].tolist()
    assert rows[:4] == [False, True, False, True], "both dogs were meant"
    rest = rules_after("o:a", 0, WHOLE_NAME, "w:.", "o:a", 1, "w:.", "o:a", 3, "w:.", seen={"image#1": (SEEN,)})
    assert may(rest, "o:a", "o:", "o:the") == [False, False, True], "nothing is left that would be new"
    again = rules_after("o:a", 0, WHOLE_NAME, "w:.", "o:the", seen={"image#1": (SEEN,)})
    assert again.allowed()[len(NAMES) + again.first :][:4].all()


@pytest.mark.parametrize(
    ("across", "down", "words"),
    [(0.1, 0.1, "at the top left"), (0.5, 0.1, "at the top"), (0.9, 0.5, "on the right"), (0.5, 0.5, "in the middle"),
     (0.2, 0.9, "at the bottom left")],
)  # fmt: skip
def test_sides(across, down, words):
    assert said.side(across, down) == words


def test_what_reads_colours_is_kept_in_a_file(tmp_path):
    rng = np.random.default_rng(0)
    made = hue.Hues(("red", "blue and white"), *(rng.normal(size=s).astype(np.float32) for s in (4, 4, (2, 4), 2)))
    hue.save(made, tmp_path / "hues.safetensors")
    read = hue.load(tmp_path / "hues.safetensors")
    rows = rng.normal(size=(9, 4)).astype(np.float32)
    assert read.words == made.words
    assert np.array_equal(read.scores(rows), made.scores(rows))
    assert [read.of(row) for row in rows] == [made.words[n] for n in made.scores(rows).argmax(1)]


def test_the_shipped_readings_fit_the_words():
    kept = setting.load(setting_file())
    assert [len(reading.vectors) for reading in kept.readings] == [len(answers) for answers in setting.ANSWERS]
    for answers, reading in zip(setting.ANSWERS, kept.readings, strict=True):
        rows = [reading.vectors[n] for n in range(len(answers))]
        assert len({row.tobytes() for row in rows}) == len(answers)
    assert "red" in hue.load(setting_file().with_name(hue.FILE)).words


def setting_file():
    from models.senses.perceive import ASSETS, JUDGES, SETTINGS

    return ASSETS / JUDGES / SETTINGS
