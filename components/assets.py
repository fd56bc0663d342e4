"""Reading a component's own files and joining them into what the page's ``<head>`` gets once.

Cards in a chat carry their whole definition with every message, so the code lives in the page and the definition is one
call. Nothing here ever holds data of a person: values reach the browser as JSON and become text nodes there.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

HERE = Path(__file__).parent


@cache
def read(name: str) -> str:
    """Return the text of a file of this package, such as ``media_card/media_card.js``."""
    return (HERE / name).read_text(encoding="utf-8")


def head(*components: str) -> str:
    """Return the ``<style>`` and ``<script>`` elements for *components* (folder names) and what they share."""
    styles = [read("shared.css"), *(read(f"{name}/{name}.css") for name in components)]
    own = [f"{name}/{file.name}" for name in components for file in sorted((HERE / name).glob("*.js"))]
    scripts = [read("shared.js"), *map(read, own)]
    for script in scripts:
        if "</script" in script.lower():
            raise ValueError("a component's script may not contain a closing script tag")
    return f"<style>{''.join(styles)}</style>\n<script>{''.join(scripts)}</script>"
