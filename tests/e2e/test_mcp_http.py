"""The Model Context Protocol over HTTP: the SDK's own client against the served tools, and who is turned away."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import select
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from api_stage import BOX, MARK
from engine_stubs import Scripted, make_engine, picture, write_expert
from PIL import Image

from tests.loops import alone

pytest.importorskip("mcp.server.mcpserver", reason="the package mcp (requirements-mcp.txt) is not installed")
import mcp
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

ROOT = Path(__file__).resolve().parents[2]
HELLO = {
    "jsonrpc": "2.0", "id": 1, "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
}  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """An engine served over HTTP in a thread of its own: its address and its key."""
    import socket

    import uvicorn

    from app.mcp_http import KEY_FILE, application

    folder = tmp_path_factory.mktemp("mcp_http")
    (folder / "open").mkdir()
    picture(folder / "open" / "photo.png", 90, (16, 8))
    write_expert(folder / "experts", "mark", "segment", MARK)
    calls = {"mark": "<task>segment image#1 region#1</task>", "slow": '<task>image "a fox"</task>'}
    script = Scripted(lambda text: calls.get(text, f"You said {text}."))
    engine = make_engine(folder, script, experts=("slow",), files=folder / "open")
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(application(engine, port), log_level="warning", timeout_graceful_shutdown=3))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://127.0.0.1:{port}/mcp", (engine.settings.data / KEY_FILE).read_text(), engine
    server.should_exit = True
    thread.join(30)
    listening.close()
    engine.close()


def talk(url, key, conversation):
    """Run *conversation(call, client)*, in a thread of its own, since browser tests leave a loop in this one."""

    async def run():
        http = create_mcp_http_client(headers={"Authorization": f"Bearer {key}"})
        async with http, mcp.Client(streamable_http_client(url, http_client=http)) as client:

            async def call(tool, **arguments):
                result = await client.call_tool(tool, arguments)
                words = [part.text for part in result.content if part.type == "text"]
                if result.is_error:
                    raise RuntimeError(words[0])
                return json.loads(words[0]) if words[0].startswith("{") else words[0]

            return await conversation(call, client)

    return alone(run())


def test_a_file_is_marked_and_its_mask_lies_where_it_is_said(served):
    async def cut(call, client):
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        told = await call("chat", text="mark", files=["photo.png"], regions=[{"ref": "file#1", "shapes": BOX}], seed=7)
        other = await call("chat", text="hello")
        listed = await call("media", conversation=told["conversation"], handle="mask#1")
        with pytest.raises(RuntimeError, match="The conversation is missing"):
            await call("media")
        return tools, told, other, listed

    tools, told, other, listed = talk(*served[:2], cut)
    assert {"chat", "again", "media", "stop", "messages", "undo"} <= set(tools)
    assert "left out, a new one begins" in tools["chat"].description
    pixels = np.asarray(Image.open(told["parts"][2]["file"]).convert("L"))
    assert (np.count_nonzero(pixels), told["parts"][1]["seed"]) == (32, 7)
    assert other["conversation"] != told["conversation"], "programs do not go on with each other's conversations"
    assert [m["handle"] for m in listed["media"]] == ["mask#1"]


def test_progress_is_told_and_a_call_is_stopped_or_given_up(served):
    url, key, engine = served

    async def halt(call, client):
        seen, began = [], asyncio.Event()

        async def progress(done, total, message):
            seen.append((done, message))
            began.set()

        where = (await call("chat", text="hello"))["conversation"]
        slow = {"text": "slow", "conversation": where}
        job = asyncio.create_task(client.call_tool("chat", slow, progress_callback=progress))
        await asyncio.wait_for(began.wait(), 60)
        said = await call("stop", conversation=where)
        ended = json.loads((await asyncio.wait_for(job, 60)).content[0].text)
        began.clear()
        job = asyncio.create_task(client.call_tool("chat", slow, progress_callback=progress))
        await asyncio.wait_for(began.wait(), 60)
        job.cancel()
        end = asyncio.get_running_loop().time() + 60
        while engine.answering() and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(0.05)
        return said, ended, seen

    said, ended, seen = talk(url, key, halt)
    assert (said, ended["state"]) == ("Stopped.", "stopped")
    assert "stub slow" in seen[0][1]
    assert not engine.answering()
    assert not [thread for thread in threading.enumerate() if thread.name == "expert"]


def answered(request):
    """Return the status and the text of an answer."""
    try:
        with urllib.request.urlopen(request, timeout=60) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


TURNED_AWAY = [
    ({"Authorization": ""}, 401),
    ({"Authorization": "Bearer guess"}, 401),
    ({"Host": "evil.example"}, 421),
    ({"Host": "127.0.0.1:1"}, 421),
    ({"Origin": "http://evil.example"}, 403),
    ({"Origin": "http://127.0.0.1:7860"}, 403),
    ({"Origin": "null"}, 403),
    ({"Content-Type": "text/plain"}, 400),
]


@pytest.mark.parametrize(
    ("version", "headers", "status"),
    [("2025-06-18", {}, 200), *((v, h, s) for v in ("2025-06-18", "2026-07-28") for h, s in TURNED_AWAY)],
)
def test_only_a_program_of_this_machine_with_the_key_is_answered(served, version, headers, status):
    url, key, _ = served
    sent = {
        "Content-Type": "application/json", "Accept": "application/json, text/event-stream",
        "Authorization": f"Bearer {key}", "MCP-Protocol-Version": version, **headers,
    }  # fmt: skip
    given, told = answered(urllib.request.Request(url, json.dumps(HELLO).encode(), sent))
    assert (given, '"unison"' in told) == (status, status == 200)
    assert key not in told


@pytest.mark.parametrize(("headers", "status"), [TURNED_AWAY[1], TURNED_AWAY[2], TURNED_AWAY[4]])
def test_who_is_turned_away_is_answered_when_all_was_sent(served, monkeypatch, headers, status):
    """A server that answered and closed before would have the connection reset, and the answer lost with it."""
    url, key, _ = served
    monkeypatch.setattr("app.refusals.PATIENCE", 60)
    address = urlsplit(url)
    sent = {"Host": address.netloc, "Authorization": f"Bearer {key}", "Content-Type": "application/json", **headers}
    body = json.dumps(HELLO).encode()
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    connection.putrequest("POST", address.path, skip_host=True)
    for name, value in {**sent, "Content-Length": str(len(body)), "Connection": "close"}.items():
        connection.putheader(name, value)
    connection.endheaders()
    assert not select.select([connection.sock], [], [], 0.3)[0]
    connection.send(body)
    reply = connection.getresponse()
    assert (reply.status, bool(reply.read())) == (status, True)
    connection.close()


def test_the_key_is_for_the_person_alone(served):
    engine = served[2]
    assert len(served[1]) >= 24
    assert os.name == "nt" or (engine.settings.data / "mcp-key").stat().st_mode & 0o077 == 0


def test_the_program_serves_it_on_a_free_port_and_no_other_address(tmp_path):
    line = [sys.executable, str(ROOT / "app.py"), "--mcp", "http", "--data", str(tmp_path), "--port", "0"]
    program = subprocess.Popen(line, stderr=subprocess.PIPE, text=True)
    try:
        told = next(text for text in program.stderr if text.startswith("MCP: "))
        url, key = told.split()[1].rstrip(","), (tmp_path / "mcp-key").read_text()
        assert url.startswith("http://127.0.0.1:")
        assert key not in told

        async def ask(call, client):
            return await call("chat", text="/help")

        assert "/segment" in talk(url, key, ask)["parts"][0]["text"]
    finally:
        program.terminate()
        program.wait(60)
        program.stderr.close()
    refused = subprocess.run([*line, "--host", "0.0.0.0"], capture_output=True, text=True, timeout=300)
    assert refused.returncode == 2
    assert "serves this machine alone" in refused.stderr
