"""The room in which the chat's boxes stand one below the other: it scrolls, stays at the end while a reply grows, keeps the boxes
in the order of what they hold, and has the button that goes down to the end.

A box is a ``gr.Chatbot`` with the class ``u-box-of-turns``; its place goes by the number in the bar under its first message
(:mod:`components.turn_bar`). The component shows that button and belongs behind the boxes, in the same column.
``components.assets.head("talk")`` belongs into the page's head.
"""

from __future__ import annotations

from typing import Any

from components.fast_gradio import gr

TEMPLATE = (
    '<button type="button" class="u-btn u-down" aria-label="Scroll down" title="Scroll down" hidden>&darr;</button>'
)


def talk(**keywords: Any) -> Any:
    """Return the ``gr.HTML`` that keeps the column in which it is; *keywords* go to ``gr.HTML``."""
    return gr.HTML(
        html_template=TEMPLATE, js_on_load="unison.talk(element)", apply_default_css=False, padding=False, **keywords
    )
