"""A plan → the rows of Mixpanel's CSV of Lexicon: a new file, or the cells of one that is there."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from mpgov.core.model import PROFILE, UNSET, USER, Catalog, Entity, EntityKey, Property
from mpgov.core.normal import as_text, normal_entity
from mpgov.errors import InputError
from mpgov.formats.base import How, Source
from mpgov.formats.csv_text import Records, encoded
from mpgov.formats.table_grid import Row
from mpgov.formats.yaml_problems import shown

Cells: TypeAlias = Mapping[str, str]
COLUMNS: Final = (
    *("Entity Type", "Entity Name", "Entity Display Name", "Entity Description"),
    *("Event Volume", "Event Query Volume", "Event Tags", "Event Hidden", "Event Dropped"),
    *("Property Name", "Property Display Name", "Property Description", "Property Volume"),
    *("Property Query Volume", "Property Type", "Property Example Values", "Property Hidden"),
    *("Property Dropped", "Property Required", "Property Sensitive"),
)
MOST_EVENTS: Final = 5_000  # Mixpanel's caps for an import
MOST_PROPERTIES: Final = 2_000
_RUN: Final = re.compile(r"\s*[=+\-@\t]")
_NUMBER: Final = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
_ENTITY_PARTS: Final = ("owners", "platforms", "trigger", "deprecated", "extra")
_PROPERTY_PARTS: Final = ("allowed", "pattern", "minimum", "maximum", "items", "extra")


@dataclass(frozen=True, slots=True)
class LexiconFile:
    """What a file says, and where: the records of each entity and of each of its properties."""

    catalog: Catalog
    columns: Mapping[str, int]
    header: Row
    separator: str
    text: str
    entities: Mapping[EntityKey, int]
    properties: Mapping[tuple[EntityKey, str], int]
    last: Mapping[EntityKey, int]
    notes: tuple[str, ...] = ()


def dumps(catalog: Catalog, how: How | None = None) -> str:
    """The plan in the 20 columns that Mixpanel's importer takes.

    Raises `InputError` for what the format has no way to say, and beyond Mixpanel's caps.
    """
    _check_caps(catalog)
    writer = _Writer(how or How())
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
    table.writeheader()
    for entity in catalog:
        table.writerow(writer.entity(entity))
        for name, prop in entity.properties.items():
            if prop is not None:
                table.writerow(writer.property(entity, name, prop))
    writer.settle()
    return out.getvalue()


def update(source: Source, known: LexiconFile, wanted: Catalog, how: How) -> bytes:
    """The same file, in which the cells that the plan says otherwise are changed.

    What the plan does not mention stays: this format knows no *remove*.
    """
    writer = _Writer(how)
    records = Records(known.text, known.separator)
    end = max(records.records, default=1)
    for entity in wanted:
        cells = writer.entity(entity)
        mine = known.catalog.entities.get(entity.key)
        line: float = known.entities.get(entity.key, 0)
        if not line:
            end = line = int(end) + 1
        old = writer.entity(mine) if mine else {}
        _put(records, known, line, old, cells)
        _properties(writer, records, known, entity, line)
        end = max(end, line, *records.changed) if records.changed else end
    writer.settle()
    if not records.changed:
        return source.data
    return encoded(source.data, records.text())


def _properties(
    writer: _Writer, records: Records, known: LexiconFile, entity: Entity, line: float
) -> None:
    mine = known.catalog.entities.get(entity.key)
    new = [n for n, p in entity.properties.items() if p and (entity.key, n) not in known.properties]
    at = float(known.last.get(entity.key, int(line)))
    for number, name in enumerate(new, 1):
        prop = entity.properties[name]
        assert prop is not None  # noqa: S101 - just asked
        _put(records, known, at + number / (len(new) + 1), {}, writer.property(entity, name, prop))
    for name, prop in entity.properties.items():
        there = known.properties.get((entity.key, name))
        before = mine.properties.get(name) if mine else None
        if there is not None and prop is not None and before is not None:
            old = writer.property(entity, name, before)
            _put(records, known, there, old, writer.property(entity, name, prop))


def _put(records: Records, known: LexiconFile, line: float, old: Cells, new: Cells) -> None:
    """Write the cells that say something else; where nothing is said, nothing changes."""
    for label, text in new.items():
        if text == old.get(label, "") or (not text and label not in old):
            continue
        if label not in known.columns:
            raise InputError(f"the file has no column {label}; export a new one from Lexicon")
        records.put(line, known.columns[label], text)


def left_out(catalog: Catalog) -> list[str]:
    """What of a plan Mixpanel's CSV cannot carry, said once."""
    parts: dict[str, None] = {}
    for entity in catalog:
        parts |= {p: None for p in _ENTITY_PARTS if getattr(entity, p)}
        for prop in entity.properties.values():
            if prop is not None:
                parts |= {p: None for p in _PROPERTY_PARTS if getattr(prop, p)}
    for name in ("group_properties", "super_properties"):
        if getattr(catalog, name):
            parts[name.replace("_", " ")] = None
    several = sum(
        isinstance(one.examples, tuple) and len(one.examples) > 1 for one in _properties_of(catalog)
    )
    found = []
    if parts:
        words = ", ".join(part.replace("_", " ") for part in parts)
        found.append(f"Mixpanel's CSV has no place for: {words}; they stay in the plan")
    if several:
        found.append(
            f"{several} properties have several examples; without [lexicon] csv_tag_separator "
            "they are left blank, which changes nothing"
        )
    return found


