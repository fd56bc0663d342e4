"""A picture that tells what it was made by: its settings are written into an empty composer, and nothing runs."""

from __future__ import annotations

import json

import numpy as np

from models import recipe
from models.media import encode_png
from tests.browser import stage

TOLD = {
    "format": 1, "task": "image", "call": '<task>image "a red fox" size=64x48</task>', "expert": "E", "checkpoint": "", "seed": 5,
    "settings": {}, "inputs": {},
}  # fmt: skip
LACKING = "It was made by “E”, which the profile nano does not have; it has “"
COMMAND = '/image "a red fox" size=64x48 seed=5'


def test_the_settings_of_an_attached_picture_are_written_into_an_empty_composer_and_nothing_runs(page, tmp_path):
    path = tmp_path / "fox.png"
    path.write_bytes(recipe.added(encode_png(np.full((48, 64, 3), 90, np.uint8)), json.dumps(TOLD)))
    stage.attach(page, path)
    stage.send(page, "say hello")
    button = page.locator("[data-act=recipe]")
    assert button.count() == 1
    page.fill("#box textarea", "my own words")
    button.click()
    page.wait_for_selector("text=There are words in the composer")
    assert page.input_value("#box textarea") == "my own words"
    page.fill("#box textarea", "")
    button.click()
    page.wait_for_function("text => document.querySelector('#box textarea').value === text", arg=COMMAND)
    page.wait_for_selector(f"text={LACKING}")
    assert page.locator(".u-step").count() == 0
