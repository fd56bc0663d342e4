"""What was made here is known by its record: names, places, seconds, hour and look as they are, whatever an encoder would guess."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.percepts import PATCH, SETTING, SOUND, THING, TRACK, Percept
from models.senses import ear, kept, perceive, recorded
from models.senses.setting import known
from models.values import Media
from models.world.composer import compose
from models.world.film import Film, Key, Track
from models.world.render import frame
from models.world.scene import Backdrop, Scene, Thing
from models.world.staging import stage_of

WIDTH, HEIGHT = 240, 160
SCENE = Scene(
    (Thing("pizza", 0.25, 0.6, 0.5, id=1), Thing("key", 0.72, 0.5, 0.1, id=2), Thing("whale", 0.72, 0.5, 0.9, id=3)),
    Backdrop("beach", "night"),
    style="comic",
)  # fmt: skip
PLAN = {
    "seconds": 4.0,
    "events": [{"name": "dog", "start": 2.0, "seconds": 1.5}, {"name": "rain", "start": 0.0, "seconds": 9.0}],
}


@pytest.fixture(scope="module")
def senses() -> perceive.Senses:
    return perceive.load()


def record(kind: str, **meta: Any) -> recorded.Record:
    found = recorded.record_of(kind, meta)
    assert found is not None
    return found


def by_kind(rows: tuple[Percept, ...]) -> dict[int, Percept]:
    return {one.kind: one for one in rows}


def test_the_things_of_a_drawn_picture_are_those_that_can_be_seen_in_it(senses: perceive.Senses) -> None:
    made = compose(SCENE, WIDTH, HEIGHT, truth=True)
    assert made.boxes[1] is None, "the whale hides the key"
    found = by_kind(senses.picture(made.pixels, record=record("image", scene=SCENE.to_json())).percepts)
    things = found[THING]
    assert things.names == ("whale", "pizza")
    assert set(found) == {PATCH, SETTING, THING}
    for row, box in enumerate((made.boxes[2], made.boxes[0])):
        assert box is not None
        assert np.allclose(things.places[row, :4], (box.x0, box.y0, box.x1, box.y1), atol=0.02)
    guessed = by_kind(senses.picture(made.pixels, gated=False).percepts)[THING]
    assert things.features.shape[1:] == guessed.features.shape[1:]
    assert np.allclose(np.linalg.norm(things.features[:, :384].astype(np.float32), axis=1), 1, atol=0.01)


def test_place_hour_and_look_are_those_of_the_scene(senses: perceive.Senses) -> None:
    pixels = compose(SCENE, WIDTH, HEIGHT).pixels
    found = by_kind(senses.picture(pixels, record=record("image", scene=SCENE.to_json())).percepts)[SETTING]
    assert known().named(found.features) == ("beach", "night", "comic")
    assert (found.sure == 1).all()


def test_the_things_of_a_film_are_followed_while_they_are_seen(senses: perceive.Senses) -> None:
    scene = Scene((Thing("pizza", 0.2, 0.5, 0.4, id=1), Thing("key", 0.7, 0.5, 0.4, id=2)), Backdrop("plain"))
    goes = Track(1, {"x": (Key(0.0, 0.0), Key(2.0, 2.0))})
    film = Film(scene, (goes,), seconds=2.0, fps=8.0)
    stage, seconds = stage_of(film, WIDTH, HEIGHT), [0.0, 0.5, 1.0, 1.5, 1.9]
    shown = [frame(film, stage, second, truth=True) for second in seconds]
    record_ = record("video", film=film.to_json(), scene=scene.to_json())
    found = by_kind(senses.frames([one.pixels for one in shown], seconds, record=record_).percepts)
    tracks = found[TRACK]
    assert tracks.names == ("key", "pizza"), "what is seen longest comes first"
    assert tracks.places[0, 8:].tolist() == [0.0, pytest.approx(1.9)]
    gone = next(n for n, one in enumerate(shown) if one.visible[0] < recorded.SEEN)
    assert tracks.places[1, 9] == pytest.approx(seconds[gone - 1])
    assert tracks.places[1, 4] > tracks.places[1, 0]
    assert found[SETTING].places[0, 9] == pytest.approx(1.9)


def test_the_events_of_a_plan_are_told_in_order_and_within_the_sound(senses: perceive.Senses) -> None:
    time = np.arange(4 * 16_000) / 16_000
    samples = (0.3 * np.sin(2 * np.pi * 440 * time))[:, None].astype(np.float32)
    (sounds,) = senses.sound(samples, 16_000, record=record("audio", plan=PLAN)).percepts
    assert sounds.kind == SOUND
    assert sounds.names == ("rain", "dog")
    assert sounds.places[:, 8:].tolist() == [[0.0, 4.0], [2.0, 3.5]]
    assert senses.sound(np.zeros_like(samples), 16_000, record=record("audio", plan=PLAN)).percepts == ()


@pytest.mark.parametrize(
    ("kind", "meta"),
    [
        ("image", {}),
        ("image", {"scene": "a scene"}),
        ("image", {"scene": {"things": [{"name": 3}]}}),
        ("image", {"scene": Scene((Thing("gryphon", 0.5, 0.5, 0.5),), SCENE.backdrop).to_json()}),
        ("image", {"film": {}}),
        ("video", {"film": {"scene": {}, "seconds": -1}}),
        ("video", {"scene": SCENE.to_json()}),
        ("audio", {"plan": {"seconds": "long"}}),
        ("audio", {"plan": {"seconds": 2, "events": [{"name": "dog"}]}}),
        ("mask", {"scene": SCENE.to_json()}),
    ],
)
def test_what_cannot_be_read_is_no_record(kind: str, meta: dict[str, Any]) -> None:
    assert recorded.record_of(kind, meta) is None


def test_what_was_perceived_with_another_record_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def seen(kind: str, given: Any, device: str, gated: bool, record: Any) -> perceive.Perceived:
        asked.append(record)
        return perceive.Perceived()

    monkeypatch.setattr(perceive, "perceive", seen)
    monkeypatch.setattr(kept, "_shared", kept.Kept())
    pixels = np.zeros((16, 16, 3), np.uint8)
    one, other = record("image", scene=SCENE.to_json()), record("image", scene=Scene((), SCENE.backdrop).to_json())
    for given in (one, other, one, None):
        kept.perceive_pixels(pixels, "cpu", False, given)
    assert asked == [one, other, None]


def test_a_picture_that_was_drawn_here_is_perceived_by_its_record(monkeypatch: pytest.MonkeyPatch) -> None:
    from models.expert import Picture
    from models.unified.looking import Looked

    pixels = compose(SCENE, WIDTH, HEIGHT).pixels
    drawn = Media("image", "image#1", "ab/1.png", meta={"scene": SCENE.to_json()})
    looked = Looked([], {"image#1": drawn}, lambda medium: Picture(pixels), kept.Kept(), "cpu", [].append)
    assert by_kind(looked["image#1"])[THING].names == ("whale", "pizza")


def test_a_colour_that_is_none_any_more_leaves_the_picture_to_the_encoders(senses: perceive.Senses) -> None:
    pixels = compose(SCENE, WIDTH, HEIGHT).pixels
    data = SCENE.to_json()
    data["things"][0]["tint"] = "octarine"
    found = by_kind(senses.picture(pixels, gated=False, record=record("image", scene=data)).percepts)
    guessed = by_kind(senses.picture(pixels, gated=False).percepts)
    assert found[THING].names == guessed[THING].names
    assert (found[THING].sure < 1).all()


def test_of_a_long_plan_as_many_events_are_told_as_the_ear_tells() -> None:
    events = [{"name": "dog", "start": float(n), "seconds": 0.5} for n in range(12)]
    heard = Percept(
        SOUND, np.zeros((1, 576), np.float16), np.zeros((1, 10), np.float32), ("rain",), np.ones(1, np.float32)
    )
    made = recorded.sound_rows(record("audio", plan={"seconds": 20.0, "events": events}), heard)
    assert len(made) == ear.MOST


MEADOW = Scene((Thing("cow", 0.25, 0.6, 0.3, id=1), Thing("tree", 0.7, 0.5, 0.6, id=2)), Backdrop("plain"))


def within(box: Any, wider: float = 0.0) -> np.ndarray:
    return np.array([box.x0 - wider, box.y0 - wider, box.x1 + wider, box.y1 + wider], np.float32).clip(0, 1)


def test_a_rough_box_means_the_thing_that_it_overlaps_most_or_holds_alone_and_else_nothing() -> None:
    cow, house, key = (0.1, 0.5, 0.4, 0.9), (0.0, 0.0, 1.0, 1.0), (0.2, 0.6, 0.25, 0.65)
    tree = (0.6, 0.1, 0.9, 0.9)
    two = [(cow, "cow"), (tree, "tree")]
    for box, things, expected in (
        (cow, two, "cow"),
        ((0.12, 0.45, 0.45, 0.95), two, "cow"),
        ((0.0, 0.2, 0.5, 1.0), two, "cow"),  # three times as large, and no other is in it
        ((0.0, 0.0, 1.0, 1.0), two, ""),  # both are in it
        ((0.2, 0.6, 0.3, 0.7), two, ""),  # a part of the cow
        ((0.45, 0.1, 0.55, 0.2), two, ""),
        (cow, [*two, (house, "house"), (key, "key")], "cow"),  # the key lies on the cow, the house lies behind
        (cow, [], ""),
    ):
        assert recorded.thing_in(np.array(box, np.float32), things) == expected, (box, things)
    beside = [((0.1, 0.1, 0.5, 0.5), "cow"), ((0.52, 0.3, 0.6, 0.5), "key")]
    assert recorded.thing_in(np.array((0.1, 0.1, 0.6, 0.5), np.float32), beside) == ""


def test_a_mark_on_what_was_drawn_here_has_the_name_of_the_thing_under_it(senses: perceive.Senses) -> None:
    from models.expert import Picture
    from models.unified.looking import Looked
    from models.values import Box, Message, Region

    made = compose(MEADOW, WIDTH, HEIGHT, truth=True)
    boxes = [tuple(map(float, within(box, 0.08))) for box in made.boxes]
    marks = [Region(n + 1, "image#1", Box(*box)) for n, box in enumerate([*boxes, (0.0, 0.0, 1.0, 1.0)])]
    guessed = senses.marks(made.pixels, marks, gated=False)
    assert [row.names[0] for row in guessed] != ["cow", "tree", guessed[2].names[0]], (
        "the encoders know it without help"
    )
    drawn = Media("image", "image#1", "ab/1.png", meta={"scene": MEADOW.to_json()})
    messages = [Message("user", (drawn, *marks))]
    looked = Looked(messages, {}, lambda medium: Picture(made.pixels), kept.Kept(), "cpu", [].append)
    rows = [looked[mark.handle][0] for mark in marks]
    assert [row.names[0] for row in rows] == ["cow", "tree", guessed[2].names[0]]
    assert all(np.array_equal(row.features, guess.features) for row, guess in zip(rows, guessed, strict=True))
    bare = [Message("user", (Media("image", "image#1", "ab/1.png"), marks[0]))]
    stranger = Looked(bare, {}, lambda medium: Picture(made.pixels), kept.Kept(), "cpu", [].append)
    assert [row.names for row in stranger["region#1"]] in ([], [guessed[0].names])


def test_a_mark_on_a_film_means_the_thing_that_is_there_at_its_second(senses: perceive.Senses) -> None:
    goes = Track(1, {"x": (Key(0.0, 0.0), Key(2.0, 0.5))})
    film = Film(Scene((Thing("cow", 0.25, 0.6, 0.3, id=1),), Backdrop("plain")), (goes,), seconds=2.0, fps=8.0)
    stage = stage_of(film, WIDTH, HEIGHT)
    (row,) = senses.marks(compose(SCENE, WIDTH, HEIGHT).pixels, [region_of(stage, film, 0.0)], gated=False)
    row = replace(row, names=("elephant",))
    record_ = record("video", film=film.to_json())
    assert recorded.marked(record_, [row], WIDTH, HEIGHT, 0.0)[0].names == ("cow",)
    assert recorded.marked(record_, [row], WIDTH, HEIGHT, 1.8)[0].names == ("elephant",)


def region_of(stage: Any, film: Film, second: float) -> Any:
    """Return a box round the one thing of *film* at *second*."""
    from models.values import Region

    (box,) = frame(film, stage, second, truth=True).boxes
    assert box is not None
    return Region(1, "video#1", box, time=second)
