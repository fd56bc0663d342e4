"""The head of the page on its own: ``python -m components.settings_panel.demo``."""

from __future__ import annotations

from components.assets import head
from components.fast_gradio import gr
from components.settings_panel import settings_panel

PROFILE = {
    "name": "toy",
    "note": "A profile that does nothing.",
    "why": "toy was asked for.",
    "knows": ["one thing"],
    "lacks": ["all others, <b>even</b> these"],
    "more": "There is no more.",
    "can": [{"name": "nap", "help": "rests"}],
    "cannot": [],
}
SETTINGS = [{"name": "Device", "value": "cpu", "why": "There is no other.", "change": "--device cuda"}]

with gr.Blocks(analytics_enabled=False) as demo:
    settings_panel({"profile": PROFILE, "settings": SETTINGS})

if __name__ == "__main__":
    demo.launch(head=head("settings_panel"), footer_links=[])
