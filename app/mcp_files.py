"""The tools of the Model Context Protocol that name conversations, delete them, write them to files, take such files in, and run their
calls again; what they do is what the endpoints of ``app.api_chats`` do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import TextContent
from models.expert import Refusal

from app import programs
from app.bundle import load as load_bundle
from app.bundle import save_to_share
from app.engine import Engine
from app.mcp_chats import words
from app.replay import Now, Replayed, watched
from app.session import Session

Opened = Callable[[str, Path], tuple[Path, str]]
"""From what a call names as a file, and a place for what comes within the call, to the path and the name of the file."""


def tools(
    engine: Engine, owner: str, session: Callable[[str], Session], opened: Opened
) -> list[Callable[..., Any]]:  # fmt: skip
    """Return the tools for whole conversations of *owner*; *session* gives the one that a call names, or the latest, and *opened* a
    file that a call names. They raise ToolError for what is refused."""
    replaying: list[Session] = []
    turn = threading.Lock()

    def rename(title: str, conversation: str = "") -> TextContent:
        """Give a conversation another title, of at most 80 characters."""
        with programs.plainly("answering rename", ToolError):
            where = session(conversation)
            engine.rename(where, title)
            return words({"conversation": where.conversation, "renamed": True})

    def delete(conversation: str, regret: bool = False) -> TextContent:
        """Stop and forget a conversation with the media that no other one uses. It must be named. regret: let restore bring it back,
        for twenty seconds."""
        with programs.plainly("answering delete", ToolError):
            if not conversation:
                raise Refusal("The conversation is missing.", "Name the one to be deleted by its id.")
            where = session(conversation)
            if regret:
                engine.put_away(where)
            else:
                engine.delete(where)
            return words({"conversation": where.conversation, "deleted": True})

    def restore(conversation: str) -> TextContent:
        """Bring back a conversation that was deleted with regret within the last twenty seconds."""
        with programs.plainly("answering restore", ToolError):
            where = programs.named(owner, conversation)
            engine.bring_back(where)
            return words({"conversation": where.conversation, "restored": True})

    def save(conversation: str = "") -> TextContent:
        """Write a conversation to one file, a ZIP with the messages of all branches, media, masks, seeds and checkpoints, and give
        its path as {"file"}."""
        with programs.plainly("answering save", ToolError):
            where = session(conversation)
            return words({"conversation": where.conversation, "file": str(save_to_share(engine, where))})

    def load(file: str) -> TextContent:
        """Take in a conversation that save or the page wrote, and give its id as {"conversation"}; name it to go on there. file: its
        path inside the folder that the person opened to you, or a data: address (application/zip) with base64. What is newer,
        incomplete, changed or not its own is refused with the reason."""
        with programs.plainly("answering load", ToolError), TemporaryDirectory() as scratch:
            path, _ = opened(file, Path(scratch) / "0")
            return words({"conversation": load_bundle(engine, owner, path).conversation})

    async def replay(ctx: Context, conversation: str = "") -> TextContent:
        """Run every call of the branch that is shown again, with its seed, and compare the bytes; the conversation is not changed.
        Gives {"replayed": [{"call", "task", "handles", "outcome": "same", "other" or "failed", "reason"}]}. A client that gives
        the call up ends it within one step."""
        with programs.plainly("answering replay", ToolError):
            where, stop = session(conversation), threading.Event()
            with turn:
                if replaying:
                    raise Refusal("A replay is running already.", "Wait for it to end.")
                replaying.append(where)
            try:
                told = watched(engine, where, stop)
                went = await anyio.to_thread.run_sync(_watch, told, ctx, stop, abandon_on_cancel=True)
            finally:
                stop.set()
                replaying.clear()
            listed = [{**asdict(one), "handles": list(one.handles)} for one in went]
            return words({"conversation": where.conversation, "replayed": listed})

    return [rename, delete, restore, save, load, replay]


def _watch(told: Iterator[Now | list[Replayed]], ctx: Context, stop: threading.Event) -> list[Replayed]:
    """Run a replay to its end in a worker thread, telling the client how far it is; return how its calls went."""
    went: list[Replayed] = []
    with closing(told):  # type: ignore[type-var]
        for now in told:
            if not isinstance(now, Now):
                went = now
            elif stop.is_set():
                break  # the client is gone
            else:
                anyio.from_thread.run(ctx.report_progress, now.number + now.fraction, now.of, now.task)
    return went
