"""Sending: what is pressed twice is sent once, what is typed meanwhile stays, and what is sent during a reply waits for it."""

from __future__ import annotations

import json

import pytest

from models.values import Failure, Media, Region
from tests.browser import stage
from tests.browser.test_at_once import held

pytestmark = pytest.mark.browser
SQUARE = (120, 60, 200, 140)
PHONE = {"viewport": {"width": 412, "height": 860}, "has_touch": True, "is_mobile": True}
DEVICES = pytest.mark.parametrize("device", [{}, PHONE], ids=["desk", "phone"])
SLOW = 'do: image "a fox"'


def asked(site, page):
    return [message.text for message in site.messages(page) if message.role == "user"]


def told(page, words):
    page.wait_for_selector(f"[data-testid=user] .u-text >> text={words}")


@DEVICES
def test_a_message_is_sent_once_however_often_send_is_pressed(visit, site, device):
    page = visit(site.url, **device)
    page.fill("#box textarea", "say one")
    for _ in range(5):
        page.press("#box textarea", "Enter")
    told(page, "say one")
    page.fill("#box textarea", "say two")
    page.dblclick("#box [data-testid=submit-button]")
    told(page, "say two")
    stage.idle(page)
    stage.send(page, "say three")
    assert asked(site, page) == ["say one", "say two", "say three"]
    assert page.locator("[data-testid=toast-body]").count() == 0
    assert page.locator(".u-outbox li").count() == 0


def test_a_storm_on_send_sends_once_and_a_storm_on_stop_ends_only_what_runs(page, site):
    page.fill("#box textarea", SLOW)
    page.evaluate(
        """() => {
          const box = document.querySelector('#box textarea'), send = document.querySelector('#box [data-testid=submit-button]');
          for (let n = 0; n < 20; n += 1) {
            box.dispatchEvent(new KeyboardEvent('keypress', { key: 'Enter', code: 'Enter', bubbles: true, cancelable: true }));
            send.click();
          }
        }"""
    )
    page.wait_for_selector(".u-progress progress")
    page.fill("#box textarea", "kept while it is stopped")
    page.locator("#box .stop-button").evaluate("node => { for (let n = 0; n < 20; n += 1) node.click(); }")
    stage.idle(page)
    assert page.input_value("#box textarea") == "kept while it is stopped"
    stage.send(page, "say after the storm")
    assert asked(site, page) == [SLOW, "say after the storm"]
    assert [message.state for message in site.messages(page)] == ["done", "stopped", "done", "done"]


def test_a_storm_on_stop_leaves_the_message_that_waits_alone(page, site):
    stage.send(page, SLOW, wait=False)
    page.wait_for_selector(".u-progress progress")
    page.fill("#box textarea", "say I waited\n" + SLOW)
    page.press("#box textarea", "Enter")
    page.wait_for_selector(".u-outbox >> text=I waited")
    page.locator("#box .stop-button").evaluate(
        "async (node) => { for (let n = 0; n < 20; n += 1) { node.click(); await new Promise(requestAnimationFrame); } }"
    )
    told(page, "say I waited")
    page.wait_for_selector(".bot-row >> nth=1 >> .u-progress progress")
    before = site.steps()
    # Forty steps are two seconds: a press then is no part of the storm.
    assert stage.until(lambda: page.evaluate("true") and site.steps() > before + 40), "it goes on"
    page.click("#box .stop-button")
    stage.idle(page)
    assert [message.state for message in site.messages(page)] == ["done", "stopped", "done", "stopped"]
    assert page.locator(".u-progress").count() == 0


@DEVICES
def test_what_is_typed_at_once_after_enter_and_during_the_reply_stays(visit, site, monkeypatch, device):
    page = visit(site.url, **device)
    with held(monkeypatch, site.engine, "begin") as reached:
        page.focus("#box textarea")
        page.keyboard.type("say first")
        page.keyboard.press("Enter")
        page.keyboard.type("and the next")
        assert stage.until(lambda: page.evaluate("true") and reached.is_set())
        page.keyboard.type(" thought")
    told(page, "say first")
    stage.idle(page)
    assert page.input_value("#box textarea") == "and the next thought"
    page.fill("#box textarea", "")
    stage.send(page, SLOW, wait=False)
    page.keyboard.type("typed while")
    page.wait_for_selector(".u-progress progress")
    page.keyboard.type(" it runs")
    page.click("#box .stop-button")
    stage.idle(page)
    assert page.input_value("#box textarea") == "typed while it runs"


def test_files_and_marks_go_with_their_message_and_not_with_the_next(page, site, tmp_path):
    stage.attach(page, stage.photo(tmp_path / "square.png", SQUARE))
    stage.open_editor(page, "image#1")
    stage.drag(page, [(0.36, 0.24), (0.70, 0.76)])
    page.click("[data-act=done]")
    page.fill("#box textarea", "do: segment image#1 region#1")
    page.press("#box textarea", "Enter")
    assert page.locator(".u-tile").count() == 0
    page.keyboard.type("say nothing goes along")
    told(page, "do: segment")
    stage.idle(page)
    page.press("#box textarea", "Enter")
    told(page, "say nothing goes along")
    stage.idle(page)
    first, _, second, _ = site.messages(page)
    assert [type(part) for part in first.parts if isinstance(part, Media | Region)] == [Media, Region]
    assert not [part for part in second.parts if isinstance(part, Media | Region)]


