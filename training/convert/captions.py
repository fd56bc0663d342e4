"""Sounds and clips with captions: AudioCaps, Clotho, MSR-VTT. A caption is asked for, or given as the answer.

AudioCaps: ``<split>.csv`` (audiocap_id, youtube_id, start_time, caption); its sounds are not published, those that were
fetched lie in ``<split>/`` or ``audio/<split>/`` as YOUTUBE_START or YOUTUBE or AUDIOCAP with any ending, and captions without
a sound are used as requests only. Clotho: ``clotho_captions_<split>.csv`` (file_name, caption_1..5) beside ``<split>/``.
MSR-VTT: ``train_val_videodatainfo.json`` and ``test_videodatainfo.json`` (videos, sentences) beside the clips.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Literal

from models.sound import sound_meta
from models.values import Phrase

from training.convert.chat import Chat
from training.convert.items import Conversation, Item, broken
from training.convert.reading import inside, lacking, need, require, stream, table

ENDINGS = (".wav", ".flac", ".mp3", ".ogg", ".m4a")
_WORDS: dict[str, tuple[Literal["audio", "video"], str]] = {"audio": ("audio", "listen"), "video": ("video", "watch")}


def _captioned(
    kind: Literal["audio", "video"], caption: str, path: str, meta: dict[str, Any], key: str, tell: bool
) -> Conversation:
    """Ask for what *caption* says, the medium at *path* being the result ("" when there is none), or *tell* what it is."""
    words = " ".join(caption.split())
    if not words:
        raise ValueError("the caption is empty")
    chat = Chat(key)
    question = _WORDS[kind][1]
    if tell:
        chat.medium(kind, path, **meta)
        chat.ask(chat.request(question))
        chat.say(words[0].upper() + words[1:] + ("" if words[-1] in ".!?" else "."))
        chat.answer()
        return chat.done(question)
    chat.ask(chat.request(kind, words))
    chat.reply(kind)
    call = chat.call(kind, Phrase(words))
    if path:
        chat.medium(kind, path, call=call, **meta)
    chat.answer()
    return chat.done(kind)


def _telling(key: str) -> bool:
    """Whether the conversation *key* is about hearing or seeing; about every other one is."""
    return Chat(key).rng.random() < 0.5


def read_audiocaps(folder: Path, split: str) -> Iterator[Item]:
    """Yield one conversation a caption."""
    path = need(folder, f"{split}.csv", f"dataset/{split}.csv", f"dataset2.0/{split}.csv")
    places = [place for place in (folder / split, folder / "audio" / split, folder / "audio") if place.is_dir()]
    for line, row in table(path, "audiocap_id", "youtube_id", "start_time", "caption"):
        if isinstance(row, str):
            yield broken(f"line-{line}", path, line, row)
        else:
            yield Item(row["audiocap_id"], path, line, partial(_audiocap, folder, places, row))


def _audiocap(folder: Path, places: list[Path], row: dict[str, str], key: str) -> Conversation:
    stems = (f"{row['youtube_id']}_{row['start_time']}", row["youtube_id"], row["audiocap_id"])
    files = (place / f"{stem}{ending}" for place in places for stem in stems for ending in ENDINGS)
    sound = next((file for file in files if file.is_file()), None)
    if sound is None:
        return _captioned("audio", row["caption"], "", {}, key, tell=False)
    name = sound.relative_to(folder).as_posix()
    return _captioned("audio", row["caption"], name, sound_meta(sound), key, _telling(key))


def read_clotho(folder: Path, split: str) -> Iterator[Item]:
    """Yield one conversation for each of a sound's five captions."""
    path = need(folder, f"clotho_captions_{split}.csv")
    need(folder, split, f"clotho_audio_{split}/{split}")
    columns = [f"caption_{number}" for number in range(1, 6)]
    for line, row in table(path, "file_name", *columns):
        if isinstance(row, str):
            yield broken(f"line-{line}", path, line, row)
            continue
        for number, column in enumerate(columns, 1):
            yield Item(f"{row['file_name']}-{number}", path, line, partial(_clotho, folder, split, column, row))


def _clotho(folder: Path, split: str, column: str, row: dict[str, str], key: str) -> Conversation:
    place = split if (folder / split).is_dir() else f"clotho_audio_{split}/{split}"
    name = f"{place}/{row['file_name']}"
    return _captioned("audio", row[column], name, sound_meta(inside(folder, name)), key, _telling(key))


def read_msrvtt(folder: Path, split: str) -> Iterator[Item]:
    """Yield one conversation a sentence of the split's videos."""
    test = split == "test"
    path = need(
        folder, *(f"{place}{'test' if test else 'train_val'}_videodatainfo.json" for place in ("", "annotation/"))
    )
    own = "TestVideo" if test else "TrainValVideo"
    clips = need(folder, own, "videos/all", "videos").relative_to(folder).as_posix()
    videos: dict[str, dict[str, Any]] = {}
    for _, line, row in stream(path, "videos"):
        require(path, line, row, "video_id", "split")
        if row["split"] == split:
            videos[row["video_id"]] = row
    for _, line, row in stream(path, "sentences"):
        if why := lacking(row, "video_id", "sen_id"):
            yield broken(f"line-{line}", path, line, why)
        elif row["video_id"] in videos:
            build = partial(_clip, folder, f"{clips}/{row['video_id']}.mp4", videos[row["video_id"]], row)
            yield Item(str(row["sen_id"]), path, line, build)


def _clip(folder: Path, name: str, video: dict[str, Any], row: dict[str, Any], key: str) -> Conversation:
    inside(folder, name)
    duration = round(float(video["end time"]) - float(video["start time"]), 3)
    if duration <= 0:
        raise ValueError(f"{row['video_id']} lasts {duration} s")
    return _captioned("video", str(row["caption"]), name, {"duration": duration}, key, _telling(key))
