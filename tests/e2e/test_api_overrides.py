"""What a program marks and sets for one reply: every kind of region, and each choice in place of the model's own."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile
from api_stage import BOX, lit, of_type, pair, photo, serving
from engine_stubs import write_expert
from gradio_client import handle_file
from media_makers import tone

from models.video import VideoWriter

CALLS = {
    "mark": "<task>segment image#1 region#1</task>",
    "any": "<task>segment image#1</task>",
    "draw": '<task>image "a fox"</task>',
    "shade": "<task>adjust image#1 op=invert</task>",
    "follow": "<task>video_segment video#1 region#1</task>",
}
TELL = """
    return Picture(np.full((4, 4, 3), 7, np.uint8), meta={"notes": [str(sorted(inputs.settings.items()))]})
"""
FOLLOW = """
    region = next(iter(inputs.regions.values()))
    array = np.ones((1, 4, 4), bool)
    return Masks(array, [f"{region.of} at {region.time:.2f}"], [1.0])
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("overrides")
    write_expert(folder / "experts", "tell", "adjust", TELL)
    write_expert(folder / "experts", "follow", "video_segment", FOLLOW)
    with serving(folder, lambda text: CALLS.get(text, f"You said {text}."), experts=("ok",)) as running:
        yield running


def clip(folder):
    """A clip of twenty frames, two seconds long."""
    with VideoWriter(folder / "clip.mp4", 16, 16, 10.0) as writer:
        for number in range(20):
            writer.write(np.full((16, 16, 3), 10 * number, np.uint8))
    return handle_file(str(folder / "clip.mp4"))


@pytest.mark.parametrize(
    ("shapes", "inside"),
    [
        ([{"type": "box", "box": [0.75, 1.0, 0.25, 0.5]}], (slice(4, 8), slice(4, 12))),
        ([{"type": "point", "xy": [0.25, 0.5]}, {"type": "point", "xy": [0.75, 1.0]},
          {"type": "point", "xy": [0, 0], "neg": True}], (slice(4, 8), slice(4, 12))),
        ([{"type": "scribble", "pts": [[0.25, 0.5], [0.75, 1.0]], "width": 0.01}], (slice(4, 8), slice(4, 12))),
        ([{"type": "poly", "pts": [[0.25, 0.5], [0.75, 0.5], [0.75, 1.0]]}], (slice(4, 8), slice(4, 12))),
    ],
)  # fmt: skip
def test_every_kind_of_shape_reaches_the_expert_where_it_was_drawn(client, tmp_path, shapes, inside):
    regions = [{"ref": "file#1", "label": "it", "shapes": shapes}]
    reply = client.predict(text="mark", files=[photo(tmp_path)], regions=regions, api_name="/chat")
    (mask,) = of_type(reply, "mask")
    wanted = np.zeros((8, 16), bool)
    wanted[inside] = True
    assert np.array_equal(lit(mask), wanted)
    assert mask["meta"]["label"] == "it"
    said = client.predict(**pair(reply), api_name="/messages")
    (region,) = of_type(said[0], "region")
    kept = {"box": "box", "point": "points", "scribble": "strokes", "poly": "polygons"}[shapes[0]["type"]]
    assert region[kept], "the message holds what was drawn"


def test_a_frame_of_a_video_and_an_earlier_mask_are_marked(client, tmp_path):
    regions = [{"ref": "file#1", "time": 1.5, "shapes": BOX}]
    reply = client.predict(text="follow", files=[clip(tmp_path)], regions=regions, api_name="/chat")
    (mask,) = of_type(reply, "mask")
    assert mask["meta"]["label"] == "video#1 at 1.50"
    regions = [{"ref": "video#1", "time": 9, "shapes": BOX}]
    with pytest.raises(Exception, match=r"drawn at 9\.00 s, outside video#1"):
        client.predict(text="follow", regions=regions, **pair(reply), api_name="/chat")
    first = client.predict(
        text="mark", files=[photo(tmp_path)], regions=[{"ref": "file#1", "shapes": BOX}], api_name="/chat"
    )
    client.predict(text="more", regions=[{"ref": "mask#1", "shapes": []}], **pair(first), api_name="/chat")
    asked = client.predict(**pair(first), api_name="/messages")[2]
    (region,) = of_type(asked, "region")
    assert (region["of"], region["mask"]) == ("image#1", "mask#1")


