"""Frames of a clip: which, when, and what becomes of them; order must be told, and one frame must do."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from models.expert import Clip
from models.video import frame_at
from models.vision.frames import ClipTokens, Moment, evenly, moments, pooled, time_waves


def test_frames_lie_in_the_middles_of_equal_stretches():
    assert evenly(16, 8) == [1, 3, 5, 7, 9, 11, 13, 15]
    assert evenly(100, 4) == [12, 37, 62, 87]
    assert evenly(5, 8) == [0, 1, 2, 3, 4]
    assert evenly(1, 8) == [0]
    for frames in range(1, 60):
        for count in range(1, 12):
            found = evenly(frames, count)
            assert len(found) == min(frames, count)
            assert found == sorted(set(found))
            assert 0 <= found[0] <= found[-1] < frames
            assert abs(found[0] - (frames - 1 - found[-1])) <= 1
    with pytest.raises(ValueError, match="at least 1"):
        evenly(0, 8)


def test_a_moments_time_is_where_a_player_shows_that_frame():
    clip = Clip(Path("clip.mp4"), 64, 48, 25.0, 100, meta={"start": 0.4})
    found = moments(clip, 4)
    assert found[0] == Moment(12, 0.4 + 12.5 / 25)
    assert [frame_at(clip, moment.seconds) for moment in found] == [12, 37, 62, 87]


def test_the_means_are_those_of_frames_and_of_places():
    features = torch.zeros(1, 3, 2, 2, 2)
    features[0, 1, 0] = 4.0  # one frame bright everywhere
    features[0, :, 1, 0, 1] = 8.0  # one place bright always
    temporal, spatial = pooled(features)
    assert temporal.tolist() == [[[0, 2], [4, 2], [0, 2]]]
    assert torch.allclose(spatial[0, :, 0], torch.full((4,), 4 / 3))
    assert spatial[0, :, 1].tolist() == [0, 8, 0, 0]


def test_times_are_told_apart_from_a_frame_to_an_hour():
    seconds = torch.tensor([0.0, 0.04, 0.5, 1.0, 60.0, 60.04, 3600.0, 3600.04])
    waves = time_waves(seconds, 32)
    assert waves.shape == (8, 32)
    assert waves.abs().max() <= 1
    apart = torch.cdist(waves, waves) + 9 * torch.eye(8)
    assert apart.min() > 0.3
    assert torch.equal(waves[0], torch.cat([torch.zeros(16), torch.ones(16)]))
    with pytest.raises(ValueError, match="in pairs"):
        time_waves(seconds, 5)


def test_tokens_come_temporal_first_and_change_with_order_and_with_times():
    torch.manual_seed(15)
    tokens = ClipTokens(6, 10)
    features, seconds = torch.randn(1, 4, 6, 3, 5), torch.tensor([[0.1, 0.9, 1.7, 2.5]])
    found = tokens(features, seconds)
    assert found.shape == (1, 4 + 15, 10)
    back = tokens(features.flip(1), seconds)
    assert torch.allclose(back[:, 4:], found[:, 4:], atol=1e-6)
    assert (back[:, :4].flip(1) - found[:, :4]).abs().amax(-1).min() > 1e-3  # not only in another order
    later = tokens(features, seconds + 30)
    assert (later[:, :4] - found[:, :4]).abs().amax(-1).min() > 1e-3
    assert torch.equal(later[:, 4:], found[:, 4:])


def test_one_frame_does_and_everything_learns():
    tokens = ClipTokens(6, 10)
    found = tokens(torch.randn(2, 1, 6, 1, 2), torch.tensor([[0.02], [0.5]]))
    assert found.shape == (2, 3, 10)
    found.pow(2).sum().backward()
    assert all(p.grad is not None and p.grad.any() for p in tokens.parameters())
    with pytest.raises(ValueError, match="do not fit"):
        tokens(torch.randn(1, 2, 6, 1, 2), torch.tensor([[0.02]]))
