"""Show the chip: ``python -m components.target_chip.demo``."""

from __future__ import annotations

from components.assets import head
from components.fast_gradio import gr
from components.target_chip import empty, target_chip

TASKS = [
    {"name": "image", "help": "make a picture from a description", "kinds": []},
    {"name": "segment", "help": "cut out what is marked", "kinds": ["image"]},
]
CALL = {"task": "segment", "media": ["image#1"], "regions": ["region#1"], "phrases": []}

with gr.Blocks(analytics_enabled=False) as demo:
    gr.HTML("<div style='height: 400px'></div>")
    target_chip(empty(TASKS) | {"target": {"calls": [CALL], "fault": ""}})

if __name__ == "__main__":
    demo.launch(head=head("target_chip"), footer_links=[])
