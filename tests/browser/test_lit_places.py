"""What words of a reply name lights up where it is: a stretch on a sound and a clip, a mask on the frame where it is seen, and back."""

from __future__ import annotations

import numpy as np
import pytest

from models.expert import Sound
from models.sound import save_wav
from tests.browser import stage

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 412, "height": 800}, "has_touch": True, "is_mobile": True}


class Raw(stage.Scripted):
    """Also writes tokens as they are given after ``raw ``."""

    def stream(self, messages, shelf, options, cancel):
        text = messages[-1].text
        yield from [text[4:]] if text.startswith("raw ") else super().stream(messages, shelf, options, cancel)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    with stage.serve(tmp_path_factory.mktemp("told"), Raw()) as site:
        yield site


def tone(path, seconds=4.0, rate=16000):
    samples = 0.3 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate)) / rate)
    save_wav(Sound(samples.astype(np.float32)[:, None], rate), path)
    return path


def lit(page, selector):
    return page.locator(f"{selector}.u-lit").count()


def time_of(page, selector):
    return page.evaluate("s => document.querySelector(s).currentTime", selector)


def follow(page, tmp_path):
    """Mark the square of a clip on its tenth frame, have it followed, and wait for the masks on the player."""
    stage.attach(page, stage.clip(tmp_path / "moving.mp4"))
    stage.open_editor(page, "video#1")
    for _ in range(10):
        page.click("dialog [data-act=next]")
    page.wait_for_function("() => !document.querySelector('.u-busy')")
    stage.drag(page, [(56 / 192, 36 / 128), (104 / 192, 84 / 128)])
    page.fill(".u-object input", "red square")
    page.click("[data-act=done]")
    stage.send(page, "say The red square moves.\ndo: video_segment video#1 region#1")
    page.wait_for_selector(".u-film")
    page.locator(".u-film").scroll_into_view_if_needed()
    page.wait_for_selector(".u-film .u-label")


def test_a_stretch_that_words_name_lights_on_the_waveform_is_heard_and_lights_its_words(visit, told, tmp_path):
    page = visit(told.url)
    stage.attach(page, tone(tmp_path / "tone.wav"))
    stage.send(page, "raw Hear <ref>the loud part</ref><t>1-2</t> of it.")
    words, span = page.locator("[data-testid=bot] .u-ph"), page.locator("[data-testid=bot] .u-wave .u-span")
    assert words.inner_text() == "the loud part"
    wave = page.locator("[data-testid=bot] .u-wave").bounding_box()
    place = span.bounding_box()
    assert place["x"] - wave["x"] == pytest.approx(wave["width"] / 4, abs=2)
    assert place["width"] == pytest.approx(wave["width"] / 4, abs=4)
    words.hover()
    assert lit(page, ".u-span") == 1
    page.mouse.move(wave["x"] + wave["width"] * 0.9, wave["y"] + 5)
    assert lit(page, ".u-span") == 0
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + 5)
    assert lit(page, ".u-ph") == 1
    words.focus()
    page.keyboard.press("Enter")
    player = "[data-testid=bot] audio"
    page.wait_for_function("s => document.querySelector(s).currentTime > 1.2", arg=player)
    page.wait_for_function("s => document.querySelector(s).paused", arg=player)
    assert 1.9 < time_of(page, player) < 2.3, "it is heard to its end and no further"
    assert lit(page, ".u-span") == 1, "what was pressed stays lit"
    page.keyboard.press("Escape")
    assert lit(page, ".u-span") == 0


def test_a_stretch_and_a_box_on_a_clip_are_sought_when_their_words_are_lit(visit, told, tmp_path):
    page = visit(told.url)
    stage.attach(page, stage.clip(tmp_path / "moving.mp4"))
    stage.send(
        page,
        "raw Look at <ref>the turn</ref><t>0.5-1</t>, and <ref>the square</ref><box>500,300,720,640</box><t>1.5-1.9</t>.",
    )
    film = "[data-testid=bot] video"
    page.wait_for_function("s => document.querySelector(s).readyState > 1", arg=film)
    box = page.locator("[data-testid=bot] .u-box")
    assert not box.is_visible(), "it lies on a frame that is not shown"
    page.locator("[data-testid=bot] .u-ph").nth(1).hover()
    page.wait_for_function(
        "s => { const t = document.querySelector(s).currentTime; return t >= 1.5 && t < 1.9; }", arg=film
    )
    box.wait_for(state="visible")
    assert lit(page, ".u-box") == 1
    page.locator("[data-testid=bot] .u-ph").nth(0).hover()
    page.wait_for_function(
        "s => { const t = document.querySelector(s).currentTime; return t >= 0.5 && t < 1; }", arg=film
    )
    assert not box.is_visible()
    assert page.locator(".u-times .u-span").count() == 2
    page.locator(".u-times .u-span").nth(1).hover()
    assert page.locator("[data-testid=bot] .u-ph.u-lit").inner_text() == "the square"


