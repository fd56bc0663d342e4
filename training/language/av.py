"""Turns that take parts out of videos, change sounds, and make the sound that fits a picture or video."""

from __future__ import annotations

from models.values import Kind, Span

from training.language.aim import aimed
from training.language.phrasing import Said
from training.language.talk import Dialogue, Target, phrase

EFFECTS = (
    ("trim", 5), ("louder", 3), ("quieter", 3), ("louder.db", 2), ("quieter.db", 2), ("normalize", 3), ("fade_in", 3), ("fade_out", 4),
    ("reverse", 4), ("faster", 2), ("faster.by", 2), ("slower", 2), ("slower.by", 2), ("higher", 2), ("higher.by", 2), ("lower", 2),
    ("lower.by", 2), ("lowpass", 3), ("highpass", 3),
)  # fmt: skip
_SETTINGS: dict[str, dict[str, str]] = {
    "louder": {"op": "gain", "db": "6"}, "quieter": {"op": "gain", "db": "-6"}, "faster": {"op": "speed", "factor": "1.5"},
    "slower": {"op": "speed", "factor": "0.75"}, "higher": {"op": "pitch", "semitones": "3"}, "lower": {"op": "pitch", "semitones": "-3"},
}  # fmt: skip


def effect(d: Dialogue, target: Target | None, *names: str) -> tuple[Said, list[Span], dict[str, str]]:
    """Return a request for a sound effect, its span if any, and its params; *names* limits the choice."""
    pool = [pair for pair in EFFECTS if not names or pair[0] in names]
    bank = d.rng.choices([name for name, _ in pool], [weight for _, weight in pool])[0]
    said = d.say(f"aa.{bank}", target) if target else d.say(f"aa.{bank}", it="it", noun="sound")
    slots, by = said.slots, bank.partition(".")[0]
    if bank == "trim":
        return said, [Span(float(slots["start"]), float(slots["stop"]))], {"op": "trim"}
    params = dict(_SETTINGS.get(by, {"op": bank}))
    if bank.endswith(".db"):
        params["db"] = slots["db"] if by == "louder" else f"-{slots['db']}"
    elif bank in ("higher.by", "lower.by"):
        params["semitones"] = slots["semitones"] if by == "higher" else f"-{slots['semitones']}"
    else:
        params |= {key: slots[key] for key in ("factor", "seconds", "hz") if key in slots}
    return said, [], params


def sound(d: Dialogue) -> str:
    """Change a sound, or now and then the sound of a video."""
    target = d.target("audio") if d.chance(0.93) else d.target("video")
    names = (
        ()
        if target.item.kind == "audio"
        else ("louder", "quieter", "louder.db", "quieter.db", "normalize", "lowpass", "highpass")
    )
    said, spans, params = effect(d, target, *names)
    if target.new and target.item.kind == "audio" and d.chance(0.08):
        said = d.frame(said, "verbose.audio_adjust")
    d.ask(said)
    d.run("audio_adjust", [target.handle, *spans], [target.item.kind], params)
    return f"audio_adjust.{params['op']}"


def mix(d: Dialogue) -> str:
    """Mix two sounds, newly attached or from the shelf."""
    found = d.of("audio")
    while len(found) < 2 or (not d.messages and len(found) < 2):
        d.attach("audio")
        found = d.of("audio")
    first, second = found[-2:] if d.chance(0.7) else d.rng.sample(found, 2)
    said = d.ask(d.say("aa.mix", a=d.name(first), b=d.name(second), noun="sound"))
    if "a" not in said.slots and "b" not in said.slots:
        first, second = found[-2:]
    d.run("audio_adjust", [first.handle, second.handle], ["audio"], {"op": "mix"}, reply="audio_adjust.mix")
    return "audio_adjust.mix"


def take_sound(d: Dialogue) -> str:
    """Take the sound out of a video."""
    target = d.target("video")
    d.ask(d.say("aa.extract", target))
    d.run("audio_adjust", [target.handle], ["audio"], {"op": "extract"}, reply="audio_adjust.extract")
    return "audio_adjust.extract"


def put_sound(d: Dialogue) -> str:
    """Put a sound on a video."""
    if not d.of("video") or d.chance(0.3):
        d.attach("video")
    if not d.of("audio") or d.chance(0.3):
        d.attach("audio")
    clip, track = d.of("video")[-1], d.of("audio")[-1]
    d.ask(d.say("aa.attach", a=d.name(clip), b=d.name(track)))
    d.run("audio_adjust", [clip.handle, track.handle], ["video"], {"op": "attach"}, reply="audio_adjust.attach")
    return "audio_adjust.attach"


def moment(d: Dialogue, target: Target) -> tuple[Said, list[Span], dict[str, str], Kind]:
    """Return a request for a frame or a stretch of a video, its span and params, and the kind of the result."""
    bank = d.rng.choices(("span", "first", "time", "frame", "last", "start"), (8, 2, 7, 3, 2, 2))[0]
    said = d.say(f"ext.{bank}", target)
    if bank in ("span", "first"):
        return said, [Span(float(said.slots["start"]), float(said.slots["stop"]))], {}, "video"
    if bank == "time":
        return said, [], {"time": said.slots["time"]}, "image"
    frame = {"last": "-1", "start": "0"}.get(bank) or said.slots["frame"]
    return said, [], {"frame": frame}, "image"


def extract(d: Dialogue) -> str:
    """Take a frame or a stretch out of a video."""
    target = d.target("video")
    said, spans, params, kind = moment(d, target)
    if target.new and d.chance(0.08):
        said = d.frame(said, "verbose.extract")
    d.ask(said)
    d.run("extract", [target.handle, *spans], [kind], params, reply="extract" if spans else "extract.frame")
    return "extract.span" if spans else "extract.frame"


def sounded(kind: Kind) -> list[Kind]:
    """Return what ``sound_for`` gives: the sound, and for a video the video with that sound after it."""
    return ["audio", "video"] if kind == "video" else ["audio"]


def sound_for(d: Dialogue) -> str:
    """Make the sound that fits a picture or a video."""
    target = aimed(d, "video" if d.chance(0.65) else "image")
    if d.chance(0.3):
        said = d.ask(d.say("sf.all" if d.chance(0.3) else "sf.named", target))
        d.run("sound_for", [target.handle, phrase(said)], sounded(target.item.kind))
        return "sound_for.named"
    d.ask(d.say(f"verbose.sound.{target.item.kind}" if d.chance(0.15) else "sf.ask", target))
    d.run("sound_for", [target.handle], sounded(target.item.kind))
    return "sound_for"
