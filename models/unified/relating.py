"""How things stand to each other: which is furthest left or largest, what is beside the one that a text names, what came after it.

Such comparisons are made here from the places of all things at once, as numbers near 0 to 1, so that the decoder needs to say only
*which* of them a question is about: a position that points weighs them, and the words of a reply are scored by what holds of the thing
that the newest text names (docs/decisions/0012). Nothing is trained in the comparisons themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.percepts import POINTABLE, SOUND, TRACK
from models.unified.begun import Begun

STEEP, CLEAR = 30.0, 0.05
"""How steep the comparison of two places is, and how far apart, in fractions of the frame, they are at its middle."""
STEEP_SIZE, STEEP_TIME, TOUCH = 5.0, 8.0, 0.05
"""The same for the logarithm of areas and for seconds; how far apart the boxes of neighbours are at most."""
NAMED = 0.1
"""How much less than the best thing another may be like a text to be of what it names."""
ALIKE = 0.8
"""The likeness of two things from which they are of a kind."""
ORDERS = 7
STANDS = 2 * ORDERS + 3
"""What is told of each thing among those of its medium: whether it is the first and the last of all by each of ORDERS (across, down, area,
distance from the middle, begin, end, way), whether it goes right or left, and whether it is the only one."""
RELATIONS = 15 + 6
"""What is told of each thing and each text: how it stands to the thing named, and whether it is the first or last of those named."""
FACTS = 21
"""What is told of each text as a whole."""
TELLING, STANDING = 8.0, 4.0
"""How loud a text's facts are to the words of a reply, and a thing's standing where it enters."""


@dataclass(frozen=True)
class Related:
    """*stands* float [B, S, STANDS]; *relations* float [B, T, S, RELATIONS]; *facts* float [B, T, FACTS]; zeros for rows that are no
    things and texts before which there are none."""

    stands: Tensor
    relations: Tensor
    facts: Tensor

    def upto(self, rows: int) -> Related:
        """Return what holds of the first *rows*."""
        return Related(self.stands[:, :rows], self.relations[:, :, :rows], self.facts)


class Relating(nn.Module):
    """Weighs comparisons for a decoder of *width* with *words* tokens of its own. All of it begins with zeros: what was learnt before
    stays as it is."""

    def __init__(self, width: int, words: int) -> None:
        super().__init__()
        self.weigh = Begun(width, STANDS + RELATIONS)
        self.tell = Begun(FACTS, words, bias=False)
        self.stand = Begun(STANDS, width, bias=False)

    def inputs(self, related: Related) -> Tensor:
        """Return what is added to each row where it enters, float [B, S, width]."""
        return STANDING * self.stand(related.stands.to(self.stand.weight.dtype))

    def points(self, hidden: Tensor, related: Related, newest: Tensor) -> Tensor:
        """Return what is added to the pointer's scores, float [B, L, S], of positions *hidden* [B, L, width] whose newest text has the
        number *newest* long [B, L], -1 for none."""
        weights = self.weigh(hidden).float()
        out = torch.bmm(weights[..., :STANDS], related.stands.transpose(1, 2))
        texts, rows = related.relations.shape[1:3]
        own = functional.one_hot(newest.clamp(min=0), texts) * (newest >= 0).unsqueeze(-1)
        spread = (own.unsqueeze(-1) * weights[..., None, STANDS:]).flatten(2)
        return out + torch.bmm(spread, related.relations.permute(0, 1, 3, 2).reshape(len(out), -1, rows))

    def tells(self, related: Related, batch: Tensor, newest: Tensor) -> Tensor:
        """Return what is added to the scores of the words, float [N, words], of N positions: number *batch* of the conversation and
        *newest* of the text, -1 for none."""
        facts = related.facts[batch, newest.clamp(min=0)] * (newest >= 0).unsqueeze(-1)
        return TELLING * self.tell(facts.to(self.tell.weight.dtype)).float()


@torch.no_grad()
def related(kind: Tensor, where: Tensor, places: Tensor, alike: Tensor, named: Tensor, texts: Tensor, scale: float | Tensor) -> Related:  # fmt: skip
    """Return how things stand to each other. *kind*, *where* long [B, S] and *places* float [B, S, PLACE] of all rows; *alike* float
    [B, S, S], the likeness of each two rows; *named* float [B, T, S], the best likeness of the words of each text to each thing before
    it, -1 for others; *texts* float [B, T], how surely a text names anything; *scale* multiplies likenesses where shares are made."""
    thing = sum(kind == one for one in POINTABLE).bool()
    group = _groups(kind, where)
    same = (group.unsqueeze(1) == group.unsqueeze(2)) & thing.unsqueeze(1) & thing.unsqueeze(2)
    orders = _orders(places.float())
    stands = _stands(orders, same, places.float(), kind) * thing.unsqueeze(-1)
    heard = named > -1
    some = heard.any(-1, keepdim=True)
    anchor = (named * scale).masked_fill(~heard, -1e4).softmax(-1) * some
    relations = _relations(anchor, orders, places.float(), same, alike, named, heard, kind)
    facts = _facts(anchor, relations, stands, same, alike, named, texts, kind) * some
    return Related(stands, relations * some.unsqueeze(-1), facts)


def _groups(kind: Tensor, where: Tensor) -> Tensor:
    """Return a number for each row, the same for rows of one kind that follow each other: the things of one medium, long [B, S]."""
    new = (kind[:, 1:] != kind[:, :-1]) | (where[:, 1:] != where[:, :-1] + 1)
    return functional.pad(new.long(), (1, 0)).cumsum(1)


def _orders(places: Tensor) -> Tensor:
    """Return what things are ordered by, each in units of its steepness: float [B, S, ORDERS]."""
    x0, y0, x1, y1 = places[..., :4].unbind(-1)
    x, y, way = (x0 + x1) / 2, (y0 + y1) / 2, (places[..., 4] + places[..., 6]) / 2
    area = ((x1 - x0) * (y1 - y0)).clamp(min=1e-5).log()
    off = torch.maximum((x - 0.5).abs(), (y - 0.5).abs())
    begin, end = places[..., 8], places[..., 9]
    moved = (way - x).abs() + ((places[..., 5] + places[..., 7]) / 2 - y).abs()
    return torch.stack(
        [x * STEEP, y * STEEP, area * STEEP_SIZE, off * STEEP, begin * STEEP_TIME, end * STEEP_TIME, moved * STEEP], -1
    )


def _extremes(orders: Tensor, among: Tensor) -> list[Tensor]:
    """Return how surely each row is the first, and the last, by each of *orders* float [B, S, n] of those *among* which it is, bool
    [B, S, S]: 2 n of float [B, S]."""
    others = among & ~torch.eye(among.shape[-1], dtype=torch.bool, device=among.device)
    found = []
    for own in orders.unbind(-1):
        far = own.unsqueeze(-2).expand(among.shape)
        found.append(torch.sigmoid(far.masked_fill(~others, 1e4).amin(-1) - own))
        found.append(torch.sigmoid(own - far.masked_fill(~others, -1e4).amax(-1)))
    return found


def _outermost(orders: Tensor, of: Tensor) -> list[Tensor]:
    """Return the same, 0 for rows that are not *of* those named, bool [B, T, S]: 2 n of float [B, T, S]. Of all others only the first counts
    and, for that one itself, the second: no row need be compared with every other."""
    found = []
    for order in orders.unbind(-1):
        for own in (order.unsqueeze(1), -order.unsqueeze(1)):
            ahead = own.expand(of.shape).masked_fill(~of, 1e4).topk(min(2, of.shape[-1]), -1, largest=False).values
            rest = torch.where(own <= ahead[..., :1], ahead[..., -1:], ahead[..., :1])
            found.append(torch.sigmoid(rest - own) * of)
    return found


def _stands(orders: Tensor, same: Tensor, places: Tensor, kind: Tensor) -> Tensor:
    """Return STANDS numbers for each row."""
    across = (places[..., 4] + places[..., 6] - places[..., 0] - places[..., 2]) / 2
    goes = [torch.sigmoid(STEEP * (sign * across - CLEAR)) * (kind == TRACK) for sign in (1, -1)]
    return torch.stack([*_extremes(orders, same), *goes, (same.sum(-1) == 1).float()], -1)


def _relations(
    anchor: Tensor, orders: Tensor, places: Tensor, same: Tensor, alike: Tensor, named: Tensor, heard: Tensor, kind: Tensor
) -> Tensor:  # fmt: skip
    """Return RELATIONS numbers for each text and row: what it is to the *anchor*, in shares [B, T, S], which the text names. Sounds are in no
    place and pictures at no time."""

    def less(first: Tensor, second: Tensor, clear: float = 0.0) -> Tensor:
        return torch.sigmoid(second - first - clear)

    beside = anchor @ same.float() * heard
    at, own = anchor @ orders, orders.unsqueeze(1)
    x, y, area, _, begin, end, _ = (at[..., n].unsqueeze(-1) for n in range(ORDERS))
    xs, ys, areas, _, begins, ends, _ = (own[..., n] for n in range(ORDERS))
    other = beside * (1 - anchor)
    placed, timed = other * (kind != SOUND).unsqueeze(1), other * (places[..., 9] > 0).unsqueeze(1)
    box, boxes = (anchor @ places[..., :4]).unsqueeze(2), places[..., :4].unsqueeze(1)
    gap = torch.maximum(boxes[..., :2] - box[..., 2:], box[..., :2] - boxes[..., 2:]).amax(-1)
    clear = CLEAR * STEEP
    later, earlier = timed * less(end, begins, -1.0), timed * less(ends, begin, -1.0)
    off = (xs - x).abs() + (ys - y).abs()
    nearest = _first(off, placed > 0.5)
    of = (named >= named.amax(-1, keepdim=True) - NAMED) & heard & (beside > 0.5)
    return torch.stack(
        [
            anchor, beside, placed * less(xs, x, clear), placed * less(x, xs, clear), placed * less(ys, y, clear),
            placed * less(y, ys, clear), placed * torch.sigmoid(STEEP * (TOUCH - gap)), nearest, placed * less(areas, area),
            placed * less(area, areas), later, earlier, _first(begins, later > 0.5), _first(-ends, earlier > 0.5), anchor @ alike * heard,
            *_outermost(orders[..., :3], of),
        ],
        -1,
    )  # fmt: skip


def _first(order: Tensor, among: Tensor) -> Tensor:
    """Return 1 for the row that comes first by *order* of those *among* which it is, 0 for others, float of their shape."""
    order = order.expand(among.shape).masked_fill(~among, 1e4)
    return ((order <= order.amin(-1, keepdim=True)) & among).float()


def _facts(anchor: Tensor, relations: Tensor, stands: Tensor, same: Tensor, alike: Tensor, named: Tensor, texts: Tensor, kind: Tensor) -> Tensor:  # fmt: skip
    """Return FACTS numbers for each text."""
    beside = relations[..., 1]
    several = (beside * torch.sigmoid(4 * STEEP * (relations[..., 14] - ALIKE))).sum(-1)
    own = anchor @ stands
    goes = stands[..., 2 * ORDERS : 2 * ORDERS + 2]
    moving = (beside.unsqueeze(-1) * goes.unsqueeze(1)).amax((-1, -2))
    track = anchor @ (kind == TRACK).float().unsqueeze(-1)
    going, many = own[..., 2 * ORDERS : 2 * ORDERS + 2], beside.sum(-1)
    return torch.cat(
        [
            torch.stack([texts - 0.5, named.amax(-1), torch.sigmoid(4 * (several - 1.5)), several / 4], -1),
            relations[..., 2:7].amax(2), relations[..., 10:12].amax(2), going, track, track * (1 - going.sum(-1, keepdim=True)),
            torch.stack([moving, torch.sigmoid(4 * (many - 1.5)), many / 8], -1), own[..., :2], torch.ones_like(track),
        ],
        -1,
    )  # fmt: skip
