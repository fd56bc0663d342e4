"""From marks to words: references put into the message by a click, words that light a chip, and stretches of sounds."""

from __future__ import annotations

import re

import pytest

from tests.browser import stage
from tests.browser.editor_page import CLIP, PICTURE, SOUND, WIDE, regions

pytestmark = pytest.mark.browser
BOX = {"type": "box", "box": [0.1, 0.1, 0.4, 0.5]}


def marked(number, ref="image#1", **more):
    return {"id": number, "ref": ref, "time": None, "mask": None, "label": "", "shapes": [BOX], **more}


def words(page):
    return page.input_value("#box textarea")


def lit(page):
    return page.evaluate("[...document.querySelectorAll('.u-lit')].map(e => e.dataset.name)")


# References


def test_a_click_on_a_number_puts_the_reference_in_at_the_cursor(editor):
    page = editor(PICTURE, WIDE, dialog=False, regions=[marked(2), marked(3, "image#2", label="cat")], next=2)
    page.fill("#box textarea", "blur and sharpen")
    page.evaluate("document.querySelector('#box textarea').setSelectionRange(4, 4)")
    page.click("[data-region='2'] .u-name")
    assert words(page) == "blur region#2 and sharpen"
    assert page.evaluate("document.activeElement.selectionStart") == len("blur region#2")
    page.evaluate("document.querySelector('#box textarea').setSelectionRange(99, 99)")
    page.click("[data-region='3'] .u-name")
    page.keyboard.type("too")
    assert words(page) == "blur region#2 and sharpen region#3 too"
    page.focus("[data-ref='image#2'] .u-title")
    page.keyboard.press("Enter")
    assert words(page).endswith(" too image#2 ")


def test_what_the_words_name_is_lit_as_one_types(editor):
    page = editor(PICTURE, WIDE, dialog=False, regions=[marked(1), marked(12)])
    page.locator("#box textarea").press_sequentially("put Region#1")
    assert lit(page) == ["region#1"]
    assert page.get_attribute("[data-region='1']", "aria-current") == "true"
    page.keyboard.type("2 into image#2.")
    assert lit(page) == ["region#12", "image#2"]
    page.fill("#box textarea", "regions and images")
    assert lit(page) == []
    assert page.get_attribute("[data-region='12']", "aria-current") is None


def test_the_dialog_puts_a_reference_in_that_stays_right(editor):
    page = editor()
    stage.drag(page, [(0.1, 0.1), (0.3, 0.3)])
    stage.drag(page, [(0.5, 0.5), (0.9, 0.9)])
    page.click("[data-refer='2']")
    assert words(page) == "region#2 "
    assert "now stands in your message" in page.inner_text(".u-editor .u-hint")
    page.click("[aria-label='Remove region#1']")
    page.click("[data-act=done]")
    assert [region["id"] for region in regions(page)] == [2]
    assert lit(page) == ["region#2"]
    page.click("[data-mark]")
    stage.shown(page)
    stage.drag(page, [(0.1, 0.6), (0.3, 0.8)])
    page.click("[data-act=done]")
    assert [region["id"] for region in regions(page)] == [2, 3]
    page.click("[data-remove='2']")
    assert page.locator(".u-chip .u-name").all_inner_texts() == ["region#3"]


def test_regions_of_one_picture_leave_those_of_another_where_they_were(editor):
    page = editor(WIDE, PICTURE, dialog=False, regions=[marked(1, "image#2"), marked(2), marked(3, "image#2")])
    page.click("[data-edit='3']")
    stage.shown(page)
    assert page.inner_text(".u-object.u-on .u-pick") == "#3"
    assert page.locator(".u-number").all_inner_texts() == ["#1", "#3"]
    stage.drag(page, [(0.5, 0.5), (0.7, 0.7)])
    page.click("[data-act=done]")
    assert [(region["id"], region["ref"]) for region in regions(page)] == [
        (1, "image#2"),
        (2, "image#1"),
        (3, "image#2"),
        (4, "image#2"),
    ]


# Stretches of a sound


