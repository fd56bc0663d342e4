"""What a picture was made by, written into its PNG file and read back: so that the file alone tells it, here and elsewhere.

It lies in one text chunk (``iTXt``, PNG specification, third edition, 11.3.3.4) as plain JSON. What is read may be anybody's: it is
bounded in size, checked field by field, and is data alone; nothing of it runs until a person sends it.
"""

from __future__ import annotations

import json
import math
import re
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from models.several import COUNT, SEED
from models.tokens import write_call
from models.values import Ref, Region, Step, TaskCall

KEYWORD = b"unison"
MOST = 64 * 1024
"""Bytes of a chunk that is read, and written."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHUNKS, _NAMES = 200, 64
_TASK, _HANDLE, _SUM = (re.compile(form) for form in (r"[a-z_]{1,40}", r"[a-z]{1,10}#[0-9]{1,9}", r"[0-9a-f]{64}"))
_KEY = re.compile(r"[a-z_]{1,40}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def of_step(step: Step, call: TaskCall, regions: Mapping[str, Region], sums: Callable[[str], str]) -> str:
    """Return what is written into pictures that *step* made for *call*, as JSON; the same for the same call, so that equal pictures are
    equal files. A region that is a box is written as the box; *sums* gives the SHA-256 of a medium's file by handle. Empty where it
    would be longer than MOST."""
    args = []
    for arg in call.args:
        region = regions.get(arg.handle) if isinstance(arg, Ref) else None
        lone = region is not None and not (region.points or region.strokes or region.polygons or region.mask)
        args.append(region.box if lone and region is not None and region.box is not None else arg)
    kept = {name: value for name, value in step.settings.items() if isinstance(value, str | int | float | bool)}
    given = [ref for ref in call.refs() if not ref.startswith("region#")]
    told = {
        "format": 1, "program": "Unison", "task": step.task, "expert": step.expert, "checkpoint": step.checkpoint, "seed": step.seed,
        "call": write_call(TaskCall(call.id, call.task, tuple(args), call.params)), "settings": kept,
        "inputs": {handle: sums(handle) for handle in given},
    }  # fmt: skip
    text = json.dumps(told, ensure_ascii=False, sort_keys=True)
    return text if len(text.encode("utf-8", "replace")) <= MOST else ""


def of_one(text: str, meta: Mapping[str, Any]) -> str:
    """Return the recipe *text* of a call for one picture with the facts *meta*: of several, each is made again alone, by the seed of its own."""
    if not text or not isinstance(seed := meta.get(SEED), int):
        return text
    told = json.loads(text)
    before, named, rest = str(told["call"]).rpartition(f" {COUNT.name}=")
    told["call"] = before + re.sub(r'^"?\d+"?', "", rest) if named else told["call"]
    told["settings"].pop(COUNT.name, None)
    return json.dumps({**told, "seed": seed}, ensure_ascii=False, sort_keys=True)


def chunk(text: str) -> bytes:
    """Return *text* as the PNG chunk that :func:`read` finds."""
    data = KEYWORD + b"\x00\x00\x00\x00\x00" + text.encode("utf-8", "replace")
    return len(data).to_bytes(4, "big") + b"iTXt" + data + zlib.crc32(b"iTXt" + data).to_bytes(4, "big")


def added(png: bytes, text: str) -> bytes:
    """Return the file *png* with *text* in it, before its pixels; unchanged where there is none. Raises ValueError for what is no
    PNG."""
    if not text:
        return png
    if not png.startswith(_SIGNATURE) or png[12:16] != b"IHDR":
        raise ValueError("this is no PNG file")
    after = len(_SIGNATURE) + 12 + int.from_bytes(png[8:12], "big")
    return png[:after] + chunk(text) + png[after:]


def read(path: Path) -> dict[str, Any]:
    """Return what the PNG file at *path* says it was made by, checked (``format`` 1, ``task``, ``call``, ``expert``, ``checkpoint``, ``seed``,
    ``settings``, ``inputs``); empty where it says nothing that can be used. Never raises for what the file holds."""
    try:
        with path.open("rb") as file:
            if file.read(8) != _SIGNATURE:
                return {}
            for _ in range(_CHUNKS):
                head = file.read(8)
                size, kind = int.from_bytes(head[:4], "big"), head[4:]
                if len(head) < 8 or kind in (b"IDAT", b"IEND") or size >= 2**31:
                    return {}
                if kind != b"iTXt" or size > MOST + 100:
                    file.seek(size + 4, 1)
                    continue
                data, told = file.read(size), file.read(4)
                if zlib.crc32(kind + data).to_bytes(4, "big") == told and data.startswith(KEYWORD + b"\x00\x00\x00"):
                    return checked(data[len(KEYWORD) + 3 :].split(b"\x00", 2)[-1])
    except (OSError, OverflowError):
        return {}
    return {}


def facts(path: Path) -> dict[str, Any]:
    """Return ``made``, what :func:`read` gives of the file at *path*; nothing where that is empty."""
    made = read(path)
    return {"made": made} if made else {}


def checked(data: bytes) -> dict[str, Any]:
    """Return the recipe that *data* holds, with nothing in it but what is expected; empty where anything is not."""
    try:
        told = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        return {}
    if len(data) > MOST or not isinstance(told, dict) or told.get("format") != 1:
        return {}
    words = {name: told.get(name) for name in ("task", "call", "expert", "checkpoint")}
    seed, settings, inputs = told.get("seed"), told.get("settings"), told.get("inputs")
    plain = all(isinstance(word, str) for word in words.values())
    if not plain or not _TASK.fullmatch(str(words["task"])) or isinstance(seed, bool) or not isinstance(seed, int):
        return {}
    if not 0 <= seed < 2**31 or not isinstance(settings, dict) or not isinstance(inputs, dict):
        return {}
    if len(settings) > _NAMES or len(inputs) > _NAMES or not all(map(_setting, settings.items())):
        return {}
    if not all(_HANDLE.fullmatch(k) and isinstance(v, str) and _SUM.fullmatch(v) for k, v in inputs.items()):
        return {}
    cleaned = {name: _CONTROL.sub(" ", str(word))[: MOST if name == "call" else 300] for name, word in words.items()}
    return {
        "format": 1,
        **cleaned,
        "seed": seed,
        "settings": {k: _plain(v) for k, v in settings.items()},
        "inputs": inputs,
    }


def _setting(entry: tuple[str, Any]) -> bool:
    name, value = entry
    sound = isinstance(value, str | bool) or (isinstance(value, int) and abs(value) < 2**53)
    return bool(_KEY.fullmatch(name)) and (sound or (isinstance(value, float) and math.isfinite(value)))


def _plain(value: Any) -> Any:
    return _CONTROL.sub(" ", value)[:2000] if isinstance(value, str) else value
