"""The list of conversations on its own: ``python -m components.chat_list.demo``."""

from __future__ import annotations

from typing import Any

from components.assets import head
from components.chat_list import chat_list
from components.fast_gradio import gr

CHATS = [
    {"id": "a", "title": "The red balloon", "when": "today"},
    {"id": "b", "title": "A <b>boat</b>", "when": "May 2"},
]

with gr.Blocks(analytics_enabled=False) as demo:
    chats, said = chat_list({"current": "a", "chats": CHATS}), gr.JSON(label="Last event")

    def choose(event: gr.EventData) -> tuple[dict[str, Any], Any]:
        return {"current": event._data["id"], "chats": CHATS}, event._data

    chats.choose(choose, None, [chats, said])

if __name__ == "__main__":
    demo.launch(head=head("chat_list"), footer_links=[])
