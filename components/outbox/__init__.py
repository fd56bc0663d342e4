"""Sending from the composer in the browser: what was written is taken out of it at once, under a number that the server takes in
only once, and what waits for a reply to end is listed above the composer, from where it can be taken back.

``unison.post(box, tray, chip, owner)`` belongs as ``js`` on the event that sends: it puts in what was there when Send was pressed,
the number as "sent" in the tray. The page tells what became of it with the window event ``unison:outbox``: ``{"waiting": [{"n",
"text", "left"?}], "said": {"n", "text"} | None, "sent": {number: "sent" | "waits" | "taken" | "refused" | "back" | "gone"}, "back":
{number: its whole text}}``; what is refused or taken back is written into the composer again, before what was typed since; "said" is
the last message that was taken in, its number in the conversation and its first 300 characters; "left" is what a server that was
ended did not answer. Python events: ``again`` (send what never came once more), ``onward`` (data "n": send what was left) and
``unsend`` (data "n"). ``components.assets.head("outbox")`` belongs into the page's head.
"""

from __future__ import annotations

from typing import Any

from components.fast_gradio import gr

TEMPLATE = '<ul class="u-outbox" aria-label="Messages that wait" aria-live="polite" hidden></ul>'
SCRIPT = "unison.outbox(element, trigger) /* sends 'again', 'onward' and 'unsend' */"


def send_box(**keywords: Any) -> Any:
    """Return the ``gr.HTML`` that lists what waits; *keywords* go to ``gr.HTML``."""
    return gr.HTML(html_template=TEMPLATE, js_on_load=SCRIPT, apply_default_css=False, **keywords)
