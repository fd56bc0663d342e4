"""The tables of docs/tests.md are true: every test that they name exists; and two defects of others that need no page."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from models.unified.vocabulary import Vocabulary, fixed_tokens

ROOT = Path(__file__).resolve().parents[2]
DEBUGGERS = {"pdb", "ipdb", "pudb", "code"}


def test_every_test_that_the_docs_name_exists() -> None:
    there = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        there |= set(re.findall(r"^(?:async )?def (test_\w+)", path.read_text("utf-8"), re.MULTILINE))
    told = re.findall(r"`(test_\w+)(?:\[\w+\])?`", (ROOT / "docs" / "tests.md").read_text("utf-8"))
    assert len(told) > 60
    assert sorted(set(told) - there) == []


def test_every_verb_has_a_test_for_each_medium() -> None:
    text = (ROOT / "docs" / "tests.md").read_text("utf-8")
    table = text.partition("## The verbs with each medium")[2].partition("\n| verb |")[2].partition("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    assert len(rows) >= 10
    for verb, *cells in rows:
        assert len(cells) == 4, verb
        for medium, cell in zip(("image", "video", "audio", "mask"), cells, strict=True):
            named = re.fullmatch(r"`test_\w+?(?:\[(\w+)\])?`", cell)
            assert named, (verb, medium)
            assert named[1] in (None, medium), (verb, medium)


def _left_in(node: ast.AST) -> bool:
    """Tell whether *node* imports a debugger, or stops the program to ask."""
    if isinstance(node, ast.Import):
        return any(alias.name.partition(".")[0] in DEBUGGERS for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").partition(".")[0] in DEBUGGERS
    called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
    return called in ("breakpoint", "input")


def test_no_debugger_and_no_question_on_the_terminal_is_left_in() -> None:
    found = []
    for folder in ("app", "models", "components", "training", "evaluation"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            nodes = ast.walk(ast.parse(path.read_text("utf-8")))
            found += [f"{path.relative_to(ROOT)}: {ast.unparse(node)}" for node in nodes if _left_in(node)]
    assert found == []


def test_every_token_keeps_its_number_when_a_vocabulary_is_saved_and_loaded(tmp_path: Path) -> None:
    made = Vocabulary.build(["blur", "the", "cat"])
    made.save(tmp_path)
    again = Vocabulary.load(tmp_path)
    assert len(again) == len(made) > len(fixed_tokens())
    numbers = [made[name] for name in fixed_tokens()]
    assert len(set(numbers)) == len(numbers)
    assert [again[name] for name in fixed_tokens()] == numbers
