"""From a person's words to an object: names, synonyms, plurals, head nouns, kinds, slips of the pen, and the nearest meaning."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.world import atlas, find


@pytest.mark.parametrize(
    ("phrase", "name"),
    [("cat", "cat"), ("Cats", "cat"), ("the cat.", "cat"), ("puppy", "dog"), ("two puppies", "dog"), ("automobile", "car"), ("mice", "mouse"),
     ("ladies", "woman"), ("children", "child"), ("a glass of milk", "milk"), ("a cup of coffee", "coffee"), ("slice of pizza", "pizza"),
     ("T-Rex", "tyrannosaurus"), ("fire truck", "fire engine"), ("aeroplane", "airplane"), ("santa", "santa claus"), ("a man with a beard", "bearded man"),
     ("loaf of bread", "bread"), ("wolves", "wolf"), ("knives", "knife"), ("leaves", "maple leaf"), ("boxes", "package"), ("glasses", "glasses"),
     ("kitty", "cat"), ("bunny", "rabbit"), ("policeman", "police officer"), ("ladybird", "ladybug"), ("top hat", "hat"), ("hot dog", "hot dog"),
     ("firemen", "firefighter"), ("flying saucers", "ufo"), ("red heart", "heart"), ("Christmas trees", "christmas tree")],
)  # fmt: skip
def test_what_names_a_thing_is_exact(phrase: str, name: str) -> None:
    assert find.find(phrase) == find.Match(name, 1.0, True)


@pytest.mark.parametrize(
    ("phrase", "name"),
    [("a fluffy white kitten", "cat"), ("an old rusty car", "car"), ("a very small yellow submarine toy duck", "duck"), ("the cat with a hat", "cat"),
     ("a picture of a dog", "dog"), ("three slices of fresh pizza", "pizza"), ("a dog running", "dog"), ("the man who waves", "man"),
     ("a bunch of bananas in a bowl", "banana"), ("cheetah", "leopard"), ("trousers", "jeans"), ("queens", "princess"), ("fruit", "apple"),
     ("vehicle", "car"), ("animals", "dog"), ("loaves of dark bread", "bread")],
)  # fmt: skip
def test_what_only_comes_near_is_not_exact(phrase: str, name: str) -> None:
    match = find.find(phrase)
    assert match is not None
    assert (match.name, match.exact) == (name, False)
    assert match.score < 1


@pytest.mark.parametrize(
    "phrase",
    ["zeppelin", "", "   ", "?!", "the", "democracy", "a hot air balloon", "sea horse", "hot", "with a", "xyzzy" * 80],
)
def test_nothing_is_claimed_without_ground(phrase: str) -> None:
    assert find.find(phrase) is None


def test_the_name_wins_over_other_meanings() -> None:
    for name in atlas.names():
        assert find.find(name) == find.Match(name, 1.0, True)
        plural = find.find(atlas.entry(name).plural)
        assert plural is not None
        assert plural.exact
    for entry in atlas.entries():
        for word in entry.synonyms:
            assert find.find(word) == find.Match(entry.name, 1.0, True), word


def towards(word: str, nearness: float) -> find.Embed:
    """Return an encoder for which every text lies at the cosine *nearness* to *word*, and apart from all else by chance."""

    def embed(texts: list[str]) -> NDArray[np.float32]:
        goal = find._vectors()[find.words().index(word)].astype(np.float64)
        other = np.random.default_rng(5).normal(size=goal.shape)
        other -= goal * (other @ goal)
        one = nearness * goal + np.sqrt(1 - nearness**2) * other / np.linalg.norm(other)
        return np.tile(one.astype(np.float32), (len(texts), 1))

    return embed


def test_the_nearest_meaning_counts_from_the_threshold_on() -> None:
    edge = find.THRESHOLD + find.LONELY  # "zebra" is the only word of its object
    match = find.find("okapi", towards("zebra", edge + 0.02))
    assert match is not None
    assert (match.name, match.exact) == ("zebra", False)
    assert match.score == pytest.approx(find.THRESHOLD + 0.02, abs=0.01)
    assert find.find("okapi", towards("zebra", edge - 0.02)) is None


def test_words_that_only_begin_alike_do_not_count() -> None:
    assert find.find("okapi", towards("zebra", 0.99)) is not None
    assert find.find("zebrano", towards("zebra", 0.99)) is None


def test_a_synonym_counts_as_its_object() -> None:
    match = find.find("fluffball", towards("pussycat", 0.95))
    assert match is not None
    assert match.name == "cat"


def test_the_lists_win_over_the_meaning() -> None:
    assert find.find("kitten", towards("zebra", 1.0)) == find.Match("cat", 1.0, True)


def test_a_slip_of_the_pen_is_forgiven_but_not_in_short_words() -> None:
    far = towards("zebra", 0.1)
    for slip, meant in (
        ("girafe", "giraffe"),
        ("buterfly", "butterfly"),
        ("elephnt", "elephant"),
        ("pinapple", "pineapple"),
    ):
        match = find.find(slip, far)
        assert match is not None, slip
        assert (match.name, match.exact) == (meant, False)
        assert find.find(slip) is None
    assert find.find("cax", far) is None


def test_suggestions_are_different_objects() -> None:
    assert find.suggest("zeppelin", towards("airplane", 0.3))[0] == "airplane"
    three = find.suggest("anything", towards("cat", 0.9))
    assert three[0] == "cat"
    assert len(set(three)) == 3
    assert find.suggest("elephat")[0] == "elephant"
    assert find.suggest("") == ()


def test_about_one_in_ten_is_held_out_for_good() -> None:
    share = sum(map(find.held_out, atlas.names())) / len(atlas.names())
    assert 0.07 < share < 0.13
    known = ("cat", "dog", "car", "pizza", "cow", "sun", "rabbit", "tree")
    assert [name for name in known if find.held_out(name)] == ["cow", "sun", "rabbit"]
