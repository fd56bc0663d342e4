"""Make the sound that fits a picture or a video: the one that is named, or that of a drawn scene's things and events.

Nothing is seen here: only what a picture-book medium carries of its scene or film is known, so for any other medium the sound
must be named. A video comes back with the sound on it, after the sound alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from models import dsp
from models.expert import Clip, Expert, Inputs, Refusal, Report, Share, Sound, Value
from models.previews import heard
from models.sound import save_wav
from models.values import Checkpoint, Span, TaskCall
from models.video import put_sound
from models.world import atlas
from models.world.hear import LONGEST, Embed, SoundPlan, plan
from models.world.scene import Scene
from models.world.sounding import film_plan, notes_of, render, scene_plan, unheard
from models.world.sounds import RATE

TASK = "sound_for"
NAME = "Synthesised sound (classical)"
STILL_SECONDS = 5.0
"""How long the sound of a still picture is when nobody says."""


def load(checkpoint: Checkpoint, device: str) -> Expert:
    """Return the expert; it has no weights of its own, and reads unknown words with the sentence encoder where there is one."""
    import scipy.signal  # noqa: F401  (so that the first call is not slower)

    from models.reader import shared_embedder

    embed = shared_embedder(device)

    def sound_for(call: TaskCall, inputs: Inputs, report: Report) -> Value | Sequence[Value]:
        handle = inputs.first(call, "image", "video")
        known = dict(inputs.media[handle].meta)
        clip = inputs.clip(handle) if handle.startswith("video#") else None
        span = next((a for a in call.args if isinstance(a, Span)), None)
        report(0.05, "finding what can be heard")
        notes: list[str] = []
        wanted = _length(inputs.settings.get("duration"), clip, span, known, notes)
        text = ", ".join(words for words in call.phrases() if words.strip())
        planned = _planned(text, handle, known, wanted, embed)
        samples = render(planned, inputs.seed, RATE, Share(report, 0.1, 0.8))[:, None]
        report(0.8, "the sound is made", lambda: heard(samples, RATE))
        notes = [*notes_of(planned), *notes]
        kept: dict[str, Any] = {key: known[key] for key in ("scene", "film") if key in known}
        meta: dict[str, Any] = {"made": "synthesised", "plan": planned.to_json(), "of": handle, **kept}
        label = ", ".join(dict.fromkeys(event.name for event in planned.events))
        sound = Sound(np.ascontiguousarray(samples), RATE, label, {**meta, "notes": list(notes)})
        if clip is None:
            return sound
        report(0.85, "putting the sound on the video")
        if clip.has_audio:
            notes.append(f"the sound that {handle} had was replaced")
        return [sound, _on(clip, sound, span, inputs, {**meta, "notes": notes[len(sound.meta["notes"]) :]})]

    return sound_for


def _length(asked: Any, clip: Clip | None, span: Span | None, known: dict[str, Any], notes: list[str]) -> float:
    """Return how long the sound shall be in seconds: as said, as the stretch, as the clip, or as suits a still picture.

    Raises Refusal for a stretch that begins after the clip's end.
    """
    if clip is not None and span is not None and span.start >= clip.duration:
        raise Refusal(f"The video has no {span.start:g}-{span.end:g} s.", f"It is {clip.duration:.2f} s long.")
    if asked is not None:
        seconds = float(asked)
    elif span is not None:
        seconds = span.end - span.start
    else:
        seconds = clip.duration if clip is not None else STILL_SECONDS
    if clip is not None:
        seconds = min(seconds, clip.duration - (span.start if span is not None else 0.0))
    if seconds > LONGEST:
        notes.append(f"the sound ends after {LONGEST:g} s, the longest that is made")
    return float(np.clip(seconds, 0.5, LONGEST))


def _planned(text: str, handle: str, known: dict[str, Any], seconds: float, embed: Embed | None) -> SoundPlan:
    """Return the plan: from the words where they name a sound, else from the film or the scene. Raises Refusal."""
    read = plan(text, embed, seconds) if text else None
    if read is not None and read.events:
        return read
    if read is not None and read.unknown:
        raise unheard(text, read, embed)
    made = _from_scene(known, seconds)
    if made is None:
        raise Refusal(
            f"What {handle} shows is not on record, so it is not known what it sounds like.",
            "Name the sound, such as “footsteps on gravel”.",
        )
    if not made.events:
        raise Refusal(f"Nothing in {handle} makes a sound that I know.", "Name the sound, such as “soft wind”.")
    return made


def _from_scene(known: dict[str, Any], seconds: float) -> SoundPlan | None:
    """Return the plan of the drawn film or scene that a medium carries, None where it carries neither."""
    from models.world.film import Film

    try:
        if known.get("film"):
            film = Film.from_json(known["film"])
            return film_plan(replace(film, seconds=seconds, tracks=film.tracks), _atlas_sound)
        if known.get("scene"):
            return scene_plan(Scene.from_json(known["scene"]), seconds, _atlas_sound)
    except ValueError:
        return None
    return None


def _atlas_sound(name: str) -> str | None:
    """Return what the atlas says a thing sounds like ("": it is silent), None for a thing that is not in it."""
    try:
        return atlas.entry(name).sound
    except (KeyError, OSError):
        return None


def _on(clip: Clip, sound: Sound, span: Span | None, inputs: Inputs, meta: dict[str, Any]) -> Clip:
    """Return the clip with the sound, which begins where the stretch does and is followed by silence."""
    samples = sound.samples
    if span is not None:
        samples = np.concatenate([np.zeros((round(span.start * sound.rate), 1), np.float32), samples])
    fitted = dsp.to_length(samples, max(1, round(clip.duration * sound.rate)))
    wav = inputs.scratch / "sound.wav"
    save_wav(Sound(fitted, sound.rate), wav)
    try:
        made = put_sound(clip.path, wav, inputs.scratch / "with_sound.mp4")
    finally:
        wav.unlink(missing_ok=True)
    return replace(
        made, label=clip.label, meta={**made.meta, **meta, "notes": [*made.meta.get("notes", []), *meta["notes"]]}
    )
