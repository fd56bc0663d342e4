"""A lost network, a closed tab, a second tab: the reply goes on, and whoever comes back finds it growing."""

from __future__ import annotations

import contextlib
import socket
import threading

import pytest

from app.session import Session
from app.unanswered import Unanswered
from tests.browser import stage

pytestmark = pytest.mark.browser


class Wire:
    """A port of this machine that leads to another one, and can be cut like a cable and mended again."""

    def __init__(self, to: int) -> None:
        self._to, self._ends, self._lock, self.whole = to, set(), threading.Lock(), True
        self._left: int | None = None  # bytes that still get to the other port
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            if not self.whole:
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self._to))
            with self._lock:
                self._ends |= {near, far}
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(source, target, source is near), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, there: bool) -> None:
        try:
            while data := source.recv(65536):
                if there and self._left is not None:
                    self._left -= len(data)
                    if self._left < 0:
                        self.cut()
                        return
                target.sendall(data)
        except OSError:
            pass
        finally:
            for end in (source, target):
                with self._lock:
                    self._ends.discard(end)
                with_shut(end)

    def cut(self) -> None:
        self.whole = False
        with self._lock:
            ends = list(self._ends)
        for end in ends:
            with_shut(end)

    def cut_after(self, size: int) -> None:
        """Be cut once *size* more bytes have gone to the other port."""
        self._left = size

    def mend(self) -> None:
        self.whole, self._left = True, None

    def close(self) -> None:
        self._door.close()
        self.cut()


def with_shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@pytest.fixture
def wire(site):
    made = Wire(stage.urlparse(site.url).port)
    yield made
    made.close()


@pytest.fixture
def plain(chromium):
    """Open pages whose errors are not counted: a browser complains about a lost network."""
    contexts = []

    def open_page(url: str, **how):
        contexts.append(chromium.new_context(viewport={"width": 1280, "height": 860}, **how))
        page = contexts[-1].new_page()
        page.set_default_timeout(60_000)
        stage.ready(page, url)
        return page

    yield open_page
    for context in contexts:
        context.close()


def test_a_closed_tab_ends_nothing_and_a_second_one_finds_the_reply_growing(plain, site):
    page = plain(site.url)
    stage.send(page, 'do: image "a fox"', wait=False)
    page.wait_for_selector(".u-progress progress")
    kept = page.context.storage_state()
    page.close()
    before = site.steps()
    assert stage.until(lambda: site.steps() > before + 3)
    second = plain(site.url, storage_state=kept)
    second.wait_for_selector(".u-progress progress")
    value = second.locator(".u-progress progress").first.get_attribute("value")
    second.wait_for_function("old => document.querySelector('.u-progress progress').value > Number(old)", arg=value)
    second.click("#box .stop-button")
    stage.idle(second)
    assert "Stopped." in second.inner_text("#chat")
    assert stage.until(lambda: not site.engine._runs, 5)


def test_after_a_lost_network_the_same_tab_shows_what_went_on(plain, site, wire):
    page = plain(f"http://127.0.0.1:{wire.port}")
    stage.send(page, 'do: image "a fox"', wait=False)
    page.wait_for_selector(".u-progress progress")
    wire.cut()
    before = site.steps()
    assert stage.until(lambda: site.steps() > before + 3), "the work goes on"
    wire.mend()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    now = page.locator(".u-progress progress").first.get_attribute("value")
    page.wait_for_function("old => document.querySelector('.u-progress progress')?.value > Number(old)", arg=now)
    page.wait_for_selector("#box .stop-button")
    page.click("#box .stop-button")
    stage.idle(page)
    stage.send(page, "say back again")
    assert "back again" in page.locator(".bot-row").last.inner_text()


