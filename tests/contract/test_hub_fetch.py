"""Fetching a profile's model, from a small stand-in of the model hub: how far it is, Stop within a piece, going on, and no hub at all."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from app.jobs import Job
from models.diffusion import fetching
from models.expert import Cancelled
from tests.contract import tiny_pipelines

pytest.importorskip("diffusers", reason="diffusers is not installed")

ROOT = Path(__file__).resolve().parents[2]
REPO, COMMIT = "somebody/small-model", "0123456789abcdef" * 2 + "01234567"
PIECE = 32 * 1024
"""Bytes that the hub's client takes at once; 10 MB where it is not told otherwise."""
PROGRAM = """
import json, os, sys
from pathlib import Path
from huggingface_hub import constants
constants.DOWNLOAD_CHUNK_SIZE = int(sys.argv[1])
from models.expert import Cancelled, Refusal, discover
from models.profiles import PROFILES
from models.router import Router
from models.store import Store
from models.values import Checkpoint, Phrase, Profile, TaskCall

home, told = Path(os.environ["HF_HOME"]), []
call = {"pipeline": "StableDiffusionPipeline", "area": 64 * 64, "steps": 2, "without": ["safety_checker"]}
checkpoint = Checkpoint("image_diffusers", sys.argv[2], sys.argv[3], call=call, size=0.001)
profile = Profile("stand-in", PROFILES["nano"].unified, {"image": (checkpoint,)})
router = Router(profile, Store(home / "media"), discover())
others = {"image": (Checkpoint("image_diffusers", "somebody/another-model", sys.argv[3], call=call, size=0.001),)}

def here():
    return sum(path.stat().st_size for path in (home / "hub").rglob("*") if path.is_file() and not path.is_symlink())

def run(stop=2.0, router=router):
    words = []
    def report(fraction, word="", preview=None):
        words.append([fraction, word])
        if word.startswith("fetching") and fraction >= stop:
            raise Cancelled
    try:
        with router.run(TaskCall("t1", "image", (Phrase("a fox"),)), {}, {}, report, seed=1) as ran:
            end = str(ran.values[0].pixels.shape)
    except Cancelled:
        end = "stopped"
    except Refusal as refusal:
        end = refusal.what
    told.append({"words": words, "end": end, "here": here()})

run(float(sys.argv[4]))
print(json.dumps(told[-1]), flush=True)
sys.stdin.readline()
run()
print(json.dumps(told[-1]), flush=True)
sys.stdin.readline()
run(router=Router(Profile("other", profile.unified, others), Store(home / "media"), discover()))
print(json.dumps(told[-1]), flush=True)
"""


