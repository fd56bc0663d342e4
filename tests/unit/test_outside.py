"""The guard of the tests themselves: what would leave the machine is refused and noticed, what stays is let through."""

from __future__ import annotations

import socket
import threading
import urllib.error
import urllib.request

import pytest


def by_address() -> None:
    with socket.socket() as wire:
        wire.settimeout(0.2)
        wire.connect(("192.0.2.1", 80))


def by_datagram() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.sendto(b"x", ("192.0.2.1", 53))


def by_sixth_version() -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as wire:
        wire.connect(("2001:db8::1", 80))


def by_name() -> None:
    socket.getaddrinfo("example.org", 443)


def by_library() -> None:
    urllib.request.urlopen("http://192.0.2.1/", timeout=0.2)


@pytest.mark.parametrize("act", [by_address, by_datagram, by_sixth_version, by_name, by_library])
def test_nothing_leaves_the_machine(outside, act):
    with pytest.raises(OSError, match="may not reach"):
        act()
    assert outside, "a library may swallow the error; the test fails all the same"
    outside.clear()


def test_a_thread_is_watched_too(outside):
    faults: list[BaseException] = []

    def reach() -> None:
        try:
            by_address()
        except OSError as error:
            faults.append(error)

    thread = threading.Thread(target=reach)
    thread.start()
    thread.join()
    assert len(faults) == len(outside) == 1
    outside.clear()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_machine_may_talk_to_itself(host):
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection((host, server.getsockname()[1]), timeout=2) as wire:
            wire.sendall(b"hello")
        peer, _ = server.accept()
        with peer:
            assert peer.recv(5) == b"hello"
