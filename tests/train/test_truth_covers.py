"""The covers that truth is drawn from are those of the pictures themselves."""

from __future__ import annotations

import numpy as np
import pytest

from models.world import atlas, crisp
from training.truth.shots import cover


@pytest.mark.parametrize("step", [-3, -1, 0, 1, 2])
@pytest.mark.parametrize("name", ["deer", "pizza", "dog"])
def test_a_cover_is_the_alpha_of_the_picture_at_that_step(name: str, step: int) -> None:
    picture, margin = crisp.prepared(atlas.sprite, name, "", step)
    found, own = cover(name, step)
    assert np.array_equal(found, picture[..., 3])
    assert own == margin
    assert max(cover(name, 0)[0].shape) - 4 == max(atlas.entry(name).size) == crisp.original(atlas.sprite, name, "")
