"""The configuration of the unified model: everything that decides its size. The same class takes larger parts."""

from __future__ import annotations

from typing import Any

from transformers import AutoConfig, PretrainedConfig

from models.percepts import SETTING


class UnifiedConfig(PretrainedConfig):
    """*text_config*: the decoder, of any kind that transformers knows by its ``model_type``, Llama
    where none is named (its vocabulary is the model's own base vocabulary). *encoder_width*: width of the
    sentence encoder's states. *pointer_width*: width in which copied words are matched. *talk_bias* is added to the
    score of answering in words when the model plans a reply. *noise*, *blank* and *dropout* act in training only:
    standard deviation added to the encoder's states as the decoder reads them, share of word pieces blanked there, dropout of the inputs. The tokens of
    *things* known things begin at *first_thing*: they are scored by what the person's newest words mean. *senses* says how wide
    what is perceived comes: "low" and "high" for the two maps of a picture, "thing", "moment" and "sound" for the rows of those
    kinds, "phrase" for the part of a thing's and a sound's that is a vector of the sentence encoder's; None for a model that
    reads words alone. *seg_width* is the width of the prompt that ``<seg>`` gives a mask decoder."""

    model_type = "unison_unified"
    sub_configs = {"text_config": AutoConfig}  # noqa: RUF012 - the name and form that transformers reads

    def __init__(
        self,
        text_config: dict[str, Any] | PretrainedConfig | None = None,
        encoder_width: int = 384,
        pointer_width: int = 128,
        source_kinds: int = 3,
        talk_bias: float = 0.0,
        noise: float = 0.1,
        blank: float = 0.08,
        dropout: float = 0.05,
        first_thing: int = 0,
        things: int = 0,
        senses: dict[str, int] | None = None,
        seg_width: int = 256,
        **kwargs: Any,
    ) -> None:
        if not isinstance(text_config, PretrainedConfig):
            kind = {"model_type": "llama", **(text_config or {})}
            text_config = AutoConfig.for_model(**kind)
        self.text_config = text_config
        self.encoder_width = encoder_width
        self.pointer_width = pointer_width
        self.source_kinds = source_kinds
        self.talk_bias = talk_bias
        self.noise = noise
        self.blank = blank
        self.dropout = dropout
        self.first_thing = first_thing
        self.things = things
        self.senses = senses
        self.seg_width = seg_width
        super().__init__(**kwargs)


SENSES = {"low": 192, "high": 192, "thing": 1024, "moment": 384, "sound": 576, "phrase": 384}
"""Widths of what the nano encoders perceive (models.senses)."""


def nano(
    vocabulary: int,
    layers: int = 4,
    width: int = 384,
    first_thing: int = 0,
    things: int = 0,
    senses: dict[str, int] | None = None,
) -> UnifiedConfig:
    """Return the configuration of the shipped model for a base vocabulary of that many tokens, *things* of which, from
    *first_thing*, are known things: few wide layers, since on a CPU the number of layers decides the time per token."""
    return UnifiedConfig(
        senses=senses,
        source_kinds=SETTING + 1 if senses else 3,
        first_thing=first_thing,
        things=things,
        text_config={
            "vocab_size": vocabulary,
            "hidden_size": width,
            "intermediate_size": width * 8 // 3 // 32 * 32,
            "num_hidden_layers": layers,
            "num_attention_heads": width // 64,
            "num_key_value_heads": width // 64,
            "max_position_embeddings": 2048,
            "attention_dropout": 0.0,
            "bos_token_id": None,
            "eos_token_id": None,
            "pad_token_id": 0,
        },
        tie_word_embeddings=False,
    )
