"""What two task calls have in common: handles, words, settings, the number of marked places, and where their boxes lie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from models.plurals import singular
from models.tokens import write_arg, write_call
from models.values import Box, Labelled, Phrase, Point, Ref, Span, TaskCall

from evaluation.overlap import Corners, matched_iou


def media(call: TaskCall) -> tuple[str, ...]:
    """Return the media a call works on, regions and masks left aside."""
    return tuple(sorted(call.refs("image", "video", "audio")))


def same(call: TaskCall) -> str:
    """Return the call's text, in which case, the order of settings and the plural of labels do not matter."""
    args = tuple(Labelled(singular(a.phrase), a.box) if isinstance(a, Labelled) else a for a in call.args)
    ordered = TaskCall("", call.task, args, dict(sorted(call.params.items())))
    return write_call(ordered).lower()


def items(calls: Sequence[TaskCall]) -> Counter[tuple[int, str]]:
    """Return every argument and setting of *calls* with the position of its call: handles, phrases and labels without regard
    to case, settings as ``key=value``, stretches of time. Boxes and points are left to :func:`box_match`."""
    found: Counter[tuple[int, str]] = Counter()
    for number, call in enumerate(calls):
        for argument in call.args:
            if isinstance(argument, Labelled | Phrase):
                words = singular(argument.phrase) if isinstance(argument, Labelled) else argument.text
                found[number, f'"{" ".join(words.lower().split())}"'] += 1
            elif isinstance(argument, Ref | Span):
                found[number, write_arg(argument).lower()] += 1
        for key, value in call.params.items():
            found[number, f"{key}={value}".lower()] += 1
    return found


def argument_match(wanted: Sequence[TaskCall], got: Sequence[TaskCall]) -> float:
    """Return how many arguments agree, of the greater of both numbers, 0..1; 1 when neither side has any. A missing, a wrong
    and a needless argument cost alike."""
    one, two = items(wanted), items(got)
    most = max(one.total(), two.total())
    return (one & two).total() / most if most else 1.0


def places(calls: Sequence[TaskCall]) -> int:
    """Return how many places *calls* name: regions, masks, boxes, points and labelled boxes."""
    return sum(
        isinstance(argument, Box | Point | Labelled)
        or (isinstance(argument, Ref) and argument.kind in ("region", "mask"))
        for call in calls
        for argument in call.args
    )


def boxes(calls: Sequence[TaskCall]) -> dict[str, list[Corners]]:
    """Return the boxes that *calls* write, by label in small letters; those without one under ""."""
    found: dict[str, list[Corners]] = {}
    for call in calls:
        for argument in call.args:
            if isinstance(argument, Box | Labelled):
                box = argument.box if isinstance(argument, Labelled) else argument
                label = singular(argument.phrase).lower() if isinstance(argument, Labelled) else ""
                found.setdefault(label, []).append((box.x0, box.y0, box.x1, box.y1))
    return found


def box_match(wanted: Sequence[TaskCall], got: Sequence[TaskCall]) -> float | None:
    """Return the mean IoU of boxes with the same label, paired at best, 0..1; a box without a partner counts 0. None when
    no box is wanted and none is there."""
    one, two = boxes(wanted), boxes(got)
    sizes = {label: max(len(one.get(label, ())), len(two.get(label, ()))) for label in {*one, *two}}
    if not sizes:
        return None
    summed = sum(matched_iou(two.get(label, ()), one.get(label, ())) * size for label, size in sizes.items())
    return summed / sum(sizes.values())


def handles(calls: Sequence[TaskCall]) -> list[list[str]]:
    """Return the sorted handles of each call: media, masks and regions."""
    return [sorted(call.refs()) for call in calls]
