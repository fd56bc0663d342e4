"""Measuring: how cases become requests, under which names calls count, and what the figures count."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from evaluation.held_out import Tally, interval, measure, table
from evaluation.routing import named, request, route
from evaluation.run import results
from models.unified.stream import StreamOptions
from models.values import Media, Message, Phrase, Ref, Region, TaskCall, Text


class Scripted:
    """A model that gives one answer to everything."""

    name = "scripted"

    def __init__(self, said: str) -> None:
        self.said = said

    def stream(
        self,
        messages: Sequence[Message],
        shelf: Mapping[str, Media],
        options: StreamOptions,
        cancel: Callable[[], bool],
    ) -> Iterator[str]:
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
    cases = tmp_path / "cases.jsonl"
    cases.write_text("".join(json.dumps({"id": n, "user_text": "x", "media": ["image"]}) + "\n" for n in range(5)))
    model = Scripted('Sure. <task>segment image#1 "x"</task><task>segment image#1 "y"</task><task>audio "z"</task>')
    rows = list(route(model, cases, limit=3))
    assert [row["id"] for row in rows] == [0, 1, 2]
    assert rows[0]["tasks"] == ["image_segmentation", "text_to_audio"]


def test_a_tally_tells_wrong_tasks_wrong_media_and_false_routes_apart() -> None:
    tally = Tally()
    tally.add([call("segment", "image#1")], [call("segment", "image#1")])
    tally.add([call("segment", "image#1")], [call("segment", "image#2")])
    tally.add([call("segment", "image#1")], [call("detect", "image#1")])
    tally.add([], [call("image")])
    tally.add([], [])
    facts = tally.facts()
    assert facts["right_task"] == pytest.approx(3 / 5)
    assert facts["right_medium"] == pytest.approx(1 / 2)
    assert facts["false_route"] == pytest.approx(1 / 2)
    assert facts["exact_call"] == pytest.approx(1 / 2)
    assert tally.confusion["segment", "detect"] == 1


def test_every_reply_is_measured_after_the_true_talk_and_tabled() -> None:
    photo = Media("image", "image#1", "")
    right = TaskCall("t1", "segment", (Ref("image#1"), Phrase("Dog")))
    talk = (
        Message("user", (photo, Text("cut out the dog"))), Message("assistant", (right,)),
        Message("user", (Text("thanks"),)), Message("assistant", (Text("You are welcome."),)),
    )  # fmt: skip
    tallies = measure(Scripted('<task>segment image#1 "dog"</task>'), [(talk, "talk.thanks")])
    assert tallies["all"].replies == 2
    assert tallies["all"].facts()["exact_call"] == 1
    assert tallies["talk.thanks"].facts()["false_route"] == 1
    assert "| talk.thanks | 1 | 0.0% |" in table(tallies)


def test_the_interval_of_a_share_holds_the_share() -> None:
    low, high = interval(95, 100)
    assert 0.88 < low < 0.95 < high < 0.99
    assert interval(0, 0) == (0.0, 1.0)


def test_a_section_of_the_results_is_replaced_and_the_rest_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "results.md"
    file.write_text("# Results\n\nbefore\n")
    results(file, "one\n")
    file.write_text(file.read_text() + "\nafter\n")
    results(file, "two\n")
    text = file.read_text()
    assert "one" not in text
    assert all(word in text for word in ("before", "two", "after"))
