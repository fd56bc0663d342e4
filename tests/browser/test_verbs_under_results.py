"""Under every kind of result stands every verb that makes sense for it: one table, read off a real page."""

from __future__ import annotations

import pytest

from tests.browser import stage
from tests.browser.test_lit_places import tone

pytestmark = pytest.mark.browser
AGAIN = {"again:new", "again:same", "act:copy"}
WITH = {"again:with", "act:others"}
"""What offers the other experts of a task that has several: a button, or one that unfolds them."""
OWN = {"act:draw", "act:use", "download"}
FRAMES = {"act:play", "act:back", "act:next"}
BOXES = {"all:coco", "all:svg"}
DRAWN = {"act:use-drawn", "download"}
MASKS = {"all:png", "all:rle", "all:coco", "all:svg"}
TABLE = {
    ("image", "image#2"): {*OWN, *BOXES},
    ("image", "image#3"): {*OWN, *BOXES, "act:compare"},
    ("image", "image#4"): {*OWN, "act:compare"},
    ("masks", "mask#1"): {"act:draw", "act:use", "act:compare", *MASKS},
    ("masks", "mask#2"): {"act:draw", "act:use", "act:compare", *MASKS, *FRAMES, "frame:png", "frame:svg", *DRAWN},
    ("video", "video#3"): {*OWN, *FRAMES, "act:compare"},
    ("audio", "audio#2"): {*OWN, "act:compare"},
}
"""What stands under each result of the conversation below. Sounds hold no marks to export, and clips none but their masks'."""
READ = """() => [...document.querySelectorAll('[data-testid=bot] .u-item')].map((item) => [item.dataset.kind, item.dataset.ref, [
    ...[...item.querySelectorAll('[data-act]')].filter((n) => n.offsetParent).map((n) => 'act:' + n.dataset.act),
    ...[...item.querySelectorAll('[data-download]')].map(() => 'download'),
    ...[...item.querySelectorAll('[data-export]')].map((n) => n.closest('[data-of]').dataset.of + ':' + n.dataset.export)],
    [...item.closest('.u-card').querySelectorAll('.u-again [data-again], .u-again [data-act]')]
        .map((n) => n.dataset.again ? 'again:' + n.dataset.again : 'act:' + n.dataset.act),
    item.closest('.u-card').querySelector('.u-step summary b').textContent])"""


def test_every_verb_stands_under_every_kind_of_result(visit, tmp_path):
    with stage.serve(tmp_path, stage.Scripted(), slow=False) as site:
        page = visit(site.url)
        stage.attach(page, stage.photo(tmp_path / "square.png", (120, 60, 200, 140)))
        stage.attach(page, stage.clip(tmp_path / "moving.mp4"))
        stage.attach(page, tone(tmp_path / "tone.wav"))
        stage.send(page, 'do: image "a cat and a dog on grass" size=320x240\ndo: detect image#2')
        stage.send(
            page,
            "do: segment image#1 <box>360,240,700,760</box>\ndo: adjust image#1 op=invert\n"
            "do: video_segment video#1 <box>60,250,360,700</box>\ndo: adjust video#1 op=invert",
        )
        stage.send(page, "do: audio_adjust audio#1 <t>1-2</t> op=reverse")
        page.wait_for_selector("[data-testid=bot] .u-item[data-ref='audio#2']")
        read = page.evaluate(READ)
        assert {(kind, ref): set(verbs) for kind, ref, verbs, _, _ in read} == TABLE
        assert "detect" in {task for *_, task in read}
        for *_, told, task in read:
            again = set(told)
            assert again - WITH == AGAIN
            assert bool(again & WITH) is (len(site.engine.expert_names(task)) > 1)
        badge = page.locator("[data-testid=bot] .u-item[data-ref='audio#2'] .u-proof")
        assert "Outside the stretch: identical" in badge.inner_text()
        cat = page.locator("[data-ref='image#2'] .u-tag", has_text="cat")
        cat.hover()
        assert page.locator("[data-ref='image#2'] .u-box.u-lit").count() == 1
