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
    brain = Brain(never.wait)
    brain.start()
    brain.settle(0.1)
    assert not brain.wait(0)
    never.set()


def test_a_start_that_was_put_off_comes_by_itself_and_an_earlier_one_before_it():
    began = threading.Event()
    brain = Brain(began.set)
    brain.start(0.05)
    assert began.wait(10)
    assert brain.wait(10)
    for second in (0.0, 0.05):
        sooner = threading.Event()
        brain = Brain(sooner.set)
        brain.start(1000)
        brain.start(second)
        assert sooner.wait(10)
        brain.start(1000)  # too late to put it off again
        assert brain.wait(10)


def test_a_later_start_puts_nothing_off():
    began = threading.Event()
    brain = Brain(began.set)
    brain.start(0.2)
    brain.start(1000)
    assert began.wait(10)


def test_what_was_put_off_is_not_begun_by_an_ending_program():
    loads = []
    brain = Brain(lambda: loads.append(True))
    brain.start(1000)
    begin = time.monotonic()
    brain.settle(30)
    brain.start()
    assert time.monotonic() - begin < 5
    assert not brain.wait(0.2)
    assert loads == []
