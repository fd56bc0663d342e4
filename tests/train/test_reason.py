"""Requests that never name the object: true, few enough to be meant, answered by the object's name, and split by hash."""

from __future__ import annotations

from random import Random

import pytest

from models.grammar import parse, write_call
from models.values import Phrase, TaskCall
from models.world import atlas
from training.dialogues import book
from training.language import reason
from training.language.phrasing import Split, sections
from training.language.reason import infinitive, parts, tells, third
from training.language.talk import Dialogue


def drawn(turn: str, split: Split, count: int = 400) -> list[Dialogue]:
    found = []
    for seed in range(count):
        found.append(Dialogue(Random(seed), book(split)))
        getattr(reason, turn)(found[-1])
    return found


def names(call: TaskCall) -> list[str]:
    return [arg.text.removeprefix("remove the ") for arg in call.args if isinstance(arg, Phrase)]


def test_every_fact_is_true_of_the_objects_that_it_names() -> None:
    facts = reason.facts()
    assert len(facts) > 700
    for fact in facts:
        assert 1 <= len(fact.names) <= reason.NAMED
        for name in fact.names:
            entry = atlas.entry(name)
            uses = [form for use in entry.uses for form in (use, infinitive(use), third(infinitive(use)))]
            assert fact.text in (*uses, *entry.properties)
            if fact.narrow:
                assert fact.heads[0] in entry.kinds


def test_every_name_is_in_the_atlas_or_listed_beside_it() -> None:
    beside = {name for line in sections()["reason.also"].lines for name in parts(line)}
    listed = {
        name
        for section in ("reason.things", "reason.the")
        for line in sections()[section].lines
        for name in parts(line)
    }
    assert set(reason.known_names()) | listed <= set(atlas.names()) | beside
    assert not beside & set(atlas.names())
    assert {name for fact in reason.facts() for name in fact.names} <= set(reason.known_names())


@pytest.mark.parametrize("section", ["reason.need", "reason.want"])
def test_no_need_names_what_it_is_answered_with(section: str) -> None:
    for line in sections()[section].lines:
        said, _, value = line.partition(" => ")
        assert len(parts(value)) <= reason.NAMED
        assert not tells(said, parts(value)), line


def test_held_out_facts_are_never_trained() -> None:
    train, held = reason.split(False), reason.split(True)

    def stems(facts: dict[str, tuple[reason.Fact, ...]]) -> set[str]:
        return {infinitive(f.text) if f.form == "doing" and f.text.split()[0].endswith("ing") else f.text
                for some in facts.values() for f in some}  # fmt: skip

    assert not stems(train) & stems(held)
    for form in ("does", "doing", "want"):
        assert 0.04 < len(held[form]) / (len(train[form]) + len(held[form])) < 0.2
    assert reason.held_book(book("held_out"))
    assert not reason.held_book(book("train"))


@pytest.mark.parametrize("split", ["train", "held_out"])
@pytest.mark.parametrize("turn", ["find", "cut"])
def test_the_reply_names_the_object_that_the_request_leaves_out(turn: str, split: Split) -> None:
    known, tasks, several = set(reason.known_names()), set(), 0
    for d in drawn(turn, split):
        asked, reply = d.messages
        call = d.calls[0]
        tasks.add(call.task)
        found = names(call)
        several += len(found) > 1
        assert 1 <= len(found) <= 3
        assert len(set(found)) == len(found)
        assert set(found) <= known
        assert call.refs("image")
        for name in found:
            assert name in reply.text
        read = [part for part in parse(write_call(call)) if isinstance(part, TaskCall)]
        assert (read[0].task, read[0].args) == (call.task, call.args)
        if not asked.text.isupper() and turn == "find":
            assert not tells(asked.text.lower(), tuple(found)), asked.text
    assert tasks == ({"detect"} if turn == "find" else {"segment", "edit"})
    assert (several > 40) == (turn == "find")


def test_the_train_split_words_its_requests_widely() -> None:
    texts = {d.messages[0].text.lower().strip(".!? ") for d in drawn("find", "train", 600)}
    assert len(texts) > 570


def test_forms_of_verbs_and_articles() -> None:
    forms = {"cutting paper": "cut paper", "seeing bones": "see bones", "calling": "call", "giving wool": "give wool",
             "putting out fires": "put out fires", "skiing": "ski", "weighing": "weigh", "washing hands": "wash hands"}  # fmt: skip
    assert {text: infinitive(text) for text in forms} == forms
    assert [third(text) for text in ("teach children", "carry loads", "have fun", "play")] == ["teaches children", "carries loads", "has fun", "plays"]  # fmt: skip
    assert [reason.article(name) for name in ("umbrella", "unicorn", "scissors", "moon", "x-ray", "clock")] == [
        "an umbrella", "a unicorn", "scissors", "the moon", "an x-ray", "a clock",
    ]  # fmt: skip
    assert reason.listed(("chair", "bench", "sofa")) == "a chair, a bench or a sofa"
