"""What is marked, chosen and made, with every medium and every hand: a picture, a clip, a sound and a mask, by mouse at a desk, by
finger on a phone, and by the keyboard alone."""

from __future__ import annotations

from typing import Any

import pytest

from models.values import Failure, Media, Region, Step, TaskCall
from tests.browser import stage
from tests.browser.seat import ATTACHED, CALLS, EXACT, KINDS, MADE, ROUND, TASKS, Seat

pytestmark = pytest.mark.browser


# A message


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_marked_is_named_by_a_click_told_by_the_chip_and_echoed(seat, kind):
    page, hand = seat.page, seat.hand
    seat.attach(kind)
    if kind == "mask":
        seat.marked()
        stage.send(page, CALLS["mask"])
        seat.press("[data-testid=bot] .u-item[data-kind=masks] [data-act=draw]")
    else:
        seat.press("[data-stretch]" if kind == "audio" else "[data-mark]")
    if kind == "audio":
        page.wait_for_selector(".u-stretch[open]:not(.u-busy) [data-end=to]:visible")
        page.focus("[data-end=from]")
        page.keyboard.press("PageUp")
        seat.press("[data-sound=use]")
        assert page.input_value("#box textarea") == "audio#1 from 1.00 s to 4.00 s "
        name = "audio#1"
    else:
        stage.shown(page)
        for _ in range(3 if kind == "video" else 0):
            seat.press("[data-act=next]")
        stage.shown(page)
        hand.stroke(page, ROUND)
        page.locator(".u-object input").press_sequentially("red square")
        seat.press("[data-act=done]")
        name = f"region#{2 if kind == 'mask' else 1}"
        seat.press(".u-chip .u-name")
        assert page.input_value("#box textarea") == f"{name} "
        page.wait_for_selector(f".u-chip.u-lit[data-name='{name}']")
    page.keyboard.press("ControlOrMeta+a")
    call = {"video": "segment", "audio": "audio_adjust audio#1 op=reverse"}.get(kind, f"segment image#1 {name}")
    call = f"adjust video#1 {name} op=invert where=inside" if kind == "video" else call
    where = f"{name} from 1.00 s to 4.00 s" if kind == "audio" else name
    page.keyboard.insert_text(f"I mean {where}.\ndo: {call}")
    page.wait_for_function("w => document.querySelector('.u-aim-words').innerText.includes(w)", arg=call.split()[0])
    assert ATTACHED[kind] in page.inner_text(".u-aim-words")
    how = {"video": "invert", "audio": "reverse"}.get(kind, "")
    assert how in page.inner_text(".u-aim-words")
    assert page.locator("[data-name].u-lit").count() >= 1
    if hand.way == "finger":
        seat.press("#box [data-testid=submit-button]")
    else:
        page.press("#box textarea", "Enter")
    page.wait_for_selector(".u-outbox[data-sending='0']", state="attached")
    stage.idle(page)
    asked, reply = seat.site.messages(page)[-2:]
    assert not [part for part in reply.parts if isinstance(part, Failure)]
    shown = page.locator("[data-testid=user]").last
    assert call.split()[0] in shown.locator(".u-understood").inner_text()
    if kind == "audio":
        assert "audio#1" in shown.locator(".u-understood").inner_text()
        assert shown.locator(".u-item[data-ref='audio#1'] audio").is_visible()
        assert shown.locator(".u-wave img").is_visible()
        assert shown.locator(".u-wave .u-span").count() == 1, "the stretch is drawn on the waveform"
        title = shown.locator(".u-wave .u-span").get_attribute("title")
        assert title.count("to") == 1, "it tells its time once"
        assert shown.locator(".u-text .u-ph").inner_text() == where
        return
    (region,) = [part for part in asked.parts if isinstance(part, Region)]
    assert (region.handle, region.label, region.mask) == (name, "red square", "mask#1" if kind == "mask" else None)
    assert (region.box.x0, region.box.y0, region.box.x1, region.box.y1) == pytest.approx(
        (0.3, 0.2, 0.7, 0.8), abs=0.012
    )
    assert shown.locator(".u-item svg rect").count() >= 1, "the mark is drawn on the medium"
    assert name in shown.locator(".u-tags").inner_text()
    assert shown.locator(".u-text .u-ph").first.inner_text() == name
    if kind == "video":
        assert region.time == 3 / 12
        assert "frame 3" in shown.locator(".u-tags").inner_text()


