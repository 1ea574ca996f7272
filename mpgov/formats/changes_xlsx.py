"""A workbook in which somebody approved changes: which of them, and nothing else.

What is applied comes from the hidden sheet; the rows that people see only choose among it. So a
cell that was edited would have no effect, and is refused instead, with its address.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mpgov.core.cells import as_text
from mpgov.core.change_rows import ChangeRow, change_rows, gives_type
from mpgov.core.change_sheet import (
    APPROVE,
    CHANGES,
    HEADINGS,
    KEPT,
    LAYOUT,
    NUMBER,
    SHOWN,
    joined,
    shown_cells,
)
from mpgov.core.json_text import JsonError, load
from mpgov.errors import InputError
from mpgov.formats.base import Source
from mpgov.formats.changes_json import SavedChanges, from_document, narrowed
from mpgov.formats.excel_read import OLE, ZIP, read_grids, reading
from mpgov.formats.table_grid import Grid, Row

YES: Final = frozenset({"yes", "y", "x", "true", "1", "✓", "✔", "ja", "oui", "si", "sí"})
NO: Final = frozenset({"", "no", "n", "false", "0", "nein", "non"})
MOST_PROBLEMS: Final = 50
_AGAIN: Final = "save it anew: mpgov diff --output changes.xlsx"
_ONLY: Final = f"only the column {APPROVE} may be filled in"


@dataclass(frozen=True, slots=True)
class Approved:
    """What was approved, as a change set of its own; `rows` of it are approved, `of` there were."""

    saved: SavedChanges
    rows: int
    of: int


def is_workbook(data: bytes) -> bool:
    """Whether a saved change set is a workbook and not JSON."""
    return data.startswith((ZIP, OLE))


def loads(data: bytes, file: str) -> Approved:
    """The approved part of the change set; `InputError` has every problem with its cell."""
    source = Source(file, data)
    grids, _ = read_grids(source)
    saved = _kept(source)
    rows = change_rows(saved.changes)
    grid = next((one for one in grids if one.title == CHANGES), None)
    if grid is None:
        raise InputError(f"{file}: has no sheet {CHANGES} that can be seen", hint=_AGAIN)
    sheet = _Sheet(grid, rows)
    sheet.read()
    problems = [*sheet.problems, *_untyped(rows, sheet)]
    if problems:
        more = len(problems) - MOST_PROBLEMS
        told = problems[:MOST_PROBLEMS] + ([f"{file}: and {more} more"] if more > 0 else [])
        raise InputError(told, hint=_AGAIN)
    chosen = [row for row in rows if row.number in sheet.approved]
    if len(chosen) < len(rows):
        saved = narrowed(saved, [(row.key, row.fields) for row in chosen])
    return Approved(saved, len(chosen), len(rows))


def _kept(source: Source) -> SavedChanges:
    """The change set itself, from the hidden sheet."""
    with reading(source):
        cells = list(_hidden(source.data))
    if not cells or not cells[0].startswith(LAYOUT.rpartition(" ")[0]):
        message = f"{source.name}: is no workbook of changes that mpgov diff wrote"
        raise InputError(message, hint=_AGAIN)
    if cells[0] != LAYOUT:
        message = f"{source.name}: was written by another version of mpgov"
        raise InputError(message, hint=_AGAIN)
    place = f"{source.name}: {KEPT}!A2"
    try:
        document = load(joined(cells[1:]))
    except (JsonError, ValueError):
        raise InputError(f"{place}: was changed after it was saved", hint=_AGAIN) from None
    return from_document(document, place, source.name)


def _hidden(data: bytes) -> Iterator[str]:
    from openpyxl import load_workbook  # noqa: PLC0415 - heavy

    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    if KEPT not in book.sheetnames:
        return
    sheet = book[KEPT]
    sheet.reset_dimensions()
    for cells in sheet.iter_rows(values_only=True):
        if cells:
            yield as_text(cells[0])


class _Sheet:
    """Reads the rows that people saw; what was approved, and what should not have been edited."""

    def __init__(self, grid: Grid, rows: Sequence[ChangeRow]) -> None:
        self.grid = grid
        self.rows = {str(row.number): row for row in rows}
        self.columns: dict[str, int] = {}
        self.seen: dict[int, int] = {}  # a row's number by where it stands now
        self.approved: set[int] = set()
        self.problems: list[str] = []

    def read(self) -> None:
        """Look at every row below the headings."""
        rest = (row for row in self.grid.rows if any(text.strip() for text in row.cells))
        head = next(rest, Row(1, ()))
        self.columns = {text.strip(): at for at, text in enumerate(head.cells)}
        missing = [heading for heading in HEADINGS if heading not in self.columns]
        if missing:
            place = self.grid.locate(head.number, 0)
            told = ", ".join(missing)
            self.problems.append(f"{place}: the headings are not those that were saved: {told}")
            return
        for row in rest:
            self._row(row)

    def _row(self, row: Row) -> None:
        cells = _Cells(row)
        number = cells[self.columns[NUMBER]]
        known = self.rows.get(number)
        if known is None:
            first = next(at for at, text in enumerate(row.cells) if text.strip())
            self._tell(row, first, f"was added after it was saved; {_ONLY}")
            return
        if known.number in self.seen:
            self._tell(row, self.columns[NUMBER], f"is row {self.seen[known.number]} once more")
            return
        self.seen[known.number] = row.number
        self._compare(row, cells, known)
        self._answer(row, cells[self.columns[APPROVE]], known)

    def _compare(self, row: Row, cells: _Cells, known: ChangeRow) -> None:
        for heading, wanted in zip(SHOWN, shown_cells(known), strict=True):
            if cells[self.columns[heading]] != wanted:
                text = f"was changed after it was saved; {_ONLY}"
                self._tell(row, self.columns[heading], text)
        ours = {self.columns[heading] for heading in HEADINGS}
        for at, text in enumerate(row.cells):
            if text.strip() and at not in ours:
                self._tell(row, at, f"was added after it was saved; {_ONLY}")

    def _answer(self, row: Row, text: str, known: ChangeRow) -> None:
        at = self.columns[APPROVE]
        trouble = self.grid.troubles.get((row.number, at))
        said = text.strip().casefold()
        if trouble:
            self._tell(row, at, trouble)
        elif said in YES:
            self.approved.add(known.number)
        elif said not in NO:
            shown = text if len(text) <= 40 else f"{text[:39]}…"
            self._tell(row, at, f'says "{shown}"; write yes, or leave it empty')

    def _tell(self, row: Row, column: int, text: str) -> None:
        self.problems.append(f"{self.grid.locate(row.number, column)}: {text}")

    def place(self, number: int) -> str:
        """Where the answer to a row stands; nowhere, if the row was deleted."""
        row = self.seen.get(number)
        return str(self.grid.locate(row, self.columns[APPROVE])) if row is not None else ""


class _Cells:
    """A row's cells by their column; what is beyond the last is empty."""

    def __init__(self, row: Row) -> None:
        self.texts = row.cells

    def __getitem__(self, column: int) -> str:
        return self.texts[column].replace("\r\n", "\n") if column < len(self.texts) else ""


def _untyped(rows: Sequence[ChangeRow], sheet: _Sheet) -> Iterator[str]:
    """New properties of which something was approved, but not of what type they are."""
    asked: dict[tuple[object, str], int] = {}
    for row in rows:
        if row.property and row.number in sheet.approved:
            asked.setdefault((row.key, row.property), row.number)
    for row in rows:
        wanted = asked.get((row.key, row.property))
        if wanted is None or not gives_type(row) or row.number in sheet.approved:
            continue
        place = sheet.place(row.number) or sheet.place(wanted)
        yield f"{place}: the property has no type in Lexicon yet; approve its type, too"
