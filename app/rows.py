"""How values are written in the rows of the history: short titles, hashed owners, messages and handles."""

from __future__ import annotations

import hashlib
import json

from models.values import Message, to_json

TITLE = 80
"""Characters of a title that are kept."""


def title_of(text: str) -> str:
    """Return one line of *text*, short, without the lone surrogates that SQLite refuses."""
    return " ".join(text.encode(errors="replace").decode().split())[:TITLE]


def hashed(owner: str) -> str:
    """Return what is kept of an owner's token, which is a secret."""
    return hashlib.sha256(owner.encode(errors="surrogatepass")).hexdigest()


def dumped(message: Message) -> str:
    """Return the parts of *message* as JSON."""
    return json.dumps(to_json(message.parts))


def split(handle: str) -> tuple[str, int]:
    """Return kind and number of a handle; the number is -1 where it is none."""
    kind, _, number = handle.partition("#")
    return kind, int(number) if number.isdecimal() and len(number) < 10 else -1