def test_the_masks_of_a_clip_lie_on_its_frames_in_their_colour_and_light_with_their_words(visit, told, tmp_path):
    page = visit(told.url)
    follow(page, tmp_path)
    film, layer = ".u-film video", ".u-film canvas.u-mask"
    seen = page.evaluate(
        """async ([film, layer]) => {
            const video = document.querySelector(film), canvas = document.querySelector(layer), seen = [];
            for (const frame of [3, 20]) {
                video.currentTime = (frame + 0.5) / 12;
                await new Promise((done) => video.addEventListener("seeked", done, { once: true }));
                await new Promise((done) => setTimeout(done, 100));
                const pen = canvas.getContext("2d"), { width, height } = canvas;
                const at = (x, y) => [...pen.getImageData(Math.round(x * width / 192), Math.round(y * height / 128), 1, 1).data];
                seen.push([at(40 + 4 * frame, 60), at(170 - 8 * frame, 110)]);
            }
            return seen;
        }""",
        [film, layer],
    )
    amber = [0xF5, 0x9E, 0x0B, 255]
    assert seen == [[amber, [0, 0, 0, 0]]] * 2, "on the square of each frame, and nowhere else"
    swatch = page.locator(".u-item[data-kind=masks] .u-swatch").first
    assert swatch.evaluate("n => getComputedStyle(n).backgroundColor") == "rgb(245, 158, 11)"
    assert page.locator("[data-testid=bot] .u-ph.u-c0").inner_text() == "red square"
    page.locator("[data-testid=bot] .u-ph").hover()
    assert lit(page, ".u-film .u-mask") == 1
    stage_box = page.locator(".u-film").bounding_box()
    page.mouse.move(stage_box["x"] + stage_box["width"] * 120 / 192, stage_box["y"] + stage_box["height"] * 60 / 128)
    assert page.locator("[data-testid=bot] .u-ph.u-lit").count() == 1
    page.mouse.move(stage_box["x"] + 4, stage_box["y"] + 4)
    assert page.locator("[data-testid=bot] .u-ph.u-lit").count() == 0


def test_a_word_that_asks_for_a_mask_lights_the_one_of_its_reply_and_one_that_was_made_before(visit, told, tmp_path):
    page = visit(told.url)
    stage.attach(page, stage.photo(tmp_path / "square.png", (120, 60, 200, 140)))
    stage.open_editor(page, "image#1")
    stage.drag(page, [(0.36, 0.24), (0.70, 0.76)])
    page.click("[data-act=done]")
    stage.send(page, "raw Here is <ref>the tile</ref><seg>.<task>segment image#1 region#1</task>")
    page.wait_for_selector(".u-mask")
    page.locator("[data-testid=bot] .u-ph").hover()
    assert page.locator(".u-mask.u-lit").get_attribute("data-ref") == "mask#1"
    stage.send(page, "raw That was <ref>the thing</ref>@mask#1.")
    page.wait_for_function("() => document.querySelectorAll('.u-mask').length === 2")
    page.locator("[data-testid=bot] .u-ph").nth(1).hover()
    assert page.locator(".u-mask.u-lit").count() == 2


