"""The chip beside Send: what the next message would do, told while it is typed, and changed by mouse, key and finger."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from models.unified.stream import WORDS
from models.values import Media, Region, TaskCall
from tests.browser import stage

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 412, "height": 800}, "has_touch": True, "is_mobile": True}
SQUARE = (120, 60, 200, 140)


class Guided(stage.Scripted):
    """The scripted model of the stage, that also asks back, begins with a task that it is told, and counts its questions."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.slow = 0.0

    def stream(self, messages: Any, shelf: Any, options: Any, cancel: Callable[[], bool]) -> Iterator[str]:
        text = messages[-1].text
        self.asked.append((text, options))
        end = time.monotonic() + self.slow
        while options.brief and time.monotonic() < end:
            if cancel():
                return
            time.sleep(0.02)
        if options.force_task == WORDS:
            yield "I would rather tell you."
            return
        if options.force_task:
            medium = next(iter(options.chosen), "image#1")
            yield "Here it is."
            yield f"<task>{options.force_task} {medium}{' op=blur' if options.force_task == 'adjust' else ''}</task>"
            return
        if text.startswith("nicer"):
            yield "Gladly. How: brighter, sharper or more colourful?"
            return
        if text.startswith("which"):
            yield "Which one do you mean: image#1 or image#2?"
            return
        yield from super().stream(messages, shelf, options, cancel)


@pytest.fixture(scope="module")
def guided(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stage.Site]:
    with stage.serve(tmp_path_factory.mktemp("guided"), Guided()) as served:
        yield served


@pytest.fixture
def desk(visit: Any, guided: stage.Site) -> Any:
    return visit(guided.url)


def chip(page: Any) -> str:
    """Return what the chip says, once it has been told."""
    page.wait_for_function("() => !document.querySelector('.u-aim').hasAttribute('aria-busy')")
    return page.inner_text(".u-aim-words")


def says(page: Any, words: str) -> None:
    """Wait until the chip says *words*."""
    page.wait_for_function("w => document.querySelector('.u-aim-words').innerText.includes(w)", arg=words)


def was_asked(model: Any, text: str) -> bool:
    """Wait until the model is asked about *text*."""
    return stage.until(lambda: bool(model.asked) and model.asked[-1][0] == text, 60)


def calls(site: stage.Site) -> list[TaskCall]:
    return [part for part in site.messages(None)[-1].parts if isinstance(part, TaskCall)]


def two_pictures(page: Any, tmp_path: Any) -> None:
    stage.attach(page, stage.photo(tmp_path / "first.png", SQUARE))
    stage.attach(page, stage.photo(tmp_path / "second.png", (20, 20, 80, 90)))


def test_the_chip_tells_task_media_and_marks_while_one_types(desk, guided, tmp_path):
    page = desk
    assert chip(page) == "Automatic"
    stage.attach(page, stage.photo(tmp_path / "square.png", SQUARE))
    stage.open_editor(page, "image#1")
    stage.drag(page, [(0.36, 0.24), (0.70, 0.76)])
    page.click("[data-act=done]")
    page.locator("#box textarea").press_sequentially("do: segment image#1 region#1", delay=5)
    says(page, "segment")
    assert re.sub(r"\s+", " ", chip(page)) == "segment image#1 region#1"
    assert "segment image#1 region#1" in page.get_attribute(".u-aim", "aria-label")
    page.fill("#box textarea", "say hello")
    says(page, "answer in words")
    page.fill("#box textarea", "/segmant image#1")
    says(page, "no command")
    assert page.locator("[data-testid=user]").count() == 0  # nothing was sent


def test_only_a_pause_asks_and_only_the_newest_question_counts(desk, guided):
    model = guided.engine.brain.model
    before = len(model.asked)
    desk.locator("#box textarea").press_sequentially("say this is typed without a pause", delay=15)
    says(desk, "answer in words")
    texts = [text for text, options in model.asked[before:] if options.brief]
    assert texts[-1] == "say this is typed without a pause"
    assert len(texts) <= 3  # a busy machine may pause by itself, but never at every key
    model.slow = 30.0
    try:
        desk.fill("#box textarea", "do: segment image#1")
        assert was_asked(model, "do: segment image#1")
        model.slow = 0.0
        desk.fill("#box textarea", "say something else")
        says(desk, "answer in words")
    finally:
        model.slow = 0.0


def test_a_question_under_way_holds_up_neither_typing_nor_sending(desk, guided):
    model = guided.engine.brain.model
    model.slow = 60.0
    try:
        desk.fill("#box textarea", "say hello")
        assert was_asked(model, "say hello")
        desk.press("#box textarea", "End")
        desk.locator("#box textarea").press_sequentially(" you")
        desk.press("#box textarea", "Enter")
        desk.wait_for_selector(".u-outbox[data-sending='0']", state="attached")
        stage.idle(desk)
        assert desk.inner_text("#chat").count("hello you") == 2  # what was sent, and the answer
    finally:
        model.slow = 0.0


