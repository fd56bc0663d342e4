"""How things stand to each other and to what a text names: comparisons that the decoder is given."""

from __future__ import annotations

import pytest
import torch

from models.percepts import PATCH, PLACE, SOUND, THING, TRACK
from models.unified.network import Bank
from models.unified.noticing import Noticing
from models.unified.relating import FACTS, ORDERS, RELATIONS, STANDS, Relating, related

WIDTH, WORDS = 12, 9
NAMES = (
    "anchor", "beside", "left", "right", "above", "below", "near", "nearest", "smaller", "bigger", "later", "earlier", "next", "before",
    "alike", "leftmost", "rightmost", "topmost", "lowest", "smallest", "largest",
)  # fmt: skip


def place(x: float, y: float, size: float = 0.1, to: float | None = None, begin: float = 0.0, end: float = 0.0) -> list[float]:  # fmt: skip
    box = [x - size / 2, y - size / 2, x + size / 2, y + size / 2]
    gone = (to if to is not None else x) - x
    return [*box, box[0] + gone, box[1], box[2] + gone, box[3], begin, end]


def stood(places, kinds, named, alike=None):
    """Return how rows of *kinds* at *places* stand to each other, one conversation whose texts name them as *named* says; all follow
    each other from position 3 on, and a row of words comes at the end."""
    rows = len(places)
    kind, where = torch.tensor([[*kinds, 0]]), torch.arange(rows + 1)[None] + 3
    at = torch.tensor([[*places, [0.0] * PLACE]])
    given = torch.full((1, len(named), rows + 1), -1.0)
    for text, values in enumerate(named):
        given[0, text, : len(values)] = torch.tensor(values)
    same = torch.eye(rows + 1)[None] if alike is None else alike
    return related(kind, where, at, same, given, torch.ones(1, len(named)) * 0.9, 20.0)


SCENE = [place(0.2, 0.5, 0.3), place(0.5, 0.2), place(0.6, 0.25), place(0.9, 0.8, 0.05)]


def test_the_first_and_last_of_a_picture_are_told_apart():
    found = stood(SCENE, [THING] * 4, [[0.1, 0.8, 0.1, 0.1]]).stands[0, :, : 2 * ORDERS].view(5, ORDERS, 2)
    assert (found[:4, 0, 0] > 0.9).tolist() == [True, False, False, False], "furthest left"
    assert (found[:4, 0, 1] > 0.9).tolist() == [False, False, False, True], "furthest right"
    assert (found[:4, 1, 1] > 0.9).tolist() == [False, False, False, True], "lowest"
    assert (found[:4, 2, 1] > 0.9).tolist() == [True, False, False, False], "largest"
    assert (found[:4, 2, 0] > 0.9).tolist() == [False, False, False, True], "smallest"
    assert not found[4].any(), "words stand nowhere"


@pytest.mark.parametrize(
    ("what", "which"),
    [("anchor", 1), ("left", 0), ("right", (2, 3)), ("below", (0, 3)), ("near", 2), ("nearest", 2), ("bigger", 0), ("smaller", 3)],
)  # fmt: skip
def test_things_are_compared_with_the_one_that_the_text_names(what, which):
    told = stood(SCENE, [THING] * 4, [[0.1, 0.8, 0.1, 0.1]]).relations[0, 0, :, NAMES.index(what)]
    wanted = which if isinstance(which, tuple) else (which,)
    clear = [row for row in range(4) if told[row] > 0.6]
    assert clear == list(wanted), told  # 0.05 further down is neither below nor not


def test_what_stands_in_another_picture_is_neither_left_nor_near():
    """Two pictures of two things: between them stands a cell of the second."""
    places = [place(0.2, 0.5), place(0.6, 0.5), [0.0] * PLACE, place(0.1, 0.5), place(0.5, 0.5)]
    told = stood(places, [THING, THING, PATCH, THING, THING], [[0.1, 0.8, -1.0, 0.1, 0.1]])
    left = told.relations[0, 0, :, NAMES.index("left")]
    assert left[0] > 0.9
    assert (left[2:] < 1e-3).all()
    assert (told.stands[0, [0, 3], 0] > 0.9).all(), "each is furthest left of its own picture"
    assert not told.stands[0, 2].any(), "a cell is no thing"


def test_the_first_and_last_of_those_named_are_told_apart():
    """Three of a name and something between them."""
    told = stood(SCENE, [THING] * 4, [[0.8, 0.78, 0.2, 0.75]]).relations[0, 0]
    assert (told[:4, NAMES.index("leftmost")] > 0.9).tolist() == [True, False, False, False]
    assert (told[:4, NAMES.index("smallest")] > 0.9).tolist() == [False, False, False, True]
    assert not told[2, NAMES.index("leftmost") :].any(), "what is not named is none of them"


def test_sounds_are_in_no_place_and_pictures_at_no_time():
    at_no_time = stood(SCENE, [THING] * 4, [[0.1, 0.8, 0.1, 0.1]]).relations[0, 0]
    assert not at_no_time[:, [NAMES.index(name) for name in ("later", "earlier", "next", "before")]].any()
    heard = [place(0.5, 0.5, 1.0, begin=a, end=a + 1) for a in (0.0, 2.0, 4.0)]
    nowhere = stood(heard, [SOUND] * 3, [[0.1, 0.8, 0.1]]).relations[0, 0]
    assert not nowhere[:, NAMES.index("left") : NAMES.index("bigger") + 1].any()


