"""Many people at once, who stop, reload and ask again at random: everybody has their own words, pictures, seeds and settings."""

from __future__ import annotations

import random
import sys
import threading
import time

import numpy as np
import pytest
from engine_stubs import Scripted, make_engine, of, write_expert
from PIL import Image

from app.engine import Engine
from app.events import Finished, Grown, Options
from app.session import Session
from models.expert import Refusal
from models.values import Box, Media, Region, Step

PEOPLE, TURNS = 24, 5
STAMP = """
    for step in range(3):
        report(step / 3, "stamping")
        time.sleep(0.002)
    source = inputs.values[call.refs("image")[0]]
    pixels = source.pixels.copy()
    pixels[0, 0] = inputs.seed % 251, (inputs.seed // 251) % 251, 7
    return Picture(pixels, label=next(iter(call.phrases()), ""))
"""


def colour(number: int) -> tuple[int, int, int]:
    return (number * 10 + 3) % 256, (255 - number * 10) % 256, (number * 37) % 256


@pytest.fixture
def house(tmp_path):
    model = Scripted(
        lambda words: f'{words} heard. <task>adjust image#1 op=invert "{words}"</task> {words} done.', size=7
    )
    write_expert(tmp_path / "experts", "stamp", "adjust", STAMP)
    engine = make_engine(tmp_path, model, experts=("ok",))
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield engine, model
    sys.setswitchinterval(interval)
    engine.close()


class Person(threading.Thread):
    """Somebody who sends TURNS messages with words, a seed, a region and a length of their own, and leaves some half read."""

    def __init__(self, engine: Engine, number: int, folder) -> None:
        super().__init__()
        self.engine, self.number, self.rng = engine, number, random.Random(number)
        self.word, self.owner = f"word{number:03}", f"person-{number:03}-of-the-house"
        self.photo = folder / f"{number}.png"
        Image.new("RGB", (16, 12), colour(number)).save(self.photo)
        self.faults: list[str] = []
        self.whole = 0

    def run(self) -> None:
        try:
            session = self.engine.open(self.owner)
            self.engine.attach(session, self.photo, f"{self.word}.png")
            for turn in range(TURNS):
                self.turn(session, turn)
                if self.rng.random() < 0.3:  # a reload: the same conversation, asked for anew
                    session = self.engine.open(self.owner, session.conversation)
            self.check(session)
        except BaseException as error:  # noqa: BLE001 (told by the test's own thread)
            self.faults.append(repr(error))

    def turn(self, session: Session, turn: int) -> None:
        seed = self.number * 1000 + turn
        options = Options(seed=seed, max_tokens=100 + self.number)
        regions = [Region(turn + 1, "image#1", Box(0.1, 0.1, 0.5, 0.9), label=self.word)]
        leave = self.rng.choice((None, None, None, 1, 2, 4))
        for _ in range(200):
            try:
                events = self.engine.reply(session, self.word, ["image#1"] if not turn else [], regions, options)
                self.read(session, events, leave, seed)
                return
            except Refusal as refusal:  # the reply that was left is still ending
                if "still answering" not in refusal.what:
                    raise
                time.sleep(0.02)
        self.faults.append("the conversation stayed busy")

    def read(self, session: Session, events, leave: int | None, seed: int) -> None:
        for count, event in enumerate(events):
            if isinstance(event, Grown | Finished) and any(w in event.message.text for w in self.others()):
                self.faults.append(f"read: {event.message.text}")
            if count == leave:
                if self.rng.random() < 0.5:
                    self.engine.stop(session)
                else:
                    events.close()
                    return
            if isinstance(event, Finished) and event.reason == "done":
                self.whole += 1
                if [step.seed for step in of(event.message, Step)] != [seed]:
                    self.faults.append(f"seed: {event.message}")

    def others(self) -> list[str]:
        return [f"word{n:03}" for n in range(PEOPLE) if n != self.number]

    def check(self, session: Session) -> None:
        messages = self.engine.messages(session)
        text = repr(messages)
        if any(word in text for word in self.others()):
            self.faults.append("a word of another is kept")
        if sum(message.role == "user" for message in messages) != TURNS:
            self.faults.append(f"{len(messages)} messages")
        made = [part for message in messages for part in of(message, Media) if message.role == "assistant"]
        steps = {step.call: step.seed for message in messages for step in of(message, Step)}
        for medium in made:
            pixels = self.engine.store.open(medium).pixels  # type: ignore[union-attr]
            seed = steps[str(medium.meta["call"])]
            if tuple(pixels[5, 5]) != colour(self.number) or tuple(pixels[0, 0][:2]) != (seed % 251, seed // 251 % 251):
                self.faults.append(f"{medium.handle} is a picture of another")


def test_nobody_ever_meets_anything_of_another(house, tmp_path):
    engine, model = house
    people = [Person(engine, number, tmp_path) for number in range(PEOPLE)]
    for person in people:
        person.start()
    for person in people:
        person.join(240)
    assert not [person for person in people if person.is_alive()]
    assert [fault for person in people for fault in person.faults] == []
    assert sum(person.whole for person in people) > PEOPLE, "most replies came to their end"
    for messages, shelf, options in model.asked:
        number = int(messages[-1].text[4:])
        assert {m.text.partition(" ")[0] for m in messages if m.text} == {messages[-1].text}
        assert shelf["image#1"].meta["name"] == f"word{number:03}.png"
        assert (options.seed // 1000, options.max_new_tokens) == (number, 100 + number)
    owners = [engine.conversations(person.owner) for person in people]
    assert all(len(found) == 1 for found in owners)


def test_what_is_removed_of_one_is_not_removed_of_another(house, tmp_path):
    engine, _ = house
    Image.new("RGB", (16, 12), "teal").save(tmp_path / "same.png")
    sessions = [engine.open(f"person-{n:03}-of-the-house") for n in range(3)]
    for session in sessions:
        engine.attach(session, tmp_path / "same.png")
        list(engine.reply(session, "hello", ["image#1"]))
    engine.delete(sessions[0])
    for session in sessions[1:]:
        value = engine.store.open(engine.shelf(session)["image#1"])
        assert np.array_equal(value.pixels[0, 0], (0, 128, 128))  # type: ignore[union-attr]
