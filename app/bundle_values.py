"""Messages from JSON that somebody may have forged: every value is of the type that its field declares, or it is refused."""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from models.expert import Refusal
from models.tokens import write
from models.values import Failure, Grounding, Media, Message, Region, Step, TaskCall, Text, from_json

_PARTS = (Text, Region, TaskCall, Grounding, Step, Failure)
_STATES = ("done", "stopped", "interrupted", "failed")
MOST_REGION = 999_999_999
"""The highest number of a region: the grammar spells no longer one."""
_HINT = "Choose a file that Unison saved."


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def fault_of(value: Any, hint: Any) -> bool:
    """Tell whether *value* is not what the type *hint* says; whole numbers are floats too, truth values are no numbers."""
    origin = get_origin(hint)
    if hint is Any:
        return False
    if origin is Literal:
        return value not in get_args(hint)
    if origin in (Union, types.UnionType):
        return all(fault_of(value, one) for one in get_args(hint))
    if origin is tuple:
        inner = get_args(hint)
        if not isinstance(value, tuple):
            return True
        if inner[-1:] == (...,):
            return any(fault_of(one, inner[0]) for one in value)
        return len(value) != len(inner) or any(map(fault_of, value, inner))
    if origin is not None:  # of the containers only mappings are left
        key, inner_value = get_args(hint)
        return not isinstance(value, Mapping) or any(
            fault_of(k, key) or fault_of(v, inner_value) for k, v in value.items()
        )
    if hint in (int, float):
        return (
            isinstance(value, bool)
            or not isinstance(value, int if hint is int else (int, float))
            or not math.isfinite(value)
        )
    if is_dataclass(hint):
        declared: Any = hint
        known = _hints(declared)
        return type(value) is not declared or any(
            fault_of(getattr(value, f.name), known[f.name]) for f in fields(declared)
        )
    return not isinstance(value, hint if isinstance(hint, type) else type(hint))


def typed(value: Any) -> bool:
    """Tell whether the JSON *value* holds anything that would be read as one of the program's own values."""
    if isinstance(value, dict):
        return "is" in value or any(map(typed, value.values()))
    return isinstance(value, list) and any(map(typed, value))


def harmless(value: Any) -> bool:
    """Tell whether the JSON *value* can be sent on to a browser: words without lone surrogates, numbers of 64 bits."""
    if isinstance(value, str):
        return value.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in value)
    if isinstance(value, dict):
        return all(harmless(key) and harmless(inner) for key, inner in value.items())
    if isinstance(value, list):
        return all(map(harmless, value))
    return not isinstance(value, int | float) or abs(value) < 1 << 63


def message_from(told: Mapping[str, Any], medium: Callable[[str], Media]) -> Message:
    """Return the message that *told* describes; *medium* gives what a handle stands for, or refuses it. Raises Refusal when
    anything of it is not what it should be."""
    role, state, parts = told.get("role"), told.get("state"), told.get("parts")
    if role not in ("user", "assistant") or state not in _STATES or not isinstance(parts, list):
        raise Refusal("A message of this file is neither the person's nor an answer.", _HINT)
    return Message(role, tuple(_part(one, medium) for one in parts), state)


def _part(told: Any, medium: Callable[[str], Media]) -> Any:
    if isinstance(told, dict) and told.get("is") == "Media":
        return medium(str(told.get("handle")))
    try:
        part = from_json(told)
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise Refusal("A message of this file has a part that cannot be read.", _HINT) from error
    if not isinstance(part, _PARTS) or fault_of(part, type(part)):
        raise Refusal("A message of this file has a part that is not what it should be.", _HINT)
    if isinstance(part, Region):
        _check_region(part, medium)
    if isinstance(part, TaskCall | Grounding):
        try:
            write([part])  # as the page does, and the model when it reads the conversation
        except ValueError as error:
            raise Refusal(
                f"A call or a place in this file names what nothing can be called: {error}.", _HINT
            ) from error
    return part


def _check_region(region: Region, medium: Callable[[str], Media]) -> None:
    """Raise Refusal unless the region has a number, and lies on a picture or a clip that is there, or refines a mask of it."""
    if not 1 <= region.id <= MOST_REGION:
        raise Refusal(f"A region of this file has the number {region.id}.", _HINT)
    if medium(region.of).kind not in ("image", "video"):
        raise Refusal(f"A region of this file lies on {region.of}, where nothing can be marked.", _HINT)
    if region.mask is not None and medium(region.mask).kind != "mask":
        raise Refusal(f"A region of this file refines {region.mask}, which is no mask.", _HINT)