class Hub(ThreadingHTTPServer):
    """Serves the files of *folder* as the hub serves those of REPO at COMMIT; *asked* holds every request for a file's bytes."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.files = {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
        self.asked: list[str] = []


class Answer(BaseHTTPRequestHandler):
    server: Hub

    def log_message(self, *args: Any) -> None: ...

    def do_HEAD(self) -> None:
        self.answer(False)

    def do_GET(self) -> None:
        self.answer(True)

    def answer(self, body: bool) -> None:
        path = self.path.partition("?")[0]
        files = self.server.files
        if path == f"/api/models/{REPO}/revision/{COMMIT}":
            listed = [{"rfilename": name} for name in files]
            self.send(json.dumps({"id": REPO, "sha": COMMIT, "siblings": listed, "tags": []}).encode(), body)
        elif path == f"/api/models/{REPO}/tree/{COMMIT}":
            listed = [
                {"type": "file", "path": name, "size": len(data), "oid": hashlib.sha1(data).hexdigest()}
                for name, data in files.items()
            ]
            self.send(json.dumps(listed).encode(), body)
        elif (name := path.removeprefix(f"/{REPO}/resolve/{COMMIT}/")) in files:
            if body:
                self.server.asked.append(name)
            self.send(files[name], body, name)
        else:
            self.send_error(404)

    def send(self, data: bytes, body: bool, name: str = "") -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        if name:
            self.send_header("ETag", f'"{hashlib.sha1(data).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if body:
            try:
                self.wfile.write(data)
            except OSError:  # the client has gone
                self.close_connection = True


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    folder = tiny_pipelines.saved(tmp_path_factory.mktemp("hub") / "model", "StableDiffusionPipeline")
    server = Hub(folder)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def started(hub: Hub, home: Path, stop: float) -> subprocess.Popen[str]:
    env = {
        **os.environ, "HF_ENDPOINT": f"http://127.0.0.1:{hub.server_address[1]}", "HF_HOME": str(home), "HF_HUB_OFFLINE": "0",
        "NO_PROXY": "*", "no_proxy": "*", "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_CACHE": str(home / "hub"), "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    words = [sys.executable, "-c", PROGRAM, str(PIECE), REPO, COMMIT, str(stop)]
    return subprocess.Popen(words, env=env, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_a_fetch_tells_how_far_it_is_ends_within_a_piece_after_stop_and_keeps_whole_files(
    hub: Hub, tmp_path: Path
) -> None:
    with started(hub, tmp_path, 0.6) as program:
        assert program.stdout is not None
        assert program.stdin is not None
        first = json.loads(program.stdout.readline())
        asked = len(hub.asked)
        program.stdin.write("\n")
        program.stdin.flush()
        second = json.loads(program.stdout.readline())
        hub.shutdown()
        hub.server_close()
        program.stdin.write("\n")
        program.stdin.flush()
        third = json.loads(program.stdout.readline())
        assert program.wait(60) == 0

    assert first["end"] == "stopped"
    fetched = [(share, word) for share, word in first["words"] if word.startswith("fetching the model")]
    shares = [share for share, _ in fetched]
    assert shares == sorted(shares)
    assert shares[0] == 0.0
    total = {word.split(", ")[1].partition(" of ")[2] for _, word in fetched}
    assert len(total) == 1, "how much it is, is known from the start"
    assert len(shares) > 3, "told piece by piece"
    assert all(re.fullmatch(r"fetching the model, \S+ [kMG]B of \S+ [kMG]B, \d+%", word) for _, word in fetched)
    # Told of right after the piece: the others, eight files at once, each had one piece at hand. Not one file more was asked for.
    assert 0.6 <= shares[-1] < 1.0
    assert first["here"] < sum(len(data) for data in hub.files.values())

    assert second["end"] == "(64, 64, 3)"
    shares = [share for share, word in second["words"] if word.startswith("fetching the model")]
    assert shares[-1] == pytest.approx(1.0)
    again = [name for name in hub.asked[asked:] if name.endswith((".safetensors", ".json"))]
    kept = set(hub.asked[:asked]) - set(again)
    assert kept, "what was fetched whole is not fetched again"
    assert second["words"][-1][1] == "checking"

    assert "not on this machine yet, and the model hub cannot be reached" in third["end"]


def test_the_time_of_a_fetch_is_not_that_of_the_work() -> None:
    def work(report: Any) -> list[float]:
        report(0.0, "loading")
        job.began = (job.began or 0) - 1000
        report(0.5, f"{fetching.FETCHING}, 1 GB of 2 GB, 50%")
        during = (job.fetching, job.seconds())
        report(0.0, "working")
        return [float(during[0]), during[1], float(job.fetching), job.seconds()]

    job: Job[list[float]] = Job(work)
    job.start()
    assert job.wait(30)
    fetched, during, still, after = job.result()
    assert fetched == 1.0
    assert during >= 1000
    assert still == 0.0
    assert after < 1000


def test_every_thread_of_a_fetch_ends_once_one_was_stopped() -> None:
    def stop(fraction: float, word: str = "", preview: Any = None) -> None:
        raise Cancelled

    fetch = fetching.Fetch(stop)
    fetch.total = 10
    for _ in range(3):
        with pytest.raises(Cancelled):
            fetch.tell(1)
    assert fetch.stopped.is_set()
    assert [fetching.size(n) for n in (1_234_000_000, 5_600_000, 900)] == ["1.2 GB", "6 MB", "1 kB"]


def test_what_transformers_shall_read_is_fetched_with_the_same_report_and_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub

    class File:
        file_size, will_download = 100, True

    written: list[int] = []

    def download(source: str, tqdm_class: Any = None, dry_run: bool = False, **wanted: Any) -> Any:
        assert (source, wanted) == (REPO, {"revision": COMMIT, "allow_patterns": ["*.json"]})
        if dry_run:
            return [File()]
        with tqdm_class(total=100, unit="B", desc="writing") as bar:
            for size in (40, 60):
                written.append(size)
                bar.update(size)
        return "here"

    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    words: list[str] = []
    with fetching.told(lambda fraction, word="", preview=None: words.append(word)):
        assert fetching.snapshot(REPO, revision=COMMIT, allow_patterns=["*.json"]) == "here"
    assert any("40%" in word for word in words)
    assert "100%" in words[-1]

    def stop(fraction: float, word: str = "", preview: Any = None) -> None:
        if fraction > 0.3:
            raise Cancelled

    written.clear()
    with pytest.raises(Cancelled), fetching.told(stop):
        fetching.snapshot(REPO, revision=COMMIT, allow_patterns=["*.json"])
    assert written == [40]
