"""Calls that cannot run, by command and by the model: what is missing or wrong is named, and nothing else happens."""

from __future__ import annotations

import numpy as np
import pytest
from bad_files import still, tone, video, wav
from chats import Chat, failed, goes_on, made, notes
from engine_stubs import of

from models.tasks import TASKS
from models.values import Failure, Media, Step, TaskCall

HERE = tuple(name for name, task in TASKS.items() if task.needs)
"""The tasks that work on a medium."""


def needed(task: str) -> str:
    """Return what else *task* must be told, so that only the medium is missing."""
    if TASKS[task].phrase == "required":
        return '"a small boat"'
    return {"adjust": "blur", "audio_adjust": "reverse", "extract": "time=0"}.get(task, "")


@pytest.mark.parametrize("task", HERE)
def test_a_task_with_no_medium_says_what_to_attach(engine, tmp_path, task):
    chat = Chat(engine)
    with goes_on(chat, tmp_path):
        kinds = {"image": "picture", "video": "video", "audio": "sound"}
        failed(chat.say(f"/{task} {needed(task)}"), "attach", kinds[TASKS[task].needs[0]])
        reply = chat.say(f"write:Here. <task>{task} {needed(task)}</task>")
        failed(reply, "attach")
        assert reply.text.startswith("Here.")


@pytest.mark.parametrize("handle", ["image#2", "image#0", "image#999999999", "video#1", "mask#7", "audio#3"])
@pytest.mark.parametrize("task", HERE)
def test_a_handle_that_does_not_exist_is_named(chat, tmp_path, task, handle):
    with goes_on(chat, tmp_path):
        failed(chat.say(f"/{task} {needed(task)} {handle}"), handle)
        failed(chat.say(f"write:<task>{task} {handle} {needed(task)}</task>"), handle)


def test_a_region_that_does_not_exist_is_named(chat, tmp_path):
    with goes_on(chat, tmp_path):
        failed(chat.say("write:<task>segment image#1 region#5</task>"), "region#5")
        failed(chat.say("/segment image#1 region#5"))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("adjust image#1", ("op=", "blur")),
        ("adjust image#1 op=explode", ("explode", "op=blur")),
        ("adjust image#1 op=color", ("colo",)),
        ("adjust image#1 op=color color=notacolour", ("notacolour",)),
        ("adjust image#1 op=crop", ("crop", "box")),
        ("adjust image#1 op=cutout", ("mark",)),
        ("adjust image#1 op=blur where=inside", ("mark",)),
        ("adjust image#1 op=background", ("mark",)),
        ("segment image#1", ("draw a box",)),
        ('segment image#1 "the dog"', ("the dog",)),
        ("remove image#1", ()),
        ("audio_adjust audio#1", ("op=",)),
        ("audio_adjust audio#1 op=trim", ()),
        ("audio_adjust audio#1 op=gain", ("db",)),
        ("audio_adjust audio#1 op=speed", ("factor",)),
        ("audio_adjust audio#1 op=pitch", ("semitones",)),
        ("audio_adjust audio#1 op=lowpass", ("hz",)),
        ("audio_adjust audio#1 op=mix", ("sound",)),
        ("audio_adjust audio#1 op=attach", ("video",)),
        ("audio_adjust audio#1 op=extract", ("video",)),
        ("audio_adjust audio#1 <t>90-95</t> op=trim", ("end",)),
        ("audio_adjust image#1 op=reverse", ("image#1",)),
        ("extract video#1", ("time=",)),
        ("extract video#1 time=99", ("end",)),
        ("extract video#1 frame=99", ("99",)),
        ("extract video#1 frame=-1", None),
        ("extract video#1 <t>50-60</t>", ()),
        ("extract image#1 time=0", ("image#1",)),
        ("video_segment video#1", ()),
        ("video_segment video#1 <t>50-60</t> <box>100,100,500,500</box>", ()),
        ("video_segment image#1 <box>1,1,9,9</box>", ("image#1",)),
        ("adjust audio#1 op=blur", ("audio#1",)),
        ("segment video#1 <box>100,100,500,500</box>", ("video#1",)),
        ("adjust video#1 op=cutout <box>100,100,500,500</box>", ("transparen",)),
        ("remove image#1 video#1 <box>0,0,500,500</box>", ("video#1",)),
        ("image", ("description",)),
        ('image "a zyzzqx"', ("zyzzqx",)),
        ('audio "a zyzzqx"', ("zyzzqx",)),
        ('edit image#1 "make her smile"', ()),
        ('inpaint image#1 "a hat"', ("mark",)),
        ('detect image#1 "the dog"', ()),
        ("flyaway image#1", ("flyaway",)),
        ("", ()),
        ("adjust image#1 image#1 op=grayscale", None),
    ],
)
def test_a_call_with_missing_or_wrong_arguments_says_so(engine, tmp_path, call, words):
    chat = Chat(engine)
    chat.show(still(tmp_path / "still.png"))
    chat.show(video(tmp_path / "clip.mp4", 6, "10"))
    (tmp_path / "tone.wav").write_bytes(wav((tone(0.5, 8000) * 32767).astype("<i2").tobytes(), 8000, 1, 16))
    chat.show(tmp_path / "tone.wav")
    with goes_on(chat, tmp_path):
        reply = chat.say(f"write:Look: <task>{call}</task> That is it.")
        assert reply.text.startswith("Look: ")
        assert reply.text.endswith(" That is it."), "the reply goes on after a call that failed"
        if words is not None:
            failed(reply, *words)
            assert not of(reply, Media)
        elif of(reply, Failure):
            failed(reply)


