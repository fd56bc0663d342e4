"""Captions become plans: which sounds, in which order, how often, how high, how loud; what is unknown is named, never made up."""

from __future__ import annotations

import json

import numpy as np
import pytest

from models.world.hear import NEAR, nearest, phrases, plan, vectors
from models.world.scene import Backdrop, Scene, Thing
from models.world.sounding import notes_of, render, scene_plan, sound_of, unheard
from models.world.sounds import CLASSES, LOUDEST


def names(text, **more):
    return [event.name for event in plan(text, **more).events]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a dog barks", {"dog"}), ("the barking of a dog", {"dog"}), ("a barking dog", {"dog"}), ("a dog howls", {"wolf"}),
        ("the wind howls", {"wind"}), ("a kettle whistles", {"kettle"}), ("a train whistle", {"steam train"}), ("a rooster crows", {"rooster"}),
        ("a horse galloping", {"gallop"}), ("a cat purring", {"purr"}), ("a car starts", {"engine"}), ("a car honks", {"car horn"}),
        ("the door creaks", {"creak"}), ("glass breaks", {"glass break"}), ("someone knocking on the door", {"knock"}),
        ("a woman laughs and a baby cries", {"laugh", "baby"}), ("birds chirping while it rains", {"dawn chorus", "rain"}),
        ("footsteps on gravel", {"gravel steps"}), ("waves, wind and seagulls", {"waves", "wind", "seagull"}), ("a man talking", {"man speaking"}),
        ("an ambulance sounds the siren", {"ambulance"}), ("a helicopter flies overhead", {"helicopter"}), ("running water", {"stream"}),
        ("water splashing", {"splash"}), ("humming of an engine", {"engine"}), ("a storm without thunder", {"wind", "rain"}),
        ("plastic crinkling and crumpling", {"paper"}), ("white noise", {"white noise"}), ("people cheering", {"cheering"}),
    ],
)  # fmt: skip
def test_the_words_name_the_sounds(text, wanted):
    assert set(names(text)) == wanted
    assert plan(text).unknown == ()


def test_then_before_and_after_put_sounds_in_order():
    for text in (
        "a dog barks, then rain",
        "a dog barks followed by rain",
        "a dog barks before rain",
        "rain after a dog barks",
    ):
        first, second = plan(text).events
        assert (first.name, second.name) == ("dog", "rain")
        assert second.start >= first.start + 0.5
        assert second.start == pytest.approx(first.start + first.seconds, abs=0.3)


def test_while_and_with_put_them_at_once():
    for text in ("a dog barks while it rains", "rain with a dog barking", "rain and a barking dog"):
        assert {e.start for e in plan(text).events} == {0.0}


@pytest.mark.parametrize(
    ("text", "count"),
    [("a dog barks twice", 2), ("three knocks", 3), ("a phone rings four times", 4), ("a bark", 1), ("a single beep", 1), ("barking", None), ("5 beeps", 5)],
)  # fmt: skip
def test_counts_are_read(text, count):
    assert [e.count for e in plan(text).events] == [count]


@pytest.mark.parametrize(
    "text", ["a loud thunder clap", "two claps of thunder", "a clap of thunder", "a crack of thunder"]
)
def test_a_clap_of_thunder_is_not_made_by_hands(text):
    assert [e.name for e in plan(text).events] == ["thunder"]


def test_more_times_than_can_be_made_are_said():
    assert any("60" in note for note in plan("a dog barks 1000 times").notes)
    assert plan("a dog barks 60 times").notes == ()


def test_two_dogs_are_two_voices():
    first, second = plan("two dogs bark").events
    assert (first.name, second.name) == ("dog", "dog")
    assert first.pitch != second.pitch


def test_loudness_pitch_pace_and_distance_belong_to_their_own_sound():
    small, big = plan("a small dog barks twice and a big dog barks once").events
    assert (small.count, big.count) == (2, 1)
    assert small.pitch > 0 > big.pitch
    quiet, loud = plan("a quiet bell then a loud siren").events
    assert quiet.loudness < 0.6 < 1.2 < loud.loudness
    assert plan("very soft rain").events[0].loudness < plan("soft rain").events[0].loudness < 1
    assert plan("a distant siren").events[0].distant
    assert not plan("a siren").events[0].distant
    assert plan("a person walking quickly").events[0].pace > 1.3


def test_lengths_notes_and_frequencies_are_read():
    assert plan("5 seconds of heavy rain").seconds == pytest.approx(5.0)
    assert plan("rain then thunder", seconds=12.0).seconds == 12.0
    assert plan("rain for 500 seconds").seconds <= 30.0
    assert plan("a 880 hz tone").events[0].pitch == pytest.approx(12.0)
    assert plan("a flute plays C6").events[0].pitch == pytest.approx(12.0, abs=0.01)