def _properties_of(catalog: Catalog) -> Iterator[Property]:
    return (prop for entity in catalog for prop in entity.properties.values() if prop is not None)


class _Writer:
    """Makes the cells of rows; what cannot be written is told all at once."""

    def __init__(self, how: How) -> None:
        self.how = how
        self.problems: list[str] = []

    def settle(self) -> None:
        """Raise what was found."""
        if self.problems:
            raise InputError(list(dict.fromkeys(self.problems)))

    def entity(self, entity: Entity) -> dict[str, str]:
        """The cells of an entity's row, as far as something is said."""
        said = normal_entity(entity)
        is_event = entity.key.kind == "event"
        cells = {
            "Entity Type": "event" if is_event else "profile",
            "Entity Name": entity.key.name if is_event else PROFILE,
            "Entity Display Name": _text(said.display_name),
            "Entity Description": _text(said.description),
        }
        if is_event:
            tags = [*said.tags] if isinstance(said.tags, tuple) else []
            if said.status == "deprecated":
                tags.append(self.how.deprecated_tag)
            cells["Event Tags"] = self._several(tags, entity.key.name, "tags")
            cells["Event Hidden"] = _flag(said.hidden)
            if entity.status is not UNSET:
                cells["Event Dropped"] = _flag(said.status == "blocked")
        return self._safe({k: v for k, v in cells.items() if v}, entity.key.name)

    def property(self, entity: Entity, name: str, prop: Property) -> dict[str, str]:
        """The cells of a property's row, as far as something is said."""
        of = f"{entity.key.name}, {name}"
        examples = prop.examples if isinstance(prop.examples, tuple) else ()
        texts = [as_text(one) for one in examples]
        several = len(texts) > 1 and not self.how.tag_separator
        cells = {
            "Property Name": name,
            "Property Display Name": _text(prop.display_name),
            "Property Description": _text(prop.description),
            "Property Type": _text(prop.type),
            "Property Example Values": "" if several else self._several(texts, of, "examples"),
            "Property Hidden": _flag(prop.hidden),
            "Property Dropped": _flag(prop.blocked),
            "Property Required": _flag(prop.required),
            "Property Sensitive": _flag(prop.personal),
        }
        return self._safe({k: v for k, v in cells.items() if v}, of)

    def _several(self, texts: list[str], of: str, what: str) -> str:
        """Several texts in one cell: only with a separator that somebody vouches for."""
        separator = self.how.tag_separator
        if len(texts) > 1 and not separator:
            self.problems.append(
                f"{of}: has {len(texts)} {what}, and Mixpanel documents no separator for its CSV; "
                'set [lexicon] csv_tag_separator = "," in mpgov.toml if yours takes it'
            )
        if separator and any(separator in text for text in texts):
            self.problems.append(
                f"{of}: {shown(separator)} parts {what}, and stands in one of them"
            )
        return (separator or ",").join(texts)

    def _safe(self, cells: dict[str, str], of: str) -> dict[str, str]:
        for label, text in cells.items():
            if _RUN.match(text) and not _NUMBER.fullmatch(text):
                self.problems.append(
                    f"{of}: {label} begins as a formula, {shown(text)}, and Mixpanel's CSV has no "
                    "way to mark it as text; leave it out with --skip, or use mpgov sync"
                )
        return cells


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _flag(value: Any) -> str:
    return "" if value is UNSET else "TRUE" if value else "FALSE"


def _check_caps(catalog: Catalog) -> None:
    """Refuse what Mixpanel's importer would."""
    problems = []
    events = sum(entity.key.kind == "event" for entity in catalog)
    if events > MOST_EVENTS:
        problems.append(f"{events} events; Mixpanel's CSV takes at most {MOST_EVENTS}")
    for entity in catalog:
        count = len(entity.properties)
        if count > MOST_PROPERTIES:
            name = "user properties" if entity.key == USER else f"properties of {entity.key.name}"
            problems.append(f"{count} {name}; Mixpanel's CSV takes at most {MOST_PROPERTIES}")
    if problems:
        raise InputError(problems, hint="sync it through the API, or write a part of it: --only")
