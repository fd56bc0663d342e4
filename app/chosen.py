"""What a person chose for a reply beside its words, kept with it as JSON, so that Retry chooses the same once more."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from models.router import Router
from models.unified.stream import WORDS

from app.events import Options

MOST = 64
"""Handles of a kind, and settings, that are read."""


def kept(options: Options) -> dict[str, Any]:
    """Return what *options* choose but for the seed, which a retry draws anew; empty where the model decides everything."""
    told = {
        "task": options.task,
        "expert": options.implementation,
        "media": list(options.media) or None,
        "regions": None if options.regions is None else list(options.regions),
        "params": dict(options.params) or None,
    }
    return {name: value for name, value in told.items() if value is not None}


def chosen_again(told: Mapping[str, Any], router: Router, there: Collection[str]) -> Options:
    """Return the options that *told* stands for, without what this program does not know (any more) and without handles that
    are not *there*: those of media and of regions."""
    task, expert = told.get("task"), told.get("expert")
    regions, params = told.get("regions"), told.get("params")
    options = Options(
        task=task if task == WORDS or task in router.tasks else None,
        media=tuple(handle for handle in told.get("media") or () if handle in there),
        regions=None if regions is None else tuple(handle for handle in regions if handle in there),
        params=tuple((params or {}).items()),
    )
    known = any(router.named(name, str(expert)) for name in ([task] if task else router.tasks))
    return replace(options, implementation=expert) if known else options


def is_kept(value: Any) -> bool:
    """Tell whether *value* is what :func:`kept` gives, whoever wrote it."""
    if not isinstance(value, dict) or not set(value) <= {"task", "expert", "media", "regions", "params"}:
        return False
    words = [value[name] for name in ("task", "expert") if name in value]
    lists = [value[name] for name in ("media", "regions") if name in value]
    params = value.get("params", {})
    return (
        all(isinstance(word, str) for word in words)
        and all(isinstance(names, list) and len(names) <= MOST for names in lists)
        and all(isinstance(name, str) for names in lists for name in names)
        and isinstance(params, dict)
        and len(params) <= MOST
        and all(isinstance(setting, str) for setting in params.values())
    )