def test_what_a_persons_own_words_name_lights_with_its_mark_its_stretch_and_its_mask(visit, told, tmp_path):
    page = visit(told.url)
    stage.attach(page, stage.photo(tmp_path / "square.png", (120, 60, 200, 140)))
    stage.attach(page, tone(tmp_path / "tone.wav"))
    stage.open_editor(page, "image#1")
    stage.drag(page, [(0.36, 0.24), (0.70, 0.76)])
    page.click("[data-act=done]")
    text = (
        "say Cut region#1 out and hear audio#1 from 1.00 s to 2.00 s, not <b>audio#1</b>.\ndo: segment image#1 region#1"
    )
    stage.send(page, text)
    page.wait_for_selector(".u-mask")
    asked = page.locator("[data-testid=user]").first
    assert asked.locator(".u-text").inner_text() == text
    names = asked.locator(".u-text .u-ph")
    assert names.all_inner_texts() == ["region#1", "audio#1 from 1.00 s to 2.00 s", "region#1"]
    names.first.hover()
    assert (lit(page, ".u-mark"), lit(page, ".u-tag"), lit(page, ".u-span")) == (1, 1, 0)
    names.nth(1).hover()
    assert (lit(page, ".u-mark"), lit(page, "[data-testid=user] .u-wave .u-span")) == (0, 1)
    mark = asked.locator(".u-stage svg")
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
    assert (lit(page, ".u-mark"), lit(page, ".u-text .u-ph")) == (1, 2), "the mark lights its names"
    page.mouse.move(box["x"] + box["width"] * 0.1, box["y"] + box["height"] * 0.1)
    assert (lit(page, ".u-mark"), lit(page, ".u-text .u-ph")) == (0, 0)
    names.nth(1).focus()
    page.keyboard.press("Enter")
    player = "[data-testid=user] audio"
    page.wait_for_function("s => document.querySelector(s).currentTime > 1.2", arg=player)
    page.keyboard.press("Escape")
    stage.send(page, "say That is mask#1, of region#1.")
    reply = page.locator("[data-testid=bot] .u-ph")
    reply.nth(reply.count() - 2).hover()
    assert page.locator(".u-mask.u-lit").get_attribute("data-ref") == "mask#1"
    page.locator("[data-testid=bot] .u-ph").last.hover()
    assert (lit(page, ".u-mask"), lit(page, ".u-mark")) == (0, 1)
    page.locator("[data-testid=user] .u-turn [data-turn=edit]").first.click()
    assert page.input_value("[data-testid=user] .u-turn textarea") == text, "names are words when they are edited"


def test_a_tap_on_a_point_lights_its_words(visit, told, tmp_path):
    page = visit(told.url, **PHONE)
    stage.attach(page, stage.photo(tmp_path / "square.png", (120, 60, 200, 140)))
    stage.send(page, "raw It is <ref>the tile</ref><pt>530,500</pt>.")
    dot = page.locator("[data-testid=bot] .u-dot")
    dot.scroll_into_view_if_needed()
    box = dot.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] + 4, box["y"] + 7)  # a finger is seldom exact
    page.wait_for_selector(".u-ph.u-lit")
    dot.tap()
    page.wait_for_selector(".u-ph:not(.u-lit)")


@pytest.mark.parametrize("screen", [{}, PHONE], ids=["desk", "phone"])
def test_a_question_which_one_has_a_button_to_mark_it_and_the_words_are_there_again(visit, told, tmp_path, screen):
    page = visit(told.url, **screen)
    press = page.tap if screen else page.click
    stage.attach(page, stage.photo(tmp_path / "square.png", (120, 60, 200, 140)))
    stage.send(page, "raw Which one? Please mark it in image#1 first.")
    press("[data-answer='Mark it in image#1']")
    stage.shown(page)
    (stage.touch if screen else stage.drag)(page, [(0.36, 0.24), (0.70, 0.76)])
    press("[data-act=done]")
    assert page.inner_text(".u-chip .u-name") == "region#1"
    assert page.input_value("#box textarea") == "raw Which one? Please mark it in image#1 first."
    page.fill("#box textarea", "something else")
    press("[data-answer='Mark it in image#1']")
    stage.shown(page)
    press("dialog [data-act=cancel]")
    assert page.input_value("#box textarea") == "something else", "what is being written stays"


def test_a_tap_on_words_lights_and_plays_their_stretch(visit, told, tmp_path):
    page = visit(told.url, **PHONE)
    stage.attach(page, tone(tmp_path / "tone.wav"))
    stage.send(page, "raw Hear <ref>the loud part</ref><t>1-2</t>.")
    page.tap("[data-testid=bot] .u-ph")
    page.wait_for_selector(".u-span.u-lit")
    page.wait_for_function("() => document.querySelector('[data-testid=bot] audio').currentTime >= 1")
    page.tap("[data-testid=bot] .u-ph")
    page.wait_for_selector(".u-span:not(.u-lit)")
    assert page.evaluate("document.querySelector('[data-testid=bot] audio').paused")
    assert page.evaluate("document.documentElement.scrollWidth") == 412
