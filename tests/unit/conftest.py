"""Fixtures of the unit tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from engine_stubs import make_engine

from app.engine import Engine


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[..., Engine]]:
    """Make engines that are closed at the end of the test."""
    engines: list[Engine] = []

    def make(*args: Any, **kwargs: Any) -> Engine:
        engines.append(make_engine(tmp_path, *args, **kwargs))
        return engines[-1]

    yield make
    for engine in engines:
        engine.close()
