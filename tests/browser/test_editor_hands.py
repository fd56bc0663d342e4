"""The region editor with every kind of pointer and with the keys: dragging out of the picture, drawing while it still loads, many
regions, and what a screen reader is told."""

from __future__ import annotations

import pytest

from tests.browser import editor_page, stage
from tests.browser.editor_page import PICTURE, WIDE, fingers, keys, kinds, regions, shapes, tool
from tests.browser.hands import DESK, KEYS, PHONE

pytestmark = pytest.mark.browser
HANDS = pytest.mark.parametrize("way", ["mouse", "pen", "finger", "keys"])


def drawn(page, way, *points):
    """Drag along places in pixels; with the keys from the middle to the upper left, further than the picture goes."""
    if way == "finger":
        fingers(page, *[[point] for point in points])
        return
    if way == "keys":
        keys(page, "Enter", *["Shift+ArrowLeft"] * 7, *["Shift+ArrowUp"] * 7, "Enter")
        return
    session = page.context.new_cdp_session(page)
    for number, (x, y) in enumerate(points):
        how = {"x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1, "pointerType": way}
        session.send("Input.dispatchMouseEvent", {"type": "mouseMoved" if number else "mousePressed", **how})
    session.send("Input.dispatchMouseEvent", {"type": "mouseReleased", **how, "buttons": 0})
    session.detach()


def opened(editor, way, *media):
    return editor(*media, screen=(PHONE if way == "finger" else KEYS if way == "keys" else DESK).screen)


@HANDS
def test_a_drag_out_of_the_picture_ends_at_its_edge_with_every_pointer(editor, way):
    page = opened(editor, way, WIDE)
    middle = stage.place(page, 0.5, 0.5)
    drawn(page, way, middle, stage.place(page, 0.2, 0.2), (1, 1), (1, 1))
    assert shapes(page)[0]["box"] == pytest.approx([0, 0, 0.5, 0.5], abs=0.01)
    tool(page, "scribble")
    drawn(page, way, middle, stage.place(page, 0.3, 0.4), (1, 1))
    assert all(0 <= v <= 1 for point in shapes(page)[1]["pts"] for v in point)
    assert shapes(page)[1]["pts"][-1] == pytest.approx([0, 0], abs=0.01)


@HANDS
def test_nothing_is_drawn_while_another_picture_loads_with_every_pointer(editor, editor_files, way):
    page = opened(editor, way)
    held = []
    page.route("**/late.png", lambda route: held.append(route))
    late = {"ref": "image#3", "kind": "image", "url": "/late.png", "width": 400, "height": 100}
    page.evaluate("late => window.dispatchEvent(new CustomEvent('unison:draw', { detail: late }))", late)
    room = page.locator(".u-room").bounding_box()
    x, y = room["x"] + room["width"] / 2, room["y"] + room["height"] / 2
    drawn(page, way, (x, y), (x - 60, y - 10), (x - 80, y - 20))
    assert "still loading" in page.inner_text(".u-editor .u-hint")
    assert (kinds(page), page.evaluate("desk.draft")) == ([], None)
    held[0].fulfill(path=editor_files[0] / "wide.png")
    stage.shown(page)
    drawn(page, way, (x, y), (x - 60, y - 10), (x - 80, y - 20))
    assert kinds(page) == ["box"]


GRID = """many => { for (let n = 0; n < many; n += 1) {
  const x = (n % 8) / 8 + 0.01, y = Math.floor(n / 8) / 5 + 0.02;
  desk.add({ type: 'box', box: [x, y, x + 0.1, y + 0.15] });
} }"""


@pytest.mark.parametrize("hand", [DESK, PHONE], ids=lambda hand: hand.name)
def test_forty_regions_on_one_picture_stay_usable(editor, hand):
    page = editor(screen=hand.screen)
    page.evaluate(GRID, 40)
    assert page.locator(".u-object").count() == 40
    assert page.locator(".u-number").count() == 40
    wide = page.locator(".u-canvas").bounding_box()["width"]
    for number in (0, 5, 6, 7, 39):  # at the right edge too it stands over its own box, and not over its neighbour's
        left, mark = (
            page.locator(".u-number").nth(number).bounding_box(),
            stage.place(page, number % 8 / 8 + 0.06, 0)[0],
        )
        assert abs(left["x"] + left["width"] / 2 - mark) < 0.06 * wide
    room = page.locator(".u-room").bounding_box()
    assert room["height"] > 250, "the list leaves room to draw"
    page.focus(".u-canvas .u-overlay")
    for number in ("3", "7"):
        page.keyboard.press(number)
    assert "region#37 is in hand" in page.inner_text(".u-editor .u-hint")
    row, seen = page.locator(".u-object.u-on").bounding_box(), page.locator(".u-objects").bounding_box()
    assert seen["y"] <= row["y"] < seen["y"] + seen["height"], "the row of the one in hand is in sight"
    tool(page, "point")
    hand.tap(page, (0.55, 0.9))
    assert kinds(page)[36] == "box, point"
    tool(page, "select")
    hand.tap(page, (0.06, 0.1))
    assert page.evaluate("desk.active") == 0
    hand.press(page.locator("[data-act=done]"))
    assert [region["id"] for region in regions(page)] == list(range(1, 41))
    tray = page.locator(".u-tray").bounding_box()
    assert tray["height"] < 0.4 * hand.screen["viewport"]["height"]
    hand.press(page.locator("[data-region='40'] .u-name"))
    assert page.input_value("#box textarea") == "region#40 "
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_number_is_the_region_that_has_it_and_a_lone_nought_fits(editor):
    mark = {"ref": "image#1", "time": None, "mask": None, "shapes": [{"type": "point", "xy": [0.5, 0.5]}]}
    page = editor(regions=[{**mark, "id": 4, "label": "cat"}, {**mark, "id": 10, "label": ""}], next=4)
    assert page.inner_text(".u-object.u-on .u-pick") == "#10"
    keys(page, "4")
    assert "region#4, cat, is in hand" in page.inner_text(".u-editor .u-hint")
    keys(page, "v", "1", "0")  # another key ends the number
    assert page.inner_text(".u-object.u-on .u-pick") == "#10"
    keys(page, "b", "9")
    assert "There is no region#9 on image#1" in page.inner_text(".u-editor .u-hint")
    keys(page, "+", "+", "0")
    assert page.inner_text(".u-percent") == "100 %"
    page.locator(".u-object input").first.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("4x4")  # in a name, digits are digits
    assert page.input_value(".u-object input >> nth=0") == "4x4"


def test_a_screen_reader_is_told_what_is_there_and_what_is_done(editor):
    page = editor(PICTURE)
    told = page.locator(".u-editor .u-hint[role=status]")
    assert "A number takes the region" in page.get_attribute(".u-canvas .u-overlay", "aria-label")
    assert page.get_attribute(".u-canvas .u-overlay", "role") == "application"
    keys(page, "b", "Shift+ArrowLeft", "ArrowUp")
    assert told.inner_text() == "Cross at 40 % across, 49 % down."
    keys(page, "Enter", "Shift+ArrowRight", "Shift+ArrowDown", "Enter")
    assert told.inner_text() == "region#1 now has box."
    keys(page, "p", "Space")
    assert told.inner_text() == "region#1 now has box, point."
    named = page.locator(".u-object :is(button, input)").evaluate_all("all => all.map((one) => one.ariaLabel)")
    assert named == ["Work on region#1", "Name of region#1", "Put region#1 into the text", "Remove region#1"]
    page.click("[data-act=done]")
    named = page.locator(".u-chip button").evaluate_all("all => all.map((one) => one.ariaLabel)")
    assert named == ["region#1: put it into the message", "Edit region#1", "Remove region#1"]


def test_forty_regions_reach_the_server_with_their_numbers(page, site, tmp_path):
    stage.attach(page, stage.photo(tmp_path / "square.png", (120, 60, 200, 140)))
    page.evaluate(
        """() => { const boxes = [...Array(40).keys()].map((n) => ({ id: n + 1, ref: 'image#1', time: null, mask: null, label: '',
             shapes: [{ type: 'box', box: [0.3 + n / 1000, 0.2, 0.7, 0.8] }] }));
           const tray = unison.takeTray();
           unison.giveTray({ ...tray, regions: boxes }); }"""
    )
    page.wait_for_function("() => document.querySelectorAll('.u-chip').length === 40")
    stage.send(page, "do: segment image#1 region#40")
    asked, reply = site.messages(page)[-2:]
    assert len([part for part in asked.parts if type(part).__name__ == "Region"]) == 40
    assert page.locator("[data-testid=bot] .u-mask").count() == 1
    assert reply.state == "done"
    assert editor_page.DESK["viewport"]["width"] >= page.evaluate("document.documentElement.scrollWidth")
