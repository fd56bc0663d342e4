"""The unified model's network: a stock Llama decoder that reads a sentence encoder's states and can copy them.

Ids below the vocabulary's size are the model's own tokens; an id ``vocab_size + row`` is row *row* of a bank of word
pieces that people typed. Such a position enters as a projection of the piece's contextual state and static vector. The
output scores the own tokens and, by a pointer, every row of the bank.

Tokens of *known things* are scored in the sentence encoder's own space: the newest text's states, weighted by what matters in
them, against the vectors of the things' names. What the encoder knows of the world then carries over to words that training
never said, where weights of the decoder's own would only learn the training's sentences by heart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoConfig, AutoModel, PreTrainedModel

from models.percepts import MOMENT, PATCH, SETTING
from models.unified.begun import Begun
from models.unified.config import UnifiedConfig
from models.unified.masking import Masking
from models.unified.noticing import Noticed, Noticing
from models.unified.sheet import FACTS, WHOLE
from models.unified.sight import Senses


@dataclass
class Bank:
    """The word pieces and percepts of a batch of conversations, padded to S rows.

    *context* and *static* float [B, S, width]; *kind* long [B, S] (-1: padding; 1: a whole text, never copied; from 3 on
    percepts, whose context and static are 0); *where* long [B, S]: the position of the row in its conversation; *starts* bool
    [B, S]: first piece of its text, or a percept. Where there are percepts, *features* float [B, S, widest] and *places* float
    [B, S, PLACE] hold theirs (models.percepts).
    """

    context: Tensor
    static: Tensor
    kind: Tensor
    where: Tensor
    starts: Tensor
    features: Tensor | None = None
    places: Tensor | None = None

    @property
    def words(self) -> Tensor:
        """Which rows are written, bool [B, S]."""
        return (self.kind >= 0) & (self.kind <= FACTS)

    @property
    def offered(self) -> Tensor:
        """Which rows can be pointed at, bool [B, S]: pieces of words and percepts of things."""
        silent = sum(self.kind == kind for kind in (WHOLE, PATCH, MOMENT, SETTING))
        return (self.kind >= 0) & ~silent.bool()


@dataclass
class Output:
    """*logits* float [B, L, vocabulary + S] (or [N, ...] for chosen positions); *hidden* [B, L, width]; *cache*; *loss*."""

    logits: Tensor
    hidden: Tensor
    cache: Any = None
    loss: Tensor | None = None


class UnifiedForConditionalGeneration(PreTrainedModel):
    """Decoder, input projections of the bank, output over vocabulary and bank."""

    config_class = UnifiedConfig
    base_model_prefix = "model"
    _supports_sdpa = True

    def __init__(self, config: UnifiedConfig) -> None:
        super().__init__(config)
        text: Any = config.text_config
        width, read, point = text.hidden_size, config.encoder_width, config.pointer_width
        self.model = AutoModel.from_config(config.text_config)
        self._no_split_modules = self.model._no_split_modules
        self.read_context = nn.Linear(read, width)
        self.read_static = nn.Linear(read, width, bias=False)
        self.read_kind = nn.Embedding(config.source_kinds, width)
        self.head = nn.Linear(width, text.vocab_size)
        self.ask = nn.Linear(width, point)
        self.offer = nn.Linear(4 * read, point)
        self.offer_hidden = nn.Linear(width, point, bias=False)
        self.carry_on = nn.Linear(width, 1)
        if config.senses:
            self.senses = Senses(config.senses, read, width)
            self.noticing = Noticing(read, width, point, text.vocab_size)
            self.seg = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, config.seg_width))
            self.masking = Masking(config.seg_width, config.senses["high"])
        if config.things:
            self.heed = nn.Sequential(nn.Linear(2 * read, 64), nn.GELU(), nn.Linear(64, 1))
            self.sense = nn.Linear(read, read)
            self.name = nn.Linear(read, read, bias=False)
            self.name_next = nn.Linear(width, 1)
            self.sure = nn.Parameter(torch.tensor(3.0))
            self.register_buffer("names", torch.zeros(config.things, read))
        self.post_init()
        if config.senses:
            self.noticing.reset()
        if config.things:  # what the encoder finds alike is alike, to begin with
            nn.init.eye_(self.sense.weight)
            nn.init.eye_(self.name.weight)

    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, Begun):
            module.reset_parameters()
        elif isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.02)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=0.3)
        elif "RMSNorm" in type(module).__name__:
            nn.init.ones_(module.weight)
        elif isinstance(module, nn.Conv2d):
            module.reset_parameters()
        elif isinstance(module, Noticing):  # of weights that know nothing of it, too
            module.reset()

    @property
    def vocabulary(self) -> int:
        return int(self.config.text_config.vocab_size)

    # -- inputs -------------------------------------------------------------------------------------------------

    def normalise(self, bank: Bank) -> tuple[Tensor, Tensor]:
        """Return context and static of *bank*, each scaled to unit variance. What is perceived is projected; a network without senses
        reads none of it."""
        width = bank.context.shape[-1:]
        context = functional.layer_norm(bank.context, width)
        static = functional.layer_norm(bank.static, width) * (bank.words & (bank.kind != WHOLE)).unsqueeze(-1)
        if self.config.senses and bank.features is not None:
            seen = functional.layer_norm(self.senses(bank.features, bank.kind).float(), width)
            context = torch.where(bank.words.unsqueeze(-1), context, seen.to(context.dtype))
        return context, static

    def blurred(self, bank: Bank, context: Tensor, static: Tensor) -> tuple[Tensor, Tensor]:
        """Return *context* and *static* of a normalised *bank* as training reads them, with noise and blanks. What is noticed is noticed
        of the clear ones: whether something is there cannot be learnt where it is blanked."""
        if not self.training:
            return context, static
        context = context + torch.randn_like(context) * self.config.noise
        keep = (torch.rand(bank.kind.shape, device=context.device) >= self.config.blank).unsqueeze(-1)
        return context * keep, static * keep

    def notice(self, bank: Bank, context: Tensor) -> Noticed | None:
        """Return what the words of *bank*, whose normalised *context* is given, mean of what is perceived; None where nothing is."""
        if not self.config.senses or bank.places is None or not context.shape[1]:
            return None
        noticed: Noticed = self.noticing(bank, context, self.senses.where(bank.places))
        return noticed

    def embed(self, ids: Tensor, context: Tensor, static: Tensor, bank: Bank, told: Tensor | None = None) -> Tensor:
        """Return the inputs [B, L, width] for *ids* [B, L] over a normalised *bank*; *told* [B, S, width] is what its rows make one
        notice (:meth:`notice`)."""
        read = self.read_context(context) + self.read_static(static) + self.read_kind(bank.kind.clamp(min=0))
        if self.config.senses and bank.places is not None:
            read = read + self.senses.where(bank.places) * (~bank.words).unsqueeze(-1)
        if told is not None:
            read = read + told
        row = (ids - self.vocabulary).clamp(min=0)
        if read.shape[1]:
            copied = read.gather(1, row.unsqueeze(-1).expand(-1, -1, read.shape[-1]))
        else:
            copied = read.new_zeros(*ids.shape, read.shape[-1])
        own = self.model.embed_tokens(ids.clamp(max=self.vocabulary - 1))
        inputs = torch.where((ids >= self.vocabulary).unsqueeze(-1), copied.to(own.dtype), own)
        return functional.dropout(inputs, self.config.dropout, self.training)

    # -- outputs ------------------------------------------------------------------------------------------------

    def offers(self, hidden: Tensor, bank: Bank, context: Tensor, static: Tensor) -> Tensor:
        """Return what each row offers to the pointer, [B, S, point]: the piece, the one before it, the decoder's view."""
        inner = (~bank.starts).unsqueeze(-1)
        before = [functional.pad(part, (0, 0, 1, 0))[:, :-1] * inner for part in (context, static)]
        seen = hidden.gather(1, bank.where.unsqueeze(-1).expand(-1, -1, hidden.shape[-1]))
        return self.offer(torch.cat([context, static, *before], -1)) + self.offer_hidden(seen)

    def pointer(
        self, hidden: Tensor, offers: Tensor, noticed: Noticed | None = None, words: Tensor | None = None
    ) -> Tensor:
        """Return how well each position [B, L, width] fits each offer [B, S, point]: float [B, L, S]; things better that are *noticed*
        by those *words* bool [B, L, S] that it looks back at."""
        own = torch.bmm(self.ask(hidden), offers.transpose(1, 2)) * self.config.pointer_width**-0.5
        if noticed is None or words is None:
            return own
        return own.float() + self.noticing.onward(hidden, offers, noticed, words)

    def meant(self, bank: Bank, context: Tensor, static: Tensor) -> tuple[Tensor, Tensor]:
        """Return how well each text of a normalised *bank* describes each known thing, float [B, T, things], and the text
        that each row ends, long [B, S]: a whole text's number on its last row, else -1."""
        text = (bank.starts & bank.words).long().cumsum(1) - 1
        own = torch.arange(max(1, int(text.max()) + 1) if text.numel() else 1, device=text.device)
        within = (text.unsqueeze(1) == own.view(1, -1, 1)) & (bank.kind == 0).unsqueeze(1)
        heed = self.heed(torch.cat([context, static], -1)).transpose(1, 2).float().masked_fill(~within, -1e4)
        shares = heed.softmax(-1) * within.any(-1, keepdim=True)  # of a text without words none
        sense = functional.normalize(self.sense(shares.to(context.dtype) @ context).float(), dim=-1)
        names = functional.normalize(self.name(self.names.to(context.dtype)).float(), dim=-1)
        return self.sure.exp() * sense @ names.T, torch.where(bank.kind == 1, text, -1)

    def tell(self, noticed: Noticed | None, batch: Tensor, words: Tensor) -> Tensor | None:
        """Return what speaks for each own token but those of known things by what was *noticed* of the newest text, float [N, vocabulary],
        at N positions of the conversations *batch* long [N] before which the rows *words* bool [N, S] stand; None where nothing was."""
        if noticed is None:
            return None
        told: Tensor = self.noticing.relating.tells(noticed.related, batch, noticed.newest(words, batch))
        return told

    def score(
        self, hidden: Tensor, pointer: Tensor, follow: Tensor, allowed: Tensor, things: Tensor | None = None,
        told: Tensor | None = None,
    ) -> Tensor:  # fmt: skip
        """Return the logits [N, vocabulary + S] of N positions: *hidden* [N, width], *pointer* [N, S], *follow* long [N]
        (the row after the one just copied, or -1), *allowed* bool [N, S] (rows that may be pointed at), *things* float
        [N, things]: how well the newest text describes each, *told* float [N, vocabulary]: what speaks for each own token by
        what was noticed (:meth:`tell`)."""
        rows = torch.arange(pointer.shape[1], device=pointer.device)
        onward = rows == follow.unsqueeze(-1)
        pointer = (pointer + self.carry_on(hidden) * onward).masked_fill(~allowed, -1e4)
        own = self.head(hidden).float()
        if told is not None:
            own = own + told
        if things is not None:
            first, end = self.config.first_thing, self.config.first_thing + self.config.things
            named = things.log_softmax(-1) + self.name_next(hidden).float()
            own = torch.cat([own[:, :first], named, own[:, end:]], -1)
        return torch.cat([own, pointer.float()], -1)

    def forward(
        self,
        ids: Tensor,
        bank: Bank,
        follow: Tensor,
        weights: Tensor | None = None,
        cache: Any = None,
    ) -> Output:
        """Score whole conversations.

        *ids* and *follow* long [B, L], padded on the right with 0 and -1. With *weights* float [B, L] (0: given) only
        the positions before a weighted id are scored and *loss* is the weighted mean cross-entropy. Rows can be pointed
        at only from positions after them.
        """
        context, static = self.normalise(bank)
        noticed = self.notice(bank, context)
        context, static = self.blurred(bank, context, static)
        out = self.model(
            inputs_embeds=self.embed(ids, context, static, bank, noticed.inputs if noticed else None),
            past_key_values=cache,
            use_cache=cache is not None,
        )
        hidden = out.last_hidden_state
        offers = self.offers(hidden, bank, context, static)
        place = torch.arange(ids.shape[1], device=ids.device)
        if weights is None:
            batch, at = torch.meshgrid(torch.arange(ids.shape[0], device=ids.device), place, indexing="ij")
            batch, at = batch.flatten(), at.flatten()
        else:
            batch, at = (weights[:, 1:] > 0).nonzero(as_tuple=True)
        allowed = bank.offered[batch] & (bank.where[batch] <= at.unsqueeze(-1))
        things = None
        if self.config.things and bank.kind.shape[1]:
            meant, ends = self.meant(bank, context, static)
            newest = torch.where(bank.where[batch] <= at.unsqueeze(-1), ends[batch], -1).amax(-1)
            things = meant[batch, newest.clamp(min=0)]
        words = bank.words.unsqueeze(1) & (bank.where.unsqueeze(1) <= place.view(1, -1, 1))
        pointer = self.pointer(hidden, offers, noticed, words)[batch, at]
        told = self.tell(noticed, batch, words[batch, at])
        logits = self.score(hidden[batch, at], pointer, follow[batch, at], allowed, things, told)
        if weights is None:
            return Output(logits.view(*ids.shape, -1), hidden, out.past_key_values)
        target, weight = ids[batch, at + 1], weights[batch, at + 1]
        losses = functional.cross_entropy(logits, target, reduction="none")
        return Output(logits, hidden, out.past_key_values, (losses * weight).sum() / weight.sum())


AutoConfig.register(UnifiedConfig.model_type, UnifiedConfig, exist_ok=True)
AutoModel.register(UnifiedConfig, UnifiedForConditionalGeneration, exist_ok=True)
