"""How fast are scenes composed, with the truth? Scenes a second on one core, against pasting the same sprites on a flat colour.

    python -m benchmarks.scenes [--side PIXELS] [--count N] [--rounds N]

Every scene has another backdrop, so nothing painted is used twice. Each round runs both ways over the same scenes, one after
the other; printed are the medians, the ratio of each round's two times, and the slowest kinds of backdrop. At 128 px the
composer shall make 60 scenes a second or more.
"""

from __future__ import annotations

import statistics
import time

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.common import arguments
from models.world.atlas import names, sprite
from models.world.backdrops import paint
from models.world.composer import compose
from models.world.crisp import prepared
from models.world.scene import KINDS, TIMES, Backdrop, Scene, Thing

KEPT: dict[str, NDArray[np.uint8]] = {}
"""The sprites by name."""


def kept(name: str) -> NDArray[np.uint8]:
    """Return a sprite of :data:`KEPT`."""
    return KEPT[name]


def scenes(count: int, seed: int) -> list[Scene]:
    """Return *count* scenes of one to four things on backdrops of every kind and hour."""
    rng = np.random.default_rng(seed)
    known = names()
    made = []
    for number in range(count):
        things = tuple(
            Thing(known[int(rng.integers(len(known)))], *map(float, rng.uniform(0.15, 0.85, 2)), float(rng.uniform(0.15, 0.45)),
                  float(rng.uniform(-15, 15)), bool(rng.random() < 0.5), id=index + 1) for index in range(int(rng.integers(1, 5)))
        )  # fmt: skip
        kind, hour = KINDS[number % len(KINDS)], str(rng.choice(TIMES))
        made.append(Scene(things, Backdrop(kind, hour, seed=seed * 100_000 + number)))
    return made


def pasted(scene: Scene, side: int) -> NDArray[np.uint8]:
    """The baseline: the same sprites reduced and laid over one colour; no turning, light, shadow or truth."""
    picture = np.full((side, side, 3), 180, np.float32)
    for thing in scene.things:
        cut = KEPT[thing.name]
        scale = thing.size * side / max(cut.shape[:2])
        wide, high = max(1, round(cut.shape[1] * scale)), max(1, round(cut.shape[0] * scale))
        small = cv2.resize(cut, (wide, high), interpolation=cv2.INTER_AREA).astype(np.float32)
        x, y = max(0, round(thing.x * side - wide / 2)), max(0, round(thing.y * side - high / 2))
        part = picture[y : y + high, x : x + wide]
        small = small[: part.shape[0], : part.shape[1]]
        part += (small[..., :3] - part) * (small[..., 3:] / 255)
    return picture.astype(np.uint8)


def main() -> None:
    options = arguments(__doc__, side=128, count=116, rounds=5)
    cv2.setNumThreads(1)
    # Sprites are decoded and reduced once and kept, as in any long run; what is measured is composing.
    for name in names():
        KEPT[name] = sprite(name)
        for step in (0, -1, -2):
            prepared(kept, name, "", step)
    drawn, flat = [], []
    for round_ in range(options.rounds + 1):
        todo = scenes(options.count, round_)
        began = time.process_time()
        for scene in todo:
            compose(scene, options.side, options.side, truth=True, sprites=kept)
        middle = time.process_time()
        for scene in todo:
            pasted(scene, options.side)
        ended = time.process_time()
        if round_:  # The first round fills the caches.
            drawn.append((middle - began) / options.count)
            flat.append((ended - middle) / options.count)
    ratio = [one / other for one, other in zip(drawn, flat, strict=True)]
    print(f"{options.side} px, {options.rounds} rounds of {options.count} scenes, CPU time of one core")
    print(
        f"composed, with masks and boxes  {1 / statistics.median(drawn):7.1f} scenes/s  {1000 * statistics.median(drawn):6.2f} ms"
    )
    print(
        f"pasted on a flat colour         {1 / statistics.median(flat):7.1f} scenes/s  {1000 * statistics.median(flat):6.2f} ms"
    )
    print(
        f"composed / pasted               {statistics.median(ratio):7.1f} times ({min(ratio):.1f} to {max(ratio):.1f})"
    )
    costs = {}
    for kind in KINDS:
        began = time.process_time()
        for seed in range(8):
            paint(Backdrop(kind, seed=900_000 + seed), options.side, options.side)
        costs[kind] = (time.process_time() - began) / 8
    slowest = sorted(costs, key=lambda kind: -costs[kind])[:6]
    print("slowest backdrops               " + ", ".join(f"{kind} {1000 * costs[kind]:.1f} ms" for kind in slowest))


if __name__ == "__main__":
    main()
