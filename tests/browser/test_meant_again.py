"""What was meant, in a real browser: which mask to refine, marks of earlier messages, and commands and variants meant otherwise."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from models.values import Failure, Media, Region, TaskCall
from tests.browser import stage
from tests.browser.test_lit_places import follow
from tests.browser.test_results import made, two_masks

pytestmark = pytest.mark.browser
SQUARE = (120, 60, 200, 140)
PHONE = {"viewport": {"width": 412, "height": 800}, "has_touch": True, "is_mobile": True}


def marked(page, tmp_path):
    stage.attach(page, stage.photo(tmp_path / "square.png", SQUARE))
    stage.open_editor(page, "image#1")
    stage.drag(page, [(0.36, 0.24), (0.70, 0.76)])
    page.click("[data-act=done]")


def calls(site, page):
    return made(site, page, TaskCall)


def test_of_two_masks_the_lit_one_or_the_chosen_one_is_refined(page, site, tmp_path):
    two_masks(page, tmp_path)
    result = page.locator(".u-item[data-kind=masks]")
    result.locator("[data-act=draw]").click()
    names = result.locator(".u-which-mask button").all_inner_texts()
    assert names == ["mask#1 red square", "mask#2 blue square", "the bare picture"]
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    stage.shown(page)
    assert "mask#2" in page.locator(".u-object .u-kinds").inner_text()
    assert page.locator(".u-canvas .u-mask").count() == 1
    page.click("dialog [data-act=cancel]")
    assert not result.locator(".u-which-mask").is_visible()
    page.locator("[data-testid=bot] .u-ph").first.click()
    result.locator("[data-act=draw]").click()
    stage.shown(page)
    assert "mask#1" in page.locator(".u-object .u-kinds").inner_text()
    page.click("[data-act=done]")
    mark = page.locator(".u-chip").get_attribute("data-name")
    stage.send(page, f"do: segment image#1 {mark}")
    (mask,) = made(site, page, Media)
    assert (mask.kind, f"region#{mask.meta['number']}") == ("mask", mark)
    assert not made(site, page, Failure)


def test_a_mask_of_a_clip_is_refined_on_the_frame_that_is_shown(page, site, tmp_path):
    follow(page, tmp_path)
    item = page.locator(".u-item[data-kind=masks]")
    for _ in range(4):
        item.locator("[data-act=next]").click()
    page.wait_for_function("() => document.querySelector('.u-film').dataset.frame === '4'")
    item.locator("[data-act=draw]").click()
    stage.shown(page)
    assert page.inner_text(".u-frames output").startswith("frame 4 of 23")
    assert page.locator(".u-canvas .u-mask").is_visible()
    page.click("dialog [data-act=next]")
    assert not page.locator(".u-canvas .u-mask").is_visible(), "it is the mask of one frame"
    page.click("[data-act=done]")
    stage.send(page, "do: video_segment video#1 region#2")
    (region,) = [part for part in site.messages(page)[-2].parts if isinstance(part, Region)]
    assert (region.mask, region.time) == ("mask#1", pytest.approx(4 / 12))
    assert not made(site, page, Failure)


def test_the_masks_of_one_frame_are_exported_by_themselves_and_those_of_all_together(page, tmp_path):
    follow(page, tmp_path)
    item = page.locator(".u-item[data-kind=masks]")
    for _ in range(3):
        item.locator("[data-act=next]").click()
    page.wait_for_function("() => document.querySelector('.u-film').dataset.frame === '3'")
    with page.expect_download() as download:
        item.locator("[data-of=frame] [data-export=png]").click()
    name, frame = download.value.suggested_filename, np.asarray(Image.open(download.value.path()))
    assert name == "mask1-frame3-png.png"
    assert frame[60, 52] == 255
    assert frame[60, 150] == 0
    with page.expect_download() as download:
        item.locator("[data-of=all] [data-export=png]").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        names = archive.namelist()
        assert len(names) == 24
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(archive.read(names[3])))), frame)
    with page.expect_download() as download:
        item.locator("[data-of=frame] [data-export=svg]").click()
    assert download.value.path().read_text().count("<path") == 1


def test_masks_are_compared_with_what_they_are_of_picture_and_clip(page, tmp_path):
    two_masks(page, tmp_path)
    result = page.locator(".u-item[data-kind=masks]")
    result.locator("[data-act=compare]").click()
    result.locator(".u-slider").focus()
    page.keyboard.press("End")
    assert result.locator(".u-before").evaluate("n => n.style.clipPath").startswith("inset(0px 0%")
    result.locator("[data-way=side]").click()
    assert result.locator(".u-which").all_inner_texts() == ["before", "after"]
    assert result.locator(".u-beside .u-mask").count() == 0
    result.locator("[data-act=compare]").click()
    hold = result.locator("[data-act=hold]")
    assert not hold.is_visible()
    assert result.locator(".u-label:visible").count() == 2


def test_a_clips_masks_are_compared_and_its_player_stays_as_it_was(page, tmp_path):
    follow(page, tmp_path)
    item = page.locator(".u-item[data-kind=masks]")
    assert page.locator("[data-testid=bot] video").count() == 1, (
        "the clip with its masks drawn in is not shown once more"
    )
    item.locator("[data-act=use-drawn]").click()
    page.wait_for_selector(".u-tile[data-ref='video#2']")
    assert item.locator("[data-download]").get_attribute("download") == "video-2.mp4"
    item.locator("[data-act=compare]").click()
    item.locator("[data-way=side]").click()
    assert item.locator(".u-beside video").is_visible()
    item.locator("[data-act=compare]").click()
    assert item.locator(".u-film video").evaluate("n => n.controls") is False
    assert item.locator(".u-film canvas.u-mask").is_visible()


def test_a_mark_of_an_earlier_message_is_shown_again_where_it_is_meant(page, site, tmp_path):
    marked(page, tmp_path)
    stage.send(page, "do: segment image#1 region#1")
    assert page.locator(".u-echo").count() == 0
    stage.send(page, "do: remove image#1 region#1")
    echo = page.locator("[data-testid=user]").last.locator(".u-echo")
    assert echo.get_attribute("data-ref") == "image#1"
    assert echo.locator(".u-mark rect").first.evaluate("n => n.getAttribute('fill')") == "#f59e0b"
    assert echo.locator(".u-tag").inner_text() == "region#1"
    echo.locator(".u-tag").hover()
    assert page.locator(".u-mark.u-lit").count() == 2, "here and where it was drawn"
    page.reload()
    page.wait_for_selector(".u-echo")


def test_a_variant_can_be_meant_otherwise_with_another_task_and_a_nudged_mark(page, site, tmp_path):
    marked(page, tmp_path)
    stage.send(page, "do: remove image#1 region#1")
    page.click("[data-again=new]")
    page.wait_for_function("() => document.querySelectorAll('[data-testid=user]').length === 2")
    stage.idle(page)
    page.click(".u-meant summary")
    page.wait_for_selector("[data-act=meant]")
    assert page.locator(".u-meant .u-pill:has-text('Answer in words')").count() == 0
    assert page.locator(".u-meant .u-pill:has-text('As it was')").count() == 3
    page.click(".u-meant .u-pill:has([data-key=task-segment])")
    page.click("[data-nudge=right]")
    page.click("[data-act=meant]")
    page.wait_for_selector("[data-testid=bot] .u-item[data-kind=masks]")
    stage.idle(page)
    (call,) = calls(site, page)
    assert (call.task, call.refs("region")) == ("segment", ["region#2"])
    (moved,) = [part for part in site.messages(page)[-2].parts if isinstance(part, Region)]
    assert moved.box.x0 == pytest.approx(0.38, abs=0.01)
    assert page.locator(".u-meant").count() == 1, "and that can be meant otherwise too"


def test_on_a_phone_the_masks_to_refine_and_the_echo_fit(visit, site, tmp_path):
    page = visit(site.url, **PHONE)
    marked(page, tmp_path)
    stage.send(page, "do: segment image#1 region#1 <box>350,250,720,760</box>")
    stage.send(page, "do: remove image#1 region#1")
    page.locator(".u-item[data-kind=masks] [data-act=draw]").tap()
    for button in page.locator(".u-which-mask button").all():
        box = button.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 412
        assert box["height"] >= 40
    assert page.evaluate("document.documentElement.scrollWidth") == 412
