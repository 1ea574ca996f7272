"""Mixpanel's own CSV of Lexicon: for comparing offline, and for people without API rights.

The format is documented by a screenshot and by what its importer takes (reference
`mixpanel-concepts.md` 2). An entity's row is followed by the rows of its properties; headers go
by name. A blank cell is *unchanged*. What is written is for the importer, which would take a
leading `'` for a part of the text: a text that a spreadsheet would run is refused, not bent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from mpgov.core.model import USER, Catalog, Entity, EntityKey, Location, Property, event
from mpgov.errors import InputError
from mpgov.formats import table_words
from mpgov.formats.base import Format, How, Plan, Source
from mpgov.formats.csv_text import LOOKED_AT, SEPARATORS, decoded, is_binary, rows_of
from mpgov.formats.lexicon_rows import COLUMNS, LexiconFile, dumps, left_out, update
from mpgov.formats.table_grid import Row
from mpgov.formats.yaml_problems import shown
from mpgov.formats.yaml_values import plain_value

# Mixpanel's labels, and those of its documentation of 2023.
_LABELS: Final[Mapping[str, str]] = {
    **{label.casefold(): label for label in COLUMNS},
    "event": "Entity Name",
    "event name": "Entity Name",
    "event display name": "Entity Display Name",
    "event description": "Entity Description",
    "property": "Property Name",
    "property example value": "Property Example Values",
}
_PERIOD: Final = re.compile(r"\s*\(30 days\)\s*$")
_KINDS: Final = {"event": "event", **dict.fromkeys(("profile", "user", "user profile"), "profile")}
_FLAGS: Final = {
    "Event Hidden": "hidden",
    "Property Hidden": "hidden",
    "Property Dropped": "blocked",
    "Property Required": "required",
    "Property Sensitive": "personal",
}
_TEXTS: Final = {
    "Entity Display Name": "display_name",
    "Entity Description": "description",
    "Property Display Name": "display_name",
    "Property Description": "description",
}


def read(source: Source, how: How) -> LexiconFile:
    """Read the file; `InputError` has every problem with its line."""
    text, notes = decoded(source)
    separator = _separator(text)
    rows = list(rows_of(source.name, text, separator, raw=True))
    if not rows or not _labels(rows[0].cells):
        raise InputError(f"{source.name}:1:1: is no CSV of Lexicon: its headers are missing")
    reader = _Reader(source.name, how, _labels(rows[0].cells))
    for row in rows[1:]:
        reader.row(row)
    if reader.problems:
        raise InputError(reader.problems)
    return LexiconFile(
        Catalog(reader.entities),
        reader.columns,
        rows[0],
        separator,
        text,
        reader.lines,
        reader.property_lines,
        reader.last,
        (*notes, *reader.notes),
    )


def loads(sources: Sequence[Source], how: How) -> Plan:
    """The plan that a CSV of Lexicon says."""
    found = read(sources[0], how)
    return Plan(found.catalog, found.notes)


@dataclass(slots=True)
class _Reader:
    """Goes down the rows; the entity above owns the properties below."""

    name: str
    how: How
    columns: Mapping[str, int]
    entities: dict[EntityKey, Entity] = field(default_factory=dict)
    lines: dict[EntityKey, int] = field(default_factory=dict)
    property_lines: dict[tuple[EntityKey, str], int] = field(default_factory=dict)
    last: dict[EntityKey, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    key: EntityKey | None = None

    def row(self, row: Row) -> None:
        """Read an entity's row, or the row of one of its properties."""
        kind, name = self._cell(row, "Entity Type"), self._cell(row, "Entity Name")
        property_ = self._cell(row, "Property Name")
        if name:
            self._entity(row, kind, name)
        elif kind:
            self._problem(row, "Entity Name", "is blank; name the entity")
        if property_:
            self._property(row, property_)
        elif not name and not kind:
            self._problem(row, "Property Name", "is blank, and so is Entity Name; empty the row")

    def _entity(self, row: Row, kind: str, name: str) -> None:
        self.key = None
        known = _KINDS.get(kind.strip().casefold() or "event")
        if known is None:
            self._problem(row, "Entity Type", f"cannot be {shown(kind)}; write event or profile")
            return
        key = event(name) if known == "event" else USER
        if key in self.entities:
            first = self.lines[key]
            self._problem(row, "Entity Name", f"{shown(name)} stands on line {first} already")
            return
        said: dict[str, Any] = self._texts(row, "Entity") | self._flags(row, "Event")
        dropped = self._flag(row, "Event Dropped")
        tags = self._tags(row)
        if self.how.deprecated_tag in tags:
            said["status"] = "deprecated"
        if dropped:
            said["status"] = "blocked"
        tags = tuple(tag for tag in tags if tag != self.how.deprecated_tag)
        if tags:
            said["tags"] = tags
        self.key = key
        self.entities[key] = Entity(key, **said, at=Location(self.name, row.number, 1))
        self.lines[key] = self.last[key] = row.number

    def _property(self, row: Row, name: str) -> None:
        if self.key is None:
            if not self.problems:
                message = f"{shown(name)} stands above the first entity; name its event above it"
                self._problem(row, "Property Name", message)
            return
        entity = self.entities[self.key]
        if name in entity.properties:
            first = self.property_lines[self.key, name]
            self._problem(row, "Property Name", f"{shown(name)} stands on line {first} already")
            return
        said: dict[str, Any] = self._texts(row, "Property") | self._flags(row, "Property")
        type_ = table_words.type_word(self._cell(row, "Property Type"))
        if type_ and type_ not in table_words.KNOWN_TYPES:
            self._problem(row, "Property Type", f"cannot be {shown(type_)}")
        elif type_:
            said["type"] = type_
        if example := self._cell(row, "Property Example Values"):
            said["examples"] = tuple(_example(one, type_) for one in self._parts(example))
        prop = Property(**said, at=Location(self.name, row.number, 1))
        self.entities[self.key] = replace(entity, properties={**entity.properties, name: prop})
        self.property_lines[self.key, name] = self.last[self.key] = row.number

    def _texts(self, row: Row, block: str) -> dict[str, Any]:
        named = {label: part for label, part in _TEXTS.items() if label.startswith(block)}
        return {part: text for label, part in named.items() if (text := self._cell(row, label))}

    def _flags(self, row: Row, block: str) -> dict[str, Any]:
        named = {label: part for label, part in _FLAGS.items() if label.startswith(block)}
        found = {part: self._flag(row, label) for label, part in named.items()}
        return {part: one for part, one in found.items() if one is not None}

    def _flag(self, row: Row, label: str) -> bool | None:
        """True, false, or nothing said: a blank is no false."""
        text = self._cell(row, label)
        if not text.strip():
            return None
        word = table_words.flag(text)
        if word not in {"true", "false"}:
            self._problem(row, label, f"cannot be {shown(text)}; write TRUE or FALSE")
            return None
        return word == "true"

    def _tags(self, row: Row) -> tuple[str, ...]:
        text = self._cell(row, "Event Tags")
        parts = self._parts(text) if text else []
        if not self.how.tag_separator and re.search("[,;|]", text) and not self.notes:
            self.notes.append(
                f"{self.name}: {shown(text)} is read as one tag; if it is several, set "
                '[lexicon] csv_tag_separator = "," in mpgov.toml'
            )
        return tuple(dict.fromkeys(parts))

    def _parts(self, text: str) -> list[str]:
        """The parts of a cell, where a separator is known; it documents none."""
        if not self.how.tag_separator:
            return [text]
        parts = [part.strip() for part in text.split(self.how.tag_separator)]
        return [part for part in parts if part]

    def _cell(self, row: Row, label: str) -> str:
        column = self.columns.get(label)
        return row.cells[column] if column is not None and column < len(row.cells) else ""

    def _problem(self, row: Row, label: str, message: str) -> None:
        column = self.columns.get(label, 0) + 1
        self.problems.append(f"{self.name}:{row.number}:{column}: {label} {message}")


