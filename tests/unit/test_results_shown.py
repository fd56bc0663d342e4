"""What the page tells of results: the words that name them, what was measured of them, and that nothing is said unmeasured."""

from __future__ import annotations

import re

import pytest

from app.again import command
from app.cards import again_json, item, mask_items
from app.proof import badge
from app.prose import markdown
from app.render import entries
from models import grammar
from models.expert import Refusal
from models.slash import parse_slash
from models.tasks import TASKS
from models.tokens import write_call
from models.values import Box, Failure, Grounding, Media, Message, Phrase, Point, Ref, TaskCall, Text

PHOTO = Media("image", "image#1", "aa/photo.png", {"width": 30, "height": 20})
MARKED = TaskCall("t1", "adjust", (Ref("image#1"), Ref("mask#1")), {"op": "blur"})


def result(kind="image", **meta):
    return Media(kind, f"{kind}#2", "bb/x.png", {"width": 30, "height": 20, "call": "t1", **meta})


def mask(number, label):
    return Media("mask", f"mask#{number}", f"cc/{number}.png", {"of": "image#1", "call": "t1", "label": label})


def show(*parts, state="done"):
    shelf = {m.handle: m for m in (PHOTO, *(p for p in parts if isinstance(p, Media)))}
    (entry,) = entries([Message("assistant", parts, state)], shelf, lambda path: f"/file/{path}", lambda v: {"card": v})
    return entry["content"]


# What was measured


@pytest.mark.parametrize(
    ("meta", "call", "text"),
    [
        ({"where": "inside", "changed_outside": 0}, MARKED, "Outside the mask: identical"),
        ({"where": "outside", "changed_outside": 0}, MARKED, "Inside the mask: identical"),
        ({"changed_outside": 0, "band_px": 2}, MARKED, "Outside the mask: identical"),
        ({"changed_outside": 7, "band_px": 2}, MARKED, "Outside the mask: not identical"),
        ({"where": "inside", "changed_outside": 3}, MARKED, "Outside the mask: not identical"),
        ({"area": [1, 1, 9, 9], "changed_outside": 0}, TaskCall("t1", "edit"), "Outside the changed part: identical"),
    ],
)
def test_a_badge_says_which_part_is_identical_and_how_many_pixels_were_counted(meta, call, text):
    made = badge(result(changed_inside=1234, **meta), call)
    assert made["text"] == text
    assert made["holds"] is (meta["changed_outside"] == 0)
    assert f"{meta['changed_outside']} px changed there, 1,234 px where it was allowed" in made["detail"]
    assert ("2 px beyond the mark" in made["detail"]) is ("band_px" in meta)


def test_of_an_extended_picture_the_badge_proves_what_was_there():
    grown = {"area": [0, 0, 30, 20], "kept": [5, 5, 25, 15], "changed_inside": 9, "changed_outside": 0, "band_px": 2}
    made = badge(result(**grown), TaskCall("t1", "inpaint", (Ref("image#1"),), {"extend": "all"}))
    assert made == {
        "holds": True, "text": "What was there: identical",
        "detail": "0 px changed there, 9 px where it was allowed, 2 px of its edge included",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("meta", "call"),
    [
        ({}, MARKED),
        ({"where": "all", "changed_inside": 9, "changed_outside": 0}, MARKED),
        ({"changed_inside": 9}, MARKED),
        ({"changed_inside": 9, "changed_outside": "0"}, MARKED),
        ({"changed_inside": 9, "changed_outside": True}, MARKED),
        ({"changed_inside": 9, "changed_outside": 0}, None),
        ({"changed_inside": 9, "changed_outside": 0}, TaskCall("t1", "edit")),
        ({"changed_inside": 9, "changed_outside": 0, "area": [0, 0, 30, 20]}, TaskCall("t1", "edit")),
        ({"changed_inside": 9, "changed_outside": 0, "band_px": 3}, MARKED),  # wider than a picture of 30 x 20 has
    ],
)
def test_nothing_is_claimed_that_was_not_measured_or_holds_of_nothing(meta, call):
    assert badge(result(**meta), call) is None


def test_a_clip_is_identical_only_before_its_compression():
    made = badge(result("video", where="inside", changed_inside=5, changed_outside=0), MARKED)
    assert made["text"] == "Outside the mask: identical before compression"


def test_equal_bytes_are_named_and_only_of_what_came_before():
    twin = Media("image", "image#2", PHOTO.path, {"call": "t1"})
    shelf = {"image#1": PHOTO, "image#2": twin}
    assert "the same bytes as image#1" in item(twin, shelf, str)["caption"]
    assert "same bytes" not in item(PHOTO, shelf, str)["caption"]


# Words that light up


def phrases(words):
    return re.findall(r'<button class="u-ph ([^"]*)">([^<]*)</button>', words)


def test_words_of_a_reply_that_name_a_mask_are_tied_to_it_whatever_their_case():
    content = show(
        Text("The Red  Dog and a cat, not dogma."), MARKED, mask(1, "red dog"), mask(2, "cat"), mask(3, "cat")
    )
    assert phrases(content[0]) == [("u-k-mask-1 u-c0", "Red Dog"), ("u-k-mask-2 u-k-mask-3 u-c1", "cat")]
    masks = content[1]["card"]["items"][0]["masks"]
    assert [(m["key"], m["hue"], m["label"]) for m in masks] == [
        ("mask-1", 0, "red dog"), ("mask-2", 1, "cat"), ("mask-3", 2, "cat"),
    ]  # fmt: skip


