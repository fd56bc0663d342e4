"""A process killed at any moment loses at most the part being made."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from engine_stubs import make_engine, write_expert

from models.values import Message, Part, Text, from_json

ROOT = Path(__file__).resolve().parents[2]
BODY = """
    for step in range(4):
        report(step / 4, f"step {step}")
        time.sleep(0.005)
    return Picture(np.random.default_rng(inputs.seed).integers(0, 255, (64, 64, 3), np.uint8))
"""
TALK = """
import json, sys
from pathlib import Path
from engine_stubs import make_engine, Scripted
from app.events import Grown
from models.values import Text, to_json
FOX = '<task>image "a fox"</task>'
engine = make_engine(Path(sys.argv[1]), Scripted(f"First. {FOX} Then. {FOX} Last words.", size=4), experts=("drawn",))
session = engine.open("ann")
print(json.dumps(session.conversation), flush=True)
while True:
    for event in engine.reply(session, "go on"):
        parts = event.message.parts if isinstance(event, Grown) else ()
        finished = parts[:-1] if parts and isinstance(parts[-1], Text) else parts
        print(json.dumps([len(engine.messages(session)), to_json(finished)]), flush=True)
"""


def told(folder: Path, seconds: float) -> tuple[str, int, tuple[Part, ...]]:
    """Run a talking process, kill it after *seconds* of talk; return what it had said that it finished."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests" / "unit")))}
    process = subprocess.Popen(
        [sys.executable, "-c", TALK, str(folder)], stdout=subprocess.PIPE, env=environment, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.extend(process.stdout or ()))
    reader.start()
    time.sleep(seconds)
    process.kill()
    process.wait(10)
    reader.join(10)
    whole = [line for line in lines if line.endswith("\n")]
    count, parts = json.loads(whole[-1]) if whole else (0, [])
    return json.loads(first), count, from_json(parts)


def without_times(parts: tuple[Part, ...]) -> list[Part]:
    return [part for part in parts if not isinstance(part, Text) or part.text.strip()]


@pytest.mark.parametrize("number", range(8))
def test_what_was_finished_is_all_there_after_a_kill(tmp_path, number):
    write_expert(tmp_path / "experts", "drawn", "image", BODY)
    conversation, count, parts = told(tmp_path, random.Random(number).uniform(0.02, 0.8))
    database = sqlite3.connect(tmp_path / "data" / "history.sqlite")
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()
    engine = make_engine(tmp_path, experts=("drawn",))
    session = engine.open("ann", conversation)
    messages = engine.messages(session)
    assert len(messages) >= count
    if parts:
        assert without_times(messages[count - 1].parts)[: len(without_times(parts))] == without_times(parts)
    assert all(m.state == "done" for m in messages[:-1])
    if messages and messages[-1].role == "assistant":
        assert messages[-1].state in ("interrupted", "done")
    for media in engine.shelf(session).values():
        assert engine.store.open(media).pixels.shape == (64, 64, 3)
    after = list(engine.reply(session, "still there?"))[-1]
    assert after.message == Message("assistant", (Text("Hello."),), "done")
    engine.close()
