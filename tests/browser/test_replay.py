"""A replay on the page: how far it is, and Stop; and a name that is being written meanwhile stays."""

from __future__ import annotations

import threading

import pytest

from models.expert import Cancelled
from tests.browser import stage

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 412, "height": 800}, "has_touch": True, "is_mobile": True}


@pytest.mark.parametrize("how", [{}, PHONE], ids=["desk", "phone"])
def test_a_replay_shows_how_far_it_is_and_is_stopped(visit, site, tmp_path, monkeypatch, how):
    half = threading.Event()

    def again(engine, step, shelf, regions, made, report):
        """Run as an expert does that takes its time."""
        try:
            while True:
                report(0.75 if half.is_set() else 0.25)
                half.wait(0.05)
        except Cancelled:
            return "failed", "It was stopped."

    monkeypatch.setattr("app.replay._again", again)
    page = visit(site.url, **how)
    press = page.tap if how else page.click
    stage.attach(page, stage.photo(tmp_path / "square.png", (120, 60, 200, 140)))
    for op in ("sepia", "invert"):
        stage.send(page, f"do: adjust image#1 op={op}")
    press(".sidebar .toggle-button")
    press(".u-file summary")
    press("[data-act=replay]")
    page.wait_for_selector(".u-replay >> text=Call 1 of 2: adjust")
    page.wait_for_function("() => document.querySelector('.u-replay progress').value === 13")
    assert page.is_disabled("[data-act=replay]")
    press("[aria-label^='Rename']")
    page.fill(".u-chats li input", "half a na")
    half.set()
    page.wait_for_function("() => document.querySelector('.u-replay progress').value === 38")
    assert page.input_value(".u-chats li input") == "half a na"
    page.press(".u-chats li input", "Escape")
    box, side = page.locator(".u-replay").bounding_box(), page.locator("#side").bounding_box()
    assert box["x"] >= side["x"]
    assert box["x"] + box["width"] <= side["x"] + side["width"]
    press("[data-act=cease]")
    page.wait_for_selector("text=Stopped after 0 of 2 calls.")
    page.wait_for_selector(".u-replay", state="hidden")
    assert page.is_enabled("[data-act=replay]")
