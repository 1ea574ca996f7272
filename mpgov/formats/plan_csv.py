"""The plan as one CSV file: the rows of all sheets, with a first column that says of what.

Other people's CSV is read the same way as their workbooks: whatever the separator, the encoding
and the order of columns.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from typing import Final

from mpgov.core.model import Catalog, Location
from mpgov.errors import InputError
from mpgov.formats.base import CannotEditError, Format, How, Plan, Source
from mpgov.formats.cells import SHARED, in_csv, out_of_csv
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
from mpgov.formats.table_grid import Grid, Known, Row, understand
from mpgov.formats.table_reader import Reading, read_tables
from mpgov.formats.table_rows import Cellular, Value, sheets

SEPARATORS: Final = (",", ";", "\t", "|")
MOST_BYTES: Final = 256 * 1024 * 1024
_LOOKED_AT: Final = 64 * 1024
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BINARY: Final = frozenset(range(32)) - {9, 10, 12, 13}


def loads(sources: Sequence[Source], how: How) -> Plan:
    """The plan of a CSV file; `InputError` has every problem with its line."""
    source = sources[0]
    text, notes = decoded(source)
    separator = separator_of(text, Known(how.columns))
    plan = _reading(source.name, text, separator, how).plan
    return Plan(plan.catalog, (*notes, *plan.notes), plan.columns)


def dumps(catalog: Catalog) -> str:
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
    records = _Records(text, separator)
    for (_, column), heading in changes.headings.items():
        records.put(known.tables[0].header_row, column, in_csv(heading))
    for (_, row, column), value in changes.cells.items():
        records.put(row, column, "" if value is None else _cell(value))
    changed = records.text()
    if not says(lambda: _reading(source.name, changed, separator, how), wanted):
        raise CannotEditError
    return _encoded(source.data, changed)


class _Records:
    """The records of a file as their own text; only those that change are written anew."""

    def __init__(self, text: str, separator: str) -> None:
        self.separator = separator
        self.newline = "\r\n" if "\r\n" in text else "\n"
        lines = _split(text)
        reader = csv.reader(iter(lines), delimiter=separator, strict=True)
        self.records: dict[int, tuple[list[str], str]] = {}
        start = 0
        for cells in reader:
            self.records[start + 1] = (cells, "".join(lines[start : reader.line_num]))
            start = reader.line_num
        self.changed: dict[int, list[str]] = {}

    def put(self, row: int, column: int, value: str) -> None:
        """Let a cell hold something else; `row` is the line on which its record begins."""
        cells = self.changed.setdefault(row, list(self.records.get(row, ([], ""))[0]))
        cells += [""] * (column + 1 - len(cells))
        cells[column] = value

    def text(self) -> str:
        """The whole file; a record that is empty now is gone."""
        out: list[str] = []
        for row in sorted({*self.records, *self.changed}):
            if row not in self.changed:
                out.append(self.records[row][1])
            elif any(self.changed[row]):
                if out and not out[-1].endswith("\n"):
                    out.append(self.newline)
                out.append(self._line(self.changed[row]))
        return "".join(out)

    def _line(self, cells: list[str]) -> str:
        out = io.StringIO()
        csv.writer(out, delimiter=self.separator, lineterminator=self.newline).writerow(cells)
        return out.getvalue()


def _split(text: str) -> list[str]:
    """The lines with their ends, as a reader of CSV counts them."""
    return list(io.StringIO(text, newline=""))


def _encoded(before: bytes, text: str) -> bytes:
    """Text as the file had it: with its mark, in its encoding where that can hold it."""
    if before.startswith(_UTF16):
        little = before.startswith(codecs.BOM_UTF16_LE)
        return before[:2] + text.encode("utf-16-le" if little else "utf-16-be")
    if before.startswith(codecs.BOM_UTF8):
        return codecs.BOM_UTF8 + text.encode()
    try:
        before.decode()
        return text.encode()
    except UnicodeDecodeError:
        pass
    try:
        return text.encode("cp1252")
    except UnicodeEncodeError:
        return codecs.BOM_UTF8 + text.encode()


def _reading(name: str, text: str, separator: str, how: How) -> Reading:
    return read_tables(name, [_grid(name, text, separator)], how, comma=separator == ";")


def decoded(source: Source) -> tuple[str, tuple[str, ...]]:
    """The file's text, whatever program saved it; with a note where that had to be guessed."""
    data = source.data
    if len(data) > MOST_BYTES:
        raise InputError(f"{source.name}: holds {len(data) >> 20} MB, at most 256 MB are read")
    if data.startswith(_UTF16):
        try:
            return data.decode("utf-16"), ()
        except UnicodeDecodeError:
            raise InputError(f"{source.name}:1:1: is damaged UTF-16; save it as UTF-8") from None
    if _BINARY & set(data[:_LOOKED_AT]):
        raise InputError(f"{source.name}:1:1: is no text; a plan is .yaml, .xlsx or .csv")
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    note = f"{source.name}:{line}: is not UTF-8; read as Windows-1252: look at its accents"
    return data.decode("cp1252", "replace"), (note,)


def separator_of(text: str, known: Known) -> str:
    """What parts the cells: that of which most headings are found."""
    head = text[:_LOOKED_AT]
    if head.startswith("sep=") and len(head) > 4:
        return head[4]

    def headings(separator: str) -> int:
        with_it = _grid("", head, separator, whole=False)
        table = understand(with_it, known)
        return sum(one.meaning is not None for one in table.headings) if table else 0

    best = max(SEPARATORS, key=headings)
    return best if headings(best) else max(SEPARATORS, key=head.partition("\n")[0].count)


def _grid(name: str, text: str, separator: str, *, whole: bool = True) -> Grid:
    lines = list(_lines(name, text, separator, whole=whole))
    return Grid("", lines, lambda row, column: Location(name, row, column + 1))


def _lines(name: str, text: str, separator: str, *, whole: bool) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 1
    try:
        for cells in reader:
            if any(cells) and not (number == 1 and cells[0].startswith("sep=")):
                yield Row(number, [out_of_csv(cell) for cell in cells])
            number = reader.line_num + 1
    except csv.Error as error:
        if whole:
            reason = "a quote is never closed, or stands within a cell"
            reason = reason if "field" not in str(error) else "a cell is far too long"
            message = f"{name}:{number}:1: is no CSV: {reason}; save it again from the spreadsheet"
            raise InputError(message) from None


def _is_it(source: Source) -> bool:
    """Whether it is text with a row of headings of a plan."""
    if _BINARY & set(source.data[:_LOOKED_AT]) or source.data[:1] in {b"{", b"["}:
        return False
    text, _ = decoded(Source(source.name, source.data[:_LOOKED_AT]))
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
FORMAT: Final = Format("csv", (".csv", ".tsv"), loads, dumps, _is_it, update)
