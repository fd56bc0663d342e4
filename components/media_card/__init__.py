"""The media card: one component for a person's message and for a task call with its step, progress, results and error.

The value is plain JSON, and the browser turns every string of it into a text node::

    {"kind": "user" | "call", "text": str, "named": [{"words", "key", "hue"}], "step": {"title", "brief", "tokens", "rows": [[name, value]], "notes": [str]},
     "items": [item], "again": {"id", "ran", "seed", "tokens", "others": [name]}, "skipped": str,
     "progress": {"call", "title", "word", "fraction", "time", "preview"}, "error": {"what", "hint", "incident"}}
    item = {"kind": "image" | "video" | "audio" | "masks", "ref", "url", "file", "download", "caption", "named": [ref], "alt", "width",
            "height", "fps", "duration", "poster", "wave": url, "before": {"kind", "ref", "url", "same": of one size,
            "wave", "duration"}, "drawn": {"ref", "file", "download", "uses"},
            "badge": {"holds", "text", "detail"}, "boxes": [{"box", "label", "key", "hue", "span", "quiet"}],
            "points": [{"point", "key", "hue", "span"}], "stretches": [{"span", "label", "key", "hue", "also": [key]}],
            "regions": [{"number", "text", "key", "time", "shapes"}], "masks": [{"ref", "url", "text", "label", "key", "hue", "file"}],
            "source": {"kind", "url"}, "draw": medium, "refine": [medium with "mask" and "mask_url"], "uses": [medium],
            "actions": bool, "echo": bool}

A *key* is a word: whatever carries the class ``u-k-KEY``, here or in the words of a message, lights up together. *hue* is
the number of a colour, from 0; a *span* is [from, to] in seconds. The *file* of a clip's mask is what
:func:`models.mask_files.clip_to_json` writes; *drawn* is the clip with its masks drawn in. *refine* has the masks that can be drawn on; an *echo* repeats a mark of
an earlier message. What is *named* in a text lights up with its key; what is *named* in a caption goes into the message by a click.

Buttons speak to the rest of the page by window events: ``unison:draw`` (a medium), ``unison:use`` (media), ``unison:refer`` ({"ref"}: into the
message's words), and through :func:`bridge` to the server: ``unison:export`` ({"refs", "format", "frame"}), ``unison:again`` ({"call", "seed": "same" |
"new", "expert": one of the others}), ``unison:skip`` and ``unison:halt``. ``components.assets.head("media_card")`` belongs into the page's head.
"""

from __future__ import annotations

from typing import Any

from components.assets import read
from components.fast_gradio import gr

SCRIPT = "unison.mediaCard(element, props, watch)"
BRIDGE = """unison.resultsBridge(element, props, trigger, watch); unison.exampleCards(element)
/* sends 'again', 'skip', 'halt', 'recipe' and 'export' */"""


def media_card(value: dict[str, Any] | None = None, **keywords: Any) -> Any:
    """Return a ``gr.HTML`` that shows *value* (see the module's text); *keywords* go to ``gr.HTML``."""
    template = read("media_card/media_card.html").strip()
    return gr.HTML(value=value, html_template=template, js_on_load=SCRIPT, apply_default_css=False, **keywords)


def bridge(**keywords: Any) -> Any:
    """Return the ``gr.HTML``, of which nothing is seen, that passes on what cards ask of the server. Python events: ``again``
    (data "call", "seed" and "expert"), ``skip``, ``halt``, ``recipe`` (data "ref" and whether there are "words" in the composer; its answer {"command":
    {"text", "n"}} is written there once) and ``export`` (data "refs", "format", "frame"), whose answer {"files": [{"url", "name",
    "n"}]} makes the browser save each file once. *keywords* go to ``gr.HTML``."""
    return gr.HTML(
        html_template="<span hidden></span>", js_on_load=BRIDGE, apply_default_css=False, padding=False, **keywords
    )


def definition() -> dict[str, Any]:
    """Return what a chat message must carry beside the value. Call it while building the page, never in a handler."""
    made = media_card(render=False).get_config()
    return {name: setting for name, setting in made.items() if name != "value"}


def entry(value: dict[str, Any], props: dict[str, Any]) -> dict[str, Any]:
    """Return the card as an item of a chat message's content; *props* comes from :func:`definition`."""
    return {"type": "component", "component": "html", "value": value, "constructor_args": {}, "props": props}
