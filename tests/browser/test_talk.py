"""A long conversation in a real browser: its order, its end in view, what is shown earlier, and nothing touched that stays."""

from __future__ import annotations

import pytest

from app.chat_view import BOXES, EACH
from tests.browser import stage

pytestmark = pytest.mark.browser
AT_END = (
    "() => { const c = document.querySelector('#chat'); return c.scrollHeight - c.scrollTop - c.clientHeight < 4; }"
)
FULL = EACH * BOXES


def said(page) -> list[str]:
    return page.locator("[data-testid=user] .u-text").all_inner_texts()


def test_the_boxes_of_a_long_conversation_stay_in_order_and_its_end_in_view(page, site, tmp_path):
    stage.attach(page, stage.clip(tmp_path / "film.mp4"))
    stage.send(page, "say 0")
    page.evaluate("window.film = document.querySelector('[data-testid=user] video')")
    for number in range(1, FULL):
        stage.send(page, f"say {number}")
    assert page.evaluate(
        "window.film.isConnected && window.film === document.querySelector('[data-testid=user] video')"
    )
    page.evaluate("window.kept = [...document.querySelectorAll('[data-testid=user] .u-text')].slice(2)")
    assert said(page) == [f"say {number}" for number in range(FULL)]
    stage.send(page, "say more\n\n- and\n- more")
    page.wait_for_function("n => document.querySelectorAll('.bot-row').length === n", arg=FULL - EACH + 1)
    assert [words.split("\n")[0] for words in said(page)] == [*(f"say {n}" for n in range(EACH, FULL)), "say more"]
    assert page.evaluate("window.kept.every((node) => node.isConnected)"), "what stays in view is not made anew"
    page.wait_for_function(AT_END)
    assert page.locator("#chat [aria-label=Retry]").count() == BOXES
    assert page.locator("#chat [aria-label=Retry]:visible").count() == 1

    page.click("#earlier")
    page.wait_for_function("n => document.querySelectorAll('[data-testid=user]').length === n", arg=FULL + 1)
    assert said(page)[: EACH + 1] == [f"say {number}" for number in range(EACH + 1)]
    assert not page.locator("#earlier").is_visible()
    page.wait_for_function(AT_END)

    page.evaluate("document.querySelector('#chat').scrollTop = 40")
    page.wait_for_selector(".u-down:visible")
    before = page.evaluate("document.querySelector('#chat').scrollTop")
    stage.send(page, "say the last")
    assert said(page)[-1] == "say the last"
    assert page.evaluate("document.querySelector('#chat').scrollTop") == pytest.approx(before, abs=2), "who reads stays"
    page.get_by_label("Scroll down").click()
    page.wait_for_function(AT_END)
    assert not page.locator(".u-down").is_visible()

    page.reload()
    page.wait_for_selector("[data-testid=user] .u-text >> text=say the last")
    page.wait_for_function(AT_END)
    assert len(said(page)) == FULL
    if not page.locator(".sidebar.open").count():
        page.click(".sidebar .toggle-button")
    page.click("[data-act=new]")
    page.wait_for_selector("#chat .example:visible")
    assert said(page) == []


def test_a_room_whose_boxes_are_not_there_yet_waits_for_them(page):
    """On a slow line gradio's part for the boxes comes after the room; the fixture asserts that no error was told."""
    page.evaluate("""async () => {
        const boxes = [...document.querySelectorAll(".u-box-of-turns")];
        boxes.forEach((box) => box.classList.remove("u-box-of-turns"));
        unison.arrange();
        await new Promise((done) => setTimeout(done));
        boxes.forEach((box) => box.classList.add("u-box-of-turns"));
    }""")
    stage.send(page, "say hello")
    assert said(page) == ["say hello"]


def test_a_screen_reader_is_told_who_speaks_and_never_what_a_message_is_made_of(page):
    told = "() => [...document.querySelectorAll('#chat [data-testid=user], #chat [data-testid=bot]')].map((one) => [one.getAttribute('role'), one.getAttribute('aria-label')])"
    stage.send(page, 'say **Hello** <b>you</b> and\n\n`me`\ndo: image "a dog" size=96x96', wait=False)
    page.wait_for_selector("[data-testid=bot] .u-progress")
    page.wait_for_function(
        f"() => ({told})().length > 1 && ({told})().every(([role, name]) => role === 'group' && /^(You|Unison)$/.test(name))"
    )
    page.locator("[data-act=halt]:enabled").click()
    stage.idle(page)
    page.wait_for_function(f"() => ({told})().every(([role, name]) => role === 'group' && /^(You|Unison)$/.test(name))")
    assert page.get_by_role("group", name="You", exact=True).count() == 1
