"""The companions of ``/chat`` that look at conversations, change them, and write them to files."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from components.fast_gradio import gr
from models.expert import Refusal

from app import programs
from app.api_files import data, file, plainly, upload, uploads
from app.bundle import load as load_bundle
from app.bundle import save_to_share
from app.engine import Engine
from app.overrides import choices
from app.recipes import settings_of
from app.replay import replay as replay_calls
from app.session import is_owner, new_owner


def add_endpoints(engine: Engine) -> None:
    """Add the endpoints to the page that is being built (call it within ``with page:``)."""
    for about in (_turns, _lists, _files):
        about(engine)


def _turns(engine: Engine) -> None:
    """Add what looks at one conversation, ends its reply, and moves along its branches."""

    def stop(conversation: str, owner: str) -> dict:
        """End the reply that a conversation is making, within one step; what there is of it is kept. Returns {"stopped":
        whether it was answering}."""
        with plainly("answering /stop"):
            return {"stopped": engine.stop(programs.again(engine, owner, conversation))}

    def skip(conversation: str, owner: str, call: str = "") -> dict:
        """End the call that runs, within one step, keep what was made before it and go on with the next. call: its id, as
        progress tells it; where another one runs by then, that goes on. Returns {"skipped": whether one was ended}."""
        with plainly("answering /skip"):
            return {"skipped": engine.skip(programs.again(engine, owner, conversation), str(call or ""))}

    def media(conversation: str, owner: str) -> list:
        """Return every medium of a conversation, oldest first, as the media parts of /chat."""
        with plainly("answering /media"):
            shelf = engine.media(programs.again(engine, owner, conversation))
            return [programs.medium(item, file(engine, item)) for item in shelf.values()]

    def messages(conversation: str, owner: str) -> list:
        """Return what was said in a conversation, on the branch that is shown, oldest first, as [{"n", "variants", "role":
        "user" or "assistant", "state", "parts"}]: n names the message in other calls, variants are the numbers of all that
        stand in its place. A reply in the making has the state "running". So a program that lost its connection finds its
        reply again."""
        with plainly("answering /messages"):
            places = engine.placed(programs.again(engine, owner, conversation))
            return [programs.said(place, lambda item: file(engine, item)) for place in places]

    def foresee(
        conversation: str,
        owner: str,
        text: str = "",
        files: list = [],  # noqa: B006 (gradio reads the default; it is never changed)
        regions: list = [],  # noqa: B006
        task: str = "",
        media: list = [],  # noqa: B006
        marks: list | None = None,
    ) -> dict:
        """Tell what a message would do, without sending it. The arguments are those of /chat; files are handles only. Returns
        {"known": whether the model could be asked, "calls": [{"task", "args", "params", "tokens"}], "fault": why it would
        fail at once, or ""}; no calls is an answer in words."""
        with plainly("answering /foresee"):
            session = programs.again(engine, owner, conversation)
            chosen = choices(engine, None, task, "", media, marks)
            return programs.foreseen(engine, session, str(text or ""), files, regions, chosen)

    def choose(conversation: str, owner: str, message: int) -> dict:
        """Show the branch on which a message stands, to its newest end; its number is one of the variants that /messages tells.
        Returns {"shown": the numbers of the messages that are shown now}."""
        with plainly("answering /choose"):
            session = programs.again(engine, owner, conversation)
            engine.choose(session, programs.number(message))
            return {"shown": [place.n for place in engine.placed(session)]}

    def undo(conversation: str, owner: str) -> dict:
        """Take the last message of the person and what followed it out of sight; /redo brings them back. Returns that message
        as {"n", "role", "state", "parts"}."""
        with plainly("answering /undo"):
            session = programs.again(engine, owner, conversation)
            return programs.undo(engine, session, lambda item: file(engine, item))

    def redo(conversation: str, owner: str) -> dict:
        """Bring back what the last /undo took. Returns {"shown": the numbers of the messages that are shown now}."""
        with plainly("answering /redo"):
            session = programs.again(engine, owner, conversation)
            return {"shown": [place.n for place in programs.redo(engine, session)]}

    def branch(conversation: str, owner: str, message: int | None = None) -> dict:
        """Make a conversation of its own of everything up to a message, by default of all. Returns {"conversation"}."""
        with plainly("answering /branch"):
            session = programs.again(engine, owner, conversation)
            made = engine.branch_off(session, None if message is None else programs.number(message))
            return {"conversation": made.conversation}

    def recipe(conversation: str, owner: str, media: str) -> dict:
        """Read back how an attached picture says that it was made: one that this program drew and that was saved as it is. media: its
        handle. Returns {"task", "expert", "checkpoint", "seed", "settings", "inputs": the SHA-256 of what it was made from, by
        handle, "command": the message that makes it again, "note": what is to be said where this profile lacks its expert}. Nothing is
        run."""
        with plainly("answering /recipe"):
            return settings_of(engine, programs.again(engine, owner, conversation), str(media))

    for light in (stop, skip, media, messages, recipe, foresee, choose, undo, redo, branch):
        gr.api(light, api_name=light.__name__, concurrency_limit=None)


def _lists(engine: Engine) -> None:
    """Add what an owner does with conversations as a whole."""

    def conversations(owner: str, words: str = "") -> list:
        """Return the owner's conversations that hold a message, the latest first, as [{"conversation", "title", "updated"
        (seconds since 1970)}]. words: only those that hold all of them in their title, in what was said on any branch, or in
        names of files."""
        with plainly("answering /conversations"):
            if not is_owner(owner):
                raise Refusal("The owner is missing.", "Pass the owner of an earlier answer.")
            return programs.listed(engine, owner, str(words or ""))

    def rename(conversation: str, owner: str, title: str) -> dict:
        """Give a conversation another title, of at most 80 characters. Returns {"renamed": true}."""
        with plainly("answering /rename"):
            engine.rename(programs.again(engine, owner, conversation), str(title or ""))
            return {"renamed": True}

    def delete(conversation: str, owner: str, regret: bool = False) -> dict:
        """Stop and forget a conversation with the media that no other one uses. regret: let /restore bring it back, for twenty
        seconds. Returns {"deleted": true}."""
        with plainly("answering /delete"):
            session = programs.again(engine, owner, conversation)
            if regret is True:
                engine.put_away(session)
            else:
                engine.delete(session)
            return {"deleted": True}

    def restore(conversation: str, owner: str) -> dict:
        """Bring back a conversation that was deleted with regret within the last twenty seconds. Returns {"restored": true}."""
        with plainly("answering /restore"):
            engine.bring_back(programs.named(owner, conversation))
            return {"restored": True}

    for light in (conversations, rename, delete, restore):
        gr.api(light, api_name=light.__name__, concurrency_limit=None)


def _files(engine: Engine) -> None:
    """Add what writes files, reads them, and compares."""
    replaying: set[str] = set()  # the owners whose calls run again now

    def attach(files: list, conversation: str = "", owner: str = "") -> dict:
        """Take files into a conversation before the message that they belong to is written: uploaded files (handle_file). They are looked
        at meanwhile, so that a reply to a message with them begins sooner. Returns {"conversation", "owner", "media": media parts as
        those of /chat}; pass their handles as files of /chat."""
        with plainly("answering /attach"):
            session = programs.enter(engine, owner, conversation)
            made = programs.attached(engine, session, uploads(engine, files))
            handles = [*engine.pending(session), *(item.handle for item in made)]
            engine.ahead.read(session, list(dict.fromkeys(handles)))
            parts = [programs.medium(item, file(engine, item)) for item in made]
            return {"conversation": session.conversation, "owner": session.owner, "media": parts}

    def detach(conversation: str, owner: str, files: list) -> dict:
        """Take files of /attach away that were not sent. files: their handles, such as ["image#1"]. Returns {"detached": handles}."""
        with plainly("answering /detach"):
            return {"detached": programs.detached(engine, programs.again(engine, owner, conversation), files)}

    def export(conversation: str, owner: str, masks: list, form: str = "png", frame: int | None = None) -> dict:
        """Write masks of a conversation to one file. masks: their handles, such as ["mask#1"]. form: "png", "rle", "coco" or
        "svg"; for the last two, handles of pictures and clips give the boxes found in them. frame: of a clip's masks those of
        this frame alone, counted from 0. Returns {"file"}."""
        with plainly("answering /export"):
            session = programs.again(engine, owner, conversation)
            return {"file": data(programs.export(engine, session, masks, form, frame))}

    def save(conversation: str, owner: str) -> dict:
        """Write a conversation to one file: the messages of all branches, media, masks, seeds and checkpoints. Returns
        {"file"}."""
        with plainly("answering /save"):
            return {"file": data(save_to_share(engine, programs.again(engine, owner, conversation)))}

    def load(file: dict, owner: str = "") -> dict:
        """Take in a conversation that /save or the page wrote (handle_file); what is newer, incomplete, changed or not its own
        is refused with the reason. Returns {"conversation", "owner"}."""
        with plainly("answering /load"):
            made = load_bundle(engine, owner if is_owner(owner) else new_owner(), upload(file)[0])
            return {"conversation": made.conversation, "owner": made.owner}

    def replay(conversation: str, owner: str) -> Iterator[list]:
        """Run every call of the branch that is shown again, with its seed, and compare the bytes; the conversation is not
        changed. Yields the growing list of {"call", "task", "handles", "outcome": "same", "other" or "failed", "reason"}."""
        with plainly("answering /replay"):
            session = programs.again(engine, owner, conversation)
            if session.owner in replaying:
                raise Refusal("A replay is running already.", "Wait for it to end.")
            replaying.add(session.owner)
            try:
                until = time.monotonic() + engine.settings.deadline
                went: list[dict[str, Any]] = []
                for one in replay_calls(engine, session, lambda: time.monotonic() > until):
                    went = [*went, {**asdict(one), "handles": list(one.handles)}]
                    yield went
            finally:
                replaying.discard(session.owner)

    for heavy in (attach, detach, export, save, load, replay):
        gr.api(heavy, api_name=heavy.__name__, concurrency_limit=16)
