"""The composer in batches on a GPU: the pictures and the truth of ``models.world.composer``, thousands a second.

Backdrops are painted beforehand (:func:`stage`) and so are the sprites at every size (:func:`sheet`); what is left for each
picture is turning, light, shadow and covering, which this file does for a whole batch at once. Styles are not drawn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as nn
from models.world.backdrops import front, paint
from models.world.crisp import Sprites, original, prepared, steps
from models.world.scene import FLAT, Backdrop, Scene, Thing, extent
from models.world.shadows import SHADE
from torch import Tensor

from training.soft_shadows import behind, on_ground


@dataclass(frozen=True)
class Stage:
    """Painted backdrops on a device. *pixels* uint8 [m, h, w, 3]; weather in front is *keep* [m, h, w, 1] times the picture
    plus *add* [m, h, w, 3], half precision; *light* float32 [m, 3, 3] is cast, haze and rim; *facts* float32 [m, 5] is thick,
    graze, shadow, side and the ground's row (-1: none); *flat* bool [m]."""

    rows: dict[Backdrop, int]
    pixels: Tensor
    keep: Tensor
    add: Tensor
    light: Tensor
    facts: Tensor
    flat: Tensor


def stage(backdrops: Sequence[Backdrop], width: int, height: int, device: str | torch.device) -> Stage:
    """Paint *backdrops* for frames of *width* x *height* pixels."""
    pixels, keeps, adds, light, facts = [], [], [], [], []
    for backdrop in backdrops:
        painted, look = paint(backdrop, width, height), paint(backdrop, width, height).look
        pixels.append(painted.pixels)
        # What is painted in front is linear in what is behind: black shows what it adds, white what it leaves.
        black, white = np.zeros((height, width, 3), np.float32), np.full((height, width, 3), 255, np.float32)
        front(backdrop, black)
        front(backdrop, white)
        adds.append(black.astype(np.float16))
        keeps.append(((white - black)[..., :1] / 255).astype(np.float16))
        light.append([look.cast, look.haze, look.rim])
        line = -1.0 if painted.line is None else painted.line
        facts.append([look.thick, look.graze, look.shadow, float(painted.side), line])

    def put(values: object) -> Tensor:
        return torch.as_tensor(np.asarray(values), device=device)

    return Stage(
        {backdrop: row for row, backdrop in enumerate(backdrops)},
        put(np.stack(pixels)), put(np.stack(keeps)), put(np.stack(adds)), put(light).float(), put(facts).float(),
        put([backdrop.kind in FLAT for backdrop in backdrops]),
    )  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """Sprites on a device by how often they are doubled or halved: *pictures* uint8 [n, 4, S, S], premultiplied, at the top
    left of a square; *shapes* float32 [n, 3], width, height and margin in pixels."""

    rows: dict[tuple[str, str], int]
    sides: tuple[int, ...]
    pictures: dict[int, Tensor]
    shapes: dict[int, Tensor]


def sheet(
    wanted: Sequence[tuple[str, str]], sprites: Sprites, device: str | torch.device, least: int = -3, most: int = 1
) -> Sheet:
    """Prepare the sprites of pairs (name, tint), from *least* (halvings) to *most* (doublings)."""
    pictures, shapes = {}, {}
    for step in range(least, most + 1):
        made = [prepared(sprites, name, tint, step) for name, tint in wanted]
        side = max(max(picture.shape[:2]) for picture, _ in made)
        square = np.zeros((len(made), side, side, 4), np.uint8)
        for row, (picture, _) in enumerate(made):
            square[row, : picture.shape[0], : picture.shape[1]] = picture
        pictures[step] = torch.from_numpy(square).to(device).permute(0, 3, 1, 2).contiguous()
        sizes = [(float(p.shape[1]), float(p.shape[0]), margin) for p, margin in made]
        shapes[step] = torch.tensor(sizes, dtype=torch.float32, device=device)
    sides = tuple(original(sprites, name, tint) for name, tint in wanted)
    return Sheet({pair: row for row, pair in enumerate(wanted)}, sides, pictures, shapes)


