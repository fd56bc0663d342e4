"""What precision a training step computes in follows from the device, and a plan says which."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from training import precision
from training.drawing.plan import Plan as Drawing
from training.stages import kept
from training.stages.plan import Plan


@pytest.mark.parametrize(("fast", "name", "dtype"), [(True, "bf16", torch.bfloat16), (False, "no", torch.float32)])
def test_a_step_computes_in_bf16_only_where_the_device_is_quick_at_it(
    monkeypatch: pytest.MonkeyPatch, fast: bool, name: str, dtype: torch.dtype
) -> None:
    monkeypatch.setattr(precision, "quick", lambda device: fast)
    plan = Plan("one", Path("run"))
    assert (plan.precision, Drawing("coder", Path("run"), Path("bank")).precision) == (name, name)
    assert f"--precision {name}" in kept.command(plan)  # what a run computed in stands in its manifest
    with precision.autocast("cpu"):
        assert torch.nn.Linear(4, 4)(torch.ones(2, 4)).dtype == dtype


def test_a_precision_that_was_asked_for_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "quick", lambda device: False)
    assert Plan("one", Path("run"), precision="bf16").precision == "bf16"
    assert Drawing("coder", Path("run"), Path("bank"), precision="bf16").precision == "bf16"


def test_a_slow_bf16_is_found_by_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 9.0] * 5 + [0.0, 1.0] * 5)
    monkeypatch.setattr(precision.time, "perf_counter", lambda: next(clock))
    assert not precision.quick.__wrapped__("cpu")
    clock = iter([0.0, 1.0] * 5 + [0.0, 2.0] * 5)
    assert precision.quick.__wrapped__("cpu")
    assert not precision.quick("meta")
