"""Loading the model in the background: an ending program waits for a load that has begun, and for nothing else."""

from __future__ import annotations

import threading
import time

from app.brain import Brain


def test_closing_waits_for_a_load_that_has_begun():
    go, done = threading.Event(), []

    def load():
        go.wait(10)
        done.append(True)
        raise RuntimeError("nothing to load here")

    brain = Brain(load)
    brain.start()
    threading.Timer(0.2, go.set).start()
    brain.settle(10)
    assert done == [True]
    assert brain.fault is not None


def test_closing_does_not_wait_where_nothing_is_loaded_or_it_takes_too_long():
    never = threading.Event()
    brain = Brain(never.wait)
    begin = time.monotonic()
    brain.settle(30)
    assert time.monotonic() - begin < 5
    brain.start()
    brain.settle(0.1)
    assert not brain.wait(0)
    never.set()
