"""A card of several messages: each is sent once the one before is answered, and none after Stop."""

from __future__ import annotations

import pytest

from app.examples import EXAMPLES
from models.values import Failure, Media
from tests.browser import stage
from tests.e2e.test_examples import Told

pytestmark = pytest.mark.browser
(CARD,) = (example for example in EXAMPLES if example.title == "Draw, move and hear a scene")


def test_a_card_sends_its_messages_one_after_the_other(visit, tmp_path):
    with stage.serve(tmp_path, Told(CARD), slow=False) as site:
        page = visit(site.url)
        page.get_by_text(CARD.title).first.click()
        page.wait_for_selector(".u-item[data-ref='audio#1']", timeout=90_000)
        assert stage.until(lambda: len(site.messages(page)) == 6)
        messages = site.messages(page)
        assert [message.text for message in messages[::2]] == [CARD.text, *CARD.then]
        assert [[part.kind for part in message.parts if isinstance(part, Media)][:1] for message in messages[1::2]] == [
            ["image"], ["video"], ["audio"],
        ]  # fmt: skip
        assert not [part for message in messages for part in message.parts if isinstance(part, Failure)]


def test_stop_ends_the_card_too(visit, tmp_path):
    with stage.serve(tmp_path, Told(CARD), slow=True) as site:
        page = visit(site.url)
        page.get_by_text(CARD.title).first.click()
        page.wait_for_selector(".u-progress progress")
        assert stage.until(lambda: site.steps() > 2)
        page.click("#box .stop-button")
        stage.idle(page)
        page.wait_for_timeout(1500)
        assert [message.text for message in site.messages(page) if message.role == "user"] == [CARD.text]