@pytest.mark.parametrize("kind", KINDS)
def test_the_target_is_chosen_before_and_changed_after(seat, kind):
    page = seat.page
    seat.begin(kind, twice=True)
    if kind == "mask":
        stage.send(page, "do: segment image#1 region#1 region#2")
    word = "image" if kind == "image" else kind
    page.fill("#box textarea", "say never mind")
    page.wait_for_function("() => document.querySelector('.u-aim-words').innerText.includes('in words')")
    seat.press(".u-aim")
    page.wait_for_selector(f".u-aims:popover-open [data-key='media-{word}#2']")
    press = ".u-aims {}" if seat.hand.way == "keys" else ".u-aims .u-pill:has({})"
    seat.press(press.format(f"[data-key=task-{TASKS[kind]}]"))
    seat.press(press.format(f"[data-key='media-{word}#2']"))
    page.wait_for_function("w => document.querySelector('.u-aim-words').innerText.includes(w)", arg=f"{word}#2")
    seat.press(".u-aims [data-key=close]")
    page.press("#box textarea", "Enter")
    page.wait_for_selector(".u-outbox[data-sending='0']", state="attached")
    stage.idle(page)
    (call,) = seat.made(TaskCall)
    assert (call.task, call.refs(word)) == (TASKS[kind], [f"{word}#2"])
    seat.press(".u-meant summary")
    for wish in (f"task-{TASKS[kind]}", f"media-{word}#1"):
        seat.press(press.format(f"[data-key='{wish}']").replace(".u-aims", ".u-meant"))
    seat.press("[data-act=meant]")
    page.wait_for_selector("[data-testid=bot] .u-turn output")
    stage.idle(page)
    (call,) = seat.made(TaskCall)
    assert (call.task, call.refs(word)) == (TASKS[kind], [f"{word}#1"])
    assert seat.made(Failure) == []
    assert seat.site.messages(page)[-2].text == "say never mind"


# Under a result


@pytest.mark.parametrize("kind", KINDS)
def test_a_result_is_used_drawn_on_compared_saved_copied_and_made_again(seat, kind, tmp_path):
    page, handle = seat.page, MADE[kind]
    seat.begin(kind)
    stage.send(page, CALLS[kind])
    result = page.locator(f"[data-testid=bot] .u-item[data-ref='{handle}']")

    seat.bot(handle, "[data-act=use]")
    assert seat.tiles() == [handle]
    seat.press(".u-tile > .u-x")
    page.wait_for_selector(".u-tile", state="detached")

    seat.bot(handle, "[data-act=draw]")
    if kind == "audio":
        page.wait_for_selector(".u-stretch[open]:not(.u-busy)")
    else:
        stage.shown(page)
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")

    if kind == "mask":  # it lies on its picture: hidden and shown
        seat.bot(handle, ".u-actions >> text=Mask")
        assert not result.locator(".u-mask").is_visible()
        seat.bot(handle, ".u-actions >> text=Mask")
        assert result.locator(".u-mask").is_visible()
    else:
        seat.bot(handle, "[data-act=compare]")
        seat.bot(handle, "[data-way=side]")
        assert result.locator(".u-before").is_visible()
        hold = result.locator("[data-act=hold]")
        hold.scroll_into_view_if_needed()
        held(seat, hold)
        seat.bot(handle, "[data-act=compare]")
        assert result.locator(".u-before").count() == 0

    with page.expect_download() as saved:
        seat.bot(handle, "[data-export=png]" if kind == "mask" else "[data-download]")
    (medium,) = [part for part in seat.made(Media) if part.handle == handle]
    saved.value.save_as(tmp_path / "saved")
    assert (tmp_path / "saved").read_bytes() == seat.site.engine.store.file(medium).read_bytes()
    assert saved.value.suggested_filename.startswith("mask1-png" if kind == "mask" else f"{kind}-2.")

    seat.press("[data-act=copy]")
    page.wait_for_function("() => document.querySelector('[data-act=copy]').textContent === 'Copied'")
    assert page.evaluate("navigator.clipboard.readText()") == f"<task>{CALLS[kind].removeprefix('do: ')}</task>"
    seat.press(".u-step summary")
    (first,) = seat.made(Step)
    assert str(first.seed) in page.inner_text(".u-step table")

    for more, which in enumerate(("same", "new"), start=1):
        following = f"{kind}#{int(handle.partition('#')[2]) + more}"
        seat.hand.press(page.locator(f"[data-again={which}]").last)
        page.wait_for_selector(f"[data-testid=bot] .u-item[data-ref='{following}']")
        stage.idle(page)
        (step,) = seat.made(Step)
        assert (step.seed == first.seed) == (which == "same")
        words = page.locator(f"[data-testid=bot] .u-item[data-ref='{following}']").inner_text()
        exact = kind in EXACT and (which == "same" or kind != "image")  # a picture's file holds the seed that made it
        assert (f"the same bytes as {handle}" in words) or not exact
        assert seat.made(Failure) == []


