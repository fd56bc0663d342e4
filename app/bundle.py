"""One conversation as one file: a ZIP with ``manifest.json`` and every medium once, named by the SHA-256 of its content.

The manifest holds the messages of all branches with their calls, steps, seeds and checkpoints, which medium each handle stands
for, and what it was made with. Whatever is read is treated as if somebody had forged it: :func:`load` takes all of it or
nothing, and measures again what a file says of itself.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import lzma
import platform
import re
import secrets
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from models.expert import Masks, Refusal
from models.mask_files import clip_from_json
from models.media import LIMITS
from models.values import Media, Message, Step, to_json

from app.branches import Held, Node, Tree, media_of
from app.bundle_values import fault_of, harmless, message_from, typed
from app.chosen import is_kept
from app.engine import Engine
from app.session import Session

FORMAT = "unison-conversation"
VERSION = 1
MANIFEST = "manifest.json"
MOST_MANIFEST = 16_000_000
MOST_MASK = 16_000_000
"""Bytes of the JSON of one clip's mask: read, JSON takes some thirty times its size."""
MOST_FILES = 5_000
MOST_MESSAGES = 20_000
MOST_NUMBER = 1 << 31
MOST_CELLS = 1 << 29
"""Pixels of all frames of one clip's mask."""
LIBRARIES = ("numpy", "torch", "opencv-python-headless", "opencv-python", "Pillow", "scipy")
DERIVED = ("display", "wave")
"""Facts of a medium that name copies made from it: they are made anew."""
MEASURED = (
    "bytes",
    "width",
    "height",
    "fps",
    "frames",
    "duration",
    "rate",
    "channels",
    "has_audio",
    "start",
    "format",
    *DERIVED,
)
_FILE = re.compile(r"media/[0-9a-f]{64}(?:\.[a-z0-9]{1,8}){0,2}")
_HANDLE = re.compile(r"(image|video|audio|mask)#[1-9][0-9]{0,8}")
_DAMAGED = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError)
_NOT_OURS = "Choose a file that Unison saved."


@dataclass(frozen=True)
class _Entry:
    """A medium as the manifest tells it: its handle, the name of its file in the bundle and its facts."""

    handle: str
    file: str
    meta: Mapping[str, Any]


def save(engine: Engine, session: Session, path: Path) -> Path:
    """Write the conversation to the file *path* and return it. Raises Refusal when there is nothing to save, a file of it is
    gone, or the disk is full; then nothing is left at *path*."""
    tree = engine.history.tree(session.owner, session.conversation)
    if not tree.nodes:
        raise Refusal("There is nothing to save yet.", "Send a message first.")
    media = media_of(node.message for node in tree.nodes)
    files = {_name_of(medium): engine.store.file(medium) for medium in media.values()}
    for handle, medium in media.items():
        name = _name_of(medium)
        if (size := files[name].stat().st_size) > _most(name):
            what = f"{handle} has {_mb(size)}, and a saved conversation holds files of at most {_mb(_most(name))}."
            raise Refusal(what, "Branch off from before it and save that.")
    manifest = json.dumps(_manifest(engine, tree, media), indent=1)
    if len(manifest) > MOST_MANIFEST or len(files) > MOST_FILES or len(tree.nodes) > MOST_MESSAGES:
        raise Refusal("This conversation is too long for one file.", "Branch off a shorter one and save that.")
    half = path.with_name(f"{secrets.token_hex(16)}.half")
    try:
        with zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(MANIFEST, manifest)
            for name, file in files.items():
                archive.write(file, name, zipfile.ZIP_STORED)  # pictures, clips and most sounds are packed already
        half.replace(path)
    except OSError:
        raise Refusal("The conversation could not be written.", "Free some space and try again.") from None
    finally:
        half.unlink(missing_ok=True)
    return path


def save_to_share(engine: Engine, session: Session) -> Path:
    """Write the conversation to the file of it that browsers and programs may fetch, and return that. Raises Refusal as
    :func:`save` does."""
    # A name that nobody can guess, in the folder that is served, and one for each conversation; old ones are swept out.
    secret = engine.history.secret("download")
    name = hmac.new(secret, session.conversation.encode(), hashlib.sha256).hexdigest()
    engine.store.sweep()
    return save(engine, session, engine.settings.media / "tmp" / f"{name}.zip")


