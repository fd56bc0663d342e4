"""Measuring: how cases become requests, under which names calls count, and what the figures count."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from evaluation import keywords
from evaluation.calls import argument_match, box_match, places
from evaluation.held_out import Tally, bounds, collect, measure, replies, table, tally
from evaluation.intervals import Estimate
from evaluation.journal import Journal
from evaluation.reports import results
from evaluation.routing import named, read_cases, request, route
from evaluation.verdicts import bounds as verdict_bounds
from evaluation.verdicts import judge
from evaluation.verdicts import table as verdict_table
from models.expert import Refusal
from models.unified.stream import StreamOptions
from models.values import Box, Labelled, Media, Message, Phrase, Point, Ref, Region, Span, TaskCall, Text
from training.dialogues import Example


class Scripted:
    """A model that gives one answer to everything."""

    name = "scripted"

    def __init__(self, said: str) -> None:
        self.said = said
        self.asked = 0

    def stream(
        self,
        messages: Sequence[Message],
        shelf: Mapping[str, Media],
        options: StreamOptions,
        cancel: Callable[[], bool],
    ) -> Iterator[str]:
        self.asked += 1
        yield from self.said


def call(task: str, *handles: str) -> TaskCall:
    return TaskCall("t1", task, tuple(map(Ref, handles)))


def test_a_case_brings_its_media_and_regions() -> None:
    case = {"user_text": "what is this?", "media": ["image"], "regions": [{"box_xyxy": [0.1, 0.1, 0.4, 0.5]}]}
    message, shelf = request(case)
    assert list(shelf) == ["image#1"]
    assert [part.of for part in message.parts if isinstance(part, Region)] == ["image#1"]
    assert message.text == "what is this?"


def test_regions_without_a_picture_lie_on_the_canvas() -> None:
    case = {"user_text": "a park", "media": ["none"], "regions": [{"box_xyxy": [0, 0, 0.4, 0.5], "label": "a dog"}]}
    message, shelf = request(case)
    assert shelf == {}
    assert [(part.of, part.label) for part in message.parts if isinstance(part, Region)] == [("canvas", "a dog")]


def test_a_case_that_only_says_it_has_a_region_gets_one() -> None:
    message, _ = request({"user_text": "recolour this", "media": ["image"], "has_region": True})
    assert sum(isinstance(part, Region) for part in message.parts) == 1


@pytest.mark.parametrize(
    ("made", "case", "name"),
    [
        (call("segment", "image#1"), {}, "image_segmentation"),
        (call("detect", "image#1"), {"category": "grounding_box"}, "image_segmentation"),
        (call("detect", "image#1"), {"category": "vqa"}, "detect"),
        (call("edit", "image#1"), {}, "image_edit_global"),
        (call("edit", "image#1", "region#1"), {}, "image_edit_region"),
        (call("edit", "image#1"), {"expected_tasks": ["image_edit_region"], "acceptable_tasks": [["image_edit_global"]]}, "image_edit_region"),
        (call("adjust", "video#1"), {"expected_tasks": ["image_edit_global"]}, "video_edit"),
        (call("image"), {"expected_tasks": ["layout_to_image"]}, "layout_to_image"),
        (call("image"), {"expected_tasks": ["text_to_video"]}, "text_to_image"),
        (call("extract", "video#1"), {}, "extract"),
    ],
)  # fmt: skip
def test_calls_count_under_the_names_of_the_cases(made: TaskCall, case: dict[str, Any], name: str) -> None:
    assert named(made, case) == name


def test_routing_writes_each_case_once_and_stops_at_the_limit(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text("".join(json.dumps({"id": n, "user_text": "x", "media": ["image"]}) + "\n" for n in range(5)))
    model = Scripted('Sure. <task>segment image#1 "x"</task><task>segment image#1 "y"</task><task>audio "z"</task>')
    cases = read_cases(file, 3)
    for _ in range(2):  # the second time there is nothing left to ask
        route(lambda: model, cases, Journal(tmp_path / "out.jsonl", {}))
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [row["id"] for row in rows] == [0, 1, 2]
    assert rows[0]["tasks"] == ["image_segmentation", "text_to_audio"]
    assert model.asked == 3


@pytest.mark.parametrize(
    "line",
    [
        '{"id": 3', '{"user_text": "x"}', '{"id": 3}', "[3]", '{"id": 3, "user_text": "x", "regions": [{}]}',
        '{"id": [3], "user_text": "x"}', '{"id": null, "user_text": "x"}', '{"id": 3, "user_text": "caf\udce9"}',
    ],
)  # fmt: skip
def test_a_case_that_cannot_be_asked_is_named_with_its_line(tmp_path: Path, line: str) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text('{"id": 1, "user_text": "x"}\n\n' + line + "\n", errors="surrogateescape")
    with pytest.raises(Refusal, match="Line 3 of"):
        read_cases(file)


def test_cases_that_are_missing_empty_or_double_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    with pytest.raises(Refusal, match="no file"):
        read_cases(file)
    file.write_text("\n")
    with pytest.raises(Refusal, match="no request"):
        read_cases(file)
    file.write_text('{"id": 1, "user_text": "x"}\n' * 2)
    with pytest.raises(Refusal, match=r"Line 2 .* repeats"):
        read_cases(file)


def test_verdicts_on_routed_requests_by_hand() -> None:
    cases: list[dict[str, Any]] = [
        {"expected_tasks": ["a"], "acceptable_tasks": [["b"]]},
        {"expected_tasks": ["a"]},
        {"expected_tasks": ["a", "b"], "category": "compound"},
        {"expected_tasks": [], "category": "chat"},
        {"expected_tasks": [], "category": "chat", "acceptable_tasks": [["a"]]},
    ]
    found = judge([["b"], ["c"], ["b", "a"], ["c"], ["a"]], cases, 1)
    facts = {name: estimate.value for name, estimate in found.facts().items() if estimate is not None}
    assert facts["macro strict"] == pytest.approx((0 + 1 + 0) / 3)
    assert facts["macro lenient"] == pytest.approx((1 / 2 + 1 + 1 / 2) / 3)
    assert facts["false triggers"] == pytest.approx(1 / 2)
    text = verdict_table(found, verdict_bounds(cases, 1))
    assert "| macro lenient | 66.7% (" in text
    assert "| a | 0.0% (0.0% to 65.8%, n 2) | 50.0% (9.5% to 90.5%, n 2) | c 1 |" in text
    beside = verdict_table(found, verdict_bounds(cases, 1), {"rules": judge([["a"], ["a"], ["c"], [], []], cases, 1)})
    assert "| the model | rules | the model / rules |" in beside
    assert "| macro lenient | 66.7% (" in beside
    assert " 1.00 | 100.0%" in beside  # both are right in two groups of three, each in its own way
    assert "c 1 |" in beside.splitlines()[-3]


@pytest.mark.parametrize(
    ("case", "wanted"),
    [
        ({"user_text": "Segment the lamp", "media": ["image"]}, ["image_segmentation"]),
        ({"user_text": "Segment the lamp", "media": ["video"]}, ["video_segmentation"]),
        ({"user_text": "What is on the table?", "media": ["image"]}, []),
        ({"user_text": "Take the lamp away", "media": ["image"]}, ["image_edit_region"]),
        ({"user_text": "Change the style to ink", "media": ["image"]}, ["image_edit_global"]),
        ({"user_text": "Paint the lamp red", "media": ["video"]}, ["video_edit"]),
        ({"user_text": "a lamp", "media": ["none"], "has_region": True}, ["layout_to_image"]),
        ({"user_text": "Make a sound of rain"}, ["text_to_audio"]),
        ({"user_text": "Make a film of rain"}, ["text_to_video"]),
        ({"user_text": "Draw a picture of rain"}, ["text_to_image"]),
        ({"user_text": "Why does it rain?"}, []),
        ({"user_text": "Make it louder", "media": ["audio"]}, []),
    ],
)
def test_the_baseline_of_keywords_goes_by_words_and_media_alone(case: dict[str, Any], wanted: list[str]) -> None:
    assert keywords.tasks(case) == wanted
    assert keywords.tasks({**case, "expected_tasks": ["a"], "category": "b", "acceptable_tasks": [["c"]]}) == wanted


def value(estimate: Estimate | None) -> float:
    assert estimate is not None
    return estimate.value


def test_a_tally_tells_wrong_tasks_wrong_media_and_false_routes_apart() -> None:
    tally = Tally()
    tally.add([call("segment", "image#1")], [call("segment", "image#1")])
    tally.add([call("segment", "image#1")], [call("segment", "image#2")])
    tally.add([call("segment", "image#1")], [call("detect", "image#1")])
    tally.add([], [call("image")])
    tally.add([], [])
    facts = tally.facts()
    assert value(facts["right_task"]) == pytest.approx(3 / 5)
    assert value(facts["right_medium"]) == pytest.approx(1 / 2)
    assert value(facts["false_route"]) == pytest.approx(1 / 2)
    assert value(facts["exact_call"]) == pytest.approx(1 / 2)
    assert value(facts["arguments"]) == pytest.approx(1 / 2)
    assert facts["regions"] is None
    assert facts["boxes"] is None
    assert facts["later"] is None
    assert tally.confusion["segment", "detect"] == 1


def test_references_count_after_the_first_turn_alone_and_whatever_task_was_called() -> None:
    tally = Tally()
    wanted = [call("adjust", "image#1", "mask#2")]
    tally.add(wanted, [call("adjust", "image#1", "mask#1")], turn=0)
    tally.add(wanted, [call("adjust", "image#1", "mask#1")], turn=1)
    tally.add(wanted, [call("adjust", "mask#2", "image#1")], turn=2)
    tally.add(wanted, [], turn=3)
    tally.add([call("image")], [call("image")], turn=4)  # names nothing earlier
    later = tally.facts()["later"]
    assert later is not None
    assert (later.value, later.n) == (pytest.approx(1 / 3), 3)
    assert value(tally.facts()["regions"]) == 1.0


def test_arguments_that_agree_are_counted_of_the_greater_number() -> None:
    wanted = [TaskCall("t1", "adjust", (Ref("image#1"), Phrase("the Dog"), Span(2, 5)), {"op": "blur", "amount": "2"})]
    assert argument_match(wanted, wanted) == 1.0
    got = [
        TaskCall(
            "t9", "adjust", (Phrase("the  dog"), Ref("image#2")), {"amount": "2", "op": "BLUR", "where": "outside"}
        )
    ]
    assert argument_match(wanted, got) == pytest.approx(3 / 5)
    assert argument_match(wanted, []) == 0.0
    assert argument_match([call("image")], [call("image")]) == 1.0
    twice = [TaskCall("t1", "image", (Phrase("a"), Phrase("a")))]
    assert argument_match(twice, [TaskCall("t1", "image", (Phrase("a"),))]) == 0.5
    assert argument_match([call("a", "image#1"), call("b")], [call("a"), call("b", "image#1")]) == 0.0


def test_places_are_counted_and_boxes_compared_by_label() -> None:
    half, left, right = Box(0, 0, 0.5, 0.5), Box(0, 0, 0.2, 0.4), Box(0.6, 0, 0.8, 0.4)
    wanted = [TaskCall("t1", "layout", (Phrase("a park"), Labelled("Dog", left), Labelled("cat", right)))]
    swapped = [TaskCall("t1", "layout", (Phrase("a park"), Labelled("dog", right), Labelled("cat", left)))]
    alone = [TaskCall("t1", "layout", (Labelled("dog", left), Labelled("cow", right)))]
    assert places(wanted) == 2
    assert (
        places([TaskCall("t1", "segment", (Ref("image#1"), Ref("region#1"), Ref("mask#1"), Point(0.5, 0.5), half))])
        == 4
    )
    assert box_match(wanted, wanted) == 1.0
    assert box_match(wanted, swapped) == 0.0
    assert box_match(wanted, alone) == pytest.approx(1 / 3)
    assert box_match([call("image")], [call("image")]) is None
    assert box_match([call("image")], [TaskCall("t1", "image", (half,))]) == 0.0


PHOTO = Media("image", "image#1", "")
RIGHT = TaskCall("t1", "segment", (Ref("image#1"), Phrase("Dog")))
TALK = (
    Message("user", (PHOTO, Text("cut out the dog"))), Message("assistant", (RIGHT,)),
    Message("user", (Text("thanks"),)), Message("assistant", (Text("You are welcome."),)),
)  # fmt: skip
DIALOGUE = Example(TALK, "talk.thanks")


def test_every_reply_is_measured_after_the_true_talk_and_tabled() -> None:
    tallies = measure(Scripted('<task>segment image#1 "dog"</task>'), [DIALOGUE])
    assert tallies["all"].replies == 2
    assert value(tallies["all"].facts()["exact_call"]) == 1
    assert value(tallies["talk.thanks"].facts()["false_route"]) == 1
    text = table(tallies, bounds(list(replies([DIALOGUE])), 3))
    assert "| talk.thanks | 0.0% (0.0% to 79.3%, n 1) |" in text
    line = next(line for line in text.splitlines() if line.startswith("| right task |"))
    shares = [cell.split("%")[0].strip() for cell in line.split("|")[2:6]]
    assert shares == ["50.0", "100.0", "0.0", "50.0"]  # the model, the truth, the other reply's truth, no call at all


def test_answers_are_asked_for_once_and_again_when_the_talk_changed(tmp_path: Path) -> None:
    model = Scripted('<task>segment image#1 "dog"</task>')
    asked = list(replies([DIALOGUE]))
    path = tmp_path / "out.jsonl"
    first = collect(lambda: model, asked, Journal(path, {}))
    path.write_bytes(path.read_bytes()[:-9])  # the run was killed in the middle of its last line
    again = collect(lambda: model, asked, Journal(path, {}))
    assert first == again
    assert model.asked == 3
    other = (TALK[0], TALK[1], Message("user", (Text("cheers"),)), TALK[3])
    collect(lambda: model, list(replies([Example(other, "talk.thanks")])), Journal(path, {}))
    assert model.asked == 4
    assert value(tally(again, asked)["all"].facts()["right_task"]) == 0.5


def test_a_section_of_the_results_is_replaced_and_the_rest_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "results.md"
    file.write_text("# Results\n\nbefore\n")
    results(file, "one\n")
    file.write_text(file.read_text() + "\nafter\n")
    results(file, "two\n")
    text = file.read_text()
    assert "one" not in text
    assert all(word in text for word in ("before", "two", "after"))


def test_what_is_told_and_what_thing_is_named_are_measured_by_the_truth() -> None:
    asked = (Message("user", (PHOTO, Text("how many pictures are there?"))), Message("assistant", (Text("One."),)))
    told = Example(asked, "talk.count", "count", told=("count_image", ""))
    wish = (Message("user", (PHOTO, Text("what keeps me dry?"))), Message("assistant", (call("detect", "image#1"),)))
    named = TaskCall("t1", "detect", (Ref("image#1"), Phrase("umbrella")))
    thing = Example((wish[0], Message("assistant", (named,))), "reason.find")
    said = {
        "You have one image: image#1.": (1.0, 0.0), "You have two images: image#1 and image#2.": (0.0, 0.0),
        'It is this. <task>detect image#1 "umbrella"</task>': (0.0, 1.0), '<task>detect image#1 "hat"</task>': (0.0, 0.0),
    }  # fmt: skip
    for reply, (right, found) in said.items():
        facts = measure(Scripted(reply), [told, thing, DIALOGUE])["all"].facts()
        assert (value(facts["told"]), value(facts["thing"])) == (right, found), reply
    limits = bounds(list(replies([told, thing, DIALOGUE])), 3).rows()
    ceiling = next(iter(limits.values())).facts()
    assert (value(ceiling["told"]), value(ceiling["thing"])) == (1.0, 1.0)
