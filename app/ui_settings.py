"""What the page tells about the program that serves it: the profile, and each setting with its reason and its option."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from typing import Any

from models.media import LIMITS
from models.tasks import TASKS

from app.engine import Engine
from app.hosting import on_spaces
from app.settings import Settings

LOCAL = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Row:
    """One setting: its *name*, its *value* in words, *why* it is so, and the option that *change*s it ("": it is fixed)."""

    name: str
    value: str
    why: str
    change: str = ""


def panel(engine: Engine) -> dict[str, Any]:
    """Return the value of ``components.settings_panel`` for *engine*."""
    profile = engine.profile
    able = [name for name in TASKS if engine.implementations(name)]

    def tasks(can: bool) -> list[dict[str, str]]:
        return [{"name": name, "help": TASKS[name].help} for name in TASKS if (name in able) is can]

    about = {name: getattr(profile, name) for name in ("name", "note", "knows", "lacks", "more")}
    about |= {"why": engine.why, "can": tasks(True), "cannot": tasks(False)}
    return {"profile": about, "settings": [asdict(row) for row in rows(engine)]}


def rows(engine: Engine) -> list[Row]:
    """Return every setting that a person may wonder about, what matters most first. No path of the machine is among them."""
    return [*_machine(engine), *_message(engine.settings), *_storage(engine.settings)]


def _machine(engine: Engine) -> list[Row]:
    settings = engine.settings
    cores = os.cpu_count() or 1
    if settings.device != "auto":
        device = "It was asked for."
    elif engine.device == "cpu":
        device = f"Nothing in the profile {engine.profile.name} needs a graphics card."
    else:
        device = f"The profile {engine.profile.name} needs a graphics card."
    if settings.threads:
        threads = str(settings.threads), "It was asked for."
    else:
        own = "one" if cores <= 2 else "four"  # models.reader.usual_threads, without loading torch
        why = f"Left to the libraries, which use as many as this machine has cores; the language model takes {own}."
        threads = f"up to {cores}", why
    host = "0.0.0.0" if on_spaces() else settings.host  # as app.hosting serves it
    local = host in LOCAL and not settings.share
    reach = (
        "Only this machine can open the page."
        if local
        else "Other machines can open the page; use it in a network you trust."
    )
    shared = "a public address too: whoever has it can open the page. " if settings.share else ""
    return [
        Row("Profile", engine.profile.name, engine.why, "--profile NAME"),
        Row(
            "Safety checkers",
            "on" if settings.safety else "off",
            "Stable Diffusion 1.5 comes with one, which holds pictures back; its results say whether it looked.",
            "--no-safety-checker",
        ),
        Row("Device", engine.device, device, "--device cpu, cuda or cuda:N"),
        Row("Processor threads", *threads, "--threads N"),
        Row(
            "Address",
            f"{host}, {f'port {settings.port}' if settings.port else 'any free port'}",
            shared.capitalize() + reach,
            "--host ADDRESS --port NUMBER",
        ),
    ]


def _message(settings: Settings) -> list[Row]:
    text, head, tail = (f"{n:,}" for n in (settings.text_limit, settings.read_head, settings.read_tail))
    return [
        Row(
            "Longest run of one task",
            _time(settings.deadline),
            "A task that hangs must not hold the machine for ever. Stop ends it sooner.",
            "--deadline SECONDS",
        ),
        Row(
            "Tasks in one reply",
            str(settings.calls_per_reply),
            "One message cannot keep the machine busy without end.",
        ),
        Row(
            "Files in one message",
            f"{settings.files_per_message}, each up to {_size(LIMITS.upload_bytes)}",
            f"Pictures of up to {LIMITS.image_pixels // 10**6} million pixels, clips of up to {_time(LIMITS.video_seconds)} and "
            f"sounds of up to {_time(LIMITS.sound_seconds)} fit into the memory of a small machine.",
        ),
        Row(
            "Words read of a long text",
            f"{text} characters",
            f"Of a longer text the model reads the first {head} and the last {tail}, and says so.",
        ),
    ]


def _storage(settings: Settings) -> list[Row]:
    return [
        Row(
            "Media kept for each person",
            _size(settings.quota_bytes),
            "One person cannot fill the disk of all. Deleting a conversation makes room.",
            "--quota GB",
        ),
        Row("Media kept in all", _size(settings.disk_bytes), "Beyond it nothing new is made, and nothing is lost."),
        Row(
            "Uploads not sent yet, in all",
            _size(settings.uploads_bytes),
            "What nobody sends goes after an hour, sooner where there is no room for the next. Nobody's hold more than half of what the others leave.",
        ),
        Row(
            "Files of no conversation",
            f"kept {settings.keep_days:g} days",
            "A result that was just undone can still be downloaded from an open page.",
            "--keep-days DAYS",
        ),
    ]


def _time(seconds: float) -> str:
    return f"{seconds / 60:g} minutes" if seconds >= 120 else f"{seconds:g} seconds"


def _size(size: float) -> str:
    return f"{size / 1024**3:.3g} GB" if size >= 1024**3 else f"{size / 1e6:.3g} MB"
