"""Lay out a Hugging Face Space: ``python space/build.py FOLDER``, then push FOLDER as the Space's repository.

It copies what runs, this folder's README.md with the settings that Spaces reads, and requirements for both kinds of Space:
gradio comes with the Space (``sdk_version``), and ZeroGPU has torch 2.8 to 2.11 only.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("app", "assets", "components", "models", "app.py", "LICENSE")
BINARY = ("safetensors", "npy", "webp", "png")
"""What ends files that are no text: the Hub takes those through Git LFS alone, and refuses a push that holds others."""
LEFT_OUT = ("__pycache__", "*.pyc", "*.pyi", ".*")
"""What tools leave behind, caches among them; no part of the program begins with a dot."""


def requirements(text: str) -> str:
    """Return the requirements of a Space for those of the program, *text*."""
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    kept = [line for line in lines if line and not re.match(r"gradio\b", line)]
    return "".join("torch>=2.8,<2.12\n" if re.match(r"torch\b", line) else f"{line}\n" for line in kept)


def build(folder: Path) -> None:
    """Write the Space into *folder*, which may be the clone of one; what else lies in it stays.

    Raises FileExistsError when *folder* lies within this repository's own parts, or holds anything and is no Space.
    """
    if folder.resolve().is_relative_to(ROOT):
        raise FileExistsError(f"{folder} lies within the program itself; choose a folder outside of it")
    if folder.exists() and any(folder.iterdir()) and not (folder / ".gitattributes").exists():
        # An app or models folder that is somebody's own would be replaced.
        raise FileExistsError(f"{folder} is neither empty nor a Space; choose an empty folder or the clone of a Space")
    folder.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        target = folder / part
        if (ROOT / part).is_dir():
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(ROOT / part, target, ignore=shutil.ignore_patterns(*LEFT_OUT))
        else:
            shutil.copyfile(ROOT / part, target)
    shutil.copyfile(ROOT / "space" / "README.md", folder / "README.md")
    large = "".join(f"*.{suffix} filter=lfs diff=lfs merge=lfs -text\n" for suffix in BINARY)
    (folder / ".gitattributes").write_text(large, encoding="utf-8")
    wanted = requirements((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    (folder / "requirements.txt").write_text(wanted, encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Build into the folder named by the only one of *arguments*; returns the exit status."""
    if len(arguments) != 1:
        print("usage: python space/build.py FOLDER", file=sys.stderr)
        return 2
    try:
        build(Path(arguments[0]))
    except OSError as error:
        print(f"The Space was not built: {error}", file=sys.stderr)
        return 2
    print(f"The Space lies in {arguments[0]}. Push it: git add -A && git commit -m 'Unison' && git push")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
