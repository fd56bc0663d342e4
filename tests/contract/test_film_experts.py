"""video, animate and video_edit of the picture book: what they make can be played, is what was said, and never invented."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scenes import disc_scene, texture

from models.expert import Cancelled, Clip, Inputs, Picture, Refusal, Sound
from models.experts import animate_picturebook, video_edit_picturebook, video_picturebook
from models.media import recognise
from models.outcome import check_values
from models.sound import save_wav
from models.tasks import TASKS
from models.values import Box, Checkpoint, Media, Phrase, Ref, Region, Span, TaskCall
from models.video import VideoWriter, clip_info, read_frame, read_frames
from models.world.composer import compose
from models.world.film import Film, pose
from models.world.scene import Backdrop, Scene, Thing

cv2 = pytest.importorskip("cv2")
NONE = Checkpoint("")
film_expert = video_picturebook.load(NONE, "cpu")
animate_expert = animate_picturebook.load(NONE, "cpu")
edit_expert = video_edit_picturebook.load(NONE, "cpu")


def silent(fraction: float, word: str = "", preview: Any = None) -> None:
    """A report that nobody reads."""


def scene() -> Scene:
    return Scene((Thing("cat", 0.3, 0.72, 0.35, id=1), Thing("pizza", 0.7, 0.78, 0.3, id=2)), Backdrop("meadow"))


def make(tmp_path: Path, text: str, report: Any = silent, seed: int = 3, **settings: Any) -> Clip:
    settings = {"size": "160x90", "duration": 1.0, **settings}
    made = film_expert(TaskCall("t1", "video", (Phrase(text),)), Inputs({}, {}, {}, tmp_path, seed, settings), report)
    assert isinstance(made, Clip)
    check_values([made], TASKS["video"])
    return made


def animate(
    tmp_path: Path, picture: Any, text: str, *marks: Any, meta: Any = None, report: Any = silent, **settings: Any
) -> Clip:
    rows, columns = picture.shape[:2]
    media = {"image#1": Media("image", "image#1", "", {"width": columns, "height": rows, **(meta or {})})}
    regions = {r.handle: r for r in marks if isinstance(r, Region)}
    args = (Ref("image#1"), *(Ref(r.handle) for r in marks), *([Phrase(text)] if text else []))
    inputs = Inputs({"image#1": Picture(picture)}, media, regions, tmp_path, 3, {"duration": 1.0, **settings})
    made = animate_expert(TaskCall("t1", "animate", args), inputs, report)
    assert isinstance(made, Clip)
    check_values([made], TASKS["animate"])
    return made


def change(tmp_path: Path, clip: Clip, text: str, *args: Any, report: Any = silent) -> Clip:
    media = {"video#1": Media("video", "video#1", "", dict(clip.meta))}
    call = TaskCall("t2", "video_edit", (Ref("video#1"), *args, Phrase(text)))
    made = edit_expert(call, Inputs({"video#1": clip}, media, {}, tmp_path, 3, {}), report)
    assert isinstance(made, Clip)
    check_values([made], TASKS["video_edit"])
    return made


def different(one: Any, two: Any) -> float:
    return float(np.abs(one.astype(int) - two.astype(int)).mean())


def test_a_clip_of_the_size_and_length_asked_for_that_browsers_play(tmp_path: Path) -> None:
    clip = make(tmp_path, "a cat runs to the left in a meadow", duration=1.5)
    facts = clip_info(clip.path)
    assert (facts.width, facts.height, facts.frames, facts.fps) == (160, 90, 36, 24.0)
    assert facts.meta["codec"] == "h264"
    assert facts.meta["plays"]
    assert recognise(clip.path).suffix == ".mp4"
    data = clip.path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")  # the index stands in front


def test_the_meta_tells_what_was_made_and_how_it_moves(tmp_path: Path) -> None:
    clip = make(tmp_path, "a cat runs to the left in a meadow")
    assert clip.meta["made"] == "picture-book"
    film = Film.from_json(clip.meta["film"])
    (cat,) = [thing for thing in film.scene.things if thing.name == "cat"]
    assert pose(film.track(cat.id), cat, 0.9).x < pose(film.track(cat.id), cat, 0.1).x
    assert [(event.verb, event.id) for event in film.events] == [("run", cat.id)]
    assert Scene.from_json(clip.meta["scene"]) == film.scene


def test_the_same_seed_gives_the_same_film_and_another_one_another(tmp_path: Path) -> None:
    films = [make(tmp_path, "a cat and a dog dance", seed=seed).meta["film"] for seed in (1, 1, 2)]
    assert films[0] == films[1] != films[2]


def test_something_moves_and_without_a_known_verb_it_is_said(tmp_path: Path) -> None:
    for text, said in (("a cat jumps", False), ("a cat", True)):
        clip = make(tmp_path, text)
        frames = list(read_frames(clip))
        assert max(different(frames[0], frame) for frame in frames[1:]) > 0.3
        assert any("no motion" in note.lower() for note in clip.meta["notes"]) == said


def test_what_is_not_known_is_named_and_nothing_known_is_refused(tmp_path: Path) -> None:
    clip = make(tmp_path, "a cat and a zxqvw run")
    assert any("zxqvw" in note for note in clip.meta["notes"])
    with pytest.raises(Refusal) as refusal:
        make(tmp_path, "a zxqvw")
    assert "zxqvw" in refusal.value.what
    assert refusal.value.hint


@pytest.mark.parametrize("after", [1, 5])
def test_stop_is_heeded_within_one_frame_and_leaves_no_file(tmp_path: Path, after: int) -> None:
    calls = []

    def report(fraction: float, word: str = "", preview: Any = None) -> None:
        calls.append(word)
        if sum(w.startswith("drawing") for w in calls) >= after:
            raise Cancelled

    with pytest.raises(Cancelled):
        make(tmp_path, "a cat jumps", report)
    assert sum(word.startswith("drawing, frame") for word in calls) == after
    assert not list(tmp_path.iterdir())


def test_a_drawn_scene_is_animated_from_its_own_picture(tmp_path: Path) -> None:
    picture = compose(scene(), 320, 180).pixels
    clip = animate(tmp_path, picture, "the pizza flies away", meta={"scene": scene().to_json()}, duration=2.0)
    frames = list(read_frames(clip))
    assert different(frames[0], picture) < 4  # the codec's loss
    assert different(frames[-1][100:, 190:260], picture[100:, 190:260]) > 12  # where it was there is grass
    assert different(frames[-1][60:, :150], picture[60:, :150]) < 8  # the cat stays
    assert Film.from_json(clip.meta["film"]).events[0].verb == "fly"


def test_it_is_the_marked_thing_of_a_drawn_scene(tmp_path: Path) -> None:
    picture = compose(scene(), 320, 180).pixels
    mark = Region(1, "image#1", box=Box(0.1, 0.4, 0.5, 1.0))
    clip = animate(tmp_path, picture, "let it jump", mark, meta={"scene": scene().to_json()})
    assert [event.id for event in Film.from_json(clip.meta["film"]).events] == [1]


def test_what_a_drawn_scene_lacks_comes_in(tmp_path: Path) -> None:
    picture = compose(scene(), 320, 180).pixels
    clip = animate(tmp_path, picture, "a dog runs to the left", meta={"scene": scene().to_json()})
    film = Film.from_json(clip.meta["film"])
    assert [thing.name for thing in film.scene.things if thing.id not in (1, 2)] == ["dog"]
    assert different(read_frame(clip, 0), picture) < 4  # it is not there yet


@pytest.mark.parametrize(("words", "grows"), [("zoom in", True), ("pan to the left", True), ("", True)])
def test_a_photo_begins_as_it_is_and_the_camera_moves(tmp_path: Path, words: str, grows: bool) -> None:
    pixels, _ = disc_scene()
    clip = animate(tmp_path, pixels, words)
    frames = list(read_frames(clip))
    assert frames[0].shape == pixels.shape
    assert different(frames[0], pixels) < 6
    assert different(frames[-1], pixels) > different(frames[0], pixels) + 3
    red = [np.count_nonzero(f[..., 0].astype(int) - f[..., 1] > 60) for f in (frames[0], frames[-1])]
    assert (red[1] > 1.1 * red[0]) == grows
    assert "film" not in clip.meta


def test_panning_left_shows_the_left(tmp_path: Path) -> None:
    pixels = texture(160, 240, (60, 60, 60), grain=2)
    pixels[:, :40] = (200, 40, 40)
    pixels[:, -40:] = (40, 40, 200)
    last = read_frame(animate(tmp_path, pixels, "pan to the left"), -1)
    assert np.count_nonzero(last[..., 0] > 150) > 40 * 160
    assert np.count_nonzero(last[..., 2] > 150) == 0


def test_a_marked_thing_moves_and_the_hole_behind_it_is_filled(tmp_path: Path) -> None:
    pixels, truth = disc_scene(radius=40)
    mark = Region(1, "image#1", box=Box(0.35, 0.3, 0.65, 0.7))
    clip = animate(tmp_path, pixels, "it slides to the left", mark, duration=2.0)
    first, last = read_frame(clip, 0), read_frame(clip, -1)
    assert different(first, pixels) < 6
    red = last[..., 0].astype(int) - last[..., 1] > 60
    assert red.sum() > 0.4 * truth.sum()
    assert np.flatnonzero(red.any(axis=0)).mean() < 110  # it was at 160
    assert np.count_nonzero(red & truth) < 0.5 * truth.sum()
    ground = pixels[~truth].mean(axis=0)
    assert np.abs(last[truth & ~red].mean(axis=0) - ground).max() < 25


def test_moving_what_is_not_marked_on_a_photo_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="did not make it out") as refusal:
        animate(tmp_path, disc_scene()[0], "the boat drifts to the left")
    assert "box" in refusal.value.hint
    assert "zoom in" in refusal.value.hint


def test_odd_sizes_and_transparency_are_no_trouble(tmp_path: Path) -> None:
    pixels = np.dstack(
        [disc_scene(height=61, width=87, centre=(40, 30), radius=15)[0], np.full((61, 87), 255, np.uint8)]
    )
    clip = animate(tmp_path, pixels, "zoom in")
    assert (clip.width % 2, clip.height % 2) == (0, 0)
    assert abs(clip.width - 87) <= 1


def test_a_drawn_clip_is_changed_and_goes_on_moving(tmp_path: Path) -> None:
    clip = make(tmp_path, "a cat runs to the left in a meadow", duration=1.0)
    before = Film.from_json(clip.meta["film"])
    night = Film.from_json(change(tmp_path, clip, "make it night").meta["film"])
    assert night.scene.backdrop.time == "night"
    assert night.tracks == before.tracks
    dog = Film.from_json(change(tmp_path, clip, "replace the cat with a dog").meta["film"])
    assert [thing.name for thing in dog.scene.things] == ["dog"]
    (old,), (new,) = before.scene.things, dog.scene.things
    moved = [pose(f.track(t.id), t, 0.9).x - pose(f.track(t.id), t, 0.0).x for f, t in ((before, old), (dog, new))]
    assert moved[0] == pytest.approx(moved[1], abs=1e-6)
    blue = Film.from_json(change(tmp_path, clip, "make the cat blue").meta["film"])
    assert blue.scene.things[0].tint == "blue"


def test_motions_of_a_drawn_clip_are_changed_by_verbs(tmp_path: Path) -> None:
    clip = make(tmp_path, "a cat runs to the left in a meadow")
    changed = change(tmp_path, clip, "let the cat jump twice")
    assert [event.verb for event in Film.from_json(changed.meta["film"]).events] == ["jump"]
    assert change(tmp_path, clip, "make it slower").frames > 1.4 * clip.frames


def test_the_length_and_the_sound_of_a_drawn_clip_stay(tmp_path: Path) -> None:
    from models.video import put_sound

    clip = make(tmp_path, "a cat jumps")
    tone = 0.3 * np.sin(np.arange(16000) * 0.2).astype(np.float32)[:, None]
    save_wav(Sound(tone, 16000), tmp_path / "tone.wav")
    heard = put_sound(clip.path, tmp_path / "tone.wav", tmp_path / "heard.mp4")
    heard.meta = dict(clip.meta)
    changed = change(tmp_path, heard, "make it snow")
    assert changed.has_audio
    assert changed.frames == clip.frames


def person_clip(tmp_path: Path) -> Clip:
    with VideoWriter(tmp_path / "mine.mp4", 96, 64, 25.0) as writer:
        for n in range(20):
            writer.write(texture(64, 96, (60 + 5 * n, 120, 90), 1))
    return writer.clip


def test_a_persons_clip_takes_a_look_within_the_stretch_named(tmp_path: Path) -> None:
    clip = person_clip(tmp_path)
    made = change(tmp_path, clip, "make it a sketch", Span(0.4, 10))
    assert (made.frames, made.fps) == (20, 25.0)
    old, new = list(read_frames(clip)), list(read_frames(made))
    assert different(old[3], new[3]) < 6
    assert different(old[15], new[15]) > 15
    assert np.ptp(new[15].astype(int), axis=2).mean() < 0.6 * np.ptp(old[15].astype(int), axis=2).mean()


def test_snow_falls_on_a_persons_clip(tmp_path: Path) -> None:
    made = change(tmp_path, person_clip(tmp_path), "make it snow")
    assert read_frame(made, 5).max() > 215


def test_what_cannot_be_done_to_a_persons_clip_is_refused_with_what_works(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refusal:
        change(tmp_path, person_clip(tmp_path), "replace the man with a robot")
    assert "sketch" in refusal.value.hint
    with pytest.raises(Refusal, match="not said"):
        change(tmp_path, person_clip(tmp_path), " ")
