"""Marks that are not in the message yet are never dropped unasked, however the region dialog is closed."""

from __future__ import annotations

import pytest

from tests.browser import stage
from tests.browser.editor_page import CLIP, PICTURE, keys, kinds, regions, tool

pytestmark = pytest.mark.browser
BOX = [(0.2, 0.2), (0.6, 0.6)]


def asked(page):
    """Tell whether the dialog is open and asks, with its focus on the answer that loses nothing."""
    return page.evaluate(
        "() => document.querySelector('.u-editor').open && !document.querySelector('.u-leave').hidden"
        " && document.activeElement.dataset.act === 'stay'"
    )


def is_open(page):
    return page.locator(".u-editor[open]").count() == 1


@pytest.mark.parametrize("phone", [False, True])
def test_cancel_asks_and_each_answer_does_what_it_says(editor, phone):
    page = editor(phone=phone)
    press = page.tap if phone else page.click
    (stage.touch if phone else stage.drag)(page, [BOX[0], (0.4, 0.4), BOX[1]])
    press("[data-act=cancel]")
    assert asked(page)
    wide = page.evaluate("[...document.querySelectorAll('.u-leave *')].map(e => e.getBoundingClientRect().right)")
    assert max(wide) <= (412 if phone else 1280)
    press("[data-act=stay]")
    assert (is_open(page), kinds(page)) == (True, ["box"])
    assert page.is_visible("[data-act=done]")
    press("[data-act=cancel]")
    press("[data-act=keep]")
    page.wait_for_selector(".u-editor[open]", state="detached")
    assert len(regions(page)) == 1
    press("[data-mark]")
    stage.shown(page)
    (stage.touch if phone else stage.drag)(page, [(0.7, 0.7), (0.8, 0.8), (0.9, 0.9)])
    assert len(kinds(page)) == 2
    press("[data-act=cancel]")
    press("[data-act=discard]")
    page.wait_for_selector(".u-editor[open]", state="detached")
    assert [shape["type"] for region in regions(page) for shape in region["shapes"]] == ["box"]


def test_escape_asks_again_and_again_and_never_closes_on_marks(editor):
    page = editor()
    stage.drag(page, BOX)
    for turn in range(5):
        page.keyboard.press("Escape")
        assert is_open(page)
        assert asked(page) == (turn % 2 == 0)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".u-editor[open]", state="detached")
    assert len(regions(page)) == 1


def test_escape_in_a_name_and_with_half_an_outline_loses_nothing(editor):
    page = editor()
    stage.drag(page, BOX)
    page.click("[data-act=done]")
    page.click("[data-mark]")
    stage.shown(page)
    page.fill(".u-object input", "ball")
    page.keyboard.press("Escape")
    assert asked(page)
    page.click("[data-act=keep]")
    assert regions(page)[0]["label"] == "ball"
    page.click("[data-mark]")
    stage.shown(page)
    tool(page, "poly")
    for x, y in ((0.2, 0.2), (0.6, 0.2), (0.6, 0.6)):
        page.mouse.click(*stage.place(page, x, y))
    page.click("[data-act=cancel]")
    assert asked(page)
    page.click("[data-act=keep]")
    assert [shape["type"] for shape in regions(page)[0]["shapes"]] == ["box", "poly"]


def test_a_name_is_kept_that_is_typed_after_an_undo_of_something_else(editor):
    page = editor()
    stage.drag(page, BOX)
    keys(page, "v", "Enter", "ArrowRight", "Control+z")
    page.fill(".u-object input", "ball")
    page.click("[data-act=done]")
    assert regions(page)[0]["label"] == "ball"


def test_what_was_erased_is_asked_about_and_what_is_unchanged_is_not(editor):
    page = editor()
    page.keyboard.press("Escape")
    page.wait_for_selector(".u-editor[open]", state="detached")
    page.click("[data-mark]")
    stage.shown(page)
    stage.drag(page, BOX)
    page.click("[data-act=done]")
    for leave in (lambda: page.click("[data-act=cancel]"), lambda: page.keyboard.press("Escape")):
        page.click("[data-mark]")
        stage.shown(page)
        leave()
        page.wait_for_selector(".u-editor[open]", state="detached")
    page.click("[data-mark]")
    stage.shown(page)
    page.click("[data-act=clear]")
    page.click("[data-act=cancel]")
    assert asked(page)
    keys(page, "Control+z")
    page.click("[data-act=stay]")
    page.click("[data-act=cancel]")
    page.wait_for_selector(".u-editor[open]", state="detached")
    assert len(regions(page)) == 1


def test_a_browser_that_closes_it_without_leave_is_not_obeyed(editor):
    """As by the gesture that goes back on a phone, which a page cannot always prevent."""
    page = editor(CLIP)
    for _ in range(3):
        page.click("[data-act=next]")
    stage.shown(page)
    stage.drag(page, BOX)
    page.evaluate("document.querySelector('.u-editor').close()")
    page.wait_for_function("() => !document.querySelector('.u-leave').hidden")
    assert asked(page)
    assert kinds(page) == ["box · frame 3"]
    page.click("[data-act=discard]")
    page.wait_for_selector(".u-editor[open]", state="detached")
    assert regions(page) == []


def test_going_on_to_draw_puts_the_question_away(editor):
    page = editor(PICTURE, dark=True)
    stage.drag(page, BOX)
    page.keyboard.press("Escape")
    assert asked(page)
    stage.drag(page, [(0.7, 0.2), (0.9, 0.4)])
    assert page.is_visible("[data-act=done]")
    assert kinds(page) == ["box", "box"]