def test_a_task_and_a_medium_chosen_in_the_menu_are_what_runs(desk, guided, tmp_path):
    page = desk
    two_pictures(page, tmp_path)
    page.fill("#box textarea", "say never mind")
    says(page, "answer in words")
    page.click(".u-aim")
    page.wait_for_selector(".u-aims:popover-open")
    page.click(".u-pill:has([data-key=task-adjust])")
    page.click(".u-pill:has([data-key='media-image#2'])")
    says(page, "image#2")
    page.keyboard.press("Escape")
    page.wait_for_selector(".u-aims:popover-open", state="hidden")
    assert "chosen by you" in page.get_attribute(".u-aim", "aria-label")
    page.press("#box textarea", "Enter")
    page.wait_for_selector(".u-outbox[data-sending='0']", state="attached")
    stage.idle(page)
    (call,) = calls(guided)
    assert (call.task, call.refs()) == ("adjust", ["image#2"])
    page.wait_for_selector(".u-aim:not(.u-chosen)")  # the next message is a new one
    assert "adjust" in page.inner_text(".u-understood")
    assert "image#2" in page.inner_text(".u-understood")


def test_an_answer_in_words_is_chosen_and_retry_chooses_it_again(desk, guided, tmp_path):
    page = desk
    stage.attach(page, stage.photo(tmp_path / "square.png", SQUARE))
    page.fill("#box textarea", "do: adjust image#1 op=blur")
    says(page, "adjust")
    page.click(".u-aim")
    page.click(f".u-pill:has([data-key='task-{WORDS}'])")
    says(page, "answer in words")
    assert "nothing is made" in page.inner_text(".u-about-task")
    page.click("[data-key=close]")
    assert page.get_attribute(".u-aim", "aria-label").startswith("The next message: answer in words (chosen by you)")
    page.press("#box textarea", "Enter")
    page.wait_for_selector(".u-outbox[data-sending='0']", state="attached")
    stage.idle(page)
    assert (calls(guided), guided.messages(page)[-1].text) == ([], "I would rather tell you.")
    before = len(guided.engine.brain.model.asked)
    page.click("[aria-label='Retry']")
    page.wait_for_selector(".u-turn output")
    stage.idle(page)
    told = [options for _, options in guided.engine.brain.model.asked[before:] if not options.brief]
    assert [options.force_task for options in told] == [WORDS]
    assert calls(guided) == []
    page.click(".u-meant summary")
    page.click(".u-meant .u-pill:has([data-key='task-'])")
    page.click("[data-act=meant]")
    page.wait_for_selector(".u-step")
    stage.idle(page)
    assert [call.task for call in calls(guided)] == ["adjust"]


def test_marks_can_be_chosen_and_left_out(desk, guided, tmp_path):
    page = desk
    stage.attach(page, stage.photo(tmp_path / "square.png", SQUARE))
    stage.open_editor(page, "image#1")
    stage.drag(page, [(0.36, 0.24), (0.70, 0.76)])
    stage.drag(page, [(0.05, 0.05), (0.2, 0.3)])
    page.click("[data-act=done]")
    page.fill("#box textarea", "do: segment image#1 region#1 region#2")
    says(page, "region#2")
    page.click(".u-aim")
    page.click(".u-pill:has([data-key='region-region#2'])")
    page.wait_for_function("() => !document.querySelector('.u-aim-words').innerText.includes('region#1')")
    says(page, "region#2")
    page.click("[data-key=close]")
    page.press("#box textarea", "Enter")
    page.wait_for_selector(".u-outbox[data-sending='0']", state="attached")
    stage.idle(page)
    assert calls(guided)[0].refs() == ["image#1", "region#2"]


def test_the_menu_works_by_keyboard_alone(desk, guided, tmp_path):
    page = desk
    two_pictures(page, tmp_path)
    page.fill("#box textarea", "say never mind")
    says(page, "answer in words")
    page.focus(".u-aim")
    page.keyboard.press("Enter")
    page.wait_for_selector(".u-aims:popover-open")
    assert page.get_attribute(".u-aim", "aria-expanded") == "true"
    page.wait_for_function("() => document.activeElement.dataset.key === 'task-'")
    names = []
    for _ in range(20):
        page.keyboard.press("ArrowDown")
        names.append(page.evaluate("document.activeElement.dataset.key"))
        if names[-1] == "task-adjust":
            break
    assert names[-1] == "task-adjust"
    page.wait_for_function("() => document.querySelector('[data-key=task-adjust]').checked")
    page.keyboard.press("Escape")
    page.wait_for_function("() => document.activeElement.classList.contains('u-aim')")
    says(page, "adjust")
    page.focus("#box textarea")
    page.keyboard.press("Enter")
    page.wait_for_selector(".u-outbox[data-sending='0']", state="attached")
    stage.idle(page)
    assert [call.task for call in calls(guided)] == ["adjust"]


