"""Videos: frame 10 is frame 10, length, rate and sound survive, and no file can hang or mislead a conversation."""

from __future__ import annotations

import contextlib
import socket
import threading
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from media_makers import number_in, numbered_frame, run, tone, uneven_video, video

from models import ffmpeg, magic
from models.expert import Cancelled, Clip, Refusal, Sound
from models.layout import layout
from models.media import LIMITS, sniff
from models.sound import load_sound, save_wav
from models.values import Span
from models.video import VideoWriter, clip_info, frame_at, frame_time, put_sound, read_frame, read_frames

X264 = ("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p")
CONTAINERS = {
    "b-frames.mp4": (*X264, "-bf", "3", "-g", "20"),
    "open-gop.mp4": (*X264, "-x264-params", "open-gop=1:keyint=17:bframes=3"),
    "long-gop.mkv": (*X264, "-g", "300"),
    "vp9.webm": ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "25"),
    "av1.mp4": ("-c:v", "libsvtav1", "-preset", "12", "-g", "25"),
    "hevc.mp4": ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"),
    "mjpeg.avi": ("-c:v", "mjpeg", "-q:v", "3"),
    "broadcast.ts": (*X264, "-bf", "2", "-g", "20"),
    "camera.mov": (*X264, "-bf", "2", "-g", "20"),
}


def copy(source: Path, target: Path, **options: object) -> Clip:
    """Write every frame of *source* to *target*, as an expert would."""
    clip = clip_info(source)
    with VideoWriter(target, clip.width, clip.height, clip.fps, source) as writer:
        for frame in read_frames(clip):
            writer.write(frame)
    return writer.clip


@pytest.mark.parametrize("name", CONTAINERS)
def test_every_frame_is_the_one_of_its_number_in_every_container(tmp_path: Path, name: str) -> None:
    path = video(tmp_path / name, 60, "30000/1001", *CONTAINERS[name])
    clip = clip_info(path)
    assert (clip.frames, clip.width, clip.height) == (60, 160, 96)
    assert Fraction(clip.fps).limit_denominator(1001) == Fraction(30000, 1001)
    assert [number_in(frame) for frame in read_frames(path)] == list(range(60))
    for index in (1, 10, 19, 20, 21, 45, 59):
        assert number_in(read_frame(path, index)) == index
    assert [number_in(frame) for frame in read_frames(clip, 18, 23)] == [18, 19, 20, 21, 22]
    assert number_in(read_frame(clip, -1)) == 59


def test_a_stretch_beyond_the_end_gives_what_there_is_and_a_wrong_number_is_refused(tmp_path: Path) -> None:
    path = video(tmp_path / "v.mp4", 12)
    assert len(list(read_frames(path, 10, 99))) == 2
    assert list(read_frames(path, 5, 5)) == []
    with pytest.raises(Refusal, match="no frame 12"):
        read_frame(path, 12)
    with pytest.raises(Refusal, match="no frame"):
        read_frame(path, -13)
    with pytest.raises(ValueError, match="stretch"):
        next(read_frames(path, -1))


