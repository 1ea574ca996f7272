"""Other people's text on a terminal: shown, never interpreted."""

from __future__ import annotations

import json
import unicodedata
from typing import Final

from mpgov.core.change import value_as_json
from mpgov.core.model import UNSET, Value

# Control and format characters move the cursor, change colours or the direction of reading.
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS: Final = frozenset({"\u200d"})  # holds emoji together


def visible(text: str) -> str:
    """The text on one line, with every character that a terminal would obey spelled out."""
    if text.isprintable():
        return text
    return "".join(_spelled(char) for char in text)


def shown(value: Value, longest: int = 400) -> str:
    """A field's value as a person reads it: text in quotes, all on one line."""
    if value is UNSET:
        return "nothing"
    text = visible(json.dumps(value_as_json(value), ensure_ascii=False))
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _spelled(char: str) -> str:
    if unicodedata.category(char) not in _HIDDEN or char in _JOINERS:
        return char
    code = ord(char)
    return (
        f"\\x{code:02x}"
        if code < 0x100
        else f"\\u{code:04x}"
        if code < 0x10000
        else f"\\U{code:08x}"
    )
