"""Questions about disturbed media: what is disturbed, how what is still shown is told apart, and what an answerer that looks reaches."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np
import pytest
from standin_senses import StandIn, rows

from evaluation import evidence
from evaluation.evidence import (
    AGAIN,
    AS_IT_IS,
    BLANK,
    NOISY,
    OTHER,
    UNSEEN,
    disturbed,
    in_order,
    meaning,
    measured,
    noisy,
    shown,
)
from evaluation.forced import Change
from evaluation.understanding import Case, score
from models.percepts import SOUND, TRACK, Percepts
from models.values import Box, Grounding, Message, Span, Text
from training.seeing.clips import Filmed
from training.seeing.shards import Entry
from training.seeing.sounds import Sounding

FRAMES = tuple(np.full((2, 2, 3), n, np.uint8) for n in range(4))
FILM = Filmed(FRAMES, (0.0, 1.0, 2.0, 3.0), {"frames": {"1": [[0, 0, 0.1, 0.1], [], [], [0.5, 0.5, 0.6, 0.6]]}, "scene": {"things": [{"id": 1, "name": "dog"}]}})  # fmt: skip


def test_frames_and_what_is_in_them_are_put_in_another_order_at_the_same_times() -> None:
    made = in_order(FILM, [3, 0, 1, 2])
    assert [int(frame[0, 0, 0]) for frame in made.frames] == [3, 0, 1, 2]
    assert made.truth["frames"]["1"] == [[0.5, 0.5, 0.6, 0.6], [0, 0, 0.1, 0.1], [], []]
    assert made.seconds == FILM.seconds


def test_the_second_half_of_a_sound_comes_first() -> None:
    heard = list[np.ndarray]()

    class Ear(StandIn):
        def sound(self, made: Sounding):  # type: ignore[no-untyped-def]
            heard.append(made.samples)
            return super().sound(made)

    ways = disturbed(Sounding(np.arange(5, dtype=np.float32), {"events": [], "seconds": 1.0}), Ear(), Random(1))
    assert list(ways) == ["halves swapped"]
    assert heard[0].tolist() == [2, 3, 4, 0, 1]


def test_a_clip_is_shown_backwards_and_in_an_order_that_is_not_its_own() -> None:
    seen = list[list[int]]()

    class Eye(StandIn):
        def clip(self, filmed: Filmed):  # type: ignore[no-untyped-def]
            seen.append([int(frame[0, 0, 0]) for frame in filmed.frames])
            return super().clip(filmed)

    assert list(disturbed(FILM, Eye(0.0), Random(1))) == ["backwards", "shuffled"]
    assert seen[0] == [3, 2, 1, 0]
    assert sorted(seen[1]) == [0, 1, 2, 3]
    assert seen[1] != [0, 1, 2, 3]


def test_only_things_that_their_names_tell_apart_are_followed() -> None:
    places = [[0.1 * n, 0.1, 0.1 * n + 0.1, 0.3, 0, 0, 1, 1, 0.1, 0.2] for n in range(1, 4)]
    entry = Entry({}, (rows(TRACK, places, ["dog", "owl", "dog"]),), (), {})
    assert shown(entry, "video") == {"owl": Box(0.2, 0.1, 0.3, 0.3)}
    assert shown(Entry({}, (rows(SOUND, places[:1], ["rain"]),), (), {}), "audio") == {"rain": Span(0.1, 0.2)}
    assert shown(Entry({}, (), (), {}), "image") == {}


def test_an_answer_means_the_thing_that_it_points_at_wherever_that_is_now() -> None:
    old, new, strange = Box(0.1, 0.1, 0.2, 0.2), Box(0.8, 0.1, 0.9, 0.2), Box(0.5, 0.5, 0.6, 0.6)
    said = [Text("It is "), Grounding("the dog", boxes=(new, strange), of="image#1")]
    assert meaning(said, {"dog": new, "owl": strange}, {"dog": old})[1] == Grounding("the dog", boxes=(old, strange), of="image#1")  # fmt: skip
    case = Case((), {}, (Grounding("the dog", boxes=(old,), of="image#1"),), "seen.first")
    assert score(case, meaning(said[1:], {"dog": new}, {"dog": old})) == 0.0
    assert score(case, meaning([Grounding("a dog", boxes=(new,), of="image#1")], {"dog": new}, {"dog": old})) == 1.0


def test_who_does_what_is_compared_whatever_its_form() -> None:
    box = (Grounding("the dog", boxes=(Box(0.1, 0.1, 0.2, 0.2),), of="video#1"),)

    def good(wanted: str, said: str, group: str = "seen.does") -> float:
        return score(Case((), {}, (*box, Text(wanted)), group), (*box, Text(said)))

    assert good(" hops to the left.", " is hopping to the left.") == 1.0
    assert good(" hops to the left.", " runs to the left.") == good(" goes to the left.", " flies to the left.") == 1.0
    assert good(" hops to the left.", " runs to the right.") == good(" jumps.", " hops to the left.") == 0.0
    assert (
        good(" jumps.", " bounces.")
        == good(" moves on the spot.", " dances.")
        == good(" goes up.", " floats up.")
        == 1.0
    )
    assert good(" jumps up and down.", " goes up.") == good(" keeps still.", " moves on the spot.") == 0.0
    assert good(" arrives.", " appears.") == 1.0
    assert good(" swims away.", " walks away.") == good(" drives away.", " disappears.") == 1.0
    assert good(" walks away.", " walks to the left.") == 0.0
    assert good(" hops to the left.", " runs to the left.", "seen.way") == 1.0


@pytest.mark.parametrize("kind", ["image", "video", "audio"])
def test_an_answerer_that_looks_is_right_of_media_as_they_are_and_not_of_others(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stand-in for a model knows the true answer of a question that it is asked with the very percepts of the medium."""
    asked = list[Case]()
    told = evidence.questions

    def noted(*given):  # type: ignore[no-untyped-def]
        for one in told(*given):
            asked.append(one.case)
            yield one

    monkeypatch.setattr(evidence, "questions", noted)
    monkeypatch.setattr(evidence, "CALLED", {kind: "media"})
    monkeypatch.setattr(evidence, "parse", lambda parts: parts)

    def answer(messages: Sequence[Message], percepts: Percepts):  # type: ignore[no-untyped-def]
        for case in asked:
            if case.messages == messages and list(map(id, case.percepts.values())) == list(map(id, percepts.values())):
                return case.wanted
        return [Text("I cannot tell.")]

    forced = list[dict[str, Percepts]]()

    def changes(case: Case, topic: str, seen: dict[str, Percepts]) -> dict[str, Change]:
        assert topic
        forced.append(seen)
        return {way: Change(0.25, 0.5, 1) for way in list(seen)[1:]}

    monkeypatch.setattr(evidence, "FLOORS", 1)
    made = measured(answer, StandIn(0.0), 2, 5, lambda line: None, changes)
    shares = {name.partition(", ")[2]: row["right"].value for name, row in made.items() if row["right"]}
    assert shares[AS_IT_IS] == 1.0
    assert shares[BLANK] == shares[OTHER] == 0.0
    others = {name.partition(", ")[2]: row["otherwise"] for name, row in made.items()}
    assert others[AS_IT_IS] is None
    assert others[BLANK] is not None
    assert others[BLANK].value == 1.0
    assert len(made) == {"image": 7, "video": 8, "audio": 7}[kind]
    apart = {name.partition(", ")[2]: row["variation"] for name, row in made.items()}
    assert apart.pop(AS_IT_IS) is None
    assert {one.value for one in apart.values() if one} == {0.25}
    assert {way: one.n for way, one in apart.items() if one} == {
        way: 1 if way in (AGAIN, NOISY) else 2 for way in apart
    }
    assert all(next(iter(seen)) == AS_IT_IS and seen[UNSEEN] == {} for seen in forced)


