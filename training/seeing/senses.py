"""The program's own senses as the bank uses them: one look at a picture serves its things and its marks, and nothing is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from models.percepts import Percept

from training.seeing.clips import Filmed
from training.seeing.pictures import Drawn
from training.seeing.sounds import RATE, Sounding

if TYPE_CHECKING:
    from models.values import Region


class Own:
    """The shipped encoders. Raises Refusal when they are not there."""

    def __init__(self, device: str = "cpu") -> None:
        from models.senses.perceive import load

        self.senses = load(device)

    def versions(self) -> dict[str, str]:
        """Return digests of the weights by which each kind of medium is perceived."""
        from models.senses import perceive

        folder = perceive.ASSETS / perceive.JUDGES  # of what judges, all that rows depend on
        judge = b"".join((folder / name).read_bytes() for name in (perceive.SURENESS, perceive.SETTINGS))
        eyes = f"{perceive.version(perceive.LOW, perceive.HIGH)}-{hashlib.sha256(judge).hexdigest()[:8]}"
        return {"image": eyes, "video": eyes, "audio": perceive.version(perceive.HEARING)}

    def picture(self, drawn: Drawn, regions: Sequence[Region] = ()) -> tuple[tuple[Percept, ...], tuple[Percept, ...]]:
        """Return what is perceived of a picture, and of each of *regions* on it."""
        from models.senses.picture import marked_rows

        look = self.senses.look([drawn.pixels])[0]
        height, width = drawn.pixels.shape[:2]
        marked = tuple(marked_rows(look, regions, (width, height), None)) if regions else ()
        return self.senses.looked(look), marked

    def clip(self, filmed: Filmed) -> tuple[Percept, ...]:
        """Return what is perceived of a clip."""
        return self.senses.frames(filmed.frames, filmed.seconds, gated=False).percepts

    def sound(self, made: Sounding) -> tuple[Percept, ...]:
        """Return what is perceived of a sound."""
        return self.senses.sound(made.samples[:, None], RATE, gated=False).percepts