def test_the_background_lies_under_everything_and_is_softer():
    events = {e.name: e for e in plan("a dog barks twice, then a cat meows, with rain in the background").events}
    rain = events["rain"]
    assert rain.start == 0.0
    assert rain.seconds >= events["cat"].start + events["cat"].seconds - 0.01
    assert rain.loudness < 0.7


def test_unknown_sounds_are_named_and_never_made_up():
    assert plan("a didgeridoo").events == ()
    assert plan("a didgeridoo").unknown == ("didgeridoo",)
    both = plan("a didgeridoo and a flute")
    assert [e.name for e in both.events] == ["flute"]
    assert notes_of(both) == ["I do not know the sound of: didgeridoo"]
    assert plan("music on a didgeridoo").unknown == ("didgeridoo",)
    assert plan("a man yodels").events == ()
    refusal = unheard("a vilin", plan("a vilin"), None)
    assert "vilin" in refusal.what
    assert "violin" in refusal.hint


def test_a_phrase_close_in_meaning_is_taken_with_a_note_and_a_far_one_is_not():
    asked = []

    def embed(texts):
        """A pooch lies where the dog does, a gizmo at a cosine of 0.6 to it."""
        asked.extend(texts)
        dog = vectors()[phrases().index(("dog", "dog"))].astype(np.float64)
        other = np.random.default_rng(0).normal(0, 1, dog.shape)
        other -= dog * (other @ dog)
        nearness = {"pooch": 1.0, "gizmo": 0.6}
        rows = [
            nearness[text] * dog + (1 - nearness[text] ** 2) ** 0.5 * other / np.linalg.norm(other) for text in texts
        ]
        return np.asarray(rows, np.float32)

    taken = plan("a pooch", embed)
    assert [e.name for e in taken.events] == ["dog"]
    assert "pooch" in taken.notes[0]
    far = plan("a gizmo", embed)
    assert far.events == ()
    assert nearest("gizmo", embed)[0][0] == "dog"
    assert nearest("gizmo", embed)[0][1] < NEAR
    assert set(asked) == {"pooch", "gizmo"}, "only what was typed is embedded; the known phrases have their vectors"


def test_a_plan_is_plain_data_and_every_event_can_be_made():
    made = plan("two dogs bark, then thunder and soft rain in the distance while a quiet didgeridoo hums")
    json.dumps(made.to_json())
    assert all(e.name in CLASSES and e.start >= 0 and e.start + e.seconds <= made.seconds + 0.01 for e in made.events)


def test_the_render_is_as_long_as_the_plan_and_keeps_order_and_bounds():
    made = plan("a beep, then a low tone", seconds=2.0)
    samples = render(made, 5, 16000)
    assert len(samples) == 32000
    assert np.abs(samples).max() <= LOUDEST
    assert np.array_equal(samples, render(made, 5, 16000))
    assert not np.array_equal(samples, render(plan("two beeps", seconds=2.0), 5, 16000))
    quiet = render(plan("quiet rain", seconds=1.0), 5, 16000)
    assert quiet.std() < 0.7 * render(plan("rain", seconds=1.0), 5, 16000).std()
    with pytest.raises(ValueError):
        render(plan("a didgeridoo"), 1)


def test_junk_is_read_without_an_error():
    random = np.random.default_rng(3)
    words = [
        "dog",
        "and",
        "then",
        "after",
        "3",
        "times",
        "hz",
        "c#4",
        "%",
        "“x”",
        "\n",
        "loud",
        "bark",
        "of",
        "no",
        ",",
        "seconds",
        "the",
        "ø",
    ]
    for _ in range(300):
        text = " ".join(random.choice(words, random.integers(0, 12)))
        made = plan(text)
        assert all(e.name in CLASSES and e.seconds > 0 for e in made.events)


def test_a_scene_sounds_like_its_things_over_its_backdrop():
    scene = Scene((Thing("dog", 0.3, 0.7, 0.3, id=1), Thing("pizza", 0.7, 0.7, 0.2, id=2)), Backdrop("beach"))
    made = scene_plan(scene, 4.0)
    by_name = {e.name: e for e in made.events}
    assert set(by_name) == {"dog", "waves"}
    assert by_name["waves"].loudness < by_name["dog"].loudness
    assert "pizza" in made.notes[0]
    assert [e.name for e in scene_plan(Scene((), Backdrop("meadow", "night")), 3.0).events] == ["crickets"]
    assert [e.name for e in scene_plan(Scene((), Backdrop("city", "rain")), 3.0).events] == ["rain"]
    assert scene_plan(Scene((Thing("pizza", 0.5, 0.5, 0.2),), Backdrop("plain")), 3.0).events == ()
    assert sound_of("pizza") == ""
    assert sound_of("sousaphone") == "tuba"
    assert sound_of("whatever", "bee") == "bee"
    assert sound_of("apple", "") == ""
    assert sound_of("apple") == "chewing"