def _example(text: str, type_: str) -> Any:
    if type_ in {"number", "integer", "boolean"}:
        value = plain_value(text.strip()) if text.strip() else text
        fits = isinstance(value, bool) == (type_ == "boolean")
        return value if fits and isinstance(value, int | float) else text
    return text


def _labels(cells: Sequence[str]) -> Mapping[str, int]:
    """Where each known column stands; empty where the headers are not Lexicon's."""
    found: dict[str, int] = {}
    for column, cell in enumerate(cells):
        word = _PERIOD.sub("", " ".join(cell.split()).casefold())
        label = _LABELS.get(word)
        if label is not None:
            found.setdefault(label, column)
    typed = "Entity Type" in found or any(one.startswith("Event ") for one in found)
    return found if "Entity Name" in found and typed else {}


def _separator(text: str) -> str:
    head = text[:LOOKED_AT]

    def labels(separator: str) -> int:
        first = next(_first_rows(head, separator), None)
        return len(_labels(first.cells)) if first else 0

    return max(SEPARATORS, key=labels)


def _first_rows(head: str, separator: str) -> Iterator[Row]:
    return rows_of("", head, separator, whole=False, raw=True)


def _is_it(source: Source) -> bool:
    """Whether the headers are Lexicon's; a plan's own CSV begins with `entity`."""
    if is_binary(source.data) or source.data[:1] in {b"{", b"["}:
        return False
    head, _ = decoded(Source(source.name, source.data[:LOOKED_AT]))
    first = next(_first_rows(head, _separator(head)), None)
    found = _labels(first.cells) if first else {}
    return len(found) >= 5 and "Property Name" in found


def _update(source: Source, wanted: Catalog, how: How) -> bytes:
    return update(source, read(source, how), wanted, how)


FORMAT: Final = Format("lexicon-csv", (), loads, dumps, _is_it, update=_update, left_out=left_out)
