"""Files on their way from the browser into the tray: chosen, pasted, or dropped anywhere on the page.

Each is looked at before it is sent, uploaded one after the other under a name of its own, and listed above the composer with how
far it is, or with what it was refused for and what to do instead, until that is put away. A message that is sent while its files
are still on their way waits for them. Nothing of this touches what is typed.

Python event: ``files`` (data "files": [{"n", "path", "name"}], *path* as the server's own upload gave it: believe none of it). The
answer is the tray's value with ``"taken": [{"n", "ref"} | {"n", "what", "hint"}]``; asked about twice, the same *n* is answered
twice and taken in once. ``components.assets.head("intake")`` belongs into the page's head.
"""

from __future__ import annotations

from typing import Any

from components.fast_gradio import gr

TEMPLATE = (
    '<ul class="u-under-way" aria-label="Files on their way" hidden></ul>'
    '<div class="u-refusals" role="status"></div>'
    '<div class="u-drop" aria-hidden="true" hidden><span>Drop files anywhere to attach them</span></div>'
)
SCRIPT = "unison.intake(element, props, trigger) /* sends 'files' */"


def intake(bytes_most: int, files_most: int, text_most: int, **keywords: Any) -> Any:
    """Return the ``gr.HTML`` that takes files in. *bytes_most* is the size of one file, *files_most* how many one message takes,
    *text_most* the characters that can be pasted at once; *keywords* go to ``gr.HTML``."""
    return gr.HTML(
        html_template=TEMPLATE,
        js_on_load=SCRIPT,
        apply_default_css=False,
        bytes_most=bytes_most,
        files_most=files_most,
        text_most=text_most,
        **keywords,
    )
