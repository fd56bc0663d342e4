"""The door for the Model Context Protocol: the SDK's own client against the tools, in one process and over stdin and stdout."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from engine_stubs import Scripted, make_engine, picture, write_expert
from PIL import Image

from tests.loops import alone

pytest.importorskip("mcp.server.mcpserver", reason="the package mcp (requirements-mcp.txt) is not installed")
import mcp
from mcp_stage import talk

ROOT = Path(__file__).resolve().parents[2]
MARK = """
    region = next(iter(inputs.regions.values()))
    height, width = inputs.values[region.of].pixels.shape[:2]
    x0, y0, x1, y1 = region.box.to_pixels(width, height)
    array = np.zeros((1, height, width), bool)
    array[0, y0:y1, x0:x1] = True
    return Masks(array, [region.label], [1.0])
"""
HALF = [{"ref": "file#1", "label": "half", "shapes": [{"type": "box", "box": [0, 0, 0.5, 1]}]}]


def says(text: str) -> str:
    calls = {"mark": "<task>segment image#1 region#1</task>", "slow": '<task>image "a fox"</task>'}
    calls["slow then words"] = f"{calls['slow']}Done."
    return calls.get(text, f"You said {text}.")


@pytest.fixture
def engine(tmp_path):
    (tmp_path / "open").mkdir()
    picture(tmp_path / "open" / "photo.png", 90, (16, 8))
    picture(tmp_path / "secret.png", 10)
    write_expert(tmp_path / "experts", "mark", "segment", MARK)
    made = make_engine(tmp_path, Scripted(says), experts=("slow",), files=tmp_path / "open")
    yield made
    made.close()


def test_the_tools_say_what_they_take_with_regions_as_typed_arguments(engine):
    async def look(call, client):
        return {tool.name: tool for tool in (await client.list_tools()).tools}

    tools = talk(engine, look)
    walks = {"conversations": {"search"}, "messages": set(), "undo": set(), "redo": set()}
    walks |= {"choose": {"message"}, "branch": {"message"}, "rename": {"title"}, "delete": {"regret"}, "restore": set()}
    walks |= {"save": set(), "load": {"file"}, "replay": set()}
    assert set(tools) == {"chat", "again", "foresee", "media", "stop", "skip", "export", *walks}
    for name, takes in walks.items():
        taken = takes if name in ("conversations", "load") else {*takes, "conversation"}
        assert set(tools[name].input_schema["properties"]) == taken
    assert tools["choose"].input_schema["properties"]["message"]["type"] == "integer"
    schema = tools["chat"].input_schema
    chosen = {"regions", "conversation", "seed", "task", "expert", "media", "marks", "params"}
    assert set(schema["properties"]) == {"text", "files", *chosen}
    assert set(tools["skip"].input_schema["properties"]) == {"call", "conversation"}
    assert tools["export"].input_schema["properties"]["form"]["enum"] == ["png", "rle", "coco", "svg"]
    assert "scribble" in json.dumps(tools["foresee"].input_schema)
    assert set(tools["again"].input_schema["properties"]) == {"text", "message", *chosen}
    told = json.dumps(schema)
    for word in ("box", "point", "scribble", "poly", "neg", "label", "time", "mask", "span"):
        assert f'"{word}"' in told
    assert schema["properties"]["media"]["items"] == {"type": "string"}
    assert "left out, the latest goes on" in tools["chat"].description
    assert all(tool.description for tool in tools.values())
    assert "owner" not in told


def test_a_marked_file_becomes_a_mask_that_is_shown_and_lies_where_it_is_said(engine):
    async def cut(call, client):
        told, shown = await call("chat", text="mark", files=["photo.png"], regions=HALF, seed=7)
        again, _ = await call("chat", text="and now?")
        listed, _ = await call("media", handle="mask#1")
        fresh, _ = await call("chat", text="hello", conversation="new")
        back, _ = await call("media", conversation=told["conversation"])
        assert fresh["conversation"] != told["conversation"] == back["conversation"]
        return told, shown, again, listed

    told, shown, again, listed = talk(engine, cut)
    assert [part["type"] for part in told["parts"]] == ["call", "step", "mask"]
    assert told["parts"][1]["seed"] == 7
    pixels = np.asarray(Image.open(told["parts"][2]["file"]).convert("L"))
    assert np.count_nonzero(pixels[:, :8]) == 64
    assert np.count_nonzero(pixels[:, 8:]) == 0
    assert np.array_equal(np.asarray(shown[0].convert("L")), pixels)
    assert again["conversation"] == told["conversation"], "without an id the latest conversation goes on"
    assert again["parts"] == [{"type": "text", "text": "You said and now?."}]
    assert [m["handle"] for m in listed["media"]] == ["mask#1"]


def test_media_marks_and_settings_are_chosen_and_a_reply_is_made_again_as_it_was_meant(engine):
    async def choose(call, client):
        both = ["photo.png", "photo.png"]
        told, _ = await call("chat", text="mark", files=both, regions=HALF, media=["file#2"])
        meant, _ = await call("again", marks=["region#1"], media=["image#1"])
        moved = [{"ref": "image#1", "shapes": [{"type": "point", "xy": [0.1, 0.1]}]}]
        nudged, _ = await call("again", text="mark", regions=moved)
        used, _ = await call("chat", text="hello", files=["image#2"])
        for words, arguments in {
            "There is no image#9": {"media": ["image#9"]},
            "There is no region#7": {"marks": ["region#7"]},
            "nonsense is not a setting of segment": {"params": {"nonsense": 1}, "task": "segment"},
            "not within|was marked on|is marked on image#1": {"regions": [{"ref": "image#1", "span": [0, 1]}]},
        }.items():
            with pytest.raises(RuntimeError, match=words):
                await call("chat", text="mark", **arguments)
        return [next(p["tokens"] for p in one["parts"] if p["type"] == "call") for one in (told, meant, nudged)], used

    calls, used = talk(engine, choose)
    assert calls == [
        "<task>segment image#2</task>", "<task>segment image#1 region#1</task>", "<task>segment image#1 region#1</task>",
    ]  # fmt: skip
    assert used["parts"] == [{"type": "text", "text": "You said hello."}]


def said(told):
    """The words of each message that ``messages`` told."""
    return ["".join(part.get("text", "") for part in message["parts"]) for message in told["messages"]]


def test_an_earlier_message_is_answered_again_and_the_branches_are_chosen(engine):
    async def walk(call, client):
        await call("chat", text="one", files=["photo.png"])
        await call("chat", text="two")
        told, shown = await call("messages")
        assert [(m["n"], m["variants"], m["role"]) for m in told["messages"]] == [
            (0, [0], "user"), (1, [1], "assistant"), (2, [2], "user"), (3, [3], "assistant"),
        ]  # fmt: skip
        assert Path(told["messages"][0]["parts"][0]["file"]).is_file()
        assert shown == []
        await call("again", text="uno", message=0)
        after, _ = await call("messages")
        assert said(after) == ["uno", "You said uno."]
        assert after["messages"][0]["variants"] == [0, 4]
        chosen, _ = await call("choose", message=0)
        assert chosen == {"conversation": told["conversation"], "shown": [0, 1, 2, 3]}
        for tool in ("choose", "again", "branch"):
            with pytest.raises(RuntimeError, match="no such message"):
                await call(tool, message=99)
            with pytest.raises(RuntimeError, match="validation error"):
                await call(tool, message="first")

    talk(engine, walk)


def test_what_was_taken_back_comes_back_and_a_branch_goes_its_own_way(engine):
    async def walk(call, client):
        await call("chat", text="one", files=["photo.png"])
        told, _ = await call("chat", text="two")
        taken, _ = await call("undo")
        assert taken["shown"] == [0, 1]
        assert (taken["taken"]["n"], taken["taken"]["role"], taken["taken"]["parts"][0]["text"]) == (2, "user", "two")
        first, _ = await call("undo")
        assert [part["type"] for part in first["taken"]["parts"]] == ["image", "text"]
        assert first["shown"] == []
        with pytest.raises(RuntimeError, match="no such message"):
            await call("undo")
        assert (await call("redo"))[0]["shown"] == [0, 1, 2, 3]
        with pytest.raises(RuntimeError, match="Nothing was taken back"):
            await call("redo")
        made, _ = await call("branch", message=1)
        assert made["conversation"] != told["conversation"]
        await call("chat", text="three", conversation=made["conversation"])
        assert said((await call("messages"))[0]) == ["one", "You said one.", "three", "You said three."]
        assert said((await call("messages", conversation=told["conversation"]))[0])[2:] == ["two", "You said two."]

    talk(engine, walk)


def test_conversations_are_listed_and_searched_and_only_ones_own(engine):
    theirs = engine.open("p" * 32)
    for _ in engine.reply(theirs, "my lighthouse"):
        pass

    async def find(call, client):
        first, _ = await call("chat", text="the old lighthouse")
        second, _ = await call("chat", text="a ferry", conversation="new")
        listed, _ = await call("conversations")
        found, _ = await call("conversations", search="SAID lighthouse")
        none, _ = await call("conversations", search="my")
        for tool, more in {"messages": {}, "undo": {}, "redo": {}, "branch": {}, "choose": {"message": 0}}.items():
            with pytest.raises(RuntimeError, match="no such conversation"):
                await call(tool, conversation=theirs.conversation, **more)
        return first["conversation"], second["conversation"], listed, found, none

    first, second, listed, found, none = talk(engine, find)
    told = [(c["conversation"], c["title"]) for c in listed["conversations"]]
    assert told == [(second, "a ferry"), (first, "the old lighthouse")]
    assert listed["conversations"][0]["updated"] >= listed["conversations"][1]["updated"] > 1.7e9
    assert [c["conversation"] for c in found["conversations"]] == [first]
    assert none == {"conversations": []}


@pytest.mark.parametrize("name", ["../secret.png", "{}/secret.png", "/etc/passwd", "nowhere.png", "link.png"])
def test_no_file_outside_of_the_named_folder_is_read(engine, tmp_path, name):
    (tmp_path / "open" / "link.png").symlink_to(tmp_path / "secret.png")

    async def reach(call, client):
        with pytest.raises(RuntimeError, match=r"There is no file .* in the opened folder"):
            await call("chat", text="look", files=[name.format(tmp_path)])

    before = engine.store.used()
    talk(engine, reach)
    assert engine.store.used() == before


def test_without_a_named_folder_only_what_comes_within_the_call_is_taken(tmp_path):
    engine = make_engine(tmp_path, Scripted(says))
    data = base64.b64encode(picture(tmp_path / "photo.png", 90, (16, 8)).read_bytes()).decode()

    async def send(call, client):
        told, _ = await call("chat", text="hello", files=[f"data:image/png;base64,{data}"])
        listed, _ = await call("media")
        with pytest.raises(RuntimeError, match="No folder was opened"):
            await call("chat", text="hello", files=[str(tmp_path / "photo.png")])
        with pytest.raises(RuntimeError, match="not base64"):
            await call("chat", text="hello", files=["data:image/png;base64,???"])
        return told, listed

    told, listed = talk(engine, send)
    assert told["state"] == "done"
    assert [(m["handle"], m["meta"]["width"]) for m in listed["media"]] == [("image#1", 16)]
    engine.close()


def test_what_is_wrong_is_told_in_words(engine):
    async def err(call, client):
        for words, arguments in {
            "nothing to send": {},
            "no such conversation": {"text": "x", "conversation": "guess"},
            "no task called levitate": {"text": "x", "task": "levitate"},
            "not in this conversation": {"text": "x", "regions": HALF},
            "seed is out of range": {"text": "x", "seed": -1},
        }.items():
            with pytest.raises(RuntimeError, match=words):
                await call("chat", **arguments)
        with pytest.raises(RuntimeError, match="validation error"):
            await call("chat", text="x", regions=[{"ref": "file#1", "shapes": [{"type": "star"}]}])
        with pytest.raises(RuntimeError, match="There is no mask#4 here"):
            await call("media", handle="mask#4")

    talk(engine, err)


def test_a_conversation_of_the_page_is_a_strangers(engine):
    theirs = engine.open("p" * 32)

    async def peek(call, client):
        for tool in ("media", "stop"):
            with pytest.raises(RuntimeError, match="The conversation is missing"):
                await call(tool)
        for tool in ("media", "stop", "again", "chat"):
            with pytest.raises(RuntimeError, match="no such conversation"):
                await call(tool, conversation=theirs.conversation, **({"text": "x"} if tool == "chat" else {}))

    talk(engine, peek)


def test_progress_is_told_and_another_call_stops_it(engine):
    seen = []

    async def halt(call, client):
        began = asyncio.Event()

        async def progress(done, total, message):
            seen.append((done, message))
            began.set()

        job = asyncio.create_task(client.call_tool("chat", {"text": "slow"}, progress_callback=progress))
        await asyncio.wait_for(began.wait(), 60)
        said, _ = await call("stop")
        result = await asyncio.wait_for(job, 60)
        idle, _ = await call("stop")
        return said, json.loads(result.content[0].text), idle

    said, told, idle = talk(engine, halt)
    assert (said, idle) == ("Stopped.", "Nothing was running.")
    assert told["state"] == "stopped"
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert "stub slow" in seen[-1][1]


def test_a_call_is_skipped_and_the_reply_goes_on(engine):
    async def pass_over(call, client):
        began = asyncio.Event()

        async def progress(done, total, message):
            began.set()

        job = asyncio.create_task(client.call_tool("chat", {"text": "slow then words"}, progress_callback=progress))
        await asyncio.wait_for(began.wait(), 60)
        late, _ = await call("skip", call="t9")
        said, _ = await call("skip")
        result = await asyncio.wait_for(job, 60)
        return late, said, json.loads(result.content[0].text)

    late, said, told = talk(engine, pass_over)
    assert (late, said) == ("No such call was running.", "Skipped.")
    assert told["state"] == "done"
    assert [part["type"] for part in told["parts"]] == ["call", "failure", "text"]


def test_masks_are_exported_and_a_message_is_foreseen(engine):
    async def look(call, client):
        await call("chat", text="mark", files=["photo.png"], regions=HALF)
        made, _ = await call("export", masks=["mask#1"], form="svg")
        would, _ = await call("foresee", text="/segment image#1 region#1")
        with pytest.raises(RuntimeError, match="No masks are named"):
            await call("export", masks=[])
        with pytest.raises(RuntimeError, match="no mask#7"):
            await call("export", masks=["mask#7"])
        said, _ = await call("messages")
        return made, would, said

    made, would, said = talk(engine, look)
    assert "<svg" in Path(made["file"]).read_text()
    assert [one["task"] for one in would["calls"]] == ["segment"]
    assert len(said["messages"]) == 2, "nothing was sent"


def test_a_client_that_gives_a_call_up_ends_the_expert(engine):
    async def leave(call, client):
        began = asyncio.Event()

        async def progress(done, total, message):
            began.set()

        job = asyncio.create_task(client.call_tool("chat", {"text": "slow"}, progress_callback=progress))
        await asyncio.wait_for(began.wait(), 60)
        job.cancel()
        end = asyncio.get_running_loop().time() + 30
        while any(t.name == "expert" for t in threading.enumerate()) and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(0.05)

    talk(engine, leave)
    assert not [t for t in threading.enumerate() if t.name == "expert"]


def test_the_program_serves_it_over_stdin_and_stdout(tmp_path):
    (tmp_path / "open").mkdir()
    picture(tmp_path / "open" / "photo.png", 90, (16, 8))
    line = [str(ROOT / "app.py"), "--mcp", "--files", str(tmp_path / "open"), "--data", str(tmp_path / "data")]
    program = mcp.StdioServerParameters(command=sys.executable, args=line)

    async def run():
        async with mcp.Client(program) as client:
            result = await client.call_tool("chat", {"text": "/adjust invert image#1", "files": ["photo.png"]})
            return json.loads(result.content[0].text)

    told = alone(run())
    made = [part for part in told["parts"] if part["type"] == "image"]
    assert (np.asarray(Image.open(made[0]["file"]).convert("RGB")) == 255 - 90).all()
