"""The page's head: its name, what the running profile can do, and every setting with its reason; the theme is set here.

The value is plain JSON that the browser only shows::

    {"profile": {"name", "note", "why", "knows": [words], "lacks": [words], "more", "can": [task], "cannot": [task]},
     "settings": [{"name", "value", "why", "change": how to change it}]}
    task = {"name", "help"}

It has no Python events: the theme ("light", "dark" or the system's) is a matter of the browser, which keeps it under
``unison-theme``. ``components.assets.head("settings_panel")`` belongs into the page's head.
"""

from __future__ import annotations

from typing import Any

from components.assets import read
from components.fast_gradio import gr

SCRIPT = "unison.settingsPanel(element, props)"


def settings_panel(value: dict[str, Any], **keywords: Any) -> Any:
    """Return the ``gr.HTML`` with the head of the page; *keywords* go to ``gr.HTML``."""
    template = read("settings_panel/settings_panel.html").strip()
    return gr.HTML(value=value, html_template=template, js_on_load=SCRIPT, apply_default_css=False, **keywords)