def test_a_stretch_of_a_sound_reaches_the_model_as_the_pages_words(client, tmp_path):
    soundfile.write(tmp_path / "tone.wav", tone(4.0, 8000), 8000)
    sound = handle_file(str(tmp_path / "tone.wav"))
    marked = [{"ref": "file#1", "span": [1.2, 3.4]}]
    reply = client.predict(text="keep", files=[sound], regions=marked, api_name="/chat")
    assert reply["parts"] == [{"type": "text", "text": "You said keep audio#1 from 1.20 s to 3.40 s."}]
    for span, words in (
        ([3, 9], "not within audio#1. It lasts 4.00 s"), ([2, 2], "not within"),
        ([1], "not two numbers"), ("1-2", "not two numbers"), ([True, 2], "not two numbers"),
    ):  # fmt: skip
        with pytest.raises(Exception, match=words):
            client.predict(text="x", regions=[{"ref": "audio#1", "span": span}], **pair(reply), api_name="/chat")
    stretch = [{"ref": "audio#1", "span": [1, 2]}]
    with pytest.raises(Exception, match="A command is done as it is written"):
        client.predict(text="/audio_adjust op=trim", regions=stretch, **pair(reply), api_name="/chat")
    with pytest.raises(Exception, match="not in this conversation"):
        client.predict(text="x", regions=[{"ref": "audio#7", "span": [1, 2]}], **pair(reply), api_name="/chat")


def test_chosen_media_and_marks_take_the_place_of_the_models(client, tmp_path):
    files = [photo(tmp_path, 10), photo(tmp_path, 20)]
    regions = [{"ref": "file#1", "shapes": BOX}, {"ref": "file#2", "shapes": BOX}]
    reply = client.predict(text="mark", files=files, regions=regions, media=["file#2"], api_name="/chat")
    (call,) = of_type(reply, "call")
    assert call["tokens"] == "<task>segment image#2</task>", "a mark of another picture does not go along"
    assert of_type(reply, "mask")[0]["meta"]["of"] == "image#2"
    again = client.predict(text="any", marks=["region#1"], **pair(reply), api_name="/chat")
    assert of_type(again, "call")[0]["tokens"] == "<task>segment image#1 region#1</task>"
    drawn = [{"ref": "image#2", "shapes": BOX}]
    mine = client.predict(text="any", regions=drawn, marks=["drawn#1"], **pair(reply), api_name="/chat")
    assert of_type(mine, "call")[0]["tokens"] == "<task>segment image#2 region#3</task>"
    none = client.predict(text="mark", marks=[], **pair(reply), api_name="/chat")
    assert of_type(none, "call")[0]["tokens"] == "<task>segment image#1</task>"
    again = client.predict(**pair(reply), api_name="/retry")
    assert again["parts"][0]["tokens"] == none["parts"][0]["tokens"], "a plain retry chooses what was chosen before"


def test_settings_of_the_first_call_are_set_and_unknown_ones_named(client, tmp_path):
    reply = client.predict(
        text="shade", files=[photo(tmp_path)], params={"op": "blur", "amount": 2.5}, api_name="/chat"
    )
    (call,), (step,) = of_type(reply, "call"), of_type(reply, "step")
    assert call["params"] == {"op": "blur", "amount": "2.5"}
    assert "('amount', 2.5), ('op', 'blur')" in step["settings"]["notes"][0]
    mine = pair(reply)
    with pytest.raises(Exception, match=r"strength is not a setting of adjust. There are: amount, axis, color"):
        client.predict(text="shade", task="adjust", params={"strength": 2}, **mine, api_name="/chat")
    for params, words in (
        ({"nonsense": 1}, "not a setting of any task"), ({"amount": [1]}, "neither a number nor a word"),
        ({"amount": True}, "neither a number"), ([1], "no object"),
    ):  # fmt: skip
        with pytest.raises(Exception, match=words):
            client.predict(text="shade", params=params, **mine, api_name="/chat")


def test_an_answer_in_words_runs_nothing(client):
    reply = client.predict(text="draw", task="in words", api_name="/chat")
    assert [part["type"] for part in reply["parts"]] == ["failure"]
    assert "words alone, so image was not done" in reply["parts"][0]["what"]
    with pytest.raises(Exception, match="not a setting of in words"):
        client.predict(text="draw", task="in words", params={"amount": 1}, api_name="/chat")


