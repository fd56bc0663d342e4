"""The door for programs: one endpoint, ``/chat``, which holds the same conversations as the page.

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
from contextlib import closing
from pathlib import Path
from typing import Any

from components.fast_gradio import gr
from models.device import SEEDS
from models.expert import Refusal
from models.router import Broken, incident
from models.values import Failure, Media, Message, Part, Step, TaskCall, Text, to_json

from app.engine import Engine
from app.events import Finished, Options, Progress
from app.regions import region_from_json
from app.session import Session, is_owner, new_owner

EVERY = 0.5
"""Seconds between two states of a growing reply sent to a program."""


def add_chat(engine: Engine) -> None:
    """Add the endpoint to the page that is being built (call it within ``with page:``)."""

    def chat(
        text: str = "",
        files: list = [],  # noqa: B006 (gradio reads the default; it is never changed)
        regions: list = [],  # noqa: B006
        conversation: str = "",
        owner: str = "",
        seed: int | None = None,
        task: str = "",
    ) -> Iterator[dict]:
        """Send a message and get the reply's parts; the last state yielded is the finished reply.

        text: the words, or a command such as /segment or /help. files: uploaded files (handle_file). regions: marked
        objects, as {"ref": "image#1" or "file#1" (the first of files), "time": seconds or null, "label": words, "shapes":
        [{"type": "box", "box": [x0, y0, x1, y1]}, {"type": "point", "xy": [x, y], "neg": false}, {"type": "scribble",
        "pts": [[x, y], ...], "width": w}, {"type": "poly", "pts": [[x, y], ...]}]} in fractions 0..1 of the upright
        picture. conversation and owner: those of an earlier answer, to go on with it. seed: a whole number from 0, drawn
        when left out. task: the name of a task, to choose it instead of the model. Returns {"conversation", "owner",
        "state", "parts", "progress"}; media parts hold a "file".
        """
        try:
            owner = owner if is_owner(owner) else new_owner()
            session = engine.open(owner, str(conversation) if conversation else None)
            options = Options(seed=_seed(seed), task=str(task) if task else None)
            yield from _chat(engine, session, str(text or ""), files, regions, options)
        except Refusal as refusal:
            number = f" (incident {refusal.incident})" if isinstance(refusal, Broken) else ""
            raise gr.Error(f"{refusal.what} {refusal.hint}{number}".strip(), print_exception=False) from None
        except Exception as error:  # noqa: BLE001 (nothing of it may reach the caller but its number)
            number = incident("answering /chat", error)
            raise gr.Error(f"Something went wrong (incident {number}).", print_exception=False) from None

    gr.api(chat, api_name="chat", concurrency_limit=16, concurrency_id="reply")


def _seed(seed: Any) -> int | None:
    if seed is None:
        return None
    if isinstance(seed, bool) or not isinstance(seed, int | float) or seed != seed or not 0 <= seed < SEEDS:
        raise Refusal("The seed is out of range.", f"Use a whole number from 0 to {SEEDS - 1}.")
    return int(seed)


def _chat(
    engine: Engine, session: Session, text: str, files: Any, regions: Any, options: Options
) -> Iterator[dict[str, Any]]:
    handles: list[str] = []
    try:
        for path, name in _uploads(engine, files):
            handles.append(engine.attach(session, path, name).handle)
        shelf = engine.shelf(session)
        drawn = region_from_json(_resolved(regions, handles), shelf, engine.next_region(session))
        with closing(engine.reply(session, text, handles, drawn, options)) as events:  # type: ignore[type-var]
            sent, message, progress = 0.0, Message("assistant", (), "running"), None
            for event in events:
                progress = event if isinstance(event, Progress) else None
                message = message if isinstance(event, Progress) else event.message
                if isinstance(event, Finished) or time.monotonic() - sent >= EVERY:
                    sent = time.monotonic()
                    yield _state(engine, session, message, progress)
    except Refusal:
        # A message that was not sent leaves no files behind: a program has no composer to take them out of again.
        for handle in set(handles).intersection(engine.pending(session)):
            engine.detach(session, handle)
        raise


def _uploads(engine: Engine, files: Any) -> Iterator[tuple[Path, str]]:
    """Yield path and name of each uploaded file. Gradio itself has refused paths outside its folder of uploads."""
    most = engine.settings.files_per_message
    if not isinstance(files, Sequence) or isinstance(files, str):
        raise Refusal("The files are no list.", "Pass a list of uploaded files.")
    if len(files) > most:
        raise Refusal(f"A message takes at most {most} files.", "Send them in several messages.")
    for file in files:
        path = file.get("path") if isinstance(file, Mapping) else None
        if not isinstance(path, str) or not path:
            raise Refusal("A file is not an uploaded one.", "Pass files with handle_file.")
        yield Path(path), str(file.get("orig_name") or Path(path).name)


def _resolved(regions: Any, handles: Sequence[str]) -> Any:
    """Return *regions* with ``file#n`` replaced by the handle that the n-th file of this call was given."""
    if not isinstance(regions, Sequence) or isinstance(regions, str):
        return regions
    names = {f"file#{number}": handle for number, handle in enumerate(handles, 1)}
    return [{**r, "ref": names.get(str(r.get("ref")), r.get("ref"))} if isinstance(r, Mapping) else r for r in regions]


def _state(engine: Engine, session: Session, message: Message, progress: Progress | None) -> dict[str, Any]:
    told: dict[str, Any] | None = None
    if progress is not None:
        told = {"call": progress.call, "task": progress.task, "expert": progress.expert, "word": progress.word}
        told |= {"fraction": progress.fraction, "seconds": progress.seconds, "left": progress.left}
    return {
        "conversation": session.conversation,
        "owner": session.owner,
        "state": message.state,
        "parts": [_part(engine, part) for part in message.parts],
        "progress": told,
    }


def _part(engine: Engine, part: Part) -> dict[str, Any]:
    """Return a part as JSON data with its ``type``."""
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    if isinstance(part, Media):
        path = engine.store.file(part)
        file = {"path": str(path), "orig_name": path.name, "meta": {"_type": "gradio.FileData"}}
        facts = {k: v for k, v in to_json(part.meta).items() if k != "display"}
        return {"type": part.kind, "handle": part.handle, "file": file, "meta": facts}
    if isinstance(part, Failure):
        return {"type": "failure", "what": part.what, "hint": part.hint, "call": part.call, "incident": part.incident}
    plain = {k: v for k, v in to_json(part).items() if k != "is"}
    if isinstance(part, TaskCall):
        from models.grammar import write_call

        return {"type": "call", **plain, "tokens": write_call(part)}
    return {"type": "step" if isinstance(part, Step) else type(part).__name__.lower(), **plain}
