"""The door for programs that speak the Model Context Protocol: tools that make replies, those of ``app.mcp_chats`` and
``app.mcp_files``, for one person, over stdin and stdout or, by ``app.mcp_http``, over HTTP.

It needs the package ``mcp`` (requirements-mcp.txt). The conversations are those of one owner per data folder, whose token no
tool ever tells. A file is read only from the folder that the person named with ``--files``, or comes within the call; what is
made is told by its path, and pictures are shown as well.
"""

from __future__ import annotations

import base64
import binascii
import inspect
import io
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import anyio
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ImageContent, TextContent
from models.expert import Refusal
from models.values import Media, Message
from typing_extensions import NotRequired, TypedDict

from app import mcp_files, programs
from app.engine import Engine
from app.events import Event, Finished, Progress
from app.mcp_chats import endings, tools, words
from app.overrides import choices
from app.session import Session, owner_of

OWNER_FILE = "mcp-owner"
"""Where the data folder keeps the secret token of these conversations."""
SHOWN = 768
"""Most pixels of a side of a picture within an answer; the file has them all."""
_DATA = re.compile(
    r"data:(?:image|video|audio|application)/([a-z0-9.+-]{1,20})(?:;[a-z0-9=.+-]+)*;base64,(.*)", re.DOTALL
)
INSTRUCTIONS = """\
Unison works on pictures, clips and sounds and draws, films and sounds what is described. Say in plain English what to do; it
chooses the task. It sees and hears what it drew, filmed or sounded itself; in photos and recordings mark what is meant with regions, in
fractions 0 to 1 of the upright frame from its top left corner. Results have handles such as image#2 or mask#1, which later messages of the same conversation can name."""


class Box(TypedDict):
    """A box: left, top, right, bottom."""

    type: Literal["box"]
    box: tuple[float, float, float, float]


class Dot(TypedDict):
    """A point of the object, or with neg one that does not belong to it."""

    type: Literal["point"]
    xy: tuple[float, float]
    neg: NotRequired[bool]


class Scribble(TypedDict):
    """A brush stroke; width is a fraction of the longer side."""

    type: Literal["scribble"]
    pts: list[tuple[float, float]]
    width: NotRequired[float]
    neg: NotRequired[bool]


class Outline(TypedDict):
    """A closed outline."""

    type: Literal["poly"]
    pts: list[tuple[float, float]]
    neg: NotRequired[bool]


class Marked(TypedDict):
    """One marked object. ref: the medium's handle, or file#1 for the first of files. time: the moment in a video, in seconds.
    mask: the handle of an earlier mask that the shapes refine."""

    ref: str
    shapes: list[Box | Dot | Scribble | Outline]
    label: NotRequired[str]
    time: NotRequired[float | None]
    mask: NotRequired[str | None]


class Stretch(TypedDict):
    """A stretch of a sound, or of a clip's sound: ref is its handle or file#n, span its begin and end in seconds."""

    ref: str
    span: tuple[float, float]