def test_a_chosen_task_a_handle_in_place_of_a_file_and_a_seed(client, tmp_path):
    first = client.predict(text="hello", files=[photo(tmp_path)], api_name="/chat")
    reply = client.predict(text="a red fox", task="image", seed=77, **pair(first), api_name="/chat")
    assert [step["seed"] for step in of_type(reply, "step")] == [77]
    assert of_type(reply, "call")[0]["tokens"] == '<task>image "a red fox"</task>'
    client.predict(text="this", files=["image#2"], **pair(first), api_name="/chat")
    asked = client.predict(**pair(first), api_name="/messages")[-2]
    assert [part["handle"] for part in of_type(asked, "image")] == ["image#2"]
    with pytest.raises(Exception, match="There is no image#9 in this conversation"):
        client.predict(text="this", files=["image#9"], **pair(first), api_name="/chat")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"media": ["image#9"]}, r"There is no image#9 in this conversation. There are: image#1"),
        ({"media": ["file#1"]}, "There is no file#1"),
        ({"media": "image#1"}, "not a list"),
        ({"media": [1]}, "not a list"),
        ({"marks": ["region#1"]}, "There is no region#1"),
        ({"marks": 3}, "not a list"),
        ({"text": "/adjust invert", "media": ["image#1"]}, "A command is done as it is written"),
        ({"text": "/adjust invert", "params": {"amount": 1}}, "A command is done as it is written"),
    ],
)
def test_a_choice_that_cannot_be_kept_is_refused_and_nothing_is_said(client, served, tmp_path, more, words):
    first = client.predict(text="hello", files=[photo(tmp_path)], api_name="/chat")
    with pytest.raises(Exception, match=words):
        client.predict(**{"text": "any", **more}, **pair(first), api_name="/chat")
    assert len(client.predict(**pair(first), api_name="/messages")) == 2


def test_what_a_message_would_do_is_told_and_nothing_is_sent(client, tmp_path):
    reply = client.predict(text="hello", files=[photo(tmp_path)], api_name="/chat")
    drawn = [{"ref": "image#1", "shapes": BOX}]
    told = client.predict(text="mark", regions=drawn, **pair(reply), api_name="/foresee")
    assert [call["tokens"] for call in told["calls"]] == ["<task>segment image#1 region#1</task>"]
    assert (told["known"], told["fault"]) == (True, "")
    assert client.predict(text="hi", **pair(reply), api_name="/foresee")["calls"] == []
    wrong = client.predict(text="/adjst", **pair(reply), api_name="/foresee")
    assert "There is no command /adjst" in wrong["fault"]
    with pytest.raises(Exception, match="not handles"):
        client.predict(text="x", files=[photo(tmp_path)], **pair(reply), api_name="/foresee")
    assert len(client.predict(**pair(reply), api_name="/messages")) == 2


def test_the_last_message_is_run_again_as_it_was_meant(client, tmp_path):
    files = [photo(tmp_path, 10), photo(tmp_path, 20)]
    regions = [{"ref": "file#1", "label": "it", "shapes": BOX}]
    reply = client.predict(text="mark", files=files, regions=regions, seed=5, api_name="/chat")
    other = client.predict(**pair(reply), media=["image#2"], api_name="/retry")
    assert of_type(other, "call")[0]["tokens"] == "<task>segment image#2</task>"
    moved = [{"ref": "image#1", "label": "it", "shapes": [{"type": "box", "box": [0, 0, 0.5, 0.5]}]}]
    nudged = client.predict(**pair(reply), regions=moved, api_name="/retry")
    assert of_type(nudged, "call")[0]["tokens"] == "<task>segment image#1 region#1</task>"
    pixels = lit(of_type(nudged, "mask")[0])
    assert pixels[:4, :8].all()
    assert np.count_nonzero(pixels) == 32
    drawn = client.predict(**pair(reply), task="image", api_name="/retry")
    assert [call["task"] for call in of_type(drawn, "call")] == ["segment", "image"]
    said = client.predict(**pair(reply), api_name="/messages")
    assert len(said) == 2, "what was there stays beside it"
    assert len(said[0]["variants"]) == 2, "the message with the moved mark stands beside the first"
