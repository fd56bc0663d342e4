"""Names of stored files: each is called by the SHA-256 of what it holds."""

from __future__ import annotations

import re

NAMED = re.compile(r"[0-9a-f]{2}/[0-9a-f]{62}(?![0-9a-f])")
"""How such a name begins; an ending by the file's kind may follow."""


def sum_of(relative: str) -> str:
    """Return the SHA-256 of the file that is stored as *relative*; "" for a name of another kind."""
    return relative[:2] + relative[3:65] if NAMED.match(relative) else ""
