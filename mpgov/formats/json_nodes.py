"""JSON files of other tools: every value with its place, and everything that is wrong at once."""

from __future__ import annotations

import codecs
import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mpgov.core.json_text import JsonError, is_text, load
from mpgov.core.model import Json, Location, nothing
from mpgov.formats.base import Source
from mpgov.formats.yaml_nodes import MOST_BYTES
from mpgov.formats.yaml_problems import File, Problems, Spot, shown, spot

_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # as PowerShell writes what it downloads
_TOKENS: Final = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]|[^\s\[\]{},:"]+', re.DOTALL)


@dataclass(slots=True, eq=False)
class Document:
    """One JSON file under reading: what problems are about."""

    file: File
    problems: Problems
    lines: list[int] = field(default_factory=list)
    nodes: int = 0

    def spot(self, index: int) -> Spot:
        """The line and column of a character, both from 0."""
        if not self.lines:
            self.lines = [0, *(one.end() for one in re.finditer("\n", self.file.text))]
        line = bisect_right(self.lines, index) - 1
        return Spot(line, index - self.lines[line], index)

    def problem(self, index: int, message: str) -> None:
        """Report what is wrong at a character."""
        self.problems.add(self.file, self.spot(index), message)


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A JSON value, and where it, or the name that it has in its object, stands."""

    document: Document
    index: int
    value: Json
    members: Mapping[str, Node] = field(default_factory=nothing)
    items: tuple[Node, ...] = ()

    def problem(self, message: str) -> None:
        """Report what is wrong with it."""
        self.document.problem(self.index, message)

    @property
    def place(self) -> Location:
        """Where it stands, as a person counts."""
        found = self.document.spot(self.index)
        return Location(self.document.file.name, found.line + 1, found.column + 1)

    @property
    def found(self) -> str:
        """What it is, for a message."""
        match self.value:
            case dict():
                return "an object"
            case list():
                return "a list"
            case str(text):
                return shown(text) if text else "an empty text"
        return json.dumps(self.value)[:40]


def decoded(data: bytes) -> str:
    """The text of a JSON file; `UnicodeDecodeError` where it is in no encoding of Unicode."""
    return data.decode("utf-16" if data.startswith(_UTF16) else "utf-8-sig")


def begins_as_json(source: Source) -> bool:
    """Whether a file begins as a JSON object or list does."""
    head = source.data[:4000].removeprefix(codecs.BOM_UTF8)
    for mark in _UTF16:
        head = head.removeprefix(mark)
    return head.lstrip(b" \t\r\n\0")[:1] in {b"{", b"["}


def read_json(source: Source, problems: Problems) -> Node | None:
    """The value that a file holds; nothing where the file is no JSON, which is told."""
    if len(source.data) > MOST_BYTES:
        size = f"holds {len(source.data) / 2**20:.0f} MB, a plan's file at most"
        message = f"{size} {MOST_BYTES >> 20} MB; make a folder of several files"
        problems.add(File(source.name, ""), None, message)
        return None
    try:
        text = decoded(source.data)
        value = load(text)
    except UnicodeDecodeError as error:
        before = source.data[: error.start].decode("utf-8", "replace")
        file = File(source.name, source.data.decode("utf-8", "replace"))
        problems.add(file, spot(file.text, len(before)), "is not UTF-8; save the file as UTF-8")
        return None
    except JsonError as error:
        file, column = File(source.name, decoded(source.data)), error.column - 1
        where = Document(file, problems)
        where.spot(0)
        index = where.lines[min(error.line, len(where.lines)) - 1] + column
        advice = "export it anew, or repair it" if error.is_damaged else "repair it"
        problems.add(file, Spot(error.line - 1, column, index), f"{error}; {advice}")
        return None
    document = Document(File(source.name, text), problems)
    try:
        return _tree(document, value)
    except RecursionError:  # what is written twice is not there to be measured
        document.problem(0, "is nested too deeply; repair it")
        return None


def _tree(document: Document, value: Json) -> Node:
    tokens = _TOKENS.finditer(document.file.text)
    first = next(tokens)
    return _node(document, tokens, first, value, first.start())


def _node(
    document: Document, tokens: Iterator[re.Match[str]], token: re.Match[str], value: Any, at: int
) -> Node:
    """The value that begins with a token; of what is written twice the last counts, as in JSON."""
    document.nodes += 1
    match token[0][0]:
        case "{":
            members = _members(document, tokens, value if isinstance(value, dict) else {})
            return Node(document, at, value, members=members)
        case "[":
            known = value if isinstance(value, list) else []
            items: list[Node] = []
            for one in tokens:
                if one[0] == "]":
                    break
                inner = known[len(items)] if len(items) < len(known) else None
                items.append(_node(document, tokens, one, inner, one.start()))
            return Node(document, at, value, items=tuple(items))
        case '"':
            _text(document, token)
    return Node(document, at, value)


def _members(
    document: Document, tokens: Iterator[re.Match[str]], known: Mapping[str, Json]
) -> dict[str, Node]:
    members: dict[str, Node] = {}
    for key in tokens:
        if key[0] == "}":
            break
        name = _text(document, key)
        first = members.get(name)
        if first is not None:
            message = f"{shown(name)} is written twice, first at {first.place}; keep one of them"
            document.problem(key.start(), message)
        inner = known.get(name)
        members[name] = _node(document, tokens, next(tokens), inner, key.start())
    return members


def _text(document: Document, token: re.Match[str]) -> str:
    if "\\" not in token[0]:
        return token[0][1:-1]
    text: str = json.loads(token[0], strict=False)
    if not is_text(text):
        half = next(one for one in text if not is_text(one))
        message = f"holds \\u{ord(half):04x}, half a character, which no plan can hold; repair it"
        document.problem(token.start(), message)
    return text
