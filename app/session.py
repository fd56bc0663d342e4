"""Who is asking, in which conversation: two strings, cheap to copy, safe to keep in a browser's state."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass


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
