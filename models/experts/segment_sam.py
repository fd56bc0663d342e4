"""Cut out what a person marked or named in a picture, as one mask for each object: Segment Anything 2, and a detector for names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from models.expert import Expert, Inputs, Masks, Refusal, Report, Share
from models.framed import absent
from models.markings import marking_of, numbers_of, objects_of, unplaced
from models.previews import Outlined
from models.prompted.detecting import THRESHOLD, Detector, load_detector, unsure
from models.prompted.masking import Segmenter, load_segmenter, prompt_of, settled
from models.prompted.wording import names_of
from models.values import Checkpoint, Region, TaskCall

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TASK = "segment"
NAME = "Segment Anything 2 (SAM 2)"
PARAMS = (THRESHOLD,)
MOST = 20
"""Things of a name that are cut out of one picture."""
EMPTY = "Nothing was cut out there."


def check(call: TaskCall, inputs: Inputs) -> None:
    """Raise Refusal when there is no picture, or nothing marks or names a thing."""
    handle = inputs.first(call, "image")
    if objects_of(call, inputs, handle):
        return
    if not any(phrase.strip() for phrase in call.phrases()):
        raise unplaced("the thing", handle)
    names_of(call.phrases())


def load(checkpoint: Checkpoint, device: str) -> Expert:
    """Return the expert. ``checkpoint.call["detector"]`` is the checkpoint of the detector that finds what is named and not marked; it is
    loaded when something first is. Without one, what is not marked is refused."""
    segmenter = load_segmenter(checkpoint, device)
    named: Checkpoint | None = checkpoint.call.get("detector")
    loaded: list[Detector] = []

    def detector(told_to: Report, report: Report) -> Detector | None:
        from models.device import loading
        from models.diffusion.fetching import told

        if named is not None and not loaded:
            # Held by the run's own report: by that the router gives up what hangs.
            with loading.turn(report, lambda: told_to(0.0, "waiting for another model to load")), told(told_to):
                told_to(0.0, "loading the detector")
                loaded.append(load_detector(named, device))
        return loaded[0] if loaded else None

    def expert(call: TaskCall, inputs: Inputs, report: Report) -> Masks:
        return segment(call, inputs, report, segmenter, lambda told_to: detector(told_to, report))

    return expert


def segment(
    call: TaskCall,
    inputs: Inputs,
    report: Report,
    segmenter: Segmenter,
    detector: Callable[[Report], Detector | None],
) -> Masks:
    """Return one mask for each object of the call's picture that is marked, or, where nothing is, that has one of the names, each with its
    label and score, in the picture's full size. What is marked as the thing is in its mask, what is marked as not the thing is not, nor
    is what is fully transparent. An object of which nothing can be cut out is left out and noted. Raises Refusal where nothing
    is marked or found, or nothing can be cut out."""
    import numpy as np

    check(call, inputs)
    handle = inputs.first(call, "image")
    picture = inputs.picture(handle)
    height, width = picture.pixels.shape[:2]
    regions = objects_of(call, inputs, handle)
    spare = bool(inputs.settings.get("smaller"))
    short = spare and segmenter.network.device != "cpu"
    notes = ["the graphics card had no room left, so the processor did this"] if short else []
    begun = 0.0
    if not regions:
        begun = 0.45
        regions = _named(call, inputs, picture.pixels, Share(report, 0.0, begun), detector, notes)
    numbers = numbers_of(regions, inputs)
    shown = Outlined(picture.pixels, numbers)
    prompts: list[tuple[Region, int]] = list(zip(regions, numbers, strict=True))
    seen = segmenter.see(picture.pixels, Share(report, begun, 0.85), spare)
    masks: list[tuple[NDArray[np.bool_], str, float, int]] = []
    refused: list[Refusal] = []
    for i, (region, number) in enumerate(prompts):
        low, high = (0.85 + 0.15 * share / len(prompts) for share in (i, i + 1))
        marking = marking_of(region, width, height, inputs)
        try:
            mask, score = segmenter.cut(seen, prompt_of(region, marking), Share(report, low, high), spare)
            mask = settled(mask, marking, picture.pixels)
            if not mask.any():
                raise Refusal(EMPTY, "Draw a box with some room round the thing, or scribble over it.")
        except Refusal as refusal:  # one mark with nothing in it does not lose what the others hold
            refused.append(refusal)
            notes.append(f"{region.label}: {refusal.what}")
            shown.add(np.zeros((height, width), np.bool_))
            continue
        masks.append((mask, region.label, round(score, 3), number))
        shown.add(mask)
        report(high, "cutting it out", shown.look)
    if not masks:
        raise refused[0]
    found = Masks(
        np.stack([mask for mask, *_ in masks]), [label for _, label, *_ in masks], [score for *_, score, _ in masks],
        meta={"notes": notes, "of": handle}, numbers=[number for *_, number in masks],
    )  # fmt: skip
    found.meta["score_meaning"] = "how well the network itself thinks that the mask fits, 0 to 1"
    report(1.0, "done", shown.look)
    return found


def _named(
    call: TaskCall,
    inputs: Inputs,
    pixels: NDArray[np.uint8],
    report: Report,
    detector: Callable[[Report], Detector | None],
    notes: list[str],
) -> list[Region]:
    """Return a region, the box that the detector found, for each thing that *call* names, and tell in *notes* how sure it is. Raises
    Refusal where there is no detector, or none is found."""
    handle = inputs.first(call, "image")
    finder = detector(report)
    if finder is None:
        raise unplaced(f"“{call.phrases()[0]}”", handle)
    names, told = names_of(call.phrases())
    notes += [*told, *finder.unread(names)]
    found, best = finder.find(
        pixels, names, report, inputs.settings.get("threshold"), bool(inputs.settings.get("smaller"))
    )
    if not found:
        raise absent(" and ".join(call.phrases()), handle, False, unsure(best))
    if len(found) > MOST:
        notes.append(f"{len(found)} were found; the {MOST} surest were cut out")
    kept = found[:MOST]
    notes.append(f"found by name: {', '.join(f'{one.name} ({one.sure:.0%} sure)' for one in kept)}")
    several = {one.name for one in kept if sum(other.name == one.name for other in kept) > 1}
    counts: dict[str, int] = {}
    regions = []
    for one in kept:
        counts[one.name] = counts.get(one.name, 0) + 1
        label = f"{one.name} {counts[one.name]}" if one.name in several else one.name
        regions.append(Region(0, handle, box=one.box, label=label))
    return regions
