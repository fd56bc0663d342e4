"""A process killed while files come and go: every row has its whole file, and the folder does not fill with halves."""

from __future__ import annotations

import hashlib
import os
import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from engine_stubs import make_engine, said

ROOT = Path(__file__).resolve().parents[2]
WORK = """
import random, sys
from pathlib import Path
import numpy as np
from PIL import Image
from engine_stubs import make_engine, last
folder, rng = Path(sys.argv[1]), np.random.default_rng(int(sys.argv[2]))
engine = make_engine(folder)
print("ready", flush=True)
kept = []
while True:
    session = engine.open("ann")
    for n in range(3):
        path = folder / f"{n}.png"
        Image.fromarray(rng.integers(0, 255, (80, 120, 3), np.uint8)).save(path)
        handle = engine.attach(session, path).handle
        if n == 1:
            engine.detach(session, handle)
    last(engine.reply(session, "look", engine.pending(session)))
    print(session.conversation, flush=True)
    kept.append(session)
    if len(kept) > 3:
        engine.delete(kept.pop(int(rng.integers(len(kept)))))
    engine.clean()
"""


@pytest.mark.parametrize("number", range(6))
def test_every_row_has_its_whole_file_after_a_kill(tmp_path, number):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests" / "unit")))}
    process = subprocess.Popen(
        [sys.executable, "-c", WORK, str(tmp_path), str(number)], stdout=subprocess.PIPE, env=environment, text=True, cwd=ROOT
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(random.Random(number).uniform(0.05, 1.5))
    process.kill()
    finished = process.communicate(timeout=30)[0].split("\n")[:-1]
    with sqlite3.connect(tmp_path / "data" / "history.sqlite") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = database.execute("SELECT conversation, path FROM media").fetchall()
        alive = {row[0] for row in database.execute("SELECT id FROM conversation")}
    database.close()
    engine = make_engine(tmp_path)
    if len(finished) <= 3:  # none was deleted yet
        assert set(finished) <= alive
    for conversation, path in rows:
        assert conversation in alive
        data = engine.store.path(path).read_bytes()
        assert hashlib.sha256(data).hexdigest() == path[:2] + path[3:65], "the file is whole"
    for conversation in alive:
        session = engine.open("ann", conversation)
        assert all(message.state in ("done", "interrupted") for message in engine.messages(session))
        for medium in engine.shelf(session).values():
            assert engine.store.open(medium).pixels.shape == (80, 120, 3)
    stored = [path for path in engine.store.root.glob("??/*") if path.is_file()]
    assert engine.store.used() == sum(path.stat().st_size for path in stored)
    assert said(engine, engine.open("ann"), "still there?").text == "Hello."
    engine.close()
