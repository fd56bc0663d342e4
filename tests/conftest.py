"""What every test runs under: no connection may leave the machine, and a test that tries to fails."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

TESTS = Path(__file__).resolve().parent
# The program is run from its root, and the makers of media, scenes and stubs are used by several folders of tests.
sys.path[:0] = [str(TESTS.parent), str(TESTS / "unit"), str(TESTS / "contract")]

# gradio's client, which some tests drive, asks huggingface.co about the program that uses it unless told not to.
os.environ["HF_HUB_OFFLINE"] = "1"

# How quickly examples come tells of the machine and of what else it does, not of the program.
settings.register_profile("unison", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unison")

LOCAL_NAMES = ("", "localhost", "ip6-localhost", socket.gethostname())
_attempts: list[str] = []


class OutsideConnection(OSError):
    """A test, or what it tests, wanted to talk to another machine."""


def is_local(host: Any) -> bool:
    """Tell whether *host*, as it is given to a socket, is this machine."""
    if host is None:
        return True
    text = host.decode("ascii", "replace") if isinstance(host, bytes | bytearray) else str(host)
    if text.lower() in LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _watch(event: str, details: tuple[Any, ...]) -> None:
    """Refuse what would leave the machine. An audit hook sees every socket of the process, in whatever thread."""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = details[1]
        host = (
            address[0] if isinstance(address, tuple) and address else None
        )  # None: already connected, or a local file
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = details[0]
    else:
        return
    if not is_local(host):
        _attempts.append(f"{event} {host}")
        raise OutsideConnection(f"a test may not reach {host}")


sys.addaudithook(_watch)


@pytest.fixture(autouse=True)
def outside() -> Iterator[list[str]]:
    """Fail the test when it, or anything it started in this process, tried to reach another machine."""
    _attempts.clear()
    yield _attempts
    assert not _attempts, f"the test tried to leave the machine: {_attempts}"
