"""Show the card's forms: ``python -m components.media_card.demo``."""

from __future__ import annotations

from components.assets import head
from components.fast_gradio import gr
from components.media_card import media_card

STEP = {"title": "segment", "brief": "GrabCut (classical) · 0.8 s", "tokens": "<task>segment image#1 region#1</task>",
        "rows": [["seed", "7"]], "notes": []}  # fmt: skip

with gr.Blocks(analytics_enabled=False) as demo:
    media_card({"kind": "user", "text": "Cut <b>this</b> out, please."})
    media_card({"kind": "call", "step": STEP, "progress": {"title": "segment", "word": "round 3", "fraction": 0.4}})
    media_card({"kind": "call", "error": {"what": "There is no picture to work on.", "hint": "Attach one first."}})

if __name__ == "__main__":
    demo.launch(head=head("media_card"), footer_links=[])
