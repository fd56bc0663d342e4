"""Regions drawn with typed words, as ``/draw`` and ``/frame`` of the console chat give them. They become the same data that a
browser sends, and pass the same checks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from models.expert import Refusal
from models.places import read_place
from models.values import Box, Media, Point, Region, Span

from app.overrides import stretches, with_stretches
from app.regions import region_from_json

SHAPES = {
    "box": "/draw box 100,100,500,500",
    "point": "/draw point 500,500",
    "line": "/draw line 100,100 500,200 900,100",
    "outline": "/draw outline 100,100 900,100 500,800",
}
"""The shapes that can be typed, each with an example."""
_HANDLE = re.compile(r"(?:image|video|audio|mask)#[0-9]{1,9}")
_WIDTH = re.compile(r"width=([0-9.]{1,12})")
_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_MOMENT = re.compile(r"(#?)([0-9]+(?:\.[0-9]+)?)")


class Sketch:
    """What is drawn for the next message. Every method takes the conversation's *shelf* and returns a line to print."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self.spans: list[tuple[str, Span]] = []
        self.times: dict[str, float] = {}

    def clear(self) -> None:
        """Forget what is drawn; the chosen moments of videos stay."""
        self.entries, self.spans = [], []

    def regions(self, shelf: Mapping[str, Media], first: int) -> list[Region]:
        """Return what is drawn, numbered from *first*."""
        return region_from_json(self.entries, shelf, first)

    def draw(self, rest: str, shelf: Mapping[str, Media], attached: Sequence[str], first: int) -> str:
        """Draw what *rest* says: a shape with its numbers and maybe a handle, a mask to start from, a name, or ``undo``.

        A box and a mask begin a new object; points, lines and outlines add to the last one of the same picture and moment.
        Raises Refusal that shows how to write it.
        """
        kind, _, words = rest.strip().partition(" ")
        if kind == "undo":
            return self._undo(first)
        if kind == "name":
            return self._name(words.strip(), shelf, first)
        if _HANDLE.fullmatch(kind) and kind.startswith("mask"):
            return self._add({"ref": kind, "mask": kind, "shapes": []}, True, shelf, first)
        if kind == "stretch":
            return self._stretch(words, shelf, attached)
        if kind not in SHAPES:
            what = f"/draw does not know {kind}." if kind else "/draw needs a shape."
            raise Refusal(
                what, f"Draw {', '.join(SHAPES)}, stretch, mask#1, name or undo; for example {SHAPES['box']}."
            )
        named = _HANDLE.findall(words)
        shape, warnings = _shape(kind, _HANDLE.sub("", words))
        of = target(named[-1] if named else "", shelf, attached)
        entry: dict[str, Any] = {"ref": of, "shapes": [shape]}
        if of.startswith("video"):
            entry["time"] = self.times.get(of, 0.0)
        return self._add(entry, kind == "box", shelf, first) + "".join(f" ({warning})" for warning in warnings)

    def frame(self, rest: str, shelf: Mapping[str, Media], attached: Sequence[str]) -> str:
        """Choose the moment of a video that is drawn on from now on: seconds, or a frame's number written #12."""
        words = rest.split()
        named = words.pop(0) if words and _HANDLE.fullmatch(words[0]) else ""
        videos = [handle for handle, media in shelf.items() if media.kind == "video"]
        of = named or next((h for h in (*reversed(attached), *reversed(videos)) if h in videos), "")
        if of not in videos:
            raise Refusal(f"{of} is no video here." if of else "There is no video here.", "Add one: /add clip.mp4.")
        moment = _MOMENT.fullmatch(words[0]) if len(words) == 1 else None
        if moment is None:
            raise Refusal(
                "/frame needs a moment.", f"Write /frame {of} 1.5 for seconds, or /frame {of} #12 for a frame."
            )
        meta = shelf[of].meta
        fps, start = float(meta.get("fps") or 0), float(meta.get("start") or 0)
        if moment[1] and fps <= 0:
            raise Refusal(f"The frames of {of} cannot be counted.", f"Name the moment in seconds: /frame {of} 1.5.")
        seconds = start + float(moment[2]) / fps if moment[1] else float(moment[2])
        probe = {"ref": of, "time": seconds, "shapes": [{"type": "point", "xy": [0.5, 0.5]}]}
        (checked,) = region_from_json([probe], shelf, 1)  # refuses a moment outside of the clip
        self.times[of] = checked.time or 0.0
        return f"  What you draw on {of} lies at {self.times[of]:.2f} s."

    def _add(self, entry: dict[str, Any], fresh: bool, shelf: Mapping[str, Media], first: int) -> str:
        last = self.entries[-1] if self.entries else None
        place = (entry["ref"], entry.get("time"))
        joins = not fresh and last is not None and (last["ref"], last.get("time")) == place
        if joins and last is not None:
            entries = [*self.entries[:-1], {**last, "shapes": [*last["shapes"], *entry["shapes"]]}]
        else:
            entries = [*self.entries, entry]
        drawn = region_from_json(entries, shelf, first)[-1]
        self.entries = entries
        when = f" at {drawn.time:.2f} s" if drawn.time is not None else ""
        added = f"The {entry['shapes'][-1]['type']} is added to {drawn.handle}" if joins else f"{drawn.handle} is drawn"
        return f"  {added} on {drawn.of}{when}."

    def _stretch(self, words: str, shelf: Mapping[str, Media], attached: Sequence[str]) -> str:
        named, numbers = _HANDLE.findall(words), _SECONDS.findall(_HANDLE.sub("", words))
        sounds = [handle for handle, m in shelf.items() if m.kind == "audio" or m.meta.get("has_audio")]
        of = named[-1] if named else next((h for h in (*reversed(attached), *reversed(sounds)) if h in sounds), "")
        if not of:
            raise Refusal("There is no sound here.", "Add one: /add tune.wav.")
        if len(numbers) != 2:
            raise Refusal("/draw stretch needs its begin and its end.", f"Write it as in /draw stretch 1.2 3.4 {of}.")
        _, (span,) = stretches([{"ref": of, "span": [float(number) for number in numbers]}], shelf)
        self.spans.append(span)
        return f"  {with_stretches('', [span])} is marked."

    def _undo(self, first: int) -> str:
        if self.spans and not self.entries:
            gone = self.spans.pop()
            return f"  {with_stretches('', [gone])} is not marked any more."
        if not self.entries:
            raise Refusal("Nothing is drawn.", f"Draw with {SHAPES['box']}.")
        self.entries.pop()
        return f"  region#{first + len(self.entries)} is taken away."

    def _name(self, label: str, shelf: Mapping[str, Media], first: int) -> str:
        if not self.entries or not label:
            raise Refusal(
                "There is nothing to name." if label else "/draw name needs a name.",
                "Draw first, then write /draw name the dog.",
            )
        self.entries[-1]["label"] = label
        drawn = self.regions(shelf, first)[-1]
        return f"  {drawn.handle} is called {drawn.label}."


