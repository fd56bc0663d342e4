"""The shape of the repository: sizes, layers, what the README promises, and what must never be in it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from models.tasks import TASKS

ROOT = Path(__file__).resolve().parents[2]


def tracked() -> list[Path]:
    """Return the files of the repository: those git knows, or all outside hidden folders in a plain copy."""
    try:
        out = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        files = [ROOT / line for line in out.splitlines()]
    except (OSError, subprocess.CalledProcessError):
        files = [p for p in ROOT.rglob("*") if not any(part.startswith(".") for part in p.relative_to(ROOT).parts)]
    return [p for p in files if p.is_file()]


def sources() -> list[Path]:
    return [p for p in tracked() if p.suffix in {".py", ".js", ".css", ".md", ".toml", ".txt"} or p.name == "run"]


def test_no_python_file_is_longer_than_400_lines() -> None:
    long = {
        str(p.relative_to(ROOT)): n
        for p in tracked()
        if p.suffix == ".py" and (n := len(p.read_text("utf-8").splitlines())) > 400
    }
    assert not long


def test_no_two_test_files_share_a_name() -> None:
    """Pytest imports each by its bare name, so that a second of the same name ends the whole run before its first test."""
    names = [p.name for p in tracked() if p.match("tests/**/test_*.py")]
    assert len(names) > 20
    assert {name for name in names if names.count(name) > 1} == set()


def test_shipped_files_stay_small() -> None:
    sizes = {str(p.relative_to(ROOT)): p.stat().st_size for p in tracked()}
    assert {name: size for name, size in sizes.items() if size > 10_000_000} == {}
    assert sum(size for name, size in sizes.items() if name.startswith("assets/")) < 120_000_000


def test_nothing_unfinished_or_unsafe_is_left_in() -> None:
    pattern = re.compile(
        "|".join(["TO" + "DO", "FIX" + "ME", r"raise NotImplemented" + "Error", r"breakpoint" + r"\(\)", r"trust_remote_code\s*=\s*Tr" + "ue",
                  r"allow_pickle\s*=\s*Tr" + "ue", r"import pic" + "kle", r"/root" + "/", r"/work" + "/", "share" + "=True"])
    )  # fmt: skip
    found = [
        f"{p.relative_to(ROOT)}:{n}"
        for p in sources()
        for n, line in enumerate(p.read_text("utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found


def test_the_readme_names_every_task_and_every_path_it_names_exists() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for task in TASKS:
        assert f"`{task}`" in readme, task
    tree = re.search(r"```\n(start\.py.*?)```", readme, re.S)
    assert tree is not None
    for line in tree[1].splitlines():
        assert (ROOT / line.split()[0]).exists(), line
    for link in re.findall(r"\]\(([^)#:]+)\)", readme):
        assert (ROOT / link).exists(), link


@pytest.mark.parametrize("page", sorted(p.relative_to(ROOT).as_posix() for p in (ROOT / "docs").rglob("*.md")))
def test_links_of_the_docs_lead_somewhere(page: str) -> None:
    path = ROOT / page
    for link in re.findall(r"\]\(([^)#:]+)\)", path.read_text("utf-8")):
        assert (path.parent / link).resolve().exists(), link


def required(name: str) -> list[Requirement]:
    """Return what a requirements or constraints file of the root asks for."""
    lines = [line.partition("#")[0].strip() for line in (ROOT / name).read_text("utf-8").splitlines()]
    return [Requirement(line) for line in lines if line]


def test_every_lower_bound_is_the_version_that_the_tests_were_run_with() -> None:
    """A bound that nobody ran is a guess: raised or lowered, it changes in constraints-lowest.txt too."""
    bounds = {
        r.name: [Version(s.version) for s in r.specifier if s.operator == ">="] for r in required("requirements.txt")
    }
    pinned: dict[str, list[Version]] = {}
    for r in required("constraints-lowest.txt"):
        assert [s.operator for s in r.specifier] == ["=="], r
        pinned.setdefault(r.name, []).extend(Version(s.version) for s in r.specifier)
    assert len(bounds) > 10
    assert {name: pinned.get(name) for name in bounds} == bounds


def test_the_engine_and_every_expert_import_without_heavy_libraries() -> None:
    code = (
        "import sys\nimport app.engine\nfrom models.expert import discover\nassert len(discover()) >= 6\n"
        "print([m for m in ('torch', 'transformers', 'diffusers', 'cv2', 'gradio', 'scipy', 'soundfile') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"


def test_ruff_refuses_an_import_across_the_layers(tmp_path: Path) -> None:
    cases = {
        "models": "import gradio\nimport app.engine\n",
        "models/experts": "import models.experts.adjust\nimport models.unified.native\n",
        "models/vision": "import models.experts.adjust\nimport app.engine\n",
        "app": "import gradio\nimport training.dialogues\n",
        "components": "import models.values\nimport app.engine\n",
    }
    for folder, code in cases.items():
        out = subprocess.run(
            [sys.executable, "-m", "ruff", "check", "--select", "TID", "--output-format", "concise", "--stdin-filename", f"{folder}/probe.py", "-"],
            cwd=ROOT, input=code, capture_output=True, text=True,
        )  # fmt: skip
        assert out.stdout.count("TID251") == 2, (folder, out.stdout)


def said_to_people() -> Iterator[tuple[str, str, str]]:
    """Yield the place, the first and the last letters of every literal first argument of a Refusal, Broken or Failure."""
    for path in sorted([*(ROOT / "app").glob("*.py"), *(ROOT / "models").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", "") in ("Refusal", "Broken", "Failure")
                and node.args
            ):
                words = node.args[0]
                pieces = words.values if isinstance(words, ast.JoinedStr) else [words]
                ends = [p.value if isinstance(p, ast.Constant) and isinstance(p.value, str) else "" for p in pieces]
                yield f"{path.relative_to(ROOT)}:{node.lineno}", ends[0], ends[-1]


def test_what_goes_wrong_is_told_in_whole_sentences():
    """The hint follows on the same line in notices, in the terminal and in the endpoint's errors."""
    told = list(said_to_people())
    assert len(told) > 100
    assert [place for place, _, end in told if end and end[-1] not in ".?!"] == []
    assert [place for place, start, _ in told if start[:1].islower() and not start.startswith("region#")] == []
