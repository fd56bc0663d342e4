"""Change colours, sharpness, shape or background of a picture or clip, inside or outside a marked place: plain pixel work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from models import geometry, pixels
from models.colours import colour
from models.expert import Clip, Expert, Inputs, Picture, Refusal, Report, Share
from models.markings import MARK_HINT, Place, place_of
from models.masks import box_of
from models.previews import Filmstrip, small
from models.tasks import ADJUST_OPS
from models.values import Box, Checkpoint, Point, TaskCall

if TYPE_CHECKING:
    from numpy.typing import NDArray

TASK = "adjust"
NAME = "Pixel operations (classical)"
SHAPES = ("crop", "rotate", "flip")
_SOFT = {"pixelate": 0.0, "cutout": 0.001, "background": 0.001}
"""Width of the soft edge as a share of the longer side, where it is not the usual 0.003."""


@dataclass
class _Wish:
    """A checked call: *where* is the side that changes, inside, outside or all."""

    op: str
    where: str
    amount: float
    degrees: float
    axis: str
    target: tuple[int, int, int]
    notes: list[str]


def _marks(call: TaskCall) -> bool:
    return bool(call.refs("region", "mask")) or any(isinstance(arg, Box | Point) for arg in call.args)


def _wish(call: TaskCall, inputs: Inputs) -> _Wish:
    """Return what *call* asks for; raises Refusal when something needed is missing or unknown."""
    given = inputs.settings
    op, notes = given.get("op"), []
    if op not in ADJUST_OPS:
        raise Refusal("It is not said what to change.", f"Say op= one of {', '.join(ADJUST_OPS)}.")
    marked = _marks(call)
    where = given.get("where") or ("inside" if marked else "all")
    words = str(given.get("color") or next(iter(call.phrases()), ""))
    target = (255, 255, 255)
    if op == "color":
        target = colour(words)
    elif op == "background":
        target = colour(words) if words.strip() else target
        if not words.strip():
            notes.append("no colour was named, so white was taken")
        where = given.get("where") or ("outside" if marked else "all")
    elif op == "cutout":
        # The side named is the one that is kept; the other side changes.
        where = {"inside": "outside", "outside": "inside"}.get(where, where)
    if op == "crop" and not marked:
        raise Refusal("It is not said what to crop to.", "Draw a box round what shall stay.")
    if op in SHAPES[1:] and marked:
        notes.append(f"{op} works on the whole frame, the marked place was not used")
    elif not marked and (where != "all" or op == "cutout"):
        raise Refusal(f"{op} needs a marked place here.", MARK_HINT)
    elif op == "cutout" and where == "all":
        raise Refusal("Cutting out everything would change nothing.", "Leave out where=all.")
    amount = float(given["amount"]) if given.get("amount") is not None else 1.0
    degrees = float(given["degrees"]) if given.get("degrees") is not None else 90.0
    return _Wish(op, where, amount, degrees, given.get("axis") or "horizontal", target, notes)


def check(call: TaskCall, inputs: Inputs) -> None:
    """Raise Refusal for a call that cannot be done: no medium, no operation, no marked place, an unknown colour."""
    handle = inputs.first(call, "image", "video")
    wish = _wish(call, inputs)
    if wish.op == "cutout" and handle.startswith("video#"):
        raise Refusal(
            "A video cannot be cut out, because this kind of video has no transparency.",
            "Use op=background with a color, such as green.",
        )


def load(checkpoint: Checkpoint, device: str) -> Expert:
    """Return the expert; it needs no weights and ignores *checkpoint* and *device*."""
    import cv2  # noqa: F401  (loaded here, so that the first call is as quick as the next)

    return adjust


def adjust(call: TaskCall, inputs: Inputs, report: Report) -> Picture | Clip:
    """Return the changed picture or clip. Pixels outside the changed side are those of the source, bit for bit (in a clip:
    before compression); the soft edge lies within the changed side. ``meta`` has op, where (the side that changed),
    feather_px, changed_inside and changed_outside (pixels that differ from the source), and notes."""
    check(call, inputs)
    handle = inputs.first(call, "image", "video")
    wish, value = _wish(call, inputs), inputs.values[handle]
    if isinstance(value, Clip):
        return _clip(call, inputs, handle, value, wish, report)
    if not isinstance(value, Picture):
        raise Refusal(f"{handle} is neither a picture nor a video.", "Name one, such as image#1.")
    report(0.02, "reading the marks")
    place = _place(call, inputs, handle, value.pixels, wish, Share(report, 0.0, 0.5))
    if place is not None and place.moving:
        raise Refusal(
            "This mask belongs to a clip, not to a picture.", "Name a mask of this picture, or name the video."
        )
    report(0.5, wish.op, lambda: small(value.pixels))
    meta: dict[str, Any] = {"op": wish.op, "where": wish.where, "of": handle, "notes": wish.notes}
    if wish.op in SHAPES:
        box = None if place is None else box_of(place.still)
        out = _shaped(value.pixels, wish, box, clear=True)
        meta |= {"box": list(box)} if wish.op == "crop" and box else {}
    else:
        out, area, feather = _Painter(wish, place, lambda: report(0.5, wish.op))(value.pixels, 0)
        differs = _differs(out, value.pixels)
        meta |= {"feather_px": feather, "changed_inside": int(np.count_nonzero(differs & area))}
        meta["changed_outside"] = int(np.count_nonzero(differs & ~area))
    report(1.0, "done", lambda: small(out))
    return Picture(out, label=f"{wish.op}", meta=meta)


def _differs(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return bool [h, w], where two pictures differ; a missing alpha counts as opaque."""
    differs = np.asarray((one[..., :3] != other[..., :3]).any(axis=2))
    if one.shape[2] == 4 or other.shape[2] == 4:
        alphas = [p[..., 3] if p.shape[2] == 4 else np.full(p.shape[:2], 255, np.uint8) for p in (one, other)]
        differs |= alphas[0] != alphas[1]
    return differs


