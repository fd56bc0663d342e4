"""The Hugging Face Space: it is laid out by a command, starts from there, and announces itself to ZeroGPU before all else."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
NAME = "somebody-unison.hf.space"
STAND_IN = """
import sys
from pathlib import Path
early = sorted({"torch", "gradio"} & set(sys.modules))
log = Path(__file__).with_name("log")
wraps = True
def disable_gradio_auto_wrap():
    global wraps
    wraps = False
def gradio_auto_wrap(task):
    assert not wraps
    return task
def GPU(duration):
    def announce(function):
        log.write_text(f"{function.__name__} {duration} {early}")
        return function
    return announce
"""


def laid_out(folder: Path) -> Path:
    """Lay the Space out by the command."""
    line = [sys.executable, str(ROOT / "space" / "build.py"), str(folder)]
    done = subprocess.run(line, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def space(tmp_path_factory):
    return laid_out(tmp_path_factory.mktemp("space") / "unison")


def said(port: int, text: str) -> str:
    """Send a message to a running Space as a program does and return what came back, as the events it came in."""
    address, values = (
        f"http://127.0.0.1:{port}/gradio_api/call/chat",
        [text, [], [], "", "", 5, "", "", [], None, {}, False],
    )
    headers = {"Content-Type": "application/json", "Host": NAME}
    asked = urllib.request.Request(address, json.dumps({"data": values}).encode(), headers)
    with urllib.request.urlopen(asked, timeout=300) as answer:
        event = json.load(answer)["event_id"]
    with urllib.request.urlopen(urllib.request.Request(f"{address}/{event}", headers=headers), timeout=300) as answer:
        return answer.read().decode()


def visited(space: Path, data: Path, ask: str = "", **variables: str) -> tuple[str, dict[str, str], str]:
    """Start the Space as the platform does, with nothing of the program beside it, open its page by its public name and return
    that with its headers, and what was answered to *ask*."""
    port = free_port()
    given = {"SPACE_ID": "somebody/unison", "SPACE_HOST": NAME, "SYSTEM": "spaces", "PYTHONPATH": ""}
    environ = {**os.environ, **given, "UNISON_PORT": str(port), "UNISON_DATA": str(data), **variables}
    with (data / "output").open("w") as output:
        process = subprocess.Popen([sys.executable, "app.py"], cwd=space, env=environ, stdout=output, stderr=output)
    request = urllib.request.Request(f"http://127.0.0.1:{port}/", headers={"Host": NAME})
    try:
        end = time.monotonic() + 300
        while time.monotonic() < end and process.poll() is None:
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    page, headers = answer.read().decode(), {k.lower(): v for k, v in answer.headers.items()}
                return page, headers, said(port, ask) if ask else ""
            except urllib.error.HTTPError:
                raise
            except OSError:
                time.sleep(0.3)
        pytest.fail((data / "output").read_text())
    finally:
        process.terminate()
        process.wait(60)


def test_a_cpu_space_starts_and_may_be_shown_within_the_hubs_page(space, tmp_path):
    page, headers, answer = visited(space, tmp_path, "draw a red fox")
    assert "Unison" in page
    assert "frame-ancestors" not in headers.get("content-security-policy", "")
    ended = json.loads(answer.rpartition("data: ")[2])[0]
    assert [part["type"] for part in ended["parts"] if part["type"] in ("call", "image", "failure")] == [
        "call",
        "image",
    ]


def test_zero_gpu_is_told_of_a_function_before_torch_and_gradio_are_there(space, tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "spaces.py").write_text(STAND_IN)
    visited(space, tmp_path, SPACES_ZERO_GPU="true", PYTHONPATH=str(tmp_path / "lib"))
    assert (tmp_path / "lib" / "log").read_text() == "lent_gpu 5 []"


def test_a_gpu_space_without_the_platforms_package_starts_all_the_same(monkeypatch, capsys):
    from app.space import reserve

    monkeypatch.setitem(sys.modules, "spaces", None)
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    assert not reserve()
    assert "no package spaces" in capsys.readouterr().err
    monkeypatch.delenv("SPACES_ZERO_GPU")
    assert not reserve()
    assert capsys.readouterr().err == ""


def test_what_is_no_text_goes_through_git_lfs_and_no_cache_goes_along(tmp_path):
    space = laid_out(tmp_path / "fresh")
    large = {line.split()[0][1:] for line in (space / ".gitattributes").read_text().splitlines()}
    files = [path for path in space.rglob("*") if path.is_file()]
    binary = {path.suffix for path in files if b"\0" in path.read_bytes()}
    assert binary <= large
    assert {".safetensors", ".npy", ".webp"} <= binary
    assert [path.name for path in space.rglob(".*")] == [".gitattributes"]
    assert not list(space.rglob("__pycache__"))


def test_the_space_asks_for_what_the_platforms_have(space):
    wanted = (space / "requirements.txt").read_text()
    assert "torch>=2.8,<2.12\n" in wanted
    assert "gradio" not in wanted, "it comes with sdk_version"
    names = {re.match(r"[a-z0-9-]+", line)[0] for line in wanted.splitlines()}
    assert {"transformers", "numpy", "opencv-python-headless", "soundfile", "imageio-ffmpeg"} <= names
    head = (space / "README.md").read_text().split("---\n")[1]
    told = dict(line.split(": ", 1) for line in head.splitlines())
    pinned = re.search(r"^gradio==(\S+)", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    assert pinned is not None
    assert (told["sdk"], told["sdk_version"], told["app_file"]) == ("gradio", pinned[1], "app.py")
    assert (space / told["app_file"]).exists()
    assert told["python_version"] == '"3.12"'
    assert len(told["short_description"]) <= 60, "the hub refuses longer ones"


def test_a_space_is_not_built_into_the_program(space):
    line = [sys.executable, str(ROOT / "space" / "build.py"), str(ROOT / "app" / "space")]
    done = subprocess.run(line, capture_output=True, text=True)
    assert done.returncode == 2
    assert "choose a folder outside" in done.stderr
    assert not (ROOT / "app" / "space").exists()
