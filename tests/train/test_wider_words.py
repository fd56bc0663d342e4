"""Requests that name several sounds, stories over several media, cutting out against taking away, and things that are described and changed:
each means what it says, and the rules of a reply forbid no token of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from random import Random

import pytest
from standin_senses import StandIn
from test_written_dialogues import handles

from models.grammar import check
from models.percepts import Percepts
from models.reader import Cutter
from models.tasks import TASKS
from models.unified.native import ASSETS
from models.unified.prompt import Scribe
from models.unified.rules import Rules
from models.unified.vocabulary import NAME, Vocabulary
from models.values import Box, Grounding, Media, Message, Region, TaskCall
from training.batches import build_vocabulary
from training.dialogues import book, examples, topics
from training.language import apart, make, noise, reason, reasoned, stories
from training.language.phrasing import Split, sections
from training.language.stories import Story
from training.language.talk import ORDINALS, Dialogue
from training.seeing import apart as visible
from training.seeing import bank as banks
from training.seeing import reasoned as described
from training.seeing.shards import Bank
from training.seeing.talk import Seen
from training.truth.words import many

NOUNS = {
    "image": r"pictures?|images?|photos?|pics?|photographs?", "video": r"videos?|clips?|footages?|movies?|films?",
    "audio": r"sounds?|audios?|recordings?|tracks?|audio files?|sound clips?|audio clips?",
}  # fmt: skip
JOINED = re.compile(
    r"\b(?:then|and|while|over|followed by|after|afterwards|later|before|until|as|with|plus|next|under|on top of|in the middle of|during|mixed|along|"
    r"together|meanwhile|turns into|fading into|at the end|finally)\b|,"
)
"""Words that several sounds stand on both sides of."""
FORTY = ("audio.all", "audio.clauses", "sf.all", "sound.all", "sound.clauses", "story.back", "story.hand", "apart.cut", "apart.and", "apart.alone", "apart.remove",
         "apart.wish", "apart.wish.next", "apart.them.remove", "reasoned.colour", "reasoned.colour.after", "reasoned.swap", "reasoned.swap.after",
         "reasoned.remove.after", "plenty.all", "apart.cut.now", "apart.remove.now")  # fmt: skip


@pytest.fixture(autouse=True)
def tidy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's fingers slip: a name that was mistyped is no missing name."""
    monkeypatch.setattr(noise, "NOISY", 0.0)


def told(split: Split, count: int = 300) -> Iterator[Story]:
    for seed in range(count):
        yield stories.story(Random(f"{split} {seed}"), book(split))[0]


def called(message: Message) -> list[TaskCall]:
    return [part for part in message.parts if isinstance(part, TaskCall)]


def test_every_new_section_has_forty_phrasings() -> None:
    assert {name: n for name in FORTY if (n := len(sections()[name].lines)) < 40} == {}


@pytest.mark.parametrize("split", ["train", "held_out"])
def test_a_request_for_several_sounds_is_one_phrase_with_all_of_them(split: Split) -> None:
    starts = Counter[str]()
    for seed in range(200):
        d = Dialogue(Random(seed), book(split))
        make.sounds(d)
        (said,) = d.calls[0].phrases()
        asked = d.messages[0].text
        assert d.calls[0].task == "audio"
        assert said in asked
        assert JOINED.search(said), said
        rest = asked[asked.index(said) + len(said) :]
        assert not re.search(r"\b(?:then|while|followed|over)\b", rest), (said, asked)
        starts["sounds of" if "sounds of" in asked else "sound of" if "sound of" in asked else "else"] += 1
    assert min(starts.values()) > 10, starts


