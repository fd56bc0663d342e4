"""Conversations from scene truth: written by the grammar, sound, the same for the same seed, nothing held out in training."""

from __future__ import annotations

import dataclasses
import json
from random import Random
from typing import Any

import pytest

from models.grammar import check, parse, write
from models.tasks import TASKS
from models.values import Box, Grounding, Labelled, Media, Message, Part, Region, TaskCall, Text
from models.world.film import Film
from models.world.find import held_out
from models.world.scene import DECOR, Backdrop, Scene, Thing
from training.held_out import asked, held
from training.language.phrasing import HELD_OUT, Split, share
from training.truth import MAKERS, Truthful, make, referring, shots, words
from training.truth.values import Lazy

SPLITS: tuple[Split, ...] = ("train", "held_out")


def some(task: str, split: Split, count: int = 5, seed: int = 0) -> list[Truthful]:
    """Return some conversations of a task."""
    return [make(task, Random(f"{task} {split} {seed} {n}"), split, n) for n in range(count)]


@pytest.fixture(scope="module", params=sorted(MAKERS))
def written(request: pytest.FixtureRequest) -> tuple[str, dict[Split, list[Truthful]]]:
    """A task, and conversations of it of both splits."""
    task = request.param
    return task, {split: some(task, split) for split in SPLITS}


def replies(made: Truthful) -> list[tuple[Part, ...]]:
    """Return what the assistant wrote in each message: words, calls and groundings."""
    kinds = Text | TaskCall | Grounding
    return [tuple(part for part in m.parts if isinstance(part, kinds)) for m in made.messages if m.role == "assistant"]


