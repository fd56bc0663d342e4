"""The chip's menu and the cards' "I meant" by themselves, without a server: what they draw, say and send on, in both themes."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import pytest
from PIL import Image

from app.choosing import tasks_json
from components.assets import head, read
from components.target_chip import empty
from models.tasks import TASKS

pytestmark = pytest.mark.browser
SIZES = {"desk": {"viewport": {"width": 1000, "height": 760}}, "phone": {"viewport": {"width": 412, "height": 800}, "has_touch": True, "is_mobile": True}}  # fmt: skip
MEDIA = [
    {"ref": "image#1", "kind": "image", "name": "first.png"},
    {"ref": "image#2", "kind": "image", "name": "a picture with a rather long name that goes on and on.png"},
    {"ref": "audio#1", "kind": "audio", "name": "<b>tune</b>.wav"},
]
REGIONS = [
    {"ref": "region#1", "of": "image#1", "label": "ball", "index": 0},
    {"ref": "region#2", "of": "image#2", "label": "", "index": 0},
]
CALLS = [
    {"task": "segment", "media": ["image#1"], "regions": ["region#1"], "phrases": []},
    {
        "task": "edit",
        "media": ["mask#1"],
        "regions": [],
        "phrases": ["<i>a beach</i> with palms"],
        "details": ["1.00 s to 2.50 s"],
    },
]
SHAPES = [
    {"type": "box", "box": [0.36, 0.24, 0.7, 0.76]},
    {"type": "point", "xy": [0.5, 0.5]},
    {"type": "scribble", "pts": [[0.4, 0.3], [0.6, 0.7]], "width": 0.02},
]


def picture() -> str:
    """Return a small picture within its address."""
    file = io.BytesIO()
    Image.new("RGB", (300, 200), (60, 150, 70)).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


@pytest.fixture
def drawn(chromium: Any) -> Any:
    """Open pages that hold a chip, whose events go into the list ``log`` and whose answers come from ``told(value)``."""
    contexts, errors = [], []

    def draw(**how: Any) -> Any:
        context = chromium.new_context(**how)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.set_content(
            f'<!doctype html><meta name="viewport" content="width=device-width">{head("target_chip")}'
            '<div style="height: calc(100vh - 60px); overflow: auto" id="cards"></div><div id="tray"></div><div id="box"></div>'
            f'<div id="chip">{read("target_chip/target_chip.html")}</div><script>let heard; window.log = [];'
            f"window.props = {{value: {json.dumps(empty(tasks_json(TASKS)))}}};"
            "unison.targetChip(document.getElementById('chip'), props, (n, d) => log.push([n, d]), (k, f) => (heard = f));"
            "window.asked = () => log.filter((l) => l[0] === 'aim').at(-1)?.[1];"
            "window.told = (v) => { props.value = {...props.value, ...v, n: v.n ?? asked().n}; heard(); };</script>"
        )
        return page

    yield draw
    for context in contexts:
        context.close()
    assert errors == []


def type_in(page: Any, text: str) -> None:
    """Change the draft as the composer tells it, and wait until somebody is asked about it."""
    page.evaluate("text => unison.tellDraft({text, files: []})", text)
    page.wait_for_function("text => asked()?.text === text", arg=text)


def tell(page: Any, calls: Any = CALLS) -> None:
    page.evaluate(
        "v => told(v)", {"target": {"calls": calls, "fault": ""}, "media": MEDIA, "regions": REGIONS, "choice": None}
    )


def test_the_chip_says_what_it_is_told_in_words_and_to_a_screen_reader(drawn):
    page = drawn()
    type_in(page, "cut it out")
    assert page.get_attribute(".u-aim", "aria-busy") == "true"
    tell(page)
    said = "segment image#1 region#1, then edit mask#1 1.00 s to 2.50 s “<i>a beach</i> with palms”"
    assert page.inner_text(".u-aim-words") == said
    assert page.get_attribute(".u-aim", "aria-label") == f"The next message: {said}. Change it"
    assert page.get_attribute(".u-aim", "aria-busy") is None


def test_an_answer_to_an_older_question_is_not_shown(drawn):
    page = drawn()
    type_in(page, "first")
    old = page.evaluate("asked().n")
    type_in(page, "second")
    page.evaluate("v => told(v)", {"n": old, "target": {"calls": CALLS, "fault": ""}})
    assert page.inner_text(".u-aim-words") == "Automatic"
    tell(page, [])
    assert page.inner_text(".u-aim-words") == "answer in words"


def test_one_who_was_told_to_ask_later_does_and_an_empty_draft_does_not(drawn):
    page = drawn()
    page.evaluate("unison.LATER = 50")
    type_in(page, "cut it out")
    first = page.evaluate("asked().n")
    page.evaluate("told({target: null, later: true})")
    page.wait_for_function("n => asked().n > n", arg=first)
    tell(page)
    assert "segment" in page.inner_text(".u-aim-words")
    page.evaluate("unison.PAUSE = 0")
    type_in(page, "")
    last = page.evaluate("asked().n")
    page.evaluate("told({target: null, later: true})")
    page.wait_for_timeout(300)  # six times as long as it would take
    assert page.evaluate("asked().n") == last


def test_a_long_draft_is_not_sent_to_be_asked_about(drawn):
    page = drawn()
    page.evaluate("unison.tellDraft({text: 'x'.repeat(50000), files: []})")
    page.wait_for_function("() => asked()")
    assert page.evaluate("asked().text") == ""


@pytest.mark.parametrize("size", SIZES)
def test_the_menu_offers_what_fits_and_keeps_the_focus_and_the_choice(drawn, size):
    page = drawn(**SIZES[size])
    type_in(page, "cut it out")
    tell(page)
    page.click(".u-aim")
    page.wait_for_selector(".u-aims:popover-open")
    box, screen = page.locator(".u-aims").bounding_box(), SIZES[size]["viewport"]
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= screen["width"]
    assert box["y"] + box["height"] <= screen["height"]
    offered = page.locator(".u-aims [name=next-task]").evaluate_all("all => all.map(one => one.value)")
    assert "segment" in offered
    assert "video_segment" not in offered  # there is no clip
    page.locator(".u-pill:has([data-key='media-image#1'])").click()
    assert page.evaluate("document.activeElement.dataset.key") == "media-image#1"
    assert page.locator("[data-key='region-region#2']").count() == 0  # it lies on the other picture
    page.locator(".u-pill:has([data-key='region-region#1'])").click()
    assert page.evaluate("props.value.choice") == {"task": "", "media": ["image#1"], "regions": ["region#1"]}
    page.wait_for_function("() => asked().choice.regions")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className").startswith("u-aim")
    assert "chosen by you" in page.get_attribute(".u-aim", "aria-label")
    page.evaluate("unison.tellDraft({text: '', files: []})")  # sent, or wiped
    assert page.evaluate("props.value.choice") == {"task": "", "media": [], "regions": None}


def test_what_is_gone_is_no_choice_any_more(drawn):
    page = drawn()
    type_in(page, "cut it out")
    tell(page)
    page.click(".u-aim")
    page.locator(".u-pill:has([data-key='media-image#2'])").click()
    page.wait_for_function("() => asked().choice.media.length === 1")
    page.evaluate("v => told(v)", {"target": None, "media": MEDIA[:1], "regions": []})
    assert page.evaluate("props.value.choice.media") == []


def test_i_meant_moves_a_whole_mark_and_keeps_it_in_the_frame(drawn):
    page = drawn()
    data = {
        "tasks": tasks_json(TASKS), "media": MEDIA, "regions": REGIONS[:1],
        "drawn": [{"ref": "region#1", "of": "image#1", "time": None, "mask": None, "label": "", "index": 0, "shapes": SHAPES}],
        "pictures": {"image#1": {"ref": "image#1", "kind": "image", "url": picture(), "width": 300, "height": 200}},
    }  # fmt: skip
    page.evaluate("data => document.getElementById('cards').append(unison.cardParts.meant(data))", data)
    page.click(".u-meant summary")
    names = page.locator("[data-nudge]").evaluate_all("all => all.map(one => one.getAttribute('aria-label'))")
    assert sorted(names) == sorted(
        f"{name} region#1" for name in ("Move left:", "Move right:", "Move up:", "Move down:", "Grow", "Shrink")
    )
    for _ in range(20):
        page.click("[data-nudge=right]")
    page.click(".u-meant .u-pill:has([data-key=task-remove])")
    page.click("[data-act=meant]")
    ((name, wish),) = page.evaluate("log.filter((one) => one[0] === 'meant')")
    assert (name, wish["task"], wish["media"], wish["regions"]) == ("meant", "remove", [], None)
    box, point, line = wish["drawn"][0]["shapes"]
    assert box["box"] == pytest.approx([0.66, 0.24, 1, 0.76])
    assert point["xy"] == pytest.approx([0.8, 0.5])
    assert [place for pair in line["pts"] for place in pair] == pytest.approx([0.7, 0.3, 0.9, 0.7])
    assert page.is_disabled("[data-act=meant]")


@pytest.mark.parametrize("factor", [100, 0.0001])
def test_a_mark_never_grows_out_of_the_frame_nor_shrinks_to_nothing(drawn, factor):
    page = drawn()
    shapes = page.evaluate("([s, f]) => unison.nudge(s, 0.3, -0.3, f)", [SHAPES[:1], factor])
    x0, y0, x1, y1 = shapes[0]["box"]
    assert 0 <= x0 < x1 <= 1
    assert 0 <= y0 < y1 <= 1
    assert (x1 - x0) * (y1 - y0) == pytest.approx(1 if factor > 1 else 0.0004, rel=0.05)


def test_words_of_people_and_models_are_never_markup(drawn):
    page = drawn()
    page.evaluate(
        "([calls, media]) => document.getElementById('cards').append(unison.cardParts.understood(calls), unison.cardParts.answers(media))",
        [CALLS, MEDIA],
    )
    assert page.inner_text(".u-understood").split("\n") == [
        "Understood:", "segment", "image#1", "region#1", "then", "edit", "mask#1", "1.00 s to 2.50 s", "“<i>a beach</i> with palms”"
    ]  # fmt: skip
    assert page.locator("#cards i, #cards button b").count() == 0
    page.click("[data-answer='image#2']")
    assert page.evaluate("log.at(-1)") == ["answer", {"text": "image#2"}]
    assert page.locator("[data-answer]:enabled").count() == 0
