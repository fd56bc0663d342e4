"""Mark regions on a picture of your own and see their JSON: ``python -m components.region_editor.demo``."""

from __future__ import annotations

from typing import Any

from components.assets import head
from components.fast_gradio import gr
from components.region_editor import empty, region_editor

with gr.Blocks(analytics_enabled=False) as demo:
    picture, editor = gr.Image(type="filepath", label="A picture"), region_editor()
    show, shown = gr.Button("Show the regions"), gr.JSON(label="Regions")

    def attach(path: str | None) -> dict[str, Any]:
        medium = {"ref": "image#1", "kind": "image", "url": f"/gradio_api/file={path}", "name": "picture"}
        return {**empty(), "media": {"image#1": medium}, "attached": ["image#1"]} if path else empty()

    picture.change(attach, picture, editor)
    show.click(lambda value: value["regions"], editor, shown)

if __name__ == "__main__":
    demo.launch(head=head("region_editor"), footer_links=[])
