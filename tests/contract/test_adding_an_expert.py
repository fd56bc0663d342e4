"""The expert of docs/adding-an-expert.md, exactly as it stands there, added to a running program and used."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from app.engine import Engine
from app.settings import Settings
from models.profiles import PROFILES
from models.values import Checkpoint, Failure, Media, Step

PAGE = Path(__file__).resolve().parents[2] / "docs" / "adding-an-expert.md"


def test_the_expert_of_the_docs_is_added_by_one_file_and_one_profile_line(tmp_path: Path) -> None:
    code = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.S)[0]
    folder = tmp_path / "experts"
    folder.mkdir()
    (folder / "posterise.py").write_text(code, encoding="utf-8")
    nano = PROFILES["nano"]
    profile = replace(nano, experts={**nano.experts, "posterise": (Checkpoint("posterise"),)})
    engine = Engine(Settings(data=tmp_path / "data", experts_folder=folder, profile="nano"), profile=profile)
    Image.fromarray(np.arange(256, dtype=np.uint8).reshape(16, 16)).convert("RGB").save(tmp_path / "ramp.png")
    session = engine.open("a person")
    handle = engine.attach(session, tmp_path / "ramp.png", "ramp.png").handle
    *_, last = engine.reply(session, "/posterise image#1 levels=3", [handle])
    parts = last.message.parts
    assert [part for part in parts if isinstance(part, Failure)] == []
    (step,) = [part for part in parts if isinstance(part, Step)]
    (made,) = [part for part in parts if isinstance(part, Media)]
    assert step.expert == "Posterise (classical)"
    assert len(np.unique(np.asarray(Image.open(engine.store.file(made)))[..., 0])) == 3
    engine.close()
