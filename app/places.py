"""Where the phrases of an answer lie: boxes, points, stretches of time and masks, as what the cards show and light up; and what a
person's own words name.

A phrase that names a mask, or asks for one (``<seg>``), is tied to it by the mask's own word; whatever else it names gets a word of
the phrase's own. Pure functions of messages and shelf, no gradio, no disk.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.palette import index_of
from models.values import Grounding, Media, Span

from app.cards import Link, item, key, label_of, mask_items

_ARTICLE = re.compile(r"^(?:the|a|an|this|that|these|those|my|your|his|her|its|our|their)\s+", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w#])(?:mask|region)#[1-9][0-9]*(?![\w#])", re.IGNORECASE)
_STRETCH = re.compile(
    r"(?<![\w#])((?:audio|video)#[1-9][0-9]*) from ([0-9]+(?:\.[0-9]+)?) s to ([0-9]+(?:\.[0-9]+)?) s(?!\w)",
    re.IGNORECASE,
)
SEEN = ("image", "video")
HEARD = ("audio", "video")


@dataclass(frozen=True)
class Place:
    """One phrase of an answer: the word *own* by which its boxes, points and stretches light up, its place *hue* among the colours,
    and the *masks* that it means."""

    own: str
    grounding: Grounding
    hue: int
    masks: tuple[Media, ...] = ()

    def keys(self) -> list[str]:
        """Return the words of everything that the phrase lights up."""
        bare = self.masks and not (self.grounding.boxes or self.grounding.points or self.grounding.spans)
        return [*([] if bare else [self.own]), *(key(mask.handle) for mask in self.masks)]


def masks_meant(part: Grounding, own: Sequence[Media], taken: Iterable[str], shelf: Mapping[str, Media]) -> list[Media]:
    """Return the masks that *part* means: the one that it names; where it asks for one, those of *own*, its reply's, or else the
    latest of the shelf that have its phrase as name, or else the next of *own* that is not among *taken*."""
    named = part.of.startswith("mask#")
    if named:
        return [shelf[part.of]] if part.of in shelf else []
    if not part.seg:
        return []
    masks = [mask for mask in shelf.values() if mask.kind == "mask" and part.of in ("", mask.meta.get("of"))]
    mine = {mask.handle for mask in own}
    alike = [mask for mask in masks if _plain(label_of(mask)) == _plain(part.phrase)]
    if alike:
        here = [mask for mask in alike if mask.handle in mine]
        latest = alike[-1]
        return here or [m for m in alike if m.meta.get("call") == latest.meta.get("call")]
    left = set(taken)
    return [mask for mask in masks if mask.handle in mine and mask.handle not in left][:1]


def _plain(words: str) -> str:
    return _ARTICLE.sub("", " ".join(words.lower().split()))


def medium_of(place: Place, shelf: Mapping[str, Media]) -> str:
    """Return the handle of the medium on which *place* lies: the one that it names, that of the mask that it names, or the latest
    that can be seen, or, of a stretch alone, heard; "" where there is none."""
    grounding = place.grounding
    of = grounding.of
    if of.startswith("mask#"):
        of = str(shelf[of].meta.get("of") or "") if of in shelf else ""
    elif not of and place.masks:
        of = str(place.masks[0].meta.get("of") or "")
    if not of:
        kinds = SEEN if grounding.boxes or grounding.points else HEARD
        of = next((handle for handle, medium in reversed(list(shelf.items())) if medium.kind in kinds), "")
    return of if of in shelf and shelf[of].kind in ("image", "video", "audio") else ""


def marked(places: Sequence[Place], shelf: Mapping[str, Media]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Return for each medium on which *places* lie what is shown on it: "boxes", "points" and "stretches", those that there are.
    A box or point of a phrase that also names times is seen at its own one of them, or at the first."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for place in places:
        grounding, of = place.grounding, medium_of(place, shelf)
        if not of:
            continue
        mine, kind = found.setdefault(of, {}), shelf[of].kind
        own = {"key": place.own, "hue": place.hue}
        spans = [[span.start, span.end] for span in grounding.spans] if kind in HEARD else []
        if kind in SEEN:
            paired = len(spans) == len(grounding.boxes)
            for number, box in enumerate(grounding.boxes):
                when = {"span": spans[number if paired else 0]} if spans else {}
                entry = {"box": [box.x0, box.y0, box.x1, box.y1], "label": grounding.phrase, **own, **when}
                mine.setdefault("boxes", []).append(entry)
            when = {"span": spans[0]} if spans else {}
            for point in grounding.points:
                mine.setdefault("points", []).append({"point": [point.x, point.y], **own, **when})
        for span in spans:
            keys = place.keys()
            mine.setdefault("stretches", []).append(
                {"span": span, "label": grounding.phrase, **own, **({"also": keys[1:]} if keys[1:] else {})}
            )
    return {of: more for of, more in found.items() if more}


def with_marks(shown: dict[str, Any], more: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Return the item *shown* with what a phrase says of it, beside what it tells itself."""
    return {**shown, **{name: [*shown.get(name, ()), *entries] for name, entries in more.items()}}