def test_what_is_refused_comes_back_before_what_was_typed_since(page, site, monkeypatch):
    with held(monkeypatch, site.engine, "begin") as reached:
        page.fill("#box textarea", "say no")
        page.evaluate(
            "() => { const take = unison.takeTray; unison.takeTray = () => { unison.takeTray = take;"
            " const tray = take(); return { ...tray, regions: [{ id: 1, ref: 'image#99', shapes: [] }] }; }; }"
        )
        page.press("#box textarea", "Enter")
        page.keyboard.type("and more")
        assert not reached.is_set()
    page.wait_for_selector("[data-testid=toast-body]")
    page.wait_for_function("() => document.querySelector('#box textarea').value === 'say no\\nand more'")
    assert page.locator("[data-testid=user]").count() == 0


@DEVICES
def test_a_message_sent_during_a_reply_waits_can_be_taken_back_and_is_answered_next(visit, site, tmp_path, device):
    page = visit(site.url, **device)
    stage.attach(page, stage.photo(tmp_path / "square.png", SQUARE))
    stage.send(page, "do: adjust image#1 op=sepia\n" + SLOW, wait=False)
    page.wait_for_selector(".u-progress progress")
    for words in ("do: adjust image#2 op=invert", "say not this"):
        page.fill("#box textarea", words)
        page.press("#box textarea", "Enter")
        page.wait_for_selector(f".u-outbox >> text=Waits for the reply: {words}")
    page.click(".u-outbox li >> nth=1 >> text=Take back")
    page.wait_for_function("() => document.querySelector('#box textarea').value === 'say not this'")
    assert page.locator(".u-outbox li").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator(".u-progress progress").count() == 1
    page.click("#box .stop-button")
    told(page, "op=invert")
    page.wait_for_selector("[data-testid=bot] .u-item[data-ref='image#3']")
    stage.idle(page)
    assert page.locator(".u-outbox li").count() == 0
    assert not [part for part in site.messages(page)[-1].parts if isinstance(part, Failure)]
    assert page.input_value("#box textarea") == "say not this"


def test_a_message_that_waits_is_there_after_a_reload_and_is_answered_though_the_tab_was_closed(chromium, site):
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(60_000)
    stage.ready(page, site.url)
    stage.send(page, SLOW, wait=False)
    page.wait_for_selector(".u-progress progress")
    page.fill("#box textarea", "say it waited")
    page.press("#box textarea", "Enter")
    page.wait_for_selector(".u-outbox >> text=Waits for the reply: say it waited")
    page.click(".sidebar .toggle-button")
    page.click("[data-act=new]")
    page.wait_for_selector(".u-outbox[hidden]", state="attached")  # it waits in the other conversation
    page.click(".sidebar .toggle-button")
    page.click(".u-open >> nth=0")
    page.wait_for_selector(".u-outbox >> text=say it waited")
    page.reload()
    page.wait_for_selector(".u-outbox >> text=say it waited")
    page.wait_for_selector(".u-progress progress")
    page.click("#box .stop-button")
    told(page, "say it waited")
    stage.idle(page)
    assert "it waited" in page.locator(".bot-row").last.inner_text()
    context.close()


def test_what_came_to_the_server_after_all_is_not_offered_again_after_a_reload(page):
    stage.send(page, "say it came")
    none = {"media": {}, "attached": [], "regions": []}
    texts = (("a", "say it came", -1), ("b", "say it never came", -1), ("c", "say it came", 0))  # and once more
    sent = [{"n": n, "text": text, "after": after, "tray": none} for n, text, after in texts]
    chat = page.get_attribute(".u-chats", "data-current")
    # As a reload at once after Send leaves it.
    draft = json.dumps({"chat": chat, "sent": sent, "typed": "", "tray": none})
    page.add_init_script(f"sessionStorage.setItem('unison-draft', {json.dumps(draft)})")
    page.reload()
    page.wait_for_function("() => document.querySelector('#box textarea')?.value")
    assert page.input_value("#box textarea") == "say it never came\nsay it came"


def test_what_is_written_in_a_new_or_an_older_conversation_is_there_after_a_reload(page, tmp_path):
    for words in ("half a thought", "and another"):
        stage.attach(page, stage.photo(tmp_path / "square.png", SQUARE))
        page.fill("#box textarea", words)
        chat = page.get_attribute(".u-chats", "data-current")
        page.reload()
        page.wait_for_function("w => document.querySelector('#box textarea')?.value === w", arg=words)
        assert page.get_attribute(".u-chats", "data-current") == chat
        page.wait_for_selector(".u-tile[data-ref='image#1']")
        stage.send(page, "say first")
        page.click(".sidebar .toggle-button")
        page.click("[data-act=new]")
        page.wait_for_selector("#chat .message-row", state="detached")
