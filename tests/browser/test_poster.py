"""A drawn clip that begins with an empty stage shows a frame with its things until it is played, and is played from its beginning."""

from __future__ import annotations

import pytest

from models.values import Media
from tests.browser import stage

pytestmark = pytest.mark.browser


def test_the_frame_that_stands_for_a_clip_is_shown_and_play_begins_at_the_beginning(page, site):
    stage.send(page, 'do: video "a dog runs across the beach" duration=2 size=160x90')
    made = [part for part in site.messages(page)[-1].parts if isinstance(part, Media)]
    clip = next(medium for medium in made if medium.kind == "video")
    poster = clip.meta["poster"]
    assert 0.2 < poster < 1.8
    card = f".u-item[data-ref='{clip.handle}'] video"
    page.wait_for_selector(card)
    page.wait_for_function(
        "([card, at]) => Math.abs(document.querySelector(card).currentTime - at) < 0.02", arg=[card, poster]
    )
    # The first time that is told after play has been asked for is near the beginning, before the frame that was shown.
    told = page.evaluate(
        """async card => {
            const film = document.querySelector(card);
            film.muted = true;
            const seen = new Promise(done => film.addEventListener("seeked", () => done(film.currentTime), { once: true }));
            await film.play();
            return seen;
        }""",
        card,
    )
    assert told < 0.3
    page.wait_for_function("card => document.querySelector(card).currentTime > 0.05", arg=card)
