"""Cells → the nodes that a plan's reader takes, each with the cell that it came from.

So a spreadsheet is judged by the same code as YAML: what a status may be, what is written twice,
what a shared definition means.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from mpgov.core.cells import CLEAR, decode, is_mark
from mpgov.core.json_text import JsonError, load
from mpgov.core.model import OWNER, UNSET, Location, Unset
from mpgov.formats import table_words
from mpgov.formats.table_columns import Field
from mpgov.formats.table_grid import Grid
from mpgov.formats.yaml_nodes import LIST, MAP, PLAIN, QUOTED
from mpgov.formats.yaml_problems import File, Problems, shown
from mpgov.formats.yaml_values import Document, plain_value

_JSON: Final = re.compile(r'[\[{"\-\d]|true$|false$|null$')
_LOOSE: Final = frozenset({"Platforms"})


class At(NamedTuple):
    """The cell that something was read from."""

    sheet: int
    row: int
    column: int
    grid: Grid

    def place(self) -> Location:
        """The cell as a person finds it."""
        return self.grid.locate(self.row, self.column)


class TableDocument(Document):
    """A table under reading: places and problems are its cells."""

    def __init__(self, name: str) -> None:
        super().__init__(File(name, ""), mapping((), None), Problems())

    def problem(self, node: Node, message: str) -> Unset:
        """Report what is wrong with the cell that a node came from."""
        return self.problem_at(node.start_mark, message)  # type: ignore[arg-type]  # our own marks

    def problem_at(self, at: At, message: str) -> Unset:
        """Report what is wrong with a cell."""
        self.problems.add_at((at.sheet, at.row, at.column), at.place(), message)
        return UNSET

    def place(self, node: Node) -> Location:
        """The cell that a node came from."""
        at: At | None = node.start_mark  # type: ignore[assignment]  # our own marks
        return at.place() if at else Location(self.file.name)


@dataclass(frozen=True, slots=True)
class Cells:
    """Makes a node of a cell, as its column asks for; reports what it cannot read.

    With `comma`, `19,99` is a number: the file is from where people write so.
    """

    document: TableDocument
    people: Mapping[str, str]
    comma: bool = False

    def node(self, field: Field, text: str, at: At, type_: str = "") -> Node | None:
        """The node of a cell that is not blank; `None` where it could not be read."""
        if is_mark(text, CLEAR):
            return plain("null", at)
        try:
            if field.shape == "values":
                return self._values(text, at, type_)
            return _READERS[field.shape](self, field, text, at)
        except JsonError as error:
            self.document.problem_at(at, f"{field.name} {error}")
            return None

    def text(self, _: Field, text: str, at: At) -> Node:
        """A text, the characters as written."""
        return quoted(decode(text), at)

    def word(self, field: Field, text: str, at: At) -> Node:
        """A type, a status or a day."""
        return quoted(_WORDS[field.shape](decode(text)), at)

    def flag(self, field: Field, text: str, at: At) -> Node | None:
        """Yes or no, in the words of many."""
        word = table_words.flag(decode(text))
        if word not in {"true", "false"}:
            message = f"{field.name} cannot be {shown(text)}; write TRUE or FALSE"
            self.document.problem_at(at, message)
            return None
        return plain(word, at)

    def number(self, field: Field, text: str, at: At) -> Node | None:
        """A number."""
        word = table_words.number(decode(text), comma=self.comma)
        value = plain_value(word) if word else None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.document.problem_at(at, f"{field.name} is no number: {shown(text)}; write 12.5")
            return None
        return plain(word, at)

    def owners(self, _: Field, text: str, at: At) -> Node | None:
        """Those who answer for it."""
        listed = _listed(text)
        found = listed if listed is not None else table_words.owners(decode(text), self.people)
        known = [str(one) for one in found]
        for one in known:
            if not OWNER.fullmatch(one):
                advice = f'or say who that is in mpgov.toml: [people] "{one}" = "…"'
                message = f"{shown(one)} is no owner; write an e-mail or team:Name, {advice}"
                self.document.problem_at(at, message)
        good = [one for one in known if OWNER.fullmatch(one)]
        return json_node(good, at) if good else None

    def texts(self, field: Field, text: str, at: At) -> Node | None:
        """Several texts in one cell."""
        found = _listed(text)
        if found is None:
            found = table_words.elements(decode(text), loose=field.heading in _LOOSE)
        return json_node(found, at) if found else None

    def _values(self, text: str, at: At, type_: str) -> Node | None:
        """Examples or allowed values; what the words mean waits for the type."""
        listed = _listed(text)
        if listed is not None:
            return json_node(listed, at) if listed else None
        numeric = type_ in {"number", "integer"}
        words = table_words.values(decode(text), numeric=numeric, comma=self.comma)
        return sequence([plain(word, at) for word in words], at) if words else None

    def items(self, _: Field, text: str, at: At) -> Node:
        """What a list holds: a type, or a JSON object of names and types."""
        if text.lstrip().startswith("{"):
            return json_node(load(text), at)
        return plain(table_words.type_word(decode(text)), at)


_WORDS: Final[Mapping[str, Callable[[str], str]]] = {
    "status": table_words.status,
    "type": table_words.type_word,
    "day": table_words.day,
}
_READERS: Final[Mapping[str, Callable[[Cells, Field, str, At], Node | None]]] = {
    "name": Cells.text,
    "text": Cells.text,
    "status": Cells.word,
    "type": Cells.word,
    "day": Cells.word,
    "flag": Cells.flag,
    "number": Cells.number,
    "owners": Cells.owners,
    "texts": Cells.texts,
    "items": Cells.items,
}


def _listed(text: str) -> list[Any] | None:
    """The elements of a list in JSON; `None` where the cell holds no such list."""
    if not text.startswith("["):
        return None
    try:
        found = load(text)
    except JsonError:
        return None
    return found if isinstance(found, list) else None


def extra_value(text: str) -> Any:
    """What a cell of an unknown column says: JSON where it is JSON, else its text."""
    if is_mark(text, CLEAR):
        return None
    if _JSON.match(text):
        try:
            return load(text)
        except JsonError:
            return text
    return decode(text)


def plain(word: str, at: At | None) -> ScalarNode:
    """A word whose meaning its field decides."""
    return ScalarNode(PLAIN, word, at)  # type: ignore[arg-type]  # our own marks


def quoted(text: str, at: At | None) -> ScalarNode:
    """A text as it stands."""
    return ScalarNode(QUOTED, text, at)  # type: ignore[arg-type]  # as above


def sequence(nodes: list[Node], at: At | None) -> SequenceNode:
    """A list."""
    return SequenceNode(LIST, nodes, at)  # type: ignore[arg-type]  # as above


def mapping(pairs: Iterable[tuple[Node, Node]], at: At | None) -> MappingNode:
    """Names and values."""
    return MappingNode(MAP, list(pairs), at)  # type: ignore[arg-type]  # as above


def json_node(value: Any, at: At) -> Node:
    """Any JSON as a node."""
    match value:
        case str():
            return quoted(value, at)
        case None:
            return plain("null", at)
        case bool():
            return plain("true" if value else "false", at)
        case list():
            return sequence([json_node(one, at) for one in value], at)
        case dict():
            return mapping(((quoted(k, at), json_node(v, at)) for k, v in value.items()), at)
    return plain(repr(value), at)