def open_sound(editor, phone=False, **how):
    page = editor(SOUND, dialog=False, phone=phone, **how)
    page.click("[data-stretch='audio#1']")
    heard(page)
    return page


def heard(page):
    """Wait until the waveform is drawn."""
    page.wait_for_selector(".u-stretch[open]:not(.u-busy) [data-end=to]:visible")


def along(page, seconds, long=4.0):
    box = page.locator(".u-waveform").bounding_box()
    return box["x"] + box["width"] * seconds / long, box["y"] + 40


def ends(page):
    return [float(page.get_attribute(f"[data-end={end}]", "aria-valuenow")) for end in ("from", "to")]


def inked(page, seconds):
    """Return how many pixels of the waveform are painted in the column at a time."""
    return page.evaluate(
        "share => { const c = document.querySelector('.u-waveform canvas'), x = Math.round(c.width * share);"
        " const p = c.getContext('2d').getImageData(x, 0, 1, c.height - 22 * devicePixelRatio).data;"
        " let n = 0; for (let i = 3; i < p.length; i += 4) n += p[i] > 100 ? 1 : 0; return n; }",
        seconds / 4,
    )


def test_a_stretch_drawn_by_mouse_becomes_words_with_exact_times(editor):
    page = open_sound(editor)
    assert "No task takes a region of a sound" in page.inner_text(".u-stretch .u-hint")
    assert inked(page, 2.3) > 5 * inked(page, 0.6) > 0  # the loud part stands out
    page.mouse.move(*along(page, 1.2))
    page.mouse.down()
    page.mouse.move(*along(page, 3.4), steps=4)
    page.mouse.up()
    assert ends(page) == pytest.approx([1.2, 3.4], abs=0.02)
    page.mouse.move(*along(page, ends(page)[1]))
    page.mouse.down()
    page.mouse.move(*along(page, 9.0), steps=4)  # far out of the waveform
    page.mouse.up()
    assert ends(page)[1] == 4.0
    page.keyboard.press("Control+z")
    assert ends(page)[1] == pytest.approx(3.4, abs=0.02)
    page.fill("[data-field=from]", "1.2")
    page.fill("[data-field=to]", "3.4")
    page.keyboard.press("Enter")
    page.click("[data-sound=use]")
    assert words(page) == "audio#1 from 1.20 s to 3.40 s "
    assert page.locator("dialog[open]").count() == 0
    assert lit(page) == ["audio#1"]


def test_a_finger_and_the_keyboard_mark_a_stretch(editor):
    page = open_sound(editor, phone=True)
    box = page.locator(".u-waveform").bounding_box()
    session = page.context.new_cdp_session(page)
    for kind, seconds in (("touchStart", 1.0), ("touchMove", 1.5), ("touchMove", 3.0)):
        point = {"x": box["x"] + box["width"] * seconds / 4, "y": box["y"] + 40}
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert ends(page) == pytest.approx([1.0, 3.0], abs=0.03)
    sizes = page.evaluate("[...document.querySelectorAll('.u-end')].map(e => e.getBoundingClientRect().width)")
    assert min(sizes) >= 24
    page.focus("[data-end=from]")
    for key in ("Home", "ArrowRight", "ArrowRight", "Shift+ArrowRight", "PageUp"):
        page.keyboard.press(key)
    page.focus("[data-end=to]")
    for key in ("End", "ArrowLeft", "PageDown"):
        page.keyboard.press(key)
    assert ends(page) == [1.12, 2.99]
    assert page.get_attribute("[data-end=to]", "aria-valuetext") == "2.99 seconds"
    page.keyboard.press("PageDown")
    page.keyboard.press("PageDown")
    assert ends(page) == [1.12, 1.13]  # the ends never pass each other
    outside = page.evaluate(
        "[...document.querySelectorAll('.u-stretch .u-btn, .u-stretch input')].map(e => e.getBoundingClientRect())"
        ".filter(r => r.width && (r.left < 0 || r.right > innerWidth || r.bottom > innerHeight)).length"
    )
    assert outside == 0
    page.click("[data-sound=use]")
    assert words(page) == "audio#1 from 1.12 s to 1.13 s "


