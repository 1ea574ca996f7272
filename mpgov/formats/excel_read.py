"""A workbook's bytes → grids of text; whatever cannot be read is told in one line.

openpyxl reads the cells, row by row. What it does not tell in that mode (merged cells, formulas
without a stored value) is looked up in the sheet's own XML.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mpgov.core.cells import as_text
from mpgov.core.model import Location
from mpgov.errors import InputError
from mpgov.formats.base import Source
from mpgov.formats.table_grid import Grid, Row

if TYPE_CHECKING:
    from openpyxl import Workbook

MOST_UNPACKED: Final = 1 << 30
MOST_ROWS: Final = 200_000
ZIP: Final = b"PK\x03\x04"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z]{1,3}\d+:[A-Z]{1,3}\d+)"')
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[ >/]")
_ERROR: Final = "e"
_NO_WORKBOOKS: Final = {
    "content.xml": "an OpenDocument file",
    "xl/workbook.bin": "an .xlsb workbook",
    "word/document.xml": "a text document",
}


class Merge(NamedTuple):
    """Cells that are one; rows as people count them, columns from 0."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


def read_grids(source: Source) -> tuple[list[Grid], tuple[str, ...]]:
    """Every sheet that can be seen, and a note for each that cannot."""
    check_container(source)
    with reading(source):
        package = zipfile.ZipFile(io.BytesIO(source.data))
        book = _open(source.data, values=True)
        notes = [
            f"{source.name}: sheet {sheet.title} is hidden; passed over"
            for sheet in book.worksheets
            if sheet.sheet_state != "visible" and not _is_ours(sheet.title)
        ]
        visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        grids = [_grid(source, sheet, package) for sheet in visible]
    return grids, tuple(notes)


def check_container(source: Source) -> None:
    """Refuse what is no workbook, or none that can be opened, saying what to do."""
    data, name = source.data, source.name
    if data.startswith(OLE) and _ENCRYPTED in data:
        raise InputError(f"{name}: is encrypted", hint="save it without a password")
    if data.startswith(OLE):
        raise InputError(f"{name}: is an old .xls workbook", hint="save it as .xlsx")
    if not data.startswith(ZIP):
        raise InputError(f"{name}: is no workbook; an .xlsx file is expected")
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        message = f"{name}: is damaged: its end is missing, or it was changed on the way"
        raise InputError(message, hint="save it again") from None
    names = {part.filename for part in parts}
    for part, what in _NO_WORKBOOKS.items():
        if part in names:
            raise InputError(f"{name}: is {what}", hint="save it as .xlsx")
    if not any(part.startswith("xl/") for part in names):
        raise InputError(f"{name}: is no workbook; an .xlsx file is expected")
    _check_parts(name, parts)


def _check_parts(name: str, parts: list[zipfile.ZipInfo]) -> None:
    if any(part.flag_bits & 1 for part in parts):
        raise InputError(f"{name}: is encrypted", hint="save it without a password")
    size = sum(part.file_size for part in parts)
    if size > MOST_UNPACKED:
        message = f"{name}: unpacks to {size >> 20} MB, at most {MOST_UNPACKED >> 20} MB are read"
        raise InputError(message)


