"""What is beyond what the senses and the model take in is known, kept, and told in words: things, sounds, seconds and media."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from models.expert import Picture, Sound
from models.percepts import SOUND, THING, TRACK
from models.senses import clip, ear, perceive, picture, recorded
from models.senses.kept import Kept
from models.unified.looking import Looked
from models.unified.native import NativeModel, load
from models.unified.stream import LONG, MEDIA, MORE, NAMED, TURNS, UNSEEN, LeftOut, StreamOptions, aside
from models.values import Checkpoint, Media, Message, Region, Text
from models.video import VideoWriter, clip_info
from models.vision.audio import hear
from models.world.composer import compose
from models.world.film import Film, Key, Track
from models.world.hear import SoundEvent, SoundPlan
from models.world.render import frame
from models.world.scene import Backdrop, Scene, Thing
from models.world.sounding import render
from models.world.staging import stage_of

WIDTH, HEIGHT, RATE = 240, 160, 16_000
MANY = Scene(
    tuple(Thing("apple", 0.1 + 0.2 * (n % 5), 0.15 + 0.23 * (n // 5), 0.16, id=n + 1) for n in range(20)),
    Backdrop("plain", "day", "light blue"),
)
THINGS = ("pizza", "cow", "tree", "car", "horse")


@pytest.fixture(scope="module")
def senses() -> perceive.Senses:
    return perceive.load()


@pytest.fixture(scope="module")
def shipped() -> NativeModel:
    return load(Checkpoint("native", "nano/unified"), "cpu")


@pytest.fixture(scope="module")
def sound() -> NDArray[np.float32]:
    """A dog, then rain, then a bell: float32 [n, 1]."""
    plan = SoundPlan(tuple(SoundEvent(name, 2.0 * n, 1.8) for n, name in enumerate(("dog", "rain", "siren"))), 6.0)
    return render(plan, 3, RATE)[:, None]


@pytest.fixture(scope="module")
def pictures() -> dict[str, NDArray[np.uint8]]:
    """Fifty pictures of one thing each, by handle; a whale in the second alone."""
    found = {}
    for n in range(50):
        name = "whale" if n == 1 else THINGS[n % len(THINGS)]
        scene = Scene((Thing(name, 0.5, 0.5, 0.7),), Backdrop("plain", "day", "light blue"))
        found[f"image#{n + 1}"] = compose(scene, 96 + n, 96).pixels
    return found


def record(kind: str, **meta: Any) -> recorded.Record:
    found = recorded.record_of(kind, meta)
    assert found is not None
    return found


def user(text: str, *parts: Media | Region) -> Message:
    return Message("user", (*parts, Text(text)))


def asked(
    model: NativeModel, messages: Sequence[Message], opened: Mapping[str, Any], *chosen: str
) -> tuple[str, list[LeftOut]]:
    """Return what the shipped model says to *messages*, whose media stand for what is *opened*, and what it leaves out."""
    left: list[LeftOut] = []
    shelf = {part.handle: part for m in messages for part in m.parts if isinstance(part, Media)}
    options = StreamOptions(tell=left.append, opened=lambda medium: opened[medium.handle], chosen=chosen)
    return "".join(model.stream(messages, shelf, options, lambda: False)), left


def test_things_beyond_the_most_are_counted_by_record_and_by_eye(senses: perceive.Senses) -> None:
    pixels = compose(MANY, WIDTH, HEIGHT).pixels
    known = senses.picture(pixels, record=record("image", scene=MANY.to_json()))
    assert (sum(len(one) for one in known.percepts if one.kind == THING), known.more) == (picture.MOST, 8)
    look = senses.look([pixels])[0]
    every = picture.things(look, senses.judge, 99)
    assert every.more == 0
    assert len(every.boxes) > 3
    few = picture.things(look, senses.judge, 3)
    assert picture.thing_rows(few).more == len(every.boxes) - 3
    assert senses.picture(pixels[:, :1], gated=False).more == 0


def test_tracks_beyond_the_most_are_counted_by_record_and_by_eye(senses: perceive.Senses) -> None:
    film = Film(MANY, (Track(1, {"x": (Key(0.0, 0.0), Key(1.0, 0.1))}),), seconds=1.0, fps=8.0)
    stage, seconds = stage_of(film, WIDTH, HEIGHT), [0.0, 0.5]
    frames = [frame(film, stage, second).pixels for second in seconds]
    assert senses.frames(frames, seconds, record=record("video", film=film.to_json())).more == 8
    looks = senses.look(frames)
    found = [picture.things(look, senses.judge, 3) for look in looks]
    rows = clip.track_rows(found, seconds, 2)
    assert rows.kind == TRACK
    assert len(rows) == 2
    assert rows.more >= max(len(one.boxes) + one.more for one in found) - 2 > 1


def test_sounds_beyond_the_most_are_counted_by_plan_and_by_ear(
    senses: perceive.Senses, sound: NDArray[np.float32]
) -> None:
    every = ear.sound_rows(senses.ear, hear(sound, RATE))
    assert every.kind == SOUND
    assert len(every) >= 2
    assert ear.sound_rows(senses.ear, hear(sound, RATE), 1).more == len(every) - 1
    plan = {"seconds": 6.0, "events": [{"name": "dog", "start": n / 2, "seconds": 0.4} for n in range(11)]}
    known = senses.sound(sound, RATE, record=record("audio", plan=plan))
    assert (len(known.percepts[0]), known.more) == (ear.MOST, 3)


def test_what_was_kept_of_a_picture_still_knows_how_much_more_there_is() -> None:
    pixels, told = compose(MANY, WIDTH, HEIGHT).pixels, list[LeftOut]()
    medium, store = Media("image", "image#1", "ab/1.png", {"scene": MANY.to_json()}), Kept()
    words = []
    for _ in range(2):
        looked = Looked([], {"image#1": medium}, lambda _: Picture(pixels), store, "cpu", told.append)
        assert list(looked.missed(["image#1"])) == []  # nothing was looked at yet
        assert looked["image#1"]
        words += list(looked.missed(["image#1", "image#2"]))
    assert len(store) == 1
    assert words == [LeftOut(MORE, words[0].words)] * 2
    assert "20 things in image#1 and can keep 12" in words[0].words


def test_a_long_clip_is_told_to_be_seen_in_a_few_frames(tmp_path: Path) -> None:
    path, pixels = tmp_path / "long.mp4", compose(MANY, 64, 48).pixels
    with VideoWriter(path, 64, 48, 2) as writer:
        for _ in range(2 * 90):
            writer.write(pixels)
    found = perceive.perceive("video", clip_info(path), gated=False)
    assert found.left_out == pytest.approx(90 - perceive.READ, abs=1)
    assert perceive.load().frames([pixels], [0.0], gated=False).left_out == 0


def test_of_a_long_sound_it_is_told_how_much_was_heard(shipped: NativeModel, sound: NDArray[np.float32]) -> None:
    medium = Media("audio", "audio#1", "ab/1.wav", {})
    long = Sound(np.tile(sound, (20, 1)), RATE)
    _, left = asked(shipped, [user("what do you hear?", medium)], {"audio#1": long})
    assert [one.what for one in left if one.what != MORE] == [LONG]
    assert "I hear 61 s of audio#1, in pieces spread evenly over its 120 s" in left[-1].words
    _, left = asked(
        shipped, [user("what do you hear?", Media("audio", "audio#1", "cd/1.wav"))], {"audio#1": Sound(sound, RATE)}
    )
    assert left == []


def test_a_count_of_more_than_can_be_counted_says_so_and_other_talk_does_not(shipped: NativeModel) -> None:
    medium = Media("image", "image#1", "ef/1.png", {"scene": MANY.to_json()})
    opened = {"image#1": Picture(compose(MANY, WIDTH, HEIGHT).pixels)}
    said, left = asked(shipped, [user("how many apples are there?", medium)], opened)
    assert "twelve apples" in said
    assert [one.what for one in left] == [MORE]
    before = [user("how many apples are there?", medium), Message("assistant", (Text("I count twelve apples."),))]
    _, left = asked(shipped, [*before, user("hello, what can you do?")], opened)
    assert left == []


def test_of_fifty_pictures_the_one_that_is_named_or_chosen_is_looked_at_whatever_its_age(
    shipped: NativeModel, pictures: dict[str, NDArray[np.uint8]]
) -> None:
    opened = {handle: Picture(pixels) for handle, pixels in pictures.items()}
    media = [Media("image", handle, f"{handle}.png") for handle in pictures]
    talk = [
        message
        for medium in media
        for message in (user("look at this", medium), Message("assistant", (Text("Thank you."),)))
    ]
    one = [user("look at these", *media), Message("assistant", (Text("Thank you."),))]
    for before in (talk, one):
        for text, chosen in (("is there a whale in image#2?", ()), ("is there a whale in it?", ("image#2",))):
            said, left = asked(shipped, [*before, user(text)], opened, *chosen)
            assert said.startswith("Yes")
            assert "whale</ref>" in said
            assert "@image#2." in said
            assert {what.what for what in left} == {MEDIA, *([TURNS] if before is talk else [])}


def test_what_the_newest_message_is_about_and_does_not_fit_is_named_each_time(
    shipped: NativeModel, pictures: dict[str, NDArray[np.uint8]]
) -> None:
    opened = {handle: Picture(pixels) for handle, pixels in pictures.items()}
    messages = [user("look at these", *(Media("image", handle, f"{handle}.png") for handle in pictures))]
    _, left = asked(shipped, messages, opened)
    (unseen,) = [one for one in left if one.what == UNSEEN]
    assert unseen.words.startswith("I cannot look at image#1, image#2, image#3, ")
    assert unseen.words.endswith(" more beside the others: ask about fewer at once.")
    messages = [*messages, Message("assistant", (Text(aside(unseen.words)), Text("Thank you.")))]
    chosen = [f"image#{n}" for n in range(1, 16)]
    _, left = asked(shipped, [*messages, user("what do you see?")], opened, *chosen)
    (unseen,) = [one for one in left if one.what == UNSEEN]
    assert unseen.words.endswith(" and image#15 beside the others: ask about fewer at once.")
    assert "image#1," not in unseen.words


def test_of_more_handles_than_are_read_the_rest_is_told(shipped: NativeModel) -> None:
    many = [Media("image", f"image#{n}", "") for n in range(1, 13)]
    text = "compare " + ", ".join(medium.handle for medium in many)
    _, left = asked(
        shipped, [user(text, *many)], {medium.handle: Picture(np.zeros((8, 8, 3), np.uint8)) for medium in many}
    )
    (note,) = [one for one in left if one.what == NAMED]
    assert note.words.startswith(
        "You named 12 files and marks, more than I can follow at once: I go by the first 8, up to image#8"
    )
    _, left = asked(shipped, [user(text), user("hello")], {})  # imported: no reply stands between
    assert all("image#8" in note.words for note in left if note.what == NAMED)
    _, left = asked(shipped, [user("compare image#1 and image#2")], {})
    assert left == []
