"""One real conversation, end to end, in a real browser with the shipped model: what Unison is for."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PIL import Image

from models.values import Failure, Media, Region, Step, TaskCall
from models.video import clip_info, read_frames
from tests.browser import stage

pytestmark = pytest.mark.browser
SQUARE = (120, 60, 200, 140)


@pytest.fixture
def nano(tmp_path):
    with stage.serve(tmp_path / "nano") as site:
        yield site


def reply(site, page):
    """Return the last reply's calls and media; no part of it may be a failure."""
    parts = site.messages(page)[-1].parts
    assert [part for part in parts if isinstance(part, Failure)] == []
    return [p for p in parts if isinstance(p, TaskCall)], [p for p in parts if isinstance(p, Media)]


def pixels(site, media):
    return np.asarray(Image.open(site.engine.store.file(media)))


def test_a_photo_a_clip_and_a_stop_in_one_conversation(visit, nano, tmp_path):
    page, site = visit(nano.url), nano
    photo = stage.photo(tmp_path / "photo.png", SQUARE)
    source = np.asarray(Image.open(photo))

    # A photo, a box, "cut this out": the mask.
    stage.attach(page, photo)
    stage.open_editor(page, "image#1")
    stage.drag(page, [(0.36, 0.24), (0.70, 0.76)])
    page.click("[data-act=done]")
    stage.send(page, "cut this out")
    page.wait_for_selector(".u-mask")
    calls, (mask,) = reply(site, page)
    assert [call.task for call in calls] == ["segment"]
    inside = pixels(site, mask) > 127
    truth = np.zeros_like(inside)
    truth[SQUARE[1] : SQUARE[3], SQUARE[0] : SQUARE[2]] = True
    assert (inside & truth).sum() / (inside | truth).sum() > 0.9

    # "now blur everything else": the masked pixels are the photo's own, the others are not.
    stage.send(page, "now blur everything else")
    calls, (blurred,) = reply(site, page)
    assert [call.task for call in calls] == ["adjust"]
    result = pixels(site, blurred)[..., :3]
    assert np.array_equal(result[inside], source[inside])
    assert result[:40].std(axis=(0, 1)).max() < 0.5 * source[:40].std(axis=(0, 1)).min()

    # A clip, a region on frame 10, "follow this": masks and a playable video.
    stage.attach(page, stage.clip(tmp_path / "clip.mp4"))
    stage.open_editor(page, "video#1")
    for _ in range(10):
        page.click("[data-act=next]")
    stage.shown(page)
    stage.drag(page, [(0.28, 0.28), (0.55, 0.66)])
    page.click("[data-act=done]")
    stage.send(page, "follow this")
    calls, made = reply(site, page)
    assert [call.task for call in calls] == ["video_segment"]
    (region,) = [part for part in site.messages(page)[-2].parts if isinstance(part, Region)]
    assert region.time == pytest.approx(10 / 12, abs=1e-6)
    assert {media.kind for media in made} == {"mask", "video"}
    card = ".u-film video"
    page.wait_for_selector(card)
    page.evaluate("selector => document.querySelector(selector).play()", card)
    page.wait_for_function("selector => document.querySelector(selector).currentTime > 0.2", arg=card)

    # "make the video black and white": the clip.
    stage.send(page, "make the video black and white")
    calls, (gray,) = reply(site, page)
    assert [(call.task, call.params.get("op")) for call in calls] == [("adjust", "grayscale")]
    info = clip_info(site.engine.store.file(gray))
    assert (info.frames, info.fps) == (24, 12.0)
    frame = next(iter(read_frames(site.engine.store.file(gray)))).astype(int)
    assert np.ptp(frame, axis=2).max() <= 6

    # Stop on a long job, and go on at once.
    stage.send(page, "paint a picture of a red fox in the snow", wait=False)
    page.wait_for_selector(".u-progress progress")
    assert stage.until(lambda: site.steps() > 2)
    page.click("#box .stop-button")
    stage.idle(page)
    steps = site.steps()
    time.sleep(0.4)
    assert site.steps() <= steps + 1
    stage.send(page, "how many images are there?")
    words = page.locator(".bot-row").last.inner_text().lower()
    assert "2" in words or "two" in words
    stage.send(page, "blur image#1")
    calls, _ = reply(site, page)
    assert [(call.task, call.refs("image"), call.params.get("op")) for call in calls] == [
        ("adjust", ["image#1"], "blur")
    ]

    # A reload finds everything.
    page.reload()
    page.wait_for_selector(f".u-item[data-ref='{gray.handle}']")
    page.wait_for_selector(".u-mask")
    assert "follow this" in page.inner_text("#chat")
    assert any(isinstance(part, Step) for message in site.messages(page) for part in message.parts)
