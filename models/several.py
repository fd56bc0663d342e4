"""Several pictures of one call, each from a seed of its own, which is told and with which it can be made again alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from models.device import SEEDS
from models.expert import Inputs, Param, Picture, Report, Share

SEED = "seed_used"
"""The fact of a picture that is one of several: the seed that makes it alone."""
COUNT = Param("count", "int", "how many pictures, each from a seed of its own", low=1, high=8)


def several(inputs: Inputs, report: Report, make: Callable[[Inputs, Report], Picture]) -> Picture | list[Picture]:
    """Return the picture or pictures that *make* gives, as many as the call's ``count`` (1), one after another: the first from the
    call's seed, each further one from the next seed, which its notes name."""
    count = int(inputs.settings.get(COUNT.name) or 1)
    made = []
    for number in range(count):
        seed = (inputs.seed + number) % SEEDS
        picture = make(replace(inputs, seed=seed), Share(report, number / count, (number + 1) / count))
        if count > 1:
            picture.meta[SEED] = seed
            own = picture.meta.get("notes", []) if number == 0 else []  # the same of each, said once
            picture.meta["notes"] = [*own, f"picture {number + 1} of {count} has the seed {seed}"]
        made.append(picture)
    return made if count > 1 else made[0]
