"""A plan → the rows of tables: what each cell holds, before it is one of Excel or of CSV.

Nothing is lost: what has no column of its own stands as JSON in a last one, and a list that would
read otherwise than it was meant is written as JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from mpgov.core.cells import CLEAR, MARKS, REMOVE, SHARED, decode, encode, encode_json, in_csv
from mpgov.core.json_text import JsonError
from mpgov.core.model import UNSET, USER, Catalog, Entity, Location, Property
from mpgov.core.normal import TEXT_TYPES
from mpgov.formats.plan_writer import entity_document, property_document, sections
from mpgov.formats.table_columns import (
    EVENT,
    EVENT_FIELDS,
    GROUP,
    ID,
    KEY,
    LIST_VALUE,
    MORE,
    PEOPLE_KEYS,
    PEOPLE_VALUE,
    PROPERTY,
    PROPERTY_FIELDS,
    SUPER_FIELDS,
    VALUE,
    Field,
    Level,
    meanings,
)
from mpgov.formats.table_grid import Grid
from mpgov.formats.table_nodes import At, Cells, TableDocument, extra_value
from mpgov.formats.yaml_values import values as read_values

Value: TypeAlias = "str | int | float"
Cellular: TypeAlias = "dict[Field | str, Value]"
_SAFE: Final = 10**15  # beyond, a spreadsheet's number loses digits


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a plan: its columns, texts being unknown ones of `extra`, and its rows."""

    title: str
    kind: str
    columns: Sequence[Field | str]
    rows: Sequence[Cellular]


def sheets(catalog: Catalog) -> list[Sheet]:
    """The tables of a plan, in the order in which they are read best."""
    events, properties = _events(catalog)
    users = catalog.entities.get(USER)
    begun = users.properties if users else {}
    return [
        _sheet("Events", "event", (EVENT, *EVENT_FIELDS), events),
        _sheet("Properties", "event property", (EVENT, PROPERTY, *PROPERTY_FIELDS), properties),
        _sheet(
            "User Properties",
            "user property",
            (PROPERTY, *PROPERTY_FIELDS),
            [_property(name, prop, catalog.shared) for name, prop in begun.items()],
        ),
        _sheet(
            "Group Properties",
            "group property",
            (GROUP, PROPERTY, *PROPERTY_FIELDS),
            list(_groups(catalog)),
        ),
        _sheet(
            "Super Properties",
            "super property",
            (PROPERTY, *PROPERTY_FIELDS, *SUPER_FIELDS),
            [_property(name, prop, {}) for name, prop in catalog.super_properties.items()],
        ),
        _sheet("Settings", "setting", (KEY, VALUE), list(_settings(catalog))),
    ]


def _sheet(title: str, kind: str, fields: Sequence[Field], rows: Sequence[Cellular]) -> Sheet:
    extra = {key: None for row in rows for key in row if isinstance(key, str) and key != MORE}
    last: list[Field | str] = [MORE] if any(MORE in row for row in rows) else []
    if kind == "event":
        last.append(ID)
    return Sheet(title, kind, (*fields, *sorted(extra), *last), rows)


def _events(catalog: Catalog) -> tuple[list[Cellular], list[Cellular]]:
    events: list[Cellular] = []
    properties: list[Cellular] = [
        {EVENT: SHARED, **_property(name, prop, {})} for name, prop in catalog.shared.items()
    ]
    for entity in catalog:
        if entity.key.kind != "event":
            continue
        name = encode(entity.key.name)
        events.append({EVENT: name, **event_cells(entity), ID: name})
        for one, prop in entity.properties.items():
            properties.append({EVENT: name, **_property(one, prop, catalog.shared)})
    return events, properties


def event_cells(entity: Entity) -> Cellular:
    """What the columns of an event say, but for its name."""
    document = dict(entity_document(entity, {}))
    document.pop("properties", None)
    return _cells(document, EVENT_FIELDS)


def property_cells(prop: Property | None, begun: Property | None = None) -> Cellular:
    """What the columns of a property say, but for its name; `begun` is its shared definition."""
    if prop is None:
        return {_TYPE: REMOVE}
    document = property_document(prop, begun) if begun else property_document(prop)
    return _cells(document, (*PROPERTY_FIELDS, *SUPER_FIELDS), str(prop.type or ""))


def _property(name: str, prop: Property | None, shared: Mapping[str, Property]) -> Cellular:
    return {PROPERTY: encode(name), **property_cells(prop, shared.get(name))}


def _groups(catalog: Catalog) -> Iterator[Cellular]:
    for group, properties in catalog.group_properties.items():
        if not properties:
            yield {GROUP: encode(group)}
        for name, prop in properties.items():
            yield {GROUP: encode(group), **_property(name, prop, {})}


def _settings(catalog: Catalog) -> Iterator[Cellular]:
    """Key and value of everything that the other sheets do not say."""
    said = sections(catalog)
    if said.get("user_properties") == {}:
        yield {KEY: "user_properties", VALUE: "{}"}
    for name in ("identity", "governance"):
        yield from _flat(name, said.get(name) or {})
    waivers = said.get("waive")
    for number, waiver in enumerate(waivers if isinstance(waivers, list) else (), 1):
        yield from _flat(f"waive.{number}", waiver)


