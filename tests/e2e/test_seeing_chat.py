"""The shipped model sees: it tells what was drawn here, and works on what is named without a mark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.engine import Engine
from app.events import Options
from app.examples import example_file
from app.settings import Settings
from models.values import Box, Failure, Grounding, Media, Message, Region, TaskCall
from models.world.composer import compose
from models.world.scene import Backdrop, Scene, Thing
from tests.browser.stage import has_model

pytestmark = pytest.mark.skipif(not has_model(), reason="the nano model's weights are not there")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    made = Engine(Settings(data=tmp_path_factory.mktemp("sees"), profile="nano"))
    made.start()
    yield made
    made.close()


@pytest.fixture(scope="module")
def replies(engine: Engine) -> dict[str, Message]:
    """A conversation about a picture that is drawn first."""
    session, found = engine.open("o" * 32), {}
    asked = (
        "draw a cow, a horse and three apples on a farm",
        "how many apples are there?",
        "is there a cat?",
        "is there a horse?",
        "cut out the cow",
    )
    for text in asked:
        *_, last = engine.reply(session, text, [], [], Options(seed=5))
        found[text] = last.message
        assert not [part for part in last.message.parts if isinstance(part, Failure)]
    return found


def boxes(message: Message, name: str) -> list[tuple[float, ...]]:
    """Return the true boxes of the things of the kind *name* in the picture that *message* holds."""
    (picture,) = [part for part in message.parts if isinstance(part, Media)]
    return [tuple(box[1:]) for box in picture.meta["boxes"] if box[0].endswith(name)]


def test_it_counts_what_was_drawn_and_shows_each(replies: dict[str, Message]) -> None:
    drawn, told = replies["draw a cow, a horse and three apples on a farm"], replies["how many apples are there?"]
    (apples,) = [part for part in told.parts if isinstance(part, Grounding)]
    assert "three" in apples.phrase
    found = sorted((box.x0, box.y0, box.x1, box.y1) for box in apples.boxes)
    assert np.allclose(found, sorted(boxes(drawn, "apple")), atol=0.03)


def test_it_says_that_something_is_there_and_something_else_is_not(replies: dict[str, Message]) -> None:
    told = replies["is there a cat?"]
    assert told.text.startswith("No")
    assert not [part for part in told.parts if isinstance(part, Grounding)]
    (horse,) = [part for part in replies["is there a horse?"].parts if isinstance(part, Grounding)]
    assert replies["is there a horse?"].text.startswith("Yes")
    drawn = replies["draw a cow, a horse and three apples on a farm"]
    assert np.allclose([(box.x0, box.y0, box.x1, box.y1) for box in horse.boxes], boxes(drawn, "horse"), atol=0.03)


def test_it_cuts_out_what_is_named_without_a_mark(replies: dict[str, Message]) -> None:
    (call,) = [part for part in replies["cut out the cow"].parts if isinstance(part, TaskCall)]
    (box,) = [arg for arg in call.args if isinstance(arg, Box)]
    assert call.task == "segment"
    (cow,) = boxes(replies["draw a cow, a horse and three apples on a farm"], "cow")
    assert np.allclose((box.x0, box.y0, box.x1, box.y1), cow, atol=0.03)


def test_it_says_that_there_are_more_than_it_counts(engine: Engine) -> None:
    session = engine.open("m" * 32)
    told = []
    for text in ("draw 20 apples on a table", "how many apples are there?"):
        *_, last = engine.reply(session, text, [], [], Options(seed=5))
        told.append(last.message.text)
    assert (
        "(I find 20 things in image#1 and can keep 12 of them in mind, so I may count too few or miss one.)" in told[1]
    )
    assert "I find" not in told[0]


def test_a_rough_box_round_what_was_drawn_means_that_thing(engine: Engine) -> None:
    session = engine.open("r" * 32)
    *_, last = engine.reply(session, "draw a cow and a tree on a meadow", [], [], Options(seed=5))
    ((x0, y0, x1, y1),) = boxes(last.message, "cow")
    rough = Box(max(0.0, x0 - 0.12), max(0.0, y0 - 0.12), min(1.0, x1 + 0.03), min(1.0, y1 + 0.12))
    *_, last = engine.reply(session, "what is this?", [], [Region(1, "image#1", rough)], Options(seed=5))
    (thing,) = [part for part in last.message.parts if isinstance(part, Grounding)]
    assert thing.phrase == "a cow"


def test_a_picture_of_long_ago_is_looked_at_when_it_is_named(engine: Engine, tmp_path: Path) -> None:
    session = engine.open("l" * 32)
    for number in range(20):
        scene = Scene((Thing("horse" if number else "whale", 0.5, 0.5, 0.7),), Backdrop("plain", "day", "light blue"))
        Image.fromarray(compose(scene, 96 + number, 96).pixels).save(tmp_path / f"{number}.png")
    for first in (0, 10):
        files = [tmp_path / f"{number}.png" for number in range(first, first + 10)]
        handles = [engine.attach(session, file, file.name).handle for file in files]
        *_, last = engine.reply(session, "look at these", handles, [])
    *_, last = engine.reply(session, "is there a whale in image#1?", [], [])
    (whale,) = [part for part in last.message.parts if isinstance(part, Grounding)]
    assert (whale.of, last.message.text.startswith("Yes")) == ("image#1", True)


def test_of_what_is_not_of_the_drawn_world_it_says_that_it_sees_nothing(engine: Engine, tmp_path: Path) -> None:
    noise = np.random.default_rng(3).normal(120, 40, (60, 90, 3)).cumsum(1) % 255
    Image.fromarray(noise.astype(np.uint8)).resize((720, 480), Image.Resampling.BICUBIC).save(tmp_path / "photo.png")
    session = engine.open("p" * 32)
    handle = engine.attach(session, tmp_path / "photo.png", "photo.png").handle
    *_, last = engine.reply(session, "what do you see?", [handle], [])
    assert not [part for part in last.message.parts if isinstance(part, Grounding | TaskCall | Failure)]
    assert "cannot make out anything" in last.message.text


@pytest.mark.parametrize(
    ("name", "words", "wanted"),
    [
        ("balloon.png", "what do you see?", {"a balloon", "two sheep"}),
        ("cat.png", "what do you see?", {"a cat"}),
        ("boat.mp4", "what do you see?", {"a sailboat"}),
        ("tune.wav", "what do you hear?", {"a music box"}),
    ],
)
def test_the_media_of_the_cards_can_be_talked_about(
    engine: Engine, tmp_path: Path, name: str, words: str, wanted: set[str]
) -> None:
    session = engine.open("q" * 32)
    handle = engine.attach(session, example_file(tmp_path, name), name).handle
    *_, last = engine.reply(session, words, [handle], [])
    assert wanted <= {part.phrase for part in last.message.parts if isinstance(part, Grounding)}
