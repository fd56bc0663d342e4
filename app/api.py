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

What makes a reply stands here, what looks at conversations or changes them in ``app.api_chats``.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from components.fast_gradio import gr
from models.values import Message

from app import api_chats, programs
from app.api_files import parts, plainly, uploads
from app.engine import Engine
from app.events import Event, Finished, Progress
from app.overrides import choices
from app.session import Session

EVERY = 1 / 6
"""Seconds between two states of a growing reply sent to a program; a client that cancels is noticed at the next."""


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
        media: list = [],  # noqa: B006
        marks: list | None = None,
        params: dict = {},  # noqa: B006
        previews: bool = False,
    ) -> Iterator[dict]:
        """Send a message and get the reply's parts; the last state yielded is the finished reply.

        text: the words, or a command such as /segment or /help. files: uploaded files (handle_file), or handles of what is
        here, such as "image#2". regions: marked objects, as {"ref": "image#1" or "file#1" (the first of files), "time":
        seconds or null, "label": words, "shapes": [{"type": "box", "box": [x0, y0, x1, y1]}, {"type": "point", "xy": [x, y],
        "neg": false}, {"type": "scribble", "pts": [[x, y], ...], "width": w}, {"type": "poly", "pts": [[x, y], ...]}]} in
        fractions 0..1 of the upright picture, or a stretch of a sound as {"ref": "audio#1", "span": [from, to]} in seconds.
        conversation and owner: those of an earlier answer, to go on with it. seed: a whole number from 0, drawn when left out.
        task: the name of a task, to choose it instead of the model, or "in words" for none. expert: one of its experts, by its name or its
        file, such as segment_grabcut. media: handles (or file#n) that the first call works on, whatever the model chooses. marks: handles
        of regions (or drawn#n, the n-th of regions) that count, [] for none. params: settings of the first call, such as
        {"amount": 2}. previews: let progress hold a picture of what there is so far. Returns {"conversation", "owner", "state",
        "parts", "progress"}; media parts hold a "file".
        """
        with plainly("answering /chat"):
            session = programs.enter(engine, owner, conversation)
            chosen = choices(engine, seed, task, expert, media, marks, params)
            events = programs.ask(engine, session, str(text or ""), uploads(engine, files), regions, chosen)
            yield from _states(engine, session, events, previews is True)

    def retry(
        conversation: str,
        owner: str,
        seed: int | None = None,
        task: str = "",
        expert: str = "",
        media: list = [],  # noqa: B006
        marks: list | None = None,
        params: dict = {},  # noqa: B006
        regions: list | None = None,
        previews: bool = False,
    ) -> Iterator[dict]:
        """Answer the last message of a conversation once more, as it was meant: with another seed unless one is given, another
        task, other media or marks, or its regions moved; with none of these, as was chosen before. The arguments and what
        comes out are those of /chat; the reply that was there stays beside the new one."""
        with plainly("answering /retry"):
            session = programs.again(engine, owner, conversation)
            chosen = choices(engine, seed, task, expert, media, marks, params)
            events = programs.ask_again(engine, session, chosen, regions=regions)
            yield from _states(engine, session, events, previews is True)

    def edit(
        conversation: str,
        owner: str,
        text: str,
        message: int | None = None,
        regions: list | None = None,
        seed: int | None = None,
        task: str = "",
        expert: str = "",
        media: list = [],  # noqa: B006
        marks: list | None = None,
        params: dict = {},  # noqa: B006
        previews: bool = False,
    ) -> Iterator[dict]:
        """Say an earlier message in other words and get the reply. message: its number, as /messages tells it, by default the
        last. Its files go along, and its regions unless others are given; it and what followed it stay beside, on a branch
        of their own. The other arguments and what comes out are those of /chat."""
        with plainly("answering /edit"):
            session = programs.again(engine, owner, conversation)
            chosen = choices(engine, seed, task, expert, media, marks, params)
            events = programs.ask_again(engine, session, chosen, message, str(text or ""), regions)
            yield from _states(engine, session, events, previews is True)

    for making in (chat, retry, edit):
        gr.api(making, api_name=making.__name__, concurrency_limit=16, concurrency_id="reply")
    api_chats.add_endpoints(engine)


def _states(engine: Engine, session: Session, events: Iterator[Event], previews: bool) -> Iterator[dict[str, Any]]:
    """Yield the reply as it grows, every EVERY seconds, and its end."""
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
                    "parts": parts(engine, message),
                    "progress": programs.told(progress, previews=previews),
                }
