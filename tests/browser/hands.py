"""Hands at the page: a mouse at a desk, a finger on a phone and on a tablet, and the keyboard alone. A test that is written for a
hand runs with each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.browser import stage

TOUCH: dict[str, Any] = {"has_touch": True, "is_mobile": True}
FOCUSED = "node => node === document.activeElement && node.matches(':focus-visible')"


@dataclass(frozen=True)
class Hand:
    """How somebody reaches the page: *screen* is what the browser is told of their device, *way* is "mouse", "finger" or "keys"."""

    name: str
    way: str
    screen: dict[str, Any] = field(default_factory=dict)

    def press(self, target: Any) -> None:
        """Press what a locator finds, the first of it: by a click, a tap, or Enter on it with its focus to be seen."""
        first = target.first
        if self.way == "mouse":
            first.click()
        elif self.way == "finger":
            first.tap()
        else:
            # What is pressed may be drawn anew at this very moment, and the new one is the one to press.
            assert stage.until(lambda: first.focus() is None and first.evaluate(FOCUSED), 10), (
                "the focus is not to be seen"
            )
            first.press("Space" if first.get_attribute("type") in ("radio", "checkbox") else "Enter")

    def stroke(self, page: Any, points: Sequence[tuple[float, float]]) -> None:
        """Lead the tool in hand along *points*, fractions of the picture of the open dialog; with the keys they are tenths."""
        if self.way == "mouse":
            stage.drag(page, list(points))
        elif self.way == "finger":
            stage.touch(page, list(points))
        else:
            self._cross(page, points[0])
            page.keyboard.press("Enter")
            for point in points[1:]:
                self._cross(page, point)
            page.keyboard.press("Enter")

    def tap(self, page: Any, point: tuple[float, float]) -> None:
        """Set one mark, a point or a corner, at a fraction of the picture."""
        if self.way == "mouse":
            page.mouse.click(*stage.place(page, *point))
        elif self.way == "finger":
            stage.touch(page, [point])
        else:
            self._cross(page, point)
            page.keyboard.press("Space")

    @staticmethod
    def _cross(page: Any, point: tuple[float, float]) -> None:
        """Move the cross of the arrow keys to *point*."""
        page.focus(".u-canvas .u-overlay")
        at = page.evaluate(CROSS)
        for axis, (less, more) in enumerate((("ArrowLeft", "ArrowRight"), ("ArrowUp", "ArrowDown"))):
            steps = round((point[axis] - at[axis]) * 100)
            key = more if steps > 0 else less
            for _ in range(abs(steps) // 10):
                page.keyboard.press(f"Shift+{key}")
            for _ in range(abs(steps) % 10):
                page.keyboard.press(key)


CROSS = """() => {
  const box = document.querySelector('.u-canvas .u-overlay').viewBox.baseVal;
  const lines = [...document.querySelectorAll('.u-canvas .u-overlay > line[stroke-dasharray]')];
  if (!lines.length) return [0.5, 0.5];
  const up = lines.find((line) => line.x1.baseVal.value === line.x2.baseVal.value);
  const along = lines.find((line) => line !== up);
  return [up.x1.baseVal.value / box.width, along.y1.baseVal.value / box.height];
}"""
"""Where the cross of the arrow keys stands, read off the two dashed lines that show it; it begins in the middle."""

DESK = Hand("desk", "mouse", {"viewport": {"width": 1280, "height": 860}})
PHONE = Hand("phone", "finger", {"viewport": {"width": 412, "height": 860}, **TOUCH})
TABLET = Hand("tablet", "finger", {"viewport": {"width": 820, "height": 1180}, **TOUCH})
KEYS = Hand("keys", "keys", {"viewport": {"width": 1280, "height": 860}})
