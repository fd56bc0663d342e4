"""Plurals back to the singular."""

from __future__ import annotations

import pytest

from models.plurals import singular, uncounted, with_article
from models.world import atlas


@pytest.mark.parametrize(
    ("said", "one"),
    [
        ("cats", "cat"), ("red buses", "red bus"), ("bus", "bus"), ("glasses", "glasses"), ("wine glasses", "wine glass"),
        ("people", "person"), ("Women", "Woman"), ("SHEEP", "SHEEP"), ("knives", "knife"), ("potatoes", "potato"), ("shoes", "shoe"),
        ("horseshoes", "horseshoe"), ("movies", "movie"), ("puppies", "puppy"), ("houses", "house"), ("cactuses", "cactus"),
        ("slices of pizza", "slice of pizza"), ("women in red hats", "woman in red hats"), ("policemen", "policeman"),
        ("specimen", "specimen"), ("tennis", "tennis"), ("tvs", "tv"), ("gas", "gas"), ("scissors", "scissors"), ("cats!", "cat!"),
        ("dishes", "dish"), ("boxes", "box"), ("axes", "axe"), ("skis", "ski"), ("emus", "emu"), ("french fries", "french fries"), ("mustaches", "mustache"), ("causes", "cause"), ("", ""), ("42", "42"),
    ],
)  # fmt: skip
def test_the_noun_of_a_phrase_becomes_one(said: str, one: str) -> None:
    assert singular(said) == one


def test_nearly_all_things_of_the_picture_book_come_back_from_their_plural() -> None:
    different = [entry for entry in atlas.entries() if entry.plural != entry.name]
    wrong = [entry.name for entry in different if singular(entry.plural) != entry.name]
    assert len(different) > 900
    assert len(wrong) < 0.04 * len(different), wrong


def test_what_is_one_stays_one() -> None:
    plain = [entry.name for entry in atlas.entries() if entry.plural != entry.name]
    changed = [name for name in plain if singular(name) != name]
    assert len(changed) < 0.01 * len(plain), changed


def test_what_stands_for_a_mass_or_for_several_takes_no_article() -> None:
    none = "rain", "crickets", "soap", "scissors", "red trousers", "wings", "rice"
    one = "dog", "glass of milk", "pair of scissors", "gas", "rhinoceros", "wine glass", "bus", "cup of coffee"
    assert [name for name in (*none, *one) if uncounted(name)] == list(none)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (("owl",), "an owl"),
        (("dog", "orange"), "an orange dog"),
        (("bread", "red"), "red bread"),
        (("grapes", ""), "grapes"),
        (("owl", "small", "red"), "a small red owl"),
    ],
)
def test_a_noun_has_the_article_that_it_needs_before_its_adjectives(said: tuple[str, ...], wanted: str) -> None:
    assert with_article(*said) == wanted
