"""Stop reaches every expert that ships: at any of its reports it ends, holds nothing, and leaves the next run as it was."""

from __future__ import annotations

import hashlib
import random

import numpy as np
import pytest
from bad_files import tone, wav
from chats import Chat, made, real_engine
from PIL import Image
from scenes import disc_scene

from models.expert import Cancelled, Clip, Sound, Value
from models.profiles import PROFILES
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
    "audio": '"a dog barks twice" duration=1', "audio_adjust": "audio#1 op=pitch semitones=3", "sound_for": 'video#1 "rain" duration=1',
}  # fmt: skip
MARKED = {"segment": "image#1", "inpaint": "image#1", "remove": "image#1", "video_segment": "video#1"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The shipped experts, and a conversation with a photo, a drawn picture, a clip with sound and a sound."""
    folder = tmp_path_factory.mktemp("stop")
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


def sums(values: list[Value]) -> list[str]:
    """Return a sum of each value's content."""
    found = []
    for value in values:
        if isinstance(value, Clip):
            data = value.path.read_bytes()
        elif isinstance(value, Sound):
            data = value.samples.tobytes()
        else:
            data = np.ascontiguousarray(getattr(value, "pixels", getattr(value, "array", None))).tobytes()
        found.append(hashlib.sha256(data).hexdigest())
    return found


def test_every_task_of_the_profile_is_stopped_here():
    assert set(COMMANDS) == set(PROFILES["nano"].experts)


@pytest.mark.parametrize("task", COMMANDS)
def test_every_expert_ends_at_the_report_that_stop_reaches(shop, task):
    router, store = shop.engine.router, shop.engine.store
    shelf: dict[str, Media] = shop.engine.shelf(shop.session)
    drawn = [Region(1, MARKED[task], HELD, time=0.0 if task == "video_segment" else None)] if task in MARKED else []
    call = parse_slash(f"/{task} {COMMANDS[task]}", shelf, drawn, router.tasks)
    assert isinstance(call, TaskCall), call
    regions = {region.handle: region for region in drawn}
    told: list[str] = []

    def run(stop_at: int | None) -> list[str]:
        told.clear()

        def report(fraction: float, word: str = "", preview: object = None) -> None:
            assert 0.0 <= fraction <= 1.0
            told.append(word)
            if len(told) == stop_at:
                raise Cancelled

        with router.run(call, shelf, regions, report, seed=3, drawn=drawn) as ran:
            return sums(ran.values)

    run(None)  # the first run of all also reports that it loads
    whole, steps = run(None), len(told)
    assert steps >= 4, f"an expert that never reports cannot be stopped: {told}"
    for stop_at in sorted({1, steps, *random.Random(task).sample(range(1, steps + 1), 2)}):
        with pytest.raises(Cancelled):
            run(stop_at)
        assert len(told) == stop_at, "nothing was done after Stop"
        assert list((store.root / "tmp").iterdir()) == [], "nothing half-made is left"
        with router.slot.turn(report_free, report_free):
            pass
    assert run(None) == whole, "a run that was stopped changes none that follows"


def report_free(*_: object) -> None:
    raise AssertionError("the slot is still held")
