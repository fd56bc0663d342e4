"""Perceive pictures, clips, marks and sounds: the one way from a medium to the rows that the unified model reads.

Everything that is heavy is imported when something is first perceived. What was perceived of a file is kept by its content
(:class:`Kept`), so that a medium is encoded once, however often a conversation comes back to it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.expert import Clip, Refusal, Sound
from models.percepts import Percept
from models.values import Region

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models.senses.ear import Ear
    from models.senses.eye import Look
    from models.senses.gate import Gate
    from models.senses.recorded import Record
    from models.senses.setting import Setting
    from models.senses.sureness import Sureness
    from models.vision.tower import VisionTower

ASSETS = Path(__file__).resolve().parents[2] / "assets"
LOW, HIGH, HEARING, JUDGES = "nano/low", "nano/vision", "nano/hearing", "nano/senses"
"""The folders of the shipped encoders, and of what judges what they say, below ``assets``."""
SURENESS, SIGHTS, NOISES, SETTINGS = (f"{name}.safetensors" for name in ("sureness", "sights", "noises", "settings"))
"""The files of what judges: things, pictures, sounds, and what a picture shows as a whole."""
WINDOWS = 24
"""Windows of 2.56 s of a sound that are heard, at most: a minute of it; of a longer one as many, evenly spread."""
READ = WINDOWS * 2.56
"""Seconds of a sound that are heard; of a clip that is longer, its few frames are told to be few."""
SIDE = 320
"""Pixels of the longer side at which frames of a clip are read from its file; the encoders take them smaller still."""
_REMEDY = "Make it with python -m training.vision, training.vision.low, training.hearing or training.gates."


@dataclass(frozen=True)
class Perceived:
    """What was perceived of a medium: its *percepts*; whether it was *refused*, as nothing of the drawn and synthesised world that the
    encoders know (then there are none); and how many seconds of it were *left_out*, as it is longer than what is read (READ)."""

    percepts: tuple[Percept, ...] = ()
    refused: bool = False
    left_out: float = 0.0

    @property
    def more(self) -> int:
        """How many things or sounds there are beyond those that were taken in."""
        return sum(percept.more for percept in self.percepts)


@dataclass(frozen=True)
class Senses:
    """The encoders, in evaluation mode, and what judges what they say: *low* a vision transformer of transformers, *tower*, *ear*; *judge*,
    how sure a thing is; whether a picture (*sights*) or a sound (*noises*) is of the known world; *setting*, what a picture shows as a
    whole."""

    low: Any
    tower: VisionTower
    ear: Ear
    judge: Sureness
    sights: Gate
    noises: Gate
    setting: Setting

    def look(self, frames: Sequence[NDArray[np.uint8]]) -> list[Look]:
        """Return a look at each of *frames*, uint8 [h, w, 3] of one size."""
        from models.senses.eye import looks

        found: list[Look] = looks(self.tower, self.low, frames)
        return found

    def picture(self, pixels: NDArray[np.uint8], gated: bool = True, record: Record | None = None) -> Perceived:
        """Return what is perceived of a picture, uint8 [h, w, 3 or 4]: its cells (PATCH), place, hour and look (SETTING) and, where
        there are any, its things (THING), both as they are on *record* where it was drawn here.
        Without *gated* it is taken to be of the known world, as pictures of training are."""
        from models.senses import recorded
        from models.senses.gate import of_looks
        from models.senses.picture import patch_rows

        look = self.look([rgb(pixels)])[0]
        if record is not None:
            height, width = pixels.shape[:2]
            with suppress(Refusal):  # a colour that is none any more: then the encoders tell what is there
                rows = recorded.thing_rows(record, look, width, height)
                known = recorded.setting_rows(record, self.setting)
                return Perceived((patch_rows(look), known, *([rows] if len(rows) else [])))
        if gated and not self.sights.passes(of_looks([look])):
            return Perceived(refused=True)
        return Perceived(self.looked(look))

    def looked(self, look: Look) -> tuple[Percept, ...]:
        """Return the rows of a picture that was looked at."""
        from models.senses.picture import patch_rows, thing_rows, things

        rows = thing_rows(things(look, self.judge))
        return (patch_rows(look), self.setting.rows([look]), *([rows] if len(rows) else []))

    def marks(
        self,
        pixels: NDArray[np.uint8],
        regions: Sequence[Region],
        masks: Mapping[str, NDArray[np.bool_]] | None = None,
        gated: bool = True,
    ) -> tuple[Percept, ...]:
        """Return what is perceived of each of *regions* of a picture (or of the frame that they were drawn on), MARKED, one row each;
        () where the picture is refused. *masks* holds the earlier masks, bool [h, w], that regions refine. Raises Refusal
        for a region that marks nothing."""
        from models.senses.gate import of_looks
        from models.senses.picture import marked_rows

        look = self.look([rgb(pixels)])[0]
        if gated and not self.sights.passes(of_looks([look])):
            return ()
        height, width = pixels.shape[:2]
        return tuple(marked_rows(look, regions, (width, height), masks))

    def frames(
        self,
        frames: Sequence[NDArray[np.uint8]],
        seconds: Sequence[float],
        gated: bool = True,
        record: Record | None = None,
    ) -> Perceived:
        """Return what is perceived of a clip by its *frames*, uint8 [h, w, 3] of one size, shown at *seconds*: what is where and when
        (MOMENT), its place, hour and look (SETTING) and, where there are any, things followed over them (TRACK), the last two as they are
        on *record* where it was filmed here. Raises ValueError for no frames, or when there is not one second for each."""
        from models.senses import recorded
        from models.senses.clip import moment_rows, track_rows
        from models.senses.gate import of_looks
        from models.senses.picture import things

        if not frames or len(frames) != len(seconds):
            raise ValueError(
                f"{len(frames)} frames with {len(seconds)} times: a clip needs one of each, and one for each"
            )
        looks = self.look([rgb(frame) for frame in frames])
        if record is not None:
            height, width = frames[0].shape[:2]
            span = min(seconds), max(seconds)
            with suppress(Refusal):
                rows = recorded.track_rows(record, looks, seconds, width, height)
                told = not recorded.changes(record)  # what it becomes in the course of a film is seen, and not told
                known = recorded.setting_rows(record, self.setting, *span) if told else self.setting.rows(looks, *span)
                return Perceived((moment_rows(looks, seconds), known, *([rows] if len(rows) else [])))
        if gated and not self.sights.passes(of_looks(looks)):
            return Perceived(refused=True)
        rows = track_rows([things(look, self.judge) for look in looks], seconds)
        moments = moment_rows(looks, seconds)
        setting = self.setting.rows(looks, min(seconds), max(seconds))
        return Perceived((moments, setting, *([rows] if len(rows) else [])))

    def clip(self, clip: Clip, gated: bool = True, record: Record | None = None) -> Perceived:
        """Return what is perceived of a clip in a file, by frames evenly spread over it. Raises Refusal when it cannot be read."""
        from models.vision.frames import moments

        wanted = moments(clip)
        shown, seconds = read([moment.index for moment in wanted], clip), [moment.seconds for moment in wanted]
        found = self.frames(shown, seconds, gated, record)
        return replace(found, left_out=max(0.0, clip.duration - READ))

    def sound(
        self, samples: NDArray[np.float32], rate: int, gated: bool = True, record: Record | None = None
    ) -> Perceived:
        """Return what is perceived of a sound, float32 [n, channels] at *rate* Hz: the events in it (SOUND), as they are on *record*
        where it was made here; nothing for silence. Raises ValueError when it is not as described."""
        from models.senses import recorded
        from models.senses.ear import sound_rows
        from models.senses.gate import of_sound
        from models.vision.audio import hear

        heard = hear(samples, rate, WINDOWS)
        if record is None and gated and not self.noises.passes(of_sound(self.ear, heard)):
            return Perceived(refused=True, left_out=heard.left_out)
        rows = sound_rows(self.ear, heard)
        if record is not None and len(rows):
            rows = recorded.sound_rows(record, rows)
        # what a plan tells is known wherever it sounds
        return Perceived((rows,) if len(rows) else (), left_out=0.0 if record is not None else heard.left_out)


def read(wanted: Sequence[int], clip: Clip) -> list[NDArray[np.uint8]]:
    """Return the frames of *clip* whose numbers are *wanted*, rising, uint8 [h, w, 3] with no side longer than SIDE. Where they lie far
    apart each is sought; else all in between are decoded, which is quicker than starting a decoder for each."""
    from models.video import read_frame, read_frames

    if len(wanted) > 1 and wanted[-1] - wanted[0] > 60 * len(wanted):
        return [read_frame(clip, index, SIDE) for index in wanted]
    chosen = set(wanted)
    frames = read_frames(clip, wanted[0], wanted[-1] + 1, SIDE)
    found = [frame for number, frame in enumerate(frames, wanted[0]) if number in chosen]
    if len(found) != len(wanted):
        raise Refusal("The video ends before its last frame.", "Save or export it again and attach that.")
    return found


def rgb(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture uint8 [h, w, 3 or 4] on white."""
    import numpy as np

    if pixels.ndim != 3 or pixels.shape[2] not in (3, 4) or not pixels.size:
        raise ValueError(f"a picture is uint8 [h, w, 3 or 4] with a pixel at least, not {pixels.shape}")
    if pixels.shape[2] == 3:
        return pixels
    cover = pixels[..., 3:].astype(np.float32) / 255
    return np.asarray(pixels[..., :3] * cover + 255 * (1 - cover) + 0.5, np.uint8)


