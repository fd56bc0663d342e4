"""A command for every task that ships, and a conversation with a medium of every kind to run it on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bad_files import tone, wav
from chats import Chat, made, real_engine
from PIL import Image
from scenes import disc_scene

from models.slash import parse_slash
from models.values import Box, Media, Region, TaskCall
from models.video import VideoWriter

HELD = Box(0.2, 0.2, 0.8, 0.8)
COMMANDS = {
    "segment": "image#1", "detect": 'image#2 "cat"', "image": '"a cat beside a tree" size=192x128',
    "layout": '"a park" "a dog"<box>100,500,400,900</box>', "edit": 'image#2 "make it night"',
    "inpaint": 'image#1 "a red hat"', "remove": "image#1", "adjust": "video#1 op=sketch",
    "video": '"a dog runs over grass" duration=1 size=192x128', "animate": 'image#2 "the cat walks to the left" duration=1',
    "video_edit": 'video#2 "make it night"', "video_segment": "video#1", "extract": "video#1 <t>0.2-1</t>",
    "audio": '"a dog barks twice, then a bell rings" duration=1', "audio_adjust": "audio#1 op=pitch semitones=3",
    "sound_for": 'video#1 "rain, then a dog barks" duration=1',
}  # fmt: skip
MARKED = {"segment": "image#1", "inpaint": "image#1", "remove": "image#1", "video_segment": "video#1"}


def shop(folder: Path) -> Iterator[Chat]:
    """The shipped experts, and a conversation with a photo, a drawn picture, a clip with sound, a drawn clip and a sound."""
    engine = real_engine(folder)
    chat = Chat(engine)
    Image.fromarray(disc_scene(96, 128, (64, 48), 26)[0]).save(folder / "photo.png")
    (folder / "tone.wav").write_bytes(wav((tone(1.0, 8000) * 32767).astype("<i2").tobytes(), 8000, 1, 16))
    with VideoWriter(folder / "clip.mp4", 128, 96, 10, audio_from=folder / "tone.wav") as writer:
        for n in range(10):
            writer.write(disc_scene(96, 128, (60 + n, 48), 26)[0])
    chat.show(folder / "photo.png")
    made(chat.say('/image "a cat beside a tree" size=192x128', seed=1), "image")
    chat.show(folder / "clip.mp4")
    made(chat.say('/video "a dog runs over grass" duration=1 size=192x128', seed=1), "video")
    chat.show(folder / "tone.wav")
    yield chat
    engine.close()


def call_of(chat: Chat, task: str, more: str = "") -> tuple[TaskCall, dict[str, Media], list[Region]]:
    """Return the command of *task*, followed by *more*, as a call, the shelf that it works on, and the regions drawn for it."""
    shelf = chat.engine.shelf(chat.session)
    time = 0.0 if task == "video_segment" else None
    drawn = [Region(1, MARKED[task], HELD, time=time)] if task in MARKED else []
    call = parse_slash(f"/{task} {COMMANDS[task]} {more}".strip(), shelf, drawn, chat.engine.router.tasks)
    assert isinstance(call, TaskCall), call
    return call, shelf, drawn
