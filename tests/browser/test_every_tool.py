"""Every tool of the editor on every medium, with every hand: what is drawn with the mouse can be drawn with a finger and with the
keys alone, on a picture, on a frame of a clip, on a mask, and on a sound."""

from __future__ import annotations

import pytest

from tests.browser import stage
from tests.browser.editor_page import CLIP, PICTURE, SOUND, fingers, kinds, regions, shapes
from tests.browser.hands import DESK, KEYS, PHONE, TABLET, Hand
from tests.browser.test_editor_words import along, ends, heard

pytestmark = pytest.mark.browser
MEDIA = {
    "image": PICTURE,
    "video": CLIP,
    "mask": {**PICTURE, "mask": "mask#1", "mask_url": "/mask.png"},
}
FRAME = 3
"""The frame of a clip that is marked."""


@pytest.fixture(params=(DESK, PHONE, KEYS), ids=lambda hand: hand.name)
def hand(request: pytest.FixtureRequest) -> Hand:
    return request.param


@pytest.fixture
def opened(editor, hand):
    """Open the editor on a kind of medium, a clip on its frame FRAME."""

    def open_editor(kind):
        page = editor(MEDIA[kind], dialog=False, screen=hand.screen)
        if kind == "mask":  # as *Draw on it* under a mask does
            page.evaluate("d => window.dispatchEvent(new CustomEvent('unison:draw', { detail: d }))", MEDIA["mask"])
        else:
            hand.press(page.locator("[data-mark]"))
        stage.shown(page)
        for _ in range(FRAME if kind == "video" else 0):
            hand.press(page.locator("[data-act=next]"))
        stage.shown(page)
        return page

    return open_editor


def tool(page, hand, name):
    if hand.way == "keys":
        page.focus(".u-canvas .u-overlay")
        page.keyboard.press({"select": "v", "scribble": "s", "poly": "o", "erase": "e"}.get(name, name[0]))
    else:
        hand.press(page.locator(f"[data-tool={name}]"))
    page.wait_for_selector(f"[data-tool={name}][aria-pressed=true]")


@pytest.mark.parametrize("kind", MEDIA)
@pytest.mark.parametrize("hand", [DESK, PHONE, TABLET, KEYS], ids=lambda hand: hand.name)
def test_every_tool_marks(opened, hand, kind):
    page = opened(kind)
    hand.stroke(page, [(0.3, 0.2), (0.7, 0.8)])
    tool(page, hand, "point")
    hand.tap(page, (0.5, 0.5))
    if hand.way == "keys":
        page.keyboard.press("x")
    else:
        hand.press(page.locator("[data-act=neg]"))
    hand.tap(page, (0.1, 0.9))
    hand.press(page.locator("[data-act=neg]"))
    tool(page, hand, "scribble")
    hand.stroke(page, [(0.4, 0.4), (0.6, 0.4)])
    tool(page, hand, "lasso")
    hand.stroke(page, [(0.2, 0.2), (0.4, 0.2), (0.4, 0.4), (0.2, 0.4)])
    tool(page, hand, "poly")
    for corner in ((0.6, 0.6), (0.9, 0.6), (0.8, 0.9), *([(0.8, 0.9)] if hand.way != "keys" else [])):
        hand.tap(page, corner)
    if hand.way == "keys":
        page.keyboard.press("Enter")
    what = ["mask#1"] * (kind == "mask") + ["box", "point", "not point", "stroke", "outline", "outline"]
    assert kinds(page) == [", ".join(what) + (f" · frame {FRAME}" if kind == "video" else "")]
    box, point, outside, stroke, lasso, corners = shapes(page)
    assert box["box"] == pytest.approx([0.3, 0.2, 0.7, 0.8], abs=0.01)
    assert [point["xy"], outside["xy"]] == [pytest.approx([0.5, 0.5], abs=0.01), pytest.approx([0.1, 0.9], abs=0.01)]
    assert stroke["pts"][-1] == pytest.approx([0.6, 0.4], abs=0.01)
    assert len(lasso["pts"]) >= 4
    assert [corners["pts"][n] for n in (0, 2)] == [
        pytest.approx([0.6, 0.6], abs=0.01),
        pytest.approx([0.8, 0.9], abs=0.01),
    ]
    page.locator(".u-object input").press_sequentially("red square")
    hand.press(page.locator("[data-act=done]"))
    (region,) = regions(page)
    assert (region["label"], region["time"]) == ("red square", FRAME / 12 if kind == "video" else None)
    assert region["mask"] == ("mask#1" if kind == "mask" else None)


