"""The tools of the Model Context Protocol that end calls, look at conversations, find them, and move along their branches; what
they do is what the endpoints of ``app.api_chats`` do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Literal

from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import TextContent
from models.values import Media

from app import programs
from app.engine import Engine
from app.session import Session


def words(told: dict[str, Any]) -> TextContent:
    """Return *told* as the words of an answer: JSON."""
    return TextContent(type="text", text=json.dumps(told, ensure_ascii=False))


def endings(engine: Engine, session: Callable[[str], Session]) -> list[Callable[..., TextContent | str]]:
    """Return the tools that end what runs and hand out what was made; *session* gives the conversation that a call names, or the
    latest."""

    def stop(conversation: str = "") -> str:
        """End the reply that is being made, within one step; what was made before it is kept."""
        with programs.plainly("answering stop", ToolError):
            return "Stopped." if engine.stop(session(conversation)) else "Nothing was running."

    def skip(conversation: str = "", call: str = "") -> str:
        """End the call that runs, within one step, keep what was made before it and go on with the next. call: its id; where
        another one runs by then, that goes on."""
        with programs.plainly("answering skip", ToolError):
            return "Skipped." if engine.skip(session(conversation), call) else "No such call was running."

    def export(
        masks: list[str],
        form: Literal["png", "rle", "coco", "svg"] = "png",
        frame: int | None = None,
        conversation: str = "",
    ) -> TextContent:
        """Write masks to one file and give its path as {"file"}. masks: their handles; with coco and svg also those of pictures
        and clips, for the boxes found in them. frame: of a clip's masks those of this frame alone, counted from 0."""
        with programs.plainly("answering export", ToolError):
            where = session(conversation)
            made = programs.export(engine, where, masks, form, frame)
            return words({"conversation": where.conversation, "file": str(made)})

    return [stop, skip, export]


def tools(engine: Engine, owner: str, session: Callable[[str], Session]) -> list[Callable[..., TextContent]]:
    """Return the tools for the conversations of *owner*; *session* gives the one that a call names, or the latest."""

    def path(item: Media) -> str:
        return str(engine.store.file(item))

    def shown(where: Session, more: dict[str, Any]) -> TextContent:
        numbers = [place.n for place in engine.placed(where)]
        return words({"conversation": where.conversation, **more, "shown": numbers})

    def conversations(search: str = "") -> TextContent:
        """List your conversations, the latest first, as {"conversations": [{"conversation": id, "title", "updated": seconds
        since 1970}]}. search: only those that hold all of these words in their title, in what was said on any branch, or in
        names of files."""
        with programs.plainly("answering conversations", ToolError):
            return words({"conversations": programs.listed(engine, owner, search)})

    def messages(conversation: str = "") -> TextContent:
        """Tell what was said in a conversation, on the branch that is shown, oldest first: {"messages": [{"n", "variants",
        "role", "state", "parts"}]}. n names the message in other tools; variants are the numbers of all messages that stand in
        its place, after an edit or another answer, which choose shows."""
        with programs.plainly("answering messages", ToolError):
            where = session(conversation)
            said = [programs.said(place, path) for place in engine.placed(where)]
            return words({"conversation": where.conversation, "messages": said})

    def choose(message: int, conversation: str = "") -> TextContent:
        """Show the branch on which a message stands, to its newest end, and go on from there. message: one of the variants that
        messages tells. Gives the numbers of the messages that are shown now."""
        with programs.plainly("answering choose", ToolError):
            where = session(conversation)
            engine.choose(where, programs.number(message))
            return shown(where, {})

    def undo(conversation: str = "") -> TextContent:
        """Take the last message and its answer out of sight; redo brings them back. Gives that message as {"taken": {"n", "role",
        "state", "parts"}} and the numbers of the messages that are shown now."""
        with programs.plainly("answering undo", ToolError):
            where = session(conversation)
            return shown(where, {"taken": programs.undo(engine, where, path)})

    def redo(conversation: str = "") -> TextContent:
        """Bring back what the last undo took. Gives the numbers of the messages that are shown now."""
        with programs.plainly("answering redo", ToolError):
            where = session(conversation)
            programs.redo(engine, where)
            return shown(where, {})

    def branch(message: int | None = None, conversation: str = "") -> TextContent:
        """Make a conversation of its own of everything up to a message, by default of all, and leave this one as it is. Gives
        the new one's id as {"conversation"}; name it to go on there."""
        with programs.plainly("answering branch", ToolError):
            where = session(conversation)
            made = engine.branch_off(where, None if message is None else programs.number(message))
            return words({"conversation": made.conversation})

    return [conversations, messages, choose, undo, redo, branch]
