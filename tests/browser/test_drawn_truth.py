"""What is drawn over a picture is what the reply says: masks that overlap are mixed as light is, and every place that words name
is to be seen."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from tests.browser import stage

pytestmark = pytest.mark.browser
SQUARE = (120, 60, 200, 140)


class Raw(stage.Scripted):
    """Also writes tokens as they are given after ``raw ``."""

    def stream(self, messages, shelf, options, cancel):
        text = messages[-1].text
        yield from [text[4:]] if text.startswith("raw ") else super().stream(messages, shelf, options, cancel)


def shot(page, selector):
    """Return the pixels that a part of the page has on the screen, as floats."""
    return np.asarray(Image.open(io.BytesIO(page.locator(selector).screenshot())).convert("RGB")).astype(float)


def test_masks_that_overlap_are_mixed_as_in_floats(page, tmp_path):
    stage.attach(page, stage.photo(tmp_path / "square.png", SQUARE))
    stage.open_editor(page, "image#1")
    stage.drag(page, [(0.36, 0.24), (0.70, 0.76)])
    stage.drag(page, [(0.34, 0.22), (0.72, 0.78)])
    page.click("[data-act=done]")
    stage.send(page, "do: segment image#1 region#1 region#2")
    page.wait_for_function("() => document.querySelectorAll('.u-label').length === 2")
    # The names lie over the middle; the pointer is away, so that nothing is lit.
    page.evaluate("document.querySelectorAll('.u-label').forEach((node) => node.remove())")
    page.mouse.move(1, 1)
    seen = shot(page, ".u-stage.u-masked")
    layers = page.locator(".u-mask").evaluate_all(
        "nodes => nodes.map((node) => [getComputedStyle(node).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number),"
        " Number(getComputedStyle(node).opacity)])"
    )
    page.locator(".u-mask").evaluate_all("nodes => nodes.forEach((node) => (node.hidden = true))")
    bare = shot(page, ".u-stage.u-masked")
    high, wide = seen.shape[:2]
    inside = (
        slice(round(high * 80 / 200), round(high * 120 / 200)),
        slice(round(wide * 140 / 300), round(wide * 180 / 300)),
    )
    expected = bare[inside]
    assert len(layers) == 2
    for colour, opacity in layers:
        expected = expected * (1 - opacity) + np.array(colour) * opacity
    assert np.abs(seen[inside] - expected).max() <= 3
    outside = (slice(0, round(high * 30 / 200)), slice(0, round(wide * 60 / 300)))
    assert np.array_equal(seen[outside], bare[outside])


def test_every_place_that_the_words_name_is_seen_on_the_picture(visit, tmp_path):
    with stage.serve(tmp_path, Raw(), slow=False) as site:
        page = visit(site.url)
        stage.attach(page, stage.photo(tmp_path / "square.png", SQUARE))
        stage.send(
            page,
            "raw I see <ref>a red square</ref><box>400,300,667,700</box> and <ref>a lawn</ref><box>0,0,1000,250</box>"
            "<pt>900,900</pt>.",
        )
        page.wait_for_selector("[data-testid=bot] .u-stage img")
        assert page.locator("[data-testid=bot] .u-ph").all_inner_texts() == ["a red square", "a lawn"]
        stand = page.locator("[data-testid=bot] .u-stage").bounding_box()
        boxes = [page.locator("[data-testid=bot] .u-box").nth(n).bounding_box() for n in (0, 1)]
        for box, (x0, y0, x1, y1) in zip(boxes, [(0.4, 0.3, 0.667, 0.7), (0, 0, 1, 0.25)], strict=True):
            told = [box["x"] - stand["x"], box["y"] - stand["y"], box["width"], box["height"]]
            share = [x0 * stand["width"], y0 * stand["height"], (x1 - x0) * stand["width"], (y1 - y0) * stand["height"]]
            assert told == pytest.approx(share, abs=2)
        assert page.locator("[data-testid=bot] .u-box").first.is_visible()
        assert page.locator("[data-testid=bot] .u-dot").is_visible()
        page.locator("[data-testid=bot] .u-ph").nth(1).hover()
        assert page.locator("[data-testid=bot] .u-box.u-lit").count() == 1
        assert page.locator("[data-testid=bot] .u-dot.u-lit").count() == 1
