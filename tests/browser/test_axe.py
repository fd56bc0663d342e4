"""What an accessibility checker (axe-core) says of every state of the page: on a desktop, a phone and a tablet, in the light and in the
dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import stage
from tests.browser.editor_page import make_sound
from tests.browser.test_other_experts_page import several

pytestmark = pytest.mark.browser
SIZES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 860}},
    "phone": {"viewport": {"width": 412, "height": 800}, "has_touch": True, "is_mobile": True},
    "tablet": {"viewport": {"width": 820, "height": 1180}, "has_touch": True, "is_mobile": True},
}
SQUARE = (120, 60, 200, 140)
COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules whose answer may depend on the theme."""
STILL = """async () => {
  await Promise.all(document.getAnimations().filter(one => one instanceof CSSTransition).map(one => one.finished.catch(() => 0)));
}"""
RUN = """([scope, rules]) => axe.run(scope, {
  resultTypes: ["violations"],
  ...(rules.length ? { runOnly: rules } : { rules: { "target-size": { enabled: true } } }),
})"""
"""The checker leaves the size of buttons and links out unless it is asked: 24 pixels, or as much room."""
Check = Callable[..., None]


@pytest.fixture
def check() -> Iterator[Check]:
    """Run the checker on a page's state, in the light with all its rules and in the dark with those of colour; at the end nothing
    may have been found."""
    base = pytest.importorskip("axe_playwright_python.base", reason="axe-playwright-python is not installed")
    found: list[str] = []

    def run(page: Any, state: str, scope: str = "html") -> None:
        if page.evaluate("!window.axe"):
            page.evaluate(base.AXE_SCRIPT)
        for theme, rules in (("light", []), ("dark", COLOURS)):
            page.emulate_media(color_scheme=theme)
            page.wait_for_function("dark => document.body.classList.contains('dark') === dark", arg=theme == "dark")
            page.evaluate(STILL)
            for one in page.evaluate(RUN, [scope, rules])["violations"]:
                for node in one["nodes"]:
                    found.append(
                        f"{state}, {theme}: {one['id']} ({one['impact']}) {node['target']} {node['html'][:200]}"
                        f" {node['failureSummary'].splitlines()[1:3]}"
                    )
        page.emulate_media(color_scheme="light")

    yield run
    assert found == [], "\n".join(found)


@pytest.fixture(params=SIZES, ids=str)
def view(request: pytest.FixtureRequest, visit: Any, site: stage.Site) -> Any:
    """The page, empty."""
    return visit(site.url, **SIZES[request.param])


