"""Every verb under a result, in a real browser: compare, use, draw, again, copy, export, light up, skip; by mouse, keys and touch."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from models.values import Failure, Media, Step
from tests.browser import stage

pytestmark = pytest.mark.browser
SQUARE = (120, 60, 200, 140)
PHONE = {"viewport": {"width": 412, "height": 800}, "has_touch": True, "is_mobile": True}


def bot(page, ref):
    return page.locator(f"[data-testid=bot] .u-item[data-ref='{ref}']")


def made(site, page, kind):
    return [part for part in site.messages(page)[-1].parts if isinstance(part, kind)]


def pictured(page, tmp_path, call="do: adjust image#1 op=invert"):
    stage.attach(page, stage.photo(tmp_path / "square.png", SQUARE))
    stage.send(page, call)
    page.wait_for_selector("[data-testid=bot] .u-item[data-ref='image#2']")


# Compare


def test_a_picture_is_compared_by_slider_side_by_side_and_while_a_button_is_held(page, tmp_path):
    pictured(page, tmp_path)
    result = bot(page, "image#2")
    old = result.locator(".u-before")
    result.locator("[data-act=compare]").click()
    result.locator(".u-slider").focus()
    page.keyboard.press("Home")
    assert old.evaluate("node => node.style.clipPath") == "inset(0px 100% 0px 0px)"
    page.keyboard.press("End")
    assert old.evaluate("node => node.style.clipPath").startswith("inset(0px 0%")
    result.locator("[data-way=side]").click()
    boxes = [result.locator(".u-stage").nth(n).bounding_box() for n in (0, 1)]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
    assert boxes[0]["width"] == pytest.approx(boxes[1]["width"], abs=2)
    assert result.locator(".u-which").all_inner_texts() == ["before", "after"]
    result.locator("[data-way=slider]").click()
    hold = result.locator("[data-act=hold]")
    box = hold.bounding_box()
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    assert result.locator(".u-which").all_inner_texts() == ["before"]
    assert old.evaluate("node => node.style.clipPath") == ""
    page.mouse.up()
    assert result.locator(".u-slider").count() == 1
    hold.focus()
    page.keyboard.down("Space")
    assert result.locator(".u-which").all_inner_texts() == ["before"]
    page.keyboard.up("Space")
    assert result.locator(".u-which").count() == 0
    result.locator("[data-act=compare]").click()
    assert result.locator(".u-before").count() == 0


def test_a_cropped_picture_is_compared_side_by_side_only(page, tmp_path):
    pictured(page, tmp_path, "do: adjust image#1 op=rotate amount=90")
    result = bot(page, "image#2")
    result.locator("[data-act=compare]").click()
    assert result.locator("[data-way]").evaluate_all("nodes => nodes.map(node => node.dataset.way)") == ["side"]
    assert result.locator(".u-before").is_visible()


def test_a_clip_is_compared_frame_by_frame(page, tmp_path):
    stage.attach(page, stage.clip(tmp_path / "moving.mp4"))
    stage.send(page, "do: adjust video#1 op=grayscale")
    result = bot(page, "video#2")
    result.locator("[data-act=compare]").click()
    result.locator("[data-way=side]").click()
    result.locator(".u-framebar [data-act=next]").click()
    page.wait_for_function(
        "() => { const [a, b] = [...document.querySelectorAll('[data-ref=\"video#2\"] video')];"
        " return a.currentTime > 0 && Math.abs(a.currentTime - b.currentTime) < 0.02; }"
    )


def test_a_sound_is_compared_by_hearing_both_and_by_holding(page, tmp_path):
    sound(page, tmp_path)
    stage.send(page, "do: audio_adjust audio#1 op=reverse")
    result = bot(page, "audio#2")
    result.locator("[data-act=compare]").click()
    assert result.locator("audio").count() == 2
    waves = result.locator(".u-wave img").evaluate_all("nodes => nodes.map((node) => node.getAttribute('src'))")
    given = page.locator("[data-testid=user] [data-ref='audio#1'] .u-wave img").get_attribute("src")
    assert waves[0] == given != waves[1], "the original has the same player as the result"
    assert result.locator(".u-which:visible").all_inner_texts() == ["before", "after"]
    hold = result.locator("[data-act=hold]")
    hold.focus()
    page.keyboard.down("Space")
    page.wait_for_function("() => !document.querySelector('[data-ref=\"audio#2\"] audio.u-before').paused")
    page.keyboard.up("Space")
    page.wait_for_function("() => document.querySelector('[data-ref=\"audio#2\"] audio.u-before').paused")
    result.locator("[data-act=compare]").click()
    assert result.locator(".u-wave:visible").count() == 1
    result.locator("[data-act=compare]").click()
    assert result.locator(".u-beside audio").is_visible()


def sound(page, folder, seconds=1.0):
    from models.expert import Sound
    from models.sound import save_wav

    times = np.arange(int(8000 * seconds)) / 8000
    wave = (0.5 * np.sin(2 * np.pi * (300 + 900 * times) * times)).astype(np.float32)[:, None]
    save_wav(Sound(wave, 8000), folder / "rise.wav")
    stage.attach(page, folder / "rise.wav")


# A call once more


def test_the_same_seed_gives_the_same_bytes_and_a_variant_another_picture(visit, tmp_path):
    with stage.serve(tmp_path, stage.Scripted(), slow=False) as site:
        page = visit(site.url)
        stage.send(page, 'do: image "a cat on grass" size=160x120')
        seed = made(site, page, Step)[0].seed
        page.click("[data-again=same]")
        page.wait_for_selector(".u-item[data-ref='image#2']")
        stage.idle(page)
        assert made(site, page, Step)[0].seed == seed
        assert "the same bytes as image#1" in bot(page, "image#2").inner_text()
        page.locator("[data-again=new]").last.click()
        page.wait_for_selector(".u-item[data-ref='image#3']")
        stage.idle(page)
        assert made(site, page, Step)[0].seed != seed
        assert "same bytes" not in bot(page, "image#3").inner_text()
        asked = [message.text for message in site.messages(page) if message.role == "user"]
        assert asked[1:] == ['/image "a cat on grass" size=160x120'] * 2


def test_again_works_on_drawn_regions_and_keeps_what_is_being_written(page, site, tmp_path):
    stage.attach(page, stage.photo(tmp_path / "square.png", SQUARE))
    stage.open_editor(page, "image#1")
    stage.drag(page, [(0.36, 0.24), (0.70, 0.76)])
    page.click("[data-act=done]")
    stage.send(page, "do: segment image#1 region#1")
    page.fill("#box textarea", "half a sentence")
    page.click("[data-again=same]")
    page.wait_for_selector("[data-testid=bot] .u-item[data-ref='mask#2']")
    assert "the same bytes as mask#1" in bot(page, "mask#2").inner_text()
    assert page.input_value("#box textarea") == "half a sentence"
    assert not made(site, page, Failure)


def test_tokens_are_copied_and_the_whole_record_is_one_click_away(visit, site, tmp_path):
    page = visit(site.url, permissions=["clipboard-read", "clipboard-write"])
    pictured(page, tmp_path)
    page.click("[data-act=copy]")
    page.wait_for_function("() => document.querySelector('[data-act=copy]').textContent === 'Copied'")
    assert page.evaluate("navigator.clipboard.readText()") == "<task>adjust image#1 op=invert</task>"
    page.click(".u-step summary")
    record = page.inner_text(".u-step")
    step = made(site, page, Step)[0]
    for fact in (step.tokens, step.expert, "checkpoint", str(step.seed), f"{step.seconds:.2f} s", "300 × 200"):
        assert fact in record


# Masks and boxes


def two_masks(page, tmp_path, labels=2):
    photo = stage.photo(tmp_path / "two.jpg", (30, 60, 110, 140))
    pixels = np.asarray(Image.open(photo)).copy()
    pixels[60:140, 190:270] = (40, 60, 220)
    Image.fromarray(pixels).save(photo)
    stage.attach(page, photo)
    stage.open_editor(page, "image#1")
    stage.drag(page, [(0.06, 0.24), (0.42, 0.76)])
    page.fill(".u-object input", "red square")
    stage.drag(page, [(0.58, 0.24), (0.94, 0.76)])
    page.locator(".u-object input").last.fill("blue square")
    page.click("[data-act=done]")
    stage.send(page, "say The red square and the blue square.\ndo: segment image#1 region#1 region#2")
    page.wait_for_function("n => document.querySelectorAll('.u-label').length === n", arg=labels)


def lit(page):
    return set(page.locator(".u-mask.u-lit").evaluate_all("nodes => nodes.map(node => node.dataset.ref)"))


def test_words_masks_and_names_light_up_together(page, tmp_path):
    two_masks(page, tmp_path)
    words = page.locator("[data-testid=bot] .u-ph")
    assert words.all_inner_texts() == ["red square", "blue square"]
    words.nth(0).hover()
    assert lit(page) == {"mask#1"}
    words.nth(1).hover()
    assert lit(page) == {"mask#2"}
    stage_box = page.locator(".u-stage.u-masked").bounding_box()
    page.mouse.move(stage_box["x"] + stage_box["width"] * 70 / 300, stage_box["y"] + stage_box["height"] / 2)
    assert lit(page) == {"mask#1"}
    assert page.locator("[data-testid=bot] .u-ph.u-lit").all_inner_texts() == ["red square"]
    page.mouse.move(stage_box["x"] + stage_box["width"] / 2, stage_box["y"] + stage_box["height"] * 0.05)
    assert lit(page) == set()
    page.locator(".u-tag.u-k-mask-2").focus()
    page.keyboard.press("Shift+Tab")
    assert lit(page) == {"mask#1"}
    page.keyboard.press("Enter")
    page.focus("#box textarea")
    assert lit(page) == {"mask#1"}, "what was pressed stays lit"
    page.keyboard.press("Escape")
    assert lit(page) == set()
    assert page.locator(".u-label").all_inner_texts() == ["red square", "blue square"]


def test_names_stand_in_the_order_of_the_masks_whichever_picture_comes_first(page, tmp_path):
    held = []
    page.route("**/file=**.png", lambda route: held.append(route))
    two_masks(page, tmp_path, labels=0)
    page.wait_for_selector(".u-mask[data-ref='mask#2']")
    wanted = page.locator(".u-mask").evaluate_all("nodes => nodes.map(node => node.style.maskImage)")

    def of(mask):
        return [route for route in held if route.request.url.rpartition("/")[2] in wanted[mask]]

    assert stage.until(lambda: page.evaluate("true") and of(0) and of(1)), "both are asked for"
    for route in of(1):
        route.continue_()
    page.wait_for_function("document.querySelectorAll('.u-label').length === 1")
    assert page.locator(".u-label").all_inner_texts() == ["blue square"]
    for route in of(0):
        route.continue_()
    page.wait_for_function("document.querySelectorAll('.u-label').length === 2")
    assert page.locator(".u-label").all_inner_texts() == ["red square", "blue square"]


def test_a_tap_on_a_word_lights_its_mask(visit, site, tmp_path):
    page = visit(site.url, **PHONE)
    stage.attach(page, stage.photo(tmp_path / "square.png", SQUARE))
    page.tap("[data-mark]")
    stage.shown(page)
    stage.touch(page, [(0.36, 0.24), (0.70, 0.76)])
    page.fill(".u-object input", "tile")
    page.tap("[data-act=done]")
    stage.send(page, "say A tile.\ndo: segment image#1 region#1")
    page.tap("[data-testid=bot] .u-ph")
    page.wait_for_selector(".u-mask.u-lit")
    page.tap("[data-testid=bot] .u-ph")
    page.wait_for_selector(".u-mask:not(.u-lit)")
    assert page.evaluate("document.documentElement.scrollWidth") == 412


def test_masks_are_exported_as_outlines_and_boxes_as_coco_and_svg(visit, tmp_path):
    with stage.serve(tmp_path, stage.Scripted(), slow=False) as site:
        page = visit(site.url)
        two_masks(page, tmp_path)
        with page.expect_download() as download:
            page.click(".u-item[data-kind=masks] [data-export=svg]")
        paths = list(ET.parse(download.value.path()).getroot().iter("{http://www.w3.org/2000/svg}path"))
        assert len(paths) == 2
        stage.send(page, 'do: image "a cat and a dog on grass" size=320x240')
        stage.send(page, "do: detect image#2")
        found = made(site, page, Media)[0]
        for form in ("coco", "svg"):
            with page.expect_download() as download:
                bot(page, found.handle).locator(f"[data-export={form}]").click()
            saved = download.value.path().read_text()
            assert download.value.suggested_filename.startswith("image3-")
            assert (len(json.loads(saved)["annotations"]) if form == "coco" else saved.count("<rect")) == 2
        bot(page, found.handle).locator(".u-tag").first.hover()
        assert bot(page, found.handle).locator(".u-box.u-lit").count() == 1


def test_the_badge_tells_what_was_counted_and_is_true_of_the_files(page, site, tmp_path):
    stage.attach(page, stage.photo(tmp_path / "square.png", SQUARE))
    stage.open_editor(page, "image#1")
    stage.drag(page, [(0.36, 0.24), (0.70, 0.76)])
    page.click("[data-act=done]")
    stage.send(page, "do: segment image#1 region#1\ndo: adjust image#1 mask#1 op=invert where=inside")
    badge = bot(page, "image#2").locator(".u-proof")
    assert "Outside the mask: identical" in badge.inner_text()
    media = {part.handle: part for part in made(site, page, Media)}
    mask = np.asarray(Image.open(site.engine.store.file(media["mask#1"]))) > 127
    pixels = np.asarray(Image.open(site.engine.store.file(media["image#2"]))).astype(int)
    differs = (pixels != np.asarray(Image.open(tmp_path / "square.png"))).any(axis=2)
    assert not differs[~mask].any()
    assert f"0 px changed there, {differs.sum():,} px where it was allowed" in badge.inner_text()
    stage.send(page, "do: adjust image#1 op=invert")
    assert bot(page, "image#3").locator(".u-proof").count() == 0


# Clips


def test_a_clip_is_stepped_frame_by_frame_and_drawn_on_where_it_stands(page, tmp_path):
    stage.attach(page, stage.clip(tmp_path / "moving.mp4"))
    stage.send(page, "do: adjust video#1 op=invert")
    result = bot(page, "video#2")
    for _ in range(3):
        result.locator(".u-framebar [data-act=next]").click()
    result.locator(".u-framebar [data-act=back]").click()
    page.wait_for_function(
        "() => document.querySelector('[data-ref=\"video#2\"] output').textContent.startsWith('frame 2 of 23')"
    )
    result.locator("[data-act=draw]").click()
    stage.shown(page)
    assert page.inner_text(".u-frames output").startswith("frame 2 of 23")


# While a call runs


def test_skip_goes_on_with_the_next_call_and_stop_ends_the_reply(page, site):
    stage.send(page, 'do: image "one"\ndo: image "two"', wait=False)
    page.wait_for_selector("[data-act=skip]")
    page.wait_for_selector(".u-strip img")
    page.locator("[data-act=skip]").click()
    page.wait_for_selector(".u-skipped")
    page.wait_for_function("() => document.querySelectorAll('.u-step').length === 2")
    page.locator("[data-act=halt]:enabled").last.click()
    stage.idle(page)
    message = site.messages(page)[-1]
    assert message.state == "stopped"
    assert [part.what for part in message.parts if isinstance(part, Failure)] == ["Skipped."]
    assert page.locator(".u-error").count() == 0