def test_a_sound_is_enlarged_and_its_times_stay_exact(editor):
    page = open_sound(editor)
    page.fill("[data-field=from]", "2")
    page.fill("[data-field=to]", "2.2")
    page.keyboard.press("Enter")
    for _ in range(6):
        page.click("[data-sound=nearer]")
    page.wait_for_function(
        "parseFloat(document.querySelector('[data-end=to]').style.left) - parseFloat(document.querySelector('[data-end=from]').style.left) > 50"
    )
    box = page.locator(".u-waveform").bounding_box()
    left = page.evaluate("parseFloat(document.querySelector('[data-end=from]').style.left) / 100")
    right = page.evaluate("parseFloat(document.querySelector('[data-end=to]').style.left) / 100")
    page.mouse.move(box["x"] + box["width"] * right, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * (left + right) / 2, box["y"] + 40, steps=3)
    page.mouse.up()
    assert ends(page) == pytest.approx([2.0, 2.1], abs=0.011)
    page.keyboard.press("0")
    assert page.evaluate("parseFloat(document.querySelector('[data-end=from]').style.left)") == pytest.approx(
        50, abs=0.1
    )


def test_a_stretch_is_heard_from_its_start_to_its_end(editor):
    page = open_sound(editor)
    page.evaluate(
        "() => { window.heard = []; HTMLMediaElement.prototype.play = function () { heard.push(this.currentTime); this.fake = true; return Promise.resolve(); };"
        " Object.defineProperty(HTMLMediaElement.prototype, 'paused', { get() { return !this.fake; } });"
        " HTMLMediaElement.prototype.pause = function () { this.fake = false; }; }"
    )
    page.fill("[data-field=from]", "1.5")
    page.fill("[data-field=to]", "2.5")
    page.click("[data-sound=play]")
    assert page.inner_text("[data-sound=play]") == "Stop"
    assert page.evaluate("heard") == [pytest.approx(1.5, abs=0.01)]
    page.click("[data-sound=play]")
    assert page.inner_text("[data-sound=play]") == "Play"


def test_the_sound_of_a_clip_is_offered_where_it_has_one_and_missing_sounds_are_told(editor):
    page = editor(CLIP, {**CLIP, "ref": "video#2", "sound": True}, dialog=False, expected="404")
    assert page.locator("[data-stretch]").evaluate_all("all => all.map(e => e.dataset.stretch)") == ["video#2"]
    page.click("[data-stretch='video#2']")
    page.wait_for_function("/no sound/.test(document.querySelector('.u-stretch .u-hint').textContent)")
    assert page.is_disabled("[data-sound=use]")
    gone = {"ref": "audio#9", "kind": "audio", "url": "/gone.wav"}
    page.evaluate(  # at once: that the dialog was closed is told to it when it is open again
        "gone => { document.querySelector('[data-sound=cancel]').click();"
        " window.dispatchEvent(new CustomEvent('unison:draw', { detail: gone })); }",
        gone,
    )
    page.wait_for_function("/cannot be shown/.test(document.querySelector('.u-stretch .u-hint').textContent)")
    assert words(page) == ""


def test_another_sound_may_come_while_one_is_read_and_a_storm_of_clicks_puts_one_stretch_in(editor, editor_files):
    page = editor(SOUND, dialog=False)
    held = []
    page.route("**/late.wav", lambda route: held.append(route))
    late = {"ref": "audio#2", "kind": "audio", "url": "/late.wav"}
    page.evaluate("late => window.dispatchEvent(new CustomEvent('unison:draw', { detail: late }))", late)
    page.wait_for_function("/Reading/.test(document.querySelector('.u-stretch .u-hint').textContent)")
    page.evaluate("sound => window.dispatchEvent(new CustomEvent('unison:draw', { detail: sound }))", SOUND)
    heard(page)
    held[0].fulfill(path=editor_files[0] / "steps.wav")
    assert page.inner_text(".u-stretch h2") == "Mark a stretch of audio#1"
    page.evaluate("for (let n = 0; n < 30; n++) document.querySelector('[data-sound=use]').click()")
    assert re.findall(r"audio#\d from", words(page)) == ["audio#1 from"]
