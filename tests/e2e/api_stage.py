"""A served engine with a scripted model, and gradio's own client for it: what the tests of the endpoints share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gradio_client
import numpy as np
from engine_stubs import Scripted, make_engine, picture, write_expert
from PIL import Image

from tests.ports import free_port

MARK = """
    region = next(iter(inputs.regions.values()))
    height, width = inputs.values[region.of].pixels.shape[:2]
    x0, y0, x1, y1 = region.bounds().to_pixels(width, height)
    array = np.zeros((1, height, width), bool)
    array[0, y0:y1, x0:x1] = True
    return Masks(array, [region.label], [1.0])
"""
"""A segment expert that fills the bounds of the first region of its call."""
BOX = [{"type": "box", "box": [0.25, 0.5, 0.75, 1.0]}]


@contextmanager
def serving(folder: Path, script: Any, experts: tuple[str, ...] = ("slow",)) -> Iterator[tuple[Any, str]]:
    """Serve the endpoints over a new engine; yield the engine and the address."""
    write_expert(folder / "experts", "mark", "segment", MARK)
    engine = make_engine(folder, Scripted(script), experts=experts, open_browser=False, port=free_port())
    try:
        with serve(engine) as url:
            yield engine, url
    finally:
        engine.close()


@contextmanager
def serve(engine: Any) -> Iterator[str]:
    """Serve the endpoints over *engine*; yield the address."""
    from app.api import add_endpoints
    from app.hosting import launch_keywords
    from app.uploads import choose_folder
    from components.fast_gradio import gr

    choose_folder(engine.settings)  # first, as the page does: gradio's parts ask for it when they are made
    with gr.Blocks() as page:
        add_endpoints(engine)
    page.queue()
    page.launch(**launch_keywords(engine.settings), prevent_thread_lock=True, quiet=True)
    try:
        yield page.local_url
    finally:
        page.close()


def connect(url: str, folder: Path) -> gradio_client.Client:
    """Return a client whose downloads go to *folder*."""
    return gradio_client.Client(url, verbose=False, download_files=str(folder / "downloads"))


def photo(folder: Path, value: int = 90, size: tuple[int, int] = (16, 8)) -> Any:
    """Return a plain picture as a client sends it."""
    return gradio_client.handle_file(str(picture(folder / f"photo{value}.png", value, size)))


def pair(reply: dict[str, Any]) -> dict[str, str]:
    """Return the two names by which a conversation is asked for again."""
    return {"conversation": reply["conversation"], "owner": reply["owner"]}


def path_of(file: Any) -> Path:
    """Return where the client keeps its copy of a file that came back."""
    return Path(file if isinstance(file, str) else file["path"])


def lit(mask: dict[str, Any]) -> np.ndarray:
    """Return the pixels of a mask part, True where it is set."""
    return np.asarray(Image.open(path_of(mask["file"])).convert("L")) == 255


def of_type(reply: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """Return the parts of one type."""
    return [part for part in reply["parts"] if part["type"] == kind]
