"""Edit, variants, undo, branch, search, delete, media and the saved file, each as a person does it in a real browser."""

from __future__ import annotations

import zipfile

import pytest

from models.values import Media
from tests.browser import stage

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 412, "height": 860}, "has_touch": True, "is_mobile": True}


def bar(page, role: str, number: int = -1):
    """Return the bar under a message: the *number*-th of the person ("user") or of the answers ("bot")."""
    return page.locator(f"[data-testid={role}] .u-turn").nth(number)


def said(page) -> list[str]:
    return page.locator("[data-testid=user] .u-text").all_inner_texts()


def sidebar(page):
    if not page.locator(".sidebar.open").count():
        page.click(".sidebar .toggle-button")
    page.wait_for_selector(".u-chats .u-seek")


def test_an_edited_message_is_a_variant_and_arrows_lead_back(page, site):
    stage.send(page, "say one")
    stage.send(page, "say two")
    bar(page, "user", 0).locator("[data-turn=edit]").click()
    page.keyboard.press("End")
    page.keyboard.type(" and a half")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelectorAll('[data-testid=user]').length === 1")
    stage.idle(page)
    assert said(page) == ["say one and a half"]
    assert bar(page, "user").locator("output").inner_text() == "2 / 2"
    bar(page, "user").get_by_label("Earlier variant").click()
    page.wait_for_function("() => document.querySelectorAll('[data-testid=user]').length === 2")
    assert said(page) == ["say one", "say two"]
    assert bar(page, "user", 0).locator("output").inner_text() == "1 / 2"
    assert bar(page, "user", 0).get_by_label("Earlier variant").is_disabled()
    page.reload()
    page.wait_for_selector("[data-testid=user] .u-text >> text=say two")
    assert [message.text for message in site.messages(page)][::2] == ["say one", "say two"]


def test_editing_can_be_given_up_and_nothing_happens(page, site):
    stage.send(page, "say one")
    before = site.messages(page)
    bar(page, "user").locator("[data-turn=edit]").click()
    page.keyboard.type("something else")
    page.keyboard.press("Escape")
    assert page.locator(".u-turn textarea").count() == 0
    assert page.evaluate("document.activeElement.dataset.turn") == "edit"
    bar(page, "user").locator("[data-turn=edit]").click()
    bar(page, "user").locator("[data-turn=save]").click()  # the same words once more are no edit
    assert page.locator(".u-turn textarea").count() == 0
    assert site.messages(page) == before


def test_retry_keeps_both_replies_and_undo_can_be_undone(page, site, tmp_path):
    stage.attach(page, stage.photo(tmp_path / "square.png", (120, 60, 200, 140)))
    stage.send(page, "do: adjust image#1 op=sepia")
    page.wait_for_selector(".u-item[data-ref='image#2']")
    page.click("#chat [aria-label=Retry]")
    page.wait_for_selector(".u-item[data-ref='image#3']")
    stage.idle(page)
    assert bar(page, "bot").locator("output").inner_text() == "2 / 2"
    bar(page, "bot").get_by_label("Earlier variant").click()
    page.wait_for_selector(".u-item[data-ref='image#2']")
    page.click("#chat [aria-label=Undo]")
    page.wait_for_selector("text=A message was taken back.")
    assert page.input_value("#box textarea") == "do: adjust image#1 op=sepia"
    page.wait_for_selector(".u-tile")
    page.click("[aria-label='Bring back what was taken back']")
    page.wait_for_selector(".u-item[data-ref='image#3']")
    assert page.locator("text=A message was taken back.").count() == 0


def test_a_branch_is_a_conversation_of_its_own(page, site):
    stage.send(page, "say one")
    stage.send(page, "say two")
    bar(page, "bot", 0).locator("[data-turn=branch]").click()
    page.wait_for_function("() => document.querySelectorAll('[data-testid=user]').length === 1")
    stage.send(page, "say elsewhere")
    assert said(page) == ["say one", "say elsewhere"]
    sidebar(page)
    page.click(".u-open >> text=/^say one(?! \\(branch\\))/")
    page.wait_for_selector("[data-testid=user] .u-text >> text=say two")
    assert said(page) == ["say one", "say two"]


def test_conversations_are_found_by_what_was_said_in_them(page):
    stage.send(page, "say The Quick brown fox")
    sidebar(page)
    page.click("[data-act=new]")
    page.wait_for_selector("[data-testid=user]", state="detached")
    stage.send(page, "say something else")
    sidebar(page)
    page.wait_for_function("() => document.querySelectorAll('.u-open').length === 2")
    page.fill(".u-seek", "FOX quick")
    page.wait_for_function("() => document.querySelectorAll('.u-open').length === 1")
    assert "Quick brown fox" in page.inner_text(".u-open")
    page.fill(".u-seek", "nowhere <b>")
    page.wait_for_selector("text=Nothing was found.")
    page.fill(".u-seek", "")
    page.wait_for_function("() => document.querySelectorAll('.u-open').length === 2")


@pytest.mark.parametrize("how", [{}, PHONE], ids=["desktop", "phone"])
def test_the_media_are_at_hand_with_their_names(visit, site, tmp_path, how):
    page = visit(site.url, **how)
    stage.attach(page, stage.photo(tmp_path / "square.png", (120, 60, 200, 140)))
    stage.send(page, "do: adjust image#1 op=sepia")
    sidebar(page)
    page.click(".u-shelf summary")
    page.wait_for_selector(".u-medium[data-ref='image#2'] img")
    assert page.locator(".u-medium").evaluate_all("all => all.map(one => one.dataset.ref)") == ["image#2", "image#1"]
    page.fill("#box textarea", "blur")
    page.click("[aria-label='Write image#2']")
    assert page.input_value("#box textarea") == "blur image#2 "
    page.click("[aria-label='Use image#1, square.png as input']")
    page.wait_for_selector(".u-tile")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_conversation_is_saved_loaded_and_replayed(page, site, tmp_path):
    stage.attach(page, stage.photo(tmp_path / "square.png", (120, 60, 200, 140)))
    stage.send(page, "do: adjust image#1 op=sepia")
    sidebar(page)
    page.click(".u-file summary")
    with page.expect_download() as waiting:
        page.click("[data-act=bundle]")
    kept = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(kept)
    assert zipfile.ZipFile(kept).testzip() is None
    page.click("[data-act=replay]")
    page.wait_for_selector("text=1 of 1 calls gave the same bytes again.")
    page.click(".u-bin")
    page.wait_for_selector(".u-open", state="detached")
    with page.expect_file_chooser() as asking:
        page.click("#bring")
    asking.value.set_files(str(kept))
    page.wait_for_selector(".u-item[data-ref='image#2']")
    media = [part for message in site.messages(page) for part in message.parts if isinstance(part, Media)]
    assert [medium.handle for medium in media] == ["image#1", "image#2"]


def test_every_verb_of_a_turn_is_reached_by_keyboard_and_named(page):
    stage.send(page, "say one")
    bar(page, "user").locator("[data-turn=edit]").focus()
    page.keyboard.press("Enter")
    page.keyboard.type(" two")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-testid=user] .u-text >> text=say one two")
    stage.idle(page)
    names = page.locator(".u-turn button").evaluate_all("all => all.map(one => one.ariaLabel || one.textContent)")
    assert all(names)
    bar(page, "user").get_by_label("Earlier variant").focus()
    page.keyboard.press("Space")
    page.wait_for_function("() => document.querySelector('[data-testid=user] .u-text').textContent === 'say one'")
