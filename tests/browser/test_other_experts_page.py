"""Under a result and under a call that failed: the same call by another expert of its task, by mouse, keys and touch, and Retry keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from models.values import Failure, Step
from tests.browser import stage

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 412, "height": 800}, "has_touch": True, "is_mobile": True}
STUB = """
import numpy as np
from models.expert import Picture, Refusal

TASK, NAME = "{task}", "{name}"

def load(checkpoint, device):
    def run(call, inputs, report):
        {body}
    return run
"""
PAINTS = "return Picture(np.full((96, 128, 3), inputs.seed % 200, np.uint8))"
REFUSES = 'raise Refusal("It sees nothing there.", "Let another try.")'
PATCH, GRABCUT, PLAIN = "Patch fill (classical)", "GrabCut (classical)", "Plain colour"
BOX = "<box>360,240,700,760</box>"


@contextmanager
def several(folder) -> Iterator[stage.Site]:
    """Serve a page with a second expert for gaps and for cut-outs, which refuses, and more of them for pictures."""
    (folder / "experts").mkdir(parents=True)
    for file, task, name, body in (
        ("plain_fill", "remove", PLAIN, PAINTS),
        ("blind", "segment", "Closed eyes", REFUSES),
        ("plain_one", "image", "Plain one", PAINTS),
        ("plain_two", "image", "Plain two, whose name is rather long for a button of a phone", PAINTS),
    ):
        (folder / "experts" / f"{file}.py").write_text(STUB.format(task=task, name=name, body=body), encoding="utf-8")
    with stage.serve(folder, stage.Scripted(), slow=False) as served:
        yield served


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    with several(tmp_path_factory.mktemp("several")) as served:
        yield served


def made(site, page, kind):
    return [part for part in site.messages(page)[-1].parts if isinstance(part, kind)]


def ended(site, page, count, but=()):
    """Wait until there are *count* messages, the last of them has ended with none of the seeds *but*, and the page shows it."""
    assert stage.until(lambda: len(site.messages(page)) == count and site.messages(page)[-1].state == "done"
                       and [step.seed for step in made(site, page, Step)] not in [[seed] for seed in but])  # fmt: skip
    (step,) = made(site, page, Step)
    told = "([n, words]) => (all => all.length === n && all.some((one) => one.innerText.includes(words)))"
    page.wait_for_function(
        f"{told}([...document.querySelectorAll('.u-step summary')])", arg=[count // 2, f"seed {step.seed}"]
    )
    stage.idle(page)


def press(site, page, name):
    """Press the button of the last card that names the expert *name*, and wait for the reply."""
    before = len(site.messages(page))
    page.locator(f"[data-expert='{name}']").last.click()
    ended(site, page, before + 2)


def test_the_same_call_with_the_same_seed_by_the_other_expert_and_back_and_retry_keeps_it(visit, many, tmp_path):
    page = visit(many.url)
    stage.attach(page, stage.photo(tmp_path / "square.png", (120, 60, 200, 140)))
    stage.send(page, f"do: remove image#1 {BOX}")
    (first,) = made(many, page, Step)
    assert f"{PATCH} · " in page.inner_text(".u-step summary")
    assert f"seed {first.seed}" in page.inner_text(".u-step summary")
    button = page.get_by_role("button", name=f"With {PLAIN}", exact=True)
    assert (button.count(), page.get_by_role("button", name=f"With {PATCH}").count()) == (1, 0)
    assert button.get_attribute("title") == f"The same call with the seed {first.seed}, by {PLAIN}"
    press(many, page, PLAIN)
    (second,) = made(many, page, Step)
    assert (second.expert, second.seed) == (PLAIN, first.seed)
    assert many.messages(page)[-2].text == f'/remove image#1 {BOX} expert="{PLAIN}"'
    page.locator(".u-step summary").last.click()
    assert page.locator(".u-step table").last.inner_text().count(PLAIN) == 1

    press(many, page, PATCH)
    (back,) = made(many, page, Step)
    assert (back.expert, back.seed) == (PATCH, first.seed)
    assert many.messages(page)[-2].text == f"/remove image#1 {BOX}"
    assert "the same bytes as image#2" in page.locator("[data-testid=bot] figcaption").last.inner_text()

    press(many, page, PLAIN)
    page.locator("#chat [aria-label=Retry]:visible").last.click()
    ended(many, page, 8, but=[first.seed])
    (retried,) = made(many, page, Step)
    assert (retried.expert, len(many.messages(page))) == (PLAIN, 8)
    page.locator("[data-again=new]").last.click()
    ended(many, page, 10)
    (variant,) = made(many, page, Step)
    assert variant.expert == PLAIN
    assert variant.seed not in (first.seed, retried.seed)


def test_a_call_that_failed_is_done_by_the_other_expert(visit, many, tmp_path):
    page = visit(many.url)
    stage.attach(page, stage.photo(tmp_path / "square.png", (120, 60, 200, 140)))
    stage.send(page, f"/segment image#1 {BOX} seed=7 expert=blind")
    assert made(many, page, Failure)[0].expert == "Closed eyes"
    assert "It sees nothing there." in page.inner_text(".u-error")
    assert page.locator("[data-again=new], [data-again=same]").count() == 0
    assert page.locator("[data-expert]").get_attribute("title") == f"The same call, by {GRABCUT}"
    press(many, page, GRABCUT)
    page.wait_for_selector("[data-testid=bot] .u-mask")
    (step,) = made(many, page, Step)
    assert (step.expert, step.seed) == (GRABCUT, 7)


def test_a_task_with_one_expert_has_no_button_and_a_forged_name_is_refused(visit, many, tmp_path):
    page = visit(many.url)
    stage.attach(page, stage.photo(tmp_path / "square.png", (120, 60, 200, 140)))
    stage.send(page, "do: adjust image#1 op=invert")
    (step,) = made(many, page, Step)
    assert page.locator("[data-again=same]").count() == 1
    assert page.locator("[data-again=with], [data-act=others]").count() == 0
    assert "seed" not in page.inner_text(".u-step summary"), "it hangs on no seed"
    ask = "call => dispatchEvent(new CustomEvent('unison:again', {detail: {call, seed: 'same', expert: 'nobody'}}))"
    page.evaluate(ask, step.call)
    page.wait_for_selector("text=There is no expert called nobody for adjust here.")
    assert len(many.messages(page)) == 2


def test_of_several_experts_one_is_chosen_by_the_keyboard_alone(visit, many):
    page = visit(many.url)
    stage.send(page, '/image "a fox" seed=11')
    opener = page.locator("[data-act=others]")
    assert (opener.inner_text(), opener.get_attribute("aria-expanded")) == ("With another expert", "false")
    assert not page.locator(".u-others").is_visible()
    opener.focus()
    page.keyboard.press("Enter")
    assert opener.get_attribute("aria-expanded") == "true"
    group = page.get_by_role("group", name="With which expert?")
    names = group.get_by_role("button").all_inner_texts()
    assert names == many.engine.expert_names("image")[1:]
    while page.evaluate("document.activeElement.dataset.expert") != "Plain one":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    ended(many, page, 4)
    (step,) = made(many, page, Step)
    assert (step.expert, step.seed) == ("Plain one", 11)


def test_on_a_phone_the_other_experts_fit_and_are_large_enough_for_a_finger(visit, many):
    page = visit(many.url, **PHONE)
    stage.send(page, '/image "a fox" seed=11')
    page.locator("[data-act=others]").tap()
    for button in [page.locator("[data-act=others]"), *page.locator(".u-others button").all()]:
        box = button.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 412
        assert box["height"] >= 40
    assert page.evaluate("document.documentElement.scrollWidth") == 412
    page.locator(".u-others button").last.tap()
    ended(many, page, 4)
    assert made(many, page, Step)[0].expert.startswith("Plain two")
