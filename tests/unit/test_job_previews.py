"""Previews of an expert at work: few, small, cheap, looked at only when they are due, and never the end of the work."""

from __future__ import annotations

import io
import logging

import numpy as np
import pytest
from PIL import Image

from app import jobs
from app.jobs import EVERY, MOST, SHARE, Job


class Clock:
    """A clock that stands still unless it is told to go on."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch):
    stands = Clock()
    monkeypatch.setattr(jobs, "time", stands)
    return stands


def idle() -> Job:
    """A job whose reports the test itself makes."""
    return Job(lambda report: None)


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize("shape", [(8, 8), (48, 960), (700, 500), (2000, 3000)])
def test_a_preview_is_a_jpeg_of_at_most_twenty_kilobytes_even_of_noise(shape):
    job = idle()
    job.report(0.5, "", noise(*shape))
    assert job.preview is not None
    assert len(job.preview) <= MOST == 20_000
    seen = Image.open(io.BytesIO(job.preview))
    assert seen.format == "JPEG"
    assert seen.width / seen.height == pytest.approx(shape[1] / shape[0], rel=0.05)


def test_previews_are_looked_at_six_times_a_second_at_most(clock):
    job, looked = idle(), []
    for _ in range(1000):
        clock.now += 0.01
        job.report(0.5, "", lambda: looked.append(clock.now) or noise(8, 8))
    assert 50 <= len(looked) <= 60, "in ten seconds"
    assert min(np.diff(looked)) >= EVERY


def test_a_costly_preview_takes_at_most_a_twentieth_of_the_time(clock):
    job, spent = idle(), []

    def costly():
        clock.now += 0.08
        spent.append(0.08)
        return noise(8, 8)

    began = clock.now
    while clock.now - began < 60:
        clock.now += 0.01
        job.report(0.5, "", costly)
    assert len(spent) >= 25
    assert sum(spent) / (clock.now - began) <= 0.05
    assert SHARE < 0.05


def test_what_goes_wrong_in_a_preview_is_logged_and_the_work_goes_on(caplog):
    def work(report):
        report(0.2, "", noise(8, 8))
        first = job.preview
        job._due = 0.0
        report(0.5, "", lambda: np.zeros((2, 2))[5])
        job._due = 0.0
        report(0.6, "", "no picture at all")
        return first

    job = Job(work)
    with caplog.at_level(logging.WARNING, logger="unison.jobs"):
        job.start()
        assert job.wait(10)
    assert job.result() == job.preview is not None
    assert caplog.text.count("a preview could not be made") == 2


def test_an_expert_at_work_writes_previews_to_no_disk(tmp_path, monkeypatch):
    def never(*_, **__):
        raise AssertionError("a file was opened")

    monkeypatch.chdir(tmp_path)
    job = idle()
    job.report(0.1, "", noise(16, 16))
    first = job.preview
    monkeypatch.setattr("builtins.open", never)
    job._due = 0.0
    job.report(0.5, "", noise(32, 32))
    assert job.preview != first
