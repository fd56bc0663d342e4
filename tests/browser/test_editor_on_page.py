"""What the editor's numbers, references and stretches become on the whole page: words of a message that the server reads."""

from __future__ import annotations

import pytest

from models.values import Failure, Media, Region, Text
from tests.browser import editor_page, stage

pytestmark = pytest.mark.browser


def test_a_reference_keeps_its_region_when_another_is_removed_and_reaches_the_expert(page, site, tmp_path):
    stage.attach(page, stage.photo(tmp_path / "square.png", (120, 60, 200, 140)))
    stage.open_editor(page, "image#1")
    stage.drag(page, [(0.02, 0.02), (0.2, 0.2)])
    stage.drag(page, [(0.36, 0.24), (0.70, 0.76)])
    page.click("[data-act=done]")
    page.fill("#box textarea", "do: segment image#1")
    page.click("[data-region='2'] .u-name")
    assert page.input_value("#box textarea") == "do: segment image#1 region#2 "
    page.wait_for_selector(".u-chip.u-lit[data-region='2']")
    page.click("[data-remove='1']")
    page.press("#box textarea", "Enter")
    page.wait_for_selector(".u-mask")
    stage.idle(page)
    asked, answered = site.messages(page)[-2:]
    assert [part.id for part in asked.parts if isinstance(part, Region)] == [2]
    assert not [part for part in answered.parts if isinstance(part, Failure)]
    assert page.locator(".u-lit").count() == 0
    # The next region of the conversation is the third.
    page.click("[data-testid=bot] [data-act=draw]")
    stage.shown(page)
    stage.drag(page, [(0.1, 0.1), (0.3, 0.3)])
    page.click("[data-act=done]")
    assert page.inner_text(".u-chip .u-name") == "region#3"


def test_a_stretch_of_a_sound_is_sent_as_words(page, site, tmp_path):
    editor_page.make_sound(tmp_path / "steps.wav")
    stage.attach(page, tmp_path / "steps.wav")
    page.fill("#box textarea", "say I heard")
    page.click("[data-stretch='audio#1']")
    page.wait_for_selector(".u-stretch[open]:not(.u-busy) [data-end=to]:visible")
    page.fill("[data-field=from]", "1.2")
    page.fill("[data-field=to]", "3.4")
    page.keyboard.press("Tab")
    page.click("[data-sound=use]")
    page.press("#box textarea", "Enter")
    stage.idle(page)
    page.wait_for_selector(".u-outbox[data-sending='0']", state="attached")
    asked = site.messages(page)[-2]
    assert "audio#1 from 1.20 s to 3.40 s" in "".join(part.text for part in asked.parts if isinstance(part, Text))
    assert [part.handle for part in asked.parts if isinstance(part, Media)] == ["audio#1"]