def test_frames_of_a_file_that_begins_before_its_edit_list_are_exact(tmp_path: Path) -> None:
    source = video(tmp_path / "v.mp4", 60, "25", *X264, "-bf", "3", "-g", "30", sound=True)
    cut = tmp_path / "cut.mp4"
    run("-ss", "0.52", "-i", source, "-c", "copy", cut)
    every = [number_in(frame) for frame in read_frames(cut)]
    assert every == list(range(13, 60))
    assert [number_in(read_frame(cut, i)) for i in (0, 3, 20, 46)] == [13, 16, 33, 59]


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_turned_phone_video_is_upright(tmp_path: Path, degrees: int) -> None:
    flat = video(tmp_path / "flat.mp4", 5)
    turned = tmp_path / "turned.mp4"
    run("-display_rotation", degrees, "-i", flat, "-c", "copy", turned)
    clip = clip_info(turned)
    before, after = read_frame(flat, 3).astype(int), read_frame(turned, 3).astype(int)
    assert (clip.width, clip.height) == ((96, 160) if degrees != 180 else (160, 96))
    assert after.shape == (clip.height, clip.width, 3)
    assert np.abs(np.rot90(before, degrees // 90) - after).mean() < 2


def test_pixels_that_are_not_square_are_made_square(tmp_path: Path) -> None:
    path = video(tmp_path / "v.mp4", 5, "25", *X264, "-aspect", "2:1")
    clip = clip_info(path)
    assert (clip.width, clip.height) == (192, 96)
    assert read_frame(path, 4).shape == (96, 192, 3)
    assert number_in(read_frame(path, 4)) == 4


def test_frames_can_be_read_smaller_but_never_larger(tmp_path: Path) -> None:
    path = video(tmp_path / "v.mp4", 5)
    assert read_frame(path, 3, max_side=80).shape == (48, 80, 3)
    assert number_in(read_frame(path, 3, max_side=80)) == 3
    assert read_frame(path, 3, max_side=4000).shape == (96, 160, 3)


@pytest.mark.parametrize("fps", ["30000/1001", "24000/1001", "25", "60000/1001", "12.5", "1", "120", "7"])
def test_rate_length_frames_and_sound_survive_reading_and_writing(tmp_path: Path, fps: str) -> None:
    source = video(tmp_path / "v.mp4", 31, fps, sound=True)
    before = clip_info(source)
    copy(source, tmp_path / "out.mp4")
    after = clip_info(tmp_path / "out.mp4")
    assert (after.frames, after.has_audio) == (before.frames, True) == (31, True)
    assert after.fps == pytest.approx(float(Fraction(fps)), rel=1e-9)
    assert after.duration == pytest.approx(before.duration, rel=1e-9)
    assert [number_in(frame) for frame in read_frames(after)] == list(range(31))
    assert np.array_equal(load_sound(tmp_path / "out.mp4").samples, load_sound(source).samples), (
        "AAC is copied as it is"
    )


def test_a_variable_rate_is_laid_on_an_even_grid_that_keeps_length_and_place(tmp_path: Path) -> None:
    times = [0, 0.04, 0.08, 0.12, 0.16, 0.2, 1.2, 1.24, 1.28, 2.28, 2.32, 2.36, 2.4]
    path = uneven_video(tmp_path / "v.mkv", times)
    clip = clip_info(path)
    assert clip.fps == 25
    assert clip.duration == pytest.approx(2.44, abs=0.05)
    assert "varies" in clip.meta["notes"][0]
    shown = [number_in(frame) for frame in read_frames(path)]
    assert len(shown) == clip.frames
    for index, number in enumerate(times):
        assert shown[frame_at(clip, number)] == index
    assert shown[frame_at(clip, 0.9)] == 5
    assert number_in(read_frame(path, 40)) == shown[40]
    copied = copy(path, tmp_path / "out.mp4")
    assert clip_info(copied.path).duration == pytest.approx(clip.duration, abs=1 / 25)


def test_rates_outside_the_limits_are_brought_inside_and_the_length_kept(tmp_path: Path) -> None:
    fast = clip_info(video(tmp_path / "fast.mp4", 200, "1000"))
    assert fast.fps == LIMITS.fps_high
    assert fast.duration == pytest.approx(0.2, abs=0.02)
    slow = clip_info(video(tmp_path / "slow.mp4", 4, "1/2"))
    assert slow.fps == LIMITS.fps_low
    assert slow.duration == pytest.approx(8, abs=1.01)
    assert number_in(read_frame(slow, 5)) == 2


def test_one_frame_is_a_clip(tmp_path: Path) -> None:
    clip = clip_info(video(tmp_path / "v.mp4", 1, "25"))
    assert (clip.frames, clip.fps) == (1, 25)
    assert number_in(read_frame(clip, -1)) == 0


def test_the_frame_at_a_time_is_the_one_that_a_browser_shows(tmp_path: Path) -> None:
    clip = clip_info(video(tmp_path / "v.mp4", 30, "30000/1001"))
    for index in range(30):
        time = index * 1001 / 30000
        assert frame_at(clip, time) == frame_at(clip, round(time, 6)) == frame_at(clip, time + 0.02) == index
        assert frame_at(clip, frame_time(clip, index)) == index
    assert (frame_at(clip, -5), frame_at(clip, 99)) == (0, 29)


def test_a_late_first_frame_keeps_pictures_and_sound_together(tmp_path: Path) -> None:
    whole = video(tmp_path / "v.mp4", 50, "25", sound=True)
    late = tmp_path / "late.mkv"
    run("-itsoffset", "0.4", "-i", whole, "-i", whole, "-map", "0:v", "-map", "1:a", "-c", "copy", late)
    assert layout(late).start == pytest.approx(0.4, abs=0.03)
    assert frame_at(clip_info(late), 0.4 + 10 / 25) == 10
    copied = copy(late, tmp_path / "out.mp4")
    assert load_sound(copied.path).samples.shape[0] / 44100 == pytest.approx(1.6, abs=0.06)


def test_what_is_written_plays_everywhere_and_odd_sizes_are_padded(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    frame = np.repeat(np.repeat(rng.integers(60, 200, (4, 5, 3), np.uint8), 9, 0), 9, 1)[:35, :45]
    with VideoWriter(tmp_path / "v.mp4", 45, 35, 10) as writer:
        for _ in range(3):
            writer.write(frame)
    clip = clip_info(tmp_path / "v.mp4")
    assert (clip.width, clip.height) == (46, 36) == (writer.clip.width, writer.clip.height)
    assert clip.meta["plays"]
    data = (tmp_path / "v.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat"), "the index is in front"
    stream = ffmpeg.header(tmp_path / "v.mp4", "mov").video
    assert stream is not None
    assert (stream.codec, stream.depth) == ("h264", "yuv420p")
    shown = read_frame(clip, 1)
    assert np.abs(shown[:35, :45].astype(int) - frame).mean() < 9
    assert np.abs(shown[35, :45].astype(int) - shown[34, :45]).mean() < 6, "padded by the edge and not by black"


@pytest.mark.parametrize(
    "colour", [(255, 255, 255), (0, 0, 0), (200, 30, 40), (20, 160, 60), (30, 60, 220), (128, 128, 128)]
)
def test_colours_survive_writing(tmp_path: Path, colour: tuple[int, int, int]) -> None:
    frame = np.full((64, 64, 3), colour, np.uint8)
    with VideoWriter(tmp_path / "v.mp4", 64, 64, 10) as writer:
        writer.write(frame)
    assert np.abs(read_frame(writer.clip, 0).astype(int) - frame).max() <= 4


def test_a_stretch_takes_its_own_sound_along(tmp_path: Path) -> None:
    source = video(tmp_path / "v.mp4", 50, "25")
    ramp = np.linspace(0, 0.9, 2 * 44100, dtype=np.float32)[:, None]
    save_wav(Sound(ramp * np.sign(tone(2)), 44100), tmp_path / "s.wav")
    joined = put_sound(source, tmp_path / "s.wav", tmp_path / "joined.mp4")
    assert joined.has_audio
    with VideoWriter(tmp_path / "out.mp4", 160, 96, 25, joined.path, Span(1.0, 1.6)) as writer:
        for frame in read_frames(joined, 25, 40):
            writer.write(frame)
    samples = np.abs(load_sound(tmp_path / "out.mp4").samples)
    assert len(samples) / 44100 == pytest.approx(0.6, abs=0.05)
    assert samples[2000:6000].mean() == pytest.approx(0.9 * 1.1 / 2, abs=0.06)


def test_a_sound_is_put_on_a_video_and_cut_to_its_length(tmp_path: Path) -> None:
    save_wav(Sound(tone(5), 44100), tmp_path / "s.wav")
    for name in ("v.mp4", "v.webm"):
        options = CONTAINERS["vp9.webm"] if name == "v.webm" else X264
        clip = put_sound(video(tmp_path / name, 25, "25", *options), tmp_path / "s.wav", tmp_path / f"{name}.out.mp4")
        assert (clip.frames, clip.has_audio) == (25, True)
        assert load_sound(clip.path).meta["duration"] == pytest.approx(1, abs=0.06)
        assert [number_in(f) for f in read_frames(clip)] == list(range(25))
    with pytest.raises(Refusal, match="no sound"):
        put_sound(tmp_path / "v.mp4", tmp_path / "v.mp4", tmp_path / "x.mp4")


def attempt(path: Path, frames: list[np.ndarray], stop: bool = False) -> None:
    """Write *frames* to *path*; *stop* raises in between as a pressed Stop does."""
    with VideoWriter(path, 16, 16, 10) as writer:
        for frame in frames:
            writer.write(frame)
        if stop:
            raise Cancelled


def test_an_exception_a_stop_or_no_frame_leaves_no_file(tmp_path: Path) -> None:
    path, frame = tmp_path / "v.mp4", np.zeros((16, 16, 3), np.uint8)
    with pytest.raises(Cancelled):
        attempt(path, [frame], stop=True)
    with pytest.raises(Refusal, match="no frames"):
        attempt(path, [])
    with pytest.raises(ValueError, match="a frame here"):
        attempt(path, [np.zeros((17, 16, 3), np.uint8)])
    for fps in (0, float("nan"), 1000, -3):
        with pytest.raises(Refusal):
            VideoWriter(path, 16, 16, fps)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_a_refusal(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (16, 16, 3), np.uint8)
    with pytest.raises(Refusal, match="could not be written"):
        attempt(tmp_path / "no" / "v.mp4", [noise] * 5000)
    assert ffmpeg.no_room("av_interleaved_write_frame(): No space left on device")


def test_closing_the_reader_ends_ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[ffmpeg.Process] = []

    class Watched(ffmpeg.Process):
        def __enter__(self) -> ffmpeg.Process:
            started.append(self)
            return super().__enter__()

    path = video(tmp_path / "v.mp4", 60)
    layout(path)
    monkeypatch.setattr(ffmpeg, "Process", Watched)
    frames = read_frames(path)
    next(frames)
    frames.close()  # type: ignore[attr-defined]
    assert [p.process.poll() is not None for p in started] == [True]


def test_a_video_of_two_hours_or_of_huge_frames_is_refused_with_the_limit(tmp_path: Path) -> None:
    long = video(tmp_path / "long.mp4", 3, "1/3600")
    with pytest.raises(Refusal, match=r"3 h 0 min long; the limit is 10 min") as caught:
        clip_info(long)
    assert "Cut it" in caught.value.hint
    large = tmp_path / "large.mp4"
    run("-f", "lavfi", "-i", "color=s=4096x2400:d=0.1:r=10", "-c:v", "libx264", "-preset", "ultrafast", large)
    with pytest.raises(Refusal, match="4096 x 2400 pixels; the limit is 9 megapixels"):
        clip_info(large)


def test_sound_in_a_video_s_clothes_is_sound_and_a_cover_picture_is_no_video(tmp_path: Path) -> None:
    save_wav(Sound(tone(), 44100), tmp_path / "s.wav")
    run("-i", tmp_path / "s.wav", "-c:a", "aac", tmp_path / "s.mp4")
    run("-f", "lavfi", "-i", "color=s=64x64:d=0.04:r=25", "-i", tmp_path / "s.wav", "-map", "1", "-map", "0", "-c:a", "aac",
        "-c:v", "mjpeg", "-disposition:v", "attached_pic", tmp_path / "cover.m4a")  # fmt: skip
    for name in ("s.mp4", "cover.m4a"):
        assert sniff(tmp_path / name) == "audio"
        with pytest.raises(Refusal, match="only sound"):
            clip_info(tmp_path / name)


def test_damaged_sound_does_not_take_the_pictures_with_it(tmp_path: Path) -> None:
    whole = video(tmp_path / "v.mkv", 20, "25", *X264, sound=True).read_bytes()
    start = whole.index(b"\x05vorbis")
    path = tmp_path / "bad.mkv"
    path.write_bytes(whole[: start + 7] + b"\xff" * 300 + whole[start + 307 :])
    clip = clip_info(path)
    assert (clip.frames, clip.has_audio) == (20, False)
    assert "sound is damaged" in clip.meta["notes"][0]
    assert copy(path, tmp_path / "out.mp4").has_audio is False


def test_a_header_without_frames_and_a_cut_off_file_are_refused(tmp_path: Path) -> None:
    whole = video(tmp_path / "v.mp4", 30).read_bytes()
    path = tmp_path / "bad.mp4"
    for content in (whole[:40], whole[: len(whole) // 2], whole[:8] + b"\0" * 4000, whole.replace(b"moov", b"xoov")):
        path.write_bytes(content)
        with pytest.raises(Refusal) as caught:
            clip_info(path)
        assert str(tmp_path) not in caught.value.what + caught.value.hint
    front = copy(tmp_path / "v.mp4", tmp_path / "front.mp4").path.read_bytes()
    path.write_bytes(front[: front.index(b"mdat") + 10])
    with pytest.raises(Refusal, match="no frame"):
        clip_info(path)


def test_a_video_cut_off_in_the_middle_gives_the_frames_that_are_there(tmp_path: Path) -> None:
    whole = video(tmp_path / "v.mkv", 60, "25", *X264, "-bf", "0", "-g", "10").read_bytes()
    path = tmp_path / "half.mkv"
    path.write_bytes(whole[: len(whole) // 2])
    clip = clip_info(path)
    assert 10 < clip.frames < 60
    shown = [number_in(f) for f in read_frames(path)]
    assert len(shown) == clip.frames
    assert shown[:-1] == list(range(clip.frames - 1))


def test_damaged_videos_are_counted_by_reading_or_refused(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    for name in ("b-frames.mp4", "vp9.webm", "mjpeg.avi"):
        whole = np.frombuffer(video(tmp_path / name, 20, "25", *CONTAINERS[name]).read_bytes(), np.uint8)
        for _ in range(6):
            bad = whole.copy()
            bad[rng.integers(0, len(bad), 8)] = rng.integers(0, 256, 8)
            path = tmp_path / f"bad-{rng.integers(1 << 60)}"
            path.write_bytes(bad.tobytes())
            with contextlib.suppress(Refusal):
                clip = clip_info(path)
                assert 0 < clip.frames <= 10_000
                assert LIMITS.fps_low <= clip.fps <= LIMITS.fps_high
                assert sum(1 for _ in read_frames(path)) == clip.frames


def test_a_playlist_opens_no_address_and_no_other_file(tmp_path: Path) -> None:
    secret = video(tmp_path / "secret.ts", 5, "25", *X264)
    visits: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(3)
        port = server.getsockname()[1]

        def listen() -> None:
            with contextlib.suppress(OSError):
                visits.append(server.accept())

        waiter = threading.Thread(target=listen)
        waiter.start()
        for content in (
            f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:{port}/a.ts\n#EXT-X-ENDLIST\n",
            f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{secret}\n#EXT-X-ENDLIST\n",
            f"ffconcat version 1.0\nfile '{secret}'\n",
        ):
            path = tmp_path / "list.mp4"
            path.write_text(content)
            with pytest.raises(Refusal):
                clip_info(path)
            for found in (magic.MP4, magic.WEBM, magic.AVI, magic.TS):  # even if it were taken for one of these
                assert ffmpeg.header(path, found.reader).video is None
    waiter.join()
    assert visits == []


def test_a_number_drawn_is_the_number_read() -> None:
    assert [number_in(numbered_frame(n)) for n in (0, 1, 500, 1023)] == [0, 1, 500, 1023]


def test_a_clip_with_a_timecode_track_as_cameras_write_it_is_a_video_with_its_sound(tmp_path: Path) -> None:
    plain = video(tmp_path / "plain.mp4", frames=8, sound=True)
    run("-i", plain, "-c", "copy", "-timecode", "01:00:00:00", tmp_path / "timecode.mp4")
    assert sniff(tmp_path / "timecode.mp4") == "video"
    clip = clip_info(tmp_path / "timecode.mp4")
    assert (clip.frames, clip.has_audio) == (8, True)
    assert number_in(read_frame(clip, 5)) == 5
