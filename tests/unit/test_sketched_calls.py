"""What the model makes out of a thing that it points at reaches the expert of that call, by the picture and the box."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from engine_stubs import Scripted, of, picture, said

from app.engine import Engine
from app.settings import Settings
from models.profiles import PROFILES
from models.unified.stream import Sketch
from models.values import Box, Checkpoint, Step

BOX = Box(0.25, 0.25, 0.75, 0.75)
CALL = "Here. <task>{} image#1 <box>250,250,750,750</box>{}</task>"


class Pointing(Scripted):
    """Points at BOX of the picture, and makes out that all of it is meant."""

    made = 0

    def shares(self):
        self.made += 1
        whole = np.zeros((12, 16), np.float32)
        whole[3:9, 4:12] = 1
        return whole

    def stream(self, messages, shelf, options, cancel):
        options.sketched(Sketch(shelf["image#1"].path, BOX, self.shares))
        yield from super().stream(messages, shelf, options, cancel)


def answered(folder, task, settings=""):
    experts = {name: (Checkpoint(kind),) for name, kind in (("segment", "segment_grabcut"), ("adjust", "adjust"))}
    model = Pointing(CALL.format(task, settings))
    engine = Engine(Settings(data=folder), model=model, profile=replace(PROFILES["nano"], experts=experts))
    session = engine.open("someone")
    medium = engine.attach(session, picture(folder / "grey.png", size=(160, 120)))
    message = said(engine, session, "cut it out", attachments=[medium.handle])
    engine.close()
    (step,) = of(message, Step)
    return model, step


def test_an_expert_that_cuts_out_is_given_the_models_own_mask_and_says_so(tmp_path):
    model, step = answered(tmp_path, "segment")
    assert model.made == 1
    assert any("the model's own mask was used beside its box" in note for note in step.settings["notes"])


def test_where_nobody_asks_for_the_mask_it_is_not_made(tmp_path):
    model, _ = answered(tmp_path, "adjust", " op=grayscale")
    assert model.made == 0
