"""The pipeline of the small drawing network that is trained here: words, labelled boxes, instructions and places to fill, in one denoiser.

It is a pipeline of diffusers in the published folder format (``save_pretrained``, ``from_pretrained``), with the arguments of the published
ones, so that the experts that run those run it too. Texts are read by the frozen sentence encoder that comes with the program
(:mod:`models.reader`), which is why its folder holds none.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from diffusers import AutoencoderDC, DiffusionPipeline, FlowMatchEulerDiscreteScheduler, UNet2DConditionModel
from diffusers.pipelines.pipeline_utils import ImagePipelineOutput
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from models.diffusion.conditions import EXTRA, PIECES, Conditions, Words, denoise, labels_of, words_of
from models.reader import Reader, shared_reader

GUIDANCE, STEPS = 2.5, 16
"""How strongly words count, and steps, where nothing is asked for."""
MOST = 30
"""Labelled boxes of a picture, at most."""


class _Pieces:
    """Stands in for the tokenizer of a published pipeline: cuts a text, and tells what a part of it says."""

    model_max_length = PIECES

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def __call__(self, text: str, **_: object) -> dict[str, list[int]]:
        return {"input_ids": list(self.reader.cut(text).ids)}

    def decode(self, ids: Sequence[int], **_: object) -> str:
        return self.reader.cut.words(ids)

    def num_special_tokens_to_add(self) -> int:
        return 0


class DrawingPipeline(DiffusionPipeline):  # type: ignore[misc]
    """Draws what *prompt* says; with *gligen_phrases* in *gligen_boxes* each in its place; with *image* the picture that the instruction
    *prompt* makes of it; with *mask_image* too, what *prompt* says in the white place of it."""

    model_cpu_offload_seq = "vae->unet"

    def __init__(
        self,
        vae: AutoencoderDC,
        unet: UNet2DConditionModel,
        scheduler: FlowMatchEulerDiscreteScheduler,
        things: Sequence[str] = (),
    ) -> None:
        """*things* are those that it learnt to draw, by their names in the atlas; none where nobody knows."""
        super().__init__()
        wanted = 2 * vae.config.latent_channels + EXTRA
        if unet.config.in_channels != wanted:
            raise ValueError(
                f"the denoiser takes {unet.config.in_channels} channels, not the {wanted} of these latents"
            )
        self.register_modules(vae=vae, unet=unet, scheduler=scheduler)
        self.register_to_config(things=list(things))

    @property
    def reader(self) -> Reader:
        """The sentence encoder, one a process."""
        return shared_reader(device=str(self.device))

    @property
    def tokenizer(self) -> _Pieces:
        """What tells where a text ends for the network."""
        return _Pieces(self.reader)

    def unlearnt(self, texts: Sequence[str]) -> list[str]:
        """Return a note, none or one, on things of *texts* that it never learnt to draw."""
        from models.world.read import read

        learnt = set(self.config.things)
        if not learnt:
            return []
        wishes = [read(text, embed=self.reader.sentences) for text in texts]
        things = [thing for wish in wishes for thing in wish.things if learnt.isdisjoint((thing.name, *thing.choices))]
        strange = [thing.said or thing.name for thing in things]
        strange += [word for wish in wishes for word in wish.unknown]
        names = list(dict.fromkeys(strange))[:4]
        if not names:
            return []
        quoted = ", ".join(f"“{name[:40]}”" for name in names)
        return [f"it learnt to draw {len(learnt)} things, and what it draws for {quoted} is a guess"]

    @torch.no_grad()
    def __call__(
        self,
        prompt: str,
        image: Image.Image | None = None,
        mask_image: Image.Image | None = None,
        gligen_phrases: Sequence[str] = (),
        gligen_boxes: Sequence[Sequence[float]] = (),
        width: int | None = None,
        height: int | None = None,
        num_inference_steps: int = STEPS,
        guidance_scale: float = GUIDANCE,
        image_guidance_scale: float = 1.0,
        strength: float = 1.0,
        generator: torch.Generator | None = None,
        output_type: str = "pil",
    ) -> ImagePipelineOutput:
        """Return one picture in ``images``, PIL or with *output_type* "np" float32 [1, h, w, 3] in 0..1. *width* and *height* are those of
        *image*, else of what the network was trained at. With *strength* below 1 it begins at *image* under that much noise, and takes that
        share of the steps. Raises ValueError for sides that are no multiple of ``multiple``, a mask without a picture or without white,
        a strength below 1 without a picture or not above 0, phrases that do not fit the boxes and more than MOST of them.
        """
        told = self.conditions(prompt, image, mask_image, gligen_phrases, gligen_boxes, width, height)
        shape = (1, self.vae.config.latent_channels, *told.hole.shape[-2:])
        noise = torch.randn(shape, generator=generator, dtype=torch.float32)
        begin = None
        if strength < 1:
            if image is None or strength <= 0:
                raise ValueError(f"a strength of {strength} needs a picture to begin at, and to be above 0")
            begin = self.coded(image, shape[3] * self._factor, shape[2] * self._factor, None)
        pixels = self.drawn(told, noise, num_inference_steps, guidance_scale, image_guidance_scale, begin, strength)
        if output_type == "np":
            return ImagePipelineOutput(images=pixels)
        return ImagePipelineOutput(images=[Image.fromarray(np.rint(one * 255).astype(np.uint8)) for one in pixels])

    @torch.no_grad()
    def drawn(
        self,
        told: Conditions,
        noise: Tensor,
        steps: int = STEPS,
        guidance: float = GUIDANCE,
        image_guidance: float = 1.0,
        begin: Tensor | None = None,
        strength: float = 1.0,
    ) -> NDArray[np.float32]:
        """Return a picture for each row of *told*, float32 [b, height, width, 3] in 0..1, from *noise* float [b, c, h, w]. Guidance is that of
        InstructPix2Pix (equation 3); of its three parts those are computed that are asked for. With latents *begin* like *noise* it goes
        the last *strength* of the way, 0..1, from those under as much noise (SDEdit, Meng et al. 2022, arXiv 2108.01073, algorithm 1)."""
        words, looks = guidance > 1, image_guidance != 1
        rows, count = _compared(told, words, looks), len(noise)
        latents = noise.to(self.device, self.unet.dtype)
        self.scheduler.set_timesteps(steps, device=self.device)
        left_out = 0 if begin is None else steps - max(1, min(steps, int(steps * strength)))
        self.scheduler.set_begin_index(left_out)
        if begin is not None:
            share = self.scheduler.sigmas[left_out].to(latents)
            latents = share * latents + (1 - share) * begin.to(latents)
        times = self.scheduler.timesteps[left_out:]
        with self.progress_bar(total=len(times)) as bar:
            for step in times:
                many = len(rows.hole) // count
                said = denoise(self.unet, latents.repeat(many, 1, 1, 1), step.expand(len(rows.hole)), rows).float()
                parts = said.unflatten(0, (many, count))
                out = parts[-1]
                if words:
                    out = parts[-2] + guidance * (out - parts[-2])
                if looks:
                    out = out + (image_guidance - 1) * (parts[1] - parts[0])
                latents = self.scheduler.step(out, step, latents.float(), return_dict=False)[0].to(self.unet.dtype)
                bar.update()
        made = self.vae.decode(latents / self.vae.config.scaling_factor).sample
        return np.asarray(((made.float().clamp(-1, 1) + 1) / 2).permute(0, 2, 3, 1).cpu().numpy(), np.float32)

    @property
    def multiple(self) -> int:
        """What the sides of pictures are multiples of."""
        return int(self._factor * 2 ** (len(self.unet.config.block_out_channels) - 1))

    @property
    def _factor(self) -> int:
        return int(2 ** (len(self.vae.config.encoder_block_out_channels) - 1))

    def conditions(
        self,
        prompt: str,
        image: Image.Image | None,
        mask: Image.Image | None,
        phrases: Sequence[str],
        boxes: Sequence[Sequence[float]],
        width: int | None,
        height: int | None,
    ) -> Conditions:
        """Return what the network is told of one picture. Raises as the call does."""
        if len(phrases) != len(boxes) or len(phrases) > MOST:
            raise ValueError(f"{len(phrases)} phrases for {len(boxes)} boxes; up to {MOST} fit, as many as boxes")
        side = int(self.unet.config.sample_size) * self._factor
        wide, high = (image.size if image else (side, side)) if width is None or height is None else (width, height)
        if wide % self.multiple or high % self.multiple or min(wide, high) < self.multiple:
            raise ValueError(f"{wide} x {high} pixels are no multiples of {self.multiple}")
        across, down = wide // self._factor, high // self._factor
        hole = torch.ones(1, 1, down, across)
        source = torch.zeros(1, self.vae.config.latent_channels, down, across)
        if mask is not None:
            if image is None:
                raise ValueError("a place to fill needs the picture that it is in")
            place = np.asarray(mask.convert("L").resize((wide, high)), np.float32) / 255
            if not place.max() > 0.5:
                raise ValueError("nothing is marked white in the mask")
            if place.min() > 0.5:  # all of it: a picture from words, as in training, and no place in one
                return self.conditions(prompt, None, None, phrases, boxes, wide, high)
            seen = torch.from_numpy(place)[None, None]
            source = self.coded(image, wide, high, seen > 0.5)
            hole = torch.nn.functional.adaptive_avg_pool2d((seen > 0.5).float(), (down, across))
            if not phrases:
                phrases, boxes = [prompt], [_round(place > 0.5)]
        elif image is not None:
            source, hole = self.coded(image, wide, high, None), torch.zeros(1, 1, down, across)
        kind, device = self.unet.dtype, self.device
        labels = labels_of(self.reader, phrases) if phrases else torch.zeros(1, self.reader.static.shape[1])
        places = torch.tensor([list(box) for box in boxes] or [[0.0] * 4])
        there = torch.ones(1, len(labels)) if phrases else torch.zeros(1, 1)
        words = words_of(self.reader, [prompt])
        return Conditions(
            Words(words.states.to(device, kind), words.mask.to(device)), labels[None].to(device, kind), places[None].to(device, kind),
            there.to(device, kind), source.to(device, kind), hole.to(device, kind),
        )  # fmt: skip

    def coded(self, image: Image.Image, wide: int, high: int, hole: Tensor | None) -> Tensor:
        """Return the latents of *image* at *wide* x *high* pixels, float [1, c, h, w], grey where *hole* bool [1, 1, high, wide] is true."""
        picture = np.asarray(image.convert("RGB").resize((wide, high)), np.float32) / 127.5 - 1
        pixels = torch.from_numpy(picture).permute(2, 0, 1)[None]
        if hole is not None:
            pixels = pixels.masked_fill(hole, 0.0)
        latent: Tensor = self.vae.encode(pixels.to(self.device, self.vae.dtype)).latent
        return latent * self.vae.config.scaling_factor


def _compared(told: Conditions, words: bool, looks: bool) -> Conditions:
    """Return *told* after what guidance compares it with: nothing at all (*looks*), then the picture that is there alone (*words*)."""

    def row(said: float, seen: float) -> Conditions:
        mask = told.words.mask if said else torch.zeros_like(told.words.mask)
        mask = mask.clone()
        mask[:, 0] = True
        return Conditions(
            Words(told.words.states * said, mask), told.labels * said, told.boxes, told.there * said, told.source * seen,
            told.hole if seen else torch.ones_like(told.hole),
        )  # fmt: skip

    rows = [row(0.0, 0.0)] * looks + [row(0.0, 1.0)] * words + [row(1.0, 1.0)]
    both = Words(*(torch.cat([getattr(one.words, name) for one in rows]) for name in ("states", "mask")))
    rest = (torch.cat([getattr(one, name) for one in rows]) for name in ("labels", "boxes", "there", "source", "hole"))
    return Conditions(both, *rest)


def _round(place: NDArray[np.bool_]) -> tuple[float, float, float, float]:
    """Return the box round what is true in *place* [h, w], in fractions."""
    rows, columns = np.flatnonzero(place.any(1)), np.flatnonzero(place.any(0))
    high, wide = place.shape
    return (
        float(columns[0] / wide),
        float(rows[0] / high),
        float((columns[-1] + 1) / wide),
        float((rows[-1] + 1) / high),
    )
