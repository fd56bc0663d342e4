"""What a loaded conversation tells of itself is handed to programs as plain facts, never as a file that gradio would fetch."""

from __future__ import annotations

import json

from app.programs import medium, part
from models.values import Media, Step

FILE = {"path": "/etc/hosts", "meta": {"_type": "gradio.FileData"}}


def test_no_fact_of_a_medium_is_a_file_to_gradio():
    told = medium(Media("image", "image#1", "a.png", {**FILE, "inner": [FILE], "width": 3}), "the file")
    assert "gradio.FileData" not in json.dumps(told["meta"])
    assert told["meta"]["width"] == 3
    assert told["file"] == "the file"


def test_no_setting_of_a_step_is_a_file_to_gradio():
    step = Step("t1", "adjust", "an expert", "", 1, 0.5, "<task>adjust image#1</task>", {"notes": FILE})
    assert "gradio.FileData" not in json.dumps(part(step, str))