WRONG = ("nan", "inf", "-inf", "1e999", "-1e308", "99999999999999999999", "0x10", "1,5", "--1", "one")
ODD = ("1e-320", "\u0663", "", "+1")  # as good as any other number, or as none


@pytest.mark.parametrize("number", WRONG + ODD)
@pytest.mark.parametrize(
    "command",
    [
        "/adjust brightness image#1 amount={}", "/adjust blur image#1 amount={}", "/adjust rotate image#1 degrees={}",
        "/adjust pixelate image#1 amount={}", "/audio_adjust gain audio#1 db={}", "/audio_adjust speed audio#1 factor={}",
        "/audio_adjust fade_in audio#1 seconds={}", "/audio_adjust lowpass audio#1 hz={}", "/extract video#1 time={}", "/extract video#1 frame={}",
    ],
    ids=lambda c: " ".join(c.split()[:2]),
)  # fmt: skip
def test_numbers_that_are_none_or_far_out_are_clamped_or_named(everything, command, number):
    reply = everything.say(command.format(number))
    if of(reply, Failure):
        failed(reply)
        return
    result = made(reply)
    assert number in ODD or number in notes(reply), "what was changed is said"
    value = everything.value(result[0].handle)
    samples = getattr(value, "samples", None)
    assert samples is None or np.isfinite(samples).all()


@pytest.fixture(scope="module")
def everything(engine, tmp_path_factory):
    """One conversation with a picture, a clip and a sound, for tests that only add to it."""
    folder = tmp_path_factory.mktemp("media")
    chat = Chat(engine, "everything")
    chat.show(still(folder / "still.png", (48, 32)))
    chat.show(video(folder / "clip.mp4", 6, "10", size=(64, 48)))
    (folder / "tone.wav").write_bytes(wav((tone(0.2, 8000) * 32767).astype("<i2").tobytes(), 8000, 1, 16))
    chat.show(folder / "tone.wav")
    return chat


def test_more_than_four_calls_run_four_and_say_so(chat, tmp_path):
    with goes_on(chat, tmp_path):
        reply = chat.say("write:" + "<task>adjust image#1 op=invert</task>" * 100)
        assert len(of(reply, Step)) == len(of(reply, Media)) == 4
        failed(reply, "at most 4")


@pytest.mark.parametrize(
    "said",
    [
        "<task>adjust image#1 op=invert", "<task>adjust image#1 <task>adjust image#1 op=invert</task></task>", "<task></task>", "<task>   </task>",
        "<ref>a</ref><box>nan,1,2,3</box>", "<ref>b</ref><box>1,2,3</box>", "<ref>c</ref>" + "<box>1,2,3,4</box>" * 3000,
        "<task>segment image#1 <box>inf,0,5,5</box></task>", "<task>segment image#1 <box>5,5,5,5</box></task>", "</task></ref>",
        "<task>segment image#1 <box>-900,-900,9000,9000</box></task>", "<task>segment image#1 <pt>5000,5000</pt></task>",
        '<task>adjust image#1 op=invert "' + "x" * 50_000, "<task>" + "<box>" * 5000 + "</task>", "\ud800<task>adjust image#1 op=invert</task>",
    ],
    ids=lambda s: s[:40],
)  # fmt: skip
def test_whatever_the_model_writes_the_reply_ends_in_words(chat, tmp_path, said):
    with goes_on(chat, tmp_path):
        reply = chat.say(f"write:{said}")
        assert reply.state == "done"
        for failure in of(reply, Failure):
            assert failure.what
            assert not failure.incident, failure
        assert len(of(reply, TaskCall)) <= 4
