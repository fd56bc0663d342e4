"""The picture book in conversation with the nano model: drawn, moved, sounded, changed, and put into a person's photo."""

from __future__ import annotations

import numpy as np
import pytest

from app.engine import Engine
from app.examples import BALLOON, make_examples
from app.settings import Settings
from models.media import load_image
from models.values import Box, Failure, Media, Region, TaskCall
from models.world.scene import Scene
from tests.browser.stage import has_model

pytestmark = pytest.mark.skipif(not has_model(), reason="the nano model's weights are not there")


class Talk:
    """One conversation: what was said, and what came back last."""

    def __init__(self, engine):
        self.engine = engine
        self.session = engine.open("o" * 32)

    def say(self, text, files=(), regions=()):
        """Return the tasks that were called and the media that came, by kind; nothing may have failed."""
        handles = [self.engine.attach(self.session, file, file.name).handle for file in files]
        *_, last = self.engine.reply(self.session, text, handles, list(regions))
        parts = last.message.parts
        assert [part for part in parts if isinstance(part, Failure)] == [], text
        tasks = [part.task for part in parts if isinstance(part, TaskCall)]
        return tasks, {part.kind: part for part in parts if isinstance(part, Media)}


@pytest.fixture
def engine(tmp_path):
    made = Engine(Settings(data=tmp_path / "data", profile="nano"))
    made.start()
    yield made
    made.close()


def names(medium):
    return [thing.name for thing in Scene.from_json(medium.meta["scene"]).things]


def test_a_scene_is_drawn_moved_and_heard(engine):
    talk = Talk(engine)
    tasks, made = talk.say("draw two cats left of a pizza on grass at night")
    assert tasks in (["image"], ["layout"])
    scene = Scene.from_json(made["image"].meta["scene"])
    cats = [thing for thing in scene.things if thing.name == "cat"]
    (pizza,) = (thing for thing in scene.things if thing.name == "pizza")
    assert len(cats) == 2
    assert max(cat.x for cat in cats) < pizza.x
    assert (scene.backdrop.kind, scene.backdrop.time) == ("meadow", "night")

    tasks, made = talk.say("now make the pizza fly away")
    assert tasks == ["animate"]
    assert made["video"].meta["film"]

    tasks, made = talk.say("what would that sound like?")
    assert tasks == ["sound_for"]
    assert made["audio"].meta["duration"] > 0.5


def test_a_drawn_scene_is_changed_also_after_a_restart(engine, tmp_path):
    talk = Talk(engine)
    _, made = talk.say("draw a red car in front of a house")
    before = names(made["image"])
    engine.close()
    again = Engine(Settings(data=tmp_path / "data", profile="nano"))
    again.start()
    try:
        later = Talk(again)
        later.session = again.open("o" * 32, talk.session.conversation)
        tasks, made = later.say("make the car blue")
        assert tasks == ["edit"]
        things = {thing.name: thing for thing in Scene.from_json(made["image"].meta["scene"]).things}
        assert sorted(things) == sorted(set(before))
        assert things["car"].tint == "blue"
    finally:
        again.close()


def test_a_hat_is_put_on_what_is_circled_and_nothing_else_changes(engine, tmp_path):
    photo = make_examples(tmp_path / "examples") / "balloon.png"
    talk = Talk(engine)
    circle = Region(1, "image#1", box=Box(*BALLOON))
    tasks, made = talk.say("put a hat on the thing I circled", [photo], [circle])
    assert tasks == ["inpaint"]
    result = made["image"]
    assert result.meta["changed_outside"] == 0
    old, new = load_image(photo).pixels[..., :3], load_image(engine.store.file(result)).pixels[..., :3]
    changed = np.argwhere((old != new).any(-1))
    assert len(changed) > 500
    assert changed[:, 0].max() < 0.5 * len(old), "the hat sits on the upper part"
