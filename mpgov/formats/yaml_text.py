"""Plain values → YAML in block style, one line a value, the same text for every YAML reader."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from mpgov.core.model import Json

# What some version of YAML reads as something else than text.
_WORDS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_JOINERS: Final = re.compile("[\u200c\u200d]")  # invisible, but letters of some scripts and emoji
_TURNS: Final = re.compile(r": |:$| #| $")
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}
LONGEST_KEY: Final = 1000  # YAML looks no further than 1024 characters for the colon
EMPTY: Final[Mapping[str, Json]] = {}  # by identity: a value left empty


def mapping(items: Mapping[str, object], indent: int = 0) -> list[str]:
    """The lines of a mapping; mappings and lists in it go below their names."""
    return [line for key, value in items.items() for line in pair(key, value, indent)]


def pair(key: str, value: object, indent: int = 0) -> list[str]:
    """The lines of one name and its value."""
    blanks = " " * indent
    name = quoted(key)
    if len(name) <= LONGEST_KEY:
        return _after(f"{blanks}{name}:", value, indent)
    return [f"{blanks}? {name}", *_after(f"{blanks}:", value, indent)]


def _after(head: str, value: object, indent: int) -> list[str]:
    if value is EMPTY:
        return [head]
    if isinstance(value, Mapping) and value:
        return [head, *mapping(value, indent + 2)]
    if isinstance(value, Sequence) and value and not isinstance(value, str):
        return [head, *items(value, indent + 2)]
    if isinstance(value, str) and _is_block(value):
        return [f"{head} {'|' if value.endswith(chr(10)) else '|-'}", *_block(value, indent + 2)]
    return [f"{head} {scalar(value)}"]


def items(values: Sequence[object], indent: int) -> list[str]:
    """The lines of a list, one element after another."""
    lines: list[str] = []
    blanks = " " * indent
    for value in values:
        if isinstance(value, Mapping) and value:
            inner = mapping(value, indent + 2)
        elif isinstance(value, Sequence) and value and not isinstance(value, str):
            inner = items(value, indent + 2)
        else:
            lines += _after(f"{blanks}-", value, indent)
            continue
        lines += [f"{blanks}- {inner[0].lstrip(' ')}", *inner[1:]]
    return lines


def scalar(value: object) -> str:
    """A value on one line."""
    if isinstance(value, str):
        return quoted(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        # YAML 1.1 knows an exponent only after a point.
        return re.sub(r"^(-?\d+)e", r"\1.0e", repr(value))
    if isinstance(value, int):
        return str(value)
    return "{}" if isinstance(value, Mapping) else "[]"


def quoted(text: str) -> str:
    """A text on one line: bare where every reader takes it as this text, else in quotes."""
    if not _JOINERS.sub("", text).isprintable():
        return '"' + "".join(_escaped(character) for character in text) + '"'
    bare = text[:1].isalpha() or text[:1] in {"_", "$", "/", "("}
    if bare and not _TURNS.search(text) and text.lower() not in _WORDS:
        return text
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:  # half a character: JSON can hold it, no file can
        code = 0xFFFD
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _is_block(text: str) -> bool:
    """Whether the text reads well, and safely, as lines below its name."""
    lines = text.removesuffix("\n").split("\n")
    return (
        "\n" in text
        and all(line.isprintable() and not line.endswith(" ") for line in lines)
        and bool(lines[0])
        and lines[0][0] != " "
        and bool(lines[-1])
    )


def _block(text: str, indent: int) -> list[str]:
    lines = text.removesuffix("\n").split("\n")
    return [f"{' ' * indent}{line}" if line else "" for line in lines]
