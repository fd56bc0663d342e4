"""The program itself, as a process: it starts, serves, chats in the terminal, and says in a sentence why it cannot."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
APP = [sys.executable, str(ROOT / "app.py")]


def run(*arguments: object, words: str = "") -> subprocess.CompletedProcess[str]:
    line = [*APP, *map(str, arguments)]
    return subprocess.run(line, input=words, capture_output=True, text=True, timeout=240)


def test_importing_the_file_builds_nothing_and_costs_nothing():
    code = (
        f"import runpy, sys; names = runpy.run_path({str(ROOT / 'app.py')!r}); "
        "print('demo' in names, [m for m in ('app', 'models', 'gradio', 'torch', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False []"


def test_the_page_answers_and_the_endpoint_is_there(tmp_path):
    port = free_port()
    process = subprocess.Popen(
        [*APP, "--no-browser", "--port", str(port), "--data", str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        end, page = time.monotonic() + 120, ""
        while not page and time.monotonic() < end and process.poll() is None:
            try:
                page = urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).read().decode()
            except OSError:
                time.sleep(0.2)
        assert "Unison" in page
        told = urllib.request.urlopen(f"http://127.0.0.1:{port}/gradio_api/info", timeout=30).read().decode()
        assert '"/chat"' in told
        assert run("--no-browser", "--port", port, "--data", tmp_path / "other").returncode == 2, "the port is taken"
    finally:
        process.terminate()
        process.wait(30)
        assert process.stdout is not None
        said = process.stdout.read()
        process.stdout.close()
    assert f"Unison is at http://127.0.0.1:{port}" in said
    assert "launch()" not in said, "a person has options of app.py, and not those of gradio"


def test_the_terminal_is_a_door_too(tmp_path):
    done = run("--console", "--data", tmp_path, words="/help\n/quit\n")
    assert done.returncode == 0
    assert "/segment" in done.stdout


@pytest.mark.parametrize("fault", ["profile", "expert", "data"])
def test_what_keeps_it_from_starting_is_one_sentence(tmp_path, fault):
    (tmp_path / "experts").mkdir()
    (tmp_path / "experts" / "mine.py").write_text("NAME = 'half an expert'\n")
    (tmp_path / "file").write_text("")
    arguments = {
        "profile": ("--profile", "huge", "--data", tmp_path / "d"),
        "expert": ("--experts", tmp_path / "experts", "--data", tmp_path / "d"),
        "data": ("--data", tmp_path / "file"),
    }[fault]
    done = run("--console", *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("Unison cannot start: ")
    assert "Traceback" not in done.stderr
    assert {"profile": "nano", "expert": "TASK", "data": "--data"}[fault] in done.stderr


def test_incidents_are_kept_in_a_file_of_the_data_folder(tmp_path):
    (tmp_path / "experts").mkdir()
    (tmp_path / "experts" / "bad.py").write_text(
        "from models.expert import Task\nNAME = 'bad'\nTASK = Task('bad', 'fail', (), (), ('image',), '')\n"
        "def load(checkpoint, device):\n    raise ValueError('the inner secret')\n"
    )
    done = run("--console", "--experts", tmp_path / "experts", "--data", tmp_path / "d", words="/bad\n/quit\n")
    assert "incident" in done.stdout
    assert "the inner secret" not in done.stdout + done.stderr
    assert "the inner secret" in (tmp_path / "d" / "unison.log").read_text()


def test_a_door_whose_package_is_missing_says_how_to_install_it(tmp_path):
    code = "import runpy, sys; sys.modules['mcp'] = None; sys.argv[0] = 'app.py'; runpy.run_path(sys.argv.pop(1), run_name='__main__')"
    line = [sys.executable, "-c", code, str(ROOT / "app.py"), "--mcp", "--data", str(tmp_path)]
    done = subprocess.run(line, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert done.stderr.startswith("Unison cannot start: --mcp needs the package mcp")
    assert "requirements-mcp.txt" in done.stderr
    assert done.stdout == "", "a client reads the protocol there"