@pytest.mark.parametrize("kind", ["image", "video", "audio"])
def test_a_blank_medium_shows_nothing_and_a_noisy_one_almost_the_same(kind: str) -> None:
    """What the senses are given is looked at, not what they make of it."""
    given = list[np.ndarray]()

    class Noting(StandIn):
        def picture(self, drawn, regions):  # type: ignore[no-untyped-def]
            given.append(drawn.pixels)
            return super().picture(drawn, regions)

        def clip(self, filmed):  # type: ignore[no-untyped-def]
            given.extend(filmed.frames)
            return super().clip(filmed)

        def sound(self, made):  # type: ignore[no-untyped-def]
            given.append(made.samples)
            return super().sound(made)

    made = evidence.make(kind, Random(3))  # type: ignore[arg-type]
    evidence.perceived(made, Noting(0.0))
    plain, count = list(given), len(given)
    assert evidence.blank(made, Noting(0.0)).row == {}
    evidence.perceived(noisy(made, 1), Noting(0.0))
    for one, nothing, noised in zip(plain, given[count : 2 * count], given[2 * count :], strict=True):
        assert one.shape == nothing.shape == noised.shape
        assert one.dtype == nothing.dtype == noised.dtype
        assert nothing.min() == nothing.max()
        off = np.abs(one.astype(float) - noised.astype(float))
        assert 0 < off.mean() < (0.001 if kind == "audio" else 3)
