"""Every task after every other task on real media: what one makes, the next can use."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

import imageio_ffmpeg
import numpy as np
import pytest
from bad_files import tone, wav
from chats import Chat, failed, made
from engine_stubs import last, of
from PIL import Image
from scenes import disc, disc_scene, texture

from models.values import Box, Media, Message, Region, Step, Stroke, TaskCall
from models.video import VideoWriter

FPS, FRAMES, WIDTH, HEIGHT = 10, 10, 128, 96
PLACE = Box(0.25, 0.2, 0.78, 0.82)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A picture of a disc, a clip with sound in which it moves a little, and a sound."""
    folder = tmp_path_factory.mktemp("pairs")
    Image.fromarray(disc_scene(HEIGHT, WIDTH, (64, 48), 26)[0]).save(folder / "disc.png")
    (folder / "tone.wav").write_bytes(wav((tone(1.0, 8000) * 32767).astype("<i2").tobytes(), 8000, 1, 16))
    ground, ball = texture(HEIGHT, WIDTH, (70, 120, 60)), texture(HEIGHT, WIDTH, (190, 60, 50), 1)
    with VideoWriter(folder / "disc.mp4", WIDTH, HEIGHT, FPS, audio_from=folder / "tone.wav") as writer:
        for n in range(FRAMES):
            writer.write(np.where(disc(HEIGHT, WIDTH, (60 + n, 48), 26)[..., None], ball, ground))
    return folder


@dataclass
class Told:
    """A conversation and the latest medium of each kind, with the medium that its masks are of."""

    chat: Chat
    newest: dict[str, str]
    mask_of: str = ""

    def note(self, media: list[Media]) -> None:
        for medium in media:
            self.newest[medium.kind] = medium.handle
            if medium.kind == "mask":
                self.mask_of = str(medium.meta["of"])

    def mask(self, kind: str) -> str:
        """Return the newest mask if it is of the newest medium of *kind*."""
        usable = "mask" in self.newest and self.mask_of == self.newest[kind]
        return self.newest["mask"] if usable else ""

    def say(self, command: str, *regions: Region) -> Message:
        return self.chat.say(command, regions=regions)


def marked(told: Told, kind: str, command: str, time: float | None = None) -> Message:
    """Use the mask that the turn before made of this medium, or else mark the place on it anew."""
    medium, mask = told.newest[kind], told.mask(kind)
    if mask:
        return told.say(f"/{command} {medium} {mask}")
    return told.say(f"/{command} {medium}", Region(1, medium, PLACE, time=time))


TASKS: dict[str, Callable[[Told], Message]] = {
    "segment": lambda told: marked(told, "image", "segment"),
    "remove": lambda told: marked(told, "image", "remove"),
    "adjust": lambda told: marked(told, "image", "adjust sepia outside"),
    "adjust a clip": lambda told: marked(told, "video", "adjust grayscale outside", 0.0),
    "video_segment": lambda told: marked(told, "video", "video_segment", 0.0),
    "extract a frame": lambda told: told.say(f"/extract {told.newest['video']} frame=4"),
    "extract a stretch": lambda told: told.say(f"/extract {told.newest['video']} <t>0-0.8</t>"),
    "audio_adjust": lambda told: told.say(f"/audio_adjust fade_in {told.newest['audio']} seconds=0.2"),
    "audio_adjust a clip": lambda told: told.say(f"/audio_adjust extract {told.newest['video']}"),
    "attach a sound": lambda told: told.say(f"/audio_adjust attach {told.newest['video']} {told.newest['audio']}"),
}
GIVES = {
    "segment": {"mask"}, "remove": {"image"}, "adjust": {"image"}, "adjust a clip": {"video"}, "video_segment": {"mask", "video"},
    "extract a frame": {"image"}, "extract a stretch": {"video"}, "audio_adjust": {"audio"}, "audio_adjust a clip": {"audio"},
    "attach a sound": {"video"},
}  # fmt: skip

MAIN = ("segment", "remove", "adjust", "adjust a clip", "video_segment", "extract a frame", "audio_adjust")
OTHER = ("extract a stretch", "audio_adjust a clip", "attach a sound")
CLIPS = ("adjust a clip", "video_segment", "extract a frame")
PAIRS = [*itertools.product(MAIN, MAIN), *itertools.product(OTHER, CLIPS), *itertools.product(CLIPS, OTHER)]
"""Every expert after every other, and its other ways of working where they share a medium."""