@dataclass(frozen=True)
class Batch:
    """A composed batch of b scenes with up to k things. *pixels* uint8 [b, h, w, 3]; *masks* bool [b, k, h, w], where a thing
    is seen; *boxes* float32 [b, k, 4], fractions x0, y0, x1, y1, all 0 where nothing is; *visible* float32 [b, k]."""

    pixels: Tensor
    masks: Tensor
    boxes: Tensor
    visible: Tensor


@dataclass(frozen=True)
class _Layers:
    """All things of a batch, one after the other: float32 *cover* [n, h, w] 0..1, *rgb* [n, 3, h, w] premultiplied; *area* and
    *foot* [n] as of ``models.world.composer.Cut``; *place* float32 [n, 4]: x, y, width and height of what falls on the frame."""

    cover: Tensor
    rgb: Tensor
    area: Tensor
    foot: Tensor
    place: Tensor


def compose_batch(scenes: Sequence[Scene], painted: Stage, drawn: Sheet) -> Batch:
    """Compose *scenes* with the backdrops and sprites prepared.

    Raises KeyError for a backdrop or sprite that was not, ValueError for a scene with a style or a mood.
    """
    if any(scene.style or scene.moods for scene in scenes):
        raise ValueError(
            "styles and moods are not drawn in batches: lay models.world.composer.finished over the pictures"
        )
    device = painted.pixels.device
    rows = torch.tensor([painted.rows[scene.backdrop] for scene in scenes], device=device)
    picture = painted.pixels[rows].permute(0, 3, 1, 2).float()
    height, width = picture.shape[2:]
    most = max(1, *(len(scene.things) for scene in scenes))
    flat = [(b, k, thing) for b, scene in enumerate(scenes) for k, thing in enumerate(scene.things)]
    masks = torch.zeros(len(scenes), most, height, width, dtype=torch.bool, device=device)
    areas = torch.ones(len(scenes), most, device=device)
    if flat:
        layers = _cut_out([thing for _, _, thing in flat], drawn, width, height, device)
        owner = torch.tensor([b for b, _, _ in flat], device=device)
        order = torch.tensor([k for _, k, _ in flat], device=device)
        areas[owner, order] = layers.area.clamp(min=1)
        things = [thing for _, _, thing in flat]
        for k in range(most):
            turn = torch.nonzero(order == k)[:, 0]
            if len(turn):
                _draw(picture, masks, k, turn, owner[turn], layers, [things[i] for i in turn.tolist()], rows, painted)
    picture = picture.permute(0, 2, 3, 1) * painted.keep[rows].float() + painted.add[rows].float()
    visible = (masks.flatten(2).sum(2) / areas).clamp(max=1)
    return Batch((picture + 0.5).clamp(0, 255).to(torch.uint8), masks, boxes_round(masks), visible)


def _cut_out(things: list[Thing], drawn: Sheet, width: int, height: int, device: torch.device) -> _Layers:
    count, short = len(things), min(width, height)
    cover = torch.zeros(count, height, width, device=device)
    rgb = torch.zeros(count, 3, height, width, device=device)
    area, foot = torch.zeros(count, device=device), torch.zeros(count, device=device)
    place = torch.zeros(count, 4, device=device)
    groups: dict[tuple[int, int, int], list[int]] = {}
    for index, thing in enumerate(things):
        row = drawn.rows[thing.name, thing.tint]
        fine = 2 if thing.size * short <= 256 else 1
        step = steps(drawn.sides[row], thing.size * short * fine)
        wide, high, margin = drawn.shapes[step][row].tolist()
        x0, y0, x1, y1 = extent(thing, (wide - 2 * margin) / (high - 2 * margin), width, height)
        left, top = math.floor(x0 * width) - 1, math.floor(y0 * height) - 1
        right, bottom = math.ceil(x1 * width) + 1, math.ceil(y1 * height) + 1
        over = max(0, -left, -top, right - width, bottom - height)
        a, b = max(0, left), max(0, top)
        place[index] = torch.tensor(
            [a, b, max(1, min(right, width) - a), max(1, min(bottom, height) - b)], device=device
        )
        # Things that stick out are drawn on a larger sheet, to know all of their pixels.
        foot[index] = bottom
        groups.setdefault((step, fine, 0 if not over else 32 * math.ceil(over / 32)), []).append(index)
    for (step, fine, pad), members in groups.items():
        chosen = [things[index] for index in members]
        fill = _sampled(chosen, drawn, step, fine, pad, width, height, short)
        solid = fill[:, 3] > 127.5
        which = torch.tensor(members, device=device)
        area[which] = solid.flatten(1).sum(1).float()
        numbers = torch.arange(1, solid.shape[1] + 1, device=device) * solid.any(2)
        lowest = numbers.max(1).values.float()
        # Glass and smoke may cover no pixel by half: they end where their sheet does.
        foot[which] = torch.where(lowest > 0, lowest - pad, foot[which])
        inner = fill[:, :, pad : pad + height, pad : pad + width]
        cover[which], rgb[which] = inner[:, 3] / 255, inner[:, :3]
    return _Layers(cover, rgb, area, foot, place)


