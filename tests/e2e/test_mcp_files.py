"""Whole conversations by the Model Context Protocol: named, deleted, brought back, saved, loaded, and their calls made again."""

from __future__ import annotations

import asyncio
import base64
import shutil
import threading
from pathlib import Path

import pytest
from engine_stubs import Scripted, make_engine, picture, write_expert
from mcp_stage import talk

GATE = """
    for step in range(400 if Path(__file__).with_name("slow").exists() else 1):
        report(step / 400, f"step {step}")
        time.sleep(0.02)
    return Picture(np.zeros((4, 4, 3), np.uint8))
"""
"""An expert that takes its time while a file beside it says so."""


def says(text: str) -> str:
    return '<task>image "a fox"</task>' if text == "draw" else f"You said {text}."


@pytest.fixture
def engine(tmp_path):
    (tmp_path / "open").mkdir()
    picture(tmp_path / "open" / "photo.png", 90, (16, 8))
    made = make_engine(tmp_path, Scripted(says), files=tmp_path / "open")
    yield made
    made.close()


def test_a_conversation_is_renamed_deleted_and_brought_back(engine):
    async def keep(call, client):
        await call("chat", text="one")
        await call("rename", title="a better name")
        second, _ = await call("chat", text="two", conversation="new")
        await call("delete", conversation=second["conversation"], regret=True)
        hidden, _ = await call("conversations")
        with pytest.raises(RuntimeError, match="The conversation is missing"):
            await call("messages")  # the latest one is gone
        await call("restore", conversation=second["conversation"])
        listed, _ = await call("conversations")
        said, _ = await call("messages")
        await call("delete", conversation=second["conversation"])
        with pytest.raises(RuntimeError, match="no such conversation"):
            await call("restore", conversation=second["conversation"])
        await call("chat", text="three")  # begins another, as with the first message
        left, _ = await call("conversations")
        with pytest.raises(RuntimeError, match="A conversation needs a name"):
            await call("rename", title="  ")
        with pytest.raises(RuntimeError, match="Name the one to be deleted"):
            await call("delete", conversation="")
        return hidden, listed, said, left

    hidden, listed, said, left = talk(engine, keep)
    titles = [[one["title"] for one in told["conversations"]] for told in (hidden, listed, left)]
    assert titles == [["a better name"], ["two", "a better name"], ["three", "a better name"]]
    assert said["messages"][0]["parts"][0]["text"] == "two"


def test_what_is_saved_is_loaded_from_the_opened_folder_alone_and_replayed(engine, tmp_path):
    async def keep(call, client):
        with pytest.raises(RuntimeError, match="The conversation is missing"):
            await call("save")
        told, _ = await call("chat", text="draw", files=["photo.png"], seed=5)
        saved = Path((await call("save"))[0]["file"])
        shutil.copy(saved, tmp_path / "open" / "talk.zip")
        loaded, _ = await call("load", file="talk.zip")
        data = base64.b64encode(saved.read_bytes()).decode()
        within, _ = await call("load", file=f"data:application/zip;base64,{data}")
        said, _ = await call("messages", conversation=loaded["conversation"])
        assert len({told["conversation"], loaded["conversation"], within["conversation"]}) == 3
        shutil.copy(saved, tmp_path / "outside.zip")
        for name in ("../outside.zip", str(tmp_path / "outside.zip"), str(saved), "nowhere.zip"):
            with pytest.raises(RuntimeError, match=r"There is no file .* in the opened folder"):
                await call("load", file=name)
        with pytest.raises(RuntimeError, match="Choose a file that Unison saved"):
            await call("load", file="photo.png")
        again, _ = await call("replay", conversation=loaded["conversation"])
        return said, again

    said, again = talk(engine, keep)
    assert [m["role"] for m in said["messages"]] == ["user", "assistant"]
    assert [part["handle"] for m in said["messages"] for part in m["parts"] if part["type"] == "image"] == [
        "image#1",
        "image#2",
    ]
    assert [(one["task"], one["handles"], one["outcome"]) for one in again["replayed"]] == [
        ("image", ["image#2"], "same")
    ]


def test_a_replay_tells_how_far_it_is_runs_once_and_ends_with_its_client(tmp_path):
    write_expert(tmp_path / "experts", "gate", body=GATE)
    engine = make_engine(tmp_path, Scripted(says), experts=("gate",))
    flag, heard = tmp_path / "experts" / "slow", []

    async def give_up(call, client):
        await call("chat", text="draw")
        flag.touch()
        began = asyncio.Event()

        async def progress(done, total, message):
            heard.append((done, total, message))
            began.set()

        job = asyncio.create_task(client.call_tool("replay", {}, progress_callback=progress))
        await asyncio.wait_for(began.wait(), 60)
        with pytest.raises(RuntimeError, match="A replay is running already"):
            await call("replay")
        job.cancel()
        end = asyncio.get_running_loop().time() + 30
        while any(t.name == "replay" for t in threading.enumerate()) and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(0.05)
        assert not [t for t in threading.enumerate() if t.name == "replay"]
        flag.unlink()
        return (await call("replay"))[0]

    told = talk(engine, give_up)
    engine.close()
    assert heard[0][1:] == (1, "image")
    assert [one["outcome"] for one in told["replayed"]] == ["same"]


def test_nobody_elses_conversation_is_renamed_deleted_saved_or_replayed(engine):
    theirs = engine.open("p" * 32)
    for _ in engine.reply(theirs, "my lighthouse"):
        pass

    async def reach(call, client):
        for tool, more in {"rename": {"title": "x"}, "delete": {}, "restore": {}, "save": {}, "replay": {}}.items():
            with pytest.raises(RuntimeError, match="no such conversation"):
                await call(tool, conversation=theirs.conversation, **more)

    talk(engine, reach)
    assert [entry.title for entry in engine.conversations("p" * 32)] == ["my lighthouse"]