def as_written(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Return *parts* with their boxes on the grid on which they are written."""

    def on_grid(value: Any) -> Any:
        if isinstance(value, Box):
            return Box.from_tokens(*value.to_tokens())
        return dataclasses.replace(value, box=on_grid(value.box)) if isinstance(value, Labelled) else value

    made: list[Part] = []
    for part in parts:
        if isinstance(part, TaskCall):
            part = dataclasses.replace(part, args=tuple(on_grid(arg) for arg in part.args))
        elif isinstance(part, Grounding):
            part = dataclasses.replace(part, boxes=tuple(on_grid(box) for box in part.boxes))
        made.append(part)
    return tuple(made)


def calls(made: Truthful) -> list[TaskCall]:
    return [part for message in made.messages for part in message.parts if isinstance(part, TaskCall)]


def scene_of(data: Any) -> Scene:
    return Scene.from_json(json.loads(json.dumps(data)))


def test_there_is_a_maker_for_every_task() -> None:
    assert set(MAKERS) == set(TASKS)


def test_names_that_are_no_task_or_split_are_refused() -> None:
    with pytest.raises(ValueError, match="no task 'paint'"):
        make("paint", Random(1), "train", 0)
    with pytest.raises(ValueError, match="no split 'test'"):
        make("segment", Random(1), "test", 0)  # type: ignore[arg-type]


def test_replies_read_back_as_they_were_written(written: tuple[str, dict[Split, list[Truthful]]]) -> None:
    for made in (*written[1]["train"], *written[1]["held_out"]):
        for parts in replies(made):
            ids = iter([part.id for part in parts if isinstance(part, TaskCall)])
            assert parse(write(parts), lambda ids=ids: next(ids)) == as_written(parts), write(parts)  # type: ignore[misc]


def test_calls_are_sound_and_of_the_task(written: tuple[str, dict[Split, list[Truthful]]]) -> None:
    task, both = written
    for made in (*both["train"], *both["held_out"]):
        there: set[str] = set()
        for message in made.messages:
            there |= {part.handle for part in message.parts if isinstance(part, Media | Region)}
            for part in message.parts:
                if isinstance(part, TaskCall):
                    assert check(part, TASKS[part.task], there) is None, (made.group, part)
        called = [call.task for call in calls(made)]
        asks_back = made.group.endswith(("absent", "none"))
        assert (task in called) != asks_back, (made.group, called)


def test_truth_is_plain_data_and_media_have_writers(written: tuple[str, dict[Split, list[Truthful]]]) -> None:
    for made in (*written[1]["train"], *written[1]["held_out"]):
        assert json.loads(json.dumps(dict(made.truth)))
        given = [part for message in made.messages for part in message.parts if isinstance(part, Media)]
        assert len({part.handle for part in given}) == len(given)
        without = {part.handle for part in given} - set(made.media)
        assert all(handle.startswith("mask") and made.group.startswith("video_segment") for handle in without)
        assert set(made.media) <= {part.handle for part in given}


def test_the_same_seed_gives_the_same_conversation(written: tuple[str, dict[Split, list[Truthful]]]) -> None:
    task, both = written
    again = some(task, "train", 2)
    for one, other in zip(both["train"], again, strict=False):
        assert (one.messages, one.group) == (other.messages, other.group)
        assert dict(one.truth) == dict(other.truth)
    assert some(task, "train", 2, seed=1)[0].messages != again[0].messages


def test_training_never_sees_what_is_held_out(written: tuple[str, dict[Split, list[Truthful]]]) -> None:
    task, both = written
    for made in both["train"]:
        said = json.dumps(dict(made.truth))
        scenes = [made.truth[name] for name in ("scene",) if name in made.truth] + [
            edit[end] for edit in made.truth.get("edits", ()) for end in ("before", "after")
        ]
        names = {thing.name for scene in scenes for thing in scene_of(scene).things}
        names |= {
            thing.name
            for data in ([made.truth["film"]] if "film" in made.truth else [])
            for thing in Film.from_json(data).scene.things
        }
        assert not any(held_out(name) for name in names), (task, names)
        assert not any(held(asked(message)) for message in made.messages if message.role == "user"), said[:80]


def test_held_out_scenes_hold_new_things() -> None:
    for task in ("segment", "detect", "edit", "image", "video"):
        for made in some(task, "held_out", 4):
            data = made.truth["film"] if "film" in made.truth else made.truth["scene"]
            things = Film.from_json(data).scene.things if "film" in made.truth else scene_of(data).things
            whole = {thing.name for thing in things} | set(json.dumps(dict(made.truth)).split('"'))
            assert any(held_out(name) for name in whole if name in words.known()), (task, made.group)


def test_words_fit_surely_perhaps_or_not() -> None:
    assert words.fits("dog", "puppy") == 2
    assert words.fits("guide dog", "dog") == 2
    assert words.fits("teddy bear", "bear") == 1
    assert words.fits("pizza", "dog") == 0
    assert words.fits("stop sign", "vehicle") == 1
    assert words.coloured("car", "red", "red") == 2
    assert words.coloured("car", "red", "blue") == 0
    assert words.many("man with a beard") == "men with a beard"


def test_no_phrase_is_used_where_the_backdrop_shows_the_like() -> None:
    forest = shots.Shot(Scene((Thing("tree", 0.5, 0.7, 0.4, id=1),), Backdrop("forest")), 256, 256)
    assert referring.called(forest, "tree") is None
    assert referring.decor_like(["dog"]) == ()
    assert "tree" in referring.decor_like(["tree"])
    assert referring.decor_like(["thing"]) == DECOR


def test_kept_out_phrasings_stay_out() -> None:
    patterns = [f"pattern {n}" for n in range(60)]
    kept = {p for p in patterns if share(p) < HELD_OUT}
    rng = Random(2)
    assert {referring.chosen(rng, "train", patterns) for _ in range(600)} == set(patterns) - kept
    assert {referring.chosen(rng, "held_out", patterns) for _ in range(200)} == kept


def test_costly_truth_is_worked_out_once() -> None:
    reads: list[int] = []
    lazy = Lazy({"plain": 3, "dear": lambda: reads.append(1) or [1, 2]})
    assert lazy["plain"] == 3
    assert not reads
    assert lazy["dear"] == [1, 2]
    assert dict(lazy) == {"plain": 3, "dear": [1, 2]}
    assert reads == [1]


def test_messages_take_turns(written: tuple[str, dict[Split, list[Truthful]]]) -> None:
    for made in (*written[1]["train"], *written[1]["held_out"]):
        roles = [message.role for message in made.messages]
        assert roles == ["user", "assistant"] * (len(roles) // 2)
        last: Message = made.messages[-1]
        assert last.parts
