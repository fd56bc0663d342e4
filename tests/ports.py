"""Ports for servers that tests start."""

from __future__ import annotations

import socket


def free_port() -> int:
    """Return a port of this machine that nobody listens on. Servers that start at once, in processes of their own, each ask for one;
    the system seldom gives a port again soon, though nothing holds it for them."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
