"""The server is killed while it answers and while messages wait: the page says what was interrupted, and nothing is lost or said twice."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser import stage
from tests.ports import free_port

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
SQUARE = (120, 60, 200, 140)
SLOW = 'do: image "a fox"'
SERVE = """
import sys, threading
from pathlib import Path
from tests.browser import stage
model = stage.Scripted() if sys.argv[3] == "scripted" else None
with stage.serve(Path(sys.argv[1]), model, port=int(sys.argv[2])) as site:
    print(site.url, flush=True)
    threading.Event().wait()
"""


class Server:
    """The page over the data of *folder* and a *model*, "scripted" or "nano", in a process of its own that can be killed and started
    again."""

    def __init__(self, folder: Path, model: str = "scripted") -> None:
        self.folder, self.model = folder, model
        self.port = free_port()
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-c", SERVE, str(self.folder), str(self.port), self.model]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "GRADIO_TEMP_DIR": str(self.folder / "data" / "uploads")}
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        assert self.url

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def server(tmp_path):
    made = Server(tmp_path)
    yield made
    made.kill()


@pytest.fixture
def tab(chromium, server):
    context = chromium.new_context(viewport={"width": 1280, "height": 860})
    page = context.new_page()
    page.set_default_timeout(60_000)
    stage.ready(page, server.url)
    yield page
    context.close()


def again(server, page):
    """Kill the server and start it again; the page notices by itself and loads itself anew."""
    page.evaluate("window.before = true")
    server.kill()
    server.start()
    page.wait_for_function(
        "() => !window.before && document.querySelector(\".u-chats[data-current]:not([data-current=''])\")"
    )


def asked(page):
    return page.locator("[data-testid=user] .u-text").all_inner_texts()


def wait_with(page, words):
    page.fill("#box textarea", words)
    page.press("#box textarea", "Enter")
    page.wait_for_selector(f".u-outbox >> text=Waits for the reply: {words[:40]}")


def test_a_killed_server_says_what_was_interrupted_and_what_waited_is_sent_or_taken_back(server, tab, tmp_path):
    page = tab
    stage.send(page, "say before")
    stage.send(page, "say kept words\n" + SLOW, wait=False)
    page.wait_for_selector(".u-progress progress")
    stage.attach(page, stage.photo(tmp_path / "square.png", SQUARE))
    long = "say with a file " + "and many words " * 40
    wait_with(page, long)
    wait_with(page, "say not this one")
    again(server, page)
    page.wait_for_selector("#chat >> text=Interrupted:")
    reply = page.locator(".bot-row").last.inner_text()
    assert "kept words" in reply, "what was finished is there"
    assert "Interrupted: the program ended while this was being made." in reply
    assert 'image "a fox"' in page.locator("[data-testid=user] .u-text").last.inner_text()
    assert page.locator(".bot-row >> text=Interrupted:").count() == 1, "the reply before it was not"
    assert page.locator(".u-progress").count() == 0
    rows = page.locator(".u-outbox li")
    assert rows.count() == 2
    assert "Not answered yet: say with a file" in rows.nth(0).inner_text()
    assert page.locator(".u-tile").count() == 0, "its file is not offered to the next message"
    rows.nth(1).get_by_role("button", name="Take this message back").click()
    page.wait_for_function("() => document.querySelector('#box textarea').value === 'say not this one'")
    rows.nth(0).get_by_role("button", name="Send this message now").dblclick()
    page.wait_for_selector("[data-testid=user] .u-text >> text=say with a file")
    stage.idle(page)
    assert [" ".join(text.split()) for text in asked(page)] == ["say before", f"say kept words {SLOW}", long.strip()]
    assert page.locator("[data-testid=user] .u-item[data-ref='image#1']").count() == 1
    page.wait_for_selector(".u-outbox[hidden]", state="attached")
    page.reload()
    page.wait_for_selector("[data-testid=user] .u-text >> text=say with a file")
    assert len(asked(page)) == 3, "answered once"
    assert rows.count() == 0


def test_what_waited_is_taken_back_whole_with_its_file_and_marks_by_a_tab_that_never_sent_it(server, tab, tmp_path):
    page = tab
    stage.attach(page, stage.photo(tmp_path / "square.png", SQUARE))
    stage.send(page, SLOW, wait=False)
    page.wait_for_selector(".u-progress progress")
    stage.attach(page, tmp_path / "square.png")
    stage.open_editor(page, "image#2")
    stage.drag(page, [(0.36, 0.24), (0.70, 0.76)])
    page.fill(".u-object input", "red square")
    page.click("[data-act=done]")
    long = "do: segment image#2 region#1 " + "and many words " * 40 + "to the end"
    wait_with(page, long)
    again(server, page)
    page.wait_for_selector(".u-outbox >> text=Not answered yet:")
    page.click(".u-outbox >> text=Take back")
    page.wait_for_selector(".u-tile[data-ref='image#2'] .u-chip >> text=red square")
    assert page.input_value("#box textarea") == long
    page.press("#box textarea", "Enter")
    page.wait_for_selector("[data-testid=bot] .u-mask")
    stage.idle(page)
    assert len(asked(page)) == 2


def test_what_waited_is_seen_by_nobody_else(server, tab, chromium):
    stage.send(tab, SLOW, wait=False)
    tab.wait_for_selector(".u-progress progress")
    wait_with(tab, "say xyzzy")
    server.kill()
    server.start()
    context = chromium.new_context()
    stranger = context.new_page()
    stage.ready(stranger, server.url)
    stage.send(stranger, "say who is there")
    assert "xyzzy" not in stranger.content()
    assert stranger.locator(".u-outbox li").count() == 0
    context.close()
    tab.wait_for_selector(".u-outbox >> text=Not answered yet: say xyzzy")


def test_what_is_written_and_marked_when_the_server_goes_is_there_when_it_is_back(server, tab, tmp_path):
    stage.send(tab, "say before")
    stage.attach(tab, stage.photo(tmp_path / "square.png", SQUARE))
    stage.open_editor(tab, "image#1")
    stage.drag(tab, [(0.36, 0.24), (0.70, 0.76)])
    tab.fill(".u-object input", "red square")
    tab.click("[data-act=done]")
    tab.fill("#box textarea", "do: segment image#1 region#1")
    again(server, tab)
    tab.wait_for_selector(".u-tile[data-ref='image#1'] .u-chip >> text=red square")
    assert tab.locator(".u-tile").count() == 1
    assert tab.input_value("#box textarea") == "do: segment image#1 region#1"
    tab.press("#box textarea", "Enter")
    tab.wait_for_selector("[data-testid=bot] .u-mask")
    tab.reload()
    tab.wait_for_selector("[data-testid=bot] .u-mask")
    assert tab.input_value("#box textarea") == ""
    assert tab.locator(".u-tile").count() == 0


def test_what_is_sent_to_a_server_that_is_gone_comes_back_into_the_composer(server, tab):
    stage.send(tab, "say before")
    tab.evaluate("window.before = true")
    server.kill()
    tab.fill("#box textarea", "say into the void")
    tab.press("#box textarea", "Enter")
    tab.keyboard.type("and the next")
    tab.wait_for_selector(".u-outbox >> text=say into the void")
    server.start()
    tab.wait_for_function("() => !window.before && document.querySelector('#box textarea')?.value")
    assert tab.input_value("#box textarea") == "say into the void\nand the next"
    assert asked(tab) == ["say before"]


def test_a_server_that_is_started_again_finds_the_tab_that_stayed_open(server, tab):
    stage.send(tab, SLOW, wait=False)
    tab.wait_for_selector(".u-progress progress")
    wait_with(tab, "say it waited")
    tab.fill("#box textarea", "half a thought")
    again(server, tab)
    tab.wait_for_selector(".u-outbox >> text=Not answered yet: say it waited")
    assert tab.input_value("#box textarea") == "half a thought"
    tab.click(".u-outbox >> text=Send now")
    tab.wait_for_selector("[data-testid=user] .u-text >> text=say it waited")
    stage.idle(tab)
    assert len(asked(tab)) == 2
    assert tab.locator(".u-outbox li").count() == 0
