"""Conversations for the end-to-end tests: one engine serves all of a file, each test has conversations of its own."""

from __future__ import annotations

import pytest
from api_stage import connect
from bad_files import still
from chats import Chat, real_engine


def script(words: str) -> str:
    """The scripted model: it writes what stands after "write:", else a plain answer."""
    return words.partition("write:")[2] if words.startswith("write:") else "All right."


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    made = real_engine(tmp_path_factory.mktemp("e2e"), script)
    yield made
    made.close()


@pytest.fixture
def chat(engine, tmp_path):
    """A conversation with a first turn in it: a picture, image#1, and an answer."""
    started = Chat(engine)
    started.show(still(tmp_path / "first.png"))
    return started


@pytest.fixture
def client(served, tmp_path):
    """A program's client of what the file serves: *served* is an engine and its address."""
    made = connect(served[1], tmp_path)
    yield made
    made.close()
