"""A clip with its masks drawn in beside the masks on the clip, and a sound beside the one it was made from: one player for each."""

from __future__ import annotations

import pytest

from app.cards import item, with_source
from app.render import entries
from models.values import Box, Grounding, Media, Message, Ref, TaskCall

CLIP = Media(
    "video", "video#1", "aa/c.mp4", {"width": 192, "height": 128, "fps": 12.0, "frames": 24, "name": "boat.mp4"}
)


def followed(handle="mask#1", path="ff/m.json", **meta):
    return Media("mask", handle, path, {"of": "video#1", "call": "t1", "label": "boat", **meta})


def drawn(**meta):
    return Media("video", "video#2", "aa/d.mp4", {"of": "video#1", "call": "t1", "label": "followed: boat", **meta})


def results(*made, words=()):
    """Return the items of a call's card that made *made* of a clip."""
    shelf = {medium.handle: medium for medium in (CLIP, *made)}
    call = TaskCall("t1", "video_segment", (Ref("video#1"),))
    message = Message("assistant", (call, *made, *words), "done")
    shown = entries([message], shelf, str, lambda value: {"card": value})[0]["content"]
    return [one for part in shown if isinstance(part, dict) for one in part["card"].get("items", ())]


def test_a_clip_with_its_masks_drawn_in_is_at_hand_beside_them_and_not_shown_once_more():
    (only,) = results(followed(), followed("mask#2", "ff/n.json"), drawn())
    assert (only["kind"], only["ref"]) == ("masks", "mask#1")
    assert only["drawn"]["ref"] == "video#2"
    assert only["drawn"]["file"] == "aa/d.mp4"
    assert only["drawn"]["download"] == "video-2.mp4"
    assert [use["ref"] for use in only["drawn"]["uses"]] == ["video#2"]
    assert only["caption"].startswith("mask#1, mask#2 · masks of video#1, drawn in as video#2 · followed: boat")
    assert only["named"] == ["mask#1", "mask#2", "video#1", "video#2"]


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ((drawn(),), ()),
        ((followed(), drawn(of="video#7")), ()),
        ((followed(of="video#7"), drawn()), ()),
        ((followed(path="ff/m.png"), drawn()), ()),
        ((followed(), drawn()), (Grounding("the boat", (Box(0.1, 0.1, 0.5, 0.5),), of="video#2"),)),
    ],
)
def test_a_clip_that_is_something_else_or_is_pointed_at_keeps_its_player(made, words):
    assert "video#2" in [one["ref"] for one in results(*made, words=words)]


def test_a_sound_is_compared_with_the_waveform_of_what_it_was_made_from():
    old = Media("audio", "audio#1", "aa/s.wav", {"wave": "aa/s.png", "duration": 4.0})
    made = Media("audio", "audio#2", "aa/t.wav", {"wave": "aa/t.png", "duration": 4.0, "call": "t1"})
    shelf = {"audio#1": old, "audio#2": made}
    call = TaskCall("t1", "audio_adjust", (Ref("audio#1"),))
    before = with_source(item(made, shelf, str), made, call, shelf, str)["before"]
    assert before == {
        "kind": "audio",
        "ref": "audio#1",
        "url": "aa/s.wav",
        "same": False,
        "wave": "aa/s.png",
        "duration": 4.0,
    }