def _sampled(
    chosen: list[Thing], drawn: Sheet, step: int, fine: int, pad: int, width: int, height: int, short: int
) -> Tensor:
    """Return things turned and scaled on a frame with *pad* px on each side, float32 [n, 4, h, w], whole levels 0..255."""
    rows = [drawn.rows[thing.name, thing.tint] for thing in chosen]
    pictures = drawn.pictures[step][rows].float()
    side = pictures.shape[-1]
    device = pictures.device
    thetas = []
    for thing, (wide, high, margin) in zip(chosen, drawn.shapes[step][rows].tolist(), strict=True):
        scale = thing.size * short * fine / (max(wide, high) - 2 * margin)
        turn = math.radians(thing.rotation)
        cosine, sine = math.cos(turn) / scale, math.sin(turn) / scale
        flip = -1.0 if thing.flip else 1.0
        # From fractions of the sheet (-1..1) to fine pixels round the middle of the thing, to pixels of the sprite, to -1..1.
        half_x, half_y = (width + 2 * pad) * fine / 2, (height + 2 * pad) * fine / 2
        off_x, off_y = half_x - (thing.x * width + pad) * fine, half_y - (thing.y * height + pad) * fine
        line_x = [
            flip * cosine * half_x,
            flip * sine * half_y,
            flip * (cosine * off_x + sine * off_y) + wide / 2 - side / 2,
        ]
        line_y = [-sine * half_x, cosine * half_y, -sine * off_x + cosine * off_y + high / 2 - side / 2]
        thetas.append([[v * 2 / side for v in line_x], [v * 2 / side for v in line_y]])
    size = (len(chosen), 4, (height + 2 * pad) * fine, (width + 2 * pad) * fine)
    grid = nn.affine_grid(torch.tensor(thetas, device=device), list(size), align_corners=False)
    fill = nn.grid_sample(pictures, grid, mode="bilinear", padding_mode="zeros", align_corners=False).round()
    return nn.avg_pool2d(fill, 2).add(0.5).floor() if fine == 2 else fill


