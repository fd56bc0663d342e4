"""Random pipelines of diffusers' true classes, small enough for a test, written by ``save_pretrained``."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

import torch

WIDTH = 32


def tokenizer(longest: int = 24) -> Any:
    """Return a tokenizer of single letters, as CLIP's is of pieces."""
    from transformers import CLIPTokenizer

    letters = [*string.ascii_lowercase, *string.digits, *".,!?'-"]
    words = [*letters, *(letter + "</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer(vocab={word: n for n, word in enumerate(words)}, merges=[], model_max_length=longest)


def parts(channels: int, gated: bool = False) -> dict[str, Any]:
    """Return the parts of a Stable Diffusion pipeline whose denoiser takes *channels* channels."""
    from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel

    torch.manual_seed(0)
    cut = tokenizer()
    text = CLIPTextConfig(
        vocab_size=len(cut), hidden_size=WIDTH, intermediate_size=37, num_hidden_layers=2, num_attention_heads=4,
        max_position_embeddings=24, bos_token_id=cut.bos_token_id, eos_token_id=cut.eos_token_id, pad_token_id=cut.pad_token_id,
    )  # fmt: skip
    unet = UNet2DConditionModel(
        block_out_channels=(32, 64), layers_per_block=1, sample_size=16, in_channels=channels, out_channels=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=WIDTH, attention_head_dim=4, norm_num_groups=8,
        attention_type="gated" if gated else "default",
    )  # fmt: skip
    vae = AutoencoderKL(
        block_out_channels=(16, 32), in_channels=3, out_channels=3, latent_channels=4, norm_num_groups=8, sample_size=32,
        down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2,
    )  # fmt: skip
    scheduler = DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, steps_offset=1
    )
    return {"vae": vae, "text_encoder": CLIPTextModel(text), "tokenizer": cut, "unet": unet, "scheduler": scheduler}


def saved(folder: Path, name: str, channels: int = 4) -> Path:
    """Write a random pipeline of the class *name* to *folder* and return that."""
    import diffusers

    own = {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
    pipe = getattr(diffusers, name)(**parts(channels), **own)
    pipe.save_pretrained(folder, safe_serialization=True)
    return folder
