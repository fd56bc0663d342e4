"""A browser for the tests of this folder, and a page to drive. Without a Chromium they are skipped, and say so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import editor_page, stage
from tests.browser.hands import DESK, KEYS, PHONE
from tests.browser.seat import Seat, Told

ARGUMENTS = ["--no-sandbox", "--disable-gpu"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a test of this folder that fails be run once more, which the summary tells as RERUN. A machine on which other things run may
    keep a page from showing in time what it was about to show. A race of the program that is seldom lost is hidden by this: so the summary is
    read."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def drive() -> Iterator[Any]:
    """What starts browsers. A process can have one only: a second would find the loop of the first running."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if stage.browser_path() is None:
        pytest.skip("no chromium-headless-shell, chromium, chromium-browser or google-chrome is installed")
    with api.sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(drive: Any) -> Iterator[Any]:
    browser = drive.chromium.launch(executable_path=stage.browser_path(), args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stage.Site]:
    with stage.serve(tmp_path_factory.mktemp("site"), stage.Scripted()) as served:
        yield served


@pytest.fixture
def visit(chromium: Any) -> Iterator[Any]:
    """Open pages; at the end none of them may have had an error or asked another host for anything."""
    opened: list[tuple[Any, stage.Watched, str]] = []

    def open_page(url: str, **how: Any) -> Any:
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 860}, **how})
        page = context.new_page()
        page.set_default_timeout(60_000)
        opened.append((context, stage.Watched(page), url))
        stage.ready(page, url)
        return page

    yield open_page
    for context, watched, url in opened:
        context.close()
        assert watched.errors == []
        assert watched.hosts == {stage.urlparse(url).netloc}


@pytest.fixture
def page(visit: Any, site: stage.Site) -> Any:
    return visit(site.url)


@pytest.fixture(scope="session")
def editor_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, str]]:
    """The folder from which the editor alone is served, with media in it, and its address."""
    folder = editor_page.make_media(tmp_path_factory.mktemp("editor"))
    with editor_page.serve(folder) as url:
        yield folder, url


@pytest.fixture
def editor(chromium: Any, editor_files: tuple[Any, str]) -> Iterator[Any]:
    """Open the editor alone on media, its dialog too unless *dialog* is false, on a desk, a *phone*, or a *screen* as the browser is
    told of it; at the end nothing may have gone wrong but what *expected* names."""
    folder, url = editor_files
    opened: list[tuple[Any, stage.Watched, str]] = []

    def open_editor(
        *media: dict[str, Any],
        phone: bool = False,
        dialog: bool = True,
        expected: str = "-",
        screen: dict[str, Any] | None = None,
        **value: Any,
    ) -> Any:
        editor_page.write(folder, *(media or (editor_page.PICTURE,)), **value)
        page = chromium.new_context(**(screen or (editor_page.PHONE if phone else editor_page.DESK))).new_page()
        page.set_default_timeout(60_000)
        opened.append((page, stage.Watched(page), expected))
        page.goto(url)
        if dialog:
            page.click("[data-mark]")
            stage.shown(page)
        return page

    yield open_editor
    for page, watched, known in opened:
        page.context.close()
        assert [error for error in watched.errors if known not in error] == []
        assert watched.hosts == {stage.urlparse(url).netloc}


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stage.Site]:
    """A page whose model does what is chosen, and which has a call of each kind that takes its time."""
    slow = ("edit", "video_edit", "audio", "remove")
    with stage.serve(tmp_path_factory.mktemp("told"), Told(), slow=slow) as served:
        yield served


@pytest.fixture(scope="session")
def of_every_kind(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with files of every kind, two of each."""
    folder = editor_page.make_media(tmp_path_factory.mktemp("files"))
    stage.clip(folder / "other.mp4", 12)
    editor_page.make_sound(folder / "other.wav")
    return folder


@pytest.fixture(scope="module", params=(DESK, PHONE, KEYS), ids=lambda hand: hand.name)
def place(request: Any, chromium: Any, told: stage.Site, of_every_kind: Path) -> Iterator[Seat]:
    """One page for each hand; at its end nothing may have gone wrong, nor anybody else have been asked."""
    screen = {**request.param.screen, "permissions": ["clipboard-read", "clipboard-write"]}
    page = chromium.new_context(**screen).new_page()
    page.set_default_timeout(60_000)
    watched = stage.Watched(page)
    stage.ready(page, told.url)
    yield Seat(page, request.param, told, of_every_kind)
    page.context.close()
    assert watched.errors == []
    assert watched.hosts == {stage.urlparse(told.url).netloc}


@pytest.fixture
def seat(place: Seat) -> Iterator[Seat]:
    """The page with a new conversation; at the end of the test it is no wider than the screen, and shows no fault."""
    page = place.page
    page.evaluate("document.querySelectorAll('dialog[open]').forEach((one) => one.close())")
    page.fill("#box textarea", "")
    page.evaluate("document.querySelector('[data-act=new]').click()")
    page.wait_for_selector("#chat .message-row", state="detached")
    page.wait_for_function("() => !document.querySelector('.u-tile')")
    yield place
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out of the screen"
