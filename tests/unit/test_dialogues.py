"""The training dialogues: broad, right, repeatable, and held-out phrasings that training never sees."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import islice
from random import Random

import pytest

from models import grammar
from models.tasks import TASKS
from models.unified.amounts import amounts, plain
from models.unified.record import ALONE, OF, Record
from models.values import Failure, Media, Message, Phrase, Region, TaskCall, Text
from training.dialogues import Example, book, examples
from training.language.noise import typed
from training.language.phrasing import Said, Split, held_out_lines, plural, sections
from training.language.reason import known_names
from training.language.reasoned import painted
from training.language.words import PLAIN

BANKS = {
    "segment": ("seg.ask", "seg.reason", "seg.all", "seg.region", "seg.many", "seg.refine"), "detect": ("detect.ask",), "image": ("image.ask",),
    "layout": ("layout.ask",), "edit": ("edit.wish",), "inpaint": ("inpaint.ask",), "remove": ("remove.region", "remove.mask"),
    "adjust": tuple(name for name in sections() if name.startswith("adj.")), "video": ("video.ask",), "animate": ("animate.ask",),
    "video_edit": ("vedit.ask",), "video_segment": ("follow.region", "follow.ask"),
    "extract": ("ext.span", "ext.first", "ext.time", "ext.frame", "ext.last", "ext.start"), "audio": ("audio.ask",),
    "audio_adjust": tuple(name for name in sections() if name.startswith("aa.")), "sound_for": ("sf.ask", "sf.named"),
}  # fmt: skip
"""The phrase banks that ask for each task."""
NO_AMOUNT = re.compile(
    r"(?i)\b(this|that|the|left|right|another|quick|first) one\b|\bone more thing\b|half (turn|rotation)|"
    r"\b(number|pic|picture|image|photo|photograph|clip|sound) (number )?\w+"
)
"""Words with a number that is no amount: one of several, and which medium is meant."""
RECKONED = re.compile(
    r"^(?!.* db).*(%|loud|volume|quiet|soft|octave|fourth|fifth|third|step|half a|quarter)", re.IGNORECASE
)
"""Requests whose number is not said but follows: twice as loud is 6 dB, an octave 12 semitones, half a turn 180 degrees."""


@cache
def drawn(split: Split = "train", count: int = 6000) -> tuple[Example, ...]:
    return tuple(islice(examples(3, split), count))


def walk(example: Example) -> list[tuple[Message, Message, set[str], str]]:
    """Return each exchange with the handles known when the reply starts and all that the person has said so far."""
    found, known, said = [], set[str](), ""
    for user, reply in zip(example.messages[::2], example.messages[1::2], strict=True):
        known |= {part.handle for part in user.parts if isinstance(part, Media | Region)}
        said += "\n" + user.text
        found.append((user, reply, set(known), said))
        known |= {part.handle for part in reply.parts if isinstance(part, Media)}
    return found


def calls(message: Message) -> list[TaskCall]:
    return [part for part in message.parts if isinstance(part, TaskCall)]


@pytest.mark.parametrize("task", TASKS)
def test_every_task_is_asked_for_in_at_least_forty_ways(task: str) -> None:
    assert len({line for bank in BANKS[task] for line in sections()[bank].lines}) >= 40


@pytest.mark.parametrize("split", ["train", "held_out"])
def test_every_task_and_every_kind_of_plain_talk_occurs(split: Split) -> None:
    seen = Counter(call.task for example in drawn(split) for message in example.messages for call in calls(message))
    assert set(seen) == set(TASKS)
    assert min(seen.values()) >= 25
    groups = {example.group for example in drawn(split, 12000)}
    assert {bank if "." in bank else f"chat.{bank}" for bank, _, _ in PLAIN} <= groups


@pytest.mark.parametrize("split", ["train", "held_out"])
def test_messages_alternate_and_end_with_the_assistant(split: Split) -> None:
    for example in drawn(split):
        roles = [message.role for message in example.messages]
        assert roles == ["user", "assistant"] * (len(roles) // 2)
        assert (
            1 <= len(roles) // 2 <= 13
        )  # six turns, of which some take two messages, and one that draws and then changes
        for user in example.messages[::2]:
            assert isinstance(user.parts[-1], Text)
            assert sum(isinstance(part, Text) for part in user.parts) == 1


@pytest.mark.parametrize("split", ["train", "held_out"])
def test_phrases_are_words_of_the_person(split: Split) -> None:
    latest = every = reasoned = 0
    names = set(known_names())
    names |= {painted(name, colour) for name in names for colour in sections()["colour.plain"].lines}
    for example in drawn(split):
        for user, reply, _, said in walk(example):
            for call in calls(reply):
                for text in call.phrases():
                    assert text.strip()
                    if text in names and text not in said:
                        reasoned += 1  # asked for by its use, never by its name
                        continue
                    assert text in said, (text, said)
                    every, latest = every + 1, latest + (text in user.text)
    assert 0 < reasoned < 0.15 * every
    assert latest > 0.9 * every  # the others repeat an earlier request


@pytest.mark.parametrize("split", ["train", "held_out"])
def test_calls_pass_the_checks_of_the_grammar(split: Split) -> None:
    for example in drawn(split):
        for _, reply, known, _ in walk(example):
            for part in reply.parts:
                if isinstance(part, TaskCall):
                    fault = grammar.check(part, TASKS[part.task], known)
                    assert fault is None, (part, fault)
                    assert grammar.settings(part, TASKS[part.task])[1] == [], part
                elif isinstance(part, Media):
                    assert part.handle not in known
                    known.add(part.handle)


def test_results_are_of_the_kinds_that_the_task_gives() -> None:
    for example in drawn():
        for message in example.messages[1::2]:
            task = ""
            for part in message.parts:
                task = part.task if isinstance(part, TaskCall) else task
                if isinstance(part, Media):
                    assert part.kind in TASKS[task].gives


def test_replies_survive_being_written_and_read_again() -> None:
    for example in drawn()[:1500]:
        for message in example.messages[1::2]:
            parts = [part for part in message.parts if isinstance(part, Text | TaskCall)]
            again = grammar.parse(grammar.write(parts))
            assert [(p.task, p.args, dict(p.params)) for p in again if isinstance(p, TaskCall)] == [
                (p.task, p.args, dict(p.params)) for p in parts if isinstance(p, TaskCall)
            ]
            assert not any(isinstance(part, Failure) for part in again)


def test_the_assistant_gets_by_with_few_words() -> None:
    own = set[str]()
    for example in drawn():
        said = set(re.findall(r"[a-z']+", " ".join(message.text for message in example.messages[::2]).lower()))
        for message in example.messages[1::2]:
            own |= set(re.findall(r"[a-z']+", message.text.lower())) - said
    assert 200 < len(own) < 1200


def test_the_same_seed_gives_the_same_dialogues() -> None:
    assert list(islice(examples(5), 200)) == list(islice(examples(5), 200))
    assert list(islice(examples(5), 200)) != list(islice(examples(6), 200))


def test_no_held_out_phrasing_is_used_in_training() -> None:
    held = held_out_lines()
    for name, section in sections().items():
        if section.kind != "phrasings":
            continue
        train, other = len(book("train").lines[name]), len(book("held_out").lines[name])
        assert other >= 1
        assert train + other == len(section.lines)
        assert held[name] <= set(section.lines)
        assert train >= 0.6 * len(section.lines)


def test_no_held_out_object_is_ever_named_in_training() -> None:
    things = {line for name, lines in held_out_lines().items() if sections()[name].kind == "things" for line in lines}
    assert len(things) > 60
    names = re.compile(
        r"\b("
        + "|".join(sorted((re.escape(w) for t in things for w in (t, plural(t))), key=len, reverse=True))
        + r")\b"
    )
    for example in drawn():
        for message in example.messages:
            words = message.text.lower() + " " + " ".join(p.label for p in message.parts if isinstance(p, Region))
            found = names.search(words)
            assert found is None, (found, words)


def test_about_a_tenth_is_held_out() -> None:
    held = held_out_lines()
    for kind in ("phrasings", "things"):
        chosen = [name for name, section in sections().items() if section.kind == kind]
        share = sum(len(held[name]) for name in chosen) / sum(len(sections()[name].lines) for name in chosen)
        assert 0.04 < share < 0.16


def test_the_two_splits_share_no_long_request() -> None:
    train = {m.text for e in drawn() for m in e.messages[::2] if len(m.text) > 40}
    assert not train & {m.text for e in drawn("held_out") for m in e.messages[::2] if len(m.text) > 40}


def test_about_a_third_of_the_first_requests_want_no_task() -> None:
    quiet = sum(not calls(example.messages[1]) for example in drawn())
    assert 0.25 < quiet / len(drawn()) < 0.45


def test_there_are_a_thousand_names_of_things() -> None:
    assert len({line for section in sections().values() if section.kind == "things" for line in section.lines}) >= 1000


def test_a_typo_stays_inside_the_phrase_it_hits() -> None:
    for seed in range(300):
        said = Said([("please paint ", -1), ("a very large lighthouse", 0), (" for my grandmother", -1)], {}, 1)
        done = typed(Random(seed), book("train"), said)
        assert done.phrase() in done.text
        assert 15 < len(done.phrase()) < 30


def test_numbers_in_calls_are_those_that_the_person_said() -> None:
    right = every = 0
    for example in drawn():
        for user, reply, _, said_before in walk(example):
            if RECKONED.search(user.text) or example.group.startswith(("again", "other", "same")):
                continue
            if len(made := calls(reply)) == 1:
                for key in ("degrees", "frame", "db", "semitones", "time"):
                    value = made[0].params.get(key, "").lstrip("-")
                    words = NO_AMOUNT.sub("", user.text)
                    if value and (said := {plain(amount.value) for amount in amounts(words)}):
                        # an answer to a question back ("the second one") leaves the number in the message before
                        told = said | {plain(amount.value) for amount in amounts(said_before)}
                        every, right = every + 1, right + (value in told)
    assert every > 100
    assert right > 0.95 * every  # the others have a usual value


def test_a_marked_request_gets_its_marks_in_the_call() -> None:
    for example in drawn():
        for user, reply, _, _ in walk(example):
            marks = {p.handle for p in user.parts if isinstance(p, Region)}
            if example.chosen and user is example.messages[-2]:
                marks &= set(example.chosen)
            if marks and (made := calls(reply)):
                assert marks <= {ref for call in made for ref in call.refs("region")}, (user.text, made)


def test_phrases_never_swallow_the_carrier() -> None:
    carriers = ("could you please", "i would like you to", "can you ")
    for example in drawn():
        for message in example.messages[1::2]:
            for call in calls(message):
                for arg in call.args:
                    if isinstance(arg, Phrase) and call.task in ("image", "video", "audio", "segment", "detect"):
                        assert not arg.text.lower().startswith(carriers), arg


def test_what_is_told_of_a_conversation_is_what_is_on_its_record() -> None:
    told = Counter[str]()
    for example in drawn():
        if example.told is not None:
            what, handle = example.told
            assert Record(example.messages[:-1]).tell(what, handle) in example.messages[-1].text
            assert handle in {
                "",
                *(part.handle for m in example.messages for part in m.parts if isinstance(part, Media)),
            }
            told[what] += 1
    assert set(told) == {*ALONE, *OF}
    assert min(told.values()) > 3, told


def test_nobody_says_please_twice_around_a_request() -> None:
    courteous = re.compile(r"please|pls|for me|thank")
    rng, said = Random(2), Counter[int]()
    for _ in range(600):
        words = typed(rng, book("train"), Said([("cut it out for me", 0)], {}, 1)).text.lower()
        said[len(courteous.findall(words))] += 1
    assert said[2] == said[3] == 0, said
