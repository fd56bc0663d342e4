"""A conversation being put together from a public set's truth."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from models.media import image_meta
from models.values import Arg, Box, Grounding, Kind, Media, Message, Part, Phrase, Ref, Region, TaskCall, Text

from training.convert.items import Conversation
from training.convert.reading import inside
from training.convert.requests import ASK, DO


def picture_meta(folder: Path, name: str, size: tuple[int, int] | None = None) -> dict[str, Any]:
    """Return width and height of a picture of the set, px, from its header. Raises ValueError when it is missing, or of
    another *size* (width, height) than its annotation says: boxes and masks would not fit. Raises Refusal when unreadable."""
    meta = image_meta(inside(folder, name))
    found = int(meta["width"]), int(meta["height"])
    if size is not None and found != size:
        raise ValueError(
            f"{name} has {found[0]} x {found[1]} pixels, its annotation is for {size[0]} x {size[1]}: wrong or turned picture"
        )
    return {"width": found[0], "height": found[1]}


class Chat:
    """Turns in order: attach and mark, :meth:`ask`, then what the assistant says and calls, :meth:`answer`.

    Words are chosen at random, but always the same ones for the same *key*.
    """

    def __init__(self, key: str) -> None:
        self.key = key
        self.rng = Random(key)
        self.messages: list[Message] = []
        self.calls = 0
        self._counts: dict[str, int] = {}
        self._parts: list[Part] = []

    def _number(self, kind: str) -> int:
        self._counts[kind] = self._counts.get(kind, 0) + 1
        return self._counts[kind]

    def medium(self, kind: Kind, path: str, **meta: Any) -> Media:
        """Add a medium of the set, or one that a call gave, to the message being written. *path* is relative to the set's
        folder, "" for masks, which carry their run lengths."""
        media = Media(kind, f"{kind}#{self._number(kind)}", path, meta)
        self._parts.append(media)
        return media

    def mark(self, of: str, box: Box, label: str = "") -> Region:
        """Draw a box on the medium *of*."""
        region = Region(self._number("region"), of, box=box, label=label)
        self._parts.append(region)
        return region

    def ask(self, words: str) -> None:
        """End the person's message with *words*. Raises ValueError when there are none."""
        if not words.strip():
            raise ValueError("the request has no words")
        self._parts.append(Text(words.strip()))
        self.messages.append(Message("user", tuple(self._parts)))
        self._parts = []

    def request(self, task: str, x: str = "") -> str:
        """Return one of the ways to ask for *task*, {x} filled."""
        return self.rng.choice(ASK[task]).replace("{x}", x)

    def say(self, words: str) -> None:
        """Add words of the assistant's."""
        self._parts.append(Text(words))

    def reply(self, task: str, h: str = "", n: int = 0) -> None:
        """Add one of the ways to announce *task*; {h} is the medium's handle, {n} a number of things."""
        self.say(self.rng.choice(DO[task]).replace("{h}", h).replace("{n}", str(n)))

    def point(self, phrase: str, boxes: Sequence[Box], of: str) -> None:
        """Add a grounded phrase."""
        self._parts.append(Grounding(phrase, tuple(boxes), of=of))

    def call(self, task: str, *args: Arg | str) -> str:
        """Add a task call and return its id; strings among *args* are handles."""
        self.calls += 1
        call = TaskCall(f"t{self.calls}", task, tuple(Ref(arg) if isinstance(arg, str) else arg for arg in args))
        self._parts.append(call)
        return call.id

    def answer(self) -> None:
        """End the assistant's message."""
        self.messages.append(Message("assistant", tuple(self._parts)))
        self._parts = []

    def done(self, group: str) -> Conversation:
        """Return the conversation. Raises ValueError when it has no turn."""
        if not self.messages:
            raise ValueError("nothing in this example can be asked for")
        return Conversation(self.key, group, tuple(self.messages))


def cut_out(chat: Chat, image: Media, phrase: str, metas: Sequence[dict[str, Any]], boxes: Sequence[Box] = ()) -> None:
    """Add the assistant's answer to "cut out *phrase*": the call, with the boxes of what it means where the set gives them,
    and one mask for each of *metas* (of :func:`training.convert.shapes.mask_meta`)."""
    chat.reply("segment.many" if len(metas) > 1 else "segment", image.handle, len(metas))
    call = chat.call("segment", image.handle, Phrase(phrase), *boxes)
    for meta in metas:
        chat.medium("mask", "", **{"call": call, "label": phrase, "of": image.handle, **meta})
    chat.answer()