@pytest.mark.parametrize("split", ["train", "held_out"])
def test_each_request_of_a_story_is_about_the_medium_that_its_words_mean(split: Split) -> None:
    seen = Counter[str]()
    for d in told(split):
        shelf: list[Media] = []
        assert 4 <= len(d.messages) // 2 <= 9
        assert len(d.log) == len(d.messages) // 2
        for (how, handle), user, reply in zip(d.log, d.messages[::2], d.messages[1::2], strict=True):
            sent = [part for part in user.parts if isinstance(part, Media)]
            shelf += sent
            text = user.text.lower()
            calls = called(reply)
            if how in ("it", "kind", "nth", "sent", "original", "made", "other", "other.one", "new"):
                first = calls[0].refs("image", "video", "audio")[0]
                assert first == handle, (text, calls)
                kind = first.partition("#")[0]
                same = [one for one in shelf if one.kind == kind]
                own = [one for one in same if "call" not in one.meta]
                right = {
                    "it": [shelf[-1]], "kind": [same[-1]], "new": sent, "original": own, "made": [one for one in same if "call" in one.meta],
                    "nth": [one for n, one in enumerate(same[:6]) if ORDINALS[n] in text or re.search(rf"\b(?:{n + 1}|{stories.ONES[n + 1]})\b", text)],
                    "sent": [one for n, one in enumerate(own[:6]) if ORDINALS[n] in text], "other": own, "other.one": own,
                }[how]  # fmt: skip
                marked = any(isinstance(part, Region) for part in user.parts)
                assert marked or first in [one.handle for one in right], (how, text, first)
                assert how not in ("original", "made") or len(right) == 1
                assert how not in ("other", "other.one") or len(right) == 2
                if how in ("kind", "nth", "sent", "original", "made", "other") and not marked:
                    assert re.search(rf"\b(?:{NOUNS[kind]})\b", text), (how, text)
            shelf += [part for part in reply.parts if isinstance(part, Media)]
            seen[how] += 1
        assert len({medium.kind for medium in shelf} - {"mask"}) > 1 or len(d.shelf) > 1
    assert set(seen) >= {
        "it",
        "kind",
        "nth",
        "sent",
        "original",
        "made",
        "other",
        "other.one",
        "new",
        "hand",
        "mask",
        "same",
    }


def test_after_a_clip_was_followed_black_and_white_is_meant_for_the_clip() -> None:
    clips = Counter[bool]()
    for d in told("train", 300):
        for before, reply, (how, _) in zip(d.messages[1::2], d.messages[3::2], d.log[1:], strict=False):
            if how == "it" and any(call.task == "video_segment" for call in called(before)):
                made = [part.handle for part in before.parts if isinstance(part, Media) and part.kind == "video"]
                clips[called(reply)[0].refs("video")[:1] == made] += 1
    assert clips[True] > 20
    assert clips[False] == 0


@pytest.mark.parametrize("split", ["train", "held_out"])
def test_cutting_out_makes_masks_and_taking_away_makes_pictures(split: Split) -> None:
    seen = Counter[str]()
    for seed in range(300):
        d = Dialogue(Random(seed), book(split))
        group = apart.in_turn(d)
        for deed, user, reply in zip(group.split(".")[1:], d.messages[::2], d.messages[1::2], strict=True):
            tasks = [call.task for call in called(reply)]
            assert (
                tasks
                == {"cut": ["segment"], "and": ["segment"], "remove": ["edit"], "alone": ["segment", "adjust"]}[deed]
            )
            assert called(reply)[0].phrases()[0] in user.text
            seen[deed] += 1
        newest = d.messages[-2].text
        if (which := apart.them(d)) is not None:
            masks = [item.handle for item in d.shelf if item.kind == "mask" and item.call is not d.calls[-1]]
            assert d.calls[-1].refs("mask") == masks[-len(d.calls[-1].refs("mask")) :]
            assert len(d.calls[-1].refs("mask")) > 1
            assert (words := d.messages[-2].text) != newest
            assert not re.search(
                r"(?i)\b(?:them|masks|cutouts|things you cut out) (?:is|isn't|has|looks|needs)\b", words
            )
            if which == "apart.them.remove":  # a mask that is removed could be the mask alone
                assert not re.search(r"(?i)\b(?:masks|cutouts)\b", words)
            seen[which] += 1
    assert min(seen.values()) > 10
    assert len(seen) == 6


@pytest.mark.parametrize("split", ["train", "held_out"])
def test_a_described_thing_is_named_masked_and_changed_alone(split: Split) -> None:
    deeds, colours = Counter[str](), sections()["colour.plain"].lines
    for seed in range(300):
        d = Dialogue(Random(seed), book(split))
        group = reasoned.edit(d)
        user, reply = d.messages
        segment, change = called(reply)
        (name,) = segment.phrases()
        assert segment.task == "segment"
        assert name in reason.known_names()
        assert not reason.tells(user.text.lower(), name)
        assert change.refs() == [segment.refs("image")[0], "mask#1"]
        if group == "reasoned.colour":
            assert change.phrases()[0] in {
                reasoned.painted(name, colour) for colour in colours if colour in user.text.lower()
            }
        elif group == "reasoned.swap":
            assert change.phrases()[0] in user.text
        assert (
            change.task
            == {"colour": "inpaint", "swap": "inpaint", "remove": "remove", "adjust": "adjust"}[group.split(".")[1]]
        )
        deeds[group] += 1
    assert min(deeds.values()) > 20


