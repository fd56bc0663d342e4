"""A disk that fills up while ffmpeg writes a clip: it is said like any other full disk, and the conversation goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from bad_files import video
from chats import Chat, assert_clear, failed, goes_on, made, real_engine

from models import ffmpeg
from models.expert import Refusal
from models.values import Box, Region

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
FOLLOWED = "/video_segment video#1"
COMMANDS = (
    "/adjust invert video#1", "/extract video#1 <t>0.1-0.5</t>", FOLLOWED, '/video "a dog runs" duration=1 size=96x64',
    "/audio_adjust fade_in seconds=0.2 video#1", "/audio_adjust speed factor=2 video#1",
)  # fmt: skip


class FullDisk:
    """While it is *on*, what ffmpeg would write under a name of its own goes to a device that takes no byte."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.on, self.hits, real = False, 0, ffmpeg.command

        def command(*arguments: str) -> list[str]:
            line = real(*arguments)
            if self.on and line[-1].endswith(".part"):
                self.hits += 1
                line[-1] = "file:/dev/full"
            return line

        monkeypatch.setattr(ffmpeg, "command", command)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_clip_that_the_disk_has_no_room_for_is_said_and_the_chat_goes_on(tmp_path, monkeypatch, command):
    disk, engine = FullDisk(monkeypatch), real_engine(tmp_path)
    chat = Chat(engine)
    chat.show(video(tmp_path / "clip.mp4", 8, "10", sound=True))
    regions = [Region(1, "video#1", Box(0.3, 0.3, 0.7, 0.7), time=0.0)] if command == FOLLOWED else []
    folder = engine.settings.media
    before = {path for path in folder.rglob("*") if path.is_file()}
    with goes_on(chat, tmp_path):
        disk.on = True
        failed(chat.say(command, regions=regions), "disk is full", "delete")
        disk.on = False
        assert disk.hits, "the test reaches ffmpeg's own file"
        assert {path for path in folder.rglob("*") if path.is_file()} == before, "nothing half-made stays"
        made(chat.say(command, regions=regions), "video")
    engine.close()


def test_an_upload_whose_copy_for_browsers_finds_no_room_is_refused(tmp_path, monkeypatch):
    disk, engine = FullDisk(monkeypatch), real_engine(tmp_path)
    chat = Chat(engine)
    old = video(tmp_path / "old.avi", 8, "10", "-c:v", "mjpeg")
    with goes_on(chat, tmp_path):
        disk.on = True
        with pytest.raises(Refusal) as refusal:
            chat.attach(old)
        disk.on = False
        assert_clear(refusal.value, "disk is full", "delete")
        assert disk.hits
        assert chat.attach(old).meta["display"]
    engine.close()
