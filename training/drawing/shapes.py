"""The networks, from nano to full size: an autoencoder of pictures and a denoiser of its latents, both diffusers' own classes."""

from __future__ import annotations

from typing import Any

import torch
from diffusers import AutoencoderDC, UNet2DConditionModel
from models.diffusion.conditions import EXTRA, RASTER
from torch import nn

GATE = 0.5
"""What the gates of the grounding tokens begin at: at 0, as the class sets them, boxes would first have to learn that they count."""


def _coder(channels: int, widths: tuple[int, ...], layers: tuple[int, ...]) -> dict[str, Any]:
    plain = ((),) * len(widths)
    return {
        "latent_channels": channels, "encoder_block_out_channels": widths, "decoder_block_out_channels": widths,
        "encoder_layers_per_block": layers, "decoder_layers_per_block": layers, "encoder_qkv_multiscales": plain,
        "decoder_qkv_multiscales": plain,
    }  # fmt: skip


def _drawer(widths: tuple[int, ...], looking: tuple[bool, ...], layers: int, width: int, heads: int) -> dict[str, Any]:
    return {
        "block_out_channels": widths, "layers_per_block": layers, "cross_attention_dim": width, "attention_head_dim": heads,
        "down_block_types": tuple("CrossAttnDownBlock2D" if one else "DownBlock2D" for one in looking),
        "up_block_types": tuple("CrossAttnUpBlock2D" if one else "UpBlock2D" for one in looking[::-1]),
    }  # fmt: skip


CODERS: dict[str, dict[str, Any]] = {
    "tiny": _coder(4, (8, 8, 16), (0, 1, 1)),
    "nano": _coder(8, (16, 32, 64), (0, 2, 2)),
    "nano8": _coder(32, (16, 32, 64, 128), (0, 2, 2, 2)),
    "full": _coder(16, (32, 96, 192), (1, 3, 4)),
}
"""Autoencoders by name: "nano" makes 16 x 16 latents of 64 pixels, "nano8" 8 x 8."""
DRAWERS: dict[str, dict[str, Any]] = {
    "tiny": _drawer((16, 32), (False, True), 1, 32, 2),
    "nano": _drawer((96, 160), (False, True), 1, 256, 4),
    "nano8": _drawer((96, 160), (True, True), 1, 256, 4),
    "full": _drawer((192, 320, 448), (False, True, True), 2, 512, 8),
}
"""Denoisers by name, each for the latents of the autoencoder of its name: those of "nano8" are a quarter as many, and a step takes half the time."""


def coder(shape: str) -> AutoencoderDC:
    """Return a new autoencoder. Raises KeyError for a name that there is not."""
    return AutoencoderDC(**CODERS[shape])


def drawer(shape: str, channels: int, side: int) -> UNet2DConditionModel:
    """Return a new denoiser of latents of *channels* on *side* x *side* places. Raises KeyError for a name that there is not."""
    shaped = DRAWERS[shape]
    if shaped["cross_attention_dim"] < RASTER:
        raise ValueError(f"words of {shaped['cross_attention_dim']} numbers do not hold the {RASTER} of the raster")
    unet = UNet2DConditionModel(
        sample_size=side, in_channels=2 * channels + EXTRA, out_channels=channels, norm_num_groups=16, attention_type="gated",
        encoder_hid_dim=384, encoder_hid_dim_type="text_proj", **shaped,
    )  # fmt: skip
    for name, value in unet.named_parameters():
        if name.endswith(("alpha_attn", "alpha_dense")):
            nn.init.constant_(value, GATE)
    with torch.no_grad():
        unet.conv_out.weight.zero_()  # says nothing at first, rather than noise
    return unet
