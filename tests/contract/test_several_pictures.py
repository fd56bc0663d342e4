"""Several pictures of one call from the picture book: each of a seed of its own, told, and made again alone from its file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from models import grammar, recipe
from models.device import SEEDS
from models.expert import Picture, discover
from models.profiles import PROFILES
from models.router import Router
from models.store import Store
from models.values import Box, Labelled, Phrase, TaskCall

DOG = Phrase("a dog and a red ball on a meadow")


@pytest.fixture
def router(tmp_path: Path) -> Router:
    return Router(PROFILES["nano"], Store(tmp_path / "media"), discover())


def made(router: Router, task: str, *args: object, seed: int = 5, **params: str) -> list[Picture]:
    with router.run(TaskCall("t1", task, args, params), {}, {}, lambda *_: None, seed=seed) as ran:
        return [value for value in ran.values if isinstance(value, Picture)]


@pytest.mark.parametrize("task", ["image", "layout"])
def test_each_is_what_its_seed_draws_alone_and_tells_it(task: str, router: Router) -> None:
    args = (DOG,) if task == "image" else (DOG, Labelled("a cat", Box(0.1, 0.4, 0.5, 0.9)))
    three = made(router, task, *args, count="3")
    assert len(three) == 3
    assert [one.meta["seed_used"] for one in three] == [5, 6, 7]
    assert not np.array_equal(three[0].pixels, three[1].pixels)
    assert np.array_equal(three[2].pixels, made(router, task, *args, seed=7)[0].pixels)
    assert np.array_equal(three[0].pixels, made(router, task, *args)[0].pixels)
    assert any("picture 3 of 3 has the seed 7" in note for note in three[2].meta["notes"])


def test_seeds_begin_anew_after_the_last(router: Router) -> None:
    assert [one.meta["seed_used"] for one in made(router, "image", DOG, seed=SEEDS - 1, count="2")] == [SEEDS - 1, 0]


def test_no_more_than_eight_and_one_at_least(router: Router) -> None:
    assert len(made(router, "image", DOG, count="99")) == 8
    assert len(made(router, "image", DOG, count="0")) == 1


def test_the_file_of_each_makes_it_again_alone() -> None:
    call = 'image "a sign that says count=3" count=3 size="64x64"'
    told = json.dumps({"call": call, "seed": 5, "settings": {"count": 3, "size": "64x64"}})
    alone = json.loads(recipe.of_one(told, {"seed_used": 7}))
    assert alone == {"call": 'image "a sign that says count=3" size="64x64"', "seed": 7, "settings": {"size": "64x64"}}
    assert recipe.of_one(told, {}) == told, "one picture keeps what its call was"
    assert recipe.of_one("", {"seed_used": 7}) == ""
    parts = list(grammar.parse(f"<task>{alone['call']}</task>"))
    assert isinstance(parts[0], TaskCall)
