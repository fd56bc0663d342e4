"""Make a sound from a description: its words are read into a plan, and each sound of the plan is synthesised."""

from __future__ import annotations

import numpy as np

from models.expert import Expert, Inputs, Refusal, Report, Share, Sound
from models.previews import heard
from models.values import Checkpoint, TaskCall
from models.world.hear import plan
from models.world.sounding import notes_of, render, unheard
from models.world.sounds import RATE

TASK = "audio"
NAME = "Synthesised sound (classical)"


def load(checkpoint: Checkpoint, device: str) -> Expert:
    """Return the expert; it has no weights of its own, and reads unknown words with the sentence encoder where there is one."""
    import scipy.signal  # noqa: F401  (so that the first call is not slower)

    from models.reader import shared_embedder

    embed = shared_embedder(device)

    def audio(call: TaskCall, inputs: Inputs, report: Report) -> Sound:
        text = ", ".join(words for words in call.phrases() if words.strip())
        if not text:
            raise Refusal("It is not said which sound.", "Describe it, such as “a dog barks twice, then rain”.")
        report(0.05, "reading the words")
        asked = inputs.settings.get("duration")
        planned = plan(text, embed, None if asked is None else float(asked))
        if not planned.events:
            raise unheard(text, planned, embed)
        samples = render(planned, inputs.seed, RATE, Share(report, 0.1, 0.95))
        report(0.95, "done", lambda: heard(samples, RATE))
        meta = {"made": "synthesised", "plan": planned.to_json(), "notes": notes_of(planned)}
        label = ", ".join(dict.fromkeys(event.name for event in planned.events))
        return Sound(np.ascontiguousarray(samples[:, None]), RATE, label, meta)

    return audio
