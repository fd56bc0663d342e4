"""Media on disk: content-addressed files below one folder, and the only place where values become files and back.

A stored file is known by the SHA-256 of its content, so equal files are kept once. On the disk, and so to browsers, it has
the name that a secret gives it: who knows a file's sum, as of one that is public, cannot tell whether somebody keeps it
here. Every file is written under another name, flushed to the disk and then renamed: a name that exists stands for a whole
file.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import shutil
import stat
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import IO, Any

import numpy as np

from models import display, recipe
from models.box_files import export_boxes
from models.expert import Clip, Masks, Picture, Refusal, Sound, Value
from models.facts import clip_facts, plain
from models.magic import Format
from models.mask_files import Named, at_frame, clip_from_json, clip_to_json, export
from models.masks import from_png, to_png
from models.media import FULL, LIMITS, encode_png, image_meta, load_image, no_room, recognise, safe_name, sniff
from models.palette import index_of
from models.sound import load_sound, save_wav, sound_meta
from models.sums import NAMED
from models.values import Kind, Media
from models.video import clip_info

Stored = tuple[Kind, str, dict[str, Any]]
_BLOCK = 1 << 20
_CLIP_MASK = ".rle.json"


class Store:
    """The media files below *root*, at most *quota_bytes* of them. Safe to use from several threads."""

    def __init__(self, root: Path, quota_bytes: int = 2 << 30, secret: bytes = b"") -> None:
        """Open or create the store; what a killed process left unfinished is removed.

        *secret* decides the names on the disk, so it must stay the same; files that still go by their sums are renamed.
        """
        self.root = root.resolve()
        self.quota = quota_bytes
        self._secret = secret
        self._lock = threading.Lock()
        self._temp = self.root / "tmp"
        self._temp.mkdir(parents=True, exist_ok=True)
        self.sweep()
        for name, _, _ in list(self._files()) if secret else ():
            if NAMED.match(name):
                with contextlib.suppress(OSError):  # open in another program, perhaps: then at the next start
                    self._place(name).parent.mkdir(exist_ok=True)
                    (self.root / name).replace(self._place(name))
        self._used = sum(size for _, size, _ in self._files())

    def sweep(self) -> None:
        """Remove what has lain unfinished, or to be fetched, for more than an hour."""
        for left in self._temp.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if time.time() - left.stat().st_mtime > 3600:  # others may be at work on newer ones
                    shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)

    # ---- files -------------------------------------------------------------------------------------------------------

    def _files(self) -> Iterator[tuple[str, int, float]]:
        """Yield relative path, size in bytes and time of change of every stored file."""
        for folder in self.root.iterdir():
            if folder.is_dir() and len(folder.name) == 2:
                for file in folder.iterdir():
                    with contextlib.suppress(FileNotFoundError):
                        facts = file.stat()
                        yield f"{folder.name}/{file.name}", facts.st_size, facts.st_mtime

    def used(self) -> int:
        """Return how many bytes the stored files take."""
        return self._used

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        """Give an empty folder on the store's disk; it is removed afterwards. Raises Refusal when the disk is full."""
        folder = self._temp / secrets.token_hex(16)
        with _full_disk():
            folder.mkdir(mode=0o700)
            try:
                yield folder
            finally:
                try:
                    folder.rmdir()  # empty, as most are
                except OSError:
                    shutil.rmtree(folder, ignore_errors=True)

    def address(self, relative: str) -> str:
        """Return the name on the disk, relative to the root, of what is stored as *relative*. It tells nothing of the
        content; without a secret the two are the same."""
        if not self._secret or not NAMED.match(relative):
            return relative
        code = hmac.new(self._secret, relative.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:48]
        return f"{code[:2]}/{code[2:]}{relative[65:]}"

    def _place(self, relative: str) -> Path:
        return self.root / self.address(relative)

    def path(self, relative: str) -> Path:
        """Return the absolute path of a stored file. Raises Refusal when there is none of that name in the store."""
        parts = PurePosixPath(relative).parts
        if (
            len(parts) == 2
            and len(parts[0]) == 2
            and ".." not in parts
            and "\\" not in relative
            and "\0" not in relative
        ):
            file = self._place("/".join(parts))
            if file.is_file():
                return file
        raise Refusal("That file is not there any more.", "Attach it again, or make it again.")

    def file(self, media: Media) -> Path:
        """Return the absolute path of a medium's file. Raises Refusal when it is gone."""
        return self.path(media.path)

    def _keep(self, wholes: Sequence[tuple[Path, str, str]]) -> list[str]:
        """Move whole files, each given with its digest and suffix, to their names and return those, relative: all of them,
        or none when there is no room for all. Raises Refusal over the quota."""
        kept = [f"{digest[:2]}/{digest[2:]}{suffix}" for _, digest, suffix in wholes]
        with self._lock:
            new: dict[Path, Path] = {}
            for relative, (temp, _, _) in zip(kept, wholes, strict=True):
                target = self._place(relative)
                if target.exists():
                    os.utime(target)  # used again just now: not to be cleaned away before it is written down
                else:
                    new[target] = temp
            if new and self._used + sum(temp.stat().st_size for temp in new.values()) > self.quota:
                raise no_room()
            for target, temp in new.items():  # what a full disk can stop comes before the first file has its name
                with temp.open("rb") as file:
                    os.fsync(file.fileno())
                target.parent.mkdir(exist_ok=True)
            for target, temp in new.items():
                size = temp.stat().st_size
                temp.replace(target)
                self._used += size
        return kept

    def _keep_files(self, *files: tuple[Path, str]) -> list[str]:
        """Keep files, each given with its suffix, like :meth:`_keep`."""
        wholes = []
        for path, suffix in files:
            with path.open("rb") as file:
                wholes.append((path, _digest(file), suffix))
        return self._keep(wholes)

    def _keep_bytes(self, data: bytes, suffix: str) -> str:
        temp = self._temp / secrets.token_hex(16)
        with _full_disk():
            try:
                temp.write_bytes(data)
                return self._keep([(temp, hashlib.sha256(data).hexdigest(), suffix)])[0]
            finally:
                temp.unlink(missing_ok=True)

    # ---- in ----------------------------------------------------------------------------------------------------------

    def adopt(self, path: Path, name: str = "") -> Stored:
        """Check and copy a file from outside. *name* is what the person calls it: data for display only.

        Returns kind, relative path and meta: bytes, name, format, notes; width and height of pictures and videos; fps,
        frames, duration, has_audio of videos; rate, channels, duration of sounds; ``display``, the relative path of a
        copy that browsers show, where they do not show the file itself; ``wave``, that of a sound's picture. Raises Refusal when the file is no picture,
        video or sound within LIMITS, and when the disk or the quota is full; nothing is left behind then.
        """
        with self.scratch() as folder:
            temp = folder / "file"
            self._copy(path, temp)
            kind = sniff(temp)
            found = recognise(temp)
            facts, shown = self._facts(temp, kind, found, folder)
            meta: dict[str, Any] = {
                **facts, "bytes": temp.stat().st_size, "format": found.name, "notes": list(facts.get("notes", [])),
                "name": safe_name(name or path.name),
            }  # fmt: skip
            suffix = ".m4a" if kind == "audio" and found.suffix == ".mp4" else found.suffix
            more = {"display": shown, "wave": display.wave(temp, folder) if kind == "audio" else None}
            copies = {name: copy for name, copy in more.items() if copy is not None}
            kept = self._keep_files((temp, suffix), *((copy, copy.suffix) for copy in copies.values()))
            return kind, kept[0], meta | dict(zip(copies, kept[1:], strict=True))

    def _copy(self, path: Path, temp: Path) -> None:
        try:
            facts = path.stat()
        except (OSError, ValueError) as error:
            raise Refusal("The file cannot be read.", "Attach it again.") from error
        if not stat.S_ISREG(facts.st_mode):
            raise Refusal("This is not a file.", "Attach a picture, a video or a sound.")
        if facts.st_size > LIMITS.upload_bytes:
            limit = LIMITS.upload_bytes // 1_000_000
            raise Refusal(
                f"The file has {facts.st_size // 1_000_000} MB; the limit is {limit} MB.", "Make it shorter or smaller."
            )
        try:
            source = path.open("rb")
        except OSError as error:
            raise Refusal("The file cannot be read.", "Attach it again.") from error
        with source, temp.open("wb") as target:
            shutil.copyfileobj(source, target, _BLOCK)

    def _facts(self, path: Path, kind: Kind, found: Format, folder: Path) -> tuple[dict[str, Any], Path | None]:
        """Return the meta of a file and, where browsers do not show it, a copy in *folder* that they do."""
        if kind == "image":
            picture = load_image(path)  # whole: damage is told now and not when an expert reads it
            return image_meta(path) | picture.meta | recipe.facts(path), display.picture(picture, found, folder)
        if kind == "video":
            clip = clip_info(path)
            facts = clip_facts(clip)
            shown, start = display.video(clip, folder)
            return facts | ({} if start is None else {"start": start}), shown
        return sound_meta(path), display.sound(path, found, folder)

    def put(self, value: Value, meta: Mapping[str, Any] | None = None, origin: str = "") -> list[Stored]:
        """Store what an expert made: a Picture as PNG, a Clip's file, a Sound as 16-bit WAV, Masks as one entry per object
        (8-bit PNG of 0 and 255 for a picture, ``.rle.json`` for a clip). *meta* is added to the facts of each, *origin* (``models.recipe``) to a Picture's file.

        Raises Refusal when the disk or the quota is full, ValueError when an array is not of the type it should be.
        """
        extra = plain(meta or {})
        if isinstance(value, Picture):
            data = recipe.added(encode_png(value.pixels), recipe.of_one(origin, value.meta))
            height, width = value.pixels.shape[:2]
            facts = {**plain(value.meta), "width": int(width), "height": int(height), "format": "PNG",
                     "label": value.label}  # fmt: skip
            return [("image", self._keep_bytes(data, ".png"), self._meta(facts, extra, len(data)))]
        if isinstance(value, Clip):
            with self.scratch() as folder:
                temp = folder / "file"
                shutil.copyfile(value.path, temp)
                found, size = recognise(temp), temp.stat().st_size
                if found.kind != "av":
                    raise ValueError("a clip's file holds no video")
                made, read = plain(value.meta), clip_facts(clip_info(temp, value.frames))
                # What the expert has to say of the clip goes before what reading its file tells, if that tells anything.
                notes = [*dict.fromkeys((*made.get("notes", ()), *read.get("notes", ())))]
                facts = {**made, **read, "notes": notes, "format": found.name, "label": value.label}
                return [("video", self._keep_files((temp, found.suffix))[0], self._meta(facts, extra, size))]
        if isinstance(value, Sound):
            with self.scratch() as folder:
                temp = folder / "file.wav"
                save_wav(value, temp)
                size = temp.stat().st_size
                count, channels = value.samples.shape
                wave = display.wave(temp, folder)
                kept = self._keep_files((temp, ".wav"), *([(wave, ".png")] if wave else []))
                facts = {**plain(value.meta), "rate": value.rate, "channels": channels, "frames": count,
                         "duration": count / value.rate, "format": "WAV", "label": value.label, **({"wave": kept[1]} if wave else {})}  # fmt: skip
                return [("audio", kept[0], self._meta(facts, extra, size))]
        return self._put_masks(value, extra)

    @staticmethod
    def _meta(facts: Mapping[str, Any], extra: Mapping[str, Any], size: int) -> dict[str, Any]:
        notes = [*facts.get("notes", []), *extra.get("notes", [])]
        return {k: v for k, v in {**facts, **extra, "bytes": size, "notes": notes}.items() if k != "label" or v}

    def _put_masks(self, value: Masks, extra: Mapping[str, Any]) -> list[Stored]:
        array = value.array
        if array.dtype != bool or array.ndim not in (3, 4) or not array.size:
            raise ValueError(f"masks are bool [n, h, w] or [n, t, h, w], not {array.dtype} {array.shape}")
        if not len(array) == len(value.labels) == len(value.scores):
            raise ValueError(f"{len(array)} masks with {len(value.labels)} labels and {len(value.scores)} scores")
        stored: list[Stored] = []
        numbers = value.numbers or [0] * len(array)
        for mask, label, score, number in zip(array, value.labels, value.scores, numbers, strict=True):
            facts = {**plain(value.meta), "width": int(mask.shape[-1]), "height": int(mask.shape[-2]), "label": label,
                     "score": round(float(score), 4), "area": round(np.count_nonzero(mask) / mask.size, 6),
                     **({"number": int(number)} if number else {})}  # fmt: skip
            if mask.ndim == 2:
                data, suffix = to_png(mask), ".png"
            else:
                duration = len(mask) / value.fps if value.fps else 0.0
                facts |= {"fps": value.fps, "frames": len(mask), "duration": duration}
                data, suffix = clip_to_json(mask, label, float(score), value.fps), _CLIP_MASK
            stored.append(("mask", self._keep_bytes(data, suffix), self._meta(facts, extra, len(data))))
        return stored

    # ---- out ---------------------------------------------------------------------------------------------------------

    def open(self, media: Media) -> Value:
        """Return what a medium stands for; a mask as Masks [1, h, w] or [1, t, h, w]. Raises Refusal when it is gone."""
        path, meta = self.file(media), media.meta
        label = str(meta.get("label", ""))
        if media.kind == "image":
            picture = load_image(path)
            picture.label = label
            return picture
        if media.kind == "audio":
            sound = load_sound(path)
            sound.label = label
            return sound
        if media.kind == "video":
            if not all(key in meta for key in ("width", "height", "fps", "frames")):
                return clip_info(path)
            return Clip(path, int(meta["width"]), int(meta["height"]), float(meta["fps"]), int(meta["frames"]),
                        bool(meta.get("has_audio")), label, dict(meta))  # fmt: skip
        try:
            if path.name.endswith(_CLIP_MASK):
                masks = clip_from_json(path.read_bytes())
            else:
                masks = Masks(from_png(path)[None], [label], [float(meta.get("score", 1.0))])
        except ValueError as error:
            raise Refusal(f"{media.handle} is damaged and cannot be read.", "Make the mask again.") from error
        masks.labels, masks.meta = [label or masks.labels[0]], dict(meta)
        return masks

    def export(self, media: Sequence[Media], form: str, frame: int | None = None) -> Path:
        """Write masks as one file for download: "png" (several as a ZIP), "rle", "coco" or "svg"; return its absolute path. Of
        a picture or clip the boxes that it tells of are written, as "coco" or "svg". Of a clip's masks those of *frame* (from 0)
        alone are written where one is given; a picture's mask is written as it is.

        Raises Refusal when one of *media* is neither or is gone, when the form is unknown, when a clip has no such frame or boxes are
        asked for of one, or when the disk is full.
        """
        if media and media[0].kind in ("image", "video") and form in ("coco", "svg"):
            if frame is not None:
                raise Refusal(f"{media[0].handle} is not a mask.", "One frame is exported of a clip's masks alone.")
            return self.path(self._keep_bytes(*export_boxes(media, form)))
        items: list[Named] = []
        for item in media:
            value = self.open(item) if item.kind == "mask" else None
            if not isinstance(value, Masks):
                raise Refusal(f"{item.handle} is not a mask.", "Only masks can be exported as png or rle.")
            items.append(Named(item.handle, str(item.meta.get("of", "")), value, index_of(item.handle, item.meta)))
        data, suffix = export(items if frame is None else [at_frame(item, frame) for item in items], form)
        return self.path(self._keep_bytes(data, suffix))

    def remove(self, names: Collection[str], grace: float = 60.0) -> None:
        """Remove files that nobody refers to any more. One stored or used again within *grace* seconds stays for the next
        cleaning: another conversation may be about to refer to it."""
        with self._lock:
            for name in names:
                file = self._place(name)
                with contextlib.suppress(OSError):  # gone already, or open in a system that does not forgive it
                    facts = file.stat()
                    if time.time() - facts.st_mtime >= grace:
                        file.unlink()
                        self._used -= facts.st_size

    def clean(self, keep: Collection[str], max_age: float | None = None, grace: float = 3600.0) -> int:
        """Remove files that nobody refers to and return the bytes freed.

        *keep* holds every relative path in use, ``meta["display"]`` included: those are never removed, nor are files
        changed within *grace* seconds, whose row may still be on its way. The others go when older than *max_age*
        seconds (None: no age limit), and, oldest first, while the store is over nine tenths of its quota.
        """
        # By their sums too: a file that could not be renamed when the store was opened is still in use.
        wanted, now, freed = {self.address(name) for name in keep}.union(keep), time.time(), 0
        loose = sorted(
            (changed, size, name)
            for name, size, changed in self._files()
            if name not in wanted and now - changed >= grace
        )
        with self._lock:
            for changed, size, name in loose:
                old = max_age is not None and now - changed > max_age
                if old or self._used > 0.9 * self.quota:
                    (self.root / name).unlink(missing_ok=True)
                    self._used -= size
                    freed += size
        return freed


def _digest(file: IO[bytes]) -> str:
    sha = hashlib.sha256()
    while block := file.read(_BLOCK):
        sha.update(block)
    return sha.hexdigest()


@contextlib.contextmanager
def _full_disk() -> Iterator[None]:
    """Turn a full disk or quota into a Refusal."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise no_room() from error
        raise