def test_a_colour_goes_by_the_number_and_not_by_the_place_in_a_card():
    (only,) = mask_items([mask(7, "cat")], {"image#1": PHOTO}, str)
    assert only["masks"][0]["hue"] == 6
    marked = Media("mask", "mask#7", "cc/7.png", {"of": "image#1", "number": 3})
    assert mask_items([marked], {"image#1": PHOTO}, str)[0]["masks"][0]["hue"] == 2, "that of the mark it was cut from"


@pytest.mark.parametrize("text", ["see [x](http://a/dog)", "http://a/dog", "`dog`", "\n\n    dog", "dog#1", "#dog"])
def test_no_word_is_marked_in_code_in_an_address_or_in_a_handle(text):
    assert phrases(markdown(text, {"dog": ["mask-1"]})) == []


def test_keys_that_could_leave_their_tag_are_dropped():
    assert "onclick" not in markdown("dog", {"dog": ['x" onclick="y', "mask-1"]})


@pytest.mark.parametrize("evil", ["a\\", "`x`", "<b>", "*a*", "![](http://x/y.png)", '"> <img src=x>'])
def test_a_phrase_of_any_signs_stays_within_its_button(evil):
    (words,) = [part for part in show(Grounding(evil)) if isinstance(part, str)]
    assert re.fullmatch(r'<button class="u-ph u-k-g0-1 u-c0">[^<>`*\\!\[\]"]*</button>', words)


def test_boxes_and_points_of_an_answer_are_shown_on_their_picture_and_a_detected_box_answers_to_its_name():
    found = result(boxes=[["cat", 0.1, 0.2, 0.5, 0.6], ["bad", 3, 0, 1, 1]], of="image#1")
    content = show(
        Grounding("a dog", (Box(0, 0, 0.5, 0.5),), (Point(0.2, 0.3),), of="image#1"),
        Text(" and the cat"),
        MARKED,
        found,
    )
    assert phrases(content[0]) == [("u-k-g0-1 u-c0", "a dog"), ("u-k-image-2-b0 u-c0", "cat")]
    (place,) = content[1]["card"]["items"]
    assert place["boxes"] == [{"box": [0, 0, 0.5, 0.5], "label": "a dog", "key": "g0-1", "hue": 0}]
    assert place["points"] == [{"point": [0.2, 0.3], "key": "g0-1", "hue": 0}]
    (shown,) = content[2]["card"]["items"]
    assert shown["boxes"] == [
        {"box": [0.1, 0.2, 0.5, 0.6], "label": "cat", "key": "image-2-b0", "hue": 0, "quiet": True}
    ]


# A call once more

SAID = ('5" nails and a \\ stroke', "put a hat on image#1, blur it", "op=blur", "a <b>dog</b> & a cat", "ein Bär 熊 🐻")
CALLS = [
    *(TaskCall("t1", "edit", (Ref("image#1"), Phrase(words))) for words in SAID),
    TaskCall("t1", "adjust", (Ref("image#1"), Ref("region#2")), {"op": "blur", "where": "outside", "amount": "2"}),
    TaskCall("t1", "segment", (Ref("image#1"), Box(0.1, 0.2, 0.5, 0.6), Point(0.5, 0.5))),
    TaskCall("t1", "image", (Phrase("a red fox"),), {"seed": "7", "size": "320x200"}),
]
SHELF = {"image#1": PHOTO, "mask#1": mask(1, "dog")}


@pytest.mark.parametrize("call", CALLS, ids=lambda call: write_call(call)[:40])
def test_the_command_of_a_call_is_that_call(call):
    text = command(call, SHELF, TASKS)
    again = parse_slash(text, SHELF, (), TASKS)
    assert isinstance(again, TaskCall)
    assert (again.task, again.refs(), again.phrases()) == (call.task, call.refs(), call.phrases())
    assert dict(again.params) == dict(call.params)


@pytest.mark.parametrize("task", TASKS.values(), ids=lambda task: task.name)
def test_every_task_can_be_asked_for_again(task):
    (call,) = [part for part in grammar.parse(task.example) if isinstance(part, TaskCall)]
    shelf = {handle: Media(handle.partition("#")[0], handle, "x", {}) for handle in call.refs()}
    assert command(call, shelf, TASKS).startswith(f"/{task.name}")


def test_what_is_gone_is_refused_in_words():
    with pytest.raises(Refusal, match="image#1"):
        command(CALLS[0], {}, TASKS)


def test_a_call_that_failed_offers_its_tokens_and_no_repetition():
    card = show(MARKED, Failure("No.", call="t1"))[0]["card"]
    assert card["again"] == again_json(MARKED, None) == {
        "id": "t1", "ran": False, "seed": "", "tokens": write_call(MARKED), "others": [],
    }  # fmt: skip
    assert "error" in card


def test_a_skipped_call_is_no_error():
    card = show(MARKED, Failure("Skipped.", call="t1"))[0]["card"]
    assert "error" not in card
    assert card["skipped"].startswith("Skipped.")


def test_a_sound_can_be_marked_under_its_result_too():
    sound = Media("audio", "audio#1", "a.wav", {"duration": 2.0, "rate": 16000})
    shown = item(sound, {"audio#1": sound}, str)
    assert shown["draw"]["ref"] == "audio#1"
    assert shown["draw"]["duration"] == 2.0
