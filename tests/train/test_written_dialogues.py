"""Every generated reply can be written token by token under the rules of decoding, and reads back as the same calls."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice
from random import Random

import pytest

from evaluation.calls import same
from models.grammar import parse
from models.reader import Cutter
from models.tasks import TASKS
from models.unified.calls import Guides
from models.unified.matching import available
from models.unified.native import ASSETS, handles
from models.unified.prompt import Scribe
from models.unified.record import Record
from models.unified.rules import Rules
from models.unified.speech import Speech
from models.unified.vocabulary import Vocabulary
from models.values import Failure, Kind, Media, Message, Phrase, Region, TaskCall
from training.batches import build_vocabulary
from training.dialogues import Example, Turn, book, examples, topics
from training.language import adjusting, av, change, context, make, noise, reason
from training.language.phrasing import Split
from training.language.talk import Dialogue


@pytest.fixture(scope="module")
def drawn() -> list[Example]:
    return list(islice(examples(31), 700))


@cache
def guides(vocabulary: Vocabulary) -> Guides:
    return Guides(vocabulary)


def calls(message: Message) -> list[TaskCall]:
    return [part for part in message.parts if isinstance(part, TaskCall)]


def spoken(
    vocabulary: Vocabulary,
    scribe: Scribe,
    messages: tuple[Message, ...],
    shelf: dict[str, Media],
    topic: str,
    told: tuple[str, str] | None,
) -> str:
    """Return the text of the last message, each of its tokens checked against the rules and the grammar of calls."""
    asked = messages[:-1]
    sheet = scribe.write(asked, shelf)
    reply = scribe.write(messages, topic=topic, told=told).ids[len(sheet.ids) :]
    drawn = [part.of for part in asked[-1].parts if isinstance(part, Region)]
    rules, speech = (
        Rules(vocabulary, sheet, handles(asked, shelf), drawn),
        Speech(vocabulary, sheet, Record(asked, shelf)),
    )
    guide = guides(vocabulary).guide(rules) if available() else None
    text, follow = "", -1
    for token in reply:
        allowed = rules.allowed(follow)
        assert allowed[token], (asked[-1].text, text, rules.mode)
        rules.take(token)
        if guide is not None:  # without llguidance the grammar is not there to be checked
            assert guide.narrow(allowed)[token], (asked[-1].text, text)
            guide.take(token)
            assert not guide.fault
        if token == vocabulary["c:end"]:
            break
        text += speech.say(token)
        follow = sheet.next_row(token - len(vocabulary)) if token >= len(vocabulary) else -1
    return text + speech.close()


def test_every_reply_is_allowed_and_reads_back_as_its_calls(drawn: list[Example]) -> None:
    vocabulary = build_vocabulary((example.messages for example in drawn), topics(), reason.known_names())
    scribe = Scribe(vocabulary, Cutter(ASSETS / "nano/text_encoder/tokenizer.json"))
    seen, told = 0, 0
    for example in drawn:
        shelf: dict[str, Media] = {}
        for index, message in enumerate(example.messages):
            last = index == len(example.messages) - 1
            if message.role == "assistant" and (last or calls(message)):
                about = (example.topic, example.told) if last else ("", None)
                text = spoken(vocabulary, scribe, example.messages[: index + 1], shelf, *about)
                if last and example.told:
                    assert (
                        text.lower() == message.text.lower()
                    )  # a rare word is copied in the letters that the person used
                    told += 1
                found = [same(part) for part in parse(text) if isinstance(part, TaskCall)]
                assert found == [same(call) for call in calls(message)]
                seen += 1
            shelf.update({part.handle: part for part in message.parts if isinstance(part, Media)})
    assert seen >= 700
    assert told > 40


def test_numbers_in_calls_are_copied_as_the_person_wrote_them(drawn: list[Example]) -> None:
    vocabulary = build_vocabulary((example.messages for example in drawn), topics())
    scribe = Scribe(vocabulary, Cutter(ASSETS / "nano/text_encoder/tokenizer.json"))
    copied = spelled = 0
    for example in (example for example in islice(examples(32), 4000) if example.group == "extract.frame"):
        if any("time" in call.params for call in calls(example.messages[-1])):
            ids = scribe.write(example.messages).ids
            value = ids[max(at for at, token in enumerate(ids) if token == vocabulary["p: time="]) + 1]
            copied, spelled = copied + (value >= len(vocabulary)), spelled + (value < len(vocabulary))
    assert copied > 10
    assert copied > 5 * spelled  # a slip of the fingers in a number in words is spelled


def results(call: TaskCall) -> list[Kind] | None:
    """Return the kinds of media that the experts give for a call, in order; None where that is not said beforehand."""
    marks, first = call.refs("region"), next(iter(call.refs("image", "video", "audio")), "")
    video = first.startswith("video")
    masks: list[Kind] = ["mask"] * 9
    if call.task == "segment" and not marks and not any(isinstance(arg, Phrase) for arg in call.args):
        return None
    if call.task == "segment":
        return masks[: max(1, len(marks) - len(call.refs("mask")), len(call.refs("mask")))]
    if call.task == "video_segment":
        return [*masks[: max(1, len(marks))], "video"]
    if call.task == "sound_for":
        return ["audio", "video"] if video else ["audio"]
    if call.task == "adjust":
        return ["video"] if video else ["image"]
    if call.task == "extract":
        return ["image"] if call.params else ["video"]
    if call.task == "audio_adjust":
        kind: Kind = "video" if video else "audio"
        return ["audio"] if call.params["op"] == "extract" else [kind]
    return list(TASKS[call.task].gives)


@pytest.mark.parametrize("split", ["train", "held_out"])
def test_what_a_dialogue_shows_as_results_is_what_the_experts_give(split: Split) -> None:
    seen = set()
    for example in islice(examples(33, split), 3000):
        for message in example.messages:
            if message.role != "assistant":
                continue
            failed = {part.call for part in message.parts if isinstance(part, Failure)}
            for call in calls(message):
                shown = [
                    part.kind for part in message.parts if isinstance(part, Media) and part.meta["call"] == call.id
                ]
                wanted = results(call)
                assert shown == ([] if call.id in failed else shown if wanted is None else wanted), call
                seen.add(call.task)
    assert seen == set(TASKS)


def talked(seed: int) -> Dialogue:
    return Dialogue(Random(seed), book("train"))


def test_a_drawn_picture_is_gone_on_with() -> None:
    tasks = set()
    for seed in range(60):
        d = talked(seed)
        make.image(d)
        if d.failed or len(d.calls) > 1 or change.drawn(d) is None:
            continue  # nothing was drawn, or it was animated in the same breath
        call, (said,) = d.calls[-1], [message.text for message in d.messages[-2:-1]]
        assert call.refs("image") == [d.calls[0].id.replace("t", "image#")] or len(d.of("image")) > 1
        assert all(words in said for words in call.phrases())
        tasks.add(call.task)
    assert tasks == {"edit", "animate"}


def test_a_second_wish_in_the_same_breath_goes_on_with_what_the_first_made() -> None:
    onward = {}
    for seed in range(200):
        for turn in (make.image, make.video):
            d = talked(seed)
            group = turn(d)
            if group.startswith("multi."):
                first, second = d.calls
                onward[group] = [first.task, second.task]
                assert second.refs("image", "video") == [f"{first.task}#1"]
                assert all(words in d.messages[0].text for words in first.phrases())
    assert onward == {"multi.image+animate": ["image", "animate"], "multi.video+sound_for": ["video", "sound_for"]}


@pytest.mark.parametrize("turn", [change.edit, change.animate, change.video_edit, av.sound_for])
def test_the_medium_is_named_where_the_newest_is_of_the_other_kind(turn: Turn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noise, "NOISY", 0.0)  # a slip of the fingers in the name is no missing name
    older = 0
    for seed in range(150):
        d = talked(seed)
        d.attach("image" if turn in (change.video_edit, av.sound_for) else "video")
        d.attach("video" if turn in (change.video_edit, av.sound_for) else "image")
        d.attach("image" if turn in (change.video_edit, av.sound_for) else "video")
        known = len(d.shelf)
        turn(d)
        newest = next(item for item in reversed(d.shelf) if item.call is None)
        about = d.calls[0].refs("image", "video")[0]
        if newest is d.shelf[known - 1] and about != newest.handle:
            older += 1
            said = d.messages[0].text.lower()
            number = ("first", "second")[int(about[-1]) - 1]
            word = (
                ("image", "picture", "photo", "pic")
                if about.startswith("image")
                else ("video", "clip", "footage", "movie", "film")
            )
            assert "#" in said or number in said or "original" in said or any(each in said for each in word), said
    assert older > 20


def test_the_amount_of_a_change_is_the_percentage_that_was_said() -> None:
    found = 0
    for seed in range(3000):
        d = talked(seed)
        said, params = adjusting.tone(d, "all", d.target("image"))
        match = re.search(r"(\d+) ?(?:%|percent|per cent)", said.text)
        if match and params["op"] in ("brightness", "contrast", "saturation"):
            down = re.search(
                r"darke|less|cut|lower|decrease|reduce|down|minus|-|off|out of|away|half|dim",
                said.text.replace("-", " - "),
            )
            amount = float(params.get("amount", 1))
            assert abs(amount) == int(match[1]) / 100, said.text
            assert (amount < 0) == bool(down), said.text
            found += 1
    assert found > 100


def test_the_same_for_another_medium_repeats_the_call_there() -> None:
    seen = 0
    for seed in range(200):
        d = talked(seed)
        adjusting.whole(d)
        before = d.calls[-1]
        if context.same(d) is None:
            continue
        call = d.calls[-1]
        assert (call.task, call.params) == (before.task, before.params)
        assert call.refs("image", "video") != before.refs("image", "video")
        seen += 1
    assert seen > 50
