"""Questions back name what there is and are acted on; corrections repeat the task on the medium as it was, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random

import pytest

from models.tasks import TASKS
from models.values import Media, Message, Phrase, TaskCall
from training.dialogues import book, topics
from training.language import adjusting, av, clarify, make, mark
from training.language.phrasing import Split
from training.language.talk import ORDINALS, Dialogue

Turn = Callable[[Dialogue], "str | None"]


def corrected(first: Turn, turn: Turn, group: str, count: int = 300) -> list[tuple[Dialogue, TaskCall, TaskCall]]:
    """Return dialogues of *first* and then *turn* that ended in *group*, with the call corrected and the new one."""
    found = []
    for seed in range(count):
        d = Dialogue(Random(seed), book("train"))
        first(d)
        if turn(d) == group:
            found.append((d, d.calls[-2], d.calls[-1]))
    return found


def calls(message: Message) -> list[TaskCall]:
    return [part for part in message.parts if isinstance(part, TaskCall)]


@pytest.mark.parametrize("split", ["train", "held_out"])
def test_the_question_names_what_was_attached_and_the_answer_decides(split: Split) -> None:
    groups: Counter[str] = Counter()
    for seed in range(500):
        d = Dialogue(Random(seed), book(split))
        group = clarify.which(d)
        groups[group] += 1
        handles = [part.handle for part in d.messages[0].parts if isinstance(part, Media)]
        assert len(handles) >= 2
        if group == "clarify.marked":
            assert d.regions["region#1"].of == d.calls[0].refs("image")[0]
            continue
        assert clarify.listed(handles) in d.messages[1].text
        assert not calls(d.messages[1])
        if group == "clarify.which.ask":
            assert (len(d.messages), d.topic) == (2, "clarify.which")
            continue
        answered = [call.refs("image", "video", "audio")[0] for call in calls(d.messages[3])]
        if group == "clarify.never":
            assert not answered
        elif group == "clarify.both":
            assert answered == handles
        else:
            said = d.messages[2].text.lower()
            assert len(answered) == 1
            for at, ordinal in enumerate(ORDINALS[: len(handles)]):
                if f"the {ordinal}" in said:
                    assert answered == [handles[at]]
            assert all(handle == answered[0] for handle in handles if handle in said)
        for call in calls(d.messages[3]):
            phrases = [arg.text for arg in call.args if isinstance(arg, Phrase)]
            assert all(text in d.messages[0].text for text in phrases)
            assert TASKS[call.task].phrase != "required" or phrases
    assert set(groups) == {f"clarify.{name}" for name in ("marked", "which.ask", "never", "both", "which")}
    assert groups["clarify.which"] > 150


def test_older_media_are_not_asked_about() -> None:
    for seed in range(100):
        d = Dialogue(Random(seed), book("train"))
        adjusting.whole(d)
        clarify.which(d)
        new = [part.handle for part in d.messages[2].parts if isinstance(part, Media)]
        if "region#1" not in d.regions:
            assert clarify.listed(new) in d.messages[3].text


def test_how_is_asked_for_and_then_done_to_the_same_medium() -> None:
    asked = done = 0
    for seed in range(300):
        d = Dialogue(Random(seed), book("train"))
        group = clarify.how(d)
        assert not calls(d.messages[1])
        if group == "clarify.how.ask":
            assert d.topic == "clarify.how"
            asked += 1
        else:
            new = [part.handle for part in d.messages[0].parts if isinstance(part, Media)]
            assert calls(d.messages[3])[0].refs("image", "video", "audio")[0] in new
            done += 1
    assert min(asked, done) > 50
    assert {"clarify.how", "clarify.which", "clarify.never"} <= set(topics())


@pytest.mark.parametrize(
    ("first", "task"),
    [(mark.segment_phrase, "segment"), (mark.detect, "detect"), (mark.follow_phrase, "video_segment")],
)
def test_another_thing_is_sought_in_the_medium_as_it_was(first: Turn, task: str) -> None:
    found = corrected(first, clarify.meant, "clarify.meant", 80)
    assert len(found) > 60
    for d, old, new in found:
        assert new.task == old.task == task
        assert new.args[0] == old.args[0]
        assert isinstance(new.args[1], Phrase)
        assert new.args[1].text in d.messages[-2].text
        assert new.args[1] != old.args[1]


@pytest.mark.parametrize("first", [adjusting.whole, adjusting.marked, av.sound])
def test_more_or_less_is_done_to_the_medium_as_it_was(first: Turn) -> None:
    found = corrected(first, clarify.amount, "clarify.amount")
    assert len(found) > 40
    for d, old, new in found:
        assert (new.task, new.args) == (old.task, old.args)
        key = {"gain": "db", "pitch": "semitones"}.get(new.params["op"], "amount")
        rest = [{k: v for k, v in call.params.items() if k != key} for call in (old, new)]
        assert rest[0] == rest[1]
        before, after = float(old.params.get(key, "1")), float(new.params[key])
        assert before * after > 0
        said = d.messages[-1].text.lower()
        if "strong" in said or "more" in said:
            assert abs(after) > abs(before) or after in clarify.AMOUNTS
        else:
            assert abs(after) < abs(before)
        spec = next(param for param in TASKS[new.task].params if param.name == key)
        assert spec.low is not None
        assert spec.high is not None
        assert spec.low <= after <= spec.high


def test_the_other_way_is_never_said_of_a_mark() -> None:
    found = corrected(adjusting.whole, clarify.amount, "clarify.turned")
    assert {new.params["op"] for _, _, new in found} >= {"flip", "rotate", "brightness"}
    for _, old, new in found:
        assert (new.args, new.params["op"]) == (old.args, old.params["op"])
        assert new.params != old.params
    assert not corrected(adjusting.marked, clarify.amount, "clarify.turned")


@pytest.mark.parametrize("first", [adjusting.whole, adjusting.marked, adjusting.backdrop, av.sound])
def test_another_operation_replaces_the_old_one(first: Turn) -> None:
    found = corrected(first, clarify.instead, "clarify.instead")
    assert len(found) > 60
    spoiled = 0
    for d, old, new in found:
        assert (new.task, new.args) == (old.task, old.args)
        assert new.params.get("where") == old.params.get("where")
        assert new.params != old.params
        tried = clarify.colours().get(new.params.get("color", ""), "")
        spoiled += tried.lower() not in d.messages[-2].text.lower()
    assert spoiled < 0.2 * len(found)  # slips of the fingers, and colours with several names


def test_nothing_is_corrected_where_nothing_fits() -> None:
    turns: tuple[Turn, ...] = (clarify.meant, clarify.amount, clarify.instead)
    for turn in turns:
        d = Dialogue(Random(1), book("train"))
        assert turn(d) is None
        make.image(d)
        before = len(d.messages)
        assert turn(d) is None
        assert len(d.messages) == before
