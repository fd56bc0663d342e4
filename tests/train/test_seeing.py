"""Conversations about what is seen and heard: grounded in rows that are there, true, repeatable, and free of held-out words."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from standin_senses import StandIn

from models import grammar, percepts
from models.percepts import MARKED, POINTABLE, Percept
from models.tasks import TASKS
from models.values import Box, Grounding, Media, Message, Region, TaskCall, Text
from training.dialogues import Example, book, topics
from training.held_out import asked, held
from training.language.phrasing import Split, sections
from training.seeing import bank as banks
from training.seeing import counting, describing, mixing, placing, shards
from training.seeing.mixing import examples
from training.seeing.pictures import picture, shot_of
from training.seeing.shards import Bank
from training.seeing.talk import Seen
from training.seeing.views import View
from training.truth.words import kept_back, many, unseen

COUNTS = {"image": 70, "video": 8, "audio": 16}
ASKS = [name for name in sections() if name.startswith(("see.", "hear.")) and sections()[name].kind == "phrasings"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("seen") / "bank"
    banks.make(out, COUNTS, 3, StandIn(), 0.4, tell=lambda line: None)
    return out


@pytest.fixture(scope="module")
def bank(folder: Path) -> Bank:
    return Bank(folder)


@pytest.fixture(scope="module")
def drawn(bank: Bank) -> dict[Split, list[Example]]:
    return {split: list(islice(examples(4, split, bank), 400)) for split in ("train", "held_out")}


def groundings(example: Example) -> Iterator[tuple[Message, Grounding]]:
    for user, reply in zip(example.messages[::2], example.messages[1::2], strict=True):
        yield from ((user, part) for part in reply.parts if isinstance(part, Grounding))


def rows(example: Example, of: str) -> list[tuple[Percept, int]]:
    """Return all rows that a reply can point at of a medium, those of the marks on it too."""
    marks = {p.handle for m in example.messages for p in m.parts if isinstance(p, Region) and p.of == of}
    found = [one for handle, many_ in example.percepts.items() if handle in {of, *marks} for one in many_]
    return [(one, row) for one in found if one.kind in POINTABLE for row in range(len(one))]


def named(example: Example, part: Grounding) -> set[str]:
    """Return the names of the things that a grounding shows by boxes."""
    there = [(percepts.box_of(one, row), one.names[row]) for one, row in rows(example, part.of)]
    return {name for box in part.boxes for place, name in there if place == box}


@pytest.mark.parametrize("split", ["train", "held_out"])
def test_every_grounding_is_rows_that_were_perceived_and_says_their_names(
    drawn: dict[Split, list[Example]], split: Split
) -> None:
    seen = 0
    for example in drawn[split]:
        for user, part in groundings(example):
            there = rows(example, part.of)
            places = [(percepts.box_of(one, row), one.names[row]) for one, row in there]
            spans = [(percepts.span_of(one, row), one.names[row]) for one, row in there]
            names = {name for box in part.boxes for place, name in places if place == box}
            names |= {name for span in part.spans for place, name in spans if place == span}
            assert names, (user.text, part)
            assert all(any(place == box for place, _ in places) for box in part.boxes), (user.text, part)
            assert all(any(place == span for place, _ in spans) for span in part.spans), (user.text, part)
            said = {form for name in names for form in (name, many(name), percepts.phrase("", (), [name, name]))}
            assert any(part.phrase.endswith(form) for form in said), (part.phrase, names)
            seen += 1
    assert seen > 200


def test_a_call_on_what_is_seen_gets_the_boxes_of_rows_and_passes_the_checks(drawn: dict[Split, list[Example]]) -> None:
    boxed = 0
    for example in drawn["train"]:
        known = set[str]()
        for message in example.messages:
            known |= {
                part.handle for part in message.parts if isinstance(part, Media | Region) and message.role == "user"
            }
            for part in message.parts:
                if isinstance(part, TaskCall):
                    assert grammar.check(part, TASKS[part.task], known) is None, part
                    boxes = [arg for arg in part.args if isinstance(arg, Box)]
                    there = [percepts.box_of(one, row) for one, row in rows(example, part.refs()[0])] if boxes else []
                    assert all(box in there for box in boxes), part
                    boxed += bool(boxes)
                elif isinstance(part, Media):
                    known.add(part.handle)
    assert boxed > 25


def test_results_are_as_many_as_the_boxes(drawn: dict[Split, list[Example]]) -> None:
    for example in drawn["train"]:
        for message in example.messages:
            for call in (part for part in message.parts if isinstance(part, TaskCall)):
                boxes = sum(isinstance(arg, Box) for arg in call.args)
                made = [p.kind for p in message.parts if isinstance(p, Media) and p.meta.get("call") == call.id]
                if boxes and made and call.task == "segment":
                    assert made == ["mask"] * boxes


def _dialogue(bank: Bank, seed: int, split: Split = "train") -> Seen:
    return Seen(Random(seed), book(split), bank=bank)


def _reply(d: Seen) -> list[Grounding]:
    return [part for part in d.messages[-1].parts if isinstance(part, Grounding)]


def _shown(d: Seen) -> tuple[View, list[int]]:
    """Return the picture of the last reply and the ids of the true things on which its boxes lie."""
    made = _reply(d)
    view = d.views[made[0].of]
    boxes = [box for part in made for box in part.boxes]
    return view, [
        number for box in boxes for number, row in view.entry.row.items() if percepts.box_of(view.rows, row) == box
    ]


def test_counts_are_those_of_the_truth(bank: Bank) -> None:
    counted = Counter[int]()
    for seed in range(250):
        d = _dialogue(bank, seed)
        group = counting.count(d)
        if group is None:
            continue
        assert d.last is not None
        view, noun = d.views[d.last[2]], d.last[1]
        true = view.called(noun)
        assert true is not None
        found = [box for part in _reply(d) for box in part.boxes]
        assert len(found) == len(true)
        assert set(true) == set(_shown(d)[1] if found else ())
        if len(true) > 1 and len(_reply(d)) == 1:
            assert _reply(d)[0].phrase.startswith(percepts.number(len(true)) + " ")
        counted[len(true)] += 1
    assert set(counted) >= {0, 1, 2}


def test_yes_is_said_of_what_is_there_and_no_of_what_is_not(bank: Bank) -> None:
    said = Counter[bool]()
    for seed in range(250):
        d = _dialogue(bank, seed)
        if counting.there(d) is None:
            continue
        assert d.last is not None
        ids = d.views[d.last[2]].called(d.last[1])
        yes = d.messages[-1].text.startswith("Yes")
        assert ids is not None
        assert yes == bool(ids)
        said[yes] += 1
    assert min(said[True], said[False]) > 40


def test_sides_and_ends_are_those_of_the_truth(bank: Bank) -> None:
    asked_ = Counter[str]()
    for seed in range(400):
        d = _dialogue(bank, seed)
        group = placing.beside(d) if seed % 2 else placing.end(d)
        if group is None or not _reply(d):
            continue
        view, ids = _shown(d)
        middle = view.middle
        if group in ("seen.left", "seen.right", "seen.above", "seen.below") and len(ids) > 1:
            axis, sign = (0, 1) if group in ("seen.left", "seen.right") else (1, 1)
            sign = -1 if group in ("seen.right", "seen.below") else sign
            anchor = ids[0]
            assert all(sign * (middle(anchor)[axis] - middle(one)[axis]) >= 0.09 for one in ids[1:])
        elif group == "seen.biggest":
            assert view.shot.seen[ids[0]] == max(view.shot.seen.values())
        elif group == "seen.smallest":
            assert view.shot.seen[ids[0]] == min(view.shot.seen.values())
        asked_[group] += 1
    assert {"seen.left", "seen.right", "seen.biggest", "seen.side"} <= set(asked_)


def test_a_wrong_answer_would_be_caught(bank: Bank) -> None:
    """The truth of a picture is not what its rows say: a view whose rows are shifted fails the test of counts."""
    for seed in range(60):
        d = _dialogue(bank, seed)
        if counting.count(d) == "seen.count" and _reply(d):
            view, ids = _shown(d)
            assert d.last is not None
            wrong = [number for number in view.known if number not in (view.called(d.last[1]) or ())]
            if wrong:
                assert set(ids) != set(wrong)
                return
    raise AssertionError("no count was asked")


def test_colours_are_said_only_where_the_light_leaves_them(bank: Bank) -> None:
    said = 0
    for seed in range(150):
        d = _dialogue(bank, seed)
        if placing.colour(d) == "seen.colour":
            view, ids = _shown(d)
            assert view.true_colours
            tint = view.thing(ids[0]).tint
            assert not tint or f" {tint}" in d.messages[-1].text
            said += 1
    assert said > 60


def test_captions_name_only_what_has_rows_and_the_right_place(bank: Bank) -> None:
    for seed in range(60):
        d = _dialogue(bank, seed)
        assert describing.caption(d) is not None
        view = next(iter(d.views.values()))
        names = {view.thing(number).name for number in view.known}
        assert {
            name for part in _reply(d) for name in names if name in part.phrase or many(name) in part.phrase
        } or not names


def test_no_held_out_word_is_said_in_training(drawn: dict[Split, list[Example]]) -> None:
    new = set(kept_back())
    for example in drawn["train"]:
        assert not any(held(asked(message)) for message in example.messages if message.role == "user")
        assert not {name for _, part in groundings(example) for name in named(example, part)} & new
    spoken = [name for example in drawn["held_out"] for _, part in groundings(example) for name in named(example, part)]
    assert sum(name in new for name in spoken) > 30


def test_training_says_no_synonym_that_is_kept_from_it(bank: Bank) -> None:
    for seed in range(150):
        d = _dialogue(bank, seed)
        counting.there(d)
        if d.last is not None:
            assert not unseen(d.last[1]) or d.last[1] in {"person"}, d.last


def test_the_same_seed_and_bank_give_the_same(bank: Bank, folder: Path, tmp_path: Path) -> None:
    assert [e.messages for e in islice(examples(9, "train", bank), 60)] == [
        e.messages for e in islice(examples(9, "train", bank), 60)
    ]
    small = {"image": 6, "video": 2, "audio": 3}
    one = banks.make(tmp_path / "a", small, 5, StandIn(), 0.5, tell=lambda line: None)
    assert one == banks.make(tmp_path / "b", small, 5, StandIn(), 0.5, tell=lambda line: None)


def test_a_bank_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    small = {"image": 5, "video": 1, "audio": 2}
    made: list[str] = []
    whole = banks.make(tmp_path / "a", small, 5, StandIn(0.0), 0.5, tell=made.append)
    banks.make(tmp_path / "b", small, 5, StandIn(0.0), 0.5, kinds=("image",), tell=lambda line: None)
    later: list[str] = []
    banks.make(tmp_path / "b", small, 5, StandIn(0.0), 0.5, resume=True, tell=later.append)
    assert len(later) < len(made)
    assert len(shards.digest(tmp_path / "b")) == len(whole)
    with pytest.raises(ValueError, match="not empty"):
        banks.make(tmp_path / "a", small, 5, StandIn())
    with pytest.raises(ValueError, match="another bank"):
        banks.make(tmp_path / "a", small, 6, StandIn(), resume=True)
    (tmp_path / "c").mkdir()
    with pytest.raises(ValueError, match="no perceived media"):
        Bank(tmp_path / "c")
    with pytest.raises(ValueError, match="need a bank"):
        next(examples(1))


def test_a_bank_that_is_still_being_made_can_be_learnt_from(tmp_path: Path) -> None:
    banks.make(tmp_path / "a", COUNTS, 3, StandIn(), 0.4, kinds=("image",), tell=lambda line: None)
    made = list(islice(examples(4, "train", Bank(tmp_path / "a")), 150))
    assert any(example.group.startswith("seen.") for example in made)
    assert not any(example.group.startswith("heard.") for example in made)


class Better(StandIn):
    def versions(self) -> dict[str, str]:
        return {"image": "1", "video": "1", "audio": "2"}


def test_what_other_weights_perceived_is_perceived_anew(tmp_path: Path) -> None:
    small = {"image": 3, "video": 1, "audio": 2}
    banks.make(tmp_path / "a", small, 5, StandIn(), 0.5, tell=lambda line: None)
    made: list[str] = []
    banks.make(tmp_path / "a", small, 5, Better(), 0.5, resume=True, tell=made.append)
    assert made
    assert all(line.startswith("audio-") for line in made)


def test_a_shot_is_the_same_from_its_truth() -> None:
    for seed in range(12):
        made = picture(Random(seed), "train")
        again = shot_of(made.truth())
        assert again.scene == made.shot.scene
        assert again.clear == made.shot.clear
        assert again.boxes.keys() == made.shot.boxes.keys()
        for number, box in again.boxes.items():
            true = made.shot.boxes[number]
            sides = (box.x0 - true.x0, box.y0 - true.y0, box.x1 - true.x1, box.y1 - true.y1)
            assert max(abs(side) for side in sides) < 1e-4


def test_marks_and_their_rows_belong_together(bank: Bank) -> None:
    for number in range(40):
        entry = bank.entry("image", "train", number)
        assert len(entry.marked) == len(entry.truth["marks"])
        names = {thing["id"]: thing["name"] for thing in entry.truth["scene"]["things"]}
        for one, (_, id_) in zip(entry.marked, entry.truth["marks"], strict=True):
            assert one.kind == MARKED
            assert one.names == (names[id_],)


def test_dialogues_whose_answer_is_not_to_see_stay_without_percepts(drawn: dict[Split, list[Example]]) -> None:
    blind = beside = 0
    for example in drawn["train"]:
        if example.group.startswith(("vqa.", "need.mark")) and example.topic != "taste":
            told = [part.handle for part in example.messages[-2].parts if isinstance(part, Media)]
            assert not set(told) & set(example.percepts)
            blind += 1
        beside += bool(example.percepts) and not example.group.startswith(("seen.", "heard.", "sight.", "blind."))
    assert blind > 3
    assert beside > 60


def test_every_way_to_ask_has_many_phrasings_and_every_reply_a_topic() -> None:
    assert sum(len(sections()[name].lines) for name in ASKS) > 1500
    assert min(len(sections()[name].lines) for name in ASKS) >= 8
    for name in (
        "caption",
        "list",
        "there",
        "count",
        "where",
        "colour",
        "place",
        "mark",
        "changed",
        "differ",
        "happens",
        "remove",
    ):
        assert len(sections()[f"see.{name}"].lines) >= 40, name
    assert {"seen.caption", "seen.yes", "seen.no", "heard"} <= set(topics())


def test_a_reply_begins_with_words_and_reads_back(drawn: dict[Split, list[Example]]) -> None:
    for example in drawn["train"]:
        for message in example.messages[1::2]:
            parts = [part for part in message.parts if isinstance(part, Text | Grounding | TaskCall)]
            if any(isinstance(part, Grounding) for part in parts):
                assert isinstance(parts[0], Text)
                again = grammar.parse(grammar.write(parts))
                assert [p.phrase for p in again if isinstance(p, Grounding)] == [
                    p.phrase for p in parts if isinstance(p, Grounding)
                ]
                assert "  " not in "".join(p.text if isinstance(p, Text) else getattr(p, "phrase", "") for p in parts)


def test_conversations_are_made_quickly(bank: Bank) -> None:
    made = examples(2, "train", bank)
    list(islice(made, 300))  # what is kept is warm
    begun = time.process_time()
    list(islice(made, 300))
    assert (time.process_time() - begun) / 300 < 0.02


def test_every_kind_of_turn_occurs(drawn: dict[Split, list[Example]]) -> None:
    groups = {example.group.split(".")[0] for example in drawn["train"]}
    assert {"seen", "sight", "heard", "blind"} <= groups
    assert mixing.NEXT