def test_a_finger_on_a_phone_changes_the_target_and_nothing_is_cut_off(visit, guided, tmp_path):
    page = visit(guided.url, **PHONE)
    two_pictures(page, tmp_path)
    page.fill("#box textarea", "do: adjust image#1 op=blur")
    says(page, "image#1")
    page.tap(".u-aim")
    page.wait_for_selector(".u-aims:popover-open")
    box = page.locator(".u-aims").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 412
    assert box["y"] >= 0
    small = page.evaluate(
        "[...document.querySelectorAll('.u-aims .u-pill')].filter(e => e.getBoundingClientRect().height < 40).length"
    )
    assert small == 0
    page.tap(".u-pill:has([data-key='media-image#2'])")
    says(page, "image#2")
    page.tap("[data-key=close]")
    stage.send(page, "do: adjust image#1 op=invert", wait=True)
    assert calls(guided)[0].refs() == ["image#2"]
    sizes = page.evaluate("[document.documentElement.scrollHeight, innerHeight, document.documentElement.scrollWidth]")
    assert sizes == [800, 800, 412]


def test_i_meant_runs_the_message_again_with_another_task_and_medium(desk, guided, tmp_path):
    page = desk
    two_pictures(page, tmp_path)
    stage.send(page, "do: adjust image#1 op=blur")
    page.click(".u-meant summary")
    page.click(".u-meant .u-pill:has([data-key=task-segment])")
    page.click(".u-meant .u-pill:has([data-key='media-image#2'])")
    page.click("[data-act=meant]")
    page.wait_for_selector(".u-step:has-text('segment'), .u-error")
    stage.idle(page)
    messages = guided.messages(page)
    assert messages[-2].text == "do: adjust image#1 op=blur"
    (call,) = calls(guided)
    assert (call.task, call.refs("image")) == ("segment", ["image#2"])
    assert page.locator(".u-meant").count() == 1


def test_i_meant_nudges_the_box_by_mouse_and_key(desk, guided, tmp_path):
    page = desk
    stage.attach(page, stage.photo(tmp_path / "square.png", SQUARE))
    stage.open_editor(page, "image#1")
    stage.drag(page, [(0.36, 0.24), (0.7, 0.76)])
    page.click("[data-act=done]")
    stage.send(page, "do: segment image#1 region#1")
    page.click(".u-meant summary")
    page.click("[data-nudge=right]")
    page.click("[data-nudge=right]")
    page.focus("[data-nudge=grow]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".u-nudge-stage rect")
    page.click("[data-act=meant]")
    page.wait_for_function("() => !document.querySelector('[data-act=meant]')")
    stage.idle(page)
    messages = guided.messages(page)
    (region,) = [part for part in messages[-2].parts if isinstance(part, Region)]
    assert region.id == 1
    place = (region.box.x0, region.box.y0, region.box.x1, region.box.y1)
    assert place == pytest.approx((0.40 - 0.017, 0.24 - 0.026, 0.74 + 0.017, 0.76 + 0.026), abs=0.006)
    assert calls(guided)[0].refs() == ["image#1", "region#1"]
    assert any(isinstance(part, Media) for part in messages[-2].parts)


def test_a_question_back_is_answered_by_its_buttons(desk, guided, tmp_path):
    page = desk
    two_pictures(page, tmp_path)
    stage.send(page, "which?")
    buttons = page.locator("[data-answer]")
    assert buttons.all_inner_texts() == ["image#1 · first.png", "image#2 · second.png"]
    page.fill("#box textarea", "not sent yet")
    page.focus("[data-answer='image#2']")
    page.keyboard.press("Enter")
    page.wait_for_function("() => !document.querySelector('[data-answer]')")
    stage.idle(page)
    assert guided.messages(page)[-2].text == "image#2"
    assert page.input_value("#box textarea") == "not sent yet"
    assert page.locator("[data-answer]").count() == 0


def test_a_question_how_is_answered_by_its_buttons(visit, guided, tmp_path):
    page = visit(guided.url, **PHONE)
    stage.attach(page, stage.photo(tmp_path / "square.png", SQUARE))
    stage.send(page, "nicer")
    buttons = page.locator("[data-answer]")
    assert buttons.all_inner_texts() == ["brighter", "sharper", "more colourful"]
    boxes = [button.bounding_box() for button in buttons.all()]
    assert min(box["height"] for box in boxes) >= 40
    assert max(box["x"] + box["width"] for box in boxes) <= 412
    page.tap("[data-answer='more colourful']")
    page.wait_for_function("() => !document.querySelector('[data-answer]')")
    stage.idle(page)
    assert [message.text for message in guided.messages(page)[-3::2]] == [
        "Gladly. How: brighter, sharper or more colourful?",
        "Here it is.",
    ]
    assert guided.messages(page)[-2].text == "more colourful"


def test_what_a_file_is_called_stays_words_everywhere(desk, guided, tmp_path):
    page = desk
    name = "<img src=x onerror=alert(1)>.png"
    stage.attach(page, stage.photo(tmp_path / name, SQUARE))
    page.fill("#box textarea", 'do: edit image#1 "<b>bold</b>"')
    says(page, "<b>bold</b>")
    page.click(".u-aim")
    page.wait_for_selector(".u-aims:popover-open >> text=onerror")
    assert page.locator(".u-aims img[onerror], .u-aim b:has-text('bold')").count() == 0
