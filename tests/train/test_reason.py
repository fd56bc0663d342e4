"""Requests that never name the object: each clue of one thing only, answered by the thing's name, and split by hash."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from models.grammar import parse, write_call
from models.values import Phrase, TaskCall
from training.dialogues import book
from training.language import reason, talk
from training.language.phrasing import Split, sections
from training.language.reason import gerund, tells
from training.language.talk import Dialogue


def drawn(turn: str, split: Split, count: int = 400) -> list[Dialogue]:
    found = []
    for seed in range(count):
        found.append(Dialogue(Random(seed), book(split)))
        getattr(reason, turn)(found[-1])
    return found


def test_every_clue_belongs_to_one_thing_and_does_not_name_it() -> None:
    facts = reason.facts()
    assert len(facts) > 3000
    assert len({fact.text for fact in facts}) == len(facts)
    for fact in facts:
        assert fact.heads
        assert fact.form in reason.FORMS
        assert not tells(fact.text.lower(), fact.name), fact


def test_every_thing_is_trained_in_several_ways_and_in_more_than_one_form() -> None:
    train = [fact for some in reason.split(False).values() for fact in some]
    clues = Counter(fact.name for fact in train)
    assert set(clues) == set(reason.known_names())
    assert min(clues.values()) >= 6
    for name in clues:
        assert len({fact.form for fact in train if fact.name == name}) > 1, name


def test_names_with_a_special_article_are_known() -> None:
    listed = {name for section in ("reason.bare", "reason.the") for line in sections()[section].lines for name in line.split("; ")}  # fmt: skip
    assert listed <= set(reason.known_names())


@pytest.mark.parametrize(
    ("line", "word"),
    [("owl / bird / hoots / - / -", "six fields"), ("dog / pet / - / - / - / -", "no clue")],
)
def test_a_broken_line_of_the_table_is_named(line: str, word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = sections()["reason.clues"]
    monkeypatch.setitem(sections(), "reason.clues", type(kept)(kept.name, kept.kind, (line,)))
    with pytest.raises(ValueError, match=word):
        reason.facts.__wrapped__()


def test_held_out_clues_are_never_trained() -> None:
    train, held = reason.split(False), reason.split(True)
    for form in reason.FORMS:
        assert held[form]
        assert not set(train[form]) & set(held[form])
    assert not {gerund(fact.text) for fact in train["want"]} & {fact.text for fact in held["doing"]}
    held_out = sum(map(len, held.values()))
    assert 0.06 < held_out / len(reason.facts()) < 0.15
    assert reason.held_book(book("held_out"))
    assert not reason.held_book(book("train"))


@pytest.mark.parametrize("split", ["train", "held_out"])
@pytest.mark.parametrize("turn", ["find", "cut"])
def test_the_reply_names_the_object_that_the_request_leaves_out(turn: str, split: Split) -> None:
    known, tasks = set(reason.known_names()), set()
    for d in drawn(turn, split):
        asked, reply = d.messages
        call = d.calls[0]
        tasks.add(call.task)
        (name,) = [arg.text for arg in call.args if isinstance(arg, Phrase)]
        assert name in known
        assert call.refs("image")
        assert name in reply.text
        read = [part for part in parse(write_call(call)) if isinstance(part, TaskCall)]
        assert (read[0].task, read[0].args) == (call.task, call.args)
        assert not set("(|)") & set(asked.text.replace(":)", "")), asked.text
    assert tasks == {"detect" if turn == "find" else "segment"}


def test_a_request_about_an_earlier_picture_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talk, "typed", lambda rng, book, said, **_: said)  # no slips of the fingers
    spoken = 0
    for seed in range(600):
        d = Dialogue(Random(seed), book("train"))
        for _ in range(2):
            d.attach("image")
            d.ask("a picture")
            d.answer("do.reason.one", a="a dog")
        reason.find(d)
        if d.calls[0].refs("image")[0] == "image#1":
            spoken += 1
            text = d.messages[-2].text.lower()
            assert any(word in text for word in ("image#1", "first", "original")), text
    assert spoken > 50


def test_the_train_split_words_its_requests_widely() -> None:
    texts = {d.messages[0].text.lower().strip(".!? ") for d in drawn("find", "train", 600)}
    assert len(texts) > 570


def test_forms_of_verbs_and_articles() -> None:
    forms = {"cut paper with": "cutting paper", "write with": "writing", "see bacteria with": "seeing bacteria", "dry my hair with": "drying my hair",
             "dig a hole with": "digging a hole", "tie something up with": "tying something up"}  # fmt: skip
    assert {text: gerund(text) for text in forms} == forms
    assert [reason.article(name) for name in ("umbrella", "iron", "scissors", "moon", "owl", "clock")] == [
        "an umbrella", "an iron", "scissors", "the moon", "an owl", "a clock",
    ]  # fmt: skip
