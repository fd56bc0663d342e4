"""The Hugging Face Space: it is laid out by a command, starts from there, and announces itself to ZeroGPU before all else."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
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


@pytest.fixture(scope="module")
def space(tmp_path_factory):
    folder = tmp_path_factory.mktemp("space") / "unison"
    done = subprocess.run(
        [sys.executable, str(ROOT / "space" / "build.py"), str(folder)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def visited(space: Path, data: Path, **variables: str) -> tuple[str, dict[str, str]]:
    """Start the Space as the platform does, open its page by its public name and return it with its headers."""
    port = free_port()
    given = {"SPACE_ID": "somebody/unison", "SPACE_HOST": "somebody-unison.hf.space", "SYSTEM": "spaces"}
    environ = {**os.environ, **given, "UNISON_PORT": str(port), "UNISON_DATA": str(data), **variables}
    with (data / "output").open("w") as output:
        process = subprocess.Popen([sys.executable, "app.py"], cwd=space, env=environ, stdout=output, stderr=output)
    request = urllib.request.Request(f"http://127.0.0.1:{port}/", headers={"Host": "somebody-unison.hf.space"})
    try:
        end = time.monotonic() + 300
        while time.monotonic() < end and process.poll() is None:
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    return answer.read().decode(), {k.lower(): v for k, v in answer.headers.items()}
            except urllib.error.HTTPError:
                raise
            except OSError:
                time.sleep(0.3)
        pytest.fail((data / "output").read_text())
    finally:
        process.terminate()
        process.wait(60)


def test_a_cpu_space_starts_and_may_be_shown_within_the_hubs_page(space, tmp_path):
    page, headers = visited(space, tmp_path)
    assert "Unison" in page
    assert "frame-ancestors" not in headers.get("content-security-policy", "")


def test_zero_gpu_is_told_of_a_function_before_torch_and_gradio_are_there(space, tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "spaces.py").write_text(STAND_IN)
    visited(space, tmp_path, SPACES_ZERO_GPU="true", PYTHONPATH=str(tmp_path / "lib"))
    assert (tmp_path / "lib" / "log").read_text() == "lent_gpu 5 []"


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
