"""The endpoint /chat as a program uses it: gradio's own client over HTTP, against a served engine with a scripted model."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from engine_stubs import Scripted, make_engine, picture, write_expert
from PIL import Image

gradio_client = pytest.importorskip("gradio_client")
FOX = '<task>image "a fox"</task>'
MARK = """
    region = next(iter(inputs.regions.values()))
    height, width = inputs.values[region.of].pixels.shape[:2]
    x0, y0, x1, y1 = region.box.to_pixels(width, height)
    array = np.zeros((1, height, width), bool)
    array[0, y0:y1, x0:x1] = True
    return Masks(array, [region.label], [1.0])
"""


def answer(text: str) -> str:
    return {"mark": "<task>segment image#1 region#1</task>", "slow": FOX}.get(text, f"You said {text}.")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    from app.api import add_chat
    from app.hosting import launch_keywords
    from components.fast_gradio import gr

    folder = tmp_path_factory.mktemp("api")
    write_expert(folder / "experts", "mark", "segment", MARK)
    engine = make_engine(folder, Scripted(answer), experts=("slow",), open_browser=False, port=0)
    with gr.Blocks() as page:
        add_chat(engine)
    page.queue()
    page.launch(**launch_keywords(engine.settings), prevent_thread_lock=True, quiet=True)
    yield engine, page.local_url
    page.close()
    engine.close()


@pytest.fixture
def client(served, tmp_path):
    made = gradio_client.Client(served[1], verbose=False, download_files=str(tmp_path / "downloads"))
    yield made
    made.close()


def test_words_go_in_and_parts_come_out(client):
    reply = client.predict(text="hello", api_name="/chat")
    assert reply["state"] == "done"
    assert reply["parts"] == [{"type": "text", "text": "You said hello."}]
    assert reply["progress"] is None


def test_a_conversation_goes_on_with_its_id_and_owner(client, served):
    first = client.predict(text="one", api_name="/chat")
    second = client.predict(text="two", conversation=first["conversation"], owner=first["owner"], api_name="/chat")
    assert second["conversation"] == first["conversation"]
    engine = served[0]
    messages = engine.messages(engine.open(first["owner"], first["conversation"]))
    assert [m.text for m in messages] == ["one", "You said one.", "two", "You said two."]


def test_a_file_and_a_region_give_a_mask_that_the_client_fetches(client, tmp_path):
    reply = client.predict(
        text="mark",
        files=[gradio_client.handle_file(str(picture(tmp_path / "photo.png", 90, (16, 8))))],
        regions=[{"ref": "file#1", "label": "it", "shapes": [{"type": "box", "box": [0.25, 0.5, 0.75, 1.0]}]}],
        seed=11,
        api_name="/chat",
    )
    assert [p["type"] for p in reply["parts"]] == ["call", "step", "mask"]
    call, step, mask = reply["parts"]
    assert call["tokens"] == "<task>segment image#1 region#1</task>"
    assert (step["seed"], step["expert"]) == (11, "stub mark")
    assert (mask["handle"], mask["meta"]["of"]) == ("mask#1", "image#1")
    file = mask["file"] if isinstance(mask["file"], str) else mask["file"]["path"]
    assert Path(file).is_relative_to(tmp_path), "the client has a copy of its own"
    pixels = np.asarray(Image.open(file).convert("L"))
    assert pixels.shape == (8, 16)
    assert (pixels[4:, 4:12] == 255).all()
    assert np.count_nonzero(pixels) == 4 * 8


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"text": ""}, "nothing to send"),
        ({"text": "x", "seed": -1}, "seed"),
        ({"text": "x", "seed": 1e300}, "seed"),
        ({"text": "x", "task": "levitate"}, "levitate"),
        ({"text": "x", "conversation": "guess", "owner": "me"}, "no such conversation"),
        ({"text": "x", "files": "photo.png"}, "list"),
        ({"text": "x", "files": [3]}, "handle_file"),
        ({"text": "x", "regions": [{"ref": "image#9", "shapes": []}]}, ""),
        ({"text": "x", "regions": 7}, ""),
    ],
)
def test_a_bad_request_is_refused_in_words(client, more, words):
    with pytest.raises(Exception) as refused:
        client.predict(**more, api_name="/chat")
    assert words in str(refused.value)
    assert "Traceback" not in str(refused.value)


def test_a_request_that_is_refused_leaves_no_files_behind(client, served, tmp_path):
    engine = served[0]
    begun = client.predict(text="hello", api_name="/chat")
    same = {"conversation": begun["conversation"], "owner": begun["owner"], "api_name": "/chat"}
    files = [gradio_client.handle_file(str(picture(tmp_path / f"{n}.png", 60 + n))) for n in range(6)]
    for _ in range(2):  # ten files may wait, so the second would fail for another reason
        with pytest.raises(Exception, match="levitate"):
            client.predict(text="x", files=files, task="levitate", **same)
    session = engine.open(begun["owner"], begun["conversation"])
    assert engine.pending(session) == []
    assert client.predict(text="now", files=files, **same)["state"] == "done"
    assert list(engine.shelf(session)) == [f"image#{n}" for n in range(1, 7)]


def test_a_strangers_conversation_answers_as_one_that_does_not_exist(client):
    mine = client.predict(text="secret", api_name="/chat")
    with pytest.raises(Exception, match="no such conversation"):
        client.predict(text="what?", conversation=mine["conversation"], owner="eve", api_name="/chat")


@pytest.mark.parametrize("path", ["/etc/passwd", "../../etc/passwd", __file__])
def test_a_path_on_the_server_is_no_uploaded_file(served, path):
    engine, url = served
    before = engine.store.used()
    data = [["x"], [{"path": path, "meta": {"_type": "gradio.FileData"}}]]
    for file in (data[1][0], {"path": path}):
        body = json.dumps({"data": ["x", [file], [], "", "", None, ""]}).encode()
        request = urllib.request.Request(f"{url}gradio_api/call/chat", body, {"Content-Type": "application/json"})
        event = json.load(urllib.request.urlopen(request))["event_id"]
        with urllib.request.urlopen(f"{url}gradio_api/call/chat/{event}") as stream:
            told = stream.read().decode()
        assert "event: error" in told
        assert "root:" not in told
    assert engine.store.used() == before


def test_a_client_that_cancels_ends_the_expert(client, served):
    engine = served[0]
    before = {t for t in threading.enumerate() if t.name == "expert"}
    job = client.submit(text="slow", api_name="/chat")
    end = time.monotonic() + 30
    while not ({t for t in threading.enumerate() if t.name == "expert"} - before) and time.monotonic() < end:
        time.sleep(0.05)
    state = job.outputs()[-1] if job.outputs() else None
    job.cancel()
    while ({t for t in threading.enumerate() if t.name == "expert"} - before) and time.monotonic() < end:
        time.sleep(0.05)
    assert not ({t for t in threading.enumerate() if t.name == "expert"} - before)
    if state is not None:
        messages = engine.messages(engine.open(state["owner"], state["conversation"]))
        assert messages[-1].state in ("stopped", "running")


def test_the_endpoint_is_documented_and_the_only_one(client):
    told = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert list(told) == ["/chat"]
    names = [p["parameter_name"] for p in told["/chat"]["parameters"]]
    assert names == ["text", "files", "regions", "conversation", "owner", "seed", "task"]