@pytest.fixture
def told(engine, files):
    chat = Chat(engine)
    names = ("disc.png", "disc.mp4", "tone.wav")
    return Told(
        chat, {kind: chat.show(files / name) for kind, name in zip(("image", "video", "audio"), names, strict=True)}
    )


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_every_task_follows_every_other(told, first, second):
    for name in (first, second):
        before = dict(told.newest)
        reply = TASKS[name](told)
        if (first, name) == ("remove", "segment"):
            failed(reply, "told apart", "draw")  # the thing is gone, and that is seen
            return
        media = made(reply)
        assert {m.kind for m in media} == GIVES[name]
        call, step = of(reply, TaskCall)[0], of(reply, Step)[0]
        assert step.call == call.id
        assert set(call.refs("image", "video", "audio")) <= set(before.values()), "it works on the newest of its kind"
        assert all(m.meta["of"] in before.values() for m in media if "of" in m.meta)
        for medium in media:
            assert told.chat.value(medium.handle) is not None
        told.note(media)


def test_edit_edit_segment_works_on_what_the_step_before_made(told):
    chat = told.chat
    one = made(chat.say("/adjust flip image#1"))[0].handle
    two = made(chat.say("/adjust invert"))[0]
    assert two.meta["of"] == one, "without a name it is the latest picture"
    mask = made(chat.say("/segment", regions=[Region(1, two.handle, PLACE)]), "mask")[0]
    assert mask.meta["of"] == two.handle
    assert np.array_equal(chat.pixels(two.handle), 255 - chat.pixels("image#1")[:, ::-1])
    assert made(chat.say("/adjust grayscale image#1"))[0].meta["of"] == "image#1", "an early picture can still be named"


def test_three_boxes_and_a_scribble_are_four_masks_in_their_order(told):
    boxes = [Region(n, "image#1", Box(0.2 + n / 50, 0.2, 0.8, 0.8), label=f"thing {n}") for n in (1, 2, 3)]
    stroke = Region(4, "image#1", strokes=(Stroke(((0.45, 0.5), (0.55, 0.5)), 0.05),), label="thing 4")
    masks = made(told.chat.say("/segment", regions=[*boxes, stroke]), "mask")
    assert [m.meta["label"] for m in masks] == [f"thing {n}" for n in (1, 2, 3, 4)]


@pytest.mark.parametrize("name", MAIN)
def test_retry_after_each_task_runs_it_again(told, name):
    engine, session = told.chat.engine, told.chat.session
    first = TASKS[name](told)
    again = last(engine.retry(session, seed=7)).message
    assert {m.kind for m in made(again)} == GIVES[name]
    assert len(engine.messages(session)) == 8, "it takes the place of the first answer"
    assert of(again, Step)[0].seed == 7
    assert of(again, TaskCall)[0].args == of(first, TaskCall)[0].args


# Videos as another program reads them


def probe(path, *arguments: str) -> str:
    """Return what ffmpeg itself says about a file."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-i", str(path), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


def top_boxes(path) -> list[str]:
    """Return the names of an MP4's outermost boxes in order."""
    data, at, names = path.read_bytes(), 0, []
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        names.append(data[at + 4 : at + 8].decode("ascii"))
        at += size if size > 1 else len(data)
    return names


@pytest.mark.parametrize(
    ("name", "sound"),
    [("adjust a clip", True), ("video_segment", True), ("extract a stretch", True), ("attach a sound", True)],
)
def test_every_video_plays_in_a_browser_and_keeps_rate_length_and_sound(told, name, sound):
    chat = told.chat
    clip = made(TASKS[name](told), "video")[0]
    path = chat.engine.file(chat.session, clip.handle)
    frames = 8 if name == "extract a stretch" else FRAMES
    text = probe(path, "-map", "0:v", "-f", "null", "-")
    assert "Video: h264" in text
    assert "yuv420p" in text
    assert f" {FPS} fps" in text
    assert ("Audio: aac" in text) == sound
    assert f"{WIDTH}x{HEIGHT}" in text
    assert int(text.rsplit("frame=", 1)[1].split()[0]) == frames
    boxes = top_boxes(path)
    assert boxes.index("moov") < boxes.index("mdat"), "the index comes first, so that it plays while it loads"
    heard = probe(path, "-map", "0:a", "-af", "volumedetect", "-f", "null", "-")
    seconds = float(heard.rsplit("time=", 1)[1].split(":")[2].split()[0])
    assert abs(seconds - frames / FPS) < 0.12
    assert float(heard.split("mean_volume: ")[1].split()[0]) > -30, "the sound is the source's, not silence"
