"""What a person does wrong, or what goes wrong on their side, in a real browser: each is told, and nothing of theirs is lost."""

from __future__ import annotations

import json
import zipfile

import pytest

from models.values import Media
from tests.browser import stage
from tests.browser.test_reconnect import Wire

pytestmark = pytest.mark.browser
SQUARE = (120, 60, 200, 140)


def toast(page):
    return page.locator("[data-testid=toast-body]").last.inner_text()


def user_texts(page):
    return page.locator("[data-testid=user] .u-text").all_inner_texts()


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
        refusal = page.locator(".u-refusals[role=status] .u-refusal")
        refusal.wait_for()
        assert "large.png: The upload was cut off." in refusal.inner_text()
        assert not wire.whole
        assert page.locator(".u-tile, .u-under-way li").count() == 0
        wire.mend()
        refusal.get_by_role("button", name="Try again: large.png").click()
        page.wait_for_selector(".u-tile")
        assert refusal.count() == 0
        assert page.input_value("#box textarea") == "say it is here"
        stage.send(page, "say it is here")
        assert [part.handle for part in site.messages(page)[-2].parts if isinstance(part, Media)] == ["image#1"]
    finally:
        context.close()
        wire.close()


def newer(told, _names):
    told["version"] = 99


def lacking(told, names):
    del names[told["media"][0]["file"]]


def outside(_told, names):
    names["../../outside.png"] = b"x"


@pytest.mark.parametrize(
    ("spoil", "words"), [(newer, "newer version"), (lacking, "lacks the content"), (outside, "outside")]
)
def test_a_spoilt_saved_conversation_is_refused_and_the_open_one_stays(page, site, tmp_path, spoil, words):
    stage.attach(page, stage.photo(tmp_path / "square.png", SQUARE))
    stage.send(page, "do: adjust image#1 op=sepia")
    page.click(".sidebar .toggle-button")
    page.click(".u-file summary")
    with page.expect_download() as saved:
        page.click("[data-act=bundle]")
    whole = saved.value.path()
    with zipfile.ZipFile(whole) as archive:
        names = {name: archive.read(name) for name in archive.namelist()}
    told = json.loads(names.pop("manifest.json"))
    spoil(told, names)
    with zipfile.ZipFile(tmp_path / "spoilt.zip", "w") as archive:
        for name, data in {"manifest.json": json.dumps(told).encode(), **names}.items():
            archive.writestr(name, data)
    page.fill("#box textarea", "half a thought")
    with page.expect_file_chooser() as asking:
        page.click("#bring")
    asking.value.set_files(str(tmp_path / "spoilt.zip"))
    page.wait_for_selector("[data-testid=toast-body]")
    assert words in toast(page)
    assert page.locator(".u-open").count() == 1
    assert user_texts(page) == ["do: adjust image#1 op=sepia"]
    assert page.input_value("#box textarea") == "half a thought"


OFF = """
for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches'])
  Object.defineProperty(window, name, { configurable: true, get() { throw new DOMException('off', 'SecurityError'); } });
Object.defineProperty(Document.prototype, 'cookie', {
  configurable: true, get() { throw new DOMException('off', 'SecurityError'); }, set() { throw new DOMException('off', 'SecurityError'); } });
const real = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) { return /webgl|webgpu/.test(kind) ? null : real.call(this, kind, ...more); };
Object.defineProperty(Navigator.prototype, 'gpu', { configurable: true, get: () => undefined });
"""


def test_without_storage_cookies_and_webgl_one_sends_draws_compares_and_takes_back(chromium, site, tmp_path):
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(60_000)
    watched = stage.Watched(page)
    page.add_init_script(OFF)
    stage.ready(page, site.url)
    assert page.evaluate("() => { try { return sessionStorage && 'on'; } catch { return 'off'; } }") == "off"
    assert page.evaluate("document.createElement('canvas').getContext('webgl2')") is None
    stage.attach(page, stage.photo(tmp_path / "square.png", SQUARE))
    stage.open_editor(page, "image#1")
    stage.drag(page, [(0.36, 0.24), (0.70, 0.76)])
    page.fill(".u-object input", "red square")
    page.click("[data-act=done]")
    stage.send(page, "do: segment image#1 region#1\ndo: adjust image#1 mask#1 op=invert where=inside")
    page.wait_for_selector(".u-label >> text=red square")
    page.wait_for_selector(".u-mask")
    page.click(".u-item[data-ref='image#2'] [data-act=compare]")
    assert page.locator(".u-before").is_visible()
    stage.send(page, 'do: image "a fox"', wait=False)
    page.wait_for_selector(".u-progress progress")
    page.fill("#box textarea", "say this waits")
    page.press("#box textarea", "Enter")
    page.wait_for_selector(".u-outbox >> text=this waits")
    page.click(".u-outbox >> text=Take back")
    page.wait_for_function("() => document.querySelector('#box textarea').value === 'say this waits'")
    page.click("#box .stop-button")
    stage.idle(page)
    page.press("#box textarea", "Enter")
    page.wait_for_selector("[data-testid=user] .u-text >> text=say this waits")
    stage.idle(page)
    assert len(site.messages(page)) == 6
    assert watched.errors == []
    context.close()
