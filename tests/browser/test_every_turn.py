"""Turns and whole conversations with every medium and every hand: made again, changed, taken back, branched, stopped, found, kept."""

from __future__ import annotations

import zipfile

import pytest

from models.values import Media
from tests.browser import stage
from tests.browser.seat import ATTACHED, CALLS, EXACT, KINDS, MADE, SLOW

pytestmark = pytest.mark.browser


# Under a message


@pytest.mark.parametrize("kind", KINDS)
def test_a_turn_is_made_again_edited_taken_back_brought_back_and_branched(seat, kind):
    page, source = seat.page, ATTACHED[kind]
    seat.begin(kind)
    stage.send(page, CALLS[kind])
    first = seat.site.messages(page)[-1]
    told = "w => document.querySelector('#chat .u-turn output')?.textContent === w"

    seat.press("#chat [aria-label=Retry]")
    page.wait_for_function(told, arg="2 / 2")
    stage.idle(page)
    assert seat.site.messages(page)[-1].state == "done"
    seat.press("[data-testid=bot] .u-turn [aria-label='Earlier variant']")
    page.wait_for_function(told, arg="1 / 2")
    assert seat.site.messages(page)[-1].parts == first.parts

    seat.press("[data-testid=user] [data-turn=edit]")
    page.keyboard.press("End")
    page.keyboard.type(" ")
    page.keyboard.type("and say why")
    if seat.hand.way == "finger":
        seat.press("[data-turn=save]")
    else:
        page.keyboard.press("Enter")
    page.wait_for_selector("[data-testid=user] .u-text >> text=and say why")
    stage.idle(page)
    asked = seat.site.messages(page)[-2]
    assert [part.handle for part in asked.parts if isinstance(part, Media)] == [source], "attachments go along"

    seat.press("#chat [aria-label=Undo]")
    page.wait_for_selector(f".u-tile[data-ref='{source}']")
    assert page.input_value("#box textarea").endswith("and say why")
    assert page.locator(".u-chip").count() == (kind == "mask")
    seat.press("[aria-label='Bring back what was taken back']")
    page.wait_for_selector("[data-testid=user] .u-text >> text=and say why")
    seat.hand.press(page.locator("[data-testid=bot] [data-turn=branch]").last)
    page.wait_for_function("() => document.querySelector('.u-on .u-open')?.textContent.includes('(branch)')")
    page.wait_for_selector(f"[data-testid=user] .u-item[data-ref='{source}']")
    page.wait_for_selector("[data-testid=bot] .u-item")
    assert page.locator("[data-testid=user]").count() == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_call_is_skipped_and_a_reply_is_stopped(seat, kind):
    page = seat.page
    seat.begin(kind)
    stage.send(page, CALLS[kind])
    page.fill("#box textarea", f"{SLOW[kind]}\n{CALLS[kind].replace('region#1', 'mask#1')}")
    page.press("#box textarea", "Enter")
    page.wait_for_selector(".u-strip img", state="attached")
    assert page.locator(".u-progress progress").get_attribute("aria-label")
    seat.press("[data-act=skip]:visible")
    page.wait_for_selector(".u-skipped")
    stage.idle(page)
    assert [part.kind for part in seat.made(Media)] == [kind], "the next call was made"
    page.fill("#box textarea", SLOW[kind])
    page.press("#box textarea", "Enter")
    page.wait_for_selector(".u-strip img", state="attached")
    seat.press("[data-act=halt]:visible")
    stage.idle(page)
    assert seat.site.messages(page)[-1].state == "stopped"


# The conversation


@pytest.mark.parametrize("kind", KINDS)
def test_media_are_at_hand_and_a_conversation_is_found_kept_and_made_again(seat, kind, tmp_path):
    page, handle = seat.page, MADE[kind]
    seat.begin(kind)
    stage.send(page, CALLS[kind])
    seat.sidebar()
    if not page.locator(".u-shelf[open]").count():
        seat.press(".u-shelf summary")
    page.wait_for_selector(f".u-medium[data-ref='{handle}'] :is(img, video, i)")
    page.fill("#box textarea", "now")
    seat.press(f"[aria-label='Write {handle}']")
    assert page.input_value("#box textarea") == f"now {handle} "
    seat.press(f".u-medium[data-ref='{handle}'] .u-pick")
    page.wait_for_selector(".u-tile")
    assert seat.tiles() == [handle]

    if not page.locator(".u-file[open]").count():
        seat.press(".u-file summary")
    with page.expect_download() as saved:
        seat.press("[data-act=bundle]")
    kept = tmp_path / "kept.zip"
    saved.value.save_as(kept)
    assert zipfile.ZipFile(kept).testzip() is None
    before = [(message.role, message.text) for message in seat.site.messages(page)]
    media = [part.path for message in seat.site.messages(page) for part in message.parts if isinstance(part, Media)]

    seat.press(".u-on [aria-label^=Rename]")
    page.fill(".u-chats li input", f"{seat.hand.name} and a {kind}")
    page.keyboard.press("Enter")
    page.wait_for_selector(f".u-on .u-open >> text={seat.hand.name} and a {kind}")
    listed = page.locator(".u-open").count()
    page.fill(".u-seek", f"{seat.hand.name.upper()} {kind}")
    page.wait_for_function("() => document.querySelectorAll('.u-open').length === 1")
    page.fill(".u-seek", "")
    page.wait_for_function("n => document.querySelectorAll('.u-open').length === n", arg=listed)
    seat.press(".u-on .u-bin")
    seat.press(".u-gone [data-act=restore]")
    page.wait_for_selector(f"[data-testid=bot] .u-item[data-ref='{handle}']")
    seat.press(".u-on .u-bin")
    page.wait_for_function("w => !document.querySelector('.u-chats ul').innerText.includes(w)", arg=f"and a {kind}")

    with page.expect_file_chooser() as asking:
        seat.press("#bring")
    asking.value.set_files(str(kept))
    page.wait_for_selector(f"[data-testid=bot] .u-item[data-ref='{handle}']")
    loaded = seat.site.messages(page)
    assert [(message.role, message.text) for message in loaded] == before
    assert [part.path for message in loaded for part in message.parts if isinstance(part, Media)] == media
    seat.press("[data-act=replay]")
    page.wait_for_selector("text=1 of 1 calls" if kind in EXACT else "[data-testid=toast-body]")
    seat.press("[data-testid=toast-close]")
    seat.put_away()
