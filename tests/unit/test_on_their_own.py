"""A mark is a place in its own medium: a call that puts it into a stranger's is brought back, unless the words name that one."""

from __future__ import annotations

import pytest

from app.aim import on_their_own
from models.tasks import TASKS
from models.values import Box, Media, Ref, Region, TaskCall

SHELF = {
    "image#1": Media("image", "image#1", "1.png", {}),
    "image#2": Media("image", "image#2", "2.png", {"of": "image#1"}),
    "image#3": Media("image", "image#3", "3.png", {}),
    "image#4": Media("image", "image#4", "4.png", {"of": "image#3"}),
    "mask#1": Media("mask", "mask#1", "m.png", {"of": "image#3"}),
    "video#1": Media("video", "video#1", "v.mp4", {}),
}
REGIONS = {
    "region#1": Region(1, "image#3", box=Box(0, 0, 1, 1)),
    "region#2": Region(2, "image#1", box=Box(0, 0, 1, 1)),
    "region#3": Region(3, "video#1", box=Box(0, 0, 1, 1), time=0.0),
}


def on(text: str, *handles: str, task: str = "remove") -> list[str]:
    call = TaskCall("t1", task, tuple(map(Ref, handles)))
    return on_their_own(call, TASKS[task], text, SHELF, REGIONS).refs()


@pytest.mark.parametrize("place", ["region#1", "mask#1"])
@pytest.mark.parametrize("stranger", ["image#1", "image#2"])
def test_a_call_on_a_stranger_is_brought_to_the_medium_of_its_mark(place: str, stranger: str) -> None:
    assert on("now remove it", stranger, place) == ["image#3", place]


@pytest.mark.parametrize("words", ["remove it from image#1", "in Image 1 please", "image1: remove it"])
def test_a_medium_that_the_words_name_is_meant(words: str) -> None:
    assert on(words, "image#1", "mask#1") == ["image#1", "mask#1"]
    assert on(words.replace("1", "12"), "image#1", "mask#1") == ["image#3", "mask#1"]


def test_what_was_made_from_the_marked_picture_is_no_stranger() -> None:
    assert on("now blur it", "image#4", "mask#1") == ["image#4", "mask#1"]
    assert on("now blur it", "image#2", "region#2") == ["image#2", "region#2"]


def test_marks_of_several_media_and_of_kinds_that_a_task_does_not_work_on_change_nothing() -> None:
    assert on("remove both", "image#1", "region#1", "region#2") == ["image#1", "region#1", "region#2"]
    assert on("remove it", "image#1", "region#3") == ["image#1", "region#3"]
    assert on("blur it", "image#1", "region#3", task="adjust") == ["video#1", "region#3"]
    assert on("remove it", "image#1") == ["image#1"]
