"""Routing on requests that other people wrote: which tasks the unified model calls for each case of a file.

Every case becomes a conversation of one message: media of the named kinds, the case's regions (on the medium, or on the
empty canvas when there is none) and the text. The calls of the reply are written under the names that such files use.
A task may serve several of those names (an ``edit`` of a whole picture or of a place in it); then the name that the case
itself lists is written, and the plainest one otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from models.expert import Refusal
from models.unified.stream import UnifiedModel
from models.values import Box, Media, Message, Part, Region, TaskCall, Text

from evaluation.journal import Journal
from evaluation.model import ask

SERVES: dict[str, tuple[str, ...]] = {
    "segment": ("image_segmentation",),
    "video_segment": ("video_segmentation",),
    "edit": ("image_edit_global", "image_edit_region"),
    "adjust": ("image_edit_global", "image_edit_region"),
    "inpaint": ("image_edit_region",),
    "remove": ("image_edit_region",),
    "image": ("text_to_image", "layout_to_image"),
    "layout": ("layout_to_image", "text_to_image"),
    "video": ("text_to_video",),
    "animate": ("image_to_video",),
    "video_edit": ("video_edit",),
    "audio": ("text_to_audio",),
}
META: dict[str, dict[str, Any]] = {
    "image": {"width": 640, "height": 480},
    "video": {"width": 640, "height": 360, "duration": 6.0, "fps": 25.0, "has_audio": True},
    "audio": {"duration": 5.0, "rate": 44100, "channels": 2},
}
MIDDLE = (0.3, 0.3, 0.7, 0.7)
"""The region of a case that says it has one and gives none."""


def request(case: Mapping[str, Any]) -> tuple[Message, dict[str, Media]]:
    """Return the message of *case* and the shelf it implies. Raises KeyError or ValueError on a broken case."""
    counts: dict[str, int] = {}
    shelf: dict[str, Media] = {}
    for kind in case.get("media") or ():
        if kind in META:
            counts[kind] = counts.get(kind, 0) + 1
            handle = f"{kind}#{counts[kind]}"
            shelf[handle] = Media(kind, handle, "", META[kind])
    drawn = list(case.get("regions") or ())
    if case.get("has_region") and not drawn:
        drawn = [{"box_xyxy": MIDDLE}]
    of = next(iter(shelf), "canvas")
    regions = [
        Region(number, of, box=Box(*item["box_xyxy"]), label=str(item.get("label") or ""))
        for number, item in enumerate(drawn, 1)
    ]
    parts: list[Part] = [*shelf.values(), *regions, Text(str(case["user_text"]))]
    return Message("user", tuple(parts)), shelf


def named(call: TaskCall, case: Mapping[str, Any]) -> str:
    """Return the name under which *call* counts for *case*."""
    if call.task == "detect":
        return "image_segmentation" if case.get("category") == "grounding_box" else "detect"
    names = SERVES.get(call.task, (call.task,))
    if call.task == "adjust" and call.refs("video"):
        names = ("video_edit",)
    expected = case.get("expected_tasks") or ()
    accepted = [name for tasks in case.get("acceptable_tasks") or () for name in tasks]
    fitting = [name for wanted in (expected, accepted) for name in names if name in wanted]
    if not fitting and "image_edit_region" in names and call.refs("region", "mask"):
        fitting = ["image_edit_region"]
    return (fitting or list(names))[0]


def read_cases(path: Path, limit: int = 0) -> list[dict[str, Any]]:
    """Return the cases of the JSONL file, the first *limit* or all. Raises Refusal, naming the line, when one is broken."""
    if not path.is_file():
        raise Refusal(f"There is no file {path}.", "Give the JSONL file with the requests.")
    cases: list[dict[str, Any]] = []
    seen: set[Any] = set()
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if limit and len(cases) >= limit:
                break
            if line.strip():
                case = _case(line, f"Line {number} of {path}")
                if case["id"] in seen:
                    raise Refusal(f"Line {number} of {path} repeats the request {case['id']!r}.", "Remove one of both.")
                seen.add(case["id"])
                cases.append(case)
    if not cases:
        raise Refusal(f"{path} holds no request.", "Fetch the file again.")
    return cases


def _case(line: bytes, place: str) -> dict[str, Any]:
    """Return the case of a line. Raises Refusal, naming the *place*, when it cannot be asked."""
    try:
        case: dict[str, Any] = json.loads(line)
        if not isinstance(case["id"], str | int):
            raise ValueError("the id is neither a word nor a whole number")
        request(case)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Refusal(f"{place} is no request: {error!r}.", "Fetch the file again, or remove the line.") from error
    return case


def route(load: Callable[[], UnifiedModel], cases: Iterable[Mapping[str, Any]], journal: Journal) -> None:
    """Append ``{"id", "tasks"}`` to *journal* for each of *cases* that it does not hold. *load* is called only when there is
    something to ask. Raises Refusal when the disk is full."""
    missing = [case for case in cases if case["id"] not in journal]
    if not missing:
        return
    model = load()
    with journal:
        for case in missing:
            message, shelf = request(case)
            answer = ask(model, [message], shelf)
            journal.add({"id": case["id"], "tasks": list(dict.fromkeys(named(call, case) for call in answer.calls))})
