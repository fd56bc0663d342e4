"""What conversations from scene truth say of clips and sounds is true of what is drawn and heard; media are files that can be read."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest

from models.expert import Clip
from models.masks import rle_decode
from models.media import load_image
from models.sound import load_sound
from models.values import Media, TaskCall
from models.video import clip_info
from models.world.film import Film
from models.world.hear import plan as hear
from models.world.render import frame
from models.world.staging import stage_of
from training.truth import Truthful, make


def calls(made: Truthful) -> list[TaskCall]:
    return [part for message in made.messages for part in message.parts if isinstance(part, TaskCall)]


def test_tracks_and_masks_of_films_are_those_of_the_frames() -> None:
    made = make("video_segment", Random("film"), "train", 0)
    film = Film.from_json(made.truth["film"])
    stage = stage_of(film, made.truth["width"], made.truth["height"])
    ids = [thing.id for thing in film.scene.things]
    runs = list(made.truth["masks"].values())
    for number in (0, film.frames // 2, film.frames - 1):
        drawn = frame(film, stage, number / film.fps, truth=True)
        assert drawn.masks is not None
        for thing, run in zip(made.truth["ids"], runs, strict=True):
            got = rle_decode({"size": run["size"], "counts": run["counts"][number]})
            assert (got == drawn.masks[ids.index(thing)]).all()
        for n, thing in enumerate(ids):
            box = drawn.boxes[n]
            track = made.truth["boxes"][str(thing)][number]
            assert track == ([] if box is None else pytest.approx([box.x0, box.y0, box.x1, box.y1], abs=1e-4))


def test_one_thing_alone_does_what_a_phrase_says() -> None:
    found = 0
    for number in range(8):
        made = make("video_segment", Random(f"deed {number}"), "train", (0, 2, 4, 9)[number % 4])
        doers = {event["id"]: event["verb"] for event in made.truth["events"]}
        meant = made.truth["ids"]
        if made.truth["group"] == "still":
            assert meant[0] not in doers
        elif made.truth["group"] == "deed":
            found += 1
            assert [n for n, verb in doers.items() if verb == doers[meant[0]]] == meant
        else:
            track = [box for box in made.truth["boxes"][str(meant[0])] if box]
            moved = (track[-1][0] + track[-1][2] - track[0][0] - track[0][2]) / 2
            assert (moved < -0.05) == ("left" in made.truth["meant"])
    assert found >= 2


def test_extracted_parts_are_where_things_happen() -> None:
    for n in range(6):
        made = make("extract", Random(f"extract {n}"), "train", n)
        (call,) = calls(made)
        first, last = made.truth["frame_range"]
        assert 0 <= first < last <= made.truth["frames"]
        event = made.truth["event"]
        if event:
            assert any(e["id"] == event["id"] and e["verb"] == event["verb"] for e in made.truth["events"])
            begins = event["time"] + (event["seconds"] if made.group == "extract.end" else 0)
            assert first / made.truth["fps"] == pytest.approx(begins, abs=1.2 / made.truth["fps"])
        if made.truth["span"]:
            assert made.truth["span"] == [call.args[1].start, call.args[1].end]  # type: ignore[union-attr]


def test_sounds_are_as_the_caption_says(tmp_path: Path) -> None:
    for n in range(6):
        made = make("audio", Random(f"audio {n}"), "train", n)
        told = hear(made.truth["caption"])
        assert [e.name for e in told.events] == [e["name"] for e in made.truth["events"]]
        assert [(e.count, e.pitch) for e in told.events] == [(e["count"], e["pitch"]) for e in made.truth["events"]]
        if made.group == "audio.order":
            starts = [e["start"] for e in made.truth["events"]]
            assert starts == sorted(set(starts))
    made.media["audio#1"](tmp_path / "sound.wav")
    sound = load_sound(tmp_path / "sound.wav")
    assert len(sound.samples) == pytest.approx(made.truth["seconds"] * made.truth["rate"], abs=2)
    assert float(np.abs(sound.samples).max()) > 0.01


def test_media_are_written_as_readable_files(tmp_path: Path) -> None:
    wanted = {
        "segment": 0,
        "detect": 0,
        "adjust": 2,
        "video": 3,
        "animate": 4,
        "video_segment": 3,
        "extract": 0,
        "audio_adjust": 0,
        "sound_for": 0,
    }
    for task, n in wanted.items():
        made = make(task, Random(f"media {task}"), "train", n)
        for handle, save in made.media.items():
            kind = handle.split("#")[0]
            path = (
                tmp_path
                / f"{task}-{handle.replace('#', '-')}{'.wav' if kind == 'audio' else '.mp4' if kind == 'video' else '.png'}"
            )
            save(path)
            (medium,) = [
                part for m in made.messages for part in m.parts if isinstance(part, Media) and part.handle == handle
            ]
            if kind == "video":
                clip: Clip = clip_info(path)
                assert (clip.width, clip.height, clip.frames) == (
                    medium.meta["width"],
                    medium.meta["height"],
                    medium.meta["frames"],
                )
            elif kind == "audio":
                assert len(load_sound(path).samples)
            else:
                pixels = load_image(path).pixels
                assert pixels.shape[0] > 0
                if kind == "mask":
                    run = made.truth["masks"][handle]
                    assert ((pixels[..., 0] > 127) == rle_decode(run)).all()