@lru_cache(maxsize=2)
def load(device: str = "cpu", low: str = LOW, high: str = HIGH, hearing: str = HEARING, judges: str = JUDGES) -> Senses:
    """Return the senses of folders below ``assets`` (or anywhere), in memory once for each device. Raises Refusal when one is not
    there or cannot be read."""
    import torch
    from transformers import AutoModel

    from models.senses import ear, gate, setting, sureness
    from models.vision import dense

    tower = dense.load(high, device)
    try:
        eye = AutoModel.from_pretrained(ASSETS / low, dtype=torch.float32, local_files_only=True)
        eye = getattr(eye, "vision_model", eye) if hasattr(eye, "text_model") else eye
        heard = ear.load(ASSETS / hearing, device)
        judge = sureness.load(ASSETS / judges / SURENESS)
        sights, noises = (gate.load(ASSETS / judges / name) for name in (SIGHTS, NOISES))
        whole = setting.load(ASSETS / judges / SETTINGS)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise Refusal("An encoder of the senses, or what judges them, cannot be read.", _REMEDY) from error
    return Senses(eye.to(device).eval(), tower, heard, judge, sights, noises, whole)


@lru_cache(maxsize=4)
def version(*folders: str) -> str:
    """Return a digest of the weights that perceive, of *folders* below ``assets``, the shipped ones when none are named: what was
    perceived with others is not to be used again."""
    found = hashlib.sha256()
    for folder in folders or (LOW, HIGH, HEARING, JUDGES):
        files = json.loads((ASSETS / folder / "MANIFEST.json").read_text(encoding="utf-8"))["files"]
        found.update(json.dumps(files, sort_keys=True).encode())
    return found.hexdigest()[:16]


def perceive(kind: str, given: Any, device: str = "cpu", gated: bool = True, record: Record | None = None) -> Perceived:
    """Return what is perceived of a medium: *kind* "image" with pixels uint8 [h, w, 3 or 4], "video" with a Clip, "audio" with a Sound or
    (samples, rate); *record* tells from what it was made here. Raises ValueError for another kind, Refusal for a file that cannot be read or senses that are not there."""
    senses = load(device)
    if kind == "image":
        return senses.picture(given, gated, record)
    if kind == "video":
        return senses.clip(given, gated, record)
    if kind == "audio":
        samples, rate = (given.samples, given.rate) if isinstance(given, Sound) else given
        return senses.sound(samples, rate, gated, record)
    raise ValueError(f"nothing is perceived of {kind!r}: there are image, video and audio")


def perceive_marks(
    pixels: NDArray[np.uint8],
    regions: Sequence[Region],
    masks: Mapping[str, NDArray[np.bool_]] | None = None,
    device: str = "cpu",
    gated: bool = True,
) -> tuple[Percept, ...]:
    """Return what is perceived of each of *regions* on a picture or frame (see :meth:`Senses.marks`)."""
    return load(device).marks(pixels, regions, masks, gated)
