"""Where each key of a TOML text stands: tomllib reads values but tells no places.

The text must be valid TOML; then a scan that only tells keys, strings, brackets and comments
apart is exact.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from mpgov.core.model import nothing

KeyPath: TypeAlias = tuple[str | int, ...]
Place: TypeAlias = tuple[int, int]

_BLANK: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_STRING: Final = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{1,2}(?!"))?'
    r"|'''.*?'''(?:'{1,2}(?!'))?"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'",
    re.DOTALL,
)
_SCALAR: Final = re.compile(r"[^,\]}#\n]*")
_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_PLAIN_ESCAPES: Final = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}


@dataclass(frozen=True, slots=True)
class Places:
    """The places of a text's keys and the text's lines; lines and columns count from 1."""

    lines: tuple[str, ...]
    keys: Mapping[KeyPath, Place] = field(default_factory=nothing)

    def of(self, path: KeyPath) -> Place:
        """Where a key stands; where the nearest table around it does if it is not known."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.keys:
                return self.keys[path[:length]]
        return (1, 1)

    def line(self, number: int) -> str:
        """The line as it was written."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""


def places(text: str) -> Places:
    """Find every key of a valid TOML text."""
    scanner = _Scanner(text)
    scanner.document()
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    found = {}
    for path, offset in scanner.found.items():
        line = bisect_right(starts, offset)
        found[path] = (line, offset - starts[line - 1] + 1)
    return Places(lines_of(text), found)


def lines_of(text: str) -> tuple[str, ...]:
    """The lines of a text as TOML counts them."""
    return tuple(line.removesuffix("\r") for line in text.split("\n"))


class _Scanner:
    """Walks over a document once, noting where each key begins."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[KeyPath, int] = {}
        self._elements: dict[KeyPath, int] = {}

    def document(self) -> None:
        table: KeyPath = ()
        while self._skip_blank():
            if self._takes("[["):
                table = self._array_table()
            elif self._takes("["):
                table = self._key(())
                self._skip_blank()
                self._takes("]")
            else:
                self._pair(table)

    def _array_table(self) -> KeyPath:
        self._skip_blank()
        begin = self.at
        path = self._key(())
        self._skip_blank()
        self._takes("]]")
        number = self._elements.get(path, -1) + 1
        self._elements[path] = number
        self.found[*path, number] = begin
        return (*path, number)

    def _pair(self, table: KeyPath) -> None:
        path = self._key(table)
        self._skip_blank()
        self._takes("=")
        self._value(path)

    def _key(self, table: KeyPath) -> KeyPath:
        """A key, dotted or not; each of its parts is noted where it stands first."""
        path = table
        while True:
            self._skip_blank()
            begin = self.at
            path = (*path, self._part())
            path = self._last_element(path)
            self.found.setdefault(path, begin)
            self._skip_blank()
            if not self._takes("."):
                return path

    def _last_element(self, path: KeyPath) -> KeyPath:
        """Below `[[a]]`, a header `[a.b]` means the last element of `a`."""
        last = self._elements.get(path)
        self._skip_blank()
        if last is None or self.text[self.at : self.at + 1] != ".":
            return path
        return (*path, last)

    def _part(self) -> str:
        quoted = _STRING.match(self.text, self.at)
        if quoted:
            self.at = quoted.end()
            return _unquoted(quoted[0])
        bare = _BARE.match(self.text, self.at)
        self.at = bare.end() if bare else self.at + 1
        return bare[0] if bare else ""

    def _value(self, path: KeyPath) -> None:
        self._skip_blank()
        string = _STRING.match(self.text, self.at)
        if string:
            self.at = string.end()
        elif self._takes("{"):
            self._inline_table(path)
        elif self._takes("["):
            self._array(path)
        else:
            scalar = _SCALAR.match(self.text, self.at)
            self.at = scalar.end() if scalar else len(self.text)

    def _inline_table(self, path: KeyPath) -> None:
        while self._skip_blank() and not self._takes("}"):
            if not self._takes(","):
                self._pair(path)

    def _array(self, path: KeyPath) -> None:
        number = 0
        while self._skip_blank() and not self._takes("]"):
            if self._takes(","):
                number += 1
            else:
                self.found.setdefault((*path, number), self.at)
                self._value((*path, number))

    def _skip_blank(self) -> bool:
        """Go to what is neither white space nor comment; false at the end of the text."""
        blank = _BLANK.match(self.text, self.at)
        self.at = blank.end() if blank else self.at
        return self.at < len(self.text)

    def _takes(self, mark: str) -> bool:
        taken = self.text.startswith(mark, self.at)
        self.at += len(mark) * taken
        return taken


def _unquoted(literal: str) -> str:
    """The text of a quoted key, which is always on one line."""
    inner = literal[1:-1]
    return inner if literal[0] == "'" else _ESCAPE.sub(_escaped, inner)


def _escaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _PLAIN_ESCAPES.get(match[3], match[3])
