"""What a person does wrong, or what goes wrong on their side, in a real browser: each is told, and nothing of theirs is lost."""

from __future__ import annotations

import pytest

from models.values import Media
from tests.browser import stage
from tests.browser.test_reconnect import Wire

pytestmark = pytest.mark.browser
SQUARE = (120, 60, 200, 140)


def test_pasted_html_is_its_words_and_never_markup(visit, site):
    page = visit(site.url, permissions=["clipboard-read", "clipboard-write"])
    page.evaluate(
        """() => navigator.clipboard.write([new ClipboardItem({
          'text/html': new Blob(['<b>say</b> <img src=x onerror="window.bad=1"> bold'], { type: 'text/html' }),
          'text/plain': new Blob(['say bold'], { type: 'text/plain' }) })])"""
    )
    page.focus("#box textarea")
    page.keyboard.press("Control+v")
    page.wait_for_function("() => document.querySelector('#box textarea').value === 'say bold'")
    page.press("#box textarea", "Enter")
    page.wait_for_selector("[data-testid=user] .u-text >> text=say bold")
    stage.idle(page)
    assert page.locator("#chat b, #chat img[src=x]").count() == 0
    assert page.evaluate("window.bad") is None


def test_an_upload_that_is_cut_off_half_way_is_told_and_can_be_tried_again(chromium, site, tmp_path):
    wire = Wire(stage.urlparse(site.url).port)
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(60_000)
    try:
        stage.ready(page, f"http://127.0.0.1:{wire.port}")
        page.fill("#box textarea", "say it is here")
        photo = stage.photo(tmp_path / "large.png", SQUARE, size=(1600, 1200))
        wire.cut_after(photo.stat().st_size // 2)
        page.set_input_files("#box input[type=file]", str(photo))
        page.wait_for_selector("[data-testid=toast-body]")
        assert not wire.whole
        assert page.locator(".u-tile").count() == 0
        wire.mend()
        with page.expect_file_chooser() as asking:
            page.click("#box [data-testid=upload-button]")
        asking.value.set_files(str(photo))
        page.wait_for_selector(".u-tile")
        assert page.input_value("#box textarea") == "say it is here"
        stage.send(page, "say it is here")
        assert [part.handle for part in site.messages(page)[-2].parts if isinstance(part, Media)] == ["image#1"]
    finally:
        context.close()
        wire.close()
