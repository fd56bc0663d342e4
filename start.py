"""Set up what Unison needs and run it, on a bare machine with Python 3.10 or newer. Standard library only.

    python start.py [options of app.py]      start the app
    python start.py test [options of pytest] run the tests
    python start.py python ...               run Python with everything installed, such as: python -m training.stages

The first run makes a virtual environment in ``.venv`` beside this file and installs ``requirements.txt`` into it, with
the versions of ``constraints.txt``. Later runs do so again only when one of these files has changed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
FOLDER = ROOT / ".venv"
OLDEST = (3, 10)
NO_VENV = """Python cannot make a virtual environment here: its module ensurepip is missing.
  Debian, Ubuntu:  sudo apt install python3-venv
  Elsewhere:       install Python from https://www.python.org
Then run the same command again."""


def interpreter(folder: Path) -> Path:
    """Return the Python of the virtual environment in *folder*."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def wanted(root: Path, tests: bool) -> list[str]:
    """Return the requirement files to install: the app's, or the tests' (which include the app's)."""
    return (
        ["requirements.txt", "requirements-dev.txt"]
        if tests and (root / "requirements-dev.txt").exists()
        else ["requirements.txt"]
    )


def fingerprint(root: Path, files: list[str]) -> str:
    """Return a sum over everything that decides what is installed: the files, the versions and this Python."""
    digest = hashlib.sha256(repr(sys.version_info[:2]).encode())
    for name in [*files, "constraints.txt"]:
        path = root / name
        digest.update(path.read_bytes() if path.exists() else b"")
    return digest.hexdigest()


def installed(folder: Path) -> dict[str, str]:
    """Return the sums of what was installed into *folder*, by the last of the files; {} when nothing was finished."""
    try:
        stamp = json.loads((folder / "unison.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) and interpreter(folder).exists() else {}


def make(folder: Path) -> list[str]:
    """Make the virtual environment and return the command that stands for its pip. Exits with advice where none can be made."""
    python = str(interpreter(folder))
    if interpreter(folder).exists():
        if subprocess.run([python, "-m", "pip", "--version"], capture_output=True).returncode == 0:
            return [python, "-m", "pip"]
        if importlib.util.find_spec("pip") is not None:
            return [sys.executable, "-m", "pip", "--python", python]
    print("Making a virtual environment in .venv ...", file=sys.stderr, flush=True)
    if importlib.util.find_spec("ensurepip") is not None:
        venv.EnvBuilder(with_pip=True, clear=True, symlinks=os.name != "nt").create(folder)
        return [python, "-m", "pip"]
    # Debian's Python comes without ensurepip; a pip that is there can install into an environment that has none.
    if importlib.util.find_spec("pip") is None:
        sys.exit(NO_VENV)
    venv.EnvBuilder(with_pip=False, clear=True, symlinks=os.name != "nt").create(folder)
    return [sys.executable, "-m", "pip", "--python", python]


def prepare(root: Path, folder: Path, tests: bool) -> None:
    """Install what is missing or has changed into *folder*. Exits with pip's own message when that fails."""
    files = wanted(root, tests)
    stamp, now = installed(folder), fingerprint(root, files)
    if stamp.get(files[-1]) == now:
        return
    pip = make(folder)
    command = [*pip, "install", "--disable-pip-version-check"]
    for name in files:
        command += ["-r", str(root / name)]
    if (root / "constraints.txt").exists():
        command += ["-c", str(root / "constraints.txt")]
    print(f"Installing {' and '.join(files)} (the first time takes a few minutes) ...", file=sys.stderr, flush=True)
    code = subprocess.run(command, stdout=2).returncode  # stdout may carry the protocol of --mcp
    if code != 0:
        sys.exit("The installation did not succeed; see pip's message above. Run the same command again to continue.")
    # The tests' packages include the app's, so both are up to date now.
    done = {files[-1]: now, **({files[0]: fingerprint(root, files[:1])} if tests else {})}
    (folder / "unison.json").write_text(json.dumps({**stamp, **done}), encoding="utf-8")


def command(root: Path, folder: Path, arguments: list[str]) -> list[str]:
    """Return what to run for the *arguments* of this program."""
    python = str(interpreter(folder))
    if arguments[:1] == ["test"]:
        return [python, "-m", "pytest", *arguments[1:]]
    if arguments[:1] == ["python"]:
        return [python, *arguments[1:]]
    return [python, str(root / "app.py"), *arguments]


def main(arguments: list[str]) -> int:
    """Prepare, then become the wanted program; returns its exit status where a process cannot be replaced."""
    if sys.version_info < OLDEST:
        sys.exit(f"Unison needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is {sys.version.split()[0]}.")
    tests = arguments[:1] == ["test"]
    prepare(ROOT, FOLDER, tests)
    run = command(ROOT, FOLDER, arguments)
    if tests or arguments[:1] == ["python"]:
        os.chdir(ROOT)
    sys.stdout.flush()
    if os.name != "nt":
        os.execv(run[0], run)
    try:
        return subprocess.run(run).returncode
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
