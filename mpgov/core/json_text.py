r"""JSON as other people write it, and as everybody can read it; text that no file can hold.

JSON can carry what nothing else can: half a character (`\ud800`), a number beyond every float,
a thousand lists within each other. Halves are read as they stand and written as the escape they
came as; the rest is refused, because whoever took it would fail later and lose something.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from mpgov.core.model import Json

DEEPEST: Final = 90  # below what a plan may be nested, so that what was read can be written as one
LONGEST_INTEGER: Final = 300  # digits; longer ones are read as floats by a plan's reader

_TOKENS: Final = re.compile(
    r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]|-?(?:Infinity|NaN|\d[\d.eE+-]*+)', re.DOTALL
)
_NOT_PLAIN: Final = re.compile(r"[^\n -~]+")
_HALVES: Final = re.compile("[\ud800-\udfff]")
_JOINERS: Final = "\u200c\u200d"  # invisible, but letters of some scripts and emoji


class JsonError(ValueError):
    """A text that is no JSON, or none that can be used; line and column count from 1.

    `is_damaged` tells the two apart.
    """

    def __init__(
        self, reason: str, line: int = 1, column: int = 1, *, is_damaged: bool = False
    ) -> None:
        super().__init__(reason)
        self.line = line
        self.column = column
        self.is_damaged = is_damaged


def load(text: str) -> Any:
    """What a JSON text says; raises `JsonError` alone."""
    try:
        document = json.loads(
            text, parse_float=_float, parse_int=_integer, parse_constant=_constant
        )
    except json.JSONDecodeError as error:
        reason = f"is not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        raise JsonError(reason, error.lineno, error.colno, is_damaged=True) from None
    except RecursionError:
        raise _too_deep(text) from None
    except ValueError:
        raise _bad_number(text) from None
    if _is_deep(document):
        raise _too_deep(text)
    return document


def dump(document: Json, indent: int, *, sort_keys: bool = False) -> str:
    """JSON for people: UTF-8, but what cannot be seen, or stored, stands as an escape."""
    text = json.dumps(
        document, indent=indent, ensure_ascii=False, allow_nan=False, sort_keys=sort_keys
    )
    return _NOT_PLAIN.sub(_escaped, text) + "\n"


def is_text(text: str) -> bool:
    """Whether a file can hold the text: not half a character in it."""
    return text.isascii() or not _HALVES.search(text)


def as_plain_text(text: str) -> str:
    """The text as a file can hold it: U+FFFD where half a character stood."""
    return text if text.isascii() else _HALVES.sub("\ufffd", text)


def with_plain_texts(value: Json) -> Json:
    """A JSON value in which every text is one that a file can hold."""
    if isinstance(value, str):
        return as_plain_text(value)
    if isinstance(value, list):
        return [with_plain_texts(one) for one in value]
    if isinstance(value, dict):
        return {as_plain_text(key): with_plain_texts(one) for key, one in value.items()}
    return value


def _float(digits: str) -> float:
    value = float(digits)
    if value - value != 0:
        raise ValueError(digits)
    return value


def _integer(digits: str) -> int:
    value = int(digits)
    if len(digits) > LONGEST_INTEGER and int(_float(digits)) != value:
        raise ValueError(digits)
    return value


def _constant(word: str) -> None:
    raise ValueError(word)


def _is_deep(document: Any) -> bool:
    level = [document] if isinstance(document, dict | list) else []
    for _ in range(DEEPEST):
        level = [
            child
            for one in level
            for child in (one.values() if isinstance(one, dict) else one)
            if isinstance(child, dict | list)
        ]
    return bool(level)


def _too_deep(text: str) -> JsonError:
    depth = 0
    for token in _TOKENS.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if depth > DEEPEST:
            return _error(text, token.start(), f"is nested deeper than {DEEPEST} levels")
    return JsonError("is nested too deeply")


def _bad_number(text: str) -> JsonError:
    for token in _TOKENS.finditer(text):
        if token[0][0] in '"[]{}':
            continue
        try:
            _integer(token[0]) if token[0].lstrip("-").isdigit() else _float(token[0])
        except ValueError:
            shown = token[0] if len(token[0]) <= 20 else f"{token[0][:19]}…"
            return _error(text, token.start(), f"holds {shown}, a number that JSON cannot carry")
    return JsonError("holds a number that JSON cannot carry")


def _error(text: str, index: int, reason: str) -> JsonError:
    return JsonError(reason, text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))


def _escaped(run: re.Match[str]) -> str:
    text = run[0]
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in _JOINERS else json.dumps(c)[1:-1] for c in text)
