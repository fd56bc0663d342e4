"""Messages as chatbot entries: nothing of a text becomes markup, and every part finds its place."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cards import progress_json
from app.events import Progress
from app.prose import markdown
from app.render import entries
from models.values import (
    Box,
    Failure,
    Grounding,
    Media,
    Message,
    Phrase,
    Point,
    Ref,
    Region,
    Step,
    TaskCall,
    Text,
)

PHOTO = Media("image", "image#1", "aa/photo.png", {"name": "dog.png", "width": 30, "height": 20})
CLIP = Media("video", "video#1", "bb/clip.mp4", {"width": 30, "height": 20, "fps": 12.0, "frames": 24, "duration": 2.0})
CALL = TaskCall("t1", "segment", (Ref("image#1"), Phrase("the <b>dog</b>")), {"seed": "7"}, ("a tag was not closed",))
STEP = Step("t1", "segment", "GrabCut (classical)", "", 7, 0.81, '<task>segment image#1 "dog"</task>', {"rounds": 5})


def mask(number, **meta):
    return Media("mask", f"mask#{number}", f"cc/{number}.png", {"of": "image#1", "call": "t1", "score": 0.9, **meta})


def show(*messages, shelf=(PHOTO, CLIP), **how):
    return entries(
        messages, {m.handle: m for m in shelf}, lambda path: f"/file/{path}", lambda value: {"card": value}, **how
    )


def cards(entry):
    return [item["card"] for item in entry["content"] if isinstance(item, dict)]


def test_a_persons_message_is_one_card_with_its_text_as_it_is():
    evil = "<script>x</script> ${window.bad=1} {{x}} **not bold**\n\n  kept"
    region = Region(2, "image#1", box=Box(0.1, 0.1, 0.5, 0.5), points=(Point(0.2, 0.2, False),), label="<i>dog</i>")
    (entry,) = show(Message("user", (PHOTO, region, Text(evil))))
    (card,) = cards(entry)
    assert (entry["role"], card["kind"], card["text"]) == ("user", "user", evil)
    (item,) = card["items"]
    assert item["url"] == "/file/aa/photo.png"
    assert item["caption"] == "image#1 · dog.png · 30 × 20"
    assert item["regions"][0]["text"] == "region#2 <i>dog</i>"
    assert item["regions"][0]["shapes"] == [
        {"type": "box", "box": [0.1, 0.1, 0.5, 0.5]},
        {"type": "point", "xy": [0.2, 0.2], "neg": True},
    ]


def test_a_region_on_an_earlier_medium_shows_that_medium_and_each_frame_on_its_own():
    regions = (
        Region(1, "video#1", points=(Point(0, 0),), time=10 / 12),
        Region(2, "video#1", points=(Point(1, 1),), time=0.0),
    )
    (card,) = cards(show(Message("user", (*regions, Text("follow it"))))[0])
    assert [item["ref"] for item in card["items"]] == ["video#1", "video#1"]
    assert card["items"][0]["regions"][0]["text"] == "region#1 · frame 10 (0.83 s)"


def test_words_are_markdown_without_html_or_pictures():
    words = markdown("**bold** <img src=x onerror=y> ![a](http://evil/x.png) & <task>")
    assert words == "**bold** &lt;img src=x onerror=y&gt; !\\[a](http://evil/x.png) &amp; &lt;task&gt;"


CODE = {
    "a `<img src=x onerror=y>` b": ("<img src=x onerror=y>", "a ", " b"),
    "``<b> ` <i>`` x": ("<b> ` <i>", "", " x"),
    "` `` `": ("``", "", ""),
    "```html\n<b>x</b> & y\n\n  z\n```\nafter": ("<b>x</b> & y\n\n  z", "", "\nafter"),
    "~~~\n<b>": ("<b>", "", ""),
    "text\n\n    <i>code</i>\n\n    more\n\nend": ("<i>code</i>\n\nmore", "text\n\n", "\n\nend"),
    "1. x\n   ```\n   a<b\n   ```\n2. y": ("a<b", "1. x\n   ", "\n2. y"),
    "- x\n\n      a<b\n": ("a<b", "- x\n\n  ", "\n"),
    "      ```\n<b>\n```": ("<b>", "   ", ""),
    "**bold** `*_[a](b)_*`": ("*_[a](b)_*", "**bold** ", ""),
}
NONE = {
    "`not closed <b>\n\n`": "&#96;not closed &lt;b&gt;\n\n&#96;",
    "\\`<b>`": "&#96;&lt;b&gt;&#96;",
    "\\<b> \\\\<i>": "&lt;b&gt; \\\\&lt;i&gt;",
    "- x\n\n    second paragraph <b>": "- x\n\n    second paragraph &lt;b&gt;",
    "words\n    that go on <b>": "words\n    that go on &lt;b&gt;",
    "`` <b> `": "&#96;&#96; &lt;b&gt; &#96;",
}
TAGS = re.compile(r"(?:<pre>)?<code>([^<>`*_\[\]!\\]*)</code>(?:</pre>)?")
PHRASES = re.compile(r'<button class="u-ph( u-k-[A-Za-z0-9-]+)+( u-c[0-7])?">[^<>`*_\[\]!\\]*</button>')


@pytest.mark.parametrize("text", CODE)
def test_code_is_shown_as_it_was_written(text):
    code, before, after = CODE[text]
    (found,) = TAGS.finditer(shown := markdown(text))
    assert html.unescape(found[1]) == code
    assert (shown[: found.start()], shown[found.end() :]) == (before, after)


@pytest.mark.parametrize("text", NONE)
def test_what_only_looks_like_code_is_words(text):
    assert markdown(text) == NONE[text]


@settings(deadline=None)
@given(st.one_of(st.text(), st.text("`~<>&!-[]()\\ 1.\n\tab")))
def test_no_text_of_a_reply_reaches_the_page_with_a_tag(text):
    named = (mask(1, label=text), mask(2, label="a"))
    for item in show(Message("assistant", (Text(text), Grounding(text), CALL, STEP, *named)))[0]["content"]:
        words = PHRASES.sub("", TAGS.sub("", item)) if isinstance(item, str) else ""
        assert "<" not in words, "the tags round code are the only ones, and nothing in it is markup"
        assert "`" not in words, "the browser finds no code of its own"
        assert "![" not in words


def test_a_call_its_step_and_its_masks_are_one_card_between_the_words():
    parts = (Text("I cut "), Text("it out."), CALL, STEP, mask(1, label="dog"), mask(2), Text("Done."))
    content = show(Message("assistant", parts))[0]["content"]
    assert [content[0], content[2]] == ["I cut it out.", "Done."]
    card = content[1]["card"]
    assert card["step"]["title"] == "segment"
    assert card["step"]["brief"] == "GrabCut (classical) · 0.8 s · seed 7"
    assert card["step"]["tokens"] == STEP.tokens
    rows = [tuple(row) for row in card["step"]["rows"]]
    assert ("argument", "image#1") in rows
    assert ("argument", "“the <b>dog</b>”") in rows
    assert ("seed", "7") in rows
    assert ("checkpoint", "none: a classical algorithm") in rows
    assert ("rounds", "5") in rows
    assert card["step"]["notes"] == ["a tag was not closed"]
    (item,) = card["items"]
    assert item["kind"] == "masks"
    assert [m["text"] for m in item["masks"]] == ["mask#1 dog · score 0.90", "mask#2 · score 0.90"]
    assert item["source"] == {"kind": "image", "url": "/file/aa/photo.png"}
    assert "progress" not in card


def test_a_result_can_be_compared_with_what_it_was_made_from():
    call = TaskCall("t1", "adjust", (Ref("image#1"),))
    same = Media("image", "image#2", "dd/x.png", {"width": 30, "height": 20, "call": "t1"})
    other = Media("image", "image#3", "dd/y.png", {"width": 15, "height": 20, "call": "t1"})
    items = cards(show(Message("assistant", (call, same, other)))[0])[0]["items"]
    assert items[0]["before"] == {"kind": "image", "ref": "image#1", "url": "/file/aa/photo.png", "same": True}
    assert items[1]["before"]["same"] is False
    assert items[0]["download"] == "image-2.png"


def test_a_copy_for_the_browser_is_shown_and_the_original_downloaded():
    scan = Media("image", "image#1", "aa/scan.tif", {"display": "aa/scan.png", "width": 3, "height": 2})
    (item,) = cards(show(Message("user", (scan,)), shelf=(scan,))[0])[0]["items"]
    assert (item["url"], item["file"], item["download"]) == ("/file/aa/scan.png", "/file/aa/scan.tif", "image-1.tif")


def test_masks_of_a_clip_have_no_picture_but_can_be_saved():
    tracked = Media("mask", "mask#1", "cc/1.rle.json", {"of": "video#1", "call": "t1"})
    (item,) = cards(show(Message("assistant", (CALL, STEP, tracked)))[0])[0]["items"]
    assert item["masks"][0]["url"] == ""
    assert item["draw"]["ref"] == "video#1"


def test_a_running_call_shows_progress_and_a_finished_one_none():
    now = Progress("t1", "segment", "GrabCut", 0.4, "round 2", 3.2, 4.8, Path("/data/media/previews/x.jpg"))
    running = Message("assistant", (CALL,), "running")
    card = cards(show(running, progress=now, preview="data:image/jpeg;base64,xx")[0])[0]
    assert card["progress"] == {
        "call": "t1",
        "title": "segment · GrabCut",
        "word": "round 2",
        "fraction": 0.4,
        "time": "3 s, about 5 s left",
        "preview": "data:image/jpeg;base64,xx",
    }
    assert cards(show(running)[0])[0]["progress"]["word"] == "starting"
    stopped = show(Message("assistant", (CALL,), "stopped"), progress=now)[0]
    assert "progress" not in cards(stopped)[0]
    assert stopped["content"][-1] == "_Stopped._"
    loading = show(Message("assistant", (), "running"), progress=Progress("", "", "language model", 0, "loading", 1))[0]
    assert cards(loading)[0]["progress"]["title"] == "the model · language model"
    assert show(Message("assistant", (), "running"))[0]["content"] == ["…"]
    assert "data" not in json.dumps(progress_json(now))


def test_very_many_backslashes_in_a_row_are_no_work():
    run = "\\" * 1_000_000  # in the square of which this would not end
    assert markdown(f"{run}x\\\\\\<b>") == f"{run}x\\\\&lt;b&gt;"


def test_failures_stand_at_their_call_or_by_themselves():
    failure = Failure("It is <b>empty</b>.", "Mark something.", "t1", "abc123")
    content = show(Message("assistant", (CALL, failure, Failure("No answer."))))[0]["content"]
    assert content[0]["card"]["error"] == {
        "what": "It is <b>empty</b>.",
        "hint": "Mark something.",
        "incident": "abc123",
    }
    assert content[1]["card"]["error"]["what"] == "No answer."
    assert "step" not in content[1]["card"]


def test_every_failure_of_one_call_and_of_none_is_kept():
    parts = (Failure("one"), Failure("two"), CALL, Failure("three", call="t1"))
    errors = [card["error"]["what"] for card in cards(show(Message("assistant", parts))[0])]
    assert errors == ["one", "two", "three"]


def test_grounded_words_come_with_a_picture_of_the_places():
    parts = (Text("I see "), Grounding("a dog", (Box(0.1, 0.1, 0.4, 0.5),)), Text("."))
    content = show(Message("assistant", parts))[0]["content"]
    assert content[0] == 'I see <button class="u-ph u-k-g0-1 u-c0">a dog</button>.'
    assert content[1]["card"]["items"][0]["boxes"] == [
        {"box": [0.1, 0.1, 0.4, 0.5], "label": "a dog", "key": "g0-1", "hue": 0}
    ]


def test_no_entry_tells_a_path_of_the_server():
    parts = (CALL, STEP, mask(1), Text("x"))
    assert "/data" not in json.dumps(show(Message("user", (PHOTO, CLIP)), Message("assistant", parts)))


def test_words_of_a_person_and_of_a_reply_light_the_marks_and_masks_that_they_name():
    region = Region(2, "image#1", box=Box(0.1, 0.1, 0.5, 0.5))
    shelf = (PHOTO, Media("mask", "mask#1", "cc/1.png", {"of": "image#1", "number": 2}))
    asked = Message("user", (PHOTO, region, Text("Cut region#2 out, not region#3; see mask#1 and mask#8.")))
    user, reply = show(asked, Message("assistant", (Text("Region#2 is now `mask#1`, that is mask#1."),)), shelf=shelf)
    assert cards(user)[0]["named"] == [
        {"words": "region#2", "key": "region-2", "hue": 1},
        {"words": "mask#1", "key": "mask-1", "hue": 1},
    ]
    assert reply["content"][0] == (
        '<button class="u-ph u-k-region-2 u-c1">Region&#35;2</button> is now <code>mask&#35;1</code>, '
        'that is <button class="u-ph u-k-mask-1 u-c1">mask&#35;1</button>.'
    )
    (alone,) = show(Message("assistant", (Text("see region#7"),)), shelf=shelf, marks={"region#7"})
    assert "u-k-region-7" in alone["content"][0]
    (unknown,) = show(Message("assistant", (Text("see region#7"),)), shelf=shelf)
    assert "button" not in unknown["content"][0]


def test_a_stretch_that_a_persons_words_name_lies_on_its_sound_though_it_came_earlier():
    tune = Media("audio", "audio#1", "dd/t.wav", {"duration": 4.0})
    words = "fade audio#1 from 1.00 s to 3.50 s out, region#1"
    (entry,) = show(Message("user", (Text(words),)), shelf=(tune,), numbers=[4])
    (card,) = cards(entry)
    (item,) = card["items"]
    assert (item["ref"], item["stretches"]) == (
        "audio#1",
        [{"span": [1.0, 3.5], "label": "", "key": "s4-0", "hue": 0}],
    )
    assert card["named"] == [{"words": "audio#1 from 1.00 s to 3.50 s", "key": "s4-0", "hue": 0}]


def test_captions_name_what_can_be_put_into_the_message():
    (entry,) = show(Message("assistant", (mask(1), mask(2))), shelf=(PHOTO, mask(1), mask(2)))
    (item,) = cards(entry)[0]["items"]
    assert (item["caption"], item["named"]) == ("mask#1, mask#2 · masks of image#1", ["mask#1", "mask#2", "image#1"])
    (entry,) = show(Message("user", (PHOTO,)))
    assert cards(entry)[0]["items"][0]["named"] == ["image#1"]
