"""Kinds of work that the experts of the adapter part by: what each group of conversations is about."""

from __future__ import annotations

KINDS = ("talk", "sight", "making", "changing")
"""Words alone; what is seen, heard, found and cut out; new pictures, clips and sounds; changes of those there are."""
_FIRST = {
    "chat": 0, "text": 0, "refuse": 0, "talk": 0, "can": 0, "need": 0, "clarify": 0, "how": 0, "blind": 0, "decoy": 0, "facts": 0,
    "segment": 1, "detect": 1, "video_segment": 1, "reason": 1, "vqa": 1, "see": 1, "seen": 1, "look": 1, "hear": 1, "heard": 1, "watch": 1,
    "find": 1, "compare": 1, "ground": 1, "count": 1, "caption": 1, "describe": 1, "mark": 1,
    "inverse": 1, "sight": 1,
    "image": 2, "layout": 2, "video": 2, "audio": 2, "animate": 2, "sound_for": 2,
    "edit": 3, "inpaint": 3, "remove": 3, "adjust": 3, "audio_adjust": 3, "video_edit": 3, "extract": 3, "undo": 3, "again": 3,
    "reasoned": 3,
}  # fmt: skip


def kind_of(group: str) -> int:
    """Return the number in KINDS of what *group* (a group of training.dialogues or training.seeing) is about, -1 where that is no one
    kind, as where several tasks are asked for. A name is told by its first part: "edit.drawn" by "edit"."""
    first, _, rest = group.partition(".")
    if (
        first in ("picked", "same", "other") and rest
    ):  # a click, "the same again", "the other one", and the task that it was for
        return kind_of(rest)
    if first == "apart":  # cutting out and taking away in turn: the last of these is what the reply does
        last = next((part for part in reversed(rest.split(".")) if part in ("cut", "alone", "remove", "adjust")), "cut")
        return 3 if last in ("remove", "adjust") else 1
    if first == "multi" and rest:
        kinds = {kind_of(part) for part in rest.split("+")}
        return kinds.pop() if len(kinds) == 1 else -1
    return _FIRST.get(first, -1)