def hindrance(path: Path) -> str:
    """Return why the page does not take the saved file at *path* in again, and what does; "" where it does."""
    size, most = path.stat().st_size, LIMITS.upload_bytes
    if size <= most:
        return ""
    return (
        f"The file has {_mb(size)}, and the page takes files of at most {_mb(most)} in. It is whole: /load in the terminal "
        "(start.py --console) takes it. For the page, branch off a shorter conversation and save that as well."
    )


def _mb(size: int) -> str:
    return f"{-(-size // 1_000_000):,} MB"


def _name_of(medium: Media) -> str:
    return f"media/{medium.path.replace('/', '', 1)}"


def _manifest(engine: Engine, tree: Tree, media: Mapping[str, Media]) -> dict[str, Any]:
    steps = [part for node in tree.nodes for part in node.message.parts if isinstance(part, Step)]
    unified = engine.profile.unified
    return {
        "format": FORMAT,
        "version": VERSION,
        "made_with": {"python": platform.python_version(), **dict(_libraries())},
        "profile": engine.profile.name,
        "checkpoints": {
            "unified": "@".join(filter(None, (unified.source, unified.revision))),
            **{step.expert: step.checkpoint for step in steps},
        },
        "title": tree.title,
        "leaf": tree.leaf,
        "messages": [
            {"n": node.n, "parent": node.parent, "made": node.made, **_chosen(node), **_written(node.message)}
            for node in tree.nodes
        ],
        "media": [
            {"handle": m.handle, "file": _name_of(m), "meta": {k: v for k, v in m.meta.items() if k not in DERIVED}}
            for m in media.values()
        ],
    }


def _chosen(node: Node) -> dict[str, Any]:
    return {"chosen": node.chosen} if node.chosen else {}


def _written(message: Message) -> dict[str, Any]:
    """Return *message* as JSON; a medium is told by its handle alone, and what is being made as what there is of it."""
    parts = [{"is": "Media", "handle": p.handle} if isinstance(p, Media) else to_json(p) for p in message.parts]
    return {"role": message.role, "state": "stopped" if message.state == "running" else message.state, "parts": parts}


def _libraries() -> Iterator[tuple[str, str]]:
    for name in LIBRARIES:
        try:
            yield name, metadata.version(name)
        except metadata.PackageNotFoundError:  # noqa: PERF203 (six names, once a file)
            continue


def load(engine: Engine, owner: str, path: Path) -> Session:
    """Make a conversation of *owner* from a file that :func:`save` wrote, and return its session.

    Raises Refusal, and leaves nothing behind, for a file that is no bundle, was written by a newer version, lacks a file or
    holds one with another content, a path that is not its own or more than it says, or names what it does not hold; and when
    the owner's media would pass their limit.
    """
    try:
        with zipfile.ZipFile(path) as archive, engine.store.scratch() as folder:
            told = _checked(archive)
            nodes, leaf, title, entries = _read(told)
            _match(archive, entries)
            total = sum(archive.getinfo(entry.file).file_size for entry in entries.values())
            engine.check_quota(owner, total)
            files = {name: _unpack(archive, name, folder) for name in {entry.file for entry in entries.values()}}
            return _plant(engine, owner, (nodes, leaf, title), entries, files)
    except (*_DAMAGED, NotImplementedError, RuntimeError, EOFError, UnicodeError) as error:
        raise Refusal("This file is damaged, or no saved conversation.", _NOT_OURS) from error
    except OSError as error:
        raise Refusal("The file cannot be read.", "Choose it again.") from error


