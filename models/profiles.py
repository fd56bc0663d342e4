"""Profiles: which checkpoint serves which task. Data only, and only what can be loaded as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from models.device import Hardware
from models.expert import Refusal
from models.values import Checkpoint, Profile

PROFILES: dict[str, Profile] = {
    "nano": Profile(
        name="nano",
        unified=Checkpoint("native", source="nano/unified", licence="Apache-2.0"),
        experts={
            "segment": (Checkpoint("segment_grabcut", licence="Apache-2.0"),),
            "detect": (Checkpoint("detect_scene", licence="Apache-2.0"),),
            "image": (Checkpoint("image_picturebook", licence="Apache-2.0"),),
            "layout": (Checkpoint("layout_picturebook", licence="Apache-2.0"),),
            "edit": (Checkpoint("edit_picturebook", licence="Apache-2.0"),),
            "inpaint": (Checkpoint("inpaint_picturebook", licence="Apache-2.0"),),
            "remove": (Checkpoint("remove_inpaint", licence="Apache-2.0"),),
            "adjust": (Checkpoint("adjust", licence="Apache-2.0"),),
            "video": (Checkpoint("video_picturebook", licence="Apache-2.0"),),
            "animate": (Checkpoint("animate_picturebook", licence="Apache-2.0"),),
            "video_edit": (Checkpoint("video_edit_picturebook", licence="Apache-2.0"),),
            "video_segment": (Checkpoint("video_segment_flow", licence="Apache-2.0"),),
            "extract": (Checkpoint("extract", licence="Apache-2.0"),),
            "audio": (Checkpoint("audio_synth", licence="Apache-2.0"),),
            "audio_adjust": (Checkpoint("audio_adjust", licence="Apache-2.0"),),
            "sound_for": (Checkpoint("sound_for_synth", licence="Apache-2.0"),),
        },
        needs={"disk": 0.2, "ram": 2.0, "vram": 0.0},
        foresees=True,
        note="Runs offline on two processor cores with the models that come with the program.",
        knows=(
            "Your own pictures, clips and sounds: it cuts out, follows, changes, cleans and mixes what you mark or name by handle.",
            "A picture book of a thousand drawn things, 29 backdrops, hours, weathers and looks, and 175 kinds of sound: out of these "
            "it draws, films and sounds what you describe, and puts things into your own photos.",
            "How to ask back, and to take corrections such as “less” or “no, the other one”.",
        ),
        lacks=(
            "It cannot see or hear your media yet: mark what you mean with a box, a point or a stroke.",
            "It paints no photographs, and knows no thing outside of its picture book; what it left out, it names.",
            "It reads English. Of the world it knows little: ask it to make something rather than to explain it.",
        ),
        more="Larger profiles for graphics cards are not part of this version. An expert of your own is one file: start with "
        "--experts FOLDER.",
    ),
}


def choose(name: str, machine: Hardware, profiles: Mapping[str, Profile] = PROFILES) -> tuple[Profile, str]:
    """Return the profile called *name* and a sentence why; ``auto`` takes the most demanding one that fits *machine*.

    Raises Refusal, with the names that exist, for an unknown name.
    """
    if name != "auto":
        if name not in profiles:
            raise Refusal(f"There is no profile {name!r}.", f"Choose one of: auto, {', '.join(profiles)}.")
        return profiles[name], f"{name} was asked for."
    fitting = [p for p in profiles.values() if p.needs.get("vram", 0.0) <= machine.vram and _fits(p, machine.ram)]
    pool = fitting or list(profiles.values())[:1]
    best = max(pool, key=lambda p: (p.needs.get("vram", 0.0), p.needs.get("ram", 0.0)))
    if not fitting:
        return best, f"{best.name} is the smallest profile, though this machine ({machine}) has less than it wants."
    return best, f"{best.name} is the largest profile that fits this machine ({machine})."


def with_unlisted(profile: Profile, found: Mapping[str, str]) -> Profile:
    """Return *profile* with the experts in *found* (implementation -> task) that it does not name yet, after its own."""
    named = {c.implementation for checkpoints in profile.experts.values() for c in checkpoints}
    experts = dict(profile.experts)
    for implementation, task in found.items():
        if implementation not in named:
            experts[task] = (*experts.get(task, ()), Checkpoint(implementation))
    return replace(profile, experts=experts)


def _fits(profile: Profile, ram: float) -> bool:
    return ram == 0.0 or profile.needs.get("ram", 0.0) <= ram
