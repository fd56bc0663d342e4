"""What a person does while the server is still busy with what they did before: nothing of either is lost."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import pytest

from models.values import Failure, Media, Region
from tests.browser import stage

pytestmark = pytest.mark.browser
SQUARE = (120, 60, 200, 140)
ROUND = [(0.36, 0.24), (0.70, 0.76)]


@contextmanager
def held(monkeypatch, engine, name):
    """Let no call of the engine's method *name* begin before the block has ended; yields what waits for it to be reached."""
    reached, go = threading.Event(), threading.Event()
    real = getattr(engine, name)

    def late(*arguments, **keywords):
        reached.set()
        assert go.wait(60)
        return real(*arguments, **keywords)

    monkeypatch.setattr(engine, name, late)
    try:
        yield reached
    finally:
        go.set()


def refs(page):
    return page.locator(".u-tile").evaluate_all("nodes => nodes.map(node => node.dataset.ref)")


def pictures(tmp_path, *names):
    return [stage.photo(tmp_path / f"{name}.png", (100 + 10 * n, 60, 200, 140)) for n, name in enumerate(names)]


def test_every_press_on_an_export_gives_its_file_however_quickly_they_come(page, tmp_path):
    stage.attach(page, stage.photo(tmp_path / "square.png", SQUARE))
    stage.open_editor(page, "image#1")
    stage.drag(page, ROUND)
    page.click("[data-act=done]")
    stage.send(page, "do: segment image#1 region#1")
    saved = []
    page.on("download", lambda download: saved.append(download.suggested_filename))
    page.locator("[data-export]").evaluate_all("nodes => nodes.forEach(node => node.click())")
    assert stage.until(lambda: page.evaluate("true") and len(saved) == 4)
    assert sorted(saved) == ["mask1-coco.json", "mask1-png.png", "mask1-rle.json", "mask1-svg.svg"]


def test_what_is_drawn_while_another_picture_is_taken_in_stays(page, site, tmp_path, monkeypatch):
    first, second = pictures(tmp_path, "first", "second")
    stage.attach(page, first)
    with held(monkeypatch, site.engine, "attach") as reached:
        page.set_input_files("#box input[type=file]", str(second))
        assert stage.until(lambda: page.evaluate("true") and reached.is_set())
        stage.open_editor(page, "image#1")
        stage.drag(page, ROUND)
        page.fill(".u-object input", "red square")
        page.click("[data-act=done]")
    page.wait_for_selector(".u-tile[data-ref='image#2']")
    assert page.inner_text(".u-chip .u-name") == "region#1 red square"
    stage.send(page, "do: segment image#1 region#1")
    asked, answered = site.messages(page)[-2:]
    assert [part.handle for part in asked.parts if isinstance(part, Media)] == ["image#1", "image#2"]
    assert [part.label for part in asked.parts if isinstance(part, Region)] == ["red square"]
    assert not [part for part in answered.parts if isinstance(part, Failure)]


def test_attachments_taken_away_in_quick_succession_stay_away(page, site, tmp_path, monkeypatch):
    for path in pictures(tmp_path, "one", "two", "three"):
        stage.attach(page, path)
    with held(monkeypatch, site.engine, "detach") as reached:
        page.locator(".u-tile > .u-x").first.click()
        assert stage.until(lambda: page.evaluate("true") and reached.is_set())
        page.locator(".u-tile > .u-x").first.click()
        assert refs(page) == ["image#3"]
    page.fill("#box textarea", "say only one")
    stage.send(page, "say only one")
    asked = site.messages(page)[-2]
    assert [part.handle for part in asked.parts if isinstance(part, Media)] == ["image#3"]
    assert refs(page) == []


def test_what_is_drawn_while_a_message_is_on_its_way_waits_for_the_next_one(page, site, tmp_path, monkeypatch):
    stage.attach(page, stage.photo(tmp_path / "square.png", SQUARE))
    stage.send(page, "do: adjust image#1 op=invert")
    with held(monkeypatch, site.engine, "begin") as reached:
        page.fill("#box textarea", "say yes")
        page.press("#box textarea", "Enter")
        assert stage.until(lambda: page.evaluate("true") and reached.is_set())
        page.click("[data-testid=bot] [data-act=draw]")
        stage.shown(page)
        stage.drag(page, ROUND)
        page.click("[data-act=done]")
    page.wait_for_function("() => document.querySelector('#chat').innerText.includes('say yes')")
    stage.idle(page)
    assert page.inner_text(".u-chip .u-name") == "region#1"
    stage.send(page, "do: segment image#2 region#1")
    assert [part.of for part in site.messages(page)[-2].parts if isinstance(part, Region)] == ["image#2"]