def test_what_was_named_before_is_not_asked_for_by_its_clue() -> None:
    """What somebody typed is copied, so such a request would teach to invent a name that is there to read."""
    named = sorted(reason.known_names())[::2]
    for seed in range(40):
        d = Dialogue(Random(seed), book("train"))
        d.ask(f"I like {', '.join(named)}", polite=False)
        d.answer("say.got", h="image#1")
        reasoned.edit(d)
        assert d.calls[0].phrases()[0] not in named


def test_painted_things_have_the_article_of_their_colour() -> None:
    found = [
        reasoned.painted(*pair) for pair in (("cow", "green"), ("owl", "orange"), ("scissors", "red"), ("moon", "blue"))
    ]
    assert found == ["a green cow", "an orange owl", "red scissors", "the blue moon"]


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    folder = tmp_path_factory.mktemp("bank")
    banks.make(folder, {"image": 110, "video": 1, "audio": 1}, 3, StandIn(0.02), held_out=0.2, tell=lambda _: None)
    return Bank(folder)


def talks(bank: Bank, turn: object, count: int = 150) -> Iterator[tuple[Seen, str]]:
    for seed in range(count):
        d = Seen(Random(seed), book("train"), bank=bank)
        group = turn(d)  # type: ignore[operator]
        if group is not None:
            yield d, group


def test_a_request_for_all_of_a_name_is_about_every_one_of_them(bank: Bank) -> None:
    counts = Counter[int]()
    for d, _ in talks(bank, visible.all_of):
        user, reply = d.messages[:2]
        (call,) = called(reply)
        view = d.views[call.refs("image")[0]]
        boxes = [arg for arg in call.args if isinstance(arg, Box)]
        shown = [part for part in reply.parts if isinstance(part, Grounding)]
        ids = {number for number in view.known if view.box(number) in boxes}
        assert len(boxes) == len(ids) == sum(len(part.boxes) for part in shown)
        names = {view.thing(number).name for number in ids}
        assert {thing.id for thing in view.shot.scene.things if thing.name in names} >= ids
        several = [name for name in names if sum(view.thing(n).name == name for n in ids) > 1 or len(names) > 1]
        assert several
        if many(next(iter(names))) in user.text.lower() and len(names) == 1:
            assert ids == {thing.id for thing in view.shot.scene.things if thing.name in names}
        assert call.phrases()[0] in user.text
        assert len([part for part in reply.parts if isinstance(part, Media)]) == (
            len(ids) if call.task == "segment" else 1
        )
        counts[len(ids)] += 1
    assert sum(counts.values()) > 60
    assert max(counts) > 2


def test_what_is_seen_is_cut_out_or_taken_away_as_was_said(bank: Bank) -> None:
    seen = Counter[str]()
    for turn in (visible.in_turn, visible.after):
        for d, group in talks(bank, turn):
            for deed, user, reply in zip(group.split(".")[2:], d.messages[::2], d.messages[1::2], strict=True):
                (call,) = called(reply)
                assert call.task == ("remove" if deed == "remove" else "segment"), (user.text, call)
                view = d.views[call.refs("image")[0]]
                (box,) = [arg for arg in call.args if isinstance(arg, Box)]
                (number,) = [number for number in view.known if view.box(number) == box]
                noun = call.phrases()[0].lower().removeprefix("the ")
                assert view.called(noun) == (number,)
                seen[deed] += 1
    assert min(seen[deed] for deed in ("cut", "remove", "and")) > 8, seen


def test_a_thing_that_is_seen_is_found_by_its_clue_and_changed_alone(bank: Bank) -> None:
    seen = Counter[str]()
    for d, group in talks(bank, described.edit, 200):
        user, reply = d.messages
        segment, change = called(reply)
        view = d.views[segment.refs("image")[0]]
        (box,) = [arg for arg in segment.args if isinstance(arg, Box)]
        (number,) = [number for number in view.known if view.box(number) == box]
        assert segment.phrases() == [view.thing(number).name]
        assert view.called(view.thing(number).name) == (number,), "of two cows none is the one that moos"
        assert not reason.tells(user.text.lower(), view.thing(number).name)
        assert change.refs("mask") == ["mask#1"]
        (part,) = [part for part in reply.parts if isinstance(part, Grounding)]
        assert part.boxes == (box,)
        seen[group] += 1
    assert sum(seen.values()) > 80
    assert len(seen) == 4