@pytest.mark.parametrize("kind", MEDIA)
def test_marks_are_moved_resized_erased_undone_and_done_again(opened, hand, kind):
    page = opened(kind)
    hand.stroke(page, [(0.2, 0.2), (0.5, 0.5)])
    tool(page, hand, "select")
    if hand.way == "keys":
        page.keyboard.press("Enter")
        for key in ("ArrowRight", "ArrowRight", "Shift+ArrowDown", "Shift+ArrowDown"):
            page.keyboard.press(key)
        wanted = [0.22, 0.2, 0.52, 0.52]
    else:
        hand.stroke(page, [(0.3, 0.3), (0.4, 0.4)])
        hand.stroke(page, [(0.6, 0.6), (0.8, 0.9)])
        wanted = [0.3, 0.3, 0.8, 0.9]
    assert shapes(page)[0]["box"] == pytest.approx(wanted, abs=0.012)
    hand.press(page.locator("[data-act=undo]"))
    hand.press(page.locator("[data-act=undo]"))
    assert shapes(page)[0]["box"] == pytest.approx([0.2, 0.2, 0.5, 0.5], abs=0.01)
    hand.press(page.locator("[data-act=redo]"))
    hand.press(page.locator("[data-act=redo]"))
    assert shapes(page)[0]["box"] == pytest.approx(wanted, abs=0.012)
    tool(page, hand, "scribble")
    hand.stroke(page, [(0.1, 0.1), (0.9, 0.1)])
    tool(page, hand, "erase")
    hand.stroke(page, [(0.5, 0.05) if hand.way != "keys" else (0.5, 0.0), (0.5, 0.2)])
    assert [shape["type"] for shape in shapes(page)].count("scribble") == 2
    page.keyboard.press("Control+z")
    assert [shape["type"] for shape in shapes(page)].count("scribble") == 1
    hand.press(page.locator("[data-act=clear]"))
    assert "box" not in "".join(kinds(page))


@pytest.mark.parametrize("kind", MEDIA)
def test_what_is_drawn_enlarged_lies_where_it_was_drawn(opened, hand, kind):
    page = opened(kind)
    room = page.locator(".u-room").bounding_box()
    x, y = room["x"] + room["width"] / 2, room["y"] + room["height"] / 2
    if hand.way == "mouse":
        page.mouse.move(x, y)
        page.keyboard.down("Control")
        page.mouse.wheel(0, -300)
        page.keyboard.up("Control")
    elif hand.way == "finger":
        fingers(page, [(x - 40, y)], [(x - 40, y), (x + 40, y)], [(x - 100, y), (x + 100, y)])
    else:
        page.focus(".u-canvas .u-overlay")
        for _ in range(4):
            page.keyboard.press("+")
    page.wait_for_function("parseInt(document.querySelector('.u-percent').textContent) > 200")
    assert "".join(kinds(page)) in ("", "mask#1")
    hand.stroke(page, [(0.4, 0.4), (0.6, 0.6)])
    assert shapes(page)[0]["box"] == pytest.approx([0.4, 0.4, 0.6, 0.6], abs=0.01)
    before = page.locator(".u-canvas").bounding_box()["x"]
    if hand.way == "finger":
        fingers(page, [(x, y)], [(x, y), (x + 60, y)], [(x + 30, y), (x + 90, y)])
    elif hand.way == "mouse":
        page.mouse.move(x, y)
        page.mouse.wheel(-30, 0)
    else:
        hand.stroke(page, [(0.1, 0.1), (0.2, 0.2)])  # the picture follows the cross
    page.wait_for_function("x => document.querySelector('.u-canvas').getBoundingClientRect().x > x + 5", arg=before)
    hand.press(page.locator("[data-act=fit]"))
    assert page.inner_text(".u-percent") == "100 %"


def test_a_stretch_is_marked_moved_undone_and_enlarged(editor, hand):
    page = editor(SOUND, dialog=False, screen=hand.screen)
    hand.press(page.locator("[data-stretch='audio#1']"))
    heard(page)
    if hand.way == "mouse":
        page.mouse.move(*along(page, 1.0))
        page.mouse.down()
        page.mouse.move(*along(page, 3.0), steps=4)
        page.mouse.up()
    elif hand.way == "finger":
        fingers(page, [along(page, 1.0)], [along(page, 1.5)], [along(page, 3.0)])
    else:
        for end, keys in (("from", ["PageUp"]), ("to", ["PageDown"])):
            page.focus(f"[data-end={end}]")
            for key in keys:
                page.keyboard.press(key)
    assert ends(page) == pytest.approx([1.0, 3.0], abs=0.04)
    if hand.way == "mouse":
        page.mouse.move(*along(page, ends(page)[1]))
        page.mouse.down()
        page.mouse.move(*along(page, 3.5), steps=3)
        page.mouse.up()
    elif hand.way == "finger":
        fingers(page, [along(page, ends(page)[1])], [along(page, 3.2)], [along(page, 3.5)])
    else:
        for _ in range(5):
            page.keyboard.press("Shift+ArrowRight")
    assert ends(page) == pytest.approx([1.0, 3.5], abs=0.04)
    page.focus("[data-end=to]")
    page.keyboard.press("Control+z")
    assert ends(page)[1] < 3.45
    page.keyboard.press("Control+y")
    assert ends(page)[1] == pytest.approx(3.5, abs=0.04)
    hand.press(page.locator("[data-sound=nearer]"))
    page.wait_for_function("parseFloat(document.querySelector('[data-end=to]').style.left) > 90")
    hand.press(page.locator("[data-sound=use]"))
    assert page.input_value("#box textarea").startswith("audio#1 from 1.0")
