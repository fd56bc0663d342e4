"""The page as a person uses it, in a real browser, over a scripted model and the real experts."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from models.values import Failure, Media, Region, Step
from tests.browser import stage

pytestmark = pytest.mark.browser
SQUARE = (120, 60, 200, 140)
ROUND = [(0.36, 0.24), (0.70, 0.76)]


def marked(messages):
    return [part for part in messages[-2].parts if isinstance(part, Region)]


def choose(page, button):
    """Tap a button and wait until it is down: the click of a tap comes after the tap."""
    page.wait_for_timeout(400)  # a tap right after a stroke counts as the end of a fling, and no finger is that fast
    page.tap(button)
    page.wait_for_selector(f"{button}[aria-pressed=true]")


def test_a_box_drawn_by_mouse_gives_a_mask_card_with_its_step_and_downloads(page, site, tmp_path):
    stage.attach(page, stage.photo(tmp_path / "square.png", SQUARE))
    stage.open_editor(page, "image#1")
    stage.drag(page, ROUND)
    page.fill(".u-object input", "red square")
    page.click("[data-act=done]")
    assert page.inner_text(".u-chip .u-name") == "region#1 red square"
    stage.send(page, "do: segment image#1 region#1")
    page.wait_for_selector(".u-mask")
    messages = site.messages(page)
    (region,) = marked(messages)
    assert (region.of, region.label, region.time) == ("image#1", "red square", None)
    drawn = (region.box.x0, region.box.y0, region.box.x1, region.box.y1)
    assert drawn == pytest.approx((*ROUND[0], *ROUND[1]), abs=0.004)
    assert page.locator(".u-tile").count() == 0
    page.click(".u-step summary")
    block = page.inner_text(".u-step")
    step = next(part for part in messages[-1].parts if isinstance(part, Step))
    for fact in ("<task>segment image#1 region#1</task>", step.expert, str(step.seed), "checkpoint", "time"):
        assert fact in block
    saved = {}
    for form in ("png", "rle", "coco"):
        with page.expect_download() as download:
            page.click(f"[data-export={form}]")
        saved[form] = download.value
        assert download.value.suggested_filename.startswith("mask1-")
    mask = np.asarray(Image.open(saved["png"].path()))
    assert mask.shape == (200, 300)
    assert mask[70:130, 130:190].mean() > 200 > 20 > mask[:50].mean()
    assert json.loads(saved["coco"].path().read_text())["annotations"][0]["image_id"] == 1
    layer = page.locator(".u-mask")
    assert layer.is_visible()
    page.click(".u-actions >> text=Mask")
    assert not layer.is_visible()


def test_a_finger_draws_and_the_page_does_not_scroll(visit, site, tmp_path):
    page = visit(site.url, viewport={"width": 412, "height": 800}, has_touch=True, is_mobile=True)
    stage.attach(page, stage.photo(tmp_path / "square.png", SQUARE))
    page.tap("[data-mark]")
    stage.shown(page)
    choose(page, "[data-tool=scribble]")
    stage.touch(page, [(0.45, 0.35), (0.5, 0.5), (0.6, 0.6)])
    choose(page, "[data-tool=point]")
    stage.touch(page, [(0.5, 0.4)])
    choose(page, "[data-act=neg]")
    stage.touch(page, [(0.1, 0.9)])
    assert page.inner_text(".u-kinds") == "stroke, point, not point"
    page.tap("[data-act=done]")
    stage.send(page, "do: segment image#1 region#1")
    page.wait_for_selector(".u-mask")
    (region,) = marked(site.messages(page))
    assert region.strokes[0].points[0] == pytest.approx((0.45, 0.35), abs=0.01)
    assert region.strokes[0].points[-1] == pytest.approx((0.6, 0.6), abs=0.01)
    assert [point.positive for point in region.points] == [True, False]
    sizes = page.evaluate("[document.documentElement.scrollHeight, innerHeight, document.documentElement.scrollWidth]")
    assert sizes == [800, 800, 412]


def test_several_objects_undo_clear_and_the_keyboard(page, site, tmp_path):
    stage.attach(page, stage.photo(tmp_path / "square.png", SQUARE))
    stage.open_editor(page, "image#1")
    stage.drag(page, [(0.1, 0.1), (0.3, 0.3)])
    stage.drag(page, [(0.5, 0.5), (0.9, 0.9)])
    assert page.locator(".u-object").count() == 2
    page.keyboard.press("Control+z")
    assert page.locator(".u-object").count() == 1
    page.click("[data-act=clear]")
    assert page.locator(".u-object").count() == 0
    page.focus(".u-canvas svg")
    page.keyboard.press("b")
    for key in ("Shift+ArrowLeft", "Shift+ArrowUp", "Enter", "Shift+ArrowRight", "Shift+ArrowDown", "Enter"):
        page.keyboard.press(key)
    page.keyboard.press("p")
    page.keyboard.press("Space")
    assert page.inner_text(".u-kinds") == "box, point"
    page.click("[data-act=object]")
    page.keyboard.press("o")
    for x, y in ((0.7, 0.1), (0.9, 0.1), (0.8, 0.3)):
        page.mouse.click(*stage.place(page, x, y))
    page.focus(".u-canvas svg")
    page.keyboard.press("Enter")
    assert page.locator(".u-kinds").all_inner_texts() == ["box, point", "outline"]
    page.keyboard.press("Escape")
    page.click("[data-act=discard]")  # marks that are not in the message are dropped after a question alone
    assert page.locator("dialog[open]").count() == 0
    assert page.locator(".u-chip").count() == 0
    stage.open_editor(page, "image#1")
    page.click("[data-tool=box]")
    stage.drag(page, [(0.1, 0.1), (0.3, 0.3)])
    page.click("[data-act=done]")
    page.click(".u-chip .u-x")
    assert page.locator(".u-chip").count() == 0
    page.click(".u-tile > .u-x")
    page.wait_for_selector(".u-tile", state="detached")


def test_a_result_can_be_drawn_on_used_as_input_and_compared(page, site, tmp_path):
    stage.attach(page, stage.photo(tmp_path / "square.png", SQUARE))
    stage.send(page, "do: adjust image#1 op=invert")
    result = page.locator("[data-testid=bot] .u-item[data-ref='image#2']")
    result.locator("[data-act=draw]").click()
    stage.shown(page)
    stage.drag(page, ROUND)
    page.click("[data-act=done]")
    result.locator("[data-act=use]").click()
    assert page.locator(".u-tile").count() == 1
    stage.send(page, "do: segment image#2 region#1")
    page.wait_for_selector(".u-mask")
    messages = site.messages(page)
    assert marked(messages)[0].of == "image#2"
    assert [part.handle for part in messages[-2].parts if isinstance(part, Media)] == ["image#2"]
    assert not [part for part in messages[-1].parts if isinstance(part, Failure)]
    result.locator("text=Compare").click()
    assert result.locator(".u-before").first.is_visible()
    with page.expect_download() as download:
        result.locator("[data-download]").click()
    assert download.value.suggested_filename == "image-2.png"


def test_a_mask_is_refined_by_drawing_on_it(page, site, tmp_path):
    stage.attach(page, stage.photo(tmp_path / "square.png", SQUARE))
    stage.open_editor(page, "image#1")
    stage.drag(page, ROUND)
    page.click("[data-act=done]")
    stage.send(page, "do: segment image#1 region#1")
    page.click(".u-item[data-kind=masks] [data-act=draw]")
    stage.shown(page)
    page.click("[data-tool=point]")
    page.mouse.click(*stage.place(page, 0.1, 0.1))
    page.click("[data-act=done]")
    stage.send(page, "do: segment image#1 region#2")
    (region,) = marked(site.messages(page))
    assert (region.of, region.mask, len(region.points)) == ("image#1", "mask#1", 1)
    assert [part.handle for part in site.messages(page)[-1].parts if isinstance(part, Media)] == ["mask#2"]


def test_a_region_on_frame_ten_keeps_its_exact_time(page, site, tmp_path):
    stage.attach(page, stage.clip(tmp_path / "moving.mp4"))
    stage.open_editor(page, "video#1")
    for _ in range(11):
        page.click("[data-act=next]")
    page.click("[data-act=back]")
    stage.shown(page)
    assert page.inner_text(".u-frames output").startswith("frame 10 of 23")
    # The square has moved by ten steps: what is on the screen is frame 10 and no other.
    red = page.evaluate("""() => {
      const film = document.querySelector('.u-canvas video'), c = document.createElement('canvas');
      c.width = film.videoWidth; c.height = film.videoHeight;
      const p = c.getContext('2d'); p.drawImage(film, 0, 0);
      const row = p.getImageData(0, 60, c.width, 1).data;
      return [...Array(c.width).keys()].filter((x) => row[4 * x] > 150 && row[4 * x + 1] < 100);
    }""")
    assert abs(red[0] - 60) <= 1
    assert abs(red[-1] - 99) <= 1
    stage.drag(page, [(0.28, 0.28), (0.55, 0.66)])
    page.click("[data-act=done]")
    stage.send(page, "say fine")
    (region,) = marked(site.messages(page))
    assert region.time == 10 / 12
    assert "frame 10" in page.inner_text("#chat")
    original = next(part for part in site.messages(page)[-2].parts if isinstance(part, Media))
    assert site.engine.store.file(original).read_bytes() == (tmp_path / "moving.mp4").read_bytes()


def test_a_box_on_a_photo_turned_by_exif_lands_on_the_right_pixels(page, site, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    # Stored lying, 300 x 200; shown upright, 200 x 300, with the square at x 110..180, y 30..100.
    stage.photo(tmp_path / "turned.jpg", (30, 20, 100, 90), exif=exif, quality=95)
    upright = (110, 30, 180, 100)
    stage.attach(page, tmp_path / "turned.jpg")
    page.set_viewport_size({"width": 900, "height": 700})
    stage.open_editor(page, "image#1")
    box = page.locator(".u-canvas").bounding_box()
    assert box["width"] / box["height"] == pytest.approx(200 / 300, abs=0.01)
    page.evaluate("document.body.style.zoom = '1.25'")
    stage.drag(page, [(100 / 200, 22 / 300), (190 / 200, 110 / 300)])
    page.evaluate("document.body.style.zoom = '1'")
    page.click("[data-act=done]")
    stage.send(page, "do: segment image#1 region#1")
    mask = next(part for part in site.messages(page)[-1].parts if isinstance(part, Media))
    found = np.asarray(Image.open(site.engine.store.file(mask))) > 127
    assert found.shape == (300, 200)
    ys, xs = np.nonzero(found)
    assert (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1) == pytest.approx(upright, abs=4)


def test_a_file_that_is_no_medium_is_refused_in_words_and_the_page_goes_on(page, site, tmp_path):
    (tmp_path / "fake.png").write_bytes(b"this is no picture")
    page.set_input_files("#box input[type=file]", str(tmp_path / "fake.png"))
    words = page.locator(".u-refusals[role=status] .u-refusal").inner_text()
    assert "fake.png" in words
    assert str(tmp_path) not in words
    assert page.locator(".u-tile").count() == 0
    stage.send(page, "say still here")
    assert "still here" in page.inner_text("[data-testid=bot]")
