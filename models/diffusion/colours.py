"""What a picture in the making looks like: from latents to rough colours, without decoding them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from models.diffusion.frame import resized

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

LEAST = 64
"""Pixels of the longer side of a look, at least."""
_SAMPLES = 512
"""Places of which colours and latents are compared."""


class Colours:
    """What latents look like: the linear map from a place's channels to its colour that fits a *vae* best, found by least squares
    on smooth pictures made up once. It is rough, and costs nothing beside a step.

    *channels* is how many the denoiser takes: four times the autoencoder's stand for two by two places in one row of tokens.
    """

    def __init__(self, vae: Any, channels: int = 0, seed: int = 0) -> None:
        import torch

        rng = np.random.default_rng(seed)
        coarse = torch.from_numpy(rng.uniform(-1, 1, (6, 3, 4, 4))).float()
        pictures = torch.nn.functional.interpolate(coarse, size=(128, 128), mode="bilinear", align_corners=False)
        with torch.no_grad():
            latents = _scaled(vae, _encoded(vae, pictures), channels)
        small = torch.nn.functional.interpolate(pictures, size=latents.shape[-2:], mode="area")
        rows = latents.permute(0, 2, 3, 1).flatten(0, 2).numpy()
        wanted = small.permute(0, 2, 3, 1).flatten(0, 2).numpy()
        chosen = rng.permutation(len(rows))[:_SAMPLES]
        given = np.concatenate([rows[chosen], np.ones((len(chosen), 1), rows.dtype)], 1)
        self._map, *_ = np.linalg.lstsq(given, wanted[chosen], rcond=None)

    @property
    def channels(self) -> int:
        """How many channels of latents are read; more of them, as of inpainting, are left out."""
        return len(self._map) - 1

    def look(self, latents: Any, shape: float = 1.0) -> Any:
        """Return a function that gives *latents* as a small picture, uint8 [h, w, 3], enlarged to LEAST pixels where it has fewer.

        They are [b, c, h, w], or [b, c, t, h, w], of which the middle frame is shown, or tokens [b, n, c] of a picture whose width
        is *shape* times its height, and perhaps of further ones after it. None for latents that are no picture's."""
        if latents.ndim == 3:
            latents = self._laid_out(latents, shape)
        elif latents.ndim == 5:
            latents = latents[:, :, latents.shape[2] // 2]
        if latents is None or latents.ndim != 4 or latents.shape[1] < self.channels:
            return None

        def look() -> NDArray[np.uint8]:
            own = latents[-1, : self.channels].float().cpu().numpy()
            # early on there is mostly noise of the sampler's own size: brought to the size of what was learnt from
            own = own / max(1.0, float(own.std()))
            colour = np.tensordot(own, self._map[:-1], (0, 0)) + self._map[-1]
            small = np.asarray(np.clip((colour + 1) * 127.5, 0, 255), np.uint8)
            grown = -(-LEAST // max(small.shape[:2]))  # a picture of eight places across is a dot on a page
            return resized(small, small.shape[1] * grown, small.shape[0] * grown) if grown > 1 else small

        return look

    def _laid_out(self, tokens: Tensor, shape: float) -> Tensor | None:
        """Return *tokens* as [b, c, h, w] of the first picture in them; None where it cannot be told which those are.

        Others follow it as whole pictures of the same size, so its length is a whole share of all."""
        if tokens.shape[2] < self.channels:
            return None
        for pictures in (1, 2, 3):
            count = tokens.shape[1] // pictures
            high = round((count / shape) ** 0.5)
            for rows in (high, high - 1, high + 1):
                wide = round(rows * shape)
                if rows > 0 and wide > 0 and rows * wide * pictures == tokens.shape[1]:
                    return tokens[:, : rows * wide].transpose(1, 2).unflatten(2, (rows, wide))
        return None


def _encoded(vae: Any, pictures: Tensor) -> Tensor:
    """Return the latents float [b, c, h, w] of *pictures*; an autoencoder of films is shown films of one frame."""
    shown = pictures.to(vae.device, vae.dtype)
    films = hasattr(vae.config, "temperal_downsample")
    coded = vae.encode(shown[:, :, None] if films else shown)
    name = next((name for name in ("latents", "latent") if hasattr(coded, name)), "")
    latents: Tensor = (getattr(coded, name) if name else coded.latent_dist.mean).float().cpu()
    latents = latents[:, :, 0] if films else latents
    if latents.ndim != 4:
        raise ValueError(f"latents of shape {tuple(latents.shape)} are no picture's")
    return latents


def _scaled(vae: Any, latents: Tensor, channels: int) -> Tensor:
    """Return *latents* as the denoiser is given them: scaled, and two by two in one place where it takes *channels* = 4 c."""
    import torch

    mean, spread = (getattr(vae.config, name, None) for name in ("latents_mean", "latents_std"))
    if mean is not None and spread is not None:
        latents = (latents - torch.tensor(mean).view(1, -1, 1, 1)) / torch.tensor(spread).view(1, -1, 1, 1)
    shift = float(getattr(vae.config, "shift_factor", None) or 0.0)
    latents = (latents - shift) * float(getattr(vae.config, "scaling_factor", None) or 1.0)
    if channels != 4 * latents.shape[1]:
        return latents
    latents = latents.unflatten(3, (-1, 2)).unflatten(2, (-1, 2)).permute(0, 1, 3, 5, 2, 4).flatten(1, 3)
    if (norm := getattr(vae, "bn", None)) is not None:
        mean, deviation = (value.float().cpu().view(1, -1, 1, 1) for value in (norm.running_mean, norm.running_var))
        latents = (latents - mean) / torch.sqrt(deviation + norm.eps)
    return latents


def colours_of(pipe: Any) -> Colours | None:
    """Return the colours of *pipe*'s latents; None where it has no autoencoder of pictures."""
    vae = getattr(pipe, "vae", None)
    if vae is None or not hasattr(vae, "encode"):
        return None
    denoiser = getattr(pipe, "transformer", None)
    try:
        return Colours(vae, int(getattr(getattr(denoiser, "config", None), "in_channels", 0) or 0))
    except (ValueError, RuntimeError, TypeError, AttributeError):
        return None  # an autoencoder of sounds: its work is told in steps alone
