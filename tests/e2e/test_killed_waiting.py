"""A process killed while messages wait: each is afterwards in the conversation or waits, once, and nobody else sees it."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from engine_stubs import last, make_engine

from app.waiting import left_over, once_more, take_back

ROOT = Path(__file__).resolve().parents[2]
TALK = """
import sys, threading
from pathlib import Path
from engine_stubs import make_engine, Scripted
from app.waiting import in_turn
engine = make_engine(Path(sys.argv[1]), Scripted("Some words that take a little while to be written down.", size=2, pause=0.005))
session = engine.open("ann")
print(session.conversation, flush=True)
def say(n):
    events = engine.begin(session, in_turn(engine, session, f"n{n}", f"message {n}"))
    print(f"taken {n}", flush=True)  # it waits, or is in the conversation
    return events
n, readers = 0, []
while True:
    while len(readers) < 4:
        readers.append(say(n))
        n += 1
    for event in readers.pop(0):
        pass
"""


def killed(folder: Path, seconds: float) -> tuple[str, int]:
    """Run a process in which messages wait all the time, kill it after *seconds*; return its conversation and how many messages
    it had taken in."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests" / "unit")))}
    process = subprocess.Popen(
        [sys.executable, "-c", TALK, str(folder)], stdout=subprocess.PIPE, env=environment, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    conversation = process.stdout.readline().strip()
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.extend(process.stdout or ()))
    reader.start()
    while len(lines) < 4 and process.poll() is None:  # however slow the machine is: from then on some always wait
        time.sleep(0.01)
    time.sleep(seconds)
    process.kill()
    process.wait(10)
    reader.join(10)
    return conversation, len([line for line in lines if line.startswith("taken") and line.endswith("\n")])


@pytest.mark.parametrize("number", range(6))
def test_what_waited_is_there_once_after_a_kill_and_can_be_answered_or_taken_back(tmp_path, number):
    conversation, count = killed(tmp_path, random.Random(number).uniform(0.1, 1.5))
    with sqlite3.connect(tmp_path / "data" / "history.sqlite") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()
    engine = make_engine(tmp_path)
    session = engine.open("ann", conversation)

    def asked() -> list[str]:
        return [message.text for message in engine.messages(session) if message.role == "user"]

    left = left_over(engine, session)
    everything = [*asked(), *(one.text for one in left)]
    assert everything == [f"message {n}" for n in range(len(everything))], "each once, in the order of sending"
    assert len(everything) >= count
    assert left, "some waited all the time"
    stranger = engine.open("eve")
    assert left_over(engine, stranger) == []
    first, *others = left
    assert last(engine.begin(session, once_more(engine, session, first.number))).reason == "done"
    assert asked()[-1] == first.text
    for one in others:
        assert take_back(engine, session, one.number) == one
    assert left_over(engine, session) == []
    assert asked().count(first.text) == 1
    engine.close()
