"""Percepts by handle: made when they are asked for, once for each content, and a file that cannot be read is told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.expert import Masks, Picture, Refusal
from models.percepts import MARKED, PATCH, PLACE, Percept
from models.senses import kept as kept_module
from models.senses import perceive
from models.senses.kept import Kept
from models.senses.perceive import Perceived
from models.unified.looking import Looked
from models.unified.stream import UNREAD, LeftOut
from models.values import Box, Media, Message, Region, Text

PHOTO, SAME, OTHER = (
    Media("image", f"image#{n}", path) for n, path in ((1, "ab/1.png"), (2, "ab/1.png"), (3, "cd/2.png"))
)
MASK = Media("mask", "mask#1", "ef/3.png")
MARK = Region(1, "image#1", box=Box(0, 0, 0.5, 1), mask="mask#1", label="dog")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the stand-ins for the encoders were asked for."""
    asked: list[Any] = []

    def rows(kind: int, count: int) -> Percept:
        names = ("dog",) * count if kind == MARKED else ()
        places = np.zeros((count, PLACE), np.float32)
        return Percept(kind, np.zeros((count, 4), np.float16), places, names, np.ones(count, np.float32))

    def seen(kind: str, given: Any, device: str = "cpu", gated: bool = True, record: Any = None) -> Perceived:
        asked.append((kind, given.shape))
        return Perceived((rows(PATCH, 25),))

    def marked(pixels: Any, regions: Any, masks: Any = None, device: str = "cpu", gated: bool = True) -> Any:
        asked.append(("marks", {name: mask.shape for name, mask in masks.items()}))
        return (rows(MARKED, 1),)

    monkeypatch.setattr(perceive, "perceive", seen)
    monkeypatch.setattr(kept_module, "_shared", Kept())
    monkeypatch.setattr(perceive, "perceive_marks", marked)
    return asked


def looked(kept: Kept, told: list[LeftOut], *parts: Any, cancel: bool = False) -> Looked:
    def opened(medium: Media) -> Any:
        if medium is OTHER:
            raise Refusal("The file is gone.", "Attach it again.")
        mask = Masks(np.ones((1, 6, 8), bool), ["dog"], [1.0])
        return mask if medium.kind == "mask" else Picture(np.zeros((12, 16, 3), np.uint8))

    shelf = {part.handle: part for part in parts if isinstance(part, Media)}
    return Looked([Message("user", (*parts, Text("look")))], shelf, opened, kept, "cpu", told.append, lambda: cancel)


def test_nothing_is_looked_at_before_it_is_asked_for_and_the_same_content_once(calls: list[Any]) -> None:
    kept = Kept()
    found = looked(kept, [], PHOTO, SAME, MASK, MARK)
    assert set(found) == {"image#1", "image#2", "mask#1", "region#1"}
    assert calls == []
    assert [len(one) for one in found["image#1"]] == [25]
    assert found["image#2"] is found["image#1"]
    assert found["mask#1"] == ()
    assert found.get("image#9", ()) == ()
    assert calls == [("image", (12, 16, 3))]
    assert looked(kept, [], PHOTO)["image#1"] is found["image#1"]
    assert len(calls) == 1


def test_a_mark_is_looked_at_with_the_mask_that_it_refines_in_the_pictures_size(calls: list[Any]) -> None:
    kept = Kept()
    (row,) = looked(kept, [], PHOTO, MASK, MARK)["region#1"]
    assert row.kind == MARKED
    assert calls == [("marks", {"mask#1": (12, 16)})]
    again = Region(7, "image#1", box=Box(0, 0, 0.5, 1), mask="mask#1")  # the same place under another number
    assert looked(kept, [], PHOTO, MASK, again)["region#7"] == (row,)
    assert len(calls) == 1
    moved = Region(1, "image#1", box=Box(0, 0, 0.6, 1), mask="mask#1")
    looked(kept, [], PHOTO, MASK, moved).get("region#1")
    assert len(calls) == 2


def test_a_file_that_cannot_be_read_is_told_once_and_the_reply_goes_on(calls: list[Any]) -> None:
    told: list[LeftOut] = []
    found = looked(Kept(), told, OTHER)
    assert found["image#3"] == found["image#3"] == ()
    assert told == [LeftOut(UNREAD, "I could not look at image#3: The file is gone.")]


def test_after_stop_nothing_is_looked_at_any_more(calls: list[Any]) -> None:
    assert looked(Kept(), [], PHOTO, cancel=True)["image#1"] == ()
    assert calls == []


def test_what_is_on_record_as_drawn_here_passes_the_gate(calls: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    judged = []
    seen, marked = perceive.perceive, perceive.perceive_marks
    monkeypatch.setattr(perceive, "perceive", lambda *given: (judged.append(given[3]), seen(*given))[1])
    monkeypatch.setattr(perceive, "perceive_marks", lambda *given, gated: (judged.append(gated), marked(*given))[1])
    kept, bare = Kept(), Region(1, "image#1", box=Box(0, 0, 0.5, 1))
    for meta in ({}, {"scene": {"things": []}}, {"plan": {"events": []}}):
        found = looked(kept, [], Media("image", "image#1", "ab/1.png", meta), bare)
        assert found["image#1"]
        assert found["region#1"]
    assert judged == [True, True, False, False, False, False], "the scene of the second is no record of the third"
