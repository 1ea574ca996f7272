"""Plain values → YAML, the same text for every YAML reader, one line a value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeGuard

from mpgov.core.model import Json

# What some version of YAML reads as something else than text.
_WORDS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_JOINERS: Final = re.compile("[\u200c\u200d]")  # invisible, but letters of some scripts and emoji
_TURNS: Final = re.compile(r": |:$| #| $")
_FLOW: Final = re.compile(r"[,\[\]{}]")
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}
LONGEST_KEY: Final = 1000  # YAML looks no further than 1024 characters for the colon
LONGEST_FLOW: Final = 80
EMPTY: Final[Mapping[str, Json]] = {}  # by identity: a value left empty


@dataclass(frozen=True, slots=True)
class Style:
    """How a file is laid out: how deep it indents, and whether short lists stand on one line."""

    step: int = 2
    flow_lists: bool = False

    def mapping(
        self, items: Mapping[str, object], indent: int = 0, *, spaced: bool = False
    ) -> list[str]:
        """The lines of a mapping; `spaced` leaves an empty line between its names."""
        lines: list[str] = []
        for key, value in items.items():
            lines += [*([""] if spaced and lines else []), *self.pair(key, value, indent)]
        return lines

    def pair(self, key: str, value: object, indent: int = 0) -> list[str]:
        """The lines of one name and its value."""
        blanks, name = " " * indent, quoted(key)
        first, *rest = self.after(value, indent)
        if len(name) <= LONGEST_KEY:
            return [f"{blanks}{name}:{first}", *rest]
        return [f"{blanks}? {name}", f"{blanks}:{first}", *rest]

    def after(self, value: object, indent: int) -> list[str]:
        """What follows a colon or a dash on its line, then the lines below."""
        if value is EMPTY:
            return [""]
        if isinstance(value, Mapping) and value:
            return ["", *self.mapping(value, indent + self.step)]
        if is_list(value) and value:
            if self.flow_lists and len(line := flow(value)) <= LONGEST_FLOW:
                return [f" {line}"]
            return ["", *self.items(value, indent + self.step)]
        if isinstance(value, str) and _is_block(value):
            head = " |" if value.endswith("\n") else " |-"
            return [head, *_block(value, indent + self.step)]
        return [f" {scalar(value)}"]

    def items(self, values: Iterable[object], indent: int) -> list[str]:
        """The lines of a list, one element after another."""
        lines: list[str] = []
        blanks = " " * indent
        for value in values:
            if value and value is not EMPTY and isinstance(value, Mapping):
                inner = self.mapping(value, indent + 2)
            elif value and is_list(value):
                inner = self.items(value, indent + 2)
            else:
                first, *rest = self.after(value, indent)
                lines += [f"{blanks}-{first}", *rest]
                continue
            lines += [f"{blanks}- {inner[0].lstrip(' ')}", *inner[1:]]
        return lines


def is_list(value: object) -> TypeGuard[Sequence[object]]:
    """Whether the value is a list, and no text."""
    return isinstance(value, Sequence) and not isinstance(value, str)


def flow(value: object) -> str:
    """A value on one line, as it may stand within brackets."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(flow_pair(key, one) for key, one in value.items()) + "}"
    if is_list(value):
        return "[" + ", ".join(flow(one) for one in value) + "]"
    line = scalar(value)
    return in_quotes(line) if line == value and _FLOW.search(line) else line


def flow_pair(key: str, value: object) -> str:
    """A name and its value as they may stand within brackets."""
    name = flow(key)
    return f"{'? ' if len(name) > LONGEST_KEY else ''}{name}: {flow(value)}"


def scalar(value: object) -> str:
    """A value that is no collection, or an empty one, on one line."""
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
    bare = text[:1].isalpha() or text[:1] in {"_", "$", "/", "("}
    if bare and is_visible(text) and not _TURNS.search(text) and text.lower() not in _WORDS:
        return text
    return in_quotes(text, "'" if '"' in text or "\\" in text else '"')


def in_quotes(text: str, mark: str = '"') -> str:
    """A text in quotes of that kind; in double ones where it holds what nobody can see."""
    if mark == "'" and is_visible(text):
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_escaped(character) for character in text) + '"'


def is_visible(text: str) -> bool:
    """Whether the text can stand on a line as it is."""
    return text.isprintable() or _JOINERS.sub("", text).isprintable()


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if is_visible(character):
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
        and all(is_visible(line) and not line.endswith(" ") for line in lines)
        and bool(lines[0])
        and lines[0][0] != " "
        and bool(lines[-1])
    )


def _block(text: str, indent: int) -> list[str]:
    lines = text.removesuffix("\n").split("\n")
    return [f"{' ' * indent}{line}" if line else "" for line in lines]
