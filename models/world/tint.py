"""Recolouring of sprites: the coat changes, the shading stays, eyes, teeth and tyres keep their own colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from models.colours import colour

if TYPE_CHECKING:
    from numpy.typing import NDArray


def tinted(sprite: NDArray[np.uint8], tint: str) -> NDArray[np.uint8]:
    """Return RGBA uint8 [h, w, 4] (straight alpha) recoloured towards *tint*, a colour name or #rrggbb.

    The hue that covers most of the sprite changes fully, other hues a little, grey and black parts not; a sprite without
    colours of its own changes altogether. Lightness follows two straight lines in CIE L through black, the sprite's own
    middle (which becomes nearly the tint's) and white, so light stays lighter than dark. Raises
    :class:`models.expert.Refusal` on a colour that has no meaning.
    """
    import cv2

    bright, red, yellow = (
        float(v) for v in cv2.cvtColor(np.array([[colour(tint)]], np.float32) / 255, cv2.COLOR_RGB2LAB)[0, 0]
    )
    lab = cv2.cvtColor(np.ascontiguousarray(sprite[..., :3]).astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    light, chroma = lab[..., 0], np.hypot(lab[..., 1], lab[..., 2])
    turn = np.arctan2(lab[..., 2], lab[..., 1])
    solid = sprite[..., 3] > 127
    vivid = solid & (chroma > 16) & (light > 12)
    if int(np.count_nonzero(vivid)) > 0.12 * max(1, int(np.count_nonzero(solid))):
        peak = _main_hue(turn[vivid], chroma[vivid])
        away = np.abs(np.angle(np.exp(1j * (turn - peak))))
        near = np.clip((away - 0.75) / 0.6, 0, 1)
        weight = _step(chroma, 7, 18) * (1 - 0.8 * near)
        # Skin, straw and wood lie near orange: where that is the main hue pale shades of it belong to the coat as well.
        weight = np.maximum(weight, _step(chroma, 4, 9) * (away < 0.5) * 0.9)
        ground = vivid & (away < 0.8)
    else:
        weight = _step(light, 8, 30)
        ground = solid & (light > 20)
    own = float(np.quantile(light[ground], 0.6)) if ground.any() else 60.0
    own = float(np.clip(own, 5, 95))
    goal = 0.8 * bright + 0.2 * own
    goal = float(np.clip(goal, 6, 95))
    changed = np.where(light <= own, light * (goal / own), 100 - (100 - light) * ((100 - goal) / (100 - own)))
    strength = np.clip(changed / max(goal, 4.0), 0, 1) * np.clip((100 - changed) / max(100 - goal, 3.0), 0, 1) ** 0.6
    out = np.stack([changed, red * strength, yellow * strength], -1).astype(np.float32)
    rgb = cv2.cvtColor(lab + (out - lab) * weight[..., None].astype(np.float32), cv2.COLOR_LAB2RGB)
    made = sprite.copy()
    made[..., :3] = np.clip(rgb * 255 + 0.5, 0, 255).astype(np.uint8)
    return made


def _main_hue(turns: NDArray[np.float32], chroma: NDArray[np.float32]) -> float:
    """Return the hue angle round which most colour lies."""
    bins = 36
    count = np.bincount(((turns + np.pi) / (2 * np.pi) * bins).astype(int) % bins, chroma, bins)
    round_ = np.convolve(np.concatenate([count[-2:], count, count[:2]]), [1, 2, 3, 2, 1], "valid")
    return float((np.argmax(round_) + 0.5) / bins * 2 * np.pi - np.pi)


def _step(values: NDArray[np.float32], low: float, high: float) -> NDArray[np.float32]:
    share = np.clip((values - low) / (high - low), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)
