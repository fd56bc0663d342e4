"""Moods and other places for a person's own picture and clip: by their colours, and by a drawn backdrop behind what is marked."""

from __future__ import annotations

import numpy as np
from scenes import disc_scene, make_call, make_inputs, silent, texture

from models.expert import Inputs
from models.experts import edit_picturebook, inpaint_picturebook, video_edit_picturebook
from models.values import Box, Checkpoint, Media, Phrase, Ref, Region
from models.video import VideoWriter, read_frame

NONE = Checkpoint("")
edit = edit_picturebook.load(NONE, "cpu")
inpaint = inpaint_picturebook.load(NONE, "cpu")
video_edit = video_edit_picturebook.load(NONE, "cpu")


def test_a_photo_gets_a_mood_by_its_colours():
    pixels, _ = disc_scene()
    spooky = edit(make_call("edit", Ref("image#1"), Phrase("make it spooky")), make_inputs(pixels), silent)
    cheerful = edit(make_call("edit", Ref("image#1"), Phrase("make it more cheerful")), make_inputs(pixels), silent)
    assert spooky.pixels.mean() < 0.5 * pixels.mean()
    assert cheerful.pixels.mean() > 1.02 * pixels.mean()
    assert spooky.meta["done"] == ["made it spooky by the colours of night"]


def test_what_is_marked_on_a_photo_is_put_into_a_drawn_forest_by_an_edit_and_in_the_mark_alone_by_an_inpainting():
    pixels, truth = disc_scene()
    region = Region(1, "image#1", box=Box(0.28, 0.2, 0.72, 0.8))
    said = (Ref("image#1"), Ref("region#1"), Phrase("put it in the forest"))
    box = np.zeros_like(truth)
    box[48:192, 90:230] = True
    for make, where in ((edit, ~truth), (inpaint, box & ~truth)):
        made = make(make_call("edit" if make is edit else "inpaint", *said), make_inputs(pixels, [region]), silent)
        assert made.meta["done"] == ["put a drawn background behind the marked thing: forest"]
        same = (made.pixels == pixels).all(axis=2)
        assert same[truth].mean() > 0.9
        assert same[where].mean() < 0.1
        assert (made.meta["changed_outside"] == 0) is (make is inpaint)


def test_a_clip_gets_a_mood_in_every_frame(tmp_path):
    frames = [texture(48, 64, (120, 130, 110), seed) for seed in range(4)]
    with VideoWriter(tmp_path / "in.mp4", 64, 48, 8.0) as writer:
        for frame in frames:
            writer.write(frame)
    media = {"video#1": Media("video", "video#1", "in.mp4", {})}
    inputs = Inputs({"video#1": writer.clip}, media, {}, tmp_path, 1, {})
    made = video_edit(make_call("video_edit", Ref("video#1"), Phrase("make it spooky")), inputs, silent)
    for number, frame in enumerate(frames):
        assert np.mean(read_frame(made, number)) < 0.6 * frame.mean()
    assert made.meta["look"] == "night, eerie"