def make(engine: Engine, remembers: bool = True) -> MCPServer:
    """Return the server with its tools over *engine*. With *remembers*, a call that names no conversation goes on with that of
    the latest message, which is right for one client alone."""
    server: MCPServer = MCPServer("unison", instructions=INSTRUCTIONS, log_level="WARNING")
    owner = owner_of(engine.settings.data / OWNER_FILE)
    current: list[Session] = []  # the conversation of the latest message

    def here() -> bool:
        """Tell whether there is a latest conversation, which may have been deleted meanwhile."""
        return any(engine.history.exists(one.owner, one.conversation) for one in current)

    def begun(conversation: str) -> Session:
        """Return the session of a message; it is what calls that name none go on with."""
        named = conversation not in ("", "new")
        latest = remembers and not conversation and here()
        where = engine.open(owner, conversation) if named else current[0] if latest else engine.open(owner)
        current[:] = [where]
        return where

    def session(conversation: str) -> Session:
        """Return the session of a conversation that must be there."""
        if not conversation and remembers and here():
            return current[0]
        if conversation in ("", "new"):
            raise Refusal("The conversation is missing.", "Pass the id that an answer of chat told.")
        return engine.open(owner, conversation)

    async def chat(
        ctx: Context,
        text: str = "",
        files: list[str] = [],  # noqa: B006 (read by the SDK, never changed)
        regions: list[Marked | Stretch] = [],  # noqa: B006
        conversation: str = "",
        seed: int | None = None,
        task: str = "",
        expert: str = "",
        media: list[str] = [],  # noqa: B006
        marks: list[str] | None = None,
        params: dict[str, str | int | float] = {},  # noqa: B006
    ) -> list[TextContent | ImageContent]:
        """Send a message and get the reply: words, what was run, and what was made.

        text: what to do, in plain English, or a command such as /help. files: paths inside the folder that the person opened to
        you, or data: addresses with base64; they become image#1, video#1 and so on; or handles of what is here already.
        regions: marked objects, or stretches of sounds. conversation: the id from an earlier answer, or "new"; NAMELESS. seed:
        for a repeatable result. task (or "in words" for none), expert (by its name or its file): to choose them instead of the model. media: handles (or file#n) that the first
        call works on, whatever the model chooses. marks: handles of regions (or drawn#n, the n-th of regions) that count, []
        for none. params: settings of the first call, such as {"amount": 2}.
        """
        with programs.plainly("answering chat", ToolError), TemporaryDirectory() as scratch:
            where = begun(conversation)
            chosen = choices(engine, seed, task, expert, media, marks, params)
            opened = _opened(engine, files, Path(scratch))
            return await _reply(engine, where, programs.ask(engine, where, text, opened, regions, chosen), ctx)

    async def again(
        ctx: Context,
        conversation: str = "",
        text: str | None = None,
        regions: list[Marked | Stretch] | None = None,
        message: int | None = None,
        seed: int | None = None,
        task: str = "",
        expert: str = "",
        media: list[str] = [],  # noqa: B006
        marks: list[str] | None = None,
        params: dict[str, str | int | float] = {},  # noqa: B006
    ) -> list[TextContent | ImageContent]:
        """Answer the last message of a conversation once more, as it was meant: with another seed unless one is given, in other
        words, with other regions, task, media or marks. message: an earlier one, by the number n that messages tells. The other
        arguments are those of chat; what was there is kept beside it, on a branch of its own."""
        with programs.plainly("answering again", ToolError):
            where = session(conversation)
            chosen = choices(engine, seed, task, expert, media, marks, params)
            return await _reply(engine, where, programs.ask_again(engine, where, chosen, message, text, regions), ctx)

    def media(conversation: str = "", handle: str = "") -> list[TextContent | ImageContent]:
        """List every medium of a conversation with its path, oldest first; with a handle, that one alone, shown if it is a
        picture or a mask."""
        with programs.plainly("answering media", ToolError):
            where = session(conversation)
            shelf = engine.media(where)
            if handle and handle not in shelf:
                raise Refusal(f"There is no {handle} here.", f"There are: {', '.join(shelf) or 'none yet'}.")
            wanted = [shelf[handle]] if handle else list(shelf.values())
            told = {"conversation": where.conversation, "media": [programs.medium(m, _path(engine, m)) for m in wanted]}
            return [words(told), *([*_seen(engine, shelf[handle])] if handle else [])]

    def foresee(
        text: str,
        conversation: str = "",
        files: list[str] = [],  # noqa: B006
        regions: list[Marked | Stretch] = [],  # noqa: B006
        task: str = "",
        media: list[str] = [],  # noqa: B006
        marks: list[str] | None = None,
    ) -> TextContent:
        """Tell what a message would do, without sending it: {"known": whether the model could be asked, "calls": [{"task",
        "args", "params", "tokens"}], "fault": why it would fail at once, or ""}; no calls is an answer in words. The arguments
        are those of chat; files are handles only."""
        with programs.plainly("answering foresee", ToolError):
            chosen = choices(engine, None, task, "", media, marks)
            return words(programs.foreseen(engine, session(conversation), text, files, regions, chosen))

    nameless = "left out, the latest goes on" if remembers else "left out, a new one begins"
    every: list[Callable[..., Any]] = [
        chat,
        again,
        foresee,
        media,
        *endings(engine, session),
        *tools(engine, owner, session),
        *mcp_files.tools(engine, owner, session, lambda name, spare: _inside(engine.settings.files, name, spare)),
    ]
    for tool in every:
        about = inspect.cleandoc(tool.__doc__ or "").replace("NAMELESS", nameless)
        server.add_tool(tool, description=about, structured_output=False)
    return server


