"""A stretch of a sound stays with it when the dialog is closed, as marks on pictures do, and so does what can be undone."""

from __future__ import annotations

import pytest

from tests.browser.test_editor_words import ends, heard, open_sound

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
@pytest.mark.parametrize("leave", ["Escape", "cancel", "use"])
def test_a_stretch_is_as_it_was_left_and_can_still_be_undone(editor, leave, phone):
    page = open_sound(editor, phone=phone)
    page.fill("[data-field=from]", "1.2")
    page.press("[data-field=from]", "Tab")
    page.fill("[data-field=to]", "3.4")
    page.press("[data-field=to]", "Tab")
    assert ends(page) == [1.2, 3.4]
    if leave == "Escape":
        page.keyboard.press("Escape")
    else:
        page.click(f"[data-sound={leave}]")
    page.wait_for_selector("dialog[open]", state="detached")
    page.click("[data-stretch='audio#1']")
    heard(page)
    assert ends(page) == [1.2, 3.4]
    assert "as you left it" in page.inner_text(".u-stretch .u-hint")
    page.focus("[data-end=from]")
    page.keyboard.press("Control+z")
    assert ends(page) == [1.2, 4.0]
    page.keyboard.press("Control+z")
    assert ends(page) == [0.0, 4.0]
    page.keyboard.press("Control+y")
    assert ends(page) == [1.2, 4.0]