def place_cards(
    places: Sequence[Place], shown: Iterable[str], shelf: Mapping[str, Media], link: Link
) -> list[dict[str, Any]]:
    """Return cards for the media and masks that the phrases *places* mean and that are not among *shown*, the handles of what the
    reply shows itself."""
    known = set(shown)
    meant = {mask.handle: mask for place in places for mask in place.masks}
    masks = [mask for mask in meant.values() if mask.handle not in known]
    cards = mask_items(masks, shelf, link)
    more = marked(places, shelf)
    on: set[str] = set()
    for number, (card, of) in enumerate(zip(cards, dict.fromkeys(_source(mask) for mask in masks), strict=True)):
        if of in more and set(more[of]) == {"stretches"}:
            cards[number] = with_marks(card, more[of])
            on.add(of)
    cards += [with_marks(item(shelf[of], shelf, link), entries) for of, entries in more.items() if of not in known | on]
    return [{"kind": "call", "items": [card]} for card in cards]


def _source(mask: Media) -> str:
    return str(mask.meta.get("of") or "")


def handles_said(text: str, shelf: Mapping[str, Media], marks: Collection[str]) -> dict[str, int]:
    """Return the handles of masks on the *shelf* and of *marks*, regions, that *text* names, each with its place among the colours."""
    said = dict.fromkeys(found.lower() for found in _HANDLE.findall(text))
    masks = {handle: index_of(handle, shelf[handle].meta) for handle in said if handle in shelf}
    return {
        handle: masks[handle] if handle in masks else index_of(handle, {})
        for handle in said
        if handle in (masks.keys() | {*marks})
    }


def stretches_said(text: str, shelf: Mapping[str, Media]) -> list[tuple[str, str, Span]]:
    """Return the stretches that *text* names as the page writes them ("audio#1 from 1.20 s to 3.40 s") and that lie within a medium of
    the *shelf*: the words, the medium's handle and the seconds."""
    found: dict[str, tuple[str, str, Span]] = {}
    for said in _STRETCH.finditer(text):
        of, start, end = said[1].lower(), float(said[2]), float(said[3])
        last = float(shelf[of].meta.get("duration") or 0) if of in shelf else 0.0
        if start < end <= last + 0.1:
            found.setdefault(said[0].lower(), (said[0], of, Span(start, end)))
    return list(found.values())


def seconds_of(span: Span) -> str:
    """Return *span* in words, as the page writes stretches of time and :func:`stretches_said` reads them."""
    return f"{span.start:.2f} s to {span.end:.2f} s"


def stretch_mark(span: Span, own: str, hue: int) -> dict[str, list[dict[str, Any]]]:
    """Return what shows *span* on its medium, lit by the word *own*, for :func:`with_marks`."""
    return {"stretches": [{"span": [span.start, span.end], "label": "", "key": own, "hue": hue}]}
