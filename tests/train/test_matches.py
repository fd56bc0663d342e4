"""Which thing a request's words are most like, and what the expert of ``detect`` finds: what counts, and that better answers score better."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from stage_runs import bank, examples

from evaluation import detected, matches
from evaluation.matches import Case, case_of, cases, named, picked
from evaluation.sight import Case as Scene
from models.expert import Picture, Refusal
from models.percepts import PLACE, THING, Percept, box_of
from models.reader import shared_reader
from models.senses import naming
from models.values import Box, Grounding, Media, Message, Ref, TaskCall, Text
from training.dialogues import Example
from training.seeing.shards import Bank

NAMES = ("dog", "guitar", "umbrella")


def things(names: tuple[str, ...] = NAMES) -> Percept:
    """Things that are perceived as the very vectors of their names."""
    known = naming.things()
    features = np.zeros((len(names), 1024), np.float16)
    features[:, :384] = np.stack([known.vectors[known.words.index(name)] for name in names])
    places = np.zeros((len(names), PLACE), np.float32)
    for row in range(len(names)):
        places[row, :4] = row / 10, 0.1, row / 10 + 0.3, 0.6
    return Percept(THING, features, places, names, np.ones(len(names), np.float32))


def example(*parts: object, text: str = "cut out the guitar", group: str = "sight.remove") -> Example:
    asked = Message("user", (Media("image", "image#1", "a.png"), Text(text)))
    return Example((asked, Message("assistant", parts)), group, percepts={"image#1": (things(),)})  # type: ignore[arg-type]


def test_a_request_counts_when_its_true_reply_points_at_one_of_several_things() -> None:
    boxes = [box_of(things(), row) for row in range(3)]
    call = TaskCall("t1", "segment", (Ref("image#1"), boxes[1]))
    told = Grounding("the guitar", boxes=(boxes[1],), of="image#1")
    for parts in ((call,), (told,), (told, call)):
        case = case_of(example(*parts))
        assert case is not None
        assert case.meant == 1
        assert case.text == "cut out the guitar"
    assert case_of(example(Text("There is nothing."))) is None
    assert case_of(example(Grounding("two", boxes=(boxes[0], boxes[2]), of="image#1"))) is None
    assert case_of(example(Grounding("a place", boxes=(Box(0.8, 0.8, 0.9, 0.9),), of="image#1"))) is None
    assert list(cases([example(told, group="chat.hi")])) == []


def test_the_word_and_the_thing_that_are_most_alike_decide() -> None:
    for meant, name in enumerate(NAMES):
        case = Case(f"please cut the {name} out of my picture", things(), meant)
        assert picked(case, shared_reader()) == meant
        assert named(case)
    assert not named(Case("cut out what is on the left", things(), 0))
    assert not named(Case("cut out the dog", things(("dog", "dog", "owl")), 0)), "of two dogs a name tells nothing"
    held = [Case(f"where is the {name}?", things(), meant) for meant, name in enumerate(NAMES)]
    wrong = [Case(case.text, case.things, (case.meant + 1) % 3) for case in held]
    made = matches.measure({"train": held, "held_out": wrong}, shared_reader(), 1)
    assert made["alone"]["train"].value == made["named"]["train"].value == 1.0
    assert made["alone"]["held_out"].value == 0.0
    assert made["named"]["held_out"] is None
    assert made["chance"]["train"].value == pytest.approx(1 / 3)


def test_a_bank_gives_cases_and_what_is_none_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = bank(tmp_path / "bank")
    found = []
    for made in examples(3, "train", Bank(folder)):
        found += cases([made])
        if found:
            break
    assert found[0].meant < len(found[0].things)
    assert matches.main(["--bank", str(tmp_path / "nowhere")]) == 1
    assert "is no bank" in capsys.readouterr().err


def test_what_detect_draws_is_scored_by_the_named_thing_alone() -> None:
    true, other = (0.1, 0.1, 0.4, 0.5), (0.6, 0.2, 0.9, 0.7)
    scene = Scene(np.zeros((8, 8, 3), np.uint8), "dog", (true, other), "boat")

    def drawing(*found: tuple[float, ...], absent: bool = False):
        def expert(call, inputs, report):
            if call.phrases() == ["boat"] and not absent:
                raise Refusal("There is none.")
            return Picture(inputs.values["image#1"].pixels, meta={"boxes": [["dog", *box] for box in found]})

        return expert

    def measured(expert) -> dict[str, float | None]:
        made = detected.measure(expert, {"several": [scene]}, 1)["several"]
        return {mark: None if one is None else one.value for mark, one in made.items()}

    assert measured(drawing(true)) == {"found": 1.0, "right": 1.0, "refused": 1.0}
    assert measured(drawing(true, other)) == {"found": 1.0, "right": 0.5, "refused": 1.0}
    assert measured(drawing(other, absent=True)) == {"found": 0.0, "right": 0.0, "refused": 0.0}

    def silent(call, inputs, report):
        raise Refusal("It is not of the drawn world.")

    assert measured(silent) == {"found": 0.0, "right": None, "refused": 1.0}
