"""What the terminal does with messages and whole conversations: other words, branches, undo, the list, files of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from models.expert import Refusal
from models.values import Media, Message, Region, Text

from app import programs
from app.bundle import load, save
from app.cards import region_json
from app.overrides import choices
from app.replay import replay
from app.session import Session

if TYPE_CHECKING:
    from app.console import Console

HELP = """\
/said                        list the messages with their numbers and variants
/reword [NUMBER] WORDS       say an earlier message, or the last one, in other words (/edit is a task)
/meant [HANDLE ...] [task=NAME] [none]    answer the last message again on these media and marks, by this task; none: no marks
/variant NUMBER              show the branch on which that message stands
/undo, /redo                 take the last message back, with its files and marks; show it again
/branch [NUMBER]             go on in a conversation of its own that holds everything up to that message
/search [WORDS]              list your conversations, or those that hold all the words
/open NUMBER                 go on with one of that list
/rename TITLE                give this conversation another title
/delete, /restore            delete this conversation; bring it back within twenty seconds
/save FILE, /load FILE       write this conversation to a file; take one in
/replay                      run every call again and tell which gave the same bytes"""
SHOWN = 60
"""Characters of a message in a list."""


def _number(rest: str, what: str) -> int | None:
    if rest and not (rest.isdecimal() and len(rest) < 10):
        raise Refusal(f"{rest[:40]} is no number.", f"Write it as in {what}.")
    return int(rest) if rest else None


def _line(message: Message) -> str:
    words = " ".join(message.text.split())
    media = ", ".join(part.handle for part in message.parts if isinstance(part, Media | Region))
    short = f"{words[:SHOWN]}{'…' if len(words) > SHOWN else ''}"
    return f"{short}{f' ({media})' if media else ''}".strip() or "(nothing in words)"


def said(console: Console, _rest: str) -> None:
    """List the messages of the branch that is shown."""
    places = console.engine.placed(console.session)
    for place in places:
        others = [str(n) for n in place.variants if n != place.n]
        beside = f" [beside {', '.join(others)}]" if others else ""
        console.say(f"  {place.n} {'you' if place.message.role == 'user' else 'reply'}: {_line(place.message)}{beside}")
    if not places:
        console.say("  There is nothing here yet.")


def reword(console: Console, rest: str) -> None:
    """Say a message in other words and print the reply."""
    first, _, words = rest.partition(" ")
    numbers = {place.n for place in console.engine.placed(console.session)}
    n = int(first) if words.strip() and first.isdecimal() and len(first) < 10 and int(first) in numbers else None
    text = rest if n is None else words.strip()
    if not text:
        raise Refusal("/reword needs words.", "Write it as in /reword make it blue, or /reword 2 make it blue.")
    console.show(programs.ask_again(console.engine, console.session, choices(console.engine), n, text))


def meant(console: Console, rest: str) -> None:
    """Answer the last message again, as the handles and the task in *rest* choose."""
    media, marks, task = [], [], ""
    none = False
    for word in rest.split():
        if word.startswith("task="):
            task = word[5:]
        elif word == "none":
            none = True
        elif word.startswith("region#"):
            marks.append(word)
        elif programs.is_handle(word):
            media.append(word)
        else:
            raise Refusal(f"/meant does not know {word[:40]}.", "Write it as in /meant image#2 region#1 task=remove.")
    if not rest:
        raise Refusal("/meant needs what was meant.", "Write it as in /meant image#2 region#1 task=remove.")
    options = choices(console.engine, task=task, media=media, marks=marks if marks or none else None)
    console.show(programs.ask_again(console.engine, console.session, options))


def variant(console: Console, rest: str) -> None:
    """Show the branch of a message."""
    n = _number(rest, "/variant 3")
    if n is None:
        raise Refusal("/variant needs a message's number.", "See them with /said.")
    console.engine.choose(console.session, n)
    said(console, "")


def undo(console: Console, _rest: str) -> None:
    """Take the last message back; its files and marks wait for the next one."""
    last = console.engine.undo(console.session)
    handles = [part.handle for part in last.parts if isinstance(part, Media)]
    console.attached += [handle for handle in handles if handle not in console.attached]
    regions = [part for part in last.parts if isinstance(part, Region)]
    console.sketch.entries += [region_json(region) for region in regions]
    back = f" {', '.join([*handles, *(r.handle for r in regions)])} wait for the next message." if handles else ""
    words = next((part.text for part in last.parts if isinstance(part, Text)), "")
    console.say(f"  Taken back: {words}".rstrip() + f"\n {back or ' /redo shows it again.'}")


def redo(console: Console, _rest: str) -> None:
    """Show again what was taken back."""
    shown = programs.redo(console.engine, console.session)
    console.forget()
    console.say(f"  Here again: {_line(shown[-1].message)}")


def branch(console: Console, rest: str) -> None:
    """Go on in a conversation of its own."""
    console.turn_to(console.engine.branch_off(console.session, _number(rest, "/branch 3")))
    console.say("  A conversation of its own, of everything up to there.")


def search(console: Console, rest: str) -> None:
    """List conversations, numbered for :func:`open_one`."""
    engine, owner = console.engine, console.owner
    found = engine.search(owner, rest) if rest else engine.conversations(owner)
    console.found = [entry.id for entry in found]
    for number, entry in enumerate(found, 1):
        here = " (this one)" if entry.id == console.session.conversation else ""
        console.say(f"  {number} {time.strftime('%Y-%m-%d %H:%M', time.localtime(entry.updated))} {entry.title}{here}")
    if not found:
        console.say("  There is none.")


def open_one(console: Console, rest: str) -> None:
    """Go on with a conversation of the last list."""
    n = _number(rest, "/open 2")
    if n is None or not 1 <= n <= len(console.found):
        raise Refusal(f"There is no conversation {rest or 'named'} in the list.", "See them with /search.")
    console.turn_to(console.engine.open(console.owner, console.found[n - 1]))
    said(console, "")


def rename(console: Console, rest: str) -> None:
    """Give the conversation another title."""
    console.engine.rename(console.session, rest)
    console.say("  It has a new title.")


def delete(console: Console, _rest: str) -> None:
    """Put the conversation away and begin another."""
    console.gone = console.session
    console.engine.put_away(console.session)
    console.turn_to(console.engine.open(console.owner))
    console.say("  It is deleted. Within twenty seconds /restore brings it back. This is a new conversation.")


def restore(console: Console, _rest: str) -> None:
    """Bring back what was deleted last."""
    if console.gone is None:
        raise Refusal("Nothing was deleted here.", "Conversations are deleted with /delete.")
    console.engine.bring_back(console.gone)
    console.turn_to(console.gone)
    console.gone = None
    console.say("  Here it is again.")


def save_file(console: Console, rest: str) -> None:
    """Write the conversation to a file that is not there yet."""
    path = _path(rest, "/save")
    if path.exists():
        raise Refusal(f"{path.name} is there already.", "Choose another name.")
    console.say(f"  {save(console.engine, console.session, path)}")


def load_file(console: Console, rest: str) -> None:
    """Take in a conversation from a file and go on with it."""
    path = _path(rest, "/load")
    if not path.is_file():
        raise Refusal("There is no such file.", "Write it as in /load talk.zip.")
    session: Session = load(console.engine, console.owner, path)
    console.turn_to(session)
    said(console, "")


def _path(rest: str, verb: str) -> Path:
    name = rest.strip("'\"")
    if not name:
        raise Refusal(f"{verb} needs a file.", f"Write it as in {verb} talk.zip.")
    return Path(name).expanduser()


def replay_calls(console: Console, _rest: str) -> None:
    """Run every call again and tell how each went; Ctrl-C ends it."""
    try:
        for went in replay(console.engine, console.session):
            made = ", ".join(went.handles) or went.task
            console.say(f"  {made}: {'the same bytes' if went.outcome == 'same' else went.reason}")
    except KeyboardInterrupt:
        console.say("  (stopped)")


VERBS: dict[str, Callable[[Console, str], None]] = {
    "said": said, "reword": reword, "meant": meant, "variant": variant, "undo": undo, "redo": redo, "branch": branch,
    "search": search, "open": open_one, "rename": rename, "delete": delete, "restore": restore, "save": save_file,
    "load": load_file, "replay": replay_calls,
}  # fmt: skip
"""The verbs by what is typed."""
