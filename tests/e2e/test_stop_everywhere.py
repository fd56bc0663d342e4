"""Stop reaches every expert that ships: at any of its reports it ends, holds nothing, and leaves the next run as it was."""

from __future__ import annotations

import hashlib
import random

import every_task
import numpy as np
import pytest
from every_task import COMMANDS, call_of

from models.expert import Cancelled, Clip, Sound, Value
from models.profiles import PROFILES


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The shipped experts and something of every kind to work on."""
    yield from every_task.shop(tmp_path_factory.mktemp("stop"))


def sums(values: list[Value]) -> list[str]:
    """Return a sum of each value's content."""
    found = []
    for value in values:
        if isinstance(value, Clip):
            data = value.path.read_bytes()
        elif isinstance(value, Sound):
            data = value.samples.tobytes()
        else:
            data = np.ascontiguousarray(getattr(value, "pixels", getattr(value, "array", None))).tobytes()
        found.append(hashlib.sha256(data).hexdigest())
    return found


def test_every_task_of_the_profile_is_stopped_here():
    assert set(COMMANDS) == set(PROFILES["nano"].experts)


@pytest.mark.parametrize("task", COMMANDS)
def test_every_expert_ends_at_the_report_that_stop_reaches(shop, task):
    router, store = shop.engine.router, shop.engine.store
    call, shelf, drawn = call_of(shop, task)
    regions = {region.handle: region for region in drawn}
    told: list[str] = []

    def run(stop_at: int | None) -> list[str]:
        told.clear()

        def report(fraction: float, word: str = "", preview: object = None) -> None:
            assert 0.0 <= fraction <= 1.0
            told.append(word)
            if len(told) == stop_at:
                raise Cancelled

        with router.run(call, shelf, regions, report, seed=3, drawn=drawn) as ran:
            return sums(ran.values)

    run(None)  # the first run of all also reports that it loads
    whole, steps = run(None), len(told)
    assert steps >= 4, f"an expert that never reports cannot be stopped: {told}"
    for stop_at in sorted({1, steps, *random.Random(task).sample(range(1, steps + 1), 2)}):
        with pytest.raises(Cancelled):
            run(stop_at)
        assert len(told) == stop_at, "nothing was done after Stop"
        assert list((store.root / "tmp").iterdir()) == [], "nothing half-made is left"
        with router.slot.turn(report_free, report_free):
            pass
    assert run(None) == whole, "a run that was stopped changes none that follows"


def report_free(*_: object) -> None:
    raise AssertionError("the slot is still held")