def _draw(
    picture: Tensor,
    masks: Tensor,
    k: int,
    turn: Tensor,
    owner: Tensor,
    layers: _Layers,
    things: list[Thing],
    rows: Tensor,
    painted: Stage,
) -> None:
    """Lay the *k*-th thing of every scene that has one onto *picture* [b, 3, h, w] and enter it into *masks*, in place."""
    height, width = picture.shape[2:]
    cover, rgb, foot = layers.cover[turn], layers.rgb[turn], layers.foot[turn]
    thick, graze, shadow, side, line = painted.facts[rows[owner]].unbind(1)
    flat = painted.flat[rows[owner]]
    cast, haze, rim = painted.light[rows[owner]].unbind(1)
    device = picture.device
    facts = [(t.shade, t.opacity, float(t.shadow), t.size * min(width, height)) for t in things]
    shade, opacity, casts, long = torch.tensor(facts, device=device).unbind(1)
    strength = shadow * opacity * casts
    grounded = line >= 0
    fade = torch.where(flat, 1.0, ((foot - line) / (0.03 * height) + 0.5).clamp(0, 1))
    dark = torch.zeros_like(cover)
    for yes, brush, power in ((grounded, on_ground, strength * fade), (flat & ~grounded, behind, strength)):
        pick = torch.nonzero(yes & (power > 0) & (cover.flatten(1).sum(1) > 0))[:, 0]
        if len(pick):
            dark[pick] = brush(cover[pick], layers.place[turn][pick], foot[pick], long[pick], side[pick], power[pick])
    tone = torch.as_tensor(SHADE, device=device).view(1, 3, 1, 1)
    below = picture[owner]
    below = below + (tone - below) * dark[:, None]
    x, y, wide, high = layers.place[turn].unbind(1)
    us = (torch.arange(width, device=device) - x[:, None]) / (wide[:, None] - 1).clamp(min=1) * 2 - 1
    vs = (torch.arange(height, device=device) - y[:, None]) / (high[:, None] - 1).clamp(min=1) * 2 - 1
    light = shade[:, None, None] * (1 + 0.05 * (side[:, None, None] * us[:, None] - vs[:, :, None]))
    rgb = rgb * light[:, None] * cast[:, :, None, None]
    edge = cover * (cover - _towards_light(cover, side, long)).clamp(min=0) * graze[:, None, None]
    rgb = rgb + (rim[:, :, None, None] - rgb) * edge[:, None]
    rgb = torch.minimum(rgb, 255 * cover[:, None])
    far = torch.where(grounded, torch.where(foot < line, 0.5, 1 - (foot - line) / (height - line).clamp(min=1)), 0.35)
    mist = thick * far**2 * 0.55
    mist = torch.where(mist > 0.01, mist, 0.0)[:, None, None, None]
    rgb = rgb + (haze[:, :, None, None] * cover[:, None] - rgb) * mist
    solid = opacity[:, None, None, None]
    picture[owner] = below * (1 - cover[:, None] * solid) + rgb * solid
    shape = cover > 0.5
    masks[owner, :k] &= ~(shape & (opacity > 0.5)[:, None, None])[:, None]
    masks[owner, k] = shape & (opacity > 0.02)[:, None, None]


def _towards_light(cover: Tensor, side: Tensor, long: Tensor) -> Tensor:
    """Return the cover [n, h, w] as seen from a step towards the light, upwards and to *side*, a little blurred."""
    lit = torch.zeros_like(cover)
    height, width = cover.shape[1:]
    sizes = (0.016 * long).round().clamp(min=1).int().tolist()
    ways = side.tolist()
    for step, way in set(zip(sizes, ways, strict=True)):
        pick = [i for i, pair in enumerate(zip(sizes, ways, strict=True)) if pair == (step, way)]
        moved = nn.pad(cover[pick], (step, step, step, 0))
        start = 2 * step if way > 0 else 0
        moved = moved[:, :height, start : start + width]
        if step > 1:
            before, after = step // 2, step - 1 - step // 2
            moved = nn.avg_pool2d(nn.pad(moved[:, None], (before, after, before, after), mode="reflect"), step, 1)[:, 0]
        lit[pick] = moved
    return lit


def boxes_round(masks: Tensor) -> Tensor:
    """Return the boxes round masks bool [..., h, w]: float32 [..., 4], fractions x0, y0, x1, y1, all 0 where a mask is empty."""
    height, width = masks.shape[-2:]
    edges = []
    for axis, size in ((-2, width), (-1, height)):
        line = masks.any(axis)
        numbers = torch.arange(size, device=masks.device)
        low = torch.where(line, numbers, size).min(-1).values
        high = torch.where(line, numbers + 1, 0).max(-1).values
        edges.append((low.float() / size, high.float() / size))
    (x0, x1), (y0, y1) = edges
    return torch.stack([x0, y0, x1, y1], -1) * (x1 > 0)[..., None]
