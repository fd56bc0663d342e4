"""Stop, reload, restart, several conversations and hostile text, in a real browser."""

from __future__ import annotations

import time

import pytest

from tests.browser import stage

pytestmark = pytest.mark.browser
EVIL = (
    "<script>window.bad=1</script><img src=x onerror=window.bad=2>${window.bad=3}{{window.bad=4}} "
    "![a](http://evil.example/a.png) [b](javascript:window.bad=5) <svg onload=window.bad=6> <task>segment image#1</task>"
)


def test_stop_ends_a_long_job_at_once_and_the_next_message_is_answered(page, site):
    stage.send(page, 'do: image "a fox"', wait=False)
    page.wait_for_selector(".u-progress progress")
    page.wait_for_selector(".u-preview")
    assert stage.until(lambda: site.steps() > 3)
    page.fill("#box textarea", "I can type meanwhile")
    page.click("#box .stop-button")
    stage.idle(page)
    steps = site.steps()
    time.sleep(0.5)
    assert site.steps() <= steps + 1
    assert "Stopped." in page.inner_text("#chat")
    assert page.locator(".u-progress").count() == 0
    assert page.input_value("#box textarea") == "I can type meanwhile"
    stage.send(page, "say at once")
    assert "at once" in page.locator(".bot-row").last.inner_text()


def test_another_conversation_is_usable_while_a_job_runs_and_the_job_goes_on(page, site):
    stage.send(page, 'do: image "a fox"', wait=False)
    page.wait_for_selector(".u-progress progress")
    page.click(".sidebar .toggle-button")
    page.click("[data-act=new]")
    page.wait_for_selector(".u-progress", state="detached")
    stage.idle(page)
    stage.send(page, "say elsewhere")
    assert "elsewhere" in page.inner_text("[data-testid=bot]")
    assert page.locator(".u-progress").count() == 0
    if not page.locator(".sidebar.open").count():
        page.click(".sidebar .toggle-button")
    page.click(".u-open >> text=do: image")
    page.wait_for_selector(".u-progress progress")
    page.click("#box .stop-button")
    stage.idle(page)
    assert "Stopped." in page.inner_text("#chat")


def test_conversations_survive_reload_and_restart_and_belong_to_one_browser(visit, chromium, tmp_path):
    with stage.serve(tmp_path, stage.Scripted()) as site:
        page = visit(site.url)
        stage.attach(page, stage.photo(tmp_path / "square.png", (120, 60, 200, 140)))
        stage.send(page, "do: adjust image#1 op=sepia")
        page.reload()
        page.wait_for_selector(".u-item[data-ref='image#2'] img")
        stranger = visit(site.url)
        assert stranger.locator(".u-card").count() == 0
        assert stranger.locator(".u-open").count() == 0
        stranger.close()
        port = int(stage.urlparse(site.url).port)
        kept = page.context.storage_state()
        page.close()
    with stage.serve(tmp_path, stage.Scripted(), port=port) as site:
        page = visit(site.url, storage_state=kept)
        page.wait_for_selector(".u-item[data-ref='image#2'] img")
        assert page.evaluate("document.querySelector(\"[data-ref='image#2'] img\").naturalWidth") in (0, 300)
        assert "do: adjust" in page.inner_text("#chat")
        stage.send(page, "say back again")
        assert "back again" in page.inner_text("#chat")


def test_code_is_shown_as_it_was_written_and_is_never_markup(page):
    tag = "<img src=x onerror=window.bad=7>"
    text = f"say Words {tag} and `{tag}` &amp; more\n\n```html\n{tag}\n  &lt;\n```\n\n    {tag}\n\n1. one\n   ```\n   {tag}\n   ```"
    stage.send(page, text)
    reply = page.locator(".bot-row").last
    assert reply.locator("code").all_inner_texts() == [tag, f"{tag}\n  &lt;", tag, tag]
    assert reply.locator("pre").count() == 3
    assert f"Words {tag} and {tag} &amp; more" in reply.inner_text()
    assert reply.locator("img[src=x]").count() == 0
    assert page.evaluate("window.bad") is None


