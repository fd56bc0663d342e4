"""Profiles: what they name is there, which one is taken, what is told before anything is fetched, whose setting is whose."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from models.device import Hardware
from models.expert import Found, Param, Picture, Refusal, discover
from models.profiles import PROFILES, choose
from models.profiles_hub import fetched
from models.router import Router
from models.store import Store
from models.tasks import TASKS
from models.values import Checkpoint, Phrase, TaskCall


def test_every_expert_of_every_profile_is_there_and_serves_the_task_it_is_named_for():
    found = discover()
    for profile in PROFILES.values():
        assert set(profile.needs) == {"disk", "ram", "vram"}
        assert profile.note
        for task, checkpoints in profile.experts.items():
            assert task in TASKS
            for checkpoint in checkpoints:
                assert found[checkpoint.implementation].task.name == task
                assert checkpoint.licence
                assert checkpoint.revision or not checkpoint.source or checkpoint.source.startswith("nano/")


def test_auto_takes_the_largest_profile_that_fits_and_says_why():
    nano = PROFILES["nano"]
    big = replace(nano, name="big", needs={"disk": 20, "ram": 16, "vram": 16})
    profiles = {"nano": nano, "big": big}
    small, strong = Hardware(2, 8.0), Hardware(16, 64.0, "Some GPU", 24.0)
    assert choose("auto", small, profiles)[0] is nano
    assert choose("auto", strong, profiles)[0] is big
    assert "Some GPU with 24 GB" in choose("auto", strong, profiles)[1]
    assert choose("auto", Hardware(1, 0.5), profiles)[0] is nano
    assert choose("big", small, profiles)[0] is big
    with pytest.raises(Refusal, match="huge") as refused:
        choose("huge", small, profiles)
    assert "nano" in refused.value.hint


def test_auto_never_takes_a_profile_whose_models_must_be_fetched_and_names_it():
    strong = Hardware(16, 256.0, "Some GPU", 85.0)
    profile, why = choose("auto", strong)
    assert profile is PROFILES["nano"]
    assert "gpu-80 would fit too: --profile gpu-80 fetches" in why
    assert "would fit" not in choose("auto", Hardware(2, 8.0))[1]
    assert not fetched(PROFILES["nano"])


def test_what_a_profile_fetches_needs_and_allows_is_said_before_it_fetches():
    for name in ("paper", "gpu-8", "gpu-16", "gpu-24", "gpu-80"):
        profile, why = choose(name, Hardware(2, 8.0))
        assert "has less than it wants" in why
        for checkpoint in fetched(profile):
            assert f"{checkpoint.source} ({checkpoint.size:.1f} GB, {checkpoint.licence})" in why
            assert re.fullmatch("[0-9a-f]{40}", checkpoint.revision)
        assert profile.needs["disk"] > sum(checkpoint.size for checkpoint in fetched(profile)) > 0
        assert "that of nano" in profile.note
        assert not any("no photographs" in text for text in profile.lacks)
        assert len(profile.lacks) == len(PROFILES["nano"].lacks)


def test_a_setting_that_only_another_expert_of_the_task_has_is_named_and_not_used(tmp_path):
    made = {}

    def load(checkpoint, device):
        def expert(call, inputs, report):
            made[checkpoint.implementation] = dict(inputs.settings)
            return Picture(np.zeros((4, 4, 3), np.uint8) + 9)

        return expert

    steps = Param("steps", "int", "steps", low=1, high=150)
    found = {
        "fine": Found("fine", TASKS["image"], "Fine", load, params=(steps,)),
        "plain": Found("plain", TASKS["image"], "Plain", load),
    }
    profile = replace(PROFILES["nano"], experts={"image": (Checkpoint("plain"), Checkpoint("fine"))})
    router = Router(profile, Store(tmp_path / "media"), found)
    assert "steps" in {param.name for param in router.tasks["image"].params}
    assert "steps" not in {param.name for param in TASKS["image"].params}
    call = TaskCall("t1", "image", (Phrase("a fox"),), {"steps": "500"})
    with router.run(call, {}, {}, lambda *_: None, implementation="fine") as ran:
        assert made["fine"]["steps"] == 150
        assert any("steps" in note and "150" in note for note in ran.step.settings["notes"])
    with router.run(call, {}, {}, lambda *_: None) as ran:
        assert "steps" not in made["plain"]
        assert any("steps=500 is not a setting of image" in note for note in ran.step.settings["notes"])