def target(handle: str, shelf: Mapping[str, Media], attached: Sequence[str]) -> str:
    """Return the medium to draw on: the named one, else the last attached one, else the latest that can be drawn on."""
    if handle:
        if handle not in shelf:
            raise Refusal(f"There is no {handle} here.", f"There are: {', '.join(shelf) or 'none yet'}.")
        return handle
    for candidate in [*reversed(attached), *reversed(list(shelf))]:
        if candidate in shelf and shelf[candidate].kind in ("image", "video"):
            return candidate
    raise Refusal("There is nothing to draw on.", "Attach a picture or video first: /add FILE.")


def _shape(kind: str, words: str) -> tuple[dict[str, Any], list[str]]:
    """Return the shape that *words* write down, with what had to be mended. Raises Refusal with an example."""
    example = SHAPES[kind]
    warnings: list[str] = []
    if kind in ("box", "point"):
        places = read_place("<box>" if kind == "box" else "<pt>", words, warnings)
        if len(places) != 1 or not isinstance(places[0], Box | Point):
            raise Refusal(
                f"/draw {kind}: {warnings[0] if warnings else 'one at a time'}.", f"Write it as in {example}."
            )
        place = places[0]
        if isinstance(place, Box):
            return {"type": "box", "box": [place.x0, place.y0, place.x1, place.y1]}, warnings
        return {"type": "point", "xy": [place.x, place.y], "neg": not place.positive}, warnings
    wide = _WIDTH.search(words)
    pairs = _WIDTH.sub("", words).split()
    neg = "-" in pairs
    dots = [read_place("<pt>", pair, warnings) for pair in pairs if pair != "-"]
    pts = [[dot[0].x, dot[0].y] for dot in dots if len(dot) == 1 and isinstance(dot[0], Point)]
    if len(pts) < len(dots) or len(pts) < (3 if kind == "outline" else 2):
        what = warnings[0] if warnings else f"it needs at least {3 if kind == 'outline' else 2} points"
        raise Refusal(f"/draw {kind}: {what}.", f"Write it as in {example}.")
    if kind == "outline":
        return {"type": "poly", "pts": pts, "neg": neg}, sorted(set(warnings))
    return {"type": "scribble", "pts": pts, "neg": neg, "width": float(wide[1]) if wide else 0.02}, sorted(
        set(warnings)
    )
