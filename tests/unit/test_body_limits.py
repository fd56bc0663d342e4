"""The limit of a request's body: the rest of it is never read, whatever the headers say, and uploads have one of their own."""

from __future__ import annotations

from typing import Any

import pytest

from app import hosting
from app.hosting import Gate
from tests.loops import alone

CHUNK = b"x" * 65536


class Sender:
    """A client that sends *chunks* of 64 KiB, and counts how many were taken from it."""

    def __init__(self, chunks: int) -> None:
        self.chunks, self.taken = chunks, 0
        self.answer: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        self.taken += 1
        return {"type": "http.request", "body": CHUNK, "more_body": self.taken < self.chunks}

    async def send(self, message: dict[str, Any]) -> None:
        self.answer.append(message)


async def greedy(scope: Any, receive: Any, send: Any) -> None:
    """An application that reads the whole body before it answers, as parsers of JSON and forms do."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"taken"})


def post(chunks: int, path: str, length: int | None = None, uploads: int = 20 * len(CHUNK)) -> tuple[int, int]:
    """Return the status of a POST of so many chunks, and how many of them were read."""
    headers = [(b"host", b"localhost")] + ([(b"content-length", str(length).encode())] if length is not None else [])
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers}
    sender = Sender(chunks)
    answer = Gate(greedy, {"localhost"}, uploads)(scope, sender.receive, sender.send)
    alone(answer)
    return sender.answer[0]["status"], sender.taken


@pytest.mark.parametrize(
    "path", ["/gradio_api/queue/join", "/gradio_api/call/chat", "/gradio_api/run/x", "/", "/login"]
)
def test_a_body_that_hides_its_length_is_read_to_the_limit_and_no_further(path):
    most = hosting.BODY // len(CHUNK)
    assert post(most, path) == (200, most)
    assert post(16_000, path) == (413, most + 1), "a gigabyte is offered, four megabytes are read"


def test_a_body_that_tells_its_length_is_not_read_at_all():
    assert post(16_000, "/gradio_api/queue/join", hosting.BODY + 1) == (413, 0)
    assert post(16_000, "/gradio_api/upload", 21 * len(CHUNK)) == (413, 0)


def test_a_length_that_lies_helps_nobody():
    assert post(16_000, "/gradio_api/queue/join", 10)[0] == 413
    assert post(16_000, "/gradio_api/queue/join", 10)[1] <= hosting.BODY // len(CHUNK) + 1


def test_many_files_in_one_upload_share_one_limit():
    """Gradio limits each file; a request of many would fill the disk."""
    assert post(20, "/gradio_api/upload") == (200, 20)
    assert post(400, "/gradio_api/upload") == (413, 21)
    assert post(400, "/gradio_api/upload/") == (413, 21)
