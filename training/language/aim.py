"""What a request about a picture or a clip is about, so that words that fit both leave no doubt."""

from __future__ import annotations

from models.values import Kind

from training.language.talk import Dialogue, Target

_EITHER = ("", "the result", "the original")
"""Names that may stand for a picture as well as for a clip."""


def aimed(d: Dialogue, kind: Kind, fresh: float = 0.25) -> Target:
    """Return a target of *kind*, image or video, by name where the newest of the two is of the other kind.

    "Make it night" fits both, and without a name it means the newest. *fresh* is the chance of a new upload.
    """
    target = d.target(kind, fresh=fresh)
    if not target.new and d.latest("image", "video") is not target.item:
        while target.ref in _EITHER:
            target.ref = d.name(target.item)
    return target
