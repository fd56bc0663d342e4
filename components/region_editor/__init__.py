"""The region editor: the composer's tray of attachments, a dialog to mark objects on a picture or a video frame, and one to mark
a stretch of a sound, which becomes words of the message.

The value is plain JSON, read as an input by the event that sends the message::

    {"media": {ref: medium}, "attached": [ref], "regions": [region], "next": the number of the first region,
     from the browser "state": the number of this state of the tray, to the browser "to": the number of the state that this
     answers, so that what was drawn since stays; None replaces all}
    medium = {"ref", "kind": "image" | "video" | "audio" | "mask", "url", "name", "width", "height", "fps", "frames",
              "sound": whether a video has one, and to start from an earlier mask: "mask": ref, "mask_url"}
    region = {"id": the region's number, "ref", "time": seconds | null, "mask": ref | null, "label", "shapes": [shape]}
    shape  = {"type": "box", "box": [x0, y0, x1, y1]} | {"type": "point", "xy": [x, y], "neg"?}
           | {"type": "scribble", "pts": [[x, y]], "width", "neg"?} | {"type": "poly", "pts", "neg"?}

Coordinates are fractions 0..1 of the upright frame, widths fractions of its longer side. All of it comes from a browser:
validate it. Python event: ``drop`` (data "ref": an attachment was taken away). New files come in by :mod:`components.intake`.
The page opens the dialog with a window event ``unison:draw`` (detail: a medium), that for sounds with ``unison:stretch``, and
attaches with ``unison:use``. References go into, and are read from, the text field that the CSS selector *composer* finds.
``components.assets.head("region_editor")`` belongs into the page's head.
"""

from __future__ import annotations

from typing import Any

from components.assets import read
from components.fast_gradio import gr

SCRIPT = "unison.regionEditor(element, props, trigger, watch) /* sends 'drop' */"


def empty(next_region: int = 1) -> dict[str, Any]:
    """Return the value of a tray that holds nothing."""
    return {"media": {}, "attached": [], "regions": [], "next": next_region, "to": None}


def region_editor(value: dict[str, Any] | None = None, composer: str = "#box textarea", **keywords: Any) -> Any:
    """Return the ``gr.HTML`` with the tray and the dialogs; *keywords* go to ``gr.HTML``."""
    return gr.HTML(
        value=value or empty(),
        html_template=read("region_editor/region_editor.html"),
        js_on_load=SCRIPT,
        apply_default_css=False,
        composer=composer,
        **keywords,
    )
