"""What is taken in of a request before it is refused."""

from __future__ import annotations

import asyncio

import pytest

from app import refusals
from app.refusals import MOST, Heard
from tests.loops import alone

CHUNK = 65536


def ask(status, *, chunks, size=CHUNK, headers=None, read=0, stall=False):
    """Answer a request of *chunks* chunks with *status* after *read* of them; returns the chunks taken when the answer went out."""
    taken, seen = 0, []

    async def receive():
        nonlocal taken
        if stall:
            await asyncio.sleep(3600)
        if taken == chunks:  # what a server gives after the end of a body: nothing, until the connection is closed
            await asyncio.sleep(3600)
        taken += 1
        return {"type": "http.request", "body": b"x" * size, "more_body": taken < chunks}

    async def send(message):
        seen.append((message["type"], taken))

    async def app(scope, receive, send):
        for _ in range(read):
            await receive()
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"told"})

    if headers is None:
        headers = [(b"content-length", str(chunks * size).encode())]
    alone(asyncio.wait_for(Heard(app)({"type": "http", "headers": headers}, receive, send), 60))
    assert [kind for kind, _ in seen] == ["http.response.start", "http.response.body"]
    return seen[0][1]


@pytest.mark.parametrize("read", [0, 2, 5])
def test_a_refusal_waits_for_the_rest(read):
    assert ask(401, chunks=5, read=read) == 5


def test_a_body_of_unknown_length_is_taken_as_far_as_is_fair():
    headers = [(b"transfer-encoding", b"chunked")]
    assert ask(413, chunks=7, headers=headers) == 7
    assert MOST // CHUNK < ask(413, chunks=2 * MOST // CHUNK, headers=headers) <= MOST // CHUNK + 1


@pytest.mark.parametrize("headers", [[], [(b"content-length", b"0")], [(b"content-length", str(MOST + 1).encode())],
                                     [(b"content-length", b"9"), (b"expect", b"100-continue")]])  # fmt: skip
def test_what_has_no_body_on_its_way_or_one_that_is_too_large_is_answered_at_once(headers):
    assert ask(403, chunks=3, headers=headers) == 0


def test_what_is_not_refused_is_left_to_the_program():
    assert ask(200, chunks=4) == 0
    assert ask(200, chunks=4, read=2) == 2


def test_who_sends_nothing_more_is_answered_all_the_same(monkeypatch):
    monkeypatch.setattr(refusals, "PATIENCE", 0.05)
    assert ask(401, chunks=3, stall=True) == 0
