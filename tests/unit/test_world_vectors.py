"""The shipped vectors are those of today's words: whoever edits words of things or sounds must make them again."""

from __future__ import annotations

import json

import numpy as np
import pytest

from models.weights import faults
from models.world import atlas, find, hear
from training.world import vectors


@pytest.mark.parametrize("name", [find.WORDS, hear.VECTORS])
def test_every_word_has_its_vector(name):
    texts = vectors.lists()[name]
    stored = np.load(atlas.FOLDER / name, allow_pickle=False)
    assert (stored.dtype, stored.shape) == (np.int8, (len(texts), 384))
    noted = json.loads((atlas.FOLDER / "MANIFEST.json").read_text(encoding="utf-8"))["vectors"][name]
    assert noted == {"texts": len(texts), "sha256": vectors.digest(texts)}, "run: python -m training.world.vectors"
    assert faults(atlas.FOLDER) == []


def test_a_changed_word_or_order_changes_the_digest():
    texts = vectors.lists()[hear.VECTORS]
    assert vectors.digest(texts) != vectors.digest(("wolf", *texts[1:]))
    assert vectors.digest(texts) != vectors.digest((texts[1], texts[0], *texts[2:]))


def test_phrases_for_sounds_lie_nearest_to_their_own_class():
    found = hear.nearest("anything", lambda texts: hear.vectors()[[hear.phrases().index(("rain", "rain"))]])
    assert found[0][0] == "rain"
    assert found[0][1] == pytest.approx(1.0, abs=1e-5)
