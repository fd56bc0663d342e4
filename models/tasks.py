"""Every task of the grammar, declared once as data; the prompt, the argument checks, slash commands and docs read this."""

from __future__ import annotations

from models.expert import Param, Task

_SEED = Param("seed", "int", "random seed; shown with the result", low=0, high=2**31 - 1)
_DURATION = Param("duration", "float", "seconds", low=0.5, high=30)
_SIZE = Param("size", "text", "width x height in pixels, such as 512x384")
ADJUST_OPS = (
    "grayscale", "sepia", "color", "brightness", "contrast", "saturation", "blur", "pixelate", "sharpen", "sketch", "cartoon",
    "invert", "crop", "rotate", "flip", "cutout", "background",
)  # fmt: skip
AUDIO_OPS = (
    "trim", "gain", "normalize", "fade_in", "fade_out", "reverse", "speed", "pitch", "lowpass", "highpass", "mix", "extract",
    "attach",
)  # fmt: skip

_ALL = (
    Task(
        "segment", "cut out what is marked or named in a picture, as a mask", ("image",), ("region", "mask", "box", "point"),
        ("mask",), '<task>segment image#1 region#1 "the dog"</task>', (_SEED,),
    ),
    Task(
        "detect", "find named things in a picture and draw boxes round them", ("image",), ("region",), ("image",),
        '<task>detect image#1 "cars"</task>', (_SEED,),
    ),
    Task(
        "image", "make a picture from a description", (), (), ("image",), '<task>image "a red fox in the snow"</task>',
        (_SEED, _SIZE), phrase="required",
    ),
    Task(
        "layout", "make a picture from a description with things in given places", (), ("labelled", "region"), ("image",),
        '<task>layout "a park" "a dog"<box>100,500,300,900</box></task>', (_SEED, _SIZE), phrase="required",
    ),
    Task(
        "edit", "change a whole picture as an instruction says", ("image",), ("region", "mask", "box"), ("image",),
        '<task>edit image#1 "make it look like winter"</task>', (_SEED,), phrase="required",
    ),
    Task(
        "inpaint", "replace, recolour or add something in one place of a picture", ("image",), ("region", "mask", "box"),
        ("image",), '<task>inpaint image#1 region#1 "a sleeping cat"</task>', (_SEED,), phrase="required",
    ),
    Task(
        "remove", "take something out of a picture and fill the gap", ("image",), ("region", "mask", "box"), ("image",),
        '<task>remove image#1 region#1</task>', (_SEED,),
    ),
    Task(
        "adjust", "change colours, sharpness, size or background of a picture or video, inside or outside a region",
        ("image", "video"), ("region", "mask", "box"), ("image", "video"),
        '<task>adjust image#1 mask#1 op=blur where=outside</task>',
        (
            Param("op", "choice", "what to do", choices=ADJUST_OPS, required=True),
            Param("where", "choice", "inside or outside the region or mask, or everywhere", choices=("inside", "outside", "all")),
            Param("amount", "float", "strength; 1 is the usual, 0 none, negative reverses", low=-3, high=5),
            Param("color", "text", "a colour name or #rrggbb"),
            Param("degrees", "float", "turn by, clockwise", low=-360, high=360),
            Param("axis", "choice", "mirror left-right or top-bottom", choices=("horizontal", "vertical")),
        ),
    ),
    Task(
        "video", "make a short video from a description", (), (), ("video",), '<task>video "waves on a beach"</task>',
        (_SEED, _DURATION, _SIZE), phrase="required",
    ),
    Task(
        "animate", "bring a picture to life as a short video", ("image",), ("region", "mask"), ("video",),
        '<task>animate image#1 "the boat drifts to the left"</task>', (_SEED, _DURATION),
    ),
    Task(
        "video_edit", "change a video as an instruction says", ("video",), ("region", "mask", "span"), ("video",),
        '<task>video_edit video#1 "make it look like a watercolour"</task>', (_SEED,), phrase="required",
    ),
    Task(
        "video_segment", "follow what is marked or named through a video", ("video",), ("region", "mask", "box", "point", "span"),
        ("mask", "video"), '<task>video_segment video#1 region#1</task>', (_SEED,),
    ),
    Task(
        "extract", "take one frame or a stretch out of a video as a new medium", ("video",), ("span",), ("image", "video"),
        '<task>extract video#1 <t>2-5</t></task>',
        (
            Param("time", "float", "second of the frame to take", low=0, high=86400),
            Param("frame", "int", "number of the frame to take, from 0; -1 is the last", low=-1, high=10_000_000),
        ),
        phrase="none",
    ),
    Task(
        "audio", "make a sound from a description", (), (), ("audio",), '<task>audio "a dog barks twice" duration=3</task>',
        (_SEED, _DURATION), phrase="required",
    ),
    Task(
        "audio_adjust", "trim, level, fade, turn round, speed up, tune, filter or mix sounds, or move sound from and to a video",
        ("audio", "video"), ("audio", "video", "span"), ("audio", "video"),
        '<task>audio_adjust audio#1 op=fade_out seconds=2</task>',
        (
            Param("op", "choice", "what to do", choices=AUDIO_OPS, required=True),
            Param("db", "float", "gain in decibels", low=-60, high=40),
            Param("seconds", "float", "length of the fade", low=0.01, high=600),
            Param("factor", "float", "speed: 2 is twice as fast", low=0.25, high=4),
            Param("semitones", "float", "pitch change", low=-24, high=24),
            Param("hz", "float", "cut-off frequency", low=20, high=20000),
        ),
        phrase="none",
    ),
    Task(
        "sound_for", "make the sound that fits a picture or video", ("image", "video"), ("span",), ("audio", "video"),
        '<task>sound_for video#1 "footsteps on gravel"</task>', (_SEED, _DURATION),
    ),
)  # fmt: skip

TASKS: dict[str, Task] = {task.name: task for task in _ALL}
