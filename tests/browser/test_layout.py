"""What a small screen and a long line must not break: nothing is cut off, hidden behind another part, or pushed out."""

from __future__ import annotations

import pytest

from tests.browser import stage

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}


def tops(page, selector):
    """Return the distinct heights on the screen, in pixels, at which the visible elements of *selector* are centred."""
    return page.evaluate(
        "s => [...new Set([...document.querySelectorAll(s)].map(e => e.getBoundingClientRect()).filter(r => r.width)"
        ".map(r => Math.round((r.top + r.bottom) / 2)))]",
        selector,
    )


def cut(page, selector):
    """Return the texts of *selector* that do not fit into their elements."""
    return page.evaluate(
        "s => [...document.querySelectorAll(s)].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.innerText)",
        selector,
    )


def test_the_composer_of_a_phone_is_one_line_high_while_it_is_empty(visit, site):
    page = visit(site.url, **PHONE)
    empty = page.locator("#box textarea").bounding_box()["height"]
    page.fill("#box textarea", "blur it")
    assert empty == pytest.approx(page.locator("#box textarea").bounding_box()["height"], abs=2)


def test_the_tools_of_a_phone_stand_in_one_row_and_its_words_are_whole(visit, site, tmp_path):
    page = visit(site.url, **PHONE)
    stage.attach(page, stage.clip(tmp_path / "moving.mp4"))
    stage.open_editor(page, "video#1")
    stage.drag(page, [(0.1, 0.3), (0.4, 0.7)])
    for tool in ("box", "scribble"):
        page.click(f"[data-tool={tool}]")
        (height,) = tops(page, ".u-tools .u-btn, .u-tools input")
        assert 0 < height < 60
    stage.drag(page, [(0.5, 0.4), (0.6, 0.8)])
    page.wait_for_function("document.querySelector('.u-kinds').innerText.includes('stroke')")
    assert cut(page, ".u-kinds") == []
    assert page.locator(".u-object input").bounding_box()["width"] > 120
    assert page.locator(".u-object .u-x").bounding_box()["x"] < 390 - 32


def test_long_lines_of_code_are_wrapped(visit, site):
    page = visit(site.url, **PHONE)
    stage.send(page, "say ```\n" + "a long line of code " * 20 + "\n```")
    page.wait_for_selector("#chat pre")
    assert cut(page, "#chat pre") == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_the_greeting_is_read_from_its_top_however_low_its_room_is(visit, site, tmp_path):
    page = visit(site.url, viewport={"width": 1000, "height": 620})
    stage.attach(page, stage.photo(tmp_path / "a.png", (120, 60, 200, 140)))
    room, greeting = page.locator("#chat").bounding_box(), page.locator("#chat .placeholder h2")
    assert page.evaluate(
        "(() => { const c = document.querySelector('#chat'); return c.scrollHeight > c.clientHeight })()"
    )
    assert greeting.bounding_box()["y"] >= room["y"]
    # The cards below can be scrolled to and stay there, and a first message is followed to its reply.
    page.evaluate("document.querySelector('#chat').scrollTop = 60")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("document.querySelector('#chat').scrollTop") == 60
    stage.send(page, "say " + "a line\n\n" * 40)
    page.wait_for_function(
        "(() => { const c = document.querySelector('#chat'); return c.scrollHeight - c.scrollTop - c.clientHeight < 5 })()"
    )
    page.evaluate("document.querySelector('[data-act=new]').click()")
    page.wait_for_selector("#chat .message-row", state="detached")
    page.wait_for_function("document.querySelector('#chat').scrollTop === 0")
