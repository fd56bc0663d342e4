"""The pipeline that fills labelled boxes of a picture with a GLIGEN inpainting checkpoint (Li et al. 2023, arXiv 2301.07093, appendix).

Its denoiser takes nine channels: the latents, those of the picture where it stays, and where that is (1 outside of the boxes). At each step
what stays is put back into the latents under as much noise as they have. All else is the ordinary Stable Diffusion pipeline, which runs it;
diffusers' own class for it is deprecated, cuts pictures to one size, and draws from the process's random numbers beside the seed's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from diffusers import StableDiffusionPipeline
from diffusers.pipelines.stable_diffusion import StableDiffusionPipelineOutput
from PIL import Image
from torch import Tensor

from models.diffusion.gligen import grounding
from models.values import Box

CHANNELS = 9
"""Channels of a denoiser that fills boxes."""


class GligenInpaintPipeline(StableDiffusionPipeline):  # type: ignore[misc]
    """Puts *gligen_phrases* into *gligen_boxes* of *image*; the folder is that of any Stable Diffusion pipeline."""

    @torch.no_grad()
    def __call__(
        self,
        prompt: str,
        image: Image.Image,
        gligen_phrases: Sequence[str],
        gligen_boxes: Sequence[Sequence[float]],
        num_inference_steps: int = 50,
        guidance_scale: float = 7.5,
        negative_prompt: str | None = None,
        generator: torch.Generator | None = None,
        output_type: str = "pil",
    ) -> StableDiffusionPipelineOutput:
        """Return the picture in ``images``, of the size of *image*, whose sides are multiples of 8; boxes are x0, y0, x1, y1 in 0..1. All
        random numbers are *generator*'s, a processor's. Raises ValueError for a denoiser without CHANNELS, and as
        :func:`models.diffusion.gligen.grounding`."""
        if self.unet.config.in_channels != CHANNELS:
            raise ValueError(
                f"the denoiser takes {self.unet.config.in_channels} channels, not {CHANNELS}: it fills no boxes"
            )
        device, kind = self._execution_device, self.unet.dtype
        boxes = [Box(*box) for box in gligen_boxes]
        tokens = grounding(self, gligen_phrases, boxes, guided=guidance_scale > 1)
        shown = self.image_processor.preprocess(image.convert("RGB")).to(device, self.vae.dtype)
        seen = self.vae.encode(shown).latent_dist.sample(generator) * self.vae.config.scaling_factor
        seen = seen.to(device, kind)
        stays = outside(boxes, seen.shape[-2], seen.shape[-1]).to(device, kind)
        beside = torch.cat([seen * stays, stays], 1)

        def noise() -> Tensor:
            return torch.randn(seen.shape, generator=generator, dtype=torch.float32).to(device, kind)

        def back(latents: Tensor, time: Tensor) -> Tensor:
            """Return *latents* with what stays under the noise of *time*."""
            return self.scheduler.add_noise(seen, noise(), time.reshape(1)) * stays + latents * (1 - stays)

        def after(pipe: Any, number: int, time: Tensor, kept: dict[str, Tensor]) -> dict[str, Tensor]:
            times = self.scheduler.timesteps
            return {"latents": back(kept["latents"], times[number + 1])} if number + 1 < len(times) else {}

        def before(
            module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
        ) -> tuple[tuple[Any, ...], dict[str, Any]]:
            sample = args[0]
            return (torch.cat([sample, beside.expand(len(sample), -1, -1, -1)], 1), *args[1:]), kwargs

        self.scheduler.set_timesteps(num_inference_steps, device=device)
        size = self.scheduler.init_noise_sigma  # by which the pipeline multiplies what it is given
        begin = back(noise() * size, self.scheduler.timesteps[0]) / size
        hook = self.unet.register_forward_pre_hook(before, with_kwargs=True, prepend=False)
        try:
            return super().__call__(
                prompt=prompt, width=image.width, height=image.height, num_inference_steps=num_inference_steps,
                guidance_scale=guidance_scale, negative_prompt=negative_prompt, generator=generator, latents=begin,
                output_type=output_type, cross_attention_kwargs={"gligen": tokens}, callback_on_step_end=after,
            )  # fmt: skip
        finally:
            hook.remove()


def outside(boxes: Sequence[Box], height: int, width: int) -> Tensor:
    """Return float [1, 1, height, width], 0 within any of *boxes* and 1 outside of them; their edges are rounded down."""
    mask = torch.ones(1, 1, height, width)
    for box in boxes:
        mask[..., int(box.y0 * height) : int(box.y1 * height), int(box.x0 * width) : int(box.x1 * width)] = 0
    return mask
