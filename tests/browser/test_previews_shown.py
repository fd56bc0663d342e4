"""What there is so far of a running call, on the page: a picture that fills, a strip of frames, at phone size too; calm on request."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.browser import stage

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 412, "height": 800}, "has_touch": True, "is_mobile": True}
SEEN = """() => {
  const seen = new Set();
  window.previews = seen;
  const note = () => document.querySelectorAll(".u-preview").forEach((one) => one.src.startsWith("data:") && seen.add(one.src));
  new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["src"] });
}"""


def large(path: Path) -> Path:
    """Save a photo whose middle takes some seconds to fill."""
    noise = np.random.default_rng(5).integers(-30, 30, (1100, 1600, 3))
    ramp = np.linspace(60, 190, 1600)[None, :, None]
    Image.fromarray(np.clip(ramp + noise, 0, 255).astype(np.uint8)).save(path)
    return path


@pytest.mark.parametrize("screen", [{}, PHONE], ids=["desk", "phone"])
def test_a_gap_is_seen_to_fill(visit, site, tmp_path, screen):
    page = visit(site.url, **screen)
    stage.attach(page, large(tmp_path / "large.png"))
    page.evaluate(SEEN)
    stage.send(page, "do: remove image#1 <box>300,300,700,700</box>", wait=False)
    page.wait_for_selector(".u-preview:visible")
    page.wait_for_function("() => window.previews.size >= 2")
    shown = page.evaluate(
        "() => { const one = document.querySelector('.u-preview'), box = one.getBoundingClientRect();"
        " return { wide: one.naturalWidth, high: one.naturalHeight, left: box.left, right: box.right, alt: one.alt,"
        " bytes: one.src.length, page: document.documentElement.scrollWidth <= innerWidth,"
        " word: document.querySelector('.u-word').innerText }; }"
    )
    assert (shown["wide"], shown["high"]) == (320, 220)
    assert shown["left"] >= 0
    assert shown["right"] <= (screen or {"viewport": {"width": 1280}})["viewport"]["width"]
    assert shown["page"]
    assert shown["alt"].startswith("What there is so far, at ")
    assert shown["bytes"] < 27_000, "20 KB as base64"
    assert "filling, " in shown["word"]
    assert " of " in shown["word"]
    page.locator("[data-act=halt]:enabled").click()
    stage.idle(page)
    assert page.locator(".u-preview").count() == 0


def test_frames_that_are_done_stand_in_a_strip(visit, site, tmp_path):
    page = visit(site.url, **PHONE)
    stage.attach(page, stage.clip(tmp_path / "clip.mp4", frames=96))
    page.evaluate(SEEN)
    stage.send(page, 'do: video_edit video#1 "as a watercolour"', wait=False)
    page.wait_for_function("() => window.previews.size >= 2")
    wide, high, across = page.evaluate(
        "() => { const one = document.querySelector('.u-preview');"
        " return [one.naturalWidth, one.naturalHeight, one.getBoundingClientRect().width]; }"
    )
    assert wide > 4 * high, "five frames beside each other"
    assert 200 < across <= 412
    page.locator("[data-act=halt]:enabled").click()
    stage.idle(page)


def test_who_wants_little_motion_sees_one_picture_a_second(visit, site):
    page = visit(site.url, reduced_motion="reduce")
    page.evaluate(SEEN)
    stage.send(page, 'do: image "a fox"', wait=False)
    page.wait_for_function("() => window.previews.size >= 3")
    began = page.evaluate("() => performance.now()")
    page.wait_for_function("() => window.previews.size >= 5")
    assert page.evaluate("() => performance.now()") - began > 1000
    page.locator("[data-act=halt]:enabled").click()
    stage.idle(page)
