"""Every shape of the drawing network can be made and run: an autoencoder, and the denoiser of its latents."""

from __future__ import annotations

import pytest
import torch

from models.diffusion.conditions import Conditions, Words, denoise
from training.drawing import shapes

FACTORS = {"tiny": 4, "nano": 4, "nano8": 8}


def test_every_autoencoder_but_the_full_one_has_its_denoiser() -> None:
    assert shapes.CODERS.keys() == shapes.DRAWERS.keys() == {*FACTORS, "full"}


@pytest.mark.parametrize(("name", "factor"), FACTORS.items())
@torch.no_grad()
def test_a_picture_goes_through_both(name: str, factor: int) -> None:
    coder = shapes.coder(name)
    pixels = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(1)) * 2 - 1
    latents = coder.encode(pixels).latent
    side, channels = 64 // factor, coder.config.latent_channels
    assert latents.shape == (2, channels, side, side)
    assert coder.decode(latents).sample.shape == pixels.shape
    words = Words(torch.zeros(2, 5, 384), torch.ones(2, 5, dtype=torch.bool))
    nothing = torch.zeros_like(latents)
    told = Conditions(
        words, torch.zeros(2, 1, 384), torch.zeros(2, 1, 4), torch.zeros(2, 1), nothing, torch.ones(2, 1, side, side)
    )
    drawer = shapes.drawer(name, channels, side)
    assert denoise(drawer, latents, torch.full((2,), 500.0), told).shape == latents.shape
