"""What an expert is handed: a handle that has to be a picture or a video is one, or is refused by its name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.expert import Clip, Inputs, Picture, Refusal, Sound

PICTURE = Picture(np.zeros((4, 4, 3), np.uint8))
CLIP = Clip(Path("a.mp4"), 4, 4, 8.0, 16)
SOUND = Sound(np.zeros((8, 1), np.float32), 8000)
INPUTS = Inputs({"image#1": PICTURE, "video#1": CLIP, "audio#2": SOUND}, {}, {}, Path(), 0)


@pytest.mark.parametrize(
    ("take", "handle", "value", "name", "others"),
    [
        (Inputs.picture, "image#1", PICTURE, "picture", ("video#1", "audio#2")),
        (Inputs.clip, "video#1", CLIP, "video", ("image#1", "audio#2")),
    ],
    ids=["picture", "video"],
)
def test_a_handle_stands_for_a_medium_of_its_kind_or_is_refused_by_its_name(take, handle, value, name, others):
    assert take(INPUTS, handle) is value
    for other in others:
        with pytest.raises(Refusal, match=rf"^{other} is not a {name}\.$") as refused:
            take(INPUTS, other)
        assert handle in refused.value.hint
