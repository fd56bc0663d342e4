"""Whole errands, from the empty page to a file in hand: by the keyboard alone, and by finger on a tablet. The focus is never lost,
and with keys always to be seen."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from tests.browser import stage
from tests.browser.hands import TABLET

pytestmark = pytest.mark.browser
SQUARE = (120, 60, 200, 140)
SEEN = """() => {
  const node = document.activeElement;
  if (!node || node === document.body) return 'nothing has the focus';
  const box = node.getBoundingClientRect();
  if (!box.width || !box.height) return 'without a size: ' + node.outerHTML.slice(0, 200);
  if (box.bottom < 0 || box.right < 0 || box.top > innerHeight || box.left > innerWidth) return 'off the screen: ' + node.outerHTML.slice(0, 200);
  if (node.matches('textarea, input[type=text], input[type=search], input[type=number], input:not([type])')) return ''; // a caret
  const marked = (e) => { const s = getComputedStyle(e); return (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none'; };
  return marked(node) || marked(node.closest('label') || node) || marked(node.parentElement) ? '' : 'no ring: ' + node.outerHTML.slice(0, 200);
}"""
"""What is wrong with the focus: "" where it can be seen."""


def tab_to(page, selector, back=False):
    """Press Tab, or Shift and Tab, until what *selector* finds has the focus; on the way it is always to be seen."""
    for _ in range(80):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
        assert page.evaluate(SEEN) == ""
    raise AssertionError(f"{selector} is not reached")


def found(path):
    """Return the box of a saved mask's white pixels."""
    ys, xs = np.nonzero(np.asarray(Image.open(path)) > 127)
    return xs.min(), ys.min(), xs.max() + 1, ys.max() + 1


def test_a_mask_is_made_and_saved_by_keyboard_alone(page, tmp_path):
    file = stage.photo(tmp_path / "square.png", SQUARE)
    assert page.evaluate("document.activeElement.matches('#box textarea')")
    tab_to(page, "#box [data-testid=upload-button]", back=True)
    with page.expect_file_chooser() as asking:
        page.keyboard.press("Enter")
    asking.value.set_files(str(file))
    page.wait_for_selector(".u-tile")
    tab_to(page, "[data-mark='image#1']", back=True)
    page.keyboard.press("Enter")
    stage.shown(page)
    assert page.evaluate("document.activeElement.matches('.u-canvas .u-overlay')")
    page.keyboard.press("b")
    for key in ("Shift+ArrowLeft", "Shift+ArrowLeft", *["Shift+ArrowUp"] * 3, "Enter"):
        page.keyboard.press(key)
    for key in (*["Shift+ArrowRight"] * 4, *["Shift+ArrowDown"] * 6, "Enter"):
        page.keyboard.press(key)
    tab_to(page, ".u-object input")
    page.keyboard.type("red square")
    tab_to(page, ".u-editor [data-act=done]")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]", state="detached")
    assert page.evaluate(SEEN) == "", "the editor gives the focus back"
    tab_to(page, "[data-region='1'] .u-edit")
    page.keyboard.press("Enter")
    stage.shown(page)
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")
    assert page.evaluate("document.activeElement.matches('.u-edit')")
    tab_to(page, "#box textarea")
    page.keyboard.type("do: segment image#1 region#1")
    page.keyboard.press("Enter")
    page.wait_for_selector(".u-label")
    stage.idle(page)
    assert page.evaluate("document.activeElement.matches('#box textarea')"), "the next message can be typed at once"
    tab_to(page, "[data-testid=bot] [data-export=png]", back=True)
    with page.expect_download() as saved:
        page.keyboard.press("Enter")
    assert found(saved.value.path()) == pytest.approx(SQUARE, abs=4)
    assert page.evaluate("document.activeElement.matches('[data-export=png]')")
    # The rest of the page, there and back: the sidebar, what the profile can do, the settings.
    tab_to(page, "[data-act=settings]", back=True)
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog.u-settings[open]")
    for _ in range(2):
        page.keyboard.press("Tab")
        assert page.evaluate(SEEN) == ""
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")
    assert page.evaluate("document.activeElement.matches('[data-act=settings]')")


def test_what_is_taken_away_by_key_leaves_the_focus_near(page, tmp_path):
    stage.attach(page, stage.photo(tmp_path / "a.png", SQUARE))
    stage.attach(page, stage.photo(tmp_path / "b.png", SQUARE))
    page.focus("[aria-label='Remove image#1']")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelectorAll('.u-tile').length === 1")
    assert page.evaluate("document.activeElement.closest('#tray') !== null"), "one is left"
    page.focus("[aria-label='Remove image#2']")
    page.keyboard.press("Enter")
    page.wait_for_selector(".u-tile", state="detached")
    assert page.evaluate("document.activeElement.matches('#box textarea')"), "none is left"


def test_a_mask_is_made_and_saved_by_finger_on_a_tablet(visit, site, tmp_path):
    page, hand = visit(site.url, **TABLET.screen), TABLET
    with page.expect_file_chooser() as asking:
        page.tap("#box [data-testid=upload-button]")
    asking.value.set_files(str(stage.photo(tmp_path / "square.png", SQUARE)))
    page.wait_for_selector(".u-tile")
    page.tap("[data-mark='image#1']")
    stage.shown(page)
    outside = page.evaluate(
        "[...document.querySelectorAll('.u-editor :is(.u-btn, input)')].filter((e) => e.offsetParent).map((e) => [e.outerHTML,"
        " e.getBoundingClientRect()]).filter(([, r]) => r.left < 0 || r.right > innerWidth || r.bottom > innerHeight).map(([html]) => html)"
    )
    assert outside == []
    hand.stroke(page, [(0.3, 0.2), (0.7, 0.8)])
    page.tap(".u-object input")
    page.keyboard.type("red square")
    page.tap(".u-editor [data-act=done]")
    page.wait_for_selector("dialog[open]", state="detached")
    assert page.evaluate("document.activeElement !== document.body")
    page.tap("[data-region='1'] .u-name")
    assert page.evaluate("document.activeElement.matches('#box textarea')")
    page.keyboard.type("is what I mean. do: segment image#1 region#1")
    page.tap("#box [data-testid=submit-button]")
    page.wait_for_selector(".u-label")
    stage.idle(page)
    page.tap(".u-tag.u-k-mask-1")
    page.wait_for_selector(".u-mask.u-lit")
    with page.expect_download() as saved:
        page.tap("[data-testid=bot] [data-export=png]")
    assert found(saved.value.path()) == pytest.approx(SQUARE, abs=4)
    small = page.evaluate(  # names within a sentence are as high as its line
        "[...document.querySelectorAll('button, a.u-btn, summary, select')].filter((e) => e.offsetParent && !e.closest('.u-tags, .prose, .u-ph'))"
        ".map((e) => [e.outerHTML.slice(0, 120), e.getBoundingClientRect()]).filter(([, r]) => r.width && r.height < 24).map(([html]) => html)"
    )
    assert small == []
    page.tap(".sidebar .toggle-button")
    page.wait_for_selector(".sidebar.open .u-open")
    page.tap("[data-act=new]")
    page.wait_for_selector("#chat .message-row", state="detached")
    assert page.evaluate("document.activeElement !== document.body"), "the sidebar closes and gives the focus back"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
