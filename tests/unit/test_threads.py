"""The number of processor threads that a person asked for holds for the language model too."""

from __future__ import annotations

import pytest

from models.unified import native
from models.values import Checkpoint


@pytest.mark.parametrize(("given", "usual", "taken"), [(8, 4, 4), (2, 4, 2), (1, 4, 1), (2, 1, 1)])
def test_the_model_takes_what_is_usual_and_no_more_than_was_given(monkeypatch, given, usual, taken):
    monkeypatch.setattr(native.torch, "get_num_threads", lambda: given)
    monkeypatch.setattr(native, "usual_threads", lambda: usual)
    assert native._threads(Checkpoint("native")) == taken
    assert native._threads(Checkpoint("native", call={"threads": 3})) == 3