def test_the_only_one_that_is_named_is_the_first_and_last_of_them():
    told = stood(SCENE, [THING] * 4, [[0.1, 0.8, 0.1, 0.1]]).relations[0, 0]
    assert (told[1, NAMES.index("leftmost") :] > 0.99).all()
    assert not told[[0, 2, 3], NAMES.index("leftmost") :].any()


def test_what_comes_right_after_a_sound_is_told():
    times = ((0.0, 1.0), (1.2, 2.0), (2.5, 3.0), (4.0, 5.0))
    places = [place(0.5, 0.5, begin=a, end=b) for a, b in times]
    told = stood(places, [SOUND] * 4, [[0.1, 0.8, 0.1, 0.1]]).relations[0, 0]
    assert told[:4, NAMES.index("next")].tolist() == [0, 0, 1, 0]
    assert told[:4, NAMES.index("before")].tolist() == [1, 0, 0, 0]
    assert (told[:4, NAMES.index("later")] > 0.9).tolist() == [False, False, True, True]


def test_which_way_a_thing_goes_is_told_of_it_and_of_the_text_that_names_it():
    places = [place(0.2, 0.5, to=0.7), place(0.8, 0.5, to=0.4), place(0.5, 0.5)]
    for number, goes in enumerate(([1, 0], [0, 1], [0, 0])):
        told = stood(places, [TRACK] * 3, [[0.9 if n == number else 0.1 for n in range(3)]])
        assert told.stands[0, number, 2 * ORDERS : 2 * ORDERS + 2].round().tolist() == goes
        assert told.facts[0, 0, 11:13].round().tolist() == goes
        assert round(float(told.facts[0, 0, 14])) == (goes == [0, 0]), "keeps still"


def test_a_text_before_which_nothing_stands_is_told_nothing():
    told = stood(SCENE, [THING] * 4, [[-1.0] * 4, [0.1, 0.8, 0.1, 0.1]])
    assert not told.relations[0, 0].any()
    assert not told.facts[0, 0].any()
    assert told.facts[0, 1].any()
    assert told.relations.shape == (1, 2, 5, RELATIONS)
    assert told.facts.shape[-1] == FACTS
    assert told.stands.shape[-1] == STANDS


def test_weights_that_know_nothing_of_it_change_nothing_and_trained_ones_go_by_the_newest_text():
    torch.manual_seed(2)
    relating = Relating(WIDTH, WORDS)
    told = stood(SCENE, [THING] * 4, [[0.8, 0.1, 0.1, 0.1], [0.1, 0.8, 0.1, 0.1]])
    hidden, newest = torch.randn(1, 3, WIDTH), torch.tensor([[-1, 0, 1]])
    assert not relating.points(hidden, told, newest).any()
    assert not relating.tells(told, torch.zeros(2, dtype=torch.long), newest[0, :2]).any()
    assert not relating.inputs(told).any()
    with torch.no_grad():
        relating.weigh.bias[STANDS] = 5.0  # point at what is named
        relating.tell.weight[4, 0] = 1.0
    points = relating.points(hidden, told, newest)[0]
    assert points[1, :4].argmax() == 0
    assert points[2, :4].argmax() == 1
    assert not points[0].any()
    tells = relating.tells(told, torch.zeros(2, dtype=torch.long), newest[0, :2])
    assert not tells[0].any()
    assert float(tells[1, 4].detach()) == pytest.approx(8 * (0.9 - 0.5), abs=1e-4)


def test_what_is_told_does_not_change_when_the_conversation_goes_on():
    torch.manual_seed(1)
    noticing = Noticing(16, WIDTH, 8, WORDS).eval()
    noticing.reset()
    context = torch.nn.functional.layer_norm(torch.randn(1, 8, 16), (16,))
    kind = torch.tensor([[PATCH, THING, THING, 0, 1, THING, 0, 1]])
    at = torch.tensor([[*SCENE, *SCENE]])
    starts = torch.tensor([[True, True, True, True, False, True, True, False]])

    def noticed(rows: int):
        bank = Bank(context[:, :rows], context[:, :rows], kind[:, :rows], torch.arange(8)[None, :rows] * 2, starts[:, :rows], None, at[:, :rows])  # fmt: skip
        return noticing(bank, context[:, :rows], torch.randn(1, 8, WIDTH, generator=torch.Generator().manual_seed(0))[:, :rows]).related  # fmt: skip

    whole, part = noticed(8), noticed(5)
    assert torch.allclose(whole.relations[:, :1, :5], part.relations, atol=1e-5)
    assert torch.allclose(whole.facts[:, :1], part.facts, atol=1e-5)
    assert torch.allclose(whole.stands[:, :5], part.stands, atol=1e-5)
    assert not whole.relations[:, 0, 5:].any(), "what comes later was not there to be named"
