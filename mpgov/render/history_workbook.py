"""The record as a workbook for an auditor: a row a record, a row a field, and the verdict first."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any, Final

from mpgov.core.cells import LONGEST, put
from mpgov.core.history import Checked, HistoryReport, Told
from mpgov.core.record import Things, fields_of
from mpgov.errors import InputError
from mpgov.render.history import counted, path_in_words, plain
from mpgov.render.history_about import asked_for, subject_of
from mpgov.render.sheets import FONT, HEADER, cell_text, fit, frame, headings
from mpgov.render.verdicts import count_of_records, in_a_word

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

RECORDS: Final = "Records"
CHANGES: Final = "Changes"
MOST_ROWS: Final = 1_048_575  # of a sheet, below its headings
_RECORDS: Final = (
    ("When", 21),
    ("Project", 14),
    ("Kind", 12),
    ("State", 11),
    ("Who", 28),
    ("Account", 22),
    ("CI run", 28),
    ("Pull request", 12),
    ("Reason", 40),
    ("Of", 32),
    ("Text", 36),
    ("Changes", 22),
    ("Run", 25),
    ("Commit", 20),
    ("More", 28),
    ("Line", 7),
    ("Hash", 30),
)
_CHANGES: Final = (
    ("When", 21),
    ("Project", 14),
    ("Kind", 12),
    ("Who", 28),
    ("Run", 25),
    ("Action", 10),
    ("Entity", 14),
    ("Name", 30),
    ("Field", 24),
    ("Before", 44),
    ("After", 44),
    ("Line", 7),
)
_VOUCHED: Final = (
    "A record that somebody rewrote whole would be whole, too: "
    "mpgov history verify --witness holds it against Mixpanel."
)
_NAMED: Final = frozenset({"name", "text"})

Cells = tuple[str | int, ...]


def draw(report: HistoryReport) -> bytes:
    """The workbook's bytes."""
    from openpyxl import Workbook  # noqa: PLC0415 - heavy

    book = Workbook()
    book.properties.creator = "mpgov"
    book.properties.title = f"The record of {cell_text(subject_of(report))}"
    _about(book, report)
    _sheet(book, RECORDS, _RECORDS, [_record(one) for one in report.told])
    _sheet(book, CHANGES, _CHANGES, [row for one in report.told for row in _changes(one)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _about(book: Workbook, report: HistoryReport) -> None:
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 - heavy

    page: Any = book.active
    page.title = "About"
    page.sheet_view.showGridLines = False
    page.column_dimensions["A"].width = 22
    page.column_dimensions["B"].width = 100
    for number, (left, right) in enumerate(_told(report), 1):
        is_title = not right
        for column, text in ((1, left), (2, right)):
            cell = page.cell(number, column)
            if text:
                put(cell, cell_text(text))
            cell.alignment = Alignment(
                wrap_text=not is_title, vertical="bottom" if is_title else "top"
            )
        size = 16 if number == 1 else 12 if is_title else 11
        page.cell(number, 1).font = Font(FONT, bold=True, size=size, color=HEADER)
        if is_title:
            page.row_dimensions[number].height = 30
    fit(page)


def _told(report: HistoryReport) -> Iterator[tuple[str, str]]:
    """What the first sheet says: a heading alone, or a word and what it means."""
    yield f"The record of {subject_of(report)}", ""
    for one in report.chain:
        yield f"The chain of {one.project}", ""
        yield from _verdict(one)
    yield "Good to know", _VOUCHED
    yield "What was asked for", ""
    yield from asked_for(report)


def _verdict(one: Checked) -> Iterator[tuple[str, str]]:
    """The verdict on one chain, and its head."""
    yield "Verdict", in_a_word(one)
    yield "Records", f"{count_of_records(one)} in {one.file}"
    for tip, count in one.verdict.head:
        yield "Head", f"{tip}, with {count} line{'s' * (count != 1)} up to it"
    yield from (("Problem", text) for text in one.problems)
    yield from (("Fork", text) for text in one.verdict.forks)
    yield from (("Note", text) for text in one.verdict.notes)


def _sheet(
    book: Workbook, title: str, columns: Sequence[tuple[str, int]], rows: Sequence[Cells]
) -> None:
    if len(rows) > MOST_ROWS:
        raise InputError(
            f"a sheet takes at most {MOST_ROWS:,} rows, and these are {len(rows):,}",
            hint="narrow it with --quarter, --kind or --name, or write it as CSV",
        )
    page = book.create_sheet(title)
    headings(page, columns)
    look = _look(page)
    for number, row in enumerate(rows, 2):
        for column, value in enumerate(row, 1):
            if value != "":
                cell: Any = page.cell(number, column)
                cell._style = copy(look)  # noqa: SLF001 - the quick way
                put(cell, value)
    frame(page, len(columns), len(rows) + 1)


def _look(page: Worksheet) -> Any:
    """The style of a cell, made once and copied."""
    from openpyxl.styles import Alignment  # noqa: PLC0415 - heavy

    cell: Any = page.cell(2, 1)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return copy(cell._style)  # noqa: SLF001 - as above


def _record(told: Told) -> Cells:
    record = told.record
    rest = {name: value for name, value in record.more.items() if name not in _NAMED}
    texts = (
        record.at,
        told.project,
        record.kind,
        record.state,
        record.by,
        record.account,
        plain(record.ci.get("run")),
        plain(record.ci.get("pull_request")),
        record.reason,
        ", ".join(record.names),
        plain(record.more.get("text")),
        counted(record) if record.changes else "",
        record.run,
        record.commit,
        "; ".join(f"{name}: {plain(value)}" for name, value in rest.items() if plain(value)),
    )
    return (*map(_cell, texts), told.line, told.hash)


def _changes(told: Told) -> Iterator[Cells]:
    """A row a field; a change without any has one row."""
    record = told.record
    start = tuple(map(_cell, (record.at, told.project, record.kind, record.by, record.run)))
    for change in record.changes:
        about = tuple(_cell(plain(change.get(name))) for name in ("action", "entity", "name"))
        for one in list(fields_of(change)) or ({},):
            yield (*start, *about, *_field(one), told.line)


def _field(one: Things) -> Cells:
    if not one:
        return "", "", ""
    return (_cell(path_in_words(tuple(one["path"]))), _side(one, "before"), _side(one, "after"))


def _side(one: Things, side: str) -> str:
    """A value; what is not there is an empty cell, and an empty text is not."""
    if side not in one:
        return ""
    value = one[side]
    if isinstance(value, str) and value:
        return _cell(value)
    return _cell(json.dumps(value, ensure_ascii=False))


def _cell(text: str) -> str:
    """A text as whole as a cell takes it."""
    told = cell_text(text, LONGEST + 1)
    return told if len(told) <= LONGEST else f"{told[: LONGEST - 1]}…"
