"""One maker for each task, by name; what may not be seen in training is made anew."""

from __future__ import annotations

from random import Random

from training.held_out import asked, held
from training.language.phrasing import Split
from training.truth.detecting import detect
from training.truth.drawing import image, layout
from training.truth.editing import edit
from training.truth.filming import animate, video, video_edit
from training.truth.following import extract, video_segment
from training.truth.patching import inpaint, remove
from training.truth.segmenting import segment
from training.truth.sounding import audio, audio_adjust, sound_for
from training.truth.talk import Maker
from training.truth.tuning import adjust
from training.truth.values import Truthful

MAKERS: dict[str, Maker] = {
    "segment": segment, "detect": detect, "image": image, "layout": layout, "edit": edit, "inpaint": inpaint, "remove": remove, "adjust": adjust, "video": video,
    "animate": animate, "video_edit": video_edit, "video_segment": video_segment, "extract": extract, "audio": audio, "audio_adjust": audio_adjust, "sound_for": sound_for,
}  # fmt: skip
"""What writes the conversations of each task of ``models.tasks.TASKS``."""
TRIES = 200
"""Conversations that are written in vain, all with words kept out of training, before that counts as a fault."""


def make(task: str, rng: Random, split: Split, n: int) -> Truthful:
    """Return one conversation of *task* with its truth, the same one for the same state of *rng*, *split* and *n*.

    *n* is the conversation's number: kinds of request take turns by it, so that each has its share of a set. With "train" no
    thing that the atlas keeps out of training is shown or named, and no request holds what ``training.held_out`` keeps out;
    with "held_out" phrasings are those kept out and most scenes hold such a thing. Raises ValueError for a name that is no
    task or split, RuntimeError when no fitting scene comes up.
    """
    if task not in MAKERS:
        raise ValueError(f"there is no task {task!r}; the tasks are {', '.join(MAKERS)}")
    if split not in ("train", "held_out"):
        raise ValueError(f"there is no split {split!r}; the splits are train and held_out")
    for _ in range(TRIES):
        made = MAKERS[task](rng, split, n)
        if split == "held_out" or not any(held(asked(message)) for message in made.messages if message.role == "user"):
            return made
    raise RuntimeError(f"all of {TRIES} conversations of {task} hold words that are kept out of training")
