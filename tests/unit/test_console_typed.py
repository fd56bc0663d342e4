"""What is typed at the terminal while a reply is made: skip, stop, and the next message; and stretches of sounds."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.console import chat
from app.engine import Engine
from app.settings import Settings
from app.typed import lines_typed, nothing
from models.expert import Sound
from models.sound import save_wav
from models.values import Checkpoint, Message, Profile

SLOW = """
TASK = "image"
NAME = "Slow (test)"

def load(checkpoint, device):
    import time
    import numpy as np
    from models.expert import Picture

    def run(call, inputs, report):
        if call.phrases()[0] == "slow":
            for step in range(3000):
                report(step / 3000, "at work")
                time.sleep(0.01)
        return Picture(np.full((8, 8, 3), 90, np.uint8))

    return run
"""


class Scripted:
    """A model that writes what it was told to, and keeps what it was asked."""

    name = "scripted"

    def __init__(self) -> None:
        self.replies: list[str] = []
        self.asked: list[Message] = []

    def stream(self, messages: Any, shelf: Any, options: Any, cancel: Callable[[], bool]) -> Iterator[str]:
        self.asked.append(messages[-1])
        for piece in self.replies.pop(0).split("|"):
            if cancel():
                return
            yield piece


@pytest.fixture
def model() -> Scripted:
    return Scripted()


@pytest.fixture
def talk(tmp_path: Path, model: Scripted) -> Iterator[Callable[..., str]]:
    folder = tmp_path / "experts"
    folder.mkdir()
    (folder / "slow_stub.py").write_text(SLOW)
    profile = Profile("test", Checkpoint("scripted"), {"image": (Checkpoint("slow_stub"),)})
    engine = Engine(Settings(data=tmp_path / "data", experts_folder=folder, device="cpu"), model, profile)

    def run(*lines: str, meanwhile: tuple[str, ...] = ()) -> str:
        """Type *lines* at the prompt, and *meanwhile* as soon as an expert is at work."""
        waiting, typed, out = list(lines), list(meanwhile), io.StringIO()

        def read(_prompt: str) -> str:
            if not waiting:
                raise EOFError
            return waiting.pop(0)

        def while_at_work() -> str | None:
            return typed.pop(0) if typed and "at work" in out.getvalue() else None

        assert chat(engine, read, out, while_at_work) == 0
        assert typed == []
        return out.getvalue().partition("/quit leaves.\n")[2]

    yield run
    engine.close()


TWO = '<task>image "slow"</task>|<task>image "quick"</task>|Done.'


def test_skip_ends_the_running_call_and_the_next_one_is_made(talk: Callable[..., str], model: Scripted) -> None:
    model.replies = [TWO]
    printed = talk("both", meanwhile=("/skip",))
    assert "(skipping)" in printed
    assert "! Skipped." in printed
    assert "image#1: " in printed
    assert printed.endswith("Done.\n")
    assert "(stopped)" not in printed


def test_stop_ends_the_reply_and_the_chat_goes_on(talk: Callable[..., str], model: Scripted) -> None:
    model.replies = [TWO, "Whole."]
    printed = talk("both", "go on", meanwhile=("/stop",))
    assert printed.count("(stopped)") == 1
    assert "image#1" not in printed
    assert printed.endswith("Whole.\n")


def test_what_else_is_typed_is_the_next_message(talk: Callable[..., str], model: Scripted) -> None:
    model.replies = [TWO, "Of the colour.", "Last."]
    printed = talk("both", "third", meanwhile=("what colour?", "", "/skip"))
    assert [message.text for message in model.asked] == ["both", "what colour?", "third"]
    assert printed.count("(it waits until this reply has ended)") == 1
    assert "you> what colour?\nOf the colour.\n" in printed


def test_skip_without_a_running_call_says_so(talk: Callable[..., str], model: Scripted, tmp_path: Path) -> None:
    engine = Engine(Settings(data=tmp_path / "other", device="cpu"), model, Profile("test", Checkpoint("scripted"), {}))
    model.replies = ["Words| alone."]
    lines, typed, out = ["hello"], ["/skip"], io.StringIO()

    def read(_prompt: str) -> str:
        if not lines:
            raise EOFError
        return lines.pop(0)

    assert chat(engine, read, out, lambda: typed.pop(0) if typed else None) == 0
    engine.close()
    assert "(no call runs that could be skipped)" in out.getvalue()
    assert out.getvalue().endswith("Words alone.\n")


def test_help_tells_of_them(talk: Callable[..., str]) -> None:
    printed = talk("/help")
    assert "/skip and Enter ends the running call alone" in printed
    assert "/draw stretch FROM TO" in printed


def test_lines_of_a_file_are_messages_and_are_left_for_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("/skip\n"))
    assert lines_typed() is nothing
    assert nothing() is None


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is of POSIX")
def test_a_line_typed_at_a_terminal_is_read_without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    master, slave = os.openpty()
    with os.fdopen(slave, encoding="utf-8") as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        typed = lines_typed()
        assert typed() is None
        os.write(master, b"/sk")
        assert typed() is None, "not before Enter"
        os.write(master, "ip\nüber\n".encode())
        assert [typed(), typed(), typed()] == ["/skip", "über", None]
    os.close(master)


def test_a_stretch_of_a_sound_goes_into_the_message_as_words(
    talk: Callable[..., str], model: Scripted, tmp_path: Path
) -> None:
    save_wav(Sound(np.zeros((16000, 1), np.float32), 8000), tmp_path / "tune.wav")
    model.replies = ["ok", "ok"]
    printed = talk(
        f"/add {tmp_path / 'tune.wav'}", "/draw stretch 0.5 1.25", "/draw stretch 0,1 audio#1", "/draw undo", "/draw stretch 1",
        "/draw stretch 1.5 9", "fade this out", "and now?",
    )  # fmt: skip
    assert "audio#1 from 0.50 s to 1.25 s is marked." in printed
    assert "audio#1 from 0.00 s to 1.00 s is not marked any more." in printed
    assert "! /draw stretch needs its begin and its end. Write it as in /draw stretch 1.2 3.4 audio#1." in printed
    assert "! The stretch 1.5 to 9 s is not within audio#1. It lasts 2.00 s." in printed
    assert [message.text for message in model.asked] == ["fade this out audio#1 from 0.50 s to 1.25 s", "and now?"]


def test_a_stretch_without_a_sound_is_refused(talk: Callable[..., str]) -> None:
    assert talk("/draw stretch 1 2").startswith("! There is no sound here. Add one: /add tune.wav.")
