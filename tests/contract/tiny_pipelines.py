"""Random pipelines of diffusers' true classes, small enough for a test, written by ``save_pretrained``."""

from __future__ import annotations

import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

WIDTH = 32
SIDE = 32
"""Pixels of a side of what :func:`drawing` draws."""
STAGES = {"down_block_types": ("DownEncoderBlock2D",) * 2, "up_block_types": ("UpDecoderBlock2D",) * 2}


def tokenizer(longest: int = 24) -> Any:
    """Return a tokenizer of single letters, as CLIP's is of pieces."""
    from transformers import CLIPTokenizer

    letters = [*string.ascii_lowercase, *string.digits, *".,!?'-"]
    words = [*letters, *(letter + "</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer(vocab={word: n for n, word in enumerate(words)}, merges=[], model_max_length=longest)


def byte_tokenizer() -> Any:
    """Return a tokenizer of single bytes with a chat's frame, as Qwen's is of pieces."""
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import Qwen2Tokenizer

    marks = ["<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>"]
    vocab = {word: n for n, word in enumerate([*sorted(ByteLevel.alphabet()), "<|endoftext|>", *marks])}
    made = Qwen2Tokenizer(vocab=vocab, merges=[], model_max_length=4096, extra_special_tokens=marks)
    made.chat_template = "{% for m in messages %}<|im_start|>{{m['role']}}\n{{m['content']}}<|im_end|>\n{% endfor %}<|im_start|>assistant\n"
    return made


def clip_text(cut: Any, projected: bool = False) -> Any:
    """Return a text encoder of CLIP's kind for the tokenizer *cut*."""
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    config = CLIPTextConfig(
        vocab_size=len(cut), hidden_size=WIDTH, intermediate_size=37, num_hidden_layers=2, num_attention_heads=4, projection_dim=WIDTH,
        max_position_embeddings=24, bos_token_id=cut.bos_token_id, eos_token_id=cut.eos_token_id, pad_token_id=cut.pad_token_id,
    )  # fmt: skip
    return CLIPTextModelWithProjection(config) if projected else CLIPTextModel(config)


def parts(channels: int, gated: bool = False, **further: Any) -> dict[str, Any]:
    """Return the parts of a Stable Diffusion pipeline whose denoiser takes *channels* channels; *further* is said to it."""
    from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel

    torch.manual_seed(0)
    cut = tokenizer()
    settings = {
        "block_out_channels": (32, 64), "layers_per_block": 1, "sample_size": 16, "in_channels": channels, "out_channels": 4,
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"), "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
        "cross_attention_dim": WIDTH, "attention_head_dim": 4, "norm_num_groups": 8,
        "attention_type": "gated" if gated else "default",
    }  # fmt: skip
    text, unet = clip_text(cut), UNet2DConditionModel(**(settings | further))
    vae = AutoencoderKL(
        block_out_channels=(16, 32),
        in_channels=3,
        out_channels=3,
        latent_channels=4,
        norm_num_groups=8,
        sample_size=32,
        **STAGES,
    )
    scheduler = DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, steps_offset=1
    )
    return {"vae": vae, "text_encoder": text, "tokenizer": cut, "unet": unet, "scheduler": scheduler}


def guarded_parts() -> dict[str, Any]:
    """Return the parts of a Stable Diffusion pipeline with a safety checker, which as it stands objects to nothing."""
    from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
    from transformers import CLIPConfig, CLIPImageProcessor

    made = parts(4)
    vision = {
        "hidden_size": WIDTH, "intermediate_size": 37, "num_hidden_layers": 1, "num_attention_heads": 4, "image_size": 30,
        "patch_size": 15, "projection_dim": WIDTH,
    }  # fmt: skip
    checker = StableDiffusionSafetyChecker(
        CLIPConfig(vision_config=vision, text_config={"hidden_size": WIDTH}, projection_dim=WIDTH)
    )
    eye = CLIPImageProcessor(size={"shortest_edge": 30}, crop_size={"height": 30, "width": 30})
    return {**made, "safety_checker": checker, "feature_extractor": eye}


def xl_parts(channels: int) -> dict[str, Any]:
    """Return the parts of a Stable Diffusion XL pipeline: two text encoders, and sizes told to the denoiser."""
    made = parts(
        channels, cross_attention_dim=2 * WIDTH, addition_embed_type="text_time", addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=6 * 8 + WIDTH, transformer_layers_per_block=1,
    )  # fmt: skip
    return {**made, "text_encoder_2": clip_text(made["tokenizer"], projected=True), "tokenizer_2": made["tokenizer"]}


def _qwen3(cut: Any, layers: int) -> Any:
    from transformers import Qwen3Config

    return Qwen3Config(
        vocab_size=len(cut), hidden_size=16, intermediate_size=16, num_hidden_layers=layers, num_attention_heads=2,
        num_key_value_heads=2, head_dim=8, max_position_embeddings=4096, bos_token_id=None, eos_token_id=None,
    )  # fmt: skip


def klein_parts() -> dict[str, Any]:
    """Return the parts of FLUX.2 klein; its text encoder has the layers that the pipeline reads, the 27th the deepest."""
    from diffusers import AutoencoderKLFlux2, FlowMatchEulerDiscreteScheduler, Flux2Transformer2DModel
    from transformers import Qwen3ForCausalLM

    torch.manual_seed(0)
    cut = byte_tokenizer()
    denoiser = Flux2Transformer2DModel(
        patch_size=1, in_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=48, timestep_guidance_channels=32, axes_dims_rope=[4, 4, 4, 4], guidance_embeds=False,
    )  # fmt: skip
    vae = AutoencoderKLFlux2(block_out_channels=(8, 16), latent_channels=4, norm_num_groups=4, sample_size=32, **STAGES)
    return {
        "vae": vae, "text_encoder": Qwen3ForCausalLM(_qwen3(cut, 28)), "tokenizer": cut, "transformer": denoiser,
        "scheduler": FlowMatchEulerDiscreteScheduler(), "is_distilled": True,
    }  # fmt: skip


def z_parts() -> dict[str, Any]:
    """Return the parts of Z-Image."""
    from diffusers import AutoencoderKL, FlowMatchEulerDiscreteScheduler, ZImageTransformer2DModel
    from transformers import Qwen3Model

    torch.manual_seed(0)
    cut = byte_tokenizer()
    denoiser = ZImageTransformer2DModel(
        all_patch_size=(2,), all_f_patch_size=(1,), in_channels=4, dim=32, n_layers=2, n_refiner_layers=1, n_heads=2, n_kv_heads=2,
        qk_norm=True, cap_feat_dim=16, rope_theta=256.0, t_scale=1000.0, axes_dims=[8, 4, 4], axes_lens=[4096, 64, 64],
    )  # fmt: skip
    vae = AutoencoderKL(
        in_channels=3, out_channels=3, block_out_channels=(8, 16), latent_channels=4, norm_num_groups=4, sample_size=32,
        scaling_factor=0.3611, shift_factor=0.1159, **STAGES,
    )  # fmt: skip
    return {
        "vae": vae, "text_encoder": Qwen3Model(_qwen3(cut, 2)), "tokenizer": cut, "transformer": denoiser,
        "scheduler": FlowMatchEulerDiscreteScheduler(),
    }  # fmt: skip


def qwen_parts() -> dict[str, Any]:
    """Return the parts of Qwen-Image."""
    from diffusers import AutoencoderKLQwenImage, FlowMatchEulerDiscreteScheduler, QwenImageTransformer2DModel
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

    torch.manual_seed(0)
    cut = byte_tokenizer()
    marks = {
        "vision_start": "<|vision_start|>",
        "vision_end": "<|vision_end|>",
        "image": "<|image_pad|>",
        "video": "<|video_pad|>",
    }
    rope = {"mrope_section": [1, 1, 2], "rope_type": "default", "rope_theta": 1e6, "type": "mrope"}
    text = {
        "vocab_size": len(cut), "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
        "num_key_value_heads": 2, "rope_parameters": rope, "max_position_embeddings": 4096, "bos_token_id": None, "eos_token_id": None,
    }  # fmt: skip
    sight = {
        "depth": 1, "hidden_size": 16, "intermediate_size": 16, "num_heads": 2, "out_hidden_size": 16, "fullatt_block_indexes": [0],
    }  # fmt: skip
    ids = {f"{name}_token_id": cut.convert_tokens_to_ids(mark) for name, mark in marks.items()}
    encoder = Qwen2_5_VLForConditionalGeneration(Qwen2_5_VLConfig(text_config=text, vision_config=sight, **ids))
    denoiser = QwenImageTransformer2DModel(
        patch_size=2, in_channels=16, out_channels=4, num_layers=2, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=16, guidance_embeds=False, axes_dims_rope=(8, 4, 4),
    )  # fmt: skip
    vae = AutoencoderKLQwenImage(
        base_dim=8, z_dim=4, dim_mult=[1, 1], num_res_blocks=1, temperal_downsample=[False], latents_mean=[0.0] * 4,
        latents_std=[1.0] * 4,
    )  # fmt: skip
    scheduler = FlowMatchEulerDiscreteScheduler(
        use_dynamic_shifting=True, base_shift=0.5, max_shift=0.9, shift_terminal=0.02
    )
    return {"vae": vae, "text_encoder": encoder, "tokenizer": cut, "transformer": denoiser, "scheduler": scheduler}


def drawing() -> Any:
    """Return a random pipeline of the network that is trained here, of pictures of SIDE x SIDE, whose boxes count as training leaves them."""
    from diffusers import AutoencoderDC, FlowMatchEulerDiscreteScheduler, UNet2DConditionModel

    from models.diffusion.conditions import EXTRA
    from models.diffusion.drawing import DrawingPipeline

    torch.manual_seed(0)
    widths: Any = (8, 8, 16)
    vae = AutoencoderDC(
        latent_channels=4, encoder_block_out_channels=widths, decoder_block_out_channels=widths, encoder_layers_per_block=(0, 1, 1),
        decoder_layers_per_block=(0, 1, 1), encoder_qkv_multiscales=((),) * 3, decoder_qkv_multiscales=((),) * 3,
    )  # fmt: skip
    unet = UNet2DConditionModel(
        sample_size=SIDE // 4, in_channels=2 * 4 + EXTRA, out_channels=4, block_out_channels=(16, 32), layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=32, attention_head_dim=2, norm_num_groups=16, attention_type="gated", encoder_hid_dim=384,
        encoder_hid_dim_type="text_proj",
    )  # fmt: skip
    for name, value in unet.named_parameters():
        if name.endswith(("alpha_attn", "alpha_dense")):
            torch.nn.init.constant_(value, 0.9)
    return DrawingPipeline(vae, unet, FlowMatchEulerDiscreteScheduler(), ("dog", "cat", "apple", "fox"))


TWINS: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "stable-diffusion-v1-5/stable-diffusion-v1-5": ("StableDiffusionPipeline", guarded_parts),
    "stable-diffusion-v1-5/stable-diffusion-inpainting": ("StableDiffusionInpaintPipeline", lambda: parts(9)),
    "timbrooks/instruct-pix2pix": ("StableDiffusionInstructPix2PixPipeline", lambda: parts(8)),
    "stabilityai/stable-diffusion-xl-base-1.0": ("StableDiffusionXLPipeline", lambda: xl_parts(4)),
    "diffusers/stable-diffusion-xl-1.0-inpainting-0.1": ("StableDiffusionXLInpaintPipeline", lambda: xl_parts(9)),
    "black-forest-labs/FLUX.2-klein-4B": ("Flux2KleinPipeline", klein_parts),
    "Tongyi-MAI/Z-Image-Turbo": ("ZImagePipeline", z_parts),
    "Qwen/Qwen-Image-2512": ("QwenImagePipeline", qwen_parts),
}
"""For each checkpoint of the hub that a profile names: the class it is published as, and its parts, small and random."""


def saved(
    folder: Path, name: str, channels: int = 4, made: dict[str, Any] | None = None, variant: str | None = None
) -> Path:
    """Write a random pipeline of the class *name* to *folder* and return that; *made* are its parts, else those of Stable Diffusion
    with *channels*; *variant* is the hub's name for a set of files."""
    import diffusers

    own = made if made is not None else parts(channels)
    if name.startswith("StableDiffusion") and "XL" not in name and "safety_checker" not in own:
        own = {**own, "safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
    getattr(diffusers, name)(**own).save_pretrained(folder, safe_serialization=True, variant=variant)
    return folder


def twin(folder: Path, source: str, variant: str | None = None) -> Path:
    """Write the small random twin of the hub's checkpoint *source* to *folder* and return that. Raises KeyError for one without."""
    name, made = TWINS[source]
    return saved(folder, name, made=made(), variant=variant)