def _checked(archive: zipfile.ZipFile) -> dict[str, Any]:
    """Return the manifest, once the list of the archive's files can be trusted to be harmless."""
    infos = archive.infolist()
    names = [info.filename for info in infos]
    if MANIFEST not in names:
        raise Refusal("This file holds no conversation: it has no manifest.", _NOT_OURS)
    if len(names) != len(set(names)) or len(names) > MOST_FILES + 1:
        raise Refusal("This file names a part twice, or too many parts.", _NOT_OURS)
    for info in infos:
        if info.filename != MANIFEST and not _FILE.fullmatch(info.filename):
            raise Refusal("This file holds something outside of its media folder.", _NOT_OURS)
        if info.flag_bits & 1:
            raise Refusal("This file is encrypted.", _NOT_OURS)
        if info.file_size > _most(info.filename):
            raise Refusal("A part of this file is larger than what can be taken in.", "Save a shorter conversation.")
    with archive.open(MANIFEST) as file:
        data = file.read(MOST_MANIFEST + 1)
    try:
        told = json.loads(data, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refusal("The manifest of this file cannot be read.", _NOT_OURS) from error
    if not isinstance(told, dict) or told.get("format") != FORMAT or not harmless(told):
        raise Refusal("This file is no saved conversation.", _NOT_OURS)
    version = told.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise Refusal("The manifest of this file does not say of what version it is.", _NOT_OURS)
    if version > VERSION:
        raise Refusal(
            "This conversation was saved by a newer version of Unison.", "Update the program and load it again."
        )
    return told


def _most(name: str) -> int:
    """Return how many bytes the part *name* may have, unpacked."""
    if name == MANIFEST:
        return MOST_MANIFEST
    return MOST_MASK if name.endswith(".json") else LIMITS.upload_bytes


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number of JSON")


def _listed(told: Mapping[str, Any], name: str, most: int) -> list[dict[str, Any]]:
    found = told.get(name)
    if not isinstance(found, list) or len(found) > most or not all(isinstance(one, dict) for one in found):
        raise Refusal(f"The {name} in the manifest of this file are no list, or too many.", _NOT_OURS)
    return found


def _read(told: Mapping[str, Any]) -> tuple[list[Node], int | None, str, dict[str, _Entry]]:
    """Return the messages, the leaf, the title and the media of the manifest, all checked against each other."""
    entries: dict[str, _Entry] = {}
    for one in _listed(told, "media", MOST_FILES):
        handle, file, meta = one.get("handle"), one.get("file"), one.get("meta")
        if not isinstance(handle, str) or not _HANDLE.fullmatch(handle) or handle in entries:
            raise Refusal("A medium of this file has no handle of its own.", _NOT_OURS)
        if not isinstance(file, str) or not _FILE.fullmatch(file) or not isinstance(meta, dict):
            raise Refusal(f"{handle} names no file of this bundle.", _NOT_OURS)
        entries[handle] = _Entry(handle, file, meta)
    nodes: dict[int, Node] = {}
    for one in _listed(told, "messages", MOST_MESSAGES):
        n, parent, made = one.get("n"), one.get("parent"), one.get("made")
        last = max(nodes, default=-1)
        if not (isinstance(n, int) and isinstance(made, int | float)) or fault_of(n, int) or fault_of(made, float):
            raise Refusal("A message of this file does not say where it stands.", _NOT_OURS)
        if not last < n < MOST_NUMBER or not _stands(parent, nodes):
            raise Refusal("The messages of this file do not follow each other.", _NOT_OURS)
        if not is_kept(one.get("chosen", {})):
            raise Refusal("What was chosen for a message of this file cannot be read.", _NOT_OURS)
        message = message_from(one, lambda handle: _stand_in(entries, handle))
        nodes[n] = Node(n, parent, message, float(made), one.get("chosen", {}))
    leaf, title = told.get("leaf"), told.get("title")
    if not nodes or not _stands(leaf, nodes) or not isinstance(title, str):
        raise Refusal("This file holds no conversation that could be shown.", _NOT_OURS)
    unused = set(entries) - set(media_of(node.message for node in nodes.values()))
    if unused:
        raise Refusal(f"No message of this file holds {min(unused)}.", _NOT_OURS)
    return list(nodes.values()), leaf, title, entries


def _stands(n: Any, nodes: Mapping[int, Node]) -> bool:
    return n is None or (not fault_of(n, int) and n in nodes)


def _stand_in(entries: Mapping[str, _Entry], handle: str) -> Media:
    if handle not in entries:
        raise Refusal(f"A message of this file names {handle[:40]}, which it does not hold.", _NOT_OURS)
    kind: Any = handle.partition("#")[0]
    return Media(kind, handle, "")


def _match(archive: zipfile.ZipFile, entries: Mapping[str, _Entry]) -> None:
    """Raise Refusal unless the archive holds the files that the media name, and no others."""
    there, named = set(archive.namelist()) - {MANIFEST}, {entry.file for entry in entries.values()}
    missing = [entry.handle for entry in entries.values() if entry.file not in there]
    if missing:
        raise Refusal(f"This file lacks the content of {missing[0]}.", "Save the conversation again.")
    if there - named:
        raise Refusal("This file holds something that no message uses.", _NOT_OURS)


def _unpack(archive: zipfile.ZipFile, name: str, folder: Path) -> Path:
    """Write one file of the archive to *folder*, at most as long as it says, and check its sum."""
    target, most = folder / name.partition("/")[2], archive.getinfo(name).file_size
    sha, size = hashlib.sha256(), 0
    with archive.open(name) as source, target.open("wb") as file:
        while block := source.read(1 << 20):
            size += len(block)
            if size > most:
                raise Refusal("A part of this file is longer than it says.", _NOT_OURS)
            sha.update(block)
            file.write(block)
    if sha.hexdigest() != name[6:70]:
        raise Refusal("A part of this file was changed: its sum is wrong.", "Save the conversation again.")
    return target


def _plant(
    engine: Engine,
    owner: str,
    said: tuple[list[Node], int | None, str],
    entries: Mapping[str, _Entry],
    files: Mapping[str, Path],
) -> Session:
    """Take the files in and write the conversation; a failure half-way takes them out again."""
    nodes, leaf, title = said
    kept: set[str] = set()
    try:
        media = {handle: _adopt(engine, entry, files[entry.file], kept.add) for handle, entry in entries.items()}
        whole = [replace(node, message=_with(node.message, media)) for node in nodes]
        first: dict[str, int] = {}
        for node in whole:
            for handle in media_of([node.message]):
                first.setdefault(handle, node.n)
        held = tuple(Held(m, turn, first[m.handle]) for turn, m in enumerate(media.values(), 1))
        return Session(owner, engine.history.plant(owner, Tree(title, leaf, tuple(whole), held)))
    except BaseException:
        engine.store.remove(kept - engine.history.paths(), grace=0.0)
        raise


def _with(message: Message, media: Mapping[str, Media]) -> Message:
    parts = tuple(media[part.handle] if isinstance(part, Media) else part for part in message.parts)
    return Message(message.role, parts, message.state)


def _adopt(engine: Engine, entry: _Entry, file: Path, keep: Callable[[str], None]) -> Media:
    """Take one file into the store as what its handle says it is, with its facts measured anew."""
    kind: Any = entry.handle.partition("#")[0]
    if typed(entry.meta):
        raise Refusal(f"The facts of {entry.handle} in this file are no plain facts.", _NOT_OURS)
    if kind == "mask" and file.name.endswith(".rle.json"):
        [(_, path, facts)] = engine.store.put(_clip_mask(entry, file))
    else:
        found, path, facts = engine.store.adopt(file, str(entry.meta.get("name") or ""))
        if found != ("image" if kind == "mask" else kind):
            raise Refusal(f"{entry.handle} of this file is no {kind}.", _NOT_OURS)
    for name in (path, *(str(facts[key]) for key in DERIVED if facts.get(key))):
        keep(name)
    own = {key: value for key, value in entry.meta.items() if key not in MEASURED}
    return Media(kind, entry.handle, path, {**own, **{key: facts[key] for key in MEASURED if key in facts}})


def _clip_mask(entry: _Entry, file: Path) -> Masks:
    data = file.read_bytes()
    try:
        head = json.loads(data, parse_constant=_no_constant)
        height, width = (int(side) for side in head["size"])
        if min(height, width) < 1 or height * width * max(1, len(head["counts"])) > MOST_CELLS:
            raise ValueError("a size out of range")
        return clip_from_json(data)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refusal(f"{entry.handle} of this file is no mask of a clip.", _NOT_OURS) from error
