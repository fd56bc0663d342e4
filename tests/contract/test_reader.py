"""The sentence encoder that the unified model and the experts share: one copy of the weights, and vectors that mean something."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from models.reader import TEXT_ENCODER, shared_embedder, shared_reader
from models.unified.native import load
from models.values import Checkpoint


def test_the_unified_model_and_the_experts_share_one_encoder() -> None:
    model = load(Checkpoint("native", "nano/unified"), "cpu")
    assert model.reader is shared_reader()
    assert shared_reader(Path(TEXT_ENCODER) / ".." / TEXT_ENCODER.name, "cpu") is model.reader
    with ThreadPoolExecutor(4) as pool:
        assert len({id(r) for r in pool.map(lambda _: shared_reader(), range(4))}) == 1


def test_sentences_are_unit_vectors_that_do_not_depend_on_what_stands_beside_them() -> None:
    embed = shared_embedder()
    assert embed is not None
    texts = ["a cat", "", "a much longer sentence about the weather in the north of the country", "dog " * 900]
    together = embed(texts)
    assert together.shape == (4, 384)
    assert together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(together, np.concatenate([embed([text]) for text in texts]), atol=2e-5)
    assert embed([]).shape == (0, 384)


def test_near_words_have_near_vectors() -> None:
    embed = shared_embedder()
    assert embed is not None
    names = ["dog", "car", "pizza", "guitar", "boat"]
    found = embed(["puppy", "automobile", "margherita with cheese", "ukulele", "ship"]) @ embed(names).T
    assert found.argmax(1).tolist() == [0, 1, 2, 3, 4]