def _flat(path: str, value: object) -> Iterator[Cellular]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _flat(f"{path}.{name}", inner)
    elif value is None:
        yield {KEY: path, VALUE: CLEAR}
    elif isinstance(value, tuple | list):
        field = PEOPLE_VALUE if path.rpartition(".")[2] in PEOPLE_KEYS else LIST_VALUE
        yield {KEY: path, VALUE: list_cell([str(one) for one in value], field)}
    else:
        yield {KEY: path, VALUE: encode(str(value))}


_TYPE: Final = next(one for one in PROPERTY_FIELDS if one.shape == "type")


def _cells(document: Mapping[str, Any], fields: Iterable[Field], type_: str = "") -> Cellular:
    """The cells that say what a document says; what has no column goes to the last one."""
    cells: Cellular = {}
    more = dict(document)
    extra = dict(more.pop("extra", {}))
    deprecated = more.pop("deprecated", UNSET)
    if isinstance(deprecated, Mapping) and deprecated:
        inner = dict(deprecated)
    else:
        inner = {}
        if deprecated is not UNSET:
            more["deprecated"] = deprecated
    for field in fields:
        holder = inner if len(field.path) > 1 else more
        if field.path[-1] in holder:
            cells[field] = cell_of(field, holder.pop(field.path[-1]), type_)
    for key in [key for key in extra if is_heading(key)]:
        cells[key] = extra_cell(extra.pop(key))
    if extra:
        more["extra"] = extra
    if more:
        cells[MORE] = encode_json(_plain(more))
    return cells


def cell_of(field: Field, value: Any, type_: str = "") -> Value:
    """What a cell holds that says this value of a field."""
    if value is None:
        return CLEAR
    return _CELLS.get(field.shape, _text_cell)(field, value, type_)


def _text_cell(_: Field, value: Any, _type: str) -> Value:
    return encode(str(value))


_CELLS: Final[Mapping[str, Callable[[Field, Any, str], Value]]] = {
    "flag": lambda _field, value, _type: "TRUE" if value else "FALSE",
    "number": lambda _field, value, _type: value if _is_kept(value) else repr(value),
    "owners": lambda field, value, _type: list_cell(list(value), field),
    "texts": lambda field, value, _type: list_cell(list(value), field),
    "values": lambda _field, value, type_: values_cell(list(value), type_),
    "items": lambda _field, value, _type: (
        value if isinstance(value, str) else encode_json(_plain(value))
    ),
}


def _is_kept(value: float) -> bool:
    """Whether a spreadsheet keeps every digit of a number."""
    return abs(value) < _SAFE and float(f"{value:.15g}") == value


def list_cell(texts: list[str], field: Field) -> str:
    """Texts in one cell, parted by commas; as JSON where that would read otherwise."""
    joined = ", ".join(texts)
    return joined if _read(field, joined) == texts else encode_json(texts)


def values_cell(values: list[Any], type_: str) -> str:
    """Examples or allowed values in one cell, as a reader who knows the type takes them."""
    joined = ", ".join(one if isinstance(one, str) else encode_json(one) for one in values)
    field = Field("property", ("examples",), "Examples", "values")
    if repr(_read(field, joined, type_)) == repr(values):
        return joined
    return encode_json(_plain(values))


def _read(field: Field, cell: str, type_: str = "") -> list[Any]:
    """What a cell that we would write reads as; nothing where it holds what no cell can."""
    if encode(cell) != cell and not cell.startswith("'"):
        return []
    document = TableDocument("")
    try:
        reader = Cells(document, {})
        node = reader.node(field, cell, _NOWHERE, type_)
        if node is None or document.problems or not isinstance(node.value, list):
            return []
        if field.shape == "values":
            found = read_values(document, "", node, textual=type_ in TEXT_TYPES)
            return list(found) if isinstance(found, tuple) else []
        return [one.value for one in node.value]
    except JsonError:
        return []


_NOWHERE: Final = At(0, 0, 0, Grid("", (), lambda _row, _column: Location("")))


def extra_cell(value: Any) -> str:
    """What the cell of an unknown column holds: text as it stands, anything else as JSON."""
    if isinstance(value, str):
        cell = encode(value)
        read = extra_value(cell)
        return cell if isinstance(read, str) and read == value else encode_json(value)
    return encode_json(_plain(value))


def is_heading(key: str) -> bool:
    """Whether a name of `extra` can be a column's heading, and comes back as that name."""
    if key != key.strip() or not key or len(key) > 100 or "\n" in key or key == MORE:
        return False
    if key.casefold() in MARKS or meanings(key) or encode(key) != key:
        return False
    return decode(in_csv(key)) == key


def _plain(value: Any) -> Any:
    """JSON without tuples and read-only mappings."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def level_of(kind: str) -> Level:
    """Of what the rows of such a sheet speak."""
    return "event" if kind == "event" else "property"
