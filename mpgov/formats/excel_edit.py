"""Change a workbook cell by cell; say beforehand what saving it would lose."""

from __future__ import annotations

import io
import re
import zipfile
from copy import copy
from typing import TYPE_CHECKING, Any, Final

from mpgov.core.cells import put
from mpgov.core.model import Catalog
from mpgov.formats.base import CannotEditError, How, Source
from mpgov.formats.excel_read import check_container, read_grids, reading
from mpgov.formats.excel_write import add_sheets
from mpgov.formats.table_edit import Edits, edits, says
from mpgov.formats.table_reader import Reading, read_tables
from mpgov.formats.table_rows import sheets

if TYPE_CHECKING:
    from openpyxl import Workbook

# What openpyxl does not keep, by the parts of the file that hold it.
_LOST: Final = (
    (re.compile(r"xl/vbaProject|xl/macrosheets/"), "macros"),
    (re.compile(r"xl/slicer"), "slicers"),
    (re.compile(r"xl/timeline"), "timelines"),
    (re.compile(r"xl/threadedComments/|xl/persons/"), "threaded comments"),
    (re.compile(r"xl/(activeX|ctrlProps)/"), "form controls"),
    (re.compile(r"xl/embeddings/"), "embedded files"),
    (re.compile(r"xl/media/"), "pictures"),
    (re.compile(r"xl/diagrams/"), "SmartArt"),
    (re.compile(r"xl/externalLinks/"), "links to other workbooks"),
    (re.compile(r"xl/(connections|queryTables|model)"), "data connections"),
    (re.compile(r"xl/pivotTables/"), "pivot tables"),
    (re.compile(r"_xmlsignatures/"), "digital signatures"),
)
_SHAPES: Final = re.compile(rb"<(?:\w+:)?(sp|cxnSp|grpSp|pic)[ >]")
_EXTENSIONS: Final = re.compile(
    rb"<(?:\w+:)?(sparklineGroups|slicerList|timelineRefs)\b|<x14:(conditionalFormattings|dataValidations)\b"
)


def losses(data: bytes) -> list[str]:
    """What saving the workbook would lose, in words; nothing for most."""
    package = zipfile.ZipFile(io.BytesIO(data))
    names = package.namelist()
    found = [what for pattern, what in _LOST if any(pattern.match(name) for name in names)]
    drawings = [name for name in names if re.match(r"xl/drawings/drawing\d+\.xml$", name)]
    if any(_SHAPES.search(package.read(name)) for name in drawings):
        found.append("shapes")
    pages = [name for name in names if name.startswith("xl/worksheets/") and name.endswith(".xml")]
    if any(_EXTENSIONS.search(package.read(name)) for name in pages):
        found.append("sparklines, or newer conditional formats or drop-downs")
    return found


def update(source: Source, wanted: Catalog, how: How) -> bytes:
    """The workbook made to say this plan; every cell that says it already stays as it is.

    Raises `CannotEditError` where its tables have no place for it.
    """
    check_container(source)
    known = _reading(source, how)
    if known.plan.catalog == wanted:
        return source.data
    changes = edits(known, wanted, more_sheets=True)
    with reading(source):
        from openpyxl import load_workbook  # noqa: PLC0415 - heavy

        book = load_workbook(io.BytesIO(source.data), rich_text=True)
        _apply(book, known, changes)
        add_sheets(book, [one for one in sheets(wanted) if one.kind in changes.sheets])
        out = io.BytesIO()
        book.save(out)
    changed = out.getvalue()
    if not says(lambda: _reading(Source(source.name, changed), how), wanted):
        raise CannotEditError
    return changed


def _reading(source: Source, how: How) -> Reading:
    grids, _ = read_grids(source)
    return read_tables(source.name, grids, how)


def _apply(book: Workbook, known: Reading, changes: Edits) -> None:
    for (sheet, column), text in changes.headings.items():
        table = known.tables[sheet]
        cell = _cell(book, known, sheet, table.header_row, column)
        put(cell, text)
        _dress(cell, _cell(book, known, sheet, table.header_row, max(column - 1, 0)))
    for (sheet, row, column), value in changes.cells.items():
        cell = _cell(book, known, sheet, row, column)
        if type(cell).__name__ == "MergedCell":
            continue  # its first cell says it
        if (sheet, row) in changes.added:
            _dress(cell, _cell(book, known, sheet, max(row - 1, 1), column))
        _set(cell, value)


def _set(cell: Any, value: Any) -> None:
    if value is None:
        cell.value = None
    elif isinstance(cell.value, bool) and value in {"TRUE", "FALSE"}:
        cell.value = value == "TRUE"  # a checkbox stays one
    else:
        put(cell, value)


def _cell(book: Workbook, known: Reading, sheet: int, row: int, column: int) -> Any:
    place = known.tables[sheet].grid.locate(row, column).cell
    title, _, address = place.rpartition("!")
    return book[title][address]


def _dress(cell: Any, like: Any) -> None:
    if like.has_style:
        cell._style = copy(like._style)  # noqa: SLF001 - the quick way to copy a style
