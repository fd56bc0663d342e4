"""The masks of one frame of a clip, by every door: programs, language models, the terminal."""

from __future__ import annotations

import io
from pathlib import Path

import gradio_client
import numpy as np
import pytest
from api_stage import connect, pair, path_of, serve
from engine_stubs import make_engine, picture, write_expert
from media_makers import video
from PIL import Image

FOLLOW = """
    clip = inputs.values[inputs.first(call, "video")]
    array = np.zeros((1, clip.frames, clip.height, clip.width), bool)
    for number in range(clip.frames):
        array[0, number, :, : 10 * (number + 1)] = True
    return Masks(array, ["it"], [1.0], fps=clip.fps)
"""
"""A clip's mask whose width tells the frame: ten pixels more in each."""
CALL = "/video_segment video#1 <box>0,0,500,500</box>"


@pytest.fixture
def engine(tmp_path):
    write_expert(tmp_path / "experts", "follow", "video_segment", FOLLOW)
    (tmp_path / "open").mkdir()
    video(tmp_path / "open" / "clip.mp4", 6, "10")
    picture(tmp_path / "open" / "photo.png", 90)
    made = make_engine(tmp_path, "Hello.", files=tmp_path / "open", open_browser=False, port=0)
    yield made
    made.close()


def width(path: Path) -> int:
    """Return how many columns of a mask's picture are set."""
    return int(np.asarray(Image.open(path)).any(axis=0).sum())


def test_a_program_gets_the_masks_of_one_frame(engine, tmp_path):
    with serve(engine) as url:
        client = connect(url, tmp_path)
        clip = gradio_client.handle_file(str(tmp_path / "open" / "clip.mp4"))
        reply = client.predict(text=CALL, files=[clip], api_name="/chat")

        def export(frame, **how):
            return client.predict(**pair(reply), **{"masks": ["mask#1"], **how}, frame=frame, api_name="/export")

        assert [width(path_of(export(frame)["file"])) for frame in (0, 3)] == [10, 40]
        assert path_of(export(2, form="svg")["file"]).read_text().count("<path") == 1
        with pytest.raises(Exception, match="Its frames go from 0 to 5"):
            export(6)
        with pytest.raises(Exception, match="Its frames go from 0 to 5"):
            export(-1)
        for wrong in (True, 1.5, "2"):
            with pytest.raises(Exception, match="Pass frame as a whole number"):
                export(wrong)
        with pytest.raises(Exception, match="One frame is exported of a clip's masks alone"):
            export(1, masks=["video#1"], form="coco")
        client.close()


def test_a_language_model_gets_the_masks_of_one_frame(engine):
    mcp_stage = pytest.importorskip("mcp_stage")

    async def export(call, client):
        await call("chat", text=CALL, files=["clip.mp4"])
        made, _ = await call("export", masks=["mask#1"], frame=3)
        with pytest.raises(RuntimeError, match="Its frames go from 0 to 5"):
            await call("export", masks=["mask#1"], frame=6)
        return width(Path(made["file"]))

    assert mcp_stage.talk(engine, export) == 40


def test_the_terminal_writes_the_masks_of_one_frame(engine, tmp_path):
    from app.console import chat

    lines = iter([
        f"/add {tmp_path / 'open' / 'clip.mp4'}", f"/add {tmp_path / 'open' / 'photo.png'}", CALL,
        "/export #3", "/export svg mask#1 #0", "/export #6", "/export #1 #2", "/export image#1 #2", "/quit",
    ])  # fmt: skip
    out = io.StringIO()
    assert chat(engine, lambda prompt: next(lines), out) == 0
    said = [line.strip() for line in out.getvalue().splitlines()]
    files = [Path(line) for line in said if line.endswith((".png", ".svg")) and Path(line).is_absolute()]
    assert width(files[-2]) == 40
    assert files[-1].read_text().count("<path") == 1
    assert "! mask#1 has no frame 6. Its frames go from 0 to 5." in said
    assert "! /export takes one frame, or all. Write it as in /export png mask#1 #12." in said
    assert "! image#1 is not a mask. One frame is exported of a clip's masks alone." in said
