"""Somebody at the page: one who has a hand and files of every kind, and what the tests of every verb with every medium do at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.browser import stage
from tests.browser.hands import Hand

ROUND = [(0.3, 0.2), (0.7, 0.8)]
"""A box round the red square, in tenths, so that the arrow keys draw it too."""
KINDS = ("image", "video", "audio", "mask")
ATTACHED = {"image": "image#1", "video": "video#1", "audio": "audio#1", "mask": "image#1"}
"""What a message about a kind brings along."""
CALLS = {
    "image": "do: adjust image#1 op=invert",
    "video": "do: adjust video#1 op=invert",
    "audio": "do: audio_adjust audio#1 op=reverse",
    "mask": "do: segment image#1 region#1",
}
MADE = {"image": "image#2", "video": "video#2", "audio": "audio#2", "mask": "mask#1"}
SLOW = {
    "image": 'do: edit image#1 "snow"',
    "video": 'do: video_edit video#1 "snow"',
    "audio": 'do: audio "rain"',
    "mask": "do: remove image#1 mask#1",
}
TASKS = {"image": "adjust", "video": "adjust", "audio": "audio_adjust", "mask": "adjust"}
"""What is chosen in the menu for a kind."""
EXACT = ("image", "audio", "mask")
"""Kinds whose files are the same to the byte when they are made again; a video's encoder promises less."""


class Told(stage.Scripted):
    """The scripted model of the stage that also does a task which the person chose, on the medium that they chose."""

    def stream(self, messages: Any, shelf: Any, options: Any, cancel: Callable[[], bool]) -> Iterator[str]:
        if options.force_task not in TASKS.values():
            yield from super().stream(messages, shelf, options, cancel)
            return
        medium = next(iter(options.chosen), "image#1")
        on = f"image#1 {medium}" if medium.startswith("mask") else medium
        yield f"Here it is.<task>{options.force_task} {on} op={'reverse' if 'audio' in medium else 'sepia'}</task>"


@dataclass
class Seat:
    """Somebody's page, the hand at it, and files of every kind."""

    page: Any
    hand: Hand
    site: stage.Site
    files: Path

    def press(self, selector: str) -> None:
        """Press the first thing that *selector* finds."""
        self.hand.press(self.page.locator(selector))

    def bot(self, handle: str, selector: str) -> None:
        """Press a thing under a result."""
        self.press(f"[data-testid=bot] .u-item[data-ref='{handle}'] {selector}")

    def made(self, kind: Any, number: int = -1) -> list[Any]:
        """Return the parts of a kind of a message, the last one."""
        return [part for part in self.site.messages(self.page)[number].parts if isinstance(part, kind)]

    def tiles(self) -> list[str]:
        """Return the handles in the tray."""
        found: list[str] = self.page.locator(".u-tile").evaluate_all("all => all.map(one => one.dataset.ref)")
        return found

    def attach(self, kind: str, twice: bool = False) -> None:
        """Attach what a message about *kind* brings along, or two of them."""
        names = {"video": ["moving.mp4", "other.mp4"], "audio": ["steps.wav", "other.wav"]}
        for name in names.get(kind, ["square.png", "wide.png"])[: 1 + (twice and kind != "mask")]:
            stage.attach(self.page, self.files / name)

    def marked(self, *boxes: list[tuple[float, float]]) -> None:
        """Mark the attached picture with a box, or more."""
        self.press("[data-mark='image#1']")
        stage.shown(self.page)
        for box in boxes or (ROUND,):
            self.hand.stroke(self.page, box)
        self.press("[data-act=done]")

    def begin(self, kind: str, twice: bool = False) -> None:
        """Attach what is wanted of *kind*, with a box drawn on it where it makes masks, or two."""
        self.attach(kind, twice)
        if kind == "mask":
            self.marked(*([ROUND, [(0.2, 0.1), (0.8, 0.9)]] if twice else [ROUND]))

    def sidebar(self) -> None:
        """Open the sidebar."""
        if not self.page.locator(".sidebar.open").count():
            self.press(".sidebar .toggle-button")
        self.page.wait_for_selector(".sidebar.open .u-chats .u-seek")

    def put_away(self) -> None:
        """Close the sidebar, which lies over a phone's page."""
        if self.page.locator(".sidebar.open").count():
            self.press(".sidebar .toggle-button")
            self.page.wait_for_selector(".sidebar:not(.open)")
