"""Conversations written from a scene, a film or a sound whose every fact is known: requests that fit exactly, and the truth."""

from __future__ import annotations

from training.truth.making import MAKERS, make
from training.truth.values import Truthful

__all__ = ["MAKERS", "Truthful", "make"]
