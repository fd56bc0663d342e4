"""What the model says that it leaves out: told before or after its words, what stays so once a conversation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from engine_stubs import FOX, picture

from app.target import foresee
from models.unified.stream import MEDIA, REPLY, TEXT, TURNS, LeftOut, aside, is_aside
from models.values import Message

LONG = "This conversation is longer than I can read."


class Forgetful:
    """A model that leaves out *left* before its words, and *ends* after them; it opens the media that it is shown."""

    name = "forgetful"

    def __init__(self, *left: LeftOut, ends: LeftOut | None = None, words: str = "Hello <there.") -> None:
        self.left, self.ends, self.words = left, ends, words
        self.opened: list[Any] = []
        self.read: list[Message] = []

    def stream(self, messages: Sequence[Message], shelf: Any, options: Any, cancel: Any) -> Iterator[str]:
        self.read = list(messages)
        for left in self.left:
            options.tell(left)
        self.opened += [options.opened(medium) for medium in shelf.values()]
        yield from self.words
        if self.ends:
            options.tell(self.ends)


def replies(engine: Any, *texts: str) -> list[str]:
    session = engine.open("ann")
    for text in texts:
        for _ in engine.reply(session, text):
            pass
    return [m.text for m in engine.messages(session) if m.role == "assistant"]


def test_what_stays_left_out_is_told_once_in_a_conversation_and_the_rest_each_time(made):
    model = Forgetful(LeftOut(TURNS, LONG), LeftOut(TEXT, "Your message is long."))
    first, second = replies(made(model), "one", "two")
    assert first == f"({LONG})\n\n(Your message is long.)\n\nHello <there."
    assert second == "(Your message is long.)\n\nHello <there."
    (again,) = replies(made(model), "a new conversation")
    assert LONG in again


def test_an_answer_that_is_cut_short_says_so_after_its_words(made):
    model = Forgetful(ends=LeftOut(REPLY, "It ends here."), words="Hello <")
    assert replies(made(model), "one") == ["Hello <\n\n(It ends here.)"]


def test_the_models_own_figures_take_the_place_of_the_programs(made):
    text = "word " * 5000
    (own,) = replies(made(Forgetful()), text)
    assert own.startswith("(Your text has 25,000 characters. I read the first 4,000 and the last 2,000.)\n\n")
    (models,) = replies(made(Forgetful(LeftOut(TEXT, "I read its first 900."))), text)
    assert models == "(I read its first 900.)\n\nHello <there."


def test_handles_are_told_as_the_person_knows_them(made, tmp_path):
    engine = made(Forgetful(LeftOut(MEDIA, "I do not look at image#1.")))
    session = engine.open("ann")
    engine.attach(session, picture(tmp_path / "a.png"))  # image#1 waits in the composer
    second = engine.attach(session, picture(tmp_path / "b.png", 7))
    list(engine.reply(session, "look", [second.handle]))
    assert "I do not look at image#2." in engine.messages(session)[-1].text


def test_the_model_and_the_target_chip_may_open_what_they_are_shown(made, tmp_path):
    model = Forgetful(words=FOX)
    engine = made(model)
    session = engine.open("ann")
    image = engine.attach(session, picture(tmp_path / "a.png", 42, (16, 12)))
    assert foresee(engine, session, "look", [image.handle]) is not None
    list(engine.reply(session, "look", [image.handle]))
    assert [one.pixels.shape for one in model.opened] == [(12, 16, 3)] * 2


@pytest.mark.parametrize("last", [True, False])
def test_an_aside_is_known_again(last):
    assert is_aside(aside("It ends here.", last=last))
    assert not is_aside("(It ends here.)")
    assert not is_aside("Hello (there)\n\n")
