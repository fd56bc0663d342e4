"""Who is asking, in which conversation: two strings, cheap to copy, safe to keep in a browser's state."""

from __future__ import annotations

import contextlib
import re
import secrets
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Session:
    """*owner* is the secret token of one person's browser, *conversation* an id of :class:`app.history.History`."""

    owner: str
    conversation: str


def new_owner() -> str:
    """Return a fresh owner token: 192 random bits."""
    return secrets.token_urlsafe(24)


def is_owner(value: object) -> bool:
    """Tell whether *value* could be a token of :func:`new_owner`: nothing short enough to be guessed is one."""
    return isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_-]{24,100}", value) is not None


def owner_of(file: Path) -> str:
    """Return the owner of the conversations that are held without a browser: a secret like a browser's, kept in *file* of the
    data folder, or a page served from the same folder could be asked for them by name."""
    with contextlib.suppress(OSError):
        if token := file.read_text(encoding="utf-8").strip():
            return token
    token = new_owner()
    with contextlib.suppress(OSError):  # a full disk, perhaps: then the next time it is another owner
        file.touch(mode=0o600)
        file.write_text(token, encoding="utf-8")
    return token
