"""The cards of an empty conversation have a name and a role in every empty conversation, not only in the first."""

from __future__ import annotations

import pytest

from tests.browser import stage

pytestmark = pytest.mark.browser


def test_the_cards_are_a_named_group_whenever_they_are_shown(page):
    page.wait_for_selector("#chat .examples[role=group][aria-label=Examples]")
    stage.send(page, "say something")
    assert page.locator("#chat .examples").count() == 0
    page.click(".sidebar .toggle-button")
    page.click("[data-act=new]")
    page.wait_for_selector("#chat .examples[role=group][aria-label=Examples]")
