"""The media card: one component for a person's message and for a task call with its step, progress, results and error.

The value is plain JSON, and the browser turns every string of it into a text node::

    {"kind": "user" | "call", "text": str, "step": {"title", "brief", "tokens", "rows": [[name, value]], "notes": [str]},
     "items": [item], "progress": {"title", "word", "fraction", "time", "preview"}, "error": {"what", "hint", "incident"}}
    item = {"kind": "image" | "video" | "audio" | "masks", "ref", "url", "file", "download", "caption", "alt", "width",
            "height", "fps", "duration", "before": url, "boxes": [{"box", "label"}], "regions": [{"number", "text", "time",
            "shapes"}], "masks": [{"ref", "url", "text"}], "source": {"kind", "url"}, "draw": medium, "uses": [medium],
            "actions": bool}

Buttons speak to the rest of the page by window events: ``unison:draw`` (a medium), ``unison:use`` (media) and
``unison:export`` ({"refs", "format"}). ``components.assets.head("media_card")`` belongs into the page's head.
"""

from __future__ import annotations

from typing import Any

from components.assets import read
from components.fast_gradio import gr

SCRIPT = "unison.mediaCard(element, props, watch)"


def media_card(value: dict[str, Any] | None = None, **keywords: Any) -> Any:
    """Return a ``gr.HTML`` that shows *value* (see the module's text); *keywords* go to ``gr.HTML``."""
    template = read("media_card/media_card.html").strip()
    return gr.HTML(value=value, html_template=template, js_on_load=SCRIPT, apply_default_css=False, **keywords)


def definition() -> dict[str, Any]:
    """Return what a chat message must carry beside the value. Call it while building the page, never in a handler."""
    made = media_card(render=False).get_config()
    return {name: setting for name, setting in made.items() if name != "value"}


def entry(value: dict[str, Any], props: dict[str, Any]) -> dict[str, Any]:
    """Return the card as an item of a chat message's content; *props* comes from :func:`definition`."""
    return {"type": "component", "component": "html", "value": value, "constructor_args": {}, "props": props}
