"""What is on record in a conversation, told in words: which media there are, what was done to them, what was done last.

The model neither counts media nor retells calls out of its own head. It writes a *record token*, which says what shall be
told and, where that is about one medium, of which; the words come from the conversation itself and so are true, however
long it is. A record is told in the middle of a sentence: "I ...", "You have ...", "image#1 ...".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from models.values import KINDS, Failure, Media, Message, TaskCall

ALONE = (*(f"count_{kind}" for kind in KINDS), "files", "last", "used", "result")
"""What is told of the whole conversation: how many media of a kind there are, all media, the last calls, the media that
these used, the newest result."""
OF: dict[str, tuple[str, ...]] = {
    "did": KINDS, "made": KINDS, "size": ("image", "video", "mask"), "length": ("video", "audio"), "rate": ("video",),
    "sound": ("video",),
}  # fmt: skip
"""What is told of one medium, and of which kinds: what was done to it, what it is, its size in pixels, its length, its
frames per second, whether it has sound."""
DEEDS = 3
"""Things that were done to one medium, the newest, that are told by name; of more it is told how many."""
_MANY = {"image": "images", "video": "videos", "audio": "sounds", "mask": "masks"}
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_DID = {
    "segment": "cut out a mask from", "detect": "looked for things in", "edit": "edited", "inpaint": "replaced a part of",
    "remove": "removed something from", "animate": "animated", "video_edit": "edited", "video_segment": "followed something in",
    "sound_for": "made a sound for",
}  # fmt: skip
_FROM_WORDS = {
    "image": "made a picture from your words", "layout": "made a picture from your boxes", "video": "made a video from your words",
    "audio": "made a sound from your words",
}  # fmt: skip
_DID_BY = {
    "grayscale": "took the colour out of", "sepia": "gave a sepia tone to", "color": "coloured", "brightness": "changed the brightness of",
    "contrast": "changed the contrast of", "saturation": "changed the colours of", "blur": "blurred", "pixelate": "pixelated",
    "sharpen": "sharpened", "sketch": "made a sketch of", "cartoon": "made a cartoon of", "invert": "inverted", "crop": "cropped",
    "rotate": "turned", "flip": "mirrored", "cutout": "cut out", "background": "put a new background behind", "trim": "trimmed",
    "gain": "changed the loudness of", "normalize": "evened out the loudness of", "fade_in": "faded in", "fade_out": "faded out",
    "reverse": "reversed", "speed": "changed the speed of", "pitch": "changed the pitch of", "lowpass": "took the high tones out of",
    "highpass": "took the low tones out of", "mix": "mixed", "extract": "took the sound out of", "attach": "put a sound on",
}  # fmt: skip
_MADE = {
    "segment": "the mask that I cut out of {h}", "detect": "{h} with boxes", "edit": "{h} after the edit", "remove": "{h} without the thing",
    "inpaint": "{h} with a new part", "adjust": "{h} after my change", "animate": "the video I made from {h}", "extract": "a part of {h}",
    "video_edit": "{h} after the edit", "video_segment": "what I followed in {h}", "audio_adjust": "{h} after my change",
    "sound_for": "the sound I made for {h}", "image": "the picture I made from your words", "layout": "the picture I made from your boxes",
    "video": "the video I made from your words", "audio": "the sound I made from your words",
}  # fmt: skip


class Record:
    """The media and calls of a conversation, oldest first.

    *media* by handle; *calls* by message: the calls of each reply that called any; *failures* by the id of the call.
    """

    def __init__(self, messages: Sequence[Message], shelf: Mapping[str, Media] | None = None) -> None:
        """Read *messages*; the media are those of *shelf* where it is given, else those that the messages hold."""
        parts = [part for message in messages for part in message.parts]
        held = [part for part in parts if isinstance(part, Media)]
        self.media = dict(shelf) if shelf is not None else {medium.handle: medium for medium in held}
        replies = ([part for part in message.parts if isinstance(part, TaskCall)] for message in messages)
        self.calls = [calls for calls in replies if calls]
        self.failures = {part.call: part for part in parts if isinstance(part, Failure) and part.call}

    def tell(self, what: str, handle: str = "") -> str:
        """Return the words for *what* (one of ALONE, or of OF with the *handle* of a medium). What is not known is said to
        be unknown, what is not there to be missing. Raises KeyError for a *what* that is neither."""
        if what in OF:
            return str(getattr(self, f"_{what}")(handle))
        if what.startswith("count_"):
            return self._count(what[6:])
        return {"files": self._files, "last": self._last, "used": self._used, "result": self._result}[what]()

    def keys(self) -> Iterable[tuple[str, str]]:
        """Yield everything that can be told: (what, handle or "")."""
        yield from ((what, "") for what in ALONE)
        for handle, medium in self.media.items():
            yield from ((what, handle) for what, kinds in OF.items() if medium.kind in kinds)

    # -- the whole conversation ---------------------------------------------------------------------------------

    def _of(self, kind: str) -> list[str]:
        return [handle for handle, medium in self.media.items() if medium.kind == kind]

    def _count(self, kind: str) -> str:
        found = self._of(kind)
        return f"{_counted(kind, len(found))}: {_and(found)}" if found else _counted(kind, 0)

    def _files(self) -> str:
        parts = [f"{_counted(kind, len(found))} ({_and(found)})" for kind in KINDS if (found := self._of(kind))]
        return _and(parts) if parts else "no files"

    def _last(self) -> str:
        """The calls of the last reply that made any: "blurred image#1"; a failed one with its reason."""
        told = []
        for call in self.calls[-1] if self.calls else ():
            deed = _deed(call, _main(call)) or _FROM_WORDS.get(call.task, f"did {call.task}")
            failure = self.failures.get(call.id)
            told.append(f"tried a step that failed: {failure.what.rstrip('.')}" if failure else deed)
        return _and(list(dict.fromkeys(told))) if told else "did nothing yet"

    def _used(self) -> str:
        calls = self.calls[-1] if self.calls else []
        made = {handle for handle, medium in self.media.items() if self._maker(medium) in calls}
        refs = dict.fromkeys(ref for call in calls for ref in call.refs(*KINDS) if ref not in made)
        return _and(list(refs)) if refs else "no file"

    def _result(self) -> str:
        made = [handle for handle, medium in self.media.items() if self._maker(medium)]
        return f"{made[-1]}, just above" if made else "none so far"

    # -- one medium ---------------------------------------------------------------------------------------------

    def _maker(self, medium: Media) -> TaskCall | None:
        wanted = medium.meta.get("call")
        return next((call for calls in self.calls for call in calls if call.id == wanted), None) if wanted else None

    def _did(self, handle: str) -> str:
        calls = [call for some in self.calls for call in some if call.id not in self.failures]
        done = [deed for call in calls if handle in call.refs(*KINDS) and (deed := _deed(call, handle))]
        deeds = list(dict.fromkeys(reversed(done)))  # each when it was done last, the newest first
        if deeds:
            told, more = _and(deeds[:DEEDS][::-1]), len(deeds) - DEEDS
            return (
                f"{told}, after {_number(more)} other {'steps' if more > 1 else 'step'} with it" if more > 0 else told
            )
        medium = self.media.get(handle)
        maker = self._maker(medium) if medium else None
        if maker is None:
            return f"did nothing with {handle}"
        return f"{_deed(maker, _main(maker)) or _FROM_WORDS.get(maker.task, maker.task)}, which gave {handle}"

    def _made(self, handle: str) -> str:
        medium = self.media.get(handle)
        maker = self._maker(medium) if medium else None
        if maker is not None:
            return _MADE.get(maker.task, "a result of mine").format(h=_main(maker))
        return "a result of mine" if medium and medium.meta.get("call") else "the file you sent me"

    def _fact(self, handle: str, *names: str) -> list[float] | None:
        meta = self.media[handle].meta if handle in self.media else {}
        return [round(float(meta[name]), 2) for name in names] if all(meta.get(name) for name in names) else None

    def _size(self, handle: str) -> str:
        found = self._fact(handle, "width", "height")
        return f"is {found[0]:g} x {found[1]:g} pixels large" if found else "has a size that I do not know"

    def _length(self, handle: str) -> str:
        found = self._fact(handle, "duration")
        return f"is {found[0]:g} seconds long" if found else "has a length that I do not know"

    def _rate(self, handle: str) -> str:
        found = self._fact(handle, "fps")
        return f"has {found[0]:g} frames per second" if found else "has a frame rate that I do not know"

    def _sound(self, handle: str) -> str:
        known = self.media[handle].meta.get("has_audio") if handle in self.media else None
        return "may have sound, I do not know" if known is None else "has sound" if known else "has no sound"


def _counted(kind: str, number: int) -> str:
    word = _MANY[kind][:-1] if number == 1 else _MANY[kind]
    return f"{_number(number)} {word}"


def _number(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _main(call: TaskCall) -> str:
    """Return the medium that *call* mainly works on: the first that is no mask."""
    return next(iter(call.refs("image", "video", "audio", "mask")), "")


def _deed(call: TaskCall, handle: str) -> str:
    """Return what *call* did to *handle*, as said after "I"; "" for a call that made something from words alone."""
    main, op = _main(call), call.params.get("op", "")
    part = {"inside": "the marked part of ", "outside": "all but the marked part of "}.get(call.params.get("where", ""))
    if call.task == "extract":
        deed = f"took {'a frame' if {'frame', 'time'} & set(call.params) else 'a stretch'} out of {main}"
    elif call.task in ("adjust", "audio_adjust"):
        deed = f"{_DID_BY.get(op, 'changed')} {part or ''}{main}"
    elif call.task in _DID:
        deed = f"{_DID[call.task]} {main}"
    else:
        return ""
    return deed if handle == main else f"{deed} with {handle}"
