"""Profiles: which checkpoint serves which task. Data only, and only what can be loaded as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from models.device import Hardware
from models.expert import Refusal
from models.profiles_hub import fetched, hub_profiles, terms
from models.values import Checkpoint, Profile


def _network(task: str, **call: Any) -> Checkpoint:
    """Return the drawing network that is trained by ``training.drawing``, for *task*."""
    own = {
        "pipeline": "DrawingPipeline",
        "area": 64 * 64,
        "multiple": 16,
        "enlarged": 4,
        "steps": 16,
        "guidance": 2.5,
        "world": "drawn",
    }
    return Checkpoint(
        f"{task}_diffusers", source="nano/drawing", licence="Apache-2.0", call=own | call, name="Drawing network (nano)"
    )  # fmt: skip


PROFILES: dict[str, Profile] = {
    "nano": Profile(
        name="nano",
        unified=Checkpoint("native", source="nano/unified", licence="Apache-2.0"),
        experts={
            "segment": (Checkpoint("segment_grabcut", licence="Apache-2.0"),),
            "detect": (
                Checkpoint("detect_scene", licence="Apache-2.0"),
                Checkpoint("detect_senses", source="nano/vision", licence="Apache-2.0"),
            ),
            "image": (Checkpoint("image_picturebook", licence="Apache-2.0"), _network("image")),
            "layout": (Checkpoint("layout_picturebook", licence="Apache-2.0"), _network("layout", gates=1.0)),
            "edit": (Checkpoint("edit_picturebook", licence="Apache-2.0"), _network("edit")),
            "inpaint": (Checkpoint("inpaint_picturebook", licence="Apache-2.0"), _network("inpaint")),
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
            "What is drawn, filmed or sounded here, and drawings of the same kind: it names, counts and finds the things in them, and takes "
            "what you name without a mark.",
            "A small network that was trained on 66 of these things draws and changes pictures too, 64 pixels wide: a button under a result has it "
            "do the same.",
            "How to ask back, and to take corrections such as “less” or “no, the other one”.",
        ),
        lacks=(
            "It cannot see or hear photos and recordings: mark what you mean with a box, a point or a stroke. Of what it sees it tells some "
            "things wrongly; the boxes in its words show what it means.",
            "It paints no photographs, and knows no thing outside of its picture book; what it left out, it names.",
            "It reads English. Of the world it knows little: ask it to make something rather than to explain it.",
        ),
        more="Models that paint photographs are fetched from the model hub when the program is started with --profile paper, or with the "
        "one for its graphics card: gpu-8, gpu-16, gpu-24 or gpu-80. docs/profiles.md tells what each fetches and needs. An expert of "
        "your own is one file: start with --experts FOLDER.",
    ),
}
PROFILES |= hub_profiles(PROFILES["nano"])


def choose(name: str, machine: Hardware, profiles: Mapping[str, Profile] = PROFILES) -> tuple[Profile, str]:
    """Return the profile called *name* and why, in sentences; ``auto`` takes the most demanding one that fits *machine* and fetches
    nothing, and names the one that would fit if its models were fetched.

    Raises Refusal, with the names that exist, for an unknown name.
    """
    if name != "auto":
        if name not in profiles:
            raise Refusal(f"There is no profile {name!r}.", f"Choose one of: auto, {', '.join(profiles)}.")
        asked = profiles[name]
        short = "" if asked in _fitting(profiles, machine) else f" This machine ({machine}) has less than it wants."
        return asked, " ".join(filter(None, (f"{name} was asked for.{short}", terms(asked))))
    fitting = _fitting(profiles, machine)
    here = [p for p in fitting if not fetched(p)]
    best = max(here or list(profiles.values())[:1], key=_demand)
    if not here:
        return best, f"{best.name} is the smallest profile, though this machine ({machine}) has less than it wants."
    why = f"{best.name} is the largest profile that fits this machine ({machine}) and has its models with it."
    larger = max(fitting, key=_demand)
    if _demand(larger) > _demand(best):
        gigabytes = sum(checkpoint.size for checkpoint in fetched(larger))
        why += f" {larger.name} would fit too: --profile {larger.name} fetches {gigabytes:.0f} GB from the model hub."
    return best, why


def with_unlisted(profile: Profile, found: Mapping[str, str]) -> Profile:
    """Return *profile* with the experts in *found* (implementation -> task) that it does not name yet, after its own."""
    named = {c.implementation for checkpoints in profile.experts.values() for c in checkpoints}
    experts = dict(profile.experts)
    for implementation, task in found.items():
        if implementation not in named:
            experts[task] = (*experts.get(task, ()), Checkpoint(implementation))
    return replace(profile, experts=experts)


def _fitting(profiles: Mapping[str, Profile], machine: Hardware) -> list[Profile]:
    return [p for p in profiles.values() if p.needs.get("vram", 0.0) <= machine.vram and _fits(p, machine.ram)]


def _demand(profile: Profile) -> tuple[float, float]:
    return profile.needs.get("vram", 0.0), profile.needs.get("ram", 0.0)


def _fits(profile: Profile, ram: float) -> bool:
    return ram == 0.0 or profile.needs.get("ram", 0.0) <= ram