def test_what_was_said_in_another_tab_is_there_when_this_one_is_looked_at(plain, site):
    page = plain(site.url)
    stage.send(page, "say one")
    second = plain(site.url, storage_state=page.context.storage_state())
    second.wait_for_selector("[data-testid=user] .u-text >> text=say one")
    stage.send(second, "say two")
    assert page.locator("[data-testid=user]").count() == 1
    page.fill("#box textarea", "half a thought")
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.wait_for_selector("[data-testid=user] .u-text >> text=say two")
    assert page.input_value("#box textarea") == "half a thought"


def test_a_tab_that_missed_nothing_is_left_as_it_is_when_it_is_looked_at(page, site, tmp_path):
    stage.attach(page, stage.photo(tmp_path / "square.png", (120, 60, 200, 140)))
    stage.send(page, "do: adjust image#1 op=invert")
    # A press that brings the window back to the front must find the button that it began on, and what was open stays open.
    page.click("[data-testid=bot] [data-act=compare]")
    page.locator("#chat .u-btn").evaluate_all("nodes => (window.before = nodes)")
    with page.expect_response(lambda response: "/queue/join" in response.url) as asked:
        page.evaluate("window.dispatchEvent(new Event('focus'))")
    assert asked.value.ok
    stage.send(page, "say still here")  # answered after the look
    assert page.evaluate("window.before.every((node) => node.isConnected || node.dataset.turn)")
    assert page.locator(".u-before").is_visible()
    assert page.locator("[data-testid=user]").count() == 2


def test_a_tab_that_is_loaded_again_shows_the_conversation_that_was_open_and_a_new_one_the_latest(
    plain, site, tmp_path
):
    page = plain(site.url)
    current, side = "document.querySelector('.u-chats').dataset.current", ".sidebar .toggle-button"
    stage.send(page, "say older")
    older = page.evaluate(current)
    page.click(side)
    with page.expect_request(lambda request: "/queue/join" in request.url) as asked:
        page.click("[data-act=new]")
    owner = asked.value.post_data_json["data"][0]
    page.wait_for_function(f"old => {current} !== old", arg=older)
    stage.send(page, "say newest")
    latest = page.evaluate(current)
    stage.attach(page, stage.photo(tmp_path / "of_newest.png", (10, 10, 40, 40)))
    site.engine.history.unanswered.keep(owner, older, Unanswered("left-1", "say it waited"))
    page.click(side)
    page.click(".u-open >> text=say older")
    page.wait_for_function(f"id => {current} === id", arg=older)
    page.wait_for_function("() => !document.querySelector('.u-tile')")
    page.reload()  # with nothing written
    page.wait_for_selector(".u-outbox >> text=say it waited")
    assert page.evaluate(current) == older
    stage.attach(page, stage.clip(tmp_path / "of_older.mp4", 6))
    page.fill("#box textarea", "half a thought")

    page.reload()
    page.wait_for_selector(".u-tile[data-ref='video#1']")
    page.wait_for_selector(".u-outbox >> text=say it waited")
    page.wait_for_function("() => document.querySelector('#box textarea').value === 'half a thought'")
    # What comes late, such as the answer to a look of a window that got the focus, is of the same conversation.
    with page.expect_response(lambda response: "/queue/join" in response.url):
        page.evaluate("window.dispatchEvent(new Event('focus'))")
    assert page.evaluate(current) == older
    assert page.locator("[data-testid=user]").all_inner_texts()[-1].startswith("say older")
    assert page.locator("#chat >> text=newest").count() == 0
    assert page.locator(".u-tile").count() == 1
    assert page.locator(".u-on .u-open").text_content().startswith("say older")

    second = plain(site.url, storage_state=page.context.storage_state())
    second.wait_for_selector(".u-tile[data-ref='image#1']")
    assert second.evaluate(current) == latest
    site.engine.put_away(Session(owner, older))
    page.reload()
    page.wait_for_selector("[data-testid=user] .u-text >> text=say newest")
    page.wait_for_function("() => document.querySelector('#box textarea').value === 'half a thought'")
    assert page.evaluate(current) == latest
    assert page.locator(".u-outbox >> text=say it waited").count() == 0
    assert page.locator(".u-tile").get_attribute("data-ref") == "image#1"
