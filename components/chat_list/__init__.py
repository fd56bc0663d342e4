"""The list of conversations in the sidebar: search, open, rename, delete and take that back, start a new one; below it the
media of the conversation that is open, and its file.

The value is ``{"current": id, "chats": [{"id", "title", "when"}], "words": what was searched for, "gone": {"id", "title"} | None,
"media": [medium] | None, "follow": a reply is being made, "replay": {"share", "words"} | None,
"waiting", "said", "sent" and "back": what became of messages, for :mod:`components.outbox`, "download": {"url", "name", "n"} | None}``. Python events: ``fresh``,
``choose`` (data "id"), ``rename`` ("id", "title"), ``remove`` ("id"), ``restore`` ("id"), ``seek`` ("words"), ``shelf`` ("open"),
``bundle``, ``replay``, ``cease`` (end the replay), ``look`` ("id": this tab may have missed something) and ``turn`` (what
:mod:`components.turn_bar` tells). ``components.assets.head("chat_list")`` belongs into the head.
"""

from __future__ import annotations

from typing import Any

from components.assets import read
from components.fast_gradio import gr

SCRIPT = """unison.chatList(element, props, trigger, watch) /* sends 'fresh', 'choose', 'rename', 'remove', 'restore',
'seek', 'shelf', 'bundle', 'replay', 'cease', 'look' and 'turn' */"""


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
