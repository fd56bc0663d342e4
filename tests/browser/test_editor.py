"""Every verb of the region editor, by mouse, by finger and by keyboard, on the editor alone."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.browser import stage
from tests.browser.editor_page import keys, kinds, shapes, tool, use

pytestmark = pytest.mark.browser


# Undo and redo


def test_what_was_undone_is_done_again_until_something_else_is_drawn(editor):
    page = editor()
    stage.drag(page, [(0.1, 0.1), (0.3, 0.3)])
    stage.drag(page, [(0.5, 0.5), (0.9, 0.9)])
    keys(page, "Control+z")
    assert kinds(page) == ["box"]
    keys(page, "Control+Shift+z")
    assert kinds(page) == ["box", "box"]
    keys(page, "Control+z", "Control+z")
    assert kinds(page) == []
    keys(page, "Control+y")
    page.click("[data-act=redo]")
    assert kinds(page) == ["box", "box"]
    assert page.is_disabled("[data-act=redo]")
    page.click("[data-act=undo]")
    tool(page, "point")
    page.mouse.click(*stage.place(page, 0.7, 0.2))
    assert kinds(page) == ["box, point"]
    assert page.is_disabled("[data-act=redo]")


def test_a_name_is_undone_as_one_step_and_an_emptied_desk_comes_back(editor):
    page = editor()
    stage.drag(page, [(0.1, 0.1), (0.3, 0.3)])
    page.fill(".u-object input", "")
    page.locator(".u-object input").press_sequentially("red square")
    page.keyboard.press("Control+z")
    assert page.input_value(".u-object input") == ""
    page.keyboard.press("Control+y")
    assert page.input_value(".u-object input") == "red square"
    page.click("[data-act=clear]")
    assert kinds(page) == []
    page.click("[data-act=undo]")
    assert (kinds(page), page.input_value(".u-object input")) == (["box"], "red square")


# The keyboard alone


def test_the_arrow_keys_draw_with_every_tool(editor):
    page = editor()
    keys(page, "b", "Shift+ArrowLeft", "Shift+ArrowUp", "Enter", "Shift+ArrowRight", "Shift+ArrowDown", "Enter")
    keys(page, "p", "Space")
    keys(page, "s", "Enter", "Shift+ArrowRight", "Shift+ArrowRight", "Enter")
    keys(page, "l", "Enter", "Shift+ArrowDown", "Shift+ArrowLeft", "Shift+ArrowUp", "Enter")
    keys(page, "o", "Space", "Shift+ArrowUp", "Space", "Shift+ArrowLeft", "Space", "Enter")
    assert kinds(page) == ["box, point, stroke, outline, outline"]
    box, point, stroke, lasso, corners = use(page)
    assert box["box"] == pytest.approx([0.4, 0.4, 0.5, 0.5], abs=1e-4)
    assert point["xy"] == pytest.approx([0.5, 0.5], abs=1e-4)
    assert (stroke["pts"][0], stroke["pts"][-1]) == ([0.5, 0.5], pytest.approx([0.7, 0.5], abs=1e-4))
    assert len(lasso["pts"]) == 4
    assert len(corners["pts"]) == 3


def test_the_arrow_keys_move_and_resize_what_is_selected_within_the_picture(editor):
    page = editor()
    stage.drag(page, [(0.2, 0.3), (0.4, 0.6)])
    before = shapes(page)[0]["box"]
    keys(page, "v", "Enter", "ArrowRight", "ArrowRight", "ArrowDown", "Control+ArrowUp")
    moved = [before[0] + 0.02, before[1] + 0.009, before[2] + 0.02, before[3] + 0.009]
    assert shapes(page)[0]["box"] == pytest.approx(moved, abs=2e-5)
    keys(page, "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowUp")
    grown = [*moved[:2], moved[2] + 0.02, moved[3] - 0.01]
    assert shapes(page)[0]["box"] == pytest.approx(grown, abs=2e-5)
    keys(page, *["ArrowLeft"] * 40)
    assert shapes(page)[0]["box"][0] == 0
    assert shapes(page)[0]["box"][2] == pytest.approx(grown[2] - grown[0], abs=2e-5)
    keys(page, "Control+z", "Control+z", "Control+z")  # a row of the same keys is one step
    assert shapes(page)[0]["box"] == pytest.approx(before, abs=2e-5)
    keys(page, "Enter", "Delete")
    assert kinds(page) == []
    keys(page, "Control+z")
    assert kinds(page) == ["box"]


def test_enter_steps_through_the_marks_and_a_point_has_no_size(editor):
    page = editor()
    stage.drag(page, [(0.2, 0.3), (0.4, 0.6)])
    tool(page, "point")
    page.mouse.click(*stage.place(page, 0.8, 0.8))
    keys(page, "v")
    assert page.locator(".u-chosen").count() == 0
    keys(page, "Enter", "Enter")
    assert "point of region#1" in page.inner_text(".u-editor .u-hint")
    keys(page, "Shift+ArrowRight")
    assert "no size" in page.inner_text(".u-editor .u-hint")
    keys(page, "ArrowRight", "Shift+Enter", "Delete")
    (point,) = use(page)
    assert point["xy"] == pytest.approx([0.81, 0.8], abs=0.003)


# Select, move and resize


def test_a_box_is_moved_and_resized_by_the_mouse(editor):
    page = editor()
    stage.drag(page, [(0.2, 0.3), (0.4, 0.6)])
    tool(page, "select")
    stage.drag(page, [(0.3, 0.4), (0.5, 0.5)])
    assert shapes(page)[0]["box"] == pytest.approx([0.4, 0.4, 0.6, 0.7], abs=0.004)
    assert page.locator(".u-handle").count() == 8
    stage.drag(page, [(0.6, 0.7), (0.9, 0.9)])
    assert shapes(page)[0]["box"] == pytest.approx([0.4, 0.4, 0.9, 0.9], abs=0.004)
    stage.drag(page, [(0.4, 0.65), (0.1, 0.2)])  # the left side: its height stays
    assert shapes(page)[0]["box"] == pytest.approx([0.1, 0.4, 0.9, 0.9], abs=0.004)
    stage.drag(page, [(0.5, 0.6), (1.4, -0.6)])  # far out of the picture
    assert shapes(page)[0]["box"] == pytest.approx([0.2, 0.0, 1.0, 0.5], abs=0.004)
    keys(page, "Control+z", "Control+z")
    assert shapes(page)[0]["box"] == pytest.approx([0.4, 0.4, 0.9, 0.9], abs=0.004)
    page.mouse.click(*stage.place(page, 0.02, 0.02))
    assert page.locator(".u-handle").count() == 0


def test_points_corners_and_strokes_are_moved(editor):
    page = editor()
    tool(page, "poly")
    for x, y in ((0.2, 0.2), (0.5, 0.2), (0.5, 0.5)):
        page.mouse.click(*stage.place(page, x, y))
    keys(page, "Enter")
    tool(page, "point")
    page.mouse.click(*stage.place(page, 0.8, 0.2))
    tool(page, "scribble")
    stage.drag(page, [(0.7, 0.8), (0.9, 0.8)])
    tool(page, "select")
    page.mouse.click(*stage.place(page, 0.4, 0.25))
    stage.drag(page, [(0.5, 0.5), (0.3, 0.7)])
    stage.drag(page, [(0.8, 0.2), (0.7, 0.3)])
    stage.drag(page, [(0.8, 0.8), (0.7, 0.7)])
    outline, point, stroke = use(page)
    assert [round(v, 2) for v in outline["pts"][2]] == pytest.approx([0.3, 0.7], abs=0.01)
    assert outline["pts"][0] == pytest.approx([0.2, 0.2], abs=0.004)
    assert point["xy"] == pytest.approx([0.7, 0.3], abs=0.006)
    assert stroke["pts"][0] == pytest.approx([0.6, 0.7], abs=0.006)
    assert stroke["pts"][-1] == pytest.approx([0.8, 0.7], abs=0.006)


def test_a_finger_moves_and_resizes_by_handles_of_24_pixels_and_more(editor):
    page = editor(phone=True)
    stage.touch(page, [(0.3, 0.3), (0.4, 0.4), (0.6, 0.6)])
    tool(page, "select")
    stage.touch(page, [(0.45, 0.45), (0.5, 0.5), (0.55, 0.55)])
    assert shapes(page)[0]["box"] == pytest.approx([0.4, 0.4, 0.7, 0.7], abs=0.01)
    sizes = page.evaluate("[...document.querySelectorAll('.u-handle')].map(e => e.getBoundingClientRect().width)")
    assert len(sizes) >= 4
    assert min(sizes) >= 24
    stage.touch(page, [(0.72, 0.72), (0.8, 0.8), (0.92, 0.92)])  # beside the corner, as a finger is
    assert shapes(page)[0]["box"] == pytest.approx([0.4, 0.4, 0.9, 0.9], abs=0.03)


# Lasso and outline


def test_a_lasso_is_one_outline_by_mouse_and_by_finger(editor):
    ring = [
        (0.5 + 0.3 * dx, 0.5 + 0.3 * dy)
        for dx, dy in (
            (1, 0),
            (0.7, 0.7),
            (0, 1),
            (-0.7, 0.7),
            (-1, 0),
            (-0.7, -0.7),
            (0, -1),
            (0.7, -0.7),
            (0.95, -0.2),
        )
    ]
    for phone in (False, True):
        page = editor(phone=phone)
        tool(page, "lasso")
        (stage.touch if phone else stage.drag)(page, ring)
        (outline,) = use(page)
        assert outline["type"] == "poly"
        assert 5 <= len(outline["pts"]) <= 40
        xs, ys = zip(*outline["pts"], strict=True)
        assert (min(xs), min(ys), max(xs), max(ys)) == pytest.approx((0.2, 0.2, 0.8, 0.8), abs=0.01)


def test_a_lasso_that_is_only_a_tap_is_told_and_an_excluding_one_is_kept(editor):
    page = editor()
    tool(page, "lasso")
    page.mouse.click(*stage.place(page, 0.5, 0.5))
    assert "too small" in page.inner_text(".u-editor .u-hint")
    page.click("[data-act=neg]")
    stage.drag(page, [(0.2, 0.2), (0.6, 0.2), (0.4, 0.6)])
    assert kinds(page) == ["not outline"]


def test_undo_takes_back_the_last_corner_and_what_is_held_may_be_cleared_under_the_hand(editor):
    page = editor()
    tool(page, "poly")
    for x, y in ((0.2, 0.2), (0.6, 0.2), (0.9, 0.9)):
        page.mouse.click(*stage.place(page, x, y))
    keys(page, "Control+z")
    page.mouse.click(*stage.place(page, 0.6, 0.6))
    keys(page, "Enter")
    (outline,) = shapes(page)
    assert outline["pts"][2] == pytest.approx([0.6, 0.6], abs=0.004)
    tool(page, "select")
    page.mouse.move(*stage.place(page, 0.5, 0.3))
    page.mouse.down()
    page.mouse.move(*stage.place(page, 0.6, 0.4), steps=2)
    page.evaluate("document.querySelector('[data-act=clear]').click()")
    page.mouse.move(*stage.place(page, 0.7, 0.5), steps=2)
    page.mouse.up()
    assert kinds(page) == []


def test_an_outline_closes_by_a_double_tap_and_escape_drops_it(editor):
    page = editor()
    tool(page, "poly")
    for x, y in ((0.2, 0.2), (0.6, 0.2)):
        page.mouse.click(*stage.place(page, x, y))
    page.mouse.dblclick(*stage.place(page, 0.6, 0.6))
    assert kinds(page) == ["outline"]
    assert len(shapes(page)[0]["pts"]) == 3
    page.mouse.click(*stage.place(page, 0.1, 0.1))
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 1
    assert len(use(page)) == 1


# The eraser


def test_the_eraser_cuts_a_stroke_and_takes_points_and_a_box_by_its_line(editor):
    page = editor()
    tool(page, "scribble")
    stage.drag(page, [(0.1, 0.5), (0.9, 0.5)])
    tool(page, "point")
    page.mouse.click(*stage.place(page, 0.5, 0.7))
    page.mouse.click(*stage.place(page, 0.8, 0.8))
    tool(page, "erase")
    stage.drag(page, [(0.5, 0.3), (0.5, 0.75)])
    assert kinds(page) == ["stroke, point, stroke"] or kinds(page) == ["stroke, stroke, point"]
    left, right = (shape for shape in shapes(page) if shape["type"] == "scribble")
    # The eraser is 0.025 of the longer side wide, and so is the stroke: half of each on both sides.
    assert left["pts"][-1] == pytest.approx([0.475, 0.5], abs=0.003)
    assert right["pts"][0] == pytest.approx([0.525, 0.5], abs=0.003)
    assert (left["pts"][0][0], right["pts"][-1][0]) == pytest.approx((0.1, 0.9), abs=0.003)
    keys(page, "Control+z")
    assert kinds(page) == ["stroke, point, point"]
    page.click("[data-act=clear]")
    tool(page, "box")
    stage.drag(page, [(0.2, 0.2), (0.8, 0.8)])
    tool(page, "erase")
    stage.drag(page, [(0.4, 0.4), (0.6, 0.6)])
    assert kinds(page) == ["box"]
    assert "Nothing is drawn there" in page.inner_text(".u-editor .u-hint")
    stage.drag(page, [(0.7, 0.5), (0.9, 0.5)])
    assert kinds(page) == []


def filled(outlines, size=600):
    """Return the pixels within outlines, as the server fills them."""
    sheet = Image.new("1", (size, size))
    for outline in outlines:
        ImageDraw.Draw(sheet).polygon([(x * size, y * size) for x, y in outline["pts"]], fill=1)
    return np.asarray(sheet)


def test_the_eraser_bites_an_outline_where_it_went_and_nowhere_else(editor):
    page = editor()
    tool(page, "poly")
    for x, y in ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)):
        page.mouse.click(*stage.place(page, x, y))
    keys(page, "Enter")
    corners = shapes(page)[0]["pts"]
    whole = filled(shapes(page))
    page.evaluate("document.querySelector('.u-width input').value = 100")
    tool(page, "erase")
    stage.drag(page, [(0.8, 0.5), (0.95, 0.5)])
    bitten = shapes(page)
    assert len(bitten) == 1
    assert [corner for corner in corners if corner in bitten[0]["pts"]] == corners
    lost = whole & ~filled(bitten)
    ys, xs = np.nonzero(lost[5:-5])
    # A tenth of the longer side wide: 0.05 to the left of 0.8, and the picture is 3 by 2, so 0.075 up and down.
    assert xs.min() / 600 == pytest.approx(0.75, abs=0.006)
    assert np.ptp(ys) / 600 == pytest.approx(0.15, abs=0.01)
    assert not (filled(bitten) & ~whole).sum() > 30
    stage.drag(page, [(0.5, 0.1), (0.5, 0.9)])
    assert kinds(page) == ["outline, outline"]
    keys(page, "Control+z")
    stage.drag(page, [(0.5, 0.45), (0.5, 0.55)])  # a hole
    (ringed,) = shapes(page)
    assert not filled([ringed])[300, 300]
    assert filled([ringed])[300, 150]
    page.click("[data-act=whole]")
    stage.drag(page, [(0.3, 0.3), (0.31, 0.31)])
    assert kinds(page) == []


def test_a_finger_and_the_keyboard_erase(editor):
    page = editor(phone=True)
    tool(page, "scribble")
    stage.touch(page, [(0.2, 0.5), (0.5, 0.5), (0.8, 0.5)])
    tool(page, "erase")
    stage.touch(page, [(0.4, 0.3), (0.4, 0.5), (0.4, 0.7)])
    assert kinds(page) == ["stroke, stroke"]
    keys(
        page,
        "e",
        "Shift+ArrowRight",
        "Shift+ArrowRight",
        "Shift+ArrowUp",
        "Enter",
        "Shift+ArrowDown",
        "Shift+ArrowDown",
        "Enter",
    )
    assert kinds(page) == ["stroke, stroke, stroke"]
