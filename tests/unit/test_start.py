"""The set-up program: what it installs, when it does so again, and what it runs."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.programs import ROOT, loaded

start = loaded("start.py")


@pytest.fixture
def root(tmp_path):
    """A small project of the same shape, with nothing to install."""
    shutil.copy(ROOT / "start.py", tmp_path)
    for name in ("requirements.txt", "requirements-dev.txt", "constraints.txt"):
        (tmp_path / name).write_text("# nothing\n")
    (tmp_path / "app.py").write_text("import sys\nprint(sys.prefix, sys.argv[1:])\n")
    return tmp_path


def test_the_two_commands_run_the_app_and_the_tests_with_their_options_passed_on():
    python = str(start.interpreter(ROOT / ".venv"))
    assert start.command(ROOT, ROOT / ".venv", ["--port", "8000"]) == [python, str(ROOT / "app.py"), "--port", "8000"]
    assert start.command(ROOT, ROOT / ".venv", ["test", "-k", "x"]) == [python, "-m", "pytest", "-k", "x"]
    assert start.command(ROOT, ROOT / ".venv", ["python", "-V"]) == [python, "-V"]
    assert start.wanted(ROOT, tests=False) == ["requirements.txt"]
    assert start.wanted(ROOT, tests=True) == ["requirements.txt", "requirements-dev.txt"]


def test_any_change_of_the_requirements_changes_the_fingerprint(root):
    seen = {start.fingerprint(root, ["requirements.txt"])}
    for name in ("requirements.txt", "constraints.txt"):
        (root / name).write_text("# something else\n")
        seen.add(start.fingerprint(root, ["requirements.txt"]))
    assert len(seen) == 3


@pytest.mark.skipif(
    importlib.util.find_spec("ensurepip") is None, reason="this Python cannot make environments with pip"
)
def test_a_bare_machine_is_set_up_once_and_the_app_runs_inside(root):
    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, str(root / "start.py"), *arguments], capture_output=True, text=True, cwd=root.parent
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    first, second = run("--port", "1"), run("--port", "2")
    assert "Installing requirements.txt" in first
    assert str(root / ".venv") in first
    assert "['--port', '1']" in first
    assert "Installing" not in second
    assert "['--port', '2']" in second
    (root / "requirements.txt").write_text("# changed\n")
    assert "Installing" in run()


def test_a_failed_installation_is_tried_again_next_time(root):
    python = start.interpreter(root / ".venv")
    python.parent.mkdir(parents=True)
    python.touch()
    calls = []

    def fails(command, **kwargs):
        calls.append(command)
        return subprocess.CompletedProcess(command, 1 if "install" in command else 0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(start.subprocess, "run", fails)
        for _ in range(2):
            with pytest.raises(SystemExit, match="did not succeed"):
                start.prepare(root, root / ".venv", tests=False)
    assert sum("install" in command for command in calls) == 2
    assert start.installed(root / ".venv") == {}


def test_without_venv_and_pip_the_advice_names_the_package(root, monkeypatch):
    monkeypatch.setattr(start.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match="apt install python3-venv"):
        start.prepare(root, root / ".venv", tests=False)


def test_without_ensurepip_an_existing_pip_installs_from_outside(root, monkeypatch):
    monkeypatch.setattr(start.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else object())
    made = []
    monkeypatch.setattr(start.venv, "EnvBuilder", lambda **options: made.append(options) or Builder())

    class Builder:
        def create(self, folder: Path) -> None:
            folder.mkdir()

    command = start.make(root / ".venv")
    assert made[0]["with_pip"] is False
    assert command == [sys.executable, "-m", "pip", "--python", str(start.interpreter(root / ".venv"))]


def test_an_old_python_is_told_which_one_is_needed(monkeypatch):
    monkeypatch.setattr(start, "OLDEST", (99, 0))
    with pytest.raises(SystemExit, match=r"needs Python 99\.0"):
        start.main([])


def test_it_needs_nothing_but_the_standard_library():
    code = (
        "import sys, runpy; runpy.run_path('start.py'); print([m for m in sys.modules if m in ('numpy', 'pip', 'app')])"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