@pytest.mark.parametrize(
    ("kind", "names", "most"),
    [("vehicle", "bicycle, car", "fast car, slow bicycle, large car, little bicycle"), ("vehicle", "car, taxi", ""), ("vehicle", "helicopter, racing car", "large helicopter, little racing car"),
     ("vehicle", "bullet train, high-speed train, kick scooter", "slow kick scooter"), ("vehicle", "train, airplane", "fast airplane, slow train"), ("vehicle", "car, ufo", ""),
     ("animal", "elephant, dog", "large elephant, little dog"), ("animal", "cow, horse", ""), ("animal", "peacock, dog", ""), ("animal", "snake, rabbit", ""), ("animal", "dog", "")],
)  # fmt: skip
def test_what_is_the_most_of_its_kind_is_so_beyond_dispute(kind: str, names: str, most: str) -> None:
    assert {" ".join(pair) for pair in described.most(kind, names.split(", "))} == set(filter(None, most.split(", ")))


def test_sizes_are_no_weights() -> None:
    for section in ("reasoned.large", "reasoned.little"):
        assert not [line for line in sections()[section].lines if re.search(r"heav|weigh|light", line)]


def test_of_people_who_do_something_it_is_the_people_who_are_several() -> None:
    said = "woman running", "man riding a bike", "person in a wheelchair", "bowling pin", "dancing man", "human being"
    assert [many(noun) for noun in said] == [
        "women running", "men riding a bike", "people in a wheelchair", "bowling pins", "dancing men", "human beings",
    ]  # fmt: skip


def allowed(names: Vocabulary, scribe: Scribe, messages: tuple[Message, ...], percepts: Percepts) -> list[str]:
    """Return the names of the tokens of the last message, each of which the rules must allow."""
    shelf = {part.handle: part for message in messages[:-1] for part in message.parts if isinstance(part, Media)}
    sheet = scribe.write(messages[:-1], shelf, percepts=percepts)
    whole = scribe.write(messages, shelf, percepts=percepts)
    drawn = [part.of for part in messages[-2].parts if isinstance(part, Region)]
    rules = Rules(names, sheet, handles(messages[:-1], shelf), drawn)
    made, follow = [], -1
    for token in whole.ids[len(sheet.ids) :]:
        assert rules.allowed(follow)[token], (messages[-2].text, rules.word, rules.mode)
        rules.take(token)
        made.append(names.names[token] if token < len(names) else "row")
        if token == names["c:end"]:
            break
        follow = sheet.next_row(token - len(names)) if token >= len(names) else -1
    assert rules.mode == "end"
    return made


def test_the_rules_allow_every_new_reply(bank: Bank) -> None:
    """Also for the shipped vocabulary, of which no new word was made."""
    pool = [example.messages for example in islice(examples(2), 500)]
    scribes = [
        (names, Scribe(names, Cutter(ASSETS / "nano/text_encoder/tokenizer.json")))
        for names in (build_vocabulary(pool, topics(), reason.known_names()), Vocabulary.load(ASSETS / "nano/unified"))
    ]
    made: list[tuple[Dialogue, Percepts]] = []
    for seed in range(14):
        for turn in (make.sounds, apart.in_turn, reasoned.edit):
            d = Dialogue(Random(seed), book("train"))
            turn(d)
            apart.them(d)
            made.append((d, {}))
    for turn in (visible.all_of, visible.in_turn, visible.after, described.edit):
        made += [(d, d.percepts) for d, _ in talks(bank, turn, 14)]
    named = 0
    for d, percepts in made:
        for last in range(1, len(d.messages), 2):
            calls = called(d.messages[last])
            known = {part.handle for m in d.messages[:last] for part in m.parts if isinstance(part, Media | Region)}
            for call in calls:
                assert check(call, TASKS[call.task], known) is None, call
                known |= {item.handle for item in d.shelf if item.call is call}
            for names, scribe in scribes:
                named += NAME in allowed(names, scribe, tuple(d.messages[: last + 1]), percepts)
    assert named > 25


def test_stories_and_the_other_new_requests_come_in_training() -> None:
    groups = Counter(example.group.split(".")[0] for example in islice(examples(8), 3000))
    assert groups["story"] > 80
    assert groups["apart"] > 20
    assert groups["reasoned"] > 20
