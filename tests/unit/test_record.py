"""What is on record in a conversation is told right: counts, files, facts, what was done and what came of it."""

from __future__ import annotations

import pytest

from models.unified.record import ALONE, OF, Record
from models.values import Failure, Media, Message, Phrase, Ref, TaskCall, Text


def image(number: int, **meta: object) -> Media:
    return Media("image", f"image#{number}", "", meta)


def user(*parts: object) -> Message:
    return Message("user", (*parts, Text("please")))  # type: ignore[arg-type]


def reply(*parts: object) -> Message:
    return Message("assistant", parts)  # type: ignore[arg-type]


BLUR = TaskCall("t1", "adjust", (Ref("image#1"), Ref("mask#1")), {"op": "blur", "where": "outside"})
MIX = TaskCall("t2", "audio_adjust", (Ref("audio#1"), Ref("audio#2")), {"op": "mix"})
DRAW = TaskCall("t3", "image", (Phrase("a dog"),), {})
ERASE = TaskCall("t4", "remove", (Ref("image#3"),), {})


def test_media_are_counted_by_kind_and_listed() -> None:
    record = Record([user(image(1), image(2), Media("video", "video#1", ""))])
    assert record.tell("count_image") == "two images: image#1 and image#2"
    assert record.tell("count_video") == "one video: video#1"
    assert record.tell("count_audio") == "no sounds"
    assert record.tell("files") == "two images (image#1 and image#2) and one video (video#1)"
    assert Record([]).tell("files") == "no files"


@pytest.mark.parametrize(("number", "words"), [(12, "twelve images"), (13, "13 images"), (120, "120 images")])
def test_many_media_are_counted_all_the_same(number: int, words: str) -> None:
    told = Record([user(*(image(n + 1) for n in range(number)))]).tell("count_image")
    assert told.startswith(f"{words}: image#1, image#2, ")
    assert told.count("image#") == number


def test_the_shelf_counts_where_it_is_given_and_deleted_media_do_not() -> None:
    kept = image(2)
    assert Record([user(image(1), kept)], {"image#2": kept}).tell("count_image") == "one image: image#2"


def test_what_was_done_names_the_calls_on_a_medium_and_what_else_they_took() -> None:
    record = Record([user(image(1)), reply(BLUR, image(2, call="t1")), reply(MIX, Media("audio", "audio#3", ""))])
    assert record.tell("did", "image#1") == "blurred all but the marked part of image#1"
    assert record.tell("did", "mask#1") == "blurred all but the marked part of image#1 with mask#1"
    assert record.tell("did", "audio#2") == "mixed audio#1 with audio#2"
    assert record.tell("did", "image#2") == "blurred all but the marked part of image#1, which gave image#2"
    assert record.tell("did", "image#9") == "did nothing with image#9"
    assert record.tell("made", "image#2") == "image#1 after my change"
    assert record.tell("made", "image#1") == "the file you sent me"


def test_the_last_step_is_that_of_the_last_reply_that_called_any() -> None:
    steps = [user(image(1)), reply(BLUR, image(2, call="t1")), reply(DRAW, image(3, call="t3")), reply(Text("Hello."))]
    record = Record(steps)
    assert record.tell("last") == "made a picture from your words"
    assert record.tell("used") == "no file"
    assert record.tell("result") == "image#3, just above"
    assert Record(steps[:2]).tell("used") == "image#1 and mask#1"
    assert Record(steps[:1]).tell("last") == "did nothing yet"
    assert Record(steps[:1]).tell("result") == "none so far"


def test_several_steps_of_one_reply_are_all_told_and_do_not_use_their_own_results() -> None:
    again = TaskCall("t5", "adjust", (Ref("image#2"),), {"op": "sepia"})
    record = Record([user(image(1)), reply(BLUR, image(2, call="t1"), again, image(3, call="t5"))])
    assert record.tell("last") == "blurred all but the marked part of image#1 and gave a sepia tone to image#2"
    assert record.tell("used") == "image#1 and mask#1"


def test_a_failed_step_is_told_with_its_reason_and_counts_for_nothing() -> None:
    record = Record([user(image(3)), reply(ERASE, Failure("The disk is full.", "Delete some.", "t4"))])
    assert record.tell("last") == "tried a step that failed: The disk is full"
    assert record.tell("did", "image#3") == "did nothing with image#3"


def test_facts_are_those_of_the_medium_and_what_is_not_known_is_said_to_be_unknown() -> None:
    meta = {"width": 640, "height": 480, "duration": 12.004, "fps": 29.97, "has_audio": False}
    record = Record([user(Media("video", "video#1", "", meta), Media("video", "video#2", ""))])
    assert record.tell("size", "video#1") == "is 640 x 480 pixels large"
    assert record.tell("length", "video#1") == "is 12 seconds long"
    assert record.tell("rate", "video#1") == "has 29.97 frames per second"
    assert record.tell("sound", "video#1") == "has no sound"
    for what in ("size", "length", "rate"):
        assert record.tell(what, "video#2").endswith("that I do not know")
    assert record.tell("sound", "video#2") == "may have sound, I do not know"


def test_everything_on_record_can_be_told_and_nothing_else() -> None:
    record = Record([user(image(1), Media("video", "video#1", ""))])
    keys = list(record.keys())
    assert {what for what, _ in keys} == {*ALONE, *OF}
    assert ("rate", "image#1") not in keys
    assert all(record.tell(*key) for key in keys)
    with pytest.raises(KeyError):
        record.tell("weather")


def test_of_more_deeds_than_are_named_it_is_told_how_many_and_the_newest_come_last() -> None:
    ops = ["blur", "grayscale", "flip", "rotate", "sepia", "blur"]
    calls = [TaskCall(f"t{n}", "adjust", (Ref("image#1"),), {"op": op}) for n, op in enumerate(ops)]
    words = [Record([user(image(1)), *map(reply, calls[:n])]).tell("did", "image#1") for n in range(3, len(ops) + 1)]
    assert words == [
        "blurred image#1, took the colour out of image#1 and mirrored image#1",
        "took the colour out of image#1, mirrored image#1 and turned image#1, after one other step with it",
        "mirrored image#1, turned image#1 and gave a sepia tone to image#1, after two other steps with it",
        "turned image#1, gave a sepia tone to image#1 and blurred image#1, after two other steps with it",
    ]
