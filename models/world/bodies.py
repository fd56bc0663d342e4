"""The things that are to be placed, as boxes that move: one body is a thing with everything it wears, holds or carries.

All lengths here are in units of the frame's shorter side, so that a square is a square; x to the right, y down.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Item:
    """One thing: its centre, *wide* and *high*. *zone* says where it is at home: "ground" (feet on the ground), "sky" (above
    the horizon), "edge" (at the lower edge of the frame, see ``models.world.busts``) or "float" (anywhere). An item with a *parent* is carried: it keeps the offset *dx*, *dy* from its
    parent's centre and is drawn in front of it (*layer* 1) or behind it (-1). *depth* 0..1: how far back it likes to stand."""

    name: str
    group: int
    wide: float
    high: float
    zone: str = "ground"
    depth: float = 0.3
    x: float = 0.0
    y: float = 0.0
    parent: Item | None = None
    dx: float = 0.0
    dy: float = 0.0
    layer: int = 1
    children: list[Item] = field(default_factory=list)
    flip: bool = False
    fixed: bool = False
    tint: str = ""
    around: tuple[float, float, float, float] | None = None
    """The hull about the centre, kept until something grows or is added."""

    @property
    def left(self) -> float:
        return self.x - self.wide / 2

    @property
    def right(self) -> float:
        return self.x + self.wide / 2

    @property
    def top(self) -> float:
        return self.y - self.high / 2

    @property
    def feet(self) -> float:
        """The lower edge, of what it wears below it too: where it stands."""
        return self.hull()[3] if self.children else self.y + self.high / 2

    @property
    def root(self) -> Item:
        """The item that carries this one, or itself."""
        return self if self.parent is None else self.parent.root

    def family(self) -> Iterator[Item]:
        """Yield this item and everything it carries."""
        yield self
        for child in self.children:
            yield from child.family()

    def move(self, x: float, y: float) -> None:
        """Put the centre at *x*, *y*, with everything carried."""
        self.x, self.y = x, y
        for child in self.children:
            child.move(x + child.dx, y + child.dy)

    def grow(self, factor: float) -> None:
        """Make it *factor* times as large about its centre, with everything carried."""
        self.wide, self.high, self.root.around = self.wide * factor, self.high * factor, None
        self.around = None
        for child in self.children:
            child.dx, child.dy = child.dx * factor, child.dy * factor
            child.grow(factor)

    def carry(self, child: Item, dx: float, dy: float, layer: int) -> None:
        """Take *child* along at the offset *dx*, *dy* between the centres."""
        child.parent, child.dx, child.dy, child.layer = self, dx, dy, layer
        self.children.append(child)
        self.around = self.root.around = None
        child.move(self.x + dx, self.y + dy)

    def hull(self) -> tuple[float, float, float, float]:
        """Return left, top, right, bottom round it and everything it carries."""
        if self.around is None:
            boxes = [(i.left - self.x, i.top - self.y, i.right - self.x, i.y + i.high / 2 - self.y)
                     for i in self.family()]  # fmt: skip
            self.around = (
                min(b[0] for b in boxes),
                min(b[1] for b in boxes),
                max(b[2] for b in boxes),
                max(b[3] for b in boxes),
            )
        left, top, right, bottom = self.around
        return self.x + left, self.y + top, self.x + right, self.y + bottom


@dataclass(frozen=True)
class Ties:
    """What shall hold between items: *kind* as in ``wish.Relation``, the items of one side and those of the other."""

    kind: str
    some: tuple[Item, ...]
    others: tuple[Item, ...] = ()


@dataclass(frozen=True)
class Frame:
    """The frame in units of its shorter side, and its *horizon* (None where there is no ground)."""

    wide: float
    high: float
    horizon: float | None
