"""The plan as one CSV file: the rows of all sheets, with a first column that says of what.

Other people's CSV is read the same way as their workbooks: whatever the separator, the encoding
and the order of columns.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final

from mpgov.core.cells import SHARED, in_csv
from mpgov.core.model import Catalog, Location
from mpgov.formats.base import CannotEditError, Format, How, Plan, Source
from mpgov.formats.csv_text import (
    LOOKED_AT,
    SEPARATORS,
    Records,
    decoded,
    encoded,
    is_binary,
    rows_of,
)
from mpgov.formats.table_columns import (
    ENTITY,
    EVENT,
    EVENT_FIELDS,
    GROUP,
    ID,
    KEY,
    PROPERTY,
    PROPERTY_FIELDS,
    SUPER_FIELDS,
    VALUE,
    Field,
)
from mpgov.formats.table_edit import edits, says
from mpgov.formats.table_grid import Grid, Known, understand
from mpgov.formats.table_reader import Reading, read_tables
from mpgov.formats.table_rows import Cellular, Value, sheets


def loads(sources: Sequence[Source], how: How) -> Plan:
    """The plan of a CSV file; `InputError` has every problem with its line."""
    source = sources[0]
    text, notes = decoded(source)
    separator = separator_of(text, Known(how.columns))
    plan = _reading(source.name, text, separator, how).plan
    return Plan(plan.catalog, (*notes, *plan.notes), plan.columns)


def dumps(catalog: Catalog, _how: How | None = None) -> str:
    """The plan as CSV, the same for the same catalog; no spreadsheet runs any of its cells."""
    found = sheets(catalog)
    rows = [_row(sheet.kind, row) for sheet in found for row in sheet.rows]
    known = dict.fromkeys(_name(column) for sheet in found for column in sheet.columns)
    extra = [name for name in known if name not in _ORDER]
    columns = [
        name for name in (*_ORDER, *extra) if name in _ALWAYS or any(name in r for r in rows)
    ]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([in_csv(name) for name in columns])
    writer.writerows([row.get(name, "") for name in columns] for row in rows)
    return out.getvalue()


def _row(kind: str, cells: Cellular) -> dict[str, str]:
    """A row of a sheet as a row of the one file."""
    row = {_name(column): _cell(value) for column, value in cells.items() if column != ID}
    if kind == "event property" and cells.get(EVENT) == SHARED:
        del row[EVENT.name]
        kind = "shared property"
    return {ENTITY.name: kind, **row}


def _name(column: Field | str) -> str:
    return column if isinstance(column, str) else column.name


def _cell(value: Value) -> str:
    return in_csv(value if isinstance(value, str) else repr(value))


def update(source: Source, wanted: Catalog, how: How) -> bytes:
    """The file made to say this plan; separator, encoding, line ends and other cells stay.

    Raises `CannotEditError` where its columns have no place for it.
    """
    text, _ = decoded(source)
    separator = separator_of(text, Known(how.columns))
    known = _reading(source.name, text, separator, how)
    if known.plan.catalog == wanted:
        return source.data
    changes = edits(known, wanted)
    records = Records(text, separator)
    for (_, column), heading in changes.headings.items():
        records.put(known.tables[0].header_row, column, in_csv(heading))
    for (_, row, column), value in changes.cells.items():
        records.put(row, column, "" if value is None else _cell(value))
    changed = records.text()
    if not says(lambda: _reading(source.name, changed, separator, how), wanted):
        raise CannotEditError
    return encoded(source.data, changed)


def _reading(name: str, text: str, separator: str, how: How) -> Reading:
    return read_tables(name, [_grid(name, text, separator)], how, comma=separator == ";")


def separator_of(text: str, known: Known) -> str:
    """What parts the cells: that of which most headings are found."""
    head = text[:LOOKED_AT]
    if head.startswith("sep=") and len(head) > 4:
        return head[4]

    def headings(separator: str) -> int:
        with_it = _grid("", head, separator, whole=False)
        table = understand(with_it, known)
        return sum(one.meaning is not None for one in table.headings) if table else 0

    best = max(SEPARATORS, key=headings)
    return best if headings(best) else max(SEPARATORS, key=head.partition("\n")[0].count)


def _grid(name: str, text: str, separator: str, *, whole: bool = True) -> Grid:
    lines = list(rows_of(name, text, separator, whole=whole))
    return Grid("", lines, lambda row, column: Location(name, row, column + 1))


def _is_it(source: Source) -> bool:
    """Whether it is text with a row of headings of a plan."""
    if is_binary(source.data) or source.data[:1] in {b"{", b"["}:
        return False
    text, _ = decoded(Source(source.name, source.data[:LOOKED_AT]))
    known = Known({})
    return understand(_grid("", text, separator_of(text, known), whole=False), known) is not None


_FIELDS: Final = (*EVENT_FIELDS, *PROPERTY_FIELDS, *SUPER_FIELDS)
_ORDER: Final = tuple(
    dict.fromkeys(one.name for one in (ENTITY, EVENT, GROUP, PROPERTY, *_FIELDS, KEY, VALUE))
)
_ALWAYS: Final = frozenset(
    {"entity", "event", "property", "category", "description", "status", "owners", "type"}
    | {"required", "examples"}
)
FORMAT: Final = Format("csv", (".csv",), loads, dumps, _is_it, update)
