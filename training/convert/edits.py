"""Pairs of pictures before and after an instruction: InstructPix2Pix (generated) and MagicBrush (made by hand, several turns).

InstructPix2Pix: ``NAME/prompt.json`` (``edit``) and ``NAME/SEED_0.jpg``, ``SEED_1.jpg``; ``seeds.json`` lists them, and its first
90 %, next 5 % and last 5 % are train, val and test (``edit_dataset.py``). MagicBrush in files: ``edit_sessions.json`` (rows of
``input``, ``mask``, ``output``, ``instruction`` by picture) and ``images/ID/``; in half the turns of a conversation the person
marks the place.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from models.values import Phrase
from PIL import Image

from training.convert.chat import Chat, picture_meta
from training.convert.items import Conversation, Item, Missing
from training.convert.reading import inside, json_of, need, require, stream
from training.convert.shapes import box_round, mask_meta

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHARES = {"train": (0.0, 0.9), "val": (0.9, 0.95), "test": (0.95, 1.0)}


def _seeds(folder: Path) -> list[tuple[int, str, list[str]]]:
    """Return (line, name, seeds) from ``seeds.json`` or, without it, from the folders as ``prepare_dataset.py`` lists them."""
    listed = folder / "seeds.json"
    if listed.exists():
        return [(line, str(row[0]), [str(seed) for seed in row[1]]) for _, line, row in stream(listed)]
    found = []
    for place in sorted(path for path in folder.iterdir() if path.is_dir()):
        seeds = [path.name.split("_")[0] for path in sorted(place.glob("*_0.jpg"))]
        if seeds:
            found.append((0, place.name, seeds))
    if not found:
        raise Missing(f"{folder} holds no seeds.json and no folders with SEED_0.jpg and SEED_1.jpg")
    return found


def read_pix2pix(folder: Path, split: str) -> Iterator[Item]:
    """Yield one conversation for each pair of pictures of the split."""
    seeds = _seeds(need(folder, "."))
    first, last = (math.floor(share * len(seeds)) for share in SHARES[split])
    for line, name, numbers in seeds[first:last]:
        for seed in numbers:
            path = folder / "seeds.json" if line else folder / name / "prompt.json"
            yield Item(f"{name}-{seed}", path, line, partial(_pair, folder, name, seed))


def _pair(folder: Path, name: str, seed: str, key: str) -> Conversation:
    words = " ".join(str(json_of(inside(folder, f"{name}/prompt.json"))["edit"]).split())
    before, after = f"{name}/{seed}_0.jpg", f"{name}/{seed}_1.jpg"
    chat = Chat(key)
    picture = chat.medium("image", before, **picture_meta(folder, before))
    chat.ask(words)
    chat.reply("edit", picture.handle)
    call = chat.call("edit", picture.handle, Phrase(words))
    chat.medium("image", after, call=call, of=picture.handle, **picture_meta(folder, after))
    chat.answer()
    return chat.done("edit")


def read_magicbrush(folder: Path, split: str) -> Iterator[Item]:
    """Yield one conversation a picture: its edits one after the other."""
    if not (folder / split).is_dir() and any(folder.rglob(f"{split}-*.parquet")):
        raise Missing(
            f"{folder} holds MagicBrush as parquet, which this project has no reader for. Write it out once, as files: for "
            f"each row save source_img, mask_img and target_img as {split}/images/ID/ID-input.png, ID-mask1.png, "
            f"ID-output1.png, ... and list the rows by picture in {split}/edit_sessions.json, as the authors' own archive does"
        )
    root = need(folder, split)
    path = need(root, "edit_sessions.json", "edit_turns.json")
    if path.name == "edit_sessions.json":
        for _, line, (number, rows) in stream(path):
            yield Item(number, path, line, partial(_session, folder, f"{split}/images/{number}", rows))
        return
    sessions: dict[str, tuple[int, list[Any]]] = {}
    for _, line, row in stream(path):
        require(path, line, row, "input")
        sessions.setdefault(str(row["input"]).split("-")[0], (line, []))[1].append(row)
    for number, (line, rows) in sessions.items():
        yield Item(number, path, line, partial(_session, folder, f"{split}/images/{number}", rows))


def painted(mask: Path, source: Path) -> NDArray[np.bool_]:
    """Return where a MagicBrush mask lets the picture be changed, bool [h, w]: its transparent pixels; where it has none, its
    white ones, and where it is the picture with white painted over, those that are white in the mask alone."""
    with Image.open(mask) as opened:
        pixels = np.asarray(opened.convert("RGBA"))
    if (pixels[..., 3] < 128).any():
        return np.asarray(pixels[..., 3] < 128)
    rgb = pixels[..., :3]
    white = (rgb >= 250).all(axis=2)
    if (white | (rgb <= 5).all(axis=2)).mean() > 0.99:
        return np.asarray(white)
    with Image.open(source) as opened:
        before = np.asarray(opened.convert("RGB"))
    if before.shape != rgb.shape:
        raise ValueError(f"{mask.name} has another size than its picture")
    return np.asarray(white & (np.abs(before.astype(np.int16) - rgb).max(axis=2) > 8))


def _session(folder: Path, place: str, rows: list[dict[str, Any]], key: str) -> Conversation:
    chat = Chat(key)
    size = picture_meta(folder, f"{place}/{rows[0]['input']}")
    last = chat.medium("image", f"{place}/{rows[0]['input']}", **size)
    for number, row in enumerate(rows):
        if number and row["input"] != rows[number - 1]["output"]:
            raise ValueError(f"turn {number + 1} starts from {row['input']}, which the turn before did not make")
        changed = painted(inside(folder, f"{place}/{row['mask']}"), inside(folder, f"{place}/{row['input']}"))
        words = " ".join(str(row["instruction"]).split())
        region = chat.mark(last.handle, box_round(changed)) if chat.rng.random() < 0.5 else None
        chat.ask(words)
        task = "inpaint" if region else "edit"
        chat.reply(task, last.handle)
        call = chat.call(task, last.handle, *([region.handle] if region else []), Phrase(words))
        meta = picture_meta(folder, f"{place}/{row['output']}")
        last = chat.medium(
            "image", f"{place}/{row['output']}", call=call, of=last.handle, changed=mask_meta(changed)["rle"], **meta
        )
        chat.answer()
    return chat.done("edit.session")
