"""What the unified model perceives of a conversation's media and marks: looked up by handle, made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from models.expert import Refusal
from models.masks import resize_mask
from models.percepts import POINTABLE, Percept
from models.unified.stream import LONG, MORE, UNREAD, LeftOut
from models.values import Media, Message, Region
from models.worlds import of_our_world

if TYPE_CHECKING:
    from models.senses.kept import Kept
    from models.senses.perceive import Perceived
    from models.senses.recorded import Record

SEEN = ("image", "video", "audio")
"""Kinds of medium that are perceived; of a mask its outline is all there is, and its place says that."""


class Looked(Mapping[str, tuple[Percept, ...]]):
    """Percepts by handle (models.percepts). A conversation may hold far more media than are read, so nothing is opened before it is
    asked for; what was perceived of a file is kept by its content. A file that cannot be read is told and left out."""

    def __init__(
        self,
        messages: Sequence[Message],
        shelf: Mapping[str, Media],
        opened: Callable[[Media], Any],
        kept: Kept,
        device: str,
        tell: Callable[[LeftOut], None],
        cancel: Callable[[], bool] = lambda: False,
    ) -> None:
        """*opened* gives what a medium stands for (models.expert.Value) and raises Refusal when it cannot. Once *cancel* says
        True nothing is looked at any more."""
        parts = [part for message in messages for part in message.parts if isinstance(part, Media | Region)]
        self._parts = {**{part.handle: part for part in parts}, **shelf}
        self._opened, self._kept, self._device = opened, kept, device
        self._tell, self._cancel = tell, cancel
        self._found: dict[str, tuple[Percept, ...]] = {}
        self._wholes: dict[str, Perceived] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    def __getitem__(self, handle: str) -> tuple[Percept, ...]:
        part = self._parts[handle]
        if handle not in self._found:
            if self._cancel():
                return ()
            try:
                self._found[handle] = self._look(part)
            except Refusal as refusal:
                self._tell(LeftOut(UNREAD, f"I could not look at {handle}: {refusal.what.rstrip('.')}."))
                self._found[handle] = ()
        return self._found[handle]

    def missed(self, handles: Iterable[str]) -> Iterator[LeftOut]:
        """Yield what was not taken in of those of the media *handles* that were looked at, in words for the person: things beyond the
        most that are, and what lies between the pieces of a long one."""
        from models.senses.perceive import READ
        from models.vision.frames import FRAMES

        for handle in handles:
            part, seen = self._parts.get(handle), self._wholes.get(handle)
            if seen is None or not isinstance(part, Media):
                continue
            if seen.more:
                known = sum(len(one) for one in seen.percepts if one.kind in POINTABLE)
                words = (
                    f"I hear {known + seen.more} sounds in {handle} and can keep {known} of them in mind"
                    if part.kind == "audio"
                    else f"I find {known + seen.more} things in {handle} and can keep {known} of them in mind"
                )
                yield LeftOut(MORE, f"{words}, so I may count too few or miss one.")
            if seen.left_out and not seen.refused:
                long = f"spread evenly over its {seen.left_out + READ:.0f} s"
                words = (
                    f"I hear {READ:.0f} s of {handle}, in pieces {long}, and may miss what sounds between them."
                    if part.kind == "audio"
                    else f"I look at {FRAMES} frames of {handle}, {long}, and may miss what happens between them."
                )
                yield LeftOut(LONG, words)

    def _look(self, part: Media | Region) -> tuple[Percept, ...]:
        if isinstance(part, Region):
            of = self._parts.get(part.of)
            return self._marked(part, of) if isinstance(of, Media) and of.kind in ("image", "video") else ()
        if part.kind not in SEEN:
            return ()
        from models.senses.recorded import record_of

        record = record_of(part.kind, part.meta)
        known = record.key if record else of_our_world(part)
        key = f"{part.kind} {part.path} {known}"  # a stored file's path says its content
        self._wholes[part.handle] = self._kept.get(key, lambda: self._perceived(part, record))
        return self._wholes[part.handle].percepts

    def _perceived(self, medium: Media, record: Record | None) -> Perceived:
        from models.senses.kept import perceive_pixels
        from models.senses.perceive import perceive

        value, gated = self._opened(medium), not of_our_world(medium)
        if medium.kind == "image":
            return perceive_pixels(value.pixels, self._device, gated, record)
        return perceive(medium.kind, value, self._device, gated, record)

    def _marked(self, region: Region, of: Media) -> tuple[Percept, ...]:
        """Return what is perceived of a mark, by its content and by that of what it lies on."""
        mask = self._parts.get(region.mask or "")
        from models.senses.recorded import record_of

        record = record_of(of.kind, of.meta)
        known = record.key if record else of_our_world(of)
        key = f"mark {of.path} {known} {mask.path if isinstance(mask, Media) else ''} {replace(region, id=1, of='', label='')}"
        return self._kept.get(key, lambda: self._mark(region, of, mask, record)).percepts

    def _mark(self, region: Region, of: Media, mask: Media | Region | None, record: Record | None) -> Perceived:
        from models.senses.perceive import SIDE, Perceived, perceive_marks
        from models.video import frame_at, read_frame

        value = self._opened(of)
        frame = frame_at(value, region.time or 0.0) if of.kind == "video" else 0
        pixels = read_frame(value, frame, SIDE) if of.kind == "video" else value.pixels
        masks = {}
        if isinstance(mask, Media):
            drawn = self._opened(mask).array[0]  # [h, w], or [frames, h, w] of a clip
            drawn = drawn if drawn.ndim == 2 else drawn[min(frame, len(drawn) - 1)]
            masks[mask.handle] = resize_mask(drawn, pixels.shape[1], pixels.shape[0])
        rows = perceive_marks(pixels, [region], masks, self._device, gated=not of_our_world(of))
        if record is not None:
            from models.senses.recorded import marked

            height, width = pixels.shape[:2]
            with suppress(Refusal):  # a colour that is none any more: then the encoders tell what is marked
                rows = marked(record, rows, width, height, region.time or 0.0)
        return Perceived(rows)
