"""docs/api.md as a stranger reads it: its programs run as they stand there, and its tables say what the endpoints take."""

from __future__ import annotations

import re
from pathlib import Path

import gradio_client
import pytest
from api_stage import serve
from PIL import Image
from scenes import disc_scene

from app.engine import Engine
from app.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text("utf-8")
PROGRAMS = re.findall(r"```python\n(.*?)```", PAGE, re.S)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    if not any((ROOT / "assets" / "nano" / "unified").glob("*.safetensors")):
        pytest.skip("the weights of the nano model are not here")
    settings = Settings(data=tmp_path_factory.mktemp("docs"), profile="nano", port=0, open_browser=False)
    engine = Engine(settings)
    with serve(engine) as url:
        yield engine, url
    engine.close()


def rows(after: str) -> dict[str, list[str]]:
    """Return the cells of the first table behind *after* by the names in its first column."""
    table = PAGE[PAGE.index(after) :].split("|---", 1)[1].split("\n\n", 1)[0]
    found: dict[str, list[str]] = {}
    for line in table.splitlines()[1:]:
        first, *rest = (cell.strip() for cell in line.strip("|").split("|"))
        for name in re.findall(r"`([^`]+)`", first):
            found[name] = rest
    return found


def test_the_programs_of_the_page_run_as_they_stand_there(served, tmp_path, monkeypatch):
    _, url = served
    monkeypatch.chdir(tmp_path)
    Image.fromarray(disc_scene(300, 400, (180, 150), 80)[0]).save("dog.jpg")
    assert len(PROGRAMS) == 2
    names: dict[str, object] = {}
    assert "http://127.0.0.1:7860" in PROGRAMS[0]
    first = PROGRAMS[0].replace("http://127.0.0.1:7860", url.rstrip("/"))
    exec(compile(first, "docs/api.md", "exec"), names)
    mask = names["mask"]
    assert Image.open(mask if isinstance(mask, str) else mask["path"]).size == (400, 300)
    reply = names["reply"]
    assert reply["state"] == "done"
    assert [part["type"] for part in reply["parts"]][-1] == "image"
    assert reply["parts"][-1]["meta"]["changed_outside"] == 0
    exec(compile(PROGRAMS[1], "docs/api.md", "exec"), names)
    stopped = names["reply"]
    assert stopped["conversation"] == names["state"]["conversation"] != reply["conversation"]
    assert stopped["state"] == "stopped"
    assert [part["type"] for part in stopped["parts"]][:1] == ["call"]


def test_the_tables_name_what_the_endpoints_take_and_nothing_else(served):
    client = gradio_client.Client(served[1], verbose=False)
    endpoints = client.view_api(return_format="dict")["named_endpoints"]
    taken = {name: [p["parameter_name"] for p in one["parameters"]] for name, one in endpoints.items()}
    assert list(rows("## What goes in")) == taken["/chat"]
    for name, (takes, _) in rows("## The companions").items():
        if "alone" in takes or name == "/foresee":
            told = set(re.findall(r"`(\w+)`", takes)) | ({"conversation", "owner"} if name == "/foresee" else set())
        else:
            told = {"conversation", "owner", *re.findall(r"`(\w+)`", takes)}
        if "what `/retry` takes" in takes:
            told |= set(taken["/retry"])
        assert told - {"/retry"} == set(taken[name]), name


def test_a_state_holds_what_the_page_says(served):
    client = gradio_client.Client(served[1], verbose=False)
    job = client.submit(text='/image "three dogs by a lake" size=1200x800', seed=5, previews=True, api_name="/chat")
    states = list(job)
    shape = PAGE[PAGE.index('{"conversation": id') :].split("```")[0]
    assert {key for state in states for key in state} == set(re.findall(r'"(\w+)":', shape.split('"progress"')[0])) | {
        "progress"
    }
    told = set(re.findall(r'"(\w+)"', shape.split('"progress"')[1]))
    assert "preview" in told
    assert {key for state in states for key in state["progress"] or ()} <= told
    kinds = rows("| part | its fields")
    for part in states[-1]["parts"]:
        fields = set(re.findall(r"`(\w+)`", kinds[part["type"]][0]))
        assert set(part) - {"type"} <= fields | {"warnings"}, part["type"]
