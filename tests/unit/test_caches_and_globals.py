"""What one person's request may leave in the process for the next: nothing that is written, and no answer for another input."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest
from engine_stubs import last, of, picture

from app.history import History
from models.expert import Masks, Picture
from models.layout import layout
from models.store import Store
from models.values import Media, Message, Text
from models.video import VideoWriter

ROOT = Path(__file__).resolve().parents[2]
CHANGES = {
    "append", "extend", "insert", "remove", "pop", "popitem", "clear", "update", "setdefault", "add", "discard", "sort", "reverse",
    "appendleft", "__setitem__",
}  # fmt: skip


def _own_names(function: ast.AST) -> set[str]:
    """Return the names that *function* itself binds: its arguments, and what it or a function in it assigns."""
    own = {a.arg for a in ast.walk(function) if isinstance(a, ast.arg)}
    return own | {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _base(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def global_writes(code: str) -> list[str]:
    """Return the places of *code* where a function writes to a name of its module: "line: name"."""
    tree = ast.parse(code)
    module = {n.id for s in tree.body for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
              if isinstance(s, ast.Assign | ast.AnnAssign | ast.AugAssign)}  # fmt: skip
    found = []
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        shared = module - _own_names(function)
        for node in ast.walk(function):
            names: list[str] = []
            if isinstance(node, ast.Global):
                names = node.names
            elif isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
                names = [_base(node)]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGES:
                names = [_base(node.func.value)]
            found += [f"{node.lineno}: {name}" for name in names if name in shared or isinstance(node, ast.Global)]
    return sorted(set(found))


@pytest.mark.parametrize(
    "body",
    ["global seen; seen = 1", "SEEN.append(1)", "SEEN[0] = 1", "SEEN.inner.update(a=1)", "SEEN.count = 3", "del SEEN[0]", "SEEN[0] += 1"],
)  # fmt: skip
def test_the_search_finds_what_it_is_for(body):
    assert global_writes(f"SEEN = []\ndef handler():\n    {body}\n")


@pytest.mark.parametrize(
    "body", ["SEEN = []; SEEN.append(1)", "return [*SEEN, 1]", "other.append(SEEN[0])", "self.x = SEEN"]
)
def test_the_search_lets_reading_pass(body):
    assert not global_writes(f"SEEN = []\ndef handler(self, other):\n    {body}\n")


def test_no_function_writes_to_its_module():
    found = {
        f"{path.relative_to(ROOT)}:{place}"
        for folder in ("app", "models", "components")
        for path in (ROOT / folder).rglob("*.py")
        for place in global_writes(path.read_text(encoding="utf-8"))
    }
    assert found == set()


def test_equal_bytes_of_another_shape_are_another_file(tmp_path):
    store = Store(tmp_path / "media")
    values = np.random.default_rng(1).integers(0, 255, 4 * 6 * 3, np.uint8)
    for kind, shapes in (("image", [(4, 6, 3), (6, 4, 3), (2, 12, 3), (3, 6, 4)]), ("mask", [(4, 6), (6, 4), (2, 12)])):
        paths = []
        for shape in shapes:
            pixels = values[: np.prod(shape)].reshape(shape)
            value = Picture(pixels) if kind == "image" else Masks(pixels[None] > 99, ["a"], [1.0])
            [(_, path, meta)] = store.put(value)
            back = store.open(Media(kind, f"{kind}#1", path, meta))
            if isinstance(back, Picture):
                assert np.array_equal(back.pixels, pixels)
            else:
                assert isinstance(back, Masks)
                assert np.array_equal(back.array[0], pixels > 99)
            paths.append(path)
        assert len(set(paths)) == len(shapes)


def test_what_is_known_of_a_clip_is_not_told_of_another_that_takes_its_place(tmp_path):
    path = tmp_path / "clip.mp4"
    for width, frames in ((64, 5), (96, 9)):
        with VideoWriter(path, width, 48, 25.0) as writer:
            for n in range(frames):
                writer.write(np.full((48, width, 3), 9 * n, np.uint8))
        lay = layout(path)
        assert (lay.width, lay.packets) == (width, frames)


def test_messages_with_the_same_words_keep_their_own_state_and_owner(tmp_path):
    history = History(tmp_path / "history.sqlite")
    words = (Text("the same words"),)
    mine, yours = history.create("ann"), history.create("bob")
    history.append("ann", mine, Message("user", words))
    history.append("bob", yours, Message("assistant", words, "stopped"))
    for _ in range(2):
        assert history.messages("ann", mine) == [Message("user", words)]
        assert history.messages("bob", yours) == [Message("assistant", words, "stopped")]
    history.close()


def test_another_seed_is_another_result_although_the_words_are_the_same(made, tmp_path):
    engine = made('Here. <task>image "a fox"</task>')
    paths = []
    for owner, seed in (("ann", 1), ("bob", 2), ("eve", 1)):
        session = engine.open(owner)
        engine.attach(session, picture(tmp_path / "p.png"))
        reply = last(engine.reply(session, "the same", ["image#1"], options=_seeded(seed))).message
        paths.append(of(reply, Media)[0].path)
    assert paths[0] == paths[2] != paths[1]


def _seeded(seed: int):
    from app.events import Options

    return Options(seed=seed)


def test_ids_cannot_be_guessed(made):
    engine = made()
    ids = [engine.open("ann").conversation for _ in range(300)]
    assert len(set(ids)) == 300
    assert min(map(len, ids)) >= 22, "128 random bits in base 64"
    for position in range(20):
        assert len({text[position] for text in ids}) > 40, "no place of an id counts up or stays the same"
