"""A person's message, put together from what was typed, attached and drawn, with every handle of it checked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from models.device import SEEDS
from models.expert import Refusal
from models.router import Router
from models.unified.stream import WORDS
from models.values import Media, Message, Part, Region, Text

from app.events import Options

TEXT_MOST = 1_000_000
"""Characters of one message that are kept at all."""


def compose(
    text: str,
    attachments: Sequence[str],
    regions: Sequence[Region],
    media: Mapping[str, Media],
    shown: Collection[str],
    used: Collection[int],
    most: int,
) -> Message:
    """Return the message. *media* are all of the conversation by handle, *shown* the handles of those that the model will
    know without being told, *used* the numbers of regions drawn before, *most* how many files it may take.

    A region that is drawn on a medium of another branch brings it along. Raises Refusal when there is nothing to send, the
    text or the files are too many, or a handle is not in the conversation.
    """
    if len(text) > TEXT_MOST:
        raise Refusal(f"The text is longer than {TEXT_MOST:,} characters.", "Shorten it.")
    if len(attachments) > most:
        raise Refusal(f"A message takes at most {most} files.", "Send them in several messages.")
    if not (text.strip() or attachments or regions):
        raise Refusal("There is nothing to send.", "Type something, or attach a file.")
    held = {handle: known(media, handle) for handle in attachments}
    for region in regions:
        for handle in filter(None, (region.of, region.mask)):
            if handle not in media:
                raise Refusal(f"A region is drawn on {handle}, which is not here.", "Draw it again.")
            if handle not in shown:
                held[handle] = media[handle]
    words = (Text(text),) if text.strip() else ()
    parts: tuple[Part, ...] = (*held.values(), *_numbered(regions, used), *words)
    return Message("user", parts)


def known(media: Mapping[str, Media], handle: str) -> Media:
    """Return one of *media*; raises Refusal for a handle that is not among them."""
    medium = media.get(handle)
    if medium is None:
        raise Refusal(f"There is no {handle} in this conversation.", "Name one that is there.")
    return medium


def _numbered(regions: Sequence[Region], before: Collection[int]) -> list[Region]:
    """Return *regions* with numbers that no region *before* has, in case two pages drew at once."""
    used = set(before)
    free = max(0, *used, *(r.id for r in regions)) + 1 if regions else 1
    result = []
    for region in regions:
        if region.id in used or region.id < 1:
            region, free = replace(region, id=free), free + 1
        used.add(region.id)
        result.append(region)
    return result


def check_options(options: Options, router: Router) -> None:
    """Raise Refusal for a seed out of range, a task that does not exist or an expert that cannot run it."""
    if options.seed is not None and not 0 <= options.seed < SEEDS:
        raise Refusal(f"The seed {options.seed} is out of range.", f"Use a whole number from 0 to {SEEDS - 1}.")
    if options.task not in (None, WORDS, *router.tasks):
        raise Refusal(f"There is no task called {options.task}.", f"Choose one of: {', '.join(router.tasks)}.")
