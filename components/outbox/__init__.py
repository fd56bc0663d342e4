"""Sending from the composer in the browser: what was written is taken out of it at once, under a number that the server takes in
only once, and what waits for a reply to end is listed above the composer, from where it can be taken back.

``unison.post(box, tray, chip, owner)`` belongs as ``js`` on the event that sends: it puts in what was there when Send was pressed,
the number as "sent" in the tray. The page tells what became of it with the window event ``unison:outbox``: ``{"waiting": [{"n",
"text"}], "sent": {number: "sent" | "waits" | "taken" | "refused" | "back" | "gone"}}``; what is refused or taken back is written into
the composer again, before what was typed since. Python events: ``again`` (send what never came once more) and ``unsend`` (data
"n"). ``components.assets.head("outbox")`` belongs into the page's head.
"""

from __future__ import annotations

from typing import Any

from components.fast_gradio import gr

TEMPLATE = '<ul class="u-outbox" aria-label="Messages that wait" aria-live="polite" hidden></ul>'
SCRIPT = "unison.outbox(element, trigger) /* sends 'again' and 'unsend' */"


def send_box(**keywords: Any) -> Any:
    """Return the ``gr.HTML`` that lists what waits; *keywords* go to ``gr.HTML``."""
    return gr.HTML(html_template=TEMPLATE, js_on_load=SCRIPT, apply_default_css=False, **keywords)