@pytest.fixture(scope="module")
def drawing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stage.Site]:
    """A page whose expert for pictures from words is the profile's own."""
    with stage.serve(tmp_path_factory.mktemp("drawing"), stage.Scripted(), slow=False) as served:
        yield served


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``square.png``, ``moving.mp4`` and ``steps.wav``."""
    folder = tmp_path_factory.mktemp("files")
    stage.photo(folder / "square.png", SQUARE)
    stage.clip(folder / "moving.mp4")
    make_sound(folder / "steps.wav")
    return folder


def marked(page: Any, files: Path) -> None:
    """Attach the picture with a named box on its square."""
    stage.attach(page, files / "square.png")
    stage.open_editor(page, "image#1")
    stage.drag(page, [(0.36, 0.24), (0.70, 0.76)])
    page.fill(".u-object input", "red square")
    page.click("[data-act=done]")


def test_the_empty_page_its_panels_and_its_settings(view, check):
    page = view
    check(page, "empty")
    page.click("#badge summary")
    page.wait_for_selector(".u-panel")
    check(page, "what it can do", "#badge")
    page.click("[data-act=settings]")
    page.wait_for_selector("dialog.u-settings[open]")
    check(page, "settings", "dialog.u-settings")


def test_a_picture_marked_and_a_mask_with_its_record(view, check, files):
    page = view
    marked(page, files)
    page.fill("#box textarea", "say A red square.\ndo: segment image#1 region#1")
    page.wait_for_function("() => document.querySelector('.u-aim-words').innerText.includes('segment')")
    check(page, "a message with media")
    page.click(".u-aim")
    page.wait_for_selector(".u-aims:popover-open")
    check(page, "target menu", ".u-aims")
    page.keyboard.press("Escape")
    stage.send(page, "say A red square.\ndo: segment image#1 region#1")
    page.wait_for_selector(".u-label")
    page.click(".u-step summary")
    page.click(".u-meant summary")
    check(page, "a mask, its record, I meant")
    page.locator(".u-tag.u-k-mask-1").focus()
    page.keyboard.press("Enter")
    check(page, "a mask that is lit", "#chat")


def test_pictures_compared(view, check, files):
    page = view
    marked(page, files)
    stage.send(page, "do: segment image#1 region#1\ndo: adjust image#1 mask#1 op=invert where=inside")
    result = page.locator("[data-testid=bot] .u-item[data-ref='image#2']")
    result.locator("[data-act=compare]").click()
    result.locator(".u-proof").wait_for()
    check(page, "before and after", "#chat")
    result.locator("[data-way=side]").click()
    check(page, "side by side", "#chat")


@pytest.mark.parametrize("how", SIZES.values(), ids=SIZES)
def test_boxes_round_what_was_found(visit, drawing, check, how):
    page = visit(drawing.url, **how)
    stage.send(page, 'do: image "a cat and a dog on grass" size=320x240')
    stage.send(page, "do: detect image#1")
    page.locator("[data-testid=bot] .u-tag").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".u-box.u-lit")
    check(page, "boxes", "#chat")


@pytest.mark.parametrize("how", SIZES.values(), ids=SIZES)
def test_the_other_experts_of_a_task(visit, check, tmp_path, how):
    with several(tmp_path / "several") as site:
        page = visit(site.url, **how)
        stage.send(page, '/image "a fox" expert=nobody')
        page.click("[data-act=others]")
        stage.send(page, '/image "a fox" expert=plain_one')
        page.locator("[data-act=others]").last.click()
        check(page, "other experts", "#chat")
        page.context.close()


def test_a_clip_and_a_sound_and_their_results(view, check, files):
    page = view
    stage.attach(page, files / "moving.mp4")
    stage.attach(page, files / "steps.wav")
    check(page, "tiles of a clip and a sound", "#tray")
    stage.send(page, "do: adjust video#1 op=invert\ndo: audio_adjust audio#1 op=reverse")
    page.wait_for_selector("[data-testid=bot] .u-item[data-ref='audio#2']")
    for ref in ("video#2", "audio#2"):
        page.locator(f"[data-testid=bot] .u-item[data-ref='{ref}'] [data-act=compare]").click()
    check(page, "a clip and a sound", "#chat")


def test_every_tool_of_the_editor(view, check, files):
    page = view
    stage.attach(page, files / "square.png")
    stage.open_editor(page, "image#1")
    for name in ("box", "point", "scribble", "lasso", "poly", "erase", "select"):
        page.click(f"[data-tool={name}]")
        if name == "box":
            stage.drag(page, [(0.36, 0.24), (0.70, 0.76)])
        if name == "select":
            page.mouse.click(*stage.place(page, 0.36, 0.5))
            page.wait_for_selector(".u-handle")
        check(page, f"editor, {name}", ".u-editor")
    page.click("[data-act=done]")
    stage.attach(page, files / "moving.mp4")
    stage.open_editor(page, "video#1")
    check(page, "editor, a frame", ".u-editor")
    page.click("[data-act=cancel]")
    stage.attach(page, files / "steps.wav")
    page.click("[data-stretch='audio#1']")
    page.wait_for_selector(".u-stretch[open]:not(.u-busy) [data-sound=use]")
    check(page, "a stretch", ".u-stretch")


def test_the_sidebar_its_search_and_the_media(view, check, files):
    page = view
    stage.attach(page, files / "square.png")
    stage.send(page, "do: adjust image#1 op=sepia")
    page.click(".sidebar .toggle-button")
    page.click(".u-shelf summary")
    page.wait_for_selector(".u-medium[data-ref='image#2'] img")
    page.click(".u-file summary")
    page.wait_for_selector(".u-open")
    check(page, "conversations and media")
    page.fill(".u-seek", "nowhere")
    page.wait_for_selector("text=Nothing was found.")
    check(page, "a search without result", "#side")
    page.fill(".u-seek", "")
    page.wait_for_selector(".u-open")
    page.click("[aria-label^=Rename]")
    page.wait_for_selector(".u-chats li input")
    check(page, "a conversation being renamed", "#side")
    page.keyboard.press("Escape")
    page.click(".u-bin")
    page.wait_for_selector(".u-gone:not([hidden])")
    check(page, "a conversation deleted", "#side")


def test_a_running_reply_and_one_that_was_ended(view, check, site):
    page = view
    # Several calls: on a busy machine the checker may take longer than one of them runs.
    stage.send(page, 'do: image "a fox"\n' * 5, wait=False)
    page.wait_for_selector(".u-preview")
    check(page, "a running reply")
    page.click("#box .stop-button")
    stage.idle(page)
    check(page, "a reply that was stopped", "#chat")


def test_errors_questions_other_scripts_and_messages_being_changed(view, check, files):
    page = view
    stage.send(page, "/remove image#7")
    page.wait_for_selector(".u-error")
    check(page, "an error")
    stage.send(page, "say مرحبا، هذه صورة جميلة 日本語 `code` <b>")
    check(page, "words from right to left", "#chat")
    stage.send(page, "say ## A heading\n\n- a list\n\n```\nlines of code\n```\n\n| a | table |\n|---|---|\n| 1 | 2 |")
    check(page, "words with lists, code and tables", "#chat")
    stage.attach(page, files / "square.png")
    stage.attach(page, files / "moving.mp4")
    stage.send(page, "say Which one do you mean: image#1 or video#1?")
    page.wait_for_selector("[data-answer]")
    check(page, "a question back", "#chat")
    edit = page.locator("[data-turn=edit]").last
    edit.click()
    check(page, "a message being edited", "#chat")
    page.locator(".u-turn textarea").press_sequentially(" or none")
    page.keyboard.press("Enter")
    page.wait_for_selector(".u-turn output")
    stage.idle(page)
    check(page, "a message with variants")
