"""video_segment follows what is marked: compared, frame by frame, with the known shapes of clips made here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.expert import Cancelled, Clip, Inputs, Masks, Refusal, Sound, Value
from models.experts import video_segment_flow
from models.sound import load_sound, save_wav
from models.tape import Tape, empty_scene
from models.tracks import Track, enlarged
from models.values import Arg, Box, Checkpoint, Media, Point, Polygon, Ref, Region, Span, Stroke, TaskCall
from models.video import VideoWriter, clip_info, read_frames

cv2 = pytest.importorskip("cv2")
WIDTH, HEIGHT, FPS = 200, 150, 25.0
run = video_segment_flow.load(Checkpoint("video_segment_flow"), "cpu")


@dataclass
class Scene:
    """A made clip: the file, its frames and where the things truly are, bool [things, frames, h, w]."""

    clip: Clip
    frames: list[Any]
    truth: Any

    def box(self, frame: int, thing: int = 0, room: int = 5) -> Box:
        ys, xs = np.nonzero(self.truth[thing, frame])
        x0, x1 = max(0, xs.min() - room), min(WIDTH, xs.max() + 1 + room)
        y0, y1 = max(0, ys.min() - room), min(HEIGHT, ys.max() + 1 + room)
        return Box.from_pixels(x0, y0, x1, y1, WIDTH, HEIGHT)

    def centre(self, frame: int, thing: int = 0) -> tuple[float, float]:
        ys, xs = np.nonzero(self.truth[thing, frame])
        return float(xs.mean() + 0.5) / WIDTH, float(ys.mean() + 0.5) / HEIGHT


def texture(height: int, width: int, seed: int, tint: tuple[float, float, float]) -> Any:
    made = np.random.default_rng(seed).random((height, width, 3)).astype(np.float32)
    made = cv2.GaussianBlur(made, (0, 0), 2.5)
    made = (made - made.min()) / (made.max() - made.min())
    return 20 + 235 * made * np.array(tint, np.float32)


WARM, COOL = (1.0, 0.5, 0.35), (0.5, 0.8, 0.9)


def scene(
    path: Path,
    *ways: Callable[[int], tuple[float, float]],
    count: int = 30,
    pan: float = 0.0,
    wall: tuple[int, int] | None = None,
    turn: float = 2.0,
    sound: bool = False,
) -> Scene:
    """Textured ellipses going their *ways* (frame -> centre px) over a textured ground that moves by *pan* px a frame,
    behind a *wall* between two columns."""
    radius = 20
    ground = texture(HEIGHT, WIDTH + round(abs(pan) * count) + 8, 1, COOL)
    coat = [texture(4 * radius, 4 * radius, 5 + k, WARM if k == 0 else (0.4, 0.3, 1.0)) for k in range(len(ways))]
    yy, xx = np.mgrid[: 4 * radius, : 4 * radius] - 2 * radius
    shape = ((xx**2 + (yy / 0.75) ** 2) < radius**2).astype(np.float32)
    frames, truth = [], np.zeros((len(ways), count, HEIGHT, WIDTH), bool)
    for n in range(count):
        shift = round(pan * n) if pan >= 0 else round(-pan * (count - n))
        frame = ground[:, shift : shift + WIDTH].copy()
        for k, way in enumerate(ways):
            x, y = way(n)
            move = cv2.getRotationMatrix2D((2 * radius, 2 * radius), turn * n, 1.0)
            move[:, 2] += np.array([x, y]) - 2 * radius
            alpha = cv2.warpAffine(shape, move, (WIDTH, HEIGHT))
            frame = frame * (1 - alpha[..., None]) + cv2.warpAffine(coat[k], move, (WIDTH, HEIGHT)) * alpha[..., None]
            truth[k, n] = alpha > 0.5
        if wall:
            frame[:, wall[0] : wall[1]] = texture(HEIGHT, wall[1] - wall[0], 9, (0.4, 0.9, 0.4))
            truth[:, n, :, wall[0] : wall[1]] = False
        frames.append(np.clip(frame, 0, 255).astype(np.uint8))
    source = None
    if sound:
        source = path.with_suffix(".wav")
        wave = 0.5 * np.sin(2 * np.pi * 600 * np.arange(round(count / FPS * 16000)) / 16000)
        save_wav(Sound(wave.astype(np.float32)[:, None], 16000), source)
    with VideoWriter(path, WIDTH, HEIGHT, FPS, audio_from=source) as writer:
        for frame in frames:
            writer.write(frame)
    return Scene(writer.clip, frames, truth)


def across(start: float, speed: float, y: float = 75) -> Callable[[int], tuple[float, float]]:
    return lambda n: (start + speed * n, y)


def follow(
    clip: Clip, scratch: Path, *regions: Region, args: tuple[Arg, ...] = (), more: Mapping[str, Value] = {}, report: Any = None
) -> tuple[Masks, Clip]:  # fmt: skip
    scratch.mkdir(exist_ok=True)
    values = {"video#1": clip, **more}
    facts = {"width": clip.width, "height": clip.height}
    media = {h: Media(h.partition("#")[0], h, "", facts) for h in values}  # type: ignore[arg-type]
    call = TaskCall("t1", "video_segment", (Ref("video#1"), *(Ref(r.handle) for r in regions), *args))
    inputs = Inputs(values, media, {r.handle: r for r in regions}, scratch, 0)
    masks, drawn = run(call, inputs, report or (lambda fraction, word="", preview=None: None))  # type: ignore[misc]
    assert isinstance(masks, Masks)
    assert isinstance(drawn, Clip)
    return masks, drawn


def overlap(one: Any, other: Any) -> float:
    union = np.count_nonzero(one | other)
    return np.count_nonzero(one & other) / union if union else 1.0


def overlaps(masks: Masks, made: Scene, thing: int = 0) -> Any:
    return np.array([overlap(m, t) for m, t in zip(masks.array[thing], made.truth[thing], strict=True)])


@pytest.mark.parametrize("pan", [0.0, 2.0])
def test_a_box_on_the_first_frame_is_followed_to_the_last(tmp_path: Path, pan: float) -> None:
    made = scene(tmp_path / "a.mp4", across(40, 4), pan=pan)
    masks, _ = follow(made.clip, tmp_path / "s", Region(1, "video#1", box=made.box(0), time=0.0, label="ball"))
    assert masks.array.shape == (1, 30, HEIGHT, WIDTH)
    assert masks.array.dtype == np.bool_
    assert masks.labels == ["ball"]
    assert 0.6 < masks.scores[0] <= 1.0
    assert overlaps(masks, made).min() > 0.8


@pytest.mark.parametrize("pan", [0.0, -2.0])
def test_a_region_on_a_middle_frame_is_followed_both_ways(tmp_path: Path, pan: float) -> None:
    made = scene(tmp_path / "a.mp4", across(160, -4, 60), pan=pan)
    masks, _ = follow(made.clip, tmp_path / "s", Region(1, "video#1", box=made.box(14), time=14 / FPS))
    found = overlaps(masks, made)
    assert found[:14].min() > 0.75
    assert found[14:].min() > 0.75


def test_the_mask_of_the_drawn_frame_belongs_to_that_frame(tmp_path: Path) -> None:
    made = scene(tmp_path / "a.mp4", across(30, 9), count=16)
    for frame in (0, 7, 15):
        region = Region(1, "video#1", box=made.box(frame), time=frame / FPS)
        masks, _ = follow(made.clip, tmp_path / "s", region)
        fits = [overlap(masks.array[0, frame], truth) for truth in made.truth[0]]
        assert int(np.argmax(fits)) == frame
        assert fits[frame] > 0.8


def test_something_fast_is_followed(tmp_path: Path) -> None:
    made = scene(tmp_path / "a.mp4", lambda n: (100 + 65 * np.sin(n / 3), 75), pan=1.0)
    masks, _ = follow(made.clip, tmp_path / "s", Region(1, "video#1", box=made.box(0), time=0.0))
    assert overlaps(masks, made).min() > 0.6


@pytest.mark.parametrize("pan", [0.0, 1.5])
def test_leaving_the_frame_leaves_empty_masks_and_a_note(tmp_path: Path, pan: float) -> None:
    made = scene(tmp_path / "a.mp4", across(120, 6), count=40, pan=pan)
    masks, _ = follow(made.clip, tmp_path / "s", Region(1, "video#1", box=made.box(0), time=0.0, label="ball"))
    gone = [n for n in range(40) if not made.truth[0, n].any()]
    assert gone[0] < 25
    assert not masks.array[0, gone[0] + 1 :].any()
    whole = [n for n in range(40) if np.count_nonzero(made.truth[0, n]) > 400]
    assert overlaps(masks, made)[whole].min() > 0.75
    assert any(note.startswith("ball was not seen at") for note in masks.meta["notes"])


@pytest.mark.parametrize("pan", [0.0, 0.7])
def test_hidden_behind_a_wall_it_is_missed_and_found_again(tmp_path: Path, pan: float) -> None:
    made = scene(tmp_path / "a.mp4", across(30, 4), count=36, wall=(70, 125), pan=pan)
    masks, _ = follow(made.clip, tmp_path / "s", Region(1, "video#1", box=made.box(0), time=0.0))
    sizes = made.truth[0].sum(axis=(1, 2))
    hidden = np.flatnonzero(sizes == 0)
    assert len(hidden) >= 2
    assert masks.array[0, hidden].sum(axis=(1, 2)).max() < 60
    found = overlaps(masks, made)
    whole = np.flatnonzero(sizes > 0.95 * sizes.max())
    assert found[whole[whole < hidden[0]]].min() > 0.75
    back = whole[whole > hidden[-1]]
    assert found[back[2:]].min() > 0.75


def test_coming_back_from_outside_it_is_found_again(tmp_path: Path) -> None:
    made = scene(tmp_path / "a.mp4", lambda n: (150 + 85 * np.sin(n / 10), 75), count=45)
    masks, _ = follow(made.clip, tmp_path / "s", Region(1, "video#1", box=made.box(0), time=0.0))
    sizes = made.truth[0].sum(axis=(1, 2))
    gone = np.flatnonzero(sizes == 0)
    assert len(gone) > 3
    assert not masks.array[0, gone].any()
    back = np.flatnonzero((sizes > 0.95 * sizes.max()) & (np.arange(45) > gone[-1]))
    assert overlaps(masks, made)[back].min() > 0.75


def test_two_things_marked_on_different_frames_are_followed_at_once(tmp_path: Path) -> None:
    made = scene(tmp_path / "a.mp4", across(40, 3, 40), across(160, -3, 110))
    regions = (
        Region(1, "video#1", box=made.box(4, 0), time=4 / FPS, label="red"),
        Region(2, "video#1", box=made.box(20, 1), time=20 / FPS, label="blue"),
    )
    masks, _ = follow(made.clip, tmp_path / "s", *regions)
    assert masks.array.shape == (2, 30, HEIGHT, WIDTH)
    assert masks.labels == ["red", "blue"]
    assert len(masks.scores) == 2
    assert overlaps(masks, made, 0).min() > 0.75
    assert overlaps(masks, made, 1).min() > 0.75


@pytest.mark.parametrize("kind", ["scribble", "polygon", "points", "mask", "box and minus"])
def test_every_way_of_marking_starts_a_track(tmp_path: Path, kind: str) -> None:
    made = scene(tmp_path / "a.mp4", across(50, 3), count=12)
    x, y = made.centre(5)
    marks: dict[str, Any] = {
        "scribble": {"strokes": (Stroke(((x - 0.05, y), (x + 0.05, y)), 0.03),)},
        "polygon": {"polygons": (Polygon(tuple((x + 0.11 * np.cos(a), y + 0.11 * np.sin(a)) for a in np.arange(0, 6.2, 0.5))),)},
        "points": {"points": (Point(x, y), Point(x + 0.05, y), Point(0.9, 0.1, False))},
        "mask": {"mask": "mask#1"},
        "box and minus": {"box": made.box(5, room=12), "points": (Point(x, 0.02, False),)},
    }  # fmt: skip
    more = {"mask#1": Masks(made.truth[:, 5], ["ball"], [1.0])} if kind == "mask" else {}
    region = Region(1, "video#1", time=5 / FPS, **marks[kind])
    masks, _ = follow(made.clip, tmp_path / "s", region, more=more)
    assert overlaps(masks, made).min() > (0.75 if kind != "points" else 0.6)


def test_a_bare_box_or_an_earlier_track_needs_no_region(tmp_path: Path) -> None:
    made = scene(tmp_path / "a.mp4", across(50, 3), count=12)
    masks, _ = follow(made.clip, tmp_path / "s", args=(made.box(0),))
    assert overlaps(masks, made).min() > 0.75
    assert any("taken as marked on frame 0" in note for note in masks.meta["notes"])
    earlier = Masks(np.zeros((1, 12, HEIGHT, WIDTH), bool), ["ball"], [1.0], FPS)
    earlier.array[0, 6] = made.truth[0, 6]
    masks, _ = follow(made.clip, tmp_path / "s", args=(Ref("mask#1"),), more={"mask#1": earlier})
    assert overlaps(masks, made).min() > 0.75


def test_the_clip_with_masks_drawn_in_is_browser_ready_and_keeps_the_sound(tmp_path: Path) -> None:
    made = scene(tmp_path / "a.mp4", across(40, 4), sound=True)
    masks, drawn = follow(made.clip, tmp_path / "s", Region(1, "video#1", box=made.box(0), time=0.0))
    data = drawn.path.read_bytes()
    assert 0 < data.find(b"moov") < data.find(b"mdat")
    facts = clip_info(drawn.path)
    assert (facts.meta["codec"], facts.frames, facts.fps) == ("h264", 30, FPS)
    assert b"avc1" in data
    assert drawn.has_audio
    sound = load_sound(drawn.path)
    spectrum = np.abs(np.fft.rfft(sound.samples[:, 0]))
    assert np.argmax(spectrum) * sound.rate / len(sound.samples) == pytest.approx(600, rel=0.02)
    for n, (frame, source) in enumerate(zip(read_frames(drawn), read_frames(made.clip), strict=True)):
        change = np.abs(frame.astype(int) - source).mean(axis=2)
        inside = masks.array[0, n]
        far = ~cv2.dilate(inside.astype(np.uint8), np.ones((9, 9), np.uint8)).astype(bool)
        assert change[inside].mean() > 20
        assert change[far].mean() < 8


def test_a_span_limits_the_work_and_leaves_the_rest_empty(tmp_path: Path) -> None:
    made = scene(tmp_path / "a.mp4", across(40, 4), sound=True)
    region = Region(1, "video#1", box=made.box(12), time=12 / FPS)
    masks, drawn = follow(made.clip, tmp_path / "s", region, args=(Span(10 / FPS, 20 / FPS),))
    assert masks.array.shape[1] == 30  # number n is frame n of the clip, whatever was worked on
    assert not masks.array[0, :10].any()
    assert not masks.array[0, 20:].any()
    assert overlaps(masks, made)[10:20].min() > 0.8
    assert drawn.frames == 10
    assert drawn.has_audio


def test_a_frame_outside_the_span_may_carry_the_marks(tmp_path: Path) -> None:
    made = scene(tmp_path / "a.mp4", across(40, 4))
    region = Region(1, "video#1", box=made.box(2), time=2 / FPS)
    masks, drawn = follow(made.clip, tmp_path / "s", region, args=(Span(10 / FPS, 16 / FPS),))
    assert overlaps(masks, made)[10:16].min() > 0.8
    assert not masks.array[0, :10].any()
    assert drawn.frames == 6


def test_the_same_call_gives_the_same_masks(tmp_path: Path) -> None:
    made = scene(tmp_path / "a.mp4", across(40, 4), count=12, pan=1.0)
    region = Region(1, "video#1", box=made.box(3), time=3 / FPS)
    one, two = (follow(made.clip, tmp_path / "s", region)[0] for _ in range(2))
    assert np.array_equal(one.array, two.array)


def test_masks_get_smaller_when_they_would_take_too_much_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = scene(tmp_path / "a.mp4", across(40, 4), count=12)
    monkeypatch.setattr(video_segment_flow, "MASK_BYTES", 12 * 100 * 80)
    masks, drawn = follow(made.clip, tmp_path / "s", Region(1, "video#1", box=made.box(0), time=0.0))
    assert masks.array.nbytes <= 12 * 100 * 80
    height, width = masks.array.shape[2:]
    assert any(f"the masks are {width} x {height}" in note for note in masks.meta["notes"])
    assert overlap(enlarged(masks.array[0, 11], WIDTH, HEIGHT), made.truth[0, 11]) > 0.75
    assert (drawn.width, drawn.height) == (WIDTH, HEIGHT)
    monkeypatch.setattr(video_segment_flow, "MASK_BYTES", 12 * 50)
    with pytest.raises(Refusal, match="too long"):
        follow(made.clip, tmp_path / "s", Region(1, "video#1", box=made.box(0), time=0.0))


def test_progress_rises_and_shows_previews(tmp_path: Path) -> None:
    made = scene(tmp_path / "a.mp4", across(40, 4), count=12)
    seen: list[tuple[float, Any]] = []
    follow(made.clip, tmp_path / "s", Region(1, "video#1", box=made.box(0), time=0.0),
           report=lambda fraction, word="", preview=None: seen.append((fraction, preview and preview())))  # fmt: skip
    fractions = [fraction for fraction, _ in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    previews = [preview for _, preview in seen if preview is not None]
    assert len(previews) >= 2
    assert {(p.dtype, p.ndim) for p in previews} == {(np.dtype(np.uint8), 3)}
    assert len({p.shape for p in previews}) == 1, "strips of film"


@pytest.mark.parametrize("when", [0.05, 0.4, 0.9])
def test_stop_ends_the_work_and_leaves_no_files(tmp_path: Path, when: float) -> None:
    made = scene(tmp_path / "a.mp4", across(40, 4), count=12)

    def report(fraction: float, word: str = "", preview: Any = None) -> None:
        if fraction >= when:
            raise Cancelled

    with pytest.raises(Cancelled):
        follow(made.clip, tmp_path / "s", Region(1, "video#1", box=made.box(0), time=0.0), report=report)
    assert not list((tmp_path / "s").iterdir())


def test_what_cannot_be_followed_is_said_in_words(tmp_path: Path) -> None:
    made = scene(tmp_path / "a.mp4", across(40, 4), count=6)
    with pytest.raises(Refusal, match="not marked what to follow"):
        follow(made.clip, tmp_path / "s")
    with pytest.raises(Refusal, match="after the end"):
        follow(made.clip, tmp_path / "s", Region(1, "video#1", box=made.box(0), time=9.0))
    with pytest.raises(Refusal, match="at most 8"):
        follow(made.clip, tmp_path / "s", *(Region(k, "video#1", box=made.box(0), time=0.0) for k in range(1, 10)))
    tiny = np.zeros((1, HEIGHT, WIDTH), bool)
    tiny[0, 70:72, 40:42] = True
    with pytest.raises(Refusal, match="too small"):
        follow(made.clip, tmp_path / "s", args=(Ref("mask#1"),), more={"mask#1": Masks(tiny, ["dot"], [1.0])})


def test_a_clip_of_one_frame_gives_its_one_mask(tmp_path: Path) -> None:
    made = scene(tmp_path / "a.mp4", across(60, 4), count=1)
    masks, drawn = follow(made.clip, tmp_path / "s", Region(1, "video#1", box=made.box(0), time=0.0))
    assert overlaps(masks, made).min() > 0.8
    assert drawn.frames == 1


def test_the_empty_scene_is_found_only_when_the_camera_stands_still(tmp_path: Path) -> None:
    still, moving = scene(tmp_path / "a.mp4", across(30, 4)), scene(tmp_path / "b.mp4", across(30, 4), pan=3.0)
    plate = empty_scene(still.frames)
    assert plate is not None
    assert np.abs(plate.pixels.astype(int) - texture(HEIGHT, WIDTH + 8, 1, COOL)[:, :WIDTH]).mean() < 6
    assert plate.sure.mean() > 0.9
    assert empty_scene(moving.frames) is None


def test_a_tape_gives_frames_back_in_any_order_and_removes_its_file(tmp_path: Path) -> None:
    frames = [np.full((20, 30, 3), 9 * n, np.uint8) for n in range(8)]
    with Tape(tmp_path / "tape") as tape:
        for frame in frames:
            tape.append(frame)
        for n in (7, 0, 3, 3, 1):
            assert np.abs(tape[n].astype(int) - frames[n]).max() <= 2
        assert len(tape) == 8
    assert not (tmp_path / "tape").exists()


def test_a_track_tells_where_it_was_not_seen() -> None:
    track = Track(0, (4, 5))
    for n in (0, 1, 4, 7):
        track.put(n, np.ones((4, 5), bool), 1.0)
    track.put(5, np.zeros((4, 5), bool), 0.0)
    assert track.gaps(9) == [(2, 4), (5, 7), (8, 9)]
    assert track.at(4).all()
    assert not track.at(5).any()
