"""Random detectors and segmenters of transformers' true classes, small enough for a test, written by ``save_pretrained`` in the layout in
which the hub's checkpoints lie: word pieces and the settings of pictures in files of their own, no settings of the two together."""

from __future__ import annotations

import json
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

MARKS = {101: "[CLS]", 102: "[SEP]", 1012: ".", 1029: "?"}
"""Where word pieces stand in BERT's list, whose numbers Grounding DINO has in its code."""


def word_pieces() -> Any:
    """Return a tokenizer of single letters with BERT's marks at the numbers that they have there."""
    from transformers import BertTokenizer

    letters = [*string.ascii_lowercase, *string.digits]
    rest = iter(["[PAD]", "[UNK]", "[MASK]", "-", "'", *letters, *(f"##{letter}" for letter in letters)])
    vocab = {n: MARKS[n] if n in MARKS else next(rest, f"[unused{n}]") for n in range(1040)}
    return BertTokenizer(vocab={word: n for n, word in vocab.items()})


def grounding_dino(folder: Path) -> None:
    """Write a Grounding DINO: two layers of each part, eight queries a picture's map."""
    from transformers import (
        BertConfig,
        GroundingDinoConfig,
        GroundingDinoForObjectDetection,
        GroundingDinoImageProcessorPil,
        SwinConfig,
    )

    torch.manual_seed(0)
    cut = word_pieces()
    backbone = SwinConfig(
        embed_dim=16, depths=[1, 1, 1, 1], num_heads=[2, 2, 2, 2], window_size=4, image_size=64, out_indices=[2, 3, 4]
    )
    text = BertConfig(
        vocab_size=len(cut), hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=37,
        max_position_embeddings=128,
    )  # fmt: skip
    config = GroundingDinoConfig(
        backbone_config=backbone, text_config=text, d_model=64, encoder_layers=2, decoder_layers=2, encoder_ffn_dim=32,
        decoder_ffn_dim=32, encoder_attention_heads=4, decoder_attention_heads=4, num_queries=40, max_text_len=128,
        init_std=0.5,
    )  # fmt: skip
    GroundingDinoForObjectDetection(config).save_pretrained(folder)
    GroundingDinoImageProcessorPil(size={"shortest_edge": 64, "longest_edge": 107}).save_pretrained(folder)
    cut.save_pretrained(folder)


def owlv2(folder: Path) -> None:
    """Write an OWLv2 of 48 x 48 pixels."""
    from transformers import (
        CLIPTokenizer,
        Owlv2Config,
        Owlv2ForObjectDetection,
        Owlv2ImageProcessorPil,
        Owlv2TextConfig,
        Owlv2VisionConfig,
    )

    torch.manual_seed(0)
    letters = [*string.ascii_lowercase, *string.digits, *".,?'-"]
    words = ["!", *letters, *(letter + "</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    vocab = {word: n for n, word in enumerate(words)}
    cut = CLIPTokenizer(vocab=vocab, merges=[], model_max_length=77, pad_token="!")
    text = Owlv2TextConfig(
        vocab_size=len(cut), hidden_size=32, intermediate_size=37, num_hidden_layers=2, num_attention_heads=4,
        bos_token_id=cut.bos_token_id, eos_token_id=cut.eos_token_id,
    )  # fmt: skip
    vision = Owlv2VisionConfig(
        hidden_size=32, intermediate_size=37, num_hidden_layers=2, num_attention_heads=4, image_size=48, patch_size=8
    )
    config = Owlv2Config(text_config=text.to_dict(), vision_config=vision.to_dict(), projection_dim=32)
    network = Owlv2ForObjectDetection(config)
    for weight in network.box_head.parameters():
        weight.data *= 0.3  # or its boxes leave the picture
    network.save_pretrained(folder)
    Owlv2ImageProcessorPil(size={"height": 48, "width": 48}).save_pretrained(folder)
    cut.save_pretrained(folder)
    (folder / "tokenizer.json").unlink()  # the hub's has the two older files in its place
    (folder / "vocab.json").write_text(json.dumps(vocab), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n", encoding="utf-8")


def sam2(folder: Path) -> None:
    """Write a SAM 2 of 128 x 128 pixels, published for clips as the hub's are."""
    from transformers import Sam2HieraDetConfig, Sam2VideoConfig, Sam2VideoModel, Sam2VisionConfig
    from transformers.models.sam2_video.configuration_sam2_video import (
        Sam2VideoMaskDecoderConfig,
        Sam2VideoPromptEncoderConfig,
    )

    torch.manual_seed(0)
    side, widths = 128, [8, 16, 32, 64]
    backbone = Sam2HieraDetConfig(
        hidden_size=8, num_attention_heads=1, image_size=[side, side], blocks_per_stage=[1, 1, 2, 1], embed_dim_per_stage=widths,
        num_attention_heads_per_stage=[1, 2, 4, 8], window_size_per_stage=[8, 4, 4, 4], global_attention_blocks=[3],
        window_positional_embedding_background_size=[4, 4],
    )  # fmt: skip
    vision = Sam2VisionConfig(
        backbone_config=backbone, backbone_channel_list=widths[::-1], fpn_hidden_size=128,
        backbone_feature_sizes=[[side // 4, side // 4], [side // 8, side // 8], [side // 16, side // 16]],
    )  # fmt: skip
    config = Sam2VideoConfig(
        vision_config=vision,
        prompt_encoder_config=Sam2VideoPromptEncoderConfig(hidden_size=128, image_size=side, patch_size=16),
        mask_decoder_config=Sam2VideoMaskDecoderConfig(
            hidden_size=128, mlp_dim=64, num_attention_heads=4, iou_head_hidden_dim=32
        ),
        image_size=side, memory_attention_hidden_size=128, memory_attention_num_layers=1,
        memory_attention_feed_forward_hidden_size=64, memory_encoder_hidden_size=128, memory_encoder_output_channels=64,
        memory_attention_rope_feat_sizes=[side // 16, side // 16], memory_fuser_embed_dim=128, memory_fuser_intermediate_dim=64,
        mask_downsampler_embed_dim=128,
    )  # fmt: skip
    Sam2VideoModel(config).save_pretrained(folder)


TWINS: dict[str, Callable[[Path], None]] = {
    "google/owlv2-large-patch14-ensemble": owlv2,
    "IDEA-Research/grounding-dino-tiny": grounding_dino,
    "IDEA-Research/grounding-dino-base": grounding_dino,
    "facebook/sam2.1-hiera-large": sam2,
}
"""For each detector and segmenter of the hub that a profile names: what writes a small random one of its class."""


def twin(folder: Path, source: str) -> Path:
    """Write the small random twin of the hub's checkpoint *source* to *folder* and return that. Raises KeyError for one without."""
    folder.mkdir(parents=True, exist_ok=True)
    TWINS[source](folder)
    return folder
