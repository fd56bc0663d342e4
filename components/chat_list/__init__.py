"""The list of conversations in the sidebar: open, rename, delete, start a new one.

The value is ``{"current": id, "chats": [{"id", "title", "when"}]}``; Python events: ``fresh``, ``choose`` (data "id"),
``rename`` (data "id", "title") and ``remove`` (data "id"). ``components.assets.head("chat_list")`` belongs into the head.
"""

from __future__ import annotations

from typing import Any

from components.assets import read
from components.fast_gradio import gr

SCRIPT = "unison.chatList(element, props, trigger, watch) /* sends 'fresh', 'choose', 'rename' and 'remove' */"


def chat_list(value: dict[str, Any] | None = None, **keywords: Any) -> Any:
    """Return the ``gr.HTML`` with the list; *keywords* go to ``gr.HTML``."""
    template = read("chat_list/chat_list.html").strip()
    return gr.HTML(
        value=value or {"current": "", "chats": []},
        html_template=template,
        js_on_load=SCRIPT,
        apply_default_css=False,
        **keywords,
    )
