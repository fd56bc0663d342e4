"""Files as gradio's clients send and get them, and parts that hold them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from components.fast_gradio import gr
from models.expert import Refusal
from models.values import Media, Message

from app import programs
from app.engine import Engine


def plainly(doing: str) -> AbstractContextManager[None]:
    """Turn what goes wrong within into the one sentence that gradio hands to the client."""
    return programs.plainly(doing, lambda words: gr.Error(words, print_exception=False))


def uploads(engine: Engine, files: Any) -> Iterator[tuple[Path, str] | str]:
    """Yield path and name of each uploaded file, and each handle that stands in place of one. Gradio refuses other paths only
    where a file says that it is one of its own, so it is looked at here."""
    most = engine.settings.files_per_message
    if not isinstance(files, Sequence) or isinstance(files, str):
        raise Refusal("The files are no list.", "Pass a list of uploaded files.")
    if len(files) > most:
        raise Refusal(f"A message takes at most {most} files.", "Send them in several messages.")
    for file in files:
        yield file if programs.is_handle(file) else upload(file)


def upload(file: Any) -> tuple[Path, str]:
    """Return path and name of an uploaded file. Raises Refusal for whatever else a client sends."""
    folder = Path(gr.utils.get_upload_folder()).resolve()
    path = file.get("path") if isinstance(file, Mapping) else None
    if not isinstance(path, str) or not path or not _within(path, folder):
        raise Refusal("A file is not an uploaded one.", "Pass files with handle_file.")
    return Path(path), str(file.get("orig_name") or Path(path).name)


def _within(path: str, folder: Path) -> bool:
    try:
        return Path(path).resolve().is_relative_to(folder)
    except (OSError, ValueError, RuntimeError):
        return False


def data(path: Path) -> dict[str, Any]:
    """Return a file as gradio's clients fetch it."""
    return {"path": str(path), "orig_name": path.name, "meta": {"_type": "gradio.FileData"}}


def file(engine: Engine, item: Media) -> dict[str, Any]:
    """Return the file of a medium in the same form."""
    return data(engine.store.file(item))


def parts(engine: Engine, message: Message) -> list[dict[str, Any]]:
    """Return the parts of a message as JSON data, with the files of its media."""
    return [programs.part(item, lambda media: file(engine, media)) for item in message.parts]
