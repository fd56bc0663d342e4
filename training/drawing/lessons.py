"""What a step teaches: pictures given back by the autoencoder, and latents that the denoiser brings from noise to a picture."""

from __future__ import annotations

from typing import Any

import torch
from diffusers import AutoencoderDC, UNet2DConditionModel
from models.diffusion.conditions import Conditions, denoise
from torch import Tensor, nn
from torch.nn import functional

from training.drawing.batches import TASKS, Batch

CODER_LOSSES = ("squared", "edges", "spread")
DRAWER_LOSSES = ("velocity", *TASKS)
SHAKEN = 0.06
"""Noise that is put on latents before they are decoded, as a share of their size: what a denoiser draws is never exact."""


def pixels_in(pictures: Tensor) -> Tensor:
    """Return pictures uint8 [b, h, w, 3] as float [b, 3, h, w] in -1..1."""
    return pictures.permute(0, 3, 1, 2).float() / 127.5 - 1


class CoderLesson(nn.Module):
    """The autoencoder with its losses: squared error, error of the differences between neighbours, and how far its latents are from mean
    0 and deviation 1 in each channel."""

    def __init__(self, vae: AutoencoderDC) -> None:
        super().__init__()
        self.network = vae

    def forward(self, pictures: Tensor, noise: Tensor) -> dict[str, Tensor]:
        """Return the losses for *pictures* uint8 [b, h, w, 3] with *noise* float [b, c, h / f, w / f]."""
        pixels = pixels_in(pictures)
        latents = self.network.encode(pixels).latent
        back = self.network.decode(latents + SHAKEN * noise.to(latents.dtype)).sample.float()
        edges = sum(functional.l1_loss(back.diff(dim=axis), pixels.diff(dim=axis)) for axis in (2, 3))
        flat = latents.float().transpose(0, 1).flatten(1)
        spread = (flat.mean(1) ** 2 + (flat.std(1) - 1) ** 2).mean()
        return {"squared": functional.mse_loss(back, pixels), "edges": torch.as_tensor(edges), "spread": spread}

    @staticmethod
    def joined(losses: dict[str, Tensor]) -> Tensor:
        """Return the loss that is learnt from."""
        return losses["squared"] + 0.1 * losses["edges"] + 0.003 * losses["spread"]


class DrawerLesson(nn.Module):
    """The denoiser with its loss: the velocity from picture to noise (rectified flow, Liu et al. 2022, arXiv 2209.03003), at times drawn
    by a logit-normal (Esser et al. 2024, arXiv 2403.03206, section 3.1)."""

    def __init__(self, unet: UNet2DConditionModel) -> None:
        super().__init__()
        self.network = unet

    def forward(
        self, latents: Tensor, noise: Tensor, times: Tensor, told: Conditions, weight: Tensor, task: Tensor
    ) -> dict[str, Tensor]:
        """Return the losses for *latents* and *noise* float [b, c, h, w] at *times* [b] in 0..1, *weight* float [b, 1, h, w]: of all, and of
        each task (NaN where the batch has none of it)."""
        share = times[:, None, None, None]
        noisy = (1 - share) * latents + share * noise
        said = denoise(self.network, noisy, 1000 * times, told).float()
        squares = ((said - (noise - latents)) ** 2 * weight).mean((1, 2, 3)) / weight.mean((1, 2, 3)).clamp(min=1e-3)
        parts = {name: squares[task == n].mean().detach() for n, name in enumerate(TASKS)}
        return {"velocity": squares.mean(), **parts}

    @staticmethod
    def joined(losses: dict[str, Tensor]) -> Tensor:
        """Return the loss that is learnt from."""
        return losses["velocity"]


def conditions(vae: Any, batch: Batch) -> tuple[Tensor, Conditions, Tensor]:
    """Return what *batch* is for the denoiser: the latents to draw float [b, c, h, w], what it is told, and the weights [b, 1, h, w]."""
    scale = vae.config.scaling_factor
    with torch.no_grad():
        latents = vae.encode(pixels_in(batch.target)).latent.float() * scale
        source = torch.zeros_like(latents)
        if batch.seen.any():
            pixels = pixels_in(batch.before[batch.seen]).masked_fill(batch.hole[batch.seen][:, None], 0.0)
            source[batch.seen] = vae.encode(pixels).latent.float() * scale
    hole, weight = (
        functional.adaptive_avg_pool2d(one[:, None].float(), latents.shape[-2:]) for one in (batch.hole, batch.weight)
    )
    return latents, Conditions(batch.words, batch.labels, batch.boxes, batch.there, source, hole), weight


def drawn_noise(seed: int, step: int, rank: int, shape: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """Return noise float [*shape*] and times float [b] in 0..1 of a step, the same whenever they are asked for."""
    generator = torch.Generator().manual_seed((seed * 1_000_003 + step) * 64 + rank)
    noise = torch.randn(shape, generator=generator)
    return noise, torch.randn(shape[0], generator=generator).sigmoid()