def _place(
    call: TaskCall, inputs: Inputs, handle: str, frame: NDArray[np.uint8], wish: _Wish, report: Report
) -> Place | None:
    if wish.op in SHAPES[1:]:
        return None
    # A box round a thing says where to blur, but one who cuts it out means the thing and not the box.
    edges = wish.op in ("cutout", "background")
    return place_of(call, inputs, handle, frame, find_edges=edges, report=report, notes=wish.notes)


def _shaped(
    frame: NDArray[np.uint8], wish: _Wish, box: tuple[int, int, int, int] | None, *, clear: bool
) -> NDArray[np.uint8]:
    if wish.op == "crop":
        if box is None:
            raise Refusal("The marked place is empty, so there is nothing to crop to.", MARK_HINT)
        return geometry.crop(frame, box)
    if wish.op == "flip":
        return geometry.flip(frame, wish.axis)
    return geometry.rotate(frame, wish.degrees, clear=clear)


class _Painter:
    """Applies one wish to frame after frame. A recoloured thing's own lightness is taken once, so that it cannot flicker."""

    def __init__(self, wish: _Wish, place: Place | None, beat: Callable[[], None] = lambda: None) -> None:
        self.wish, self.place, self.beat = wish, place, beat
        self.own: float | None = None
        self.seen: tuple[NDArray[np.bool_], NDArray[np.float32], int] | None = None  # of a place that does not move

    def __call__(self, frame: NDArray[np.uint8], number: int) -> tuple[NDArray[np.uint8], NDArray[np.bool_], int]:
        """Return the changed frame, the area bool [h, w] that was allowed to change, and the width of its soft edge px."""
        wish = self.wish
        area, weight, feather = self.seen or self._where(frame, number)
        if self.place is None or not self.place.moving:
            self.seen = area, weight, feather
        if not area.any():
            return frame.copy(), area, 0
        if wish.op == "cutout":
            return _cut_out(frame, weight), area, feather
        if wish.op == "background":
            return _backed(frame, area, weight, wish), area, feather
        return self._coloured(frame, area, weight), area, feather

    def _where(self, frame: NDArray[np.uint8], number: int) -> tuple[NDArray[np.bool_], NDArray[np.float32], int]:
        """Return the side of the place that changes, how much of the change each pixel takes, and the soft edge px."""
        area = np.ones(frame.shape[:2], np.bool_)
        if self.place is not None and self.wish.where != "all":
            area = self.place.at(number)
            area = ~area if self.wish.where == "outside" else area
        weight, feather = _soft(area, round(_SOFT.get(self.wish.op, 0.003) * max(frame.shape[:2])))
        return area, weight, feather

    def _coloured(
        self, frame: NDArray[np.uint8], area: NDArray[np.bool_], weight: NDArray[np.float32]
    ) -> NDArray[np.uint8]:
        rgb = np.ascontiguousarray(frame[..., :3])
        counts = area if frame.shape[2] == 3 else area & (frame[..., 3] > 0)
        if self.wish.op == "color":
            if self.own is None:
                self.own = pixels.lightness(rgb, counts)
            new = pixels.recolour(rgb, self.wish.target, self.own, self.wish.amount)
        else:
            new = pixels.apply(self.wish.op, rgb, self.wish.amount, counts.astype(np.float32), self.beat)
        out = frame.copy()
        out[..., :3] = _blend(rgb, new, weight, area)
        return out


def _soft(area: NDArray[np.bool_], feather: int) -> tuple[NDArray[np.float32], int]:
    """Return the weight float32 [h, w] that rises from the edge of *area* inwards within *feather* px, and that width."""
    import cv2

    if feather < 1 or area.all():
        return area.astype(np.float32), 0
    depth = cv2.distanceTransform(area.astype(np.uint8), cv2.DIST_L2, 5)
    depth /= feather + 1
    return np.asarray(np.minimum(depth, 1, out=depth), np.float32), feather


