"""The door for programs: ``/chat`` and its companions, which hold the same conversations as the page.

from gradio_client import Client, handle_file
client = Client("http://127.0.0.1:7860")
reply = client.predict(
    text="cut this out",
    files=[handle_file("dog.jpg")],
    regions=[{"ref": "file#1", "shapes": [{"type": "box", "box": [0.2, 0.1, 0.7, 0.9]}]}],
    api_name="/chat",
)
reply["parts"][-1]["file"]                       # the mask, fetched by the client
client.predict(text="blur the rest", conversation=reply["conversation"], owner=reply["owner"], api_name="/chat")
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

from components.fast_gradio import gr
from models.expert import Refusal
from models.values import Media, Message

from app import programs
from app.engine import Engine
from app.events import Event, Finished, Progress
from app.session import Session

EVERY = 0.5
"""Seconds between two states of a growing reply sent to a program."""


def add_endpoints(engine: Engine) -> None:
    """Add the endpoints to the page that is being built (call it within ``with page:``)."""

    def chat(
        text: str = "",
        files: list = [],  # noqa: B006 (gradio reads the default; it is never changed)
        regions: list = [],  # noqa: B006
        conversation: str = "",
        owner: str = "",
        seed: int | None = None,
        task: str = "",
        expert: str = "",
    ) -> Iterator[dict]:
        """Send a message and get the reply's parts; the last state yielded is the finished reply.

        text: the words, or a command such as /segment or /help. files: uploaded files (handle_file). regions: marked
        objects, as {"ref": "image#1" or "file#1" (the first of files), "time": seconds or null, "label": words, "shapes":
        [{"type": "box", "box": [x0, y0, x1, y1]}, {"type": "point", "xy": [x, y], "neg": false}, {"type": "scribble",
        "pts": [[x, y], ...], "width": w}, {"type": "poly", "pts": [[x, y], ...]}]} in fractions 0..1 of the upright
        picture. conversation and owner: those of an earlier answer, to go on with it. seed: a whole number from 0, drawn
        when left out. task: the name of a task, to choose it instead of the model. expert: the file name of one of its
        experts, such as segment_grabcut. Returns {"conversation", "owner", "state", "parts", "progress"}; media parts
        hold a "file".
        """
        with _plainly("answering /chat"):
            session = programs.enter(engine, owner, conversation)
            chosen = programs.choices(engine, seed, task, expert)
            events = programs.ask(engine, session, str(text or ""), _uploads(engine, files), regions, chosen)
            yield from _states(engine, session, events)

    def retry(
        conversation: str, owner: str, seed: int | None = None, task: str = "", expert: str = ""
    ) -> Iterator[dict]:
        """Answer the last message of a conversation once more, with another seed unless one is given. The arguments and
        what comes out are those of /chat."""
        with _plainly("answering /retry"):
            session = programs.again(engine, owner, conversation)
            chosen = programs.choices(engine, seed, task, expert)
            yield from _states(engine, session, engine.retry(session, options=chosen))

    def stop(conversation: str, owner: str) -> dict:
        """End the reply that a conversation is making, within one step; what there is of it is kept. Returns {"stopped":
        whether it was answering}."""
        with _plainly("answering /stop"):
            return {"stopped": engine.stop(programs.again(engine, owner, conversation))}

    def media(conversation: str, owner: str) -> list:
        """Return every medium of a conversation, oldest first, as the media parts of /chat."""
        with _plainly("answering /media"):
            shelf = engine.media(programs.again(engine, owner, conversation))
            return [programs.medium(item, _file(engine, item)) for item in shelf.values()]

    def messages(conversation: str, owner: str) -> list:
        """Return what was said in a conversation, oldest first, as [{"role": "user" or "assistant", "state", "parts"}]; a
        reply in the making has the state "running". So a program that lost its connection finds its reply again."""
        with _plainly("answering /messages"):
            said = engine.messages(programs.again(engine, owner, conversation))
            return [{"role": m.role, "state": m.state, "parts": _parts(engine, m)} for m in said]

    def delete(conversation: str, owner: str) -> dict:
        """Stop and forget a conversation with the media that no other one uses. Returns {"deleted": true}."""
        with _plainly("answering /delete"):
            engine.delete(programs.again(engine, owner, conversation))
            return {"deleted": True}

    def export(conversation: str, owner: str, masks: list, form: str = "png") -> dict:
        """Write masks of a conversation to one file. masks: their handles, such as ["mask#1"]. form: "png", "rle", "coco" or
        "svg"; for the last two, handles of pictures and clips give the boxes found in them. Returns {"file"}."""
        with _plainly("answering /export"):
            session = programs.again(engine, owner, conversation)
            if not isinstance(masks, list) or not masks:
                raise Refusal("No masks are named.", 'Pass a list of handles, such as ["mask#1"].')
            return {"file": _data(engine.export_masks(session, [str(handle) for handle in masks], str(form)))}

    gr.api(chat, api_name="chat", concurrency_limit=16, concurrency_id="reply")
    gr.api(retry, api_name="retry", concurrency_limit=16, concurrency_id="reply")
    for light in (stop, media, messages, delete):
        gr.api(light, api_name=light.__name__, concurrency_limit=None)
    gr.api(export, api_name="export", concurrency_limit=16)


def _plainly(doing: str) -> AbstractContextManager[None]:
    return programs.plainly(doing, lambda words: gr.Error(words, print_exception=False))


def _uploads(engine: Engine, files: Any) -> Iterator[tuple[Path, str]]:
    """Yield path and name of each uploaded file. Gradio refuses other paths only where a file says that it is one of its own,
    so it is looked at here."""
    uploads = Path(gr.utils.get_upload_folder()).resolve()
    most = engine.settings.files_per_message
    if not isinstance(files, Sequence) or isinstance(files, str):
        raise Refusal("The files are no list.", "Pass a list of uploaded files.")
    if len(files) > most:
        raise Refusal(f"A message takes at most {most} files.", "Send them in several messages.")
    for file in files:
        path = file.get("path") if isinstance(file, Mapping) else None
        if not isinstance(path, str) or not path or not _within(path, uploads):
            raise Refusal("A file is not an uploaded one.", "Pass files with handle_file.")
        yield Path(path), str(file.get("orig_name") or Path(path).name)


def _within(path: str, folder: Path) -> bool:
    try:
        return Path(path).resolve().is_relative_to(folder)
    except (OSError, ValueError, RuntimeError):
        return False


def _data(path: Path) -> dict[str, Any]:
    return {"path": str(path), "orig_name": path.name, "meta": {"_type": "gradio.FileData"}}


def _file(engine: Engine, item: Media) -> dict[str, Any]:
    return _data(engine.store.file(item))


def _parts(engine: Engine, message: Message) -> list[dict[str, Any]]:
    return [programs.part(item, lambda media: _file(engine, media)) for item in message.parts]


def _states(engine: Engine, session: Session, events: Iterator[Event]) -> Iterator[dict[str, Any]]:
    """Yield the reply as it grows, two states a second, and its end."""
    sent, message = 0.0, Message("assistant", (), "running")
    with closing(events):  # type: ignore[type-var]
        for event in events:
            progress = event if isinstance(event, Progress) else None
            message = message if isinstance(event, Progress) else event.message
            if isinstance(event, Finished) or time.monotonic() - sent >= EVERY:
                sent = time.monotonic()
                yield {
                    "conversation": session.conversation,
                    "owner": session.owner,
                    "state": message.state,
                    "parts": _parts(engine, message),
                    "progress": programs.told(progress),
                }
