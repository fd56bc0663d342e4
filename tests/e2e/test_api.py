"""The endpoint /chat as a program uses it: gradio's own client over HTTP, against a served engine with a scripted model."""

from __future__ import annotations

import base64
import io
import json
import threading
import time
import urllib.request
from pathlib import Path

import gradio_client
import numpy as np
import pytest
from api_stage import lit, pair, path_of, serving
from engine_stubs import picture
from PIL import Image

NAMES = [
    "/chat", "/retry", "/edit", "/stop", "/skip", "/media", "/messages", "/recipe", "/foresee", "/choose", "/undo", "/redo", "/branch",
    "/conversations", "/rename", "/delete", "/restore", "/attach", "/detach", "/export", "/save", "/load", "/replay",
]  # fmt: skip
FOX = '<task>image "a fox"</task>'


def answer(text: str) -> str:
    return {"mark": "<task>segment image#1 region#1</task>", "slow": FOX}.get(text, f"You said {text}.")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("api"), answer) as running:
        yield running


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
    assert path_of(mask["file"]).is_relative_to(tmp_path), "the client has a copy of its own"
    pixels = lit(mask)
    assert pixels.shape == (8, 16)
    assert pixels[4:, 4:12].all()
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


@pytest.mark.parametrize("path", ["/etc/passwd", "../../etc/passwd", __file__, "a private picture"])
def test_a_path_on_the_server_is_no_uploaded_file(served, path, tmp_path):
    engine, url = served
    if path == "a private picture":  # one that could be taken in, which the others could not
        path = str(tmp_path / "private.png")
        Image.new("RGB", (8, 8)).save(path)
    before = engine.store.used()
    marked = {"path": path, "meta": {"_type": "gradio.FileData"}}
    for file in (marked, {"path": path}, {"path": path, "meta": {"_type": "x"}}):
        for door, values in (
            ("chat", ["x", [file], [], "", "", None, "", "", [], None, {}, False]),
            ("load", [file, ""]),
        ):
            body = json.dumps({"data": values}).encode()
            request = urllib.request.Request(f"{url}gradio_api/call/{door}", body, {"Content-Type": "application/json"})
            event = json.load(urllib.request.urlopen(request))["event_id"]
            with urllib.request.urlopen(f"{url}gradio_api/call/{door}/{event}") as stream:
                told = stream.read().decode()
            assert "event: error" in told
            assert "root:" not in told
            assert file is marked or "handle_file" in told, "gradio itself refuses what says that it is a file"
    assert engine.store.used() == before


def step_of(engine) -> int:
    """Return the step, of 0 to 399, that the slow expert wrote down last."""
    return int(next(engine.settings.data.rglob("steps")).read_text())


def begun(job):
    """Return the first state of a job that tells progress."""
    for state in job:
        if state["progress"]:
            return state
    raise AssertionError("it ended before it told progress")


def test_a_client_that_cancels_ends_the_expert_at_once_and_keeps_what_there_is(client, served):
    engine = served[0]
    job = client.submit(text="slow", api_name="/chat")
    state = begun(job)
    job.cancel()
    end = time.monotonic() + 30
    while any(t.name == "expert" for t in threading.enumerate()) and time.monotonic() < end:
        time.sleep(0.01)
    assert step_of(engine) < 399, "it was ended, and did not end"
    session = engine.open(state["owner"], state["conversation"])
    while engine.busy(session) and time.monotonic() < end:
        time.sleep(0.01)
    last = engine.messages(session)[-1]
    assert (last.state, [type(part).__name__ for part in last.parts]) == ("stopped", ["TaskCall"])


def test_a_running_call_tells_how_far_it_is_again_and_again(client):
    told = []
    job = client.submit(text="slow", api_name="/chat")
    for state in job:
        if state["progress"]:
            told.append(state["progress"])
            assert state["state"] == "running"
        if len(told) == 4:
            client.predict(**pair(state), api_name="/stop")
    assert len(told) >= 4
    fractions = [one["fraction"] for one in told]
    assert fractions == sorted(fractions)
    assert len(set(fractions)) > 1
    assert set(told[0]) == {"call", "task", "expert", "word", "fraction", "seconds", "left"}
    assert (told[-1]["task"], told[-1]["expert"]) == ("image", "stub slow")
    assert told[-1]["word"].startswith("step ")


def test_what_there_is_so_far_is_told_where_it_is_asked_for(tmp_path):
    with serving(tmp_path, '<task>image "a fox"</task>', ("preview",)) as (_, url):
        client = gradio_client.Client(url, verbose=False)
        told = [
            [
                state["progress"]
                for state in client.submit(text="x", previews=asked, api_name="/chat")
                if state["progress"]
            ]
            for asked in (True, False)
        ]
    asked, plain = told
    assert asked
    assert all(set(one) - set(plain[0]) == {"preview"} for one in asked)
    seen = [one["preview"] for one in asked if one["preview"]]
    assert seen
    kind, data = seen[0].split(",", 1)
    assert kind == "data:image/jpeg;base64"
    assert Image.open(io.BytesIO(base64.b64decode(data))).getpixel((4, 4)) == (200, 200, 200)


