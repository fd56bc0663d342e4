"""Two people at once, twenty messages each, with every verb of a conversation: neither ever meets anything of the other."""

from __future__ import annotations

import random
import threading

from engine_stubs import Scripted, make_engine, of, picture

from app.bundle import load, save
from app.engine import Engine
from app.session import Session, new_owner
from models.values import Media, Message


class Person(threading.Thread):
    """Somebody whose every message and file holds their own word, who edits, retries, takes back, leafs and branches off."""

    def __init__(self, engine: Engine, word: str, folder) -> None:
        super().__init__()
        self.engine, self.word, self.rng = engine, word, random.Random(word)
        self.owner = new_owner()
        self.photo, self.file = picture(folder / f"{word}.png", len(word)), folder / f"{word}.zip"
        self.sent, self.faults = 0, []

    def run(self) -> None:
        try:
            self.talk()
        except BaseException as error:  # noqa: BLE001 (told by the test's own thread)
            self.faults.append(repr(error))

    def talk(self) -> None:
        engine, session = self.engine, self.engine.open(self.owner)
        engine.attach(session, self.photo)
        self.read(engine.reply(session, f"{self.word} 0", ["image#1"]), session)
        while self.sent < 20:
            act = self.rng.choice(("say", "say", "retry", "edit", "undo", "choose", "branch", "bundle", "away"))
            places = engine.placed(session)
            if act == "say" or not places:
                self.read(engine.reply(session, f"{self.word} {self.sent}"), session)
            elif act == "retry":
                self.read(engine.retry(session), session)
            elif act == "edit":
                n = self.rng.choice([place.n for place in places if place.message.role == "user"])
                self.read(engine.edit(session, f"{self.word} edited {self.sent}", n), session)
            elif act == "undo":
                engine.undo(session)
            elif act == "choose":
                engine.choose(session, self.rng.choice(self.rng.choice(places).variants))
            elif act == "branch":
                session = engine.branch_off(session)
            elif act == "bundle":
                session = load(engine, self.owner, save(engine, session, self.file))
            else:
                engine.put_away(session)
                engine.bring_back(session)

    def read(self, events, session: Session) -> None:
        self.sent += 1
        for event in self.engine.begin(session, events):
            message = getattr(event, "message", Message("assistant"))
            if self.word not in (message.text or self.word):
                self.faults.append(message.text)

    def everything(self) -> str:
        """Return all that the person can reach, on every branch of every conversation."""
        trees = [self.engine.history.tree(self.owner, entry.id) for entry in self.engine.conversations(self.owner)]
        return repr(trees)


def test_two_people_with_twenty_messages_each_never_meet(tmp_path):
    model = Scripted(lambda words: f'{words} heard. <task>image "{words}"</task>', size=9)
    engine = make_engine(tmp_path, model)
    people = [Person(engine, word, tmp_path) for word in ("anemone", "bulldozer")]
    for person in people:
        person.start()
    for person in people:
        person.join(240)
    assert [person.faults for person in people] == [[], []]
    assert [person.sent for person in people] == [20, 20]
    for one, other in (people, people[::-1]):
        assert one.word in one.everything()
        assert other.word not in one.everything()
        assert engine.search(one.owner, other.word) == []
        for entry in engine.conversations(one.owner):
            handles = [held.medium.handle for held in engine.history.tree(one.owner, entry.id).media]
            assert len(handles) == len(set(handles))
            assert all(of(m, Media) for m in engine.messages(Session(one.owner, entry.id)) if m.role == "assistant")
    for messages, _, _ in model.asked:
        assert len({word for word in ("anemone", "bulldozer") for message in messages if word in message.text}) == 1
    engine.close()