def serve(engine: Engine) -> int:
    """Serve over stdin and stdout until the client closes them; returns the exit status."""
    make(engine).run("stdio")
    return 0


async def _reply(
    engine: Engine, where: Session, events: Iterator[Event], ctx: Context
) -> list[TextContent | ImageContent]:
    """Run a reply to its end and return it; a client that gives the call up ends it."""
    gone = threading.Event()
    try:
        message = await anyio.to_thread.run_sync(_finished, events, ctx, gone, abandon_on_cancel=True)
    except anyio.get_cancelled_exc_class():
        gone.set()  # its files may still be taken in, and nothing runs yet that could be stopped
        engine.stop(where)
        raise
    return _answer(engine, where, message)


def _finished(events: Iterator[Event], ctx: Context, gone: threading.Event) -> Message:
    """Run a reply to its end in a worker thread, telling the client how far it is; return its message."""
    message, calls = Message("assistant", (), "running"), [""]
    with closing(events):  # type: ignore[type-var]
        for event in events:
            if gone.is_set():
                break
            if isinstance(event, Progress):
                calls += [event.call] if event.call != calls[-1] else []
                # Whole calls and the share of the running one: the protocol wants a number that only grows.
                done, word = len(calls) - 1 + event.fraction, f"{event.expert or event.task}: {event.word}"
                anyio.from_thread.run(ctx.report_progress, done, None, word)
            elif isinstance(event, Finished):
                message = event.message
    return message


def _opened(engine: Engine, files: list[str], scratch: Path) -> list[tuple[Path, str] | str]:
    """Return path and name of each file, all of them within the folder that was named, or written to *scratch*; a handle stays
    what it is."""
    most = engine.settings.files_per_message
    if len(files) > most:
        raise Refusal(f"A message takes at most {most} files.", "Send them in several messages.")
    folder = engine.settings.files
    return [f if programs.is_handle(f) else _inside(folder, f, scratch / str(n)) for n, f in enumerate(files)]


def _inside(folder: Path | None, name: str, spare: Path) -> tuple[Path, str]:
    within = _DATA.fullmatch(name)
    if within is not None:
        try:
            spare.write_bytes(base64.b64decode(within[2], validate=True))
        except (binascii.Error, ValueError):
            raise Refusal("A data: address is not base64.", "Send the file's bytes in base64.") from None
        return spare, f"file.{within[1]}"
    if folder is None:
        raise Refusal("No folder was opened to programs.", "The person can start Unison with --mcp --files FOLDER.")
    root = folder.resolve()
    path = (root / Path(name).expanduser()).resolve()
    if not path.is_relative_to(root) or not path.is_file():
        # A file outside answers as one that is not there.
        raise Refusal(f"There is no file {Path(name).name} in the opened folder.", "Name a file inside of it.")
    return path, path.name


def _path(engine: Engine, item: Media) -> str:
    return str(engine.store.file(item))


def _answer(engine: Engine, where: Session, message: Message) -> list[TextContent | ImageContent]:
    parts = [programs.part(item, lambda media: _path(engine, media)) for item in message.parts]
    told = {"conversation": where.conversation, "state": message.state, "parts": parts}
    pictures = [picture for item in message.parts if isinstance(item, Media) for picture in _seen(engine, item)]
    return [words(told), *pictures]


def _seen(engine: Engine, item: Media) -> Iterator[ImageContent]:
    """Yield a picture or a mask as the client can show it, no larger than it needs."""
    if item.kind not in ("image", "mask") or item.path.endswith(".json"):  # a clip's mask is no picture
        return
    from PIL import Image, ImageOps

    with Image.open(engine.store.file(item)) as opened:
        upright = ImageOps.exif_transpose(opened)  # regions are fractions of the upright frame
        small = upright.convert("RGBA" if "A" in upright.getbands() else "RGB")
        small.thumbnail((SHOWN, SHOWN))
        data = io.BytesIO()
        small.save(data, "PNG")
    yield ImageContent(type="image", data=base64.b64encode(data.getvalue()).decode(), mime_type="image/png")
