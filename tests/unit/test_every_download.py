"""Every result can be saved: whatever kind it is, its card leads to the very file under a name of its own."""

from __future__ import annotations

import numpy as np
import pytest
from engine_stubs import make_engine, of, said, write_expert

from app.render import entries
from app.ui_pages import linker
from models.values import Media

BODIES = {
    "image": ("image", "return Picture(np.full((6, 8, 3), 90, np.uint8))", ".png"),
    "audio": ("audio", "return Sound(np.zeros((800, 1), np.float32) + 0.1, 8000)", ".wav"),
    "mask": ("segment", "return Masks(np.ones((2, 6, 8), bool), ['a', 'b'], [1.0, 0.5])", ".png"),
    "video": (
        "video",
        """
        from models.video import VideoWriter
        with VideoWriter(inputs.scratch / "clip.mp4", 64, 48, 10) as writer:
            for n in range(4):
                writer.write(np.full((48, 64, 3), 40 * n, np.uint8))
        return writer.clip
        """,
        ".mp4",
    ),
}


@pytest.mark.parametrize("kind", BODIES)
def test_every_kind_of_result_has_its_file_to_save(tmp_path, kind):
    task, body, suffix = BODIES[kind]
    write_expert(tmp_path / "experts", "maker", task, body)
    engine = make_engine(tmp_path)
    session = engine.open("ann")
    from PIL import Image

    Image.fromarray(np.full((6, 8, 3), 9, np.uint8)).save(tmp_path / "p.png")
    engine.attach(session, tmp_path / "p.png")
    said(engine, session, "look", attachments=["image#1"])
    command = "/segment image#1 <box>0,0,500,500</box>" if task == "segment" else f'/{task} "a thing"'
    made = of(said(engine, session, command), Media)
    assert {m.kind for m in made} == {kind}
    link = linker(engine.settings.media, engine.store.address)
    shown = entries(engine.messages(session), engine.shelf(session), link, lambda value: {"card": value})
    cards = [part["card"] for part in shown[-1]["content"] if isinstance(part, dict)]
    items = [item for card in cards for item in card["items"]]
    assert items
    prefix = "/gradio_api/file="
    files = {item["file"]: item["download"] for item in items if item.get("file")}
    if kind == "mask":
        assert {entry.handle for entry in made} == {use["ref"] for item in items for use in item["uses"]}
        for form in ("png", "rle", "coco"):
            assert engine.export_masks(session, [m.handle for m in made], form).stat().st_size > 20
    else:
        assert list(files) == [link(made[0].path)]
        assert next(iter(files.values())).endswith(suffix)
        assert next(iter(files)).removeprefix(prefix).endswith(engine.store.address(made[0].path))
    engine.close()