def test_a_chosen_expert_runs_and_a_wrong_one_is_named(client, tmp_path):
    files = [gradio_client.handle_file(str(picture(tmp_path / "photo.png", 90, (16, 8))))]
    marks = [{"ref": "file#1", "shapes": [{"type": "box", "box": [0, 0, 0.5, 0.5]}]}]
    reply = client.predict(text="this", files=files, regions=marks, task="segment", expert="mark", api_name="/chat")
    assert [p["expert"] for p in reply["parts"] if p["type"] == "step"] == ["stub mark"]
    with pytest.raises(Exception, match=r"blunt is no expert for segment. There are: mark"):
        client.predict(text="this", task="segment", expert="blunt", api_name="/chat")
    with pytest.raises(Exception, match="without a task"):
        client.predict(text="this", expert="mark", api_name="/chat")


def test_a_reply_is_made_again_with_the_same_or_another_seed(client, tmp_path):
    files = [gradio_client.handle_file(str(picture(tmp_path / "photo.png", 90, (16, 8))))]
    marks = [{"ref": "file#1", "shapes": [{"type": "box", "box": [0, 0, 0.5, 0.5]}]}]
    first = client.predict(text="mark", files=files, regions=marks, seed=3, api_name="/chat")
    second = client.predict(**pair(first), seed=4, api_name="/retry")
    assert [p["seed"] for r in (first, second) for p in r["parts"] if p["type"] == "step"] == [3, 4]
    said = client.predict(**pair(first), api_name="/messages")
    assert [(m["role"], m["state"]) for m in said] == [("user", "done"), ("assistant", "done")]
    assert [p["type"] for p in said[0]["parts"]] == ["image", "region", "text"]
    assert [p["seed"] for p in said[1]["parts"] if p["type"] == "step"] == [4]


def test_another_call_stops_a_reply_and_keeps_what_there_is(client):
    job = client.submit(text="slow", api_name="/chat")
    state = begun(job)
    assert (state["state"], state["progress"]["task"]) == ("running", "image")
    assert client.predict(**pair(state), api_name="/stop") == {"stopped": True}
    ended = job.result(timeout=60)
    assert ended["state"] == "stopped"
    assert [p["type"] for p in ended["parts"]] == ["call"]
    assert client.predict(**pair(state), api_name="/stop") == {"stopped": False}


def test_media_are_listed_and_masks_exported(client, tmp_path):
    files = [gradio_client.handle_file(str(picture(tmp_path / "photo.png", 90, (16, 8))))]
    marks = [{"ref": "file#1", "shapes": [{"type": "box", "box": [0, 0, 0.5, 0.5]}]}]
    reply = client.predict(text="mark", files=files, regions=marks, api_name="/chat")
    shelf = client.predict(**pair(reply), api_name="/media")
    assert [m["handle"] for m in shelf] == ["image#1", "mask#1"]
    assert all(path_of(m["file"]).is_file() for m in shelf)
    told = client.predict(**pair(reply), masks=["mask#1"], form="coco", api_name="/export")
    assert json.loads(path_of(told["file"]).read_text())["annotations"][0]["bbox"] == [0, 0, 8, 4]
    with pytest.raises(Exception, match="No masks are named"):
        client.predict(**pair(reply), masks=[], api_name="/export")


NEEDED = {
    "/export": {"masks": ["mask#1"]}, "/edit": {"text": "x"}, "/choose": {"message": 0}, "/rename": {"title": "x"},
    "/recipe": {"media": "image#1"}, "/attach": {"files": ["image#1"]}, "/detach": {"files": ["image#1"]},
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("/chat", "/conversations", "/load")])
def test_every_door_to_a_conversation_is_shut_to_strangers(client, served, name):
    mine = client.predict(text="secret", api_name="/chat")
    more = NEEDED.get(name, {})
    for owner in ("eve", "e" * 32):
        with pytest.raises(Exception, match="no such conversation"):
            client.predict(conversation=mine["conversation"], owner=owner, **more, api_name=name)
    nowhere = (
        "no image#1" if name == "/attach" else "conversation is missing"
    )  # it begins a conversation, in which nothing is
    with pytest.raises(Exception, match=nowhere):
        client.predict(conversation="", owner=mine["owner"], **more, api_name=name)
    assert served[0].messages(served[0].open(mine["owner"], mine["conversation"]))[0].text == "secret"


def test_a_deleted_conversation_is_gone(client):
    mine = client.predict(text="secret", api_name="/chat")
    assert client.predict(**pair(mine), api_name="/delete") == {"deleted": True}
    with pytest.raises(Exception, match="no such conversation"):
        client.predict(**pair(mine), api_name="/messages")


def test_the_endpoints_are_documented_and_there_are_no_others(client):
    told = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert list(told) == NAMES
    names = [p["parameter_name"] for p in told["/chat"]["parameters"]]
    assert names == [
        "text", "files", "regions", "conversation", "owner", "seed", "task", "expert", "media", "marks", "params",
        "previews",
    ]  # fmt: skip
    pages = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text("utf-8")
    for name, facts in told.items():
        assert f"`{name}`" in pages, name
        assert all(f"`{p['parameter_name']}`" in pages for p in facts["parameters"]), name