def _blend(
    old: NDArray[np.uint8], new: NDArray[np.uint8], weight: NDArray[np.float32], area: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """Return *new* within *area*, mixed with *old* where the weight is below 1, and *old* itself elsewhere."""
    out = np.where(area[..., None], new, old)
    edge = area & (weight < 1)
    share = weight[edge][:, None]
    out[edge] = np.rint(old[edge] * (1 - share) + new[edge] * share).astype(np.uint8)
    return np.asarray(out, np.uint8)


def _cut_out(frame: NDArray[np.uint8], weight: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return *frame* as RGBA with what *weight* covers made transparent, its hidden colours blackened."""
    alpha = frame[..., 3] if frame.shape[2] == 4 else np.full(frame.shape[:2], 255, np.uint8)
    left = np.rint(alpha * (1 - weight)).astype(np.uint8)
    out = np.dstack([frame[..., :3], left])
    out[(left == 0) & (weight > 0), :3] = 0
    return out


def _backed(
    frame: NDArray[np.uint8], area: NDArray[np.bool_], weight: NDArray[np.float32], wish: _Wish
) -> NDArray[np.uint8]:
    """Return *frame* with the colour behind it (everywhere) or in place of *area*; what is painted becomes opaque."""
    flat = np.broadcast_to(np.array(wish.target, np.uint8), (*frame.shape[:2], 3))
    out = frame.copy()
    if wish.where == "all":
        if frame.shape[2] == 3:
            raise Refusal("This picture has no transparent parts and nothing is marked.", MARK_HINT)
        share = frame[..., 3:].astype(np.float32) / 255
        return np.rint(frame[..., :3] * share + flat * (1 - share)).astype(np.uint8)
    out[..., :3] = _blend(frame[..., :3], flat, weight, area)
    if frame.shape[2] == 4:
        out[..., 3] = np.where(area, np.rint(255 * weight + frame[..., 3] * (1 - weight)), frame[..., 3]).astype(
            np.uint8
        )
    return out


def _clip(call: TaskCall, inputs: Inputs, handle: str, clip: Clip, wish: _Wish, report: Report) -> Clip:
    """Do the wish frame by frame, one frame in memory at a time; frames per second, length and sound stay."""
    from models.video import VideoWriter, frame_at, read_frame, read_frames

    if wish.op == "background" and wish.where == "all":
        raise Refusal("A video has no transparent parts to fill, and nothing is marked.", MARK_HINT)
    times = [r.time for r in inputs.regions.values() if r.handle in call.refs("region") and r.time is not None]
    shown = read_frame(clip, frame_at(clip, times[0]) if times else 0)
    report(0.0, "reading the marks")
    place = _place(call, inputs, handle, shown, wish, Share(report, 0.0, 0.0))
    if place is not None and not place.moving:
        wish.notes.append("the marked place stays where it was drawn; use video_segment to follow a thing")
    meta: dict[str, Any] = {"op": wish.op, "where": wish.where, "of": handle, "notes": wish.notes}
    box = None
    if place is not None and wish.op == "crop":
        bounds = box_of(place.ever())
        box = None if bounds is None else geometry.even(bounds, clip.width, clip.height)
        meta["box"] = list(box or ())
    work: Callable[[NDArray[np.uint8], int], NDArray[np.uint8]]
    painter, changed = _Painter(wish, place), [0, 0]

    def paint(frame: NDArray[np.uint8], number: int) -> NDArray[np.uint8]:
        out, area, meta["feather_px"] = painter(frame, number)
        differs = _differs(out, frame)
        changed[0] += int(np.count_nonzero(differs & area))
        changed[1] += int(np.count_nonzero(differs & ~area))
        return out

    def shape(frame: NDArray[np.uint8], number: int) -> NDArray[np.uint8]:
        return _shaped(frame, wish, box, clear=False)

    work = shape if wish.op in SHAPES else paint
    height, width = work(shown, 0).shape[:2]
    changed[:] = [0, 0]
    path = inputs.scratch / f"{call.id}-{wish.op}.mp4"
    frames, strip = read_frames(clip), Filmstrip(clip.frames)
    try:
        with VideoWriter(path, width, height, clip.fps, clip.path if clip.has_audio else None) as writer:
            for number, frame in enumerate(frames):
                out = work(frame, number)
                writer.write(out)
                step = f"{wish.op}, frame {number + 1} of {max(number + 1, clip.frames)}"
                strip.put(number, out)
                report(min(0.99, (number + 1) / max(1, clip.frames)), step, strip.look)
    finally:
        getattr(frames, "close", lambda: None)()
    if wish.op not in SHAPES:
        meta |= {"changed_inside": changed[0], "changed_outside": changed[1]}
        if wish.where != "all":
            wish.notes.append("pixels outside the changed side are the source's own before compression")
    made = writer.clip
    made.label, made.meta = wish.op, {**made.meta, **meta}
    report(1.0, "done")
    return made
