"""Every paragraph runs in the direction of its own letters, in what is typed, sent and answered, at every width."""

from __future__ import annotations

import pytest

from tests.browser import stage

pytestmark = pytest.mark.browser
ARABIC, ENGLISH = "هذا قط كبير جدا", "and this is a dog"
STARTS = """words => {
  const walker = document.createTreeWalker(document.querySelector('[data-testid=user]'), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = node.data.indexOf(words);
    if (at < 0) continue;
    const rect = n => { const r = document.createRange(); r.setStart(node, n); r.setEnd(node, n + 1); return r.getBoundingClientRect(); };
    return { first: rect(at).left, last: rect(at + words.length - 1).left, fits: rect(at).right <= innerWidth };
  }
  return null;
}"""


@pytest.mark.parametrize("width", [1280, 820, 390])
def test_each_paragraph_of_a_message_runs_in_its_own_direction(visit, site, width):
    page = visit(site.url, viewport={"width": width, "height": 900})
    stage.send(page, f"{ARABIC}\n\n{ENGLISH}")
    found = {words: page.evaluate(STARTS, words) for words in (ARABIC, ENGLISH)}
    assert all(found.values()), found
    assert found[ARABIC]["first"] > found[ARABIC]["last"]
    assert found[ENGLISH]["first"] < found[ENGLISH]["last"]
    assert all(place["fits"] for place in found.values())


def test_what_is_typed_begins_at_the_side_of_its_script(page):
    page.fill("#box textarea", ARABIC)
    style = "e => [getComputedStyle(e).unicodeBidi, getComputedStyle(e).textAlign]"
    assert page.locator("#box textarea").evaluate(style) == ["plaintext", "start"]


def test_the_page_itself_does_not_scroll_sideways_for_a_long_word_of_any_script(visit, site):
    page = visit(site.url, viewport={"width": 390, "height": 800})
    stage.send(page, f"{'ق' * 400}\n\n{'漢' * 300}\n\n{'w' * 400}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
