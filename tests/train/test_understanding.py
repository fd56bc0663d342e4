"""How replies about what is perceived are scored: what they point at and what they say, not how they word it."""

from __future__ import annotations

import pytest

from evaluation.understanding import Case, figures, gist, right, score, table
from models.unified.bearings import Named
from models.unified.outlook import Told
from models.values import Box, Grounding, Part, Phrase, Ref, Span, TaskCall, Text

DOG, CAT, OWL = (Box(0.1 * n, 0.1, 0.1 * n + 0.05, 0.3) for n in (1, 3, 5))


def at(phrase: str, *boxes: Box, of: str = "image#1") -> Grounding:
    return Grounding(phrase, boxes=boxes, of=of)


TRUE = (Text("There are "), at("two dogs", DOG, CAT), Text(" on the left."))


@pytest.mark.parametrize(
    ("reply", "good"),
    [
        ((Text("I see "), at("two dogs", CAT, DOG), Text(", on the left side.")), True),
        ((at("Two dogs", DOG, CAT), Text(" are there, on the right.")), False),
        ((Text("There are "), at("two dogs", DOG, OWL), Text(" on the left.")), False),
        ((Text("There is "), at("a dog", DOG), Text(" on the left.")), False),
        ((Text("There are "), at("two dogs", DOG, CAT, of="image#2"), Text(" on the left.")), False),
        ((Text("There are two dogs on the left."),), False),
        ((Text("There are no dogs."),), False),
    ],
)
def test_the_things_and_what_is_said_of_them_count_and_the_wording_does_not(
    reply: tuple[Part, ...], good: bool
) -> None:
    assert right(TRUE, reply) is good


def test_what_a_question_names_need_not_be_said_again() -> None:
    """To "what is left of the owl?" the dog is the answer, whether the owl is pointed at, too, or not; the cat is wrong."""
    dog = Named("a dog", (DOG,), of="image#1", what="left")
    wanted = (Text("To the left of "), at("the owl", OWL), Text(" I see "), dog, Text("."))
    assert right(wanted, (Text("I see "), at("a dog", DOG), Text(" to the left of "), at("the owl", OWL)))
    assert right(wanted, (at("A dog", DOG), Text(" is on the left.")))
    assert not right(wanted, (Text("I see "), at("a cat", CAT), Text(" to the left of "), at("the owl", OWL)))
    assert not right(wanted, (Text("To the left I see "), at("the owl", OWL)))
    nothing = (Text("To the left of "), at("the owl", OWL), Text(" I see "), Told("nothing", "left"), Text("."))
    assert right(nothing, (Text("There is nothing to the left of it."),))
    assert not right(nothing, (Text("I see "), at("a dog", DOG), Text(" to the left.")))


def test_no_is_no_in_any_wording() -> None:
    assert right((Text("No, I see no dog."),), (Text("There is not any dog here."),))
    assert not right((Text("No, I see no dog."),), (Text("Yes."),))
    assert right((Text("It is red."),), (Text("Red!"),))
    assert not right((Text("It is red."),), (Text("Blue!"),))


def test_calls_count_by_task_place_and_settings() -> None:
    call = TaskCall("t1", "segment", (Ref("image#1"), Phrase("the dog"), DOG))
    assert right((call,), (TaskCall("t9", "segment", (Ref("image#1"), Phrase("dog"), DOG)),))
    assert not right((call,), (TaskCall("t9", "segment", (Ref("image#1"), Phrase("dog"), CAT)),))
    assert not right((call,), (TaskCall("t9", "remove", (Ref("image#1"), Phrase("dog"), DOG)),))
    assert right((call,), (at("the dog", DOG), TaskCall("t9", "segment", (Ref("image#1"), Phrase("dog"), DOG)))), (
        "what it works on"
    )
    assert not right((call,), (at("the cat", CAT), TaskCall("t9", "segment", (Ref("image#1"), Phrase("dog"), DOG))))
    boxes = TaskCall("t1", "detect", (Ref("image#1"), Phrase("dogs")))
    assert right((at("a dog", DOG), boxes), (at("a dog", DOG), Text(": here."), boxes))
    assert not right((at("a dog", DOG), boxes), (boxes,)), "what a call does not hold must be pointed at"


def test_yes_is_not_no_where_the_same_thing_is_pointed_at():
    assert not right((Text("Yes, I see "), at("the dog", DOG)), (Text("No, I see "), at("the dog", DOG)))
    assert right((Text("I count "), at("two dogs", DOG)), (Text("One, no doubt: "), at("a dog", DOG))) is False
    assert right((Text("I see one: "), at("a dog", DOG)), (Text("I count "), at("a dog", DOG)))


def test_where_something_is_may_be_told_unasked():
    assert right((at("the dog", DOG),), (at("the dog", DOG), Text(" at the top left.")))
    assert not right((at("the dog", DOG), Text(" on the left")), (at("the dog", DOG), Text(" on the right.")))
    assert not right((at("the dog", DOG), Text(" on the left")), (at("the dog", DOG),))


def test_captions_count_by_what_they_point_at() -> None:
    case = Case((), {}, (at("a dog", DOG), at("a cat", CAT)), "seen.caption")
    assert score(case, [at("a dog", DOG), Text(" beside "), at("a cat", CAT)]) == 1
    assert score(case, [at("a dog", DOG)]) == pytest.approx(2 / 3)
    assert score(case, [at("an owl", OWL)]) == 0
    assert score(case, [Text("Something.")]) == 0


def test_sounds_are_pointed_at_by_their_seconds() -> None:
    places, _, _ = gist([Grounding("a bell", spans=(Span(1.0, 2.0),), of="audio#1")])
    assert places == {("audio#1", Span(1.0, 2.0))}


def test_figures_have_counts_and_intervals() -> None:
    made = figures(
        {
            "model": {
                ("pictures", "seen.there"): [1.0, 0.0],
                ("clips", "seen.there"): [1.0],
                ("clips", "seen.way"): [0.0],
            },
            "misled": {("clips", "seen.there"): [0.0] * 3},
            "blind": {("clips", "seen.there"): [0.0] * 3},
        },
        3,
    )
    means = {part: one.value for part, one in made["model"].items() if one is not None}
    assert means == pytest.approx({"all": 0.5, "pictures": 0.5, "clips": 0.5, "seen.there": 2 / 3, "seen.way": 0.0})
    assert list(means) == ["all", "pictures", "clips", "seen.there", "seen.way"]
    assert "| seen.there | 66.7%" in table(made)
