"""The target chip beside Send: what the next message would do, and a menu to choose its task, medium and marks instead.

The value is plain JSON, and every string of it becomes a text node::

    {"n": number of the question that this answers, "target": null | {"calls": [call], "fault": str}, "later": ask again soon,
     "tasks": [{"name", "help", "kinds": [kind]}], "media": [{"ref", "kind", "name", "url"}],
     "regions": [{"ref", "of", "label", "index"}], "choice": {"task": str, "media": [ref], "regions": [ref] | null}}
    call = {"task", "media": [ref], "regions": [ref], "details": [str], "phrases": [str]}

The task of a choice may also be ``models.unified.stream.WORDS``. The browser alone writes *choice*, and the event that sends the
message reads it: validate it. Python events: ``aim`` (data "n", "text", "choice": the draft has changed and somebody wants to know
what it would do), ``meant`` (data "task", "media", "regions", "drawn": run the last message once more like this) and ``answer``
(data "text": a button under a question). The composer's change event calls ``unison.tellDraft(value)``.
``components.assets.head("target_chip")`` belongs into the head.
It also holds what a media card shows of all this: ``understood``, ``answers`` and ``meant`` (see card_parts.js).
"""

from __future__ import annotations

from typing import Any

from components.assets import read
from components.fast_gradio import gr

SCRIPT = "unison.targetChip(element, props, trigger, watch) /* sends 'aim', 'meant' and 'answer' */"


def empty(tasks: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Return the value of a chip that knows the *tasks* and nothing of a message yet."""
    choice: dict[str, Any] = {"task": "", "media": [], "regions": None}
    return {"n": 0, "target": None, "later": False, "tasks": tasks or [], "media": [], "regions": [], "choice": choice}


def target_chip(value: dict[str, Any] | None = None, **keywords: Any) -> Any:
    """Return the ``gr.HTML`` with the chip and its menu; *keywords* go to ``gr.HTML``."""
    template = read("target_chip/target_chip.html")
    return gr.HTML(
        value=value or empty(), html_template=template, js_on_load=SCRIPT, apply_default_css=False, **keywords
    )
