"""Mixpanel's JSON taken apart with care: every key may be missing, every value of another type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mpgov.mixpanel.answer import clean


def mapping(value: Any) -> Mapping[Any, Any]:
    """An object; an empty one where it is none."""
    return value if isinstance(value, dict) else {}


def text(value: Any) -> str:
    """One line of text, harmless on a terminal; empty where there is nothing to see."""
    return clean(value) if isinstance(value, str) else ""


def texts(value: Any) -> tuple[str, ...]:
    """The texts of a list that say something."""
    return tuple(one for one in map(text, value) if one) if isinstance(value, list) else ()


def number(value: Any) -> int | None:
    """An id: a number, or digits."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value[:18])
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def flag(value: Any) -> bool | None:
    """True or false; `None` where it is neither."""
    return value if isinstance(value, bool) else None


def role(value: Any) -> str:
    """A role's name: an object in projects, plain text in organizations."""
    return text(value.get("name")) if isinstance(value, dict) else text(value)


def of_id(value: Any, wanted: int | None) -> Any:
    """The value whose key is an id; ids are text in these maps, but nobody promised it."""
    for key, one in mapping(value).items():
        if str(key) == str(wanted):
            return one
    return None


def listed(document: Any, *names: str) -> list[Any] | None:
    """The list of an answer, in an envelope or bare, also where it is keyed by id.

    `names` are further envelopes, which may be within the usual one.
    """
    found = document
    for name in ("results", *names):
        found = mapping(found).get(name, found)
    if isinstance(found, dict):
        by_id = [value for key, value in found.items() if key != "pagination"]
        return by_id if by_id and all(isinstance(one, dict) for one in by_id) else None
    return found if isinstance(found, list) else None
