"""The two experts of synthesised sound keep their promises: what is asked is heard, what is unknown is said, places and times fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.expert import Cancelled, Clip, Inputs, Refusal, Sound
from models.experts import audio_synth, sound_for_synth
from models.outcome import check_values
from models.sound import load_sound, save_wav
from models.tasks import TASKS
from models.values import Checkpoint, Media, Phrase, Ref, Span, TaskCall
from models.video import VideoWriter
from models.world.film import Event, Film
from models.world.scene import Backdrop, Scene, Thing


@pytest.fixture(scope="module", autouse=True)
def no_encoder(request):
    """The sentence encoder is not what is tested here: without it unknown words stay unknown."""
    patch = pytest.MonkeyPatch()
    patch.setattr("models.reader.shared_embedder", lambda device="cpu": None)
    yield
    patch.undo()


def silent(fraction, word="", preview=None):
    """A report that nobody reads."""


def audio(text, seed=3, report=silent, **settings):
    run = audio_synth.load(Checkpoint("audio_synth"), "cpu")
    made = run(TaskCall("t1", "audio", (Phrase(text),)), Inputs({}, {}, {}, Path(), seed, settings), report)
    check_values([made], TASKS["audio"])
    return made


def sound_for(tmp_path, handle, value, meta, *args, **settings):
    run = sound_for_synth.load(Checkpoint("sound_for_synth"), "cpu")
    inputs = Inputs(
        {handle: value}, {handle: Media(handle.partition("#")[0], handle, "x", meta)}, {}, tmp_path, 3, settings
    )
    made = run(TaskCall("t1", "sound_for", (Ref(handle), *args)), inputs, silent)
    values = made if isinstance(made, list) else [made]
    check_values(values, TASKS["sound_for"])
    return values


def grey_clip(path, seconds=2.0, sound=None):
    with VideoWriter(path, 64, 48, 10.0, audio_from=sound) as writer:
        for _ in range(round(seconds * 10)):
            writer.write(np.full((48, 64, 3), 90, np.uint8))
    return writer.clip


def level(sound, start, end):
    return float(sound.samples[round(start * sound.rate) : round(end * sound.rate)].std())


def test_a_description_becomes_a_sound_of_the_asked_length_with_its_plan():
    made = audio("a dog barks twice, then rain", duration=4.0)
    assert isinstance(made, Sound)
    assert made.samples.shape == (4 * made.rate, 1)
    assert 0.3 < np.abs(made.samples).max() <= 1.0
    assert made.meta["made"] == "synthesised"
    assert made.meta["notes"] == []
    assert [(e["name"], e["count"]) for e in made.meta["plan"]["events"]] == [("dog", 2), ("rain", None)]
    assert made.label == "dog, rain"


def test_the_seed_decides_the_samples():
    assert np.array_equal(audio("a bird", duration=1.0).samples, audio("a bird", duration=1.0).samples)
    assert not np.array_equal(audio("a bird", duration=1.0).samples, audio("a bird", 4, duration=1.0).samples)


def test_what_is_not_known_is_said_and_the_rest_is_made():
    made = audio("a didgeridoo and a flute", duration=1.0)
    assert made.meta["notes"] == ["I do not know the sound of: didgeridoo"]
    assert made.label == "flute"
    assert "no words" in " ".join(audio("a man talking", duration=1.0).meta["notes"])


def test_nothing_known_is_refused_with_the_nearest_names():
    with pytest.raises(Refusal, match="do not know the sound of: didgeridoo") as refusal:
        audio("a didgeridoo")
    assert refusal.value.hint
    with pytest.raises(Refusal, match="not said which sound"):
        audio("please make a sound")
    with pytest.raises(Refusal, match="not said which sound"):
        audio("  ")


def test_stop_ends_the_work():
    def stop(fraction, word="", preview=None):
        if fraction > 0.1:
            raise Cancelled

    with pytest.raises(Cancelled):
        audio("rain and wind and a dog", report=stop)


def test_a_named_sound_is_put_on_a_persons_clip_and_given_alone(tmp_path):
    clip = grey_clip(tmp_path / "a.mp4")
    sound, filmed = sound_for(tmp_path, "video#1", clip, {}, Phrase("footsteps on gravel"))
    assert isinstance(sound, Sound)
    assert isinstance(filmed, Clip)
    assert len(sound.samples) == pytest.approx(clip.duration * sound.rate, abs=2)
    assert filmed.has_audio
    assert (filmed.frames, filmed.fps) == (clip.frames, clip.fps)
    assert load_sound(filmed.path).samples.std() > 0.005


def test_a_stretch_is_where_the_sound_is_heard(tmp_path):
    clip = grey_clip(tmp_path / "a.mp4", 3.0)
    sound, filmed = sound_for(tmp_path, "video#1", clip, {}, Phrase("white noise"), Span(1.5, 2.5))
    assert len(sound.samples) == sound.rate
    heard = load_sound(filmed.path)
    assert level(heard, 1.7, 2.3) > 0.05
    assert level(heard, 0.1, 1.2) < 0.01
    assert level(heard, 2.7, 2.95) < 0.01
    with pytest.raises(Refusal, match="has no 5-6 s"):
        sound_for(tmp_path, "video#1", clip, {}, Phrase("rain"), Span(5, 6))


def test_the_sound_that_a_clip_had_is_replaced_and_that_is_said(tmp_path):
    save_wav(Sound(np.full((32000, 1), 0.1, np.float32), 16000), tmp_path / "s.wav")
    clip = grey_clip(tmp_path / "a.mp4", sound=tmp_path / "s.wav")
    _, filmed = sound_for(tmp_path, "video#1", clip, {}, Phrase("rain"))
    assert any("was replaced" in note for note in filmed.meta["notes"])


def test_a_persons_own_medium_without_words_is_refused_with_what_to_do(tmp_path):
    for args in ((), (Phrase("what would that sound like?"),)):
        with pytest.raises(Refusal, match="What image#1 shows is not on record") as refusal:
            sound_for(tmp_path, "image#1", None, {}, *args)
        assert "Name the sound" in refusal.value.hint


def test_a_drawn_scene_sounds_like_what_is_in_it(tmp_path):
    scene = Scene((Thing("dog", 0.3, 0.7, 0.3, id=1),), Backdrop("beach"))
    (made,) = sound_for(
        tmp_path, "image#1", None, {"scene": scene.to_json()}, Phrase("what would that sound like?"), duration=2.0
    )
    assert {e["name"] for e in made.meta["plan"]["events"]} == {"dog", "waves"}
    assert made.meta["scene"] == scene.to_json()
    assert len(made.samples) == 2 * made.rate
    empty = Scene((), Backdrop("plain"))
    with pytest.raises(Refusal, match="Nothing in image#1"):
        sound_for(tmp_path, "image#1", None, {"scene": empty.to_json()})
    (named,) = sound_for(tmp_path, "image#1", None, {"scene": scene.to_json()}, Phrase("thunder"), duration=2.0)
    assert named.label == "thunder"


def test_a_drawn_film_sounds_at_its_events(tmp_path):
    scene = Scene((Thing("dog", 0.3, 0.7, 0.3, id=1), Thing("ball", 0.7, 0.7, 0.1, id=2)), Backdrop("plain"))
    film = Film(scene, seconds=3.0, fps=10.0, events=(Event(1.5, 1.0, 1, "jump"),))
    clip = grey_clip(tmp_path / "a.mp4", 3.0)
    sound, filmed = sound_for(tmp_path, "video#1", clip, {"film": film.to_json()})
    events = sound.meta["plan"]["events"]
    assert {e["name"] for e in events if e["start"] == 1.5} == {"dog", "boing"}
    assert filmed.meta["film"] == film.to_json()


def test_damaged_scene_data_count_as_none(tmp_path):
    with pytest.raises(Refusal, match="not on record"):
        sound_for(tmp_path, "image#1", None, {"scene": {"things": "junk"}})