@contextmanager
def reading(source: Source) -> Iterator[None]:
    """Whatever openpyxl stumbles over in a damaged file is one line."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of extensions that it does not read
            yield
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001 - a damaged file can raise anything in there
        message = f"{source.name}: is damaged: {_reason(error)}"
        raise InputError(message, hint="open it in a spreadsheet, and save it again") from None


def _reason(error: BaseException) -> str:
    """What lies at the bottom of it, on one line."""
    while (deeper := error.__cause__ or error.__context__) is not None:
        error = deeper
    if type(error).__name__ in {"EntitiesForbidden", "DTDForbidden"}:  # of defusedxml
        return "it declares entities, as no spreadsheet does"
    said = str(error).partition("\n")[0][:160]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _open(data: bytes, *, values: bool) -> Workbook:
    from openpyxl import load_workbook  # noqa: PLC0415 - heavy

    book = load_workbook(io.BytesIO(data), read_only=True, data_only=values, keep_links=False)
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # what a file says of its size may be wrong
    return book


def _is_ours(title: str) -> bool:
    return title.startswith("mpgov")


def _grid(source: Source, sheet: Any, package: zipfile.ZipFile) -> Grid:
    title = sheet.title
    xml = package.read(sheet._worksheet_path)  # noqa: SLF001 - nothing public says which part it is
    empty = _uncalculated(source, title) if _FORMULA.search(xml) else frozenset()
    rows: list[Row] = []
    troubles: dict[tuple[int, int], str] = {}
    for number, cells in enumerate(sheet.iter_rows(), 1):
        if not cells:
            continue
        texts = [_text(cell) for cell in cells]
        if not any(map(str.strip, texts)) and not (
            empty and any((number, at) in empty for at in range(len(cells)))
        ):
            continue
        _note_errors(number, cells, troubles)
        if len(rows) >= MOST_ROWS:
            raise InputError(f"{source.name}: {title} has more than {MOST_ROWS} rows")
        rows.append(Row(number, texts))
    troubles |= dict.fromkeys(empty, "is a formula without a stored value; open and save the file")
    merges = list(_merges(xml))
    headings = _expand(rows, merges)
    letters = _Letters()

    def locate(row: int, column: int) -> Location:
        return Location(source.name, cell=f"{title}!{letters[column]}{row}")

    return Grid(title, rows, locate, headings, troubles)


def _text(cell: Any) -> str:
    value = cell.value
    if value is None or value.__class__ is str:
        return as_text(value) if value else ""
    number_format = "" if isinstance(value, bool) else cell.number_format
    return as_text(value, number_format)


def _note_errors(number: int, cells: Iterable[Any], troubles: dict[tuple[int, int], str]) -> None:
    for at, cell in enumerate(cells):
        if cell.data_type == _ERROR:
            troubles[number, at] = f"holds the error {cell.value}; repair the formula"


class _Letters(dict[int, str]):
    """The letters of a column by its number from 0."""

    def __missing__(self, column: int) -> str:
        from openpyxl.utils import get_column_letter  # noqa: PLC0415 - heavy

        self[column] = get_column_letter(column + 1)
        return self[column]


def _uncalculated(source: Source, title: str) -> frozenset[tuple[int, int]]:
    """The cells with a formula that no program has calculated yet."""
    stored = _open(source.data, values=True)[title].iter_rows()
    written = _open(source.data, values=False)[title].iter_rows()
    return frozenset(
        (number, at)
        for number, (values, formulas) in enumerate(zip(stored, written, strict=False), 1)
        for at, (value, formula) in enumerate(zip(values, formulas, strict=False))
        if formula.data_type == "f" and value.value is None
    )


def _merges(xml: bytes) -> Iterator[Merge]:
    from openpyxl.utils import range_boundaries  # noqa: PLC0415 - heavy

    for found in _MERGED.finditer(xml, max(xml.rfind(b"sheetData>"), 0)):
        first_column, first_row, last_column, last_row = range_boundaries(found[1].decode())
        if None not in {first_column, first_row, last_column, last_row}:
            yield Merge(first_row, last_row, first_column - 1, last_column - 1)  # type: ignore[arg-type,operator]  # just asked


def _expand(rows: list[Row], merges: list[Merge]) -> frozenset[int]:
    """Repeat what a merged cell says in every row that it covers; which rows are titles."""
    known = {row.number: place for place, row in enumerate(rows)}
    headings: set[int] = set()
    for merge in merges:
        top = known.get(merge.first_row)
        cells = rows[top].cells if top is not None else ()
        text = cells[merge.first_column] if merge.first_column < len(cells) else ""
        if not text.strip():
            continue
        if merge.last_column > merge.first_column and sum(bool(cell) for cell in cells) == 1:
            headings.add(merge.first_row)
        for number in range(merge.first_row + 1, min(merge.last_row, rows[-1].number) + 1):
            place = known.get(number)
            if place is not None:
                rows[place] = Row(number, _with(rows[place].cells, merge.first_column, text))
    return frozenset(headings)


def _with(cells: Iterable[str], column: int, text: str) -> list[str]:
    found = list(cells)
    found += [""] * (column + 1 - len(found))
    found[column] = text
    return found
