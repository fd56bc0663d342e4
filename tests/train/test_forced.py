"""How much what would be said next changes with what is shown: distributions by hand, and a tiny random network that reads."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from stage_runs import small_config
from standin_senses import WIDTHS, rows

from evaluation.forced import Forced, change
from evaluation.understanding import Case, decides
from models.percepts import PATCH, PLACE, THING, Percept, box_of
from models.reader import TEXT_ENCODER, shared_reader
from models.unified.config import SENSES
from models.unified.network import UnifiedForConditionalGeneration
from models.unified.vocabulary import Vocabulary
from models.values import Grounding, Media, Message, Text

needed = pytest.mark.skipif(not (TEXT_ENCODER / "config.json").is_file(), reason="there is no sentence encoder")


def test_equal_distributions_are_not_apart_and_those_without_anything_in_common_wholly() -> None:
    one, other = torch.tensor([[0.5, 0.5, 0.0]]), torch.tensor([[0.0, 0.0, 1.0]])
    same, apart = change(one, one), change(one, other)
    assert (same.variation, same.bits, same.positions) == (0.0, 0.0, 1)
    assert (apart.variation, apart.bits) == pytest.approx((1.0, 1.0))
    half = change(torch.tensor([[1.0, 0.0]]), torch.tensor([[0.5, 0.5]]))
    assert half.variation == pytest.approx(0.5)
    assert half.bits == pytest.approx(0.5 * np.log2(4 / 3) + 0.25 * np.log2(2 / 3) + 0.25)
    both = change(torch.cat([one, one]), torch.cat([one, other]))
    assert (both.variation, both.bits, both.positions) == (0.5, 0.5, 2)


def test_words_that_tell_an_answer_decide_and_others_do_not() -> None:
    assert [decides(name) for name in ("w: left", "w:No", "w: two", "w: hops", "w: is", "w: it", "c:left", "o:the")] == [
        True, True, True, True, False, False, False, False,
    ]  # fmt: skip


def seen(*named: tuple[str, float]) -> tuple[Percept, ...]:
    """A picture in which things of these names stand so far to the right; the features of each say what it is called."""
    cells = Percept(PATCH, np.ones((25, WIDTHS[PATCH]), np.float16), np.zeros((25, PLACE), np.float32), (), np.ones(25, np.float32))  # fmt: skip
    places = [[x, 0.1, x + 0.1, 0.3, x, 0.1, x + 0.1, 0.3, 0, 0] for _, x in named]
    things = rows(THING, places, [name for name, _ in named])
    for row, (name, _) in enumerate(named):
        things.features[row] = np.random.default_rng(len(name)).normal(0, 1, WIDTHS[THING])
    return cells, things


@pytest.fixture(scope="module")
def forced() -> Forced:
    words = [" left", " right", " is", " and", " on", " the", ".", "The", " of", " it"]
    names = Vocabulary.build(words, ["seen.where"], ["dog"])
    torch.manual_seed(4)
    network = UnifiedForConditionalGeneration(small_config(names, SENSES)).eval()
    return Forced(network, names, shared_reader())


@needed
def test_the_same_again_changes_nothing_and_what_does_not_show_the_thing_ends_at_it(forced: Forced) -> None:
    plain = seen(("dog", 0.1), ("owl", 0.7))
    dog = Grounding("the dog", boxes=(box_of(plain[1], 0),), of="image#1")
    asked = Message("user", (Media("image", "image#1", "", {"width": 640, "height": 480}), Text("where is the dog?")))
    case = Case((asked,), {"image#1": plain}, (dog, Text(" is on the left.")), "seen.where")
    shown = {
        "plain": plain, "again": seen(("dog", 0.1), ("owl", 0.7)), "in another order": seen(("owl", 0.7), ("dog", 0.1)),
        "elsewhere": seen(("dog", 0.8), ("owl", 0.2)), "another": seen(("cat", 0.1), ("owl", 0.7)), "nothing": (),
    }  # fmt: skip
    found = forced.changes(case, "seen.where", {way: {"image#1": one} if one else {} for way, one in shown.items()})
    assert list(found) == list(shown)[1:]
    assert (found["again"].variation, found["again"].bits) == (0.0, 0.0)
    assert {way: one.positions for way, one in found.items()} == {
        "again": 2, "in another order": 2, "elsewhere": 2, "another": 1, "nothing": 1,
    }  # fmt: skip
    for way in ("elsewhere", "another", "nothing"):
        assert 0.0 < found[way].bits <= 1.0
        assert 0.0 < found[way].variation <= 1.0
    assert found["elsewhere"].variation < found["another"].variation


@needed
def test_a_reply_that_decides_nothing_is_not_compared(forced: Forced) -> None:
    case = Case((Message("user", (Text("hello"),)),), {}, (Text("The dog is it."),), "seen.where")
    assert forced.changes(case, "", {"one": {}, "other": {}}) == {}
