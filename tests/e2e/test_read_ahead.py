"""What a program uploads, or a person adds in the terminal, is looked at before its message comes, once, and the reply is the same."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from api_stage import connect, serve
from gradio_client import handle_file

from app.ahead import Ahead
from app.console import Console
from app.engine import Engine
from app.examples import example_file
from app.settings import Settings
from models.senses import kept
from models.unified.native import NativeModel
from models.values import Message
from tests.browser.stage import has_model

pytestmark = pytest.mark.skipif(not has_model(), reason="the nano model's weights are not there")
ASKED = "what do you see in the picture?"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    made = Engine(Settings(data=tmp_path_factory.mktemp("ahead"), profile="nano", open_browser=False))
    made.start()
    made.brain.start()
    assert made.brain.wait(120)
    yield made
    made.close()


@pytest.fixture
def looks(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The kinds of the media that were encoded, in order; nothing is kept of what was read and seen before."""
    made: list[str] = []
    encode = kept.perceive.perceive

    def counted(kind: str, *args: object) -> object:
        made.append(kind)
        return encode(kind, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(kept.perceive, "perceive", counted)
    forget(engine, monkeypatch)
    return made


def forget(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    model = engine.brain.model
    model.prefixes.clear()  # type: ignore[union-attr]
    model._kept = None  # type: ignore[union-attr]
    monkeypatch.setattr(kept, "_shared", kept.Kept())


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many positions were new to each reply, foreseen ones included, in order."""
    counts: list[int] = []
    keep = NativeModel._keep

    def counted(self: NativeModel, reply: Any) -> int:
        counts.append(keep(self, reply))
        return counts[-1]

    monkeypatch.setattr(NativeModel, "_keep", counted)
    return counts


def made(folder: Path) -> Path:
    (folder / "made").mkdir()
    return folder / "made"


def settled() -> None:
    """Wait until nothing is read ahead any more."""
    for thread in threading.enumerate():
        if thread.name == "ahead":
            thread.join(120)
            assert not thread.is_alive()


def test_what_a_program_uploads_is_encoded_once_and_before_its_message(
    engine: Engine, looks: list[str], read: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = handle_file(str(example_file(made(tmp_path), "cat.png")))
    with serve(engine) as url:
        client = connect(url, tmp_path)
        plain = client.predict(text=ASKED, files=[picture], api_name="/chat")
        assert looks == ["image"]
        forget(engine, monkeypatch)
        ready = client.predict(files=[picture], api_name="/attach")
        assert [one["handle"] for one in ready["media"]] == ["image#1"]
        settled()
        assert looks == ["image", "image"]
        mine = {name: ready[name] for name in ("conversation", "owner")}
        warmed = client.predict(text=ASKED, files=["image#1"], **mine, api_name="/chat")
    assert looks == ["image", "image"], "the message looks no second time"
    without, _, after = read
    assert after < without / 2, "only the new turn is read"
    assert warmed["parts"] == plain["parts"]
    assert plain["parts"][0]["type"] in ("text", "grounding")
    assert warmed["conversation"] == ready["conversation"]


def test_files_that_cannot_be_used_leave_nothing_behind(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "odd.png").write_bytes(b"no picture")
    with serve(engine) as url:
        client = connect(url, tmp_path)
        good, odd = example_file(made(tmp_path), "cat.png"), tmp_path / "odd.png"
        mine = client.predict(files=[handle_file(str(good))], api_name="/attach")
        mine = {name: mine[name] for name in ("conversation", "owner")}
        with pytest.raises(Exception, match=r"odd|picture|file"):
            client.predict(files=[handle_file(str(good)), handle_file(str(odd))], **mine, api_name="/attach")
        assert [one["handle"] for one in client.predict(**mine, api_name="/media")] == ["image#1"]
        for door in ("/attach", "/detach"):
            with pytest.raises(Exception, match="No files are named"):
                client.predict(files=[], **mine, api_name=door)
        with pytest.raises(Exception, match=r"image#2 is not an unsent attachment\. There are: image#1"):
            client.predict(files=["image#1", "image#2"], **mine, api_name="/detach")
        assert client.predict(files=["image#1"], **mine, api_name="/detach") == {"detached": ["image#1"]}
        assert client.predict(**mine, api_name="/media") == []
    settled()


def test_what_is_added_in_the_terminal_is_looked_at_before_the_message(
    engine: Engine, looks: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, said = example_file(tmp_path, "cat.png"), list[Message]()
    for wait in (False, True):
        forget(engine, monkeypatch)
        del looks[:]
        console = Console(engine, out=io.StringIO())
        with monkeypatch.context() as without:
            if not wait:
                without.setattr(Ahead, "read", lambda *args: None)
            console._add(str(path))
        settled()
        assert len(looks) == wait
        console.send(ASKED)
        said.append(engine.messages(console.session)[-1])
    assert len(looks) == 1
    assert said[0].parts == said[1].parts


def test_a_conversation_that_is_gone_and_nothing_attached_are_no_fault(engine: Engine, tmp_path: Path) -> None:
    session = engine.open("o" * 32)
    handle = engine.attach(session, example_file(tmp_path, "cat.png")).handle
    ahead = Ahead(engine)
    engine.delete(session)
    ahead.read(session, [handle])
    assert ahead.settle(60)
    ahead.read(session, [])
    assert ahead._thread is None


def test_reading_ahead_gives_way_to_a_reply_and_goes_on_after_it(
    engine: Engine, looks: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, ahead = engine.open("o" * 32), Ahead(engine)
    handle = engine.attach(session, example_file(tmp_path, "cat.png")).handle
    asked, free = threading.Event(), threading.Event()

    def answering() -> bool:
        asked.set()
        return not free.is_set()

    monkeypatch.setattr(engine, "answering", answering)
    ahead.read(session, [handle])
    assert asked.wait(60)
    assert not looks
    free.set()
    assert ahead.settle(60)
    assert looks == ["image"]
    free.clear()
    ahead.read(session, [handle])
    ahead.close(60)
    assert ahead._thread is None, "closing ends the wait for a reply that never ends"
    ahead.read(session, [handle])
    assert ahead._thread is None