def held(seat: Seat, button: Any) -> None:
    """Hold *button* down and let it go, and see the one half drawn while it is held."""
    page, pressed = seat.page, "node => node.getAttribute('aria-pressed')"
    box = button.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    if seat.hand.way == "keys":
        button.focus()
        page.keyboard.down("Space")
    elif seat.hand.way == "mouse":
        page.mouse.move(x, y)
        page.mouse.down()
    else:
        touch = page.context.new_cdp_session(page)
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    assert button.evaluate(pressed) == "true"
    if seat.hand.way == "keys":
        page.keyboard.up("Space")
    elif seat.hand.way == "mouse":
        page.mouse.up()
    else:
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        touch.detach()
    assert button.evaluate(pressed) == "false"


@pytest.mark.parametrize("kind", KINDS)
def test_a_result_is_named_in_the_message_by_a_click_on_its_name(seat, kind):
    page, handle = seat.page, MADE[kind]
    seat.begin(kind)
    stage.send(page, CALLS[kind])
    page.fill("#box textarea", "blur ,")
    page.evaluate("document.querySelector('#box textarea').setSelectionRange(5, 5)")
    seat.bot(handle, f"figcaption [data-refer='{handle}']")
    assert page.input_value("#box textarea") == f"blur {handle},"
    # Whoever answers the person's own message by it finds that one named too.
    seat.press(f"[data-testid=user] figcaption [data-refer='{ATTACHED[kind]}']")
    assert page.input_value("#box textarea") == f"blur {handle} {ATTACHED[kind]},"


@pytest.mark.parametrize("kind", ["image", "video", "mask"])
def test_places_and_masks_are_exported_in_every_form(seat, kind):
    page = seat.page
    if kind == "image":  # what was found in a picture is exported as boxes
        stage.send(page, 'do: image "a cat and a dog on grass" size=160x120')
        stage.send(page, "do: detect image#1")
        handle, forms = "image#2", ("coco", "svg")
    else:
        seat.attach(kind)
        seat.press("[data-mark]")
        stage.shown(page)
        seat.hand.stroke(page, [(0.1, 0.3), (0.3, 0.6)] if kind == "video" else ROUND)
        seat.press("[data-act=done]")
        stage.send(page, "do: video_segment video#1 region#1" if kind == "video" else CALLS["mask"])
        handle, forms = "mask#1", ("png", "rle", "coco", "svg")
    assert seat.made(Failure) == []
    for form in forms:
        with page.expect_download() as saved:
            seat.bot(handle, f"[data-export={form}]")
        assert saved.value.suggested_filename.startswith(handle.replace("#", "") + f"-{form}")
        assert saved.value.path().stat().st_size > 20


def test_a_sound_has_no_marks_to_export(seat):
    seat.begin("audio")
    stage.send(seat.page, CALLS["audio"])
    assert seat.page.locator("[data-download]").count() >= 1
    assert seat.page.locator("[data-export]").count() == 0
