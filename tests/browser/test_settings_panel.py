"""The head of the page: what the profile can do, the settings with their reasons, and the theme."""

from __future__ import annotations

import pytest

from tests.browser import stage

pytestmark = pytest.mark.browser
DARK = "document.body.classList.contains('dark')"


def background(page):
    """Return the brightness, 0..255, of what the page is painted on: the nearest colour below the conversation."""
    colour = page.evaluate(
        """() => {
          for (let e = document.querySelector('#chat'); e; e = e.parentElement) {
            const colour = getComputedStyle(e).backgroundColor;
            if (!/^rgba\\(.*, 0\\)$/.test(colour)) return colour;
          }
          return '';
        }"""
    )
    return sum(int(n) for n in colour.partition("(")[2].rstrip(")").split(",")[:3]) / 3


def test_a_theme_holds_at_once_after_a_reload_and_in_another_tab(page, site):
    assert not page.evaluate(DARK)
    assert background(page) > 200
    other = page.context.new_page()
    stage.ready(other, site.url)
    page.click("[data-act=settings]")
    assert page.is_checked("input[value=system]")
    page.check("input[value=dark]")
    page.wait_for_function(DARK)
    assert background(page) < 60
    other.wait_for_function(DARK)
    page.reload()
    page.wait_for_selector("#box textarea")
    page.wait_for_function(DARK)
    page.click("[data-act=settings]")
    assert page.is_checked("input[value=dark]")
    page.check("input[value=system]")
    page.wait_for_function("!" + DARK)


def test_a_chosen_theme_outlives_a_change_of_the_system_and_the_systems_follows_it(page):
    page.click("[data-act=settings]")
    page.check("input[value=light]")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("matchMedia('(prefers-color-scheme: dark)').matches && !" + DARK)
    page.check("input[value=system]")
    page.wait_for_function(DARK)
    page.emulate_media(color_scheme="light")
    page.wait_for_function("!" + DARK)


def test_the_page_and_its_theme_work_in_a_browser_that_keeps_nothing(site, chromium):
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { configurable: true, get() { throw new Error('off'); } })"
    )
    stage.ready(page, site.url)
    stage.send(page, "say It works.")
    page.click("[data-act=settings]")
    page.check("input[value=dark]")
    page.wait_for_function(DARK)
    context.close()


def test_the_settings_show_value_reason_and_option_and_close_by_key_button_and_click_outside(page, site):
    page.focus("[data-act=settings]")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog.u-settings[open]")
    rows = dict(
        zip(page.locator(".u-setting b").all_inner_texts(), page.locator(".u-setting").all_inner_texts(), strict=True)
    )
    assert "15 minutes" in rows["Longest run of one task"]
    assert "--deadline SECONDS" in rows["Longest run of one task"]
    assert "Only this machine" in rows["Address"]
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.u-settings", state="hidden")
    assert page.evaluate("document.activeElement.dataset.act") == "settings"
    page.click("[data-act=settings]")
    page.click("[data-act=close-settings]")
    page.wait_for_selector("dialog.u-settings", state="hidden")
    page.click("[data-act=settings]")
    page.mouse.click(5, 400)
    page.wait_for_selector("dialog.u-settings", state="hidden")


def test_the_theme_is_chosen_with_the_arrow_keys(page):
    page.click("[data-act=settings]")
    page.focus("input[value=system]")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(DARK)
    assert page.evaluate("document.activeElement.value") == "dark"


def test_what_the_profile_can_do_closes_by_key_and_by_a_click_elsewhere(page):
    page.click("#badge summary")
    assert page.locator(".u-panel").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator(".u-panel").is_visible()
    page.click("#badge summary")
    page.click("#hint")
    assert not page.locator(".u-panel").is_visible()


def test_on_a_phone_nothing_is_cut_off(visit, site):
    page = visit(site.url, viewport={"width": 412, "height": 800}, has_touch=True, is_mobile=True)
    page.tap("[data-act=settings]")
    page.wait_for_selector("dialog.u-settings[open]")
    wide = "s => [...document.querySelectorAll(s)].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.innerText)"
    assert page.evaluate(wide, ".u-settings, .u-rows, .u-setting, .u-choice") == []
    assert page.evaluate("document.documentElement.scrollWidth") == 412
    page.tap("label:has(input[value=dark])")
    page.wait_for_function(DARK)
    page.tap("[data-act=close-settings]")
    page.tap("#badge summary")
    box = page.locator(".u-panel").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 412
    assert box["y"] + box["height"] <= 800