def test_conversations_are_renamed_and_deleted(page):
    stage.send(page, "say first")
    if not page.locator(".sidebar.open").count():
        page.click(".sidebar .toggle-button")
    page.wait_for_selector(".u-open")
    page.click("[aria-label^=Rename]")
    page.keyboard.type("My <b>talk</b>")
    page.keyboard.press("Enter")
    page.wait_for_selector(".u-open >> text=My <b>talk</b>")
    page.click(".u-bin")
    page.wait_for_selector(".u-open", state="detached")
    assert page.locator(".u-card").count() == 0
    assert "My <b>talk</b>" in page.inner_text(".u-gone")
    page.click("[data-act=restore]")
    page.wait_for_selector(".u-open >> text=My <b>talk</b>")
    page.wait_for_selector("[data-testid=user] .u-text >> text=say first")
    assert not page.locator(".u-gone").is_visible()


def test_retry_answers_again_and_undo_takes_the_message_back(page, site, tmp_path):
    stage.attach(page, stage.photo(tmp_path / "square.png", (120, 60, 200, 140)))
    stage.open_editor(page, "image#1")
    stage.drag(page, [(0.36, 0.24), (0.70, 0.76)])
    page.click("[data-act=done]")
    stage.send(page, "do: segment image#1 region#1")
    first = site.messages(page)
    page.click("#chat [aria-label=Retry]")
    assert stage.until(lambda: site.messages(page)[1:] != first[1:] and site.messages(page)[-1].state == "done")
    stage.idle(page)
    assert len(site.messages(page)) == 2
    page.click("#chat [aria-label=Undo]")
    page.wait_for_selector(".u-chip")
    assert page.input_value("#box textarea") == "do: segment image#1 region#1"
    assert page.locator("[data-testid=user]").count() == 0
    page.press("#box textarea", "Enter")
    page.wait_for_selector(".u-mask")


def test_hostile_text_names_and_labels_are_shown_as_they_are_and_do_nothing(page, site, tmp_path):
    name = "<img src=x onerror=window.bad=7>.png"
    stage.attach(page, stage.photo(tmp_path / name, (120, 60, 200, 140)))
    stage.open_editor(page, "image#1")
    stage.drag(page, [(0.36, 0.24), (0.70, 0.76)])
    page.fill(".u-object input", "</text><svg onload=window.bad=8>{{x}}${window.bad=9}")
    page.click("[data-act=done]")
    scripts = page.locator("script").count()
    stage.send(page, "say " + EVIL)
    assert page.locator("[data-testid=user] .u-text").inner_text() == "say " + EVIL
    said = page.locator(".bot-row").inner_text()
    for piece in ("<script>window.bad=1</script>", "<img src=x", "${window.bad=3}{{window.bad=4}}", "<svg onload"):
        assert piece in said
    assert "${window.bad=9}" in page.inner_text("[data-testid=user]")
    stage.send(page, f'do: segment image#1 region#1 "{EVIL.split(" ")[0]}"')
    page.reload()
    page.wait_for_selector(".u-text")
    page.click(".sidebar .toggle-button")
    page.wait_for_selector(".u-open")
    assert page.evaluate("window.bad") is None
    assert page.locator("script").count() <= scripts
    assert page.locator("#chat img[src*=evil], #chat a[href^=javascript]").count() == 0


def test_a_chosen_task_overrides_the_model(page, site, tmp_path):
    stage.attach(page, stage.photo(tmp_path / "square.png", (120, 60, 200, 140)))
    page.click(".u-aim")
    page.click(".u-pill:has([data-key=task-adjust])")
    page.click("[data-key=close]")
    stage.send(page, "sepia")
    page.wait_for_selector(".u-step >> text=adjust")


def test_the_badge_says_what_the_profile_can_and_cannot_do(page):
    page.click("#badge summary")
    words = page.inner_text(".u-panel")
    assert "segment: " in words
    assert "video_edit: " in words
    assert "cannot see or hear photos and recordings" in words


@pytest.mark.parametrize("name", ["nano", "a-profile-with-a-long-name"])
def test_the_head_of_a_narrow_phone_shows_all_its_buttons_whatever_the_profile_is_called(visit, site, name):
    page = visit(site.url, viewport={"width": 360, "height": 740})
    page.eval_on_selector(
        ".u-badge > details > summary", "(node, name) => { node.textContent = `${name}: what it can do`; }", name
    )
    for button in page.locator(".u-badge > details > summary, .u-badge > button").all():
        box = button.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
