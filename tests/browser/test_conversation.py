"""The whole conversation of a person with a photo and a clip, over the real nano model, experts and store."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from models.values import Failure, Media, Region, Step
from models.video import clip_info
from tests.browser import stage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not stage.has_model(), reason="the nano model's weights are not there"),
]


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    with stage.serve(tmp_path_factory.mktemp("real")) as served:
        assert served.engine.brain.wait(120)
        yield served


def said(site, page, text, task):
    """Send *text*; return the media that the reply's call of *task* made."""
    stage.send(page, text)
    parts = site.messages(page)[-1].parts
    assert [part.what for part in parts if isinstance(part, Failure)] == []
    assert [part.task for part in parts if isinstance(part, Step)] == [task]
    return [part for part in parts if isinstance(part, Media)]


def test_a_photo_a_clip_a_stop_and_a_reload(visit, real, tmp_path):
    page = visit(real.url)
    store = real.engine.store
    source = stage.photo(tmp_path / "photo.png", (120, 60, 200, 140))
    stage.attach(page, source)
    stage.open_editor(page, "image#1")
    stage.drag(page, [(0.36, 0.24), (0.70, 0.76)])
    page.click("[data-act=done]")
    (mask,) = said(real, page, "cut this out", "segment")
    assert page.locator(".u-mask").is_visible()

    (blurred,) = said(real, page, "now blur everything else", "adjust")
    inside = np.asarray(Image.open(store.file(mask))) > 127
    before, after = np.asarray(Image.open(source)), np.asarray(Image.open(store.file(blurred)))[..., :3]
    assert inside.any()
    assert (after[inside] == before[inside]).all()
    assert (after[~inside] != before[~inside]).any()

    stage.attach(page, stage.clip(tmp_path / "moving.mp4"))
    stage.open_editor(page, "video#1")
    for _ in range(10):
        page.click("[data-act=next]")
    stage.shown(page)
    stage.drag(page, [(0.28, 0.28), (0.55, 0.66)])
    page.click("[data-act=done]")
    made = said(real, page, "follow this", "video_segment")
    (region,) = [part for part in real.messages(page)[-2].parts if isinstance(part, Region)]
    assert region.time == 10 / 12
    video = next(medium for medium in made if medium.kind == "video")
    assert clip_info(store.file(video)).frames == 24
    page.wait_for_function(
        "ref => document.querySelector(`[data-ref='${ref}'] video`)?.readyState > 0", arg=video.handle
    )

    (grey,) = said(real, page, "make the first video black and white", "adjust")
    assert grey.kind == "video"

    stage.send(page, '/image "a fox"', wait=False)
    page.wait_for_selector(".u-progress progress")
    page.click("#box .stop-button")
    stage.idle(page)
    stage.send(page, "hello")
    assert real.messages(page)[-1].text

    page.reload()
    page.wait_for_selector(f"[data-testid=bot] [data-ref='{grey.handle}']")
    for handle in (blurred.handle, video.handle):
        assert page.locator(f"[data-testid=bot] [data-ref='{handle}']").count() == 1
    assert page.locator(".u-mask").count() == 1
