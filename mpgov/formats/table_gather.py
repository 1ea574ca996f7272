"""The rows of tables → what is said of each event and property, cell by cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from mpgov.core.cells import REMOVE, decode, is_mark
from mpgov.core.json_text import JsonError, load
from mpgov.formats.table_columns import MORE, Field
from mpgov.formats.table_grid import Heading
from mpgov.formats.table_nodes import (
    At,
    Cells,
    TableDocument,
    extra_value,
    json_node,
    mapping,
    quoted,
)
from mpgov.formats.table_words import element_type, listed_property
from mpgov.formats.yaml_problems import shown

if TYPE_CHECKING:
    from yaml.nodes import Node

Values: TypeAlias = "dict[tuple[str, ...], Node]"
_ITEMS: Final = ("items",)


@dataclass(slots=True)
class Said:
    """What is said of one event or property: nodes by their path, and the text they came from."""

    at: At
    values: Values = field(default_factory=dict)
    texts: dict[tuple[str, ...], str] = field(default_factory=dict)
    extra: dict[str, Node] = field(default_factory=dict)
    properties: dict[str, Said] = field(default_factory=dict)
    removed: bool = False

    def node(self) -> Node:
        """Everything as one mapping."""
        if self.removed:
            return json_node(None, self.at)
        pairs: list[tuple[Node, Node]] = []
        parts: dict[str, list[tuple[Node, Node]]] = {}
        for path, node in self.values.items():
            into = pairs if len(path) == 1 else parts.setdefault(path[0], [])
            into.append((quoted(path[-1], at_of(node)), node))
        pairs += [
            (quoted(name, at_of(inner[0][1])), mapping(inner, self.at))
            for name, inner in parts.items()
        ]
        if self.extra:
            inner = [(quoted(name, at_of(node)), node) for name, node in self.extra.items()]
            pairs.append((quoted("extra", self.at), mapping(inner, self.at)))
        if self.properties:
            pairs.append((quoted("properties", self.at), named(self.properties, self.at)))
        return mapping(pairs, self.at)


def named(said: Mapping[str, Said], at: At | None) -> Node:
    """Names and what is said of them."""
    return mapping(((quoted(name, one.at), one.node()) for name, one in said.items()), at)


def at_of(node: Node) -> At:
    """The cell that a node came from."""
    at: At = node.start_mark  # type: ignore[assignment]  # our own marks
    return at


@dataclass(frozen=True, slots=True)
class Origin:
    """A row, and what it is about: an event, or a property of an event, a group or of no one.

    `section` is the kind of sheet; `holder` the event or group. `named` says that the row names
    its event itself.
    """

    sheet: int
    row: int
    section: str
    holder: str = ""
    property: str = ""
    named: bool = True


@dataclass(slots=True)
class Gathering:
    """What was read so far, of a whole workbook."""

    document: TableDocument
    cells: Cells
    events: dict[str, Said] = field(default_factory=dict)
    shared: dict[str, Said] = field(default_factory=dict)
    users: dict[str, Said] = field(default_factory=dict)
    supers: dict[str, Said] = field(default_factory=dict)
    groups: dict[str, dict[str, Said]] = field(default_factory=dict)
    settings: dict[tuple[str, ...], tuple[str, At]] = field(default_factory=dict)
    defined: dict[str, At] = field(default_factory=dict)  # events with a row of their own
    ids: dict[str, str] = field(default_factory=dict)
    origins: list[Origin] = field(default_factory=list)

    def event(self, name: str, at: At) -> Said:
        """What is said of an event; begun where it is new."""
        return self.events.setdefault(name, Said(at))

    def define(self, name: str, at: At) -> Said:
        """An event with a row of its own; a second such row is reported."""
        first = self.defined.setdefault(name, at)
        if first is not at:
            message = f"{shown(name)} is written twice, first at {first.place()}; keep one of them"
            self.document.problem_at(at, message)
        return self.event(name, at)

    def property(self, into: dict[str, Said], name: str, at: At) -> Said:
        """A property with a row of its own; one that was only listed before is filled in."""
        known = into.get(name)
        if known is not None and known.texts.pop(("listed",), None) is None:
            place = known.at.place()
            message = f"{shown(name)} is written twice, first at {place}; keep one of them"
            self.document.problem_at(at, message)
            return Said(at)
        into[name] = found = Said(at)
        if known is not None:
            found.values |= known.values
        return found

    def name(self, text: str, at: At) -> str:
        """A name, the characters as written; empty where the cell is blank or unreadable."""
        try:
            return decode(text) if text.strip() else ""
        except JsonError as error:
            self.document.problem_at(at, f"the name {error}")
            return ""

    def fill(self, said: Said, one: Field, text: str, at: At) -> None:
        """Put a cell where it belongs; a second one for the same must say the same."""
        path = one.path
        if path in said.texts:
            if said.texts[path] != text:
                first = at_of(said.values[path]).place() if path in said.values else said.at.place()
                message = f"{one.heading.lower()} differs from {first}; keep one of them"
                self.document.problem_at(at, message)
            return
        said.texts[path] = text
        if one.shape == "type" and is_mark(text, REMOVE):
            said.removed = True
            return
        type_ = said.values.get(("type",))
        node = self.cells.node(one, text, at, getattr(type_, "value", ""))
        if node is not None:
            said.values[path] = node
            if one.shape == "type" and (inner := element_type(text)):
                said.values.setdefault(_ITEMS, quoted(inner, at))

    def fill_extra(self, said: Said, heading: Heading, text: str, at: At) -> None:
        """Keep what an unknown column says, or all that has no column."""
        if heading.text == MORE:
            self._fill_more(said, text, at)
            return
        try:
            said.extra.setdefault(heading.text, json_node(extra_value(text), at))
        except JsonError as error:
            self.document.problem_at(at, f"{heading.text} {error}")

    def fill_listed(self, said: Said, text: str, at: At) -> None:
        """The properties that are named in one cell of their event."""
        node = self.cells.texts(_LIST, text, at)
        for one in node.value if node is not None else ():
            name, type_ = listed_property(str(one.value))
            known = said.properties.setdefault(name, Said(at, texts={("listed",): text}))
            if type_:
                known.values.setdefault(("type",), quoted(type_, at))

    def _fill_more(self, said: Said, text: str, at: At) -> None:
        try:
            more = load(text)
        except JsonError as error:
            self.document.problem_at(at, f"{MORE} {error}")
            return
        if not isinstance(more, dict):
            self.document.problem_at(at, f"{MORE} expects an object; write {{}} or leave it blank")
            return
        for name, value in more.items():
            if name == "extra" and isinstance(value, dict):
                said.extra |= {key: json_node(one, at) for key, one in value.items()}
            else:
                said.values[(name,)] = json_node(value, at)


_LIST: Final = Field("event", ("properties",), "Key Properties", "texts")
