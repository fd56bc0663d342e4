"""Coroutines in tests."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def alone(work: Coroutine[Any, Any, Any]) -> Any:
    """Return what the coroutine *work* returns, from a loop in a thread of its own: once a browser test has been in this process,
    Playwright keeps a loop running in this thread, where a second one cannot start. Raises what *work* raises."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()  # noqa: TID251
