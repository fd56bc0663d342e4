"""The SDK's own client against the tools of the Model Context Protocol, in one process: what their tests share."""

from __future__ import annotations

import base64
import io
import json

import pytest
from PIL import Image

from tests.loops import alone

pytest.importorskip("mcp.server.mcpserver", reason="the package mcp (requirements-mcp.txt) is not installed")
import mcp


def talk(engine, conversation):
    """Run *conversation(call, client)* against the server; ``call`` returns a tool's JSON and its pictures, or raises."""
    from app.mcp_server import make

    async def run():
        async with mcp.Client(make(engine)) as client:

            async def call(tool, **arguments):
                result = await client.call_tool(tool, arguments)
                words = [c.text for c in result.content if c.type == "text"]
                if result.is_error:
                    raise RuntimeError(words[0])
                shown = [Image.open(io.BytesIO(base64.b64decode(c.data))) for c in result.content if c.type == "image"]
                return json.loads(words[0]) if words[0].startswith("{") else words[0], shown

            return await conversation(call, client)

    return alone(run())
