"""Following one reply through a grammar by a matcher of llguidance: a help and no gate, which is let go of wherever it fails."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

import torch
from torch import Tensor

log = logging.getLogger("unison.model")
_BITS = torch.arange(32, dtype=torch.int32)


def available() -> bool:
    """Tell whether llguidance is installed."""
    return find_spec("llguidance") is not None


class Matched:
    """Which tokens may follow what was written, by a matcher. Whatever goes wrong inside of it, the reply goes on without: then
    :attr:`lifted` says why, nothing is masked any more, and the log tells it."""

    def __init__(self, make: Callable[[], Any]) -> None:
        """*make* gives the matcher (``llguidance.LLMatcher``)."""
        self.lifted = ""
        """Why nothing is masked any more; "" while all is well."""
        self._read: list[int] = []
        self._matcher: Any = None
        self._safely(lambda: self._begin(make))

    def _begin(self, make: Callable[[], Any]) -> None:
        self._matcher = make()
        if self._matcher.is_error():
            self.lift(self._matcher.get_error())

    def _safely(self, work: Callable[[], Any]) -> Any:
        """Return what *work* gives, or None where it raised anything at all: a panic in Rust is no Exception of Python."""
        try:
            return work()
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 (told, and the reply goes on)
            self.lift(f"{type(error).__name__}: {error}")
            return None

    def lift(self, why: str) -> None:
        """Mask nothing any more."""
        self.lifted = self.lifted or why or "no reason was given"
        log.warning("a reply goes on without its grammar: %s", self.lifted)

    def begin(self, tokens: Sequence[int]) -> None:
        """Take *tokens* as written before what :meth:`may_follow` is asked about."""
        if not self.lifted and not self._safely(lambda: self._matcher.consume_tokens(list(tokens))) and not self.lifted:
            self.lift("it does not begin so")

    def may_follow(self, written: Sequence[int], size: int) -> Tensor | None:
        """Return which of *size* tokens may follow *written*, bool [size]; None where nothing is masked: the grammar has ended, or
        was lifted. A decoder that tries several continuations may go back."""
        found: Tensor | None = None if self.lifted else self._safely(lambda: self._asked(written, size))
        return found

    def _asked(self, written: Sequence[int], size: int) -> Tensor | None:
        self._follow(written)
        if self.lifted or self._matcher.is_stopped():
            return None
        words = torch.frombuffer(bytearray(self._matcher.compute_bitmask()), dtype=torch.int32)
        mask = ((words[:, None] >> _BITS) & 1).bool().flatten()[:size]
        mask = torch.nn.functional.pad(mask, (0, size - len(mask)))
        if not mask.any():
            self.lift("nothing may follow")
            return None
        return mask

    def _follow(self, written: Sequence[int]) -> None:
        """Bring the matcher to what is *written*."""
        same = 0
        while same < min(len(written), len(self._read)) and written[same] == self._read[same]:
            same += 1
        if same < len(self._read) and not self._matcher.rollback(len(self._read) - same):
            self.lift("what was written cannot be taken back")
            return
        del self._read[same:]
        for token in written[same:]:
            if self._matcher.is_stopped() or not self._matcher.consume_token(token):
                self.lift(self._matcher.get_error() or f"token {token} does not fit")
                return
            self._read.append(token)
